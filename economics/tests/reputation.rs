//! Tests the example of `docs/economics.md` with the formula of the chain.

#![allow(clippy::unwrap_used)]

use aicpw_economics::rules::{Rules, DAY};
use aicpw_protocol::{
    device::Reputation,
    reputation::{weight, ReputationRecord},
    units::AICP,
    Balance, BlockNumber,
};

const PAGE: &str = include_str!("../../docs/economics.md");

const ALICE: u8 = 1;
const BOB: u8 = 2;

/// A provider that has the same price for everything.
struct Example {
    rules: Rules,
    record: ReputationRecord<u8>,
    rows: Vec<String>,
}

impl Example {
    const PRICE: Balance = 3 * AICP;

    fn new() -> Self {
        Self {
            rules: Rules::default(),
            record: ReputationRecord::new(0),
            rows: Vec::new(),
        }
    }

    /// Checks a row of the page: the day, what happens, how that changes the score, the score after it, and how many
    /// results are audited.
    fn row(
        &mut self,
        day: BlockNumber,
        what: &str,
        change: impl FnOnce(&mut ReputationRecord<u8>, sp_arithmetic::Perbill),
    ) {
        let now = day * DAY;
        let before = self.record.score;
        self.record.settle_time(now, self.rules.half_life);
        let weight = weight(Self::PRICE, self.rules.reputation_unit);
        change(&mut self.record, weight);
        let points = |score: u32| f64::from(score) / 1e3;
        let moved = points(self.record.score) - points(before);
        let sign = if moved < 0.0 { "−" } else { "+" };
        let moved = format!("{sign} {:.2}", moved.abs());
        self.rows.push(format!(
            "| {day} | {what} | {moved} | {:.2} | {:.2} % |",
            points(self.record.score),
            self.rate(now),
        ));
    }

    fn rate(&self, now: BlockNumber) -> f64 {
        let audit = &self.rules.audit;
        let bond = audit.fraud_bond(Self::PRICE).unwrap();
        let reputation: Reputation = self.record.reputation(now, self.rules.half_life);
        let rate = audit.rate(Self::PRICE, bond, reputation);
        f64::from(rate.deconstruct()) / 1e7
    }
}

#[test]
fn the_example_of_the_page_is_what_the_formula_comes_to() {
    let mut example = Example::new();
    let settled =
        |who: u8| move |record: &mut ReputationRecord<u8>, weight| record.settled(&who, weight);
    let stars = |who: u8, stars: u8| {
        move |record: &mut ReputationRecord<u8>, weight| record.rated(&who, stars, weight)
    };
    example.row(0, "registered", |_, _| ());
    example.row(1, "a task of Alice's is settled", settled(ALICE));
    example.row(1, "a second of hers", settled(ALICE));
    example.row(1, "a third", settled(ALICE));
    example.row(1, "one of Bob's", settled(BOB));
    example.row(1, "Bob gives five stars", stars(BOB, 5));
    example.row(1, "Alice gives five stars", stars(ALICE, 5));
    example.row(2, "the machine drops a task", |record, weight| {
        record.faulted(weight)
    });
    example.row(32, "nothing for a half-life", |_, _| ());
    example.row(32, "a verdict finds a result wrong", |record, _| {
        record.convicted()
    });
    example.row(62, "nothing for a half-life", |_, _| ());
    example.row(92, "and another", |_, _| ());
    let all = example.rows.join("\n");
    assert!(PAGE.contains(&all), "the page has not:\n{all}");
}

/// What the page says about a single requester, and about two that take turns.
#[test]
fn one_requester_alone_soon_moves_nothing() {
    let rules = Rules::default();
    let weight = weight(Example::PRICE, rules.reputation_unit);
    let after = |requesters: u8| {
        let mut record = ReputationRecord::<u8>::new(0);
        for task in 0..1_000u32 {
            let who = (task % u32::from(requesters)) as u8;
            record.settled(&who, weight);
        }
        record.reputation(0, rules.half_life).0
    };
    let reached = [1, 2, 4, 17].map(after);
    let row = format!(
        "one alone brings it to {}, two in turn to {}, four to {}, seventeen to {}",
        reached[0], reached[1], reached[2], reached[3]
    );
    assert!(
        PAGE.replace('\n', " ").contains(&row),
        "the page has not: {row}"
    );
}
