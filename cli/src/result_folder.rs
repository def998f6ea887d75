//! The folder that a result is put into: what may be there already, and how the files get there.
//!
//! Whether that will work is tried before anything is sent or paid. So the files are prepared on the folder's own file
//! system, and only links and renames are left to do at the end.
//!
//! A file is replaced only if this program wrote it and nobody has changed it since. So a record names each file with
//! the root of its content, including the files of earlier results for as long as they are there. Whoever looks at what
//! is there and replaces it holds the folder alone. So if two results arrive at once, one of them is there as a whole.

use std::{
    collections::BTreeSet,
    fs::{File, TryLockError},
    io::{self, Read},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    time::Duration,
};

use aicpw_protocol::ContentId;
use serde::{Deserialize, Serialize};

use crate::{
    error::{io_cause, Error, Result},
    fetch::OutputFile,
    hash::show_hash,
    unchecked::{make_hidden, Unchecked},
    verify::root_of,
    whole_file::WholeFile,
};

/// The file with what is known about the result, beside the outputs.
pub const RECORD: &str = "result.json";

/// The record of a result whose files are still being moved; its own file is moved last. If the program is killed in
/// between, this file says which of the files in the folder are this program's.
const UNFINISHED: &str = ".result.json.partial";

/// A file that exists and is locked as long as somebody holds the folder. The folder itself is not locked: the user may
/// have locked it around this program, so that no other program runs meanwhile.
const LOCK: &str = ".aicpw-result.lock";

/// How long to wait for a folder: longer than it takes to read and rename some files.
const HELD_AT_MOST: Duration = Duration::from_secs(30);

/// How long to wait before trying again.
const TRY_EVERY: Duration = Duration::from_millis(50);

/// No record of this program is longer than this: a manifest, which names the outputs, is at most a 16th as long.
const RECORD_BYTES: u64 = 16 << 20;

/// How much room, as text, a record has for files of earlier results. Files beyond that are not recognised later.
/// Together with the result itself this is far below [`RECORD_BYTES`].
const EARLIER_BYTES: usize = 4 << 20;

/// How much room an entry takes in addition to its file's name.
const ENTRY_BYTES: usize = 150;

/// The fields by which a file is recognised as a record of this program, and that say what may be replaced.
#[derive(Deserialize)]
struct Record {
    task: u64,
    #[serde(rename = "result")]
    _result: ContentId,
    #[serde(rename = "result_root")]
    root: String,
    files: Vec<OwnFile>,
    #[serde(default)]
    earlier: Vec<OwnFile>,
}

impl Record {
    /// Reads what a later run will read once this result is written.
    fn of(result: &impl Serialize) -> Result<Self> {
        let read = serde_json::to_value(result).and_then(serde_json::from_value);
        read.map_err(Error::other)
    }

    /// Whether both records are about the same result.
    fn is_of_same(&self, other: &Self) -> bool {
        (self.task, &self.root) == (other.task, &other.root)
    }
}

/// A file as this program wrote it.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct OwnFile {
    file: String,
    /// The root of its content; empty in a record of an old version, which did not store it.
    #[serde(default)]
    root: String,
}

/// A record as it is written.
#[derive(Serialize)]
struct Written<'a, R> {
    #[serde(flatten)]
    result: &'a R,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    earlier: Vec<OwnFile>,
}

/// Checks that results may be put into `folder`, and that this works. The folder must be new, be empty, hold none of
/// the files, or hold earlier results whose records list the files as they are.
///
/// # Errors
/// A file that is not from an earlier result would be overwritten, or this user may not write there.
pub fn check(folder: &Path, outputs: &[OutputFile]) -> Result<()> {
    let folder = resolve(folder)?;
    check_files(&folder, outputs)?;
    let place = existing_part(staging_place(&folder));
    make_hidden(place)
        .and_then(tempfile::TempDir::close)
        .map_err(|error| unusable(place, &error))
}

