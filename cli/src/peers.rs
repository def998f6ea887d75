//! Peer addresses: binary on chain, text for people and the node.

use aicpw_protocol::{content::PeerAddress, reach::Reach, task::PeerAddresses};
use multiaddr::{Multiaddr, Protocol};

use crate::error::{Error, Result};

/// The text of an on-chain address; `None` if the bytes are not an address.
pub fn show(address: &PeerAddress) -> Option<String> {
    Multiaddr::try_from(address.to_vec())
        .ok()
        .map(|address| address.to_string())
}

/// The texts of all entries that are valid addresses.
pub fn show_all(addresses: &PeerAddresses) -> Vec<String> {
    addresses.iter().filter_map(show).collect()
}

/// The peer id in a node's own addresses.
pub fn own_id(addresses: &[String]) -> Option<String> {
    addresses.iter().find_map(|address| peer_of(address))
}

/// Those of the addresses that do not belong to the node with this peer id.
pub fn others(mut addresses: Vec<String>, own: Option<&str>) -> Vec<String> {
    addresses.retain(|address| own.is_none() || peer_of(address).as_deref() != own);
    addresses
}

/// The peer that is reached at an address. If the address goes through relays, this is the last peer that it names.
fn peer_of(address: &str) -> Option<String> {
    let address: Multiaddr = address.parse().ok()?;
    let peers = address.iter().filter_map(|part| match part {
        Protocol::P2p(peer) => Some(peer.to_string()),
        _ => None,
    });
    peers.last()
}

/// Reads a peer's address, as the parser of an option: the address has to include the peer id.
pub fn parse(text: &str) -> Result<String, String> {
    let has_peer = |address: &Multiaddr| {
        let mut parts = address.iter();
        parts.any(|part| matches!(part, Protocol::P2p(_)))
    };
    match text.parse::<Multiaddr>() {
        Ok(address) if has_peer(&address) => Ok(text.to_owned()),
        _ => Err(format!(
            "`{text}` is not the address of a peer, such as /ip4/203.0.113.7/tcp/30433/p2p/12D3KooW…; \
             `aicpw ipfs addresses` prints those of a node"
        )),
    }
}

/// Converts addresses that a person gives to the form on chain: as many as fit, in the given order.
///
/// # Errors
/// A text is not an address.
pub fn for_chain(texts: &[String]) -> Result<PeerAddresses> {
    read(texts).map(on_chain)
}

/// Converts the addresses that a node gives to the form on chain, as many as fit. Those that everybody dials come
/// first, those of the node's own machine last. Only those that everybody dials are used, unless `with_private`.
///
/// # Errors
/// A text is not an address.
pub fn of_node(texts: &[String], with_private: bool) -> Result<PeerAddresses> {
    let mut addresses = read(texts)?;
    addresses.retain(|address| with_private || Reach::of(address) == Reach::Everybody);
    addresses.sort_by_key(Reach::of);
    Ok(on_chain(addresses))
}

fn read(texts: &[String]) -> Result<Vec<Multiaddr>> {
    let addresses = texts.iter().map(|text| {
        text.parse::<Multiaddr>()
            .map_err(|error| Error::other(format!("`{text}` is not a peer address: {error}")))
    });
    addresses.collect()
}

