//! What the pallet stores.

use aicpw_primitives::{
    traits::{Listing, Locks},
    worker_key::WorkerId,
};
use aicpw_protocol::{
    device::{effective_gflops, DeviceSpec, Slots},
    task::PeerAddresses,
    AskPrice, Balance, BlockNumber, DeviceId, Gflops, Hash, Mebibytes,
};
use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::{
    traits::Get, BoundedVec, CloneNoBound, DebugNoBound, DefaultNoBound, EqNoBound,
    PartialEqNoBound,
};
use scale_info::TypeInfo;

use crate::Config;

/// Periods without a heartbeat after which a provider counts as offline.
pub const MISSED_HEARTBEATS: BlockNumber = 3;

/// Who a provider is.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Provider {
    /// The key that acts for its devices.
    pub worker: WorkerId,
    /// X25519 key to which data keys are sealed.
    pub sealing_key: Hash,
    /// Where its blobs can be fetched.
    pub peers: PeerAddresses,
}

/// Stake on its way out.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unbonding {
    /// How much.
    pub amount: Balance,
    /// First block in which it can be withdrawn.
    pub available_at: BlockNumber,
}

/// A provider's stake. What is held on its account is `active` plus everything in `unbonding`.
#[derive(
    Encode,
    Decode,
    MaxEncodedLen,
    TypeInfo,
    CloneNoBound,
    PartialEqNoBound,
    EqNoBound,
    DebugNoBound,
    DefaultNoBound,
)]
#[scale_info(skip_type_params(T))]
#[codec(mel_bound())]
pub struct Ledger<T: Config> {
    /// Backs devices and assignments.
    pub active: Balance,
    /// On its way out, oldest first. Backs nothing new, but what is locked can be slashed from it.
    pub unbonding: BoundedVec<Unbonding, T::MaxUnbondings>,
    /// Sum of all locks; never more than is held.
    pub locked: Balance,
    /// Assignments that have locks or a slot; at most [`Config::MaxAssignments`].
    pub assignments: u32,
}

impl<T: Config> Ledger<T> {
    /// What a provider starts with.
    pub fn new(active: Balance) -> Self {
        Self {
            active,
            ..Default::default()
        }
    }

    /// Sum of what is unbonding.
    pub fn unbonding_total(&self) -> Balance {
        self.unbonding
            .iter()
            .fold(0, |sum: Balance, chunk| sum.saturating_add(chunk.amount))
    }

    /// Everything held.
    pub fn held(&self) -> Balance {
        self.active.saturating_add(self.unbonding_total())
    }

    /// What new assignments can lock.
    pub fn free(&self) -> Balance {
        self.active.saturating_sub(self.locked)
    }

    /// Whether the active stake is enough for devices to be offered.
    pub fn is_sufficient(&self) -> bool {
        self.active >= T::MinStake::get()
    }

    /// Takes `amount`, or all there is if that is less: from the active stake, then from what
    /// would leave last. Returns what was taken.
    pub fn take(&mut self, amount: Balance) -> Balance {
        let from_active = amount.min(self.active);
        self.active -= from_active;
        let mut missing = amount - from_active;
        for chunk in self.unbonding.iter_mut().rev() {
            let part = missing.min(chunk.amount);
            chunk.amount -= part;
            missing -= part;
        }
        self.unbonding.retain(|chunk| chunk.amount > 0);
        amount - missing
    }

    /// Removes what can be withdrawn at `now`, but never so much that less is held than is locked.
    /// Returns how much that is.
    pub fn withdraw(&mut self, now: BlockNumber) -> Balance {
        let spare = self.held().saturating_sub(self.locked);
        let mut left = spare;
        for chunk in self.unbonding.iter_mut() {
            if chunk.available_at <= now {
                let part = left.min(chunk.amount);
                chunk.amount -= part;
                left -= part;
            }
        }
        self.unbonding.retain(|chunk| chunk.amount > 0);
        spare - left
    }
}

/// A heartbeat that was accepted.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Heartbeat {
    /// The period it is for.
    pub period: BlockNumber,
    /// The block it came in.
    pub block: BlockNumber,
}

/// Whether a provider is there.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Presence {
    /// The last heartbeat.
    pub heartbeat: Option<Heartbeat>,
    /// The next heartbeat has to look at the devices: one cools down, or stake became free that may
    /// make another eligible.
    pub relist: bool,
}

impl Presence {
    /// Whether the last heartbeat is recent in `period`.
    pub fn is_online(&self, period: BlockNumber) -> bool {
        self.heartbeat
            .is_some_and(|last| last.period.saturating_add(MISSED_HEARTBEATS) >= period)
    }
}

/// How many providers there are, by their heartbeats.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Attendance {
    /// The period of the last heartbeat of any provider.
    pub period: BlockNumber,
    /// Providers with a heartbeat in it.
    pub count: u32,
    /// Providers with one in the period before it.
    pub before: u32,
}

