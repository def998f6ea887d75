//! Tasks that nothing fits now, and what wakes them.
//!
//! A device that comes into the book, or gets a slot or stake free, is noted as *fresh* if any task is
//! parked. Serving it wakes, in history order, as many tasks that it fits as it has slots; it stays
//! fresh until it has no slot left or none of them fits. Few at a time, so that a crowd of parked
//! tasks does not search for one slot. A fresh device looks at a bounded number of parked tasks; the
//! *sweep* finds what that bound, or a change nobody told of, has left behind: in blocks with weight to
//! spare it searches for one parked task after the other, in a circle.

use aicpw_primitives::traits::{DeviceOffers, TaskBoard};
use aicpw_protocol::{task::Unmatched, DeviceId, TaskId};
use alloc::vec::Vec;
use frame_support::weights::{Weight, WeightMeter};

use crate::{
    book::place_of,
    levels::{Cell, Levels},
    lists::Side,
    query::Query,
    search::{search, Bounds, Outcome, Repair},
    types::{Group, GroupHead, List, Progress, MAX_GROUPS},
    Config, Directories, Entries, ListEnds, Pallet, ParkedIn, Swept, WeightInfo,
};

/// Most parked tasks that a fresh device is compared with in one visit.
pub const MAX_EXAMINED: u32 = 16;

/// Most tasks that a fresh device wakes in one visit.
pub const MAX_WOKEN: u32 = 4;

impl<T: Config> Pallet<T> {
    /// Notes that parked tasks may now fit the device.
    pub(crate) fn note_fresh(device: DeviceId) {
        if ListEnds::<T>::contains_key(List::Parked) {
            Self::insert_into(List::Fresh, device.0, Side::Tail);
        }
    }

    /// Parks a task that was in no list.
    pub(crate) fn park(task: TaskId, query: &Query<'_, T::AccountId>, reason: Unmatched) {
        let group = Self::group_of(query);
        Self::insert_into(List::Parked, task.0, Side::Tail);
        Self::insert_into(List::Group(group), task.0, Side::Tail);
        Self::update_directory(group);
        ParkedIn::<T>::insert(task, group);
        T::Tasks::parked(task, reason);
    }

    /// Takes a task out of the parked ones. Returns whether it was one.
    pub(crate) fn unpark(task: TaskId) -> bool {
        let Some(group) = ParkedIn::<T>::take(task) else {
            return false;
        };
        Self::remove_from(List::Parked, task.0);
        Self::remove_from(List::Group(group), task.0);
        Self::update_directory(group);
        true
    }

    fn group_of(query: &Query<'_, T::AccountId>) -> Group {
        let needs = query.needs();
        let cell = Cell::from(*query.floor());
        let octave = query.last().octave();
        let directory = Directories::<T>::get(needs.engine, needs.class);
        let is_known = directory
            .binary_search_by_key(&(cell, octave), |head| (head.cell, head.octave))
            .is_ok();
        // The last place in the directory is kept for the group that every device may wake.
        let has_room = directory.len() < MAX_GROUPS as usize - 1;
        let (cell, octave) = if is_known || has_room {
            (cell, octave)
        } else {
            (Levels::LOWEST.into(), 127)
        };
        Group {
            engine: needs.engine,
            class: needs.class,
            cell,
            octave,
        }
    }

    /// Brings the directory in line with the first task of a group.
    fn update_directory(group: Group) {
        let mut directory = Directories::<T>::get(group.engine, group.class);
        let position = directory
            .binary_search_by_key(&(group.cell, group.octave), |head| (head.cell, head.octave));
        let first = Self::first_of(List::Group(group)).map(TaskId);
        match (position, first) {
            (Ok(index), Some(oldest)) if directory[index].oldest == oldest => return,
            (Ok(index), Some(oldest)) => directory[index].oldest = oldest,
            (Ok(index), None) => {
                directory.remove(index);
            }
            (Err(index), Some(oldest)) => {
                let head = GroupHead {
                    cell: group.cell,
                    octave: group.octave,
                    oldest,
                };
                // `group_of` has seen to the room.
                let _ = directory.try_insert(index, head);
            }
            (Err(_), None) => return,
        }
        if directory.is_empty() {
            Directories::<T>::remove(group.engine, group.class);
        } else {
            Directories::<T>::insert(group.engine, group.class, directory);
        }
    }

