//! Does the conformance runs that the chain asks for: reads the open challenges from the mailbox, has the executor
//! compute the answers, and puts them into the mailbox. The hook sends them.
//!
//! There is one run at a time, and none while a device is measured: two on one processor would take twice as long.
//! There are only seconds for a run, so a measurement gives way to it, and is done again. A run that failed is not
//! retried: there will be another attempt, with another seed.

use aicpw_protocol::{
    conformance::{Answer, Run},
    mailbox::{ChallengeAnswer, ChallengeOrder},
    DeviceId,
};
use codec::DecodeAll;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

use crate::{
    chain::ChainView,
    devices::Kinds,
    examine::{ExamineError, Examiner},
    mailbox::Mailbox,
    measuring_turn::Turn,
    metrics::WorkerMetrics,
};

/// The longest time that a run may take: more than any window in which an answer is in time.
const LONGEST_RUN: Duration = Duration::from_secs(300);

/// Does the runs.
pub(crate) struct Prover {
    pub chain: Arc<dyn ChainView>,
    pub mailbox: Mailbox,
    pub examiner: Examiner,
    pub kinds: Kinds,
    pub turn: Turn,
    pub metrics: WorkerMetrics,
}

/// An answer as the executor prints it.
#[derive(Deserialize)]
struct Computed {
    #[serde(with = "hex::serde")]
    answer: Vec<u8>,
    milliseconds: u64,
}

