//! A device that is slower than its spec says counts for less computing power.

use aicpw_primitives::traits::{DeviceOffers, DevicePool};
use aicpw_protocol::{
    device::{effective_gflops, DeviceSpec, MAX_MISSED_DEADLINES},
    DeviceId, Gflops,
};
use frame_support::assert_ok;

use crate::{mock::*, Event, Pallet};

type Pool = Pallet<Test>;

/// Makes an online device with this computing power.
fn device_of(gflops: u64) -> DeviceId {
    let device = online_provider(ALICE, MIN_STAKE);
    let spec = DeviceSpec {
        gflops: Gflops(gflops),
        ..spec(1)
    };
    assert_ok!(ProviderStaking::update_spec(
        RuntimeOrigin::signed(ALICE),
        device,
        spec
    ));
    device
}

fn offered(device: DeviceId) -> u64 {
    let offered = Pool::offer(device).unwrap().spec.gflops;
    assert_eq!(Pool::device_view(device).unwrap().effective_gflops, offered);
    offered.0
}

#[test]
fn each_takes_a_quarter_of_what_is_left() {
    ExtBuilder.build_and_execute(|| {
        let device = device_of(1_000);
        for gflops in [750, 563, 423] {
            Pool::missed_deadline(device);
            assert_eq!(offered(device), gflops);
            let gflops = Gflops(gflops);
            assert_eq!(
                last_event(),
                Event::ComputingPowerChanged { device, gflops }
            );
        }
        let measured = Pool::device_view(device).unwrap().spec.gflops;
        assert_eq!(
            measured,
            Gflops(1_000),
            "what was measured is not forgotten"
        );
    });
}

#[test]
fn the_book_learns_it_with_the_next_heartbeat() {
    ExtBuilder.build_and_execute(|| {
        let device = device_of(1_000);
        Pool::missed_deadline(device);
        run_to_period(1);
        send_heartbeat(ALICE);
        assert_eq!(Book::get()[&device].spec.gflops, Gflops(750));
        Pool::succeeded(device, Gflops(750));
        run_to_period(1);
        send_heartbeat(ALICE);
        assert_eq!(Book::get()[&device].spec.gflops, Gflops(1_000));
    });
}

#[test]
fn a_job_of_the_same_size_makes_up_for_one_and_a_small_one_does_not() {
    ExtBuilder.build_and_execute(|| {
        let device = device_of(1_000);
        Pool::missed_deadline(device);
        Pool::missed_deadline(device);
        for _ in 0..9 {
            Pool::succeeded(device, Gflops(422));
        }
        assert_eq!(offered(device), 563);
        Pool::succeeded(device, Gflops(423));
        assert_eq!(offered(device), 750);
        Pool::succeeded(device, Gflops(563));
        assert_eq!(offered(device), 1_000);
        System::reset_events();
        Pool::succeeded(device, Gflops(1_000));
        assert_eq!(offered(device), 1_000);
        assert!(System::events().is_empty());
    });
}

#[test]
fn a_new_measurement_forgives_nothing() {
    ExtBuilder.build_and_execute(|| {
        let device = device_of(1_000);
        Pool::missed_deadline(device);
        let spec = DeviceSpec {
            gflops: Gflops(4_000),
            ..spec(1)
        };
        let origin = RuntimeOrigin::signed(ALICE);
        assert_ok!(ProviderStaking::update_spec(origin, device, spec));
        assert_eq!(offered(device), 3_000);
        assert_eq!(Book::get()[&device].spec.gflops, Gflops(3_000));
    });
}

#[test]
fn it_ends_above_nothing() {
    ExtBuilder.build_and_execute(|| {
        let device = device_of(1_000);
        for _ in 0..300 {
            Pool::missed_deadline(device);
        }
        let least = effective_gflops(Gflops(1_000), MAX_MISSED_DEADLINES);
        assert_eq!(offered(device), least.0);
        assert!((10..=20).contains(&least.0), "{least}");
        assert_eq!(effective_gflops(Gflops(1), u8::MAX), Gflops(1));
        let most = effective_gflops(Gflops(u64::MAX), 1).0;
        assert_eq!(most, u64::MAX - u64::MAX / 4);
        Pool::missed_deadline(DeviceId(99));
        Pool::succeeded(DeviceId(99), Gflops(1));
    });
}
