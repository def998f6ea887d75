//! Parked tasks, which no device fits now, and what wakes them.
//!
//! - **Fresh.** If any task is parked, a device is noted as *fresh* when it comes into the book, or gets a slot or
//!   stake free. A visit compares it with the oldest parked tasks, a bounded number of them, in history order. It
//!   wakes the tasks that the device fits: no more than the device has free slots, so that a crowd of parked tasks
//!   does not search for one slot, and at most four tasks leave the parked ones. The device stays fresh until it
//!   has no slot left or none of these tasks fits. Fresh devices are visited in a circle, so that many of them that
//!   become fresh again and again hold up no other.
//! - **Late.** If the device fits none of the oldest tasks, it is *late*. Late devices are visited after all others
//!   have been served. Each visit compares the device with as many tasks again, one group after the other, from
//!   behind the last task. So a young task is found too, and a requester whose tasks nothing fits holds up nobody.
//! - **Sweep.** Matching is not told of every change. In blocks with weight to spare, the *sweep* searches for one
//!   parked task after the other, in a circle. A search that is too long for one step goes on in later blocks, one such
//!   search at a time.

use aicpw_primitives::traits::{DeviceOffers, Offer, TaskBoard};
use aicpw_protocol::{
    task::{DeterminismClass, Unmatched},
    DeviceId, TaskId,
};
use alloc::vec::Vec;
use frame_support::{
    traits::Get,
    weights::{Weight, WeightMeter},
};

use crate::{
    book::{listed_of, place_of},
    cost::{equal_weight, repair_weight, Size},
    levels::{Cell, Levels, Place},
    lists::{Side, WALK},
    query::Query,
    search::{search, Bounds, Outcome},
    types::{Entry, Group, GroupHead, List, Progress, MAX_GROUPS},
    Compared, Config, Directories, Entries, FreshTurn, ListEnds, Pallet, ParkedIn, Sweeping, Swept,
    Turns, WeightInfo,
};

/// The most parked tasks that a device is compared with in one visit.
pub const MAX_EXAMINED: u32 = 16;

/// The most parked tasks that a device unparks in one visit: tasks that it wakes, and tasks that no longer need a
/// match.
pub const MAX_UNPARKED: u32 = 4;

/// The most late devices that are visited at a time.
pub const MAX_LATE: u32 = 4;

