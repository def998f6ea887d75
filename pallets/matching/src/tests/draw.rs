//! Tasks for which devices are drawn, and tasks that want several.

use aicpw_primitives::traits::{Choice, DrawSeed, MatchQueue, QueueEnd};
use aicpw_protocol::{
    device::fingerprint, draw::next_ticket, task::Unmatched, Gflops, Hash, TaskId,
};
use frame_support::{
    traits::Hooks,
    weights::{RuntimeDbWeight, Weight},
};

use crate::{
    draw::{ENOUGH_DRAWS, MAX_DRAWS, MAX_PASSED},
    mock::*,
};

pub(super) const TICKET: Hash = [3; 32];

pub(super) fn drawn(id: u64, seed: DrawSeed, change: impl FnOnce(&mut Task)) -> TaskId {
    let task = task(id, |task| {
        task.demand.choice = Choice::Drawn;
        task.seed = seed;
        change(task);
    });
    Matching::enqueue(task, QueueEnd::Back);
    task
}

/// The most that this many draws weigh: once for the search, two tries, and what follows; for each draw, the draw
/// itself and looks at sixteen devices.
pub(super) fn dearest(draws: u32) -> u64 {
    6 + 17 * u64::from(draws)
}

/// Makes one device for each of this many providers, each dearer than the one before.
pub(super) fn devices_of(providers: u64) {
    for id in 0..providers {
        device(id, 1_000 * (u128::from(id) + 1), |_| ());
    }
}

#[test]
fn the_ticket_decides_and_not_the_price() {
    run(|| {
        devices_of(8);
        drawn(0, DrawSeed::Ready([5; 32]), |_| ());
        drawn(1, DrawSeed::Ready([2; 32]), |_| ());
        end_of_block();
        assert_eq!(matches(), [(0, 5), (1, 2)]);
    });
}

#[test]
fn a_task_waits_for_its_ticket_and_holds_nobody_up() {
    run(|| {
        devices_of(4);
        let waits = drawn(0, DrawSeed::NotYet, |_| ());
        Matching::enqueue(task(1, |_| ()), QueueEnd::Back);
        end_of_block();
        assert_eq!(matches(), [(1, 0)]);
        assert_eq!(Matching::tasks_queued(), 1);
        next_block(u64::MAX);
        assert!(take_draws().is_empty());
        change_task(waits, |task| {
            task.seed = DrawSeed::Ready(TICKET);
        });
        next_block(u64::MAX);
        next_block(u64::MAX);
        assert_eq!(matches(), [(1, 0), (0, 3)]);
        assert_eq!(Matching::tasks_queued(), 0);
    });
}

#[test]
fn nobody_looks_at_a_task_before_its_ticket_can_be_known() {
    run(|| {
        devices_of(4);
        let waits = drawn(0, DrawSeed::NotYet, |task| task.known_from = 10);
        end_of_block();
        let looks = || find_task(waits).unwrap().looks;
        assert_eq!(looks(), 1, "and somebody fits");
        while System::block_number() < 9 {
            next_block(u64::MAX);
        }
        assert_eq!(looks(), 1);
        change_task(waits, |task| task.seed = DrawSeed::Ready(TICKET));
        next_block(u64::MAX);
        end_of_block();
        assert_eq!(matches(), [(0, 3)]);
    });
}

/// Regression: every task that waited for its ticket was weighed as a step in every block, the oldest first. A
/// hundred of them took all of the guaranteed share.
#[test]
fn those_that_wait_for_their_ticket_cost_no_steps() {
    run(|| {
        devices_of(4);
        for id in 0..100 {
            drawn(id, DrawSeed::NotYet, |task| task.known_from = 20);
        }
        end_of_block();
        assert_eq!(Matching::tasks_queued(), 100);
        System::set_block_number(2);
        assert_eq!(Matching::on_initialize(2), Weight::zero());
        // A task that needs no ticket still has its turn.
        Matching::enqueue(task(200, |_| ()), QueueEnd::Back);
        System::set_block_number(3);
        Matching::on_initialize(3);
        assert_eq!(matches(), [(200, 0)]);
    });
}

