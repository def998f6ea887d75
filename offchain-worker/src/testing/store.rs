use async_trait::async_trait;
use cid::Cid;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;
use tokio::sync::watch;

use super::{cid_of, soon};
use crate::ipfs::{
    silent, BlobError, BlobStore, FetchOptions, PeerAddress, Progress, Sink, StoreStatus,
};

/// The place where it would be.
const ENDPOINT: &str = "/nowhere/ipfs/rpc.sock";

/// How many bytes come at a time of a file that is fetched through it: less than most results of
/// tests.
const PIECE: usize = 5;

/// A store of blobs in memory. It searches for missing content until the test puts it there or says
/// that nobody has it.
pub struct FakeStore {
    state: watch::Sender<State>,
}

#[derive(Default)]
struct State {
    blobs: BTreeMap<Cid, Vec<u8>>,
    pinned: BTreeSet<Cid>,
    nowhere: BTreeSet<Cid>,
    broken: bool,
    full: bool,
    full_of: Option<Cid>,
    stuck: bool,
    down: bool,
    /// How often it did not answer, in all.
    unanswered: usize,
    no_room_for: BTreeSet<Cid>,
    /// Whether unpinning waits for the test.
    unpins_wait: bool,
    /// How many times it was asked to unpin something.
    unpins: usize,
    slow: BTreeMap<Cid, (u64, u64)>,
    /// The content that it was asked for while it answered.
    searched: BTreeSet<Cid>,
    hashed: BTreeSet<Cid>,
    asked: bool,
}

impl Default for FakeStore {
    fn default() -> Self {
        Self {
            state: watch::channel(State::default()).0,
        }
    }
}

impl FakeStore {
    /// Lets somebody have this content.
    pub fn put(&self, content: &[u8]) -> Cid {
        let cid = cid_of(content);
        self.state.send_modify(|state| {
            state.blobs.insert(cid, content.to_vec());
        });
        cid
    }

    /// Lets nobody have this content.
    pub fn nowhere(&self, cid: Cid) {
        self.state.send_modify(|state| {
            state.nowhere.insert(cid);
        });
    }

    /// Makes adding fail, or work again.
    pub fn set_broken(&self, broken: bool) {
        self.state.send_modify(|state| state.broken = broken);
    }

    /// Sets whether there is no room for another file.
    pub fn set_full(&self, full: bool) {
        self.state.send_modify(|state| state.full = full);
    }

    /// Leaves no room for another file as long as this content is pinned.
    pub fn set_full_of(&self, cid: Cid) {
        self.state.send_modify(|state| state.full_of = Some(cid));
    }

    /// Leaves no room to fetch this content.
    pub fn no_room_for(&self, cid: Cid) {
        self.state.send_modify(|state| {
            state.no_room_for.insert(cid);
        });
    }

    /// Makes the node behind it not answer, or answer again.
    pub fn set_down(&self, down: bool) {
        self.state.send_modify(|state| state.down = down);
    }

    /// Makes unpinning never end, or end again.
    pub fn set_unpins_wait(&self, wait: bool) {
        self.state.send_modify(|state| state.unpins_wait = wait);
    }

    /// Returns how many times it was asked to unpin something.
    pub fn unpins(&self) -> usize {
        self.state.borrow().unpins
    }

    /// Waits until it was asked this many times to unpin something.
    pub async fn until_unpins(&self, unpins: usize) {
        let mut state = self.state.subscribe();
        let asked = state.wait_for(|state| state.unpins >= unpins);
        soon("something is unpinned", asked).await.unwrap();
    }

    /// Lets `done` of `size` bytes of this content come, and then no more.
    pub fn slow(&self, cid: Cid, done: u64, size: u64) {
        self.state.send_modify(|state| {
            state.slow.insert(cid, (done, size));
        });
    }

    /// Makes adding and hashing never end.
    pub fn set_stuck(&self) {
        self.state.send_modify(|state| state.stuck = true);
    }

