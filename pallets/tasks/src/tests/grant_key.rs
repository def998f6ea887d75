//! `grant_key`, and what happens without it.

use aicpw_protocol::{
    sealing::Envelope,
    task::{AssignmentStatus, Fault, Refunded, TaskStatus},
    AssignmentId, TaskId,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::transaction_validity::TransactionValidityError;

use crate::{
    mock::*,
    pallet::*,
    types::{LockState, Refusal},
};

fn refused(by: Refusal) -> TransactionValidityError {
    by.into()
}

#[test]
fn the_start_window_opens_with_the_grant() {
    ExtBuilder.build_and_execute(|| {
        let id = awaiting_key(ALICE, expected());
        let grant_by = now() + KEY_WINDOW;
        assert_eq!(
            assignment_of(id).status,
            AssignmentStatus::AwaitingKey {
                grant_by,
                recipient: sealing_key(ALICE),
            }
        );
        assert_last_events(vec![Event::TaskMatched {
            assignment: id,
            provider: ALICE,
            device: assignment_of(id).device,
            price: PRICE,
            next_by: grant_by,
        }]);
        assert_noop!(start(id), refused(Refusal::NotInState));

        run_to(grant_by);
        assert_ok!(grant(id));
        let start_by = now() + START_WINDOW;
        assert_eq!(
            assignment_of(id).status,
            AssignmentStatus::Assigned { start_by }
        );
        assert_eq!(Envelopes::<Test>::get(id), Some(envelope(ALICE)));
        assert_last_events(vec![Event::KeyGranted {
            assignment: id,
            start_by,
        }]);

        run_to(start_by);
        assert_ok!(start(id));
        assert_ok!(commit(id, &opening(ROOT)));
        assert_ok!(reveal(id, opening(ROOT)));
        assert!(matches!(status_of(id.task), TaskStatus::Settled { .. }));
        run_for(RETENTION);
        assert_eq!(Envelopes::<Test>::iter().count(), 0, "goes with the task");
    });
}

#[test]
fn no_start_after_the_grant_is_the_providers_fault() {
    ExtBuilder.build_and_execute(|| {
        let id = awaiting_key(ALICE, expected());
        assert_ok!(grant(id));
        run_for(START_WINDOW + 1);
        assert_eq!(fault_of(id), Some(Fault::NoStart));
        assert_eq!(free(ALICE), FUNDS - FAULT_SLASH);
    });
}

#[test]
fn a_public_task_waits_for_no_key() {
    ExtBuilder.build_and_execute(|| {
        let id = assigned(ALICE, expected());
        assert_noop!(grant(id), Error::<Test>::NotAwaitingKey);
        assert_ok!(start(id));
    });
}

#[test]
fn a_key_is_granted_once_by_the_requester_to_the_recipient() {
    ExtBuilder.build_and_execute(|| {
        let id = awaiting_key(ALICE, expected());
        let grant_as = |who, id: AssignmentId, envelope: Envelope| {
            TasksPallet::grant_key(RuntimeOrigin::signed(who), id, envelope)
        };
        assert_noop!(
            grant_as(OTHER, id, envelope(ALICE)),
            Error::<Test>::NotRequester
        );
        assert_noop!(
            grant_as(REQUESTER, id, envelope(BOB)),
            Error::<Test>::WrongRecipient
        );
        let later = AssignmentId { attempt: 1, ..id };
        assert_noop!(
            grant_as(REQUESTER, later, envelope(ALICE)),
            Error::<Test>::NotAwaitingKey
        );
        let unknown = AssignmentId {
            task: TaskId(9),
            ..id
        };
        assert_noop!(
            grant_as(REQUESTER, unknown, envelope(ALICE)),
            Error::<Test>::UnknownTask
        );
        assert_ok!(grant_as(REQUESTER, id, envelope(ALICE)));
        assert_noop!(
            grant_as(REQUESTER, id, envelope(ALICE)),
            Error::<Test>::NotAwaitingKey
        );
    });
}

#[test]
fn a_grant_after_the_window_is_refused_even_if_the_agenda_is_behind() {
    ExtBuilder.build_and_execute(|| {
        let id = awaiting_key(ALICE, expected());
        run_to_without_hooks(now() + KEY_WINDOW + 1);
        assert_noop!(grant(id), Error::<Test>::KeyWindowEnded);
        run_for(1);
        assert_eq!(fault_of(id), Some(Fault::NoKey));
    });
}

#[test]
fn no_key_ends_the_task_at_the_requesters_cost() {
    ExtBuilder.build_and_execute(|| {
        let id = awaiting_key(ALICE, optimistic());
        run_for(KEY_WINDOW + 1);
        assert_eq!(fault_of(id), Some(Fault::NoKey));
        let reason = Refunded::NoKey;
        assert_eq!(
            status_of(id.task),
            TaskStatus::Refunded { at: now(), reason }
        );
        assert_eq!(free(ALICE), FUNDS + BASE_FEE);
        assert_eq!(free(REQUESTER), FUNDS - SUBMISSION_FEE - BASE_FEE);
        assert_eq!(assignment_of(id).locks, LockState::Released);
        assert!(Told::get().is_empty(), "no fault of the provider");
        assert!(CooledDown::get().is_empty());
        assert!(Queue::get().is_empty());
        assert_last_events(vec![
            Event::LocksReleased { assignment: id },
            Event::BaseFeePaid {
                assignment: id,
                provider: ALICE,
                amount: BASE_FEE,
            },
            Event::TaskRefunded {
                task: id.task,
                reason,
                refunded: BUDGET - BASE_FEE,
            },
        ]);
        assert_noop!(grant(id), Error::<Test>::NotAwaitingKey);
    });
}

#[test]
fn each_attempt_is_granted_anew() {
    ExtBuilder.build_and_execute(|| {
        let first = awaiting_key(ALICE, expected());
        assert_ok!(grant(first));
        assert_ok!(fail(first, Fault::Crashed));
        let second = retry(first, BOB);
        assert!(matches!(
            assignment_of(second).status,
            AssignmentStatus::AwaitingKey { .. }
        ));
        assert_noop!(start(second), refused(Refusal::NotInState));
        assert_noop!(grant(first), Error::<Test>::NotAwaitingKey);
        assert_ok!(grant(second));
        assert_ok!(start(second));
        assert_eq!(Envelopes::<Test>::get(first), Some(envelope(ALICE)));
        assert_eq!(Envelopes::<Test>::get(second), Some(envelope(BOB)));
    });
}

#[test]
fn a_bad_key_is_nobodys_fault_until_another_provider_has_looked() {
    ExtBuilder.build_and_execute(|| {
        let first = awaiting_key(ALICE, expected());
        assert_ok!(grant(first));
        assert_ok!(fail(first, Fault::BadKey));
        assert_eq!(
            assignment_of(first).locks,
            LockState::Undecided { root: None }
        );
        let second = retry(first, BOB);
        assert_ok!(grant(second));
        assert_ok!(fail(second, Fault::BadKey));
        assert_refunded_because(first.task, Refunded::FaultConfirmed);
        assert_eq!(free(ALICE), FUNDS + BASE_FEE);
        assert_eq!(free(BOB), FUNDS + BASE_FEE);
    });
}

#[test]
fn whoever_lies_about_a_key_pays_when_another_opens_it() {
    ExtBuilder.build_and_execute(|| {
        let first = awaiting_key(ALICE, expected());
        assert_ok!(grant(first));
        assert_ok!(fail(first, Fault::BadKey));
        let second = retry(first, BOB);
        assert_ok!(grant(second));
        assert_ok!(start(second));
        assert_ok!(commit(second, &opening(ROOT)));
        assert_ok!(reveal(second, opening(ROOT)));
        assert_eq!(free(ALICE), FUNDS - FAULT_SLASH);
    });
}

/// Regression: a requester with a bad key could save the second base fee, if it granted no key to
/// the provider that would have confirmed the fault.
#[test]
fn a_key_that_is_withheld_refutes_nobody() {
    ExtBuilder.build_and_execute(|| {
        let first = awaiting_key(ALICE, expected());
        assert_ok!(grant(first));
        assert_ok!(fail(first, Fault::BadKey));
        let second = retry(first, BOB);
        run_for(KEY_WINDOW + 1);
        assert_eq!(fault_of(second), Some(Fault::NoKey));
        assert_eq!(free(ALICE), FUNDS + BASE_FEE);
        assert_eq!(free(BOB), FUNDS + BASE_FEE);
        assert_eq!(free(REQUESTER), FUNDS - SUBMISSION_FEE - 2 * BASE_FEE);
    });
}

#[test]
fn without_the_key_a_worker_speaks_of_itself_only() {
    ExtBuilder.build_and_execute(|| {
        let id = awaiting_key(ALICE, expected());
        for fault in [
            Fault::BadKey,
            Fault::InputUnavailable,
            Fault::BadManifest,
            Fault::BuildFailed,
            Fault::RunFailed,
            Fault::TimeLimit,
        ] {
            assert_noop!(fail(id, fault), refused(Refusal::NotReportable));
        }
        assert_ok!(fail(id, Fault::Crashed));
        assert_eq!(free(ALICE), FUNDS - FAULT_SLASH);
        assert!(matches!(status_of(id.task), TaskStatus::Queued { .. }));
    });
}
