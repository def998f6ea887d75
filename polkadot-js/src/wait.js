// Waiting for a condition. Nothing in these tests sleeps for a time and hopes.

import { api } from './chain.js';

/** For a node that hangs; far above what a busy machine takes. */
const PATIENCE = 10 * 60 * 1000;

/**
 * Asks `probe` in every new block until it answers with something true, and gives that back.
 * `what` completes "waiting for …" in the error that says it never came.
 */
export function until(what, probe) {
  return new Promise((resolve, reject) => {
    let stop = () => {};
    let done = false;
    let asking = false;
    let seen = 'nothing yet';

    const finish = (settle, value) => {
      if (done) return;
      done = true;
      clearTimeout(timer);
      stop();
      settle(value);
    };
    const timer = setTimeout(
      () => finish(reject, new Error(`waiting for ${what}: not within ${PATIENCE / 1000} s; last seen: ${seen}`)),
      PATIENCE
    );

    api.rpc.chain
      .subscribeNewHeads(async () => {
        if (done || asking) return;
        asking = true;
        try {
          const answer = await probe();
          if (answer) finish(resolve, answer);
          else seen = JSON.stringify(answer);
        } catch (error) {
          finish(reject, error);
        }
        asking = false;
      })
      .then((unsubscribe) => {
        stop = unsubscribe;
        if (done) stop();
      }, (error) => finish(reject, error));
  });
}
