//! # Draw randomness
//!
//! Seeds for draws that decide money, mixed from the VRF outputs of several blocks.
//!
//! Terms, scenarios and properties are on `docs/pallets/draw-randomness.md`, which these docs include; a
//! test of the runtime compares its tables with the metadata.
#![cfg_attr(doc, doc = include_str!("../../../docs/pallets/draw-randomness.md"))]
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
pub mod weights;

pub use pallet::*;
pub use weights::WeightInfo;

use aicpw_primitives::traits::{DrawRandomness, DrawSeed};
use aicpw_protocol::{draw::mix, BlockNumber, Hash};
use alloc::vec::Vec;
use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::{
    traits::{FindAuthor, Get},
    weights::Weight,
};
use scale_info::TypeInfo;
use sp_runtime::traits::BlockNumberProvider;

/// What a block contributed.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Outcome<AccountId> {
    /// The author of the block.
    pub author: Option<AccountId>,
    /// Its VRF output.
    pub output: Option<Hash>,
    /// The number of other authors from which a draw anchored here wants outputs.
    pub others: u32,
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

    /// The pallet's configuration.
    #[pallet::config]
    pub trait Config: frame_system::Config {
        /// The chain's own height.
        type BlockNumberProvider: BlockNumberProvider<BlockNumber = BlockNumber>;

        /// The author of a block, from its digest.
        type FindAuthor: FindAuthor<Self::AccountId>;

        /// The VRF output of the block that is being made, if it has one. It is read in `on_finalize`. If the pallet
        /// that provides it learns it in its own `on_finalize`, that pallet must stand before this one in the runtime.
        type VrfOutput: Get<Option<Hash>>;

        /// The number of validators that make blocks now.
        type Validators: Get<u32>;

        /// The number of outputs that a seed is mixed from.
        #[pallet::constant]
        type DrawBlocks: Get<u32>;

        /// The number of authors other than the anchor's from which some of the outputs must come. It is lower only if
        /// there are not as many other validators.
        #[pallet::constant]
        type OtherAuthors: Get<u32>;

        /// The number of blocks after an anchor in which the outputs must come. If they do not, there is no seed for
        /// the anchor.
        #[pallet::constant]
        type LongestWait: Get<BlockNumber>;

        /// The number of blocks for which outputs are kept. More than [`Config::LongestWait`].
        #[pallet::constant]
        type Retention: Get<BlockNumber>;

        /// Weights.
        type WeightInfo: WeightInfo;
    }

    /// What each of the last blocks contributed.
    #[pallet::storage]
    pub type Outcomes<T: Config> = StorageMap<_, Twox64Concat, BlockNumber, Outcome<T::AccountId>>;

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        /// The weight of `on_finalize`.
        fn on_initialize(_: BlockNumberFor<T>) -> Weight {
            T::WeightInfo::on_finalize()
        }

        fn on_finalize(_: BlockNumberFor<T>) {
            Self::record();
        }

        fn integrity_test() {
            assert!(T::DrawBlocks::get() > 0, "a seed is mixed from something");
            assert!(
                T::LongestWait::get() >= T::DrawBlocks::get().max(T::OtherAuthors::get()),
                "the outputs must be able to come in the wait",
            );
            assert!(
                T::Retention::get() > T::LongestWait::get(),
                "outputs are kept for longer than the wait",
            );
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }
}

impl<T: Config> Pallet<T> {
    /// The seed for an anchor, and the first block in which it was known.
    fn find(anchor: BlockNumber) -> (DrawSeed, BlockNumber) {
        let missing = |block: BlockNumber| {
            if block >= Self::height() {
                (DrawSeed::NotYet, block)
            } else {
                (DrawSeed::Gone, block)
            }
        };
        let Some(anchored) = Outcomes::<T>::get(anchor) else {
            return missing(anchor);
        };
        let mut outputs = Vec::new();
        let mut others = Vec::new();
        for distance in 1..=T::LongestWait::get() {
            let block = anchor.saturating_add(distance);
            let Some(outcome) = Outcomes::<T>::get(block) else {
                return missing(block);
            };
            // If the author is unknown, the output cannot count as another author's.
            let (Some(author), Some(output)) = (outcome.author, outcome.output) else {
                continue;
            };
            if anchored.author.as_ref() != Some(&author) && !others.contains(&author) {
                others.push(author.clone());
            }
            outputs.push((author, output));
            if outputs.len() as u32 >= T::DrawBlocks::get()
                && others.len() as u32 >= anchored.others
            {
                return (DrawSeed::Ready(mix(&outputs)), block.saturating_add(1));
            }
        }
        (DrawSeed::Gone, anchor)
    }

    fn height() -> BlockNumber {
        T::BlockNumberProvider::current_block_number()
    }

    /// Keeps what this block contributed, and forgets the oldest block.
    fn record() {
        let digest = frame_system::Pallet::<T>::digest();
        let pre_runtime = digest.logs.iter().filter_map(|log| log.as_pre_runtime());
        let outcome = Outcome {
            author: T::FindAuthor::find_author(pre_runtime),
            output: T::VrfOutput::get(),
            others: T::OtherAuthors::get().min(T::Validators::get().saturating_sub(1)),
        };
        let height = Self::height();
        Outcomes::<T>::insert(height, outcome);
        if let Some(oldest) = height.checked_sub(T::Retention::get()) {
            Outcomes::<T>::remove(oldest);
        }
    }

    /// Checks the invariants. Native builds include it too, for the runtime's tests.
    #[cfg(any(feature = "try-runtime", feature = "std"))]
    pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
        let height = Self::height();
        for (block, outcome) in Outcomes::<T>::iter() {
            frame_support::ensure!(block <= height, "No output is from the future");
            frame_support::ensure!(
                block.saturating_add(T::Retention::get()) >= height,
                "Old outputs are forgotten"
            );
            frame_support::ensure!(
                outcome.others <= T::OtherAuthors::get(),
                "No draw waits for more authors than it has to"
            );
        }
        Ok(())
    }
}

impl<T: Config> DrawRandomness for Pallet<T> {
    fn anchor() -> BlockNumber {
        Self::height()
    }

    fn soonest() -> BlockNumber {
        T::DrawBlocks::get().saturating_add(1)
    }

    fn seed(anchor: BlockNumber) -> DrawSeed {
        match Self::find(anchor) {
            (DrawSeed::Ready(_), since) if since < Self::height() => DrawSeed::Gone,
            (found, _) => found,
        }
    }

    fn decided(anchor: BlockNumber) -> DrawSeed {
        Self::find(anchor).0
    }

    fn decided_since(anchor: BlockNumber) -> (DrawSeed, BlockNumber) {
        Self::find(anchor)
    }

    fn seed_weight() -> Weight {
        T::WeightInfo::seed(T::LongestWait::get())
    }
}
