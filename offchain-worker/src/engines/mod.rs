//! Engines: native code that can run one kind of program. The queue knows only this contract.

mod builds;
mod executor;
mod opencl;

pub use builds::Builds;
pub use executor::{find_executor, ExecutorMissing, EXECUTOR};
pub(crate) use opencl::environment_with;
pub use opencl::{driver_environment, OpenCl};

use aicpw_protocol::{
    job::Part,
    task::{Fault, Needs, Progress},
    ContentId, Hash,
};
use async_trait::async_trait;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// One file that a job needs before it can start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// The field of the manifest that names it, for errors.
    pub field: String,
    /// What to fetch.
    pub cid: ContentId,
    /// The path to write it to, relative to the job's folder. Chosen by the engine, never by a stranger.
    pub path: PathBuf,
    /// Its length in bytes, where the manifest says so.
    pub length: Option<u64>,
    /// The most bytes that it may have.
    pub max_bytes: u64,
}

/// What an engine has read from a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What to fetch.
    pub blobs: Vec<Blob>,
    /// The length of the output in bytes.
    pub output_bytes: u64,
}

/// Why a manifest cannot be run: the field and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct BadManifest {
    /// The field, as a path such as `steps[2].args[0]`.
    pub field: String,
    /// What is wrong.
    pub reason: String,
}

/// One job in its folder, with everything that the [`Plan`] asked for.
#[derive(Debug, Clone)]
pub struct Job {
    /// The job's folder. The program sees nothing else of this machine.
    pub folder: PathBuf,
    /// [`aicpw_protocol::device::DeviceSpec::fingerprint`] of the device.
    pub fingerprint: Hash,
    /// What the task asked for.
    pub needs: Needs,
    /// The length of the longest output in bytes, from the [`Plan`].
    pub output_bytes: u64,
    /// When the job is killed.
    pub deadline: Instant,
    /// Whether the build may be kept for other jobs. Not for a sealed task: the build would outlive the job.
    pub keep_build: bool,
    /// The part of the job that is run, if not all of it; its state is in the folder.
    pub part: Option<Part>,
}

/// What a finished run left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// The canonical plaintext output. Made by untrusted code: see `durable::open_untrusted`.
    pub output: PathBuf,
    /// The checkpoints, made by untrusted code as well.
    pub trace: PathBuf,
    /// The result root as the engine computed it; it is checked against the file.
    pub result_root: Hash,
    /// The trace root.
    pub trace_root: Hash,
    /// The number of kernel launches.
    pub launches: u64,
}

/// Why a job cannot be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Whose fault it is.
    pub fault: Fault,
    /// For the requester, in one line.
    pub message: String,
    /// The full log, if there is one: compiler output, and what the process said.
    pub log: Vec<u8>,
}

impl Failure {
    /// Returns a failure without a log.
    pub fn new(fault: Fault, message: impl Into<String>) -> Self {
        Self {
            fault,
            message: message.into(),
            log: Vec::new(),
        }
    }
}

/// A callback that is told how far a run is.
pub type OnProgress<'a> = &'a (dyn Fn(Progress) + Send + Sync);

/// Native code that can run one kind of program.
///
/// Contract: dropping the future of [`Self::build`] or [`Self::run`] ends everything it started.
#[async_trait]
pub trait Engine: Send + Sync + 'static {
    /// Checks a manifest against what the task asked for, and returns what it needs.
    ///
    /// # Errors
    /// The first field that is not valid, or that asks for more than the task did.
    fn plan(&self, manifest: &[u8], needs: &Needs) -> Result<Plan, BadManifest>;

    /// Compiles the program. Never runs it.
    ///
    /// # Errors
    /// [`Fault::BuildFailed`] with the compiler's log, also if the compiler crashes on the program;
    /// [`Fault::TimeLimit`]; [`Fault::Crashed`] if the compiler never got the program.
    async fn build(&self, job: &Job) -> Result<(), Failure>;

    /// Runs what was built.
    ///
    /// # Errors
    /// [`Fault::RunFailed`] for whatever ends the program's process, and for files that it left behind and that cannot
    /// be used; [`Fault::TimeLimit`]; [`Fault::Crashed`] if the process never got the program.
    async fn run(&self, job: &Job, progress: OnProgress<'_>) -> Result<Product, Failure>;

    /// Runs the job's part of the built program, and returns the hash at the end of the part.
    ///
    /// # Errors
    /// As [`Self::run`]; [`Fault::InputUnavailable`] if the state is not that of the checkpoint.
    async fn run_part(&self, job: &Job, progress: OnProgress<'_>) -> Result<Hash, Failure>;
}

/// Returns the path of the manifest in a job's folder.
pub fn manifest_path(folder: &Path) -> PathBuf {
    folder.join(aicpw_protocol::job::path::MANIFEST)
}
