//! Measures how much of a device's memory jobs can have.
//!
//! A processor's memory is the machine's, and so is that of a graphics card without memory of its own. It is looked up,
//! and nothing is allocated: that would push everything else out. A card's own memory is allocated, written, read back,
//! and freed: the driver's figure also counts what the screen and other programs use.

use std::{
    num::NonZero,
    path::{Component, Path, PathBuf},
};

use aicpw_protocol::{
    device::DeviceKind,
    manifest::{KernelLaunch, Value},
    units::Mebibytes,
};

use super::own_programs;
use crate::{
    opencl::{
        buffer::Buffer,
        devices::{Device, DeviceInfoLine},
        program::{BoundKernel, Built},
        Error, Session,
    },
    sandbox::{memory_of_driver, Stage},
};

/// The length of a page in bytes. Memory is given in pages: one word of each page is written and read back.
const PAGE: u64 = 4096;

/// The most bytes that are taken at once.
const MOST: u64 = 1 << 30;

/// The fewest bytes that are worth a separate attempt.
const LEAST: u64 = 1 << 20;

/// What the node and its IPFS process need of the machine's memory in addition.
const NODE_AND_IPFS: u64 = 2 << 30;

/// On a small machine one part in this many of its memory is left free, and no more.
const PART_LEFT: u64 = 4;

/// A page has 1024 words. Each chunk has its own words, so that two chunks in the same place are noticed.
const SOURCE: &str = r"
#define WORD(i, salt) ((uint)(i) * 2654435761u + (salt))
__kernel void mark(__global uint* chunk, uint salt) {
	size_t i = get_global_id(0);
	chunk[i * 1024] = WORD(i, salt);
}
__kernel void check(__global const uint* chunk, uint salt, __global uint* right) {
	size_t i = get_global_id(0);
	if (chunk[i * 1024] == WORD(i, salt)) { atomic_inc(right); }
}
";

/// Returns how much of a device's memory jobs can have; never more than its driver says.
///
/// # Errors
///
/// When the device gives no memory, or fails.
pub fn usable(device: &Device) -> Result<Mebibytes, Error> {
    let info = &device.info;
    let bytes = match of_the_machine(info) {
        Some(bytes) => bytes,
        None => taken(device, chunks(info.memory_bytes, info.max_buffer_bytes))?,
    };
    Ok(Mebibytes(bytes >> 20))
}

/// Returns the bytes that jobs can have of a device whose memory is the machine's; `None` if it has its own, for which
/// only [`usable`] can tell.
pub fn of_the_machine(info: &DeviceInfoLine) -> Option<u64> {
    let is_the_machines = info.kind == DeviceKind::Cpu || info.shares_memory;
    let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
    is_the_machines.then(|| {
        let allowed = allowed(Path::new("/"));
        info.memory_bytes.min(for_jobs(allowed, processors))
    })
}

/// Returns what is left of `allowed` for jobs' buffers. If they could have all of it, one honest job that takes what it
/// was promised would leave nothing for its driver, the node and IPFS, and the kernel would kill some process.
///
/// A card that shares the memory is counted like a processor: what its driver may take in addition
/// ([`memory_of_driver`]) is mostly address space.
fn for_jobs(allowed: u64, processors: usize) -> u64 {
    let [build, run] = [Stage::Build, Stage::Run]
        .map(|stage| memory_of_driver(stage, DeviceKind::Cpu, processors));
    let reserve = NODE_AND_IPFS.saturating_add(build.max(run));
    allowed.saturating_sub(reserve.min(allowed / PART_LEFT))
}

/// Returns how much of the machine's memory this process, and so a job beside it, may have.
fn allowed(root: &Path) -> u64 {
    let read = |path: &Path| std::fs::read_to_string(root.join(path)).ok();
    let total = read(Path::new("proc/meminfo")).and_then(|text| total(&text));
    let groups = read(Path::new("proc/self/cgroup")).unwrap_or_default();
    let limits = limit_files(&groups).into_iter();
    let limits = limits.filter_map(|file| limit(&read(&file)?));
    total.into_iter().chain(limits).min().unwrap_or(u64::MAX)
}

