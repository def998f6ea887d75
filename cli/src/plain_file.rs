//! Files that are read whole. Some things that a path can name are none: they have no end, or wait for somebody as soon
//! as they are opened.

use std::{
    fs::{File, FileType},
    io::Read,
    path::Path,
};

use crate::error::io_cause;

/// How long a file is. Nothing is opened.
///
/// # Errors
/// Why it cannot be looked at, or what it is instead.
pub fn length(path: &Path) -> Result<u64, String> {
    let info = std::fs::metadata(path).map_err(|error| io_cause(&error))?;
    match info.is_file() {
        true => Ok(info.len()),
        false => Err(format!("it is {}", what(info.file_type()))),
    }
}

/// Reads the first `most` bytes of a file, which may be all: one may grow, or not say how long it is.
///
/// # Errors
/// Why it cannot be read.
pub fn begin(path: &Path, most: u64) -> Result<Vec<u8>, String> {
    let mut content = Vec::new();
    let read = File::open(path).and_then(|file| file.take(most).read_to_end(&mut content));
    read.map_err(|error| io_cause(&error))?;
    Ok(content)
}

/// What it is instead of a file.
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
