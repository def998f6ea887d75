//! Weights of `pallet_market_parameters`, measured by `make weights` on the runtime's Wasm.
//!
//! Made by frame-omni-bencher (frame-benchmarking-cli 64.0.0) on 2026-11-28: steps 10, repeats 5, AMD EPYC.
//! Do not edit: change `benchmarking.rs` beside this file and make it again.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens)]
#![allow(unused_imports)]
// A benchmark's name is the name of what it measures, and its parameters are in its documentation.
#![allow(missing_docs)]

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{constants::RocksDbWeight, Weight},
};

/// What the pallet's calls, authorisations and steps weigh.
pub trait WeightInfo {
    fn set_parameter() -> Weight;
}

/// As measured, with the database of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    /// Storage: `MarketParameters::Changed` (r:1 w:1)
    /// Proof: `MarketParameters::Changed` (`max_values`: Some(1), `max_size`: Some(1090), added: 1585, mode: `MaxEncodedLen`)
    fn set_parameter() -> Weight {
        // Measured proof size: 430 B.
        // Shortest run: 23_575_000 picoseconds.
        Weight::from_parts(24_798_000, 2575)
            .saturating_add(T::DbWeight::get().reads(1_u64))
            .saturating_add(T::DbWeight::get().writes(1_u64))
    }
}

/// The same with the slower database, for tests of the pallet alone.
impl WeightInfo for () {
    fn set_parameter() -> Weight {
        Weight::from_parts(24_798_000, 2575)
            .saturating_add(RocksDbWeight::get().reads(1_u64))
            .saturating_add(RocksDbWeight::get().writes(1_u64))
    }
}
