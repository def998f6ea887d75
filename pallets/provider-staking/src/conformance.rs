//! Conformance challenges: when a device has to prove what it declares, with which run, and what its answer
//! changes. No hook does any of this: the number of the attempt and its stage follow from the height.

use aicpw_primitives::{
    priority,
    traits::{DrawRandomness, DrawSeed},
    worker_key::WorkerProof,
};
use aicpw_protocol::{
    conformance::{verify, Answer, Run, MOST_SIBLINGS, SAMPLES},
    draw::ticket,
    view::{ChallengeState, ChallengeView},
    worker::Statement,
    BlockNumber, DeviceId, Hash, Milliseconds,
};
use frame_support::{
    ensure,
    pallet_prelude::{
        InvalidTransaction, TransactionSource, TransactionValidityWithRefund, ValidTransaction,
        Weight,
    },
    traits::Get,
};
use sp_runtime::DispatchResult;

use crate::{
    Challenge, Challenges, Config, Device, Devices, Error, Event, Pallet, Providers, WeightInfo,
    LOG_TARGET,
};

/// The purpose of the seed in its ticket, beside the device and the attempt.
const PURPOSE: &[u8] = b"conformance";

/// One attempt of a challenge.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Attempt {
    /// The number of attempts before it.
    pub number: u32,
    /// The height after which its seed is drawn.
    pub anchor: BlockNumber,
    /// The height at which the next attempt begins.
    pub next: BlockNumber,
}

/// The stage of an attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stage {
    /// The seed is not known yet.
    Drawing,
    /// The device can answer in blocks before this height.
    Open { seed: Hash, before: BlockNumber },
    /// The attempt ended without an answer, or its seed is gone.
    NoAnswer,
    /// The attempt ended with a wrong answer.
    WrongAnswer,
}

impl<T: Config> Pallet<T> {
    /// Whether the device has nothing left to prove.
    pub(crate) fn is_conformant(id: DeviceId) -> bool {
        !Challenges::<T>::contains_key(id)
    }

    /// Opens a challenge for the device, so that it has to prove what it declares. Closes it if runs are
    /// turned off. The caller has to update the order book.
    pub(crate) fn challenge(id: DeviceId) {
        if T::ConformanceRun::get() == 0 {
            Challenges::<T>::remove(id);
            return;
        }
        let challenge = Challenge {
            opened_at: T::DrawRandomness::anchor(),
            refuted: None,
        };
        Challenges::<T>::insert(id, challenge);
        Self::deposit_event(Event::DeviceChallenged { device: id });
    }

    pub(crate) fn do_request_challenge(who: T::AccountId, id: DeviceId) -> DispatchResult {
        Self::change_device(&who, id, |device| {
            let challenge = Challenges::<T>::get(id);
            if T::ConformanceRun::get() == 0 {
                // A device that had a run to do before runs were turned off no longer has to do it.
                ensure!(challenge.is_some(), Error::<T>::NoRuns);
                Self::challenge(id);
                return Ok(());
            }
            ensure!(device.used_slots == 0, Error::<T>::DeviceBusy);
            // After a wrong answer, the device waits for the next attempt. Otherwise it could answer
            // wrongly as often as it likes.
            ensure!(
                matches!(Self::stage_now(id), None | Some(Stage::NoAnswer)),
                Error::<T>::ChallengeOpen
            );
            Self::challenge(id);
            Ok(())
        })
    }

    /// The stage of the device's challenge now, if it has one.
    fn stage_now(id: DeviceId) -> Option<Stage> {
        let challenge = Challenges::<T>::get(id)?;
        Some(Self::stage(id, &challenge, T::DrawRandomness::anchor()).1)
    }

    /// Whether the device's present attempt had a wrong answer, and runs are not turned off.
    pub(crate) fn has_to_wait(id: DeviceId) -> bool {
        T::ConformanceRun::get() > 0 && Self::stage_now(id) == Some(Stage::WrongAnswer)
    }

