//! A client of kubo's HTTP RPC, for `aicpw-ipfs` on a Unix socket and for kubo on TCP alike.

use super::error::BlobError;
use super::supervise::Standing;
use super::{
    fetch, strangers, upload, BlobStore, FetchOptions, PeerAddress, Progress, Sink, StoreStatus,
};
use async_trait::async_trait;
use cid::Cid;
use reqwest::{Client, ClientBuilder, RequestBuilder, Response, Url};
use serde::de::DeserializeOwned;
use serde::Deserialize;
use std::path::Path;
use std::time::Duration;
use tokio::sync::watch;

/// The time limit of commands that need neither the network nor much of the disk.
const QUICK: Duration = Duration::from_secs(30);

/// The time limit of dialling a peer; the IPFS node has a shorter limit of its own.
const DIAL: Duration = Duration::from_secs(20);

/// The time limit of looking through all blocks of a large store.
const COLLECTION: Duration = Duration::from_secs(120);

/// How long a request waits for a supervised process that is being started again.
const RESTART: Duration = Duration::from_secs(20);

/// The most bytes that are read of an answer that should be short.
const MAX_ANSWER: usize = 1 << 20;

/// The most bytes that [`BlobStore::read_range`] returns.
pub(super) const MAX_RANGE: u64 = 64 << 20;

/// A client of one IPFS node. Clones share their connections.
#[derive(Debug, Clone)]
pub struct KuboRpc {
    client: Client,
    base: Url,
    endpoint: String,
    /// The state of the process behind it, if that is supervised.
    standing: Option<watch::Receiver<Standing>>,
    allows_private_ip: bool,
}

/// kubo's error shape.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Failure {
    message: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Stat {
    size: u64,
    r#type: String,
}

/// How full a store is, in bytes.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Usage {
    repo_size: u64,
    storage_max: u64,
}

