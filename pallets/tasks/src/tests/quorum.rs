//! How replicas decide what the result is.

use aicpw_primitives::traits::Contested;
use aicpw_protocol::task::{AssignmentStatus, Fault, Refunded, TaskStatus};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::transaction_validity::TransactionValidityError;

use crate::{
    mock::*,
    pallet::*,
    types::{LockState, Refusal},
};

const WRONG: [u8; 32] = [6; 32];
const WORSE: [u8; 32] = [7; 32];

/// What a wrong root costs one of three replicas.
const ALL: u128 = SHARED_COLLATERAL + BOND;

fn reveal_by(id: aicpw_protocol::AssignmentId) -> Option<aicpw_protocol::BlockNumber> {
    match assignment_of(id).status {
        AssignmentStatus::Committed { reveal_by, .. } => reveal_by,
        other => panic!("not committed: {other:?}"),
    }
}

fn paid(task: aicpw_protocol::TaskId) -> u128 {
    match status_of(task) {
        TaskStatus::Settled { paid, .. } => paid,
        other => panic!("not settled: {other:?}"),
    }
}

#[test]
fn nobody_reveals_before_all_have_committed() {
    ExtBuilder.build_and_execute(|| {
        let ids = replicas(&[ALICE, BOB, CHARLIE], 2);
        compute(ids[0], ROOT);
        compute(ids[1], ROOT);
        assert_eq!(reveal_by(ids[0]), None);
        let early: TransactionValidityError = Refusal::TooEarly.into();
        assert_noop!(reveal(ids[0], opening(ROOT)), early);
        // The third replica takes its time, and no deadline of the others passes.
        assert_ok!(start(ids[2]));
        run_for(PROGRESS_WINDOW - 1);
        assert_ok!(report(ids[2], progress(1, 2)));
        run_for(PROGRESS_WINDOW - 1);
        assert_ok!(commit(ids[2], &opening(ROOT)));
        let committed = Event::ResultCommitted {
            assignment: ids[2],
            commitment: commitment_of(ids[2], &opening(ROOT)),
            reveal_by: None,
        };
        assert_last_events(vec![committed.clone()]);
        decide_audit(ids[0].task, false);
        for id in &ids {
            assert_eq!(reveal_by(*id), Some(now() + REVEAL_WINDOW));
        }
        assert_last_events(vec![
            committed,
            Event::AuditCostPaid {
                task: ids[0].task,
                amount: AUDIT_COST,
            },
            Event::AuditDecided {
                task: ids[0].task,
                rate: sp_runtime::Perbill::from_percent(8),
                is_audited: false,
            },
            Event::RevealOpened {
                task: ids[0].task,
                reveal_by: now() + REVEAL_WINDOW,
            },
        ]);
        run_for(REVEAL_WINDOW);
        assert_ok!(reveal(ids[0], opening(ROOT)));
    });
}

#[test]
fn a_quorum_settles_in_the_block_of_the_deciding_reveal() {
    ExtBuilder.build_and_execute(|| {
        let ids = computed(&[(ALICE, ROOT), (BOB, WRONG), (CHARLIE, ROOT)], 2);
        assert_ok!(reveal(ids[0], opening(ROOT)));
        assert_ok!(reveal(ids[1], opening(WRONG)));
        assert_eq!(status_of(ids[0].task), TaskStatus::Active);
        assert_ok!(reveal(ids[2], opening(ROOT)));
        assert_eq!(paid(ids[0].task), 2 * PRICE + AUDIT_COST);
        assert_eq!(free(ALICE), FUNDS - KEPT - BOND + PRICE - FEE);
        assert_eq!(free(CHARLIE), FUNDS - KEPT - BOND + PRICE - FEE);
        assert_eq!(
            free(BOB),
            FUNDS - SHARED_COLLATERAL,
            "the minority loses its collateral"
        );
        assert_eq!(fault_of(ids[1]), Some(Fault::WrongResult));
        assert_eq!(assignment_of(ids[1]).locks, LockState::Released);
        assert_eq!(CooledDown::get(), vec![assignment_of(ids[1]).device]);
        // Not to the requester: the other replicas can be its own.
        assert_eq!(
            free(REQUESTER),
            FUNDS - 3 * SUBMISSION_FEE - 2 * PRICE - AUDIT_COST
        );
        assert_eq!(
            free(TREASURY),
            EXISTENTIAL_DEPOSIT + 3 * SUBMISSION_FEE + 2 * FEE + SHARED_COLLATERAL
        );
        assert!(Told::get().contains(&Note::Settled(ALICE, REQUESTER, PRICE)));
        assert!(Told::get().contains(&Note::Settled(CHARLIE, REQUESTER, PRICE)));
        assert!(Told::get().contains(&Note::Faulted(BOB, PRICE)));
        assert_last_events(vec![Event::TaskSettled {
            task: ids[0].task,
            assignment: ids[2],
            paid: 2 * PRICE + AUDIT_COST,
            fee: 2 * FEE,
            refunded: BUDGET - 2 * PRICE - AUDIT_COST,
        }]);
    });
}

