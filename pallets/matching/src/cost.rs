//! What serving costs, from what the benchmarks have measured and the size of the book.

use aicpw_primitives::traits::TaskBoard;
use frame_support::{traits::Get, weights::Weight};

use crate::{
    draw,
    lists::Taken,
    query::Query,
    search::{Bounds, Step},
    Config, Listings, Pallet, WeightInfo,
};

/// Nodes that a match reads and writes when the device has no free slot any more: a leaf and the root. To write the
/// cells of one is weighed as to read them, until that is measured.
const NODES_OF_MATCH: u32 = 4;

/// The same for a repair, which can take a device from one place to another.
const NODES_OF_REPAIR: u32 = 2 * NODES_OF_MATCH;

/// Segments that have devices of one class of one engine: half of all sets of three classes.
const SEGMENTS_OF_CLASS: u32 = 4;

/// Phases of a search.
const PHASES: u32 = 3;

/// How large the book is.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    /// Cells of all segments.
    pub cells: u32,
    /// Cells of the segment that has the most.
    in_one: u32,
    /// Segments in which a task may look.
    segments: u32,
}

impl Size {
    /// As it is now.
    pub fn now<T: Config>() -> Self {
        let census = Listings::<T>::get();
        Self {
            cells: census.cells(),
            in_one: census.most_cells(),
            segments: (census.0.len() as u32).min(SEGMENTS_OF_CLASS),
        }
    }

    /// Of a book that has so many cells, in one segment and in all.
    pub fn of(cells: u32) -> Self {
        Self {
            cells,
            in_one: cells,
            segments: SEGMENTS_OF_CLASS,
        }
    }

    /// What changed nodes add to what was measured in a book of one cell.
    fn weight_of_changes<T: Config>(self, nodes: u32) -> Weight {
        more_cells::<T>(self.in_one.saturating_mul(nodes))
    }
}

impl<T: Config> Pallet<T> {
    /// What a step has cost, without what came before and after the search.
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

/// What a task weighs that leaves a list. A word that was written in this block already is not written again.
pub(crate) fn leave_weight<T: Config>(taken: Taken, is_written: bool) -> Weight {
    match taken {
        Taken::Nothing | Taken::Id if is_written => {
            T::WeightInfo::leave_word().saturating_sub(T::DbWeight::get().reads_writes(1, 1))
        }
        Taken::Nothing | Taken::Id => T::WeightInfo::leave_word(),
        Taken::Word => T::WeightInfo::leave_list(),
    }
}

/// What it weighs to have a task wait for a later seed: beside that it waits, it is written itself. Whoever looks at it
/// has read it.
pub(crate) fn redraw_weight<T: Config>() -> Weight {
    T::WeightInfo::defer_task().saturating_add(T::DbWeight::get().writes(1))
}

/// What it weighs more to know what a task asks for, and again with each try to assign it, if it asks for a device that
/// is equal to another.
pub(crate) fn equal_weight<T: Config>(query: &Query<'_, T::AccountId>) -> Weight {
    if query.wants_equal() {
        T::Tasks::fingerprint_weight()
    } else {
        Weight::zero()
    }
}

/// What it weighs to find out whose turn it is in a list, and to keep where it is left.
pub(crate) fn turn_weight<T: Config>() -> Weight {
    T::DbWeight::get().reads_writes(2, 1)
}

/// What it weighs to see whether there is something to do for a slow task: its word, and its cursor.
pub(crate) fn look_weight<T: Config>() -> Weight {
    T::DbWeight::get().reads(2)
}

/// What it weighs to take the cursor of a search.
pub(crate) fn cursor_weight<T: Config>() -> Weight {
    T::DbWeight::get().reads_writes(1, 1)
}

/// What a task that is drawn for weighs at most: that it leaves its list, what it asks for, and enough draws. If there
/// is less they are not begun.
pub(crate) fn drawing_limit<T: Config>(book: Size) -> Weight {
    T::WeightInfo::leave_list()
        .saturating_add(cursor_weight::<T>())
        .saturating_add(T::Tasks::fingerprint_weight())
        .saturating_add(draw::limit::<T>(draw::ENOUGH_DRAWS, book))
}

/// What it weighs to close a device; `has_turned` as [`Pallet::close`] returns it.
pub(crate) fn close_weight<T: Config>(has_turned: bool, book: Size) -> Weight {
    if has_turned {
        T::WeightInfo::close_bucket().saturating_add(book.weight_of_changes::<T>(NODES_OF_MATCH))
    } else {
        T::WeightInfo::close_device()
    }
}

/// What it weighs to read so many roots and leaves, and to go through so many cells.
fn walk_weight<T: Config>(nodes: u32, cells: u32) -> Weight {
    T::WeightInfo::read_node()
        .saturating_mul(nodes.into())
        .saturating_add(more_cells::<T>(cells))
}

/// What the task weighs itself, what was tried with it, and what was put right.
fn change_weight<T: Config>(tries: u32, repairs: u32, book: Size) -> Weight {
    T::WeightInfo::begin_search()
        .saturating_add(T::WeightInfo::match_task().saturating_mul(tries.into()))
        .saturating_add(repair_weight::<T>(repairs, book))
}

/// What so many repairs weigh.
pub(crate) fn repair_weight<T: Config>(repairs: u32, book: Size) -> Weight {
    T::WeightInfo::repair()
        .saturating_mul(repairs.into())
        .saturating_add(book.weight_of_changes::<T>(repairs.saturating_mul(NODES_OF_REPAIR)))
}

/// What so many cells weigh beyond what any number does.
fn more_cells<T: Config>(cells: u32) -> Weight {
    T::WeightInfo::read_cells(cells).saturating_sub(T::WeightInfo::read_cells(0))
}

/// To park a task: the reason is looked for in the root and in a leaf of each segment.
pub(crate) fn park_weight<T: Config>(book: Size) -> Weight {
    T::WeightInfo::park_task().saturating_add(more_cells::<T>(book.cells.saturating_mul(2)))
}

/// What a step within the bounds costs at most, its end included.
pub(crate) fn limit_of<T: Config>(bounds: Bounds, book: Size) -> Weight {
    // The last look may begin just below the bound, and go through the book once more.
    let cells = bounds.cells.saturating_add(book.cells.saturating_mul(3));
    // In each phase the roots, and at most two octaves without a bucket: the one in which it begins, and the
    // last that can be paid. All other leaves bring a look at a bucket.
    let nodes = bounds
        .looks
        .saturating_add(3 * PHASES)
        .saturating_mul(book.segments);
    let dearest = T::WeightInfo::look_at_page().max(T::WeightInfo::look_at_offer());
    // With the demand, and with each try.
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
