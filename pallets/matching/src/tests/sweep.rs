//! The sweep over parked tasks, when a search takes more than one step.

use aicpw_primitives::traits::{MatchQueue, QueueEnd};
use aicpw_protocol::{units::AICP, AskPrice, DeviceId, Gflops, TaskId};

use crate::{mock::*, types::List, Cursors, Entries, Sweeping};

/// Serves the task until it is parked.
fn park(id: TaskId) {
    let mut blocks = 0;
    while find_task(id).unwrap().parked.is_none() {
        next_block(1_000);
        blocks += 1;
        assert!(blocks < 50, "{id} is not parked");
    }
}

/// Regression: the search of the sweep began again each time, so that it never saw what is behind the first step.
#[test]
fn a_device_that_a_search_has_missed_is_found_behind_more_devices_than_a_step_sees() {
    run(|| {
        // The requester's own devices. Each must be looked at.
        for id in 0..200 {
            let ask = if id < 100 { 1_000 } else { 3_000 };
            device(id, ask, |offer| offer.provider = 1);
        }
        let dearer = Entries::<Test>::get(DeviceId(100)).unwrap().place;
        let waits = task(0, |_| ());
        Matching::enqueue(waits, QueueEnd::Back);
        let mut blocks = 0;
        while Cursors::<Test>::get(waits).is_none_or(|cursor| cursor.progress.next != dearer) {
            next_block(1_000);
            blocks += 1;
            assert!(blocks < 50, "the search gets there");
        }
        // While no task is parked, nobody notes the device.
        device(500, 2_000, |_| ());
        assert_eq!(Matching::first_of(List::Fresh), None);
        park(waits);
        MaxSweeps::set(1);
        let mut blocks = 0;
        while matches().is_empty() {
            next_block(1_000);
            blocks += 1;
            assert!(blocks < 50);
        }
        assert_eq!(matches(), [(0, 500)]);
    });
}

#[test]
fn a_long_search_holds_up_no_other() {
    run(|| {
        for id in 0..400 {
            device(id, 1_000, |offer| offer.provider = 1);
        }
        device(900, 2_000_000, |offer| {
            offer.spec.gflops = Gflops(4_000);
            offer.free_stake = 2 * AICP;
        });
        let long = task(0, |_| ());
        let short = task(1, |task| {
            task.demand.needs.gflops = Gflops(3_000);
            task.demand.highest_ask = AskPrice(3_000_000);
            task.collateral = 3 * AICP;
        });
        for id in [long, short] {
            Matching::enqueue(id, QueueEnd::Back);
            park(id);
        }
        // The device now has enough stake, within the same level, and nobody lists it.
        change_device(DeviceId(900), |offer| offer.free_stake = 5 * AICP);
        MaxSweeps::set(2);
        for _ in 0..3 {
            next_block(1_000);
        }
        assert_eq!(matches(), [(1, 900)]);
        let sweeping = Sweeping::<Test>::get().map(|(task, _)| task);
        assert_eq!(sweeping, Some(long));
        for _ in 0..20 {
            next_block(1_000);
        }
        assert_eq!(Matching::tasks_parked(), 1);
    });
}
