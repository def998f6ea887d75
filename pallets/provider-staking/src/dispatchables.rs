//! The implementation of the signed calls.

use aicpw_primitives::{
    traits::OrderBook,
    worker_key::{WorkerId, WorkerProof},
};
use aicpw_protocol::{
    device::{DeviceSpec, Slots},
    sealing::is_sealing_key,
    task::PeerAddresses,
    worker::Statement,
    AskPrice, Balance, DeviceId, Hash, Mebibytes,
};
use frame_support::{
    ensure,
    traits::{fungible::MutateHold, tokens::Precision, Get},
};
use sp_runtime::{DispatchError, DispatchResult};

use crate::{
    Challenges, Config, Device, Devices, DevicesOf, Error, Event, HoldReason, Ledger, Ledgers,
    NextDevice, Pallet, Presences, Provider, Providers, ReputationRecord, ReputationRecords,
    Unbonding, WorkerOwners,
};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_register_provider(
        who: T::AccountId,
        stake: Balance,
        worker: WorkerId,
        sealing_key: Hash,
        peers: PeerAddresses,
        proof: WorkerProof,
    ) -> DispatchResult {
        ensure!(
            !Providers::<T>::contains_key(&who),
            Error::<T>::AlreadyRegistered
        );
        ensure!(stake >= T::MinStake::get(), Error::<T>::StakeTooLow);
        Self::ensure_peers(&peers)?;
        Self::ensure_worker(&who, &worker, &sealing_key, &proof)?;
        T::NativeBalance::hold(&HoldReason::ProviderStake.into(), &who, stake)?;

        WorkerOwners::<T>::insert(&worker, &who);
        Ledgers::<T>::insert(&who, Ledger::new(stake));
        ReputationRecords::<T>::insert(&who, ReputationRecord::new(Self::now()));
        Providers::<T>::insert(
            &who,
            Provider {
                worker: worker.clone(),
                sealing_key,
                peers,
            },
        );
        Self::deposit_event(Event::ProviderRegistered {
            provider: who,
            worker,
            stake,
        });
        Ok(())
    }

    pub(crate) fn do_deregister_provider(who: T::AccountId) -> DispatchResult {
        let provider = Providers::<T>::get(&who).ok_or(Error::<T>::NotRegistered)?;
        ensure!(
            DevicesOf::<T>::get(&who).is_empty(),
            Error::<T>::DevicesRemain
        );
        ensure!(
            Ledgers::<T>::get(&who).held() == 0,
            Error::<T>::StakeRemains
        );

        Providers::<T>::remove(&who);
        WorkerOwners::<T>::remove(&provider.worker);
        Ledgers::<T>::remove(&who);
        Presences::<T>::remove(&who);
        ReputationRecords::<T>::remove(&who);
        DevicesOf::<T>::remove(&who);
        Self::deposit_event(Event::ProviderDeregistered { provider: who });
        Ok(())
    }

    pub(crate) fn do_set_peers(who: T::AccountId, peers: PeerAddresses) -> DispatchResult {
        Self::ensure_peers(&peers)?;
        Self::change_provider(&who, |provider| {
            provider.peers = peers;
            Ok(())
        })?;
        Self::deposit_event(Event::PeersSet { provider: who });
        Ok(())
    }

    pub(crate) fn do_rotate_worker(
        who: T::AccountId,
        worker: WorkerId,
        sealing_key: Hash,
        proof: WorkerProof,
    ) -> DispatchResult {
        Self::change_provider(&who, |provider| {
            Self::ensure_worker(&who, &worker, &sealing_key, &proof)?;
            WorkerOwners::<T>::remove(&provider.worker);
            WorkerOwners::<T>::insert(&worker, &who);
            provider.worker = worker.clone();
            provider.sealing_key = sealing_key;
            Ok(())
        })?;
        Self::deposit_event(Event::WorkerRotated {
            provider: who,
            worker,
        });
        Ok(())
    }

    pub(crate) fn do_bond_extra(who: T::AccountId, amount: Balance) -> DispatchResult {
        ensure!(amount > 0, Error::<T>::ZeroAmount);
        Self::change_ledger(&who, |ledger| {
            T::NativeBalance::hold(&HoldReason::ProviderStake.into(), &who, amount)?;
            ledger.active = ledger.active.saturating_add(amount);
            Ok(())
        })?;
        Self::refresh_all(&who);
        Self::weigh(&who);
        Self::deposit_event(Event::StakeBonded {
            provider: who,
            amount,
        });
        Ok(())
    }

    pub(crate) fn do_unbond(who: T::AccountId, amount: Balance) -> DispatchResult {
        ensure!(amount > 0, Error::<T>::ZeroAmount);
        let available_at = Self::now().saturating_add(T::UnbondingPeriod::get());
        let fell_short = Self::change_ledger(&who, |ledger| {
            let was_sufficient = ledger.is_sufficient();
            ledger.active = ledger
                .active
                .checked_sub(amount)
                .ok_or(Error::<T>::NotEnoughStake)?;
            match ledger.unbonding.last_mut() {
                Some(last) if last.available_at == available_at => {
                    last.amount = last.amount.saturating_add(amount);
                }
                _ => ledger
                    .unbonding
                    .try_push(Unbonding {
                        amount,
                        available_at,
                    })
                    .map_err(|_| Error::<T>::TooManyUnbondings)?,
            }
            Ok(was_sufficient && !ledger.is_sufficient())
        })?;
        if fell_short {
            Self::refresh_all(&who);
        }
        Self::weigh(&who);
        Self::deposit_event(Event::StakeUnbonded {
            provider: who,
            amount,
            available_at,
        });
        Ok(())
    }

    pub(crate) fn do_withdraw_unbonded(who: T::AccountId) -> DispatchResult {
        let amount = Self::change_ledger(&who, |ledger| {
            let amount = ledger.withdraw(Self::now());
            ensure!(amount > 0, Error::<T>::NothingToWithdraw);
            T::NativeBalance::release(
                &HoldReason::ProviderStake.into(),
                &who,
                amount,
                Precision::Exact,
            )
        })?;
        Self::deposit_event(Event::StakeWithdrawn {
            provider: who,
            amount,
        });
        Ok(())
    }

    pub(crate) fn do_register_device(
        who: T::AccountId,
        spec: DeviceSpec,
        ask: AskPrice,
        slots: Slots,
    ) -> DispatchResult {
        ensure!(
            Providers::<T>::contains_key(&who),
            Error::<T>::NotRegistered
        );
        Self::ensure_spec(&spec)?;
        Self::ensure_slots(slots)?;
        Self::ensure_ask(ask)?;
        let id = NextDevice::<T>::get();
        DevicesOf::<T>::try_mutate(&who, |devices| {
            Self::ensure_unlike(devices, None, &spec)?;
            devices.try_push(id).map_err(|_| Error::<T>::TooManyDevices)
        })?;
        NextDevice::<T>::put(DeviceId(id.0.saturating_add(1)));
        Devices::<T>::insert(
            id,
            Device {
                provider: who.clone(),
                spec,
                ask,
                slots,
                used_slots: 0,
                used_memory: Mebibytes(0),
                assignments: 0,
                available: true,
                failures: 0,
                missed_deadlines: 0,
                cools_until: None,
            },
        );
        Self::deposit_event(Event::DeviceRegistered {
            device: id,
            provider: who,
        });
        Self::challenge(id);
        Self::refresh(id);
        Ok(())
    }

    pub(crate) fn do_deregister_device(who: T::AccountId, id: DeviceId) -> DispatchResult {
        let device = Devices::<T>::get(id).ok_or(Error::<T>::UnknownDevice)?;
        ensure!(device.provider == who, Error::<T>::NotOwner);
        ensure!(device.assignments == 0, Error::<T>::DeviceOccupied);
        // Otherwise it could be registered again, and be matched at once.
        ensure!(
            device.cooling_until(Self::now()).is_none(),
            Error::<T>::DeviceCoolsDown
        );
        // Registered again, it would also have no failures and no missed deadlines. A provider that has withdrawn all
        // of its stake may remove it, because waiting for the stake costs more time than that saves.
        let has_left = Ledgers::<T>::get(&who).held() == 0;
        let is_forgiven = device.failures == 0 && device.missed_deadlines == 0;
        ensure!(is_forgiven || has_left, Error::<T>::DeviceNotForgiven);

        T::OrderBook::unlist(id);
        Devices::<T>::remove(id);
        Challenges::<T>::remove(id);
        Self::forget_missing(&who, id);
        DevicesOf::<T>::mutate(&who, |devices| devices.retain(|other| *other != id));
        Self::deposit_event(Event::DeviceDeregistered {
            device: id,
            provider: who,
        });
        Ok(())
    }

    pub(crate) fn do_update_spec(
        who: T::AccountId,
        id: DeviceId,
        spec: DeviceSpec,
    ) -> DispatchResult {
        Self::ensure_spec(&spec)?;
        Self::change_device(&who, id, |device| {
            ensure!(device.used_slots == 0, Error::<T>::DeviceBusy);
            Self::ensure_unlike(&DevicesOf::<T>::get(&who), Some(id), &spec)?;
            Self::deposit_event(Event::SpecUpdated { device: id });
            if device.spec != spec {
                device.spec = spec;
                Self::forget_missing(&who, id);
                // After a wrong answer the device has to wait. Otherwise a mere change of its name would
                // bring the next attempt at once. That attempt is a run of the new spec.
                if !Self::has_to_wait(id) {
                    Self::challenge(id);
                }
            }
            Ok(())
        })?;
        Ok(())
    }

    pub(crate) fn do_set_slots(who: T::AccountId, id: DeviceId, slots: Slots) -> DispatchResult {
        Self::ensure_slots(slots)?;
        Self::change_device(&who, id, |device| {
            device.slots = slots;
            Ok(())
        })?;
        Self::deposit_event(Event::SlotsSet { device: id, slots });
        Ok(())
    }

    pub(crate) fn do_set_ask(who: T::AccountId, id: DeviceId, ask: AskPrice) -> DispatchResult {
        Self::ensure_ask(ask)?;
        Self::change_device(&who, id, |device| {
            device.ask = ask;
            Ok(())
        })?;
        Self::deposit_event(Event::AskSet { device: id, ask });
        Ok(())
    }

    pub(crate) fn do_set_availability(
        who: T::AccountId,
        id: DeviceId,
        available: bool,
    ) -> DispatchResult {
        Self::change_device(&who, id, |device| {
            device.available = available;
            Ok(())
        })?;
        Self::deposit_event(Event::AvailabilitySet {
            device: id,
            available,
        });
        Ok(())
    }

    fn change_provider(
        who: &T::AccountId,
        change: impl FnOnce(&mut Provider) -> DispatchResult,
    ) -> DispatchResult {
        Providers::<T>::try_mutate(who, |provider| {
            change(provider.as_mut().ok_or(Error::<T>::NotRegistered)?)
        })
    }

    fn change_ledger<R>(
        who: &T::AccountId,
        change: impl FnOnce(&mut Ledger<T>) -> Result<R, DispatchError>,
    ) -> Result<R, DispatchError> {
        Ledgers::<T>::try_mutate_exists(who, |ledger| {
            change(ledger.as_mut().ok_or(Error::<T>::NotRegistered)?)
        })
    }

    /// Changes a device of `who`, and lists or unlists it as it is then.
    pub(crate) fn change_device(
        who: &T::AccountId,
        id: DeviceId,
        change: impl FnOnce(&mut Device<T>) -> DispatchResult,
    ) -> DispatchResult {
        Devices::<T>::try_mutate(id, |device| {
            let device = device.as_mut().ok_or(Error::<T>::UnknownDevice)?;
            ensure!(device.provider == *who, Error::<T>::NotOwner);
            change(device)
        })?;
        Self::refresh(id);
        Ok(())
    }

    /// Checks that a worker key can act for `who` from now on. The signature is checked last.
    fn ensure_worker(
        who: &T::AccountId,
        worker: &WorkerId,
        sealing_key: &Hash,
        proof: &WorkerProof,
    ) -> DispatchResult {
        ensure!(is_sealing_key(sealing_key), Error::<T>::BadSealingKey);
        ensure!(
            !WorkerOwners::<T>::contains_key(worker),
            Error::<T>::WorkerTaken
        );
        let statement = Statement::Join {
            provider: who.clone(),
        };
        ensure!(
            Self::is_proven(worker, proof, &statement),
            Error::<T>::BadProof
        );
        Ok(())
    }

    fn ensure_peers(peers: &PeerAddresses) -> DispatchResult {
        ensure!(
            peers.iter().all(|address| !address.is_empty()),
            Error::<T>::EmptyPeerAddress
        );
        Ok(())
    }

    fn ensure_spec(spec: &DeviceSpec) -> DispatchResult {
        let classes = spec.classes;
        ensure!(spec.gflops.0 > 0, Error::<T>::NoComputingPower);
        ensure!(spec.memory.0 > 0, Error::<T>::NoMemory);
        ensure!(
            classes.int || classes.fp32_strict || classes.device,
            Error::<T>::NoDeterminismClass
        );
        ensure!(
            core::str::from_utf8(&spec.name).is_ok_and(|name| !name.is_empty()),
            Error::<T>::BadDeviceName
        );
        Ok(())
    }

    fn ensure_slots(slots: Slots) -> DispatchResult {
        ensure!(
            (1..=T::MaxSlots::get()).contains(&slots),
            Error::<T>::BadSlots
        );
        Ok(())
    }

    fn ensure_ask(ask: AskPrice) -> DispatchResult {
        ensure!(ask >= T::MinAsk::get(), Error::<T>::AskTooLow);
        Ok(())
    }

    /// Checks that none of these devices other than `but` is the same device, which would be sold twice.
    fn ensure_unlike(
        devices: &[DeviceId],
        but: Option<DeviceId>,
        spec: &DeviceSpec,
    ) -> Result<(), Error<T>> {
        let is_taken = devices
            .iter()
            .filter(|id| Some(**id) != but)
            .filter_map(Devices::<T>::get)
            .any(|device| device.spec.fingerprint == spec.fingerprint);
        ensure!(!is_taken, Error::<T>::DuplicateFingerprint);
        Ok(())
    }
}
