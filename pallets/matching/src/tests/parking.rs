//! Which tasks are parked, and what wakes them.

use std::collections::BTreeSet;

use aicpw_primitives::traits::{MatchQueue, OrderBook, QueueEnd};
use aicpw_protocol::{task::Unmatched, units::AICP, AskPrice, DeviceId, Gflops, TaskId};
use frame_support::{
    traits::Hooks,
    weights::{Weight, WeightMeter},
};

use crate::{
    cost::Size,
    lists::Side,
    mock::*,
    parked::MAX_LATE,
    types::{List, MAX_FURTHER_PAGES, MAX_GROUPS},
    Buckets, Compared, Entries, FreshTurn, Swept,
};

fn park(id: u64, change: impl FnOnce(&mut Task)) {
    Matching::enqueue(task(id, change), QueueEnd::Back);
    end_of_block();
    assert!(find_task(TaskId(id)).unwrap().parked.is_some(), "{id}");
}

#[test]
fn a_fitting_device_wakes() {
    run(|| {
        park(0, |_| ());
        assert_eq!(Matching::tasks_parked(), 1);
        device(0, 1_000, |_| ());
        next_block(0);
        assert_eq!(matches(), [(0, 0)]);
        assert_eq!(Matching::tasks_parked(), 0);
    });
}

#[test]
fn it_wakes_at_the_end_of_the_block_too() {
    run(|| {
        park(0, |_| ());
        device(0, 1_000, |_| ());
        end_of_block();
        assert_eq!(matches(), [(0, 0)]);
    });
}

#[test]
fn a_freed_slot_wakes_in_history_order() {
    run(|| {
        device(0, 1_000, |_| ());
        Matching::enqueue(task(0, |_| ()), QueueEnd::Back);
        end_of_block();
        // The tasks are in two groups.
        for id in 1..10 {
            park(id, |task| {
                if id % 3 == 0 {
                    task.demand.needs.gflops = Gflops(1_000);
                }
            });
        }
        for _ in 1..10 {
            frees_slot(0);
            end_of_block();
        }
        let order: Vec<_> = matches().into_iter().map(|(task, _)| task).collect();
        assert_eq!(order, (0..10).collect::<Vec<_>>());
    });
}

#[test]
fn no_more_wake_than_there_are_slots() {
    run(|| {
        for id in 0..100 {
            park(id, |_| ());
        }
        device(0, 1_000, |offer| offer.free_slots = 3);
        end_of_block();
        assert_eq!(take_woken(), 3);
        assert_eq!(matches().len(), 3);
        assert_eq!(Matching::tasks_parked(), 97);
        assert_eq!(Matching::tasks_queued(), 0);
    });
}

#[test]
fn a_device_with_many_slots_wakes_all_in_time() {
    run(|| {
        for id in 0..100 {
            park(id, |_| ());
        }
        device(0, 1_000, |offer| offer.free_slots = 200);
        for _ in 0..20 {
            next_block(1_000);
        }
        let order: Vec<_> = matches().into_iter().map(|(task, _)| task).collect();
        assert_eq!(order, (0..100).collect::<Vec<_>>());
    });
}

#[test]
fn what_it_does_not_fit_sleeps_on() {
    run(|| {
        park(0, |task| task.demand.needs.gflops = Gflops(5_000));
        park(1, |task| task.demand.needs.gflops = Gflops(1_001));
        park(2, |task| task.demand.highest_ask = AskPrice(990));
        park(3, |task| task.demand.highest_ask = AskPrice(100));
        park(4, |task| task.collateral = 2_000 * AICP);
        park(5, |task| task.demand.requester = 1_000);
        park(6, |_| ());
        device(0, 1_000, |offer| offer.free_slots = 9);
        end_of_block();
        assert_eq!(matches(), [(6, 0)]);
        assert_eq!(Matching::tasks_parked(), 6);
        // What the tasks wait for comes one by one.
        device(1, 10_000, |offer| offer.spec.gflops = Gflops(5_000));
        end_of_block();
        change_device(DeviceId(0), |offer| offer.free_stake = 9_000 * AICP);
        list(0);
        end_of_block();
        change_device(DeviceId(0), |offer| offer.ask = AskPrice(99));
        list(0);
        end_of_block();
        device(2, 10_000, |offer| offer.spec.gflops = Gflops(1_001));
        end_of_block();
        let mut order: Vec<_> = matches();
        order.remove(0);
        assert_eq!(order, [(0, 1), (4, 0), (2, 0), (3, 0), (1, 2)]);
        device(3, 10_000, |_| ());
        end_of_block();
        assert_eq!(matches().last(), Some(&(5, 3)));
    });
}

