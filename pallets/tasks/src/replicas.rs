//! How the replicas of a task decide what its result is (ADR 9).
//!
//! The replicas work hidden from each other: none may reveal as long as one that is wanted has not committed. Then all
//! reveal, and the first root with a quorum settles the task. If no root has a quorum, a jury decides: another replica
//! could copy what is revealed. A task with one replica is the case of a quorum of one.

use aicpw_primitives::traits::Escalation;
use aicpw_protocol::{
    task::{AssignmentStatus, Fault, Refunded, Role, TaskStatus},
    AssignmentId, Balance, Hash, TaskId,
};
use alloc::vec::Vec;
use frame_support::pallet_prelude::*;

use crate::{
    agenda::Served,
    pallet::*,
    types::{Assignment, SeatState, Task},
};

/// An assignment that counts, and its id.
pub(crate) type Standing<AccountId> = (AssignmentId, Assignment<AccountId>);

/// The standing of all replicas of a task.
pub(crate) struct Stand<AccountId> {
    /// Seats that wait for a device.
    pub vacant: Vec<u8>,
    /// The number of replicas that have not committed yet.
    pub at_work: usize,
    /// The replicas that have committed and not revealed.
    pub committed: Vec<Standing<AccountId>>,
    /// The replicas that have revealed, and their roots.
    pub revealed: Vec<(Standing<AccountId>, Hash)>,
}

impl<AccountId: Clone> Stand<AccountId> {
    /// The number of replicas that can still become part of a quorum.
    fn live(&self) -> usize {
        self.vacant
            .len()
            .saturating_add(self.at_work)
            .saturating_add(self.committed.len())
            .saturating_add(self.revealed.len())
    }

    /// Whether reveals are open. No replica starts after that, because it could copy.
    pub(crate) fn is_open(&self) -> bool {
        !self.revealed.is_empty()
            || self.committed.iter().any(|(_, one)| {
                matches!(
                    one.status,
                    AssignmentStatus::Committed {
                        reveal_by: Some(_),
                        ..
                    }
                )
            })
    }

    /// Whether everything that can be revealed has been revealed.
    fn is_revealed(&self) -> bool {
        !self.revealed.is_empty() && self.live() == self.revealed.len()
    }

    /// The number of replicas that have revealed this root.
    fn votes(&self, root: &Hash) -> usize {
        self.revealed
            .iter()
            .filter(|(_, other)| other == root)
            .count()
    }

    /// The root that at least `quorum` replicas have revealed, if any.
    pub(crate) fn majority(&self, quorum: usize) -> Option<Hash> {
        let roots = self.revealed.iter().map(|(_, root)| root);
        roots.copied().find(|root| self.votes(root) >= quorum)
    }
}

impl<T: Config> Pallet<T> {
    /// Returns how the replicas of a task stand.
    pub(crate) fn stand(id: TaskId, task: &Task<T::AccountId>) -> Stand<T::AccountId> {
        let mut stand = Stand {
            vacant: Vec::new(),
            at_work: 0,
            committed: Vec::new(),
            revealed: Vec::new(),
        };
        for (number, seat) in (0u8..).zip(task.seats.iter()) {
            match seat.state {
                _ if seat.role != Role::Replica => continue,
                SeatState::Closed => continue,
                SeatState::Vacant { .. } => {
                    stand.vacant.push(number);
                    continue;
                }
                SeatState::Taken => {}
            }
            let newest = task.newest(id, number);
            let Some((newest, assignment)) =
                newest.and_then(|newest| Some((newest, Assignments::<T>::get(newest)?)))
            else {
                continue;
            };
            if assignment.is_at_work() {
                stand.at_work = stand.at_work.saturating_add(1);
            } else if let AssignmentStatus::Revealed { opening, .. } = &assignment.status {
                let root = opening.result_root;
                stand.revealed.push(((newest, assignment), root));
            } else if matches!(assignment.status, AssignmentStatus::Committed { .. }) {
                stand.committed.push((newest, assignment));
            }
        }
        stand
    }

    /// The amount that replicas have lost to the treasury because they committed and did not reveal.
    pub(crate) fn lost_by_silence(id: TaskId, task: &Task<T::AccountId>) -> Balance {
        task.assignments(id)
            .filter_map(Assignments::<T>::get)
            .filter(|one| {
                let fault = Fault::NoReveal;
                one.role == Role::Replica
                    && matches!(one.status, AssignmentStatus::Failed { fault: other, .. } if other == fault)
            })
            .fold(0, |sum: Balance, one| {
                let lost = one.collateral.saturating_add(one.fraud_bond);
                sum.saturating_add(lost)
            })
    }

    /// Whether a seat whose assignment failed gets another attempt. It does not if all other replicas are done and are
    /// enough for a quorum, if reveals are open, so that the new replica could copy, or if no attempt or no quorum is
    /// left.
    pub(crate) fn may_try_again(id: TaskId, task: &Task<T::AccountId>, seat: u8) -> bool {
        let stand = Self::stand(id, task);
        let quorum = usize::from(task.submission.verification.quorum());
        let is_needed = stand.at_work > 0 || stand.committed.len() < quorum;
        Self::attempts_left(task, seat) > 0
            && is_needed
            && !stand.is_open()
            && stand.live().saturating_add(1) >= quorum
    }

