//! The sandbox that a stage locks itself into before it reads a stranger's first byte.
//!
//! The order matters. (1) Descriptors that the node left open are closed, and this process becomes the first to be
//! killed if the machine runs out of memory. (2) Landlock, while the process has one thread: it applies to the calling
//! thread and those that it starts, and threads share memory, so a thread outside would be a way out. (3) The driver is
//! loaded and starts its threads, inside Landlock. (4) The limits, and the system call filter, which applies to all
//! threads. (5) The job is read. (6) On a CPU device, before the first launch, when the files of the result are open:
//! from now on no file can be opened for writing, no thread or pipe can be made, and neither the machine's name nor the
//! target of a link can be read; and to try to start a program, make a process, open a socket or look into another
//! process no longer gives an error but ends this process.
//!
//! A graphics card's driver needs more than a processor's, and a kernel there makes no system calls. The node says
//! which kind of device it is, because nothing is known of a device before its driver is loaded. An accelerator is
//! treated like a processor, because some drivers that call themselves accelerators run kernels as a processor does.
//!
//! | | build stage | run stage |
//! | --- | --- | --- |
//! | runs | the driver's compiler on a stranger's text, and nothing of what comes out ([`loader`]) | a stranger's code |
//! | files | reads the job folder and the driver's files, writes `build/` and `work/` | reads the same, writes `output/` and `work/` |
//! | processes | the driver's tools (`ld`), below `/usr` | none |
//! | network, signals to others, tracing, mounts, … | none | none |
//!
//! Without Landlock there is no file system boundary, so the stage refuses to start unless it is told to accept that.

mod files;
mod limits;
mod loader;
mod privileges;
mod system_calls;

use std::fs::File;
use std::io::{self, Read};
use std::num::NonZero;
use std::path::PathBuf;

pub use limits::memory_of_driver;

use aicpw_protocol::{device::DeviceKind, job::JobLimits};

use crate::job::Folder;

/// A stage of a job.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// Compiles.
    Build,
    /// Launches.
    Run,
}

impl Stage {
    /// The folder that the stage writes to.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Build => aicpw_protocol::job::path::BUILD,
            Self::Run => aicpw_protocol::job::path::OUTPUT_FOLDER,
        }
    }
}

