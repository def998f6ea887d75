//! The queue, and how it is served.

use aicpw_primitives::traits::{
    Choice, DrawSeed, MatchQueue, Offer, OrderBook, QueueEnd, TaskBoard,
};
use aicpw_protocol::{BlockNumber, DeviceId, Hash, TaskId};
use alloc::{boxed::Box, vec::Vec};
use frame_support::{
    traits::Get,
    weights::{Weight, WeightMeter},
};
use sp_runtime::traits::BlockNumberProvider;

use crate::{
    draw,
    lists::{Side, Taken},
    query::Query,
    search::{search, Bounds, Outcome, Repair, Step},
    types::{Cursor, List, Progress},
    Config, Cursors, Event, Listings, Pallet, Turns, WeightInfo,
};

/// Most repairs of the book that one step of a search causes.
pub const MAX_REPAIRS: u32 = 4;

/// Looks that a step is given if there is not weight for more: enough to get past the bucket and the
/// page in which a search resumes.
pub const LEAST_LOOKS: u32 = 4;

/// Cells that a step may go through beyond those that its first look may take.
pub const SPARE_CELLS: u32 = 8_192;

/// Distinct cells of a book for which the guaranteed share must do: kinds of devices that differ in
/// some level.
pub const USUAL_CELLS: u32 = 1_024;

/// Most devices to which one step of a search tries to assign a task. A second try is needed only
/// where an assignment is refused, which the check of the offer should have foreseen.
pub const MAX_TRIES: u32 = 2;

/// Nodes that a match reads and writes when the device has no free slot any more: a leaf and the root. To write the
/// cells of one is weighed as to read them, until that is measured.
const NODES_OF_MATCH: u32 = 4;

/// The same for a repair, which can take a device from one place to another.
const NODES_OF_REPAIR: u32 = 2 * NODES_OF_MATCH;

/// Segments that have devices of one class of one engine: half of all sets of three classes.
const SEGMENTS_OF_CLASS: u32 = 4;

/// Phases of a search.
const PHASES: u32 = 3;

/// Tasks that an auditor or a juror is searched for, for which the guaranteed share must do beside one that is
/// drawn for.
pub const USUAL_JUDGED: u32 = 64;

/// Which of the tasks in a list have their turn.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    /// Those whose ticket is there.
    Ready,
    /// All for which there is something to do.
    All,
}

/// What came of a step for a task.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stepped {
    /// It has had its turn.
    Done,
    /// There was not weight enough to draw for it. It waits as before.
    PassedOver,
    /// It has got one of those that are to judge, and is urgent again: the next ticket is of the same seed.
    WantsMore,
}

impl<T: Config> MatchQueue for Pallet<T> {
    fn enqueue(task: TaskId, end: QueueEnd) {
        let list = match end {
            // It is in no list yet.
            QueueEnd::Back => List::Back,
            QueueEnd::Front => {
                Self::forget(task);
                List::Front
            }
        };
        Self::insert_into(list, task.0, Side::Tail);
    }

    fn forget(task: TaskId) {
        Self::remove_from(List::Front, task.0);
        Self::remove_from(List::Back, task.0);
        if Cursors::<T>::take(task).is_some() && !Self::remove_from(List::Slow, task.0) {
            Self::remove_from(List::Urgent, task.0);
        }
        Self::unpark(task);
    }
}

impl<T: Config> Pallet<T> {
    /// Serves what waits, for as long as the weight lasts.
    pub(crate) fn serve(meter: &mut WeightMeter) {
        if meter.try_consume(T::WeightInfo::service_base()).is_err() {
            return;
        }
        // Others wait for whoever judges, and a ticket is good for one block. So these come first, and of them
        // those whose ticket is there; with half of the weight: a crowd of them that nobody fits must not keep
        // all others waiting.
        let mut half = WeightMeter::with_limit(meter.remaining() / 2);
        if Self::serve_waiting(List::Urgent, Who::Ready, u32::MAX, &mut half) {
            Self::serve_waiting(List::Urgent, Who::All, u32::MAX, &mut half);
        }
        meter.consume(half.consumed());
        Self::serve_fresh(meter);
        // One of the other slow tasks as well, so that a full queue cannot hold them up for ever.
        if !Self::serve_waiting(List::Slow, Who::All, 1, meter) {
            return;
        }
        while let Some((list, id)) = Self::next_queued() {
            let Some(bounds) = Self::affordable(meter) else {
                return;
            };
            meter.consume(leave_weight::<T>(Self::take_from(list, id)));
            Self::step(TaskId(id), Progress::default(), bounds, meter);
        }
        Self::serve_waiting(List::Urgent, Who::Ready, u32::MAX, meter);
        if Self::serve_waiting(List::Urgent, Who::All, u32::MAX, meter)
            && Self::serve_waiting(List::Slow, Who::All, u32::MAX, meter)
        {
            Self::serve_late(meter);
        }
    }

