//! The launches of a job, one after the other, and when checkpoints are due. Whoever runs or
//! re-runs a job goes through this plan, so that all agree on it.

use std::collections::BTreeSet;

use super::{
    element::{ElementType, Scalar},
    error::{ManifestErrors, Problems},
    expression::{Expression, Integers, Range, Reals},
    model::{Argument, KernelStep, Manifest, ScalarArgument, Step},
    number::{Number, NumberOrExpression, ScalarValue},
    validate::{self, limits},
};
use crate::task::DeterminismClass;

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
    Loop { count: u32, body: Vec<Node> },
}

#[derive(Debug)]
struct CompiledStep {
    position: usize,
    path: String,
    kernel: String,
    arguments: Vec<CompiledArgument>,
    global: Vec<Expression>,
    local: Option<Vec<u32>>,
    offset: Option<Vec<Expression>>,
}

#[derive(Debug)]
enum CompiledArgument {
    Buffer(usize),
    Scalar {
        scalar: Scalar,
        lanes: Vec<Expression>,
    },
    Local(u32),
}

/// A launch as it is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WrittenStep<'a> {
    /// The field, such as `steps[1].loop.steps[0]`.
    pub path: &'a str,
    /// Its name in the program.
    pub kernel: &'a str,
    /// Number of arguments.
    pub arguments: usize,
}

/// One launch of a kernel.
#[derive(Clone, PartialEq, Debug)]
pub struct Launch<'a> {
    /// Launches before this one.
    pub number: u64,
    /// Which kernel step of the manifest, counted from zero in the order in which they are
    /// written.
    pub step: usize,
    /// The field of that step, such as `steps[1].loop.steps[0]`.
    pub path: &'a str,
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
    /// If a checkpoint follows: the positions of the buffers in it, ascending. These are all that
    /// were bound since the checkpoint before and are not constant: what a kernel does with a
    /// buffer cannot be seen from outside.
    pub checkpoint: Option<Vec<u32>>,
}

/// The value of an argument.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    /// A buffer, by its position in the manifest.
    Buffer(usize),
    /// The little-endian bytes of a scalar or vector.
    Scalar(Vec<u8>),
    /// Local memory of so many bytes.
    Local(u32),
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
    /// Number of launches.
    pub fn launches(&self) -> u64 {
        self.launches
    }

    /// The launches as they are written, by [`Launch::step`].
    pub fn written(&self) -> Vec<WrittenStep<'_>> {
        fn collect<'a>(nodes: &'a [Node], steps: &mut Vec<WrittenStep<'a>>) {
            for node in nodes {
                match node {
                    Node::Launch(step) => steps.push(WrittenStep {
                        path: &step.path,
                        kernel: &step.kernel,
                        arguments: step.arguments.len(),
                    }),
                    Node::Loop { body, .. } => collect(body, steps),
                }
            }
        }
        let mut steps = Vec::new();
        collect(&self.nodes, &mut steps);
        steps
    }

    /// Calls `run` for each launch, until it fails.
    ///
    /// # Errors
    ///
    /// That of `run`.
    pub fn for_each<E>(&self, mut run: impl FnMut(Launch<'_>) -> Result<(), E>) -> Result<(), E> {
        let mut walk = Walk {
            plan: self,
            number: 0,
            indices: Vec::new(),
            bound: BTreeSet::new(),
            run: &mut run,
        };
        walk.nodes(&self.nodes)
    }
}

struct Walk<'p, 'f, E> {
    plan: &'p Plan,
    number: u64,
    indices: Vec<u32>,
    bound: BTreeSet<u32>,
    run: &'f mut dyn FnMut(Launch<'_>) -> Result<(), E>,
}

impl<E> Walk<'_, '_, E> {
    fn nodes(&mut self, nodes: &[Node]) -> Result<(), E> {
        for node in nodes {
            match node {
                Node::Launch(step) => self.launch(step)?,
                Node::Loop { count, body } => {
                    self.indices.push(0);
                    for index in 0..*count {
                        if let Some(innermost) = self.indices.last_mut() {
                            *innermost = index;
                        }
                        self.nodes(body)?;
                    }
                    self.indices.pop();
                }
            }
        }
        Ok(())
    }

