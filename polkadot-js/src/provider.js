// Providers: one that is nothing but keys in this process, and the one whose node is under test.

import { blake3 } from '@noble/hashes/blake3';
import { u8aConcat, u8aToHex } from '@polkadot/util';

import { account, AICP, api, rpc } from './chain.js';
import { ask } from './market.js';
import { fields, sent } from './transactions.js';
import { until } from './wait.js';

/**
 * A worker key's agreement to act for `provider`, as `aicpw_workerKeys` has it from a node: its
 * signature over the statement `Join` (protocol/src/worker.rs), the chain and a recent block.
 */
export async function agreement(worker, provider) {
  const hash = await api.rpc.chain.getFinalizedHead();
  const { number } = await api.rpc.chain.getHeader(hash);
  const join = u8aConcat(new Uint8Array([0]), provider.publicKey);
  const payload = blake3(u8aConcat(api.genesisHash, hash, join), {
    context: 'aicpw 2026 worker statement v1'
  });
  return { recentBlock: number.toNumber(), signature: u8aToHex(worker.sign(payload)) };
}

/** Who answers for the devices of the node under test. */
export const OPERATOR = account('Bob');

/** The devices of the node under test. It measures them as it starts, which can take minutes. */
export const localDevices = () =>
  until('the node to have measured its devices', () =>
    rpc('aicpw_localDevices').catch((error) => {
      // Not yet.
      if (error.code === 7010) return null;
      throw error;
    })
  );

/**
 * Has the operator be a provider, with the devices of the node under test, online and proven, and gives back
 * what the chain says of it. Does only what is not done yet.
 */
export async function nodesProvider() {
  const view = async () => (await api.call.providersApi.provider(OPERATOR.address)).unwrapOr(null);
  if (!(await view())) {
    const { worker, sealingKey, proof } = await rpc('aicpw_workerKeys', OPERATOR.address);
    const events = await sent(
      api.tx.providerStaking.registerProvider(1_000n * AICP, worker, sealingKey, [], proof),
      OPERATOR
    );
    fields(events, 'providerStaking.ProviderRegistered');
  }
  if ((await view()).devices.length === 0) {
    for (const spec of await localDevices()) {
      const call = api.tx.providerStaking.registerDevice(spec, ask(0.5), 1);
      fields(await sent(call, OPERATOR), 'providerStaking.DeviceRegistered');
    }
  }
  return until('the heartbeat and the conformance runs of the node under test', async () => {
    const provider = await view();
    const proven = provider.devices.every((device) => device.challenge.isNone);
    return provider.online.isTrue && provider.devices.length > 0 && proven && provider;
  });
}
