//! Weights of `pallet_draw_randomness`, measured by `make weights` on the runtime's Wasm.
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
    fn on_finalize() -> Weight;
    fn seed(b: u32, ) -> Weight;
}

/// As measured, with the database of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    /// Storage: `Session::Validators` (r:1 w:0)
    /// Proof: `Session::Validators` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
    /// Storage: `DrawRandomness::Outcomes` (r:0 w:2)
    /// Proof: `DrawRandomness::Outcomes` (`max_values`: None, `max_size`: Some(82), added: 2557, mode: `MaxEncodedLen`)
    fn on_finalize() -> Weight {
        // Measured proof size: 142 B.
        // Shortest run: 5_113_000 picoseconds.
        Weight::from_parts(7_483_000, 1627)
            .saturating_add(T::DbWeight::get().reads(1_u64))
            .saturating_add(T::DbWeight::get().writes(2_u64))
    }
    /// Storage: `DrawRandomness::Outcomes` (r:33 w:0)
    /// Proof: `DrawRandomness::Outcomes` (`max_values`: None, `max_size`: Some(82), added: 2557, mode: `MaxEncodedLen`)
    /// The range of component `b` is `[8, 32]`.
    fn seed(b: u32, ) -> Weight {
        // Measured proof size: 344 B + b * 57.
        // Shortest run: 24_797_000 picoseconds.
        Weight::from_parts(7_648_065, 3547)
            // Standard error: 10_950
            .saturating_add(Weight::from_parts(2_350_220, 0).saturating_mul(b.into()))
            .saturating_add(T::DbWeight::get().reads(1_u64))
            .saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(b.into())))
            .saturating_add(Weight::from_parts(0, 2557).saturating_mul(b.into()))
    }
}

/// The same with the slower database, for tests of the pallet alone.
impl WeightInfo for () {
    fn on_finalize() -> Weight {
        Weight::from_parts(7_483_000, 1627)
            .saturating_add(RocksDbWeight::get().reads(1_u64))
            .saturating_add(RocksDbWeight::get().writes(2_u64))
    }
    fn seed(b: u32, ) -> Weight {
        Weight::from_parts(7_648_065, 3547)
            .saturating_add(Weight::from_parts(2_350_220, 0).saturating_mul(b.into()))
            .saturating_add(RocksDbWeight::get().reads(1_u64))
            .saturating_add(RocksDbWeight::get().reads((1_u64).saturating_mul(b.into())))
            .saturating_add(Weight::from_parts(0, 2557).saturating_mul(b.into()))
    }
}
