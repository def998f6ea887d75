//! What each account has at the end, for every ending.

use aicpw_protocol::verdict::Vote;
use frame_support::assert_ok;

use crate::{mock::*, Disputes, Event, Pallet};
use aicpw_primitives::traits::Escalation;

const PAID: i128 = PAY as i128;
const LOST: i128 = LOCK as i128;

fn disputed() {
    add(TASK, |_| ());
    assert_ok!(dispute(CHALLENGER));
}

/// Regression: a requester whose program gives another result when it is run later disputed its own task, under its own
/// name or another, and got the price and a tenth of what the honest provider lost.
#[test]
fn who_doubts_a_result_gains_nothing_by_it() {
    for challenger in [REQUESTER, CHALLENGER] {
        execute(|| {
            add(TASK, |_| ());
            assert_ok!(dispute(challenger));
            vote(&[RIGHT; 5]);
            run_to_end();
            assert_eq!(gain(REQUESTER), HARM as i128);
            assert_eq!(gain(CHALLENGER), 0);
            let rest = BEHIND as i128 - HARM as i128 - 5 * PAID;
            assert_eq!(gain(TREASURY), rest);
        });
    }
}

/// The requester gets back what it paid, then the jurors are paid.
#[test]
fn a_wrong_result_pays_for_everything() {
    execute(|| {
        disputed();
        vote(&[RIGHT, RIGHT, WRONG, RIGHT, RIGHT]);
        run_to_end();
        assert_eq!(ending(), Some(Ending::Again));
        let lost = (BEHIND + LOCK) as i128;
        assert_eq!(gain(STAKE), -lost);
        assert_eq!(gain(REQUESTER), HARM as i128);
        assert_eq!(restored(), HARM, "and pays for the next attempt");
        assert_eq!(gain(CHALLENGER), 0, "its bond is back");
        for (seat, paid) in [(0, PAID), (1, PAID), (2, 0), (3, PAID), (4, PAID)] {
            assert_eq!(gain(juror(seat)), paid, "juror {seat}");
        }
        let rest = lost - HARM as i128 - 4 * PAID;
        assert_eq!(gain(TREASURY), rest);
        assert_eq!(held(CHALLENGER), 0);
    });
}

/// The tasks pallet holds again what the requester was paid, and not what it should have been paid.
#[test]
fn what_the_losers_lack_is_not_held_again() {
    execute(|| {
        let behind = HARM / 2;
        add(TASK, |task| task.results[0].2 = behind);
        assert_ok!(dispute(CHALLENGER));
        vote(&[RIGHT; 5]);
        run_to_end();
        assert_eq!(ending(), Some(Ending::Again));
        assert_eq!(gain(REQUESTER), behind as i128);
        assert_eq!(restored(), behind);
        assert_eq!(gain(TREASURY), 0);
    });
}

#[test]
fn who_was_wrong_to_doubt_pays_the_jury() {
    execute(|| {
        disputed();
        vote(&[WRONG, WRONG, WRONG, WRONG, WRONG]);
        run_to_end();
        assert_eq!(ending(), Some(Ending::Settled));
        assert_eq!(gain(CHALLENGER), -5 * PAID);
        assert_eq!((0..5).map(|seat| gain(juror(seat))).sum::<i128>(), 5 * PAID);
        assert_eq!(gain(STAKE), 0, "nobody is slashed");
        assert_eq!((gain(REQUESTER), gain(TREASURY)), (0, 0));
        assert!(events().contains(&Event::BondLost {
            task: TASK,
            who: CHALLENGER,
            amount: 5 * PAY
        }));
    });
}

#[test]
fn too_few_jurors_cost_nobody_anything() {
    execute(|| {
        disputed();
        vote(&[RIGHT, RIGHT]);
        run_to_end();
        assert_eq!(ending(), Some(Ending::Refunded));
        for who in TREASURY..=STAKE {
            assert_eq!(gain(who), 0, "{who}");
        }
    });
}

/// The number of juries so far that followed a verdict.
fn round() -> u8 {
    Disputes::<Test>::get(TASK).unwrap().round()
}

/// Votes for roots that all differ.
fn all_different(votes: usize) -> Vec<Vote> {
    (0..votes)
        .map(|at| Vote::Root([100 + at as u8; 32]))
        .collect()
}

/// For example a program that reads a clock: no larger jury is wasted on it.
#[test]
fn without_a_majority_the_requester_is_refunded() {
    execute(|| {
        disputed();
        vote(&all_different(5));
        assert_eq!(round(), 0);
        run_to_end();
        assert_eq!(ending(), Some(Ending::Refunded));
        assert_eq!((gain(STAKE), gain(CHALLENGER)), (0, 0));
    });
}

