//! The folder that a result is put into: what may be there already, and how the files get there.
//!
//! Whether that will work is tried before anything is sent or paid. So the files are prepared where
//! the folder's own file system is, and nothing but a rename is left to do at the end.

use std::{
    collections::BTreeSet,
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use aicpw_protocol::ContentId;
use serde::{Deserialize, Serialize};

use crate::{
    error::{io_cause, Error, Result},
    fetch::OutputFile,
};

/// The file with what is known of the result, beside the outputs.
pub const RECORD: &str = "result.json";

/// The record of a result whose files are being moved to their places, which has its own last. Where the
/// program is killed in between, it says what of the files there are this program's.
const UNFINISHED: &str = ".result.json.partial";

/// A longer record than this is none of ours: a manifest, which names the outputs, has a 16th of it.
const RECORD_BYTES: u64 = 16 << 20;

/// What makes a file a record of ours, and what such a record permits to replace.
#[derive(Deserialize)]
struct EarlierRecord {
    #[serde(rename = "task")]
    _task: u64,
    #[serde(rename = "result")]
    _result: ContentId,
    #[serde(rename = "result_root")]
    _root: String,
    files: Vec<EarlierFile>,
}

#[derive(Deserialize)]
struct EarlierFile {
    file: String,
}

/// Checks that results may be put into `folder`, and that they can be: it is new, empty, holds none of
/// the files, or an earlier result that lists them.
///
/// # Errors
/// A file that is no result of ours would be overwritten, or this user may not write there.
pub fn check(folder: &Path, outputs: &[OutputFile]) -> Result<()> {
    let folder = resolve(folder)?;
    check_files(&folder, outputs)?;
    let place = existing_part(staging_place(&folder));
    make_partial(place)
        .and_then(tempfile::TempDir::close)
        .map_err(|error| unusable(place, &error))
}

/// Checks that nothing would be overwritten but an earlier result.
fn check_files(folder: &Path, outputs: &[OutputFile]) -> Result<()> {
    let mut ours = BTreeSet::new();
    for name in [RECORD, UNFINISHED] {
        if let Some(record) = earlier_record(&folder.join(name)) {
            ours.insert(name.to_owned());
            ours.extend(record.files.into_iter().map(|one| one.file));
        }
    }
    let records = [RECORD, UNFINISHED].map(str::to_owned);
    for name in outputs.iter().map(OutputFile::file_name).chain(records) {
        let path = folder.join(&name);
        match path.symlink_metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Ok(there) if there.is_file() && ours.contains(&name) => {}
            Ok(_) => {
                return Err(Error::usage(format!(
                    "--out: {} exists and is not an earlier result",
                    path.display()
                ))
                .hint("give another folder, or move the file away"))
            }
            Err(error) => return Err(unusable(&path, &error)),
        }
    }
    Ok(())
}

/// The record in this file. One that cannot be read, or is something else, permits nothing: it is refused as a
/// file that would be overwritten.
fn earlier_record(path: &Path) -> Option<EarlierRecord> {
    if !path.symlink_metadata().ok()?.is_file() {
        return None;
    }
    let mut text = Vec::new();
    let file = std::fs::File::open(path).ok()?;
    file.take(RECORD_BYTES).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}

/// The folder that is meant, by a path that goes on to lead there.
fn resolve(folder: &Path) -> Result<PathBuf> {
    let absolute = std::path::absolute(folder).map_err(|error| unusable(folder, &error))?;
    match absolute.canonicalize() {
        Ok(real) if real.is_dir() => Ok(real),
        Ok(_) => Err(no_folder(folder)),
        // Of `new/..` it cannot be said which folder it will be, and a link may lead nowhere.
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

/// Where files are prepared, on the file system of the (resolved) folder: in it, for it may be a mount
/// point or in a folder of somebody else's; beside it, as long as it is not there.
fn staging_place(folder: &Path) -> &Path {
    match folder.is_dir() {
        true => folder,
        false => folder.parent().unwrap_or(folder),
    }
}

/// The part of an absolute path that is there.
fn existing_part(path: &Path) -> &Path {
    let mut parts = path.ancestors();
    parts.find(|part| part.exists()).unwrap_or(path)
}

fn make_partial(place: &Path) -> io::Result<tempfile::TempDir> {
    tempfile::Builder::new()
        .prefix(".aicpw-result.")
        .suffix(".partial")
        .tempdir_in(place)
}

/// Writes the record beside the outputs, in place of an earlier one.
///
/// # Errors
/// It cannot be written.
pub fn write_record(folder: &Path, record: &impl Serialize) -> Result<()> {
    write_as(RECORD, folder, record)
}

/// The file appears as a whole or not at all.
fn write_as(name: &str, folder: &Path, record: &impl Serialize) -> Result<()> {
    let path = folder.join(name);
    let failed = |error: io::Error| Error::file("write", &path, &error);
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    let text = serde_json::to_string_pretty(record).map_err(Error::other)?;
    writeln!(file, "{text}").map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    make_readable(file.path()).map_err(failed)?;
    file.persist(&path).map_err(|error| failed(error.error))?;
    Ok(())
}

/// Temporary files are for their owner only; results are like any file that a program writes.
pub fn make_readable(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644))?;
    }
    Ok(())
}

/// Where the files of a result are prepared. Removed when dropped.
pub struct Staging {
    folder: PathBuf,
    partial: tempfile::TempDir,
}

impl Staging {
    /// For results that belong into `folder`.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn new(folder: &Path) -> Result<Self> {
        let folder = resolve(folder)?;
        let place = staging_place(&folder);
        std::fs::create_dir_all(place).map_err(|error| Error::file("make", place, &error))?;
        let partial =
            make_partial(place).map_err(|error| Error::file("write to", place, &error))?;
        Ok(Self { folder, partial })
    }

    /// Where to prepare them.
    pub fn path(&self) -> &Path {
        self.partial.path()
    }

    /// Moves them to where they belong, with the record, which is there when they all are.
    ///
    /// # Errors
    /// They cannot be moved, or by now something is there that was not when that was checked. What is moved by
    /// then is an earlier result for whoever tries again.
    pub fn publish(self, outputs: &[OutputFile], record: &impl Serialize) -> Result<Vec<PathBuf>> {
        std::fs::create_dir_all(&self.folder)
            .map_err(|error| Error::file("make", &self.folder, &error))?;
        check_files(&self.folder, outputs)?;
        write_as(UNFINISHED, &self.folder, record)?;
        let move_to = |path: &Path, from: &Path| {
            std::fs::rename(from, path).map_err(|error| Error::file("write", path, &error))
        };
        let mut paths = Vec::new();
        for name in outputs.iter().map(OutputFile::file_name) {
            let path = self.folder.join(&name);
            move_to(&path, &self.path().join(&name))?;
            paths.push(path);
        }
        move_to(&self.folder.join(RECORD), &self.folder.join(UNFINISHED))?;
        Ok(paths)
    }
}

#[cfg(test)]
#[path = "result_folder_tests.rs"]
mod tests;