/// `MemTotal` of `/proc/meminfo`, in bytes.
fn total(meminfo: &str) -> Option<u64> {
    let mut lines = meminfo.lines();
    let total = lines.find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: u64 = total.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

/// Returns where the control groups of a process may have limits, from its `/proc/self/cgroup`: its own group and all
/// above it, of either version. Not all of these files need to exist: a root has none.
fn limit_files(groups: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for line in groups.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (parts.next(), parts.next()) else {
            continue;
        };
        let (mount, file) = match controllers {
            "" => ("sys/fs/cgroup", "memory.max"),
            some if some.split(',').any(|name| name == "memory") => {
                ("sys/fs/cgroup/memory", "memory.limit_in_bytes")
            }
            _ => continue,
        };
        let path = Path::new(path.trim_start_matches('/'));
        let is_seen = path
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        // Of a group outside the namespace's root, only that root can be seen.
        let inside = if is_seen { path } else { Path::new("") };
        let above = inside.ancestors();
        files.extend(above.map(|group| Path::new(mount).join(group).join(file)));
    }
    files
}

/// Reads the content of such a file: bytes, or `max`.
fn limit(text: &str) -> Option<u64> {
    text.trim().parse().ok()
}

/// Divides `bytes` into chunks, if a buffer can have `largest` bytes at most. The first chunk that is refused ends the
/// measurement, so each is a small part of the whole.
fn chunks(bytes: u64, largest: u64) -> impl Iterator<Item = u64> {
    let pages = |bytes: u64| bytes / PAGE * PAGE;
    let chunk = pages((bytes / 16).clamp(LEAST, MOST).min(largest));
    let mut left = pages(bytes);
    std::iter::from_fn(move || {
        let next = chunk.min(left);
        left -= next;
        (next > 0).then_some(next)
    })
}

/// Takes chunks of these sizes until one is refused, and returns how many bytes of them held what was written. All
/// chunks are freed again.
fn taken(device: &Device, sizes: impl Iterator<Item = u64>) -> Result<u64, Error> {
    let session = device.session()?;
    let built = own_programs::build(device, SOURCE, "-cl-std=CL1.2")?;
    let [mark, check] = kernels(&built);
    let (mut mark, mut check) = (mark?, check?);
    // Made while there is room for it: drivers allocate a buffer when it is first written.
    let right = Buffer::new(session, "right", 4, false)?;
    right.zero(session)?;
    session.finish()?;
    let mut buffers = vec![right];
    let mut sizes_taken = Vec::new();
    let mut refused = None;
    for bytes in sizes {
        match take(session, &mut mark, &mut buffers, bytes) {
            Ok(()) => sizes_taken.push(bytes),
            Err(error) => {
                refused = Some(error);
                break;
            }
        }
    }
    let mut held = 0;
    for (chunk, bytes) in (1..).zip(sizes_taken) {
        // A chunk that fails now did not hold its words either.
        match right_words(session, &mut check, &buffers, chunk, bytes) {
            Ok(words) if words == bytes / PAGE => held += bytes,
            Ok(_) => {}
            Err(error) => refused = refused.or(Some(error)),
        }
    }
    match (held, refused) {
        (0, Some(error)) => Err(error),
        (0, None) => Err(Error::Driver(
            "none of the device's memory holds what is written there".into(),
        )),
        (held, _) => Ok(held),
    }
}

/// Returns the kernels that mark the pages of a chunk and check them.
fn kernels(built: &Built) -> [Result<BoundKernel, Error>; 2] {
    [("mark", None), ("check", Some(0))].map(|(name, result)| {
        let launch = over_pages(name, 0, PAGE, result);
        own_programs::kernel(built, name, &launch.arguments)
    })
}

/// Adds another chunk to the end of `buffers`, and marks it.
fn take(
    session: &Session,
    mark: &mut BoundKernel,
    buffers: &mut Vec<Buffer>,
    bytes: u64,
) -> Result<(), Error> {
    let chunk = buffers.len();
    buffers.push(Buffer::new(session, "memory", bytes, false)?);
    let launch = over_pages("mark", chunk, bytes, None);
    own_programs::run(session, mark, &launch, buffers, "taking memory")
}

