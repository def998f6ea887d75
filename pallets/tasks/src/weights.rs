//! Weights of `pallet_tasks`, measured by `make weights` on the runtime's Wasm.
//!
//! Made by `bench/weights` (frame-benchmarking-cli 64.0.0) on 2026-11-30: steps 10, repeats 5, Intel(R) Xeon(R) Processor.
//! Taken from a later run, on 2026-12-01, steps 20, repeats 10, AMD EPYC: `accept`, `fail`, `serve_assignment`, `serve_settle`, `give_back`, `restore_escrow`, `look_at_jurors`.
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
    fn accept_only() -> Weight;
    fn rate(n: u32, ) -> Weight;
    fn grant_key() -> Weight;
    fn start() -> Weight;
    fn report_progress() -> Weight;
    fn commit_result(n: u32, ) -> Weight;
    fn commit_alone() -> Weight;
    fn commit_unaudited() -> Weight;
    fn reveal_only() -> Weight;
    fn reveal_alone(n: u32, ) -> Weight;
    fn reveal_to_wait() -> Weight;
    fn reveal_result(n: u32, ) -> Weight;
    fn fail(n: u32, ) -> Weight;
    fn open_trace() -> Weight;
    fn show_work() -> Weight;
    fn authorize_start() -> Weight;
    fn authorize_report_progress() -> Weight;
    fn authorize_commit_result() -> Weight;
    fn authorize_reveal_result() -> Weight;
    fn authorize_fail() -> Weight;
    fn authorize_open_trace() -> Weight;
    fn authorize_show_work() -> Weight;
    fn serve_slot() -> Weight;
    fn serve_stale() -> Weight;
    fn serve_early() -> Weight;
    fn serve_match(n: u32, ) -> Weight;
    fn serve_assignment(n: u32, ) -> Weight;
    fn serve_settle(n: u32, ) -> Weight;
    fn serve_settle_only() -> Weight;
    fn serve_dispute() -> Weight;
    fn serve_dispute_at_work() -> Weight;
    fn serve_audit(n: u32, ) -> Weight;
    fn serve_unlock() -> Weight;
    fn serve_prune_plain(n: u32, ) -> Weight;
    fn serve_prune(n: u32, ) -> Weight;
    fn give_back() -> Weight;
    fn restore_escrow() -> Weight;
    fn look_at_jurors(n: u32, ) -> Weight;
}

