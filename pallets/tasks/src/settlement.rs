//! Payments from the escrow, and the end of the provider's locks.

use aicpw_primitives::traits::{DevicePool, Escalation, Locks, Penalty, Reputations};
use aicpw_protocol::{
    judging, pricing,
    task::{AssignmentStatus, FailureMessage, Fault, Privacy, Refunded, Role, TaskStatus},
    AssignmentId, Balance, Hash, TaskId,
};
use alloc::vec::Vec;
use frame_support::{
    defensive,
    pallet_prelude::*,
    traits::{
        fungible::{Mutate, MutateHold},
        tokens::{Fortitude, Precision, Preservation, Restriction},
    },
};

use crate::{
    agenda::Served,
    audits::Finding,
    pallet::*,
    types::{Assignment, Deadline, LockState, NewestFirst, Task},
};

/// What was paid out of an escrow for results.
#[derive(Clone, Copy, Default)]
struct Paid {
    /// What the requester paid, fees included.
    paid: Balance,
    /// The protocol's part of it.
    fee: Balance,
}

impl Paid {
    fn plus(self, other: Self) -> Self {
        Self {
            paid: self.paid.saturating_add(other.paid),
            fee: self.fee.saturating_add(other.fee),
        }
    }
}

/// Returns the root that an assignment has revealed, if any.
pub(crate) fn root_of<AccountId>(assignment: &Assignment<AccountId>) -> Option<Hash> {
    match &assignment.status {
        AssignmentStatus::Revealed { opening, .. } | AssignmentStatus::Settled { opening, .. } => {
            Some(opening.result_root)
        }
        _ => None,
    }
}

