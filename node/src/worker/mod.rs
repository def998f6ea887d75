//! The market's native services beside the chain: IPFS, and the worker of a provider's node.

mod args;
mod chain;
mod ipfs_port;

use std::path::PathBuf;
use std::sync::Arc;

use aicpw_offchain_worker::{
    chain::{ChainView, LocalStorage},
    inventory::Inventory,
    ipfs::{BlobError, BlobStore, Daemon, DaemonError, KuboRpc},
    metrics::{IpfsMetrics, MeteredStore, WorkerMetrics},
    remove_partial_downloads,
    service::{WorkerConfig, WorkerService},
    JOBS,
};
use futures::{future::Either, FutureExt};
use sc_network::config::{NetworkConfiguration, TransportConfig};
use sc_service::Configuration;
use substrate_prometheus_endpoint::PrometheusError;
use tokio::sync::watch;

pub use args::{worker_folder, IpfsChoice, MarketArgs};
pub use chain::{follow, require_readable, NodeChain};
pub use ipfs_port::ipfs_wish;

use crate::ports::PortError;

/// The market's services cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum MarketError {
    /// Our own IPFS did not start.
    #[error(transparent)]
    Own(#[from] DaemonError),
    /// The program at `--ipfs-rpc` is no IPFS daemon.
    #[error("--ipfs-rpc: {0}")]
    External(#[from] BlobError),
    /// Our own IPFS would have no port.
    #[error(transparent)]
    Port(#[from] PortError),
    /// Two metrics have the same name.
    #[error("metrics: {0}")]
    Metrics(#[from] PrometheusError),
}

/// The market's services of this node, as far as they run without the chain.
pub struct MarketServices {
    /// The store of blobs; `None` if this node has no IPFS.
    pub store: Option<Arc<dyn BlobStore>>,
    /// The folder of the worker, its secret and uploads.
    pub folder: PathBuf,
    /// Bytes that uploads leave free on the disk of that folder.
    pub disk_reserve: u64,
    /// The addresses at which this node's own IPFS listens.
    pub ipfs_addresses: Vec<String>,
    ipfs_metrics: IpfsMetrics,
    worker: Option<WorkerConfig>,
    /// The IPFS process, which ends when this is dropped.
    daemon: Option<Daemon>,
}

/// Whether private addresses are allowed, by `--allow-private-ip` and `--no-private-ip`. This holds for peers that
/// strangers name to IPFS, and for the addresses that validators publish, too.
pub fn allows_private_ip(network: &NetworkConfiguration) -> bool {
    match network.transport {
        TransportConfig::Normal {
            allow_private_ip, ..
        } => allow_private_ip,
        TransportConfig::MemoryOnly => false,
    }
}

impl MarketServices {
    /// Starts the services that were asked for.
    ///
    /// # Errors
    /// If IPFS was asked for and cannot be had.
    pub async fn start(args: &MarketArgs, config: &Configuration) -> Result<Self, MarketError> {
        let folder = config.base_path.config_dir(config.chain_spec.id());
        let registry = config.prometheus_registry();
        let allow_private_ip = allows_private_ip(&config.network);
        let mut ipfs_addresses = Vec::new();
        let (store, daemon): (Option<Arc<dyn BlobStore>>, _) = match args.ipfs_choice(&folder) {
            IpfsChoice::None => (None, None),
            IpfsChoice::External(url) => {
                let rpc = KuboRpc::http(&url)?.allow_private_ip(allow_private_ip);
                (Some(Arc::new(rpc)), None)
            }
            IpfsChoice::Own(mut own) => {
                own.allow_private_ip = allow_private_ip;
                ipfs_port::settle(&mut own, !args.ipfs_listen.is_empty()).await?;
                ipfs_addresses.clone_from(&own.listen);
                log::info!("starting IPFS, listening on {}", own.listen.join(", "));
                let daemon = Daemon::start(own).await?;
                (Some(Arc::new(daemon.store())), Some(daemon))
            }
        };
        let ipfs_metrics = match (&store, registry) {
            (Some(_), Some(registry)) => IpfsMetrics::register(registry)?,
            _ => IpfsMetrics::default(),
        };
        let store = store.map(|store| -> Arc<dyn BlobStore> {
            Arc::new(MeteredStore::new(store, ipfs_metrics.clone()))
        });
        let mut worker = args.worker(&folder);
        if let (Some(worker), Some(registry)) = (&mut worker, registry) {
            worker.metrics = WorkerMetrics::register(registry)?;
        }
        Ok(Self {
            store,
            folder: worker_folder(&folder),
            disk_reserve: args.disk_reserve.unwrap_or(0),
            ipfs_addresses,
            ipfs_metrics,
            worker,
            daemon,
        })
    }

    /// Makes room of what a node that was killed has left half fetched. To be called before it is looked whether there
    /// is room, and once the database is open: no other node is in the folder then.
    pub fn remove_partial_downloads(&self) {
        remove_partial_downloads(&self.folder.join(JOBS));
    }

    /// Whether jobs run here.
    pub fn is_provider(&self) -> bool {
        self.worker.is_some()
    }

    /// Returns the metrics of the worker, if jobs run here and there is a registry.
    pub fn worker_metrics(&self) -> Option<WorkerMetrics> {
        self.worker.as_ref().map(|worker| worker.metrics.clone())
    }

    /// Returns the channel on which [`Self::run`] reports this machine's devices: `None` until they are measured, and
    /// forever if there is no worker.
    pub fn devices_channel() -> (DevicesSender, watch::Receiver<Option<Arc<Inventory>>>) {
        let (sender, receiver) = watch::channel(None);
        (DevicesSender(sender), receiver)
    }

    /// Keeps IPFS and the worker running. Ends only if the worker cannot start; the log then has the cause.
    pub async fn run(
        self,
        chain: Arc<dyn ChainView>,
        storage: Arc<dyn LocalStorage>,
        devices: DevicesSender,
    ) {
        let asking = match &self.store {
            Some(store) => self.ipfs_metrics.follow(store.clone()).boxed(),
            None => futures::future::pending().boxed(),
        };
        let working = async {
            let _worker = match (self.worker, self.store) {
                (Some(config), Some(store)) => {
                    match WorkerService::start(config, chain, storage, store).await {
                        Ok(worker) => {
                            devices.0.send_replace(Some(worker.inventory().clone()));
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
            futures::future::pending::<()>().await;
        };
        let _daemon = self.daemon;
        let working = std::pin::pin!(working);
        match futures::future::select(working, asking).await {
            Either::Left(_) => {}
            // Without metrics there is nothing to ask for.
            Either::Right((_, working)) => working.await,
        }
    }
}

/// The channel on which [`MarketServices::run`] reports the devices.
pub struct DevicesSender(watch::Sender<Option<Arc<Inventory>>>);