/// The weight of visiting a device, and of seeing on its page whether it is open.
fn visit_weight<T: Config>() -> Weight {
    let look = T::WeightInfo::look_at_page().saturating_mul(2);
    T::WeightInfo::visit_device().saturating_add(look)
}

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

    /// Takes a task out of the parked tasks. Returns whether it was parked.
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
        // The last place in the directory is reserved for the group that every device may wake.
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
                // The insertion succeeds: `group_of` has checked that there is room.
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

    /// Puts a parked task back into the queue, before the tasks that were never served. All of these are younger.
    pub(crate) fn wake(task: TaskId) {
        if Self::unpark(task) {
            Self::insert_into(List::Back, task.0, Side::Head);
            T::Tasks::woken(task);
        }
    }

    /// Serves the fresh devices, with half of the weight. Even a few parked tasks that nothing fits cause a visit to
    /// each device that gets a slot free, and these visits must not hold up tasks for which there are devices.
    pub(crate) fn serve_fresh(meter: &mut WeightMeter) {
        let turn = fresh_turn_weight::<T>();
        if Self::first_of(List::Fresh).is_none() || !(meter.remaining() / 2).all_gte(turn) {
            return;
        }
        let mut share = WeightMeter::with_limit(meter.remaining() / 2);
        share.consume(turn);
        meter.consume(turn);
        let begun = FreshTurn::<T>::get();
        let mut next = begun.and_then(|DeviceId(id)| {
            // The device may have left the list, and its word too.
            Self::from_on(List::Fresh, id).or_else(|| Self::behind(List::Fresh, id))
        });
        let mut again = Vec::new();
        while let Some(id) = next.or_else(|| Self::first_of(List::Fresh)) {
            let book = Size::now::<T>();
            let limit = Self::visit_limit(book);
            // There must be weight left for a step for the tasks that the device wakes.
            let has_weight = share.can_consume(limit)
                && meter.can_consume(limit.saturating_add(Self::step_limit()));
            next = Some(id);
            if !has_weight {
                break;
            }
            next = Self::after(List::Fresh, id);
            Self::remove_from(List::Fresh, id);
            let visit = Self::visit_fresh(DeviceId(id));
            let mut cost = visit.weight::<T>(book);
            if visit.others == Others::Younger {
                cost = cost.saturating_add(late_weight::<T>());
            }
            share.consume(cost);
            meter.consume(cost);
            match visit.others {
                Others::Done => (),
                Others::Oldest => again.push(id),
                Others::Younger => {
                    Self::insert_into(List::Late, id, Side::Tail);
                    // The device begins with the first group, whatever it was compared with when it was late before.
                    Compared::<T>::remove(DeviceId(id));
                }
            }
        }
        let next = next.map(DeviceId);
        if next != begun {
            FreshTurn::<T>::set(next);
        }
        // A device is visited again only after the tasks that it woke have been served.
        for id in again {
            Self::insert_into(List::Fresh, id, Side::Tail);
        }
    }

    /// Visits some of the late devices, one after the other, from where it stopped before.
    pub(crate) fn serve_late(meter: &mut WeightMeter) {
        let mut again = Vec::new();
        for _ in 0..MAX_LATE {
            let turn = Turns::<T>::get(List::Late);
            let next = turn.and_then(|next| Self::from_on(List::Late, next));
            let Some(id) = next.or_else(|| Self::first_of(List::Late)) else {
                break;
            };
            let book = Size::now::<T>();
            // There must be weight left for a step for the tasks that the device wakes.
            if !meter.can_consume(Self::visit_limit(book).saturating_add(Self::step_limit())) {
                break;
            }
            Turns::<T>::set(List::Late, Self::after(List::Late, id));
            Self::remove_from(List::Late, id);
            let visit = Self::visit_late(DeviceId(id));
            meter.consume(visit.weight::<T>(book));
            meter.consume(late_weight::<T>());
            if visit.others != Others::Done {
                again.push((id, visit.last));
            }
        }
        // A device is visited again only after the tasks that it woke have been served.
        for (id, last) in again {
            Self::insert_into(List::Late, id, Side::Tail);
            Compared::<T>::set(DeviceId(id), last);
        }
    }

    /// The most that a visit weighs, with what follows it.
    pub(crate) fn visit_limit(book: Size) -> Weight {
        let each = T::WeightInfo::wake_task().max(T::WeightInfo::forget_task());
        let examined =
            T::WeightInfo::examine_parked().saturating_add(T::Tasks::fingerprint_weight());
        visit_weight::<T>()
            .saturating_add(repair_weight::<T>(1, book))
            .saturating_add(examined.saturating_mul(MAX_EXAMINED.into()))
            .saturating_add(each.saturating_mul(MAX_UNPARKED.into()))
            .saturating_add(late_weight::<T>())
    }

    pub(crate) fn visit_fresh(device: DeviceId) -> Visit {
        let mut visit = Visit::default();
        let Some(offer) = T::Devices::offer(device) else {
            return visit;
        };
        let Some(place) = place_of(&offer) else {
            return visit;
        };
        visit.has_moved = Self::put_right(device, &offer, place);
        if !Entries::<T>::contains_key(device) {
            // A task that it woke would not find it.
            return visit;
        }
        let quota = quota_of(&offer);
        let mut heads = Self::heads_for(&offer, place);
        while let Some((index, (task, group))) = oldest_of(&heads) {
            if visit.is_over(quota) {
                visit.others = if quota == 0 {
                    Others::Done
                } else if visit.woken > 0 || visit.examined < MAX_EXAMINED {
                    Others::Oldest
                } else {
                    Others::Younger
                };
                break;
            }
            match Self::after(List::Group(group), task.0) {
                Some(next) => heads[index].0 = TaskId(next),
                None => {
                    heads.swap_remove(index);
                }
            }
            Self::compare(task, &offer, &mut visit);
        }
        visit
    }

    /// Compares a late device with further parked tasks, from behind the task that it was compared with last.
    fn visit_late(device: DeviceId) -> Visit {
        let mut visit = Visit::default();
        let begin = Compared::<T>::take(device);
        let Some(offer) = T::Devices::offer(device) else {
            return visit;
        };
        let quota = quota_of(&offer);
        let Some(place) = place_of(&offer).filter(|_| quota > 0) else {
            // When the device has a free slot, it becomes fresh again.
            return visit;
        };
        visit.has_moved = Self::put_right(device, &offer, place);
        if !Entries::<T>::contains_key(device) {
            // A task that it woke would not find it.
            return visit;
        }
        visit.last = begin;
        for (oldest, group) in Self::heads_for(&offer, place) {
            let mut next = match begin {
                Some((last, _)) if order_of(&group) < order_of(&last) => None,
                Some((last, task)) if group == last => Self::behind(List::Group(group), task.0),
                _ => Some(oldest.0),
            };
            while let Some(id) = next {
                if visit.is_over(quota) {
                    visit.others = Others::Younger;
                    return visit;
                }
                next = Self::after(List::Group(group), id);
                visit.last = Some((group, TaskId(id)));
                Self::compare(TaskId(id), &offer, &mut visit);
            }
        }
        visit
    }

    /// Moves a device to its place in the book, opens it, and corrects what its page says of it, so that the tasks that
    /// it wakes find it there. Returns whether anything had to be changed.
    fn put_right(device: DeviceId, offer: &Offer<T::AccountId>, place: Place) -> bool {
        let listed = listed_of(device, offer);
        let has_free_slot = offer.free_slots > 0;
        // A device may have been closed while it cooled down, or while its provider had as many assignments as it may
        // have. Such a device has slots again before the next heartbeat. Its computing power may have changed within
        // the level, and nothing lists it before the next heartbeat either.
        let is_right = |entry: Entry| {
            entry.place == place
                && Self::listed_at(entry)
                    .is_some_and(|(known, is_open)| known == listed && (is_open || !has_free_slot))
        };
        let is_wrong = Entries::<T>::get(device).is_some_and(|entry| !is_right(entry));
        if is_wrong {
            Self::put(listed, Some(place), has_free_slot);
        }
        is_wrong
    }

    /// The groups that a device with this offer may wake, each with its oldest task, in their order.
    pub(crate) fn heads_for(offer: &Offer<T::AccountId>, place: Place) -> Vec<(TaskId, Group)> {
        let engine = offer.spec.engine;
        let levels = Levels::from(place.cell());
        let octave = place.tick().octave();
        let mut heads = Vec::new();
        for class in place.segment().classes() {
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
        heads
    }

    /// Wakes the task if the offer fits it.
    fn compare(task: TaskId, offer: &Offer<T::AccountId>, visit: &mut Visit) {
        visit.examined = visit.examined.saturating_add(1);
        let query = Self::query_of(task);
        if let Some(query) = &query {
            visit.equal = visit.equal.saturating_add(equal_weight::<T>(query));
        }
        match query {
            Some(query) if query.shortfall(offer).is_none() => {
                Self::wake(task);
                visit.woken = visit.woken.saturating_add(1);
            }
            Some(_) => (),
            None => {
                Self::unpark(task);
                visit.gone = visit.gone.saturating_add(1);
            }
        }
    }

    /// Searches for the parked task whose turn it is, and wakes it if there is a device for it. The first search of a
    /// block goes on with one that had not ended. The others do not wait for its end. Returns false if no task is
    /// parked.
    pub(crate) fn sweep_one(is_first: bool, bounds: Bounds, meter: &mut WeightMeter) -> bool {
        let begun = Sweeping::<T>::get();
        if is_first && begun.is_some() {
            Sweeping::<T>::kill();
        }
        let resumed = begun.filter(|(task, _)| is_first && ParkedIn::<T>::contains_key(task));
        let (task, progress) = match resumed {
            Some(resumed) => resumed,
            None => {
                let next = Swept::<T>::get()
                    .and_then(|last| Self::after(List::Parked, last.0))
                    .or_else(|| Self::first_of(List::Parked));
                let Some(task) = next.map(TaskId) else {
                    return false;
                };
                Swept::<T>::put(task);
                (task, Progress::default())
            }
        };
        // Reads the search that had not ended, whether its task is parked, whose turn it is, its word, and the next
        // word. Writes whose turn it was, and the search if it has not ended.
        meter.consume(T::DbWeight::get().reads_writes(5, 2));
        let Some(query) = Self::query_of(task) else {
            Self::unpark(task);
            meter.consume(T::WeightInfo::begin_search());
            meter.consume(T::WeightInfo::forget_task());
            return true;
        };
        meter.consume(equal_weight::<T>(&query));
        // A device that fits is enough here. Whether the assignment is refused shows when the task is served.
        let step = search::<T>(&query, task.0, progress, bounds, |_, _| true);
        meter.consume(Self::search_weight(&step));
        Self::apply(step.repairs);
        match step.outcome {
            Outcome::Accepted(..) => {
                meter.consume(T::WeightInfo::wake_task());
                Self::wake(task);
            }
            Outcome::Cut if is_first || begun.is_none() => {
                Sweeping::<T>::put((task, step.progress));
            }
            // A search that is cut while another has not ended begins again when the task has its next turn.
            Outcome::Cut | Outcome::Nothing => (),
        }
        true
    }
}

