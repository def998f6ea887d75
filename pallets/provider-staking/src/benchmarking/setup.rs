//! The setup of the benchmarks: providers, devices, proofs.

use aicpw_primitives::{
    traits::DrawRandomness,
    worker_key::{prove, WorkerId, WorkerProof},
};
use aicpw_protocol::{
    conformance::{Answer, Part},
    content::MAX_PEER_ADDRESS_BYTES,
    device::{ClassSet, DeviceKind, DeviceSpec, MAX_DEVICE_NAME_BYTES},
    task::{Engine, PeerAddresses, MAX_PEER_ADDRESSES},
    worker::{MissingDevices, Statement},
    AskPrice, Balance, BlockNumber, DeviceId, Gflops, Hash, Mebibytes, MegabitsPerSecond,
};
use alloc::vec;
use frame_benchmarking::v2::*;
use frame_support::{
    traits::{fungible::Mutate, Get},
    BoundedVec,
};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_application_crypto::RuntimeAppPublic;
use sp_runtime::{
    traits::{BlockNumberProvider, Hash as _},
    DispatchResult,
};

use crate::{
    conformance::Stage,
    draw::{CAPACITY, WIDTH},
    *,
};

/// What the benchmarks need from other pallets.
pub trait BenchmarkHelper {
    /// Makes a seed for an anchor, and goes to the first block in which the seed is known.
    fn bring_seed(anchor: BlockNumber);

    /// Turns conformance runs off, so that devices are listed as soon as they are registered.
    fn believe_devices();

    /// Makes tasks wait for these devices. Listing one is then as much work as it can be, apart from its former place.
    fn await_devices(devices: &[DeviceId]);

    /// Makes these devices, which are in the order book, fresh: tasks wait for them and have not been woken yet. Taking
    /// a device out of the book is then as much work as it can be.
    fn freshen(devices: &[DeviceId]);

    /// Puts a device alone, and with no free slot, into a place of the order book to which it no longer belongs, as if
    /// its provider's free stake had changed. Tasks wait for it.
    fn misplaced(device: DeviceId);
}

/// The height at which the benchmarks begin.
pub(super) const HEIGHT: BlockNumber = 10;

/// Moves to a block whose parent's hash is known.
pub fn set_height<T: Config>(height: BlockNumber) {
    frame_system::Pallet::<T>::set_block_number(height.into());
    T::BlockNumberProvider::set_block_number(height);
    for block in [0, height.saturating_sub(1)] {
        frame_system::BlockHash::<T>::insert(
            BlockNumberFor::<T>::from(block),
            <T as frame_system::Config>::Hashing::hash(&[1]),
        );
    }
}

/// Puts each of these devices into an octave of asks of its own, in a place to which it no longer belongs.
pub(super) fn spread<T: Config>(who: &T::AccountId, devices: &[DeviceId]) -> DispatchResult {
    for (octave, device) in devices.iter().enumerate() {
        let ask = AskPrice(T::MinAsk::get().0 << octave);
        Pallet::<T>::do_set_ask(who.clone(), *device, ask)?;
        T::BenchmarkHelper::misplaced(*device);
    }
    Ok(())
}

pub(super) fn proof<T: Config>(
    worker: &WorkerId,
    statement: &Statement<T::AccountId>,
) -> WorkerProof {
    let height: BlockNumber = T::BlockNumberProvider::current_block_number();
    let hash: Hash = <T as frame_system::Config>::Hashing::hash(&[1])
        .as_ref()
        .try_into()
        .expect("hashes have 32 bytes");
    prove(worker, &hash, (height - 1, &hash), statement).expect("the keystore has the key")
}

pub(super) fn peers() -> PeerAddresses {
    let address = BoundedVec::truncate_from(vec![1; MAX_PEER_ADDRESS_BYTES as usize]);
    BoundedVec::truncate_from(vec![address; MAX_PEER_ADDRESSES as usize])
}

