//! The market's native services beside the chain: IPFS, and the worker of a provider's node.

mod args;
mod chain;

use std::path::PathBuf;
use std::sync::Arc;

use aicpw_offchain_worker::{
    chain::{ChainView, LocalStorage},
    devices::LocalDevice,
    ipfs::{BlobError, BlobStore, Daemon, DaemonError, KuboRpc},
    service::{WorkerConfig, WorkerService},
};
use sc_service::Configuration;
use tokio::sync::watch;

pub use args::MarketArgs;
pub use chain::{follow, NodeChain};

use args::{worker_folder, IpfsChoice};

/// IPFS cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum IpfsError {
    /// Our own did not start.
    #[error(transparent)]
    Own(#[from] DaemonError),
    /// The one that runs already is none.
    #[error("--ipfs-rpc: {0}")]
    External(#[from] BlobError),
}

/// The market's services of this node, as far as they run without the chain.
pub struct MarketServices {
    /// Where blobs are; `None` if this node has no IPFS.
    pub store: Option<Arc<dyn BlobStore>>,
    /// Folder of the worker, its secret and uploads.
    pub folder: PathBuf,
    worker: Option<WorkerConfig>,
    /// Ends when dropped.
    daemon: Option<Daemon>,
}

impl MarketServices {
    /// Starts what was asked for.
    ///
    /// # Errors
    /// If IPFS was asked for and is not to be had.
    pub async fn start(args: &MarketArgs, config: &Configuration) -> Result<Self, IpfsError> {
        let folder = config.base_path.config_dir(config.chain_spec.id());
        let (store, daemon): (Option<Arc<dyn BlobStore>>, _) = match args.ipfs_choice(&folder) {
            IpfsChoice::None => (None, None),
            IpfsChoice::External(url) => (Some(Arc::new(KuboRpc::http(&url)?)), None),
            IpfsChoice::Own(own) => {
                log::info!("starting IPFS, listening on {}", own.listen.join(", "));
                let daemon = Daemon::start(own).await?;
                (Some(Arc::new(daemon.store())), Some(daemon))
            }
        };
        Ok(Self {
            store,
            folder: worker_folder(&folder),
            worker: args.worker(&folder),
            daemon,
        })
    }

    /// Whether jobs run here.
    pub fn is_provider(&self) -> bool {
        self.worker.is_some()
    }

    /// What [`Self::run`] tells of this machine's devices: `None` until they are measured, and
    /// forever where there is no worker.
    pub fn devices_channel() -> (DevicesSender, watch::Receiver<Option<Vec<LocalDevice>>>) {
        let (sender, receiver) = watch::channel(None);
        (DevicesSender(sender), receiver)
    }

    /// Keeps IPFS and the worker running. Ends only if the worker cannot start; the cause is in the
    /// log then.
    pub async fn run(
        self,
        chain: Arc<dyn ChainView>,
        storage: Arc<dyn LocalStorage>,
        devices: DevicesSender,
    ) {
        let _worker = match (self.worker, self.store) {
            (Some(config), Some(store)) => {
                match WorkerService::start(config, chain, storage, store).await {
                    Ok(worker) => {
                        devices.0.send_replace(Some(worker.devices().to_vec()));
                        Some(worker)
                    }
                    Err(error) => {
                        log::error!("this node cannot be a provider's: {error}");
                        return;
                    }
                }
            }
            _ => None,
        };
        let _daemon = self.daemon;
        futures::future::pending::<()>().await;
    }
}

/// Where [`MarketServices::run`] tells of the devices.
pub struct DevicesSender(watch::Sender<Option<Vec<LocalDevice>>>);
