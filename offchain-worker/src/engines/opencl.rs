//! The OpenCL engine: each stage of each job is a separate process, which speaks [`aicpw_protocol::job`].

use aicpw_protocol::{
    device::DeviceKind,
    job::{
        driver_variables, path, Done, Failed, JobLimits, JobResult, JobSpec, JobVersion, Message,
        TraceRecord, EXECUTOR_SAYS, MAX_BUILD_FILES, MAX_BUILD_FOLDER_BYTES, MAX_TRACE_BYTES,
    },
    manifest::{limits, Manifest, ManifestErrors},
    task::{Blame, Engine as EngineKind, Fault, Needs, Progress},
    trace::MAX_HASHES,
    Hash,
};
use async_trait::async_trait;
use std::collections::HashSet;
use std::ffi::OsString;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::{BadManifest, Blob, Builds, Engine, Failure, Job, OnProgress, Plan, Product};
use crate::{
    blocking,
    devices::Kinds,
    drivers::{OCL_ICD_FILENAMES, OCL_ICD_VENDORS},
    durable,
    sandbox::{Allowance, Exit, How, Stage},
};

/// The most bytes of a compiler's log.
const MAX_BUILD_LOG: u64 = 1 << 20;

/// The most bytes of a message that are kept; the rest is in the log.
const MAX_MESSAGE: usize = 2 << 10;

/// The most bytes of a run stage's words that others are told, in the message and in the log each.
///
/// In that stage the requester's code speaks, and could print its result: a requester that reads the result in a
/// failure does not pay for it.
pub const MAX_SAID_BY_RUN: usize = 512;

/// Longer than a stage takes until its driver gets the program, on a working machine: to lock itself in, load the
/// driver and read the job.
const BEFORE_THE_PROGRAM: Duration = Duration::from_secs(60);

/// Returns the whole environment of an executor.
pub fn driver_environment() -> Vec<(OsString, OsString)> {
    let fixed = [
        ("PATH", "/usr/local/bin:/usr/bin:/bin"),
        ("LANG", "C.UTF-8"),
    ];
    let fixed = fixed.map(|(name, value)| (name.into(), value.into()));
    let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
    let told = driver_variables(processors, |name| std::env::var_os(name));
    fixed.into_iter().chain(told).collect()
}

/// Returns the same environment. If a driver is named, by the file with which the loader finds it, only that one is
/// loaded.
pub(crate) fn environment_with(driver: Option<&Path>) -> Vec<(OsString, OsString)> {
    let mut environment = driver_environment();
    if let Some(driver) = driver {
        environment.retain(|(name, _)| name != OCL_ICD_VENDORS && name != OCL_ICD_FILENAMES);
        environment.push((OCL_ICD_VENDORS.into(), driver.into()));
    }
    environment
}

/// The stages of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Build,
    Run,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Run => "run",
        }
    }

    /// Returns how much the stage may write, all files together. The run stage has few files, and each has its own
    /// limit.
    fn allowance(self) -> Option<Allowance> {
        match self {
            Self::Build => Some(Allowance {
                bytes: MAX_BUILD_FOLDER_BYTES,
                files: MAX_BUILD_FILES,
            }),
            Self::Run => None,
        }
    }

    /// Returns the fault if a process that has got the program ends without a usable answer.
    fn fault_of_program(self) -> Fault {
        match self {
            Self::Build => Fault::BuildFailed,
            Self::Run => Fault::RunFailed,
        }
    }
}

/// Runs OpenCL jobs in `aicpw-executor`.
#[derive(Debug, Clone)]
pub struct OpenCl {
    /// The executor.
    pub program: PathBuf,
    /// Go on where the kernel has no Landlock.
    pub allow_weak_sandbox: bool,
    /// The kept builds; without them every job compiles.
    pub builds: Option<Builds>,
    /// The kinds of the devices.
    pub kinds: Kinds,
}

impl OpenCl {
    fn write_spec(&self, job: &Job) -> Result<(), Failure> {
        let spec = JobSpec {
            version: JobVersion::V1,
            device: job.fingerprint,
            kind: self.kinds.of(&job.fingerprint),
            limits: JobLimits {
                memory_bytes: job.needs.memory.0.saturating_mul(1 << 20),
                output_bytes: job.output_bytes,
                cpu_seconds: cpu_seconds(job.deadline),
            },
            part: job.part,
        };
        let text = serde_json::to_vec_pretty(&spec)
            .map_err(|error| own_fault(format!("cannot write the job: {error}")))?;
        durable::replace(&job.folder.join(path::JOB), &text)
            .map_err(|error| own_fault(format!("cannot write the job: {error}")))
    }

