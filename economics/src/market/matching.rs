//! Submissions, and who gets them: for the first replica the cheapest ask, for all others a draw by stake.

use aicpw_protocol::{
    pricing, progress::submission_fee, units::AICP, AskPrice, Balance, Gflops, Milliseconds,
};
use rand::Rng;

use super::{
    task::{Assignment, Mode, Task, Terms},
    Event, Market, DEALT_ENOUGH,
};
use crate::{player::Kind, rules::MINUTE, tally::Role};

/// How many assignments a device runs at once.
const SLOTS: u8 = 4;
/// How many draws to make for one seat before there are too few who could take it.
const DRAWS: u32 = 300;

impl Market<'_> {
    pub(super) fn submit(&mut self) {
        // Some provider changes its ask: one that asks too much for its reputation would never be matched again.
        let somebody = self.rng.random_range(0..self.providers.len());
        self.providers[somebody].ask = self.new_ask(self.providers[somebody].kind);
        let id = self.tasks.len();
        let dealt_to = self.self_dealer();
        let requester = match dealt_to {
            Some(_) => self.shills[id % self.shills.len()],
            None => self.requesters[self.rng.random_range(0..self.requesters.len())],
        };
        // One to eight TFLOPS, five minutes to two hours: from 0.08 to 16 AICP at an ask of one.
        let gflops = Gflops(1_000 << self.rng.random_range(0..4));
        let minutes = self.rng.random_range(5..120u32);
        let (gflops, minutes) = match dealt_to {
            Some(_) => (Gflops(1_000), 60),
            None => (gflops, minutes),
        };
        let time_limit = Milliseconds(u64::from(minutes) * 60_000);
        let mode = match self.rng.random_range(0..100) {
            _ if dealt_to.is_some() => Mode::Optimistic,
            0..70 => Mode::Optimistic,
            70..85 => Mode::Replicated,
            _ => Mode::Expected,
        };
        let traceless = self.scenario.traceless_percent;
        let traced = !self.hits(traceless);
        self.tally.submitted += 1;
        let reports = self.rules.reports.reports(minutes * MINUTE);
        let replicas = mode.replicas() as u8;
        let fee = submission_fee(self.rules.submission_fee, reports, replicas);
        let fee = self.ledger.pay(requester.account, self.treasury, fee);
        self.tally.lost(requester.kind, Role::Requester, fee);
        self.tasks.push(Task {
            requester,
            mode,
            gflops,
            time_limit,
            duration: minutes * MINUTE,
            base: pricing::price(AskPrice(AICP), gflops, time_limit).unwrap_or_default(),
            traced,
            dealt_to,
            attempts: 0,
            assignments: Vec::new(),
            undecided: Vec::new(),
            tried: Vec::new(),
            escrow: 0,
            audit_cost: 0,
            audit: None,
        });
        self.fill(id);
    }

    /// A self-dealer that buys itself reputation with the next task, which is so for one task in twenty.
    fn self_dealer(&mut self) -> Option<usize> {
        if self.shills.is_empty() || !self.hits(5) {
            return None;
        }
        let now = self.now;
        let half_life = self.rules.half_life;
        self.providers.iter().position(|provider| {
            provider.kind == Kind::SelfDealing
                && provider.busy < SLOTS
                && provider.is_active(self.rules)
                && provider.record.reputation(now, half_life).0 < DEALT_ENOUGH
        })
    }

    /// Finds the providers that the task still needs, after which it runs. If they cannot be found, the task ends.
    pub(super) fn fill(&mut self, id: usize) {
        let attempts = &mut self.tasks[id].attempts;
        *attempts += 1;
        if *attempts > self.rules.max_attempts {
            return self.refund(id);
        }
        while self.tasks[id].assignments.len() < self.tasks[id].mode.replicas() {
            if !self.add_replica(id) {
                return self.refund(id);
            }
        }
        if !self.set_escrow(id) {
            self.tally.unpaid += 1;
            return self.refund(id);
        }
        let duration = self.tasks[id].duration;
        self.schedule(duration, Event::Commit(id));
    }

    /// Matches one more replica. Returns whether a provider was found.
    pub(super) fn add_replica(&mut self, id: usize) -> bool {
        let first = self.tasks[id].assignments.is_empty();
        let found = match self.tasks[id].dealt_to {
            Some(provider) if first && !self.tasks[id].tried.contains(&provider) => self
                .terms(provider, id)
                .map(|terms| (provider, terms))
                .or_else(|| self.cheapest(id)),
            _ if first => self.cheapest(id),
            _ => self.drawn_replica(id),
        };
        let Some((provider, terms)) = found else {
            return false;
        };
        self.lock(provider, terms.locked());
        self.providers[provider].busy += 1;
        let task = &mut self.tasks[id];
        task.tried.push(provider);
        task.assignments.push(Assignment {
            provider,
            terms,
            root: None,
            ended: false,
        });
        true
    }

    fn cheapest(&self, id: usize) -> Option<(usize, Terms)> {
        let mut best: Option<(usize, Terms)> = None;
        for (index, provider) in self.providers.iter().enumerate() {
            // Terms cost more to compute than to skip.
            if best.is_some_and(|(other, _)| self.providers[other].ask <= provider.ask) {
                continue;
            }
            if let Some(terms) = self.terms(index, id) {
                best = Some((index, terms));
            }
        }
        best
    }

    fn drawn_replica(&mut self, id: usize) -> Option<(usize, Terms)> {
        (0..DRAWS).find_map(|_| {
            let provider = self.draw_one()?;
            self.terms(provider, id).map(|terms| (provider, terms))
        })
    }

    /// Price and locks, if the provider can take the task.
    fn terms(&self, index: usize, id: usize) -> Option<Terms> {
        let (provider, task) = (&self.providers[index], &self.tasks[id]);
        if provider.busy >= SLOTS || !provider.is_active(self.rules) || task.tried.contains(&index)
        {
            return None;
        }
        let price = self.asked(index, id)?;
        let judged = self.judged_price(id, price);
        let rules = self.rules;
        let collateral = pricing::collateral(
            price,
            task.budget(),
            rules.min_collateral_base,
            rules.collateral_share,
        );
        let bond = match task.mode {
            Mode::Expected => 0,
            Mode::Optimistic | Mode::Replicated => rules.audit.fraud_bond(judged)?,
        };
        let reputation = provider.record.reputation(self.now, rules.half_life);
        let rate = match task.mode {
            Mode::Expected => sp_arithmetic::Perbill::zero(),
            _ => rules.audit.rate(price, collateral + bond, reputation),
        };
        let terms = Terms {
            price,
            collateral,
            bond,
            rate,
        };
        let affordable = price + rules.audit.cost(judged, rate)? <= task.budget();
        (affordable && terms.locked() <= provider.free_stake()).then_some(terms)
    }

    /// What a provider asks for a task.
    fn asked(&self, index: usize, id: usize) -> Option<Balance> {
        let (provider, task) = (&self.providers[index], &self.tasks[id]);
        pricing::price(AskPrice(provider.ask), task.gflops, task.time_limit)
    }

    /// Holds the requester's money for the cost of the assignments, audits included. Returns whether there was enough.
    pub(super) fn set_escrow(&mut self, id: usize) -> bool {
        let assignments = self.tasks[id].assignments.iter();
        let prices = assignments.clone().map(|one| one.terms.price);
        let highest = prices.clone().max().unwrap_or_default();
        let sum = prices.sum::<Balance>();
        let rate = assignments.map(|one| one.terms.rate).max();
        let judged = self.judged_price(id, highest);
        let cost = self.rules.audit.cost(judged, rate.unwrap_or_default());
        let task = &mut self.tasks[id];
        task.audit_cost = cost.unwrap_or_default();
        let needed = sum + task.audit_cost;
        let account = task.requester.account;
        self.ledger.release(account, task.escrow);
        task.escrow = 0;
        if !self.ledger.hold(account, needed) {
            return false;
        }
        task.escrow = needed;
        true
    }

    /// Draws a provider by its stake. It must not be in `not`, must have enough free stake, and must not ask more than
    /// this for the task.
    pub(super) fn draw(
        &mut self,
        id: usize,
        not: &[usize],
        free: Balance,
        highest: Balance,
    ) -> Option<usize> {
        (0..DRAWS).find_map(|_| {
            let provider = self.draw_one()?;
            let fits = !not.contains(&provider)
                && self.providers[provider].free_stake() >= free
                && self
                    .asked(provider, id)
                    .is_some_and(|asked| asked <= highest);
            fits.then_some(provider)
        })
    }

    fn draw_one(&mut self) -> Option<usize> {
        if self.weights.is_empty() {
            let mut sum = 0;
            for provider in &self.providers {
                if provider.is_active(self.rules) {
                    sum += provider.stake;
                }
                self.weights.push(sum);
            }
        }
        let all = self.weights.last().copied().filter(|all| *all > 0)?;
        let ticket = self.rng.random_range(0..all);
        Some(self.weights.partition_point(|sum| *sum <= ticket))
    }
}
