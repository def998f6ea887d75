//! The job folder, from inside.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use aicpw_protocol::{
    device::DeviceKind,
    job::{path, JobLimits, JobSpec, Part, MAX_POSITION_BYTES},
    manifest::{limits as most, Manifest, Plan},
    task::Fault,
};

use crate::opencl::{self, devices::Device};
use crate::report::Reporter;
use crate::sandbox::{self, Sandbox, Stage};

/// Why a stage failed.
#[derive(Debug)]
pub struct Failure {
    /// Whose fault it may be.
    pub fault: Fault,
    /// The message for the requester.
    pub message: String,
    /// A file in the job folder that says more.
    pub log: Option<&'static str>,
}

impl Failure {
    /// Returns a failure without a log.
    pub fn new(fault: Fault, message: impl Into<String>) -> Self {
        Self {
            fault,
            message: message.into(),
            log: None,
        }
    }

    /// Returns a failure for which this machine, and not the job, is to blame.
    pub fn here(message: impl Into<String>) -> Self {
        Self::new(Fault::Crashed, message)
    }
}

impl From<opencl::Error> for Failure {
    fn from(error: opencl::Error) -> Self {
        Self::here(error.to_string())
    }
}

impl Failure {
    /// Returns the same failure as it counts once the driver has the requester's program: what this
    /// machine seems to lack from then on may be the program's doing, which is `fault`.
    pub fn under_the_program(self, fault: Fault) -> Self {
        match self.fault {
            Fault::Crashed => Self { fault, ..self },
            _ => self,
        }
    }
}

/// Paths in the job folder.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// Returns the folder at a path.
    ///
    /// # Errors
    ///
    /// When there is no folder.
    pub fn at(path: &Path) -> io::Result<Self> {
        path.canonicalize().map(Self)
    }

    /// Returns the path of a file in the folder, by its name in [`path`].
    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.0
    }

    /// Reads a file of at most `limit` bytes.
    pub fn read(&self, name: &str, limit: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(self.file(name))?
            .take(limit + 1)
            .read_to_end(&mut bytes)?;
        if bytes.len() as u64 > limit {
            return Err(io::Error::other(format!("it is longer than {limit} bytes")));
        }
        Ok(bytes)
    }

    /// Writes a file durably. It has its name only when it is complete.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        let to = self.file(name);
        let part = to.with_extension("part");
        let written = (|| {
            let mut file = File::create(&part)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            std::fs::rename(&part, &to)?;
            match to.parent() {
                Some(parent) => File::open(parent)?.sync_all(),
                None => Ok(()),
            }
        })();
        written.map_err(|error| Failure::here(format!("cannot write {name}: {error}")))
    }
}

/// A stage that has locked itself in and has read the job.
pub struct Ready<'r> {
    /// The job folder.
    pub folder: Folder,
    /// The device, its driver loaded.
    pub device: Device,
    /// The job.
    pub manifest: Manifest,
    /// Its launches.
    pub plan: Plan,
    /// Source text of the program.
    pub program: String,
    /// The part of the job that is run, if not all of it.
    pub part: Option<Part>,
    /// Reports to the node.
    pub reporter: &'r mut Reporter,
}

impl<'r> Ready<'r> {
    /// Locks the process in, loads the driver, then reads what came from the requester.
    ///
    /// # Errors
    ///
    /// When the sandbox is not possible here, the device is no longer there, or the manifest or the
    /// program is bad.
    pub fn enter(
        stage: Stage,
        folder: PathBuf,
        allow_weak: bool,
        reporter: &'r mut Reporter,
    ) -> Result<Self, Failure> {
        let (folder, spec) = open(&folder)?;
        for name in [stage.folder(), path::WORK] {
            std::fs::create_dir_all(folder.file(name))
                .map_err(|error| Failure::here(format!("cannot make {name}: {error}")))?;
        }
        opencl::driver_environment(&folder.file(path::WORK));

        let refused = |error: sandbox::Error| Failure::here(error.to_string());
        let kind = spec.kind.unwrap_or(DeviceKind::Cpu);
        let sandbox = Sandbox::enter(stage, kind, &folder, reporter.descriptor(), allow_weak)
            .map_err(refused)?;
        // The driver starts its threads here: inside Landlock, and before the next step, which
        // applies to all threads.
        let device = opencl::devices::find(&spec.device)?.open()?;
        if device.info.kind != kind {
            return Err(Failure::here(format!(
                "the job is for a device of kind {kind:?}, and this one is {:?}",
                device.info.kind
            )));
        }
        sandbox.complete(&limits(&spec)).map_err(refused)?;
        Self::read(folder, device, &spec, reporter)
    }

