//! Weights of `pallet-disputes`.
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

/// Weights of the calls. What follows a verdict is served by the agenda of tasks, and weighed there.
pub trait WeightInfo {
    /// [`crate::Pallet::dispute`].
    fn dispute() -> Weight;
    /// [`crate::Pallet::appeal`].
    fn appeal() -> Weight;
}

/// The estimates, with the database of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    fn dispute() -> Weight {
        estimate(T::DbWeight::get())
    }
    fn appeal() -> Weight {
        estimate(T::DbWeight::get())
    }
}

impl WeightInfo for () {
    fn dispute() -> Weight {
        estimate(RocksDbWeight::get())
    }
    fn appeal() -> Weight {
        estimate(RocksDbWeight::get())
    }
}

/// The task and its assignments, the dispute, the census, a hold; the jury, its deadline and its place in the queue.
fn estimate(database: RuntimeDbWeight) -> Weight {
    Weight::from_parts(150 * WEIGHT_REF_TIME_PER_MICROS, 0)
        .saturating_add(database.reads_writes(27, 15))
}
