//! `rate`: once, for settled tasks, by their requester.

use aicpw_protocol::TaskId;
use frame_support::{assert_noop, assert_ok};

use crate::{mock::*, pallet::*};

#[test]
fn a_settled_task_is_rated_once() {
    ExtBuilder.build_and_execute(|| {
        let id = settled(ALICE);
        Told::take();
        for stars in [0, 6, 255] {
            assert_noop!(
                TasksPallet::rate(RuntimeOrigin::signed(REQUESTER), id.task, stars),
                Error::<Test>::RatingOutOfRange
            );
        }
        assert_ok!(TasksPallet::rate(
            RuntimeOrigin::signed(REQUESTER),
            id.task,
            4
        ));
        assert_eq!(Told::get(), vec![Note::Rated(ALICE, REQUESTER, 4, PRICE)]);
        assert_last_events(vec![Event::TaskRated {
            task: id.task,
            provider: ALICE,
            stars: 4,
        }]);
        assert_noop!(
            TasksPallet::rate(RuntimeOrigin::signed(REQUESTER), id.task, 5),
            Error::<Test>::AlreadyRated
        );
    });
}

#[test]
fn nobody_else_rates_and_nothing_else_is_rated() {
    ExtBuilder.build_and_execute(|| {
        let id = settled(ALICE);
        assert_noop!(
            TasksPallet::rate(RuntimeOrigin::signed(ALICE), id.task, 5),
            Error::<Test>::NotRequester
        );
        assert_noop!(
            TasksPallet::rate(RuntimeOrigin::signed(REQUESTER), TaskId(4), 5),
            Error::<Test>::UnknownTask
        );
        let open = verifying(BOB);
        assert_noop!(
            TasksPallet::rate(RuntimeOrigin::signed(REQUESTER), open.task, 5),
            Error::<Test>::NotSettled
        );
    });
}
