//! Jurors show their work: the root of the trace of their run. Only a run gives that root (ADR 22).
//!
//! Each juror has committed to the trace root together with its vote, with a salt that everybody knows
//! ([`juror_trace_salt`](aicpw_protocol::commitment::juror_trace_salt)). Nobody learns the root until a juror shows it.
//! That is when no further jury can be called that could copy it. Then the chain can check for each juror whether it
//! had the root. A juror that voted right and did not have the root has copied its vote.

use aicpw_primitives::traits::Contested;
use aicpw_protocol::{
    verdict::{can_be_shown, is_work, DisputeState, Outcome, Verdict, Vote},
    BlockNumber, Hash, TaskId,
};
use frame_support::traits::Get;
use sp_runtime::DispatchResult;

use crate::{Config, Dispute, Disputes, Error, Event, Narrowings, Pallet, Shown, Work};

impl<T: Config> Pallet<T> {
    /// Ends the judging, because no larger jury can be called any more. Asks the jurors for their work, if there is any
    /// that could be shown; otherwise begins to close the dispute.
    pub(crate) fn end_judging(task: TaskId, dispute: &mut Dispute<T::AccountId>, outcome: Outcome) {
        if !Self::is_work_wanted(task, dispute, &outcome) {
            return Self::begin_closing(task, dispute, outcome);
        }
        let until = Self::now().saturating_add(T::TraceWindow::get());
        dispute.state = DisputeState::Showing { until, outcome };
        T::Tasks::remind(task, until.saturating_add(1));
        Self::deposit_event(Event::WorkAsked { task, until });
    }

    /// Whether there is work that could be shown.
    fn is_work_wanted(task: TaskId, dispute: &Dispute<T::AccountId>, outcome: &Outcome) -> bool {
        let (Outcome::Upheld { root } | Outcome::Wrong { root }) = outcome else {
            return false;
        };
        // A trace that is open can be copied.
        if Narrowings::<T>::get(task).is_some_and(|narrowing| narrowing.trace.is_some()) {
            return false;
        }
        let votes = T::Tasks::votes(task, dispute.first_seat);
        let right = votes.iter().filter(|vote| **vote == Vote::Root(*root));
        T::Tasks::is_exact(task) && can_be_shown(right.count(), Self::least_jury())
    }

    /// The size of the smallest jury.
    fn least_jury() -> u16 {
        T::Policy::get().jurors(0).unwrap_or_default()
    }

    /// The last block in which work can be shown; `None` if it cannot be now.
    pub(crate) fn work_is_wanted(task: TaskId) -> Option<BlockNumber> {
        match Disputes::<T>::get(task)?.state {
            DisputeState::Showing { until, .. } => Some(until),
            _ => None,
        }
    }

    /// Whether enough of the jurors that were right have committed to this trace root.
    pub(crate) fn is_work_of_most(task: TaskId, trace_root: &Hash) -> bool {
        let Some(dispute) = Disputes::<T>::get(task) else {
            return false;
        };
        let DisputeState::Showing { outcome, .. } = dispute.state else {
            return false;
        };
        let Some(vote) = outcome.verdict() else {
            return false;
        };
        let (shown, right) = T::Tasks::worked(task, dispute.first_seat, vote, trace_root);
        is_work(shown, right, Self::least_jury())
    }

    pub(crate) fn do_work_shown(task: TaskId, trace_root: Hash) -> DispatchResult {
        let mut dispute = Disputes::<T>::get(task).ok_or(Error::<T>::NotDisputed)?;
        if let DisputeState::Showing { outcome, .. } = dispute.state {
            let work = Work {
                trace_root,
                excused_from: Self::excused_from(task, &dispute, outcome),
            };
            Shown::<T>::insert(task, work);
            Self::deposit_event(Event::WorkShown { task, trace_root });
            Self::begin_closing(task, &mut dispute, outcome);
            Disputes::<T>::insert(task, dispute);
        }
        Ok(())
    }

    /// The vote, and the work if it was shown, by which the jurors are judged if the dispute ends with this outcome.
    pub(crate) fn verdict(task: TaskId, outcome: &Outcome) -> Option<Verdict> {
        let vote = outcome.verdict()?;
        let work = Shown::<T>::get(task).map(|work| work.trace_root);
        Some(Verdict { vote, work })
    }
}
