//! The command line.

use clap::Parser;
use rust_ipfs::Multiaddr;
use std::path::PathBuf;

/// An IPFS node that serves a subset of kubo's HTTP RPC on a Unix socket.
///
/// `aicpw-node` starts it as a child process; it also runs on its own.
#[derive(Debug, Parser)]
#[command(name = "aicpw-ipfs", version)]
pub struct Cli {
    /// Folder of the block store and of the node's identity key; created if missing.
    #[arg(long, value_name = "DIR")]
    pub repo: PathBuf,

    /// Unix socket on which the RPC is served. Its folder is created with mode 0700 if missing.
    #[arg(long, value_name = "PATH")]
    pub rpc_socket: PathBuf,

    /// Address on which other IPFS nodes reach this one, e.g. `/ip4/0.0.0.0/tcp/4001` or
    /// `/ip4/0.0.0.0/udp/4001/quic-v1`. May be repeated; without it the node only dials out.
    #[arg(long, value_name = "MULTIADDR", num_args = 1..)]
    pub listen: Vec<Multiaddr>,

    /// Peer, with its `/p2p/` part, to which the node keeps a connection. May be repeated.
    #[arg(long, value_name = "MULTIADDR", num_args = 1..)]
    pub bootstrap: Vec<Multiaddr>,

    /// Most bytes that the block store may hold. What is not pinned is collected when it is
    /// reached; after that, adding and fetching fail.
    #[arg(long, value_name = "BYTES")]
    pub storage_max: Option<u64>,

    /// Shut down when standard input ends, that is, when the parent process does.
    #[arg(long)]
    pub exit_with_parent: bool,
}
