// An account that is not in this process signs: in the Polkadot extension, or in a device that checks
// the metadata's hash before it shows what is signed.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { merkleizeMetadata } from '@polkadot-api/merkleize-metadata';
import { Metadata, TypeRegistry } from '@polkadot/types';
import { u8aToHex } from '@polkadot/util';

import { account, AICP, api } from '../src/chain.js';
import { submission, TOO_MANY_GFLOPS } from '../src/market.js';
import { fields, included, refused, sent } from '../src/transactions.js';

const transfer = () => api.tx.balances.transferKeepAlive(account('Eve').address, AICP);

/**
 * A signer as the Polkadot extension is one: what it knows of the chain is `registry`, which it made
 * itself, and it gets the payload as JSON. `shown` is called with the call that a person would see.
 */
const extension = (pair, registry, shown = () => {}) => ({
  signPayload: async (payload) => {
    registry.setSignedExtensions(payload.signedExtensions);
    const decoded = registry.createType('ExtrinsicPayload', payload, { version: payload.version });
    shown(payload);
    return { id: 1, ...decoded.sign(pair) };
  }
});

describe('an account in the Polkadot extension', () => {
  it('signs for a chain that the extension knows nothing of', async () => {
    const eve = account('Dave');
    const events = await sent(transfer(), eve.address, { signer: extension(eve, new TypeRegistry()) });
    assert.equal(fields(events, 'balances.Transfer').from.toString(), eve.address);
  });

  it('signs what it can show by name, once it has the chain\'s metadata', async () => {
    // Apps hand an extension the calls only ("update metadata").
    const registry = new TypeRegistry();
    const calls = api.runtimeMetadata.asCallsOnly.toHex();
    registry.setMetadata(new Metadata(registry, calls), api.registry.signedExtensions);
    registry.setChainProperties(api.registry.getChainProperties());

    const dave = account('Dave');
    let shown;
    const signer = extension(dave, registry, ({ method }) => {
      shown = registry.createType('Call', method);
    });
    const task = submission({ needs: { gflops: TOO_MANY_GFLOPS }, timeLimit: 1 });
    const events = await sent(api.tx.tasks.submit(task), dave.address, { signer });
    assert.equal(`${shown.section}.${shown.method}`, 'tasks.submit');
    assert.equal(shown.toHuman().args.submission.budget, '1,000,000,000,000,000,000');
    const { task: id } = fields(events, 'tasks.TaskSubmitted');
    await sent(api.tx.tasks.cancel(id), dave.address, { signer });
    assert.equal(`${shown.section}.${shown.method}`, 'tasks.cancel');
  });
});

describe('a signature over the metadata\'s hash', () => {
  const dave = account('Dave');

  /** The digest (RFC 78), made of the metadata and of what the chain says of its token. */
  const digest = async () => {
    const { tokenDecimals, tokenSymbol } = api.registry.getChainProperties();
    const metadata = (await api.call.metadata.metadataAtVersion(15)).unwrap().toU8a(true);
    return u8aToHex(
      merkleizeMetadata(metadata, {
        decimals: tokenDecimals.unwrap()[0].toNumber(),
        tokenSymbol: tokenSymbol.unwrap()[0].toString()
      }).digest()
    );
  };
  const wrong = `0x${'5a'.repeat(32)}`;

  it('has its place among the extensions', () => {
    assert.ok(api.registry.signedExtensions.includes('CheckMetadataHash'));
  });

  it('is taken by a runtime that was built with its hash, and refused by one without', async (test) => {
    // A runtime with a hash finds that a signature over another one is none; a runtime without (the
    // feature `metadata-hash` is off) cannot know, whatever is signed.
    const verdict = await refused(transfer(), dave, { mode: 1, metadataHash: wrong });
    const right = { mode: 1, metadataHash: await digest() };
    if (/bad signature/.test(verdict)) {
      test.diagnostic('this runtime was built with the hash of its metadata');
      const { error } = await included(transfer(), dave, right);
      assert.equal(error, undefined);
    } else {
      test.diagnostic('this runtime was built without the hash of its metadata');
      assert.match(verdict, /^1011: Unknown Transaction Validity: .*[Ll]ookup/);
      assert.equal(await refused(transfer(), dave, right), verdict);
    }
  });

  it('may be made by a signer that asks for it by itself', async () => {
    // As a signer of a hardware wallet does: it changes the payload, and gives back the transaction.
    const metadataHash = await digest();
    const signer = {
      signPayload: async (payload) => {
        const changed = { ...payload, mode: 1, metadataHash };
        const registry = api.registry;
        const { signature } = registry.createType('ExtrinsicPayload', changed, { version: payload.version }).sign(dave);
        const signed = registry.createType('Extrinsic', { method: payload.method }, { version: payload.version });
        signed.addSignature(dave.address, signature, changed);
        return { id: 1, signature, signedTransaction: signed.toHex() };
      }
    };
    const options = { signer, withSignedTransaction: true };
    const verdict = await refused(transfer(), dave, { mode: 1, metadataHash: wrong });
    if (/bad signature/.test(verdict)) {
      const { error } = await included(transfer(), dave.address, options);
      assert.equal(error, undefined);
    } else {
      assert.equal(await refused(transfer(), dave.address, options), verdict);
    }
  });
});
