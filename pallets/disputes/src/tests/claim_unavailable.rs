use aicpw_protocol::{
    availability::NOT_FETCHED,
    verdict::{About, DisputeState, Outcome, Vote},
    Balance, BlockNumber,
};
use frame_support::{assert_noop, assert_ok};
use proptest::prelude::*;
use sp_runtime::{DispatchError, TokenError};

use crate::{mock::*, Disputes, Error, Event, Pallet};

/// What the provider has at stake if the price is [`PRICE`].
const AT_STAKE: Balance = 4 * PRICE;
/// A twentieth of it.
const FETCH_PAY: Balance = AT_STAKE / 20;
const BOND: Balance = 6 * FETCH_PAY;
/// As much as its provider has at stake.
const FETCH_LOCK: Balance = AT_STAKE;

const FETCHED: Vote = Vote::Root([7; 32]);
const NOTHING: Vote = Vote::Root(NOT_FETCHED);

fn claimed() {
    add_settled(TASK, AT_STAKE);
    assert_ok!(claim(REQUESTER));
}

fn paid(amount: Balance) -> i128 {
    amount as i128
}

#[test]
fn holds_the_bond_and_calls_a_jury_that_fetches() {
    execute(|| {
        claimed();
        assert_eq!(held(REQUESTER), BOND);
        let stored = Disputes::<Test>::get(TASK).unwrap();
        assert_eq!(stored.state, DisputeState::Judging);
        assert_eq!((stored.pay, stored.lock), (FETCH_PAY, FETCH_LOCK));
        let about = About::Availability {
            assignment: delivered(TASK),
        };
        let opened = Event::DisputeOpened {
            task: TASK,
            about,
            challenger: Some(REQUESTER),
            bond: BOND,
        };
        let called = Event::JuryCalled {
            task: TASK,
            round: 0,
            jurors: 5,
            pay: FETCH_PAY,
            lock: FETCH_LOCK,
        };
        assert_eq!(events(), [opened, called]);
        assert_eq!(Pallet::<Test>::dispute_view(TASK).unwrap().about, about);
    });
}

#[test]
fn says_before_what_it_costs() {
    execute(|| {
        assert_eq!(Pallet::<Test>::claim_bond(delivered(TASK)), None);
        add_settled(TASK, AT_STAKE);
        assert_eq!(Pallet::<Test>::claim_bond(delivered(TASK)), Some(BOND));
        assert_ok!(claim(REQUESTER));
        assert_eq!(Pallet::<Test>::claim_bond(delivered(TASK)), None);
    });
}

#[test]
fn is_refused_where_there_is_nothing_to_claim() {
    execute(|| {
        assert_noop!(claim(REQUESTER), DispatchError::Other("no such task"));
        add(TASK, |_| ());
        assert_noop!(claim(REQUESTER), DispatchError::Other("not open"));
    });
}

#[test]
fn is_for_the_requester() {
    execute(|| {
        add_settled(TASK, AT_STAKE);
        assert_noop!(claim(CHALLENGER), DispatchError::Other("not the requester"));
    });
}

#[test]
fn needs_the_bond() {
    execute(|| {
        add_settled(TASK, 100 * FUNDS);
        assert_noop!(claim(REQUESTER), TokenError::FundsUnavailable);
    });
}

#[test]
fn is_refused_during_a_dispute_and_a_second_time() {
    execute(|| {
        add(TASK, |_| ());
        assert_ok!(dispute(CHALLENGER));
        assert_noop!(claim(REQUESTER), Error::<Test>::AlreadyDisputed);
    });
    execute(|| {
        claimed();
        assert_noop!(claim(REQUESTER), Error::<Test>::AlreadyDisputed);
        assert_noop!(dispute(CHALLENGER), Error::<Test>::AlreadyDisputed);
    });
}

/// The provider had four times the price at stake: the requester gets its price back, the jury is paid from the rest,
/// and the bond is given back.
#[test]
fn a_result_that_is_not_there_costs_the_collateral() {
    execute(|| {
        claimed();
        vote(&[NOTHING; 5]);
        run_to_end();
        assert_eq!(ending(), Some(Ending::Unavailable));
        assert_eq!(gain(STAKE), -paid(AT_STAKE));
        assert_eq!(gain(REQUESTER), paid(PRICE));
        assert_eq!(
            (0..5).map(|seat| gain(juror(seat))).sum::<i128>(),
            paid(5 * FETCH_PAY)
        );
        assert_eq!(gain(TREASURY), paid(AT_STAKE - PRICE - 5 * FETCH_PAY));
        let ended = Disputes::<Test>::get(TASK).unwrap().state;
        assert!(matches!(
            ended,
            DisputeState::Ended {
                outcome: Outcome::Unavailable,
                ..
            }
        ));
    });
}

