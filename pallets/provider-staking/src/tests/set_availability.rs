use aicpw_primitives::traits::{DeviceOffers, DevicePool};
use aicpw_protocol::DeviceId;
use frame_support::{assert_noop, assert_ok};

use crate::{mock::*, Error, Event, Pallet};

fn set(who: AccountId, device: DeviceId, available: bool) -> sp_runtime::DispatchResult {
    ProviderStaking::set_availability(RuntimeOrigin::signed(who), device, available)
}

#[test]
fn a_device_is_offered_while_it_is_available() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        assert_ok!(set(ALICE, device, false));
        assert_eq!(
            last_event(),
            Event::AvailabilitySet {
                device,
                available: false,
            }
        );
        assert!(!is_listed(device));
        assert_eq!(Pallet::<Test>::offer(device), None);
        assert_noop!(
            Pallet::<Test>::occupy(device, assignment(1), NO_MEMORY, locks(0, 0)),
            Error::<Test>::NotOffered
        );

        run_to_period(1);
        send_heartbeat(ALICE);
        assert!(!is_listed(device), "a heartbeat does not make it available");

        assert_ok!(set(ALICE, device, true));
        assert!(is_listed(device));
        assert!(Pallet::<Test>::offer(device).is_some());
    });
}

#[test]
fn refuses_strangers_and_unknown_devices() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        assert_noop!(set(BOB, device, false), Error::<Test>::NotOwner);
        assert_noop!(
            set(ALICE, DeviceId(99), false),
            Error::<Test>::UnknownDevice
        );
    });
}
