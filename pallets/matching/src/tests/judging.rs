//! Tasks that want a juror or an auditor. They go before all others, with their part of the share.

use aicpw_primitives::traits::{DrawSeed, MatchQueue, QueueEnd};
use aicpw_protocol::Gflops;
use frame_support::weights::Weight;

use super::draw::{dearest, devices_of, drawn, TICKET};
use crate::{draw::ENOUGH_DRAWS, mock::*, share::USUAL_JUDGED, types::List};

/// Guarantees matching as much weight as the integrity test demands.
fn guarantee_what_is_promised() {
    let judged = u64::from(USUAL_JUDGED);
    GuaranteedWeight::set(Weight::from_parts(2 * (judged + dearest(ENOUGH_DRAWS)), 0));
}

/// Regression: a task that wanted a judge waited, in the order of ids, behind searches for older tasks. When its turn
/// came, its seed was gone.
#[test]
fn who_judges_goes_before_older_tasks() {
    run(|| {
        GuaranteedWeight::set(Weight::from_parts(400, 0));
        // These devices are the own devices of the requester of the tasks below. Each must be looked at.
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
        // These devices are the own devices of the crowd's requester. Each must be looked at.
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

/// Regression: half of the weight did not hold all draws at their dearest. So a task that wanted a judge was passed
/// over in one full block after the other, and each time its seed was gone.
#[test]
fn who_judges_is_drawn_for_in_its_block_however_full_the_queue_is() {
    run(|| {
        guarantee_what_is_promised();
        // These devices are the own devices of the slow tasks' requester. Each must be looked at.
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
        // When the ticket becomes known, everybody else wants a turn too.
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
        // These devices are the own devices of the other tasks' requester. Each must be looked at.
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

/// Regression: after its first juror was drawn, a task came behind the queue. When its turn came, its ticket was gone.
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
