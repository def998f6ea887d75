//! The invariants of each task, one function for each.

use aicpw_protocol::{
    task::{AssignmentStatus, Role, TaskStatus},
    view::AuditState,
    AssignmentId, Balance, BlockNumber, TaskId,
};
use alloc::vec::Vec;
use frame_support::ensure;
use sp_runtime::TryRuntimeError;

use super::Entries;
use crate::{
    pallet::*,
    types::{Assignment, Deadline, LockState, NewestFirst, SeatState, Task},
};

type Checked = Result<(), TryRuntimeError>;

/// A task with its assignments and the agenda.
pub(super) struct Inspected<'a, T: Config> {
    id: TaskId,
    task: &'a Task<T::AccountId>,
    /// Its assignments, including those that have ended.
    all: Vec<(AssignmentId, Assignment<T::AccountId>)>,
    entries: &'a Entries,
}

impl<'a, T: Config> Inspected<'a, T> {
    /// Reads the assignments of the task.
    pub(super) fn new(id: TaskId, task: &'a Task<T::AccountId>, entries: &'a Entries) -> Self {
        let all = task
            .assignments(id)
            .filter_map(|id| Some((id, Assignments::<T>::get(id)?)))
            .collect();
        Self {
            id,
            task,
            all,
            entries,
        }
    }

    /// Checks every invariant of the task. The error is the one that does not hold.
    pub(super) fn check(&self) -> Checked {
        self.check_list()?;
        self.check_place_in_history()?;
        self.check_attempts()?;
        self.check_number_of_attempts()?;
        self.check_assignments()?;
        Pallet::<T>::check_audit(self.id, |deadline| {
            self.blocks_of(deadline).next().is_some()
        })?;
        self.check_seats()?;
        self.check_status()?;
        self.check_jury()?;
        Pallet::<T>::check_claim(self.id, self.task, &self.all)?;
        Pallet::<T>::check_dispute(self.id, self.task, &self.all, self.entries)?;
        self.check_escrow_covers_what_is_owed()?;
        self.check_rating()
    }

    fn check_list(&self) -> Checked {
        let requester = &self.task.requester;
        // RELEASE-1: remove when release 3 is main (`TasksOf`)
        ensure!(
            TasksOf::<T>::contains_key(requester, self.id)
                || SubmittedBy::<T>::get(requester, NewestFirst::from(self.id)) == Some(self.id),
            "a task is in a list of its requester's, at its place"
        );
        Ok(())
    }

    fn check_place_in_history(&self) -> Checked {
        ensure!(
            self.id.0 < Submissions::<T>::get().length,
            "a task is in the history"
        );
        Ok(())
    }

    fn check_attempts(&self) -> Checked {
        let begun = self.task.assignments(self.id).count();
        ensure!(
            self.all.len() == begun && self.all.len() == self.task.providers.len(),
            "every attempt has its assignment and its provider"
        );
        Ok(())
    }

    fn check_number_of_attempts(&self) -> Checked {
        ensure!(
            (0u8..)
                .zip(self.task.seats.iter())
                .all(|(number, seat)| seat.begun <= Pallet::<T>::attempts_at(self.task, number)),
            "no seat has more attempts than it may have"
        );
        Ok(())
    }

    fn check_assignments(&self) -> Checked {
        for (id, assignment) in &self.all {
            Pallet::<T>::check_key(self.task, *id, assignment)?;
            Pallet::<T>::check_assignment(self.task, assignment, |at| {
                self.is_scheduled(at, Deadline::Assignment(*id))
                    || self.is_scheduled(at, Deadline::Unlock(*id))
            })?;
        }
        Ok(())
    }

    fn check_seats(&self) -> Checked {
        for (number, seat) in (0u8..).zip(self.task.seats.iter()) {
            Pallet::<T>::check_seat(self.id, self.task, number, seat, |match_by| {
                self.is_scheduled_or_late(match_by.saturating_add(1), Deadline::Match(self.id))
            })?;
        }
        Ok(())
    }

