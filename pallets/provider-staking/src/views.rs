//! The answers of the runtime API about providers and devices.

use aicpw_primitives::{traits::Reputations, worker_key::WorkerId};
use aicpw_protocol::{
    audit::AuditPolicy,
    view::{DeviceView, ProviderView, ReputationView, UnbondingView},
    DeviceId,
};
use alloc::vec::Vec;
use frame_support::traits::Get;
use sp_application_crypto::ByteArray;

use crate::{
    Attendances, Config, Device, Devices, DevicesOf, Ledgers, Pallet, Presences, Providers,
    ReputationRecords, WorkerOwners,
};

/// The most providers in one answer.
const MAX_PROVIDERS: u32 = 100;

impl<T: Config> Pallet<T> {
    /// The view of a provider, with its devices.
    pub fn provider_view(account: T::AccountId) -> Option<ProviderView<T::AccountId>> {
        let provider = Providers::<T>::get(&account)?;
        let record = ReputationRecords::<T>::get(&account)?;
        let ledger = Ledgers::<T>::get(&account);
        let presence = Presences::<T>::get(&account);
        Some(ProviderView {
            stake: ledger.held(),
            unbonding: ledger.unbonding_total(),
            unbondings: ledger
                .unbonding
                .iter()
                .map(|chunk| UnbondingView {
                    amount: chunk.amount,
                    available_at: chunk.available_at,
                })
                .collect(),
            locked: ledger.locked,
            worker: provider.worker.as_slice().try_into().ok()?,
            sealing_key: provider.sealing_key,
            peers: provider.peers,
            last_heartbeat: presence.heartbeat.map(|last| last.block),
            online: presence.is_online(Self::current_period()),
            reputation: Self::of(&account),
            settled: record.settled,
            faults: record.faults,
            ratings: (record.ratings, record.rating_sum),
            devices: DevicesOf::<T>::get(&account)
                .into_iter()
                .filter_map(Self::device_view)
                .collect(),
            account,
        })
    }

    /// The record that a provider's reputation is computed from, together with this audit policy.
    pub fn reputation_view(
        account: T::AccountId,
        audits: AuditPolicy,
    ) -> Option<ReputationView<T::AccountId>> {
        Some(ReputationView {
            record: ReputationRecords::<T>::get(account)?,
            half_life: T::ReputationHalfLife::get(),
            audits,
        })
    }

    /// The providers after `after`, in the order of storage: at most `limit`, and at most 100.
    pub fn providers_view(after: Option<T::AccountId>, limit: u32) -> Vec<T::AccountId> {
        let keys = match after {
            Some(account) => Providers::<T>::iter_keys_from_key(account),
            None => Providers::<T>::iter_keys(),
        };
        keys.take(limit.min(MAX_PROVIDERS) as usize).collect()
    }

    /// The view of a device.
    pub fn device_view(id: DeviceId) -> Option<DeviceView<T::AccountId>> {
        let device: Device<T> = Devices::<T>::get(id)?;
        Some(DeviceView {
            id,
            online: Self::is_online(&device.provider) && !Self::is_missing(&device.provider, id),
            cools_until: device.cooling_until(Self::now()),
            effective_gflops: device.effective_gflops(),
            provider: device.provider,
            spec: device.spec,
            ask: device.ask,
            slots: device.slots,
            used_slots: device.used_slots,
            available: device.available,
            challenge: Self::challenge_view(id),
        })
    }

    /// The number of providers with a heartbeat in this period or in the one before, whichever is higher,
    /// because few have sent theirs at the beginning of a period.
    pub fn live_providers() -> u32 {
        let attendance = Attendances::<T>::get().as_of(Self::current_period());
        attendance.count.max(attendance.before)
    }

    /// The provider for which a worker key acts.
    pub fn provider_of_worker(worker: WorkerId) -> Option<T::AccountId> {
        WorkerOwners::<T>::get(worker)
    }
}
