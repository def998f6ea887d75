//! The devices that this machine can offer, each measured when it is new, and when its owner asks.
//!
//! Listing and measuring happen in the executor, because drivers do not belong in the node's process. Measurements are
//! kept by fingerprint, which changes with driver and device. A measurement holds for a device of about the same size.

use aicpw_protocol::{
    device::{ClassSet, DeviceKind, DeviceSpec, MAX_DEVICE_NAME_BYTES},
    task::Engine,
    Gflops, Hash, Mebibytes, MegabitsPerSecond,
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use crate::{
    durable,
    examine::{Described, ExamineError, Examiner},
};

/// The longest time that measuring a device may take.
const MEASURE_TIMEOUT: Duration = Duration::from_secs(300);

/// How often the log says that a device is still being measured.
const STILL_EVERY: Duration = Duration::from_secs(5);

/// The version of the file of measurements; older measurements are made again.
const VERSION: u32 = 3;

/// A device of this machine.
#[derive(Debug, Clone, PartialEq)]
pub struct LocalDevice {
    /// Its measured spec.
    pub spec: DeviceSpec,
    /// The speed of its memory, in 10⁹ bytes that are read or written per second.
    pub memory_gigabytes_per_second: f64,
    /// Why it does not keep a determinism class, for human readers.
    pub deviations: Vec<String>,
}

/// The kinds of this machine's devices, on which it depends what a job's sandbox lets the driver do; and which devices
/// are used with their driver alone.
#[derive(Debug, Clone, Default)]
pub struct Kinds {
    kinds: Arc<RwLock<HashMap<Hash, DeviceKind>>>,
    drivers: Arc<RwLock<HashMap<Hash, PathBuf>>>,
}

impl Kinds {
    /// Returns the kind of a device, if it was ever measured here.
    pub fn of(&self, fingerprint: &Hash) -> Option<DeviceKind> {
        let known = self.kinds.read().unwrap_or_else(PoisonError::into_inner);
        known.get(fingerprint).copied()
    }

    /// Remembers the kind of a device.
    pub fn put(&self, fingerprint: Hash, kind: DeviceKind) {
        let mut known = self.kinds.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(fingerprint, kind);
    }

    /// Returns the file of the driver that a process for this device loads alone, because another driver hangs or is
    /// broken; `None` if it loads all.
    pub fn driver_of(&self, fingerprint: &Hash) -> Option<PathBuf> {
        let drivers = self.drivers.read().unwrap_or_else(PoisonError::into_inner);
        drivers.get(fingerprint).cloned()
    }

    /// Replaces what is known of the devices that are used with their driver alone.
    pub fn set_drivers(&self, drivers: HashMap<Hash, PathBuf>) {
        let mut known = self.drivers.write().unwrap_or_else(PoisonError::into_inner);
        *known = drivers;
    }
}

/// The devices cannot be listed or measured.
#[derive(Debug, thiserror::Error)]
pub enum DevicesError {
    /// The executor failed.
    #[error(transparent)]
    Executor(#[from] ExamineError),
    /// The measurements cannot be kept.
    #[error("cannot write {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
}

/// Measures devices by asking the executor.
#[derive(Debug, Clone)]
pub struct Measuring {
    /// The executor.
    pub program: PathBuf,
    /// The folder of the file in which measurements are kept; it must exist.
    pub folder: PathBuf,
    /// The bandwidth that the provider declares.
    pub bandwidth: MegabitsPerSecond,
    /// Where the kinds of the devices are kept.
    pub kinds: Kinds,
}

/// A measurement as the executor prints it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Measured {
    kind: DeviceKind,
    engine: Engine,
    name: String,
    #[serde(with = "hex::serde")]
    fingerprint: Hash,
    classes: ClassSet,
    gflops: Gflops,
    memory: Mebibytes,
    memory_gigabytes_per_second: f64,
    deviations: Vec<String>,
}

/// What can differ on another day for the same device under the same name.
///
/// It is not in the fingerprint, by which the chain and running jobs know the device: a virtual machine's memory can
/// change meanwhile. The clock rate is not here, because on many processors drivers report the rate of that moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Size {
    memory_bytes: u64,
    compute_units: u64,
}

impl Size {
    fn of(device: &Described) -> Self {
        Self {
            memory_bytes: device.usable_bytes.unwrap_or(device.memory_bytes),
            compute_units: device.compute_units,
        }
    }

    /// Whether a measurement at the size `measured` holds at this size. Another kernel leaves a little more or less of
    /// a machine's memory, and no device should go missing because of that.
    fn is_as(&self, measured: &Self) -> bool {
        let other = self.memory_bytes.abs_diff(measured.memory_bytes);
        self.compute_units == measured.compute_units && other <= measured.memory_bytes / 64
    }
}

