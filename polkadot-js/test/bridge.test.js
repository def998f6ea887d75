// What other chains and light clients read: commitments that contracts can verify, proofs that belong
// to them, and the chain specification from which a light client begins.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { u8aConcat, u8aEq, u8aToHex } from '@polkadot/util';
import { keccakAsU8a, secp256k1Recover } from '@polkadot/util-crypto';

import { api, rpc } from '../src/chain.js';
import { until } from '../src/wait.js';

/** The last block with a commitment: its hash and height. */
async function committed() {
  // None has been seen yet in the first seconds of a chain.
  const hash = await rpc('beefy_getFinalizedHead').catch((error) => {
    if (error.message.includes('not ready')) return null;
    throw error;
  });
  if (!hash) return null;
  const { number } = await api.rpc.chain.getHeader(hash);
  return { hash, number: number.toNumber() };
}

/** The root of the mountain range in a header. */
async function rootIn(hash) {
  const { digest } = await api.rpc.chain.getHeader(hash);
  const log = digest.logs.find((log) => log.isConsensus && log.asConsensus[0].eq('BEEF') && log.asConsensus[1][0] === 3);
  return u8aToHex(log.asConsensus[1].slice(1));
}

describe('a commitment', () => {
  it('is of the root of all blocks, and signed with the key that a contract recovers', async () => {
    const { hash, number } = await until('a commitment', committed);
    const { justifications } = await api.rpc.chain.getBlock(hash);
    const [, proof] = justifications.unwrap().find(([engine]) => engine.eq('BEEF'));
    const signed = api.registry.createType('BeefyVersionedFinalityProof', proof.toU8a(true));
    const { commitment, signaturesCompact } = signed.asV1;
    assert.equal(commitment.blockNumber.toNumber(), number);
    const [[id, root]] = commitment.payload;
    assert.equal(id.toUtf8(), 'mh');
    assert.equal(u8aToHex(root.toU8a(true)), await rootIn(hash));

    const [validator] = await api.query.beefy.authorities();
    const signature = signaturesCompact[0].toU8a();
    const key = secp256k1Recover(keccakAsU8a(commitment.toU8a()), signature.slice(0, 64), signature[64]);
    assert.ok(u8aEq(key, validator.toU8a()));
  });

  it('is a session\'s first, and then of every few seconds', async () => {
    const first = await api.rpc.chain.getBlockHash(1);
    const { justifications } = await api.rpc.chain.getBlock(first);
    assert.ok(justifications.unwrap().some(([engine]) => engine.eq('BEEF')));
    const one = await until('a commitment', committed);
    const next = await until('the next commitment', async () => {
      const now = await committed();
      return now.number > one.number && now;
    });
    assert.ok(next.number - one.number >= 16, `${one.number}, ${next.number}`);
  });
});

describe('the mountain range', () => {
  it('proves what was in a block, to whoever knows the root', async () => {
    const { hash, number } = await until('a commitment', committed);
    const root = await rootIn(hash);
    assert.equal(await rpc('mmr_root', hash), root);
    const proof = await rpc('mmr_generateProof', [3], number, hash);
    assert.equal(await rpc('mmr_verifyProof', proof), true);
    assert.equal(await rpc('mmr_verifyProofStateless', root, proof), true);
    const other = await rootIn(await api.rpc.chain.getBlockHash(2));
    await assert.rejects(rpc('mmr_verifyProofStateless', other, proof));
  });

  it('has leaves that say the parent, the next validators and how much AICP there is', async () => {
    const { hash, number } = await until('a commitment', committed);
    const { leaves } = await rpc('mmr_generateProof', [number], number, hash);
    // One leaf, and its length.
    const [leaf] = api.registry.createType('Vec<Bytes>', leaves).map((leaf) => leaf.toU8a(true));
    const at = await api.at(hash);
    const { parentHash } = await api.rpc.chain.getHeader(hash);
    const next = await at.call.beefyMmrApi.nextAuthoritySetProof();
    const issuance = (await at.query.balances.totalIssuance()).toU8a();
    const expected = u8aConcat(
      new Uint8Array([0]),
      api.registry.createType('u32', number - 1).toU8a(),
      parentHash.toU8a(),
      next.toU8a(),
      issuance
    );
    assert.equal(u8aToHex(leaf), u8aToHex(expected));
  });
});

describe('sync_state_genSyncSpec', () => {
  it('is the chain\'s specification with a place to begin', async () => {
    const spec = await rpc('sync_state_genSyncSpec', true);
    assert.equal(spec.name, 'AICPW Development');
    // The code is in the genesis.
    assert.ok(spec.genesis.raw.top['0x3a636f6465'].length > 100_000);
    const { lightSyncState } = spec;
    assert.deepEqual(Object.keys(lightSyncState).sort(), [
      'babeEpochChanges', 'babeFinalizedBlockWeight', 'finalizedBlockHeader', 'grandpaAuthoritySet'
    ]);
    const header = api.registry.createType('Header', lightSyncState.finalizedBlockHeader);
    const hash = await api.rpc.chain.getBlockHash(header.number.unwrap());
    assert.ok(header.hash.eq(hash), 'a block of this chain');
    const final = await api.rpc.chain.getHeader(await api.rpc.chain.getFinalizedHead());
    assert.ok(header.number.unwrap().lte(final.number.unwrap()));
  });
});
