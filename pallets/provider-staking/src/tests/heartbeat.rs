use aicpw_primitives::traits::{DeviceOffers, DevicePool};
use aicpw_protocol::{
    worker::{MissingDevices, Statement},
    BlockNumber,
};
use frame_support::{
    assert_noop, assert_ok,
    dispatch::{DispatchClass, GetDispatchInfo, Pays},
    traits::Authorize,
};
use sp_runtime::{
    traits::{BadOrigin, Dispatchable},
    transaction_validity::{
        InvalidTransaction, TransactionSource, TransactionValidityError, ValidTransaction,
    },
};

use crate::{mock::*, Call, Event, Heartbeat, Pallet, Presences, Providers, MISSED_HEARTBEATS};
use aicpw_primitives::worker_key::WorkerProof;

type Pool = Pallet<Test>;

fn call(provider: AccountId, period: BlockNumber, proof: WorkerProof) -> RuntimeCall {
    Call::<Test>::heartbeat {
        provider,
        period,
        proof,
    }
    .into()
}

fn authorize(
    provider: AccountId,
    period: BlockNumber,
    proof: WorkerProof,
) -> Result<ValidTransaction, TransactionValidityError> {
    call(provider, period, proof)
        .authorize(TransactionSource::External)
        .unwrap()
        .map(|(valid, _)| valid)
}

fn is_invalid(
    result: Result<ValidTransaction, TransactionValidityError>,
    reason: InvalidTransaction,
) {
    assert_eq!(result, Err(reason.into()));
}

#[test]
fn the_first_one_brings_the_provider_online() {
    ExtBuilder.build_and_execute(|| {
        let worker = register(ALICE, MIN_STAKE);
        let device = add_device(ALICE, 1);
        assert_eq!(Pool::offer(device), None);

        let period = period();
        let beat = call(ALICE, period, beat(ALICE, &worker));
        assert_ok!(beat.authorize(TransactionSource::External).unwrap());
        assert_ok!(beat.dispatch(frame_system::RawOrigin::Authorized.into()));

        assert_eq!(last_event(), Event::ProviderCameOnline { provider: ALICE });
        assert_eq!(
            Presences::<Test>::get(ALICE).heartbeat,
            Some(Heartbeat {
                period,
                block: START,
            })
        );
        assert!(Pool::offer(device).is_some());
        assert!(is_listed(device));
    });
}

#[test]
fn is_free_operational_and_once_per_provider_and_period() {
    ExtBuilder.build_and_execute(|| {
        let worker = register(ALICE, MIN_STAKE);
        run_to_period(1);
        run_for(3);
        let valid = authorize(ALICE, period(), beat(ALICE, &worker)).unwrap();
        assert_eq!(valid.priority, PRIORITY);
        assert_eq!(
            valid.longevity,
            u64::from(HEARTBEAT_PERIOD - 3),
            "to the end of the period"
        );
        assert!(valid.propagate && valid.requires.is_empty());
        let other_worker = register(BOB, MIN_STAKE);
        let other = authorize(BOB, period(), beat(BOB, &other_worker)).unwrap();
        assert_ne!(valid.provides, other.provides);
        run_for(1);
        let again = authorize(ALICE, period(), beat(ALICE, &worker)).unwrap();
        assert_eq!(valid.provides, again.provides);

        let info = call(ALICE, period(), beat(ALICE, &worker)).get_dispatch_info();
        assert_eq!(info.class, DispatchClass::Operational);
        assert_eq!(info.pays_fee, Pays::Yes, "whoever signs it pays");

        send_heartbeat(ALICE);
        is_invalid(
            authorize(ALICE, period(), beat(ALICE, &worker)),
            InvalidTransaction::Stale,
        );
    });
}

#[test]
fn a_proof_near_its_end_is_not_kept_for_longer() {
    ExtBuilder.build_and_execute(|| {
        run_to(RECENT_BLOCKS + 1);
        let worker = register(ALICE, MIN_STAKE);
        run_to_period(1);
        let statement = Statement::Heartbeat {
            provider: ALICE,
            period: period(),
        };
        let oldest = System::block_number() - RECENT_BLOCKS + 2;
        let valid = authorize(ALICE, period(), sign_at(&worker, oldest, &statement)).unwrap();
        assert_eq!(valid.longevity, 2);
    });
}

