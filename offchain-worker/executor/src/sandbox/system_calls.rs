//! System calls: seccomp, with a list of what is allowed. Everything else gives `EPERM`, which libraries that probe for
//! features understand. Once kernels run on a processor, to try some of it ends the process ([`end_attacks`]).

use std::collections::BTreeMap;

use aicpw_protocol::device::DeviceKind;
use seccompiler::{
    apply_filter_all_threads, BpfProgram, SeccompAction, SeccompCmpArgLen as Length,
    SeccompCmpOp as Is, SeccompCondition, SeccompFilter, SeccompRule,
};

use super::{Error, Stage};

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Memory, files that Landlock allows, threads, time. No call that changes the mode or the length of a file by its
/// path: Landlock does not restrict the first, and the second only from Linux 6.2 on. (The linker makes its output
/// executable that way, and works without.)
const ALWAYS: &[libc::c_long] = &[
    libc::SYS_brk,
    libc::SYS_clock_getres,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    // Answered with ENOSYS by a separate filter, so that libc uses `clone`, whose flags a filter can see.
    libc::SYS_clone3,
    libc::SYS_close,
    libc::SYS_copy_file_range,
    libc::SYS_dup,
    libc::SYS_dup3,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_fchmod,
    libc::SYS_fdatasync,
    libc::SYS_flock,
    libc::SYS_fstat,
    libc::SYS_fstatfs,
    libc::SYS_fsync,
    libc::SYS_ftruncate,
    libc::SYS_futex,
    libc::SYS_get_mempolicy,
    libc::SYS_getcwd,
    libc::SYS_getdents64,
    libc::SYS_getegid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getpid,
    libc::SYS_getppid,
    libc::SYS_getrandom,
    libc::SYS_getrusage,
    libc::SYS_gettid,
    libc::SYS_gettimeofday,
    libc::SYS_getuid,
    libc::SYS_lseek,
    libc::SYS_madvise,
    libc::SYS_membarrier,
    libc::SYS_mincore,
    libc::SYS_mkdirat,
    libc::SYS_mprotect,
    libc::SYS_munmap,
    libc::SYS_nanosleep,
    libc::SYS_newfstatat,
    libc::SYS_openat,
    libc::SYS_pipe2,
    libc::SYS_ppoll,
    libc::SYS_pread64,
    libc::SYS_preadv,
    libc::SYS_pwrite64,
    libc::SYS_pwritev,
    libc::SYS_read,
    libc::SYS_readlinkat,
    libc::SYS_readv,
    libc::SYS_renameat2,
    libc::SYS_restart_syscall,
    libc::SYS_rseq,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigpending,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_rt_sigtimedwait,
    libc::SYS_sched_get_priority_max,
    libc::SYS_sched_get_priority_min,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_getparam,
    libc::SYS_sched_getscheduler,
    libc::SYS_sched_yield,
    libc::SYS_set_robust_list,
    libc::SYS_set_tid_address,
    libc::SYS_sigaltstack,
    libc::SYS_statfs,
    libc::SYS_statx,
    libc::SYS_sysinfo,
    libc::SYS_umask,
    libc::SYS_uname,
    libc::SYS_unlinkat,
    libc::SYS_utimensat,
    libc::SYS_write,
    libc::SYS_writev,
];

/// The same calls under their old numbers.
#[cfg(target_arch = "x86_64")]
const ALWAYS_HERE: &[libc::c_long] = &[
    libc::SYS_access,
    libc::SYS_arch_prctl,
    libc::SYS_dup2,
    libc::SYS_getdents,
    libc::SYS_lstat,
    libc::SYS_mkdir,
    libc::SYS_open,
    libc::SYS_pipe,
    libc::SYS_poll,
    libc::SYS_readlink,
    libc::SYS_rename,
    libc::SYS_rmdir,
    libc::SYS_stat,
    libc::SYS_time,
    libc::SYS_unlink,
    libc::SYS_utime,
];
#[cfg(not(target_arch = "x86_64"))]
const ALWAYS_HERE: &[libc::c_long] = &[libc::SYS_renameat];

