//! `accept`, and the end of an optimistic window without it.

use aicpw_protocol::{
    task::{AssignmentStatus, TaskStatus},
    TaskId,
};
use frame_support::{assert_noop, assert_ok};

use crate::{mock::*, pallet::*, types::LockState};

#[test]
fn acceptance_settles_at_once() {
    ExtBuilder.build_and_execute(|| {
        let id = verifying(ALICE);
        assert_ok!(TasksPallet::accept(
            RuntimeOrigin::signed(REQUESTER),
            id.task
        ));
        assert_eq!(
            status_of(id.task),
            TaskStatus::Settled {
                at: now(),
                paid: PRICE + AUDIT_COST
            }
        );
        assert_last_events(vec![Event::TaskSettled {
            task: id.task,
            assignment: id,
            paid: PRICE + AUDIT_COST,
            fee: FEE,
            refunded: BUDGET - PRICE - AUDIT_COST,
        }]);
        assert_eq!(held(REQUESTER), 0);
        assert_eq!(free(REQUESTER), FUNDS - SUBMISSION_FEE - PRICE - AUDIT_COST);
        assert_eq!(free(AUDIT_POT), EXISTENTIAL_DEPOSIT + AUDIT_COST);
        assert_eq!(free(TREASURY), EXISTENTIAL_DEPOSIT + SUBMISSION_FEE + FEE);
        assert_eq!(Told::get(), vec![Note::Settled(ALICE, REQUESTER, PRICE)]);
        // At the end of the window nothing is left to do.
        run_for(WINDOW + 1);
        assert_eq!(free(REQUESTER), FUNDS - SUBMISSION_FEE - PRICE - AUDIT_COST);
    });
}

#[test]
fn the_windows_end_settles_in_its_block() {
    ExtBuilder.build_and_execute(|| {
        let id = verifying(ALICE);
        let settle_at = now() + WINDOW;
        assert_eq!(status_of(id.task), TaskStatus::Verifying { settle_at });
        run_to(settle_at - 1);
        assert_eq!(status_of(id.task), TaskStatus::Verifying { settle_at });
        run_to(settle_at);
        assert_eq!(
            status_of(id.task),
            TaskStatus::Settled {
                at: settle_at,
                paid: PRICE + AUDIT_COST
            }
        );
    });
}

#[test]
fn locks_stay_until_the_retrieval_window_ends() {
    ExtBuilder.build_and_execute(|| {
        let id = verifying(ALICE);
        assert_ok!(TasksPallet::accept(
            RuntimeOrigin::signed(REQUESTER),
            id.task
        ));
        let until = now() + RETRIEVAL_WINDOW;
        assert_eq!(assignment_of(id).locks, LockState::Retrieval { until });
        assert_eq!(free(ALICE), FUNDS - KEPT - BOND + PRICE - FEE);
        run_to(until - 1);
        assert_eq!(free(ALICE), FUNDS - KEPT - BOND + PRICE - FEE);
        run_to(until);
        assert_eq!(free(ALICE), FUNDS + PRICE - FEE);
        assert_eq!(assignment_of(id).locks, LockState::Released);
        assert!(matches!(
            assignment_of(id).status,
            AssignmentStatus::Settled { .. }
        ));
        assert_last_events(vec![Event::LocksReleased { assignment: id }]);
    });
}

#[test]
fn only_a_requester_accepts_and_only_while_the_window_is_open() {
    ExtBuilder.build_and_execute(|| {
        let id = verifying(ALICE);
        assert_noop!(
            TasksPallet::accept(RuntimeOrigin::signed(ALICE), id.task),
            Error::<Test>::NotRequester
        );
        assert_noop!(
            TasksPallet::accept(RuntimeOrigin::signed(REQUESTER), TaskId(9)),
            Error::<Test>::UnknownTask
        );
        let other = committed(BOB, optimistic());
        assert_noop!(
            TasksPallet::accept(RuntimeOrigin::signed(REQUESTER), other.task),
            Error::<Test>::NotVerifying
        );
    });
}
