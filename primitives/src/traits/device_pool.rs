use aicpw_protocol::{
    task::PeerAddresses, AssignmentId, Balance, DeviceId, Gflops, Hash, Mebibytes,
};
use alloc::vec::Vec;
use sp_runtime::{DispatchError, DispatchResult, Perbill};

use super::{DeviceOffers, Standing};
use crate::worker_key::{WorkerId, WorkerProof};

/// What is noted of a device and its provider, and written only if it changes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Notes {
    /// Faults in a row, and deadlines that were missed and not made up for.
    pub faults: (u8, u8),
    /// Whether the provider's next heartbeat lists all devices anew.
    pub is_relisted: bool,
}

impl Notes {
    /// Keys that a call has not written which leaves them as `after`, of the two that it may.
    pub fn spared(&self, after: &Self) -> u64 {
        u64::from(self.faults == after.faults)
            .saturating_add(u64::from(self.is_relisted == after.is_relisted))
    }
}

/// What is locked on a provider's stake for one assignment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Locks {
    /// Against faults.
    pub collateral: Balance,
    /// Against proven wrong results.
    pub fraud_bond: Balance,
}

/// What an assignment costs the requester, and the provider if it fails.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Terms {
    /// Its price.
    pub price: Balance,
    /// How likely its result is audited.
    pub audit_rate: Perbill,
    /// What the requester pays for audits beside the price.
    pub audit_cost: Balance,
    /// What is locked for it.
    pub locks: Locks,
}

/// How much of the locks a provider loses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Penalty {
    /// The governed share of the collateral: silence, no commit, a crash; a juror's that was unable, or copied.
    Fault,
    /// The collateral, whole: other providers found another result. They can be in league, so the
    /// fraud bond stays: it is for what a jury found.
    Outvoted,
    /// Collateral and fraud bond, whole: a verdict found the result wrong, or there was none after a
    /// commit.
    WrongResult,
}

/// Providers, their devices and their stake, as tasks see them.
/// Implemented by `pallet-provider-staking`.
///
/// Contract: `occupy` and exactly one of `release` (after any number of `slash`) form a pair per
/// assignment. Nothing here fails for lack of funds once `occupy` has succeeded: what is locked is
/// there.
pub trait DevicePool<AccountId>: DeviceOffers<AccountId> {
    /// Takes a slot of the device, with so much of its memory, and locks its provider's stake for the
    /// assignment. Errors if there is no free slot, not enough free memory, or not enough free stake; then
    /// nothing changed.
    fn occupy(
        device: DeviceId,
        assignment: AssignmentId,
        memory: Mebibytes,
        locks: Locks,
    ) -> DispatchResult;

    /// Frees the slot and its memory; the locks stay (result delivered, retrieval or dispute window open).
    /// Does nothing if it is already free.
    fn vacate(device: DeviceId, assignment: AssignmentId);

    /// Frees the slot if it is not, and unlocks what is left.
    fn release(device: DeviceId, assignment: AssignmentId);

    /// Lowers what is locked for the assignment to `locks`, and frees the rest. What is lower
    /// already stays as it is.
    fn lower(device: DeviceId, assignment: AssignmentId, locks: Locks);

    /// Takes the penalty from the locks of the assignment and pays it to `beneficiary`.
    /// Returns what was taken; never more than is locked.
    fn slash(
        device: DeviceId,
        assignment: AssignmentId,
        penalty: Penalty,
        beneficiary: &AccountId,
    ) -> Balance;

    /// The device failed: no match for it for a while, longer each time in a row.
    fn cool_down(device: DeviceId);

    /// A job on the device did not end in its time, which is its provider's fault: it counts for less
    /// computing power than was measured.
    fn missed_deadline(device: DeviceId);

    /// A job on the device that asked for `needed` ended well: its cool-downs start over, and a missed
    /// deadline is made up for if the job asked for enough.
    fn succeeded(device: DeviceId, needed: Gflops);

    /// How the device stands in the order book.
    fn standing(device: DeviceId) -> Standing;

    /// What the last calls have said of a device, and of whether all devices of its provider are to be listed anew with the
    /// next heartbeat: what is the same after a call has not been written by it.
    fn notes(device: DeviceId) -> Notes;

    /// Where to fetch what the provider of a device serves.
    fn peers(device: DeviceId) -> PeerAddresses;

    /// The x25519 key to which data for the provider of a device is sealed; `None` if the device is
    /// unknown.
    fn sealing_key(device: DeviceId) -> Option<Hash>;

    /// The worker key that acts for a provider now.
    fn worker_of(provider: &AccountId) -> Option<WorkerId>;

    /// The assignments that a worker key's provider has slots or locks for, and their devices:
    /// bounded by what a provider can register.
    fn assignments_of(worker: &WorkerId) -> Vec<(AssignmentId, DeviceId)>;

    /// Whether the proof is a valid signature of that worker key over the statement, bound to a
    /// block that is recent. The cheap checks come first, the signature last.
    fn verify_worker(
        worker: &WorkerId,
        proof: &WorkerProof,
        statement: &aicpw_protocol::worker::Statement<AccountId>,
    ) -> bool;
}

/// No devices at all.
impl<AccountId> DevicePool<AccountId> for () {
    fn occupy(_: DeviceId, _: AssignmentId, _: Mebibytes, _: Locks) -> DispatchResult {
        Err(DispatchError::Unavailable)
    }
    fn vacate(_: DeviceId, _: AssignmentId) {}
    fn release(_: DeviceId, _: AssignmentId) {}
    fn lower(_: DeviceId, _: AssignmentId, _: Locks) {}
    fn slash(_: DeviceId, _: AssignmentId, _: Penalty, _: &AccountId) -> Balance {
        0
    }
    fn cool_down(_: DeviceId) {}
    fn missed_deadline(_: DeviceId) {}
    fn succeeded(_: DeviceId, _: Gflops) {}
    fn standing(_: DeviceId) -> Standing {
        Standing::default()
    }
    fn notes(_: DeviceId) -> Notes {
        Notes::default()
    }
    fn peers(_: DeviceId) -> PeerAddresses {
        Default::default()
    }
    fn sealing_key(_: DeviceId) -> Option<Hash> {
        None
    }
    fn worker_of(_: &AccountId) -> Option<WorkerId> {
        None
    }
    fn assignments_of(_: &WorkerId) -> Vec<(AssignmentId, DeviceId)> {
        Vec::new()
    }
    fn verify_worker(
        _: &WorkerId,
        _: &WorkerProof,
        _: &aicpw_protocol::worker::Statement<AccountId>,
    ) -> bool {
        false
    }
}
