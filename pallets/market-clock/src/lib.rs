//! # Market clock
//!
//! The block number that all deadlines of the market follow. It is the chain's block number, minus the blocks in which
//! the market was paused.
//!
//! ## Terms
//!
//! * *market block*: a block on this clock.
//! * *paused*: the clock stands still. No deadline passes, no heartbeat is owed, nothing unbonds, and no task is
//!   accepted or matched. What was matched before goes on: a worker can start, commit and reveal, and a requester can
//!   cancel, accept and rate.
//!
//! * *migrating*: a migration over many blocks is running, or has failed and left some of the state as it was. No task
//!   is accepted or matched, whether the market is paused or not, and no deadline that passed before takes effect. A
//!   paused market stays paused, because no time may pass while nobody can act.
//!
//! ## Scenario: something is wrong
//!
//! 1. [`Config::PauseOrigin`] calls [`Pallet::pause`]. Everybody keeps the time that is left.
//! 2. The mistake is corrected, for example by a runtime upgrade.
//! 3. [`Pallet::resume`] is called: all deadlines go on from where they stood. This is not possible during a migration.
//!
//! ## Properties
//!
//! * The clock never goes back, and advances by at most one in each block.
//! * While the market is paused, the clock stands still.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
pub mod weights;

pub use pallet::*;
pub use weights::WeightInfo;

use aicpw_primitives::traits::MarketSwitch;
use aicpw_protocol::BlockNumber;
use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::traits::Get;
use scale_info::TypeInfo;
use sp_runtime::traits::BlockNumberProvider;

/// The clock, as stored.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Clock {
    /// Blocks of the chain that did not count, up to the last time that the market resumed.
    pub skipped: BlockNumber,
    /// The block of the chain in which the market was paused; `None` if it is not paused.
    pub paused_at: Option<BlockNumber>,
}

impl Clock {
    /// The market block in this block of the chain.
    pub fn reading(&self, block: BlockNumber) -> BlockNumber {
        self.paused_at
            .unwrap_or(block)
            .min(block)
            .saturating_sub(self.skipped)
    }
}

#[frame_support::pallet]
pub mod pallet {
    use super::*;
    use frame_support::pallet_prelude::*;
    use frame_system::pallet_prelude::*;

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// What the runtime decides.
    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// The chain's blocks.
        type BlockNumberProvider: BlockNumberProvider<BlockNumber = BlockNumber>;

        /// The origin that pauses and resumes the market.
        type PauseOrigin: EnsureOrigin<Self::RuntimeOrigin>;

        /// Whether some of what the market stores may still have the form from before a migration. `resume` pays for
        /// two reads of the database.
        type IsMigrating: Get<bool>;

        /// Weights of the calls.
        type WeightInfo: WeightInfo;
    }

    /// The clock.
    // Matching reads it at the beginning of each block, and pays for that. The calls pay for what they write.
    #[pallet::storage]
    #[pallet::whitelist_storage]
    pub type TheClock<T> = StorageValue<_, Clock, ValueQuery>;

    /// What happened.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// The market is paused.
        MarketPaused {
            /// The market block that does not end until the market resumes.
            at: BlockNumber,
        },
        /// The market is open again.
        MarketResumed {
            /// The market block.
            at: BlockNumber,
            /// The number of blocks of the chain for which it was paused.
            after: BlockNumber,
        },
    }

    /// Why a call was refused.
    #[pallet::error]
    pub enum Error<T> {
        /// The market is paused already.
        AlreadyPaused,
        /// The market is not paused.
        NotPaused,
        /// Some of what the market stores may still have the form from before a migration. Nobody could act on it, but
        /// every deadline that passes would count.
        Migrating,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call(weight = <T as Config>::WeightInfo)]
    impl<T: Config> Pallet<T> {
        /// Pauses the market.
        ///
        /// Origin: `PauseOrigin`. Errors: `AlreadyPaused`. Emits `MarketPaused`. Cost: constant.
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::pause().saturating_add(T::DbWeight::get().writes(1)))]
        pub fn pause(origin: OriginFor<T>) -> DispatchResult {
            T::PauseOrigin::ensure_origin(origin)?;
            TheClock::<T>::try_mutate(|clock| {
                ensure!(clock.paused_at.is_none(), Error::<T>::AlreadyPaused);
                clock.paused_at = Some(T::BlockNumberProvider::current_block_number());
                Ok::<_, DispatchError>(())
            })?;
            Self::deposit_event(Event::MarketPaused {
                at: Self::current_block_number(),
            });
            Ok(())
        }

        /// Resumes the market: every deadline is as far away as it was when the market was paused.
        ///
        /// Origin: `PauseOrigin`. Errors: `NotPaused`, `Migrating`. Emits `MarketResumed`. Cost: constant.
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::resume().saturating_add(T::DbWeight::get().reads_writes(2, 1)))]
        pub fn resume(origin: OriginFor<T>) -> DispatchResult {
            T::PauseOrigin::ensure_origin(origin)?;
            ensure!(!T::IsMigrating::get(), Error::<T>::Migrating);
            let after = TheClock::<T>::try_mutate(|clock| {
                let paused_at = clock.paused_at.take().ok_or(Error::<T>::NotPaused)?;
                let after =
                    T::BlockNumberProvider::current_block_number().saturating_sub(paused_at);
                clock.skipped = clock.skipped.saturating_add(after);
                Ok::<_, DispatchError>(after)
            })?;
            Self::deposit_event(Event::MarketResumed {
                at: Self::current_block_number(),
                after,
            });
            Ok(())
        }
    }

    #[pallet::view_functions]
    impl<T: Config> Pallet<T> {
        /// The market block.
        pub fn market_block() -> BlockNumber {
            <Self as BlockNumberProvider>::current_block_number()
        }

        /// Whether the market is paused.
        pub fn is_paused() -> bool {
            TheClock::<T>::get().paused_at.is_some()
        }
    }

    impl<T: Config> Pallet<T> {
        /// Checks the invariants. Native builds include it too, for the runtime's tests.
        #[cfg(any(feature = "try-runtime", feature = "std"))]
        pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
            let block = T::BlockNumberProvider::current_block_number();
            let clock = TheClock::<T>::get();
            let until = clock.paused_at.unwrap_or(block);
            ensure!(until <= block, "the market was not paused in the future");
            ensure!(
                clock.skipped <= until,
                "no more blocks did not count than there were"
            );
            Ok(())
        }
    }
}

impl<T: Config> BlockNumberProvider for Pallet<T> {
    type BlockNumber = BlockNumber;

    fn current_block_number() -> BlockNumber {
        TheClock::<T>::get().reading(T::BlockNumberProvider::current_block_number())
    }

    #[cfg(any(feature = "std", feature = "runtime-benchmarks"))]
    fn set_block_number(block: BlockNumber) {
        TheClock::<T>::kill();
        T::BlockNumberProvider::set_block_number(block);
    }
}

impl<T: Config> MarketSwitch for Pallet<T> {
    fn is_open() -> bool {
        !Self::is_paused() && !Self::is_migrating()
    }

    fn is_migrating() -> bool {
        T::IsMigrating::get()
    }
}
