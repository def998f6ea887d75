use aicpw_protocol::{
    device::{ClassSet, DeviceSpec},
    AskPrice, DeviceId, Gflops, Mebibytes,
};
use frame_support::{assert_noop, assert_ok, BoundedVec};
use sp_runtime::DispatchResult;

use crate::{mock::*, Devices, DevicesOf, Error, Event};

fn register_one(spec: DeviceSpec, ask: AskPrice, slots: u8) -> DispatchResult {
    ProviderStaking::register_device(RuntimeOrigin::signed(ALICE), spec, ask, slots)
}

#[test]
fn the_device_waits_for_its_providers_heartbeat() {
    ExtBuilder.build_and_execute(|| {
        register(ALICE, MIN_STAKE);
        assert_ok!(register_one(spec(1), AskPrice(9), 2));

        let id = DeviceId(0);
        let device = Devices::<Test>::get(id).unwrap();
        assert_eq!(device.provider, ALICE);
        assert_eq!(
            (device.ask, device.slots, device.used_slots),
            (AskPrice(9), 2, 0)
        );
        assert!(device.available);
        assert_eq!(DevicesOf::<Test>::get(ALICE).to_vec(), [id]);
        assert_eq!(
            last_event(),
            Event::DeviceRegistered {
                device: id,
                provider: ALICE,
            }
        );
        assert!(!is_listed(id));
        send_heartbeat(ALICE);
        assert!(is_listed(id));
    });
}

#[test]
fn is_listed_at_once_if_its_provider_is_online() {
    ExtBuilder.build_and_execute(|| {
        let first = online_provider(ALICE, MIN_STAKE);
        let second = add_device(ALICE, 2);
        assert_eq!(second.0, first.0 + 1);
        assert!(is_listed(second));
        assert_eq!(Book::get()[&second].spec, spec(2));
        assert_eq!(Book::get()[&second].ask, MIN_ASK);
    });
}

#[test]
fn ids_are_not_reused() {
    ExtBuilder.build_and_execute(|| {
        let first = online_provider(ALICE, MIN_STAKE);
        assert_ok!(ProviderStaking::deregister_device(
            RuntimeOrigin::signed(ALICE),
            first
        ));
        assert_eq!(add_device(ALICE, 1).0, first.0 + 1);
    });
}

#[test]
fn refuses_who_is_no_provider() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(
            register_one(spec(1), MIN_ASK, 1),
            Error::<Test>::NotRegistered
        );
    });
}

#[test]
fn refuses_more_than_the_most() {
    ExtBuilder.build_and_execute(|| {
        register(ALICE, MIN_STAKE);
        for device in 0..MAX_DEVICES {
            add_device(ALICE, device as u8);
        }
        assert_noop!(
            register_one(spec(99), MIN_ASK, 1),
            Error::<Test>::TooManyDevices
        );
    });
}

#[test]
fn refuses_the_same_device_twice() {
    ExtBuilder.build_and_execute(|| {
        register(ALICE, MIN_STAKE);
        add_device(ALICE, 1);
        assert_noop!(
            register_one(spec(1), MIN_ASK, 1),
            Error::<Test>::DuplicateFingerprint
        );
        register(BOB, MIN_STAKE);
        add_device(BOB, 1);
    });
}

#[test]
fn names_the_field_that_is_wrong() {
    ExtBuilder.build_and_execute(|| {
        register(ALICE, MIN_STAKE);
        let weak = DeviceSpec {
            gflops: Gflops(0),
            ..spec(1)
        };
        assert_noop!(
            register_one(weak, MIN_ASK, 1),
            Error::<Test>::NoComputingPower
        );
        let forgetful = DeviceSpec {
            memory: Mebibytes(0),
            ..spec(1)
        };
        assert_noop!(register_one(forgetful, MIN_ASK, 1), Error::<Test>::NoMemory);
        let vague = DeviceSpec {
            classes: ClassSet::default(),
            ..spec(1)
        };
        assert_noop!(
            register_one(vague, MIN_ASK, 1),
            Error::<Test>::NoDeterminismClass
        );
        for name in [vec![], vec![0xff]] {
            let nameless = DeviceSpec {
                name: BoundedVec::truncate_from(name),
                ..spec(1)
            };
            assert_noop!(
                register_one(nameless, MIN_ASK, 1),
                Error::<Test>::BadDeviceName
            );
        }
        for slots in [0, MAX_SLOTS + 1] {
            assert_noop!(
                register_one(spec(1), MIN_ASK, slots),
                Error::<Test>::BadSlots
            );
        }
        let cheap = AskPrice(MIN_ASK.0 - 1);
        assert_noop!(register_one(spec(1), cheap, 1), Error::<Test>::AskTooLow);
    });
}
