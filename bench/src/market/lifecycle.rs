//! Measures what the steps of a task's life weigh, read and write: as transactions, with everything that is checked and
//! charged around a call.

use aicpw_primitives::worker_key::WorkerProof;
use aicpw_protocol::{
    task::{Progress, TaskStatus},
    worker::Statement,
    AskPrice, AssignmentId, TaskId,
};
use aicpw_runtime::{
    configs::{
        market::HeartbeatPeriod,
        parameters::StartWindow,
        system::{RuntimeBlockWeights, MAX_BLOCK_WEIGHT},
    },
    AccountId, Matching, Runtime, System, Tasks, UncheckedExtrinsic,
};
use anyhow::{anyhow, ensure, Context, Result};
use frame_support::{
    dispatch::GetDispatchInfo,
    storage::{with_transaction, TransactionOutcome},
    traits::{Authorize, Hooks},
    weights::Weight,
};
use pallet_tasks::WeightInfo;
use sp_core::Pair;

use super::{
    meter::{trace, Cost, Touched},
    people::{ask, device, submission, Provider, MATCH_WINDOW, SLOTS, STAKE},
    per_second_of_blocks, per_second_of_execution,
    world::{account, apply, authorised, key, Origin, World},
};
use crate::report::Measured;

/// A step, and what it takes from a block.
struct Step {
    name: &'static str,
    /// What is taken from the block in the end.
    weight: Weight,
    /// The parts of the weight.
    parts: Option<Parts>,
    cost: Option<(Cost, Touched)>,
}

/// The parts of a transaction's weight, in picoseconds.
struct Parts {
    /// The base weight of every transaction.
    base: u64,
    /// Its extensions, without the authorisation.
    extensions: u64,
    /// The authorisation of a worker call.
    authorisation: u64,
    /// The call itself, at most.
    call: u64,
    /// What was given back, because less was done.
    given_back: u64,
}

pub fn measure(report: &mut Measured) -> Result<()> {
    report.note(
        "reads and writes: distinct keys, those of events and of the block's own counters included",
    );
    let Life { steps, empty } = life()?;
    let micros = |picoseconds: u64| picoseconds as f64 / 1e6;
    let block = MAX_BLOCK_WEIGHT.ref_time();
    let mut whole = 0;
    for step in &steps {
        let name = step.name;
        let time = step.weight.ref_time();
        whole += time;
        report.add(format!("{name}: weight"), micros(time), "µs", "");
        let share = time as f64 / block as f64 * 100.0;
        report.add(format!("{name}: share of a block"), share, "%", "");
        if let Some((cost, touched)) = &step.cost {
            report.add(format!("{name}: reads"), cost.reads as f64, "keys", "");
            report.add(format!("{name}: writes"), cost.writes as f64, "keys", "");
            report.add(format!("{name}: proof"), cost.proof as f64 / 1e3, "kB", "");
            report.note(format!("{name} reads {}", touched.read.join(", ")));
            report.note(format!("{name} writes {}", touched.written.join(", ")));
        }
        if let Some(parts) = &step.parts {
            report.note(format!(
                "{name} weighs {:.0} µs as a transaction, {:.0} for its extensions, {:.0} for its \
                 authorisation, {:.0} for the call at most; {:.0} were given back",
                micros(parts.base),
                micros(parts.extensions),
                micros(parts.authorisation),
                micros(parts.call),
                micros(parts.given_back),
            ));
        }
    }
    report.add("an empty block: weight", micros(empty), "µs", "");
    report.add("a life: weight", micros(whole), "µs", "");
    let execution = per_second_of_execution(whole);
    report.add("lives in a second of execution", execution, "/s", "");
    let blocks = per_second_of_blocks(whole, block - empty);
    report.add(
        "lives in the full blocks of a second",
        blocks,
        "/s",
        "≥ 100",
    );
    Ok(())
}

/// The steps of a task, and the weight of a block in which there is nothing to do.
struct Life {
    steps: Vec<Step>,
    empty: u64,
}