/// The measurement of a device of this size.
#[derive(Serialize, Deserialize)]
struct Known {
    size: Size,
    measured: Measured,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    version: u32,
    devices: Vec<Known>,
}

impl Kept {
    fn find(&self, fingerprint: &Hash) -> Option<&Known> {
        let mut devices = self.devices.iter();
        devices.find(|known| known.measured.fingerprint == *fingerprint)
    }

    /// Replaces what was known of the device.
    fn put(&mut self, new: Known) {
        let fingerprint = new.measured.fingerprint;
        self.devices
            .retain(|known| known.measured.fingerprint != fingerprint);
        self.devices.push(new);
    }
}

impl Measuring {
    /// Returns all devices of this machine. A device that was not yet measured at its present size is measured now. A
    /// device that fails is left out with a warning.
    ///
    /// # Errors
    /// When the devices cannot be listed, or the measurements cannot be kept.
    pub async fn devices(&self) -> Result<Vec<LocalDevice>, DevicesError> {
        tracing::info!("looking for OpenCL devices");
        let listed = self.examiner().devices().await?;
        let mut kept = self.kept();
        let mut devices = Vec::new();
        for described in listed {
            let size = Size::of(&described);
            let Described {
                fingerprint: digits,
                name,
                kind,
                ..
            } = described;
            let mut fingerprint = Hash::default();
            if hex::decode_to_slice(&digits, &mut fingerprint).is_err() {
                tracing::warn!(
                    name,
                    digits,
                    "a device without a fingerprint is not offered"
                );
                continue;
            }
            // Even if it cannot be measured now: the chain may know it from before.
            self.kinds.put(fingerprint, kind);
            let known = kept.find(&fingerprint);
            if known.is_some_and(|known| !size.is_as(&known.size)) {
                tracing::warn!(
                    name,
                    "this device has another amount of memory or other compute units than before; \
                     `aicpw provider devices update` tells the chain what is measured of it. As long as the \
                     chain knows it with more memory it gets no tasks"
                );
            }
            let measured = match known {
                Some(known) if size.is_as(&known.size) => known.measured.clone(),
                _ => match self.measure_aloud(&fingerprint, &name).await {
                    Ok(measured) => {
                        kept.put(Known {
                            size,
                            measured: measured.clone(),
                        });
                        self.keep(&kept)?;
                        measured
                    }
                    Err(error) => {
                        tracing::warn!(%error, "this device is not offered");
                        continue;
                    }
                },
            };
            let device = self.local_device(measured);
            tracing::info!(
                name,
                gflops = device.spec.gflops.0,
                memory_mib = device.spec.memory.0,
                memory_gigabytes_per_second = device.memory_gigabytes_per_second,
                bandwidth_mbps = device.spec.bandwidth.0,
                fingerprint = hex::encode(fingerprint),
                "a device"
            );
            devices.push(device);
        }
        Ok(devices)
    }

    /// Returns a device as it was measured before, if it had its present size then.
    pub(crate) fn known(&self, described: &Described) -> Option<LocalDevice> {
        let mut fingerprint = Hash::default();
        hex::decode_to_slice(&described.fingerprint, &mut fingerprint).ok()?;
        let kept = self.kept();
        let known = kept.find(&fingerprint)?;
        let holds = Size::of(described).is_as(&known.size);
        holds.then(|| self.local_device(known.measured.clone()))
    }

    /// Measures a device, whatever is known of it, and keeps the measurement.
    ///
    /// # Errors
    /// When the device is not there or fails, or the measurement cannot be kept.
    pub async fn again(&self, fingerprint: &Hash) -> Result<LocalDevice, DevicesError> {
        let digits = hex::encode(fingerprint);
        let mut listed = self.examiner().devices().await?.into_iter();
        let described = listed
            .find(|device| device.fingerprint == digits)
            .ok_or_else(|| ExamineError {
                action: format!("measure device {digits}"),
                reason: "this machine has it no more; was a driver changed? start the node again, \
                         which looks what there is"
                    .into(),
                by_filter: false,
                no_room: false,
            })?;
        let measured = self.measure_aloud(fingerprint, &described.name).await?;
        let mut kept = self.kept();
        kept.put(Known {
            size: Size::of(&described),
            measured: measured.clone(),
        });
        self.keep(&kept)?;
        Ok(self.local_device(measured))
    }