/// Makes an online device with one free slot, for a provider of its own, the `seed`-th. It has this
/// computing power and ask, and plenty of everything else. For other pallets' benchmarks.
pub fn online_device<T: Config>(seed: u32, gflops: Gflops, ask: AskPrice) -> (DeviceId, WorkerId)
where
    T::NativeBalance: Mutate<T::AccountId>,
{
    let spec = DeviceSpec {
        gflops,
        ..spec(seed)
    };
    online::<T>(seed, spec, ask)
}

/// Makes a device as [`online_device`] does, but so that everything done with it is as much work as it can be. For
/// other pallets' benchmarks.
///
/// It is in an octave of asks of its own, this many above the lowest, and in one of the segments for class `int`. Its
/// provider has another device, which is not offered, and shares no node of the draw but the root with others.
pub fn lone_device<T: Config>(seed: u32, octave: u32) -> (DeviceId, WorkerId)
where
    T::NativeBalance: Mutate<T::AccountId>,
{
    // Leaves are taken in the order of their numbers. If many are taken, at least the lowest nodes are not shared.
    DrawTree::<T>::mutate(|leaves| {
        let far = WIDTH.pow(2);
        let is_room = leaves.ever.saturating_add(2 * far) < CAPACITY;
        let step = if is_room { far } else { WIDTH };
        leaves.ever = leaves.ever.saturating_add(step - 1);
    });
    keep_ids_apart::<T>();
    let spec = DeviceSpec {
        classes: ClassSet {
            int: true,
            fp32_strict: seed & 1 != 0,
            device: seed & 2 != 0,
        },
        ..spec(seed)
    };
    let lone = online::<T>(seed, spec, octave_above::<T>(octave));
    let other = DeviceSpec {
        fingerprint: [255; 32],
        ..self::spec(seed)
    };
    Pallet::<T>::do_register_device(account("provider", seed, 0), other, T::MinAsk::get(), 1)
        .expect("the device can be registered");
    lone
}

/// Makes the provider of a device online at the chain's present height. For other pallets' benchmarks.
pub fn come_online<T: Config>(device: DeviceId) {
    let device = Devices::<T>::get(device).expect("the device is registered");
    let period = Pallet::<T>::current_period();
    Pallet::<T>::do_heartbeat(device.provider, period, MissingDevices::default());
}

/// Makes the ids of the next registered devices share no word of a list with those before.
pub(super) fn keep_ids_apart<T: Config>() {
    NextDevice::<T>::mutate(|next| next.0 = next.0.saturating_add(400));
}

/// An ask this many octaves above the lowest.
pub(super) fn octave_above<T: Config>(octave: u32) -> AskPrice {
    AskPrice(T::MinAsk::get().0 << octave)
}

fn online<T: Config>(seed: u32, spec: DeviceSpec, ask: AskPrice) -> (DeviceId, WorkerId)
where
    T::NativeBalance: Mutate<T::AccountId>,
{
    if Pallet::<T>::now() < HEIGHT {
        set_height::<T>(HEIGHT);
    }
    let who: T::AccountId = account("provider", seed, 0);
    T::NativeBalance::set_balance(&who, Balance::MAX / 1_000_000);
    let worker = joined::<T>(&who, Balance::MAX / 2_000_000);
    Pallet::<T>::do_register_device(who.clone(), spec, ask.max(T::MinAsk::get()), 1)
        .expect("the device can be registered");
    Challenges::<T>::remove(only_device::<T>(&who));
    Pallet::<T>::do_heartbeat(
        who.clone(),
        Pallet::<T>::current_period(),
        MissingDevices::default(),
    );
    (only_device::<T>(&who), worker)
}

pub(super) fn spec(fingerprint: u32) -> DeviceSpec {
    let mut hash = Hash::default();
    hash[..4].copy_from_slice(&fingerprint.to_le_bytes());
    DeviceSpec {
        kind: DeviceKind::Gpu,
        engine: Engine::OpenCl,
        name: BoundedVec::truncate_from(vec![b'g'; MAX_DEVICE_NAME_BYTES as usize]),
        fingerprint: hash,
        classes: ClassSet {
            int: true,
            fp32_strict: true,
            device: true,
        },
        gflops: Gflops(10_000),
        memory: Mebibytes(8_192),
        bandwidth: MegabitsPerSecond(1_000),
    }
}

