//! Weights of `pallet_matching`, measured by `make weights` on the runtime's Wasm.
//!
//! Made by `bench/weights` (frame-benchmarking-cli 64.0.0) on 2026-11-30: steps 10, repeats 5, Intel(R) Xeon(R) Processor.
//! Taken from a later run, on 2026-12-01, steps 20, repeats 10, AMD EPYC: `service_base`, `leave_list`, `visit_device`.
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
    fn service_base() -> Weight;
    fn leave_word() -> Weight;
    fn leave_list() -> Weight;
    fn begin_search() -> Weight;
    fn read_cells(c: u32, ) -> Weight;
    fn read_node() -> Weight;
    fn look_at_page() -> Weight;
    fn look_at_offer() -> Weight;
    fn repair() -> Weight;
    fn match_task() -> Weight;
    fn close_device() -> Weight;
    fn close_bucket() -> Weight;
    fn park_task() -> Weight;
    fn defer_task() -> Weight;
    fn visit_device() -> Weight;
    fn examine_parked() -> Weight;
    fn wake_task() -> Weight;
    fn list_device() -> Weight;
    fn unlist_device() -> Weight;
    fn enqueue_task() -> Weight;
    fn forget_task() -> Weight;
}

/// As measured, with the database of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    /// Storage: `Matching::ListEnds` (r:5 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Listings` (r:1 w:0)
    /// Proof: `Matching::Listings` (`max_values`: Some(1), `max_size`: Some(1794), added: 2289, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Turns` (r:1 w:0)
    /// Proof: `Matching::Turns` (`max_values`: None, `max_size`: Some(22), added: 2497, mode: `MaxEncodedLen`)
    fn service_base() -> Weight {
        // Measured proof size: 0 B.
        // Shortest run: 22_481_000 picoseconds.
        Weight::from_parts(23_334_000, 13515)
            .saturating_add(T::DbWeight::get().reads(7_u64))
    }
    /// Storage: `Matching::Words` (r:1 w:1)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    fn leave_word() -> Weight {
        // Measured proof size: 30 B.
        // Shortest run: 4_989_000 picoseconds.
        Weight::from_parts(6_635_000, 3529)
            .saturating_add(T::DbWeight::get().reads(1_u64))
            .saturating_add(T::DbWeight::get().writes(1_u64))
    }
    /// Storage: `Matching::Words` (r:2 w:2)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Turns` (r:1 w:1)
    /// Proof: `Matching::Turns` (`max_values`: None, `max_size`: Some(22), added: 2497, mode: `MaxEncodedLen`)
    /// Storage: `Matching::TicketTurn` (r:1 w:1)
    /// Proof: `Matching::TicketTurn` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:1 w:1)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    fn leave_list() -> Weight {
        // Measured proof size: 93 B.
        // Shortest run: 21_631_000 picoseconds.
        Weight::from_parts(22_662_000, 6068)
            .saturating_add(T::DbWeight::get().reads(5_u64))
            .saturating_add(T::DbWeight::get().writes(5_u64))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:0)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Listings` (r:1 w:0)
    /// Proof: `Matching::Listings` (`max_values`: Some(1), `max_size`: Some(1794), added: 2289, mode: `MaxEncodedLen`)
    fn begin_search() -> Weight {
        // Measured proof size: 1336 B.
        // Shortest run: 31_762_000 picoseconds.
        Weight::from_parts(36_344_000, 11371)
            .saturating_add(T::DbWeight::get().reads(2_u64))
    }
    /// Storage: `Matching::Listings` (r:1 w:0)
    /// Proof: `Matching::Listings` (`max_values`: Some(1), `max_size`: Some(1794), added: 2289, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Roots` (r:1 w:0)
    /// Proof: `Matching::Roots` (`max_values`: None, `max_size`: Some(557069), added: 559544, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Leaves` (r:1 w:0)
    /// Proof: `Matching::Leaves` (`max_values`: None, `max_size`: Some(557078), added: 559553, mode: `MaxEncodedLen`)
    /// The range of component `c` is `[3, 49152]`.
    fn read_cells(c: u32, ) -> Weight {
        // Measured proof size: 0 B + c * 22.
        // Shortest run: 8_721_000 picoseconds.
        Weight::from_parts(33_013_911, 560543)
            // Standard error: 319
            .saturating_add(Weight::from_parts(18_985, 0).saturating_mul(c.into()))
            .saturating_add(T::DbWeight::get().reads(3_u64))
    }
    /// Storage: `Matching::Leaves` (r:1 w:0)
    /// Proof: `Matching::Leaves` (`max_values`: None, `max_size`: Some(557078), added: 559553, mode: `MaxEncodedLen`)
    fn read_node() -> Weight {
        // Measured proof size: 43 B.
        // Shortest run: 3_784_000 picoseconds.
        Weight::from_parts(4_909_000, 560543)
            .saturating_add(T::DbWeight::get().reads(1_u64))
    }
    /// Storage: `Matching::Buckets` (r:1 w:0)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    fn look_at_page() -> Weight {
        // Measured proof size: 3482 B.
        // Shortest run: 5_282_000 picoseconds.
        Weight::from_parts(6_096_000, 6956)
            .saturating_add(T::DbWeight::get().reads(1_u64))
    }
    /// Storage: `ProviderStaking::Devices` (r:1 w:0)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
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
    /// Storage: `Tasks::Tasks` (r:1 w:0)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    fn look_at_offer() -> Weight {
        // Measured proof size: 1840 B.
        // Shortest run: 32_229_000 picoseconds.
        Weight::from_parts(37_173_000, 11371)
            .saturating_add(T::DbWeight::get().reads(7_u64))
    }
    /// Storage: `Matching::Entries` (r:1 w:1)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:2 w:2)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Leaves` (r:2 w:2)
    /// Proof: `Matching::Leaves` (`max_values`: None, `max_size`: Some(557078), added: 559553, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Roots` (r:1 w:1)
    /// Proof: `Matching::Roots` (`max_values`: None, `max_size`: Some(557069), added: 559544, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Listings` (r:1 w:1)
    /// Proof: `Matching::Listings` (`max_values`: Some(1), `max_size`: Some(1794), added: 2289, mode: `MaxEncodedLen`)
    fn repair() -> Weight {
        // Measured proof size: 166 B.
        // Shortest run: 31_847_000 picoseconds.
        Weight::from_parts(40_907_000, 1120096)
            .saturating_add(T::DbWeight::get().reads(7_u64))
            .saturating_add(T::DbWeight::get().writes(7_u64))
    }
    /// Storage: `ProviderStaking::Devices` (r:1 w:1)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Challenges` (r:1 w:0)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:1 w:0)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::MissingDevicesOf` (r:1 w:0)
    /// Proof: `ProviderStaking::MissingDevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:1 w:1)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:1 w:0)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Occupations` (r:1 w:1)
    /// Proof: `ProviderStaking::Occupations` (`max_values`: None, `max_size`: Some(115), added: 2590, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Providers` (r:1 w:0)
    /// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1153), added: 3628, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Assignments` (r:0 w:1)
    /// Proof: `Tasks::Assignments` (`max_values`: None, `max_size`: Some(532), added: 3007, mode: `MaxEncodedLen`)
    fn match_task() -> Weight {
        // Measured proof size: 3019 B.
        // Shortest run: 93_901_000 picoseconds.
        Weight::from_parts(114_270_000, 11371)
            .saturating_add(T::DbWeight::get().reads(9_u64))
            .saturating_add(T::DbWeight::get().writes(5_u64))
    }
    /// Storage: `Matching::Entries` (r:1 w:0)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:1 w:1)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Pages` (r:1 w:1)
    /// Proof: `Matching::Pages` (`max_values`: None, `max_size`: Some(1443), added: 3918, mode: `MaxEncodedLen`)
    fn close_device() -> Weight {
        // Measured proof size: 2045 B.
        // Shortest run: 17_355_000 picoseconds.
        Weight::from_parts(21_807_000, 6956)
            .saturating_add(T::DbWeight::get().reads(3_u64))
            .saturating_add(T::DbWeight::get().writes(2_u64))
    }
    /// Storage: `Matching::Entries` (r:1 w:0)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:1 w:1)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Leaves` (r:1 w:1)
    /// Proof: `Matching::Leaves` (`max_values`: None, `max_size`: Some(557078), added: 559553, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Roots` (r:1 w:1)
    /// Proof: `Matching::Roots` (`max_values`: None, `max_size`: Some(557069), added: 559544, mode: `MaxEncodedLen`)
    fn close_bucket() -> Weight {
        // Measured proof size: 166 B.
        // Shortest run: 16_469_000 picoseconds.
        Weight::from_parts(20_020_000, 560543)
            .saturating_add(T::DbWeight::get().reads(4_u64))
            .saturating_add(T::DbWeight::get().writes(3_u64))
    }
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Listings` (r:1 w:0)
    /// Proof: `Matching::Listings` (`max_values`: Some(1), `max_size`: Some(1794), added: 2289, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Roots` (r:4 w:0)
    /// Proof: `Matching::Roots` (`max_values`: None, `max_size`: Some(557069), added: 559544, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Leaves` (r:4 w:0)
    /// Proof: `Matching::Leaves` (`max_values`: None, `max_size`: Some(557078), added: 559553, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Directories` (r:1 w:1)
    /// Proof: `Matching::Directories` (`max_values`: None, `max_size`: Some(11284), added: 13759, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:3 w:3)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:2 w:2)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ParkedIn` (r:0 w:1)
    /// Proof: `Matching::ParkedIn` (`max_values`: None, `max_size`: Some(29), added: 2504, mode: `MaxEncodedLen`)
    fn park_task() -> Weight {
        // Measured proof size: 1405 B.
        // Shortest run: 82_327_000 picoseconds.
        Weight::from_parts(98_043_000, 2239202)
            .saturating_add(T::DbWeight::get().reads(16_u64))
            .saturating_add(T::DbWeight::get().writes(8_u64))
    }
    /// Storage: `Matching::Words` (r:2 w:2)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:1 w:1)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Cursors` (r:0 w:1)
    /// Proof: `Matching::Cursors` (`max_values`: None, `max_size`: Some(70), added: 2545, mode: `MaxEncodedLen`)
    fn defer_task() -> Weight {
        // Measured proof size: 30 B.
        // Shortest run: 13_201_000 picoseconds.
        Weight::from_parts(15_828_000, 6068)
            .saturating_add(T::DbWeight::get().reads(3_u64))
            .saturating_add(T::DbWeight::get().writes(4_u64))
    }
    /// Storage: `Matching::Words` (r:2 w:2)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:1 w:1)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:1 w:0)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
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
    /// Storage: `Matching::Buckets` (r:1 w:0)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Directories` (r:3 w:0)
    /// Proof: `Matching::Directories` (`max_values`: None, `max_size`: Some(11284), added: 13759, mode: `MaxEncodedLen`)
    fn visit_device() -> Weight {
        // Measured proof size: 12050 B.
        // Shortest run: 354_992_000 picoseconds.
        Weight::from_parts(361_755_000, 42267)
            .saturating_add(T::DbWeight::get().reads(14_u64))
            .saturating_add(T::DbWeight::get().writes(3_u64))
    }
    /// Storage: `Matching::Words` (r:1 w:0)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Tasks` (r:1 w:0)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    fn examine_parked() -> Weight {
        // Measured proof size: 1439 B.
        // Shortest run: 37_561_000 picoseconds.
        Weight::from_parts(46_054_000, 11371)
            .saturating_add(T::DbWeight::get().reads(2_u64))
    }
    /// Storage: `Matching::ParkedIn` (r:1 w:1)
    /// Proof: `Matching::ParkedIn` (`max_values`: None, `max_size`: Some(29), added: 2504, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:5 w:5)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Swept` (r:1 w:1)
    /// Proof: `Matching::Swept` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:1 w:2)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Directories` (r:1 w:1)
    /// Proof: `Matching::Directories` (`max_values`: None, `max_size`: Some(11284), added: 13759, mode: `MaxEncodedLen`)
    /// Storage: `Tasks::Tasks` (r:1 w:1)
    /// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(7906), added: 10381, mode: `MaxEncodedLen`)
    fn wake_task() -> Weight {
        // Measured proof size: 1594 B.
        // Shortest run: 52_132_000 picoseconds.
        Weight::from_parts(65_800_000, 14749)
            .saturating_add(T::DbWeight::get().reads(10_u64))
            .saturating_add(T::DbWeight::get().writes(11_u64))
    }
    /// Storage: `ProviderStaking::Devices` (r:1 w:0)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
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
    /// Storage: `Matching::Entries` (r:1 w:1)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:2 w:2)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Leaves` (r:2 w:2)
    /// Proof: `Matching::Leaves` (`max_values`: None, `max_size`: Some(557078), added: 559553, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Roots` (r:1 w:1)
    /// Proof: `Matching::Roots` (`max_values`: None, `max_size`: Some(557069), added: 559544, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Listings` (r:1 w:1)
    /// Proof: `Matching::Listings` (`max_values`: Some(1), `max_size`: Some(1794), added: 2289, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:2 w:1)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:2 w:2)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    fn list_device() -> Weight {
        // Measured proof size: 810 B.
        // Shortest run: 67_697_000 picoseconds.
        Weight::from_parts(81_038_000, 1120096)
            .saturating_add(T::DbWeight::get().reads(17_u64))
            .saturating_add(T::DbWeight::get().writes(10_u64))
    }
    /// Storage: `Matching::Entries` (r:1 w:1)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:1 w:1)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Leaves` (r:1 w:1)
    /// Proof: `Matching::Leaves` (`max_values`: None, `max_size`: Some(557078), added: 559553, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Roots` (r:1 w:1)
    /// Proof: `Matching::Roots` (`max_values`: None, `max_size`: Some(557069), added: 559544, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Listings` (r:1 w:1)
    /// Proof: `Matching::Listings` (`max_values`: Some(1), `max_size`: Some(1794), added: 2289, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:2 w:2)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:1 w:1)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    fn unlist_device() -> Weight {
        // Measured proof size: 255 B.
        // Shortest run: 27_550_000 picoseconds.
        Weight::from_parts(32_389_000, 560543)
            .saturating_add(T::DbWeight::get().reads(8_u64))
            .saturating_add(T::DbWeight::get().writes(8_u64))
    }
    /// Storage: `Matching::Words` (r:2 w:2)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    fn enqueue_task() -> Weight {
        // Measured proof size: 30 B.
        // Shortest run: 11_188_000 picoseconds.
        Weight::from_parts(13_354_000, 6068)
            .saturating_add(T::DbWeight::get().reads(2_u64))
            .saturating_add(T::DbWeight::get().writes(2_u64))
    }
    /// Storage: `Matching::Words` (r:5 w:3)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Cursors` (r:1 w:0)
    /// Proof: `Matching::Cursors` (`max_values`: None, `max_size`: Some(70), added: 2545, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ParkedIn` (r:1 w:1)
    /// Proof: `Matching::ParkedIn` (`max_values`: None, `max_size`: Some(29), added: 2504, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Swept` (r:1 w:1)
    /// Proof: `Matching::Swept` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:1 w:2)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Directories` (r:1 w:1)
    /// Proof: `Matching::Directories` (`max_values`: None, `max_size`: Some(11284), added: 13759, mode: `MaxEncodedLen`)
    fn forget_task() -> Weight {
        // Measured proof size: 210 B.
        // Shortest run: 30_749_000 picoseconds.
        Weight::from_parts(36_550_000, 14749)
            .saturating_add(T::DbWeight::get().reads(10_u64))
            .saturating_add(T::DbWeight::get().writes(8_u64))
    }
}

