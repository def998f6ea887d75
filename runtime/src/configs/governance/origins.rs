//! The origins that referenda act for: one for each track except root's.
//!
//! Origins have to be in a pallet, so this is one of the runtime's own. It has no calls. It also
//! keeps the time lapse, which only a development chain has, so that a referendum can be watched
//! from beginning to end.

use frame_support::traits::EnsureOrigin;

pub use pallet::*;

/// The pallet. It has no weights, no calls and no events.
#[frame_support::pallet]
pub mod pallet {
    use frame_support::pallet_prelude::*;

    use crate::BlockNumber;

    #[pallet::pallet]
    pub struct Pallet<T>(_);

    /// Nothing to decide.
    #[pallet::config]
    pub trait Config: frame_system::Config {}

    /// Who a referendum acts for, if not for root.
    #[pallet::origin]
    #[derive(
        Encode,
        Decode,
        DecodeWithMemTracking,
        MaxEncodedLen,
        TypeInfo,
        Clone,
        Copy,
        PartialEq,
        Eq,
        Debug,
    )]
    pub enum Origin {
        /// Dispatches a call that the technical committee has whitelisted, as root.
        WhitelistedCaller,
        /// Spends from the treasury.
        Treasurer,
        /// Sets market parameters.
        MarketParameters,
        /// Ends a referendum and gives its deposits back.
        ReferendumCanceller,
        /// Ends a referendum and takes its deposits.
        ReferendumKiller,
    }

    /// How many times faster than usual the periods of governance pass. The genesis sets it, and
    /// nothing changes it later.
    #[pallet::storage]
    pub type TimeLapse<T> = StorageValue<_, u32, ValueQuery, ConstU32<1>>;

    /// How the chain starts.
    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T> {
        /// On a development chain, how many times faster than usual the periods of governance pass.
        /// Elsewhere one, or zero, which means the same.
        pub time_lapse: u32,
        /// Nothing.
        #[serde(skip)]
        pub _config: core::marker::PhantomData<T>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            if self.time_lapse > 1 {
                TimeLapse::<T>::put(self.time_lapse);
            }
        }
    }

    impl<T: Config> Pallet<T> {
        /// Returns how long a period is on this chain: at least one block.
        pub fn lapsed(period: BlockNumber) -> BlockNumber {
            period
                .checked_div(TimeLapse::<T>::get())
                .unwrap_or(period)
                .max(1)
        }
    }
}

impl pallet::Config for crate::Runtime {}

macro_rules! ensure_origins {
    ($($(#[$doc:meta])* $ensure:ident: $origin:ident;)*) => {
        $(
            $(#[$doc])*
            pub struct $ensure;

            impl<O> EnsureOrigin<O> for $ensure
            where
                O: From<Origin> + Into<Result<Origin, O>>,
            {
                type Success = ();

                fn try_origin(origin: O) -> Result<(), O> {
                    origin.into().and_then(|origin| match origin {
                        Origin::$origin => Ok(()),
                        other => Err(O::from(other)),
                    })
                }

                #[cfg(feature = "runtime-benchmarks")]
                fn try_successful_origin() -> Result<O, ()> {
                    Ok(O::from(Origin::$origin))
                }
            }
        )*
    };
}

ensure_origins! {
    /// [`Origin::WhitelistedCaller`].
    EnsureWhitelistedCaller: WhitelistedCaller;
    /// [`Origin::Treasurer`].
    EnsureTreasurer: Treasurer;
    /// [`Origin::MarketParameters`].
    EnsureMarketParameters: MarketParameters;
    /// [`Origin::ReferendumCanceller`].
    EnsureReferendumCanceller: ReferendumCanceller;
    /// [`Origin::ReferendumKiller`].
    EnsureReferendumKiller: ReferendumKiller;
}
