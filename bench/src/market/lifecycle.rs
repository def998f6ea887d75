//! What the steps of a task's life weigh, read and write: as transactions, with all that is checked
//! and charged around a call.

use aicpw_protocol::{
    task::{Progress, TaskStatus},
    worker::Statement,
    AskPrice, AssignmentId, TaskId,
};
use aicpw_runtime::{
    configs::{market::HeartbeatPeriod, system::RuntimeBlockWeights},
    AccountId, Matching, Runtime, System, Tasks, UncheckedExtrinsic,
};
use anyhow::{ensure, Result};
use frame_support::{dispatch::GetDispatchInfo, traits::Hooks, weights::Weight};
use pallet_tasks::WeightInfo;
use sp_core::Pair;

use super::{
    meter::{count, Cost},
    people::{ask, device, submission, Provider, SLOTS, STAKE},
    per_second_of_blocks, per_second_of_execution,
    world::{account, apply, authorised, key, Origin, World},
};
use crate::report::Measured;

/// A step, and what it takes of a block.
struct Step {
    name: &'static str,
    weight: Weight,
    cost: Option<Cost>,
}

pub fn measure(report: &mut Measured) -> Result<()> {
    report.note(
        "reads and writes: distinct keys, those of events and of the block's own counters included",
    );
    let steps = life()?;
    let mut whole = 0;
    for Step { name, weight, cost } in &steps {
        whole += weight.ref_time();
        report.add(
            format!("{name}: weight"),
            weight.ref_time() as f64 / 1e6,
            "µs",
            "",
        );
        if let Some(cost) = cost {
            report.add(format!("{name}: reads"), cost.reads as f64, "keys", "");
            report.add(format!("{name}: writes"), cost.writes as f64, "keys", "");
        }
    }
    report.add("a life: weight", whole as f64 / 1e6, "µs", "");
    let execution = per_second_of_execution(whole);
    report.add("lives in a second of execution", execution, "/s", "");
    let blocks = per_second_of_blocks(whole);
    report.add(
        "lives in the full blocks of a second",
        blocks,
        "/s",
        "≥ 100",
    );
    Ok(())
}

/// From `submit` to the payment in mode `expected`, with one progress report.
fn life() -> Result<Vec<Step>> {
    let charlie = key("//Charlie")?;
    let provider = Provider::some(1)?.remove(0);
    let mut world = World::new([account(&charlie), provider.account()])?;
    join(&mut world, &provider)?;

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
    world.begin()?;
    steps.push(transaction(&mut world, "submit", submit)?);
    let height = world.height();
    let (weight, cost) = count(&mut world, || Matching::on_idle(height, Weight::MAX))?;
    steps.push(Step {
        name: "match",
        weight,
        cost: Some(cost),
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
        // Reports of progress keep a distance.
        world.blocks(20)?;
        let call = said(&mut world, &provider, statement)?;
        world.begin()?;
        steps.push(transaction(&mut world, name, call)?);
        world.end()?;
    }
    let status = world.state.execute_with(|| Tasks::task_view(task));
    let status = status.map(|task| task.status);
    ensure!(
        matches!(status, Some(TaskStatus::Settled { .. })),
        "the task is {status:?}"
    );
    // Served by the agenda an hour and a month later.
    type Weights = <Runtime as pallet_tasks::Config>::WeightInfo;
    for (name, weight) in [
        ("end of retrieval", Weights::serve_unlock()),
        ("removal", Weights::serve_prune(1)),
    ] {
        let weight = weight.saturating_add(Weights::serve_slot());
        let cost = None;
        steps.push(Step { name, weight, cost });
    }
    Ok(steps)
}

/// Registers a provider with one device, and its heartbeat.
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
        // Dispatched without being authorised, so nobody looks at it.
        proof,
    };
    world.dispatch(Origin::Worker, heartbeat)
}

/// The worker call that makes a statement.
fn said(
    world: &mut World,
    provider: &Provider,
    statement: Statement<AccountId>,
) -> Result<UncheckedExtrinsic> {
    let proof = world.proof(&provider.worker, &statement);
    worker_call(statement, proof)
}

/// The transaction with which a worker makes a statement about an assignment.
pub fn worker_call(
    statement: Statement<AccountId>,
    proof: aicpw_primitives::worker_key::WorkerProof,
) -> Result<UncheckedExtrinsic> {
    use pallet_tasks::Call;
    Ok(authorised(match statement {
        Statement::Start { assignment } => Call::start { assignment, proof },
        Statement::Progress {
            assignment,
            progress,
        } => Call::report_progress {
            assignment,
            progress,
            proof,
        },
        Statement::Commit {
            assignment,
            commitment,
        } => Call::commit_result {
            assignment,
            commitment,
            proof,
        },
        Statement::Reveal {
            assignment,
            opening,
        } => Call::reveal_result {
            assignment,
            opening,
            proof,
        },
        other => anyhow::bail!("not a step of a life: {other:?}"),
    }))
}

/// Applies a transaction to the block that has begun.
fn transaction(
    world: &mut World,
    name: &'static str,
    transaction: UncheckedExtrinsic,
) -> Result<Step> {
    let info = transaction.get_dispatch_info();
    let base = RuntimeBlockWeights::get().get(info.class).base_extrinsic;
    let weight = info.total_weight().saturating_add(base);
    let before = world.state.execute_with(|| System::block_weight().total());
    let (applied, cost) = count(world, || apply(transaction))?;
    applied?;
    // What it gave back does not count.
    let after = world.state.execute_with(|| System::block_weight().total());
    Ok(Step {
        name,
        weight: weight.min(after.saturating_sub(before)),
        cost: Some(cost),
    })
}
