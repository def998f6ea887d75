//! The launches of a job, one after another, and the places where checkpoints are due. Everybody who runs or re-runs a
//! job follows this plan, so that all agree on it.

mod compile;
mod prove;
mod values;

pub(super) use compile::compile;
pub(super) use values::type_refused;

use std::collections::BTreeSet;

use super::{
    element::Lane,
    error::{ManifestErrors, Problems},
    expression::{Expression, Integers, Range, Reals},
    model::Manifest,
};
use crate::trace::Position;

/// A job's launches.
#[derive(Debug)]
pub struct Plan {
    nodes: Vec<Node>,
    constant: Vec<bool>,
    launches: u64,
    checkpoint_every: u64,
}

#[derive(Debug)]
enum Node {
    Launch(CompiledStep),
    Loop {
        count: Expression,
        /// The largest value that `count` can have.
        most: u32,
        until: Option<CompiledUntil>,
        body: Vec<Node>,
    },
}

#[derive(Debug)]
struct CompiledStep {
    path: String,
    work: CompiledWork,
}

#[derive(Debug)]
enum CompiledWork {
    Kernel(CompiledKernel),
    Fill {
        buffer: usize,
        pattern: CompiledValue,
        first: Expression,
        count: Expression,
        element_bytes: u64,
    },
    Copy {
        from: usize,
        from_first: Expression,
        to: usize,
        to_first: Expression,
        count: Expression,
        element_bytes: u64,
    },
}

#[derive(Debug)]
struct CompiledKernel {
    position: usize,
    kernel: String,
    arguments: Vec<CompiledArgument>,
    global: Vec<Expression>,
    local: Option<Vec<u32>>,
    offset: Option<Vec<Expression>>,
}

#[derive(Debug)]
enum CompiledArgument {
    Buffer(usize),
    Choose {
        positions: Vec<usize>,
        by: Expression,
    },
    Scalar(CompiledValue),
    Local(Expression),
}

/// The bytes of a value: zeros, over which the numbers are written.
#[derive(Debug)]
struct CompiledValue {
    base: Vec<u8>,
    lanes: Vec<(Lane, Expression)>,
}

#[derive(Debug)]
struct CompiledUntil {
    buffer: usize,
    element: Expression,
    element_bytes: u64,
    ends_when_set: bool,
    every: u32,
}

/// A launch of a kernel, as it is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WrittenKernel<'a> {
    /// The field, such as `steps[1].loop.steps[0]`.
    pub path: &'a str,
    /// Its name in the program.
    pub kernel: &'a str,
    /// Number of arguments.
    pub arguments: usize,
}

/// One launch: what the device is told to do in one go.
#[derive(Clone, PartialEq, Debug)]
pub struct Launch<'a> {
    /// The number of launches before this one.
    pub number: u64,
    /// The field of its step, such as `steps[1].loop.steps[0]`.
    pub path: &'a str,
    /// What the launch does.
    pub work: Work<'a>,
}

/// What a launch does. Buffers are given by their positions in the manifest.
#[derive(Clone, PartialEq, Debug)]
pub enum Work<'a> {
    /// Runs a kernel.
    Kernel(KernelLaunch<'a>),
    /// Repeats a pattern over a part of a buffer.
    Fill {
        /// The buffer.
        buffer: usize,
        /// One element.
        pattern: Vec<u8>,
        /// Where the part starts, in bytes: a multiple of the pattern's length.
        start: u64,
        /// The length of the part, in bytes: a multiple of the pattern's length, and not zero.
        bytes: u64,
    },
    /// Copies a part of a buffer into another buffer.
    Copy {
        /// The buffer that is read.
        from: usize,
        /// Where reading starts, in bytes.
        from_start: u64,
        /// The buffer that is written.
        to: usize,
        /// Where writing starts, in bytes.
        to_start: u64,
        /// The length of the copied part, in bytes; not zero.
        bytes: u64,
    },
}

