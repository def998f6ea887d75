//! The expected gain of a cheat, and of a juror that does not work, in closed form. Jurors are assumed to be drawn
//! independently, which is exact for many providers.
//!
//! # A juror that does not work
//!
//! All amounts are in units of the juror's pay. `k` is its lock, and `s` the share of the lock that a fault costs. With
//! chance `r` its vote is that of the verdict. Then it is paid, unless it does not know the trace root (it does with
//! chance `t`) and those who have worked can show theirs (with chance `c`, [`work_is_shown`]): in that case it loses
//! `s · k`. If its vote is not that of the verdict, it loses `k`:
//!
//! > E = r · (1 − (1 − t) · c · (1 + s · k)) − (1 − r) · k
//!
//! `E` never falls as `r` grows, so no vote is better than one that is right for certain. Even that vote loses as long
//! as
//!
//! > (1 − t) · c > 1 / (1 + s · k)  (1)
//!
//! If no work can be shown, `(1 − t) · c` is zero, and `E` is positive for `r > k / (1 + k)`.

use aicpw_protocol::{
    device::Reputation,
    verdict::{count, is_undecided, is_work, Count, Outcome, Vote},
    Balance, Hash,
};
use sp_arithmetic::Perbill;

use crate::rules::Rules;

/// The chance that more than half of `jurors` belong to an owner of this share of the stake.
pub fn majority(jurors: u16, share: f64) -> f64 {
    binomial(jurors, share, |of_them| 2 * of_them > jurors)
}

/// The chance that `counts` accepts how many of `n` belong to a group, to which each belongs with the chance `share`.
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

/// The chance that at least half of `jurors` belong to an owner of this share of the stake, so that the others have no
/// majority.
pub fn half(jurors: u16, share: f64) -> f64 {
    binomial(jurors, share, |of_them| 2 * of_them >= jurors)
}

/// What a juror that does not work votes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Idle {
    /// A root that nobody else votes for.
    Garbage,
    /// The revealed root, which is disputed.
    Committed,
    /// One of the two known roots, chosen by a coin.
    Coin,
    /// The root that most will probably vote for.
    Likeliest,
    /// That it was unable to run the program.
    Unable,
}

impl Idle {
    /// All such votes.
    pub const ALL: [Self; 5] = [
        Self::Garbage,
        Self::Committed,
        Self::Coin,
        Self::Likeliest,
        Self::Unable,
    ];

    /// The name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Garbage => "garbage",
            Self::Committed => "what is disputed",
            Self::Coin => "by a coin",
            Self::Likeliest => "what most will vote",
            Self::Unable => "that it is unable",
        }
    }

    /// The chance that the vote is the verdict's root. `wrong` is the share of disputed results that are wrong, and
    /// `is_told` whether the juror can tell which.
    pub fn right(self, wrong: f64, is_told: bool) -> f64 {
        match self {
            Self::Garbage | Self::Unable => 0.0,
            Self::Committed => 1.0 - wrong,
            Self::Coin => 0.5,
            // It can be told by whether an auditor has found another root.
            Self::Likeliest if is_told => 1.0,
            Self::Likeliest => wrong.max(1.0 - wrong),
        }
    }
}

/// The chance that those who have worked can show it against a juror of the first round that votes right without work:
/// [`is_work`]. `copying` is the share of the other jurors that do the same as that juror.
pub fn work_is_shown(rules: &Rules, copying: f64) -> f64 {
    let jury = rules.dispute.jury;
    let others = jury.saturating_sub(1);
    binomial(others, 1.0 - copying, |worked| {
        is_work(worked.into(), jury.into(), jury)
    })
}

/// What a juror of the first round earns that does not work, in units of its pay. `wrong` is the share of disputed
/// results that are wrong, `others` the share of the other jurors that do the same as this one, and `traceless` is `t`.
pub fn idle(rules: &Rules, votes: Idle, wrong: f64, traceless: f64, others: f64) -> f64 {
    match votes {
        Idle::Unable => idle_unable(rules, wrong, others),
        // If the disputed result is wrong, an auditor has found the right root.
        _ => idle_juror(rules, votes.right(wrong, true), traceless, others),
    }
}

/// Like [`idle`], for a juror that says that it is unable. If most say so, no root wins, unless two of the others agree
/// on a root and the larger jury finds it. Being unable is paid only if the disputed result is right: then there is a
/// bond.
fn idle_unable(rules: &Rules, wrong: f64, others: f64) -> f64 {
    let chance = |first| first_jury_is(rules, first, rules.dispute.jury, 1, others);
    let larger = rules.dispute.jurors(1);
    let again = larger.map_or(0.0, |seats| majority(seats, others));
    let unable = chance(First::Nothing) + chance(First::Undecided) * again;
    unable * (1.0 - wrong) + (1.0 - unable) * silent_juror(rules)
}

