//! The answers of the runtime API about tasks.

use aicpw_primitives::{api::HistoryHead, traits::DevicePool};
use aicpw_protocol::{
    sealing::Envelope,
    task::Submission,
    view::{AssignmentView, MarketParameters, TaskView},
    AssignmentId, Balance, BlockNumber, TaskId,
};
use alloc::vec::Vec;
use sp_runtime::traits::Get;

use crate::{pallet::*, types::NewestFirst};

/// The most ids in one answer.
const MAX_IDS: u32 = 100;

/// The most ids that are looked at for one answer: tasks that were removed leave gaps.
const MAX_LOOKED_AT: u64 = 100_000;

impl<T: Config> Pallet<T> {
    /// A task with all its assignments; `None` if it is unknown or was removed.
    pub fn task_view(id: TaskId) -> Option<TaskView<T::AccountId>> {
        let task = Tasks::<T>::get(id)?;
        let assignments = task
            .assignments(id)
            .filter_map(|assignment_id| {
                let assignment = Assignments::<T>::get(assignment_id)?;
                Some(AssignmentView {
                    id: assignment_id,
                    role: assignment.role,
                    peers: T::DevicePool::peers(assignment.device),
                    envelope: Self::envelope(&task.submission, assignment_id),
                    provider: assignment.provider,
                    device: assignment.device,
                    price: assignment.price,
                    audit_cost: assignment.audit_cost,
                    assigned_at: assignment.assigned_at,
                    collateral: assignment.collateral,
                    fraud_bond: assignment.fraud_bond,
                    status: assignment.status,
                })
            })
            .collect();
        Some(TaskView {
            id,
            assignments,
            requester: task.requester,
            submission: task.submission,
            submitted_at: task.submitted_at,
            timestamp: task.timestamp,
            history_head: task.history_head,
            status: task.status,
            escrow: task.escrow,
            rating: task.rating,
            audit: Self::audit_view(id),
        })
    }

    /// The sealed data key that was granted for an assignment of a sealed task.
    pub(crate) fn envelope(submission: &Submission, id: AssignmentId) -> Option<Envelope> {
        if submission.privacy.is_sealed() {
            Envelopes::<T>::get(id)
        } else {
            None
        }
    }

    /// Ids of readable tasks below `before`, newest first, of one requester or of all: at most
    /// `limit`, and at most 100.
    pub fn tasks_view(
        requester: Option<T::AccountId>,
        before: Option<TaskId>,
        limit: u32,
    ) -> Vec<TaskId> {
        let length = Submissions::<T>::get().length;
        let before = before.map_or(length, |id| id.0.min(length));
        let limit = limit.min(MAX_IDS) as usize;
        match requester {
            Some(requester) => {
                // Begins after the place of `before`, whether there is such a task or not.
                let place = NewestFirst::from(TaskId(before));
                let place = SubmittedBy::<T>::hashed_key_for(&requester, place);
                let mut ids: Vec<_> = SubmittedBy::<T>::iter_prefix_from(&requester, place)
                    .take(limit)
                    .map(|(_, id)| id)
                    .collect();
                // RELEASE-1: remove when release 3 is main
                if ids.len() < limit {
                    // All tasks in this map are older than the others.
                    let mut older: Vec<_> = TasksOf::<T>::iter_key_prefix(requester)
                        .filter(|id| id.0 < before)
                        .collect();
                    older.sort_unstable_by(|a, b| b.cmp(a));
                    ids.extend(older);
                    ids.truncate(limit);
                }
                ids
            }
            None => (before.saturating_sub(MAX_LOOKED_AT)..before)
                .rev()
                .map(TaskId)
                .filter(|id| Tasks::<T>::contains_key(id))
                .take(limit)
                .collect(),
        }
    }

    /// The head of the history.
    pub fn history_head() -> HistoryHead {
        let history = Submissions::<T>::get();
        HistoryHead {
            length: history.length,
            head: history.head,
        }
    }

    /// The governed parameters. Those of other pallets are passed in.
    pub fn market_parameters(
        heartbeat_period: BlockNumber,
        min_stake: Balance,
    ) -> MarketParameters {
        MarketParameters {
            block_time: T::BlockTime::get(),
            heartbeat_period,
            submission_fee: T::SubmissionFee::get(),
            min_budget: T::MinBudget::get(),
            min_ask: T::MinAsk::get(),
            min_stake,
            protocol_fee_ppb: T::ProtocolFee::get().deconstruct(),
            max_attempts: T::MaxAttempts::get(),
            max_time_limit: T::MaxTimeLimit::get(),
            window_range: (T::MinOptimisticWindow::get(), T::MaxOptimisticWindow::get()),
            match_window_range: (T::MinMatchWindow::get(), T::MaxMatchWindow::get()),
            key_window: T::KeyWindow::get(),
            start_window: T::StartWindow::get(),
            progress_window: T::ProgressWindow::get(),
            min_progress_interval: T::MinProgressInterval::get(),
            max_progress_reports: T::MaxProgressReports::get(),
            reveal_window: T::RevealWindow::get(),
            retrieval_window: T::RetrievalWindow::get(),
        }
    }
}
