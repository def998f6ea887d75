//! Deadlines, keyed by the block in which they are served.
//!
//! To add a deadline never fails, and costs the same however many there are: a slot is a list of pages. Serving is
//! bounded: deadlines that do not fit into the weight of a block are served in the next one, in order.
//!
//! Entries are never removed early. An entry whose reason is gone is stale, and does nothing. Nearly all entries become
//! stale: a task that goes well leaves the end of its match window and of its start window behind. So the weight of an
//! entry depends on what came of it: a look, a later entry, or the end of something.
//!
//! There are two lines ([`Line`]), which are served one after the other. They are also served with the weight that a
//! block has left at its end. The patient line gets half of that, so that others have something left too.

use aicpw_primitives::traits::{DrawRandomness, Escalation};
use aicpw_protocol::{
    task::{AssignmentStatus, Fault, TaskStatus},
    AssignmentId, BlockNumber, TaskId,
};
use frame_support::{
    pallet_prelude::*,
    storage::with_storage_layer,
    weights::{Weight, WeightMeter},
};

use crate::{
    failure::Cause,
    lines::{Line, Page},
    pallet::*,
    seats::Numbers,
    types::Deadline,
    WeightInfo,
};

/// What came of serving an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Served {
    /// Nothing was to be done: the reason for the entry is gone.
    Stale,
    /// There is more time. A later entry has taken the place of this one.
    Early,
    /// The deadline has passed, and what follows from that was done.
    Due,
    /// As `Due`, for the removal of a task with nothing special to remove: it was public, was neither audited nor
    /// contested, and nothing was locked for it any more.
    Plain,
    /// The deadline has passed. This is the weight of what was done: less than the most that it can be.
    Weighed(Weight),
}

/// The largest weight that one entry can have.
pub(crate) fn heaviest_entry<T: Config>() -> Weight {
    let n = Numbers::most::<T>();
    Pallet::<T>::weight_with(T::WeightInfo::serve_match, n)
        .max(Pallet::<T>::weight_of_silence(n))
        .max(Pallet::<T>::weight_with(T::WeightInfo::serve_settle, n))
        .max(T::WeightInfo::serve_unlock())
        .max(T::WeightInfo::serve_prune(n.all()))
        .max(Pallet::<T>::weight_of_dispute(n))
        .max(Pallet::<T>::weight_of_audit(n))
        .saturating_add(T::WeightInfo::serve_stale())
}

impl<T: Config> Pallet<T> {
    /// Puts a deadline into the slot of block `at`, or of the next block if `at` is not in the future. Returns the
    /// block of the slot.
    pub(crate) fn schedule(at: BlockNumber, deadline: Deadline) -> BlockNumber {
        Self::put_in(Line::Prompt, at, deadline)
    }

    /// As [`Self::schedule`], for deadlines that can wait until all others are served.
    pub(crate) fn schedule_patiently(at: BlockNumber, deadline: Deadline) {
        Self::put_in(Line::Patient, at, deadline);
    }

    fn put_in(line: Line, at: BlockNumber, deadline: Deadline) -> BlockNumber {
        let at = at.max(Self::now().saturating_add(1));
        let mut slot = line.slot::<T>(at).unwrap_or_default();
        if slot.open.is_full() {
            line.put_page::<T>(at, slot.pages, core::mem::take(&mut slot.open));
            slot.pages = slot.pages.saturating_add(1);
        }
        if slot.open.try_push(deadline).is_err() {
            frame_support::defensive!("an empty page has room for a deadline");
        }
        line.put_slot::<T>(at, slot);
        at
    }

    /// Serves the deadlines that are due, within `limit`: first the prompt line, then the patient one. Returns the
    /// weight used.
    pub(crate) fn serve_agenda(limit: Weight) -> Weight {
        Self::serve_lines(limit, |left| left)
    }

    /// As [`Self::serve_agenda`], with the weight that is left at the end of a block. The patient line gets half of it:
    /// matching comes afterwards, and with it the search for auditors and jurors.
    pub(crate) fn serve_agenda_at_end(left: Weight) -> Weight {
        Self::serve_lines(left, |left| left / 2)
    }

    /// Serves the deadlines that are due: first the prompt line, and then the patient line with `share` of the weight
    /// that the prompt line leaves of `limit`.
    fn serve_lines(limit: Weight, share: impl FnOnce(Weight) -> Weight) -> Weight {
        let mut meter = WeightMeter::with_limit(limit);
        let prompt = AgendaCursor::<T>::get();
        // On a chain that had only one line before, the patient line has nothing that is due before the prompt cursor.
        let patient = PatientCursor::<T>::get();
        let next = Self::serve_line(Line::Prompt, prompt, &mut meter);
        if next != prompt {
            AgendaCursor::<T>::put(next);
        }
        let mut rest = WeightMeter::with_limit(share(meter.remaining()));
        let next = Self::serve_line(Line::Patient, patient.unwrap_or(prompt), &mut rest);
        if patient != Some(next) {
            PatientCursor::<T>::put(next);
        }
        meter.consumed().saturating_add(rest.consumed())
    }

