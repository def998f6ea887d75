//! Audits: how they are drawn and when, who runs them, and what they find.

use aicpw_primitives::traits::{Choice, Contested, DrawSeed, TaskBoard};
use aicpw_protocol::{
    device::Reputation,
    task::{AssignmentStatus, Fault, Refunded, Role, Submission, TaskStatus},
    view::AuditState,
    AskPrice, AssignmentId, BlockNumber, Milliseconds, TaskId,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{transaction_validity::TransactionValidityError, Perbill};

use crate::{
    mock::*,
    pallet::*,
    types::{Refusal, SeatState},
    WeightInfo,
};

const WRONG: [u8; 32] = [6; 32];

fn reveal_by(id: AssignmentId) -> Option<BlockNumber> {
    match assignment_of(id).status {
        AssignmentStatus::Committed { reveal_by, .. } => reveal_by,
        other => panic!("not committed: {other:?}"),
    }
}

fn is_settled(id: AssignmentId) -> bool {
    matches!(assignment_of(id).status, AssignmentStatus::Settled { .. })
}

/// An audited result of Alice's, and the auditor Bob's result with this root, both revealed.
pub(super) fn compared(found: [u8; 32]) -> (AssignmentId, AssignmentId) {
    let (id, auditor) = audited(ALICE, BOB);
    compute(auditor, found);
    assert_ok!(reveal(id, opening(ROOT)));
    assert_ok!(reveal(auditor, opening(found)));
    (id, auditor)
}

pub(super) fn accept(task: TaskId) {
    assert_ok!(TasksPallet::accept(RuntimeOrigin::signed(REQUESTER), task));
}

/// Fills the pot with the audit costs of results that are not audited.
pub(super) fn fill_pot(results: u32) {
    for _ in 0..results {
        let id = verifying(CHARLIE);
        accept(id.task);
    }
}

#[test]
fn nobody_reveals_before_the_draw_which_waits_for_its_seed() {
    ExtBuilder.build_and_execute(|| {
        let id = committed(ALICE, optimistic());
        let early: TransactionValidityError = Refusal::TooEarly.into();
        assert_noop!(reveal(id, opening(ROOT)), early);
        let audit = audit_of(id.task);
        assert_eq!((audit.of, audit.state), (id, AuditState::Undecided));
        assert_eq!(audit.rate, Perbill::from_percent(8));
        // The draw waits however long the randomness takes: nothing else decides, and no deadline
        // passes.
        run_for(10 * REVEAL_WINDOW);
        assert_eq!(audit_of(id.task).state, AuditState::Undecided);
        assert_noop!(reveal(id, opening(ROOT)), early);
        Seed::set(DrawSeed::Ready(seed_for(id.task, false)));
        run_for(1);
        assert_eq!(reveal_by(id), Some(now() + REVEAL_WINDOW));
        assert_last_events(vec![
            Event::AuditDecided {
                task: id.task,
                rate: audit.rate,
                is_audited: false,
            },
            Event::RevealOpened {
                task: id.task,
                reveal_by: now() + REVEAL_WINDOW,
            },
        ]);
        assert_ok!(reveal(id, opening(ROOT)));
    });
}

#[test]
fn a_seed_that_is_gone_is_drawn_anew() {
    ExtBuilder.build_and_execute(|| {
        let id = committed(ALICE, optimistic());
        let first = audit_of(id.task).anchor;
        Seed::set(DrawSeed::Gone);
        run_for(SOONEST);
        let second = audit_of(id.task);
        assert_eq!(second.state, AuditState::Undecided);
        assert!(second.anchor > first, "later blocks decide");
        Seed::set(DrawSeed::Ready(seed_for(id.task, true)));
        run_for(SOONEST - 1);
        assert_eq!(audit_of(id.task).state, AuditState::Undecided);
        run_for(1);
        assert_eq!(audit_of(id.task).state, AuditState::Drawn);
        Seed::set(DrawSeed::NotYet);
        run_for(REMATCH_WINDOW + 1);
    });
}

#[test]
fn expected_is_not_audited() {
    ExtBuilder.build_and_execute(|| {
        let id = committed(ALICE, expected());
        assert_eq!(Audits::<Test>::get(id.task), None);
        assert_eq!(reveal_by(id), Some(now() + REVEAL_WINDOW));
    });
}

#[test]
fn an_auditor_is_drawn_among_others_and_locks_what_it_can_lose() {
    ExtBuilder.build_and_execute(|| {
        let id = committed(ALICE, optimistic());
        decide_audit(id.task, true);
        assert_eq!(status_of(id.task), TaskStatus::Active);
        let demand = TasksPallet::demand(id.task).unwrap();
        assert_eq!(demand.choice, Choice::Drawn);
        assert!(demand.is_urgent);
        assert!(demand.excluded.contains(&ALICE));
        assert_eq!(
            demand_of_the_choosy(id.task).needs.min_reputation,
            Reputation(0),
            "the requester does not choose its auditor"
        );
        // An auditor may ask as much as the task would have paid a provider. It is paid the judged
        // price.
        assert_eq!(demand.highest_ask, AskPrice(5 * ASK.0));
        let dear = AskPrice(5 * ASK.0 + 10);
        let terms =
            |ask| <TasksPallet as TaskBoard<AccountId>>::terms(id.task, ask, Reputation::START);
        assert_eq!(terms(dear), None);
        let found = terms(AskPrice(5 * ASK.0)).unwrap();
        assert_eq!((found.price, found.audit_cost), (PRICE, 0));
        assert_eq!(
            (found.locks.collateral, found.locks.fraud_bond),
            (AUDITOR_LOCK, 0)
        );

        let own = device(REQUESTER, ASK);
        assert_noop!(try_assign(id.task, own), Error::<Test>::NotIndependent);
        let auditor = assign(id.task, device(BOB, ASK));
        assert_eq!(assignment_of(auditor).role, Role::Auditor);
        assert_eq!(free(BOB), FUNDS - AUDITOR_LOCK);
        assert!(TasksPallet::demand(id.task).is_none(), "one is enough");
        // The provider waits, without a deadline, until the auditor has committed.
        assert_ok!(start(auditor));
        run_for(PROGRESS_WINDOW - 1);
        assert_eq!(reveal_by(id), None);
        assert_ok!(commit(auditor, &opening(ROOT)));
        assert_eq!(reveal_by(id), Some(now() + REVEAL_WINDOW));
        assert_eq!(reveal_by(auditor), reveal_by(id));
    });
}

#[test]
fn equal_roots_settle_as_ever_and_the_auditor_is_paid() {
    ExtBuilder.build_and_execute(|| {
        fill_pot(13);
        let (id, auditor) = compared(ROOT);
        let pot = free(AUDIT_POT);
        assert_eq!(pot, EXISTENTIAL_DEPOSIT + 14 * AUDIT_COST);
        let settle_at = now() + WINDOW;
        assert_eq!(status_of(id.task), TaskStatus::Verifying { settle_at });
        let before = free(REQUESTER);
        let (bob, treasury) = (free(BOB), free(TREASURY));
        run_to(settle_at);
        assert!(is_settled(id) && is_settled(auditor));
        assert_eq!(
            free(REQUESTER),
            before + BUDGET - AUDIT_COST - PRICE,
            "it pays the expectation, not the audit"
        );
        assert_eq!(free(BOB), bob + AUDITOR_LOCK + PRICE);
        assert_eq!(free(AUDIT_POT), pot - PRICE);
        assert_eq!(free(TREASURY), treasury + FEE, "it had nothing to add");
        assert_eq!(AuditBook::<Test>::get().owed, 0);
    });
}

#[test]
fn a_dispute_opens_by_itself_where_roots_differ() {
    ExtBuilder.build_and_execute_unchecked(|| {
        TakesOver::set(true);
        let (id, auditor) = compared(WRONG);
        // The mock has taken the task over: only a verdict ends it.
        assert_eq!(status_of(id.task), TaskStatus::Active);
        assert_ok!(Pallet::<Test>::contest(id.task, true));
        let locked = (free(ALICE), free(BOB));
        run_for(2 * WINDOW);
        assert_eq!(status_of(id.task), TaskStatus::Disputed);
        assert_eq!((free(ALICE), free(BOB)), locked);
        let decided = Pallet::<Test>::decide(id.task, Some(WRONG)).unwrap();
        assert_eq!(decided.slashed, COLLATERAL + BOND);
        assert_eq!((decided.finders, decided.lost), (vec![BOB], 0));
        assert_eq!(decided.compensation, (REQUESTER, AUDIT_COST));
        assert!(is_settled(auditor));
        // Without the reward, which the disputes pallet pays.
        assert_eq!(
            free(BOB),
            FUNDS + AUDIT_COST,
            "for its work, as far as the pot goes"
        );
        assert!(matches!(status_of(id.task), TaskStatus::Queued { .. }));
        assert_eq!(
            Audits::<Test>::get(id.task),
            None,
            "the next result is drawn for anew"
        );
        let again = retry(id, CHARLIE);
        compute(again, WRONG);
        decide_audit(id.task, false);
        assert_ok!(reveal(again, opening(WRONG)));
        accept(id.task);
        check_invariants();
    });
}

#[test]
fn an_auditor_who_was_wrong_loses_its_lock() {
    ExtBuilder.build_and_execute_unchecked(|| {
        TakesOver::set(true);
        let (id, auditor) = compared(WRONG);
        assert_ok!(Pallet::<Test>::contest(id.task, true));
        let decided = Pallet::<Test>::decide(id.task, Some(ROOT)).unwrap();
        assert_eq!((decided.slashed, decided.lost), (0, AUDITOR_LOCK));
        assert_eq!(decided.finders, Vec::<AccountId>::new());
        assert_eq!(fault_of(auditor), Some(Fault::WrongResult));
        assert_eq!(free(BOB), FUNDS - AUDITOR_LOCK);
        assert!(Told::get().contains(&Note::Convicted(BOB)));
        assert!(is_settled(id));
        check_invariants();
    });
}

#[test]
fn without_a_jury_nobody_is_slashed() {
    ExtBuilder.build_and_execute(|| {
        fill_pot(1);
        let before = free(REQUESTER);
        let (id, auditor) = compared(WRONG);
        assert_refunded_because(id.task, Refunded::NoVerdict);
        assert_eq!(free(ALICE), FUNDS + BASE_FEE);
        assert_eq!(free(BOB), FUNDS + BASE_FEE, "not out of the escrow");
        assert_eq!(
            free(REQUESTER),
            before - SUBMISSION_FEE - BASE_FEE - AUDIT_COST
        );
        assert_eq!(
            assignment_of(auditor).status,
            AssignmentStatus::Cancelled { at: now() }
        );
    });
}

#[test]
fn a_jury_that_cannot_tell_judges_no_auditor() {
    ExtBuilder.build_and_execute_unchecked(|| {
        TakesOver::set(true);
        let (id, _) = compared(WRONG);
        assert_ok!(Pallet::<Test>::contest(id.task, true));
        assert_ok!(Pallet::<Test>::uphold(id.task));
        assert!(is_settled(id));
        assert_eq!(free(BOB), FUNDS + BASE_FEE);
        check_invariants();
    });
}

#[test]
fn a_silent_auditor_pays_and_another_is_drawn() {
    ExtBuilder.build_and_execute(|| {
        let (id, sleeper) = audited(ALICE, BOB);
        run_for(START_WINDOW + 1);
        assert_eq!(fault_of(sleeper), Some(Fault::NoStart));
        // What `Penalty::Fault` takes, 40 % in the mock, goes to the treasury and not to the
        // requester.
        let lost = AUDITOR_LOCK * 2 / 5;
        assert_eq!(free(BOB), FUNDS - lost);
        assert_eq!(free(TREASURY), EXISTENTIAL_DEPOSIT + SUBMISSION_FEE + lost);
        assert_eq!(
            status_of(id.task),
            TaskStatus::Active,
            "the result is not lost"
        );
        let next = assign(id.task, device(CHARLIE, ASK));
        assert_eq!((next.replica, next.attempt), (1, 1));
        compute(next, ROOT);
        assert_ok!(reveal(id, opening(ROOT)));
        assert_ok!(reveal(next, opening(ROOT)));
        accept(id.task);
        assert!(is_settled(next));
    });
}

/// Else a requester could shorten the search for an auditor of its provider.
#[test]
fn another_auditor_is_searched_for_as_long_as_the_first_whatever_the_task_says() {
    ExtBuilder.build_and_execute(|| {
        let shortest = Submission {
            match_window: Milliseconds(1_000),
            ..submission(optimistic())
        };
        let task = TaskId(Submissions::<Test>::get().length);
        assert_ok!(TasksPallet::submit(
            RuntimeOrigin::signed(REQUESTER),
            shortest
        ));
        let id = assign(task, device(ALICE, ASK));
        compute(id, ROOT);
        decide_audit(task, true);
        let sleeper = assign(task, device(BOB, ASK));
        run_for(START_WINDOW + 1);
        assert_eq!(fault_of(sleeper), Some(Fault::NoStart));
        let seat = task_of(id.task).seats[usize::from(sleeper.replica)].state;
        let match_by = now() + REMATCH_WINDOW;
        assert_eq!(seat, SeatState::Vacant { match_by });
    });
}

#[test]
fn after_two_silent_auditors_the_result_counts() {
    ExtBuilder.build_and_execute(|| {
        let (id, _) = audited(ALICE, BOB);
        run_for(START_WINDOW + 1);
        assign(id.task, device(CHARLIE, ASK));
        run_for(START_WINDOW + 1);
        assert!(!task_of(id.task).has_vacancy(), "no third");
        assert_eq!(reveal_by(id), Some(now() + REVEAL_WINDOW));
        assert_ok!(reveal(id, opening(ROOT)));
        run_for(WINDOW);
        assert!(is_settled(id));
    });
}

#[test]
fn where_nobody_can_be_drawn_the_result_counts_after_the_window() {
    ExtBuilder.build_and_execute(|| {
        let id = committed(ALICE, optimistic());
        decide_audit(id.task, true);
        run_for(REMATCH_WINDOW);
        assert_eq!(reveal_by(id), None);
        run_for(1);
        assert_eq!(reveal_by(id), Some(now() + REVEAL_WINDOW));
        assert_ok!(reveal(id, opening(ROOT)));
        run_for(WINDOW);
        assert!(is_settled(id));
    });
}

#[test]
fn an_auditor_that_does_not_reveal_loses_all_and_is_not_replaced() {
    ExtBuilder.build_and_execute(|| {
        let (id, auditor) = audited(ALICE, BOB);
        compute(auditor, ROOT);
        assert_ok!(reveal(id, opening(ROOT)));
        assert_eq!(
            status_of(id.task),
            TaskStatus::Active,
            "it waits for the auditor"
        );
        run_for(REVEAL_WINDOW + 1);
        assert_eq!(fault_of(auditor), Some(Fault::NoReveal));
        assert_eq!(free(BOB), FUNDS - AUDITOR_LOCK);
        assert!(Told::get().contains(&Note::Convicted(BOB)));
        assert!(matches!(status_of(id.task), TaskStatus::Verifying { .. }));
        assert!(!task_of(id.task).has_vacancy(), "a new one could copy");
    });
}

#[test]
fn a_provider_that_does_not_reveal_what_is_audited_loses_all() {
    ExtBuilder.build_and_execute(|| {
        fill_pot(1);
        let (id, auditor) = audited(ALICE, BOB);
        compute(auditor, WRONG);
        assert_ok!(reveal(auditor, opening(WRONG)));
        run_for(REVEAL_WINDOW + 1);
        assert_eq!(fault_of(id), Some(Fault::NoReveal));
        assert_eq!(free(ALICE), FUNDS - COLLATERAL - BOND);
        assert!(matches!(status_of(id.task), TaskStatus::Queued { .. }));
        assert_eq!(free(BOB), FUNDS + 2 * AUDIT_COST, "as far as the pot goes");
        assert_eq!(AuditBook::<Test>::get().owed, PRICE - 2 * AUDIT_COST);
        assert_eq!(Audits::<Test>::get(id.task), None);
    });
}

/// The commitment can hold anything.
#[test]
fn an_auditor_that_opens_nothing_either_is_not_paid_for_work() {
    ExtBuilder.build_and_execute(|| {
        fill_pot(20);
        let (id, auditor) = audited(ALICE, BOB);
        compute(auditor, WRONG);
        run_for(REVEAL_WINDOW + 1);
        assert_eq!(fault_of(id), Some(Fault::NoReveal));
        assert!(free(BOB) <= FUNDS + BASE_FEE, "{}", free(BOB));
        assert_eq!(AuditBook::<Test>::get().owed, 0);
    });
}

#[test]
fn an_auditor_that_the_requester_does_not_serve_is_replaced_and_not_blamed() {
    ExtBuilder.build_and_execute(|| {
        let (id, auditor) = audited(ALICE, BOB);
        assert_ok!(fail(auditor, Fault::InputUnavailable));
        assert_eq!(free(BOB), FUNDS);
        assert!(Told::get().is_empty());
        let next = assign(id.task, device(CHARLIE, ASK));
        assert_ok!(fail(next, Fault::InputUnavailable));
        assert_eq!(reveal_by(id), Some(now() + REVEAL_WINDOW));
    });
}

#[test]
fn a_requester_that_keeps_the_key_forfeits_the_audit() {
    ExtBuilder.build_and_execute(|| {
        let id = awaiting_key(ALICE, optimistic());
        assert_ok!(grant(id));
        compute(id, ROOT);
        decide_audit(id.task, true);
        let auditor = assign(id.task, device(BOB, ASK));
        run_for(KEY_WINDOW + 1);
        assert_eq!(fault_of(auditor), Some(Fault::NoKey));
        assert_eq!(free(BOB), FUNDS);
        assert_ok!(reveal(id, opening(ROOT)));
        run_for(WINDOW);
        assert!(is_settled(id), "not the provider's pay");
    });
}

#[test]
fn an_auditor_of_a_sealed_task_starts_with_its_key() {
    ExtBuilder.build_and_execute(|| {
        let id = awaiting_key(ALICE, optimistic());
        assert_ok!(grant(id));
        compute(id, ROOT);
        decide_audit(id.task, true);
        let auditor = assign(id.task, device(BOB, ASK));
        assert_ok!(grant(auditor));
        compute(auditor, ROOT);
        assert_ok!(reveal(id, opening(ROOT)));
        assert_ok!(reveal(auditor, opening(ROOT)));
        accept(id.task);
        assert!(is_settled(auditor));
    });
}

#[test]
fn replicas_are_audited_together_before_they_reveal() {
    ExtBuilder.build_and_execute(|| {
        let ids = replicas(&[ALICE, BOB, CHARLIE], 2);
        for id in &ids {
            compute(*id, ROOT);
        }
        let audit = audit_of(ids[0].task);
        assert_eq!(
            (audit.pay, audit.cost),
            (PRICE, AUDIT_COST),
            "one audit for all"
        );
        decide_audit(ids[0].task, true);
        let auditor = assign(ids[0].task, device(DAVE, ASK));
        compute(auditor, ROOT);
        for id in &ids {
            assert_ok!(reveal(*id, opening(ROOT)));
        }
        assert_eq!(
            status_of(ids[0].task),
            TaskStatus::Active,
            "a quorum waits for the auditor"
        );
        assert_ok!(reveal(auditor, opening(ROOT)));
        let paid = 3 * PRICE + AUDIT_COST;
        assert_eq!(
            status_of(ids[0].task),
            TaskStatus::Settled { at: now(), paid }
        );
        assert_eq!(free(REQUESTER), FUNDS - 3 * SUBMISSION_FEE - paid);
        assert!(is_settled(auditor));
    });
}

#[test]
fn a_quorum_that_colludes_is_found() {
    ExtBuilder.build_and_execute_unchecked(|| {
        TakesOver::set(true);
        let ids = replicas(&[ALICE, BOB, CHARLIE], 2);
        for (id, root) in ids.iter().zip([WRONG, WRONG, ROOT]) {
            compute(*id, root);
        }
        decide_audit(ids[0].task, true);
        let auditor = assign(ids[0].task, device(DAVE, ASK));
        compute(auditor, ROOT);
        assert_ok!(reveal(auditor, opening(ROOT)));
        assert_ok!(reveal(ids[0], opening(WRONG)));
        assert_ok!(reveal(ids[1], opening(WRONG)));
        assert_eq!(status_of(ids[0].task), TaskStatus::Active);
        assert_ok!(reveal(ids[2], opening(ROOT)));
        assert_ok!(Pallet::<Test>::contest(ids[0].task, true));
        let decided = Pallet::<Test>::decide(ids[0].task, Some(ROOT)).unwrap();
        assert_eq!(decided.slashed, 2 * (SHARED_COLLATERAL + BOND));
        assert_eq!(decided.finders, vec![DAVE]);
        assert!(is_settled(ids[2]) && is_settled(auditor));
        assert_eq!(free(DAVE), FUNDS + AUDIT_COST);
        check_invariants();
    });
}

/// Regression: an entry that was served late found its seed gone, and drew anew for ever.
#[test]
fn more_audits_than_fit_into_a_block_are_all_decided() {
    ExtBuilder.build_and_execute(|| {
        type W = <Test as Config>::WeightInfo;
        let providers = [ALICE, BOB, CHARLIE, DAVE, EVE, FERDIE];
        let ids: Vec<_> = providers
            .into_iter()
            .map(|provider| committed(provider, optimistic()))
            .collect();
        let each = W::serve_stale().saturating_add(W::serve_audit(1).max(W::serve_early()));
        AgendaWeight::set(W::serve_slot().saturating_mul(2).saturating_add(each));
        Seed::set(DrawSeed::Ready(seed_for(ids[0].task, false)));
        run_for(80);
        for id in ids {
            assert_ne!(audit_of(id.task).state, AuditState::Undecided);
        }
        AgendaWeight::take();
    });
}

#[test]
fn a_quorum_that_a_jury_cannot_judge_is_paid() {
    ExtBuilder.build_and_execute_unchecked(|| {
        TakesOver::set(true);
        let ids = replicas(&[ALICE, BOB], 2);
        ids.iter().for_each(|id| compute(*id, ROOT));
        decide_audit(ids[0].task, true);
        let auditor = assign(ids[0].task, device(DAVE, ASK));
        compute(auditor, WRONG);
        for (id, root) in [(ids[0], ROOT), (ids[1], ROOT), (auditor, WRONG)] {
            assert_ok!(reveal(id, opening(root)));
        }
        assert_ok!(Pallet::<Test>::contest(ids[0].task, true));
        assert_ok!(Pallet::<Test>::uphold(ids[0].task));
        assert!(is_settled(ids[0]) && is_settled(ids[1]));
        assert_eq!(free(DAVE), FUNDS + BASE_FEE);
        check_invariants();
    });
}
