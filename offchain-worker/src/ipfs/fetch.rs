//! Fetches files from the IPFS node.

use super::error::BlobError;
use super::partial::Partial;
use super::rpc::{refusal, KuboRpc};
use super::strangers;
use super::{FetchOptions, PeerAddress, Progress, Sink};
use cid::Cid;
use futures::future::join_all;
use http_body_util::BodyExt;
use std::future::Future;
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncWriteExt, BufWriter};
use tokio::time::Instant;

/// How many bytes are gathered before they are written.
const WRITE_BUFFER: usize = 1 << 20;

/// kubo's trailer with the cause of an interrupted download.
const STREAM_ERROR: &str = "x-stream-error";

pub(super) async fn look_up(
    rpc: &KuboRpc,
    cid: &Cid,
    options: &FetchOptions,
) -> Result<u64, BlobError> {
    let clock = Clock::start(options);
    with_peers(rpc, options, find(rpc, cid, options, &clock)).await
}

pub(super) async fn fetch_to_file(
    rpc: &KuboRpc,
    cid: &Cid,
    path: &Path,
    options: &FetchOptions,
    progress: Progress<'_>,
) -> Result<u64, BlobError> {
    with_peers(rpc, options, write(rpc, cid, path, options, progress)).await
}

pub(super) async fn fetch_through(
    rpc: &KuboRpc,
    cid: &Cid,
    options: &FetchOptions,
    progress: Progress<'_>,
    sink: Sink<'_>,
) -> Result<u64, BlobError> {
    with_peers(rpc, options, pass_on(rpc, cid, options, progress, sink)).await
}

/// Searches while it connects to the peers. If nothing is found, the error names the peers that could not be reached.
async fn with_peers(
    rpc: &KuboRpc,
    options: &FetchOptions,
    search: impl Future<Output = Result<u64, BlobError>>,
) -> Result<u64, BlobError> {
    let (mut result, peers) = while_connecting(rpc, &options.peers, search).await;
    if let Err(BlobError::NotFound { unreachable, .. }) = &mut result {
        *unreachable = peers;
    }
    result
}

/// Runs `work` while it connects to `peers`. A want also reaches peers that are connected later, so neither a slow nor
/// a dead peer delays the others.
async fn while_connecting<T>(
    rpc: &KuboRpc,
    peers: &[PeerAddress],
    work: impl Future<Output = T>,
) -> (T, Vec<String>) {
    let mut unreachable = Vec::new();
    let mut connect = std::pin::pin!(join_all(
        peers.iter().map(|peer| strangers::connect(rpc, peer))
    ));
    let mut work = std::pin::pin!(work);
    let mut connecting = !peers.is_empty();
    loop {
        tokio::select! {
            // The peers go first, so that their part of the answer is known if both are ready.
            biased;
            results = &mut connect, if connecting => {
                connecting = false;
                unreachable.extend(results.into_iter().filter_map(Result::err));
            }
            result = &mut work => return (result, unreachable),
        }
    }
}

/// Searches for a file and returns the size that it declares, if that is allowed.
async fn find(
    rpc: &KuboRpc,
    cid: &Cid,
    options: &FetchOptions,
    clock: &Clock,
) -> Result<u64, BlobError> {
    let size = match tokio::time::timeout(clock.patience(), rpc.file_size(cid)).await {
        Ok(size) => size?,
        Err(_) => {
            let reason = "no connected peer delivered it".into();
            return Err(BlobError::NotFound {
                cid: *cid,
                waited: clock.elapsed(),
                reason,
                unreachable: Vec::new(),
            });
        }
    };
    if size > options.max_bytes {
        return Err(BlobError::TooLarge {
            cid: *cid,
            size,
            max: options.max_bytes,
        });
    }
    Ok(size)
}

async fn write(
    rpc: &KuboRpc,
    cid: &Cid,
    path: &Path,
    options: &FetchOptions,
    progress: Progress<'_>,
) -> Result<u64, BlobError> {
    let clock = Clock::start(options);
    let size = find(rpc, cid, options, &clock).await?;
    progress(0, size);

    let partial = Partial::create(path).await?;
    let mut file = BufWriter::with_capacity(WRITE_BUFFER, partial.open().await?);
    let mut content = Content::open(rpc, cid, 0, None, &clock, size).await?;
    while let Some(piece) = content.next(&clock).await? {
        file.write_all(&piece)
            .await
            .map_err(|error| partial.failed(error))?;
        content.tell(progress);
    }
    content.check_whole()?;
    file.flush().await.map_err(|error| partial.failed(error))?;
    partial.publish(file.into_inner()).await?;
    progress(size, size);
    Ok(size)
}

async fn pass_on(
    rpc: &KuboRpc,
    cid: &Cid,
    options: &FetchOptions,
    progress: Progress<'_>,
    sink: Sink<'_>,
) -> Result<u64, BlobError> {
    let clock = Clock::start(options);
    let size = find(rpc, cid, options, &clock).await?;
    progress(0, size);

    let mut content = Content::open(rpc, cid, 0, None, &clock, size).await?;
    while let Some(piece) = content.next(&clock).await? {
        sink(&piece);
        content.tell(progress);
        // Content that is already in the store comes without a pause: other tasks and deadlines would get no turn.
        tokio::task::yield_now().await;
    }
    content.check_whole()?;
    progress(size, size);
    Ok(size)
}

