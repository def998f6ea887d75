use aicpw_primitives::traits::{DeviceOffers, DevicePool};
use aicpw_protocol::{device::DeviceSpec, DeviceId, Gflops};
use frame_support::{assert_noop, assert_ok};

use crate::{mock::*, Error, Event, Pallet};

fn update(who: AccountId, device: DeviceId, spec: DeviceSpec) -> sp_runtime::DispatchResult {
    ProviderStaking::update_spec(RuntimeOrigin::signed(who), device, spec)
}

#[test]
fn the_book_learns_the_new_spec() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        let faster = DeviceSpec {
            gflops: Gflops(77),
            ..spec(1)
        };
        assert_ok!(update(ALICE, device, faster.clone()));
        assert_eq!(Book::get()[&device].spec, faster);
        assert_eq!(Pallet::<Test>::offer(device).unwrap().spec, faster);
        assert_eq!(last_event(), Event::SpecUpdated { device });
    });
}

#[test]
fn refuses_while_a_job_relies_on_the_spec() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        assert_ok!(Pallet::<Test>::occupy(
            device,
            assignment(1),
            NO_MEMORY,
            locks(1, 1)
        ));
        assert_noop!(update(ALICE, device, spec(2)), Error::<Test>::DeviceBusy);
        Pallet::<Test>::vacate(device, assignment(1));
        assert_ok!(update(ALICE, device, spec(2)));
        Pallet::<Test>::release(device, assignment(1));
    });
}

#[test]
fn refuses_bad_specs_and_another_devices_fingerprint() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        add_device(ALICE, 2);
        let weak = DeviceSpec {
            gflops: Gflops(0),
            ..spec(1)
        };
        assert_noop!(update(ALICE, device, weak), Error::<Test>::NoComputingPower);
        assert_noop!(
            update(ALICE, device, spec(2)),
            Error::<Test>::DuplicateFingerprint
        );
    });
}

#[test]
fn refuses_strangers_and_unknown_devices() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        assert_noop!(update(BOB, device, spec(2)), Error::<Test>::NotOwner);
        assert_noop!(
            update(ALICE, DeviceId(99), spec(2)),
            Error::<Test>::UnknownDevice
        );
    });
}
