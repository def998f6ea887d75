//! How the replicas of a task are matched: one after the other, the first by price, the others drawn.

use aicpw_primitives::traits::{Choice, DeviceOffers, DrawSeed, TaskBoard};
use aicpw_protocol::{
    device::fingerprint,
    draw,
    task::{DeterminismClass, Refunded, Role, TaskStatus, Unmatched},
    AssignmentId, BlockNumber, TaskId,
};
use frame_support::{assert_noop, assert_ok, weights::RuntimeDbWeight};

use crate::{mock::*, pallet::*};

fn demand(task: TaskId) -> aicpw_primitives::traits::Demand<AccountId> {
    TasksPallet::demand(task).unwrap()
}

#[test]
fn a_task_stays_in_the_queue_until_all_its_replicas_have_a_device() {
    ExtBuilder.build_and_execute(|| {
        let task = submit(replicated(3, 2));
        let match_by = now() + MATCH_WINDOW;
        for (number, provider) in (0u8..).zip([ALICE, BOB, CHARLIE]) {
            assert_eq!(status_of(task), TaskStatus::Queued { match_by });
            assert_eq!(Queue::get(), vec![task]);
            let id = assign(task, device(provider, ASK));
            assert_eq!((id.replica, id.attempt), (number, 0));
            let assignment = assignment_of(id);
            assert_eq!(assignment.role, Role::Replica);
            assert_eq!(assignment.price, PRICE);
            assert_eq!(assignment.collateral, SHARED_COLLATERAL);
            assert_eq!(assignment.fraud_bond, BOND);
        }
        assert_eq!(status_of(task), TaskStatus::Active);
        assert_eq!(Queue::get(), vec![]);
        assert!(TasksPallet::demand(task).is_none());
        assert_eq!(held(REQUESTER), BUDGET, "all of it, until they agree");
    });
}

#[test]
fn the_first_is_the_cheapest_and_the_others_are_drawn() {
    ExtBuilder.build_and_execute(|| {
        let task = submit(replicated(3, 2));
        assert_eq!(demand(task).choice, Choice::Cheapest);
        assign(task, device(ALICE, ASK));
        assert_eq!(demand(task).choice, Choice::Drawn);
        assert!(!demand(task).is_urgent);
        assert_eq!(TasksPallet::ticket(task), DrawSeed::NotYet);
        Seed::set(DrawSeed::Ready([6; 32]));
        let ticket = |replica| {
            let next = AssignmentId {
                task,
                replica,
                attempt: 0,
            };
            DrawSeed::Ready(draw::ticket(&[6; 32], &("seat", next), 0))
        };
        assert_eq!(TasksPallet::ticket(task), ticket(1));
        assign(task, device(BOB, ASK));
        assert_eq!(
            TasksPallet::ticket(task),
            ticket(2),
            "each has a ticket of its own"
        );
        Seed::set(DrawSeed::Gone);
        assert_eq!(TasksPallet::ticket(task), DrawSeed::Gone);
        assert_eq!(TasksPallet::ticket(TaskId(99)), DrawSeed::NotYet);
    });
}

#[test]
fn draws_are_anchored_at_the_submission_and_anew_when_they_are_known() {
    ExtBuilder.build_and_execute(|| {
        let task = submit(replicated(2, 2));
        let anchors = || {
            let anchors = task_of(task).seats.into_iter().map(|seat| seat.anchor);
            anchors.collect::<Vec<_>>()
        };
        assert_eq!(anchors(), [START, START]);
        let never = TasksPallet::ticket_from(task);
        assert_eq!(never, BlockNumber::MAX, "the first is the cheapest");
        assign(task, device(ALICE, ASK));
        run_for(2);
        TasksPallet::redraw(task);
        assert_eq!(anchors(), [START, START + 2], "the other has a device");
        assert_eq!(TasksPallet::ticket_from(task), START + 2 + SOONEST);
        assert_eq!(TasksPallet::ticket_from(TaskId(99)), 0);
        run_for(2);
        TasksPallet::parked(task, Unmatched::Busy);
        run_for(2);
        TasksPallet::woken(task);
        assert_eq!(anchors(), [START, START + 6]);
        assert!(matches!(status_of(task), TaskStatus::Queued { .. }));
        TasksPallet::redraw(TaskId(99));
    });
}