pub(super) fn funded<T: Config>() -> T::AccountId
where
    T::NativeBalance: Mutate<T::AccountId>,
{
    set_height::<T>(HEIGHT);
    let who = account("provider", 0, 0);
    T::NativeBalance::set_balance(&who, stake::<T>().saturating_mul(100));
    who
}

pub(super) fn stake<T: Config>() -> Balance {
    T::MinStake::get().max(1_000_000_000_000_000_000)
}

/// Registers `who` with this stake. Its worker key is in the keystore.
pub(super) fn joined<T: Config>(who: &T::AccountId, stake: Balance) -> WorkerId {
    let worker = WorkerId::generate_pair(None);
    let statement = Statement::Join {
        provider: who.clone(),
    };
    Pallet::<T>::do_register_provider(
        who.clone(),
        stake,
        worker.clone(),
        [1; 32],
        peers(),
        proof::<T>(&worker, &statement),
    )
    .expect("the provider can register");
    worker
}

/// The spec of a device in another segment of the order book than the six before.
fn various(number: u32) -> DeviceSpec {
    let classes = number % 7 + 1;
    DeviceSpec {
        classes: ClassSet {
            int: classes & 1 != 0,
            fp32_strict: classes & 2 != 0,
            device: classes & 4 != 0,
        },
        ..spec(number)
    }
}

/// Makes a provider that offers this many devices. Each is in an octave of asks of its own, and they are spread evenly
/// over the segments.
pub(super) fn provider<T: Config>(devices: u32) -> (T::AccountId, WorkerId)
where
    T::NativeBalance: Mutate<T::AccountId>,
{
    let who = funded::<T>();
    let worker = joined::<T>(&who, stake::<T>());
    for device in 0..devices {
        keep_ids_apart::<T>();
        Pallet::<T>::do_register_device(
            who.clone(),
            various(device),
            octave_above::<T>(device),
            T::MaxSlots::get(),
        )
        .expect("the device can be registered");
    }
    for device in DevicesOf::<T>::get(&who) {
        Challenges::<T>::remove(device);
    }
    Pallet::<T>::do_heartbeat(
        who.clone(),
        Pallet::<T>::current_period(),
        MissingDevices::default(),
    );
    (who, worker)
}

/// Makes a device of one GFLOPS with an open challenge. Returns it with its answer and the proof of its worker.
pub(super) fn answered<T: Config>() -> (DeviceId, Answer, WorkerProof)
where
    T::NativeBalance: Mutate<T::AccountId>,
{
    let (who, worker) = provider::<T>(0);
    keep_ids_apart::<T>();
    let spec = DeviceSpec {
        gflops: Gflops(1),
        ..spec(1)
    };
    Pallet::<T>::do_register_device(who.clone(), spec, T::MinAsk::get(), 1)
        .expect("the device can be registered");
    let device = only_device::<T>(&who);
    let opened_at = T::DrawRandomness::anchor();
    let challenge = Challenge {
        opened_at,
        refuted: None,
    };
    Challenges::<T>::insert(device, challenge);
    T::BenchmarkHelper::bring_seed(opened_at);
    let height = T::DrawRandomness::anchor();
    let (_, Stage::Open { seed, .. }) = Pallet::<T>::stage(device, &challenge, height) else {
        panic!("the challenge is open");
    };
    let registered = Devices::<T>::get(device).expect("the device is registered");
    let run = Pallet::<T>::run_of(&registered, seed);
    let answer = run.answer(&run.outputs(Part::Int), &run.outputs(Part::Fp32));
    let statement = Statement::Answer {
        device,
        run,
        answer: answer.hash(),
    };
    (device, answer, proof::<T>(&worker, &statement))
}

pub(super) fn only_device<T: Config>(who: &T::AccountId) -> DeviceId {
    DevicesOf::<T>::get(who)[0]
}
