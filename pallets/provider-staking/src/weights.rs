//! Weights of the calls and the authorisation.
//!
//! Estimates until `make weights` replaces this file with what `benchmarking.rs` measures: database
//! operations are counted from the code (system account and holds included, and for each listing
//! in the order book [`LISTING_READS`] and [`LISTING_WRITES`]); computation is a round upper
//! bound, of which a signature check is most. Proof sizes are zero: this chain has no proofs of
//! validity.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

use crate::draw::{DRAW_TRIES, LEVELS};

/// Weight functions of the pallet. `d` is a number of devices of a provider.
pub trait WeightInfo {
    /// [`crate::Pallet::register_provider`]
    fn register_provider() -> Weight;
    /// [`crate::Pallet::deregister_provider`]
    fn deregister_provider() -> Weight;
    /// [`crate::Pallet::set_peers`]
    fn set_peers() -> Weight;
    /// [`crate::Pallet::rotate_worker`]
    fn rotate_worker() -> Weight;
    /// [`crate::Pallet::bond_extra`]
    fn bond_extra(d: u32) -> Weight;
    /// [`crate::Pallet::unbond`]
    fn unbond(d: u32) -> Weight;
    /// [`crate::Pallet::withdraw_unbonded`]
    fn withdraw_unbonded() -> Weight;
    /// [`crate::Pallet::register_device`]
    fn register_device(d: u32) -> Weight;
    /// [`crate::Pallet::deregister_device`]
    fn deregister_device() -> Weight;
    /// [`crate::Pallet::update_spec`]
    fn update_spec(d: u32) -> Weight;
    /// [`crate::Pallet::set_slots`]
    fn set_slots() -> Weight;
    /// [`crate::Pallet::set_ask`]
    fn set_ask() -> Weight;
    /// [`crate::Pallet::set_availability`]
    fn set_availability() -> Weight;
    /// [`crate::Pallet::heartbeat`], having looked at `d` devices.
    fn heartbeat(d: u32) -> Weight;
    /// The authorisation of [`crate::Pallet::heartbeat`].
    fn authorize_heartbeat() -> Weight;
    /// A draw that meets as many silent providers as it can ([`crate::draw::DRAW_TRIES`]).
    fn draw() -> Weight;
}

/// Reads that one listing in the order book costs.
pub const LISTING_READS: u64 = 4;
/// Writes that one listing in the order book costs.
pub const LISTING_WRITES: u64 = 4;
/// Reads that the change of a provider's weight in the draw costs: a node on each level, its leaf, and
/// which leaves are free.
pub const WEIGHING_READS: u64 = 6;
/// Writes that it costs.
pub const WEIGHING_WRITES: u64 = 6;
/// Picoseconds of a signature check.
const SIGNATURE: u64 = 100_000_000;
/// Picoseconds of a call's own computation.
const CALL: u64 = 40_000_000;
/// Picoseconds for each device that is looked at.
const DEVICE: u64 = 20_000_000;

/// The estimates.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> SubstrateWeight<T> {
    fn estimate(picoseconds: u64, reads: u64, writes: u64) -> Weight {
        Weight::from_parts(picoseconds, 0)
            .saturating_add(T::DbWeight::get().reads_writes(reads, writes))
    }

    /// Reading `d` devices.
    fn devices_read(d: u32) -> Weight {
        Self::estimate(DEVICE, 1, 0).saturating_mul(d.into())
    }

    /// Reading and listing `d` devices.
    fn devices_listed(d: u32) -> Weight {
        Self::estimate(DEVICE, 1 + LISTING_READS, LISTING_WRITES).saturating_mul(d.into())
    }
}

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    fn register_provider() -> Weight {
        Self::estimate(CALL + SIGNATURE, 7, 6)
    }
    fn deregister_provider() -> Weight {
        Self::estimate(CALL, 4, 6)
    }
    fn set_peers() -> Weight {
        Self::estimate(CALL, 1, 1)
    }
    fn rotate_worker() -> Weight {
        Self::estimate(CALL + SIGNATURE, 4, 3)
    }
    fn bond_extra(d: u32) -> Weight {
        Self::estimate(CALL, 6 + WEIGHING_READS, 3 + WEIGHING_WRITES)
            .saturating_add(Self::devices_listed(d))
    }
    fn unbond(d: u32) -> Weight {
        Self::estimate(CALL, 4 + WEIGHING_READS, 1 + WEIGHING_WRITES)
            .saturating_add(Self::devices_listed(d))
    }
    fn withdraw_unbonded() -> Weight {
        Self::estimate(CALL, 4, 3)
    }
    fn register_device(d: u32) -> Weight {
        Self::estimate(CALL, 5, 3)
            .saturating_add(Self::devices_read(d))
            .saturating_add(Self::devices_listed(1))
    }
    fn deregister_device() -> Weight {
        Self::estimate(CALL, 1, 2).saturating_add(Self::devices_listed(1))
    }
    fn update_spec(d: u32) -> Weight {
        Self::estimate(CALL, 4, 1)
            .saturating_add(Self::devices_read(d))
            .saturating_add(Self::devices_listed(1))
    }
    fn set_slots() -> Weight {
        Self::estimate(CALL, 3, 1).saturating_add(Self::devices_listed(1))
    }
    fn set_ask() -> Weight {
        Self::set_slots()
    }
    fn set_availability() -> Weight {
        Self::set_slots()
    }
    fn heartbeat(d: u32) -> Weight {
        Self::estimate(CALL, 5 + WEIGHING_READS, 2 + WEIGHING_WRITES)
            .saturating_add(Self::devices_listed(d))
            .saturating_add(T::DbWeight::get().writes(d.into()))
    }
    fn authorize_heartbeat() -> Weight {
        Self::estimate(CALL + SIGNATURE, 4, 0)
    }
    fn draw() -> Weight {
        // Of each: the nodes down to its leaf, the leaf, when it was last heard of, and what it holds.
        Self::estimate(
            DEVICE,
            u64::from(LEVELS) + 3 + WEIGHING_READS,
            WEIGHING_WRITES,
        )
        .saturating_mul(DRAW_TRIES.into())
    }
}
