//! The run stage: loads what was built, launches, takes checkpoints, writes the output.

use std::fs::File;
use std::io::{self, Read, Write};
use std::time::Instant;

use aicpw_protocol::{
    job::{path, BuildRecord, Checkpoint, CheckpointBuffer, Done, JobResult, TraceRecord},
    manifest::{Flag, Init, Launch, Runner, Work},
    merkle::{buffer_root, ResultRootBuilder},
    task::Fault,
    Hash,
};

use ocl::core::Event;

use crate::build;
use crate::job::{Failure, Folder, Ready};
use crate::opencl::{
    buffer::Buffer,
    program::{BoundKernel, BuildError, Built, LaunchError, Pending},
    Error, Session,
};
use crate::report::Reporter;
use crate::sandbox;

/// Launches that are enqueued ahead: enough to keep a device busy, few enough that progress is
/// true.
const AHEAD: usize = 64;

/// Runs the job.
///
/// # Errors
///
/// `Crashed` where there is nothing to run. From then on: `InputUnavailable` for an input of the
/// wrong length, `BadManifest` where it does not fit the kernels or the device, `RunFailed` where
/// the device fails.
pub fn run(ready: &mut Ready<'_>) -> Result<Done, Failure> {
    let binary = binary(ready)?;
    ready.hand_over();
    execute(ready, binary).map_err(|failure| failure.under_the_program(Fault::RunFailed))
}

fn execute(ready: &mut Ready<'_>, binary: Vec<u8>) -> Result<Done, Failure> {
    let options = build::options(&ready.manifest, ready.device.info.correct_divide_sqrt)?;
    let built = match Built::from_binary(&ready.device, &binary, &options) {
        Ok(built) => built,
        Err(BuildError::Other(error)) => return Err(error.into()),
        Err(BuildError::Refused(log)) => {
            return Err(Failure::here(format!(
                "the driver does not load what it built: {log}"
            )))
        }
    };
    drop(binary);
    let kernels = kernels(ready, &built)?;
    let buffers = buffers(ready)?;
    let constants = constant_roots(ready, &buffers)?;
    let mut files = OutputFiles::create(&ready.folder)?;
    sandbox::seal(ready.device.info.kind).map_err(|error| Failure::here(error.to_string()))?;

    let started = Instant::now();
    let (launches, trace) = launch_all(ready, kernels, &buffers)?;
    let run_milliseconds = started.elapsed().as_millis() as u64;

    check_constants(ready, &buffers, constants)?;
    let result = JobResult {
        result_root: files.write_output(ready, &buffers)?,
        trace_root: trace.root(),
        output_bytes: ready.manifest.output_bytes(),
        launches,
        run_milliseconds,
    };
    files.write_records(&trace, &result)?;
    Ok(Done::Run(result))
}

/// The built program, if it was built from this source for this device.
fn binary(ready: &Ready<'_>) -> Result<Vec<u8>, Failure> {
    let cannot = |error: &dyn std::fmt::Display| {
        Failure::here(format!("there is no built program to run: {error}"))
    };
    let record = ready
        .folder
        .read(path::BUILD_RECORD, 1 << 20)
        .map_err(|error| cannot(&error))?;
    let record: BuildRecord = serde_json::from_slice(&record).map_err(|error| cannot(&error))?;
    let options = build::options(&ready.manifest, ready.device.info.correct_divide_sqrt)?;
    if record != build::record(ready, options, record.binary_bytes) {
        return Err(cannot(&"it was built of something else; build again"));
    }
    let binary = ready
        .folder
        .read(path::BINARY, record.binary_bytes)
        .map_err(|error| cannot(&error))?;
    if binary.len() as u64 != record.binary_bytes {
        return Err(cannot(&"it is not complete; build again"));
    }
    Ok(binary)
}

/// The kernels of the steps, as they are written.
///
/// # Errors
///
/// `BadManifest` for one that the program does not have.
pub fn kernels(ready: &Ready<'_>, built: &Built) -> Result<Vec<BoundKernel>, Failure> {
    let mut kernels = Vec::new();
    for step in ready.plan.kernels() {
        let kernel = built.kernel(step.kernel)?.ok_or_else(|| {
            Failure::new(
                Fault::BadManifest,
                format!(
                    "{}.kernel: the program has no kernel `{}`",
                    step.path, step.kernel
                ),
            )
        })?;
        kernels.push(kernel);
    }
    Ok(kernels)
}

