//! What calls and steps weigh in fact, of the most that they can weigh. Most tasks have one replica, for which less is
//! done than for several.

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

/// How often the code that decides or opens a dispute looks at each assignment of the task after it is read.
const LOOKS: u64 = 4;

impl<T: Config> Pallet<T> {
    /// The weight of looking at this many assignments, which were read before, as often as [`LOOKS`] says.
    fn weight_of_looks(n: Numbers) -> Weight {
        T::WeightInfo::look_at_jurors(n.all()).saturating_mul(LOOKS)
    }

    /// The weight of reading this many assignments and looking at each once, for a task that is looked at anyway.
    pub(crate) fn weight_of_jurors(jurors: u32) -> Weight {
        let looks =
            T::WeightInfo::look_at_jurors(jurors).saturating_sub(T::WeightInfo::look_at_jurors(0));
        T::DbWeight::get()
            .reads(jurors.into())
            .saturating_add(looks)
    }

    /// The weight of a step of a dispute, for a task that has had this many assignments. It is the larger of two
    /// weights, because nobody knows before a step which kind it is:
    ///
    /// - Most steps close or pay some jurors. [`WeightInfo::serve_dispute`] closes as many as one step may, all of whom
    ///   have copied; [`WeightInfo::serve_dispute_at_work`] closes as many that are at work.
    /// - One step decides. All results may be wrong. Each is then slashed and released like one that the end of a
    ///   window decides against.
    ///
    /// The step that pays the last jurors may be followed by the call of the next jury. It pays as many jurors as other
    /// steps close, which weighs less.
    pub(crate) fn weight_of_dispute(n: Numbers) -> Weight {
        // The deciding step ends only auditors that are open; those that failed before are only looked at.
        // `serve_settle` is measured with one auditor besides its replicas.
        let further = u32::from(MOST_AUDITORS.saturating_sub(1));
        let ended = Self::most_attempts_of_replicas().saturating_add(further);
        let ends = Numbers {
            work: n.work.min(ended),
            jurors: n.jurors,
        };
        let deciding = Self::weight_with(T::WeightInfo::serve_settle, ends)
            .saturating_add(T::Escalation::division_weight())
            .saturating_add(T::WeightInfo::restore_escrow());
        // Besides the assignments, the work that was shown is read.
        let reads = u64::from(n.all()).saturating_add(1);
        let closing = T::WeightInfo::serve_dispute()
            .max(T::WeightInfo::serve_dispute_at_work())
            .saturating_add(T::DbWeight::get().reads(reads));
        deciding
            .max(closing)
            .saturating_add(Self::weight_of_looks(n))
    }

    /// The weight of finding what can be contested about a task; without a task, the weight for the task with the most
    /// assignments.
    pub(crate) fn weight_of_contest(task: Option<TaskId>) -> Weight {
        let n = task.map_or_else(Numbers::most::<T>, Self::assignments_of);
        T::DbWeight::get()
            .reads(n.all().into())
            .saturating_add(Self::weight_of_looks(n))
    }

    /// The weight of a step that reads all assignments of a task. `step` is its weight for a number of replicas and
    /// auditors.
    pub(crate) fn weight_with(step: fn(u32) -> Weight, numbers: Numbers) -> Weight {
        step(numbers.work).saturating_add(Self::weight_of_jurors(numbers.jurors))
    }

    /// The largest weight that such a step can have.
    pub fn weight_with_most(step: fn(u32) -> Weight) -> Weight {
        Self::weight_with(step, Numbers::most::<T>())
    }

    /// The task of an assignment, if it has had no seat but that of one replica.
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

    /// The notes about the device of an assignment.
    pub(crate) fn notes_of(id: AssignmentId) -> Notes {
        Assignments::<T>::get(id)
            .map(|one| T::DevicePool::notes(one.device))
            .unwrap_or_default()
    }

    /// The weight that a commit had, for a task that had this many assignments, and a device that stood in the order
    /// book as `before`. To move a device there is expensive, and seldom needed.
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

    /// The weight that a reveal had, for a task that had this many assignments, and a device with these notes before.
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
            // Also a root that was not expected, which fails: this weighs as much as the last reveal of several
            // replicas.
            _ => Self::weight_with(T::WeightInfo::reveal_result, n),
        }
    }

    /// The only assignment that a task has had; `None` if it has had others.
    pub(crate) fn only_assignment(task: TaskId) -> Option<AssignmentId> {
        let id = AssignmentId {
            task,
            replica: 0,
            attempt: 0,
        };
        let n = Self::assignments_of(task);
        (n.all() == 1 && Self::task_of_alone(id).is_some()).then_some(id)
    }

    /// The weight that paying for the only assignment of a task had. `most` is the most that it can be.
    pub(crate) fn weight_of_payment(most: Weight, id: AssignmentId, before: Notes) -> Weight {
        let (reads, writes) = before.spared_of_end(&Self::notes_of(id));
        most.saturating_sub(T::DbWeight::get().reads_writes(reads, writes))
    }

    /// The weight that releasing the locks of an assignment had.
    pub(crate) fn weight_of_unlock(id: AssignmentId, before: Notes) -> Weight {
        let (reads, writes) = before.spared(&Self::notes_of(id));
        let spared = T::DbWeight::get().reads_writes(reads, writes);
        T::WeightInfo::serve_unlock().saturating_sub(spared)
    }
}
