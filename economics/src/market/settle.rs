//! Pay, refunds, slashes, and their effect on reputation.

use aicpw_protocol::{reputation::weight, Balance};

use super::{
    task::{Assignment, Task},
    Event, Market,
};
use crate::{
    ledger::Account,
    player::{self, Kind, RIGHT},
    tally::{Role, BUCKET},
};

impl Market<'_> {
    /// Settles the task. The first assignment's root is the result.
    pub(super) fn settle(&mut self, id: usize) {
        let requester = self.tasks[id].requester;
        let root = self.tasks[id].assignments.first().and_then(|one| one.root);
        let account = requester.account;
        self.tally.settled += 1;
        if root != Some(RIGHT) {
            self.tally.undetected += 1;
            self.tally.undetected_over_time[id / BUCKET] += 1;
        }
        for one in self.tasks[id].assignments.clone() {
            if one.root != root {
                self.out_voted(&one);
                continue;
            }
            self.pay_price(id, &one);
            self.remember_settlement(one.provider, account, one.terms.price);
            self.schedule(
                self.rules.retrieval_window,
                Event::Unlock {
                    provider: one.provider,
                    amount: one.terms.locked(),
                },
            );
        }
        let cost = self.tasks[id].audit_cost;
        self.tally.audit_costs += self.pay_from_escrow(id, self.treasury, cost);
        for one in std::mem::take(&mut self.tasks[id].undecided) {
            // Another assignment revealed the expected root.
            self.unlock(one.provider, one.terms.locked());
            let locked = one.terms.locked();
            let amount = self.slash(one.provider, locked, self.treasury, Role::Provider);
            self.faulted(one.provider, one.terms.price);
            self.turned_down(one.provider, one.root.unwrap_or(RIGHT), amount);
        }
        self.close(id);
    }

    /// Pays a result its price, less the fee.
    fn pay_price(&mut self, id: usize, one: &Assignment) {
        let fee = self.rules.protocol_fee.mul_floor(one.terms.price);
        self.pay_from_escrow(id, self.treasury, fee);
        let provider = &self.providers[one.provider];
        let (to, kind) = (provider.account, provider.kind);
        let paid = self.pay_from_escrow(id, to, one.terms.price - fee);
        self.tally.earned(kind, Role::Provider, paid);
    }

    /// Pays for every result without settling one, because a jury was unable to say which of several is right.
    pub(super) fn pay_all(&mut self, id: usize) {
        for one in self.tasks[id].assignments.clone() {
            self.pay_price(id, &one);
        }
        self.refund(id);
    }

    /// Punishes a replica of the minority: it loses its collateral and, if the rules say so, its bond.
    fn out_voted(&mut self, one: &Assignment) {
        self.unlock(one.provider, one.terms.locked());
        let lost = if self.rules.minority_loses_bond {
            one.terms.locked()
        } else {
            one.terms.collateral
        };
        let amount = self.slash(one.provider, lost, self.treasury, Role::Provider);
        self.faulted(one.provider, one.terms.price);
        self.turned_down(one.provider, one.root.unwrap_or(RIGHT), amount);
    }

    /// Ends the task without a result.
    pub(super) fn refund(&mut self, id: usize) {
        self.tally.refunded += 1;
        self.release_assignments(id);
        if let Some(audit) = self.tasks[id].audit.take() {
            self.unlock(audit.auditor, audit.lock);
        }
        for one in std::mem::take(&mut self.tasks[id].undecided) {
            self.unlock(one.provider, one.terms.locked());
        }
        self.close(id);
    }

    /// Ends the assignments and releases what is locked for them.
    pub(super) fn release_assignments(&mut self, id: usize) {
        for index in 0..self.tasks[id].assignments.len() {
            self.end(id, index);
        }
        for one in std::mem::take(&mut self.tasks[id].assignments) {
            self.unlock(one.provider, one.terms.locked());
        }
    }

    fn close(&mut self, id: usize) {
        let Task {
            escrow, requester, ..
        } = self.tasks[id];
        self.ledger.release(requester.account, escrow);
        let task = &mut self.tasks[id];
        task.escrow = 0;
        // This saves memory: there are a hundred thousand tasks.
        task.assignments = Vec::new();
        task.tried = Vec::new();
    }

    fn pay_from_escrow(&mut self, id: usize, to: Account, amount: Balance) -> Balance {
        let task = &mut self.tasks[id];
        let requester = task.requester;
        let paid = self
            .ledger
            .take(requester.account, to, amount.min(task.escrow));
        task.escrow -= paid;
        self.tally.lost(requester.kind, Role::Requester, paid);
        paid
    }

    /// Frees the device for the next task.
    pub(super) fn end(&mut self, id: usize, index: usize) {
        let one = &mut self.tasks[id].assignments[index];
        if std::mem::replace(&mut one.ended, true) {
            return;
        }
        let provider = one.provider;
        let ask = self.new_ask(self.providers[provider].kind);
        let provider = &mut self.providers[provider];
        provider.busy -= 1;
        provider.ask = ask;
    }

    /// Takes stake from a provider. Returns the amount taken.
    pub(super) fn slash(
        &mut self,
        provider: usize,
        amount: Balance,
        to: Account,
        role: Role,
    ) -> Balance {
        let one = &mut self.providers[provider];
        // Stake that is locked for something else stays.
        let amount = amount.min(one.free_stake());
        let taken = self.ledger.take(one.account, to, amount);
        one.stake -= taken;
        self.tally.lost(one.kind, role, taken);
        self.weights.clear();
        self.replenish(provider);
        taken
    }

    /// Replaces stake that a provider lost, as far as its purse allows, unless its kind does not want to go on.
    fn replenish(&mut self, provider: usize) {
        let one = &mut self.providers[provider];
        let missing = one.nominal.saturating_sub(one.stake);
        match one.kind {
            Kind::Lazy => return,
            Kind::Sybil => {
                // It comes back under a new name once the old one is of no use.
                if one.is_active(self.rules) || self.ledger.free(self.purse) < missing {
                    return;
                }
                self.ledger.pay(self.purse, one.account, missing);
                one.record = player::beginner(self.now);
            }
            Kind::Colluding | Kind::Robbing => {
                self.ledger.pay(self.purse, one.account, missing);
            }
            _ => {}
        }
        let one = &mut self.providers[provider];
        let missing = missing.min(self.ledger.free(one.account));
        if self.ledger.hold(one.account, missing) {
            one.stake += missing;
        }
    }

    /// Counts a fault against the reputation, weighted by the price of the assignment or a juror's pay.
    pub(super) fn faulted(&mut self, provider: usize, at_stake: Balance) {
        let record = &mut self.providers[provider].record;
        record.settle_time(self.now, self.rules.half_life);
        record.faulted(weight(at_stake, self.rules.reputation_unit));
    }

    /// Takes the whole reputation after a verdict.
    pub(super) fn convicted(&mut self, provider: usize) {
        let record = &mut self.providers[provider].record;
        record.settle_time(self.now, self.rules.half_life);
        record.convicted();
    }

    fn remember_settlement(&mut self, provider: usize, requester: Account, paid: Balance) {
        let one = &mut self.providers[provider];
        one.record.settle_time(self.now, self.rules.half_life);
        one.record
            .settled(&requester, weight(paid, self.rules.reputation_unit));
        if one.kind != Kind::Honest {
            let reputation = one.record.reputation(self.now, self.rules.half_life);
            let best = &mut self.tally.best_other_reputation;
            *best = (*best).max(reputation.0);
        }
    }
}