/// The votes of first juries in which two, or three, jurors are friends of the liar.
const UNDECIDED: [&[Vote]; 3] = [
    &[RIGHT, RIGHT, WRONG, WRONG],
    &[RIGHT, RIGHT, WRONG, WRONG, Vote::Unable],
    &[RIGHT, RIGHT, Vote::Unable, Vote::Unable, Vote::Unable],
];

/// Otherwise two of four votes would free a liar, and three jurors that say that they were unable would have it paid.
#[test]
fn where_a_jury_comes_to_nothing_a_larger_one_decides_unasked() {
    for first in UNDECIDED {
        execute(|| {
            disputed();
            vote(first);
            assert_eq!(round(), 1, "a jury of eleven");
            assert!(appeal(APPELLANT).is_err(), "which has the last word");
            vote(&[RIGHT; 11]);
            assert!(appeal(APPELLANT).is_err());
            run_to_end();
            assert_eq!(ending(), Some(Ending::Again));
            assert_eq!(gain(CHALLENGER), 0, "its bond is back");
            let penalty = |vote: &Vote| match *vote {
                RIGHT => 0,
                Vote::Unable => LOST / 2,
                _ => LOST,
            };
            let penalties: i128 = first.iter().map(penalty).sum();
            assert_eq!(gain(STAKE), -(BEHIND as i128) - penalties);
            for seat in 0..16 {
                let paid = match first.get(seat as usize) {
                    Some(vote) => *vote == RIGHT,
                    // The fifth seat of the first case has no vote.
                    None => seat >= 5,
                };
                assert_eq!(
                    gain(juror(seat)),
                    if paid { PAID } else { 0 },
                    "juror {seat}"
                );
            }
        });
    }
}

/// Regression: three friends that committed and opened nothing freed a liar for less than it had locked. If they had
/// voted for it, eleven jurors would have had to believe them.
#[test]
fn where_votes_are_withheld_a_larger_jury_decides_unasked() {
    execute(|| {
        disputed();
        Withheld::set(3);
        vote(&[RIGHT, RIGHT]);
        assert_eq!(round(), 1, "a jury of eleven");
        assert!(appeal(APPELLANT).is_err(), "which has the last word");
        vote(&[RIGHT; 11]);
        run_to_end();
        assert_eq!(ending(), Some(Ending::Again));
        assert_eq!(gain(CHALLENGER), 0, "its bond is back");
        assert_eq!(gain(STAKE), -(BEHIND as i128));
        let jurors: i128 = (0..16).map(|seat| gain(juror(seat))).sum();
        assert_eq!(jurors, 13 * PAID, "the two of the first jury as well");
    });
    // No two votes agree, or nobody was found for the other seats.
    for (withheld, votes) in [
        (4, &[RIGHT][..]),
        (3, &[RIGHT, WRONG]),
        (0, &[RIGHT, RIGHT]),
    ] {
        execute(|| {
            disputed();
            Withheld::set(withheld);
            vote(votes);
            assert_eq!(round(), 0);
            run_to_end();
            assert_eq!(ending(), Some(Ending::Refunded));
        });
    }
}

#[test]
fn an_honest_result_is_paid_whoever_doubts_it_unasked() {
    execute(|| {
        disputed();
        vote(&[RIGHT, RIGHT, WRONG, WRONG]);
        vote(&[WRONG; 11]);
        run_to_end();
        assert_eq!(ending(), Some(Ending::Settled));
        assert_eq!(gain(CHALLENGER), -5 * PAID);
        assert_eq!(gain(STAKE), -2 * LOST, "the two that found otherwise");
        let jurors: i128 = (0..16).map(|seat| gain(juror(seat))).sum();
        assert_eq!(jurors, 13 * PAID);
    });
}

/// A jury of eleven that is divided or too small leaves the outcome of the first jury in place. If it cannot run the
/// program, the revealed results count. Otherwise a requester that has the result and divides the first jury would get
/// its money back as well, by serving nothing to the second jury.
#[test]
fn a_larger_jury_that_comes_to_nothing_either_changes_nothing() {
    let seconds: [&[Vote]; 3] = [
        &[
            RIGHT, RIGHT, RIGHT, RIGHT, RIGHT, WRONG, WRONG, WRONG, WRONG, WRONG,
        ],
        &[RIGHT; 3],
        &[Vote::Unable; 11],
    ];
    for first in UNDECIDED {
        for second in seconds {
            execute(|| {
                disputed();
                vote(first);
                vote(second);
                run_to_end();
                let is_unable = first[2] == Vote::Unable || second == [Vote::Unable; 11];
                let (stands, bond) = if is_unable {
                    (Ending::Upheld, 5 * PAID)
                } else {
                    (Ending::Refunded, 0)
                };
                assert_eq!(ending(), Some(stands));
                assert_eq!(gain(CHALLENGER), -bond);
                assert_eq!(gain(STAKE), 0, "nobody is slashed");
            });
        }
    }
}

