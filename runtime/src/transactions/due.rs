//! Calls for which their account has a deadline, and that are due: whoever is late with one loses what was locked for it,
//! so nobody may buy the blocks in which it has to be said.

use aicpw_protocol::{AssignmentId, TaskId};
use codec::Encode;
use frame_support::storage::{with_transaction_unchecked, TransactionOutcome};
use pallet_transaction_payment::{Config, OnChargeTransaction, Val};
use sp_runtime::{
    traits::{DispatchInfoOf, DispatchOriginOf, Dispatchable},
    transaction_validity::{TransactionSource, TransactionTag},
};

use crate::{Runtime, RuntimeCall};

type OnCharge = <Runtime as Config>::OnChargeTransaction;

/// What has to be said. There is one at a time of each for an account and what it is about in a pool.
#[derive(Encode)]
enum Due {
    Grant(AssignmentId),
    Dispute(TaskId),
    Claim(AssignmentId),
    Part(TaskId),
    Appeal(TaskId),
}

impl Due {
    /// `None` for calls without a deadline. One that is carried by another has none: nobody can tell what becomes of it
    /// without dispatching the other.
    fn of(call: &RuntimeCall) -> Option<Self> {
        use pallet_disputes::Call as Disputes;
        use pallet_tasks::Call as Tasks;
        Some(match *call {
            RuntimeCall::Tasks(Tasks::grant_key { assignment, .. }) => Self::Grant(assignment),
            RuntimeCall::Disputes(Disputes::dispute { task } | Disputes::dispute_part { task }) => {
                Self::Dispute(task)
            }
            RuntimeCall::Disputes(Disputes::claim_unavailable { assignment }) => {
                Self::Claim(assignment)
            }
            RuntimeCall::Disputes(Disputes::name_part { task, .. }) => Self::Part(task),
            RuntimeCall::Disputes(Disputes::appeal { task }) => Self::Appeal(task),
            _ => return None,
        })
    }
}

/// What a transaction provides in a pool that carries a call which is due: one that would succeed now, and whose fee is paid
/// beside. So a flood of them takes as many tasks that wait for just that, and the bond of each.
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
    let due = Due::of(call)?;
    let Val::Charge {
        tip,
        who,
        fee_with_tip,
    } = charged
    else {
        return None;
    };
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
