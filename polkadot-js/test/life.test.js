// A task's whole life through polkadot.js: its files on IPFS, its submission, the match, what the
// worker of the node does, the result, the payment and the rating.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';

import { account, AICP, api, rpc } from '../src/chain.js';
import { watchEvents } from '../src/events.js';
import { addToIpfs, cidBytes, cidText, readFromIpfs, submission } from '../src/market.js';
import { nodesProvider, OPERATOR } from '../src/provider.js';
import { failed, fields, sent } from '../src/transactions.js';

const PROGRAM = '__kernel void double_it(__global int* x) { x[get_global_id(0)] *= 2; }';
const INPUT = [1, 2, 3, 2_000];

const manifest = (program) => ({
  version: 'aicpw.task/v1',
  name: 'double',
  engine: 'opencl',
  class: 'int',
  program: { cid: program },
  buffers: [{ name: 'x', type: 'int', length: INPUT.length, init: { inline: INPUT } }],
  steps: [{ kernel: 'double_it', args: [{ buffer: 'x' }], global: [INPUT.length] }],
  outputs: ['x']
});
const bytes = (text) => new TextEncoder().encode(text);

describe('a task that runs on the node', () => {
  const requester = account('Charlie');
  const budget = AICP / 10n;
  let provider, events, id, price;

  before(async () => {
    provider = await nodesProvider();
    events = await watchEvents();
  });

  /** Waits for the event of this task, and gives back its fields. */
  const happened = (name) => events.next(`tasks.${name}`, ({ task, assignment }) => id.eq(task ?? assignment.task));

  it('is submitted with its files on IPFS', async () => {
    const program = await addToIpfs(bytes(PROGRAM));
    const cid = await addToIpfs(bytes(JSON.stringify(manifest(program))));
    const task = submission({ manifest: cidBytes(cid), budget, timeLimit: 60_000 });
    const submitted = fields(await sent(api.tx.tasks.submit(task), requester), 'tasks.TaskSubmitted');
    assert.equal(cidText(submitted.manifest), cid);
    id = submitted.task;
  });

  it('is matched with the device of the provider', async () => {
    const matched = await happened('TaskMatched');
    assert.equal(matched.provider.toString(), OPERATOR.address);
    assert.ok(matched.device.eq(provider.devices[0].id));
    assert.ok(matched.assignment.attempt.eq(0));
    price = matched.price.toBigInt();
    assert.ok(price > 0n && price <= budget);
  });

  it('cannot be cancelled any more, which has a name', async () => {
    assert.deepEqual(await failed(api.tx.tasks.cancel(id), requester), {
      name: 'tasks.NotWaiting',
      docs: 'The task does not wait for a device: it is on one, or has ended.'
    });
  });

  it('is started, committed to and revealed by the worker', async () => {
    const started = await happened('TaskStarted');
    const committed = await happened('ResultCommitted');
    assert.ok(started.commitBy.toNumber() > 0);
    assert.match(committed.commitment.toHex(), /^0x[0-9a-f]{64}$/);
    assert.ok(committed.revealBy.isNone, 'an audit may come first');
    const decided = await happened('AuditDecided');
    assert.equal(decided.rate.toNumber() >= 50_000_000, true, 'one in twenty at least');
    const opened = await happened('RevealOpened');
    assert.ok(opened.revealBy.toNumber() > 0);
    const revealed = await happened('ResultRevealed');
    const { assignments, status } = (await api.call.tasksApi.task(id)).unwrap();
    assert.ok(status.isVerifying);
    assert.ok(assignments[0].status.asRevealed.opening.resultRoot.eq(revealed.resultRoot));

    const result = await readFromIpfs(cidText(revealed.result), 4 * INPUT.length);
    assert.deepEqual(INPUT.map((_, index) => result.readInt32LE(4 * index)), INPUT.map((x) => 2 * x));
  });

  it('is accepted: the provider is paid, the rest comes back', async () => {
    const settled = fields(await sent(api.tx.tasks.accept(id), requester), 'tasks.TaskSettled');
    const { assignments, audit } = (await api.call.tasksApi.task(id)).unwrap();
    const audits = assignments[0].auditCost.toBigInt();
    // Reckoned by half of the budget, which is far more than the price.
    assert.ok(audits >= budget / 40n && audits < budget / 10n);
    assert.equal(audit.unwrap().cost.toBigInt(), audits);
    assert.equal(settled.paid.toBigInt(), price + audits);
    assert.equal(settled.fee.toBigInt(), price / 50n);
    assert.ok((await api.call.tasksApi.task(id)).unwrap().status.isSettled);
    const { escrow } = (await api.call.tasksApi.task(id)).unwrap();
    assert.equal(escrow.toBigInt(), 0n);
    const { settled: count } = (await api.call.providersApi.provider(OPERATOR.address)).unwrap();
    assert.equal(count.toNumber(), provider.settled.toNumber() + 1);
  });

  it('is rated, once and in range', async () => {
    assert.equal((await failed(api.tx.tasks.rate(id, 6), requester)).name, 'tasks.RatingOutOfRange');
    const rated = fields(await sent(api.tx.tasks.rate(id, 5), requester), 'tasks.TaskRated');
    assert.equal(rated.stars.toNumber(), 5);
    assert.equal(rated.provider.toString(), OPERATOR.address);
    assert.equal((await failed(api.tx.tasks.rate(id, 5), requester)).name, 'tasks.AlreadyRated');
  });

  it('is the same for the node\'s own RPC', async () => {
    const shown = await rpc('aicpw_task', id.toNumber());
    assert.equal(shown.status.state, 'settled');
    assert.equal(shown.requester, requester.address);
    assert.equal(shown.rating, 5);
  });
});