    fn check_status(&self) -> Checked {
        match self.task.status {
            TaskStatus::Queued { .. } | TaskStatus::Parked { .. } => {
                self.check_waiting_wants_a_device()?;
                self.check_budget_of_waiting()?;
                Pallet::<T>::check_replicas(self.id, self.task)
            }
            TaskStatus::Active => {
                self.check_active_is_on_devices()?;
                self.check_budget_of_replicas()?;
                Pallet::<T>::check_replicas(self.id, self.task)
            }
            TaskStatus::Verifying { settle_at } => {
                self.check_what_is_verified()?;
                self.check_optimistic_window(settle_at)
            }
            TaskStatus::Disputed => {
                self.check_disputed_result()?;
                self.check_disputed_wants_no_replica()
            }
            TaskStatus::Settled { at, .. }
            | TaskStatus::Cancelled { at }
            | TaskStatus::Refunded { at, .. } => {
                self.check_who_is_on_final()?;
                self.check_escrow_of_final()?;
                self.check_seats_of_final()?;
                self.check_settled_assignment()?;
                self.check_final_is_decided()?;
                self.check_removal(at)
            }
        }
    }

    fn check_waiting_wants_a_device(&self) -> Checked {
        ensure!(
            self.task.match_by().is_some(),
            "a task that waits has a seat that wants a device"
        );
        Ok(())
    }

    fn check_budget_of_waiting(&self) -> Checked {
        ensure!(
            self.is_budget_held(),
            "the whole budget of a task that waits is held, but for what audits cost"
        );
        Ok(())
    }

    fn check_active_is_on_devices(&self) -> Checked {
        ensure!(
            self.task.match_by().is_none() && self.open().next().is_some(),
            "all replicas of an active task are on devices"
        );
        Ok(())
    }

    fn check_budget_of_replicas(&self) -> Checked {
        ensure!(
            self.is_alone() || self.is_budget_held(),
            "the whole budget of a task with several replicas is held until they agree"
        );
        Ok(())
    }

    fn check_what_is_verified(&self) -> Checked {
        ensure!(
            self.open_replicas().count() == 1
                && self
                    .open()
                    .all(|one| one.role != Role::Juror && is_revealed(one)),
            "a task is verified while one result is revealed, and what auditors found of it"
        );
        Ok(())
    }

    fn check_optimistic_window(&self, settle_at: BlockNumber) -> Checked {
        ensure!(
            self.is_scheduled_or_late(settle_at, Deadline::Settle(self.id)),
            "the end of an optimistic window is in the agenda"
        );
        Ok(())
    }

    fn check_disputed_result(&self) -> Checked {
        ensure!(
            self.open_replicas().any(is_revealed),
            "a disputed task has a result"
        );
        Ok(())
    }

    fn check_disputed_wants_no_replica(&self) -> Checked {
        ensure!(
            self.task.match_by().is_none(),
            "a disputed task wants nobody but jurors"
        );
        Ok(())
    }

    fn check_who_is_on_final(&self) -> Checked {
        let is_claimed = self.is_claimed();
        let is_settled = self.is_settled();
        ensure!(
            self.open().all(|one| match one.role {
                Role::Fetcher => is_claimed,
                _ =>
                    is_settled
                        && one.deadline().is_some()
                        && matches!(one.status, AssignmentStatus::Committed { .. }),
            }),
            "nobody is on a final task but those who may still reveal what has been settled, and \
             those who fetch a result that is said not to be there"
        );
        Ok(())
    }

    fn check_escrow_of_final(&self) -> Checked {
        let owed = self.open_replicas().map(|one| one.price).sum::<Balance>();
        ensure!(
            self.task.escrow == owed,
            "of a final task's escrow is left what those may still be paid"
        );
        Ok(())
    }

    fn check_seats_of_final(&self) -> Checked {
        let is_claimed = self.is_claimed();
        ensure!(
            self.task.seats.iter().all(|seat| {
                let is_vacant = matches!(seat.state, SeatState::Vacant { .. });
                !is_vacant || (is_claimed && seat.role == Role::Fetcher)
            }),
            "a final task wants no device but those that fetch its result"
        );
        Ok(())
    }

