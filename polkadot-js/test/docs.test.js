// The pieces of JavaScript in docs/polkadot-js.md, run with what the apps give to such a piece.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';

import { Keyring } from '@polkadot/api';
import * as types from '@polkadot/types';
import * as util from '@polkadot/util';
import * as hashing from '@polkadot/util-crypto';

import { api } from '../src/chain.js';
import { SOME_MANIFEST } from '../src/market.js';
import { localDevices, OPERATOR } from '../src/provider.js';
import { until } from '../src/wait.js';

const page = await readFile(new URL('../../docs/polkadot-js.md', import.meta.url), 'utf8');
const pieces = [...page.matchAll(/```js\n([^]*?)```/g)].map(([, code]) => code);
const AsyncFunction = (async () => {}).constructor;

/** Runs the one piece with `mark` in it, and gives back what it logs. */
async function run(mark) {
  const found = pieces.filter((code) => code.includes(mark));
  assert.equal(found.length, 1, `one piece with ${mark}`);
  const lines = [];
  const given = {
    api,
    console: { log: (...words) => lines.push(words.join(' ')), error: assert.fail },
    hashing,
    keyring: new Keyring({ ss58Format: api.registry.chainSS58 }),
    types,
    util
  };
  await new AsyncFunction(...Object.keys(given), found[0])(...Object.values(given));
  return lines;
}

describe('docs/polkadot-js.md', () => {
  it('has no piece of JavaScript that is not run here', () => {
    assert.equal(pieces.length, 2);
  });

  it('names every call of a worker among what does not work', () => {
    const named = page.match(/\*\*Workers' calls\*\*: ([^.]*)\./)[1];
    // These two an account signs, with a proof that it has the worker key.
    const ofAccounts = ['registerProvider', 'rotateWorker'];
    const calls = [api.tx.providerStaking, api.tx.tasks]
      .flatMap((pallet) => Object.values(pallet))
      .filter((call) => call.meta.args.some((one) => one.typeName.toString() === 'WorkerProof'))
      .map((call) => call.method)
      .filter((name) => !ofAccounts.includes(name));
    assert.deepEqual([...named.matchAll(/`(\w+)`/g)].map(([, name]) => name).sort(), calls.sort());
  });

  it('turns a CID into bytes', async () => {
    assert.deepEqual(await run('base32Decode'), [SOME_MANIFEST]);
  });

  it('registers a provider with the devices of its node', async () => {
    await localDevices();
    const [line] = await run('registerProvider');
    assert.match(line, /^sent: 0x[0-9a-f]{64}$/);
    await until('the provider and its device', async () => {
      const provider = await api.call.providersApi.provider(OPERATOR.address);
      return provider.isSome && provider.unwrap().devices.length > 0;
    });
  });
});
