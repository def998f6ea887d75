//! What drivers load as native code.
//!
//! A driver for a CPU compiles a program to a shared object in the job folder, and loads it with
//! `dlopen`: PoCL does so while it still builds. A shared object can have code that runs while it is
//! loaded, which a program gets by an attribute or in assembler. In the build stage that would be a
//! stranger's code where the linker may be started, and in both it would be code that no launch of
//! the manifest asked for. So this program has a `dlopen` of its own, which libraries that it loads
//! find before that of libc, and which looks into what lies in the job folder ([`shared_object`]) first.

use std::ffi::{c_char, c_int, c_void, CStr, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use aicpw_protocol::task::Fault;

use super::{shared_object, Stage};
use crate::job::Failure;
use crate::report;

/// The job folder, and what it says of a program if something is wrong with what it compiles to.
static WATCHED: OnceLock<(PathBuf, Fault)> = OnceLock::new();

/// From now on what is loaded from this folder is looked at.
pub fn watch(stage: Stage, folder: &Path) {
    let fault = match stage {
        Stage::Build => Fault::BuildFailed,
        Stage::Run => Fault::RunFailed,
    };
    WATCHED.get_or_init(|| (folder.to_owned(), fault));
}

/// Looks at what is to be loaded, and ends the process if it must not be. The address of libc's
/// `dlopen`.
extern "C" fn look(path: *const c_char) -> *const c_void {
    if let (Some((folder, fault)), false) = (WATCHED.get(), path.is_null()) {
        // SAFETY: callers of `dlopen` give a text that ends with a zero.
        let path = OsStr::from_bytes(unsafe { CStr::from_ptr(path) }.to_bytes());
        // What is not there cannot be loaded either; what has no slash is a library of the system.
        let found = Path::new(path).canonicalize().ok();
        if let Some(found) = found.filter(|found| found.starts_with(folder)) {
            if let Err(why) = examine(&found) {
                let message = format!("what the program compiles to cannot be loaded: {why}");
                report::end(Failure::new(*fault, message));
            }
        }
    }
    static LIBC: OnceLock<usize> = OnceLock::new();
    // SAFETY: the name ends with a zero.
    let libc =
        LIBC.get_or_init(|| unsafe { libc::dlsym(libc::RTLD_NEXT, c"dlopen".as_ptr()) as usize });
    if *libc == 0 {
        report::end(Failure::here("this system's libc has no `dlopen`"));
    }
    *libc as *const c_void
}

fn examine(path: &Path) -> Result<(), String> {
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    shared_object::check(&bytes)
}

/// Goes on to libc's as if that had been called: it looks in other places for other callers.
///
/// # Safety
///
/// As libc's.
#[cfg(target_arch = "x86_64")]
#[no_mangle]
#[unsafe(naked)]
pub unsafe extern "C" fn dlopen(path: *const c_char, flags: c_int) -> *mut c_void {
    std::arch::naked_asm!(
        "push rdi",
        "push rsi",
        // Calls are made with the stack at a multiple of 16.
        "sub rsp, 8",
        "call {look}",
        "add rsp, 8",
        "pop rsi",
        "pop rdi",
        "jmp rax",
        look = sym look,
    )
}

/// Goes on to libc's as if that had been called: it looks in other places for other callers.
///
/// # Safety
///
/// As libc's.
#[cfg(target_arch = "aarch64")]
#[no_mangle]
#[unsafe(naked)]
pub unsafe extern "C" fn dlopen(path: *const c_char, flags: c_int) -> *mut c_void {
    std::arch::naked_asm!(
        "stp x29, x30, [sp, -32]!",
        "stp x0, x1, [sp, 16]",
        "bl {look}",
        "mov x9, x0",
        "ldp x0, x1, [sp, 16]",
        "ldp x29, x30, [sp], 32",
        "br x9",
        look = sym look,
    )
}
