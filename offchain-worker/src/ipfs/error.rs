//! The errors of IPFS, with the content concerned and the cause.

use cid::Cid;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// Failure of a [`super::BlobStore`].
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// No peer delivered the content in time.
    #[error(
        "{cid} was not found within {} s: {reason}{}",
        waited.as_secs_f32(),
        unreachable.iter().map(|peer| format!("; {peer}")).collect::<String>()
    )]
    NotFound {
        /// What was asked for.
        cid: Cid,
        /// How long the search took.
        waited: Duration,
        /// What was tried, without saying who answers at which address: strangers may read this
        /// too.
        reason: String,
        /// The peers that could not be connected to, each with its cause. Only for this machine's
        /// owner: otherwise whoever names the peers could have them probed, even those of an
        /// internal network.
        unreachable: Vec<String>,
    },

    /// A download began, but then nothing more came, or not fast enough.
    #[error(
        "{cid} broke off after {received} of {size} bytes: {reason}; the peer that has it may \
         be gone"
    )]
    Stalled {
        /// What was asked for.
        cid: Cid,
        /// The bytes that came.
        received: u64,
        /// The bytes that there should be.
        size: u64,
        /// Which limit was reached, or what the IPFS node said.
        reason: String,
    },

    /// The content is larger than allowed.
    #[error("{cid} has {size} bytes or more, and at most {max} are allowed")]
    TooLarge {
        /// What was asked for.
        cid: Cid,
        /// The least number of bytes that it has.
        size: u64,
        /// The bytes that are allowed.
        max: u64,
    },

    /// No room for the file.
    #[error("the disk is full: cannot write {}", path.display())]
    DiskFull {
        /// The file being written.
        path: PathBuf,
    },

    /// No room in the IPFS node's store.
    #[error("the IPFS store has no room for {subject}: {message}")]
    StoreFull {
        /// The CID or file concerned.
        subject: String,
        /// What the IPFS node said.
        message: String,
    },

    /// A file cannot be read or written.
    #[error("cannot {action} {}: {source}", path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },

    /// The file had another length when it was opened than when it was sent.
    #[error("{} changed while it was read", path.display())]
    FileChanged {
        /// The file.
        path: PathBuf,
    },

    /// The IPFS node refused or failed.
    #[error("{subject}: the IPFS node says: {message}")]
    Refused {
        /// The CID, file or command concerned.
        subject: String,
        /// What the IPFS node said.
        message: String,
    },

    /// The peer is not there, or another peer is.
    #[error("cannot connect to {address}: {message}")]
    PeerUnreachable {
        /// Its address.
        address: String,
        /// What the IPFS node said.
        message: String,
    },

    /// The text is not the address of a peer.
    #[error("{address:?} is not a peer address such as /ip4/1.2.3.4/tcp/4001/p2p/12D3…: {reason}")]
    BadAddress {
        /// The text.
        address: String,
        /// What is wrong with it.
        reason: String,
    },

    /// The IPFS node itself does not answer.
    #[error("the IPFS node at {endpoint} does not answer: {reason}")]
    NodeUnreachable {
        /// Its socket or URL.
        endpoint: String,
        /// The cause.
        reason: String,
    },
}

/// The `aicpw-ipfs` process could not be started.
#[derive(Debug, thiserror::Error)]
pub enum DaemonError {
    /// There is no such program.
    #[error(
        "cannot find the program aicpw-ipfs; looked at {}. Run `make build`, or name it with \
         its path",
        looked_at.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
    )]
    NoBinary {
        /// The places where it was searched for.
        looked_at: Vec<PathBuf>,
    },

    /// The system refused.
    #[error("cannot {action} {}: {source}", path.display())]
    System {
        /// What was tried.
        action: &'static str,
        /// The program or folder.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },

    /// Another process serves the socket, and goes on.
    #[error(
        "another aicpw-ipfs answers at {}: does another node run on the same folder?",
        socket.display()
    )]
    InUse {
        /// The socket.
        socket: PathBuf,
    },

    /// It ended before it was ready.
    #[error("aicpw-ipfs ended with {status} before it was ready: {said}")]
    Ended {
        /// Its exit status.
        status: std::process::ExitStatus,
        /// The last that it said.
        said: String,
    },

    /// It runs and does not become ready.
    #[error("aicpw-ipfs was not ready within {} s; it said: {said}", waited.as_secs())]
    NotReady {
        /// How long it was waited for.
        waited: Duration,
        /// The last that it said.
        said: String,
    },

    /// The client could not be made.
    #[error(transparent)]
    Client(#[from] BlobError),
}

impl DaemonError {
    /// Whether the process ended because another one has the repository open.
    pub(super) fn is_repository_in_use(&self) -> bool {
        // The words of the IPFS library; the process has no exit code for it.
        matches!(self, Self::Ended { said, .. } if said.contains("already being used"))
    }
}