fn on_chain(addresses: Vec<Multiaddr>) -> PeerAddresses {
    let mut fitting = PeerAddresses::default();
    for address in addresses {
        // An address that is too long, or one too many, is left out: the others suffice.
        if let Ok(address) = PeerAddress::try_from(address.to_vec()) {
            let _ = fitting.try_push(address);
        }
    }
    fitting
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_its_peer() {
        let peer = "/p2p/12D3KooWKnDdG3iXw9eTFijk3EWSunZcFi54Zka4wmtqtt6rPxc8";
        assert!(parse(&format!("/ip4/127.0.0.1/tcp/4001{peer}")).is_ok());
        for bad in ["nonsense", "/ip4/127.0.0.1/tcp/4001", "127.0.0.1:4001", ""] {
            assert!(parse(bad).unwrap_err().contains("ipfs addresses"), "{bad}");
        }
    }

    #[test]
    fn a_node_is_known_by_its_peer_id() {
        let peer = "12D3KooWKnDdG3iXw9eTFijk3EWSunZcFi54Zka4wmtqtt6rPxc8";
        let addresses = [
            "/ip4/127.0.0.1/tcp/4001".to_owned(),
            format!("/ip4/127.0.0.1/tcp/4001/p2p/{peer}"),
        ];
        assert_eq!(own_id(&addresses).as_deref(), Some(peer));
        assert_eq!(own_id(&addresses[..1]), None);
    }

    #[test]
    fn a_node_is_none_of_the_others_through_a_relay_either() {
        let own = "12D3KooWKnDdG3iXw9eTFijk3EWSunZcFi54Zka4wmtqtt6rPxc8";
        let relay = "12D3KooWPjceQrSwdWXPyLLeABRXmuqt69Rg3sBYbU1Nft9HyQ6X";
        let direct = format!("/ip4/127.0.0.1/tcp/4001/p2p/{own}");
        let at_relay = format!("/ip4/127.0.0.1/tcp/4002/p2p/{relay}");
        let relayed = format!("{at_relay}/p2p-circuit/p2p/{own}");
        let all = vec![direct, at_relay.clone(), relayed.clone()];
        assert_eq!(own_id(&[relayed]).as_deref(), Some(own));
        assert_eq!(others(all.clone(), Some(own)), [at_relay]);
        assert_eq!(others(all.clone(), None), all);
    }

    #[test]
    fn there_and_back() {
        let text =
            "/ip4/127.0.0.1/tcp/4001/p2p/12D3KooWKnDdG3iXw9eTFijk3EWSunZcFi54Zka4wmtqtt6rPxc8";
        let addresses = for_chain(&vec![text.to_string(); 20]).unwrap();
        assert_eq!(addresses.len(), 8);
        assert_eq!(show_all(&addresses)[0], text);
        assert!(for_chain(&["nonsense".into()]).is_err());
    }

    const PEER: &str = "12D3KooWKnDdG3iXw9eTFijk3EWSunZcFi54Zka4wmtqtt6rPxc8";
    const RELAY: &str = "12D3KooWPjceQrSwdWXPyLLeABRXmuqt69Rg3sBYbU1Nft9HyQ6X";

    fn through_relay(place: &str) -> String {
        format!("{place}/tcp/30433/p2p/{RELAY}/p2p-circuit/p2p/{PEER}")
    }

    fn direct(place: &str) -> String {
        format!("{place}/tcp/30433/p2p/{PEER}")
    }

    /// Regression: a node gives its addresses sorted by their text. So a node on a machine with several containers
    /// registered only loopback and bridges, and a node behind a router did not register its relay.
    #[test]
    fn what_strangers_dial_goes_before_what_they_do_not() {
        let bridges = (0..9).map(|net| direct(&format!("/ip4/172.{}.0.1", 17 + net)));
        let mut given = vec![direct("/ip4/127.0.0.1")];
        given.extend(bridges);
        let public = [
            direct("/ip4/8.8.8.8"),
            through_relay("/ip4/8.8.4.4"),
            direct("/ip6/2a00:1450:4001::1"),
            direct("/dns4/node.example"),
        ];
        given.extend(public.clone());
        let named = show_all(&of_node(&given, true).unwrap());
        assert_eq!(named.len(), 8);
        assert_eq!(named[..4], public);
        assert_eq!(named[4..], given[1..5], "then bridges, and not loopback");
        assert_eq!(show_all(&of_node(&given, false).unwrap()), public);
        assert!(of_node(&["nonsense".into()], true).is_err());

        // Loopback is included if there is room, because a chain on one machine needs it.
        let few = [direct("/ip4/127.0.0.1"), direct("/ip4/192.168.1.7")];
        let named = show_all(&of_node(&few, true).unwrap());
        assert_eq!(named, [few[1].clone(), few[0].clone()]);
        assert!(of_node(&few, false).unwrap().is_empty());
    }
}
