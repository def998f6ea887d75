//! Replicas that fail, and what becomes of the others.

use aicpw_primitives::traits::Contested;
use aicpw_protocol::task::{AssignmentStatus, Fault, Refunded, TaskStatus};
use frame_support::assert_ok;

use crate::{mock::*, types::LockState};

const WRONG: [u8; 32] = [6; 32];
/// What a fault costs one of three replicas.
const SLASH: u128 = SHARED_COLLATERAL * 2 / 5;

#[test]
fn a_replica_that_dies_is_replaced_while_the_others_run() {
    ExtBuilder.build_and_execute(|| {
        let ids = replicas(&[ALICE, BOB, CHARLIE], 2);
        let task = ids[0].task;
        for id in &ids {
            assert_ok!(start(*id));
        }
        assert_ok!(fail(ids[1], Fault::Crashed));
        assert_eq!(free(BOB), FUNDS - SLASH);
        assert_eq!(
            status_of(task),
            TaskStatus::Queued {
                match_by: now() + REMATCH_WINDOW
            }
        );
        assert_eq!(Queue::get(), vec![task]);
        assert_ok!(commit(ids[0], &opening(ROOT)));
        let second = assign(task, device(DAVE, ASK));
        assert_eq!((second.replica, second.attempt), (1, 1));
        assert_eq!(status_of(task), TaskStatus::Active);
        assert_ok!(commit(ids[2], &opening(ROOT)));
        compute(second, ROOT);
        decide_audit(task, false);
        for id in [ids[0], second, ids[2]] {
            assert_ok!(reveal(id, opening(ROOT)));
        }
        assert!(matches!(status_of(task), TaskStatus::Settled { paid, .. } if paid == 3 * PRICE + AUDIT_COST));
    });
}

#[test]
fn silence_of_one_is_found_by_the_agenda() {
    ExtBuilder.build_and_execute(|| {
        let ids = replicas(&[ALICE, BOB, CHARLIE], 2);
        compute(ids[0], ROOT);
        compute(ids[1], ROOT);
        run_for(START_WINDOW + 1);
        assert_eq!(fault_of(ids[2]), Some(Fault::NoStart));
        // Two have committed, which is enough for a quorum, so the third is not replaced.
        assert_eq!(status_of(ids[0].task), TaskStatus::Active);
        decide_audit(ids[0].task, false);
        assert_ok!(reveal(ids[0], opening(ROOT)));
        assert_ok!(reveal(ids[1], opening(ROOT)));
        assert!(matches!(status_of(ids[0].task), TaskStatus::Settled { .. }));
    });
}

#[test]
fn several_wait_for_a_device_at_once() {
    ExtBuilder.build_and_execute(|| {
        let ids = replicas(&[ALICE, BOB, CHARLIE], 2);
        let task = ids[0].task;
        assert_ok!(start(ids[0]));
        assert_ok!(fail(ids[0], Fault::Crashed));
        run_for(10);
        assert_ok!(start(ids[1]));
        assert_ok!(fail(ids[1], Fault::Crashed));
        let match_by = now() + REMATCH_WINDOW;
        assert_eq!(status_of(task), TaskStatus::Queued { match_by });
        let again = assign(task, device(DAVE, ASK));
        assert_eq!((again.replica, again.attempt), (0, 1));
        assert_eq!(status_of(task), TaskStatus::Queued { match_by });
        let again = assign(task, device(EVE, ASK));
        assert_eq!((again.replica, again.attempt), (1, 1));
        assert_eq!(status_of(task), TaskStatus::Active);
    });
}

#[test]
fn a_seat_for_which_nobody_is_found_again_is_given_up() {
    ExtBuilder.build_and_execute(|| {
        let ids = replicas(&[ALICE, BOB, CHARLIE], 2);
        let task = ids[0].task;
        for id in &ids {
            assert_ok!(start(*id));
        }
        assert_ok!(fail(ids[2], Fault::Crashed));
        run_for(PROGRESS_WINDOW - 1);
        assert_ok!(report(ids[0], progress(1, 9)));
        assert_ok!(report(ids[1], progress(1, 9)));
        run_for(PROGRESS_WINDOW - 1);
        assert_ok!(commit(ids[0], &opening(ROOT)));
        assert_ok!(commit(ids[1], &opening(ROOT)));
        assert_eq!(status_of(task), TaskStatus::Active);
        run_for(REMATCH_WINDOW);
        decide_audit(task, false);
        run_for(REVEAL_WINDOW + 1);
        assert_eq!(fault_of(ids[0]), Some(Fault::NoReveal));
        assert_refunded_because(task, Refunded::AttemptsExhausted);
    });
}

#[test]
fn attempts_end_for_each_seat_and_with_too_few_left_for_the_task() {
    ExtBuilder.build_and_execute(|| {
        let ids = replicas(&[ALICE, BOB], 2);
        let task = ids[0].task;
        compute(ids[0], ROOT);
        let mut next = ids[1];
        for provider in [CHARLIE, DAVE] {
            assert_ok!(start(next));
            assert_ok!(fail(next, Fault::Crashed));
            next = assign(task, device(provider, ASK));
        }
        assert_ok!(start(next));
        assert_ok!(fail(next, Fault::Crashed));
        assert_refunded_because(task, Refunded::AttemptsExhausted);
        // This replica did its work.
        assert!(matches!(
            assignment_of(ids[0]).status,
            AssignmentStatus::Cancelled { .. }
        ));
        assert_eq!(free(ALICE), FUNDS + BASE_FEE);
    });
}

