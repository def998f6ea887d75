//! How much a process and its children have written to their folder. The kernel limits the length of each file, but not
//! the number of files.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::usage::{self, Usage};

/// How often the folder is checked, unless a check takes a large part of that time.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Checks take at most one part in this many of the time.
const SHARE: u32 = 10;

/// How much may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// Bytes on the disk.
    pub bytes: u64,
    /// Files and folders.
    pub files: u64,
}

/// A folder, and how large it may become.
#[derive(Debug, Clone)]
pub(super) struct Written {
    folder: PathBuf,
    most: Usage,
}

impl Written {
    /// Starts to count from what is in the folder now.
    pub(super) fn begin(folder: PathBuf, allowance: Allowance) -> Self {
        let before = usage::of(&folder, u64::MAX);
        let most = Usage {
            bytes: before.bytes.saturating_add(allowance.bytes),
            entries: before.entries.saturating_add(allowance.files),
        };
        Self { folder, most }
    }

    /// Whether more was written than allowed. Deleted files are not counted, even if they are still open.
    pub(super) fn is_over(&self) -> bool {
        let now = usage::of(&self.folder, self.most.entries.saturating_add(1));
        now.bytes > self.most.bytes || now.entries > self.most.entries
    }

    /// Returns when more was written than allowed.
    pub(super) async fn over(&self) {
        let mut pause = LOOK_EVERY;
        loop {
            tokio::time::sleep(pause).await;
            let (written, begun) = (self.clone(), Instant::now());
            let looked = tokio::task::spawn_blocking(move || written.is_over()).await;
            // This fails only when the node ends.
            if matches!(looked, Ok(true)) {
                return;
            }
            pause = LOOK_EVERY.max(begun.elapsed() * SHARE);
        }
    }
}