    /// The task whose turn it is, and the list that it is in.
    fn next_queued() -> Option<(List, u64)> {
        let mut lists = [List::Front, List::Back].into_iter();
        lists.find_map(|list| Some((list, Self::first_of(list)?)))
    }

    /// Looks for devices for parked tasks that nobody has told matching about.
    pub(crate) fn sweep(meter: &mut WeightMeter) {
        for _ in 0..T::MaxSweeps::get() {
            let Some(bounds) = Self::affordable(meter) else {
                return;
            };
            if !Self::sweep_one(bounds, meter) {
                return;
            }
        }
    }

    /// Goes on with so many of those tasks in the list, in a circle from where it was left. Returns false if the weight
    /// is used up.
    fn serve_waiting(list: List, who: Who, steps: u32, meter: &mut WeightMeter) -> bool {
        let Some(first) = Self::first_of(list) else {
            return true;
        };
        if meter.try_consume(turn_weight::<T>()).is_err() {
            return false;
        }
        let now = Self::now();
        let begin = Turns::<T>::get(list)
            .and_then(|next| Self::from_on(list, next))
            .unwrap_or(first);
        let (mut next, mut passed_over) = (Some(begin), None);
        let (mut left, mut has_weight, mut has_wrapped) = (steps, true, false);
        while left > 0 {
            let id = match next {
                Some(id) if !has_wrapped || id < begin => id,
                None if !has_wrapped && begin != first => {
                    has_wrapped = true;
                    next = Self::first_of(list);
                    continue;
                }
                _ => break,
            };
            has_weight = meter.try_consume(look_weight::<T>()).is_ok();
            if !has_weight {
                break;
            }
            let task = TaskId(id);
            let following = Self::after(list, id);
            let cursor = Cursors::<T>::get(task);
            let has_turn = match who {
                _ if cursor.is_some_and(|cursor| cursor.due > now) => Some(false),
                Who::Ready => Self::is_ready(task, cursor, meter),
                Who::All => Some(true),
            };
            if has_turn == Some(false) {
                next = following;
                continue;
            }
            let Some(bounds) = has_turn.and_then(|_| Self::affordable(meter)) else {
                has_weight = false;
                break;
            };
            next = following;
            meter.consume(leave_weight::<T>(Self::take_from(list, id)));
            meter.consume(cursor_weight::<T>());
            let progress = Cursors::<T>::take(task).map_or_else(Progress::default, |c| c.progress);
            // Of the release before, which had one of these lists, tasks that a juror or an auditor is wanted for may be in
            // the other: they leave it here.
            let stepped = Self::step(task, progress, bounds, meter);
            if stepped != Stepped::Done && Self::from_on(list, id) == Some(id) {
                match stepped {
                    Stepped::WantsMore => next = Some(id),
                    _ => passed_over = passed_over.or(Some(id)),
                }
            }
            left = left.saturating_sub(1);
        }
        // Who is drawn for from a seed of which the others have used up the weight is the first for whom a later one
        // does.
        let next = passed_over.or(next);
        if next != Turns::<T>::get(list) {
            Turns::<T>::set(list, next);
        }
        has_weight
    }

    /// Whether the task is to be drawn for in this block. `None` if there is not weight enough to find out, or
    /// to do it.
    fn is_ready(task: TaskId, cursor: Option<Cursor>, meter: &mut WeightMeter) -> Option<bool> {
        // One that somebody is known to fit waits for nothing but its ticket.
        if cursor.is_none_or(|cursor| !cursor.progress.fits) {
            meter.try_consume(T::WeightInfo::begin_search()).ok()?;
            if T::Tasks::ticket_from(task) > Self::now() {
                return Some(false);
            }
            meter.try_consume(draw::base::<T>()).ok()?;
            if !matches!(T::Tasks::ticket(task), DrawSeed::Ready(_)) {
                return Some(false);
            }
        }
        let limit = drawing_limit::<T>(Size::now::<T>());
        meter.can_consume(limit).then_some(true)
    }

    fn now() -> BlockNumber {
        T::BlockNumberProvider::current_block_number()
    }

