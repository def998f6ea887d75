//! How a dispute ends: in a few steps per block, so that no block has to handle a whole jury.

use aicpw_primitives::traits::{ClosedJuror, Contested};
use aicpw_protocol::{
    dispute::Claims,
    verdict::{decides, About, DisputeState, Outcome, Verdict},
    Balance, BlockNumber, TaskId,
};
use alloc::{vec, vec::Vec};
use frame_support::{
    defensive,
    traits::{
        fungible::{Mutate, MutateHold},
        tokens::{Fortitude, Precision, Preservation, Restriction},
        Get,
    },
};
use sp_runtime::{DispatchError, DispatchResult};

use crate::{Bond, Config, Dispute, Disputes, Event, HoldReason, Pallet, Shown, Steps};

/// How many jurors one block closes or pays.
pub(crate) const STEP: u8 = 4;

/// The most blocks from the last verdict to the end, if all seats that can be numbered are closed and then paid.
pub(crate) const LONGEST_CLOSING: BlockNumber =
    2 * (u8::MAX as BlockNumber / STEP as BlockNumber + 2);

/// What an outcome does to a task.
pub(crate) struct Sentence<AccountId> {
    /// What the task's providers and auditors lost by the outcome.
    pub lost: Balance,
    /// The requester, and the compensation that it is owed.
    pub harmed: Option<(AccountId, Balance)>,
    /// The accounts that are rewarded: the auditors that found a wrong result, or the provider whose result was
    /// available.
    pub finders: Vec<AccountId>,
    /// Their reward, all together.
    pub reward: Balance,
}

impl<T: Config> Pallet<T> {
    /// Begins to close the jurors. From now on nothing changes the outcome of the dispute.
    pub(crate) fn begin_closing(
        task: TaskId,
        dispute: &mut Dispute<T::AccountId>,
        outcome: Outcome,
    ) {
        dispute.state = DisputeState::Closing {
            outcome,
            seat: dispute.first_seat,
            lost: 0,
            right: 0,
        };
        Self::remind_soon(task);
    }

    fn remind_soon(task: TaskId) {
        let next = Self::now().saturating_add(1);
        Steps::<T>::insert(task, next);
        T::Tasks::remind(task, next);
    }

    /// Whether it is time for the next step. Between two steps, a reminder of something else may come.
    pub(crate) fn is_step_due(task: TaskId) -> bool {
        Steps::<T>::get(task).is_none_or(|next| Self::now() >= next)
    }

    /// Does the next step of a dispute, if it is time for it.
    pub(crate) fn go_on(task: TaskId, mut dispute: Dispute<T::AccountId>) -> DispatchResult {
        let is_step = matches!(
            dispute.state,
            DisputeState::Closing { .. } | DisputeState::Paying { .. }
        );
        if is_step && !Self::is_step_due(task) {
            return Ok(());
        }
        match dispute.state {
            DisputeState::Appealable { until, outcome } if Self::now() > until => {
                Self::end_judging(task, &mut dispute, outcome);
            }
            DisputeState::Showing { until, outcome } if Self::now() > until => {
                Self::begin_closing(task, &mut dispute, outcome);
            }
            DisputeState::Closing {
                outcome,
                seat,
                lost,
                right,
            } => Self::close_some(task, &mut dispute, (outcome, seat, lost, right))?,
            DisputeState::Paying {
                outcome,
                seat,
                share,
            } => Self::pay_some(task, &mut dispute, (outcome, seat, share)),
            DisputeState::Opening { until } | DisputeState::Naming { until }
                if Self::now() > until =>
            {
                Self::judge_all(task, &mut dispute);
            }
            // The reminder belongs to a window that has ended early: by an appeal, a trace, a named part or work.
            DisputeState::Appealable { .. }
            | DisputeState::Showing { .. }
            | DisputeState::Opening { .. }
            | DisputeState::Naming { .. }
            | DisputeState::Judging
            | DisputeState::Ended { .. } => return Ok(()),
        }
        Disputes::<T>::insert(task, dispute);
        Ok(())
    }

