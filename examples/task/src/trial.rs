//! Runs a task on a device of this machine, through the executor and its sandbox, without a chain.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use aicpw_protocol::{
    content::ContentId,
    device::DeviceKind,
    job::{path, JobLimits, JobSpec, JobVersion, Message},
    manifest::{Init, Manifest, Source},
    Hash,
};
use anyhow::{bail, ensure, Context, Result};

use crate::TaskFolder;

/// The CID that stands for every file. A trial uploads nothing, so no content has to match it.
const PLACEHOLDER: &str = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi";

const LIMITS: JobLimits = JobLimits {
    memory_bytes: 1 << 30,
    output_bytes: 1 << 30,
    cpu_seconds: 600,
};

/// Runs the task of a manifest, whose files are beside it, on the first CPU device, and writes
/// `OUT/<buffer>.bin` for each output buffer, as `aicpw submit --out` does.
///
/// # Errors
///
/// What is wrong with the manifest or its files, or the executor's message, including the
/// compiler's log.
pub fn run(manifest: &Path, out: &Path) -> Result<()> {
    let json = fs::read(manifest).with_context(|| manifest.display().to_string())?;
    let beside = manifest.parent().unwrap_or(Path::new("."));
    let manifest = Manifest::parse(&json)?;
    let executor = executor()?;
    let job = tempfile::tempdir().context("a temporary folder")?;
    lay_out(&manifest, beside, cpu_device(&executor)?, job.path())?;
    stage(&executor, "build", job.path())?;
    stage(&executor, "run", job.path())?;
    write_outputs(&manifest, &fs::read(job.path().join(path::OUTPUT))?, out)
}

/// Runs a program to its end and returns what it printed.
///
/// # Errors
///
/// The program failed; the error has what it printed to its standard error.
pub fn said(command: &mut Command) -> Result<String> {
    let output = command
        .output()
        .with_context(|| format!("{:?}", command.get_program()))?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The path of the executor: `$AICPW_BIN/aicpw-executor`, or beside this process's own executable,
/// or one folder above that, which is where cargo puts both.
fn executor() -> Result<PathBuf> {
    let own = env::current_exe().context("the path of this process")?;
    let beside = own.ancestors().skip(1).take(2).map(Path::to_owned);
    let named = env::var_os("AICPW_BIN").map(PathBuf::from);
    named
        .into_iter()
        .chain(beside)
        .map(|folder| folder.join("aicpw-executor"))
        .find(|program| program.is_file())
        .context("aicpw-executor is not built: run `make build` first")
}

fn cpu_device(executor: &Path) -> Result<Hash> {
    let listed = Command::new(executor).arg("devices").output()?;
    let listed: serde_json::Value =
        serde_json::from_slice(&listed.stdout).context("`aicpw-executor devices`")?;
    let fingerprint = listed
        .as_array()
        .into_iter()
        .flatten()
        .find(|device| device["kind"] == "cpu")
        .and_then(|device| device["fingerprint"].as_str())
        .context("there is no OpenCL CPU device: `make setup` installs PoCL")?;
    let mut hash = Hash::default();
    hex::decode_to_slice(fingerprint, &mut hash).context("a device's fingerprint")?;
    Ok(hash)
}

/// Makes the job folder, as a provider's node does from what it fetched.
fn lay_out(manifest: &Manifest, beside: &Path, device: Hash, job: &Path) -> Result<()> {
    let write = |name: &str, bytes: &[u8]| -> Result<()> {
        fs::write(job.join(name), bytes).with_context(|| name.to_owned())
    };
    let copy = |file: &str, name: &str| -> Result<()> {
        let from = beside.join(file);
        let bytes = fs::read(&from).with_context(|| from.display().to_string())?;
        write(name, &bytes)
    };
    fs::create_dir(job.join(path::INPUTS))?;
    let cid: ContentId = PLACEHOLDER.parse()?;
    let placeholders = manifest
        .local_files()
        .into_iter()
        .map(|(file, _)| (file.to_owned(), cid.clone()))
        .collect();
    write(
        path::MANIFEST,
        manifest.resolve(&placeholders)?.to_json().as_bytes(),
    )?;
    if let Source::File(file) = &manifest.program {
        copy(file, path::PROGRAM)?;
    }
    for (position, buffer) in manifest.buffers.iter().enumerate() {
        if let Init::File(file) = &buffer.init {
            copy(file, &path::buffer(position))?;
        }
    }
    let spec = JobSpec {
        version: JobVersion::V1,
        device,
        kind: Some(DeviceKind::Cpu),
        limits: LIMITS,
        part: None,
    };
    write(path::JOB, &serde_json::to_vec(&spec)?)
}

/// Runs a stage of the job to its end.
fn stage(executor: &Path, stage: &str, job: &Path) -> Result<()> {
    let output = Command::new(executor)
        .arg(stage)
        .arg(job)
        .env_clear()
        .stdin(Stdio::null())
        .output()?;
    let lines = output.stdout.split(|byte| *byte == b'\n');
    match lines.filter_map(Message::from_line).next_back() {
        Some(Message::Done(_)) if output.status.success() => Ok(()),
        Some(Message::Failed(failed)) => {
            let log = failed.log.map(|log| fs::read_to_string(job.join(log)));
            bail!(
                "{stage}: {}\n{}",
                failed.message,
                log.and_then(Result::ok).unwrap_or_default()
            )
        }
        _ => bail!(
            "the executor crashed in {stage} ({}):\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        ),
    }
}

/// Splits the canonical output into its buffers.
fn write_outputs(manifest: &Manifest, output: &[u8], out: &Path) -> Result<()> {
    let folder = TaskFolder::create(out)?;
    let mut rest = output;
    for name in &manifest.outputs {
        let bytes = manifest
            .buffer(name)
            .and_then(|(_, buffer)| buffer.bytes())
            .with_context(|| format!("no buffer named `{name}`"))?;
        let (own, others) = rest
            .split_at_checked(usize::try_from(bytes)?)
            .with_context(|| format!("the output ends within `{name}`"))?;
        folder.write(&format!("{name}.bin"), own)?;
        rest = others;
    }
    ensure!(
        rest.is_empty(),
        "the output has {} bytes too many",
        rest.len()
    );
    Ok(())
}
