//! Tasks that a jury decides: how jurors serve on them, and what a verdict does to them.
//!
//! A juror runs the task like any other provider, and its assignment has the same life. Three things differ. A juror is
//! drawn for a seat of its own kind. It is paid by whoever loses, not from the escrow. And all jurors of a jury commit
//! before any of them reveals.

use aicpw_primitives::traits::{
    ClaimDecided, Claimed, ClosedJuror, Contest, Contested, Decided, DevicePool, Escalation,
    JurorTerms, Locks, MatchQueue, Penalty, QueueEnd, Terms,
};
use aicpw_protocol::{
    availability::NOT_FETCHED,
    commitment::{juror_trace_salt, trace_commitment},
    pricing,
    task::{AssignmentStatus, Blame, DeterminismClass, Fault, Refunded, Role, TaskStatus},
    verdict::{Verdict, Vote},
    AskPrice, AssignmentId, Balance, BlockNumber, Hash, TaskId,
};
use alloc::vec::Vec;
use frame_support::{ensure, pallet_prelude::*};

use crate::{
    audits::Finding,
    failure::Cause,
    pallet::*,
    settlement::root_of,
    types::{Assignment, Deadline, Jury, LockState, SeatState, Task, MAX_SEATS},
};

/// Attempts at the seat of a juror: a juror that fails is replaced once.
pub(crate) const JUROR_ATTEMPTS: u8 = 2;

/// Whether a juror of a jury that is done has voted. Works for closed jurors too, whose status has no vote: one that
/// voted wrong has failed with `WrongResult`, and one whose vote was not judged is cancelled. Before it is closed, a
/// juror is never cancelled, and it can have failed only because it was silent or unable.
fn has_voted<AccountId>(juror: &Assignment<AccountId>) -> bool {
    match &juror.status {
        AssignmentStatus::Failed { fault, .. } => {
            *fault == Fault::WrongResult || fault.blame() == Blame::Undecided
        }
        AssignmentStatus::Cancelled { .. } => true,
        _ => root_of(juror).is_some(),
    }
}

/// The role of the jurors that decide about a task now.
pub(crate) fn jury_role<AccountId>(task: &Task<AccountId>) -> Role {
    match task.status {
        TaskStatus::Disputed => Role::Juror,
        _ => Role::Fetcher,
    }
}

impl<T: Config> Pallet<T> {
    /// The newest assignments of the jurors' seats from `first` on: of a disputed task the jurors that run it, of a
    /// settled task those that fetch its result.
    fn jurors(
        id: TaskId,
        task: &Task<T::AccountId>,
        first: u8,
    ) -> Vec<(AssignmentId, Assignment<T::AccountId>)> {
        let role = jury_role(task);
        (0u8..)
            .zip(task.seats.iter())
            .filter(|(number, seat)| *number >= first && seat.role == role)
            .filter_map(|(number, _)| task.newest(id, number))
            .filter_map(|newest| Some((newest, Assignments::<T>::get(newest)?)))
            .collect()
    }

    /// The price and the locks of a juror whose device has this ask; `None` if the task costs more than its pay.
    pub(crate) fn juror_terms(
        id: TaskId,
        task: &Task<T::AccountId>,
        ask: AskPrice,
    ) -> Option<Terms> {
        let JurorTerms { pay, lock } = Juries::<T>::get(id)?.into();
        let submission = &task.submission;
        // A fetcher runs nothing, so the ask of its device does not matter.
        let price = match jury_role(task) {
            Role::Fetcher => 0,
            _ => pricing::price(ask, submission.needs.gflops, submission.time_limit)?,
        };
        (price <= pay).then_some(Terms {
            price: pay,
            locks: Locks {
                collateral: lock,
                fraud_bond: 0,
            },
            ..Terms::default()
        })
    }