#[test]
fn who_does_not_fit_is_left_out_and_the_next_ticket_follows() {
    run(|| {
        devices_of(4);
        // All devices fit but one, whose provider is drawn first.
        device(3, 1_000, |offer| offer.spec.gflops = Gflops(1));
        drawn(0, DrawSeed::Ready(TICKET), |_| ());
        end_of_block();
        let draws = take_draws();
        assert!(draws.len() > 1, "{draws:?}");
        assert_eq!(draws[0], TICKET);
        for pair in draws.windows(2) {
            assert_eq!(pair[1], next_ticket(&pair[0]));
        }
        let last = u64::from(draws[draws.len() - 1][0]) % 4;
        assert_eq!(matches(), [(0, last)]);
    });
}

#[test]
fn neither_the_requester_nor_who_was_on_it_is_taken() {
    run(|| {
        devices_of(4);
        drawn(0, DrawSeed::Ready(TICKET), |task| {
            task.demand.requester = 1_003;
            task.demand.excluded = vec![1_000, 1_001];
        });
        for _ in 0..64 {
            next_block(u64::MAX);
            // A later seed becomes known, as in the tasks pallet.
            if let Some(task) = find_task(TaskId(0)).filter(|task| task.redrawn > 0) {
                let seed = [task.redrawn as u8; 32];
                change_task(TaskId(0), |task| {
                    task.seed = DrawSeed::Ready(seed);
                });
            }
        }
        assert_eq!(matches(), [(0, 2)]);
    });
}

#[test]
fn where_nobody_fits_the_task_is_parked_with_the_reason_while_it_waits() {
    run(|| {
        devices_of(4);
        let task = drawn(0, DrawSeed::NotYet, |task| {
            task.demand.needs.gflops = Gflops(5_000);
        });
        end_of_block();
        let parked = find_task(task).unwrap();
        assert_eq!(parked.parked, Some(Unmatched::Gflops));
        assert_eq!(parked.redrawn, 0);
        assert_eq!(Matching::tasks_queued(), 0);
    });
}

#[test]
fn whether_somebody_fits_is_searched_for_once() {
    run(|| {
        devices_of(4);
        drawn(0, DrawSeed::NotYet, |_| ());
        end_of_block();
        take_offers();
        next_block(u64::MAX);
        next_block(u64::MAX);
        assert_eq!(take_offers(), 0);
        assert_eq!(Matching::tasks_queued(), 1);
    });
}

#[test]
fn where_nobody_is_drawn_a_later_seed_draws_again() {
    run(|| {
        devices_of(1);
        for id in 1..200 {
            device(id, 1_000, |offer| offer.free_slots = 0);
        }
        let task = drawn(0, DrawSeed::Ready([11; 32]), |_| ());
        end_of_block();
        assert_eq!(matches(), []);
        assert_eq!(take_draws().len() as u32, MAX_DRAWS);
        let waits = find_task(task).unwrap();
        assert_eq!((waits.redrawn, waits.parked), (1, None));
        assert_eq!(Matching::tasks_queued(), 1);
    });
}

#[test]
fn where_draws_are_cheap_there_is_weight_for_all() {
    run(|| {
        for id in 0..200 {
            device(id, 1_000, |offer| offer.free_slots = 0);
        }
        let task = drawn(0, DrawSeed::Ready(TICKET), |_| ());
        let enough = dearest(ENOUGH_DRAWS);
        Matching::on_idle(1, Weight::from_parts(enough - 1, 0));
        assert!(take_draws().is_empty());
        let used = Matching::on_idle(1, Weight::from_parts(enough, 0));
        assert_eq!(take_draws().len() as u32, MAX_DRAWS);
        assert!(used.ref_time() <= enough);
        assert_eq!(find_task(task).unwrap().redrawn, 1);
    });
}

#[test]
fn a_task_waits_for_a_block_with_weight_for_enough_draws_but_not_for_ever() {
    run(|| {
        for id in 0..200 {
            device(id, 1_000, |offer| offer.free_slots = 0);
        }
        drawn(0, DrawSeed::Ready(TICKET), |_| ());
        // Less than the weight of two draws at their dearest.
        let short = dearest(2) - 2;
        GuaranteedWeight::set(Weight::from_parts(short, 0));
        next_block(short);
        assert!(take_draws().is_empty());
        for _ in 0..MAX_PASSED {
            next_block(short);
        }
        let all = take_draws().len();
        assert!((1..MAX_DRAWS as usize).contains(&all), "{all}");
        GuaranteedWeight::set(Weight::from_parts(100, 0));
    });
}

