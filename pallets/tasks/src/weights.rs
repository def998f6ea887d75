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
    /// Storage: `Tasks::Agenda` (r:1 w:1)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:1 w:1)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::SubmittedBy` (r:0 w:1)
    /// Proof: `Tasks::SubmittedBy` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Tasks` (r:0 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    fn submit() -> Weight {
        // Measured proof size: 55 B.
        // Shortest run: 96_754_000 picoseconds.
        Weight::from_parts(101_952_000, 4191)
            .saturating_add(T::DbWeight::get().reads(3_u64))
            .saturating_add(T::DbWeight::get().writes(5_u64))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:10 w:0)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:3 w:1)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ParkedIn` (r:1 w:0)
    /// Proof: `Matching::ParkedIn` (`max_values`: None, `max_size`: Some(29), added: 2504, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Agenda` (r:1 w:1)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:0 w:1)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// The range of component `n` is `[0, 10]`.
    fn cancel(n: u32, ) -> Weight {
        // Measured proof size: 1571 B + n * 572.
        // Shortest run: 59_779_000 picoseconds.
        Weight::from_parts(66_880_343, 11371)
            // Standard error: 133_616
            .saturating_add(Weight::from_parts(6_271_856, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(7_u64))
            .saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(5_u64))
            .saturating_add(Weight::from_parts(0, 3007).saturating_mul(n.into()))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:4 w:4)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:3 w:3)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:5 w:5)
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
    /// Storage: `ProviderStaking::Presences` (r:4 w:2)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::MissingDevicesOf` (r:4 w:0)
    /// Proof: `ProviderStaking::MissingDevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
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
        // Measured proof size: 687 B + n * 3786.
        // Shortest run: 305_536_000 picoseconds.
        Weight::from_parts(170_876_445, 560543)
            // Standard error: 1_520_220
            .saturating_add(Weight::from_parts(146_803_970, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(18_u64))
            .saturating_add(T::DbWeight::get().reads((17_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(5_u64))
            .saturating_add(T::DbWeight::get().writes((14_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3580).saturating_mul(n.into()))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:15 w:0)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:5 w:5)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// The range of component `n` is `[5, 15]`.
    fn rate(n: u32, ) -> Weight {
        // Measured proof size: 1108 B + n * 572.
        // Shortest run: 71_997_000 picoseconds.
        Weight::from_parts(51_480_733, 16370)
            // Standard error: 185_445
            .saturating_add(Weight::from_parts(4_266_961, 0).saturating_mul(n.into()))
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
        // Measured proof size: 1523 B.
        // Shortest run: 17_526_000 picoseconds.
        Weight::from_parts(18_768_000, 11371)
            .saturating_add(T::DbWeight::get().reads(2_u64))
            .saturating_add(T::DbWeight::get().writes(2_u64))
    }
    /// Storage: `Tasks::Assignments` (r:1 w:1)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Tasks` (r:1 w:0)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    fn start() -> Weight {
        // Measured proof size: 2197 B.
        // Shortest run: 22_984_000 picoseconds.
        Weight::from_parts(25_137_000, 11371)
            .saturating_add(T::DbWeight::get().reads(2_u64))
            .saturating_add(T::DbWeight::get().writes(1_u64))
    }
    /// Storage: `Tasks::Assignments` (r:1 w:1)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    fn report_progress() -> Weight {
        // Measured proof size: 424 B.
        // Shortest run: 17_686_000 picoseconds.
        Weight::from_parts(20_591_000, 3997)
            .saturating_add(T::DbWeight::get().reads(1_u64))
            .saturating_add(T::DbWeight::get().writes(1_u64))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:6 w:6)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
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
    /// Storage: `Matching::Entries` (r:1 w:0)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:1 w:1)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:1 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Audits` (r:1 w:0)
    /// Proof: `Tasks::Audits` (`max_values`: None, `max_size`: Some(99), added: 2574, mode: `MaxEncodedLen`)
    /// The range of component `n` is `[5, 15]`.
    fn commit_result(n: u32, ) -> Weight {
        // Measured proof size: 3849 B + n * 207.
        // Shortest run: 122_874_000 picoseconds.
        // By hand, until it is measured: with the device where it belonged (117_015_707 picoseconds, 18 reads, 10 writes), and
        // what it takes to list it in another bucket: five reads more, six writes, and to change a leaf and a root.
        Weight::from_parts(132_739_707, 560543)
            // Standard error: 316_600
            .saturating_add(Weight::from_parts(1_709_311, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(23_u64))
            .saturating_add(T::DbWeight::get().writes(16_u64))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:1 w:1)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
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
    /// Storage: `Matching::Entries` (r:1 w:0)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:1 w:1)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:1 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Audits` (r:1 w:1)
    /// Proof: `Tasks::Audits` (`max_values`: None, `max_size`: Some(99), added: 2574, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Agenda` (r:1 w:1)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    fn commit_alone() -> Weight {
        // Measured proof size: 3240 B.
        // Shortest run: 88_232_000 picoseconds.
        // By hand, until it is measured, as `commit_result`: before 91_787_000 picoseconds, 14 reads, 7 writes.
        Weight::from_parts(107_511_000, 560543)
            .saturating_add(T::DbWeight::get().reads(19_u64))
            .saturating_add(T::DbWeight::get().writes(13_u64))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:0)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:1 w:1)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
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
    /// Storage: `Matching::Entries` (r:1 w:0)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:1 w:1)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:1 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    fn commit_unaudited() -> Weight {
        // Measured proof size: 3176 B.
        // Shortest run: 79_299_000 picoseconds.
        // By hand, until it is measured, as `commit_result`: before 82_484_000 picoseconds, 12 reads, 4 writes.
        Weight::from_parts(98_208_000, 560543)
            .saturating_add(T::DbWeight::get().reads(17_u64))
            .saturating_add(T::DbWeight::get().writes(10_u64))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:1 w:1)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:1 w:1)
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
    /// Storage: `ProviderStaking::Presences` (r:1 w:0)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::MissingDevicesOf` (r:1 w:0)
    /// Proof: `ProviderStaking::MissingDevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:1 w:0)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:1 w:0)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:1 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DevicesOf` (r:1 w:0)
    /// Proof: `ProviderStaking::DevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Agenda` (r:2 w:2)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    fn reveal_only() -> Weight {
        // Measured proof size: 2865 B.
        // Shortest run: 188_201_000 picoseconds.
        Weight::from_parts(199_808_000, 11371)
            .saturating_add(T::DbWeight::get().reads(17_u64))
            .saturating_add(T::DbWeight::get().writes(10_u64))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:3 w:3)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:3 w:3)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:3 w:3)
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
    /// Storage: `ProviderStaking::Presences` (r:3 w:2)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::MissingDevicesOf` (r:3 w:0)
    /// Proof: `ProviderStaking::MissingDevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
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
    /// The range of component `n` is `[2, 3]`.
    fn reveal_alone(n: u32, ) -> Weight {
        // Measured proof size: 3773 B + n * 1469.
        // Shortest run: 356_832_000 picoseconds.
        Weight::from_parts(138_075_483, 560543)
            // Standard error: 1_326_467
            .saturating_add(Weight::from_parts(115_155_801, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(11_u64))
            .saturating_add(T::DbWeight::get().reads((13_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(9_u64))
            .saturating_add(T::DbWeight::get().writes((9_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3076).saturating_mul(n.into()))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:1 w:1)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Agenda` (r:1 w:1)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    fn reveal_to_wait() -> Weight {
        // Measured proof size: 1785 B.
        // Shortest run: 38_668_000 picoseconds.
        Weight::from_parts(41_682_000, 11371)
            .saturating_add(T::DbWeight::get().reads(3_u64))
            .saturating_add(T::DbWeight::get().writes(3_u64))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:16 w:16)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:11 w:11)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:17 w:17)
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
    /// Storage: `ProviderStaking::Presences` (r:16 w:10)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::MissingDevicesOf` (r:16 w:0)
    /// Proof: `ProviderStaking::MissingDevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
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
        // Measured proof size: 4055 B + n * 1526.
        // Shortest run: 819_723_000 picoseconds.
        Weight::from_parts(198_353_751, 560543)
            // Standard error: 1_950_964
            .saturating_add(Weight::from_parts(136_186_043, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(16_u64))
            .saturating_add(T::DbWeight::get().reads((13_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(42_u64))
            .saturating_add(T::DbWeight::get().writes((6_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3076).saturating_mul(n.into()))
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
    /// Storage: `System::Account` (r:5 w:5)
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
    /// Storage: `ProviderStaking::MissingDevicesOf` (r:15 w:0)
    /// Proof: `ProviderStaking::MissingDevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
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
        // Measured proof size: 3018 B + n * 1354.
        // Shortest run: 623_089_000 picoseconds.
        Weight::from_parts(377_332_666, 560543)
            // Standard error: 2_547_639
            .saturating_add(Weight::from_parts(57_710_944, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(25_u64))
            .saturating_add(T::DbWeight::get().reads((10_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(20_u64))
            .saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3076).saturating_mul(n.into()))
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
        // Shortest run: 37_036_000 picoseconds.
        Weight::from_parts(39_288_000, 11371)
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
        // Measured proof size: 24304 B.
        // Shortest run: 372_313_000 picoseconds.
        Weight::from_parts(447_614_000, 178403)
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
    /// Storage: `System::BlockHash` (r:2 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    fn authorize_start() -> Weight {
        // Measured proof size: 3192 B.
        // Shortest run: 72_789_000 picoseconds.
        Weight::from_parts(76_644_000, 6028)
            .saturating_add(T::DbWeight::get().reads(6_u64))
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
    /// Storage: `System::BlockHash` (r:2 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    fn authorize_report_progress() -> Weight {
        // Measured proof size: 5050 B.
        // Shortest run: 76_794_000 picoseconds.
        Weight::from_parts(82_353_000, 11371)
            .saturating_add(T::DbWeight::get().reads(7_u64))
    }
    /// Storage: `Tasks::Assignments` (r:1 w:0)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:1 w:0)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Providers` (r:1 w:0)
    /// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1153), added: 3628, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::WorkerOwners` (r:1 w:0)
    /// Proof: `ProviderStaking::WorkerOwners` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `System::BlockHash` (r:2 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    fn authorize_commit_result() -> Weight {
        // Measured proof size: 3220 B.
        // Shortest run: 71_927_000 picoseconds.
        Weight::from_parts(75_112_000, 6028)
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
    /// Storage: `System::BlockHash` (r:2 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    fn authorize_reveal_result() -> Weight {
        // Measured proof size: 3332 B.
        // Shortest run: 76_945_000 picoseconds.
        Weight::from_parts(80_861_000, 6028)
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
    /// Storage: `System::BlockHash` (r:2 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    fn authorize_fail() -> Weight {
        // Measured proof size: 3220 B.
        // Shortest run: 75_803_000 picoseconds.
        Weight::from_parts(81_532_000, 6028)
            .saturating_add(T::DbWeight::get().reads(6_u64))
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
    /// Storage: `System::BlockHash` (r:2 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    fn authorize_open_trace() -> Weight {
        // Measured proof size: 2544 B.
        // Shortest run: 78_006_000 picoseconds.
        Weight::from_parts(81_742_000, 6028)
            .saturating_add(T::DbWeight::get().reads(7_u64))
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
        // Measured proof size: 27798 B.
        // Shortest run: 436_989_000 picoseconds.
        Weight::from_parts(522_436_000, 178403)
            .saturating_add(T::DbWeight::get().reads(65_u64))
    }
    /// Storage: `Tasks::Agenda` (r:1 w:1)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    fn serve_slot() -> Weight {
        // Measured proof size: 17 B.
        // Shortest run: 5_097_000 picoseconds.
        Weight::from_parts(5_388_000, 4191)
            .saturating_add(T::DbWeight::get().reads(1_u64))
            .saturating_add(T::DbWeight::get().writes(1_u64))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:0)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:1 w:0)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    fn serve_stale() -> Weight {
        // Measured proof size: 2420 B.
        // Shortest run: 14_412_000 picoseconds.
        Weight::from_parts(15_923_000, 11371)
            .saturating_add(T::DbWeight::get().reads(2_u64))
    }
    /// Storage: `Tasks::Assignments` (r:1 w:1)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Agenda` (r:1 w:1)
    /// Proof: `Tasks::Agenda` (`max_values`: None, `max_size`: Some(726), added: 3201, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::AgendaPages` (r:0 w:1)
    /// Proof: `Tasks::AgendaPages` (`max_values`: None, `max_size`: Some(730), added: 3205, mode: `MaxEncodedLen`)
    fn serve_early() -> Weight {
        // Measured proof size: 1114 B.
        // Shortest run: 17_536_000 picoseconds.
        Weight::from_parts(19_199_000, 4191)
            .saturating_add(T::DbWeight::get().reads(2_u64))
            .saturating_add(T::DbWeight::get().writes(3_u64))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:3 w:1)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ParkedIn` (r:1 w:0)
    /// Proof: `Matching::ParkedIn` (`max_values`: None, `max_size`: Some(29), added: 2504, mode: `MaxEncodedLen`)
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
    /// Storage: `ProviderStaking::Presences` (r:9 w:0)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::MissingDevicesOf` (r:9 w:0)
    /// Proof: `ProviderStaking::MissingDevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:9 w:0)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:9 w:0)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:1 w:1)
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
    /// Storage: `Matching::Leaves` (r:1 w:1)
    /// Proof: `Matching::Leaves` (`max_values`: None, `max_size`: Some(557078), added: 559553, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Roots` (r:1 w:1)
    /// Proof: `Matching::Roots` (`max_values`: None, `max_size`: Some(557069), added: 559544, mode: `MaxEncodedLen`)
    /// The range of component `n` is `[5, 10]`.
    fn serve_match(n: u32, ) -> Weight {
        // Measured proof size: 650 B + n * 1314.
        // Shortest run: 471_593_000 picoseconds.
        Weight::from_parts(200_810_579, 21559)
            // Standard error: 1_177_520
            .saturating_add(Weight::from_parts(56_101_299, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(7_u64))
            .saturating_add(T::DbWeight::get().reads((10_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(8_u64))
            .saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 107797).saturating_mul(n.into()))
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
    /// Storage: `System::Account` (r:5 w:5)
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
    /// Storage: `ProviderStaking::MissingDevicesOf` (r:15 w:0)
    /// Proof: `ProviderStaking::MissingDevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
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
        // Measured proof size: 2898 B + n * 1354.
        // Shortest run: 627_957_000 picoseconds.
        Weight::from_parts(326_051_075, 560543)
            // Standard error: 825_380
            .saturating_add(Weight::from_parts(60_186_641, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(25_u64))
            .saturating_add(T::DbWeight::get().reads((10_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(20_u64))
            .saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3076).saturating_mul(n.into()))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:4 w:4)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:3 w:3)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:5 w:5)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:4 w:4)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:3 w:3)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Occupations` (r:4 w:4)
    /// Proof: `ProviderStaking::Occupations` (`max_values`: None, `max_size`: Some(115), added: 2590, mode: `MaxEncodedLen`)
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
        // Measured proof size: 731 B + n * 3738.
        // Shortest run: 276_994_000 picoseconds.
        Weight::from_parts(152_996_320, 560543)
            // Standard error: 872_765
            .saturating_add(Weight::from_parts(130_872_531, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(21_u64))
            .saturating_add(T::DbWeight::get().reads((14_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(11_u64))
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
    /// Storage: `ProviderStaking::DrawNodes` (r:3 w:3)
    /// Proof: `ProviderStaking::DrawNodes` (`max_values`: None, `max_size`: Some(1037), added: 3512, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:4 w:4)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Challenges` (r:4 w:0)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::MissingDevicesOf` (r:4 w:0)
    /// Proof: `ProviderStaking::MissingDevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
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
        // Measured proof size: 10105 B.
        // Shortest run: 570_732_000 picoseconds.
        Weight::from_parts(607_386_000, 560543)
            .saturating_add(T::DbWeight::get().reads(65_u64))
            .saturating_add(T::DbWeight::get().writes(45_u64))
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
    /// Storage: `System::Account` (r:1 w:1)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::AuditBook` (r:1 w:1)
    /// Proof: `Tasks::AuditBook` (`max_values`: Some(1), `max_size`: Some(64), added: 559, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::AuditDebts` (r:1 w:0)
    /// Proof: `Tasks::AuditDebts` (`max_values`: None, `max_size`: Some(74), added: 2549, mode: `MaxEncodedLen`)
    /// The range of component `n` is `[5, 15]`.
    fn serve_audit(n: u32, ) -> Weight {
        // Measured proof size: 1057 B + n * 559.
        // Shortest run: 130_434_000 picoseconds.
        Weight::from_parts(108_139_785, 24003)
            // Standard error: 292_101
            .saturating_add(Weight::from_parts(4_476_261, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(15_u64))
            .saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(10_u64))
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
        // Measured proof size: 3640 B.
        // Shortest run: 68_062_000 picoseconds.
        Weight::from_parts(71_757_000, 6956)
            .saturating_add(T::DbWeight::get().reads(11_u64))
            .saturating_add(T::DbWeight::get().writes(7_u64))
    }
    /// Storage: `Disputes::Disputes` (r:1 w:0)
    /// Proof: `Disputes::Disputes` (`max_values`: None, `max_size`: Some(481), added: 2956, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::ClaimsMade` (r:1 w:0)
    /// Proof: `Tasks::ClaimsMade` (`max_values`: None, `max_size`: Some(17), added: 2492, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:3 w:3)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::SubmittedBy` (r:1 w:1)
    /// Proof: `Tasks::SubmittedBy` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// The range of component `n` is `[1, 3]`.
    fn serve_prune_plain(n: u32, ) -> Weight {
        // Measured proof size: 1129 B + n * 542.
        // Shortest run: 17_497_000 picoseconds.
        Weight::from_parts(13_854_293, 11371)
            // Standard error: 63_261
            .saturating_add(Weight::from_parts(4_647_931, 0).saturating_mul(n.into()))
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
    /// Storage: `Tasks::ClaimsMade` (r:1 w:0)
    /// Proof: `Tasks::ClaimsMade` (`max_values`: None, `max_size`: Some(17), added: 2492, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:15 w:15)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Claimed` (r:0 w:1)
    /// Proof: `Disputes::Claimed` (`max_values`: None, `max_size`: Some(26), added: 2501, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Narrowings` (r:0 w:1)
    /// Proof: `Disputes::Narrowings` (`max_values`: None, `max_size`: Some(289), added: 2764, mode: `MaxEncodedLen`)
    /// Storage: `Disputes::Steps` (r:0 w:1)
    /// Proof: `Disputes::Steps` (`max_values`: None, `max_size`: Some(20), added: 2495, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::SubmittedBy` (r:1 w:1)
    /// Proof: `Tasks::SubmittedBy` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Envelopes` (r:0 w:15)
    /// Proof: `Tasks::Envelopes` (`max_values`: None, `max_size`: Some(130), added: 2605, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Audits` (r:0 w:1)
    /// Proof: `Tasks::Audits` (`max_values`: None, `max_size`: Some(99), added: 2574, mode: `MaxEncodedLen`)
    /// The range of component `n` is `[5, 15]`.
    /// Storage: `Disputes::Shown` (r:0 w:1)
    /// Proof: `Disputes::Shown` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
    fn serve_prune(n: u32, ) -> Weight {
        // Measured proof size: 667 B + n * 538.
        // Shortest run: 47_210_000 picoseconds.
        Weight::from_parts(20_578_023, 11371)
            // Standard error: 74_348
            .saturating_add(Weight::from_parts(5_398_507, 0).saturating_mul(n.into()))
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
        Weight::from_parts(101_952_000, 4191)
            .saturating_add(RocksDbWeight::get().reads(3_u64))
            .saturating_add(RocksDbWeight::get().writes(5_u64))
    }
    fn cancel(n: u32, ) -> Weight {
        Weight::from_parts(66_880_343, 11371)
            .saturating_add(Weight::from_parts(6_271_856, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(7_u64))
            .saturating_add(RocksDbWeight::get().reads((1_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(5_u64))
            .saturating_add(Weight::from_parts(0, 3007).saturating_mul(n.into()))
    }
    fn accept(n: u32, ) -> Weight {
        Weight::from_parts(170_876_445, 560543)
            .saturating_add(Weight::from_parts(146_803_970, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(18_u64))
            .saturating_add(RocksDbWeight::get().reads((17_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(5_u64))
            .saturating_add(RocksDbWeight::get().writes((14_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3580).saturating_mul(n.into()))
    }
    fn rate(n: u32, ) -> Weight {
        Weight::from_parts(51_480_733, 16370)
            .saturating_add(Weight::from_parts(4_266_961, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(6_u64))
            .saturating_add(RocksDbWeight::get().reads((1_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(6_u64))
            .saturating_add(Weight::from_parts(0, 3007).saturating_mul(n.into()))
    }
    fn grant_key() -> Weight {
        Weight::from_parts(18_768_000, 11371)
            .saturating_add(RocksDbWeight::get().reads(2_u64))
            .saturating_add(RocksDbWeight::get().writes(2_u64))
    }
    fn start() -> Weight {
        Weight::from_parts(25_137_000, 11371)
            .saturating_add(RocksDbWeight::get().reads(2_u64))
            .saturating_add(RocksDbWeight::get().writes(1_u64))
    }
    fn report_progress() -> Weight {
        Weight::from_parts(20_591_000, 3997)
            .saturating_add(RocksDbWeight::get().reads(1_u64))
            .saturating_add(RocksDbWeight::get().writes(1_u64))
    }
    fn commit_result(n: u32, ) -> Weight {
        Weight::from_parts(132_739_707, 560543)
            .saturating_add(Weight::from_parts(1_709_311, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(23_u64))
            .saturating_add(RocksDbWeight::get().writes(16_u64))
    }
    fn commit_alone() -> Weight {
        Weight::from_parts(107_511_000, 560543)
            .saturating_add(RocksDbWeight::get().reads(19_u64))
            .saturating_add(RocksDbWeight::get().writes(13_u64))
    }
    fn commit_unaudited() -> Weight {
        Weight::from_parts(98_208_000, 560543)
            .saturating_add(RocksDbWeight::get().reads(17_u64))
            .saturating_add(RocksDbWeight::get().writes(10_u64))
    }
    fn reveal_only() -> Weight {
        Weight::from_parts(199_808_000, 11371)
            .saturating_add(RocksDbWeight::get().reads(17_u64))
            .saturating_add(RocksDbWeight::get().writes(10_u64))
    }
    fn reveal_alone(n: u32, ) -> Weight {
        Weight::from_parts(138_075_483, 560543)
            .saturating_add(Weight::from_parts(115_155_801, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(11_u64))
            .saturating_add(RocksDbWeight::get().reads((13_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(9_u64))
            .saturating_add(RocksDbWeight::get().writes((9_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3076).saturating_mul(n.into()))
    }
    fn reveal_to_wait() -> Weight {
        Weight::from_parts(41_682_000, 11371)
            .saturating_add(RocksDbWeight::get().reads(3_u64))
            .saturating_add(RocksDbWeight::get().writes(3_u64))
    }
    fn reveal_result(n: u32, ) -> Weight {
        Weight::from_parts(198_353_751, 560543)
            .saturating_add(Weight::from_parts(136_186_043, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(16_u64))
            .saturating_add(RocksDbWeight::get().reads((13_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(42_u64))
            .saturating_add(RocksDbWeight::get().writes((6_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3076).saturating_mul(n.into()))
    }
    fn fail(n: u32, ) -> Weight {
        Weight::from_parts(377_332_666, 560543)
            .saturating_add(Weight::from_parts(57_710_944, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(25_u64))
            .saturating_add(RocksDbWeight::get().reads((10_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(20_u64))
            .saturating_add(RocksDbWeight::get().writes((4_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3076).saturating_mul(n.into()))
    }
    fn open_trace() -> Weight {
        Weight::from_parts(39_288_000, 11371)
            .saturating_add(RocksDbWeight::get().reads(4_u64))
            .saturating_add(RocksDbWeight::get().writes(3_u64))
    }
    fn show_work() -> Weight {
        Weight::from_parts(447_614_000, 178403)
            .saturating_add(RocksDbWeight::get().reads(62_u64))
            .saturating_add(RocksDbWeight::get().writes(4_u64))
    }
    fn authorize_start() -> Weight {
        Weight::from_parts(76_644_000, 6028)
            .saturating_add(RocksDbWeight::get().reads(6_u64))
    }
    fn authorize_report_progress() -> Weight {
        Weight::from_parts(82_353_000, 11371)
            .saturating_add(RocksDbWeight::get().reads(7_u64))
    }
    fn authorize_commit_result() -> Weight {
        Weight::from_parts(75_112_000, 6028)
            .saturating_add(RocksDbWeight::get().reads(6_u64))
    }
    fn authorize_reveal_result() -> Weight {
        Weight::from_parts(80_861_000, 6028)
            .saturating_add(RocksDbWeight::get().reads(6_u64))
    }
    fn authorize_fail() -> Weight {
        Weight::from_parts(81_532_000, 6028)
            .saturating_add(RocksDbWeight::get().reads(6_u64))
    }
    fn authorize_open_trace() -> Weight {
        Weight::from_parts(81_742_000, 6028)
            .saturating_add(RocksDbWeight::get().reads(7_u64))
    }
    fn authorize_show_work() -> Weight {
        Weight::from_parts(522_436_000, 178403)
            .saturating_add(RocksDbWeight::get().reads(65_u64))
    }
    fn serve_slot() -> Weight {
        Weight::from_parts(5_388_000, 4191)
            .saturating_add(RocksDbWeight::get().reads(1_u64))
            .saturating_add(RocksDbWeight::get().writes(1_u64))
    }
    fn serve_stale() -> Weight {
        Weight::from_parts(15_923_000, 11371)
            .saturating_add(RocksDbWeight::get().reads(2_u64))
    }
    fn serve_early() -> Weight {
        Weight::from_parts(19_199_000, 4191)
            .saturating_add(RocksDbWeight::get().reads(2_u64))
            .saturating_add(RocksDbWeight::get().writes(3_u64))
    }
    fn serve_match(n: u32, ) -> Weight {
        Weight::from_parts(200_810_579, 21559)
            .saturating_add(Weight::from_parts(56_101_299, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(7_u64))
            .saturating_add(RocksDbWeight::get().reads((10_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(8_u64))
            .saturating_add(RocksDbWeight::get().writes((4_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 107797).saturating_mul(n.into()))
    }
    fn serve_assignment(n: u32, ) -> Weight {
        Weight::from_parts(326_051_075, 560543)
            .saturating_add(Weight::from_parts(60_186_641, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(25_u64))
            .saturating_add(RocksDbWeight::get().reads((10_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(20_u64))
            .saturating_add(RocksDbWeight::get().writes((4_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3076).saturating_mul(n.into()))
    }
    fn serve_settle(n: u32, ) -> Weight {
        Weight::from_parts(152_996_320, 560543)
            .saturating_add(Weight::from_parts(130_872_531, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(21_u64))
            .saturating_add(RocksDbWeight::get().reads((14_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(11_u64))
            .saturating_add(RocksDbWeight::get().writes((13_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3076).saturating_mul(n.into()))
    }
    fn serve_dispute() -> Weight {
        Weight::from_parts(607_386_000, 560543)
            .saturating_add(RocksDbWeight::get().reads(65_u64))
            .saturating_add(RocksDbWeight::get().writes(45_u64))
    }
    fn serve_audit(n: u32, ) -> Weight {
        Weight::from_parts(108_139_785, 24003)
            .saturating_add(Weight::from_parts(4_476_261, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(15_u64))
            .saturating_add(RocksDbWeight::get().reads((1_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(10_u64))
            .saturating_add(Weight::from_parts(0, 3007).saturating_mul(n.into()))
    }
    fn serve_unlock() -> Weight {
        Weight::from_parts(71_757_000, 6956)
            .saturating_add(RocksDbWeight::get().reads(11_u64))
            .saturating_add(RocksDbWeight::get().writes(7_u64))
    }
    fn serve_prune_plain(n: u32, ) -> Weight {
        Weight::from_parts(13_854_293, 11371)
            .saturating_add(Weight::from_parts(4_647_931, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(4_u64))
            .saturating_add(RocksDbWeight::get().reads((1_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(2_u64))
            .saturating_add(RocksDbWeight::get().writes((1_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3007).saturating_mul(n.into()))
    }
    fn serve_prune(n: u32, ) -> Weight {
        Weight::from_parts(20_578_023, 11371)
            .saturating_add(Weight::from_parts(5_398_507, 0).saturating_mul(n.into()))
            .saturating_add(RocksDbWeight::get().reads(4_u64))
            .saturating_add(RocksDbWeight::get().reads((1_u64).saturating_mul(n.into())))
            .saturating_add(RocksDbWeight::get().writes(8_u64))
            .saturating_add(RocksDbWeight::get().writes((2_u64).saturating_mul(n.into())))
            .saturating_add(Weight::from_parts(0, 3007).saturating_mul(n.into()))
    }
}
