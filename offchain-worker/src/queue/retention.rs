//! What has ended is kept for a while: a requester that was away can still fetch.

use aicpw_protocol::{content::ContentId, AssignmentId};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::folder::JobFolder;
use crate::{blocking, ipfs::BlobStore};

/// Closed jobs and when they may go.
#[derive(Debug)]
pub struct Retention {
    jobs: PathBuf,
    keep_ms: u64,
    closed_at: BTreeMap<AssignmentId, u64>,
}

impl Retention {
    /// Keeps what has ended in `jobs` for `keep`.
    pub fn new(jobs: &Path, keep: Duration) -> Self {
        Self {
            jobs: jobs.to_owned(),
            keep_ms: u64::try_from(keep.as_millis()).unwrap_or(u64::MAX),
            closed_at: BTreeMap::new(),
        }
    }

    /// A job was closed `at` (milliseconds since the Unix epoch).
    pub fn add(&mut self, assignment: AssignmentId, at: u64) {
        self.closed_at.insert(assignment, at);
    }

    /// The assignment is about something else now.
    pub fn forget(&mut self, assignment: AssignmentId) {
        self.closed_at.remove(&assignment);
    }

    /// Unpins and removes what has been kept long enough `now`, and returns which jobs those were.
    pub async fn sweep(&mut self, store: &dyn BlobStore, now: u64) -> Vec<AssignmentId> {
        let expired: Vec<AssignmentId> = self
            .closed_at
            .iter()
            .filter(|(_, at)| at.saturating_add(self.keep_ms) <= now)
            .map(|(assignment, _)| *assignment)
            .collect();
        let mut gone = Vec::new();
        for assignment in expired {
            match self.expire(store, assignment).await {
                Ok(()) => {
                    self.closed_at.remove(&assignment);
                    gone.push(assignment);
                }
                Err(error) => tracing::warn!(%assignment, error, "cannot remove an ended job yet"),
            }
        }
        gone
    }

    async fn expire(&self, store: &dyn BlobStore, assignment: AssignmentId) -> Result<(), String> {
        let path = JobFolder::path_of(&self.jobs, assignment);
        if let Ok(folder) = JobFolder::open(&path) {
            let needed = blocking::run(|| self.pins_of_others(assignment));
            for pin in folder.record().pins() {
                let Ok(cid) = cid::Cid::try_from(pin.as_bytes()) else {
                    continue;
                };
                if !needed.contains(&pin) {
                    store.unpin(&cid).await.map_err(|error| error.to_string())?;
                }
            }
        }
        blocking::run(|| JobFolder::remove(&path)).map_err(|error| error.to_string())?;
        tracing::debug!(%assignment, "kept long enough; removed");
        Ok(())
    }

    /// Equal results have one CID and one pin.
    fn pins_of_others(&self, assignment: AssignmentId) -> BTreeSet<ContentId> {
        let own = JobFolder::path_of(&self.jobs, assignment);
        let entries = std::fs::read_dir(&self.jobs)
            .into_iter()
            .flatten()
            .flatten();
        let others = entries
            .map(|entry| entry.path())
            .filter(|path| *path != own);
        others
            .filter_map(|path| JobFolder::open(&path).ok())
            .flat_map(|folder| folder.record().pins())
            .collect()
    }
}
