use aicpw_protocol::TaskId;

/// Where in the queue a task goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum QueueEnd {
    /// A new task, of which matching has not heard before: behind all others, in history order.
    Back,
    /// A task whose assignment failed: before all others.
    Front,
}

/// The queue of tasks that wait for a device. Implemented by `pallet-matching`.
///
/// Contract: matching asks the [`super::TaskBoard`] about each task that is in the queue until it has
/// matched it, parked it, or been told to forget it. A task is in the queue at most once: only one that was
/// never in it goes to its back.
pub trait MatchQueue {
    /// Puts a task into the queue.
    fn enqueue(task: TaskId, end: QueueEnd);

    /// Takes a task out, queued or parked. Does nothing if it is in neither.
    fn forget(task: TaskId);
}

/// Nobody matches.
impl MatchQueue for () {
    fn enqueue(_: TaskId, _: QueueEnd) {}
    fn forget(_: TaskId) {}
}
