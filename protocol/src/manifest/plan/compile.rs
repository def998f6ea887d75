//! Compiles the steps of a manifest and proves that every launch of them is possible.

use super::{
    super::{
        element::ElementType,
        error::Problems,
        expression::{Expression, Integers},
        model::{Buffer, Manifest},
        number::SizeValue,
        steps::{Argument, CopyStep, FillStep, Is, KernelStep, Loop, ScalarArgument, Step, Until},
        validate::{self, limits},
    },
    prove::{self, Prover, Scope},
    values::type_refused,
    CompiledArgument, CompiledKernel, CompiledStep, CompiledUntil, CompiledWork, Node, Plan,
};

/// The most loops that may be written. With more than this, some loop contains no launch.
const LOOPS: usize = limits::STEPS * limits::LOOP_DEPTH;

/// Compiles the steps and reports what is wrong with them. If there are too many steps, nothing is
/// compiled: each step would be tried for many indices, and nobody has paid for that.
pub(in super::super) fn compile(manifest: &Manifest, problems: &mut Problems) -> Plan {
    let written = Written::of(&manifest.steps);
    let nodes = match written.excess() {
        Some(excess) => {
            problems.add("steps", excess);
            Vec::new()
        }
        None => {
            let mut compiler = Compiler {
                manifest,
                problems,
                prover: Prover::new(),
                kernels: 0,
            };
            compiler.steps(&manifest.steps, "steps")
        }
    };
    Plan {
        launches: prove::launches(&nodes),
        nodes,
        constant: manifest.buffers.iter().map(|b| b.constant).collect(),
        checkpoint_every: manifest.checkpoint_every.into(),
    }
}

/// The number of steps that are written.
struct Written {
    launches: usize,
    loops: usize,
}

impl Written {
    fn of(steps: &[Step]) -> Self {
        let mut written = Self {
            launches: 0,
            loops: 0,
        };
        for step in steps {
            match step {
                Step::Loop(body) => {
                    let inside = Self::of(&body.steps);
                    written.launches += inside.launches;
                    written.loops += inside.loops + 1;
                }
                Step::Kernel(_) | Step::Fill(_) | Step::Copy(_) => written.launches += 1,
            }
        }
        written
    }

    /// Says what there are too many of; `None` if there are not too many.
    fn excess(&self) -> Option<String> {
        let Self { launches, loops } = self;
        if *launches > limits::STEPS {
            return Some(format!(
                "{launches} launches are written, and {} are allowed; use loops",
                limits::STEPS
            ));
        }
        (*loops > LOOPS).then(|| {
            format!(
                "{loops} loops are written, and {LOOPS} are allowed; some have no launch in them"
            )
        })
    }
}

/// A manifest whose steps are being compiled.
pub(super) struct Compiler<'m, 'p> {
    manifest: &'m Manifest,
    pub(super) problems: &'p mut Problems,
    pub(super) prover: Prover<'m>,
    /// The number of kernel steps so far.
    kernels: usize,
}

