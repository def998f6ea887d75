//! A small disk in place of a large one.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::skipped;

/// How many bytes are written at a time to fill it.
const PIECE: usize = 1 << 20;

/// The file that fills it.
const FILLER: &str = "filler";

/// The folder of the files that use up the disk's number of files.
const FILLERS: &str = "fillers";

/// A small separate file system, which is gone when this is dropped. Only root can mount one, and not in every
/// container.
#[derive(Debug)]
pub struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Mounts a disk of this many bytes in place of a folder, which is made if it is missing. Returns `None` if no file
    /// system can be mounted.
    ///
    /// # Errors
    /// When the folder cannot be made, or there is no `mount`.
    pub fn mount(folder: &Path, bytes: u64) -> io::Result<Option<Self>> {
        Self::mount_with(folder, &format!("size={bytes}"))
    }

    /// Like [`Self::mount`], with a limit on the number of files and folders.
    ///
    /// # Errors
    /// When the folder cannot be made, or there is no `mount`.
    pub fn mount_with_files(folder: &Path, bytes: u64, files: u64) -> io::Result<Option<Self>> {
        Self::mount_with(folder, &format!("size={bytes},nr_inodes={files}"))
    }

    fn mount_with(folder: &Path, options: &str) -> io::Result<Option<Self>> {
        fs::create_dir_all(folder)?;
        let output = Command::new("mount")
            .args(["-t", "tmpfs", "-o", options, "aicpw-test"])
            .arg(folder)
            .output()?;
        Ok(output.status.success().then(|| Self(folder.to_owned())))
    }

    /// Returns the bytes that can still be written.
    ///
    /// # Errors
    /// When the disk cannot be asked.
    pub fn free(&self) -> io::Result<u64> {
        let disk = rustix::fs::statvfs(self.0.as_path())?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
    }

    /// Fills the disk until no more than this many bytes are free.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn leave(&self, bytes: u64) -> io::Result<()> {
        let filler = self.0.join(FILLER);
        let mut filler = File::options().create(true).append(true).open(filler)?;
        let piece = vec![1; PIECE];
        loop {
            let surplus = self.free()?.saturating_sub(bytes);
            let Ok(surplus @ 1..) = usize::try_from(surplus) else {
                return Ok(());
            };
            filler.write_all(&piece[..surplus.min(PIECE)])?;
        }
    }

    /// Returns the number of files and folders that can still be made.
    ///
    /// # Errors
    /// When the disk cannot be asked.
    pub fn free_files(&self) -> io::Result<u64> {
        Ok(rustix::fs::statvfs(self.0.as_path())?.f_favail)
    }

    /// Makes empty files until no more than this many can be made.
    ///
    /// # Errors
    /// When they cannot be made.
    pub fn leave_files(&self, files: u64) -> io::Result<()> {
        let surplus = self.free_files()?.saturating_sub(files);
        // One is the folder that contains them.
        let Some(surplus) = surplus.checked_sub(1) else {
            return Ok(());
        };
        let folder = self.0.join(FILLERS);
        fs::create_dir_all(&folder)?;
        for number in 0..surplus {
            File::create_new(folder.join(number.to_string()))?;
        }
        Ok(())
    }

    /// Gives the file that fills the disk another name on it, for somebody else to remove.
    ///
    /// # Errors
    /// When no file fills it, or the name is not on the disk.
    pub fn rename_filler(&self, to: &Path) -> io::Result<()> {
        fs::rename(self.0.join(FILLER), to)
    }

    /// Removes the file that fills the disk.
    ///
    /// # Errors
    /// When no file fills it.
    pub fn make_room(&self) -> io::Result<()> {
        let filler = self.0.join(FILLER);
        // A removed file takes room as long as it is open, and a child that another thread is just forking has it open.
        File::options().write(true).open(&filler)?.set_len(0)?;
        fs::remove_file(filler)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a process may still write to it.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// Says that a test is skipped because no small disk can be mounted here.
///
/// # Errors
/// When the message cannot be written.
///
/// # Panics
/// If `AICPW_DISK_REQUIRED` is 1, as `scripts/test.sh` sets it where a disk can be mounted.
pub fn skip() -> io::Result<()> {
    skipped::say(
        "AICPW_DISK_REQUIRED",
        "no file system can be mounted here",
        "run this as root, in a container with --cap-add SYS_ADMIN",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_as_small_as_said_and_can_be_filled_and_emptied() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("disk");
        let Some(disk) = SmallDisk::mount(&folder, 4 << 20).unwrap() else {
            return skip().unwrap();
        };
        assert_eq!(disk.free().unwrap(), 4 << 20);
        disk.leave(1 << 20).unwrap();
        assert_eq!(disk.free().unwrap(), 1 << 20);
        disk.leave(0).unwrap();
        let error = fs::write(folder.join("more"), "x").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        let renamed = folder.join("renamed");
        disk.rename_filler(&renamed).unwrap();
        assert_eq!(disk.free().unwrap(), 0);
        fs::rename(renamed, folder.join(FILLER)).unwrap();
        disk.make_room().unwrap();
        assert!(disk.free().unwrap() > 3 << 20);
        drop(disk);
        let left: Vec<_> = fs::read_dir(&folder).unwrap().collect();
        assert!(left.is_empty(), "{left:?}");
    }

    #[test]
    fn it_can_have_as_few_files_as_said() {
        let dir = tempfile::tempdir().unwrap();
        let Some(disk) = SmallDisk::mount_with_files(dir.path(), 4 << 20, 100).unwrap() else {
            return skip().unwrap();
        };
        let free = disk.free_files().unwrap();
        assert!((90..100).contains(&free), "{free}");
        disk.leave_files(2).unwrap();
        assert_eq!(disk.free_files().unwrap(), 2);
        fs::write(dir.path().join("one"), "").unwrap();
        fs::write(dir.path().join("two"), "").unwrap();
        let error = fs::write(dir.path().join("three"), "").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        assert!(disk.free().unwrap() > 3 << 20);
    }
}
