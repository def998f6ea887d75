//! Files that arrive in pieces. Their number and size are bounded, and they are forgotten if nobody continues them.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use jsonrpsee::types::ErrorObjectOwned;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;
use tokio::sync::Mutex;

use super::error::{error, invalid, BUSY, FULL, NO_UPLOAD};
use crate::disk::free;

/// Most uploads that may be open at once.
const MAX_OPEN: usize = 16;

/// Longest pause between two pieces of an upload.
const PATIENCE: Duration = Duration::from_secs(600);

/// Most bytes of one piece.
pub const MAX_PIECE: usize = 4 << 20;

/// The uploads of a node.
pub struct Uploads {
    folder: PathBuf,
    disk_reserve: u64,
    patience: Duration,
    open: Arc<Mutex<Open>>,
}

#[derive(Default)]
struct Open {
    next: u64,
    /// Whether [`forget_in_time`] is running for these uploads.
    is_watched: bool,
    uploads: BTreeMap<String, Arc<Mutex<Upload>>>,
}

struct Upload {
    file: File,
    path: PathBuf,
    length: u64,
    received: u64,
    touched: Instant,
}

/// A complete upload; its file is removed when this is dropped.
pub struct Complete {
    path: PathBuf,
    /// Length of the file.
    pub length: u64,
}

impl Complete {
    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Complete {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        // The path is empty if the file was moved away.
        if !self.path.as_os_str().is_empty() {
            remove(&self.path);
        }
    }
}

impl Uploads {
    /// Keeps uploads in `folder`, which is made when it is needed. Removes what a node that was killed left there.
    /// Uploads leave `disk_reserve` bytes free on the disk of the folder.
    pub fn new(folder: PathBuf, disk_reserve: u64) -> Self {
        if let Err(failure) = std::fs::remove_dir_all(&folder) {
            if failure.kind() != io::ErrorKind::NotFound {
                log::warn!("cannot empty {}: {failure}", folder.display());
            }
        }
        Self {
            folder,
            disk_reserve,
            patience: PATIENCE,
            open: Arc::default(),
        }
    }

    /// Opens an upload of `length` bytes. Returns its name.
    ///
    /// # Errors
    /// If too many uploads are open, or the disk has no room or cannot be written.
    pub async fn open(&self, length: u64) -> Result<String, ErrorObjectOwned> {
        let mut open = self.open.lock().await;
        open.forget_stale(self.patience);
        if open.uploads.len() >= MAX_OPEN {
            let message = format!("{MAX_OPEN} uploads are open; finish or abort one");
            return Err(error(BUSY, message));
        }
        let made = tokio::fs::create_dir_all(&self.folder).await;
        made.map_err(|failure| disk(&self.folder, &failure))?;
        self.fits(length)?;
        open.next += 1;
        // Only callers who may open uploads could guess the name, so being unique is enough.
        let id = format!("upload-{}", open.next);
        let path = self.folder.join(&id);
        let file = File::create(&path).await;
        let file = file.map_err(|failure| disk(&path, &failure))?;
        let upload = Upload {
            file,
            path,
            length,
            received: 0,
            touched: Instant::now(),
        };
        open.uploads
            .insert(id.clone(), Arc::new(Mutex::new(upload)));
        if !open.is_watched {
            open.is_watched = true;
            tokio::spawn(forget_in_time(Arc::downgrade(&self.open), self.patience));
        }
        Ok(id)
    }

    /// Appends a piece. Returns how many bytes the upload has now.
    ///
    /// # Errors
    /// If there is no such upload, it would become too long, or the disk has no room or cannot be written. After all
    /// errors but the first the upload is gone.
    pub async fn write(&self, id: &str, piece: &[u8]) -> Result<u64, ErrorObjectOwned> {
        let upload = self.find(id).await?;
        let mut upload = upload.lock().await;
        let received = upload.received.saturating_add(piece.len() as u64);
        if received > upload.length {
            self.abort(id).await;
            let message = format!(
                "{id}: {received} bytes are more than the {} it was opened for",
                upload.length
            );
            return Err(invalid(message));
        }
        // Others may have written to the disk since the upload was opened.
        if let Err(refused) = self.fits(piece.len() as u64) {
            self.abort(id).await;
            return Err(refused);
        }
        if let Err(failure) = upload.file.write_all(piece).await {
            self.abort(id).await;
            return Err(disk(&upload.path, &failure));
        }
        upload.received = received;
        upload.touched = Instant::now();
        Ok(received)
    }

    /// Ends an upload.
    ///
    /// # Errors
    /// If there is no such upload, it is too short, or the disk cannot be written. After the last of these errors the
    /// upload is gone.
    pub async fn finish(&self, id: &str) -> Result<Complete, ErrorObjectOwned> {
        let upload = self.find(id).await?;
        let mut upload = upload.lock().await;
        if upload.received < upload.length {
            let message = format!(
                "{id}: {} of {} bytes have arrived",
                upload.received, upload.length
            );
            return Err(invalid(message));
        }
        self.abort(id).await;
        if let Err(failure) = upload.file.flush().await {
            return Err(disk(&upload.path, &failure));
        }
        Ok(Complete {
            path: std::mem::take(&mut upload.path),
            length: upload.length,
        })
    }

    /// Forgets an upload, if there is one.
    pub async fn abort(&self, id: &str) {
        self.open.lock().await.uploads.remove(id);
    }

