//! `resume`: the clock goes on from where it stood.

use aicpw_primitives::traits::MarketSwitch;
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

use crate::{mock::*, Error, Event};

#[test]
fn it_goes_on_from_where_it_stood() {
    execute(|| {
        for (at, pause) in [(13, 100), (16, 7)] {
            assert_eq!(after(3), at);
            assert_ok!(MarketClock::pause(RuntimeOrigin::root()));
            after(pause.into());
            assert_ok!(MarketClock::resume(RuntimeOrigin::root()));
            System::assert_last_event(Event::MarketResumed { at, after: pause }.into());
            assert!(MarketClock::is_open());
            assert_eq!(after(0), at);
        }
        assert_eq!(after(1), 17);
    });
}

#[test]
fn only_after_a_pause() {
    execute(|| {
        assert_noop!(
            MarketClock::resume(RuntimeOrigin::root()),
            Error::<Test>::NotPaused
        );
    });
}

#[test]
fn not_by_anybody() {
    execute(|| {
        assert_ok!(MarketClock::pause(RuntimeOrigin::root()));
        assert_noop!(
            MarketClock::resume(RuntimeOrigin::signed(1)),
            DispatchError::BadOrigin
        );
    });
}

/// Regression: the clock went on although nobody could act yet.
#[test]
fn not_before_a_migration_is_done() {
    execute(|| {
        assert_ok!(MarketClock::pause(RuntimeOrigin::root()));
        let stood = after(0);
        IsMigrating::set(true);
        assert_noop!(
            MarketClock::resume(RuntimeOrigin::root()),
            Error::<Test>::Migrating
        );
        assert_eq!(after(100), stood);
        IsMigrating::set(false);
        assert!(MarketClock::is_paused(), "it does not go on by itself");
        assert_ok!(MarketClock::resume(RuntimeOrigin::root()));
        assert!(MarketClock::is_open());
        assert_eq!(after(0), stood);
    });
}

#[test]
fn what_is_not_paused_takes_nothing_while_it_is_migrating() {
    execute(|| {
        IsMigrating::set(true);
        assert!(!MarketClock::is_paused());
        assert!(!MarketClock::is_open());
        IsMigrating::set(false);
        assert!(MarketClock::is_open());
    });
}
