//! The compensation after a verdict against a provider is held again, so that the least budget pays the next attempt as
//! it paid the one before.

use aicpw_primitives::traits::{Contested, TaskBoard};
use aicpw_protocol::{
    task::{Fault, Refunded, Submission, TaskStatus},
    AssignmentId, Balance, TaskId,
};
use frame_support::{
    assert_noop, assert_ok,
    traits::{fungible::Mutate, tokens::Preservation},
};

use super::audits::accept;
use crate::{mock::*, pallet::*};

type Court = Pallet<Test>;

const WRONG: [u8; 32] = [6; 32];
/// The least budget that pays the price and the audit cost.
const TIGHT: Balance = PRICE + AUDIT_COST;

fn submit_tight() -> TaskId {
    let task = TaskId(Submissions::<Test>::get().length);
    let tight = Submission {
        budget: TIGHT,
        ..submission(optimistic())
    };
    assert_ok!(TasksPallet::submit(RuntimeOrigin::signed(REQUESTER), tight));
    task
}

/// Has the provider lie about a task and a jury find that, in a dispute or after an audit by Bob.
fn convict(task: TaskId, provider: AccountId, is_audited: bool) -> AssignmentId {
    let id = assign(task, device(provider, ASK));
    assert_eq!(assignment_of(id).audit_cost, AUDIT_COST);
    compute(id, WRONG);
    decide_audit(task, is_audited);
    if is_audited {
        let auditor = assign(task, device(BOB, ASK));
        compute(auditor, ROOT);
        TakesOver::set(true);
        assert_ok!(reveal(id, opening(WRONG)));
        assert_ok!(reveal(auditor, opening(ROOT)));
    } else {
        assert_ok!(reveal(id, opening(WRONG)));
    }
    assert_ok!(Court::contest(task, is_audited));
    let decided = Court::decide(task, Some(ROOT)).unwrap();
    assert_eq!(decided.compensation, (REQUESTER, AUDIT_COST));
    id
}

/// Pays the compensation to the requester, as the disputes pallet does, and has it held again.
fn compensate(task: TaskId) {
    let paid = Balances::transfer(&TREASURY, &REQUESTER, AUDIT_COST, Preservation::Preserve);
    assert_ok!(paid);
    Court::restore_escrow(task, AUDIT_COST);
}

/// What is held for the task, and the part of its budget that audits have cost.
fn purse(task: TaskId) -> (Balance, Balance) {
    let task = task_of(task);
    (task.escrow, task.audits_paid)
}

/// Regression: the compensation for the audit cost went to the requester's account. What was left could not pay
/// anybody's price and audits, so the task was refunded and not run again.
#[test]
fn the_least_budget_pays_the_next_attempt_after_a_verdict() {
    for is_audited in [false, true] {
        ExtBuilder.build_and_execute(|| {
            let task = submit_tight();
            let free_after = free(REQUESTER);
            let lie = convict(task, ALICE, is_audited);
            let locked = assignment_of(lie).collateral + BOND;
            assert_eq!(purse(task), (PRICE, AUDIT_COST));
            let again = device(CHARLIE, ASK);
            assert_noop!(try_assign(task, again), Error::<Test>::TooExpensive);
            assert!(Court::demand(task).unwrap().highest_ask < ASK);

            compensate(task);
            assert_eq!(purse(task), (TIGHT, 0));
            assert_eq!((held(REQUESTER), free(REQUESTER)), (TIGHT, free_after));
            // Matching searches for the next device.
            assert!(Court::demand(task).unwrap().highest_ask >= ASK);
            let next = assign(task, again);
            assert_eq!(next.attempt, lie.attempt + 1);
            compute(next, ROOT);
            decide_audit(task, false);
            assert_eq!(purse(task), (PRICE, AUDIT_COST));
            assert_ok!(reveal(next, opening(ROOT)));
            accept(task);

            // The requester pays for one result what it has budgeted for one, and both draws were paid for.
            let at = now();
            assert_eq!(status_of(task), TaskStatus::Settled { at, paid: TIGHT });
            assert_eq!(purse(task), (0, AUDIT_COST));
            assert_eq!((held(REQUESTER), free(REQUESTER)), (0, free_after));
            assert_eq!(free_after, FUNDS - SUBMISSION_FEE - TIGHT);
            assert_eq!(free(ALICE), FUNDS - locked);
            assert_eq!(free(CHARLIE), FUNDS - KEPT - BOND + PRICE - FEE);
            let treasury = EXISTENTIAL_DEPOSIT + SUBMISSION_FEE + FEE;
            assert_eq!(free(TREASURY), treasury + locked - AUDIT_COST);
            assert_eq!(AuditBook::<Test>::get().collected, 2 * AUDIT_COST);
        });
    }
}

