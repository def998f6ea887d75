//! Tasks that are not urgent and whose ticket is known: they have turns of their own, because a ticket is good for one
//! block.

use aicpw_primitives::traits::{DrawSeed, MatchQueue, QueueEnd};
use aicpw_protocol::{task::Unmatched, BlockNumber, DeviceId, TaskId};
use frame_support::{traits::Hooks, weights::Weight};
use sp_runtime::traits::BlockNumberProvider;

use super::draw::{devices_of, drawn, TICKET};
use crate::{lists::Side, mock::*, types::List, Cursors, TicketTurn};

/// Makes the task's seed what it is in this block. Each seed is good for the first block in which it can be known.
fn pass_time(id: TaskId) {
    let now = Blocks::current_block_number();
    change_task(id, |task| {
        task.seed = match task.known_from {
            from if from > now => DrawSeed::NotYet,
            from if from == now => DrawSeed::Ready(TICKET),
            _ => DrawSeed::Gone,
        };
    });
}

/// Regression: such a task had its turn in the order of all slow tasks. If these were many, its seed was gone each time.
#[test]
fn whose_ticket_is_there_goes_before_older_tasks_that_are_searched_for() {
    run(|| {
        GuaranteedWeight::set(Weight::from_parts(400, 0));
        // These devices are the own devices of the older tasks' requester. Each must be looked at.
        for id in 0..400 {
            device(id, 1_000, |offer| offer.provider = 1);
        }
        device(1_000, 2_000, |_| ());
        for id in 0..40 {
            Matching::enqueue(task(id, |_| ()), QueueEnd::Back);
        }
        let ready = drawn(600, DrawSeed::NotYet, |task| {
            task.demand.requester = 2;
            task.known_from = 3;
        });
        end_of_block();
        assert!(Matching::is_in(List::Slow, 0) && Matching::is_in(List::Slow, 600));
        change_task(ready, |task| task.seed = DrawSeed::Ready(TICKET));
        next_block(0);
        assert_eq!(matches(), []);
        next_block(0);
        assert_eq!(matches(), [(600, 1_000)]);
        assert_eq!(Matching::length_of(List::Slow), 40);
    });
}

/// Regression: each of these tasks missed its ticket, asked for a new one when it had its turn, and missed that too.
#[test]
fn a_crowd_that_gets_nobody_does_not_make_others_miss_every_ticket() {
    const CROWD: u64 = 400;
    const WAITS: BlockNumber = 9;
    run(|| {
        Soonest::set(WAITS);
        let other = TaskId(CROWD / 4);
        device(0, 1_000, |offer| offer.free_slots = 9);
        for id in 0..CROWD {
            drawn(id, DrawSeed::NotYet, |task| {
                task.known_from = 1 + WAITS;
                // The device refuses all tasks but one.
                task.refused_by = (id != other.0).then_some(DeviceId(0));
            });
        }
        end_of_block();
        assert_eq!(u64::from(Matching::length_of(List::Slow)), CROWD);
        let mut block = 1;
        while find_task(other).unwrap().matched.is_none() {
            block += 1;
            assert!(block < 150, "it is matched within some seeds");
            System::set_block_number(block);
            for id in 0..CROWD {
                pass_time(TaskId(id));
            }
            // So little that it takes more blocks to get to each of the crowd than from one seed to the next.
            Matching::on_initialize(block);
            Matching::on_idle(block, Weight::from_parts(190, 0));
        }
        assert_eq!(matches(), [(other.0, 0)]);
    });
}

/// Regression: the search for an equal device began again with each seed. In a large book, it never ended, and nobody
/// was told why the task waits.
#[test]
fn a_search_for_an_equal_device_goes_on_over_the_seeds_until_all_were_seen() {
    run(|| {
        Soonest::set(9);
        // The book cannot tell that none of them is equal.
        for id in 0..1_000 {
            device(id, 1_000, |_| ());
        }
        let waits = drawn(0, DrawSeed::NotYet, |task| {
            task.demand.fingerprint = Some([9; 32]);
            task.known_from = 10;
        });
        let (mut block, mut searched) = (1, 0);
        take_offers();
        while find_task(waits).unwrap().parked.is_none() {
            Matching::on_idle(block, Weight::from_parts(1_000, 0));
            // Each provider that was drawn has one device.
            let seen = take_offers() - take_draws().len() as u32;
            assert!(seen <= MaxCandidates::get(), "{seen} in one block");
            searched += seen;
            block += 1;
            assert!(block < 100, "{searched} were seen");
            System::set_block_number(block);
            pass_time(waits);
        }
        assert_eq!(searched, 1_000);
        let task = find_task(waits).unwrap();
        assert_eq!(task.parked, Some(Unmatched::SameDevice));
        assert!(task.redrawn > 1, "it was drawn for meanwhile");
    });
}

#[test]
fn who_misses_a_ticket_does_not_search_again() {
    run(|| {
        devices_of(1);
        take_offers();
        Soonest::set(9);
        let task = drawn(0, DrawSeed::NotYet, |_| ());
        end_of_block();
        assert_eq!(take_offers(), 1, "it fits");
        change_task(task, |task| task.seed = DrawSeed::Gone);
        next_block(u64::MAX);
        end_of_block();
        assert_eq!(find_task(task).unwrap().redrawn, 1);
        assert_eq!(take_offers(), 0);
        let cursor = Cursors::<Test>::get(task).unwrap();
        assert!(cursor.progress.fits);
        assert_eq!(cursor.due, find_task(task).unwrap().known_from);
    });
}

#[test]
fn the_turn_of_those_with_a_ticket_goes_on_behind_a_word_that_has_gone() {
    run(|| {
        for id in [1, 130, 300] {
            Matching::insert_into(List::Slow, id, Side::Tail);
        }
        TicketTurn::<Test>::put(130);
        let next = || Matching::from_on(List::Slow, TicketTurn::<Test>::get()?);
        Matching::remove_from(List::Slow, 130);
        assert_eq!(next(), Some(300));
        Matching::remove_from(List::Slow, 300);
        assert_eq!(next(), None, "from the first on");
        Matching::remove_from(List::Slow, 1);
    });
}
