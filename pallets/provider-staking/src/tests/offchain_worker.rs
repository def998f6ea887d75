//! The hook by which a node sends heartbeats.

use aicpw_primitives::{traits::DeviceOffers, worker_key::WorkerId};
use aicpw_protocol::{
    device::DeviceSpec,
    mailbox::{
        DeviceSize, DEVICES, DEVICE_SIZES, FAILING_DEVICES, RETRY_AFTER, SERVING, SERVING_FRESH_FOR,
    },
    worker::{MissingDevices, Statement},
    Hash, Mebibytes, MegabitsPerSecond,
};
use codec::Decode;
use frame_support::{
    assert_ok,
    traits::{Authorize, Hooks},
};
use frame_system::RawOrigin;
use sp_core::offchain::{
    testing::{TestOffchainExt, TestTransactionPoolExt},
    OffchainDbExt, OffchainWorkerExt, Timestamp, TransactionPoolExt,
};
use sp_runtime::{
    offchain::storage::StorageValueRef, traits::Dispatchable,
    transaction_validity::TransactionSource,
};

use crate::{
    heartbeat::{NotHere, NotSent},
    mock::*,
    Call, DevicesOf, Event, MissingDevicesOf, Pallet, Providers,
};

struct Node {
    offchain: TestOffchainExt,
    /// Takes all transactions out of the node's pool.
    take_pool: Box<dyn Fn() -> Vec<Vec<u8>>>,
}

impl Node {
    /// Sets the node's clock.
    fn set_time(&self, milliseconds: u64) {
        self.offchain.0.write().timestamp = Timestamp::from_unix_millis(milliseconds);
    }

    /// Says that the node serves, as its native engine does.
    fn say_serving(&self, at: u64) {
        StorageValueRef::persistent(SERVING).set(&at);
    }

    fn say_devices(&self, fingerprints: &[u8]) {
        let devices: Vec<Hash> = fingerprints.iter().map(|byte| [*byte; 32]).collect();
        StorageValueRef::persistent(DEVICES).set(&devices);
    }

    fn say_failing(&self, fingerprints: &[u8]) {
        let devices: Vec<Hash> = fingerprints.iter().map(|byte| [*byte; 32]).collect();
        StorageValueRef::persistent(FAILING_DEVICES).set(&devices);
    }

    fn say_measured(&self, devices: &[DeviceSpec]) {
        let sizes: Vec<_> = devices.iter().map(DeviceSize::of).collect();
        StorageValueRef::persistent(DEVICE_SIZES).set(&sizes);
    }

    /// Executes the submitted calls as a block does. Returns their number.
    fn include(&self) -> usize {
        let calls = self.submitted();
        for call in &calls {
            assert_ok!(call.authorize(TransactionSource::Local).unwrap());
            assert_ok!(call.clone().dispatch(RawOrigin::Authorized.into()));
        }
        calls.len()
    }

    fn run_hook(&self) {
        <Pallet<Test> as Hooks<u32>>::offchain_worker(System::block_number());
    }

    /// The calls that the hook submitted since the last call of this.
    fn submitted(&self) -> Vec<RuntimeCall> {
        (self.take_pool)()
            .iter()
            .map(|bytes| Extrinsic::decode(&mut &bytes[..]).unwrap().function)
            .collect()
    }
}

/// Runs a test on a serving node of ALICE, a few blocks after the start.
fn on_node(test: impl FnOnce(Node, WorkerId)) {
    let offchain = TestOffchainExt::default();
    let (pool, pool_state) = TestTransactionPoolExt::new();
    let mut ext = ExtBuilder.build();
    ext.register_extension(OffchainDbExt::new(offchain.clone()));
    ext.register_extension(OffchainWorkerExt::new(offchain.clone()));
    ext.register_extension(TransactionPoolExt::new(pool));
    ext.execute_with(|| {
        let worker = register(ALICE, MIN_STAKE);
        add_device(ALICE, 1);
        let node = Node {
            offchain,
            take_pool: Box::new(move || std::mem::take(&mut pool_state.write().transactions)),
        };
        node.set_time(1_000_000);
        node.say_serving(1_000_000);
        test(node, worker);
        assert_ok!(Pallet::<Test>::do_try_state());
    });
}