    /// Puts a parked task back into the queue: before those that were never served, which are all
    /// younger.
    pub(crate) fn wake(task: TaskId) {
        if Self::unpark(task) {
            Self::insert_into(List::Back, task.0, Side::Head);
            T::Tasks::woken(task);
        }
    }

    /// Serves the fresh devices.
    pub(crate) fn serve_fresh(meter: &mut WeightMeter) {
        let mut again = Vec::new();
        while let Some(id) = Self::first_of(List::Fresh) {
            // A step for those that it wakes must be left.
            let visit = Self::visit_weight(MAX_EXAMINED, MAX_WOKEN);
            if !meter.can_consume(visit.saturating_add(Self::step_limit())) {
                break;
            }
            Self::remove_from(List::Fresh, id);
            let visit = Self::visit_fresh(DeviceId(id));
            meter.consume(Self::visit_weight(visit.examined, visit.woken));
            if visit.may_wake_more {
                again.push(id);
            }
        }
        // Only once those that it woke have been served.
        for id in again {
            Self::insert_into(List::Fresh, id, Side::Tail);
        }
    }

    fn visit_weight(examined: u32, woken: u32) -> Weight {
        T::WeightInfo::visit_device()
            .saturating_add(T::WeightInfo::examine_parked().saturating_mul(examined.into()))
            .saturating_add(T::WeightInfo::wake_task().saturating_mul(woken.into()))
    }

    pub(crate) fn visit_fresh(device: DeviceId) -> Visit {
        let mut visit = Visit::default();
        let Some(offer) = T::Devices::offer(device) else {
            return visit;
        };
        let Some(place) = place_of(&offer) else {
            return visit;
        };
        if Entries::<T>::get(device).is_some_and(|entry| entry.place != place) {
            // Those that it wakes must find it.
            Self::apply(Vec::from([Repair::moved(device, &offer)]));
        }
        let quota = u32::from(offer.free_slots).min(MAX_WOKEN);
        let levels = Levels::from(place.cell());
        let octave = place.tick().octave();

        let mut heads: Vec<(TaskId, Group)> = Vec::new();
        for class in place.segment().classes() {
            let engine = offer.spec.engine;
            let directory = Directories::<T>::get(engine, class);
            heads.extend(
                directory
                    .iter()
                    .filter(|head| head.octave >= octave)
                    .filter(|head| levels.dominates(&head.cell.into()))
                    .map(|head| {
                        let group = Group {
                            engine,
                            class,
                            cell: head.cell,
                            octave: head.octave,
                        };
                        (head.oldest, group)
                    }),
            );
        }
        while let Some((index, (task, group))) = heads
            .iter()
            .copied()
            .enumerate()
            .min_by_key(|(_, (task, _))| *task)
        {
            if visit.woken >= quota || visit.examined >= MAX_EXAMINED {
                visit.may_wake_more = visit.woken > 0;
                break;
            }
            visit.examined = visit.examined.saturating_add(1);
            match Self::after(List::Group(group), task.0) {
                Some(next) => heads[index].0 = TaskId(next),
                None => {
                    heads.swap_remove(index);
                }
            }
            match Self::query_of(task) {
                Some(query) if query.shortfall(&offer).is_none() => {
                    Self::wake(task);
                    visit.woken = visit.woken.saturating_add(1);
                }
                Some(_) => (),
                None => {
                    Self::unpark(task);
                }
            }
        }
        visit
    }

    /// Searches for the parked task whose turn it is, and wakes it if there is a device for it.
    /// Returns false if no task is parked.
    pub(crate) fn sweep_one(bounds: Bounds, meter: &mut WeightMeter) -> bool {
        let next = Swept::<T>::get()
            .and_then(|last| Self::after(List::Parked, last.0))
            .or_else(|| Self::first_of(List::Parked));
        let Some(task) = next.map(TaskId) else {
            return false;
        };
        Swept::<T>::put(task);
        let Some(query) = Self::query_of(task) else {
            Self::unpark(task);
            meter.consume(T::WeightInfo::begin_search());
            return true;
        };
        // It fits: whether it is refused shows when it is served.
        let step = search::<T>(&query, task.0, Progress::default(), bounds, |_, _| true);
        meter.consume(Self::search_weight(&step));
        Self::apply(step.repairs);
        if let Outcome::Accepted(..) = step.outcome {
            meter.consume(T::WeightInfo::wake_task());
            Self::wake(task);
        }
        true
    }
}

/// What came of a visit to a fresh device.
#[derive(Default)]
pub(crate) struct Visit {
    examined: u32,
    woken: u32,
    may_wake_more: bool,
}
