//! The arguments for the market's services of a node.

use aicpw_offchain_worker::{
    ipfs::{DaemonConfig, PeerAddress},
    service::WorkerConfig,
};
use aicpw_protocol::MegabitsPerSecond;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The address at which other IPFS nodes reach this one, unless the arguments name others.
const DEFAULT_LISTEN: &str = "/ip4/0.0.0.0/tcp/30433";

/// The market's services.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Market")]
pub struct MarketArgs {
    /// Run as a provider's node: run jobs on this machine's OpenCL devices. Implies `--ipfs` and `--offchain-worker
    /// always`. Register with `aicpw provider register`.
    #[arg(long)]
    pub provider: bool,

    /// Run an IPFS node for this node's tasks or results.
    #[arg(long)]
    pub ipfs: bool,

    /// Use an IPFS daemon (kubo) that is already running, by the URL of its RPC, such as `http://127.0.0.1:5001`, and
    /// start none.
    #[arg(long, value_name = "URL", conflicts_with_all = [
        "ipfs_path", "ipfs_listen", "ipfs_external_address", "ipfs_bootstrap", "ipfs_relay",
        "ipfs_bootnode", "ipfs_storage_max", "ipfs_memory_max",
    ])]
    pub ipfs_rpc: Option<String>,

    /// The program `aicpw-ipfs`, if it is neither beside this one nor in `$PATH`.
    #[arg(long, value_name = "FILE")]
    pub ipfs_path: Option<PathBuf>,

    /// Multiaddress on which other IPFS nodes reach this one; may be repeated.
    /// [default: /ip4/0.0.0.0/tcp/30433]
    #[arg(long, value_name = "MULTIADDR")]
    pub ipfs_listen: Vec<String>,

    /// Further multiaddress at which others reach this IPFS node, for example where ports are forwarded; may be
    /// repeated.
    #[arg(long, value_name = "MULTIADDR")]
    pub ipfs_external_address: Vec<String>,

    /// IPFS bootnode, with its `/p2p/` part: a node of ours through which nodes that have content are found; may be
    /// repeated. There is no default, and public nodes are never asked.
    #[arg(long, value_name = "MULTIADDR")]
    pub ipfs_bootstrap: Vec<PeerAddress>,

    /// IPFS relay, with its `/p2p/` part, through which others reach this node behind NAT; every IPFS bootnode is one.
    /// May be repeated.
    #[arg(long, value_name = "MULTIADDR")]
    pub ipfs_relay: Vec<PeerAddress>,

    /// Run as an IPFS bootnode and relay for others. Implies `--ipfs`.
    #[arg(long)]
    pub ipfs_bootnode: bool,

    /// Most MiB that the IPFS store may take. When it is full, content that is not pinned makes way.
    #[arg(long, value_name = "MIB", default_value_t = 10_240)]
    pub ipfs_storage_max: u64,

    /// Most MiB of memory that the IPFS process may take. At that it ends, and is started again.
    /// [default: 2048]
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u64).range(384..))]
    pub ipfs_memory_max: Option<u64>,

    /// The program `aicpw-executor`, if it is neither beside this one nor in `$PATH`.
    #[arg(long, value_name = "FILE", requires = "provider")]
    pub executor_path: Option<PathBuf>,

    /// Network bandwidth to offer, in 10⁶ bits per second. Devices that are registered with more get no tasks until
    /// `aicpw provider devices update` has told the chain the new value.
    #[arg(long, value_name = "MBPS", default_value_t = 100)]
    pub bandwidth: u32,

    /// Hours for which results are kept after their assignment has ended. They are kept longer while the chain holds
    /// locks for them, and deleted earlier only if their room is needed.
    #[arg(long, value_name = "HOURS", default_value_t = 24)]
    pub keep_results: u64,

    /// Run jobs even if this machine's kernel has no Landlock. A stranger's program can then read every file that this
    /// node's user can read, including the node's keys.
    #[arg(long, requires = "provider")]
    pub allow_weak_sandbox: bool,

    /// Bytes that the IPFS store, jobs and uploads leave free on their disk: more than the amount at which the node
    /// itself stops.
    #[arg(skip)]
    pub disk_reserve: Option<u64>,
}

/// The IPFS node to use.
#[derive(Debug, Clone)]
pub enum IpfsChoice {
    /// No IPFS node.
    None,
    /// An IPFS daemon that runs already, by the URL of its RPC.
    External(String),
    /// An IPFS node of our own.
    Own(DaemonConfig),
}

impl MarketArgs {
    /// Returns the IPFS node to use, with its files under `folder`.
    pub fn ipfs_choice(&self, folder: &Path) -> IpfsChoice {
        if let Some(url) = &self.ipfs_rpc {
            return IpfsChoice::External(url.clone());
        }
        if !self.ipfs && !self.provider && !self.ipfs_bootnode {
            return IpfsChoice::None;
        }
        let listen = match self.ipfs_listen.as_slice() {
            [] => vec![DEFAULT_LISTEN.to_owned()],
            addresses => addresses.to_vec(),
        };
        IpfsChoice::Own(DaemonConfig {
            binary: self.ipfs_path.clone(),
            folder: folder.join("ipfs"),
            listen,
            external_addresses: self.ipfs_external_address.clone(),
            bootstrap: self.ipfs_bootstrap.clone(),
            relays: self.ipfs_relay.clone(),
            bootnode: self.ipfs_bootnode,
            storage_max: Some(self.ipfs_storage_max.saturating_mul(1 << 20)),
            disk_reserve: self.disk_reserve,
            memory_max: self.ipfs_memory_max.map(|mib| mib.saturating_mul(1 << 20)),
            // The network's setting decides this, which is not known here.
            allow_private_ip: false,
        })
    }