    /// Closes the next jurors. If all are closed already, decides the task.
    fn close_some(
        task: TaskId,
        dispute: &mut Dispute<T::AccountId>,
        (outcome, seat, mut lost, mut right): (Outcome, u8, Balance, u16),
    ) -> DispatchResult {
        let end = T::Tasks::seats(task);
        if seat >= end {
            return Self::decide(task, dispute, (outcome, lost, right));
        }
        let next = seat.saturating_add(STEP).min(end);
        let judged_from = Self::whole_from(task).unwrap_or_default();
        let excused_from = match Shown::<T>::get(task) {
            Some(work) => work.excused_from,
            None => Self::excused_from(task, dispute, outcome),
        };
        let verdict = Self::verdict(task, &outcome);
        for seat in seat..next {
            let has_voted_right =
                |verdict: Verdict| T::Tasks::right_juror(task, seat, verdict.vote.into()).is_some();
            let is_excused = excused_from.is_some_and(|from| seat >= from)
                && !verdict.is_some_and(has_voted_right);
            // A juror of a part that came to nothing was neither right nor wrong.
            let is_judged = seat >= judged_from && !is_excused;
            let verdict = verdict.filter(|_| is_judged);
            match T::Tasks::close_juror(task, seat, verdict)? {
                ClosedJuror::Right => right = right.saturating_add(1),
                ClosedJuror::Wrong(slashed) => lost = lost.saturating_add(slashed),
                ClosedJuror::Released => {}
            }
        }
        dispute.state = DisputeState::Closing {
            outcome,
            seat: next,
            lost,
            right,
        };
        Self::remind_soon(task);
        Ok(())
    }

    /// The first seat of the last jury, if that is the jury of an appeal and did not itself find the outcome that
    /// stands: too few jurors were found, they were divided, or most were unable to run the program. Such a jury is
    /// excused. None of its jurors is to blame, neither one that was unable nor one that voted something else.
    pub(crate) fn excused_from(
        task: TaskId,
        dispute: &Dispute<T::AccountId>,
        outcome: Outcome,
    ) -> Option<u8> {
        let verdict = outcome.verdict()?;
        dispute.appeals.last()?;
        let jurors = Self::jury_size(task, dispute).unwrap_or_default();
        // While jurors are closed both numbers stay as they are, unless a juror has copied its vote.
        let (same, votes) = T::Tasks::voted(task, dispute.jury_seat, verdict);
        (!decides(same, votes, jurors)).then_some(dispute.jury_seat)
    }

    /// Has the task decided, and divides what was lost.
    fn decide(
        task: TaskId,
        dispute: &mut Dispute<T::AccountId>,
        closed: (Outcome, Balance, u16),
    ) -> DispatchResult {
        let sentence = Self::sentence(task, dispute, closed.0)?;
        Self::divide(task, dispute, sentence, closed);
        Ok(())
    }

    /// Takes or releases the bonds, and divides what was lost.
    pub(crate) fn divide(
        task: TaskId,
        dispute: &mut Dispute<T::AccountId>,
        sentence: Sentence<T::AccountId>,
        (outcome, mut lost, jurors): (Outcome, Balance, u16),
    ) {
        lost = lost.saturating_add(sentence.lost);
        let mut claims = Claims {
            compensation: sentence.harmed.as_ref().map_or(0, |(_, harm)| *harm),
            jurors,
            pay: dispute.pay,
            reward: if sentence.finders.is_empty() {
                0
            } else {
                sentence.reward
            },
        };
        if let Some(bond) = &dispute.challenger {
            let taken = if outcome.is_against_challenger() || Self::is_wasted(task, &outcome) {
                bond.amount
            } else if outcome == Outcome::Unavailable {
                // If the losses do not suffice for the jurors after the compensation, the rest comes out of the bond:
                // the claimant is the requester.
                let lack = claims.lack(lost);
                claims.compensation = claims.compensation.min(lost);
                lack.min(bond.amount)
            } else {
                0
            };
            lost = lost.saturating_add(Self::take_of_bond(task, bond, taken));
        }
        for (bond, against) in &dispute.appeals {
            let taken = if *against == outcome { bond.amount } else { 0 };
            lost = lost.saturating_add(Self::take_of_bond(task, bond, taken));
        }
        let payout = claims.pay_out(lost);
        let compensation = sentence
            .harmed
            .map_or(0, |(who, _)| Self::pay_out(&who, payout.requester));
        if compensation > 0 {
            T::Tasks::restore_escrow(task, compensation);
        }
        let finders = sentence.finders;
        let each = payout
            .finders
            .checked_div(finders.len() as Balance)
            .unwrap_or_default();
        let reward = finders.iter().fold(0, |sum: Balance, who| {
            sum.saturating_add(Self::pay_out(who, each))
        });
        Self::deposit_event(Event::DisputeDecided {
            task,
            outcome,
            lost,
            compensation,
            reward,
            share: payout.juror,
        });
        dispute.state = DisputeState::Paying {
            outcome,
            seat: dispute.first_seat,
            share: payout.juror,
        };
        Self::remind_soon(task);
    }

