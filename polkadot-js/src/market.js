// What goes into the market: submissions and devices as polkadot.js takes them, and content on IPFS.

import { u8aToHex } from '@polkadot/util';
import { base32Decode, base32Encode } from '@polkadot/util-crypto';

import { AICP, rpc } from './chain.js';

/** The binary form of a CIDv1 in its usual text (`b`, then base32), as the chain takes it. */
export const cidBytes = (text) => u8aToHex(base32Decode(text, true));

/** And back. */
export const cidText = (bytes) => base32Encode(bytes.toU8a(true), true);

/** The CID of some manifest, of which nothing is on any node. */
export const SOME_MANIFEST = cidBytes('bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi');

/** More GFLOPS than any device has. */
export const TOO_MANY_GFLOPS = 4_000_000_000;

/** A task for which a weak processor is enough, with what differs from that. */
export const submission = ({ needs, ...rest } = {}) => ({
  manifest: SOME_MANIFEST,
  needs: { engine: 'OpenCl', class: 'Int', gflops: 1, memory: 1, bandwidth: 0, minReputation: 0, ...needs },
  timeLimit: 60_000,
  budget: AICP,
  matchWindow: 600_000,
  verification: { Optimistic: { window: 60_000 } },
  privacy: 'Public',
  peers: [],
  ...rest
});

/** A device's spec, of a name that is its own. */
export const deviceSpec = (name, rest = {}) => ({
  kind: 'Gpu',
  engine: 'OpenCl',
  name,
  fingerprint: u8aToHex(new TextEncoder().encode(name.padEnd(32)).slice(0, 32)),
  classes: { int: true, fp32Strict: true, device: true },
  gflops: 500,
  memory: 4_096,
  bandwidth: 100,
  ...rest
});

/** An ask, in AICP per TFLOPS-hour. */
export const ask = (aicp) => BigInt(aicp * 1_000) * (AICP / 1_000n);

/** Puts bytes on the node's IPFS, and gives back their CID as text. */
export async function addToIpfs(bytes) {
  const upload = await rpc('aicpw_ipfsAddOpen', bytes.length);
  await rpc('aicpw_ipfsAddWrite', upload, Buffer.from(bytes).toString('base64'));
  const { cid } = await rpc('aicpw_ipfsAddFinish', upload);
  return cid;
}

/** Reads up to `length` bytes of what is on IPFS. */
export async function readFromIpfs(cid, length) {
  return Buffer.from(await rpc('aicpw_ipfsRead', cid, 0, length), 'base64');
}
