//! How a node and the executor talk about one job: through a folder, a description in it, and lines of JSON.
//!
//! ```text
//! FOLDER/job.json            JobSpec, written by the node
//! FOLDER/manifest.json       the manifest, resolved
//! FOLDER/inputs/program.cl   the program
//! FOLDER/inputs/buffer-3     content of buffers[3], if its init is a CID
//! FOLDER/inputs/state.bin    the state at a checkpoint, if the job goes on from there
//! FOLDER/build/program.bin   made by the build stage
//! FOLDER/build/kernels.json  KernelRecord: what the kernels of program.bin take
//! FOLDER/build/build.json    BuildRecord: what program.bin was made of
//! FOLDER/build/build.log     what the compiler said
//! FOLDER/output/output.bin   made by the run stage: the canonical plaintext output
//! FOLDER/output/trace.json   TraceRecord: the checkpoints and the end
//! FOLDER/output/result.json  JobResult; if it is whole JSON, output.bin and trace.json are whole and on the disk
//! FOLDER/output/state.bin    made instead of the three above, if the state at a checkpoint is asked for
//! FOLDER/work/               private to the two stages: kernel cache, temporary files
//! ```
//!
//! A state is the SCALE encoding of the [`Position`](crate::trace::Position), followed by the contents of all buffers
//! that are not constant, in the manifest's order, with nothing between them.
//!
//! The executor writes [`Message`]s to its standard output, one per line: any number of `progress`, then one `done` or
//! `failed`. After that it ends with code 0 or 1. If it ends without either, it crashed. Its standard error is a log
//! for people. It ends by itself when its standard input is a pipe and the other end closes.
//!
//! The run stage runs a stranger's code: do not trust what it writes.

use std::collections::BTreeMap;
use std::ffi::OsString;

use serde::{Deserialize, Serialize};

use crate::{
    device::DeviceKind,
    hashing::Hash,
    task::Fault,
    trace::{trace_root, End},
};

/// Most bytes of a state that do not belong to a buffer: a position is two numbers for each loop around a launch, and
/// there are few such loops.
pub const MAX_POSITION_BYTES: u64 = 1 << 10;

/// Most bytes of a trace: the largest number of hashes, each of 67 characters, and the end.
pub const MAX_TRACE_BYTES: u64 = 8 << 20;

/// Most bytes of a file that the build stage makes on a processor, including the built program. Before the program
/// runs, the run stage's driver unpacks it into files, none of which is longer.
pub const MAX_BUILD_BYTES: u64 = 32 << 20;

/// Most bytes that all files of the build stage take together: the program in each form that the compiler puts it
/// through, none longer than [`MAX_BUILD_BYTES`] on a processor. The node checks from time to time, so the files can
/// take more for a moment.
pub const MAX_BUILD_FOLDER_BYTES: u64 = 6 * MAX_BUILD_BYTES;

/// Most files and folders that the build stage makes.
pub const MAX_BUILD_FILES: u64 = 1 << 14;

/// Files that a program can write to on a processor: the output, the trace and the result are open when it starts, and
/// nothing else can be opened. (A state is one file.)
pub const RESULT_FILES: u64 = 3;

/// Most bytes of a file that the run stage makes on a processor, for an output, or a state, of at most this many bytes.
pub fn longest_file(output_bytes: u64) -> u64 {
    output_bytes.max(MAX_TRACE_BYTES).max(MAX_BUILD_BYTES)
}

/// Most bytes that a job takes on the disk on a processor, whatever its program promises, besides its inputs:
/// everything that the compiler leaves in the build stage, the built program unpacked, the files of the result at their
/// largest, and the output once more, sealed or in the store.
pub fn most_on_disk(output_bytes: u64) -> u64 {
    longest_file(output_bytes)
        .saturating_mul(RESULT_FILES)
        .saturating_add(MAX_BUILD_FOLDER_BYTES)
        .saturating_add(MAX_BUILD_BYTES)
        .saturating_add(output_bytes)
}

/// The variables, by version, in which PoCL reads how many threads it may have.
const THREADS_OF_POCL: [&str; 2] = ["POCL_CPU_MAX_CU_COUNT", "POCL_MAX_PTHREAD_COUNT"];

/// What a driver may need to know about this machine, from the environment of whoever runs the job. Nothing else of
/// that environment reaches the driver.
///
/// `processors` is the number that the driver may use. A job's process does not see its control group, and would count
/// all processors of the machine.
pub fn driver_variables(
    processors: usize,
    variable: impl Fn(&str) -> Option<OsString>,
) -> Vec<(OsString, OsString)> {
    let kept = |name: &&str| Some((OsString::from(name), variable(name)?));
    let unset = THREADS_OF_POCL
        .iter()
        .filter(|name| variable(name).is_none());
    let threads = unset.map(|name| (OsString::from(name), processors.to_string().into()));
    let kept = DRIVER_ENVIRONMENT.iter().filter_map(kept);
    kept.chain(threads).collect()
}

