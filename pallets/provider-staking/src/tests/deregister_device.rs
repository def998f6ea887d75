use aicpw_primitives::traits::{DeviceOffers, DevicePool};
use aicpw_protocol::{DeviceId, Gflops};
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
        assert_ok!(Pallet::<Test>::occupy(
            device,
            assignment(1),
            NO_MEMORY,
            locks(1, 1)
        ));
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

/// Regression: a device that had failed could be registered anew, and so get rid of its cool-down.
#[test]
fn a_device_that_cools_down_stays() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        Pallet::<Test>::cool_down(device);
        run_for(COOL_DOWN_BASE - 1);
        assert_noop!(remove(ALICE, device), Error::<Test>::DeviceCoolsDown);
        run_for(1);
        Pallet::<Test>::succeeded(device, Gflops(1));
        assert_ok!(remove(ALICE, device));
    });
}

/// Regression: a device that was registered anew after its cool-down had no failures and no missed deadlines.
#[test]
fn a_device_that_is_not_forgiven_stays() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        let slow = add_device(ALICE, 2);
        Pallet::<Test>::cool_down(device);
        Pallet::<Test>::missed_deadline(slow);
        run_for(COOL_DOWN_BASE);
        for device in [device, slow] {
            assert_noop!(remove(ALICE, device), Error::<Test>::DeviceNotForgiven);
        }
        let full = Devices::<Test>::get(slow).unwrap().spec.gflops;
        Pallet::<Test>::succeeded(device, Gflops(1));
        Pallet::<Test>::succeeded(slow, full);
        for device in [device, slow] {
            assert_ok!(remove(ALICE, device));
        }
    });
}

/// Every provider can leave. But to be back at once, it needs a second stake while the first unbonds.
#[test]
fn who_leaves_altogether_takes_every_device_along() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        Pallet::<Test>::cool_down(device);
        run_for(COOL_DOWN_BASE);
        let origin = RuntimeOrigin::signed(ALICE);
        assert_ok!(ProviderStaking::unbond(origin.clone(), MIN_STAKE));
        run_for(UNBONDING_PERIOD - 1);
        assert_noop!(remove(ALICE, device), Error::<Test>::DeviceNotForgiven);
        run_for(1);
        assert_ok!(ProviderStaking::withdraw_unbonded(origin.clone()));
        assert_ok!(remove(ALICE, device));
        assert_ok!(ProviderStaking::deregister_provider(origin));
    });
}
