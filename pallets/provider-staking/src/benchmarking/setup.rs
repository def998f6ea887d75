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
use sp_runtime::traits::{BlockNumberProvider, Hash as _};

use crate::{conformance::Stage, *};

/// What the benchmarks need of other pallets.
pub trait BenchmarkHelper {
    /// Makes up the seed for an anchor, and goes to the first block in which it is known.
    fn bring_seed(anchor: BlockNumber);
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
    if Pallet::<T>::now() < HEIGHT {
        set_height::<T>(HEIGHT);
    }
    let who: T::AccountId = account("provider", seed, 0);
    T::NativeBalance::set_balance(&who, Balance::MAX / 1_000_000);
    let worker = joined::<T>(&who, Balance::MAX / 2_000_000);
    let spec = DeviceSpec {
        gflops,
        ..spec(seed)
    };
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

/// A provider with `devices` devices that it offers.
pub(super) fn provider<T: Config>(devices: u32) -> (T::AccountId, WorkerId)
where
    T::NativeBalance: Mutate<T::AccountId>,
{
    let who = funded::<T>();
    let worker = joined::<T>(&who, stake::<T>());
    for device in 0..devices {
        Pallet::<T>::do_register_device(
            who.clone(),
            spec(device),
            T::MinAsk::get(),
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