    /// Serves the slots of a line from `first` on. Returns the first slot that is not fully served.
    fn serve_line(line: Line, first: BlockNumber, meter: &mut WeightMeter) -> BlockNumber {
        let now = Self::now();
        let mut cursor = first;
        while cursor <= now && Self::serve_slot(line, cursor, meter) {
            cursor = cursor.saturating_add(1);
        }
        cursor
    }

    /// Serves the slot of a block. Returns whether it is fully served.
    fn serve_slot(line: Line, block: BlockNumber, meter: &mut WeightMeter) -> bool {
        if meter.try_consume(T::WeightInfo::serve_slot()).is_err() {
            return false;
        }
        let Some(mut slot) = line.slot::<T>(block) else {
            return true;
        };
        while slot.served < slot.pages {
            if meter.try_consume(T::WeightInfo::serve_slot()).is_err() {
                line.put_slot::<T>(block, slot);
                return false;
            }
            let page = line.take_page::<T>(block, slot.served);
            let rest = Self::serve_page(block, page, meter);
            if !rest.is_empty() {
                line.put_page::<T>(block, slot.served, rest);
                line.put_slot::<T>(block, slot);
                return false;
            }
            slot.served = slot.served.saturating_add(1);
        }
        slot.open = Self::serve_page(block, slot.open, meter);
        if slot.open.is_empty() {
            line.remove_slot::<T>(block);
            true
        } else {
            line.put_slot::<T>(block, slot);
            false
        }
    }

    /// Serves the deadlines of a page. Returns those for which no weight was left.
    fn serve_page(block: BlockNumber, mut page: Page<T>, meter: &mut WeightMeter) -> Page<T> {
        let served = page
            .iter()
            .take_while(|deadline| {
                if let Deadline::Unlock(id) = **deadline {
                    return Self::serve_unlock_within(block, id, meter);
                }
                // The look at the task that the entry is about.
                if meter.try_consume(T::WeightInfo::serve_stale()).is_err() {
                    return false;
                }
                let n = Self::assignments_of(deadline.task());
                if !meter.can_consume(Self::weight_of(deadline, n)) {
                    return false;
                }
                match Self::serve(block, **deadline) {
                    Served::Stale => {}
                    Served::Early => meter.consume(Self::weight_of_early(deadline)),
                    Served::Due => meter.consume(Self::weight_of(deadline, n)),
                    Served::Weighed(weight) => meter.consume(weight),
                    // The task is removed by now, so only the outcome tells its weight.
                    Served::Plain => meter.consume(T::WeightInfo::serve_prune_plain(n.work)),
                }
                true
            })
            .count();
        page.drain(..served);
        page
    }

    /// Serves the end of a retrieval window, for which the task is not looked at. Returns false if too little weight is
    /// left.
    fn serve_unlock_within(block: BlockNumber, id: AssignmentId, meter: &mut WeightMeter) -> bool {
        let most = T::WeightInfo::serve_unlock();
        if !meter.can_consume(most) {
            return false;
        }
        meter.consume(match Self::serve(block, Deadline::Unlock(id)) {
            Served::Weighed(weight) => weight,
            Served::Stale => T::DbWeight::get().reads(1),
            _ => most,
        });
        true
    }

    /// The weight of deciding an audit, or of finding that it cannot be decided yet.
    pub(crate) fn weight_of_audit(n: Numbers) -> Weight {
        Self::weight_with(T::WeightInfo::serve_audit, n)
            .max(T::WeightInfo::serve_early())
            .saturating_add(T::DrawRandomness::seed_weight())
    }

    /// The weight of ending an assignment whose provider is silent, or of finding that there is more time. Mostly the
    /// task goes on without that provider, or ends without a result. But if all others have revealed and waited only
    /// for this auditor, this settles the task as the last reveal does, except that the auditor is slashed and not
    /// paid.
    pub(crate) fn weight_of_silence(n: Numbers) -> Weight {
        Self::weight_with(T::WeightInfo::serve_assignment, n)
            .max(Self::weight_with(T::WeightInfo::reveal_result, n))
            .max(T::WeightInfo::serve_early())
    }