#[test]
fn what_is_sent_is_authorised_and_brings_the_provider_online() {
    on_node(|node, _| {
        node.run_hook();
        let calls = node.submitted();
        assert_eq!(calls.len(), 1);
        let call = calls[0].clone();
        assert_ok!(call.authorize(TransactionSource::Local).unwrap());
        assert_ok!(call.dispatch(frame_system::RawOrigin::Authorized.into()));
        assert!(Pallet::<Test>::is_online(&ALICE));

        node.run_hook();
        assert!(node.submitted().is_empty(), "one per period");
    });
}

#[test]
fn it_is_sent_again_only_if_it_did_not_get_in() {
    on_node(|node, worker| {
        node.run_hook();
        assert_eq!(node.submitted().len(), 1);
        for _ in 1..RETRY_AFTER {
            node.run_hook();
            run_for(1);
            assert_eq!(
                Pallet::<Test>::send_heartbeat(&worker),
                Err(NotSent::Pending)
            );
        }
        run_for(1);
        node.run_hook();
        assert_eq!(node.submitted().len(), 1);
    });
}

/// Regression: for a device that was there but did not work, the log asked whether a driver was changed.
#[test]
fn a_device_that_does_not_work_is_missing_and_told_from_one_that_is_gone() {
    on_node(|node, _| {
        let (fails, gone) = (add_device(ALICE, 2), add_device(ALICE, 3));
        node.say_devices(&[1]);
        node.say_failing(&[2]);
        let expected = NotHere {
            gone: vec![gone],
            failing: vec![fails],
            less: Vec::new(),
        };
        assert_eq!(Pallet::<Test>::not_on_this_machine(&ALICE), expected);
        node.run_hook();
        assert_eq!(node.include(), 1);
        let missing = MissingDevicesOf::<Test>::get(ALICE).into_inner();
        assert_eq!(missing, vec![fails, gone]);
        // The device works again, while the report that it fails is still there.
        node.say_devices(&[1, 2, 3]);
        assert_eq!(
            Pallet::<Test>::not_on_this_machine(&ALICE),
            NotHere::default()
        );
    });
}

#[test]
fn a_device_that_the_node_does_not_find_is_not_offered_until_it_does() {
    on_node(|node, _| {
        let gone = add_device(ALICE, 2);
        let stays = DevicesOf::<Test>::get(ALICE)[0];
        // Nothing is known of the machine yet.
        node.run_hook();
        assert_eq!(node.include(), 1);
        assert!(is_listed(stays) && is_listed(gone));

        run_to_period(period() + 1);
        run_for(HEARTBEAT_PERIOD / 2);
        node.say_devices(&[1, 9]);
        node.run_hook();
        assert_eq!(node.include(), 1);
        assert_eq!(last_event(), Event::DeviceMissing { device: gone });
        assert!(is_listed(stays) && !is_listed(gone));
        assert!(Pallet::<Test>::offer(stays).is_some() && Pallet::<Test>::offer(gone).is_none());
        assert!(Pallet::<Test>::is_online(&ALICE));
        assert!(!Pallet::<Test>::device_view(gone).unwrap().online);
        // A call that lists it anew does not change that.
        assert_ok!(ProviderStaking::set_availability(
            RuntimeOrigin::signed(ALICE),
            gone,
            true
        ));
        assert!(!is_listed(gone));

        run_to_period(period() + 1);
        run_for(HEARTBEAT_PERIOD / 2);
        node.say_devices(&[2, 1]);
        node.run_hook();
        assert_eq!(node.include(), 1);
        assert_eq!(last_event(), Event::DeviceFound { device: gone });
        assert!(is_listed(stays) && is_listed(gone));
        assert!(!MissingDevicesOf::<Test>::contains_key(ALICE));
    });
}

