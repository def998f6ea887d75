//! Job folders, and a minimal version of the node's side of a stage.
#![allow(dead_code, missing_docs, clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use aicpw_protocol::device::DeviceKind;
use aicpw_protocol::job::{
    path, Done, Failed, JobLimits, JobResult, JobSpec, JobVersion, Message, Part,
};
use aicpw_protocol::manifest::Manifest;
use aicpw_protocol::task::Fault;
use aicpw_protocol::Hash;
use serde_json::{json, Value};

pub const EXECUTOR: &str = env!("CARGO_BIN_EXE_aicpw-executor");

/// A CID for files that tests put into the folder themselves.
pub const CID: &str = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi";

/// Returns the first CPU device.
pub fn device() -> Hash {
    static DEVICE: OnceLock<Hash> = OnceLock::new();
    *DEVICE.get_or_init(|| {
        let first = processors(&[]).into_iter().next();
        first.expect("the tests need PoCL; `make setup` installs it")
    })
}

/// Returns the CPU devices that exist with these environment variables.
pub fn processors(variables: &[(&str, &str)]) -> Vec<Hash> {
    let mut command = Command::new(EXECUTOR);
    command.arg("devices").envs(variables.iter().copied());
    let listed = command.output().unwrap();
    assert!(listed.status.success(), "{listed:?}");
    let listed: Vec<Value> = serde_json::from_slice(&listed.stdout).unwrap();
    let processors = listed.iter().filter(|device| device["kind"] == "cpu");
    let fingerprint = |device: &Value| {
        let mut fingerprint = Hash::default();
        let digits = device["fingerprint"].as_str().unwrap();
        hex::decode_to_slice(digits, &mut fingerprint).unwrap();
        fingerprint
    };
    processors.map(fingerprint).collect()
}

pub struct Job {
    pub dir: tempfile::TempDir,
}

/// How a stage ended.
#[derive(Debug)]
pub struct End {
    pub messages: Vec<Message>,
    pub status: ExitStatus,
    pub killed_at_deadline: bool,
    pub log: String,
}

impl Job {
    /// Returns a job of class `int` with the given parts.
    pub fn int(program: &str, buffers: Value, steps: Value, outputs: Value) -> Self {
        Self::new(
            program,
            json!({
                "version": "aicpw.task/v1", "name": "test", "engine": "opencl", "class": "int",
                "program": { "cid": CID },
                "buffers": buffers, "steps": steps, "outputs": outputs,
            }),
        )
    }

    pub fn new(program: &str, manifest: Value) -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join(path::INPUTS)).unwrap();
        let job = Self { dir };
        job.put(path::PROGRAM, program.as_bytes());
        job.put(path::MANIFEST, manifest.to_string().as_bytes());
        job.limits(JobLimits {
            memory_bytes: 1 << 30,
            output_bytes: 1 << 30,
            cpu_seconds: 120,
        });
        job
    }

    pub fn limits(&self, limits: JobLimits) {
        let spec = JobSpec {
            version: JobVersion::V1,
            device: device(),
            kind: Some(DeviceKind::Cpu),
            limits,
            part: None,
        };
        self.put(path::JOB, &serde_json::to_vec(&spec).unwrap());
    }

    /// Makes the job run on this device from now on.
    pub fn on(&self, device: Hash) {
        let spec: JobSpec = serde_json::from_slice(&self.get(path::JOB)).unwrap();
        let spec = JobSpec { device, ..spec };
        self.put(path::JOB, &serde_json::to_vec(&spec).unwrap());
    }

    /// Makes only a part run from now on.
    pub fn part(&self, part: Part) {
        let spec: JobSpec = serde_json::from_slice(&self.get(path::JOB)).unwrap();
        let part = Some(part);
        let spec = JobSpec { part, ..spec };
        self.put(path::JOB, &serde_json::to_vec(&spec).unwrap());
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn put(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.file(name), bytes).unwrap();
    }

    pub fn get(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.file(name)).unwrap()
    }

    pub fn manifest(&self) -> Manifest {
        Manifest::parse(&self.get(path::MANIFEST)).unwrap()
    }

    pub fn build(&self) -> End {
        stage("build", self.dir.path(), Duration::from_secs(300))
    }

    pub fn run(&self) -> End {
        stage("run", self.dir.path(), Duration::from_secs(300))
    }

    /// Runs both stages, which must work, and returns the result and the output.
    pub fn complete(&self) -> (JobResult, Vec<u8>) {
        let built = self.build();
        assert_eq!(built.done(), Some(&Done::Build), "{built:#?}");
        let ran = self.run();
        let result = match ran.done() {
            Some(Done::Run(result)) => *result,
            _ => panic!("{ran:#?}"),
        };
        (result, self.get(path::OUTPUT))
    }
}

