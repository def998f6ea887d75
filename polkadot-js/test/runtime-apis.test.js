// The runtime APIs of the market answer through `api.call`, and what they answer decodes to names.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';

import { account, AICP, api, rpc } from '../src/chain.js';
import { submission, TOO_MANY_GFLOPS } from '../src/market.js';
import { nodesProvider, OPERATOR } from '../src/provider.js';
import { fields, sent } from '../src/transactions.js';

const { censusApi, disputesApi, providersApi, tasksApi, workerApi } = api.call;

/** Whether a structure has these fields, by name. */
const has = (structure, names) => {
  const keys = [...structure.keys()];
  assert.deepEqual(names.filter((name) => !keys.includes(name)), []);
};

describe('the runtime APIs', () => {
  let provider;
  before(async () => {
    provider = await nodesProvider();
  });

  it('tasksApi.marketParameters and marketClock: what the RPC says as well', async () => {
    const parameters = await tasksApi.marketParameters();
    const fromRpc = await rpc('aicpw_marketParameters');
    assert.equal(parameters.submissionFee.toString(), fromRpc.submissionFee);
    assert.equal(parameters.minStake.toString(), fromRpc.minStake);
    assert.equal(parameters.blockTime.toNumber(), 250);
    assert.deepEqual(Object.keys(fromRpc), [...parameters.keys()]);

    const clock = await tasksApi.marketClock();
    assert.ok(clock.block.toNumber() > 0);
    assert.ok(clock.isPaused.isFalse);
  });

  it('tasksApi.dryRun: who would take a task, and for how much', async () => {
    const { needs, budget, timeLimit, verification } = submission({ needs: { gflops: 2 } });
    const answer = await tasksApi.dryRun(account('Ferdie').address, needs, budget, timeLimit, verification);
    assert.ok(answer.isMatch, `${answer}`);
    const { device, ask, price, auditCost } = answer.asMatch;
    assert.ok(device.eq(provider.devices[0].id));
    assert.ok(ask.eq(provider.devices[0].ask));
    assert.ok(price.toBigInt() > 0n && price.toBigInt() + auditCost.toBigInt() < budget);
  });

  it('tasksApi.task, tasks and historyHead', async () => {
    const ferdie = account('Ferdie');
    const task = submission({
      // No device takes it.
      needs: { gflops: TOO_MANY_GFLOPS, class: 'Fp32Strict' },
      timeLimit: 1,
      verification: { Expected: { rootHash: `0x${'01'.repeat(32)}` } }
    });
    const events = await sent(api.tx.tasks.submit(task), ferdie);
    const { task: id, historyHead } = fields(events, 'tasks.TaskSubmitted');

    const view = (await tasksApi.task(id)).unwrap();
    has(view, [
      'id', 'requester', 'submission', 'submittedAt', 'timestamp', 'historyHead', 'status', 'escrow',
      'assignments', 'rating', 'audit'
    ]);
    assert.equal(view.requester.toString(), ferdie.address);
    assert.ok(view.historyHead.eq(historyHead));
    assert.equal(view.submission.needs.class.toString(), 'Fp32Strict');
    assert.ok(view.submission.verification.isExpected);
    assert.equal(view.submission.budget.toBigInt(), AICP);

    assert.deepEqual((await tasksApi.tasks(ferdie.address, null, 1)).map(Number), [id.toNumber()]);
    assert.deepEqual((await tasksApi.tasks(ferdie.address, id, 1)).map(Number).filter((other) => other >= id), []);
    const { length } = await tasksApi.historyHead();
    assert.ok(length.toNumber() > id.toNumber());
    assert.ok((await tasksApi.task(length.toNumber() + 1_000)).isNone);
    await sent(api.tx.tasks.cancel(id), ferdie);
  });

  it('providersApi: the provider, by account and by worker key, and its devices', async () => {
    const all = await providersApi.providers(null, 100);
    assert.ok(all.some((other) => other.eq(OPERATOR.address)));
    assert.deepEqual((await providersApi.providers(all[0], 100)).map(String), all.slice(1).map(String));

    has(provider, [
      'account', 'stake', 'unbonding', 'unbondings', 'locked', 'worker', 'sealingKey', 'peers',
      'lastHeartbeat', 'online', 'reputation', 'settled', 'faults', 'ratings', 'devices'
    ]);
    assert.equal(provider.account.toString(), OPERATOR.address);
    const owner = await providersApi.providerOfWorker(provider.worker);
    assert.equal(owner.unwrap().toString(), OPERATOR.address);

    const device = (await providersApi.device(provider.devices[0].id)).unwrap();
    const [measured] = await rpc('aicpw_localDevices');
    assert.equal(device.spec.name.toUtf8(), measured.name);
    assert.equal(device.spec.gflops.toNumber(), measured.gflops);
    assert.ok(device.online.isTrue);
    assert.ok((await providersApi.provider(account('Eve').address)).isNone);
  });

  it('disputesApi: there is none of a task that is not there, nor a bond for one', async () => {
    const none = 1_000_000_000;
    assert.ok((await disputesApi.dispute(none)).isNone);
    assert.ok((await disputesApi.disputeBond(none)).isNone);
    assert.ok((await disputesApi.claimBond({ task: none, replica: 0, attempt: 0 })).isNone);
    assert.ok((await disputesApi.disputes(null, 100)).length <= 100);
  });

  it('censusApi: what there is of everything', async () => {
    const census = await censusApi.census();
    has(census, ['submitted', 'tasks', 'disputes', 'claims', 'listedDevices', 'liveProviders']);
    assert.ok(census.submitted.eq((await tasksApi.historyHead()).length));
    assert.ok(census.liveProviders.toNumber() >= 1);
  });

  it('workerApi: the orders of a worker, and the height of the state', async () => {
    const height = (await workerApi.height()).toNumber();
    const orders = await workerApi.orders(provider.worker);
    has(orders, ['genesis', 'block', 'orders']);
    const head = await api.rpc.chain.getHeader();
    assert.ok(height > 0 && height <= head.number.toNumber());
  });
});
