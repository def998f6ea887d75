//! Reputation: what a provider did in the past, as a number.
//!
//! The score lies between 0 and [`MAX_SCORE`] and starts in the middle. With `w = paid / (paid +
//! ReputationUnit)`, between 0 and 1, the weight of what was paid or at stake:
//!
//! | event | change |
//! | --- | --- |
//! | settled task | + (max − score) · w / 20 / 2ⁿ, where n is how many of the provider's last [`RECENT`] settled tasks and ratings were of the same requester |
//! | fault | − score · (1 + 2w) / 20 |
//! | wrong result, by a verdict | everything: the score is 0 |
//! | rating of 5, 4, 3, 2, 1 | + (max − score) · w / 40, the half of it, nothing, − score · w / 80, twice that; each / 2ⁿ, without the settled task that is rated |
//! | time | the distance from the start halves every `ReputationHalfLife` blocks (linear between the halvings), computed when it is read |
//!
//! So the score never leaves its range. What costs little counts little. A fault always costs something, however small
//! the task. A requester that settles with the same provider again and again, and rates it, soon moves nothing, up or
//! down. Neither merit nor guilt lasts for ever. A verdict takes everything, because wrong results that nobody found
//! raise a score like right ones. If a verdict were only a fault, a provider that cheats in every task would keep a
//! score near the best and be audited least (`docs/economics.md`).

use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_arithmetic::Perbill;

use crate::{
    device::Reputation,
    units::{Balance, BlockNumber},
};

/// The best score. A [`Reputation`] point is a thousand of these units, which are fine enough that small changes are
/// not rounded away.
pub const MAX_SCORE: u32 = 1_000_000;

/// The score at which a provider starts.
pub const START_SCORE: u32 = Reputation::START.0 as u32 * SCORE_PER_POINT;

/// For how many settled tasks and ratings a requester is remembered.
pub const RECENT: u32 = 16;

const SCORE_PER_POINT: u32 = MAX_SCORE / Reputation::MAX.0 as u32;
const SETTLED_DIVISOR: u32 = 20;
const FAULT_DIVISOR: u32 = 20;
const RATING_DIVISOR: u32 = 80;

/// What is recorded about a provider's past.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct ReputationRecord<AccountId> {
    /// The score at `updated_at`.
    pub score: u32,
    /// The block of the last change.
    pub updated_at: BlockNumber,
    /// Tasks settled.
    pub settled: u64,
    /// Assignments failed by the provider's fault.
    pub faults: u64,
    /// Ratings received.
    pub ratings: u64,
    /// Sum of the ratings.
    pub rating_sum: u64,
    /// Requesters of the last settled tasks, and of the last ratings, oldest first.
    pub recent: BoundedVec<AccountId, ConstU32<RECENT>>,
}

impl<AccountId: Clone + PartialEq> ReputationRecord<AccountId> {
    /// The record of a beginner.
    pub fn new(now: BlockNumber) -> Self {
        Self {
            score: START_SCORE,
            updated_at: now,
            settled: 0,
            faults: 0,
            ratings: 0,
            rating_sum: 0,
            recent: BoundedVec::new(),
        }
    }

    /// The reputation at `now`.
    pub fn reputation(&self, now: BlockNumber, half_life: BlockNumber) -> Reputation {
        let score = self.score_at(now, half_life);
        Reputation(u16::try_from(score / SCORE_PER_POINT).unwrap_or(Reputation::MAX.0))
    }

    fn score_at(&self, now: BlockNumber, half_life: BlockNumber) -> u32 {
        decayed(self.score, now.saturating_sub(self.updated_at), half_life)
    }

    /// Moves the record on to `now`. Called before every change.
    pub fn settle_time(&mut self, now: BlockNumber, half_life: BlockNumber) {
        self.score = self.score_at(now, half_life);
        self.updated_at = now;
    }

    fn raise(&mut self, amount: u32) {
        self.score = self.score.saturating_add(amount).min(MAX_SCORE);
    }

    fn lower(&mut self, amount: u32) {
        self.score = self.score.saturating_sub(amount);
    }

    fn headroom(&self) -> u32 {
        MAX_SCORE.saturating_sub(self.score)
    }

