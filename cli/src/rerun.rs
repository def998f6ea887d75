//! Runs a job on this machine, as a provider's node would, for people who doubt a result and want to know where it goes
//! wrong. [`build()`] only compiles the program of a task that is not submitted yet.

mod build;

use std::{
    num::NonZero,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};

use aicpw_protocol::{
    device::{ClassSet, DeviceKind},
    hashing::Hash,
    job::{
        driver_variables, path, Done, Failed, JobLimits, JobResult, JobSpec, JobVersion, Message,
        Part, PartResult, TraceRecord,
    },
    manifest::{limits, Manifest},
    task::{DeterminismClass, Needs},
    ContentId,
};
use serde::{de::DeserializeOwned, Deserialize};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    process::Command,
};

pub use build::build;

use crate::{
    error::{Error, Result},
    node_rpc::{read_all, BlobSource, CHUNK_BYTES},
    program_name::with_own_name,
};

/// The name of the program that runs jobs.
const EXECUTOR: &str = "aicpw-executor";

/// A processor time limit that never matters: the user can end the run.
const CPU_SECONDS: u64 = u32::MAX as u64;

/// How much to keep of what a job's process prints: the end, in which the executor says how the job went.
const KEPT_BYTES: usize = 1 << 20;

/// The most bytes of a job's trace, as text. A checkpoint needs less than half of its share.
const TRACE_BYTES: u64 = limits::CHECKPOINTS * 160 + 4_096;

/// How often, and at what interval, to retry removing a folder into which a process that was just killed is still
/// writing.
const REMOVALS: u32 = 50;
const REMOVE_AGAIN: Duration = Duration::from_millis(20);

/// Which program runs jobs, and how.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct ExecutorArgs {
    /// The program that runs jobs [default: aicpw-executor beside this program, or in $PATH]
    #[arg(long, value_name = "PATH")]
    pub executor_path: Option<PathBuf>,
    /// Start it even where the kernel has no Landlock: its program can then read your files
    #[arg(long)]
    pub allow_weak_sandbox: bool,
}

impl ExecutorArgs {
    /// Finds the program. `otherwise` is what the user can do without it.
    ///
    /// # Errors
    /// The program is not there.
    pub fn find(&self, otherwise: &str) -> Result<PathBuf> {
        let running = std::env::current_exe().ok();
        let beside = running.and_then(|program| Some(program.parent()?.to_owned()));
        let in_path = std::env::var_os("PATH");
        let in_path = in_path.iter().flat_map(std::env::split_paths);
        let mut candidates = match &self.executor_path {
            Some(path) => vec![path.clone()],
            None => {
                let folders = beside.into_iter().chain(in_path);
                folders.map(|folder| folder.join(EXECUTOR)).collect()
            }
        }
        .into_iter();
        let found = candidates.find(|path| path.is_file());
        let found = found.and_then(|path| std::path::absolute(path).ok());
        found.ok_or_else(|| {
            Error::usage("the program aicpw-executor, which runs jobs, is not there")
                .hint(format!("name it with --executor-path, or {otherwise}"))
        })
    }
}

/// A job in a folder of its own, which is removed when this is dropped.
pub struct Rerun {
    folder: Folder,
    executor: PathBuf,
    allow_weak_sandbox: bool,
    spec: JobSpec,
    fetched_bytes: u64,
    sees_groups: bool,
}

/// The folder of a job, removed when this is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("aicpw-job-").tempdir();
        let folder = folder
            .map_err(|error| Error::other(format!("cannot make a folder for the job: {error}")))?;
        Ok(Self(folder.keep()))
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        for _ in 0..REMOVALS {
            match std::fs::remove_dir_all(&self.0) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    std::thread::sleep(REMOVE_AGAIN);
                }
                _ => return,
            }
        }
        eprintln!("warning: {} cannot be removed: remove it", self.0.display());
    }
}

/// What in a program's text shows that it looks at how the driver has grouped its work items.
const OF_GROUPS: &[&str] = &[
    "__local",
    "barrier",
    "get_group_id",
    "get_local_id",
    "get_local_size",
    "get_num_groups",
];

