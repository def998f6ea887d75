//! Which worker calls get into a block.
//!
//! The state is checked first and the signature last, so that a call that cannot be executed costs a node as little as
//! possible. There is one exception: `show_work` looks at all jurors only after the signature.

use aicpw_primitives::{
    priority,
    traits::{DevicePool, MarketSwitch},
    worker_key::WorkerProof,
};
use aicpw_protocol::{
    commitment::{result_commitment, ResultOpening},
    task::{AssignmentStatus, FailureMessage, Fault, Progress, Role},
    worker::Statement,
    AssignmentId, BlockNumber, ContentId, Hash,
};
use codec::Encode;
use frame_support::pallet_prelude::*;
use sp_runtime::transaction_validity::TransactionValidityWithRefund;

use crate::{
    pallet::*,
    types::{Assignment, Refusal},
};

/// Blocks for which a call stays in the pool. The worker signs a new one after
/// [`RETRY_AFTER`](aicpw_protocol::mailbox::RETRY_AFTER).
const LONGEVITY: TransactionLongevity = 16;

impl From<Refusal> for TransactionValidityError {
    fn from(refusal: Refusal) -> Self {
        InvalidTransaction::Custom(refusal as u8).into()
    }
}

/// What the state says about a worker call. The chain and the worker use the same functions: the worker asks whether it
/// is time to make the call.
impl<T: Config> Pallet<T> {
    fn in_time(assignment: &Assignment<T::AccountId>, now: BlockNumber) -> Result<(), Refusal> {
        match assignment.deadline() {
            Some(deadline) if now <= deadline => Ok(()),
            _ => Err(Refusal::WindowClosed),
        }
    }

    pub(crate) fn may_start(
        assignment: &Assignment<T::AccountId>,
        now: BlockNumber,
    ) -> Result<(), Refusal> {
        match assignment.status {
            AssignmentStatus::Assigned { .. } => Self::in_time(assignment, now),
            _ => Err(Refusal::NotInState),
        }
    }

    /// Whether a worker may report this progress.
    ///
    /// A report may repeat the last one: a single step, or a build, can take longer than the progress window, and the
    /// window asks only for a sign of life. Once the number of steps is known, it stays the same.
    pub(crate) fn may_report(
        id: AssignmentId,
        assignment: &Assignment<T::AccountId>,
        now: BlockNumber,
        next: Progress,
    ) -> Result<(), Refusal> {
        let AssignmentStatus::Running {
            progress_by,
            commit_by,
            progress,
            ..
        } = assignment.status
        else {
            return Err(Refusal::NotInState);
        };
        if assignment.role == Role::Fetcher {
            return Err(Refusal::NotInState);
        }
        Self::in_time(assignment, now)?;
        let is_share = next.steps_done <= next.steps_total;
        let is_forward = next.steps_done >= progress.steps_done
            && (progress.steps_total == 0 || next.steps_total == progress.steps_total);
        if !is_share || !is_forward {
            return Err(Refusal::BadProgress);
        }
        let time_limit = Tasks::<T>::get(id.task)
            .map(|task| task.submission.time_limit)
            .ok_or(Refusal::UnknownAssignment)?;
        let limit = Self::blocks(time_limit);
        let last = progress_by.saturating_sub(T::ProgressWindow::get());
        let elapsed = last.saturating_sub(commit_by.saturating_sub(limit));
        if now < last.saturating_add(Self::report_limits().interval(limit, elapsed)) {
            return Err(Refusal::TooSoon);
        }
        Ok(())
    }

    pub(crate) fn may_commit(
        assignment: &Assignment<T::AccountId>,
        now: BlockNumber,
    ) -> Result<(), Refusal> {
        match assignment.status {
            AssignmentStatus::Running { .. } => Self::in_time(assignment, now),
            _ => Err(Refusal::NotInState),
        }
    }

    pub(crate) fn may_reveal(
        id: AssignmentId,
        assignment: &Assignment<T::AccountId>,
        now: BlockNumber,
        opening: &ResultOpening,
    ) -> Result<(), Refusal> {
        let AssignmentStatus::Committed {
            commitment,
            reveal_by,
            ..
        } = assignment.status
        else {
            return Err(Refusal::NotInState);
        };
        if reveal_by.is_none() {
            return Err(Refusal::TooEarly);
        }
        Self::in_time(assignment, now)?;
        if !opening.result.is_well_formed() {
            return Err(Refusal::Malformed);
        }
        if result_commitment(&assignment.provider, id, opening) != commitment {
            return Err(Refusal::WrongOpening);
        }
        Ok(())
    }

