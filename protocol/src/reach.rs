//! Peer addresses that strangers name, and which nodes dial them.
//!
//! An account that submits a task or offers devices names the addresses from which others fetch. A node dials only the
//! public ones, unless it allows private addresses, so that nobody can use it to explore the network behind it. And
//! when a node names addresses, it puts those that are dialled first.

use std::net::IpAddr;

use ip_network::IpNetwork;
use multiaddr::{Multiaddr, Protocol};

/// Which nodes dial an address that a stranger has named, from the most nodes to the fewest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Reach {
    /// Every node. Of an address that goes through a relay, the relay is dialled.
    Everybody,
    /// Nodes that allow private addresses and are in the same network.
    Network,
    /// Nodes on the same machine.
    Machine,
}

impl Reach {
    /// The reach of an address. Names are not looked up here, because they may lead elsewhere for those that dial.
    pub fn of(address: &Multiaddr) -> Self {
        let mut parts = address.iter();
        let first = match parts.next() {
            Some(Protocol::Ip4(ip)) => Self::of_ip(ip.into()),
            Some(Protocol::Ip6(ip)) => Self::of_ip(ip.into()),
            Some(Protocol::Dns(name) | Protocol::Dns4(name) | Protocol::Dns6(name)) => {
                match &*name == "localhost" || name.ends_with(".localhost") {
                    true => Self::Machine,
                    false => Self::Everybody,
                }
            }
            _ => Self::Network,
        };
        // An address with a second host would have others dial that host, so nobody dials it.
        match parts.any(|part| is_host(&part)) {
            true => first.max(Self::Network),
            false => first,
        }
    }

    /// The reach of a host.
    pub fn of_ip(ip: IpAddr) -> Self {
        let ip = ip.to_canonical();
        if ip.is_loopback() || ip.is_unspecified() {
            Self::Machine
        } else if ip.is_multicast() || !IpNetwork::from(ip).is_global() {
            Self::Network
        } else {
            Self::Everybody
        }
    }
}

/// Whether a part of an address says which host to go to. Only the first part may.
pub fn is_host(part: &Protocol<'_>) -> bool {
    matches!(
        part,
        Protocol::Ip4(_)
            | Protocol::Ip6(_)
            | Protocol::Ip6zone(_)
            | Protocol::Dns(_)
            | Protocol::Dns4(_)
            | Protocol::Dns6(_)
            | Protocol::Dnsaddr(_)
            | Protocol::Unix(_)
    )
}

/// Whether an address belongs to the public internet: not to this machine, to a network that is not routed, to a group
/// or to examples, and not reserved.
pub fn is_public(ip: IpAddr) -> bool {
    Reach::of_ip(ip) == Reach::Everybody
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: &str = "12D3KooWKnDdG3iXw9eTFijk3EWSunZcFi54Zka4wmtqtt6rPxc8";
    const RELAY: &str = "12D3KooWPjceQrSwdWXPyLLeABRXmuqt69Rg3sBYbU1Nft9HyQ6X";

    fn through_relay(place: &str) -> String {
        format!("{place}/tcp/30433/p2p/{RELAY}/p2p-circuit/p2p/{PEER}")
    }

    fn direct(place: &str) -> String {
        format!("{place}/tcp/30433/p2p/{PEER}")
    }

    #[test]
    fn who_dials_an_address() {
        for (reach, addresses) in [
            (
                Reach::Everybody,
                vec![
                    direct("/ip4/8.8.8.8"),
                    direct("/ip6/2a00:1450:4001::1"),
                    direct("/ip6/::ffff:8.8.8.8"),
                    direct("/dns/node.example"),
                    direct("/dns6/node.example"),
                    through_relay("/dns4/relay.example"),
                ],
            ),
            (
                Reach::Network,
                vec![
                    direct("/ip4/10.1.2.3"),
                    direct("/ip4/172.17.0.1"),
                    direct("/ip4/192.168.1.1"),
                    direct("/ip4/169.254.1.1"),
                    direct("/ip4/100.64.0.1"),
                    direct("/ip4/224.0.0.251"),
                    direct("/ip6/fe80::1"),
                    direct("/ip6/fd00::1"),
                    direct("/ip6/::ffff:192.168.1.1"),
                    through_relay("/ip4/192.168.1.1"),
                    // A name that others would have to look up is not dialled.
                    direct("/dnsaddr/node.example"),
                    direct("/unix/%2Frun%2Fsocket"),
                    format!("{}/ip4/10.0.0.1/tcp/1", direct("/ip4/8.8.8.8")),
                    format!("/p2p/{RELAY}/p2p-circuit/p2p/{PEER}"),
                ],
            ),
            (
                Reach::Machine,
                vec![
                    direct("/ip4/127.0.0.1"),
                    direct("/ip4/0.0.0.0"),
                    direct("/ip6/::1"),
                    direct("/ip6/::ffff:127.0.0.1"),
                    direct("/dns4/localhost"),
                ],
            ),
        ] {
            for text in addresses {
                assert_eq!(Reach::of(&text.parse().unwrap()), reach, "{text}");
            }
        }
    }

    #[test]
    fn what_is_routed_by_nobody_is_not_public() {
        for ip in ["8.8.8.8", "2a00:1450:4001::1", "::ffff:8.8.8.8"] {
            assert!(is_public(ip.parse().unwrap()), "{ip}");
        }
        for ip in [
            "127.0.0.1",
            "0.0.0.0",
            "169.254.169.254",
            "192.0.2.1",
            "198.18.0.1",
            "255.255.255.255",
            "::",
            "ff02::fb",
            "ff0e::1",
            "2001:db8::1",
        ] {
            assert!(!is_public(ip.parse().unwrap()), "{ip}");
        }
    }
}
