//! The node's own methods, `aicpw_*`: its IPFS store, its devices and its worker keys. The node offers them to callers
//! that it trusts, by default those on its own machine.

use std::{future::Future, path::Path};

use aicpw_protocol::{device::DeviceSpec, hashing::Hash, BlockNumber, ContentId};
use base64::{engine::general_purpose::STANDARD as BASE64, Engine as _};
use codec::Encode;
use serde::{de::DeserializeOwned, Deserialize};
use subxt::rpcs::{client::RpcParams, rpc_params, RpcClient};
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::{
    account::Account,
    chain::{explain_node_method, Chain},
    error::{io_cause, Error, Kind, Result},
    hash::{parse_hash, show_hash},
};

/// How many bytes of content one request carries, before base64 makes them a third longer.
pub const CHUNK_BYTES: u64 = 2 << 20;

/// How often to ask the node for devices that it is still measuring. Each call waits there for most of a minute.
const MEASURING_TRIES: u32 = 8;

/// Content that can be read by its CID. This is a trait so that its users can be tested without a node.
pub trait BlobSource {
    /// The content's length in bytes.
    fn size(&self, cid: &ContentId) -> impl Future<Output = Result<u64>> + Send;

    /// Reads at most `len` bytes, starting at `offset`.
    fn read(
        &self,
        cid: &ContentId,
        offset: u64,
        len: u64,
    ) -> impl Future<Output = Result<Vec<u8>>> + Send;
}

/// The methods of a node.
pub struct NodeRpc<'a>(&'a RpcClient);

/// The keys of the node's worker, and the proof that it agrees to act for a provider.
pub struct WorkerKeys {
    /// The public worker key.
    pub worker: Hash,
    /// The public sealing key.
    pub sealing_key: Hash,
    /// The proof of agreement.
    pub proof: WorkerProof,
}

/// Like `aicpw_primitives::worker_key::WorkerProof`.
#[derive(Encode, Clone, PartialEq, Eq, Debug)]
pub struct WorkerProof {
    /// The height of the recent block that the signature names.
    pub recent_block: BlockNumber,
    /// The signature.
    pub signature: [u8; 64],
}

/// A device of the node's machine.
#[derive(Deserialize, Clone, PartialEq, Debug)]
pub struct LocalDevice {
    /// The measured spec.
    #[serde(flatten)]
    pub spec: DeviceSpec,
    /// How fast the memory is, in 10⁹ bytes read or written per second; `None` from an older node.
    #[serde(default, rename = "memoryGigabytesPerSecond")]
    pub memory_gigabytes_per_second: Option<f64>,
    /// Why the device does not keep a determinism class, for people.
    #[serde(default)]
    pub deviations: Vec<String>,
}

#[derive(Deserialize)]
struct Added {
    cid: ContentId,
}

#[derive(Deserialize)]
struct Stat {
    size: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WorkerKeysJson {
    worker: String,
    sealing_key: String,
    proof: ProofJson,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProofJson {
    recent_block: BlockNumber,
    signature: String,
}

impl<'a> NodeRpc<'a> {
    /// The methods of the node that `chain` is connected to.
    pub fn new(chain: &'a Chain) -> Self {
        Self(chain.rpc())
    }

    async fn call<T: DeserializeOwned>(&self, method: &str, params: RpcParams) -> Result<T> {
        self.0
            .request(method, params)
            .await
            .map_err(|error| explain_node_method(method, &error))
    }

    /// Adds a file to the node's store, which keeps it and serves it to others. `progress` is told how many bytes are
    /// done.
    ///
    /// # Errors
    /// The file cannot be read, or its length changes meanwhile; the store is full.
    pub async fn add_file(&self, path: &Path, progress: impl Fn(u64)) -> Result<ContentId> {
        let failed = |error: std::io::Error| Error::file("read", path, &error);
        let file = tokio::fs::File::open(path).await.map_err(failed)?;
        let length = file.metadata().await.map_err(failed)?.len();
        self.add(file, length, progress)
            .await
            .map_err(|error| error.while_doing(format!("uploading {}", path.display())))
    }

    /// Adds bytes to the node's store.
    ///
    /// # Errors
    /// The store is full.
    pub async fn add_bytes(&self, bytes: &[u8]) -> Result<ContentId> {
        self.add(bytes, bytes.len() as u64, |_| {}).await
    }

    /// Adds the bytes that `from` yields, which must be `length` bytes.
    async fn add(
        &self,
        from: impl AsyncRead + Unpin,
        length: u64,
        progress: impl Fn(u64),
    ) -> Result<ContentId> {
        let upload: String = self.call("aicpw_ipfsAddOpen", rpc_params![length]).await?;
        let sent = self.add_pieces(&upload, from, length, progress).await;
        if sent.is_err() {
            // The original failure matters more than a failure to clean up.
            let _ = self
                .call::<()>("aicpw_ipfsAddAbort", rpc_params![&upload])
                .await;
        }
        sent?;
        let added: Added = self
            .call("aicpw_ipfsAddFinish", rpc_params![&upload])
            .await?;
        Ok(added.cid)
    }

    async fn add_pieces(
        &self,
        upload: &str,
        from: impl AsyncRead + Unpin,
        length: u64,
        progress: impl Fn(u64),
    ) -> Result<()> {
        let changed = || Error::other("its length changed meanwhile").hint("try again");
        // Reading one byte more than expected shows that the file grew.
        let mut from = from.take(length.saturating_add(1));
        let mut done = 0;
        progress(0);
        while done < length {
            let mut piece = Vec::with_capacity(CHUNK_BYTES as usize);
            let read = (&mut from).take(CHUNK_BYTES).read_to_end(&mut piece).await;
            read.map_err(|error| Error::other(format!("cannot read: {}", io_cause(&error))))?;
            if piece.is_empty() || done + piece.len() as u64 > length {
                return Err(changed());
            }
            done += piece.len() as u64;
            let params = rpc_params![upload, BASE64.encode(&piece)];
            self.call::<u64>("aicpw_ipfsAddWrite", params).await?;
            progress(done);
        }
        let mut more = [0];
        match from.read(&mut more).await {
            Ok(0) => Ok(()),
            _ => Err(changed()),
        }
    }

    /// Makes the node connect to a peer.
    ///
    /// # Errors
    /// The node cannot connect.
    pub async fn connect(&self, address: &str) -> Result<()> {
        self.call("aicpw_ipfsConnect", rpc_params![address]).await
    }

    /// Makes the node connect to a peer that a stranger named. The node does not dial private addresses for that,
    /// unless its settings allow it.
    ///
    /// # Errors
    /// The node cannot connect.
    pub async fn connect_to_stranger(&self, address: &str) -> Result<()> {
        self.call("aicpw_ipfsConnect", rpc_params![address, true])
            .await
    }

    /// Makes the node keep content, and fetch what it lacks of it.
    ///
    /// # Errors
    /// Nobody has the content.
    pub async fn pin(&self, cid: &ContentId) -> Result<()> {
        self.call("aicpw_ipfsPin", rpc_params![cid]).await
    }

    /// Allows the node to drop content.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn unpin(&self, cid: &ContentId) -> Result<()> {
        self.call("aicpw_ipfsUnpin", rpc_params![cid]).await
    }

    /// The addresses at which others reach the node's store.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn addresses(&self) -> Result<Vec<String>> {
        self.call("aicpw_ipfsAddresses", rpc_params![]).await
    }

