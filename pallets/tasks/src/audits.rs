//! Audits: whether the results of a task are run again before they are opened, and by whom (ADR 14).
//!
//! When all results that are wanted are committed, the task anchors a draw. Randomness that nobody knew then decides
//! whether there is an audit. If there is one, auditors are drawn by stake for seats of their own, run the task like
//! any other provider, and commit. Only then do the replicas and the auditors reveal, so nobody can copy. An auditor
//! stands by its root until the task is decided. Then it is paid, or loses its lock.

use aicpw_primitives::traits::{
    DevicePool, DrawRandomness, DrawSeed, Escalation, JurorTerms, Locks, MatchQueue, Penalty,
    QueueEnd, Terms,
};
use aicpw_protocol::{
    audit::is_drawn,
    pricing,
    task::{AssignmentStatus, Blame, Refunded, Role, TaskStatus, Verification},
    view::{AuditState, AuditView},
    AskPrice, AssignmentId, Balance, Hash, TaskId,
};
use alloc::vec::Vec;
use frame_support::pallet_prelude::*;

use crate::{
    agenda::Served,
    failure::Cause,
    pallet::*,
    replicas::{Stand, Standing},
    settlement::root_of,
    types::{Assignment, Audit, Deadline, SeatState, Task},
};

/// Attempts at the seat of an auditor: an auditor that fails is replaced once.
pub(crate) const AUDITOR_ATTEMPTS: u8 = 2;

/// What is known about a task's result when the service of its auditors ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finding {
    /// This root is right. An auditor that found another root loses its lock.
    Decided(Hash),
    /// This root counts, but nobody knows whether it is right.
    Counts(Hash),
    /// The provider has not opened its result. An auditor that has done the work is paid for it.
    NotOpened,
    /// Nothing is known.
    Unknown,
}

/// The auditors' roots, compared with the result of the task.
pub(crate) struct Audited<AccountId> {
    /// The auditors that found the same root.
    pub right: Vec<AccountId>,
    /// What the auditors that found another root have lost.
    pub lost: Balance,
}

impl<T: Config> Pallet<T> {
    /// Whether no audit keeps the replicas of a task from revealing. Begins the audit if it has not begun yet.
    pub(crate) fn is_audit_done(
        id: TaskId,
        task: &Task<T::AccountId>,
        stand: &Stand<T::AccountId>,
    ) -> bool {
        if !task.submission.verification.is_audited() {
            return true;
        }
        match Audits::<T>::get(id) {
            None => {
                Self::begin_audit(id, task, &stand.committed);
                false
            }
            Some(audit) => match audit.state {
                AuditState::Undecided => false,
                AuditState::NotDrawn => true,
                AuditState::Drawn => {
                    let is_wanted = Self::auditor_seats(task).any(|(_, is_vacant)| is_vacant);
                    !is_wanted
                        && !Self::auditors(id, task)
                            .iter()
                            .any(|(_, one)| one.is_at_work())
                }
            },
        }
    }

