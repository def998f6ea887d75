//! Keeps drivers from loading a job's native code in the build stage.
//!
//! A driver for a CPU compiles a program to a shared object in the job folder. PoCL loads it with `dlopen` as soon as
//! it is compiled, although it launches nothing while it builds. A shared object can contain code that runs while it is
//! loaded (constructors, functions that choose functions, libraries that it names), and a program gets such code by
//! attributes or in assembler. What a loader reads of the file can be forged in more ways than a check of it could
//! follow. In the build stage the linker may be started and files may be made, so a stranger's code must not run there.
//!
//! Therefore this program has its own `dlopen` and `dlsym`, which libraries that it loads find before those of libc. In
//! the build stage they answer for files in the job folder without loading them. All other calls go on to libc.
//!
//! In the run stage such code runs as kernels do: after [`super::seal`], and with nothing that kernels do not have.

use std::ffi::{c_char, c_int, c_void, CStr, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::OnceLock;

use super::Stage;
use crate::job::Failure;
use crate::report;

/// The job folder, in the build stage.
static NOT_FROM: OnceLock<PathBuf> = OnceLock::new();

/// The handle that `dlopen` returned in place of what was not loaded: this program itself.
static STAND_IN: AtomicPtr<c_void> = AtomicPtr::new(ptr::null_mut());

/// The oldest version of libc's functions here, which every libc has.
#[cfg(target_arch = "x86_64")]
const VERSION: &CStr = c"GLIBC_2.2.5";
#[cfg(target_arch = "aarch64")]
const VERSION: &CStr = c"GLIBC_2.17";

/// Loads nothing from this folder from now on, if the stage is the build stage.
pub fn restrict(stage: Stage, folder: &Path) {
    if stage == Stage::Build {
        NOT_FROM.get_or_init(|| folder.to_owned());
    }
}

/// Returns the function of libc that has the name of one of ours.
fn of_libc(name: &'static CStr, known: &'static OnceLock<usize>) -> *mut c_void {
    // SAFETY: both are texts that end with a zero.
    let find =
        || unsafe { libc::dlvsym(libc::RTLD_NEXT, name.as_ptr(), VERSION.as_ptr()) } as usize;
    match *known.get_or_init(find) {
        0 => report::end(Failure::here(format!(
            "this system's libc has no {} of version {}",
            name.to_string_lossy(),
            VERSION.to_string_lossy()
        ))),
        address => address as *mut c_void,
    }
}

fn dlopen_of_libc() -> *mut c_void {
    static KNOWN: OnceLock<usize> = OnceLock::new();
    of_libc(c"dlopen", &KNOWN)
}

fn dlsym_of_libc() -> *mut c_void {
    static KNOWN: OnceLock<usize> = OnceLock::new();
    of_libc(c"dlsym", &KNOWN)
}

/// Returns the function that answers a `dlopen`.
extern "C" fn who_opens(path: *const c_char) -> *mut c_void {
    if let (Some(folder), false) = (NOT_FROM.get(), path.is_null()) {
        // SAFETY: callers of `dlopen` give a text that ends with a zero.
        let path = OsStr::from_bytes(unsafe { CStr::from_ptr(path) }.to_bytes());
        // A file that does not exist cannot be loaded either; a name without a slash is a library of the system.
        let found = Path::new(path).canonicalize();
        if found.is_ok_and(|found| found.starts_with(folder)) {
            return open_nothing as *mut c_void;
        }
    }
    dlopen_of_libc()
}

/// Returns the function that answers a `dlsym`.
extern "C" fn who_finds(library: *mut c_void) -> *mut c_void {
    let stand_in = STAND_IN.load(Ordering::Acquire);
    match !stand_in.is_null() && library == stand_in {
        true => find_anything as *mut c_void,
        false => dlsym_of_libc(),
    }
}

/// In the place of `dlopen`.
extern "C" fn open_nothing(_path: *const c_char, _flags: c_int) -> *mut c_void {
    // SAFETY: that is libc's, with its signature.
    let open: extern "C" fn(*const c_char, c_int) -> *mut c_void =
        unsafe { std::mem::transmute(dlopen_of_libc()) };
    // Closing this handle closes nothing.
    let this = open(ptr::null(), libc::RTLD_LAZY);
    STAND_IN.store(this, Ordering::Release);
    this
}

/// In the place of `dlsym`.
extern "C" fn find_anything(library: *mut c_void, name: *const c_char) -> *mut c_void {
    // SAFETY: that is libc's, with its signature.
    let find: extern "C" fn(*mut c_void, *const c_char) -> *mut c_void =
        unsafe { std::mem::transmute(dlsym_of_libc()) };
    let found = find(library, name);
    if !found.is_null() {
        return found;
    }
    // SAFETY: takes back that it was not found.
    unsafe { libc::dlerror() };
    never as *mut c_void
}

/// In the place of a kernel.
extern "C" fn never() {
    report::end(Failure::here(
        "a driver has launched a kernel while it was building",
    ));
}

/// Defines a function with two arguments and the name of one of libc's. It jumps to the function that answers, as if
/// the caller had called that: libc searches in other places for other callers.
macro_rules! goes_on {
    ($name:ident, $who:path, $first:ty, $second:ty) => {
        /// # Safety
        ///
        /// As libc's.
        #[no_mangle]
        #[unsafe(naked)]
        pub unsafe extern "C" fn $name(first: $first, second: $second) -> *mut c_void {
            // The arguments are kept, and calls are made with the stack at a multiple of 16.
            #[cfg(target_arch = "x86_64")]
            std::arch::naked_asm!(
                "push rdi",
                "push rsi",
                "sub rsp, 8",
                "call {who}",
                "add rsp, 8",
                "pop rsi",
                "pop rdi",
                "jmp rax",
                who = sym $who,
            );
            #[cfg(target_arch = "aarch64")]
            std::arch::naked_asm!(
                "stp x29, x30, [sp, -32]!",
                "stp x0, x1, [sp, 16]",
                "bl {who}",
                "mov x16, x0",
                "ldp x0, x1, [sp, 16]",
                "ldp x29, x30, [sp], 32",
                "br x16",
                who = sym $who,
            );
        }
    };
}

goes_on!(dlopen, who_opens, *const c_char, c_int);
goes_on!(dlsym, who_finds, *mut c_void, *const c_char);
