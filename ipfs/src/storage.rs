//! The block store's bookkeeping: how full it is, what is in use, what may be collected.
//!
//! Collection is our own and not the library's, for two reasons. The library's holds a lock that
//! every waiting download holds as well, so that one unknown CID stalls the whole node until its
//! time-out; and it knows nothing of content that is being added and not pinned yet.
//!
//! - A block that is pinned, or that a running operation has touched ([`Hold`]), is never
//!   removed.
//! - Neither side ever waits for the network while it holds `gate`.

use crate::error::OpError;
use anyhow::Context;
use cid::Cid;
use futures::{StreamExt, TryStreamExt};
use rust_ipfs::repo::{DefaultStorage, PinStore, Repo};
use rust_ipfs::{Block, PinKind, PinMode};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Left free on the disk for everything else that runs on the machine.
const DISK_RESERVE: u64 = 64 << 20;

/// Blocks looked at per turn of the collector; between turns operations may proceed.
const COLLECT_BATCH: usize = 64;

/// The repository on disk.
pub struct Storage {
    repo: Repo<DefaultStorage>,
    path: PathBuf,
    limit: Option<u64>,
    /// Bytes of blocks; exact after opening and after a collection, within a few blocks between.
    used: AtomicU64,
    in_use: Mutex<InUse>,
    /// Read: to mark blocks as in use. Written: to remove a batch of blocks that are not.
    gate: tokio::sync::RwLock<()>,
    one_collection: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct InUse {
    blocks: HashMap<Cid, usize>,
    collecting: bool,
    /// Released during a collection, and kept until its end: the collector's list of pins may be
    /// older than a pin that the releasing operation made.
    released: Vec<Cid>,
}

/// Keeps the blocks that an operation touches from collection for as long as it lives.
pub struct Hold {
    storage: Arc<Storage>,
    blocks: HashSet<Cid>,
}

/// Size of the repository, for `repo/stat`.
pub struct Usage {
    /// Bytes of blocks.
    pub bytes: u64,
    /// Number of blocks.
    pub blocks: u64,
    /// Bytes allowed, if limited.
    pub limit: Option<u64>,
}

impl Storage {
    /// Opens the repository in `path` and locks it for this process.
    ///
    /// # Errors
    /// When another process has it open, or the disk fails.
    pub async fn open(path: &Path, limit: Option<u64>) -> anyhow::Result<Arc<Self>> {
        let repo = Repo::new_fs(path);
        repo.init()
            .await
            .with_context(|| format!("cannot open repository {}", path.display()))?;
        remove_interrupted_writes(&path.join("blockstore")).await;
        let used = repo.get_total_size().await? as u64;
        Ok(Arc::new(Self {
            repo,
            path: path.to_owned(),
            limit,
            used: AtomicU64::new(used),
            in_use: Mutex::default(),
            gate: tokio::sync::RwLock::default(),
            one_collection: tokio::sync::Mutex::default(),
        }))
    }

    /// The library's view of the repository.
    pub fn repo(&self) -> &Repo<DefaultStorage> {
        &self.repo
    }

    /// Starts an operation that holds no block yet.
    pub fn hold(self: &Arc<Self>) -> Hold {
        Hold {
            storage: self.clone(),
            blocks: HashSet::new(),
        }
    }

    /// Makes sure that `bytes` more fit, collecting what is not pinned if need be.
    pub async fn make_room(&self, bytes: u64) -> Result<(), OpError> {
        if self.shortage(bytes)?.is_none() {
            return Ok(());
        }
        self.collect().await?;
        match self.shortage(bytes)? {
            None => Ok(()),
            Some(error) => Err(error),
        }
    }

    fn shortage(&self, bytes: u64) -> Result<Option<OpError>, OpError> {
        let used = self.used.load(Ordering::Relaxed);
        if let Some(limit) = self.limit {
            if used.saturating_add(bytes) > limit {
                return Ok(Some(OpError::StorageLimit { used, limit }));
            }
        }
        let disk = rustix::fs::statvfs(&self.path)
            .with_context(|| format!("cannot read the free space of {}", self.path.display()))?;
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        let short = free < bytes.saturating_add(DISK_RESERVE);
        Ok(short.then_some(OpError::DiskFull { free }))
    }

