//! `cancel`: only while a task waits.

use aicpw_primitives::traits::TaskBoard;
use aicpw_protocol::task::{Fault, TaskStatus, Unmatched};
use aicpw_protocol::TaskId;
use frame_support::{assert_noop, assert_ok};

use crate::{mock::*, pallet::*};

#[test]
fn a_queued_task_is_refunded() {
    ExtBuilder.build_and_execute(|| {
        let id = submit(expected());
        assert_ok!(TasksPallet::cancel(RuntimeOrigin::signed(REQUESTER), id));
        assert_eq!(status_of(id), TaskStatus::Cancelled { at: now() });
        assert_eq!(held(REQUESTER), 0);
        assert_eq!(
            free(REQUESTER),
            FUNDS - SUBMISSION_FEE,
            "the fee stays paid"
        );
        assert!(Queue::get().is_empty());
        assert!(TasksPallet::demand(id).is_none());
        assert_last_events(vec![Event::TaskCancelled {
            task: id,
            refunded: BUDGET,
        }]);
        assert_noop!(
            TasksPallet::cancel(RuntimeOrigin::signed(REQUESTER), id),
            Error::<Test>::NotWaiting
        );
    });
}

#[test]
fn a_parked_task_is_refunded() {
    ExtBuilder.build_and_execute(|| {
        let id = submit(expected());
        TasksPallet::parked(id, Unmatched::Gflops);
        assert_ok!(TasksPallet::cancel(RuntimeOrigin::signed(REQUESTER), id));
        assert_eq!(held(REQUESTER), 0);
    });
}

#[test]
fn a_task_on_a_device_is_not_cancelled() {
    ExtBuilder.build_and_execute(|| {
        let id = assigned(ALICE, expected());
        assert_noop!(
            TasksPallet::cancel(RuntimeOrigin::signed(REQUESTER), id.task),
            Error::<Test>::NotWaiting
        );
    });
}

#[test]
fn a_task_that_waits_again_is_cancelled_at_nobodys_cost() {
    ExtBuilder.build_and_execute(|| {
        let id = running(ALICE, expected());
        assert_ok!(fail(id, Fault::InputUnavailable));
        assert_ok!(TasksPallet::cancel(
            RuntimeOrigin::signed(REQUESTER),
            id.task
        ));
        assert_eq!(free(ALICE), FUNDS, "its locks are released");
        assert_eq!(free(REQUESTER), FUNDS - SUBMISSION_FEE);
    });
}

#[test]
fn only_the_requester_cancels() {
    ExtBuilder.build_and_execute(|| {
        let id = submit(expected());
        assert_noop!(
            TasksPallet::cancel(RuntimeOrigin::signed(OTHER), id),
            Error::<Test>::NotRequester
        );
        assert_noop!(
            TasksPallet::cancel(RuntimeOrigin::signed(REQUESTER), TaskId(7)),
            Error::<Test>::UnknownTask
        );
    });
}