    /// Returns an error if this many bytes do not leave the reserve free on the disk.
    fn fits(&self, bytes: u64) -> Result<(), ErrorObjectOwned> {
        let free = free(&self.folder).map_err(|failure| disk(&self.folder, &failure))?;
        let reserve = self.disk_reserve;
        if free >= bytes.saturating_add(reserve) {
            return Ok(());
        }
        let message = format!(
            "no room for {bytes} bytes on the disk of {}: {free} are free, and {reserve} of them are left for the chain",
            self.folder.display()
        );
        Err(error(FULL, message))
    }

    async fn find(&self, id: &str) -> Result<Arc<Mutex<Upload>>, ErrorObjectOwned> {
        let mut open = self.open.lock().await;
        open.forget_stale(self.patience);
        let upload = open.uploads.get(id).cloned();
        upload.ok_or_else(|| {
            let minutes = self.patience.as_secs() / 60;
            let message = format!(
                "no upload {id:?} is open; it may have ended, or paused for more than {minutes} \
                 minutes"
            );
            error(NO_UPLOAD, message)
        })
    }
}

impl Open {
    fn forget_stale(&mut self, patience: Duration) {
        // An upload that is being written to right now is not stale.
        self.uploads.retain(|_, upload| match upload.try_lock() {
            Ok(upload) => upload.touched.elapsed() < patience,
            Err(_) => true,
        });
    }
}

/// Forgets stale uploads until no upload is open, so that no file stays only because nobody calls any more.
async fn forget_in_time(uploads: Weak<Mutex<Open>>, patience: Duration) {
    loop {
        tokio::time::sleep(patience).await;
        let Some(uploads) = uploads.upgrade() else {
            return;
        };
        let mut open = uploads.lock().await;
        open.forget_stale(patience);
        if open.uploads.is_empty() {
            open.is_watched = false;
            return;
        }
    }
}

fn remove(path: &Path) {
    if let Err(failure) = std::fs::remove_file(path) {
        log::warn!("cannot remove {}: {failure}", path.display());
    }
}

fn disk(path: &Path, failure: &io::Error) -> ErrorObjectOwned {
    error(FULL, format!("cannot write {}: {failure}", path.display()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn uploads() -> (tempfile::TempDir, Uploads) {
        let dir = tempfile::tempdir().unwrap();
        let uploads = Uploads::new(dir.path().join("uploads"), 0);
        (dir, uploads)
    }

    fn files(dir: &tempfile::TempDir) -> usize {
        std::fs::read_dir(dir.path().join("uploads")).map_or(0, Iterator::count)
    }

    #[tokio::test]
    async fn pieces_become_a_file() {
        let (dir, uploads) = uploads();
        let id = uploads.open(6).await.unwrap();
        assert_eq!(uploads.write(&id, b"res").await.unwrap(), 3);
        let early = uploads.finish(&id).await.err().unwrap();
        assert!(early.message().contains("3 of 6"), "{early}");
        assert_eq!(uploads.write(&id, b"ult").await.unwrap(), 6);
        let complete = uploads.finish(&id).await.unwrap();
        assert_eq!(std::fs::read(complete.path()).unwrap(), b"result");
        drop(complete);
        assert_eq!(files(&dir), 0);
        assert_eq!(
            uploads.write(&id, b"x").await.unwrap_err().code(),
            NO_UPLOAD
        );
    }

    #[tokio::test]
    async fn too_long_and_too_many_are_refused() {
        let (dir, uploads) = uploads();
        let id = uploads.open(2).await.unwrap();
        assert!(uploads.write(&id, b"abc").await.is_err());
        assert_eq!(
            uploads.write(&id, b"a").await.unwrap_err().code(),
            NO_UPLOAD
        );
        assert_eq!(files(&dir), 0);

        let mut open = Vec::new();
        for _ in 0..MAX_OPEN {
            open.push(uploads.open(1).await.unwrap());
        }
        assert_eq!(uploads.open(1).await.unwrap_err().code(), BUSY);
        uploads.abort(&open[0]).await;
        uploads.open(1).await.unwrap();
    }

    #[tokio::test]
    async fn the_reserve_of_the_disk_is_left() {
        let (dir, mut uploads) = uploads();
        let id = uploads.open(2).await.unwrap();
        assert_eq!(uploads.write(&id, b"a").await.unwrap(), 1);
        // Meanwhile somebody else has filled the disk.
        uploads.disk_reserve = u64::MAX;
        assert_eq!(uploads.write(&id, b"b").await.unwrap_err().code(), FULL);
        assert_eq!(files(&dir), 0);
        assert_eq!(uploads.open(1).await.unwrap_err().code(), FULL);
        assert_eq!(files(&dir), 0);
        uploads.disk_reserve = 0;
        assert_eq!(uploads.open(u64::MAX).await.unwrap_err().code(), FULL);
        uploads.open(1).await.unwrap();
    }

    #[tokio::test]
    async fn the_file_of_one_that_pauses_goes_though_nobody_calls() {
        let (dir, mut uploads) = uploads();
        uploads.patience = Duration::from_millis(20);
        // The second upload is forgotten as well, after there was none.
        for _ in 0..2 {
            uploads.open(2).await.unwrap();
            assert_eq!(files(&dir), 1);
            let gone = async {
                while files(&dir) > 0 {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            };
            let in_time = tokio::time::timeout(Duration::from_secs(30), gone).await;
            in_time.unwrap();
        }
    }

    #[tokio::test]
    async fn what_a_killed_node_left_is_removed() {
        let (dir, uploads) = uploads();
        let id = uploads.open(2).await.unwrap();
        std::mem::forget(uploads.find(&id).await.unwrap());
        drop(uploads);
        assert_eq!(files(&dir), 1);
        Uploads::new(dir.path().join("uploads"), 0);
        assert_eq!(files(&dir), 0);
    }
}