/// Returns how many pages of a chunk hold the word that was written.
fn right_words(
    session: &Session,
    check: &mut BoundKernel,
    buffers: &[Buffer],
    chunk: usize,
    bytes: u64,
) -> Result<u64, Error> {
    const RIGHT: usize = 0;
    buffers[RIGHT].zero(session)?;
    let launch = over_pages("check", chunk, bytes, Some(RIGHT));
    own_programs::run(session, check, &launch, buffers, "reading memory back")?;
    let words = own_programs::words(session, &buffers[RIGHT])?;
    Ok(words.into_iter().map(u64::from).sum())
}

/// Returns a launch with one item for each page of a chunk.
fn over_pages(
    kernel: &'static str,
    chunk: usize,
    bytes: u64,
    result: Option<usize>,
) -> KernelLaunch<'static> {
    let salt = (chunk as u32).to_le_bytes().to_vec();
    let mut arguments = vec![Value::Buffer(chunk), Value::Scalar(salt)];
    arguments.extend(result.map(Value::Buffer));
    KernelLaunch {
        step: 0,
        kernel,
        arguments,
        global: vec![bytes / PAGE],
        local: None,
        offset: None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, PoisonError};

    use super::*;
    use crate::opencl::devices;

    #[test]
    fn what_the_kernel_says_of_memory_is_read() {
        let meminfo = "MemTotal:       16316412 kB\nMemFree:         1234 kB\n";
        assert_eq!(total(meminfo), Some(16_316_412 << 10));
        for wrong in [
            "",
            "MemFree: 12 kB",
            "MemTotal: many kB",
            "MemTotal: 12",
            "MemTotal: 18446744073709551615 kB",
        ] {
            assert_eq!(total(wrong), None, "{wrong}");
        }
        assert_eq!(limit("8589934592\n"), Some(8 << 30));
        assert_eq!(limit("max\n"), None);
        assert_eq!(limit("9223372036854771712\n"), Some((1 << 63) - PAGE));
    }

    #[test]
    fn each_control_group_above_a_process_may_have_a_limit() {
        let files = |groups: &str| {
            let files = limit_files(groups).into_iter();
            files
                .map(|file| file.display().to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            files("0::/system.slice/node.service\n"),
            [
                "sys/fs/cgroup/system.slice/node.service/memory.max",
                "sys/fs/cgroup/system.slice/memory.max",
                "sys/fs/cgroup/memory.max",
            ]
        );
        // Version 1 of control groups has a tree for each controller.
        assert_eq!(
            files("5:cpu,cpuacct:/one\n4:hugetlb,memory:/two:three\n1:name=systemd:/four\n"),
            [
                "sys/fs/cgroup/memory/two:three/memory.limit_in_bytes",
                "sys/fs/cgroup/memory/memory.limit_in_bytes",
            ]
        );
        // The groups of a container.
        assert_eq!(files("0::/\n"), ["sys/fs/cgroup/memory.max"]);
        assert_eq!(
            files("0::/../../other\n"),
            ["sys/fs/cgroup/memory.max"],
            "no file beside it"
        );
        assert_eq!(files("nonsense\n4:memory\n"), [""; 0]);
    }

    #[test]
    fn the_least_of_the_machine_and_the_limits_is_what_there_is() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        assert_eq!(allowed(root), u64::MAX, "nothing is known");
        let write = |path: &str, text: &str| {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("proc/meminfo", "MemTotal: 8 kB\n");
        assert_eq!(allowed(root), 8 << 10);
        write("proc/self/cgroup", "4:memory:/old\n0::/slice/unit\n");
        assert_eq!(allowed(root), 8 << 10);
        write("sys/fs/cgroup/slice/unit/memory.max", "max\n");
        write("sys/fs/cgroup/memory/old/memory.limit_in_bytes", "8191\n");
        assert_eq!(allowed(root), 8191);
        write("sys/fs/cgroup/slice/memory.max", "4096\n");
        assert_eq!(allowed(root), 4096);
        write("sys/fs/cgroup/slice/unit/memory.max", "9000\n");
        assert_eq!(allowed(root), 4096, "a group has no more than that above");
    }

    #[test]
    fn jobs_leave_memory_for_drivers_the_node_and_ipfs() {
        const GIB: u64 = 1 << 30;
        for (allowed, processors, jobs) in [
            // A small machine offers three quarters.
            (2 * GIB, 2, 3 * GIB / 2),
            (8 * GIB, 4, 6 * GIB),
            (16 * GIB, 8, 12 * GIB),
            (24 * GIB, 16, 18 * GIB),
            // A large one leaves what is needed: by a build, or by a run with many threads if that is more.
            (32 * GIB, 16, 26 * GIB),
            (64 * GIB, 48, 58 * GIB),
            (1024 * GIB, 112, 1014 * GIB),
            (0, 1, 0),
        ] {
            let says = format!("{allowed} bytes, {processors} processors");
            assert_eq!(for_jobs(allowed, processors), jobs, "{says}");
        }
        assert!(
            for_jobs(u64::MAX, 1) > u64::MAX / 2,
            "where nothing is known the driver's word holds"
        );
    }

    #[test]
    fn chunks_are_no_more_than_the_whole_and_than_a_buffer_can_be() {
        let sizes = |bytes, largest| chunks(bytes, largest).collect::<Vec<_>>();
        assert_eq!(sizes(80 << 30, 20 << 30), [MOST; 80]);
        assert_eq!(sizes(8 << 30, 2 << 30), [512 << 20; 16]);
        assert_eq!(sizes(1 << 20, 5000), [PAGE; 256]);
        assert_eq!(
            sizes((2 << 20) + PAGE + 9, 1 << 20),
            [LEAST, LEAST, PAGE],
            "whole pages"
        );
        assert_eq!(sizes(PAGE - 1, 1 << 20), [0; 0]);
        assert_eq!(sizes(1 << 30, 0), [0; 0]);
    }

    /// Returns the first device. The loader lists no devices to one thread while another has the drivers loaded.
    fn first_device() -> Device {
        static LOADING: Mutex<()> = Mutex::new(());
        let _one = LOADING.lock().unwrap_or_else(PoisonError::into_inner);
        devices::list().unwrap().remove(0).open().unwrap()
    }

    /// Measures PoCL as if it were a card.
    #[test]
    fn what_is_taken_until_a_chunk_is_refused_is_counted_and_given_back() {
        let device = first_device();
        let largest = device.info.max_buffer_bytes;
        let refused = largest + PAGE;
        assert_eq!(taken(&device, chunks(40 << 20, largest)).unwrap(), 40 << 20);
        let sizes = [LEAST, 3 * PAGE, refused, LEAST];
        assert_eq!(
            taken(&device, sizes.into_iter()).unwrap(),
            LEAST + 3 * PAGE,
            "nothing after the one that is refused"
        );
        let nothing = taken(&device, [refused].into_iter()).unwrap_err();
        assert!(nothing.to_string().contains("allocating"), "{nothing}");
        assert!(taken(&device, std::iter::empty()).is_err());
    }

    #[test]
    fn words_that_are_wrong_are_not_counted() {
        let device = first_device();
        let session = device.session().unwrap();
        let built = own_programs::build(&device, SOURCE, "-cl-std=CL1.2").unwrap();
        let [mut mark, mut check] = kernels(&built).map(Result::unwrap);
        let mut buffers = vec![Buffer::new(session, "right", 4, false).unwrap()];
        take(session, &mut mark, &mut buffers, 8 * PAGE).unwrap();
        let mut count = || right_words(session, &mut check, &buffers, 1, 8 * PAGE).unwrap();
        assert_eq!(count(), 8);
        buffers[1].fill(session, &[0xff], PAGE, PAGE, None).unwrap();
        assert_eq!(count(), 7);
    }
}
