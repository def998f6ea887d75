//! Peers that strangers name: a requester says where a job's files are. Unless this node allows
//! private addresses, only public ones are dialled for strangers, so that nobody uses the node to
//! probe the network behind it.

use super::address::PeerAddress;
use super::rpc::KuboRpc;
use super::BlobStore;
use aicpw_protocol::reach::{is_host, is_public};
use futures::future::join_all;
use multiaddr::Protocol;
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

/// The most addresses of one name that are dialled.
const MAX_HOSTS: usize = 8;

/// The longest time for resolving a name.
const LOOK_UP: Duration = Duration::from_secs(10);

/// Connects to a peer that a stranger named.
///
/// # Errors
/// What prevented it, for this machine's owner.
pub(super) async fn connect(rpc: &KuboRpc, peer: &PeerAddress) -> Result<(), String> {
    let peers = match rpc.allows_private_ip() {
        true => vec![peer.clone()],
        false => public(peer).await.map_err(|reason| {
            format!(
                "{peer} is not dialled: {reason}; where such peers are wanted, start the node with \
                 --allow-private-ip"
            )
        })?,
    };
    let mut failures = Vec::new();
    for end in join_all(peers.iter().map(|peer| rpc.connect(peer))).await {
        match end {
            Ok(()) => return Ok(()),
            Err(error) => failures.push(error.to_string()),
        }
    }
    Err(failures.join("; "))
}

/// Returns the same peer at its public addresses. A name is resolved here and not where it is
/// dialled, because by then it could be that of another host.
async fn public(peer: &PeerAddress) -> Result<Vec<PeerAddress>, String> {
    let mut parts = peer.parts();
    let hosts = match parts.next() {
        Some(Protocol::Ip4(ip)) => vec![IpAddr::from(ip)],
        Some(Protocol::Ip6(ip)) => vec![IpAddr::from(ip)],
        Some(Protocol::Dns(name)) => look_up(&name, |_| true).await?,
        Some(Protocol::Dns4(name)) => look_up(&name, IpAddr::is_ipv4).await?,
        Some(Protocol::Dns6(name)) => look_up(&name, IpAddr::is_ipv6).await?,
        _ => return Err("it begins with no address of a host".into()),
    };
    if parts.any(|part| is_host(&part)) {
        return Err("it names two hosts".into());
    }
    let hosts: BTreeSet<_> = hosts.into_iter().filter(|host| is_public(*host)).collect();
    if hosts.is_empty() {
        return Err("it is not a public address".into());
    }
    let hosts = hosts.into_iter().take(MAX_HOSTS);
    Ok(hosts.filter_map(|host| peer.at(host)).collect())
}

async fn look_up(name: &str, fits: fn(&IpAddr) -> bool) -> Result<Vec<IpAddr>, String> {
    // The port is part of the address already.
    let found = tokio::time::timeout(LOOK_UP, tokio::net::lookup_host((name, 0))).await;
    let hosts = match found {
        Ok(Ok(hosts)) => hosts.map(|host| host.ip()),
        Ok(Err(error)) => return Err(format!("cannot resolve {name}: {error}")),
        Err(_) => {
            return Err(format!(
                "{name} was not resolved in {} s",
                LOOK_UP.as_secs()
            ))
        }
    };
    Ok(hosts.filter(fits).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: &str = "12D3KooWKnDdG3iXw9eTFijk3EWSunZcFi54Zka4wmtqtt6rPxc8";

    fn peer(place: &str) -> PeerAddress {
        format!("{place}/p2p/{PEER}").parse().unwrap()
    }

    #[tokio::test]
    async fn what_is_public_stays_as_it_is() {
        for place in [
            "/ip4/8.8.8.8/tcp/4001".to_owned(),
            "/ip6/2a00:1450:4001::1/udp/4001/quic-v1".to_owned(),
            format!("/ip4/8.8.8.8/tcp/4001/p2p/{PEER}/p2p-circuit"),
        ] {
            assert_eq!(public(&peer(&place)).await, Ok(vec![peer(&place)]));
        }
    }

    #[tokio::test]
    async fn nothing_else_is_dialled() {
        let hosts = [
            "/ip4/127.0.0.1",
            "/ip4/0.0.0.0",
            "/ip4/10.1.2.3",
            "/ip4/172.16.0.1",
            "/ip4/192.168.1.1",
            "/ip4/169.254.169.254",
            "/ip4/100.64.0.1",
            "/ip4/192.0.2.1",
            "/ip4/198.18.0.1",
            "/ip4/224.0.0.251",
            "/ip4/255.255.255.255",
            "/ip6/::",
            "/ip6/::1",
            "/ip6/fe80::1",
            "/ip6/fd00::1",
            "/ip6/ff02::fb",
            "/ip6/ff0e::1",
            "/ip6/2001:db8::1",
            "/ip6/::ffff:192.168.1.1",
            "/ip6/::ffff:127.0.0.1",
            // A name of such an address.
            "/dns/localhost",
            "/dns4/localhost",
            "/dns4/nobody.invalid",
            // Names that others would resolve.
            "/dnsaddr/localhost",
            "/unix/%2Frun%2Fsocket",
        ];
        for host in hosts {
            let peer = peer(&format!("{host}/tcp/4001"));
            assert!(public(&peer).await.is_err(), "{peer}");
        }
        let behind = format!("/ip4/8.8.8.8/tcp/1/p2p/{PEER}/p2p-circuit/ip4/10.0.0.1/tcp/1");
        let refusal = public(&peer(&behind)).await.unwrap_err();
        assert_eq!(refusal, "it names two hosts");
    }
}
