//! The same job as a plain OpenCL host program runs it, for `make bench` to compare with: compiled
//! from source, launched, its outputs written. No sandbox, no checkpoints, no roots, nothing made
//! durable. Never for a stranger's job.

use std::fs::File;
use std::io::{self, Write};

use aicpw_protocol::job::path;

use crate::job::{Failure, Ready};
use crate::opencl::program::{BuildError, Built};
use crate::{build, run};

/// Compiles and runs the job.
///
/// # Errors
///
/// As the two stages.
pub fn native(ready: &Ready<'_>) -> Result<(), Failure> {
    let options = build::options(&ready.manifest, ready.device.info.correct_divide_sqrt)?;
    let built = match Built::from_source(&ready.device, &build::text(ready), &options) {
        Ok(built) => built,
        Err(BuildError::Refused(log)) => return Err(Failure::here(log)),
        Err(BuildError::Other(error)) => return Err(error.into()),
    };
    let session = ready.device.session()?;
    let mut kernels = run::kernels(ready, &built)?;
    let buffers = run::buffers(ready)?;
    ready.plan.for_each(|launch| {
        kernels[launch.step]
            .launch(session, &launch, &buffers)
            .map(drop)
            .map_err(|error| run::not_launched(launch.path, error))
    })?;
    session.finish()?;

    let cannot = |error: io::Error| Failure::here(format!("cannot write the output: {error}"));
    std::fs::create_dir_all(ready.folder.file(path::OUTPUT_FOLDER)).map_err(cannot)?;
    let mut output = File::create(ready.folder.file(path::OUTPUT)).map_err(cannot)?;
    for name in &ready.manifest.outputs {
        if let Some((position, _)) = ready.manifest.buffer(name) {
            buffers[position]
                .read(session, |bytes| output.write_all(bytes))?
                .map_err(cannot)?;
        }
    }
    Ok(())
}