impl<T: Config> Pallet<T> {
    /// Pays `amount` out of the escrow.
    ///
    /// Returns what was paid: the whole amount, or zero if the receiving account cannot be given so little. Then the
    /// amount stays in the escrow, for the requester.
    pub(crate) fn pay(
        task: &mut Task<T::AccountId>,
        to: &T::AccountId,
        amount: Balance,
    ) -> Balance {
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

    /// Compensates a requester from what the treasury has just got of a provider's stake. Pays the whole amount, or
    /// nothing if the requester's account cannot be given so little.
    pub(crate) fn make_whole(requester: &T::AccountId, amount: Balance) {
        let treasury = T::FeeDestination::get();
        let paid = T::NativeBalance::transfer(&treasury, requester, amount, Preservation::Preserve);
        if paid.is_err() {
            log::warn!(target: "runtime::tasks", "{requester:?} could not be given {amount}");
        }
    }

    /// Holds the compensation for audit costs again, for the next attempt: `amount`, but no more than audits have cost.
    /// Holds all of that, or nothing if the requester's account cannot have so much held; then it stays free.
    pub(crate) fn hold_again(task: &mut Task<T::AccountId>, amount: Balance) {
        let amount = amount.min(task.audits_paid);
        if amount == 0 {
            return;
        }
        let requester = &task.requester;
        match T::NativeBalance::hold(&HoldReason::TaskEscrow.into(), requester, amount) {
            Ok(()) => {
                task.escrow = task.escrow.saturating_add(amount);
                task.audits_paid = task.audits_paid.saturating_sub(amount);
            }
            Err(error) => log::warn!(
                target: "runtime::tasks",
                "{amount} of {requester:?} could not be held again: {error:?}"
            ),
        }
    }

    /// Gives `amount` of the escrow back to the requester, or the whole escrow if that is less. Returns what was given
    /// back.
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

    /// Gives the rest of the escrow back to the requester. Returns what was given back.
    fn give_rest_back(task: &mut Task<T::AccountId>) -> Balance {
        let rest = task.escrow;
        Self::give_back(task, rest)
    }

    /// Settles a task whose result waits for the end of its window: the result is right, or nobody doubted it.
    pub(crate) fn settle(id: TaskId, task: Task<T::AccountId>) -> DispatchResult {
        let newest = task.newest(id, 0).and_then(Assignments::<T>::get);
        let root = newest.as_ref().and_then(root_of);
        Self::settle_on(id, task, root.ok_or(Error::<T>::NotInState)?)
    }

    /// Settles a task on the result with this root.
    ///
    /// Pays the providers that have revealed this root. Punishes those that have revealed another root, and those whose
    /// fault with this task was undecided. Gives the rest of the escrow back. A replica that has committed and not
    /// revealed yet still can, and is paid then.
    pub(crate) fn settle_on(
        id: TaskId,
        mut task: Task<T::AccountId>,
        root: Hash,
    ) -> DispatchResult {
        let now = Self::now();
        let (mut decided_by, mut total) = (None, Paid::default());
        let mut still_owed: Balance = 0;
        for assignment_id in task.assignments(id).collect::<Vec<_>>() {
            let found = Assignments::<T>::get(assignment_id);
            let Some(assignment) = found.filter(|one| one.role == Role::Replica && one.is_open())
            else {
                continue;
            };
            match root_of(&assignment) {
                Some(revealed) if revealed == root => {
                    let paid = Self::pay_provider(assignment_id, assignment, &mut task)?;
                    total = total.plus(paid);
                    decided_by = Some(assignment_id);
                }
                Some(_) => {
                    Self::condemn(assignment_id, assignment, Penalty::Outvoted)?;
                }
                None if assignment.is_at_work() => {
                    Self::cancel_assignment(assignment_id, assignment, &mut task)?;
                }
                None => still_owed = still_owed.saturating_add(assignment.price),
            }
        }
        Self::close_auditors(id, &mut task, Finding::Decided(root))?;
        let rest = task.escrow.saturating_sub(still_owed);
        let refunded = Self::give_back(&mut task, rest);
        let Paid { paid, fee } = total;
        let paid = paid.saturating_add(task.audits_paid);

        Self::close_undecided(id, &task, true);
        Self::move_task(id, &mut task, TaskStatus::Settled { at: now, paid })?;
        Tasks::<T>::insert(id, task);
        Self::deposit_event(Event::TaskSettled {
            task: id,
            assignment: decided_by.ok_or(Error::<T>::NotInState)?,
            paid,
            fee,
            refunded,
        });
        Ok(())
    }

    /// Pays or condemns a replica that reveals after a quorum has settled its task without it.
    pub(crate) fn settle_late(
        id: AssignmentId,
        assignment: Assignment<T::AccountId>,
        mut task: Task<T::AccountId>,
    ) -> DispatchResult {
        let settled = task
            .assignments(id.task)
            .filter_map(Assignments::<T>::get)
            .find(|one| {
                one.role == Role::Replica && matches!(one.status, AssignmentStatus::Settled { .. })
            });
        let root = settled.as_ref().and_then(root_of);
        if root_of(&assignment) == root {
            let more = Self::pay_provider(id, assignment, &mut task)?;
            if let TaskStatus::Settled { paid, .. } = &mut task.status {
                *paid = paid.saturating_add(more.paid);
            }
        } else {
            let price = assignment.price;
            Self::condemn(id, assignment, Penalty::Outvoted)?;
            Self::give_back(&mut task, price);
        }
        Tasks::<T>::insert(id.task, task);
        Ok(())
    }

    /// Pays the price of a result out of the escrow: the protocol fee to the treasury, and the rest to the provider.
    fn pay_price(assignment: &Assignment<T::AccountId>, task: &mut Task<T::AccountId>) -> Paid {
        let fee = pricing::protocol_fee(assignment.price, T::ProtocolFee::get());
        let fee = Self::pay(task, &T::FeeDestination::get(), fee);
        let earned = assignment.price.saturating_sub(fee);
        let earned = Self::pay(task, &assignment.provider, earned);
        Paid {
            paid: earned.saturating_add(fee),
            fee,
        }
    }

    /// Pays a provider whose result is right. Its locks stay, lowered, so that the result can be fetched.
    fn pay_provider(
        id: AssignmentId,
        mut assignment: Assignment<T::AccountId>,
        task: &mut Task<T::AccountId>,
    ) -> Result<Paid, DispatchError> {
        let AssignmentStatus::Revealed { opening, .. } = &assignment.status else {
            return Err(Error::<T>::NotInState.into());
        };
        let now = Self::now();
        let settled = AssignmentStatus::Settled {
            opening: opening.clone(),
            at: now,
        };
        Self::move_assignment(id, &mut assignment, settled)?;
        let Paid { paid, fee } = Self::pay_price(&assignment, task);

        T::DevicePool::succeeded(assignment.device, task.submission.needs.gflops);
        T::Reputations::settled(&assignment.provider, &task.requester, paid);
        // The requester gets the rest of its budget back now. So no lock stays that goes by the size of the budget:
        // else the requester could keep others' stake busy with money that it has again.
        let budget = task.submission.budget_each();
        let judged = T::Escalation::judged_price(assignment.price, budget);
        let kept = Locks {
            collateral: pricing::collateral(
                assignment.price,
                0,
                T::MinCollateralBase::get(),
                T::CollateralShare::get(),
            )
            .min(assignment.collateral),
            fraud_bond: judging::bond_of_price(assignment.fraud_bond, assignment.price, judged),
        };
        assignment.collateral = kept.collateral;
        assignment.fraud_bond = kept.fraud_bond;
        T::DevicePool::lower(assignment.device, id, kept);
        let until = now.saturating_add(T::RetrievalWindow::get());
        assignment.locks = LockState::Retrieval { until };
        Self::schedule(until, Deadline::Unlock(id));
        Self::deposit_event(Event::ProviderPaid {
            assignment: id,
            provider: assignment.provider.clone(),
            paid,
            fee,
        });
        Assignments::<T>::insert(id, assignment);
        Ok(Paid { paid, fee })
    }

    /// Fails an assignment because others have shown that its revealed root is wrong, and takes the penalty. The
    /// penalty goes to the treasury, because the others can be the requester's own. Returns what was taken.
    pub(crate) fn condemn(
        id: AssignmentId,
        mut assignment: Assignment<T::AccountId>,
        penalty: Penalty,
    ) -> Result<Balance, DispatchError> {
        let fault = Fault::WrongResult;
        let failed = AssignmentStatus::Failed {
            fault,
            at: Self::now(),
            log: None,
            message: FailureMessage::default(),
        };
        Self::move_assignment(id, &mut assignment, failed)?;
        let treasury = T::FeeDestination::get();
        let slashed = Self::punish(id, &assignment, penalty, &treasury);
        Self::deposit_event(Event::AssignmentFailed {
            assignment: id,
            provider: assignment.provider.clone(),
            fault,
            slashed,
            log: None,
            message: FailureMessage::default(),
        });
        Self::release_locks(id, &mut assignment);
        Assignments::<T>::insert(id, assignment);
        Ok(slashed)
    }

    /// Cancels an assignment that is no longer needed. Its provider gets the base fee, because it has kept its device
    /// free for the task, or has done the work.
    fn cancel_assignment(
        id: AssignmentId,
        mut assignment: Assignment<T::AccountId>,
        task: &mut Task<T::AccountId>,
    ) -> DispatchResult {
        let at = Self::now();
        Self::move_assignment(id, &mut assignment, AssignmentStatus::Cancelled { at })?;
        Self::release_locks(id, &mut assignment);
        Self::pay_base_fees(task, &[(id, assignment.clone())]);
        Assignments::<T>::insert(id, assignment);
        Ok(())
    }

    /// Ends a task without a result: cancels the assignments that are open. Faults that are undecided stay so, and cost
    /// nobody anything.
    pub(crate) fn refund(
        id: TaskId,
        mut task: Task<T::AccountId>,
        reason: Refunded,
    ) -> DispatchResult {
        let at = Self::now();
        Self::close_auditors(id, &mut task, Finding::Unknown)?;
        for assignment_id in task.assignments(id).collect::<Vec<_>>() {
            if let Some(open) = Assignments::<T>::get(assignment_id).filter(Assignment::is_open) {
                Self::cancel_assignment(assignment_id, open, &mut task)?;
            }
        }
        let seats = task.seats.len() as u8;
        (0..seats).for_each(|number| Self::close_seat(id, &mut task, number));
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

    /// Ends a task whose requester has all results and kept the jury from deciding which of them is right.
    ///
    /// Each provider that has revealed a result is paid its own price, and only the rest goes back. Nobody was shown to
    /// be right, so no result is settled and no reputation grows. Nobody was shown to be wrong, so all locks are
    /// released.
    pub(crate) fn pay_all(id: TaskId, mut task: Task<T::AccountId>) -> DispatchResult {
        let at = Self::now();
        // As long as there is no quorum, the escrow has the prices of all of them.
        for (result_id, mut result) in Self::results(id, &task) {
            let Paid { paid, fee } = Self::pay_price(&result, &mut task);
            Self::move_assignment(result_id, &mut result, AssignmentStatus::Cancelled { at })?;
            Self::release_locks(result_id, &mut result);
            Self::deposit_event(Event::ProviderPaid {
                assignment: result_id,
                provider: result.provider.clone(),
                paid,
                fee,
            });
            Assignments::<T>::insert(result_id, result);
        }
        Self::refund(id, task, Refunded::NoVerdict)
    }

    /// Cancels a task that waits for a device, because its requester wants that.
    pub(crate) fn cancel_task(id: TaskId, mut task: Task<T::AccountId>) -> DispatchResult {
        let at = Self::now();
        let seats = task.seats.len() as u8;
        (0..seats).for_each(|number| Self::close_seat(id, &mut task, number));
        let refunded = Self::give_rest_back(&mut task);
        Self::close_undecided(id, &task, false);
        Self::move_task(id, &mut task, TaskStatus::Cancelled { at })?;
        Tasks::<T>::insert(id, task);
        Self::deposit_event(Event::TaskCancelled { task: id, refunded });
        Ok(())
    }

    /// Pays the base fee to providers of a task that ends without a result, because they claim a fault in it or because
    /// it ends through no fault of theirs.
    ///
    /// The fee is never more than the provider's own price, so that nobody earns more by failing than by working. Nor
    /// is it more than an equal part of the escrow.
    pub(crate) fn pay_base_fees(
        task: &mut Task<T::AccountId>,
        claimants: &[(AssignmentId, Assignment<T::AccountId>)],
    ) {
        let share = task.escrow.checked_div(claimants.len() as Balance);
        let most = T::BaseFee::get().min(share.unwrap_or_default());
        for (id, assignment) in claimants {
            let fee = most.min(assignment.price);
            let amount = Self::pay(task, &assignment.provider, fee);
            Self::deposit_event(Event::BaseFeePaid {
                assignment: *id,
                provider: assignment.provider.clone(),
                amount,
            });
        }
    }

    /// Decides the faults of a task that are undecided, and releases the locks of those providers. They are slashed
    /// before if another provider has shown that the task can be done.
    fn close_undecided(id: TaskId, task: &Task<T::AccountId>, providers_were_wrong: bool) {
        for (assignment_id, mut assignment) in Self::undecided(id, task) {
            if providers_were_wrong {
                let penalty = match &assignment.status {
                    AssignmentStatus::Failed {
                        fault: Fault::WrongResult,
                        ..
                    } => Penalty::Outvoted,
                    _ => Penalty::Fault,
                };
                // Never to the requester: the provider that has shown it can be the requester's own.
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

    /// Punishes a provider for a fault: takes the penalty from its locks, lowers its reputation and has its device cool
    /// down. If the device was too slow, it also counts for less. Returns what the beneficiary got.
    pub(crate) fn punish(
        id: AssignmentId,
        assignment: &Assignment<T::AccountId>,
        penalty: Penalty,
        beneficiary: &T::AccountId,
    ) -> Balance {
        let slashed = T::DevicePool::slash(assignment.device, id, penalty, beneficiary);
        match penalty {
            Penalty::Fault | Penalty::Outvoted => {
                T::Reputations::faulted(&assignment.provider, assignment.price);
            }
            Penalty::WrongResult => T::Reputations::convicted(&assignment.provider),
        }
        T::DevicePool::cool_down(assignment.device);
        // A slow fetch proves nothing about the speed of the device.
        let is_slow = matches!(&assignment.status, AssignmentStatus::Failed { fault, .. } if fault.is_missed_deadline());
        if is_slow && assignment.role != Role::Fetcher {
            T::DevicePool::missed_deadline(assignment.device);
        }
        slashed
    }

    /// Releases what is still locked for an assignment.
    pub(crate) fn release_locks(id: AssignmentId, assignment: &mut Assignment<T::AccountId>) {
        if assignment.locks != LockState::Released {
            T::DevicePool::release(assignment.device, id);
            assignment.locks = LockState::Released;
            Self::deposit_event(Event::LocksReleased { assignment: id });
        }
    }

    /// Serves the end of the retrieval window of a settled assignment.
    pub(crate) fn serve_unlock(id: AssignmentId) -> Result<Served, DispatchError> {
        match Assignments::<T>::get(id) {
            Some(mut assignment) if matches!(assignment.locks, LockState::Retrieval { until } if Self::now() >= until) =>
            {
                let before = T::DevicePool::notes(assignment.device);
                Self::release_locks(id, &mut assignment);
                Assignments::<T>::insert(id, assignment);
                Ok(Served::Weighed(Self::weight_of_unlock(id, before)))
            }
            _ => Ok(Served::Stale),
        }
    }

    /// Removes a final task that was readable for long enough.
    pub(crate) fn serve_prune(id: TaskId) -> Result<Served, DispatchError> {
        if !T::Escalation::is_over(id) {
            // A claim that was made late goes on. It ends by itself, and its jurors have to be found until then.
            let later = Self::now().saturating_add(T::RetrievalWindow::get());
            Self::schedule_patiently(later, Deadline::Prune(id));
            return Ok(Served::Early);
        }
        let Some(task) = Tasks::<T>::take(id) else {
            return Ok(Served::Stale);
        };
        if SubmittedBy::<T>::take(&task.requester, NewestFirst::from(id)).is_none() {
            TasksOf::<T>::remove(&task.requester, id);
        }
        let was_disputed = T::Escalation::forget(id);
        let was_claimed = ClaimsMade::<T>::take(id) > 0;
        let is_audited = task.submission.verification.is_audited();
        if is_audited {
            Audits::<T>::remove(id);
        }
        let is_sealed = matches!(task.submission.privacy, Privacy::Sealed { .. });
        let had_jury = task.seats.iter().any(|seat| seat.role.judges());
        let mut is_plain = !(was_disputed || was_claimed || had_jury || is_audited || is_sealed);
        for assignment_id in task.assignments(id) {
            if is_sealed {
                Envelopes::<T>::remove(assignment_id);
            }
            if let Some(mut assignment) = Assignments::<T>::take(assignment_id) {
                // If the agenda is far behind, a task can be removed before its locks are released.
                is_plain &= assignment.locks == LockState::Released;
                Self::release_locks(assignment_id, &mut assignment);
            }
        }
        Ok(if is_plain { Served::Plain } else { Served::Due })
    }
}
