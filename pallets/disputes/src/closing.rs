//! How a dispute ends: a few steps in each block, so that no block bears a whole jury.

use aicpw_primitives::traits::{ClosedJuror, Contested};
use aicpw_protocol::{
    dispute::Claims,
    verdict::{DisputeState, Outcome},
    Balance, BlockNumber, TaskId,
};
use alloc::vec::Vec;
use frame_support::{
    defensive,
    traits::{
        fungible::{Mutate, MutateHold},
        tokens::{Fortitude, Precision, Preservation, Restriction},
        Get,
    },
};
use sp_runtime::DispatchResult;

use crate::{Bond, Config, Dispute, Disputes, Event, HoldReason, Pallet};

/// Jurors that one block closes or pays.
pub(crate) const STEP: u8 = 4;

/// Most blocks from the last verdict to the end: as many seats as can be numbered are closed, and paid.
pub(crate) const LONGEST_CLOSING: BlockNumber =
    2 * (u8::MAX as BlockNumber / STEP as BlockNumber + 2);

impl<T: Config> Pallet<T> {
    /// From now on nothing changes how the dispute ends.
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
        T::Tasks::remind(task, Self::now().saturating_add(1));
    }

    /// The next step of a dispute that is judged.
    pub(crate) fn go_on(task: TaskId, mut dispute: Dispute<T::AccountId>) -> DispatchResult {
        match dispute.state {
            DisputeState::Appealable { until, outcome } if Self::now() > until => {
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
            // The reminder of a window that an appeal has ended.
            DisputeState::Appealable { .. }
            | DisputeState::Judging
            | DisputeState::Ended { .. } => return Ok(()),
        }
        Disputes::<T>::insert(task, dispute);
        Ok(())
    }

    /// Closes the next jurors; after the last the task is decided.
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
        for seat in seat..next {
            match T::Tasks::close_juror(task, seat, outcome.verdict())? {
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

    /// The task goes its way, the bonds theirs, and what was lost is divided.
    fn decide(
        task: TaskId,
        dispute: &mut Dispute<T::AccountId>,
        (outcome, mut lost, jurors): (Outcome, Balance, u16),
    ) -> DispatchResult {
        let mut harmed = None;
        let mut reward = 0;
        let mut finders: Vec<_> = dispute
            .challenger
            .iter()
            .map(|bond| bond.who.clone())
            .collect();
        match outcome {
            Outcome::Upheld { root } | Outcome::Wrong { root } => {
                let decided = T::Tasks::decide(task, root)?;
                lost = lost
                    .saturating_add(decided.slashed)
                    .saturating_add(decided.lost);
                // Who puts up a bond for what an auditor has not found is the one that found it.
                if finders.is_empty() {
                    finders = decided.finders;
                }
                harmed = Some(decided.compensation);
                reward = T::AuditPolicy::get().finders_reward(decided.slashed);
            }
            Outcome::Unable | Outcome::KeyWithheld => T::Tasks::uphold(task)?,
            Outcome::NoMajority | Outcome::TooFewJurors => T::Tasks::give_up(task)?,
        }
        if let Some(bond) = &dispute.challenger {
            let paid = Self::settle_bond(task, bond, outcome.is_against_challenger());
            lost = lost.saturating_add(paid);
        }
        for (bond, against) in &dispute.appeals {
            lost = lost.saturating_add(Self::settle_bond(task, bond, *against == outcome));
        }
        let claims = Claims {
            compensation: harmed.as_ref().map_or(0, |(_, harm)| *harm),
            jurors,
            pay: dispute.pay,
            reward: if finders.is_empty() { 0 } else { reward },
        };
        let payout = claims.pay_out(lost);
        let compensation = harmed.map_or(0, |(who, _)| Self::pay_out(&who, payout.requester));
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
        Ok(())
    }

    /// Gives a bond back, or takes it. Returns what was taken.
    fn settle_bond(task: TaskId, bond: &Bond<T::AccountId>, is_lost: bool) -> Balance {
        let Bond { who, amount } = bond;
        let reason = HoldReason::DisputeBond.into();
        if is_lost {
            let taken = T::NativeBalance::transfer_on_hold(
                &reason,
                who,
                &T::Treasury::get(),
                *amount,
                Precision::Exact,
                Restriction::Free,
                Fortitude::Force,
            );
            if let Ok(amount) = taken {
                Self::deposit_event(Event::BondLost {
                    task,
                    who: who.clone(),
                    amount,
                });
                return amount;
            }
            // The treasury's account is gone, and this is less than makes one: it goes back.
        }
        match T::NativeBalance::release(&reason, who, *amount, Precision::Exact) {
            Ok(amount) => Self::deposit_event(Event::BondReleased {
                task,
                who: who.clone(),
                amount,
            }),
            Err(error) => {
                defensive!("what is held for a dispute can be released", error);
            }
        }
        0
    }

    /// Pays the next jurors.
    fn pay_some(
        task: TaskId,
        dispute: &mut Dispute<T::AccountId>,
        (outcome, seat, share): (Outcome, u8, Balance),
    ) {
        let end = T::Tasks::seats(task);
        let next = seat.saturating_add(STEP).min(end);
        if let (Some(verdict), true) = (outcome.verdict(), share > 0) {
            for seat in seat..next {
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
        Self::count_ended();
        Self::deposit_event(Event::DisputeEnded { task });
    }

    /// Pays out of what the losers lost, which the treasury has. Returns what arrived: all, or nothing
    /// where an account cannot be given so little; that stays the treasury's.
    fn pay_out(to: &T::AccountId, amount: Balance) -> Balance {
        if amount == 0 {
            return 0;
        }
        let treasury = T::Treasury::get();
        T::NativeBalance::transfer(&treasury, to, amount, Preservation::Preserve)
            .unwrap_or_default()
    }
}