    /// Notes that `bytes` of blocks were stored.
    pub fn grew(&self, bytes: u64) {
        self.used.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Stores blocks. The caller holds them, and has made room.
    pub async fn put(&self, blocks: Vec<Block>) -> Result<(), OpError> {
        let bytes: u64 = blocks.iter().map(|block| block.data().len() as u64).sum();
        self.repo.put_blocks(blocks).await?;
        self.grew(bytes);
        Ok(())
    }

    /// Pins a file whose blocks are all in the store and held by the caller.
    pub async fn pin(&self, root: &Cid, blocks: Vec<Cid>) -> Result<(), OpError> {
        let others = blocks.into_iter().filter(|cid| cid != root).map(Ok);
        let others = futures::stream::iter(others).boxed();
        self.repo
            .data_store()
            .insert_recursive_pin(root, others)
            .await?;
        Ok(())
    }

    /// Removes a pin; the blocks stay until a collection.
    pub async fn unpin(&self, root: &Cid) -> Result<(), OpError> {
        if !matches!(
            self.pin_of(root).await?,
            Some(PinMode::Recursive | PinMode::Direct)
        ) {
            return Err(OpError::NotPinned(*root));
        }
        let nothing = futures::stream::empty().boxed();
        self.repo
            .data_store()
            .remove_recursive_pin(root, nothing)
            .await?;
        Ok(())
    }

    /// How `cid` is pinned, if it is.
    pub async fn pin_of(&self, cid: &Cid) -> Result<Option<PinMode>, OpError> {
        // The query fails for what is not pinned and for a failing disk alike.
        if !self.repo.is_pinned(cid).await? {
            return Ok(None);
        }
        let found = self.repo.query_pins(vec![*cid], None).await?;
        Ok(found.into_iter().next().map(|(_, kind)| match kind {
            PinKind::IndirectFrom(_) => PinMode::Indirect,
            PinKind::Direct => PinMode::Direct,
            PinKind::Recursive(_) | PinKind::RecursiveIntention => PinMode::Recursive,
        }))
    }

    /// Everything that is pinned, each block as the most direct of its pins.
    pub async fn pins(&self) -> Result<BTreeMap<Cid, PinMode>, OpError> {
        Ok(self.repo.list_pins(None).await.try_collect().await?)
    }

    /// Removes all blocks that are neither pinned nor in use; returns them.
    pub async fn collect(&self) -> Result<Vec<Cid>, OpError> {
        let _one = self.one_collection.lock().await;
        let _late_releases = Collecting::start(self);
        // The store names blocks by CIDv1, whatever version they were asked for by.
        let pinned: HashSet<Cid> = self.pins().await?.into_keys().map(as_stored).collect();
        let mut removed = Vec::new();
        let mut blocks = self.repo.list_blocks().await.chunks(COLLECT_BATCH);
        while let Some(batch) = blocks.next().await {
            let _gate = self.gate.write().await;
            for cid in batch {
                if pinned.contains(&cid) || self.in_use().blocks.contains_key(&cid) {
                    continue;
                }
                removed.extend(self.repo.remove_block(cid, false).await?);
            }
        }
        self.used
            .store(self.repo.get_total_size().await? as u64, Ordering::Relaxed);
        tracing::info!(removed = removed.len(), "collected");
        Ok(removed)
    }

    /// Counts the blocks; reads the whole folder.
    pub async fn usage(&self) -> Result<Usage, OpError> {
        let blocks = self.repo.list_blocks().await.count().await as u64;
        let bytes = self.repo.get_total_size().await? as u64;
        Ok(Usage {
            bytes,
            blocks,
            limit: self.limit,
        })
    }

    /// Folder of the repository.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn in_use(&self) -> MutexGuard<'_, InUse> {
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
            if self.blocks.insert(cid) {
                *in_use.blocks.entry(cid).or_default() += 1;
            }
        }
    }

    /// All blocks held, as CIDv1.
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

/// Marks a collection as running, also when it ends with an error or is cancelled.
struct Collecting<'a>(&'a Storage);

