//! What has ended is kept for a while: a requester that was away can still fetch. What the chain still
//! holds locks for is kept in any case: its provider answers for it with them.

use aicpw_protocol::{content::ContentId, AssignmentId, BlockNumber};
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
    closed: BTreeMap<AssignmentId, Kept>,
}

/// A closed job.
#[derive(Debug, Clone, Copy)]
struct Kept {
    /// When it was closed, milliseconds since the Unix epoch.
    at: u64,
    /// The block in which its order was first seen.
    seen_at: BlockNumber,
}

/// What the chain answers for in a finalised block.
#[derive(Debug, Default)]
pub struct Locked {
    /// The height of that block.
    pub block: BlockNumber,
    /// The assignments that it holds locks for.
    pub assignments: BTreeSet<AssignmentId>,
}

/// Which of what nothing is locked for goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sweep {
    /// What has been kept long enough at this time, milliseconds since the Unix epoch.
    Old(u64),
    /// All of it: its room is wanted.
    All,
}

impl Retention {
    /// Keeps what has ended in `jobs` for `keep`.
    pub fn new(jobs: &Path, keep: Duration) -> Self {
        Self {
            jobs: jobs.to_owned(),
            keep_ms: u64::try_from(keep.as_millis()).unwrap_or(u64::MAX),
            closed: BTreeMap::new(),
        }
    }

    /// A job, first seen in the block `seen_at`, was closed `at` (milliseconds since the Unix epoch).
    pub fn add(&mut self, assignment: AssignmentId, at: u64, seen_at: BlockNumber) {
        self.closed.insert(assignment, Kept { at, seen_at });
    }

    /// Whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.closed.is_empty()
    }

    /// The assignment is about something else now.
    pub fn forget(&mut self, assignment: AssignmentId) {
        self.closed.remove(&assignment);
    }

    /// Unpins and removes what nothing is locked for, and returns which jobs those were. A chain that has
    /// not come to the block of an order yet, after its database was lost, says nothing of it.
    pub async fn sweep(
        &mut self,
        store: &dyn BlobStore,
        locked: &Locked,
        which: Sweep,
    ) -> Vec<AssignmentId> {
        let is_old = |kept: &Kept| match which {
            Sweep::Old(now) => kept.at.saturating_add(self.keep_ms) <= now,
            Sweep::All => true,
        };
        let expired: Vec<AssignmentId> = self
            .closed
            .iter()
            .filter(|(assignment, kept)| {
                kept.seen_at <= locked.block
                    && !locked.assignments.contains(assignment)
                    && is_old(kept)
            })
            .map(|(assignment, _)| *assignment)
            .collect();
        let mut gone = Vec::new();
        for assignment in expired {
            match self.expire(store, assignment).await {
                Ok(()) => {
                    self.closed.remove(&assignment);
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
        tracing::debug!(%assignment, "not needed any more; removed");
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