/// The weight of finding out which fresh device has its turn, and of storing where visiting them stopped.
pub(crate) fn fresh_turn_weight<T: Config>() -> Weight {
    T::DbWeight::get().reads_writes((WALK as u64).saturating_add(5), 1)
}

/// The weight of a late device beside that of its visit: reading which device has its turn and what it was compared
/// with last, finding the task behind that, and putting the device back into the list with what it was compared with
/// now.
fn late_weight<T: Config>() -> Weight {
    T::WeightInfo::defer_task()
        .saturating_add(T::DbWeight::get().reads_writes((WALK as u64).saturating_add(6), 1))
}

/// The oldest of the first tasks of these groups, with its position.
pub(crate) fn oldest_of(heads: &[(TaskId, Group)]) -> Option<(usize, (TaskId, Group))> {
    let all = heads.iter().copied().enumerate();
    all.min_by_key(|(_, (task, _))| *task)
}

/// The most tasks that a device with this offer wakes in a visit.
fn quota_of<AccountId>(offer: &Offer<AccountId>) -> u32 {
    u32::from(offer.free_slots).min(MAX_UNPARKED)
}

/// The order in which a device goes through the groups.
fn order_of(group: &Group) -> (DeterminismClass, Cell, u8) {
    (group.class, group.cell, group.octave)
}

