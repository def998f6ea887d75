//! The traits by which matching and tasks use devices and stake.

use aicpw_primitives::{
    traits::{
        DeviceOffers, DevicePool, Locks, Notes, Offer, OrderBook, Penalty, Reputations, Standing,
    },
    worker_key::{WorkerId, WorkerProof},
};
use aicpw_protocol::{
    device::{makes_up, MAX_MISSED_DEADLINES},
    task::PeerAddresses,
    worker::Statement,
    AssignmentId, Balance, BlockNumber, DeviceId, Gflops, Hash, Mebibytes,
};
use alloc::vec::Vec;
use frame_support::{
    storage::with_storage_layer,
    traits::{
        fungible::MutateHold,
        tokens::{Fortitude, Precision, Restriction},
        Get,
    },
};
use sp_runtime::{DispatchError, DispatchResult};

use crate::{
    Config, Device, Devices, DevicesOf, Error, Event, HoldReason, Ledgers, Occupation, Occupations,
    Pallet, Presences, Providers, WorkerOwners,
};

impl<T: Config> Pallet<T> {
    /// Whether the provider's last heartbeat is recent.
    pub fn is_online(provider: &T::AccountId) -> bool {
        Presences::<T>::get(provider).is_online(Self::current_period())
    }

    /// Whether the device is offered, and so has to be in the order book.
    fn is_offered(id: DeviceId, device: &Device<T>) -> bool {
        device.available
            && Self::is_conformant(id)
            && Self::is_online(&device.provider)
            && !Self::is_missing(&device.provider, id)
            && Ledgers::<T>::get(&device.provider).is_sufficient()
    }

    /// Lists the device as it is now, or unlists it if it is not offered.
    pub(crate) fn refresh(id: DeviceId) {
        match Devices::<T>::get(id) {
            Some(device) if Self::is_offered(id, &device) => {
                T::OrderBook::list(id, device.listing());
            }
            _ => T::OrderBook::unlist(id),
        }
    }

    /// Calls [`Self::refresh`] for all devices of a provider, at most [`Config::MaxDevices`].
    pub(crate) fn refresh_all(provider: &T::AccountId) {
        for id in DevicesOf::<T>::get(provider) {
            Self::refresh(id);
        }
    }

    /// Lets the provider's next heartbeat list its devices. Listing them now would wake parked tasks. This
    /// way the work here is at most one write in a period, and the wait at most a heartbeat period.
    fn relist_with_next_heartbeat(provider: &T::AccountId) {
        let mut presence = Presences::<T>::get(provider);
        if !presence.relist {
            presence.relist = true;
            Presences::<T>::insert(provider, presence);
        }
    }

    /// Reacts to stake that became free and was locked for a job of this device. With it the device may fit a task that
    /// waits, and so may other devices of the provider, which are listed with the next heartbeat.
    fn stake_freed(id: DeviceId, provider: &T::AccountId) {
        if Devices::<T>::get(id).is_some_and(|device| device.free_slots(Self::now()) > 0) {
            T::OrderBook::stake_freed(id);
        }
        Self::relist_with_next_heartbeat(provider);
    }

    /// Frees a slot and memory of the device, and opens the device in the order book.
    fn free_slot(id: DeviceId, memory: Mebibytes) {
        let Some(mut device) = Devices::<T>::get(id) else {
            return;
        };
        device.free_slot(memory);
        let assignments = Ledgers::<T>::get(&device.provider).assignments;
        let has_free_slot =
            device.free_slots(Self::now()) > 0 && assignments < T::MaxAssignments::get();
        let listing = device.listing();
        Devices::<T>::insert(id, device);
        if !T::OrderBook::reopen(id, listing, has_free_slot) {
            Self::refresh(id);
        }
    }

    fn occupation(id: DeviceId, assignment: AssignmentId) -> Option<(T::AccountId, Occupation)> {
        let provider = Devices::<T>::get(id)?.provider;
        let occupation = Occupations::<T>::get(&provider, assignment)?;
        (occupation.device == id).then_some((provider, occupation))
    }

    /// The number of blocks of a device's cool-down after `failures` in a row. It doubles from the base to the cap.
    pub(crate) fn cool_down_blocks(failures: u8) -> BlockNumber {
        let doublings = u32::from(failures.saturating_sub(1));
        let grown = u64::from(T::CoolDownBase::get())
            .saturating_mul(1u64.checked_shl(doublings).unwrap_or(u64::MAX));
        u32::try_from(grown)
            .unwrap_or(u32::MAX)
            .min(T::CoolDownCap::get())
    }

    /// Lets a device cool down for this many blocks, or longer if its cool-down already ends later.
    fn cool(id: DeviceId, mut device: Device<T>, blocks: BlockNumber) {
        let until = Self::now()
            .saturating_add(blocks)
            .max(device.cools_until.unwrap_or_default());
        device.cools_until = Some(until);
        Self::relist_with_next_heartbeat(&device.provider);
        Devices::<T>::insert(id, device);
        Self::deposit_event(Event::DeviceCooledDown { device: id, until });
    }

