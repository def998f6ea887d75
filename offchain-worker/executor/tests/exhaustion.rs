//! Programs that take more than they are given, or reach for what is not theirs: each ends as a
//! failed job with a reason, and leaves no result.
#![cfg(target_arch = "x86_64")]
#![allow(clippy::unwrap_used)]

mod common;

use std::path::Path;

use aicpw_protocol::job::{longest_file, most_on_disk, path, JobLimits, RESULT_FILES};
use aicpw_protocol::task::Fault;
use common::{longs, native_job, Job, CID, SYSTEM_CALL};
use serde_json::{json, Value};

fn kernel(program: &str, length: u64, fields: Value) -> Job {
    let mut step = json!({ "kernel": "f", "args": [{ "buffer": "v" }], "global": [1] });
    step.as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    Job::int(
        program,
        json!([{ "name": "v", "type": "int", "length": length }]),
        json!([step]),
        json!(["v"]),
    )
}

fn seconds(job: &Job, cpu_seconds: u64) {
    job.limits(JobLimits {
        memory_bytes: 1 << 30,
        output_bytes: 1 << 30,
        cpu_seconds,
    });
}

/// Checks that the run stage crashes by one of these signals, and that there is no result.
#[track_caller]
fn crashes(job: &Job, signals: &[i32]) {
    assert!(job.build().done().is_some());
    let ran = job.run();
    let signal = ran.crashed_by();
    assert!(signal.is_some_and(|s| signals.contains(&s)), "{ran:#?}");
    let result = std::fs::read(job.file(path::RESULT)).unwrap_or_default();
    assert!(serde_json::from_slice::<Value>(&result).is_err());
}

/// The signals in which a broken heap or a bad address ends.
const BROKEN: &[i32] = &[libc::SIGSEGV, libc::SIGBUS, libc::SIGABRT, libc::SIGILL];

#[test]
fn forged_pointers_reach_nothing_outside_of_the_process() {
    // The kernel's half of the address space, the first page, and no address at all.
    for address in ["0xffffffff81000000UL", "0x10UL", "0x7fffffffffffffffUL"] {
        let program = format!(
            "__kernel void f(__global int* v) {{ v[0] = *(volatile __global int*)({address} + v[0]); }}"
        );
        crashes(&kernel(&program, 1, json!({})), BROKEN);
    }
}

#[test]
fn writing_out_of_bounds_ends_the_process() {
    for step in ["1024", "-1024"] {
        let program = format!(
            "__kernel void f(volatile __global int* v) {{
				for (long i = 0;; i += {step}) v[i] = 0x41414141; }}"
        );
        crashes(&kernel(&program, 16, json!({})), BROKEN);
    }
}

#[test]
fn buffers_beyond_the_machine_are_refused_by_name() {
    let job = kernel("__kernel void f(__global int* v) {}", 1 << 32, json!({}));
    job.limits(JobLimits {
        memory_bytes: 1 << 40,
        output_bytes: 1 << 34,
        cpu_seconds: 60,
    });
    assert!(job.build().done().is_some());
    let ran = job.run();
    let failed = ran.failed();
    let reasons = ["buffers[0].length", "buffer `v`"];
    assert!(
        reasons.iter().any(|r| failed.message.contains(r)),
        "{failed:?}"
    );
}

#[test]
fn private_memory_beyond_the_stack_ends_the_process() {
    let program = "__kernel void f(volatile __global int* v) {
			volatile int a[1 << 26];
			for (int i = 0; i < 1 << 26; i += 512) a[i] = v[0];
			v[0] = a[1 << 25]; }";
    let job = kernel(program, 1, json!({}));
    // Some drivers notice it while they build.
    if job.build().done().is_some() {
        crashes(&job, BROKEN);
    }
}

#[test]
fn local_memory_beyond_the_device_is_refused() {
    let mut arguments = vec![json!({ "buffer": "v" })];
    arguments.extend(vec![json!({ "local": 1 << 20 }); 63]);
    let parameters: Vec<String> = (0..63).map(|i| format!("__local int* a{i}")).collect();
    let program = format!(
        "__kernel void f(__global int* v, {}) {{ a0[0] = v[0]; v[0] = a62[1]; }}",
        parameters.join(", ")
    );
    let job = kernel(&program, 1, json!({ "args": arguments }));
    assert!(job.build().done().is_some());
    let ran = job.run();
    // 63 MiB are refused by the driver, or by the limit of the process.
    let refused = ran.crashed_by().is_some() || ran.failed().message.contains("steps[0]");
    assert!(refused, "{ran:#?}");
}

