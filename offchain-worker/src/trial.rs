//! Trial jobs: a device's first job is one of our own. It is tiny, of class `int`, and its result is known.
//!
//! Drivers are listed and measured without a sandbox. Only a job shows whether a driver works in the sandbox that
//! devices of its kind get, and a job that breaks there before it has begun costs collateral, each time again. So the
//! trial job goes through both stages as a stranger's job does. No earlier build is used for it, because that would
//! skip the build stage.
//!
//! The cause of a failure may be temporary: a full disk or memory, a machine that is booting, a driver that is being
//! changed. So the device is tried again, after a pause that doubles with each failure.

use aicpw_protocol::{
    device::{DeviceKind, Reputation},
    job::{path, EXECUTOR_SAYS, TRIAL},
    task::{DeterminismClass, Engine as EngineKind, Needs},
    Gflops, Hash, Mebibytes, MegabitsPerSecond,
};
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use crate::{
    blocking,
    devices::{Kinds, LocalDevice},
    durable,
    engines::{Engine, Failure, Job, OpenCl},
    examine::{scratch, Tried, HANGS},
    sandbox::hangs_for,
};

/// The longest time for both stages. With PoCL they take about a second.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(120);

/// The pause after a device's first failure before it is tried again, and the longest that the pause becomes.
const FIRST_PAUSE: Duration = Duration::from_secs(10 * 60);
const LONGEST_PAUSE: Duration = Duration::from_secs(4 * 3600);

/// What a device that fails needs, for its owner.
pub const TRIAL_NEEDS: &str =
    "the node does not offer this device, because others' jobs would fail on it as well and cost collateral. The \
     node's user has to reach the device's nodes in /dev (AMD and Intel: groups render and video; NVIDIA: \
     /dev/nvidia-uvm, see packaging/systemd/nvidia.conf), and its driver has to do with what the sandbox leaves it. \
     The node tries it again after 10 minutes, and then after ever longer pauses; when it is started, at once";

const PROGRAM: &str = "__kernel void trial(__global uint* values, const uint factor) {
    const uint item = (uint)get_global_id(0);
    const uint value = values[item];
    values[item] = (value ^ (value >> 7)) * 2654435761u + factor * item;
}
";

/// Never fetched: the program is in the folder.
const CID: &str = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi";

const ITEMS: u32 = 64;
const FACTOR: u32 = 7;

/// The length of the job's buffer in bytes.
const BYTES: u64 = ITEMS as u64 * 4;

/// The most bytes of the executor's log that are shown: its end.
const MAX_SAID: usize = 1 << 10;

/// A device has not done the job.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrialError {
    /// It was not tried.
    #[error("{device} cannot be tried: {reason}")]
    NotBegun {
        /// Its name.
        device: String,
        /// Why.
        reason: String,
    },
    /// It was given less than the usual time, and that time is over. Nothing is known of the device yet.
    #[error("{device} has not done a job of ours in {} s: it was in {}", limit.as_secs(), stage.name())]
    NotDone {
        /// Its name.
        device: String,
        /// The stage that it was in.
        stage: Tried,
        /// The time that it had.
        limit: Duration,
    },
    /// It failed.
    #[error("{device} does not do a job of ours in its sandbox: {}: {reason}", stage.name())]
    Failed {
        /// Its name.
        device: String,
        /// The stage in which it failed.
        stage: Tried,
        /// How it failed, and what the executor said last.
        reason: String,
    },
}

/// The outcome of trying a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failed { at: Instant, pause: Duration },
}

impl Outcome {
    /// Returns the outcome of a failure now, given the outcome before it.
    fn failed_after(before: Option<&Self>) -> Self {
        let pause = match before {
            Some(Self::Failed { pause, .. }) => (*pause * 2).min(LONGEST_PAUSE),
            Some(Self::Passed) | None => FIRST_PAUSE,
        };
        let at = Instant::now();
        Self::Failed { at, pause }
    }
}

/// Tries devices, and remembers the outcomes.
#[derive(Debug, Clone)]
pub struct Trials {
    program: PathBuf,
    folder: PathBuf,
    allow_weak_sandbox: bool,
    outcomes: Arc<RwLock<HashMap<Hash, Outcome>>>,
    devices: Kinds,
}

impl Trials {
    /// Tries devices with this executor, in folders below `folder`, which must exist.
    pub fn new(program: PathBuf, folder: PathBuf, allow_weak_sandbox: bool) -> Self {
        Self {
            program,
            folder,
            allow_weak_sandbox,
            outcomes: Arc::default(),
            devices: Kinds::default(),
        }
    }