    /// The number of blocks from the beginning of an attempt to that of the next one. It is that of a
    /// cool-down, or more if attempts would otherwise overlap.
    fn wait_after(attempt: u32) -> BlockNumber {
        let failures = u8::try_from(attempt.saturating_add(1)).unwrap_or(u8::MAX);
        let shortest = T::DrawRandomness::soonest().saturating_add(T::ConformanceWindow::get());
        Self::cool_down_blocks(failures).max(shortest.saturating_add(1))
    }

    /// The attempt that `height` is in. Loops over the attempts whose waits grow, and computes the number
    /// of later ones.
    pub(crate) fn attempt_at(opened_at: BlockNumber, height: BlockNumber) -> Attempt {
        let mut number = 0u32;
        let mut anchor = opened_at;
        let mut wait = Self::wait_after(number);
        loop {
            let next = anchor.saturating_add(wait);
            if height < next {
                return Attempt {
                    number,
                    anchor,
                    next,
                };
            }
            let failures = u8::try_from(number.saturating_add(1)).unwrap_or(u8::MAX);
            if Self::cool_down_blocks(failures) >= T::CoolDownCap::get() {
                // All attempts from here on have the same length.
                let passed = height.saturating_sub(anchor) / wait.max(1);
                let anchor = anchor.saturating_add(passed.saturating_mul(wait));
                return Attempt {
                    number: number.saturating_add(passed),
                    anchor,
                    next: anchor.saturating_add(wait),
                };
            }
            number = number.saturating_add(1);
            anchor = next;
            wait = Self::wait_after(number);
        }
    }

    /// The attempt that `height` is in, and its stage at that height.
    pub(crate) fn stage(
        id: DeviceId,
        challenge: &Challenge,
        height: BlockNumber,
    ) -> (Attempt, Stage) {
        let attempt = Self::attempt_at(challenge.opened_at, height);
        if challenge.refuted.is_some_and(|at| at >= attempt.anchor) {
            return (attempt, Stage::WrongAnswer);
        }
        let stage = match T::DrawRandomness::decided_since(attempt.anchor) {
            (DrawSeed::NotYet, _) => Stage::Drawing,
            (DrawSeed::Gone, _) => Stage::NoAnswer,
            (DrawSeed::Ready(seed), since) => {
                let before = since
                    .saturating_add(T::ConformanceWindow::get())
                    .min(attempt.next);
                if height < before {
                    let seed = ticket(&seed, &(PURPOSE, id), attempt.number);
                    Stage::Open { seed, before }
                } else {
                    Stage::NoAnswer
                }
            }
        };
        (attempt, stage)
    }

    /// The run that the device has to do with this seed.
    pub(crate) fn run_of(device: &Device<T>, seed: Hash) -> Run {
        Run::new(seed, &device.spec, Milliseconds(T::ConformanceRun::get()))
    }

    /// The run that a device has to do now, if its challenge is open. For tests and fuzzing, which answer in
    /// place of a worker.
    pub fn open_run(id: DeviceId) -> Option<Run> {
        let device = Devices::<T>::get(id)?;
        match Self::stage_now(id)? {
            Stage::Open { seed, .. } => Some(Self::run_of(&device, seed)),
            _ => None,
        }
    }

    pub(crate) fn challenge_view(id: DeviceId) -> Option<ChallengeView> {
        let challenge = Challenges::<T>::get(id)?;
        let height = T::DrawRandomness::anchor();
        let (attempt, stage) = Self::stage(id, &challenge, height);
        let (state, until) = match stage {
            Stage::Drawing => (ChallengeState::Drawing, attempt.next),
            Stage::Open { before, .. } => (ChallengeState::Open, before),
            Stage::NoAnswer => (ChallengeState::NoAnswer, attempt.next),
            Stage::WrongAnswer => (ChallengeState::WrongAnswer, attempt.next),
        };
        Some(ChallengeView {
            attempt: attempt.number,
            state,
            blocks_left: until.saturating_sub(height),
        })
    }

