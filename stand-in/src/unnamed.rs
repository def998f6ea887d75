//! Files without a name, which not every file system has.

use std::io;
use std::path::Path;

use rustix::fs::{open, Mode, OFlags};

use crate::skipped;

/// Whether the file system of a folder has files without a name. If not, writes that the running test is skipped.
///
/// # Errors
/// When the message cannot be written.
///
/// # Panics
/// If it has none and `AICPW_UNNAMED_FILES_REQUIRED` is 1, as `scripts/test.sh` sets it where temporary files are on a
/// file system that has them.
pub fn are_in(folder: &Path) -> io::Result<bool> {
    let has_some = has(folder);
    if !has_some {
        skipped::say(
            "AICPW_UNNAMED_FILES_REQUIRED",
            "the file system of temporary files has none without a name",
            "name a folder on another in TMPDIR, as of ext4, XFS, Btrfs or tmpfs",
        )?;
    }
    Ok(has_some)
}

fn has(folder: &Path) -> bool {
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    open(folder, flags, Mode::RUSR | Mode::WUSR).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The file system `/proc` has no files but those of processes.
    #[test]
    fn proc_has_none() {
        assert!(!has(Path::new("/proc")));
    }
}