#[test]
fn a_missing_device_that_is_updated_is_believed_until_the_node_says_otherwise() {
    on_node(|node, _| {
        let device = DevicesOf::<Test>::get(ALICE)[0];
        node.say_devices(&[7]);
        node.run_hook();
        assert_eq!(node.include(), 1);
        assert!(!is_listed(device));
        assert_ok!(ProviderStaking::update_spec(
            RuntimeOrigin::signed(ALICE),
            device,
            spec(7)
        ));
        assert!(is_listed(device));

        run_to_period(period() + 1);
        run_for(HEARTBEAT_PERIOD / 2);
        node.run_hook();
        assert_eq!(node.include(), 1);
        assert!(is_listed(device));

        node.say_devices(&[]);
        run_to_period(period() + 1);
        run_for(HEARTBEAT_PERIOD / 2);
        node.run_hook();
        assert_eq!(node.include(), 1);
        assert!(!is_listed(device));
        assert_ok!(ProviderStaking::deregister_device(
            RuntimeOrigin::signed(ALICE),
            device
        ));
        assert!(!MissingDevicesOf::<Test>::contains_key(ALICE));
    });
}

#[test]
fn a_device_that_has_less_than_it_was_registered_with_is_missing_until_the_chain_knows() {
    on_node(|node, _| {
        let other = add_device(ALICE, 2);
        let device = DevicesOf::<Test>::get(ALICE)[0];
        let beat = || {
            run_to_period(1);
            run_for(HEARTBEAT_PERIOD / 2);
            node.run_hook();
            assert_eq!(node.include(), 1);
        };
        let less_memory = DeviceSpec {
            memory: Mebibytes(spec(1).memory.0 - 1),
            ..spec(1)
        };
        let less_bandwidth = DeviceSpec {
            bandwidth: MegabitsPerSecond(spec(1).bandwidth.0 - 1),
            ..spec(1)
        };
        // A device that was not measured counts as registered.
        node.say_devices(&[1, 2]);
        node.say_measured(&[]);
        beat();
        assert!(is_listed(device) && is_listed(other));
        for less in [less_memory, less_bandwidth] {
            node.say_measured(&[spec(2), less.clone()]);
            beat();
            assert_eq!(last_event(), Event::DeviceMissing { device });
            assert!(!is_listed(device) && is_listed(other));
            assert!(Pallet::<Test>::offer(device).is_none());
            // The device has what it was registered with, or more.
            let more = DeviceSpec {
                memory: Mebibytes(spec(1).memory.0 + 1),
                bandwidth: MegabitsPerSecond(spec(1).bandwidth.0 + 1),
                ..spec(1)
            };
            node.say_measured(&[more, spec(2)]);
            beat();
            assert_eq!(last_event(), Event::DeviceFound { device });
            assert!(is_listed(device) && is_listed(other));

            node.say_measured(std::slice::from_ref(&less));
            beat();
            assert!(!is_listed(device));
            assert_ok!(ProviderStaking::update_spec(
                RuntimeOrigin::signed(ALICE),
                device,
                less
            ));
            assert!(!MissingDevicesOf::<Test>::contains_key(ALICE));
            beat();
            assert!(!MissingDevicesOf::<Test>::contains_key(ALICE));
            assert_ok!(ProviderStaking::update_spec(
                RuntimeOrigin::signed(ALICE),
                device,
                spec(1)
            ));
        }
    });
}

#[test]
fn one_that_is_gone_and_one_that_has_less_are_missing_together() {
    on_node(|node, _| {
        let gone = add_device(ALICE, 2);
        let less = DevicesOf::<Test>::get(ALICE)[0];
        let stays = add_device(ALICE, 3);
        node.say_devices(&[1, 3]);
        let small = |fingerprint| DeviceSpec {
            memory: Mebibytes(1),
            ..spec(fingerprint)
        };
        node.say_measured(&[small(1), small(2)]);
        node.run_hook();
        assert_eq!(node.include(), 1);
        let mut missing = MissingDevicesOf::<Test>::get(ALICE).into_inner();
        missing.sort();
        let mut expected = vec![gone, less];
        expected.sort();
        assert_eq!(missing, expected);
        assert!(is_listed(stays));
    });
}

