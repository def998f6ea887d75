//! Runs a job as a plain OpenCL host program does, for `make bench` to compare with: it is compiled
//! from source and launched, and its outputs are written. No sandbox, no checkpoints, no roots,
//! nothing durable. Never for a stranger's job.

use std::fs::File;
use std::io::{self, Write};

use aicpw_protocol::{
    job::path,
    manifest::{Flag, Launch, Runner},
    trace::Position,
};

use crate::job::{Failure, Ready};
use crate::opencl::{buffer::Buffer, program::BoundKernel, Session};
use crate::{build, kernels, launching, run};

/// Compiles and runs the job.
///
/// # Errors
///
/// The errors of the two stages.
pub fn native(ready: &Ready<'_>) -> Result<(), Failure> {
    let options = build::options(&ready.manifest, ready.device.info.correct_divide_sqrt)?;
    let (built, takes) = kernels::compile(ready, &build::text(ready), &options)?;
    let session = ready.device.session()?;
    let buffers = run::buffers(ready)?;
    ready.plan.run(&mut Launching {
        session,
        kernels: kernels::of_steps(ready, &built, &takes)?,
        buffers: &buffers,
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

/// A job being launched, and nothing else.
struct Launching<'j> {
    session: &'j Session,
    kernels: Vec<BoundKernel>,
    buffers: &'j [Buffer],
}

impl Runner for Launching<'_> {
    type Error = Failure;

    fn launch(&mut self, launch: Launch<'_>) -> Result<(), Failure> {
        launching::enqueue(self.session, &mut self.kernels, self.buffers, &launch).map(drop)
    }

    fn checkpoint(&mut self, _: &Position, _: &[u32]) -> Result<(), Failure> {
        Ok(())
    }

    fn end(&mut self, _: &[u32]) -> Result<(), Failure> {
        Ok(())
    }

    fn is_set(&mut self, flag: Flag) -> Result<bool, Failure> {
        launching::is_set(self.session, self.buffers, flag)
    }
}
