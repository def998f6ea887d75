//! The methods `aicpw_*`. Amounts are decimal strings in the smallest unit, hashes are `0x…`,
//! accounts are SS58, and CIDs have their usual text form. Error codes are in [`error`].
//!
//! | methods | who may call them |
//! | --- | --- |
//! | [`market`]: tasks, providers, devices, dry run, subscription | everybody |
//! | [`blobs`]: this node's IPFS | where unsafe methods are allowed |
//! | [`worker`]: this machine's devices and worker key | where unsafe methods are allowed |

mod blobs;
mod error;
mod market;
mod task_changes;
#[cfg(test)]
mod tests;
mod uploads;
mod watchers;
mod worker;

use std::path::PathBuf;
use std::sync::Arc;

use aicpw_offchain_worker::{chain::Heads, inventory::Inventory, ipfs::BlobStore};
use jsonrpsee::{core::RegisterMethodError, RpcModule};
use sc_rpc::SubscriptionTaskExecutor;
use sp_keystore::KeystorePtr;
use tokio::sync::watch;

use crate::{service::FullClient, worker::MarketServices};
use blobs::{Blobs, BlobsApiServer};
use market::{Market, MarketApiServer};
use uploads::Uploads;
use watchers::Watchers;
use worker::{Worker, WorkerApiServer};

/// The parts of the node that the methods use.
#[derive(Clone)]
pub struct MarketDeps {
    client: Arc<FullClient>,
    keystore: KeystorePtr,
    heads: watch::Receiver<Heads>,
    watchers: Watchers,
    store: Option<Arc<dyn BlobStore>>,
    uploads: Arc<Uploads>,
    is_provider: bool,
    devices: watch::Receiver<Option<Arc<Inventory>>>,
    folder: PathBuf,
}

impl MarketDeps {
    /// Takes the parts of the node.
    pub fn new(
        client: Arc<FullClient>,
        keystore: KeystorePtr,
        heads: watch::Receiver<Heads>,
        services: &MarketServices,
        devices: watch::Receiver<Option<Arc<Inventory>>>,
    ) -> Self {
        Self {
            client,
            keystore,
            heads,
            watchers: Watchers::default(),
            store: services.store.clone(),
            uploads: Arc::new(Uploads::new(
                services.folder.join("uploads"),
                services.disk_reserve,
            )),
            is_provider: services.is_provider(),
            devices,
            folder: services.folder.clone(),
        }
    }

    /// Returns the module with the methods.
    ///
    /// # Errors
    /// If two methods have the same name.
    pub fn module(
        self,
        executor: SubscriptionTaskExecutor,
    ) -> Result<RpcModule<()>, RegisterMethodError> {
        let mut module = RpcModule::new(());
        let market = Market {
            client: self.client.clone(),
            heads: self.heads,
            watchers: self.watchers,
            executor,
        };
        module.merge(market.into_rpc())?;
        let blobs = Blobs {
            store: self.store,
            uploads: self.uploads,
        };
        module.merge(blobs.into_rpc())?;
        let worker = Worker {
            chain: self.client,
            keystore: self.keystore,
            is_provider: self.is_provider,
            devices: self.devices,
            folder: self.folder,
        };
        module.merge(worker.into_rpc())?;
        Ok(module)
    }
}
