//! `fail`, attempts, and re-matching.

use aicpw_primitives::traits::TaskBoard;
use aicpw_protocol::{
    task::{Fault, Refunded, TaskStatus},
    worker::Statement,
    AskPrice,
};
use codec::{Decode, Encode};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::transaction_validity::TransactionValidityError;

use crate::{mock::*, pallet::*, types::Refusal};

#[test]
fn a_crash_is_the_providers_fault() {
    ExtBuilder.build_and_execute(|| {
        let id = running(ALICE, expected());
        assert_ok!(fail(id, Fault::Crashed));
        assert_eq!(fault_of(id), Some(Fault::Crashed));
        assert_eq!(free(ALICE), FUNDS - FAULT_SLASH);
        assert_eq!(Told::get(), vec![Note::Faulted(ALICE, PRICE)]);
        assert_last_events(vec![
            Event::AssignmentFailed {
                assignment: id,
                provider: ALICE,
                fault: Fault::Crashed,
                slashed: FAULT_SLASH,
                log: Some(cid(3)),
                message: b"told".to_vec().try_into().unwrap(),
            },
            Event::LocksReleased { assignment: id },
            Event::TaskRequeued {
                task: id.task,
                attempts_left: MAX_ATTEMPTS - 1,
                match_by: now() + REMATCH_WINDOW,
            },
        ]);
    });
}

#[test]
fn before_the_start_as_well() {
    ExtBuilder.build_and_execute(|| {
        let id = assigned(ALICE, expected());
        assert_ok!(fail(id, Fault::InputUnavailable));
        assert_eq!(fault_of(id), Some(Fault::InputUnavailable));
        assert_eq!(free(ALICE), FUNDS - COLLATERAL, "undecided");
    });
}

#[test]
fn not_after_the_commit() {
    ExtBuilder.build_and_execute(|| {
        let id = committed(ALICE, expected());
        let error: TransactionValidityError = Refusal::NotInState.into();
        assert_noop!(fail(id, Fault::Crashed), error);
    });
}

#[test]
fn workers_report_only_what_workers_see() {
    ExtBuilder.build_and_execute(|| {
        let id = running(ALICE, expected());
        let error: TransactionValidityError = Refusal::NotReportable.into();
        for fault in [
            Fault::NoStart,
            Fault::NoProgress,
            Fault::NoCommit,
            Fault::NoReveal,
            Fault::WrongResult,
        ] {
            assert_noop!(fail(id, fault), error);
        }
    });
}

#[test]
fn a_message_is_text_and_a_log_is_a_cid() {
    ExtBuilder.build_and_execute(|| {
        let id = running(ALICE, expected());
        let error: TransactionValidityError = Refusal::Malformed.into();
        let statement = |log, message: &[u8]| Statement::Fail {
            assignment: id,
            fault: Fault::BuildFailed,
            log,
            message: message.to_vec().try_into().unwrap(),
        };
        assert_noop!(say(id, statement(None, &[0xff])), error);
        let not_a_cid = Decode::decode(&mut &vec![9u8; 5].encode()[..]).unwrap();
        assert_noop!(say(id, statement(Some(not_a_cid), b"")), error);
        assert_ok!(say(id, statement(None, "Zeile 3: ungültig".as_bytes())));
    });
}

#[test]
fn the_next_attempt_is_another_providers_and_may_cost_more() {
    ExtBuilder.build_and_execute(|| {
        let first = running(ALICE, expected());
        assert_ok!(fail(first, Fault::Crashed));
        let demand = TasksPallet::demand(first.task).unwrap();
        assert_eq!(demand.excluded, vec![ALICE]);
        assert_eq!(demand.highest_ask.0, 50_000, "the whole budget");
        assert_noop!(
            try_assign(first.task, device(ALICE, ASK)),
            Error::<Test>::NotIndependent
        );

        let second = assign(first.task, device(BOB, AskPrice(30_000)));
        assert_eq!(second.attempt, 1);
        assert_eq!(assignment_of(second).price, 3 * PRICE);
        assert_ok!(start(second));
        assert_ok!(commit(second, &opening(ROOT)));
        assert_ok!(reveal(second, opening(ROOT)));
        assert_eq!(
            free(REQUESTER),
            FUNDS - SUBMISSION_FEE - 3 * PRICE + FAULT_SLASH
        );
    });
}

#[test]
fn after_the_last_attempt_the_requester_has_everything_back() {
    ExtBuilder.build_and_execute(|| {
        let first = running(ALICE, expected());
        assert_ok!(fail(first, Fault::Crashed));
        let second = retry(first, BOB);
        assert_ok!(start(second));
        assert_ok!(fail(second, Fault::Crashed));
        assert_eq!(held(REQUESTER), BUDGET);
        let third = retry(second, CHARLIE);
        assert_eq!(held(REQUESTER), PRICE, "no further attempt can need more");
        assert_ok!(fail(third, Fault::Crashed));
        assert_eq!(
            status_of(third.task),
            TaskStatus::Refunded {
                at: now(),
                reason: Refunded::AttemptsExhausted
            }
        );
        assert_eq!(held(REQUESTER), 0);
        assert_eq!(free(REQUESTER), FUNDS - SUBMISSION_FEE + 3 * FAULT_SLASH);
        assert!(Queue::get().is_empty());
        assert!(TasksPallet::demand(third.task).is_none());
    });
}

#[test]
fn a_task_that_nobody_else_takes_is_refunded() {
    ExtBuilder.build_and_execute(|| {
        let first = running(ALICE, expected());
        assert_ok!(fail(first, Fault::Crashed));
        run_for(REMATCH_WINDOW);
        assert!(matches!(status_of(first.task), TaskStatus::Queued { .. }));
        run_for(1);
        assert_eq!(
            status_of(first.task),
            TaskStatus::Refunded {
                at: now(),
                reason: Refunded::MatchWindowEnded
            }
        );
        assert_eq!(free(REQUESTER), FUNDS - SUBMISSION_FEE + FAULT_SLASH);
    });
}
