// Pausing the market: who may, what it does to others, and what they are told.

import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';

import { account, api } from '../src/chain.js';
import { submission } from '../src/market.js';
import { failed, fields, sent } from '../src/transactions.js';

/** Root's way to make a call on a development chain. */
const asRoot = (call) => sent(api.tx.sudo.sudo(call), account('Alice'));
const { pause, resume } = api.tx.marketClock;
const isPaused = async () => (await api.call.tasksApi.marketClock()).isPaused.isTrue;

describe('the market clock', () => {
  // Other tests need a market that goes on, whatever happens here.
  after(async () => {
    if (await isPaused()) await asRoot(resume());
  });

  it('is not for everybody to stop', async () => {
    assert.equal((await failed(pause(), account('Alice'))).name, 'BadOrigin');
    assert.equal((await failed(resume(), account('Eve'))).name, 'BadOrigin');
  });

  it('is paused by root', async () => {
    const events = await asRoot(pause());
    assert.ok(fields(events, 'sudo.Sudid').sudoResult.isOk);
    assert.ok(fields(events, 'marketClock.MarketPaused').at.toNumber() > 0);
    assert.ok(await isPaused());
    assert.ok((await api.query.marketClock.theClock()).pausedAt.isSome);
  });

  it('takes no task while it is', async () => {
    assert.deepEqual(await failed(api.tx.tasks.submit(submission()), account('Charlie')), {
      name: 'tasks.MarketPaused',
      docs: 'The market is paused: no task is accepted until it resumes.'
    });
  });

  it('tells root by name what is wrong', async () => {
    const { sudoResult } = fields(await asRoot(pause()), 'sudo.Sudid');
    const { section, name, docs } = api.registry.findMetaError(sudoResult.asErr.asModule);
    assert.equal(`${section}.${name}`, 'marketClock.AlreadyPaused');
    assert.deepEqual(docs, ['The market is paused already.']);
  });

  it('goes on where it stood', async () => {
    const { block: stood } = await api.call.tasksApi.marketClock();
    const resumed = fields(await asRoot(resume()), 'marketClock.MarketResumed');
    assert.ok(resumed.at.eq(stood));
    assert.ok(resumed.after.toNumber() > 0);
    assert.ok(!(await isPaused()));
  });
});
