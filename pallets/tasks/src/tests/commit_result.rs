//! `commit_result` binds the worker to its result and frees the slot.

use aicpw_protocol::task::{AssignmentStatus, Fault};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::transaction_validity::TransactionValidityError;

use crate::{mock::*, pallet::*, types::Refusal};

#[test]
fn a_commit_frees_the_slot_and_keeps_the_locks() {
    ExtBuilder.build_and_execute(|| {
        let id = running(ALICE, expected());
        assert!(Occupied::get()[&id].slot);
        run_for(5);
        assert_ok!(commit(id, &opening(ROOT)));
        let commitment = commitment_of(id, &opening(ROOT));
        assert_eq!(
            assignment_of(id).status,
            AssignmentStatus::Committed {
                commitment,
                at: now(),
                reveal_by: Some(now() + REVEAL_WINDOW),
            }
        );
        assert!(!Occupied::get()[&id].slot);
        assert_eq!(free(ALICE), FUNDS - COLLATERAL);
        assert_last_events(vec![Event::ResultCommitted {
            assignment: id,
            commitment,
            reveal_by: Some(now() + REVEAL_WINDOW),
        }]);
    });
}

#[test]
fn one_commit_only() {
    ExtBuilder.build_and_execute(|| {
        let not_yet: TransactionValidityError = Refusal::NotInState.into();
        let id = assigned(ALICE, expected());
        assert_noop!(commit(id, &opening(ROOT)), not_yet);
        assert_ok!(start(id));
        assert_ok!(commit(id, &opening(ROOT)));
        assert_noop!(commit(id, &opening([6; 32])), not_yet);
    });
}

#[test]
fn no_reveal_costs_everything() {
    ExtBuilder.build_and_execute(|| {
        let id = committed(ALICE, optimistic());
        decide_audit(id.task, false);
        run_for(REVEAL_WINDOW);
        assert_eq!(fault_of(id), None);
        run_for(1);
        assert_eq!(fault_of(id), Some(Fault::NoReveal));
        assert_eq!(free(ALICE), FUNDS - COLLATERAL - BOND);
        // The requester gets no more than its harm: else an owner of both accounts could wait for the draw.
        assert_eq!(free(REQUESTER), FUNDS - SUBMISSION_FEE - BUDGET + PRICE);
        assert_eq!(
            free(TREASURY),
            EXISTENTIAL_DEPOSIT + SUBMISSION_FEE + COLLATERAL + BOND - PRICE
        );
        assert_eq!(Told::get(), vec![Note::Convicted(ALICE)]);
    });
}
