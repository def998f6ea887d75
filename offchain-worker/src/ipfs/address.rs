//! The addresses of peers.

use super::error::BlobError;
use multiaddr::{Multiaddr, Protocol};
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// The address of an IPFS node, with its peer id: the node that answers there must prove to be that
/// peer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PeerAddress(Multiaddr);

/// The longest address. Addresses come from the chain and from strangers' tasks. This is ample for
/// a relayed one.
const MAX_LEN: usize = 512;

impl PeerAddress {
    /// Returns the parts of the address, the host first.
    pub(super) fn parts(&self) -> impl Iterator<Item = Protocol<'_>> {
        self.0.iter()
    }

    /// Returns the same peer at another host.
    pub(super) fn at(&self, host: IpAddr) -> Option<Self> {
        self.0.replace(0, |_| Some(host.into())).map(Self)
    }
}

impl FromStr for PeerAddress {
    type Err = BlobError;

    fn from_str(text: &str) -> Result<Self, BlobError> {
        let wrong = |reason: String| BlobError::BadAddress {
            address: text.chars().take(MAX_LEN).collect(),
            reason,
        };
        if text.len() > MAX_LEN {
            return Err(wrong(format!("longer than {MAX_LEN} bytes")));
        }
        let address: Multiaddr = text.parse().map_err(|error| wrong(format!("{error}")))?;
        match address.iter().last() {
            Some(Protocol::P2p(_)) => Ok(Self(address)),
            _ => Err(wrong("it does not end in /p2p/<peer id>".into())),
        }
    }
}

impl fmt::Display for PeerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: &str = "12D3KooWKnDdG3iXw9eTFijk3EWSunZcFi54Zka4wmtqtt6rPxc8";

    #[test]
    fn only_addresses_that_name_the_peer() {
        let good = format!("/ip4/127.0.0.1/udp/4001/quic-v1/p2p/{PEER}");
        assert_eq!(good.parse::<PeerAddress>().unwrap().to_string(), good);
        for bad in [
            "",
            "127.0.0.1:4001",
            "/ip4/127.0.0.1/tcp/4001",
            "/ip4/1/tcp/2/p2p/x",
        ] {
            let error = bad.parse::<PeerAddress>().unwrap_err().to_string();
            assert!(error.contains(bad), "{error}");
        }
        let long = format!("/dns4/{}/tcp/1/p2p/{PEER}", "a".repeat(MAX_LEN));
        assert!(long
            .parse::<PeerAddress>()
            .unwrap_err()
            .to_string()
            .contains("longer"));
    }
}