    pub(crate) fn authorize_answer(
        _: TransactionSource,
        id: &DeviceId,
        answer: &Answer,
        proof: &WorkerProof,
    ) -> TransactionValidityWithRefund {
        Self::ensure_readable()?;
        let challenge = Challenges::<T>::get(id).ok_or(InvalidTransaction::Stale)?;
        let device = Devices::<T>::get(id).ok_or(InvalidTransaction::Stale)?;
        let height = T::DrawRandomness::anchor();
        let (seed, before) = match Self::stage(*id, &challenge, height).1 {
            Stage::Open { seed, before } => (seed, before),
            Stage::Drawing => return Err(InvalidTransaction::Future.into()),
            _ => return Err(InvalidTransaction::Stale.into()),
        };
        let run = Self::run_of(&device, seed);
        if !answer.fits(&run) {
            return Err(InvalidTransaction::Call.into());
        }
        let worker = Providers::<T>::get(&device.provider)
            .ok_or(InvalidTransaction::BadSigner)?
            .worker;
        let statement = Statement::Answer {
            device: *id,
            run,
            answer: answer.hash(),
        };
        if !Self::is_proven(&worker, proof, &statement) {
            return Err(InvalidTransaction::BadProof.into());
        }

        let proof_left = proof
            .recent_block
            .saturating_add(T::RecentBlocks::get())
            .saturating_sub(height);
        ValidTransaction::with_tag_prefix("AicpwAnswer")
            .priority(priority::ANSWER)
            .and_provides((id, run))
            .longevity(before.saturating_sub(height).min(proof_left).into())
            .propagate(true)
            .build()
            .map(|valid| (valid, Weight::zero()))
    }

    /// The weight of authorising an answer: what the benchmark measures, and the search of other pallets for
    /// the seed.
    pub(crate) fn authorize_answer_weight() -> Weight {
        <T as Config>::WeightInfo::authorize_answer()
            .saturating_add(T::DrawRandomness::seed_weight())
    }

    /// The weight of an answer whose proofs have the longest paths to the roots that there can be.
    pub(crate) fn answer_weight() -> Weight {
        let siblings = MOST_SIBLINGS.saturating_mul(SAMPLES).saturating_mul(2);
        <T as Config>::WeightInfo::answer_challenge()
            .saturating_add(<T as Config>::WeightInfo::climb(siblings))
            .saturating_add(T::DrawRandomness::seed_weight())
    }

    /// The weight that the account that opens a challenge pays for: that of the answer, which is free, and
    /// that of finding the stage of the challenge before.
    pub(crate) fn challenge_weight() -> Weight {
        T::DrawRandomness::seed_weight()
            .saturating_add(Self::authorize_answer_weight())
            .saturating_add(Self::answer_weight())
    }

    /// Checks an answer. It was authorised in this block, so the challenge and the device are there and the
    /// attempt is open.
    pub(crate) fn do_answer_challenge(id: DeviceId, answer: &Answer) {
        let (Some(challenge), Some(device)) = (Challenges::<T>::get(id), Devices::<T>::get(id))
        else {
            return;
        };
        let height = T::DrawRandomness::anchor();
        let (attempt, Stage::Open { seed, .. }) = Self::stage(id, &challenge, height) else {
            return;
        };
        match verify(&Self::run_of(&device, seed), answer) {
            Ok(()) => {
                Challenges::<T>::remove(id);
                Self::refresh(id);
                Self::deposit_event(Event::DeviceProven { device: id });
            }
            Err(wrong) => {
                log::debug!(target: LOG_TARGET, "the answer of device {id}: {wrong:?}");
                let refuted = Challenge {
                    refuted: Some(height),
                    ..challenge
                };
                Challenges::<T>::insert(id, refuted);
                Self::deposit_event(Event::AnswerRefuted {
                    device: id,
                    attempt: attempt.number,
                });
            }
        }
    }
}
