//! Whether this machine has room for a job's inputs and result.
//!
//! The requester chooses how much room that is. If a lack of room cost the provider its collateral, a requester could
//! declare a result that fits nowhere and make a living from it. So no provider is blamed until another provider had
//! the room, and the lack is reported as early as it is known.

use aicpw_protocol::{job::most_on_disk, sealing::stream::sealed_length, task::Fault};
use std::{
    io,
    path::{Path, PathBuf},
};
use tokio::sync::{mpsc, oneshot};

use super::promises::{Promise, Promises};
use crate::{
    durable,
    engines::Failure,
    ipfs::{BlobError, BlobStore},
};

/// Asks for room on behalf of the queue's jobs.
#[derive(Debug, Clone)]
pub struct Rooms {
    /// Asks the queue for room in the store.
    pub asks: mpsc::UnboundedSender<Ask>,
    /// Room on the disk of the jobs' folders.
    pub disk: Promises,
}

/// The room for results in bytes with which a node takes jobs. An eighth of what the store may hold is enough if that
/// is less.
const ENOUGH: u64 = 1 << 30;

/// A request to the queue. The queue answers, or drops the sender, when it has done what it can.
#[derive(Debug)]
pub enum Ask {
    /// Let go of all results that nobody can ask for any more.
    LetGo(oneshot::Sender<()>),
    /// Take nothing new until there is room for this many bytes: letting go was not enough.
    WaitFor(u64, oneshot::Sender<()>),
}

impl Rooms {
    async fn ask(&self, ask: impl FnOnce(oneshot::Sender<()>) -> Ask) {
        let (done, heard) = oneshot::channel();
        // A queue that has stopped answers by dropping the sender.
        if self.asks.send(ask(done)).is_ok() {
            let _ = heard.await;
        }
    }

    /// Makes room in the store. If the store cannot make enough, the queue lets go of results that nobody can ask for
    /// any more. If that is not enough either, the queue is told to wait.
    async fn make(&self, store: &dyn BlobStore, bytes: u64) -> Result<(), BlobError> {
        match store.make_room(bytes).await {
            Err(error) if is_full(&error) => self.ask(Ask::LetGo).await,
            made => return made,
        }
        let made = store.make_room(bytes).await;
        if made.as_ref().is_err_and(is_full) {
            // Without an answer no limit is known.
            let limit = store.status().await.ok().and_then(|status| status.limit);
            let bytes = to_wait_for(bytes, limit);
            self.ask(|done| Ask::WaitFor(bytes, done)).await;
        }
        made
    }
}

/// Returns how much room to wait for after there was none for `bytes`. Otherwise a requester that declares as much as
/// the store can take would keep a node from working until everything it answers for is gone.
fn to_wait_for(bytes: u64, limit: Option<u64>) -> u64 {
    let enough = limit.map_or(ENOUGH, |limit| ENOUGH.min(limit / 8));
    bytes.min(enough)
}

/// Whether the error is the store's answer that it has no room.
pub fn is_full(error: &BlobError) -> bool {
    matches!(
        error,
        BlobError::StoreFull { .. } | BlobError::DiskFull { .. }
    )
}

/// Checks that the store can take the result. The inputs are not counted: the store has them already, or drops them
/// again by itself.
///
/// # Errors
/// [`Fault::RunFailed`], naming the bytes that are needed.
pub async fn for_result(
    store: &dyn BlobStore,
    rooms: &Rooms,
    output_bytes: u64,
    is_sealed: bool,
) -> Result<(), Failure> {
    let bytes = match is_sealed {
        true => sealed_length(output_bytes),
        false => output_bytes,
    };
    match rooms.make(store, bytes).await {
        Ok(()) => Ok(()),
        Err(error) if is_full(&error) => Err(no_room_for_result(bytes, &error)),
        // The store may be back when the result is to be added, and adding is tried until it works.
        Err(error) => {
            tracing::warn!(%error, "cannot ask the store for its room");
            Ok(())
        }
    }
}

/// Reserves room on the disk for a job with such a result: for everything that its program can write, not only for what
/// it declares, and with `reserve` left free.
///
/// # Errors
/// [`Fault::RunFailed`], naming the bytes that are needed.
pub fn for_output(
    disk: &Promises,
    folder: &Path,
    output_bytes: u64,
    reserve: u64,
) -> Result<Promise, Failure> {
    let promise = disk.ask(folder, most_on_disk(output_bytes), reserve);
    promise.ok_or_else(|| {
        let path = folder.to_owned();
        no_room_for_result(output_bytes, &BlobError::DiskFull { path })
    })
}

