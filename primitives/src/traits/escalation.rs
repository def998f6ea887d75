use aicpw_protocol::TaskId;

/// Where those go on who cannot decide by themselves which result is right. Implemented by whoever
/// keeps juries.
///
/// Contract: asked in the block in which it is found that the replicas of a task have no majority.
/// Whoever takes it over ends the task; until then its escrow and all locks stay as they are, and no
/// deadline of the tasks pallet ends it.
pub trait Escalation {
    /// Takes the task over. Returns whether it does: if not, the requester is refunded, and nobody is
    /// slashed.
    fn take_over(task: TaskId) -> bool;
}

/// Nobody decides.
impl Escalation for () {
    fn take_over(_: TaskId) -> bool {
        false
    }
}
