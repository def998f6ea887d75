//! What came of it: counts, and who earned what by what.

use std::collections::BTreeMap;

use aicpw_protocol::{units::AICP, Balance};

use crate::player::Kind;

/// Tasks in one point of a curve over time.
pub const BUCKET: usize = 1_000;

/// By what a player earns or loses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Role {
    /// Runs tasks.
    Provider,
    /// Re-executes before the reveal.
    Auditor,
    /// Judges.
    Juror,
    /// Submits, and disputes.
    Requester,
}

impl Role {
    /// For tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Auditor => "auditor",
            Self::Juror => "juror",
            Self::Requester => "requester",
        }
    }
}

/// One kind in one role.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Account {
    /// Assignments, audits, seats on juries, or disputes.
    pub times: u64,
    /// The prices of all of them together: the measure for what follows.
    pub prices: Balance,
    /// AICP received less AICP lost.
    pub income: i128,
    /// What the work cost outside the chain: electricity and wear.
    pub effort: Balance,
}

impl Account {
    /// Income less effort, in prices: what one assignment, audit or seat brings on average.
    pub fn net(&self) -> f64 {
        if self.prices == 0 {
            return 0.0;
        }
        (self.income as f64 - self.effort as f64) / self.prices as f64
    }
}

/// All that is counted in one run.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Tally {
    /// Tasks submitted.
    pub submitted: u64,
    /// Tasks whose result was accepted.
    pub settled: u64,
    /// Tasks that ended without a result.
    pub refunded: u64,
    /// Tasks whose requester could not pay: the simulation's purses were too small.
    pub unpaid: u64,
    /// Wrong results that were accepted.
    pub undetected: u64,
    /// Wrong results that a verdict, a quorum or the expected root turned down.
    pub detected: u64,
    /// Right results that a verdict or a quorum turned down.
    pub robbed: u64,
    /// What they cost their providers.
    pub robbed_amount: Balance,
    /// Audits that took place.
    pub audits: u64,
    /// Tasks that could have been audited.
    pub auditable: u64,
    /// Wrong results that were audited.
    pub audits_of_wrong: u64,
    /// Of these, those that ended with a verdict against the provider.
    pub audits_that_found: u64,
    /// Disputes.
    pub disputes: u64,
    /// Those in which what was revealed, or the first of it, was wrong.
    pub disputes_of_wrong: u64,
    /// Tasks of several replicas of which no quorum agreed.
    pub without_quorum: u64,
    /// Appeals.
    pub appeals: u64,
    /// Larger juries that the chain called without a bond, because a first one had come to nothing.
    pub unasked: u64,
    /// Disputes that ended with a jury most of which was unable: what was revealed counts.
    pub unable: u64,
    /// Disputes without a verdict: too few jurors, or no majority.
    pub no_verdict: u64,
    /// Most jurors of one dispute.
    pub most_jurors: u64,
    /// What the assignments cost if they are worked on.
    pub compute: Balance,
    /// What auditors and jurors worked.
    pub verification: Balance,
    /// What requesters paid as expected audit cost.
    pub audit_costs: Balance,
    /// What auditors were paid for it.
    pub audit_pay: Balance,
    /// What disputes left to the treasury.
    pub fines: Balance,
    /// Who earned what by what.
    pub accounts: BTreeMap<(Kind, Role), Account>,
    /// Wrong results accepted, for each [`BUCKET`] of tasks by submission.
    pub undetected_over_time: Vec<u64>,
    /// Wrong results sent, likewise.
    pub wrong_over_time: Vec<u64>,
    /// The reputation of honest providers at the end, mean.
    pub honest_reputation: f64,
    /// The reputation of the others.
    pub other_reputation: f64,
    /// The highest reputation that one of the others ever had.
    pub best_other_reputation: u16,
    /// AICP in the world before the first task.
    pub issued: Balance,
    /// AICP in the world after the last.
    pub remaining: Balance,
    /// What is held at the end beyond the providers' stakes; nothing, for all has ended.
    pub left_held: i128,
}

impl Tally {
    /// Extra compute for verification, as a factor.
    pub fn overhead(&self) -> f64 {
        if self.compute == 0 {
            return 1.0;
        }
        1.0 + self.verification as f64 / self.compute as f64
    }

    /// Wrong results among those accepted.
    pub fn undetected_share(&self) -> f64 {
        self.undetected as f64 / self.settled.max(1) as f64
    }

    /// Of a kind in a role.
    pub fn account(&self, kind: Kind, role: Role) -> Account {
        self.accounts
            .get(&(kind, role))
            .copied()
            .unwrap_or_default()
    }

    /// What a kind has in all roles together, income less effort. Honest requesters are other people
    /// than honest providers, and have the results for what they pay.
    pub fn net_of(&self, kind: Kind) -> i128 {
        self.accounts
            .iter()
            .filter(|((who, role), _)| {
                *who == kind && (*who != Kind::Honest || *role != Role::Requester)
            })
            .map(|(_, account)| account.income - account.effort as i128)
            .sum()
    }

    /// The same for each assignment, in prices.
    pub fn per_assignment(&self, kind: Kind) -> f64 {
        let prices = self.account(kind, Role::Provider).prices;
        self.net_of(kind) as f64 / prices.max(1) as f64
    }

    /// What a wrong result that was accepted has cost the players of this kind, in AICP: what honest
    /// work would have brought them, as it brought the honest, less what they have. `None` if there
    /// is nobody to compare with, or no such result.
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
