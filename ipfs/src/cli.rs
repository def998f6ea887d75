//! The command line.

use crate::memory;
use clap::{value_parser, Parser};
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

    /// Address, beside those that are listened on, at which others reach this node: where ports
    /// are forwarded, for instance. May be repeated.
    #[arg(long, value_name = "MULTIADDR", num_args = 1..)]
    pub external_address: Vec<Multiaddr>,

    /// Bootnode, with its `/p2p/` part: the node keeps a connection to it, finds through it who
    /// has what, and announces there what it has pinned. May be repeated.
    #[arg(long, value_name = "MULTIADDR", num_args = 1..)]
    pub bootstrap: Vec<Multiaddr>,

    /// Relay, with its `/p2p/` part, through which others reach this node: for one behind NAT.
    /// Any bootnode is one. May be repeated.
    #[arg(long, value_name = "MULTIADDR", num_args = 1..)]
    pub relay: Vec<Multiaddr>,

    /// Be a bootnode: keep the table of who has what for others, and relay for those behind NAT.
    /// Others must be able to reach it, at `--listen` or `--external-address`.
    #[arg(long, requires = "listen")]
    pub bootnode: bool,

    /// Most bytes that the block store may hold. What is not pinned is collected when it is
    /// reached; after that, adding and fetching fail.
    #[arg(long, value_name = "BYTES")]
    pub storage_max: Option<u64>,

    /// Bytes that are left free on the store's disk for everything else on the machine: at that, as at
    /// `--storage-max`, what is not pinned is collected, and then adding and fetching fail. So it is where
    /// the disk can have no more than a twentieth of all its files beside those that there are.
    #[arg(long, value_name = "BYTES", default_value_t = 64 << 20)]
    pub disk_reserve: u64,

    /// Most bytes of memory that this process may take: at that it ends, to be started again by whoever runs it.
    #[arg(long, value_name = "BYTES", default_value_t = memory::DEFAULT,
        value_parser = value_parser!(u64).range(memory::LEAST..))]
    pub memory_max: u64,

    /// Shut down when standard input ends, that is, when the parent process does.
    #[arg(long)]
    pub exit_with_parent: bool,
}