    /// Takes the next step after something about the replicas of a task has changed: waits, opens the reveals, settles
    /// the task, calls a jury, or ends the task without a result. `otherwise` is the reason for that end if too few
    /// replicas are left for a quorum.
    pub(crate) fn advance(
        id: TaskId,
        mut task: Task<T::AccountId>,
        otherwise: Refunded,
    ) -> DispatchResult {
        let quorum = usize::from(task.submission.verification.quorum());
        let stand = Self::stand(id, &task);
        if let Some(root) = stand.majority(quorum) {
            return Self::conclude(id, task, &stand, root);
        }
        if !stand.is_open() && stand.live() < quorum {
            return Self::refund(id, task, otherwise);
        }
        if stand.at_work > 0 {
            return Self::keep(id, &mut task);
        }
        if !stand.vacant.is_empty() {
            if stand.is_open() || stand.committed.len() < quorum {
                return Self::keep(id, &mut task);
            }
            // Enough replicas for a quorum are done, so the others need no device any more.
            for number in &stand.vacant {
                Self::close_seat(id, &mut task, *number);
            }
        }
        if !stand.committed.is_empty() {
            if stand.is_open() || Self::is_audit_done(id, &task, &stand) {
                let auditors = Self::auditors(id, &task);
                Self::open_reveals(id, stand.committed.into_iter().chain(auditors))?;
            }
            return Self::keep(id, &mut task);
        }
        // A jury judges the auditors as well, so what they have found must be revealed before.
        let auditors = Self::auditors(id, &task);
        if auditors
            .iter()
            .any(|(_, one)| matches!(one.status, AssignmentStatus::Committed { .. }))
        {
            return Self::keep(id, &mut task);
        }
        Self::escalate(id, task, Refunded::NoQuorum)
    }

    /// Has a jury decide about the results of a task. If nobody takes the task over, the requester is refunded, for the
    /// reason `otherwise`.
    pub(crate) fn escalate(
        id: TaskId,
        mut task: Task<T::AccountId>,
        otherwise: Refunded,
    ) -> DispatchResult {
        Self::keep(id, &mut task)?;
        // If the agenda is behind, jurors of an earlier attempt may still be unpaid. Then the step that ends their
        // dispute continues here (`serve_dispute`). Else the next provider that lies would go free, because there is a
        // dispute already.
        if !T::Escalation::is_over(id) || T::Escalation::take_over(id) {
            return Ok(());
        }
        Self::refund(id, task, otherwise)
    }

    /// Serves the step of a dispute that the disputes pallet asked for. If this ends the dispute, results that have
    /// waited for its end are decided about.
    pub(crate) fn serve_dispute(id: TaskId) -> Result<Served, DispatchError> {
        T::Escalation::due(id)?;
        let waiting = Tasks::<T>::get(id).filter(|task| {
            task.status == TaskStatus::Active
                && Self::stand(id, task).is_revealed()
                && T::Escalation::is_over(id)
        });
        if let Some(task) = waiting {
            Self::advance(id, task, Refunded::NoQuorum)?;
        }
        Ok(Served::Due)
    }

    /// Stores a task that is not decided yet.
    pub(crate) fn keep(id: TaskId, task: &mut Task<T::AccountId>) -> DispatchResult {
        if matches!(
            task.status,
            TaskStatus::Queued { .. } | TaskStatus::Parked { .. } | TaskStatus::Active
        ) {
            let is_parked = matches!(task.status, TaskStatus::Parked { .. });
            if !(is_parked && task.has_vacancy()) {
                Self::reflect_seats(id, task)?;
            }
        }
        Tasks::<T>::insert(id, &*task);
        Ok(())
    }

    /// Opens the reveals of assignments that have committed, because every assignment that has to commit has done so.
    /// Reveals that are open already stay as they are.
    pub(crate) fn open_reveals(
        id: TaskId,
        committed: impl IntoIterator<Item = Standing<T::AccountId>>,
    ) -> DispatchResult {
        let by = Self::now().saturating_add(T::RevealWindow::get());
        let mut opened = false;
        for (assignment_id, mut assignment) in committed {
            let AssignmentStatus::Committed {
                commitment,
                at,
                reveal_by: None,
            } = assignment.status
            else {
                continue;
            };
            let open = AssignmentStatus::Committed {
                commitment,
                at,
                reveal_by: Some(by),
            };
            Self::move_assignment(assignment_id, &mut assignment, open)?;
            Assignments::<T>::insert(assignment_id, assignment);
            opened = true;
        }
        if opened {
            Self::deposit_event(Event::RevealOpened {
                task: id,
                reveal_by: by,
            });
        }
        Ok(())
    }

    /// Serves the end of a task's match window: closes the seats for which no device was found.
    pub(crate) fn serve_match(id: TaskId) -> Result<Served, DispatchError> {
        let Some(mut task) = Tasks::<T>::get(id) else {
            return Ok(Served::Stale);
        };
        let now = Self::now();
        let ended: Vec<u8> = (0u8..)
            .zip(task.seats.iter())
            .filter(
                |(_, seat)| matches!(seat.state, SeatState::Vacant { match_by } if now > match_by),
            )
            .map(|(number, _)| number)
            .collect();
        if ended.is_empty() {
            return Ok(Served::Stale);
        }
        // Matching does not have to notice the end of the window, and might never ask about a parked task.
        for number in ended {
            Self::close_seat(id, &mut task, number);
        }
        if task.status == TaskStatus::Disputed || Claims::<T>::contains_key(id) {
            Self::advance_jury(id, task)?;
        } else {
            Self::advance(id, task, Refunded::MatchWindowEnded)?;
        }
        Ok(Served::Due)
    }
}