    /// One step of the search for a task that is in no list: matches it, parks it, defers it to a later
    /// block, or drops it.
    fn step(task: TaskId, progress: Progress, bounds: Bounds, meter: &mut WeightMeter) -> Stepped {
        let Some((query, choice, list)) = Self::demand_of(task) else {
            meter.consume(T::WeightInfo::begin_search());
            return Stepped::Done;
        };
        let waiting = (task, list);
        if choice == Choice::Cheapest {
            return Self::step_to_cheapest(waiting, &query, progress, bounds, meter);
        }
        match T::Tasks::ticket(task) {
            DrawSeed::Ready(ticket) => {
                return Self::step_to_drawn(waiting, &query, (ticket, progress), meter);
            }
            DrawSeed::NotYet => Self::step_before_draw(waiting, &query, progress, bounds, meter),
            DrawSeed::Gone => {
                meter.consume(draw::base::<T>());
                Self::redraw(waiting, progress.passed, meter);
            }
        }
        Stepped::Done
    }

    fn step_to_cheapest(
        (task, list): (TaskId, List),
        query: &Query<'_, T::AccountId>,
        progress: Progress,
        bounds: Bounds,
        meter: &mut WeightMeter,
    ) -> Stepped {
        let mut wants_more = false;
        let step = search::<T>(query, task.0, progress, bounds, |device, offer| {
            T::Tasks::assign(task, device, offer)
                .map(|more| wants_more = more)
                .is_ok()
        });
        meter.consume(Self::search_weight(&step));
        Self::apply(step.repairs);
        match step.outcome {
            Outcome::Accepted(device, offer) => {
                return Self::matched((task, list), device, &offer, wants_more, meter);
            }
            Outcome::Nothing => {
                meter.consume(park_weight::<T>(Size::now::<T>()));
                let reason = Self::reason(query, step.progress.best);
                Self::park(task, query, reason);
            }
            Outcome::Cut => {
                meter.consume(T::WeightInfo::defer_task());
                Self::defer((task, list), step.progress, Self::now().saturating_add(1));
            }
        }
        Stepped::Done
    }

    /// Makes all draws from a seed that the weight allows. If they find nobody, the task waits for the
    /// next seed. For few draws a seed is too good: the task waits for a better moment first, such as the
    /// end of the block, but not for long.
    fn step_to_drawn(
        (task, list): (TaskId, List),
        query: &Query<'_, T::AccountId>,
        (ticket, progress): (Hash, Progress),
        meter: &mut WeightMeter,
    ) -> Stepped {
        let book = Size::now::<T>();
        let has_weight_for = |draws| meter.can_consume(draw::limit::<T>(draws, book));
        let is_patient = progress.passed < draw::MAX_PASSED;
        if !has_weight_for(1) || (is_patient && !has_weight_for(draw::ENOUGH_DRAWS)) {
            meter.consume(draw::base::<T>());
            meter.consume(T::WeightInfo::defer_task());
            let passed = progress.passed.saturating_add(1);
            let progress = Progress { passed, ..progress };
            Self::defer((task, list), progress, Self::now());
            return Stepped::PassedOver;
        }
        let mut wants_more = false;
        let drawn = draw::draw::<T>(query, ticket, meter, book, |device, offer| {
            T::Tasks::assign(task, device, offer)
                .map(|more| wants_more = more)
                .is_ok()
        });
        meter.consume(draw::weight_of::<T>(&drawn));
        match drawn.found {
            Some((device, offer)) => Self::matched((task, list), device, &offer, wants_more, meter),
            None => {
                Self::redraw((task, list), 0, meter);
                Stepped::Done
            }
        }
    }

    /// While the ticket is not known, a search tells whether anybody could be drawn: if not, the task is
    /// parked.
    fn step_before_draw(
        (task, list): (TaskId, List),
        query: &Query<'_, T::AccountId>,
        progress: Progress,
        bounds: Bounds,
        meter: &mut WeightMeter,
    ) {
        meter.consume(T::Tasks::ticket_weight());
        meter.consume(T::WeightInfo::defer_task());
        if progress.fits {
            meter.consume(T::WeightInfo::begin_search());
            return Self::await_ticket((task, list), progress);
        }
        let step = search::<T>(query, task.0, progress, bounds, |_, _| true);
        meter.consume(Self::search_weight(&step));
        Self::apply(step.repairs);
        let fits = matches!(step.outcome, Outcome::Accepted(..));
        if let Outcome::Nothing = step.outcome {
            meter.consume(park_weight::<T>(Size::now::<T>()));
            let reason = Self::reason(query, step.progress.best);
            return Self::park(task, query, reason);
        }
        let progress = Progress {
            fits,
            ..step.progress
        };
        if fits {
            Self::await_ticket((task, list), progress);
        } else {
            Self::defer((task, list), progress, Self::now().saturating_add(1));
        }
    }

