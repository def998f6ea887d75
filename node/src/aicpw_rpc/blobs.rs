//! The methods `aicpw_ipfs…`: this node's IPFS, for callers that the node trusts.

use std::sync::Arc;
use std::time::Duration;

use aicpw_offchain_worker::ipfs::{silent, BlobStore, PeerAddress};
use aicpw_protocol::ContentId;
use base64::{engine::general_purpose::STANDARD as BASE64, Engine as _};
use cid::Cid;
use jsonrpsee::{
    core::{async_trait, RpcResult},
    proc_macros::rpc,
    Extensions,
};
use sc_rpc_api::check_if_safe;
use serde::Serialize;

use super::{
    error::{blob, error, invalid, NOT_OFFERED},
    uploads::{Uploads, MAX_PIECE},
};

/// How long content is searched for.
const SEARCH: Duration = Duration::from_secs(50);

/// How long pinning may take, including the fetch of what is missing.
const PIN: Duration = Duration::from_secs(600);

/// A file that was added.
#[derive(Debug, Clone, Serialize)]
pub struct Added {
    /// Its CID.
    pub cid: ContentId,
    /// Its length in bytes.
    pub size: u64,
}

/// What is known of a file.
#[derive(Debug, Clone, Serialize)]
pub struct Stat {
    /// Its CID.
    pub cid: ContentId,
    /// Its length in bytes.
    pub size: u64,
}

/// This node's IPFS.
#[rpc(server, namespace = "aicpw")]
pub trait BlobsApi {
    /// Opens the upload of a file of `length` bytes. Returns the upload's name.
    #[method(name = "ipfsAddOpen", with_extensions)]
    async fn add_open(&self, length: u64) -> RpcResult<String>;

    /// Appends a piece in base64, of at most 4 MiB. Returns how many bytes the upload has now.
    #[method(name = "ipfsAddWrite", with_extensions)]
    async fn add_write(&self, upload: String, piece: String) -> RpcResult<u64>;

    /// Ends an upload: adds and pins the file.
    #[method(name = "ipfsAddFinish", with_extensions)]
    async fn add_finish(&self, upload: String) -> RpcResult<Added>;

    /// Forgets an upload.
    #[method(name = "ipfsAddAbort", with_extensions)]
    async fn add_abort(&self, upload: String) -> RpcResult<()>;

    /// Returns the length of a file, which is searched for if it is not here.
    #[method(name = "ipfsStat", with_extensions)]
    async fn stat(&self, cid: ContentId) -> RpcResult<Stat>;

    /// Returns at most `len` bytes (and at most 4 MiB) of a file from `offset` on, in base64.
    #[method(name = "ipfsRead", with_extensions)]
    async fn read(&self, cid: ContentId, offset: u64, len: u64) -> RpcResult<String>;

    /// Connects to a peer, by its multiaddress with `/p2p/`. `of_stranger` says that somebody else named the peer, so
    /// private addresses are dialled only if the node allows them.
    #[method(name = "ipfsConnect", with_extensions)]
    async fn connect(&self, address: String, of_stranger: Option<bool>) -> RpcResult<()>;

    /// Pins a file, fetching what is missing of it.
    #[method(name = "ipfsPin", with_extensions)]
    async fn pin(&self, cid: ContentId) -> RpcResult<()>;

    /// Unpins a file.
    #[method(name = "ipfsUnpin", with_extensions)]
    async fn unpin(&self, cid: ContentId) -> RpcResult<()>;

    /// Returns the addresses at which other IPFS nodes reach this one.
    #[method(name = "ipfsAddresses", with_extensions)]
    async fn addresses(&self) -> RpcResult<Vec<String>>;
}

/// The methods.
pub struct Blobs {
    /// The IPFS node, if there is one.
    pub store: Option<Arc<dyn BlobStore>>,
    /// Files that are being uploaded.
    pub uploads: Arc<Uploads>,
}

