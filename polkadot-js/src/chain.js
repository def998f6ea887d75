// The connection to the chain under test, and the accounts of a development chain. It is given no
// types of ours: everything that is known about the chain comes from its metadata.

import { after } from 'node:test';

import { ApiPromise, Keyring, WsProvider } from '@polkadot/api';

const url = process.env.AICPW_URL;
if (!url) {
  throw new Error('AICPW_URL names no node; `make polkadot-js` starts one and sets it');
}

// Beside the networks of `make test` an answer of some megabytes can take longer than the minute
// that is the default.
const ANSWER_MS = 300_000;
const provider = new WsProvider(url, 2_500, {}, ANSWER_MS);

export const api = await ApiPromise.create({ provider, noInitWarn: true, throwOnConnect: true });

// A node that is gone or hangs ends a test file; it would wait for ever.
const giveUp = (why) => {
  console.error(`${why}: giving up`);
  process.exit(1);
};
const hangs = setTimeout(giveUp, 30 * 60 * 1000, `no end of these tests after half an hour with ${url}`);
const whenGone = () => giveUp(`the node at ${url} is gone`);
api.on('disconnected', whenGone);

// An open connection would keep the process of a test file alive.
after(() => {
  clearTimeout(hangs);
  api.off('disconnected', whenGone);
  return api.disconnect();
});

/** One AICP in its smallest unit. */
export const AICP = 10n ** 18n;

/** The pallets of the market, by the names that polkadot.js gives them. */
export const MARKET = [
  'providerStaking', 'tasks', 'matching', 'marketClock', 'drawRandomness', 'disputes', 'marketParameters'
];

const keyring = new Keyring({ type: 'sr25519', ss58Format: api.registry.chainSS58 });

/** The key pair of a well-known account, such as `account('Alice')`. */
export const account = (name) => keyring.addFromUri(`//${name}`);

/** Calls a method of the node that polkadot.js has no name for. */
export const rpc = (method, ...params) => provider.send(method, params);
