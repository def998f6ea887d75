// A provider's calls, signed by a person: each is sent, and its event read by names.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';

import { AICP, api } from '../src/chain.js';
import { ask, deviceSpec } from '../src/market.js';
import { agreement } from '../src/provider.js';
import { failed, fields, newAccount, sent } from '../src/transactions.js';

const { providerStaking } = api.tx;
const PEER = '0x047f000001910fa1';
const SEALING_KEY = `0x${'09'.padEnd(64, '0')}`;

describe('a provider', () => {
  const view = async () => (await api.call.providersApi.provider(provider.address)).unwrap();
  let provider, workers, device;

  before(async () => {
    provider = await newAccount();
    workers = [provider.derive('//worker'), provider.derive('//another worker')];
  });

  it('registers with a stake, which is held', async () => {
    const events = await sent(
      providerStaking.registerProvider(
        200n * AICP,
        workers[0].publicKey,
        SEALING_KEY,
        [PEER],
        await agreement(workers[0], provider)
      ),
      provider
    );
    const { provider: who, worker, stake } = fields(events, 'providerStaking.ProviderRegistered');
    assert.equal(who.toString(), provider.address);
    assert.deepEqual(worker.toU8a(), workers[0].publicKey);
    assert.equal(stake.toBigInt(), 200n * AICP);

    const held = fields(events, 'balances.Held');
    assert.deepEqual(held.reason.toHuman(), { ProviderStaking: 'ProviderStake' });
    assert.equal(held.amount.toBigInt(), 200n * AICP);
    const holds = await api.query.balances.holds(provider.address);
    assert.deepEqual(holds.toHuman(), [
      { id: { ProviderStaking: 'ProviderStake' }, amount: '200,000,000,000,000,000,000' }
    ]);
  });

  it('says where its results are served', async () => {
    const events = await sent(providerStaking.setPeers([PEER, PEER]), provider);
    assert.equal(fields(events, 'providerStaking.PeersSet').provider.toString(), provider.address);
    assert.deepEqual((await view()).peers.map((peer) => peer.toHex()), [PEER, PEER]);
  });

  it('has another key act for it', async () => {
    const events = await sent(
      providerStaking.rotateWorker(workers[1].publicKey, SEALING_KEY, await agreement(workers[1], provider)),
      provider
    );
    const { worker } = fields(events, 'providerStaking.WorkerRotated');
    assert.deepEqual(worker.toU8a(), workers[1].publicKey);
    const owner = await api.call.providersApi.providerOfWorker(workers[1].publicKey);
    assert.equal(owner.unwrap().toString(), provider.address);
    assert.ok((await api.call.providersApi.providerOfWorker(workers[0].publicKey)).isNone);
  });

  it('registers a device, and changes what it offers', async () => {
    const registered = await sent(
      providerStaking.registerDevice(deviceSpec('a card of the tests'), ask(0.5), 2),
      provider
    );
    device = fields(registered, 'providerStaking.DeviceRegistered').device;

    const respecified = deviceSpec('a card of the tests', { gflops: 750 });
    const calls = [
      [providerStaking.setSlots(device, 4), 'SlotsSet', { slots: '4' }],
      [providerStaking.setAsk(device, ask(2)), 'AskSet', { ask: '2,000,000,000,000,000,000' }],
      [providerStaking.setAvailability(device, false), 'AvailabilitySet', { available: false }],
      [providerStaking.updateSpec(device, respecified), 'SpecUpdated', {}]
    ];
    for (const [call, event, expected] of calls) {
      const { device: which, ...rest } = fields(await sent(call, provider), `providerStaking.${event}`);
      assert.ok(which.eq(device), event);
      assert.deepEqual(
        Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, value.toHuman()])),
        expected
      );
    }

    const shown = (await api.call.providersApi.device(device)).unwrap().toHuman();
    assert.equal(shown.spec.name, 'a card of the tests');
    assert.equal(shown.spec.gflops, '750');
    assert.equal(shown.spec.kind, 'Gpu');
    assert.equal(shown.slots, '4');
    assert.equal(shown.ask, '2,000,000,000,000,000,000');
    assert.equal(shown.available, false);
    assert.equal(shown.online, false);
  });

  it('adds to its stake, and takes from it', async () => {
    const bonded = fields(await sent(providerStaking.bondExtra(50n * AICP), provider), 'providerStaking.StakeBonded');
    assert.equal(bonded.amount.toBigInt(), 50n * AICP);
    const unbonded = fields(await sent(providerStaking.unbond(20n * AICP), provider), 'providerStaking.StakeUnbonded');
    assert.equal(unbonded.amount.toBigInt(), 20n * AICP);

    const { stake, unbonding, unbondings } = await view();
    assert.equal(stake.toBigInt(), 250n * AICP);
    assert.equal(unbonding.toBigInt(), 20n * AICP);
    assert.ok(unbondings[0].availableAt.eq(unbonded.availableAt));
  });

  it('is told by name what it cannot do yet', async () => {
    // Two weeks would have to pass.
    assert.deepEqual(await failed(providerStaking.withdrawUnbonded(), provider), {
      name: 'providerStaking.NothingToWithdraw',
      docs: 'Nothing that unbonds can be withdrawn yet.'
    });
    assert.deepEqual(await failed(providerStaking.deregisterProvider(), provider), {
      name: 'providerStaking.DevicesRemain',
      docs: 'The provider has devices.'
    });
  });

  it('removes its device', async () => {
    const events = await sent(providerStaking.deregisterDevice(device), provider);
    assert.ok(fields(events, 'providerStaking.DeviceDeregistered').device.eq(device));
    assert.ok((await api.call.providersApi.device(device)).isNone);
    assert.equal((await failed(providerStaking.deregisterProvider(), provider)).name, 'providerStaking.StakeRemains');
  });
});
