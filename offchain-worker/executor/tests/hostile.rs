//! Malicious programs, and how far they get. On PoCL a kernel is native code in the process, so it can make any system
//! call itself.
#![cfg(target_arch = "x86_64")]
#![allow(clippy::unwrap_used)]

mod common;

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use aicpw_protocol::job::{path, JobLimits, Message};
use aicpw_protocol::task::Fault;
use common::{longs, native_job, stage, Job, CID, EXECUTOR, SYSTEM_CALL};
use serde_json::json;

#[test]
fn files_threads_and_neighbours_are_out_of_reach() {
    const EPERM: i64 = -(libc::EPERM as i64);
    const EACCES: i64 = -(libc::EACCES as i64);
    const ENOSYS: i64 = -(libc::ENOSYS as i64);
    // One line each: what is tried, and what the kernel must answer.
    let write = libc::O_WRONLY | libc::O_CREAT;
    let open = libc::SYS_open;
    let node = std::process::id();
    let thread = libc::CLONE_VM
        | libc::CLONE_FS
        | libc::CLONE_FILES
        | libc::CLONE_SIGHAND
        | libc::CLONE_THREAD
        | libc::CLONE_SYSVSEM;
    let tries = [
        (format!("call({open}, P(\"/etc/passwd\"), 0, 0, 0)"), EACCES),
        (format!("call({open}, P(\"/etc/shadow\"), 0, 0, 0)"), EACCES),
        // The machine's network and mounts.
        (
            format!("call({open}, P(\"/proc/self/net/tcp\"), 0, 0, 0)"),
            EACCES,
        ),
        (
            format!("call({open}, P(\"/proc/self/mountinfo\"), 0, 0, 0)"),
            EACCES,
        ),
        (
            format!(
                "call({open}, P(\"/sys/class\"), {}, 0, 0)",
                libc::O_DIRECTORY
            ),
            EACCES,
        ),
        (
            format!("call({open}, P(\"/\"), {}, 0, 0)", libc::O_DIRECTORY),
            EACCES,
        ),
        (
            format!("call({open}, P(\"/proc/{node}/environ\"), 0, 0, 0)"),
            EACCES,
        ),
        (
            format!(
                "call({open}, P(\"/proc/{node}/mem\"), {}, 0, 0)",
                libc::O_RDWR
            ),
            EPERM,
        ),
        (
            format!(
                "call({open}, P(\"FOLDER/..\"), {}, 0, 0)",
                libc::O_DIRECTORY
            ),
            EACCES,
        ),
        (
            format!(
                "call({open}, P(\"FOLDER/inputs/program.cl\"), {}, 0, 0)",
                libc::O_WRONLY
            ),
            EPERM,
        ),
        (
            format!("call({open}, P(\"FOLDER/output/more\"), {write}, 0600, 0)"),
            EPERM,
        ),
        (
            format!("call({open}, P(\"FOLDER/work/more\"), {write}, 0600, 0)"),
            EPERM,
        ),
        (
            format!(
                "call({}, P(\"FOLDER/work/more\"), 0700, 0, 0)",
                libc::SYS_mkdir
            ),
            EPERM,
        ),
        (
            format!(
                "call({}, P(\"/etc/passwd\"), P(\"FOLDER/work/p\"), 0, 0)",
                libc::SYS_link
            ),
            EPERM,
        ),
        (
            format!(
                "call({}, P(\"/etc/passwd\"), P(\"FOLDER/work/p\"), 0, 0)",
                libc::SYS_symlink
            ),
            EPERM,
        ),
        // A thread as libc makes it, one with open files of its own, and calls that would hold kernel memory.
        (
            format!("call({}, {thread}, 0, 0, 0)", libc::SYS_clone),
            EPERM,
        ),
        (
            format!(
                "call({}, {}, 0, 0, 0)",
                libc::SYS_clone,
                thread & !libc::CLONE_FILES
            ),
            EPERM,
        ),
        (
            format!("call({}, (long)out, 0, 0, 0)", libc::SYS_pipe),
            EPERM,
        ),
        (
            format!("call({}, (long)out, 0, 0, 0)", libc::SYS_pipe2),
            EPERM,
        ),
        (format!("call({}, 0, 88, 0, 0)", libc::SYS_clone3), ENOSYS),
        (format!("call({}, {node}, 0, 0, 0)", libc::SYS_kill), EPERM),
        (
            format!("call({}, {node}, {node}, 0, 0)", libc::SYS_tgkill),
            EPERM,
        ),
        (
            format!("call({}, {node}, 0, 0, 0)", libc::SYS_pidfd_open),
            EPERM,
        ),
        (
            format!(
                "call({}, P(\"none\"), P(\"/tmp\"), P(\"tmpfs\"), 0)",
                libc::SYS_mount
            ),
            EPERM,
        ),
        (
            format!(
                "call({}, {}, 0, 0, 0)",
                libc::SYS_unshare,
                libc::CLONE_NEWUSER
            ),
            EPERM,
        ),
        (format!("call({}, 0, 0, 0, 0)", libc::SYS_bpf), EPERM),
        (format!("call({}, 0, 0, 0, 0)", libc::SYS_keyctl), EPERM),
        (
            format!("call({}, 8, 0, 0, 0)", libc::SYS_io_uring_setup),
            EPERM,
        ),
        (
            format!("call({}, 0, 0, 0, 0)", libc::SYS_userfaultfd),
            EPERM,
        ),
        (
            format!("call({}, P(\"x\"), 0, 0, 0)", libc::SYS_memfd_create),
            EPERM,
        ),
        (
            format!("call({}, 0, 0, 0, 0)", libc::SYS_perf_event_open),
            EPERM,
        ),
        (
            format!(
                "call({}, {}, 1, 0, 0)",
                libc::SYS_prctl,
                libc::PR_SET_DUMPABLE
            ),
            EPERM,
        ),
        (
            format!(
                "call({}, 0, {}, P(\"0123456789abcdef\"), 0)",
                libc::SYS_prlimit64,
                libc::RLIMIT_CPU
            ),
            EPERM,
        ),
        (
            format!("call({}, 0, 0x5412, P(\"x\"), 0)", libc::SYS_ioctl),
            EPERM,
        ),
        (format!("call({}, 0, 0, 0, 0)", libc::SYS_setsid), EPERM),
        (format!("call({}, 0, 0, 0, 0)", libc::SYS_setpgid), EPERM),
        (format!("call({}, 0, 0, 0, 0)", libc::SYS_seccomp), EPERM),
        // This one works, so that the others mean something.
        (format!("call({}, 0, 0, 0, 0) > 0", libc::SYS_getpid), 1),
    ];
    answers("", &tries);
}