impl End {
    pub fn done(&self) -> Option<&Done> {
        match self.messages.last() {
            Some(Message::Done(done)) if self.status.success() => Some(done),
            _ => None,
        }
    }

    pub fn failed(&self) -> &Failed {
        match self.messages.last() {
            Some(Message::Failed(failed)) if self.status.code() == Some(1) => failed,
            _ => panic!("expected a failure: {self:#?}"),
        }
    }

    /// Returns the signal that ended the stage without a message, which the node sees as a crash.
    pub fn crashed_by(&self) -> Option<i32> {
        let said = matches!(
            self.messages.last(),
            Some(Message::Done(_) | Message::Failed(_))
        );
        (!said).then(|| self.status.signal()).flatten()
    }
}

pub fn start(stage: &str, folder: &Path) -> Child {
    start_with(stage, folder, &[])
}

/// Starts a stage with these environment variables.
pub fn start_with(stage: &str, folder: &Path, variables: &[(&str, &str)]) -> Child {
    Command::new(EXECUTOR)
        .arg(stage)
        .arg(folder)
        .env_clear()
        // As the node does it: drivers run tools by their names.
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .envs(variables.iter().copied())
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Runs a stage and kills its group at the deadline.
pub fn stage(stage: &str, folder: &Path, limit: Duration) -> End {
    finish(start(stage, folder), limit)
}

/// Reads what a stage says until it ends, and kills its group at the deadline.
pub fn finish(mut child: Child, limit: Duration) -> End {
    let group = child.id();
    let (ended, is_ended) = std::sync::mpsc::channel::<()>();
    let watch = std::thread::spawn(move || {
        // Killed before it is waited for, so that its number cannot belong to another process by
        // then.
        let late = is_ended.recv_timeout(limit).is_err();
        if late {
            let killed = Command::new("kill")
                .args(["-KILL", "--", &format!("-{group}")])
                .status();
            assert!(killed.unwrap().success());
        }
        late
    });
    let mut stderr = child.stderr.take().unwrap();
    let log = std::thread::spawn(move || {
        let mut log = Vec::new();
        stderr.read_to_end(&mut log).unwrap();
        String::from_utf8_lossy(&log).into_owned()
    });
    let lines = BufReader::new(child.stdout.take().unwrap()).split(b'\n');
    let messages = lines
        .map(|line| {
            let line = line.unwrap();
            let text = String::from_utf8_lossy(&line).into_owned();
            Message::from_line(&line).unwrap_or_else(|| panic!("not a message: {text}"))
        })
        .collect();
    let log = log.join().unwrap();
    let _ = ended.send(());
    let killed_at_deadline = watch.join().unwrap();
    let status = child.wait().unwrap();
    End {
        messages,
        status,
        killed_at_deadline,
        log,
    }
}

/// Reads little-endian numbers.
pub fn words(bytes: &[u8]) -> Vec<u32> {
    bytes
        .chunks_exact(4)
        .map(|word| u32::from_le_bytes(word.try_into().unwrap()))
        .collect()
}

/// Reads little-endian numbers.
pub fn longs(bytes: &[u8]) -> Vec<i64> {
    bytes
        .chunks_exact(8)
        .map(|word| i64::from_le_bytes(word.try_into().unwrap()))
        .collect()
}

/// System calls from OpenCL C.
pub const SYSTEM_CALL: &str = r#"
long call(long n, long a, long b, long c, long d) {
	long result;
	__asm__ volatile("mov %5, %%r10\n syscall" : "=a"(result)
		: "a"(n), "D"(a), "S"(b), "d"(c), "r"(d) : "rcx", "r10", "r11", "memory");
	return result;
}
"#;

/// Returns a job that runs a kernel `f` with one buffer `out` of longs, in class `device`, where
/// assembler is allowed.
pub fn native_job(kernel: &str, outputs: usize) -> Job {
    Job::new(
        &format!("{SYSTEM_CALL}\n{kernel}"),
        json!({
            "version": "aicpw.task/v1", "name": "hostile", "engine": "opencl", "class": "device",
            "program": { "cid": CID },
            "buffers": [{ "name": "out", "type": "long", "length": outputs }],
            "steps": [{ "kernel": "f", "args": [{ "buffer": "out" }], "global": [1] }],
            "outputs": ["out"],
        }),
    )
}

/// Checks that a stage failed with this fault, and that its message has all of these.
#[track_caller]
pub fn check(end: &End, fault: Fault, said: &[&str]) {
    let failed = end.failed();
    assert_eq!(failed.fault, fault, "{end:#?}");
    for text in said {
        assert!(failed.message.contains(text), "{text}: {end:#?}");
    }
}