/// Half of the price was at stake. The requester gets all of it and pays the jury from its bond: it has more than
/// before.
#[test]
fn a_small_collateral_is_the_requesters_and_its_bond_pays_the_jury() {
    execute(|| {
        let at_stake = PRICE / 2;
        let pay = at_stake / 20;
        add_settled(TASK, at_stake);
        assert_ok!(claim(REQUESTER));
        vote(&[NOTHING; 5]);
        run_to_end();
        assert_eq!(gain(REQUESTER), paid(at_stake - 5 * pay));
        assert_eq!(gain(juror(4)), paid(pay));
        assert_eq!(gain(TREASURY), 0);
        let lost = Event::BondLost {
            task: TASK,
            who: REQUESTER,
            amount: 5 * pay,
        };
        let released = Event::BondReleased {
            task: TASK,
            who: REQUESTER,
            amount: pay,
        };
        assert!(events().contains(&lost) && events().contains(&released));
    });
}

#[test]
fn a_result_that_is_there_costs_the_bond_of_which_its_provider_gets_a_part() {
    execute(|| {
        claimed();
        vote(&[FETCHED; 5]);
        run_to_end();
        assert_eq!(ending(), Some(Ending::Available));
        assert_eq!(gain(REQUESTER), -paid(BOND));
        assert_eq!(gain(PROVIDER), paid(FETCH_PAY));
        assert_eq!(
            (0..5).map(|seat| gain(juror(seat))).sum::<i128>(),
            paid(5 * FETCH_PAY)
        );
        assert_eq!((gain(STAKE), gain(TREASURY)), (0, 0), "nobody is slashed");
    });
}

#[test]
fn who_found_otherwise_pays() {
    execute(|| {
        claimed();
        vote(&[FETCHED, NOTHING, FETCHED, FETCHED, Vote::Root([8; 32])]);
        run_to_end();
        assert_eq!(ending(), Some(Ending::Available));
        assert_eq!(gain(STAKE), -paid(2 * FETCH_LOCK));
        let right: Vec<_> = (0..5).map(|seat| gain(juror(seat))).collect();
        let pay = paid(FETCH_PAY);
        assert_eq!(right, [pay, 0, pay, pay, 0]);
    });
}

#[test]
fn too_few_jurors_or_no_majority_cost_nobody_anything_and_it_can_be_claimed_again() {
    for votes in [
        &[NOTHING, NOTHING][..],
        &[NOTHING, NOTHING, FETCHED, FETCHED],
        &[Vote::Unable; 5],
    ] {
        execute(|| {
            claimed();
            vote(votes);
            run_to_end();
            assert_eq!(ending(), Some(Ending::Dropped), "{votes:?}");
            for who in TREASURY..=STAKE {
                assert_eq!(gain(who), 0, "{who} {votes:?}");
            }
            TheTasks::mutate(|tasks| tasks.get_mut(&TASK).unwrap().ending = None);
            assert_ok!(claim(REQUESTER));
            vote(&[NOTHING; 5]);
            run_to_end();
            assert_eq!(ending(), Some(Ending::Unavailable));
        });
    }
}

/// The digest of the first jury is known by then, and a result that is available now may have been unavailable before.
#[test]
fn nobody_appeals() {
    for votes in [[NOTHING; 5], [FETCHED; 5]] {
        execute(|| {
            claimed();
            vote(&votes);
            let stored = Disputes::<Test>::get(TASK).unwrap();
            assert!(matches!(stored.state, DisputeState::Closing { .. }));
            assert_noop!(appeal(APPELLANT), Error::<Test>::NotAppealable);
            run_to_end();
        });
    }
}

fn votes() -> impl Strategy<Value = Vec<Vote>> {
    let vote = prop_oneof![
        3 => Just(NOTHING),
        3 => Just(FETCHED),
        1 => Just(Vote::Root([8; 32])),
        1 => Just(Vote::Unable),
    ];
    prop::collection::vec(vote, 0..=5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_claim_ends_and_adds_up(votes in votes(), at_stake in 1_000u128..100_000) {
        new_test_ext().execute_with(|| {
            add_settled(TASK, at_stake);
            assert_ok!(claim(REQUESTER));
            let bond = held(REQUESTER);
            let pay = Disputes::<Test>::get(TASK).unwrap().pay;
            vote(&votes);
            let blocks: BlockNumber = 20;
            run_for(blocks);
            let state = Disputes::<Test>::get(TASK).unwrap().state;
            prop_assert!(matches!(state, DisputeState::Ended { .. }), "{:?}", state);

            let everybody = (TREASURY..=STAKE).chain((0..60).map(juror));
            prop_assert_eq!(everybody.clone().map(gain).sum::<i128>(), 0);
            prop_assert!(everybody.clone().all(|who| held(who) == 0));
            prop_assert!(gain(TREASURY) >= 0, "the treasury pays nobody");
            prop_assert!(gain(REQUESTER) >= -paid(bond));
            prop_assert!(gain(REQUESTER) <= paid(PRICE), "whole, and no more");
            for seat in 0..5 {
                prop_assert!((0..=paid(pay)).contains(&gain(juror(seat))));
            }
            if ending() == Some(Ending::Unavailable) {
                let right = votes.iter().filter(|vote| **vote == NOTHING).count();
                let jury: i128 = (0..5).map(|seat| gain(juror(seat))).sum();
                prop_assert_eq!(jury, paid(pay) * right as i128, "all who were right are paid");
                prop_assert!(gain(REQUESTER) > 0, "to claim what is not there pays");
            }
            Ok(())
        })?;
    }
}
