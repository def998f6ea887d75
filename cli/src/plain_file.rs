//! Regular files that are read as a whole. A path can also name something else, which may have no end, or may block as
//! soon as it is opened.

use std::{
    fs::{File, FileType},
    io::Read,
    path::Path,
};

use crate::error::io_cause;

/// The length of a file, found out without opening anything.
///
/// # Errors
/// Why the path cannot be examined, or what it is instead of a file.
pub fn length(path: &Path) -> Result<u64, String> {
    let info = std::fs::metadata(path).map_err(|error| io_cause(&error))?;
    match info.is_file() {
        true => Ok(info.len()),
        false => Err(format!("it is {}", what(info.file_type()))),
    }
}

/// Reads at most the first `most` bytes of a file, however long it claims to be: it may grow, or not tell its length.
///
/// # Errors
/// Why the file cannot be read.
pub fn begin(path: &Path, most: u64) -> Result<Vec<u8>, String> {
    let mut content = Vec::new();
    let read = File::open(path).and_then(|file| file.take(most).read_to_end(&mut content));
    read.map_err(|error| io_cause(&error))?;
    Ok(content)
}

/// What a path is instead of a file.
fn what(kind: FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return "a pipe, and not a file";
        }
        if kind.is_socket() {
            return "a socket, and not a file";
        }
        if kind.is_char_device() || kind.is_block_device() {
            return "a device, and not a file";
        }
    }
    match kind.is_dir() {
        true => "a folder",
        false => "not a file",
    }
}
