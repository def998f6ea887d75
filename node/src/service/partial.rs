//! The parts without which a node has no chain.

use std::{path::Path, sync::Arc};

use aicpw_runtime::{apis::RuntimeApi, opaque::Block};
use sc_consensus_babe::{BabeBlockImport, BabeLink, BabeWorkerHandle, ImportQueueParams};
use sc_consensus_beefy::{import::BeefyBlockImport, BeefyRPCLinks, BeefyVoterLinks};
use sc_consensus_grandpa::{GrandpaBlockImport, LinkHalf};
use sc_service::{error::Error as ServiceError, Configuration};
use sc_telemetry::{Telemetry, TelemetryWorker};
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_consensus_babe::{
    inherents::{BabeCreateInherentDataProviders, InherentDataProvider},
    SlotDuration,
};
use sp_consensus_beefy::ecdsa_crypto::AuthorityId as BeefyId;

use super::{
    database,
    displaced::TolerateDisplaced,
    equivocations::{MendReports, RememberSeals, Seals},
    essential::Patient,
    executor::{executor, Executor},
};

/// The client: executes the Wasm runtime on the database.
pub type FullClient = sc_service::TFullClient<Block, RuntimeApi, Executor>;
/// The database.
pub type FullBackend = sc_service::TFullBackend<Block>;
/// The rule for the best chain.
pub type FullSelectChain = sc_consensus::LongestChain<FullBackend, Block>;
/// The transaction pool.
pub type FullPool = sc_transaction_pool::TransactionPoolHandle<Block, FullClient>;
/// The import of blocks for GRANDPA, and of justifications.
pub type GrandpaImport = GrandpaBlockImport<FullBackend, Block, FullClient, FullSelectChain>;
/// The import of blocks for BEEFY, with the commitments that some blocks carry.
pub type BeefyImport = BeefyBlockImport<Block, FullBackend, FullClient, GrandpaImport, BeefyId>;
/// The import of blocks: BABE's checks around BEEFY's around GRANDPA's.
pub type BlockImport = RememberSeals<
    BabeBlockImport<
        Block,
        FullClient,
        BeefyImport,
        BabeCreateInherentDataProviders<Block>,
        FullSelectChain,
    >,
>;

/// The number of blocks after which there is a GRANDPA justification at the latest: about two minutes, so that a light
/// client never has more to follow.
pub const JUSTIFICATION_PERIOD: u32 = 512;

/// The parts of consensus that [`super::new_full`] continues with.
pub struct Consensus {
    /// The import that the node's own blocks go to.
    pub block_import: BlockImport,
    /// The inner import that they go on to, which commands the voter.
    pub grandpa_import: GrandpaImport,
    /// Connects the import of blocks to GRANDPA's voter.
    pub grandpa_link: LinkHalf<Block, FullClient, FullSelectChain>,
    /// Connects the import of blocks to BEEFY's voter.
    pub beefy_voter: BeefyVoterLinks<Block, BeefyId>,
    /// Connects BEEFY's voter to the RPC.
    pub beefy_rpc: BeefyRPCLinks<Block, BeefyId>,
    /// Connects the import of blocks to the author.
    pub babe_link: BabeLink<Block>,
    /// Answers questions about epochs. The node stops when the last of its clones is dropped.
    pub babe_worker: BabeWorkerHandle<Block>,
    /// Reports to telemetry servers, if there are any.
    pub telemetry: Option<Telemetry>,
}

/// The result of [`new_partial`].
pub type Partial = sc_service::PartialComponents<
    FullClient,
    FullBackend,
    FullSelectChain,
    sc_consensus::DefaultImportQueue<Block>,
    FullPool,
    Consensus,
>;

/// Returns the inherents of a block that is made or checked now.
pub fn inherent_data_providers(
    slot_duration: SlotDuration,
) -> BabeCreateInherentDataProviders<Block> {
    Arc::new(move |_, ()| async move {
        let timestamp = sp_timestamp::InherentDataProvider::from_system_time();
        let slot =
            InherentDataProvider::from_timestamp_and_slot_duration(*timestamp, slot_duration);
        Ok((slot, timestamp))
    })
}

