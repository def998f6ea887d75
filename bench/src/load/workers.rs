//! Workers that are done at once: they report what real workers report, in the same order and blocks, and run nothing
//! in between.

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

/// The number of blocks after which a report without effect is repeated, as real workers do.
const RETRY: BlockNumber = 8;

/// The number of blocks after which a report is repeated if the final chain still waits for it: its effect was on a
/// chain that lost.
const OVERDUE: BlockNumber = 40;

/// What a worker reports about an assignment.
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
    /// The blocks from the start to the report of progress; `None` if there is no report.
    report_after: Option<BlockNumber>,
    /// The provider of each open assignment.
    open: HashMap<AssignmentId, usize>,
    /// The reports to make, by block.
    later: BTreeMap<BlockNumber, Vec<(AssignmentId, Step)>>,
    /// The heights of reports that have had no effect yet.
    said: HashMap<(AssignmentId, Step), BlockNumber>,
    /// What the final chain waits for, and since which height, if it was not repeated since.
    awaited: HashMap<AssignmentId, (Step, BlockNumber)>,
}

/// A worker call, and the number of its provider.
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
            awaited: HashMap::new(),
        }
    }

    /// Handles what happened in a best block.
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

    /// Handles what happened in a final block: a commit in it may be opened.
    pub fn finalised(&mut self, block: &Block) {
        let height = block.height;
        for event in &block.events {
            match event {
                TaskEvent::TaskMatched {
                    assignment,
                    provider,
                    ..
                } => {
                    if let Some(number) = self.by_account.get(provider) {
                        self.open.insert(*assignment, *number);
                        self.awaited.insert(*assignment, (Step::Start, height));
                    }
                }
                TaskEvent::TaskStarted { assignment, .. } => {
                    let next = match self.report_after {
                        Some(blocks) => (Step::Report, height + blocks),
                        None => (Step::Commit, height),
                    };
                    self.awaited.insert(*assignment, next);
                }
                TaskEvent::ProgressReported { assignment, .. } => {
                    self.awaited.insert(*assignment, (Step::Commit, height));
                }
                TaskEvent::ResultCommitted { assignment, .. } => {
                    self.awaited.insert(*assignment, (Step::Reveal, height));
                    self.plan(0, *assignment, Step::Reveal);
                }
                TaskEvent::ResultRevealed { assignment, .. }
                | TaskEvent::AssignmentFailed { assignment, .. } => {
                    self.open.remove(assignment);
                    self.awaited.remove(assignment);
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

    /// Returns the calls for the block after the one at this height. Proofs are bound to the block `recent`.
    pub fn calls(&mut self, height: BlockNumber, recent: (BlockNumber, Hash)) -> Result<Vec<Call>> {
        let later = self.later.split_off(&(height + 1));
        let now = std::mem::replace(&mut self.later, later);
        let again: Vec<_> = self
            .said
            .iter()
            .filter(|(_, at)| height >= **at + RETRY)
            .map(|(what, _)| *what)
            .collect();
        let mut overdue = Vec::new();
        for (assignment, (step, since)) in &mut self.awaited {
            if height >= *since + OVERDUE {
                *since = height;
                overdue.push((*assignment, *step));
            }
        }
        let mut calls = Vec::new();
        let due = now.into_values().flatten().chain(again).chain(overdue);
        for (assignment, step) in due {
            // The assignment's chain may be gone.
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

/// Returns a worker's signature over a statement.
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

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use aicpw_protocol::TaskId;

    use super::*;

    const ASSIGNMENT: AssignmentId = AssignmentId {
        task: TaskId(0),
        replica: 0,
        attempt: 0,
    };

    fn block(height: BlockNumber, event: TaskEvent) -> Block {
        Block {
            height,
            parent: Default::default(),
            seen: Instant::now(),
            transactions: 1,
            events: vec![event],
        }
    }

    fn matched(provider: &Provider) -> TaskEvent {
        TaskEvent::TaskMatched {
            assignment: ASSIGNMENT,
            provider: provider.account(),
            device: Default::default(),
            price: 1,
            next_by: 100,
        }
    }

    fn started() -> TaskEvent {
        TaskEvent::TaskStarted {
            assignment: ASSIGNMENT,
            commit_by: 100,
        }
    }

    #[test]
    fn what_happened_on_a_chain_that_lost_is_said_again() {
        let providers = Provider::some(1).unwrap();
        let mut workers = Workers::new(&providers, [1; 32], None);
        let said = |workers: &mut Workers<'_>, height| {
            let calls = workers.calls(height, (height, [2; 32])).unwrap();
            calls.len()
        };
        let matched = block(1, matched(&providers[0]));
        workers.best(&matched);
        assert_eq!(said(&mut workers, 1), 1, "the start");
        workers.finalised(&matched);
        workers.best(&block(2, started()));
        assert_eq!(said(&mut workers, 2), 1, "the commit");
        assert_eq!(said(&mut workers, 3), 0, "it is under way");
        // The start was on a chain that lost: the commit has no effect, whenever it is sent.
        assert_eq!(said(&mut workers, 2 + RETRY), 1, "the commit again");
        assert_eq!(said(&mut workers, 1 + OVERDUE), 2, "and the start");
        let again = block(50, started());
        workers.best(&again);
        workers.finalised(&again);
        assert!(!workers.said.contains_key(&(ASSIGNMENT, Step::Start)));
        assert!(workers.awaited[&ASSIGNMENT].0 == Step::Commit);
    }
}
