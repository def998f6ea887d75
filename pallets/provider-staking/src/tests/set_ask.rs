use aicpw_primitives::traits::DeviceOffers;
use aicpw_protocol::{AskPrice, DeviceId};
use frame_support::{assert_noop, assert_ok};

use crate::{mock::*, Error, Event, Pallet};

fn set(who: AccountId, device: DeviceId, ask: AskPrice) -> sp_runtime::DispatchResult {
    ProviderStaking::set_ask(RuntimeOrigin::signed(who), device, ask)
}

#[test]
fn the_book_learns_the_new_ask() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        let ask = AskPrice(123);
        assert_ok!(set(ALICE, device, ask));
        assert_eq!(Book::get()[&device].ask, ask);
        assert_eq!(Pallet::<Test>::offer(device).unwrap().ask, ask);
        assert_eq!(last_event(), Event::AskSet { device, ask });
    });
}

#[test]
fn refuses_low_asks_strangers_and_unknown_devices() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        assert_noop!(
            set(ALICE, device, AskPrice(MIN_ASK.0 - 1)),
            Error::<Test>::AskTooLow
        );
        assert_noop!(set(BOB, device, MIN_ASK), Error::<Test>::NotOwner);
        assert_noop!(
            set(ALICE, DeviceId(99), MIN_ASK),
            Error::<Test>::UnknownDevice
        );
    });
}
