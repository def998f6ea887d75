use aicpw_protocol::{
    verdict::{DisputeState, Outcome},
    view::DisputeCensus,
};
use frame_support::assert_ok;

use crate::{mock::*, Pallet};

type Views = Pallet<Test>;

#[test]
fn a_dispute_is_shown() {
    execute(|| {
        assert_eq!(Views::dispute_view(TASK), None);
        add(TASK, |_| ());
        assert_eq!(Views::dispute_bond(TASK), Some(5 * PAY));
        assert_ok!(dispute(CHALLENGER));
        assert_eq!(Views::dispute_bond(TASK), None);
        let view = Views::dispute_view(TASK).unwrap();
        assert_eq!((view.challenger, view.bond), (Some(CHALLENGER), 5 * PAY));
        assert_eq!((view.round, view.jury, view.first_seat), (0, 5, 0));
        assert_eq!(view.appeal_bond, 0);

        vote(&[RIGHT; 5]);
        let view = Views::dispute_view(TASK).unwrap();
        assert_eq!(view.appeal_bond, 11 * PAY);
        assert_eq!(
            view.state,
            DisputeState::Appealable {
                until: 1 + APPEAL_WINDOW,
                outcome: Outcome::Wrong { root: RIGHT_ROOT }
            }
        );
        run_to_end();
        assert_eq!(Views::dispute_view(TASK).unwrap().appeal_bond, 0);
    });
}

#[test]
fn all_disputes_can_be_paged_through() {
    execute(|| {
        for id in 0..5 {
            let task = aicpw_protocol::TaskId(id);
            add(task, |_| ());
            assert_ok!(DisputesPallet::dispute(
                RuntimeOrigin::signed(CHALLENGER),
                task
            ));
        }
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = Views::disputes_view(after, 2);
            after = page.last().copied();
            if page.is_empty() {
                break;
            }
            seen.extend(page);
        }
        seen.sort_unstable();
        assert_eq!(seen, (0..5).map(aicpw_protocol::TaskId).collect::<Vec<_>>());
    });
}

#[test]
fn disputes_votes_and_verdicts_are_counted() {
    execute(|| {
        assert_eq!(Views::dispute_census(), DisputeCensus::default());
        add(TASK, |_| ());
        assert_ok!(dispute(CHALLENGER));
        let opened = DisputeCensus {
            open: 1,
            opened: 1,
            ..Default::default()
        };
        assert_eq!(Views::dispute_census(), opened);
        vote(&[RIGHT, RIGHT, WRONG, RIGHT]);
        let judged = DisputeCensus {
            votes: 4,
            wrong: 1,
            ..opened
        };
        assert_eq!(Views::dispute_census(), judged);
        assert_ok!(appeal(APPELLANT));
        vote(&[WRONG; 11]);
        let appealed = DisputeCensus {
            appealed: 1,
            votes: 15,
            upheld: 1,
            ..judged
        };
        assert_eq!(Views::dispute_census(), appealed);
        run_to_end();
        let ended = DisputeCensus {
            open: 0,
            ..appealed
        };
        assert_eq!(Views::dispute_census(), ended);
    });
}

#[test]
fn a_refused_dispute_is_not_counted() {
    execute(|| {
        assert!(dispute(CHALLENGER).is_err());
        assert_eq!(Views::dispute_census(), DisputeCensus::default());
    });
}
