use aicpw_protocol::{
    task::PeerAddresses, AssignmentId, Balance, DeviceId, Gflops, Hash, Mebibytes,
};
use alloc::vec::Vec;
use sp_runtime::{DispatchError, DispatchResult, Perbill};

use super::{DeviceOffers, Standing};
use crate::worker_key::{WorkerId, WorkerProof};

/// Notes about a device and its provider. A call writes only the notes that it changes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Notes {
    /// The number of faults in a row, and the number of missed deadlines that later tasks have not made up for.
    pub faults: (u8, u8),
    /// Whether the provider's next heartbeat lists all devices anew.
    pub is_relisted: bool,
    /// Whether the device is to be compared with parked tasks.
    pub is_fresh: bool,
}

impl Notes {
    /// The number of keys that a call that frees stake has not read, and has not written, if the notes are `after` when
    /// it ends.
    pub fn spared(&self, after: &Self) -> (u64, u64) {
        let of_provider = u64::from(self.is_relisted == after.is_relisted);
        // A word of the list and its two neighbours. The call has read in any case that the device is not in the list.
        let (in_lists, of_lists): (u64, u64) = if self.is_fresh == after.is_fresh {
            (2, 3)
        } else {
            (0, 0)
        };
        (in_lists, of_lists.saturating_add(of_provider))
    }

    /// The same for a call that also notes how a job on the device has ended.
    pub fn spared_of_end(&self, after: &Self) -> (u64, u64) {
        let (reads, writes) = self.spared(after);
        let of_device = u64::from(self.faults == after.faults);
        (reads, writes.saturating_add(of_device))
    }
}

/// What is locked on a provider's stake for one assignment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Locks {
    /// The lock against faults.
    pub collateral: Balance,
    /// The lock against proven wrong results.
    pub fraud_bond: Balance,
}

/// What an assignment costs the requester, and the provider if it fails.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Terms {
    /// Its price.
    pub price: Balance,
    /// The probability that its result is audited.
    pub audit_rate: Perbill,
    /// What the requester pays for audits in addition to the price.
    pub audit_cost: Balance,
    /// What is locked for it.
    pub locks: Locks,
}

/// How much of the locks a provider loses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Penalty {
    /// The share of the collateral that governance sets. For silence, a missing commit or a crash, and for a juror that
    /// was unable or copied its vote.
    Fault,
    /// The whole collateral, because other providers found another result. These providers can be in league, so the
    /// fraud bond stays: only a jury can take it.
    Outvoted,
    /// The whole collateral and the whole fraud bond, because a verdict found the result wrong, or a commit was not
    /// followed by a reveal.
    WrongResult,
}

/// Providers, their devices and their stake, as tasks see them.
/// Implemented by `pallet-provider-staking`.
///
/// Contract: each assignment has one `occupy`, then any number of `slash`, then one `release`. After `occupy` has
/// succeeded, nothing here fails for lack of funds, because the locked stake is there.
pub trait DevicePool<AccountId>: DeviceOffers<AccountId> {
    /// Takes a slot and this much memory of the device, and locks stake of its provider for the assignment. Errors
    /// if there is no free slot, not enough free memory or not enough free stake. An error changes nothing.
    fn occupy(
        device: DeviceId,
        assignment: AssignmentId,
        memory: Mebibytes,
        locks: Locks,
    ) -> DispatchResult;

    /// Frees the slot and its memory. The locks stay, because a window for retrieval or disputes is open. Does
    /// nothing if the slot is already free.
    fn vacate(device: DeviceId, assignment: AssignmentId);

    /// Unlocks what is still locked for the assignment, and frees its slot if that is not free yet.
    fn release(device: DeviceId, assignment: AssignmentId);

    /// Lowers what is locked for the assignment to `locks`, and frees the rest. A lock that is already lower stays
    /// as it is.
    fn lower(device: DeviceId, assignment: AssignmentId, locks: Locks);

    /// Takes the penalty from the locks of the assignment and pays it to `beneficiary`.
    /// Returns what was taken; never more than is locked.
    fn slash(
        device: DeviceId,
        assignment: AssignmentId,
        penalty: Penalty,
        beneficiary: &AccountId,
    ) -> Balance;

    /// Notes that the device failed: it is not matched for a while. Each further failure in a row makes that time
    /// longer.
    fn cool_down(device: DeviceId);

    /// Notes that the device may have failed, without anybody knowing: it is not matched for as long as after a first
    /// failure. This does not count as a failure, and does not shorten a running cool-down. It touches nothing that
    /// [`Self::release`] does not touch.
    fn cool_down_unblamed(device: DeviceId);

    /// Notes that a job on the device did not end in time, by the provider's fault. From now on the device counts for
    /// less computing power than was measured.
    fn missed_deadline(device: DeviceId);

    /// Notes that a job that asked for `needed` ended well on the device. The cool-downs of the device start over. If
    /// `needed` is large enough, this makes up for a missed deadline.
    fn succeeded(device: DeviceId, needed: Gflops);

    /// How the device stands in the order book.
    fn standing(device: DeviceId) -> Standing;

    /// The notes about a device and its provider. If a note is the same after a call, the call did not write it.
    fn notes(device: DeviceId) -> Notes;

    /// The addresses at which the provider of a device serves its blobs.
    fn peers(device: DeviceId) -> PeerAddresses;

    /// The x25519 key to which data for the provider of a device is sealed; `None` if the device is unknown.
    fn sealing_key(device: DeviceId) -> Option<Hash>;

    /// The worker key that acts for a provider now.
    fn worker_of(provider: &AccountId) -> Option<WorkerId>;

    /// The assignments for which the provider of a worker key has slots or locks, and their devices. Bounded by
    /// what a provider can have.
    fn assignments_of(worker: &WorkerId) -> Vec<(AssignmentId, DeviceId)>;

    /// Whether the proof is a valid signature of this worker key over the statement, bound to a recent block. The
    /// signature is checked last, because it costs the most.
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
    fn cool_down_unblamed(_: DeviceId) {}
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