    /// Like [`Self::measure`], but logs that it begins, and now and then that it goes on.
    async fn measure_aloud(
        &self,
        fingerprint: &Hash,
        name: &str,
    ) -> Result<Measured, DevicesError> {
        tracing::info!(
            name,
            "measuring a device: conformance, speed, memory; jobs have to wait for it"
        );
        let began = Instant::now();
        let mut still = tokio::time::interval_at((began + STILL_EVERY).into(), STILL_EVERY);
        let mut measuring = std::pin::pin!(self.measure(fingerprint, name));
        loop {
            tokio::select! {
                measured = &mut measuring => return measured,
                _ = still.tick() => {
                    let seconds = began.elapsed().as_secs();
                    let at_most = MEASURE_TIMEOUT.as_secs();
                    tracing::info!(name, seconds, at_most, "still measuring");
                }
            }
        }
    }

    async fn measure(&self, fingerprint: &Hash, name: &str) -> Result<Measured, DevicesError> {
        let digits = hex::encode(fingerprint);
        let action = format!("measure {name}");
        let arguments = ["measure", "--device", &digits].map(Path::new);
        let examiner = self.examiner();
        let driver = self.kinds.driver_of(fingerprint);
        let asked = examiner.ask(&action, &arguments, driver.as_deref(), MEASURE_TIMEOUT);
        let measured: Measured = asked.await?;
        if measured.fingerprint == *fingerprint {
            Ok(measured)
        } else {
            let reason = "the executor measured another device".into();
            Err(ExamineError {
                action,
                reason,
                by_filter: false,
                no_room: false,
            }
            .into())
        }
    }

    fn examiner(&self) -> Examiner {
        Examiner {
            program: self.program.clone(),
            folder: self.folder.clone(),
        }
    }

    fn local_device(&self, measured: Measured) -> LocalDevice {
        let mut name = measured.name;
        while name.len() > MAX_DEVICE_NAME_BYTES as usize {
            name.pop();
        }
        self.kinds.put(measured.fingerprint, measured.kind);
        LocalDevice {
            spec: DeviceSpec {
                kind: measured.kind,
                engine: measured.engine,
                name: bounded_collections::BoundedVec::truncate_from(name.into_bytes()),
                fingerprint: measured.fingerprint,
                classes: measured.classes,
                gflops: measured.gflops,
                memory: measured.memory,
                bandwidth: self.bandwidth,
            },
            memory_gigabytes_per_second: measured.memory_gigabytes_per_second,
            deviations: measured.deviations,
        }
    }

    fn file(&self) -> PathBuf {
        self.folder.join("devices.json")
    }

    /// Returns the measurements that were kept; none if they cannot be read.
    fn kept(&self) -> Kept {
        let read = |path: &Path| -> io::Result<Kept> {
            serde_json::from_slice(&std::fs::read(path)?).map_err(io::Error::other)
        };
        let path = self.file();
        match read(&path) {
            Ok(kept) if kept.version == VERSION => return kept,
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "measuring all devices again");
            }
        }
        Kept {
            version: VERSION,
            devices: Vec::new(),
        }
    }

    fn keep(&self, kept: &Kept) -> Result<(), DevicesError> {
        let path = self.file();
        serde_json::to_vec_pretty(kept)
            .map_err(io::Error::other)
            .and_then(|text| durable::replace(&path, &text))
            .map_err(|source| DevicesError::File { path, source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stand-in for the executor: it lists a device with this fingerprint, and counts measurements.
    fn executor(folder: &Path, fingerprint: u8, measured: u8) -> Measuring {
        let hex = |byte| hex::encode([byte; 32]);
        let script = format!(
            r#"#!/bin/sh
case "$1" in
devices) echo '[{{"index":0,"fingerprint":"{}","name":"One","driver":"x","platform":"P",
    "kind":"cpu","memory_bytes":'$(cat memory || echo 1024)',"compute_units":2}}]';;
measure) echo >> measurements
  [ "$3" = {} ] || exit 1
  echo '{{"kind":"cpu","engine":"opencl","name":"One","fingerprint":"{}",
    "classes":{{"int":true,"fp32Strict":false,"device":true}},"gflops":7,"memory":1024,
    "fp32_gflops":7.5,"int_gops":9.5,"memory_gigabytes_per_second":3.0,
    "deviations":["fp32-strict: exp"]}}';;