/// The outcome of a first jury.
#[derive(Clone, Copy, PartialEq, Eq)]
enum First {
    /// A root.
    Root,
    /// Nothing, which is final.
    Nothing,
    /// Nothing, and a larger jury is called.
    Undecided,
}

/// The outcome of a first jury with this many votes, of which `unable` say that they are unable, while the others
/// agree.
fn first_jury(rules: &Rules, votes: u16, unable: u16) -> First {
    let vote = |number: u16| match number < unable {
        true => Vote::Unable,
        false => Vote::Root(Hash::default()),
    };
    let votes: Vec<Vote> = (0..votes).map(vote).collect();
    let outcome = match count(&votes, rules.dispute.jury) {
        Count::Majority(Vote::Root(_)) => return First::Root,
        Count::Majority(Vote::Unable) => Outcome::Unable,
        Count::Divided => Outcome::NoMajority,
        Count::TooFew => Outcome::TooFewJurors,
    };
    let is_larger = rules.larger_jury && rules.dispute.jurors(1).is_some();
    match is_larger && is_undecided(&votes, &outcome) {
        true => First::Undecided,
        false => First::Nothing,
    }
}

/// The chance that a first jury with this many votes has this outcome: `sure` of them say that they are unable, and
/// each of the others does so with the chance `share`.
fn first_jury_is(rules: &Rules, first: First, votes: u16, sure: u16, share: f64) -> f64 {
    binomial(votes.saturating_sub(sure), share, |unable| {
        first_jury(rules, votes, sure + unable) == first
    })
}

/// The chance that a lie costs its provider nothing because its friends, who hold `share` of the stake, say that they
/// are unable if they are at least half of the first jury, which has this many votes: the lie is then paid for, or
/// refunded. They do so again in the larger jury, which has the last word. If they are fewer, the provider appeals if
/// that pays, for `gain`, in units of a juror's pay. Nobody appeals against a jury that comes to nothing.
pub fn spared(rules: &Rules, share: f64, gain: f64, votes: u16) -> f64 {
    let chance = |first| first_jury_is(rules, first, votes, 0, share);
    let larger = rules.dispute.jurors(1);
    let again = larger.map_or(0.0, |seats| half(seats, share));
    let after_defeat = match appeals(rules, share, gain, 0) {
        true => false_verdict(rules, share, gain, 1),
        false => 0.0,
    };
    chance(First::Nothing) + chance(First::Undecided) * again + chance(First::Root) * after_defeat
}

/// What a juror of the first round earns that does not work, in units of its pay: `E` of this module. `right` is `r`,
/// `traceless` is `t`, and `copying` is the share of the other jurors that do not work either.
pub fn idle_juror(rules: &Rules, right: f64, traceless: f64, copying: f64) -> f64 {
    let lock = f64::from(rules.dispute.lock);
    let against = (1.0 - traceless) * work_is_shown(rules, copying);
    let if_right = 1.0 - against * (1.0 + fault(rules) * lock);
    right * if_right - (1.0 - right) * lock
}

/// What a juror earns that reveals nothing, in units of its pay.
pub fn silent_juror(rules: &Rules) -> f64 {
    -fault(rules) * f64::from(rules.dispute.lock)
}

/// What a juror earns that says that it cannot run the program, in units of its pay. `most_are` is the chance that most
/// jurors say so. A jury that was called without a bond pays nothing even then.
pub fn unable_juror(rules: &Rules, most_are: f64) -> f64 {
    most_are + (1.0 - most_are) * silent_juror(rules)
}

/// What a fetcher of a claim earns that says that it could not fetch the result, without having tried, in units of its
/// pay. `is_gone` is the chance that this is true. A fetcher locks what is at stake, of which the pay is a part.
pub fn idle_fetcher(rules: &Rules, is_gone: f64) -> f64 {
    let at_stake = 1_000_000;
    let policy = rules.dispute;
    let lock = policy.fetch_lock(at_stake) as f64 / policy.fetch_pay(at_stake) as f64;
    is_gone - (1.0 - is_gone) * fault(rules) * lock
}

/// The value of `(1 − t) · c` below which a juror gains that votes right without work: (1) of this module.
pub fn least_shown(rules: &Rules) -> f64 {
    1.0 / (1.0 - silent_juror(rules))
}

/// How sure of its vote a juror that does not work has to be to gain, if no work can be shown.
pub fn least_right(rules: &Rules) -> f64 {
    let lock = f64::from(rules.dispute.lock);
    lock / (1.0 + lock)
}

/// The share of the other jurors that must copy before copying the right vote pays, to a tenth of a per cent.
pub fn copying_pays_from(rules: &Rules, traceless: f64) -> f64 {
    least(|copying| idle_juror(rules, 1.0, traceless, copying) > 0.0)
}

