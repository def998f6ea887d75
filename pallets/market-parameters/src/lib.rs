//! # Market parameters
//!
//! The numbers of the market that can be changed while it runs: fees, shares, windows, the minimum stake. Pallets read
//! each of them through a `Get`, and do not know where it comes from.
//!
//! ## Terms
//!
//! * *parameter*: one such number. The runtime lists them all with [`market_parameters!`].
//! * *default*: the value until somebody changes it. It is in the runtime's code.
//! * *range*: the values that it can be set to.
//! * *relations*: conditions between parameters, such as that stake unbonds for longer than it can be locked.
//!
//! ## Scenario: a parameter is changed
//!
//! 1. [`Config::AdminOrigin`] calls [`Pallet::set_parameter`] with the parameter and its new value.
//! 2. From the next call on, every reader of the parameter sees the new value. What was fixed before, such as the price
//!    of an assignment and its deadlines, stays.
//!
//! ## Scenario: a release refuses what was set before
//!
//! 1. A value was set while an earlier release allowed it. The new release has a narrower range, or another relation.
//! 2. In the first block of the new release, before anything reads the parameters, a value that is out of its range
//!    goes back to the default. If a relation does not hold then, the value that was set last goes back too, and so on
//!    until all relations hold. They hold at the latest when only defaults are left.
//! 3. There is an event [`Event::ParameterReset`] for each of these values.
//!
//! ## Properties
//!
//! * Every parameter is in its range, and all relations hold, also after an upgrade.
//! * One storage item holds everything that was changed, so reading any number of parameters costs one read of the
//!   database per block.
//! * A release can add parameters, narrow a range, add a relation or change a default without a migration. A release
//!   that removes a parameter has to migrate [`Changed`].

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod declare;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
mod upgrade;
pub mod weights;

pub use pallet::*;
pub use weights::WeightInfo;

use alloc::vec::Vec;
use codec::{Codec, Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt::Debug;
use scale_info::TypeInfo;

/// What [`market_parameters!`] needs from other crates.
#[doc(hidden)]
pub mod __private {
    pub use alloc::{vec, vec::Vec};
    pub use codec;
    pub use frame_support::traits::Get;
    pub use scale_info;
}

/// The most parameters that there can be.
pub const MAX_PARAMETERS: u32 = 64;

/// The target of this pallet's logs.
pub(crate) const LOG_TARGET: &str = "runtime::market-parameters";

/// One parameter with a value.
pub trait GovernedParameter:
    Codec
    + DecodeWithMemTracking
    + MaxEncodedLen
    + TypeInfo
    + Clone
    + Eq
    + Debug
    + Send
    + Sync
    + 'static
{
    /// Whether both are the same parameter, whatever their values.
    fn is_same(&self, other: &Self) -> bool;

    /// Whether the parameter can be set to this value.
    fn is_in_range(&self) -> bool;

    /// Whether the value is the parameter's default.
    fn is_default(&self) -> bool;

    /// All parameters, with their defaults and ranges.
    fn ranges() -> Vec<Range<Self>>;

    /// All parameters, with their present values.
    fn current() -> Vec<Self>;
}

/// The values of one parameter.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Range<P> {
    /// The value until somebody changes it.
    pub default: P,
    /// The lowest it can be set to.
    pub lowest: P,
    /// The highest it can be set to.
    pub highest: P,
}

/// The relations between parameters.
pub trait Relations {
    /// Checks the present values of the parameters; the error says which relation does not hold.
    fn check() -> Result<(), &'static str>;
}

impl Relations for () {
    fn check() -> Result<(), &'static str> {
        Ok(())
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
        /// The parameters.
        type Parameter: GovernedParameter;

        /// The relations between the parameters.
        type Relations: Relations;

        /// The origin that changes the parameters.
        type AdminOrigin: EnsureOrigin<Self::RuntimeOrigin>;