/// The process cannot be locked in.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The kernel has no Landlock.
    #[error(
        "this kernel has no Landlock (Linux 5.13 or newer, with `landlock` in the list of security \
         modules), so a stranger's program could read this user's files. `--allow-weak-sandbox` \
         runs it all the same"
    )]
    NoLandlock,
    /// The process has threads already.
    #[error("cannot restrict files: this process has {0} threads already")]
    Threads(usize),
    /// The job's own files are out of reach.
    #[error(
        "{} cannot be reached by a process without privileges: {source}. A node that runs as root needs a base path \
         that root reaches without them, and not below a private folder of another user",
        path.display()
    )]
    OutOfReach {
        /// Which folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A rule could not be made.
    #[error("cannot restrict the files of the job's process: {0}")]
    Files(#[from] landlock::RulesetError),
    /// The filter could not be made or set.
    #[error("cannot restrict the system calls of the job's process: {0}")]
    SystemCalls(String),
    /// Something else.
    #[error("cannot {action}: {source}")]
    System {
        /// What was tried.
        action: &'static str,
        /// Why it failed.
        source: io::Error,
    },
}

impl Error {
    fn when(action: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::System { action, source }
    }
}

/// Makes the kernel kill this process before the node. A higher value that is there already stays: to lower it would
/// take a privilege.
fn offer_before_the_node() -> io::Result<()> {
    const PATH: &str = "/proc/self/oom_score_adj";
    let now: i32 = std::fs::read_to_string(PATH)?
        .trim()
        .parse()
        .map_err(io::Error::other)?;
    std::fs::write(PATH, now.max(BEFORE_THE_NODE).to_string())
}

/// The score that makes the kernel kill this process, and not the node, when memory is short. `aicpw-ipfs`, which is
/// started again and loses nothing, has 1000: it goes first, unless a job has taken more than it by half of the memory.
const BEFORE_THE_NODE: i32 = 500;

/// A process that is locked in, except for the system calls that its driver needs to start.
pub struct Sandbox {
    stage: Stage,
    kind: DeviceKind,
    /// The processors that it may use, counted while its control group can be seen.
    processors: usize,
    /// The file that says how much address space the process has, opened while that is allowed.
    addresses: File,
}

impl Sandbox {
    /// Closes all descriptors but the first three and `keep`, and restricts files.
    ///
    /// # Errors
    ///
    /// When the kernel cannot, see [`Error::NoLandlock`].
    pub fn enter(
        stage: Stage,
        kind: DeviceKind,
        folder: &Folder,
        keep: i32,
        allow_weak: bool,
    ) -> Result<Self, Error> {
        close_descriptors(keep).map_err(Error::when("close inherited files"))?;
        let threads = std::fs::read_dir("/proc/self/task")
            .map_err(Error::when("count this process's threads"))?
            .count();
        if threads != 1 {
            return Err(Error::Threads(threads));
        }
        offer_before_the_node().map_err(Error::when(
            "offer this process to the out-of-memory killer",
        ))?;
        privileges::give_up().map_err(Error::when("give up privileges"))?;
        let addresses =
            File::open("/proc/self/statm").map_err(Error::when("open the size of this process"))?;
        let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
        if !files::restrict(stage, kind, folder)? {
            if !allow_weak {
                return Err(Error::NoLandlock);
            }
            eprintln!("aicpw-executor: no Landlock here: the job's process can read files");
        }
        end_with_the_node().map_err(Error::when("ask to be ended with the node"))?;
        loader::restrict(stage, folder.root());
        Ok(Self {
            stage,
            kind,
            processors,
            addresses,
        })
    }

    /// Sets the limits and restricts system calls, for all existing threads.
    ///
    /// # Errors
    ///
    /// When the kernel cannot.
    pub fn complete(self, limits: &JobLimits) -> Result<(), Error> {
        if self.stage == Stage::Run {
            // The threads that hash the result: none can be made once kernels run.
            rayon::ThreadPoolBuilder::new()
                .num_threads(self.processors)
                .build_global()
                .map_err(io::Error::other)
                .map_err(Error::when("start the threads that hash the result"))?;
        }
        let driver = limits::memory_of_driver(self.stage, self.kind, self.processors);
        limits::set(self.stage, self.kind, limits, driver, self.addresses)
            .map_err(Error::when("set limits"))?;
        // SAFETY: a plain call on numbers.
        unsafe {
            // Allows neither core dumps nor tracing by another process of the same user.
            if libc::prctl(libc::PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 {
                return Err(Error::when("forbid being traced")(
                    io::Error::last_os_error(),
                ));
            }
        }
        system_calls::restrict(self.stage, self.kind)
    }
}

/// What happens to a process that tries to start a program, make a process, open a socket or look into another process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OnAttack {
    /// It ends by `SIGSYS`.
    End,
    /// The call is refused, as others are.
    Refuse,
}

/// Forbids what the run stage no longer needs. To be called before the first launch, with the output's files open.
///
/// Does nothing for a graphics card: its driver may write its cache at any time, and a kernel cannot make system calls
/// there.
///
/// # Errors
///
/// When the kernel cannot.
pub fn seal(kind: DeviceKind, on_attack: OnAttack) -> Result<(), Error> {
    if kind == DeviceKind::Gpu {
        return Ok(());
    }
    if on_attack == OnAttack::End {
        system_calls::end_attacks()?;
    }
    system_calls::seal()
}

fn close_descriptors(keep: i32) -> io::Result<()> {
    for (first, last) in [(3, keep - 1), (keep + 1, i32::MAX)] {
        if first <= last {
            // SAFETY: closes numbers; nothing in this process has opened a file yet but `keep`.
            let closed = unsafe { libc::syscall(libc::SYS_close_range, first, last, 0) };
            if closed != 0 {
                return Err(io::Error::last_os_error());
            }
        }
    }
    Ok(())
}

/// Ends the process when the node is gone, if standard input is a pipe from the node.
///
/// The kernel then kills the process. A stranger's code can neither catch nor cancel that: the filter does not allow
/// `PR_SET_PDEATHSIG`. (The kernel goes by the thread that started us; the node starts processes from a thread that
/// lasts as long as the node.) In addition the pipe is read to its end, in case the node was gone before we asked; no
/// stranger's code runs yet that could keep us from seeing that.
fn end_with_the_node() -> io::Result<()> {
    let mut info = std::mem::MaybeUninit::<libc::stat>::uninit();
    // SAFETY: the call fills the struct if it returns 0.
    let is_pipe = unsafe {
        libc::fstat(0, info.as_mut_ptr()) == 0
            && matches!(
                info.assume_init().st_mode & libc::S_IFMT,
                libc::S_IFIFO | libc::S_IFSOCK
            )
    };
    if !is_pipe {
        return Ok(());
    }
    // SAFETY: a plain call on numbers.
    if unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL, 0, 0, 0) } != 0 {
        return Err(io::Error::last_os_error());
    }
    std::thread::spawn(|| {
        let mut byte = [0];
        while io::stdin().read(&mut byte).is_ok_and(|count| count > 0) {}
        crate::report::exit(2)
    });
    Ok(())
}
