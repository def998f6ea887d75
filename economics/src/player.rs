//! Who is there, and how each of them behaves.

use aicpw_protocol::{reputation::ReputationRecord, Balance, BlockNumber};

use crate::{ledger::Account, rules::Rules, theory};

/// What a result is: the right one, or one of many wrong ones. Stands for the
/// result root; whether somebody knows the trace root as well is told beside it.
pub type Root = u64;

/// The one right result.
pub const RIGHT: Root = 0;
/// The wrong result that a coalition agrees on.
pub const CONSPIRED: Root = 1;
/// The first of the wrong results that nobody else has.
pub const FIRST_GARBAGE: Root = 2;

/// How a provider behaves: as provider, as auditor and as juror.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// Does the work. The worker of the shipped node; sometimes its machine fails.
    Honest,
    /// Cheats whenever it expects more of it than of honest work, by what all of them learnt so far,
    /// and now and then to see. Does its duty as auditor and juror.
    Rational,
    /// Never works: sends garbage as provider, auditor and juror.
    Lazy,
    /// Works for its own tasks; as auditor sends the root that a cheat tells it, as juror the one that most of
    /// the jury will have found, as far as can be told: the auditor's, or what was revealed if a requester
    /// disputes that.
    Copying,
    /// Works as provider and auditor; as juror it votes for what nobody has found.
    Rambling,
    /// Works as provider and auditor; as juror it votes for what was revealed.
    Trusting,
    /// Works as provider and auditor; as juror it tosses a coin between what was revealed and the auditor's root.
    Guessing,
    /// Works as provider and auditor; as juror it says that it was unable to run the program.
    Unable,
    /// One hand with all of its kind: cheats wherever it is not certain to be found, audits blindly
    /// what is its own, helps its own on juries ([`Friends`](crate::scenario::Friends)), appeals when that pays.
    /// Its purse has no bottom.
    Colluding,
    /// As colluding, in many accounts with the least stake and the lowest asks; who loses its stake
    /// comes back under a new name, until the purse is empty.
    Sybil,
    /// Asks less than half of what the cheapest honest provider asks, so that by its own price no honest one could
    /// judge it, and cheats wherever it is not certain to be found. Audits the others of its kind with the root that
    /// they tell it; as juror it works.
    Undercutting,
    /// Pays itself for tasks that cost it nothing until its reputation is high, then cheats others.
    SelfDealing,
    /// Silent as auditor and juror, drops tasks. Its requesters dispute right results.
    Griefing,
    /// One hand with all of its kind: works, but as auditor it cries foul, and as juror it votes for
    /// that, to live on honest providers' bonds.
    Robbing,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Honest,
        Self::Rational,
        Self::Lazy,
        Self::Copying,
        Self::Rambling,
        Self::Trusting,
        Self::Guessing,
        Self::Unable,
        Self::Colluding,
        Self::Sybil,
        Self::Undercutting,
        Self::SelfDealing,
        Self::Griefing,
        Self::Robbing,
    ];

    /// For tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Honest => "honest",
            Self::Rational => "rational",
            Self::Lazy => "lazy",
            Self::Copying => "copying",
            Self::Rambling => "rambling",
            Self::Trusting => "trusting",
            Self::Guessing => "guessing",
            Self::Unable => "unable",
            Self::Colluding => "colluding",
            Self::Sybil => "sybil",
            Self::Undercutting => "undercutting",
            Self::SelfDealing => "self-dealing",
            Self::Griefing => "griefing",
            Self::Robbing => "robbing",
        }
    }

    /// Whether all players of this kind are one hand.
    pub fn conspires(self) -> bool {
        matches!(self, Self::Colluding | Self::Sybil | Self::Robbing)
    }
}

/// A provider with one device.
#[derive(Clone, Debug)]
pub struct Provider {
    /// How it behaves.
    pub kind: Kind,
    /// Its account.
    pub account: Account,
    /// AICP per TFLOPS-hour.
    pub ask: Balance,
    /// What it stakes, and tops up to if its purse allows.
    pub nominal: Balance,
    /// What is left of it.
    pub stake: Balance,
    /// Of the stake, what is locked for assignments and audits.
    pub locked: Balance,
    /// Assignments that run.
    pub busy: u8,
    /// Its reputation.
    pub record: ReputationRecord<Account>,
}

impl Provider {
    /// The stake that can be locked.
    pub fn free_stake(&self) -> Balance {
        self.stake.saturating_sub(self.locked)
    }

    /// Whether it may take part.
    pub fn is_active(&self, rules: &Rules) -> bool {
        self.stake >= rules.min_stake
    }
}

/// What rational cheats know together; they read the chain.
#[derive(Clone, Copy, Debug)]
pub struct Belief {
    /// Audits that their wrong results should have met.
    audits: f64,
    /// Verdicts against them.
    verdicts: f64,
}

impl Belief {
    /// They begin by believing that nine audits of ten are worth nothing.
    pub const OPTIMISTIC: Self = Self {
        audits: 10.0,
        verdicts: 1.0,
    };

    /// One of them sent a wrong result that is audited at this rate.
    pub fn cheated(&mut self, rate: f64) {
        self.audits += rate;
    }

    /// One of them was found.
    pub fn found(&mut self) {
        self.verdicts += 1.0;
    }

    /// Whether cheating brings more than honest work: price less fee, what work costs, and what is
    /// locked, all in one unit.
    pub fn cheating_pays(&self, rate: f64, income: f64, effort: f64, locked: f64) -> bool {
        let found = rate * (self.verdicts / self.audits).min(1.0);
        (1.0 - found) * income - found * locked > income - effort
    }
}

/// A side in a dispute that may appeal.
#[derive(Clone, Copy, Debug)]
pub struct Side {
    /// What it says.
    pub root: Root,
    /// Who pays the bond of an appeal.
    pub account: Account,
    /// The share of the stake that votes for it whatever is right; zero if none.
    pub friends: f64,
    /// What the last verdict decides for it, in the pay of a juror.
    pub at_stake: f64,
}

impl Side {
    /// Whether it appeals after it lost the round. Who computed the right result does unless the rules say that nobody
    /// does; who did not only if its friends make it pay.
    pub fn appeals(&self, rules: &Rules, round: u8) -> bool {
        if self.root == RIGHT {
            return rules.honest_appeal;
        }
        self.friends > 0.0 && theory::appeals(rules, self.friends, self.at_stake, round)
    }
}

/// A new provider's record.
pub fn beginner(now: BlockNumber) -> ReputationRecord<Account> {
    ReputationRecord::new(now)
}
