//! The launches of a run, one after the other, and the checkpoints between them.

use aicpw_protocol::{
    job::Checkpoint,
    manifest::{Flag, Launch, Runner, Work},
    merkle::buffer_root,
    task::Fault,
    trace::{checkpoint_hash, state_root, Position},
    Hash,
};
use ocl::core::Event;

use crate::job::{Failure, Ready};
use crate::opencl::{
    buffer::Buffer,
    program::{BoundKernel, LaunchError, Pending},
    Error, Session,
};
use crate::report::Reporter;

/// How many launches are enqueued ahead: enough to keep a device busy, few enough that the reported
/// progress is true.
const AHEAD: usize = 64;

/// The roots of all buffers, where they are known and count: those of constant buffers do not.
pub type Roots = Vec<Option<Hash>>;

/// The outcome of the launches.
pub struct Launched {
    /// The launches of the job so far.
    pub launches: u64,
    /// The checkpoints that were taken.
    pub checkpoints: Vec<Checkpoint>,
    /// The root over what is in the buffers now.
    pub state_root: Hash,
    /// The checkpoint at which it stopped; `None` at the end of the job.
    pub stopped: Option<Position>,
}

/// Launches all of the job, or what follows a checkpoint, given the roots of the buffers there.
/// Stops when the wanted number of checkpoints is taken.
///
/// # Errors
///
/// `BadManifest` if a launch does not fit the kernel or the device; `InputUnavailable` if the job
/// has no such checkpoint; or when the device failed.
pub fn launch(
    ready: &mut Ready<'_>,
    kernels: Vec<BoundKernel>,
    buffers: &[Buffer],
    from: Option<(Position, Roots)>,
    checkpoints: Option<u64>,
) -> Result<Launched, Failure> {
    let (from, roots) = match from {
        Some((at, roots)) => (Some(at), roots),
        None => (None, vec![None; buffers.len()]),
    };
    let constant = ready.manifest.buffers.iter();
    let mut job = Launching {
        session: ready.device.session()?,
        reporter: &mut *ready.reporter,
        launches: ready.plan.launches(),
        kernels,
        buffers,
        constant: constant.map(|buffer| buffer.constant).collect(),
        roots,
        pending: Pending::default(),
        done: from.as_ref().map_or(0, |at| at.launches),
        checkpoints: Vec::new(),
        wanted: checkpoints,
        state_root: Hash::default(),
    };
    job.progress();
    let ran = match &from {
        None => ready.plan.run(&mut job),
        Some(at) => ready.plan.run_from(at, &mut job).ok_or_else(|| {
            let message = format!("{} launches: no checkpoint of this job", at.launches);
            Failure::new(Fault::InputUnavailable, message)
        })?,
    };
    let (launches, stopped) = match ran {
        Ok(launches) => (launches, None),
        Err(Halt::Wanted(at)) => (at.launches, Some(at)),
        Err(Halt::Failed(failure)) => return Err(failure),
    };
    // A loop that ended early left out launches, and so did a stop at the last wanted checkpoint.
    if job.done < job.launches {
        job.done = job.launches;
        job.progress();
    }
    Ok(Launched {
        launches,
        checkpoints: job.checkpoints,
        state_root: job.state_root,
        stopped,
    })
}

/// Enqueues a launch behind the earlier ones.
///
/// # Errors
///
/// `BadManifest` if the launch does not fit the kernel or the device.
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

/// Whether a number on the device is not zero, after all that was enqueued.
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

/// Why a plan is stopped.
enum Halt {
    /// This is the last checkpoint that was wanted.
    Wanted(Position),
    Failed(Failure),
}

impl From<Failure> for Halt {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        Self::Failed(error.into())
    }
}

/// A job being launched.
struct Launching<'j> {
    session: &'j Session,
    reporter: &'j mut Reporter,
    launches: u64,
    kernels: Vec<BoundKernel>,
    buffers: &'j [Buffer],
    constant: Vec<bool>,
    roots: Roots,
    pending: Pending,
    done: u64,
    checkpoints: Vec<Checkpoint>,
    wanted: Option<u64>,
    state_root: Hash,
}

impl Runner for Launching<'_> {
    type Error = Halt;

    fn launch(&mut self, launch: Launch<'_>) -> Result<(), Halt> {
        let event = enqueue(self.session, &mut self.kernels, self.buffers, &launch)?;
        self.pending.push(event);
        ocl::core::flush(&self.session.queue).map_err(Error::when("launching a kernel"))?;
        while self.pending.len() > AHEAD {
            self.wait_oldest()?;
        }
        Ok(())
    }

    fn checkpoint(&mut self, at: &Position, written: &[u32]) -> Result<(), Halt> {
        self.look(written)?;
        let hash = checkpoint_hash(at, &self.state_root);
        self.checkpoints.push(Checkpoint(hash));
        if self.wanted == Some(self.checkpoints.len() as u64) {
            return Err(Halt::Wanted(at.clone()));
        }
        Ok(())
    }

    fn end(&mut self, written: &[u32]) -> Result<(), Halt> {
        Ok(self.look(written)?)
    }

    fn is_set(&mut self, flag: Flag) -> Result<bool, Halt> {
        self.wait_all()?;
        Ok(is_set(self.session, self.buffers, flag)?)
    }
}

impl Launching<'_> {
    /// Hashes what is in the buffers: only those that were written since the last time.
    fn look(&mut self, written: &[u32]) -> Result<(), Failure> {
        self.wait_all()?;
        for position in written {
            self.roots[*position as usize] = None;
        }
        let mut roots = Vec::with_capacity(self.buffers.len());
        for (position, buffer) in self.buffers.iter().enumerate() {
            if self.constant[position] {
                continue;
            }
            let root = match self.roots[position] {
                Some(root) => root,
                None => buffer.read(self.session, buffer_root)?,
            };
            self.roots[position] = Some(root);
            roots.push(root);
        }
        self.state_root = state_root(&roots);
        Ok(())
    }

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
