//! Makes job folders from a task as its requester has it on disk.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use aicpw_network_tests::binaries;
use aicpw_offchain_worker::{
    devices::Kinds,
    engines::{Failure, Job},
};
use aicpw_protocol::{
    device::{DeviceKind, Reputation},
    job::{path, JobLimits, JobSpec, JobVersion},
    manifest::{Init, Manifest, Source},
    task::Needs,
    ContentId, Gflops, Hash, Mebibytes, MegabitsPerSecond,
};
use anyhow::{anyhow, ensure, Context, Error, Result};
use serde_json::Value;
use tokio::process::Command;

/// Longer than any job here.
pub const LIMIT: Duration = Duration::from_secs(600);

/// A task, with what it needs.
pub struct Task {
    manifest: Manifest,
    /// Content of the inputs, by their path in the job folder.
    inputs: Vec<(String, Vec<u8>)>,
}

impl Task {
    /// Reads `manifest.json` and the files that it names.
    pub fn read(folder: &Path) -> Result<Self> {
        let read = |name: &str| {
            let path = folder.join(name);
            fs::read(&path).with_context(|| path.display().to_string())
        };
        let written = Manifest::parse(&read("manifest.json")?)?;
        let mut inputs = Vec::new();
        if let Source::File(file) = &written.program {
            inputs.push((path::PROGRAM.to_owned(), read(file)?));
        }
        for (position, buffer) in written.buffers.iter().enumerate() {
            if let Init::File(file) = &buffer.init {
                inputs.push((path::buffer(position), read(file)?));
            }
        }
        // The executor takes no manifest with local files, and does not look at the CIDs.
        let uploaded: BTreeMap<String, ContentId> = written
            .local_files()
            .into_iter()
            .map(|(name, _)| Ok((name.to_owned(), some_cid()?)))
            .collect::<Result<_>>()?;
        Ok(Self {
            manifest: written.resolve(&uploaded)?,
            inputs,
        })
    }

    /// Returns how many checkpoints its job has.
    pub fn checkpoints(&self) -> u64 {
        self.manifest.checkpoints()
    }

    /// Makes a job folder.
    pub fn write(&self, folder: &Path, device: &Device) -> Result<Job> {
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.join(name);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(path, bytes)
        };
        for (name, bytes) in &self.inputs {
            write(name, bytes)?;
        }
        write(path::MANIFEST, self.manifest.to_json().as_bytes())?;
        let memory = self.manifest.memory_bytes().div_ceil(1 << 20);
        let spec = JobSpec {
            version: JobVersion::V1,
            device: device.fingerprint,
            kind: Some(device.kind),
            limits: JobLimits {
                memory_bytes: memory << 20,
                output_bytes: self.manifest.output_bytes(),
                cpu_seconds: LIMIT.as_secs(),
            },
            part: None,
        };
        write(path::JOB, &serde_json::to_vec(&spec)?)?;
        Ok(Job {
            folder: folder.to_owned(),
            fingerprint: device.fingerprint,
            needs: Needs {
                engine: self.manifest.engine,
                class: self.manifest.class,
                gflops: Gflops(1),
                memory: Mebibytes(memory),
                bandwidth: MegabitsPerSecond(0),
                min_reputation: Reputation(0),
            },
            output_bytes: self.manifest.output_bytes(),
            deadline: Instant::now() + LIMIT,
            keep_build: true,
            part: None,
        })
    }
}

/// Returns a CID (raw, SHA-256) of content that does not exist.
pub fn some_cid() -> Result<ContentId> {
    let mut bytes = vec![1, 0x55, 0x12, 32];
    bytes.extend([7; 32]);
    ContentId::from_bytes(bytes).ok().context("a CID")
}

/// Turns a job's failure into an error.
pub fn failed(failure: Failure) -> Error {
    anyhow!("{:?}: {}", failure.fault, failure.message)
}

/// A device of this machine.
pub struct Device {
    pub fingerprint: Hash,
    pub kind: DeviceKind,
    pub name: String,
}

impl Device {
    /// Returns what an engine knows about the devices' kinds.
    pub fn kinds(&self) -> Kinds {
        let kinds = Kinds::default();
        kinds.put(self.fingerprint, self.kind);
        kinds
    }

    /// Returns the first device that the executor lists.
    pub async fn first(executor: &Path) -> Result<Self> {
        let listed = Command::new(executor).arg("devices").output().await?;
        ensure!(
            listed.status.success(),
            "{}",
            String::from_utf8_lossy(&listed.stderr)
        );
        let listed: Value = serde_json::from_slice(&listed.stdout)?;
        let first = listed
            .get(0)
            .context("there is no OpenCL device: `make setup` installs PoCL")?;
        let text = |key: &str| first[key].as_str().with_context(|| key.to_owned());
        let mut fingerprint = Hash::default();
        hex::decode_to_slice(text("fingerprint")?, &mut fingerprint)?;
        Ok(Self {
            fingerprint,
            kind: serde_json::from_value(first["kind"].clone())?,
            name: text("name")?.to_owned(),
        })
    }
}

/// Runs one of our programs to its end; it must succeed.
pub async fn program(name: &str, arguments: &[&str]) -> Result<()> {
    let program: PathBuf = binaries::find(name)?;
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .await
        .with_context(|| name.to_owned())?;
    ensure!(
        output.status.success(),
        "{name}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}