/// Checks that nothing but an earlier result would be overwritten, and returns those of its files that would be.
fn check_files(folder: &Path, outputs: &[OutputFile]) -> Result<BTreeSet<OwnFile>> {
    let own = own_files(folder);
    let mut replaced = BTreeSet::new();
    for name in outputs.iter().map(OutputFile::file_name) {
        let path = folder.join(&name);
        let Some(is_file) = is_file(&path)? else {
            continue;
        };
        let of_that_name: Vec<_> = own.iter().filter(|one| one.file == name).collect();
        if !is_file || of_that_name.is_empty() {
            return Err(in_the_way(&path, "is not an earlier result"));
        }
        let content = std::fs::File::open(&path).and_then(root_of);
        let (root, _) = content.map_err(|error| unusable(&path, &error))?;
        let root = show_hash(&root);
        let Some(unchanged) = of_that_name.iter().find(|one| one.root == root) else {
            let is_old = of_that_name.iter().any(|one| one.root.is_empty());
            let why = match is_old {
                true => "was fetched by an earlier version, which did not keep what it was like",
                false => "was changed since it was fetched",
            };
            return Err(in_the_way(&path, why));
        };
        replaced.insert((*unchanged).clone());
    }
    for name in [RECORD, UNFINISHED] {
        let path = folder.join(name);
        if is_file(&path)?.is_some() && earlier_record(&path).is_none() {
            return Err(in_the_way(&path, "is not an earlier result"));
        }
    }
    Ok(replaced)
}

/// The task and the result root in a folder's record.
pub fn recorded(folder: &Path) -> Option<(u64, String)> {
    let record = earlier_record(&folder.join(RECORD))?;
    Some((record.task, record.root))
}

/// Whether the path is a regular file; `None` if there is nothing.
fn is_file(path: &Path) -> Result<Option<bool>> {
    match path.symlink_metadata() {
        Ok(there) => Ok(Some(there.is_file())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unusable(path, &error)),
    }
}

fn in_the_way(path: &Path, why: &str) -> Error {
    Error::usage(format!("--out: {} exists and {why}", path.display()))
        .hint("give another folder, or move the file away")
}

/// The files in the folder that this program wrote, according to the records there.
fn own_files(folder: &Path) -> BTreeSet<OwnFile> {
    let records = [RECORD, UNFINISHED].map(|name| earlier_record(&folder.join(name)));
    let files = |record: Record| record.files.into_iter().chain(record.earlier);
    records.into_iter().flatten().flat_map(files).collect()
}

/// The record in this file. If it cannot be read, or is something else, it permits nothing, and is refused like any
/// file that would be overwritten.
fn earlier_record(path: &Path) -> Option<Record> {
    if !path.symlink_metadata().ok()?.is_file() {
        return None;
    }
    let mut text = Vec::new();
    let file = std::fs::File::open(path).ok()?;
    file.take(RECORD_BYTES).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}

/// What a new record says about earlier results: their files that are still there. Whether those were changed is only
/// checked when one would be replaced. Of files with the same name as one of the new result, only those in `replaced`
/// are listed, because they are there until the new ones are.
fn earlier(folder: &Path, record: &Record, replaced: BTreeSet<OwnFile>) -> Vec<OwnFile> {
    let names: BTreeSet<_> = record.files.iter().map(|one| &one.file).collect();
    let is_kept = |one: &OwnFile| {
        !names.contains(&one.file) && matches!(is_file(&folder.join(&one.file)), Ok(Some(true)))
    };
    let others = own_files(folder).into_iter().filter(is_kept);
    let mut room = EARLIER_BYTES;
    let fits = |one: &OwnFile| {
        let left = room.checked_sub(one.file.len() + ENTRY_BYTES);
        room = left.unwrap_or(0);
        left.is_some()
    };
    replaced
        .into_iter()
        .chain(others)
        .take_while(fits)
        .collect()
}

/// The absolute path of the folder, resolved so that it keeps leading to the same folder.
fn resolve(folder: &Path) -> Result<PathBuf> {
    let absolute = std::path::absolute(folder).map_err(|error| unusable(folder, &error))?;
    match absolute.canonicalize() {
        Ok(real) if real.is_dir() => Ok(real),
        Ok(_) => Err(no_folder(folder)),
        // For `new/..` it cannot be said which folder that will be, and a link may lead nowhere.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            match absolute.file_name().is_some() && absolute.symlink_metadata().is_err() {
                true => Ok(absolute),
                false => Err(no_folder(folder)),
            }
        }
        Err(error) => Err(unusable(folder, &error)),
    }
}

