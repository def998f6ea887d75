//! Weights of `pallet-market-clock`.
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

/// Weights of the calls.
pub trait WeightInfo {
    /// [`crate::Pallet::pause`].
    fn pause() -> Weight;
    /// [`crate::Pallet::resume`].
    fn resume() -> Weight;
}

/// The estimates, with the database of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    fn pause() -> Weight {
        estimate(T::DbWeight::get())
    }
    fn resume() -> Weight {
        estimate(T::DbWeight::get())
    }
}

impl WeightInfo for () {
    fn pause() -> Weight {
        estimate(RocksDbWeight::get())
    }
    fn resume() -> Weight {
        estimate(RocksDbWeight::get())
    }
}

/// One value read and written, an event.
fn estimate(database: RuntimeDbWeight) -> Weight {
    Weight::from_parts(20 * WEIGHT_REF_TIME_PER_MICROS, 1_500)
        .saturating_add(database.reads_writes(1, 1))
}