/// Runs a kernel that makes these calls, and compares the answers of this machine's kernel.
#[track_caller]
fn answers(functions: &str, tries: &[(String, i64)]) {
    let mut kernel = "#define P(text) (long)(__constant char*)text\n\
		__kernel void f(__global long* out) {\n"
        .to_owned();
    for (i, (call, _)) in tries.iter().enumerate() {
        kernel += &format!("\tout[{i}] = {call};\n");
    }
    kernel += "}\n";
    let job = native_job("", tries.len());
    // The job's request limits what is allowed here.
    job.limits(JobLimits {
        memory_bytes: 1 << 20,
        output_bytes: 1 << 20,
        cpu_seconds: 60,
    });
    let folder = job.dir.path().canonicalize().unwrap();
    let kernel = kernel.replace("FOLDER", folder.to_str().unwrap());
    job.put(
        path::PROGRAM,
        format!("{SYSTEM_CALL}\n{functions}\n{kernel}").as_bytes(),
    );

    let (_, output) = job.complete();
    for ((call, expected), answer) in tries.iter().zip(longs(&output)) {
        assert_eq!(answer, *expected, "{call}");
    }
}

#[test]
fn the_node_is_neither_signalled_nor_slowed() {
    const EPERM: i64 = -(libc::EPERM as i64);
    const F_SETSIG: i32 = 10;
    const F_SETOWN_EX: i32 = 15;
    let node = std::process::id();
    // For the pipe from which the node reads the log.
    let fcntl = |command: i32, argument: &str| {
        format!("call({}, 2, {command}, {argument}, 0)", libc::SYS_fcntl)
    };
    let named = |number: libc::c_long| {
        format!("call({number}, {node}, 8, P(\"\\1\\0\\0\\0\\0\\0\\0\"), (long)out)")
    };
    let mut tries = vec![
        // A file whose signals go to the node.
        (fcntl(libc::F_SETOWN, &node.to_string()), EPERM),
        (fcntl(libc::F_SETOWN, &format!("-{node}")), EPERM),
        (fcntl(F_SETOWN_EX, "P(\"\\0\")"), EPERM),
        (fcntl(F_SETSIG, &libc::SIGKILL.to_string()), EPERM),
        (fcntl(libc::F_SETFL, &libc::O_ASYNC.to_string()), EPERM),
        (
            fcntl(
                libc::F_SETFL,
                &(libc::O_ASYNC | libc::O_NONBLOCK).to_string(),
            ),
            EPERM,
        ),
        (fcntl(libc::F_SETLEASE, &libc::F_RDLCK.to_string()), EPERM),
        (fcntl(libc::F_NOTIFY, "1"), EPERM),
        (fcntl(libc::F_SETPIPE_SZ, "1048576"), EPERM),
        // Calls that take kernel memory.
        (fcntl(libc::F_SETLK, "0"), EPERM),
        (fcntl(libc::F_SETLKW, "0"), EPERM),
        // The limits of another process, even to read them.
        (
            format!(
                "call({}, {node}, {}, 0, (long)out)",
                libc::SYS_prlimit64,
                libc::RLIMIT_CPU
            ),
            EPERM,
        ),
        // What the driver and libc do is allowed.
        (fcntl(libc::F_GETFL, "0") + " >= 0", 1),
        (fcntl(libc::F_SETFL, &libc::O_NONBLOCK.to_string()), 0),
        (fcntl(libc::F_DUPFD_CLOEXEC, "3") + " >= 3", 1),
    ];
    let numbers = [
        libc::SYS_sched_setaffinity,
        libc::SYS_sched_setscheduler,
        libc::SYS_sched_setparam,
        libc::SYS_sched_setattr,
        libc::SYS_get_robust_list,
        libc::SYS_getpriority,
        libc::SYS_setpriority,
        libc::SYS_ioprio_set,
        libc::SYS_kcmp,
        libc::SYS_tkill,
        libc::SYS_rt_sigqueueinfo,
        libc::SYS_rt_tgsigqueueinfo,
        libc::SYS_pidfd_send_signal,
        libc::SYS_process_madvise,
        libc::SYS_migrate_pages,
        libc::SYS_move_pages,
        libc::SYS_perf_event_open,
        libc::SYS_timer_create,
        libc::SYS_mq_open,
        libc::SYS_shmget,
        libc::SYS_semget,
        libc::SYS_msgget,
    ];
    tries.extend(numbers.map(|number| (named(number), EPERM)));
    answers("", &tries);
}

