//! Content on IPFS: program, inputs and results.
//!
//! The IPFS node is a process of its own (`docs/adr/0003-ipfs-in-its-own-process.md`), reached by
//! kubo's HTTP RPC. The rest of the worker knows [`BlobStore`] only:
//!
//! - [`Daemon`] starts `aicpw-ipfs`, keeps it running, and gives a [`KuboRpc`] that speaks to it
//!   over a Unix socket. This is what a node does unless it is told otherwise.
//! - [`KuboRpc::http`] speaks to an ordinary kubo daemon.
//!
//! # Properties
//!
//! - A file of any size passes through in pieces; it is never in memory as a whole.
//! - Every operation ends: each takes or has a time limit, and dropping its future cancels it at
//!   the IPFS node too. A download that fails or is cancelled leaves no file behind.
//! - [`BlobStore::hash_file`] gives the CID that [`BlobStore::add_file`] of the same store will
//!   give, and lets nobody fetch the content.
//! - A CID says what the content is, not what it is called or how large: whoever fetches for a
//!   stranger must give a size limit.

mod address;
mod daemon;
mod error;
mod fetch;
mod partial;
mod rpc;
mod strangers;
mod supervise;
mod upload;

pub use address::PeerAddress;
pub use daemon::{find_binary, Daemon, DaemonConfig, BINARY};
pub use error::{BlobError, DaemonError};
pub(crate) use partial::remove_partial;
pub use rpc::KuboRpc;

use async_trait::async_trait;
use cid::Cid;
use std::path::Path;
use std::time::Duration;

/// Told about the advance of an upload or a download: bytes done, bytes in all. The two are equal
/// in the last call, and there is at least one.
pub type Progress<'a> = &'a (dyn Fn(u64, u64) + Send + Sync);

/// A [`Progress`] for those who do not want to know.
pub fn silent(_done: u64, _total: u64) {}

/// Takes what comes of a file, in order.
pub type Sink<'a> = &'a mut (dyn FnMut(&[u8]) + Send);

/// Bounds of a download.
#[derive(Debug, Clone)]
pub struct FetchOptions {
    /// Peers that probably have the content; they are connected to at once. Strangers name them:
    /// unless the store allows private addresses, public ones only are dialled.
    pub peers: Vec<PeerAddress>,
    /// Most bytes of content that are accepted.
    pub max_bytes: u64,
    /// Longest time without a single new byte, the time until the first included.
    pub stall_timeout: Duration,
    /// Longest time in all.
    pub total_timeout: Duration,
}

/// What a store says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreStatus {
    /// Bytes that it holds.
    pub bytes: u64,
    /// Most bytes that it may hold, if it says so: ours says how far it could grow now, by what it is
    /// allowed and by what its disk has free.
    pub limit: Option<u64>,
    /// Peers that are connected.
    pub peers: u64,
    /// How often its process ended by itself and was started again; of one that is not ours nothing is known.
    pub ends: u64,
}

/// A place for files that are named by their CID and that others can fetch.
#[async_trait]
pub trait BlobStore: Send + Sync {
    /// Where this machine reaches it, a socket or a URL: its owner's business only.
    fn endpoint(&self) -> &str;

    /// Stores and pins a file, so that peers can fetch it.
    ///
    /// # Errors
    /// When the file cannot be read, changes meanwhile, or does not fit into the store.
    async fn add_file(&self, path: &Path, progress: Progress<'_>) -> Result<Cid, BlobError>;

    /// The CID that [`Self::add_file`] would give; stores nothing.
    ///
    /// # Errors
    /// When the file cannot be read or changes meanwhile.
    async fn hash_file(&self, path: &Path, progress: Progress<'_>) -> Result<Cid, BlobError>;

    /// Fetches a file to `path`, which appears there whole or not at all, replacing what was
    /// there. Returns its size in bytes. The content is not pinned.
    ///
    /// # Errors
    /// [`BlobError::NotFound`] and [`BlobError::Stalled`] after the time limits,
    /// [`BlobError::TooLarge`], [`BlobError::DiskFull`], [`BlobError::StoreFull`], and others.
    async fn fetch_to_file(
        &self,
        cid: &Cid,
        path: &Path,
        options: &FetchOptions,
        progress: Progress<'_>,
    ) -> Result<u64, BlobError>;

    /// Fetches a file and hands it to `sink` as it comes, a piece at a time: it takes no room but the
    /// store's. Returns its size in bytes. After an error `sink` has had a part of it. The content is not
    /// pinned.
    ///
    /// # Errors
    /// As [`Self::fetch_to_file`].
    async fn fetch_through(
        &self,
        cid: &Cid,
        options: &FetchOptions,
        progress: Progress<'_>,
        sink: Sink<'_>,
    ) -> Result<u64, BlobError>;

    /// Size in bytes of a file that is to be fetched, looked for as [`Self::fetch_to_file`] does. It is what
    /// the file says of itself, and no more than that comes then.
    ///
    /// # Errors
    /// [`BlobError::NotFound`] after the time limits, [`BlobError::TooLarge`], and others.
    async fn look_up(&self, cid: &Cid, options: &FetchOptions) -> Result<u64, BlobError>;

    /// Size of a file in bytes. Fetches its first block if it is not in the store.
    ///
    /// # Errors
    /// [`BlobError::NotFound`] after `timeout`.
    async fn size(&self, cid: &Cid, timeout: Duration) -> Result<u64, BlobError>;

    /// Reads at most `len` bytes from `offset` on; fewer where the file ends.
    ///
    /// # Errors
    /// [`BlobError::NotFound`] after `timeout`; [`BlobError::TooLarge`] when `len` is more than
    /// is sensible to hold in memory (64 MiB).
    async fn read_range(
        &self,
        cid: &Cid,
        offset: u64,
        len: u64,
        timeout: Duration,
    ) -> Result<Vec<u8>, BlobError>;

    /// Keeps a file from being collected, fetching what is missing of it.
    ///
    /// # Errors
    /// [`BlobError::NotFound`] after `timeout`.
    async fn pin(&self, cid: &Cid, timeout: Duration) -> Result<(), BlobError>;

    /// Lets a file be collected. What is not pinned stays so without an error.
    ///
    /// # Errors
    /// When the store fails.
    async fn unpin(&self, cid: &Cid) -> Result<(), BlobError>;

    /// Sees to it that a file of so many bytes can be added, if need be by collecting what is not
    /// pinned. Nothing is reserved.
    ///
    /// # Errors
    /// [`BlobError::StoreFull`].
    async fn make_room(&self, bytes: u64) -> Result<(), BlobError>;

    /// Connects to a peer.
    ///
    /// # Errors
    /// [`BlobError::PeerUnreachable`].
    async fn connect(&self, peer: &PeerAddress) -> Result<(), BlobError>;

    /// Connects to a peer that a stranger named: at public addresses only, unless the node allows private ones.
    ///
    /// # Errors
    /// [`BlobError::PeerUnreachable`].
    async fn connect_to_stranger(&self, peer: &PeerAddress) -> Result<(), BlobError>;

    /// Where peers reach this store.
    ///
    /// # Errors
    /// When the store is not reachable itself.
    async fn local_addresses(&self) -> Result<Vec<PeerAddress>, BlobError>;

    /// How full the store is, and who is connected.
    ///
    /// # Errors
    /// When the store is not reachable itself.
    async fn status(&self) -> Result<StoreStatus, BlobError>;
}
