use aicpw_primitives::traits::{DeviceOffers, DevicePool};
use aicpw_protocol::{DeviceId, Gflops};
use frame_support::assert_noop;

use crate::{mock::*, Devices, Error, Event, Pallet};

type Pool = Pallet<Test>;

#[test]
fn no_slot_is_free_until_it_ends() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        Pool::cool_down(device);
        let until = START + COOL_DOWN_BASE;
        assert_eq!(last_event(), Event::DeviceCooledDown { device, until });
        assert_eq!(Pool::offer(device).unwrap().free_slots, 0);
        assert_noop!(
            Pool::occupy(device, assignment(1), NO_MEMORY, locks(0, 0)),
            Error::<Test>::NoFreeSlot
        );
        run_to(until - 1);
        assert_eq!(Pool::offer(device).unwrap().free_slots, 0);
        run_to(until);
        assert_eq!(Pool::offer(device).unwrap().free_slots, MAX_SLOTS);
    });
}

#[test]
fn doubles_with_each_failure_up_to_the_cap() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        for blocks in [10, 20, 40, COOL_DOWN_CAP, COOL_DOWN_CAP] {
            let until = System::block_number() + blocks;
            Pool::cool_down(device);
            assert_eq!(
                Devices::<Test>::get(device).unwrap().cools_until,
                Some(until)
            );
            run_to(until);
        }
        assert_eq!(Pool::cool_down_blocks(u8::MAX), COOL_DOWN_CAP);
    });
}

#[test]
fn starts_over_after_a_success() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        Pool::cool_down(device);
        Pool::cool_down(device);
        run_for(20);
        Pool::succeeded(device, Gflops(1));
        Pool::cool_down(device);
        assert_eq!(
            Devices::<Test>::get(device).unwrap().cools_until,
            Some(System::block_number() + COOL_DOWN_BASE)
        );
    });
}

#[test]
fn never_shortens_the_one_that_runs() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        Pool::cool_down(device);
        Pool::cool_down(device);
        let long = Devices::<Test>::get(device).unwrap().cools_until;
        Pool::succeeded(device, Gflops(1));
        Pool::cool_down(device);
        assert_eq!(Devices::<Test>::get(device).unwrap().cools_until, long);
    });
}

#[test]
fn without_blame_it_is_the_shortest_and_counts_as_no_failure() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        for _ in 0..3 {
            let until = System::block_number() + COOL_DOWN_BASE;
            Pool::cool_down_unblamed(device);
            assert_eq!(last_event(), Event::DeviceCooledDown { device, until });
            assert_eq!(Pool::offer(device).unwrap().free_slots, 0);
            let cools = Devices::<Test>::get(device).unwrap();
            assert_eq!((cools.cools_until, cools.failures), (Some(until), 0));
            run_to(until);
            assert_eq!(Pool::offer(device).unwrap().free_slots, MAX_SLOTS);
        }
        Pool::cool_down(device);
        assert_eq!(
            Devices::<Test>::get(device).unwrap().cools_until,
            Some(System::block_number() + COOL_DOWN_BASE),
            "the first failure"
        );
    });
}

#[test]
fn without_blame_none_is_shortened() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        Pool::cool_down(device);
        Pool::cool_down(device);
        let before = Devices::<Test>::get(device).unwrap();
        Pool::cool_down_unblamed(device);
        let after = Devices::<Test>::get(device).unwrap();
        assert_eq!(after.cools_until, before.cools_until);
        assert_eq!(after.failures, before.failures);
        Pool::cool_down_unblamed(DeviceId(99));
    });
}

#[test]
fn the_heartbeat_after_its_end_lists_the_device_again() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        for _ in 0..3 {
            Pool::cool_down(device);
        }
        let until = Devices::<Test>::get(device).unwrap().cools_until.unwrap();
        while System::block_number() < until {
            run_to_period(1);
            let before = times_listed(device);
            send_heartbeat(ALICE);
            let over = System::block_number() >= until;
            assert_eq!(
                Devices::<Test>::get(device).unwrap().cools_until.is_none(),
                over
            );
            assert!(!over || times_listed(device) == before + 1);
        }
        let before = times_listed(device);
        run_to_period(1);
        send_heartbeat(ALICE);
        assert_eq!(times_listed(device), before, "and not again");
    });
}
