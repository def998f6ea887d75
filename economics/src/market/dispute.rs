//! Juries, appeals, and who pays.

use aicpw_protocol::{dispute::Claims, verdict::is_work, Balance};

use super::Market;
use crate::{
    ledger::Account,
    player::{Kind, Root, Side, CONSPIRED, RIGHT},
    tally::Role,
};

/// Who says that a result is wrong.
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
    accused: Root,
    verdict: Option<Root>,
    price: Balance,
    pay: Balance,
    accuser: Accuser,
}

/// The bond of an appeal.
struct Appeal {
    side: Side,
    kind: Kind,
    role: Role,
    bond: Balance,
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
}

/// What jurors hear before they vote.
struct Talk {
    /// The kind of the coalition that has a lie in this dispute.
    conspiracy: Option<Kind>,
    /// What who does not work copies: the accuser's root, for most accusers are right.
    copied: Root,
}

impl Market<'_> {
    /// Decides whether what was revealed is right, and makes the losers pay. `None`: no verdict,
    /// nobody is slashed.
    pub(super) fn judge(
        &mut self,
        id: usize,
        accused: Root,
        price: Balance,
        accuser: &Accuser,
    ) -> Option<Root> {
        self.tally.disputes += 1;
        let pay = self.juror_pay(id, price);
        let parties = self.parties(id, accused, pay, accuser);
        let mut not = self.tasks[id].tried.clone();
        not.extend(accuser.provider);
        let talk = Talk {
            conspiracy: self.conspiracy(id, accused, accuser),
            copied: accuser.root.unwrap_or(accused),
        };
        let mut votes = Vec::new();
        let mut appeals: Vec<Appeal> = Vec::new();
        let mut round = 0;
        let verdict = loop {
            let seats = self.rules.dispute.jurors(round).unwrap_or_default();
            let Some(jury) = self.hear(id, seats, pay, &talk, &mut not) else {
                // Too few jurors.
                break None;
            };
            let verdict = majority(&jury);
            votes.extend(jury);
            if round >= self.rules.dispute.appeals {
                break verdict;
            }
            if verdict.is_some() && !self.appeal(&parties, verdict, pay, round, &mut appeals) {
                break verdict;
            }
            round += 1;
        };
        self.tally.most_jurors = self.tally.most_jurors.max(votes.len() as u64);
        let case = Case {
            accused,
            verdict,
            price,
            pay,
            accuser: *accuser,
        };
        self.conclude(id, &case, &votes, &appeals);
        verdict
    }

    /// What a juror of the task gets.
    pub(super) fn juror_pay(&self, id: usize, price: Balance) -> Balance {
        let budget = self.tasks[id].budget();
        (price * self.rules.juror_pay).min(budget).max(price)
    }

    /// The sides that may appeal.
    fn parties(&self, id: usize, accused: Root, pay: Balance, accuser: &Accuser) -> Vec<Party> {
        let locked = self.accused(id, accused).map(|one| one.1).sum::<Balance>();
        let side = |root, account, kind: Kind, at_stake: Balance| {
            let conspires = root == CONSPIRED && kind.conspires();
            Side {
                root,
                account: if conspires { self.purse } else { account },
                friends: if conspires { self.share_of(kind) } else { 0.0 },
                at_stake: at_stake as f64 / pay as f64,
            }
        };
        let mut parties = Vec::new();
        if let Some((provider, _)) = self.accused(id, accused).next() {
            let Some(provider) = self.providers.get(provider) else {
                return parties;
            };
            parties.push(Party {
                side: side(accused, provider.account, provider.kind, locked),
                kind: provider.kind,
                role: Role::Provider,
            });
        }
        if let Some(root) = accuser.root {
            let gain = self.reward(accuser, locked) + accuser.bond;
            parties.push(Party {
                side: side(root, accuser.account, accuser.kind, gain),
                kind: accuser.kind,
                role: accuser.role,
            });
        }
        parties
    }

    /// Providers that revealed this root, each with what is locked for it.
    fn accused(&self, id: usize, root: Root) -> impl Iterator<Item = (usize, Balance)> + '_ {
        let assignments = self.tasks[id].assignments.iter();
        assignments
            .filter(move |one| one.root == Some(root))
            .map(|one| (one.provider, one.terms.locked()))
    }

    /// The kind of the coalition that has a lie in this dispute.
    fn conspiracy(&self, id: usize, accused: Root, accuser: &Accuser) -> Option<Kind> {
        if accused == CONSPIRED {
            let (provider, _) = self.accused(id, accused).next()?;
            return Some(self.providers[provider].kind);
        }
        (accuser.root == Some(CONSPIRED)).then_some(accuser.kind)
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
            let juror = self.draw(not, lock)?;
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
            }
        });
        Some(votes.collect())
    }

    /// What a juror votes for, and whether it knows the trace root.
    fn vote(&mut self, id: usize, kind: Kind, talk: &Talk) -> (Root, bool) {
        match kind {
            Kind::Lazy => return (self.garbage(), false),
            // The roots are public by now; the trace root is not, where there is one to be known.
            Kind::Copying => return (talk.copied, !self.tasks[id].traced),
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
        verdict: Option<Root>,
        pay: Balance,
        round: u8,
        appeals: &mut Vec<Appeal>,
    ) -> bool {
        let Some(bond) = self.rules.dispute.bond(pay, round + 1) else {
            return false;
        };
        for Party { side, kind, role } in parties {
            if Some(side.root) != verdict
                && side.appeals(self.rules, round)
                && self.ledger.hold(side.account, bond)
            {
                self.tally.appeals += 1;
                appeals.push(Appeal {
                    side: *side,
                    kind: *kind,
                    role: *role,
                    bond,
                });
                return true;
            }
        }
        false
    }

    /// Takes from the losers and pays the winners.
    fn conclude(&mut self, id: usize, case: &Case, votes: &[Vote], appeals: &[Appeal]) {
        let accuser = &case.accuser;
        if let Some(auditor) = accuser.provider {
            self.unlock(auditor, accuser.bond);
        }
        let Some(verdict) = case.verdict else {
            self.tally.no_verdict += 1;
            for appeal in appeals {
                self.ledger.release(appeal.side.account, appeal.bond);
            }
            self.return_bond(accuser);
            return;
        };
        let guilty = verdict != case.accused;
        let found = guilty && accuser.root.is_none_or(|root| root == verdict);
        let locks: Balance = self
            .accused(id, case.accused)
            .map(|(_, locked)| locked)
            .sum();
        if guilty {
            self.punish(id, case.accused);
        }
        if found {
            self.return_bond(accuser);
        } else {
            self.take_bond(accuser, case.price);
        }
        for appeal in appeals {
            if appeal.side.root == verdict {
                self.ledger.release(appeal.side.account, appeal.bond);
            } else {
                self.ledger.take(appeal.side.account, self.pot, appeal.bond);
                self.tally.lost(appeal.kind, appeal.role, appeal.bond);
            }
        }
        let paid = self.divide_jurors(verdict, case.pay, votes);
        let claims = Claims {
            // The price is in the escrow still, and what audits cost is taken at the settlement here.
            compensation: 0,
            jurors: u16::try_from(paid.len()).unwrap_or(u16::MAX),
            pay: case.pay,
            reward: if found {
                self.reward(accuser, locks)
            } else {
                0
            },
        };
        self.pay_winners(id, &claims, &paid, accuser);
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

    fn take_bond(&mut self, accuser: &Accuser, price: Balance) {
        if let Some(auditor) = accuser.provider {
            self.slash(auditor, accuser.bond, self.pot, Role::Auditor);
            self.faulted(auditor, price);
        } else {
            self.ledger.take(accuser.account, self.pot, accuser.bond);
            self.tally.lost(accuser.kind, accuser.role, accuser.bond);
        }
    }

    /// Takes the locks of those that voted against the last verdict, and a fault's share of those that voted for it
    /// and do not know the trace root, if most do. Returns the others.
    fn divide_jurors(&mut self, verdict: Root, pay: Balance, votes: &[Vote]) -> Vec<usize> {
        let lock = self.rules.dispute.juror_lock(pay);
        let right = votes.iter().filter(|vote| vote.root == verdict);
        let shown = right.clone().filter(|vote| vote.knows_trace).count();
        let first_jury = self.rules.dispute.jurors(0).unwrap_or_default();
        let is_shown = is_work(shown, right.count(), first_jury);
        let mut paid = Vec::new();
        for vote in votes {
            let lost = if vote.root != verdict {
                lock
            } else if is_shown && !vote.knows_trace {
                self.rules.fault_slash.mul_ceil(lock)
            } else {
                paid.push(vote.juror);
                continue;
            };
            self.slash(vote.juror, lost, self.pot, Role::Juror);
            self.faulted(vote.juror, pay);
        }
        paid
    }

    fn pay_winners(&mut self, id: usize, claims: &Claims, jurors: &[usize], accuser: &Accuser) {
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
        self.ledger.pay(self.pot, accuser.account, payout.finders);
        self.tally
            .earned(accuser.kind, accuser.role, payout.finders);
        self.ledger.pay(self.pot, self.treasury, payout.treasury);
        self.tally.fines += payout.treasury;
    }

    /// Takes everything that is locked from those that revealed this root.
    fn punish(&mut self, id: usize, root: Root) {
        let guilty: Vec<(usize, Balance)> = self.accused(id, root).collect();
        for one in &mut self.tasks[id].assignments {
            if one.root == Some(root) {
                (one.terms.collateral, one.terms.bond) = (0, 0);
            }
        }
        for (provider, locked) in guilty {
            self.unlock(provider, locked);
            // Before the slash, after which a Sybil has another name.
            self.convicted(provider);
            let amount = self.slash(provider, locked, self.pot, Role::Provider);
            self.turned_down(provider, root, amount);
        }
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
