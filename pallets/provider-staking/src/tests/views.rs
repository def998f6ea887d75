use aicpw_primitives::traits::{DevicePool, Reputations};
use aicpw_protocol::{audit::AuditPolicy, device::Reputation, view::UnbondingView, DeviceId};
use frame_support::assert_ok;
use sp_application_crypto::ByteArray;

use crate::{mock::*, Pallet};

type View = Pallet<Test>;

#[test]
fn a_provider_is_shown_with_its_devices() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE + 100);
        assert_ok!(ProviderStaking::unbond(RuntimeOrigin::signed(ALICE), 60));
        assert_ok!(View::occupy(device, assignment(1), NO_MEMORY, locks(30, 3)));
        View::cool_down(device);
        View::rated(&ALICE, &REQUESTER, 4, 1);

        let view = View::provider_view(ALICE).unwrap();
        assert_eq!(view.account, ALICE);
        assert_eq!(
            (view.stake, view.unbonding, view.locked),
            (MIN_STAKE + 100, 60, 33)
        );
        let available_at = START + UNBONDING_PERIOD;
        assert_eq!(
            view.unbondings,
            [UnbondingView {
                amount: 60,
                available_at
            }]
        );
        assert_eq!(view.worker, View::worker_of(&ALICE).unwrap().as_slice());
        assert_eq!(view.sealing_key, SEALING_KEY);
        assert_eq!(view.peers, peers());
        assert_eq!((view.last_heartbeat, view.online), (Some(START), true));
        assert_eq!(view.reputation, Reputation::START);
        assert_eq!((view.settled, view.faults, view.ratings), (0, 0, (1, 4)));

        assert_eq!(view.devices.len(), 1);
        assert_eq!(view.devices.first(), View::device_view(device).as_ref());
        let device = &view.devices[0];
        assert_eq!(
            (device.provider, &device.spec, device.ask),
            (ALICE, &spec(1), MIN_ASK)
        );
        assert_eq!((device.slots, device.used_slots), (MAX_SLOTS, 1));
        assert!(device.available && device.online);
        assert_eq!(device.cools_until, Some(START + COOL_DOWN_BASE));
        let worker = View::worker_of(&ALICE).unwrap();
        assert_eq!(View::provider_of_worker(worker), Some(ALICE));

        run_to_period(5);
        let view = View::provider_view(ALICE).unwrap();
        assert!(!view.online && !view.devices[0].online);
        assert_eq!(view.devices[0].cools_until, None);
    });
}

#[test]
fn a_reputation_is_shown_with_what_it_is_made_of() {
    ExtBuilder.build_and_execute(|| {
        register(ALICE, MIN_STAKE);
        View::settled(&ALICE, &REQUESTER, REPUTATION_UNIT);
        let view = View::reputation_view(ALICE, AuditPolicy::DEFAULT).unwrap();
        assert_eq!(view.half_life, HALF_LIFE);
        assert_eq!(view.record.times(&REQUESTER), 1);
        let now = View::of(&ALICE);
        assert!(now > Reputation::START);
        assert_eq!(view.record.reputation(START, view.half_life), now);
    });
}

#[test]
fn all_providers_can_be_paged_through() {
    ExtBuilder.build_and_execute(|| {
        register(ALICE, MIN_STAKE);
        register(BOB, MIN_STAKE);
        let all = View::providers_view(None, 10);
        assert_eq!(all.len(), 2);
        let first = View::providers_view(None, 1);
        let second = View::providers_view(Some(first[0]), 10);
        assert_eq!([first, second].concat(), all);
        assert!(View::providers_view(None, 0).is_empty());
        assert!(View::providers_view(Some(all[1]), 10).is_empty());
    });
}

#[test]
fn what_is_unknown_is_not_shown() {
    ExtBuilder.build_and_execute(|| {
        assert_eq!(View::provider_view(NOBODY), None);
        assert_eq!(View::reputation_view(NOBODY, AuditPolicy::DEFAULT), None);
        assert_eq!(View::device_view(DeviceId(99)), None);
        assert_eq!(View::provider_of_worker(worker("stranger")), None);
    });
}

#[test]
fn live_providers_are_those_that_were_heard_of_lately() {
    ExtBuilder.build_and_execute(|| {
        assert_eq!(View::live_providers(), 0);
        online_provider(ALICE, MIN_STAKE);
        online_provider(BOB, MIN_STAKE);
        assert_eq!(View::live_providers(), 2);
        run_to_period(1);
        assert_eq!(View::live_providers(), 2, "their turn may come later");
        run_to_period(1);
        assert_eq!(View::live_providers(), 0);
    });
}
