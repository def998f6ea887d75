//! A store whose transfers are counted, and whose status is read now and then.

use async_trait::async_trait;
use cid::Cid;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;
use std::time::Duration;
use substrate_prometheus_endpoint::{Counter, CounterVec, Gauge, PrometheusError, Registry, U64};

use super::{counters, register};
use crate::ipfs::{BlobError, BlobStore, FetchOptions, PeerAddress, Progress, Sink, StoreStatus};

/// How often the store is asked for its status.
const ASK_EVERY: Duration = Duration::from_secs(15);

/// The values of the label `operation`: what can fail.
const OPERATIONS: [&str; 9] = [
    "add",
    "connect",
    "fetch",
    "hash",
    "make-room",
    "pin",
    "read",
    "size",
    "unpin",
];

/// Metrics of the IPFS node that this node uses.
#[derive(Clone, Default)]
pub struct IpfsMetrics(Option<Arc<Registered>>);

struct Registered {
    fetched: Counter<U64>,
    added: Counter<U64>,
    failures: CounterVec<U64>,
    stored: Gauge<U64>,
    limit: Gauge<U64>,
    peers: Gauge<U64>,
    ends: Counter<U64>,
}

impl IpfsMetrics {
    /// Counts into `registry`.
    ///
    /// # Errors
    /// If it has metrics of these names already.
    pub fn register(registry: &Registry) -> Result<Self, PrometheusError> {
        let counter = |name, help| register(Counter::new(name, help)?, registry);
        let gauge = |name, help| register(Gauge::new(name, help)?, registry);
        Ok(Self(Some(Arc::new(Registered {
            fetched: counter(
                "aicpw_ipfs_fetched_bytes_total",
                "Bytes of files fetched, from peers or out of the store where it has them already",
            )?,
            added: counter(
                "aicpw_ipfs_added_bytes_total",
                "Bytes of files added to the store, which peers can fetch then",
            )?,
            failures: counters(
                registry,
                "aicpw_ipfs_failures_total",
                "Operations of the store that failed",
                "operation",
                OPERATIONS,
            )?,
            stored: gauge("aicpw_ipfs_store_bytes", "Bytes that the store holds")?,
            limit: gauge(
                "aicpw_ipfs_store_limit_bytes",
                "Bytes that the store may hold; 0 where there is no limit",
            )?,
            peers: gauge("aicpw_ipfs_peers", "IPFS nodes that are connected")?,
            ends: counter(
                "aicpw_ipfs_restarts_total",
                "How often the IPFS process ended by itself and was started again",
            )?,
        }))))
    }

    /// Asks the store for its status, for ever. Returns at once if there is no registry.
    pub async fn follow(self, store: Arc<dyn BlobStore>) {
        let Some(metrics) = self.0 else { return };
        loop {
            match store.status().await {
                Ok(status) => metrics.show(&status),
                Err(error) => tracing::debug!(%error, "the IPFS node does not say how it is"),
            }
            tokio::time::sleep(ASK_EVERY).await;
        }
    }
}

impl Registered {
    fn show(&self, status: &StoreStatus) {
        self.stored.set(status.bytes);
        self.limit.set(status.limit.unwrap_or(0));
        self.peers.set(status.peers);
        let new = status.ends.saturating_sub(self.ends.get());
        self.ends.inc_by(new);
    }
}

/// Counts what goes through another store.
pub struct MeteredStore {
    inner: Arc<dyn BlobStore>,
    metrics: IpfsMetrics,
}

impl MeteredStore {
    /// Counts what goes through `inner`, with `metrics`.
    pub fn new(inner: Arc<dyn BlobStore>, metrics: IpfsMetrics) -> Self {
        Self { inner, metrics }
    }

    fn end<T>(&self, operation: &str, result: Result<T, BlobError>) -> Result<T, BlobError> {
        if let (Some(metrics), Err(_)) = (&self.metrics.0, &result) {
            metrics.failures.with_label_values(&[operation]).inc();
        }
        result
    }
}

/// Counts bytes as they come: a transfer that fails or is dropped has moved some, too.
struct Bytes<'a> {
    counter: Option<&'a Counter<U64>>,
    counted: AtomicU64,
}

impl<'a> Bytes<'a> {
    fn of(counter: Option<&'a Counter<U64>>) -> Self {
        Self {
            counter,
            counted: AtomicU64::new(0),
        }
    }

    fn reached(&self, done: u64) {
        let before = self.counted.fetch_max(done, Ordering::Relaxed);
        if let Some(counter) = self.counter {
            counter.inc_by(done.saturating_sub(before));
        }
    }
}

#[async_trait]
impl BlobStore for MeteredStore {
    fn endpoint(&self) -> &str {
        self.inner.endpoint()
    }

    async fn add_file(&self, path: &Path, progress: Progress<'_>) -> Result<Cid, BlobError> {
        let bytes = Bytes::of(self.metrics.0.as_ref().map(|metrics| &metrics.added));
        let progress = |done, total| {
            bytes.reached(done);
            progress(done, total);
        };
        self.end("add", self.inner.add_file(path, &progress).await)
    }

    async fn hash_file(&self, path: &Path, progress: Progress<'_>) -> Result<Cid, BlobError> {
        self.end("hash", self.inner.hash_file(path, progress).await)
    }

