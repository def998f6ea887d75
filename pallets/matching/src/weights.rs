//! What the steps of matching cost.
//!
//! The numbers are estimates from counted reads and writes and a generous time for the work between,
//! until `make weights` puts measured ones in their place.

use core::marker::PhantomData;

use frame_support::{
    traits::Get,
    weights::{constants::WEIGHT_REF_TIME_PER_MICROS, Weight},
};

/// Costs. Each is the most that the step can take; what a step does a variable number of times is
/// multiplied by the pallet.
pub trait WeightInfo {
    /// To see that there is nothing to do.
    fn service_base() -> Weight;
    /// To take a task from the queue, read its demand and the roots of its segments.
    fn begin_search() -> Weight;
    /// To go through this many cells of the book's nodes.
    fn read_cells(cells: u32) -> Weight;
    /// One look of a search.
    fn look() -> Weight;
    /// To move a device to another place in the book, or out of it.
    fn repair() -> Weight;
    /// To assign a task to the device that was found, and to close the device.
    fn match_task() -> Weight;
    /// To find the reason and park a task.
    fn park_task() -> Weight;
    /// To keep the cursor of a search.
    fn defer_task() -> Weight;
    /// To look for parked tasks that a fresh device may fit.
    fn visit_device() -> Weight;
    /// To compare one of them with the device.
    fn examine_parked() -> Weight;
    /// To put a parked task back into the queue.
    fn wake_task() -> Weight;
    /// For the callers of `OrderBook`: `list`.
    fn list_device() -> Weight;
    /// For the callers of `OrderBook`: `unlist`.
    fn unlist_device() -> Weight;
    /// For the callers of `MatchQueue`: `enqueue`.
    fn enqueue_task() -> Weight;
    /// For the callers of `MatchQueue`: `forget`.
    fn forget_task() -> Weight;
}

fn micros(micros: u64) -> Weight {
    Weight::from_parts(micros.saturating_mul(WEIGHT_REF_TIME_PER_MICROS), 0)
}

/// Estimates; see the module's docs.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    // Ends of: fresh, slow, front, back, parked.
    fn service_base() -> Weight {
        micros(5).saturating_add(T::DbWeight::get().reads(5))
    }

    // Word and ends of a list, the demand (task), listings, one root; the word written.
    fn begin_search() -> Weight {
        micros(20).saturating_add(T::DbWeight::get().reads_writes(6, 1))
    }

    // Decoding 34 bytes and five comparisons each.
    fn read_cells(cells: u32) -> Weight {
        Weight::from_parts(u64::from(cells).saturating_mul(15_000), 0)
    }

    // A leaf, a bucket, and one of a page or an offer (device, provider, presence, reputation).
    fn look() -> Weight {
        micros(10).saturating_add(T::DbWeight::get().reads(5))
    }

    // Out of one place and into another: entry, and twice page, bucket, leaf, root.
    fn repair() -> Weight {
        micros(40).saturating_add(T::DbWeight::get().reads_writes(9, 9))
    }

    // Task, assignment, agenda, hold, device, provider's locks; bucket, leaf, root of the device.
    fn match_task() -> Weight {
        micros(60).saturating_add(T::DbWeight::get().reads_writes(10, 10))
    }

    // Roots and last leaves of all segments; two lists with links, directory, group, task.
    fn park_task() -> Weight {
        micros(40).saturating_add(T::DbWeight::get().reads_writes(22, 9))
    }

    // List with links, cursor.
    fn defer_task() -> Weight {
        micros(5).saturating_add(T::DbWeight::get().reads_writes(4, 4))
    }

    // List with links, offer, three directories.
    fn visit_device() -> Weight {
        micros(30).saturating_add(T::DbWeight::get().reads_writes(10, 4))
    }

    // Word, demand, locks.
    fn examine_parked() -> Weight {
        micros(5).saturating_add(T::DbWeight::get().reads(3))
    }

    // Three lists with links, directory, group, task.
    fn wake_task() -> Weight {
        micros(25).saturating_add(T::DbWeight::get().reads_writes(12, 12))
    }

    // As a repair, and the offer, listings and the fresh list.
    fn list_device() -> Weight {
        micros(50).saturating_add(T::DbWeight::get().reads_writes(16, 12))
    }

    // Entry, page, bucket, leaf, root, listings, fresh list.
    fn unlist_device() -> Weight {
        micros(25).saturating_add(T::DbWeight::get().reads_writes(8, 8))
    }

    // Words of four lists, group; word, ends and neighbour written.
    fn enqueue_task() -> Weight {
        micros(10).saturating_add(T::DbWeight::get().reads_writes(8, 3))
    }

    // Words of four lists, group; at most two lists with links, directory, group.
    fn forget_task() -> Weight {
        micros(15).saturating_add(T::DbWeight::get().reads_writes(12, 9))
    }
}

/// Small and all alike, so that tests can say how many steps a meter holds.
impl WeightInfo for () {
    fn service_base() -> Weight {
        Weight::zero()
    }
    fn begin_search() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn read_cells(_: u32) -> Weight {
        Weight::zero()
    }
    fn look() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn repair() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn match_task() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn park_task() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn defer_task() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn visit_device() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn examine_parked() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn wake_task() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn list_device() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn unlist_device() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn enqueue_task() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn forget_task() -> Weight {
        Weight::from_parts(1, 0)
    }
}
