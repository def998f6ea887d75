//! What a worker call came to, of the most that it could: most tasks have one replica, and what is done for
//! those is less than for several.

use aicpw_primitives::traits::{DevicePool, Escalation, Notes, Standing};
use aicpw_protocol::{
    task::{AssignmentStatus, Role, TaskStatus},
    AssignmentId, TaskId,
};
use frame_support::{traits::Get, weights::Weight};

use crate::{
    pallet::*,
    seats::Numbers,
    types::{Task, MOST_AUDITORS},
    WeightInfo,
};

/// How often whoever decides or opens a dispute looks at each assignment of the task, after it is read.
const LOOKS: u64 = 4;

impl<T: Config> Pallet<T> {
    /// What it takes to look at each of so many assignments, which are read, so often as [`LOOKS`] says.
    fn weight_of_looks(n: Numbers) -> Weight {
        T::WeightInfo::look_at_jurors(n.all()).saturating_mul(LOOKS)
    }

    /// What it takes to read so many assignments, and to look at each once, of a task that is looked at anyway.
    pub(crate) fn weight_of_jurors(jurors: u32) -> Weight {
        let looks =
            T::WeightInfo::look_at_jurors(jurors).saturating_sub(T::WeightInfo::look_at_jurors(0));
        T::DbWeight::get()
            .reads(jurors.into())
            .saturating_add(looks)
    }

    /// What a step of a dispute weighs, of a task that has had so many assignments. Most steps close or pay some
    /// jurors, of which [`WeightInfo::serve_dispute`] closes as many as one may, all of whom have copied, and
    /// [`WeightInfo::serve_dispute_at_work`] as many who are at work. One decides:
    /// all results may be wrong, each of which is slashed and released like one that the end of a window decides
    /// against. Nobody knows before which of them a step is. (The last that pays may be followed by the call of the next
    /// jury; it pays as many as are closed else, which is less.)
    pub(crate) fn weight_of_dispute(n: Numbers) -> Weight {
        // Of auditors it ends those that are open, of which `serve_settle` is measured with one beside its replicas; who
        // failed before is looked at only.
        let further = u32::from(MOST_AUDITORS.saturating_sub(1));
        let ended = Self::most_attempts_of_replicas().saturating_add(further);
        let ends = Numbers {
            work: n.work.min(ended),
            jurors: n.jurors,
        };
        let deciding = Self::weight_with(T::WeightInfo::serve_settle, ends)
            .saturating_add(T::Escalation::division_weight())
            .saturating_add(T::WeightInfo::restore_escrow());
        // Beside the assignments, the work that was shown.
        let reads = u64::from(n.all()).saturating_add(1);
        let closing = T::WeightInfo::serve_dispute()
            .max(T::WeightInfo::serve_dispute_at_work())
            .saturating_add(T::DbWeight::get().reads(reads));
        deciding
            .max(closing)
            .saturating_add(Self::weight_of_looks(n))
    }

    /// What it weighs to see what there is to contest about a task; of that with the most assignments, without one.
    pub(crate) fn weight_of_contest(task: Option<TaskId>) -> Weight {
        let n = task.map_or_else(Numbers::most::<T>, Self::assignments_of);
        T::DbWeight::get()
            .reads(n.all().into())
            .saturating_add(Self::weight_of_looks(n))
    }

    /// What a step weighs, by its weight for so many replicas and auditors, that reads all assignments of a task.
    pub(crate) fn weight_with(step: fn(u32) -> Weight, numbers: Numbers) -> Weight {
        step(numbers.work).saturating_add(Self::weight_of_jurors(numbers.jurors))
    }

    /// The most that it can weigh.
    pub fn weight_with_most(step: fn(u32) -> Weight) -> Weight {
        Self::weight_with(step, Numbers::most::<T>())
    }

    /// The task of a replica that has never had another beside it.
    fn task_of_alone(id: AssignmentId) -> Option<Task<T::AccountId>> {
        Tasks::<T>::get(id.task).filter(|task| {
            let mut seats = task.seats.iter();
            seats.len() == 1 && seats.all(|seat| seat.role == Role::Replica)
        })
    }

    /// How the device of an assignment stands in the order book.
    pub(crate) fn standing_of(id: AssignmentId) -> Standing {
        Assignments::<T>::get(id)
            .map(|one| T::DevicePool::standing(one.device))
            .unwrap_or_default()
    }

    /// What is noted of it.
    pub(crate) fn notes_of(id: AssignmentId) -> Notes {
        Assignments::<T>::get(id)
            .map(|one| T::DevicePool::notes(one.device))
            .unwrap_or_default()
    }

    /// What a commit has cost, of a task that had so many assignments, and whose device stood like this before. To move a
    /// device is dear, and seldom needed.
    pub(crate) fn weight_of_commit(id: AssignmentId, n: Numbers, before: Standing) -> Weight {
        let most = match Self::task_of_alone(id) {
            Some(task) if task.submission.verification.is_audited() => {
                T::WeightInfo::commit_alone()
            }
            Some(_) => T::WeightInfo::commit_unaudited(),
            None => Self::weight_with(T::WeightInfo::commit_result, n),
        };
        let (reads, writes) = before.spared(&Self::standing_of(id));
        most.saturating_sub(T::DbWeight::get().reads_writes(reads, writes))
    }

    /// What a reveal has cost, of a task that had so many assignments, and with these notes before.
    pub(crate) fn weight_of_reveal(id: AssignmentId, n: Numbers, before: Notes) -> Weight {
        let task = Self::task_of_alone(id).map(|task| task.status);
        let assignment = Assignments::<T>::get(id).map(|assignment| assignment.status);
        match (task, assignment) {
            (Some(TaskStatus::Verifying { .. }), _) => T::WeightInfo::reveal_to_wait(),
            (Some(TaskStatus::Settled { .. }), Some(AssignmentStatus::Settled { .. })) => {
                match n.work {
                    1 => Self::weight_of_payment(T::WeightInfo::reveal_only(), id, before),
                    work => T::WeightInfo::reveal_alone(work),
                }
            }
            // One that was not expected as well, which fails: as much as the last reveal of several.
            _ => Self::weight_with(T::WeightInfo::reveal_result, n),
        }
    }

    /// The assignment of a task that has had no other.
    pub(crate) fn only_assignment(task: TaskId) -> Option<AssignmentId> {
        let id = AssignmentId {
            task,
            replica: 0,
            attempt: 0,
        };
        let n = Self::assignments_of(task);
        (n.all() == 1 && Self::task_of_alone(id).is_some()).then_some(id)
    }

    /// What it has cost to pay for the only assignment of a task, of so much at most.
    pub(crate) fn weight_of_payment(most: Weight, id: AssignmentId, before: Notes) -> Weight {
        let (reads, writes) = before.spared_of_end(&Self::notes_of(id));
        most.saturating_sub(T::DbWeight::get().reads_writes(reads, writes))
    }

    /// What it has cost to free what was locked for an assignment.
    pub(crate) fn weight_of_unlock(id: AssignmentId, before: Notes) -> Weight {
        let (reads, writes) = before.spared(&Self::notes_of(id));
        let spared = T::DbWeight::get().reads_writes(reads, writes);
        T::WeightInfo::serve_unlock().saturating_sub(spared)
    }
}
