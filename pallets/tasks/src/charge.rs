//! What a worker call came to, of the most that it could: most tasks have one replica, and what is done for
//! those is less than for several.

use aicpw_protocol::{
    task::{AssignmentStatus, Role, TaskStatus},
    AssignmentId,
};
use frame_support::weights::Weight;

use crate::{pallet::*, types::Task, WeightInfo};

impl<T: Config> Pallet<T> {
    /// The task of a replica that has never had another beside it.
    fn task_of_alone(id: AssignmentId) -> Option<Task<T::AccountId>> {
        Tasks::<T>::get(id.task).filter(|task| {
            let mut seats = task.seats.iter();
            seats.len() == 1 && seats.all(|seat| seat.role == Role::Replica)
        })
    }

    /// What a commit has cost, of a task that had so many assignments.
    pub(crate) fn weight_of_commit(id: AssignmentId, n: u32) -> Weight {
        match Self::task_of_alone(id) {
            Some(_) => T::WeightInfo::commit_alone(),
            None => T::WeightInfo::commit_result(n),
        }
    }

    /// What a reveal has cost, of a task that had so many assignments.
    pub(crate) fn weight_of_reveal(id: AssignmentId, n: u32) -> Weight {
        let task = Self::task_of_alone(id).map(|task| task.status);
        let assignment = Assignments::<T>::get(id).map(|assignment| assignment.status);
        match (task, assignment) {
            (Some(TaskStatus::Verifying { .. }), _) => T::WeightInfo::reveal_to_wait(),
            (Some(TaskStatus::Settled { .. }), Some(AssignmentStatus::Settled { .. })) => {
                T::WeightInfo::reveal_alone(n)
            }
            // One that was not expected as well, which fails: as much as the last reveal of several.
            _ => T::WeightInfo::reveal_result(n),
        }
    }
}
