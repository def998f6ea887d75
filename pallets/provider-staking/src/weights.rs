//! Weights of `pallet_provider_staking`, measured by `make weights` on the runtime's Wasm.
//!
//! Made by `bench/weights` (frame-benchmarking-cli 64.0.0) on 2026-11-30: steps 10, repeats 5, Intel(R) Xeon(R) Processor.
//! Taken from a later run, on 2026-12-01, steps 20, repeats 10, AMD EPYC: `bond_extra`.
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
    fn register_provider() -> Weight;
    fn deregister_provider() -> Weight;
    fn set_peers() -> Weight;
    fn rotate_worker() -> Weight;
    fn bond_extra(d: u32, ) -> Weight;
    fn unbond(d: u32, ) -> Weight;
    fn withdraw_unbonded() -> Weight;
    fn register_device(d: u32, ) -> Weight;
    fn deregister_device() -> Weight;
    fn update_spec(d: u32, ) -> Weight;
    fn set_slots() -> Weight;
    fn set_ask() -> Weight;
    fn set_availability() -> Weight;
    fn heartbeat(d: u32, ) -> Weight;
    fn heartbeat_again() -> Weight;
    fn heartbeat_without(d: u32, m: u32, ) -> Weight;
    fn authorize_heartbeat() -> Weight;
    fn request_challenge() -> Weight;
    fn answer_challenge() -> Weight;
    fn authorize_answer() -> Weight;
    fn climb(n: u32, ) -> Weight;
    fn draw() -> Weight;
    fn step_to_version_2() -> Weight;
}

