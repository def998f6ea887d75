//! A queue that only ends what is begun: where no job can be locked in, what is committed to is opened all the same.

use aicpw_protocol::Hash;
use std::path::Path;
use std::time::Duration;

use super::{
    folder::{FolderError, JobFolder},
    record::{Phase, Record},
    Queue, Shop,
};

/// Whether there are jobs of this chain in `jobs` that have not ended.
pub fn owes(jobs: &Path, genesis: Hash) -> bool {
    let entries = std::fs::read_dir(jobs).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| JobFolder::open(&entry.path()).ok())
        .any(|folder| {
            let record = folder.record();
            record.genesis == genesis && !matches!(record.phase, Phase::Closed { .. })
        })
}

/// Whether a program is still to be run for it. Who only fetches a result runs none.
pub(super) fn is_to_run(record: &Record) -> bool {
    let runs = record.order.fetch.is_none();
    match record.phase {
        Phase::Fetching | Phase::Ready | Phase::Building | Phase::Running => runs,
        Phase::Done { .. } | Phase::Opened { .. } | Phase::Failed { .. } | Phase::Closed { .. } => {
            false
        }
    }
}

impl Queue {
    /// Opens the queue in `jobs` for what needs no program to run: results are opened and served, failures said. It
    /// takes no orders, and does not say that it serves. Jobs that are still to run are left as they are.
    ///
    /// # Errors
    /// When the folder cannot be used.
    pub fn open_to_finish(
        shop: Shop,
        jobs: &Path,
        retention: Duration,
    ) -> Result<Self, FolderError> {
        Self::open_as(shop, jobs, retention, true)
    }
}
