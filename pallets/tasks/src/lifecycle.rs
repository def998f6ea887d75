//! The two transition functions, and what each new state entails.

use aicpw_primitives::traits::Escalation;
use aicpw_protocol::{
    progress::{submission_fee, ReportLimits},
    task::{AssignmentStatus, TaskStatus},
    AssignmentId, Balance, BlockNumber, Milliseconds, TaskId,
};
use frame_support::{defensive, pallet_prelude::*};
use sp_runtime::traits::BlockNumberProvider;

use crate::{
    agenda,
    audits::AUDITOR_ATTEMPTS,
    contested::JUROR_ATTEMPTS,
    pallet::*,
    types::{Assignment, Deadline, Task},
    WeightInfo,
};

impl<T: Config> Pallet<T> {
    /// The present block, by the clock by which all deadlines go.
    pub(crate) fn now() -> BlockNumber {
        T::BlockNumberProvider::current_block_number()
    }

    /// Converts a span of time to blocks, rounded up. Saturates.
    pub(crate) fn blocks(span: Milliseconds) -> BlockNumber {
        span.in_blocks(T::BlockTime::get())
    }

    /// Moves a task to a state, if that can follow its present one, and puts the deadline of the new state into the
    /// agenda. The caller stores the task.
    pub(crate) fn move_task(
        id: TaskId,
        task: &mut Task<T::AccountId>,
        to: TaskStatus,
    ) -> DispatchResult {
        if !task_may_move(&task.status, &to) {
            defensive!("task transition", (id, &task.status, &to));
            return Err(Error::<T>::InvalidTransition.into());
        }
        match to {
            TaskStatus::Verifying { settle_at } => {
                Self::schedule(settle_at, Deadline::Settle(id));
            }
            TaskStatus::Settled { at, .. }
            | TaskStatus::Cancelled { at }
            | TaskStatus::Refunded { at, .. } => {
                let prune_at = at.saturating_add(T::RetentionPeriod::get());
                Self::schedule_patiently(prune_at, Deadline::Prune(id));
            }
            // The end of a match window was put into the agenda when the seat became vacant. Only a verdict ends a
            // dispute, whose steps are in the agenda.
            TaskStatus::Queued { .. }
            | TaskStatus::Parked { .. }
            | TaskStatus::Active
            | TaskStatus::Disputed => {}
        }
        Self::count_task(Some(&task.status), &to);
        task.status = to;
        Ok(())
    }

    /// Moves an assignment to a state, if that can follow its present one, and makes sure that the agenda looks at it
    /// after the new deadline. The caller stores the assignment.
    pub(crate) fn move_assignment(
        id: AssignmentId,
        assignment: &mut Assignment<T::AccountId>,
        to: AssignmentStatus,
    ) -> DispatchResult {
        if !assignment_may_move(&assignment.status, &to) {
            defensive!("assignment transition", (id, &assignment.status, &to));
            return Err(Error::<T>::InvalidTransition.into());
        }
        if matches!(to, AssignmentStatus::Failed { .. }) {
            Census::<T>::mutate(|census| census.failed = census.failed.saturating_add(1));
        }
        assignment.status = to;
        if let Some(deadline) = assignment.deadline() {
            let due = deadline.saturating_add(1);
            // The existing entry finds a later deadline. A new entry is needed for an earlier one, or if the existing
            // entry was served while nothing was expected of the provider.
            if due < assignment.due || assignment.due <= Self::now() {
                assignment.due = Self::schedule(due, Deadline::Assignment(id));
            }
        }
        Ok(())
    }

    /// The limits for progress reports, as the governed numbers are now.
    pub fn report_limits() -> ReportLimits {
        ReportLimits {
            min_interval: T::MinProgressInterval::get(),
            window: T::ProgressWindow::get(),
            most: T::MaxProgressReports::get(),
        }
    }

    /// The fee for a submission with this time limit and this many replicas: for each replica `SubmissionFee`, and a
    /// part of it for each progress report that the replica may make.
    pub fn submission_fee(time_limit: Milliseconds, replicas: u8) -> Balance {
        let reports = Self::report_limits().reports(Self::blocks(time_limit));
        submission_fee(T::SubmissionFee::get(), reports, replicas)
    }