#[test]
fn who_comes_after_the_quorum_is_paid_if_it_agrees() {
    ExtBuilder.build_and_execute(|| {
        let ids = computed(&[(ALICE, ROOT), (BOB, ROOT), (CHARLIE, ROOT)], 2);
        assert_ok!(reveal(ids[0], opening(ROOT)));
        assert_ok!(reveal(ids[1], opening(ROOT)));
        assert_eq!(paid(ids[0].task), 2 * PRICE + AUDIT_COST);
        assert_eq!(held(REQUESTER), PRICE, "for the third");
        run_for(3);
        assert_ok!(reveal(ids[2], opening(ROOT)));
        assert_eq!(paid(ids[0].task), 3 * PRICE + AUDIT_COST);
        assert_eq!(held(REQUESTER), 0);
        assert_eq!(free(CHARLIE), FUNDS - KEPT - BOND + PRICE - FEE);
        assert_eq!(
            free(REQUESTER),
            FUNDS - 3 * SUBMISSION_FEE - 3 * PRICE - AUDIT_COST
        );
    });
}

#[test]
fn who_comes_after_the_quorum_loses_its_collateral_if_it_disagrees() {
    ExtBuilder.build_and_execute(|| {
        let ids = computed(&[(ALICE, ROOT), (BOB, ROOT), (CHARLIE, WRONG)], 2);
        assert_ok!(reveal(ids[0], opening(ROOT)));
        assert_ok!(reveal(ids[1], opening(ROOT)));
        assert_ok!(reveal(ids[2], opening(WRONG)));
        assert_eq!(free(CHARLIE), FUNDS - SHARED_COLLATERAL);
        assert_eq!(paid(ids[0].task), 2 * PRICE + AUDIT_COST);
        assert_eq!(held(REQUESTER), 0);
        assert_eq!(
            free(REQUESTER),
            FUNDS - 3 * SUBMISSION_FEE - 2 * PRICE - AUDIT_COST
        );
    });
}

#[test]
fn who_never_reveals_loses_all_though_the_task_is_settled() {
    ExtBuilder.build_and_execute(|| {
        let ids = computed(&[(ALICE, ROOT), (BOB, ROOT), (CHARLIE, ROOT)], 2);
        assert_ok!(reveal(ids[0], opening(ROOT)));
        assert_ok!(reveal(ids[1], opening(ROOT)));
        run_for(REVEAL_WINDOW + 1);
        assert_eq!(fault_of(ids[2]), Some(Fault::NoReveal));
        assert_eq!(free(CHARLIE), FUNDS - ALL);
        assert_eq!(held(REQUESTER), 0);
        // Not to the requester: the silent replica can be its own.
        assert_eq!(
            free(REQUESTER),
            FUNDS - 3 * SUBMISSION_FEE - 2 * PRICE - AUDIT_COST
        );
        assert!(Told::get().contains(&Note::Convicted(CHARLIE)));
    });
}

/// Three replicas that have revealed three different roots.
fn without_majority() -> aicpw_protocol::TaskId {
    let answers = [(ALICE, ROOT), (BOB, WRONG), (CHARLIE, WORSE)];
    let ids = computed(&answers, 2);
    for (id, (_, root)) in ids.iter().zip(answers) {
        assert_ok!(reveal(*id, opening(root)));
    }
    ids[0].task
}

/// A replica that began now could copy what is revealed.
#[test]
fn nobody_begins_when_reveals_are_open() {
    ExtBuilder.build_and_execute_unchecked(|| {
        TakesOver::set(true);
        let task = without_majority();
        assert!(!task_of(task).has_vacancy());
        assert_eq!(task_of(task).seats.len(), 3);
        assert_noop!(
            try_assign(task, device(DAVE, ASK)),
            Error::<Test>::NotWaiting
        );
    });
}

#[test]
fn where_nobody_decides_the_requester_is_refunded_and_nobody_slashed() {
    ExtBuilder.build_and_execute(|| {
        let task = without_majority();
        assert_eq!(
            status_of(task),
            TaskStatus::Refunded {
                at: now(),
                reason: Refunded::NoQuorum
            }
        );
        for provider in [ALICE, BOB, CHARLIE] {
            assert_eq!(free(provider), FUNDS + BASE_FEE);
        }
        assert_eq!(
            free(REQUESTER),
            FUNDS - 3 * SUBMISSION_FEE - AUDIT_COST - 3 * BASE_FEE
        );
        assert!(Told::get().is_empty());
    });
}

#[test]
fn who_decides_disputes_takes_over() {
    ExtBuilder.build_and_execute_unchecked(|| {
        TakesOver::set(true);
        let task = without_majority();
        assert_eq!(status_of(task), TaskStatus::Active);
        assert_eq!(held(REQUESTER), BUDGET - AUDIT_COST);
        run_for(MATCH_WINDOW + RETENTION);
        assert_eq!(status_of(task), TaskStatus::Active, "nothing ends it");
        let task = task_of(task);
        assert!(task.seats.iter().all(|seat| seat.begun > 0));
    });
}