esac
"#,
            hex(fingerprint),
            hex(fingerprint),
            hex(measured)
        );
        let program = folder.join("executor");
        aicpw_stand_in::program(&program, &script).unwrap();
        Measuring {
            program,
            folder: folder.to_owned(),
            bandwidth: MegabitsPerSecond(50),
            kinds: Kinds::default(),
        }
    }

    fn measurements(folder: &Path) -> usize {
        let text = std::fs::read_to_string(folder.join("measurements"));
        text.map_or(0, |text| text.lines().count())
    }

    #[tokio::test]
    async fn a_device_is_measured_once_until_its_fingerprint_changes() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path();
        let first = executor(folder, 1, 1).devices().await.unwrap();
        let before = executor(folder, 1, 1);
        assert_eq!(before.kinds.of(&[1; 32]), None);
        let again = before.devices().await.unwrap();
        assert_eq!(before.kinds.of(&[1; 32]), Some(DeviceKind::Cpu));
        assert_eq!(first, again);
        assert_eq!(measurements(folder), 1);
        let [device] = first.as_slice() else {
            panic!("{first:?}")
        };
        assert_eq!(device.spec.gflops, Gflops(7));
        assert_eq!(device.spec.bandwidth, MegabitsPerSecond(50));
        assert_eq!(device.memory_gigabytes_per_second, 3.0);
        assert_eq!(device.spec.name.as_slice(), b"One");
        assert_eq!(device.deviations, ["fp32-strict: exp"]);

        executor(folder, 2, 2).devices().await.unwrap();
        assert_eq!(measurements(folder), 2);
        std::fs::write(folder.join("devices.json"), "{").unwrap();
        executor(folder, 2, 2).devices().await.unwrap();
        assert_eq!(measurements(folder), 3);
    }

    #[tokio::test]
    async fn another_size_is_measured_again_and_is_the_same_device() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path();
        let small = executor(folder, 1, 1).devices().await.unwrap();
        std::fs::write(folder.join("memory"), "2048").unwrap();
        let large = executor(folder, 1, 1).devices().await.unwrap();
        assert_eq!(measurements(folder), 2);
        assert_eq!(small[0].spec.fingerprint, large[0].spec.fingerprint);
        executor(folder, 1, 1).devices().await.unwrap();
        assert_eq!(measurements(folder), 2, "once for each size");
        // Under another kernel the memory is about the same, and the first measurement still holds.
        for (memory, measured) in [("2016", 2), ("2080", 2), ("2015", 3)] {
            std::fs::write(folder.join("memory"), memory).unwrap();
            let about = executor(folder, 1, 1).devices().await.unwrap();
            assert_eq!(measurements(folder), measured, "{memory}");
            assert_eq!(about, large, "{memory}");
        }
    }

    #[tokio::test]
    async fn a_limit_of_the_machines_memory_is_another_size() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path();
        executor(folder, 1, 1).devices().await.unwrap();
        for (usable, measured) in [("1024", 1), ("512", 2), ("512", 2)] {
            let memory = format!("2048,\"usable_bytes\":{usable}");
            std::fs::write(folder.join("memory"), memory).unwrap();
            executor(folder, 1, 1).devices().await.unwrap();
            assert_eq!(measurements(folder), measured, "{usable}");
        }
    }

    #[tokio::test]
    async fn what_versions_before_measured_is_measured_again() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path();
        executor(folder, 1, 1).devices().await.unwrap();
        let path = folder.join("devices.json");
        let now: serde_json::Value =
            serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let device = &now["devices"][0];
        let mut second = device.clone();
        // The older version took the driver's word for the memory, and did not keep its speed.
        let fields = second["measured"].as_object_mut().unwrap();
        fields.remove("memory_gigabytes_per_second").unwrap();
        for (before, measured) in [
            (
                serde_json::json!({ "version": 1, "devices": [device["measured"]] }),
                2,
            ),
            (serde_json::json!({ "version": 2, "devices": [second] }), 3),
            (serde_json::json!({ "version": 2, "devices": [device] }), 4),
        ] {
            std::fs::write(&path, before.to_string()).unwrap();
            let devices = executor(folder, 1, 1).devices().await.unwrap();
            assert_eq!(measurements(folder), measured, "{before}");
            assert_eq!(devices[0].memory_gigabytes_per_second, 3.0);
        }
    }

    #[tokio::test]
    async fn one_that_fails_is_left_out_and_no_list_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path();
        // The executor says that it measured another device.
        let fails = executor(folder, 1, 2);
        assert_eq!(fails.devices().await.unwrap(), []);
        assert_eq!(
            fails.kinds.of(&[1; 32]),
            Some(DeviceKind::Cpu),
            "jobs may come"
        );

        let broken = executor(folder, 1, 1);
        let script = "#!/bin/sh\necho no driver >&2; exit 1";
        aicpw_stand_in::program(&broken.program, script).unwrap();
        let error = broken.devices().await.unwrap_err().to_string();
        assert!(error.contains("list the devices"), "{error}");
        assert!(error.contains("no driver"), "{error}");
    }
}
