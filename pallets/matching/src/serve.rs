//! Serving the lists: which tasks have their turn in a block, as long as the weight lasts.

use aicpw_primitives::traits::{DrawSeed, TaskBoard};
use aicpw_protocol::{BlockNumber, TaskId};
use frame_support::{traits::Get, weights::WeightMeter};
use sp_runtime::traits::BlockNumberProvider;

use crate::{
    cost::{cursor_weight, drawing_limit, leave_weight, look_weight, turn_weight, Size},
    draw,
    lists::word_of,
    step::Stepped,
    types::{Cursor, List, Progress},
    Config, Cursors, Pallet, TicketTurn, Turns, WeightInfo,
};

/// Which tasks of a list have their turn.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    /// The tasks whose ticket is known.
    Ready,
    /// All tasks for which there is something to do.
    All,
}

impl<T: Config> Pallet<T> {
    /// Serves waiting tasks and devices, as long as the weight lasts.
    pub(crate) fn serve(meter: &mut WeightMeter) {
        if meter.try_consume(T::WeightInfo::service_base()).is_err() {
            return;
        }
        // Tasks that want a juror or an auditor come first, because other providers wait for these. Of them, those
        // whose ticket is known come first, because a ticket is good for one block. They get half of the weight, so
        // that a crowd of such tasks that nothing fits does not keep all others waiting.
        let mut half = WeightMeter::with_limit(meter.remaining() / 2);
        if Self::serve_waiting(List::Urgent, Who::Ready, u32::MAX, &mut half) {
            Self::serve_waiting(List::Urgent, Who::All, u32::MAX, &mut half);
        }
        meter.consume(half.consumed());
        Self::serve_fresh(meter);
        // Then the other slow tasks whose ticket is known, with half of what is left. If they came in the order of all
        // slow tasks, a crowd of these could make each of them miss one ticket after the other.
        let mut half = WeightMeter::with_limit(meter.remaining() / 2);
        let all_drawn = Self::serve_tickets(&mut half);
        meter.consume(half.consumed());
        // Then one of the other slow tasks, so that a full queue cannot hold these up for ever.
        if !Self::serve_waiting(List::Slow, Who::All, 1, meter) {
            return;
        }
        let mut written = None;
        while let Some((list, id)) = Self::next_queued() {
            let Some(bounds) = Self::affordable(meter) else {
                return;
            };
            let word = Some((list, word_of(id)));
            let taken = Self::take_from(list, id);
            meter.consume(leave_weight::<T>(taken, word == written));
            written = word;
            Self::step(TaskId(id), Progress::default(), bounds, meter);
        }
        Self::serve_waiting(List::Urgent, Who::Ready, u32::MAX, meter);
        if !Self::serve_waiting(List::Urgent, Who::All, u32::MAX, meter) {
            return;
        }
        if !all_drawn {
            Self::serve_tickets(meter);
        }
        if Self::serve_waiting(List::Slow, Who::All, u32::MAX, meter) {
            Self::serve_late(meter);
        }
    }

    /// Makes a step for each slow task whose ticket is known, as long as the weight lasts. Does nothing if there is too
    /// little weight to draw for one. Returns whether all of them had their turn.
    fn serve_tickets(meter: &mut WeightMeter) -> bool {
        meter.can_consume(drawing_limit::<T>(Size::now::<T>()))
            && Self::serve_waiting(List::Slow, Who::Ready, u32::MAX, meter)
    }

    /// The queued task that has its turn, and the list that it is in.
    fn next_queued() -> Option<(List, u64)> {
        let mut lists = [List::Front, List::Back].into_iter();
        lists.find_map(|list| Some((list, Self::first_of(list)?)))
    }

    /// Searches for devices for a few parked tasks: finds those that fit after a change that matching was not told of.
    pub(crate) fn sweep(meter: &mut WeightMeter) {
        for number in 0..T::MaxSweeps::get() {
            let Some(bounds) = Self::affordable(meter) else {
                return;
            };
            if !Self::sweep_one(number == 0, bounds, meter) {
                return;
            }
        }
    }

    /// Makes at most `steps` steps for tasks of the list, in a circle, from where it stopped before. Returns `false` if
    /// the weight is used up.
    fn serve_waiting(list: List, who: Who, steps: u32, meter: &mut WeightMeter) -> bool {
        let Some(first) = Self::first_of(list) else {
            return true;
        };
        if meter.try_consume(turn_weight::<T>()).is_err() {
            return false;
        }
        let now = Self::now();
        let begin = Self::turn_of(list, who)
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
                Who::Ready => Self::is_ready((task, list), cursor, meter),
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
            meter.consume(leave_weight::<T>(Self::take_from(list, id), false));
            meter.consume(cursor_weight::<T>());
            let progress = Cursors::<T>::take(task).map_or_else(Progress::default, |c| c.progress);
            // The release before had only one of these lists. So a task that wants a juror or an auditor may be in the
            // wrong list, and leaves it here.
            // RELEASE-1: remove when release 3 is main (whether it is in this list)
            let stepped = Self::step(task, progress, bounds, meter);
            if stepped != Stepped::Done && Self::from_on(list, id) == Some(id) {
                match stepped {
                    Stepped::WantsMore => next = Some(id),
                    _ => passed_over = passed_over.or(Some(id)),
                }
            }
            left = left.saturating_sub(1);
        }
        // If the others have used up the weight while a task's seed was there, the task is the first for its next seed.
        let next = passed_over.or(next);
        if next != Self::turn_of(list, who) {
            match (list, who) {
                (List::Slow, Who::Ready) => TicketTurn::<T>::set(next),
                _ => Turns::<T>::set(list, next),
            }
        }
        has_weight
    }

    /// The id that is next in the list. The slow tasks whose ticket is known have turns of their own. Otherwise, serving
    /// them would pass the turn of those that wait for a search.
    fn turn_of(list: List, who: Who) -> Option<u64> {
        match (list, who) {
            (List::Slow, Who::Ready) => TicketTurn::<T>::get(),
            _ => Turns::<T>::get(list),
        }
    }

    /// Whether a device can be drawn for the task in this block. `None` if there is too little weight to find out or to
    /// draw. A task that is not urgent and whose ticket is gone has its turn too: it asks for a new one, and costs
    /// nothing until that can be known.
    fn is_ready(
        (task, list): (TaskId, List),
        cursor: Option<Cursor>,
        meter: &mut WeightMeter,
    ) -> Option<bool> {
        // If a device is known to fit, an urgent task waits for nothing but its ticket.
        if list != List::Urgent || cursor.is_none_or(|cursor| !cursor.progress.fits) {
            meter.try_consume(T::WeightInfo::begin_search()).ok()?;
            if T::Tasks::ticket_from(task) > Self::now() {
                return Some(false);
            }
            meter.try_consume(draw::base::<T>()).ok()?;
            match T::Tasks::ticket(task) {
                DrawSeed::Ready(_) => (),
                DrawSeed::Gone if list != List::Urgent => return Some(true),
                DrawSeed::Gone | DrawSeed::NotYet => return Some(false),
            }
        }
        let limit = drawing_limit::<T>(Size::now::<T>());
        meter.can_consume(limit).then_some(true)
    }

    pub(crate) fn now() -> BlockNumber {
        T::BlockNumberProvider::current_block_number()
    }
}
