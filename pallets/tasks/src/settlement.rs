//! Money: what leaves the escrow, and when the provider's locks end.

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

/// What left an escrow for results.
#[derive(Clone, Copy, Default)]
struct Paid {
    /// By the requester, fees included.
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

/// The root that an assignment has revealed.
pub(crate) fn root_of<AccountId>(assignment: &Assignment<AccountId>) -> Option<Hash> {
    match &assignment.status {
        AssignmentStatus::Revealed { opening, .. } | AssignmentStatus::Settled { opening, .. } => {
            Some(opening.result_root)
        }
        _ => None,
    }
}

impl<T: Config> Pallet<T> {
    /// Pays `amount` out of the escrow. Returns what arrived: all of it, or nothing where the
    /// account cannot be given so little; that stays in the escrow, for the requester.
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

    /// Gives a requester for its harm of what the treasury has just got of a provider's stake: all, or nothing
    /// where its account cannot be given so little.
    pub(crate) fn make_whole(requester: &T::AccountId, amount: Balance) {
        let treasury = T::FeeDestination::get();
        let paid = T::NativeBalance::transfer(&treasury, requester, amount, Preservation::Preserve);
        if paid.is_err() {
            log::warn!(target: "runtime::tasks", "{requester:?} could not be given {amount}");
        }
    }

    /// Holds what the requester was given for what audits have cost, for the next attempt: no more than they have
    /// cost. All of it, or nothing where its account cannot have so much held; then it stays free.
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

    /// The result that waits for the end of its window is right, or nobody doubted it.
    pub(crate) fn settle(id: TaskId, task: Task<T::AccountId>) -> DispatchResult {
        let newest = task.newest(id, 0).and_then(Assignments::<T>::get);
        let root = newest.as_ref().and_then(root_of);
        Self::settle_on(id, task, root.ok_or(Error::<T>::NotInState)?)
    }

    /// The result is the one with this root: pays who has revealed it, takes the locks of who has
    /// revealed another, gives the rest back, and decides the faults that others had with the same
    /// task. Who has committed and not revealed yet still can, and is paid then.
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

    /// A replica reveals after its task was settled by a quorum without it.
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

    /// Pays the price of a result out of the escrow: the protocol's part of it, and the provider's.
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

    /// Pays a provider whose result is right. Its locks stay until the result could be fetched.
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
        // The budget goes back, so nothing of the size of the budget stays locked for it: a requester
        // could keep others' stake busy with money that it has again.
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

    /// Others have shown that the root that a provider has revealed is wrong: it pays the penalty, to
    /// the treasury, because those others can be the requester's own. Returns what that was.
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

    /// An assignment is no longer needed. Its provider has kept its device for it, or has done the
    /// work, and gets the base fee.
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

    /// Ends a task without a result: whoever is still on it is cancelled. What is undecided stays so,
    /// and costs nobody anything.
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

    /// Ends a task whose requester has all results, and has kept those from their work who were to say which of
    /// them is right: whoever has revealed one is paid its own price, and only the rest goes back. Nobody was
    /// shown to be right, so no result is settled and no reputation grows; and nobody to be wrong, so all locks
    /// are free.
    pub(crate) fn pay_all(id: TaskId, mut task: Task<T::AccountId>) -> DispatchResult {
        let at = Self::now();
        // As long as there is no quorum the escrow has the prices of all of them.
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

    /// Ends a task that waits for a device, because its requester wants it.
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

    /// The task ends without a result, as independent providers claim or without their doing: each of them gets the
    /// base fee, as far as the escrow goes, and never more than its price. Whoever fails is not to earn more than
    /// whoever works.
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

    /// Ends what is undecided about a task: the providers' locks are released, and if another
    /// provider has shown that it can be done, slashed before.
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

    /// A fault is the provider's: its locks, its reputation, and a pause for the device, which also
    /// counts for less if it was too slow. Returns what the beneficiary got.
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
        // A fetch that takes too long says nothing of how fast the device is.
        let is_slow = matches!(&assignment.status, AssignmentStatus::Failed { fault, .. } if fault.is_missed_deadline());
        if is_slow && assignment.role != Role::Fetcher {
            T::DevicePool::missed_deadline(assignment.device);
        }
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

    /// A final task was readable for long enough.
    pub(crate) fn serve_prune(id: TaskId) -> Result<Served, DispatchError> {
        if !T::Escalation::is_over(id) {
            // A claim that was late. It ends by itself, and until then its jurors have to be found.
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
                // An agenda that is far behind may come here before it comes to the locks.
                is_plain &= assignment.locks == LockState::Released;
                Self::release_locks(assignment_id, &mut assignment);
            }
        }
        Ok(if is_plain { Served::Plain } else { Served::Due })
    }
}
