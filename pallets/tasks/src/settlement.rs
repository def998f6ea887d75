//! Money: what leaves the escrow, and when the provider's locks end.

use aicpw_primitives::traits::{DevicePool, Locks, Penalty, Reputations};
use aicpw_protocol::{
    pricing,
    task::{AssignmentStatus, Fault, Refunded, TaskStatus},
    AssignmentId, Balance, TaskId,
};
use frame_support::{
    defensive,
    pallet_prelude::*,
    traits::{
        fungible::MutateHold,
        tokens::{Fortitude, Precision, Restriction},
    },
};

use crate::{
    pallet::*,
    types::{Assignment, Deadline, LockState, Task},
};

impl<T: Config> Pallet<T> {
    /// Pays `amount` out of the escrow. Returns what arrived: all of it, or nothing where the
    /// account cannot be given so little; that stays in the escrow, for the requester.
    fn pay(task: &mut Task<T::AccountId>, to: &T::AccountId, amount: Balance) -> Balance {
        if amount == 0 {
            return 0;
        }
        let paid = T::NativeBalance::transfer_on_hold(
            &HoldReason::TaskEscrow.into(),
            &task.requester,
            to,
            amount,
            Precision::Exact,
            Restriction::Free,
            Fortitude::Force,
        )
        .unwrap_or_default();
        task.escrow = task.escrow.saturating_sub(paid);
        paid
    }

    /// Gives `amount` of the escrow back. Returns it.
    pub(crate) fn give_back(task: &mut Task<T::AccountId>, amount: Balance) -> Balance {
        let amount = amount.min(task.escrow);
        if amount == 0 {
            return 0;
        }
        match T::NativeBalance::release(
            &HoldReason::TaskEscrow.into(),
            &task.requester,
            amount,
            Precision::Exact,
        ) {
            Ok(released) => {
                task.escrow = task.escrow.saturating_sub(released);
                released
            }
            Err(error) => {
                defensive!("what is held for a task can be released", error);
                0
            }
        }
    }

    /// Gives all that is left of the escrow back. Returns it.
    fn give_rest_back(task: &mut Task<T::AccountId>) -> Balance {
        let rest = task.escrow;
        Self::give_back(task, rest)
    }

    /// The result is right, or nobody doubted it: pays the provider, gives the rest back, and
    /// decides the faults that others had with the same task.
    pub(crate) fn settle(id: TaskId, mut task: Task<T::AccountId>) -> DispatchResult {
        let now = Self::now();
        let assignment_id = task.newest(id, 0).ok_or(Error::<T>::NotInState)?;
        let mut assignment = Assignments::<T>::get(assignment_id).ok_or(Error::<T>::NotInState)?;
        let AssignmentStatus::Revealed { opening, .. } = &assignment.status else {
            return Err(Error::<T>::NotInState.into());
        };
        let settled = AssignmentStatus::Settled {
            opening: opening.clone(),
            at: now,
        };
        Self::move_assignment(assignment_id, &mut assignment, settled)?;

        let fee = pricing::protocol_fee(assignment.price, T::ProtocolFee::get());
        let fee = Self::pay(&mut task, &T::FeeDestination::get(), fee);
        let earned = assignment.price.saturating_sub(fee);
        let earned = Self::pay(&mut task, &assignment.provider, earned);
        let paid = earned.saturating_add(fee);
        let refunded = Self::give_rest_back(&mut task);

        T::DevicePool::succeeded(assignment.device);
        T::Reputations::settled(&assignment.provider, &task.requester, paid);
        // The budget goes back, so nothing of the size of the budget stays locked for it: a requester
        // could keep others' stake busy with money that it has again.
        let kept = Locks {
            collateral: pricing::collateral(
                assignment.price,
                0,
                T::MinCollateralBase::get(),
                T::CollateralShare::get(),
            )
            .min(assignment.collateral),
            fraud_bond: assignment.fraud_bond,
        };
        assignment.collateral = kept.collateral;
        T::DevicePool::lower(assignment.device, assignment_id, kept);
        let until = now.saturating_add(T::RetrievalWindow::get());
        assignment.locks = LockState::Retrieval { until };
        Self::schedule(until, Deadline::Unlock(assignment_id));
        Assignments::<T>::insert(assignment_id, assignment);

        Self::close_undecided(id, &task, true);
        Self::move_task(id, &mut task, TaskStatus::Settled { at: now, paid })?;
        Tasks::<T>::insert(id, task);
        Self::deposit_event(Event::TaskSettled {
            task: id,
            assignment: assignment_id,
            paid,
            fee,
            refunded,
        });
        Ok(())
    }