/// What graphics cards' drivers need in addition. Landlock guards their device nodes.
const GPU: &[libc::c_long] = &[
    libc::SYS_epoll_create1,
    libc::SYS_epoll_ctl,
    libc::SYS_epoll_pwait,
    libc::SYS_eventfd2,
    libc::SYS_mbind,
    libc::SYS_memfd_create,
    libc::SYS_mlock,
    libc::SYS_msync,
    libc::SYS_munlock,
    libc::SYS_sched_setscheduler,
    libc::SYS_set_mempolicy,
    libc::SYS_timerfd_create,
    libc::SYS_timerfd_settime,
];

/// What the linker needs to run. Landlock chooses its files.
const BUILD: &[libc::c_long] = &[
    libc::SYS_chdir,
    libc::SYS_execve,
    libc::SYS_linkat,
    libc::SYS_symlinkat,
    libc::SYS_wait4,
    libc::SYS_waitid,
];
#[cfg(target_arch = "x86_64")]
const BUILD_HERE: &[libc::c_long] = &[libc::SYS_vfork, libc::SYS_link, libc::SYS_symlink];
#[cfg(not(target_arch = "x86_64"))]
const BUILD_HERE: &[libc::c_long] = &[];

/// The flags with which `clone` could make a process in a namespace of its own, where it may do more.
const WORLDS: libc::c_int = libc::CLONE_NEWNS
    | libc::CLONE_NEWCGROUP
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET;

/// The flags with which libc makes a thread by `clone`: it shares everything with the process.
const THREAD: libc::c_int = libc::CLONE_VM
    | libc::CLONE_FS
    | libc::CLONE_FILES
    | libc::CLONE_SIGHAND
    | libc::CLONE_THREAD
    | libc::CLONE_SYSVSEM;

/// The commands of `fcntl` that are allowed with any argument. None of them makes the kernel send signals for a file
/// (`F_SETOWN`, `F_SETSIG`, `F_NOTIFY`, `F_SETLEASE`): no filter would be asked to whom it sends them.
const FILE_COMMANDS: &[libc::c_int] = &[
    libc::F_DUPFD,
    libc::F_DUPFD_CLOEXEC,
    libc::F_GETFD,
    libc::F_SETFD,
    libc::F_GETFL,
    // The compiler locks its cache.
    libc::F_GETLK,
    libc::F_SETLK,
    libc::F_SETLKW,
];

/// The `ioctl` requests that a graphics card's driver never makes: the same signals, and typing into a terminal.
const FORBIDDEN_CONTROLS: &[u64] = &[FIOSETOWN, SIOCSPGRP, libc::FIOASYNC, libc::TIOCSTI];
const FIOSETOWN: u64 = 0x8901;
const SIOCSPGRP: u64 = 0x8902;

/// The flags of a memory mapping that are checked: its type, and those that would take it out of the limit on private
/// memory (a stack) or take memory that is set aside for others (huge pages).
const MAP: libc::c_int = MAP_TYPE | libc::MAP_GROWSDOWN | libc::MAP_HUGETLB;
const MAP_TYPE: libc::c_int = 0xf;

/// `PR_SET_VMA`: libc gives names to its memory.
const PR_SET_VMA: u64 = 0x5356_4d41;

/// Restricts all threads of the process, for good.
pub fn restrict(stage: Stage, kind: DeviceKind) -> Result<(), Error> {
    let bad = |error: &dyn std::fmt::Display| Error::SystemCalls(error.to_string());
    let not_there = compile(
        BTreeMap::from([(libc::SYS_clone3, Vec::new())]),
        SeccompAction::Allow,
        SeccompAction::Errno(libc::ENOSYS as u32),
    )?;
    let allowed = compile(
        rules(stage, kind).map_err(|error| bad(&error))?,
        SeccompAction::Errno(libc::EPERM as u32),
        SeccompAction::Allow,
    )?;
    // In this order: the second filter allows another one to be set only if one follows, see `seal`.
    for filter in [not_there, allowed] {
        apply_filter_all_threads(&filter).map_err(|error| bad(&error))?;
    }
    Ok(())
}

