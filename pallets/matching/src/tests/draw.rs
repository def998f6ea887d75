//! Tasks for which devices are drawn, and tasks that want several.

use aicpw_primitives::traits::{Choice, DrawSeed, MatchQueue, QueueEnd};
use aicpw_protocol::{draw::next_ticket, task::Unmatched, Gflops, Hash, TaskId};
use frame_support::{
    traits::Hooks,
    weights::{RuntimeDbWeight, Weight},
};

use crate::{
    draw::{ENOUGH_DRAWS, MAX_DRAWS, MAX_PASSED},
    mock::*,
    queue::USUAL_JUDGED,
    types::List,
};

const TICKET: Hash = [3; 32];

fn drawn(id: u64, seed: DrawSeed, change: impl FnOnce(&mut Task)) -> TaskId {
    let task = task(id, |task| {
        task.demand.choice = Choice::Drawn;
        task.seed = seed;
        change(task);
    });
    Matching::enqueue(task, QueueEnd::Back);
    task
}

/// What so many draws weigh at their dearest: the search, two tries, and what follows; for each the draw itself
/// and a look at sixteen devices.
fn dearest(draws: u32) -> u64 {
    6 + 17 * u64::from(draws)
}

/// Matching has as much as the integrity test asks for.
fn guarantee_what_is_promised() {
    let judged = u64::from(USUAL_JUDGED);
    GuaranteedWeight::set(Weight::from_parts(2 * (judged + dearest(ENOUGH_DRAWS)), 0));
}

/// Devices of so many providers, each dearer than the one before.
fn devices_of(providers: u64) {
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

/// Regression: every task that waited for its ticket was weighed as a step in every block, the oldest first, and a
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
        // It needs no ticket, and still has its turn.
        Matching::enqueue(task(200, |_| ()), QueueEnd::Back);
        System::set_block_number(3);
        Matching::on_initialize(3);
        assert_eq!(matches(), [(200, 0)]);
    });
}

/// Regression: who was to judge waited in the order of ids behind searches of older tasks, and its seed was gone when
/// its turn came.
#[test]
fn who_judges_goes_before_older_tasks() {
    run(|| {
        GuaranteedWeight::set(Weight::from_parts(400, 0));
        // Devices of the requester of these tasks: each must be looked at.
        for id in 0..400 {
            device(id, 1_000, |offer| offer.provider = 1);
        }
        device(1_000, 2_000, |_| ());
        for id in 0..30 {
            Matching::enqueue(task(id, |_| ()), QueueEnd::Back);
        }
        let urgent = drawn(500, DrawSeed::NotYet, |task| {
            task.demand.requester = 2;
            task.demand.is_urgent = true;
            task.known_from = 3;
        });
        end_of_block();
        assert!(Matching::is_in(List::Urgent, 500));
        assert_eq!(Matching::tasks_queued(), 31);
        change_task(urgent, |task| task.seed = DrawSeed::Ready(TICKET));
        next_block(0);
        assert_eq!(matches(), []);
        next_block(0);
        assert_eq!(matches(), [(500, 1_000)]);
        GuaranteedWeight::set(Weight::from_parts(100, 0));
    });
}

#[test]
fn a_crowd_that_nobody_may_judge_keeps_no_others_waiting() {
    run(|| {
        GuaranteedWeight::set(Weight::from_parts(400, 0));
        // Devices of the requester of the crowd: each must be looked at.
        for id in 0..400 {
            device(id, 1_000, |offer| offer.provider = 1);
        }
        for id in 500..540 {
            drawn(id, DrawSeed::NotYet, |task| task.demand.is_urgent = true);
        }
        end_of_block();
        assert!(Matching::is_in(List::Urgent, 500) && Matching::is_in(List::Urgent, 539));
        let other = task(900, |task| task.demand.requester = 2);
        Matching::enqueue(other, QueueEnd::Back);
        next_block(0);
        let matched: Vec<_> = matches().iter().map(|(task, _)| *task).collect();
        assert_eq!(matched, [900]);
        GuaranteedWeight::set(Weight::from_parts(100, 0));
    });
}