    /// Like [`Self::enter`], but without any lock: only for [`crate::native`].
    ///
    /// # Errors
    ///
    /// When the device is no longer there, or the manifest or the program is bad.
    pub fn enter_unlocked(folder: &Path, reporter: &'r mut Reporter) -> Result<Self, Failure> {
        let (folder, spec) = open(folder)?;
        let device = opencl::devices::find(&spec.device)?.open()?;
        Self::read(folder, device, &spec, reporter)
    }

    /// Reads what comes from a stranger.
    fn read(
        folder: Folder,
        device: Device,
        spec: &JobSpec,
        reporter: &'r mut Reporter,
    ) -> Result<Self, Failure> {
        let manifest = folder
            .read(path::MANIFEST, most::MANIFEST_BYTES)
            .map_err(|error| {
                Failure::new(
                    Fault::InputUnavailable,
                    format!("cannot read the manifest: {error}"),
                )
            })?;
        let manifest = Manifest::parse(&manifest)
            .map_err(|errors| Failure::new(Fault::BadManifest, errors.to_string()))?;
        let plan = manifest
            .plan()
            .map_err(|errors| Failure::new(Fault::BadManifest, errors.to_string()))?;
        check_limits(&manifest, spec)?;
        let program = read_program(&folder)?;
        Ok(Self {
            folder,
            device,
            manifest,
            plan,
            program,
            part: spec.part,
            reporter,
        })
    }

    /// Reports that the driver gets the program now. From here on it could be the program that ends
    /// the process, or speaks with its voice: the node holds none of that against the provider.
    pub fn hand_over(&mut self) {
        self.reporter.progress(0, self.plan.launches());
    }
}

/// Returns what the job may use: if a state is asked for, it holds all of the job's buffers.
fn limits(spec: &JobSpec) -> JobLimits {
    let mut limits = spec.limits;
    if let Some(Part::State { .. }) = spec.part {
        let state = limits.memory_bytes.saturating_add(MAX_POSITION_BYTES);
        limits.output_bytes = limits.output_bytes.max(state);
    }
    limits
}

/// Opens the folder, and reads the node's own description of the job.
fn open(folder: &Path) -> Result<(Folder, JobSpec), Failure> {
    let root = folder.canonicalize().map_err(|error| {
        Failure::here(format!(
            "cannot use the folder {}: {error}",
            folder.display()
        ))
    })?;
    let folder = Folder(root);
    let spec = folder
        .read(path::JOB, 1 << 16)
        .and_then(|text| serde_json::from_slice(&text).map_err(io::Error::other))
        .map_err(|error| Failure::here(format!("cannot read {}: {error}", path::JOB)))?;
    Ok((folder, spec))
}

fn check_limits(manifest: &Manifest, spec: &JobSpec) -> Result<(), Failure> {
    let bad = |message| Err(Failure::new(Fault::BadManifest, message));
    if manifest.memory_bytes() > spec.limits.memory_bytes {
        return bad(format!(
            "buffers: they have {} bytes, and the task asked for a device with {}; ask for more \
			 memory",
            manifest.memory_bytes(),
            spec.limits.memory_bytes
        ));
    }
    if manifest.output_bytes() > spec.limits.output_bytes {
        return bad(format!(
            "outputs: they have {} bytes, and {} are allowed",
            manifest.output_bytes(),
            spec.limits.output_bytes
        ));
    }
    Ok(())
}

/// The mark that some editors put before a text in UTF-8. A compiler skips it at the start of a
/// text, but our text has other lines before the program's.
const BYTE_ORDER_MARK: char = '\u{feff}';

fn read_program(folder: &Folder) -> Result<String, Failure> {
    let bytes = folder
        .read(path::PROGRAM, most::PROGRAM_BYTES)
        .map_err(|error| {
            Failure::new(
                Fault::InputUnavailable,
                format!("program: cannot be read: {error}"),
            )
        })?;
    let mut text = String::from_utf8(bytes)
        .map_err(|_| Failure::new(Fault::BuildFailed, "program: it is not text in UTF-8"))?;
    if text.starts_with(BYTE_ORDER_MARK) {
        text.remove(0);
    }
    if text.contains('\0') {
        return Err(Failure::new(
            Fault::BuildFailed,
            "program: it contains a zero byte",
        ));
    }
    Ok(text)
}
