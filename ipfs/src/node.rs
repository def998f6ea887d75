//! Starts the IPFS node and keeps its connections.

use crate::cli::Cli;
use crate::identity;
use crate::storage::Storage;
use anyhow::Context;
use rust_ipfs::builder::DefaultIpfsBuilder;
use rust_ipfs::p2p::{IdentifyConfiguration, MultiaddrExt};
use rust_ipfs::{DialOpts, FDLimit, Ipfs, Multiaddr, PeerCondition, PeerId};
use std::sync::Arc;
use std::time::Duration;

/// What this node calls itself towards peers and in the RPC.
pub const AGENT: &str = concat!("aicpw-ipfs/", env!("CARGO_PKG_VERSION"));

/// Protocol version of the `identify` protocol; kubo's.
pub const PROTOCOL_VERSION: &str = "ipfs/0.1.0";

/// A listener that has no address by then will not get one.
const LISTEN_TIMEOUT: Duration = Duration::from_secs(10);

const DIAL_TIMEOUT: Duration = Duration::from_secs(10);

/// How often lost bootstrap connections are made again.
const BOOTSTRAP_INTERVAL: Duration = Duration::from_secs(15);

/// Seconds after which an unused connection is closed. Between a task's submission, fetch and
/// settlement minutes pass; connecting again costs more than keeping the connection.
const IDLE_SECONDS: u64 = 300;

const MAX_CONNECTIONS: u32 = 512;
const MAX_CONNECTIONS_PER_PEER: u32 = 8;
const MAX_PENDING_INCOMING: u32 = 64;

/// Starts the node and waits until it listens on all addresses of `cli`.
///
/// # Errors
/// When the identity or the repository cannot be opened, or an address cannot be listened on.
pub async fn start(cli: &Cli) -> anyhow::Result<(Ipfs, Arc<Storage>)> {
    let storage = Storage::open(&cli.repo, cli.storage_max).await?;
    let key = identity::load_or_create(&cli.repo)?;
    let identify = IdentifyConfiguration {
        agent_version: AGENT.into(),
        protocol_version: PROTOCOL_VERSION.into(),
        ..Default::default()
    };
    // No mDNS, no public DHT: peers are told by the chain, the task, or --bootstrap.
    let ipfs = DefaultIpfsBuilder::with_keypair(&key)?
        .set_repo(storage.repo())
        .with_identify(identify)
        .with_ping(Default::default())
        .with_bitswap()
        .enable_tcp()
        .enable_quic()
        .set_idle_connection_timeout(IDLE_SECONDS)
        .set_connection_limits(|limits| {
            limits
                .with_max_established(Some(MAX_CONNECTIONS))
                .with_max_established_per_peer(Some(MAX_CONNECTIONS_PER_PEER))
                .with_max_pending_incoming(Some(MAX_PENDING_INCOMING))
        })
        .fd_limit(FDLimit::Max)
        .start()
        .await?;

    for address in &cli.listen {
        let listening = ipfs.add_listening_address(address.clone());
        tokio::time::timeout(LISTEN_TIMEOUT, listening)
            .await
            .map_err(|_| anyhow::anyhow!("no interface fits"))
            .and_then(|result| result)
            .with_context(|| format!("cannot listen on {address}"))?;
    }
    for address in &cli.bootstrap {
        split_peer(address).with_context(|| format!("--bootstrap {address}"))?;
    }
    if !cli.bootstrap.is_empty() {
        tokio::spawn(keep_connected(ipfs.clone(), cli.bootstrap.clone()));
    }
    Ok((ipfs, storage))
}

/// Connects to the peer that `address` names, unless it is connected already.
///
/// # Errors
/// When the address has no `/p2p/` part, nobody answers there, or somebody else does.
pub async fn connect(ipfs: &Ipfs, address: &Multiaddr) -> anyhow::Result<PeerId> {
    let (peer, address) = split_peer(address)?;
    if ipfs.is_connected(peer).await? {
        return Ok(peer);
    }
    let options = DialOpts::peer_id(peer)
        .addresses(vec![address])
        .condition(PeerCondition::Disconnected)
        .build();
    let dialled = tokio::time::timeout(DIAL_TIMEOUT, ipfs.connect(options)).await;
    // Two dials at once, or each side dialling the other: what counts is the connection.
    if ipfs.is_connected(peer).await? {
        return Ok(peer);
    }
    match dialled {
        Ok(Ok(_)) => anyhow::bail!("the connection was closed at once"),
        Ok(Err(error)) => Err(error),
        Err(_) => anyhow::bail!("no answer within {} s", DIAL_TIMEOUT.as_secs()),
    }
}

/// Splits an address into its `/p2p/` part and the rest.
pub fn split_peer(address: &Multiaddr) -> anyhow::Result<(PeerId, Multiaddr)> {
    let mut address = address.clone();
    let peer = address
        .extract_peer_id()
        .context("the address does not end in /p2p/<peer id>, so the peer cannot be verified")?;
    Ok((peer, address))
}

async fn keep_connected(ipfs: Ipfs, peers: Vec<Multiaddr>) {
    let mut turn = tokio::time::interval(BOOTSTRAP_INTERVAL);
    loop {
        turn.tick().await;
        for address in &peers {
            if let Err(error) = connect(&ipfs, address).await {
                tracing::debug!(%address, %error, "bootstrap peer is not reachable");
            }
        }
    }
}
