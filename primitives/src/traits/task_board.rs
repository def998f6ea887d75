use aicpw_protocol::{
    task::{Needs, Unmatched},
    AskPrice, Balance, DeviceId, TaskId,
};
use alloc::vec::Vec;
use sp_runtime::{DispatchError, DispatchResult};

use super::{Locks, Offer};

/// What a queued task asks of a device.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Demand<AccountId> {
    /// Who must not be the provider.
    pub requester: AccountId,
    /// Providers that must not get it: they are on it, or failed it.
    pub excluded: Vec<AccountId>,
    /// What the device must have.
    pub needs: Needs,
    /// The highest ask that the budget can pay.
    pub highest_ask: AskPrice,
}

/// Tasks, as matching sees them. Implemented by `pallet-tasks`.
///
/// Contract: `demand` is `None` for a task that needs no match (any more); matching then drops it.
/// `assign` is called with an offer that fits the demand, in the same block; if it errors nothing
/// changed and matching goes on with the next device.
pub trait TaskBoard<AccountId> {
    /// What the task asks for.
    fn demand(task: TaskId) -> Option<Demand<AccountId>>;

    /// What a device with this ask would have to lock for the task.
    fn locks(task: TaskId, ask: AskPrice) -> Option<(Balance, Locks)>;

    /// Assigns the task to the device.
    fn assign(task: TaskId, device: DeviceId, offer: &Offer<AccountId>) -> DispatchResult;

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
    fn locks(_: TaskId, _: AskPrice) -> Option<(Balance, Locks)> {
        None
    }
    fn assign(_: TaskId, _: DeviceId, _: &Offer<AccountId>) -> DispatchResult {
        Err(DispatchError::Unavailable)
    }
    fn parked(_: TaskId, _: Unmatched) {}
    fn woken(_: TaskId) {}
}
