//! What audits cost, who pays that, and what becomes of the pot's debts.

use aicpw_protocol::{audit::AuditPolicy, task::Fault};
use frame_support::assert_ok;
use sp_runtime::Perbill;

use super::audits::{accept, compared, fill_pot};
use crate::{mock::*, pallet::*};

#[test]
fn what_the_pot_cannot_pay_is_owed_and_nobody_elses_money_is_touched() {
    ExtBuilder.build_and_execute(|| {
        let (id, _) = compared(ROOT);
        let treasury = free(TREASURY);
        accept(id.task);
        assert_eq!(free(TREASURY), treasury + FEE);
        assert_eq!(free(BOB), FUNDS + AUDIT_COST);
        let book = AuditBook::<Test>::get();
        assert_eq!(book.owed, PRICE - AUDIT_COST);
        assert_eq!((book.collected, book.paid), (AUDIT_COST, AUDIT_COST));
        assert_eq!(free(AUDIT_POT), EXISTENTIAL_DEPOSIT);
        // The next audit costs pay the rest.
        fill_pot(12);
        assert_eq!(free(BOB), FUNDS + PRICE);
        assert_eq!(AuditBook::<Test>::get().owed, 0);
        assert_eq!(AuditDebts::<Test>::iter().count(), 0);
    });
}

/// Regression: the cost was paid only when a task was settled. Somebody that owned the requester, the provider and the
/// auditor could avoid it for results that were not drawn.
#[test]
fn the_cost_is_paid_with_the_draw_whatever_follows() {
    ExtBuilder.build_and_execute(|| {
        let id = committed(ALICE, optimistic());
        decide_audit(id.task, false);
        assert_eq!(free(AUDIT_POT), EXISTENTIAL_DEPOSIT + AUDIT_COST);
        assert_eq!(held(REQUESTER), BUDGET - AUDIT_COST);
        run_for(REVEAL_WINDOW + 1);
        assert_eq!(fault_of(id), Some(Fault::NoReveal));
        let cancel = TasksPallet::cancel(RuntimeOrigin::signed(REQUESTER), id.task);
        assert_ok!(cancel);
        assert_eq!(free(AUDIT_POT), EXISTENTIAL_DEPOSIT + AUDIT_COST);
        let both = free(REQUESTER) + free(ALICE);
        let lost = COLLATERAL + BOND + SUBMISSION_FEE + AUDIT_COST - PRICE;
        assert_eq!(both, 2 * FUNDS - lost, "to be both brings nothing back");
    });
}

#[test]
fn debts_are_paid_in_the_order_in_which_they_were_earned() {
    ExtBuilder.build_and_execute(|| {
        let (first, _) = compared(ROOT);
        accept(first.task);
        let (second, auditor) = audited(CHARLIE, DAVE);
        compute(auditor, ROOT);
        assert_ok!(reveal(second, opening(ROOT)));
        assert_ok!(reveal(auditor, opening(ROOT)));
        accept(second.task);
        assert_eq!(free(DAVE), FUNDS, "Bob is first");
        let missing = |who| FUNDS + PRICE - free(who);
        assert_eq!(AuditBook::<Test>::get().owed, missing(BOB) + missing(DAVE));
        fill_pot(30);
        assert_eq!((missing(BOB), missing(DAVE)), (0, 0));
    });
}

#[test]
fn a_debt_to_an_account_that_is_gone_holds_up_nobody() {
    ExtBuilder.build_and_execute(|| {
        fill_pot(1);
        let id = verifying(ALICE);
        // Less than a new account must have.
        TasksPallet::owe_auditor(id, &777, EXISTENTIAL_DEPOSIT - 1);
        let before = free(BOB);
        TasksPallet::owe_auditor(id, &BOB, 20);
        assert_eq!(free(BOB), before + 20);
        assert_eq!(
            AuditBook::<Test>::get().owed,
            EXISTENTIAL_DEPOSIT - 1,
            "and is not forgotten"
        );
    });
}

#[test]
fn a_policy_that_does_not_deter_is_refused() {
    ExtBuilder.build_and_execute(|| {
        assert_eq!(TasksPallet::check_config(), Ok(()));
        Policy::set(AuditPolicy {
            lowest: Perbill::zero(),
            ..AuditPolicy::DEFAULT
        });
        assert!(TasksPallet::check_config().is_err());
        Policy::set(AuditPolicy {
            auditors: 3,
            reward: Perbill::from_percent(50),
            ..AuditPolicy::DEFAULT
        });
        assert!(TasksPallet::check_config().is_err());
    });
}