/// Checks text that is short, but long for a compiler: it runs into a limit or is refused, in any
/// case with a reason, and no stage can follow.
#[track_caller]
fn is_no_program(program: &str) {
    let job = kernel(program, 1, json!({}));
    seconds(&job, 3);
    let built = job.build();
    assert!(built.done().is_none(), "{built:#?}");
    let reason = match built.crashed_by() {
        Some(signal) => [
            libc::SIGXCPU,
            libc::SIGXFSZ,
            libc::SIGABRT,
            libc::SIGSEGV,
            libc::SIGKILL,
        ]
        .contains(&signal),
        None => !built.failed().message.is_empty(),
    };
    assert!(reason, "{built:#?}");
    assert!(!built.killed_at_deadline, "{built:#?}");
    let ran = job.run();
    assert_eq!(ran.failed().fault, Fault::Crashed);
    assert!(
        ran.failed().message.contains("no built program"),
        "{ran:#?}"
    );
}

#[test]
fn compiler_bombs_run_into_a_limit() {
    // 2^40 additions.
    let mut doubling = String::from("#define X0 v[0] + v[0]\n");
    for i in 1..40 {
        doubling += &format!("#define X{i} X{} + X{}\n", i - 1, i - 1);
    }
    is_no_program(&format!(
        "{doubling}__kernel void f(__global int* v) {{ v[0] = X39; }}"
    ));
    // 100,000 brackets.
    let deep = "(".repeat(100_000) + "1" + &")".repeat(100_000);
    is_no_program(&format!(
        "__kernel void f(__global int* v) {{ v[0] = {deep}; }}"
    ));
}

#[test]
fn who_writes_beyond_the_limit_of_a_file_is_ended() {
    let job = native_job(
        &format!(
            "__kernel void f(__global long* out) {{
				for (int fd = 3; fd < 64; fd++) {{
					out[0] += call({}, fd, (long)out, 8, 1L << 40) > 0;
				}}
			}}",
            libc::SYS_pwrite64
        ),
        1,
    );
    crashes(&job, &[libc::SIGXFSZ]);
}

#[test]
fn all_files_together_take_no_more_than_the_node_has_room_for() {
    // One MiB of output is promised, and is written again and again to all descriptors that there
    // can be, until each of them takes no more. The signal for that is ignored.
    const OUTPUT: u64 = 1 << 20;
    const DESCRIPTORS: usize = 256;
    let limit = longest_file(OUTPUT);
    let job = native_job(
        &format!(
            "__kernel void f(__global long* out) {{
				volatile long ignored[4] = {{ 1, 0, 0, 0 }};
				if (call({action}, {signal}, (long)ignored, 0, 8) != 0) return;
				for (int fd = 3; fd < {DESCRIPTORS}; fd++) {{
					long at = 0;
					while (at < {beyond}) {{
						long written = call({write}, fd, (long)out, {OUTPUT}, at);
						if (written <= 0) break;
						at += written;
					}}
					out[fd] = at;
				}}
			}}",
            action = libc::SYS_rt_sigaction,
            signal = libc::SIGXFSZ,
            write = libc::SYS_pwrite64,
            beyond = 2 * limit,
        ),
        (OUTPUT / 8) as usize,
    );
    job.limits(JobLimits {
        memory_bytes: 1 << 30,
        output_bytes: OUTPUT,
        cpu_seconds: 120,
    });
    // What it wrote is also behind the output, which begins with what the kernel reports.
    let (_, output) = job.complete();
    let taken: Vec<i64> = longs(&output)
        .into_iter()
        .take(DESCRIPTORS)
        .filter(|bytes| *bytes != 0)
        .collect();
    assert_eq!(taken, vec![limit as i64; RESULT_FILES as usize]);
    let taken = blocks(job.dir.path());
    assert!(taken <= most_on_disk(OUTPUT), "{taken} bytes are taken");
}

