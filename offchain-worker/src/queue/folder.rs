//! The folder of a job:
//!
//! ```text
//! jobs/<assignment>/state.json   the record; the truth about the job
//! jobs/<assignment>/log.txt      what a failed run said
//! jobs/<assignment>/output       the result, taken out of the sandbox's reach; of a sealed task its
//!                                ciphertext
//! jobs/<assignment>/download     ciphertext that is being opened; as .download.….part while it comes
//! jobs/<assignment>/trace.json   its checkpoints, for a jury
//! jobs/<assignment>/hashes       the trace's hashes, once they are wanted
//! jobs/<assignment>/work/        all that the program can see
//! ```

use aicpw_protocol::AssignmentId;
use std::io;
use std::path::{Path, PathBuf};

use super::record::{Record, OLDEST, VERSION};
use crate::{durable, ipfs::remove_partial};

/// The name of the folder of all jobs, in the worker's folder.
pub const JOBS: &str = "jobs";

/// The most bytes that a sensible record has.
const MAX_RECORD: u64 = 1 << 20;

/// A job's folder and record. There is one value for each folder.
#[derive(Debug)]
pub struct JobFolder {
    path: PathBuf,
    record: Record,
}

/// A folder cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {}: {source}", path.display())]
pub struct FolderError {
    /// What was tried.
    pub action: &'static str,
    /// The file or folder.
    pub path: PathBuf,
    /// The cause.
    pub source: io::Error,
}

impl JobFolder {
    /// Returns the path of an assignment's folder.
    pub fn path_of(jobs: &Path, assignment: AssignmentId) -> PathBuf {
        jobs.join(assignment.to_string())
    }

    /// Makes the folder of a new job, in place of whatever is there.
    ///
    /// # Errors
    /// When the disk fails. A result that was reported before a fork is then still on disk.
    pub fn create(jobs: &Path, record: Record) -> Result<Self, FolderError> {
        let path = Self::path_of(jobs, record.order.assignment);
        let folder = Self { path, record };
        if folder.record.before.is_some() && folder.path.is_dir() {
            // In this order, so that the earlier result is in one of the two records at any time.
            folder.save()?;
            folder.clear()?;
            folder.make()?;
            return Ok(folder);
        }
        let path = &folder.path;
        durable::remove_folder(path).map_err(error("remove", path))?;
        folder.make().inspect_err(|_| {
            // An incomplete folder is of no use. If it cannot be removed either, that is the same failure.
            let _ = durable::remove_folder(&folder.path);
        })?;
        Ok(folder)
    }

    fn make(&self) -> Result<(), FolderError> {
        let work = self.work();
        std::fs::create_dir_all(&work).map_err(error("make", &work))?;
        durable::sync_parent(&self.path).map_err(error("make", &self.path))?;
        self.save()
    }

