//! A step for one task: a search or draws, as far as the block has weight for them, and what follows.

use aicpw_primitives::traits::{Assigned, Choice, DrawSeed, Offer, OrderBook, TaskBoard};
use aicpw_protocol::{DeviceId, Hash, TaskId};
use alloc::vec::Vec;
use frame_support::weights::WeightMeter;

use crate::{
    cost::{close_weight, equal_weight, park_weight, redraw_weight, Size},
    draw,
    lists::Side,
    query::Query,
    search::{search, Bounds, Outcome, Repair},
    types::{List, Progress},
    Config, Event, Pallet, WeightInfo,
};

/// The result of a step for a task.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stepped {
    /// The task has had its turn.
    Done,
    /// There was too little weight to draw for the task. It waits as before.
    PassedOver,
    /// The task got a juror or an auditor and wants a further one. It is urgent again, because the next ticket is
    /// from the same seed.
    WantsMore,
}

impl<T: Config> Pallet<T> {
    /// Does one step for a task that is in no list: matches it, parks it, defers it to a later block or drops it.
    pub(crate) fn step(
        task: TaskId,
        progress: Progress,
        bounds: Bounds,
        meter: &mut WeightMeter,
    ) -> Stepped {
        let Some((query, choice, list)) = Self::demand_of(task) else {
            meter.consume(T::WeightInfo::begin_search());
            return Stepped::Done;
        };
        meter.consume(equal_weight::<T>(&query));
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
                Self::redraw(waiting, progress, meter);
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
        let mut assigned = Assigned::default();
        let step = search::<T>(query, task.0, progress, bounds, |device, offer| {
            T::Tasks::assign(task, device, offer)
                .map(|done| assigned = done)
                .is_ok()
        });
        meter.consume(Self::search_weight(&step));
        meter.consume(equal_weight::<T>(query).saturating_mul(step.tries.into()));
        Self::apply(step.repairs);
        match step.outcome {
            Outcome::Accepted(device, offer) => {
                return Self::matched((task, list), device, &offer, assigned, meter);
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

    /// Makes as many draws from a seed as the weight allows. If they find nobody, the task waits for the next
    /// seed. A few draws would waste the seed. If there is weight for only a few, the task is passed over to wait for
    /// a better moment, such as the end of the block, but at most [`draw::MAX_PASSED`] times.
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
        let mut assigned = Assigned::default();
        let drawn = draw::draw::<T>(query, ticket, meter, book, |device, offer| {
            T::Tasks::assign(task, device, offer)
                .map(|done| assigned = done)
                .is_ok()
        });
        meter.consume(draw::weight_of::<T>(query, &drawn));
        match drawn.found {
            Some((device, offer)) => Self::matched((task, list), device, &offer, assigned, meter),
            None => {
                // If a device was known to fit, it may not fit any more. A search that has not ended goes on: if it
                // began again with each seed, it would never end in a large book.
                let progress = if progress.fits {
                    Progress::default()
                } else {
                    Progress {
                        passed: 0,
                        ..progress
                    }
                };
                Self::redraw((task, list), progress, meter);
                Stepped::Done
            }
        }
    }

    /// While the ticket is not known, searches for a device that could be drawn. Parks the task if there is none.
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

    /// Lets the task wait for a later seed for its next draw. If a seed was missed, what is known of the devices stays
    /// known. So does how often the task was passed over, because a seed is good for one block and blocks may stay full.
    fn redraw((task, list): (TaskId, List), progress: Progress, meter: &mut WeightMeter) {
        meter.consume(redraw_weight::<T>());
        T::Tasks::redraw(task);
        if progress.fits {
            Self::await_ticket((task, list), progress);
        } else {
            Self::defer((task, list), progress, Self::now().saturating_add(1));
        }
    }

    /// A device was found. A task that wants a further one has its turn at once: an urgent task before the queue, any
    /// other task as the first in it.
    fn matched(
        (task, list): (TaskId, List),
        device: DeviceId,
        offer: &Offer<T::AccountId>,
        assigned: Assigned,
        meter: &mut WeightMeter,
    ) -> Stepped {
        if assigned.gave_back {
            meter.consume(T::Tasks::give_back_weight());
        }
        if offer.free_slots <= 1 {
            let has_turned = Self::close(device);
            meter.consume(close_weight::<T>(has_turned, Size::now::<T>()));
        }
        if !assigned.wants_more {
            return Stepped::Done;
        }
        if list != List::Urgent {
            meter.consume(T::WeightInfo::enqueue_task());
            Self::insert_into(List::Front, task.0, Side::Tail);
            return Stepped::Done;
        }
        meter.consume(T::WeightInfo::defer_task());
        // If no other device fits, the next draw shows that.
        let progress = Progress {
            fits: true,
            ..Progress::default()
        };
        Self::defer((task, list), progress, Self::now());
        Stepped::WantsMore
    }

    /// Defers the task to the first block in which its ticket can be known. Before that there is nothing to do for it.
    fn await_ticket((task, list): (TaskId, List), progress: Progress) {
        let next = Self::now().saturating_add(1);
        let due = T::Tasks::ticket_from(task).max(next);
        Self::defer((task, list), progress, due);
    }

    /// Repairs what a search found out of place in the book.
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
}