    /// Records that a task of `requester` was settled, with the [`weight`] of what was paid.
    pub fn settled(&mut self, requester: &AccountId, weight: Perbill) {
        let before = self.times(requester);
        self.raise((weight * (self.headroom() / SETTLED_DIVISOR)) >> before);
        self.settled = self.settled.saturating_add(1);
        self.remember(requester);
    }

    /// How often the requester is remembered: the effect of its next settled task is halved this many times. The number
    /// is small enough to shift by.
    pub fn times(&self, requester: &AccountId) -> u32 {
        self.recent.iter().filter(|who| *who == requester).count() as u32
    }

    fn remember(&mut self, requester: &AccountId) {
        if self.recent.is_full() {
            self.recent.remove(0);
        }
        // There is room for one, because the list is no longer full.
        let _ = self.recent.try_push(requester.clone());
    }

    /// Records that an assignment failed by the provider's fault, with the [`weight`] of what was at stake.
    pub fn faulted(&mut self, weight: Perbill) {
        let share = self.score / FAULT_DIVISOR;
        self.lower(share.saturating_add(weight * share.saturating_mul(2)));
        self.faults = self.faults.saturating_add(1);
    }

    /// Records that a verdict found a result wrong.
    pub fn convicted(&mut self) {
        self.score = 0;
        self.faults = self.faults.saturating_add(1);
    }

    /// Records that the requester of a settled task rated it from 1 to 5, with the [`weight`] of what was paid.
    pub fn rated(&mut self, requester: &AccountId, rating: u8, weight: Perbill) {
        let rating = rating.clamp(1, 5);
        // One of them is the settled task that is rated. The rating is remembered too, so that a requester gains little
        // by holding back many ratings until their tasks are forgotten.
        let before = self.times(requester).saturating_sub(1);
        self.remember(requester);
        let good = (weight * (self.headroom() / RATING_DIVISOR)) >> before;
        let bad = (weight * (self.score / RATING_DIVISOR)) >> before;
        match rating {
            1 => self.lower(bad.saturating_mul(2)),
            2 => self.lower(bad),
            4 => self.raise(good),
            5 => self.raise(good.saturating_mul(2)),
            _ => {}
        }
        self.ratings = self.ratings.saturating_add(1);
        self.rating_sum = self.rating_sum.saturating_add(rating.into());
    }
}

/// `score` after `elapsed` blocks: its distance from the start, halved every `half_life` blocks.
fn decayed(score: u32, elapsed: BlockNumber, half_life: BlockNumber) -> u32 {
    let half_life = half_life.max(1);
    let distance = score.abs_diff(START_SCORE);
    let halved = distance.checked_shr(elapsed / half_life).unwrap_or(0);
    let rest = u64::from(elapsed % half_life);
    let fallen = u64::from(halved) * rest / (2 * u64::from(half_life));
    let distance = halved.saturating_sub(u32::try_from(fallen).unwrap_or(halved));
    if score >= START_SCORE {
        START_SCORE.saturating_add(distance)
    } else {
        START_SCORE.saturating_sub(distance)
    }
}

