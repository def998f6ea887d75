//! What an assignment costs, and what a provider puts at risk for it (design §4, Price).

use sp_arithmetic::{helpers_128bit::multiply_by_rational_with_rounding, Perbill, Rounding};

use crate::units::{AskPrice, Balance, Gflops, Milliseconds};

/// GFLOPS in a TFLOPS times milliseconds in an hour.
const GFLOPS_MS_PER_TFLOPS_HOUR: u128 = 1_000 * 3_600_000;

/// The price of an assignment: ask × required GFLOPS × time limit, rounded up. `None` if it does not fit a [`Balance`],
/// which means that no budget can pay it.
pub fn price(ask: AskPrice, required: Gflops, time_limit: Milliseconds) -> Option<Balance> {
    let work = u128::from(required.0).checked_mul(u128::from(time_limit.0))?;
    multiply_by_rational_with_rounding(ask.0, work, GFLOPS_MS_PER_TFLOPS_HOUR, Rounding::Up)
}

/// The highest ask that `budget` can pay: the inverse of [`price`], rounded down, so that
/// `price(highest_ask(b)) <= b`. Saturates.
pub fn highest_ask(budget: Balance, required: Gflops, time_limit: Milliseconds) -> AskPrice {
    let work = u128::from(required.0).saturating_mul(u128::from(time_limit.0));
    if work == 0 {
        return AskPrice(Balance::MAX);
    }
    AskPrice(
        multiply_by_rational_with_rounding(budget, GFLOPS_MS_PER_TFLOPS_HOUR, work, Rounding::Down)
            .unwrap_or(Balance::MAX),
    )
}

/// The protocol's share of a price, rounded down.
pub fn protocol_fee(price: Balance, rate: Perbill) -> Balance {
    rate.mul_floor(price)
}

/// The collateral against faults: a share of the highest of the price, the budget per replica and the governed minimum,
/// so that a low price does not make a fault cheap. Rounded up.
pub fn collateral(
    price: Balance,
    budget_per_replica: Balance,
    minimum: Balance,
    share: Perbill,
) -> Balance {
    share.mul_ceil(price.max(budget_per_replica).max(minimum))
}

/// The fraud bond: a multiple of the price, or of the [judged price](crate::judging), which is at least the price. The
/// whole bond is taken on a proven wrong result, in modes where the chain cannot verify by itself. With audit rate `a`,
/// a cheat that saves at most the price `p` loses in expectation when `a · (bond + collateral) > (1 − a) · p`;
/// `bond = p / a` suffices.
pub fn fraud_bond(price: Balance, audit_rate: Perbill) -> Option<Balance> {
    let rate = u128::from(audit_rate.deconstruct());
    if rate == 0 {
        return None;
    }
    multiply_by_rational_with_rounding(price, 1_000_000_000, rate, Rounding::Up)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::AICP;
    use proptest::prelude::*;

    #[test]
    fn one_tflops_hour_costs_the_ask() {
        assert_eq!(
            price(AskPrice(AICP), Gflops(1_000), Milliseconds(3_600_000)),
            Some(AICP)
        );
        assert_eq!(
            price(AskPrice(1), Gflops(1), Milliseconds(1)),
            Some(1),
            "rounds up"
        );
        assert_eq!(price(AskPrice(AICP), Gflops(0), Milliseconds(1)), Some(0));
        assert_eq!(
            price(
                AskPrice(u128::MAX),
                Gflops(u64::MAX),
                Milliseconds(u64::MAX)
            ),
            None
        );
    }

    #[test]
    fn a_bond_deters_at_its_rate() {
        assert_eq!(fraud_bond(100, Perbill::from_percent(5)), Some(2_000));
        assert_eq!(fraud_bond(100, Perbill::zero()), None);
    }

    proptest! {
        #[test]
        fn the_highest_ask_is_affordable(
            budget in 0..u128::MAX / 2, gflops in 1..u64::MAX / 4, ms in 1..u32::MAX as u64,
        ) {
            let (gflops, ms) = (Gflops(gflops), Milliseconds(ms));
            let ask = highest_ask(budget, gflops, ms);
            if ask.0 < Balance::MAX {
                let cost = price(ask, gflops, ms);
                prop_assert!(cost.is_some_and(|cost| cost <= budget), "{cost:?} > {budget}");
                let dearer = price(AskPrice(ask.0 + 1), gflops, ms);
                prop_assert!(dearer.is_none_or(|cost| cost > budget));
            }
        }

        #[test]
        fn a_price_never_falls_when_anything_rises(
            ask in 0..u64::MAX as u128, gflops in 0..u32::MAX as u64, ms in 0..u32::MAX as u64,
            more in 0..1_000_000u64,
        ) {
            let at = |ask: u128, gflops, ms| price(AskPrice(ask), Gflops(gflops), Milliseconds(ms));
            let here = at(ask, gflops, ms);
            prop_assert!(here.is_some());
            prop_assert!(here <= at(ask + u128::from(more), gflops, ms));
            prop_assert!(here <= at(ask, gflops + more, ms));
            prop_assert!(here <= at(ask, gflops, ms + more));
            // Two halves cost no less than the whole.
            let first = at(ask, gflops, ms / 2);
            let rest = at(ask, gflops, ms - ms / 2);
            prop_assert!(first.zip(rest).map(|(first, rest)| first + rest) >= here);
        }

        #[test]
        fn collateral_is_the_share_of_the_largest(
            p in 0..u128::MAX / 2, budget in 0..u128::MAX / 2, minimum in 0..u128::MAX / 2,
            parts in 0u32..=1_000_000_000,
        ) {
            let share = Perbill::from_parts(parts);
            let locked = collateral(p, budget, minimum, share);
            for base in [p, budget, minimum] {
                prop_assert!(locked >= share.mul_floor(base));
            }
            prop_assert!(locked <= p.max(budget).max(minimum));
        }

        /// What `fraud_bond` promises, in whole numbers: at the audit rate `a`, a cheat loses the bond in the share `a`
        /// of the cases and keeps the price in the others.
        #[test]
        fn cheating_loses_in_expectation(p in 1..u64::MAX as u128, parts in 1u32..=1_000_000_000) {
            let bond = fraud_bond(p, Perbill::from_parts(parts));
            prop_assert!(bond.is_some());
            let (caught, kept) = (u128::from(parts), u128::from(1_000_000_000 - parts));
            prop_assert!(bond.unwrap_or_default() * caught > kept * p);
        }

        #[test]
        fn a_fee_never_exceeds_the_price(p: u128, rate in 0u32..=1_000_000_000) {
            prop_assert!(protocol_fee(p, Perbill::from_parts(rate)) <= p);
        }
    }
}