/// The same with the slower database, for tests of the pallet alone.
impl WeightInfo for () {
    fn service_base() -> Weight {
        Weight::from_parts(23_334_000, 13515)
            .saturating_add(RocksDbWeight::get().reads(7_u64))
    }
    fn leave_word() -> Weight {
        Weight::from_parts(6_635_000, 3529)
            .saturating_add(RocksDbWeight::get().reads(1_u64))
            .saturating_add(RocksDbWeight::get().writes(1_u64))
    }
    fn leave_list() -> Weight {
        Weight::from_parts(22_662_000, 6068)
            .saturating_add(RocksDbWeight::get().reads(5_u64))
            .saturating_add(RocksDbWeight::get().writes(5_u64))
    }
    fn begin_search() -> Weight {
        Weight::from_parts(36_344_000, 11371)
            .saturating_add(RocksDbWeight::get().reads(2_u64))
    }
    fn read_cells(c: u32, ) -> Weight {
        Weight::from_parts(33_013_911, 560543)
            .saturating_add(Weight::from_parts(18_985, 0).saturating_mul(c.into()))
            .saturating_add(RocksDbWeight::get().reads(3_u64))
    }
    fn read_node() -> Weight {
        Weight::from_parts(4_909_000, 560543)
            .saturating_add(RocksDbWeight::get().reads(1_u64))
    }
    fn look_at_page() -> Weight {
        Weight::from_parts(6_096_000, 6956)
            .saturating_add(RocksDbWeight::get().reads(1_u64))
    }
    fn look_at_offer() -> Weight {
        Weight::from_parts(37_173_000, 11371)
            .saturating_add(RocksDbWeight::get().reads(7_u64))
    }
    fn repair() -> Weight {
        Weight::from_parts(40_907_000, 1120096)
            .saturating_add(RocksDbWeight::get().reads(7_u64))
            .saturating_add(RocksDbWeight::get().writes(7_u64))
    }
    fn match_task() -> Weight {
        Weight::from_parts(114_270_000, 11371)
            .saturating_add(RocksDbWeight::get().reads(9_u64))
            .saturating_add(RocksDbWeight::get().writes(5_u64))
    }
    fn close_device() -> Weight {
        Weight::from_parts(21_807_000, 6956)
            .saturating_add(RocksDbWeight::get().reads(3_u64))
            .saturating_add(RocksDbWeight::get().writes(2_u64))
    }
    fn close_bucket() -> Weight {
        Weight::from_parts(20_020_000, 560543)
            .saturating_add(RocksDbWeight::get().reads(4_u64))
            .saturating_add(RocksDbWeight::get().writes(3_u64))
    }
    fn park_task() -> Weight {
        Weight::from_parts(98_043_000, 2239202)
            .saturating_add(RocksDbWeight::get().reads(16_u64))
            .saturating_add(RocksDbWeight::get().writes(8_u64))
    }
    fn defer_task() -> Weight {
        Weight::from_parts(15_828_000, 6068)
            .saturating_add(RocksDbWeight::get().reads(3_u64))
            .saturating_add(RocksDbWeight::get().writes(4_u64))
    }
    fn visit_device() -> Weight {
        Weight::from_parts(361_755_000, 42267)
            .saturating_add(RocksDbWeight::get().reads(14_u64))
            .saturating_add(RocksDbWeight::get().writes(3_u64))
    }
    fn examine_parked() -> Weight {
        Weight::from_parts(46_054_000, 11371)
            .saturating_add(RocksDbWeight::get().reads(2_u64))
    }
    fn wake_task() -> Weight {
        Weight::from_parts(65_800_000, 14749)
            .saturating_add(RocksDbWeight::get().reads(10_u64))
            .saturating_add(RocksDbWeight::get().writes(11_u64))
    }
    fn list_device() -> Weight {
        Weight::from_parts(81_038_000, 1120096)
            .saturating_add(RocksDbWeight::get().reads(17_u64))
            .saturating_add(RocksDbWeight::get().writes(10_u64))
    }
    fn unlist_device() -> Weight {
        Weight::from_parts(32_389_000, 560543)
            .saturating_add(RocksDbWeight::get().reads(8_u64))
            .saturating_add(RocksDbWeight::get().writes(8_u64))
    }
    fn enqueue_task() -> Weight {
        Weight::from_parts(13_354_000, 6068)
            .saturating_add(RocksDbWeight::get().reads(2_u64))
            .saturating_add(RocksDbWeight::get().writes(2_u64))
    }
    fn forget_task() -> Weight {
        Weight::from_parts(36_550_000, 14749)
            .saturating_add(RocksDbWeight::get().reads(10_u64))
            .saturating_add(RocksDbWeight::get().writes(8_u64))
    }
}
