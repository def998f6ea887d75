//! Weights of `pallet_disputes`, measured by `make weights` on the runtime's Wasm.
//!
//! Made by `bench/weights` (frame-benchmarking-cli 64.0.0) on 2026-11-30: steps 10, repeats 5, Intel(R) Xeon(R) Processor.
//! Taken from a later run, on 2026-12-01, steps 20, repeats 10, AMD EPYC: `divide_pot`.
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
    fn dispute() -> Weight;
    fn appeal() -> Weight;
    fn claim_unavailable() -> Weight;
    fn dispute_part() -> Weight;
    fn name_part() -> Weight;
    fn divide_pot() -> Weight;
}

/// As measured, with the database of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Disputes` (r:1 w:1)
    /// Proof: `Disputes::Disputes` (`max_values`: None, `max_size`: Some(481), added: 2956, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:2 w:0)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Claimed` (r:1 w:0)
    /// Proof: `Disputes::Claimed` (`max_values`: None, `max_size`: Some(26), added: 2501, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Census` (r:1 w:1)
    /// Proof: `Disputes::Census` (`max_values`: Some(1), `max_size`: Some(76), added: 571, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Agenda` (r:1 w:1)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:2 w:1)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Cursors` (r:1 w:0)
    /// Proof: `Matching::Cursors` (`max_values`: None, `max_size`: Some(70), added: 2545, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ParkedIn` (r:1 w:0)
    /// Proof: `Matching::ParkedIn` (`max_values`: None, `max_size`: Some(29), added: 2504, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:1 w:1)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Narrowings` (r:0 w:1)
    /// Proof: `Disputes::Narrowings` (`max_values`: None, `max_size`: Some(289), added: 2764, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Shown` (r:0 w:1)
    /// Proof: `Disputes::Shown` (`max_values`: None, `max_size`: Some(50), added: 2525, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Juries` (r:0 w:1)
    /// Proof: `Tasks::Juries` (`max_values`: None, `max_size`: Some(305), added: 2780, mode: `MaxEncodedLen`)
    fn dispute() -> Weight {
        // Measured proof size: 2390 B.
        // Shortest run: 136_399_000 picoseconds.
        Weight::from_parts(165_250_000, 11371)
            .saturating_add(T::DbWeight::get().reads(13_u64))
            .saturating_add(T::DbWeight::get().writes(10_u64))
    }
    /// Storage: `Disputes::Disputes` (r:1 w:1)
    /// Proof: `Disputes::Disputes` (`max_values`: None, `max_size`: Some(481), added: 2956, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Narrowings` (r:1 w:0)
    /// Proof: `Disputes::Narrowings` (`max_values`: None, `max_size`: Some(289), added: 2764, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Agenda` (r:1 w:1)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:2 w:1)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Cursors` (r:1 w:0)
    /// Proof: `Matching::Cursors` (`max_values`: None, `max_size`: Some(70), added: 2545, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ParkedIn` (r:1 w:0)
    /// Proof: `Matching::ParkedIn` (`max_values`: None, `max_size`: Some(29), added: 2504, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Census` (r:1 w:1)
    /// Proof: `Disputes::Census` (`max_values`: Some(1), `max_size`: Some(76), added: 571, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:0 w:1)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Juries` (r:0 w:1)
    /// Proof: `Tasks::Juries` (`max_values`: None, `max_size`: Some(305), added: 2780, mode: `MaxEncodedLen`)
    fn appeal() -> Weight {
        // Measured proof size: 2064 B.
        // Shortest run: 117_487_000 picoseconds.
        Weight::from_parts(141_884_000, 11371)
            .saturating_add(T::DbWeight::get().reads(10_u64))
            .saturating_add(T::DbWeight::get().writes(8_u64))
    }
    /// Storage: `Disputes::Disputes` (r:1 w:1)
    /// Proof: `Disputes::Disputes` (`max_values`: None, `max_size`: Some(481), added: 2956, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Claims` (r:1 w:1)
    /// Proof: `Tasks::Claims` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::ClaimsMade` (r:1 w:1)
    /// Proof: `Tasks::ClaimsMade` (`max_values`: None, `max_size`: Some(17), added: 2492, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:1 w:1)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Census` (r:1 w:1)
    /// Proof: `Disputes::Census` (`max_values`: Some(1), `max_size`: Some(76), added: 571, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Agenda` (r:1 w:1)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:2 w:1)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Cursors` (r:1 w:0)
    /// Proof: `Matching::Cursors` (`max_values`: None, `max_size`: Some(70), added: 2545, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ParkedIn` (r:1 w:0)
    /// Proof: `Matching::ParkedIn` (`max_values`: None, `max_size`: Some(29), added: 2504, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:1 w:1)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Claimed` (r:0 w:1)
    /// Proof: `Disputes::Claimed` (`max_values`: None, `max_size`: Some(26), added: 2501, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Narrowings` (r:0 w:1)
    /// Proof: `Disputes::Narrowings` (`max_values`: None, `max_size`: Some(289), added: 2764, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Shown` (r:0 w:1)
    /// Proof: `Disputes::Shown` (`max_values`: None, `max_size`: Some(50), added: 2525, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Juries` (r:0 w:1)
    /// Proof: `Tasks::Juries` (`max_values`: None, `max_size`: Some(305), added: 2780, mode: `MaxEncodedLen`)
    fn claim_unavailable() -> Weight {
        // Measured proof size: 2974 B.
        // Shortest run: 170_816_000 picoseconds.
        Weight::from_parts(193_676_000, 11371)
            .saturating_add(T::DbWeight::get().reads(14_u64))
            .saturating_add(T::DbWeight::get().writes(14_u64))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Disputes` (r:1 w:1)
    /// Proof: `Disputes::Disputes` (`max_values`: None, `max_size`: Some(481), added: 2956, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:2 w:0)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Claimed` (r:1 w:0)
    /// Proof: `Disputes::Claimed` (`max_values`: None, `max_size`: Some(26), added: 2501, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Census` (r:1 w:1)
    /// Proof: `Disputes::Census` (`max_values`: Some(1), `max_size`: Some(76), added: 571, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Agenda` (r:1 w:1)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Narrowings` (r:0 w:1)
    /// Proof: `Disputes::Narrowings` (`max_values`: None, `max_size`: Some(289), added: 2764, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Shown` (r:0 w:1)
    /// Proof: `Disputes::Shown` (`max_values`: None, `max_size`: Some(50), added: 2525, mode: `MaxEncodedLen`)
    fn dispute_part() -> Weight {
        // Measured proof size: 2338 B.
        // Shortest run: 106_384_000 picoseconds.
        Weight::from_parts(130_877_000, 11371)
            .saturating_add(T::DbWeight::get().reads(8_u64))
            .saturating_add(T::DbWeight::get().writes(7_u64))
    }
    /// Storage: `Disputes::Disputes` (r:1 w:1)
    /// Proof: `Disputes::Disputes` (`max_values`: None, `max_size`: Some(481), added: 2956, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Narrowings` (r:1 w:1)
    /// Proof: `Disputes::Narrowings` (`max_values`: None, `max_size`: Some(289), added: 2764, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Agenda` (r:1 w:1)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:2 w:1)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Cursors` (r:1 w:0)
    /// Proof: `Matching::Cursors` (`max_values`: None, `max_size`: Some(70), added: 2545, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ParkedIn` (r:1 w:0)
    /// Proof: `Matching::ParkedIn` (`max_values`: None, `max_size`: Some(29), added: 2504, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:1 w:1)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Juries` (r:0 w:1)
    /// Proof: `Tasks::Juries` (`max_values`: None, `max_size`: Some(305), added: 2780, mode: `MaxEncodedLen`)
    fn name_part() -> Weight {
        // Measured proof size: 1897 B.
        // Shortest run: 89_055_000 picoseconds.
        Weight::from_parts(108_008_000, 11371)
            .saturating_add(T::DbWeight::get().reads(9_u64))
            .saturating_add(T::DbWeight::get().writes(7_u64))
    }
    /// Storage: `Disputes::Disputes` (r:1 w:1)
    /// Proof: `Disputes::Disputes` (`max_values`: None, `max_size`: Some(481), added: 2956, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Steps` (r:1 w:1)
    /// Proof: `Disputes::Steps` (`max_values`: None, `max_size`: Some(20), added: 2495, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Narrowings` (r:1 w:0)
    /// Proof: `Disputes::Narrowings` (`max_values`: None, `max_size`: Some(289), added: 2764, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Claimed` (r:1 w:0)
    /// Proof: `Disputes::Claimed` (`max_values`: None, `max_size`: Some(26), added: 2501, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:2 w:2)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:5 w:5)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Tasks` (r:1 w:0)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Agenda` (r:1 w:1)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    fn divide_pot() -> Weight {
        // Measured proof size: 2393 B.
        // Shortest run: 279_922_000 picoseconds.
        Weight::from_parts(287_727_000, 14005)
            .saturating_add(T::DbWeight::get().reads(13_u64))
            .saturating_add(T::DbWeight::get().writes(10_u64))
    }
}

