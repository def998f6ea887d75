//! The node's chain for the worker and the RPC methods.

use std::{collections::BTreeSet, sync::Arc};

use aicpw_offchain_worker::chain::{end_in, BlockRef, ChainView, Heads, StateError, Verdict};
use aicpw_primitives::{
    api::{DisputesApi, ProvidersApi, TasksApi, WorkerApi},
    worker_key::{WorkerId, KEY_TYPE},
    AccountId,
};
use aicpw_protocol::{
    mailbox::{Order, Orders},
    task::{AssignmentStatus, Role},
    verdict::DisputeView,
    view::{DeviceView, TaskView},
    AssignmentId, BlockNumber, DeviceId, Hash,
};
use aicpw_runtime::{
    configs::system::{migrated_version, migration_key},
    opaque::Block,
    Runtime, VERSION,
};
use codec::Decode;
use frame_system::{LastRuntimeUpgrade, LastRuntimeUpgradeInfo};
use futures::{future, StreamExt};
use sc_client_api::{BlockchainEvents, StorageProvider};
use sc_network_sync::SyncingService;
use sp_api::{ApiExt, ProvideRuntimeApi};
use sp_blockchain::HeaderBackend;
use sp_consensus::SyncOracle;
use sp_core::{storage::StorageKey, traits::CallContext, H256};
use sp_keystore::KeystorePtr;
use tokio::sync::watch;

use crate::service::FullClient;

/// Returns the current best and finalised blocks.
pub fn heads_of(client: &FullClient) -> Heads {
    let info = client.info();
    let block = |number, hash: H256| BlockRef {
        number,
        hash: hash.into(),
    };
    Heads {
        best: block(info.best_number, info.best_hash),
        finalised: block(info.finalized_number, info.finalized_hash),
    }
}

/// Reports new best and finalised blocks as long as the client lives. Notifications themselves are dropped at once,
/// because they keep states from being pruned.
pub fn follow(
    client: Arc<FullClient>,
) -> (watch::Receiver<Heads>, impl future::Future<Output = ()>) {
    let imported = client.import_notification_stream().filter_map(|imported| {
        let is_new_best = imported.is_new_best;
        future::ready(is_new_best.then_some(()))
    });
    let finalised = client.finality_notification_stream().map(|_| ());
    let (sender, receiver) = watch::channel(heads_of(&client));
    let follow = async move {
        let mut changes = futures::stream::select(imported, finalised);
        while changes.next().await.is_some() {
            let heads = heads_of(&client);
            sender.send_if_modified(|old| {
                let changed = *old != heads;
                *old = heads;
                changed
            });
        }
    };
    (receiver, follow)
}

/// The [`ChainView`] of a full node.
pub struct NodeChain {
    /// The chain.
    pub client: Arc<FullClient>,
    /// This node's keys, including the worker keys.
    pub keystore: KeystorePtr,
    /// Whether the node is behind.
    pub sync: Arc<SyncingService<Block>>,
    /// New blocks.
    pub heads: watch::Receiver<Heads>,
}

impl NodeChain {
    fn orders_of(&self, block: Hash, worker: WorkerId) -> Result<Orders, StateError> {
        let orders = self.client.runtime_api().orders(H256(block), worker);
        orders.map_err(failed(block))
    }
}

/// Fails if the state may be in a form that the runtime cannot read, so that it would misread what is there as missing.
/// In the block that brings a new runtime the state is still the old runtime's. While a migration is under way, and
/// after one that has failed, some of it has one form and some the other.
///
/// # Errors
/// If the state may be in such a form, or is gone.
pub fn require_readable(client: &FullClient, block: Hash) -> Result<(), StateError> {
    let at = H256(block);
    let unreadable = |reason: &str| StateError {
        block,
        reason: reason.into(),
    };
    let key = StorageKey(LastRuntimeUpgrade::<Runtime>::hashed_key().to_vec());
    let last = client.storage(at, &key).map_err(failed(block))?;
    let version = client
        .runtime_version_at(at, CallContext::Offchain)
        .map_err(failed(block))?;
    match last.map(|last| LastRuntimeUpgradeInfo::decode(&mut &last.0[..])) {
        Some(Ok(last)) if last.was_upgraded(&version) => {
            return Err(unreadable("a new runtime has not begun to work yet"));
        }
        Some(Err(error)) => return Err(failed(block)(error)),
        // Before the first block there is no value.
        Some(Ok(_)) | None => {}
    }
    let key = StorageKey(migration_key());
    if client.storage(at, &key).map_err(failed(block))?.is_some() {
        return Err(unreadable(
            "it is being brought into the form of a new runtime; try again in some seconds",
        ));
    }
    // This node does not know what another release reads.
    if version.spec_version != VERSION.spec_version {
        return Ok(());
    }
    let (key, migrated) = migrated_version();
    let stored = client.storage(at, &StorageKey(key));
    match stored.map_err(failed(block))? {
        Some(stored) if stored.0 == migrated => Ok(()),
        _ => Err(unreadable(
            "bringing it into the form of this runtime has failed, and governance has not mended it yet",
        )),
    }
}