    /// The measured devices of the node's machine. A node that has just started is still measuring them; this waits for
    /// it.
    ///
    /// # Errors
    /// The node does not run with `--provider`, or takes minutes to measure.
    pub async fn local_devices(&self) -> Result<Vec<LocalDevice>> {
        self.measured("aicpw_localDevices", rpc_params![]).await
    }

    /// Makes the node measure a device of its machine anew, waits for that, and returns the device.
    ///
    /// # Errors
    /// The node does not run with `--provider`, a job runs on the device, or the device is missing or fails.
    pub async fn measure_device(&self, fingerprint: &Hash) -> Result<LocalDevice> {
        let params = rpc_params![show_hash(fingerprint)];
        self.measured("aicpw_measureDevice", params).await
    }

    /// Calls a method that may take the node longer than one call lasts.
    async fn measured<T: DeserializeOwned>(&self, method: &str, params: RpcParams) -> Result<T> {
        let mut tries = 1;
        loop {
            // Each call waits at the node, so no pause is needed between them here.
            match self.call(method, params.clone()).await {
                Err(error) if error.kind == Kind::Timeout && tries < MEASURING_TRIES => tries += 1,
                result => return result,
            }
        }
    }

    /// The keys of the node's worker, with its agreement to act for `provider`.
    ///
    /// # Errors
    /// The node does not run with `--provider`.
    pub async fn worker_keys(&self, provider: Account) -> Result<WorkerKeys> {
        let keys: WorkerKeysJson = self
            .call("aicpw_workerKeys", rpc_params![provider.to_string()])
            .await?;
        let wrong = |why: String| Error::other(format!("aicpw_workerKeys: {why}"));
        let digits = keys.proof.signature.trim_start_matches("0x");
        let mut signature = [0; 64];
        hex::decode_to_slice(digits, &mut signature)
            .map_err(|error| wrong(format!("its signature: {error}")))?;
        Ok(WorkerKeys {
            worker: parse_hash(&keys.worker).map_err(wrong)?,
            sealing_key: parse_hash(&keys.sealing_key).map_err(wrong)?,
            proof: WorkerProof {
                recent_block: keys.proof.recent_block,
                signature,
            },
        })
    }
}

impl BlobSource for NodeRpc<'_> {
    async fn size(&self, cid: &ContentId) -> Result<u64> {
        let stat: Stat = self.call("aicpw_ipfsStat", rpc_params![cid]).await?;
        Ok(stat.size)
    }

    async fn read(&self, cid: &ContentId, offset: u64, len: u64) -> Result<Vec<u8>> {
        let text: String = self
            .call("aicpw_ipfsRead", rpc_params![cid, offset, len])
            .await?;
        BASE64
            .decode(text)
            .map_err(|error| Error::other(format!("aicpw_ipfsRead: not base64: {error}")))
    }
}

/// Reads the whole of some content, if it has at most `max` bytes.
///
/// # Errors
/// The content is longer, or nobody has it.
pub async fn read_all(source: &impl BlobSource, cid: &ContentId, max: u64) -> Result<Vec<u8>> {
    let size = source.size(cid).await?;
    if size > max {
        return Err(Error::other(format!(
            "{cid} has {size} bytes, and {max} are expected at most"
        )));
    }
    let mut content = Vec::new();
    while (content.len() as u64) < size {
        let offset = content.len() as u64;
        let piece = source
            .read(cid, offset, (size - offset).min(CHUNK_BYTES))
            .await?;
        if piece.is_empty() {
            return Err(Error::other(format!(
                "{cid} ended after {offset} of {size} bytes"
            )));
        }
        content.extend(piece);
    }
    content.truncate(size as usize);
    Ok(content)
}

#[cfg(test)]
#[path = "node_rpc_tests.rs"]
mod tests;