/// As measured, with the database of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    /// Storage: `ProviderStaking::Providers` (r:1 w:1)
    /// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1153), added: 3628, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::WorkerOwners` (r:1 w:1)
    /// Proof: `ProviderStaking::WorkerOwners` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:1 w:1)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:0 w:1)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:0 w:1)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    fn register_provider() -> Weight {
        // Measured proof size: 244 B.
        // Shortest run: 107_652_000 picoseconds.
        Weight::from_parts(133_235_000, 4618)
            .saturating_add(T::DbWeight::get().reads(5_u64))
            .saturating_add(T::DbWeight::get().writes(6_u64))
    }
    /// Storage: `ProviderStaking::Providers` (r:1 w:1)
    /// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1153), added: 3628, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DevicesOf` (r:1 w:1)
    /// Proof: `ProviderStaking::DevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:1 w:1)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:0 w:1)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::WorkerOwners` (r:0 w:1)
    /// Proof: `ProviderStaking::WorkerOwners` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:0 w:1)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    fn deregister_provider() -> Weight {
        // Measured proof size: 1323 B.
        // Shortest run: 28_663_000 picoseconds.
        Weight::from_parts(38_322_000, 4618)
            .saturating_add(T::DbWeight::get().reads(3_u64))
            .saturating_add(T::DbWeight::get().writes(6_u64))
    }
    /// Storage: `ProviderStaking::Providers` (r:1 w:1)
    /// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1153), added: 3628, mode: `MaxEncodedLen`)
    fn set_peers() -> Weight {
        // Measured proof size: 1179 B.
        // Shortest run: 16_967_000 picoseconds.
        Weight::from_parts(24_423_000, 4618)
            .saturating_add(T::DbWeight::get().reads(1_u64))
            .saturating_add(T::DbWeight::get().writes(1_u64))
    }
    /// Storage: `ProviderStaking::Providers` (r:1 w:1)
    /// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1153), added: 3628, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::WorkerOwners` (r:1 w:2)
    /// Proof: `ProviderStaking::WorkerOwners` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    fn rotate_worker() -> Weight {
        // Measured proof size: 1300 B.
        // Shortest run: 69_701_000 picoseconds.
        Weight::from_parts(86_828_000, 4618)
            .saturating_add(T::DbWeight::get().reads(3_u64))
            .saturating_add(T::DbWeight::get().writes(3_u64))
    }
    /// Storage: `ProviderStaking::Ledgers` (r:1 w:1)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:1 w:1)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DevicesOf` (r:1 w:0)
    /// Proof: `ProviderStaking::DevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:16 w:0)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Challenges` (r:16 w:0)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:1 w:0)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::MissingDevicesOf` (r:1 w:0)
    /// Proof: `ProviderStaking::MissingDevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:1 w:0)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:16 w:16)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:32 w:32)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Leaves` (r:16 w:16)
    /// Proof: `Matching::Leaves` (`max_values`: None, `max_size`: Some(557078), added: 559553, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Roots` (r:7 w:7)
    /// Proof: `Matching::Roots` (`max_values`: None, `max_size`: Some(557069), added: 559544, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Pages` (r:16 w:16)
    /// Proof: `Matching::Pages` (`max_values`: None, `max_size`: Some(1443), added: 3918, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:2 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:25 w:25)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Listings` (r:1 w:1)
    /// Proof: `Matching::Listings` (`max_values`: Some(1), `max_size`: Some(1794), added: 2289, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawLeafOf` (r:1 w:0)
    /// Proof: `ProviderStaking::DrawLeafOf` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawNodes` (r:3 w:3)
    /// Proof: `ProviderStaking::DrawNodes` (`max_values`: None, `max_size`: Some(1037), added: 3512, mode: `MaxEncodedLen`)
    /// The range of component `d` is `[0, 16]`.
    fn bond_extra(d: u32, ) -> Weight {
        // Measured proof size: 1709 B + d * 2300.
        // Shortest run: 116_887_000 picoseconds.
        Weight::from_parts(106_500_605, 1520893)
            // Standard error: 498_845
            .saturating_add(Weight::from_parts(125_097_276, 0).saturating_mul(d.into()))
            .saturating_add(T::DbWeight::get().reads(16_u64))
            .saturating_add(T::DbWeight::get().reads((9_u64).saturating_mul(d.into())))
            .saturating_add(T::DbWeight::get().writes(11_u64))
            .saturating_add(T::DbWeight::get().writes((7_u64).saturating_mul(d.into())))
            .saturating_add(Weight::from_parts(0, 559553).saturating_mul(d.into()))
    }
    /// Storage: `ProviderStaking::Ledgers` (r:1 w:1)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DevicesOf` (r:1 w:0)
    /// Proof: `ProviderStaking::DevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:16 w:0)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Challenges` (r:16 w:0)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:1 w:0)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::MissingDevicesOf` (r:1 w:0)
    /// Proof: `ProviderStaking::MissingDevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:16 w:16)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:16 w:16)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Leaves` (r:16 w:16)
    /// Proof: `Matching::Leaves` (`max_values`: None, `max_size`: Some(557078), added: 559553, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Roots` (r:7 w:7)
    /// Proof: `Matching::Roots` (`max_values`: None, `max_size`: Some(557069), added: 559544, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Listings` (r:1 w:1)
    /// Proof: `Matching::Listings` (`max_values`: Some(1), `max_size`: Some(1794), added: 2289, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:25 w:25)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawLeafOf` (r:1 w:1)
    /// Proof: `ProviderStaking::DrawLeafOf` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawNodes` (r:3 w:3)
    /// Proof: `ProviderStaking::DrawNodes` (`max_values`: None, `max_size`: Some(1037), added: 3512, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawTree` (r:1 w:1)
    /// Proof: `ProviderStaking::DrawTree` (`max_values`: Some(1), `max_size`: Some(9), added: 504, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawLeaves` (r:0 w:1)
    /// Proof: `ProviderStaking::DrawLeaves` (`max_values`: None, `max_size`: Some(45), added: 2520, mode: `MaxEncodedLen`)
    /// The range of component `d` is `[0, 16]`.
    fn unbond(d: u32, ) -> Weight {
        // Measured proof size: 1565 B + d * 559.
        // Shortest run: 43_489_000 picoseconds.
        Weight::from_parts(72_393_171, 1458264)
            // Standard error: 360_741
            .saturating_add(Weight::from_parts(43_177_539, 0).saturating_mul(d.into()))
            .saturating_add(T::DbWeight::get().reads(13_u64))
            .saturating_add(T::DbWeight::get().reads((7_u64).saturating_mul(d.into())))
            .saturating_add(T::DbWeight::get().writes(12_u64))
            .saturating_add(T::DbWeight::get().writes((5_u64).saturating_mul(d.into())))
            .saturating_add(Weight::from_parts(0, 559553).saturating_mul(d.into()))
    }
    /// Storage: `ProviderStaking::Ledgers` (r:1 w:1)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:1 w:1)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    fn withdraw_unbonded() -> Weight {
        // Measured proof size: 664 B.
        // Shortest run: 46_433_000 picoseconds.
        Weight::from_parts(58_673_000, 3870)
            .saturating_add(T::DbWeight::get().reads(3_u64))
            .saturating_add(T::DbWeight::get().writes(3_u64))
    }
    /// Storage: `ProviderStaking::Providers` (r:1 w:0)
    /// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1153), added: 3628, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::NextDevice` (r:1 w:1)
    /// Proof: `ProviderStaking::NextDevice` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DevicesOf` (r:1 w:1)
    /// Proof: `ProviderStaking::DevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:15 w:1)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
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
    /// Storage: `Matching::Buckets` (r:1 w:1)
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
    /// Storage: `ProviderStaking::Challenges` (r:0 w:1)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// The range of component `d` is `[1, 16]`.
    fn register_device(d: u32, ) -> Weight {
        // Measured proof size: 384 B + d * 325.
        // Shortest run: 90_211_000 picoseconds.
        Weight::from_parts(105_806_574, 560543)
            // Standard error: 133_945
            .saturating_add(Weight::from_parts(3_427_002, 0).saturating_mul(d.into()))
            .saturating_add(T::DbWeight::get().reads(16_u64))
            .saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(d.into())))
            .saturating_add(T::DbWeight::get().writes(12_u64))
            .saturating_add(Weight::from_parts(0, 2558).saturating_mul(d.into()))
    }
    /// Storage: `ProviderStaking::Devices` (r:1 w:1)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:1 w:0)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
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
    /// Storage: `Matching::Words` (r:3 w:3)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::MissingDevicesOf` (r:1 w:0)
    /// Proof: `ProviderStaking::MissingDevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DevicesOf` (r:1 w:1)
    /// Proof: `ProviderStaking::DevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Challenges` (r:0 w:1)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    fn deregister_device() -> Weight {
        // Measured proof size: 2470 B.
        // Shortest run: 69_390_000 picoseconds.
        Weight::from_parts(84_300_000, 560543)
            .saturating_add(T::DbWeight::get().reads(12_u64))
            .saturating_add(T::DbWeight::get().writes(11_u64))
    }
    /// Storage: `ProviderStaking::Devices` (r:16 w:1)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DevicesOf` (r:1 w:0)
    /// Proof: `ProviderStaking::DevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::MissingDevicesOf` (r:1 w:0)
    /// Proof: `ProviderStaking::MissingDevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:1 w:0)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
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
    /// Storage: `Matching::Roots` (r:2 w:2)
    /// Proof: `Matching::Roots` (`max_values`: None, `max_size`: Some(557069), added: 559544, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Listings` (r:1 w:1)
    /// Proof: `Matching::Listings` (`max_values`: Some(1), `max_size`: Some(1794), added: 2289, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:2 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:3 w:3)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Challenges` (r:0 w:1)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// The range of component `d` is `[1, 16]`.
    fn update_spec(d: u32, ) -> Weight {
        // Measured proof size: 724 B + d * 339.
        // Shortest run: 95_634_000 picoseconds.
        Weight::from_parts(115_017_850, 1120096)
            // Standard error: 121_621
            .saturating_add(Weight::from_parts(3_689_983, 0).saturating_mul(d.into()))
            .saturating_add(T::DbWeight::get().reads(18_u64))
            .saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(d.into())))
            .saturating_add(T::DbWeight::get().writes(13_u64))
            .saturating_add(Weight::from_parts(0, 2716).saturating_mul(d.into()))
    }
    /// Storage: `ProviderStaking::Devices` (r:1 w:1)
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
    /// Storage: `Matching::Words` (r:3 w:3)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    fn set_slots() -> Weight {
        // Measured proof size: 2791 B.
        // Shortest run: 101_153_000 picoseconds.
        Weight::from_parts(128_431_000, 560543)
            .saturating_add(T::DbWeight::get().reads(18_u64))
            .saturating_add(T::DbWeight::get().writes(11_u64))
    }
    /// Storage: `ProviderStaking::Devices` (r:1 w:1)
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
    /// Storage: `Matching::ListEnds` (r:2 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:3 w:3)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    fn set_ask() -> Weight {
        // Measured proof size: 797 B.
        // Shortest run: 88_353_000 picoseconds.
        Weight::from_parts(116_923_000, 1120096)
            .saturating_add(T::DbWeight::get().reads(18_u64))
            .saturating_add(T::DbWeight::get().writes(11_u64))
    }
    /// Storage: `ProviderStaking::Devices` (r:1 w:1)
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
    /// Storage: `Matching::Buckets` (r:1 w:1)
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
    fn set_availability() -> Weight {
        // Measured proof size: 630 B.
        // Shortest run: 74_923_000 picoseconds.
        Weight::from_parts(104_392_000, 560543)
            .saturating_add(T::DbWeight::get().reads(16_u64))
            .saturating_add(T::DbWeight::get().writes(9_u64))
    }
    /// Storage: `ProviderStaking::Presences` (r:1 w:1)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DevicesOf` (r:1 w:0)
    /// Proof: `ProviderStaking::DevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::MissingDevicesOf` (r:1 w:1)
    /// Proof: `ProviderStaking::MissingDevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Attendances` (r:1 w:1)
    /// Proof: `ProviderStaking::Attendances` (`max_values`: Some(1), `max_size`: Some(12), added: 507, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:1 w:0)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawLeafOf` (r:1 w:0)
    /// Proof: `ProviderStaking::DrawLeafOf` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawNodes` (r:3 w:3)
    /// Proof: `ProviderStaking::DrawNodes` (`max_values`: None, `max_size`: Some(1037), added: 3512, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:16 w:16)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:16 w:16)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:32 w:32)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:25 w:25)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Challenges` (r:16 w:0)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:1 w:0)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Leaves` (r:16 w:16)
    /// Proof: `Matching::Leaves` (`max_values`: None, `max_size`: Some(557078), added: 559553, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Roots` (r:7 w:7)
    /// Proof: `Matching::Roots` (`max_values`: None, `max_size`: Some(557069), added: 559544, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Pages` (r:16 w:16)
    /// Proof: `Matching::Pages` (`max_values`: None, `max_size`: Some(1443), added: 3918, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:2 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Listings` (r:1 w:1)
    /// Proof: `Matching::Listings` (`max_values`: Some(1), `max_size`: Some(1794), added: 2289, mode: `MaxEncodedLen`)
    /// The range of component `d` is `[1, 16]`.
    fn heartbeat(d: u32, ) -> Weight {
        // Measured proof size: 1759 B + d * 2303.
        // Shortest run: 192_007_000 picoseconds.
        Weight::from_parts(89_435_488, 1315290)
            // Standard error: 1_172_285
            .saturating_add(Weight::from_parts(116_891_836, 0).saturating_mul(d.into()))
            .saturating_add(T::DbWeight::get().reads(18_u64))
            .saturating_add(T::DbWeight::get().reads((9_u64).saturating_mul(d.into())))
            .saturating_add(T::DbWeight::get().writes(12_u64))
            .saturating_add(T::DbWeight::get().writes((8_u64).saturating_mul(d.into())))
            .saturating_add(Weight::from_parts(0, 559553).saturating_mul(d.into()))
    }
    /// Storage: `ProviderStaking::Presences` (r:1 w:1)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DevicesOf` (r:1 w:0)
    /// Proof: `ProviderStaking::DevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::MissingDevicesOf` (r:1 w:0)
    /// Proof: `ProviderStaking::MissingDevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Attendances` (r:1 w:1)
    /// Proof: `ProviderStaking::Attendances` (`max_values`: Some(1), `max_size`: Some(12), added: 507, mode: `MaxEncodedLen`)
    fn heartbeat_again() -> Weight {
        // Measured proof size: 289 B.
        // Shortest run: 22_702_000 picoseconds.
        Weight::from_parts(30_137_000, 3642)
            .saturating_add(T::DbWeight::get().reads(4_u64))
            .saturating_add(T::DbWeight::get().writes(2_u64))
    }
    /// Storage: `ProviderStaking::Presences` (r:1 w:1)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DevicesOf` (r:1 w:0)
    /// Proof: `ProviderStaking::DevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::MissingDevicesOf` (r:1 w:1)
    /// Proof: `ProviderStaking::MissingDevicesOf` (`max_values`: None, `max_size`: Some(177), added: 2652, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Attendances` (r:1 w:1)
    /// Proof: `ProviderStaking::Attendances` (`max_values`: Some(1), `max_size`: Some(12), added: 507, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Ledgers` (r:1 w:0)
    /// Proof: `ProviderStaking::Ledgers` (`max_values`: None, `max_size`: Some(405), added: 2880, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawLeafOf` (r:1 w:0)
    /// Proof: `ProviderStaking::DrawLeafOf` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawNodes` (r:3 w:3)
    /// Proof: `ProviderStaking::DrawNodes` (`max_values`: None, `max_size`: Some(1037), added: 3512, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:16 w:16)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Entries` (r:16 w:16)
    /// Proof: `Matching::Entries` (`max_values`: None, `max_size`: Some(35), added: 2510, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Buckets` (r:24 w:24)
    /// Proof: `Matching::Buckets` (`max_values`: None, `max_size`: Some(3491), added: 5966, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Words` (r:25 w:25)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Challenges` (r:16 w:0)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::ReputationRecords` (r:1 w:0)
    /// Proof: `ProviderStaking::ReputationRecords` (`max_values`: None, `max_size`: Some(601), added: 3076, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Leaves` (r:16 w:16)
    /// Proof: `Matching::Leaves` (`max_values`: None, `max_size`: Some(557078), added: 559553, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Roots` (r:7 w:7)
    /// Proof: `Matching::Roots` (`max_values`: None, `max_size`: Some(557069), added: 559544, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Pages` (r:8 w:8)
    /// Proof: `Matching::Pages` (`max_values`: None, `max_size`: Some(1443), added: 3918, mode: `MaxEncodedLen`)
    /// Storage: `Matching::ListEnds` (r:2 w:0)
    /// Proof: `Matching::ListEnds` (`max_values`: None, `max_size`: Some(30), added: 2505, mode: `MaxEncodedLen`)
    /// Storage: `Matching::Listings` (r:1 w:1)
    /// Proof: `Matching::Listings` (`max_values`: Some(1), `max_size`: Some(1794), added: 2289, mode: `MaxEncodedLen`)
    /// The range of component `d` is `[0, 8]`.
    /// The range of component `m` is `[0, 8]`.
    fn heartbeat_without(d: u32, m: u32, ) -> Weight {
        // Measured proof size: 1006 B + d * 2360 + m * 990.
        // Shortest run: 467_200_000 picoseconds.
        Weight::from_parts(200_568_874, 3917798)
            // Standard error: 2_624_321
            .saturating_add(Weight::from_parts(97_744_987, 0).saturating_mul(d.into()))
            // Standard error: 2_624_321
            .saturating_add(Weight::from_parts(48_428_893, 0).saturating_mul(m.into()))
            .saturating_add(T::DbWeight::get().reads(27_u64))
            .saturating_add(T::DbWeight::get().reads((8_u64).saturating_mul(d.into())))
            .saturating_add(T::DbWeight::get().reads((6_u64).saturating_mul(m.into())))
            .saturating_add(T::DbWeight::get().writes(23_u64))
            .saturating_add(T::DbWeight::get().writes((7_u64).saturating_mul(d.into())))
            .saturating_add(T::DbWeight::get().writes((5_u64).saturating_mul(m.into())))
            .saturating_add(Weight::from_parts(0, 559553).saturating_mul(d.into()))
            .saturating_add(Weight::from_parts(0, 559553).saturating_mul(m.into()))
    }
    /// Storage: `ProviderStaking::Presences` (r:1 w:0)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Providers` (r:1 w:0)
    /// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1153), added: 3628, mode: `MaxEncodedLen`)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    fn authorize_heartbeat() -> Weight {
        // Measured proof size: 1240 B.
        // Shortest run: 58_492_000 picoseconds.
        Weight::from_parts(70_338_000, 4618)
            .saturating_add(T::DbWeight::get().reads(3_u64))
    }
    /// Storage: `ProviderStaking::Devices` (r:1 w:1)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Challenges` (r:1 w:1)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// Storage: `DrawRandomness::Outcomes` (r:1 w:0)
    /// Proof: `DrawRandomness::Outcomes` (`max_values`: None, `max_size`: Some(82), added: 2557, mode: `MaxEncodedLen`)
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
    /// Storage: `Matching::Words` (r:1 w:0)
    /// Proof: `Matching::Words` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    fn request_challenge() -> Weight {
        // Measured proof size: 474 B.
        // Shortest run: 44_547_000 picoseconds.
        Weight::from_parts(57_568_000, 560543)
            .saturating_add(T::DbWeight::get().reads(9_u64))
            .saturating_add(T::DbWeight::get().writes(7_u64))
    }
    /// Storage: `ProviderStaking::Challenges` (r:1 w:1)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:1 w:0)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `DrawRandomness::Outcomes` (r:9 w:0)
    /// Proof: `DrawRandomness::Outcomes` (`max_values`: None, `max_size`: Some(82), added: 2557, mode: `MaxEncodedLen`)
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
    /// Storage: `Matching::Buckets` (r:1 w:1)
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
    fn answer_challenge() -> Weight {
        // Measured proof size: 1507 B.
        // Shortest run: 866_943_000 picoseconds.
        Weight::from_parts(926_943_000, 560543)
            .saturating_add(T::DbWeight::get().reads(25_u64))
            .saturating_add(T::DbWeight::get().writes(9_u64))
    }
    /// Storage: `ProviderStaking::Challenges` (r:1 w:0)
    /// Proof: `ProviderStaking::Challenges` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Devices` (r:1 w:0)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    /// Storage: `DrawRandomness::Outcomes` (r:9 w:0)
    /// Proof: `DrawRandomness::Outcomes` (`max_values`: None, `max_size`: Some(82), added: 2557, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Providers` (r:1 w:0)
    /// Proof: `ProviderStaking::Providers` (`max_values`: None, `max_size`: Some(1153), added: 3628, mode: `MaxEncodedLen`)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    fn authorize_answer() -> Weight {
        // Measured proof size: 2334 B.
        // Shortest run: 176_372_000 picoseconds.
        Weight::from_parts(205_111_000, 24003)
            .saturating_add(T::DbWeight::get().reads(13_u64))
    }
    /// The range of component `n` is `[0, 672]`.
    fn climb(n: u32, ) -> Weight {
        // Measured proof size: 0 B.
        // Shortest run: 162_000 picoseconds.
        Weight::from_parts(4_790_303, 0)
            // Standard error: 392
            .saturating_add(Weight::from_parts(370_181, 0).saturating_mul(n.into()))
    }
    /// Storage: `ProviderStaking::DrawNodes` (r:9 w:9)
    /// Proof: `ProviderStaking::DrawNodes` (`max_values`: None, `max_size`: Some(1037), added: 3512, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawLeaves` (r:4 w:4)
    /// Proof: `ProviderStaking::DrawLeaves` (`max_values`: None, `max_size`: Some(45), added: 2520, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::Presences` (r:4 w:0)
    /// Proof: `ProviderStaking::Presences` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawTree` (r:1 w:1)
    /// Proof: `ProviderStaking::DrawTree` (`max_values`: Some(1), `max_size`: Some(9), added: 504, mode: `MaxEncodedLen`)
    /// Storage: `ProviderStaking::DrawLeafOf` (r:0 w:4)
    /// Proof: `ProviderStaking::DrawLeafOf` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
    fn draw() -> Weight {
        // Measured proof size: 2992 B.
        // Shortest run: 117_366_000 picoseconds.
        Weight::from_parts(152_696_000, 32598)
            .saturating_add(T::DbWeight::get().reads(18_u64))
            .saturating_add(T::DbWeight::get().writes(18_u64))
    }
    /// Storage: `ProviderStaking::Devices` (r:2 w:1)
    /// Proof: `ProviderStaking::Devices` (`max_values`: None, `max_size`: Some(241), added: 2716, mode: `MaxEncodedLen`)
    fn step_to_version_2() -> Weight {
        // Measured proof size: 256 B.
        // Shortest run: 10_566_000 picoseconds.
        Weight::from_parts(15_293_000, 6422)
            .saturating_add(T::DbWeight::get().reads(2_u64))
            .saturating_add(T::DbWeight::get().writes(1_u64))
    }
}