#[test]
fn nothing_is_noted_while_nothing_is_parked() {
    run(|| {
        device(0, 1_000, |_| ());
        assert_eq!(Matching::first_of(crate::types::List::Fresh), None);
    });
}

#[test]
fn a_parked_task_can_be_forgotten() {
    run(|| {
        park(0, |_| ());
        park(1, |_| ());
        Matching::forget(TaskId(0));
        assert_eq!(Matching::tasks_parked(), 1);
        device(0, 1_000, |_| ());
        end_of_block();
        assert_eq!(matches(), [(1, 0)]);
    });
}

#[test]
fn a_parked_task_that_needs_no_match_leaves() {
    run(|| {
        park(0, |_| ());
        change_task(TaskId(0), |task| task.wanted = 0);
        device(0, 1_000, |_| ());
        end_of_block();
        assert_eq!(Matching::tasks_parked(), 0);
        assert_eq!(matches(), []);
    });
}

/// Regression: each device that got a slot free unparked sixteen tasks that need no match, but only the look at them
/// was weighed. A requester can have any number of such tasks, by letting their match windows end together.
#[test]
fn who_meets_tasks_that_need_no_match_pays_for_taking_them_out() {
    run(|| {
        let parked = 5_000;
        for id in 0..parked {
            Matching::enqueue(task(id, |_| ()), QueueEnd::Back);
        }
        end_of_block();
        assert_eq!(u64::from(Matching::tasks_parked()), parked);
        for id in 0..parked {
            change_task(TaskId(id), |task| task.wanted = 0);
        }
        // Behind them is a task that fits.
        park(parked, |_| ());
        for id in 0..25 {
            device(id, 1_000, |_| ());
        }
        let each = 100;
        ForgetWeight::set(each);
        let limit = 10_000;
        let mut left = u64::from(Matching::tasks_parked());
        while matches().is_empty() {
            let used = Matching::on_idle(1, Weight::from_parts(limit, 0)).ref_time();
            let now = u64::from(Matching::tasks_parked());
            assert!(now < left, "{left} are left");
            let gone = left - now - matches().len() as u64;
            assert!(gone * each <= used, "{gone} for {used}");
            assert!(used <= limit, "{used}");
            left = now;
        }
        assert_eq!((matches().len(), matches()[0].0, left), (1, parked, 0));
    });
}

/// Regression: each device that got a slot free was compared with the same few tasks before all other tasks had their
/// turn. These comparisons could take all of the weight but that of one step.
#[test]
fn devices_that_fit_no_parked_task_leave_the_queue_half_of_the_weight() {
    let matched = |decoys| {
        let mut matched = 0;
        run(|| {
            for id in 0..decoys {
                park(id, |task| task.demand.needs.gflops = Gflops(1_001));
            }
            for id in 0..40 {
                device(id, 1_000, |offer| offer.free_slots = 9);
            }
            for id in 100..200 {
                Matching::enqueue(task(id, |_| ()), QueueEnd::Back);
            }
            next_block(0);
            let late = Matching::length_of(List::Late);
            assert_eq!(late > 0, decoys > 0, "{late} devices have looked in vain");
            matched = matches().len();
        });
        matched
    };
    let (with, without) = (matched(20), matched(0));
    assert!(with < without && 2 * with >= without, "{with}, {without}");
}

