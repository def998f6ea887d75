//! Benchmarks of every call and of the authorisations, in the worst case.

mod setup;

use aicpw_primitives::{traits::StakeDraw, worker_key::WorkerId};
use aicpw_protocol::{
    conformance::{MOST_SIBLINGS, SAMPLES},
    merkle::{root_from_proof, InclusionProof},
    worker::{MissingDevices, Statement, MAX_NAMED_DEVICES},
    DeviceId,
};
use alloc::{vec, vec::Vec};
use frame_benchmarking::v2::*;
use frame_support::{
    migrations::SteppedMigration,
    traits::{fungible::Mutate, Authorize, Get},
    weights::WeightMeter,
};
use frame_system::RawOrigin;
use sp_application_crypto::RuntimeAppPublic;
use sp_runtime::transaction_validity::TransactionSource;

use crate::{
    migrations::{v1, Position, ToVersion2},
    *,
};

use setup::*;
pub use setup::{come_online, lone_device, online_device, set_height, BenchmarkHelper};

/// The octaves above the lowest ask of an ask far from those of all of a provider's devices.
const FAR: u32 = 20;

#[benchmarks(
    where
        <T as frame_system::Config>::RuntimeCall: From<Call<T>>,
        T::NativeBalance: Mutate<T::AccountId>,
)]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn register_provider() {
        let who = funded::<T>();
        let worker = WorkerId::generate_pair(None);
        let statement = Statement::Join {
            provider: who.clone(),
        };
        let proof = proof::<T>(&worker, &statement);

        #[extrinsic_call]
        _(
            RawOrigin::Signed(who.clone()),
            stake::<T>(),
            worker,
            [1; 32],
            peers(),
            proof,
        );

        assert!(Providers::<T>::contains_key(who));
    }

    #[benchmark]
    fn deregister_provider() -> Result<(), BenchmarkError> {
        let (who, _) = provider::<T>(0);
        Pallet::<T>::do_unbond(who.clone(), stake::<T>())?;
        set_height::<T>(HEIGHT + T::UnbondingPeriod::get());
        Pallet::<T>::do_withdraw_unbonded(who.clone())?;

        #[extrinsic_call]
        _(RawOrigin::Signed(who.clone()));

        assert!(!Providers::<T>::contains_key(who));
        Ok(())
    }

    #[benchmark]
    fn set_peers() {
        let (who, _) = provider::<T>(0);

        #[extrinsic_call]
        _(RawOrigin::Signed(who), peers());
    }

    #[benchmark]
    fn rotate_worker() {
        let (who, old) = provider::<T>(0);
        let worker = WorkerId::generate_pair(None);
        let statement = Statement::Join {
            provider: who.clone(),
        };
        let proof = proof::<T>(&worker, &statement);

        #[extrinsic_call]
        _(RawOrigin::Signed(who), worker, [2; 32], proof);

        assert!(!WorkerOwners::<T>::contains_key(old));
    }

    /// The free stake gets to another level, so all devices move in the order book.
    #[benchmark]
    fn bond_extra(d: Linear<0, { T::MaxDevices::get() }>) {
        let (who, _) = provider::<T>(d);
        for device in DevicesOf::<T>::get(&who) {
            T::BenchmarkHelper::misplaced(device);
        }

        #[extrinsic_call]
        _(RawOrigin::Signed(who.clone()), stake::<T>());

        assert_eq!(Ledgers::<T>::get(who).active, 2 * stake::<T>());
    }

    /// The stake that is left is too little, so all devices leave the order book.
    #[benchmark]
    fn unbond(d: Linear<0, { T::MaxDevices::get() }>) {
        let (who, _) = provider::<T>(d);
        T::BenchmarkHelper::freshen(&DevicesOf::<T>::get(&who));

        #[extrinsic_call]
        _(RawOrigin::Signed(who.clone()), stake::<T>());

        assert_eq!(Ledgers::<T>::get(who).active, 0);
    }

    #[benchmark]
    fn withdraw_unbonded() -> Result<(), BenchmarkError> {
        let (who, _) = provider::<T>(0);
        for chunk in 0..T::MaxUnbondings::get() {
            set_height::<T>(HEIGHT + chunk);
            Pallet::<T>::do_unbond(who.clone(), 1_000)?;
        }
        set_height::<T>(HEIGHT + T::MaxUnbondings::get() + T::UnbondingPeriod::get());

        #[extrinsic_call]
        _(RawOrigin::Signed(who.clone()));

        assert_eq!(Ledgers::<T>::get(who).unbonding_total(), 0);
        Ok(())
    }

    /// Conformance runs are turned off, so the device is listed at once. That is more work than opening a challenge.
    #[benchmark]
    fn register_device(d: Linear<1, { T::MaxDevices::get() }>) {
        let (who, _) = provider::<T>(d - 1);
        T::BenchmarkHelper::believe_devices();
        keep_ids_apart::<T>();
        T::BenchmarkHelper::await_devices(&[NextDevice::<T>::get()]);

        #[extrinsic_call]
        _(
            RawOrigin::Signed(who.clone()),
            spec(d),
            octave_above::<T>(FAR),
            T::MaxSlots::get(),
        );

        assert_eq!(DevicesOf::<T>::get(who).len(), d as usize);
    }

    #[benchmark]
    fn deregister_device() {
        let (who, _) = provider::<T>(T::MaxDevices::get());
        let device = only_device::<T>(&who);
        T::BenchmarkHelper::freshen(&[device]);

        #[extrinsic_call]
        _(RawOrigin::Signed(who), device);

        assert!(!Devices::<T>::contains_key(device));
    }

    /// Conformance runs are turned off, so the device moves to another segment of the order book at once.
    #[benchmark]
    fn update_spec(d: Linear<1, { T::MaxDevices::get() }>) {
        let (who, _) = provider::<T>(d);
        let device = only_device::<T>(&who);
        T::BenchmarkHelper::believe_devices();
        T::BenchmarkHelper::await_devices(&[device]);

        #[extrinsic_call]
        _(RawOrigin::Signed(who), device, spec(d));
    }

    /// The device had no free slot, and its provider's free stake is on another level since the device's match.
    #[benchmark]
    fn set_slots() {
        let (who, _) = provider::<T>(1);
        let device = only_device::<T>(&who);
        Devices::<T>::mutate_extant(device, |device| {
            device.slots = 1;
            device.used_slots = 1;
        });
        T::BenchmarkHelper::misplaced(device);

        #[extrinsic_call]
        _(RawOrigin::Signed(who), device, T::MaxSlots::get());
    }

    /// The new ask is far from the one before.
    #[benchmark]
    fn set_ask() {
        let (who, _) = provider::<T>(1);
        let device = only_device::<T>(&who);
        T::BenchmarkHelper::await_devices(&[device]);

        #[extrinsic_call]
        _(RawOrigin::Signed(who), device, octave_above::<T>(FAR));
    }

    /// The device enters the order book. Leaving it is no more work.
    #[benchmark]
    fn set_availability() -> Result<(), BenchmarkError> {
        let (who, _) = provider::<T>(1);
        let device = only_device::<T>(&who);
        Pallet::<T>::do_set_availability(who.clone(), device, false)?;
        T::BenchmarkHelper::await_devices(&[device]);

        #[extrinsic_call]
        _(RawOrigin::Signed(who), device, true);

        Ok(())
    }

    /// The provider was offline. Every device has cooled down meanwhile, and is found again in a place to which it no
    /// longer belongs. Each device has leaves of the order book for itself, and tasks wait for it.
    #[benchmark]
    fn heartbeat(d: Linear<1, { T::MaxDevices::get() }>) -> Result<(), BenchmarkError> {
        let (who, worker) = provider::<T>(d);
        let devices: Vec<DeviceId> = DevicesOf::<T>::get(&who).into_inner();
        spread::<T>(&who, &devices)?;
        MissingDevicesOf::<T>::insert(&who, MissingDevices::truncate_from(devices.clone()));
        for device in devices {
            Devices::<T>::mutate_extant(device, |device| device.cools_until = Some(HEIGHT));
        }
        set_height::<T>(HEIGHT + T::HeartbeatPeriod::get() * (MISSED_HEARTBEATS + 2));
        let period = Pallet::<T>::current_period();
        let statement = Statement::Heartbeat {
            provider: who.clone(),
            period,
        };
        let proof = proof::<T>(&worker, &statement);

        #[extrinsic_call]
        _(RawOrigin::Authorized, who.clone(), period, proof);

        assert!(Pallet::<T>::is_online(&who));
        Ok(())
    }

    /// The provider is online, and none of its devices has to be listed.
    #[benchmark]
    fn heartbeat_again() {
        let (who, worker) = provider::<T>(T::MaxDevices::get());
        set_height::<T>(HEIGHT + T::HeartbeatPeriod::get());
        let period = Pallet::<T>::current_period();
        let statement = Statement::Heartbeat {
            provider: who.clone(),
            period,
        };
        let proof = proof::<T>(&worker, &statement);
        assert!(!Presences::<T>::get(&who).relist);

        #[extrinsic_call]
        heartbeat(RawOrigin::Authorized, who.clone(), period, proof);

        let last = Presences::<T>::get(&who).heartbeat;
        assert_eq!(last.map(|last| last.period), Some(period));
    }

    /// The provider was offline. `d` devices were missing, and are found again in places to which they no longer
    /// belong. `m` devices are missing now. Each device has leaves of the order book for itself, and tasks wait for it.
    #[benchmark]
    fn heartbeat_without(
        d: Linear<0, { T::MaxDevices::get() / 2 }>,
        m: Linear<0, { T::MaxDevices::get() / 2 }>,
    ) -> Result<(), BenchmarkError> {
        let (who, worker) = provider::<T>(d + m);
        let mut found: Vec<DeviceId> = DevicesOf::<T>::get(&who).into_inner();
        spread::<T>(&who, &found)?;
        let missing = MissingDevices::truncate_from(found.split_off(d as usize));
        MissingDevicesOf::<T>::insert(&who, MissingDevices::truncate_from(found));
        T::BenchmarkHelper::freshen(&missing);
        set_height::<T>(HEIGHT + T::HeartbeatPeriod::get() * (MISSED_HEARTBEATS + 2));
        let period = Pallet::<T>::current_period();
        let statement = Statement::HeartbeatWithout {
            provider: who.clone(),
            period,
            missing: missing.clone(),
        };
        let proof = proof::<T>(&worker, &statement);

        #[extrinsic_call]
        _(
            RawOrigin::Authorized,
            who.clone(),
            period,
            missing.clone(),
            proof,
        );

        assert!(Pallet::<T>::is_online(&who));
        assert_eq!(MissingDevicesOf::<T>::get(who), missing);
        Ok(())
    }

    /// For either call. The statement names as many devices as it can.
    #[benchmark]
    fn authorize_heartbeat() -> Result<(), BenchmarkError> {
        let (who, worker) = provider::<T>(0);
        set_height::<T>(HEIGHT + T::HeartbeatPeriod::get());
        let period = Pallet::<T>::current_period();
        let devices = (0..u64::from(MAX_NAMED_DEVICES)).map(DeviceId);
        let missing = MissingDevices::truncate_from(devices.collect());
        let statement = Statement::HeartbeatWithout {
            provider: who.clone(),
            period,
            missing: missing.clone(),
        };
        let proof = proof::<T>(&worker, &statement);
        let call: <T as frame_system::Config>::RuntimeCall = Call::heartbeat_without {
            provider: who,
            period,
            missing,
            proof,
        }
        .into();

        #[block]
        {
            call.authorize(TransactionSource::InBlock)
                .ok_or("the call has an authorisation")?
                .map_err(|_| "the heartbeat is authorised")?;
        }
        Ok(())
    }

    /// The last attempt ended without an answer. The search for its seed is weighed separately.
    #[benchmark]
    fn request_challenge() {
        let (who, _) = provider::<T>(1);
        let device = only_device::<T>(&who);
        let challenge = Challenge {
            opened_at: 1,
            refuted: None,
        };
        Challenges::<T>::insert(device, challenge);

        #[extrinsic_call]
        _(RawOrigin::Signed(who), device);

        assert_ne!(Challenges::<T>::get(device), Some(challenge));
    }

    /// The device enters the order book. `climb` measures the paths to the roots.
    #[benchmark]
    fn answer_challenge() {
        let (device, answer, proof) = answered::<T>();
        T::BenchmarkHelper::await_devices(&[device]);

        #[extrinsic_call]
        _(RawOrigin::Authorized, device, answer, proof);

        assert!(Pallet::<T>::is_conformant(device));
    }

    #[benchmark]
    fn authorize_answer() -> Result<(), BenchmarkError> {
        let (device, answer, proof) = answered::<T>();
        let call: <T as frame_system::Config>::RuntimeCall = Call::answer_challenge {
            device,
            answer,
            proof,
        }
        .into();

        #[block]
        {
            call.authorize(TransactionSource::InBlock)
                .ok_or("the call has an authorisation")?
                .map_err(|_| "the answer is authorised")?;
        }
        Ok(())
    }

    /// Hashes `n` siblings on the paths from leaves to roots.
    #[benchmark]
    fn climb(n: Linear<0, { 2 * SAMPLES * MOST_SIBLINGS }>) {
        let proof = InclusionProof {
            index: 0,
            leaves: 1 << MOST_SIBLINGS,
            siblings: vec![[1; 32]; MOST_SIBLINGS as usize],
        };
        let mut roots = 0;

        #[block]
        {
            for _ in 0..n.div_ceil(MOST_SIBLINGS) {
                roots += u32::from(root_from_proof([2; 32], &proof).is_some());
            }
        }

        assert_eq!(roots, n.div_ceil(MOST_SIBLINGS));
    }

    /// All providers have fallen silent.
    #[benchmark]
    fn draw() {
        for seed in 0..crate::draw::DRAW_TRIES {
            lone_device::<T>(seed, seed);
        }
        set_height::<T>(HEIGHT + T::HeartbeatPeriod::get() * (MISSED_HEARTBEATS + 2));
        let drawn;

        #[block]
        {
            drawn = <Pallet<T> as StakeDraw<T::AccountId>>::draw(&[1; 32]);
        }

        assert_eq!(drawn, None);
        assert_eq!(DrawLeafOf::<T>::iter().count(), 0);
    }

    /// The step has weight for one device, and there is one.
    #[benchmark]
    fn step_to_version_2() {
        let (who, _) = provider::<T>(1);
        v1::restore::<T>();
        let mut meter = WeightMeter::with_limit(ToVersion2::<T>::weight_of(1));
        let stepped;

        #[block]
        {
            stepped = ToVersion2::<T>::step(None, &mut meter);
        }

        let device = only_device::<T>(&who);
        assert_eq!(stepped, Ok(Some(Position::Device(device))));
        assert!(Devices::<T>::get(device).is_some());
    }

    impl_benchmark_test_suite!(Pallet, mock::ExtBuilder.build(), mock::Test);
}
