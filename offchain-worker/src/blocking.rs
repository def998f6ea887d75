//! Work that holds up a thread.

use std::fs::File;
use std::io;
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

/// Waits until a file is on the disk. Nothing but that goes on if this is dropped.
///
/// # Errors
/// When the disk says so.
pub async fn sync(file: File) -> io::Result<()> {
    let synced = tokio::task::spawn_blocking(move || file.sync_all()).await;
    synced.map_err(io::Error::other)?
}