/// The names of the variables that are passed on.
const DRIVER_ENVIRONMENT: &[&str] = &[
    "LD_LIBRARY_PATH",
    "OCL_ICD_ENABLE_TRACE",
    "OCL_ICD_FILENAMES",
    "OCL_ICD_PLATFORM_SORT",
    "OCL_ICD_VENDORS",
    "OPENCL_VENDOR_PATH",
    "CUDA_DEVICE_ORDER",
    "CUDA_VISIBLE_DEVICES",
    "GPU_DEVICE_ORDINAL",
    "HIP_VISIBLE_DEVICES",
    "ROCR_VISIBLE_DEVICES",
    "ZE_AFFINITY_MASK",
    "POCL_AFFINITY",
    "POCL_CPU_MAX_CU_COUNT",
    "POCL_DEVICES",
    "POCL_MAX_PTHREAD_COUNT",
];

/// Paths in the job folder, with `/` between their parts.
pub mod path {
    /// [`super::JobSpec`].
    pub const JOB: &str = "job.json";
    /// The manifest.
    pub const MANIFEST: &str = "manifest.json";
    /// Folder of the fetched files.
    pub const INPUTS: &str = "inputs";
    /// The program.
    pub const PROGRAM: &str = "inputs/program.cl";
    /// Folder that the build stage may write to.
    pub const BUILD: &str = "build";
    /// The built program.
    pub const BINARY: &str = "build/program.bin";
    /// [`super::KernelRecord`].
    pub const KERNELS: &str = "build/kernels.json";
    /// [`super::BuildRecord`].
    pub const BUILD_RECORD: &str = "build/build.json";
    /// The compiler's log.
    pub const BUILD_LOG: &str = "build/build.log";
    /// Folder that the run stage may write to.
    pub const OUTPUT_FOLDER: &str = "output";
    /// The canonical plaintext output.
    pub const OUTPUT: &str = "output/output.bin";
    /// [`super::TraceRecord`].
    pub const TRACE: &str = "output/trace.json";
    /// [`super::JobResult`].
    pub const RESULT: &str = "output/result.json";
    /// The state from which a job goes on.
    pub const STATE_BEFORE: &str = "inputs/state.bin";
    /// The state that was asked for.
    pub const STATE: &str = "output/state.bin";
    /// Folder for kernel caches and temporary files.
    pub const WORK: &str = "work";

    /// Content of a buffer, by its position in the manifest.
    pub fn buffer(position: usize) -> String {
        format!("inputs/buffer-{position}")
    }
}

/// The version string of a job description.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
pub enum JobVersion {
    /// The only one so far.
    #[serde(rename = "aicpw.job/v1")]
    V1,
}

/// What the executor is asked to do.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(deny_unknown_fields)]
pub struct JobSpec {
    /// Always `aicpw.job/v1`.
    pub version: JobVersion,
    /// [`crate::device::DeviceSpec::fingerprint`] of the device.
    #[serde(with = "hex::serde")]
    pub device: Hash,
    /// Its kind, if it is known. The sandbox has what drivers of graphics cards need only if this says that the device
    /// is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<DeviceKind>,
    /// What the job may use. The node watches the wall clock.
    pub limits: JobLimits,
    /// The part of the job that is run; `None` for the whole job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
}

/// A part of a job, for finding the place where two runs of the job differ.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Part {
    /// From the start to the first checkpoint, or to the end if there is none.
    First,
    /// From a checkpoint to the next, or to the end. [`path::STATE_BEFORE`] must be its state.
    After {
        /// Its hash.
        #[serde(with = "hex::serde")]
        checkpoint: Hash,
    },
    /// From the start to a checkpoint, whose state is written to [`path::STATE`].
    State {
        /// Its number, from zero.
        number: u64,
    },
}

/// What a job may use.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(deny_unknown_fields)]
pub struct JobLimits {
    /// Most memory of all buffers, in bytes. The process gets more, because drivers and compilers need some themselves.
    pub memory_bytes: u64,
    /// Longest canonical output, in bytes.
    pub output_bytes: u64,
    /// Processor time of each stage, in seconds, over all cores together.
    pub cpu_seconds: u64,
}

/// A message of the executor.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// The job is this far.
    Progress {
        /// Launches that have ended.
        done: u64,
        /// All launches of the job; at least one. If a loop ends early, the launches that it leaves out count as ended
        /// when the job has ended.
        total: u64,
    },
    /// The stage is done.
    Done(Done),
    /// The job cannot be done.
    Failed(Failed),
}