/// Regression: after a failed migration, heartbeats were accepted, and devices that could not be read left the book.
#[test]
fn none_is_taken_while_the_state_is_migrated() {
    ExtBuilder.build_and_execute(|| {
        let worker = register(ALICE, MIN_STAKE);
        let device = add_device(ALICE, 1);
        run_to_period(1);
        let missing = MissingDevices::truncate_from(vec![device]);
        let statement = Statement::HeartbeatWithout {
            provider: ALICE,
            period: period(),
            missing: missing.clone(),
        };
        let without: RuntimeCall = Call::<Test>::heartbeat_without {
            provider: ALICE,
            period: period(),
            missing,
            proof: sign(&worker, &statement),
        }
        .into();
        let refused = |call: &RuntimeCall| {
            let authorized = call.authorize(TransactionSource::External).unwrap();
            authorized.err() == Some(InvalidTransaction::Call.into())
        };
        let with = call(ALICE, period(), beat(ALICE, &worker));
        IsMigrating::set(true);
        assert!(refused(&with) && refused(&without));
        IsMigrating::set(false);
        assert!(!refused(&with) && !refused(&without));
        assert_ok!(with.authorize(TransactionSource::External).unwrap());
    });
}

#[test]
fn only_the_current_period_is_accepted() {
    ExtBuilder.build_and_execute(|| {
        let worker = register(ALICE, MIN_STAKE);
        run_to_period(2);
        let now = period();
        for (period, reason) in [
            (now - 1, InvalidTransaction::Stale),
            (now + 1, InvalidTransaction::Future),
        ] {
            let statement = Statement::Heartbeat {
                provider: ALICE,
                period,
            };
            is_invalid(authorize(ALICE, period, sign(&worker, &statement)), reason);
        }
    });
}

#[test]
fn cannot_be_replayed() {
    ExtBuilder.build_and_execute(|| {
        let worker = register(ALICE, MIN_STAKE);
        let proof = beat(ALICE, &worker);
        let first = period();
        send_heartbeat(ALICE);
        is_invalid(
            authorize(ALICE, first, proof.clone()),
            InvalidTransaction::Stale,
        );
        run_to_period(1);
        is_invalid(
            authorize(ALICE, first, proof.clone()),
            InvalidTransaction::Stale,
        );
        is_invalid(
            authorize(ALICE, period(), proof),
            InvalidTransaction::BadProof,
        );
    });
}

#[test]
fn only_the_providers_own_worker_key_can_send_it() {
    ExtBuilder.build_and_execute(|| {
        let alices = register(ALICE, MIN_STAKE);
        let bobs = register(BOB, MIN_STAKE);
        is_invalid(
            authorize(ALICE, period(), beat(ALICE, &bobs)),
            InvalidTransaction::BadProof,
        );
        is_invalid(
            authorize(BOB, period(), beat(ALICE, &alices)),
            InvalidTransaction::BadProof,
        );
        is_invalid(
            authorize(NOBODY, period(), beat(NOBODY, &alices)),
            InvalidTransaction::BadSigner,
        );
        let old = Providers::<Test>::get(ALICE).unwrap().worker;
        let new = worker("new");
        assert_ok!(ProviderStaking::rotate_worker(
            RuntimeOrigin::signed(ALICE),
            new.clone(),
            SEALING_KEY,
            join(ALICE, &new),
        ));
        is_invalid(
            authorize(ALICE, period(), beat(ALICE, &old)),
            InvalidTransaction::BadProof,
        );
        assert_ok!(authorize(ALICE, period(), beat(ALICE, &new)));
    });
}

#[test]
fn other_origins_are_refused() {
    ExtBuilder.build_and_execute(|| {
        let worker = register(ALICE, MIN_STAKE);
        for origin in [
            RuntimeOrigin::signed(ALICE),
            RuntimeOrigin::none(),
            RuntimeOrigin::root(),
        ] {
            let proof = beat(ALICE, &worker);
            assert_noop!(
                ProviderStaking::heartbeat(origin, ALICE, period(), proof),
                BadOrigin
            );
        }
    });
}

#[test]
fn after_three_missed_ones_the_provider_is_offline_by_itself() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        run_to_period(MISSED_HEARTBEATS);
        run_for(HEARTBEAT_PERIOD - 1);
        assert!(Pool::offer(device).is_some(), "the third can still come");
        run_for(1);
        assert!(!Pool::is_online(&ALICE));
        assert_eq!(Pool::offer(device), None);
    });
}

#[test]
fn coming_back_lists_all_devices_again() {
    ExtBuilder.build_and_execute(|| {
        let first = online_provider(ALICE, MIN_STAKE);
        let second = add_device(ALICE, 2);
        Pool::cool_down(second);
        run_to_period(MISSED_HEARTBEATS + 1);
        // Matching drops devices that it meets offline.
        Book::take();
        System::reset_events();
        send_heartbeat(ALICE);
        assert_eq!(last_event(), Event::ProviderCameOnline { provider: ALICE });
        assert!(is_listed(first) && is_listed(second));
        assert_eq!(Pool::offer(second).unwrap().free_slots, MAX_SLOTS);
    });
}

#[test]
fn while_online_it_lists_nothing_and_says_nothing() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        let before = times_listed(device);
        System::reset_events();
        for _ in 0..3 {
            run_to_period(1);
            send_heartbeat(ALICE);
        }
        assert_eq!(times_listed(device), before);
        assert!(System::events().is_empty());
    });
}