/// Regression: the fresh device with the lowest id was visited first. Devices with higher ids were never visited if
/// enough devices with lower ids became fresh in each block.
#[test]
fn fresh_devices_are_visited_one_after_the_other() {
    run(|| {
        for id in 0..20 {
            park(id, |task| task.demand.needs.gflops = Gflops(1_001));
        }
        for id in 0..40 {
            device(id, 1_000, |_| ());
        }
        device(1_000, 1_000, |offer| offer.spec.gflops = Gflops(1_001));
        // Enough for about nine visits in a block.
        GuaranteedWeight::set(Weight::from_parts(400, 0));
        next_block(0);
        assert!(Matching::is_in(List::Fresh, 39) && !Matching::is_in(List::Fresh, 0));
        for _ in 0..6 {
            for id in 0..40 {
                list(id);
            }
            next_block(0);
        }
        assert_eq!(matches(), [(0, 1_000)]);
    });
}

#[test]
fn visits_to_fresh_devices_go_on_behind_one_that_has_left() {
    run(|| {
        park(0, |task| task.demand.needs.gflops = Gflops(1_001));
        for id in [10, 200, 400] {
            device(id, 1_000, |_| ());
        }
        FreshTurn::<Test>::put(DeviceId(200));
        Matching::unlist(DeviceId(200));
        let visit = Matching::visit_limit(Size::now::<Test>());
        let step = Matching::step_limit();
        // Enough for one visit. The device fits no task, so it is no longer fresh.
        let both = visit.saturating_add(step).max(visit.saturating_mul(2));
        Matching::serve_fresh(&mut WeightMeter::with_limit(both));
        assert!(Matching::is_in(List::Fresh, 10) && !Matching::is_in(List::Fresh, 400));
        Matching::serve_fresh(&mut WeightMeter::with_limit(both));
        assert_eq!(Matching::first_of(List::Fresh), None);
        assert_eq!(FreshTurn::<Test>::get(), None);
    });
}

#[test]
fn a_device_that_is_moved_when_it_is_visited_pays_for_it() {
    let used = |repair| {
        let mut used = 0;
        run(|| {
            park(0, |task| task.demand.needs.gflops = Gflops(1_001));
            let id = device(0, 1_000, |_| ());
            let place = || Entries::<Test>::get(id).unwrap().place;
            let before = place();
            change_device(id, |offer| offer.free_stake = 20_000 * AICP);
            RepairWeight::set(repair);
            used = Matching::on_idle(1, Weight::MAX).ref_time();
            assert_ne!(place(), before);
        });
        used
    };
    assert_eq!(used(1_000), used(1) + 999);
}

/// Regression: the device woke a task, but the task's search read on the page that the device was too slow. The task
/// was parked again, and the same happened in each hook until the next heartbeat.
#[test]
fn a_device_that_has_become_faster_within_its_level_gets_the_task_that_it_wakes() {
    run(|| {
        let id = device(0, 1_000, |_| ());
        for id in 0..2 {
            park(id, |task| task.demand.needs.gflops = Gflops(1_005));
        }
        let place = || Entries::<Test>::get(id).unwrap().place;
        let before = place();
        change_device(id, |offer| offer.spec.gflops = Gflops(1_010));
        Matching::stake_freed(id);
        end_of_block();
        assert_eq!(take_woken(), 1);
        assert_eq!(matches(), [(0, 0)]);
        assert_eq!(place(), before);
    });
}

/// Regression: a device for which its bucket had no room woke tasks that could not find it, in each hook of every block.
#[test]
fn a_device_whose_bucket_is_full_wakes_nobody() {
    new_test_ext().execute_with(|| {
        let busy = device(0, 1_000, |offer| offer.free_slots = 0);
        park(0, |task| task.demand.highest_ask = AskPrice(1_500));
        let dearer = device(1, 2_000, |_| ());
        end_of_block();
        let place = Entries::<Test>::get(busy).unwrap().place;
        Buckets::<Test>::mutate(place, |bucket| {
            let bucket = bucket.as_mut().unwrap();
            bucket.first.taken = u32::MAX;
            bucket.further = MAX_FURTHER_PAGES as u16;
        });
        let is_out = |id: DeviceId| {
            assert_eq!(Entries::<Test>::get(id), None);
            assert!(!Matching::is_in(List::Fresh, id.0));
        };
        is_out(device(2, 1_000, |_| ()));
        // This one is moved to the full bucket when it is visited.
        change_device(dearer, |offer| offer.ask = AskPrice(1_000));
        Matching::stake_freed(dearer);
        assert!(Matching::is_in(List::Fresh, dearer.0));
        end_of_block();
        is_out(dearer);
        assert_eq!(take_woken(), 0);
        assert_eq!(Matching::tasks_parked(), 1);
    });
}