    /// Runs one stage, and returns its final message.
    async fn stage(
        &self,
        kind: Kind,
        job: &Job,
        progress: OnProgress<'_>,
    ) -> Result<Done, Failure> {
        let name = kind.name();
        let mut arguments: Vec<OsString> = vec![name.into(), job.folder.clone().into()];
        if self.allow_weak_sandbox {
            arguments.push("--allow-weak-sandbox".into());
        }
        let driver = self.kinds.driver_of(&job.fingerprint);
        let stage = Stage {
            program: self.program.clone(),
            arguments,
            environment: environment_with(driver.as_deref()),
            driver,
            device: Some(job.fingerprint),
            folder: job.folder.clone(),
            deadline: job.deadline,
            // A graphics card's driver keeps what it likes in that folder; each file has its limit.
            allowance: match self.kinds.of(&job.fingerprint) {
                Some(DeviceKind::Gpu) => None,
                _ => kind.allowance(),
            },
        };
        let had = job.deadline.saturating_duration_since(Instant::now());
        let mut last = None;
        // The executor reports progress, even of zero steps, when the driver gets the program. Before that the program
        // can have no part in what happens.
        let mut fault = Fault::Crashed;
        let mut steps = None;
        let exit = stage.run(|line| match Message::from_line(line) {
            Some(Message::Progress { done, total }) => {
                fault = kind.fault_of_program();
                // On a CPU the program can write such lines too, but not before the first one. The first number of
                // steps holds: the chain takes no other one later.
                if *steps.get_or_insert(total) == total {
                    progress(Progress {
                        steps_done: done.min(total),
                        steps_total: total,
                    });
                }
            }
            Some(message) => last = Some(message),
            None => tracing::debug!(line = %String::from_utf8_lossy(line), "not a message"),
        });
        let exit = exit
            .await
            .map_err(|error| own_fault(format!("cannot start the provider's executor: {error}")))?;
        let done = match (exit.how, last) {
            // The stage was done in time; only the process ended late.
            (How::Code(0) | How::Deadline, Some(Message::Done(done))) => Ok(done),
            (How::Deadline, _) | (How::Signal(libc::SIGXCPU), _) => {
                Err(out_of_time(name, fault, had, exit))
            }
            (_, Some(Message::Failed(failed))) => Err(said(job, failed, fault, exit)),
            _ => Err(crashed(name, fault, exit)),
        };
        match kind {
            Kind::Build => done,
            Kind::Run => done.map_err(in_few_words),
        }
    }
}

impl OpenCl {
    /// Runs the run stage. A build that it could not run is not kept for others.
    async fn run_stage(&self, job: &Job, progress: OnProgress<'_>) -> Result<Done, Failure> {
        let done = self.stage(Kind::Run, job, progress).await;
        if let (Err(failure), Some(builds)) = (&done, &self.builds) {
            if matches!(failure.fault, Fault::Crashed | Fault::RunFailed) {
                blocking::run(|| builds.forget(job));
            }
        }
        done
    }
}

#[async_trait]
impl Engine for OpenCl {
    fn plan(&self, manifest: &[u8], needs: &Needs) -> Result<Plan, BadManifest> {
        let manifest = Manifest::parse(manifest).map_err(first_problem)?;
        let bad = |field: &str, reason: String| BadManifest {
            field: field.into(),
            reason,
        };
        if manifest.engine != EngineKind::OpenCl || needs.engine != manifest.engine {
            let reason = format!(
                "is {:?}, and the task asked for {:?}",
                manifest.engine, needs.engine
            );
            return Err(bad("engine", reason));
        }
        if manifest.class != needs.class {
            let reason = format!(
                "is {:?}, and the task asked for a device of class {:?}",
                manifest.class, needs.class
            );
            return Err(bad("class", reason));
        }
        if !manifest.is_resolved() {
            let files = manifest.local_files();
            let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
            let reason = format!("the local files {} were not uploaded", names.join(", "));
            return Err(bad("program or buffers", reason));
        }
        let (has, asked) = (
            manifest.memory_bytes(),
            needs.memory.0.saturating_mul(1 << 20),
        );
        if has > asked {
            let reason = format!(
                "they have {has} bytes, and the task asked for a device with {asked} ({} MiB)",
                needs.memory
            );
            return Err(bad("buffers", reason));
        }
        let blobs = manifest.blobs().into_iter().map(|blob| Blob {
            field: blob.path,
            cid: blob.cid,
            path: match blob.buffer {
                Some(position) => path::buffer(position).into(),
                None => path::PROGRAM.into(),
            },
            length: blob.bytes,
            max_bytes: blob.bytes.unwrap_or(limits::PROGRAM_BYTES),
        });
        Ok(Plan {
            blobs: blobs.collect(),
            output_bytes: manifest.output_bytes(),
        })
    }

