//! What the job's kernels take.
//!
//! The build stage learns it from the driver and keeps it beside the built program. The run stage, which has a program
//! of which the driver may know less, gives the kernels nothing else.

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

/// The most bytes of a record: more than is needed for as many kernels as there can be steps, with all their arguments.
const MAX_RECORD: u64 = 1 << 20;

/// The most parameters that a message names.
const SHOWN: usize = 8;

/// What kernels can take, for messages.
const GIVEN: &str =
    "a manifest gives buffers (pointers to `__global` and `__constant`), values, and local memory";

/// A kernel that the job launches.
struct Used<'r> {
    /// The first step that launches it.
    path: &'r str,
    parameters: Vec<Parameter>,
}

/// All kernels that the job launches, by name.
type Kernels<'r> = BTreeMap<&'r str, Used<'r>>;

/// Compiles the program, and learns what the kernels take.
///
/// # Errors
///
/// `BuildFailed` with the compiler's log, or if a kernel takes something that no manifest gives; `BadManifest` if the
/// kernels are not those of the manifest. Also when the driver does not describe the parameters.
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
        // The driver may have refused for another reason, which its log tells.
        Err(BuildError::Refused(log)) => {
            return Err(Failure {
                log: build::refused(ready, &log).log,
                ..not_all_values(&kernels)
            })
        }
        Err(BuildError::Other(error)) => return Err(error.into()),
    };
    // Asks about this build, because this one is run: in an earlier build the text could have given the same names
    // another meaning (`__TIME__`).
    let takes = record(&used(ready, &built)?, &names)?;
    Ok((built, takes))
}

/// Returns the kernels that the manifest names, if all of them exist and take as many arguments.
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

/// Returns the names of parameters' types that the program has chosen itself.
fn own_names(kernels: &Kernels<'_>) -> BTreeSet<String> {
    let parameters = kernels.values().flat_map(|kernel| &kernel.parameters);
    let names = parameters.filter_map(|parameter| match parameter.kind() {
        Kind::Named(name) => Some(name.to_owned()),
        Kind::Known(_) | Kind::Other => None,
    });
    names.collect()
}

/// Returns what the kernels take, given that the types with these names are value types.
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

/// Returns the text, followed by lines that compile only if each of these names is a value type: a handle cannot be in
/// a structure, in an array, or returned by a function (OpenCL C 1.2, 6.9). The lines leave nothing in the built
/// program.
fn with_proof(text: &str, names: &BTreeSet<String>) -> String {
    // The empty line ends a line splice if the text ends with a backslash. After the `#undef` no word of these lines is
    // a macro of the program.
    let mut text = format!("{text}\n\n#undef struct\n");
    for (i, name) in names.iter().enumerate() {
        let ours = format!("aicpw_value_{i}");
        text += &format!(
            "#undef {name}\n#undef {ours}\nstruct {ours} {{ {name} {ours}; }};\n{name} {ours}({name} {ours}[2]);\n"
        );
    }
    text
}

/// Returns the failure if the compiler did not accept all names as those of value types.
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

/// Reads what was learnt when the program was built.
///
/// # Errors
///
/// `Crashed` if that is not known for all kernels and arguments of the job.
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

/// Returns the kernels of the steps, in the order of the steps, each with what it takes.
///
/// # Errors
///
/// `BadManifest` for a kernel that the program does not have.
pub fn of_steps(
    ready: &Ready<'_>,
    built: &Built,
    takes: &KernelRecord,
) -> Result<Vec<BoundKernel>, Failure> {
    let mut kernels = Vec::new();
    for step in ready.plan.kernels() {
        // A kernel of which nothing is known takes nothing.
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
