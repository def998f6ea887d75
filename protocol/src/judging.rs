//! The amount on which the cost of judging a result is based: the *judged price*.
//!
//! # Why not by the price
//!
//! Auditors and jurors are not paid by the provider whose result they run again. They are paid as much as that work may
//! cost. If the limit were some multiple `k` of the provider's price, only providers that ask little enough could
//! judge. A provider would then choose its judges by its own ask. As the cheapest provider it gets the task; and if it
//! asks less than a `k`-th of what the cheapest honest provider asks, no honest provider can audit it or sit on its
//! jury. An audit finds nobody, a dispute finds too few, and a lie is paid or costs nothing.
//!
//! # The rule
//!
//! Let `p` be the price, `B` the most that the task pays one provider (its budget, shared among its replicas; `p ≤ B`),
//! and `k` the most judged prices that a juror is paid. The judged price is
//!
//! > J = max(p, ⌈B / k⌉)
//!
//! An auditor is paid `J`. The expected cost of audits and the fraud bond are computed from `J`. A juror is paid
//! `min(k · J, B)`, and an auditor may ask no more than that. As `k · J ≥ B`, that is `B` ([`pay`]). **Every provider
//! that the requester would have paid can judge the result**, whatever the result's provider asks, and no outsider to
//! the task can change that. For the same reason the collateral counts the budget
//! ([`collateral`](crate::pricing::collateral)).
//!
//! # Why the locks suffice
//!
//! A lie costs its provider `L`: the fraud bond and the collateral. The bond is `J / f`, where `f` is the lowest chance
//! that a wrong result is found ([`AuditPolicy`]). If an audit has found the lie, the verdict is against it and nobody
//! else has lost anything, `L` is all that there is to pay out. The lie owes at most the following, in this order
//! ([`Claims::pay_out`](crate::dispute::Claims::pay_out)):
//!
//! | to whom | how much |
//! | --- | --- |
//! | the requester | the cost of the audit: `rate · auditors · J`, rounded up, at [`AuditPolicy::highest_rate`] |
//! | the jurors that were right | `n · B ≤ n · k · J`, if all `n` of the first jury and of its appeals were |
//! | the auditors that found it | `reward · L`, rounded down |
//!
//! So everybody is paid in full if `(rate · auditors + n · k) · J ≤ (1 − reward) · L`. With `L ≥ J / f` that is so,
//! whatever the collateral, if
//!
//! > f · (n · k + rate · auditors) + reward ≤ 1  (2)
//!
//! Rounding changes nothing. The pot, the reward and the jurors' pay are whole numbers, so what is left for the
//! requester is a whole number too. It is no less than the cost before rounding up, so it is no less than the cost
//! after rounding up.
//!
//! With several replicas the requester gets the cost back only if all of them were wrong. The cost was computed from
//! the highest of their judged prices, and the provider with that judged price loses its locks with the others. If some
//! replicas were right, the requester gets nothing, and the locks of a wrong one pay the jurors: its judged price is at
//! least the `k`-th part of `B`.
//!
//! [`locks_pay_everybody`] is (2). At the defaults it comes to 2.5 % · (16 · 2 + 52 %) + 10 % = 91.3 %. Parameters that
//! break it must not be put in force: the finders are paid last, and a reward that is not paid in full does not outbid
//! a bribe ([`AuditPolicy::is_sound`]). (2) asks for more than can happen, because the losers of an appeal pay too: the
//! bond of the appeal or the locks of the jury before it are in the pot as well. In exchange, no other condition is
//! needed.
//!
//! A sound policy has `reward > 2 · f · auditors`, so with (2) `f` is less than `1 / (n · k + 2)`: the bond is always
//! more than 34 judged prices, for sixteen jurors at `k` = 2.
//!
//! As `J ≥ p`, the bond for the judged price does everything that a bond for the price would do.
//!
//! # What it costs
//!
//! Nothing if the budget is at most `k` prices. A requester with a higher budget pays for audits as if the price were
//! the `k`-th part of its budget, and puts up the budget for each juror if it doubts a result. Its provider locks more.
//!
//! # What is fixed when
//!
//! Rate, cost and locks are fixed at the match. A juror's pay does not depend on `k`, so no change of `k` can make it
//! higher than it would have been. The pay of an auditor is bounded by the cost that was fixed
//! ([`highest_judged`](crate::audit::AuditPolicy::highest_judged)). The share of the reward is the one in force on the
//! day of the verdict, and the locks are those of the match. If the share has risen since the match, the finders get
//! what the jurors leave, which is no less than the earlier share. If it has fallen together with `f`, they get it in
//! full, out of a bond that is smaller than one of that day.
//!
//! Assignments that were matched by a runtime that still used the price have locks of forty prices. If such a result is
//! disputed, its jury is called for the budget, and shares the locks where they are less: up to two fifths of the pay
//! at a budget of twenty prices.

