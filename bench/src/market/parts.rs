//! Measures what it takes to find the part of a job that a jury runs, for short and for long traces.

use std::time::{Duration, Instant};

use aicpw_protocol::{
    commitment::{result_commitment, trace_commitment, ResultOpening},
    job::{Checkpoint, TraceRecord},
    merkle::result_root,
    task::{Submission, Verification},
    trace::{first_difference, End, NamedPart, TraceOpening, MAX_HASHES},
    verdict::DisputeState,
    worker::Statement,
    AskPrice, Hash, Milliseconds, TaskId,
};
use aicpw_runtime::{units::SLOT_MILLISECONDS, AccountId, Disputes, Matching, RuntimeCall, Tasks};
use anyhow::{ensure, Context, Result};
use codec::Encode;
use frame_support::{dispatch::GetDispatchInfo, traits::Hooks, weights::Weight};

use super::{
    people::{ask, content, device, submission, Provider, OUTPUT},
    world::{account, key, Origin, World},
};
use crate::report::Measured;

/// The numbers of hashes of the traces; 100,000 steps with a checkpoint after every second one have fewer than the
/// most.
const TRACES: [u32; 3] = [10, 1_000, MAX_HASHES];

const SALT: Hash = [8; 32];

/// Measures traces of each length, of which the second half is wrong.
pub fn measure(report: &mut Measured) -> Result<()> {
    let provider = Provider::some(1)?.remove(0);
    let requester = account(&key("//Charlie")?);
    let mut world = World::new([provider.account(), requester.clone()])?;
    provider.register(&mut world, [(device(0)?, AskPrice(ask(500)))])?;
    world.blocks(1)?;
    let mut court = Court {
        world,
        provider,
        requester,
        submitted: 0,
    };
    for hashes in TRACES {
        let name = format!("{hashes} hashes");
        let found = court.narrow(hashes)?;
        let mut row = |what: &str, value: f64, unit| {
            report.add(format!("{name}: {what}"), value, unit, "");
        };
        row("transactions", f64::from(found.transactions), "");
        row(
            "from the dispute to its jury, on the chain",
            found.seconds(),
            "s",
        );
        row("all transactions", found.bytes as f64, "bytes");
        row("all transactions, weight", found.weight as f64 / 1e6, "µs");
        row("the trace, on IPFS", f64::from(hashes) * 32.0, "bytes");
        row("to open the trace, native", ms(found.to_open), "ms");
        row(
            "to compare and to name the part, native",
            ms(found.to_name),
            "ms",
        );
    }
    Ok(())
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// What finding the part took.
#[derive(Default)]
struct Found {
    transactions: u32,
    blocks: u32,
    bytes: usize,
    weight: u64,
    to_open: Duration,
    to_name: Duration,
}

impl Found {
    /// Returns the seconds that the blocks take if all slots are filled.
    fn seconds(&self) -> f64 {
        f64::from(self.blocks) * SLOT_MILLISECONDS as f64 / 1e3
    }
}

/// Returns a trace of this many hashes, whose second half is wrong or not.
fn trace(hashes: u32, is_wrong: bool) -> TraceRecord {
    let hash = |number: u32| {
        let mut hash = [u8::from(is_wrong && number >= hashes / 2); 32];
        hash[..4].copy_from_slice(&number.to_le_bytes());
        Checkpoint(hash)
    };
    TraceRecord {
        checkpoints: (0..hashes - 1).map(hash).collect(),
        end: End {
            launches: hashes.into(),
            state_root: [0; 32],
            result_root: result_root(if is_wrong { b"a lie" } else { OUTPUT }),
        },
    }
}

struct Court {
    world: World,
    provider: Provider,
    requester: AccountId,
    submitted: u64,
}

impl Court {
    /// Has a result made, and disputes the part of it that is wrong.
    fn narrow(&mut self, hashes: u32) -> Result<Found> {
        let (lie, truth) = (trace(hashes, true), trace(hashes, false).hashes());
        let task = self.make(&lie)?;
        let assignment = self.assignment(task)?;
        let mut found = Found::default();
        let opened_at = self.world.height();
        let requester = self.requester.clone();
        let dispute = pallet_disputes::Call::dispute_part { task };
        self.send(&mut found, Origin::Signed(&requester), dispute)?;

        let start = Instant::now();
        let opening = TraceOpening::new(SALT, &lie, content(5)?).context("a short trace")?;
        found.to_open = start.elapsed();
        let statement = Statement::OpenTrace {
            assignment,
            opening: opening.clone(),
        };
        let proof = self.world.proof(&self.provider.worker, &statement);
        let open = pallet_tasks::Call::open_trace {
            assignment,
            opening,
            proof,
        };
        self.send(&mut found, Origin::Worker, open)?;

        let start = Instant::now();
        let theirs = lie.hashes();
        let number = first_difference(&theirs, &truth).context("the traces are the same")?;
        let state = Some(content(6)?);
        let part = Some(NamedPart::new(&theirs, number, state).context("no such part")?);
        found.to_name = start.elapsed();
        let name = pallet_disputes::Call::name_part { task, part };
        self.send(&mut found, Origin::Signed(&requester), name)?;

        found.blocks = self.world.height() - opened_at;
        let view = self
            .world
            .state
            .execute_with(|| Disputes::dispute_view(task));
        let view = view.context("no dispute")?;
        let part = view.part.context("no part")?;
        ensure!(view.state == DisputeState::Judging, "{:?}", view.state);
        ensure!(part.number == hashes / 2, "part {}", part.number);
        Ok(found)
    }

    /// Sends a call in a separate block.
    fn send(
        &mut self,
        found: &mut Found,
        origin: Origin<'_>,
        call: impl Into<RuntimeCall>,
    ) -> Result<()> {
        let call = call.into();
        found.transactions += 1;
        found.bytes += call.encoded_size();
        let weight = |call: &RuntimeCall| call.get_dispatch_info().total_weight().ref_time();
        found.weight += self.world.state.execute_with(|| weight(&call));
        self.world.dispatch(origin, call)?;
        self.world.blocks(1)
    }

    /// Has the provider run a task with this trace.
    fn make(&mut self, trace: &TraceRecord) -> Result<TaskId> {
        let id = TaskId(self.submitted);
        let submission = Submission {
            verification: Verification::Optimistic {
                window: Milliseconds(60_000),
            },
            ..submission()?
        };
        let requester = self.requester.clone();
        let call = pallet_tasks::Call::submit { submission };
        self.world.dispatch(Origin::Signed(&requester), call)?;
        self.submitted += 1;
        let height = self.world.height();
        self.world
            .state
            .execute_with(|| Matching::on_idle(height, Weight::MAX));
        let assignment = self.assignment(id)?;
        let opening = ResultOpening {
            salt: [7; 32],
            result_root: trace.end.result_root,
            trace_commitment: trace_commitment(&SALT, &trace.root()),
            result: content(9)?,
        };
        // The call is dispatched without authorisation, so nothing checks the proof.
        let proof = self
            .world
            .proof(&self.provider.worker, &self.provider.join());
        let start = pallet_tasks::Call::start {
            assignment,
            proof: proof.clone(),
        };
        let commit = pallet_tasks::Call::commit_result {
            assignment,
            commitment: result_commitment(&self.provider.account(), assignment, &opening),
            proof: proof.clone(),
        };
        let reveal = pallet_tasks::Call::reveal_result {
            assignment,
            opening,
            proof,
        };
        for call in [start, commit, reveal] {
            self.world.dispatch(Origin::Worker, call)?;
        }
        Ok(id)
    }

    fn assignment(&mut self, id: TaskId) -> Result<aicpw_protocol::AssignmentId> {
        let task = self.world.state.execute_with(|| Tasks::task_view(id));
        let made = task.and_then(|task| task.assignments.first().map(|one| one.id));
        made.with_context(|| format!("nobody took task {id:?}"))
    }
}
