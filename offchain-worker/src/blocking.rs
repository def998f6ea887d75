//! Work that holds up a thread.

use tokio::runtime::{Handle, RuntimeFlavor};

/// Does something that waits for the disk or computes for a while, without holding up the other
/// tasks of the runtime: they are those that make blocks. Unlike with `spawn_blocking`, nothing
/// goes on behind the back of a task that was dropped.
pub fn run<T>(work: impl FnOnce() -> T) -> T {
    match Handle::try_current().map(|handle| handle.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        // There is nobody else to hold up, or nowhere to move them to.
        _ => work(),
    }
}
