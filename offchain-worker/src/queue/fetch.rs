//! Fetches the manifest, the program and the inputs of a job.

use aicpw_protocol::{
    content::ContentId,
    job::{path, MAX_POSITION_BYTES},
    mailbox::Order,
    sealing::stream::{sealed_length, OpenError},
    task::{Fault, PeerAddresses},
};
use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{
    outage::Outage,
    promises::Promise,
    room::{self, Rooms},
    sealed::Sealing,
};
use crate::{
    blocking, durable,
    engines::{self, Engine, Failure, Plan},
    ipfs::{silent, BlobError, BlobStore, FetchOptions, PeerAddress},
};

/// The most bytes of a manifest.
pub const MAX_MANIFEST: u64 = 1 << 20;

/// How often a download is tried that found nobody: the requester's node may be starting.
const TRIES: u32 = 2;

/// The limits of a job's downloads.
#[derive(Debug, Clone)]
pub struct FetchLimits {
    /// The longest time without a single new byte.
    pub stall: Duration,
    /// The longest time for one file.
    pub total: Duration,
    /// The bytes to leave free on the disk of the job's folder.
    pub disk_reserve: u64,
}

/// How a job's data is fetched.
pub struct Source<'a> {
    /// The store.
    pub store: &'a dyn BlobStore,
    /// The limits.
    pub limits: &'a FetchLimits,
    /// Reserves room.
    pub rooms: &'a Rooms,
    /// Remembers why the store does not answer.
    pub outage: &'a Outage,
    /// For a sealed task: what opens the data, and a file for data that is still sealed.
    pub sealed: Option<(&'a Sealing, PathBuf)>,
}

/// Fetches everything that a job needs into its folder, and checks it.
///
/// # Errors
/// [`Fault::InputUnavailable`], naming the CID and the field; [`Fault::BadManifest`], naming the field;
/// [`Fault::BadKey`] if the data key does not open the data; [`Fault::InputUnavailable`] or [`Fault::RunFailed`] if
/// there is no room for an input or the result; and [`Fault::Crashed`] if this machine is to blame for something else.
/// While this machine's own IPFS node does not answer, this function goes on: it ends with the window.
pub async fn fetch_all(
    source: &Source<'_>,
    engine: &dyn Engine,
    order: &Order,
    folder: &Path,
) -> Result<Plan, Failure> {
    let peers = addresses(&order.peers);
    let manifest = engines::manifest_path(folder);
    source
        .fetch(
            &order.manifest,
            "the manifest",
            &manifest,
            MAX_MANIFEST,
            &peers,
        )
        .await?;
    let text = durable::read_untrusted(&manifest, MAX_MANIFEST)
        .map_err(|error| own_fault(&format!("cannot read the manifest: {error}")))?;
    let plan = blocking::run(|| engine.plan(&text, &order.needs))
        .map_err(|error| Failure::new(Fault::BadManifest, error.to_string()))?;
    // Checked before anything is fetched, so that the task moves on at once.
    let is_sealed = source.sealed.is_some();
    room::for_result(source.store, source.rooms, plan.output_bytes, is_sealed).await?;

    for blob in &plan.blobs {
        let path = folder.join(&blob.path);
        if let Some(parent) = path.parent() {
            tokio::fs::create_dir_all(parent).await.map_err(|error| {
                own_fault(&format!("cannot make a folder for {}: {error}", blob.field))
            })?;
        }
        // Held while the file is being fetched.
        let _room = source.room_for(folder, &blob.field, blob.length.unwrap_or(0))?;
        let bytes = source
            .fetch(&blob.cid, &blob.field, &path, blob.max_bytes, &peers)
            .await?;
        if let Some(expected) = blob.length.filter(|expected| *expected != bytes) {
            return Err(Failure::new(
                Fault::InputUnavailable,
                format!(
                    "{}: {} has {bytes} bytes, and the manifest says {expected}",
                    blob.field, blob.cid
                ),
            ));
        }
    }
    Ok(plan)
}