    async fn build(&self, job: &Job) -> Result<(), Failure> {
        blocking::run(|| self.write_spec(job))?;
        let builds = self.builds.as_ref().filter(|_| job.keep_build);
        if builds.is_some_and(|builds| blocking::run(|| builds.give(job))) {
            return Ok(());
        }
        match self.stage(Kind::Build, job, &|_| {}).await? {
            Done::Build => {
                if let Some(builds) = builds {
                    blocking::run(|| builds.keep(job));
                }
                Ok(())
            }
            Done::Run(_) | Done::Part(_) => Err(Failure::new(
                Kind::Build.fault_of_program(),
                "the executor ran a job that it should build",
            )),
        }
    }

    async fn run(&self, job: &Job, progress: OnProgress<'_>) -> Result<Product, Failure> {
        let Done::Run(result) = self.run_stage(job, progress).await? else {
            return Err(run_failed("the executor did not run all of the job"));
        };
        let trace = job.folder.join(path::TRACE);
        blocking::run(|| check_trace(&trace, &result))?;
        Ok(Product {
            output: job.folder.join(path::OUTPUT),
            trace,
            result_root: result.result_root,
            trace_root: result.trace_root,
            launches: result.launches,
        })
    }

    async fn run_part(&self, job: &Job, progress: OnProgress<'_>) -> Result<Hash, Failure> {
        match self.run_stage(job, progress).await? {
            Done::Part(result) => Ok(result.hash),
            Done::Build | Done::Run(_) => {
                Err(run_failed("the executor did not run a part of the job"))
            }
        }
    }
}

/// Checks that the trace that is committed to is the one on disk, where a jury will look.
fn check_trace(trace: &std::path::Path, result: &JobResult) -> Result<(), Failure> {
    let odd = |reason: String| run_failed(format!("the trace cannot be used: {reason}"));
    let text =
        durable::read_untrusted(trace, MAX_TRACE_BYTES).map_err(|error| odd(error.to_string()))?;
    let record: TraceRecord =
        serde_json::from_slice(&text).map_err(|error| odd(error.to_string()))?;
    // The end has one more hash.
    if record.checkpoints.len() >= MAX_HASHES as usize {
        return Err(odd("it has more hashes than a job can have".into()));
    }
    if record.root() != result.trace_root {
        return Err(odd("its root is not what the executor says it is".into()));
    }
    // Otherwise the trace could not be shown to those who doubt the result.
    if record.end.result_root != result.result_root {
        return Err(odd("it ends with another result".into()));
    }
    Ok(())
}

/// Returns a failure that the executor reported.
///
/// `otherwise` is the fault if the executor's word does not count. A fault that is held against the provider is not
/// accepted from a process in which the program may be the one that speaks.
fn said(job: &Job, failed: Failed, otherwise: Fault, exit: Exit) -> Failure {
    let fault = match failed.fault.blame() {
        Blame::Undecided if failed.fault.is_reported_by_worker() => failed.fault,
        _ => otherwise,
    };
    let mut log = Vec::new();
    // The only log that there is: a name from a stranger is not a path to follow.
    if failed.log.as_deref() == Some(path::BUILD_LOG) {
        match durable::read_untrusted(&job.folder.join(path::BUILD_LOG), MAX_BUILD_LOG) {
            Ok(text) => log = text,
            Err(error) => tracing::warn!(%error, "cannot read the compiler's log"),
        }
    }
    let said = beyond(&log, &failed.message, exit.log.into_bytes(), &job.folder);
    if !said.is_empty() {
        if !log.is_empty() {
            log.extend_from_slice(b"\n--- the process said ---\n");
        }
        log.extend(said);
    }
    Failure {
        fault,
        message: bounded(failed.message, MAX_MESSAGE),
        log,
    }
}

