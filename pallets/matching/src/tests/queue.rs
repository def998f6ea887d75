//! The order in which tasks are served, and how many of them a block serves.

use aicpw_primitives::traits::{Choice, DrawSeed, MatchQueue, QueueEnd};
use aicpw_protocol::{task::Unmatched, AskPrice, Gflops, Hash, TaskId};
use frame_support::{
    traits::Hooks,
    weights::{RuntimeDbWeight, Weight},
};
use std::cell::Cell;

use crate::{mock::*, types::List, Cursors};

fn served() -> Vec<u64> {
    matches().into_iter().map(|(task, _)| task).collect()
}

#[test]
fn history_order() {
    run(|| {
        device(0, 1_000, |offer| offer.free_slots = 200);
        for id in 0..200 {
            Matching::enqueue(task(id, |_| ()), QueueEnd::Back);
        }
        assert_eq!(Matching::tasks_queued(), 200);
        end_of_block();
        assert_eq!(served(), (0..200).collect::<Vec<_>>());
        assert_eq!(Matching::tasks_queued(), 0);
    });
}

#[test]
fn a_paused_market_matches_nothing_and_forgets_nothing() {
    run(|| {
        device(0, 1_000, |offer| offer.free_slots = 1);
        Matching::enqueue(task(7, |_| ()), QueueEnd::Back);
        IsOpen::set(false);
        Matching::on_initialize(1);
        end_of_block();
        assert!(served().is_empty());
        assert_eq!(Matching::tasks_queued(), 1);
        IsOpen::set(true);
        end_of_block();
        assert_eq!(served(), [7]);
    });
}

#[test]
fn failed_ones_come_first() {
    run(|| {
        device(0, 1_000, |offer| offer.free_slots = 9);
        for id in [10, 11] {
            Matching::enqueue(task(id, |_| ()), QueueEnd::Back);
        }
        for id in [300, 12, 20] {
            Matching::enqueue(task(id, |_| ()), QueueEnd::Front);
        }
        end_of_block();
        assert_eq!(served(), [12, 20, 300, 10, 11]);
    });
}

#[test]
fn a_task_is_in_the_queue_once() {
    run(|| {
        let id = task(5, |_| ());
        Matching::enqueue(id, QueueEnd::Back);
        Matching::enqueue(id, QueueEnd::Front);
        Matching::enqueue(id, QueueEnd::Front);
        assert_eq!(Matching::tasks_queued(), 1);
        assert!(Matching::is_in(List::Front, 5));
        Matching::forget(id);
        Matching::forget(id);
        assert_eq!(Matching::tasks_queued(), 0);
    });
}

#[test]
fn what_is_forgotten_is_not_served() {
    run(|| {
        device(0, 1_000, |offer| offer.free_slots = 9);
        for id in 0..3 {
            Matching::enqueue(task(id, |_| ()), QueueEnd::Back);
        }
        Matching::forget(TaskId(1));
        end_of_block();
        assert_eq!(served(), [0, 2]);
    });
}

#[test]
fn what_needs_no_match_any_more_is_dropped() {
    run(|| {
        device(0, 1_000, |offer| offer.free_slots = 9);
        Matching::enqueue(TaskId(77), QueueEnd::Back);
        Matching::enqueue(task(78, |_| ()), QueueEnd::Back);
        end_of_block();
        assert_eq!(served(), [78]);
        assert_eq!(Matching::tasks_queued(), 0);
    });
}

#[test]
fn a_submission_is_matched_in_its_block() {
    run(|| {
        device(0, 1_000, |_| ());
        Matching::on_initialize(1);
        Matching::enqueue(task(0, |_| ()), QueueEnd::Back);
        Matching::on_idle(1, Weight::from_parts(50, 0));
        assert_eq!(served(), [0]);
    });
}