/// Ends the process from now on when any of its threads tries to start a program, make a process, open a socket or look
/// into another process. Until now such a call was refused, as others are. To be called before [`seal`].
pub fn end_attacks() -> Result<(), Error> {
    let bad = |error: &dyn std::fmt::Display| Error::SystemCalls(error.to_string());
    let mut rules = Rules::new();
    for call in ATTACKS.iter().chain(ATTACKS_HERE) {
        rules.insert(*call, Vec::new());
    }
    let thread = libc::CLONE_THREAD as u64;
    let process = when(0, Length::Qword, Is::MaskedEq(thread), 0);
    rules.insert(libc::SYS_clone, vec![process.map_err(|error| bad(&error))?]);
    // Libraries that unwind the stack read their own memory this way.
    let own = u64::from(std::process::id());
    for call in [libc::SYS_process_vm_readv, libc::SYS_process_vm_writev] {
        let other = when(0, Length::Dword, Is::Ne, own);
        rules.insert(call, vec![other.map_err(|error| bad(&error))?]);
    }
    let filter = compile(rules, SeccompAction::Allow, SeccompAction::KillProcess)?;
    apply_filter_all_threads(&filter).map_err(|error| bad(&error))
}

/// The calls that [`end_attacks`] ends the process for, whatever their arguments.
const ATTACKS: &[libc::c_long] = &[
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_ptrace,
    libc::SYS_socket,
    libc::SYS_socketpair,
];
#[cfg(target_arch = "x86_64")]
const ATTACKS_HERE: &[libc::c_long] = &[libc::SYS_fork, libc::SYS_vfork];
#[cfg(not(target_arch = "x86_64"))]
const ATTACKS_HERE: &[libc::c_long] = &[];

/// Forbids what a job on a processor does not need once its kernels run, for all threads and for good:
///
/// - To open files for writing, to make, rename or remove files, and to lock ranges of them. Files that are open stay
///   open, so the disk cannot be filled beyond the limit of each.
/// - To make threads and pipes. A processor's driver has its threads by then, and neither has a limit for this process
///   alone.
/// - To ask for the machine's name and for the targets of links. A driver asks while it starts; PoCL no longer asks
///   after that.
pub fn seal() -> Result<(), Error> {
    let bad = |error: &dyn std::fmt::Display| Error::SystemCalls(error.to_string());
    let mut rules = Rules::new();
    let forbidden = [CHANGES, CHANGES_HERE, TELLS, TELLS_HERE];
    for call in forbidden.into_iter().flatten() {
        rules.insert(*call, Vec::new());
    }
    for (call, argument) in OPENS.iter().chain(OPENS_HERE) {
        let mut writes = Vec::new();
        for flag in [libc::O_WRONLY, libc::O_RDWR, libc::O_CREAT, libc::O_TRUNC] {
            let flag = flag as u64;
            let is = when(*argument, Length::Dword, Is::MaskedEq(flag), flag);
            writes.push(is.map_err(|error| bad(&error))?);
        }
        rules.insert(*call, writes);
    }
    // Each lock of a range takes kernel memory, which no limit counts.
    let mut locks = Vec::new();
    for command in [libc::F_SETLK, libc::F_SETLKW] {
        let is = when(1, Length::Dword, Is::Eq, command as u64);
        locks.push(is.map_err(|error| bad(&error))?);
    }
    rules.insert(libc::SYS_fcntl, locks);
    let filter = compile(
        rules,
        SeccompAction::Allow,
        SeccompAction::Errno(libc::EPERM as u32),
    )?;
    apply_filter_all_threads(&filter).map_err(|error| bad(&error))
}

/// The calls that [`seal`] forbids, whatever their arguments. `seccomp` is one: [`seal`] is called only once.
const CHANGES: &[libc::c_long] = &[
    libc::SYS_clone,
    libc::SYS_pipe2,
    libc::SYS_fchmod,
    libc::SYS_mkdirat,
    libc::SYS_renameat2,
    libc::SYS_seccomp,
    libc::SYS_unlinkat,
    libc::SYS_utimensat,
];
#[cfg(target_arch = "x86_64")]
const CHANGES_HERE: &[libc::c_long] = &[
    libc::SYS_pipe,
    libc::SYS_mkdir,
    libc::SYS_rename,
    libc::SYS_rmdir,
    libc::SYS_unlink,
    libc::SYS_utime,
];
#[cfg(not(target_arch = "x86_64"))]
const CHANGES_HERE: &[libc::c_long] = &[libc::SYS_renameat];