fn no_folder(folder: &Path) -> Error {
    Error::usage(format!("--out: {} is not a folder", folder.display()))
        .hint("give a new folder, or one with an earlier result")
}

fn unusable(folder: &Path, error: &io::Error) -> Error {
    Error::usage(format!(
        "--out: cannot write to {}: {}",
        folder.display(),
        io_cause(error)
    ))
    .hint("give a folder in which this user may make files")
}

/// Where files are prepared, on the file system of the (resolved) folder. If the folder exists, that is in it, because
/// it may be a mount point or be inside somebody else's folder. Otherwise it is beside it.
fn staging_place(folder: &Path) -> &Path {
    match folder.is_dir() {
        true => folder,
        false => folder.parent().unwrap_or(folder),
    }
}

/// The longest existing ancestor of an absolute path.
fn existing_part(path: &Path) -> &Path {
    let mut parts = path.ancestors();
    parts.find(|part| part.exists()).unwrap_or(path)
}

/// Exclusive access to a folder, for looking at what is in it and replacing it. If the file system has no locks, or no
/// file can be made, this works without a lock.
struct Alone {
    path: PathBuf,
    // The lock ends when this is closed, which is after its name is removed.
    file: Option<File>,
}

impl Alone {
    /// Waits until nobody else holds the folder. The wait can be cancelled.
    ///
    /// # Errors
    /// Somebody holds the folder for longer than `at_most`.
    async fn hold(folder: &Path, at_most: Duration) -> Result<Self> {
        let path = folder.join(LOCK);
        let held = async {
            loop {
                if let Some(held) = Self::attempt(&path) {
                    return held;
                }
                tokio::time::sleep(TRY_EVERY).await;
            }
        };
        tokio::time::timeout(at_most, held).await.map_err(|_| {
            Error::other(format!(
                "{} is locked by another program, for {} s already",
                path.display(),
                at_most.as_secs()
            ))
            .hint(
                "another `aicpw` may be putting a result there, or be stopped: once it has ended, \
                 `aicpw task fetch TASK --out DIR` fetches this one",
            )
        })
    }

    /// Tries to take the lock; `None` while somebody else holds it.
    fn attempt(path: &Path) -> Option<Self> {
        let file = Self::open(path);
        if let Some(file) = &file {
            let is_held = matches!(file.try_lock(), Err(TryLockError::WouldBlock));
            // The previous holder has removed the name, and somebody else may lock a new file with that name.
            if is_held || !is_at(file, path) {
                return None;
            }
        }
        Some(Self {
            path: path.into(),
            file,
        })
    }

