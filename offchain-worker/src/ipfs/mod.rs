//! Content on IPFS: program, inputs and results.
//!
//! The IPFS node is a separate process (`docs/adr/0003-ipfs-in-its-own-process.md`), reached by kubo's HTTP RPC. The
//! rest of the worker knows only [`BlobStore`]:
//!
//! - [`Daemon`] starts `aicpw-ipfs`, keeps it running, and gives a [`KuboRpc`] that speaks to it over a Unix socket. A
//!   node does this unless it is told otherwise.
//! - [`KuboRpc::http`] speaks to an ordinary kubo daemon.
//!
//! # Properties
//!
//! - A file of any size passes through in pieces; it is never held in memory as a whole.
//! - Every operation ends: each takes a time limit or has one of its own. Dropping its future cancels it at the IPFS
//!   node too. A download that fails or is cancelled leaves no file behind.
//! - [`BlobStore::hash_file`] gives the CID that [`BlobStore::add_file`] of the same store will give, and does not make
//!   the content available to anybody.
//! - A CID identifies the content, and says neither its name nor its length: whoever fetches for a stranger must give a
//!   size limit.

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

/// A callback for the progress of an upload or a download: bytes done, and bytes in all. It is called at least once,
/// and in the last call the two are equal.
pub type Progress<'a> = &'a (dyn Fn(u64, u64) + Send + Sync);

/// A [`Progress`] that does nothing.
pub fn silent(_done: u64, _total: u64) {}

/// A callback that takes the pieces of a file, in order.
pub type Sink<'a> = &'a mut (dyn FnMut(&[u8]) + Send);

/// Bounds of a download.
#[derive(Debug, Clone)]
pub struct FetchOptions {
    /// Peers that probably have the content; the store connects to them at once. Strangers name them: unless the store
    /// allows private addresses, only public ones are dialled.
    pub peers: Vec<PeerAddress>,
    /// The most bytes of content that are accepted.
    pub max_bytes: u64,
    /// The longest time without a single new byte, including the time until the first.
    pub stall_timeout: Duration,
    /// The longest time in all.
    pub total_timeout: Duration,
}

/// The status that a store reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreStatus {
    /// The bytes that it holds.
    pub bytes: u64,
    /// The most bytes that it may hold, if it reports a limit. Our own store reports how large it could become now,
    /// given its limit and the free space on its disk.
    pub limit: Option<u64>,
    /// The number of connected peers.
    pub peers: u64,
    /// How often its process ended by itself and was started again. Not known for a process that is not ours.
    pub ends: u64,
}

/// A place for files that are named by their CID and that others can fetch.
#[async_trait]
pub trait BlobStore: Send + Sync {
    /// Returns where this machine reaches the store, a socket or a URL. That concerns only the machine's owner.
    fn endpoint(&self) -> &str;

    /// Stores and pins a file, so that peers can fetch it.
    ///
    /// # Errors
    /// When the file cannot be read, changes meanwhile, or does not fit into the store.
    async fn add_file(&self, path: &Path, progress: Progress<'_>) -> Result<Cid, BlobError>;

    /// Returns the CID that [`Self::add_file`] would give; stores nothing.
    ///
    /// # Errors
    /// When the file cannot be read or changes meanwhile.
    async fn hash_file(&self, path: &Path, progress: Progress<'_>) -> Result<Cid, BlobError>;

    /// Fetches a file to `path` and returns its size in bytes.
    ///
    /// The file appears at `path` whole or not at all, and replaces what was there. The content is not pinned.
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

    /// Fetches a file, passes it to `sink` piece by piece as it arrives, and returns its size in bytes.
    ///
    /// It takes no room but the store's. After an error `sink` has got a part of the file. The content is not pinned.
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

    /// Returns the size in bytes of a file that is to be fetched, searched for as [`Self::fetch_to_file`] does. This is
    /// the size that the file declares; a later fetch gives no more than that.
    ///
    /// # Errors
    /// [`BlobError::NotFound`] after the time limits, [`BlobError::TooLarge`], and others.
    async fn look_up(&self, cid: &Cid, options: &FetchOptions) -> Result<u64, BlobError>;

    /// Returns the size of a file in bytes. Fetches its first block if it is not in the store.
    ///
    /// # Errors
    /// [`BlobError::NotFound`] after `timeout`.
    async fn size(&self, cid: &Cid, timeout: Duration) -> Result<u64, BlobError>;

    /// Reads at most `len` bytes, starting at `offset`; fewer where the file ends.
    ///
    /// # Errors
    /// [`BlobError::NotFound`] after `timeout`; [`BlobError::TooLarge`] when `len` is more than is sensible to hold in
    /// memory (64 MiB).
    async fn read_range(
        &self,
        cid: &Cid,
        offset: u64,
        len: u64,
        timeout: Duration,
    ) -> Result<Vec<u8>, BlobError>;

    /// Protects a file from collection, and fetches what is missing of it.
    ///
    /// # Errors
    /// [`BlobError::NotFound`] after `timeout`.
    async fn pin(&self, cid: &Cid, timeout: Duration) -> Result<(), BlobError>;

    /// Allows a file to be collected. It is no error if the file is not pinned.
    ///
    /// # Errors
    /// When the store fails.
    async fn unpin(&self, cid: &Cid) -> Result<(), BlobError>;

    /// Makes sure that a file of this many bytes can be added, if necessary by collecting content that is not pinned.
    /// Nothing is reserved.
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

    /// Returns the addresses at which peers reach this store.
    ///
    /// # Errors
    /// When the store is not reachable itself.
    async fn local_addresses(&self) -> Result<Vec<PeerAddress>, BlobError>;

    /// Returns how full the store is and how many peers are connected.
    ///
    /// # Errors
    /// When the store is not reachable itself.
    async fn status(&self) -> Result<StoreStatus, BlobError>;
}