/// Reads a part of a file into memory. `len` is bounded by the caller, and so is the time.
pub(super) async fn read_range(
    rpc: &KuboRpc,
    cid: &Cid,
    offset: u64,
    len: u64,
) -> Result<Vec<u8>, BlobError> {
    if len == 0 {
        return Ok(Vec::new());
    }
    let clock = Clock::unlimited();
    let mut content = Content::open(rpc, cid, offset, Some(len), &clock, len).await?;
    let mut bytes = Vec::new();
    while let Some(piece) = content.next(&clock).await? {
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

/// The time limits of a download.
struct Clock {
    start: Instant,
    stall: Duration,
    total: Duration,
}

impl Clock {
    fn start(options: &FetchOptions) -> Self {
        let (stall, total) = (options.stall_timeout, options.total_timeout);
        Self {
            start: Instant::now(),
            stall,
            total,
        }
    }

    fn unlimited() -> Self {
        Self {
            start: Instant::now(),
            stall: Duration::MAX,
            total: Duration::MAX,
        }
    }

    /// Returns how long the next piece may take.
    fn patience(&self) -> Duration {
        self.stall.min(self.total.saturating_sub(self.elapsed()))
    }

    fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }
}

/// A running `cat`.
struct Content {
    cid: Cid,
    body: reqwest::Body,
    /// The bytes so far.
    received: u64,
    /// The most bytes that are accepted. The size that the root declares was checked; this one limits what really
    /// comes.
    size: u64,
}

impl Content {
    async fn open(
        rpc: &KuboRpc,
        cid: &Cid,
        offset: u64,
        length: Option<u64>,
        clock: &Clock,
        size: u64,
    ) -> Result<Self, BlobError> {
        let arg = cid.to_string();
        let (offset, length) = (offset.to_string(), length.map(|length| length.to_string()));
        let mut query = vec![("arg", arg.as_str()), ("offset", &offset)];
        if let Some(length) = &length {
            query.push(("length", length));
        }
        let open = async {
            let answer = rpc.answer(rpc.request("cat", &query)).await?;
            rpc.check(&arg, answer).await
        };
        match tokio::time::timeout(clock.patience(), open).await {
            Ok(answer) => {
                let body = http::Response::<reqwest::Body>::from(answer?).into_body();
                Ok(Self {
                    cid: *cid,
                    body,
                    received: 0,
                    size,
                })
            }
            Err(_) => {
                let reason = "its content did not follow its first block".into();
                Err(BlobError::NotFound {
                    cid: *cid,
                    waited: clock.elapsed(),
                    reason,
                    unreachable: Vec::new(),
                })
            }
        }
    }

    /// Returns the next piece, or `None` at the end.
    ///
    /// # Errors
    /// [`BlobError::TooLarge`] in place of a piece that would be too much.
    async fn next(&mut self, clock: &Clock) -> Result<Option<bytes::Bytes>, BlobError> {
        loop {
            let patience = clock.patience();
            let frame = match tokio::time::timeout(patience, self.body.frame()).await {
                Ok(None) => return Ok(None),
                Ok(Some(Ok(frame))) => frame,
                Ok(Some(Err(error))) => {
                    return Err(self.stalled(format!("the connection broke: {error}")))
                }
                Err(_) if patience < clock.stall => {
                    let limit = clock.total.as_secs_f32();
                    return Err(self.stalled(format!("it took longer than {limit} s in all")));
                }
                Err(_) => {
                    let limit = clock.stall.as_secs_f32();
                    return Err(self.stalled(format!("nothing came for {limit} s")));
                }
            };
            match frame.into_data() {
                Ok(piece) => {
                    self.received = self.received.saturating_add(piece.len() as u64);
                    if self.received > self.size {
                        return Err(BlobError::TooLarge {
                            cid: self.cid,
                            size: self.received,
                            max: self.size,
                        });
                    }
                    return Ok(Some(piece));
                }
                Err(frame) => {
                    let trailers = frame.into_trailers().unwrap_or_default();
                    if let Some(cause) = trailers.get(STREAM_ERROR) {
                        let cause = String::from_utf8_lossy(cause.as_bytes()).into_owned();
                        return Err(match refusal(&self.cid.to_string(), cause) {
                            BlobError::Refused { message, .. } => self.stalled(message),
                            full => full,
                        });
                    }
                }
            }
        }
    }

    /// Reports how much has come. Completion is reported when the file is in its place.
    fn tell(&self, progress: Progress<'_>) {
        if self.received < self.size {
            progress(self.received, self.size);
        }
    }

    /// Checks that everything has come, once nothing more comes.
    fn check_whole(&self) -> Result<(), BlobError> {
        if self.received < self.size {
            return Err(self.stalled("the IPFS node ended the stream".into()));
        }
        Ok(())
    }

    fn stalled(&self, reason: String) -> BlobError {
        BlobError::Stalled {
            cid: self.cid,
            received: self.received,
            size: self.size,
            reason,
        }
    }
}