#[test]
fn nothing_tells_what_the_machine_is_called_and_where_links_lead() {
    const EPERM: i64 = -(libc::EPERM as i64);
    let readlink = |path: &str| {
        format!(
            "call({}, P(\"{path}\"), (long)out, 8, 0)",
            libc::SYS_readlink
        )
    };
    let readlinkat = |folder: &str, path: &str| {
        format!(
            "call({}, {folder}, P(\"{path}\"), (long)out, 8)",
            libc::SYS_readlinkat
        )
    };
    let here = libc::AT_FDCWD.to_string();
    // The link itself: Landlock lets everybody open it who does not read from it.
    let link = format!(
        "call({}, P(\"/proc/self/exe\"), {}, 0, 0)",
        libc::SYS_open,
        libc::O_PATH | libc::O_NOFOLLOW
    );
    let tries = [
        // The host's name.
        (
            format!("call({}, (long)out, 0, 0, 0)", libc::SYS_uname),
            EPERM,
        ),
        // The job's folder, which is below the node's base path.
        (
            format!("call({}, (long)out, 256, 0, 0)", libc::SYS_getcwd),
            EPERM,
        ),
        (readlink("/proc/self/cwd"), EPERM),
        (readlink("/proc/self/fd/1"), EPERM),
        // Where the node is installed, and the time zone.
        (readlink("/proc/self/exe"), EPERM),
        (readlinkat(&here, "/proc/self/exe"), EPERM),
        (readlinkat(&here, "/etc/localtime"), EPERM),
        (readlinkat(&link, ""), EPERM),
        // These work all the same, so that the others mean something.
        (format!("{link} >= 0"), 1),
        (
            format!(
                "call({}, P(\"FOLDER/manifest.json\"), {}, 0, 0)",
                libc::SYS_access,
                libc::R_OK
            ),
            0,
        ),
    ];
    answers("", &tries);
}

