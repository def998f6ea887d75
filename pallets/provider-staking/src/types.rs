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

/// The number of whole periods without a heartbeat after which a provider is offline.
pub const MISSED_HEARTBEATS: BlockNumber = 3;

/// The keys and addresses of a provider.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Provider {
    /// The worker key that acts for its devices.
    pub worker: WorkerId,
    /// The X25519 key to which data keys are sealed.
    pub sealing_key: Hash,
    /// The addresses from which its blobs can be fetched.
    pub peers: PeerAddresses,
}

/// An amount of stake that unbonds.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unbonding {
    /// The amount.
    pub amount: Balance,
    /// The first block in which it can be withdrawn.
    pub available_at: BlockNumber,
}

/// A provider's stake. The funds held on its account are `active` plus all amounts in `unbonding`.
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
    /// The active stake, which backs devices and assignments.
    pub active: Balance,
    /// The amounts that unbond, oldest first. They back nothing new, but can be slashed for what is locked.
    pub unbonding: BoundedVec<Unbonding, T::MaxUnbondings>,
    /// The sum of all locks; never more than is held.
    pub locked: Balance,
    /// The number of assignments that have locks or a slot; at most [`Config::MaxAssignments`].
    pub assignments: u32,
}

impl<T: Config> Ledger<T> {
    /// Creates the ledger of a new provider.
    pub fn new(active: Balance) -> Self {
        Self {
            active,
            ..Default::default()
        }
    }

    /// The sum of the amounts that unbond.
    pub fn unbonding_total(&self) -> Balance {
        self.unbonding
            .iter()
            .fold(0, |sum: Balance, chunk| sum.saturating_add(chunk.amount))
    }

    /// The stake that is held, both active and unbonding.
    pub fn held(&self) -> Balance {
        self.active.saturating_add(self.unbonding_total())
    }

    /// The free stake, which new assignments can lock.
    pub fn free(&self) -> Balance {
        self.active.saturating_sub(self.locked)
    }

    /// Whether the active stake is enough for devices to be offered.
    pub fn is_sufficient(&self) -> bool {
        self.active >= T::MinStake::get()
    }

    /// Takes `amount`, or all that is held if that is less. Takes it first from the active stake, and
    /// then from the amounts that unbond, the youngest first. Returns how much it took.
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

    /// Removes the stake that can be withdrawn at `now`, but leaves at least as much held as is locked.
    /// Returns how much it removed.
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
    /// The period that it is for.
    pub period: BlockNumber,
    /// The block in which it came.
    pub block: BlockNumber,
}

/// The last heartbeat of a provider, and what the next one has to do.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Presence {
    /// The last heartbeat.
    pub heartbeat: Option<Heartbeat>,
    /// Whether the next heartbeat has to list the devices anew, for example because one of them cools
    /// down, or because stake became free with which one of them may fit more tasks.
    pub relist: bool,
}

impl Presence {
    /// Whether the provider is online in `period`: its last heartbeat is recent.
    pub fn is_online(&self, period: BlockNumber) -> bool {
        self.heartbeat
            .is_some_and(|last| last.period.saturating_add(MISSED_HEARTBEATS) >= period)
    }
}

/// The number of providers that sent heartbeats in two periods.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Attendance {
    /// The period of the last heartbeat of any provider.
    pub period: BlockNumber,
    /// The number of providers with a heartbeat in this period.
    pub count: u32,
    /// The number of providers with a heartbeat in the period before.
    pub before: u32,
}

impl Attendance {
    /// Counts a provider's first heartbeat in `period`. Periods never go back.
    pub fn add(&mut self, period: BlockNumber) {
        *self = self.as_of(period);
        self.count = self.count.saturating_add(1);
    }