/// As measured, with the database of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::PatientAgenda` (r:1 w:1)
    /// Proof: `Tasks::PatientAgenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Tasks` (r:0 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::SubmittedBy` (r:0 w:1)
    /// Proof: `Tasks::SubmittedBy` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    fn submit() -> Weight {
        // Measured proof size: 55 B.
        // Shortest run: 112_798_000 picoseconds.
        Weight::from_parts(138_908_000, 4191)
            .saturating_add(T::DbWeight::get().reads(2_u64))
            .saturating_add(T::DbWeight::get().writes(4_u64))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:10 w:0)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:6 w:4)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Cursors` (r:1 w:0)
    /// Proof: `Matching::Cursors` (`max_values`: None, `max_size`: Some(70), added: 2545, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ParkedIn` (r:1 w:1)
    /// Proof: `Matching::ParkedIn` (`max_values`: None, `max_size`: Some(29), added: 2504, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Swept` (r:1 w:0)
    /// Proof: `Matching::Swept` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:2 w:2)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Directories` (r:1 w:1)
    /// Proof: `Matching::Directories` (`max_values`: None, `max_size`: Some(11284), added: 13759, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::PatientAgenda` (r:1 w:1)
    /// Proof: `Tasks::PatientAgenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    /// The range of component `n` is `[0, 10]`.
    fn cancel(n: u32, ) -> Weight {
        // Measured proof size: 13022 B + n * 571.
        // Shortest run: 121_313_000 picoseconds.
        Weight::from_parts(154_248_651, 16224)
            // Standard error: 461_957
            .saturating_add(Weight::from_parts(9_348_159, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(15_u64))
            .saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(11_u64))
            .saturating_add(Weight::from_parts(0, 3007).saturating_mul(n.into()))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:4 w:4)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:3 w:3)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:6 w:6)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:4 w:4)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:3 w:3)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Occupations` (r:4 w:4)
    /// Proof: `ProviderStaking::Occupations` (`max_values`: None, `max_size`: Some(115), added: 2590, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:4 w:4)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:2 w:0)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:2 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:7 w:5)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:4 w:4)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Agenda` (r:1 w:1)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Cursors` (r:1 w:0)
    /// Proof: `Matching::Cursors` (`max_values`: None, `max_size`: Some(70), added: 2545, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ParkedIn` (r:1 w:0)
    /// Proof: `Matching::ParkedIn` (`max_values`: None, `max_size`: Some(29), added: 2504, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::AuditBook` (r:1 w:1)
    /// Proof: `Tasks::AuditBook` (`max_values`: Some(1), `max_size`: Some(64), added: 559, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::AuditDebts` (r:2 w:3)
    /// Proof: `Tasks::AuditDebts` (`max_values`: None, `max_size`: Some(74), added: 2549, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawLeafOf` (r:2 w:0)
    /// Proof: `ProviderStaking::DrawLeafOf` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawNodes` (r:5 w:5)
    /// Proof: `ProviderStaking::DrawNodes` (`max_values`: None, `max_size`: Some(1037), added: 3512, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::PatientAgenda` (r:1 w:1)
    /// Proof: `Tasks::PatientAgenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    /// The range of component `n` is `[1, 3]`.
    fn accept(n: u32, ) -> Weight {
        // Measured proof size: 1188 B + n * 4019.
        // Shortest run: 540_157_000 picoseconds.
        Weight::from_parts(373_445_728, 18763)
            // Standard error: 2_637_169
            .saturating_add(Weight::from_parts(187_731_279, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(23_u64))
            .saturating_add(T::DbWeight::get().reads((12_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(17_u64))
            .saturating_add(T::DbWeight::get().writes((11_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3076).saturating_mul(n.into()))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:1 w:1)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:1 w:1)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:1 w:1)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:1 w:0)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:1 w:0)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:3 w:3)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:1 w:1)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:1 w:1)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Occupations` (r:1 w:1)
    /// Proof: `ProviderStaking::Occupations` (`max_values`: None, `max_size`: Some(115), added: 2590, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:1 w:1)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:2 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    fn accept_only() -> Weight {
        // Measured proof size: 3359 B.
        // Shortest run: 258_032_000 picoseconds.
        Weight::from_parts(309_382_000, 11371)
            .saturating_add(T::DbWeight::get().reads(16_u64))
            .saturating_add(T::DbWeight::get().writes(12_u64))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:15 w:0)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:5 w:5)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// The range of component `n` is `[5, 15]`.
    fn rate(n: u32, ) -> Weight {
        // Measured proof size: 1066 B + n * 572.
        // Shortest run: 99_740_000 picoseconds.
        Weight::from_parts(100_821_893, 16370)
            // Standard error: 392_481
            .saturating_add(Weight::from_parts(4_720_868, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(6_u64))
            .saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(6_u64))
            .saturating_add(Weight::from_parts(0, 3007).saturating_mul(n.into()))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:0)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:1 w:1)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Envelopes` (r:0 w:1)
    /// Proof: `Tasks::Envelopes` (`max_values`: None, `max_size`: Some(130), added: 2605, mode: `MaxEncodedLen`)
    fn grant_key() -> Weight {
        // Measured proof size: 1555 B.
        // Shortest run: 27_471_000 picoseconds.
        Weight::from_parts(33_652_000, 11371)
            .saturating_add(T::DbWeight::get().reads(2_u64))
            .saturating_add(T::DbWeight::get().writes(2_u64))
    }
    /// Storage: `Tasks::Assignments` (r:1 w:1)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Tasks` (r:1 w:0)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    fn start() -> Weight {
        // Measured proof size: 2230 B.
        // Shortest run: 49_108_000 picoseconds.
        Weight::from_parts(60_796_000, 11371)
            .saturating_add(T::DbWeight::get().reads(2_u64))
            .saturating_add(T::DbWeight::get().writes(1_u64))
    }
    /// Storage: `Tasks::Assignments` (r:1 w:1)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    fn report_progress() -> Weight {
        // Measured proof size: 424 B.
        // Shortest run: 43_272_000 picoseconds.
        Weight::from_parts(50_102_000, 3997)
            .saturating_add(T::DbWeight::get().reads(1_u64))
            .saturating_add(T::DbWeight::get().writes(1_u64))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:6 w:6)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:1 w:1)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:2 w:2)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:3 w:3)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:1 w:1)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Occupations` (r:1 w:1)
    /// Proof: `ProviderStaking::Occupations` (`max_values`: None, `max_size`: Some(115), added: 2590, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:1 w:0)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Challenges` (r:1 w:0)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:1 w:0)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::MissingDevicesOf` (r:1 w:0)
    /// Proof: `ProviderStaking::MissingDevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:1 w:0)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Leaves` (r:1 w:1)
    /// Proof: `Matching::Leaves` (`max_values`: None, `max_size`: Some(557078), added: 559553, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Roots` (r:1 w:1)
    /// Proof: `Matching::Roots` (`max_values`: None, `max_size`: Some(557069), added: 559544, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Listings` (r:1 w:1)
    /// Proof: `Matching::Listings` (`max_values`: Some(1), `max_size`: Some(1794), added: 2289, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Pages` (r:1 w:1)
    /// Proof: `Matching::Pages` (`max_values`: None, `max_size`: Some(1443), added: 3918, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:2 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Audits` (r:1 w:0)
    /// Proof: `Tasks::Audits` (`max_values`: None, `max_size`: Some(99), added: 2574, mode: `MaxEncodedLen`)
    /// The range of component `n` is `[5, 15]`.
    fn commit_result(n: u32, ) -> Weight {
        // Measured proof size: 6079 B + n * 210.
        // Shortest run: 264_984_000 picoseconds.
        Weight::from_parts(293_993_896, 560543)
            // Standard error: 1_397_258
            .saturating_add(Weight::from_parts(2_963_288, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(27_u64))
            .saturating_add(T::DbWeight::get().writes(19_u64))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:1 w:1)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:1 w:1)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:2 w:2)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:3 w:3)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:1 w:1)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Occupations` (r:1 w:1)
    /// Proof: `ProviderStaking::Occupations` (`max_values`: None, `max_size`: Some(115), added: 2590, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:1 w:0)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Challenges` (r:1 w:0)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:1 w:0)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::MissingDevicesOf` (r:1 w:0)
    /// Proof: `ProviderStaking::MissingDevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:1 w:0)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Leaves` (r:1 w:1)
    /// Proof: `Matching::Leaves` (`max_values`: None, `max_size`: Some(557078), added: 559553, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Roots` (r:1 w:1)
    /// Proof: `Matching::Roots` (`max_values`: None, `max_size`: Some(557069), added: 559544, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Listings` (r:1 w:1)
    /// Proof: `Matching::Listings` (`max_values`: Some(1), `max_size`: Some(1794), added: 2289, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Pages` (r:1 w:1)
    /// Proof: `Matching::Pages` (`max_values`: None, `max_size`: Some(1443), added: 3918, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:2 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Audits` (r:1 w:1)
    /// Proof: `Tasks::Audits` (`max_values`: None, `max_size`: Some(99), added: 2574, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Agenda` (r:1 w:1)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    fn commit_alone() -> Weight {
        // Measured proof size: 5347 B.
        // Shortest run: 205_464_000 picoseconds.
        Weight::from_parts(258_672_000, 560543)
            .saturating_add(T::DbWeight::get().reads(23_u64))
            .saturating_add(T::DbWeight::get().writes(16_u64))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:0)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:1 w:1)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:1 w:1)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:2 w:2)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:3 w:3)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:1 w:1)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Occupations` (r:1 w:1)
    /// Proof: `ProviderStaking::Occupations` (`max_values`: None, `max_size`: Some(115), added: 2590, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:1 w:0)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Challenges` (r:1 w:0)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:1 w:0)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::MissingDevicesOf` (r:1 w:0)
    /// Proof: `ProviderStaking::MissingDevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:1 w:0)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Leaves` (r:1 w:1)
    /// Proof: `Matching::Leaves` (`max_values`: None, `max_size`: Some(557078), added: 559553, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Roots` (r:1 w:1)
    /// Proof: `Matching::Roots` (`max_values`: None, `max_size`: Some(557069), added: 559544, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Listings` (r:1 w:1)
    /// Proof: `Matching::Listings` (`max_values`: Some(1), `max_size`: Some(1794), added: 2289, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Pages` (r:1 w:1)
    /// Proof: `Matching::Pages` (`max_values`: None, `max_size`: Some(1443), added: 3918, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:2 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    fn commit_unaudited() -> Weight {
        // Measured proof size: 5341 B.
        // Shortest run: 181_631_000 picoseconds.
        Weight::from_parts(224_709_000, 560543)
            .saturating_add(T::DbWeight::get().reads(21_u64))
            .saturating_add(T::DbWeight::get().writes(13_u64))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:1 w:1)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:1 w:1)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:1 w:1)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:1 w:0)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:1 w:0)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:3 w:3)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:2 w:2)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:1 w:1)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Occupations` (r:1 w:1)
    /// Proof: `ProviderStaking::Occupations` (`max_values`: None, `max_size`: Some(115), added: 2590, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:1 w:1)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:2 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    fn reveal_only() -> Weight {
        // Measured proof size: 3390 B.
        // Shortest run: 269_427_000 picoseconds.
        Weight::from_parts(325_294_000, 11371)
            .saturating_add(T::DbWeight::get().reads(17_u64))
            .saturating_add(T::DbWeight::get().writes(13_u64))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:3 w:3)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:3 w:3)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:3 w:3)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:1 w:0)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:1 w:0)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:3 w:3)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:3 w:3)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:4 w:4)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:3 w:3)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Occupations` (r:3 w:3)
    /// Proof: `ProviderStaking::Occupations` (`max_values`: None, `max_size`: Some(115), added: 2590, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:3 w:3)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:2 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawLeafOf` (r:2 w:0)
    /// Proof: `ProviderStaking::DrawLeafOf` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawNodes` (r:5 w:5)
    /// Proof: `ProviderStaking::DrawNodes` (`max_values`: None, `max_size`: Some(1037), added: 3512, mode: `MaxEncodedLen`)
    /// The range of component `n` is `[2, 3]`.
    fn reveal_alone(n: u32, ) -> Weight {
        // Measured proof size: 4319 B + n * 1537.
        // Shortest run: 398_793_000 picoseconds.
        Weight::from_parts(228_237_362, 11526)
            // Standard error: 7_426_563
            .saturating_add(Weight::from_parts(123_743_101, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(7_u64))
            .saturating_add(T::DbWeight::get().reads((11_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(4_u64))
            .saturating_add(T::DbWeight::get().writes((10_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3076).saturating_mul(n.into()))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:1 w:1)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:1 w:0)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:1 w:0)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:1 w:0)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:1 w:0)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:1 w:0)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Agenda` (r:1 w:1)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    fn reveal_to_wait() -> Weight {
        // Measured proof size: 2538 B.
        // Shortest run: 77_468_000 picoseconds.
        Weight::from_parts(102_832_000, 11371)
            .saturating_add(T::DbWeight::get().reads(8_u64))
            .saturating_add(T::DbWeight::get().writes(3_u64))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:16 w:16)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:16 w:16)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:16 w:16)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:6 w:0)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:1 w:0)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:15 w:13)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:11 w:11)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:19 w:19)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:15 w:15)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Occupations` (r:16 w:16)
    /// Proof: `ProviderStaking::Occupations` (`max_values`: None, `max_size`: Some(115), added: 2590, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:16 w:16)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:2 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Agenda` (r:1 w:1)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Cursors` (r:1 w:0)
    /// Proof: `Matching::Cursors` (`max_values`: None, `max_size`: Some(70), added: 2545, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ParkedIn` (r:1 w:0)
    /// Proof: `Matching::ParkedIn` (`max_values`: None, `max_size`: Some(29), added: 2504, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::AuditBook` (r:1 w:1)
    /// Proof: `Tasks::AuditBook` (`max_values`: Some(1), `max_size`: Some(64), added: 559, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::AuditDebts` (r:2 w:3)
    /// Proof: `Tasks::AuditDebts` (`max_values`: None, `max_size`: Some(74), added: 2549, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawLeafOf` (r:10 w:0)
    /// Proof: `ProviderStaking::DrawLeafOf` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawNodes` (r:21 w:21)
    /// Proof: `ProviderStaking::DrawNodes` (`max_values`: None, `max_size`: Some(1037), added: 3512, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::PatientAgenda` (r:1 w:1)
    /// Proof: `Tasks::PatientAgenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    /// The range of component `n` is `[5, 15]`.
    fn reveal_result(n: u32, ) -> Weight {
        // Measured proof size: 6276 B + n * 1641.
        // Shortest run: 1_073_061_000 picoseconds.
        Weight::from_parts(437_882_158, 39075)
            // Standard error: 5_156_179
            .saturating_add(Weight::from_parts(155_807_153, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(22_u64))
            .saturating_add(T::DbWeight::get().reads((11_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(15_u64))
            .saturating_add(T::DbWeight::get().writes((10_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3146).saturating_mul(n.into()))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:15 w:15)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:15 w:15)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Occupations` (r:15 w:15)
    /// Proof: `ProviderStaking::Occupations` (`max_values`: None, `max_size`: Some(115), added: 2590, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:15 w:15)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:2 w:2)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:6 w:6)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:15 w:15)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawLeafOf` (r:1 w:0)
    /// Proof: `ProviderStaking::DrawLeafOf` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawNodes` (r:3 w:3)
    /// Proof: `ProviderStaking::DrawNodes` (`max_values`: None, `max_size`: Some(1037), added: 3512, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:5 w:1)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:15 w:5)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Challenges` (r:5 w:0)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::MissingDevicesOf` (r:5 w:0)
    /// Proof: `ProviderStaking::MissingDevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:10 w:10)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Leaves` (r:5 w:5)
    /// Proof: `Matching::Leaves` (`max_values`: None, `max_size`: Some(557078), added: 559553, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Roots` (r:4 w:4)
    /// Proof: `Matching::Roots` (`max_values`: None, `max_size`: Some(557069), added: 559544, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Listings` (r:1 w:1)
    /// Proof: `Matching::Listings` (`max_values`: Some(1), `max_size`: Some(1794), added: 2289, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:21 w:19)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Cursors` (r:1 w:0)
    /// Proof: `Matching::Cursors` (`max_values`: None, `max_size`: Some(70), added: 2545, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ParkedIn` (r:1 w:0)
    /// Proof: `Matching::ParkedIn` (`max_values`: None, `max_size`: Some(29), added: 2504, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Pages` (r:4 w:4)
    /// Proof: `Matching::Pages` (`max_values`: None, `max_size`: Some(1443), added: 3918, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:2 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::PatientAgenda` (r:1 w:1)
    /// Proof: `Tasks::PatientAgenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    /// The range of component `n` is `[5, 15]`.
    fn fail(n: u32, ) -> Weight {
        // Measured proof size: 10263 B + n * 1728.
        // Shortest run: 1_415_540_000 picoseconds.
        Weight::from_parts(1_038_857_263, 2798755)
            // Standard error: 1_176_886
            .saturating_add(Weight::from_parts(92_893_136, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(66_u64))
            .saturating_add(T::DbWeight::get().reads((7_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(47_u64))
            .saturating_add(T::DbWeight::get().writes((6_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 2880).saturating_mul(n.into()))
    }
    /// Storage: `Tasks::Assignments` (r:1 w:0)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Disputes` (r:1 w:1)
    /// Proof: `Disputes::Disputes` (`max_values`: None, `max_size`: Some(481), added: 2956, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Tasks` (r:1 w:0)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Agenda` (r:1 w:1)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Narrowings` (r:0 w:1)
    /// Proof: `Disputes::Narrowings` (`max_values`: None, `max_size`: Some(289), added: 2764, mode: `MaxEncodedLen`)
    fn open_trace() -> Weight {
        // Measured proof size: 2010 B.
        // Shortest run: 57_383_000 picoseconds.
        Weight::from_parts(66_983_000, 11371)
            .saturating_add(T::DbWeight::get().reads(4_u64))
            .saturating_add(T::DbWeight::get().writes(3_u64))
    }
    /// Storage: `Tasks::Assignments` (r:59 w:0)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Disputes` (r:1 w:1)
    /// Proof: `Disputes::Disputes` (`max_values`: None, `max_size`: Some(481), added: 2956, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Tasks` (r:1 w:0)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Agenda` (r:1 w:1)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Shown` (r:0 w:1)
    /// Proof: `Disputes::Shown` (`max_values`: None, `max_size`: Some(50), added: 2525, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Steps` (r:0 w:1)
    /// Proof: `Disputes::Steps` (`max_values`: None, `max_size`: Some(20), added: 2495, mode: `MaxEncodedLen`)
    fn show_work() -> Weight {
        // Measured proof size: 24271 B.
        // Shortest run: 364_482_000 picoseconds.
        Weight::from_parts(398_232_000, 178403)
            .saturating_add(T::DbWeight::get().reads(62_u64))
            .saturating_add(T::DbWeight::get().writes(4_u64))
    }
    /// Storage: `Tasks::Assignments` (r:1 w:0)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Providers` (r:1 w:0)
    /// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1153), added: 3628, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::WorkerOwners` (r:1 w:0)
    /// Proof: `ProviderStaking::WorkerOwners` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    fn authorize_start() -> Weight {
        // Measured proof size: 2285 B.
        // Shortest run: 94_911_000 picoseconds.
        Weight::from_parts(103_843_000, 4618)
            .saturating_add(T::DbWeight::get().reads(4_u64))
    }
    /// Storage: `Tasks::Assignments` (r:1 w:0)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Tasks` (r:1 w:0)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Providers` (r:1 w:0)
    /// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1153), added: 3628, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::WorkerOwners` (r:1 w:0)
    /// Proof: `ProviderStaking::WorkerOwners` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    fn authorize_report_progress() -> Weight {
        // Measured proof size: 4172 B.
        // Shortest run: 104_948_000 picoseconds.
        Weight::from_parts(123_690_000, 11371)
            .saturating_add(T::DbWeight::get().reads(5_u64))
    }
    /// Storage: `Tasks::Assignments` (r:1 w:0)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Providers` (r:1 w:0)
    /// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1153), added: 3628, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::WorkerOwners` (r:1 w:0)
    /// Proof: `ProviderStaking::WorkerOwners` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    fn authorize_commit_result() -> Weight {
        // Measured proof size: 2375 B.
        // Shortest run: 98_330_000 picoseconds.
        Weight::from_parts(115_553_000, 4618)
            .saturating_add(T::DbWeight::get().reads(4_u64))
    }
    /// Storage: `Tasks::Assignments` (r:1 w:0)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Providers` (r:1 w:0)
    /// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1153), added: 3628, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::WorkerOwners` (r:1 w:0)
    /// Proof: `ProviderStaking::WorkerOwners` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    fn authorize_reveal_result() -> Weight {
        // Measured proof size: 2387 B.
        // Shortest run: 104_386_000 picoseconds.
        Weight::from_parts(121_727_000, 4618)
            .saturating_add(T::DbWeight::get().reads(4_u64))
    }
    /// Storage: `Tasks::Assignments` (r:1 w:0)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Providers` (r:1 w:0)
    /// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1153), added: 3628, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::WorkerOwners` (r:1 w:0)
    /// Proof: `ProviderStaking::WorkerOwners` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    fn authorize_fail() -> Weight {
        // Measured proof size: 2371 B.
        // Shortest run: 98_133_000 picoseconds.
        Weight::from_parts(108_963_000, 4618)
            .saturating_add(T::DbWeight::get().reads(4_u64))
    }
    /// Storage: `Tasks::Assignments` (r:1 w:0)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Disputes` (r:1 w:0)
    /// Proof: `Disputes::Disputes` (`max_values`: None, `max_size`: Some(481), added: 2956, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Providers` (r:1 w:0)
    /// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1153), added: 3628, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::WorkerOwners` (r:1 w:0)
    /// Proof: `ProviderStaking::WorkerOwners` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    fn authorize_open_trace() -> Weight {
        // Measured proof size: 1898 B.
        // Shortest run: 84_272_000 picoseconds.
        Weight::from_parts(97_422_000, 4618)
            .saturating_add(T::DbWeight::get().reads(5_u64))
    }
    /// Storage: `Tasks::Assignments` (r:59 w:0)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Disputes` (r:1 w:0)
    /// Proof: `Disputes::Disputes` (`max_values`: None, `max_size`: Some(481), added: 2956, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Providers` (r:1 w:0)
    /// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1153), added: 3628, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::WorkerOwners` (r:1 w:0)
    /// Proof: `ProviderStaking::WorkerOwners` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Tasks` (r:1 w:0)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    fn authorize_show_work() -> Weight {
        // Measured proof size: 26706 B.
        // Shortest run: 377_298_000 picoseconds.
        Weight::from_parts(415_596_000, 178403)
            .saturating_add(T::DbWeight::get().reads(64_u64))
    }
    /// Storage: `Tasks::Agenda` (r:1 w:1)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    fn serve_slot() -> Weight {
        // Measured proof size: 17 B.
        // Shortest run: 6_515_000 picoseconds.
        Weight::from_parts(8_783_000, 4191)
            .saturating_add(T::DbWeight::get().reads(1_u64))
            .saturating_add(T::DbWeight::get().writes(1_u64))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:0)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:1 w:0)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    fn serve_stale() -> Weight {
        // Measured proof size: 2453 B.
        // Shortest run: 27_690_000 picoseconds.
        Weight::from_parts(31_986_000, 11371)
            .saturating_add(T::DbWeight::get().reads(2_u64))
    }
    /// Storage: `Tasks::Assignments` (r:1 w:1)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Agenda` (r:1 w:1)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::AgendaPages` (r:0 w:1)
    /// Proof: `Tasks::AgendaPages` (`max_values`: None, `max_size`: Some(730), added: 3205, mode: `MaxEncodedLen`)
    fn serve_early() -> Weight {
        // Measured proof size: 1041 B.
        // Shortest run: 34_475_000 picoseconds.
        Weight::from_parts(38_878_000, 4191)
            .saturating_add(T::DbWeight::get().reads(2_u64))
            .saturating_add(T::DbWeight::get().writes(3_u64))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:20 w:18)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Cursors` (r:1 w:0)
    /// Proof: `Matching::Cursors` (`max_values`: None, `max_size`: Some(70), added: 2545, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ParkedIn` (r:1 w:1)
    /// Proof: `Matching::ParkedIn` (`max_values`: None, `max_size`: Some(29), added: 2504, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Swept` (r:1 w:0)
    /// Proof: `Matching::Swept` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:3 w:2)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Directories` (r:1 w:1)
    /// Proof: `Matching::Directories` (`max_values`: None, `max_size`: Some(11284), added: 13759, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Claims` (r:1 w:0)
    /// Proof: `Tasks::Claims` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:10 w:9)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:9 w:9)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Occupations` (r:9 w:9)
    /// Proof: `ProviderStaking::Occupations` (`max_values`: None, `max_size`: Some(115), added: 2590, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:9 w:9)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:9 w:4)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Challenges` (r:4 w:0)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:9 w:9)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::MissingDevicesOf` (r:4 w:0)
    /// Proof: `ProviderStaking::MissingDevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:4 w:0)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:8 w:8)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Leaves` (r:4 w:4)
    /// Proof: `Matching::Leaves` (`max_values`: None, `max_size`: Some(557078), added: 559553, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Roots` (r:4 w:4)
    /// Proof: `Matching::Roots` (`max_values`: None, `max_size`: Some(557069), added: 559544, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Pages` (r:4 w:4)
    /// Proof: `Matching::Pages` (`max_values`: None, `max_size`: Some(1443), added: 3918, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:5 w:5)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::PatientAgenda` (r:1 w:1)
    /// Proof: `Tasks::PatientAgenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Listings` (r:1 w:1)
    /// Proof: `Matching::Listings` (`max_values`: Some(1), `max_size`: Some(1794), added: 2289, mode: `MaxEncodedLen`)
    /// The range of component `n` is `[5, 10]`.
    fn serve_match(n: u32, ) -> Weight {
        // Measured proof size: 18275 B + n * 1716.
        // Shortest run: 976_451_000 picoseconds.
        Weight::from_parts(670_899_330, 2239202)
            // Standard error: 4_761_819
            .saturating_add(Weight::from_parts(73_855_145, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(55_u64))
            .saturating_add(T::DbWeight::get().reads((7_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(41_u64))
            .saturating_add(T::DbWeight::get().writes((6_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3007).saturating_mul(n.into()))
    }
    /// Storage: `Tasks::Assignments` (r:15 w:15)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:15 w:15)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Occupations` (r:15 w:15)
    /// Proof: `ProviderStaking::Occupations` (`max_values`: None, `max_size`: Some(115), added: 2590, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:15 w:15)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:2 w:2)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:6 w:6)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:15 w:15)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawLeafOf` (r:1 w:0)
    /// Proof: `ProviderStaking::DrawLeafOf` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawNodes` (r:3 w:3)
    /// Proof: `ProviderStaking::DrawNodes` (`max_values`: None, `max_size`: Some(1037), added: 3512, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:5 w:1)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:15 w:5)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Challenges` (r:5 w:0)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::MissingDevicesOf` (r:5 w:0)
    /// Proof: `ProviderStaking::MissingDevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:10 w:10)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Leaves` (r:5 w:5)
    /// Proof: `Matching::Leaves` (`max_values`: None, `max_size`: Some(557078), added: 559553, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Roots` (r:4 w:4)
    /// Proof: `Matching::Roots` (`max_values`: None, `max_size`: Some(557069), added: 559544, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Listings` (r:1 w:1)
    /// Proof: `Matching::Listings` (`max_values`: Some(1), `max_size`: Some(1794), added: 2289, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:21 w:19)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Cursors` (r:1 w:0)
    /// Proof: `Matching::Cursors` (`max_values`: None, `max_size`: Some(70), added: 2545, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ParkedIn` (r:1 w:0)
    /// Proof: `Matching::ParkedIn` (`max_values`: None, `max_size`: Some(29), added: 2504, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Pages` (r:4 w:4)
    /// Proof: `Matching::Pages` (`max_values`: None, `max_size`: Some(1443), added: 3918, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:2 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::PatientAgenda` (r:1 w:1)
    /// Proof: `Tasks::PatientAgenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    /// The range of component `n` is `[5, 15]`.
    fn serve_assignment(n: u32, ) -> Weight {
        // Measured proof size: 10143 B + n * 1728.
        // Shortest run: 1_391_255_000 picoseconds.
        Weight::from_parts(1_053_299_766, 2798755)
            // Standard error: 2_115_460
            .saturating_add(Weight::from_parts(92_147_799, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(66_u64))
            .saturating_add(T::DbWeight::get().reads((7_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(47_u64))
            .saturating_add(T::DbWeight::get().writes((6_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 2880).saturating_mul(n.into()))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:4 w:4)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:3 w:3)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:7 w:7)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:4 w:4)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:3 w:3)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Occupations` (r:4 w:4)
    /// Proof: `ProviderStaking::Occupations` (`max_values`: None, `max_size`: Some(115), added: 2590, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:4 w:4)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:2 w:0)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:2 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:7 w:5)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:4 w:4)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Agenda` (r:1 w:1)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Cursors` (r:1 w:0)
    /// Proof: `Matching::Cursors` (`max_values`: None, `max_size`: Some(70), added: 2545, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ParkedIn` (r:1 w:0)
    /// Proof: `Matching::ParkedIn` (`max_values`: None, `max_size`: Some(29), added: 2504, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::AuditBook` (r:1 w:1)
    /// Proof: `Tasks::AuditBook` (`max_values`: Some(1), `max_size`: Some(64), added: 559, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::AuditDebts` (r:2 w:3)
    /// Proof: `Tasks::AuditDebts` (`max_values`: None, `max_size`: Some(74), added: 2549, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawLeafOf` (r:2 w:0)
    /// Proof: `ProviderStaking::DrawLeafOf` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawNodes` (r:5 w:5)
    /// Proof: `ProviderStaking::DrawNodes` (`max_values`: None, `max_size`: Some(1037), added: 3512, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::PatientAgenda` (r:1 w:1)
    /// Proof: `Tasks::PatientAgenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    /// The range of component `n` is `[1, 3]`.
    fn serve_settle(n: u32, ) -> Weight {
        // Measured proof size: 1323 B + n * 4020.
        // Shortest run: 544_315_000 picoseconds.
        Weight::from_parts(402_720_940, 18763)
            // Standard error: 2_474_995
            .saturating_add(Weight::from_parts(177_315_081, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(24_u64))
            .saturating_add(T::DbWeight::get().reads((12_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(18_u64))
            .saturating_add(T::DbWeight::get().writes((11_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3076).saturating_mul(n.into()))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:1 w:1)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:1 w:1)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:1 w:1)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:1 w:0)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:1 w:0)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:3 w:3)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:2 w:2)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:1 w:1)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Occupations` (r:1 w:1)
    /// Proof: `ProviderStaking::Occupations` (`max_values`: None, `max_size`: Some(115), added: 2590, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:1 w:1)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:2 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    fn serve_settle_only() -> Weight {
        // Measured proof size: 3496 B.
        // Shortest run: 240_009_000 picoseconds.
        Weight::from_parts(309_833_000, 11371)
            .saturating_add(T::DbWeight::get().reads(17_u64))
            .saturating_add(T::DbWeight::get().writes(13_u64))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:2 w:0)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Cursors` (r:1 w:0)
    /// Proof: `Matching::Cursors` (`max_values`: None, `max_size`: Some(70), added: 2545, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ParkedIn` (r:1 w:0)
    /// Proof: `Matching::ParkedIn` (`max_values`: None, `max_size`: Some(29), added: 2504, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:4 w:4)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:4 w:4)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Occupations` (r:4 w:4)
    /// Proof: `ProviderStaking::Occupations` (`max_values`: None, `max_size`: Some(115), added: 2590, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:4 w:4)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:4 w:4)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:4 w:4)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:4 w:4)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawLeafOf` (r:4 w:0)
    /// Proof: `ProviderStaking::DrawLeafOf` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawNodes` (r:9 w:9)
    /// Proof: `ProviderStaking::DrawNodes` (`max_values`: None, `max_size`: Some(1037), added: 3512, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:4 w:4)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    fn serve_dispute() -> Weight {
        // Measured proof size: 9757 B.
        // Shortest run: 613_627_000 picoseconds.
        Weight::from_parts(699_525_000, 32598)
            .saturating_add(T::DbWeight::get().reads(50_u64))
            .saturating_add(T::DbWeight::get().writes(42_u64))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:11 w:9)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Cursors` (r:1 w:0)
    /// Proof: `Matching::Cursors` (`max_values`: None, `max_size`: Some(70), added: 2545, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ParkedIn` (r:1 w:0)
    /// Proof: `Matching::ParkedIn` (`max_values`: None, `max_size`: Some(29), added: 2504, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:4 w:4)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:4 w:4)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Occupations` (r:4 w:4)
    /// Proof: `ProviderStaking::Occupations` (`max_values`: None, `max_size`: Some(115), added: 2590, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:4 w:4)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:4 w:4)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Challenges` (r:4 w:0)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:4 w:4)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::MissingDevicesOf` (r:4 w:0)
    /// Proof: `ProviderStaking::MissingDevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:4 w:0)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:8 w:8)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Leaves` (r:4 w:4)
    /// Proof: `Matching::Leaves` (`max_values`: None, `max_size`: Some(557078), added: 559553, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Roots` (r:4 w:4)
    /// Proof: `Matching::Roots` (`max_values`: None, `max_size`: Some(557069), added: 559544, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Pages` (r:4 w:4)
    /// Proof: `Matching::Pages` (`max_values`: None, `max_size`: Some(1443), added: 3918, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:2 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Listings` (r:1 w:1)
    /// Proof: `Matching::Listings` (`max_values`: Some(1), `max_size`: Some(1794), added: 2289, mode: `MaxEncodedLen`)
    fn serve_dispute_at_work() -> Weight {
        // Measured proof size: 14789 B.
        // Shortest run: 598_297_000 picoseconds.
        Weight::from_parts(684_157_000, 2239202)
            .saturating_add(T::DbWeight::get().reads(73_u64))
            .saturating_add(T::DbWeight::get().writes(55_u64))
    }
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
    /// Storage: `System::Account` (r:4 w:4)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::AuditBook` (r:1 w:1)
    /// Proof: `Tasks::AuditBook` (`max_values`: Some(1), `max_size`: Some(64), added: 559, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::AuditDebts` (r:2 w:2)
    /// Proof: `Tasks::AuditDebts` (`max_values`: None, `max_size`: Some(74), added: 2549, mode: `MaxEncodedLen`)
    /// The range of component `n` is `[5, 15]`.
    fn serve_audit(n: u32, ) -> Weight {
        // Measured proof size: 1490 B + n * 555.
        // Shortest run: 254_914_000 picoseconds.
        Weight::from_parts(226_221_647, 24003)
            // Standard error: 1_864_817
            .saturating_add(Weight::from_parts(12_678_331, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(19_u64))
            .saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(15_u64))
            .saturating_add(Weight::from_parts(0, 3007).saturating_mul(n.into()))
    }
    /// Storage: `Tasks::Assignments` (r:1 w:1)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:1 w:1)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:1 w:1)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:1 w:0)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:1 w:0)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:3 w:3)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Occupations` (r:1 w:1)
    /// Proof: `ProviderStaking::Occupations` (`max_values`: None, `max_size`: Some(115), added: 2590, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:1 w:1)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:2 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    fn serve_unlock() -> Weight {
        // Measured proof size: 3379 B.
        // Shortest run: 121_699_000 picoseconds.
        Weight::from_parts(150_929_000, 8607)
            .saturating_add(T::DbWeight::get().reads(12_u64))
            .saturating_add(T::DbWeight::get().writes(8_u64))
    }
    /// Storage: `Disputes::Disputes` (r:1 w:0)
    /// Proof: `Disputes::Disputes` (`max_values`: None, `max_size`: Some(481), added: 2956, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::SubmittedBy` (r:1 w:1)
    /// Proof: `Tasks::SubmittedBy` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::ClaimsMade` (r:1 w:0)
    /// Proof: `Tasks::ClaimsMade` (`max_values`: None, `max_size`: Some(17), added: 2492, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:3 w:3)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// The range of component `n` is `[1, 3]`.
    fn serve_prune_plain(n: u32, ) -> Weight {
        // Measured proof size: 1213 B + n * 542.
        // Shortest run: 25_658_000 picoseconds.
        Weight::from_parts(22_486_404, 11371)
            // Standard error: 419_619
            .saturating_add(Weight::from_parts(10_728_590, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(4_u64))
            .saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(2_u64))
            .saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3007).saturating_mul(n.into()))
    }
    /// Storage: `Disputes::Disputes` (r:1 w:1)
    /// Proof: `Disputes::Disputes` (`max_values`: None, `max_size`: Some(481), added: 2956, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::SubmittedBy` (r:1 w:1)
    /// Proof: `Tasks::SubmittedBy` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::ClaimsMade` (r:1 w:0)
    /// Proof: `Tasks::ClaimsMade` (`max_values`: None, `max_size`: Some(17), added: 2492, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:15 w:15)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Claimed` (r:0 w:1)
    /// Proof: `Disputes::Claimed` (`max_values`: None, `max_size`: Some(26), added: 2501, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Narrowings` (r:0 w:1)
    /// Proof: `Disputes::Narrowings` (`max_values`: None, `max_size`: Some(289), added: 2764, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Shown` (r:0 w:1)
    /// Proof: `Disputes::Shown` (`max_values`: None, `max_size`: Some(50), added: 2525, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Steps` (r:0 w:1)
    /// Proof: `Disputes::Steps` (`max_values`: None, `max_size`: Some(20), added: 2495, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Envelopes` (r:0 w:15)
    /// Proof: `Tasks::Envelopes` (`max_values`: None, `max_size`: Some(130), added: 2605, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Audits` (r:0 w:1)
    /// Proof: `Tasks::Audits` (`max_values`: None, `max_size`: Some(99), added: 2574, mode: `MaxEncodedLen`)
    /// The range of component `n` is `[5, 15]`.
    fn serve_prune(n: u32, ) -> Weight {
        // Measured proof size: 754 B + n * 538.
        // Shortest run: 71_678_000 picoseconds.
        Weight::from_parts(55_805_283, 11371)
            // Standard error: 437_169
            .saturating_add(Weight::from_parts(5_935_897, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(4_u64))
            .saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(8_u64))
            .saturating_add(T::DbWeight::get().writes((2_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3007).saturating_mul(n.into()))
    }
    /// Storage: `System::Account` (r:1 w:1)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    fn give_back() -> Weight {
        // Measured proof size: 233 B.
        // Shortest run: 49_252_000 picoseconds.
        Weight::from_parts(51_005_000, 3676)
            .saturating_add(T::DbWeight::get().reads(2_u64))
            .saturating_add(T::DbWeight::get().writes(2_u64))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:1 w:1)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    fn restore_escrow() -> Weight {
        // Measured proof size: 1569 B.
        // Shortest run: 68_779_000 picoseconds.
        Weight::from_parts(70_752_000, 11371)
            .saturating_add(T::DbWeight::get().reads(3_u64))
            .saturating_add(T::DbWeight::get().writes(3_u64))
    }
    /// The range of component `n` is `[1, 58]`.
    fn look_at_jurors(n: u32, ) -> Weight {
        // Measured proof size: 0 B.
        // Shortest run: 13_275_000 picoseconds.
        Weight::from_parts(12_877_611, 0)
            // Standard error: 25_026
            .saturating_add(Weight::from_parts(2_783_207, 0).saturating_mul(n.into()))
    }
}