const ENDLESS: &str = "__kernel void f(volatile __global int* v) { while (v[0] == 0) v[1]++; }";

fn endless() -> Job {
    let job = Job::int(
        ENDLESS,
        json!([{ "name": "v", "type": "int", "length": 2 }]),
        json!([{ "kernel": "f", "args": [{ "buffer": "v" }], "global": [64] }]),
        json!(["v"]),
    );
    assert!(job.build().done().is_some());
    job
}

#[test]
fn an_endless_kernel_is_killed_at_the_deadline() {
    let ran = stage("run", endless().dir.path(), Duration::from_secs(3));
    assert!(ran.killed_at_deadline);
    assert_eq!(ran.crashed_by(), Some(libc::SIGKILL));
}

#[test]
fn an_endless_kernel_runs_into_the_processor_limit() {
    let job = endless();
    job.limits(JobLimits {
        memory_bytes: 1 << 20,
        output_bytes: 1 << 20,
        cpu_seconds: 1,
    });
    let ran = job.run();
    assert_eq!(ran.crashed_by(), Some(libc::SIGXCPU), "{ran:#?}");
}

/// Starts a job's process, and returns it with its output once it has the program.
fn running(mut command: Command) -> (Child, Lines<BufReader<ChildStdout>>) {
    let mut child = command
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    assert_eq!(
        Message::from_line(first.as_bytes()),
        Some(Message::Progress { done: 0, total: 1 })
    );
    (child, lines)
}

fn run_of(job: &Job) -> Command {
    let mut command = Command::new(EXECUTOR);
    command.arg("run").arg(job.dir.path());
    command
}

/// As if the node ran as root.
#[test]
fn it_has_no_privileges() {
    let job = endless();
    let (mut child, _lines) = running(run_of(&job));
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    for line in [
        "CapInh:\t0000000000000000",
        "CapPrm:\t0000000000000000",
        "CapEff:\t0000000000000000",
        "CapAmb:\t0000000000000000",
        "NoNewPrivs:\t1",
    ] {
        assert!(status.lines().any(|found| found == line), "{status}");
    }
}

#[test]
fn it_ends_when_the_node_is_gone() {
    let job = endless();
    let (mut child, _lines) = running(run_of(&job));
    drop(child.stdin.take());
    assert_eq!(child.wait().unwrap().code(), Some(2));
}

/// As if its own code had stopped the thread that reads the pipe: the other end of this pipe stays open.
#[test]
fn it_ends_with_the_node_whatever_its_own_threads_do() {
    let job = endless();
    let mut command = Command::new("sh");
    command
        .args(["-c", "\"$0\" run \"$1\"; :", EXECUTOR])
        .arg(job.dir.path());
    let (mut node, lines) = running(command);
    let _open = node.stdin.take();
    node.kill().unwrap();
    node.wait().unwrap();
    // Reading ends when the executor has ended.
    let (ended, has_ended) = std::sync::mpsc::channel();
    std::thread::spawn(move || ended.send(lines.count()));
    let more = has_ended.recv_timeout(Duration::from_secs(20));
    assert_eq!(more, Ok(0), "the executor outlived its node");
}

