//! The node's JSON-RPC methods beyond those that every Substrate node has.

use std::sync::Arc;

use aicpw_runtime::opaque::Block;
use jsonrpsee::{core::RegisterMethodError, types::ErrorObjectOwned, RpcModule};
use mmr_rpc::{Mmr, MmrApiServer};
use pallet_transaction_payment_rpc::{TransactionPayment, TransactionPaymentApiServer};
use sc_client_api::Backend;
use sc_consensus_babe::BabeWorkerHandle;
use sc_consensus_babe_rpc::{Babe, BabeApiServer};
use sc_consensus_beefy::BeefyRPCLinks;
use sc_consensus_beefy_rpc::{Beefy, BeefyApiServer};
use sc_consensus_grandpa::{
    FinalityProofProvider, GrandpaJustificationStream, SharedAuthoritySet, SharedVoterState,
};
use sc_consensus_grandpa_rpc::{Grandpa, GrandpaApiServer};
use sc_rpc::SubscriptionTaskExecutor;
use sc_rpc_api::check_if_safe;
use sc_service::ChainSpec;
use sc_sync_state_rpc::{SyncState, SyncStateApiServer};
use sp_consensus_beefy::{ecdsa_crypto::AuthorityId as BeefyId, MmrRootHash};
use sp_keystore::KeystorePtr;
use sp_runtime::traits::{Block as BlockT, NumberFor};
use substrate_frame_rpc_system::{System, SystemApiServer};

use crate::aicpw_rpc::MarketDeps;
use crate::service::{FullBackend, FullClient, FullPool, FullSelectChain};

/// What the methods about finality read.
pub struct GrandpaDeps {
    /// The votes of the running round.
    pub voter_state: SharedVoterState,
    /// The validators that may vote.
    pub authority_set: SharedAuthoritySet<<Block as BlockT>::Hash, NumberFor<Block>>,
    /// New justifications.
    pub justifications: GrandpaJustificationStream<Block>,
    /// Proofs for blocks that are final already.
    pub proofs: Arc<FinalityProofProvider<FullBackend, Block>>,
}

/// The node's offchain storage, which has the nodes of the mountain range that proofs are made of.
pub type ProofsStorage = <FullBackend as Backend<Block>>::OffchainStorage;

/// The parts of the node that the methods use.
pub struct Deps {
    /// The chain.
    pub client: Arc<FullClient>,
    /// Transactions that wait for a block.
    pub pool: Arc<FullPool>,
    /// Which chain is best.
    pub select_chain: FullSelectChain,
    /// This node's keys.
    pub keystore: KeystorePtr,
    /// Answers questions about BABE's epochs.
    pub babe: BabeWorkerHandle<Block>,
    /// For the methods about finality.
    pub grandpa: GrandpaDeps,
    /// For the methods about commitments for other chains.
    pub beefy: BeefyRPCLinks<Block, BeefyId>,
    /// The storage of proofs that belong to them.
    pub proofs_storage: ProofsStorage,
    /// The chain specification with which this node was started.
    pub chain_spec: Box<dyn ChainSpec>,
    /// Runs subscriptions.
    pub executor: SubscriptionTaskExecutor,
    /// For the methods about the market.
    pub market: MarketDeps,
}

/// Builds the module that the node's RPC server adds to its own methods.
///
/// # Errors
/// If two methods have the same name, or the chain specification has no place for a sync state.
pub fn create(deps: Deps) -> Result<RpcModule<()>, Box<dyn std::error::Error + Send + Sync>> {
    let Deps {
        client,
        pool,
        select_chain,
        keystore,
        babe,
        grandpa,
        beefy,
        proofs_storage,
        chain_spec,
        executor,
        market,
    } = deps;

    let mut module = market.module(executor.clone())?;
    module.merge(System::new(client.clone(), pool).into_rpc())?;
    module.merge(TransactionPayment::new(client.clone()).into_rpc())?;
    let sync_state = SyncState::new(
        chain_spec,
        client.clone(),
        grandpa.authority_set.clone(),
        babe.clone(),
    )?;
    module.merge(with_sync_state(sync_state)?)?;
    module
        .merge(Mmr::<_, (Block, MmrRootHash), _>::new(client.clone(), proofs_storage).into_rpc())?;
    module.merge(Babe::new(client, babe, keystore, select_chain).into_rpc())?;
    let beefy = Beefy::<Block, BeefyId>::new(
        beefy.from_voter_justif_stream,
        beefy.from_voter_best_beefy_stream,
        executor.clone(),
    )?;
    module.merge(beefy.into_rpc())?;
    module.merge(
        Grandpa::new(
            executor,
            grandpa.authority_set,
            grandpa.voter_state,
            grandpa.justifications,
            grandpa.proofs,
        )
        .into_rpc(),
    )?;
    Ok(module)
}

/// Adds `sync_state_genSyncSpec`, where unsafe methods are allowed. It builds the genesis anew, which takes seconds;
/// the SDK's own method is open to everybody and does that on a thread that answers others.
fn with_sync_state(
    sync_state: SyncState<Block, FullClient>,
) -> Result<RpcModule<SyncState<Block, FullClient>>, RegisterMethodError> {
    let mut module = RpcModule::new(sync_state);
    module.register_blocking_method(
        "sync_state_genSyncSpec",
        |params, sync_state, extensions| {
            check_if_safe(&extensions)?;
            let raw = params.one()?;
            let made = futures::executor::block_on(sync_state.system_gen_sync_spec(raw));
            made.map_err(ErrorObjectOwned::from)
        },
    )?;
    Ok(module)
}
