//! Limits this process's memory, and makes it the first to be killed when the machine has no memory left.
//!
//! The library keeps what it has to send to a peer until the peer takes it, without a bound: a peer that asks for block
//! after block in a few bytes each, and reads no answer, makes it keep them all. So the process has a limit. It ends at
//! the limit, and its node starts it again: only running operations are lost.

use anyhow::Context;
use rustix::process::{getrlimit, setrlimit, Resource, Rlimit};

/// The default for the most bytes: many times what a busy node takes.
pub const DEFAULT: u64 = 2 << 30;

/// The smallest limit that can be set.
pub const LEAST: u64 = 384 << 20;

/// The stack of a thread. All of it counts, whether it is used or not.
pub const STACK: usize = 2 << 20;

/// The most threads that wait for the disk at one time.
const MOST_BLOCKING: usize = 128;

/// The fewest of them: one waits for the end of standard input all the time.
const FEWEST_BLOCKING: usize = 8;

const OOM_SCORE: &str = "/proc/self/oom_score_adj";
const FIRST_TO_GO: &str = "1000";

/// How many threads there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threads {
    /// Those that run tasks.
    pub workers: usize,
    /// Those that wait for the disk.
    pub blocking: usize,
}

/// Returns as many threads as are useful with this many cores, with stacks that take a quarter of `bytes` at most.
pub fn threads(bytes: u64, cores: usize) -> Threads {
    let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
    let most = bytes / 4 / STACK;
    let workers = cores.min(most / 4).max(1);
    let blocking = most.saturating_sub(workers);
    Threads {
        workers,
        blocking: blocking.clamp(FEWEST_BLOCKING, MOST_BLOCKING),
    }
}

/// Limits the memory of this process, for good, and returns the limit. An allocation beyond it ends the process with a
/// line on standard error (`memory allocation of … bytes failed`).
///
/// # Errors
/// When the kernel refuses.
pub fn bound(bytes: u64) -> anyhow::Result<u64> {
    let now = getrlimit(Resource::Data);
    // An existing lower limit stays; `None` is no limit.
    let most = now.maximum.map_or(bytes, |maximum| maximum.min(bytes));
    let current = now.current.map_or(most, |current| current.min(most));
    let new = Rlimit {
        current: Some(current),
        maximum: Some(most),
    };
    setrlimit(Resource::Data, new).context("cannot limit the memory of this process")?;
    Ok(current)
}

/// Makes the kernel kill this process before jobs and the node when the machine's memory is short.
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

    #[test]
    fn stacks_leave_three_quarters_of_the_memory_for_the_rest() {
        for bytes in [LEAST, DEFAULT, u64::MAX] {
            for cores in [1, 2, 16, 1024] {
                let Threads { workers, blocking } = threads(bytes, cores);
                let stacks = u64::try_from((workers + blocking) * STACK).unwrap();
                assert!(stacks <= bytes / 4, "{bytes} with {cores} cores");
                assert!((1..=cores).contains(&workers));
            }
        }
        let of = |workers, blocking| Threads { workers, blocking };
        assert_eq!(threads(DEFAULT, 2), of(2, MOST_BLOCKING));
        assert_eq!(threads(LEAST, 2), of(2, 46));
        assert_eq!(threads(LEAST, 64), of(12, 36));
        assert_eq!(threads(0, 2), of(1, FEWEST_BLOCKING));
    }

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
        while taken.len() < 48 {
            taken.push(vec![1; PIECE]);
        }
        panic!("twice as much as it may have: {} pieces", taken.len());
    }
}
