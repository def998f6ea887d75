//! Block production and voting, and the discovery of other validators.

use std::{fs::File, io::Write, path::Path, sync::Arc, time::Duration};

use aicpw_runtime::opaque::Block;
use futures::{FutureExt, StreamExt};
use futures_timer::Delay;
use sc_authority_discovery::WorkerConfig;
use sc_consensus_babe::{BabeLink, BabeParams, SlotProportion};
use sc_consensus_grandpa::{
    BeforeBestBlockBy, GrandpaParams, LinkHalf, SharedVoterState, VotingRulesBuilder,
};
use sc_network::{
    config::Role, event::Event, service::traits::NetworkService, NotificationService, ProtocolName,
};
use sc_network_sync::SyncingService;
use sc_service::{error::Error as ServiceError, TaskManager};
use sc_telemetry::TelemetryHandle;
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_blockchain::HeaderBackend;
use sp_core::traits::SpawnEssentialNamed;
use sp_keystore::KeystorePtr;
use substrate_prometheus_endpoint::Registry;

use crate::cli::FinalityArgs;

use super::partial::{
    inherent_data_providers, BlockImport, FullBackend, FullClient, FullPool, FullSelectChain,
    JUSTIFICATION_PERIOD,
};
use super::{
    backoff, essential::Patient, found_validators::FoundValidators, own_blocks::OwnBlocks,
    quiet_start, voter_network, votes::BelowForks,
};

/// The share of a slot in which its author collects transactions. It stops after two thirds of this, at 111 ms of 250,
/// which is as long as a full block takes to execute. Everyone else executes the block in the rest of the slot.
const PROPOSAL_SLOT_PORTION: f32 = 2.0 / 3.0;

/// The file in which the SDK keeps the addresses of validators, and what it writes there while it knows none.
const FOUND: &str = "authority_discovery_addr_cache.json";
const NONE_FOUND: &str = r#"{"authority_id_to_addresses":{}}"#;

/// Makes that file at the first start. Without it, the SDK looks for the file and reports that it failed to decode it.
fn begin_with_none_found(folder: &Path) {
    let new = File::create_new(folder.join(FOUND));
    // It may exist already; and if it cannot be made, the SDK says so.
    let _ = new.and_then(|mut file| file.write_all(NONE_FOUND.as_bytes()));
}

/// The parts that block production and voting share.
pub struct Authoring<'a> {
    /// Runs the tasks.
    pub task_manager: &'a TaskManager,
    /// The chain.
    pub client: Arc<FullClient>,
    /// The chain's blocks, forks included.
    pub backend: Arc<FullBackend>,
    /// Transactions that wait for a block.
    pub pool: Arc<FullPool>,
    /// This node's keys.
    pub keystore: KeystorePtr,
    /// Whether the node is behind.
    pub sync: Arc<SyncingService<Block>>,
    /// Where metrics go, if anywhere.
    pub prometheus: Option<Registry>,
    /// Where telemetry goes, if anywhere.
    pub telemetry: Option<TelemetryHandle>,
}

