//! Reads what a dispute about a part of a job puts on the chain, up to its verdict.

use std::{ops::RangeInclusive, time::Duration};

use aicpw_network_tests::Client;
use aicpw_protocol::{AssignmentId, TaskId};
use aicpw_runtime::{Runtime, RuntimeCall, UncheckedExtrinsic};
use anyhow::{ensure, Context, Result};

/// The proceedings of a dispute. Times are those of the blocks, since the Unix epoch.
#[derive(Default, Debug, PartialEq, Eq)]
pub struct Proceedings {
    /// The transactions by which the part is found, including that of the opening: those of the
    /// requester and of the provider's worker.
    pub of_parties: u32,
    /// The transactions of the jurors' workers.
    pub of_jurors: u32,
    /// How often the requester has named a part.
    pub rounds: u32,
    /// The number of hashes in the trace.
    pub hashes: u32,
    /// The number of launches of the job, according to its trace.
    pub launches: u64,
    /// When the dispute was opened.
    pub opened: Duration,
    /// When the part was named.
    pub named: Duration,
    /// When the last block was made: that of the verdict.
    pub last: Duration,
}

/// A block, as the node's RPC returns it.
#[derive(serde::Deserialize)]
struct Signed {
    block: Body,
}

#[derive(serde::Deserialize)]
struct Body {
    extrinsics: Vec<UncheckedExtrinsic>,
}

impl Proceedings {
    /// Reads the proceedings of this task, in the blocks from that of the opening to that of the
    /// verdict.
    ///
    /// # Errors
    /// When the blocks cannot be read, or the dispute is not about a part.
    pub async fn read(client: &Client, task: TaskId, blocks: RangeInclusive<u32>) -> Result<Self> {
        let mut all = Self::default();
        for height in blocks {
            let hash = client.block_hash(height).await?;
            let hash = hash.with_context(|| format!("there is no block {height}"))?;
            let Signed { block } = client.call("chain_getBlock", &[hash.into()]).await?;
            for transaction in &block.extrinsics {
                all.add(task, &transaction.function);
            }
        }
        let has_all = all.hashes > 0 && all.rounds > 0 && !all.opened.is_zero();
        ensure!(has_all, "no part of task {task} was named: {all:?}");
        Ok(all)
    }

    /// Adds the next call.
    fn add(&mut self, id: TaskId, call: &RuntimeCall) {
        match call {
            // This call comes before all others in each block.
            RuntimeCall::Timestamp(pallet_timestamp::Call::set { now }) => {
                self.last = Duration::from_millis(*now);
            }
            RuntimeCall::Disputes(pallet_disputes::Call::dispute_part { task }) if *task == id => {
                self.of_parties += 1;
                self.opened = self.last;
            }
            RuntimeCall::Disputes(pallet_disputes::Call::name_part { task, .. }) if *task == id => {
                self.of_parties += 1;
                self.rounds += 1;
                self.named = self.last;
            }
            RuntimeCall::Tasks(pallet_tasks::Call::open_trace {
                assignment,
                opening,
                ..
            }) if assignment.task == id => {
                self.of_parties += 1;
                self.hashes = opening.hashes;
                self.launches = opening.launches;
            }
            // Only jurors have work to do for the task meanwhile.
            RuntimeCall::Tasks(call) if worked_at(call).is_some_and(|one| one.task == id) => {
                self.of_jurors += 1;
            }
            _ => {}
        }
    }
}

/// Returns the assignment about which a worker reports its work.
fn worked_at(call: &pallet_tasks::Call<Runtime>) -> Option<AssignmentId> {
    match call {
        pallet_tasks::Call::start { assignment, .. }
        | pallet_tasks::Call::report_progress { assignment, .. }
        | pallet_tasks::Call::commit_result { assignment, .. }
        | pallet_tasks::Call::reveal_result { assignment, .. }
        | pallet_tasks::Call::fail { assignment, .. }
        | pallet_tasks::Call::show_work { assignment, .. } => Some(*assignment),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use aicpw_primitives::worker_key::WorkerProof;
    use aicpw_protocol::trace::TraceOpening;
    use sp_core::sr25519;

    use super::*;
    use crate::jobs::some_cid;

    /// Returns all calls of a dispute about this task, each in a separate block.
    fn calls(task: TaskId) -> Vec<RuntimeCall> {
        let proof = || WorkerProof {
            recent_block: 0,
            signature: sr25519::Signature::from_raw([0; 64]),
        };
        let of = |replica| AssignmentId {
            task,
            replica,
            attempt: 0,
        };
        let opening = TraceOpening {
            salt: [1; 32],
            hashes: 11,
            launches: 10,
            state_root: [2; 32],
            path: Default::default(),
            file: some_cid().unwrap(),
        };
        let disputes = RuntimeCall::Disputes;
        let tasks = RuntimeCall::Tasks;
        let calls = [
            disputes(pallet_disputes::Call::dispute_part { task }),
            tasks(pallet_tasks::Call::open_trace {
                assignment: of(0),
                opening,
                proof: proof(),
            }),
            disputes(pallet_disputes::Call::name_part { task, part: None }),
            tasks(pallet_tasks::Call::start {
                assignment: of(1),
                proof: proof(),
            }),
            tasks(pallet_tasks::Call::commit_result {
                assignment: of(1),
                commitment: [3; 32],
                proof: proof(),
            }),
            tasks(pallet_tasks::Call::rate { task, stars: 1 }),
        ];
        let blocks = (4_u64..).zip(calls);
        let in_blocks = blocks.flat_map(|(block, call)| {
            let now = 250 * block;
            [
                RuntimeCall::Timestamp(pallet_timestamp::Call::set { now }),
                call,
            ]
        });
        in_blocks.collect()
    }

    #[test]
    fn what_is_of_this_dispute_is_counted_and_nothing_else() {
        let mut found = Proceedings::default();
        let (own, other) = (calls(TaskId(1)), calls(TaskId(2)));
        for call in other.iter().chain(&own).chain(&other) {
            found.add(TaskId(1), call);
        }
        let expected = Proceedings {
            of_parties: 3,
            of_jurors: 2,
            rounds: 1,
            hashes: 11,
            launches: 10,
            opened: Duration::from_millis(1_000),
            named: Duration::from_millis(1_500),
            last: Duration::from_millis(2_250),
        };
        assert_eq!(found, expected);
    }
}