#[test]
fn nobody_is_on_a_task_twice() {
    ExtBuilder.build_and_execute(|| {
        let task = submit(replicated(2, 2));
        assign(task, device(ALICE, ASK));
        assert_eq!(demand(task).excluded, vec![ALICE]);
        let refused = Error::<Test>::NotIndependent;
        assert_noop!(try_assign(task, device(ALICE, ASK)), refused);
        let refused = Error::<Test>::NotIndependent;
        assert_noop!(try_assign(task, device(REQUESTER, ASK)), refused);
    });
}

#[test]
fn each_gets_at_most_its_share_of_the_budget() {
    ExtBuilder.build_and_execute(|| {
        let task = submit(replicated(5, 3));
        let highest = demand(task).highest_ask;
        let id = assign(task, device(ALICE, highest));
        let one = assignment_of(id);
        assert_eq!((one.price, one.audit_cost), (925, 74));
        assert!(one.price + one.audit_cost <= BUDGET / 5);
        let dearer = aicpw_protocol::AskPrice(highest.0 + 10);
        let refused = Error::<Test>::TooExpensive;
        assert_noop!(try_assign(task, device(BOB, dearer)), refused);
    });
}

#[test]
fn class_device_wants_the_device_of_the_first() {
    ExtBuilder.build_and_execute(|| {
        let mut one = submission(replicated(2, 2));
        one.needs.class = DeterminismClass::Device;
        assert_ok!(TasksPallet::submit(RuntimeOrigin::signed(REQUESTER), one));
        let task = TaskId(0);
        assert_eq!(demand(task).fingerprint, None, "any");
        let first = assign(task, device(ALICE, ASK));
        assert_eq!(demand(task).fingerprint, Some(spec().fingerprint));
        let other = device(BOB, ASK);
        let mut offer = Pool::offer(other).unwrap();
        offer.spec.fingerprint = [8; 32];
        assert_noop!(
            TasksPallet::assign(task, other, &offer),
            Error::<Test>::NotSameDevice
        );
        // When the first device is gone, the next may be any again.
        assert_ok!(start(first));
        assert_ok!(fail(first, aicpw_protocol::task::Fault::Crashed));
        assert_eq!(demand(task).fingerprint, None);
        assert_ok!(TasksPallet::assign(task, other, &offer));
        assert_eq!(demand(task).fingerprint, Some([8; 32]));
    });
}

/// Matching is charged for this read.
#[test]
fn for_the_device_of_the_first_one_assignment_is_read_however_many_there_are() {
    ExtBuilder.build_and_execute(|| {
        let mut one = submission(replicated(3, 2));
        one.needs.class = DeterminismClass::Device;
        assert_ok!(TasksPallet::submit(RuntimeOrigin::signed(REQUESTER), one));
        let task = TaskId(0);
        let failed = assign(task, device(ALICE, ASK));
        assert_ok!(start(failed));
        assert_ok!(fail(failed, aicpw_protocol::task::Fault::Crashed));
        let first = assign(task, device(BOB, ASK));
        let second = assign(task, device(CHARLIE, ASK));
        assert_eq!((first.replica, first.attempt), (0, 1));
        // Assignments that are not there cannot have been read.
        let others = [failed, second].map(|id| (id, Assignments::<Test>::take(id).unwrap()));
        assert_eq!(demand(task).fingerprint, Some(spec().fingerprint));
        for (id, other) in others {
            Assignments::<Test>::insert(id, other);
        }
        let read = Assignments::<Test>::take(first).unwrap();
        assert_eq!(demand(task).fingerprint, None, "no other is looked at");
        Assignments::<Test>::insert(first, read);

        let looked = TasksPallet::fingerprint_weight();
        let cost = 1_000;
        DbCosts::set(RuntimeDbWeight {
            read: cost,
            write: 0,
        });
        let weight = TasksPallet::fingerprint_weight();
        DbCosts::set(RuntimeDbWeight::default());
        assert!(looked.ref_time() > 0, "it is decoded");
        assert_eq!(weight.ref_time(), looked.ref_time() + cost);
    });
}

