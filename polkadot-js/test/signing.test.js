// An account that is not in this process signs: in the Polkadot extension, or in a device that checks
// the metadata's hash before it shows what is signed.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { Metadata, TypeRegistry } from '@polkadot/types';

import { marketCalls } from '../src/calls.js';
import { account, AICP, api } from '../src/chain.js';
import { submission, TOO_MANY_GFLOPS } from '../src/market.js';
import { digest, KNOWN, over } from '../src/metadata-hash.js';
import { fields, included, named, newAccount, refused, sent } from '../src/transactions.js';

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
  const wrong = over(`0x${'5a'.repeat(32)}`);
  const BAD = /^1010: Invalid Transaction: Transaction has a bad signature/;
  const UNKNOWN = /^1011: Unknown Transaction Validity: .*[Ll]ookup/;

  it('has its place among the extensions', () => {
    assert.ok(api.registry.signedExtensions.includes('CheckMetadataHash'));
  });

  it('is refused when the hash is another', async () => {
    // A runtime that does not know its own cannot compare, whatever is signed.
    assert.match(await refused(transfer(), dave, wrong), KNOWN ? BAD : UNKNOWN);
  });

  it('is taken by a runtime that was built with its hash, and by no other', async () => {
    const right = over(await digest());
    if (KNOWN) await sent(transfer(), dave, right);
    else assert.match(await refused(transfer(), dave, right), UNKNOWN);
  });

  it('may be made by a signer that asks for it by itself', async () => {
    // As a signer of a hardware wallet does: it changes the payload, and gives back the transaction.
    const right = over(await digest());
    const signer = {
      signPayload: async (payload) => {
        const changed = { ...payload, ...right };
        const registry = api.registry;
        const { signature } = registry.createType('ExtrinsicPayload', changed, { version: payload.version }).sign(dave);
        const signed = registry.createType('Extrinsic', { method: payload.method }, { version: payload.version });
        signed.addSignature(dave.address, signature, changed);
        return { id: 1, signature, signedTransaction: signed.toHex() };
      }
    };
    const options = { signer, withSignedTransaction: true };
    if (KNOWN) await sent(transfer(), dave.address, options);
    else assert.match(await refused(transfer(), dave.address, options), UNKNOWN);
  });
});

describe(`every call of the market, signed${KNOWN ? ' over the metadata\'s hash' : ''}`, () => {
  const calls = marketCalls();

  it('gets into a block', async () => {
    const signer = await newAccount();
    // Most fail there, because this account is nobody: so what was signed was what the chain has read.
    const ends = await Promise.all(
      calls.map(async ({ name, call, args }, nonce) => {
        const { events, error } = await included(call(...args), signer, { nonce });
        return [name, error ? named(error).name : 'done', events];
      })
    );
    const end = Object.fromEntries(ends);
    assert.equal(Object.keys(end).length, calls.length);
    assert.equal(end['tasks.submit'], 'done');
    assert.equal(end['tasks.start'], 'BadOrigin');
    assert.equal(end['marketClock.pause'], 'BadOrigin');
    assert.equal(end['providerStaking.bondExtra'], 'providerStaking.NotRegistered');
    const [, , events] = ends.find(([name]) => name === 'tasks.submit');
    await sent(api.tx.tasks.cancel(fields(events, 'tasks.TaskSubmitted').task), signer);
  });

  const unless = KNOWN ? false : 'this runtime was built without the hash of its metadata';
  it('is refused over another hash', { skip: unless }, async () => {
    const wrong = over(`0x${'5a'.repeat(32)}`);
    for (const { name, call, args } of calls) {
      const verdict = await refused(call(...args), account('Dave'), wrong);
      assert.match(verdict, /bad signature/, name);
    }
  });
});