    /// Takes the next step after something about the jury of a task has changed: waits, opens the reveals, or has the
    /// votes counted.
    pub(crate) fn advance_jury(id: TaskId, task: Task<T::AccountId>) -> DispatchResult {
        let is_wanted = task
            .seats
            .iter()
            .any(|seat| seat.role.judges() && matches!(seat.state, SeatState::Vacant { .. }));
        let jurors = Self::jurors(id, &task, 0);
        Tasks::<T>::insert(id, task);
        if is_wanted || jurors.iter().any(|(_, one)| one.is_at_work()) {
            return Ok(());
        }
        let committed: Vec<_> = jurors
            .into_iter()
            .filter(|(_, one)| matches!(one.status, AssignmentStatus::Committed { .. }))
            .collect();
        if !committed.is_empty() {
            return Self::open_reveals(id, committed);
        }
        T::Escalation::jury_done(id)
    }

    /// Ends the assignment of a juror or an auditor that failed: sets its status, slashes, and emits the event. Returns
    /// whose fault it is, and whether the assignment had committed: reveals may be open then, and a replacement could
    /// copy.
    pub(crate) fn end_service(
        id: AssignmentId,
        assignment: &mut Assignment<T::AccountId>,
        cause: Cause,
    ) -> Result<(Blame, bool), DispatchError> {
        let blame = cause.fault.blame();
        let has_committed = matches!(assignment.status, AssignmentStatus::Committed { .. });
        let failed = AssignmentStatus::Failed {
            fault: cause.fault,
            at: Self::now(),
            log: cause.log.clone(),
            message: cause.message.clone(),
        };
        Self::move_assignment(id, assignment, failed)?;
        let penalty = match blame {
            Blame::Provider => Some(Penalty::Fault),
            Blame::WrongResult => Some(Penalty::WrongResult),
            Blame::Undecided | Blame::Requester => None,
        };
        // Never to the requester: it could call juries, or have its results audited, to live on the slashes of those
        // that are late.
        let treasury = T::FeeDestination::get();
        let slashed = penalty.map_or(0, |penalty| {
            Self::punish(id, assignment, penalty, &treasury)
        });
        Self::deposit_event(Event::AssignmentFailed {
            assignment: id,
            provider: assignment.provider.clone(),
            fault: cause.fault,
            slashed,
            log: cause.log,
            message: cause.message,
        });
        Ok((blame, has_committed))
    }

    /// Ends the assignment of a juror that has failed, and has the juror replaced if possible.
    pub(crate) fn fail_juror(
        id: AssignmentId,
        mut assignment: Assignment<T::AccountId>,
        cause: Cause,
    ) -> DispatchResult {
        let mut task = Tasks::<T>::get(id.task).ok_or(Error::<T>::UnknownTask)?;
        let (blame, has_committed) = Self::end_service(id, &mut assignment, cause)?;
        if blame == Blame::Undecided {
            // This is a vote that the program cannot be run. Only the verdict decides whether it was right.
            T::DevicePool::vacate(assignment.device, id);
            assignment.locks = LockState::Undecided { root: None };
        } else {
            Self::release_locks(id, &mut assignment);
        }
        let is_served = !matches!(blame, Blame::Provider) || has_committed;
        let is_final = is_served || Self::attempts_left(&task, id.replica) == 0;
        Assignments::<T>::insert(id, assignment);
        if is_final {
            Self::close_seat(id.task, &mut task, id.replica);
        } else {
            Self::requeue(id.task, &mut task, id.replica)?;
        }
        if blame == Blame::Requester {
            Tasks::<T>::insert(id.task, task);
            return T::Escalation::key_withheld(id.task);
        }
        Self::advance_jury(id.task, task)
    }

    /// The vote of a juror; `None` if it has not voted.
    fn vote(assignment: &Assignment<T::AccountId>) -> Option<Vote> {
        match &assignment.status {
            AssignmentStatus::Failed { fault, .. } if fault.blame() == Blame::Undecided => {
                Some(Vote::Unable)
            }
            _ => root_of(assignment).map(Vote::Root),
        }
    }

