//! The node's JSON-RPC methods beyond those that every Substrate node has.

use std::sync::Arc;

use aicpw_runtime::opaque::Block;
use jsonrpsee::RpcModule;
use pallet_transaction_payment_rpc::{TransactionPayment, TransactionPaymentApiServer};
use sc_consensus_babe::BabeWorkerHandle;
use sc_consensus_babe_rpc::{Babe, BabeApiServer};
use sc_consensus_grandpa::{
    FinalityProofProvider, GrandpaJustificationStream, SharedAuthoritySet, SharedVoterState,
};
use sc_consensus_grandpa_rpc::{Grandpa, GrandpaApiServer};
use sc_rpc::SubscriptionTaskExecutor;
use sp_keystore::KeystorePtr;
use sp_runtime::traits::{Block as BlockT, NumberFor};
use substrate_frame_rpc_system::{System, SystemApiServer};

use crate::aicpw_rpc::MarketDeps;
use crate::service::{FullBackend, FullClient, FullPool, FullSelectChain};

/// What the methods about finality read.
pub struct GrandpaDeps {
    /// The votes of the running round.
    pub voter_state: SharedVoterState,
    /// Who may vote.
    pub authority_set: SharedAuthoritySet<<Block as BlockT>::Hash, NumberFor<Block>>,
    /// New justifications.
    pub justifications: GrandpaJustificationStream<Block>,
    /// Proofs for blocks that are final already.
    pub proofs: Arc<FinalityProofProvider<FullBackend, Block>>,
}

/// What the methods are made of.
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
    /// About finality.
    pub grandpa: GrandpaDeps,
    /// Runs subscriptions.
    pub executor: SubscriptionTaskExecutor,
    /// About the market.
    pub market: MarketDeps,
}

/// Builds the module that the node's RPC server adds to its own methods.
///
/// # Errors
/// If two methods have the same name.
pub fn create(deps: Deps) -> Result<RpcModule<()>, jsonrpsee::core::RegisterMethodError> {
    let Deps {
        client,
        pool,
        select_chain,
        keystore,
        babe,
        grandpa,
        executor,
        market,
    } = deps;

    let mut module = market.module(executor.clone())?;
    module.merge(System::new(client.clone(), pool).into_rpc())?;
    module.merge(TransactionPayment::new(client.clone()).into_rpc())?;
    module.merge(Babe::new(client, babe, keystore, select_chain).into_rpc())?;
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
