//! The port of this node's own IPFS.

use std::path::Path;
use std::time::Duration;

use aicpw_offchain_worker::ipfs::DaemonConfig;
use sc_network::Multiaddr;
use tokio::time::Instant;

use super::{IpfsChoice, MarketArgs};
use crate::ports::{with_port, PortError, Socket, Wish};

/// How long to wait for the IPFS process of a node that was killed, which ends by itself once its
/// requests have ended.
const WAIT_FOR_LAST: Duration = Duration::from_secs(30);

/// How often it is checked whether that process has ended.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Returns what this node's own IPFS would listen on, if it runs one.
pub fn ipfs_wish(args: &MarketArgs, folder: &Path) -> Option<Wish> {
    match args.ipfs_choice(folder) {
        IpfsChoice::Own(own) => Some(wish(&parse(&own.listen), !args.ipfs_listen.is_empty())),
        IpfsChoice::None | IpfsChoice::External(_) => None,
    }
}

fn wish(addresses: &[Multiaddr], is_chosen: bool) -> Wish {
    Wish {
        service: "IPFS",
        option: "--ipfs-listen",
        is_chosen,
        sockets: addresses.iter().filter_map(Socket::of).collect(),
    }
}

/// Skips what is no address, which is for `aicpw-ipfs` to refuse.
fn parse(listen: &[String]) -> Vec<Multiaddr> {
    let addresses = listen.iter();
    addresses
        .filter_map(|address| address.parse().ok())
        .collect()
}

/// Ensures that the addresses of `config` can be listened on. Moves ports that nobody chose, and
/// says so. Others know this node by its port, so this first waits for the process of the previous
/// node.
///
/// # Errors
/// If a chosen port is taken.
pub async fn settle(config: &mut DaemonConfig, is_chosen: bool) -> Result<(), PortError> {
    let addresses = parse(&config.listen);
    let wish = wish(&addresses, is_chosen);
    if config.folder.join("rpc.sock").exists() {
        let deadline = Instant::now() + WAIT_FOR_LAST;
        let mut told = false;
        while Instant::now() < deadline && wish.sockets.iter().any(|socket| socket.is_taken()) {
            if !std::mem::replace(&mut told, true) {
                log::info!(
                    "waiting for IPFS' port: the process of the node before may still use it"
                );
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
    if let Some(port) = wish.settle()? {
        let moved = addresses.iter().map(|address| with_port(address, port));
        config.listen = moved.map(|address| address.to_string()).collect();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use std::net::{Ipv4Addr, TcpListener};

    fn config(folder: &Path, port: u16) -> DaemonConfig {
        DaemonConfig {
            disk_reserve: None,
            folder: folder.to_owned(),
            listen: vec![format!("/ip4/127.0.0.1/tcp/{port}")],
            ..Default::default()
        }
    }

    #[tokio::test]
    async fn a_port_that_is_taken_moves_or_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let mut config = config(folder.path(), port);
        let before = config.listen.clone();
        let error = settle(&mut config, true).await.unwrap_err().to_string();
        assert!(error.contains("--ipfs-listen"), "{error}");
        assert_eq!(config.listen, before);
        settle(&mut config, false).await.unwrap();
        assert_ne!(config.listen, before);
    }

    #[tokio::test]
    async fn the_process_of_the_node_before_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("rpc.sock"), b"").unwrap();
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let mut config = config(folder.path(), port);
        let before = config.listen.clone();
        {
            let mut settling = std::pin::pin!(settle(&mut config, false));
            assert!(futures::poll!(&mut settling).is_pending());
            drop(taken);
            settling.await.unwrap();
        }
        assert_eq!(config.listen, before);
    }
}