#[test]
fn memory_is_limited() {
    // 4 GiB through `mmap`, without a buffer of the manifest.
    let private = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
    let shared = libc::MAP_SHARED | libc::MAP_ANONYMOUS;
    let (read, write) = (libc::PROT_READ, libc::PROT_READ | libc::PROT_WRITE);
    let map =
        |size: &str, protection: i32, flags: i32| format!("map({size}, {protection}, {flags}, -1)");
    let large = "4L << 30";
    const ENOMEM: i64 = -(libc::ENOMEM as i64);
    const EPERM: i64 = -(libc::EPERM as i64);
    let tries = [
        (map(large, write, private), ENOMEM),
        (map(large, write, private | libc::MAP_NORESERVE), ENOMEM),
        // Memory that is only read, for which the kernel keeps tables.
        (map("64L << 30", read, private), ENOMEM),
        (
            map("64L << 30", read, private | libc::MAP_NORESERVE),
            ENOMEM,
        ),
        // Memory that no limit counts.
        (map(large, write, shared), EPERM),
        (map(large, read, shared), EPERM),
        (
            map(
                large,
                write,
                libc::MAP_SHARED_VALIDATE | libc::MAP_ANONYMOUS,
            ),
            EPERM,
        ),
        (map(large, write, private | libc::MAP_GROWSDOWN), EPERM),
        (map(large, write, private | libc::MAP_HUGETLB), EPERM),
        (
            format!(
                "map({large}, {read}, {}, call({}, P(\"/dev/zero\"), 0, 0, 0))",
                libc::MAP_SHARED,
                libc::SYS_open
            ),
            EPERM,
        ),
        (
            format!("call({}, 0, 4096, {large}, 1)", libc::SYS_mremap),
            EPERM,
        ),
        // What libc does is allowed.
        (map("1L << 20", write, private) + " > 0", 1),
        (
            map("1L << 20", write, private | libc::MAP_STACK) + " > 0",
            1,
        ),
    ];
    let function = format!(
        r#"long map(long bytes, long protection, long flags, long file) {{
			long result;
			__asm__ volatile("mov %4, %%r10\n mov %5, %%r8\n xor %%r9, %%r9\n syscall"
				: "=a"(result)
				: "a"({}L), "D"(0L), "S"(bytes), "r"(flags), "r"(file), "d"(protection)
				: "rcx", "r8", "r9", "r10", "r11", "memory");
			return result;
		}}"#,
        libc::SYS_mmap
    );
    answers(&function, &tries);
}

#[test]
fn it_goes_first_when_memory_is_short() {
    let job = endless();
    let mut child = common::start("run", job.dir.path());
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // The process has the program now.
    assert!(lines.next().unwrap().is_ok());
    let score = std::fs::read_to_string(format!("/proc/{}/oom_score_adj", child.id()));
    child.kill().unwrap();
    child.wait().unwrap();
    let own = std::fs::read_to_string("/proc/self/oom_score_adj").unwrap();
    let own: i32 = own.trim().parse().unwrap();
    assert_eq!(score.unwrap().trim(), own.max(500).to_string());
}

#[test]
fn the_compiler_reads_no_files_of_this_machine() {
    for class in ["int", "device"] {
        let job = Job::new(
            "#include \"/etc/passwd\"\n__kernel void f(__global int* v) {}",
            json!({
                "version": "aicpw.task/v1", "name": "include", "engine": "opencl", "class": class,
                "program": { "cid": CID },
                "buffers": [{ "name": "v", "type": "int", "length": 1 }],
                "steps": [{ "kernel": "f", "args": [{ "buffer": "v" }], "global": [1] }],
                "outputs": ["v"],
            }),
        );
        let built = job.build();
        assert_eq!(built.failed().fault, Fault::BuildFailed);
        assert!(
            built.failed().message.contains("no files to include"),
            "{built:#?}"
        );
    }
    // Beyond the check, the compiler itself is locked in: assembler includes files too.
    let job = native_job(
        "__asm__(\".incbin \\\"/etc/passwd\\\"\");\n__kernel void f(__global long* out) {}",
        1,
    );
    let built = job.build();
    // PoCL goes on without it; what matters is that it could not read.
    assert!(
        built.log.contains("Could not find incbin file"),
        "{built:#?}"
    );
    let log =
        String::from_utf8_lossy(&std::fs::read(job.file(path::BUILD_LOG)).unwrap_or_default())
            .into_owned();
    assert!(!log.contains("root:"), "{log}");
    assert!(!built.log.contains("root:"), "{built:#?}");
}