    /// Waits until it searches for a CID, or has done so.
    pub async fn until_searched(&self, cid: Cid) {
        let mut state = self.state.subscribe();
        let searched = state.wait_for(|state| state.searched.contains(&cid));
        soon("it is searched for", searched).await.unwrap();
    }

    /// Waits until it has returned the CID of a file.
    pub async fn until_hashed(&self, cid: Cid) {
        let mut state = self.state.subscribe();
        let hashed = state.wait_for(|state| state.hashed.contains(&cid));
        soon("it is hashed", hashed).await.unwrap();
    }

    /// Waits until it has not answered this many times, in all.
    pub async fn until_unanswered(&self, times: usize) {
        let mut state = self.state.subscribe();
        let asked = state.wait_for(|state| state.unanswered >= times);
        soon("it is asked", asked).await.unwrap();
    }

    /// Fails if the node behind it does not answer.
    fn answers(&self) -> Result<(), BlobError> {
        let is_down = self.state.send_if_modified(|state| {
            state.unanswered += usize::from(state.down);
            state.down
        });
        match is_down {
            false => Ok(()),
            true => Err(BlobError::NodeUnreachable {
                endpoint: ENDPOINT.into(),
                reason: "down, says the test".into(),
            }),
        }
    }

    /// Returns the content of a CID, once somebody has it.
    async fn find(
        &self,
        cid: &Cid,
        options: &FetchOptions,
        progress: Progress<'_>,
    ) -> Result<Vec<u8>, BlobError> {
        self.answers()?;
        self.state.send_modify(|state| {
            state.searched.insert(*cid);
        });
        if self.state.borrow().no_room_for.contains(cid) {
            return Err(BlobError::StoreFull {
                subject: cid.to_string(),
                message: "full, says the test".into(),
            });
        }
        let slow = self.state.borrow().slow.get(cid).copied();
        if let Some((done, size)) = slow {
            progress(done, size);
            std::future::pending::<()>().await;
        }
        let mut content = None;
        let mut state = self.state.subscribe();
        let known = state.wait_for(|state| {
            content = state.blobs.get(cid).cloned();
            content.is_some() || state.nowhere.contains(cid)
        });
        drop(known.await.unwrap());
        let Some(content) = content else {
            let reason = "no connected peer delivered it".into();
            let waited = options.stall_timeout;
            let refused = |peer| format!("cannot connect to {peer}: connection refused");
            return Err(BlobError::NotFound {
                cid: *cid,
                waited,
                reason,
                unreachable: options.peers.iter().map(refused).collect(),
            });
        };
        let size = content.len() as u64;
        if size > options.max_bytes {
            let max = options.max_bytes;
            return Err(BlobError::TooLarge {
                cid: *cid,
                size,
                max,
            });
        }
        Ok(content)
    }

    async fn stay_if_stuck(&self) {
        if self.state.borrow().stuck {
            std::future::pending::<()>().await;
        }
    }

    /// Returns the content that is pinned under a CID.
    pub fn pinned(&self, cid: &Cid) -> Option<Vec<u8>> {
        let state = self.state.borrow();
        let content = state.blobs.get(cid)?;
        state.pinned.contains(cid).then(|| content.clone())
    }

    /// Whether these bytes occur in any added content.
    pub fn holds(&self, bytes: &[u8]) -> bool {
        let state = self.state.borrow();
        let mut added = state.pinned.iter().filter_map(|cid| state.blobs.get(cid));
        added.any(|blob| blob.windows(bytes.len()).any(|window| window == bytes))
    }

    /// Waits until it is asked for its status.
    pub async fn until_asked(&self) {
        let mut state = self.state.subscribe();
        state.wait_for(|state| state.asked).await.unwrap();
    }

    /// Waits until a CID is pinned.
    pub async fn until_pinned(&self, cid: Cid) {
        let mut state = self.state.subscribe();
        let pinned = state.wait_for(|state| state.pinned.contains(&cid));
        soon("it is pinned", pinned).await.unwrap();
    }
}

#[async_trait]
impl BlobStore for FakeStore {
    fn endpoint(&self) -> &str {
        ENDPOINT
    }

