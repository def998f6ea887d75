//! Juries, appeals, and who pays.

use aicpw_protocol::{dispute::Claims, judging, verdict::is_work, Balance};

use super::Market;
use crate::{
    ledger::Account,
    player::{Kind, Root, Side, CONSPIRED, RIGHT},
    tally::Role,
};

/// Who says that a result is wrong: an auditor, or whoever has opened the dispute.
#[derive(Clone, Copy, Debug)]
pub(super) struct Accuser {
    pub account: Account,
    /// An auditor, whose bond is a lock on its stake.
    pub provider: Option<usize>,
    pub kind: Kind,
    pub role: Role,
    /// What it computed, if it did.
    pub root: Option<Root>,
    pub bond: Balance,
}

/// A dispute that has ended.
struct Case {
    verdict: Option<Root>,
    pay: Balance,
    /// Nobody, where the chain has called the jury because replicas have no majority.
    accuser: Option<Accuser>,
}

/// The bond of an appeal.
struct Appeal {
    account: Account,
    kind: Kind,
    role: Role,
    bond: Balance,
    /// What had been found, if anything.
    against: Option<Root>,
}

/// One side with whoever pays for it.
struct Party {
    side: Side,
    kind: Kind,
    role: Role,
}

/// What a juror has voted.
#[derive(Clone, Copy)]
struct Vote {
    juror: usize,
    root: Root,
    /// Whether it knows the trace root: by work, by its coalition, or because there is nothing to know.
    knows_trace: bool,
    /// Whether its jury was that of an appeal, and divided: what it has voted was not counted.
    is_excused: bool,
}

/// What jurors hear before they vote.
struct Talk {
    /// The kind of the coalition that has a lie in this dispute.
    conspiracy: Option<Kind>,
    /// What was revealed, or the first of it.
    revealed: Root,
    /// What an auditor has found, if there was one.
    accusers: Option<Root>,
}

