//! The players, and how each of them behaves.

use aicpw_protocol::{reputation::ReputationRecord, Balance, BlockNumber};

use crate::{ledger::Account, rules::Rules, theory};

/// A result: the right one, or one of many wrong ones. It stands for the result root; whether somebody also knows the
/// trace root is tracked separately.
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
    /// Does the work, as the worker of the shipped node does; sometimes its machine fails.
    Honest,
    /// Cheats whenever it expects more from that than from honest work, based on what all rational cheats have learnt
    /// so far, and now and then to try. Does its duty as auditor and juror.
    Rational,
    /// Never works: sends garbage as provider, auditor and juror.
    Lazy,
    /// Works on its own tasks. As auditor it sends the root that a cheat tells it. As juror it votes for the root that
    /// most of the jury will probably have found: the auditor's, or the revealed one if a requester disputes that.
    Copying,
    /// Works as provider and auditor; as juror it votes for a root that nobody has found.
    Rambling,
    /// Works as provider and auditor; as juror it votes for the revealed root.
    Trusting,
    /// Works as provider and auditor; as juror it tosses a coin between the revealed root and the auditor's.
    Guessing,
    /// Works as provider and auditor; as juror it says that it was unable to run the program.
    Unable,
    /// Acts as one with all of its kind. It cheats wherever it is not certain to be found, confirms results of its own
    /// kind as auditor without work, helps its kind on juries ([`Friends`](crate::scenario::Friends)), and appeals when
    /// that pays. Its purse has no limit.
    Colluding,
    /// Like colluding, in many accounts with the lowest stake and the lowest asks. An account that loses its stake
    /// comes back under a new name, until the purse is empty.
    Sybil,
    /// Asks less than half of what the cheapest honest provider asks, so that by its own price no honest provider could
    /// judge it, and cheats wherever it is not certain to be found. As auditor of others of its kind it sends the root
    /// that they tell it; as juror it works.
    Undercutting,
    /// Pays itself for tasks that cost it nothing until its reputation is high, then cheats others.
    SelfDealing,
    /// Is silent as auditor and juror, and drops tasks. Its requesters dispute right results.
    Griefing,
    /// Acts as one with all of its kind. It works, but as auditor it calls right results wrong, and as juror it votes
    /// for that, to live on honest providers' bonds.
    Robbing,
}

impl Kind {
    /// All kinds.
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

    /// The name in tables.
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

    /// Whether all players of this kind act as one.
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
    /// Its ask in AICP per TFLOPS-hour.
    pub ask: Balance,
    /// The stake that it aims for, and replenishes if its purse allows.
    pub nominal: Balance,
    /// What is left of that stake.
    pub stake: Balance,
    /// The part of the stake that is locked for assignments and audits.
    pub locked: Balance,
    /// The number of running assignments.
    pub busy: u8,
    /// Its reputation.
    pub record: ReputationRecord<Account>,
}

impl Provider {
    /// The stake that can be locked.
    pub fn free_stake(&self) -> Balance {
        self.stake.saturating_sub(self.locked)
    }

    /// Whether it may take part in the market.
    pub fn is_active(&self, rules: &Rules) -> bool {
        self.stake >= rules.min_stake
    }
}

/// What rational cheats know together; they read the chain.
#[derive(Clone, Copy, Debug)]
pub struct Belief {
    /// How many audits their wrong results should have met.
    audits: f64,
    /// How many verdicts there were against them.
    verdicts: f64,
}

impl Belief {
    /// The belief they begin with: that nine audits of ten are worth nothing.
    pub const OPTIMISTIC: Self = Self {
        audits: 10.0,
        verdicts: 1.0,
    };

    /// Notes that one of them sent a wrong result, which is audited at this rate.
    pub fn cheated(&mut self, rate: f64) {
        self.audits += rate;
    }

    /// Notes that one of them was found.
    pub fn found(&mut self) {
        self.verdicts += 1.0;
    }

    /// Whether cheating brings more than honest work. The income is the price less the fee; the effort is the cost of
    /// the work; all amounts are in one unit.
    pub fn cheating_pays(&self, rate: f64, income: f64, effort: f64, locked: f64) -> bool {
        let found = rate * (self.verdicts / self.audits).min(1.0);
        (1.0 - found) * income - found * locked > income - effort
    }
}

/// A side in a dispute that may appeal.
#[derive(Clone, Copy, Debug)]
pub struct Side {
    /// The root that the side stands for.
    pub root: Root,
    /// The account that pays the bond of an appeal.
    pub account: Account,
    /// The share of the stake that votes for it, whatever is right; zero if there are no such friends.
    pub friends: f64,
    /// What the last verdict decides for the side, in units of a juror's pay.
    pub at_stake: f64,
}

impl Side {
    /// Whether the side appeals after it lost the round. A side with the right result does, unless the rules say that
    /// nobody does; any other side does only if its friends make it pay.
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
