//! OpenCL, as far as a job needs it: devices, and the calls around them.

pub mod buffer;
pub mod devices;
pub mod parameter;
pub mod program;

use std::ffi::CStr;
use std::path::Path;

use ocl::core::{self, CommandQueue, Context};

/// A call into OpenCL failed, or no device is there.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A call failed.
    #[error("{action}: {}", short(.source))]
    Call {
        /// What was tried.
        action: String,
        /// Why it failed.
        source: Box<core::Error>,
    },
    /// The device is not on this machine.
    #[error(
        "no device here has the fingerprint {0}; `aicpw-executor devices` lists those there are"
    )]
    NoDevice(String),
    /// A driver did something that it must not do.
    #[error("{0}")]
    Driver(String),
}

impl Error {
    /// Returns a function for `map_err` that adds what was tried.
    pub fn when(action: impl Into<String>) -> impl FnOnce(core::Error) -> Self {
        let action = action.into();
        move |source| Self::Call {
            action,
            source: Box::new(source),
        }
    }
}

/// Shortens an error to the name of its code: `ocl` decorates its messages over several lines.
fn short(error: &core::Error) -> String {
    match error.api_status() {
        Some(status) => format!("{status:?}"),
        None => error.to_string().trim().to_owned(),
    }
}

/// A device's context and its one queue, in order.
pub struct Session {
    /// The context.
    pub context: Context,
    /// The queue.
    pub queue: CommandQueue,
}

impl Session {
    /// Waits until all that was enqueued is done.
    ///
    /// # Errors
    ///
    /// When the device failed.
    pub fn finish(&self) -> Result<(), Error> {
        core::finish(&self.queue).map_err(Error::when("running on the device"))
    }
}

/// Sets the environment that tells drivers how to behave. Call it before anything of OpenCL, and
/// while there is one thread.
///
/// The search path is fixed: drivers run tools by their names. For PoCL, work groups are not
/// specialised by their size, so that what the build stage compiled (and linked, in another
/// process) serves every launch of the run stage, which can start no process. Kernel caches are
/// private: a cache shared between jobs would let one job put code into another.
pub fn driver_environment(work: &Path) {
    for (name, value) in [
        ("PATH", "/usr/local/bin:/usr/bin:/bin".as_ref()),
        ("POCL_WORK_GROUP_SPECIALIZATION", "0".as_ref()),
        ("POCL_CACHE_DIR", work.as_os_str()),
        ("CUDA_CACHE_PATH", work.as_os_str()),
        ("XDG_CACHE_HOME", work.as_os_str()),
        ("HOME", work.as_os_str()),
        ("TMPDIR", work.as_os_str()),
    ] {
        std::env::set_var(name, value);
    }
}

/// Reads a driver's text, which ends with a zero byte.
fn text(bytes: Vec<u8>) -> String {
    let text = match CStr::from_bytes_until_nul(&bytes) {
        Ok(text) => text.to_bytes(),
        Err(_) => &bytes,
    };
    String::from_utf8_lossy(text).trim().to_owned()
}
