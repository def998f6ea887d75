//! Privileges: those that a process has if its node runs as root, and those that programs could gain when they are run.

use std::io;

/// `struct __user_cap_header_struct` of Linux.
#[repr(C)]
struct Header {
    version: u32,
    pid: libc::c_int,
}

/// `struct __user_cap_data_struct`: 32 capabilities of each set.
#[repr(C)]
#[derive(Clone, Copy)]
struct Sets {
    effective: u32,
    permitted: u32,
    inheritable: u32,
}

/// `_LINUX_CAPABILITY_VERSION_3`: two of the above.
const VERSION: u32 = 0x2008_0522;

/// Gives up all capabilities, for good. Programs that are run (the linker) then gain nothing from being set-uid or from
/// the user being root.
pub fn give_up() -> io::Result<()> {
    let header = Header {
        version: VERSION,
        pid: 0,
    };
    let none = [Sets {
        effective: 0,
        permitted: 0,
        inheritable: 0,
    }; 2];
    // SAFETY: plain calls on numbers, and one that reads two structs which outlive it and are laid out as it wants
    // them.
    let given_up = unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
            && libc::syscall(libc::SYS_capset, &header, none.as_ptr()) == 0
    };
    match given_up {
        true => Ok(()),
        false => Err(io::Error::last_os_error()),
    }
}
