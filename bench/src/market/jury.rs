//! Measures what drawing a jury costs among few and among many stakers.

use std::time::Duration;

use aicpw_protocol::{
    task::{AssignmentStatus, Role, Submission, Verification},
    view::{AssignmentView, TaskView},
    AskPrice, Milliseconds, TaskId,
};
use aicpw_runtime::{
    configs::{consensus::DrawBlocks, market::DisputeRules},
    AccountId, Matching, Runtime, System, Tasks,
};
use anyhow::{ensure, Context, Result};
use frame_support::{traits::Hooks, weights::Weight};
use pallet_draw_randomness::{Outcome, Outcomes};

use super::{
    meter::{count, time, Sample},
    people::{ask, device, submission, Provider},
    world::{account, key, Origin, World},
};
use crate::report::Measured;

/// The stakers of the small chain, each with a device that fits.
const FEW: u32 = 100;

/// The number of juries whose cost is counted, and of those whose time is taken.
const ROUNDS: u32 = 5;

/// Measures on a chain with [`FEW`] stakers and on one with this many.
pub fn measure(many: u32, report: &mut Measured) -> Result<()> {
    report.note(
        "the outputs that the draw is made from are made up, as the chain's only validator brings none here",
    );
    report.note(
        "time: of a processor, native, unoptimised, state in memory; it says how the two chains differ, and no more",
    );
    let mut all = Vec::new();
    for stakers in [FEW, many] {
        let drawn = Court::new(stakers)?.draws()?;
        drawn.tell(&format!("{stakers} stakers"), report);
        all.push(drawn);
    }
    let [small, large] = all.as_slice() else {
        return Ok(());
    };
    let name = format!("{many} stakers against {FEW}");
    large.compare(small, &name, "< 20", report);
    Ok(())
}

/// Gives matching the rest of a block, and returns what that weighs.
fn idle(height: u32) -> u64 {
    Matching::on_idle(height, Weight::MAX).ref_time()
}

/// Returns a task whose result can be disputed for a minute.
fn optimistic() -> Result<Submission> {
    Ok(Submission {
        verification: Verification::Optimistic {
            window: Milliseconds(60_000),
        },
        ..submission()?
    })
}

/// A chain with a number of stakers online.
struct Court {
    world: World,
    providers: Vec<Provider>,
    requester: AccountId,
    submitted: u64,
}

impl Court {
    fn new(stakers: u32) -> Result<Self> {
        let requester = account(&key("//Charlie")?);
        let providers = Provider::some(stakers)?;
        let endowed = providers.iter().map(Provider::account);
        let mut world = World::new(endowed.chain([requester.clone()]))?;
        for (number, provider) in (0..).zip(&providers) {
            // The budget is enough for each of them, so that each can judge all others.
            let offer = (device(number)?, AskPrice(ask(500 + number % 97)));
            provider.register(&mut world, [offer])?;
        }
        // Handles what the registrations have left to do.
        world.blocks(1)?;
        let listed = world.state.execute_with(Matching::devices_listed);
        ensure!(
            listed == stakers,
            "{listed} of {stakers} devices are listed"
        );
        Ok(Self {
            world,
            providers,
            requester,
            submitted: 0,
        })
    }

    fn draws(&mut self) -> Result<Sample> {
        let mut counted = Vec::new();
        let mut fastest = Duration::MAX;
        for _ in 0..ROUNDS {
            let height = self.dispute()?;
            let (weight, cost) = count(&mut self.world, || idle(height))?;
            self.require_jury(height)?;
            counted.push((weight, cost));
            let height = self.dispute()?;
            let (_, taken) = time(&mut self.world, || idle(height))?;
            self.require_jury(height)?;
            fastest = fastest.min(taken);
        }
        Ok(Sample::of(counted, fastest))
    }

    /// Has a result made and disputed, up to the block in which the jury can be drawn, and returns
    /// its height.
    fn dispute(&mut self) -> Result<u32> {
        let id = TaskId(self.submitted);
        let call = pallet_tasks::Call::submit {
            submission: optimistic()?,
        };
        self.world.dispatch(Origin::Signed(&self.requester), call)?;
        self.submitted += 1;
        let height = self.world.height();
        self.world.state.execute_with(|| idle(height));
        let made = self.task(id)?.assignments;
        let made = made.first().context("nobody took the task")?.clone();
        self.make(&made)?;
        let call = pallet_disputes::Call::dispute { task: id };
        self.world.dispatch(Origin::Signed(&self.requester), call)?;
        let anchor = self.world.height();
        self.world.blocks(DrawBlocks::get())?;
        let next = self.world.height() + 1;
        self.world.state.execute_with(|| {
            let author = Outcomes::<Runtime>::get(anchor).and_then(|outcome| outcome.author);
            for height in anchor + 1..next {
                let outcome = Outcome {
                    author: author.clone(),
                    output: Some(sp_io::hashing::blake2_256(&height.to_le_bytes())),
                    others: 0,
                };
                Outcomes::<Runtime>::insert(height, outcome);
            }
            // Nothing is done in this block but the draw.
            System::set_block_number(next);
        });
        Ok(next)
    }

    /// Makes the provider that was assigned the task reveal a result.
    fn make(&mut self, made: &AssignmentView<AccountId>) -> Result<()> {
        let provider = self
            .providers
            .iter()
            .find(|one| one.account() == made.provider)
            .context("an unknown provider")?;
        let assignment = made.id;
        // The call is dispatched without authorisation, so nothing checks the proof.
        let proof = self.world.proof(&provider.worker, &provider.join());
        let (commitment, opening) = (provider.commitment(assignment)?, provider.opening()?);
        let start = pallet_tasks::Call::start {
            assignment,
            proof: proof.clone(),
        };
        let commit = pallet_tasks::Call::commit_result {
            assignment,
            commitment,
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
        Ok(())
    }

    fn task(&mut self, id: TaskId) -> Result<TaskView<AccountId>> {
        let task = self.world.state.execute_with(|| Tasks::task_view(id));
        task.with_context(|| format!("no task {id:?}"))
    }

    /// Checks that the jury is drawn, and leaves the block that was only for that.
    fn require_jury(&mut self, height: u32) -> Result<()> {
        let before = height.saturating_sub(1);
        self.world
            .state
            .execute_with(|| System::set_block_number(before));
        let task = self.task(TaskId(self.submitted - 1))?;
        let drawn = task.assignments.iter().filter(|one| {
            one.role == Role::Juror && matches!(one.status, AssignmentStatus::Assigned { .. })
        });
        let (drawn, jury) = (drawn.count(), usize::from(DisputeRules::get().jury));
        ensure!(drawn == jury, "{drawn} of {jury} jurors are drawn");
        Ok(())
    }
}
