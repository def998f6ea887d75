// A task that nothing fits, from its submission to its refund, and the errors that a requester meets.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { u8aToHex } from '@polkadot/util';

import { account, AICP, api } from '../src/chain.js';
import { SOME_MANIFEST, submission, TOO_MANY_GFLOPS } from '../src/market.js';
import { nodesProvider } from '../src/provider.js';
import { failed, fields, refused, sent } from '../src/transactions.js';
import { until } from '../src/wait.js';

const charlie = account('Charlie');
const balance = async () => (await api.query.system.account(charlie.address)).data;
const task = async (id) => (await api.call.tasksApi.task(id)).unwrap();
const submit = (changes) => api.tx.tasks.submit(submission(changes));

describe('a task that nothing fits', () => {
  const budget = 3n * AICP;
  let id;

  it('is not matched in a dry run either, for the same reason', async () => {
    await nodesProvider();
    const { needs, timeLimit, verification } = submission({ needs: { gflops: TOO_MANY_GFLOPS } });
    const answer = await api.call.tasksApi.dryRun(charlie.address, needs, 10n ** 12n * AICP, timeLimit, verification);
    assert.deepEqual(answer.toHuman(), { Unmatched: 'Gflops' });
  });

  it('is submitted; its budget is held', async () => {
    const before = await balance();
    const { length: expected } = await api.call.tasksApi.historyHead();
    const events = await sent(
      // A budget that pays so many GFLOPS at the lowest ask, for the shortest time.
      submit({ needs: { gflops: TOO_MANY_GFLOPS }, timeLimit: 1, budget, matchWindow: 600_000 }),
      charlie
    );

    const submitted = fields(events, 'tasks.TaskSubmitted');
    id = submitted.task;
    assert.ok(id.eq(expected));
    assert.equal(submitted.requester.toString(), charlie.address);
    assert.equal(submitted.manifest.toHex(), SOME_MANIFEST);
    assert.equal((await api.call.tasksApi.historyHead()).head.toHex(), submitted.historyHead.toHex());

    const held = fields(events, 'balances.Held');
    assert.deepEqual(held.reason.toHuman(), { Tasks: 'TaskEscrow' });
    assert.equal(held.amount.toBigInt(), budget);
    assert.equal((await balance()).reserved.toBigInt() - before.reserved.toBigInt(), budget);
  });

  it('is parked, and says why', async () => {
    const parked = await until('the task to be parked', async () => {
      const { status } = await task(id);
      return status.isParked && status.asParked;
    });
    assert.equal(parked.reason.toString(), 'Gflops');
  });

  it('is listed for its requester', async () => {
    const mine = await api.call.tasksApi.tasks(charlie.address, null, 100);
    assert.ok(mine.some((other) => other.eq(id)));
    const all = await api.call.tasksApi.tasks(null, null, 1);
    assert.ok(all[0].eq(id));
  });

  it('is its requester\'s alone to cancel', async () => {
    assert.deepEqual(await failed(api.tx.tasks.cancel(id), account('Eve')), {
      name: 'tasks.NotRequester',
      docs: 'Only the requester of the task can do this.'
    });
  });

  it('is cancelled; the whole budget comes back', async () => {
    const before = await balance();
    const events = await sent(api.tx.tasks.cancel(id), charlie);
    const cancelled = fields(events, 'tasks.TaskCancelled');
    assert.ok(cancelled.task.eq(id));
    assert.equal(cancelled.refunded.toBigInt(), budget);
    const fee = fields(events, 'transactionPayment.TransactionFeePaid').actualFee.toBigInt();
    const after = await balance();
    assert.equal(after.free.toBigInt() - before.free.toBigInt(), budget - fee);
    assert.equal(before.reserved.toBigInt() - after.reserved.toBigInt(), budget);
    const { status, escrow } = await task(id);
    assert.ok(status.isCancelled);
    assert.equal(escrow.toBigInt(), 0n);
  });
});

describe('a requester is told what is wrong, by name and in words', () => {
  const mistakes = [
    [
      'a CID as text',
      { manifest: u8aToHex(new TextEncoder().encode('bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi')) },
      'BadManifestCid',
      'The manifest\'s CID is not a CIDv1.'
    ],
    ['no time', { timeLimit: 0 }, 'ZeroTimeLimit', '`time_limit` is zero.'],
    ['a budget of nothing', { budget: 1 }, 'BudgetTooLow', '`budget` is lower than `MinBudget`.'],
    [
      'more than the account has',
      { budget: 10n ** 9n * AICP },
      'CannotPay',
      'The account cannot pay the submission fee and the budget.'
    ],
    [
      'a mode that is not there',
      { verification: { Proof: { circuit: 1 } } },
      'ModeNotSupported',
      'This verification mode is not supported yet: use `expected`, `optimistic` or `replicated`.'
    ]
  ];
  for (const [what, changes, name, docs] of mistakes) {
    it(what, async () => {
      assert.deepEqual(await failed(submit(changes), charlie), { name: `tasks.${name}`, docs });
    });
  }

  it('a task that there is not', async () => {
    for (const call of [api.tx.tasks.cancel(10 ** 12), api.tx.tasks.accept(10 ** 12), api.tx.tasks.rate(10 ** 12, 5)]) {
      assert.deepEqual(await failed(call, charlie), {
        name: 'tasks.UnknownTask',
        docs: 'No such task: it was never submitted, or ended long ago.'
      });
    }
  });

  it('a tip, which buys no place before others', async () => {
    assert.match(await refused(submit(), charlie, { tip: 1 }), /^1010: Invalid Transaction: Custom error: 64$/);
  });

  it('a fee that the account cannot pay', async () => {
    const empty = account('nobody has ever paid this account');
    assert.match(await refused(submit(), empty), /^1010: Invalid Transaction: Inability to pay some fees/);
  });
});
