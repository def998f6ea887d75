//! The market: an agenda of events, handled in the order of time.

mod dispute;
mod jury;
mod matching;
mod settle;
mod setup;
mod task;
mod verify;

use std::{cmp::Reverse, collections::BinaryHeap};

use aicpw_protocol::{Balance, BlockNumber};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use self::task::{Mode, Task};
use crate::{
    ledger::{Account, Ledger},
    player::{Belief, Kind, Provider, Root},
    rules::{Rules, SECOND},
    scenario::Scenario,
    tally::Tally,
};

/// The mean distance between submissions: a hundred thousand tasks in a month.
const MEAN_DISTANCE: BlockNumber = 26 * SECOND;

/// The reputation from which a self-dealer cheats.
const DEALT_ENOUGH: u16 = 800;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Event {
    Submit,
    Commit(usize),
    Reveal(usize),
    Settle(usize),
    Unlock { provider: usize, amount: Balance },
}

/// A requester.
#[derive(Clone, Copy, Debug)]
struct Requester {
    account: Account,
    kind: Kind,
}

/// One run of the simulation.
pub struct Market<'a> {
    rules: &'a Rules,
    scenario: Scenario,
    rng: ChaCha8Rng,
    ledger: Ledger,
    treasury: Account,
    /// Holds what the losers of a dispute lost until it is divided.
    pot: Account,
    /// From here a coalition replenishes its stakes and pays for appeals.
    purse: Account,
    providers: Vec<Provider>,
    requesters: Vec<Requester>,
    /// The requesters that belong to self-dealers.
    shills: Vec<Requester>,
    tasks: Vec<Task>,
    /// How many tasks to submit.
    wanted: usize,
    agenda: BinaryHeap<Reverse<(BlockNumber, u64, Event)>>,
    scheduled: u64,
    now: BlockNumber,
    /// The running sum of the stakes that can be drawn, by provider; empty when it has to be
    /// computed anew.
    weights: Vec<Balance>,
    belief: Belief,
    next_garbage: Root,
    tally: Tally,
}

/// Plays `tasks` tasks of a scenario.
pub fn run(rules: &Rules, scenario: Scenario, seed: u64, tasks: usize) -> Tally {
    let mut market = Market::new(rules, scenario, seed, tasks);
    market.schedule(0, Event::Submit);
    while let Some(Reverse((at, _, event))) = market.agenda.pop() {
        market.now = at;
        market.serve(event);
    }
    market.finish()
}

impl Market<'_> {
    fn schedule(&mut self, after: BlockNumber, event: Event) {
        self.scheduled += 1;
        let at = self.now.saturating_add(after);
        self.agenda.push(Reverse((at, self.scheduled, event)));
    }

    fn serve(&mut self, event: Event) {
        match event {
            Event::Submit => {
                if self.tasks.len() < self.wanted {
                    self.submit();
                    let distance = self.rng.random_range(1..2 * MEAN_DISTANCE);
                    self.schedule(distance, Event::Submit);
                }
            }
            Event::Commit(task) => self.commit(task),
            Event::Reveal(task) => self.reveal(task),
            Event::Settle(task) => self.settle(task),
            Event::Unlock { provider, amount } => self.unlock(provider, amount),
        }
    }

    /// A random decision that is true in `percent` of a hundred cases.
    fn hits(&mut self, percent: u32) -> bool {
        self.rng.random_range(0..100) < percent
    }

    /// A wrong result that nobody else has.
    fn garbage(&mut self) -> Root {
        self.next_garbage += 1;
        self.next_garbage
    }

    fn lock(&mut self, provider: usize, amount: Balance) {
        self.providers[provider].locked += amount;
    }

    fn unlock(&mut self, provider: usize, amount: Balance) {
        self.providers[provider].locked -= amount;
    }

    fn finish(mut self) -> Tally {
        let mut stakes = 0;
        let mut held = 0;
        for account in 0..=self.last_account() {
            held += self.ledger.held(account);
        }
        let (mut honest, mut others) = ((0.0, 0.0), (0.0, 0.0));
        for provider in &self.providers {
            stakes += provider.stake;
            let reputation = provider.record.reputation(self.now, self.rules.half_life);
            let mean = if provider.kind == Kind::Honest {
                &mut honest
            } else {
                &mut others
            };
            mean.0 += f64::from(reputation.0);
            mean.1 += 1.0;
        }
        self.tally.honest_reputation = honest.0 / f64::max(honest.1, 1.0);
        self.tally.other_reputation = others.0 / f64::max(others.1, 1.0);
        self.tally.left_held = held as i128 - stakes as i128;
        self.tally.remaining = self.ledger.total();
        self.tally
    }
}

impl Mode {
    /// The number of assignments at once.
    fn replicas(self) -> usize {
        match self {
            Self::Expected | Self::Optimistic => 1,
            Self::Replicated => 3,
        }
    }
}
