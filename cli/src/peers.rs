//! Peer addresses: binary on chain, text for people and the node.

use aicpw_protocol::{content::PeerAddress, task::PeerAddresses};
use multiaddr::Multiaddr;

use crate::error::{Error, Result};

/// The text of an address on chain; `None` if the bytes are not an address.
pub fn show(address: &PeerAddress) -> Option<String> {
    Multiaddr::try_from(address.to_vec())
        .ok()
        .map(|address| address.to_string())
}

/// The texts of all addresses that are any.
pub fn show_all(addresses: &PeerAddresses) -> Vec<String> {
    addresses.iter().filter_map(show).collect()
}

/// Addresses as they go on chain: as many as fit, in the given order.
///
/// # Errors
/// A text is not an address.
pub fn for_chain(texts: &[String]) -> Result<PeerAddresses> {
    let mut addresses = PeerAddresses::default();
    for text in texts {
        let address: Multiaddr = text
            .parse()
            .map_err(|error| Error::other(format!("`{text}` is not a peer address: {error}")))?;
        // One that is too long, or one too many, is left out: the others will do.
        if let Ok(address) = PeerAddress::try_from(address.to_vec()) {
            let _ = addresses.try_push(address);
        }
    }
    Ok(addresses)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let text =
            "/ip4/127.0.0.1/tcp/4001/p2p/12D3KooWKnDdG3iXw9eTFijk3EWSunZcFi54Zka4wmtqtt6rPxc8";
        let addresses = for_chain(&vec![text.to_string(); 20]).unwrap();
        assert_eq!(addresses.len(), 8);
        assert_eq!(show_all(&addresses)[0], text);
        assert!(for_chain(&["nonsense".into()]).is_err());
    }
}
