//! The offchain worker's part in conformance challenges. It puts the challenges of this node's devices
//! into the mailbox, and sends the answers that the native engine puts there to the chain.

use aicpw_primitives::{
    traits::DrawRandomness,
    worker_call::{self, hash_of, prove_now},
    worker_key::WorkerId,
};
use aicpw_protocol::{
    mailbox::{answer_key, ChallengeAnswer, ChallengeOrder, Challenges as Orders, CHALLENGES},
    worker::Statement,
    DeviceId,
};
use alloc::vec::Vec;
use codec::Encode;
use sp_application_crypto::RuntimeAppPublic;
use sp_runtime::offchain::storage::{StorageRetrievalError, StorageValueRef};

use crate::{
    conformance::Stage, heartbeat::NotSent, Call, Challenges, Config, Devices, DevicesOf, Pallet,
    WorkerOwners, LOG_TARGET,
};

/// The prefix of the offchain key under which the last answer sent for a device is stored.
const ANSWERED_PREFIX: &[u8] = b"aicpw/answered/v1/";

impl<T: Config> Pallet<T> {
    /// Exchanges challenges and answers with the mailbox, on each new best block. A node without worker keys
    /// leaves its mailbox alone.
    pub(crate) fn follow_challenges() {
        let workers = WorkerId::all();
        if workers.is_empty() {
            return;
        }
        let mut challenges = Vec::new();
        for worker in workers {
            let Some(provider) = WorkerOwners::<T>::get(&worker) else {
                continue;
            };
            for id in DevicesOf::<T>::get(provider) {
                challenges.extend(Self::follow_challenge(&worker, id));
            }
        }
        Self::write_challenges(challenges);
    }

    /// Returns the order for a device whose challenge is open. Sends the answer if the engine has one.
    fn follow_challenge(worker: &WorkerId, id: DeviceId) -> Option<ChallengeOrder> {
        let challenge = Challenges::<T>::get(id)?;
        let device = Devices::<T>::get(id)?;
        // A call made now is executed in the next block at the earliest.
        let at = T::DrawRandomness::anchor().saturating_add(1);
        let (_, Stage::Open { seed, .. }) = Self::stage(id, &challenge, at) else {
            return None;
        };
        let run = Self::run_of(&device, seed);
        let key = answer_key(id);
        match StorageValueRef::persistent(&key).get::<ChallengeAnswer>() {
            Ok(Some(found)) if found.run == run => {
                if let Err(reason) = Self::send_answer(worker, id, found) {
                    log::debug!(target: LOG_TARGET, "the answer of device {id}: {reason:?}");
                }
            }
            Ok(_) => {}
            Err(_) => {
                log::warn!(target: LOG_TARGET, "the answer of device {id} cannot be decoded");
            }
        }
        Some(ChallengeOrder {
            device: id,
            fingerprint: device.spec.fingerprint,
            run,
        })
    }

    fn send_answer(worker: &WorkerId, id: DeviceId, found: ChallengeAnswer) -> Result<(), NotSent> {
        let key = [ANSWERED_PREFIX, &id.encode()].concat();
        if !worker_call::claim(&key, found.run.seed, Self::height()) {
            return Err(NotSent::Pending);
        }
        Self::submit_answer(worker, id, found).inspect_err(|_| worker_call::unclaim(&key))
    }

    fn submit_answer(
        worker: &WorkerId,
        id: DeviceId,
        found: ChallengeAnswer,
    ) -> Result<(), NotSent> {
        let statement = Statement::Answer {
            device: id,
            run: found.run,
            answer: found.answer.hash(),
        };
        let proof = prove_now::<T>(worker, &statement)?;
        Self::submit(Call::answer_challenge {
            device: id,
            answer: found.answer,
            proof,
        })
    }

    /// Writes the open challenges into the mailbox, if they are others than before.
    fn write_challenges(challenges: Vec<ChallengeOrder>) {
        let new = Orders {
            genesis: hash_of::<T>(0).unwrap_or_default(),
            challenges,
        };
        let written = StorageValueRef::persistent(CHALLENGES).mutate(
            |old: Result<Option<Orders>, StorageRetrievalError>| match old {
                Ok(None) if new.challenges.is_empty() => Err(()),
                Ok(Some(old)) if old == new => Err(()),
                _ => Ok(new),
            },
        );
        if let Ok(orders) = written {
            log::debug!(
                target: LOG_TARGET,
                "mailbox: {} open challenges", orders.challenges.len(),
            );
        }
    }
}
