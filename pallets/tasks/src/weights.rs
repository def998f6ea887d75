//! Weights of `pallet-tasks`.
//!
//! Estimates, not measurements: reads and writes are counted in the code, those of the traits'
//! implementations included at their worst, and execution time is set well above what the tests
//! take. `make weights` replaces this file with the benchmarks' results; the benchmarks are in
//! `benchmarking.rs`, under the same names.
//!
//! What can end a task costs more the more assignments that had: `n` is their number, failed ones
//! included. What is taken off the block at first is the weight for as many as there can be
//! ([`crate::Pallet::most_assignments`]); what is kept is that for as many as there were.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{
        constants::{RocksDbWeight, WEIGHT_REF_TIME_PER_MICROS},
        RuntimeDbWeight, Weight,
    },
};

macro_rules! weights {
    (
        $(#[doc = $doc:literal] $name:ident: $micros:literal us, $proof:literal B, $reads:literal r, $writes:literal w;)*
        for each of n:
        $(#[doc = $n_doc:literal] $n_name:ident: $n_micros:literal us, $n_proof:literal B, $n_reads:literal r, $n_writes:literal w, and $e_micros:literal us, $e_proof:literal B, $e_reads:literal r, $e_writes:literal w;)*
    ) => {
        /// Weights of calls, authorisations and the steps of the agenda.
        pub trait WeightInfo {
            $(#[doc = $doc] fn $name() -> Weight;)*
            $(#[doc = $n_doc] fn $n_name(n: u32) -> Weight;)*
        }

        /// The estimates, with the database of the runtime.
        pub struct SubstrateWeight<T>(PhantomData<T>);

        impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
            $(fn $name() -> Weight {
                estimate(T::DbWeight::get(), $micros, $proof, $reads, $writes)
            })*
            $(fn $n_name(n: u32) -> Weight {
                let each = estimate(T::DbWeight::get(), $e_micros, $e_proof, $e_reads, $e_writes);
                estimate(T::DbWeight::get(), $n_micros, $n_proof, $n_reads, $n_writes)
                    .saturating_add(each.saturating_mul(n.into()))
            })*
        }

        impl WeightInfo for () {
            $(fn $name() -> Weight {
                estimate(RocksDbWeight::get(), $micros, $proof, $reads, $writes)
            })*
            $(fn $n_name(n: u32) -> Weight {
                let each = estimate(RocksDbWeight::get(), $e_micros, $e_proof, $e_reads, $e_writes);
                estimate(RocksDbWeight::get(), $n_micros, $n_proof, $n_reads, $n_writes)
                    .saturating_add(each.saturating_mul(n.into()))
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
    /// `grant_key`.
    grant_key: 60 us, 12_000 B, 6 r, 4 w;
    /// `start`.
    start: 40 us, 8_000 B, 4 r, 3 w;
    /// `report_progress`.
    report_progress: 30 us, 4_000 B, 2 r, 2 w;
    /// `commit_result` of whoever is alone on the task; of one that may be audited, with the anchor of the draw.
    commit_alone: 60 us, 12_000 B, 18 r, 13 w;
    /// `reveal_result` that opens the window of `optimistic`.
    reveal_to_wait: 35 us, 8_000 B, 7 r, 4 w;
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
    /// An entry of the agenda whose reason is gone, and the look at any other.
    serve_stale: 10 us, 8_000 B, 3 r, 0 w;
    /// An entry of the agenda that is put off, into a slot whose page is full.
    serve_early: 25 us, 12_000 B, 5 r, 3 w;
    /// A step of a dispute: four jurors who lose their locks, or the verdict.
    serve_dispute: 600 us, 60_000 B, 121 r, 111 w;
    /// A retrieval window that ends.
    serve_unlock: 50 us, 8_000 B, 6 r, 6 w;
    for each of n:
    /// `cancel`, with all assignments undecided: each gives stake free.
    cancel: 70 us, 12_000 B, 8 r, 8 w, and 40 us, 2_000 B, 10 r, 7 w;
    /// `accept`, with all assignments but one undecided: each is slashed.
    accept: 200 us, 16_000 B, 20 r, 18 w, and 60 us, 4_000 B, 12 r, 10 w;
    /// `rate` of so many providers.
    rate: 20 us, 6_000 B, 2 r, 1 w, and 20 us, 3_000 B, 2 r, 1 w;
    /// `commit_result` that opens the reveals of all, and gives up the seats that nobody has.
    commit_result: 60 us, 8_000 B, 10 r, 9 w, and 20 us, 3_000 B, 3 r, 3 w;
    /// `reveal_result` that settles: each is paid or slashed.
    reveal_result: 220 us, 16_000 B, 20 r, 18 w, and 60 us, 4_000 B, 12 r, 10 w;
    /// `reveal_result` that settles a task with one replica: each but the last is slashed.
    reveal_alone: 90 us, 12_000 B, 13 r, 7 w, and 60 us, 4_000 B, 12 r, 10 w;
    /// `fail` that ends the task: each is cancelled and paid.
    fail: 220 us, 16_000 B, 24 r, 22 w, and 60 us, 4_000 B, 14 r, 11 w;
    /// A match window whose end ends the task: each is cancelled and paid.
    serve_match: 200 us, 16_000 B, 20 r, 18 w, and 60 us, 4_000 B, 14 r, 11 w;
    /// An assignment whose deadline has passed, which ends the task: each is cancelled and paid.
    serve_assignment: 220 us, 16_000 B, 24 r, 22 w, and 60 us, 4_000 B, 14 r, 11 w;
    /// An optimistic window that ends, with all assignments but one undecided: each is slashed.
    serve_settle: 200 us, 16_000 B, 20 r, 18 w, and 60 us, 4_000 B, 12 r, 10 w;
    /// An audit that is decided, and opens the reveals of all; without the search for the seed.
    serve_audit: 60 us, 8_000 B, 8 r, 8 w, and 20 us, 3_000 B, 3 r, 3 w;
    /// A task that is removed.
    serve_prune: 30 us, 8_000 B, 2 r, 4 w, and 20 us, 3_000 B, 2 r, 2 w;
}
