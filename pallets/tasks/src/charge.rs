//! What a worker call came to, of the most that it could: most tasks have one replica, and what is done for
//! those is less than for several.

use aicpw_protocol::{
    task::{AssignmentStatus, Role, TaskStatus},
    AssignmentId,
};
use frame_support::{
    traits::Get,
    weights::{constants::WEIGHT_REF_TIME_PER_MICROS, Weight},
};

use crate::{pallet::*, seats::Numbers, types::Task, WeightInfo};

/// What it takes, beside the read, to decode the assignment of a juror and to leave it: by hand, somewhat more than
/// `rate` takes for each that it looks at.
const LOOK_AT_JUROR: u64 = 4 * WEIGHT_REF_TIME_PER_MICROS;

impl<T: Config> Pallet<T> {
    /// What a step weighs, by its weight for so many replicas and auditors, that reads all assignments of a task.
    pub(crate) fn weight_with(step: fn(u32) -> Weight, numbers: Numbers) -> Weight {
        let jurors = numbers.jurors.into();
        step(numbers.work)
            .saturating_add(T::DbWeight::get().reads(jurors))
            .saturating_add(Weight::from_parts(LOOK_AT_JUROR, 0).saturating_mul(jurors))
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

    /// What a commit has cost, of a task that had so many assignments.
    pub(crate) fn weight_of_commit(id: AssignmentId, n: Numbers) -> Weight {
        match Self::task_of_alone(id) {
            Some(task) if !task.submission.verification.is_audited() => {
                T::WeightInfo::commit_unaudited()
            }
            Some(_) => T::WeightInfo::commit_alone(),
            None => Self::weight_with(T::WeightInfo::commit_result, n),
        }
    }

    /// What a reveal has cost, of a task that had so many assignments.
    pub(crate) fn weight_of_reveal(id: AssignmentId, n: Numbers) -> Weight {
        let task = Self::task_of_alone(id).map(|task| task.status);
        let assignment = Assignments::<T>::get(id).map(|assignment| assignment.status);
        match (task, assignment) {
            (Some(TaskStatus::Verifying { .. }), _) => T::WeightInfo::reveal_to_wait(),
            (Some(TaskStatus::Settled { .. }), Some(AssignmentStatus::Settled { .. })) => {
                match n.work {
                    1 => T::WeightInfo::reveal_only(),
                    work => T::WeightInfo::reveal_alone(work),
                }
            }
            // One that was not expected as well, which fails: as much as the last reveal of several.
            _ => Self::weight_with(T::WeightInfo::reveal_result, n),
        }
    }
}