fn no_room_for_result(bytes: u64, error: &BlobError) -> Failure {
    let message = format!("the result ({bytes} bytes): at the provider: {error}");
    Failure::new(Fault::RunFailed, message)
}

/// The most bytes that a job's record can have.
const PROBE_BYTES: usize = 1 << 20;

/// Returns the folder that [`probe`] makes among the folders of all jobs.
pub fn probe_in(jobs: &Path) -> PathBuf {
    jobs.join("probe")
}

/// Makes a folder like a job's, with a record in it, and removes it again.
///
/// # Errors
/// When the disk fails, or has no room for the folder besides what was promised.
pub fn probe(disk: &Promises, jobs: &Path) -> io::Result<()> {
    // Jobs that write meanwhile must not run short because of the probe.
    let room = disk.ask(jobs, PROBE_BYTES as u64, 0);
    let _room = room.ok_or(io::ErrorKind::StorageFull)?;
    let folder = probe_in(jobs);
    let made = std::fs::create_dir_all(folder.join("work"))
        .and_then(|()| durable::replace(&folder.join("state.json"), &vec![0; PROBE_BYTES]));
    durable::remove_folder(&folder)?;
    made
}

/// Whether an error says that the disk is full.
pub fn is_lacking(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::FakeStore;

    #[tokio::test]
    async fn a_store_without_room_is_held_against_nobody() {
        let store = FakeStore::default();
        // Nobody listens.
        let rooms = Rooms {
            asks: mpsc::unbounded_channel().0,
            disk: Promises::default(),
        };
        assert!(for_result(&store, &rooms, 6, false).await.is_ok());
        store.set_full(true);
        let failure = for_result(&store, &rooms, 6, false).await.unwrap_err();
        assert_eq!(failure.fault, Fault::RunFailed);
        assert!(
            failure.message.starts_with("the result (6 bytes)"),
            "{failure:?}"
        );
        let failure = for_result(&store, &rooms, 6, true).await.unwrap_err();
        let sealed = format!("no room for {} bytes", sealed_length(6));
        assert!(failure.message.contains(&sealed), "{failure:?}");
    }

    #[test]
    fn nobody_waits_for_more_than_a_part_of_the_store() {
        let gib = |count: u64| count << 30;
        assert_eq!(to_wait_for(5, Some(gib(10))), 5);
        assert_eq!(to_wait_for(gib(9), Some(gib(10))), gib(1));
        assert_eq!(to_wait_for(gib(9), Some(gib(4))), gib(1) / 2);
        assert_eq!(to_wait_for(u64::MAX, None), gib(1));
    }

    #[test]
    fn a_disk_without_room_is_held_against_nobody() {
        let folder = std::env::temp_dir();
        let disk = Promises::default();
        assert!(for_output(&disk, &folder, 1, 0).is_ok());
        let failure = for_output(&disk, &folder, 1, u64::MAX).unwrap_err();
        assert_eq!(failure.fault, Fault::RunFailed);
        assert!(failure.message.contains("1 bytes"), "{failure:?}");
    }

    #[test]
    fn a_folder_that_is_tried_leaves_nothing() {
        let jobs = tempfile::tempdir().unwrap();
        let disk = Promises::default();
        probe(&disk, jobs.path()).unwrap();
        // The remains of a probe that a crash interrupted do not matter either.
        std::fs::create_dir_all(probe_in(jobs.path()).join("work")).unwrap();
        probe(&disk, jobs.path()).unwrap();
        // A folder in place of the record makes the probe fail.
        std::fs::create_dir_all(probe_in(jobs.path()).join("state.json/x")).unwrap();
        probe(&disk, jobs.path()).unwrap_err();
        assert_eq!(std::fs::read_dir(jobs.path()).unwrap().count(), 0);

        let _promise = disk.keep(jobs.path(), u64::MAX);
        let error = probe(&disk, jobs.path()).unwrap_err();
        assert!(is_lacking(&error), "{error}");
    }

    #[test]
    fn a_full_disk_is_told_from_a_broken_one() {
        assert!(is_lacking(&io::ErrorKind::StorageFull.into()));
        assert!(is_lacking(&io::Error::from_raw_os_error(libc::EDQUOT)));
        assert!(!is_lacking(&io::Error::from_raw_os_error(libc::EIO)));
    }
}
