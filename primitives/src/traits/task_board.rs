use aicpw_protocol::{
    device::Reputation,
    task::{Needs, Unmatched},
    AskPrice, BlockNumber, DeviceId, Hash, TaskId,
};
use alloc::vec::Vec;
use frame_support::weights::Weight;
use sp_runtime::DispatchError;

use super::{DrawSeed, Offer, Terms};

/// Which of the fitting devices gets a task.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Choice {
    /// The cheapest.
    Cheapest,
    /// A device of a provider that is drawn by stake, whatever its price, so that a provider cannot fill a quorum by
    /// being cheap. The ticket of the first draw is [`TaskBoard::ticket`].
    Drawn,
}

/// What a queued task needs of its next device.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Demand<AccountId> {
    /// The requester, which must not be the provider.
    pub requester: AccountId,
    /// Providers that must not get the task, for example because they are already on it or have failed it.
    pub excluded: Vec<AccountId>,
    /// What the device must have.
    pub needs: Needs,
    /// The highest ask that the budget can pay to a provider with at least a beginner's reputation. A provider with
    /// less may have to ask less ([`TaskBoard::terms`]).
    pub highest_ask: AskPrice,
    /// The fingerprint that the device must be equal to
    /// ([`are_equal_devices`](aicpw_protocol::device::are_equal_devices)). Only in class `device`, and only while
    /// another replica runs: it is the fingerprint of that replica's device. A demand with a fingerprint weighs
    /// [`TaskBoard::fingerprint_weight`] more.
    pub fingerprint: Option<Hash>,
    /// Which of the fitting devices gets the task.
    pub choice: Choice,
    /// Whether the device is for a juror or an auditor. The money of other providers waits for these, so such a demand
    /// goes before tasks that only begin.
    pub is_urgent: bool,
}

/// What an assignment led to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Assigned {
    /// Whether the task wants another device.
    pub wants_more: bool,
    /// Whether the requester got back a part of the budget that no further attempt can need.
    pub gave_back: bool,
}

/// Tasks, as matching sees them. Implemented by `pallet-tasks`.
///
/// Contract:
/// - A task can want several devices, one after another. Each demand is for the next device.
/// - `demand` is `None` for a task that needs no match, or no further one. Matching then drops the task.
/// - `assign` gets an offer that fits the demand, in the same block as the demand. An error changes nothing, and
///   matching goes on with the next device.
/// - The task stays in the queue as long as `assign` returns that it wants another device.
pub trait TaskBoard<AccountId> {
    /// What the task asks for.
    fn demand(task: TaskId) -> Option<Demand<AccountId>>;

    /// The terms of the task for a device with this ask, of a provider with this reputation; `None` if the budget
    /// cannot pay them. Price and locks do not depend on the reputation. Price, locks and audit cost never fall when
    /// the ask rises or the reputation falls.
    fn terms(task: TaskId, ask: AskPrice, reputation: Reputation) -> Option<Terms>;

    /// The ticket that draws the next device, once it is known. Matching asks for it only if the demand's choice is
    /// [`Choice::Drawn`].
    fn ticket(task: TaskId) -> DrawSeed;

    /// The first block, by the chain's own height, in which that ticket can be known. [`Self::ticket`] is `NotYet` in
    /// every earlier block, and may stay `NotYet` for longer. The maximum if the demand's choice is not
    /// [`Choice::Drawn`]: nobody waits for a ticket then.
    fn ticket_from(task: TaskId) -> BlockNumber;

    /// The most that it weighs to find the ticket.
    fn ticket_weight() -> Weight;

    /// Assigns the task to the device.
    fn assign(
        task: TaskId,
        device: DeviceId,
        offer: &Offer<AccountId>,
    ) -> Result<Assigned, DispatchError>;

    /// The weight of giving back a part of the budget, in addition to that of the assignment.
    fn give_back_weight() -> Weight;

    /// The extra weight for a demand that has a fingerprint: of finding out the demand, and of assigning the task or
    /// refusing to. A demand without a fingerprint does not weigh this, because nothing is read for it.
    fn fingerprint_weight() -> Weight;

    /// Notes that the draw found nobody, or that its seed is gone. The next draw uses a seed from later blocks, so that
    /// nobody can prepare for it.
    fn redraw(task: TaskId);

    /// Notes that matching has seen all candidates, and that none fits.
    fn parked(task: TaskId, reason: Unmatched);

    /// Notes that a parked task is in the queue again.
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
    fn fingerprint_weight() -> Weight {
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
