//! How much memory this process may take, and that it goes first where there is none left.
//!
//! The library keeps what it has to send to a peer until the peer takes it, without a bound: who asks for block after
//! block in a few bytes each and reads no answer makes it hold them all. So the process has a limit. It ends at it, and
//! the node that it belongs to starts it again: nothing is lost by that but what was running.

use anyhow::Context;
use rustix::process::{getrlimit, setrlimit, Resource, Rlimit};

/// Most bytes unless something else is said: many times what a busy node takes.
pub const DEFAULT: u64 = 2 << 30;

/// Least that can be given. Stacks of threads count, whether they are used or not.
pub const LEAST: u64 = 256 << 20;

const OOM_SCORE: &str = "/proc/self/oom_score_adj";
const FIRST_TO_GO: &str = "1000";

/// Bounds the memory that this process may take, for good. An allocation beyond it ends the process with a line on
/// standard error (`memory allocation of … bytes failed`).
///
/// # Errors
/// When the kernel refuses.
pub fn bound(bytes: u64) -> anyhow::Result<()> {
    let now = getrlimit(Resource::Data);
    // A lower one that is there already stays; `None` is no limit.
    let most = now.maximum.map_or(bytes, |maximum| maximum.min(bytes));
    let new = Rlimit {
        current: Some(now.current.map_or(most, |current| current.min(most))),
        maximum: Some(most),
    };
    setrlimit(Resource::Data, new).context("cannot limit the memory of this process")
}

/// Has the kernel end this process before jobs and the node when the machine's memory is short.
pub fn go_first() {
    if let Err(error) = std::fs::write(OOM_SCORE, FIRST_TO_GO) {
        tracing::warn!(%error, "where memory is short, others may be ended before this process");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;
    use std::process::Command;

    const PIECE: usize = 16 << 20;
    const IN_A_PROCESS_OF_ITS_OWN: &str = "AICPW_IPFS_TEST_TAKES_MEMORY";

    #[test]
    fn who_takes_more_than_it_may_ends_and_says_why() {
        let test = "memory::tests::memory_is_taken_until_there_is_none";
        let output = Command::new(std::env::current_exe().unwrap())
            .args([test, "--exact", "--nocapture", "--test-threads=1"])
            .env(IN_A_PROCESS_OF_ITS_OWN, "1")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        // SIGABRT.
        assert_eq!(output.status.signal(), Some(6), "{said}");
        let why = format!("memory allocation of {PIECE} bytes failed");
        assert!(said.contains(&why), "{said}");
    }

    /// Part of the test above.
    #[test]
    fn memory_is_taken_until_there_is_none() {
        if std::env::var_os(IN_A_PROCESS_OF_ITS_OWN).is_none() {
            return;
        }
        bound(LEAST).unwrap();
        go_first();
        let score = std::fs::read_to_string(OOM_SCORE).unwrap();
        assert_eq!(score.trim(), FIRST_TO_GO);
        let mut taken: Vec<Vec<u8>> = Vec::new();
        while taken.len() < 32 {
            taken.push(vec![1; PIECE]);
        }
        panic!("twice as much as it may have: {} pieces", taken.len());
    }
}