    /// Opens an existing folder.
    ///
    /// # Errors
    /// When there is no record, or it is damaged, or of another assignment or version.
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        let state = path.join("state.json");
        let wrong = |reason: String| FolderError {
            action: "use",
            path: state.clone(),
            source: io::Error::other(reason),
        };
        let text = durable::read_untrusted(&state, MAX_RECORD).map_err(error("read", &state))?;
        let record: Record = serde_json::from_slice(&text).map_err(|e| wrong(e.to_string()))?;
        if !(OLDEST..=VERSION).contains(&record.version) {
            return Err(wrong(format!("version {} is not known", record.version)));
        }
        let named = path.file_name().and_then(|name| name.to_str());
        if named != Some(&record.order.assignment.to_string()) {
            return Err(wrong(format!(
                "it is about assignment {}",
                record.order.assignment
            )));
        }
        Ok(Self {
            path: path.to_owned(),
            record,
        })
    }

    /// The record.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// Changes the record, first on disk.
    ///
    /// # Errors
    /// When the disk fails; the record is then unchanged.
    pub fn update(&mut self, change: impl FnOnce(&mut Record)) -> Result<(), FolderError> {
        let old = self.record.clone();
        change(&mut self.record);
        self.save().inspect_err(|_| self.record = old)
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder that the program sees.
    pub fn work(&self) -> PathBuf {
        self.path.join("work")
    }

    /// The result.
    pub fn output(&self) -> PathBuf {
        self.path.join("output")
    }

    /// Sealed data that is being fetched.
    pub fn download(&self) -> PathBuf {
        self.path.join("download")
    }

    /// The checkpoints.
    pub fn trace(&self) -> PathBuf {
        self.path.join("trace.json")
    }

    /// All hashes of the trace, 32 bytes each.
    pub fn hashes(&self) -> PathBuf {
        self.path.join("hashes")
    }

    /// The log of a failed run.
    pub fn log(&self) -> PathBuf {
        self.path.join("log.txt")
    }

    /// Moves the output out of the reach of anything that may still run in the sandbox.
    ///
    /// # Errors
    /// When there is no output, or it is not an ordinary file of `bytes` bytes.
    pub fn take_output(&self, from: &Path, bytes: u64) -> Result<(), FolderError> {
        let check = |length| match length == bytes {
            true => Ok(()),
            false => Err(format!(
                "it has {length} bytes, and the manifest says {bytes}"
            )),
        };
        take(from, &self.output(), check)
    }

    /// Moves the checkpoints likewise.
    ///
    /// # Errors
    /// When there are none, or they are not an ordinary file.
    pub fn take_trace(&self, from: &Path) -> Result<(), FolderError> {
        take(from, &self.trace(), |_| Ok(()))
    }

    /// Removes everything but the record: the result is on IPFS by now, or nobody wants it.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn clear(&self) -> Result<(), FolderError> {
        let work = self.work();
        durable::remove_folder(&work).map_err(error("remove", &work))?;
        // Left over from a result that was being sealed when its time was up.
        let part = self.output().with_extension("part");
        for file in [
            self.output(),
            part,
            self.trace(),
            self.hashes(),
            self.log(),
            self.download(),
        ] {
            match std::fs::remove_file(&file) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => {
                    return Err(error("remove", &file)(e));
                }
                _ => {}
            }
        }
        remove_partial(&self.path).map_err(error("empty", &self.path))
    }

    /// Empties the folder that the program sees, before a job is done again: the program may have changed anything in
    /// it, including its own inputs.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn reset_work(&self) -> Result<(), FolderError> {
        let work = self.work();
        durable::remove_folder(&work).map_err(error("empty", &work))?;
        std::fs::create_dir_all(&work).map_err(error("make", &work))
    }

    /// Removes the folder.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn remove(path: &Path) -> Result<(), FolderError> {
        durable::remove_folder(path).map_err(error("remove", path))
    }

    fn save(&self) -> Result<(), FolderError> {
        let state = self.path.join("state.json");
        let text = serde_json::to_vec_pretty(&self.record)
            .map_err(io::Error::other)
            .map_err(error("write", &state))?;
        durable::replace(&state, &text).map_err(error("write", &state))
    }
}

/// Removes the partial downloads that a killed process has left in the folders of jobs, whatever the jobs' records say:
/// nothing else looks for them.
///
/// No download may be under way. A node does this before it checks whether there is enough room to start. A file that
/// cannot be removed is logged.
pub fn remove_partial_downloads(jobs: &Path) {
    let entries = match std::fs::read_dir(jobs) {
        Ok(entries) => entries,
        // There has been no job yet.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return,
        Err(error) => {
            tracing::error!(jobs = %jobs.display(), %error, "cannot look for partial downloads");
            return;
        }
    };
    for entry in entries.flatten() {
        if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        let path = entry.path();
        if let Err(error) = remove_partial(&path) {
            tracing::error!(job = %path.display(), %error, "cannot remove a partial download");
        }
    }
}

fn take(
    from: &Path,
    to: &Path,
    check: impl FnOnce(u64) -> Result<(), String>,
) -> Result<(), FolderError> {
    let take = || -> io::Result<()> {
        let file = durable::open_untrusted(from)?;
        check(file.metadata()?.len()).map_err(io::Error::other)?;
        file.sync_all()?;
        std::fs::rename(from, to)?;
        durable::sync_parent(to)
    };
    take().map_err(error("take", from))
}

