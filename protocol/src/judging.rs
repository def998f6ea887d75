//! By what judging a result is reckoned: the *judged price*.
//!
//! # Why not by the price
//!
//! Auditors and jurors are paid by somebody else than the provider whose result they run again, and as much as that
//! work may cost: so no more than some multiple `k` of the provider's price, or nobody could judge who does not ask as
//! little as it does. Were the pay reckoned by the price alone, a provider would choose its judges by its ask. As the
//! cheapest it has the task; and if it asks less than a `k`-th of what the cheapest honest provider asks, no honest one
//! can audit it or sit on its jury: an audit finds nobody, a dispute too few, and a lie is paid or costs nothing.
//!
//! # The rule
//!
//! Let `p` be the price, `B` what the task pays one provider at most (its budget, shared among its replicas; `p ≤ B`),
//! and `k` how many judged prices a juror is paid at most. The judged price is
//!
//! > J = max(p, ⌈B / k⌉)
//!
//! It is what an auditor is paid, what the expected cost of audits and the fraud bond are reckoned by, and of it follows
//! what a juror is paid, and an auditor may ask: `min(k · J, B)`. As `k · J ≥ B`, that is `B` ([`pay`]). **Whoever the
//! requester would have paid as a provider can judge what it gets**, whatever its provider asks, and nobody who is not
//! party to it can change that. For the same reason the collateral counts the budget
//! ([`collateral`](crate::pricing::collateral)).
//!
//! # Why the locks suffice
//!
//! The bond is `J / f`, where `f` is the least chance that a wrong result is found
//! ([`AuditPolicy`](crate::audit::AuditPolicy)). A first jury and that of an appeal, `n` jurors in all, are paid
//! `n · B ≤ n · k · J`. With what a wrong result owes beside, the reward and what its audit has cost, it is enough if
//!
//! > n · k · f + reward + rate · f ≤ 1
//!
//! at the defaults 16 · 2 · 2.5 % + 10 % + 1.25 % = 91.25 %, at the highest rate of all
//! (`a_lie_pays_for_its_jury_and_its_appeal_whatever_was_asked_for_it`). As `J ≥ p` all that the bond of a price does,
//! that of the judged price does too.
//!
//! # What it costs
//!
//! Nothing where the budget is at most `k` prices. A requester that names more pays for audits as if the price were
//! the `k`-th part of its budget, and puts up the budget for each juror when it doubts a result; and its provider locks
//! more.
//!
//! # What is fixed when
//!
//! Rate, cost and locks are fixed at the match. A juror's pay does not depend on `k`, so that no change of it can make
//! that more than it would have been. What an auditor is paid is bounded by the cost that was fixed
//! ([`highest_judged`](crate::audit::AuditPolicy::highest_judged)).
//!
//! What was matched by a runtime that reckoned by the price has locks of forty prices. If such a result is disputed, its jury is
//! called for the budget, and shares what those locks are where they are less: up to two fifths of the pay at a budget of twenty
//! prices.

use sp_arithmetic::{helpers_128bit::multiply_by_rational_with_rounding, Rounding};

use crate::units::Balance;

/// The judged price of a result of this price: the amount that the cost of judging it is reckoned by. The task pays one
/// provider at most `budget`, and a juror is paid at most `juror_pay` judged prices.
pub fn judged_price(price: Balance, budget: Balance, juror_pay: Balance) -> Balance {
    price.max(budget.div_ceil(juror_pay.max(1)))
}

/// The pay of a juror of this result, and the highest price that an auditor of it may have. Never less than the price.
pub fn pay(price: Balance, budget: Balance) -> Balance {
    budget.max(price)
}

