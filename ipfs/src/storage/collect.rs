//! Keeps track of blocks in use, and removes those that are not.
//!
//! Collection is our own and not the library's, for two reasons. The library's holds a lock that
//! every waiting download holds as well, so that one unknown CID stalls the whole node until its
//! time-out; and it knows nothing of content that is being added and not pinned yet.
//!
//! - A block that is pinned, or that a running operation has touched ([`Hold`]), is never
//!   removed.
//! - Of the others, those that were not used for the longest time go first.
//! - Neither side ever waits for the network while it holds `gate`.

use super::room::Wanted;
use super::{as_stored, Storage};
use crate::error::OpError;
use cid::Cid;
use futures::StreamExt;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard, PoisonError};

/// The blocks that the collector looks at per turn; between turns operations may proceed.
const COLLECT_BATCH: usize = 64;

/// The most blocks whose last use is remembered; beyond that the older half is forgotten, and goes
/// first.
const REMEMBERED_USES: usize = 1 << 18;

#[derive(Default)]
pub(super) struct InUse {
    pub(super) blocks: HashMap<Cid, usize>,
    /// When blocks were used last, in turns; those from before the start of the process are older.
    used_at: HashMap<Cid, u64>,
    turn: u64,
    collecting: bool,
    /// Blocks released during a collection, and kept until its end: the collector's list of pins
    /// may be older than a pin that the releasing operation made.
    released: Vec<Cid>,
}

/// Keeps the blocks that an operation touches from collection for as long as it lives.
pub struct Hold {
    storage: Arc<Storage>,
    blocks: HashSet<Cid>,
}

impl Storage {
    /// Starts an operation that holds no block yet.
    pub fn hold(self: &Arc<Self>) -> Hold {
        Hold {
            storage: self.clone(),
            blocks: HashSet::new(),
        }
    }

    /// Removes all blocks that are neither pinned nor in use; returns them.
    pub async fn collect(&self) -> Result<Vec<Cid>, OpError> {
        let _one = self.one_collection.lock().await;
        let all = Wanted {
            bytes: u64::MAX,
            files: u64::MAX,
        };
        self.remove_unused(all).await
    }

    /// Removes blocks that are neither pinned nor in use until there is room for what is on its
    /// way, starting with those that were not used for the longest time.
    pub(super) async fn evict(&self) -> Result<(), OpError> {
        let _one = self.one_collection.lock().await;
        // Another operation may have made room meanwhile.
        if let Some(shortage) = self.shortage()? {
            self.remove_unused(shortage.wanted).await?;
        }
        Ok(())
    }

    async fn remove_unused(&self, enough: Wanted) -> Result<Vec<Cid>, OpError> {
        let _late_releases = Collecting::start(self);
        // The store names blocks by CIDv1, whichever version was asked for.
        let pinned: HashSet<Cid> = self.pins().await?.into_keys().map(as_stored).collect();
        let blocks = self.repo.list_blocks().await;
        let mut unpinned: Vec<Cid> = blocks
            .filter(|cid| std::future::ready(!pinned.contains(cid)))
            .collect()
            .await;
        {
            let in_use = self.in_use();
            unpinned.sort_by_cached_key(|cid| in_use.used_at.get(cid).copied());
        }
        let (mut removed, mut freed) = (Vec::new(), 0u64);
        for batch in unpinned.chunks(COLLECT_BATCH) {
            let _gate = self.gate.write().await;
            for cid in batch {
                if freed >= enough.bytes && removed.len() as u64 >= enough.files {
                    break;
                }
                if self.in_use().blocks.contains_key(cid) {
                    continue;
                }
                let bytes = self.repo.get_blocks_size(&[*cid]).await?.unwrap_or(0);
                removed.extend(self.repo.remove_block(cid, false).await?);
                freed = freed.saturating_add(bytes as u64);
                self.in_use().used_at.remove(cid);
            }
        }
        self.used
            .store(self.repo.get_total_size().await? as u64, Ordering::Relaxed);
        tracing::info!(removed = removed.len(), bytes = freed, "collected");
        Ok(removed)
    }

    pub(super) fn in_use(&self) -> MutexGuard<'_, InUse> {
        // Nothing panics while it is locked, and the table is whole between statements.
        self.in_use.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hold {
    /// Holds `cids` from here on, whether or not they are in the store yet.
    pub async fn add(&mut self, cids: impl IntoIterator<Item = Cid>) {
        let _gate = self.storage.gate.read().await;
        let mut in_use = self.storage.in_use();
        for cid in cids.into_iter().map(as_stored) {
            in_use.touch(cid);
            if self.blocks.insert(cid) {
                *in_use.blocks.entry(cid).or_default() += 1;
            }
        }
    }

    /// Returns all held blocks, as CIDv1.
    pub fn blocks(&self) -> Vec<Cid> {
        self.blocks.iter().copied().collect()
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let mut in_use = self.storage.in_use();
        if in_use.collecting {
            in_use.released.extend(self.blocks.drain());
        } else {
            in_use.release(self.blocks.drain());
        }
    }
}

impl InUse {
    fn touch(&mut self, cid: Cid) {
        self.turn += 1;
        self.used_at.insert(cid, self.turn);
        if self.used_at.len() > REMEMBERED_USES {
            let cut = self.turn - REMEMBERED_USES as u64 / 2;
            self.used_at.retain(|_, turn| *turn > cut);
        }
    }

    fn release(&mut self, cids: impl IntoIterator<Item = Cid>) {
        for cid in cids {
            if let Some(count) = self.blocks.get_mut(&cid) {
                *count -= 1;
                if *count == 0 {
                    self.blocks.remove(&cid);
                }
            }
        }
    }
}

/// Marks a collection as running until it ends, even with an error or by cancellation.
pub(super) struct Collecting<'a>(&'a Storage);

impl<'a> Collecting<'a> {
    pub(super) fn start(storage: &'a Storage) -> Self {
        storage.in_use().collecting = true;
        Self(storage)
    }
}

impl Drop for Collecting<'_> {
    fn drop(&mut self) {
        let mut in_use = self.0.in_use();
        in_use.collecting = false;
        let released = std::mem::take(&mut in_use.released);
        in_use.release(released);
    }
}
