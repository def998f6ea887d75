//! Jurors show their work: the root of the trace that it went through, which only work comes to (ADR 22).
//!
//! Each juror has committed to that root together with its vote, with a salt that everybody knows
//! ([`juror_trace_salt`](aicpw_protocol::commitment::juror_trace_salt)). So nobody learns it until one of them shows
//! it, which is when there can be no other jury that could copy it; and then it can be told of all of them whether
//! they had it. Who has voted right and did not have it has copied its vote.

use aicpw_primitives::traits::Contested;
use aicpw_protocol::{
    verdict::{can_be_shown, is_work, DisputeState, Outcome, Verdict, Vote},
    BlockNumber, Hash, TaskId,
};
use frame_support::traits::Get;
use sp_runtime::DispatchResult;

use crate::{Config, Dispute, Disputes, Error, Event, Narrowings, Pallet, Shown, Work};

impl<T: Config> Pallet<T> {
    /// No larger jury can be called any more: its work is wanted, if there is any, or the dispute is closed.
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

    /// Until when work can be shown.
    pub(crate) fn work_is_wanted(task: TaskId) -> Option<BlockNumber> {
        match Disputes::<T>::get(task)?.state {
            DisputeState::Showing { until, .. } => Some(until),
            _ => None,
        }
    }

    /// Whether enough of those who were right have committed to this trace root.
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

    /// By what the jurors of a dispute that ends like this are judged.
    pub(crate) fn verdict(task: TaskId, outcome: &Outcome) -> Option<Verdict> {
        let vote = outcome.verdict()?;
        let work = Shown::<T>::get(task).map(|work| work.trace_root);
        Some(Verdict { vote, work })
    }
}
