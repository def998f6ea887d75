// The calls of the market, with plain values for their arguments.

import { account, AICP, api, MARKET } from './chain.js';
import { ask, deviceSpec, SOME_MANIFEST, submission, TOO_MANY_GFLOPS } from './market.js';

const hash = (byte) => `0x${byte.repeat(32)}`;
const proof = { recentBlock: 1, signature: `0x${'5a'.repeat(64)}` };
const assignment = { task: 7, replica: 0, attempt: 1 };
const peer = '0x047f000001910fa1';

/** Arguments by pallet and call: of every call that there is, which `calls.test.js` sees to. */
export const ARGUMENTS = {
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
    submit: [
      submission({
        needs: { gflops: TOO_MANY_GFLOPS },
        timeLimit: 1,
        privacy: { Sealed: { keyCommitment: hash('55') } },
        peers: [peer]
      })
    ],
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
    grantKey: [assignment, { recipient: hash('aa'), encapsulated: hash('bb'), sealedKey: `0x${'cc'.repeat(48)}` }],
    openTrace: [
      assignment,
      { salt: hash('dd'), hashes: 3, launches: 40, stateRoot: hash('ee'), path: [hash('11'), hash('22')], file: SOME_MANIFEST },
      proof
    ],
    showWork: [assignment, hash('ff'), proof]
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
export const WITHOUT_CALLS = ['matching', 'drawRandomness'];

/** Each call of one pallet: its name, the call, and arguments for it. */
export const callsOf = (pallet) =>
  Object.entries(ARGUMENTS[pallet] ?? {}).map(([name, args]) => ({
    name: `${pallet}.${name}`,
    call: api.tx[pallet]?.[name],
    args
  }));

/** The same of all pallets. */
export const marketCalls = () => MARKET.flatMap(callsOf);