/// The calls that [`seal`] forbids because they tell about this machine, whatever Landlock says about the files: its
/// name, and, by the links in `/proc/self`, `/sys` and `/etc`, where this program and the node's files are, the time
/// zone and the cards.
const TELLS: &[libc::c_long] = &[libc::SYS_getcwd, libc::SYS_readlinkat, libc::SYS_uname];
#[cfg(target_arch = "x86_64")]
const TELLS_HERE: &[libc::c_long] = &[libc::SYS_readlink];
#[cfg(not(target_arch = "x86_64"))]
const TELLS_HERE: &[libc::c_long] = &[];

/// Calls that open a file, and the position of their flags.
const OPENS: &[(libc::c_long, u8)] = &[(libc::SYS_openat, 2)];
#[cfg(target_arch = "x86_64")]
const OPENS_HERE: &[(libc::c_long, u8)] = &[(libc::SYS_open, 1)];
#[cfg(not(target_arch = "x86_64"))]
const OPENS_HERE: &[(libc::c_long, u8)] = &[];

fn compile(
    rules: Rules,
    otherwise: SeccompAction,
    listed: SeccompAction,
) -> Result<BpfProgram, Error> {
    let bad = |error: seccompiler::BackendError| Error::SystemCalls(error.to_string());
    let arch = std::env::consts::ARCH.try_into().map_err(bad)?;
    SeccompFilter::new(rules, otherwise, listed, arch)
        .and_then(TryInto::try_into)
        .map_err(bad)
}