impl Blobs {
    fn store(&self, extensions: &Extensions) -> RpcResult<&dyn BlobStore> {
        check_if_safe(extensions)?;
        let message = "this node has no IPFS; start it with --ipfs, --provider or --ipfs-rpc";
        let store = self.store.as_deref();
        store.ok_or_else(|| error(NOT_OFFERED, message))
    }
}

fn as_cid(content: &ContentId) -> RpcResult<Cid> {
    Cid::try_from(content.as_bytes()).map_err(|failure| invalid(format!("{content}: {failure}")))
}

#[async_trait]
impl BlobsApiServer for Blobs {
    async fn add_open(&self, extensions: &Extensions, length: u64) -> RpcResult<String> {
        self.store(extensions)?;
        self.uploads.open(length).await
    }

    async fn add_write(
        &self,
        extensions: &Extensions,
        upload: String,
        piece: String,
    ) -> RpcResult<u64> {
        self.store(extensions)?;
        let bytes = BASE64
            .decode(piece)
            .map_err(|failure| invalid(format!("piece: not base64: {failure}")))?;
        if bytes.len() > MAX_PIECE {
            let message = format!("piece: {} bytes are more than {MAX_PIECE}", bytes.len());
            return Err(invalid(message));
        }
        self.uploads.write(&upload, &bytes).await
    }

    async fn add_finish(&self, extensions: &Extensions, upload: String) -> RpcResult<Added> {
        let store = self.store(extensions)?;
        let file = self.uploads.finish(&upload).await?;
        let cid = store.add_file(file.path(), &silent).await.map_err(blob)?;
        let cid = ContentId::try_from(cid).map_err(|failure| invalid(failure.to_string()))?;
        Ok(Added {
            cid,
            size: file.length,
        })
    }

    async fn add_abort(&self, extensions: &Extensions, upload: String) -> RpcResult<()> {
        self.store(extensions)?;
        self.uploads.abort(&upload).await;
        Ok(())
    }

    async fn stat(&self, extensions: &Extensions, cid: ContentId) -> RpcResult<Stat> {
        let store = self.store(extensions)?;
        let size = store.size(&as_cid(&cid)?, SEARCH).await.map_err(blob)?;
        Ok(Stat { cid, size })
    }

    async fn read(
        &self,
        extensions: &Extensions,
        cid: ContentId,
        offset: u64,
        len: u64,
    ) -> RpcResult<String> {
        let store = self.store(extensions)?;
        if len > MAX_PIECE as u64 {
            return Err(invalid(format!(
                "len: {len} bytes are more than {MAX_PIECE}"
            )));
        }
        let bytes = store.read_range(&as_cid(&cid)?, offset, len, SEARCH).await;
        Ok(BASE64.encode(bytes.map_err(blob)?))
    }

    async fn connect(
        &self,
        extensions: &Extensions,
        address: String,
        of_stranger: Option<bool>,
    ) -> RpcResult<()> {
        let store = self.store(extensions)?;
        let address: PeerAddress = address.parse().map_err(blob)?;
        match of_stranger {
            Some(true) => store.connect_to_stranger(&address).await,
            Some(false) | None => store.connect(&address).await,
        }
        .map_err(blob)
    }

    async fn pin(&self, extensions: &Extensions, cid: ContentId) -> RpcResult<()> {
        let store = self.store(extensions)?;
        store.pin(&as_cid(&cid)?, PIN).await.map_err(blob)
    }

    async fn unpin(&self, extensions: &Extensions, cid: ContentId) -> RpcResult<()> {
        let store = self.store(extensions)?;
        store.unpin(&as_cid(&cid)?).await.map_err(blob)
    }

    async fn addresses(&self, extensions: &Extensions) -> RpcResult<Vec<String>> {
        let addresses = self
            .store(extensions)?
            .local_addresses()
            .await
            .map_err(blob)?;
        Ok(addresses.iter().map(ToString::to_string).collect())
    }
}
