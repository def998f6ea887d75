use aicpw_protocol::TaskId;

/// The end of the queue that a task goes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum QueueEnd {
    /// Behind all other tasks, in history order. For a new task, which matching does not know yet.
    Back,
    /// Before all other tasks. For a task that was in the queue before and wants a device again.
    Front,
}

/// The queue of tasks that wait for a device. Implemented by `pallet-matching`.
///
/// Contract: a task stays in the queue until matching has matched it, has parked it or is told to forget it. As long as
/// it is there, matching asks the [`super::TaskBoard`] about it. A task is in the queue at most once. Only a task that
/// has never been in the queue goes to its back.
pub trait MatchQueue {
    /// Puts a task into the queue.
    fn enqueue(task: TaskId, end: QueueEnd);

    /// Removes a task that is queued or parked. Does nothing if it is neither.
    fn forget(task: TaskId);
}

/// Nobody matches.
impl MatchQueue for () {
    fn enqueue(_: TaskId, _: QueueEnd) {}
    fn forget(_: TaskId) {}
}
