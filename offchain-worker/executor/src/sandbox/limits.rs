//! Resource limits.

use std::fs::File;
use std::io;

use aicpw_protocol::{
    device::DeviceKind,
    job::{longest_file, JobLimits, MAX_BUILD_BYTES},
};

use super::Stage;

const MIB: u64 = 1 << 20;

/// The stack of the first thread, which counts for no other limit.
const STACK: u64 = 64 * MIB;

/// Memory for compilers and drivers themselves, besides what the job may use.
pub fn memory_of_driver(stage: Stage, kind: DeviceKind, processors: usize) -> u64 {
    let threads = processors as u64;
    match (stage, kind) {
        (Stage::Build, DeviceKind::Cpu | DeviceKind::Accelerator) => 4096 * MIB,
        // Each thread has a stack, a heap, and room for local memory.
        (Stage::Run, DeviceKind::Cpu | DeviceKind::Accelerator) => {
            1024 * MIB + threads.saturating_mul(64 * MIB)
        }
        (_, DeviceKind::Gpu) => 16_384 * MIB,
    }
}

/// Addresses for what takes no memory yet: files that are mapped, stacks, the heaps that libc sets aside for threads.
const ADDRESSES: u64 = 16_384 * MIB;

/// Graphics cards' drivers write their caches at any time, into files as long as they like.
const CACHE_OF_DRIVER: u64 = 512 * MIB;

/// Longest file. Each of those that are open can be filled up to it, see
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

/// Most processes and threads. The kernel counts all that the node's user has, whatever started them. Of a build that
/// cannot start its linker any more the program seems to be at fault, so there is room for all that run beside it: 64
/// jobs, which is eight cards with eight slots each. Each has two threads for each processor, those of PoCL (which come
/// with a card's driver too, where both are installed) and those that hash the result. The rest is for the node, and for
/// the tools of compilers.
fn processes(processors: u64) -> u64 {
    const JOBS: u64 = 64;
    const THREADS: u64 = 2;
    const OTHERS: u64 = 4096;
    OTHERS.saturating_add(processors.saturating_mul(JOBS * THREADS))
}

/// Processors of the machine: PoCL starts a thread on each, however many the node's control group lets it use.
fn online() -> u64 {
    // SAFETY: a plain call on a number.
    let online = unsafe { libc::sysconf(libc::_SC_NPROCESSORS_ONLN) };
    u64::try_from(online).unwrap_or(1)
}

/// Sets the limits of this process, for good. `driver` is the memory for compilers and drivers, `addresses` is its `/proc/self/statm`.
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
    // What counts is memory that is really taken: drivers of graphics cards reserve addresses
    // without end. Shared memory does not count: the system call filter sees to it that a stranger's
    // code on a CPU has none.
    limit(libc::RLIMIT_DATA, memory)?;
    if stage == Stage::Run && kind != DeviceKind::Gpu {
        // Maps that can only be read count for nothing, but for each 2 MiB of which a byte was read the kernel keeps a
        // page of its own: a 512th of the addresses is the most that there can be.
        let most = now(addresses)?.saturating_add(ADDRESSES);
        limit(libc::RLIMIT_AS, most.saturating_add(memory))?;
    }
    limit(libc::RLIMIT_STACK, STACK)?;
    limit(libc::RLIMIT_FSIZE, longest(stage, kind, limits))?;
    // The lower of the two gives SIGXCPU, which says what happened; the upper one kills.
    let seconds = limits.cpu_seconds.max(1);
    limit(libc::RLIMIT_CPU, seconds.saturating_add(2))?;
    limit_softly(libc::RLIMIT_CPU, seconds)?;
    limit(libc::RLIMIT_NOFILE, files)?;
    limit(libc::RLIMIT_NPROC, processes(online()))?;
    limit(libc::RLIMIT_MEMLOCK, 64 * MIB)?;
    limit(libc::RLIMIT_CORE, 0)
}

/// Bytes of addresses that this process has now, with its driver loaded.
fn now(statm: File) -> io::Result<u64> {
    let text = io::read_to_string(statm)?;
    let pages: Option<u64> = text.split(' ').next().and_then(|pages| pages.parse().ok());
    let unreadable = || io::Error::other(format!("/proc/self/statm says {text:?}"));
    // SAFETY: a plain call on a number.
    let page = u64::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) });
    let page = page.map_err(io::Error::other)?;
    Ok(pages.ok_or_else(unreadable)?.saturating_mul(page))
}

/// Lowers a limit for good; a lower one that is there already stays.
fn limit(resource: libc::__rlimit_resource_t, value: u64) -> io::Result<()> {
    let now = get(resource)?;
    let value = value.min(now.rlim_max);
    let new = libc::rlimit {
        rlim_cur: value.min(now.rlim_cur),
        rlim_max: value,
    };
    set_to(resource, new)
}

/// Lowers the limit that warns.
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

    /// Regression: 4,096 were the threads of eight jobs on 256 processors, and no linker could be started beside them.
    #[test]
    fn there_is_room_for_a_linker_beside_all_jobs_of_a_large_machine() {
        let here = online();
        assert!(here > 0);
        for processors in [1, here, 256, 1_024] {
            // Besides there are its first thread, and the one that notices when the node is gone.
            let job = 2 * processors + 2;
            assert!(processes(processors) >= 64 * job + 2_048, "{processors}");
        }
        assert_eq!(processes(u64::MAX), u64::MAX);
    }
}
