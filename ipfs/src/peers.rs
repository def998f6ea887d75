//! Keeps connections, and a way in for a node that others cannot dial.

use anyhow::Context;
use rust_ipfs::p2p::MultiaddrExt;
use rust_ipfs::{DialOpts, Ipfs, Multiaddr, PeerCondition, PeerId, Protocol};
use std::net::IpAddr;
use std::time::Duration;

const DIAL_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a relay may take to grant a way in.
const RESERVE_TIMEOUT: Duration = Duration::from_secs(20);

/// How often lost connections are made again.
const INTERVAL: Duration = Duration::from_secs(15);

/// Connects to the peer that `address` names, unless it is connected already.
///
/// # Errors
/// When the address has no `/p2p/` part, nobody answers there, or another peer does.
pub async fn connect(ipfs: &Ipfs, address: &Multiaddr) -> anyhow::Result<PeerId> {
    let (peer, address) = split_peer(address)?;
    if ipfs.is_connected(peer).await? {
        return Ok(peer);
    }
    let options = DialOpts::peer_id(peer)
        .addresses(resolve(&address).await?)
        .condition(PeerCondition::Disconnected)
        .build();
    let dialled = tokio::time::timeout(DIAL_TIMEOUT, ipfs.connect(options)).await;
    // There may be two dials at once, or each side may dial the other: only the connection counts.
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

/// Returns the address with its host's name, if it has one, replaced by the addresses of that host.
/// The network stack is built without its own resolver.
///
/// # Errors
/// When the name is not known.
async fn resolve(address: &Multiaddr) -> anyhow::Result<Vec<Multiaddr>> {
    let (name, fits): (_, fn(&IpAddr) -> bool) = match address.iter().next() {
        Some(Protocol::Dns(name)) => (name, |_| true),
        Some(Protocol::Dns4(name)) => (name, IpAddr::is_ipv4),
        Some(Protocol::Dns6(name)) => (name, IpAddr::is_ipv6),
        _ => return Ok(vec![address.clone()]),
    };
    // The port is part of the address already.
    let hosts = tokio::net::lookup_host((&*name, 0))
        .await
        .with_context(|| format!("cannot resolve {name}"))?;
    let found: Vec<_> = hosts
        .map(|host| host.ip())
        .filter(fits)
        .filter_map(|ip| address.replace(0, |_| Some(ip.into())))
        .collect();
    anyhow::ensure!(!found.is_empty(), "{name} has no address of that kind");
    Ok(found)
}

/// Connects to `peers`, and again whenever a connection is lost.
pub async fn keep_connected(ipfs: Ipfs, peers: Vec<Multiaddr>) {
    let mut turn = tokio::time::interval(INTERVAL);
    loop {
        turn.tick().await;
        for address in &peers {
            if let Err(error) = connect(&ipfs, address).await {
                tracing::debug!(%address, %error, "bootstrap peer is not reachable");
            }
        }
    }
}

/// Stays reachable through the relay at `relay`.
pub async fn keep_reserved(ipfs: Ipfs, relay: Multiaddr) {
    let mut turn = tokio::time::interval(INTERVAL);
    let mut granted = false;
    loop {
        turn.tick().await;
        if granted && is_reserved(&ipfs, &relay).await {
            continue;
        }
        let reserving = async {
            let relay = resolve(&relay).await?.remove(0);
            ipfs.add_listening_address(relay.with(Protocol::P2pCircuit))
                .await
        };
        granted = match tokio::time::timeout(RESERVE_TIMEOUT, reserving).await {
            Ok(Ok(_)) => {
                tracing::info!(%relay, "reachable through the relay");
                true
            }
            Ok(Err(error)) => {
                tracing::warn!(%relay, error = %format!("{error:#}"), "the relay grants no way in");
                false
            }
            Err(_) => {
                tracing::warn!(%relay, "the relay does not answer");
                false
            }
        };
    }
}

async fn is_reserved(ipfs: &Ipfs, relay: &Multiaddr) -> bool {
    let Ok((relay, _)) = split_peer(relay) else {
        return false;
    };
    let through_it = |address: &Multiaddr| {
        address.iter().any(|part| part == Protocol::P2p(relay))
            && address.iter().any(|part| part == Protocol::P2pCircuit)
    };
    match ipfs.listening_addresses().await {
        Ok(addresses) => addresses.iter().any(through_it),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn names_are_resolved_and_numbers_stay() {
        let resolved = |text: &'static str| async move {
            let address: Multiaddr = text.parse().unwrap();
            resolve(&address).await
        };
        let same = resolved("/ip4/192.0.2.1/tcp/1").await.unwrap();
        assert_eq!(same[0].to_string(), "/ip4/192.0.2.1/tcp/1");
        let named = resolved("/dns4/localhost/tcp/1").await.unwrap();
        assert_eq!(named[0].to_string(), "/ip4/127.0.0.1/tcp/1");
        let error = resolved("/dns4/nobody.invalid/tcp/1").await.unwrap_err();
        assert!(error.to_string().contains("nobody.invalid"), "{error:#}");
    }
}
