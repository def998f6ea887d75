//! A disputed result's trace, which its provider's worker opens when whoever decides disputes asks for it.

use aicpw_primitives::{traits::Escalation, worker_key::WorkerProof};
use aicpw_protocol::{
    mailbox::Order,
    task::{AssignmentStatus, Role},
    trace::{OpenTrace, TraceOpening},
    worker::Statement,
    AssignmentId, BlockNumber,
};
use frame_support::pallet_prelude::*;
use sp_runtime::transaction_validity::TransactionValidityWithRefund;

use crate::{
    authorize::Step,
    pallet::*,
    types::{Assignment, Refusal},
};

impl<T: Config> Pallet<T> {
    /// Whether the trace of a result is wanted.
    pub(crate) fn is_trace_wanted(id: AssignmentId, order: &Order) -> bool {
        let is_result = order.role == Role::Replica
            && matches!(order.status, AssignmentStatus::Revealed { .. });
        is_result && T::Escalation::trace_wanted(id.task).is_some()
    }

    /// The trace, if it is wanted and this opens it.
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

    pub(crate) fn do_open_trace(id: AssignmentId, opening: TraceOpening) -> DispatchResult {
        let assignment = Assignments::<T>::get(id).ok_or(Error::<T>::NotInState)?;
        let trace = Self::may_open_trace(id, &assignment, Self::now(), &opening)
            .map_err(|_| Error::<T>::NotInState)?;
        T::Escalation::trace_opened(id.task, trace)
    }
}
