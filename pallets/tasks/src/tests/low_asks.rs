//! A provider that asks much less than the budget would pay chooses neither who can judge it nor what a lie costs.

use aicpw_primitives::traits::{Locks, TaskBoard, Terms};
use aicpw_protocol::{
    device::Reputation, task::AssignmentStatus, AskPrice, AssignmentId, Balance, TaskId,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::Perbill;

use crate::{mock::*, pallet::*, types::LockState};

/// A tenth of [`ASK`].
const LOW: AskPrice = AskPrice(1_000);
/// The price of [`submission`] at this ask.
const LOW_PRICE: Balance = PRICE / 10;
/// The fraud bond, if it followed from that price.
const LOW_BOND: Balance = BOND / 10;

fn terms(task: TaskId, ask: AskPrice) -> Terms {
    <TasksPallet as TaskBoard<AccountId>>::terms(task, ask, Reputation::START).unwrap()
}

/// A result of Alice's at the low ask, which is drawn for an audit.
fn drawn() -> AssignmentId {
    let task = submit(optimistic());
    let id = assign(task, device(ALICE, LOW));
    compute(id, ROOT);
    decide_audit(task, true);
    id
}

#[test]
fn the_bond_and_what_audits_cost_are_those_of_a_share_of_the_budget() {
    ExtBuilder.build_and_execute(|| {
        let task = submit(optimistic());
        let locks = Locks {
            collateral: COLLATERAL,
            fraud_bond: BOND,
        };
        let expected = Terms {
            price: LOW_PRICE,
            audit_rate: Perbill::from_percent(8),
            audit_cost: AUDIT_COST,
            locks,
        };
        assert_eq!(terms(task, LOW), expected);
        assert_eq!(terms(task, AskPrice(0)).locks, locks, "however low it is");
        // The bond is the same as long as a fifth of the budget is no less than the price. Here it is less.
        let higher = AskPrice(ASK.0 + 10);
        assert_eq!(terms(task, higher).locks.fraud_bond, BOND + 40);
    });
}

#[test]
fn without_audits_nothing_is_reckoned_by_it() {
    ExtBuilder.build_and_execute(|| {
        let task = submit(expected());
        let terms = terms(task, LOW);
        assert_eq!((terms.audit_cost, terms.locks.fraud_bond), (0, 0));
    });
}

/// Regression: an auditor could ask at most twice what the provider did. A provider that asked less than half of what
/// the others did was audited by nobody, and its lies were paid.
#[test]
fn whoever_the_budget_pays_can_audit_it() {
    ExtBuilder.build_and_execute(|| {
        let id = drawn();
        let audit = audit_of(id.task);
        assert_eq!((audit.pay, audit.cap), (PRICE, BUDGET));
        assert_eq!((audit.cost, audit.lock), (AUDIT_COST, AUDITOR_LOCK));
        let demand = TasksPallet::demand(id.task).unwrap();
        assert_eq!(demand.highest_ask, AskPrice(50 * LOW.0));
        let dear = device(CHARLIE, AskPrice(50 * LOW.0 + 10));
        assert_noop!(try_assign(id.task, dear), Error::<Test>::TooExpensive);
        let auditor = assign(id.task, device(BOB, AskPrice(50 * LOW.0)));
        assert_eq!(assignment_of(auditor).price, PRICE);
        compute(auditor, ROOT);
        assert_ok!(reveal(id, opening(ROOT)));
        assert_ok!(reveal(auditor, opening(ROOT)));
        assert_ok!(TasksPallet::accept(
            RuntimeOrigin::signed(REQUESTER),
            id.task
        ));
        let owed = AuditBook::<Test>::get().owed;
        assert_eq!(
            free(BOB) + owed,
            FUNDS + PRICE,
            "of which it is owed what the pot lacks"
        );
    });
}

/// The cost was fixed at the match. Before this rule it followed from the price.
#[test]
fn an_auditor_gets_no_more_than_its_requester_has_paid_for() {
    ExtBuilder.build_and_execute(|| {
        let pay_of = |cost| {
            let task = submit(optimistic());
            let id = assign(task, device(ALICE, LOW));
            Assignments::<Test>::mutate_extant(id, |one| one.audit_cost = cost);
            compute(id, ROOT);
            decide_audit(task, false);
            assert_ok!(reveal(id, opening(ROOT)));
            assert_eq!(audit_of(task).cost, cost);
            audit_of(task).pay
        };
        assert_eq!(pay_of(AUDIT_COST), PRICE);
        assert_eq!(pay_of(AUDIT_COST / 2), PRICE / 2);
        assert_eq!(pay_of(AUDIT_COST / 10), LOW_PRICE);
        assert_eq!(pay_of(0), LOW_PRICE, "never less than the price");
        assert_eq!(
            pay_of(2 * AUDIT_COST),
            PRICE,
            "nor more than the judged price"
        );
    });
}

#[test]
fn one_audit_of_several_is_by_the_share_of_one() {
    ExtBuilder.build_and_execute(|| {
        let task = submit(replicated(2, 2));
        let ids = [ALICE, BOB].map(|provider| assign(task, device(provider, LOW)));
        for id in ids {
            compute(id, ROOT);
        }
        // The judged price is a fifth of half of the budget, and the cost is 8 % of that.
        let (share, cost) = (BUDGET / 2, 40);
        let audit = audit_of(task);
        assert_eq!((audit.pay, audit.cap), (share / JUROR_PAY, share));
        assert_eq!(audit.cost, cost);
        assert_eq!(assignment_of(ids[0]).audit_cost, cost);
        decide_audit(task, false);
        for id in ids {
            assert_ok!(reveal(id, opening(ROOT)));
        }
        assert_eq!(free(AUDIT_POT), EXISTENTIAL_DEPOSIT + cost);
    });
}

/// The requester has its budget again by then. With a higher bond it could keep others' stake busy.
#[test]
fn after_the_settlement_the_bond_is_that_of_the_price() {
    ExtBuilder.build_and_execute(|| {
        let task = submit(optimistic());
        let id = assign(task, device(ALICE, LOW));
        assert_eq!(free(ALICE), FUNDS - COLLATERAL - BOND);
        compute(id, ROOT);
        decide_audit(task, false);
        assert_ok!(reveal(id, opening(ROOT)));
        assert_ok!(TasksPallet::accept(RuntimeOrigin::signed(REQUESTER), task));
        // Half of the lowest base of the collateral.
        let collateral = 100;
        let kept = assignment_of(id);
        assert!(matches!(kept.status, AssignmentStatus::Settled { .. }));
        assert_eq!((kept.collateral, kept.fraud_bond), (collateral, LOW_BOND));
        let paid = LOW_PRICE - LOW_PRICE / 50;
        assert_eq!(free(ALICE), FUNDS - collateral - LOW_BOND + paid);
        run_for(RETRIEVAL_WINDOW);
        assert_eq!(assignment_of(id).locks, LockState::Released);
        assert_eq!(free(ALICE), FUNDS + paid);
    });
}