    /// Sets which devices are used with their driver alone.
    pub(crate) fn with_drivers_of(self, devices: Kinds) -> Self {
        Self { devices, ..self }
    }

    /// Forgets that these devices have passed: each is tried again before it is offered.
    pub(crate) fn forget_passed(&self, which: impl Fn(&Hash) -> bool) {
        let mut outcomes = self
            .outcomes
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        outcomes.retain(|device, outcome| *outcome != Outcome::Passed || !which(device));
    }

    /// Whether a device did the job when it was last tried; `None` if it never was.
    pub fn passed(&self, fingerprint: &Hash) -> Option<bool> {
        let outcome = self.outcome(fingerprint)?;
        Some(outcome == Outcome::Passed)
    }

    /// Like [`Self::passed`], but also `None` if the failure is so long ago that the device may be tried again `now`.
    pub(crate) fn passed_as_of(&self, fingerprint: &Hash, now: Instant) -> Option<bool> {
        match self.outcome(fingerprint)? {
            Outcome::Passed => Some(true),
            Outcome::Failed { at, pause } => {
                (now.saturating_duration_since(at) < pause).then_some(false)
            }
        }
    }

    fn outcome(&self, fingerprint: &Hash) -> Option<Outcome> {
        let outcomes = self.outcomes.read().unwrap_or_else(PoisonError::into_inner);
        outcomes.get(fingerprint).copied()
    }

    /// Tries a measured device.
    ///
    /// # Errors
    /// As [`Self::of`].
    pub async fn of_local(&self, device: &LocalDevice) -> Result<(), TrialError> {
        self.of_local_within(device, TIMEOUT).await
    }

    async fn of_local_within(
        &self,
        device: &LocalDevice,
        limit: Duration,
    ) -> Result<(), TrialError> {
        let name = String::from_utf8_lossy(&device.spec.name);
        let spec = &device.spec;
        self.of_within(&spec.fingerprint, spec.kind, &name, limit)
            .await
    }

    /// Tries measured devices, all at the same time, and each for this long. Returns those that work and those that do
    /// not.
    pub(crate) async fn of_all(
        &self,
        devices: Vec<LocalDevice>,
        limit: Duration,
    ) -> (Vec<LocalDevice>, Vec<(LocalDevice, TrialError)>) {
        let trying = devices.into_iter().map(|device| async move {
            let tried = self.of_local_within(&device, limit).await;
            (device, tried)
        });
        let (mut works, mut others) = (Vec::new(), Vec::new());
        for (device, tried) in futures::future::join_all(trying).await {
            match tried {
                Ok(()) => works.push(device),
                Err(error) => others.push((device, error)),
            }
        }
        (works, others)
    }

    /// Tries a device.
    ///
    /// # Errors
    /// When the device fails, or there is no room to try it.
    pub async fn of(
        &self,
        fingerprint: &Hash,
        kind: DeviceKind,
        device: &str,
    ) -> Result<(), TrialError> {
        self.of_within(fingerprint, kind, device, TIMEOUT).await
    }

    async fn of_within(
        &self,
        fingerprint: &Hash,
        kind: DeviceKind,
        device: &str,
        limit: Duration,
    ) -> Result<(), TrialError> {
        let begun = Instant::now();
        let tried = match self.run(fingerprint, kind, device, limit).await {
            Err(TrialError::Failed { device, stage, .. })
                if limit < TIMEOUT && begun.elapsed() >= limit =>
            {
                Err(TrialError::NotDone {
                    device,
                    stage,
                    limit,
                })
            }
            tried => tried,
        };
        if matches!(tried, Ok(()) | Err(TrialError::Failed { .. })) {
            let mut outcomes = self
                .outcomes
                .write()
                .unwrap_or_else(PoisonError::into_inner);
            let outcome = match tried {
                Ok(()) => Outcome::Passed,
                Err(_) => Outcome::failed_after(outcomes.get(fingerprint)),
            };
            outcomes.insert(*fingerprint, outcome);
        }
        tried
    }

