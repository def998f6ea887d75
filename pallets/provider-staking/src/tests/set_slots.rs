use aicpw_primitives::traits::{DeviceOffers, DevicePool};
use aicpw_protocol::DeviceId;
use frame_support::{assert_noop, assert_ok};

use crate::{mock::*, Error, Event, Pallet};

fn set(who: AccountId, device: DeviceId, slots: u8) -> sp_runtime::DispatchResult {
    ProviderStaking::set_slots(RuntimeOrigin::signed(who), device, slots)
}

#[test]
fn jobs_that_run_are_not_affected() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        for task in 0..2 {
            assert_ok!(Pallet::<Test>::occupy(
                device,
                assignment(task),
                NO_MEMORY,
                locks(1, 0)
            ));
        }
        assert_ok!(set(ALICE, device, 1));
        assert_eq!(last_event(), Event::SlotsSet { device, slots: 1 });
        assert_eq!(Pallet::<Test>::offer(device).unwrap().free_slots, 0);
        Pallet::<Test>::release(device, assignment(0));
        assert_eq!(Pallet::<Test>::offer(device).unwrap().free_slots, 0);
        Pallet::<Test>::release(device, assignment(1));
        assert_eq!(Pallet::<Test>::offer(device).unwrap().free_slots, 1);
    });
}

#[test]
fn wakes_who_waits_for_a_slot() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        assert_ok!(set(ALICE, device, 1));
        let before = times_listed(device);
        assert_ok!(set(ALICE, device, 2));
        assert_eq!(times_listed(device), before + 1);
    });
}

#[test]
fn refuses_bad_numbers_strangers_and_unknown_devices() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        for slots in [0, MAX_SLOTS + 1] {
            assert_noop!(set(ALICE, device, slots), Error::<Test>::BadSlots);
        }
        assert_noop!(set(BOB, device, 1), Error::<Test>::NotOwner);
        assert_noop!(set(ALICE, DeviceId(99), 1), Error::<Test>::UnknownDevice);
    });
}
