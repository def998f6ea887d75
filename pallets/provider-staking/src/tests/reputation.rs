use aicpw_primitives::traits::{DeviceOffers, Reputations};
use aicpw_protocol::device::Reputation;

use crate::{mock::*, Pallet, ReputationRecords};

type Score = Pallet<Test>;

const MUCH: u128 = 1_000_000 * REPUTATION_UNIT;

fn score() -> u32 {
    ReputationRecords::<Test>::get(ALICE).unwrap().score
}

/// The points that the score gains by a change.
fn gain(change: impl FnOnce()) -> i64 {
    let before = i64::from(score());
    change();
    i64::from(score()) - before
}

#[test]
fn a_settled_task_raises_it_by_what_was_paid() {
    ExtBuilder.build_and_execute(|| {
        register(ALICE, MIN_STAKE);
        assert_eq!(gain(|| Score::settled(&ALICE, &10, 0)), 0, "for nothing");
        let little = gain(|| Score::settled(&ALICE, &11, 1));
        let half = gain(|| Score::settled(&ALICE, &12, REPUTATION_UNIT));
        let much = gain(|| Score::settled(&ALICE, &13, MUCH));
        assert!(
            0 < little && little < half && half < much,
            "{little} {half} {much}"
        );
        assert_eq!(ReputationRecords::<Test>::get(ALICE).unwrap().settled, 4);
        assert!(Score::of(&ALICE) > Reputation::START);
    });
}

#[test]
fn the_same_requester_counts_half_as_much_each_time() {
    ExtBuilder.build_and_execute(|| {
        register(ALICE, MIN_STAKE);
        let first = gain(|| Score::settled(&ALICE, &REQUESTER, MUCH));
        let second = gain(|| Score::settled(&ALICE, &REQUESTER, MUCH));
        let third = gain(|| Score::settled(&ALICE, &REQUESTER, MUCH));
        assert!(
            second * 2 <= first && third * 2 <= second,
            "{first} {second} {third}"
        );
        for _ in 0..1_000 {
            Score::settled(&ALICE, &REQUESTER, MUCH);
        }
        let friend = Score::of(&ALICE);
        assert!(
            friend < Reputation(560),
            "{friend:?} by one requester alone"
        );
        for requester in 100..200 {
            Score::settled(&ALICE, &requester, MUCH);
        }
        assert!(Score::of(&ALICE) > Reputation(900), "many requesters do");
    });
}

#[test]
fn faults_lower_it_even_if_little_was_at_stake() {
    ExtBuilder.build_and_execute(|| {
        register(ALICE, MIN_STAKE);
        let little = gain(|| Score::faulted(&ALICE, 0));
        let much = gain(|| Score::faulted(&ALICE, MUCH));
        assert!(much < little && little < 0, "{little} {much}");
        assert_eq!(ReputationRecords::<Test>::get(ALICE).unwrap().faults, 2);
        for _ in 0..100 {
            Score::faulted(&ALICE, MUCH);
        }
        assert_eq!(Score::of(&ALICE), Reputation(0));
    });
}

#[test]
fn ratings_nudge_it() {
    ExtBuilder.build_and_execute(|| {
        register(ALICE, MIN_STAKE);
        // Each rating is of another requester.
        let gains: Vec<_> = (1..=5)
            .map(|rating| gain(|| Score::rated(&ALICE, &(100 + u64::from(rating)), rating, MUCH)))
            .collect();
        assert!(gains[0] < gains[1] && gains[1] < 0, "{gains:?}");
        assert_eq!(gains[2], 0);
        assert!(0 < gains[3] && gains[3] < gains[4], "{gains:?}");
        let record = ReputationRecords::<Test>::get(ALICE).unwrap();
        assert_eq!((record.ratings, record.rating_sum), (5, 15));
        let settled = gain(|| Score::settled(&ALICE, &REQUESTER, MUCH));
        assert!(
            gains[4] < settled,
            "less than the settled task that is rated"
        );
    });
}

#[test]
fn the_same_requesters_ratings_count_less_each_time() {
    ExtBuilder.build_and_execute(|| {
        register(ALICE, MIN_STAKE);
        for _ in 0..100 {
            Score::settled(&ALICE, &REQUESTER, MUCH);
            Score::rated(&ALICE, &REQUESTER, 5, MUCH);
        }
        let friend = Score::of(&ALICE);
        assert!(friend < Reputation(560), "{friend:?} by one friend alone");
        let other = gain(|| Score::rated(&ALICE, &REQUESTER, 1, MUCH));
        assert!(other > -2, "{other}: nor can it take anything");
    });
}

#[test]
fn time_brings_it_back_to_the_start() {
    ExtBuilder.build_and_execute(|| {
        register(ALICE, MIN_STAKE);
        register(BOB, MIN_STAKE);
        for requester in 100..110 {
            Score::settled(&ALICE, &requester, MUCH);
            Score::faulted(&BOB, MUCH);
        }
        let (good, bad) = (Score::of(&ALICE).0, Score::of(&BOB).0);
        run_for(HALF_LIFE);
        assert_eq!(Score::of(&ALICE).0, 500 + (good - 500) / 2);
        assert!(Score::of(&BOB).0.abs_diff(500 - (500 - bad) / 2) <= 1);
        run_for(12 * HALF_LIFE);
        assert_eq!(Score::of(&ALICE), Reputation::START);
    });
}

#[test]
fn an_offer_has_todays_reputation() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        Score::faulted(&ALICE, MUCH);
        let reputation = Pallet::<Test>::offer(device).unwrap().reputation;
        assert_eq!(reputation, Score::of(&ALICE));
        assert!(reputation < Reputation::START);
    });
}

#[test]
fn only_providers_have_one() {
    ExtBuilder.build_and_execute(|| {
        Score::settled(&NOBODY, &REQUESTER, MUCH);
        Score::faulted(&NOBODY, MUCH);
        Score::rated(&NOBODY, &REQUESTER, 5, MUCH);
        assert_eq!(Score::of(&NOBODY), Reputation::START);
        assert!(!ReputationRecords::<Test>::contains_key(NOBODY));
    });
}
