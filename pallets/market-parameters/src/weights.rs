//! Weights of `pallet-market-parameters`.
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
    /// [`crate::Pallet::set_parameter`].
    fn set_parameter() -> Weight;
}

/// The estimates, with the database of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    fn set_parameter() -> Weight {
        estimate(T::DbWeight::get())
    }
}

impl WeightInfo for () {
    fn set_parameter() -> Weight {
        estimate(RocksDbWeight::get())
    }
}

/// One value read and written, read again for each of the relations' sides, and an event.
fn estimate(database: RuntimeDbWeight) -> Weight {
    Weight::from_parts(300 * WEIGHT_REF_TIME_PER_MICROS, 3_000)
        .saturating_add(database.reads_writes(1, 1))
}
