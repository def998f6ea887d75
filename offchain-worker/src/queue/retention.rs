//! Ended jobs are kept for a while, so that a requester that was away can still fetch results. A job for which the
//! chain still holds locks is kept in any case: with these locks its provider answers for the result.

use aicpw_protocol::{AssignmentId, BlockNumber};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{folder::JobFolder, pins::Pins};
use crate::{
    blocking,
    ipfs::{BlobError, BlobStore},
};

/// How long it may take to pin content again that another job came to need while it was being unpinned.
const PIN_AGAIN: Duration = Duration::from_secs(60);

/// Closed jobs and when they may go.
#[derive(Debug)]
pub struct Retention {
    keep_ms: u64,
    closed: BTreeMap<AssignmentId, Kept>,
}

/// A closed job.
#[derive(Debug, Clone, Copy)]
struct Kept {
    /// When it was closed, in milliseconds since the Unix epoch, by a clock that may have been wrong.
    at: u64,
    /// The block in which its order was first seen.
    seen_at: BlockNumber,
}

/// The locks that the chain holds in a finalised block.
#[derive(Debug, Default)]
pub struct Locked {
    /// The height of that block.
    pub block: BlockNumber,
    /// The assignments for which it holds locks.
    pub assignments: BTreeSet<AssignmentId>,
}

/// Which of the jobs without locks are removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sweep {
    /// Those that have been kept long enough at this time, in milliseconds since the Unix epoch.
    Old(u64),
    /// All of them: their room is needed.
    All,
}

impl Retention {
    /// Keeps ended jobs for `keep`.
    pub fn new(keep: Duration) -> Self {
        Self {
            keep_ms: u64::try_from(keep.as_millis()).unwrap_or(u64::MAX),
            closed: BTreeMap::new(),
        }
    }

    /// Adds a job that was first seen in the block `seen_at` and closed `at` (milliseconds since the Unix epoch).
    pub fn add(&mut self, assignment: AssignmentId, at: u64, seen_at: BlockNumber) {
        self.closed.insert(assignment, Kept { at, seen_at });
    }

    /// Whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.closed.is_empty()
    }

    /// Forgets a job that is gone, or whose assignment is about something else now.
    pub fn forget(&mut self, assignment: AssignmentId) {
        self.closed.remove(&assignment);
    }

    /// Returns the jobs that may go: nothing is locked for them.
    ///
    /// A chain that has not yet reached the block of an order, after its database was lost, says nothing about that
    /// job. A job that was closed in the future was closed by a clock that has been set back since. Nobody knows how
    /// long ago that was, so its time begins now.
    pub fn due(&mut self, locked: &Locked, which: Sweep) -> BTreeSet<AssignmentId> {
        if let Sweep::Old(now) = which {
            for kept in self.closed.values_mut() {
                kept.at = kept.at.min(now);
            }
        }
        let is_old = |kept: &Kept| match which {
            Sweep::Old(now) => kept.at.saturating_add(self.keep_ms) <= now,
            Sweep::All => true,
        };
        let due = self.closed.iter().filter(|(assignment, kept)| {
            kept.seen_at <= locked.block && !locked.assignments.contains(assignment) && is_old(kept)
        });
        due.map(|(assignment, _)| *assignment).collect()
    }
}

/// Unpins and removes ended jobs, and returns those that are gone. Stops if the IPFS node does not answer: each further
/// request would wait for it again.
pub async fn let_go(
    store: &dyn BlobStore,
    jobs: PathBuf,
    pins: Pins,
    due: BTreeSet<AssignmentId>,
) -> Vec<AssignmentId> {
    let mut gone = Vec::new();
    for assignment in due {
        if let Err(error) = unpin(store, &pins, assignment).await {
            if let BlobError::NodeUnreachable { .. } = error {
                tracing::warn!(%assignment, %error, "cannot let go of ended jobs yet");
                break;
            }
            tracing::warn!(%assignment, %error, "cannot unpin an ended job yet");
            continue;
        }
        if let Err(error) = blocking::run(|| remove(&jobs, assignment)) {
            tracing::warn!(%assignment, %error, "cannot remove an ended job yet");
            continue;
        }
        pins.forget(assignment);
        tracing::debug!(%assignment, "not needed any more; removed");
        gone.push(assignment);
    }
    gone
}

fn remove(jobs: &Path, assignment: AssignmentId) -> Result<(), super::FolderError> {
    JobFolder::remove(&JobFolder::path_of(jobs, assignment))
}

async fn unpin(
    store: &dyn BlobStore,
    pins: &Pins,
    assignment: AssignmentId,
) -> Result<(), BlobError> {
    for pin in pins.of(assignment) {
        let Ok(cid) = cid::Cid::try_from(pin.as_bytes()) else {
            continue;
        };
        if pins.others_keep(assignment, &pin) {
            continue;
        }
        let unpinned = store.unpin(&cid).await;
        // Another job may have come to the same result meanwhile, and may have pinned it before this unpinned it.
        if pins.others_keep(assignment, &pin) {
            if let Err(error) = store.pin(&cid, PIN_AGAIN).await {
                tracing::error!(%cid, %error, "what another job needs may not be pinned any more");
            }
        }
        unpinned?;
    }
    Ok(())
}
