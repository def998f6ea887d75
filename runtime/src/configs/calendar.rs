//! The lengths of an epoch and an era. The genesis decides them, and nothing changes them later.
//!
//! This is a pallet of the runtime's own, with no calls and no events. BABE and the node remember past epochs by their
//! length, so the length must be the same for the whole life of a chain (ADR 16).

use frame_support::traits::{ConstU64, Get};
use sp_staking::SessionIndex;

pub use pallet::*;

use super::validators::SESSIONS_PER_ERA;
use crate::{units::EPOCH_SLOTS, Runtime};

/// The shortest epoch that a genesis can have, in slots: five seconds. Each epoch hands over the keys of a session, and
/// with fewer blocks finality has no time to follow.
pub const SHORTEST_EPOCH: u64 = 20;

/// The pallet.
#[frame_support::pallet]
pub mod pallet {
    use frame_support::pallet_prelude::*;
    use frame_system::pallet_prelude::BlockNumberFor;

    use super::*;

    #[pallet::pallet]
    pub struct Pallet<T>(_);

    /// Nothing to decide.
    #[pallet::config]
    pub trait Config: frame_system::Config {}

    /// Length of an epoch, and of a session, in slots.
    #[pallet::storage]
    pub type EpochSlots<T> = StorageValue<_, u64, ValueQuery, ConstU64<EPOCH_SLOTS>>;

    /// Sessions in an era.
    #[pallet::storage]
    pub type SessionsPerEra<T> =
        StorageValue<_, SessionIndex, ValueQuery, ConstU32<SESSIONS_PER_ERA>>;

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn on_initialize(_: BlockNumberFor<T>) -> Weight {
            // Each block reads the length of an epoch to see whether its epoch has ended. The other value is read when
            // a session ends, which by its own weight takes a whole block.
            T::DbWeight::get().reads(1)
        }
    }

    /// The initial values. Zero stands for the usual length, and no length can be greater than the usual one: the chain
    /// remembers as many sessions as there are in the time in which an equivocation can be proven, and the bound counts
    /// the usual number of sessions per era.
    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T> {
        /// Slots in an epoch: [`SHORTEST_EPOCH`] to [`EPOCH_SLOTS`]. A short one draws its randomness
        /// from few outputs, and is for tests.
        pub epoch_slots: u64,
        /// Sessions in an era: 1 to [`SESSIONS_PER_ERA`].
        pub sessions_per_era: SessionIndex,
        /// Nothing.
        #[serde(skip)]
        pub _config: core::marker::PhantomData<T>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            if self.epoch_slots != 0 {
                assert!(
                    (SHORTEST_EPOCH..=EPOCH_SLOTS).contains(&self.epoch_slots),
                    "calendar.epochSlots is {}: an epoch has {SHORTEST_EPOCH} to {EPOCH_SLOTS} slots",
                    self.epoch_slots
                );
                EpochSlots::<T>::put(self.epoch_slots);
            }
            if self.sessions_per_era != 0 {
                assert!(
                    self.sessions_per_era <= SESSIONS_PER_ERA,
                    "calendar.sessionsPerEra is {}: an era has 1 to {SESSIONS_PER_ERA} sessions",
                    self.sessions_per_era
                );
                SessionsPerEra::<T>::put(self.sessions_per_era);
            }
        }
    }
}

impl pallet::Config for Runtime {}

/// Slots in an epoch of this chain.
pub struct EpochLength;

impl Get<u64> for EpochLength {
    fn get() -> u64 {
        EpochSlots::<Runtime>::get()
    }
}

/// Sessions in an era of this chain.
pub struct EraLength;

impl Get<SessionIndex> for EraLength {
    fn get() -> SessionIndex {
        SessionsPerEra::<Runtime>::get()
    }
}
