//! What each party has put in: the budgets and fees of its tasks, its bonds, and what its assignments have locked. No
//! party can lose more than that.

use std::collections::{BTreeMap, BTreeSet};

use aicpw_protocol::{AssignmentId, BlockNumber, TaskId};
use aicpw_runtime::{
    configs::market::HeartbeatPeriod, AccountId, Balance, Balances, Runtime, Tasks,
};
use frame_support::traits::fungible::Inspect;
use pallet_disputes::Disputes;
use pallet_provider_staking::Occupations;
use sp_keyring::Sr25519Keyring;

use crate::actors::{PROVIDERS, REQUESTERS};

/// The purpose for which something was put in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum For {
    Task(TaskId),
    /// The dispute about a task that was opened in this block, and the number of the bond in it.
    Dispute(TaskId, BlockNumber, usize),
    Assignment(AssignmentId),
}

/// What each party had at the start, and what it has put in since.
pub struct Purses {
    began_with: BTreeMap<Sr25519Keyring, Balance>,
    put_in: BTreeMap<For, (AccountId, Balance)>,
}

impl Purses {
    /// Counts what each party has now.
    pub fn counted() -> Self {
        let parties: BTreeSet<_> = REQUESTERS.into_iter().chain(PROVIDERS).collect();
        let owns = |who: Sr25519Keyring| (who, Balances::total_balance(&who.to_account_id()));
        Self {
            began_with: parties.into_iter().map(owns).collect(),
            put_in: BTreeMap::new(),
        }
    }

    /// Records what was put in. For locks, this has to be done before any of them can be taken.
    pub fn see(&mut self) {
        for (id, task) in pallet_tasks::Tasks::<Runtime>::iter() {
            let submission = task.submission;
            let replicas = submission.verification.replicas();
            let market = Tasks::market_parameters(HeartbeatPeriod::get(), 0);
            let fee = market.fee_for(submission.time_limit, replicas);
            self.note(For::Task(id), task.requester, submission.budget + fee);
        }
        for (id, dispute) in Disputes::<Runtime>::iter() {
            for (number, bond) in dispute.bonds().enumerate() {
                let of = For::Dispute(id, dispute.opened_at, number);
                self.note(of, bond.who.clone(), bond.amount);
            }
        }
        for (provider, id, occupation) in Occupations::<Runtime>::iter() {
            let locked = occupation.collateral + occupation.fraud_bond;
            self.note(For::Assignment(id), provider, locked);
        }
    }

    /// Notes an amount. The highest one that was seen counts, because locks become less.
    fn note(&mut self, of: For, who: AccountId, amount: Balance) {
        let (_, most) = self.put_in.entry(of).or_insert((who, 0));
        *most = amount.max(*most);
    }

    /// What an account has put in.
    fn put_in(&self, account: &AccountId) -> Balance {
        let all = self.put_in.values();
        let own = all.filter(|(who, _)| who == account);
        own.map(|(_, amount)| amount).sum()
    }

    /// The parties that have less than at the start.
    ///
    /// # Panics
    ///
    /// If one of them has lost more than it has put in.
    pub fn losers(&self) -> Vec<Sr25519Keyring> {
        let mut losers = Vec::new();
        for (who, before) in &self.began_with {
            let account = who.to_account_id();
            let lost = before.saturating_sub(Balances::total_balance(&account));
            if lost == 0 {
                continue;
            }
            let put_in = self.put_in(&account);
            assert!(lost <= put_in, "{who} has lost {lost}, and put in {put_in}");
            losers.push(*who);
        }
        losers
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{actors::submission, chain::on_a_new_chain, input::Input};
    use aicpw_runtime::units::UNIT;
    use frame_support::{
        assert_ok,
        traits::{fungible::Mutate, tokens::Preservation},
    };
    use sp_keyring::Sr25519Keyring::{Alice, Charlie, Dave};

    fn take(from: Sr25519Keyring, amount: Balance) {
        let (from, to) = (from.to_account_id(), Alice.to_account_id());
        let keep = Preservation::Preserve;
        assert_ok!(<Balances as Mutate<AccountId>>::transfer(
            &from, &to, amount, keep
        ));
    }

    #[test]
    #[should_panic(expected = "Charlie has lost 6, and put in 5")]
    fn who_has_lost_more_than_it_has_put_in_is_found() {
        on_a_new_chain(|_| {
            let mut purses = Purses::counted();
            let id = TaskId(0);
            purses.note(For::Task(id), Charlie.to_account_id(), 2);
            purses.note(For::Dispute(id, 1, 0), Charlie.to_account_id(), 3);
            purses.note(For::Dispute(id, 1, 0), Charlie.to_account_id(), 3);
            purses.note(For::Dispute(id, 1, 1), Dave.to_account_id(), 3);
            assert!(purses.losers().is_empty());
            take(Charlie, 5);
            assert_eq!(purses.losers(), [Charlie]);
            take(Charlie, 1);
            purses.losers();
        });
    }

    #[test]
    fn locks_count_as_they_were_at_first() {
        on_a_new_chain(|_| {
            let mut purses = Purses::counted();
            let of = For::Assignment(AssignmentId::default());
            purses.note(of, Dave.to_account_id(), 7);
            purses.note(of, Dave.to_account_id(), 4);
            assert_eq!(purses.put_in(&Dave.to_account_id()), 7);
        });
    }

    #[test]
    fn a_submission_puts_in_its_budget_and_its_fee() {
        on_a_new_chain(|chain| {
            let mut purses = Purses::counted();
            let submission = submission(&mut Input::new(b"10030"));
            assert_eq!(submission.budget, UNIT);
            chain.sign(Charlie, pallet_tasks::Call::submit { submission });
            purses.see();
            let account = Charlie.to_account_id();
            let fee = purses.began_with[&Charlie] - Balances::total_balance(&account);
            assert!(fee > 0, "it was taken in");
            assert_eq!(purses.put_in(&account), UNIT + fee);
        });
    }
}
