//! Disputes about a part of a job: the provider's worker opens its trace, the requester names the part, and
//! the jury runs only that part (ADR 17).
//!
//! If the provider or the requester is silent, the whole job is judged, as in any other dispute. So a liar gains
//! nothing by silence, and nobody loses by being offline. The same happens if the jury of the part is unable to run
//! it or is divided: nobody may win because a state has not arrived.

use aicpw_primitives::traits::Contested;
use aicpw_protocol::{
    trace::{NamedPart, OpenTrace},
    verdict::{DisputeState, Outcome},
    BlockNumber, Hash, TaskId,
};
use frame_support::{ensure, traits::Get};
use sp_runtime::DispatchResult;

use crate::{Config, Dispute, Disputes, Error, Event, Narrowing, Narrowings, Pallet};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_dispute_part(who: T::AccountId, task: TaskId) -> DispatchResult {
        Self::ensure_undisputed(task)?;
        let contest = T::Tasks::contest(task, false)?;
        // The account that names the part chooses what is judged. The requester gains nothing by choosing a right
        // part: it could as well accept the result.
        ensure!(contest.requester == who, Error::<T>::NotRequester);
        ensure!(!contest.is_sealed, Error::<T>::SealedTask);
        let of_part = T::Policy::get().jurors(0).unwrap_or_default();
        let instead = T::Policy::get().jurors(1).unwrap_or(of_part);
        T::Tasks::ensure_room(task, of_part.saturating_add(instead))?;
        let bond = Self::put_up(who, &contest)?;
        let mut dispute = Self::begin(task, Self::terms(&contest), Some(bond));
        let until = Self::time_for_next(task, 0);
        dispute.state = DisputeState::Opening { until };
        Disputes::<T>::insert(task, dispute);
        Narrowings::<T>::insert(task, Narrowing::default());
        Self::deposit_event(Event::TraceAsked { task, until });
        Ok(())
    }

    pub(crate) fn do_trace_opened(task: TaskId, trace: OpenTrace) -> DispatchResult {
        let mut dispute = Disputes::<T>::get(task).ok_or(Error::<T>::NotDisputed)?;
        // It may take a whole run to make the state that the part begins in.
        let until = Self::time_for_next(task, T::Tasks::time_limit(task));
        dispute.state = DisputeState::Naming { until };
        Disputes::<T>::insert(task, dispute);
        let narrowing = Narrowing {
            trace: Some(trace.clone()),
            ..Narrowing::default()
        };
        Narrowings::<T>::insert(task, narrowing);
        Self::deposit_event(Event::TraceOpened { task, trace, until });
        Ok(())
    }

    pub(crate) fn do_name_part(
        who: T::AccountId,
        task: TaskId,
        named: Option<NamedPart>,
    ) -> DispatchResult {
        let mut dispute = Disputes::<T>::get(task).ok_or(Error::<T>::NotDisputed)?;
        let (DisputeState::Opening { until } | DisputeState::Naming { until }) = dispute.state
        else {
            return Err(Error::<T>::NotNaming.into());
        };
        ensure!(Self::now() <= until, Error::<T>::NotNaming);
        let is_challenger = dispute
            .challenger
            .as_ref()
            .is_some_and(|bond| bond.who == who);
        ensure!(is_challenger, Error::<T>::NotChallenger);
        if let Some(named) = named {
            let mut narrowing = Narrowings::<T>::get(task).unwrap_or_default();
            let trace = narrowing.trace.as_ref().ok_or(Error::<T>::NotNaming)?;
            let part = named.check(trace).ok_or(Error::<T>::NotInTrace)?;
            narrowing.part = Some(part.clone());
            Narrowings::<T>::insert(task, narrowing);
            Self::deposit_event(Event::PartNamed { task, part });
        }
        Self::call_first_jury(task, &mut dispute)?;
        Disputes::<T>::insert(task, dispute);
        Ok(())
    }

    /// The time to open the trace, or to name a part, is over: has the whole job judged.
    pub(crate) fn judge_all(task: TaskId, dispute: &mut Dispute<T::AccountId>) {
        if Self::call_first_jury(task, dispute).is_err() {
            // No room for one.
            dispute.first_seat = T::Tasks::seats(task);
            dispute.jury_seat = dispute.first_seat;
            Self::count_verdict(&Outcome::TooFewJurors, 0);
            Self::begin_closing(task, dispute, Outcome::TooFewJurors);
        }
    }

    /// Whether the first jury ran a part and came to nothing, so that the whole job must be judged.
    pub(crate) fn is_for_all(
        task: TaskId,
        dispute: &Dispute<T::AccountId>,
        outcome: &Outcome,
    ) -> bool {
        let is_nothing = matches!(outcome, Outcome::Unable | Outcome::NoMajority);
        is_nothing && dispute.appeals.is_empty() && Self::has_part(task)
    }

    /// Calls another jury in the place of the jury of a part. The jurors of the part get their locks back at the end.
    /// The new jury is larger, because nobody can appeal against it. Otherwise a challenger could give a small jury the
    /// last word, by naming a part whose state is unavailable.
    pub(crate) fn judge_all_instead(
        task: TaskId,
        mut dispute: Dispute<T::AccountId>,
    ) -> DispatchResult {
        let before = dispute.first_seat;
        let next = T::Tasks::seats(task);
        Narrowings::<T>::mutate_extant(task, |narrowing| {
            narrowing.part = None;
            narrowing.whole_from = Some(next);
        });
        Self::judge_all(task, &mut dispute);
        dispute.first_seat = before;
        if let DisputeState::Closing { seat, .. } = &mut dispute.state {
            *seat = before;
        }
        Disputes::<T>::insert(task, dispute);
        Ok(())
    }

    /// The last block for the next step that is wanted. Schedules a look at the dispute in the block after it.
    fn time_for_next(task: TaskId, for_work: BlockNumber) -> BlockNumber {
        let until = Self::now()
            .saturating_add(T::TraceWindow::get())
            .saturating_add(for_work);
        T::Tasks::remind(task, until.saturating_add(1));
        until
    }

    /// Most blocks from the opening of a dispute to the call of its jury.
    pub(crate) fn longest_narrowing(time_limit: BlockNumber) -> BlockNumber {
        T::TraceWindow::get()
            .saturating_add(1)
            .saturating_mul(2)
            .saturating_add(time_limit)
    }

    /// Whether a part of the job was named, and no other jury has taken the place of its jury.
    pub(crate) fn has_part(task: TaskId) -> bool {
        Narrowings::<T>::get(task).is_some_and(|narrowing| narrowing.part.is_some())
    }

    /// The first seat of the jury that took the place of the jury of a part; `None` if none did.
    pub(crate) fn whole_from(task: TaskId) -> Option<u8> {
        Narrowings::<T>::get(task)?.whole_from
    }

    /// Whether the root that a jury has found is the one that was revealed.
    pub(crate) fn is_claimed(task: TaskId, root: &Hash) -> bool {
        match Narrowings::<T>::get(task).and_then(|narrowing| narrowing.part) {
            Some(part) => part.claimed == *root,
            None => T::Tasks::is_claimed(task, root),
        }
    }

    /// The right result root, if a jury has found `found`:
    ///
    /// | the jury ran | the right root |
    /// | --- | --- |
    /// | the whole job | what it found |
    /// | a part, and the part is right | the result root of the trace |
    /// | a part, and the part is wrong | unknown |
    pub(crate) fn decided_root(task: TaskId, outcome: &Outcome, found: Hash) -> Option<Hash> {
        match Narrowings::<T>::get(task) {
            Some(Narrowing {
                part: Some(_),
                trace,
                ..
            }) => trace
                .filter(|_| matches!(outcome, Outcome::Upheld { .. }))
                .map(|trace| trace.result_root),
            _ => Some(found),
        }
    }
}
