//! Work that blocks a thread.

use std::fs::File;
use std::io;
use tokio::runtime::{Handle, RuntimeFlavor};

/// Does something that waits for the disk or computes for a while, without blocking the other tasks
/// of the runtime, which make blocks. Unlike with `spawn_blocking`, nothing continues after its
/// task was dropped.
pub fn run<T>(work: impl FnOnce() -> T) -> T {
    match Handle::try_current().map(|handle| handle.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        // There is nothing else to block, or nowhere to move it to.
        _ => work(),
    }
}

/// Waits until a file is on disk. Only that continues if this is dropped.
///
/// # Errors
/// When the disk fails.
pub async fn sync(file: File) -> io::Result<()> {
    let synced = tokio::task::spawn_blocking(move || file.sync_all()).await;
    synced.map_err(io::Error::other)?
}