#[test]
fn what_was_passed_over_at_the_beginning_of_a_block_is_drawn_for_at_its_end() {
    run(|| {
        devices_of(4);
        GuaranteedWeight::set(Weight::from_parts(dearest(2), 0));
        drawn(0, DrawSeed::Ready(TICKET), |_| ());
        next_block(0);
        assert_eq!(matches(), []);
        end_of_block();
        assert_eq!(matches(), [(0, 3)]);
        GuaranteedWeight::set(Weight::from_parts(100, 0));
    });
}

#[test]
fn a_seed_that_is_gone_is_replaced_before_anybody_is_drawn() {
    run(|| {
        devices_of(4);
        let task = drawn(0, DrawSeed::Gone, |_| ());
        end_of_block();
        assert!(take_draws().is_empty());
        assert_eq!(find_task(task).unwrap().redrawn, 1);
        assert_eq!(Matching::tasks_queued(), 1);
    });
}

#[test]
fn a_draw_is_charged_what_it_has_weighed() {
    run(|| {
        devices_of(4);
        let weight = |id, seed| {
            drawn(id, DrawSeed::Ready(seed), |_| ());
            Matching::on_idle(1, Weight::MAX).ref_time()
        };
        let most = weight(0, [3; 32]);
        DrawnWeight::set(Weight::zero());
        let least = weight(1, [2; 32]);
        assert_eq!(matches(), [(0, 3), (1, 2)], "by one draw each");
        assert_eq!(most, least + 1);
    });
}

/// Regression: only the waiting of the task was charged, and not that the task is written.
#[test]
fn who_waits_for_a_later_seed_is_charged_for_it() {
    run(|| {
        devices_of(4);
        Database::set(RuntimeDbWeight {
            read: 0,
            write: 1_000,
        });
        let weight = |id, seed| {
            let task = drawn(id, seed, |_| ());
            let weight = Matching::on_idle(1, Weight::MAX).ref_time();
            Matching::forget(task);
            weight
        };
        let waits = weight(0, DrawSeed::NotYet);
        let redrawn = weight(1, DrawSeed::Gone);
        assert!(redrawn > waits + 900, "{waits} {redrawn}");
    });
}

#[test]
fn a_device_that_refuses_gets_nothing() {
    run(|| {
        devices_of(1);
        let task = drawn(0, DrawSeed::Ready(TICKET), |task| {
            task.refused_by = Some(aicpw_protocol::DeviceId(0));
        });
        end_of_block();
        assert_eq!(matches(), []);
        assert_eq!(find_task(task).unwrap().redrawn, 1);
    });
}

#[test]
fn a_task_gets_all_the_devices_that_it_wants_one_after_the_other() {
    run(|| {
        devices_of(3);
        let several = task(0, |task| task.wanted = 3);
        Matching::enqueue(several, QueueEnd::Back);
        Matching::enqueue(task(1, |_| ()), QueueEnd::Back);
        end_of_block();
        assert_eq!(matches(), [(0, 0), (0, 1), (0, 2)], "before the next task");
        assert_eq!(find_task(TaskId(1)).unwrap().parked, Some(Unmatched::Busy));
    });
}

#[test]
fn what_it_cannot_get_now_it_waits_for() {
    run(|| {
        device(0, 1_000, |offer| offer.free_slots = 2);
        let several = task(0, |task| task.wanted = 2);
        Matching::enqueue(several, QueueEnd::Back);
        end_of_block();
        assert_eq!(matches(), [(0, 0)]);
        assert_eq!(
            find_task(several).unwrap().parked,
            Some(Unmatched::Independence)
        );
        device(7, 1_000, |_| ());
        end_of_block();
        assert_eq!(matches(), [(0, 0), (0, 7)]);
    });
}

#[test]
fn only_devices_that_are_equal_fit() {
    run(|| {
        devices_of(2);
        let task = task(0, |task| task.demand.fingerprint = Some([9; 32]));
        Matching::enqueue(task, QueueEnd::Back);
        end_of_block();
        assert_eq!(find_task(task).unwrap().parked, Some(Unmatched::SameDevice));
        // Another device of the same machine fits. It is not the machine's first, which makes no difference.
        device(5, 9_000, |offer| {
            offer.spec.fingerprint = fingerprint(&[9; 32], 1);
        });
        end_of_block();
        assert_eq!(matches(), [(0, 5)]);
    });
}
