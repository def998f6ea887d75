//! One jury after another, appeals, and who pays.

use aicpw_protocol::{
    dispute::Claims,
    judging,
    verdict::{count, decides, is_undecided, is_work, Count, Outcome, Vote},
    Balance, Hash,
};

use super::{
    jury::{found, root_of, Ballot, Talk},
    Market,
};
use crate::{
    ledger::Account,
    player::{Kind, Root, Side, CONSPIRED, RIGHT},
    tally::Role,
};

/// Whoever says that a result is wrong: an auditor, or the account that has opened the dispute.
#[derive(Clone, Copy, Debug)]
pub(super) struct Accuser {
    pub account: Account,
    /// The auditor, whose bond is a lock on its stake; `None` if the accuser is not an auditor.
    pub provider: Option<usize>,
    pub kind: Kind,
    pub role: Role,
    /// The root that the accuser computed, if it did.
    pub root: Option<Root>,
    pub bond: Balance,
}

/// A dispute that has ended.
struct Case {
    outcome: Outcome,
    pay: Balance,
    /// `None` if the chain called the jury because the replicas have no majority.
    accuser: Option<Accuser>,
    /// The first ballot of a larger jury that did not itself reach the outcome that stands. Its votes did not count.
    excused_from: Option<usize>,
}

/// The bond of an appeal.
struct Appeal {
    account: Account,
    kind: Kind,
    role: Role,
    bond: Balance,
    /// The outcome that the appeal was against.
    against: Outcome,
}

/// A side in a dispute, and who pays for it.
struct Party {
    side: Side,
    kind: Kind,
    role: Role,
}

