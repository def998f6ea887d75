//! The invariants of the pallet, in words and in code. Checked after every test, and with
//! `try-runtime`.

#![cfg(any(feature = "try-runtime", feature = "std"))]

use aicpw_primitives::traits::{Awaited, Escalation};
use aicpw_protocol::{
    history::{next_head, task_hash, GENESIS_HEAD},
    task::{AssignmentStatus, Role, TaskStatus},
    view::AuditState,
    AssignmentId, Balance, BlockNumber, TaskId,
};
use alloc::{
    collections::{btree_map::BTreeMap, btree_set::BTreeSet},
    vec::Vec,
};
use frame_support::{
    ensure,
    traits::{fungible::InspectHold, Get},
};
use sp_runtime::TryRuntimeError;

use crate::{
    lines::Line,
    pallet::*,
    types::{Assignment, Deadline, LockState, Seat, SeatState, Task},
};

mod inspected;

use inspected::Inspected;

/// The deadlines in the agenda, by block, in a form that can be ordered.
type Entries = BTreeSet<(BlockNumber, Vec<u8>)>;

impl<T: Config> Pallet<T> {
    /// Checks every invariant. The error is the one that does not hold. Native builds have this
    /// function too, for the runtime's tests.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        let entries = Self::check_agenda()?;
        let mut held: BTreeMap<Vec<u8>, (T::AccountId, Balance)> = BTreeMap::new();
        let mut assignments = 0usize;
        for (id, task) in Tasks::<T>::iter() {
            Inspected::<T>::new(id, &task, &entries).check()?;
            assignments = assignments.saturating_add(task.assignments(id).count());
            let key = codec::Encode::encode(&task.requester);
            let entry = held.entry(key).or_insert((task.requester.clone(), 0));
            entry.1 = entry.1.saturating_add(task.escrow);
        }
        for (requester, escrows) in held.values() {
            ensure!(
                T::NativeBalance::balance_on_hold(&HoldReason::TaskEscrow.into(), requester)
                    == *escrows,
                "a requester's hold is the sum of the escrows of its tasks"
            );
        }
        ensure!(
            Assignments::<T>::iter_keys().count() == assignments,
            "every assignment belongs to a task"
        );
        for id in Envelopes::<T>::iter_keys() {
            let waits =
                |one: Assignment<_>| matches!(one.status, AssignmentStatus::AwaitingKey { .. });
            ensure!(
                Tasks::<T>::get(id.task).is_some_and(|task| task.submission.privacy.is_sealed())
                    && Assignments::<T>::get(id).is_some_and(|one| !waits(one)),
                "a granted key belongs to an assignment of a sealed task that has waited for it"
            );
        }
        // RELEASE-1: remove when release 3 is main (`TasksOf`)
        ensure!(
            SubmittedBy::<T>::iter_keys()
                .count()
                .saturating_add(TasksOf::<T>::iter_keys().count())
                == Tasks::<T>::iter_keys().count(),
            "every task is in one list of its requester's, and nothing else is"
        );
        for id in Claims::<T>::iter_keys().chain(ClaimsMade::<T>::iter_keys()) {
            ensure!(Tasks::<T>::contains_key(id), "a claim is about a task");
        }
        for id in Audits::<T>::iter_keys() {
            ensure!(Tasks::<T>::contains_key(id), "an audit is of a task");
        }
        Self::check_audit_pot()?;
        Self::check_census()?;
        Self::check_history()
    }

    /// Checks that locks are kept for the assignment that a claim is about, and for no other.
    fn check_claim(
        id: TaskId,
        task: &Task<T::AccountId>,
        all: &[(AssignmentId, Assignment<T::AccountId>)],
    ) -> Result<(), TryRuntimeError> {
        let claimed = all
            .iter()
            .filter(|(_, one)| matches!(one.locks, LockState::Claimed { .. }))
            .map(|(of, _)| *of);
        ensure!(
            claimed.eq(Claims::<T>::get(id).map(|claim| claim.of)),
            "locks are kept for the one claim about a task, as long as it is not decided"
        );
        ensure!(
            !Claims::<T>::contains_key(id) || matches!(task.status, TaskStatus::Settled { .. }),
            "a claim is about a settled task"
        );
        ensure!(
            !Claims::<T>::contains_key(id) || Juries::<T>::contains_key(id),
            "a claim that is not decided has a jury"
        );
        Ok(())
    }

    /// Checks that something ends every dispute without a call from anybody.
    fn check_dispute(
        id: TaskId,
        task: &Task<T::AccountId>,
        all: &[(AssignmentId, Assignment<T::AccountId>)],
        entries: &Entries,
    ) -> Result<(), TryRuntimeError> {
        let is_contested = task.status == TaskStatus::Disputed || Claims::<T>::contains_key(id);
        ensure!(
            !is_contested || !T::Escalation::is_over(id),
            "a disputed task, and a claim that is not decided, has a dispute that goes on"
        );
        let Some(awaited) = T::Escalation::awaited(id) else {
            return Ok(());
        };
        let is_decided = matches!(awaited, Awaited::DueToPay(_));
        ensure!(
            is_contested != is_decided,
            "a dispute is about a disputed task or a claim until that is decided, and no longer"
        );
        match awaited {
            Awaited::Jury => {
                let is_wanted = task.seats.iter().any(|seat| {
                    seat.role.judges() && matches!(seat.state, SeatState::Vacant { .. })
                });
                let has_to_act = |one: &Assignment<T::AccountId>| {
                    one.is_at_work() || matches!(one.status, AssignmentStatus::Committed { .. })
                };
                ensure!(
                    Juries::<T>::contains_key(id)
                        && (is_wanted
                            || all
                                .iter()
                                .any(|(_, one)| one.role.judges() && has_to_act(one))),
                    "a jury that is waited for has a juror who is wanted, works or has to reveal"
                );
            }
            Awaited::Due(by) | Awaited::DueToPay(by) => {
                // After an error the entry is in the slot of the next block.
                let by = by.max(Self::now().saturating_add(1));
                let deadline = codec::Encode::encode(&Deadline::Dispute(id));
                ensure!(
                    entries
                        .iter()
                        .any(|(block, entry)| *block <= by && *entry == deadline),
                    "the next step of a dispute is in the agenda"
                );
            }
        }
        Ok(())
    }

    fn check_seat(
        id: TaskId,
        task: &Task<T::AccountId>,
        number: u8,
        seat: &Seat,
        scheduled: impl Fn(BlockNumber) -> bool,
    ) -> Result<(), TryRuntimeError> {
        match seat.state {
            SeatState::Vacant { match_by } => ensure!(
                scheduled(match_by),
                "the end of a seat's match window is in the agenda"
            ),
            SeatState::Taken => {
                let newest = task.newest(id, number).and_then(Assignments::<T>::get);
                ensure!(
                    newest.is_some_and(|one| one.role == seat.role
                        && (one.is_open() || matches!(task.status, TaskStatus::Settled { .. }))),
                    "whoever has a seat is on the task"
                );
            }
            SeatState::Closed => {}
        }
        Ok(())
    }

    fn check_replicas(id: TaskId, task: &Task<T::AccountId>) -> Result<(), TryRuntimeError> {
        let stand = Self::stand(id, task);
        let is_hidden = |status: &AssignmentStatus| {
            matches!(
                status,
                AssignmentStatus::Committed {
                    reveal_by: None,
                    ..
                }
            )
        };
        let auditors = Self::auditors(id, task);
        let is_audit_due = Audits::<T>::get(id)
            .is_some_and(|audit| audit.state == AuditState::Undecided)
            || auditors.iter().any(|(_, one)| one.is_at_work())
            || task.seats.iter().any(|seat| {
                seat.role == Role::Auditor && matches!(seat.state, SeatState::Vacant { .. })
            });
        let is_awaited = stand.at_work > 0 || !stand.vacant.is_empty() || is_audit_due;
        ensure!(
            is_awaited
                || !stand
                    .committed
                    .iter()
                    .any(|(_, one)| is_hidden(&one.status)),
            "whoever may not reveal yet waits for somebody"
        );
        ensure!(
            stand.at_work == 0 || !stand.is_open(),
            "no replica works that could copy what is revealed"
        );
        ensure!(
            is_awaited
                || stand
                    .committed
                    .iter()
                    .chain(&auditors)
                    .any(|(_, one)| matches!(one.status, AssignmentStatus::Committed { .. }))
                // The next step of the dispute is in the agenda.
                || !T::Escalation::is_over(id),
            "somebody has something to do, or a dispute about an attempt before goes on"
        );
        Ok(())
    }

    /// Checks that the agenda looks at an audit that is not decided.
    fn check_audit(
        id: TaskId,
        scheduled: impl Fn(Deadline) -> bool,
    ) -> Result<(), TryRuntimeError> {
        let is_undecided =
            Audits::<T>::get(id).is_some_and(|audit| audit.state == AuditState::Undecided);
        ensure!(
            !is_undecided || scheduled(Deadline::Audit(id)),
            "an audit that is not decided is in the agenda"
        );
        Ok(())
    }

    fn check_key(
        task: &Task<T::AccountId>,
        id: AssignmentId,
        assignment: &Assignment<T::AccountId>,
    ) -> Result<(), TryRuntimeError> {
        let is_sealed = task.submission.privacy.is_sealed();
        match assignment.status {
            AssignmentStatus::AwaitingKey { .. } => {
                ensure!(is_sealed, "only sealed tasks wait for a key");
            }
            AssignmentStatus::Failed { .. } | AssignmentStatus::Cancelled { .. } => {}
            _ => ensure!(
                !is_sealed || assignment.role == Role::Fetcher || Envelopes::<T>::contains_key(id),
                "nobody is to start a sealed task before its key was granted"
            ),
        }
        Ok(())
    }

    fn check_assignment(
        task: &Task<T::AccountId>,
        assignment: &Assignment<T::AccountId>,
        scheduled: impl Fn(BlockNumber) -> bool,
    ) -> Result<(), TryRuntimeError> {
        ensure!(
            task.providers.contains(&assignment.provider),
            "the task knows who was on it"
        );
        ensure!(
            assignment.provider != task.requester,
            "nobody works for itself"
        );
        if let Some(deadline) = assignment.deadline() {
            // After an error the agenda looks at it in the next block.
            let again = Self::now().saturating_add(1);
            ensure!(
                assignment.due <= deadline.saturating_add(1).max(again)
                    && scheduled(assignment.due),
                "the agenda looks at an open assignment no later than after its deadline"
            );
        }
        if let AssignmentStatus::Running { reports, .. } = assignment.status {
            ensure!(
                reports <= T::MaxProgressReports::get(),
                "progress reports are bounded"
            );
        }
        let fits = match &assignment.locks {
            LockState::Open => assignment.is_open(),
            LockState::Undecided { .. } => {
                matches!(assignment.status, AssignmentStatus::Failed { .. })
            }
            LockState::Retrieval { until } => {
                matches!(assignment.status, AssignmentStatus::Settled { .. }) && scheduled(*until)
            }
            LockState::Claimed { .. } => {
                matches!(assignment.status, AssignmentStatus::Settled { .. })
            }
            LockState::Released => !assignment.is_open(),
        };
        ensure!(fits, "locks are kept as long as the assignment needs them");
        Ok(())
    }

    /// Checks that the agenda can find all its entries, and returns them.
    fn check_agenda() -> Result<Entries, TryRuntimeError> {
        let prompt = AgendaCursor::<T>::get();
        let patient = PatientCursor::<T>::get().unwrap_or(prompt);
        ensure!(
            prompt.max(patient) <= Self::now().saturating_add(1),
            "the agenda serves no block before its time"
        );
        let mut entries = Entries::new();
        let mut pages = 0usize;
        let prompts = Agenda::<T>::iter().map(|(block, slot)| (Line::Prompt, block, slot));
        let patients = PatientAgenda::<T>::iter().map(|(block, slot)| (Line::Patient, block, slot));
        for (line, block, slot) in prompts.chain(patients) {
            let cursor = match line {
                Line::Prompt => prompt,
                Line::Patient => patient,
            };
            ensure!(block >= cursor, "what was served is gone");
            for page in slot.served..slot.pages {
                let page = match line {
                    Line::Prompt => AgendaPages::<T>::get(block, page),
                    Line::Patient => PatientPages::<T>::get(block, page),
                };
                let page = page.ok_or("every page of the agenda that was put aside is there")?;
                pages = pages.saturating_add(1);
                entries.extend(page.iter().map(|one| (block, codec::Encode::encode(one))));
            }
            entries.extend(
                slot.open
                    .iter()
                    .map(|one| (block, codec::Encode::encode(one))),
            );
        }
        ensure!(
            pages
                == AgendaPages::<T>::iter_keys()
                    .count()
                    .saturating_add(PatientPages::<T>::iter_keys().count()),
            "every page of the agenda belongs to a slot"
        );
        Ok(entries)
    }

    /// Checks that the head follows from the submissions, as far as they can still be read.
    fn check_history() -> Result<(), TryRuntimeError> {
        let history = Submissions::<T>::get();
        let head_before = |id: u64| match id.checked_sub(1) {
            None => Some(GENESIS_HEAD),
            Some(before) => Tasks::<T>::get(TaskId(before)).map(|task| task.history_head),
        };
        for (id, task) in Tasks::<T>::iter() {
            if let Some(before) = head_before(id.0) {
                let hash = task_hash(&task.requester, &task.submission);
                let head = next_head(&before, id, &hash, task.submitted_at, task.timestamp);
                ensure!(
                    head == task.history_head,
                    "each head follows from the one before and the submission"
                );
            }
        }
        if let Some(last) = head_before(history.length) {
            ensure!(last == history.head, "the head is that of the last task");
        }
        Ok(())
    }
}
