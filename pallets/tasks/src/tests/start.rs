//! `start`, and what happens without it.

use aicpw_protocol::task::{AssignmentStatus, Fault, TaskStatus};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::transaction_validity::TransactionValidityError;

use crate::{mock::*, pallet::*, types::Refusal};

#[test]
fn the_time_limit_counts_from_the_start() {
    ExtBuilder.build_and_execute(|| {
        let id = assigned(ALICE, expected());
        run_for(7);
        assert_ok!(start(id));
        assert_eq!(
            assignment_of(id).status,
            AssignmentStatus::Running {
                progress_by: now() + PROGRESS_WINDOW,
                commit_by: now() + TIME_LIMIT,
                progress: progress(0, 0),
                reports: 0,
            }
        );
        assert_last_events(vec![Event::TaskStarted {
            assignment: id,
            commit_by: now() + TIME_LIMIT,
        }]);
        let again: TransactionValidityError = Refusal::NotInState.into();
        assert_noop!(start(id), again);
    });
}

#[test]
fn the_last_block_of_the_window_counts() {
    ExtBuilder.build_and_execute(|| {
        let id = assigned(ALICE, expected());
        let AssignmentStatus::Assigned { start_by } = assignment_of(id).status else {
            panic!("just assigned")
        };
        assert_eq!(start_by, now() + START_WINDOW);
        run_to(start_by);
        assert_ok!(start(id));
    });
}

#[test]
fn no_start_costs_a_share_of_the_collateral() {
    ExtBuilder.build_and_execute(|| {
        let id = assigned(ALICE, expected());
        run_for(START_WINDOW + 1);
        assert_eq!(fault_of(id), Some(Fault::NoStart));
        assert_eq!(free(ALICE), FUNDS - FAULT_SLASH);
        assert_eq!(
            free(REQUESTER),
            FUNDS - SUBMISSION_FEE - BUDGET + FAULT_SLASH
        );
        assert_eq!(Told::get(), vec![Note::Faulted(ALICE, PRICE)]);
        assert_eq!(CooledDown::get(), vec![assignment_of(id).device]);
        // The task waits at the head of the queue, before one that came later.
        let match_by = now() + REMATCH_WINDOW;
        assert_eq!(status_of(id.task), TaskStatus::Queued { match_by });
        submit(expected());
        assert_eq!(Queue::get()[0], id.task);
        let late: TransactionValidityError = Refusal::NotInState.into();
        assert_noop!(start(id), late);
    });
}
