//! What every worker call must be to get into a block.

use aicpw_protocol::{worker::Statement, AssignmentId};
use frame_support::{assert_noop, assert_ok};
use frame_system::RawOrigin;
use sp_runtime::{
    transaction_validity::{InvalidTransaction, TransactionValidityError},
    DispatchError,
};

use crate::{mock::*, types::Refusal};

fn bad_proof() -> TransactionValidityError {
    InvalidTransaction::BadProof.into()
}

#[test]
fn only_the_devices_worker_key_counts() {
    ExtBuilder.build_and_execute(|| {
        let id = assigned(ALICE, expected());
        device(BOB, ASK);
        let statement = Statement::Start { assignment: id };
        let proof = sign(&worker(BOB), &statement);
        assert_noop!(apply(call(statement, proof)), bad_proof());
    });
}

#[test]
fn a_signature_is_for_one_statement() {
    ExtBuilder.build_and_execute(|| {
        let id = running(ALICE, expected());
        let signed = Statement::Commit {
            assignment: id,
            commitment: [1; 32],
        };
        let proof = sign(&worker_of(id), &signed);
        let other = Statement::Commit {
            assignment: id,
            commitment: [2; 32],
        };
        assert_noop!(apply(call(other, proof)), bad_proof());
    });
}

/// Regression: after a migration that failed, calls were accepted on a state that nobody had foreseen.
#[test]
fn nothing_is_taken_while_the_state_is_migrated() {
    ExtBuilder.build_and_execute(|| {
        let id = assigned(ALICE, expected());
        let statement = Statement::Start { assignment: id };
        let call = call(statement.clone(), sign(&worker_of(id), &statement));
        IsMigrating::set(true);
        let refused: TransactionValidityError = Refusal::Migrating.into();
        assert_noop!(apply(call.clone()), refused);
        IsMigrating::set(false);
        assert_ok!(apply(call));
    });
}

#[test]
fn a_call_is_made_once() {
    ExtBuilder.build_and_execute(|| {
        let id = assigned(ALICE, expected());
        let statement = Statement::Start { assignment: id };
        let call = call(statement.clone(), sign(&worker_of(id), &statement));
        assert_ok!(apply(call.clone()));
        let refused: TransactionValidityError = Refusal::NotInState.into();
        assert_noop!(apply(call), refused);
    });
}

#[test]
fn a_proof_gets_old() {
    ExtBuilder.build_and_execute(|| {
        let id = assigned(ALICE, expected());
        let statement = Statement::Start { assignment: id };
        let proof = sign_at(&worker_of(id), 1, &statement);
        run_for(START_WINDOW - 1);
        assert_ok!(authorize(call(statement.clone(), proof.clone())));
        // A match of another task, long after.
        let later = submit(expected());
        run_to(1 + RECENT_BLOCKS);
        let id = assign(later, device(BOB, ASK));
        run_for(1);
        let statement = Statement::Start { assignment: id };
        let proof = sign_at(&worker_of(id), 1, &statement);
        assert_noop!(apply(call(statement, proof)), bad_proof());
    });
}

#[test]
fn a_proof_for_a_block_of_another_fork_is_none() {
    ExtBuilder.build_and_execute(|| {
        let id = assigned(ALICE, expected());
        let statement = Statement::Start { assignment: id };
        let mut proof = sign(&worker_of(id), &statement);
        proof.recent_block -= 1;
        assert_noop!(apply(call(statement, proof)), bad_proof());
    });
}

#[test]
fn unknown_assignments_are_refused_before_any_signature() {
    ExtBuilder.build_and_execute(|| {
        let id = assigned(ALICE, expected());
        let worker = worker_of(id);
        let unknown = AssignmentId { attempt: 1, ..id };
        let statement = Statement::Start {
            assignment: unknown,
        };
        let refused: TransactionValidityError = Refusal::UnknownAssignment.into();
        assert_noop!(
            apply(call(statement.clone(), sign(&worker, &statement))),
            refused
        );
    });
}

#[test]
fn a_device_without_a_worker_makes_no_calls() {
    ExtBuilder.build_and_execute(|| {
        let id = assigned(ALICE, expected());
        let statement = Statement::Start { assignment: id };
        let call = call(statement.clone(), sign(&worker_of(id), &statement));
        let devices = Devices::take();
        let refused: TransactionValidityError = Refusal::NoWorker.into();
        assert_noop!(apply(call), refused);
        Devices::set(devices);
    });
}

#[test]
fn nothing_is_accepted_after_the_deadline_even_if_the_agenda_is_behind() {
    ExtBuilder.build_and_execute(|| {
        let waiting = assigned(ALICE, expected());
        let busy = running(BOB, expected());
        run_to_without_hooks(now() + START_WINDOW + 1);
        let late: TransactionValidityError = Refusal::WindowClosed.into();
        assert_noop!(start(waiting), late);
        assert_noop!(report(busy, progress(1, 2)), late);
        assert_noop!(commit(busy, &opening(ROOT)), late);
        assert_noop!(fail(busy, aicpw_protocol::task::Fault::Crashed), late);
    });
}

#[test]
fn a_signed_or_forged_origin_is_not_enough() {
    ExtBuilder.build_and_execute(|| {
        let id = assigned(ALICE, expected());
        let proof = sign(&worker_of(id), &Statement::Start { assignment: id });
        for origin in [RawOrigin::Signed(ALICE), RawOrigin::None, RawOrigin::Root] {
            assert_noop!(
                TasksPallet::start(origin.into(), id, proof.clone()),
                DispatchError::BadOrigin
            );
        }
    });
}
