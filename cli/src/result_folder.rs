//! The folder that a result is put into: what may be there already, and how the files get there.
//!
//! Whether that will work is tried before anything is sent or paid. So the files are prepared where
//! the folder's own file system is, and nothing but a rename is left to do at the end.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use crate::{
    error::{io_cause, Error, Result},
    fetch::OutputFile,
};

/// The file with what is known of the result, beside the outputs.
pub const RECORD: &str = "result.json";

/// Checks that results may be put into `folder`, and that they can be: it is new, empty, holds none of
/// the files, or an earlier result.
///
/// # Errors
/// A file that is no result of ours would be overwritten, or this user may not write there.
pub fn check(folder: &Path, outputs: &[OutputFile]) -> Result<()> {
    let folder = resolve(folder)?;
    let names = outputs.iter().map(OutputFile::file_name);
    let existing = names
        .map(|name| folder.join(name))
        .find(|path| path.exists());
    if let Some(path) = existing.filter(|_| !folder.join(RECORD).exists()) {
        return Err(Error::usage(format!(
            "--out: {} exists and is not an earlier result",
            path.display()
        ))
        .hint("give another folder, or move the file away"));
    }
    let place = existing_part(staging_place(&folder));
    make_partial(place)
        .and_then(tempfile::TempDir::close)
        .map_err(|error| unusable(place, &error))
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

/// Writes the record beside the outputs.
///
/// # Errors
/// It cannot be written.
pub fn write_record(folder: &Path, record: &impl serde::Serialize) -> Result<PathBuf> {
    let path = folder.join(RECORD);
    let failed = |error: io::Error| Error::file("write", &path, &error);
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    let text = serde_json::to_string_pretty(record).map_err(Error::other)?;
    writeln!(file, "{text}").map_err(failed)?;
    make_readable(file.path()).map_err(failed)?;
    file.persist(&path).map_err(|error| failed(error.error))?;
    Ok(path)
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

    /// Moves them to where they belong.
    ///
    /// # Errors
    /// They cannot be moved.
    pub fn publish(self, outputs: &[OutputFile]) -> Result<Vec<PathBuf>> {
        std::fs::create_dir_all(&self.folder)
            .map_err(|error| Error::file("make", &self.folder, &error))?;
        outputs
            .iter()
            .map(|output| {
                let path = self.folder.join(output.file_name());
                std::fs::rename(self.path().join(output.file_name()), &path)
                    .map_err(|error| Error::file("write", &path, &error))?;
                Ok(path)
            })
            .collect()
    }
}

#[cfg(test)]
#[path = "result_folder_tests.rs"]
mod tests;
