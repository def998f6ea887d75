//! The pot from which auditors are paid.
//!
//! The requester of every result that may be audited pays the audit cost into the pot when the draw is decided, whether
//! there is an audit or not, and whatever becomes of the result afterwards. What an auditor has earned is recorded as a
//! debt. Debts are paid from the pot in the order in which they were earned, as soon as the pot can pay them. Nothing
//! is minted, no debt is lost, and nobody else's money is touched.

use aicpw_protocol::{task::Role, AssignmentId, Balance, TaskId};
use frame_support::{
    pallet_prelude::*,
    traits::{
        fungible::{Inspect, Mutate},
        tokens::{Fortitude, Preservation},
    },
};

use crate::{
    pallet::*,
    types::{Debt, Task},
};

/// The number of debts that are looked at whenever a debt is added or money comes in. More than one, so that the number
/// of debts falls as soon as there is enough money.
const DEBTS_AT_ONCE: u8 = 2;

impl<T: Config> Pallet<T> {
    /// Takes the audit cost of the results out of the escrow, but no more than the escrow has besides the prices.
    pub(crate) fn collect_audit_cost(id: TaskId, task: &mut Task<T::AccountId>, cost: Balance) {
        let prices = task
            .assignments(id)
            .filter_map(Assignments::<T>::get)
            .filter(|one| one.role == Role::Replica && one.is_open())
            .fold(0, |sum: Balance, one| sum.saturating_add(one.price));
        let amount = cost.min(task.escrow.saturating_sub(prices));
        let paid = Self::pay(task, &T::AuditPot::get(), amount);
        if paid > 0 {
            task.audits_paid = task.audits_paid.saturating_add(paid);
            AuditBook::<T>::mutate(|book| book.collected = book.collected.saturating_add(paid));
            Self::deposit_event(Event::AuditCostPaid {
                task: id,
                amount: paid,
            });
            Self::pay_debts();
        }
    }

    /// Records what an auditor has earned, and pays what can be paid.
    pub(crate) fn owe_auditor(id: AssignmentId, who: &T::AccountId, amount: Balance) {
        if amount == 0 {
            return;
        }
        AuditBook::<T>::mutate(|book| {
            let debt = Debt {
                assignment: id,
                who: who.clone(),
                amount,
            };
            AuditDebts::<T>::insert(book.next, debt);
            book.next = book.next.saturating_add(1);
            book.owed = book.owed.saturating_add(amount);
        });
        Self::deposit_event(Event::AuditorOwed {
            assignment: id,
            auditor: who.clone(),
            amount,
        });
        Self::pay_debts();
    }

    /// Pays the oldest debts, as far as the pot goes.
    fn pay_debts() {
        let mut book = AuditBook::<T>::get();
        for _ in 0..DEBTS_AT_ONCE {
            let Some(mut debt) = AuditDebts::<T>::get(book.first) else {
                break;
            };
            let (paid, could) = Self::pay_from(&T::AuditPot::get(), &debt.who, debt.amount);
            book.paid = book.paid.saturating_add(paid);
            if paid > 0 {
                book.owed = book.owed.saturating_sub(paid);
                debt.amount = debt.amount.saturating_sub(paid);
                Self::deposit_event(Event::AuditorPaid {
                    assignment: debt.assignment,
                    auditor: debt.who.clone(),
                    amount: paid,
                });
            }
            if debt.amount > 0 && could {
                // The pot has nothing left to pay with.
                AuditDebts::<T>::insert(book.first, debt);
                break;
            }
            AuditDebts::<T>::remove(book.first);
            book.first = book.first.saturating_add(1);
            if debt.amount > 0 {
                // The auditor's account is gone, and the amount is less than a new account must have. The debt goes to
                // the end of the line, so that others do not wait for it.
                AuditDebts::<T>::insert(book.next, debt);
                book.next = book.next.saturating_add(1);
            }
        }
        AuditBook::<T>::put(book);
    }

    /// Pays `amount`, or as much of it as `from` can give and stay alive. Returns what was paid, and whether `to` could
    /// be given it.
    fn pay_from(from: &T::AccountId, to: &T::AccountId, amount: Balance) -> (Balance, bool) {
        let there =
            T::NativeBalance::reducible_balance(from, Preservation::Preserve, Fortitude::Polite);
        let amount = amount.min(there);
        if amount == 0 {
            return (0, true);
        }
        match T::NativeBalance::transfer(from, to, amount, Preservation::Preserve) {
            Ok(paid) => (paid, true),
            Err(_) => (0, false),
        }
    }
}

#[cfg(any(feature = "try-runtime", feature = "std"))]
impl<T: Config> Pallet<T> {
    pub(crate) fn check_audit_pot() -> Result<(), sp_runtime::TryRuntimeError> {
        let book = AuditBook::<T>::get();
        let mut owed: Balance = 0;
        for number in book.first..book.next {
            let debt =
                AuditDebts::<T>::get(number).ok_or("every debt to an auditor is written down")?;
            ensure!(debt.amount > 0, "a debt that is paid is forgotten");
            owed = owed.saturating_add(debt.amount);
        }
        ensure!(
            u64::try_from(AuditDebts::<T>::iter_keys().count()) == Ok(book.next - book.first)
                && owed == book.owed,
            "what is owed to auditors is the sum of the debts"
        );
        ensure!(
            T::NativeBalance::total_balance(&T::AuditPot::get())
                >= book.collected.saturating_sub(book.paid),
            "what came into the pot and was not paid out is there"
        );
        Ok(())
    }
}