    async fn add_file(&self, path: &Path, progress: Progress<'_>) -> Result<Cid, BlobError> {
        self.stay_if_stuck().await;
        if self.state.borrow().broken {
            let message = "broken by the test".into();
            let subject = path.display().to_string();
            return Err(BlobError::Refused { subject, message });
        }
        let content = tokio::fs::read(path).await.unwrap();
        let size = content.len() as u64;
        progress(size, size);
        let cid = self.put(&content);
        self.state.send_modify(|state| {
            state.pinned.insert(cid);
        });
        Ok(cid)
    }

    async fn hash_file(&self, path: &Path, _: Progress<'_>) -> Result<Cid, BlobError> {
        self.stay_if_stuck().await;
        self.answers()?;
        let cid = cid_of(&tokio::fs::read(path).await.unwrap());
        self.state.send_modify(|state| {
            state.hashed.insert(cid);
        });
        Ok(cid)
    }

    async fn fetch_to_file(
        &self,
        cid: &Cid,
        path: &Path,
        options: &FetchOptions,
        progress: Progress<'_>,
    ) -> Result<u64, BlobError> {
        let content = self.find(cid, options, progress).await?;
        let size = content.len() as u64;
        tokio::fs::write(path, content).await.unwrap();
        progress(size, size);
        Ok(size)
    }

    async fn fetch_through(
        &self,
        cid: &Cid,
        options: &FetchOptions,
        progress: Progress<'_>,
        sink: Sink<'_>,
    ) -> Result<u64, BlobError> {
        let content = self.find(cid, options, progress).await?;
        let size = content.len() as u64;
        content.chunks(PIECE).for_each(sink);
        progress(size, size);
        Ok(size)
    }

    async fn look_up(&self, cid: &Cid, options: &FetchOptions) -> Result<u64, BlobError> {
        Ok(self.find(cid, options, &silent).await?.len() as u64)
    }

    async fn size(&self, cid: &Cid, _: Duration) -> Result<u64, BlobError> {
        Ok(self.state.borrow().blobs[cid].len() as u64)
    }

    async fn read_range(
        &self,
        cid: &Cid,
        offset: u64,
        len: u64,
        _: Duration,
    ) -> Result<Vec<u8>, BlobError> {
        let range = offset as usize..(offset + len) as usize;
        Ok(self.state.borrow().blobs[cid][range].to_vec())
    }

    async fn pin(&self, cid: &Cid, _: Duration) -> Result<(), BlobError> {
        self.state.send_modify(|state| {
            state.pinned.insert(*cid);
        });
        Ok(())
    }

    async fn unpin(&self, cid: &Cid) -> Result<(), BlobError> {
        self.state.send_modify(|state| state.unpins += 1);
        self.answers()?;
        let mut state = self.state.subscribe();
        let waits = state.wait_for(|state| !state.unpins_wait);
        drop(waits.await.unwrap());
        self.state.send_modify(|state| {
            state.pinned.remove(cid);
        });
        Ok(())
    }

    async fn make_room(&self, bytes: u64) -> Result<(), BlobError> {
        self.answers()?;
        let state = self.state.borrow();
        let is_full_of = state.full_of.is_some_and(|cid| state.pinned.contains(&cid));
        if state.full || is_full_of {
            return Err(BlobError::StoreFull {
                subject: format!("{bytes} bytes"),
                message: "full, says the test".into(),
            });
        }
        Ok(())
    }

    async fn connect(&self, _: &PeerAddress) -> Result<(), BlobError> {
        Ok(())
    }

    async fn connect_to_stranger(&self, _: &PeerAddress) -> Result<(), BlobError> {
        Ok(())
    }

    async fn local_addresses(&self) -> Result<Vec<PeerAddress>, BlobError> {
        Ok(Vec::new())
    }

    async fn status(&self) -> Result<StoreStatus, BlobError> {
        self.answers()?;
        self.state.send_modify(|state| state.asked = true);
        let state = self.state.borrow();
        Ok(StoreStatus {
            bytes: state.blobs.values().map(|blob| blob.len() as u64).sum(),
            limit: None,
            peers: 3,
            ends: 2,
        })
    }
}
