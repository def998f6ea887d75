//! The parts of a running node, each started separately, and what they share.

use std::sync::Arc;

use aicpw_offchain_worker::chain::OffchainDb;
use aicpw_runtime::opaque::Block;
use futures::FutureExt;
use jsonrpsee::RpcModule;
use sc_authority_discovery::WorkerConfig;
use sc_client_api::{Backend, BlockBackend};
use sc_consensus_babe::{BabeLink, BabeWorkerHandle};
use sc_consensus_beefy::{BeefyRPCLinks, BeefyVoterLinks};
use sc_consensus_grandpa::{FinalityProofProvider, LinkHalf, SharedVoterState};
use sc_network::{
    config::{FullNetworkConfiguration, Role},
    service::{traits::NetworkService, NotificationMetrics},
    NetworkBackend, NotificationService, ProtocolName,
};
use sc_network_sync::SyncingService;
use sc_offchain::{OffchainWorkerOptions, OffchainWorkers};
use sc_rpc::SubscriptionTaskExecutor;
use sc_service::{error::Error as ServiceError, ChainSpec, Configuration, TaskManager};
use sc_telemetry::TelemetryHandle;
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_consensus_beefy::ecdsa_crypto::AuthorityId as BeefyId;
use sp_core::traits::SpawnEssentialNamed;
use sp_keystore::KeystorePtr;
use sp_runtime::traits::Block as BlockT;
use substrate_prometheus_endpoint::Registry;

use super::{
    authoring::Authoring,
    beefy::{start_mmr_gadget, BeefyNetwork, BeefyVoter},
    block_push::BlockPush,
    essential::Patient,
    partial::{BlockImport, FullBackend, FullClient, FullPool, FullSelectChain},
};
use crate::{
    aicpw_rpc::MarketDeps,
    cli::FinalityArgs,
    metrics::{earnings, MarketMetrics},
    rpc,
    worker::{self, MarketServices, NodeChain},
};

type BlockHash = <Block as BlockT>::Hash;

/// Adds the methods that only this kind of node has to its RPC server.
pub type RpcBuilder = Box<dyn Fn(SubscriptionTaskExecutor) -> Result<RpcModule<()>, ServiceError>>;

/// The network protocols with which validators vote.
pub struct VoterProtocols {
    /// The protocol of GRANDPA.
    pub grandpa: (ProtocolName, Box<dyn NotificationService>),
    /// The protocols of BEEFY.
    pub beefy: BeefyNetwork,
}

impl VoterProtocols {
    /// Adds these protocols, and the one that pushes blocks, to a network that is not built yet.
    ///
    /// # Errors
    /// If the database has no genesis block.
    pub fn add_to<N: NetworkBackend<Block, BlockHash>>(
        net_config: &mut FullNetworkConfiguration<Block, BlockHash, N>,
        config: &Configuration,
        client: &Arc<FullClient>,
        metrics: &NotificationMetrics,
    ) -> Result<(Self, BlockPush), ServiceError> {
        let genesis_hash = client
            .block_hash(0)?
            .ok_or_else(|| ServiceError::Other("the database has no genesis block".into()))?;
        let name = sc_consensus_grandpa::protocol_standard_name(&genesis_hash, &config.chain_spec);
        let (grandpa_config, notifications) = sc_consensus_grandpa::grandpa_peers_set_config::<_, N>(
            name.clone(),
            metrics.clone(),
            net_config.peer_store_handle(),
        );
        net_config.add_notification_protocol(grandpa_config);
        let block_push = BlockPush::add_to(
            net_config,
            (genesis_hash, config.chain_spec.fork_id()),
            metrics.clone(),
        );
        let beefy = BeefyNetwork::add_to(
            net_config,
            (genesis_hash, config.chain_spec.fork_id()),
            client.clone(),
            metrics.clone(),
            config.prometheus_registry().cloned(),
        );
        let protocols = Self {
            grandpa: (name, notifications),
            beefy,
        };
        Ok((protocols, block_push))
    }
}

/// The settings that consensus takes from the node's configuration before RPC consumes it.
pub struct ConsensusConfig {
    role: Role,
    name: String,
    force_authoring: bool,
    enable_grandpa: bool,
    finality: FinalityArgs,
    discovery: WorkerConfig,
    allow_private_ip: bool,
}

