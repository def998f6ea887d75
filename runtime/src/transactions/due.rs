//! Calls that are due: their account has a deadline for them, and loses what was locked if it is late. So nobody may
//! buy the blocks in which such a call has to be made.

use aicpw_protocol::{AssignmentId, TaskId};
use codec::Encode;
use frame_support::storage::{with_transaction_unchecked, TransactionOutcome};
use pallet_transaction_payment::{Config, OnChargeTransaction, Val};
use sp_runtime::{
    traits::{DispatchInfoOf, DispatchOriginOf, Dispatchable},
    transaction_validity::{TransactionSource, TransactionTag},
};

use crate::{AccountId, Runtime, RuntimeCall, Tasks};

type OnCharge = <Runtime as Config>::OnChargeTransaction;

/// The kind of a due call. A pool holds one call of each at a time for an account.
#[derive(Encode)]
enum Due {
    Grant(AssignmentId),
    Part(TaskId),
    /// A call that takes a bond, for any task. There is one for all, because a trial of one call does not see what
    /// other waiting calls would hold.
    Bond,
}

impl Due {
    /// Returns `None` for a call without a deadline, and for an account that loses nothing by being late, because any
    /// number of strangers could dispute or appeal. A call that another call carries is not due either: nobody can tell
    /// what becomes of it without dispatching the outer call.
    fn of(call: &RuntimeCall, who: &AccountId) -> Option<Self> {
        use pallet_disputes::Call as Disputes;
        use pallet_tasks::Call as Tasks;
        Some(match *call {
            RuntimeCall::Tasks(Tasks::grant_key { assignment, .. }) => Self::Grant(assignment),
            RuntimeCall::Disputes(Disputes::name_part { task, .. }) => Self::Part(task),
            RuntimeCall::Disputes(Disputes::claim_unavailable { .. }) => Self::Bond,
            RuntimeCall::Disputes(
                Disputes::dispute { task }
                | Disputes::dispute_part { task }
                | Disputes::appeal { task },
            ) if is_party(task, who) => Self::Bond,
            _ => return None,
        })
    }
}

/// Whether an account is the task's requester, has worked on the task, or has disputed it.
fn is_party(id: TaskId, who: &AccountId) -> bool {
    let dispute = pallet_disputes::Disputes::<Runtime>::get(id);
    let is_challenger = dispute
        .and_then(|one| one.challenger)
        .is_some_and(|bond| bond.who == *who);
    is_challenger
        || Tasks::task_view(id).is_some_and(|task| {
            let mut assignments = task.assignments.iter();
            task.requester == *who || assignments.any(|one| one.provider == *who)
        })
}

/// Returns the tag that a transaction provides in a pool if it carries a due call that would succeed now and whose fee
/// can be paid as well. The tag bounds a flood: each further grant needs another assignment that waits for a key, and
/// each further call of the other kinds needs another account that is a party.
///
/// This is for pools only. In a block there is no order left to decide, so there the trial is not made.
///
/// For pools only: in a block there is no order to decide any more, so there it costs nothing.
pub(super) fn tag(
    origin: &DispatchOriginOf<RuntimeCall>,
    call: &RuntimeCall,
    info: &DispatchInfoOf<RuntimeCall>,
    charged: &Val<Runtime>,
    source: TransactionSource,
) -> Option<TransactionTag> {
    if source == TransactionSource::InBlock {
        return None;
    }
    let Val::Charge {
        tip,
        who,
        fee_with_tip,
    } = charged
    else {
        return None;
    };
    let due = Due::of(call, who)?;
    let would_succeed = with_transaction_unchecked(|| {
        let paid = <OnCharge as OnChargeTransaction<Runtime>>::withdraw_fee(
            who,
            call,
            info,
            *fee_with_tip,
            *tip,
        );
        let succeeds = paid.is_ok() && call.clone().dispatch(origin.clone()).is_ok();
        TransactionOutcome::Rollback(succeeds)
    });
    would_succeed.then(|| (b"aicpw/due", who, due).encode())
}