    /// Returns how the worker is run, with its files under `folder`; `None` if this is no provider's node.
    pub fn worker(&self, folder: &Path) -> Option<WorkerConfig> {
        self.provider.then(|| WorkerConfig {
            executor: self.executor_path.clone(),
            allow_weak_sandbox: self.allow_weak_sandbox,
            bandwidth: MegabitsPerSecond(self.bandwidth),
            disk_reserve: self.disk_reserve.unwrap_or(0),
            retention: Duration::from_secs(self.keep_results.saturating_mul(3600)),
            ..WorkerConfig::new(worker_folder(folder))
        })
    }
}

/// Returns the worker's folder under that of the chain.
pub fn worker_folder(folder: &Path) -> PathBuf {
    folder.join("aicpw")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[clap(flatten)]
        market: MarketArgs,
    }

    fn args(line: &[&str]) -> MarketArgs {
        let line = std::iter::once("node").chain(line.iter().copied());
        Line::try_parse_from(line).unwrap().market
    }

    #[test]
    fn nothing_is_started_unless_asked_for() {
        let none = args(&[]);
        assert!(matches!(none.ipfs_choice("/x".as_ref()), IpfsChoice::None));
        assert!(none.worker("/x".as_ref()).is_none());
    }

    #[test]
    fn a_provider_has_an_ipfs_node_of_its_own_or_one_that_is_there() {
        let own = args(&["--provider", "--ipfs-listen", "/ip4/127.0.0.1/tcp/0"]);
        let IpfsChoice::Own(config) = own.ipfs_choice("/x".as_ref()) else {
            panic!("no daemon");
        };
        assert_eq!(config.listen, ["/ip4/127.0.0.1/tcp/0"]);
        assert_eq!(config.folder, Path::new("/x/ipfs"));
        assert_eq!(
            own.worker("/x".as_ref()).unwrap().folder,
            Path::new("/x/aicpw")
        );

        assert_eq!(config.storage_max, Some(10 << 30));
        assert_eq!(config.memory_max, None);
        let limited = args(&["--ipfs", "--ipfs-memory-max", "384"]);
        let IpfsChoice::Own(limited) = limited.ipfs_choice("/x".as_ref()) else {
            panic!("no daemon");
        };
        assert_eq!(limited.memory_max, Some(384 << 20));
        assert!(Line::try_parse_from(["node", "--ipfs", "--ipfs-memory-max", "383"]).is_err());
        assert!(!config.bootnode && config.bootstrap.is_empty());

        let external = args(&["--provider", "--ipfs-rpc", "http://127.0.0.1:5001"]);
        assert!(matches!(
            external.ipfs_choice("/x".as_ref()),
            IpfsChoice::External(_)
        ));
        assert!(Line::try_parse_from(["node", "--allow-weak-sandbox"]).is_err());
    }

    #[test]
    fn a_bootnode_and_those_that_know_it() {
        let peer = "/ip4/1.2.3.4/tcp/1/p2p/12D3KooWKnDdG3iXw9eTFijk3EWSunZcFi54Zka4wmtqtt6rPxc8";
        let bootnode = args(&[
            "--ipfs-bootnode",
            "--ipfs-external-address",
            "/dns4/x/tcp/1",
        ]);
        let IpfsChoice::Own(config) = bootnode.ipfs_choice("/x".as_ref()) else {
            panic!("no daemon");
        };
        assert!(config.bootnode);
        assert_eq!(config.external_addresses, ["/dns4/x/tcp/1"]);
        assert!(bootnode.worker("/x".as_ref()).is_none());

        let behind_nat = args(&["--ipfs", "--ipfs-bootstrap", peer, "--ipfs-relay", peer]);
        let IpfsChoice::Own(config) = behind_nat.ipfs_choice("/x".as_ref()) else {
            panic!("no daemon");
        };
        assert_eq!(config.bootstrap, config.relays);
        assert_eq!(config.relays[0].to_string(), peer);
    }

    #[test]
    fn a_daemon_that_is_there_takes_no_orders_from_here() {
        let peer = "/ip4/1.2.3.4/tcp/1/p2p/12D3KooWKnDdG3iXw9eTFijk3EWSunZcFi54Zka4wmtqtt6rPxc8";
        for option in [
            &["--ipfs-listen", "/ip4/1.2.3.4/tcp/1"][..],
            &["--ipfs-external-address", "/ip4/1.2.3.4/tcp/1"],
            &["--ipfs-bootstrap", peer],
            &["--ipfs-relay", peer],
            &["--ipfs-bootnode"],
            &["--ipfs-storage-max", "1"],
            &["--ipfs-memory-max", "1024"],
        ] {
            let line = [&["node", "--ipfs-rpc", "http://x"], option].concat();
            assert!(Line::try_parse_from(&line).is_err(), "{line:?}");
        }
    }
}