fn error(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FolderError {
    let path = path.to_owned();
    move |source| FolderError {
        action,
        path,
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::{Answer, Gone, Phase};
    use super::*;
    use crate::testing;

    fn folder(jobs: &Path) -> JobFolder {
        JobFolder::create(jobs, Record::new([1; 32], testing::order(4), 9)).unwrap()
    }

    #[test]
    fn a_record_is_found_again() {
        let jobs = tempfile::tempdir().unwrap();
        let mut first = folder(jobs.path());
        first.update(|record| record.phase = Phase::Ready).unwrap();
        let path = JobFolder::path_of(jobs.path(), first.record().order.assignment);
        let again = JobFolder::open(&path).unwrap();
        assert_eq!(again.record(), first.record());
        assert_eq!(again.record().phase, Phase::Ready);
    }

    #[test]
    fn a_damaged_or_misplaced_record_is_refused() {
        let jobs = tempfile::tempdir().unwrap();
        folder(jobs.path());
        let path = jobs.path().join("4-0-0");
        let moved = jobs.path().join("5-0-0");
        std::fs::rename(&path, &moved).unwrap();
        let error = JobFolder::open(&moved).unwrap_err().to_string();
        assert!(error.contains("assignment 4-0-0"), "{error}");
        std::fs::write(moved.join("state.json"), "{").unwrap();
        let error = JobFolder::open(&moved).unwrap_err().to_string();
        assert!(error.contains("state.json"), "{error}");
    }

    /// Regression: the record was removed first, and with it the result that was reported.
    #[test]
    fn what_was_reported_before_a_fork_stays_where_no_new_record_can_be_written() {
        let jobs = tempfile::tempdir().unwrap();
        let mut old = folder(jobs.path());
        let answer = Answer {
            result_root: [1; 32],
            trace_root: [2; 32],
            result: testing::content_id(b"x"),
            bytes: 1,
        };
        let phase = Phase::Closed {
            at: 5,
            end: "gone".into(),
            pins: Vec::new(),
            gone: Some(Gone {
                at: 8,
                answer: Some(answer.clone()),
            }),
        };
        old.update(|record| record.phase = phase).unwrap();
        let again = Record {
            before: Some(answer.clone()),
            ..Record::new([1; 32], testing::order(4), 9)
        };
        // A folder in place of the next record.
        let in_the_way = old.path().join("state.part");
        std::fs::create_dir(&in_the_way).unwrap();
        JobFolder::create(jobs.path(), again.clone()).unwrap_err();
        let found = JobFolder::open(old.path()).unwrap();
        assert_eq!(found.record(), old.record());

        std::fs::remove_dir(in_the_way).unwrap();
        std::fs::write(old.output(), b"x").unwrap();
        let made = JobFolder::create(jobs.path(), again.clone()).unwrap();
        assert!(made.work().is_dir() && !made.output().exists());
        let found = JobFolder::open(old.path()).unwrap();
        assert_eq!(found.record(), &again);
    }

    #[test]
    fn a_partial_download_goes_with_all_else_that_is_cleared() {
        let jobs = tempfile::tempdir().unwrap();
        let folder = folder(jobs.path());
        std::fs::write(folder.path().join(".download.1-0.part"), b"x").unwrap();
        folder.clear().unwrap();
        let entries = std::fs::read_dir(folder.path()).unwrap();
        let names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["state.json"]);
    }

    #[test]
    fn only_an_ordinary_output_of_the_right_length_is_taken() {
        let jobs = tempfile::tempdir().unwrap();
        let folder = folder(jobs.path());
        let secret = jobs.path().join("secret");
        std::fs::write(&secret, b"0123").unwrap();
        let made = folder.work().join("output");

        std::os::unix::fs::symlink(&secret, &made).unwrap();
        assert!(folder.take_output(&made, 4).is_err());
        std::fs::remove_file(&made).unwrap();
        std::fs::hard_link(&secret, &made).unwrap();
        assert!(folder.take_output(&made, 4).is_err());
        std::fs::remove_file(&made).unwrap();

        std::fs::write(&made, b"01234").unwrap();
        let error = folder.take_output(&made, 4).unwrap_err().to_string();
        assert!(error.contains("5 bytes"), "{error}");
        assert!(!folder.output().exists());
        folder.take_output(&made, 5).unwrap();
        assert_eq!(std::fs::read(folder.output()).unwrap(), b"01234");
    }
}