#[test]
fn a_program_that_nobody_can_run_is_the_requesters_loss() {
    execute(|| {
        disputed();
        vote(&[
            Vote::Unable,
            Vote::Unable,
            Vote::Unable,
            RIGHT,
            Vote::Unable,
        ]);
        run_to_end();
        assert_eq!(ending(), Some(Ending::Upheld));
        assert_eq!(gain(CHALLENGER), -5 * PAID);
        assert_eq!(gain(juror(0)), PAID);
        assert_eq!(
            (gain(juror(3)), gain(STAKE)),
            (0, 0),
            "who could run it is neither paid nor slashed"
        );
        assert_eq!(gain(TREASURY), PAID);
    });
}

#[test]
fn a_juror_that_alone_was_unable_loses_half_of_its_lock() {
    execute(|| {
        disputed();
        vote(&[WRONG, WRONG, Vote::Unable, WRONG, WRONG]);
        run_to_end();
        assert_eq!(ending(), Some(Ending::Settled));
        assert_eq!(gain(STAKE), -LOST / 2);
    });
}

/// Eleven jurors have to be served in the time of five, and the losing side could prevent it.
#[test]
fn a_larger_jury_that_cannot_run_the_program_undoes_no_verdict() {
    for first in [RIGHT, WRONG] {
        execute(|| {
            disputed();
            vote(&[first; 5]);
            assert_ok!(appeal(APPELLANT));
            // Seven were not served; one of those that were served lies.
            let mut votes = [Vote::Unable; 10];
            votes[..3].copy_from_slice(&[RIGHT, RIGHT, WRONG]);
            vote(&votes);
            run_to_end();
            let upheld = first == WRONG;
            let stands = if upheld {
                Ending::Settled
            } else {
                Ending::Again
            };
            assert_eq!(ending(), Some(stands));
            assert_eq!(gain(APPELLANT), -11 * PAID, "it has changed nothing");
            let against = if upheld { 2 } else { 1 };
            let behind = if upheld { 0 } else { BEHIND as i128 };
            assert_eq!(
                gain(STAKE),
                -behind,
                "nobody for being unable, or for a root that was not counted"
            );
            let jurors: i128 = (0..16).map(|seat| gain(juror(seat))).sum();
            assert_eq!(
                jurors,
                (5 + 3 - against) * PAID,
                "whoever found what stands"
            );
        });
    }
}

/// A jury that is unable changes nothing if the first jury found a root, and decides if it found none.
#[test]
fn a_larger_jury_that_cannot_run_the_program_decides_where_nothing_was_found() {
    execute(|| {
        disputed();
        vote(&all_different(5));
        assert_ok!(appeal(APPELLANT));
        vote(&[Vote::Unable; 11]);
        run_to_end();
        assert_eq!(ending(), Some(Ending::Upheld));
        assert_eq!(gain(CHALLENGER), -5 * PAID);
    });
}

#[test]
fn a_key_that_is_withheld_decides_against_the_requester() {
    execute(|| {
        add(TASK, |task| task.is_sealed = true);
        assert_ok!(dispute(REQUESTER));
        assert_ok!(Pallet::<Test>::key_withheld(TASK));
        // What jurors do now is too late.
        assert_ok!(Pallet::<Test>::jury_done(TASK));
        run_to_end();
        assert_eq!(ending(), Some(Ending::Upheld));
        assert_eq!(gain(REQUESTER), -5 * PAID);
        assert_eq!(gain(TREASURY), 5 * PAID);
    });
}

#[test]
fn an_appeal_that_finds_otherwise_turns_everything() {
    execute(|| {
        disputed();
        vote(&[WRONG; 5]);
        assert_ok!(appeal(APPELLANT));
        vote(&[RIGHT; 11]);
        run_to_end();
        assert_eq!(ending(), Some(Ending::Again));
        assert_eq!(gain(APPELLANT), 0, "its bond is back");
        assert_eq!(gain(CHALLENGER), 0, "and so is this one's");
        assert_eq!(gain(REQUESTER), HARM as i128);
        assert_eq!(gain(STAKE), -((BEHIND + 5 * LOCK) as i128));
        for seat in 0..16 {
            let paid = if seat < 5 { 0 } else { PAID };
            assert_eq!(gain(juror(seat)), paid, "juror {seat}");
        }
    });
}

