// Accounts that are more than one key: proxies with the market's roles, multisig, batches.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';

import { encodeMultiAddress, sortAddresses } from '@polkadot/util-crypto';

import { account, AICP, api } from '../src/chain.js';
import { submission, TOO_MANY_GFLOPS } from '../src/market.js';
import { fields, included, named, newAccount, sent } from '../src/transactions.js';

const submit = () => api.tx.tasks.submit(submission({ needs: { gflops: TOO_MANY_GFLOPS }, timeLimit: 1 }));
const transfer = (to) => api.tx.balances.transferKeepAlive(to, AICP);

describe('a proxy for a requester', () => {
  let owner, proxy;

  before(async () => {
    owner = await newAccount();
    proxy = await newAccount();
  });

  it('is added, by the name of its role', async () => {
    const roles = api.registry.createType(api.tx.proxy.addProxy.meta.args[1].type.toString()).defKeys;
    for (const role of [
      'Any', 'NonTransfer', 'Provider', 'Requester', 'Governance', 'CancelProxy', 'Validator',
      'IdentityJudgement'
    ]) {
      assert.ok(roles.includes(role), role);
    }
    const events = await sent(api.tx.proxy.addProxy(proxy.address, 'Requester', 0), owner);
    const added = fields(events, 'proxy.ProxyAdded');
    assert.equal(added.delegatee.toString(), proxy.address);
    assert.equal(added.proxyType.toString(), 'Requester');
  });

  it('submits and cancels for its owner, whose money is held', async () => {
    const events = await sent(api.tx.proxy.proxy(owner.address, null, submit()), proxy);
    assert.ok(fields(events, 'proxy.ProxyExecuted').result.isOk);
    const { task, requester } = fields(events, 'tasks.TaskSubmitted');
    assert.equal(requester.toString(), owner.address);
    assert.equal(fields(events, 'balances.Held').who.toString(), owner.address);
    await sent(api.tx.proxy.proxy(owner.address, 'Requester', api.tx.tasks.cancel(task)), proxy);
    assert.ok((await api.call.tasksApi.task(task)).unwrap().status.isCancelled);
  });

  it('cannot do what is not its role, and is told so', async () => {
    const events = await sent(api.tx.proxy.proxy(owner.address, null, transfer(proxy.address)), proxy);
    const { result } = fields(events, 'proxy.ProxyExecuted');
    assert.equal(named(result.asErr).name, 'system.CallFiltered');
  });
});

describe('an identity', () => {
  it('is set, read as wallets read it, and cleared', async () => {
    const owner = await newAccount();
    const raw = (text) => ({ Raw: text });
    const info = {
      display: raw('A workshop'), legal: null, web: raw('workshop.example'), riot: null, email: null, image: null,
      twitter: null, pgpFingerprint: null, additional: [[raw('GPUs'), raw('4')]]
    };
    fields(await sent(api.tx.identity.setIdentity(info), owner), 'identity.IdentitySet');
    const found = (await api.query.identity.identityOf(owner.address)).unwrap();
    assert.equal(found.info.display.asRaw.toUtf8(), 'A workshop');
    assert.equal(found.info.web.asRaw.toUtf8(), 'workshop.example');
    assert.equal(found.info.additional[0][1].asRaw.toUtf8(), '4');
    const deposit = found.deposit.toBigInt();
    const reserved = async () => (await api.query.system.account(owner.address)).data.reserved.toBigInt();
    assert.ok(deposit > 0n);
    assert.equal(await reserved(), deposit);
    await sent(api.tx.identity.clearIdentity(), owner);
    assert.ok((await api.query.identity.identityOf(owner.address)).isNone);
    assert.equal(await reserved(), 0n);
  });
});

describe('a multisig of two of three', () => {
  const names = ['Alice', 'Bob', 'Charlie'];
  const pairs = names.map(account);
  const all = pairs.map(({ address }) => address);
  const multisig = encodeMultiAddress(all, 2, api.registry.chainSS58);
  const others = (pair) => sortAddresses(all.filter((address) => address !== pair.address), api.registry.chainSS58);
  const anyWeight = { refTime: 10_000_000_000, proofSize: 100_000 };

  it('acts when two have agreed', async () => {
    await sent(api.tx.balances.transferKeepAlive(multisig, 10n * AICP), pairs[0]);
    const to = await newAccount();
    const call = transfer(to.address);

    const first = await sent(api.tx.multisig.asMulti(2, others(pairs[1]), null, call, anyWeight), pairs[1]);
    assert.equal(fields(first, 'multisig.NewMultisig').multisig.toString(), multisig);
    const pending = (await api.query.multisig.multisigs(multisig, call.method.hash)).unwrap();
    assert.deepEqual(pending.approvals.map(String), [pairs[1].address]);

    const second = await sent(
      api.tx.multisig.asMulti(2, others(pairs[2]), pending.when, call, anyWeight),
      pairs[2]
    );
    assert.ok(fields(second, 'multisig.MultisigExecuted').result.isOk);
    assert.equal(fields(second, 'balances.Transfer').from.toString(), multisig);
  });
});

describe('a batch', () => {
  it('does all of its calls, or none', async () => {
    const owner = await newAccount();
    const { batchAll } = api.tx.utility;
    const events = await sent(batchAll([submit(), submit()]), owner);
    assert.equal(events.filter((event) => event.section === 'tasks' && event.method === 'TaskSubmitted').length, 2);

    const { length } = await api.call.tasksApi.historyHead();
    const { error } = await included(batchAll([submit(), api.tx.tasks.cancel(10 ** 12)]), owner);
    assert.equal(named(error).name, 'tasks.UnknownTask');
    assert.ok((await api.call.tasksApi.historyHead()).length.eq(length), 'the submission was taken back');
  });
});
