//! A queue that only ends what has begun: if no job can be locked in, results that are committed to are opened all the
//! same.

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

/// Whether a program still has to be run for the job. A fetcher's job runs none.
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
    /// Opens the queue in `jobs` for what needs no program to run: results are opened and served, and failures are
    /// reported. The queue takes no orders, and does not say that it serves. Jobs that still have to run are left as
    /// they are.
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