    /// Checks the rules between the numbers that the runtime chooses, as they are now: some can change while the chain
    /// runs. The error is the rule that does not hold.
    pub fn check_config() -> Result<(), &'static str> {
        use crate::types::{MAX_ASSIGNMENTS, MAX_SEATS, MOST_AUDITORS};
        let holds = |holds: bool, rule: &'static str| if holds { Ok(()) } else { Err(rule) };
        holds(T::BlockTime::get() > 0, "BlockTime must not be zero")?;
        holds(T::MaxAttempts::get() > 0, "MaxAttempts must not be zero")?;
        holds(
            u32::from(T::MaxAttempts::get()).saturating_mul(MAX_SEATS) <= MAX_ASSIGNMENTS,
            "MaxAttempts is too high for MAX_ASSIGNMENTS",
        )?;
        let policy = T::AuditPolicy::get();
        holds(
            policy.is_sound(),
            "the audit policy must deter at its lowest rate",
        )?;
        holds(
            policy.auditors <= MOST_AUDITORS,
            "an audit must not have more than MOST_AUDITORS",
        )?;
        holds(
            T::RetentionPeriod::get()
                > T::RetrievalWindow::get().saturating_add(T::RevealWindow::get()),
            "RetentionPeriod must be longer than RevealWindow and RetrievalWindow",
        )?;
        holds(
            T::MinMatchWindow::get() <= T::MaxMatchWindow::get(),
            "MinMatchWindow must not be longer than MaxMatchWindow",
        )?;
        holds(
            T::MinOptimisticWindow::get() <= T::MaxOptimisticWindow::get(),
            "MinOptimisticWindow must not be longer than MaxOptimisticWindow",
        )?;
        let longest = Milliseconds(T::MaxTimeLimit::get());
        holds(
            {
                let limit = Self::blocks(longest);
                let interval = Self::report_limits().interval(limit, limit);
                interval.saturating_mul(2) <= T::ProgressWindow::get()
            },
            "a worker must be able to report twice within ProgressWindow",
        )?;
        // The weight of a slot of each line, and of a page.
        let slots = T::WeightInfo::serve_slot().saturating_mul(3);
        let heaviest = slots.saturating_add(agenda::heaviest_entry::<T>());
        holds(
            T::AgendaWeight::get().all_gte(heaviest),
            "AgendaWeight must serve at least one deadline",
        )
    }
}

/// The longest time for which a provider's stake can be locked for one assignment, in blocks. Unbonding must take
/// longer.
///
/// The fault of a single replica can stay undecided through all attempts at the task, with an audit, the window of
/// `optimistic` and a dispute after each. One of several replicas waits for the match of the others, for all attempts
/// at their seats, for an audit, and for a jury. Then follow the retrieval window, and a claim that the result cannot
/// be fetched.
pub struct LongestObligation<T>(core::marker::PhantomData<T>);

impl<T: Config> Get<BlockNumber> for LongestObligation<T> {
    fn get() -> BlockNumber {
        let blocks = |span: u64| Pallet::<T>::blocks(Milliseconds(span));
        let attempts = BlockNumber::from(T::MaxAttempts::get());
        let attempt = T::RematchWindow::get()
            .saturating_add(T::KeyWindow::get())
            .saturating_add(T::StartWindow::get())
            .saturating_add(blocks(T::MaxTimeLimit::get()))
            .saturating_add(T::RevealWindow::get());
        let dispute = T::Escalation::longest_dispute(
            attempt.saturating_mul(JUROR_ATTEMPTS.into()),
            blocks(T::MaxTimeLimit::get()),
        );
        let audit = attempt.saturating_mul(AUDITOR_ATTEMPTS.into());
        let alone = attempt
            .saturating_add(audit)
            .saturating_add(blocks(T::MaxOptimisticWindow::get()))
            .saturating_add(dispute)
            .saturating_mul(attempts);
        let among_others = attempt
            .saturating_mul(attempts)
            .saturating_add(audit)
            .saturating_add(blocks(T::MaxMatchWindow::get()))
            .saturating_add(dispute);
        // For a claim that is made in the last block of the retrieval window.
        let fetch = T::RematchWindow::get()
            .saturating_add(T::StartWindow::get())
            .saturating_add(Pallet::<T>::longest_fetch())
            .saturating_add(T::RevealWindow::get());
        // A fetcher runs nothing, so no time limit counts.
        let claim = T::Escalation::longest_dispute(fetch.saturating_mul(JUROR_ATTEMPTS.into()), 0);
        alone
            .max(among_others)
            .saturating_add(T::RetrievalWindow::get())
            .saturating_add(claim)
    }
}

