// A result that is doubted, through polkadot.js: the bond, the jury that does not come on a chain of one
// provider, the end. Also what of the market's governance a person cannot do alone.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';

import { account, AICP, api } from '../src/chain.js';
import { watchEvents } from '../src/events.js';
import { addToIpfs, cidBytes, submission } from '../src/market.js';
import { nodesProvider } from '../src/provider.js';
import { failed, fields, included, sent } from '../src/transactions.js';

const bytes = (text) => new TextEncoder().encode(text);

const manifest = (program) => ({
  version: 'aicpw.task/v1',
  name: 'triple',
  engine: 'opencl',
  class: 'int',
  program: { cid: program },
  buffers: [{ name: 'x', type: 'int', length: 2, init: { inline: [1, 2] } }],
  steps: [{ kernel: 'triple_it', args: [{ buffer: 'x' }], global: [2] }],
  outputs: ['x']
});

describe('a result that is doubted', () => {
  const requester = account('Charlie');
  const budget = AICP / 10n;
  const { disputes } = api.tx;
  let events, id, bond;

  before(async () => {
    await nodesProvider();
    events = await watchEvents();
    const program = '__kernel void triple_it(__global int* x) { x[get_global_id(0)] *= 3; }';
    const cid = await addToIpfs(bytes(JSON.stringify(manifest(await addToIpfs(bytes(program))))));
    const task = submission({ manifest: cidBytes(cid), budget, timeLimit: 60_000 });
    id = fields(await sent(api.tx.tasks.submit(task), requester), 'tasks.TaskSubmitted').task;
  });

  /** Waits for an event about this task, and gives back its fields. */
  const happened = (name) => events.next(name, ({ task, assignment }) => id.eq(task ?? assignment.task));

  it('cannot be disputed before it is there', async () => {
    assert.match((await failed(disputes.dispute(id), requester)).name, /^tasks\./);
    assert.equal((await failed(disputes.appeal(id), requester)).name, 'disputes.NotDisputed');
    assert.equal((await failed(disputes.namePart(id, null), requester)).name, 'disputes.NotDisputed');
  });

  it('has a bond, which is held when it is disputed', async () => {
    await happened('tasks.ResultRevealed');
    bond = (await api.call.disputesApi.disputeBond(id)).unwrap().toBigInt();
    assert.equal(bond, 5n * budget, 'five are paid what the task pays a provider at most');
    const opened = fields(await sent(disputes.dispute(id), requester), 'disputes.DisputeOpened');
    assert.ok(opened.task.eq(id));
    assert.equal(opened.challenger.unwrap().toString(), requester.address);
    assert.equal(opened.bond.toBigInt(), bond);
    const held = await api.query.balances.holds(requester.address);
    const ours = held.find((hold) => hold.id.toString().includes('Dispute'));
    assert.ok(ours.amount.toBigInt() >= bond, `${held}`);
  });

  it('is a dispute that can be read by names', async () => {
    const called = await happened('disputes.JuryCalled');
    assert.equal(called.jurors.toNumber(), 5);
    const view = (await api.call.disputesApi.dispute(id)).unwrap();
    assert.equal(view.challenger.unwrap().toString(), requester.address);
    assert.equal(view.jury.toNumber(), 5);
    assert.equal((await failed(disputes.dispute(id), requester)).name, 'disputes.AlreadyDisputed');
    assert.equal((await failed(disputes.disputePart(id), requester)).name, 'disputes.AlreadyDisputed');
  });

  it('ends without a jury where there are no others, and costs nobody anything', async () => {
    const decided = await happened('disputes.DisputeDecided');
    assert.equal(decided.lost.toBigInt(), 0n);
    const released = await happened('disputes.BondReleased');
    assert.equal(released.who.toString(), requester.address);
    assert.equal(released.amount.toBigInt(), bond);
    await happened('disputes.DisputeEnded');
    assert.ok((await api.call.tasksApi.task(id)).unwrap().status.isRefunded);
    const assignment = { task: id, replica: 0, attempt: 0 };
    assert.match((await failed(disputes.claimUnavailable(assignment), requester)).name, /^tasks\./);
  });
});

describe('a market parameter', () => {
  it('is set by governance only', async () => {
    const call = api.tx.marketParameters.setParameter({ SubmissionFee: AICP / 50n });
    const { error } = await included(call, account('Eve'));
    assert.ok(error?.isBadOrigin, `${error}`);
  });
});
