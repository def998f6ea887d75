//! The players at the beginning.

use std::collections::BinaryHeap;

use aicpw_protocol::{units::AICP, Balance};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Market, Requester};
use crate::{
    ledger::{Account, Ledger},
    player::{self, Belief, Kind, Provider, FIRST_GARBAGE},
    rules::Rules,
    scenario::{Scenario, PROVIDERS, REQUESTERS},
    tally::{Tally, BUCKET},
};

/// What a provider has in addition to its stake, for appeals and for replacing stake that it lost.
const PROVIDER_PURSE: Balance = 2_000 * AICP;
/// More than a coalition can lose.
const BOTTOMLESS: Balance = 1_000_000_000 * AICP;
/// What the treasury has at the beginning, so that it can pay auditors before audit costs have come in.
const TREASURY: Balance = 10_000 * AICP;
/// The number of a self-dealer's accounts: one more than a reputation remembers.
const SHILLS: usize = 17;

impl<'a> Market<'a> {
    pub(super) fn new(rules: &'a Rules, scenario: Scenario, seed: u64, tasks: usize) -> Self {
        let mut ledger = Ledger::default();
        let treasury = ledger.open(TREASURY);
        let pot = ledger.open(0);
        let purse = ledger.open(0);
        let mut market = Self {
            rules,
            scenario,
            rng: ChaCha8Rng::seed_from_u64(seed),
            ledger,
            treasury,
            pot,
            purse,
            providers: Vec::new(),
            requesters: Vec::new(),
            shills: Vec::new(),
            tasks: Vec::with_capacity(tasks),
            wanted: tasks,
            agenda: BinaryHeap::new(),
            scheduled: 0,
            now: 0,
            weights: Vec::new(),
            belief: Belief::OPTIMISTIC,
            next_garbage: FIRST_GARBAGE,
            tally: Tally {
                undetected_over_time: vec![0; tasks.div_ceil(BUCKET)],
                wrong_over_time: vec![0; tasks.div_ceil(BUCKET)],
                ..Tally::default()
            },
        };
        market.open_providers();
        market.open_requesters();
        market.tally.issued = market.ledger.total();
        market
    }

    fn open_providers(&mut self) {
        let mut stakes = [0; 3];
        for _ in 0..PROVIDERS {
            let nominal = self.rules.min_stake << self.rng.random_range(0..6);
            let [all, special, rational] = &mut stakes;
            *all += nominal;
            // Keeps each share of the stake as close as possible to the requested one.
            let is_behind = |part: Balance, percent: u32, all: Balance| {
                part * 100 < Balance::from(percent) * all
            };
            let apart = self.scenario.kind == Kind::Sybil;
            let kind = if !apart && is_behind(*special, self.scenario.percent, *all) {
                *special += nominal;
                self.scenario.kind
            } else if is_behind(*rational, self.scenario.rational_percent, *all) {
                *rational += nominal;
                Kind::Rational
            } else {
                Kind::Honest
            };
            self.open_provider(kind, nominal);
        }
        match self.scenario.kind {
            Kind::Sybil => {
                let percent = Balance::from(self.scenario.percent);
                let stake = stakes[0] * percent / (100 - percent);
                for _ in 0..stake / self.rules.min_stake {
                    self.open_provider(Kind::Sybil, self.rules.min_stake);
                }
                // Each of them can come back once.
                self.purse = self.ledger.open(stake);
            }
            kind if kind.conspires() => self.purse = self.ledger.open(BOTTOMLESS),
            _ => {}
        }
    }

    fn open_provider(&mut self, kind: Kind, nominal: Balance) {
        let account = self.ledger.open(nominal + PROVIDER_PURSE);
        self.ledger.hold(account, nominal);
        let ask = self.new_ask(kind);
        self.providers.push(Provider {
            kind,
            account,
            ask,
            nominal,
            stake: nominal,
            locked: 0,
            busy: 0,
            record: player::beginner(0),
        });
    }

    fn open_requesters(&mut self) {
        // A task costs less than 20 AICP with all its replicas, 5 on average.
        let purse = Balance::try_from(self.wanted / REQUESTERS).unwrap_or(Balance::MAX) * 50 * AICP
            + 1_000 * AICP;
        let griefers = self.scenario.griefing_percent as usize;
        for number in 0..REQUESTERS {
            let kind = if number % 100 < griefers {
                Kind::Griefing
            } else {
                Kind::Honest
            };
            let account = self.ledger.open(purse);
            self.requesters.push(Requester { account, kind });
        }
        if self.scenario.kind == Kind::SelfDealing {
            for _ in 0..SHILLS {
                let account = self.ledger.open(purse);
                let kind = Kind::SelfDealing;
                self.shills.push(Requester { account, kind });
            }
        }
    }

    /// A provider's next ask: 0.8 to 1.6 AICP per TFLOPS-hour. A Sybil always asks less, and an undercutter less than
    /// half of the lowest of these.
    pub(super) fn new_ask(&mut self, kind: Kind) -> Balance {
        match kind {
            Kind::Sybil => AICP * 75 / 100,
            Kind::Undercutting => AICP * 39 / 100,
            _ => AICP * self.rng.random_range(80..160) / 100,
        }
    }

    pub(super) fn last_account(&self) -> Account {
        [&self.requesters, &self.shills]
            .into_iter()
            .flatten()
            .map(|requester| requester.account)
            .chain(self.providers.iter().map(|provider| provider.account))
            .chain([self.treasury, self.pot, self.purse])
            .max()
            .unwrap_or_default()
    }
}