    fn launch(&mut self, step: &CompiledStep) -> Result<(), E> {
        let integers: Vec<Integers> = self.point();
        let reals: Vec<Reals> = self.point();
        let sizes = |all: &[Expression]| -> Vec<u64> {
            let size = |e: &Expression| u64::try_from(proven(e, &integers).low).unwrap_or(0);
            all.iter().map(size).collect()
        };
        let mut arguments = Vec::with_capacity(step.arguments.len());
        for argument in &step.arguments {
            arguments.push(match argument {
                CompiledArgument::Buffer(position) => {
                    if !self.plan.constant[*position] {
                        self.bound.insert(*position as u32);
                    }
                    Value::Buffer(*position)
                }
                CompiledArgument::Local(bytes) => Value::Local(*bytes),
                CompiledArgument::Scalar { scalar, lanes } => {
                    let mut bytes = Vec::with_capacity(lanes.len() * scalar.bytes() as usize);
                    for lane in lanes {
                        if scalar.is_integer() {
                            scalar.put_integer(proven(lane, &integers).low, &mut bytes);
                        } else {
                            scalar.put_real(proven(lane, &reals).low, &mut bytes);
                        }
                    }
                    Value::Scalar(bytes)
                }
            });
        }
        let number = self.number;
        self.number += 1;
        let every = self.plan.checkpoint_every;
        let due =
            self.number == self.plan.launches || (every > 0 && self.number.is_multiple_of(every));
        (self.run)(Launch {
            number,
            step: step.position,
            path: &step.path,
            kernel: &step.kernel,
            arguments,
            global: sizes(&step.global),
            local: step.local.as_deref(),
            offset: step.offset.as_deref().map(sizes),
            checkpoint: due.then(|| std::mem::take(&mut self.bound).into_iter().collect()),
        })
    }

    fn point<R: Range>(&self) -> Vec<R> {
        self.indices
            .iter()
            .map(|index| R::integer((*index).into()))
            .collect()
    }
}

/// Evaluates an expression that was proven over the whole ranges of its indices.
fn proven<R: Range>(expression: &Expression, indices: &[R]) -> R {
    expression
        .evaluate(indices)
        .expect("compile() evaluated it over ranges that include these indices; qed")
}

/// Compiles the steps and reports what is wrong with them.
pub(super) fn compile(manifest: &Manifest, problems: &mut Problems) -> Plan {
    let mut compiler = Compiler {
        manifest,
        problems,
        loops: Vec::new(),
        launches_written: 0,
    };
    let nodes = compiler.steps(&manifest.steps, "steps");
    if compiler.launches_written > limits::STEPS {
        compiler.problems.add(
            "steps",
            format!(
                "{} launches are written, and {} are allowed; use loops",
                compiler.launches_written,
                limits::STEPS
            ),
        );
    }
    Plan {
        nodes,
        constant: manifest.buffers.iter().map(|b| b.constant).collect(),
        launches: manifest.launches(),
        checkpoint_every: manifest.checkpoint_every.into(),
    }
}

struct Compiler<'m, 'p> {
    manifest: &'m Manifest,
    problems: &'p mut Problems,
    loops: Vec<(&'m str, u32)>,
    launches_written: usize,
}

impl<'m> Compiler<'m, '_> {
    fn steps(&mut self, steps: &'m [Step], path: &str) -> Vec<Node> {
        if steps.is_empty() {
            self.problems.add(path, "there must be at least one step");
        }
        let mut nodes = Vec::with_capacity(steps.len());
        for (i, step) in steps.iter().enumerate() {
            let path = format!("{path}[{i}]");
            match step {
                Step::Kernel(step) => nodes.push(Node::Launch(self.kernel(step, &path))),
                Step::Loop(body) => {
                    let path = format!("{path}.loop");
                    validate::identifier(&body.index, &format!("{path}.index"), self.problems);
                    if self.loops.iter().any(|(name, _)| *name == body.index) {
                        self.problems.add(
                            format!("{path}.index"),
                            format!("a loop around this one has the index `{}` too", body.index),
                        );
                    }
                    if body.count == 0 {
                        self.problems
                            .add(format!("{path}.count"), "must be at least 1");
                    }
                    if self.loops.len() >= limits::LOOP_DEPTH {
                        self.problems.add(
                            path,
                            format!("loops may be nested {} deep", limits::LOOP_DEPTH),
                        );
                        continue;
                    }
                    self.loops.push((&body.index, body.count));
                    let body_nodes = self.steps(&body.steps, &format!("{path}.steps"));
                    self.loops.pop();
                    nodes.push(Node::Loop {
                        count: body.count,
                        body: body_nodes,
                    });
                }
            }
        }
        nodes
    }