/// Regression: the second card of a machine was equal only to the second cards of others.
#[test]
fn class_device_takes_an_equal_device_wherever_it_is_in_its_machine() {
    ExtBuilder.build_and_execute(|| {
        let mut one = submission(replicated(2, 2));
        one.needs.class = DeterminismClass::Device;
        assert_ok!(TasksPallet::submit(RuntimeOrigin::signed(REQUESTER), one));
        assign(TaskId(0), device(ALICE, ASK));
        let other = device(BOB, ASK);
        let mut offer = Pool::offer(other).unwrap();
        offer.spec.fingerprint = fingerprint(&spec().fingerprint, 1);
        assert_ne!(offer.spec.fingerprint, spec().fingerprint);
        assert_ok!(TasksPallet::assign(TaskId(0), other, &offer));
    });
}

#[test]
fn other_classes_take_any_device() {
    ExtBuilder.build_and_execute(|| {
        let task = submit(replicated(2, 2));
        assign(task, device(ALICE, ASK));
        assert_eq!(demand(task).fingerprint, None);
    });
}

#[test]
fn a_task_for_which_too_few_are_found_ends_and_who_waited_gets_the_base_fee() {
    ExtBuilder.build_and_execute(|| {
        let task = submit(replicated(3, 2));
        let id = assign(task, device(ALICE, ASK));
        assert_ok!(start(id));
        while now() < START + MATCH_WINDOW {
            run_for(4);
            assert_ok!(report(id, progress(1, 2)));
            if let aicpw_protocol::task::AssignmentStatus::Running { commit_by, .. } =
                assignment_of(id).status
            {
                if now() + 4 > commit_by {
                    assert_ok!(commit(id, &opening(ROOT)));
                    break;
                }
            }
        }
        run_to(START + MATCH_WINDOW + 1);
        assert_eq!(
            status_of(task),
            TaskStatus::Refunded {
                at: now(),
                reason: Refunded::MatchWindowEnded
            }
        );
        assert_eq!(free(ALICE), FUNDS + BASE_FEE);
        assert_eq!(free(REQUESTER), FUNDS - 3 * SUBMISSION_FEE - BASE_FEE);
        assert_eq!(Queue::get(), vec![]);
    });
}

#[test]
fn as_many_as_must_agree_need_not_wait_for_the_others_to_be_found() {
    ExtBuilder.build_and_execute(|| {
        let task = submit(replicated(3, 2));
        let first = assign(task, device(ALICE, ASK));
        let second = assign(task, device(BOB, ASK));
        compute(first, ROOT);
        assert_eq!(Queue::get(), vec![task]);
        compute(second, ROOT);
        assert_eq!(status_of(task), TaskStatus::Active);
        assert_eq!(Queue::get(), vec![], "the third is not wanted any more");
        decide_audit(task, false);
        assert_ok!(reveal(first, opening(ROOT)));
        assert_ok!(reveal(second, opening(ROOT)));
        let cost = 2 * PRICE + AUDIT_COST;
        assert!(matches!(
            status_of(task),
            TaskStatus::Settled { paid, .. } if paid == cost
        ));
        assert_eq!(free(REQUESTER), FUNDS - 3 * SUBMISSION_FEE - cost);
    });
}

#[test]
fn a_task_that_is_on_a_device_cannot_be_cancelled_though_another_is_wanted() {
    ExtBuilder.build_and_execute(|| {
        let task = submit(replicated(2, 2));
        assign(task, device(ALICE, ASK));
        let cancel = TasksPallet::cancel(RuntimeOrigin::signed(REQUESTER), task);
        assert_noop!(cancel, Error::<Test>::NotWaiting);
        let other = submit(replicated(2, 2));
        let cancel = TasksPallet::cancel(RuntimeOrigin::signed(REQUESTER), other);
        assert_ok!(cancel);
        assert_eq!(Queue::get(), vec![task]);
    });
}