impl ConsensusConfig {
    /// Takes the settings from a configuration.
    pub fn of(config: &Configuration, finality: FinalityArgs) -> Self {
        Self {
            role: config.role,
            name: config.network.node_name.clone(),
            force_authoring: config.force_authoring,
            enable_grandpa: !config.disable_grandpa,
            finality,
            discovery: WorkerConfig {
                publish_non_global_ips: config.network.allow_non_globals_in_dht,
                public_addresses: config.network.public_addresses.clone(),
                // A record must be signed by the node that it names, so that nobody can be put in that node's place.
                strict_record_validation: true,
                persisted_cache_directory: config.network.net_config_path.clone(),
                ..Default::default()
            },
            allow_private_ip: worker::allows_private_ip(&config.network),
        }
    }
}

/// Connections of the import of blocks to the author and the voters.
pub struct Links {
    /// Connects it to the author.
    pub babe: BabeLink<Block>,
    /// The import that the author's blocks go to.
    pub block_import: BlockImport,
    /// Connects it to GRANDPA's voter.
    pub grandpa: LinkHalf<Block, FullClient, FullSelectChain>,
    /// The votes of GRANDPA's running round.
    pub voter_state: SharedVoterState,
    /// Connects it to BEEFY's voter.
    pub beefy: BeefyVoterLinks<Block, BeefyId>,
}

/// What the parts of a running node share.
pub struct Node {
    /// Whether the node is behind.
    pub sync: Arc<SyncingService<Block>>,
    /// The network.
    pub network: Arc<dyn NetworkService>,
    /// Where metrics go, if anywhere.
    pub prometheus: Option<Registry>,
    /// Transactions that wait for a block.
    pub pool: Arc<FullPool>,
    /// Which chain is best.
    pub select_chain: FullSelectChain,
    /// This node's keys.
    pub keystore: KeystorePtr,
    /// Runs the tasks.
    pub task_manager: TaskManager,
    /// The chain's database.
    pub backend: Arc<FullBackend>,
    /// The chain.
    pub client: Arc<FullClient>,
}

impl Node {
    /// Starts the runtime's offchain workers, if the node has them.
    ///
    /// # Errors
    /// If they cannot be started.
    pub fn spawn_offchain_workers(&self, config: &Configuration) -> Result<(), ServiceError> {
        if !config.offchain_worker.enabled {
            return Ok(());
        }
        let workers = OffchainWorkers::new(OffchainWorkerOptions {
            runtime_api_provider: self.client.clone(),
            keystore: Some(self.keystore.clone()),
            offchain_db: self.backend.offchain_storage(),
            transaction_pool: Some(OffchainTransactionPoolFactory::new(self.pool.clone())),
            network_provider: Arc::new(self.network.clone()),
            is_validator: config.role.is_authority(),
            // The workers' requests go through native code; the runtime makes none.
            enable_http_requests: false,
            custom_extensions: |_| Vec::new(),
        })?;
        self.task_manager.spawn_handle().spawn(
            "offchain-workers-runner",
            Some("offchain-worker"),
            workers
                .run(self.client.clone(), self.task_manager.spawn_handle())
                .boxed(),
        );
        Ok(())
    }

    /// Starts the market's services. Returns what RPC needs: the market, and the storage that proofs are made from.
    ///
    /// # Errors
    /// If two metrics have the same name, or the database has no offchain storage.
    pub fn start_market(
        &self,
        config: &Configuration,
        market: MarketServices,
    ) -> Result<(MarketDeps, rpc::ProofsStorage), ServiceError> {
        let tasks = self.task_manager.spawn_handle();
        let (heads, follow) = worker::follow(self.client.clone());
        tasks.spawn("heads", None, follow);
        let (devices_sender, devices) = MarketServices::devices_channel();
        let deps = MarketDeps::new(
            self.client.clone(),
            self.keystore.clone(),
            heads.clone(),
            &market,
            devices,
        );
        if let Some(registry) = &self.prometheus {
            let metrics = MarketMetrics::register(registry)?;
            let follow = metrics.follow(self.client.clone(), heads.clone(), self.sync.clone());
            tasks.spawn("market-metrics", Some("market"), follow);
            if let Some(metrics) = market.worker_metrics() {
                let count = earnings::count(
                    self.client.clone(),
                    self.keystore.clone(),
                    heads.clone(),
                    self.sync.clone(),
                    metrics,
                );
                tasks.spawn("earnings-metrics", Some("market"), count);
            }
        }
        let chain = Arc::new(NodeChain {
            client: self.client.clone(),
            keystore: self.keystore.clone(),
            sync: self.sync.clone(),
            heads,
        });
        let storage = self
            .backend
            .offchain_storage()
            .ok_or_else(|| ServiceError::Other("the database has no offchain storage".into()))?;
        let proofs_storage = storage.clone();
        if config.offchain_worker.indexing_enabled {
            start_mmr_gadget(
                &self.task_manager,
                self.client.clone(),
                self.backend.clone(),
            );
        }
        // Essential: a provider's node that cannot work must stop rather than look alive.
        let market = market.run(chain, Arc::new(OffchainDb(storage)), devices_sender);
        Patient(self.task_manager.spawn_essential_handle()).spawn_essential(
            "market-services",
            Some("market"),
            market.boxed(),
        );
        Ok((deps, proofs_storage))
    }

