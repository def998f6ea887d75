//! The trace of a run, which a worker shows when a dispute wants it: the whole trace of a disputed result, or the root
//! of the trace of a juror's run.

use aicpw_primitives::{traits::Escalation, worker_key::WorkerProof};
use aicpw_protocol::{
    mailbox::Order,
    task::{AssignmentStatus, Role},
    trace::{OpenTrace, TraceOpening},
    worker::Statement,
    AssignmentId, BlockNumber, Hash,
};
use frame_support::pallet_prelude::*;
use sp_runtime::transaction_validity::TransactionValidityWithRefund;

use crate::{
    authorize::Step,
    pallet::*,
    types::{Assignment, Refusal},
};

impl<T: Config> Pallet<T> {
    /// Whether a dispute wants the trace of a result, or the work of a juror.
    pub(crate) fn is_trace_wanted(id: AssignmentId, order: &Order) -> bool {
        let is_revealed = matches!(order.status, AssignmentStatus::Revealed { .. });
        let until = || match order.role {
            Role::Replica => T::Escalation::trace_wanted(id.task),
            Role::Juror => T::Escalation::work_wanted(id.task),
            Role::Auditor | Role::Fetcher => None,
        };
        is_revealed && until().is_some()
    }

    /// Returns the trace, if a dispute wants it and this opening fits.
    pub(crate) fn may_open_trace(
        id: AssignmentId,
        assignment: &Assignment<T::AccountId>,
        now: BlockNumber,
        opening: &TraceOpening,
    ) -> Result<OpenTrace, Refusal> {
        let (
            Role::Replica,
            AssignmentStatus::Revealed {
                opening: result, ..
            },
        ) = (assignment.role, &assignment.status)
        else {
            return Err(Refusal::NotInState);
        };
        let until = T::Escalation::trace_wanted(id.task).ok_or(Refusal::NotInState)?;
        if now > until {
            return Err(Refusal::WindowClosed);
        }
        if !opening.file.is_well_formed() {
            return Err(Refusal::Malformed);
        }
        opening.open(result).ok_or(Refusal::WrongOpening)
    }

    pub(crate) fn authorize_open_trace(
        _: TransactionSource,
        id: &AssignmentId,
        opening: &TraceOpening,
        proof: &WorkerProof,
    ) -> TransactionValidityWithRefund {
        let assignment = Self::known(id)?;
        Self::may_open_trace(*id, &assignment, Self::now(), opening)?;
        let statement = Statement::OpenTrace {
            assignment: *id,
            opening: opening.clone(),
        };
        Self::signed(&assignment, proof, &statement, (id, Step::OpenTrace))
    }

    /// Whether a juror shows its work with this trace root, and a dispute wants the work.
    pub(crate) fn may_show_work(
        id: AssignmentId,
        assignment: &Assignment<T::AccountId>,
        now: BlockNumber,
        trace_root: &Hash,
    ) -> Result<(), Refusal> {
        if assignment.role != Role::Juror {
            return Err(Refusal::NotInState);
        }
        let until = T::Escalation::work_wanted(id.task).ok_or(Refusal::NotInState)?;
        if now > until {
            return Err(Refusal::WindowClosed);
        }
        if Self::has_worked(id, assignment, trace_root) {
            Ok(())
        } else {
            Err(Refusal::WrongOpening)
        }
    }

    /// Checks that enough jurors have committed to this trace root. Looks at each of them.
    pub(crate) fn ensure_work(id: AssignmentId, trace_root: &Hash) -> Result<(), Refusal> {
        match T::Escalation::is_work(id.task, trace_root) {
            true => Ok(()),
            false => Err(Refusal::WrongOpening),
        }
    }

    pub(crate) fn authorize_show_work(
        _: TransactionSource,
        id: &AssignmentId,
        trace_root: &Hash,
        proof: &WorkerProof,
    ) -> TransactionValidityWithRefund {
        let assignment = Self::known(id)?;
        Self::may_show_work(*id, &assignment, Self::now(), trace_root)?;
        let statement = Statement::ShowWork {
            assignment: *id,
            trace_root: *trace_root,
        };
        // The tag names the task and not the assignment, because one juror is enough. The signature comes before the
        // look at the other jurors.
        let valid = Self::signed(&assignment, proof, &statement, (id.task, Step::ShowWork))?;
        Self::ensure_work(*id, trace_root)?;
        Ok(valid)
    }

    pub(crate) fn do_show_work(id: AssignmentId, trace_root: Hash) -> DispatchResult {
        let assignment = Assignments::<T>::get(id).ok_or(Error::<T>::NotInState)?;
        Self::may_show_work(id, &assignment, Self::now(), &trace_root)
            .and_then(|()| Self::ensure_work(id, &trace_root))
            .map_err(|_| Error::<T>::NotInState)?;
        T::Escalation::work_shown(id.task, trace_root)
    }

    pub(crate) fn do_open_trace(id: AssignmentId, opening: TraceOpening) -> DispatchResult {
        let assignment = Assignments::<T>::get(id).ok_or(Error::<T>::NotInState)?;
        let trace = Self::may_open_trace(id, &assignment, Self::now(), &opening)
            .map_err(|_| Error::<T>::NotInState)?;
        T::Escalation::trace_opened(id.task, trace)
    }
}
