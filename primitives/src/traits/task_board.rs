use aicpw_protocol::{
    device::Reputation,
    task::{Needs, Unmatched},
    AskPrice, BlockNumber, DeviceId, Hash, TaskId,
};
use alloc::vec::Vec;
use frame_support::weights::Weight;
use sp_runtime::DispatchError;

use super::{DrawSeed, Offer, Terms};

/// Who of those that fit gets a task.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Choice {
    /// The cheapest.
    Cheapest,
    /// Whom a draw by stake finds, never by price: so that whoever is cheap cannot fill a quorum. The
    /// ticket of the first draw is [`TaskBoard::ticket`].
    Drawn,
}

/// What a queued task asks of the next device that it wants.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Demand<AccountId> {
    /// Who must not be the provider.
    pub requester: AccountId,
    /// Providers that must not get it: they are on it, or failed it.
    pub excluded: Vec<AccountId>,
    /// What the device must have.
    pub needs: Needs,
    /// The highest ask that the budget can pay to a provider that is not worse than a beginner; to one
    /// that is worse it may pay less ([`TaskBoard::terms`]).
    pub highest_ask: AskPrice,
    /// For class `device`, if another replica runs: the fingerprint of its device, which this one's
    /// has to equal.
    pub fingerprint: Option<Hash>,
    /// Who of those that fit gets it.
    pub choice: Choice,
    /// Whether it is to judge or to audit what others have done: the money of those waits for it, so it goes before
    /// what only begins later.
    pub is_urgent: bool,
}

/// What came of an assignment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Assigned {
    /// Whether the task wants a further device.
    pub wants_more: bool,
    /// Whether its requester was given a part of the budget back, because no further attempt can need it.
    pub gave_back: bool,
}

/// Tasks, as matching sees them. Implemented by `pallet-tasks`.
///
/// Contract: a task can want several devices, one after the other; each demand is for the next. `demand`
/// is `None` for a task that needs no match (any more); matching then drops it. `assign` is called with
/// an offer that fits the demand, in the same block; if it errors nothing changed and matching goes on
/// with the next device. As long as it returns that a further one is wanted the task stays in the
/// queue.
pub trait TaskBoard<AccountId> {
    /// What the task asks for.
    fn demand(task: TaskId) -> Option<Demand<AccountId>>;

    /// What a device with this ask, of a provider of this reputation, would cost and have to lock for
    /// the task; `None` if that cannot be paid. Price and locks do not depend on the reputation, and
    /// neither they nor the cost of audits fall when the ask rises or the reputation falls.
    fn terms(task: TaskId, ask: AskPrice, reputation: Reputation) -> Option<Terms>;

    /// The ticket that draws the next device, once it is known. Asked only where the demand says that it
    /// is drawn.
    fn ticket(task: TaskId) -> DrawSeed;

    /// The first block, by the chain's own height, in which that ticket can be known; it can be later. In
    /// every block before, [`Self::ticket`] is `NotYet`.
    fn ticket_from(task: TaskId) -> BlockNumber;

    /// What it weighs at most to find that ticket.
    fn ticket_weight() -> Weight;

    /// Assigns the task to the device.
    fn assign(
        task: TaskId,
        device: DeviceId,
        offer: &Offer<AccountId>,
    ) -> Result<Assigned, DispatchError>;

    /// What it weighs, beside the assignment, to give a part of the budget back with it.
    fn give_back_weight() -> Weight;

    /// The draw has found nobody, or its seed is gone: the next is made from later blocks, so that
    /// nobody can prepare for it.
    fn redraw(task: TaskId);

    /// All candidates were seen and none fits.
    fn parked(task: TaskId, reason: Unmatched);

    /// A parked task is in the queue again.
    fn woken(task: TaskId);
}

/// No tasks.
impl<AccountId> TaskBoard<AccountId> for () {
    fn demand(_: TaskId) -> Option<Demand<AccountId>> {
        None
    }
    fn terms(_: TaskId, _: AskPrice, _: Reputation) -> Option<Terms> {
        None
    }
    fn assign(_: TaskId, _: DeviceId, _: &Offer<AccountId>) -> Result<Assigned, DispatchError> {
        Err(DispatchError::Unavailable)
    }
    fn give_back_weight() -> Weight {
        Weight::zero()
    }
    fn ticket(_: TaskId) -> DrawSeed {
        DrawSeed::NotYet
    }
    fn ticket_from(_: TaskId) -> BlockNumber {
        0
    }
    fn ticket_weight() -> Weight {
        Weight::zero()
    }
    fn redraw(_: TaskId) {}
    fn parked(_: TaskId, _: Unmatched) {}
    fn woken(_: TaskId) {}
}
