//! The expected gain of a cheat in closed form. Jurors are taken to be drawn independently, which is
//! exact for many providers.

use aicpw_protocol::{device::Reputation, Balance};

use crate::rules::Rules;

/// The chance that more than half of `jurors` belong to somebody with this share of the stake.
pub fn majority(jurors: u16, share: f64) -> f64 {
    let n = i32::from(jurors);
    let mut ways = 1.0;
    let mut chance = 0.0;
    for k in 0..=n {
        if 2 * k > n {
            chance += ways * share.powi(k) * (1.0 - share).powi(n - k);
        }
        ways = ways * f64::from(n - k) / f64::from(k + 1);
    }
    chance
}

/// The chance that a side that holds `share` of the stake gets the last verdict for a false root, if
/// honest losers always appeal and it appeals when that pays: when it can win `gain` by it, in the pay
/// of a juror.
pub fn false_verdict(rules: &Rules, share: f64, gain: f64, round: u8) -> f64 {
    let Some(jurors) = rules.dispute.jurors(round) else {
        return 0.0;
    };
    let wins = majority(jurors, share);
    if round == rules.dispute.appeals {
        return wins;
    }
    let later = false_verdict(rules, share, gain, round + 1);
    // The other side appeals against a victory; after a defeat it is this side's choice.
    let after_defeat = if appeals(rules, share, gain, round) {
        later
    } else {
        0.0
    };
    wins * later + (1.0 - wins) * after_defeat
}

/// Whether it pays for that side to appeal after it lost this round.
pub fn appeals(rules: &Rules, share: f64, gain: f64, round: u8) -> bool {
    let Some(jurors) = rules.dispute.jurors(round + 1) else {
        return false;
    };
    let chance = false_verdict(rules, share, gain, round + 1);
    chance * gain > (1.0 - chance) * f64::from(jurors)
}

/// The chance that an audit of a wrong result of somebody with this share of the stake ends with a
/// verdict against it: `d` of [`aicpw_protocol::audit`].
pub fn reliability(rules: &Rules, share: f64, locked_per_price: f64) -> f64 {
    let auditors = i32::from(rules.audit.auditors);
    let honest_auditor = 1.0 - share.powi(auditors);
    let gain = locked_per_price / rules.juror_pay as f64;
    honest_auditor * (1.0 - false_verdict(rules, share, gain, 0))
}

/// What is locked for an assignment of this price, in prices.
pub fn locks_per_price(rules: &Rules, price: Balance) -> f64 {
    locked(rules, price) as f64 / price as f64
}

fn locked(rules: &Rules, price: Balance) -> Balance {
    let bond = rules.audit.fraud_bond(price).unwrap_or(Balance::MAX);
    let collateral = rules.collateral_share.mul_ceil(price);
    bond.saturating_add(collateral)
}

/// What a wrong result brings in expectation, in prices, to somebody with this share of the stake:
/// `(1 − q) − q · L / p`. Negative: honest work, or none, is better.
pub fn cheat_gain(rules: &Rules, share: f64, price: Balance, reputation: Reputation) -> f64 {
    let locked = locked(rules, price);
    let rate = rules.audit.rate(price, locked, reputation);
    let rate = f64::from(rate.deconstruct()) / 1e9;
    let ratio = locks_per_price(rules, price);
    let found = rate * reliability(rules, share, ratio);
    (1.0 - found) - found * ratio
}

/// The least share of the stake with which cheating pays, to a tenth of a per cent.
pub fn break_even(rules: &Rules, price: Balance, reputation: Reputation) -> f64 {
    (0..=1_000)
        .map(|permille| f64::from(permille) / 1e3)
        .find(|share| cheat_gain(rules, *share, price, reputation) > 0.0)
        .unwrap_or(1.0)
}
