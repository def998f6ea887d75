//! States of the book and of the lists in which calls of other pallets weigh the most, for their benchmarks.

use aicpw_primitives::traits::{MatchQueue, TaskBoard};
use aicpw_protocol::{DeviceId, TaskId};
use frame_benchmarking::benchmarking::add_to_whitelist;

use super::{listing, neighbours, park};
use crate::{
    levels::{Cell, Levels, Place},
    lists::{word_of, Side},
    types::{GroupHead, List, Listed, MAX_GROUPS, PAGE_SLOTS},
    Buckets, Config, Directories, Entries, Pallet, ParkedIn, Words,
};

/// Closes a device, as a match that takes its last slot does. For other pallets' benchmarks.
pub fn close<T: Config>(device: DeviceId) {
    Pallet::<T>::close(device);
}

/// Makes it as dear as possible to list a device. For other pallets' benchmarks.
///
/// The device stands alone in a bucket to which it no longer belongs, as if its free memory had changed. Listing it
/// removes that bucket and its cell from the book, puts the device on a further page of another bucket, and opens
/// that bucket's leaf and root. It also puts a word of fresh devices between two others, as after [`await_devices`].
pub fn misplace<T: Config>(device: DeviceId) {
    let belongs = Entries::<T>::get(device).expect("it is listed").place;
    let levels = Levels::from(belongs.cell());
    let before = Levels {
        memory: if levels.memory == 0 { 1 } else { 0 },
        ..levels
    };
    let place = Place::new(belongs.tick(), before.into(), belongs.segment());
    assert!(Buckets::<T>::get(place).is_none());
    let listing = listing::<T>(device);
    Pallet::<T>::put(Listed::new(device, &listing), Some(place), false);
    for other in 0..u64::from(PAGE_SLOTS) {
        let other = DeviceId(u64::MAX - device.0 * u64::from(PAGE_SLOTS) - other);
        Pallet::<T>::put(Listed::new(other, &listing), Some(belongs), false);
    }
    await_devices::<T>(&[device]);
}

/// Makes listing one of these devices put a word of fresh devices between two others: a task is parked, and devices
/// with ids around those of these devices are fresh, but these are not. For other pallets' benchmarks.
pub fn await_devices<T: Config>(devices: &[DeviceId]) {
    Pallet::<T>::insert_into(List::Parked, u64::from(u32::MAX), Side::Tail);
    for device in devices {
        Pallet::<T>::remove_from(List::Fresh, device.0);
        neighbours::<T>(List::Fresh, device.0);
    }
}

/// As [`await_devices`], but these devices are fresh too, so that unlisting one of them removes its word. For other
/// pallets' benchmarks.
pub fn freshen<T: Config>(devices: &[DeviceId]) {
    await_devices::<T>(devices);
    for device in devices {
        Pallet::<T>::note_fresh(*device);
    }
}

/// Excludes from the measurement the word of the queue into which the next submitted task comes, because the start of
/// the block pays for it. For other pallets' benchmarks.
pub fn share_queue<T: Config>() {
    let next = (0..u64::MAX).find(|id| T::Tasks::demand(TaskId(*id)).is_none());
    let word = word_of(next.expect("there are not so many"));
    add_to_whitelist(Words::<T>::hashed_key_for(List::Back, word).into());
}

/// Parks a task between others, with as many groups of parked tasks as there can be. For other pallets' benchmarks.
pub fn park_among_others<T: Config>(id: TaskId) {
    Pallet::<T>::forget(id);
    park::<T>(id);
    let group = ParkedIn::<T>::get(id).expect("it is parked");
    for list in [List::Parked, List::Group(group)] {
        neighbours::<T>(list, id.0);
    }
    Directories::<T>::mutate(group.engine, group.class, |directory| {
        for number in 0..MAX_GROUPS as u16 {
            let head = GroupHead {
                cell: Cell(number),
                octave: 0,
                oldest: id,
            };
            let place = directory
                .binary_search_by_key(&(head.cell, head.octave), |one| (one.cell, one.octave));
            if let Err(index) = place {
                // There is no room for the last one, because the task's own group is in the directory too.
                let _ = directory.try_insert(index, head);
            }
        }
    });
}
