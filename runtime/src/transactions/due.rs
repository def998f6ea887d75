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

use crate::{AccountId, Runtime, RuntimeCall, Tasks};

type OnCharge = <Runtime as Config>::OnChargeTransaction;

/// What has to be said. There is one at a time of each for an account in a pool.
#[derive(Encode)]
enum Due {
    Grant(AssignmentId),
    Part(TaskId),
    /// What takes a bond, of whatever task: a trial does not see what others that wait would hold.
    Bond,
}

impl Due {
    /// `None` for calls without a deadline, and for accounts that lose nothing by it: any number of strangers could
    /// dispute or appeal. A call that is carried by another has none: nobody can tell what becomes of it without
    /// dispatching the other.
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

/// Whose task it is, who has worked on it, and who has disputed it.
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

/// What a transaction provides in a pool that carries a call which is due: one that would succeed now, and whose fee is paid
/// beside. So a flood of grants takes as many assignments that wait for a key, and one of the others as many accounts
/// that are parties.
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
