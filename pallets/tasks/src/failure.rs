//! How an assignment fails, who is to blame, and what becomes of the task.

use aicpw_primitives::traits::{DevicePool, Penalty};
use aicpw_protocol::{
    task::{AssignmentStatus, Blame, FailureMessage, Fault, Refunded, Role, TaskStatus},
    AssignmentId, ContentId, Hash, TaskId,
};
use alloc::vec::Vec;
use frame_support::pallet_prelude::*;

use crate::{
    audits::Finding,
    pallet::*,
    types::{Assignment, LockState, Task},
};

/// Why an assignment fails.
pub(crate) struct Cause {
    /// The kind of fault.
    pub fault: Fault,
    /// The worker's log on IPFS.
    pub log: Option<ContentId>,
    /// The worker's message.
    pub message: FailureMessage,
    /// The revealed root, if the fault is that the requester expects another.
    ///
    /// What the requester expects is its word against the provider's. If the provider were slashed at once, a requester
    /// could earn by expecting nonsense (ADR 0006). So the fault stays undecided until an independent provider has
    /// revealed one of the two roots.
    pub unexpected_root: Option<Hash>,
}

impl Cause {
    /// A fault that the chain found by itself.
    pub fn seen_by_chain(fault: Fault) -> Self {
        Self {
            fault,
            log: None,
            message: FailureMessage::default(),
            unexpected_root: None,
        }
    }

    fn blame(&self) -> Blame {
        match self.unexpected_root {
            Some(_) => Blame::Undecided,
            None => self.fault.blame(),
        }
    }
}

impl<T: Config> Pallet<T> {
    /// Ends an assignment, and gives its task to another provider or back to its requester.
    pub(crate) fn fail_assignment(
        id: AssignmentId,
        mut assignment: Assignment<T::AccountId>,
        cause: Cause,
    ) -> DispatchResult {
        match assignment.role {
            Role::Juror | Role::Fetcher => return Self::fail_juror(id, assignment, cause),
            Role::Auditor => return Self::fail_auditor(id, assignment, cause),
            Role::Replica => {}
        }
        let mut task = Tasks::<T>::get(id.task).ok_or(Error::<T>::UnknownTask)?;
        let blame = cause.blame();
        let Cause {
            fault,
            log,
            message,
            unexpected_root: root,
        } = cause;
        let failed = AssignmentStatus::Failed {
            fault,
            at: Self::now(),
            log: log.clone(),
            message: message.clone(),
        };
        Self::move_assignment(id, &mut assignment, failed)?;
        let penalty = match blame {
            Blame::Provider => Some(Penalty::Fault),
            Blame::WrongResult => Some(Penalty::WrongResult),
            Blame::Undecided | Blame::Requester => None,
        };
        // The treasury gets the penalty in two cases, because the provider can be the requester's own. Among several
        // replicas a failure can serve the requester. And a result that is not opened after a draw must not bring the
        // fraud bond back to its owner.
        let is_unopened = blame == Blame::WrongResult && task.submission.verification.is_audited();
        let beneficiary = if is_unopened || task.submission.verification.replicas() > 1 {
            T::FeeDestination::get()
        } else {
            task.requester.clone()
        };
        let slashed = penalty.map_or(0, |penalty| {
            Self::punish(id, &assignment, penalty, &beneficiary)
        });
        if is_unopened && task.submission.verification.replicas() == 1 {
            Self::make_whole(&task.requester, slashed.min(assignment.price));
        }
        Self::deposit_event(Event::AssignmentFailed {
            assignment: id,
            provider: assignment.provider.clone(),
            fault,
            slashed,
            log,
            message,
        });
        if blame == Blame::Undecided {
            T::DevicePool::vacate(assignment.device, id);
            assignment.locks = LockState::Undecided { root };
        } else {
            Self::release_locks(id, &mut assignment);
        }
        Assignments::<T>::insert(id, assignment.clone());

        if !is_decided(&task.status) {
            return Self::go_on_without(id, assignment, task, (blame, fault, root));
        }
        // The quorum could do without this replica: what was kept for it goes back.
        Self::give_back(&mut task, assignment.price);
        Tasks::<T>::insert(id.task, task);
        Ok(())
    }

    /// Decides what becomes of the task after an assignment has failed.
    fn go_on_without(
        id: AssignmentId,
        assignment: Assignment<T::AccountId>,
        mut task: Task<T::AccountId>,
        (blame, fault, root): (Blame, Fault, Option<Hash>),
    ) -> DispatchResult {
        if blame == Blame::Requester {
            // A provider that said before that the key does not fit is not refuted by a key that was withheld.
            let claimants: Vec<_> = Self::undecided(id.task, &task)
                .filter(|(_, other)| makes_claim(other, Fault::BadKey, None))
                .chain([(id, assignment)])
                .collect();
            Self::pay_base_fees(&mut task, &claimants);
            return Self::refund(id.task, task, Refunded::NoKey);
        }
        if blame == Blame::Undecided {
            let claimants: Vec<_> = Self::undecided(id.task, &task)
                .filter(|(_, other)| makes_claim(other, fault, root))
                .collect();
            // As many as would have settled the task, and at least two.
            let needed = usize::from(task.submission.verification.quorum()).max(2);
            if claimants.len() >= needed {
                Self::pay_base_fees(&mut task, &claimants);
                // The claimants can belong to one owner, who would end one task after the other. This weighs nothing
                // more: the release of their locks writes the same entries of each device and provider.
                for (_, claimant) in &claimants {
                    T::DevicePool::cool_down_unblamed(claimant.device);
                }
                return Self::refund(id.task, task, Refunded::FaultConfirmed);
            }
        }
        if Self::may_try_again(id.task, &task, id.replica) {
            if task.submission.verification.replicas() == 1 {
                let finding = if blame == Blame::WrongResult {
                    Finding::NotOpened
                } else {
                    Finding::Unknown
                };
                Self::forget_audit(id.task, &mut task, finding)?;
            }
            Self::requeue(id.task, &mut task, id.replica)?;
            Tasks::<T>::insert(id.task, task);
            return Ok(());
        }
        Self::close_seat(id.task, &mut task, id.replica);
        Self::advance(id.task, task, Refunded::AttemptsExhausted)
    }

    /// The assignments of a task with a fault that nobody is blamed for yet.
    pub(crate) fn undecided(
        id: TaskId,
        task: &Task<T::AccountId>,
    ) -> impl Iterator<Item = (AssignmentId, Assignment<T::AccountId>)> {
        let ids: Vec<_> = task.assignments(id).collect();
        ids.into_iter()
            .filter_map(|id| Some((id, Assignments::<T>::get(id)?)))
            .filter(|(_, assignment)| matches!(assignment.locks, LockState::Undecided { .. }))
    }
}

/// Whether a quorum has settled a task. The replicas that were not needed for that stay open for a while.
fn is_decided(status: &TaskStatus) -> bool {
    matches!(status, TaskStatus::Settled { .. })
}

/// Whether a failed assignment claims this fault of the task.
fn makes_claim<AccountId>(
    assignment: &Assignment<AccountId>,
    claimed: Fault,
    claimed_root: Option<Hash>,
) -> bool {
    matches!(assignment.locks, LockState::Undecided { root } if root == claimed_root)
        && matches!(assignment.status, AssignmentStatus::Failed { fault, .. } if fault == claimed)
}
