//! Tasks, as matching sees them.

use aicpw_primitives::traits::{DevicePool, Locks, TaskBoard};
use aicpw_protocol::{
    task::{AssignmentStatus, TaskStatus, Unmatched},
    AskPrice, TaskId,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

use crate::{mock::*, pallet::*, types::LockState};

#[test]
fn the_match_fixes_price_and_locks() {
    ExtBuilder.build_and_execute(|| {
        let task = submit(optimistic());
        let device = device(ALICE, ASK);
        let locks = Locks {
            collateral: COLLATERAL,
            fraud_bond: BOND,
        };
        assert_eq!(TasksPallet::locks(task, ASK), Some((PRICE, locks)));
        let id = assign(task, device);
        let assignment = assignment_of(id);
        assert_eq!(assignment.price, PRICE);
        assert_eq!(assignment.collateral, COLLATERAL);
        assert_eq!(assignment.fraud_bond, BOND);
        assert_eq!(assignment.locks, LockState::Open);
        let start_by = now() + START_WINDOW;
        assert_eq!(assignment.status, AssignmentStatus::Assigned { start_by });
        assert_eq!(status_of(task), TaskStatus::Active);
        assert_eq!(free(ALICE), FUNDS - COLLATERAL - BOND);
        assert_eq!(held(REQUESTER), BUDGET, "another attempt may need it");
        assert_last_events(vec![Event::TaskMatched {
            assignment: id,
            provider: ALICE,
            device,
            price: PRICE,
            next_by: start_by,
        }]);
        assert!(TasksPallet::demand(task).is_none());
        assert_noop!(try_assign(task, device), Error::<Test>::NotWaiting);
    });
}

#[test]
fn a_quote_is_what_a_submission_would_get() {
    ExtBuilder.build_and_execute(|| {
        let one = submission(optimistic());
        let quote = |budget, ask| {
            TasksPallet::quote(&one.needs, budget, one.time_limit, &one.verification, ask)
        };
        let task = submit(optimistic());
        assert_eq!(quote(BUDGET, ASK), TasksPallet::locks(task, ASK));
        assert!(quote(PRICE, ASK).is_some());
        assert_eq!(quote(PRICE - 1, ASK), None);
    });
}

#[test]
fn expected_needs_no_fraud_bond() {
    ExtBuilder.build_and_execute(|| {
        let task = submit(expected());
        let (_, locks) = TasksPallet::locks(task, ASK).unwrap();
        assert_eq!(locks.fraud_bond, 0);
    });
}

#[test]
fn an_ask_above_the_budget_is_not_taken() {
    ExtBuilder.build_and_execute(|| {
        let task = submit(expected());
        let highest = TasksPallet::demand(task).unwrap().highest_ask;
        let dear = AskPrice(highest.0 + 1);
        assert_eq!(TasksPallet::locks(task, dear), None);
        assert_noop!(
            try_assign(task, device(ALICE, dear)),
            Error::<Test>::TooExpensive
        );
        assert_eq!(TasksPallet::locks(task, AskPrice(u128::MAX)), None);
        let id = assign(task, device(BOB, highest));
        assert_eq!(assignment_of(id).price, BUDGET);
    });
}

#[test]
fn the_requester_is_not_its_own_provider() {
    ExtBuilder.build_and_execute(|| {
        let task = submit(expected());
        assert_noop!(
            try_assign(task, device(REQUESTER, ASK)),
            Error::<Test>::NotIndependent
        );
    });
}

#[test]
fn a_device_that_cannot_take_it_changes_nothing() {
    ExtBuilder.build_and_execute(|| {
        let device = device(ALICE, ASK);
        assign(submit(expected()), device);
        assign(submit(expected()), device);
        let third = submit(expected());
        assert_noop!(try_assign(third, device), DispatchError::Exhausted);
        assert_eq!(Pool::offer(device).unwrap().free_slots, 0);
        assert!(TasksPallet::demand(third).is_some());
    });
}

#[test]
fn a_parked_task_keeps_its_window_and_wakes() {
    ExtBuilder.build_and_execute(|| {
        let task = submit(expected());
        let match_by = now() + MATCH_WINDOW;
        TasksPallet::parked(task, Unmatched::Memory);
        let parked = |reason| TaskStatus::Parked { match_by, reason };
        assert_eq!(status_of(task), parked(Unmatched::Memory));
        assert_last_events(vec![Event::TaskParked {
            task,
            reason: Unmatched::Memory,
        }]);
        TasksPallet::parked(task, Unmatched::Busy);
        assert_eq!(status_of(task), parked(Unmatched::Busy));
        run_for(10);
        TasksPallet::woken(task);
        assert_eq!(status_of(task), TaskStatus::Queued { match_by });
        assert_last_events(vec![Event::TaskWoken { task }]);
        TasksPallet::parked(task, Unmatched::Busy);
        assign(task, device(ALICE, ASK));
        // Late words about it change nothing.
        TasksPallet::parked(task, Unmatched::Busy);
        TasksPallet::woken(task);
        assert_eq!(status_of(task), TaskStatus::Active);
    });
}

#[test]
fn a_parked_task_is_refunded_when_its_window_ends() {
    ExtBuilder.build_and_execute(|| {
        let task = submit(expected());
        TasksPallet::parked(task, Unmatched::NoDeviceOnline);
        run_for(MATCH_WINDOW + 1);
        assert!(matches!(status_of(task), TaskStatus::Refunded { .. }));
        assert!(TasksPallet::demand(task).is_none());
    });
}

#[test]
fn nothing_is_matched_after_the_window_even_if_the_agenda_is_behind() {
    ExtBuilder.build_and_execute(|| {
        let task = submit(expected());
        run_to_without_hooks(now() + MATCH_WINDOW + 1);
        assert!(matches!(status_of(task), TaskStatus::Queued { .. }));
        assert!(TasksPallet::demand(task).is_none());
        assert_noop!(
            try_assign(task, device(ALICE, ASK)),
            Error::<Test>::NotWaiting
        );
        assert_eq!(TasksPallet::locks(task, ASK), None);
    });
}

#[test]
fn unknown_tasks_ask_for_nothing() {
    ExtBuilder.build_and_execute(|| {
        let unknown = TaskId(99);
        assert!(TasksPallet::demand(unknown).is_none());
        TasksPallet::parked(unknown, Unmatched::Busy);
        TasksPallet::woken(unknown);
        assert_ok!(TasksPallet::do_try_state());
    });
}
