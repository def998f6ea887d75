//! The outcome of a run: counts, and who earned how much in which role.

use std::collections::BTreeMap;

use aicpw_protocol::{units::AICP, Balance};

use crate::player::Kind;

/// How many tasks form one point of a curve over time.
pub const BUCKET: usize = 1_000;

/// The role in which a player earns or loses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Role {
    /// Runs tasks.
    Provider,
    /// Runs tasks again before the reveal.
    Auditor,
    /// Judges results.
    Juror,
    /// Submits tasks, and disputes results.
    Requester,
}

impl Role {
    /// The name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Auditor => "auditor",
            Self::Juror => "juror",
            Self::Requester => "requester",
        }
    }
}

/// What one kind of player earned in one role.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Account {
    /// The number of assignments, audits, seats on juries, or disputes.
    pub times: u64,
    /// The sum of the prices of all of them, which is the measure for the other amounts.
    pub prices: Balance,
    /// AICP received less AICP lost.
    pub income: i128,
    /// What the work cost outside of the chain: electricity and wear.
    pub effort: Balance,
}

impl Account {
    /// Income less effort, in units of the price: what one assignment, audit or seat brings on average.
    pub fn net(&self) -> f64 {
        if self.prices == 0 {
            return 0.0;
        }
        (self.income as f64 - self.effort as f64) / self.prices as f64
    }
}

/// Everything that is counted in one run.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Tally {
    /// Tasks submitted.
    pub submitted: u64,
    /// Tasks whose result was accepted.
    pub settled: u64,
    /// Tasks that ended without a result.
    pub refunded: u64,
    /// Tasks whose requester could not pay: in that case the simulation's purses were too small.
    pub unpaid: u64,
    /// Wrong results that were accepted.
    pub undetected: u64,
    /// Wrong results that a verdict, a quorum or the expected root turned down.
    pub detected: u64,
    /// Right results that a verdict or a quorum turned down.
    pub robbed: u64,
    /// What these right results cost their providers.
    pub robbed_amount: Balance,
    /// Audits that took place.
    pub audits: u64,
    /// Tasks that could have been audited.
    pub auditable: u64,
    /// Wrong results that were audited.
    pub audits_of_wrong: u64,
    /// Audits of wrong results that ended with a verdict against the provider.
    pub audits_that_found: u64,
    /// Disputes.
    pub disputes: u64,
    /// Disputes in which the revealed result, or the first of several, was wrong.
    pub disputes_of_wrong: u64,
    /// Tasks with several replicas, of which no quorum agreed.
    pub without_quorum: u64,
    /// Appeals.
    pub appeals: u64,
    /// Larger juries that the chain called without a bond, because the first one had come to nothing.
    pub unasked: u64,
    /// Disputes that ended with a jury of which most were unable: the revealed result counts.
    pub unable: u64,
    /// Disputes without a verdict: too few jurors, or no majority.
    pub no_verdict: u64,
    /// The most jurors in one dispute.
    pub most_jurors: u64,
    /// What the assignments cost if they are worked on.
    pub compute: Balance,
    /// The cost of the work of auditors and jurors.
    pub verification: Balance,
    /// What requesters paid as expected audit cost.
    pub audit_costs: Balance,
    /// What auditors were paid for audits.
    pub audit_pay: Balance,
    /// What disputes left to the treasury.
    pub fines: Balance,
    /// What each kind earned in each role.
    pub accounts: BTreeMap<(Kind, Role), Account>,
    /// Accepted wrong results, for each [`BUCKET`] of tasks in the order of submission.
    pub undetected_over_time: Vec<u64>,
    /// Wrong results that were sent, in the same way.
    pub wrong_over_time: Vec<u64>,
    /// The mean reputation of honest providers at the end.
    pub honest_reputation: f64,
    /// The mean reputation of the other providers at the end.
    pub other_reputation: f64,
    /// The highest reputation that one of the other providers ever had.
    pub best_other_reputation: u16,
    /// All AICP before the first task.
    pub issued: Balance,
    /// All AICP after the last task.
    pub remaining: Balance,
    /// What is held at the end beyond the providers' stakes. It must be zero, because everything has ended.
    pub left_held: i128,
}

impl Tally {
    /// How much more computing verification takes, as a factor.
    pub fn overhead(&self) -> f64 {
        if self.compute == 0 {
            return 1.0;
        }
        1.0 + self.verification as f64 / self.compute as f64
    }

    /// The share of wrong results among the accepted ones.
    pub fn undetected_share(&self) -> f64 {
        self.undetected as f64 / self.settled.max(1) as f64
    }

    /// What a kind earned in a role.
    pub fn account(&self, kind: Kind, role: Role) -> Account {
        self.accounts
            .get(&(kind, role))
            .copied()
            .unwrap_or_default()
    }

    /// What a kind earned in all roles together: income less effort. For honest players this leaves out the requesters.
    /// They are other people than the providers, and get results for what they pay.
    pub fn net_of(&self, kind: Kind) -> i128 {
        self.accounts
            .iter()
            .filter(|((who, role), _)| {
                *who == kind && (*who != Kind::Honest || *role != Role::Requester)
            })
            .map(|(_, account)| account.income - account.effort as i128)
            .sum()
    }

    /// What a kind earned per assignment, in units of the price.
    pub fn per_assignment(&self, kind: Kind) -> f64 {
        let prices = self.account(kind, Role::Provider).prices;
        self.net_of(kind) as f64 / prices.max(1) as f64
    }

    /// What each accepted wrong result has cost the players of this kind, in AICP: what honest work would have brought
    /// them, as it brought the honest players, less what they have. `None` if there is nobody to compare with, or no
    /// such result.
    pub fn cost_of_wrong(&self, kind: Kind) -> Option<f64> {
        let honest = self.account(Kind::Honest, Role::Provider);
        if kind == Kind::Honest || honest.times == 0 || self.undetected == 0 {
            return None;
        }
        let prices = self.account(kind, Role::Provider).prices as f64;
        let forgone = honest.net() * prices - self.net_of(kind) as f64;
        Some(forgone / self.undetected as f64 / AICP as f64)
    }

    pub(crate) fn earned(&mut self, kind: Kind, role: Role, amount: Balance) {
        self.accounts.entry((kind, role)).or_default().income += amount as i128;
    }

    pub(crate) fn lost(&mut self, kind: Kind, role: Role, amount: Balance) {
        self.accounts.entry((kind, role)).or_default().income -= amount as i128;
    }

    pub(crate) fn began(&mut self, kind: Kind, role: Role, price: Balance) {
        let account = self.accounts.entry((kind, role)).or_default();
        account.times += 1;
        account.prices += price;
    }

    pub(crate) fn worked(&mut self, kind: Kind, role: Role, effort: Balance) {
        self.accounts.entry((kind, role)).or_default().effort += effort;
    }
}
