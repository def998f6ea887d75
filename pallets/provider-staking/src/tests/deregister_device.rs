use aicpw_primitives::traits::DevicePool;
use aicpw_protocol::DeviceId;
use frame_support::{assert_noop, assert_ok};

use crate::{mock::*, Devices, DevicesOf, Error, Event, Pallet};

fn remove(who: AccountId, device: DeviceId) -> sp_runtime::DispatchResult {
    ProviderStaking::deregister_device(RuntimeOrigin::signed(who), device)
}

#[test]
fn removes_the_device_and_its_listing() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        let other = add_device(ALICE, 2);
        assert_ok!(remove(ALICE, device));
        assert!(!Devices::<Test>::contains_key(device));
        assert!(!is_listed(device));
        assert!(is_listed(other));
        assert_eq!(DevicesOf::<Test>::get(ALICE).to_vec(), [other]);
        assert_eq!(Pallet::<Test>::offer(device), None);
        assert_eq!(
            last_event(),
            Event::DeviceDeregistered {
                device,
                provider: ALICE,
            }
        );
    });
}

#[test]
fn refuses_while_anything_is_left_of_an_assignment() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        assert_ok!(Pallet::<Test>::occupy(device, assignment(1), locks(1, 1)));
        assert_noop!(remove(ALICE, device), Error::<Test>::DeviceOccupied);
        Pallet::<Test>::vacate(device, assignment(1));
        assert_noop!(remove(ALICE, device), Error::<Test>::DeviceOccupied);
        Pallet::<Test>::release(device, assignment(1));
        assert_ok!(remove(ALICE, device));
    });
}

#[test]
fn refuses_strangers_and_unknown_devices() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        assert_noop!(remove(BOB, device), Error::<Test>::NotOwner);
        assert_noop!(remove(ALICE, DeviceId(99)), Error::<Test>::UnknownDevice);
    });
}

/// Regression: a device that had failed could be registered anew, and so shake its cool-down off.
#[test]
fn a_device_that_cools_down_stays() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        Pallet::<Test>::cool_down(device);
        run_for(COOL_DOWN_BASE - 1);
        assert_noop!(remove(ALICE, device), Error::<Test>::DeviceCoolsDown);
        run_for(1);
        assert_ok!(remove(ALICE, device));
    });
}