    fn open(path: &Path) -> Option<File> {
        // Opening a pipe would block.
        if is_file(path).ok()? == Some(false) {
            return None;
        }
        let file = File::options().create(true).append(true).open(path);
        // The file of another user may be read-only for this one.
        file.or_else(|_| File::open(path)).ok()
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        if self.file.is_some() {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Whether the open file is the one with this name.
fn is_at(file: &File, path: &Path) -> bool {
    let (Ok(open), Ok(there)) = (file.metadata(), path.metadata()) else {
        return false;
    };
    (open.dev(), open.ino()) == (there.dev(), there.ino())
}

/// Writes a result's record beside its outputs once more. If another result has taken its place by now, that one's
/// record stays, and this returns `false`.
///
/// # Errors
/// The record cannot be written, or somebody else holds the folder.
pub async fn write_record(folder: &Path, record: &impl Serialize) -> Result<bool> {
    let _alone = Alone::hold(folder, HELD_AT_MOST).await?;
    let path = folder.join(RECORD);
    let is_own = match earlier_record(&path) {
        Some(there) => there.is_of_same(&Record::of(record)?),
        None => is_file(&path)?.is_none(),
    };
    if is_own {
        write_as(RECORD, folder, record, BTreeSet::new())?;
    }
    Ok(is_own)
}

/// Writes the record to a file that appears as a whole or not at all.
fn write_as(
    name: &str,
    folder: &Path,
    result: &impl Serialize,
    replaced: BTreeSet<OwnFile>,
) -> Result<()> {
    let earlier = earlier(folder, &Record::of(result)?, replaced);
    let mut file = WholeFile::begin(&folder.join(name))?;
    file.write_json(&Written { result, earlier })?;
    file.replace_for_all()
}

/// Folders that were made for a result, each after the one that contains it. On drop, the empty ones are removed.
#[derive(Default)]
struct Made(Vec<PathBuf>);

impl Made {
    /// Makes a folder at an absolute path, and the missing folders above it.
    fn make(&mut self, folder: &Path) -> io::Result<()> {
        let missing = folder.ancestors().take_while(|part| !part.is_dir());
        let missing: Vec<_> = missing.collect();
        for part in missing.into_iter().rev() {
            match std::fs::create_dir(part) {
                Ok(()) => self.0.push(part.to_owned()),
                // Somebody else has made it meanwhile.
                Err(_) if part.is_dir() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        for folder in self.0.iter().rev() {
            // This fails if the folder is not empty.
            let _ = std::fs::remove_dir(folder);
        }
    }
}

/// A result that is being fetched. Unless it is published, its files are removed on drop, as are folders that were made
/// for it and are empty.
pub struct Staging {
    folder: PathBuf,
    unchecked: Unchecked,
    // Dropped after the files in these folders.
    made: Made,
}

impl Staging {
    /// Prepares for results that belong into `folder`. If the file system allows it, nothing of them is visible before
    /// they are published.
    ///
    /// # Errors
    /// No files can be made there.
    pub fn new(folder: &Path) -> Result<Self> {
        let folder = resolve(folder)?;
        let place = existing_part(staging_place(&folder));
        match Unchecked::unnamed(place) {
            Ok(Some(unchecked)) => Ok(Self {
                folder,
                unchecked,
                made: Made::default(),
            }),
            Ok(None) => Self::hidden(&folder),
            Err(error) => Err(Error::file("write to", place, &error)),
        }
    }

    /// Like [`Self::new`], but works on any file system: the files are in a hidden folder, which is in `folder` or
    /// where that will be.
    ///
    /// # Errors
    /// The hidden folder cannot be made.
    pub fn hidden(folder: &Path) -> Result<Self> {
        let folder = resolve(folder)?;
        let place = staging_place(&folder);
        let mut made = Made::default();
        made.make(place)
            .map_err(|error| Error::file("make", place, &error))?;
        let unchecked =
            Unchecked::hidden(place).map_err(|error| Error::file("write to", place, &error))?;
        Ok(Self {
            folder,
            unchecked,
            made,
        })
    }

    /// The final path of the output with this name.
    pub fn path_of(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Makes a new file for the output with this name.
    ///
    /// # Errors
    /// No file can be made.
    pub fn create(&self, name: &str) -> Result<File> {
        let file = self.unchecked.create(name);
        file.map_err(|error| Error::file("write", &self.path_of(name), &error))
    }

    /// Keeps the file with that name, once it is written.
    pub fn keep(&mut self, name: String, file: File) {
        self.unchecked.keep(name, file);
    }

    /// Moves the files to their final place, and the record once they are all there. The caller has checked the result:
    /// from now on the files have names.
    ///
    /// # Errors
    /// The files cannot be moved, somebody else holds the folder, or something is there now that was not there at the
    /// check. What was moved by then counts as an earlier result when the user tries again.
    pub async fn publish(
        mut self,
        outputs: &[OutputFile],
        record: &impl Serialize,
    ) -> Result<Vec<PathBuf>> {
        self.made
            .make(&self.folder)
            .map_err(|error| Error::file("make", &self.folder, &error))?;
        let _alone = Alone::hold(&self.folder, HELD_AT_MOST).await?;
        let replaced = check_files(&self.folder, outputs)?;
        let named = self.unchecked.named(&self.folder)?;
        write_as(UNFINISHED, &self.folder, record, replaced)?;
        let move_to = |path: &Path, from: &Path| {
            std::fs::rename(from, path).map_err(|error| Error::file("write", path, &error))
        };
        let mut paths = Vec::new();
        for name in outputs.iter().map(OutputFile::file_name) {
            let path = self.folder.join(&name);
            move_to(&path, &named.path().join(&name))?;
            paths.push(path);
        }
        move_to(&self.folder.join(RECORD), &self.folder.join(UNFINISHED))?;
        Ok(paths)
    }
}

#[cfg(test)]
#[path = "result_folder_tests.rs"]
mod tests;
