// The hash of the metadata (RFC 78), which a device that signs checks before it shows what is signed.

import { merkleizeMetadata } from '@polkadot-api/merkleize-metadata';
import { u8aToHex } from '@polkadot/util';

import { api } from './chain.js';

/**
 * Whether the runtime under test was built with the hash of its metadata, as published ones are. Then the
 * tests sign over it whatever they send.
 */
export const KNOWN = process.env.AICPW_METADATA_HASH === '1';

/** The hash, made of the metadata and of what the chain says of its token. */
export async function digest() {
  const { tokenDecimals, tokenSymbol } = api.registry.getChainProperties();
  const metadata = (await api.call.metadata.metadataAtVersion(15)).unwrap().toU8a(true);
  return u8aToHex(
    merkleizeMetadata(metadata, {
      decimals: tokenDecimals.unwrap()[0].toNumber(),
      tokenSymbol: tokenSymbol.unwrap()[0].toString()
    }).digest()
  );
}

/** Options for signing over this hash. */
export const over = (metadataHash) => ({ mode: 1, metadataHash });

/** What the tests sign with. */
export const SIGNING = KNOWN ? over(await digest()) : {};