/// One launch of a kernel.
#[derive(Clone, PartialEq, Debug)]
pub struct KernelLaunch<'a> {
    /// The number of the manifest's kernel step, counted from zero in the order in which they are written: the position
    /// in [`Plan::kernels`].
    pub step: usize,
    /// Its name in the program.
    pub kernel: &'a str,
    /// Its arguments, in order.
    pub arguments: Vec<Value>,
    /// Work items, in one to three dimensions.
    pub global: Vec<u64>,
    /// Size of a work group, in as many dimensions.
    pub local: Option<&'a [u32]>,
    /// Where the global ids start, in as many dimensions.
    pub offset: Option<Vec<u64>>,
}

/// The value of an argument.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    /// A buffer, by its position in the manifest.
    Buffer(usize),
    /// The little-endian bytes of a value.
    Scalar(Vec<u8>),
    /// Local memory of this many bytes.
    Local(u32),
}

/// A number on the device that decides whether a loop goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Flag {
    /// The buffer, by its position in the manifest.
    pub buffer: usize,
    /// Where the number starts, in bytes.
    pub start: u64,
    /// Its length in bytes.
    pub bytes: u64,
}

/// Carries out a plan.
pub trait Runner {
    /// The reason why the plan could not be carried out.
    type Error;

    /// Does what the launch says, after all earlier launches.
    ///
    /// # Errors
    ///
    /// Ends the plan.
    fn launch(&mut self, launch: Launch<'_>) -> Result<(), Self::Error>;

    /// Takes a checkpoint, after all launches so far have ended. `at` is the position in the plan, from which
    /// [`Plan::run_from`] goes on. `buffers` are the positions in the manifest, in ascending order, of all buffers that
    /// are not constant and were bound or written since the checkpoint before. A bound buffer counts, because what a
    /// kernel does with it cannot be seen from outside.
    ///
    /// # Errors
    ///
    /// Ends the plan.
    fn checkpoint(&mut self, at: &Position, buffers: &[u32]) -> Result<(), Self::Error>;

    /// Called at the end of the plan, after all launches have ended. `buffers` as for [`Self::checkpoint`].
    ///
    /// # Errors
    ///
    /// Ends the plan.
    fn end(&mut self, buffers: &[u32]) -> Result<(), Self::Error>;

    /// Whether the flag's number is not zero, after all launches so far have ended.
    ///
    /// # Errors
    ///
    /// Ends the plan.
    fn is_set(&mut self, flag: Flag) -> Result<bool, Self::Error>;
}

impl Manifest {
    /// The launches of the job.
    ///
    /// # Errors
    ///
    /// As [`Self::validate`], for the steps only.
    pub fn plan(&self) -> Result<Plan, ManifestErrors> {
        let mut problems = Problems::default();
        let plan = compile(self, &mut problems);
        problems.into_result()?;
        Ok(plan)
    }
}

impl Plan {
    /// The number of launches if no loop ends before its count. It is an upper bound if counts depend on other loops in
    /// more combinations than are tried.
    pub fn launches(&self) -> u64 {
        self.launches
    }