    /// The counts as seen in `period`, for it and the period before.
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
    /// The provider that answers for it.
    pub provider: T::AccountId,
    /// Its measured spec.
    pub spec: DeviceSpec,
    /// Its ask.
    pub ask: AskPrice,
    /// The number of jobs that it can run at once.
    pub slots: Slots,
    /// The number of slots in use. It can exceed `slots` if that was lowered while jobs ran.
    pub used_slots: Slots,
    /// The memory that the jobs in its slots need together; never more than it has.
    pub used_memory: Mebibytes,
    /// The number of assignments that have a slot or locks.
    pub assignments: u32,
    /// Whether its provider has made it available for matching.
    pub available: bool,
    /// The number of failures in a row.
    pub failures: u8,
    /// The number of missed deadlines that it has not made up for; at most
    /// [`MAX_MISSED_DEADLINES`](aicpw_protocol::device::MAX_MISSED_DEADLINES).
    pub missed_deadlines: u8,
    /// The block before which it is not matched; cleared by the heartbeat that lists the device again.
    pub cools_until: Option<BlockNumber>,
}

impl<T: Config> Device<T> {
    /// The block in which the cool-down ends, if the device cools down now.
    pub fn cooling_until(&self, now: BlockNumber) -> Option<BlockNumber> {
        self.cools_until.filter(|until| now < *until)
    }

    /// The number of slots for new assignments; zero during a cool-down.
    pub fn free_slots(&self, now: BlockNumber) -> Slots {
        match self.cooling_until(now) {
            Some(_) => 0,
            None => self.slots.saturating_sub(self.used_slots),
        }
    }

    /// The computing power for which it counts now.
    pub fn effective_gflops(&self) -> Gflops {
        effective_gflops(self.spec.gflops, self.missed_deadlines)
    }

    /// The memory for new assignments.
    pub fn free_memory(&self) -> Mebibytes {
        Mebibytes(self.spec.memory.0.saturating_sub(self.used_memory.0))
    }

    /// Takes a slot for a job that needs this much memory.
    pub fn take_slot(&mut self, memory: Mebibytes) {
        self.used_slots = self.used_slots.saturating_add(1);
        self.used_memory = Mebibytes(self.used_memory.0.saturating_add(memory.0));
    }

    /// Frees the slot of a job that needs this much memory.
    pub fn free_slot(&mut self, memory: Mebibytes) {
        self.used_slots = self.used_slots.saturating_sub(1);
        self.used_memory = Mebibytes(self.used_memory.0.saturating_sub(memory.0));
    }

    /// Its spec, with the computing power for which it counts and the memory that is free.
    pub fn effective_spec(&self) -> DeviceSpec {
        DeviceSpec {
            gflops: self.effective_gflops(),
            memory: self.free_memory(),
            ..self.spec.clone()
        }
    }

    /// What the order book stores of it.
    pub fn listing(&self) -> Listing {
        Listing {
            spec: self.effective_spec(),
            ask: self.ask,
        }
    }
}

/// The conformance challenge of a device, which the device has to answer before it can be matched.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Challenge {
    /// The height at which it was opened. All attempts follow from this height: the first is anchored there,
    /// and each failed attempt is followed by another, after a wait that doubles.
    pub opened_at: BlockNumber,
    /// The height of the last wrong answer, if there was one. The attempt in which it came is over.
    pub refuted: Option<BlockNumber>,
}

/// The slot, memory and locks that an assignment has taken of a device and its provider.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Occupation {
    /// The device.
    pub device: DeviceId,
    /// The collateral that is left.
    pub collateral: Balance,
    /// The fraud bond that is left.
    pub fraud_bond: Balance,
    /// Whether it still has a slot. If not, only its locks are left.
    pub in_slot: bool,
    /// The memory of the device that it needs while it has a slot.
    pub memory: Mebibytes,
}

impl Occupation {
    /// Creates an occupation with a slot of `device`, this much of its memory, and these locks.
    pub fn new(device: DeviceId, memory: Mebibytes, locks: Locks) -> Self {
        Self {
            device,
            collateral: locks.collateral,
            fraud_bond: locks.fraud_bond,
            in_slot: true,
            memory,
        }
    }

    /// The sum of both locks.
    pub fn locked(&self) -> Balance {
        self.collateral.saturating_add(self.fraud_bond)
    }
}