/// Runs a task from `submit` to the payment in mode `expected`, with one progress report.
fn life() -> Result<Life> {
    let charlie = key("//Charlie")?;
    let provider = Provider::some(1)?.remove(0);
    let mut world = World::new([account(&charlie), provider.account()])?;
    join(&mut world, &provider)?;
    // Handles what the arrival of a device has left to do.
    world.blocks(2)?;
    let agenda = agenda(&mut world)?;
    let empty = begin(&mut world)?;
    world.end()?;

    let task = TaskId(0);
    let assignment = AssignmentId {
        task,
        replica: 0,
        attempt: 0,
    };
    let mut steps = Vec::new();
    let submit = pallet_tasks::Call::submit {
        submission: submission()?,
    };
    let submit = world.signed(&charlie, submit)?;
    let mut deadlines = Deadlines {
        empty: agenda,
        weight: 0,
    };
    world.begin()?;
    steps.push(transaction(&mut world, "submit", submit)?);
    let height = world.height();
    let (_, cost, touched) = trace(&mut world, || Matching::on_idle(height, Weight::MAX))?;
    steps.push(Step {
        name: "match",
        weight: match_among_others()?,
        parts: None,
        cost: Some((cost, touched)),
    });
    world.end()?;

    let progress = Progress {
        steps_done: 1,
        steps_total: 2,
    };
    let commitment = provider.commitment(assignment)?;
    let opening = provider.opening()?;
    for (name, statement) in [
        ("start", Statement::Start { assignment }),
        (
            "report_progress",
            Statement::Progress {
                assignment,
                progress,
            },
        ),
        (
            "commit_result",
            Statement::Commit {
                assignment,
                commitment,
            },
        ),
        (
            "reveal_result, which pays",
            Statement::Reveal {
                assignment,
                opening,
            },
        ),
    ] {
        // There must be some blocks between reports of progress.
        deadlines.pass(&mut world, 20)?;
        let call = said(&mut world, &provider, statement)?;
        deadlines.begin(&mut world)?;
        steps.push(transaction(&mut world, name, call)?);
        world.end()?;
    }
    let status = world.state.execute_with(|| Tasks::task_view(task));
    let status = status.map(|task| task.status);
    ensure!(
        matches!(status, Some(TaskStatus::Settled { .. })),
        "the task is {status:?}"
    );
    // The deadlines that the task has left behind, and which have been met already.
    let windows = MATCH_WINDOW + world.state.execute_with(StartWindow::get);
    deadlines.pass(&mut world, windows)?;
    steps.push(Step {
        name: "deadlines that were kept",
        weight: Weight::from_parts(deadlines.weight, 0),
        parts: None,
        cost: None,
    });
    // The agenda does these an hour and a month later.
    type Weights = <Runtime as pallet_tasks::Config>::WeightInfo;
    for (name, weight) in [
        ("end of retrieval", Weights::serve_unlock()),
        ("removal", Weights::serve_prune_plain(1)),
    ] {
        steps.push(Step {
            name,
            weight,
            parts: None,
            cost: None,
        });
    }
    Ok(Life { steps, empty })
}

/// Returns what a match weighs on average if a block matches as many tasks as a device has slots. What is done once for
/// all of them weighs more than what is done for each.
fn match_among_others() -> Result<Weight> {
    let charlie = key("//Charlie")?;
    let provider = Provider::some(1)?.remove(0);
    let mut world = World::new([account(&charlie), provider.account()])?;
    join(&mut world, &provider)?;
    world.blocks(2)?;
    world.begin()?;
    for _ in 0..SLOTS {
        let submission = submission()?;
        let submit = pallet_tasks::Call::submit { submission };
        world.dispatch(Origin::Signed(&account(&charlie)), submit)?;
    }
    let height = world.height();
    let all = world
        .state
        .execute_with(|| Matching::on_idle(height, Weight::MAX));
    for task in (0..SLOTS).map(|id| TaskId(id.into())) {
        let task = world.state.execute_with(|| Tasks::task_view(task));
        let status = task.map(|task| task.status);
        ensure!(
            matches!(status, Some(TaskStatus::Active)),
            "a task is {status:?}"
        );
    }
    Ok(all / u64::from(SLOTS))
}