impl<'m> Compiler<'m, '_> {
    fn steps(&mut self, steps: &'m [Step], path: &str) -> Vec<Node> {
        if steps.is_empty() {
            self.problems.add(path, "there must be at least one step");
        }
        let mut nodes = Vec::with_capacity(steps.len());
        for (i, step) in steps.iter().enumerate() {
            let path = format!("{path}[{i}]");
            let work = match step {
                Step::Loop(body) => {
                    nodes.extend(self.repeat(body, &format!("{path}.loop")));
                    continue;
                }
                Step::Kernel(step) => Some(CompiledWork::Kernel(self.kernel(step, &path))),
                Step::Fill(fill) => self.fill(fill, &format!("{path}.fill")),
                Step::Copy(copy) => self.copy(copy, &format!("{path}.copy")),
            };
            nodes.extend(work.map(|work| Node::Launch(CompiledStep { path, work })));
        }
        nodes
    }

    fn repeat(&mut self, body: &'m Loop, path: &str) -> Option<Node> {
        validate::identifier(&body.index, &format!("{path}.index"), self.problems);
        if self.prover.names().contains(&body.index.as_str()) {
            self.problems.add(
                format!("{path}.index"),
                format!("a loop around this one has the index `{}` too", body.index),
            );
        }
        let most = i128::from(u32::MAX);
        let count = self.size(&body.count, &format!("{path}.count"), 1, most);
        let (count, most) = count.unwrap_or((Expression::integer(1), 1));
        if self.prover.loops.len() >= limits::LOOP_DEPTH {
            self.problems.add(
                path,
                format!("loops may be nested {} deep", limits::LOOP_DEPTH),
            );
            return None;
        }
        let most = u32::try_from(most).unwrap_or(u32::MAX);
        self.prover.loops.push(Scope {
            name: &body.index,
            count: count.clone(),
            most,
        });
        let nodes = self.steps(&body.steps, &format!("{path}.steps"));
        let until = body.until.as_ref();
        let until = until.and_then(|until| self.until(until, &format!("{path}.until")));
        self.prover.loops.pop();
        Some(Node::Loop {
            count,
            most,
            until,
            body: nodes,
        })
    }

    fn until(&mut self, until: &Until, path: &str) -> Option<CompiledUntil> {
        if until.every == 0 {
            self.problems
                .add(format!("{path}.every"), "must be at least 1");
        }
        let field = format!("{path}.buffer");
        let (position, buffer) = self.written_buffer(&until.buffer, &field)?;
        let lanes = buffer.element.lanes();
        if !buffer.element.is_scalar() || !lanes[0].scalar.is_integer() {
            self.problems.add(
                field,
                format!(
                    "a flag is an element of an integer type, and `{}` has {}",
                    until.buffer, buffer.element
                ),
            );
            return None;
        }
        let last = i128::from(buffer.length) - 1;
        let (element, _) = self.size(&until.element, &format!("{path}.element"), 0, last)?;
        Some(CompiledUntil {
            buffer: position,
            element,
            element_bytes: buffer.element.bytes(),
            ends_when_set: until.is == Is::Nonzero,
            every: until.every.max(1),
        })
    }

    fn fill(&mut self, fill: &FillStep, path: &str) -> Option<CompiledWork> {
        let (position, buffer) = self.written_buffer(&fill.buffer, &format!("{path}.buffer"))?;
        if !matches!(buffer.element, ElementType::Vector(_)) {
            self.problems.add(
                format!("{path}.buffer"),
                format!(
                    "only buffers of scalars and vectors can be filled, and `{}` has {}",
                    fill.buffer, buffer.element
                ),
            );
            return None;
        }
        let pattern = self.value(&fill.value, &buffer.element, &format!("{path}.value"));
        let part = self.part(
            fill.offset.as_ref().map(|o| (o, format!("{path}.offset"))),
            fill.length.as_ref().map(|l| (l, format!("{path}.length"))),
            (&fill.buffer, buffer),
            path,
        );
        let (first, count) = part?;
        Some(CompiledWork::Fill {
            buffer: position,
            pattern: pattern?,
            first,
            count,
            element_bytes: buffer.element.bytes(),
        })
    }

    fn copy(&mut self, copy: &CopyStep, path: &str) -> Option<CompiledWork> {
        let from = self.buffer(&copy.from, &format!("{path}.from"));
        let to = self.written_buffer(&copy.to, &format!("{path}.to"));
        let ((from_position, from), (to_position, to)) = (from?, to?);
        if from_position == to_position {
            self.problems
                .add(format!("{path}.to"), "must be another buffer than `from`");
        }
        if from.element != to.element {
            self.problems.add(
                format!("{path}.to"),
                format!(
                    "`{}` has {}, and `{}` has {}",
                    copy.to, to.element, copy.from, from.element
                ),
            );
            return None;
        }
        let length = |path| copy.length.as_ref().map(|l| (l, format!("{path}.length")));
        let from_part = self.part(
            copy.from_offset
                .as_ref()
                .map(|o| (o, format!("{path}.from_offset"))),
            length(path),
            (&copy.from, from),
            path,
        );
        let (from_first, count) = from_part?;
        let to_first = match &copy.to_offset {
            None => Expression::integer(0),
            Some(offset) => {
                let last = i128::from(to.length) - 1;
                let path = format!("{path}.to_offset");
                self.size(offset, &path, 0, last)?.0
            }
        };
        self.inside(&to_first, &count, (&copy.to, to), path)?;
        Some(CompiledWork::Copy {
            from: from_position,
            from_first,
            to: to_position,
            to_first,
            count,
            element_bytes: from.element.bytes(),
        })
    }

    /// A part of a buffer: its first element and its length.
    fn part(
        &mut self,
        offset: Option<(&SizeValue, String)>,
        length: Option<(&SizeValue, String)>,
        (name, buffer): (&str, &Buffer),
        path: &str,
    ) -> Option<(Expression, Expression)> {
        let all = i128::from(buffer.length);
        let first = match offset {
            Some((offset, path)) => self.size(offset, &path, 0, all - 1)?.0,
            None => Expression::integer(0),
        };
        let Some((length, field)) = length else {
            let rest = Expression::integer(all).minus(&first);
            return Some((first, rest));
        };
        let count = self.size(length, &field, 1, all)?.0;
        self.inside(&first, &count, (name, buffer), path)?;
        Some((first, count))
    }

    /// Proves that a part of a buffer ends within it.
    fn inside(
        &mut self,
        first: &Expression,
        count: &Expression,
        (name, buffer): (&str, &Buffer),
        path: &str,
    ) -> Option<()> {
        let length = i128::from(buffer.length);
        let end = self
            .prover
            .range(&first.plus(count), |range: Integers| range.high <= length);
        match end {
            Ok(end) if end.high <= length => Some(()),
            Ok(end) => {
                self.problems.add(
                    path,
                    format!("goes to element {}, and `{name}` has {length}", end.high),
                );
                None
            }
            Err(message) => {
                self.problems.add(path, message);
                None
            }
        }
    }

    fn buffer(&mut self, name: &str, path: &str) -> Option<(usize, &'m Buffer)> {
        let found = self.manifest.buffer(name);
        if found.is_none() {
            self.problems.add(path, format!("no buffer named `{name}`"));
        }
        found
    }

    /// A buffer that must be able to change. Reports a buffer that is constant.
    fn written_buffer(&mut self, name: &str, path: &str) -> Option<(usize, &'m Buffer)> {
        let found = self.buffer(name, path)?;
        if found.1.constant {
            self.problems
                .add(path, format!("buffer `{name}` is constant"));
            return None;
        }
        Some(found)
    }

    fn kernel(&mut self, step: &KernelStep, path: &str) -> CompiledKernel {
        validate::identifier(&step.kernel, &format!("{path}.kernel"), self.problems);
        if step.args.len() > limits::ARGUMENTS {
            self.problems.add(
                format!("{path}.args"),
                format!("at most {} are allowed", limits::ARGUMENTS),
            );
        }
        let mut arguments = Vec::with_capacity(step.args.len());
        for (i, argument) in step.args.iter().enumerate() {
            arguments.extend(self.argument(argument, &format!("{path}.args[{i}]")));
        }
        let global = self.sizes(&step.global, &format!("{path}.global"), 1);
        if step.global.is_empty() || step.global.len() > 3 {
            self.problems.add(
                format!("{path}.global"),
                "must have one, two or three dimensions",
            );
        }
        if global.len() == step.global.len() {
            self.work_items(&global, &format!("{path}.global"));
            if let Some(local) = &step.local {
                self.local_size(local, &global, &format!("{path}.local"));
            }
        }
        let offset = step.offset.as_ref().map(|offset| {
            let path = format!("{path}.offset");
            if offset.len() != step.global.len() {
                self.problems
                    .add(&path, "must have as many dimensions as `global`");
            }
            self.sizes(offset, &path, 0)
        });
        let position = self.kernels;
        self.kernels += 1;
        CompiledKernel {
            position,
            kernel: step.kernel.clone(),
            arguments,
            global,
            local: step.local.clone(),
            offset,
        }
    }

    fn argument(&mut self, argument: &Argument, path: &str) -> Option<CompiledArgument> {
        match argument {
            Argument::Buffer(name) => {
                let (position, _) = self.buffer(name, &format!("{path}.buffer"))?;
                Some(CompiledArgument::Buffer(position))
            }
            Argument::Choose { choose, by } => {
                let count = choose.len();
                if count == 0 || count > limits::BUFFERS {
                    self.problems.add(
                        format!("{path}.choose"),
                        format!("there must be from 1 to {} buffers", limits::BUFFERS),
                    );
                    return None;
                }
                let mut positions = Vec::with_capacity(count);
                for (i, name) in choose.iter().enumerate() {
                    let found = self.buffer(name, &format!("{path}.choose[{i}]"));
                    positions.extend(found.map(|(position, _)| position));
                }
                let (by, _) = self.size(by, &format!("{path}.by"), 0, count as i128 - 1)?;
                Some(CompiledArgument::Choose { positions, by })
            }
            Argument::Local(bytes) => {
                let most = i128::from(limits::LOCAL_BYTES);
                let (bytes, _) = self.size(bytes, &format!("{path}.local"), 1, most)?;
                Some(CompiledArgument::Local(bytes))
            }
            Argument::Scalar(ScalarArgument { element, value }) => {
                let path = format!("{path}.scalar");
                if let Some(refusal) = type_refused(self.manifest.class, element) {
                    self.problems.add(format!("{path}.type"), refusal);
                }
                self.value(value, element, &format!("{path}.value"))
                    .map(CompiledArgument::Scalar)
            }
        }
    }

    fn work_items(&mut self, global: &[Expression], path: &str) {
        let product = global
            .iter()
            .fold(Expression::integer(1), |product, size| product.times(size));
        let most = i128::from(limits::WORK_ITEMS);
        let items = self
            .prover
            .range(&product, |range: Integers| range.high <= most);
        if !items.is_ok_and(|range| range.high <= most) {
            self.problems.add(
                path,
                format!("a launch may have {} work items", limits::WORK_ITEMS),
            );
        }
    }

    fn local_size(&mut self, local: &[u32], global: &[Expression], path: &str) {
        if local.len() != global.len() {
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
            let rest = global.modulo(*local);
            let divides = |range: Integers| range.high == 0;
            if !self.prover.range(&rest, divides).is_ok_and(divides) {
                self.problems.add(
                    format!("{path}[{i}]"),
                    format!(
                        "OpenCL 1.2 needs a `global[{i}]` that is always a multiple of {local}, \
                         and this one is not; leave `local` out, or round `global` up"
                    ),
                );
            }
        }
    }
}