    fn kernel(&mut self, step: &KernelStep, path: &str) -> CompiledStep {
        validate::identifier(&step.kernel, &format!("{path}.kernel"), self.problems);
        if step.args.len() > limits::ARGUMENTS {
            self.problems.add(
                format!("{path}.args"),
                format!("at most {} are allowed", limits::ARGUMENTS),
            );
        }
        let arguments = step
            .args
            .iter()
            .enumerate()
            .filter_map(|(i, argument)| self.argument(argument, &format!("{path}.args[{i}]")))
            .collect();
        let global = self.sizes(&step.global, &format!("{path}.global"), 1);
        if step.global.is_empty() || step.global.len() > 3 {
            self.problems.add(
                format!("{path}.global"),
                "must have one, two or three dimensions",
            );
        }
        self.work_items(&global, &format!("{path}.global"));
        if let Some(local) = &step.local {
            self.local_size(local, &global, step.global.len(), &format!("{path}.local"));
        }
        let offset = step.offset.as_ref().map(|offset| {
            let path = format!("{path}.offset");
            if offset.len() != step.global.len() {
                self.problems
                    .add(&path, "must have as many dimensions as `global`");
            }
            self.sizes(offset, &path, 0)
        });
        let position = self.launches_written;
        self.launches_written += 1;
        CompiledStep {
            position,
            path: path.to_owned(),
            kernel: step.kernel.clone(),
            arguments,
            global,
            local: step.local.clone(),
            offset,
        }
    }

    fn argument(&mut self, argument: &Argument, path: &str) -> Option<CompiledArgument> {
        match argument {
            Argument::Buffer(name) => match self.manifest.buffer(name) {
                Some((position, _)) => Some(CompiledArgument::Buffer(position)),
                None => {
                    self.problems.add(
                        format!("{path}.buffer"),
                        format!("no buffer named `{name}`"),
                    );
                    None
                }
            },
            Argument::Local(bytes) => {
                if *bytes == 0 || *bytes > limits::LOCAL_BYTES {
                    self.problems.add(
                        format!("{path}.local"),
                        format!("must be from 1 to {} bytes", limits::LOCAL_BYTES),
                    );
                }
                Some(CompiledArgument::Local(*bytes))
            }
            Argument::Scalar(scalar) => self.scalar(scalar, &format!("{path}.scalar")),
        }
    }

    fn scalar(&mut self, argument: &ScalarArgument, path: &str) -> Option<CompiledArgument> {
        let element = argument.element;
        if let Some(refusal) = type_refused(self.manifest.class, element) {
            self.problems.add(format!("{path}.type"), refusal);
        }
        let path = format!("{path}.value");
        let values = match &argument.value {
            ScalarValue::One(value) => std::slice::from_ref(value),
            ScalarValue::Lanes(values) => values.as_slice(),
        };
        let is_list = matches!(argument.value, ScalarValue::Lanes(_));
        if is_list != (element.lanes > 1) || values.len() != usize::from(element.lanes) {
            self.problems.add(
                path,
                match element.lanes {
                    1 => format!("must be one value, as the type is {element}"),
                    lanes => {
                        format!("must be an array of {lanes} values, as the type is {element}")
                    }
                },
            );
            return None;
        }
        let mut lanes = Vec::with_capacity(values.len());
        for (i, value) in values.iter().enumerate() {
            let path = match is_list {
                true => format!("{path}[{i}]"),
                false => path.clone(),
            };
            match self.lane(value, element.scalar) {
                Ok(expression) => lanes.push(expression),
                Err(message) => self.problems.add(path, message),
            }
        }
        (lanes.len() == values.len()).then_some(CompiledArgument::Scalar {
            scalar: element.scalar,
            lanes,
        })
    }

    /// Compiles a value and proves that it fits the type.
    fn lane(&self, value: &NumberOrExpression, scalar: Scalar) -> Result<Expression, String> {
        let expression = self.expression(value)?;
        if let Some((low, high)) = scalar.integer_range() {
            let range = self.evaluate::<Integers>(&expression)?;
            if range.low < low || range.high > high {
                return Err(format!(
                    "{} does not fit {}, which goes from {low} to {high}",
                    said(range.low, range.high),
                    scalar.name()
                ));
            }
        } else if let Some(limit) = scalar.real_limit() {
            let range = self.evaluate::<Reals>(&expression)?;
            if range.low < -limit || range.high > limit {
                return Err(format!(
                    "{} does not fit {}",
                    said(range.low, range.high),
                    scalar.name()
                ));
            }
        }
        Ok(expression)
    }

