//! Parts of a job: from one checkpoint to the next, and the state at a checkpoint.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::time::Instant;

use aicpw_protocol::{
    job::{path, Checkpoint, Done, Part, PartResult, MAX_POSITION_BYTES},
    merkle::buffer_root,
    task::Fault,
    trace::{checkpoint_hash, state_root, End, Position},
    Hash,
};
use codec::{Decode, Encode, IoReader};

use crate::job::{Failure, Ready};
use crate::launching::{self, Launched, Roots};
use crate::opencl::{buffer::Buffer, program::BoundKernel};
use crate::run::{self, Constants};
use crate::sandbox::{self, OnAttack};

/// Runs a part of the job.
///
/// # Errors
///
/// `InputUnavailable` if the state is not that of the checkpoint, `RunFailed` if the job has no such checkpoint, and
/// the errors of the whole job.
pub fn run(
    ready: &mut Ready<'_>,
    part: Part,
    kernels: Vec<BoundKernel>,
    buffers: &[Buffer],
    constants: Constants,
) -> Result<Done, Failure> {
    let from = match part {
        Part::After { checkpoint } => Some(load(ready, buffers, &checkpoint)?),
        Part::First | Part::State { .. } => None,
    };
    let (wanted, file) = match part {
        Part::First | Part::After { .. } => (1, None),
        Part::State { number } => (number.saturating_add(1), Some(create(ready)?)),
    };
    sandbox::seal(ready.device.info.kind, OnAttack::End)
        .map_err(|error| Failure::here(error.to_string()))?;

    let started = Instant::now();
    let launched = launching::launch(ready, kernels, buffers, from, Some(wanted))?;
    let run_milliseconds = started.elapsed().as_millis() as u64;

    run::check_constants(ready, buffers, constants)?;
    if let Some(file) = file {
        write(ready, buffers, &launched, file, wanted)?;
    }
    Ok(Done::Part(PartResult {
        hash: hash(ready, buffers, &launched)?,
        launches: launched.launches,
        run_milliseconds,
    }))
}

/// Returns the hash at the end of the part.
fn hash(ready: &Ready<'_>, buffers: &[Buffer], launched: &Launched) -> Result<Hash, Failure> {
    if let (Some(_), Some(Checkpoint(last))) = (&launched.stopped, launched.checkpoints.last()) {
        return Ok(*last);
    }
    let end = End {
        launches: launched.launches,
        state_root: launched.state_root,
        result_root: run::read_output(ready, buffers, |_| Ok(()))?,
    };
    Ok(end.hash())
}

/// Fills the buffers with a state. Returns where the job continues, and the roots of the buffers.
fn load(
    ready: &Ready<'_>,
    buffers: &[Buffer],
    checkpoint: &Hash,
) -> Result<(Position, Roots), Failure> {
    let session = ready.device.session()?;
    let wrong = |reason: String| {
        let message = format!("the state to go on from: {reason}");
        Failure::new(Fault::InputUnavailable, message)
    };
    let broken = |error: io::Error| wrong(error.to_string());
    let file = File::open(ready.folder.file(path::STATE_BEFORE)).map_err(broken)?;
    let mut file = BufReader::new(file);
    let at = Position::decode(&mut IoReader((&mut file).take(MAX_POSITION_BYTES)))
        .map_err(|error| wrong(format!("it does not begin with a position: {error}")))?;
    let mut roots = vec![None; buffers.len()];
    for (position, wanted) in ready.manifest.buffers.iter().enumerate() {
        if wanted.constant {
            continue;
        }
        let root = buffers[position].write(session, |to| {
            file.read_exact(to)?;
            Ok(buffer_root(to))
        })?;
        roots[position] = Some(root.map_err(broken)?);
    }
    if file.read(&mut [0]).map_err(broken)? != 0 {
        return Err(wrong("it is longer than the buffers".into()));
    }
    let known: Vec<Hash> = roots.iter().flatten().copied().collect();
    if checkpoint_hash(&at, &state_root(&known)) != *checkpoint {
        return Err(wrong("it is not that of the checkpoint".into()));
    }
    Ok((at, roots))
}

fn create(ready: &Ready<'_>) -> Result<File, Failure> {
    File::create(ready.folder.file(path::STATE)).map_err(cannot_write)
}

/// Writes the state at which the part stopped.
fn write(
    ready: &Ready<'_>,
    buffers: &[Buffer],
    launched: &Launched,
    mut file: File,
    wanted: u64,
) -> Result<(), Failure> {
    let Some(at) = &launched.stopped else {
        let number = wanted.saturating_sub(1);
        let message = format!(
            "there is no checkpoint {number}: the job ended with {} of them",
            launched.checkpoints.len()
        );
        return Err(Failure::new(Fault::RunFailed, message));
    };
    let session = ready.device.session()?;
    file.write_all(&at.encode()).map_err(cannot_write)?;
    for (position, buffer) in buffers.iter().enumerate() {
        if !ready.manifest.buffers[position].constant {
            buffer
                .read(session, |bytes| file.write_all(bytes))?
                .map_err(cannot_write)?;
        }
    }
    file.sync_all().map_err(cannot_write)
}

fn cannot_write(error: io::Error) -> Failure {
    Failure::here(format!("cannot write the state: {error}"))
}
