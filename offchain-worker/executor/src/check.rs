//! Whether this machine can lock a job in: the process does to itself what the run stage of a job
//! on a processor does, and then tries what must not work.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Command, Stdio};

use aicpw_protocol::{device::DeviceKind, job::path, job::JobLimits};
use serde::Serialize;

use crate::job::Folder;
use crate::sandbox::{self, Sandbox, Stage};

/// A file that is on every Linux machine, that everybody may read, and that no job may.
const FORBIDDEN: &str = "/etc/passwd";

/// What was found. The node reads it as JSON.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Version of the kernel's Landlock; `null` if it has none.
    landlock_abi: Option<i64>,
    /// Why the process could not be locked in; `null` if it is.
    failure: Option<String>,
    /// Whether files of others are out of reach.
    files_closed: bool,
    /// Whether there is no network.
    network_closed: bool,
    /// Whether no process can be started.
    processes_closed: bool,
}

/// Locks this process in, with `folder` as its job folder, and looks whether that holds. There is no way
/// back: the process has nothing to do after it but to report.
///
/// # Errors
///
/// When the folder cannot be used.
pub fn check(folder: &Path, allow_weak: bool) -> std::io::Result<Report> {
    let folder = Folder::at(folder)?;
    for name in [Stage::Run.folder(), path::WORK] {
        std::fs::create_dir_all(folder.file(name))?;
    }
    let landlock_abi = landlock_abi();
    let failure = lock(&folder, allow_weak).err();
    Ok(Report {
        landlock_abi,
        failure: failure.map(|error| error.to_string()),
        files_closed: std::fs::read(FORBIDDEN).is_err(),
        network_closed: TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).is_err(),
        processes_closed: Command::new("/bin/true")
            .stdin(Stdio::null())
            .spawn()
            .is_err(),
    })
}

fn lock(folder: &Folder, allow_weak: bool) -> Result<(), sandbox::Error> {
    // Nothing is open beyond the first three.
    let keep = 2;
    let sandbox = Sandbox::enter(Stage::Run, folder, keep, allow_weak)?;
    let limits = JobLimits {
        memory_bytes: 1 << 30,
        output_bytes: 1 << 20,
        cpu_seconds: 60,
    };
    sandbox.complete(DeviceKind::Cpu, &limits)?;
    sandbox::seal(DeviceKind::Cpu)
}

/// The number that Landlock calls its ABI.
fn landlock_abi() -> Option<i64> {
    const VERSION: u32 = 1;
    let nothing = std::ptr::null::<libc::c_void>();
    // SAFETY: with this flag the call reads nothing and answers with a number.
    let abi = unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, nothing, 0, VERSION) };
    (abi > 0).then_some(abi)
}
