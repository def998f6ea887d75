//! What the job's kernels take. The build stage learns it of the driver and keeps it beside the built program; the run
//! stage, which has a program that the driver may know less of, gives the kernels nothing else.

use std::collections::{btree_map::Entry, BTreeMap, BTreeSet};
use std::fmt::Display;

use aicpw_protocol::{
    job::{path, KernelRecord, ParameterKind},
    task::Fault,
};

use crate::build;
use crate::job::{Failure, Ready};
use crate::opencl::{
    parameter::{Kind, Parameter},
    program::{BoundKernel, BuildError, Built},
};

/// Most bytes of a record: more than as many kernels as there can be steps have with all their arguments.
const MAX_RECORD: u64 = 1 << 20;

/// Most parameters that a message names.
const SHOWN: usize = 8;

/// What kernels can take.
const GIVEN: &str =
    "a manifest gives buffers (pointers to `__global` and `__constant`), values, and local memory";

/// A kernel that the job launches.
struct Used<'r> {
    /// The first step that does.
    path: &'r str,
    parameters: Vec<Parameter>,
}

/// All of them, by their names.
type Kernels<'r> = BTreeMap<&'r str, Used<'r>>;

/// Compiles the program, and learns what the kernels take.
///
/// # Errors
///
/// `BuildFailed` with the compiler's log, and where a kernel takes what no manifest gives; `BadManifest` if the
/// kernels are not those of the manifest; when the driver does not tell.
pub fn compile(
    ready: &Ready<'_>,
    text: &str,
    options: &str,
) -> Result<(Built, KernelRecord), Failure> {
    let built = match Built::from_source(&ready.device, text, options) {
        Ok(built) => built,
        Err(BuildError::Refused(log)) => return Err(build::refused(ready, &log)),
        Err(BuildError::Other(error)) => return Err(error.into()),
    };
    let kernels = used(ready, &built)?;
    let names = own_names(&kernels);
    let takes = record(&kernels, &names)?;
    if names.is_empty() {
        return Ok((built, takes));
    }
    drop(built);
    let built = match Built::from_source(&ready.device, &with_proof(text, &names), options) {
        Ok(built) => built,
        // The driver may have refused for another reason: its log tells.
        Err(BuildError::Refused(log)) => {
            return Err(Failure {
                log: build::refused(ready, &log).log,
                ..not_all_values(&kernels)
            })
        }
        Err(BuildError::Other(error)) => return Err(error.into()),
    };
    // This is the program that is run, so this is the one that is asked: the text could have made something else of the
    // same names before (`__TIME__`).
    let takes = record(&used(ready, &built)?, &names)?;
    Ok((built, takes))
}

/// The kernels that the manifest names, if they are all there, with as many arguments.
fn used<'r>(ready: &'r Ready<'_>, built: &Built) -> Result<Kernels<'r>, Failure> {
    let mut kernels = Kernels::new();
    let mut problems = Vec::new();
    for step in ready.plan.kernels() {
        let arguments = match kernels.entry(step.kernel) {
            Entry::Occupied(kernel) => kernel.get().parameters.len(),
            Entry::Vacant(place) => match built.parameters(step.kernel)? {
                Some(parameters) => {
                    let used = Used {
                        path: step.path,
                        parameters,
                    };
                    place.insert(used).parameters.len()
                }
                None => {
                    problems.push(format!(
                        "{}.kernel: the program has no kernel `{}`; it has: {}",
                        step.path,
                        step.kernel,
                        built.kernel_names()
                    ));
                    continue;
                }
            },
        };
        if arguments != step.arguments {
            problems.push(format!(
                "{}.args: there are {}, and kernel `{}` has {arguments}",
                step.path, step.arguments, step.kernel
            ));
        }
    }
    if problems.is_empty() {
        Ok(kernels)
    } else {
        Err(Failure::new(Fault::BadManifest, problems.join("\n")))
    }
}

/// The names of types that the program has chosen, as far as they are of parameters.
fn own_names(kernels: &Kernels<'_>) -> BTreeSet<String> {
    let parameters = kernels.values().flat_map(|kernel| &kernel.parameters);
    let names = parameters.filter_map(|parameter| match parameter.kind() {
        Kind::Named(name) => Some(name.to_owned()),
        Kind::Known(_) | Kind::Other => None,
    });
    names.collect()
}