    /// The weight of an entry that is put off.
    fn weight_of_early(deadline: &Deadline) -> Weight {
        match deadline {
            Deadline::Audit(_) => {
                T::WeightInfo::serve_early().saturating_add(T::DrawRandomness::seed_weight())
            }
            _ => T::WeightInfo::serve_early(),
        }
    }

    /// The weight of a deadline that has passed, for a task that has had this many assignments.
    fn weight_of(deadline: &Deadline, n: Numbers) -> Weight {
        match deadline {
            Deadline::Match(_) => Self::weight_with(T::WeightInfo::serve_match, n),
            Deadline::Assignment(_) => Self::weight_of_silence(n),
            Deadline::Settle(_) => Self::weight_with(T::WeightInfo::serve_settle, n),
            Deadline::Unlock(_) => T::WeightInfo::serve_unlock(),
            // Jurors are removed like all the others.
            Deadline::Prune(_) => T::WeightInfo::serve_prune(n.all()),
            Deadline::Dispute(_) => Self::weight_of_dispute(n),
            Deadline::Audit(_) => Self::weight_of_audit(n),
        }
    }

    /// Serves one deadline of the slot of `block`, completely or not at all.
    pub(crate) fn serve(block: BlockNumber, deadline: Deadline) -> Served {
        let served = with_storage_layer(|| match deadline {
            Deadline::Match(task) => Self::serve_match(task),
            Deadline::Assignment(assignment) => Self::serve_assignment(block, assignment),
            Deadline::Settle(task) => Self::serve_settle(task),
            Deadline::Unlock(assignment) => Self::serve_unlock(assignment),
            Deadline::Prune(task) => Self::serve_prune(task),
            Deadline::Dispute(task) => Self::serve_dispute(task),
            Deadline::Audit(task) => Self::serve_audit(task),
        });
        served.unwrap_or_else(|error| {
            Self::retry(deadline);
            frame_support::defensive!("a deadline cannot fail", (deadline, error));
            Served::Due
        })
    }

    /// Puts an entry that failed into the slot of the next block.
    ///
    /// An entry whose reason is gone does not fail, so the reason for this one still exists, and nothing but the agenda
    /// acts on it: once a deadline has passed, no call is accepted, and the locks would stay for ever. The exception is
    /// the step of a dispute that is over: nobody waits for it.
    pub(crate) fn retry(deadline: Deadline) {
        if matches!(deadline, Deadline::Dispute(task) if T::Escalation::is_over(task)) {
            return;
        }
        let next = Self::now().saturating_add(1);
        // Several entries about the same thing become one.
        if !Agenda::<T>::get(next).is_some_and(|slot| slot.open.contains(&deadline)) {
            Self::schedule(next, deadline);
        }
        if let Deadline::Assignment(id) = deadline {
            // An entry in any other slot is stale.
            Assignments::<T>::mutate_extant(id, |assignment| assignment.due = next);
        }
    }

    fn serve_assignment(block: BlockNumber, id: AssignmentId) -> Result<Served, DispatchError> {
        let Some(mut assignment) = Assignments::<T>::get(id) else {
            return Ok(Served::Stale);
        };
        let Some(deadline) = assignment.deadline() else {
            return Ok(Served::Stale);
        };
        if assignment.due != block {
            return Ok(Served::Stale);
        }
        if Self::now() <= deadline {
            assignment.due = Self::schedule(deadline.saturating_add(1), Deadline::Assignment(id));
            Assignments::<T>::insert(id, assignment);
            return Ok(Served::Early);
        }
        let fault = match assignment.status {
            AssignmentStatus::AwaitingKey { .. } => Fault::NoKey,
            AssignmentStatus::Assigned { .. } => Fault::NoStart,
            AssignmentStatus::Running {
                progress_by,
                commit_by,
                ..
            } if progress_by < commit_by => Fault::NoProgress,
            AssignmentStatus::Running { .. } => Fault::NoCommit,
            _ => Fault::NoReveal,
        };
        Self::fail_assignment(id, assignment, Cause::seen_by_chain(fault))?;
        Ok(Served::Due)
    }

    fn serve_settle(id: TaskId) -> Result<Served, DispatchError> {
        match Tasks::<T>::get(id) {
            Some(task) if matches!(task.status, TaskStatus::Verifying { settle_at } if Self::now() >= settle_at) =>
            {
                let only = Self::only_assignment(id).map(|one| (one, Self::notes_of(one)));
                Self::settle(id, task)?;
                Ok(only.map_or(Served::Due, |(one, before)| {
                    let alone = T::WeightInfo::serve_settle_only();
                    Served::Weighed(Self::weight_of_payment(alone, one, before))
                }))
            }
            _ => Ok(Served::Stale),
        }
    }
}