#[test]
fn a_device_that_is_as_its_page_says_is_not_repaired() {
    run(|| {
        park(0, |task| task.demand.needs.gflops = Gflops(1_001));
        device(0, 1_000, |_| ());
        RepairWeight::set(1_000);
        assert!(Matching::is_in(List::Fresh, 0));
        let used = Matching::on_idle(1, Weight::MAX).ref_time();
        assert!(!Matching::is_in(List::Fresh, 0));
        assert!(used < 1_000, "{used}");
    });
}

#[test]
fn the_sweep_finds_what_nobody_told_of() {
    run(|| {
        device(0, 1_000, |offer| offer.free_stake = 2 * AICP);
        for id in 0..5 {
            park(id, |task| task.collateral = 3 * AICP);
        }
        // The device now has enough stake, within the same level, and nobody lists it.
        change_device(DeviceId(0), |offer| offer.free_stake = 5 * AICP);
        next_block(1_000);
        assert_eq!(matches(), []);
        MaxSweeps::set(2);
        for _ in 0..5 {
            next_block(1_000);
        }
        assert_eq!(matches(), [(0, 0)]);
        assert_eq!(Matching::tasks_parked(), 4);
    });
}

#[test]
fn a_device_looks_at_a_bounded_number_and_the_sweep_at_the_others() {
    run(|| {
        // Older tasks that the device fits by its levels, but not when compared exactly.
        for id in 0..100 {
            park(id, |task| task.demand.needs.gflops = Gflops(1_001));
        }
        park(100, |_| ());
        device(0, 1_000, |offer| offer.spec.gflops = Gflops(1_000));
        park(101, |task| task.demand.requester = 1_000);
        MaxSweeps::set(4);
        let mut blocks = 0;
        while matches().is_empty() {
            next_block(1_000);
            blocks += 1;
            assert!(blocks < 40);
        }
        assert_eq!(matches(), [(100, 0)]);
        assert_eq!(
            find_task(TaskId(101)).unwrap().parked,
            Some(Unmatched::Independence)
        );
    });
}

/// Regression: every visit began with the same sixteen tasks. So sixteen old tasks that nothing fits hid all others
/// from every device of their level.
#[test]
fn a_device_goes_on_behind_the_tasks_that_it_did_not_fit() {
    run(|| {
        for id in 0..100 {
            park(id, |task| task.demand.needs.gflops = Gflops(1_001));
        }
        park(100, |task| task.demand.needs.gflops = Gflops(1_000));
        device(0, 1_000, |_| ());
        assert_eq!(MaxSweeps::get(), 0);
        for _ in 0..8 {
            next_block(1_000);
        }
        assert_eq!(matches(), [(100, 0)]);
    });
}

/// The same, with decoys in groups before and behind the group of the task.
#[test]
fn a_device_goes_through_all_groups() {
    run(|| {
        for id in 0..90 {
            park(id, |task| {
                // A need just above what the device has, and a highest ask that puts the task into a group of its own.
                task.demand.needs.gflops = Gflops(1_001);
                task.demand.highest_ask = AskPrice(1_000_u128 << (id % 30));
            });
        }
        park(90, |task| task.demand.highest_ask = AskPrice(1_000 << 15));
        device(0, 1_000, |_| ());
        for _ in 0..8 {
            next_block(1_000);
        }
        assert_eq!(matches(), [(90, 0)]);
    });
}

