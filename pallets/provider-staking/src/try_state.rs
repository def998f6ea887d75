//! The invariants of the pallet, in words.

use crate::{
    draw::{path, Leaf, CAPACITY, LEVELS, WIDTH},
    Attendances, Challenges, Config, Devices, DevicesOf, DrawLeafOf, DrawLeaves, DrawNodes,
    DrawTree, HoldReason, Ledgers, MissingDevicesOf, NextDevice, Occupations, Pallet, Presences,
    Providers, ReputationRecords, WorkerOwners,
};
use aicpw_primitives::traits::DrawRandomness;
use aicpw_protocol::{device::Reputation, DeviceId};
use alloc::collections::BTreeMap;
use frame_support::{
    ensure,
    traits::{fungible::InspectHold, Get},
};
use sp_runtime::TryRuntimeError;

/// Whether governance can change `MinStake`. The draw then takes the new value into account provider by
/// provider: for one with too little stake when it is drawn, for one with enough at its next change. In
/// this pallet's tests `MinStake` is fixed.
const MIN_STAKE_MAY_CHANGE: bool = !cfg!(test);

impl<T: Config> Pallet<T> {
    /// Checks all invariants. The error is the invariant that does not hold.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        Self::try_providers()?;
        Self::try_stakes()?;
        Self::try_devices()?;
        Self::try_challenges()?;
        Self::try_draw_nodes()?;
        Self::try_draw_leaves()
    }

    fn try_providers() -> Result<(), TryRuntimeError> {
        for (account, provider) in Providers::<T>::iter() {
            ensure!(
                WorkerOwners::<T>::get(&provider.worker).as_ref() == Some(&account),
                "A provider's worker key belongs to it"
            );
            ensure!(
                Ledgers::<T>::contains_key(&account),
                "A provider has a ledger"
            );
            let record = ReputationRecords::<T>::get(&account)
                .ok_or("A provider has a reputation record")?;
            ensure!(
                record.reputation(Self::now(), T::ReputationHalfLife::get()) <= Reputation::MAX,
                "A reputation is at most the best"
            );
            ensure!(
                record.updated_at <= Self::now(),
                "A reputation was not changed in the future"
            );
        }
        for (worker, account) in WorkerOwners::<T>::iter() {
            ensure!(
                Providers::<T>::get(account).is_some_and(|provider| provider.worker == worker),
                "A worker key acts only for a provider that has it"
            );
        }
        ensure!(
            ReputationRecords::<T>::iter_keys().all(Providers::<T>::contains_key),
            "Only providers have a reputation record"
        );
        for (account, presence) in Presences::<T>::iter() {
            ensure!(
                Providers::<T>::contains_key(account),
                "Only providers have a presence"
            );
            ensure!(
                presence
                    .heartbeat
                    .is_none_or(|last| last.period <= Self::current_period()),
                "No heartbeat is from the future"
            );
        }
        for (account, missing) in MissingDevicesOf::<T>::iter() {
            let devices = DevicesOf::<T>::get(account);
            ensure!(
                !missing.is_empty() && missing.iter().all(|device| devices.contains(device)),
                "Only devices of the provider are missing"
            );
        }
        let attendance = Attendances::<T>::get();
        let present = Presences::<T>::iter_values()
            .filter_map(|presence| presence.heartbeat)
            .filter(|last| last.period == attendance.period)
            .count();
        ensure!(
            // A provider that has been deregistered meanwhile is still counted.
            present <= attendance.count as usize,
            "Every heartbeat of the last period is counted"
        );
        Ok(())
    }

    fn try_stakes() -> Result<(), TryRuntimeError> {
        for (account, ledger) in Ledgers::<T>::iter() {
            ensure!(
                Providers::<T>::contains_key(&account),
                "Only providers have a ledger"
            );
            ensure!(
                T::NativeBalance::balance_on_hold(&HoldReason::ProviderStake.into(), &account)
                    == ledger.held(),
                "What is held is active or unbonding"
            );
            ensure!(
                ledger.locked <= ledger.held(),
                "No more is locked than is held"
            );
            let (count, locked) = Occupations::<T>::iter_prefix_values(&account)
                .fold((0u32, 0u128), |(count, locked), occupation| {
                    (count + 1, locked + occupation.locked())
                });
            ensure!(
                ledger.locked == locked,
                "What is locked is the sum of the assignments' locks"
            );
            ensure!(
                ledger.assignments == count && count <= T::MaxAssignments::get(),
                "A provider's assignments are counted and not too many"
            );
            ensure!(
                ledger.unbonding.iter().all(|chunk| chunk.amount > 0),
                "Nothing empty is unbonding"
            );
            ensure!(
                ledger
                    .unbonding
                    .windows(2)
                    .all(|pair| pair[0].available_at < pair[1].available_at),
                "What unbonds is in order"
            );
        }
        Ok(())
    }

    fn try_devices() -> Result<(), TryRuntimeError> {
        // For each device: its assignments, its slots in use, and the memory that the jobs in them need.
        let mut occupied = BTreeMap::<DeviceId, (u32, u32, u64)>::new();
        for (account, _, occupation) in Occupations::<T>::iter() {
            ensure!(
                Devices::<T>::get(occupation.device)
                    .is_some_and(|device| device.provider == account),
                "An assignment occupies a device of the provider whose stake it locks"
            );
            let counts = occupied.entry(occupation.device).or_default();
            counts.0 += 1;
            if occupation.in_slot {
                counts.1 += 1;
                counts.2 += occupation.memory.0;
            }
        }
        let mut registered = 0;
        for (id, device) in Devices::<T>::iter() {
            registered += 1;
            ensure!(id < NextDevice::<T>::get(), "Device ids are never reused");
            ensure!(
                DevicesOf::<T>::get(&device.provider).contains(&id),
                "A device is among those of its provider"
            );
            ensure!(
                (1..=T::MaxSlots::get()).contains(&device.slots),
                "A device has slots, and not too many"
            );
            let (assignments, in_slots, memory) = occupied.remove(&id).unwrap_or_default();
            ensure!(
                device.assignments == assignments,
                "A device's assignments are counted"
            );
            ensure!(
                u32::from(device.used_slots) == in_slots,
                "A device's slots in use are counted"
            );
            ensure!(
                device.used_memory.0 == memory && device.used_memory <= device.spec.memory,
                "What runs on a device needs what is counted, and no more memory than it has"
            );
        }
        let mut listed = 0;
        for (account, devices) in DevicesOf::<T>::iter() {
            ensure!(
                Providers::<T>::contains_key(account),
                "Only providers have devices"
            );
            listed += devices.len();
        }
        ensure!(
            listed == registered,
            "A device is among those of one provider, once"
        );
        Ok(())
    }

    fn try_challenges() -> Result<(), TryRuntimeError> {
        let height = T::DrawRandomness::anchor();
        for (id, challenge) in Challenges::<T>::iter() {
            let device = Devices::<T>::get(id).ok_or("Only devices have something to prove")?;
            ensure!(
                device.used_slots == 0,
                "A device that has something to prove runs nothing"
            );
            ensure!(
                challenge.opened_at <= height && challenge.refuted.is_none_or(|at| at <= height),
                "No challenge was opened, and none refuted, in the future"
            );
            let attempt = Self::attempt_at(challenge.opened_at, height);
            ensure!(
                attempt.anchor <= height && height < attempt.next,
                "A height is in the attempt that it is in"
            );
        }
        Ok(())
    }

    fn try_draw_nodes() -> Result<(), TryRuntimeError> {
        for ((level, index), node) in DrawNodes::<T>::iter() {
            ensure!(
                level < LEVELS && index < WIDTH.pow(level.into()),
                "A node is in the tree"
            );
            ensure!(node.sum() > 0, "A node without a weight is not stored");
            let children = (index.saturating_mul(WIDTH)..).zip(node.0);
            for (child, sum) in children {
                let below = if level + 1 < LEVELS {
                    DrawNodes::<T>::get((level + 1, child)).sum()
                } else {
                    match DrawLeaves::<T>::get(child) {
                        Some(Leaf::Provider(account)) => Ledgers::<T>::get(account).active,
                        _ => 0,
                    }
                };
                ensure!(sum == below, "A sum is that of what is below it");
            }
        }
        Ok(())
    }

    fn try_draw_leaves() -> Result<(), TryRuntimeError> {
        let tree = DrawTree::<T>::get();
        let mut taken = 0;
        for (account, leaf) in DrawLeafOf::<T>::iter() {
            taken += 1;
            ensure!(
                DrawLeaves::<T>::get(leaf) == Some(Leaf::Provider(account.clone())),
                "A provider's leaf is the provider's"
            );
            ensure!(
                MIN_STAKE_MAY_CHANGE || Ledgers::<T>::get(&account).is_sufficient(),
                "Who can be drawn has enough stake"
            );
            let (key, child) = path(leaf, LEVELS - 1);
            ensure!(
                DrawNodes::<T>::get(key)
                    .0
                    .get(child)
                    .is_some_and(|w| *w > 0),
                "A provider's leaf has a weight"
            );
        }
        let mut free = 0;
        let mut next = tree.free;
        while let Some(leaf) = next {
            free += 1;
            ensure!(free <= tree.ever, "The free leaves end");
            next = match DrawLeaves::<T>::get(leaf) {
                Some(Leaf::Free(next)) => next,
                _ => return Err("A free leaf is free".into()),
            };
        }
        ensure!(
            taken + free == tree.ever && tree.ever <= CAPACITY,
            "Every leaf is a provider's or free"
        );
        ensure!(
            DrawLeaves::<T>::iter_keys().count() as u32 == tree.ever,
            "Leaves are those that have been used"
        );
        for account in Providers::<T>::iter_keys() {
            let ledger = Ledgers::<T>::get(&account);
            let is_due = Self::is_online(&account) && ledger.is_sufficient() && ledger.active > 0;
            ensure!(
                MIN_STAKE_MAY_CHANGE
                    || !is_due
                    || taken == CAPACITY
                    || DrawLeafOf::<T>::contains_key(&account),
                "Who is online with enough stake can be drawn"
            );
        }
        Ok(())
    }
}
