//! `cancel` works only while a task waits for a device.

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
fn a_task_whose_provider_failed_is_cancelled() {
    ExtBuilder.build_and_execute(|| {
        let id = running(ALICE, expected());
        assert_ok!(fail(id, Fault::Crashed));
        assert_ok!(TasksPallet::cancel(
            RuntimeOrigin::signed(REQUESTER),
            id.task
        ));
        assert_eq!(held(REQUESTER), 0);
    });
}

/// Regression: a program could show its output in the log and then crash. The requester read it and took the money
/// back.
#[test]
fn a_task_whose_fault_is_undecided_is_not_cancelled() {
    ExtBuilder.build_and_execute(|| {
        let id = running(ALICE, expected());
        assert_ok!(fail(id, Fault::RunFailed));
        let cancel = || TasksPallet::cancel(RuntimeOrigin::signed(REQUESTER), id.task);
        assert_noop!(cancel(), Error::<Test>::FaultUndecided);
        TasksPallet::parked(id.task, Unmatched::Gflops);
        assert_noop!(cancel(), Error::<Test>::FaultUndecided);
        // The next provider reports the same fault: both get the base fee.
        let second = retry(id, BOB);
        assert_ok!(fail(second, Fault::RunFailed));
        assert_eq!(free(ALICE), FUNDS + BASE_FEE);
        assert_eq!(free(BOB), FUNDS + BASE_FEE);
        assert_eq!(held(REQUESTER), 0);
    });
}

/// The task ends by itself when no other provider is found.
#[test]
fn the_match_window_ends_a_task_whose_fault_stays_undecided() {
    ExtBuilder.build_and_execute(|| {
        let id = running(ALICE, expected());
        assert_ok!(fail(id, Fault::InputUnavailable));
        run_for(MATCH_WINDOW.min(REMATCH_WINDOW) + 1);
        assert!(matches!(status_of(id.task), TaskStatus::Refunded { .. }));
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
