//! What a stranger's process says, in bounded memory.

use std::collections::VecDeque;
use tokio::io::{AsyncRead, AsyncReadExt};

/// Longest line that is looked at; of a longer one nothing is.
const MAX_LINE: usize = 64 << 10;

/// Kept of a log: its begin, where compilers put their first error, and its end.
const LOG_HEAD: usize = 128 << 10;
const LOG_TAIL: usize = 128 << 10;

/// A log with its middle left out if it is long.
#[derive(Debug, Clone, Default)]
pub struct Log {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    left_out: u64,
}

impl Log {
    /// Adds to the end.
    pub fn push(&mut self, bytes: &[u8]) {
        let room = LOG_HEAD - self.head.len();
        let (head, tail) = bytes.split_at(room.min(bytes.len()));
        self.head.extend_from_slice(head);
        self.tail.extend(tail);
        let surplus = self.tail.len().saturating_sub(LOG_TAIL);
        self.tail.drain(..surplus);
        self.left_out += surplus as u64;
    }

    /// Whether nothing was said.
    pub fn is_empty(&self) -> bool {
        self.head.is_empty()
    }

    /// The log, saying how much of it was left out.
    pub fn into_bytes(self) -> Vec<u8> {
        let mut bytes = self.head;
        if self.left_out > 0 {
            let note = format!("\n[… {} bytes left out …]\n", self.left_out);
            bytes.extend_from_slice(note.as_bytes());
        }
        bytes.extend(self.tail);
        bytes
    }

    /// Its last line with something on it.
    pub fn last_line(&self) -> Option<String> {
        let bytes = self.clone().into_bytes();
        let text = String::from_utf8_lossy(&bytes);
        let last = text.lines().rev().find(|line| !line.trim().is_empty())?;
        Some(last.trim().to_owned())
    }
}

/// Reads to the end.
pub(super) async fn collect(mut from: impl AsyncRead + Unpin, log: &mut Log) {
    let mut piece = vec![0; 8 << 10];
    while let Ok(n @ 1..) = from.read(&mut piece).await {
        log.push(&piece[..n]);
    }
}

/// Reads to the end, and gives each line to `line`.
pub(super) async fn lines(mut from: impl AsyncRead + Unpin, line: &mut impl FnMut(&[u8])) {
    let mut piece = vec![0; 8 << 10];
    let mut pending = Vec::new();
    let mut too_long = false;
    while let Ok(n @ 1..) = from.read(&mut piece).await {
        for byte in &piece[..n] {
            match byte {
                b'\n' => {
                    if !too_long {
                        line(&pending);
                    }
                    pending.clear();
                    too_long = false;
                }
                _ if pending.len() == MAX_LINE => too_long = true,
                byte => pending.push(*byte),
            }
        }
    }
    if !pending.is_empty() && !too_long {
        line(&pending);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn long_lines_are_skipped_and_garbage_is_not() {
        let mut input = b"one\n".to_vec();
        input.extend(vec![b'x'; MAX_LINE + 1]);
        input.extend(b"\n\xff\xfe\nlast");
        let mut seen = Vec::new();
        lines(input.as_slice(), &mut |line: &[u8]| {
            seen.push(line.to_vec())
        })
        .await;
        assert_eq!(
            seen,
            [b"one".to_vec(), b"\xff\xfe".to_vec(), b"last".to_vec()]
        );
    }

    #[tokio::test]
    async fn a_flood_keeps_begin_and_end() {
        let mut log = Log::default();
        let mut flood = b"first".to_vec();
        flood.extend(vec![b'.'; 1 << 20]);
        flood.extend(b"\nlast\n\n");
        collect(flood.as_slice(), &mut log).await;
        assert_eq!(log.last_line().unwrap(), "last");
        let bytes = log.into_bytes();
        assert!(bytes.len() < LOG_HEAD + LOG_TAIL + 100);
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.starts_with("first") && text.contains("left out"));
    }
}