    /// The next draw for the task is made from a later seed. How often it was passed over is kept: a
    /// seed is good for one block, and blocks may stay full.
    fn redraw((task, list): (TaskId, List), passed: u8, meter: &mut WeightMeter) {
        meter.consume(redraw_weight::<T>());
        T::Tasks::redraw(task);
        let progress = Progress {
            passed,
            ..Progress::default()
        };
        Self::defer((task, list), progress, Self::now().saturating_add(1));
    }

    /// A device was found. A task that wants a further one has its turn at once: of those that are urgent, before the
    /// queue, else as the first in it.
    fn matched(
        (task, list): (TaskId, List),
        device: DeviceId,
        offer: &Offer<T::AccountId>,
        wants_more: bool,
        meter: &mut WeightMeter,
    ) -> Stepped {
        if offer.free_slots <= 1 {
            let has_turned = Self::close(device);
            meter.consume(close_weight::<T>(has_turned, Size::now::<T>()));
        }
        if !wants_more {
            return Stepped::Done;
        }
        if list != List::Urgent {
            meter.consume(T::WeightInfo::enqueue_task());
            Self::insert_into(List::Front, task.0, Side::Tail);
            return Stepped::Done;
        }
        meter.consume(T::WeightInfo::defer_task());
        // If nobody else fits, that shows when it is drawn for.
        let progress = Progress {
            fits: true,
            ..Progress::default()
        };
        Self::defer((task, list), progress, Self::now());
        Stepped::WantsMore
    }

    /// There is nothing to do for the task before its ticket can be known.
    fn await_ticket((task, list): (TaskId, List), progress: Progress) {
        let next = Self::now().saturating_add(1);
        let due = T::Tasks::ticket_from(task).max(next);
        Self::defer((task, list), progress, due);
    }

    /// Goes on with the task in this block, or the first after it.
    pub(crate) fn defer((task, list): (TaskId, List), progress: Progress, due: BlockNumber) {
        Self::insert_into(list, task.0, Side::Tail);
        Cursors::<T>::insert(task, Cursor { progress, due });
    }

    /// What the task asks for; `None` if it needs no match any more.
    pub(crate) fn query_of(task: TaskId) -> Option<Query<'static, T::AccountId>> {
        Self::demand_of(task).map(|(query, ..)| query)
    }

    /// The same, who of those that fit gets it, and the list in which it waits if this takes longer.
    fn demand_of(task: TaskId) -> Option<(Query<'static, T::AccountId>, Choice, List)> {
        let demand = T::Tasks::demand(task)?;
        let list = if demand.is_urgent {
            List::Urgent
        } else {
            List::Slow
        };
        let query = Query::new(
            demand.requester,
            demand.excluded,
            demand.needs,
            demand.highest_ask,
            Box::new(move |ask, reputation| T::Tasks::terms(task, ask, reputation)),
        );
        Some((query.only(demand.fingerprint), demand.choice, list))
    }

    /// Puts right what a search found out of place.
    pub(crate) fn apply(repairs: Vec<Repair>) {
        for repair in repairs {
            match repair {
                Repair::Drop(device) => {
                    <Self as OrderBook>::unlist(device);
                    Self::deposit_event(Event::DeviceDropped { device });
                }
                Repair::Close(device) => {
                    Self::close(device);
                }
                Repair::Move { listed, place } => Self::put(listed, place, true),
            }
        }
    }

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

    /// What a step may do at most, and at least if weight is short.
    pub(crate) fn bounds(cells_in_book: u32) -> [Bounds; 2] {
        let full = Bounds {
            looks: T::MaxCandidates::get(),
            repairs: MAX_REPAIRS,
            tries: MAX_TRIES,
            cells: cells_in_book.saturating_mul(3).saturating_add(SPARE_CELLS),
        };
        let least = Bounds {
            looks: LEAST_LOOKS,
            repairs: 1,
            tries: 1,
            ..full
        };
        [full, least]
    }

    /// What a step may do in the weight that is left, if anything.
    pub(crate) fn affordable(meter: &WeightMeter) -> Option<Bounds> {
        let book = Size::now::<T>();
        Self::bounds(book.cells)
            .into_iter()
            .find(|bounds| meter.can_consume(limit_of::<T>(*bounds, book)))
    }

    /// What the least step and the look at the lists cost at most.
    pub(crate) fn step_limit() -> Weight {
        let book = Size::now::<T>();
        let [_, least] = Self::bounds(book.cells);
        limit_of::<T>(least, book).saturating_add(T::WeightInfo::service_base())
    }

    /// What a full step and the look at the lists cost at most, in a book of this many cells.
    pub(crate) fn full_step_limit_with(cells: u32) -> Weight {
        let [full, _] = Self::bounds(cells);
        limit_of::<T>(full, Size::of(cells)).saturating_add(T::WeightInfo::service_base())
    }

    /// Whether the guaranteed share holds what is promised of it, in a book of [`USUAL_CELLS`]: each part that
    /// serving gives to some of those that wait is enough for one of them, with some room.
    pub(crate) fn check_share(share: Weight) -> Result<(), &'static str> {
        let book = Size::of(USUAL_CELLS);
        let half = share.saturating_sub(T::WeightInfo::service_base()) / 2;
        let quarter = half / 2;
        let [_, least] = Self::bounds(USUAL_CELLS);
        let waiting = look_weight::<T>()
            .saturating_add(T::WeightInfo::begin_search())
            .saturating_mul(USUAL_JUDGED.into());
        let judging = turn_weight::<T>()
            .saturating_add(waiting)
            .saturating_add(drawing_limit::<T>(book).max(limit_of::<T>(least, book)));
        if judging.any_gt(half) {
            return Err(
                "Half of GuaranteedWeight must hold the draws for a task that waits to be judged",
            );
        }
        if Self::visit_limit(book).any_gt(quarter) {
            return Err("A quarter of GuaranteedWeight must hold a visit to a fresh device");
        }
        if limit_of::<T>(least, book).any_gt(quarter) {
            return Err("A quarter of GuaranteedWeight must hold the least step of a search");
        }
        Ok(())
    }
}