    /// Ends a task without a result. What is still undecided stays so, and costs nobody anything.
    pub(crate) fn refund(
        id: TaskId,
        mut task: Task<T::AccountId>,
        reason: Refunded,
    ) -> DispatchResult {
        let at = Self::now();
        let refunded = Self::give_rest_back(&mut task);
        Self::close_undecided(id, &task, false);
        Self::move_task(id, &mut task, TaskStatus::Refunded { at, reason })?;
        Tasks::<T>::insert(id, task);
        Self::deposit_event(Event::TaskRefunded {
            task: id,
            reason,
            refunded,
        });
        Ok(())
    }

    /// Ends a task that waits for a device, because its requester wants it.
    pub(crate) fn cancel_task(id: TaskId, mut task: Task<T::AccountId>) -> DispatchResult {
        let at = Self::now();
        let refunded = Self::give_rest_back(&mut task);
        Self::close_undecided(id, &task, false);
        Self::move_task(id, &mut task, TaskStatus::Cancelled { at })?;
        Tasks::<T>::insert(id, task);
        Self::deposit_event(Event::TaskCancelled { task: id, refunded });
        Ok(())
    }

    /// Independent providers made the same claim about the task: each of them gets the base fee,
    /// as far as the escrow goes.
    pub(crate) fn pay_base_fees(
        task: &mut Task<T::AccountId>,
        claimants: &[(AssignmentId, Assignment<T::AccountId>)],
    ) {
        let share = task.escrow.checked_div(claimants.len() as Balance);
        let fee = T::BaseFee::get().min(share.unwrap_or_default());
        for (id, assignment) in claimants {
            let amount = Self::pay(task, &assignment.provider, fee);
            Self::deposit_event(Event::BaseFeePaid {
                assignment: *id,
                provider: assignment.provider.clone(),
                amount,
            });
        }
    }

    /// Ends what is undecided about a task: the providers' locks are released, and if another
    /// provider has shown that it can be done, slashed before.
    fn close_undecided(id: TaskId, task: &Task<T::AccountId>, providers_were_wrong: bool) {
        for (assignment_id, mut assignment) in Self::undecided(id, task) {
            if providers_were_wrong {
                let penalty = match &assignment.status {
                    AssignmentStatus::Failed {
                        fault: Fault::WrongResult,
                        ..
                    } => Penalty::WrongResult,
                    _ => Penalty::Fault,
                };
                // Never to the requester: the provider that decided it can be the requester's own.
                let treasury = T::FeeDestination::get();
                let slashed = Self::punish(assignment_id, &assignment, penalty, &treasury);
                Self::deposit_event(Event::FaultDecided {
                    assignment: assignment_id,
                    slashed,
                });
            }
            Self::release_locks(assignment_id, &mut assignment);
            Assignments::<T>::insert(assignment_id, assignment);
        }
    }

    /// A fault is the provider's: its locks, its reputation, and a pause for the device. Returns
    /// what the beneficiary got.
    pub(crate) fn punish(
        id: AssignmentId,
        assignment: &Assignment<T::AccountId>,
        penalty: Penalty,
        beneficiary: &T::AccountId,
    ) -> Balance {
        let slashed = T::DevicePool::slash(assignment.device, id, penalty, beneficiary);
        T::Reputations::faulted(&assignment.provider, assignment.price);
        T::DevicePool::cool_down(assignment.device);
        slashed
    }

    /// Frees what is still locked for an assignment.
    pub(crate) fn release_locks(id: AssignmentId, assignment: &mut Assignment<T::AccountId>) {
        if assignment.locks != LockState::Released {
            T::DevicePool::release(assignment.device, id);
            assignment.locks = LockState::Released;
            Self::deposit_event(Event::LocksReleased { assignment: id });
        }
    }

    /// The retrieval window of a settled assignment has ended.
    pub(crate) fn serve_unlock(id: AssignmentId) -> DispatchResult {
        if let Some(mut assignment) = Assignments::<T>::get(id) {
            if matches!(assignment.locks, LockState::Retrieval { until } if Self::now() >= until) {
                Self::release_locks(id, &mut assignment);
                Assignments::<T>::insert(id, assignment);
            }
        }
        Ok(())
    }

    /// A final task was readable for long enough.
    pub(crate) fn serve_prune(id: TaskId) -> DispatchResult {
        let Some(task) = Tasks::<T>::take(id) else {
            return Ok(());
        };
        TasksOf::<T>::remove(&task.requester, id);
        for assignment_id in task.assignments(id) {
            Envelopes::<T>::remove(assignment_id);
            if let Some(mut assignment) = Assignments::<T>::take(assignment_id) {
                // An agenda that is far behind may come here before it comes to the locks.
                Self::release_locks(assignment_id, &mut assignment);
            }
        }
        Ok(())
    }
}
