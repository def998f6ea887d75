//! What brings the state of an earlier release into the form that this one has.

use core::marker::PhantomData;

use aicpw_protocol::{
    device::{DeviceSpec, Slots},
    AskPrice, Balance, BlockNumber, DeviceId, Mebibytes,
};
use codec::{Decode, Encode};
use frame_support::{
    migrations::VersionedMigration,
    traits::{Get, UncheckedOnRuntimeUpgrade},
    weights::Weight,
};

use crate::{Config, Device, Devices, Occupation, Occupations, Pallet};

/// From the first version to the second: devices know how much of their memory is in use.
pub type ToVersion2<T> =
    VersionedMigration<1, 2, CountMemory<T>, Pallet<T>, <T as frame_system::Config>::DbWeight>;

/// A device in version 1.
#[derive(Encode, Decode)]
pub(crate) struct DeviceV1<AccountId> {
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

/// An occupation in version 1.
#[derive(Encode, Decode)]
pub(crate) struct OccupationV1 {
    pub device: DeviceId,
    pub collateral: Balance,
    pub fraud_bond: Balance,
    pub in_slot: bool,
}

/// Writes all devices and occupations anew. Nobody has kept what the jobs that run need: they count for
/// nothing until they have ended.
///
/// In one block, whatever there is of them: the only chains with version 1 are those of tests. A release that
/// chains have needs a migration of many blocks instead.
pub struct CountMemory<T>(PhantomData<T>);

impl<T: Config> UncheckedOnRuntimeUpgrade for CountMemory<T> {
    fn on_runtime_upgrade() -> Weight {
        let mut written = 0u64;
        Devices::<T>::translate(|_, old: DeviceV1<T::AccountId>| {
            written = written.saturating_add(1);
            Some(Device {
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
            })
        });
        Occupations::<T>::translate(|_, _, old: OccupationV1| {
            written = written.saturating_add(1);
            Some(Occupation {
                device: old.device,
                collateral: old.collateral,
                fraud_bond: old.fraud_bond,
                in_slot: old.in_slot,
                memory: Mebibytes(0),
            })
        });
        T::DbWeight::get().reads_writes(written, written)
    }
}