    fn try_slash(
        provider: &T::AccountId,
        assignment: AssignmentId,
        mut occupation: Occupation,
        penalty: Penalty,
        beneficiary: &T::AccountId,
    ) -> Result<Balance, DispatchError> {
        let (collateral, fraud_bond) = match penalty {
            Penalty::Fault => (T::FaultSlash::get().mul_ceil(occupation.collateral), 0),
            Penalty::Outvoted => (occupation.collateral, 0),
            Penalty::WrongResult => (occupation.collateral, occupation.fraud_bond),
        };
        let mut ledger = Ledgers::<T>::get(provider);
        let amount = ledger.take(collateral.saturating_add(fraud_bond));
        if amount == 0 {
            return Ok(0);
        }
        T::NativeBalance::transfer_on_hold(
            &HoldReason::ProviderStake.into(),
            provider,
            beneficiary,
            amount,
            Precision::Exact,
            Restriction::Free,
            Fortitude::Force,
        )?;
        occupation.collateral = occupation.collateral.saturating_sub(collateral);
        occupation.fraud_bond = occupation.fraud_bond.saturating_sub(fraud_bond);
        ledger.locked = ledger
            .locked
            .saturating_sub(collateral.saturating_add(fraud_bond));
        // If too little stake is left for devices to be offered, those in the order book leave it when searches meet
        // them, as the devices of a silent provider do. Taking all of them out now would weigh more than everything
        // else that a missed deadline causes, and a provider could choose the moment by having itself slashed a little.
        Ledgers::<T>::insert(provider, ledger);
        Occupations::<T>::insert(provider, assignment, occupation);
        Self::weigh(provider);
        Self::deposit_event(Event::StakeSlashed {
            provider: provider.clone(),
            assignment,
            amount,
            beneficiary: beneficiary.clone(),
        });
        Ok(amount)
    }
}

impl<T: Config> DeviceOffers<T::AccountId> for Pallet<T> {
    fn offer(id: DeviceId) -> Option<Offer<T::AccountId>> {
        let device = Devices::<T>::get(id)?;
        if !device.available
            || !Self::is_conformant(id)
            || !Self::is_online(&device.provider)
            || Self::is_missing(&device.provider, id)
        {
            return None;
        }
        let ledger = Ledgers::<T>::get(&device.provider);
        if !ledger.is_sufficient() {
            return None;
        }
        let free_slots = if ledger.assignments < T::MaxAssignments::get() {
            device.free_slots(Self::now())
        } else {
            0
        };
        Some(Offer {
            reputation: Self::of(&device.provider),
            free_stake: ledger.free(),
            free_slots,
            spec: device.effective_spec(),
            ask: device.ask,
            provider: device.provider,
        })
    }
}

impl<T: Config> DevicePool<T::AccountId> for Pallet<T> {
    fn occupy(
        id: DeviceId,
        assignment: AssignmentId,
        memory: Mebibytes,
        locks: Locks,
    ) -> DispatchResult {
        let mut device = Devices::<T>::get(id).ok_or(Error::<T>::UnknownDevice)?;
        if !Self::is_offered(id, &device) {
            return Err(Error::<T>::NotOffered.into());
        }
        if device.free_slots(Self::now()) == 0 {
            return Err(Error::<T>::NoFreeSlot.into());
        }
        if memory > device.free_memory() {
            return Err(Error::<T>::NotEnoughFreeMemory.into());
        }
        if Occupations::<T>::contains_key(&device.provider, assignment) {
            return Err(Error::<T>::AlreadyOccupied.into());
        }
        let mut ledger = Ledgers::<T>::get(&device.provider);
        if ledger.assignments >= T::MaxAssignments::get() {
            return Err(Error::<T>::TooManyAssignments.into());
        }
        let locked = locks
            .collateral
            .checked_add(locks.fraud_bond)
            .filter(|locked| *locked <= ledger.free())
            .ok_or(Error::<T>::NotEnoughFreeStake)?;

        ledger.locked = ledger.locked.saturating_add(locked);
        ledger.assignments = ledger.assignments.saturating_add(1);
        device.take_slot(memory);
        device.assignments = device.assignments.saturating_add(1);
        Ledgers::<T>::insert(&device.provider, ledger);
        let occupation = Occupation::new(id, memory, locks);
        Occupations::<T>::insert(&device.provider, assignment, occupation);
        Devices::<T>::insert(id, device);
        Ok(())
    }

    fn vacate(id: DeviceId, assignment: AssignmentId) {
        let Some((provider, mut occupation)) = Self::occupation(id, assignment) else {
            return;
        };
        if !occupation.in_slot {
            return;
        }
        occupation.in_slot = false;
        let memory = occupation.memory;
        Occupations::<T>::insert(&provider, assignment, occupation);
        Self::free_slot(id, memory);
    }

