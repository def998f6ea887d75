//! Brings validators together: where discovery has found them, by their authority discovery keys, becomes
//! known to the network, which connects to whom it knows. Discovery itself only remembers it.

use std::{collections::HashMap, sync::Arc, time::Duration};

use aicpw_runtime::opaque::Block;
use sc_authority_discovery::{AuthorityDiscovery, Service};
use sc_network::{config::parse_addr, service::traits::NetworkService};
use sp_blockchain::HeaderBackend;

use super::FullClient;

/// How often it is looked what was found. Discovery asks two seconds after the start, and ever more rarely from
/// then on, up to ten minutes.
const EVERY: Duration = Duration::from_secs(10);

/// What has to be known to bring validators together.
pub struct FoundValidators {
    /// Who the validators are.
    pub client: Arc<FullClient>,
    /// Where they are.
    pub discovery: Service,
    /// Who is to know.
    pub network: Arc<dyn NetworkService>,
}

impl FoundValidators {
    /// Tells the network, and the log, of each validator that was found, and again when it has moved.
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