/// A new replica could copy. What the silent one has lost pays the jury, because those that have revealed may all be
/// right.
#[test]
fn who_does_not_reveal_is_not_replaced_and_its_locks_are_for_the_jury() {
    for revealed in [ROOT, WRONG] {
        ExtBuilder.build_and_execute(|| {
            let ids = computed(&[(ALICE, revealed), (BOB, ROOT)], 2);
            let task = ids[0].task;
            assert_ok!(reveal(ids[0], opening(revealed)));
            // The mock takes the task over, so that nothing of it ends before the jury is called.
            TakesOver::set(true);
            run_for(REVEAL_WINDOW + 1);
            assert_eq!(fault_of(ids[1]), Some(Fault::NoReveal));
            let silent = assignment_of(ids[1]);
            let all = silent.collateral + silent.fraud_bond;
            assert_eq!(free(BOB), FUNDS - all);
            assert!(!task_of(task).has_vacancy());
            assert_ok!(TasksPallet::contest(task, true));
            let decided = TasksPallet::decide(task, Some(ROOT)).unwrap();
            let slashed = if revealed == ROOT { 0 } else { all };
            assert_eq!((decided.slashed, decided.lost), (slashed, all));
        });
    }
}

/// A single replica was replaced since, and the task may be disputed more than once.
#[test]
fn what_one_that_is_alone_lost_by_silence_is_in_no_later_pot() {
    ExtBuilder.build_and_execute(|| {
        let first = committed(ALICE, optimistic());
        decide_audit(first.task, false);
        run_for(REVEAL_WINDOW + 1);
        assert_eq!(fault_of(first), Some(Fault::NoReveal));
        let second = retry(first, BOB);
        compute(second, ROOT);
        decide_audit(first.task, false);
        assert_ok!(reveal(second, opening(ROOT)));
        assert_ok!(TasksPallet::contest(first.task, false));
        let decided = TasksPallet::decide(first.task, Some(ROOT)).unwrap();
        assert_eq!((decided.slashed, decided.lost), (0, 0));
    });
}

#[test]
fn nobody_reveals_and_everybody_pays() {
    ExtBuilder.build_and_execute(|| {
        let ids = computed(&[(ALICE, ROOT), (BOB, ROOT), (CHARLIE, ROOT)], 2);
        run_for(REVEAL_WINDOW + 1);
        assert_refunded_because(ids[0].task, Refunded::AttemptsExhausted);
        // Not to the requester: the replicas can be its own.
        assert_eq!(free(REQUESTER), FUNDS - 3 * SUBMISSION_FEE - AUDIT_COST);
    });
}

#[test]
fn a_fault_is_confirmed_by_as_many_as_settle() {
    ExtBuilder.build_and_execute(|| {
        let ids = replicas(&[ALICE, BOB, CHARLIE], 2);
        let task = ids[0].task;
        compute(ids[2], ROOT);
        assert_ok!(start(ids[0]));
        assert_ok!(fail(ids[0], Fault::BuildFailed));
        assert_eq!(
            assignment_of(ids[0]).locks,
            LockState::Undecided { root: None }
        );
        assert_ok!(start(ids[1]));
        assert_ok!(fail(ids[1], Fault::BuildFailed));
        assert_refunded_because(task, Refunded::FaultConfirmed);
        for provider in [ALICE, BOB, CHARLIE] {
            assert_eq!(free(provider), FUNDS + BASE_FEE);
        }
    });
}

#[test]
fn two_say_so_and_three_would_have_to() {
    ExtBuilder.build_and_execute(|| {
        let ids = replicas(&[ALICE, BOB, CHARLIE], 3);
        for id in &ids[..2] {
            assert_ok!(start(*id));
            assert_ok!(fail(*id, Fault::RunFailed));
        }
        assert!(!matches!(
            status_of(ids[0].task),
            TaskStatus::Refunded { .. }
        ));
        assert_ok!(start(ids[2]));
        assert_ok!(fail(ids[2], Fault::RunFailed));
        assert_refunded_because(ids[0].task, Refunded::FaultConfirmed);
    });
}

#[test]
fn who_blames_the_task_pays_when_a_quorum_can_do_it() {
    ExtBuilder.build_and_execute(|| {
        let ids = replicas(&[ALICE, BOB, CHARLIE], 2);
        assert_ok!(start(ids[0]));
        assert_ok!(fail(ids[0], Fault::BuildFailed));
        compute(ids[1], ROOT);
        compute(ids[2], ROOT);
        decide_audit(ids[0].task, false);
        assert_ok!(reveal(ids[1], opening(ROOT)));
        assert_ok!(reveal(ids[2], opening(ROOT)));
        assert_eq!(free(ALICE), FUNDS - SLASH);
        assert_eq!(assignment_of(ids[0]).locks, LockState::Released);
    });
}

#[test]
fn a_requester_that_grants_one_no_key_pays_them_all_the_base_fee() {
    ExtBuilder.build_and_execute(|| {
        let task = submit_sealed(replicated(3, 2));
        let ids: Vec<_> = [ALICE, BOB, CHARLIE]
            .into_iter()
            .map(|provider| assign(task, device(provider, ASK)))
            .collect();
        for id in &ids[..2] {
            assert_ok!(grant(*id));
            assert_ok!(start(*id));
        }
        run_for(PROGRESS_WINDOW - 1);
        for id in &ids[..2] {
            assert_ok!(report(*id, progress(1, 2)));
        }
        run_for(KEY_WINDOW + 1 - (PROGRESS_WINDOW - 1));
        assert_refunded_because(task, Refunded::NoKey);
        for provider in [ALICE, BOB, CHARLIE] {
            assert_eq!(free(provider), FUNDS + BASE_FEE);
        }
    });
}