impl Market<'_> {
    /// Finds the right result, whether it is one that the task's assignments have revealed or another one. Makes the
    /// losers pay: those that revealed something else, as `decide` of the chain's tasks does. Their assignments are
    /// removed. Without a verdict, nobody's result is slashed.
    pub(super) fn judge(
        &mut self,
        id: usize,
        price: Balance,
        accuser: Option<&Accuser>,
    ) -> Outcome {
        let pay = self.juror_pay(id, price);
        let mut not = self.tasks[id].tried.clone();
        not.extend(accuser.and_then(|accuser| accuser.provider));
        let talk = Talk {
            conspiracy: self.conspiracy(id, accuser),
            revealed: self.first_root(id).unwrap_or(RIGHT),
            accusers: accuser.and_then(|accuser| accuser.root),
        };
        self.hear_all(id, pay, accuser, |market, seats, before| {
            market.hear(id, seats, pay, &talk, before, &mut not)
        })
    }

    /// Hears a jury, and then larger ones as long as somebody, or the chain, calls them. `hear` gets the number of
    /// seats and the outcome of the previous jury.
    fn hear_all(
        &mut self,
        id: usize,
        pay: Balance,
        accuser: Option<&Accuser>,
        mut hear: impl FnMut(&mut Self, u16, Option<Outcome>) -> Vec<Ballot>,
    ) -> Outcome {
        self.tally.disputes += 1;
        if self.first_root(id) != Some(RIGHT) {
            self.tally.disputes_of_wrong += 1;
        }
        let parties = self.parties(id, pay, accuser);
        let mut ballots: Vec<Ballot> = Vec::new();
        let mut appeals: Vec<Appeal> = Vec::new();
        let mut before: Option<Outcome> = None;
        let mut round = 0;
        let (outcome, excused_from) = loop {
            let seats = self.rules.dispute.jurors(round).unwrap_or_default();
            let jury = hear(self, seats, before);
            let votes: Vec<Vote> = jury.iter().map(|ballot| ballot.vote).collect();
            let came_to = self.outcome(id, &votes, seats);
            let stands = came_to.standing(before);
            let first = ballots.len();
            ballots.extend(jury);
            if self.is_called_unasked(&votes, &came_to, round) {
                self.tally.unasked += 1;
            } else if !self.appeal(&parties, stands, pay, round, &mut appeals) {
                let is_excused = round > 0 && !has_come_to(&votes, seats, stands);
                break (stands, is_excused.then_some(first));
            }
            before = Some(stands);
            round += 1;
        };
        self.tally.most_jurors = self.tally.most_jurors.max(ballots.len() as u64);
        let case = Case {
            outcome,
            pay,
            accuser: accuser.copied(),
            excused_from,
        };
        self.conclude(id, &case, &ballots, &appeals);
        outcome
    }

    /// The outcome of these votes of a jury.
    fn outcome(&self, id: usize, votes: &[Vote], seats: u16) -> Outcome {
        match count(votes, seats) {
            Count::Majority(Vote::Root(root)) if self.is_revealed(id, &root) => {
                Outcome::Upheld { root }
            }
            Count::Majority(Vote::Root(root)) => Outcome::Wrong { root },
            Count::Majority(Vote::Unable) => Outcome::Unable,
            Count::Divided => Outcome::NoMajority,
            Count::TooFew => Outcome::TooFewJurors,
        }
    }

    fn is_revealed(&self, id: usize, root: &Hash) -> bool {
        let mut assignments = self.tasks[id].assignments.iter();
        assignments.any(|one| one.root == Some(root_of(root)))
    }

    /// Whether the chain calls a larger jury without anybody's bond, because the first one came to nothing.
    fn is_called_unasked(&self, votes: &[Vote], outcome: &Outcome, round: u8) -> bool {
        self.rules.larger_jury
            && round == 0
            && self.rules.dispute.jurors(1).is_some()
            && is_undecided(votes, outcome)
    }

    /// The root that the first assignment revealed. If there is a quorum, it is the quorum's root.
    fn first_root(&self, id: usize) -> Option<Root> {
        self.tasks[id].assignments.iter().find_map(|one| one.root)
    }

    /// The judged price of a result of the task that has this price.
    pub(super) fn judged_price(&self, id: usize, price: Balance) -> Balance {
        match self.rules.judged_by_price {
            true => price,
            false => judging::judged_price(price, self.tasks[id].budget(), self.rules.juror_pay),
        }
    }

    /// What a juror of the task is paid, which is also the most that a juror may ask for the task.
    pub(super) fn juror_pay(&self, id: usize, price: Balance) -> Balance {
        let budget = self.tasks[id].budget();
        match self.rules.judged_by_price {
            true => (price * self.rules.juror_pay).min(budget).max(price),
            false => judging::pay(price, budget),
        }
    }

    /// The sides that may appeal: one for each revealed root, whoever revealed it, and the auditor.
    fn parties(&self, id: usize, pay: Balance, accuser: Option<&Accuser>) -> Vec<Party> {
        let side = |root, account, kind: Kind, at_stake: Balance| {
            let conspires = root == CONSPIRED && kind.conspires();
            Side {
                root,
                account: if conspires { self.purse } else { account },
                friends: if conspires { self.share_of(kind) } else { 0.0 },
                at_stake: at_stake as f64 / pay as f64,
            }
        };
        let mut parties: Vec<Party> = Vec::new();
        for one in &self.tasks[id].assignments {
            let Some(root) = one.root else { continue };
            if parties.iter().any(|party| party.side.root == root) {
                continue;
            }
            let provider = &self.providers[one.provider];
            parties.push(Party {
                side: side(
                    root,
                    provider.account,
                    provider.kind,
                    self.locked_for(id, |other| other == root),
                ),
                kind: provider.kind,
                role: Role::Provider,
            });
        }
        if let Some((accuser, root)) = accuser.and_then(|one| Some((one, one.root?))) {
            let others = self.locked_for(id, |other| other != root);
            let gain = self.reward(accuser, others) + accuser.bond;
            parties.push(Party {
                side: side(root, accuser.account, accuser.kind, gain),
                kind: accuser.kind,
                role: accuser.role,
            });
        }
        parties
    }

    /// What is locked for results whose roots fulfil the condition.
    fn locked_for(&self, id: usize, is_such: impl Fn(Root) -> bool) -> Balance {
        let assignments = self.tasks[id].assignments.iter();
        assignments
            .filter(|one| one.root.is_some_and(&is_such))
            .map(|one| one.terms.locked())
            .sum()
    }

    /// The kind of the coalition that has a lie in this dispute.
    fn conspiracy(&self, id: usize, accuser: Option<&Accuser>) -> Option<Kind> {
        let mut assignments = self.tasks[id].assignments.iter();
        let of_provider = assignments
            .find(|one| one.root == Some(CONSPIRED))
            .map(|one| self.providers[one.provider].kind);
        let of_accuser = accuser.filter(|accuser| accuser.root == Some(CONSPIRED));
        of_provider.or(of_accuser.map(|accuser| accuser.kind))
    }

    /// A kind's share of the stake that can be drawn.
    fn share_of(&self, kind: Kind) -> f64 {
        let stake = |counts: &dyn Fn(Kind) -> bool| {
            let providers = self.providers.iter();
            providers
                .filter(|one| one.is_active(self.rules) && counts(one.kind))
                .map(|one| one.stake as f64)
                .sum::<f64>()
        };
        stake(&|other| other == kind) / stake(&|_| true).max(1.0)
    }

    /// Whether one of those that lost the round appeals. As an agent on the chain does, they appeal only against a
    /// verdict: a liar has lost nothing to a jury that reached none.
    fn appeal(
        &mut self,
        parties: &[Party],
        against: Outcome,
        pay: Balance,
        round: u8,
        appeals: &mut Vec<Appeal>,
    ) -> bool {
        let Some(bond) = self.rules.dispute.bond(pay, round + 1) else {
            return false;
        };
        let Some(verdict) = found(&against) else {
            return false;
        };
        for Party { side, kind, role } in parties {
            if side.root != verdict
                && side.appeals(self.rules, round)
                && self.ledger.hold(side.account, bond)
            {
                self.tally.appeals += 1;
                appeals.push(Appeal {
                    account: side.account,
                    kind: *kind,
                    role: *role,
                    bond,
                    against,
                });
                return true;
            }
        }
        false
    }

    /// Takes money from the losers and pays the winners.
    fn conclude(&mut self, id: usize, case: &Case, ballots: &[Ballot], appeals: &[Appeal]) {
        let accuser = case.accuser.as_ref();
        // An auditor's bond is a lock on its stake.
        if let Some((accuser, auditor)) = accuser.and_then(|one| Some((one, one.provider?))) {
            self.unlock(auditor, accuser.bond);
        }
        for appeal in appeals {
            if appeal.against == case.outcome {
                self.ledger.take(appeal.account, self.pot, appeal.bond);
                self.tally.lost(appeal.kind, appeal.role, appeal.bond);
            } else {
                self.ledger.release(appeal.account, appeal.bond);
            }
        }
        let (mut reward, mut finder) = (0, None);
        match (found(&case.outcome), accuser) {
            (Some(verdict), accuser) => {
                let was_wrong = self.has_other(id, verdict);
                let slashed = self.punish(id, verdict);
                let is_right = |one: &&Accuser| one.root.is_none_or(|root| root == verdict);
                finder = accuser.filter(is_right).filter(|_| was_wrong);
                if let Some(finder) = finder {
                    self.return_bond(finder);
                    reward = self.reward(finder, slashed);
                } else if let Some(accuser) = accuser {
                    self.take_bond(accuser);
                }
            }
            // The revealed result counts. Nobody knows whether an auditor was right.
            (None, Some(accuser))
                if case.outcome == Outcome::Unable && accuser.provider.is_none() =>
            {
                self.take_bond(accuser);
            }
            (None, Some(accuser)) => self.return_bond(accuser),
            (None, None) => {}
        }
        match case.outcome {
            Outcome::Unable => self.tally.unable += 1,
            outcome if outcome.verdict().is_none() => self.tally.no_verdict += 1,
            _ => {}
        }
        let paid = self.divide_jurors(case, ballots);
        let claims = Claims {
            // The price is still in the escrow, and this simulation takes the audit cost at the settlement.
            compensation: 0,
            jurors: u16::try_from(paid.len()).unwrap_or(u16::MAX),
            pay: case.pay,
            reward,
        };
        self.pay_winners(id, &claims, &paid, finder);
    }

    /// The reward of an accuser that found a wrong result, if it was drawn as an auditor.
    fn reward(&self, accuser: &Accuser, locks: Balance) -> Balance {
        match accuser.provider {
            Some(_) => self.rules.audit.finders_reward(locks),
            None => 0,
        }
    }

    /// Returns an accuser's bond. An auditor's bond is a lock, which has already ended; the bond of others is held.
    fn return_bond(&mut self, accuser: &Accuser) {
        if accuser.provider.is_none() {
            self.ledger.release(accuser.account, accuser.bond);
        }
    }

    fn take_bond(&mut self, accuser: &Accuser) {
        if let Some(auditor) = accuser.provider {
            self.convicted(auditor);
            self.slash(auditor, accuser.bond, self.pot, Role::Auditor);
        } else {
            self.ledger.take(accuser.account, self.pot, accuser.bond);
            self.tally.lost(accuser.kind, accuser.role, accuser.bond);
        }
    }

    /// Takes the locks of jurors that voted against the last verdict, unless they are excused. If the verdict has a
    /// root, it takes a fault's share of the lock from jurors that were unable, and from those that voted for the root
    /// without knowing the trace root, if most of those that voted for it know it. Returns the jurors to pay.
    fn divide_jurors(&mut self, case: &Case, ballots: &[Ballot]) -> Vec<usize> {
        let Some(verdict) = case.outcome.verdict() else {
            return Vec::new();
        };
        let lock = self.rules.dispute.juror_lock(case.pay);
        let fault = self.rules.fault_slash.mul_ceil(lock);
        let right = ballots.iter().filter(|ballot| ballot.vote == verdict);
        let shown = right.clone().filter(|ballot| ballot.knows_trace).count();
        let first_jury = self.rules.dispute.jurors(0).unwrap_or_default();
        let is_root = found(&case.outcome).is_some();
        let is_shown = is_root && is_work(shown, right.count(), first_jury);
        let mut paid = Vec::new();
        for (number, ballot) in ballots.iter().enumerate() {
            let lost = if ballot.vote == verdict {
                if !is_shown || ballot.knows_trace {
                    paid.push(ballot.juror);
                    continue;
                }
                self.faulted(ballot.juror, case.pay);
                fault
            } else if !is_root || case.excused_from.is_some_and(|from| number >= from) {
                continue;
            } else if ballot.vote == Vote::Unable {
                self.faulted(ballot.juror, case.pay);
                fault
            } else {
                // This comes before the slash, because after the slash a Sybil has another name.
                self.convicted(ballot.juror);
                lock
            };
            self.slash(ballot.juror, lost, self.pot, Role::Juror);
        }
        paid
    }

    fn pay_winners(
        &mut self,
        id: usize,
        claims: &Claims,
        jurors: &[usize],
        finder: Option<&Accuser>,
    ) {
        let payout = claims.pay_out(self.ledger.free(self.pot));
        let requester = self.tasks[id].requester;
        let (account, role) = (requester.account, Role::Requester);
        self.ledger.pay(self.pot, account, payout.requester);
        self.tally.earned(requester.kind, role, payout.requester);
        for juror in jurors {
            let provider = &self.providers[*juror];
            self.ledger.pay(self.pot, provider.account, payout.juror);
            self.tally.earned(provider.kind, Role::Juror, payout.juror);
        }
        if let Some(finder) = finder {
            self.ledger.pay(self.pot, finder.account, payout.finders);
            self.tally.earned(finder.kind, finder.role, payout.finders);
        }
        self.ledger.pay(self.pot, self.treasury, payout.treasury);
        self.tally.fines += payout.treasury;
    }

    /// Whether somebody has revealed another root.
    fn has_other(&self, id: usize, verdict: Root) -> bool {
        let mut assignments = self.tasks[id].assignments.iter();
        assignments.any(|one| one.root != Some(verdict))
    }

    /// Takes everything that is locked from those that revealed another root than this. Returns the amount taken.
    fn punish(&mut self, id: usize, verdict: Root) -> Balance {
        let assignments = std::mem::take(&mut self.tasks[id].assignments);
        let (right, guilty): (Vec<_>, Vec<_>) = assignments
            .into_iter()
            .partition(|one| one.root == Some(verdict));
        self.tasks[id].assignments = right;
        let mut slashed = 0;
        for one in guilty {
            let locked = one.terms.locked();
            self.unlock(one.provider, locked);
            // This comes before the slash, because after the slash a Sybil has another name.
            self.convicted(one.provider);
            let amount = self.slash(one.provider, locked, self.pot, Role::Provider);
            slashed += amount;
            self.turned_down(one.provider, one.root.unwrap_or(RIGHT), amount);
        }
        slashed
    }

    /// Counts a result that was not accepted.
    pub(super) fn turned_down(&mut self, provider: usize, root: Root, amount: Balance) {
        if root == RIGHT {
            self.tally.robbed += 1;
            self.tally.robbed_amount += amount;
        } else {
            self.tally.detected += 1;
            if self.providers[provider].kind == Kind::Rational {
                self.belief.found();
            }
        }
    }
}

/// Whether a jury with this many seats has itself reached the outcome that stands.
fn has_come_to(votes: &[Vote], seats: u16, stands: Outcome) -> bool {
    stands.verdict().is_none_or(|verdict| {
        let same = votes.iter().filter(|vote| **vote == verdict).count();
        decides(same, votes.len(), seats)
    })
}

#[cfg(test)]
mod tests;