    /// The open seats of auditors, and whether each wants a device.
    fn auditor_seats(task: &Task<T::AccountId>) -> impl Iterator<Item = (u8, bool)> + '_ {
        (0u8..)
            .zip(task.seats.iter())
            .filter(|(_, seat)| seat.role == Role::Auditor && seat.state != SeatState::Closed)
            .map(|(number, seat)| (number, matches!(seat.state, SeatState::Vacant { .. })))
    }

    /// The assignments of auditors that are open.
    pub(crate) fn auditors(id: TaskId, task: &Task<T::AccountId>) -> Vec<Standing<T::AccountId>> {
        Self::auditor_seats(task)
            .filter_map(|(number, _)| task.newest(id, number))
            .filter_map(|newest| Some((newest, Assignments::<T>::get(newest)?)))
            .filter(|(_, one)| one.is_open())
            .collect()
    }

    /// Anchors the draw that decides whether there is an audit. Fixes the audit rate and the result that the draw is
    /// about, so that they cannot depend on the draw.
    fn begin_audit(id: TaskId, task: &Task<T::AccountId>, committed: &[Standing<T::AccountId>]) {
        // Of several results the one that was committed last: no provider knows at its commit which result the draw
        // will be about.
        let at = |one: &Assignment<T::AccountId>| match one.status {
            AssignmentStatus::Committed { at, .. } => at,
            _ => 0,
        };
        let Some((of, _)) = committed.iter().max_by_key(|(_, one)| at(one)) else {
            return;
        };
        let all = || committed.iter().map(|(_, one)| one);
        let price = all().map(|one| one.price).max().unwrap_or_default();
        let rate = all().map(|one| one.audit_rate).max().unwrap_or_default();
        // Auditors are not paid from the escrow, so it does not matter what is left of that.
        let price_cap = task.submission.budget_each();
        let judged = T::Escalation::judged_price(price, price_cap);
        let policy = T::AuditPolicy::get();
        let (cost, pay) = match all().map(|one| one.audit_cost).collect::<Vec<_>>()[..] {
            // The cost was fixed at the match. If the judged price has risen since then, the auditor is paid only what
            // that cost was computed for.
            [only] => {
                let paid_for = policy.highest_judged(only, rate);
                (only, judged.min(paid_for).max(price))
            }
            // One audit covers all results.
            _ => (policy.cost(judged, rate).unwrap_or(Balance::MAX), judged),
        };
        let JurorTerms { pay: cap, lock } = T::Escalation::auditor_terms(price, price_cap);
        let audit = Audit {
            of: *of,
            rate,
            cost,
            pay,
            cap,
            lock,
            anchor: T::DrawRandomness::anchor(),
            state: AuditState::Undecided,
        };
        Audits::<T>::insert(id, audit);
        Self::look_at_audit_later(id);
    }

    fn look_at_audit_later(id: TaskId) {
        let at = Self::now().saturating_add(T::DrawRandomness::soonest());
        Self::schedule(at, Deadline::Audit(id));
    }

    /// Decides whether there is an audit, if the randomness for that is known.
    pub(crate) fn serve_audit(id: TaskId) -> Result<Served, DispatchError> {
        let Some(mut audit) = Audits::<T>::get(id) else {
            return Ok(Served::Stale);
        };
        if audit.state != AuditState::Undecided {
            return Ok(Served::Stale);
        }
        // Everything that the decision depends on was fixed at the anchor, so it can come late.
        let seed = match T::DrawRandomness::decided(audit.anchor) {
            DrawSeed::Ready(seed) => seed,
            // Waits for the randomness, however long that takes. Nothing else decides.
            DrawSeed::NotYet => {
                Self::schedule(Self::now().saturating_add(1), Deadline::Audit(id));
                return Ok(Served::Early);
            }
            DrawSeed::Gone => {
                audit.anchor = T::DrawRandomness::anchor();
                Audits::<T>::insert(id, audit);
                Self::look_at_audit_later(id);
                return Ok(Served::Early);
            }
        };
        let mut task = Tasks::<T>::get(id).ok_or(Error::<T>::UnknownTask)?;
        if !matches!(
            task.status,
            TaskStatus::Queued { .. } | TaskStatus::Parked { .. } | TaskStatus::Active
        ) {
            return Ok(Served::Stale);
        }
        let is_audited = is_drawn(audit.rate, &seed, audit.of);
        let rate = audit.rate;
        audit.state = if is_audited {
            AuditState::Drawn
        } else {
            AuditState::NotDrawn
        };
        let cost = audit.cost;
        Audits::<T>::insert(id, audit);
        // The cost is collected whatever follows: else somebody that knows the draw could choose the results for which
        // it is paid.
        Self::collect_audit_cost(id, &mut task, cost);
        Self::deposit_event(Event::AuditDecided {
            task: id,
            rate,
            is_audited,
        });
        if is_audited {
            Self::seat_auditors(id, &mut task)?;
        }
        Self::advance(id, task, Refunded::NoQuorum)?;
        Ok(Served::Due)
    }

    pub(crate) fn seat_auditors(id: TaskId, task: &mut Task<T::AccountId>) -> DispatchResult {
        let match_by = Self::now().saturating_add(T::RematchWindow::get());
        for _ in 0..T::AuditPolicy::get().auditors {
            task.seats
                .try_push(Self::vacancy(Role::Auditor, match_by))
                .map_err(|_| Error::<T>::TooManySeats)?;
        }
        Self::schedule(match_by.saturating_add(1), Deadline::Match(id));
        T::MatchQueue::enqueue(id, QueueEnd::Front);
        Ok(())
    }

    /// The price and the locks of an auditor whose device has this ask; `None` if the task costs more at this ask than
    /// an auditor of it may have.
    pub(crate) fn auditor_terms(
        id: TaskId,
        task: &Task<T::AccountId>,
        ask: AskPrice,
    ) -> Option<Terms> {
        let audit = Audits::<T>::get(id)?;
        let submission = &task.submission;
        let own = pricing::price(ask, submission.needs.gflops, submission.time_limit)?;
        (own <= audit.cap).then_some(Terms {
            price: audit.pay,
            locks: Locks {
                collateral: audit.lock,
                fraud_bond: 0,
            },
            ..Terms::default()
        })
    }

    /// Takes the next step after a quorum has revealed this root. The step depends on the roots of the auditors.
    pub(crate) fn conclude(
        id: TaskId,
        mut task: Task<T::AccountId>,
        stand: &Stand<T::AccountId>,
        root: Hash,
    ) -> DispatchResult {
        let auditors = Self::auditors(id, &task);
        let has_revealed = |one: &Assignment<_>| root_of(one).is_some();
        if !auditors.iter().all(|(_, one)| has_revealed(one)) {
            return Self::keep(id, &mut task);
        }
        if auditors.iter().any(|(_, one)| root_of(one) != Some(root)) {
            // The jury judges all results, so replicas that have not revealed yet may still do so in their window.
            if !stand.committed.is_empty() {
                return Self::keep(id, &mut task);
            }
            return Self::escalate(id, task, Refunded::NoVerdict);
        }
        match task.submission.verification {
            Verification::Optimistic { window } => {
                let settle_at = Self::now().saturating_add(Self::blocks(window));
                Self::move_task(id, &mut task, TaskStatus::Verifying { settle_at })?;
                Tasks::<T>::insert(id, task);
                Ok(())
            }
            _ => Self::settle_on(id, task, root),
        }
    }

    /// Takes the next step after something about an auditor of the task has changed.
    pub(crate) fn advance_audit(id: TaskId, task: Task<T::AccountId>) -> DispatchResult {
        match task.status {
            TaskStatus::Queued { .. } | TaskStatus::Parked { .. } | TaskStatus::Active => {
                Self::advance(id, task, Refunded::NoQuorum)
            }
            _ => {
                Tasks::<T>::insert(id, task);
                Ok(())
            }
        }
    }

    /// Ends the assignment of an auditor that has failed, and has the auditor replaced if possible.
    pub(crate) fn fail_auditor(
        id: AssignmentId,
        mut assignment: Assignment<T::AccountId>,
        cause: Cause,
    ) -> DispatchResult {
        let mut task = Tasks::<T>::get(id.task).ok_or(Error::<T>::UnknownTask)?;
        // An undecided fault costs an auditor nothing: the requester may have served the data to the provider only, or
        // may serve it no longer.
        let (blame, has_committed) = Self::end_service(id, &mut assignment, cause)?;
        Self::release_locks(id, &mut assignment);
        Assignments::<T>::insert(id, assignment);
        // If the requester keeps the key from an auditor, it loses the audit. The provider is still paid.
        let is_over = has_committed || blame == Blame::Requester;
        if is_over || Self::attempts_left(&task, id.replica) == 0 {
            Self::close_seat(id.task, &mut task, id.replica);
        } else {
            Self::requeue(id.task, &mut task, id.replica)?;
        }
        Self::advance_audit(id.task, task)
    }

    /// Ends the service of all auditors of a task.
    ///
    /// An auditor that has opened the root that counts is paid. One that has opened another root than was decided loses
    /// its lock. The others get the base fee; if the audited result was not opened, those that have opened theirs are
    /// paid in full.
    pub(crate) fn close_auditors(
        id: TaskId,
        task: &mut Task<T::AccountId>,
        finding: Finding,
    ) -> Result<Audited<T::AccountId>, DispatchError> {
        let mut audited = Audited {
            right: Vec::new(),
            lost: 0,
        };
        let auditors = Self::auditors(id, task);
        let seats: Vec<_> = Self::auditor_seats(task)
            .map(|(number, _)| number)
            .collect();
        for number in seats {
            Self::close_seat(id, task, number);
        }
        let at = Self::now();
        let needed = task.submission.needs.gflops;
        for (auditor_id, mut auditor) in auditors {
            let opening = match &auditor.status {
                AssignmentStatus::Revealed { opening, .. } => Some(opening.clone()),
                _ => None,
            };
            // A commitment that was not opened can hold anything.
            let has_opened = opening.is_some();
            match (opening, finding) {
                (Some(opening), Finding::Decided(root) | Finding::Counts(root))
                    if opening.result_root == root =>
                {
                    let settled = AssignmentStatus::Settled { opening, at };
                    Self::move_assignment(auditor_id, &mut auditor, settled)?;
                    T::DevicePool::succeeded(auditor.device, needed);
                    audited.right.push(auditor.provider.clone());
                    Self::owe_auditor(auditor_id, &auditor.provider, auditor.price);
                }
                (Some(_), Finding::Decided(_)) => {
                    let slashed = Self::condemn(auditor_id, auditor, Penalty::WrongResult)?;
                    audited.lost = audited.lost.saturating_add(slashed);
                    continue;
                }
                _ => {
                    let cancelled = AssignmentStatus::Cancelled { at };
                    Self::move_assignment(auditor_id, &mut auditor, cancelled)?;
                    let fee = if has_opened && finding == Finding::NotOpened {
                        auditor.price
                    } else {
                        T::BaseFee::get().min(auditor.price)
                    };
                    Self::owe_auditor(auditor_id, &auditor.provider, fee);
                }
            }
            Self::release_locks(auditor_id, &mut auditor);
            Assignments::<T>::insert(auditor_id, auditor);
        }
        Ok(audited)
    }

    /// Ends the audit of results that no longer count. The results that come next get a draw of their own.
    pub(crate) fn forget_audit(
        id: TaskId,
        task: &mut Task<T::AccountId>,
        finding: Finding,
    ) -> DispatchResult {
        Self::close_auditors(id, task, finding)?;
        Audits::<T>::remove(id);
        Ok(())
    }

    /// The audit of a task, as the runtime API shows it.
    pub(crate) fn audit_view(id: TaskId) -> Option<AuditView> {
        Audits::<T>::get(id).map(|audit| AuditView {
            state: audit.state,
            rate_ppb: audit.rate.deconstruct(),
            cost: audit.cost,
        })
    }
}