impl Usage {
    /// Returns why a file of this many bytes does not fit.
    fn shortage(&self, bytes: u64) -> Option<String> {
        let Self {
            repo_size,
            storage_max,
        } = self;
        // The blocks above the leaves take far less than a hundredth, and one block at least.
        let blocks = bytes.saturating_add(bytes / 100).saturating_add(1 << 10);
        let full = repo_size.saturating_add(blocks) > *storage_max;
        full.then(|| format!("it holds {repo_size} of {storage_max} bytes"))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Peers {
    /// kubo gives `null` if there is none.
    peers: Option<Vec<serde::de::IgnoredAny>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Id {
    addresses: Option<Vec<String>>,
}

impl KuboRpc {
    /// Speaks to an IPFS node on a Unix socket.
    ///
    /// # Errors
    /// When the HTTP client cannot be made.
    pub fn unix(socket: &Path) -> Result<Self, BlobError> {
        // The host is not resolved; kubo wants to see a harmless one.
        let base = "http://localhost/api/v0/";
        Self::new(
            Client::builder().unix_socket(socket),
            base,
            socket.display().to_string(),
        )
    }

    /// Speaks to a kubo daemon, e.g. `http://127.0.0.1:5001`.
    ///
    /// # Errors
    /// When `url` is not an HTTP URL.
    pub fn http(url: &str) -> Result<Self, BlobError> {
        let base = format!("{}/api/v0/", url.trim_end_matches('/'));
        Self::new(
            Client::builder().connect_timeout(DIAL),
            &base,
            url.to_owned(),
        )
    }

    fn new(client: ClientBuilder, base: &str, endpoint: String) -> Result<Self, BlobError> {
        let unusable = |reason: String| BlobError::NodeUnreachable {
            endpoint: endpoint.clone(),
            reason,
        };
        let base = Url::parse(base).map_err(|error| unusable(format!("not a URL: {error}")))?;
        if base.scheme() != "http" {
            return Err(unusable("only http:// is supported".into()));
        }
        // An IPFS node is on this machine or in this network: it is never reached through a proxy.
        let client = client
            .no_proxy()
            .build()
            .map_err(|error| unusable(reasons(&error)))?;
        Ok(Self {
            client,
            base,
            endpoint,
            standing: None,
            allows_private_ip: false,
        })
    }

    /// Sets whether peers that strangers name are also dialled at private addresses. By default
    /// they are not.
    #[must_use]
    pub fn allow_private_ip(mut self, allow: bool) -> Self {
        self.allows_private_ip = allow;
        self
    }

    pub(super) fn allows_private_ip(&self) -> bool {
        self.allows_private_ip
    }

    /// Makes requests wait while the process behind the socket is being started again.
    pub(super) fn supervised(mut self, standing: watch::Receiver<Standing>) -> Self {
        self.standing = Some(standing);
        self
    }

    /// Whether the node answers.
    ///
    /// # Errors
    /// [`BlobError::NodeUnreachable`].
    pub(super) async fn ping(&self) -> Result<(), BlobError> {
        let request = self.request("version", &[]).timeout(QUICK);
        self.check("version", self.answer(request).await?).await?;
        Ok(())
    }

    pub(super) fn request(&self, command: &str, query: &[(&str, &str)]) -> RequestBuilder {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{command}", self.base.path()));
        url.query_pairs_mut().extend_pairs(query);
        // With it, an error in the middle of a download arrives with its text.
        self.client.post(url).header("TE", "trailers")
    }

    /// Sends a request and returns its answer, whatever it is.
    pub(super) async fn answer(&self, request: RequestBuilder) -> Result<Response, BlobError> {
        request
            .send()
            .await
            .map_err(|error| self.unreachable(&error))
    }

    /// Turns an error answer into an error about `subject`.
    pub(super) async fn check(
        &self,
        subject: &str,
        answer: Response,
    ) -> Result<Response, BlobError> {
        if answer.status().is_success() {
            return Ok(answer);
        }
        let status = answer.status();
        let body = self.body(answer).await?;
        let message = match serde_json::from_slice::<Failure>(&body) {
            Ok(failure) => failure.message,
            Err(_) => format!("{status}: {}", String::from_utf8_lossy(&body).trim()),
        };
        Err(refusal(subject, message))
    }

    /// The body of a short answer.
    pub(super) async fn body(&self, mut answer: Response) -> Result<Vec<u8>, BlobError> {
        let mut body = Vec::new();
        while let Some(piece) = answer
            .chunk()
            .await
            .map_err(|error| self.unreachable(&error))?
        {
            body.extend_from_slice(&piece);
            if body.len() > MAX_ANSWER {
                return Err(self.odd("its answer is too long"));
            }
        }
        Ok(body)
    }

    async fn call<T: DeserializeOwned>(
        &self,
        subject: &str,
        request: RequestBuilder,
    ) -> Result<T, BlobError> {
        let answer = self.check(subject, self.answer(request).await?).await?;
        let body = self.body(answer).await?;
        serde_json::from_slice(&body).map_err(|error| self.odd(&format!("odd answer: {error}")))
    }

    /// Returns the size of a file, without a time limit of its own.
    pub(super) async fn file_size(&self, cid: &Cid) -> Result<u64, BlobError> {
        let path = format!("/ipfs/{cid}");
        let request = self.request("files/stat", &[("arg", &path)]);
        let stat: Stat = self.call(&cid.to_string(), request).await?;
        match stat.r#type.as_str() {
            "file" => Ok(stat.size),
            other => Err(refusal(
                &cid.to_string(),
                format!("it is a {other} and not a file"),
            )),
        }
    }

    async fn usage(&self) -> Result<Usage, BlobError> {
        let request = self.request("repo/stat", &[]).timeout(QUICK);
        self.call("repo/stat", request).await
    }

    /// Has the node remove content that is not pinned.
    async fn collect(&self) -> Result<(), BlobError> {
        let request = self
            .request("repo/gc", &[("quiet", "true")])
            .timeout(COLLECTION);
        let mut answer = self.check("repo/gc", self.answer(request).await?).await?;
        // The answer has a line for each block, and there may be many.
        while let Some(_piece) = answer
            .chunk()
            .await
            .map_err(|error| self.unreachable(&error))?
        {}
        Ok(())
    }

    /// Waits until a supervised process is ready.
    pub(super) async fn wait_ready(&self) -> Result<(), BlobError> {
        let Some(mut standing) = self.standing.clone() else {
            return Ok(());
        };
        let ready = standing.wait_for(|standing| standing.ready);
        let reason = match tokio::time::timeout(RESTART, ready).await {
            Ok(Ok(_)) => return Ok(()),
            Ok(Err(_)) => "it was stopped".into(),
            Err(_) => format!(
                "it is still being started again after {} s",
                RESTART.as_secs()
            ),
        };
        Err(BlobError::NodeUnreachable {
            endpoint: self.endpoint.clone(),
            reason,
        })
    }

    pub(super) fn unreachable(&self, error: &reqwest::Error) -> BlobError {
        let mut text = reasons(error);
        if let Some(url) = error.url() {
            // The error names the endpoint already.
            text = text.replace(&format!(" for url ({url})"), "");
        }
        self.odd(&text)
    }

    fn odd(&self, reason: &str) -> BlobError {
        BlobError::NodeUnreachable {
            endpoint: self.endpoint.clone(),
            reason: reason.to_owned(),
        }
    }
}

/// Returns what the IPFS node said, as an error about `subject`.
pub(super) fn refusal(subject: &str, message: String) -> BlobError {
    let subject = subject.to_owned();
    // kubo and aicpw-ipfs have no error code for this, only these words: the operating system's and
    // ours.
    let lower = message.to_lowercase();
    if lower.contains("no space left on device") || lower.contains("storage limit reached") {
        BlobError::StoreFull { subject, message }
    } else {
        BlobError::Refused { subject, message }
    }
}

/// Returns an error with its causes; reqwest's own text stops at "error sending request".
fn reasons(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    text
}

/// Ends a search after `timeout`.
pub(super) async fn found_within<T>(
    cid: &Cid,
    timeout: Duration,
    search: impl std::future::Future<Output = Result<T, BlobError>>,
) -> Result<T, BlobError> {
    tokio::time::timeout(timeout, search)
        .await
        .unwrap_or_else(|_| {
            let reason = "no connected peer delivered it".into();
            Err(BlobError::NotFound {
                cid: *cid,
                waited: timeout,
                reason,
                unreachable: Vec::new(),
            })
        })
}

#[async_trait]
impl BlobStore for KuboRpc {
    fn endpoint(&self) -> &str {
        &self.endpoint
    }

    async fn add_file(&self, path: &Path, progress: Progress<'_>) -> Result<Cid, BlobError> {
        self.wait_ready().await?;
        upload::upload(self, path, upload::Purpose::Keep, progress).await
    }

    async fn hash_file(&self, path: &Path, progress: Progress<'_>) -> Result<Cid, BlobError> {
        self.wait_ready().await?;
        upload::upload(self, path, upload::Purpose::HashOnly, progress).await
    }

    async fn fetch_to_file(
        &self,
        cid: &Cid,
        path: &Path,
        options: &FetchOptions,
        progress: Progress<'_>,
    ) -> Result<u64, BlobError> {
        self.wait_ready().await?;
        fetch::fetch_to_file(self, cid, path, options, progress).await
    }

    async fn fetch_through(
        &self,
        cid: &Cid,
        options: &FetchOptions,
        progress: Progress<'_>,
        sink: Sink<'_>,
    ) -> Result<u64, BlobError> {
        self.wait_ready().await?;
        fetch::fetch_through(self, cid, options, progress, sink).await
    }

    async fn look_up(&self, cid: &Cid, options: &FetchOptions) -> Result<u64, BlobError> {
        self.wait_ready().await?;
        fetch::look_up(self, cid, options).await
    }

    async fn size(&self, cid: &Cid, timeout: Duration) -> Result<u64, BlobError> {
        self.wait_ready().await?;
        found_within(cid, timeout, self.file_size(cid)).await
    }

    async fn read_range(
        &self,
        cid: &Cid,
        offset: u64,
        len: u64,
        timeout: Duration,
    ) -> Result<Vec<u8>, BlobError> {
        if len > MAX_RANGE {
            return Err(BlobError::TooLarge {
                cid: *cid,
                size: len,
                max: MAX_RANGE,
            });
        }
        self.wait_ready().await?;
        found_within(cid, timeout, fetch::read_range(self, cid, offset, len)).await
    }

    async fn pin(&self, cid: &Cid, timeout: Duration) -> Result<(), BlobError> {
        self.wait_ready().await?;
        let subject = cid.to_string();
        let request = self.request("pin/add", &[("arg", &subject)]);
        let pinned = async {
            let answer = self.check(&subject, self.answer(request).await?).await?;
            self.body(answer).await
        };
        found_within(cid, timeout, pinned).await.map(|_| ())
    }

    async fn unpin(&self, cid: &Cid) -> Result<(), BlobError> {
        self.wait_ready().await?;
        let subject = cid.to_string();
        let request = self.request("pin/rm", &[("arg", &subject)]).timeout(QUICK);
        match self.check(&subject, self.answer(request).await?).await {
            Ok(_) => Ok(()),
            Err(BlobError::Refused { message, .. }) if message.contains("not pinned") => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn make_room(&self, bytes: u64) -> Result<(), BlobError> {
        self.wait_ready().await?;
        if self.usage().await?.shortage(bytes).is_none() {
            return Ok(());
        }
        self.collect().await?;
        match self.usage().await?.shortage(bytes) {
            None => Ok(()),
            Some(message) => Err(BlobError::StoreFull {
                subject: format!("{bytes} bytes"),
                message,
            }),
        }
    }

    async fn connect(&self, peer: &PeerAddress) -> Result<(), BlobError> {
        self.wait_ready().await?;
        let address = peer.to_string();
        let request = self
            .request("swarm/connect", &[("arg", &address)])
            .timeout(DIAL);
        match self.check(&address, self.answer(request).await?).await {
            Ok(_) => Ok(()),
            Err(BlobError::Refused { message, .. }) => {
                Err(BlobError::PeerUnreachable { address, message })
            }
            Err(error) => Err(error),
        }
    }

    async fn connect_to_stranger(&self, peer: &PeerAddress) -> Result<(), BlobError> {
        strangers::connect(self, peer)
            .await
            .map_err(|message| BlobError::PeerUnreachable {
                address: peer.to_string(),
                message,
            })
    }

    async fn local_addresses(&self) -> Result<Vec<PeerAddress>, BlobError> {
        self.wait_ready().await?;
        let id: Id = self
            .call("id", self.request("id", &[]).timeout(QUICK))
            .await?;
        // kubo may listen on transports whose addresses cannot be parsed here; nobody here dials
        // them.
        let addresses = id.addresses.unwrap_or_default();
        Ok(addresses
            .iter()
            .filter_map(|address| address.parse().ok())
            .collect())
    }

    async fn status(&self) -> Result<StoreStatus, BlobError> {
        self.wait_ready().await?;
        let usage = self.usage().await?;
        let request = self.request("swarm/peers", &[]).timeout(QUICK);
        let peers: Peers = self.call("swarm/peers", request).await?;
        Ok(StoreStatus {
            bytes: usage.repo_size,
            // Both express "no limit" by a number that no disk has.
            limit: (usage.storage_max < i64::MAX as u64).then_some(usage.storage_max),
            peers: peers.peers.map_or(0, |peers| peers.len() as u64),
            ends: self
                .standing
                .as_ref()
                .map_or(0, |standing| standing.borrow().ends),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_kubo() {
        for url in ["http://127.0.0.1:5001", "http://127.0.0.1:5001/"] {
            let request = KuboRpc::http(url)
                .unwrap()
                .request("pin/ls", &[("arg", "a b")]);
            let url = request.build().unwrap().url().to_string();
            assert_eq!(url, "http://127.0.0.1:5001/api/v0/pin/ls?arg=a+b");
        }
        let error = KuboRpc::http("ftp://x").unwrap_err().to_string();
        assert!(error.contains("only http://"), "{error}");
        assert!(KuboRpc::http("nonsense").is_err());
    }

    #[tokio::test]
    async fn nobody_there_names_the_socket_and_the_cause() {
        let rpc = KuboRpc::unix(Path::new("/nonexistent/rpc.sock")).unwrap();
        let error = rpc.ping().await.unwrap_err().to_string();
        assert!(error.contains("/nonexistent/rpc.sock"), "{error}");
        assert!(error.contains("No such file"), "{error}");
        assert!(!error.contains("localhost"), "{error}");
    }

    /// An error names the endpoint in one place only, so that it can be kept from strangers.
    #[tokio::test]
    async fn what_an_error_says_of_the_endpoint_is_the_endpoint() {
        let rpc = KuboRpc::http("http://127.0.0.1:1/").unwrap();
        let error = rpc.ping().await.unwrap_err();
        let BlobError::NodeUnreachable { endpoint, reason } = error else {
            panic!("{error}")
        };
        assert_eq!(endpoint, rpc.endpoint());
        assert!(!reason.contains("127.0.0.1"), "{reason}");
    }

    #[test]
    fn a_file_needs_a_little_more_room_than_its_bytes() {
        let usage = |repo_size| Usage {
            repo_size,
            storage_max: 2_000_000,
        };
        assert_eq!(usage(0).shortage(1_900_000), None);
        let message = usage(200_000).shortage(1_900_000).unwrap();
        assert!(message.contains("200000 of 2000000"), "{message}");
        assert!(usage(0).shortage(2_000_000).is_some());
        let unlimited = Usage {
            repo_size: 1,
            storage_max: u64::MAX,
        };
        assert_eq!(unlimited.shortage(1 << 40), None);
    }

    #[test]
    fn a_full_store_is_told_from_other_refusals() {
        for message in [
            "write /x: no space left on device",
            "storage limit reached: …",
        ] {
            assert!(matches!(
                refusal("x", message.into()),
                BlobError::StoreFull { .. }
            ));
        }
        assert!(matches!(
            refusal("x", "merkledag: not found".into()),
            BlobError::Refused { .. }
        ));
    }
}