impl Authoring<'_> {
    /// Starts making blocks in the slots that this node's keys have a claim on, and reporting them in the log.
    ///
    /// # Errors
    /// If the slot worker cannot be started.
    pub fn start_babe(
        &self,
        link: BabeLink<Block>,
        block_import: BlockImport,
        select_chain: FullSelectChain,
        force_authoring: bool,
    ) -> Result<(), ServiceError> {
        let proposer = sc_basic_authorship::ProposerFactory::new(
            self.task_manager.spawn_handle(),
            self.client.clone(),
            self.pool.clone(),
            self.prometheus.as_ref(),
            self.telemetry.clone(),
        );
        let slot_duration = link.config().slot_duration();
        let babe = sc_consensus_babe::start_babe(BabeParams {
            keystore: self.keystore.clone(),
            client: self.client.clone(),
            select_chain,
            env: proposer,
            block_import,
            sync_oracle: self.sync.clone(),
            justification_sync_link: self.sync.clone(),
            create_inherent_data_providers: inherent_data_providers(slot_duration),
            force_authoring,
            backoff_authoring_blocks: Some(backoff::strategy()),
            babe_link: link,
            block_proposal_slot_portion: SlotProportion::new(PROPOSAL_SLOT_PORTION),
            max_block_proposal_slot_portion: None,
            telemetry: self.telemetry.clone(),
        })?;
        let silence = quiet_start::silence(self.client.info().best_number, slot_duration);
        if !silence.is_zero() {
            let seconds = silence.as_secs_f64();
            log::info!("makes no blocks for {seconds} s, so that no slot gets a second one");
        }
        // A timer that does not need the runtime, which may be shutting down.
        let babe = quiet_start::after(Delay::new(silence), babe);
        // A validator that can no longer make blocks must stop rather than look alive.
        Patient(self.task_manager.spawn_essential_handle()).spawn_essential_blocking(
            "babe-proposer",
            Some("block-authoring"),
            babe.boxed(),
        );
        let own = OwnBlocks {
            client: self.client.clone(),
            keystore: self.keystore.clone(),
            sync: self.sync.clone(),
        };
        self.task_manager
            .spawn_handle()
            .spawn("own-blocks", Some("block-authoring"), own.tell());
        Ok(())
    }

    /// Starts telling the other validators where this node is, and finding out where they are, so that they can connect
    /// to each other directly. Private addresses are used too if they are allowed.
    pub fn start_discovery(
        &self,
        config: WorkerConfig,
        network: Arc<dyn NetworkService>,
        allow_private_ip: bool,
    ) {
        let events = network
            .event_stream("authority-discovery")
            .filter_map(|event| {
                futures::future::ready(match event {
                    Event::Dht(event) => Some(event),
                    _ => None,
                })
            });
        if let Some(folder) = &config.persisted_cache_directory {
            begin_with_none_found(folder);
        }
        let (worker, discovery) = sc_authority_discovery::new_worker_and_service_with_config(
            config,
            self.client.clone(),
            Arc::new(network.clone()),
            Box::pin(events),
            sc_authority_discovery::Role::PublishAndDiscover(self.keystore.clone()),
            self.prometheus.clone(),
            self.task_manager.spawn_handle(),
        );
        self.task_manager.spawn_handle().spawn(
            "authority-discovery-worker",
            Some("networking"),
            worker.run(),
        );
        let found = FoundValidators {
            client: self.client.clone(),
            discovery,
            network,
            allow_private_ip,
        };
        self.task_manager.spawn_handle().spawn(
            "found-validators",
            Some("networking"),
            found.tell(),
        );
    }

    /// Starts following finality, and voting if the node has the keys of a validator.
    ///
    /// # Errors
    /// If the voter cannot be started.
    pub fn start_grandpa(
        &self,
        link: LinkHalf<Block, FullClient, FullSelectChain>,
        voter_state: SharedVoterState,
        network: Arc<dyn NetworkService>,
        (protocol_name, notifications): (ProtocolName, Box<dyn NotificationService>),
        (name, role): (String, Role),
        finality: FinalityArgs,
    ) -> Result<(), ServiceError> {
        // The usual two blocks behind the best one would cost half a second of each block. One block is enough for
        // another block of the same height to reach the voters, who then wait until one of the two has won (ADR 4).
        let below_forks = BelowForks::new(Arc::clone(&self.backend));
        let mut voting_rule = VotingRulesBuilder::new().add(below_forks);
        if finality.finality_lag > 0 {
            voting_rule = voting_rule.add(BeforeBestBlockBy(finality.finality_lag));
        }
        let voter = sc_consensus_grandpa::run_grandpa_voter(GrandpaParams {
            config: sc_consensus_grandpa::Config {
                gossip_duration: Duration::from_millis(finality.finality_gossip),
                justification_generation_period: JUSTIFICATION_PERIOD,
                name: Some(name),
                observer_enabled: false,
                // Without the keystore the voter only listens.
                keystore: role.is_authority().then(|| self.keystore.clone()),
                local_role: role,
                telemetry: self.telemetry.clone(),
                protocol_name,
            },
            link,
            network,
            sync: voter_network::Syncing(self.sync.clone()),
            notification_service: Box::new(voter_network::Notifications::of(notifications)),
            voting_rule: voting_rule.build(),
            prometheus_registry: self.prometheus.clone(),
            shared_voter_state: voter_state,
            telemetry: self.telemetry.clone(),
            offchain_tx_pool_factory: OffchainTransactionPoolFactory::new(self.pool.clone()),
        })?;
        Patient(self.task_manager.spawn_essential_handle()).spawn_essential_blocking(
            "grandpa-voter",
            None,
            voter.boxed(),
        );
        Ok(())
    }
}
