//! Measures a device: which determinism classes it keeps, how fast it is, and how much memory it has. Also computes the
//! conformance runs, which prove the first two to the chain.

mod conformance;
mod memory;
mod own_programs;
mod run;
mod speed;

pub use memory::of_the_machine;
pub use run::compute;

use aicpw_protocol::{
    device::{ClassSet, DeviceKind, MAX_DEVICE_NAME_BYTES},
    task::Engine,
    units::{Gflops, Mebibytes},
    Hash,
};
use serde::Serialize;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;

use crate::opencl::{self, devices::Device, Error};

/// A measurement, in the terms of [`aicpw_protocol::device::DeviceSpec`]; the bandwidth that the provider declares is
/// not part of it.
#[derive(Serialize, Debug)]
pub struct Measured {
    /// Its kind.
    pub kind: DeviceKind,
    /// The engine that drives it.
    pub engine: Engine,
    /// Its name, from the driver.
    pub name: String,
    /// Identifies the device.
    #[serde(with = "hex::serde")]
    pub fingerprint: Hash,
    /// The classes that it keeps.
    pub classes: ClassSet,
    /// The lesser of the two speeds below.
    pub gflops: Gflops,
    /// The memory that jobs can have; never more than the driver says.
    pub memory: Mebibytes,
    /// Single precision: 10⁹ additions and multiplications per second.
    pub fp32_gflops: f64,
    /// 32-bit integers: the same.
    pub int_gops: f64,
    /// Memory read and written by a copy, in 10⁹ bytes per second.
    pub memory_gigabytes_per_second: f64,
    /// Why it does not keep a class.
    pub deviations: Vec<String>,
}

/// Measures a device.
///
/// # Errors
///
/// When the device is not here or fails.
pub fn measure(fingerprint: &Hash) -> Result<Measured, Error> {
    with_device(fingerprint, measure_device)
}

/// Opens a device for our own kernels, with a kernel cache that is removed afterwards. Nobody else can have put
/// anything there: drivers run what they find in the cache, and nothing locks this process in.
fn with_device<T>(
    fingerprint: &Hash,
    work_on: impl FnOnce(&Device) -> Result<T, Error>,
) -> Result<T, Error> {
    let work = tempfile::Builder::new()
        .prefix("aicpw-measure-")
        .permissions(Permissions::from_mode(0o700))
        .tempdir()
        .map_err(|error| {
            Error::Driver(format!(
                "cannot make a folder for what the driver keeps: {error}; TMPDIR can name a place"
            ))
        })?;
    opencl::driver_environment(work.path());
    // The cache is removed when dropped, whatever the outcome.
    opencl::devices::find(fingerprint)
        .and_then(Device::open)
        .and_then(|device| work_on(&device))
}

fn measure_device(device: &Device) -> Result<Measured, Error> {
    let mut deviations = Vec::new();
    let mut keeps = |class: &str, checked: Result<(), String>| match checked {
        Ok(()) => true,
        Err(deviation) => {
            deviations.push(format!("{class}: {deviation}"));
            false
        }
    };
    let classes = ClassSet {
        int: keeps("int", conformance::int(device)?),
        fp32_strict: keeps("fp32-strict", conformance::fp32_strict(device)?),
        device: true,
    };
    let fp32 = speed::fp32(device)?;
    let int = speed::int(device)?;
    let mut name = device.info.name.clone();
    while name.len() > MAX_DEVICE_NAME_BYTES as usize {
        name.pop();
    }
    Ok(Measured {
        kind: device.info.kind,
        engine: Engine::OpenCl,
        name,
        fingerprint: device.info.fingerprint,
        classes,
        gflops: Gflops(fp32.min(int).max(1.0) as u64),
        memory: memory::usable(device)?,
        fp32_gflops: fp32,
        int_gops: int,
        memory_gigabytes_per_second: speed::memory(device)?,
        deviations,
    })
}
