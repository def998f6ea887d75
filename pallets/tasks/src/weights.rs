//! Weights of `pallet-tasks`.
//!
//! Estimates, not measurements: reads and writes are counted in the code, those of the traits'
//! implementations included at their worst, and execution time is set well above what the tests
//! take. `make weights` replaces this file with the benchmarks' results; the benchmarks are in
//! `benchmarking.rs`, under the same names.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{
        constants::{RocksDbWeight, WEIGHT_REF_TIME_PER_MICROS},
        RuntimeDbWeight, Weight,
    },
};

macro_rules! weights {
    ($(#[doc = $doc:literal] $name:ident: $micros:literal us, $proof:literal B, $reads:literal r, $writes:literal w;)*) => {
        /// Weights of calls, authorisations and the steps of the agenda.
        pub trait WeightInfo {
            $(#[doc = $doc] fn $name() -> Weight;)*
        }

        /// The estimates, with the database of the runtime.
        pub struct SubstrateWeight<T>(PhantomData<T>);

        impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
            $(fn $name() -> Weight {
                estimate(T::DbWeight::get(), $micros, $proof, $reads, $writes)
            })*
        }

        impl WeightInfo for () {
            $(fn $name() -> Weight {
                estimate(RocksDbWeight::get(), $micros, $proof, $reads, $writes)
            })*
        }
    };
}

fn estimate(db: RuntimeDbWeight, micros: u64, proof: u64, reads: u64, writes: u64) -> Weight {
    Weight::from_parts(micros.saturating_mul(WEIGHT_REF_TIME_PER_MICROS), proof)
        .saturating_add(db.reads_writes(reads, writes))
}

weights! {
    /// `submit`.
    submit: 120 us, 12_000 B, 11 r, 11 w;
    /// `cancel`, with all attempts but one undecided.
    cancel: 120 us, 16_000 B, 16 r, 15 w;
    /// `accept`, with all attempts but one undecided.
    accept: 190 us, 20_000 B, 26 r, 25 w;
    /// `rate`.
    rate: 40 us, 8_000 B, 4 r, 3 w;
    /// `grant_key`.
    grant_key: 60 us, 12_000 B, 6 r, 4 w;
    /// `start`.
    start: 40 us, 8_000 B, 4 r, 3 w;
    /// `report_progress`.
    report_progress: 30 us, 4_000 B, 2 r, 2 w;
    /// `commit_result`.
    commit_result: 50 us, 8_000 B, 6 r, 6 w;
    /// `reveal_result` that settles, with all attempts but one undecided.
    reveal_result: 230 us, 20_000 B, 26 r, 25 w;
    /// `fail`, the last attempt.
    fail: 200 us, 20_000 B, 24 r, 23 w;
    /// Authorisation of `start`.
    authorize_start: 80 us, 8_000 B, 5 r, 0 w;
    /// Authorisation of `report_progress`.
    authorize_report_progress: 80 us, 8_000 B, 6 r, 0 w;
    /// Authorisation of `commit_result`.
    authorize_commit_result: 80 us, 8_000 B, 5 r, 0 w;
    /// Authorisation of `reveal_result`.
    authorize_reveal_result: 90 us, 8_000 B, 5 r, 0 w;
    /// Authorisation of `fail`.
    authorize_fail: 90 us, 8_000 B, 5 r, 0 w;
    /// A slot or a page of the agenda, without what it holds.
    serve_slot: 15 us, 4_000 B, 2 r, 2 w;
    /// A match window that ends.
    serve_match: 120 us, 16_000 B, 16 r, 15 w;
    /// An assignment whose deadline has passed, the last attempt.
    serve_assignment: 200 us, 20_000 B, 24 r, 23 w;
    /// An optimistic window that ends.
    serve_settle: 190 us, 20_000 B, 26 r, 25 w;
    /// A retrieval window that ends.
    serve_unlock: 50 us, 8_000 B, 6 r, 6 w;
    /// A task that is removed.
    serve_prune: 70 us, 14_000 B, 8 r, 9 w;
}
