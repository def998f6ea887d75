//! What the runtime API answers about disputes.

use aicpw_primitives::traits::Contested;
use aicpw_protocol::{
    verdict::{DisputeState, DisputeView},
    AssignmentId, Balance, TaskId,
};
use alloc::vec::Vec;
use frame_support::traits::Get;

use crate::{Config, Disputes, Narrowings, Pallet, Shown};

/// Most ids in one answer.
const MAX_IDS: u32 = 100;

impl<T: Config> Pallet<T> {
    /// The newest dispute about a task.
    pub fn dispute_view(task: TaskId) -> Option<DisputeView<T::AccountId>> {
        let dispute = Disputes::<T>::get(task)?;
        let narrowing = Narrowings::<T>::get(task).unwrap_or_default();
        let policy = T::Policy::get();
        let round = dispute.round();
        let jury = Self::jury_size(task, &dispute).unwrap_or_default();
        let can_be_appealed = matches!(
            dispute.state,
            DisputeState::Appealable { until, .. } if Self::now() <= until
        );
        let appeal_bond = policy
            .bond(dispute.pay, round.saturating_add(1))
            .filter(|_| can_be_appealed);
        let (challenger, bond) = dispute
            .challenger
            .map(|bond| (bond.who, bond.amount))
            .unzip();
        Some(DisputeView {
            task,
            about: Self::about(task),
            challenger,
            bond: bond.unwrap_or_default(),
            opened_at: dispute.opened_at,
            round,
            jury,
            first_seat: dispute.jury_seat,
            pay: dispute.pay,
            lock: dispute.lock,
            appeal_bond: appeal_bond.unwrap_or_default(),
            state: dispute.state,
            trace: narrowing.trace,
            part: narrowing.part,
            work: Shown::<T>::get(task).map(|work| work.trace_root),
        })
    }

    /// Tasks with a dispute, in the order of storage: at most `limit`, and at most 100, after `after`.
    pub fn disputes_view(after: Option<TaskId>, limit: u32) -> Vec<TaskId> {
        let keys = match after {
            Some(task) => Disputes::<T>::iter_keys_from_key(task),
            None => Disputes::<T>::iter_keys(),
        };
        keys.take(limit.min(MAX_IDS) as usize).collect()
    }

    /// The bond for disputing the task now; `None` if the dispute would be refused.
    pub fn dispute_bond(task: TaskId) -> Option<Balance> {
        let contest = T::Tasks::contestable(task, false).ok()?;
        T::Policy::get().bond(Self::pay(&contest), 0)
    }

    /// The bond for claiming now that the result of an assignment cannot be fetched; `None` if the claim would be
    /// refused.
    pub fn claim_bond(assignment: AssignmentId) -> Option<Balance> {
        Self::ensure_undisputed(assignment.task).ok()?;
        let claimed = T::Tasks::claimable(assignment).ok()?;
        T::Policy::get().claim_bond(Self::fetch_terms(claimed).pay)
    }
}