        /// Weights of the calls.
        type WeightInfo: WeightInfo;
    }

    #[pallet::extra_constants]
    impl<T: Config> Pallet<T> {
        /// Each parameter: its default, and the lowest and highest value that it can be set to.
        fn ranges() -> Vec<Range<T::Parameter>> {
            T::Parameter::ranges()
        }
    }

    /// The parameters whose values are not the defaults; the one that was set last is at the end. The constant `ranges`
    /// has the defaults of the others.
    // Nearly everything in a block reads this. `on_initialize` pays for reading it, and `set_parameter` for writing it.
    #[pallet::storage]
    #[pallet::whitelist_storage]
    pub type Changed<T: Config> =
        StorageValue<_, BoundedVec<T::Parameter, ConstU32<MAX_PARAMETERS>>, ValueQuery>;

    /// What happened.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A parameter was set.
        ParameterSet {
            /// The parameter, with its new value.
            parameter: T::Parameter,
        },
        /// A parameter went back to its default, because a new runtime does not allow the value that was set.
        ParameterReset {
            /// The parameter, with the value that it had.
            parameter: T::Parameter,
        },
    }

    /// Why a call was refused.
    #[pallet::error]
    pub enum Error<T> {
        /// The parameter cannot be set to this value: see the constant `ranges`.
        OutOfRange,
        /// The value contradicts that of another parameter, which has to be changed first.
        Contradiction,
        /// There are more parameters than can be stored.
        TooManyParameters,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn on_initialize(_: BlockNumberFor<T>) -> Weight {
            T::DbWeight::get().reads(1)
        }

        fn on_runtime_upgrade() -> Weight {
            Self::reset_refused()
        }

        fn integrity_test() {
            let ranges = T::Parameter::ranges();
            assert!(
                ranges.len() <= MAX_PARAMETERS as usize,
                "there are more parameters than MAX_PARAMETERS"
            );
            for range in ranges {
                assert!(
                    range.default.is_in_range()
                        && range.lowest.is_in_range()
                        && range.highest.is_in_range(),
                    "the default must be in the range: {range:?}"
                );
            }
            if let Err(reason) = T::Relations::check() {
                panic!("the defaults contradict each other: {reason}");
            }
        }

        #[cfg(feature = "try-runtime")]
        fn post_upgrade(_: Vec<u8>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call(weight = <T as Config>::WeightInfo)]
    impl<T: Config> Pallet<T> {
        /// Sets a parameter.
        ///
        /// Origin: `AdminOrigin`. Errors: `OutOfRange`, `Contradiction`, `TooManyParameters`. Emits `ParameterSet`.
        /// Cost: constant, because all relations are always checked.
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::set_parameter().saturating_add(T::DbWeight::get().writes(1)))]
        pub fn set_parameter(origin: OriginFor<T>, parameter: T::Parameter) -> DispatchResult {
            T::AdminOrigin::ensure_origin(origin)?;
            ensure!(parameter.is_in_range(), Error::<T>::OutOfRange);
            // The relations are checked with the values that all readers would see. An error undoes the change.
            frame_support::storage::with_storage_layer(|| -> DispatchResult {
                Changed::<T>::try_mutate(|changed| {
                    changed.retain(|other| !other.is_same(&parameter));
                    if parameter.is_default() {
                        return Ok(());
                    }
                    changed
                        .try_push(parameter.clone())
                        .map_err(|_| Error::<T>::TooManyParameters)
                })?;
                T::Relations::check().map_err(|reason| {
                    log::info!(target: LOG_TARGET, "{parameter:?} cannot be set: {reason}");
                    Error::<T>::Contradiction.into()
                })
            })?;
            Self::deposit_event(Event::ParameterSet { parameter });
            Ok(())
        }
    }

    #[pallet::view_functions]
    impl<T: Config> Pallet<T> {
        /// All parameters, with their present values.
        pub fn parameters() -> Vec<T::Parameter> {
            T::Parameter::current()
        }
    }

    impl<T: Config> Pallet<T> {
        /// The first changed parameter that `wanted` accepts. For [`market_parameters!`].
        pub fn find<V>(wanted: impl Fn(&T::Parameter) -> Option<V>) -> Option<V> {
            Changed::<T>::get().iter().find_map(wanted)
        }

        /// Checks the invariants. Native builds include it too, for the runtime's tests.
        #[cfg(any(feature = "try-runtime", feature = "std"))]
        pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
            let changed = Changed::<T>::get();
            for (index, parameter) in changed.iter().enumerate() {
                ensure!(parameter.is_in_range(), "every parameter is in its range");
                ensure!(
                    !parameter.is_default(),
                    "what is changed is not the default"
                );
                ensure!(
                    !changed
                        .iter()
                        .skip(index + 1)
                        .any(|other| other.is_same(parameter)),
                    "a parameter has one value"
                );
            }
            T::Relations::check().map_err(sp_runtime::TryRuntimeError::Other)
        }
    }
}