    /// Whether an assignment has revealed a result and committed to this trace root, as jurors do.
    pub(crate) fn has_worked(
        id: AssignmentId,
        assignment: &Assignment<T::AccountId>,
        trace_root: &Hash,
    ) -> bool {
        let (AssignmentStatus::Revealed { opening, .. }
        | AssignmentStatus::Settled { opening, .. }) = &assignment.status
        else {
            return false;
        };
        let salt = juror_trace_salt(&assignment.provider, id);
        trace_commitment(&salt, trace_root) == opening.trace_commitment
    }

    /// Whether a juror voted as the verdict says and, where the verdict names work, has done it.
    fn is_right(id: AssignmentId, juror: &Assignment<T::AccountId>, verdict: &Verdict) -> bool {
        Self::vote(juror) == Some(verdict.vote)
            && verdict
                .work
                .is_none_or(|trace_root| Self::has_worked(id, juror, &trace_root))
    }

    fn contested(id: TaskId) -> Result<Task<T::AccountId>, DispatchError> {
        let task = Tasks::<T>::get(id).ok_or(Error::<T>::UnknownTask)?;
        ensure!(task.status == TaskStatus::Disputed, Error::<T>::NotDisputed);
        Ok(task)
    }

    /// The task, if a jury decides about its results or about an unavailable claim.
    fn judged(id: TaskId) -> Result<Task<T::AccountId>, DispatchError> {
        let task = Tasks::<T>::get(id).ok_or(Error::<T>::UnknownTask)?;
        ensure!(
            task.status == TaskStatus::Disputed || Claims::<T>::contains_key(id),
            Error::<T>::NotDisputed
        );
        Ok(task)
    }

    /// The results of a task that wait for a verdict.
    pub(crate) fn results(
        id: TaskId,
        task: &Task<T::AccountId>,
    ) -> Vec<(AssignmentId, Assignment<T::AccountId>)> {
        task.assignments(id)
            .filter_map(|one| Some((one, Assignments::<T>::get(one)?)))
            .filter(|(_, one)| {
                one.role == Role::Replica && matches!(one.status, AssignmentStatus::Revealed { .. })
            })
            .collect()
    }
}

impl<T: Config> Contested<T::AccountId> for Pallet<T> {
    fn contestable(id: TaskId, escalated: bool) -> Result<Contest<T::AccountId>, DispatchError> {
        let task = Tasks::<T>::get(id).ok_or(Error::<T>::UnknownTask)?;
        let fits = match task.status {
            // The agenda may be late: the window can be over although the task is not settled yet.
            TaskStatus::Verifying { settle_at } => !escalated && Self::now() < settle_at,
            TaskStatus::Active => escalated,
            _ => false,
        };
        ensure!(fits, Error::<T>::NotVerifying);
        let results = Self::results(id, &task);
        let price = results.iter().map(|(_, one)| one.price).max();
        Ok(Contest {
            requester: task.requester.clone(),
            providers: results.into_iter().map(|(_, one)| one.provider).collect(),
            price: price.ok_or(Error::<T>::NotVerifying)?,
            // Not the escrow: jurors are not paid from it, and in the last attempt it has only what that attempt costs.
            price_cap: task.submission.budget_each(),
            is_sealed: task.submission.privacy.is_sealed(),
        })
    }

    fn contest_weight(task: Option<TaskId>) -> Weight {
        Self::weight_of_contest(task)
    }

    fn contest(id: TaskId, escalated: bool) -> Result<Contest<T::AccountId>, DispatchError> {
        let contest = Self::contestable(id, escalated)?;
        let mut task = Tasks::<T>::get(id).ok_or(Error::<T>::UnknownTask)?;
        Self::move_task(id, &mut task, TaskStatus::Disputed)?;
        Tasks::<T>::insert(id, task);
        Ok(contest)
    }

