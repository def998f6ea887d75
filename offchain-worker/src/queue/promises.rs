//! Room on the disk that jobs were promised and have not used yet.
//!
//! A job asks before it begins whether the disk takes all that it can write, and writes it later. Others that ask
//! meanwhile are told of what is free beside all that was promised, or two that begin together would both be told that
//! there is room.

use aicpw_protocol::job::MAX_BUILD_FILES;
use rustix::fs::StatVfs;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::usage;

/// Most files and folders of a job that are looked at: more than an honest one has. What is not seen counts as not used.
const MOST_FILES: u64 = 2 * MAX_BUILD_FILES;

/// Part of all files that a disk can have without which nothing is promised: a job makes files as well as bytes. It is
/// half of what the IPFS store leaves on its disk (`ipfs/src/storage/room.rs`), so that where both are on one the store
/// makes room before a job is refused.
const FILES_LEFT_DIVISOR: u64 = 40;

/// Promises of the disk that all jobs' folders are on. All clones share them.
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
    /// What the folder took when the promise was given.
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

/// A promise, which ends when this is dropped.
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
    /// A promise that so many bytes more can be written into a job's folder, or elsewhere on its disk, with `reserve`
    /// left. `None` if there is not so much free beside what others were promised, or the disk can have few files more.
    /// A disk that does not say takes anything: it is found out about when it is written to.
    pub fn ask(&self, folder: &Path, bytes: u64, reserve: u64) -> Option<Promise> {
        let mut given = self.given();
        // Looked at first: what others write until the disk is asked counts twice then, and not never.
        let wanted = bytes.saturating_add(reserve).saturating_add(given.unused());
        let fits = rustix::fs::statvfs(folder).map_or(true, |disk| has_room(&disk, wanted));
        fits.then(|| self.give(&mut given, folder, bytes))
    }

    /// A promise of what has to be written in any case.
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
    // Of files a file system that has no such bound says 0.
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
        // But what is left beside it; and all of it when the first needs it no more.
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