/// The end of a stage.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
pub enum Done {
    /// The program is built.
    Build,
    /// The job has run.
    Run(JobResult),
    /// A part of the job has run.
    Part(PartResult),
}

/// Why a job cannot be done.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
pub struct Failed {
    /// Who may be at fault.
    pub fault: Fault,
    /// A message for the requester.
    pub message: String,
    /// A file in the job folder that says more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
}

/// The manifest's name for the tiny job with which a node tries its own devices. It is no task, and costs nobody
/// anything.
pub const TRIAL: &str = "aicpw device trial";

/// What the executor puts before a failure's message when it prints the message for people, on its standard error.
pub const EXECUTOR_SAYS: &str = "aicpw-executor: ";

/// The part of a failure's message that its log does not repeat: only the first line of a compiler's errors, if the log
/// goes on with the rest. (Messages are cut, and then end with `…`.)
pub fn without_log<'a>(message: &'a str, log: &str) -> &'a str {
    match message.split_once('\n') {
        Some((first, rest)) if log.contains(rest.trim_end_matches('…').trim()) => first,
        _ => message,
    }
}

/// The outcome of a job.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
pub struct JobResult {
    /// [`crate::merkle::result_root`] of the output.
    #[serde(with = "hex::serde")]
    pub result_root: Hash,
    /// [`crate::trace::trace_root`] of the checkpoints and the end.
    #[serde(with = "hex::serde")]
    pub trace_root: Hash,
    /// Length of the output.
    pub output_bytes: u64,
    /// The number of launches: fewer than planned if a loop ended early.
    pub launches: u64,
    /// Time from the first launch to the last one's end, checkpoints included.
    pub run_milliseconds: u64,
}

/// The outcome of a part of a job.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
pub struct PartResult {
    /// The hash of the checkpoint, or of the end, at which the part ended.
    #[serde(with = "hex::serde")]
    pub hash: Hash,
    /// Launches of the job up to there, including those before the part.
    pub launches: u64,
    /// Time from its first launch to its last one's end, checkpoints included.
    pub run_milliseconds: u64,
}

/// What a built program was made from. The run stage accepts no other program.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
pub struct BuildRecord {
    /// The device that it was built for.
    #[serde(with = "hex::serde")]
    pub device: Hash,
    /// BLAKE3 of the text that the compiler was given: libraries, macros, program.
    #[serde(with = "hex::serde")]
    pub program: Hash,
    /// All options that the compiler was given.
    pub options: String,
    /// Length of the built program.
    pub binary_bytes: u64,
}

/// What the kernels of a built program take, as the driver reported it after compiling them. The run stage passes them
/// nothing else.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(deny_unknown_fields)]
pub struct KernelRecord {
    /// For each kernel that the job launches, by name: the kinds of its parameters, in order.
    pub kernels: BTreeMap<String, Vec<ParameterKind>>,
}

/// What a parameter of a kernel takes. To the driver, an argument is just bytes. The parameter decides whether these
/// are a number, or a handle that the driver follows in its own process.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
pub enum ParameterKind {
    /// A buffer: it is a pointer to `__global` or `__constant` memory.
    Buffer,
    /// A value: a scalar, a vector or a structure, but no handle.
    Value,
    /// Local memory: it is a pointer to `__local` memory.
    Local,
}

/// The trace of a job.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
pub struct TraceRecord {
    /// The checkpoints, in order.
    pub checkpoints: Vec<Checkpoint>,
    /// The end, which follows the last of them.
    pub end: End,
}

