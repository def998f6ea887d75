//! Resource limits.

use std::fs::File;
use std::io;

use aicpw_protocol::{
    device::DeviceKind,
    job::{longest_file, JobLimits, MAX_BUILD_BYTES},
};

use super::Stage;

const MIB: u64 = 1 << 20;

/// The stack of the first thread, which counts towards no other limit.
const STACK: u64 = 64 * MIB;

/// Returns the memory that compilers and drivers need in addition to what the job may use.
pub fn memory_of_driver(stage: Stage, kind: DeviceKind, processors: usize) -> u64 {
    let threads = processors as u64;
    match (stage, kind) {
        (Stage::Build, DeviceKind::Cpu | DeviceKind::Accelerator) => 4096 * MIB,
        // Each thread needs a stack, a heap, and room for local memory.
        (Stage::Run, DeviceKind::Cpu | DeviceKind::Accelerator) => {
            1024 * MIB + threads.saturating_mul(64 * MIB)
        }
        (_, DeviceKind::Gpu) => 16_384 * MIB,
    }
}

/// Address space for what takes no memory yet: mapped files, stacks, and the heaps that libc reserves for threads.
const ADDRESSES: u64 = 16_384 * MIB;

/// The longest cache file of a graphics card's driver, which can write its caches at any time, without a limit of its
/// own.
const CACHE_OF_DRIVER: u64 = 512 * MIB;

/// Returns the length of the longest file. Each open file can be filled up to it, see
/// [`aicpw_protocol::job::most_on_disk`].
fn longest(stage: Stage, kind: DeviceKind, limits: &JobLimits) -> u64 {
    match (stage, kind) {
        (Stage::Build, DeviceKind::Cpu | DeviceKind::Accelerator) => MAX_BUILD_BYTES,
        (Stage::Run, DeviceKind::Cpu | DeviceKind::Accelerator) => {
            longest_file(limits.output_bytes)
        }
        (Stage::Build, DeviceKind::Gpu) => CACHE_OF_DRIVER,
        (Stage::Run, DeviceKind::Gpu) => limits.output_bytes.max(CACHE_OF_DRIVER),
    }
}

/// Returns the most processes and threads.
///
/// The kernel counts all that the node's user has, whatever started them. A build that can no longer start its linker
/// looks as if the program were at fault, so there is room for all jobs that run beside it: 64, which is eight cards
/// with eight slots each. Each job has two threads for each processor: those of PoCL (which also come with a card's
/// driver where both are installed) and those that hash the result. The rest is for the node, and for the compilers'
/// tools.
fn processes(processors: u64) -> u64 {
    const JOBS: u64 = 64;
    const THREADS: u64 = 2;
    const OTHERS: u64 = 4096;
    OTHERS.saturating_add(processors.saturating_mul(JOBS * THREADS))
}

/// Returns the number of the machine's processors: PoCL starts a thread for each, however many the node's control group
/// lets it use.
fn online() -> u64 {
    // SAFETY: a plain call on a number.
    let online = unsafe { libc::sysconf(libc::_SC_NPROCESSORS_ONLN) };
    u64::try_from(online).unwrap_or(1)
}

/// Sets the limits of this process, for good. `driver` is the memory for compilers and drivers, `addresses` is this
/// process's `/proc/self/statm`.
pub fn set(
    stage: Stage,
    kind: DeviceKind,
    limits: &JobLimits,
    driver: u64,
    addresses: File,
) -> io::Result<()> {
    let memory = match stage {
        Stage::Build => driver,
        Stage::Run => driver.saturating_add(limits.memory_bytes),
    };
    let files = match kind {
        DeviceKind::Cpu | DeviceKind::Accelerator => 256,
        DeviceKind::Gpu => 4096,
    };
    // This limit counts memory that is really taken: graphics cards' drivers reserve address space without end. Shared
    // memory does not count; the system call filter makes sure that a stranger's code on a CPU has none.
    limit(libc::RLIMIT_DATA, memory)?;
    if stage == Stage::Run && kind != DeviceKind::Gpu {
        // Read-only mappings do not count, but for each 2 MiB of them of which a byte was read the kernel keeps a page
        // of its own: at most a 512th of the address space.
        let most = now(addresses)?.saturating_add(ADDRESSES);
        limit(libc::RLIMIT_AS, most.saturating_add(memory))?;
    }
    limit(libc::RLIMIT_STACK, STACK)?;
    limit(libc::RLIMIT_FSIZE, longest(stage, kind, limits))?;
    // The lower limit gives SIGXCPU, which shows what happened; the upper one kills.
    let seconds = limits.cpu_seconds.max(1);
    limit(libc::RLIMIT_CPU, seconds.saturating_add(2))?;
    limit_softly(libc::RLIMIT_CPU, seconds)?;
    limit(libc::RLIMIT_NOFILE, files)?;
    limit(libc::RLIMIT_NPROC, processes(online()))?;
    limit(libc::RLIMIT_MEMLOCK, 64 * MIB)?;
    limit(libc::RLIMIT_CORE, 0)
}

/// Returns the bytes of address space that this process has now, with its driver loaded.
fn now(statm: File) -> io::Result<u64> {
    let text = io::read_to_string(statm)?;
    let pages: Option<u64> = text.split(' ').next().and_then(|pages| pages.parse().ok());
    let unreadable = || io::Error::other(format!("/proc/self/statm says {text:?}"));
    // SAFETY: a plain call on a number.
    let page = u64::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) });
    let page = page.map_err(io::Error::other)?;
    Ok(pages.ok_or_else(unreadable)?.saturating_mul(page))
}

/// Lowers a limit for good; a lower limit stays as it is.
fn limit(resource: libc::__rlimit_resource_t, value: u64) -> io::Result<()> {
    let now = get(resource)?;
    let value = value.min(now.rlim_max);
    let new = libc::rlimit {
        rlim_cur: value.min(now.rlim_cur),
        rlim_max: value,
    };
    set_to(resource, new)
}

/// Lowers the soft limit.
fn limit_softly(resource: libc::__rlimit_resource_t, value: u64) -> io::Result<()> {
    let now = get(resource)?;
    let new = libc::rlimit {
        rlim_cur: value.min(now.rlim_cur),
        ..now
    };
    set_to(resource, new)
}

fn get(resource: libc::__rlimit_resource_t) -> io::Result<libc::rlimit> {
    let mut now = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: the struct is plain data that outlives the call.
    match unsafe { libc::getrlimit(resource, &mut now) } {
        0 => Ok(now),
        _ => Err(io::Error::last_os_error()),
    }
}

fn set_to(resource: libc::__rlimit_resource_t, new: libc::rlimit) -> io::Result<()> {
    // SAFETY: the struct is plain data that outlives the call.
    match unsafe { libc::setrlimit(resource, &new) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Regression: the limit of 4,096 is the number of threads of eight jobs on 256 processors, and no linker could be
    /// started beside them.
    #[test]
    fn there_is_room_for_a_linker_beside_all_jobs_of_a_large_machine() {
        let here = online();
        assert!(here > 0);
        for processors in [1, here, 256, 1_024] {
            // In addition, each job has its first thread, and the one that notices when the node is gone.
            let job = 2 * processors + 2;
            assert!(processes(processors) >= 64 * job + 2_048, "{processors}");
        }
        assert_eq!(processes(u64::MAX), u64::MAX);
    }
}