/// The same with the slower database, for tests of the pallet alone.
impl WeightInfo for () {
    fn dispute() -> Weight {
        Weight::from_parts(165_250_000, 11371)
            .saturating_add(RocksDbWeight::get().reads(13_u64))
            .saturating_add(RocksDbWeight::get().writes(10_u64))
    }
    fn appeal() -> Weight {
        Weight::from_parts(141_884_000, 11371)
            .saturating_add(RocksDbWeight::get().reads(10_u64))
            .saturating_add(RocksDbWeight::get().writes(8_u64))
    }
    fn claim_unavailable() -> Weight {
        Weight::from_parts(193_676_000, 11371)
            .saturating_add(RocksDbWeight::get().reads(14_u64))
            .saturating_add(RocksDbWeight::get().writes(14_u64))
    }
    fn dispute_part() -> Weight {
        Weight::from_parts(130_877_000, 11371)
            .saturating_add(RocksDbWeight::get().reads(8_u64))
            .saturating_add(RocksDbWeight::get().writes(7_u64))
    }
    fn name_part() -> Weight {
        Weight::from_parts(108_008_000, 11371)
            .saturating_add(RocksDbWeight::get().reads(9_u64))
            .saturating_add(RocksDbWeight::get().writes(7_u64))
    }
    fn divide_pot() -> Weight {
        Weight::from_parts(287_727_000, 14005)
            .saturating_add(RocksDbWeight::get().reads(13_u64))
            .saturating_add(RocksDbWeight::get().writes(10_u64))
    }
}
