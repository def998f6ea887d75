//! `pause`: the clock stands still.

use aicpw_primitives::traits::MarketSwitch;
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

use crate::{mock::*, Error, Event};

#[test]
fn it_shows_the_block_until_it_is_paused() {
    execute(|| {
        assert!(MarketClock::is_open());
        assert_eq!(after(0), 10);
        assert_eq!(after(5), 15);
        assert_ok!(MarketClock::pause(RuntimeOrigin::root()));
        System::assert_last_event(Event::MarketPaused { at: 15 }.into());
        assert!(!MarketClock::is_open());
        assert_eq!(after(0), 15);
        assert_eq!(after(100), 15);
    });
}

#[test]
fn once() {
    execute(|| {
        assert_ok!(MarketClock::pause(RuntimeOrigin::root()));
        assert_noop!(
            MarketClock::pause(RuntimeOrigin::root()),
            Error::<Test>::AlreadyPaused
        );
    });
}

#[test]
fn not_by_anybody() {
    execute(|| {
        assert_noop!(
            MarketClock::pause(RuntimeOrigin::signed(1)),
            DispatchError::BadOrigin
        );
    });
}
