// Sending transactions, and what comes of them: events, errors by name, refusals.

import assert from 'node:assert/strict';

import { randomAsHex } from '@polkadot/util-crypto';

import { account, AICP, api, rpc } from './chain.js';
import { SIGNING } from './metadata-hash.js';

/** Signs, sends, and waits for the block: its hash, the events and the error of the transaction. */
export function included(call, signer, options = {}) {
  return new Promise((resolve, reject) => {
    let stop;
    let done = false;
    const finish = (settle, value) => {
      done = true;
      stop?.();
      settle(value);
    };
    call
      .signAndSend(signer, { ...SIGNING, ...options }, ({ status, events, dispatchError, isError }) => {
        if (done) return;
        if (isError) finish(reject, new Error(`the pool dropped it: ${status}`));
        else if (status.isInBlock || status.isFinalized) {
          finish(resolve, {
            block: status.isInBlock ? status.asInBlock : status.asFinalized,
            events: events.map(({ event }) => event),
            error: dispatchError
          });
        }
      })
      .then((unsubscribe) => {
        stop = unsubscribe;
        if (done) stop();
      }, reject);
  });
}

/** The name and the docs of an error, as polkadot.js shows them. */
export function named(error) {
  if (!error.isModule) return { name: error.toString(), docs: '' };
  const { section, name, docs } = api.registry.findMetaError(error.asModule);
  return { name: `${section}.${name}`, docs: docs.join(' ') };
}

/** Sends what has to succeed, and gives back its events. */
export async function sent(call, signer, options) {
  const { events, error } = await included(call, signer, options);
  assert.ok(!error, error && `${call.method.section}.${call.method.method} failed: ${named(error).name}`);
  return events;
}

/** Sends what has to get into a block and fail there, and gives back the error's name and docs. */
export async function failed(call, signer) {
  const { error } = await included(call, signer);
  assert.ok(error, `${call.method.section}.${call.method.method} did not fail`);
  return named(error);
}

/** Submits what no pool may take, and gives back the node's message. */
async function rejected(extrinsic) {
  let hash;
  try {
    hash = await rpc('author_submitExtrinsic', extrinsic.toHex());
  } catch (error) {
    return error.message;
  }
  return assert.fail(`the pool took it, as ${hash}`);
}

/** The node's message about a signed transaction that no pool may take. */
export const refused = async (call, signer, options = {}) =>
  rejected(await call.signAsync(signer, { ...SIGNING, ...options }));

/** The same about one that nobody has signed. */
export const unsignedRefused = (call) => rejected(call);

/** The fields of the one event `section.name` among `events`, by their names. */
export function fields(events, name) {
  const found = events.filter((event) => `${event.section}.${event.method}` === name);
  assert.equal(found.length, 1, `one ${name} among ${events.map((e) => `${e.section}.${e.method}`).join(', ')}`);
  const { data } = found[0];
  assert.ok(data.names, `the fields of ${name} have names`);
  return Object.fromEntries(data.names.map((field, index) => [field, data[index]]));
}

/** A new account with 1,000 AICP, so that a test can be run again on the same chain. */
export async function newAccount() {
  const pair = account(randomAsHex(16));
  await sent(api.tx.balances.transferKeepAlive(pair.address, 1_000n * AICP), account('Alice'));
  return pair;
}
