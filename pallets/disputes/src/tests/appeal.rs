use aicpw_primitives::traits::Escalation;
use aicpw_protocol::verdict::{DisputeState, Outcome, Vote};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::TokenError;

use crate::{mock::*, Disputes, Error, Event, Pallet};

fn judged(votes: &[aicpw_protocol::verdict::Vote]) {
    add(TASK, |_| ());
    assert_ok!(dispute(CHALLENGER));
    vote(votes);
}

#[test]
fn calls_a_jury_of_eleven() {
    execute(|| {
        judged(&[WRONG; 5]);
        assert_ok!(appeal(APPELLANT));
        assert_eq!(held(APPELLANT), 11 * PAY);
        let stored = Disputes::<Test>::get(TASK).unwrap();
        assert_eq!(stored.state, DisputeState::Judging);
        assert_eq!((stored.round(), stored.jury_seat), (1, 5));
        assert_eq!(TheTasks::get()[&TASK].seats.len(), 16);
        assert!(events().contains(&Event::VerdictAppealed {
            task: TASK,
            appellant: APPELLANT,
            bond: 11 * PAY
        }));
    });
}

#[test]
fn is_refused_before_a_verdict_and_after_its_window() {
    execute(|| {
        assert_noop!(appeal(APPELLANT), Error::<Test>::NotDisputed);
        add(TASK, |_| ());
        assert_ok!(dispute(CHALLENGER));
        assert_noop!(appeal(APPELLANT), Error::<Test>::NotAppealable);
        vote(&[WRONG; 5]);
        System::set_block_number(System::block_number() + APPEAL_WINDOW + 1);
        assert_noop!(appeal(APPELLANT), Error::<Test>::NotAppealable);
        run_to_end();
        assert_noop!(appeal(APPELLANT), Error::<Test>::NotAppealable);
    });
}

#[test]
fn is_accepted_in_the_last_block_of_the_window() {
    execute(|| {
        judged(&[WRONG; 5]);
        run_for(APPEAL_WINDOW);
        assert_ok!(appeal(APPELLANT));
        // The reminder of the old window changes nothing.
        run_for(2);
        let stored = Disputes::<Test>::get(TASK).unwrap();
        assert_eq!(stored.state, DisputeState::Judging);
    });
}

#[test]
fn is_refused_against_the_last_jury() {
    execute(|| {
        judged(&[WRONG; 5]);
        assert_ok!(appeal(APPELLANT));
        vote(&[RIGHT; 11]);
        assert_noop!(appeal(REQUESTER), Error::<Test>::NotAppealable);
        run_to_end();
    });
}

/// Governance has removed the last round in the meantime.
#[test]
fn is_refused_where_there_is_no_further_round() {
    execute(|| {
        judged(&[WRONG; 5]);
        Policy::mutate(|policy| policy.appeals = 0);
        assert_noop!(appeal(APPELLANT), Error::<Test>::NoFurtherAppeal);
        Policy::mutate(|policy| policy.appeals = 1);
        assert_ok!(appeal(APPELLANT));
    });
}

#[test]
fn is_refused_where_the_bond_is_more_than_there_can_be() {
    execute(|| {
        // Nobody puts up a bond for the first jury: the chain calls it.
        add(TASK, |task| {
            task.is_open = false;
            task.is_active = true;
        });
        ThePrice::set(u128::MAX / 16);
        assert!(Pallet::<Test>::take_over(TASK));
        vote(&[Vote::Unable; 5]);
        assert_noop!(appeal(APPELLANT), Error::<Test>::BondTooLarge);
    });
}

#[test]
fn is_refused_where_nothing_was_voted() {
    execute(|| {
        judged(&[WRONG, WRONG]);
        assert_noop!(appeal(APPELLANT), Error::<Test>::NotAppealable);
        assert!(matches!(
            Disputes::<Test>::get(TASK).unwrap().state,
            DisputeState::Closing {
                outcome: Outcome::TooFewJurors,
                ..
            }
        ));
    });
}

#[test]
fn needs_the_bond() {
    execute(|| {
        judged(&[WRONG; 5]);
        assert_noop!(appeal(999), TokenError::FundsUnavailable);
    });
}