/// Regression: a requester has a replica of its own with another root, reads what the honest one has revealed, keeps
/// the jury from its work and gets its money back.
#[test]
fn whoever_keeps_the_jury_from_its_work_pays_all_who_have_revealed() {
    ExtBuilder.build_and_execute(|| {
        TakesOver::set(true);
        let task = without_majority();
        assert_ok!(Pallet::<Test>::contest(task, true));
        assert_ok!(Pallet::<Test>::uphold(task));
        assert_eq!(
            status_of(task),
            TaskStatus::Refunded {
                at: now(),
                reason: Refunded::NoVerdict
            }
        );
        for provider in [ALICE, BOB, CHARLIE] {
            assert_eq!(free(provider), FUNDS + PRICE - FEE, "and all locks free");
        }
        assert_eq!(
            free(TREASURY),
            EXISTENTIAL_DEPOSIT + 3 * SUBMISSION_FEE + 3 * FEE
        );
        assert_eq!(
            free(REQUESTER),
            FUNDS - 3 * SUBMISSION_FEE - AUDIT_COST - 3 * PRICE
        );
        assert_eq!(held(REQUESTER), 0);
        assert_eq!(Told::get(), [], "nobody was right or wrong");
    });
}

/// A silent replica has lost what was locked, and is not paid.
#[test]
fn who_has_revealed_nothing_is_not_paid_where_the_jury_is_kept_from_its_work() {
    ExtBuilder.build_and_execute(|| {
        TakesOver::set(true);
        let ids = computed(&[(ALICE, ROOT), (BOB, WRONG), (CHARLIE, ROOT)], 2);
        assert_ok!(reveal(ids[0], opening(ROOT)));
        assert_ok!(reveal(ids[1], opening(WRONG)));
        run_for(REVEAL_WINDOW + 1);
        let task = ids[0].task;
        assert_eq!(fault_of(ids[2]), Some(Fault::NoReveal));
        assert_ok!(Pallet::<Test>::contest(task, true));
        assert_ok!(Pallet::<Test>::uphold(task));
        for provider in [ALICE, BOB] {
            assert_eq!(free(provider), FUNDS + PRICE - FEE);
        }
        assert_eq!(free(CHARLIE), FUNDS - ALL);
        assert_eq!(
            free(REQUESTER),
            FUNDS - 3 * SUBMISSION_FEE - AUDIT_COST - 2 * PRICE
        );
    });
}

/// A provider that was paid here could reveal rubbish, and hope that no jury is found or that the jury does not agree.
#[test]
fn a_jury_that_is_not_found_or_divided_pays_nobody_who_has_revealed() {
    ExtBuilder.build_and_execute(|| {
        TakesOver::set(true);
        let task = without_majority();
        assert_ok!(Pallet::<Test>::contest(task, true));
        assert_ok!(Pallet::<Test>::give_up(task));
        for provider in [ALICE, BOB, CHARLIE] {
            assert_eq!(free(provider), FUNDS + BASE_FEE);
        }
        assert_eq!(
            free(REQUESTER),
            FUNDS - 3 * SUBMISSION_FEE - AUDIT_COST - 3 * BASE_FEE
        );
    });
}

#[test]
fn a_quorum_of_all_needs_all() {
    ExtBuilder.build_and_execute(|| {
        let ids = computed(&[(ALICE, ROOT), (BOB, WRONG)], 2);
        assert_ok!(reveal(ids[0], opening(ROOT)));
        assert_ok!(reveal(ids[1], opening(WRONG)));
        let task = ids[0].task;
        assert_refunded_because(task, Refunded::NoQuorum);
    });
}

#[test]
fn all_whom_the_requester_pays_are_rated() {
    ExtBuilder.build_and_execute(|| {
        let ids = computed(&[(ALICE, ROOT), (BOB, ROOT), (CHARLIE, WRONG)], 2);
        for (id, root) in ids.iter().zip([ROOT, ROOT, WRONG]) {
            assert_ok!(reveal(*id, opening(root)));
        }
        let task = ids[0].task;
        assert_ok!(TasksPallet::rate(RuntimeOrigin::signed(REQUESTER), task, 4));
        let rated: Vec<_> = Told::get()
            .into_iter()
            .filter(|note| matches!(note, Note::Rated(..)))
            .collect();
        assert_eq!(
            rated,
            vec![
                Note::Rated(ALICE, REQUESTER, 4, PRICE),
                Note::Rated(BOB, REQUESTER, 4, PRICE)
            ]
        );
        let again = TasksPallet::rate(RuntimeOrigin::signed(REQUESTER), task, 5);
        assert_noop!(again, Error::<Test>::AlreadyRated);
    });
}
