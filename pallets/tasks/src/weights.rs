//! Weights of `pallet_tasks`, measured by `make weights` on the runtime's Wasm.
//!
//! Made by frame-omni-bencher (frame-benchmarking-cli 64.0.0) on 2026-11-29: steps 10, repeats 5, AMD EPYC.
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
    fn submit() -> Weight;
    fn cancel(n: u32, ) -> Weight;
    fn accept(n: u32, ) -> Weight;
    fn rate(n: u32, ) -> Weight;
    fn grant_key() -> Weight;
    fn start() -> Weight;
    fn report_progress() -> Weight;
    fn commit_result(n: u32, ) -> Weight;
    fn commit_alone() -> Weight;
    fn reveal_alone(n: u32, ) -> Weight;
    fn reveal_to_wait() -> Weight;
    fn reveal_result(n: u32, ) -> Weight;
    fn fail(n: u32, ) -> Weight;
    fn open_trace() -> Weight;
    fn authorize_start() -> Weight;
    fn authorize_report_progress() -> Weight;
    fn authorize_commit_result() -> Weight;
    fn authorize_reveal_result() -> Weight;
    fn authorize_fail() -> Weight;
    fn authorize_open_trace() -> Weight;
    fn serve_slot() -> Weight;
    fn serve_stale() -> Weight;
    fn serve_early() -> Weight;
    fn serve_match(n: u32, ) -> Weight;
    fn serve_assignment(n: u32, ) -> Weight;
    fn serve_settle(n: u32, ) -> Weight;
    fn serve_dispute() -> Weight;
    fn serve_audit(n: u32, ) -> Weight;
    fn serve_unlock() -> Weight;
    fn serve_prune(n: u32, ) -> Weight;
}