    fn release(id: DeviceId, assignment: AssignmentId) {
        let Some((provider, occupation)) = Self::occupation(id, assignment) else {
            return;
        };
        Occupations::<T>::remove(&provider, assignment);
        Ledgers::<T>::mutate(&provider, |ledger| {
            ledger.locked = ledger.locked.saturating_sub(occupation.locked());
            ledger.assignments = ledger.assignments.saturating_sub(1);
        });
        Devices::<T>::mutate_extant(id, |device| {
            device.assignments = device.assignments.saturating_sub(1);
        });
        if occupation.in_slot {
            Self::free_slot(id, occupation.memory);
        }
        Self::stake_freed(id, &provider);
    }

    fn lower(id: DeviceId, assignment: AssignmentId, locks: Locks) {
        let Some((provider, mut occupation)) = Self::occupation(id, assignment) else {
            return;
        };
        let before = occupation.locked();
        occupation.collateral = occupation.collateral.min(locks.collateral);
        occupation.fraud_bond = occupation.fraud_bond.min(locks.fraud_bond);
        let freed = before.saturating_sub(occupation.locked());
        if freed == 0 {
            return;
        }
        Occupations::<T>::insert(&provider, assignment, occupation);
        Ledgers::<T>::mutate(&provider, |ledger| {
            ledger.locked = ledger.locked.saturating_sub(freed);
        });
        Self::stake_freed(id, &provider);
    }

    fn slash(
        id: DeviceId,
        assignment: AssignmentId,
        penalty: Penalty,
        beneficiary: &T::AccountId,
    ) -> Balance {
        let Some((provider, occupation)) = Self::occupation(id, assignment) else {
            return 0;
        };
        // This fails only if the beneficiary's account is gone and the amount is less than the existential
        // deposit. Then nothing is taken.
        with_storage_layer(|| {
            Self::try_slash(&provider, assignment, occupation, penalty, beneficiary)
        })
        .unwrap_or_else(|error| {
            log::warn!(
                target: crate::LOG_TARGET,
                "assignment {assignment}: the slash could not be paid out: {error:?}",
            );
            0
        })
    }

    fn cool_down(id: DeviceId) {
        let Some(mut device) = Devices::<T>::get(id) else {
            return;
        };
        device.failures = device.failures.saturating_add(1);
        let blocks = Self::cool_down_blocks(device.failures);
        Self::cool(id, device, blocks);
    }

    fn cool_down_unblamed(id: DeviceId) {
        if let Some(device) = Devices::<T>::get(id) {
            Self::cool(id, device, Self::cool_down_blocks(1));
        }
    }

    fn missed_deadline(id: DeviceId) {
        let Some(mut device) = Devices::<T>::get(id) else {
            return;
        };
        if device.missed_deadlines >= MAX_MISSED_DEADLINES {
            return;
        }
        device.missed_deadlines = device.missed_deadlines.saturating_add(1);
        Self::relist_with_next_heartbeat(&device.provider);
        Self::deposit_event(Event::ComputingPowerChanged {
            device: id,
            gflops: device.effective_gflops(),
        });
        Devices::<T>::insert(id, device);
    }

    fn succeeded(id: DeviceId, needed: Gflops) {
        let Some(mut device) = Devices::<T>::get(id) else {
            return;
        };
        let makes_up = makes_up(device.spec.gflops, device.missed_deadlines, needed);
        if device.failures == 0 && !makes_up {
            return;
        }
        device.failures = 0;
        if makes_up {
            device.missed_deadlines = device.missed_deadlines.saturating_sub(1);
            Self::relist_with_next_heartbeat(&device.provider);
            Self::deposit_event(Event::ComputingPowerChanged {
                device: id,
                gflops: device.effective_gflops(),
            });
        }
        Devices::<T>::insert(id, device);
    }

    fn standing(id: DeviceId) -> Standing {
        T::OrderBook::standing(id)
    }

    fn notes(id: DeviceId) -> Notes {
        let Some(device) = Devices::<T>::get(id) else {
            return Notes::default();
        };
        Notes {
            faults: (device.failures, device.missed_deadlines),
            is_relisted: Presences::<T>::get(&device.provider).relist,
            is_fresh: T::OrderBook::standing(id).is_fresh,
        }
    }

    fn peers(id: DeviceId) -> PeerAddresses {
        Devices::<T>::get(id)
            .and_then(|device| Providers::<T>::get(device.provider))
            .map(|provider| provider.peers)
            .unwrap_or_default()
    }

    fn sealing_key(id: DeviceId) -> Option<Hash> {
        let provider = Devices::<T>::get(id)?.provider;
        Some(Providers::<T>::get(provider)?.sealing_key)
    }

    fn worker_of(provider: &T::AccountId) -> Option<WorkerId> {
        Some(Providers::<T>::get(provider)?.worker)
    }

    fn assignments_of(worker: &WorkerId) -> Vec<(AssignmentId, DeviceId)> {
        let Some(provider) = WorkerOwners::<T>::get(worker) else {
            return Vec::new();
        };
        Occupations::<T>::iter_prefix(provider)
            .map(|(assignment, occupation)| (assignment, occupation.device))
            .collect()
    }

    fn verify_worker(
        worker: &WorkerId,
        proof: &WorkerProof,
        statement: &Statement<T::AccountId>,
    ) -> bool {
        WorkerOwners::<T>::contains_key(worker) && Self::is_proven(worker, proof, statement)
    }
}