fn fault(rules: &Rules) -> f64 {
    fraction(rules.fault_slash)
}

fn fraction(share: Perbill) -> f64 {
    f64::from(share.deconstruct()) / 1e9
}

/// The chance that a side with `share` of the stake gets the last verdict for a false root. Honest losers appeal always
/// or never, as the rules say. This side appeals when that pays: when it can win `gain` by it, in units of a juror's
/// pay.
pub fn false_verdict(rules: &Rules, share: f64, gain: f64, round: u8) -> f64 {
    let Some(jurors) = rules.dispute.jurors(round) else {
        return 0.0;
    };
    let wins = majority(jurors, share);
    if round == rules.dispute.appeals {
        return wins;
    }
    let later = false_verdict(rules, share, gain, round + 1);
    // If this side wins, the other side appeals, if anybody does. If it loses, appealing is its own choice.
    let after_victory = if rules.honest_appeal { later } else { 1.0 };
    let after_defeat = if appeals(rules, share, gain, round) {
        later
    } else {
        0.0
    };
    wins * after_victory + (1.0 - wins) * after_defeat
}

/// Whether it pays for this side to appeal after it lost this round.
pub fn appeals(rules: &Rules, share: f64, gain: f64, round: u8) -> bool {
    let Some(jurors) = rules.dispute.jurors(round + 1) else {
        return false;
    };
    let chance = false_verdict(rules, share, gain, round + 1);
    chance * gain > (1.0 - chance) * f64::from(jurors)
}

/// The chance that an audit of a wrong result ends with a verdict against its provider, an owner of this share of the
/// stake: `d` of [`aicpw_protocol::audit`].
pub fn reliability(rules: &Rules, share: f64, locked_per_price: f64) -> f64 {
    let gain = locked_per_price / rules.juror_pay as f64;
    honest_auditor(rules, share) * (1.0 - false_verdict(rules, share, gain, 0))
}

/// Like [`reliability`], if the friends on a jury say that they are unable instead of voting for the lie: see
/// [`spared`].
pub fn reliability_if_unable(rules: &Rules, share: f64, locked_per_price: f64) -> f64 {
    let gain = locked_per_price / rules.juror_pay as f64;
    honest_auditor(rules, share) * (1.0 - spared(rules, share, gain, rules.dispute.jury))
}

fn honest_auditor(rules: &Rules, share: f64) -> f64 {
    1.0 - share.powi(i32::from(rules.audit.auditors))
}

/// What is locked for an assignment of this price, in units of the price.
pub fn locks_per_price(rules: &Rules, price: Balance) -> f64 {
    locked(rules, price) as f64 / price as f64
}

fn locked(rules: &Rules, price: Balance) -> Balance {
    let bond = rules.audit.fraud_bond(price).unwrap_or(Balance::MAX);
    let collateral = rules.collateral_share.mul_ceil(price);
    bond.saturating_add(collateral)
}

/// The expected gain from a wrong result for an owner of this share of the stake, in units of the price:
/// `(1 − q) − q · L / p`. If it is negative, honest work, or no work, is better.
pub fn cheat_gain(rules: &Rules, share: f64, price: Balance, reputation: Reputation) -> f64 {
    let reliability = reliability(rules, share, locks_per_price(rules, price));
    gain(rules, price, reputation, reliability)
}

/// Like [`cheat_gain`], if the friends say that they are unable.
pub fn cheat_gain_if_unable(
    rules: &Rules,
    share: f64,
    price: Balance,
    reputation: Reputation,
) -> f64 {
    let reliability = reliability_if_unable(rules, share, locks_per_price(rules, price));
    gain(rules, price, reputation, reliability)
}

fn gain(rules: &Rules, price: Balance, reputation: Reputation, reliability: f64) -> f64 {
    let rate = rules.audit.rate(price, locked(rules, price), reputation);
    let found = fraction(rate) * reliability;
    (1.0 - found) - found * locks_per_price(rules, price)
}

/// The lowest share of the stake at which cheating pays, to a tenth of a per cent.
pub fn break_even(rules: &Rules, price: Balance, reputation: Reputation) -> f64 {
    least(|share| cheat_gain(rules, share, price, reputation) > 0.0)
}

/// Like [`break_even`], if the friends say that they are unable.
pub fn break_even_if_unable(rules: &Rules, price: Balance, reputation: Reputation) -> f64 {
    least(|share| cheat_gain_if_unable(rules, share, price, reputation) > 0.0)
}

/// The lowest share for which a condition is true, to a tenth of a per cent.
fn least(is_true: impl Fn(f64) -> bool) -> f64 {
    (0..=1_000)
        .map(|permille| f64::from(permille) / 1e3)
        .find(|share| is_true(*share))
        .unwrap_or(1.0)
}