/// [`crate::trace::checkpoint_hash`] of a checkpoint.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(transparent)]
pub struct Checkpoint(#[serde(with = "hex::serde")] pub Hash);

impl TraceRecord {
    /// All hashes: those of the checkpoints, and that of the end.
    pub fn hashes(&self) -> Vec<Hash> {
        let checkpoints = self.checkpoints.iter().map(|Checkpoint(hash)| *hash);
        checkpoints.chain([self.end.hash()]).collect()
    }

    /// The trace root.
    pub fn root(&self) -> Hash {
        trace_root(self.hashes())
    }
}

impl Message {
    /// The message as a line, including the newline.
    pub fn to_line(&self) -> String {
        let mut line = serde_json::to_string(self).expect("messages have only string keys; qed");
        line.push('\n');
        line
    }

    /// Reads a line; `None` if it is no message.
    pub fn from_line(line: &[u8]) -> Option<Self> {
        serde_json::from_slice(line).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_lines() {
        let progress = Message::Progress { done: 1, total: 4 };
        assert_eq!(
            progress.to_line(),
            "{\"progress\":{\"done\":1,\"total\":4}}\n"
        );
        let failed = Message::Failed(Failed {
            fault: Fault::BuildFailed,
            message: "two\nlines".into(),
            log: Some(path::BUILD_LOG.into()),
        });
        assert_eq!(
            failed.to_line(),
            "{\"failed\":{\"fault\":\"build-failed\",\"message\":\"two\\nlines\",\
			 \"log\":\"build/build.log\"}}\n"
        );
        let done = Message::Done(Done::Run(JobResult {
            result_root: [1; 32],
            trace_root: [2; 32],
            output_bytes: 3,
            launches: 4,
            run_milliseconds: 5,
        }));
        let part = Message::Done(Done::Part(PartResult {
            hash: [1; 32],
            launches: 4,
            run_milliseconds: 5,
        }));
        for message in [progress, failed, done, part, Message::Done(Done::Build)] {
            let line = message.to_line();
            assert_eq!(Message::from_line(line.as_bytes()), Some(message));
        }
        assert_eq!(Message::from_line(b"hello"), None);
    }

    #[test]
    fn a_driver_learns_what_it_needs_and_no_more() {
        let has = |name: &str| match name {
            "LD_LIBRARY_PATH" => Some("/opt".into()),
            "POCL_CPU_MAX_CU_COUNT" => Some("1".into()),
            "HOME" => Some("/root".into()),
            _ => None,
        };
        let mut told = driver_variables(3, has);
        told.sort();
        let told: Vec<_> = told
            .iter()
            .map(|(name, value)| (name.to_str().unwrap(), value.to_str().unwrap()))
            .collect();
        assert_eq!(
            told,
            [
                ("LD_LIBRARY_PATH", "/opt"),
                ("POCL_CPU_MAX_CU_COUNT", "1"),
                ("POCL_MAX_PTHREAD_COUNT", "3"),
            ]
        );
    }

    #[test]
    fn a_job_says_its_part_only_if_it_has_one() {
        let limits = r#"{"memory_bytes":1,"output_bytes":2,"cpu_seconds":3}"#;
        let device = "01".repeat(32);
        let whole =
            format!(r#"{{"version":"aicpw.job/v1","device":"{device}","limits":{limits}}}"#);
        let spec: JobSpec = serde_json::from_str(&whole).unwrap();
        assert_eq!(spec.part, None);
        assert_eq!(serde_json::to_string(&spec).unwrap(), whole);
        for part in [
            Part::First,
            Part::After {
                checkpoint: [7; 32],
            },
            Part::State { number: 3 },
        ] {
            let spec = JobSpec {
                part: Some(part),
                ..spec.clone()
            };
            let text = serde_json::to_string(&spec).unwrap();
            assert_eq!(
                serde_json::from_str::<JobSpec>(&text).unwrap(),
                spec,
                "{text}"
            );
        }
    }

    #[test]
    fn a_job_takes_more_than_it_promises() {
        // The longest trace fits.
        let end = End {
            launches: u64::MAX,
            state_root: [0xff; 32],
            result_root: [0xff; 32],
        };
        let checkpoints = vec![Checkpoint([0xff; 32]); crate::trace::MAX_HASHES as usize - 1];
        let trace = serde_json::to_vec(&TraceRecord { checkpoints, end }).unwrap();
        assert!(trace.len() as u64 <= MAX_TRACE_BYTES, "{}", trace.len());

        assert_eq!(longest_file(1), MAX_BUILD_BYTES);
        assert_eq!(longest_file(1 << 30), 1 << 30);
        assert_eq!(most_on_disk(1), 10 * MAX_BUILD_BYTES + 1);
        assert_eq!(most_on_disk(1 << 30), (4 << 30) + 7 * MAX_BUILD_BYTES);
        assert_eq!(most_on_disk(u64::MAX), u64::MAX);
    }

    #[test]
    fn a_trace_is_its_checkpoints_and_its_end() {
        let end = End {
            launches: 9,
            state_root: [1; 32],
            result_root: [2; 32],
        };
        let trace = TraceRecord {
            checkpoints: vec![Checkpoint([3; 32]), Checkpoint([4; 32])],
            end,
        };
        assert_eq!(trace.hashes(), [[3; 32], [4; 32], end.hash()]);
        assert_eq!(trace.root(), trace_root(trace.hashes()));
        let text = serde_json::to_string(&trace).unwrap();
        assert!(text.starts_with(&format!(r#"{{"checkpoints":["{}","#, "03".repeat(32))));
        assert_eq!(serde_json::from_str::<TraceRecord>(&text).unwrap(), trace);
    }

    #[test]
    fn a_message_without_what_the_log_says() {
        let log = "error: 1\nerror: 2\n";
        assert_eq!(without_log("no:\nerror: 1\nerror: 2", log), "no:");
        assert_eq!(without_log("no:\nerror: 1\nerr…", log), "no:");
        assert_eq!(without_log("no:\nerror: 3", log), "no:\nerror: 3");
        assert_eq!(without_log("error: 1", log), "error: 1");
    }
}
