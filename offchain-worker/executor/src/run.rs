//! The run stage: loads what was built, launches, writes the output and the trace.

use std::fs::File;
use std::io::{self, Read, Write};
use std::time::Instant;

use aicpw_protocol::{
    job::{path, BuildRecord, Done, JobResult, KernelRecord, TraceRecord},
    manifest::Init,
    merkle::{buffer_root, ResultRootBuilder},
    task::Fault,
    trace::End,
    Hash,
};

use crate::job::{Failure, Folder, Ready};
use crate::opencl::{
    buffer::Buffer,
    program::{BoundKernel, BuildError, Built},
    Session,
};
use crate::sandbox::{self, OnAttack};
use crate::{build, kernels, launching, part};

/// The constant buffers, by their positions, and their roots before the first launch.
pub type Constants = Vec<(usize, Hash)>;

/// Runs the job.
///
/// # Errors
///
/// `Crashed` if there is nothing to run. After that: `InputUnavailable` for an input of the wrong
/// length, `BadManifest` if the job does not fit the kernels or the device, `RunFailed` if the
/// device fails.
pub fn run(ready: &mut Ready<'_>) -> Result<Done, Failure> {
    let binary = binary(ready)?;
    let takes = kernels::read(ready)?;
    ready.hand_over();
    execute(ready, binary, &takes).map_err(|failure| failure.under_the_program(Fault::RunFailed))
}

fn execute(ready: &mut Ready<'_>, binary: Vec<u8>, takes: &KernelRecord) -> Result<Done, Failure> {
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
    let kernels = kernels::of_steps(ready, &built, takes)?;
    let buffers = buffers(ready)?;
    let constants = constant_roots(ready, &buffers)?;
    match ready.part {
        None => whole(ready, kernels, &buffers, constants),
        Some(part) => part::run(ready, part, kernels, &buffers, constants),
    }
}

fn whole(
    ready: &mut Ready<'_>,
    kernels: Vec<BoundKernel>,
    buffers: &[Buffer],
    constants: Constants,
) -> Result<Done, Failure> {
    let mut files = OutputFiles::create(&ready.folder)?;
    sandbox::seal(ready.device.info.kind, OnAttack::End)
        .map_err(|error| Failure::here(error.to_string()))?;

    let started = Instant::now();
    let launched = launching::launch(ready, kernels, buffers, None, None)?;
    let run_milliseconds = started.elapsed().as_millis() as u64;

    check_constants(ready, buffers, constants)?;
    let result_root = files.write_output(ready, buffers)?;
    let trace = TraceRecord {
        checkpoints: launched.checkpoints,
        end: End {
            launches: launched.launches,
            state_root: launched.state_root,
            result_root,
        },
    };
    let result = JobResult {
        result_root,
        trace_root: trace.root(),
        output_bytes: ready.manifest.output_bytes(),
        launches: launched.launches,
        run_milliseconds,
    };
    files.write_records(&trace, &result)?;
    Ok(Done::Run(result))
}

/// Reads the built program, if it was built from this source for this device.
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

/// Returns the roots of the constant buffers, by their positions.
fn constant_roots(ready: &Ready<'_>, buffers: &[Buffer]) -> Result<Constants, Failure> {
    let session = ready.device.session()?;
    let mut roots = Vec::new();
    for (position, wanted) in ready.manifest.buffers.iter().enumerate() {
        if wanted.constant {
            roots.push((position, buffers[position].read(session, buffer_root)?));
        }
    }
    Ok(roots)
}

/// Checks that no kernel has written to a constant buffer: nobody could re-execute the trace.
///
/// # Errors
///
/// `BadManifest` if one has.
pub fn check_constants(
    ready: &Ready<'_>,
    buffers: &[Buffer],
    before: Constants,
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

/// Reads the canonical output, piece by piece, and computes its root on the way.
///
/// # Errors
///
/// The error of `take`, or when the device failed.
pub fn read_output(
    ready: &Ready<'_>,
    buffers: &[Buffer],
    mut take: impl FnMut(&[u8]) -> io::Result<()>,
) -> Result<Hash, Failure> {
    let session = ready.device.session()?;
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
                take(bytes)
            })?
            .map_err(cannot_write)?;
    }
    Ok(root.finish())
}

fn cannot_write(error: io::Error) -> Failure {
    Failure::here(format!("cannot write the output: {error}"))
}

/// The files of the result, opened before the first launch: afterwards nothing can be opened.
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
            // Opened first, so that no older result stands beside a newer output.
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
        let root = read_output(ready, buffers, |bytes| self.output.write_all(bytes))?;
        self.output.sync_all().map_err(cannot_write)?;
        Ok(root)
    }

    /// Writes the trace, and the result once the trace and the output are on disk.
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
