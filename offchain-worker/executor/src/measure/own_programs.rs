//! Runs our own programs on a device. If they do not work, it is the driver's fault.

use aicpw_protocol::manifest::{KernelLaunch, Value};
use ocl::core;

use crate::opencl::{
    buffer::Buffer,
    devices::Device,
    parameter,
    program::{BoundKernel, BuildError, Built, LaunchError},
    Error, Session,
};

/// Builds a program.
pub(super) fn build(device: &Device, source: &str, options: &str) -> Result<Built, Error> {
    Built::from_source(device, source, options).map_err(|error| match error {
        BuildError::Refused(log) => {
            Error::Driver(format!("the driver does not compile our program: {log}"))
        }
        BuildError::Other(error) => error,
    })
}

/// Returns a kernel of the program, which takes arguments of the same kinds as these. Only we
/// choose them.
pub(super) fn kernel(built: &Built, name: &str, arguments: &[Value]) -> Result<BoundKernel, Error> {
    let takes: Vec<_> = arguments.iter().map(parameter::kind_of).collect();
    built
        .kernel(name, &takes)?
        .ok_or_else(|| Error::Driver(format!("the driver lost kernel `{name}`")))
}

/// Runs a kernel once and waits for it; `doing` is for the error.
pub(super) fn run(
    session: &Session,
    kernel: &mut BoundKernel,
    launch: &KernelLaunch<'_>,
    buffers: &[Buffer],
    doing: &'static str,
) -> Result<(), Error> {
    let event = kernel
        .launch(session, launch, buffers)
        .map_err(|error| match error {
            LaunchError::Device(error) => error,
            LaunchError::Manifest(field, message) => {
                Error::Driver(format!("{}: {field}: {message}", launch.kernel))
            }
        })?;
    core::wait_for_event(&event).map_err(Error::when(doing))
}

/// Reads a buffer of 32-bit words.
pub(super) fn words(session: &Session, buffer: &Buffer) -> Result<Vec<u32>, Error> {
    buffer.read(session, |bytes| {
        bytes
            .chunks_exact(4)
            .map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]]))
            .collect()
    })
}
