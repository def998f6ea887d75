//! Disk space that jobs were promised and have not used yet.
//!
//! Before a job begins, it asks whether the disk has room for everything that it can write, and it writes that later.
//! Jobs that ask meanwhile are told what is free besides everything that was promised. Otherwise two jobs that begin
//! together would both be told that there is room.

use aicpw_protocol::job::MAX_BUILD_FILES;
use rustix::fs::StatVfs;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::usage;

/// The most files and folders of a job that are looked at: more than an honest one has. Those that are not seen count
/// as not used.
const MOST_FILES: u64 = 2 * MAX_BUILD_FILES;

/// One part in this many of all files that the disk can have must be free, or nothing is promised: a job makes files as
/// well as bytes. It is half of what the IPFS store leaves on its disk (`ipfs/src/storage/room.rs`), so that if both
/// are on the same disk the store makes room before a job is refused.
const FILES_LEFT_DIVISOR: u64 = 40;

/// The promises for the disk that all jobs' folders are on. All clones share them.
#[derive(Debug, Clone, Default)]
pub struct Promises(Arc<Mutex<Given>>);

#[derive(Debug, Default)]
struct Given {
    next: u64,
    open: BTreeMap<u64, Open>,
}

#[derive(Debug)]
struct Open {
    folder: PathBuf,
    /// The bytes that the folder took when the promise was given.
    before: u64,
    bytes: u64,
}

impl Open {
    fn unused(&self) -> u64 {
        let used = taken(&self.folder).saturating_sub(self.before);
        self.bytes.saturating_sub(used)
    }
}

impl Given {
    fn unused(&self) -> u64 {
        let unused = self.open.values().map(Open::unused);
        unused.fold(0, u64::saturating_add)
    }
}

/// A promise, which ends when it is dropped.
#[derive(Debug)]
pub struct Promise {
    promises: Promises,
    number: u64,
}

impl Drop for Promise {
    fn drop(&mut self) {
        self.promises.given().open.remove(&self.number);
    }
}

impl Promises {
    /// Promises that this many more bytes can be written into a job's folder, or elsewhere on its disk, with `reserve`
    /// left.
    ///
    /// Returns `None` if less than that is free besides what others were promised, or if the disk has room for few more
    /// files. A disk that does not say how much is free takes anything: a lack shows when it is written to.
    pub fn ask(&self, folder: &Path, bytes: u64, reserve: u64) -> Option<Promise> {
        let mut given = self.given();
        // Read first: what others write before the disk is asked is then counted twice, and not missed.
        let wanted = bytes.saturating_add(reserve).saturating_add(given.unused());
        let fits = rustix::fs::statvfs(folder).map_or(true, |disk| has_room(&disk, wanted));
        fits.then(|| self.give(&mut given, folder, bytes))
    }

    /// Promises room for what has to be written in any case.
    pub fn keep(&self, folder: &Path, bytes: u64) -> Promise {
        self.give(&mut self.given(), folder, bytes)
    }

    fn give(&self, given: &mut Given, folder: &Path, bytes: u64) -> Promise {
        let number = given.next;
        given.next += 1;
        let open = Open {
            folder: folder.to_owned(),
            before: taken(folder),
            bytes,
        };
        given.open.insert(number, open);
        Promise {
            promises: self.clone(),
            number,
        }
    }

    fn given(&self) -> MutexGuard<'_, Given> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn has_room(disk: &StatVfs, bytes: u64) -> bool {
    // A file system without a bound on files reports 0 files.
    disk.f_bavail.saturating_mul(disk.f_frsize) >= bytes
        && disk.f_favail >= disk.f_files / FILES_LEFT_DIVISOR
}

fn taken(folder: &Path) -> u64 {
    usage::of(folder, MOST_FILES).bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn free(folder: &Path) -> u64 {
        let disk = rustix::fs::statvfs(folder).unwrap();
        disk.f_bavail * disk.f_frsize
    }

    #[test]
    fn what_one_was_promised_is_not_promised_to_another() {
        let dir = tempfile::tempdir().unwrap();
        let promises = Promises::default();
        let most = free(dir.path()) / 4 * 3;
        let first = promises.ask(dir.path(), most, 0).unwrap();
        assert!(promises.clone().ask(dir.path(), most, 0).is_none());
        // The second gets what is left besides the first, and all of it once the first is no longer needed.
        let second = promises.ask(dir.path(), most / 10, 0).unwrap();
        drop((first, second));
        let kept = promises.keep(dir.path(), most);
        assert!(promises.ask(dir.path(), most, 0).is_none());
        drop(kept);
        assert!(promises.ask(dir.path(), most, 0).is_some());
        assert!(promises.given().open.is_empty());
    }

    #[test]
    fn what_was_written_is_promised_no_more() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("input"), vec![1; 1 << 20]).unwrap();
        let promises = Promises::default();
        let promise = promises.keep(dir.path(), 4 << 20);
        assert_eq!(promises.given().unused(), 4 << 20);
        let output = dir.path().join("output");
        std::fs::write(&output, vec![1; 3 << 20]).unwrap();
        let written = std::fs::File::open(&output);
        written.and_then(|file| file.sync_all()).unwrap();
        let unused = promises.given().unused();
        assert!(unused <= 1 << 20, "{unused}");
        drop(promise);
        assert_eq!(promises.given().unused(), 0);
    }

    #[test]
    fn a_disk_that_can_have_few_files_more_has_no_room() {
        let dir = tempfile::tempdir().unwrap();
        let mut disk = rustix::fs::statvfs(dir.path()).unwrap();
        (disk.f_bavail, disk.f_frsize) = (10, 512);
        let mut has_room = |bytes, files, all_files| {
            (disk.f_favail, disk.f_files) = (files, all_files);
            super::has_room(&disk, bytes)
        };
        assert!(has_room(5120, 100, 4000));
        assert!(!has_room(5121, 100, 4000));
        assert!(!has_room(0, 99, 4000));
        assert!(has_room(5120, 0, 0));
    }

    #[test]
    fn the_reserve_of_a_disk_is_left() {
        let folder = std::env::temp_dir();
        let promises = Promises::default();
        assert!(promises.ask(&folder, 0, 0).is_some());
        assert!(promises.ask(&folder, 1, u64::MAX).is_none());
        assert!(promises.ask(&folder, u64::MAX, 1).is_none());
    }
}