use sp_arithmetic::{helpers_128bit::multiply_by_rational_with_rounding, Rounding};

use crate::{audit::AuditPolicy, dispute::DisputePolicy, units::Balance};

/// The judged price of a result of this price: the amount on which the cost of judging it is based. The task pays one
/// provider at most `budget`, and a juror is paid at most `juror_pay` judged prices.
pub fn judged_price(price: Balance, budget: Balance, juror_pay: Balance) -> Balance {
    price.max(budget.div_ceil(juror_pay.max(1)))
}

/// The pay of a juror of this result, and the highest price that an auditor of it may have. Never less than the price.
pub fn pay(price: Balance, budget: Balance) -> Balance {
    budget.max(price)
}

/// The part of a fraud bond that belongs to the price, if the bond was computed from the judged price. Rounded up.
pub fn bond_of_price(bond: Balance, price: Balance, judged: Balance) -> Balance {
    if judged <= price {
        return bond;
    }
    multiply_by_rational_with_rounding(bond, price, judged, Rounding::Up).unwrap_or(bond)
}

/// Whether the locks of a proven lie pay in full everybody that the lie owes: the requester, all jurors that were
/// right, and the auditors that found the lie. This is (2) of the module's documentation. A juror is paid at most
/// `juror_pay` judged prices.
pub fn locks_pay_everybody(
    audits: &AuditPolicy,
    disputes: &DisputePolicy,
    juror_pay: Balance,
) -> bool {
    disputes.all_jurors().is_some_and(|jurors| {
        let each = juror_pay.max(1);
        audits.bond_pays(each.saturating_mul(jurors.into()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{audit::tests::sound_policies, device::Reputation, dispute::Claims};
    use proptest::prelude::*;
    use sp_arithmetic::Perbill;

    /// The runtime's value. The one appeal of `DISPUTES` is the runtime's too.
    const JUROR_PAY: Balance = 2;

    const POLICY: AuditPolicy = AuditPolicy::DEFAULT;

    const DISPUTES: DisputePolicy = DisputePolicy {
        appeals: 1,
        ..DisputePolicy::DEFAULT
    };

    /// A millionth of an AICP. With less, a reward can be rounded down to the size of a bribe.
    const LEAST_BUDGET: Balance = 1_000_000_000_000;

    fn judged(price: Balance, budget: Balance) -> Balance {
        judged_price(price, budget, JUROR_PAY)
    }

    fn holds(policy: &AuditPolicy) -> bool {
        locks_pay_everybody(policy, &DISPUTES, JUROR_PAY)
    }

    /// The most that a lie owes if it was audited at this rate and costs its provider `pot`.
    fn claims(
        policy: &AuditPolicy,
        price: Balance,
        budget: Balance,
        rate: Perbill,
        pot: Balance,
    ) -> Claims {
        Claims {
            compensation: policy.cost(judged(price, budget), rate).unwrap(),
            jurors: DISPUTES.all_jurors().unwrap(),
            pay: pay(price, budget),
            reward: policy.finders_reward(pot),
        }
    }

    fn are_paid(claims: &Claims, pot: Balance) -> bool {
        let paid = claims.pay_out(pot);
        let owed = (claims.compensation, claims.pay, claims.reward);
        (paid.requester, paid.juror, paid.finders) == owed
    }

    /// Sound policies with which everybody is paid.
    fn paying_policies() -> impl Strategy<Value = AuditPolicy> {
        let numbers = (1_000_000u32..=60_000_000, 1u8..=2, 0u32..=900_000_000);
        (sound_policies(), numbers)
            .prop_map(|(policy, (lowest, auditors, reward))| {
                let lowest = Perbill::from_parts(lowest);
                AuditPolicy {
                    lowest,
                    beginner: policy.beginner.max(lowest),
                    worst: policy.worst.max(lowest),
                    auditors,
                    reward: Perbill::from_parts(reward),
                    ..policy
                }
            })
            .prop_filter("somebody is not paid", |policy| {
                policy.is_sound() && holds(policy)
            })
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
            let pot = POLICY.fraud_bond(judged(price, budget)).unwrap();
            let owed = claims(&POLICY, price, budget, POLICY.highest_rate(), pot);
            assert_eq!(owed.jurors, 5 + 11);
            let paid = owed.pay_out(pot);
            assert_eq!(paid.requester, owed.compensation, "{price}");
            assert_eq!(paid.juror, owed.pay, "{price}");
            assert_eq!(paid.finders, owed.reward, "{price}");
        }
    }

    #[test]
    fn parameters_with_which_somebody_is_not_paid_are_told() {
        assert!(holds(&POLICY));
        let rewarding = |parts| AuditPolicy {
            reward: Perbill::from_parts(parts),
            ..POLICY
        };
        // 2.5 % · (16 · 2 + 52 %) = 81.3 %.
        assert!(holds(&rewarding(187_000_000)));
        assert!(!holds(&rewarding(187_000_001)));

        let percent = Perbill::from_percent;
        let policy = |lowest, reliability, reward| AuditPolicy {
            lowest: percent(lowest),
            beginner: percent(100),
            worst: percent(100),
            reliability: percent(reliability),
            reward: percent(reward),
            ..POLICY
        };
        for (lowest, reliability, reward, is_enough) in [
            (5, 50, 10, true),
            (25, 10, 10, true),
            (2, 100, 10, true),
            (3, 50, 50, true),
            // Too little for sixteen jurors,
            (8, 50, 10, false),
            // or for five, and nothing for the finder.
            (40, 50, 50, false),
            (100, 10, 50, false),
            // Too little for the finder.
            (5, 50, 50, false),
        ] {
            let policy = policy(lowest, reliability, reward);
            assert!(policy.is_sound(), "{policy:?}");
            assert_eq!(holds(&policy), is_enough, "{policy:?}");
        }
    }

    #[test]
    fn more_jurors_or_dearer_ones_are_not_paid() {
        assert!(!locks_pay_everybody(&POLICY, &DISPUTES, 3));
        let second_appeal = DisputePolicy::DEFAULT;
        assert!(!locks_pay_everybody(&POLICY, &second_appeal, JUROR_PAY));
        // No number panics.
        assert!(!locks_pay_everybody(&POLICY, &DISPUTES, Balance::MAX));
        let endless = DisputePolicy {
            appeals: u8::MAX,
            ..DISPUTES
        };
        assert!(!locks_pay_everybody(&POLICY, &endless, JUROR_PAY));
        let without_bond = AuditPolicy {
            lowest: Perbill::zero(),
            ..POLICY
        };
        assert!(!holds(&without_bond));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        /// Every provider that the task would have paid can judge, whatever the result's provider asked.
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

        /// A finder gains more by reporting a lie than by a bribe: the bribe is what the liar gains, and lets the
        /// finder save its own work, which is paid with the judged price.
        #[test]
        fn a_finders_reward_is_more_than_a_bribe(
            budget in 1..u64::MAX as u128, price in 0..u64::MAX as u128,
        ) {
            let price = price % (budget + 1);
            let judged = judged(price, budget);
            let reward = POLICY.finders_reward(POLICY.fraud_bond(judged).unwrap());
            prop_assert!(reward > judged + price);
        }

        /// The policies that are allowed pay everybody to the last unit, and those that are refused do not. The price
        /// is so high that rounding hides nothing.
        #[test]
        fn what_is_refused_leaves_somebody_unpaid(policy in sound_policies()) {
            let price = 10u128.pow(27);
            let budget = JUROR_PAY * price;
            let pot = policy.fraud_bond(judged(price, budget)).unwrap();
            let owed = claims(&policy, price, budget, policy.highest_rate(), pot);
            prop_assert_eq!(holds(&policy), are_paid(&owed, pot));
        }

        #[test]
        fn a_lie_pays_everybody_and_its_finders_more_than_a_bribe(
            policy in paying_policies(), budget in LEAST_BUDGET..u64::MAX as u128,
            price in 0..u64::MAX as u128, reputation in 0u16..=1_000, share in 0u32..=1_000_000_000,
        ) {
            let price = price % (budget + 1);
            let bond = policy.fraud_bond(judged(price, budget)).unwrap();
            let pot = bond + Perbill::from_parts(share).mul_ceil(budget);
            let rate = policy.rate(price, pot, Reputation(reputation));
            let owed = claims(&policy, price, budget, rate, pot);
            prop_assert!(are_paid(&owed, pot), "{owed:?} of {pot}");
            let each = owed.reward / Balance::from(policy.auditors);
            prop_assert!(each > judged(price, budget) + price);
        }

        /// More than 1 / f, for f < 1 / (16 · 2 + 2).
        #[test]
        fn a_bond_is_always_more_than_34_judged_prices(policy in paying_policies()) {
            prop_assert!(policy.fraud_bond(1_000).unwrap() > 34_000);
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
