//! The migrations of the state of earlier releases into the form of this one.

use core::marker::PhantomData;

use aicpw_protocol::{AssignmentId, DeviceId};
use alloc::vec::Vec;
use codec::{Decode, DecodeAll, Encode, MaxEncodedLen};
use frame_support::{
    migrations::{MigrationId, SteppedMigration, SteppedMigrationError},
    storage::{unhashed, StoragePrefixedMap},
    traits::{Get, GetStorageVersion, StorageVersion},
    weights::{Weight, WeightMeter},
};

use crate::{Config, Device, Devices, Occupation, Occupations, Pallet, WeightInfo, LOG_TARGET};

pub mod v1;

/// Whether everything in storage is in the form that this code reads. It is not while a migration is under way, nor
/// after a migration has failed.
pub fn is_done<T: Config>() -> bool {
    Pallet::<T>::on_chain_storage_version() == Pallet::<T>::in_code_storage_version()
}

/// The value that the migration wrote last.
#[derive(Encode, Decode, MaxEncodedLen, Clone, PartialEq, Eq, Debug)]
pub enum Position<AccountId> {
    /// A device. The devices whose keys come after it, and all occupations, still have to be written.
    Device(DeviceId),
    /// An occupation. The occupations whose keys come after it still have to be written. All devices are written.
    Occupation(AccountId, AssignmentId),
}

/// The migration from version 1 to version 2, in which devices know how much of their memory is in use. It writes all
/// devices and occupations anew, over as many blocks as it takes.
///
/// The version stays 1 until the last value is written. Meanwhile some values are in one form and some in the other,
/// and the runtime makes sure that nobody reads them. A reader would take a value that is not written yet for one
/// that is not there, and never for another value, because a value of version 1 is too short for version 2.
// RELEASE-1: remove when release 3 is main
pub struct ToVersion2<T>(PhantomData<T>);

impl<T: Config> ToVersion2<T> {
    /// The weight of a step beside the values that it writes. It reads the version, the key with which the occupations
    /// begin, and that nothing comes after the last value, and then it writes the version. Executing that takes no
    /// longer than a whole step with a value.
    fn weight_of_step() -> Weight {
        <T as Config>::WeightInfo::step_to_version_2()
            .saturating_add(T::DbWeight::get().reads_writes(3, 1))
    }

    /// The weight of a value: its key is looked for, and it is read and written. The benchmark measures a step with one
    /// value, but does not count the read that looks for the key.
    fn weight_of_value() -> Weight {
        <T as Config>::WeightInfo::step_to_version_2().saturating_add(T::DbWeight::get().reads(1))
    }

    /// The weight of a step that writes this many values.
    pub fn weight_of(values: u64) -> Weight {
        Self::weight_of_step().saturating_add(Self::weight_of_value().saturating_mul(values))
    }

    /// The first value that has to be written after `last`.
    fn next(last: Option<&Position<T::AccountId>>) -> Option<Position<T::AccountId>> {
        let device = match last {
            None => Devices::<T>::iter_keys().next(),
            Some(Position::Device(id)) => {
                Devices::<T>::iter_keys_from(Devices::<T>::hashed_key_for(id)).next()
            }
            Some(Position::Occupation(..)) => None,
        };
        if let Some(device) = device {
            return Some(Position::Device(device));
        }
        let mut occupations = match last {
            Some(Position::Occupation(provider, assignment)) => {
                let key = Occupations::<T>::hashed_key_for(provider, assignment);
                Occupations::<T>::iter_keys_from(key)
            }
            _ => Occupations::<T>::iter_keys(),
        };
        let (provider, assignment) = occupations.next()?;
        Some(Position::Occupation(provider, assignment))
    }

    /// Writes the value anew, in the form of version 2.
    fn write(at: &Position<T::AccountId>) {
        match at {
            Position::Device(id) => {
                let key = Devices::<T>::hashed_key_for(id);
                if let Some(old) = of_version_1::<v1::Device<T::AccountId>>(&key) {
                    Devices::<T>::insert(id, Device::<T>::from(old));
                }
            }
            Position::Occupation(provider, assignment) => {
                let key = Occupations::<T>::hashed_key_for(provider, assignment);
                if let Some(old) = of_version_1::<v1::Occupation>(&key) {
                    Occupations::<T>::insert(provider, assignment, Occupation::from(old));
                }
            }
        }
    }
}

/// Reads a value if it is of version 1. A value of version 2 is not: it would have bytes left over.
fn of_version_1<Value: Decode>(key: &[u8]) -> Option<Value> {
    let bytes = unhashed::get_raw(key)?;
    match Value::decode_all(&mut &bytes[..]) {
        Ok(value) => Some(value),
        Err(error) => {
            log::warn!(
                target: LOG_TARGET,
                "what is stored at {key:?} is not of version 1, and stays as it is: {error}",
            );
            None
        }
    }
}

impl<T: Config> SteppedMigration for ToVersion2<T> {
    type Cursor = Position<T::AccountId>;
    type Identifier = MigrationId<23>;

    fn id() -> Self::Identifier {
        MigrationId {
            pallet_id: *b"pallet-provider-staking",
            version_from: 1,
            version_to: 2,
        }
    }

    fn migrating_prefixes() -> Option<impl IntoIterator<Item = Vec<u8>>> {
        let prefixes = [
            Devices::<T>::final_prefix(),
            Occupations::<T>::final_prefix(),
        ];
        Some(prefixes.map(|prefix| prefix.to_vec()))
    }

    fn step(
        cursor: Option<Self::Cursor>,
        meter: &mut WeightMeter,
    ) -> Result<Option<Self::Cursor>, SteppedMigrationError> {
        let required = Self::weight_of(1);
        if !meter.can_consume(required) {
            return Err(SteppedMigrationError::InsufficientWeight { required });
        }
        meter.consume(Self::weight_of_step());
        let version = Pallet::<T>::on_chain_storage_version();
        if version != 1 {
            log::info!(target: LOG_TARGET, "nothing to migrate: the state is of {version:?}");
            return Ok(None);
        }
        let mut last = cursor;
        while meter.try_consume(Self::weight_of_value()).is_ok() {
            let Some(next) = Self::next(last.as_ref()) else {
                StorageVersion::new(2).put::<Pallet<T>>();
                return Ok(None);
            };
            Self::write(&next);
            last = Some(next);
        }
        Ok(last)
    }

    /// Returns how many devices and occupations there are.
    #[cfg(feature = "try-runtime")]
    fn pre_upgrade() -> Result<Vec<u8>, sp_runtime::TryRuntimeError> {
        Ok(count::<T>().encode())
    }

    #[cfg(feature = "try-runtime")]
    fn post_upgrade(before: Vec<u8>) -> Result<(), sp_runtime::TryRuntimeError> {
        use frame_support::ensure;

        ensure!(
            count::<T>().encode() == before,
            "A migration loses no device and no occupation"
        );
        let readable = (
            Devices::<T>::iter().count(),
            Occupations::<T>::iter().count(),
        );
        ensure!(
            count::<T>() == (readable.0 as u64, readable.1 as u64),
            "After a migration all devices and occupations can be read"
        );
        ensure!(
            Pallet::<T>::on_chain_storage_version() == 2,
            "After a migration the state says that it is of the new version"
        );
        Ok(())
    }
}

#[cfg(feature = "try-runtime")]
fn count<T: Config>() -> (u64, u64) {
    let devices = Devices::<T>::iter_keys().count();
    let occupations = Occupations::<T>::iter_keys().count();
    (devices as u64, occupations as u64)
}
