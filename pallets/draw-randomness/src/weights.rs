//! Weights of `pallet-draw-randomness`.
//!
//! Estimates, not measurements, until `make weights` replaces this file with the benchmarks'
//! results; the benchmarks are in `benchmarking.rs`, under the same names.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{
        constants::{RocksDbWeight, WEIGHT_REF_TIME_PER_MICROS},
        RuntimeDbWeight, Weight,
    },
};

/// Weights of the hook, and of what others ask.
pub trait WeightInfo {
    /// Recording what a block brought.
    fn on_finalize() -> Weight;
    /// A seed that is ready after `b` blocks.
    fn seed(b: u32) -> Weight;
}

/// The estimates, with the database of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    fn on_finalize() -> Weight {
        recorded(T::DbWeight::get())
    }
    fn seed(b: u32) -> Weight {
        mixed(T::DbWeight::get(), b)
    }
}

impl WeightInfo for () {
    fn on_finalize() -> Weight {
        recorded(RocksDbWeight::get())
    }
    fn seed(b: u32) -> Weight {
        mixed(RocksDbWeight::get(), b)
    }
}

/// Digest, author, output and validators read; one outcome written, one removed.
fn recorded(database: RuntimeDbWeight) -> Weight {
    Weight::from_parts(20 * WEIGHT_REF_TIME_PER_MICROS, 0)
        .saturating_add(database.reads_writes(4, 2))
}

/// The height, the anchor's outcome, and one for each block after it.
fn mixed(database: RuntimeDbWeight, blocks: u32) -> Weight {
    let outcomes = u64::from(blocks).saturating_add(1);
    Weight::from_parts(WEIGHT_REF_TIME_PER_MICROS, 0)
        .saturating_mul(outcomes.saturating_add(5))
        .saturating_add(database.reads(outcomes.saturating_add(1)))
}
