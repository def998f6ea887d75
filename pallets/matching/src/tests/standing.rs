//! A device that gets a slot or stake free stays in its bucket. How much a call spares is reported.

use std::collections::BTreeMap;

use aicpw_primitives::traits::{Listing, MatchQueue, OrderBook, QueueEnd, Standing};
use aicpw_protocol::{units::AICP, DeviceId, Gflops, Mebibytes};

use crate::{mock::*, Entries, Pallet};

type Book = Pallet<Test>;

/// The most keys that moving a device writes: its entry, two buckets, a page, leaf, root, census, and three words.
const MOST: u64 = 10;

fn listing(id: DeviceId) -> Listing {
    let offer = devices()[&id].clone();
    Listing {
        spec: offer.spec,
        ask: offer.ask,
    }
}

/// All keys in storage with their values.
fn state() -> BTreeMap<Vec<u8>, Vec<u8>> {
    let next = |key: &Vec<u8>| sp_io::storage::next_key(key);
    std::iter::successors(next(&Vec::new()), next)
        .map(|key| {
            let value = sp_io::storage::get(&key).unwrap().to_vec();
            (key, value)
        })
        .collect()
}

/// Returns how many keys the call changes, and how many writes [`Standing::spared`] says that it spares.
fn changed(id: DeviceId, call: impl FnOnce()) -> (u64, u64) {
    let (before, stood) = (state(), Book::standing(id));
    call();
    let (after, stands) = (state(), Book::standing(id));
    let keys = before.keys().chain(after.keys());
    let keys: std::collections::BTreeSet<_> = keys
        .filter(|key| before.get(*key) != after.get(*key))
        .collect();
    (keys.len() as u64, stood.spared(&stands).1)
}

#[test]
fn a_device_that_suits_its_bucket_is_opened_where_it_stands() {
    run(|| {
        let id = device(0, 1_000, |_| ());
        let before = Book::standing(id);
        Book::close(id);
        assert!(!Book::standing(id).is_bucket_open);
        // Its stake may have changed meanwhile: searches look at the offer.
        change_device(id, |offer| offer.free_stake = 0);
        assert!(Book::reopen(id, listing(id), true));
        assert_eq!(Book::standing(id), before);
        assert!(Book::reopen(id, listing(id), false));
        assert!(!Book::standing(id).is_bucket_open);
    });
}

#[test]
fn a_device_that_belongs_elsewhere_is_not_opened() {
    run(|| {
        let id = device(0, 1_000, |_| ());
        Book::close(id);
        let mut with_more = listing(id);
        with_more.spec.memory = Mebibytes(4 * with_more.spec.memory.0);
        let mut slower = listing(id);
        slower.spec.gflops = Gflops(slower.spec.gflops.0 / 4);
        let mut dearer = listing(id);
        dearer.ask.0 *= 2;
        for other in [with_more, slower, dearer] {
            assert!(!Book::reopen(id, other, true));
            assert!(!Book::standing(id).is_bucket_open);
        }
        Book::unlist(id);
        assert!(!Book::reopen(id, listing(id), true));
        assert_eq!(Book::standing(id), Standing::default());
    });
}

#[test]
fn stake_that_gets_free_has_a_listed_device_looked_at_if_a_task_waits() {
    run(|| {
        let id = device(0, 1_000, |offer| offer.free_stake = AICP / 2);
        Book::stake_freed(id);
        assert!(!Book::standing(id).is_fresh, "nobody waits");
        let waits = task(7, |task| task.collateral = AICP);
        Matching::enqueue(waits, QueueEnd::Back);
        end_of_block();
        assert!(find_task(waits).unwrap().parked.is_some());
        Book::stake_freed(id);
        assert!(Book::standing(id).is_fresh);
        Book::unlist(id);
        Book::stake_freed(id);
        assert!(!Book::standing(id).is_fresh, "it is not in the book");
    });
}

/// Regression: the device was visited and woke the task, but the task's search did not find it.
#[test]
fn stake_that_gets_free_opens_a_device_that_was_closed_meanwhile() {
    run(|| {
        let id = device(0, 1_000, |offer| offer.free_stake = 2 * AICP);
        let waits = task(7, |task| task.collateral = 4 * AICP);
        Matching::enqueue(waits, QueueEnd::Back);
        end_of_block();
        assert!(find_task(waits).unwrap().parked.is_some());
        // The device is closed, as while it cools down.
        Book::close(id);
        // The level of its stake stays the same.
        change_device(id, |offer| offer.free_stake = 8 * AICP);
        Book::stake_freed(id);
        end_of_block();
        assert_eq!(matches(), [(7, 0)]);
    });
}

#[test]
fn what_is_spared_is_not_written() {
    run(|| {
        let id = device(0, 1_000, |offer| offer.free_slots = 2);
        // A second device, so that the bucket stays open.
        device(1, 1_000, |_| ());
        let fits = |(changed, spared): (u64, u64)| {
            assert!(
                changed + spared <= MOST,
                "{changed} changed, {spared} spared"
            );
            spared
        };
        let reopen = || assert!(Book::reopen(id, listing(id), true));
        assert_eq!(fits(changed(id, reopen)), 9, "nothing has changed");
        Book::close(id);
        assert_eq!(fits(changed(id, reopen)), 9, "the bucket only");
        Book::close(DeviceId(1));
        Book::close(id);
        assert_eq!(fits(changed(id, reopen)), 7, "leaf and root as well");
        change_device(id, |offer| offer.spec.memory = Mebibytes(1_024));
        assert_eq!(fits(changed(id, || list(0))), 3, "it moves");
        for more in 2..40 {
            device(more, 1_000, |_| ());
        }
        let last = DeviceId(39);
        assert!(Entries::<Test>::get(last).unwrap().page > 0);
        let reopen = || assert!(Book::reopen(last, listing(last), true));
        Book::close(last);
        assert_eq!(fits(changed(last, reopen)), 8, "a further page");
    });
}