/// Regression: half of the weight did not hold all draws at their dearest, so that whoever was to judge was passed
/// over in one full block after the other, and each time its seed was gone.
#[test]
fn who_judges_is_drawn_for_in_its_block_however_full_the_queue_is() {
    run(|| {
        guarantee_what_is_promised();
        // Devices of the requester of the slow tasks: each must be looked at.
        for id in 0..400 {
            device(id, 1_000, |offer| offer.provider = 1);
        }
        for id in 0..30 {
            Matching::enqueue(task(id, |_| ()), QueueEnd::Back);
        }
        for id in 100..120 {
            let decoy = |task: &mut Task| task.demand.needs.gflops = Gflops(1_001);
            Matching::enqueue(task(id, decoy), QueueEnd::Back);
        }
        let judged = drawn(500, DrawSeed::NotYet, |task| {
            task.demand.requester = 2;
            task.demand.is_urgent = true;
            task.known_from = 3;
        });
        end_of_block();
        assert!(Matching::is_in(List::Urgent, 500));
        assert!(Matching::tasks_parked() > 0);
        next_block(0);
        // Just when its ticket is there, everybody else wants their turn.
        change_task(judged, |task| task.seed = DrawSeed::Ready(TICKET));
        for id in 1_000..1_400 {
            let other = task(id, |task| task.demand.requester = 2);
            Matching::enqueue(other, QueueEnd::Back);
        }
        for id in 2_000..2_020 {
            device(id, 1_000, |offer| offer.free_slots = 200);
        }
        next_block(0);
        let found = find_task(judged).unwrap();
        assert!(found.matched.is_some());
        assert_eq!(found.redrawn, 0);
        assert!(matches().len() > 1, "and the others had theirs");
        assert!(Matching::tasks_queued() > 300, "the queue was full");
    });
}

#[test]
fn whose_ticket_is_there_goes_before_those_that_are_searched_for() {
    run(|| {
        guarantee_what_is_promised();
        // Devices of the requester of the others: each must be looked at.
        for id in 0..400 {
            device(id, 1_000, |offer| offer.provider = 1);
        }
        device(1_000, 2_000, |_| ());
        for id in 500..540 {
            drawn(id, DrawSeed::NotYet, |task| {
                task.demand.is_urgent = true;
                task.known_from = 50;
            });
        }
        let ready = drawn(600, DrawSeed::NotYet, |task| {
            task.demand.requester = 2;
            task.demand.is_urgent = true;
            task.known_from = 3;
        });
        end_of_block();
        assert!(Matching::is_in(List::Urgent, 500) && Matching::is_in(List::Urgent, 600));
        change_task(ready, |task| task.seed = DrawSeed::Ready(TICKET));
        next_block(0);
        assert_eq!(matches(), []);
        next_block(0);
        assert_eq!(matches(), [(600, 1_000)]);
        assert!(Matching::is_in(List::Urgent, 539));
    });
}

/// Regression: after its first seat a jury came behind those before it in the queue, and the ticket was gone.
#[test]
fn a_jury_is_drawn_in_one_block_however_full_the_queue_is() {
    run(|| {
        guarantee_what_is_promised();
        devices_of(8);
        let jury = drawn(500, DrawSeed::NotYet, |task| {
            task.demand.requester = 9;
            task.demand.is_urgent = true;
            task.wanted = 3;
            task.known_from = 2;
        });
        end_of_block();
        assert!(Matching::is_in(List::Urgent, 500));
        change_task(jury, |task| task.seed = DrawSeed::Ready([5; 32]));
        for id in 600..900 {
            Matching::enqueue(task(id, |_| ()), QueueEnd::Back);
        }
        next_block(0);
        let found = find_task(jury).unwrap();
        assert_eq!((found.wanted, found.redrawn), (0, 0));
        let seats: Vec<_> = matches().into_iter().take(4).map(|(id, _)| id).collect();
        assert_eq!(seats, [500, 500, 500, 600], "before the queue");
        assert!(!Matching::is_in(List::Urgent, 500));
    });
}

#[test]
fn the_share_must_hold_what_is_promised_of_it() {
    run(|| {
        guarantee_what_is_promised();
        let promised = GuaranteedWeight::get();
        assert_eq!(Matching::check_share(promised), Ok(()));
        let less = promised.saturating_sub(Weight::from_parts(1, 0));
        assert!(Matching::check_share(less).is_err());
    });
}

#[test]
fn an_urgent_task_can_be_forgotten() {
    run(|| {
        devices_of(1);
        let urgent = drawn(0, DrawSeed::NotYet, |task| task.demand.is_urgent = true);
        end_of_block();
        assert!(Matching::is_in(List::Urgent, 0));
        Matching::forget(urgent);
        assert_eq!(Matching::tasks_queued(), 0);
    });
}

#[test]
fn who_does_not_fit_is_left_out_and_the_next_ticket_follows() {
    run(|| {
        devices_of(4);
        // All of them fit but one, and that is drawn first.
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
            // A later seed, as the tasks pallet would have it.
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
        // Less than for two of the dearest.
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

/// Regression: only that the task waits was charged, and not that it is written.
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
fn only_devices_with_the_fingerprint_fit() {
    run(|| {
        devices_of(2);
        let task = task(0, |task| task.demand.fingerprint = Some([9; 32]));
        Matching::enqueue(task, QueueEnd::Back);
        end_of_block();
        assert_eq!(find_task(task).unwrap().parked, Some(Unmatched::SameDevice));
        device(5, 9_000, |offer| offer.spec.fingerprint = [9; 32]);
        end_of_block();
        assert_eq!(matches(), [(0, 5)]);
    });
}
