//! Reports from the executor to the node.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::FromRawFd;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::{Duration, Instant};

use aicpw_protocol::job::{Done, Failed, Message, EXECUTOR_SAYS};

use crate::job::Failure;

/// The shortest time between two reports of progress.
const PROGRESS_EVERY: Duration = Duration::from_millis(200);

/// The descriptor that leads to the node, once it is known.
static NODE: AtomicI32 = AtomicI32::new(-1);

/// The standard output, which leads to the node.
pub struct Reporter {
    out: File,
    last_progress: Option<Instant>,
}

impl Reporter {
    /// Takes the standard output for messages; whatever else writes to it from now on (a kernel's
    /// `printf`) goes to the standard error.
    ///
    /// # Errors
    ///
    /// When the descriptors are not there.
    pub fn take_standard_output() -> io::Result<Self> {
        // SAFETY: plain calls on numbers; the new descriptor is owned by nobody else.
        let out = unsafe {
            let copy = libc::fcntl(1, libc::F_DUPFD_CLOEXEC, 3);
            if copy < 0 || libc::dup2(2, 1) < 0 {
                return Err(io::Error::last_os_error());
            }
            NODE.store(copy, Ordering::Release);
            File::from_raw_fd(copy)
        };
        Ok(Self {
            out,
            last_progress: None,
        })
    }

    /// Returns the descriptor that it writes to.
    pub fn descriptor(&self) -> i32 {
        use std::os::fd::AsRawFd;
        self.out.as_raw_fd()
    }

    /// Reports how far the job is, unless it has just done so.
    pub fn progress(&mut self, done: u64, total: u64) {
        let recently = self
            .last_progress
            .is_some_and(|last| last.elapsed() < PROGRESS_EVERY);
        if !recently || done == total {
            self.last_progress = Some(Instant::now());
            self.say(&Message::Progress { done, total });
        }
    }

    /// Reports that the stage is done.
    pub fn done(&mut self, done: Done) {
        self.say(&Message::Done(done));
    }

    /// Reports why the stage has failed.
    pub fn failed(&mut self, failure: Failure) {
        eprintln!("{EXECUTOR_SAYS}{}", failure.message);
        self.say(&Message::Failed(Failed {
            fault: failure.fault,
            message: failure.message,
            log: failure.log.map(str::to_owned),
        }));
    }

    fn say(&mut self, message: &Message) {
        // If nobody listens any more, the node is gone; it will start the job again.
        let _ = self.out.write_all(message.to_line().as_bytes());
    }
}

/// Reports why the stage failed, and ends the process. For places that cannot return an error.
pub fn end(failure: Failure) -> ! {
    let node = NODE.load(Ordering::Acquire);
    if node < 0 {
        eprintln!("{EXECUTOR_SAYS}{}", failure.message);
    } else {
        // SAFETY: it is open for as long as the process lives, which ends here.
        let out = unsafe { File::from_raw_fd(node) };
        let mut reporter = Reporter {
            out,
            last_progress: None,
        };
        reporter.failed(failure);
    }
    exit(1)
}

/// Ends the process at once, without destructors.
pub fn exit(code: i32) -> ! {
    let _ = io::stderr().flush();
    // SAFETY: ends the process; nothing runs after it.
    unsafe { libc::_exit(code) }
}