/// The result of a visit to a device.
#[derive(Default)]
pub(crate) struct Visit {
    examined: u32,
    /// The extra weight of those of the examined tasks that want a device equal to another.
    equal: Weight,
    woken: u32,
    /// How many of the tasks that it was compared with needed no match any more. They are no longer parked.
    gone: u32,
    /// Whether the device was not where it belongs in the book.
    has_moved: bool,
    /// The last task that a late device was compared with.
    last: Option<(Group, TaskId)>,
    others: Others,
}

impl Visit {
    fn is_over(&self, quota: u32) -> bool {
        self.woken >= quota
            || self.woken.saturating_add(self.gone) >= MAX_UNPARKED
            || self.examined >= MAX_EXAMINED
    }

    /// The weight of the visit, in a book of this size.
    fn weight<T: Config>(&self, book: Size) -> Weight {
        visit_weight::<T>()
            .saturating_add(repair_weight::<T>(self.has_moved.into(), book))
            .saturating_add(T::WeightInfo::examine_parked().saturating_mul(self.examined.into()))
            .saturating_add(self.equal)
            .saturating_add(T::WeightInfo::wake_task().saturating_mul(self.woken.into()))
            .saturating_add(T::WeightInfo::forget_task().saturating_mul(self.gone.into()))
    }
}

/// The tasks that a device is to be compared with after a visit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Others {
    /// None.
    #[default]
    Done,
    /// The oldest that are left. Some tasks of this visit fitted, or the visit ended before its number of comparisons.
    Oldest,
    /// The tasks behind the oldest, because none of the oldest fitted.
    Younger,
}
