// What is stored can be read by names. (The layout is nobody's interface: the runtime APIs are.)

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';

import { account, AICP, api, MARKET, rpc } from '../src/chain.js';
import { submission, TOO_MANY_GFLOPS } from '../src/market.js';
import { nodesProvider, OPERATOR } from '../src/provider.js';
import { fields, sent } from '../src/transactions.js';

const { marketClock, providerStaking, tasks } = api.query;

describe('the market\'s storage', () => {
  const requester = account('Charlie');
  let id, provider;

  before(async () => {
    provider = await nodesProvider();
    const task = submission({ needs: { gflops: TOO_MANY_GFLOPS }, timeLimit: 1 });
    id = fields(await sent(api.tx.tasks.submit(task), requester), 'tasks.TaskSubmitted').task;
  });

  it('decodes, every entry of it', async () => {
    for (const pallet of MARKET) {
      for (const [name, entry] of Object.entries(api.query[pallet])) {
        const isMap = entry.creator.meta.type.isMap;
        const values = isMap ? (await entry.entries()).map(([, value]) => value) : [await entry()];
        for (const value of values) assert.doesNotThrow(() => value.toHuman(), `${pallet}.${name}`);
      }
    }
  });

  it('has tasks by their ids, and the tasks of a requester', async () => {
    const stored = (await tasks.tasks(id)).unwrap().toHuman();
    assert.equal(stored.requester, requester.address);
    assert.equal(stored.submission.needs.gflops, '4,000,000,000');
    assert.equal(stored.submission.budget, '1,000,000,000,000,000,000');
    assert.deepEqual(stored.submission.verification, { Optimistic: { window: '60,000' } });
    assert.ok('Parked' in stored.status || 'Queued' in stored.status);

    const mine = await tasks.submittedBy.entries(requester.address);
    assert.ok(mine.some(([, task]) => task.unwrap().eq(id)));
    assert.ok((await tasks.submissions()).length.toNumber() > id.toNumber());
  });

  it('has the tasks of a requester in pages, the newest first', async () => {
    const below = (cursor, limit) => rpc('aicpw_tasks', requester.address, cursor, limit);
    const number = id.toNumber();
    assert.deepEqual(await below(number + 1, 1), [number]);
    assert.equal((await below(null, 1))[0], (await below(null, 1_000))[0]);
    assert.ok((await below(number, 100)).every((task) => task < number));
    assert.deepEqual(await below(0, 100), []);
    await assert.rejects(below('newest', 1), /`before` is "newest", and has to be the id of a task/);
  });

  it('has providers, their stakes and their devices', async () => {
    const stored = (await providerStaking.providers(OPERATOR.address)).unwrap();
    assert.ok(stored.worker.eq(provider.worker));
    assert.equal((await providerStaking.ledgers(OPERATOR.address)).active.toBigInt(), 1_000n * AICP);
    const [device] = await providerStaking.devicesOf(OPERATOR.address);
    assert.deepEqual(
      (await providerStaking.devices(device)).unwrap().spec.toHuman(),
      provider.devices[0].spec.toHuman()
    );
    const owner = await providerStaking.workerOwners(provider.worker);
    assert.equal(owner.unwrap().toString(), OPERATOR.address);
  });

  it('has the clock, which goes', async () => {
    const clock = await marketClock.theClock();
    assert.ok(clock.pausedAt.isNone);
  });

  it('says who holds what of a balance, and why', async () => {
    const holds = await api.query.balances.holds(requester.address);
    assert.ok(holds.some(({ id: reason, amount }) => reason.isTasks && amount.toBigInt() >= AICP));
    await sent(api.tx.tasks.cancel(id), requester);
  });
});
