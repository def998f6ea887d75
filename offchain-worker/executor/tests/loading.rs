//! Programs that compile to a shared object with code that runs while it is loaded. A driver loads it in the build
//! stage, where more is allowed than where kernels run: none of that code runs there.
#![cfg(target_arch = "x86_64")]
#![allow(clippy::unwrap_used)]

mod common;

use aicpw_protocol::job::{path, Done};
use common::{native_job, End, Job};
use serde_json::json;

/// A file in the work folder, where the build stage may write.
const MARK: &str = "work/mark";

/// A function `mark` that makes a file, without libc. It is in a section of its own, and not inside the kernel.
const FUNCTION: &str = "
    .pushsection .text.mark, \"ax\"
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

/// Builds and runs a kernel with this assembler beside it, and returns how the run ended. It must leave no mark:
/// neither while it is built, when nothing of it is loaded, nor while it runs, when no file can be made.
#[track_caller]
fn leaves_no_mark(assembler: &str) -> End {
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
    assert_eq!(built.done(), Some(&Done::Build), "{built:#?}");
    let ran = job.run();
    assert!(!mark.exists(), "it ran: {ran:#?}");
    if ran.done().is_some() {
        assert_eq!(job.get(path::OUTPUT), 7_i64.to_le_bytes());
    }
    ran
}

#[test]
fn the_function_that_leaves_a_mark_works() {
    // In the run stage, where a kernel may make no file, `mark` leaves none and proves nothing. So a separate process
    // calls it.
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
fn constructors_and_destructors_do_not_run_while_it_is_built() {
    for section in [
        ".init_array,\"aw\",@init_array",
        ".ctors,\"aw\",@progbits",
        ".fini_array,\"aw\",@fini_array",
    ] {
        let ran = leaves_no_mark(&format!(
            ".pushsection {section}\n.quad mark\n.popsection\n"
        ));
        assert!(ran.done().is_some(), "{ran:#?}");
    }
    for name in ["_init", "_fini"] {
        let ran = leaves_no_mark(&format!(
            ".pushsection .text.mark, \"ax\"\n.globl {name}\n.type {name}, @function\n{name}: jmp mark\n.popsection\n"
        ));
        assert!(ran.done().is_some(), "{ran:#?}");
    }
}

#[test]
fn functions_that_choose_functions_do_not_run_while_it_is_built() {
    let choose = "
        .pushsection .text.mark, \"ax\"
        .globl choose
        .type choose, @gnu_indirect_function
        choose:
            call mark
            lea mark(%rip), %rax
            ret
        .popsection
        .pushsection .data
        .quad choose
        .popsection
    ";
    for assembler in [choose.to_owned(), choose.replace(".globl choose", "")] {
        let ran = leaves_no_mark(&assembler);
        assert!(ran.done().is_some(), "{ran:#?}");
    }
}

#[test]
fn what_the_linker_writes_can_be_forged_and_is_not_read_while_it_is_built() {
    // Constructors, a search path, and where the loader writes its own address. Their effect concerns only the run, in
    // which nothing is allowed that kernels may not do.
    for entries in ["25, 0x1000, 27, 8", "29, 1", "3, 0x7f0000000000"] {
        leaves_no_mark(&format!(
            ".pushsection .dynamic,\"aw\"\n.quad {entries}\n.popsection\n"
        ));
    }
}

#[test]
fn class_int_can_have_constructors_too() {
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
    assert_eq!(built.done(), Some(&Done::Build), "{built:#?}");
    // It ends the run with this code, and says nothing.
    let ran = job.run();
    assert_eq!(ran.status.code(), Some(77), "{ran:#?}");
    assert!(ran.done().is_none(), "{ran:#?}");
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