    fn check_settled_assignment(&self) -> Checked {
        let has_settled = self.all.iter().any(|(_, one)| {
            one.role == Role::Replica && matches!(one.status, AssignmentStatus::Settled { .. })
        });
        ensure!(
            has_settled == self.is_settled(),
            "a settled task has a settled assignment, and no other has"
        );
        Ok(())
    }

    fn check_final_is_decided(&self) -> Checked {
        ensure!(
            self.all
                .iter()
                .all(|(_, one)| !matches!(one.locks, LockState::Undecided { .. })),
            "nothing is undecided about a final task"
        );
        Ok(())
    }

    fn check_removal(&self, at: BlockNumber) -> Checked {
        ensure!(
            // The block is not known: `RetentionPeriod` may have changed since `at`.
            self.blocks_of(Deadline::Prune(self.id))
                .any(|block| block > at),
            "the removal of a final task is in the agenda"
        );
        Ok(())
    }

    fn check_jury(&self) -> Checked {
        ensure!(
            !Juries::<T>::contains_key(self.id)
                || self.task.status == TaskStatus::Disputed
                || self.is_claimed(),
            "only a disputed task has a jury, and one whose result is said not to be there"
        );
        Ok(())
    }

    fn check_escrow_covers_what_is_owed(&self) -> Checked {
        let is_due =
            Audits::<T>::get(self.id).is_none_or(|audit| audit.state == AuditState::Undecided);
        let has_audit_costs = self.is_alone() && is_due;
        let owed = self.open_replicas().fold(0, |sum: Balance, one| {
            let audits = if has_audit_costs { one.audit_cost } else { 0 };
            sum.saturating_add(one.price).saturating_add(audits)
        });
        let budget = self.task.submission.budget;
        ensure!(
            self.task.escrow >= owed.min(budget.saturating_sub(self.task.audits_paid)),
            "the escrow covers what is owed if all goes well, as far as the budget goes"
        );
        Ok(())
    }

    fn check_rating(&self) -> Checked {
        ensure!(
            self.task.rating.is_none() || self.is_settled(),
            "only settled tasks are rated"
        );
        Ok(())
    }

    /// Its assignments that have not ended.
    fn open(&self) -> impl Iterator<Item = &Assignment<T::AccountId>> + '_ {
        self.all
            .iter()
            .map(|(_, one)| one)
            .filter(|one| one.is_open())
    }

    fn open_replicas(&self) -> impl Iterator<Item = &Assignment<T::AccountId>> + '_ {
        self.open().filter(|one| one.role == Role::Replica)
    }

    fn is_alone(&self) -> bool {
        self.task.submission.verification.replicas() == 1
    }

    fn is_settled(&self) -> bool {
        matches!(self.task.status, TaskStatus::Settled { .. })
    }

    fn is_claimed(&self) -> bool {
        Claims::<T>::contains_key(self.id)
    }

    fn is_budget_held(&self) -> bool {
        self.task.escrow.saturating_add(self.task.audits_paid) == self.task.submission.budget
    }

    /// The blocks in which the agenda looks at a deadline.
    fn blocks_of(&self, deadline: Deadline) -> impl Iterator<Item = BlockNumber> + '_ {
        let entry = codec::Encode::encode(&deadline);
        self.entries
            .iter()
            .filter(move |(_, other)| *other == entry)
            .map(|(block, _)| *block)
    }

    fn is_scheduled(&self, at: BlockNumber, deadline: Deadline) -> bool {
        self.entries
            .contains(&(at, codec::Encode::encode(&deadline)))
    }

    fn is_scheduled_or_late(&self, at: BlockNumber, deadline: Deadline) -> bool {
        let now = Pallet::<T>::now();
        // After an error the entry is in the slot of the next block.
        let is_late = at <= now
            && self
                .blocks_of(deadline)
                .any(|block| block <= now.saturating_add(1));
        self.is_scheduled(at, deadline) || is_late
    }
}

fn is_revealed<AccountId>(one: &Assignment<AccountId>) -> bool {
    matches!(one.status, AssignmentStatus::Revealed { .. })
}