    pub(crate) fn may_fail(
        assignment: &Assignment<T::AccountId>,
        now: BlockNumber,
        fault: Fault,
        log: Option<&ContentId>,
        message: &FailureMessage,
    ) -> Result<(), Refusal> {
        match assignment.status {
            AssignmentStatus::AwaitingKey { .. }
            | AssignmentStatus::Assigned { .. }
            | AssignmentStatus::Running { .. } => Self::in_time(assignment, now)?,
            _ => return Err(Refusal::NotInState),
        }
        // Without the key the worker can say nothing about the task, only about itself.
        let is_blind = matches!(assignment.status, AssignmentStatus::AwaitingKey { .. });
        // A fetcher says in its vote what it has found. Here it can only report that it was too slow, or that it
        // crashed.
        let is_blind = is_blind || (assignment.role == Role::Fetcher && fault != Fault::TimeLimit);
        if !fault.is_reported_by_worker() || (is_blind && fault != Fault::Crashed) {
            return Err(Refusal::NotReportable);
        }
        let is_text = core::str::from_utf8(message).is_ok();
        if !is_text || !log.is_none_or(ContentId::is_well_formed) {
            return Err(Refusal::Malformed);
        }
        Ok(())
    }
}

impl<T: Config> Pallet<T> {
    /// The assignment of a worker call. Refused while a part of the state cannot be read.
    pub(crate) fn known(id: &AssignmentId) -> Result<Assignment<T::AccountId>, Refusal> {
        // Entries that still have the old form would look as if they did not exist.
        if T::Market::is_migrating() {
            return Err(Refusal::Migrating);
        }
        Assignments::<T>::get(id).ok_or(Refusal::UnknownAssignment)
    }

    /// Checks the signature, and returns the validity of the call. `step` tells apart the calls that one assignment
    /// makes one after the other: a second call of the same step waits or is dropped.
    pub(crate) fn signed(
        assignment: &Assignment<T::AccountId>,
        proof: &WorkerProof,
        statement: &Statement<T::AccountId>,
        step: impl Encode,
    ) -> TransactionValidityWithRefund {
        let worker = T::DevicePool::worker_of(&assignment.provider).ok_or(Refusal::NoWorker)?;
        if !T::DevicePool::verify_worker(&worker, proof, statement) {
            return Err(InvalidTransaction::BadProof.into());
        }
        ValidTransaction::with_tag_prefix("AicpwTasks")
            .priority(priority::WORKER)
            .longevity(LONGEVITY)
            .and_provides(step)
            .propagate(true)
            .build()
            .map(|valid| (valid, Weight::zero()))
    }

    pub(crate) fn authorize_start(
        _: TransactionSource,
        id: &AssignmentId,
        proof: &WorkerProof,
    ) -> TransactionValidityWithRefund {
        let assignment = Self::known(id)?;
        Self::may_start(&assignment, Self::now())?;
        let statement = Statement::Start { assignment: *id };
        Self::signed(&assignment, proof, &statement, (id, Step::Start))
    }

    pub(crate) fn authorize_report_progress(
        _: TransactionSource,
        id: &AssignmentId,
        progress: &Progress,
        proof: &WorkerProof,
    ) -> TransactionValidityWithRefund {
        let assignment = Self::known(id)?;
        Self::may_report(*id, &assignment, Self::now(), *progress)?;
        let statement = Statement::Progress {
            assignment: *id,
            progress: *progress,
        };
        Self::signed(&assignment, proof, &statement, (id, Step::Progress))
    }

    pub(crate) fn authorize_commit_result(
        _: TransactionSource,
        id: &AssignmentId,
        commitment: &Hash,
        proof: &WorkerProof,
    ) -> TransactionValidityWithRefund {
        let assignment = Self::known(id)?;
        Self::may_commit(&assignment, Self::now())?;
        let statement = Statement::Commit {
            assignment: *id,
            commitment: *commitment,
        };
        Self::signed(&assignment, proof, &statement, (id, Step::Commit))
    }

    pub(crate) fn authorize_reveal_result(
        _: TransactionSource,
        id: &AssignmentId,
        opening: &ResultOpening,
        proof: &WorkerProof,
    ) -> TransactionValidityWithRefund {
        let assignment = Self::known(id)?;
        Self::may_reveal(*id, &assignment, Self::now(), opening)?;
        let statement = Statement::Reveal {
            assignment: *id,
            opening: opening.clone(),
        };
        Self::signed(&assignment, proof, &statement, (id, Step::Reveal))
    }

    pub(crate) fn authorize_fail(
        _: TransactionSource,
        id: &AssignmentId,
        fault: &Fault,
        log: &Option<ContentId>,
        message: &FailureMessage,
        proof: &WorkerProof,
    ) -> TransactionValidityWithRefund {
        let assignment = Self::known(id)?;
        Self::may_fail(&assignment, Self::now(), *fault, log.as_ref(), message)?;
        let statement = Statement::Fail {
            assignment: *id,
            fault: *fault,
            log: log.clone(),
            message: message.clone(),
        };
        Self::signed(&assignment, proof, &statement, (id, Step::Fail))
    }
}

/// The steps of a worker with an assignment.
#[derive(Encode, codec::Decode, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Step {
    Start,
    Progress,
    Commit,
    Reveal,
    Fail,
    OpenTrace,
    ShowWork,
}