#[test]
fn an_appeal_that_finds_the_same_is_lost() {
    execute(|| {
        disputed();
        vote(&[RIGHT; 5]);
        assert_ok!(appeal(APPELLANT));
        vote(&[RIGHT; 9]);
        run_to_end();
        assert_eq!(ending(), Some(Ending::Again));
        assert_eq!(gain(APPELLANT), -11 * PAID);
        let jurors: i128 = (0..16).map(|seat| gain(juror(seat))).sum();
        assert_eq!(jurors, 14 * PAID, "all who voted, of both juries");
    });
}

#[test]
fn a_larger_jury_without_a_verdict_changes_nothing() {
    for votes in [
        &[WRONG, WRONG][..],
        &[WRONG, WRONG, WRONG, RIGHT, RIGHT, RIGHT],
    ] {
        execute(|| {
            disputed();
            vote(&[RIGHT; 5]);
            assert_ok!(appeal(APPELLANT));
            vote(votes);
            run_to_end();
            assert_eq!(ending(), Some(Ending::Again), "{votes:?}");
            assert_eq!(gain(APPELLANT), -11 * PAID, "{votes:?}");
            assert_eq!(gain(STAKE), -(BEHIND as i128), "{votes:?}");
        });
    }
}

/// Regression: three of five jurors in one hand convicted an honest provider, whose appeal found only five jurors of
/// eleven. These five lost their whole locks for what they had rightly found, because it was not counted.
#[test]
fn who_was_found_for_an_appeal_with_too_few_others_loses_nothing() {
    execute(|| {
        disputed();
        vote(&[RIGHT, RIGHT, RIGHT, WRONG, WRONG]);
        assert_ok!(appeal(APPELLANT));
        vote(&[WRONG; 5]);
        run_to_end();
        assert_eq!(
            ending(),
            Some(Ending::Again),
            "what was found before stands"
        );
        let first = 2 * LOST;
        assert_eq!(gain(STAKE), -(BEHIND as i128) - first);
        assert!(
            (5..10).all(|seat| gain(juror(seat)) == 0),
            "nor are they paid"
        );
    });
}

/// Jurors of it that have found what stands are paid, like those of the first jury. The order of the seats changes
/// nothing, although a closed juror has no vote any more.
#[test]
fn of_a_divided_jury_of_an_appeal_nobody_loses_whatever_its_seat() {
    let votes = [
        WRONG, WRONG, WRONG, WRONG, RIGHT, RIGHT, RIGHT, RIGHT, RIGHT, WRONG,
    ];
    let mut turned = votes;
    turned.reverse();
    for second in [votes, turned] {
        execute(|| {
            disputed();
            vote(&[RIGHT; 5]);
            assert_ok!(appeal(APPELLANT));
            vote(&second);
            run_to_end();
            assert_eq!(ending(), Some(Ending::Again));
            assert_eq!(gain(STAKE), -(BEHIND as i128));
            let jurors: i128 = (0..16).map(|seat| gain(juror(seat))).sum();
            assert_eq!(jurors, 10 * PAID);
        });
    }
}

/// A jury that finds by its own votes what stands is judged to the last seat, although a closed juror has no vote any
/// more, and the remaining votes alone are too few.
#[test]
fn of_a_jury_that_found_the_same_all_who_found_otherwise_lose() {
    execute(|| {
        disputed();
        vote(&[RIGHT; 5]);
        assert_ok!(appeal(APPELLANT));
        vote(&[WRONG, RIGHT, RIGHT, RIGHT, RIGHT, WRONG]);
        run_to_end();
        assert_eq!(gain(STAKE), -(BEHIND as i128) - 2 * LOST);
        let jurors: i128 = (0..16).map(|seat| gain(juror(seat))).sum();
        assert_eq!(jurors, 9 * PAID);
    });
}

#[test]
fn what_is_lost_is_what_is_paid() {
    execute(|| {
        disputed();
        vote(&[RIGHT, WRONG, RIGHT, RIGHT]);
        run_to_end();
        let all: i128 = (TREASURY..=STAKE).chain((0..60).map(juror)).map(gain).sum();
        assert_eq!(all, 0);
    });
}