fn failed<E: std::fmt::Display>(block: Hash) -> impl Fn(E) -> StateError {
    move |error| StateError {
        block,
        reason: error.to_string(),
    }
}

impl ChainView for NodeChain {
    fn genesis(&self) -> Hash {
        self.client.info().genesis_hash.into()
    }

    fn heads(&self) -> watch::Receiver<Heads> {
        self.heads.clone()
    }

    fn is_syncing(&self) -> bool {
        self.sync.is_major_syncing()
    }

    fn orders_at(&self, block: Hash) -> Result<Orders, StateError> {
        require_readable(&self.client, block)?;
        let mut all = Orders {
            genesis: self.genesis(),
            ..Default::default()
        };
        for key in self.keystore.sr25519_public_keys(KEY_TYPE) {
            let orders = self.orders_of(block, key.into())?;
            all.block = orders.block;
            all.now = orders.now;
            all.orders.extend(orders.orders);
        }
        Ok(all)
    }

    fn end_of(&self, block: Hash, order: &Order) -> Result<Option<AssignmentStatus>, StateError> {
        require_readable(&self.client, block)?;
        let api = self.client.runtime_api();
        let task: Option<TaskView<AccountId>> =
            TasksApi::<_, AccountId>::task(&*api, H256(block), order.assignment.task)
                .map_err(failed(block))?;
        Ok(task.and_then(|task| end_in(&task, order)))
    }

    fn locked_at(&self, block: Hash) -> Result<BTreeSet<AssignmentId>, StateError> {
        require_readable(&self.client, block)?;
        let api = self.client.runtime_api();
        let version = api.api_version::<dyn WorkerApi<Block>>(H256(block));
        // The previous release's runtime says only which ones are open.
        // RELEASE-1: remove when release 3 is main
        if version
            .map_err(failed(block))?
            .is_none_or(|version| version < 2)
        {
            let open = self.orders_at(block)?.orders;
            return Ok(open.into_iter().map(|order| order.assignment).collect());
        }
        let mut all = BTreeSet::new();
        for key in self.keystore.sr25519_public_keys(KEY_TYPE) {
            all.extend(api.locked(H256(block), key.into()).map_err(failed(block))?);
        }
        Ok(all)
    }

    fn verdict_against(
        &self,
        block: Hash,
        assignment: AssignmentId,
        role: Role,
        root: &Hash,
    ) -> Result<Option<Verdict>, StateError> {
        require_readable(&self.client, block)?;
        let api = self.client.runtime_api();
        let dispute: Option<DisputeView<AccountId>> =
            DisputesApi::<_, AccountId>::dispute(&*api, H256(block), assignment.task)
                .map_err(failed(block))?;
        let against = dispute.filter(|dispute| dispute.is_against(role, root));
        Ok(against.and_then(|dispute| {
            let (until, _) = dispute.appealable()?;
            Some(Verdict {
                until,
                bond: dispute.appeal_bond,
            })
        }))
    }

    fn slots_of(&self, device: DeviceId) -> Result<Option<u8>, StateError> {
        let block = self.client.info().best_hash;
        require_readable(&self.client, block.into())?;
        let view: Option<DeviceView<AccountId>> = self
            .client
            .runtime_api()
            .device(block, device)
            .map_err(failed(block.into()))?;
        Ok(view.map(|view| view.slots))
    }

    fn reveal_window(&self) -> Result<BlockNumber, StateError> {
        let block = self.client.info().best_hash;
        let api = self.client.runtime_api();
        let parameters = TasksApi::<_, AccountId>::market_parameters(&*api, block);
        Ok(parameters.map_err(failed(block.into()))?.reveal_window)
    }
}