impl<'a> Collecting<'a> {
    fn start(storage: &'a Storage) -> Self {
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

fn as_stored(cid: Cid) -> Cid {
    Cid::new_v1(cid.codec(), cid.hash().to_owned())
}

/// Removes what a crash in the middle of a write left behind; the library never does. The
/// repository is locked by now, so nobody else is writing.
async fn remove_interrupted_writes(blockstore: &Path) {
    let blockstore = blockstore.to_owned();
    let swept = tokio::task::spawn_blocking(move || -> std::io::Result<()> {
        for shard in std::fs::read_dir(blockstore)? {
            let shard = shard?;
            if !shard.file_type()?.is_dir() {
                continue;
            }
            for file in std::fs::read_dir(shard.path())? {
                let file = file?.path();
                if file.extension().is_some_and(|extension| extension == "tmp") {
                    std::fs::remove_file(file)?;
                }
            }
        }
        Ok(())
    });
    match swept.await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "cannot remove interrupted writes"),
        Err(error) => tracing::warn!(%error, "cannot remove interrupted writes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_unixfs::file::adder::FileAdder;

    fn block(content: &[u8]) -> Block {
        let mut adder = FileAdder::default();
        let _ = adder.push(content).1;
        let (cid, data) = adder.finish().next().unwrap();
        Block::new(cid, data).unwrap()
    }

    async fn open(limit: Option<u64>) -> (tempfile::TempDir, Arc<Storage>) {
        let dir = tempfile::tempdir().unwrap();
        let storage = Storage::open(dir.path(), limit).await.unwrap();
        (dir, storage)
    }

    #[tokio::test]
    async fn collection_spares_what_is_pinned_or_held() {
        let (_dir, storage) = open(None).await;
        let (pinned, held, garbage) = (block(b"pinned"), block(b"held"), block(b"garbage"));
        let mut hold = storage.hold();
        hold.add([*held.cid()]).await;
        storage
            .put(vec![pinned.clone(), held.clone(), garbage.clone()])
            .await
            .unwrap();
        storage.pin(pinned.cid(), vec![]).await.unwrap();

        assert_eq!(storage.collect().await.unwrap(), [*garbage.cid()]);
        drop(hold);
        assert_eq!(storage.collect().await.unwrap(), [*held.cid()]);
        storage.unpin(pinned.cid()).await.unwrap();
        assert_eq!(storage.collect().await.unwrap(), [*pinned.cid()]);
        assert_eq!(storage.usage().await.unwrap().bytes, 0);
    }

    #[tokio::test]
    async fn a_block_held_twice_needs_two_releases() {
        let (_dir, storage) = open(None).await;
        let shared = block(b"shared");
        let (mut first, mut second) = (storage.hold(), storage.hold());
        first.add([*shared.cid()]).await;
        second.add([*shared.cid()]).await;
        storage.put(vec![shared.clone()]).await.unwrap();
        drop(first);
        assert!(storage.collect().await.unwrap().is_empty());
        drop(second);
        assert_eq!(storage.collect().await.unwrap(), [*shared.cid()]);
    }

    #[tokio::test]
    async fn release_during_a_collection_takes_effect_after_it() {
        let (_dir, storage) = open(None).await;
        let one = block(b"one");
        let mut hold = storage.hold();
        hold.add([*one.cid()]).await;
        let running = Collecting::start(&storage);
        drop(hold);
        assert!(storage.in_use().blocks.contains_key(one.cid()));
        drop(running);
        assert!(storage.in_use().blocks.is_empty());
    }

    #[tokio::test]
    async fn the_limit_collects_first_and_then_refuses() {
        let (_dir, storage) = open(Some(10)).await;
        storage.put(vec![block(b"12345678")]).await.unwrap();
        storage.make_room(8).await.unwrap();
        let keep = block(b"abcdefgh");
        storage.put(vec![keep.clone()]).await.unwrap();
        storage.pin(keep.cid(), vec![]).await.unwrap();
        let error = storage.make_room(8).await.unwrap_err().to_string();
        assert!(
            error.contains("storage limit reached: the store holds 8 of 10"),
            "{error}"
        );
    }

    #[tokio::test]
    async fn unpinning_what_is_not_pinned_says_so() {
        let (_dir, storage) = open(None).await;
        let one = block(b"one");
        let error = storage.unpin(one.cid()).await.unwrap_err();
        assert!(matches!(error, OpError::NotPinned(cid) if cid == *one.cid()));
    }

    #[tokio::test]
    async fn interrupted_writes_are_swept_and_the_repository_is_locked() {
        let (dir, storage) = open(None).await;
        assert!(Storage::open(dir.path(), None).await.is_err());
        drop(storage);
        let shard = dir.path().join("blockstore/ab");
        std::fs::create_dir_all(&shard).unwrap();
        let litter = shard.join("bafk.data.1.0.tmp");
        std::fs::write(&litter, b"half").unwrap();
        Storage::open(dir.path(), None).await.unwrap();
        assert!(!litter.exists());
    }
}