    /// Returns the builder of the node's own RPC methods.
    pub fn rpc_builder(
        &self,
        chain_spec: &dyn ChainSpec,
        links: &Links,
        babe: BabeWorkerHandle<Block>,
        beefy: BeefyRPCLinks<Block, BeefyId>,
        (market, proofs_storage): (MarketDeps, rpc::ProofsStorage),
    ) -> RpcBuilder {
        let client = self.client.clone();
        let chain_spec = chain_spec.cloned_box();
        let pool = self.pool.clone();
        let select_chain = self.select_chain.clone();
        let keystore = self.keystore.clone();
        let voter_state = links.voter_state.clone();
        let authority_set = links.grandpa.shared_authority_set().clone();
        let justifications = links.grandpa.justification_stream();
        let proofs = FinalityProofProvider::new_for_service(
            self.backend.clone(),
            Some(links.grandpa.shared_authority_set().clone()),
        );
        Box::new(move |executor| {
            rpc::create(rpc::Deps {
                client: client.clone(),
                pool: pool.clone(),
                select_chain: select_chain.clone(),
                keystore: keystore.clone(),
                babe: babe.clone(),
                grandpa: rpc::GrandpaDeps {
                    voter_state: voter_state.clone(),
                    authority_set: authority_set.clone(),
                    justifications: justifications.clone(),
                    proofs: proofs.clone(),
                },
                beefy: beefy.clone(),
                proofs_storage: proofs_storage.clone(),
                chain_spec: chain_spec.cloned_box(),
                executor,
                market: market.clone(),
            })
            .map_err(|error| ServiceError::Other(error.to_string()))
        })
    }

    /// Starts block production for a validator, and voting, or following the votes of others.
    ///
    /// # Errors
    /// If the author or a voter cannot be started.
    pub fn start_consensus(
        &self,
        config: ConsensusConfig,
        links: Links,
        protocols: VoterProtocols,
        telemetry: Option<TelemetryHandle>,
    ) -> Result<(), ServiceError> {
        let is_authority = config.role.is_authority();
        let voter = BeefyVoter {
            task_manager: &self.task_manager,
            client: self.client.clone(),
            backend: self.backend.clone(),
            pool: self.pool.clone(),
            keystore: is_authority.then(|| self.keystore.clone()),
            sync: self.sync.clone(),
            network: self.network.clone(),
            prometheus: self.prometheus.clone(),
        };
        let authoring = Authoring {
            task_manager: &self.task_manager,
            client: self.client.clone(),
            backend: self.backend.clone(),
            pool: self.pool.clone(),
            keystore: self.keystore.clone(),
            sync: self.sync.clone(),
            prometheus: self.prometheus.clone(),
            telemetry,
        };
        if is_authority {
            authoring.start_discovery(
                config.discovery,
                self.network.clone(),
                config.allow_private_ip,
            );
            authoring.start_babe(
                links.babe,
                links.block_import,
                self.select_chain.clone(),
                config.force_authoring,
            )?;
        }
        // BEEFY signs what GRANDPA has finalised.
        if config.enable_grandpa {
            voter.start(links.beefy, protocols.beefy);
            authoring.start_grandpa(
                links.grandpa,
                links.voter_state,
                self.network.clone(),
                protocols.grandpa,
                (config.name, config.role),
                config.finality,
            )?;
        }
        Ok(())
    }
}
