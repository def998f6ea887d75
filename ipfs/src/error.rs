//! The errors of operations on content, with the CID and the cause.

use cid::Cid;
use std::time::Duration;

/// Failure of an operation on content.
#[derive(Debug, thiserror::Error)]
pub enum OpError {
    /// No peer delivered a block in time.
    #[error(
        "{cid} was not found within {}: {}",
        seconds(waited),
        peers_tried(*peers)
    )]
    NotFound {
        /// The block, which may be an inner one of the file that was asked for.
        cid: Cid,
        /// How long it was waited for.
        waited: Duration,
        /// Number of peers that were connected at the end.
        peers: usize,
    },

    /// The DAG is not a file, or not one that this node accepts.
    #[error("{cid} is not a readable file: {reason}")]
    Malformed {
        /// The offending block.
        cid: Cid,
        /// What is wrong with it.
        reason: String,
    },

    /// The hash function is not one that this node uses.
    #[error("{0} does not use sha2-256; add the content again with that hash")]
    UnsupportedHash(Cid),

    /// `--storage-max` is reached and nothing more can be collected.
    #[error(
        "storage limit reached: the store holds {used} of {limit} bytes and all of it is pinned \
         or in use; unpin content or raise --storage-max"
    )]
    StorageLimit {
        /// Bytes held.
        used: u64,
        /// Bytes allowed.
        limit: u64,
    },

    /// The disk under the repository is nearly full.
    #[error("no space left on device: {free} bytes are free under the repository")]
    DiskFull {
        /// Bytes free for this user.
        free: u64,
    },

    /// The disk under the repository can have few files more, however small they are.
    #[error(
        "no space left on device: {free} of {all} files can still be made under the repository, \
         and a twentieth of them is left for others"
    )]
    FilesFull {
        /// Files that can still be made.
        free: u64,
        /// Files that the disk can have.
        all: u64,
    },

    /// The content is not pinned, so its pin cannot be removed.
    #[error("{0} is not pinned")]
    NotPinned(Cid),

    /// The sender of an upload went away or sent something that is not multipart.
    #[error("the upload ended early: {0}")]
    Upload(String),

    /// The store or the network stack failed.
    #[error("{0:#}")]
    Internal(#[from] anyhow::Error),
}

fn seconds(duration: &Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

fn peers_tried(peers: usize) -> String {
    match peers {
        0 => "no peer is connected; connect to one that has it (swarm/connect)".into(),
        1 => "the one connected peer did not deliver it".into(),
        n => format!("none of the {n} connected peers delivered it"),
    }
}
