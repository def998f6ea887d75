//! Tasks, as matching sees them.

use aicpw_primitives::traits::{DeviceOffers, Locks, TaskBoard, Terms};
use aicpw_protocol::{
    device::Reputation,
    task::{AssignmentStatus, TaskStatus, Unmatched},
    AskPrice, TaskId,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{DispatchError, Perbill};

use crate::{mock::*, pallet::*, types::LockState};

fn terms(task: TaskId, ask: AskPrice) -> Option<Terms> {
    <TasksPallet as TaskBoard<AccountId>>::terms(task, ask, Reputation::START)
}

#[test]
fn the_match_fixes_price_and_locks() {
    ExtBuilder.build_and_execute(|| {
        let task = submit(optimistic());
        let device = device(ALICE, ASK);
        let locks = Locks {
            collateral: COLLATERAL,
            fraud_bond: BOND,
        };
        let expected = Terms {
            price: PRICE,
            audit_rate: Perbill::from_percent(8),
            audit_cost: AUDIT_COST,
            locks,
        };
        assert_eq!(terms(task, ASK), Some(expected));
        let id = assign(task, device);
        let assignment = assignment_of(id);
        assert_eq!(assignment.price, PRICE);
        assert_eq!(assignment.audit_cost, AUDIT_COST);
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
        let quote = |budget, ask, reputation| {
            let (needs, limit) = (&one.needs, one.time_limit);
            TasksPallet::quote(needs, budget, limit, &one.verification, ask, reputation)
        };
        let task = submit(optimistic());
        let beginner = Reputation::START;
        assert_eq!(quote(BUDGET, ASK, beginner), terms(task, ASK));
        let least = PRICE + AUDIT_COST;
        assert!(quote(least, ASK, beginner).is_some());
        assert_eq!(quote(least - 1, ASK, beginner), None, "audits are paid too");
        // Of providers with the worst reputation, half of the results are audited.
        assert_eq!(quote(least, ASK, Reputation(0)), None);
        let worst = quote(PRICE + PRICE / 2, ASK, Reputation(0)).unwrap();
        assert_eq!(worst.audit_cost, PRICE / 2);
        let fraud_bond = terms(task, ASK).unwrap().locks.fraud_bond;
        assert_eq!(worst.locks.fraud_bond, fraud_bond, "enough for all");
    });
}

#[test]
fn the_highest_ask_leaves_room_for_audits() {
    ExtBuilder.build_and_execute(|| {
        let task = submit(optimistic());
        let highest = TasksPallet::demand(task).unwrap().highest_ask;
        let found = terms(task, highest).unwrap();
        assert!(found.price + found.audit_cost <= BUDGET);
        assert_eq!(found.price, BUDGET * 100 / 108);
        assert_eq!(terms(task, AskPrice(highest.0 + 10)), None);
    });
}

#[test]
fn expected_needs_no_fraud_bond() {
    ExtBuilder.build_and_execute(|| {
        let task = submit(expected());
        let terms = terms(task, ASK).unwrap();
        assert_eq!((terms.audit_cost, terms.locks.fraud_bond), (0, 0));
    });
}

#[test]
fn an_ask_above_the_budget_is_not_taken() {
    ExtBuilder.build_and_execute(|| {
        let task = submit(expected());
        let highest = TasksPallet::demand(task).unwrap().highest_ask;
        let dear = AskPrice(highest.0 + 1);
        assert_eq!(terms(task, dear), None);
        assert_noop!(
            try_assign(task, device(ALICE, dear)),
            Error::<Test>::TooExpensive
        );
        assert_eq!(terms(task, AskPrice(u128::MAX)), None);
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
        // Late calls of matching change nothing.
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
        assert_eq!(terms(task, ASK), None);
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
