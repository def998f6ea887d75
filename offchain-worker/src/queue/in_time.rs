//! Long work on a file, which ends when its time is up.

use std::fs::File;
use std::io::{self, Read};

/// Whether the time is up.
pub type IsLate<'a> = &'a (dyn Fn() -> bool + Send + Sync);

/// A file that can be read while there is time; then reading fails with
/// [`io::ErrorKind::TimedOut`]. A thread that it blocks hears of nothing else.
pub struct InTime<'a> {
    file: File,
    is_late: IsLate<'a>,
}

impl<'a> InTime<'a> {
    /// Reads `file` from its present position.
    pub fn new(file: File, is_late: IsLate<'a>) -> Self {
        Self { file, is_late }
    }
}

impl Read for InTime<'_> {
    fn read(&mut self, piece: &mut [u8]) -> io::Result<usize> {
        if (self.is_late)() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.file.read(piece)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};

    #[test]
    fn it_ends_in_the_middle() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        std::fs::write(&path, b"0123").unwrap();
        let late = AtomicBool::new(false);
        let is_late = || late.load(Ordering::Relaxed);
        let mut file = InTime::new(File::open(&path).unwrap(), &is_late);
        let mut piece = [0; 2];
        file.read_exact(&mut piece).unwrap();
        assert_eq!(&piece, b"01");
        late.store(true, Ordering::Relaxed);
        let error = file.read_exact(&mut piece).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
