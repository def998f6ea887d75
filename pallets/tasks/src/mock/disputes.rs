//! A mock of the disputes pallet. It does what a test says, and records what it was told.

use aicpw_primitives::traits::{Awaited, Contested, Escalation, JurorTerms};
use aicpw_protocol::{
    judging,
    task::TaskStatus,
    trace::{DisputedPart, OpenTrace},
    verdict::{is_work, Vote},
    Balance, BlockNumber, Hash, TaskId,
};
use frame_support::{parameter_types, weights::Weight};

use super::{TakesOver, Test};
use crate::pallet::{Claims, Pallet, Tasks};

/// The number of judged prices that a juror is paid at most. With this number, the judged price of
/// [`PRICE`](super::PRICE) of [`BUDGET`](super::BUDGET) is the price itself.
pub const JUROR_PAY: Balance = 5;

/// The weight of dividing what was lost in a dispute.
pub const DIVISION: Weight = Weight::from_parts(300_000_000, 0);

/// What the tasks pallet told this mock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tell {
    JuryDone(TaskId),
    KeyWithheld(TaskId),
    Due(TaskId),
    Forget(TaskId),
}

parameter_types! {
    pub static Heard: Vec<Tell> = Vec::new();
    /// Whether no dispute goes on, apart from those about what is contested.
    pub static IsOver: bool = true;
    /// The task whose dispute waits, and what it waits for.
    pub static WaitsFor: Option<(TaskId, Awaited)> = None;
    /// Whether the steps of disputes fail.
    pub static StepsFail: bool = false;
    /// The task whose trace is wanted, and until when.
    pub static TraceWanted: Option<(TaskId, BlockNumber)> = None;
    pub static TracesOpened: Vec<(TaskId, OpenTrace)> = Vec::new();
    /// The task for which the work of the jury is wanted, until when, and the vote of the jurors
    /// that are right.
    pub static WorkWanted: Option<(TaskId, BlockNumber, Vote)> = None;
    /// The number of seats of that jury.
    pub static JurySeats: u16 = 5;
    pub static WorkShown: Vec<(TaskId, Hash)> = Vec::new();
    /// The task whose jury runs only a part, and that part.
    pub static Part: Option<(TaskId, DisputedPart)> = None;
}

fn step() -> sp_runtime::DispatchResult {
    if StepsFail::get() {
        return Err(sp_runtime::DispatchError::Other("a step fails"));
    }
    Ok(())
}

pub struct Disputes;
impl Escalation for Disputes {
    fn take_over(_: TaskId) -> bool {
        TakesOver::get()
    }
    fn judged_price(price: Balance, price_cap: Balance) -> Balance {
        judging::judged_price(price, price_cap, JUROR_PAY)
    }
    fn auditor_terms(price: Balance, price_cap: Balance) -> JurorTerms {
        JurorTerms {
            pay: judging::pay(price, price_cap),
            lock: 10 * Self::judged_price(price, price_cap),
        }
    }
    fn jury_done(task: TaskId) -> sp_runtime::DispatchResult {
        step()?;
        Heard::mutate(|heard| heard.push(Tell::JuryDone(task)));
        Ok(())
    }
    fn key_withheld(task: TaskId) -> sp_runtime::DispatchResult {
        step()?;
        Heard::mutate(|heard| heard.push(Tell::KeyWithheld(task)));
        Ok(())
    }
    fn trace_wanted(task: TaskId) -> Option<BlockNumber> {
        TraceWanted::get()
            .filter(|(one, _)| *one == task)
            .map(|(_, until)| until)
    }
    fn trace_opened(task: TaskId, trace: OpenTrace) -> sp_runtime::DispatchResult {
        TraceWanted::take();
        TracesOpened::mutate(|all| all.push((task, trace)));
        Ok(())
    }
    fn work_wanted(task: TaskId) -> Option<BlockNumber> {
        WorkWanted::get()
            .filter(|(one, ..)| *one == task)
            .map(|(_, until, _)| until)
    }
    fn is_work(task: TaskId, trace_root: &Hash) -> bool {
        WorkWanted::get().is_some_and(|(_, _, vote)| {
            let (shown, right) = <Pallet<Test> as Contested<_>>::worked(task, 0, vote, trace_root);
            is_work(shown, right, JurySeats::get())
        })
    }
    fn work_shown(task: TaskId, trace_root: Hash) -> sp_runtime::DispatchResult {
        WorkWanted::take();
        WorkShown::mutate(|all| all.push((task, trace_root)));
        Ok(())
    }
    fn part(task: TaskId) -> Option<DisputedPart> {
        Part::get()
            .filter(|(one, _)| *one == task)
            .map(|(_, part)| part)
    }
    fn due(task: TaskId) -> sp_runtime::DispatchResult {
        step()?;
        Heard::mutate(|heard| heard.push(Tell::Due(task)));
        Ok(())
    }
    fn division_weight() -> Weight {
        DIVISION
    }
    fn awaited(task: TaskId) -> Option<Awaited> {
        WaitsFor::get()
            .filter(|(one, _)| *one == task)
            .map(|(_, awaited)| awaited)
    }
    fn is_over(task: TaskId) -> bool {
        let is_disputed =
            Tasks::<Test>::get(task).is_some_and(|task| task.status == TaskStatus::Disputed);
        IsOver::get() && !is_disputed && !Claims::<Test>::contains_key(task)
    }
    fn forget(task: TaskId) -> bool {
        Heard::mutate(|heard| heard.push(Tell::Forget(task)));
        false
    }
    fn longest_dispute(jury: BlockNumber, _: BlockNumber) -> BlockNumber {
        jury
    }
}