    fn seat_jury(
        id: TaskId,
        jurors: u16,
        JurorTerms { pay, lock }: JurorTerms,
        parties: Vec<T::AccountId>,
    ) -> Result<u8, DispatchError> {
        let mut task = Self::judged(id)?;
        let first = task.seats.len() as u8;
        let match_by = Self::now().saturating_add(T::RematchWindow::get());
        for _ in 0..jurors {
            let seat = Self::vacancy(jury_role(&task), match_by);
            task.seats
                .try_push(seat)
                .map_err(|_| Error::<T>::TooManySeats)?;
        }
        Self::schedule(match_by.saturating_add(1), Deadline::Match(id));
        let jury = Jury {
            pay,
            lock,
            parties: parties.try_into().map_err(|_| Error::<T>::TooManySeats)?,
        };
        Juries::<T>::insert(id, jury);
        Tasks::<T>::insert(id, task);
        T::MatchQueue::enqueue(id, QueueEnd::Front);
        Ok(first)
    }

    fn votes(id: TaskId, first: u8) -> Vec<Vote> {
        let Some(task) = Tasks::<T>::get(id) else {
            return Vec::new();
        };
        let jurors = Self::jurors(id, &task, first);
        jurors
            .iter()
            .filter_map(|(_, juror)| Self::vote(juror))
            .collect()
    }

    fn withheld(id: TaskId, first: u8) -> usize {
        let Some(task) = Tasks::<T>::get(id) else {
            return 0;
        };
        let jurors = Self::jurors(id, &task, first);
        let is_withheld = |juror: &Assignment<_>| {
            matches!(
                juror.status,
                AssignmentStatus::Failed {
                    fault: Fault::NoReveal,
                    ..
                }
            )
        };
        jurors
            .iter()
            .filter(|(_, juror)| is_withheld(juror))
            .count()
    }

    fn voted(id: TaskId, first: u8, vote: Vote) -> (usize, usize) {
        let Some(task) = Tasks::<T>::get(id) else {
            return (0, 0);
        };
        let jurors = Self::jurors(id, &task, first);
        let all = jurors.iter().filter(|(_, juror)| has_voted(juror));
        let same = jurors
            .iter()
            .filter(|(_, juror)| Self::vote(juror) == Some(vote));
        (same.count(), all.count())
    }

    fn remind(id: TaskId, at: BlockNumber) {
        Self::schedule(at, Deadline::Dispute(id));
    }

    fn ensure_room(id: TaskId, jurors: u16) -> DispatchResult {
        let seats = Tasks::<T>::get(id)
            .ok_or(Error::<T>::UnknownTask)?
            .seats
            .len();
        let room = (MAX_SEATS as usize).saturating_sub(seats);
        ensure!(usize::from(jurors) <= room, Error::<T>::TooManySeats);
        Ok(())
    }

    fn time_limit(id: TaskId) -> BlockNumber {
        Tasks::<T>::get(id).map_or(0, |task| Self::blocks(task.submission.time_limit))
    }

    fn seats(id: TaskId) -> u8 {
        Tasks::<T>::get(id).map_or(0, |task| task.seats.len() as u8)
    }

    fn is_exact(id: TaskId) -> bool {
        let class = Tasks::<T>::get(id).map(|task| task.submission.needs.class);
        class.is_some_and(|class| class != DeterminismClass::Device)
    }

    fn worked(id: TaskId, first: u8, vote: Vote, trace_root: &Hash) -> (usize, usize) {
        let Some(task) = Tasks::<T>::get(id) else {
            return (0, 0);
        };
        let mut right = Self::jurors(id, &task, first);
        right.retain(|(_, juror)| Self::vote(juror) == Some(vote));
        let has_worked = right
            .iter()
            .filter(|(id, juror)| Self::has_worked(*id, juror, trace_root));
        (has_worked.count(), right.len())
    }

