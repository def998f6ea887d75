// What a wallet shows of the chain comes from the chain: its name, address format and token.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { account, AICP, api, rpc } from '../src/chain.js';
import { fields, sent } from '../src/transactions.js';

describe('the chain', () => {
  it('says its name and that it is for development', async () => {
    assert.equal(api.runtimeChain.toString(), 'AICPW Development');
    assert.equal((await api.rpc.system.chainType()).toString(), 'Development');
    assert.equal((await api.rpc.system.name()).toString(), 'AICPW Node');
    assert.equal(api.runtimeVersion.specName.toString(), 'aicpw');
  });

  it('says its address format, and symbol and decimals of its token', () => {
    const properties = api.registry.getChainProperties();
    assert.equal(properties.ss58Format.unwrap().toNumber(), 7390);
    assert.deepEqual(properties.tokenSymbol.unwrap().map(String), ['AICP']);
    assert.deepEqual(properties.tokenDecimals.unwrap().map(Number), [18]);
    // Wallets read the prefix from either; they must not disagree.
    assert.equal(api.consts.system.ss58Prefix.toNumber(), 7390);
    assert.equal(api.registry.chainSS58, 7390);
  });

  it('shows addresses in its own format and amounts in its own unit', async () => {
    const alice = account('Alice');
    assert.equal(alice.address, 'ugLw5rpCd2Q4cpzasbrghFBe8YHtLUT9UKtYKnWzzyuNVZjqu');
    const { data } = await api.query.system.account(alice.address);
    assert.match(data.free.toHuman(), /^[\d,]+$/);
    assert.equal(api.registry.createType('Balance', AICP * 3n / 2n).toHuman(), '1.5000 AICP');
  });

  it('tells the same to libraries of the newer JSON-RPC', async () => {
    assert.equal(await rpc('chainSpec_v1_chainName'), 'AICPW Development');
    assert.equal(await rpc('chainSpec_v1_genesisHash'), api.genesisHash.toHex());
    assert.deepEqual(await rpc('chainSpec_v1_properties'), {
      ss58Format: 7390,
      tokenDecimals: 18,
      tokenSymbol: 'AICP'
    });
  });

  it('has the methods that libraries and wallets are built on', async () => {
    const { methods } = await rpc('rpc_methods');
    const expected = [
      // polkadot.js
      'author_pendingExtrinsics', 'author_submitAndWatchExtrinsic', 'author_submitExtrinsic',
      'chain_getBlock', 'chain_getBlockHash', 'chain_getFinalizedHead', 'chain_getHeader',
      'chain_subscribeAllHeads', 'chain_subscribeFinalizedHeads', 'chain_subscribeNewHeads',
      'payment_queryInfo', 'state_call', 'state_getKeysPaged', 'state_getMetadata',
      'state_getRuntimeVersion', 'state_getStorage', 'state_queryStorageAt',
      'state_subscribeRuntimeVersion', 'state_subscribeStorage',
      'system_accountNextIndex', 'system_chain', 'system_chainType', 'system_health', 'system_name',
      'system_peers', 'system_properties', 'system_syncState', 'system_version',
      // polkadot-api, subxt and smoldot's friends
      'chainHead_v1_body', 'chainHead_v1_call', 'chainHead_v1_continue', 'chainHead_v1_follow',
      'chainHead_v1_header', 'chainHead_v1_stopOperation', 'chainHead_v1_storage',
      'chainHead_v1_unfollow', 'chainHead_v1_unpin',
      'chainSpec_v1_chainName', 'chainSpec_v1_genesisHash', 'chainSpec_v1_properties',
      'transactionWatch_v1_submitAndWatch', 'transaction_v1_broadcast', 'transaction_v1_stop',
      // an explorer's node keeps all states, and has these then
      'archive_v1_body', 'archive_v1_call', 'archive_v1_finalizedHeight', 'archive_v1_genesisHash',
      'archive_v1_hashByHeight', 'archive_v1_header', 'archive_v1_storage',
      // bridges and light clients
      'beefy_getFinalizedHead', 'beefy_subscribeJustifications', 'mmr_generateAncestryProof', 'mmr_generateProof',
      'mmr_root', 'mmr_verifyProof', 'mmr_verifyProofStateless', 'sync_state_genSyncSpec'
    ];
    assert.deepEqual(expected.filter((method) => !methods.includes(method)), []);
  });

  it('transfers', async () => {
    const to = account('Alice//of the transfer test').address;
    const before = (await api.query.system.account(to)).data.free.toBigInt();
    const events = await sent(api.tx.balances.transferKeepAlive(to, AICP), account('Alice'));
    const transfer = fields(events, 'balances.Transfer');
    assert.equal(transfer.to.toString(), to);
    assert.equal(transfer.amount.toBigInt(), AICP);
    const after = (await api.query.system.account(to)).data.free.toBigInt();
    assert.equal(after - before, AICP);
  });
});