describe('a sealed task', () => {
  const requester = account('Ferdie');
  let events, id, provider;

  before(async () => {
    provider = await nodesProvider();
    events = await watchEvents();
  });

  it('is matched, and waits for its key', async () => {
    const privacy = { Sealed: { keyCommitment: `0x${'07'.repeat(32)}` } };
    const submitted = await sent(api.tx.tasks.submit(submission({ privacy, matchWindow: 10_000 })), requester);
    id = fields(submitted, 'tasks.TaskSubmitted').task;
    await events.next('tasks.TaskMatched', ({ assignment }) => assignment.task.eq(id));
    const [{ status }] = (await api.call.tasksApi.task(id)).unwrap().assignments;
    assert.ok(status.asAwaitingKey.recipient.eq(provider.sealingKey));
  });

  it('is granted one, and its worker finds that it does not fit', async () => {
    const assignment = { task: id, replica: 0, attempt: 0 };
    const envelope = {
      recipient: provider.sealingKey,
      encapsulated: `0x${'08'.repeat(32)}`,
      sealedKey: `0x${'09'.repeat(48)}`
    };
    const wrong = { ...envelope, recipient: `0x${'0a'.repeat(32)}` };
    assert.equal((await failed(api.tx.tasks.grantKey(assignment, wrong), requester)).name, 'tasks.WrongRecipient');

    const granted = await sent(api.tx.tasks.grantKey(assignment, envelope), requester);
    assert.ok(fields(granted, 'tasks.KeyGranted').assignment.task.eq(id));

    const failure = await events.next('tasks.AssignmentFailed', (event) => event.assignment.task.eq(id));
    assert.equal(failure.fault.toString(), 'BadKey');
    assert.equal(failure.provider.toString(), OPERATOR.address);
    assert.equal(failure.slashed.toBigInt(), 0n, 'it may be the requester\'s fault');
    assert.ok(failure.message.toUtf8().length > 0);
    const requeued = await events.next('tasks.TaskRequeued', ({ task }) => task.eq(id));
    assert.equal(requeued.attemptsLeft.toNumber(), 2);
  });

  it('is not cancelled while nobody knows whose fault it was', async () => {
    assert.equal((await failed(api.tx.tasks.cancel(id), requester)).name, 'tasks.FaultUndecided');
  });

  it('waits for another provider, and is refunded when there is none', async () => {
    await events.next('tasks.TaskParked', ({ task }) => task.eq(id));
    const ended = await events.next('tasks.TaskRefunded', ({ task }) => task.eq(id));
    assert.equal(ended.refunded.toBigInt(), AICP);
  });
});