/// How large the book is.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    /// Cells of all segments.
    cells: u32,
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

/// What a task weighs that leaves a list.
fn leave_weight<T: Config>(taken: Taken) -> Weight {
    match taken {
        Taken::Nothing | Taken::Id => T::WeightInfo::leave_word(),
        Taken::Word => T::WeightInfo::leave_list(),
    }
}

/// What it weighs to have a task wait for a later seed: beside that it waits, it is written itself. Whoever looks at it
/// has read it.
pub(crate) fn redraw_weight<T: Config>() -> Weight {
    T::WeightInfo::defer_task().saturating_add(T::DbWeight::get().writes(1))
}

/// What it weighs to find out whose turn it is in a list, and to keep where it is left.
fn turn_weight<T: Config>() -> Weight {
    T::DbWeight::get().reads_writes(2, 1)
}

/// What it weighs to see whether there is something to do for a slow task: its word, and its cursor.
fn look_weight<T: Config>() -> Weight {
    T::DbWeight::get().reads(2)
}

/// What it weighs to take the cursor of a search.
fn cursor_weight<T: Config>() -> Weight {
    T::DbWeight::get().reads_writes(1, 1)
}

/// What a task that is drawn for weighs at most: that it leaves its list, and enough draws. If there is less
/// they are not begun.
fn drawing_limit<T: Config>(book: Size) -> Weight {
    T::WeightInfo::leave_list()
        .saturating_add(cursor_weight::<T>())
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
fn park_weight<T: Config>(book: Size) -> Weight {
    T::WeightInfo::park_task().saturating_add(more_cells::<T>(book.cells.saturating_mul(2)))
}

/// What a step within the bounds costs at most, its end included.
fn limit_of<T: Config>(bounds: Bounds, book: Size) -> Weight {
    // The last look may begin just below the bound, and go through the book once more.
    let cells = bounds.cells.saturating_add(book.cells.saturating_mul(3));
    // In each phase the roots, and at most two octaves without a bucket: the one in which it begins, and the
    // last that can be paid. All other leaves bring a look at a bucket.
    let nodes = bounds
        .looks
        .saturating_add(3 * PHASES)
        .saturating_mul(book.segments);
    let dearest = T::WeightInfo::look_at_page().max(T::WeightInfo::look_at_offer());
    T::WeightInfo::leave_list()
        .saturating_add(look_weight::<T>())
        .saturating_add(cursor_weight::<T>())
        .saturating_add(walk_weight::<T>(nodes, cells))
        .saturating_add(dearest.saturating_mul(bounds.looks.into()))
        .saturating_add(change_weight::<T>(bounds.tries, bounds.repairs, book))
        .saturating_add(close_weight::<T>(true, book))
        .saturating_add(T::Tasks::ticket_weight())
        .saturating_add(park_weight::<T>(book).saturating_add(redraw_weight::<T>()))
}