/// As measured, with the database of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    /// Storage: `MarketClock::TheClock` (r:1 w:0)
    /// Proof: `MarketClock::TheClock` (`max_values`: Some(1), `max_size`: Some(9), added: 504, mode: `MaxEncodedLen`)
    /// Storage: `MarketParameters::Changed` (r:1 w:0)
    /// Proof: `MarketParameters::Changed` (`max_values`: Some(1), `max_size`: Some(1090), added: 1585, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:1 w:1)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `Timestamp::Now` (r:1 w:0)
    /// Proof: `Timestamp::Now` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Submissions` (r:1 w:1)
    /// Proof: `Tasks::Submissions` (`max_values`: Some(1), `max_size`: Some(40), added: 535, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Agenda` (r:1 w:1)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:3 w:1)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ParkedIn` (r:1 w:0)
    /// Proof: `Matching::ParkedIn` (`max_values`: None, `max_size`: Some(29), added: 2504, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:1 w:1)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::TasksOf` (r:0 w:1)
    /// Proof: `Tasks::TasksOf` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Tasks` (r:0 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    fn submit() -> Weight {
        // Measured proof size: 306 B.
        // Shortest run: 110_094_000 picoseconds.
        Weight::from_parts(114_440_000, 8607)
            .saturating_add(T::DbWeight::get().reads(12_u64))
            .saturating_add(T::DbWeight::get().writes(8_u64))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:10 w:0)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `MarketClock::TheClock` (r:1 w:0)
    /// Proof: `MarketClock::TheClock` (`max_values`: Some(1), `max_size`: Some(9), added: 504, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:3 w:1)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ParkedIn` (r:1 w:0)
    /// Proof: `Matching::ParkedIn` (`max_values`: None, `max_size`: Some(29), added: 2504, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `MarketParameters::Changed` (r:1 w:0)
    /// Proof: `MarketParameters::Changed` (`max_values`: Some(1), `max_size`: Some(1090), added: 1585, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Agenda` (r:1 w:1)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:0 w:1)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// The range of component `n` is `[0, 10]`.
    fn cancel(n: u32, ) -> Weight {
        // Measured proof size: 1993 B + n * 571.
        // Shortest run: 64_827_000 picoseconds.
        Weight::from_parts(70_631_650, 11371)
            // Standard error: 82_826
            .saturating_add(Weight::from_parts(7_457_586, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(9_u64))
            .saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(5_u64))
            .saturating_add(Weight::from_parts(0, 3007).saturating_mul(n.into()))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:4 w:4)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `MarketClock::TheClock` (r:1 w:0)
    /// Proof: `MarketClock::TheClock` (`max_values`: Some(1), `max_size`: Some(9), added: 504, mode: `MaxEncodedLen`)
    /// Storage: `MarketParameters::Changed` (r:1 w:0)
    /// Proof: `MarketParameters::Changed` (`max_values`: Some(1), `max_size`: Some(1090), added: 1585, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:3 w:3)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:6 w:6)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:4 w:4)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(233), added: 2708, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:4 w:3)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Occupations` (r:4 w:4)
    /// Proof: `ProviderStaking::Occupations` (`max_values`: None, `max_size`: Some(107), added: 2582, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:4 w:4)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Challenges` (r:4 w:0)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:4 w:2)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:4 w:2)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:2 w:2)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:1 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DevicesOf` (r:4 w:0)
    /// Proof: `ProviderStaking::DevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Agenda` (r:2 w:2)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:3 w:0)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ParkedIn` (r:1 w:0)
    /// Proof: `Matching::ParkedIn` (`max_values`: None, `max_size`: Some(29), added: 2504, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::AuditBook` (r:1 w:1)
    /// Proof: `Tasks::AuditBook` (`max_values`: Some(1), `max_size`: Some(64), added: 559, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::AuditDebts` (r:1 w:1)
    /// Proof: `Tasks::AuditDebts` (`max_values`: None, `max_size`: Some(74), added: 2549, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawLeafOf` (r:2 w:0)
    /// Proof: `ProviderStaking::DrawLeafOf` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawNodes` (r:3 w:3)
    /// Proof: `ProviderStaking::DrawNodes` (`max_values`: None, `max_size`: Some(1037), added: 3512, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Leaves` (r:1 w:1)
    /// Proof: `Matching::Leaves` (`max_values`: None, `max_size`: Some(557078), added: 559553, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Roots` (r:1 w:1)
    /// Proof: `Matching::Roots` (`max_values`: None, `max_size`: Some(557069), added: 559544, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Listings` (r:1 w:1)
    /// Proof: `Matching::Listings` (`max_values`: Some(1), `max_size`: Some(1794), added: 2289, mode: `MaxEncodedLen`)
    /// The range of component `n` is `[1, 3]`.
    fn accept(n: u32, ) -> Weight {
        // Measured proof size: 1192 B + n * 3770.
        // Shortest run: 308_089_000 picoseconds.
        Weight::from_parts(168_587_907, 560543)
            // Standard error: 1_837_260
            .saturating_add(Weight::from_parts(154_643_065, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(20_u64))
            .saturating_add(T::DbWeight::get().reads((16_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(6_u64))
            .saturating_add(T::DbWeight::get().writes((14_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3580).saturating_mul(n.into()))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:15 w:0)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `MarketParameters::Changed` (r:1 w:0)
    /// Proof: `MarketParameters::Changed` (`max_values`: Some(1), `max_size`: Some(1090), added: 1585, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:5 w:5)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `MarketClock::TheClock` (r:1 w:0)
    /// Proof: `MarketClock::TheClock` (`max_values`: Some(1), `max_size`: Some(9), added: 504, mode: `MaxEncodedLen`)
    /// The range of component `n` is `[5, 15]`.
    fn rate(n: u32, ) -> Weight {
        // Measured proof size: 1292 B + n * 572.
        // Shortest run: 81_592_000 picoseconds.
        Weight::from_parts(54_877_298, 16370)
            // Standard error: 322_440
            .saturating_add(Weight::from_parts(5_808_336, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(8_u64))
            .saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(6_u64))
            .saturating_add(Weight::from_parts(0, 3007).saturating_mul(n.into()))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:0)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:1 w:1)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `MarketClock::TheClock` (r:1 w:0)
    /// Proof: `MarketClock::TheClock` (`max_values`: Some(1), `max_size`: Some(9), added: 504, mode: `MaxEncodedLen`)
    /// Storage: `MarketParameters::Changed` (r:1 w:0)
    /// Proof: `MarketParameters::Changed` (`max_values`: Some(1), `max_size`: Some(1090), added: 1585, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Envelopes` (r:0 w:1)
    /// Proof: `Tasks::Envelopes` (`max_values`: None, `max_size`: Some(130), added: 2605, mode: `MaxEncodedLen`)
    fn grant_key() -> Weight {
        // Measured proof size: 1710 B.
        // Shortest run: 22_063_000 picoseconds.
        Weight::from_parts(23_315_000, 11371)
            .saturating_add(T::DbWeight::get().reads(4_u64))
            .saturating_add(T::DbWeight::get().writes(2_u64))
    }
    /// Storage: `Tasks::Assignments` (r:1 w:1)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Tasks` (r:1 w:0)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `MarketClock::TheClock` (r:1 w:0)
    /// Proof: `MarketClock::TheClock` (`max_values`: Some(1), `max_size`: Some(9), added: 504, mode: `MaxEncodedLen`)
    /// Storage: `MarketParameters::Changed` (r:1 w:0)
    /// Proof: `MarketParameters::Changed` (`max_values`: Some(1), `max_size`: Some(1090), added: 1585, mode: `MaxEncodedLen`)
    fn start() -> Weight {
        // Measured proof size: 2384 B.
        // Shortest run: 32_418_000 picoseconds.
        Weight::from_parts(34_782_000, 11371)
            .saturating_add(T::DbWeight::get().reads(4_u64))
            .saturating_add(T::DbWeight::get().writes(1_u64))
    }
    /// Storage: `Tasks::Assignments` (r:1 w:1)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `MarketClock::TheClock` (r:1 w:0)
    /// Proof: `MarketClock::TheClock` (`max_values`: Some(1), `max_size`: Some(9), added: 504, mode: `MaxEncodedLen`)
    /// Storage: `MarketParameters::Changed` (r:1 w:0)
    /// Proof: `MarketParameters::Changed` (`max_values`: Some(1), `max_size`: Some(1090), added: 1585, mode: `MaxEncodedLen`)
    fn report_progress() -> Weight {
        // Measured proof size: 575 B.
        // Shortest run: 25_628_000 picoseconds.
        Weight::from_parts(28_072_000, 3997)
            .saturating_add(T::DbWeight::get().reads(3_u64))
            .saturating_add(T::DbWeight::get().writes(1_u64))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:6 w:6)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `MarketClock::TheClock` (r:1 w:0)
    /// Proof: `MarketClock::TheClock` (`max_values`: Some(1), `max_size`: Some(9), added: 504, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:1 w:1)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(233), added: 2708, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Occupations` (r:1 w:1)
    /// Proof: `ProviderStaking::Occupations` (`max_values`: None, `max_size`: Some(107), added: 2582, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Challenges` (r:1 w:0)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:1 w:0)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:1 w:0)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `MarketParameters::Changed` (r:1 w:0)
    /// Proof: `MarketParameters::Changed` (`max_values`: Some(1), `max_size`: Some(1090), added: 1585, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:1 w:0)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:1 w:0)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:1 w:0)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:1 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Audits` (r:1 w:0)
    /// Proof: `Tasks::Audits` (`max_values`: None, `max_size`: Some(99), added: 2574, mode: `MaxEncodedLen`)
    /// The range of component `n` is `[5, 15]`.
    fn commit_result(n: u32, ) -> Weight {
        // Measured proof size: 4189 B + n * 207.
        // Shortest run: 134_471_000 picoseconds.
        Weight::from_parts(128_245_950, 19032)
            // Standard error: 270_964
            .saturating_add(Weight::from_parts(2_045_286, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(19_u64))
            .saturating_add(T::DbWeight::get().writes(9_u64))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:1 w:1)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `MarketClock::TheClock` (r:1 w:0)
    /// Proof: `MarketClock::TheClock` (`max_values`: Some(1), `max_size`: Some(9), added: 504, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:1 w:1)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(233), added: 2708, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Occupations` (r:1 w:1)
    /// Proof: `ProviderStaking::Occupations` (`max_values`: None, `max_size`: Some(107), added: 2582, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Challenges` (r:1 w:0)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:1 w:0)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:1 w:0)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `MarketParameters::Changed` (r:1 w:0)
    /// Proof: `MarketParameters::Changed` (`max_values`: Some(1), `max_size`: Some(1090), added: 1585, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:1 w:0)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:1 w:0)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:1 w:0)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:1 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Audits` (r:1 w:1)
    /// Proof: `Tasks::Audits` (`max_values`: None, `max_size`: Some(99), added: 2574, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Agenda` (r:1 w:1)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    fn commit_alone() -> Weight {
        // Measured proof size: 3579 B.
        // Shortest run: 95_483_000 picoseconds.
        Weight::from_parts(99_759_000, 11371)
            .saturating_add(T::DbWeight::get().reads(15_u64))
            .saturating_add(T::DbWeight::get().writes(6_u64))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:3 w:3)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `MarketClock::TheClock` (r:1 w:0)
    /// Proof: `MarketClock::TheClock` (`max_values`: Some(1), `max_size`: Some(9), added: 504, mode: `MaxEncodedLen`)
    /// Storage: `MarketParameters::Changed` (r:1 w:0)
    /// Proof: `MarketParameters::Changed` (`max_values`: Some(1), `max_size`: Some(1090), added: 1585, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:3 w:3)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:4 w:4)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:3 w:3)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(233), added: 2708, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:3 w:3)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Occupations` (r:3 w:3)
    /// Proof: `ProviderStaking::Occupations` (`max_values`: None, `max_size`: Some(107), added: 2582, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:3 w:3)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Challenges` (r:3 w:0)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:3 w:2)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:3 w:2)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:2 w:2)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:1 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DevicesOf` (r:3 w:0)
    /// Proof: `ProviderStaking::DevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Agenda` (r:2 w:2)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawLeafOf` (r:2 w:0)
    /// Proof: `ProviderStaking::DrawLeafOf` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawNodes` (r:3 w:3)
    /// Proof: `ProviderStaking::DrawNodes` (`max_values`: None, `max_size`: Some(1037), added: 3512, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Leaves` (r:1 w:1)
    /// Proof: `Matching::Leaves` (`max_values`: None, `max_size`: Some(557078), added: 559553, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Roots` (r:1 w:1)
    /// Proof: `Matching::Roots` (`max_values`: None, `max_size`: Some(557069), added: 559544, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Listings` (r:1 w:1)
    /// Proof: `Matching::Listings` (`max_values`: Some(1), `max_size`: Some(1794), added: 2289, mode: `MaxEncodedLen`)
    /// The range of component `n` is `[1, 3]`.
    fn reveal_alone(n: u32, ) -> Weight {
        // Measured proof size: 0 B + n * 3831.
        // Shortest run: 203_955_000 picoseconds.
        Weight::from_parts(67_586_009, 560543)
            // Standard error: 1_956_752
            .saturating_add(Weight::from_parts(149_038_431, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(3_u64))
            .saturating_add(T::DbWeight::get().reads((17_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(11_u64))
            .saturating_add(T::DbWeight::get().writes((7_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 4068).saturating_mul(n.into()))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:1 w:1)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `MarketClock::TheClock` (r:1 w:0)
    /// Proof: `MarketClock::TheClock` (`max_values`: Some(1), `max_size`: Some(9), added: 504, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Agenda` (r:1 w:1)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    fn reveal_to_wait() -> Weight {
        // Measured proof size: 1863 B.
        // Shortest run: 41_763_000 picoseconds.
        Weight::from_parts(43_866_000, 11371)
            .saturating_add(T::DbWeight::get().reads(4_u64))
            .saturating_add(T::DbWeight::get().writes(3_u64))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:16 w:16)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `MarketClock::TheClock` (r:1 w:0)
    /// Proof: `MarketClock::TheClock` (`max_values`: Some(1), `max_size`: Some(9), added: 504, mode: `MaxEncodedLen`)
    /// Storage: `MarketParameters::Changed` (r:1 w:0)
    /// Proof: `MarketParameters::Changed` (`max_values`: Some(1), `max_size`: Some(1090), added: 1585, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:11 w:11)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:18 w:18)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:16 w:16)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(233), added: 2708, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:16 w:15)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Occupations` (r:16 w:16)
    /// Proof: `ProviderStaking::Occupations` (`max_values`: None, `max_size`: Some(107), added: 2582, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:16 w:16)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Challenges` (r:16 w:0)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:16 w:10)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:16 w:10)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:3 w:3)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:1 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DevicesOf` (r:16 w:0)
    /// Proof: `ProviderStaking::DevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Agenda` (r:2 w:2)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:3 w:0)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ParkedIn` (r:1 w:0)
    /// Proof: `Matching::ParkedIn` (`max_values`: None, `max_size`: Some(29), added: 2504, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::AuditBook` (r:1 w:1)
    /// Proof: `Tasks::AuditBook` (`max_values`: Some(1), `max_size`: Some(64), added: 559, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::AuditDebts` (r:1 w:1)
    /// Proof: `Tasks::AuditDebts` (`max_values`: None, `max_size`: Some(74), added: 2549, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawLeafOf` (r:10 w:0)
    /// Proof: `ProviderStaking::DrawLeafOf` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawNodes` (r:3 w:3)
    /// Proof: `ProviderStaking::DrawNodes` (`max_values`: None, `max_size`: Some(1037), added: 3512, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Leaves` (r:1 w:1)
    /// Proof: `Matching::Leaves` (`max_values`: None, `max_size`: Some(557078), added: 559553, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Roots` (r:1 w:1)
    /// Proof: `Matching::Roots` (`max_values`: None, `max_size`: Some(557069), added: 559544, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Listings` (r:1 w:1)
    /// Proof: `Matching::Listings` (`max_values`: Some(1), `max_size`: Some(1794), added: 2289, mode: `MaxEncodedLen`)
    /// The range of component `n` is `[5, 15]`.
    fn reveal_result(n: u32, ) -> Weight {
        // Measured proof size: 4560 B + n * 1510.
        // Shortest run: 823_519_000 picoseconds.
        Weight::from_parts(141_459_093, 560543)
            // Standard error: 2_040_159
            .saturating_add(Weight::from_parts(145_241_278, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(18_u64))
            .saturating_add(T::DbWeight::get().reads((12_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes((10_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3076).saturating_mul(n.into()))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:15 w:15)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `MarketClock::TheClock` (r:1 w:0)
    /// Proof: `MarketClock::TheClock` (`max_values`: Some(1), `max_size`: Some(9), added: 504, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:15 w:15)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(233), added: 2708, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Occupations` (r:15 w:15)
    /// Proof: `ProviderStaking::Occupations` (`max_values`: None, `max_size`: Some(107), added: 2582, mode: `MaxEncodedLen`)
    /// Storage: `MarketParameters::Changed` (r:1 w:0)
    /// Proof: `MarketParameters::Changed` (`max_values`: Some(1), `max_size`: Some(1090), added: 1585, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:15 w:15)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:2 w:2)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:6 w:6)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:15 w:1)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawLeafOf` (r:1 w:0)
    /// Proof: `ProviderStaking::DrawLeafOf` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawNodes` (r:3 w:3)
    /// Proof: `ProviderStaking::DrawNodes` (`max_values`: None, `max_size`: Some(1037), added: 3512, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:15 w:1)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Challenges` (r:15 w:0)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:15 w:1)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:2 w:2)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Leaves` (r:1 w:1)
    /// Proof: `Matching::Leaves` (`max_values`: None, `max_size`: Some(557078), added: 559553, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Roots` (r:1 w:1)
    /// Proof: `Matching::Roots` (`max_values`: None, `max_size`: Some(557069), added: 559544, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Listings` (r:1 w:1)
    /// Proof: `Matching::Listings` (`max_values`: Some(1), `max_size`: Some(1794), added: 2289, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DevicesOf` (r:15 w:0)
    /// Proof: `ProviderStaking::DevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:3 w:0)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ParkedIn` (r:1 w:0)
    /// Proof: `Matching::ParkedIn` (`max_values`: None, `max_size`: Some(29), added: 2504, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:1 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Agenda` (r:1 w:1)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    /// The range of component `n` is `[5, 15]`.
    fn fail(n: u32, ) -> Weight {
        // Measured proof size: 3477 B + n * 1338.
        // Shortest run: 665_353_000 picoseconds.
        Weight::from_parts(414_992_601, 560543)
            // Standard error: 1_260_666
            .saturating_add(Weight::from_parts(52_720_124, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(28_u64))
            .saturating_add(T::DbWeight::get().reads((9_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(21_u64))
            .saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3076).saturating_mul(n.into()))
    }
    /// Storage: `Tasks::Assignments` (r:1 w:0)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `MarketClock::TheClock` (r:1 w:0)
    /// Proof: `MarketClock::TheClock` (`max_values`: Some(1), `max_size`: Some(9), added: 504, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Disputes` (r:1 w:1)
    /// Proof: `Disputes::Disputes` (`max_values`: None, `max_size`: Some(481), added: 2956, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Tasks` (r:1 w:0)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Agenda` (r:1 w:1)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Narrowings` (r:0 w:1)
    /// Proof: `Disputes::Narrowings` (`max_values`: None, `max_size`: Some(289), added: 2764, mode: `MaxEncodedLen`)
    fn open_trace() -> Weight {
        // Measured proof size: 2088 B.
        // Shortest run: 42_524_000 picoseconds.
        Weight::from_parts(44_987_000, 11371)
            .saturating_add(T::DbWeight::get().reads(5_u64))
            .saturating_add(T::DbWeight::get().writes(3_u64))
    }
    /// Storage: `Tasks::Assignments` (r:1 w:0)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `MarketClock::TheClock` (r:1 w:0)
    /// Proof: `MarketClock::TheClock` (`max_values`: Some(1), `max_size`: Some(9), added: 504, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:1 w:0)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(233), added: 2708, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Providers` (r:1 w:0)
    /// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1153), added: 3628, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::WorkerOwners` (r:1 w:0)
    /// Proof: `ProviderStaking::WorkerOwners` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `System::BlockHash` (r:2 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    fn authorize_start() -> Weight {
        // Measured proof size: 3262 B.
        // Shortest run: 76_495_000 picoseconds.
        Weight::from_parts(79_018_000, 6028)
            .saturating_add(T::DbWeight::get().reads(7_u64))
    }
    /// Storage: `Tasks::Assignments` (r:1 w:0)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `MarketClock::TheClock` (r:1 w:0)
    /// Proof: `MarketClock::TheClock` (`max_values`: Some(1), `max_size`: Some(9), added: 504, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Tasks` (r:1 w:0)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `MarketParameters::Changed` (r:1 w:0)
    /// Proof: `MarketParameters::Changed` (`max_values`: Some(1), `max_size`: Some(1090), added: 1585, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:1 w:0)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(233), added: 2708, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Providers` (r:1 w:0)
    /// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1153), added: 3628, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::WorkerOwners` (r:1 w:0)
    /// Proof: `ProviderStaking::WorkerOwners` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `System::BlockHash` (r:2 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    fn authorize_report_progress() -> Weight {
        // Measured proof size: 5228 B.
        // Shortest run: 86_869_000 picoseconds.
        Weight::from_parts(91_396_000, 11371)
            .saturating_add(T::DbWeight::get().reads(9_u64))
    }
    /// Storage: `Tasks::Assignments` (r:1 w:0)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `MarketClock::TheClock` (r:1 w:0)
    /// Proof: `MarketClock::TheClock` (`max_values`: Some(1), `max_size`: Some(9), added: 504, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:1 w:0)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(233), added: 2708, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Providers` (r:1 w:0)
    /// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1153), added: 3628, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::WorkerOwners` (r:1 w:0)
    /// Proof: `ProviderStaking::WorkerOwners` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `System::BlockHash` (r:2 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    fn authorize_commit_result() -> Weight {
        // Measured proof size: 3253 B.
        // Shortest run: 72_798_000 picoseconds.
        Weight::from_parts(78_907_000, 6028)
            .saturating_add(T::DbWeight::get().reads(7_u64))
    }
    /// Storage: `Tasks::Assignments` (r:1 w:0)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `MarketClock::TheClock` (r:1 w:0)
    /// Proof: `MarketClock::TheClock` (`max_values`: Some(1), `max_size`: Some(9), added: 504, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:1 w:0)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(233), added: 2708, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Providers` (r:1 w:0)
    /// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1153), added: 3628, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::WorkerOwners` (r:1 w:0)
    /// Proof: `ProviderStaking::WorkerOwners` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `System::BlockHash` (r:2 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    fn authorize_reveal_result() -> Weight {
        // Measured proof size: 3370 B.
        // Shortest run: 79_769_000 picoseconds.
        Weight::from_parts(83_885_000, 6028)
            .saturating_add(T::DbWeight::get().reads(7_u64))
    }
    /// Storage: `Tasks::Assignments` (r:1 w:0)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `MarketClock::TheClock` (r:1 w:0)
    /// Proof: `MarketClock::TheClock` (`max_values`: Some(1), `max_size`: Some(9), added: 504, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:1 w:0)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(233), added: 2708, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Providers` (r:1 w:0)
    /// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1153), added: 3628, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::WorkerOwners` (r:1 w:0)
    /// Proof: `ProviderStaking::WorkerOwners` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `System::BlockHash` (r:2 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    fn authorize_fail() -> Weight {
        // Measured proof size: 3286 B.
        // Shortest run: 79_318_000 picoseconds.
        Weight::from_parts(83_986_000, 6028)
            .saturating_add(T::DbWeight::get().reads(7_u64))
    }
    /// Storage: `Tasks::Assignments` (r:1 w:0)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `MarketClock::TheClock` (r:1 w:0)
    /// Proof: `MarketClock::TheClock` (`max_values`: Some(1), `max_size`: Some(9), added: 504, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Disputes` (r:1 w:0)
    /// Proof: `Disputes::Disputes` (`max_values`: None, `max_size`: Some(481), added: 2956, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:1 w:0)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(233), added: 2708, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Providers` (r:1 w:0)
    /// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1153), added: 3628, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::WorkerOwners` (r:1 w:0)
    /// Proof: `ProviderStaking::WorkerOwners` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `System::BlockHash` (r:2 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    fn authorize_open_trace() -> Weight {
        // Measured proof size: 2577 B.
        // Shortest run: 82_493_000 picoseconds.
        Weight::from_parts(85_387_000, 6028)
            .saturating_add(T::DbWeight::get().reads(8_u64))
    }
    /// Storage: `MarketClock::TheClock` (r:1 w:0)
    /// Proof: `MarketClock::TheClock` (`max_values`: Some(1), `max_size`: Some(9), added: 504, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::AgendaCursor` (r:1 w:0)
    /// Proof: `Tasks::AgendaCursor` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Agenda` (r:1 w:1)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    fn serve_slot() -> Weight {
        // Measured proof size: 59 B.
        // Shortest run: 6_129_000 picoseconds.
        Weight::from_parts(6_440_000, 4191)
            .saturating_add(T::DbWeight::get().reads(3_u64))
            .saturating_add(T::DbWeight::get().writes(1_u64))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:0)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:1 w:0)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    fn serve_stale() -> Weight {
        // Measured proof size: 2456 B.
        // Shortest run: 16_645_000 picoseconds.
        Weight::from_parts(18_979_000, 11371)
            .saturating_add(T::DbWeight::get().reads(2_u64))
    }
    /// Storage: `Tasks::Assignments` (r:1 w:1)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `MarketClock::TheClock` (r:1 w:0)
    /// Proof: `MarketClock::TheClock` (`max_values`: Some(1), `max_size`: Some(9), added: 504, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Agenda` (r:1 w:1)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::AgendaPages` (r:0 w:1)
    /// Proof: `Tasks::AgendaPages` (`max_values`: None, `max_size`: Some(730), added: 3205, mode: `MaxEncodedLen`)
    fn serve_early() -> Weight {
        // Measured proof size: 1156 B.
        // Shortest run: 22_513_000 picoseconds.
        Weight::from_parts(24_657_000, 4191)
            .saturating_add(T::DbWeight::get().reads(3_u64))
            .saturating_add(T::DbWeight::get().writes(3_u64))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:0)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `MarketClock::TheClock` (r:1 w:0)
    /// Proof: `MarketClock::TheClock` (`max_values`: Some(1), `max_size`: Some(9), added: 504, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:3 w:1)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ParkedIn` (r:1 w:0)
    /// Proof: `Matching::ParkedIn` (`max_values`: None, `max_size`: Some(29), added: 2504, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Claims` (r:1 w:0)
    /// Proof: `Tasks::Claims` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:10 w:9)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:9 w:9)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(233), added: 2708, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Occupations` (r:9 w:9)
    /// Proof: `ProviderStaking::Occupations` (`max_values`: None, `max_size`: Some(107), added: 2582, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:9 w:9)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Challenges` (r:9 w:0)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:9 w:0)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `MarketParameters::Changed` (r:1 w:0)
    /// Proof: `MarketParameters::Changed` (`max_values`: Some(1), `max_size`: Some(1090), added: 1585, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:9 w:0)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:9 w:0)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:1 w:0)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:1 w:1)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DevicesOf` (r:9 w:0)
    /// Proof: `ProviderStaking::DevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:4 w:4)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Agenda` (r:1 w:1)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    /// The range of component `n` is `[5, 15]`.
    fn serve_match(n: u32, ) -> Weight {
        // Measured proof size: 13154 B.
        // Shortest run: 14_151_000 picoseconds.
        Weight::from_parts(1_101_115_062, 13294)
            .saturating_add(T::DbWeight::get().reads(126_u64))
            .saturating_add(T::DbWeight::get().writes(60_u64))
            .saturating_add(Weight::from_parts(0, 3007).saturating_mul(n.into()))
    }
    /// Storage: `Tasks::Assignments` (r:15 w:15)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `MarketClock::TheClock` (r:1 w:0)
    /// Proof: `MarketClock::TheClock` (`max_values`: Some(1), `max_size`: Some(9), added: 504, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:15 w:15)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(233), added: 2708, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Occupations` (r:15 w:15)
    /// Proof: `ProviderStaking::Occupations` (`max_values`: None, `max_size`: Some(107), added: 2582, mode: `MaxEncodedLen`)
    /// Storage: `MarketParameters::Changed` (r:1 w:0)
    /// Proof: `MarketParameters::Changed` (`max_values`: Some(1), `max_size`: Some(1090), added: 1585, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:15 w:15)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:2 w:2)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:6 w:6)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:15 w:1)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawLeafOf` (r:1 w:0)
    /// Proof: `ProviderStaking::DrawLeafOf` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawNodes` (r:3 w:3)
    /// Proof: `ProviderStaking::DrawNodes` (`max_values`: None, `max_size`: Some(1037), added: 3512, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:15 w:1)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Challenges` (r:15 w:0)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:15 w:1)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:2 w:2)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Leaves` (r:1 w:1)
    /// Proof: `Matching::Leaves` (`max_values`: None, `max_size`: Some(557078), added: 559553, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Roots` (r:1 w:1)
    /// Proof: `Matching::Roots` (`max_values`: None, `max_size`: Some(557069), added: 559544, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Listings` (r:1 w:1)
    /// Proof: `Matching::Listings` (`max_values`: Some(1), `max_size`: Some(1794), added: 2289, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DevicesOf` (r:15 w:0)
    /// Proof: `ProviderStaking::DevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:3 w:0)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ParkedIn` (r:1 w:0)
    /// Proof: `Matching::ParkedIn` (`max_values`: None, `max_size`: Some(29), added: 2504, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:1 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Agenda` (r:1 w:1)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    /// The range of component `n` is `[5, 15]`.
    fn serve_assignment(n: u32, ) -> Weight {
        // Measured proof size: 3357 B + n * 1338.
        // Shortest run: 655_428_000 picoseconds.
        Weight::from_parts(412_035_108, 560543)
            // Standard error: 1_524_290
            .saturating_add(Weight::from_parts(55_405_217, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(28_u64))
            .saturating_add(T::DbWeight::get().reads((9_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(21_u64))
            .saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3076).saturating_mul(n.into()))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `MarketClock::TheClock` (r:1 w:0)
    /// Proof: `MarketClock::TheClock` (`max_values`: Some(1), `max_size`: Some(9), added: 504, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:4 w:4)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `MarketParameters::Changed` (r:1 w:0)
    /// Proof: `MarketParameters::Changed` (`max_values`: Some(1), `max_size`: Some(1090), added: 1585, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:3 w:3)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:6 w:6)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:4 w:4)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(233), added: 2708, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:3 w:3)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Occupations` (r:4 w:4)
    /// Proof: `ProviderStaking::Occupations` (`max_values`: None, `max_size`: Some(107), added: 2582, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:4 w:4)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Challenges` (r:4 w:0)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:4 w:2)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:4 w:4)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:1 w:1)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Listings` (r:1 w:1)
    /// Proof: `Matching::Listings` (`max_values`: Some(1), `max_size`: Some(1794), added: 2289, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:4 w:0)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DevicesOf` (r:4 w:0)
    /// Proof: `ProviderStaking::DevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Agenda` (r:2 w:2)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ParkedIn` (r:1 w:0)
    /// Proof: `Matching::ParkedIn` (`max_values`: None, `max_size`: Some(29), added: 2504, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::AuditBook` (r:1 w:1)
    /// Proof: `Tasks::AuditBook` (`max_values`: Some(1), `max_size`: Some(64), added: 559, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::AuditDebts` (r:1 w:1)
    /// Proof: `Tasks::AuditDebts` (`max_values`: None, `max_size`: Some(74), added: 2549, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawLeafOf` (r:2 w:2)
    /// Proof: `ProviderStaking::DrawLeafOf` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawNodes` (r:3 w:3)
    /// Proof: `ProviderStaking::DrawNodes` (`max_values`: None, `max_size`: Some(1037), added: 3512, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawTree` (r:1 w:1)
    /// Proof: `ProviderStaking::DrawTree` (`max_values`: Some(1), `max_size`: Some(9), added: 504, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Leaves` (r:1 w:1)
    /// Proof: `Matching::Leaves` (`max_values`: None, `max_size`: Some(557078), added: 559553, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Roots` (r:1 w:1)
    /// Proof: `Matching::Roots` (`max_values`: None, `max_size`: Some(557069), added: 559544, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawLeaves` (r:0 w:2)
    /// Proof: `ProviderStaking::DrawLeaves` (`max_values`: None, `max_size`: Some(45), added: 2520, mode: `MaxEncodedLen`)
    /// The range of component `n` is `[1, 3]`.
    fn serve_settle(n: u32, ) -> Weight {
        // Measured proof size: 1236 B + n * 3722.
        // Shortest run: 301_740_000 picoseconds.
        Weight::from_parts(171_790_168, 560543)
            // Standard error: 1_284_742
            .saturating_add(Weight::from_parts(145_512_078, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(24_u64))
            .saturating_add(T::DbWeight::get().reads((14_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(12_u64))
            .saturating_add(T::DbWeight::get().writes((13_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3076).saturating_mul(n.into()))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:3 w:0)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ParkedIn` (r:1 w:0)
    /// Proof: `Matching::ParkedIn` (`max_values`: None, `max_size`: Some(29), added: 2504, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:4 w:4)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `MarketClock::TheClock` (r:1 w:0)
    /// Proof: `MarketClock::TheClock` (`max_values`: Some(1), `max_size`: Some(9), added: 504, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:4 w:4)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(233), added: 2708, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Occupations` (r:4 w:4)
    /// Proof: `ProviderStaking::Occupations` (`max_values`: None, `max_size`: Some(107), added: 2582, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:4 w:4)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `MarketParameters::Changed` (r:1 w:0)
    /// Proof: `MarketParameters::Changed` (`max_values`: Some(1), `max_size`: Some(1090), added: 1585, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:4 w:4)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:5 w:5)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:4 w:4)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawLeafOf` (r:4 w:0)
    /// Proof: `ProviderStaking::DrawLeafOf` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawNodes` (r:3 w:3)
    /// Proof: `ProviderStaking::DrawNodes` (`max_values`: None, `max_size`: Some(1037), added: 3512, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:4 w:4)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Challenges` (r:4 w:0)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:4 w:4)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:2 w:2)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Leaves` (r:1 w:1)
    /// Proof: `Matching::Leaves` (`max_values`: None, `max_size`: Some(557078), added: 559553, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Roots` (r:1 w:1)
    /// Proof: `Matching::Roots` (`max_values`: None, `max_size`: Some(557069), added: 559544, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Listings` (r:1 w:1)
    /// Proof: `Matching::Listings` (`max_values`: Some(1), `max_size`: Some(1794), added: 2289, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DevicesOf` (r:4 w:0)
    /// Proof: `ProviderStaking::DevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    fn serve_dispute() -> Weight {
        // Measured proof size: 10537 B.
        // Shortest run: 597_782_000 picoseconds.
        Weight::from_parts(616_850_000, 560543)
            .saturating_add(T::DbWeight::get().reads(64_u64))
            .saturating_add(T::DbWeight::get().writes(46_u64))
    }
    /// Storage: `MarketClock::TheClock` (r:1 w:0)
    /// Proof: `MarketClock::TheClock` (`max_values`: Some(1), `max_size`: Some(9), added: 504, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Audits` (r:1 w:1)
    /// Proof: `Tasks::Audits` (`max_values`: None, `max_size`: Some(99), added: 2574, mode: `MaxEncodedLen`)
    /// Storage: `DrawRandomness::Outcomes` (r:9 w:0)
    /// Proof: `DrawRandomness::Outcomes` (`max_values`: None, `max_size`: Some(82), added: 2557, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:15 w:5)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:1 w:1)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::AuditBook` (r:1 w:1)
    /// Proof: `Tasks::AuditBook` (`max_values`: Some(1), `max_size`: Some(64), added: 559, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::AuditDebts` (r:1 w:0)
    /// Proof: `Tasks::AuditDebts` (`max_values`: None, `max_size`: Some(74), added: 2549, mode: `MaxEncodedLen`)
    /// Storage: `MarketParameters::Changed` (r:1 w:0)
    /// Proof: `MarketParameters::Changed` (`max_values`: Some(1), `max_size`: Some(1090), added: 1585, mode: `MaxEncodedLen`)
    /// The range of component `n` is `[5, 15]`.
    fn serve_audit(n: u32, ) -> Weight {
        // Measured proof size: 1269 B + n * 559.
        // Shortest run: 141_291_000 picoseconds.
        Weight::from_parts(120_418_173, 24003)
            // Standard error: 489_372
            .saturating_add(Weight::from_parts(4_748_148, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(17_u64))
            .saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(10_u64))
            .saturating_add(Weight::from_parts(0, 3007).saturating_mul(n.into()))
    }
    /// Storage: `MarketClock::TheClock` (r:1 w:0)
    /// Proof: `MarketClock::TheClock` (`max_values`: Some(1), `max_size`: Some(9), added: 504, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:1 w:1)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:1 w:1)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(233), added: 2708, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Occupations` (r:1 w:1)
    /// Proof: `ProviderStaking::Occupations` (`max_values`: None, `max_size`: Some(107), added: 2582, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:1 w:1)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Challenges` (r:1 w:0)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:1 w:0)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:1 w:1)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:1 w:1)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Listings` (r:1 w:1)
    /// Proof: `Matching::Listings` (`max_values`: Some(1), `max_size`: Some(1794), added: 2289, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:1 w:0)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DevicesOf` (r:1 w:0)
    /// Proof: `ProviderStaking::DevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    fn serve_unlock() -> Weight {
        // Measured proof size: 3834 B.
        // Shortest run: 76_805_000 picoseconds.
        Weight::from_parts(82_503_000, 6956)
            .saturating_add(T::DbWeight::get().reads(12_u64))
            .saturating_add(T::DbWeight::get().writes(7_u64))
    }
    /// Storage: `MarketClock::TheClock` (r:1 w:0)
    /// Proof: `MarketClock::TheClock` (`max_values`: Some(1), `max_size`: Some(9), added: 504, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Disputes` (r:1 w:1)
    /// Proof: `Disputes::Disputes` (`max_values`: None, `max_size`: Some(481), added: 2956, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:15 w:15)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Claimed` (r:0 w:1)
    /// Proof: `Disputes::Claimed` (`max_values`: None, `max_size`: Some(26), added: 2501, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Narrowings` (r:0 w:1)
    /// Proof: `Disputes::Narrowings` (`max_values`: None, `max_size`: Some(289), added: 2764, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Steps` (r:0 w:1)
    /// Proof: `Disputes::Steps` (`max_values`: None, `max_size`: Some(20), added: 2495, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::ClaimsMade` (r:0 w:1)
    /// Proof: `Tasks::ClaimsMade` (`max_values`: None, `max_size`: Some(17), added: 2492, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::TasksOf` (r:0 w:1)
    /// Proof: `Tasks::TasksOf` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Envelopes` (r:0 w:15)
    /// Proof: `Tasks::Envelopes` (`max_values`: None, `max_size`: Some(130), added: 2605, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Audits` (r:0 w:1)
    /// Proof: `Tasks::Audits` (`max_values`: None, `max_size`: Some(99), added: 2574, mode: `MaxEncodedLen`)
    /// The range of component `n` is `[5, 15]`.
    fn serve_prune(n: u32, ) -> Weight {
        // Measured proof size: 591 B + n * 538.
        // Shortest run: 47_150_000 picoseconds.
        Weight::from_parts(19_826_551, 11371)
            // Standard error: 109_364
            .saturating_add(Weight::from_parts(5_741_133, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(3_u64))
            .saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(8_u64))
            .saturating_add(T::DbWeight::get().writes((2_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3007).saturating_mul(n.into()))
    }
}

/// The same with the slower database, for tests of the pallet alone.
impl WeightInfo for () {
    fn submit() -> Weight {
        Weight::from_parts(114_440_000, 8607)
            .saturating_add(RocksDbWeight::get().reads(12_u64))
            .saturating_add(RocksDbWeight::get().writes(8_u64))
    }
    fn cancel(n: u32, ) -> Weight {
        Weight::from_parts(70_631_650, 11371)
            .saturating_add(Weight::from_parts(7_457_586, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(9_u64))
            .saturating_add(RocksDbWeight::get().reads((1_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(5_u64))
            .saturating_add(Weight::from_parts(0, 3007).saturating_mul(n.into()))
    }
    fn accept(n: u32, ) -> Weight {
        Weight::from_parts(168_587_907, 560543)
            .saturating_add(Weight::from_parts(154_643_065, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(20_u64))
            .saturating_add(RocksDbWeight::get().reads((16_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(6_u64))
            .saturating_add(RocksDbWeight::get().writes((14_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3580).saturating_mul(n.into()))
    }
    fn rate(n: u32, ) -> Weight {
        Weight::from_parts(54_877_298, 16370)
            .saturating_add(Weight::from_parts(5_808_336, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(8_u64))
            .saturating_add(RocksDbWeight::get().reads((1_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(6_u64))
            .saturating_add(Weight::from_parts(0, 3007).saturating_mul(n.into()))
    }
    fn grant_key() -> Weight {
        Weight::from_parts(23_315_000, 11371)
            .saturating_add(RocksDbWeight::get().reads(4_u64))
            .saturating_add(RocksDbWeight::get().writes(2_u64))
    }
    fn start() -> Weight {
        Weight::from_parts(34_782_000, 11371)
            .saturating_add(RocksDbWeight::get().reads(4_u64))
            .saturating_add(RocksDbWeight::get().writes(1_u64))
    }
    fn report_progress() -> Weight {
        Weight::from_parts(28_072_000, 3997)
            .saturating_add(RocksDbWeight::get().reads(3_u64))
            .saturating_add(RocksDbWeight::get().writes(1_u64))
    }
    fn commit_result(n: u32, ) -> Weight {
        Weight::from_parts(128_245_950, 19032)
            .saturating_add(Weight::from_parts(2_045_286, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(19_u64))
            .saturating_add(RocksDbWeight::get().writes(9_u64))
    }
    fn commit_alone() -> Weight {
        Weight::from_parts(99_759_000, 11371)
            .saturating_add(RocksDbWeight::get().reads(15_u64))
            .saturating_add(RocksDbWeight::get().writes(6_u64))
    }
    fn reveal_alone(n: u32, ) -> Weight {
        Weight::from_parts(67_586_009, 560543)
            .saturating_add(Weight::from_parts(149_038_431, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(3_u64))
            .saturating_add(RocksDbWeight::get().reads((17_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(11_u64))
            .saturating_add(RocksDbWeight::get().writes((7_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 4068).saturating_mul(n.into()))
    }
    fn reveal_to_wait() -> Weight {
        Weight::from_parts(43_866_000, 11371)
            .saturating_add(RocksDbWeight::get().reads(4_u64))
            .saturating_add(RocksDbWeight::get().writes(3_u64))
    }
    fn reveal_result(n: u32, ) -> Weight {
        Weight::from_parts(141_459_093, 560543)
            .saturating_add(Weight::from_parts(145_241_278, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(18_u64))
            .saturating_add(RocksDbWeight::get().reads((12_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes((10_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3076).saturating_mul(n.into()))
    }
    fn fail(n: u32, ) -> Weight {
        Weight::from_parts(414_992_601, 560543)
            .saturating_add(Weight::from_parts(52_720_124, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(28_u64))
            .saturating_add(RocksDbWeight::get().reads((9_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(21_u64))
            .saturating_add(RocksDbWeight::get().writes((4_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3076).saturating_mul(n.into()))
    }
    fn open_trace() -> Weight {
        Weight::from_parts(44_987_000, 11371)
            .saturating_add(RocksDbWeight::get().reads(5_u64))
            .saturating_add(RocksDbWeight::get().writes(3_u64))
    }
    fn authorize_start() -> Weight {
        Weight::from_parts(79_018_000, 6028)
            .saturating_add(RocksDbWeight::get().reads(7_u64))
    }
    fn authorize_report_progress() -> Weight {
        Weight::from_parts(91_396_000, 11371)
            .saturating_add(RocksDbWeight::get().reads(9_u64))
    }
    fn authorize_commit_result() -> Weight {
        Weight::from_parts(78_907_000, 6028)
            .saturating_add(RocksDbWeight::get().reads(7_u64))
    }
    fn authorize_reveal_result() -> Weight {
        Weight::from_parts(83_885_000, 6028)
            .saturating_add(RocksDbWeight::get().reads(7_u64))
    }
    fn authorize_fail() -> Weight {
        Weight::from_parts(83_986_000, 6028)
            .saturating_add(RocksDbWeight::get().reads(7_u64))
    }
    fn authorize_open_trace() -> Weight {
        Weight::from_parts(85_387_000, 6028)
            .saturating_add(RocksDbWeight::get().reads(8_u64))
    }
    fn serve_slot() -> Weight {
        Weight::from_parts(6_440_000, 4191)
            .saturating_add(RocksDbWeight::get().reads(3_u64))
            .saturating_add(RocksDbWeight::get().writes(1_u64))
    }
    fn serve_stale() -> Weight {
        Weight::from_parts(18_979_000, 11371)
            .saturating_add(RocksDbWeight::get().reads(2_u64))
    }
    fn serve_early() -> Weight {
        Weight::from_parts(24_657_000, 4191)
            .saturating_add(RocksDbWeight::get().reads(3_u64))
            .saturating_add(RocksDbWeight::get().writes(3_u64))
    }
    fn serve_match(n: u32, ) -> Weight {
        Weight::from_parts(1_101_115_062, 13294)
            .saturating_add(RocksDbWeight::get().reads(126_u64))
            .saturating_add(RocksDbWeight::get().writes(60_u64))
            .saturating_add(Weight::from_parts(0, 3007).saturating_mul(n.into()))
    }
    fn serve_assignment(n: u32, ) -> Weight {
        Weight::from_parts(412_035_108, 560543)
            .saturating_add(Weight::from_parts(55_405_217, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(28_u64))
            .saturating_add(RocksDbWeight::get().reads((9_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(21_u64))
            .saturating_add(RocksDbWeight::get().writes((4_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3076).saturating_mul(n.into()))
    }
    fn serve_settle(n: u32, ) -> Weight {
        Weight::from_parts(171_790_168, 560543)
            .saturating_add(Weight::from_parts(145_512_078, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(24_u64))
            .saturating_add(RocksDbWeight::get().reads((14_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(12_u64))
            .saturating_add(RocksDbWeight::get().writes((13_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3076).saturating_mul(n.into()))
    }
    fn serve_dispute() -> Weight {
        Weight::from_parts(616_850_000, 560543)
            .saturating_add(RocksDbWeight::get().reads(64_u64))
            .saturating_add(RocksDbWeight::get().writes(46_u64))
    }
    fn serve_audit(n: u32, ) -> Weight {
        Weight::from_parts(120_418_173, 24003)
            .saturating_add(Weight::from_parts(4_748_148, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(17_u64))
            .saturating_add(RocksDbWeight::get().reads((1_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(10_u64))
            .saturating_add(Weight::from_parts(0, 3007).saturating_mul(n.into()))
    }
    fn serve_unlock() -> Weight {
        Weight::from_parts(82_503_000, 6956)
            .saturating_add(RocksDbWeight::get().reads(12_u64))
            .saturating_add(RocksDbWeight::get().writes(7_u64))
    }
    fn serve_prune(n: u32, ) -> Weight {
        Weight::from_parts(19_826_551, 11371)
            .saturating_add(Weight::from_parts(5_741_133, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(3_u64))
            .saturating_add(RocksDbWeight::get().reads((1_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(8_u64))
            .saturating_add(RocksDbWeight::get().writes((2_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3007).saturating_mul(n.into()))
    }
}