/// The same with the slower database, for tests of the pallet alone.
impl WeightInfo for () {
    fn submit() -> Weight {
        Weight::from_parts(138_908_000, 4191)
            .saturating_add(RocksDbWeight::get().reads(2_u64))
            .saturating_add(RocksDbWeight::get().writes(4_u64))
    }
    fn cancel(n: u32, ) -> Weight {
        Weight::from_parts(154_248_651, 16224)
            .saturating_add(Weight::from_parts(9_348_159, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(15_u64))
            .saturating_add(RocksDbWeight::get().reads((1_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(11_u64))
            .saturating_add(Weight::from_parts(0, 3007).saturating_mul(n.into()))
    }
    fn accept(n: u32, ) -> Weight {
        Weight::from_parts(373_445_728, 18763)
            .saturating_add(Weight::from_parts(187_731_279, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(23_u64))
            .saturating_add(RocksDbWeight::get().reads((12_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(17_u64))
            .saturating_add(RocksDbWeight::get().writes((11_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3076).saturating_mul(n.into()))
    }
    fn accept_only() -> Weight {
        Weight::from_parts(309_382_000, 11371)
            .saturating_add(RocksDbWeight::get().reads(16_u64))
            .saturating_add(RocksDbWeight::get().writes(12_u64))
    }
    fn rate(n: u32, ) -> Weight {
        Weight::from_parts(100_821_893, 16370)
            .saturating_add(Weight::from_parts(4_720_868, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(6_u64))
            .saturating_add(RocksDbWeight::get().reads((1_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(6_u64))
            .saturating_add(Weight::from_parts(0, 3007).saturating_mul(n.into()))
    }
    fn grant_key() -> Weight {
        Weight::from_parts(33_652_000, 11371)
            .saturating_add(RocksDbWeight::get().reads(2_u64))
            .saturating_add(RocksDbWeight::get().writes(2_u64))
    }
    fn start() -> Weight {
        Weight::from_parts(60_796_000, 11371)
            .saturating_add(RocksDbWeight::get().reads(2_u64))
            .saturating_add(RocksDbWeight::get().writes(1_u64))
    }
    fn report_progress() -> Weight {
        Weight::from_parts(50_102_000, 3997)
            .saturating_add(RocksDbWeight::get().reads(1_u64))
            .saturating_add(RocksDbWeight::get().writes(1_u64))
    }
    fn commit_result(n: u32, ) -> Weight {
        Weight::from_parts(293_993_896, 560543)
            .saturating_add(Weight::from_parts(2_963_288, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(27_u64))
            .saturating_add(RocksDbWeight::get().writes(19_u64))
    }
    fn commit_alone() -> Weight {
        Weight::from_parts(258_672_000, 560543)
            .saturating_add(RocksDbWeight::get().reads(23_u64))
            .saturating_add(RocksDbWeight::get().writes(16_u64))
    }
    fn commit_unaudited() -> Weight {
        Weight::from_parts(224_709_000, 560543)
            .saturating_add(RocksDbWeight::get().reads(21_u64))
            .saturating_add(RocksDbWeight::get().writes(13_u64))
    }
    fn reveal_only() -> Weight {
        Weight::from_parts(325_294_000, 11371)
            .saturating_add(RocksDbWeight::get().reads(17_u64))
            .saturating_add(RocksDbWeight::get().writes(13_u64))
    }
    fn reveal_alone(n: u32, ) -> Weight {
        Weight::from_parts(228_237_362, 11526)
            .saturating_add(Weight::from_parts(123_743_101, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(7_u64))
            .saturating_add(RocksDbWeight::get().reads((11_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(4_u64))
            .saturating_add(RocksDbWeight::get().writes((10_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3076).saturating_mul(n.into()))
    }
    fn reveal_to_wait() -> Weight {
        Weight::from_parts(102_832_000, 11371)
            .saturating_add(RocksDbWeight::get().reads(8_u64))
            .saturating_add(RocksDbWeight::get().writes(3_u64))
    }
    fn reveal_result(n: u32, ) -> Weight {
        Weight::from_parts(437_882_158, 39075)
            .saturating_add(Weight::from_parts(155_807_153, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(22_u64))
            .saturating_add(RocksDbWeight::get().reads((11_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(15_u64))
            .saturating_add(RocksDbWeight::get().writes((10_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3146).saturating_mul(n.into()))
    }
    fn fail(n: u32, ) -> Weight {
        Weight::from_parts(1_038_857_263, 2798755)
            .saturating_add(Weight::from_parts(92_893_136, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(66_u64))
            .saturating_add(RocksDbWeight::get().reads((7_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(47_u64))
            .saturating_add(RocksDbWeight::get().writes((6_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 2880).saturating_mul(n.into()))
    }
    fn open_trace() -> Weight {
        Weight::from_parts(66_983_000, 11371)
            .saturating_add(RocksDbWeight::get().reads(4_u64))
            .saturating_add(RocksDbWeight::get().writes(3_u64))
    }
    fn show_work() -> Weight {
        Weight::from_parts(398_232_000, 178403)
            .saturating_add(RocksDbWeight::get().reads(62_u64))
            .saturating_add(RocksDbWeight::get().writes(4_u64))
    }
    fn authorize_start() -> Weight {
        Weight::from_parts(103_843_000, 4618)
            .saturating_add(RocksDbWeight::get().reads(4_u64))
    }
    fn authorize_report_progress() -> Weight {
        Weight::from_parts(123_690_000, 11371)
            .saturating_add(RocksDbWeight::get().reads(5_u64))
    }
    fn authorize_commit_result() -> Weight {
        Weight::from_parts(115_553_000, 4618)
            .saturating_add(RocksDbWeight::get().reads(4_u64))
    }
    fn authorize_reveal_result() -> Weight {
        Weight::from_parts(121_727_000, 4618)
            .saturating_add(RocksDbWeight::get().reads(4_u64))
    }
    fn authorize_fail() -> Weight {
        Weight::from_parts(108_963_000, 4618)
            .saturating_add(RocksDbWeight::get().reads(4_u64))
    }
    fn authorize_open_trace() -> Weight {
        Weight::from_parts(97_422_000, 4618)
            .saturating_add(RocksDbWeight::get().reads(5_u64))
    }
    fn authorize_show_work() -> Weight {
        Weight::from_parts(415_596_000, 178403)
            .saturating_add(RocksDbWeight::get().reads(64_u64))
    }
    fn serve_slot() -> Weight {
        Weight::from_parts(8_783_000, 4191)
            .saturating_add(RocksDbWeight::get().reads(1_u64))
            .saturating_add(RocksDbWeight::get().writes(1_u64))
    }
    fn serve_stale() -> Weight {
        Weight::from_parts(31_986_000, 11371)
            .saturating_add(RocksDbWeight::get().reads(2_u64))
    }
    fn serve_early() -> Weight {
        Weight::from_parts(38_878_000, 4191)
            .saturating_add(RocksDbWeight::get().reads(2_u64))
            .saturating_add(RocksDbWeight::get().writes(3_u64))
    }
    fn serve_match(n: u32, ) -> Weight {
        Weight::from_parts(670_899_330, 2239202)
            .saturating_add(Weight::from_parts(73_855_145, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(55_u64))
            .saturating_add(RocksDbWeight::get().reads((7_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(41_u64))
            .saturating_add(RocksDbWeight::get().writes((6_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3007).saturating_mul(n.into()))
    }
    fn serve_assignment(n: u32, ) -> Weight {
        Weight::from_parts(1_053_299_766, 2798755)
            .saturating_add(Weight::from_parts(92_147_799, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(66_u64))
            .saturating_add(RocksDbWeight::get().reads((7_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(47_u64))
            .saturating_add(RocksDbWeight::get().writes((6_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 2880).saturating_mul(n.into()))
    }
    fn serve_settle(n: u32, ) -> Weight {
        Weight::from_parts(402_720_940, 18763)
            .saturating_add(Weight::from_parts(177_315_081, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(24_u64))
            .saturating_add(RocksDbWeight::get().reads((12_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(18_u64))
            .saturating_add(RocksDbWeight::get().writes((11_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3076).saturating_mul(n.into()))
    }
    fn serve_settle_only() -> Weight {
        Weight::from_parts(309_833_000, 11371)
            .saturating_add(RocksDbWeight::get().reads(17_u64))
            .saturating_add(RocksDbWeight::get().writes(13_u64))
    }
    fn serve_dispute() -> Weight {
        Weight::from_parts(699_525_000, 32598)
            .saturating_add(RocksDbWeight::get().reads(50_u64))
            .saturating_add(RocksDbWeight::get().writes(42_u64))
    }
    fn serve_dispute_at_work() -> Weight {
        Weight::from_parts(684_157_000, 2239202)
            .saturating_add(RocksDbWeight::get().reads(73_u64))
            .saturating_add(RocksDbWeight::get().writes(55_u64))
    }
    fn serve_audit(n: u32, ) -> Weight {
        Weight::from_parts(226_221_647, 24003)
            .saturating_add(Weight::from_parts(12_678_331, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(19_u64))
            .saturating_add(RocksDbWeight::get().reads((1_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(15_u64))
            .saturating_add(Weight::from_parts(0, 3007).saturating_mul(n.into()))
    }
    fn serve_unlock() -> Weight {
        Weight::from_parts(150_929_000, 8607)
            .saturating_add(RocksDbWeight::get().reads(12_u64))
            .saturating_add(RocksDbWeight::get().writes(8_u64))
    }
    fn serve_prune_plain(n: u32, ) -> Weight {
        Weight::from_parts(22_486_404, 11371)
            .saturating_add(Weight::from_parts(10_728_590, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(4_u64))
            .saturating_add(RocksDbWeight::get().reads((1_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(2_u64))
            .saturating_add(RocksDbWeight::get().writes((1_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3007).saturating_mul(n.into()))
    }
    fn serve_prune(n: u32, ) -> Weight {
        Weight::from_parts(55_805_283, 11371)
            .saturating_add(Weight::from_parts(5_935_897, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(4_u64))
            .saturating_add(RocksDbWeight::get().reads((1_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(8_u64))
            .saturating_add(RocksDbWeight::get().writes((2_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3007).saturating_mul(n.into()))
    }
    fn give_back() -> Weight {
        Weight::from_parts(51_005_000, 3676)
            .saturating_add(RocksDbWeight::get().reads(2_u64))
            .saturating_add(RocksDbWeight::get().writes(2_u64))
    }
    fn restore_escrow() -> Weight {
        Weight::from_parts(70_752_000, 11371)
            .saturating_add(RocksDbWeight::get().reads(3_u64))
            .saturating_add(RocksDbWeight::get().writes(3_u64))
    }
    fn look_at_jurors(n: u32, ) -> Weight {
        Weight::from_parts(12_877_611, 0)
            .saturating_add(Weight::from_parts(2_783_207, 0).saturating_mul(n.into()))
    }
}
