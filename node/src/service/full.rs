//! A running node.

use std::{
    path::Path,
    sync::{Arc, OnceLock},
};

use aicpw_offchain_worker::chain::OffchainDb;
use aicpw_runtime::opaque::Block;
use futures::FutureExt;
use sc_authority_discovery::WorkerConfig;
use sc_client_api::{Backend, BlockBackend};
use sc_consensus::ImportQueue;
use sc_consensus_grandpa::{FinalityProofProvider, SharedVoterState};
use sc_network::{config::FullNetworkConfiguration, Multiaddr, NetworkBackend};
use sc_offchain::{OffchainWorkerOptions, OffchainWorkers};
use sc_service::{
    error::Error as ServiceError, BuildNetworkParams, Configuration, SpawnTasksParams, TaskManager,
    WarpSyncConfig,
};
use sc_storage_monitor::StorageMonitorParams;
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_core::traits::SpawnEssentialNamed;
use sp_runtime::traits::Block as BlockT;

use super::{
    authoring::Authoring,
    beefy::{start_mmr_gadget, BeefyNetwork, BeefyVoter},
    block_push::BlockPush,
    early_blocks::EarlyBlocks,
    essential::Patient,
    new_partial,
    partial::{Consensus, GrandpaImport, Partial},
};
use crate::{
    aicpw_rpc::MarketDeps,
    cli::FinalityArgs,
    disk,
    metrics::MarketMetrics,
    ports::{Reached, Socket},
    rpc,
    worker::{self, MarketServices, NodeChain},
};

/// What has to outlive all tasks of a node: GRANDPA's voter takes it for a grave error when nobody is
/// left who could send it commands.
#[derive(Default)]
pub struct Kept(OnceLock<GrandpaImport>);

