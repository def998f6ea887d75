//! Starts the IPFS node.

use crate::cli::Cli;
use crate::dht::{Dht, Role};
use crate::foreign_peers::ForeignPeers;
use crate::gate;
use crate::reader::Source;
use crate::storage::Storage;
use crate::wants::Wants;
use crate::{identity, peers};
use anyhow::Context;
use connexa::behaviour::BehaviourEvent;
use connexa::prelude::identify;
use connexa::prelude::swarm::SwarmEvent;
use rust_ipfs::builder::IpfsBuilder;
use rust_ipfs::p2p::{IdentifyConfiguration, RelayConfig};
use rust_ipfs::{FDLimit, Ipfs, PinMode};
use std::sync::Arc;
use std::time::Duration;

/// What this node calls itself towards peers and in the RPC.
pub const AGENT: &str = concat!("aicpw-ipfs/", env!("CARGO_PKG_VERSION"));

/// The version of the `identify` protocol; the same as kubo's.
pub const PROTOCOL_VERSION: &str = "ipfs/0.1.0";

/// How long to wait for a listener's address: later it will not get one.
const LISTEN_TIMEOUT: Duration = Duration::from_secs(10);

/// The seconds after which an unused connection is closed. Minutes pass between a task's
/// submission, fetch and settlement, and connecting again costs more than keeping the connection.
const IDLE_SECONDS: u64 = 300;

const MAX_CONNECTIONS: u32 = 512;
const MAX_CONNECTIONS_PER_PEER: u32 = 8;

/// How much, and for how long, a bootnode relays between two nodes that have no better way to each
/// other.
const RELAYED_BYTES: u64 = 4 << 30;
const RELAYED_FOR: Duration = Duration::from_secs(3600);
const RELAYED_CONNECTIONS: usize = 64;

/// Starts the node and waits until it listens on all addresses of `cli`.
///
/// # Errors
/// When the identity or the repository cannot be opened, or an address cannot be listened on.
pub async fn start(cli: &Cli) -> anyhow::Result<Source> {
    for address in cli.bootstrap.iter().chain(&cli.relay) {
        peers::split_peer(address).with_context(|| address.to_string())?;
    }
    let storage = Storage::open(&cli.repo, cli.storage_max, cli.disk_reserve).await?;
    let key = identity::load_or_create(&cli.repo)?;
    let identify = IdentifyConfiguration {
        agent_version: AGENT.into(),
        protocol_version: PROTOCOL_VERSION.into(),
        ..Default::default()
    };
    // No mDNS and no public DHT: peers come from the chain, the task, and our own bootnodes.
    let mut builder = IpfsBuilder::<gate::Behaviour>::with_keypair(&key)?
        .set_repo(storage.repo())
        .with_identify(identify)
        .with_ping(Default::default())
        .with_bitswap()
        .enable_tcp()
        .enable_quic()
        // To dial nodes behind a relay, and to bypass the relay where the networks allow it.
        .with_relay(true)
        .set_idle_connection_timeout(IDLE_SECONDS)
        .set_connection_limits(|limits| {
            limits
                .with_max_established(Some(MAX_CONNECTIONS))
                .with_max_established_incoming(Some(gate::MAX_INCOMING))
                .with_max_established_per_peer(Some(MAX_CONNECTIONS_PER_PEER))
                .with_max_pending_incoming(Some(gate::MAX_PENDING_INCOMING))
        })
        .fd_limit(FDLimit::Max);
    let foreign = Arc::new(ForeignPeers::default());
    let seen = foreign.clone();
    builder = builder.swarm_events(move |_, event| match event {
        SwarmEvent::Behaviour(BehaviourEvent::Identify(identify::Event::Received {
            peer_id,
            info,
            ..
        })) => seen.introduced(*peer_id, &info.agent_version),
        SwarmEvent::ConnectionClosed {
            peer_id,
            num_established: 0,
            ..
        } => seen.gone(peer_id),
        _ => {}
    });
    if cli.bootnode {
        builder = builder.with_relay_server(RelayConfig {
            max_circuits: RELAYED_CONNECTIONS,
            max_circuit_bytes: RELAYED_BYTES,
            max_circuit_duration: RELAYED_FOR,
            ..Default::default()
        });
    }
    let (dht, table) = if cli.bootnode || !cli.bootstrap.is_empty() {
        let (dht, table) = Dht::new(key.public().to_peer_id(), role(cli));
        (Some(dht), Some(table))
    } else {
        (None, None)
    };
    let ipfs = builder
        .with_custom_behaviour(|_| Ok(gate::Behaviour::new(table)))
        .start()
        .await?;
    listen(&ipfs, cli).await?;

    if !cli.bootstrap.is_empty() {
        tokio::spawn(peers::keep_connected(ipfs.clone(), cli.bootstrap.clone()));
    }
    for relay in &cli.relay {
        tokio::spawn(peers::keep_reserved(ipfs.clone(), relay.clone()));
    }
    if let Some(dht) = dht.clone() {
        tokio::spawn(dht.clone().keep_announcing());
        tokio::spawn(announce_pins(dht, storage.clone()));
    }
    Ok(Source {
        wants: Arc::new(Wants::new(ipfs.clone(), storage.clone(), foreign)),
        ipfs,
        storage,
        dht,
    })
}

/// Returns the node's role: a node that needs a relay, or listens nowhere, cannot answer others.
fn role(cli: &Cli) -> Role {
    if cli.listen.is_empty() || !cli.relay.is_empty() {
        Role::Client
    } else {
        Role::Server
    }
}

async fn listen(ipfs: &Ipfs, cli: &Cli) -> anyhow::Result<()> {
    for address in &cli.listen {
        let listening = ipfs.add_listening_address(address.clone());
        tokio::time::timeout(LISTEN_TIMEOUT, listening)
            .await
            .map_err(|_| anyhow::anyhow!("no interface fits"))
            .and_then(|result| result)
            .with_context(|| format!("cannot listen on {address}"))?;
    }
    let mut external = cli.external_address.clone();
    if external.is_empty() && cli.relay.is_empty() {
        // The table passes on only addresses that count as external, and so does a relay.
        external = ipfs.listening_addresses().await?;
    }
    for address in external {
        ipfs.add_external_address(address).await?;
    }
    Ok(())
}

/// Announces what was pinned before the start, too.
async fn announce_pins(dht: Dht, storage: Arc<Storage>) {
    match storage.pins().await {
        Ok(pins) => {
            for (root, _) in pins.iter().filter(|(_, mode)| **mode == PinMode::Recursive) {
                dht.announce(root).await;
            }
        }
        Err(error) => tracing::warn!(%error, "cannot read the pins; they are not announced"),
    }
}
