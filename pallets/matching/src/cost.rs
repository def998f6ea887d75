//! The weight of serving, computed from what the benchmarks have measured and from the size of the book.

use aicpw_primitives::traits::TaskBoard;
use frame_support::{traits::Get, weights::Weight};

use crate::{
    draw,
    lists::Taken,
    query::Query,
    search::{Bounds, Step},
    Config, Listings, Pallet, WeightInfo,
};

/// The number of node reads and writes of a match that takes the last slot of a device: it reads and writes a leaf and
/// the root. Until it is measured, writing the cells of a node is weighed as reading them is.
const NODES_OF_MATCH: u32 = 4;

/// The same for a repair, which can move a device from one place to another.
const NODES_OF_REPAIR: u32 = 2 * NODES_OF_MATCH;

/// The number of segments whose devices have a given class of an engine: half of all sets of three classes.
const SEGMENTS_OF_CLASS: u32 = 4;

/// The number of phases of a search.
const PHASES: u32 = 3;

/// The size of the book.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    /// The sum of the cells of all segments.
    pub cells: u32,
    /// The number of cells of the segment that has the most.
    in_one: u32,
    /// The most segments that the search for a task looks at.
    segments: u32,
}

impl Size {
    /// The size of the book now.
    pub fn now<T: Config>() -> Self {
        let census = Listings::<T>::get();
        Self {
            cells: census.cells(),
            in_one: census.most_cells(),
            segments: (census.0.len() as u32).min(SEGMENTS_OF_CLASS),
        }
    }

    /// The size of a book with this many cells, both in one segment and in all together.
    pub fn of(cells: u32) -> Self {
        Self {
            cells,
            in_one: cells,
            segments: SEGMENTS_OF_CLASS,
        }
    }

    /// The weight of changing nodes, beyond what was measured in a book of one cell.
    fn weight_of_changes<T: Config>(self, nodes: u32) -> Weight {
        more_cells::<T>(self.in_one.saturating_mul(nodes))
    }
}

impl<T: Config> Pallet<T> {
    /// The weight of the search of a step, without what came before and after it.
    pub(crate) fn search_weight(step: &Step<T::AccountId>) -> Weight {
        let Step {
            nodes,
            pages,
            unfit,
            cells,
            tries,
            ref repairs,
            ..
        } = *step;
        let repairs = repairs.len() as u32;
        T::WeightInfo::look_at_page()
            .saturating_mul(pages.into())
            .saturating_add(T::WeightInfo::look_at_offer().saturating_mul(unfit.into()))
            .saturating_add(walk_weight::<T>(nodes, cells))
            .saturating_add(change_weight::<T>(tries, repairs, Size::now::<T>()))
    }
}

/// The weight of a task that leaves a list. A word that was written in this block already is not counted again.
pub(crate) fn leave_weight<T: Config>(taken: Taken, is_written: bool) -> Weight {
    match taken {
        Taken::Nothing | Taken::Id if is_written => {
            T::WeightInfo::leave_word().saturating_sub(T::DbWeight::get().reads_writes(1, 1))
        }
        Taken::Nothing | Taken::Id => T::WeightInfo::leave_word(),
        Taken::Word => T::WeightInfo::leave_list(),
    }
}

/// The weight of letting a task wait for a later seed: the task is deferred, and it is written itself. Reading it is
/// already weighed.
pub(crate) fn redraw_weight<T: Config>() -> Weight {
    T::WeightInfo::defer_task().saturating_add(T::DbWeight::get().writes(1))
}

/// The extra weight of a task that wants a device equal to another. It comes once for the demand, and once for each
/// try to assign the task.
pub(crate) fn equal_weight<T: Config>(query: &Query<'_, T::AccountId>) -> Weight {
    if query.wants_equal() {
        T::Tasks::fingerprint_weight()
    } else {
        Weight::zero()
    }
}

/// The weight of finding out which task of a list has its turn, and of storing where serving the list stopped.
pub(crate) fn turn_weight<T: Config>() -> Weight {
    T::DbWeight::get().reads_writes(2, 1)
}

/// The weight of seeing whether there is something to do for a slow task. It reads the task's word and its cursor.
pub(crate) fn look_weight<T: Config>() -> Weight {
    T::DbWeight::get().reads(2)
}