    fn expression(&self, value: &NumberOrExpression) -> Result<Expression, String> {
        match value {
            NumberOrExpression::Number(Number::Integer(value)) => Ok(Expression::integer(*value)),
            NumberOrExpression::Number(Number::Real(value)) => Ok(Expression::real(*value)),
            NumberOrExpression::Expression(text) => {
                let names: Vec<&str> = self.loops.iter().map(|(name, _)| *name).collect();
                Expression::compile(text, &names)
            }
        }
    }

    /// Over everything that the indices go through.
    fn evaluate<R: Range>(&self, expression: &Expression) -> Result<R, String> {
        let ranges: Vec<R> = self.loops.iter().map(|(_, n)| R::below(*n)).collect();
        expression.evaluate(&ranges)
    }

    fn sizes(&mut self, sizes: &[NumberOrExpression], path: &str, least: i128) -> Vec<Expression> {
        let mut compiled = Vec::with_capacity(sizes.len());
        for (i, size) in sizes.iter().enumerate() {
            let checked = self.expression(size).and_then(|expression| {
                let range = self.evaluate::<Integers>(&expression)?;
                if range.low < least || range.high > i128::from(limits::WORK_ITEMS) {
                    return Err(format!(
                        "{} is not from {least} to {}",
                        said(range.low, range.high),
                        limits::WORK_ITEMS
                    ));
                }
                Ok(expression)
            });
            match checked {
                Ok(expression) => compiled.push(expression),
                Err(message) => self.problems.add(format!("{path}[{i}]"), message),
            }
        }
        compiled
    }

    fn work_items(&mut self, global: &[Expression], path: &str) {
        let most = global.iter().try_fold(1i128, |product, size| {
            let range = self.evaluate::<Integers>(size).ok()?;
            product.checked_mul(range.high)
        });
        if most.is_none_or(|most| most > i128::from(limits::WORK_ITEMS)) {
            self.problems.add(
                path,
                format!("a launch may have {} work items", limits::WORK_ITEMS),
            );
        }
    }

    fn local_size(&mut self, local: &[u32], global: &[Expression], dimensions: usize, path: &str) {
        if local.len() != dimensions {
            self.problems
                .add(path, "must have as many dimensions as `global`");
            return;
        }
        let items = local
            .iter()
            .try_fold(1u32, |product, size| product.checked_mul(*size));
        if items.is_none_or(|items| items == 0 || items > limits::GROUP_ITEMS) {
            self.problems.add(
                path,
                format!(
                    "a work group has from 1 to {} work items",
                    limits::GROUP_ITEMS
                ),
            );
            return;
        }
        for (i, (local, global)) in local.iter().zip(global).enumerate() {
            if !global.is_constant() {
                self.problems.add(
                    format!("{path}[{i}]"),
                    format!(
                        "`global[{i}]` depends on a loop index, and OpenCL 1.2 needs a multiple of \
						 `local`; leave `local` out, or fix `global`"
                    ),
                );
            } else if let Ok(size) = self.evaluate::<Integers>(global) {
                if size.low % i128::from(*local) != 0 {
                    self.problems.add(
                        format!("{path}[{i}]"),
                        format!(
                            "{local} does not divide `global[{i}]`, which is {}",
                            size.low
                        ),
                    );
                }
            }
        }
    }
}

/// Why a class cannot have values of this type, if so.
pub(super) fn type_refused(class: DeterminismClass, element: ElementType) -> Option<String> {
    match (class, element.scalar) {
        (DeterminismClass::Int, Scalar::Float | Scalar::Double) => Some(format!(
            "class `int` has integers only, so {element} cannot be used; the class for it is {}",
            match element.scalar {
                Scalar::Float => "`fp32-strict`",
                _ => "`device`",
            }
        )),
        (DeterminismClass::Fp32Strict, Scalar::Double) => Some(format!(
            "class `fp32-strict` has single precision only, so {element} cannot be used; the \
			 class for it is `device`"
        )),
        _ => None,
    }
}

/// A range for people.
fn said<T: PartialEq + std::fmt::Debug>(low: T, high: T) -> String {
    if low == high {
        format!("{low:?}")
    } else {
        format!("a value from {low:?} to {high:?}")
    }
}
