//! Programs that compile to a shared object with code that would run while it is loaded: in the build
//! stage, which loads it, and where more is allowed than where kernels run. None of it runs.
#![cfg(target_arch = "x86_64")]
#![allow(clippy::unwrap_used)]

mod common;

use aicpw_protocol::job::path;
use aicpw_protocol::task::Fault;
use common::{native_job, Job};
use serde_json::json;

/// In the work folder, which the build stage may write to.
const MARK: &str = "work/mark";

/// A function `mark` that makes a file, without libc.
const FUNCTION: &str = "
    .pushsection .text
    .type mark, @function
    mark:
        push %rbx
        mov $2, %eax
        lea name(%rip), %rdi
        mov $0101, %esi
        mov $0644, %edx
        syscall
        pop %rbx
        ret
    name: .asciz \"NAME\"
    .popsection
";

/// Builds a kernel with this assembler beside it, and expects that it is refused for this.
#[track_caller]
fn is_refused(assembler: &str, why: &str) {
    let job = native_job("", 1);
    let mark = job.file(MARK);
    let function = FUNCTION.replace("NAME", mark.to_str().unwrap());
    let lines = format!("{function}{assembler}");
    let quoted = lines.lines().map(|line| {
        let line = line.replace('\\', "\\\\").replace('"', "\\\"");
        format!("\"{line}\\n\"\n")
    });
    let quoted: String = quoted.collect();
    let program = format!(
        "__kernel void f(__global long* out) {{ __asm__ volatile({quoted}); out[0] = 7; }}"
    );
    job.put(path::PROGRAM, program.as_bytes());
    let built = job.build();
    assert!(!mark.exists(), "it ran: {built:#?}");
    let failed = built.failed();
    assert_eq!(failed.fault, Fault::BuildFailed, "{built:#?}");
    assert!(failed.message.contains(why), "{built:#?}");
}

#[test]
fn the_function_that_leaves_a_mark_works() {
    // In the run stage, where a kernel may make no file, it leaves none, and is no proof. So: called by
    // a process of its own.
    let folder = tempfile::tempdir().unwrap();
    let mark = folder.path().join("mark");
    let function = FUNCTION.replace("NAME", mark.to_str().unwrap());
    let source = folder.path().join("mark.s");
    let text = format!(
        "{function}\n.globl _start\n_start: call mark\nmov $60, %eax\nxor %edi, %edi\nsyscall\n"
    );
    std::fs::write(&source, text).unwrap();
    let program = folder.path().join("program");
    for (tool, arguments) in [
        (
            "as",
            [
                source.as_path(),
                "-o".as_ref(),
                &folder.path().join("mark.o"),
            ],
        ),
        (
            "ld",
            [
                folder.path().join("mark.o").as_path(),
                "-o".as_ref(),
                &program,
            ],
        ),
    ] {
        let done = std::process::Command::new(tool).args(arguments).status();
        assert!(done.unwrap().success(), "{tool}");
    }
    assert!(std::process::Command::new(program)
        .status()
        .unwrap()
        .success());
    assert!(mark.exists());
}

#[test]
fn constructors_and_destructors_do_not_run() {
    for (section, why) in [
        (".init_array,\"aw\",@init_array", "constructors"),
        (".ctors,\"aw\",@progbits", "constructors"),
        (".fini_array,\"aw\",@fini_array", "destructors"),
    ] {
        is_refused(
            &format!(".pushsection {section}\n.quad mark\n.popsection\n"),
            why,
        );
    }
    for name in ["_init", "_fini"] {
        let function = format!(
            ".pushsection .text\n.globl {name}\n.type {name}, @function\n{name}: jmp mark\n.popsection\n"
        );
        is_refused(&function, name);
    }
}

#[test]
fn functions_that_choose_functions_do_not_run() {
    let choose = "
        .pushsection .text
        .globl choose
        .type choose, @gnu_indirect_function
        choose:
            call mark
            lea mark(%rip), %rax
            ret
        .popsection
    ";
    is_refused(choose, "ifunc");
    // Called for a pointer to it, whether it has a name for others or not.
    let used = format!("{choose}.pushsection .data\n.quad choose\n.popsection\n");
    is_refused(&used, "ifunc");
    is_refused(&used.replace(".globl choose", ""), "relocation of kind");
}

#[test]
fn what_the_linker_writes_cannot_be_forged() {
    for (entries, why) in [
        ("25, 0x1000, 27, 8", "constructors"),
        // A search path for libraries.
        ("29, 1", "an entry 0x1d"),
        // Where the loader writes its own address to.
        ("3, 0x7f0000000000", "an address outside of itself"),
    ] {
        let forged = format!(".pushsection .dynamic,\"aw\"\n.quad {entries}\n.popsection\n");
        is_refused(&forged, why);
    }
}

#[test]
fn class_int_has_no_constructors_either() {
    let job = Job::int(
        "__constant uchar code[16] __attribute__((section(\".text\"))) =\n\
            { 0xb8, 0xe7, 0, 0, 0, 0xbf, 77, 0, 0, 0, 0x0f, 0x05, 0xc3 };\n\
         __constant uchar* __constant run[2] __attribute__((section(\".init_array\"))) = { code, code };\n\
         __kernel void f(__global long* v) { v[0] = run[v[0] & 1][v[0] & 7]; }",
        json!([{ "name": "v", "type": "long", "length": 1 }]),
        json!([{ "kernel": "f", "args": [{ "buffer": "v" }], "global": [1] }]),
        json!(["v"]),
    );
    let built = job.build();
    assert_eq!(built.failed().fault, Fault::BuildFailed, "{built:#?}");
    assert!(
        built.failed().message.contains("constructors"),
        "{built:#?}"
    );
}

#[test]
fn addresses_within_a_program_are_no_harm() {
    let job = Job::int(
        "__constant int low[2] = { 1, 2 };\n\
         __constant int high[2] = { 30, 40 };\n\
         __constant int* __constant both[2] = { low, high };\n\
         __kernel void f(__global int* v) { v[0] = both[(v[0] + 1) & 1][1] + both[v[0] & 1][0]; }",
        json!([{ "name": "v", "type": "int", "length": 1 }]),
        json!([{ "kernel": "f", "args": [{ "buffer": "v" }], "global": [1] }]),
        json!(["v"]),
    );
    let (_, output) = job.complete();
    assert_eq!(output, 41_i32.to_le_bytes());
}