impl Attendance {
    /// A provider's first heartbeat in `period`, which never goes back.
    pub fn add(&mut self, period: BlockNumber) {
        *self = self.as_of(period);
        self.count = self.count.saturating_add(1);
    }

    /// What there is of `period` and the one before it.
    pub fn as_of(self, period: BlockNumber) -> Self {
        let before = match period.saturating_sub(self.period) {
            0 => return self,
            1 => self.count,
            _ => 0,
        };
        Self {
            period,
            count: 0,
            before,
        }
    }
}

/// A device.
#[derive(
    Encode, Decode, MaxEncodedLen, TypeInfo, CloneNoBound, PartialEqNoBound, EqNoBound, DebugNoBound,
)]
#[scale_info(skip_type_params(T))]
#[codec(mel_bound())]
pub struct Device<T: Config> {
    /// Who answers for it.
    pub provider: T::AccountId,
    /// Its measured spec.
    pub spec: DeviceSpec,
    /// Its ask.
    pub ask: AskPrice,
    /// Jobs it runs at once.
    pub slots: Slots,
    /// Slots in use. More than `slots` after those were lowered under running jobs.
    pub used_slots: Slots,
    /// What the jobs in them need of its memory, together; never more than it has.
    pub used_memory: Mebibytes,
    /// Assignments that have a slot or locks.
    pub assignments: u32,
    /// Whether its provider offers it.
    pub available: bool,
    /// Failures in a row.
    pub failures: u8,
    /// Missed deadlines that it has not made up for; at most
    /// [`MAX_MISSED_DEADLINES`](aicpw_protocol::device::MAX_MISSED_DEADLINES).
    pub missed_deadlines: u8,
    /// No match before this block; cleared by the heartbeat that lists the device again.
    pub cools_until: Option<BlockNumber>,
}

impl<T: Config> Device<T> {
    /// The block at which the cool-down ends, if it has not.
    pub fn cooling_until(&self, now: BlockNumber) -> Option<BlockNumber> {
        self.cools_until.filter(|until| now < *until)
    }

    /// Slots for new assignments.
    pub fn free_slots(&self, now: BlockNumber) -> Slots {
        match self.cooling_until(now) {
            Some(_) => 0,
            None => self.slots.saturating_sub(self.used_slots),
        }
    }

    /// The computing power that it counts for.
    pub fn effective_gflops(&self) -> Gflops {
        effective_gflops(self.spec.gflops, self.missed_deadlines)
    }

    /// Memory for new assignments.
    pub fn free_memory(&self) -> Mebibytes {
        Mebibytes(self.spec.memory.0.saturating_sub(self.used_memory.0))
    }

    /// Takes a slot for a job that needs so much memory.
    pub fn take_slot(&mut self, memory: Mebibytes) {
        self.used_slots = self.used_slots.saturating_add(1);
        self.used_memory = Mebibytes(self.used_memory.0.saturating_add(memory.0));
    }

    /// Frees the slot of such a job.
    pub fn free_slot(&mut self, memory: Mebibytes) {
        self.used_slots = self.used_slots.saturating_sub(1);
        self.used_memory = Mebibytes(self.used_memory.0.saturating_sub(memory.0));
    }

    /// Its spec, with the computing power that it counts for and the memory that is free.
    pub fn effective_spec(&self) -> DeviceSpec {
        DeviceSpec {
            gflops: self.effective_gflops(),
            memory: self.free_memory(),
            ..self.spec.clone()
        }
    }

    /// What the order book keeps of it.
    pub fn listing(&self) -> Listing {
        Listing {
            spec: self.effective_spec(),
            ask: self.ask,
        }
    }
}

/// What a device has to do before it can be matched.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Challenge {
    /// The height at which it was opened. The attempts follow from it: the first is anchored there, and
    /// each that comes to nothing is followed by another, after a wait that doubles.
    pub opened_at: BlockNumber,
    /// The height of the last answer, which was wrong: the attempt that it is in is over.
    pub refuted: Option<BlockNumber>,
}

/// What an assignment has taken of a device and its provider.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Occupation {
    /// The device.
    pub device: DeviceId,
    /// What is left of the collateral.
    pub collateral: Balance,
    /// What is left of the fraud bond.
    pub fraud_bond: Balance,
    /// Whether it has a slot; if not, the locks are all that is left of it.
    pub in_slot: bool,
    /// What it needs of the device's memory while it has a slot.
    pub memory: Mebibytes,
}

impl Occupation {
    /// A slot of `device`, with so much of its memory, and locks.
    pub fn new(device: DeviceId, memory: Mebibytes, locks: Locks) -> Self {
        Self {
            device,
            collateral: locks.collateral,
            fraud_bond: locks.fraud_bond,
            in_slot: true,
            memory,
        }
    }

    /// Both locks.
    pub fn locked(&self) -> Balance {
        self.collateral.saturating_add(self.fraud_bond)
    }
}
