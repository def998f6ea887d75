//! What benchmarks begin with: providers, devices, proofs.

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

/// What the benchmarks need of other pallets.
pub trait BenchmarkHelper {
    /// Makes up the seed for an anchor, and goes to the first block in which it is known.
    fn bring_seed(anchor: BlockNumber);

    /// Turns conformance runs off: what is registered then is listed at once.
    fn believe_devices();

    /// Has tasks wait for these devices: to list one is as much work as it can be but for where it stood before.
    fn await_devices(devices: &[DeviceId]);

    /// As if these devices, which are in the order book, had come into it while tasks waited for them, and none was woken
    /// yet: to take one out is as much work as it can be.
    fn freshen(devices: &[DeviceId]);

    /// Has a device stand in the order book where it does not belong any more, alone, with no slot free, while tasks wait for
    /// it: as if the free stake of its provider had changed.
    fn misplaced(device: DeviceId);
}

/// At which they begin.
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

/// Has each of these devices stand in an octave of asks of its own, where it does not belong any more.
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

/// An online device with one free slot, of a provider of its own: the `seed`-th. It has this
/// computing power and ask, everything else in plenty. For other pallets' benchmarks.
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

/// A device as [`online_device`] makes it, where what is done with it is as much work as it can be: it stands in an octave of
/// asks of its own, this one above the lowest, and in one of the segments for class `int`; its provider has another device,
/// which is not offered, and shares with others no node of the draw but the root. For other pallets' benchmarks.
pub fn lone_device<T: Config>(seed: u32, octave: u32) -> (DeviceId, WorkerId)
where
    T::NativeBalance: Mutate<T::AccountId>,
{
    // Leaves are taken in the order of their numbers. Where there are many, at least the lowest nodes are others.
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

/// Has the provider of a device be online, wherever the chain is by now. For other pallets' benchmarks.
pub fn come_online<T: Config>(device: DeviceId) {
    let device = Devices::<T>::get(device).expect("the device is registered");
    let period = Pallet::<T>::current_period();
    Pallet::<T>::do_heartbeat(device.provider, period, MissingDevices::default());
}

/// The ids of devices that are registered next share no word of a list with those before.
pub(super) fn keep_ids_apart<T: Config>() {
    NextDevice::<T>::mutate(|next| next.0 = next.0.saturating_add(400));
}

/// An ask that stands so many octaves above the lowest.
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

/// Registers `who` with this stake; its worker key is in the keystore.
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

/// A device in another segment of the order book than the six before.
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

/// A provider with `devices` devices that it offers. Each stands in an octave of asks of its own, and no more of them in a
/// segment than have to.
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

/// A device of one GFLOPS whose challenge is open, what it computed, and the proof of its worker.
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
