//! Workers that are done at once: they say what real ones say, in the order and in the blocks in which those
//! do, and run nothing in between.

use std::collections::{BTreeMap, HashMap};

use aicpw_primitives::worker_key::WorkerProof;
use aicpw_protocol::{
    task::Progress,
    worker::{signing_payload, Statement},
    AssignmentId, BlockNumber, Hash,
};
use aicpw_runtime::AccountId;
use anyhow::{Context, Result};
use codec::Encode;
use sp_core::Pair;

use super::chain::{Block, TaskEvent};
use crate::market::{worker_call, Provider};

/// Blocks after which what had no effect is said again: as real workers do.
const RETRY: BlockNumber = 8;

/// What a worker says of an assignment.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Step {
    Start,
    Report,
    Commit,
    Reveal,
}

/// All workers.
pub struct Workers<'a> {
    providers: &'a [Provider],
    by_account: HashMap<AccountId, usize>,
    genesis: Hash,
    /// Blocks from the start to the report of progress; `None` if there is none.
    report_after: Option<BlockNumber>,
    /// The provider of each open assignment.
    open: HashMap<AssignmentId, usize>,
    /// What is to be said in which block.
    later: BTreeMap<BlockNumber, Vec<(AssignmentId, Step)>>,
    /// What was said at which height, and has had no effect yet.
    said: HashMap<(AssignmentId, Step), BlockNumber>,
}

/// A worker call, and the number of the provider whose it is.
pub type Call = (usize, String);

impl<'a> Workers<'a> {
    pub fn new(
        providers: &'a [Provider],
        genesis: Hash,
        report_after: Option<BlockNumber>,
    ) -> Self {
        let accounts = providers.iter().map(Provider::account);
        Self {
            providers,
            by_account: accounts.zip(0..).collect(),
            genesis,
            report_after,
            open: HashMap::new(),
            later: BTreeMap::new(),
            said: HashMap::new(),
        }
    }

    /// What happened in a best block.
    pub fn best(&mut self, block: &Block) {
        for event in &block.events {
            match event {
                TaskEvent::TaskMatched {
                    assignment,
                    provider,
                    ..
                } => {
                    if let Some(number) = self.by_account.get(provider) {
                        self.open.insert(*assignment, *number);
                        self.plan(block.height, *assignment, Step::Start);
                    }
                }
                TaskEvent::TaskStarted { assignment, .. } => {
                    self.said.remove(&(*assignment, Step::Start));
                    match self.report_after {
                        Some(blocks) => {
                            self.plan(block.height + blocks, *assignment, Step::Report);
                        }
                        None => self.plan(block.height, *assignment, Step::Commit),
                    }
                }
                TaskEvent::ProgressReported { assignment, .. } => {
                    self.said.remove(&(*assignment, Step::Report));
                    self.plan(block.height, *assignment, Step::Commit);
                }
                TaskEvent::ResultCommitted { assignment, .. } => {
                    self.said.remove(&(*assignment, Step::Commit));
                }
                TaskEvent::ResultRevealed { assignment, .. } => {
                    self.said.remove(&(*assignment, Step::Reveal));
                }
                _ => {}
            }
        }
    }

    /// What happened in a final block: a commit in it may be opened.
    pub fn finalised(&mut self, block: &Block) {
        for event in &block.events {
            match event {
                TaskEvent::ResultCommitted { assignment, .. } => {
                    self.plan(0, *assignment, Step::Reveal);
                }
                TaskEvent::ResultRevealed { assignment, .. }
                | TaskEvent::AssignmentFailed { assignment, .. } => {
                    self.open.remove(assignment);
                    self.said.retain(|(said, _), _| said != assignment);
                }
                _ => {}
            }
        }
    }

    fn plan(&mut self, height: BlockNumber, assignment: AssignmentId, step: Step) {
        let planned = self.later.entry(height).or_default();
        planned.push((assignment, step));
    }

    /// The calls for the block after the one at this height. Proofs are bound to the block `recent`.
    pub fn calls(&mut self, height: BlockNumber, recent: (BlockNumber, Hash)) -> Result<Vec<Call>> {
        let later = self.later.split_off(&(height + 1));
        let now = std::mem::replace(&mut self.later, later);
        let again: Vec<_> = self
            .said
            .iter()
            .filter(|(_, at)| height >= **at + RETRY)
            .map(|(what, _)| *what)
            .collect();
        let mut calls = Vec::new();
        for (assignment, step) in now.into_values().flatten().chain(again) {
            // The chain that it was on may be gone.
            let Some(number) = self.open.get(&assignment) else {
                continue;
            };
            self.said.insert((assignment, step), height);
            calls.push((*number, self.call(*number, assignment, step, recent)?));
        }
        Ok(calls)
    }

    fn call(
        &self,
        number: usize,
        assignment: AssignmentId,
        step: Step,
        recent: (BlockNumber, Hash),
    ) -> Result<String> {
        let provider = self.providers.get(number).context("a provider")?;
        let statement = match step {
            Step::Start => Statement::Start { assignment },
            Step::Report => Statement::Progress {
                assignment,
                progress: Progress {
                    steps_done: 1,
                    steps_total: 2,
                },
            },
            Step::Commit => Statement::Commit {
                assignment,
                commitment: provider.commitment(assignment)?,
            },
            Step::Reveal => Statement::Reveal {
                assignment,
                opening: provider.opening()?,
            },
        };
        let proof = proof(&self.genesis, provider, recent, &statement);
        let call = worker_call(statement, proof)?;
        Ok(format!("0x{}", hex::encode(call.encode())))
    }
}

/// A worker's signature over a statement.
pub fn proof(
    genesis: &Hash,
    provider: &Provider,
    (recent_block, hash): (BlockNumber, Hash),
    statement: &Statement<AccountId>,
) -> WorkerProof {
    let payload = signing_payload(genesis, &hash, statement);
    WorkerProof {
        recent_block,
        signature: provider.worker.sign(&payload),
    }
}
