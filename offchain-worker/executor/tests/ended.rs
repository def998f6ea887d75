//! Malicious programs that are ended for what they do: no result is left, and the node sees how they ended. Those that
//! run out of something are in `exhaustion.rs`.
#![cfg(target_arch = "x86_64")]
#![allow(clippy::unwrap_used)]

mod common;

use aicpw_protocol::job::{path, Message};
use common::{longs, native_job, Job};
use serde_json::{json, Value};

/// Each of these calls is made by a program of its own, because it is its last.
#[test]
fn who_tries_to_start_a_program_or_to_open_a_socket_is_ended() {
    let node = std::process::id();
    let call = |number: libc::c_long, arguments: &str| format!("call({number}, {arguments})");
    let of_node = format!("{node}, 0, 0, 0");
    let tries = [
        call(
            libc::SYS_socket,
            &format!("{}, {}, 0, 0", libc::AF_INET, libc::SOCK_STREAM),
        ),
        call(
            libc::SYS_socket,
            &format!("{}, {}, 0, 0", libc::AF_UNIX, libc::SOCK_STREAM),
        ),
        call(
            libc::SYS_socketpair,
            &format!("{}, {}, 0, (long)out", libc::AF_UNIX, libc::SOCK_STREAM),
        ),
        call(libc::SYS_execve, "P(\"/bin/sh\"), 0, 0, 0"),
        call(libc::SYS_execveat, "-100, P(\"/bin/sh\"), 0, 0"),
        call(libc::SYS_fork, "0, 0, 0, 0"),
        call(libc::SYS_vfork, "0, 0, 0, 0"),
        call(libc::SYS_clone, &format!("{}, 0, 0, 0", libc::SIGCHLD)),
        // A process that shares this one's memory, as `vfork` makes it.
        call(
            libc::SYS_clone,
            &format!("{}, 0, 0, 0", libc::CLONE_VM | libc::SIGCHLD),
        ),
        call(
            libc::SYS_ptrace,
            &format!("{}, {node}, 0, 0", libc::PTRACE_ATTACH),
        ),
        call(libc::SYS_process_vm_readv, &of_node),
        call(libc::SYS_process_vm_writev, &of_node),
    ];
    // To look into itself is only refused.
    let itself = format!(
        "call({}, call({}, 0, 0, 0, 0), 0, 0, 0)",
        libc::SYS_process_vm_readv,
        libc::SYS_getpid
    );
    let mut kernel = format!(
        "#define P(text) (long)(__constant char*)text\n\
         __kernel void f(__global long* out, int which) {{\n\tout[0] = {itself};\n"
    );
    for (which, call) in tries.iter().enumerate() {
        kernel += &format!("\tif (which == {which}) out[0] = {call};\n");
    }
    let job = native_job(&(kernel + "}\n"), 1);
    let choose = |which: usize| {
        let mut manifest: Value = serde_json::from_slice(&job.get(path::MANIFEST)).unwrap();
        let number = json!({ "scalar": { "type": "int", "value": which } });
        manifest["steps"][0]["args"] = json!([{ "buffer": "out" }, number]);
        job.put(path::MANIFEST, manifest.to_string().as_bytes());
    };
    // The program that tries none of them ends well, so that the others mean something.
    choose(tries.len());
    let (_, output) = job.complete();
    assert_eq!(longs(&output), [-i64::from(libc::EPERM)]);
    for (which, call) in tries.iter().enumerate() {
        choose(which);
        let ran = job.run();
        assert_eq!(ran.crashed_by(), Some(libc::SIGSYS), "{call}: {ran:#?}");
    }
}

#[test]
fn a_forged_pointer_ends_the_process_and_nothing_else() {
    let job = Job::int(
        "__kernel void f(__global int* v) { *(volatile __global int*)(ulong)(v[0] + 64) = 1; }",
        json!([{ "name": "v", "type": "int", "length": 1 }]),
        json!([{ "kernel": "f", "args": [{ "buffer": "v" }], "global": [1] }]),
        json!(["v"]),
    );
    assert!(job.build().done().is_some());
    let ran = job.run();
    assert_eq!(ran.crashed_by(), Some(libc::SIGSEGV), "{ran:#?}");
    // There is no file that could be taken for a result.
    let result = std::fs::read(job.file(path::RESULT)).unwrap_or_default();
    assert!(serde_json::from_slice::<Value>(&result).is_err());
    // The node was told before that the program was handed over: what follows is not a crash of the provider.
    assert_eq!(ran.messages, [Message::Progress { done: 0, total: 1 }]);
}
