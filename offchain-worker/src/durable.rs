//! Files that survive a power cut, and reading files that a stranger's program may have made.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

/// Replaces the content of `path`. Afterwards the new content is there in full and on disk, or the
/// old one still is.
///
/// # Errors
/// When the disk fails.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let part = path.with_extension("part");
    let mut file = File::create(&part)?;
    file.write_all(content)?;
    file.sync_all()?;
    std::fs::rename(&part, path)?;
    sync_parent(path)
}

/// Makes the entry of `path` in its folder durable.
///
/// # Errors
/// When the disk fails.
pub fn sync_parent(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

/// Removes a folder with all its content. It is no error if it is gone already.
///
/// # Errors
/// When the disk fails.
pub fn remove_folder(path: &Path) -> io::Result<()> {
    match std::fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Opens a file that untrusted code may have made: it must be an ordinary file with only this name.
/// A link could point to a key of this machine, and what is read here may be published.
///
/// # Errors
/// When it is a link, a pipe, a folder or a device, has a second name, or cannot be opened.
pub fn open_untrusted(path: &Path) -> io::Result<File> {
    let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_CLOEXEC;
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(flags)
        .open(path)?;
    let info = file.metadata()?;
    if !info.is_file() {
        return Err(io::Error::other("it is not an ordinary file"));
    }
    if info.nlink() != 1 {
        return Err(io::Error::other("it has more than one name"));
    }
    Ok(file)
}

/// Reads such a file, if it has at most `max` bytes.
///
/// # Errors
/// As [`open_untrusted`], and when it is longer.
pub fn read_untrusted(path: &Path, max: u64) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    open_untrusted(path)?
        .take(max.saturating_add(1))
        .read_to_end(&mut content)?;
    if content.len() as u64 > max {
        return Err(io::Error::other(format!("it is longer than {max} bytes")));
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_pipes_and_long_files_are_not_read() {
        let dir = tempfile::tempdir().unwrap();
        let secret = dir.path().join("secret");
        std::fs::write(&secret, b"0123456789").unwrap();
        assert_eq!(read_untrusted(&secret, 10).unwrap(), b"0123456789");
        assert!(read_untrusted(&secret, 9).is_err());

        let soft = dir.path().join("soft");
        std::os::unix::fs::symlink(&secret, &soft).unwrap();
        assert!(open_untrusted(&soft).is_err());
        let hard = dir.path().join("hard");
        std::fs::hard_link(&secret, &hard).unwrap();
        assert!(open_untrusted(&hard).is_err());
        assert!(open_untrusted(dir.path()).is_err());
        assert!(open_untrusted(Path::new("/dev/zero")).is_err());
    }

    #[test]
    fn replaced_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("state.json");
        replace(&path, b"one").unwrap();
        replace(&path, b"two").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