/// A device, as the executor lists it.
#[derive(Deserialize)]
struct Listed {
    #[serde(with = "hex::serde")]
    fingerprint: Hash,
    kind: DeviceKind,
    memory_bytes: u64,
    #[serde(default)]
    name: String,
}

/// What the executor has measured of a device.
#[derive(Deserialize)]
struct Measured {
    classes: ClassSet,
}

impl Rerun {
    /// Fetches a job, and finds a device that can run it.
    ///
    /// # Errors
    /// Some part of the job cannot be fetched, or there is no such device.
    pub async fn prepare(
        args: &ExecutorArgs,
        source: &impl BlobSource,
        manifest: &ContentId,
        needs: &Needs,
    ) -> Result<Self> {
        let executor = args.find("leave --part away: then a jury runs the whole job")?;
        let folder = Folder::new()?;
        let (device, kind) = device(&executor, needs).await.map_err(without_part)?;
        let job = Self {
            executor,
            allow_weak_sandbox: args.allow_weak_sandbox,
            spec: JobSpec {
                version: JobVersion::V1,
                device,
                kind: Some(kind),
                limits: JobLimits {
                    memory_bytes: needs.memory.0.saturating_mul(1 << 20),
                    output_bytes: 0,
                    cpu_seconds: CPU_SECONDS,
                },
                part: None,
            },
            folder,
            fetched_bytes: 0,
            sees_groups: false,
        };
        job.fetch(source, manifest).await
    }

    async fn fetch(mut self, source: &impl BlobSource, cid: &ContentId) -> Result<Self> {
        let text = read_all(source, cid, limits::MANIFEST_BYTES)
            .await
            .map_err(|error| error.while_doing(format!("fetching the manifest {cid}")))?;
        let manifest = Manifest::parse(&text).map_err(|errors| {
            Error::verification(format!("the manifest {cid} is not valid: {errors}"))
        })?;
        self.spec.limits.output_bytes = manifest.output_bytes();
        self.fetched_bytes = manifest.state_bytes().saturating_add(text.len() as u64);
        self.write(path::MANIFEST, &text).await?;
        for blob in manifest.blobs() {
            let (name, most) = match blob.buffer {
                Some(position) => (path::buffer(position), blob.bytes.unwrap_or(0)),
                None => (path::PROGRAM.to_owned(), limits::PROGRAM_BYTES),
            };
            let bytes = self
                .fetch_file(source, &blob.cid, &name, most)
                .await
                .map_err(|error| error.while_doing(format!("fetching {}", blob.path)))?;
            self.fetched_bytes = self.fetched_bytes.saturating_add(bytes);
        }
        if manifest.leaves_groups_to_driver() {
            let path = self.file(path::PROGRAM);
            let program = tokio::fs::read(&path).await;
            let program = program.map_err(|error| Error::file("read", &path, &error))?;
            self.sees_groups = looks_at_groups(&String::from_utf8_lossy(&program));
        }
        Ok(self)
    }

    /// How many bytes a juror of a part fetches: the job, and the state at a checkpoint.
    pub fn fetched_bytes(&self) -> u64 {
        self.fetched_bytes
    }

    /// Whether the program can see how work items are grouped where the driver chooses that. If so, its results may
    /// differ on another device.
    pub fn sees_groups(&self) -> bool {
        self.sees_groups
    }

    async fn fetch_file(
        &self,
        source: &impl BlobSource,
        cid: &ContentId,
        name: &str,
        most: u64,
    ) -> Result<u64> {
        let size = source.size(cid).await?;
        if size > most {
            return Err(Error::verification(format!(
                "{cid} has {size} bytes, and {most} are expected at most"
            )));
        }
        let path = self.file(name);
        let failed = |error: std::io::Error| Error::file("write", &path, &error);
        if let Some(parent) = path.parent() {
            tokio::fs::create_dir_all(parent).await.map_err(failed)?;
        }
        let mut file = tokio::fs::File::create(&path).await.map_err(failed)?;
        let mut offset = 0;
        while offset < size {
            let piece = source
                .read(cid, offset, (size - offset).min(CHUNK_BYTES))
                .await?;
            if piece.is_empty() {
                return Err(Error::other(format!(
                    "{cid} ended after {offset} of {size} bytes"
                )));
            }
            file.write_all(&piece).await.map_err(failed)?;
            offset += piece.len() as u64;
        }
        file.flush().await.map_err(failed)?;
        Ok(size)
    }

