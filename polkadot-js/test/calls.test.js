// Every call of the market can be built from plain values, and reads the same when it is decoded.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { ARGUMENTS, callsOf, WITHOUT_CALLS } from '../src/calls.js';
import { api, MARKET } from '../src/chain.js';

for (const pallet of MARKET) {
  describe(`the calls of ${pallet}`, () => {
    it('are those that are tried here', () => {
      const tried = Object.keys(ARGUMENTS[pallet] ?? {});
      assert.deepEqual(tried.sort(), Object.keys(api.tx[pallet] ?? {}).sort());
      assert.equal(tried.length === 0, WITHOUT_CALLS.includes(pallet));
    });

    for (const { name, call, args } of callsOf(pallet)) {
      it(`${name} is built, and reads the same when it is decoded`, () => {
        const built = call(...args).method;
        const decoded = api.registry.createType('Call', built.toHex());
        assert.equal(`${decoded.section}.${decoded.method}`, name);
        assert.deepEqual(decoded.toHuman(), built.toHuman());
        // What was put in is what is in it, under the names that the metadata has for it.
        const { args: parameters } = call.meta;
        assert.equal(parameters.length, args.length);
        args.forEach((given, index) => {
          const { name: parameter, type } = parameters[index];
          const expected = api.registry.createType(type.toString(), given);
          assert.equal(decoded.args[index].toHex(), expected.toHex(), parameter.toString());
          assert.notEqual(parameter.toString(), '');
        });
      });
    }
  });
}