#[test]
fn full_blocks_leave_the_guaranteed_share() {
    run(|| {
        device(0, 1_000, |offer| offer.free_slots = 200);
        for id in 0..100 {
            Matching::enqueue(task(id, |_| ()), QueueEnd::Back);
        }
        next_block(0);
        let first = served().len();
        assert!(first > 1 && first < 50, "{first} of 100 tasks");
        next_block(0);
        assert_eq!(served().len(), 2 * first);
        assert_eq!(served(), (0..2 * first as u64).collect::<Vec<_>>());
    });
}

#[test]
fn hooks_keep_to_their_weight() {
    run(|| {
        for id in 0..100 {
            device(id, 1_000 + u128::from(id) * 100, |_| ());
            Matching::enqueue(task(id, |_| ()), QueueEnd::Back);
        }
        for limit in [0, 46, 47, 60, 100, 200] {
            let limit = Weight::from_parts(limit, 0);
            let used = Matching::on_idle(1, limit);
            assert!(used.all_lte(limit), "{used} of {limit}");
        }
        assert!(Matching::on_initialize(2).all_lte(GuaranteedWeight::get()));
    });
}

#[test]
fn what_does_not_fit_holds_up_nobody() {
    run(|| {
        device(0, 1_000, |offer| offer.free_slots = 9);
        for id in 0..100 {
            Matching::enqueue(
                task(id, |task| {
                    if id % 2 == 0 {
                        task.demand.needs.gflops = Gflops(1_000_000);
                    }
                }),
                QueueEnd::Back,
            );
        }
        Matching::enqueue(
            task(101, |task| task.demand.highest_ask = AskPrice(1)),
            QueueEnd::Front,
        );
        end_of_block();
        assert_eq!(served(), [1, 3, 5, 7, 9, 11, 13, 15, 17]);
        assert_eq!(Matching::tasks_queued(), 0);
        assert_eq!(
            find_task(TaskId(0)).unwrap().parked,
            Some(Unmatched::Gflops)
        );
        assert_eq!(find_task(TaskId(19)).unwrap().parked, Some(Unmatched::Busy));
        assert_eq!(
            find_task(TaskId(101)).unwrap().parked,
            Some(Unmatched::Budget)
        );
    });
}

/// Makes 400 devices of the requester's own at the lowest ask. Each must be looked at.
fn crowd() {
    for id in 0..400 {
        device(id, 1_000, |offer| offer.provider = 1);
    }
}

#[test]
fn a_long_search_goes_on_in_the_next_block() {
    run(|| {
        crowd();
        device(1_000, 2_000, |offer| offer.free_slots = 9);
        Matching::enqueue(task(0, |_| ()), QueueEnd::Back);
        Matching::enqueue(task(1, |task| task.demand.requester = 2), QueueEnd::Back);
        take_offers();
        end_of_block();
        assert_eq!(served(), [1], "the other does not wait");
        assert!(take_offers() <= MaxCandidates::get() + 1);
        assert_eq!(Matching::tasks_queued(), 1);
        assert_eq!(find_task(TaskId(0)).unwrap().parked, None);

        // The search makes one step per block, in either hook.
        let mut blocks = 1;
        while served().len() == 1 {
            next_block(1_000);
            assert!(take_offers() <= MaxCandidates::get());
            blocks += 1;
            assert!(blocks < 50);
        }
        assert!(blocks > 10, "{blocks} blocks for 400 devices");
        assert_eq!(matches()[1], (0, 1_000));
    });
}

#[test]
fn a_long_search_parks_only_after_all_were_seen() {
    run(|| {
        crowd();
        Matching::enqueue(task(0, |_| ()), QueueEnd::Back);
        let mut seen = 0;
        take_offers();
        while find_task(TaskId(0)).unwrap().parked.is_none() {
            next_block(1_000);
            seen += take_offers();
            assert!(seen <= 400);
        }
        assert_eq!(seen, 400);
        assert_eq!(
            find_task(TaskId(0)).unwrap().parked,
            Some(Unmatched::Independence)
        );
    });
}

