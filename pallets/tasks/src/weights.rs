//! Weights of `pallet_tasks`, measured by `make weights` on the runtime's Wasm.
//!
//! Made by `bench/weights` (frame-benchmarking-cli 64.0.0) on 2026-11-30: steps 10, repeats 5, Intel(R) Xeon(R) Processor.
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
    fn serve_audit(n: u32, ) -> Weight;
    fn serve_unlock() -> Weight;
    fn serve_prune_plain(n: u32, ) -> Weight;
    fn serve_prune(n: u32, ) -> Weight;
}

/// As measured, with the database of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::PatientAgenda` (r:1 w:1)
    /// Proof: `Tasks::PatientAgenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:1 w:1)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Tasks` (r:0 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::SubmittedBy` (r:0 w:1)
    /// Proof: `Tasks::SubmittedBy` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    fn submit() -> Weight {
        // Measured proof size: 55 B.
        // Shortest run: 125_771_000 picoseconds.
        Weight::from_parts(153_990_000, 4191)
            .saturating_add(T::DbWeight::get().reads(3_u64))
            .saturating_add(T::DbWeight::get().writes(5_u64))
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
        // Shortest run: 134_256_000 picoseconds.
        Weight::from_parts(170_602_078, 16224)
            // Standard error: 3_051_168
            .saturating_add(Weight::from_parts(13_902_932, 0).saturating_mul(n.into()))
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
    /// Storage: `ProviderStaking::ReputationRecords` (r:4 w:3)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Occupations` (r:4 w:4)
    /// Proof: `ProviderStaking::Occupations` (`max_values`: None, `max_size`: Some(115), added: 2590, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:4 w:4)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Challenges` (r:4 w:0)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:4 w:4)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::MissingDevicesOf` (r:4 w:0)
    /// Proof: `ProviderStaking::MissingDevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:4 w:4)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:8 w:8)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Leaves` (r:4 w:4)
    /// Proof: `Matching::Leaves` (`max_values`: None, `max_size`: Some(557078), added: 559553, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Roots` (r:4 w:4)
    /// Proof: `Matching::Roots` (`max_values`: None, `max_size`: Some(557069), added: 559544, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Listings` (r:1 w:1)
    /// Proof: `Matching::Listings` (`max_values`: Some(1), `max_size`: Some(1794), added: 2289, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:2 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:7 w:5)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DevicesOf` (r:4 w:0)
    /// Proof: `ProviderStaking::DevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
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
        // Measured proof size: 825 B + n * 4145.
        // Shortest run: 591_226_000 picoseconds.
        Weight::from_parts(405_709_117, 560543)
            // Standard error: 6_673_849
            .saturating_add(Weight::from_parts(248_761_332, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(32_u64))
            .saturating_add(T::DbWeight::get().reads((20_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(23_u64))
            .saturating_add(T::DbWeight::get().writes((16_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 559553).saturating_mul(n.into()))
    }
    fn accept_only() -> Weight {
        Self::accept(1)
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
        // Shortest run: 111_960_000 picoseconds.
        Weight::from_parts(67_809_203, 16370)
            // Standard error: 2_286_727
            .saturating_add(Weight::from_parts(9_961_694, 0).saturating_mul(n.into()))
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
        // Shortest run: 28_853_000 picoseconds.
        Weight::from_parts(38_831_000, 11371)
            .saturating_add(T::DbWeight::get().reads(2_u64))
            .saturating_add(T::DbWeight::get().writes(2_u64))
    }
    /// Storage: `Tasks::Assignments` (r:1 w:1)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Tasks` (r:1 w:0)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    fn start() -> Weight {
        // Measured proof size: 2230 B.
        // Shortest run: 57_237_000 picoseconds.
        Weight::from_parts(65_006_000, 11371)
            .saturating_add(T::DbWeight::get().reads(2_u64))
            .saturating_add(T::DbWeight::get().writes(1_u64))
    }
    /// Storage: `Tasks::Assignments` (r:1 w:1)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    fn report_progress() -> Weight {
        // Measured proof size: 424 B.
        // Shortest run: 42_144_000 picoseconds.
        Weight::from_parts(52_647_000, 3997)
            .saturating_add(T::DbWeight::get().reads(1_u64))
            .saturating_add(T::DbWeight::get().writes(1_u64))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:6 w:6)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:1 w:1)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:1 w:1)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Occupations` (r:1 w:1)
    /// Proof: `ProviderStaking::Occupations` (`max_values`: None, `max_size`: Some(115), added: 2590, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Challenges` (r:1 w:0)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:1 w:0)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::MissingDevicesOf` (r:1 w:0)
    /// Proof: `ProviderStaking::MissingDevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:1 w:0)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:1 w:0)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:2 w:2)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Leaves` (r:1 w:1)
    /// Proof: `Matching::Leaves` (`max_values`: None, `max_size`: Some(557078), added: 559553, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Roots` (r:1 w:1)
    /// Proof: `Matching::Roots` (`max_values`: None, `max_size`: Some(557069), added: 559544, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Listings` (r:1 w:1)
    /// Proof: `Matching::Listings` (`max_values`: Some(1), `max_size`: Some(1794), added: 2289, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:2 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:3 w:3)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Audits` (r:1 w:0)
    /// Proof: `Tasks::Audits` (`max_values`: None, `max_size`: Some(99), added: 2574, mode: `MaxEncodedLen`)
    /// The range of component `n` is `[5, 15]`.
    fn commit_result(n: u32, ) -> Weight {
        // Measured proof size: 4146 B + n * 229.
        // Shortest run: 286_853_000 picoseconds.
        Weight::from_parts(291_877_393, 560543)
            // Standard error: 4_053_102
            .saturating_add(Weight::from_parts(8_341_646, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(26_u64))
            .saturating_add(T::DbWeight::get().writes(18_u64))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:1 w:1)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:1 w:1)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:1 w:1)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Occupations` (r:1 w:1)
    /// Proof: `ProviderStaking::Occupations` (`max_values`: None, `max_size`: Some(115), added: 2590, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Challenges` (r:1 w:0)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:1 w:0)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::MissingDevicesOf` (r:1 w:0)
    /// Proof: `ProviderStaking::MissingDevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:1 w:0)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:1 w:0)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:2 w:2)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Leaves` (r:1 w:1)
    /// Proof: `Matching::Leaves` (`max_values`: None, `max_size`: Some(557078), added: 559553, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Roots` (r:1 w:1)
    /// Proof: `Matching::Roots` (`max_values`: None, `max_size`: Some(557069), added: 559544, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Listings` (r:1 w:1)
    /// Proof: `Matching::Listings` (`max_values`: Some(1), `max_size`: Some(1794), added: 2289, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:2 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:3 w:3)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Audits` (r:1 w:1)
    /// Proof: `Tasks::Audits` (`max_values`: None, `max_size`: Some(99), added: 2574, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Agenda` (r:1 w:1)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    fn commit_alone() -> Weight {
        // Measured proof size: 3462 B.
        // Shortest run: 211_855_000 picoseconds.
        Weight::from_parts(250_244_000, 560543)
            .saturating_add(T::DbWeight::get().reads(22_u64))
            .saturating_add(T::DbWeight::get().writes(15_u64))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:0)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:1 w:1)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:1 w:1)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:1 w:1)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Occupations` (r:1 w:1)
    /// Proof: `ProviderStaking::Occupations` (`max_values`: None, `max_size`: Some(115), added: 2590, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Challenges` (r:1 w:0)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:1 w:0)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::MissingDevicesOf` (r:1 w:0)
    /// Proof: `ProviderStaking::MissingDevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:1 w:0)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:1 w:0)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:2 w:2)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Leaves` (r:1 w:1)
    /// Proof: `Matching::Leaves` (`max_values`: None, `max_size`: Some(557078), added: 559553, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Roots` (r:1 w:1)
    /// Proof: `Matching::Roots` (`max_values`: None, `max_size`: Some(557069), added: 559544, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Listings` (r:1 w:1)
    /// Proof: `Matching::Listings` (`max_values`: Some(1), `max_size`: Some(1794), added: 2289, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:2 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:3 w:3)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    fn commit_unaudited() -> Weight {
        // Measured proof size: 3456 B.
        // Shortest run: 180_824_000 picoseconds.
        Weight::from_parts(210_441_000, 560543)
            .saturating_add(T::DbWeight::get().reads(20_u64))
            .saturating_add(T::DbWeight::get().writes(12_u64))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:1 w:1)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:1 w:1)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:2 w:2)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:1 w:1)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:1 w:1)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Occupations` (r:1 w:1)
    /// Proof: `ProviderStaking::Occupations` (`max_values`: None, `max_size`: Some(115), added: 2590, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:1 w:1)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Challenges` (r:1 w:0)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:1 w:1)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::MissingDevicesOf` (r:1 w:0)
    /// Proof: `ProviderStaking::MissingDevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:2 w:2)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Leaves` (r:1 w:1)
    /// Proof: `Matching::Leaves` (`max_values`: None, `max_size`: Some(557078), added: 559553, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Roots` (r:1 w:1)
    /// Proof: `Matching::Roots` (`max_values`: None, `max_size`: Some(557069), added: 559544, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Listings` (r:1 w:1)
    /// Proof: `Matching::Listings` (`max_values`: Some(1), `max_size`: Some(1794), added: 2289, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:2 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:3 w:3)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DevicesOf` (r:1 w:0)
    /// Proof: `ProviderStaking::DevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Agenda` (r:1 w:1)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::PatientAgenda` (r:1 w:1)
    /// Proof: `Tasks::PatientAgenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    fn reveal_only() -> Weight {
        // Measured proof size: 3052 B.
        // Shortest run: 354_262_000 picoseconds.
        Weight::from_parts(413_460_000, 560543)
            .saturating_add(T::DbWeight::get().reads(26_u64))
            .saturating_add(T::DbWeight::get().writes(21_u64))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:3 w:3)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:3 w:3)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:3 w:3)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:4 w:4)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:3 w:3)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:3 w:3)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Occupations` (r:3 w:3)
    /// Proof: `ProviderStaking::Occupations` (`max_values`: None, `max_size`: Some(115), added: 2590, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:3 w:3)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Challenges` (r:3 w:0)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:3 w:3)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::MissingDevicesOf` (r:3 w:0)
    /// Proof: `ProviderStaking::MissingDevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:6 w:6)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Leaves` (r:3 w:3)
    /// Proof: `Matching::Leaves` (`max_values`: None, `max_size`: Some(557078), added: 559553, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Roots` (r:3 w:3)
    /// Proof: `Matching::Roots` (`max_values`: None, `max_size`: Some(557069), added: 559544, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Listings` (r:1 w:1)
    /// Proof: `Matching::Listings` (`max_values`: Some(1), `max_size`: Some(1794), added: 2289, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:2 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:3 w:3)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DevicesOf` (r:3 w:0)
    /// Proof: `ProviderStaking::DevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Agenda` (r:1 w:1)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawLeafOf` (r:2 w:0)
    /// Proof: `ProviderStaking::DrawLeafOf` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawNodes` (r:5 w:5)
    /// Proof: `ProviderStaking::DrawNodes` (`max_values`: None, `max_size`: Some(1037), added: 3512, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::PatientAgenda` (r:1 w:1)
    /// Proof: `Tasks::PatientAgenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    /// The range of component `n` is `[2, 3]`.
    fn reveal_alone(n: u32, ) -> Weight {
        // Measured proof size: 3464 B + n * 1843.
        // Shortest run: 605_945_000 picoseconds.
        Weight::from_parts(395_803_637, 11526)
            // Standard error: 26_129_629
            .saturating_add(Weight::from_parts(183_576_898, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(8_u64))
            .saturating_add(T::DbWeight::get().reads((19_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(7_u64))
            .saturating_add(T::DbWeight::get().writes((15_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 559553).saturating_mul(n.into()))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:1 w:1)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:1 w:0)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Agenda` (r:1 w:1)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    fn reveal_to_wait() -> Weight {
        // Measured proof size: 1845 B.
        // Shortest run: 76_378_000 picoseconds.
        Weight::from_parts(90_316_000, 11371)
            .saturating_add(T::DbWeight::get().reads(4_u64))
            .saturating_add(T::DbWeight::get().writes(3_u64))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:16 w:16)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:16 w:16)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:11 w:11)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:19 w:19)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:16 w:16)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:16 w:15)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Occupations` (r:16 w:16)
    /// Proof: `ProviderStaking::Occupations` (`max_values`: None, `max_size`: Some(115), added: 2590, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:16 w:16)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Challenges` (r:16 w:0)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:16 w:16)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::MissingDevicesOf` (r:16 w:0)
    /// Proof: `ProviderStaking::MissingDevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:32 w:32)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Leaves` (r:16 w:16)
    /// Proof: `Matching::Leaves` (`max_values`: None, `max_size`: Some(557078), added: 559553, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Roots` (r:4 w:4)
    /// Proof: `Matching::Roots` (`max_values`: None, `max_size`: Some(557069), added: 559544, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Listings` (r:1 w:1)
    /// Proof: `Matching::Listings` (`max_values`: Some(1), `max_size`: Some(1794), added: 2289, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:2 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:15 w:13)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DevicesOf` (r:16 w:0)
    /// Proof: `ProviderStaking::DevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
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
        // Measured proof size: 4505 B + n * 1798.
        // Shortest run: 1_704_510_000 picoseconds.
        Weight::from_parts(466_578_019, 2239166)
            // Standard error: 10_621_651
            .saturating_add(Weight::from_parts(285_788_056, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(28_u64))
            .saturating_add(T::DbWeight::get().reads((18_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(24_u64))
            .saturating_add(T::DbWeight::get().writes((14_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 559553).saturating_mul(n.into()))
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
    /// Storage: `ProviderStaking::ReputationRecords` (r:15 w:1)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Challenges` (r:15 w:0)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::MissingDevicesOf` (r:15 w:0)
    /// Proof: `ProviderStaking::MissingDevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:15 w:15)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:30 w:30)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Leaves` (r:15 w:15)
    /// Proof: `Matching::Leaves` (`max_values`: None, `max_size`: Some(557078), added: 559553, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Roots` (r:4 w:4)
    /// Proof: `Matching::Roots` (`max_values`: None, `max_size`: Some(557069), added: 559544, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Listings` (r:1 w:1)
    /// Proof: `Matching::Listings` (`max_values`: Some(1), `max_size`: Some(1794), added: 2289, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DevicesOf` (r:15 w:0)
    /// Proof: `ProviderStaking::DevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:21 w:19)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Cursors` (r:1 w:0)
    /// Proof: `Matching::Cursors` (`max_values`: None, `max_size`: Some(70), added: 2545, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ParkedIn` (r:1 w:0)
    /// Proof: `Matching::ParkedIn` (`max_values`: None, `max_size`: Some(29), added: 2504, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:2 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::PatientAgenda` (r:1 w:1)
    /// Proof: `Tasks::PatientAgenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    /// The range of component `n` is `[5, 15]`.
    fn fail(n: u32, ) -> Weight {
        // Measured proof size: 3400 B + n * 1557.
        // Shortest run: 1_423_098_000 picoseconds.
        Weight::from_parts(896_880_720, 2239166)
            // Standard error: 6_755_337
            .saturating_add(Weight::from_parts(139_219_497, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(31_u64))
            .saturating_add(T::DbWeight::get().reads((14_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(23_u64))
            .saturating_add(T::DbWeight::get().writes((10_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 559553).saturating_mul(n.into()))
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
        // Shortest run: 62_395_000 picoseconds.
        Weight::from_parts(74_582_000, 11371)
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
        // Shortest run: 576_067_000 picoseconds.
        Weight::from_parts(953_360_000, 178403)
            .saturating_add(T::DbWeight::get().reads(62_u64))
            .saturating_add(T::DbWeight::get().writes(4_u64))
    }
    /// Storage: `Tasks::Assignments` (r:1 w:0)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:1 w:0)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Providers` (r:1 w:0)
    /// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1153), added: 3628, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::WorkerOwners` (r:1 w:0)
    /// Proof: `ProviderStaking::WorkerOwners` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    fn authorize_start() -> Weight {
        // Measured proof size: 3052 B.
        // Shortest run: 116_044_000 picoseconds.
        Weight::from_parts(127_734_000, 4618)
            .saturating_add(T::DbWeight::get().reads(5_u64))
    }
    /// Storage: `Tasks::Assignments` (r:1 w:0)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Tasks` (r:1 w:0)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:1 w:0)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Providers` (r:1 w:0)
    /// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1153), added: 3628, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::WorkerOwners` (r:1 w:0)
    /// Proof: `ProviderStaking::WorkerOwners` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    fn authorize_report_progress() -> Weight {
        // Measured proof size: 4905 B.
        // Shortest run: 132_831_000 picoseconds.
        Weight::from_parts(151_854_000, 11371)
            .saturating_add(T::DbWeight::get().reads(6_u64))
    }
    /// Storage: `Tasks::Assignments` (r:1 w:0)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:1 w:0)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Providers` (r:1 w:0)
    /// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1153), added: 3628, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::WorkerOwners` (r:1 w:0)
    /// Proof: `ProviderStaking::WorkerOwners` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    fn authorize_commit_result() -> Weight {
        // Measured proof size: 3072 B.
        // Shortest run: 116_099_000 picoseconds.
        Weight::from_parts(127_443_000, 4618)
            .saturating_add(T::DbWeight::get().reads(5_u64))
    }
    /// Storage: `Tasks::Assignments` (r:1 w:0)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:1 w:0)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Providers` (r:1 w:0)
    /// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1153), added: 3628, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::WorkerOwners` (r:1 w:0)
    /// Proof: `ProviderStaking::WorkerOwners` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    fn authorize_reveal_result() -> Weight {
        // Measured proof size: 3225 B.
        // Shortest run: 121_400_000 picoseconds.
        Weight::from_parts(131_216_000, 4618)
            .saturating_add(T::DbWeight::get().reads(5_u64))
    }
    /// Storage: `Tasks::Assignments` (r:1 w:0)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:1 w:0)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Providers` (r:1 w:0)
    /// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1153), added: 3628, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::WorkerOwners` (r:1 w:0)
    /// Proof: `ProviderStaking::WorkerOwners` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    fn authorize_fail() -> Weight {
        // Measured proof size: 3076 B.
        // Shortest run: 120_866_000 picoseconds.
        Weight::from_parts(130_760_000, 4618)
            .saturating_add(T::DbWeight::get().reads(5_u64))
    }
    /// Storage: `Tasks::Assignments` (r:1 w:0)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Disputes` (r:1 w:0)
    /// Proof: `Disputes::Disputes` (`max_values`: None, `max_size`: Some(481), added: 2956, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:1 w:0)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Providers` (r:1 w:0)
    /// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1153), added: 3628, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::WorkerOwners` (r:1 w:0)
    /// Proof: `ProviderStaking::WorkerOwners` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    fn authorize_open_trace() -> Weight {
        // Measured proof size: 2306 B.
        // Shortest run: 110_274_000 picoseconds.
        Weight::from_parts(122_019_000, 4618)
            .saturating_add(T::DbWeight::get().reads(6_u64))
    }
    /// Storage: `Tasks::Assignments` (r:59 w:0)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Disputes` (r:1 w:0)
    /// Proof: `Disputes::Disputes` (`max_values`: None, `max_size`: Some(481), added: 2956, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:1 w:0)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Providers` (r:1 w:0)
    /// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1153), added: 3628, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::WorkerOwners` (r:1 w:0)
    /// Proof: `ProviderStaking::WorkerOwners` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Tasks` (r:1 w:0)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    fn authorize_show_work() -> Weight {
        // Measured proof size: 27779 B.
        // Shortest run: 632_944_000 picoseconds.
        Weight::from_parts(751_985_000, 178403)
            .saturating_add(T::DbWeight::get().reads(65_u64))
    }
    /// Storage: `Tasks::Agenda` (r:1 w:1)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    fn serve_slot() -> Weight {
        // Measured proof size: 17 B.
        // Shortest run: 8_252_000 picoseconds.
        Weight::from_parts(9_981_000, 4191)
            .saturating_add(T::DbWeight::get().reads(1_u64))
            .saturating_add(T::DbWeight::get().writes(1_u64))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:0)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:1 w:0)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    fn serve_stale() -> Weight {
        // Measured proof size: 2453 B.
        // Shortest run: 32_312_000 picoseconds.
        Weight::from_parts(40_708_000, 11371)
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
        // Shortest run: 34_992_000 picoseconds.
        Weight::from_parts(47_984_000, 4191)
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
    /// Storage: `ProviderStaking::Challenges` (r:9 w:0)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:9 w:9)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::MissingDevicesOf` (r:9 w:0)
    /// Proof: `ProviderStaking::MissingDevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:9 w:0)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:9 w:9)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:18 w:18)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Leaves` (r:9 w:9)
    /// Proof: `Matching::Leaves` (`max_values`: None, `max_size`: Some(557078), added: 559553, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Roots` (r:4 w:4)
    /// Proof: `Matching::Roots` (`max_values`: None, `max_size`: Some(557069), added: 559544, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Listings` (r:1 w:1)
    /// Proof: `Matching::Listings` (`max_values`: Some(1), `max_size`: Some(1794), added: 2289, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DevicesOf` (r:9 w:0)
    /// Proof: `ProviderStaking::DevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:5 w:5)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::PatientAgenda` (r:1 w:1)
    /// Proof: `Tasks::PatientAgenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    /// The range of component `n` is `[5, 10]`.
    fn serve_match(n: u32, ) -> Weight {
        // Measured proof size: 12122 B + n * 1523.
        // Shortest run: 1_059_031_000 picoseconds.
        Weight::from_parts(237_857_472, 2239202)
            // Standard error: 9_487_049
            .saturating_add(Weight::from_parts(183_243_745, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(19_u64))
            .saturating_add(T::DbWeight::get().reads((14_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(16_u64))
            .saturating_add(T::DbWeight::get().writes((10_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 184050).saturating_mul(n.into()))
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
    /// Storage: `ProviderStaking::ReputationRecords` (r:15 w:1)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Challenges` (r:15 w:0)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::MissingDevicesOf` (r:15 w:0)
    /// Proof: `ProviderStaking::MissingDevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:15 w:15)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:30 w:30)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Leaves` (r:15 w:15)
    /// Proof: `Matching::Leaves` (`max_values`: None, `max_size`: Some(557078), added: 559553, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Roots` (r:4 w:4)
    /// Proof: `Matching::Roots` (`max_values`: None, `max_size`: Some(557069), added: 559544, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Listings` (r:1 w:1)
    /// Proof: `Matching::Listings` (`max_values`: Some(1), `max_size`: Some(1794), added: 2289, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DevicesOf` (r:15 w:0)
    /// Proof: `ProviderStaking::DevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:21 w:19)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Cursors` (r:1 w:0)
    /// Proof: `Matching::Cursors` (`max_values`: None, `max_size`: Some(70), added: 2545, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ParkedIn` (r:1 w:0)
    /// Proof: `Matching::ParkedIn` (`max_values`: None, `max_size`: Some(29), added: 2504, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:2 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::PatientAgenda` (r:1 w:1)
    /// Proof: `Tasks::PatientAgenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    /// The range of component `n` is `[5, 15]`.
    fn serve_assignment(n: u32, ) -> Weight {
        // Measured proof size: 3280 B + n * 1557.
        // Shortest run: 1_268_652_000 picoseconds.
        Weight::from_parts(626_307_413, 2239166)
            // Standard error: 8_533_275
            .saturating_add(Weight::from_parts(167_254_870, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(31_u64))
            .saturating_add(T::DbWeight::get().reads((14_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(23_u64))
            .saturating_add(T::DbWeight::get().writes((10_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 559553).saturating_mul(n.into()))
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
    /// Storage: `ProviderStaking::ReputationRecords` (r:4 w:3)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Occupations` (r:4 w:4)
    /// Proof: `ProviderStaking::Occupations` (`max_values`: None, `max_size`: Some(115), added: 2590, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:4 w:4)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Challenges` (r:4 w:0)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:4 w:4)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::MissingDevicesOf` (r:4 w:0)
    /// Proof: `ProviderStaking::MissingDevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:4 w:4)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:8 w:8)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Leaves` (r:4 w:4)
    /// Proof: `Matching::Leaves` (`max_values`: None, `max_size`: Some(557078), added: 559553, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Roots` (r:4 w:4)
    /// Proof: `Matching::Roots` (`max_values`: None, `max_size`: Some(557069), added: 559544, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Listings` (r:1 w:1)
    /// Proof: `Matching::Listings` (`max_values`: Some(1), `max_size`: Some(1794), added: 2289, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:2 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:7 w:5)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DevicesOf` (r:4 w:0)
    /// Proof: `ProviderStaking::DevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
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
        // Measured proof size: 960 B + n * 4146.
        // Shortest run: 617_295_000 picoseconds.
        Weight::from_parts(439_431_863, 560543)
            // Standard error: 15_638_417
            .saturating_add(Weight::from_parts(261_685_965, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(33_u64))
            .saturating_add(T::DbWeight::get().reads((20_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(24_u64))
            .saturating_add(T::DbWeight::get().writes((16_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 559553).saturating_mul(n.into()))
    }
    fn serve_settle_only() -> Weight {
        Self::serve_settle(1)
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
    /// Storage: `ProviderStaking::Challenges` (r:4 w:0)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::MissingDevicesOf` (r:4 w:0)
    /// Proof: `ProviderStaking::MissingDevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:4 w:4)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:8 w:8)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Leaves` (r:4 w:4)
    /// Proof: `Matching::Leaves` (`max_values`: None, `max_size`: Some(557078), added: 559553, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Roots` (r:4 w:4)
    /// Proof: `Matching::Roots` (`max_values`: None, `max_size`: Some(557069), added: 559544, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Listings` (r:1 w:1)
    /// Proof: `Matching::Listings` (`max_values`: Some(1), `max_size`: Some(1794), added: 2289, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DevicesOf` (r:4 w:0)
    /// Proof: `ProviderStaking::DevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    fn serve_dispute() -> Weight {
        // Measured proof size: 11238 B.
        // Shortest run: 1_044_120_000 picoseconds.
        Weight::from_parts(1_193_384_000, 2239202)
            .saturating_add(T::DbWeight::get().reads(83_u64))
            .saturating_add(T::DbWeight::get().writes(63_u64))
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
        // Shortest run: 308_123_000 picoseconds.
        Weight::from_parts(339_956_268, 24003)
            // Standard error: 4_663_349
            .saturating_add(Weight::from_parts(7_836_958, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(19_u64))
            .saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(15_u64))
            .saturating_add(Weight::from_parts(0, 3007).saturating_mul(n.into()))
    }
    /// Storage: `Tasks::Assignments` (r:1 w:1)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:1 w:1)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Occupations` (r:1 w:1)
    /// Proof: `ProviderStaking::Occupations` (`max_values`: None, `max_size`: Some(115), added: 2590, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:1 w:1)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Challenges` (r:1 w:0)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:1 w:1)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::MissingDevicesOf` (r:1 w:0)
    /// Proof: `ProviderStaking::MissingDevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:1 w:0)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:1 w:1)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:2 w:2)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Leaves` (r:1 w:1)
    /// Proof: `Matching::Leaves` (`max_values`: None, `max_size`: Some(557078), added: 559553, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Roots` (r:1 w:1)
    /// Proof: `Matching::Roots` (`max_values`: None, `max_size`: Some(557069), added: 559544, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Listings` (r:1 w:1)
    /// Proof: `Matching::Listings` (`max_values`: Some(1), `max_size`: Some(1794), added: 2289, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:2 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:3 w:3)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DevicesOf` (r:1 w:0)
    /// Proof: `ProviderStaking::DevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    fn serve_unlock() -> Weight {
        // Measured proof size: 4594 B.
        // Shortest run: 219_696_000 picoseconds.
        Weight::from_parts(243_468_000, 560543)
            .saturating_add(T::DbWeight::get().reads(20_u64))
            .saturating_add(T::DbWeight::get().writes(14_u64))
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
        // Shortest run: 27_159_000 picoseconds.
        Weight::from_parts(29_596_398, 11371)
            // Standard error: 257_973
            .saturating_add(Weight::from_parts(9_214_086, 0).saturating_mul(n.into()))
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
        // Shortest run: 85_136_000 picoseconds.
        Weight::from_parts(47_646_729, 11371)
            // Standard error: 3_398_004
            .saturating_add(Weight::from_parts(12_010_733, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(4_u64))
            .saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(8_u64))
            .saturating_add(T::DbWeight::get().writes((2_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3007).saturating_mul(n.into()))
    }
}

/// The same with the slower database, for tests of the pallet alone.
impl WeightInfo for () {
    fn submit() -> Weight {
        Weight::from_parts(153_990_000, 4191)
            .saturating_add(RocksDbWeight::get().reads(3_u64))
            .saturating_add(RocksDbWeight::get().writes(5_u64))
    }
    fn cancel(n: u32, ) -> Weight {
        Weight::from_parts(170_602_078, 16224)
            .saturating_add(Weight::from_parts(13_902_932, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(15_u64))
            .saturating_add(RocksDbWeight::get().reads((1_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(11_u64))
            .saturating_add(Weight::from_parts(0, 3007).saturating_mul(n.into()))
    }
    fn accept(n: u32, ) -> Weight {
        Weight::from_parts(405_709_117, 560543)
            .saturating_add(Weight::from_parts(248_761_332, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(32_u64))
            .saturating_add(RocksDbWeight::get().reads((20_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(23_u64))
            .saturating_add(RocksDbWeight::get().writes((16_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 559553).saturating_mul(n.into()))
    }
    fn accept_only() -> Weight {
        Self::accept(1)
    }
    fn rate(n: u32, ) -> Weight {
        Weight::from_parts(67_809_203, 16370)
            .saturating_add(Weight::from_parts(9_961_694, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(6_u64))
            .saturating_add(RocksDbWeight::get().reads((1_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(6_u64))
            .saturating_add(Weight::from_parts(0, 3007).saturating_mul(n.into()))
    }
    fn grant_key() -> Weight {
        Weight::from_parts(38_831_000, 11371)
            .saturating_add(RocksDbWeight::get().reads(2_u64))
            .saturating_add(RocksDbWeight::get().writes(2_u64))
    }
    fn start() -> Weight {
        Weight::from_parts(65_006_000, 11371)
            .saturating_add(RocksDbWeight::get().reads(2_u64))
            .saturating_add(RocksDbWeight::get().writes(1_u64))
    }
    fn report_progress() -> Weight {
        Weight::from_parts(52_647_000, 3997)
            .saturating_add(RocksDbWeight::get().reads(1_u64))
            .saturating_add(RocksDbWeight::get().writes(1_u64))
    }
    fn commit_result(n: u32, ) -> Weight {
        Weight::from_parts(291_877_393, 560543)
            .saturating_add(Weight::from_parts(8_341_646, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(26_u64))
            .saturating_add(RocksDbWeight::get().writes(18_u64))
    }
    fn commit_alone() -> Weight {
        Weight::from_parts(250_244_000, 560543)
            .saturating_add(RocksDbWeight::get().reads(22_u64))
            .saturating_add(RocksDbWeight::get().writes(15_u64))
    }
    fn commit_unaudited() -> Weight {
        Weight::from_parts(210_441_000, 560543)
            .saturating_add(RocksDbWeight::get().reads(20_u64))
            .saturating_add(RocksDbWeight::get().writes(12_u64))
    }
    fn reveal_only() -> Weight {
        Weight::from_parts(413_460_000, 560543)
            .saturating_add(RocksDbWeight::get().reads(26_u64))
            .saturating_add(RocksDbWeight::get().writes(21_u64))
    }
    fn reveal_alone(n: u32, ) -> Weight {
        Weight::from_parts(395_803_637, 11526)
            .saturating_add(Weight::from_parts(183_576_898, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(8_u64))
            .saturating_add(RocksDbWeight::get().reads((19_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(7_u64))
            .saturating_add(RocksDbWeight::get().writes((15_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 559553).saturating_mul(n.into()))
    }
    fn reveal_to_wait() -> Weight {
        Weight::from_parts(90_316_000, 11371)
            .saturating_add(RocksDbWeight::get().reads(4_u64))
            .saturating_add(RocksDbWeight::get().writes(3_u64))
    }
    fn reveal_result(n: u32, ) -> Weight {
        Weight::from_parts(466_578_019, 2239166)
            .saturating_add(Weight::from_parts(285_788_056, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(28_u64))
            .saturating_add(RocksDbWeight::get().reads((18_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(24_u64))
            .saturating_add(RocksDbWeight::get().writes((14_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 559553).saturating_mul(n.into()))
    }
    fn fail(n: u32, ) -> Weight {
        Weight::from_parts(896_880_720, 2239166)
            .saturating_add(Weight::from_parts(139_219_497, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(31_u64))
            .saturating_add(RocksDbWeight::get().reads((14_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(23_u64))
            .saturating_add(RocksDbWeight::get().writes((10_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 559553).saturating_mul(n.into()))
    }
    fn open_trace() -> Weight {
        Weight::from_parts(74_582_000, 11371)
            .saturating_add(RocksDbWeight::get().reads(4_u64))
            .saturating_add(RocksDbWeight::get().writes(3_u64))
    }
    fn show_work() -> Weight {
        Weight::from_parts(953_360_000, 178403)
            .saturating_add(RocksDbWeight::get().reads(62_u64))
            .saturating_add(RocksDbWeight::get().writes(4_u64))
    }
    fn authorize_start() -> Weight {
        Weight::from_parts(127_734_000, 4618)
            .saturating_add(RocksDbWeight::get().reads(5_u64))
    }
    fn authorize_report_progress() -> Weight {
        Weight::from_parts(151_854_000, 11371)
            .saturating_add(RocksDbWeight::get().reads(6_u64))
    }
    fn authorize_commit_result() -> Weight {
        Weight::from_parts(127_443_000, 4618)
            .saturating_add(RocksDbWeight::get().reads(5_u64))
    }
    fn authorize_reveal_result() -> Weight {
        Weight::from_parts(131_216_000, 4618)
            .saturating_add(RocksDbWeight::get().reads(5_u64))
    }
    fn authorize_fail() -> Weight {
        Weight::from_parts(130_760_000, 4618)
            .saturating_add(RocksDbWeight::get().reads(5_u64))
    }
    fn authorize_open_trace() -> Weight {
        Weight::from_parts(122_019_000, 4618)
            .saturating_add(RocksDbWeight::get().reads(6_u64))
    }
    fn authorize_show_work() -> Weight {
        Weight::from_parts(751_985_000, 178403)
            .saturating_add(RocksDbWeight::get().reads(65_u64))
    }
    fn serve_slot() -> Weight {
        Weight::from_parts(9_981_000, 4191)
            .saturating_add(RocksDbWeight::get().reads(1_u64))
            .saturating_add(RocksDbWeight::get().writes(1_u64))
    }
    fn serve_stale() -> Weight {
        Weight::from_parts(40_708_000, 11371)
            .saturating_add(RocksDbWeight::get().reads(2_u64))
    }
    fn serve_early() -> Weight {
        Weight::from_parts(47_984_000, 4191)
            .saturating_add(RocksDbWeight::get().reads(2_u64))
            .saturating_add(RocksDbWeight::get().writes(3_u64))
    }
    fn serve_match(n: u32, ) -> Weight {
        Weight::from_parts(237_857_472, 2239202)
            .saturating_add(Weight::from_parts(183_243_745, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(19_u64))
            .saturating_add(RocksDbWeight::get().reads((14_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(16_u64))
            .saturating_add(RocksDbWeight::get().writes((10_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 184050).saturating_mul(n.into()))
    }
    fn serve_assignment(n: u32, ) -> Weight {
        Weight::from_parts(626_307_413, 2239166)
            .saturating_add(Weight::from_parts(167_254_870, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(31_u64))
            .saturating_add(RocksDbWeight::get().reads((14_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(23_u64))
            .saturating_add(RocksDbWeight::get().writes((10_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 559553).saturating_mul(n.into()))
    }
    fn serve_settle(n: u32, ) -> Weight {
        Weight::from_parts(439_431_863, 560543)
            .saturating_add(Weight::from_parts(261_685_965, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(33_u64))
            .saturating_add(RocksDbWeight::get().reads((20_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(24_u64))
            .saturating_add(RocksDbWeight::get().writes((16_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 559553).saturating_mul(n.into()))
    }
    fn serve_settle_only() -> Weight {
        Self::serve_settle(1)
    }
    fn serve_dispute() -> Weight {
        Weight::from_parts(1_193_384_000, 2239202)
            .saturating_add(RocksDbWeight::get().reads(83_u64))
            .saturating_add(RocksDbWeight::get().writes(63_u64))
    }
    fn serve_audit(n: u32, ) -> Weight {
        Weight::from_parts(339_956_268, 24003)
            .saturating_add(Weight::from_parts(7_836_958, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(19_u64))
            .saturating_add(RocksDbWeight::get().reads((1_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(15_u64))
            .saturating_add(Weight::from_parts(0, 3007).saturating_mul(n.into()))
    }
    fn serve_unlock() -> Weight {
        Weight::from_parts(243_468_000, 560543)
            .saturating_add(RocksDbWeight::get().reads(20_u64))
            .saturating_add(RocksDbWeight::get().writes(14_u64))
    }
    fn serve_prune_plain(n: u32, ) -> Weight {
        Weight::from_parts(29_596_398, 11371)
            .saturating_add(Weight::from_parts(9_214_086, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(4_u64))
            .saturating_add(RocksDbWeight::get().reads((1_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(2_u64))
            .saturating_add(RocksDbWeight::get().writes((1_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3007).saturating_mul(n.into()))
    }
    fn serve_prune(n: u32, ) -> Weight {
        Weight::from_parts(47_646_729, 11371)
            .saturating_add(Weight::from_parts(12_010_733, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(4_u64))
            .saturating_add(RocksDbWeight::get().reads((1_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(8_u64))
            .saturating_add(RocksDbWeight::get().writes((2_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3007).saturating_mul(n.into()))
    }
}
