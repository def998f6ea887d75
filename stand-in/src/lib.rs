//! Stand-ins for the real thing in tests and measurements: scripts in place of programs, such as an executor that says
//! what a test wants or fails when it should; a small disk ([`disk`]) in place of one that takes long to fill; and a
//! wrong clock ([`clock`]). Also the messages about tests that are [`skipped`], such as those that need [`unnamed`]
//! files.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod clock;
pub mod disk;
pub mod skipped;
pub mod unnamed;

use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};

/// Makes a program from a script, in place of what is there. It can be started at once.
///
/// Another process writes it. A file that any process has open for writing cannot be executed ("text file busy"), and a
/// child that another thread is forking has all files of its parent open until it executes its own program. So a test
/// that writes a program itself fails now and then if other tests start processes beside it.
///
/// # Errors
/// When it cannot be written.
pub fn program(path: &Path, script: &str) -> io::Result<()> {
    let mut install = Command::new("install")
        .args(["-m", "755", "/dev/stdin"])
        .arg(path)
        .stdin(Stdio::piped())
        .spawn()?;
    let mut input = install.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
    let written = input.write_all(script.as_bytes());
    drop(input);
    let exit = install.wait()?;
    if exit.success() {
        written
    } else {
        let reason = format!("cannot write {}: install, {exit}", path.display());
        Err(io::Error::other(reason))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    /// Each of many threads writes programs and starts them. With `std::fs::write`, one in some hundreds is busy.
    #[test]
    fn programs_start_whatever_is_started_beside_them() {
        let threads = (0..8).map(|thread| {
            thread::spawn(move || {
                let dir = tempfile::tempdir().unwrap();
                for turn in 0..25 {
                    let path = dir.path().join("program");
                    program(&path, &format!("#!/bin/sh\necho {thread} {turn}\n")).unwrap();
                    let said = Command::new(&path).output().unwrap();
                    assert_eq!(said.stdout, format!("{thread} {turn}\n").as_bytes());
                }
            })
        });
        for thread in threads.collect::<Vec<_>>() {
            thread.join().unwrap();
        }
    }

    #[test]
    fn what_cannot_be_written_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let error = program(&dir.path().join("no/folder"), "").unwrap_err();
        assert!(error.to_string().contains("no/folder"), "{error}");
    }
}
