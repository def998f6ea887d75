//! The commit, the draw of an audit, and the reveal.

use aicpw_protocol::{audit, verdict::Outcome, Balance, TaskId};
use rand::Rng;
use sp_arithmetic::Perbill;

use super::{
    dispute::Accuser,
    jury::found,
    task::{Assignment, Audit, Mode, QUORUM},
    Event, Market, DEALT_ENOUGH,
};
use crate::{
    player::{Kind, Root, CONSPIRED, RIGHT},
    tally::{Role, BUCKET},
};

/// How many assignments of a thousand an honest provider's machine drops.
const FAULTS_PER_MILLE: u32 = 5;
/// The per cent of assignments that a griefer drops.
const GRIEF_FAULTS: u32 = 20;
/// The per cent of audits and seats on juries that an honest provider misses.
pub(super) const ABSENCE: u32 = 1;

impl Market<'_> {
    /// Lets every provider commit, because the time of the run is over.
    pub(super) fn commit(&mut self, id: usize) {
        let all = 0..self.tasks[id].assignments.len();
        let fresh: Vec<usize> = all
            .filter(|index| self.tasks[id].assignments[*index].root.is_none())
            .collect();
        for index in &fresh {
            let root = self.work(id, *index);
            self.tasks[id].assignments[*index].root = root;
        }
        self.collude(id);
        for index in fresh {
            let one = self.tasks[id].assignments[index];
            if one.root.is_some_and(|root| root != RIGHT) {
                self.tally.wrong_over_time[id / BUCKET] += 1;
                if self.providers[one.provider].kind == Kind::Rational {
                    self.belief.cheated(fraction(one.terms.rate));
                }
            }
        }
        if self.drop_faulty(id) {
            return self.fill(id);
        }
        let task = &self.tasks[id];
        let rate = task.assignments.iter().map(|one| one.terms.rate).max();
        let rate = rate.unwrap_or_default();
        if self.tasks[id].mode == Mode::Expected || self.tasks[id].audit.is_some() {
            return self.reveal(id);
        }
        self.tally.auditable += 1;
        if self.is_audited(id, rate) && self.begin_audit(id) {
            let duration = self.tasks[id].duration;
            return self.schedule(duration, Event::Reveal(id));
        }
        self.reveal(id);
    }

    /// The root that a provider commits to; `None` if it fails.
    fn work(&mut self, id: usize, index: usize) -> Option<Root> {
        let Assignment {
            provider, terms, ..
        } = self.tasks[id].assignments[index];
        let kind = self.providers[provider].kind;
        let effort = self.tasks[id].effort();
        self.tally.began(kind, Role::Provider, terms.price);
        self.tally.compute += effort;
        if self.fails(kind) {
            return None;
        }
        let optimistic = self.tasks[id].mode == Mode::Optimistic;
        let reputation = self.providers[provider]
            .record
            .reputation(self.now, self.rules.half_life);
        let cheats = match kind {
            Kind::Honest
            | Kind::Copying
            | Kind::Rambling
            | Kind::Trusting
            | Kind::Guessing
            | Kind::Unable
            | Kind::Griefing
            | Kind::Robbing => false,
            Kind::Lazy => true,
            // Alone against replicas or an expected root, a cheat is always found.
            Kind::Rational if optimistic => {
                let income = terms.price - self.rules.protocol_fee.mul_floor(terms.price);
                self.rng.random_range(0..self.scenario.trial) == 0
                    || self.belief.cheating_pays(
                        fraction(terms.rate),
                        income as f64,
                        effort as f64,
                        terms.locked() as f64,
                    )
            }
            Kind::Rational => false,
            Kind::Colluding | Kind::Sybil | Kind::Undercutting => optimistic,
            Kind::SelfDealing => {
                optimistic && self.tasks[id].dealt_to.is_none() && reputation.0 >= DEALT_ENOUGH
            }
        };
        if !cheats {
            // A task that a self-dealer submits to itself costs nothing to compute.
            if self.tasks[id].dealt_to != Some(provider) {
                self.tally.worked(kind, Role::Provider, effort);
            }
            return Some(RIGHT);
        }
        Some(match kind {
            Kind::Colluding | Kind::Sybil => CONSPIRED,
            _ => self.garbage(),
        })
    }

    fn fails(&mut self, kind: Kind) -> bool {
        match kind {
            Kind::Griefing => self.hits(GRIEF_FAULTS),
            Kind::Lazy | Kind::Colluding | Kind::Sybil => false,
            _ => self.rng.random_range(0..1_000) < FAULTS_PER_MILLE,
        }
    }

    /// Lets a coalition lie if it has a quorum of the replicas, which it can see.
    fn collude(&mut self, id: usize) {
        if self.tasks[id].mode != Mode::Replicated {
            return;
        }
        let ours = |one: &Assignment, providers: &[crate::player::Provider]| {
            matches!(providers[one.provider].kind, Kind::Colluding | Kind::Sybil)
        };
        let providers = &self.providers;
        let assignments = &mut self.tasks[id].assignments;
        if assignments
            .iter()
            .filter(|one| ours(one, providers))
            .count()
            >= QUORUM
        {
            for one in assignments.iter_mut().filter(|one| ours(one, providers)) {
                one.root = Some(CONSPIRED);
            }
        }
    }

    /// Ends the assignments that failed. Returns whether there were any.
    fn drop_faulty(&mut self, id: usize) -> bool {
        let mut faulty = Vec::new();
        for index in 0..self.tasks[id].assignments.len() {
            let one = self.tasks[id].assignments[index];
            if one.root.is_none() {
                self.end(id, index);
                faulty.push(one);
            }
        }
        self.tasks[id].assignments.retain(|one| one.root.is_some());
        for one in &faulty {
            let requester = self.tasks[id].requester;
            let amount = self.rules.fault_slash.mul_ceil(one.terms.collateral);
            self.unlock(one.provider, one.terms.locked());
            let amount = self.slash(one.provider, amount, requester.account, Role::Provider);
            self.tally.earned(requester.kind, Role::Requester, amount);
            self.faulted(one.provider, one.terms.price);
        }
        !faulty.is_empty()
    }

    fn is_audited(&mut self, id: usize, rate: Perbill) -> bool {
        let randomness = self.rng.random::<[u8; 32]>();
        let assignment = aicpw_protocol::AssignmentId {
            task: TaskId(id as u64),
            replica: 0,
            attempt: self.tasks[id].attempts,
        };
        audit::is_drawn(rate, &randomness, assignment)
    }

    /// Draws an auditor, which runs the task again. Returns whether an auditor was found.
    fn begin_audit(&mut self, id: usize) -> bool {
        let task = &self.tasks[id];
        let price = highest_price(&task.assignments);
        let (judged, highest) = (self.judged_price(id, price), self.juror_pay(id, price));
        let Some(lock) = self.rules.dispute.bond(highest, 0) else {
            return false;
        };
        let mut not = task.tried.clone();
        loop {
            let Some(auditor) = self.draw(id, &not, lock, highest) else {
                return false;
            };
            not.push(auditor);
            let kind = self.providers[auditor].kind;
            self.tally.began(kind, Role::Auditor, judged);
            if self.is_absent(kind) {
                let amount = self.rules.fault_slash.mul_ceil(lock);
                self.slash(auditor, amount, self.treasury, Role::Auditor);
                self.faulted(auditor, judged);
                continue;
            }
            let root = self.re_execute(id, auditor);
            self.tally.audits += 1;
            self.lock(auditor, lock);
            self.tasks[id].audit = Some(Audit {
                auditor,
                root,
                lock,
            });
            return true;
        }
    }

    pub(super) fn is_absent(&mut self, kind: Kind) -> bool {
        kind == Kind::Griefing || kind != Kind::Lazy && self.hits(ABSENCE)
    }

    /// The root that the auditor commits to.
    fn re_execute(&mut self, id: usize, auditor: usize) -> Root {
        let kind = self.providers[auditor].kind;
        let lie = self.tasks[id]
            .assignments
            .iter()
            .filter_map(|one| one.root)
            .find(|root| *root != RIGHT);
        match (kind, lie) {
            (Kind::Lazy, _) => return self.garbage(),
            // A cheat tells its auditor what to say, and auditors of these kinds say it.
            (Kind::Copying | Kind::Undercutting, Some(lie)) => return lie,
            (Kind::Colluding | Kind::Sybil, Some(CONSPIRED)) => return CONSPIRED,
            (Kind::Robbing, _) if !self.is_among(id, Kind::Robbing) => return CONSPIRED,
            _ => {}
        }
        let effort = self.tasks[id].effort();
        self.tally.worked(kind, Role::Auditor, effort);
        self.tally.verification += effort;
        RIGHT
    }

    fn is_among(&self, id: usize, kind: Kind) -> bool {
        let mut assignments = self.tasks[id].assignments.iter();
        assignments.any(|one| self.providers[one.provider].kind == kind)
    }

    /// Opens everybody's commitment.
    pub(super) fn reveal(&mut self, id: usize) {
        for index in 0..self.tasks[id].assignments.len() {
            self.end(id, index);
        }
        match self.tasks[id].mode {
            Mode::Expected => self.compare_with_expected(id),
            Mode::Optimistic => self.close_audit(id, 1),
            Mode::Replicated => self.close_audit(id, QUORUM),
        }
    }

    fn compare_with_expected(&mut self, id: usize) {
        let one = self.tasks[id].assignments[0];
        if one.root == Some(RIGHT) {
            return self.settle(id);
        }
        // It is not paid, and stays undecided until another provider reveals the expected root.
        let task = &mut self.tasks[id];
        task.undecided.append(&mut task.assignments);
        self.fill(id);
    }

    /// Looks for the quorum, and compares it with what the auditor found. A jury decides if they differ, or if there is
    /// no quorum: another replica could copy what is revealed.
    fn close_audit(&mut self, id: usize, quorum: usize) {
        let price = highest_price(&self.tasks[id].assignments);
        let judged = self.judged_price(id, price);
        let audit = self.tasks[id].audit.take();
        let winner = self.most_common(id, quorum);
        // The result that counts comes first.
        self.tasks[id]
            .assignments
            .sort_by_key(|one| one.root != winner);
        let is_agreed = match (&audit, winner) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(audit), Some(root)) => audit.root == root,
        };
        let is_lie = winner.is_some_and(|root| root != RIGHT);
        if is_lie && audit.is_some() {
            self.tally.audits_of_wrong += 1;
        }
        if winner.is_none() {
            self.tally.without_quorum += 1;
        }
        if !is_agreed {
            let accuser = audit.as_ref().map(|audit| self.auditor(audit));
            let outcome = self.judge(id, price, accuser.as_ref());
            if let Some(audit) = audit.filter(|audit| found(&outcome) == Some(audit.root)) {
                // The auditor's lock has been released.
                self.pay_for_audit(audit.auditor, judged);
                if is_lie {
                    self.tally.audits_that_found += 1;
                }
            }
            return self.after_dispute(id, outcome, quorum);
        }
        if let Some(audit) = audit {
            self.unlock(audit.auditor, audit.lock);
            self.pay_for_audit(audit.auditor, judged);
        }
        if self.tasks[id].requester.kind == Kind::Griefing && quorum == 1 {
            if let Some(outcome) = self.grief(id, price) {
                return self.after_dispute(id, outcome, quorum);
            }
        }
        let window = match quorum {
            1 => self.rules.optimistic_window,
            _ => 0,
        };
        self.schedule(window, Event::Settle(id));
    }

    fn auditor(&self, audit: &Audit) -> Accuser {
        let provider = &self.providers[audit.auditor];
        Accuser {
            account: provider.account,
            provider: Some(audit.auditor),
            kind: provider.kind,
            role: Role::Auditor,
            root: Some(audit.root),
            bond: audit.lock,
        }
    }

    /// Lets a requester dispute a right result. Returns the outcome, if the result could be disputed.
    fn grief(&mut self, id: usize, price: Balance) -> Option<Outcome> {
        let requester = self.tasks[id].requester;
        let pay = self.juror_pay(id, price);
        let bond = self.rules.dispute.bond(pay, 0).unwrap_or_default();
        if !self.ledger.hold(requester.account, bond) {
            return None;
        }
        self.tally.began(requester.kind, Role::Requester, price);
        let accuser = Accuser {
            account: requester.account,
            provider: None,
            kind: requester.kind,
            role: Role::Requester,
            root: None,
            bond,
        };
        Some(self.judge(id, price, Some(&accuser)))
    }

    /// Continues the task after a jury has decided, or could not.
    pub(super) fn after_dispute(&mut self, id: usize, outcome: Outcome, quorum: usize) {
        match outcome {
            Outcome::Upheld { .. } | Outcome::Wrong { .. } => {}
            // The revealed result counts; if a quorum is required, the quorum's. It comes first.
            Outcome::Unable if self.most_common(id, quorum).is_some() => {}
            Outcome::Unable => return self.pay_all(id),
            // Too few jurors, or a divided jury: the requester is refunded and nobody is slashed.
            _ => return self.refund(id),
        }
        // The assignments that have the right result are left, or all of them.
        if !self.tasks[id].assignments.is_empty() {
            return self.schedule(0, Event::Settle(id));
        }
        if quorum > 1 {
            // New replicas would need more seats than a task has.
            return self.refund(id);
        }
        self.fill(id);
    }

    /// A root that this many assignments committed to.
    fn most_common(&self, id: usize, quorum: usize) -> Option<Root> {
        let roots = || self.tasks[id].assignments.iter().filter_map(|one| one.root);
        roots().find(|root| roots().filter(|other| other == root).count() >= quorum)
    }

    fn pay_for_audit(&mut self, auditor: usize, judged: Balance) {
        let provider = &self.providers[auditor];
        let (account, kind) = (provider.account, provider.kind);
        let paid = self.ledger.pay(self.treasury, account, judged);
        self.tally.audit_pay += paid;
        self.tally.earned(kind, Role::Auditor, paid);
    }
}

/// The price on which the pay of auditors and jurors is based.
fn highest_price(assignments: &[Assignment]) -> Balance {
    let prices = assignments.iter().map(|one| one.terms.price);
    prices.max().unwrap_or_default()
}

fn fraction(rate: Perbill) -> f64 {
    f64::from(rate.deconstruct()) / 1e9
}