impl Market<'_> {
    /// Finds what the right result is of those that the task's assignments have revealed, or another, and makes
    /// the losers pay: whoever has revealed something else, like `decide` of the chain's tasks. Their assignments are
    /// gone then. `None`: no verdict, nobody is slashed.
    pub(super) fn judge(
        &mut self,
        id: usize,
        price: Balance,
        accuser: Option<&Accuser>,
    ) -> Option<Root> {
        self.tally.disputes += 1;
        let revealed = self.first_root(id);
        if revealed != Some(RIGHT) {
            self.tally.disputes_of_wrong += 1;
        }
        let pay = self.juror_pay(id, price);
        let parties = self.parties(id, pay, accuser);
        let mut not = self.tasks[id].tried.clone();
        not.extend(accuser.and_then(|accuser| accuser.provider));
        let talk = Talk {
            conspiracy: self.conspiracy(id, accuser),
            revealed: revealed.unwrap_or(RIGHT),
            accusers: accuser.and_then(|accuser| accuser.root),
        };
        let mut votes = Vec::new();
        let mut appeals: Vec<Appeal> = Vec::new();
        // What was found so far: an appeal whose jury is divided or not found changes nothing.
        let mut standing = None;
        for round in 0.. {
            let seats = self.rules.dispute.jurors(round).unwrap_or_default();
            let Some(jury) = self.hear(id, seats, pay, &talk, &mut not) else {
                // Too few jurors.
                break;
            };
            let found = majority(&jury);
            standing = found.or(standing);
            let is_excused = found.is_none() && round > 0;
            votes.extend(jury.into_iter().map(|vote| Vote { is_excused, ..vote }));
            if !self.appeal(&parties, standing, pay, round, &mut appeals) {
                break;
            }
        }
        self.tally.most_jurors = self.tally.most_jurors.max(votes.len() as u64);
        let case = Case {
            verdict: standing,
            pay,
            accuser: accuser.copied(),
        };
        self.conclude(id, &case, &votes, &appeals);
        standing
    }

    /// What the first assignment has revealed: of a quorum its root.
    fn first_root(&self, id: usize) -> Option<Root> {
        self.tasks[id].assignments.iter().find_map(|one| one.root)
    }

    /// By what it is reckoned to judge a result of the task that has this price.
    pub(super) fn judged_price(&self, id: usize, price: Balance) -> Balance {
        match self.rules.judged_by_price {
            true => price,
            false => judging::judged_price(price, self.tasks[id].budget(), self.rules.juror_pay),
        }
    }

    /// What a juror of the task gets, and whoever judges it may ask.
    pub(super) fn juror_pay(&self, id: usize, price: Balance) -> Balance {
        let budget = self.tasks[id].budget();
        match self.rules.judged_by_price {
            true => (price * self.rules.juror_pay).min(budget).max(price),
            false => judging::pay(price, budget),
        }
    }

    /// The sides that may appeal: whoever has revealed a root, one for all that have revealed the same, and the
    /// auditor.
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

    /// What is locked for results whose roots are such.
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

    /// Draws a jury and takes its votes. `None` if there are too few who could sit on it.
    fn hear(
        &mut self,
        id: usize,
        seats: u16,
        pay: Balance,
        talk: &Talk,
        not: &mut Vec<usize>,
    ) -> Option<Vec<Vote>> {
        let lock = self.rules.dispute.juror_lock(pay);
        let mut jury = Vec::with_capacity(seats.into());
        while jury.len() < usize::from(seats) {
            let juror = self.draw(id, not, lock, pay)?;
            not.push(juror);
            let kind = self.providers[juror].kind;
            self.tally.began(kind, Role::Juror, pay);
            if self.is_absent(kind) {
                let amount = self.rules.fault_slash.mul_ceil(lock);
                self.slash(juror, amount, self.treasury, Role::Juror);
                self.faulted(juror, pay);
                continue;
            }
            jury.push((juror, kind));
        }
        // Who was drawn is public. A coalition lies where it is the majority, and else earns its pay.
        let ours = |(_, kind): &&(usize, Kind)| talk.conspiracy == Some(*kind);
        let rules_it = 2 * jury.iter().filter(ours).count() > jury.len();
        let votes = jury.into_iter().map(|(juror, kind)| {
            let lies = rules_it && talk.conspiracy == Some(kind);
            let (root, knows_trace) = if lies {
                (CONSPIRED, true)
            } else {
                self.vote(id, kind, talk)
            };
            Vote {
                juror,
                root,
                knows_trace,
                is_excused: false,
            }
        });
        Some(votes.collect())
    }

    /// What a juror votes for, and whether it knows the trace root.
    fn vote(&mut self, id: usize, kind: Kind, talk: &Talk) -> (Root, bool) {
        // The roots are public by now; the trace root is not, where there is one to be known.
        let knows_trace = !self.tasks[id].traced;
        match kind {
            Kind::Lazy | Kind::Rambling => return (self.garbage(), false),
            Kind::Copying => return (talk.accusers.unwrap_or(talk.revealed), knows_trace),
            Kind::Trusting => return (talk.revealed, knows_trace),
            // Where only one root is known, the other side of the coin is one that nobody has.
            Kind::Guessing => {
                let root = match self.hits(50) {
                    true => talk.revealed,
                    false => talk.accusers.unwrap_or_else(|| self.garbage()),
                };
                return (root, knows_trace);
            }
            _ => {}
        }
        let effort = self.tasks[id].effort();
        self.tally.worked(kind, Role::Juror, effort);
        self.tally.verification += effort;
        (RIGHT, true)
    }

    /// Whether one of those that lost the round appeals.
    fn appeal(
        &mut self,
        parties: &[Party],
        found: Option<Root>,
        pay: Balance,
        round: u8,
        appeals: &mut Vec<Appeal>,
    ) -> bool {
        let Some(bond) = self.rules.dispute.bond(pay, round + 1) else {
            return false;
        };
        for Party { side, kind, role } in parties {
            if Some(side.root) != found
                && side.appeals(self.rules, round)
                && self.ledger.hold(side.account, bond)
            {
                self.tally.appeals += 1;
                appeals.push(Appeal {
                    account: side.account,
                    kind: *kind,
                    role: *role,
                    bond,
                    against: found,
                });
                return true;
            }
        }
        false
    }

    /// Takes from the losers and pays the winners.
    fn conclude(&mut self, id: usize, case: &Case, votes: &[Vote], appeals: &[Appeal]) {
        let accuser = case.accuser.as_ref();
        // The bond of an auditor is a lock on its stake.
        if let Some((accuser, auditor)) = accuser.and_then(|one| Some((one, one.provider?))) {
            self.unlock(auditor, accuser.bond);
        }
        for appeal in appeals {
            if appeal.against == case.verdict {
                self.ledger.take(appeal.account, self.pot, appeal.bond);
                self.tally.lost(appeal.kind, appeal.role, appeal.bond);
            } else {
                self.ledger.release(appeal.account, appeal.bond);
            }
        }
        let Some(verdict) = case.verdict else {
            self.tally.no_verdict += 1;
            accuser.inspect(|accuser| self.return_bond(accuser));
            // Nobody was right: what an appeal has lost is the treasury's.
            return self.pay_winners(id, &Claims::default(), &[], None);
        };
        let was_wrong = self.has_other(id, verdict);
        let slashed = self.punish(id, verdict);
        let finder = accuser.filter(|one| one.root.is_none_or(|root| root == verdict) && was_wrong);
        if let Some(finder) = finder {
            self.return_bond(finder);
        } else if let Some(accuser) = accuser {
            self.take_bond(accuser);
        }
        let paid = self.divide_jurors(verdict, case.pay, votes);
        let claims = Claims {
            // The price is in the escrow still, and what audits cost is taken at the settlement here.
            compensation: 0,
            jurors: u16::try_from(paid.len()).unwrap_or(u16::MAX),
            pay: case.pay,
            reward: finder.map_or(0, |finder| self.reward(finder, slashed)),
        };
        self.pay_winners(id, &claims, &paid, finder);
    }

    /// What who has found a wrong result gets, if it was drawn for that.
    fn reward(&self, accuser: &Accuser, locks: Balance) -> Balance {
        match accuser.provider {
            Some(_) => self.rules.audit.finders_reward(locks),
            None => 0,
        }
    }

    /// The bond of an auditor is a lock, which has ended; that of others is held.
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

    /// Takes the locks of those that voted against the last verdict, unless they are excused, and a fault's share of
    /// those that voted for it and do not know the trace root, if most do. Returns who is paid.
    fn divide_jurors(&mut self, verdict: Root, pay: Balance, votes: &[Vote]) -> Vec<usize> {
        let lock = self.rules.dispute.juror_lock(pay);
        let right = votes.iter().filter(|vote| vote.root == verdict);
        let shown = right.clone().filter(|vote| vote.knows_trace).count();
        let first_jury = self.rules.dispute.jurors(0).unwrap_or_default();
        let is_shown = is_work(shown, right.count(), first_jury);
        let mut paid = Vec::new();
        for vote in votes {
            if vote.root != verdict && vote.is_excused {
                continue;
            }
            let lost = if vote.root != verdict {
                // Before the slash, after which a Sybil has another name.
                self.convicted(vote.juror);
                lock
            } else if is_shown && !vote.knows_trace {
                self.faulted(vote.juror, pay);
                self.rules.fault_slash.mul_ceil(lock)
            } else {
                paid.push(vote.juror);
                continue;
            };
            self.slash(vote.juror, lost, self.pot, Role::Juror);
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

    /// Takes everything that is locked from those that revealed another root than this. Returns what that was.
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
            // Before the slash, after which a Sybil has another name.
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

/// What more than half of the jury computed.
fn majority(jury: &[Vote]) -> Option<Root> {
    jury.iter().map(|vote| vote.root).find(|root| {
        let votes = jury.iter().filter(|other| other.root == *root).count();
        2 * votes > jury.len()
    })
}