/// Each verdict brings back what the audit of its own result has cost, and no more, for as many attempts as there are.
#[test]
fn each_verdict_restores_what_its_own_result_has_cost() {
    ExtBuilder.build_and_execute(|| {
        let task = submit_tight();
        for provider in [ALICE, CHARLIE] {
            convict(task, provider, false);
            assert_eq!(purse(task), (PRICE, AUDIT_COST));
            compensate(task);
            assert_eq!(purse(task), (TIGHT, 0));
        }
        // After the last attempt the task is refunded, and the compensation stays free.
        convict(task, DAVE, false);
        assert_refunded_because(task, Refunded::AttemptsExhausted);
        compensate(task);
        assert_eq!(purse(task), (0, AUDIT_COST));
        assert_eq!(held(REQUESTER), 0);
        assert_eq!(free(REQUESTER), FUNDS - SUBMISSION_FEE);
    });
}

#[test]
fn what_was_restored_is_refunded_where_nobody_is_found() {
    ExtBuilder.build_and_execute(|| {
        let task = submit_tight();
        convict(task, ALICE, false);
        compensate(task);
        run_for(REMATCH_WINDOW + 1);
        assert!(matches!(status_of(task), TaskStatus::Refunded { .. }));
        assert_eq!(held(REQUESTER), 0);
        assert_eq!(free(REQUESTER), FUNDS - SUBMISSION_FEE, "all of the budget");
    });
}

#[test]
fn a_requester_that_cancels_then_has_its_whole_budget() {
    ExtBuilder.build_and_execute(|| {
        let task = submit_tight();
        convict(task, ALICE, false);
        compensate(task);
        let cancelled = TasksPallet::cancel(RuntimeOrigin::signed(REQUESTER), task);
        assert_ok!(cancelled);
        assert_eq!(held(REQUESTER), 0);
        assert_eq!(free(REQUESTER), FUNDS - SUBMISSION_FEE);
    });
}

/// The escrow never has more than the budget.
#[test]
fn no_more_is_restored_than_audits_have_cost() {
    ExtBuilder.build_and_execute(|| {
        let task = submit_tight();
        convict(task, ALICE, false);
        Court::restore_escrow(task, AUDIT_COST / 2);
        assert_eq!(purse(task), (TIGHT - AUDIT_COST / 2, AUDIT_COST / 2));
        for amount in [10 * AUDIT_COST, AUDIT_COST] {
            Court::restore_escrow(task, amount);
            assert_eq!(purse(task), (TIGHT, 0));
            assert_eq!(held(REQUESTER), TIGHT);
        }
    });
}

/// A verdict for the provider, and an attempt that fails for another reason, bring nothing back.
#[test]
fn only_a_task_that_waits_for_its_next_provider_is_restored() {
    ExtBuilder.build_and_execute(|| {
        let right = verifying(CHARLIE).task;
        assert_ok!(Court::contest(right, false));
        let before = purse(right);
        Court::restore_escrow(right, AUDIT_COST);
        assert_eq!(purse(right), before, "it is not decided");
        assert_ok!(Court::decide(right, Some(ROOT)));
        Court::restore_escrow(right, AUDIT_COST);
        assert_eq!(purse(right), (0, AUDIT_COST));

        let crashed = running(ALICE, optimistic());
        Court::restore_escrow(crashed.task, AUDIT_COST);
        assert_ok!(fail(crashed, Fault::Crashed));
        Court::restore_escrow(crashed.task, AUDIT_COST);
        assert_eq!(purse(crashed.task), (BUDGET, 0), "no audit was paid");
        assert_eq!(held(REQUESTER), BUDGET);
        Court::restore_escrow(TaskId(9), AUDIT_COST);
    });
}

#[test]
fn what_cannot_be_held_stays_the_requesters() {
    ExtBuilder.build_and_execute(|| {
        let task = submit_tight();
        convict(task, ALICE, false);
        let rest = free(REQUESTER) - EXISTENTIAL_DEPOSIT;
        let spent = Balances::transfer(&REQUESTER, &OTHER, rest, Preservation::Preserve);
        assert_ok!(spent);
        Court::restore_escrow(task, AUDIT_COST);
        assert_eq!(purse(task), (PRICE, AUDIT_COST));
        assert_eq!(
            (held(REQUESTER), free(REQUESTER)),
            (PRICE, EXISTENTIAL_DEPOSIT)
        );
        check_invariants();
    });
}