#[test]
fn a_full_queue_does_not_stop_long_searches() {
    run(|| {
        crowd();
        device(1_000, 2_000, |offer| offer.free_slots = 255);
        Matching::enqueue(task(0, |_| ()), QueueEnd::Back);
        for block in 1..60 {
            for id in 0..40 {
                let new = task(block * 100 + id, |task| task.demand.requester = 2);
                Matching::enqueue(new, QueueEnd::Back);
            }
            next_block(0);
        }
        assert!(served().contains(&0));
        assert!(Matching::tasks_queued() > 100, "the queue was full");
    });
}

/// Regression: each block began with the lowest id. Tasks that the weight did not reach had no turn until the tasks
/// before them were done.
#[test]
fn slow_tasks_have_their_turn_one_after_the_other() {
    run(|| {
        crowd();
        device(1_000, 2_000, |offer| offer.free_slots = 99);
        let progress = |id| Cursors::<Test>::get(TaskId(id)).map(|cursor| cursor.progress);
        for id in 0..60 {
            Matching::enqueue(task(10 * id, |_| ()), QueueEnd::Back);
        }
        end_of_block();
        let before: Vec<_> = (0..60).map(|id| progress(10 * id)).collect();
        assert!(before.iter().all(Option::is_some));
        for _ in 0..60 {
            next_block(0);
        }
        for id in 0..60 {
            assert_ne!(progress(10 * id), before[id as usize], "{id}");
        }
    });
}

#[test]
fn a_turn_goes_on_behind_a_word_that_has_gone() {
    use crate::{lists::Side, Turns};
    run(|| {
        for id in [1, 130, 300, 301] {
            Matching::insert_into(List::Slow, id, Side::Tail);
        }
        Turns::<Test>::insert(List::Slow, 130);
        let next = || Matching::from_on(List::Slow, Turns::<Test>::get(List::Slow)?);
        assert_eq!(next(), Some(130));
        Matching::remove_from(List::Slow, 130);
        assert_eq!(next(), Some(300));
        Matching::remove_from(List::Slow, 300);
        assert_eq!(next(), Some(301), "its word stays");
        Matching::remove_from(List::Slow, 301);
        assert_eq!(next(), None, "from the first on");
        Matching::remove_from(List::Slow, 1);
    });
}

#[test]
fn a_long_search_can_be_forgotten() {
    run(|| {
        crowd();
        Matching::enqueue(task(0, |_| ()), QueueEnd::Back);
        end_of_block();
        assert!(Matching::is_in(List::Slow, 0));
        Matching::forget(TaskId(0));
        assert_eq!(Matching::tasks_queued(), 0);
        next_block(1_000);
        assert_eq!(find_task(TaskId(0)).unwrap().parked, None);
    });
}

#[test]
fn lists_keep_order_over_many_words() {
    use crate::lists::Side;
    run(|| {
        for id in [1_000, 500, 0, 127, 128, 700, 129, 5_000] {
            Matching::insert_into(List::Back, id, Side::Tail);
        }
        for id in [3, 300, 4_000] {
            Matching::insert_into(List::Back, id, Side::Head);
        }
        let all = [0, 3, 127, 128, 129, 300, 500, 700, 1_000, 4_000, 5_000];
        assert_eq!(Matching::ids_of(List::Back), all);
        for id in [128, 129, 0, 5_000, 500, 9_999] {
            Matching::remove_from(List::Back, id);
        }
        assert_eq!(
            Matching::ids_of(List::Back),
            [3, 127, 300, 700, 1_000, 4_000]
        );
        for id in [3, 127, 300, 700, 1_000, 4_000] {
            assert!(Matching::remove_from(List::Back, id));
        }
        assert_eq!(Matching::first_of(List::Back), None);
    });
}

