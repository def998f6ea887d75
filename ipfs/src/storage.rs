//! The block store and its bookkeeping: what is pinned, in use ([`collect`]), and how full it is
//! ([`room`]).

use crate::error::OpError;
use anyhow::Context;
use cid::Cid;
use futures::{StreamExt, TryStreamExt};
use rust_ipfs::repo::{DefaultStorage, PinStore, Repo};
use rust_ipfs::{Block, PinKind, PinMode};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

mod collect;
mod room;

pub use collect::Hold;

use collect::InUse;

/// The repository on disk.
pub struct Storage {
    repo: Repo<DefaultStorage>,
    path: PathBuf,
    limit: Option<u64>,
    /// The bytes to leave free on the disk.
    disk_reserve: u64,
    /// Bytes of blocks; exact after opening and after a collection. A block that is stored by two
    /// operations at once counts twice until then.
    used: AtomicU64,
    /// Bytes of blocks that are on their way.
    reserved: AtomicU64,
    in_use: Mutex<InUse>,
    /// Read: to mark blocks as in use. Written: to remove a batch of blocks that are not.
    gate: tokio::sync::RwLock<()>,
    one_collection: tokio::sync::Mutex<()>,
}

/// Size of the repository, for `repo/stat`.
pub struct Usage {
    /// Bytes of blocks.
    pub bytes: u64,
    /// Number of blocks.
    pub blocks: u64,
    /// The bytes that it can grow to: those allowed, or fewer if the disk has no room for that
    /// many.
    pub most: u64,
}

impl Storage {
    /// Opens the repository in `path` and locks it for this process. It takes `limit` bytes at most, and leaves
    /// `disk_reserve` free on its disk.
    ///
    /// # Errors
    /// When another process has it open, or the disk fails.
    pub async fn open(
        path: &Path,
        limit: Option<u64>,
        disk_reserve: u64,
    ) -> anyhow::Result<Arc<Self>> {
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
            disk_reserve,
            used: AtomicU64::new(used),
            reserved: AtomicU64::new(0),
            in_use: Mutex::default(),
            gate: tokio::sync::RwLock::default(),
            one_collection: tokio::sync::Mutex::default(),
        }))
    }

    /// Returns the library's view of the repository.
    pub fn repo(&self) -> &Repo<DefaultStorage> {
        &self.repo
    }

    /// Stores blocks, which the caller holds. Nothing is stored if there is no room.
    pub async fn put(self: &Arc<Self>, blocks: Vec<Block>) -> Result<(), OpError> {
        let bytes: u64 = blocks.iter().map(|block| block.data().len() as u64).sum();
        let room = self.reserve(bytes).await?;
        self.repo.put_blocks(blocks).await?;
        room.filled(bytes);
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

    /// Returns how `cid` is pinned, if it is.
    pub async fn pin_of(&self, cid: &Cid) -> Result<Option<PinMode>, OpError> {
        // The query fails both for content that is not pinned and for a failing disk.
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

    /// Returns everything that is pinned, each block with the most direct of its pins.
    pub async fn pins(&self) -> Result<BTreeMap<Cid, PinMode>, OpError> {
        Ok(self.repo.list_pins(None).await.try_collect().await?)
    }

    /// Counts the blocks; reads the whole folder.
    pub async fn usage(&self) -> Result<Usage, OpError> {
        let blocks = self.repo.list_blocks().await.count().await as u64;
        let bytes = self.repo.get_total_size().await? as u64;
        let room = self.disk_free()?.room(self.disk_reserve);
        Ok(Usage {
            bytes,
            blocks,
            most: bytes
                .saturating_add(room)
                .min(self.limit.unwrap_or(u64::MAX)),
        })
    }

    /// Returns the folder of the repository.
    pub fn path(&self) -> &Path {
        &self.path
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
    use super::collect::Collecting;
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
        let storage = Storage::open(dir.path(), limit, 0).await.unwrap();
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
        drop(storage.reserve(8).await.unwrap());
        let keep = block(b"abcdefgh");
        storage.put(vec![keep.clone()]).await.unwrap();
        storage.pin(keep.cid(), vec![]).await.unwrap();
        let error = storage.reserve(8).await.err().unwrap().to_string();
        assert!(
            error.contains("storage limit reached: the store holds 8 of 10"),
            "{error}"
        );
    }

    #[tokio::test]
    async fn what_was_used_longest_ago_goes_first_and_only_as_much_as_needed() {
        let (_dir, storage) = open(Some(100)).await;
        let blocks = [[1; 30], [2; 30], [3; 30]].map(|content| block(&content));
        storage.put(blocks.to_vec()).await.unwrap();
        let [first, second, third] = blocks.map(|block| *block.cid());
        for used in [second, third, first, second] {
            storage.hold().add([used]).await;
        }
        // 90 bytes are in, 30 more are to come, and 5 are slack.
        drop(storage.reserve(30).await.unwrap());
        let left = |cid| storage.repo().contains(cid);
        assert!(!left(third).await.unwrap());
        assert!(left(first).await.unwrap() && left(second).await.unwrap());
    }

    #[tokio::test]
    async fn what_is_on_its_way_takes_room() {
        let (_dir, storage) = open(Some(100)).await;
        let first = storage.reserve(60).await.unwrap();
        let error = storage.reserve(60).await.err().unwrap();
        assert!(matches!(error, OpError::StorageLimit { .. }), "{error}");
        drop(first);
        storage.reserve(60).await.unwrap().filled(10);
        drop(storage.reserve(90).await.unwrap());
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
        assert!(Storage::open(dir.path(), None, 0).await.is_err());
        drop(storage);
        let shard = dir.path().join("blockstore/ab");
        std::fs::create_dir_all(&shard).unwrap();
        let litter = shard.join("bafk.data.1.0.tmp");
        std::fs::write(&litter, b"half").unwrap();
        Storage::open(dir.path(), None, 0).await.unwrap();
        assert!(!litter.exists());
    }
}