    /// Builds and runs the whole job.
    ///
    /// # Errors
    /// What the program or the device reports.
    pub async fn run(&self) -> Result<(JobResult, TraceRecord)> {
        self.say_part(None).await?;
        self.stage("build").await?;
        let Done::Run(result) = self.stage("run").await? else {
            return Err(odd("did not run the job"));
        };
        let path = self.file(path::TRACE);
        let text = read_at_most(&path, TRACE_BYTES).await?;
        let trace: TraceRecord = serde_json::from_slice(&text)
            .map_err(|error| Error::other(format!("the trace of the job: {error}")))?;
        if trace.root() != result.trace_root || trace.end.result_root != result.result_root {
            return Err(odd("says another result than its trace"));
        }
        Ok((result, trace))
    }

    /// Produces the state at a checkpoint of the job, which must be built already; returns the checkpoint's hash and
    /// the file.
    ///
    /// # Errors
    /// There is no such checkpoint; as [`Self::run`].
    pub async fn state(&self, number: u64) -> Result<(Hash, PathBuf)> {
        self.say_part(Some(Part::State { number })).await?;
        match self.stage("run").await? {
            Done::Part(PartResult { hash, .. }) => Ok((hash, self.file(path::STATE))),
            Done::Build | Done::Run(_) => Err(odd("did not make the state")),
        }
    }

    async fn say_part(&self, part: Option<Part>) -> Result<()> {
        let spec = JobSpec {
            part,
            ..self.spec.clone()
        };
        let text = serde_json::to_vec_pretty(&spec).map_err(Error::other)?;
        self.write(path::JOB, &text).await
    }

    async fn stage(&self, stage: &str) -> Result<Done> {
        self.said(stage)
            .await
            .map_err(without_part)?
            .map_err(|failed| {
                let message = with_own_name(&failed.message, None);
                let failed = Error::other(format!("the job cannot be run here: {message}"));
                failed.hint("nothing was sent; without --part a jury runs the whole job")
            })
    }

