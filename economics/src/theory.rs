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

use aicpw_protocol::{
    device::Reputation,
    verdict::{count, is_undecided, is_work, Count, Outcome, Vote},
    Balance, Hash,
};
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

/// The chance that at least half of `jurors` belong to somebody with this share of the stake: the others have no
/// majority then.
pub fn half(jurors: u16, share: f64) -> f64 {
    binomial(jurors, share, |of_them| 2 * of_them >= jurors)
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
    /// That it was unable to run the program.
    Unable,
}

impl Idle {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Garbage,
        Self::Committed,
        Self::Coin,
        Self::Likeliest,
        Self::Unable,
    ];

    /// For tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Garbage => "garbage",
            Self::Committed => "what is disputed",
            Self::Coin => "by a coin",
            Self::Likeliest => "what most will vote",
            Self::Unable => "that it is unable",
        }
    }

    /// The chance that it is the root of the verdict, if so many of the disputed results are wrong, and if it can be
    /// told which.
    pub fn right(self, wrong: f64, is_told: bool) -> f64 {
        match self {
            Self::Garbage | Self::Unable => 0.0,
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

/// What a juror of the first round has that does not work, in its pay, if so many of the disputed results are wrong. Of
/// the other jurors the share `others` does as it does; `traceless` is `t`.
pub fn idle(rules: &Rules, votes: Idle, wrong: f64, traceless: f64, others: f64) -> f64 {
    match votes {
        Idle::Unable => idle_unable(rules, wrong, others),
        // An auditor has found the right root where what is disputed is wrong.
        _ => idle_juror(rules, votes.right(wrong, true), traceless, others),
    }
}

/// The same of one that says that it is unable. Where most say so nobody was right, unless two of the others agree on a
/// root and the larger jury finds it. To be unable is paid only where what is disputed is right: then there is a bond.
fn idle_unable(rules: &Rules, wrong: f64, others: f64) -> f64 {
    let chance = |first| first_jury_is(rules, first, rules.dispute.jury, 1, others);
    let larger = rules.dispute.jurors(1);
    let again = larger.map_or(0.0, |seats| majority(seats, others));
    let unable = chance(First::Nothing) + chance(First::Undecided) * again;
    unable * (1.0 - wrong) + (1.0 - unable) * silent_juror(rules)
}

/// What a first jury comes to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum First {
    /// A root.
    Root,
    /// Nothing, and that is all.
    Nothing,
    /// Nothing, and a larger jury is called.
    Undecided,
}

/// What a first jury comes to, of whose votes so many say that they are unable, and the others agree.
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

/// The chance that a first jury comes to this, of which so many vote: `sure` of them that they are unable, and each of
/// the others with the chance `share`.
fn first_jury_is(rules: &Rules, first: First, votes: u16, sure: u16, share: f64) -> f64 {
    binomial(votes.saturating_sub(sure), share, |unable| {
        first_jury(rules, votes, sure + unable) == first
    })
}

/// The chance that a lie costs its provider nothing if its friends, who hold `share` of the stake, say that they are
/// unable where they are half of the first jury, of which so many vote: it is paid then, or refunded. They do so again
/// in the larger jury, which has the last word. Where they are fewer it appeals when that pays, for `gain`, in the pay
/// of a juror. Nobody appeals against a jury that comes to nothing.
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
    least(|copying| idle_juror(rules, 1.0, traceless, copying) > 0.0)
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
    let gain = locked_per_price / rules.juror_pay as f64;
    honest_auditor(rules, share) * (1.0 - false_verdict(rules, share, gain, 0))
}

/// The same if its friends in a jury say that they are unable, and do not vote for it: see [`spared`].
pub fn reliability_if_unable(rules: &Rules, share: f64, locked_per_price: f64) -> f64 {
    let gain = locked_per_price / rules.juror_pay as f64;
    honest_auditor(rules, share) * (1.0 - spared(rules, share, gain, rules.dispute.jury))
}

fn honest_auditor(rules: &Rules, share: f64) -> f64 {
    1.0 - share.powi(i32::from(rules.audit.auditors))
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
    let reliability = reliability(rules, share, locks_per_price(rules, price));
    gain(rules, price, reputation, reliability)
}

/// The same if the friends say that they are unable.
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

/// The least share of the stake with which cheating pays, to a tenth of a per cent.
pub fn break_even(rules: &Rules, price: Balance, reputation: Reputation) -> f64 {
    least(|share| cheat_gain(rules, share, price, reputation) > 0.0)
}

/// The same if the friends say that they are unable.
pub fn break_even_if_unable(rules: &Rules, price: Balance, reputation: Reputation) -> f64 {
    least(|share| cheat_gain_if_unable(rules, share, price, reputation) > 0.0)
}

/// The least share of which something is true, to a tenth of a per cent.
fn least(is_true: impl Fn(f64) -> bool) -> f64 {
    (0..=1_000)
        .map(|permille| f64::from(permille) / 1e3)
        .find(|share| is_true(*share))
        .unwrap_or(1.0)
}