/// Returns what the process said, without the lines that are also in the compiler's log: some drivers print that log
/// too, and the executor prints its own message, which is shown beside the log. (It removes the job's folder from
/// both.)
fn beyond(log: &[u8], message: &str, said: Vec<u8>, folder: &Path) -> Vec<u8> {
    if log.is_empty() {
        return said;
    }
    let known = String::from_utf8_lossy(log);
    let own = format!("{EXECUTOR_SAYS}{message}");
    let known: HashSet<_> = known.lines().chain(own.lines()).map(str::trim).collect();
    let said = String::from_utf8_lossy(&said).replace(&*folder.to_string_lossy(), "");
    let new = said.lines().filter(|line| !known.contains(line.trim()));
    let new = new.collect::<Vec<_>>().join("\n");
    new.trim().as_bytes().to_vec()
}

/// Returns the failure of a stage that had this much time and did not end in it.
///
/// A short time is what the requester, or the program during its build, has left over. If a long time passes before the
/// program has any part in it, the device hangs.
fn out_of_time(stage: &str, fault: Fault, had: Duration, exit: Exit) -> Failure {
    let (fault, message) = match fault {
        Fault::Crashed if had >= BEFORE_THE_PROGRAM => (
            Fault::Crashed,
            format!(
                "the device did not get the program before the time limit, in the {stage} stage: its driver hangs"
            ),
        ),
        _ => (
            Fault::TimeLimit,
            format!("the job was stopped at its time limit, in the {stage} stage"),
        ),
    };
    Failure {
        fault,
        message,
        log: exit.log.into_bytes(),
    }
}

fn crashed(stage: &str, fault: Fault, exit: Exit) -> Failure {
    let mut message = format!("the {stage} stage crashed: {}", exit.how);
    if let Some(line) = exit.log.last_line() {
        message += &format!("; it last said: {line}");
    }
    Failure {
        fault,
        message: bounded(message, MAX_MESSAGE),
        log: exit.log.into_bytes(),
    }
}

/// Returns the part of a run stage's failure that others are told: the beginning of the message, and the last words of
/// the process.
fn in_few_words(failure: Failure) -> Failure {
    let mut log = failure.log;
    let surplus = log.len().saturating_sub(MAX_SAID_BY_RUN);
    if surplus > 0 {
        let note = format!("[… {surplus} bytes of what it said while it ran are not told …]\n");
        log.drain(..surplus);
        log.splice(..0, note.into_bytes());
    }
    Failure {
        fault: failure.fault,
        message: bounded(failure.message, MAX_SAID_BY_RUN),
        log,
    }
}

/// Returns the first problem, and how many more there are.
fn first_problem(errors: ManifestErrors) -> BadManifest {
    let more = errors.problems.len().saturating_sub(1);
    let Some(first) = errors.problems.into_iter().next() else {
        return BadManifest {
            field: "manifest".into(),
            reason: "is not valid".into(),
        };
    };
    let field = match first.path.is_empty() {
        true => "manifest".into(),
        false => first.path,
    };
    let reason = match more {
        0 => first.message,
        more => format!("{} (and {more} more)", first.message),
    };
    BadManifest { field, reason }
}

/// Returns the processor time until the deadline, in seconds, if all cores are busy.
fn cpu_seconds(deadline: Instant) -> u64 {
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
    let left = deadline.saturating_duration_since(Instant::now());
    (left.as_secs() + 1).saturating_mul(cores)
}

fn bounded(mut message: String, most: usize) -> String {
    if message.len() > most {
        let cut = (0..=most).rev().find(|at| message.is_char_boundary(*at));
        message.truncate(cut.unwrap_or(0));
    }
    message
}

fn own_fault(message: impl Into<String>) -> Failure {
    Failure::new(Fault::Crashed, message)
}

fn run_failed(message: impl Into<String>) -> Failure {
    Failure::new(Kind::Run.fault_of_program(), message)
}

#[cfg(test)]
#[path = "opencl_tests.rs"]
mod tests;
