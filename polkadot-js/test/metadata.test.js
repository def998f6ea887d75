// The metadata alone is enough: no custom types, and names and docs that a person can read.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { findUnknownExtensions } from '@polkadot/types/extrinsic/signedExtensions';
import { stringCamelCase } from '@polkadot/util';

import { api, MARKET } from '../src/chain.js';

const { lookup } = api.registry;

/** The pallets of the market as the metadata has them. */
const pallets = api.runtimeMetadata.asLatest.pallets
  .filter(({ name }) => MARKET.includes(stringCamelCase(name)));

/** The crates whose types the market's are, as the metadata names them: those of its pallets, and what they share. */
const CRATES = [
  'aicpw_protocol',
  'aicpw_primitives',
  ...MARKET.map((name) => `pallet_${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`)
];

/** The variants of the enum that a pallet's calls, events or errors are. */
const variants = (entry) => (entry.isSome ? [...lookup.getSiType(entry.unwrap().type).def.asVariant.variants] : []);

describe('the metadata', () => {
  it('has the pallets of the market', () => {
    assert.deepEqual(pallets.map(({ name }) => stringCamelCase(name)), MARKET);
  });

  it('decodes, every type of it', () => {
    for (const { id } of lookup.types) {
      const type = lookup.getTypeDef(id);
      assert.doesNotThrow(
        () => api.registry.createType(type.lookupName || type.type),
        `type ${id}, ${type.lookupName || type.type}`
      );
    }
  });

  it('has no transaction extension that polkadot.js would have to be told about', () => {
    // It says of an extension that it does not know that it is treated as without effect. That is
    // right only if nothing of it is in a transaction and nothing of it is signed.
    const unknown = findUnknownExtensions(api.registry.signedExtensions);
    const { transactionExtensions } = api.runtimeMetadata.asLatest.extrinsic;
    for (const name of unknown) {
      const { type, implicit } = transactionExtensions.find(({ identifier }) => identifier.eq(name));
      for (const part of [type, implicit]) {
        assert.equal(api.registry.createType(api.registry.createLookupType(part)).encodedLength, 0, name);
      }
    }
  });

  it('explains every call, event, error, constant and storage entry of the market', () => {
    const silent = [];
    for (const pallet of pallets) {
      const explained = (kind, items) => {
        for (const { name, docs } of items) {
          if (!docs.join('').trim()) silent.push(`${kind} ${pallet.name}.${name}`);
        }
      };
      explained('call', variants(pallet.calls));
      explained('event', variants(pallet.events));
      explained('error', variants(pallet.errors));
      explained('constant', pallet.constants);
      explained('storage', pallet.storage.isSome ? pallet.storage.unwrap().items : []);
    }
    assert.deepEqual(silent, []);
  });

  it('names every field of the market\'s calls, events and types', () => {
    const nameless = [];
    const seen = new Set();
    const named = (where, list) => {
      // A lone field may be the content of a type that has a name itself, like `Gflops(u32)`.
      if (list.length > 1 && list.some(({ name }) => name.isNone)) nameless.push(where);
    };
    for (const { type } of lookup.types) {
      const path = type.path.map(String);
      if (!CRATES.includes(path[0])) continue;
      seen.add(path[0]);
      const where = path.join('::');
      if (type.def.isComposite) named(where, [...type.def.asComposite.fields]);
      if (type.def.isVariant) {
        for (const variant of type.def.asVariant.variants) named(`${where}::${variant.name}`, [...variant.fields]);
      }
    }
    assert.deepEqual(nameless, []);
    // A crate of another name would not be looked at.
    assert.deepEqual(CRATES.filter((name) => !seen.has(name)), []);
  });

  it('names the runtime APIs of the market, their methods and arguments', () => {
    const methods = ['tasksApi', 'providersApi', 'workerApi', 'disputesApi', 'censusApi'].flatMap((name) =>
      Object.entries(api.call[name] ?? {}).map(
        ([method, { meta }]) => `${name}.${method}(${meta.params.map((param) => param.name).join(', ')})`
      )
    );
    const expected = [
      'tasksApi.task(id)',
      'tasksApi.tasks(requester, before, limit)',
      'tasksApi.historyHead()',
      'tasksApi.marketParameters()',
      'tasksApi.marketClock()',
      'tasksApi.dryRun(requester, needs, budget, time_limit, verification)',
      'providersApi.provider(account)',
      'providersApi.providers(after, limit)',
      'providersApi.device(id)',
      'providersApi.providerOfWorker(worker)',
      'providersApi.reputation(account)',
      'workerApi.orders(worker)',
      'workerApi.locked(worker)',
      'workerApi.height()',
      'disputesApi.dispute(task)',
      'disputesApi.disputes(after, limit)',
      'disputesApi.disputeBond(task)',
      'disputesApi.claimBond(assignment)',
      'censusApi.census()'
    ];
    assert.deepEqual(methods.sort(), expected.sort());
  });
});
