// Workers' calls are there, and nobody can make one by signing it: they are authorised by the worker
// key inside them.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { account, api } from '../src/chain.js';
import { SOME_MANIFEST } from '../src/market.js';
import { fields, included, unsignedRefused } from '../src/transactions.js';

const hash = `0x${'42'.repeat(32)}`;
const proof = { recentBlock: 0, signature: `0x${'42'.repeat(64)}` };
const assignment = { task: 0, replica: 0, attempt: 0 };
const answer = { int: { root: hash, openings: [] }, fp32: null };
const opening = { salt: hash, resultRoot: hash, traceCommitment: hash, result: SOME_MANIFEST };

const eve = account('Eve');
const { providerStaking, tasks } = api.tx;
const openTrace = tasks.openTrace.meta.args[1];
const calls = [
  providerStaking.heartbeat(eve.address, 0, proof),
  providerStaking.heartbeatWithout(eve.address, 0, [0], proof),
  providerStaking.answerChallenge(0, answer, proof),
  tasks.start(assignment, proof),
  tasks.reportProgress(assignment, { stepsDone: 1, stepsTotal: 2 }, proof),
  tasks.commitResult(assignment, hash, proof),
  tasks.revealResult(assignment, opening, proof),
  tasks.fail(assignment, 'Crashed', null, '', proof),
  tasks.openTrace(assignment, api.registry.createType(openTrace.type.toString()), proof),
  tasks.showWork(assignment, hash, proof)
];

describe('a worker\'s call that a person signs', () => {
  for (const call of calls) {
    const { section, method } = call.method;
    it(`is refused: ${section}.${method}`, async () => {
      const { events, error } = await included(call, eve);
      assert.ok(error?.isBadOrigin, `${error}`);
      // And costs what any transaction costs, so that it is nobody's way to flood the chain.
      const { who, actualFee } = fields(events, 'transactionPayment.TransactionFeePaid');
      assert.equal(who.toString(), eve.address);
      assert.ok(actualFee.toBigInt() > 0n);
    });
  }
});

describe('a worker\'s call that nobody signs', () => {
  for (const call of calls) {
    const { section, method } = call.method;
    it(`is refused by the pool: ${section}.${method}`, async () => {
      assert.match(await unsignedRefused(call), /^10\d\d: /);
    });
  }
});
