//! The expected gain of a cheat, and of a juror that does not work, in closed form. Jurors are taken to be drawn
//! independently, which is exact for many providers.
//!
//! # A juror that does not work
//!
//! All in its pay. `k` is its lock and `s` the share of it that a fault costs. Its vote is that of the verdict with
//! chance `r`. Then it is paid, unless it does not know the trace root (it does with chance `t`) and those who have
//! worked can show theirs (with chance `c`, [`work_is_shown`]): then it loses `s · k`. Else it loses `k`:
//!
//! > E = r · (1 − (1 − t) · c · (1 + s · k)) − (1 − r) · k
//!
//! It never falls with `r`, so no vote is better than one that is right for certain, and that loses as long as
//!
//! > (1 − t) · c > 1 / (1 + s · k)  (1)
//!
//! Where nothing can be shown, `(1 − t) · c` is zero, and `E` is positive for `r > k / (1 + k)`.

use aicpw_protocol::{device::Reputation, verdict::is_work, Balance};
use sp_arithmetic::Perbill;

use crate::rules::Rules;

/// The chance that more than half of `jurors` belong to somebody with this share of the stake.
pub fn majority(jurors: u16, share: f64) -> f64 {
    binomial(jurors, share, |of_them| 2 * of_them > jurors)
}

/// The chance that of `n`, of whom each is with the chance `share`, so many are as `counts` wants.
fn binomial(n: u16, share: f64, counts: impl Fn(u16) -> bool) -> f64 {
    let mut ways = 1.0;
    let mut chance = 0.0;
    for k in 0..=n {
        let (are, are_not) = (i32::from(k), i32::from(n - k));
        if counts(k) {
            chance += ways * share.powi(are) * (1.0 - share).powi(are_not);
        }
        ways = ways * f64::from(n - k) / f64::from(k + 1);
    }
    chance
}

/// What a juror votes that does not work.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Idle {
    /// What nobody else votes.
    Garbage,
    /// What was revealed and is disputed.
    Committed,
    /// One of the two roots that are known, by a coin.
    Coin,
    /// What most will vote, as far as can be told.
    Likeliest,
}

impl Idle {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Garbage, Self::Committed, Self::Coin, Self::Likeliest];

    /// For tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Garbage => "garbage",
            Self::Committed => "what is disputed",
            Self::Coin => "by a coin",
            Self::Likeliest => "what most will vote",
        }
    }

    /// The chance that it is the verdict, if so many of the disputed results are wrong, and if it can be told which.
    pub fn right(self, wrong: f64, is_told: bool) -> f64 {
        match self {
            Self::Garbage => 0.0,
            Self::Committed => 1.0 - wrong,
            Self::Coin => 0.5,
            // An auditor has found another root, or nobody has.
            Self::Likeliest if is_told => 1.0,
            Self::Likeliest => wrong.max(1.0 - wrong),
        }
    }
}

/// The chance that those who have worked can show it against one of a jury of the first round that votes right
/// without work: [`is_work`], if this share of the others votes so too.
pub fn work_is_shown(rules: &Rules, copying: f64) -> f64 {
    let jury = rules.dispute.jury;
    let others = jury.saturating_sub(1);
    binomial(others, 1.0 - copying, |worked| {
        is_work(worked.into(), jury.into(), jury)
    })
}

/// What a juror of the first round has that does not work, in its pay: `E` of this module. `right` is `r`,
/// `traceless` is `t`, and of the other jurors the share `copying` does not work either.
pub fn idle_juror(rules: &Rules, right: f64, traceless: f64, copying: f64) -> f64 {
    let lock = f64::from(rules.dispute.lock);
    let against = (1.0 - traceless) * work_is_shown(rules, copying);
    let if_right = 1.0 - against * (1.0 + fault(rules) * lock);
    right * if_right - (1.0 - right) * lock
}

/// What a juror has that says nothing, in its pay.
pub fn silent_juror(rules: &Rules) -> f64 {
    -fault(rules) * f64::from(rules.dispute.lock)
}

/// What a juror has that says it cannot run the program, in its pay, if most say so with this chance. A jury that
/// was called without a bond pays nothing even then.
pub fn unable_juror(rules: &Rules, most_are: f64) -> f64 {
    most_are + (1.0 - most_are) * silent_juror(rules)
}

/// What a juror of a claim has that says that it has fetched nothing, and has not tried, in its pay, if it is so with
/// this chance. It locks what is at stake, of which the pay is a part.
pub fn idle_fetcher(rules: &Rules, is_gone: f64) -> f64 {
    let at_stake = 1_000_000;
    let policy = rules.dispute;
    let lock = policy.fetch_lock(at_stake) as f64 / policy.fetch_pay(at_stake) as f64;
    is_gone - (1.0 - is_gone) * fault(rules) * lock
}

/// `(1 − t) · c` below which a juror that votes right without work has something of it: (1) of this module.
pub fn least_shown(rules: &Rules) -> f64 {
    1.0 / (1.0 - silent_juror(rules))
}

/// How sure who votes without work has to be of its vote to have something of it where no work can be shown.
pub fn least_right(rules: &Rules) -> f64 {
    let lock = f64::from(rules.dispute.lock);
    lock / (1.0 + lock)
}

/// The share of the other jurors that has to copy before it pays to copy what is right, to a tenth of a per cent.
pub fn copying_pays_from(rules: &Rules, traceless: f64) -> f64 {
    (0..=1_000)
        .map(|permille| f64::from(permille) / 1e3)
        .find(|copying| idle_juror(rules, 1.0, traceless, *copying) > 0.0)
        .unwrap_or(1.0)
}

fn fault(rules: &Rules) -> f64 {
    fraction(rules.fault_slash)
}

fn fraction(share: Perbill) -> f64 {
    f64::from(share.deconstruct()) / 1e9
}

/// The chance that a side that holds `share` of the stake gets the last verdict for a false root, if
/// honest losers appeal as the rules say, always or never, and it appeals when that pays: when it can
/// win `gain` by it, in the pay of a juror.
pub fn false_verdict(rules: &Rules, share: f64, gain: f64, round: u8) -> f64 {
    let Some(jurors) = rules.dispute.jurors(round) else {
        return 0.0;
    };
    let wins = majority(jurors, share);
    if round == rules.dispute.appeals {
        return wins;
    }
    let later = false_verdict(rules, share, gain, round + 1);
    // Against a victory the other side appeals, if anybody does; after a defeat it is this side's choice.
    let after_victory = if rules.honest_appeal { later } else { 1.0 };
    let after_defeat = if appeals(rules, share, gain, round) {
        later
    } else {
        0.0
    };
    wins * after_victory + (1.0 - wins) * after_defeat
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
    let rate = fraction(rate);
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