/// Allocates all buffers and gives them their initial content.
///
/// # Errors
///
/// `InputUnavailable` for an input that is missing or has another length, `BadManifest` for a
/// buffer that the device cannot have.
pub fn buffers(ready: &Ready<'_>) -> Result<Vec<Buffer>, Failure> {
    let session = ready.device.session()?;
    let mut buffers = Vec::with_capacity(ready.manifest.buffers.len());
    for (position, wanted) in ready.manifest.buffers.iter().enumerate() {
        let bytes = wanted.bytes().unwrap_or(u64::MAX);
        if bytes > ready.device.info.max_buffer_bytes {
            return Err(Failure::new(
                Fault::BadManifest,
                format!(
                    "buffers[{position}].length: `{}` has {bytes} bytes, and this device allows {} \
					 in one buffer; divide it",
                    wanted.name, ready.device.info.max_buffer_bytes
                ),
            ));
        }
        let buffer = Buffer::new(session, &wanted.name, bytes, wanted.constant)?;
        match &wanted.init {
            Init::Zero(_) => buffer.zero(session)?,
            Init::Inline(content) => {
                let content = content
                    .bytes(&wanted.element, wanted.length)
                    .map_err(|error| Failure::new(Fault::BadManifest, error))?;
                buffer.write(session, |to| to.copy_from_slice(&content))?;
            }
            Init::Cid(_) => {
                let unavailable = |error: io::Error| {
                    Failure::new(
                        Fault::InputUnavailable,
                        format!("buffers[{position}].init: `{}`: {error}", wanted.name),
                    )
                };
                let file = ready.folder.file(&path::buffer(position));
                let file = open_exactly(&file, bytes).map_err(unavailable)?;
                buffer
                    .write(session, |to| (&file).read_exact(to))?
                    .map_err(unavailable)?;
            }
            Init::File(file) => {
                return Err(Failure::new(
                    Fault::BadManifest,
                    format!("buffers[{position}].init.file: `{file}` was not uploaded"),
                ))
            }
        }
        buffers.push(buffer);
    }
    session.finish()?;
    Ok(buffers)
}

fn open_exactly(path: &std::path::Path, bytes: u64) -> io::Result<File> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    if length != bytes {
        return Err(io::Error::other(format!(
            "the input has {length} bytes, and the buffer {bytes}"
        )));
    }
    Ok(file)
}

/// A job being launched.
struct Launching<'j> {
    session: &'j Session,
    reporter: &'j mut Reporter,
    launches: u64,
    kernels: Vec<BoundKernel>,
    buffers: &'j [Buffer],
    pending: Pending,
    done: u64,
    trace: TraceRecord,
}

fn launch_all(
    ready: &mut Ready<'_>,
    kernels: Vec<BoundKernel>,
    buffers: &[Buffer],
) -> Result<(u64, TraceRecord), Failure> {
    let mut job = Launching {
        session: ready.device.session()?,
        reporter: &mut *ready.reporter,
        launches: ready.plan.launches(),
        kernels,
        buffers,
        pending: Pending::default(),
        done: 0,
        trace: TraceRecord {
            checkpoints: Vec::new(),
        },
    };
    job.progress();
    let launches = ready.plan.run(&mut job)?;
    // A loop that ended early left launches out.
    if job.done < job.launches {
        job.done = job.launches;
        job.progress();
    }
    Ok((launches, job.trace))
}

/// Enqueues a launch behind those before it.
///
/// # Errors
///
/// `BadManifest` where it does not fit the kernel or the device.
pub fn enqueue(
    session: &Session,
    kernels: &mut [BoundKernel],
    buffers: &[Buffer],
    launch: &Launch<'_>,
) -> Result<Event, Failure> {
    let mut event = Event::null();
    match &launch.work {
        Work::Kernel(kernel) => {
            return kernels[kernel.step]
                .launch(session, kernel, buffers)
                .map_err(|error| match error {
                    LaunchError::Device(error) => error.into(),
                    LaunchError::Manifest(field, message) => Failure::new(
                        Fault::BadManifest,
                        format!("{}.{field}: {message}", launch.path),
                    ),
                })
        }
        Work::Fill {
            buffer,
            pattern,
            start,
            bytes,
        } => buffers[*buffer].fill(session, pattern, *start, *bytes, Some(&mut event)),
        Work::Copy {
            from,
            from_start,
            to,
            to_start,
            bytes,
        } => buffers[*from].copy(
            session,
            *from_start,
            &buffers[*to],
            *to_start,
            *bytes,
            &mut event,
        ),
    }?;
    Ok(event)
}

/// Whether a number on the device is anything but zero, after all that was enqueued.
///
/// # Errors
///
/// When the device failed.
pub fn is_set(session: &Session, buffers: &[Buffer], flag: Flag) -> Result<bool, Failure> {
    let start = flag.start as usize;
    let part = start..start + flag.bytes as usize;
    let set = |bytes: &[u8]| bytes.iter().any(|byte| *byte != 0);
    Ok(buffers[flag.buffer].read_part(session, part, set)?)
}

