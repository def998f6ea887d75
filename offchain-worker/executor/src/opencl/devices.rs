//! The devices of this machine.

use aicpw_protocol::{
    device::{fingerprint, DeviceKind},
    hashing::hash_in,
    Hash,
};
use ocl::core::{self, DeviceId, DeviceInfo, DeviceType, PlatformId, PlatformInfo};
use serde::Serialize;

use super::{text, Error, Session};

/// The message if there is no device.
pub const NONE: &str = "no OpenCL device found. A processor can be used with PoCL (Debian: \
                        apt-get install pocl-opencl-icd); a graphics card needs its vendor's \
                        OpenCL driver";

const DEVICE_KIND: &str = "aicpw 2026 opencl device kind v2";

/// What a driver says about a device.
#[derive(Serialize, Clone, PartialEq, Eq, Debug)]
pub struct DeviceInfoLine {
    /// Its position in this list.
    pub index: usize,
    /// Identifies the device; equal hardware with an equal driver has equal fingerprints, except
    /// for its position.
    #[serde(with = "hex::serde")]
    pub fingerprint: Hash,
    /// Name of the platform.
    pub platform: String,
    /// Version of the platform, such as `OpenCL 3.0 PoCL 3.1`.
    pub platform_version: String,
    /// Version of the driver.
    pub driver: String,
    /// Name of the device.
    pub name: String,
    /// Its kind.
    pub kind: DeviceKind,
    /// Its memory in bytes.
    pub memory_bytes: u64,
    /// Whether that is the machine's memory. True if the driver cannot say.
    pub shares_memory: bool,
    /// The largest single buffer in bytes.
    pub max_buffer_bytes: u64,
    /// The number of compute units.
    pub compute_units: u64,
    /// The largest work group, in items.
    pub max_group_items: u64,
    /// Whether division and square root can be correctly rounded in single precision.
    pub correct_divide_sqrt: bool,
}

/// A device.
pub struct Device {
    /// What its driver says about it.
    pub info: DeviceInfoLine,
    /// OpenCL's handle.
    pub id: DeviceId,
    session: Option<Session>,
}

impl Device {
    /// Makes a context and a queue; the driver loads what it needs and starts its threads.
    ///
    /// # Errors
    ///
    /// When the driver cannot.
    pub fn open(mut self) -> Result<Self, Error> {
        let context = core::create_context(None, &[self.id], None, None)
            .map_err(Error::when("opening the device"))?;
        let queue = core::create_command_queue(&context, self.id, None)
            .map_err(Error::when("opening a queue on the device"))?;
        self.session = Some(Session { context, queue });
        Ok(self)
    }

    /// Returns its context and queue.
    ///
    /// # Errors
    ///
    /// When the device was not opened.
    pub fn session(&self) -> Result<&Session, Error> {
        self.session
            .as_ref()
            .ok_or_else(|| Error::Driver("the device is not open".into()))
    }
}

/// Lists all devices of all platforms; empty if none is installed.
///
/// # Errors
///
/// When a driver fails.
pub fn list() -> Result<Vec<Device>, Error> {
    let mut devices: Vec<Device> = Vec::new();
    for platform in platforms()? {
        // A platform without a device reports that as an error.
        for id in core::get_device_ids(platform, Some(DeviceType::ALL), None).unwrap_or_default() {
            let mut info = describe(platform, id)?;
            let kind = kind(&info);
            let position = devices
                .iter()
                .filter(|d| self::kind(&d.info) == kind)
                .count();
            info.index = devices.len();
            info.fingerprint = fingerprint(&kind, position);
            devices.push(Device {
                info,
                id,
                session: None,
            });
        }
    }
    Ok(devices)
}

/// Finds the device with this fingerprint.
///
/// # Errors
///
/// When the device is not here, or a driver fails.
pub fn find(fingerprint: &Hash) -> Result<Device, Error> {
    list()?
        .into_iter()
        .find(|device| device.info.fingerprint == *fingerprint)
        .ok_or_else(|| Error::NoDevice(hex::encode(fingerprint)))
}

fn platforms() -> Result<Vec<PlatformId>, Error> {
    let mut count = 0;
    // SAFETY: asks only for the number. `ocl`'s own function waits for ten seconds if there is
    // none, and its `Platform::list` panics.
    let status = unsafe { ocl::ffi::clGetPlatformIDs(0, std::ptr::null_mut(), &mut count) };
    if status == core::Status::CL_PLATFORM_NOT_FOUND_KHR as i32 || count == 0 {
        return Ok(Vec::new());
    }
    core::get_platform_ids().map_err(Error::when("listing the platforms"))
}

/// Returns a hash that is equal for devices that class `device` treats as equal.
fn kind(info: &DeviceInfoLine) -> Hash {
    hash_in(
        DEVICE_KIND,
        &(
            &info.platform,
            &info.platform_version,
            &info.driver,
            &info.name,
        ),
    )
}

fn describe(platform: PlatformId, id: DeviceId) -> Result<DeviceInfoLine, Error> {
    let of_platform = |what: PlatformInfo| {
        core::get_platform_info(platform, what)
            .map(|info| info.to_string())
            .map_err(Error::when("asking a platform for its name"))
    };
    let raw = |what: DeviceInfo| {
        core::get_device_info_raw(id, what as u32)
            .map_err(Error::when("asking a device for its properties"))
    };
    // Numbers have 4 or 8 bytes, little-endian on all hosts that we build for.
    let number = |what: DeviceInfo| {
        raw(what).map(|bytes| {
            let mut wide = [0; 8];
            let length = bytes.len().min(8);
            wide[..length].copy_from_slice(&bytes[..length]);
            u64::from_le_bytes(wide)
        })
    };
    let kind = DeviceType::from_bits_truncate(number(DeviceInfo::Type)?);
    Ok(DeviceInfoLine {
        index: 0,
        fingerprint: Hash::default(),
        platform: of_platform(PlatformInfo::Name)?.trim().to_owned(),
        platform_version: of_platform(PlatformInfo::Version)?.trim().to_owned(),
        driver: text(raw(DeviceInfo::DriverVersion)?),
        name: text(raw(DeviceInfo::Name)?),
        kind: if kind.contains(DeviceType::GPU) {
            DeviceKind::Gpu
        } else if kind.contains(DeviceType::CPU) {
            DeviceKind::Cpu
        } else {
            DeviceKind::Accelerator
        },
        memory_bytes: number(DeviceInfo::GlobalMemSize)?,
        shares_memory: !matches!(number(DeviceInfo::HostUnifiedMemory), Ok(0)),
        max_buffer_bytes: number(DeviceInfo::MaxMemAllocSize)?,
        compute_units: number(DeviceInfo::MaxComputeUnits)?,
        max_group_items: number(DeviceInfo::MaxWorkGroupSize)?,
        correct_divide_sqrt: number(DeviceInfo::SingleFpConfig)?
            & core::DeviceFpConfig::CORRECTLY_ROUNDED_DIVIDE_SQRT.bits()
            != 0,
    })
}
