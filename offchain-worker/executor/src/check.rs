//! Checks whether this machine can lock a job in: the process does to itself what a stage of a job on a processor does,
//! and then tries what must not work.

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Command, Stdio};

use aicpw_protocol::{device::DeviceKind, job::path, job::JobLimits};
use serde::Serialize;

use crate::job::Folder;
use crate::sandbox::{self, OnAttack, Sandbox, Stage};

/// A file on every Linux machine that everybody may read, but no job.
const FORBIDDEN: &str = "/etc/passwd";

/// A program on every machine: this one. Started without arguments, it writes its usage to standard error and ends.
const OWN: &str = "/proc/self/exe";

/// The same program in a place where a stage may write. It stands for a stranger's program, which no stage may start.
const FOREIGN: &str = "work/program";

/// A file in the job's folder in a place where no stage may write.
const BESIDE: &str = "beside";

/// The result of the check. The node reads it as JSON.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The version of the kernel's Landlock; `null` if it has none.
    landlock_abi: Option<i64>,
    /// Why the process could not be locked in; `null` if it could.
    failure: Option<String>,
    /// Whether other files are out of reach, both to read and to write.
    files_closed: bool,
    /// Whether there is no network.
    network_closed: bool,
    /// Whether no program can be started; in the build stage, none but the driver's tools.
    processes_closed: bool,
    /// Whether no other process can be signalled.
    signals_closed: bool,
}

/// Locks this process in as `stage` does, with `folder` as its job folder, and checks whether that holds. There is no
/// way back: all that the process can still do is to report.
///
/// # Errors
///
/// When the folder cannot be used.
pub fn check(folder: &Path, stage: Stage, allow_weak: bool) -> std::io::Result<Report> {
    let folder = Folder::at(folder)?;
    for name in [stage.folder(), path::WORK] {
        fs::create_dir_all(folder.file(name))?;
    }
    let foreign = folder.file(FOREIGN);
    if foreign.exists() {
        // Left over from the other stage's check. It is not overwritten: it can be this program itself, under a second
        // name.
        fs::remove_file(&foreign)?;
    }
    // A copy takes room, which may be lacking; but on another disk, or for a program of another owner, a link is not
    // possible.
    if std::env::current_exe()
        .and_then(|own| fs::hard_link(own, &foreign))
        .is_err()
    {
        fs::copy(OWN, &foreign)?;
    }
    let landlock_abi = landlock_abi();
    let failure = lock(stage, &folder, allow_weak).err();
    let others_closed = match stage {
        Stage::Build => true,
        Stage::Run => cannot_start(Path::new(OWN)),
    };
    Ok(Report {
        landlock_abi,
        failure: failure.map(|error| error.to_string()),
        files_closed: fs::read(FORBIDDEN).is_err() && File::create(folder.file(BESIDE)).is_err(),
        network_closed: TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).is_err(),
        processes_closed: cannot_start(&foreign) && others_closed,
        signals_closed: cannot_signal_the_parent(),
    })
}

fn cannot_start(program: &Path) -> bool {
    Command::new(program).stdin(Stdio::null()).spawn().is_err()
}

/// Asks whether a signal could be sent, without sending one.
fn cannot_signal_the_parent() -> bool {
    const NONE: libc::c_int = 0;
    // SAFETY: plain calls on numbers.
    unsafe {
        let parent = libc::getppid();
        libc::kill(parent, NONE) != 0 && libc::syscall(libc::SYS_tgkill, parent, parent, NONE) != 0
    }
}

fn lock(stage: Stage, folder: &Folder, allow_weak: bool) -> Result<(), sandbox::Error> {
    // Only the first three descriptors are open.
    let keep = 2;
    let sandbox = Sandbox::enter(stage, DeviceKind::Cpu, folder, keep, allow_weak)?;
    let limits = JobLimits {
        memory_bytes: 1 << 30,
        output_bytes: 1 << 20,
        cpu_seconds: 60,
    };
    sandbox.complete(&limits)?;
    match stage {
        Stage::Build => Ok(()),
        // It has to report what its attacks came to.
        Stage::Run => sandbox::seal(DeviceKind::Cpu, OnAttack::Refuse),
    }
}

/// Returns the number that Landlock calls its ABI.
fn landlock_abi() -> Option<i64> {
    const VERSION: u32 = 1;
    let nothing = std::ptr::null::<libc::c_void>();
    // SAFETY: with this flag the call reads nothing and answers with a number.
    let abi = unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, nothing, 0, VERSION) };
    (abi > 0).then_some(abi)
}