impl Runner for Launching<'_> {
    type Error = Failure;

    fn launch(&mut self, launch: Launch<'_>) -> Result<(), Failure> {
        let event = enqueue(self.session, &mut self.kernels, self.buffers, &launch)?;
        self.pending.push(event);
        ocl::core::flush(&self.session.queue).map_err(Error::when("launching a kernel"))?;
        while self.pending.len() > AHEAD {
            self.wait_oldest()?;
        }
        Ok(())
    }

    fn checkpoint(&mut self, launches_done: u64, written: &[u32]) -> Result<(), Failure> {
        self.wait_all()?;
        let mut buffers = Vec::with_capacity(written.len());
        for position in written {
            let root = self.buffers[*position as usize].read(self.session, buffer_root)?;
            buffers.push(CheckpointBuffer {
                position: *position,
                root,
            });
        }
        self.trace.checkpoints.push(Checkpoint {
            steps_done: launches_done,
            buffers,
        });
        Ok(())
    }

    fn is_set(&mut self, flag: Flag) -> Result<bool, Failure> {
        self.wait_all()?;
        is_set(self.session, self.buffers, flag)
    }
}

impl Launching<'_> {
    fn wait_all(&mut self) -> Result<(), Failure> {
        while self.wait_oldest()? {}
        Ok(())
    }

    fn wait_oldest(&mut self) -> Result<bool, Failure> {
        if !self.pending.wait_oldest()? {
            return Ok(false);
        }
        self.done += 1;
        self.progress();
        Ok(true)
    }

    fn progress(&mut self) {
        self.reporter.progress(self.done, self.launches);
    }
}

/// The roots of the constant buffers, by their positions.
fn constant_roots(ready: &Ready<'_>, buffers: &[Buffer]) -> Result<Vec<(usize, Hash)>, Failure> {
    let session = ready.device.session()?;
    let mut roots = Vec::new();
    for (position, wanted) in ready.manifest.buffers.iter().enumerate() {
        if wanted.constant {
            roots.push((position, buffers[position].read(session, buffer_root)?));
        }
    }
    Ok(roots)
}

/// A constant buffer that a kernel wrote would make a trace that nobody can re-execute.
fn check_constants(
    ready: &Ready<'_>,
    buffers: &[Buffer],
    before: Vec<(usize, Hash)>,
) -> Result<(), Failure> {
    let session: &Session = ready.device.session()?;
    for (position, root) in before {
        if buffers[position].read(session, buffer_root)? != root {
            return Err(Failure::new(
                Fault::BadManifest,
                format!(
                    "buffers[{position}].constant: a kernel wrote to `{}`",
                    ready.manifest.buffers[position].name
                ),
            ));
        }
    }
    Ok(())
}

/// The files of the result, open before the first launch: afterwards nothing can be opened.
struct OutputFiles {
    folder: File,
    output: File,
    trace: File,
    result: File,
}

impl OutputFiles {
    fn create(folder: &Folder) -> Result<Self, Failure> {
        let create = |name: &str| {
            File::create(folder.file(name))
                .map_err(|error| Failure::here(format!("cannot make {name}: {error}")))
        };
        let parent = File::open(folder.file(path::OUTPUT_FOLDER));
        Ok(Self {
            // First, so that no older result stands beside a newer output.
            result: create(path::RESULT)?,
            trace: create(path::TRACE)?,
            output: create(path::OUTPUT)?,
            folder: parent.map_err(|error| {
                Failure::here(format!("cannot open {}: {error}", path::OUTPUT_FOLDER))
            })?,
        })
    }

    /// Writes the canonical output and computes its root on the way.
    fn write_output(&mut self, ready: &Ready<'_>, buffers: &[Buffer]) -> Result<Hash, Failure> {
        let session = ready.device.session()?;
        let cannot = |error: io::Error| Failure::here(format!("cannot write the output: {error}"));
        let mut root = ResultRootBuilder::default();
        for name in &ready.manifest.outputs {
            let Some((position, _)) = ready.manifest.buffer(name) else {
                return Err(Failure::new(
                    Fault::BadManifest,
                    format!("outputs: no buffer named `{name}`"),
                ));
            };
            buffers[position]
                .read(session, |bytes| {
                    root.update(bytes);
                    self.output.write_all(bytes)
                })?
                .map_err(cannot)?;
        }
        self.output.sync_all().map_err(cannot)?;
        Ok(root.finish())
    }

    /// Writes the trace, and when that and the output are on the disk, the result.
    fn write_records(&mut self, trace: &TraceRecord, result: &JobResult) -> Result<(), Failure> {
        let write = |file: &mut File, json: serde_json::Result<Vec<u8>>| {
            file.write_all(&json?)?;
            file.sync_all()
        };
        write(&mut self.trace, serde_json::to_vec(trace))
            .and_then(|()| self.folder.sync_all())
            .and_then(|()| write(&mut self.result, serde_json::to_vec_pretty(result)))
            .map_err(|error| Failure::here(format!("cannot write the result: {error}")))
    }
}
