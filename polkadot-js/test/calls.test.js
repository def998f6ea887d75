// Every call of the market can be built from plain values, and reads the same when it is decoded.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { account, AICP, api, MARKET } from '../src/chain.js';
import { ask, deviceSpec, SOME_MANIFEST, submission } from '../src/market.js';

const hash = (byte) => `0x${byte.repeat(32)}`;
const proof = { recentBlock: 1, signature: `0x${'5a'.repeat(64)}` };
const assignment = { task: 7, replica: 0, attempt: 1 };
const peer = '0x047f000001910fa1';

/** Arguments by pallet and call. A call that is not here is tried with the defaults of its types. */
const ARGUMENTS = {
  providerStaking: {
    registerProvider: [1_000n * AICP, hash('11'), hash('22'), [peer], proof],
    deregisterProvider: [],
    setPeers: [[peer, peer]],
    rotateWorker: [hash('33'), hash('44'), proof],
    bondExtra: [AICP],
    unbond: [AICP],
    withdrawUnbonded: [],
    registerDevice: [deviceSpec('some device'), ask(0.5), 2],
    deregisterDevice: [3],
    updateSpec: [3, deviceSpec('some device', { kind: 'Accelerator' })],
    setSlots: [3, 4],
    setAsk: [3, ask(1.25)],
    setAvailability: [3, false],
    heartbeat: [account('Bob').address, 12, proof],
    heartbeatWithout: [account('Bob').address, 12, [3], proof],
    requestChallenge: [3],
    answerChallenge: [
      3,
      {
        int: { root: hash('77'), openings: [{ outputs: [1, 2], siblings: [hash('88')] }] },
        fp32: { root: hash('99'), openings: [] }
      },
      proof
    ]
  },
  tasks: {
    submit: [submission({ privacy: { Sealed: { keyCommitment: hash('55') } }, peers: [peer] })],
    cancel: [7],
    accept: [7],
    rate: [7, 5],
    start: [assignment, proof],
    reportProgress: [assignment, { stepsDone: 3, stepsTotal: 10 }, proof],
    commitResult: [assignment, hash('66'), proof],
    revealResult: [
      assignment,
      { salt: hash('77'), resultRoot: hash('88'), traceCommitment: hash('99'), result: SOME_MANIFEST },
      proof
    ],
    fail: [assignment, 'BuildFailed', SOME_MANIFEST, 'line 1: expected a semicolon', proof],
    grantKey: [assignment, { recipient: hash('aa'), encapsulated: hash('bb'), sealedKey: `0x${'cc'.repeat(48)}` }]
  },
  marketClock: { pause: [], resume: [] },
  disputes: {
    dispute: [7],
    appeal: [7],
    claimUnavailable: [assignment],
    disputePart: [7],
    namePart: [7, { number: 3, claimed: [hash('11'), [hash('22')]], from: [hash('33'), [], SOME_MANIFEST] }]
  },
  marketParameters: { setParameter: [{ SubmissionFee: AICP / 50n }] }
};

/** They go by themselves. */
const WITHOUT_CALLS = ['matching', 'drawRandomness'];

const defaults = (call) => call.meta.args.map(({ type }) => api.registry.createType(type.toString()));

for (const pallet of MARKET) {
  const calls = Object.entries(api.tx[pallet] ?? {});
  if (WITHOUT_CALLS.includes(pallet)) continue;

  describe(`the calls of ${pallet}`, () => {
    it('are there', () => {
      const missing = Object.keys(ARGUMENTS[pallet]).filter((name) => !calls.some(([other]) => other === name));
      assert.deepEqual(missing, []);
    });

    for (const [name, call] of calls) {
      it(`${name} is built, and reads the same when it is decoded`, () => {
        const args = ARGUMENTS[pallet][name] ?? defaults(call);
        const built = call(...args).method;
        const decoded = api.registry.createType('Call', built.toHex());
        assert.equal(`${decoded.section}.${decoded.method}`, `${pallet}.${name}`);
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