#[test]
fn a_match_that_gives_a_part_of_the_budget_back_weighs_more() {
    let weight_of = |gives_back: bool| {
        let weight = Cell::new(Weight::zero());
        run(|| {
            device(0, 1_000, |offer| offer.free_slots = 1);
            let id = task(7, |task| task.gives_back = gives_back);
            Matching::enqueue(id, QueueEnd::Back);
            weight.set(Matching::on_initialize(1));
            assert_eq!(served(), [7]);
        });
        weight.get()
    };
    assert_eq!(weight_of(true), weight_of(false) + GIVE_BACK);
}

/// The fingerprint is looked for with the demand, and again with the try.
#[test]
fn a_match_with_an_equal_device_weighs_more() {
    let weight_of = |fingerprint: Option<Hash>, choice: Choice| {
        let weight = Cell::new(Weight::zero());
        run(|| {
            GuaranteedWeight::set(Weight::from_parts(1_000, 0));
            FingerprintWeight::set(Weight::from_parts(5, 0));
            device(0, 1_000, |_| ());
            let id = task(7, |task| {
                task.demand.fingerprint = fingerprint;
                task.demand.choice = choice;
                task.seed = DrawSeed::Ready([1; 32]);
            });
            Matching::enqueue(id, QueueEnd::Back);
            weight.set(Matching::on_initialize(1));
            assert_eq!(served(), [7]);
        });
        weight.get()
    };
    for choice in [Choice::Cheapest, Choice::Drawn] {
        let more = Weight::from_parts(2 * 5, 0);
        let of_device = weight_of(Some(Hash::default()), choice);
        assert_eq!(of_device, weight_of(None, choice) + more, "{choice:?}");
    }
}

/// The fingerprint is also looked for when a parked task is compared with a device, and when the sweep searches for it.
#[test]
fn to_look_at_a_parked_task_for_an_equal_device_weighs_more() {
    let weight_of = |fingerprint: Option<Hash>, is_swept: bool| {
        let weight = Cell::new(Weight::zero());
        run(|| {
            GuaranteedWeight::set(Weight::from_parts(1_000, 0));
            FingerprintWeight::set(Weight::from_parts(5, 0));
            // The device's provider must not get the task, so the task is not woken.
            let id = task(7, |task| {
                task.demand.fingerprint = fingerprint;
                task.demand.excluded = vec![1_000];
            });
            Matching::enqueue(id, QueueEnd::Back);
            Matching::on_initialize(1);
            assert!(find_task(id).unwrap().parked.is_some());
            if is_swept {
                MaxSweeps::set(1);
                let left = Weight::from_parts(1_000, 0);
                weight.set(Matching::on_idle(1, left));
            } else {
                device(0, 1_000, |_| ());
                weight.set(Matching::on_initialize(1));
            }
            assert_eq!(take_woken(), 0);
        });
        weight.get()
    };
    for is_swept in [false, true] {
        let more = Weight::from_parts(5, 0);
        let of_device = weight_of(Some(Hash::default()), is_swept);
        assert_eq!(of_device, weight_of(None, is_swept) + more, "{is_swept}");
    }
}

/// Neighbours in a list share a word, and it is written once in a block.
#[test]
fn who_leaves_a_word_that_is_written_weighs_less() {
    let weight_of = |ids: [u64; 3]| {
        let weight = Cell::new(Weight::zero());
        run(|| {
            LeaveWeight::set(Weight::from_parts(9, 0));
            Database::set(RuntimeDbWeight { read: 1, write: 1 });
            device(0, 1_000, |offer| offer.free_slots = 9);
            for id in ids {
                Matching::enqueue(task(id, |_| ()), QueueEnd::Back);
            }
            weight.set(Matching::on_initialize(1));
            assert_eq!(served(), ids);
        });
        weight.get()
    };
    // In the second case, the second task leaves a word that is written already and that stays in the list.
    let once = Weight::from_parts(2, 0);
    assert_eq!(weight_of([1, 2, 200]), weight_of([1, 2, 3]) + once);
}