/// What the kernels take, where types with these names are of values.
fn record(kernels: &Kernels<'_>, values: &BTreeSet<String>) -> Result<KernelRecord, Failure> {
    let mut takes = BTreeMap::new();
    for (name, kernel) in kernels {
        let mut kinds = Vec::with_capacity(kernel.parameters.len());
        for (i, parameter) in kernel.parameters.iter().enumerate() {
            kinds.push(match parameter.kind() {
                Kind::Known(kind) => kind,
                Kind::Named(name) if values.contains(name) => ParameterKind::Value,
                Kind::Named(_) | Kind::Other => {
                    let message = format!(
                        "{}.args[{i}]: kernel `{name}` takes `{}` there, and {GIVEN}",
                        kernel.path,
                        parameter.shown()
                    );
                    return Err(Failure::new(Fault::BuildFailed, message));
                }
            });
        }
        takes.insert((*name).to_owned(), kinds);
    }
    Ok(KernelRecord { kernels: takes })
}

/// The text, and behind it what compiles only if each of these names is that of a type of values: a handle cannot be in a
/// structure, in an array or what a function returns (OpenCL C 1.2, 6.9). Nothing comes of it in the built program.
fn with_proof(text: &str, names: &BTreeSet<String>) -> String {
    // The empty line ends what a backslash at the end of the text would go on with. No word of these lines is a macro of
    // the program's any more.
    let mut text = format!("{text}\n\n#undef struct\n");
    for (i, name) in names.iter().enumerate() {
        let ours = format!("aicpw_value_{i}");
        text += &format!(
            "#undef {name}\n#undef {ours}\nstruct {ours} {{ {name} {ours}; }};\n{name} {ours}({name} {ours}[2]);\n"
        );
    }
    text
}

/// The compiler did not take all names for those of types of values.
fn not_all_values(kernels: &Kernels<'_>) -> Failure {
    let mut named = Vec::new();
    for (name, kernel) in kernels {
        for (i, parameter) in kernel.parameters.iter().enumerate() {
            if matches!(parameter.kind(), Kind::Named(_)) {
                named.push(format!(
                    "{}.args[{i}] of kernel `{name}` (`{}`)",
                    kernel.path,
                    parameter.shown()
                ));
            }
        }
    }
    named.truncate(SHOWN);
    let message = format!(
        "not all types here that the program has named itself are types of values: {}; {GIVEN}",
        named.join(", ")
    );
    Failure::new(Fault::BuildFailed, message)
}

/// What was learnt when the program was built.
///
/// # Errors
///
/// `Crashed` where that is not known of all kernels and arguments of the job.
pub fn read(ready: &Ready<'_>) -> Result<KernelRecord, Failure> {
    let cannot = |error: &dyn Display| {
        Failure::here(format!(
            "it is not known what the built program's kernels take: {error}; build again"
        ))
    };
    let text = ready
        .folder
        .read(path::KERNELS, MAX_RECORD)
        .map_err(|error| cannot(&error))?;
    let takes: KernelRecord = serde_json::from_slice(&text).map_err(|error| cannot(&error))?;
    for step in ready.plan.kernels() {
        let known = takes.kernels.get(step.kernel).map(Vec::len);
        if known != Some(step.arguments) {
            return Err(cannot(&format!(
                "the record has not {} parameters of kernel `{}`",
                step.arguments, step.kernel
            )));
        }
    }
    Ok(takes)
}

/// The kernels of the steps, as they are written, each with what it takes.
///
/// # Errors
///
/// `BadManifest` for one that the program does not have.
pub fn of_steps(
    ready: &Ready<'_>,
    built: &Built,
    takes: &KernelRecord,
) -> Result<Vec<BoundKernel>, Failure> {
    let mut kernels = Vec::new();
    for step in ready.plan.kernels() {
        // One of which nothing is known takes nothing.
        let takes = takes
            .kernels
            .get(step.kernel)
            .map_or(&[][..], Vec::as_slice);
        let kernel = built.kernel(step.kernel, takes)?.ok_or_else(|| {
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