#[test]
fn no_room_is_set_aside_beyond_the_end_of_a_file() {
    // As many blocks as asked for, in a file whose length does not change: no limit counts them.
    let modes = [
        libc::FALLOC_FL_KEEP_SIZE,
        libc::FALLOC_FL_KEEP_SIZE | libc::FALLOC_FL_ZERO_RANGE,
        libc::FALLOC_FL_INSERT_RANGE,
    ];
    let mut program = "__kernel void f(__global long* out) {\n".to_owned();
    for (i, mode) in modes.iter().enumerate() {
        program += &format!(
            "for (int fd = 3; fd < 256; fd++) out[{i}] += call({}, fd, {mode}, 0, 1L << 30) != {};\n",
            libc::SYS_fallocate,
            -libc::EPERM
        );
    }
    // This one works, so that the others mean something.
    program += &format!(
        "for (int fd = 3; fd < 256; fd++) out[{}] += call({}, fd, 0, 0, 4096) == 0;\n}}",
        modes.len(),
        libc::SYS_fallocate
    );
    let job = native_job(&program, modes.len() + 1);
    let built = job.build();
    assert!(built.done().is_some(), "{built:#?}");
    // The files are then longer than they should be, so only what the kernel saw is read.
    let ran = job.run();
    assert!(ran.done().is_some(), "{ran:#?}");
    let seen = longs(&job.get(path::OUTPUT)[..8 * (modes.len() + 1)]);
    assert_eq!(seen, [0, 0, 0, RESULT_FILES as i64]);
    let taken = blocks(job.dir.path());
    assert!(taken <= most_on_disk(8 * 4), "{taken} bytes are taken");
}

/// Returns what a folder really takes on disk.
fn blocks(folder: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt;
    let entries = std::fs::read_dir(folder).unwrap();
    entries
        .map(|entry| {
            let entry = entry.unwrap();
            let metadata = entry.metadata().unwrap();
            match metadata.is_dir() {
                true => blocks(&entry.path()),
                false => metadata.blocks() * 512,
            }
        })
        .sum()
}

#[test]
fn processes_cannot_be_multiplied() {
    let tries = [
        format!("call({}, 0, 0, 0, 0)", libc::SYS_fork),
        format!("call({}, 0, 0, 0, 0)", libc::SYS_vfork),
        format!("call({}, {}, 0, 0, 0)", libc::SYS_clone, libc::SIGCHLD),
    ];
    for call in tries {
        let kernel = format!("__kernel void f(__global long* out) {{ for (;;) {call}; }}");
        crashes(&native_job(&kernel, 1), &[libc::SIGSYS]);
    }
}

#[test]
fn another_job_is_out_of_reach() {
    let other = kernel(
        "__kernel void f(__global int* v) { v[0] = 42; }",
        1,
        json!({}),
    );
    other.complete();
    let files = [
        path::JOB,
        path::MANIFEST,
        path::PROGRAM,
        path::BINARY,
        path::OUTPUT,
        path::RESULT,
        ".",
    ];
    let folder = other.dir.path().canonicalize().unwrap();
    let mut program = "#define P(text) (long)(__constant char*)text\n\
		__kernel void f(__global long* out) {\n"
        .to_owned();
    for (i, file) in files.iter().enumerate() {
        let file = folder.join(file);
        program += &format!(
            "out[{i}] = call({}, P(\"{}\"), 0, 0, 0);\n",
            libc::SYS_open,
            file.display()
        );
    }
    program += "}";
    let job = native_job(&program, files.len());
    let (_, output) = job.complete();
    assert_eq!(longs(&output), vec![-i64::from(libc::EACCES); files.len()]);
    // The files are there for those who may read them.
    assert_eq!(other.get(path::OUTPUT), 42i32.to_le_bytes());
    // The compiler does not reach them either.
    let text = format!(
        "{SYSTEM_CALL}\n__asm__(\".incbin \\\"{}\\\"\");\n__kernel void f(__global long* out) {{}}",
        folder.join(path::OUTPUT).display()
    );
    let job = native_job("", 1);
    job.put(path::PROGRAM, text.as_bytes());
    assert!(job.build().log.contains("Could not find incbin file"));
}

#[test]
fn links_in_the_folder_lead_nowhere() {
    // An input that is a link to a file of this user.
    let mut manifest: Value = serde_json::from_slice(
        &kernel("__kernel void f(__global int* v) {}", 8, json!({})).get(path::MANIFEST),
    )
    .unwrap();
    manifest["buffers"][0]["init"] = json!({ "cid": CID });
    let job = Job::new("__kernel void f(__global int* v) {}", manifest);
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(secret.path(), [7; 32]).unwrap();
    std::os::unix::fs::symlink(secret.path(), job.file(&path::buffer(0))).unwrap();
    assert!(job.build().done().is_some());
    let ran = job.run();
    assert_eq!(ran.failed().fault, Fault::InputUnavailable, "{ran:#?}");
    assert!(ran.failed().message.contains("buffers[0].init"), "{ran:#?}");
}