/// Fetches the state with which a part of a job begins. The engine checks its content.
///
/// # Errors
/// As [`fetch_all`].
pub async fn fetch_state(
    source: &Source<'_>,
    order: &Order,
    state: &ContentId,
    folder: &Path,
) -> Result<(), Failure> {
    let path = folder.join(path::STATE_BEFORE);
    if let Some(parent) = path.parent() {
        tokio::fs::create_dir_all(parent)
            .await
            .map_err(|error| own_fault(&format!("cannot make a folder for the state: {error}")))?;
    }
    let max_bytes = order.needs.memory.0.saturating_mul(1 << 20);
    let max_bytes = max_bytes.saturating_add(MAX_POSITION_BYTES);
    let (field, peers) = ("the state", addresses(&order.peers));
    // No manifest says how long the state is, and whoever disputes the part names it.
    let bytes = source.look_up(state, field, max_bytes, &peers).await?;
    // Held while the file is being fetched.
    let _room = source.room_for(folder, field, bytes)?;
    source
        .fetch(state, field, &path, max_bytes, &peers)
        .await
        .map(drop)
}

/// A file to fetch.
struct Wanted<'a> {
    content: &'a ContentId,
    /// The field of the job that names it.
    field: &'a str,
    cid: cid::Cid,
    options: FetchOptions,
}

impl Wanted<'_> {
    fn unavailable(&self, reason: String) -> Failure {
        unavailable(self.content, self.field, reason)
    }
}