    /// The kernel launches as they are written, by [`KernelLaunch::step`].
    pub fn kernels(&self) -> Vec<WrittenKernel<'_>> {
        fn collect<'a>(nodes: &'a [Node], kernels: &mut Vec<WrittenKernel<'a>>) {
            for node in nodes {
                match node {
                    Node::Launch(step) => {
                        if let CompiledWork::Kernel(kernel) = &step.work {
                            kernels.push(WrittenKernel {
                                path: &step.path,
                                kernel: &kernel.kernel,
                                arguments: kernel.arguments.len(),
                            });
                        }
                    }
                    Node::Loop { body, .. } => collect(body, kernels),
                }
            }
        }
        let mut kernels = Vec::new();
        collect(&self.nodes, &mut kernels);
        kernels
    }

    /// Carries out the plan until `runner` fails, and returns the number of launches. A checkpoint is taken after every
    /// `checkpoint_every` launches. Which launches are made depends on a job's flags as well as on its counts, so equal
    /// flags give equal traces. The end is no checkpoint, because nothing follows it.
    ///
    /// # Errors
    ///
    /// That of `runner`.
    pub fn run<R: Runner>(&self, runner: &mut R) -> Result<u64, R::Error> {
        let start = Position::default();
        self.walk(&start, runner)
    }

    /// Carries out the rest of the plan from a checkpoint on, with the buffers as they were there. Returns the number
    /// of launches, including those before the checkpoint; `None` if no run of this plan has a checkpoint there.
    ///
    /// # Errors
    ///
    /// That of `runner`.
    pub fn run_from<R: Runner>(
        &self,
        at: &Position,
        runner: &mut R,
    ) -> Option<Result<u64, R::Error>> {
        self.has_checkpoint(at).then(|| self.walk(at, runner))
    }

    fn walk<R: Runner>(&self, from: &Position, runner: &mut R) -> Result<u64, R::Error> {
        let mut walk = Walk {
            plan: self,
            at: Position {
                launches: from.launches,
                place: Vec::new(),
            },
            indices: Vec::new(),
            bound: BTreeSet::new(),
            runner,
        };
        walk.nodes(&self.nodes, &from.place)?;
        let buffers = walk.written();
        walk.runner.end(&buffers)?;
        Ok(walk.at.launches)
    }

    /// Whether the position is after a launch, and a checkpoint can be due after this many launches.
    fn has_checkpoint(&self, at: &Position) -> bool {
        let is_due = self.checkpoint_every > 0
            && at.launches > 0
            && at.launches <= self.launches
            && at.launches.is_multiple_of(self.checkpoint_every);
        is_due && self.has_launch(&at.place).unwrap_or(false)
    }

    fn has_launch(&self, mut place: &[u32]) -> Option<bool> {
        let (mut nodes, mut indices) = (&self.nodes, Vec::new());
        loop {
            let (position, inside) = place.split_first()?;
            let (count, body) = match nodes.get(*position as usize)? {
                Node::Launch(_) => return Some(inside.is_empty()),
                Node::Loop { count, body, .. } => (count, body),
            };
            let (index, inside) = inside.split_first()?;
            if u64::from(*index) >= size(count, &indices) {
                return Some(false);
            }
            indices.push(*index);
            (nodes, place) = (body, inside);
        }
    }
}

/// Evaluates an expression that was proven over all values of its indices.
fn proven<V: Range>(expression: &Expression, indices: &[u32]) -> V {
    let indices: Vec<V> = indices
        .iter()
        .map(|index| V::integer((*index).into()))
        .collect();
    expression
        .evaluate(&indices)
        .expect("compile() evaluated it over ranges that include these indices; qed")
}

/// Evaluates such an expression that is a size.
fn size(expression: &Expression, indices: &[u32]) -> u64 {
    u64::try_from(proven::<Integers>(expression, indices).low).unwrap_or(0)
}

struct Walk<'p, 'r, R> {
    plan: &'p Plan,
    /// The position, and the number of launches before it.
    at: Position,
    indices: Vec<u32>,
    bound: BTreeSet<u32>,
    runner: &'r mut R,
}

impl<R: Runner> Walk<'_, '_, R> {
    /// Carries out nodes: all of them, or those after the launch at a place.
    fn nodes(&mut self, nodes: &[Node], after: &[u32]) -> Result<(), R::Error> {
        let (first, inside) = divided(after);
        for (position, node) in (0..).zip(nodes).skip(first as usize) {
            let resumed = inside.filter(|_| position == first);
            self.at.place.push(position);
            match (node, resumed) {
                (Node::Launch(_), Some(_)) => {}
                (Node::Launch(step), None) => self.step(step)?,
                (
                    Node::Loop {
                        count, until, body, ..
                    },
                    resumed,
                ) => self.repeat(count, until.as_ref(), body, resumed.unwrap_or(&[]))?,
            }
            self.at.place.pop();
        }
        Ok(())
    }

    fn repeat(
        &mut self,
        count: &Expression,
        until: Option<&CompiledUntil>,
        body: &[Node],
        after: &[u32],
    ) -> Result<(), R::Error> {
        let count = self.size(count);
        let slot = self.indices.len();
        let (first, inside) = divided(after);
        self.indices.push(first);
        for index in first..u32::try_from(count).unwrap_or(u32::MAX) {
            self.indices[slot] = index;
            self.at.place.push(index);
            let resumed = inside.filter(|_| index == first);
            self.nodes(body, resumed.unwrap_or(&[]))?;
            self.at.place.pop();
            if let Some(until) = until {
                if (index + 1).is_multiple_of(until.every) && self.ends(until)? {
                    break;
                }
            }
        }
        self.indices.pop();
        Ok(())
    }

