//! BEEFY: voting on what a contract on another chain can verify, and keeping the data that proofs of it are made of
//! (ADR 13).

use std::{marker::PhantomData, sync::Arc};

use aicpw_runtime::opaque::Block;
use futures::{future, FutureExt, StreamExt};
use mmr_gadget::MmrGadget;
use sc_client_api::HeaderBackend;
use sc_consensus_beefy::{
    communication::{beefy_peers_set_config, request_response::BeefyJustifsRequestHandler},
    gossip_protocol_name, start_beefy_gadget, BeefyNetworkParams, BeefyParams, BeefyVoterLinks,
};
use sc_network::{
    config::FullNetworkConfiguration, service::traits::NetworkService,
    service::NotificationMetrics, NetworkBackend, NetworkEventStream, NotificationService,
    ProtocolName,
};
use sc_network_sync::SyncingService;
use sc_service::TaskManager;
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_api::{ApiExt, ApiRef, ProvideRuntimeApi};
use sp_consensus_beefy::{ecdsa_crypto::AuthorityId as BeefyId, mmr::MmrRootProvider};
use sp_core::traits::SpawnEssentialNamed;
use sp_keystore::KeystorePtr;
use sp_runtime::traits::Block as BlockT;
use substrate_prometheus_endpoint::Registry;

use super::{
    essential::Patient,
    partial::{FullBackend, FullClient, FullPool},
    voter_network,
};

/// The number of blocks after the last voted block until BEEFY votes again: four seconds. It also votes on each block
/// that begins a session. Burned tokens are in a commitment a few seconds later, which is little compared with a
/// transaction on the other chain. A commitment for every block would cost each validator the signatures of all others
/// four times a second.
pub const MIN_BLOCK_DELTA: u32 = 16;

type BlockHash = <Block as BlockT>::Hash;

/// BEEFY's network protocols.
pub struct BeefyNetwork {
    gossip: (ProtocolName, Box<dyn NotificationService>),
    justifications: BeefyJustifsRequestHandler<Block, FullClient>,
}

impl BeefyNetwork {
    /// Adds the protocols to a network that is not built yet.
    pub fn add_to<N: NetworkBackend<Block, BlockHash>>(
        net_config: &mut FullNetworkConfiguration<Block, BlockHash, N>,
        (genesis, fork_id): (BlockHash, Option<&str>),
        client: Arc<FullClient>,
        metrics: NotificationMetrics,
        prometheus: Option<Registry>,
    ) -> Self {
        let name = gossip_protocol_name(genesis, fork_id);
        let (gossip_config, notifications) =
            beefy_peers_set_config::<_, N>(name.clone(), metrics, net_config.peer_store_handle());
        net_config.add_notification_protocol(gossip_config);
        let (justifications, justifications_config) =
            BeefyJustifsRequestHandler::new::<_, N>(genesis, fork_id, client, prometheus);
        net_config.add_request_response_protocol(justifications_config);
        Self {
            gossip: (name, notifications),
            justifications,
        }
    }
}

/// The parts that voting needs.
pub struct BeefyVoter<'a> {
    /// Runs the task.
    pub task_manager: &'a TaskManager,
    /// The chain.
    pub client: Arc<FullClient>,
    /// Its database.
    pub backend: Arc<FullBackend>,
    /// The pool that reports of equivocations go to.
    pub pool: Arc<FullPool>,
    /// The keys of a validator; without them the voter only listens.
    pub keystore: Option<KeystorePtr>,
    /// Whether the node is behind.
    pub sync: Arc<SyncingService<Block>>,
    /// The network.
    pub network: Arc<dyn NetworkService>,
    /// Where metrics go, if anywhere.
    pub prometheus: Option<Registry>,
}

impl BeefyVoter<'_> {
    /// Starts following commitments, and voting on them if the node has the keys of a validator.
    pub fn start(self, links: BeefyVoterLinks<Block, BeefyId>, protocols: BeefyNetwork) {
        let (gossip_protocol_name, notifications) = protocols.gossip;
        let is_authority = self.keystore.is_some();
        // This stream ends when the network does.
        let network_events = self.network.event_stream("beefy");
        let voter = start_beefy_gadget::<_, _, _, _, _, _, _, BeefyId>(BeefyParams {
            client: self.client.clone(),
            backend: self.backend,
            payload_provider: MmrRootProvider::new(self.client.clone()),
            runtime: Arc::new(Reporting::new(self.client, self.pool)),
            key_store: self.keystore,
            network_params: BeefyNetworkParams {
                network: Arc::new(self.network),
                sync: Arc::new(voter_network::Syncing(self.sync)),
                notification_service: Box::new(voter_network::Notifications::of(notifications)),
                gossip_protocol_name,
                justifications_protocol_name: protocols.justifications.protocol_name(),
                _phantom: PhantomData,
            },
            min_block_delta: MIN_BLOCK_DELTA,
            prometheus_registry: self.prometheus,
            links,
            on_demand_justifications_handler: protocols.justifications,
            is_authority,
        });
        // This is polled first, because the voter would log the end of the network as a failure of its own.
        let network_ends = network_events.for_each(|_| future::ready(()));
        let until_then = future::select(network_ends, Box::pin(voter));
        Patient(self.task_manager.spawn_essential_handle()).spawn_essential_blocking(
            "beefy-voter",
            None,
            until_then.map(drop).boxed(),
        );
    }
}

/// Starts keeping the nodes of the mountain range where proofs can find them once their blocks are final. The runtime
/// writes them only on a node with `--enable-offchain-indexing true`.
pub fn start_mmr_gadget(
    task_manager: &TaskManager,
    client: Arc<FullClient>,
    backend: Arc<FullBackend>,
) {
    let prefix = sp_mmr_primitives::INDEXING_PREFIX.to_vec();
    task_manager.spawn_handle().spawn_blocking(
        "mmr-gadget",
        None,
        MmrGadget::start(client, backend, prefix),
    );
}

/// The runtime for BEEFY's voter. The voter has the runtime report validators that sign two contradicting things, but
/// does not give it the pool that reports go to.
pub struct Reporting {
    client: Arc<FullClient>,
    pool: OffchainTransactionPoolFactory<Block>,
}

impl Reporting {
    /// Wraps the client's runtime, whose reports go to this pool.
    pub fn new(client: Arc<FullClient>, pool: Arc<FullPool>) -> Self {
        Self {
            client,
            pool: OffchainTransactionPoolFactory::new(pool),
        }
    }
}

impl ProvideRuntimeApi<Block> for Reporting {
    type Api = <FullClient as ProvideRuntimeApi<Block>>::Api;

    fn runtime_api(&self) -> ApiRef<'_, Self::Api> {
        let mut api = self.client.runtime_api();
        let best = self.client.info().best_hash;
        api.register_extension(self.pool.offchain_transaction_pool(best));
        api
    }
}