/// The weight of taking the cursor of a search out of storage, and of reading whether the task was the next among those
/// whose ticket is known.
pub(crate) fn cursor_weight<T: Config>() -> Weight {
    T::DbWeight::get().reads_writes(2, 1)
}

/// The weight that must be left to begin the draws for a task: that of leaving its list, of its demand, and of enough
/// draws.
pub(crate) fn drawing_limit<T: Config>(book: Size) -> Weight {
    T::WeightInfo::leave_list()
        .saturating_add(cursor_weight::<T>())
        .saturating_add(T::Tasks::fingerprint_weight())
        .saturating_add(draw::limit::<T>(draw::ENOUGH_DRAWS, book))
}

/// The weight of closing a device. `has_turned` is what [`Pallet::close`] returned.
pub(crate) fn close_weight<T: Config>(has_turned: bool, book: Size) -> Weight {
    if has_turned {
        T::WeightInfo::close_bucket().saturating_add(book.weight_of_changes::<T>(NODES_OF_MATCH))
    } else {
        T::WeightInfo::close_device()
    }
}

/// The weight of reading this many roots and leaves, and of going through this many cells.
fn walk_weight<T: Config>(nodes: u32, cells: u32) -> Weight {
    T::WeightInfo::read_node()
        .saturating_mul(nodes.into())
        .saturating_add(more_cells::<T>(cells))
}

/// The weight of the task itself, of the tries to assign it, and of the repairs.
fn change_weight<T: Config>(tries: u32, repairs: u32, book: Size) -> Weight {
    T::WeightInfo::begin_search()
        .saturating_add(T::WeightInfo::match_task().saturating_mul(tries.into()))
        .saturating_add(repair_weight::<T>(repairs, book))
}

/// The weight of this many repairs.
pub(crate) fn repair_weight<T: Config>(repairs: u32, book: Size) -> Weight {
    T::WeightInfo::repair()
        .saturating_mul(repairs.into())
        .saturating_add(book.weight_of_changes::<T>(repairs.saturating_mul(NODES_OF_REPAIR)))
}

/// The weight of going through this many cells, beyond that of going through none.
fn more_cells<T: Config>(cells: u32) -> Weight {
    T::WeightInfo::read_cells(cells).saturating_sub(T::WeightInfo::read_cells(0))
}

/// The weight of parking a task. The reason is looked for in the root and in a leaf of each segment.
pub(crate) fn park_weight<T: Config>(book: Size) -> Weight {
    T::WeightInfo::park_task().saturating_add(more_cells::<T>(book.cells.saturating_mul(2)))
}

/// The most that a step within the bounds weighs, including what follows the search.
pub(crate) fn limit_of<T: Config>(bounds: Bounds, book: Size) -> Weight {
    // The last look may begin just below the bound, and then go through the whole book once more.
    let cells = bounds.cells.saturating_add(book.cells.saturating_mul(3));
    // In each phase, the search reads the roots, and the leaves of at most two octaves without a bucket: the octave
    // in which the phase begins, and the last octave that can be paid. All other leaves lead to a look at a bucket.
    let nodes = bounds
        .looks
        .saturating_add(3 * PHASES)
        .saturating_mul(book.segments);
    let dearest = T::WeightInfo::look_at_page().max(T::WeightInfo::look_at_offer());
    // The fingerprint is read with the demand and with each try.
    let fingerprints = u64::from(bounds.tries).saturating_add(1);
    T::WeightInfo::leave_list()
        .saturating_add(look_weight::<T>())
        .saturating_add(cursor_weight::<T>())
        .saturating_add(walk_weight::<T>(nodes, cells))
        .saturating_add(dearest.saturating_mul(bounds.looks.into()))
        .saturating_add(change_weight::<T>(bounds.tries, bounds.repairs, book))
        .saturating_add(T::Tasks::fingerprint_weight().saturating_mul(fingerprints))
        .saturating_add(T::Tasks::give_back_weight())
        .saturating_add(close_weight::<T>(true, book))
        .saturating_add(T::Tasks::ticket_weight())
        .saturating_add(park_weight::<T>(book).saturating_add(redraw_weight::<T>()))
}
