//! The values that version 1 stored.
// RELEASE-1: remove when release 3 is main

use aicpw_protocol::{
    device::{DeviceSpec, Slots},
    AskPrice, Balance, BlockNumber, DeviceId, Mebibytes,
};
use codec::{Decode, Encode};
use scale_info::TypeInfo;

use crate::Config;

/// A device. It has the fields of [`crate::Device`] except the memory in use.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the fields of `crate::Device` have docs")]
pub struct Device<AccountId> {
    pub provider: AccountId,
    pub spec: DeviceSpec,
    pub ask: AskPrice,
    pub slots: Slots,
    pub used_slots: Slots,
    pub assignments: u32,
    pub available: bool,
    pub failures: u8,
    pub missed_deadlines: u8,
    pub cools_until: Option<BlockNumber>,
}

impl<T: Config> From<Device<T::AccountId>> for crate::Device<T> {
    /// Converts a device. The memory that running jobs need was not stored, so it counts as zero until they end.
    fn from(old: Device<T::AccountId>) -> Self {
        Self {
            provider: old.provider,
            spec: old.spec,
            ask: old.ask,
            slots: old.slots,
            used_slots: old.used_slots,
            used_memory: Mebibytes(0),
            assignments: old.assignments,
            available: old.available,
            failures: old.failures,
            missed_deadlines: old.missed_deadlines,
            cools_until: old.cools_until,
        }
    }
}

/// An occupation. It has the fields of [`crate::Occupation`] except the memory.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the fields of `crate::Occupation` have docs")]
pub struct Occupation {
    pub device: DeviceId,
    pub collateral: Balance,
    pub fraud_bond: Balance,
    pub in_slot: bool,
}

impl From<Occupation> for crate::Occupation {
    fn from(old: Occupation) -> Self {
        Self {
            device: old.device,
            collateral: old.collateral,
            fraud_bond: old.fraud_bond,
            in_slot: old.in_slot,
            memory: Mebibytes(0),
        }
    }
}

/// Writes all devices and occupations in the form of version 1. For tests and benchmarks, which upgrade from it.
#[cfg(any(feature = "std", feature = "runtime-benchmarks"))]
pub fn restore<T: Config>() {
    use alloc::vec::Vec;
    use frame_support::{storage::unhashed, traits::StorageVersion};

    use crate::{Devices, Occupations, Pallet};

    let devices: Vec<_> = Devices::<T>::iter().collect();
    for (id, new) in devices {
        let old = Device {
            provider: new.provider,
            spec: new.spec,
            ask: new.ask,
            slots: new.slots,
            used_slots: new.used_slots,
            assignments: new.assignments,
            available: new.available,
            failures: new.failures,
            missed_deadlines: new.missed_deadlines,
            cools_until: new.cools_until,
        };
        unhashed::put(&Devices::<T>::hashed_key_for(id), &old);
    }
    let occupations: Vec<_> = Occupations::<T>::iter().collect();
    for (provider, assignment, new) in occupations {
        let old = Occupation {
            device: new.device,
            collateral: new.collateral,
            fraud_bond: new.fraud_bond,
            in_slot: new.in_slot,
        };
        let key = Occupations::<T>::hashed_key_for(provider, assignment);
        unhashed::put(&key, &old);
    }
    StorageVersion::new(1).put::<Pallet<T>>();
}