/// Begins a block, and returns what it weighs before any transaction of a person.
fn begin(world: &mut World) -> Result<u64> {
    world.begin()?;
    let weight = world.state.execute_with(System::block_weight).total();
    Ok(weight.ref_time())
}

/// Returns what the agenda of the next block weighs. Other things at the beginning of a block differ from one to the
/// next, and are left out.
fn agenda(world: &mut World) -> Result<u64> {
    let next = world.height() + 1;
    let served = world.state.execute_with(|| {
        with_transaction(|| {
            System::set_block_number(next);
            let weight = Tasks::on_initialize(next).ref_time();
            TransactionOutcome::Rollback(Ok::<_, sp_runtime::DispatchError>(weight))
        })
    });
    served.map_err(|error| anyhow!("the agenda: {error:?}"))
}

/// The weight of the agenda, beyond its weight in an empty block.
struct Deadlines {
    empty: u64,
    weight: u64,
}

impl Deadlines {
    fn begin(&mut self, world: &mut World) -> Result<()> {
        self.weight += agenda(world)?.saturating_sub(self.empty);
        world.begin()
    }

    /// Passes this many blocks in which nothing else happens.
    fn pass(&mut self, world: &mut World, blocks: u32) -> Result<()> {
        for _ in 0..blocks {
            self.begin(world)?;
            world.end()?;
        }
        Ok(())
    }
}

/// Registers a provider with one device, and sends its heartbeat.
fn join(world: &mut World, provider: &Provider) -> Result<()> {
    let who = provider.account();
    let proof = world.proof(&provider.worker, &provider.join());
    let register = pallet_provider_staking::Call::register_provider {
        stake: STAKE,
        worker: provider.worker.public().into(),
        sealing_key: provider.worker.public().0,
        peers: Default::default(),
        proof: proof.clone(),
    };
    world.dispatch(Origin::Signed(&who), register)?;
    let register = pallet_provider_staking::Call::register_device {
        spec: device(0)?,
        ask: AskPrice(ask(1)),
        slots: SLOTS,
    };
    world.dispatch(Origin::Signed(&who), register)?;
    let heartbeat = pallet_provider_staking::Call::heartbeat {
        provider: who,
        period: world.height() / HeartbeatPeriod::get(),
        // The call is dispatched without authorisation, so nothing checks the proof.
        proof,
    };
    world.dispatch(Origin::Worker, heartbeat)
}

/// Returns the worker call that makes a statement.
fn said(
    world: &mut World,
    provider: &Provider,
    statement: Statement<AccountId>,
) -> Result<UncheckedExtrinsic> {
    let proof = world.proof(&provider.worker, &statement);
    worker_call(statement, proof)
}

/// Returns the transaction with which a worker makes a statement about an assignment.
pub fn worker_call(
    statement: Statement<AccountId>,
    proof: WorkerProof,
) -> Result<UncheckedExtrinsic> {
    let call = Tasks::call_of(statement, proof).context("a statement about an assignment")?;
    Ok(authorised(call))
}

/// Applies a transaction to the block that has begun.
fn transaction(
    world: &mut World,
    name: &'static str,
    transaction: UncheckedExtrinsic,
) -> Result<Step> {
    let info = transaction.get_dispatch_info();
    let base = RuntimeBlockWeights::get().get(info.class).base_extrinsic;
    let authorisation = transaction.function.weight_of_authorize().ref_time();
    let before = world.state.execute_with(|| System::block_weight().total());
    let (applied, cost, touched) = trace(world, || apply(transaction))?;
    applied?;
    // Weight that was given back does not count.
    let after = world.state.execute_with(|| System::block_weight().total());
    let weight = after.saturating_sub(before);
    let at_most = info.total_weight().saturating_add(base);
    Ok(Step {
        name,
        weight,
        parts: Some(Parts {
            base: base.ref_time(),
            extensions: info.extension_weight.ref_time() - authorisation,
            authorisation,
            call: info.call_weight.ref_time(),
            given_back: at_most.saturating_sub(weight).ref_time(),
        }),
        cost: Some((cost, touched)),
    })
}
