//! The number of tasks in each state. That the open tasks are counted correctly is checked after
//! every test.

use aicpw_protocol::{task::Fault, view::TaskCensus};
use frame_support::assert_ok;

use crate::mock::*;

#[test]
fn every_state_is_counted_and_what_has_ended_stays_counted() {
    ExtBuilder.build_and_execute(|| {
        assert_eq!(TasksPallet::task_census(), TaskCensus::default());
        let first = running(ALICE, expected());
        let cancelled = submit(expected());
        submit(expected());
        let census = TasksPallet::task_census();
        assert_eq!((census.queued, census.active, census.matched), (2, 1, 1));

        assert_ok!(TasksPallet::cancel(
            RuntimeOrigin::signed(REQUESTER),
            cancelled
        ));
        assert_ok!(fail(first, Fault::Crashed));
        let census = TasksPallet::task_census();
        assert_eq!((census.queued, census.active), (2, 0));
        assert_eq!((census.cancelled, census.failed), (1, 1));

        retry(first, BOB);
        let census = TasksPallet::task_census();
        assert_eq!((census.queued, census.active, census.matched), (1, 1, 2));
    });
}