/// Whether a task may go from one state to another.
fn task_may_move(from: &TaskStatus, to: &TaskStatus) -> bool {
    use TaskStatus::*;
    match from {
        Queued { .. } => matches!(
            to,
            Queued { .. } | Parked { .. } | Active | Cancelled { .. } | Refunded { .. }
        ),
        Parked { .. } => matches!(
            to,
            Parked { .. } | Queued { .. } | Active | Cancelled { .. } | Refunded { .. }
        ),
        Active => matches!(
            to,
            Verifying { .. } | Disputed | Settled { .. } | Queued { .. } | Refunded { .. }
        ),
        Verifying { .. } => matches!(to, Settled { .. } | Disputed),
        Disputed => matches!(to, Settled { .. } | Queued { .. } | Refunded { .. }),
        Settled { .. } | Cancelled { .. } | Refunded { .. } => false,
    }
}

/// Whether an assignment may go from one state to another.
fn assignment_may_move(from: &AssignmentStatus, to: &AssignmentStatus) -> bool {
    use AssignmentStatus::*;
    match from {
        AwaitingKey { .. } => matches!(to, Assigned { .. } | Failed { .. } | Cancelled { .. }),
        Assigned { .. } => matches!(to, Running { .. } | Failed { .. } | Cancelled { .. }),
        Running { .. } => matches!(
            to,
            Running { .. } | Committed { .. } | Failed { .. } | Cancelled { .. }
        ),
        Committed { .. } => matches!(
            to,
            Committed { .. } | Revealed { .. } | Failed { .. } | Cancelled { .. }
        ),
        Revealed { .. } => matches!(to, Settled { .. } | Failed { .. } | Cancelled { .. }),
        Settled { .. } | Failed { .. } | Cancelled { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aicpw_protocol::task::{Fault, Refunded, Unmatched};

    fn task_states() -> Vec<TaskStatus> {
        vec![
            TaskStatus::Queued { match_by: 1 },
            TaskStatus::Parked {
                match_by: 1,
                reason: Unmatched::Busy,
            },
            TaskStatus::Active,
            TaskStatus::Verifying { settle_at: 1 },
            TaskStatus::Disputed,
            TaskStatus::Settled { at: 1, paid: 1 },
            TaskStatus::Cancelled { at: 1 },
            TaskStatus::Refunded {
                at: 1,
                reason: Refunded::AttemptsExhausted,
            },
        ]
    }

    #[test]
    fn only_active_and_waiting_tasks_end() {
        for from in task_states() {
            let exits: Vec<_> = task_states()
                .into_iter()
                .filter(|to| task_may_move(&from, to))
                .collect();
            let is_final = matches!(
                from,
                TaskStatus::Settled { .. }
                    | TaskStatus::Cancelled { .. }
                    | TaskStatus::Refunded { .. }
            );
            assert_eq!(exits.is_empty(), is_final, "{from:?} -> {exits:?}");
        }
    }

    #[test]
    fn nothing_follows_a_failed_assignment() {
        let failed = AssignmentStatus::Failed {
            fault: Fault::NoStart,
            at: 1,
            log: None,
            message: Default::default(),
        };
        let assigned = AssignmentStatus::Assigned { start_by: 1 };
        assert!(assignment_may_move(&assigned, &failed));
        let awaiting = AssignmentStatus::AwaitingKey {
            grant_by: 1,
            recipient: [1; 32],
        };
        assert!(assignment_may_move(&awaiting, &assigned));
        assert!(!assignment_may_move(&assigned, &awaiting));
        assert!(!assignment_may_move(&failed, &assigned));
        assert!(!assignment_may_move(&failed, &failed));
        assert!(!assignment_may_move(
            &assigned,
            &AssignmentStatus::Committed {
                commitment: [0; 32],
                at: 1,
                reveal_by: Some(1)
            }
        ));
    }
}
