//! Weights of `pallet_market_clock`, measured by `make weights` on the runtime's Wasm.
//!
//! Made by `bench/weights` (frame-benchmarking-cli 64.0.0) on 2026-11-30: steps 10, repeats 5, Intel(R) Xeon(R) Processor.
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
    fn pause() -> Weight;
    fn resume() -> Weight;
}

/// As measured, with the database of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    fn pause() -> Weight {
        // Measured proof size: 0 B.
        // Shortest run: 5_611_000 picoseconds.
        Weight::from_parts(9_110_000, 0)
    }
    fn resume() -> Weight {
        // Measured proof size: 0 B.
        // Shortest run: 5_856_000 picoseconds.
        Weight::from_parts(9_484_000, 0)
    }
}

/// The same with the slower database, for tests of the pallet alone.
impl WeightInfo for () {
    fn pause() -> Weight {
        Weight::from_parts(9_110_000, 0)
    }
    fn resume() -> Weight {
        Weight::from_parts(9_484_000, 0)
    }
}