/// What of a fraud bond that was reckoned by the judged price is that of the price. Rounded up.
pub fn bond_of_price(bond: Balance, price: Balance, judged: Balance) -> Balance {
    if judged <= price {
        return bond;
    }
    multiply_by_rational_with_rounding(bond, price, judged, Rounding::Up).unwrap_or(bond)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        audit::AuditPolicy,
        dispute::{Claims, DisputePolicy},
    };
    use proptest::prelude::*;

    /// Of the runtime, as is the one appeal of `jurors`.
    const JUROR_PAY: Balance = 2;

    const POLICY: AuditPolicy = AuditPolicy::DEFAULT;

    fn judged(price: Balance, budget: Balance) -> Balance {
        judged_price(price, budget, JUROR_PAY)
    }

    /// In a first jury and in that of an appeal.
    fn jurors() -> u16 {
        let of = |round| DisputePolicy::DEFAULT.jurors(round).unwrap();
        of(0) + of(1)
    }

    #[test]
    fn a_budget_of_twice_the_price_changes_nothing() {
        assert_eq!(judged(1_000, 1_000), 1_000);
        assert_eq!(judged(1_000, 2_000), 1_000);
        assert_eq!(judged(1_000, 2_001), 1_001, "rounded up");
        assert_eq!(judged(0, 2_000), 1_000);
        assert_eq!(judged_price(7, 100, 0), 100, "no number panics");
        assert_eq!(judged_price(7, u128::MAX, 1), u128::MAX);
    }

    #[test]
    fn of_the_bond_of_a_lie_that_was_cheap_little_is_that_of_its_price() {
        assert_eq!(bond_of_price(40_000, 100, 1_000), 4_000);
        assert_eq!(bond_of_price(40_001, 100, 1_000), 4_001, "rounded up");
        assert_eq!(bond_of_price(40_000, 1_000, 1_000), 40_000);
        assert_eq!(bond_of_price(40_000, 0, 1_000), 0);
        assert_eq!(bond_of_price(0, 100, 1_000), 0);
    }

    #[test]
    fn a_lie_pays_for_its_jury_and_its_appeal_whatever_was_asked_for_it() {
        let budget = 2_000_000;
        for price in [0, 1, 1_000, 999_999, 1_000_000, 1_000_001, 1_900_000] {
            let judged = judged(price, budget);
            let pot = POLICY.fraud_bond(judged).unwrap();
            let claims = Claims {
                compensation: POLICY.cost(judged, POLICY.worst).unwrap(),
                jurors: jurors(),
                pay: pay(price, budget),
                reward: POLICY.finders_reward(pot),
            };
            let paid = claims.pay_out(pot);
            assert_eq!(paid.requester, claims.compensation, "{price}");
            assert_eq!(paid.juror, claims.pay, "{price}");
            assert_eq!(paid.finders, claims.reward, "{price}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        /// Whoever the task would have paid as a provider can judge, whatever the provider asked.
        #[test]
        fn an_ask_does_not_choose_its_judges(
            budget in 1..u64::MAX as u128, price in 0..u64::MAX as u128, other in 0..u64::MAX as u128,
        ) {
            let (price, other) = (price % (budget + 1), other % (budget + 1));
            prop_assert!(other <= pay(price, budget));
        }

        #[test]
        fn a_jurors_pay_is_so_many_judged_prices_and_no_more_than_the_budget(
            budget in 1..u64::MAX as u128, price in 0..u64::MAX as u128, juror_pay in 1..100u128,
        ) {
            let price = price % (budget + 1);
            let judged = judged_price(price, budget, juror_pay);
            prop_assert!(price <= judged && judged <= budget);
            prop_assert_eq!(pay(price, budget), (juror_pay * judged).min(budget).max(price));
        }

        /// Whoever finds a lie has more of it than of a bribe: its own work saved, of which it is paid the judged
        /// price, and what the liar gains.
        #[test]
        fn a_finders_reward_is_more_than_a_bribe(
            budget in 1..u64::MAX as u128, price in 0..u64::MAX as u128,
        ) {
            let price = price % (budget + 1);
            let judged = judged(price, budget);
            let reward = POLICY.finders_reward(POLICY.fraud_bond(judged).unwrap());
            prop_assert!(reward > judged + price);
        }

        #[test]
        fn of_the_bond_is_left_what_the_price_asks_for(
            budget in 1..u64::MAX as u128, price in 0..u64::MAX as u128,
        ) {
            let price = price % (budget + 1);
            let bond = POLICY.fraud_bond(judged(price, budget)).unwrap();
            let left = bond_of_price(bond, price, judged(price, budget));
            let of_price = POLICY.fraud_bond(price).unwrap();
            prop_assert!(of_price <= left && left <= of_price + 1 && left <= bond);
        }
    }
}
