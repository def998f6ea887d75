//! The number of tasks in each state, updated with every transition, so that nobody has to count
//! them.

use aicpw_protocol::{task::TaskStatus, view::TaskCensus};

use crate::pallet::*;

impl<T: Config> Pallet<T> {
    /// The number of tasks, by state.
    pub fn task_census() -> TaskCensus {
        Census::<T>::get()
    }

    /// Counts a task that goes from one state to another, or is new.
    pub(crate) fn count_task(from: Option<&TaskStatus>, to: &TaskStatus) {
        Census::<T>::mutate(|census| {
            if let Some(open) = from.and_then(|from| open_tasks(census, from)) {
                *open = open.saturating_sub(1);
            }
            if let Some(open) = open_tasks(census, to) {
                *open = open.saturating_add(1);
            }
            if let Some(total) = total(census, to) {
                *total = total.saturating_add(1);
            }
        });
    }
}

/// The number of tasks in this state; `None` if the state is final.
fn open_tasks<'a>(census: &'a mut TaskCensus, status: &TaskStatus) -> Option<&'a mut u32> {
    match status {
        TaskStatus::Queued { .. } => Some(&mut census.queued),
        TaskStatus::Parked { .. } => Some(&mut census.parked),
        TaskStatus::Active => Some(&mut census.active),
        TaskStatus::Verifying { .. } => Some(&mut census.verifying),
        TaskStatus::Disputed => Some(&mut census.disputed),
        TaskStatus::Settled { .. } | TaskStatus::Cancelled { .. } | TaskStatus::Refunded { .. } => {
            None
        }
    }
}

/// The total to which a transition to this state adds; `None` if the state is not final.
fn total<'a>(census: &'a mut TaskCensus, to: &TaskStatus) -> Option<&'a mut u64> {
    match to {
        TaskStatus::Settled { .. } => Some(&mut census.settled),
        TaskStatus::Cancelled { .. } => Some(&mut census.cancelled),
        TaskStatus::Refunded { .. } => Some(&mut census.refunded),
        TaskStatus::Queued { .. }
        | TaskStatus::Parked { .. }
        | TaskStatus::Active
        | TaskStatus::Verifying { .. }
        | TaskStatus::Disputed => None,
    }
}

#[cfg(any(feature = "try-runtime", feature = "std"))]
impl<T: Config> Pallet<T> {
    pub(crate) fn check_census() -> Result<(), sp_runtime::TryRuntimeError> {
        let mut counted = TaskCensus::default();
        for task in Tasks::<T>::iter_values() {
            if let Some(open) = open_tasks(&mut counted, &task.status) {
                *open = open.saturating_add(1);
            }
        }
        let census = Census::<T>::get();
        frame_support::ensure!(
            (
                counted.queued,
                counted.parked,
                counted.active,
                counted.verifying,
                counted.disputed,
            ) == (
                census.queued,
                census.parked,
                census.active,
                census.verifying,
                census.disputed,
            ),
            "the census knows how many tasks are in each open state"
        );
        let open = [
            census.queued,
            census.parked,
            census.active,
            census.verifying,
            census.disputed,
        ];
        let open: u64 = open.into_iter().map(u64::from).sum();
        let ended = [census.settled, census.cancelled, census.refunded];
        frame_support::ensure!(
            open.saturating_add(ended.into_iter().sum()) == Submissions::<T>::get().length,
            "every task that was submitted is open or ended"
        );
        Ok(())
    }
}
