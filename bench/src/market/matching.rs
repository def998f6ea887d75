//! Measures what one match costs in a small and in a large book, for a task that nearly every device fits, and for one
//! that only one device in a hundred fits, and that the most expensive one.

use std::time::Duration;

use aicpw_protocol::{
    task::{Submission, TaskStatus},
    AskPrice, Gflops, Mebibytes, MegabitsPerSecond, TaskId,
};
use aicpw_runtime::{configs::system::MAX_BLOCK_WEIGHT, AccountId, Matching, Tasks};
use anyhow::{ensure, Result};
use frame_support::{traits::Hooks, weights::Weight};

use super::{
    meter::{count, time, Sample},
    people::{ask, device, submission, Provider},
    per_second_of_blocks, per_second_of_execution,
    world::{account, key, Origin, World},
};
use crate::report::Measured;

/// The number of devices in each of the two books.
const BOOKS: [u32; 2] = [100, 100_000];

/// The number of devices of one provider.
const PER_PROVIDER: u32 = 16;

/// The memory that only one device in a hundred has.
const DEMANDED: Mebibytes = Mebibytes(16_384);

/// The number of matches of each kind: fewer than one device has slots.
const ROUNDS: u32 = 6;

pub fn measure(report: &mut Measured) -> Result<()> {
    report.note(
        "time: of a processor, native, unoptimised, state in memory; it says how the two books differ, and no more",
    );
    let mut all = Vec::new();
    for devices in BOOKS {
        let mut book = Book::new(devices)?;
        let mut kinds = Vec::new();
        for (kind, submission) in [
            ("all fit", submission()?),
            ("99 % cheap but unfit", demanding()?),
        ] {
            let found = book.matches(&submission)?;
            let name = format!("{devices} devices, {kind}");
            found.tell(&name, report);
            kinds.push((kind, found));
        }
        all.push(kinds);
    }
    let [small, large] = all.as_slice() else {
        return Ok(());
    };
    for ((kind, small), (_, large)) in small.iter().zip(large) {
        let name = format!("100,000 devices against 100, {kind}");
        large.compare(small, &name, "< 10", report);
    }
    let dearest = small
        .iter()
        .chain(large)
        .map(|(_, found)| found.weight)
        .max();
    let weight = dearest.unwrap_or_default();
    let what = "matches of the dearest kind, by weight";
    let execution = format!("{what}, in a second of execution");
    report.add(execution, per_second_of_execution(weight), "/s", "≥ 1000");
    let blocks = format!("{what}, in the full blocks of a second");
    report.add(
        blocks,
        per_second_of_blocks(weight, MAX_BLOCK_WEIGHT.ref_time()),
        "/s",
        "",
    );
    Ok(())
}

/// Returns a task that only one device in a hundred of [`Book`] fits.
fn demanding() -> Result<Submission> {
    let mut submission = submission()?;
    submission.needs.gflops = Gflops(8_192);
    submission.needs.memory = DEMANDED;
    submission.needs.bandwidth = MegabitsPerSecond(1_000);
    Ok(submission)
}

/// A chain with a number of devices online.
struct Book {
    world: World,
    requester: AccountId,
    submitted: u64,
}

impl Book {
    /// Opens a book. One device in a hundred fits every task here, at a higher ask than the others, each of which lacks
    /// something.
    fn new(devices: u32) -> Result<Self> {
        let requester = account(&key("//Charlie")?);
        let providers = Provider::some(devices.div_ceil(PER_PROVIDER))?;
        let endowed = providers.iter().map(Provider::account);
        let mut world = World::new(endowed.chain([requester.clone()]))?;
        for (number, provider) in (0..).zip(&providers) {
            let first = number * PER_PROVIDER;
            let offers = (first..devices.min(first + PER_PROVIDER)).map(listed);
            provider.register(&mut world, offers.collect::<Result<Vec<_>>>()?)?;
        }
        // Handles what the registrations have left to do.
        world.blocks(1)?;
        let listed = world.state.execute_with(Matching::devices_listed);
        ensure!(
            listed == devices,
            "{listed} of {devices} devices are listed"
        );
        Ok(Self {
            world,
            requester,
            submitted: 0,
        })
    }

    /// Returns the cost of matching this task: the median of some rounds for what is counted, the fastest for the time.
    fn matches(&mut self, submission: &Submission) -> Result<Sample> {
        let (mut counted, mut fastest) = (Vec::new(), Duration::MAX);
        for _ in 0..ROUNDS / 2 {
            let height = self.world.height();
            let idle = move || Matching::on_idle(height, Weight::MAX).ref_time();
            self.submit(submission)?;
            let (weight, cost) = count(&mut self.world, idle)?;
            self.require_matched()?;
            counted.push((weight, cost));
            self.submit(submission)?;
            let (_, taken) = time(&mut self.world, idle)?;
            self.require_matched()?;
            fastest = fastest.min(taken);
        }
        Ok(Sample::of(counted, fastest))
    }

    fn submit(&mut self, submission: &Submission) -> Result<()> {
        let call = pallet_tasks::Call::submit {
            submission: submission.clone(),
        };
        self.world.dispatch(Origin::Signed(&self.requester), call)?;
        self.submitted += 1;
        Ok(())
    }

    fn require_matched(&mut self) -> Result<()> {
        let id = TaskId(self.submitted - 1);
        let task = self.world.state.execute_with(|| Tasks::task_view(id));
        let status = task.map(|task| task.status);
        ensure!(
            matches!(status, Some(TaskStatus::Active)),
            "task {id:?} is {status:?}"
        );
        Ok(())
    }
}

/// Returns a device and its ask.
fn listed(number: u32) -> Result<(aicpw_protocol::device::DeviceSpec, AskPrice)> {
    let mut spec = device(number)?;
    let fits = number % 100 == 99;
    if fits {
        // Enough for all the tasks that it gets at once.
        spec.memory = Mebibytes(DEMANDED.0 * u64::from(ROUNDS));
    } else {
        match number % 3 {
            0 => spec.gflops = Gflops(100 + u64::from(number % 1_000)),
            1 => spec.memory = Mebibytes(512),
            _ => spec.bandwidth = MegabitsPerSecond(50),
        }
    }
    let thousandths = if fits { 500 } else { 1 } + number % 97;
    Ok((spec, AskPrice(ask(thousandths))))
}
