//! The output of a stranger's process, in bounded memory and time: a process that says more than it may is not heard to
//! its end.

use std::collections::VecDeque;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};

/// The most bytes of a log that are read.
pub(super) const MOST_LOG: u64 = 16 << 20;

/// The most bytes of messages that are read, and how many more for each second of the time limit: an executor reports
/// its progress five times a second.
const MOST_MESSAGES: u64 = 1 << 20;
const MESSAGES_PER_SECOND: u64 = 1 << 10;

/// The process said more than it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Flood;

/// Returns the most bytes of messages that are read from a process with this time limit.
pub(super) fn most_messages(time: Duration) -> u64 {
    let more = time.as_secs().saturating_mul(MESSAGES_PER_SECOND);
    MOST_MESSAGES.saturating_add(more)
}

/// Counts the bytes that are read.
struct Meter(u64);

impl Meter {
    fn read(&mut self, bytes: usize) -> Result<(), Flood> {
        self.0 = self.0.checked_sub(bytes as u64).ok_or(Flood)?;
        Ok(())
    }
}

/// The longest line that is looked at; a longer one is ignored.
const MAX_LINE: usize = 64 << 10;

/// How much of a log is kept: its beginning, where compilers put their first error, and its end.
const LOG_HEAD: usize = 128 << 10;
const LOG_TAIL: usize = 128 << 10;

/// A log, without its middle if it is long.
#[derive(Debug, Clone, Default)]
pub struct Log {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    left_out: u64,
}

impl Log {
    /// Appends to the log.
    pub fn push(&mut self, bytes: &[u8]) {
        let room = LOG_HEAD - self.head.len();
        let (head, tail) = bytes.split_at(room.min(bytes.len()));
        self.head.extend_from_slice(head);
        self.tail.extend(tail);
        let surplus = self.tail.len().saturating_sub(LOG_TAIL);
        self.tail.drain(..surplus);
        self.left_out += surplus as u64;
    }

    /// Returns the log, with a note of how much was left out.
    pub fn into_bytes(self) -> Vec<u8> {
        let mut bytes = self.head;
        if self.left_out > 0 {
            let note = format!("\n[… {} bytes left out …]\n", self.left_out);
            bytes.extend_from_slice(note.as_bytes());
        }
        bytes.extend(self.tail);
        bytes
    }

    /// Returns the last line that is not blank.
    pub fn last_line(&self) -> Option<String> {
        let bytes = self.clone().into_bytes();
        let text = String::from_utf8_lossy(&bytes);
        let last = text.lines().rev().find(|line| !line.trim().is_empty())?;
        Some(last.trim().to_owned())
    }
}

/// Reads to the end, `most` bytes at most.
pub(super) async fn collect(
    mut from: impl AsyncRead + Unpin,
    log: &mut Log,
    most: u64,
) -> Result<(), Flood> {
    let mut meter = Meter(most);
    let mut piece = vec![0; 8 << 10];
    while let Ok(n @ 1..) = from.read(&mut piece).await {
        log.push(&piece[..n]);
        meter.read(n)?;
    }
    Ok(())
}

/// Reads to the end, `most` bytes at most, and passes each line to `line`.
pub(super) async fn lines(
    mut from: impl AsyncRead + Unpin,
    line: &mut impl FnMut(&[u8]),
    most: u64,
) -> Result<(), Flood> {
    let mut meter = Meter(most);
    let mut piece = vec![0; 8 << 10];
    let mut pending = Vec::new();
    let mut too_long = false;
    while let Ok(n @ 1..) = from.read(&mut piece).await {
        meter.read(n)?;
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
    Ok(())
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
        let most = input.len() as u64;
        let see = &mut |line: &[u8]| seen.push(line.to_vec());
        assert_eq!(lines(input.as_slice(), see, most).await, Ok(()));
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
        let most = flood.len() as u64;
        assert_eq!(collect(flood.as_slice(), &mut log, most).await, Ok(()));
        assert_eq!(log.last_line().unwrap(), "last");
        let bytes = log.into_bytes();
        assert!(bytes.len() < LOG_HEAD + LOG_TAIL + 100);
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.starts_with("first") && text.contains("left out"));
    }

    #[tokio::test]
    async fn who_says_more_than_it_may_is_not_heard_to_its_end() {
        let mut log = Log::default();
        let endless = || tokio::io::repeat(b'\n');
        assert_eq!(collect(endless(), &mut log, 1 << 20).await, Err(Flood));
        let mut seen = 0;
        let see = &mut |_: &[u8]| seen += 1;
        assert_eq!(lines(endless(), see, 100_000).await, Err(Flood));
        assert!(seen <= 100_000, "{seen}");
    }

    /// An executor writes five progress lines a second, each as long as possible.
    #[test]
    fn who_says_how_far_it_is_says_less_than_it_may() {
        use aicpw_protocol::job::Message;
        let (done, total) = (u64::MAX, u64::MAX);
        let line = Message::Progress { done, total }.to_line();
        for seconds in [1, 3_600, 1_000_000] {
            let said = 5 * seconds * line.len() as u64;
            assert!(said < most_messages(Duration::from_secs(seconds)));
        }
    }
}