impl Prover {
    /// Does runs until `stop` is true or gone.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut heads = self.chain.heads();
        // Look at what is open already.
        heads.mark_changed();
        let mut tried = BTreeMap::new();
        let mut complained = None;
        loop {
            tokio::select! {
                changed = heads.changed() => if changed.is_err() { return },
                _ = stop.wait_for(|stop| *stop) => return,
            }
            heads.borrow_and_update();
            if self.chain.is_syncing() {
                continue;
            }
            let challenges = match self.mailbox.challenges() {
                Ok(found) => {
                    complained = None;
                    found.map(|found| found.challenges).unwrap_or_default()
                }
                Err(error) => {
                    if complained.as_ref() != Some(&error) {
                        tracing::warn!(%error, "no conformance runs");
                        complained = Some(error);
                    }
                    continue;
                }
            };
            let next = challenges
                .into_iter()
                .find(|order| self.is_to_do(order, &tried));
            if let Some(order) = next {
                tokio::select! {
                    () = self.follow(&order, &mut tried) => {}
                    _ = stop.wait_for(|stop| *stop) => return,
                }
                // Other challenges that are open by now are done before the next block.
                heads.mark_changed();
            }
        }
    }

    /// Whether a run has been neither tried nor answered.
    fn is_to_do(&self, order: &ChallengeOrder, tried: &BTreeMap<DeviceId, Run>) -> bool {
        let answer = self.mailbox.answer(order.device);
        tried.get(&order.device) != Some(&order.run)
            && answer.is_none_or(|answer| answer.run != order.run)
    }

    /// Does a run.
    async fn follow(&self, order: &ChallengeOrder, tried: &mut BTreeMap<DeviceId, Run>) {
        let ChallengeOrder { device, run, .. } = *order;
        tried.insert(device, run);
        tracing::info!(%device, int = run.int, fp32 = run.fp32, "a conformance run");
        match self.compute(order).await {
            Ok((answer, milliseconds)) => {
                tracing::info!(%device, milliseconds, "the conformance run is done");
                self.metrics.conformance_run(true);
                let answer = ChallengeAnswer { run, answer };
                self.mailbox.write_answer(device, &answer);
            }
            Err(error) => {
                tracing::warn!(
                    %device,
                    %error,
                    "no conformance run: the device gets no tasks. Is it the one that was \
                     registered? `aicpw provider devices update` registers it as it is now"
                );
                self.metrics.conformance_run(false);
            }
        }
    }

    async fn compute(&self, order: &ChallengeOrder) -> Result<(Answer, u64), ExamineError> {
        let action = format!("do the conformance run of device {}", order.device);
        let fingerprint = hex::encode(order.fingerprint);
        let run = hex::encode(codec::Encode::encode(&order.run));
        let arguments = ["prove", "--device", &fingerprint, "--run", &run].map(Path::new);
        let _turn = self.turn.for_run().await;
        let driver = self.kinds.driver_of(&order.fingerprint);
        let asked = self
            .examiner
            .ask(&action, &arguments, driver.as_deref(), LONGEST_RUN);
        let computed: Computed = asked.await?;
        let answer = Answer::decode_all(&mut computed.answer.as_slice());
        let answer = answer.map_err(|error| ExamineError {
            action,
            reason: format!("it printed something else: {error}"),
            by_filter: false,
            no_room: false,
        })?;
        Ok((answer, computed.milliseconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{soon, FakeChain};
    use aicpw_protocol::{
        conformance::Part,
        mailbox::{answer_key, Challenges, CHALLENGES},
    };
    use codec::Encode;

    fn order(seed: u8) -> ChallengeOrder {
        ChallengeOrder {
            device: DeviceId(3),
            fingerprint: [9; 32],
            run: Run {
                seed: [seed; 32],
                int: 2,
                fp32: 0,
            },
        }
    }

    fn answer(run: &Run) -> Answer {
        run.answer(&run.outputs(Part::Int), &[])
    }

    /// Returns a prover with a stand-in for the executor, which counts its runs and then does `then`.
    fn prover(folder: &Path, chain: &Arc<FakeChain>, then: &str) -> Prover {
        let program = folder.join("executor");
        let script = format!("#!/bin/sh\necho \"$@\" >> runs\n{then}\n");
        aicpw_stand_in::program(&program, &script).unwrap();
        Prover {
            chain: chain.clone(),
            mailbox: Mailbox::new(chain.storage.clone(), FakeChain::GENESIS),
            examiner: Examiner {
                program,
                folder: folder.to_owned(),
            },
            kinds: Kinds::default(),
            turn: Turn::default(),
            metrics: WorkerMetrics::default(),
        }
    }

    fn challenge(chain: &FakeChain, number: u32, seed: u8) {
        let challenges = Challenges {
            genesis: FakeChain::GENESIS,
            challenges: vec![order(seed)],
        };
        chain.storage.put(CHALLENGES, challenges.encode());
        chain.best(number, &[]);
    }

    fn runs(folder: &Path) -> Vec<String> {
        let text = std::fs::read_to_string(folder.join("runs")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    #[tokio::test]
    async fn a_challenge_is_answered_once() {
        let dir = tempfile::tempdir().unwrap();
        let chain = FakeChain::new();
        let wanted = answer(&order(1).run);
        let then = format!(
            "echo '{{\"answer\":\"{}\",\"milliseconds\":7}}'",
            hex::encode(wanted.encode())
        );
        let prover = prover(dir.path(), &chain, &then);
        let mailbox = prover.mailbox.clone();
        let mut tried = BTreeMap::new();
        assert!(prover.is_to_do(&order(1), &tried));
        prover.follow(&order(1), &mut tried).await;
        assert!(!prover.is_to_do(&order(1), &tried));
        let found = mailbox.answer(DeviceId(3)).unwrap();
        assert_eq!((found.run, found.answer), (order(1).run, wanted));
        // After a restart the answer is still in the mailbox.
        assert!(!prover.is_to_do(&order(1), &BTreeMap::new()));
        assert!(prover.is_to_do(&order(2), &BTreeMap::new()));
        let [ran] = runs(dir.path()).try_into().unwrap();
        let run = hex::encode(order(1).run.encode());
        assert_eq!(
            ran,
            format!("prove --device {} --run {run}", "09".repeat(32))
        );
    }

    #[tokio::test]
    async fn a_run_that_failed_is_done_again_with_another_seed_only() {
        let dir = tempfile::tempdir().unwrap();
        let chain = FakeChain::new();
        let prover = prover(dir.path(), &chain, "exit 1");
        let mut tried = BTreeMap::new();
        prover.follow(&order(1), &mut tried).await;
        assert!(!prover.is_to_do(&order(1), &tried));
        assert!(prover.is_to_do(&order(2), &tried));
        assert_eq!(runs(dir.path()).len(), 1);
        assert!(prover.mailbox.answer(DeviceId(3)).is_none());
    }

    #[tokio::test]
    async fn challenges_are_read_with_each_block() {
        let dir = tempfile::tempdir().unwrap();
        let chain = FakeChain::new();
        let answer = hex::encode(answer(&order(1).run).encode());
        let then = format!("echo '{{\"answer\":\"{answer}\",\"milliseconds\":7}}'");
        let prover = prover(dir.path(), &chain, &then);
        let (stop, stopped) = watch::channel(false);
        let running = tokio::spawn(prover.run(stopped));
        challenge(&chain, 1, 1);
        chain.storage.value(&answer_key(DeviceId(3))).await;
        stop.send_replace(true);
        soon("the prover has stopped", running).await.unwrap();
    }
}