fn rules(stage: Stage, kind: DeviceKind) -> Result<Rules, seccompiler::BackendError> {
    let mut rules = Rules::new();
    let mut allow = |calls: &[libc::c_long]| {
        for call in calls {
            rules.insert(*call, Vec::new());
        }
    };
    allow(ALWAYS);
    allow(ALWAYS_HERE);
    if kind == DeviceKind::Gpu {
        allow(GPU);
    }
    if stage == Stage::Build {
        allow(BUILD);
        allow(BUILD_HERE);
        let worlds = WORLDS as u64;
        rules.insert(
            libc::SYS_clone,
            vec![when(0, Length::Qword, Is::MaskedEq(worlds), 0)?],
        );
    } else {
        // Threads are allowed, but no processes; and no thread with open files of its own, which no limit would count.
        let (thread, looked_at) = (THREAD as u64, (THREAD | WORLDS) as u64);
        rules.insert(
            libc::SYS_clone,
            vec![when(0, Length::Qword, Is::MaskedEq(looked_at), thread)?],
        );
        // A further filter can only take away.
        rules.insert(libc::SYS_seccomp, Vec::new());
    }
    // Only this process's own number is allowed: the node's is known (`getppid`), and those of other jobs can be tried.
    // Landlock keeps signals inside from Linux 6.12 on, and nothing else does.
    //
    // A process may signal its own threads: `abort` does that. (A program that the build stage runs has another number;
    // its `abort` ends it all the same.)
    let own = u64::from(std::process::id());
    rules.insert(libc::SYS_tgkill, vec![when(0, Length::Dword, Is::Eq, own)?]);
    // Any other mode circumvents the limit on a file: blocks reserved beyond its end (`FALLOC_FL_KEEP_SIZE`) do not
    // count, nor does what `FALLOC_FL_INSERT_RANGE` moves there.
    rules.insert(
        libc::SYS_fallocate,
        vec![when(1, Length::Dword, Is::Eq, 0)?],
    );
    rules.insert(
        libc::SYS_sched_setaffinity,
        vec![when(0, Length::Dword, Is::Eq, 0)?],
    );
    let mut commands = Vec::new();
    for command in FILE_COMMANDS {
        commands.push(when(1, Length::Dword, Is::Eq, *command as u64)?);
    }
    let asynchronous = libc::O_ASYNC as u64;
    commands.push(SeccompRule::new(vec![
        SeccompCondition::new(1, Length::Dword, Is::Eq, libc::F_SETFL as u64)?,
        SeccompCondition::new(2, Length::Dword, Is::MaskedEq(asynchronous), 0)?,
    ])?);
    rules.insert(libc::SYS_fcntl, commands);
    if kind == DeviceKind::Gpu {
        let mut allowed = Vec::new();
        for control in FORBIDDEN_CONTROLS {
            allowed.push(SeccompCondition::new(1, Length::Dword, Is::Ne, *control)?);
        }
        rules.insert(libc::SYS_ioctl, vec![SeccompRule::new(allowed)?]);
    }
    let mut maps = Vec::new();
    if stage == Stage::Run && kind != DeviceKind::Gpu {
        // `RLIMIT_DATA` counts only private memory, without stacks, and `mremap` could make a stack as large as it
        // likes. (libc works without `mremap`.)
        let (mask, private) = (MAP as u64, libc::MAP_PRIVATE as u64);
        maps.push(when(3, Length::Dword, Is::MaskedEq(mask), private)?);
    } else {
        rules.insert(libc::SYS_mremap, Vec::new());
    }
    rules.insert(libc::SYS_mmap, maps);
    // Names of threads and of memory; and what `seal` sets once more, which cannot be undone.
    let mut harmless = Vec::new();
    for option in [
        libc::PR_SET_NAME as u64,
        libc::PR_GET_NAME as u64,
        libc::PR_SET_NO_NEW_PRIVS as u64,
        PR_SET_VMA,
    ] {
        harmless.push(when(0, Length::Dword, Is::Eq, option)?);
    }
    rules.insert(libc::SYS_prctl, harmless);
    // Its own limits may be read.
    rules.insert(
        libc::SYS_prlimit64,
        vec![SeccompRule::new(vec![
            SeccompCondition::new(0, Length::Dword, Is::Eq, 0)?,
            SeccompCondition::new(2, Length::Qword, Is::Eq, 0)?,
        ])?],
    );
    Ok(rules)
}

fn when(
    argument: u8,
    length: Length,
    is: Is,
    value: u64,
) -> Result<SeccompRule, seccompiler::BackendError> {
    SeccompRule::new(vec![SeccompCondition::new(argument, length, is, value)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The calls that signal, slow or look into a process by its number.
    const OF_OTHERS: &[libc::c_long] = &[
        libc::SYS_get_robust_list,
        libc::SYS_kill,
        libc::SYS_pidfd_open,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_ptrace,
        libc::SYS_rt_sigqueueinfo,
        libc::SYS_rt_tgsigqueueinfo,
        libc::SYS_setpriority,
        libc::SYS_tkill,
    ];

    #[test]
    fn no_stage_names_another_process() {
        for stage in [Stage::Build, Stage::Run] {
            for kind in [DeviceKind::Cpu, DeviceKind::Gpu] {
                let rules = rules(stage, kind).unwrap();
                for call in OF_OTHERS {
                    assert!(!rules.contains_key(call), "{stage:?}, {kind:?}: {call}");
                }
                // The calls that are allowed are allowed by their arguments; an empty list would allow any.
                let by_argument = [
                    libc::SYS_clone,
                    libc::SYS_fallocate,
                    libc::SYS_fcntl,
                    libc::SYS_prlimit64,
                    libc::SYS_sched_setaffinity,
                    libc::SYS_tgkill,
                ];
                for call in by_argument {
                    assert!(!rules[&call].is_empty(), "{stage:?}, {kind:?}: {call}");
                }
            }
        }
        assert!(!rules(Stage::Run, DeviceKind::Cpu)
            .unwrap()
            .contains_key(&libc::SYS_ioctl));
        let controls = &rules(Stage::Run, DeviceKind::Gpu).unwrap()[&libc::SYS_ioctl];
        assert!(!controls.is_empty());
    }
}