    fn close_juror(
        id: TaskId,
        seat: u8,
        verdict: Option<Verdict>,
    ) -> Result<ClosedJuror, DispatchError> {
        let mut task = Self::judged(id)?;
        let role = jury_role(&task);
        let is_juror = |one: &Assignment<T::AccountId>| one.role == role;
        if task.seats.get(usize::from(seat)).map(|one| one.role) != Some(role) {
            return Ok(ClosedJuror::Released);
        }
        Self::close_seat(id, &mut task, seat);
        let newest = task.newest(id, seat);
        let needed = task.submission.needs.gflops;
        Tasks::<T>::insert(id, task);
        let Some((juror_id, mut juror)) = newest
            .and_then(|newest| Some((newest, Assignments::<T>::get(newest)?)))
            .filter(|(_, one)| is_juror(one))
        else {
            return Ok(ClosedJuror::Released);
        };
        let vote = Self::vote(&juror);
        let at = Self::now();
        let closed = match (vote, verdict) {
            (Some(_), Some(verdict)) if Self::is_right(juror_id, &juror, &verdict) => {
                if let AssignmentStatus::Revealed { opening, .. } = &juror.status {
                    let opening = opening.clone();
                    let settled = AssignmentStatus::Settled { opening, at };
                    Self::move_assignment(juror_id, &mut juror, settled)?;
                    // To fetch a result proves nothing about a device's computing power.
                    if role == Role::Juror {
                        T::DevicePool::succeeded(juror.device, needed);
                    }
                }
                ClosedJuror::Right
            }
            // A fetcher that did not get the whole result in its time says nothing about it, and is not judged.
            (Some(vote), Some(Verdict { vote: right, .. }))
                if right != Vote::Unable && !(role == Role::Fetcher && vote == Vote::Unable) =>
            {
                let treasury = T::FeeDestination::get();
                // A requester or a provider can serve data to some jurors and not to others. To those that are not
                // served it looks as if there were none, so their vote is a fault and no wrong result.
                let penalty = match (vote, right) {
                    // A right vote without the work. The decision that there was no work cannot be appealed, so this
                    // costs no more than silence.
                    (vote, right) if vote == right => Penalty::Fault,
                    (Vote::Unable, _) => Penalty::Fault,
                    (Vote::Root(NOT_FETCHED), _) | (_, Vote::Root(NOT_FETCHED))
                        if role == Role::Fetcher =>
                    {
                        Penalty::Fault
                    }
                    (Vote::Root(_), _) => Penalty::WrongResult,
                };
                let slashed = Self::punish(juror_id, &juror, penalty, &treasury);
                if juror.is_open() {
                    let failed = AssignmentStatus::Failed {
                        fault: Fault::WrongResult,
                        at,
                        log: None,
                        message: Default::default(),
                    };
                    Self::move_assignment(juror_id, &mut juror, failed)?;
                }
                ClosedJuror::Wrong(slashed)
            }
            _ => {
                if juror.is_open() {
                    let cancelled = AssignmentStatus::Cancelled { at };
                    Self::move_assignment(juror_id, &mut juror, cancelled)?;
                }
                ClosedJuror::Released
            }
        };
        Self::release_locks(juror_id, &mut juror);
        Assignments::<T>::insert(juror_id, juror);
        Ok(closed)
    }

    fn right_juror(id: TaskId, seat: u8, verdict: Verdict) -> Option<T::AccountId> {
        let task = Tasks::<T>::get(id)?;
        let juror_id = task.newest(id, seat)?;
        let juror = Assignments::<T>::get(juror_id)?;
        let is_right = juror.role.judges() && Self::is_right(juror_id, &juror, &verdict);
        is_right.then_some(juror.provider)
    }

    fn is_claimed(id: TaskId, root: &Hash) -> bool {
        Tasks::<T>::get(id).is_some_and(|task| {
            let results = Self::results(id, &task);
            results
                .iter()
                .any(|(_, one)| root_of(one).as_ref() == Some(root))
        })
    }