    fn ends(&mut self, until: &CompiledUntil) -> Result<bool, R::Error> {
        let flag = Flag {
            buffer: until.buffer,
            start: self.size(&until.element) * until.element_bytes,
            bytes: until.element_bytes,
        };
        Ok(self.runner.is_set(flag)? == until.ends_when_set)
    }

    fn step(&mut self, step: &CompiledStep) -> Result<(), R::Error> {
        let work = match &step.work {
            CompiledWork::Kernel(kernel) => Work::Kernel(self.kernel(kernel)),
            CompiledWork::Fill {
                buffer,
                pattern,
                first,
                count,
                element_bytes,
            } => {
                self.bind(*buffer);
                Work::Fill {
                    buffer: *buffer,
                    pattern: self.value(pattern),
                    start: self.size(first) * element_bytes,
                    bytes: self.size(count) * element_bytes,
                }
            }
            CompiledWork::Copy {
                from,
                from_first,
                to,
                to_first,
                count,
                element_bytes,
            } => {
                self.bind(*to);
                Work::Copy {
                    from: *from,
                    from_start: self.size(from_first) * element_bytes,
                    to: *to,
                    to_start: self.size(to_first) * element_bytes,
                    bytes: self.size(count) * element_bytes,
                }
            }
        };
        self.runner.launch(Launch {
            number: self.at.launches,
            path: &step.path,
            work,
        })?;
        self.at.launches += 1;
        let every = self.plan.checkpoint_every;
        if every > 0 && self.at.launches.is_multiple_of(every) {
            let buffers = self.written();
            self.runner.checkpoint(&self.at, &buffers)?;
        }
        Ok(())
    }

    /// The buffers that were bound since the last call.
    fn written(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.bound).into_iter().collect()
    }

    fn kernel<'k>(&mut self, kernel: &'k CompiledKernel) -> KernelLaunch<'k> {
        let mut arguments = Vec::with_capacity(kernel.arguments.len());
        for argument in &kernel.arguments {
            arguments.push(match argument {
                CompiledArgument::Buffer(position) => self.buffer(*position),
                CompiledArgument::Choose { positions, by } => {
                    let chosen = positions[self.size(by) as usize];
                    self.buffer(chosen)
                }
                CompiledArgument::Scalar(value) => Value::Scalar(self.value(value)),
                CompiledArgument::Local(bytes) => Value::Local(self.size(bytes) as u32),
            });
        }
        let sizes = |all: &[Expression]| all.iter().map(|e| self.size(e)).collect();
        KernelLaunch {
            step: kernel.position,
            kernel: &kernel.kernel,
            arguments,
            global: sizes(&kernel.global),
            local: kernel.local.as_deref(),
            offset: kernel.offset.as_deref().map(sizes),
        }
    }

    fn buffer(&mut self, position: usize) -> Value {
        self.bind(position);
        Value::Buffer(position)
    }

    fn bind(&mut self, position: usize) {
        if !self.plan.constant[position] {
            self.bound.insert(position as u32);
        }
    }

    fn value(&self, value: &CompiledValue) -> Vec<u8> {
        let mut bytes = value.base.clone();
        for (Lane { scalar, offset }, expression) in &value.lanes {
            let mut lane = Vec::with_capacity(8);
            match scalar.is_integer() {
                true => scalar.put_integer(self.proven::<Integers>(expression).low, &mut lane),
                false => scalar.put_real(self.proven::<Reals>(expression).low, &mut lane),
            }
            let at = *offset as usize;
            bytes[at..at + lane.len()].copy_from_slice(&lane);
        }
        bytes
    }

    fn size(&self, expression: &Expression) -> u64 {
        size(expression, &self.indices)
    }

    fn proven<V: Range>(&self, expression: &Expression) -> V {
        proven(expression, &self.indices)
    }
}

/// The first number of a place, and what is inside of it; nothing at the start.
fn divided(place: &[u32]) -> (u32, Option<&[u32]>) {
    place
        .split_first()
        .map_or((0, None), |(first, inside)| (*first, Some(inside)))
}
