//! A running node.

use std::{
    path::Path,
    sync::{Arc, OnceLock},
};

use aicpw_runtime::opaque::Block;
use sc_consensus::{DefaultImportQueue, ImportQueue};
use sc_consensus_grandpa::{warp_proof, SharedVoterState};
use sc_network::{config::FullNetworkConfiguration, Multiaddr, NetworkBackend};
use sc_service::{
    error::Error as ServiceError, BuildNetworkParams, Configuration, SpawnTasksParams, TaskManager,
    WarpSyncConfig,
};
use sc_storage_monitor::StorageMonitorParams;
use sp_consensus_babe::SlotDuration;
use sp_runtime::traits::Block as BlockT;

use super::{
    early_blocks::EarlyBlocks,
    new_partial,
    partial::{Consensus, FullClient, GrandpaImport, Partial},
    parts::{ConsensusConfig, Links, Node, VoterProtocols},
};
use crate::{
    cli::FinalityArgs,
    disk,
    ports::{Reached, Socket},
    worker::MarketServices,
};

/// What has to outlive all tasks of a node: GRANDPA's voter treats it as a grave error when nobody is left who could
/// send it commands.
#[derive(Default)]
pub struct Kept(OnceLock<GrandpaImport>);

/// Starts a node: network, RPC, offchain workers, finality, and block production for a validator. It runs as long as
/// the task manager lives and there is free space on the disk. `kept` must not be dropped before the node's last task
/// has ended.
///
/// # Errors
/// If one of its services cannot be started.
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
        task_manager,
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
    // There is one node per process, so the place is free.
    let _ = kept.0.set(grandpa_import);
    market.remove_partial_downloads();
    watch_disk(&config, storage, &task_manager)?;

    let mut net_config = FullNetworkConfiguration::<_, _, N>::new(
        &config.network,
        config.prometheus_registry().cloned(),
    );
    let metrics = N::register_notification_metrics(config.prometheus_registry());
    let (voter_protocols, block_push) =
        VoterProtocols::add_to(&mut net_config, &config, &client, &metrics)?;
    let warp_sync = warp_proof::NetworkProvider::new(
        backend.clone(),
        grandpa_link.shared_authority_set().clone(),
        Vec::new(),
    );
    let slot = babe_link.config().slot_duration();
    let import_queue = hold_early_blocks(import_queue, slot, &config, &task_manager, &client)?;
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

    let mut node = Node {
        sync,
        network,
        prometheus: config.prometheus_registry().cloned(),
        pool: transaction_pool,
        select_chain,
        keystore: keystore_container.keystore(),
        task_manager,
        backend,
        client,
    };
    node.spawn_offchain_workers(&config)?;
    let mut reached = listening(&config, &market);
    let market = node.start_market(&config, market)?;

    let consensus = ConsensusConfig::of(&config, finality);
    let links = Links {
        babe: babe_link,
        block_import,
        grandpa: grandpa_link,
        voter_state: SharedVoterState::empty(),
        beefy: beefy_voter,
    };
    // The BABE worker ends with its last handle, and the node with it, and RPC may be switched off.
    node.task_manager.keep_alive(babe_worker.clone());
    let rpc_builder = node.rpc_builder(&*config.chain_spec, &links, babe_worker, beefy_rpc, market);
    let rpc = sc_service::spawn_tasks(SpawnTasksParams {
        config,
        client: node.client.clone(),
        backend: node.backend.clone(),
        task_manager: &mut node.task_manager,
        keystore: node.keystore.clone(),
        transaction_pool: node.pool.clone(),
        rpc_builder,
        network: node.network.clone(),
        system_rpc_tx,
        tx_handler_controller,
        sync_service: node.sync.clone(),
        telemetry: telemetry.as_mut(),
        tracing_execute_block: None,
    })?;
    let at = rpc.listen_addresses().iter().filter_map(Socket::of);
    reached.rpc = at.map(|at| format!("ws://{}", at.address())).collect();

    let telemetry = telemetry.as_ref().map(|telemetry| telemetry.handle());
    node.start_consensus(consensus, links, voter_protocols, telemetry)?;
    reached.announce();
    Ok(node.task_manager)
}

/// Stops the node before its disk is full.
fn watch_disk(
    config: &Configuration,
    storage: &StorageMonitorParams,
    task_manager: &TaskManager,
) -> Result<(), ServiceError> {
    let Some(folder) = config.database.path() else {
        return Ok(());
    };
    disk::watch(storage, folder, task_manager)
        .map_err(|error| ServiceError::Application(Box::new(error)))?;
    if let Some(registry) = config.prometheus_registry() {
        disk::register_metric(registry, folder)?;
    }
    Ok(())
}

/// Wraps the import queue, so that blocks reach it only when their slot has begun.
fn hold_early_blocks(
    import_queue: DefaultImportQueue<Block>,
    slot: SlotDuration,
    config: &Configuration,
    task_manager: &TaskManager,
    client: &Arc<FullClient>,
) -> Result<EarlyBlocks<DefaultImportQueue<Block>>, ServiceError> {
    let (import_queue, waiting) = EarlyBlocks::new(import_queue, slot);
    let arrivals = waiting.telling(config.prometheus_registry())?;
    let tasks = task_manager.spawn_handle();
    tasks.spawn("early-blocks", Some("block-import"), waiting.run());
    tasks.spawn(
        "block-arrivals",
        Some("block-import"),
        arrivals.run(client.clone()),
    );
    Ok(import_queue)
}

/// Returns where the node listens. RPC is missing, because it does not listen yet.
fn listening(config: &Configuration, market: &MarketServices) -> Reached {
    Reached {
        chain: strings(&config.network.listen_addresses),
        metrics: config.prometheus_config.as_ref().map(|config| config.port),
        ipfs: market.ipfs_addresses.clone(),
        ..Default::default()
    }
}

fn strings(addresses: &[Multiaddr]) -> Vec<String> {
    addresses.iter().map(ToString::to_string).collect()
}