/// The same with the slower database, for tests of the pallet alone.
impl WeightInfo for () {
    fn register_provider() -> Weight {
        Weight::from_parts(133_235_000, 4618)
            .saturating_add(RocksDbWeight::get().reads(5_u64))
            .saturating_add(RocksDbWeight::get().writes(6_u64))
    }
    fn deregister_provider() -> Weight {
        Weight::from_parts(38_322_000, 4618)
            .saturating_add(RocksDbWeight::get().reads(3_u64))
            .saturating_add(RocksDbWeight::get().writes(6_u64))
    }
    fn set_peers() -> Weight {
        Weight::from_parts(24_423_000, 4618)
            .saturating_add(RocksDbWeight::get().reads(1_u64))
            .saturating_add(RocksDbWeight::get().writes(1_u64))
    }
    fn rotate_worker() -> Weight {
        Weight::from_parts(86_828_000, 4618)
            .saturating_add(RocksDbWeight::get().reads(3_u64))
            .saturating_add(RocksDbWeight::get().writes(3_u64))
    }
    fn bond_extra(d: u32, ) -> Weight {
        Weight::from_parts(106_500_605, 1520893)
            .saturating_add(Weight::from_parts(125_097_276, 0).saturating_mul(d.into()))
            .saturating_add(RocksDbWeight::get().reads(16_u64))
            .saturating_add(RocksDbWeight::get().reads((9_u64).saturating_mul(d.into())))
            .saturating_add(RocksDbWeight::get().writes(11_u64))
            .saturating_add(RocksDbWeight::get().writes((7_u64).saturating_mul(d.into())))
            .saturating_add(Weight::from_parts(0, 559553).saturating_mul(d.into()))
    }
    fn unbond(d: u32, ) -> Weight {
        Weight::from_parts(72_393_171, 1458264)
            .saturating_add(Weight::from_parts(43_177_539, 0).saturating_mul(d.into()))
            .saturating_add(RocksDbWeight::get().reads(13_u64))
            .saturating_add(RocksDbWeight::get().reads((7_u64).saturating_mul(d.into())))
            .saturating_add(RocksDbWeight::get().writes(12_u64))
            .saturating_add(RocksDbWeight::get().writes((5_u64).saturating_mul(d.into())))
            .saturating_add(Weight::from_parts(0, 559553).saturating_mul(d.into()))
    }
    fn withdraw_unbonded() -> Weight {
        Weight::from_parts(58_673_000, 3870)
            .saturating_add(RocksDbWeight::get().reads(3_u64))
            .saturating_add(RocksDbWeight::get().writes(3_u64))
    }
    fn register_device(d: u32, ) -> Weight {
        Weight::from_parts(105_806_574, 560543)
            .saturating_add(Weight::from_parts(3_427_002, 0).saturating_mul(d.into()))
            .saturating_add(RocksDbWeight::get().reads(16_u64))
            .saturating_add(RocksDbWeight::get().reads((1_u64).saturating_mul(d.into())))
            .saturating_add(RocksDbWeight::get().writes(12_u64))
            .saturating_add(Weight::from_parts(0, 2558).saturating_mul(d.into()))
    }
    fn deregister_device() -> Weight {
        Weight::from_parts(84_300_000, 560543)
            .saturating_add(RocksDbWeight::get().reads(12_u64))
            .saturating_add(RocksDbWeight::get().writes(11_u64))
    }
    fn update_spec(d: u32, ) -> Weight {
        Weight::from_parts(115_017_850, 1120096)
            .saturating_add(Weight::from_parts(3_689_983, 0).saturating_mul(d.into()))
            .saturating_add(RocksDbWeight::get().reads(18_u64))
            .saturating_add(RocksDbWeight::get().reads((1_u64).saturating_mul(d.into())))
            .saturating_add(RocksDbWeight::get().writes(13_u64))
            .saturating_add(Weight::from_parts(0, 2716).saturating_mul(d.into()))
    }
    fn set_slots() -> Weight {
        Weight::from_parts(128_431_000, 560543)
            .saturating_add(RocksDbWeight::get().reads(18_u64))
            .saturating_add(RocksDbWeight::get().writes(11_u64))
    }
    fn set_ask() -> Weight {
        Weight::from_parts(116_923_000, 1120096)
            .saturating_add(RocksDbWeight::get().reads(18_u64))
            .saturating_add(RocksDbWeight::get().writes(11_u64))
    }
    fn set_availability() -> Weight {
        Weight::from_parts(104_392_000, 560543)
            .saturating_add(RocksDbWeight::get().reads(16_u64))
            .saturating_add(RocksDbWeight::get().writes(9_u64))
    }
    fn heartbeat(d: u32, ) -> Weight {
        Weight::from_parts(89_435_488, 1315290)
            .saturating_add(Weight::from_parts(116_891_836, 0).saturating_mul(d.into()))
            .saturating_add(RocksDbWeight::get().reads(18_u64))
            .saturating_add(RocksDbWeight::get().reads((9_u64).saturating_mul(d.into())))
            .saturating_add(RocksDbWeight::get().writes(12_u64))
            .saturating_add(RocksDbWeight::get().writes((8_u64).saturating_mul(d.into())))
            .saturating_add(Weight::from_parts(0, 559553).saturating_mul(d.into()))
    }
    fn heartbeat_again() -> Weight {
        Weight::from_parts(30_137_000, 3642)
            .saturating_add(RocksDbWeight::get().reads(4_u64))
            .saturating_add(RocksDbWeight::get().writes(2_u64))
    }
    fn heartbeat_without(d: u32, m: u32, ) -> Weight {
        Weight::from_parts(200_568_874, 3917798)
            .saturating_add(Weight::from_parts(97_744_987, 0).saturating_mul(d.into()))
            .saturating_add(Weight::from_parts(48_428_893, 0).saturating_mul(m.into()))
            .saturating_add(RocksDbWeight::get().reads(27_u64))
            .saturating_add(RocksDbWeight::get().reads((8_u64).saturating_mul(d.into())))
            .saturating_add(RocksDbWeight::get().reads((6_u64).saturating_mul(m.into())))
            .saturating_add(RocksDbWeight::get().writes(23_u64))
            .saturating_add(RocksDbWeight::get().writes((7_u64).saturating_mul(d.into())))
            .saturating_add(RocksDbWeight::get().writes((5_u64).saturating_mul(m.into())))
            .saturating_add(Weight::from_parts(0, 559553).saturating_mul(d.into()))
            .saturating_add(Weight::from_parts(0, 559553).saturating_mul(m.into()))
    }
    fn authorize_heartbeat() -> Weight {
        Weight::from_parts(70_338_000, 4618)
            .saturating_add(RocksDbWeight::get().reads(3_u64))
    }
    fn request_challenge() -> Weight {
        Weight::from_parts(57_568_000, 560543)
            .saturating_add(RocksDbWeight::get().reads(9_u64))
            .saturating_add(RocksDbWeight::get().writes(7_u64))
    }
    fn answer_challenge() -> Weight {
        Weight::from_parts(926_943_000, 560543)
            .saturating_add(RocksDbWeight::get().reads(25_u64))
            .saturating_add(RocksDbWeight::get().writes(9_u64))
    }
    fn authorize_answer() -> Weight {
        Weight::from_parts(205_111_000, 24003)
            .saturating_add(RocksDbWeight::get().reads(13_u64))
    }
    fn climb(n: u32, ) -> Weight {
        Weight::from_parts(4_790_303, 0)
            .saturating_add(Weight::from_parts(370_181, 0).saturating_mul(n.into()))
    }
    fn draw() -> Weight {
        Weight::from_parts(152_696_000, 32598)
            .saturating_add(RocksDbWeight::get().reads(18_u64))
            .saturating_add(RocksDbWeight::get().writes(18_u64))
    }
    fn step_to_version_2() -> Weight {
        Weight::from_parts(15_293_000, 6422)
            .saturating_add(RocksDbWeight::get().reads(2_u64))
            .saturating_add(RocksDbWeight::get().writes(1_u64))
    }
}
