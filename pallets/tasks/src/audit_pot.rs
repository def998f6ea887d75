//! The pot from which auditors are paid.
//!
//! The requester of every result that may be audited pays the expected cost of that when it is drawn, whether
//! it is audited or not, and whatever becomes of it afterwards: it goes into the pot. What an auditor is owed
//! is written down, and paid from the pot in the order in which it was earned; what the pot lacks is paid as
//! soon as it has it. Nothing is minted, no debt is lost, and nobody else's money is touched.

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

/// Debts that are looked at whenever there is a new one or something to pay with: more than one, so that they
/// become fewer as soon as there is enough to pay with.
const DEBTS_AT_ONCE: u8 = 2;

impl<T: Config> Pallet<T> {
    /// Takes what audits of a result cost out of the escrow: all that is there beside the prices, at most.
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

    /// Writes down what an auditor has earned, and pays what can be paid.
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

    /// Pays the oldest debts.
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
                // There is nothing left to pay with.
                AuditDebts::<T>::insert(book.first, debt);
                break;
            }
            AuditDebts::<T>::remove(book.first);
            book.first = book.first.saturating_add(1);
            if debt.amount > 0 {
                // Its account is gone, and this is less than makes one: others must not wait for it.
                AuditDebts::<T>::insert(book.next, debt);
                book.next = book.next.saturating_add(1);
            }
        }
        AuditBook::<T>::put(book);
    }

    /// Pays as much of the amount as the account has and stays alive. Returns it, and whether the other
    /// account could be given it.
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