    async fn run(
        &self,
        fingerprint: &Hash,
        kind: DeviceKind,
        device: &str,
        limit: Duration,
    ) -> Result<(), TrialError> {
        let failed = |stage: Tried, reason: String| TrialError::Failed {
            device: device.to_owned(),
            stage,
            reason,
        };
        let place = scratch(&self.folder).and_then(|place| {
            write_job(place.path())?;
            Ok(place)
        });
        let not_begun = |reason: String| TrialError::NotBegun {
            device: device.to_owned(),
            reason,
        };
        let place = place.map_err(|error| {
            not_begun(format!("no folder in {}: {error}", self.folder.display()))
        })?;
        let driver = self.devices.driver_of(fingerprint);
        if hangs_for(&self.program, driver.as_deref(), fingerprint) {
            return Err(not_begun(HANGS.into()));
        }
        let kinds = Kinds::default();
        kinds.put(*fingerprint, kind);
        kinds.set_drivers(
            driver
                .map(|driver| (*fingerprint, driver))
                .into_iter()
                .collect(),
        );
        let engine = self.engine(kinds);
        let job = Job {
            folder: place.path().to_owned(),
            fingerprint: *fingerprint,
            needs: needs(),
            output_bytes: BYTES,
            deadline: Instant::now() + limit,
            keep_build: false,
            part: None,
        };
        engine
            .build(&job)
            .await
            .map_err(|failure| failed(Tried::Build, told(failure)))?;
        let product = engine
            .run(&job, &|_| {})
            .await
            .map_err(|failure| failed(Tried::Run, told(failure)))?;
        let output = blocking::run(|| durable::read_untrusted(&product.output, BYTES));
        let output = output.map_err(|error| {
            failed(
                Tried::Run,
                format!("what it put out cannot be read: {error}"),
            )
        })?;
        match difference(&output) {
            None => Ok(()),
            Some(difference) => Err(failed(Tried::Run, difference)),
        }
    }

    fn engine(&self, kinds: Kinds) -> OpenCl {
        OpenCl {
            program: self.program.clone(),
            allow_weak_sandbox: self.allow_weak_sandbox,
            builds: None,
            kinds,
        }
    }
}

fn needs() -> Needs {
    Needs {
        engine: EngineKind::OpenCl,
        class: DeterminismClass::Int,
        gflops: Gflops(1),
        memory: Mebibytes(64),
        bandwidth: MegabitsPerSecond(0),
        min_reputation: Reputation(0),
    }
}

fn write_job(folder: &Path) -> io::Result<()> {
    std::fs::create_dir(folder.join(path::INPUTS))?;
    std::fs::write(folder.join(path::PROGRAM), PROGRAM)?;
    std::fs::write(folder.join(path::MANIFEST), manifest())
}

fn manifest() -> String {
    let inputs: Vec<u32> = (0..ITEMS).map(input).collect();
    let manifest = serde_json::json!({
        "version": "aicpw.task/v1", "name": TRIAL, "engine": "opencl", "class": "int",
        "program": { "cid": CID },
        "buffers": [{ "name": "values", "type": "uint", "length": ITEMS, "init": { "inline": inputs } }],
        "steps": [{
            "kernel": "trial",
            "args": [{ "buffer": "values" }, { "scalar": { "type": "uint", "value": FACTOR } }],
            "global": [ITEMS],
        }],
        "outputs": ["values"],
    });
    manifest.to_string()
}

fn input(item: u32) -> u32 {
    item * item + 1
}

/// Returns the output of a device that computes correctly.
pub(crate) fn expected() -> Vec<u8> {
    let value = |item: u32| {
        let value = input(item);
        let mixed = (value ^ (value >> 7)).wrapping_mul(2_654_435_761);
        mixed.wrapping_add(FACTOR * item)
    };
    (0..ITEMS)
        .flat_map(|item| value(item).to_le_bytes())
        .collect()
}

/// Returns how this differs from the expected output.
fn difference(output: &[u8]) -> Option<String> {
    let expected = expected();
    if output.len() != expected.len() {
        let (has, should) = (output.len(), expected.len());
        return Some(format!("it put out {has} bytes in place of {should}"));
    }
    let mut words = output.chunks(4).zip(expected.chunks(4)).enumerate();
    let (item, (word, should)) = words.find(|(_, (word, should))| word != should)?;
    let (word, should) = (hex::encode(word), hex::encode(should));
    Some(format!(
        "it computes wrongly: work item {item} put out the bytes {word} in place of {should}"
    ))
}

/// Returns the failure's message, and the end of the executor's log beside it.
fn told(failure: Failure) -> String {
    let Failure { message, log, .. } = failure;
    let log = String::from_utf8_lossy(&log);
    let is_new = |line: &&str| {
        let line = line.strip_prefix(EXECUTOR_SAYS).unwrap_or(line);
        !message.contains(line.trim())
    };
    let said: Vec<&str> = log.lines().filter(is_new).collect();
    let said = said.join(" | ");
    let from = said.len().saturating_sub(MAX_SAID);
    let from = (from..=said.len()).find(|at| said.is_char_boundary(*at));
    match &said[from.unwrap_or(said.len())..] {
        "" => message,
        end => format!("{message}; the executor said: {end}"),
    }
}

#[cfg(test)]
#[path = "trial_tests.rs"]
mod tests;
