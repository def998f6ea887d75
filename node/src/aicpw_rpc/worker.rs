//! The methods `aicpw_localDevices`, `aicpw_measureDevice` and `aicpw_workerKeys`: this node as a provider's, for
//! callers that it trusts.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use aicpw_offchain_worker::{
    devices::LocalDevice,
    inventory::{Inventory, NotMeasured},
    secret::WorkerSecret,
};
use aicpw_primitives::{worker_key::KEY_TYPE, AccountId};
use aicpw_protocol::{
    device::DeviceSpec,
    json,
    worker::{signing_payload, Statement},
    BlockNumber, Hash,
};
use aicpw_runtime::opaque::Block;
use jsonrpsee::{
    core::{async_trait, RpcResult},
    proc_macros::rpc,
    types::ErrorObjectOwned,
    Extensions,
};
use sc_rpc_api::check_if_safe;
use serde::Serialize;
use sp_blockchain::HeaderBackend;
use sp_core::{sr25519, H256};
use sp_keystore::KeystorePtr;
use tokio::sync::watch;

use super::error::{error, DEVICE_BUSY, KEYSTORE, NOT_MEASURED, NOT_OFFERED, NOT_YET};

/// How long a call waits for a measurement.
const MEASURING: Duration = Duration::from_secs(45);

/// A device of this machine.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LocalDeviceJson {
    /// Its measured spec.
    #[serde(flatten)]
    pub spec: DeviceSpec,
    /// The bandwidth of its memory, in 10⁹ bytes read or written per second.
    pub memory_gigabytes_per_second: f64,
    /// Why it does not keep a determinism class, in words for people.
    pub deviations: Vec<String>,
}

impl From<LocalDevice> for LocalDeviceJson {
    fn from(device: LocalDevice) -> Self {
        Self {
            spec: device.spec,
            memory_gigabytes_per_second: device.memory_gigabytes_per_second,
            deviations: device.deviations,
        }
    }
}

/// The keys with which a provider is registered.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkerKeys {
    /// Public worker key, sr25519.
    #[serde(with = "json::hash")]
    pub worker: Hash,
    /// Public sealing key, x25519.
    #[serde(with = "json::hash")]
    pub sealing_key: Hash,
    /// The worker key's agreement to act for the provider.
    pub proof: WorkerProofJson,
}

/// [`aicpw_primitives::worker_key::WorkerProof`].
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkerProofJson {
    /// Height of the block that the signature names.
    pub recent_block: BlockNumber,
    /// The signature.
    #[serde(with = "json::hash")]
    pub signature: [u8; 64],
}

/// This node as a provider's.
#[rpc(server, namespace = "aicpw")]
pub trait WorkerApi {
    /// Returns the devices of this machine with their measured specs.
    #[method(name = "localDevices", with_extensions)]
    async fn local_devices(&self) -> RpcResult<Vec<LocalDeviceJson>>;

    /// Measures the device with this fingerprint anew, which can take minutes. A caller that is told to ask again waits
    /// for the same measurement. No job may run on the device meanwhile.
    #[method(name = "measureDevice", with_extensions)]
    async fn measure_device(&self, fingerprint: H256) -> RpcResult<LocalDeviceJson>;

    /// Returns the keys of this node's worker (made at the first call), and the worker key's agreement to act for
    /// `provider`, which is valid for a while.
    #[method(name = "workerKeys", with_extensions)]
    fn worker_keys(&self, provider: AccountId) -> RpcResult<WorkerKeys>;
}

/// Implements the methods.
pub struct Worker {
    /// The chain.
    pub chain: Arc<dyn HeaderBackend<Block>>,
    /// This node's keys.
    pub keystore: KeystorePtr,
    /// Whether jobs run here.
    pub is_provider: bool,
    /// The devices, once they are measured.
    pub devices: watch::Receiver<Option<Arc<Inventory>>>,
    /// Folder of the worker's secret.
    pub folder: PathBuf,
}

impl Worker {
    fn check(&self, extensions: &Extensions) -> RpcResult<()> {
        check_if_safe(extensions)?;
        if self.is_provider {
            Ok(())
        } else {
            let message = "this node is no provider's; start it with --provider";
            Err(error(NOT_OFFERED, message))
        }
    }

    /// Returns the devices, once they are measured.
    async fn inventory(&self) -> RpcResult<Arc<Inventory>> {
        let mut devices = self.devices.clone();
        let measured = devices.wait_for(Option::is_some);
        let measured = match tokio::time::timeout(MEASURING, measured).await {
            Ok(Ok(measured)) => measured.clone(),
            Ok(Err(_)) => None,
            Err(_) => return Err(still_measured()),
        };
        measured.ok_or_else(|| {
            let message = "the worker did not start; the node's log says why";
            error(NOT_OFFERED, message)
        })
    }

    /// Returns the worker key, which is made if there is none.
    fn worker(&self) -> RpcResult<sr25519::Public> {
        if let Some(key) = self.keystore.sr25519_public_keys(KEY_TYPE).first() {
            return Ok(*key);
        }
        let made = self.keystore.sr25519_generate_new(KEY_TYPE, None);
        let key = made.map_err(|failure| keystore(format!("cannot make a key: {failure}")))?;
        log::info!("made the worker key {key}");
        Ok(key)
    }
}

fn still_measured() -> ErrorObjectOwned {
    let message = "the devices are still being measured; try again in a minute";
    error(NOT_YET, message)
}

fn not_measured(failure: NotMeasured) -> ErrorObjectOwned {
    let code = match failure {
        NotMeasured::Busy => DEVICE_BUSY,
        NotMeasured::Failed(_) => NOT_MEASURED,
    };
    error(code, failure.to_string())
}

fn keystore(message: String) -> ErrorObjectOwned {
    error(KEYSTORE, message)
}

#[async_trait]
impl WorkerApiServer for Worker {
    async fn local_devices(&self, extensions: &Extensions) -> RpcResult<Vec<LocalDeviceJson>> {
        self.check(extensions)?;
        let devices = self.inventory().await?.devices();
        Ok(devices.into_iter().map(Into::into).collect())
    }

    async fn measure_device(
        &self,
        extensions: &Extensions,
        fingerprint: H256,
    ) -> RpcResult<LocalDeviceJson> {
        self.check(extensions)?;
        let measured = async {
            let devices = self.inventory().await?;
            devices.measure(fingerprint.0).await.map_err(not_measured)
        };
        match tokio::time::timeout(MEASURING, measured).await {
            Ok(measured) => measured.map(Into::into),
            Err(_) => Err(still_measured()),
        }
    }

    fn worker_keys(&self, extensions: &Extensions, provider: AccountId) -> RpcResult<WorkerKeys> {
        self.check(extensions)?;
        let worker = self.worker()?;
        let secret = WorkerSecret::open(&self.folder)
            .map_err(|failure| error(NOT_YET, failure.to_string()))?;
        let info = self.chain.info();
        // A final block, so that it still exists when the proof arrives.
        let recent = (info.finalized_number, info.finalized_hash.into());
        let statement = Statement::Join { provider };
        let payload = signing_payload(&info.genesis_hash.into(), &recent.1, &statement);
        let signature = self
            .keystore
            .sr25519_sign(KEY_TYPE, &worker, &payload)
            .map_err(|failure| keystore(format!("cannot sign: {failure}")))?
            .ok_or_else(|| keystore(format!("the keystore has lost the key {worker}")))?;
        Ok(WorkerKeys {
            worker: worker.0,
            sealing_key: secret.sealing_key(),
            proof: WorkerProofJson {
                recent_block: recent.0,
                signature: signature.0,
            },
        })
    }
}
