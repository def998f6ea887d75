//! A file that is being downloaded, under another name beside its final place.

use super::error::BlobError;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::fs::File;

/// How that name begins and ends.
const START: &str = ".";
const END: &str = ".part";

/// A file beside its final place, removed when dropped.
pub(super) struct Partial {
    path: PathBuf,
    target: PathBuf,
}

impl Partial {
    pub(super) async fn create(target: &Path) -> Result<Self, BlobError> {
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        let Some(name) = target.file_name() else {
            let source = io::Error::other("it names no file");
            return Err(BlobError::File {
                action: "write",
                path: target.to_owned(),
                source,
            });
        };
        let mut partial = std::ffi::OsString::from(START);
        partial.push(name);
        let count = COUNTER.fetch_add(1, Ordering::Relaxed);
        partial.push(format!(".{}-{count}{END}", std::process::id()));
        Ok(Self {
            path: target.with_file_name(partial),
            target: target.to_owned(),
        })
    }

    pub(super) async fn open(&self) -> Result<File, BlobError> {
        File::create(&self.path)
            .await
            .map_err(|error| self.failed(error))
    }

    /// Makes the content durable, then visible.
    pub(super) async fn publish(self, file: File) -> Result<(), BlobError> {
        let publish = async {
            file.sync_all().await?;
            tokio::fs::rename(&self.path, &self.target).await?;
            if let Some(folder) = self.target.parent() {
                let folder = if folder.as_os_str().is_empty() {
                    Path::new(".")
                } else {
                    folder
                };
                File::open(folder).await?.sync_all().await?;
            }
            Ok(())
        };
        publish.await.map_err(|error| self.failed(error))
    }

    pub(super) fn failed(&self, source: io::Error) -> BlobError {
        let path = self.target.clone();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                BlobError::DiskFull { path }
            }
            _ => BlobError::File {
                action: "write",
                path,
                source,
            },
        }
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // After a rename there is nothing left to remove.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Removes the partial downloads that killed processes have left in this folder. No download may be under way.
///
/// # Errors
/// When the disk fails. It is no error if there is no such folder.
pub fn remove_partial(folder: &Path) -> io::Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.as_encoded_bytes();
        let is_partial = name.starts_with(START.as_bytes()) && name.ends_with(END.as_bytes());
        if is_partial && entry.file_type()?.is_file() {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_a_killed_download_left_is_removed_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("download");
        let partial = Partial::create(&target).await.unwrap();
        drop(partial.open().await.unwrap());
        // As if the process had ended here.
        std::mem::forget(partial);
        for name in ["download", "state.part", ".hidden"] {
            std::fs::write(dir.path().join(name), b"x").unwrap();
        }
        std::fs::create_dir(dir.path().join(".folder.part")).unwrap();
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 5);
        remove_partial(dir.path()).unwrap();
        let entries = std::fs::read_dir(dir.path()).unwrap().map(Result::unwrap);
        let mut names: Vec<_> = entries.map(|entry| entry.file_name()).collect();
        names.sort();
        assert_eq!(names, [".folder.part", ".hidden", "download", "state.part"]);
        remove_partial(&target.join("missing")).unwrap_err();
        remove_partial(&dir.path().join("missing")).unwrap();
    }
}
