//! `report_progress`: bounded, monotonic, and a sign of life.

use aicpw_protocol::{
    task::{AssignmentStatus, Fault},
    Milliseconds,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::transaction_validity::TransactionValidityError;

use crate::{mock::*, pallet::*, types::Refusal};

fn error(refusal: Refusal) -> TransactionValidityError {
    refusal.into()
}

#[test]
fn a_report_moves_the_progress_window() {
    ExtBuilder.build_and_execute(|| {
        let id = running(ALICE, expected());
        let commit_by = now() + TIME_LIMIT;
        run_for(PROGRESS_WINDOW);
        assert_ok!(report(id, progress(3, 10)));
        assert_eq!(
            assignment_of(id).status,
            AssignmentStatus::Running {
                progress_by: now() + PROGRESS_WINDOW,
                commit_by,
                progress: progress(3, 10),
                reports: 1,
            }
        );
        assert_last_events(vec![Event::ProgressReported {
            assignment: id,
            progress: progress(3, 10),
        }]);
        run_for(PROGRESS_WINDOW - 1);
        assert_eq!(fault_of(id), None);
    });
}

#[test]
fn reports_keep_a_distance() {
    ExtBuilder.build_and_execute(|| {
        let id = running(ALICE, expected());
        run_for(PROGRESS_INTERVAL - 1);
        assert_noop!(report(id, progress(1, 10)), error(Refusal::TooSoon));
        run_for(1);
        assert_ok!(report(id, progress(1, 10)));
        assert_noop!(report(id, progress(2, 10)), error(Refusal::TooSoon));
        run_for(PROGRESS_INTERVAL);
        assert_ok!(report(id, progress(2, 10)));
    });
}

#[test]
fn a_longer_job_reports_less_often() {
    ExtBuilder.build_and_execute(|| {
        let limits = TasksPallet::report_limits();
        let interval = |ms| limits.interval(Milliseconds(ms).in_blocks(250), 0);
        assert_eq!(interval(1), PROGRESS_INTERVAL);
        assert_eq!(interval(50_000), PROGRESS_INTERVAL);
        assert_eq!(interval(MAX_TIME_LIMIT), 8);
        assert_eq!(interval(u64::MAX), u32::MAX.div_ceil(50));
    });
}

#[test]
fn progress_never_goes_back() {
    ExtBuilder.build_and_execute(|| {
        let id = running(ALICE, expected());
        run_for(PROGRESS_INTERVAL);
        assert_noop!(report(id, progress(1, 0)), error(Refusal::BadProgress));
        assert_noop!(report(id, progress(11, 10)), error(Refusal::BadProgress));
        assert_ok!(report(id, progress(5, 10)));
        run_for(PROGRESS_INTERVAL);
        assert_noop!(report(id, progress(4, 10)), error(Refusal::BadProgress));
        assert_noop!(report(id, progress(6, 20)), error(Refusal::BadProgress));
        assert_noop!(report(id, progress(0, 0)), error(Refusal::BadProgress));
        // One long step: the worker is still alive.
        assert_ok!(report(id, progress(5, 10)));
    });
}

/// Regression: a program that takes longer to compile than the progress window cost the provider
/// its collateral.
#[test]
fn a_long_build_shows_that_it_is_alive_before_it_knows_its_steps() {
    ExtBuilder.build_and_execute(|| {
        let id = running(ALICE, expected());
        for blocks in [PROGRESS_WINDOW, PROGRESS_WINDOW - PROGRESS_INTERVAL - 1] {
            run_for(blocks);
            assert_ok!(report(id, progress(0, 0)));
        }
        run_for(PROGRESS_INTERVAL);
        assert_ok!(report(id, progress(1, 10)));
        assert_eq!(fault_of(id), None);
    });
}

#[test]
fn silence_is_a_fault() {
    ExtBuilder.build_and_execute(|| {
        let id = running(ALICE, expected());
        run_for(PROGRESS_WINDOW);
        assert_eq!(fault_of(id), None);
        run_for(1);
        assert_eq!(fault_of(id), Some(Fault::NoProgress));
        assert_eq!(free(ALICE), FUNDS - FAULT_SLASH);
        assert!(MissedDeadlines::get().is_empty());
    });
}

#[test]
fn progress_does_not_extend_the_time_limit() {
    ExtBuilder.build_and_execute(|| {
        let id = running(ALICE, expected());
        let commit_by = now() + TIME_LIMIT;
        run_to(commit_by - PROGRESS_WINDOW - 1);
        assert_ok!(report(id, progress(1, 10)));
        run_to(commit_by - 1);
        assert_ok!(report(id, progress(2, 10)));
        run_to(commit_by);
        assert_eq!(fault_of(id), None);
        run_to(commit_by + 1);
        assert_eq!(fault_of(id), Some(Fault::NoCommit));
        assert_eq!(free(ALICE), FUNDS - FAULT_SLASH);
        assert_eq!(MissedDeadlines::get(), [assignment_of(id).device]);
    });
}
