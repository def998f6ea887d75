//! The queue: how tasks come into it and leave it, and what each of them asks for.

use aicpw_primitives::traits::{Choice, MatchQueue, QueueEnd, TaskBoard};
use aicpw_protocol::{BlockNumber, TaskId};
use alloc::boxed::Box;

use crate::{
    lists::Side,
    query::Query,
    types::{Cursor, List, Progress},
    Config, Cursors, Pallet,
};

impl<T: Config> MatchQueue for Pallet<T> {
    fn enqueue(task: TaskId, end: QueueEnd) {
        let list = match end {
            // The task is new, so it is in no list yet.
            QueueEnd::Back => List::Back,
            QueueEnd::Front => {
                Self::forget(task);
                List::Front
            }
        };
        Self::insert_into(list, task.0, Side::Tail);
    }

    fn forget(task: TaskId) {
        Self::remove_from(List::Front, task.0);
        Self::remove_from(List::Back, task.0);
        if Cursors::<T>::take(task).is_some() && !Self::remove_from(List::Slow, task.0) {
            Self::remove_from(List::Urgent, task.0);
        }
        Self::unpark(task);
    }
}

impl<T: Config> Pallet<T> {
    /// Puts the task into one of the lists of slow tasks. It goes on with this progress in block `due` or later.
    pub(crate) fn defer((task, list): (TaskId, List), progress: Progress, due: BlockNumber) {
        Self::insert_into(list, task.0, Side::Tail);
        Cursors::<T>::insert(task, Cursor { progress, due });
    }

    /// The query for the task; `None` if it needs no match any more.
    pub(crate) fn query_of(task: TaskId) -> Option<Query<'static, T::AccountId>> {
        Self::demand_of(task).map(|(query, ..)| query)
    }

    /// The query for the task, which of the devices that fit gets it, and the list in which it waits if it is deferred.
    /// `None` if it needs no match any more.
    pub(crate) fn demand_of(task: TaskId) -> Option<(Query<'static, T::AccountId>, Choice, List)> {
        let demand = T::Tasks::demand(task)?;
        let list = if demand.is_urgent {
            List::Urgent
        } else {
            List::Slow
        };
        let query = Query::new(
            demand.requester,
            demand.excluded,
            demand.needs,
            demand.highest_ask,
            Box::new(move |ask, reputation| T::Tasks::terms(task, ask, reputation)),
        );
        Some((query.only(demand.fingerprint), demand.choice, list))
    }
}
