//! What a process and all that it started have written in their folder. The kernel bounds how long each file gets, and
//! not how many there are.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::usage::{self, Usage};

/// How often it is looked, unless looking takes a good part of that.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Of the time, looking takes one in so many parts.
const SHARE: u32 = 10;

/// How much may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// Bytes on the disk.
    pub bytes: u64,
    /// Files and folders.
    pub files: u64,
}

/// A folder, and what it may grow to.
#[derive(Debug, Clone)]
pub(super) struct Written {
    folder: PathBuf,
    most: Usage,
}

impl Written {
    /// Begins with what is in the folder now.
    pub(super) fn begin(folder: PathBuf, allowance: Allowance) -> Self {
        let before = usage::of(&folder, u64::MAX);
        let most = Usage {
            bytes: before.bytes.saturating_add(allowance.bytes),
            entries: before.entries.saturating_add(allowance.files),
        };
        Self { folder, most }
    }

    /// Whether more was written than may be. Of what was deleted nothing is known, even if it is still open.
    pub(super) fn is_over(&self) -> bool {
        let now = usage::of(&self.folder, self.most.entries.saturating_add(1));
        now.bytes > self.most.bytes || now.entries > self.most.entries
    }

    /// Returns when more was written than may be.
    pub(super) async fn over(&self) {
        let mut pause = LOOK_EVERY;
        loop {
            tokio::time::sleep(pause).await;
            let (written, begun) = (self.clone(), Instant::now());
            let looked = tokio::task::spawn_blocking(move || written.is_over()).await;
            // It fails only where the node ends.
            if matches!(looked, Ok(true)) {
                return;
            }
            pause = LOOK_EVERY.max(begun.elapsed() * SHARE);
        }
    }
}
