//! The queue, and how it is served.

use aicpw_primitives::traits::{MatchQueue, OrderBook, QueueEnd, TaskBoard};
use aicpw_protocol::TaskId;
use alloc::{boxed::Box, vec::Vec};
use frame_support::{
    traits::Get,
    weights::{Weight, WeightMeter},
};
use sp_runtime::traits::BlockNumberProvider;

use crate::{
    lists::Side,
    query::Query,
    search::{search, Bounds, Outcome, Repair, MAX_CELLS},
    types::{Cursor, List, Progress},
    Config, Cursors, Event, Pallet, WeightInfo,
};

/// Most repairs of the book that one step of a search causes.
pub const MAX_REPAIRS: u32 = 8;

/// Most devices to which one step of a search tries to assign a task. A second try is needed only
/// where an assignment is refused, which the check of the offer should have foreseen.
pub const MAX_TRIES: u32 = 2;

impl<T: Config> MatchQueue for Pallet<T> {
    fn enqueue(task: TaskId, end: QueueEnd) {
        Self::forget(task);
        let list = match end {
            QueueEnd::Back => List::Back,
            QueueEnd::Front => List::Front,
        };
        Self::insert_into(list, task.0, Side::Tail);
    }

    fn forget(task: TaskId) {
        Self::remove_from(List::Front, task.0);
        Self::remove_from(List::Back, task.0);
        if Self::remove_from(List::Slow, task.0) {
            Cursors::<T>::remove(task);
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
        Self::serve_fresh(meter);
        // One of the long searches comes first, so that a full queue cannot hold them up for ever.
        let now = T::BlockNumberProvider::current_block_number();
        let first_slow = Self::first_of(List::Slow);
        if let Some(id) = first_slow {
            if !Self::serve_slow(TaskId(id), now, meter) {
                return;
            }
        }
        while let Some(id) = Self::first_of(List::Front).or_else(|| Self::first_of(List::Back)) {
            if !meter.can_consume(Self::step_limit()) {
                return;
            }
            let task = TaskId(id);
            if !Self::remove_from(List::Front, id) {
                Self::remove_from(List::Back, id);
            }
            Self::step(task, Progress::default(), meter);
        }
        let mut slow = Self::first_of(List::Slow);
        while let Some(id) = slow {
            slow = Self::after(List::Slow, id);
            if !Self::serve_slow(TaskId(id), now, meter) {
                return;
            }
        }
    }

    /// Looks for devices for parked tasks that nobody has told matching about.
    pub(crate) fn sweep(meter: &mut WeightMeter) {
        for _ in 0..T::MaxSweeps::get() {
            if !meter.can_consume(Self::step_limit()) || !Self::sweep_one(meter) {
                return;
            }
        }
    }

    /// Goes on with a long search, once per block. Returns false if the weight is used up.
    fn serve_slow(task: TaskId, now: u32, meter: &mut WeightMeter) -> bool {
        if Cursors::<T>::get(task).is_some_and(|cursor| cursor.at == now) {
            return true;
        }
        if !meter.can_consume(Self::step_limit()) {
            return false;
        }
        Self::remove_from(List::Slow, task.0);
        let progress = Cursors::<T>::take(task).map_or_else(Progress::default, |c| c.progress);
        Self::step(task, progress, meter);
        true
    }

    /// One step of the search for a task that is in no list: matches it, parks it, defers it to the
    /// next block, or drops it.
    fn step(task: TaskId, progress: Progress, meter: &mut WeightMeter) {
        let mut progress = progress;
        let mut left = Bounds {
            looks: T::MaxCandidates::get(),
            repairs: MAX_REPAIRS,
            cells: MAX_CELLS,
        };
        for _ in 0..MAX_TRIES {
            let Some(query) = Self::query_of(task) else {
                return meter.consume(Self::search_weight(0, 0, 0));
            };
            let step = search::<T>(&query, task.0, progress, left);
            progress = step.progress;
            let repairs = step.repairs.len() as u32;
            left.looks = left.looks.saturating_sub(step.looks);
            left.repairs = left.repairs.saturating_sub(repairs);
            left.cells = left.cells.saturating_sub(step.cells);
            meter.consume(Self::search_weight(step.looks, repairs, step.cells));
            Self::apply(step.repairs);
            match step.outcome {
                Outcome::Fits(device, offer) => {
                    meter.consume(T::WeightInfo::match_task());
                    if T::Tasks::assign(task, device, &offer).is_ok() {
                        if offer.free_slots <= 1 {
                            Self::close(device);
                        }
                        return;
                    }
                }
                Outcome::Nothing => {
                    meter.consume(T::WeightInfo::park_task());
                    let reason = Self::reason(&query, progress.best);
                    return Self::park(task, &query, reason);
                }
                Outcome::Cut => break,
            }
        }
        meter.consume(T::WeightInfo::defer_task());
        Self::insert_into(List::Slow, task.0, Side::Tail);
        let at = T::BlockNumberProvider::current_block_number();
        Cursors::<T>::insert(task, Cursor { progress, at });
    }

    /// What the task asks for; `None` if it needs no match any more.
    pub(crate) fn query_of(task: TaskId) -> Option<Query<'static, T::AccountId>> {
        let demand = T::Tasks::demand(task)?;
        Some(Query::new(
            demand.requester,
            demand.excluded,
            demand.needs,
            demand.highest_ask,
            Box::new(move |ask| T::Tasks::locks(task, ask)),
        ))
    }

    /// Puts right what a search found out of place.
    pub(crate) fn apply(repairs: Vec<Repair>) {
        for repair in repairs {
            match repair {
                Repair::Drop(device) => {
                    <Self as OrderBook>::unlist(device);
                    Self::deposit_event(Event::DeviceDropped { device });
                }
                Repair::Close(device) => Self::close(device),
                Repair::Move { listed, place } => Self::put(listed, place, true),
            }
        }
    }

    /// What a search costs that looked this often, repaired this much and went through so many
    /// cells.
    pub(crate) fn search_weight(looks: u32, repairs: u32, cells: u32) -> Weight {
        T::WeightInfo::look()
            .saturating_mul(looks.into())
            .saturating_add(T::WeightInfo::repair().saturating_mul(repairs.into()))
            .saturating_add(T::WeightInfo::read_cells(cells))
            .saturating_add(T::WeightInfo::begin_search())
    }

    /// Most that one step can cost.
    pub(crate) fn step_limit() -> Weight {
        let ending = T::WeightInfo::match_task()
            .saturating_mul(MAX_TRIES.into())
            .saturating_add(T::WeightInfo::begin_search().saturating_mul(MAX_TRIES.into()))
            .saturating_add(T::WeightInfo::park_task())
            .saturating_add(T::WeightInfo::defer_task());
        // The last look of each try may begin just below the bound, and cost as much again.
        let cells = MAX_CELLS.saturating_mul(1 + MAX_TRIES);
        Self::search_weight(T::MaxCandidates::get(), MAX_REPAIRS, cells).saturating_add(ending)
    }
}