/// How much an amount counts: 0 for nothing, a half for the unit, and closer to 1 the larger it is.
pub fn weight(amount: Balance, unit: Balance) -> Perbill {
    Perbill::from_rational(amount, amount.saturating_add(unit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HALF_LIFE: BlockNumber = 1_000;

    #[test]
    fn the_distance_from_the_start_halves_in_a_half_life() {
        assert_eq!(decayed(900_000, 0, HALF_LIFE), 900_000);
        assert_eq!(decayed(900_000, HALF_LIFE / 2, HALF_LIFE), 800_000);
        assert_eq!(decayed(900_000, HALF_LIFE, HALF_LIFE), 700_000);
        assert_eq!(decayed(900_000, 2 * HALF_LIFE, HALF_LIFE), 600_000);
        assert_eq!(decayed(100_000, HALF_LIFE, HALF_LIFE), 300_000);
        assert_eq!(decayed(100_000, u32::MAX, 1), START_SCORE);
        assert_eq!(
            decayed(900_000, 3, 0),
            decayed(900_000, 3, 1),
            "no division by zero"
        );
    }

    #[test]
    fn a_verdict_takes_everything_and_time_gives_half_of_the_start_back() {
        let mut record = ReputationRecord::<u64>::new(0);
        record.settled(&1, Perbill::one());
        record.convicted();
        assert_eq!((record.score, record.faults), (0, 1));
        assert_eq!(record.reputation(HALF_LIFE, HALF_LIFE), Reputation(250));
    }

    #[test]
    fn an_amount_counts_half_at_the_unit() {
        assert_eq!(weight(0, 10), Perbill::zero());
        assert_eq!(weight(10, 10), Perbill::from_percent(50));
        assert_eq!(weight(Balance::MAX, 10), Perbill::one());
        assert!(weight(1, Balance::MAX).is_zero());
    }

    const ALL: Perbill = Perbill::one();

    /// How much a rating moves the score.
    fn by_rating(record: &mut ReputationRecord<u64>, requester: u64, rating: u8) -> u32 {
        let before = record.score;
        record.rated(&requester, rating, ALL);
        record.score.abs_diff(before)
    }

    #[test]
    fn the_fifth_rating_of_one_requester_gives_a_sixteenth() {
        for rating in [1, 5] {
            let mut record = ReputationRecord::<u64>::new(0);
            (0..5).for_each(|_| record.settled(&1, ALL));
            let mut others = record.clone();
            others.settled(&2, ALL);
            let (first, fifth) = (
                by_rating(&mut others, 2, rating),
                by_rating(&mut record, 1, rating),
            );
            assert!(fifth > 0 && fifth <= first / 15, "{fifth} of {first}");
            let sixth = by_rating(&mut record, 1, rating);
            assert!(sixth.abs_diff(fifth / 2) <= 1, "{sixth} of {fifth}");
        }
    }

    #[test]
    fn one_requester_alone_cannot_carry_a_provider_up_or_down() {
        let (mut up, mut down) = (
            ReputationRecord::<u64>::new(0),
            ReputationRecord::<u64>::new(0),
        );
        for _ in 0..1_000 {
            up.settled(&1, ALL);
            up.rated(&1, 5, ALL);
            down.settled(&1, ALL);
            down.rated(&1, 1, ALL);
        }
        assert!(up.score < 560_000, "{}", up.score);
        assert!(down.score > START_SCORE, "{}", down.score);
    }

    #[test]
    fn ratings_that_are_kept_back_until_their_tasks_are_forgotten_count_little() {
        let mut record = ReputationRecord::<u64>::new(0);
        (0..RECENT).for_each(|_| record.settled(&1, ALL));
        (0..RECENT).for_each(|_| record.settled(&2, ALL));
        let first = by_rating(&mut record, 1, 5);
        let rest: u32 = (1..RECENT).map(|_| by_rating(&mut record, 1, 5)).sum();
        assert!(rest <= 2 * first, "{rest} after {first}");
    }

    proptest! {
        #[test]
        fn time_moves_a_score_towards_the_start_and_never_past_it(
            score in 0..=MAX_SCORE, elapsed: u32, later in 0u32..10_000, half_life: u32,
        ) {
            let first = decayed(score, elapsed, half_life);
            let second = decayed(score, elapsed.saturating_add(later), half_life);
            for (before, after) in [(score, first), (first, second)] {
                prop_assert!(after.abs_diff(START_SCORE) <= before.abs_diff(START_SCORE));
                prop_assert!(after == START_SCORE || (after > START_SCORE) == (score > START_SCORE));
            }
        }

        #[test]
        fn a_score_stays_in_its_range(
            events in prop::collection::vec((0u8..3, 0u8..6, 0u32..=1_000_000_000, 0u64..4), 0..200),
        ) {
            let mut record = ReputationRecord::<u64>::new(0);
            for (kind, rating, parts, requester) in events {
                let weight = Perbill::from_parts(parts);
                let before = record.score;
                match kind {
                    0 => {
                        record.settled(&requester, weight);
                        prop_assert!(record.score >= before);
                    }
                    1 => {
                        record.faulted(weight);
                        prop_assert!(record.score <= before);
                    }
                    _ => record.rated(&requester, rating, weight),
                }
                prop_assert!(record.score <= MAX_SCORE);
            }
        }
    }
}