#[test]
fn nobody_else_can_say_that_a_device_is_missing() {
    on_node(|_, worker| {
        send_heartbeat(ALICE);
        register(BOB, MIN_STAKE);
        let device = DevicesOf::<Test>::get(ALICE)[0];
        let missing = MissingDevices::truncate_from(vec![device]);
        let (provider, period) = (BOB, period());
        let statement = Statement::HeartbeatWithout {
            provider,
            period,
            missing: missing.clone(),
        };
        // With the key of another provider, BOB's statement is not valid. With BOB's own key it is, but has no effect
        // on devices of others.
        let bobs = Providers::<Test>::get(BOB).unwrap().worker;
        for (key, is_valid) in [(&worker, false), (&bobs, true)] {
            let call = RuntimeCall::from(Call::heartbeat_without {
                provider,
                period,
                missing: missing.clone(),
                proof: sign(key, &statement),
            });
            let authorised = call.authorize(TransactionSource::External).unwrap();
            assert_eq!(authorised.is_ok(), is_valid);
        }
        let call = RuntimeCall::from(Call::heartbeat_without {
            provider,
            period,
            missing,
            proof: sign(&bobs, &statement),
        });
        assert_ok!(call.dispatch(RawOrigin::Authorized.into()));
        assert!(is_listed(device));
        assert!(!MissingDevicesOf::<Test>::contains_key(BOB));
    });
}

#[test]
fn a_node_whose_engine_died_sends_none() {
    on_node(|node, _| {
        node.set_time(1_000_000 + SERVING_FRESH_FOR.0);
        node.run_hook();
        assert!(node.submitted().is_empty());
        node.set_time(1_000_000 + SERVING_FRESH_FOR.0 - 1);
        node.run_hook();
        assert_eq!(node.submitted().len(), 1);
    });
}

/// This happens if the clock ran ahead, the node crashed, and the clock was set back.
#[test]
fn what_was_said_with_a_clock_that_ran_ahead_is_not_believed() {
    on_node(|node, _| {
        for ahead in [1, SERVING_FRESH_FOR.0, 3_600_000] {
            node.say_serving(1_000_000 + ahead);
            node.run_hook();
            assert!(node.submitted().is_empty(), "{ahead} ms ahead");
        }
        // A living engine says again that it serves, with the time of the present clock.
        node.say_serving(1_000_000);
        node.run_hook();
        assert_eq!(node.submitted().len(), 1);
    });
}

#[test]
fn a_node_that_never_served_sends_none() {
    on_node(|node, _| {
        StorageValueRef::persistent(SERVING).clear();
        node.run_hook();
        assert!(node.submitted().is_empty());
    });
}

#[test]
fn keys_of_no_provider_send_none() {
    on_node(|node, _| {
        let stranger = worker("stranger");
        assert_eq!(
            Pallet::<Test>::send_heartbeat(&stranger),
            Err(NotSent::NoProvider)
        );
        node.run_hook();
        assert_eq!(node.submitted().len(), 1, "the provider's own still does");
    });
}

#[test]
fn those_online_take_turns_in_the_first_half_of_the_period() {
    on_node(|node, worker| {
        send_heartbeat(ALICE);
        assert_eq!(
            Pallet::<Test>::send_heartbeat(&worker),
            Err(NotSent::NotNeeded)
        );
        let mut sent_at = Vec::new();
        for _ in 0..2 {
            run_to_period(1);
            loop {
                node.run_hook();
                if !node.submitted().is_empty() {
                    break;
                }
                run_for(1);
            }
            sent_at.push(System::block_number() % HEARTBEAT_PERIOD);
        }
        assert!(sent_at[0] < HEARTBEAT_PERIOD / 2);
        assert_eq!(sent_at[0], sent_at[1], "always the same turn");
    });
}
