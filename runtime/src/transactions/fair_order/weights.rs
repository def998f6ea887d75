//! Weights of `fair_order`, until `make weights ARGS=fair_order` has measured them on the runtime's Wasm: an estimate, well
//! above the few comparisons and the one allocation that it takes to look at a call.
//!
//! Written by hand, as the tool writes it: change `benchmarking.rs` beside this file and make it.

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
    fn look(c: u32, ) -> Weight;
}

/// As measured, with the database of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    /// The range of component `c` is `[0, 2000]`.
    fn look(c: u32, ) -> Weight {
        Weight::from_parts(100_000, 0)
            .saturating_add(Weight::from_parts(100_000, 0).saturating_mul(c.into()))
    }
}

/// The same with the slower database, for tests of the pallet alone.
impl WeightInfo for () {
    fn look(c: u32, ) -> Weight {
        Weight::from_parts(100_000, 0)
            .saturating_add(Weight::from_parts(100_000, 0).saturating_mul(c.into()))
    }
}