#[test]
fn late_devices_go_on_one_after_the_other_and_after_all_others() {
    run(|| {
        for id in 0..100 {
            park(id, |task| task.demand.needs.gflops = Gflops(1_001));
        }
        for id in 0..9 {
            device(id, 1_000, |_| ());
        }
        // Each device is compared once while it is fresh, and a few of them once more.
        end_of_block();
        assert_eq!(Matching::ids_of(List::Late), (0..9).collect::<Vec<_>>());
        let begun = || {
            let devices = Compared::<Test>::iter_keys().map(|device| device.0);
            devices.collect::<BTreeSet<_>>()
        };
        let first = u64::from(MAX_LATE);
        assert_eq!(begun(), (0..first).collect::<BTreeSet<_>>());
        end_of_block();
        assert_eq!(begun(), (0..2 * first).collect::<BTreeSet<_>>());
        for _ in 0..20 {
            end_of_block();
        }
        assert_eq!(Matching::first_of(List::Late), None);
        assert_eq!(begun(), BTreeSet::new());
    });
}

#[test]
fn a_late_device_that_has_left_is_not_compared_any_more() {
    run(|| {
        for id in 0..60 {
            park(id, |task| task.demand.needs.gflops = Gflops(1_001));
        }
        device(0, 1_000, |_| ());
        end_of_block();
        assert!(Matching::is_in(List::Late, 0));
        goes_offline(0);
        Matching::unlist(DeviceId(0));
        end_of_block();
        assert_eq!(Matching::first_of(List::Late), None);
    });
}

/// Regression: when the task that the sweep had searched for last left with its word, the sweep began again at the
/// oldest task.
#[test]
fn the_sweep_goes_on_behind_a_word_that_has_gone() {
    run(|| {
        for id in [0, 130, 300, 500] {
            park(id, |_| ());
        }
        MaxSweeps::set(1);
        let swept = || Swept::<Test>::get().map(|task| task.0);
        end_of_block();
        end_of_block();
        assert_eq!(swept(), Some(130));
        Matching::forget(TaskId(130));
        end_of_block();
        assert_eq!(swept(), Some(300));
        // The words before it go as well.
        Matching::forget(TaskId(0));
        Matching::forget(TaskId(300));
        assert_eq!(swept(), None);
        end_of_block();
        assert_eq!(swept(), Some(500));
        Matching::forget(TaskId(500));
        assert_eq!(swept(), None);
    });
}

#[test]
fn who_goes_on_behind_a_task_that_has_left_finds_the_next() {
    run(|| {
        for id in [1, 130, 300] {
            Matching::insert_into(List::Back, id, Side::Tail);
        }
        assert_eq!(Matching::behind(List::Back, 1), Some(130));
        Matching::remove_from(List::Back, 130);
        assert_eq!(Matching::after(List::Back, 130), None);
        assert_eq!(Matching::behind(List::Back, 130), Some(300));
        assert_eq!(Matching::behind(List::Back, 300), None);
        assert_eq!(Matching::behind(List::Back, 1_000), None);
        for id in [1, 300] {
            Matching::remove_from(List::Back, id);
        }
        assert_eq!(Matching::behind(List::Back, 1), None);
    });
}

#[test]
fn a_full_directory_loses_nobody() {
    run(|| {
        // Each task differs in the octave of its highest ask or in its level of power: more groups than fit.
        let mut id = 0;
        for octave in 1..120 {
            for level in 0..15 {
                park(id, |task| {
                    task.demand.needs.gflops = Gflops(64 << level);
                    task.demand.highest_ask = AskPrice(1 << octave);
                });
                id += 1;
            }
        }
        assert!(id > u64::from(MAX_GROUPS));
        let last = TaskId(id - 1);
        assert!(find_task(last).unwrap().parked.is_some());
        MaxSweeps::set(100);
        for new in 0..id {
            device(new, 1, |offer| offer.spec.gflops = Gflops(2_000_000));
        }
        for _ in 0..200 {
            if Matching::tasks_parked() > 0 {
                end_of_block();
            }
        }
        assert_eq!(matches().len() as u64, id);
        assert_eq!(Matching::tasks_parked(), 0);
    });
}