    /// How a stage ended, in the executor's own words.
    async fn said(&self, stage: &str) -> Result<Result<Done, Failed>> {
        let mut arguments = vec![stage.as_ref(), self.folder.path().as_os_str()];
        if self.allow_weak_sandbox {
            arguments.push("--allow-weak-sandbox".as_ref());
        }
        let ended = execute(&self.executor, &arguments).await?;
        let lines = ended.stdout.end.split(|byte| *byte == b'\n');
        match lines.filter_map(Message::from_line).next_back() {
            Some(Message::Done(done)) if ended.status.success() => Ok(Ok(done)),
            Some(Message::Failed(failed)) => Ok(Err(failed)),
            _ => Err(crashed(&ended)),
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    async fn write(&self, name: &str, content: &[u8]) -> Result<()> {
        let path = self.file(name);
        let written = tokio::fs::write(&path, content).await;
        written.map_err(|error| Error::file("write", &path, &error))
    }
}

fn looks_at_groups(program: &str) -> bool {
    let is_of_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let mut words = program.split(|letter| !is_of_name(letter));
    words.any(|word| OF_GROUPS.contains(&word))
}

/// Finds the first device that has the memory and keeps the determinism class.
async fn device(executor: &Path, needs: &Needs) -> Result<(Hash, DeviceKind)> {
    let listed: Vec<Listed> = ask(executor, &["devices"]).await?;
    for Listed {
        fingerprint,
        kind,
        memory_bytes,
        ..
    } in listed
    {
        if memory_bytes < needs.memory.0.saturating_mul(1 << 20) {
            continue;
        }
        // Integers are exact everywhere.
        if needs.class == DeterminismClass::Int {
            return Ok((fingerprint, kind));
        }
        let digits = hex::encode(fingerprint);
        let measured: Measured = ask(executor, &["measure", "--device", &digits]).await?;
        if measured.classes.contains(needs.class) {
            return Ok((fingerprint, kind));
        }
    }
    Err(Error::other(format!(
        "no device of this machine has {} MiB and keeps the class of the task",
        needs.memory.0
    )))
}

/// Runs the executor, and parses the JSON that it prints.
async fn ask<T: DeserializeOwned>(executor: &Path, arguments: &[&str]) -> Result<T> {
    let arguments: Vec<_> = arguments.iter().map(|text| (*text).as_ref()).collect();
    let ended = execute(executor, &arguments).await?;
    if !ended.status.success() {
        return Err(crashed(&ended));
    }
    if !ended.stdout.is_whole {
        return Err(odd(&format!("printed more than {KEPT_BYTES} bytes")));
    }
    serde_json::from_slice(&ended.stdout.end)
        .map_err(|error| odd(&format!("printed something else than JSON ({error})")))
}

/// How a process ended, and what it printed.
struct Ended {
    status: ExitStatus,
    stdout: Said,
    stderr: Said,
}

/// The last part of what a process printed.
struct Said {
    end: Vec<u8>,
    is_whole: bool,
}

/// Reads everything there is, and keeps the last `most` bytes.
async fn end_of(mut from: impl AsyncRead + Unpin, most: usize) -> std::io::Result<Said> {
    let (mut end, mut is_whole) = (Vec::new(), true);
    let mut piece = vec![0; 1 << 16];
    loop {
        let read = from.read(&mut piece).await?;
        end.extend_from_slice(&piece[..read]);
        // Not for every piece, so that each byte is moved about once.
        let is_end = read == 0;
        if end.len() > most.saturating_mul(2) || (is_end && end.len() > most) {
            end.drain(..end.len() - most);
            is_whole = false;
        }
        if is_end {
            return Ok(Said { end, is_whole });
        }
    }
}

/// Reads the beginning of a file of the job. A stranger's program may have written that file.
async fn begin_of(path: &Path, most: u64) -> Result<Vec<u8>> {
    let failed = |error: std::io::Error| Error::file("read", path, &error);
    let file = tokio::fs::File::open(path).await.map_err(failed)?;
    let mut content = Vec::new();
    let mut some = file.take(most);
    some.read_to_end(&mut content).await.map_err(failed)?;
    Ok(content)
}

/// Reads such a file as a whole.
async fn read_at_most(path: &Path, most: u64) -> Result<Vec<u8>> {
    let content = begin_of(path, most.saturating_add(1)).await?;
    match content.len() as u64 > most {
        true => Err(odd(&format!(
            "left more than {most} bytes in {}",
            path.display()
        ))),
        false => Ok(content),
    }
}

async fn execute(executor: &Path, arguments: &[&std::ffi::OsStr]) -> Result<Ended> {
    let failed = |error: std::io::Error| Error::file("start", executor, &error);
    let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
    let mut child = Command::new(executor)
        .args(arguments)
        // A stranger's program gets nothing of this user's environment but what drivers need.
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("LANG", "C.UTF-8")
        .envs(driver_variables(processors, |name| std::env::var_os(name)))
        // The executor ends by itself when this is closed, however this program ends.
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(failed)?;
    let _open = child.stdin.take();
    let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
        return Err(odd("cannot be listened to"));
    };
    let (stdout, stderr, status) = tokio::try_join!(
        end_of(stdout, KEPT_BYTES),
        end_of(stderr, KEPT_BYTES),
        child.wait()
    )
    .map_err(failed)?;
    Ok(Ended {
        status,
        stdout,
        stderr,
    })
}

fn odd(what: &str) -> Error {
    Error::other(format!("the executor {what}"))
        .hint("use the aicpw-executor of the same release as this program")
}

fn crashed(ended: &Ended) -> Error {
    let said = String::from_utf8_lossy(&ended.stderr.end);
    let last = said.trim().lines().last().unwrap_or_default().to_owned();
    Error::other(format!("the executor ended with {}: {last}", ended.status))
}

fn without_part(error: Error) -> Error {
    error.hint("without --part a jury runs the whole job")
}

#[cfg(test)]
#[path = "rerun_tests.rs"]
mod tests;
