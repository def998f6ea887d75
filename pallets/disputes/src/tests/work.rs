//! Jurors show their work once no appeal is possible any more.

use aicpw_primitives::traits::Escalation;
use aicpw_protocol::verdict::{DisputeState, Outcome, Vote};
use frame_support::assert_ok;

use crate::{mock::*, Disputes, Event, Pallet, Shown};

const PAID: i128 = PAY as i128;
const LOST: i128 = LOCK as i128;

fn state() -> DisputeState {
    Disputes::<Test>::get(TASK).unwrap().state
}

/// A jury of the last instance has voted like this, and the votes of these seats were copied.
fn voted(votes: &[Vote], copied: &[u8]) {
    add(TASK, |_| ());
    assert_ok!(dispute(CHALLENGER));
    TheTasks::mutate(|tasks| tasks.get_mut(&TASK).unwrap().copied = copied.to_vec());
    vote(votes);
}

fn is_wanted() -> bool {
    Pallet::<Test>::work_wanted(TASK).is_some()
}

#[test]
fn it_is_asked_for_when_the_time_to_appeal_is_over_and_shown_once() {
    execute(|| {
        voted(&[RIGHT; 5], &[]);
        assert!(!is_wanted(), "a larger jury could copy it");
        assert!(!Pallet::<Test>::is_work(TASK, &WORK));
        run_for(APPEAL_WINDOW + 1);
        let until = 2 + APPEAL_WINDOW + TRACE_WINDOW;
        let outcome = Outcome::Wrong { root: RIGHT_ROOT };
        assert_eq!(state(), DisputeState::Showing { until, outcome });
        assert_eq!(Pallet::<Test>::work_wanted(TASK), Some(until));
        assert!(events().contains(&Event::WorkAsked { task: TASK, until }));
        assert_eq!(held(CHALLENGER), 5 * PAY, "nothing is decided before");
        show_work();
        assert!(!is_wanted());
        assert!(!Pallet::<Test>::is_work(TASK, &WORK), "once");
        assert!(matches!(state(), DisputeState::Closing { .. }));
        assert!(events().contains(&Event::WorkShown {
            task: TASK,
            trace_root: WORK
        }));
        // A second time changes nothing.
        assert_ok!(Pallet::<Test>::work_shown(TASK, [9; 32]));
        run_to_end();
        let view = Pallet::<Test>::dispute_view(TASK).unwrap();
        assert_eq!(view.work, Some(WORK));
        assert!(Pallet::<Test>::forget(TASK));
        assert_eq!(Shown::<Test>::get(TASK), None);
        assert!((0..5).all(|seat| gain(juror(seat)) == PAID));
    });
}

#[test]
fn who_has_copied_loses_as_much_as_who_is_silent() {
    execute(|| {
        voted(&[RIGHT, RIGHT, WRONG, RIGHT, RIGHT], &[3]);
        run_for(APPEAL_WINDOW + 1);
        show_work();
        run_to_end();
        assert_eq!(gain(STAKE), -(BEHIND as i128) - LOST - LOST / 2);
        for (seat, paid) in [(0, PAID), (1, PAID), (2, 0), (3, 0), (4, PAID)] {
            assert_eq!(gain(juror(seat)), paid, "juror {seat}");
        }
        assert_eq!(ending(), Some(Ending::Again));
    });
}

#[test]
fn where_nobody_shows_it_all_who_were_right_are_paid() {
    execute(|| {
        voted(&[RIGHT; 5], &[3]);
        run_to_end();
        assert_eq!(gain(STAKE), -(BEHIND as i128));
        assert!((0..5).all(|seat| gain(juror(seat)) == PAID));
        assert!(!events()
            .iter()
            .any(|event| matches!(event, Event::WorkShown { .. })));
    });
}

#[test]
fn what_half_of_those_who_were_right_have_not_come_to_is_no_work() {
    execute(|| {
        // Three of five have made up a trace root, each by itself.
        voted(&[RIGHT; 5], &[0, 1, 2]);
        run_for(APPEAL_WINDOW + 1);
        assert!(is_wanted());
        assert!(!Pallet::<Test>::is_work(TASK, &WORK));
        assert!(!Pallet::<Test>::is_work(TASK, &[0; 32]));
        run_to_end();
        assert_eq!(gain(STAKE), -(BEHIND as i128));
    });
}

#[test]
fn it_is_not_waited_for_where_too_few_were_right_or_traces_may_differ() {
    for (votes, is_exact) in [(&[RIGHT, RIGHT, WRONG][..], true), (&[RIGHT; 5], false)] {
        execute(|| {
            IsExact::set(is_exact);
            voted(votes, &[]);
            run_for(APPEAL_WINDOW + 1);
            assert!(matches!(state(), DisputeState::Closing { .. }));
            run_to_end();
        });
    }
}

/// A larger jury that was mostly unable changes nothing. Its jurors that were unable are excused, but not those that
/// copied.
#[test]
fn who_has_copied_is_not_excused_with_a_jury_that_was_unable() {
    execute(|| {
        voted(&[RIGHT; 5], &[6]);
        assert_ok!(appeal(APPELLANT));
        let mut second = [Vote::Unable; 11];
        (second[0], second[1]) = (RIGHT, RIGHT);
        vote(&second);
        show_work();
        run_to_end();
        assert_eq!(gain(STAKE), -(BEHIND as i128) - LOST / 2);
    });
}

/// Regression: when copiers were closed, less than half of a jury seemed to have found what stands, so that the order
/// of seats decided which jurors were excused.
#[test]
fn closing_who_has_copied_excuses_nobody() {
    execute(|| {
        // Six of eleven have found it, one of them by copying; four were unable, and one found something else.
        voted(&[RIGHT; 5], &[5]);
        assert_ok!(appeal(APPELLANT));
        let mut second = [RIGHT; 11];
        second[6..10].fill(Vote::Unable);
        second[10] = WRONG;
        vote(&second);
        show_work();
        run_to_end();
        let unable = 4 * LOST / 2;
        assert_eq!(gain(STAKE), -(BEHIND as i128) - unable - LOST / 2 - LOST);
    });
}

#[test]
fn the_jury_of_an_appeal_shows_it_for_the_first_too() {
    execute(|| {
        // Two jurors of the first jury were right, and one of them had copied its vote.
        voted(&[WRONG, WRONG, WRONG, RIGHT, RIGHT], &[4]);
        assert_ok!(appeal(APPELLANT));
        assert!(!is_wanted());
        vote(&[RIGHT; 11]);
        assert!(is_wanted(), "there is no further appeal");
        show_work();
        run_to_end();
        let paid = |seat| if seat == 3 || seat > 4 { PAID } else { 0 };
        for seat in 0..16 {
            assert_eq!(gain(juror(seat)), paid(seat), "juror {seat}");
        }
        assert_eq!(gain(STAKE), -(BEHIND as i128) - 3 * LOST - LOST / 2);
    });
}

#[test]
fn without_roots_there_is_nothing_to_show() {
    for votes in [
        &[Vote::Unable; 5][..],
        &[RIGHT, WRONG, Vote::Root([3; 32]), Vote::Unable],
        &[RIGHT, RIGHT],
    ] {
        execute(|| {
            voted(votes, &[]);
            for _ in 0..APPEAL_WINDOW + 1 {
                run_for(1);
                assert!(!is_wanted());
            }
            run_to_end();
        });
    }
}