/// Opens the database and builds the import queue, without any network. Compiled runtimes are kept in `compiled`, or
/// beside the database.
///
/// # Errors
/// If the database, the keystore or the runtime cannot be used, or the database is of another chain.
pub fn new_partial(
    config: &Configuration,
    compiled: Option<&Path>,
) -> Result<Partial, ServiceError> {
    let telemetry = config
        .telemetry_endpoints
        .clone()
        .filter(|endpoints| !endpoints.is_empty())
        .map(|endpoints| -> Result<_, sc_telemetry::Error> {
            let worker = TelemetryWorker::new(16)?;
            let telemetry = worker.handle().new_telemetry(endpoints);
            Ok((worker, telemetry))
        })
        .transpose()?;

    let executor = executor(config, compiled);
    let (backend, genesis) = database::open(config, executor.clone())?;
    let (client, backend, keystore_container, task_manager) =
        sc_service::new_full_parts_with_genesis_builder::<Block, RuntimeApi, _, _>(
            config,
            telemetry.as_ref().map(|(_, telemetry)| telemetry.handle()),
            executor,
            backend,
            genesis,
            false,
        )?;
    let client = Arc::new(client);

    let telemetry = telemetry.map(|(worker, telemetry)| {
        task_manager
            .spawn_handle()
            .spawn("telemetry", None, worker.run());
        telemetry
    });
    let telemetry_handle = telemetry.as_ref().map(|telemetry| telemetry.handle());

    let select_chain = sc_consensus::LongestChain::new(backend.clone());

    // The pool is made before the block import, which reports equivocations through it.
    let transaction_pool = Arc::from(
        sc_transaction_pool::Builder::new(
            Patient(task_manager.spawn_essential_handle()),
            client.clone(),
            config.role.is_authority().into(),
        )
        .with_options(config.transaction_pool.clone())
        .with_prometheus(config.prometheus_registry())
        .build(),
    );

    let (grandpa_import, grandpa_link) = sc_consensus_grandpa::block_import(
        client.clone(),
        JUSTIFICATION_PERIOD,
        &client,
        select_chain.clone(),
        telemetry_handle.clone(),
    )?;

    let (beefy_import, beefy_voter, beefy_rpc) =
        sc_consensus_beefy::beefy_block_import_and_links::<_, _, _, _, BeefyId>(
            grandpa_import.clone(),
            backend.clone(),
            client.clone(),
            config.prometheus_registry().cloned(),
        );

    let babe_config = sc_consensus_babe::configuration(&*client)?;
    let slot_duration = babe_config.slot_duration();
    let seals = Seals::default();
    let reports = MendReports::new(transaction_pool.clone(), seals.clone());
    let (block_import, babe_link) = sc_consensus_babe::block_import(
        babe_config,
        beefy_import,
        client.clone(),
        inherent_data_providers(slot_duration),
        select_chain.clone(),
        OffchainTransactionPoolFactory::new(reports),
    )?;
    let block_import = RememberSeals::new(block_import, seals);

    let (import_queue, babe_worker) = sc_consensus_babe::import_queue(ImportQueueParams {
        link: babe_link.clone(),
        block_import: TolerateDisplaced::new(block_import.clone(), client.clone()),
        justification_import: Some(Box::new(grandpa_import.clone())),
        client: client.clone(),
        slot_duration,
        spawner: &Patient(task_manager.spawn_essential_handle()),
        registry: config.prometheus_registry(),
        telemetry: telemetry_handle,
    })?;

    Ok(sc_service::PartialComponents {
        client,
        backend,
        task_manager,
        import_queue,
        keystore_container,
        select_chain,
        transaction_pool,
        other: Consensus {
            block_import,
            grandpa_import,
            grandpa_link,
            beefy_voter,
            beefy_rpc,
            babe_link,
            babe_worker,
            telemetry,
        },
    })
}