    /// Has the tasks pallet do what the outcome says, and returns the effects.
    fn sentence(
        task: TaskId,
        dispute: &Dispute<T::AccountId>,
        outcome: Outcome,
    ) -> Result<Sentence<T::AccountId>, DispatchError> {
        let mut sentence = Sentence {
            lost: 0,
            harmed: None,
            finders: Vec::new(),
            reward: 0,
        };
        match outcome {
            Outcome::Upheld { root } | Outcome::Wrong { root } => {
                let root = Self::decided_root(task, &outcome, root);
                let decided = T::Tasks::decide(task, root)?;
                sentence.lost = decided.slashed.saturating_add(decided.lost);
                // Only a drawn auditor is rewarded. An account that disputes by itself can be the requester under
                // another name, with a program that gives another result when it is run later.
                sentence.finders = match &dispute.challenger {
                    Some(_) => Vec::new(),
                    None => decided.finders,
                };
                sentence.harmed = Some(decided.compensation);
                sentence.reward = T::AuditPolicy::get().finders_reward(decided.slashed);
            }
            Outcome::Unable | Outcome::KeyWithheld => T::Tasks::uphold(task)?,
            Outcome::Available { .. } => {
                let decided = T::Tasks::decide_claim(task, true)?;
                sentence.finders = vec![decided.provider];
                sentence.reward = dispute.pay;
            }
            Outcome::Unavailable => {
                let decided = T::Tasks::decide_claim(task, false)?;
                sentence.lost = decided.slashed;
                sentence.harmed = Some(decided.compensation);
            }
            Outcome::NoMajority | Outcome::TooFewJurors => match Self::about(task) {
                About::Result => T::Tasks::give_up(task)?,
                About::Availability { .. } => T::Tasks::drop_claim(task)?,
            },
        }
        Ok(sentence)
    }

    /// Whether the jury of a part could not judge it, and then too few jurors were found for the whole job. The
    /// challenger that named the part has used up the providers that could have judged, and must not gain by it.
    fn is_wasted(task: TaskId, outcome: &Outcome) -> bool {
        *outcome == Outcome::TooFewJurors && Self::whole_from(task).is_some()
    }

    /// Takes `taken` of a bond and releases the rest. Returns what was taken.
    fn take_of_bond(task: TaskId, bond: &Bond<T::AccountId>, taken: Balance) -> Balance {
        let Bond { who, amount } = bond;
        let reason = HoldReason::DisputeBond.into();
        let mut lost = 0;
        if taken > 0 {
            let transferred = T::NativeBalance::transfer_on_hold(
                &reason,
                who,
                &T::Treasury::get(),
                taken.min(*amount),
                Precision::Exact,
                Restriction::Free,
                Fortitude::Force,
            );
            if let Ok(amount) = transferred {
                lost = amount;
                Self::deposit_event(Event::BondLost {
                    task,
                    who: who.clone(),
                    amount,
                });
            }
            // Otherwise the treasury's account is gone, and the amount is too small to create it again: it goes back.
        }
        let rest = amount.saturating_sub(lost);
        if rest == 0 {
            return lost;
        }
        match T::NativeBalance::release(&reason, who, rest, Precision::Exact) {
            Ok(amount) => Self::deposit_event(Event::BondReleased {
                task,
                who: who.clone(),
                amount,
            }),
            Err(error) => {
                defensive!("what is held for a dispute can be released", error);
            }
        }
        lost
    }

    /// Pays the next jurors that were right. After the last juror the dispute is over.
    fn pay_some(
        task: TaskId,
        dispute: &mut Dispute<T::AccountId>,
        (outcome, seat, share): (Outcome, u8, Balance),
    ) {
        let end = T::Tasks::seats(task);
        let next = seat.saturating_add(STEP).min(end);
        if let (Some(verdict), true) = (Self::verdict(task, &outcome), share > 0) {
            let judged_from = Self::whole_from(task).unwrap_or_default();
            for seat in seat.max(judged_from)..next {
                if let Some(juror) = T::Tasks::right_juror(task, seat, verdict) {
                    let amount = Self::pay_out(&juror, share);
                    Self::deposit_event(Event::JurorPaid {
                        task,
                        juror,
                        amount,
                    });
                }
            }
        }
        if next < end && share > 0 {
            dispute.state = DisputeState::Paying {
                outcome,
                seat: next,
                share,
            };
            return Self::remind_soon(task);
        }
        let at = Self::now();
        dispute.state = DisputeState::Ended { outcome, at };
        Steps::<T>::remove(task);
        Self::count_ended();
        Self::deposit_event(Event::DisputeEnded { task });
    }

    /// Pays from what the losers lost, which the treasury has. Returns what arrived: the whole amount, or nothing if
    /// it is less than the account needs to exist. Then the treasury keeps it.
    fn pay_out(to: &T::AccountId, amount: Balance) -> Balance {
        if amount == 0 {
            return 0;
        }
        let treasury = T::Treasury::get();
        T::NativeBalance::transfer(&treasury, to, amount, Preservation::Preserve)
            .unwrap_or_default()
    }
}
