//! Brings validators together. Discovery finds their addresses by their authority discovery keys, but only remembers
//! them. This tells the network, which connects to the nodes that it knows.

use std::{collections::HashMap, sync::Arc, time::Duration};

use aicpw_protocol::reach;
use aicpw_runtime::opaque::Block;
use sc_authority_discovery::{AuthorityDiscovery, Service};
use sc_network::{
    config::parse_addr, multiaddr::Protocol, service::traits::NetworkService, Multiaddr,
};
use sp_blockchain::HeaderBackend;

use super::FullClient;

/// How often the results of discovery are read. Discovery asks two seconds after the start, and then ever more rarely,
/// up to every ten minutes.
const EVERY: Duration = Duration::from_secs(10);

/// The parts that bring validators together.
pub struct FoundValidators {
    /// The chain, which knows who the validators are.
    pub client: Arc<FullClient>,
    /// Discovery, which knows where they are.
    pub discovery: Service,
    /// The network, which is told.
    pub network: Arc<dyn NetworkService>,
    /// Whether private addresses are dialled too. A validator publishes its own address, so one could have all others
    /// connect to machines behind their own routers.
    pub allow_private_ip: bool,
}

impl FoundValidators {
    /// Tells the network and the log of each validator that was found, and again when it has moved.
    pub async fn tell(mut self) {
        let mut told = HashMap::new();
        let mut looks = tokio::time::interval(EVERY);
        loop {
            looks.tick().await;
            let best = self.client.info().best_hash;
            let validators =
                <FullClient as AuthorityDiscovery<Block>>::authorities(&self.client, best);
            let validators = match validators.await {
                Ok(validators) => validators,
                Err(error) => {
                    log::debug!("cannot see who the validators are: {error}");
                    continue;
                }
            };
            told.retain(|validator, _| validators.contains(validator));
            for validator in validators {
                let found = self
                    .discovery
                    .get_addresses_by_authority_id(validator.clone());
                let Some(found) = found.await else {
                    continue;
                };
                if told.get(&validator) == Some(&found) {
                    continue;
                }
                for address in &found {
                    if !self.allow_private_ip && !is_public(address) {
                        log::info!(
                            "validator {validator} says that it is at {address}, which is not public and not \
                             dialled: it is with --allow-private-ip"
                        );
                        continue;
                    }
                    match parse_addr(address.clone()) {
                        Ok((peer, address)) => {
                            log::info!("validator {validator} is at {address}");
                            self.network.add_known_address(peer, address);
                        }
                        Err(error) => log::debug!("validator {validator}: {address}: {error}"),
                    }
                }
                told.insert(validator, found);
            }
        }
    }
}

/// Whether the address is a host of the internet, or a name, which is looked up when it is dialled.
fn is_public(address: &Multiaddr) -> bool {
    let begins_with_host = matches!(
        address.iter().next(),
        Some(
            Protocol::Ip4(_)
                | Protocol::Ip6(_)
                | Protocol::Dns(_)
                | Protocol::Dns4(_)
                | Protocol::Dns6(_)
        )
    );
    let is_public = |part: Protocol<'_>| match part {
        Protocol::Ip4(ip) => reach::is_public(ip.into()),
        Protocol::Ip6(ip) => reach::is_public(ip.into()),
        _ => true,
    };
    begins_with_host && address.iter().all(is_public)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn validators_are_dialled_in_the_internet_and_not_behind_ones_own_router() {
        let is_public = |address: &str| is_public(&address.parse().unwrap());
        for public in [
            "/ip4/8.8.8.8/tcp/30333",
            "/ip6/2a00:1450:4001::1/tcp/30333",
            "/dns/validator.example/tcp/30333",
        ] {
            assert!(is_public(public), "{public}");
        }
        for other in [
            "/ip4/127.0.0.1/tcp/30333",
            "/ip4/192.168.0.1/tcp/22",
            "/ip4/10.0.0.1/tcp/80",
            "/ip4/169.254.169.254/tcp/80",
            "/ip6/::1/tcp/30333",
            "/ip6/::ffff:192.168.0.1/tcp/22",
            "/ip6/fd00::1/tcp/30333",
            "/ip4/8.8.8.8/tcp/30333/ip4/192.168.0.1/tcp/22",
            "/memory/7",
            "/tcp/30333",
        ] {
            assert!(!is_public(other), "{other}");
        }
    }
}