    async fn fetch_to_file(
        &self,
        cid: &Cid,
        path: &Path,
        options: &FetchOptions,
        progress: Progress<'_>,
    ) -> Result<u64, BlobError> {
        let bytes = Bytes::of(self.metrics.0.as_ref().map(|metrics| &metrics.fetched));
        let progress = |done, total| {
            bytes.reached(done);
            progress(done, total);
        };
        let fetched = self.inner.fetch_to_file(cid, path, options, &progress);
        self.end("fetch", fetched.await)
    }

    async fn fetch_through(
        &self,
        cid: &Cid,
        options: &FetchOptions,
        progress: Progress<'_>,
        sink: Sink<'_>,
    ) -> Result<u64, BlobError> {
        let bytes = Bytes::of(self.metrics.0.as_ref().map(|metrics| &metrics.fetched));
        let progress = |done, total| {
            bytes.reached(done);
            progress(done, total);
        };
        let fetched = self.inner.fetch_through(cid, options, &progress, sink);
        self.end("fetch", fetched.await)
    }

    async fn look_up(&self, cid: &Cid, options: &FetchOptions) -> Result<u64, BlobError> {
        self.end("size", self.inner.look_up(cid, options).await)
    }

    async fn size(&self, cid: &Cid, timeout: Duration) -> Result<u64, BlobError> {
        self.end("size", self.inner.size(cid, timeout).await)
    }

    async fn read_range(
        &self,
        cid: &Cid,
        offset: u64,
        len: u64,
        timeout: Duration,
    ) -> Result<Vec<u8>, BlobError> {
        let read = self.inner.read_range(cid, offset, len, timeout);
        self.end("read", read.await)
    }

    async fn pin(&self, cid: &Cid, timeout: Duration) -> Result<(), BlobError> {
        self.end("pin", self.inner.pin(cid, timeout).await)
    }

    async fn unpin(&self, cid: &Cid) -> Result<(), BlobError> {
        self.end("unpin", self.inner.unpin(cid).await)
    }

    async fn make_room(&self, bytes: u64) -> Result<(), BlobError> {
        self.end("make-room", self.inner.make_room(bytes).await)
    }

    async fn connect(&self, peer: &PeerAddress) -> Result<(), BlobError> {
        self.end("connect", self.inner.connect(peer).await)
    }

    async fn connect_to_stranger(&self, peer: &PeerAddress) -> Result<(), BlobError> {
        self.end("connect", self.inner.connect_to_stranger(peer).await)
    }

    async fn local_addresses(&self) -> Result<Vec<PeerAddress>, BlobError> {
        self.inner.local_addresses().await
    }

    async fn status(&self) -> Result<StoreStatus, BlobError> {
        self.inner.status().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ipfs::silent;
    use crate::metrics::scrape::value;
    use crate::testing::{soon, FakeStore};

    #[tokio::test]
    async fn bytes_failures_and_what_the_store_says() {
        let registry = Registry::new();
        let metrics = IpfsMetrics::register(&registry).unwrap();
        let inner = Arc::new(FakeStore::default());
        let store = MeteredStore::new(inner.clone(), metrics.clone());
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        std::fs::write(&file, b"0123456789").unwrap();

        let cid = store.add_file(&file, &silent).await.unwrap();
        assert_eq!(value(&registry, "aicpw_ipfs_added_bytes_total", &[]), 10.0);
        let options = FetchOptions {
            peers: Vec::new(),
            max_bytes: 10,
            stall_timeout: Duration::from_secs(1),
            total_timeout: Duration::from_secs(1),
        };
        let fetch = store.fetch_to_file(&cid, &file, &options, &silent);
        assert_eq!(fetch.await.unwrap(), 10);
        assert_eq!(
            value(&registry, "aicpw_ipfs_fetched_bytes_total", &[]),
            10.0
        );
        let mut got = Vec::new();
        let mut sink = |piece: &[u8]| got.extend_from_slice(piece);
        let fetch = store.fetch_through(&cid, &options, &silent, &mut sink);
        assert_eq!(fetch.await.unwrap(), 10);
        assert_eq!(got, b"0123456789");
        assert_eq!(
            value(&registry, "aicpw_ipfs_fetched_bytes_total", &[]),
            20.0
        );

        inner.set_broken(true);
        assert!(store.add_file(&file, &silent).await.is_err());
        let failures = |operation| {
            let labels = [("operation", operation)];
            value(&registry, "aicpw_ipfs_failures_total", &labels)
        };
        assert_eq!((failures("add"), failures("fetch")), (1.0, 0.0));

        let asked = tokio::spawn(metrics.follow(inner.clone()));
        soon("the store is asked", inner.until_asked()).await;
        soon("its answer is shown", async {
            while value(&registry, "aicpw_ipfs_peers", &[]) != 3.0 {
                tokio::task::yield_now().await;
            }
        })
        .await;
        asked.abort();
        assert_eq!(value(&registry, "aicpw_ipfs_store_bytes", &[]), 10.0);
        assert_eq!(value(&registry, "aicpw_ipfs_store_limit_bytes", &[]), 0.0);
        assert_eq!(value(&registry, "aicpw_ipfs_restarts_total", &[]), 2.0);
    }
}