/// Starts a node: network, RPC, offchain workers, finality, and block production for a validator.
/// It runs as long as the task manager lives and there is room on the disk, and `kept` must not be dropped before its last task has
/// ended.
///
/// # Errors
/// If any of its services cannot be started.
pub fn new_full<N: NetworkBackend<Block, <Block as BlockT>::Hash>>(
    config: Configuration,
    market: MarketServices,
    finality: FinalityArgs,
    storage: &StorageMonitorParams,
    compiled: Option<&Path>,
    kept: &Kept,
) -> Result<TaskManager, ServiceError> {
    let Partial {
        client,
        backend,
        mut task_manager,
        import_queue,
        keystore_container,
        select_chain,
        transaction_pool,
        other:
            Consensus {
                block_import,
                grandpa_import,
                grandpa_link,
                beefy_voter,
                beefy_rpc,
                babe_link,
                babe_worker,
                mut telemetry,
            },
    } = new_partial(&config, compiled)?;
    // There is one node to a process, so the place is free.
    let _ = kept.0.set(grandpa_import);
    let keystore = keystore_container.keystore();
    if let Some(folder) = config.database.path() {
        disk::watch(storage, folder, &task_manager)
            .map_err(|error| ServiceError::Application(Box::new(error)))?;
        if let Some(registry) = config.prometheus_registry() {
            disk::register_metric(registry, folder)?;
        }
    }

    let mut net_config = FullNetworkConfiguration::<_, _, N>::new(
        &config.network,
        config.prometheus_registry().cloned(),
    );
    let metrics = N::register_notification_metrics(config.prometheus_registry());
    let genesis_hash = client
        .block_hash(0)?
        .ok_or_else(|| ServiceError::Other("the database has no genesis block".into()))?;
    let grandpa_protocol =
        sc_consensus_grandpa::protocol_standard_name(&genesis_hash, &config.chain_spec);
    let (grandpa_config, grandpa_notifications) =
        sc_consensus_grandpa::grandpa_peers_set_config::<_, N>(
            grandpa_protocol.clone(),
            metrics.clone(),
            net_config.peer_store_handle(),
        );
    net_config.add_notification_protocol(grandpa_config);
    let block_push = BlockPush::add_to(
        &mut net_config,
        (genesis_hash, config.chain_spec.fork_id()),
        metrics.clone(),
    );
    let beefy_network = BeefyNetwork::add_to(
        &mut net_config,
        (genesis_hash, config.chain_spec.fork_id()),
        client.clone(),
        metrics.clone(),
        config.prometheus_registry().cloned(),
    );

    let warp_sync = sc_consensus_grandpa::warp_proof::NetworkProvider::new(
        backend.clone(),
        grandpa_link.shared_authority_set().clone(),
        Vec::new(),
    );

    let slot = babe_link.config().slot_duration();
    let (import_queue, waiting) = EarlyBlocks::new(import_queue, slot);
    let arrivals = waiting.telling(config.prometheus_registry())?;
    let tasks = task_manager.spawn_handle();
    tasks.spawn("early-blocks", Some("block-import"), waiting.run());
    tasks.spawn(
        "block-arrivals",
        Some("block-import"),
        arrivals.run(client.clone()),
    );
    let import_queue_service = import_queue.service();
    let (network, system_rpc_tx, tx_handler_controller, sync, _bitswap) =
        sc_service::build_network(BuildNetworkParams {
            config: &config,
            net_config,
            client: client.clone(),
            transaction_pool: transaction_pool.clone(),
            spawn_handle: task_manager.spawn_handle(),
            spawn_essential_handle: task_manager.spawn_essential_handle(),
            import_queue,
            block_announce_validator_builder: None,
            warp_sync_config: Some(WarpSyncConfig::WithProvider(Arc::new(warp_sync))),
            block_relay: None,
            metrics,
            gap_sync_body_policy: None,
        })?;

    task_manager.spawn_handle().spawn(
        "block-push",
        Some("networking"),
        block_push.run(
            slot.as_duration(),
            client.clone(),
            import_queue_service,
            sync.clone(),
            network.clone(),
        ),
    );

    if config.offchain_worker.enabled {
        let workers = OffchainWorkers::new(OffchainWorkerOptions {
            runtime_api_provider: client.clone(),
            keystore: Some(keystore.clone()),
            offchain_db: backend.offchain_storage(),
            transaction_pool: Some(OffchainTransactionPoolFactory::new(
                transaction_pool.clone(),
            )),
            network_provider: Arc::new(network.clone()),
            is_validator: config.role.is_authority(),
            // The workers' own requests go through the native side; the runtime makes none.
            enable_http_requests: false,
            custom_extensions: |_| Vec::new(),
        })?;
        task_manager.spawn_handle().spawn(
            "offchain-workers-runner",
            Some("offchain-worker"),
            workers
                .run(client.clone(), task_manager.spawn_handle())
                .boxed(),
        );
    }

    let (heads, follow) = worker::follow(client.clone());
    task_manager.spawn_handle().spawn("heads", None, follow);
    let (devices_sender, devices) = MarketServices::devices_channel();
    let market_deps = MarketDeps::new(
        client.clone(),
        keystore.clone(),
        heads.clone(),
        &market,
        devices,
    );
    if let Some(registry) = config.prometheus_registry() {
        let metrics = MarketMetrics::register(registry)?;
        let follow = metrics.follow(client.clone(), heads.clone(), sync.clone());
        let tasks = task_manager.spawn_handle();
        tasks.spawn("market-metrics", Some("market"), follow);
    }
    let mut reached = Reached {
        chain: strings(&config.network.listen_addresses),
        metrics: config.prometheus_config.as_ref().map(|config| config.port),
        ipfs: market.ipfs_addresses.clone(),
        ..Default::default()
    };
    let chain = Arc::new(NodeChain {
        client: client.clone(),
        keystore: keystore.clone(),
        sync: sync.clone(),
        heads,
    });
    let storage = backend
        .offchain_storage()
        .ok_or_else(|| ServiceError::Other("the database has no offchain storage".into()))?;
    let proofs_storage = storage.clone();
    if config.offchain_worker.indexing_enabled {
        start_mmr_gadget(&task_manager, client.clone(), backend.clone());
    }
    // Essential: a provider's node that cannot work must stop rather than look alive.
    let market = market.run(chain, Arc::new(OffchainDb(storage)), devices_sender);
    Patient(task_manager.spawn_essential_handle()).spawn_essential(
        "market-services",
        Some("market"),
        market.boxed(),
    );

    let role = config.role;
    let discovery = WorkerConfig {
        publish_non_global_ips: config.network.allow_non_globals_in_dht,
        public_addresses: config.network.public_addresses.clone(),
        // Whoever is not the node that it names cannot be put in its place.
        strict_record_validation: true,
        persisted_cache_directory: config.network.net_config_path.clone(),
        ..Default::default()
    };
    let allow_private_ip = worker::allows_private_ip(&config.network);
    let force_authoring = config.force_authoring;
    let enable_grandpa = !config.disable_grandpa;
    let name = config.network.node_name.clone();
    let prometheus = config.prometheus_registry().cloned();
    let voter_state = SharedVoterState::empty();
    // The BABE worker ends with its last handle, and the node with it; RPC may be switched off.
    task_manager.keep_alive(babe_worker.clone());

    let rpc_builder = {
        let client = client.clone();
        let chain_spec = config.chain_spec.cloned_box();
        let pool = transaction_pool.clone();
        let select_chain = select_chain.clone();
        let keystore = keystore.clone();
        let voter_state = voter_state.clone();
        let authority_set = grandpa_link.shared_authority_set().clone();
        let justifications = grandpa_link.justification_stream();
        let proofs = FinalityProofProvider::new_for_service(
            backend.clone(),
            Some(grandpa_link.shared_authority_set().clone()),
        );
        Box::new(move |executor| {
            rpc::create(rpc::Deps {
                client: client.clone(),
                pool: pool.clone(),
                select_chain: select_chain.clone(),
                keystore: keystore.clone(),
                babe: babe_worker.clone(),
                grandpa: rpc::GrandpaDeps {
                    voter_state: voter_state.clone(),
                    authority_set: authority_set.clone(),
                    justifications: justifications.clone(),
                    proofs: proofs.clone(),
                },
                beefy: beefy_rpc.clone(),
                proofs_storage: proofs_storage.clone(),
                chain_spec: chain_spec.cloned_box(),
                executor,
                market: market_deps.clone(),
            })
            .map_err(|error| ServiceError::Other(error.to_string()))
        })
    };

    let rpc = sc_service::spawn_tasks(SpawnTasksParams {
        config,
        client: client.clone(),
        backend: backend.clone(),
        task_manager: &mut task_manager,
        keystore: keystore.clone(),
        transaction_pool: transaction_pool.clone(),
        rpc_builder,
        network: network.clone(),
        system_rpc_tx,
        tx_handler_controller,
        sync_service: sync.clone(),
        telemetry: telemetry.as_mut(),
        tracing_execute_block: None,
    })?;

    let rpc = rpc.listen_addresses().iter().filter_map(Socket::of);
    reached.rpc = rpc.map(|at| format!("ws://{}", at.address())).collect();

    let voter = BeefyVoter {
        task_manager: &task_manager,
        client: client.clone(),
        backend: backend.clone(),
        pool: transaction_pool.clone(),
        keystore: role.is_authority().then(|| keystore.clone()),
        sync: sync.clone(),
        network: network.clone(),
        prometheus: prometheus.clone(),
    };
    let authoring = Authoring {
        task_manager: &task_manager,
        client,
        backend,
        pool: transaction_pool,
        keystore,
        sync,
        prometheus,
        telemetry: telemetry.as_ref().map(|telemetry| telemetry.handle()),
    };
    if role.is_authority() {
        authoring.start_discovery(discovery, network.clone(), allow_private_ip);
        authoring.start_babe(babe_link, block_import, select_chain, force_authoring)?;
    }
    // It signs what GRANDPA has finalised.
    if enable_grandpa {
        voter.start(beefy_voter, beefy_network);
        authoring.start_grandpa(
            grandpa_link,
            voter_state,
            network,
            (grandpa_protocol, grandpa_notifications),
            (name, role),
            finality,
        )?;
    }
    reached.announce();
    Ok(task_manager)
}

fn strings(addresses: &[Multiaddr]) -> Vec<String> {
    addresses.iter().map(ToString::to_string).collect()
}