    fn decide(id: TaskId, root: Option<Hash>) -> Result<Decided<T::AccountId>, DispatchError> {
        let mut task = Self::contested(id)?;
        Juries::<T>::remove(id);
        let (right, wrong): (Vec<_>, Vec<_>) = Self::results(id, &task)
            .into_iter()
            .partition(|(_, one)| root.is_some() && root_of(one) == root);
        let mut slashed: Balance = 0;
        let mut seats = Vec::new();
        for (wrong_id, assignment) in wrong {
            seats.push(wrong_id.replica);
            slashed =
                slashed.saturating_add(Self::condemn(wrong_id, assignment, Penalty::WrongResult)?);
        }
        // The prices are still in the escrow. What was paid out of it for this result, and is gone, is the audit cost.
        // If the compensation were higher, a requester would gain from a program whose result changes when it is run
        // later. If the task is matched again, the compensation goes back into the escrow once it is paid
        // (`restore_escrow`).
        let harm = Audits::<T>::get(id).map_or(0, |audit| audit.cost.min(task.audits_paid));
        // Without a root, only a part of the provider's run was proven wrong. Its root can still be the one that an
        // honest auditor has found, so the auditors are not judged.
        let finding = root.map_or(Finding::Unknown, Finding::Decided);
        let audited = Self::close_auditors(id, &mut task, finding)?;
        // A single replica can be replaced. A quorum of new replicas would need more seats than are left.
        let is_alone = task.submission.verification.replicas() == 1;
        // If several replicas have no majority, only those that did not reveal may be to blame, so what they lost
        // counts as well.
        let silent = if is_alone {
            0
        } else {
            Self::lost_by_silence(id, &task)
        };
        let mut decided = Decided {
            slashed,
            lost: audited.lost.saturating_add(silent),
            finders: if seats.is_empty() {
                Vec::new()
            } else {
                audited.right
            },
            compensation: (task.requester.clone(), 0),
        };
        if let Some(root) = root.filter(|_| !right.is_empty()) {
            Self::settle_on(id, task, root)?;
            return Ok(decided);
        }
        decided.compensation.1 = harm;
        let again = seats
            .iter()
            .copied()
            .find(|seat| Self::attempts_left(&task, *seat) > 0);
        match again.filter(|_| is_alone) {
            Some(seat) => {
                Self::forget_audit(id, &mut task, Finding::Unknown)?;
                Self::requeue(id, &mut task, seat)?;
                Tasks::<T>::insert(id, task);
            }
            None => Self::refund(id, task, Refunded::AttemptsExhausted)?,
        }
        Ok(decided)
    }

    fn restore_escrow(id: TaskId, amount: Balance) {
        let waiting = Tasks::<T>::get(id).filter(|task| task.match_by().is_some());
        if let Some(mut task) = waiting {
            Self::hold_again(&mut task, amount);
            Tasks::<T>::insert(id, task);
        }
    }

    fn uphold(id: TaskId) -> DispatchResult {
        let mut task = Self::contested(id)?;
        Juries::<T>::remove(id);
        let quorum = usize::from(task.submission.verification.quorum());
        match Self::stand(id, &task).majority(quorum) {
            Some(root) => {
                // An auditor that found another root may have been right, so it is not judged.
                Self::close_auditors(id, &mut task, Finding::Counts(root))?;
                Self::settle_on(id, task, root)
            }
            // Nobody knows which of several results is right, and the requester has caused that. If it got its budget
            // back, it could do so with every task in which a replica of its own gives another result.
            None => Self::pay_all(id, task),
        }
    }

    fn give_up(id: TaskId) -> DispatchResult {
        let task = Self::contested(id)?;
        Juries::<T>::remove(id);
        Self::refund(id, task, Refunded::NoVerdict)
    }

    fn claimable(id: AssignmentId) -> Result<Claimed, DispatchError> {
        Self::do_claimable(id).map(|(_, claimed)| claimed)
    }

    fn claim(id: AssignmentId, who: &T::AccountId) -> Result<Claimed, DispatchError> {
        Self::do_claim(id, who)
    }

    fn decide_claim(
        id: TaskId,
        is_available: bool,
    ) -> Result<ClaimDecided<T::AccountId>, DispatchError> {
        Self::do_decide_claim(id, is_available)
    }

    fn drop_claim(id: TaskId) -> DispatchResult {
        Self::do_drop_claim(id)
    }
}