impl Source<'_> {
    /// Returns why there was no time left: the data was not served, unless this machine's own IPFS node does not
    /// answer.
    pub async fn not_in_time(&self, missing: String) -> Failure {
        match self.outage.lasts(self.store).await {
            Some(error) => own_fault(&format!("{missing}: at the provider: {error}")),
            None => Failure::new(Fault::InputUnavailable, missing),
        }
    }

    /// Reserves room for this many more bytes on the disk of the job's folder: once in the folder, twice if they are
    /// sealed, and once in the store, which is usually on the same disk.
    fn room_for(&self, folder: &Path, field: &str, bytes: u64) -> Result<Promise, Failure> {
        let copies = if self.sealed.is_some() { 3 } else { 2 };
        let wanted = bytes.saturating_mul(copies);
        let reserve = self.limits.disk_reserve;
        let promise = blocking::run(|| self.rooms.disk.ask(folder, wanted, reserve));
        promise.ok_or_else(|| {
            let path = folder.to_owned();
            no_room(field, bytes, &BlobError::DiskFull { path })
        })
    }

    /// Fetches a file, opens it if it is sealed, and returns the length of its content.
    async fn fetch(
        &self,
        content: &ContentId,
        field: &str,
        path: &Path,
        max_bytes: u64,
        peers: &[PeerAddress],
    ) -> Result<u64, Failure> {
        let Some((sealing, download)) = &self.sealed else {
            return self.download(content, field, path, max_bytes, peers).await;
        };
        let max_bytes = sealed_length(max_bytes);
        self.download(content, field, download, max_bytes, peers)
            .await?;
        blocking::run(|| sealing.open_content(download, path)).map_err(|error| match error {
            OpenError::Io(error) if room::is_lacking(&error) => {
                let path = path.to_owned();
                no_room(field, max_bytes, &BlobError::DiskFull { path })
            }
            OpenError::Io(error) => own_fault(&format!("cannot open {field}: {error}")),
            OpenError::Broken(broken) => {
                Failure::new(Fault::BadKey, format!("{field}: {content}: {broken}"))
            }
        })
    }

    /// Fetches a file without opening it.
    async fn download(
        &self,
        content: &ContentId,
        field: &str,
        path: &Path,
        max_bytes: u64,
        peers: &[PeerAddress],
    ) -> Result<u64, Failure> {
        let wanted = self.wanted(content, field, max_bytes, peers)?;
        let (cid, options) = (&wanted.cid, &wanted.options);
        let fetch = || self.store.fetch_to_file(cid, path, options, &silent);
        self.tried(&wanted, fetch).await
    }

    /// Returns how many bytes, sealed or not, there are to fetch of a file whose content may have `max_bytes`.
    async fn look_up(
        &self,
        content: &ContentId,
        field: &str,
        max_bytes: u64,
        peers: &[PeerAddress],
    ) -> Result<u64, Failure> {
        let max_bytes = match self.sealed {
            Some(_) => sealed_length(max_bytes),
            None => max_bytes,
        };
        let wanted = self.wanted(content, field, max_bytes, peers)?;
        let (cid, options) = (&wanted.cid, &wanted.options);
        self.tried(&wanted, || self.store.look_up(cid, options))
            .await
    }

    fn wanted<'a>(
        &self,
        content: &'a ContentId,
        field: &'a str,
        max_bytes: u64,
        peers: &[PeerAddress],
    ) -> Result<Wanted<'a>, Failure> {
        let cid = cid::Cid::try_from(content.as_bytes()).map_err(|error| {
            let reason = format!("not a CID that can be fetched: {error}");
            unavailable(content, field, reason)
        })?;
        let options = FetchOptions {
            peers: peers.to_vec(),
            max_bytes,
            stall_timeout: self.limits.stall,
            total_timeout: self.limits.total,
        };
        Ok(Wanted {
            content,
            field,
            cid,
            options,
        })
    }

    /// Does something with a file that the store has to find, and retries it if that may help.
    async fn tried<F>(&self, wanted: &Wanted<'_>, does: impl Fn() -> F) -> Result<u64, Failure>
    where
        F: Future<Output = Result<u64, BlobError>>,
    {
        let (cid, field) = (&wanted.cid, wanted.field);
        let mut tried = 0;
        loop {
            tried += 1;
            let error = match self.outage.wait_out(&does).await {
                Ok(bytes) => return Ok(bytes),
                Err(error) => error,
            };
            tracing::info!(%cid, field, %error, tried, "a download failed");
            match error {
                BlobError::NotFound { .. } | BlobError::Stalled { .. } if tried < TRIES => {}
                BlobError::NotFound { reason, .. } | BlobError::Stalled { reason, .. } => {
                    return Err(wanted.unavailable(reason));
                }
                BlobError::TooLarge { size, max, .. } => {
                    return Err(wanted.unavailable(format!(
                        "it has {size} bytes or more, and at most {max} are allowed"
                    )));
                }
                BlobError::Refused { message, .. } => return Err(wanted.unavailable(message)),
                error @ (BlobError::DiskFull { .. } | BlobError::StoreFull { .. }) => {
                    return Err(no_room(field, wanted.options.max_bytes, &error));
                }
                BlobError::File { .. }
                | BlobError::FileChanged { .. }
                | BlobError::PeerUnreachable { .. }
                | BlobError::BadAddress { .. }
                | BlobError::NodeUnreachable { .. } => {
                    return Err(own_fault(&format!("{field}: at the provider: {error}")));
                }
            }
        }
    }
}

/// Returns the addresses that are valid; a requester's bad address is its own loss.
pub(super) fn addresses(peers: &PeerAddresses) -> Vec<PeerAddress> {
    let parsed = peers.iter().filter_map(|bytes| {
        let address = multiaddr::Multiaddr::try_from(bytes.to_vec()).ok()?;
        address.to_string().parse().ok()
    });
    parsed.collect()
}

fn unavailable(content: &ContentId, field: &str, reason: String) -> Failure {
    let message = format!("{field}: {content}: {reason}");
    Failure::new(Fault::InputUnavailable, message)
}

/// Returns the failure for a lack of room. The requester chose how much there is to fetch, so the provider does not pay
/// for it at once.
fn no_room(field: &str, max_bytes: u64, error: &BlobError) -> Failure {
    let message = format!("{field} (up to {max_bytes} bytes): at the provider: {error}");
    Failure::new(Fault::InputUnavailable, message)
}

fn own_fault(message: &str) -> Failure {
    Failure::new(Fault::Crashed, message)
}
