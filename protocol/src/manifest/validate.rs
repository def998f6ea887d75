//! Every rule for a manifest, and its limits.

use std::collections::BTreeSet;

use super::{
    error::{ManifestErrors, Problems},
    model::{Init, Manifest, Source},
    plan,
};
use crate::task::DeterminismClass;

/// Limits of `aicpw.task/v1`. They bound the space of a job folder, and what a worker does before it knows whether a
/// job is worth it.
pub mod limits {
    /// Longest manifest.
    pub const MANIFEST_BYTES: u64 = 1 << 20;
    /// Longest program.
    pub const PROGRAM_BYTES: u64 = 1 << 20;
    /// Longest name of the job, of a buffer, kernel, index or macro, in characters.
    pub const NAME_CHARS: usize = 64;
    /// Longest description, in characters.
    pub const DESCRIPTION_CHARS: usize = 2048;
    /// Longest path of a local file, in bytes.
    pub const PATH_BYTES: usize = 256;
    /// Most compiler options.
    pub const OPTIONS: usize = 16;
    /// Most macros.
    pub const DEFINES: usize = 64;
    /// Most buffers.
    pub const BUFFERS: usize = 64;
    /// Most launches that are written (of kernels, fills and copies); loops repeat them.
    pub const STEPS: usize = 256;
    /// Most loops within each other.
    pub const LOOP_DEPTH: usize = 4;
    /// Most members of a structure.
    pub const STRUCT_FIELDS: usize = 64;
    /// Longest structure, and longest element of plain bytes.
    pub const STRUCT_BYTES: u64 = 4096;
    /// Most arguments of a kernel.
    pub const ARGUMENTS: usize = 64;
    /// Most combinations of loop indices that are tried one by one.
    pub const COMBINATIONS: u64 = 1 << 18;
    /// Most launches that run.
    pub const LAUNCHES: u64 = u32::MAX as u64;
    /// Most checkpoints that a job takes, its end included.
    pub const CHECKPOINTS: u64 = crate::trace::MAX_HASHES as u64;
    /// Most work items of a launch.
    pub const WORK_ITEMS: u64 = 1 << 40;
    /// Most work items of a work group.
    pub const GROUP_ITEMS: u32 = 4096;
    /// Most local memory that an argument asks for.
    pub const LOCAL_BYTES: u32 = 1 << 20;
    /// Most memory of all buffers.
    pub const MEMORY_BYTES: u64 = 1 << 40;
    /// Longest canonical output.
    pub const OUTPUT_BYTES: u64 = crate::availability::MOST_BYTES;
}

/// The compiler option for a division and a square root that are rounded correctly.
pub const CORRECT_DIVIDE_SQRT: &str = "-cl-fp32-correctly-rounded-divide-sqrt";

/// Options that host programs pass and that change no result of a program that builds. A manifest may contain them, but
/// they are not passed to any compiler.
const WITHOUT_EFFECT: [&str; 6] = [
    // The executor asks for 1.2, which includes the others.
    "-cl-std=CL1.0",
    "-cl-std=CL1.1",
    "-cl-std=CL1.2",
    // The executor asks for it itself.
    "-cl-kernel-arg-info",
    // From OpenCL 1.0: permission to optimise, which changes nothing about a correct program.
    "-cl-strict-aliasing",
    // Compilers differ in their warnings. With this option, it would depend on the driver whether a program builds.
    "-Werror",
];

/// The compiler options that a class allows.
pub fn options_allowed(class: DeterminismClass) -> Vec<&'static str> {
    let mut allowed = vec![
        "-cl-single-precision-constant",
        "-cl-opt-disable",
        "-w",
        CORRECT_DIVIDE_SQRT,
    ];
    allowed.extend(WITHOUT_EFFECT);
    if class == DeterminismClass::Device {
        // These options change results from one driver to the next.
        allowed.extend([
            "-cl-denorms-are-zero",
            "-cl-fast-relaxed-math",
            "-cl-finite-math-only",
            "-cl-mad-enable",
            "-cl-no-signed-zeros",
            "-cl-unsafe-math-optimizations",
        ]);
    }
    allowed
}

/// The allowed options of a class that are not passed to the compiler, because they have no effect or because the class
/// itself decides about them.
pub fn options_dropped(class: DeterminismClass) -> Vec<&'static str> {
    let mut dropped = WITHOUT_EFFECT.to_vec();
    if class != DeterminismClass::Device {
        // `fp32-strict` has this option in any case, and `int` has no floats to divide.
        dropped.push(CORRECT_DIVIDE_SQRT);
    }
    dropped
}

pub(super) fn validate(manifest: &Manifest) -> Result<(), ManifestErrors> {
    let mut problems = Problems::default();
    names(manifest, &mut problems);
    if let Source::File(file) = &manifest.program {
        local_file(file, "program.file", &mut problems);
    }
    build(manifest, &mut problems);
    buffers(manifest, &mut problems);
    // Otherwise looking up names would take too long.
    if manifest.buffers.len() <= limits::BUFFERS {
        let plan = plan::compile(manifest, &mut problems);
        launches(manifest, plan.launches(), &mut problems);
    }
    outputs(manifest, &mut problems);
    problems.into_result()
}

fn names(manifest: &Manifest, problems: &mut Problems) {
    let chars = manifest.name.chars().count();
    if chars == 0 || chars > limits::NAME_CHARS {
        problems.add(
            "name",
            format!("must have from 1 to {} characters", limits::NAME_CHARS),
        );
    }
    if manifest.name.chars().any(char::is_control) {
        problems.add("name", "must not have control characters");
    }
    let description = manifest.description.as_deref().unwrap_or_default();
    if description.chars().count() > limits::DESCRIPTION_CHARS {
        problems.add(
            "description",
            format!("may have {} characters", limits::DESCRIPTION_CHARS),
        );
    }
}

/// Checks that a name is an identifier of OpenCL C.
pub(super) fn identifier(name: &str, path: &str, problems: &mut Problems) {
    let mut bytes = name.bytes();
    let starts = bytes
        .next()
        .is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
    if !starts || !bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        problems.add(
            path,
            format!("`{name}` is not a name: letters, digits and _, not starting with a digit"),
        );
    } else if name.len() > limits::NAME_CHARS {
        problems.add(
            path,
            format!("a name may have {} characters", limits::NAME_CHARS),
        );
    }
}

fn local_file(file: &str, path: &str, problems: &mut Problems) {
    if let Some(refusal) = file_refused(file) {
        problems.add(path, refusal);
    }
}

/// Why a manifest may not name a file like this; `None` if it may.
pub fn file_refused(file: &str) -> Option<String> {
    let inside = !file.is_empty()
        && !file.contains(['\\', '\0', ':'])
        && file
            .split('/')
            .all(|part| !part.is_empty() && part != "." && part != "..");
    if !inside {
        Some(format!(
            "`{file}` is not a path inside the manifest's folder: parts with / between them, without . and .."
        ))
    } else if file.len() > limits::PATH_BYTES {
        Some(format!("a path may have {} bytes", limits::PATH_BYTES))
    } else {
        None
    }
}

fn build(manifest: &Manifest, problems: &mut Problems) {
    let allowed = options_allowed(manifest.class);
    if manifest.build.options.len() > limits::OPTIONS {
        problems.add(
            "build.options",
            format!("at most {} are allowed", limits::OPTIONS),
        );
    }
    for (i, option) in manifest.build.options.iter().enumerate() {
        if !allowed.contains(&option.as_str()) {
            let hint = if options_allowed(DeterminismClass::Device).contains(&option.as_str()) {
                "; it changes results, so only class `device` has it"
            } else if option.starts_with("-cl-std=") {
                "; programs are in OpenCL C 1.2"
            } else {
                ""
            };
            problems.add(
                format!("build.options[{i}]"),
                format!(
                    "`{option}` is not allowed{hint}. Allowed: {}. Macros go into `build.defines`",
                    allowed.join(", ")
                ),
            );
        }
    }
    let mut seen = BTreeSet::new();
    for (i, library) in manifest.build.libraries.iter().enumerate() {
        let path = format!("build.libraries[{i}]");
        if !seen.insert(library) {
            problems.add(path, "is there twice");
        } else if manifest.class == DeterminismClass::Int {
            problems.add(
                path,
                "class `int` has integers only, and this library has functions of floats",
            );
        }
    }
    if manifest.build.defines.len() > limits::DEFINES {
        problems.add(
            "build.defines",
            format!("at most {} are allowed", limits::DEFINES),
        );
    }
    for (name, value) in &manifest.build.defines {
        let path = format!("build.defines.{name}");
        identifier(name, &path, problems);
        let text = value.text();
        if !is_macro_value(text) || text.len() > limits::NAME_CHARS {
            problems.add(
                path,
                format!(
                    "`{text}` is no value that a macro may have: names and numbers of OpenCL C, spaces and \
                     ( ) * + - , up to {} characters",
                    limits::NAME_CHARS
                ),
            );
        }
    }
}

/// Whether the text may stand after the name in a `#define`, and affects nothing but that line: no character ends the
/// line, joins it to the next, or begins a comment, a string, a directive, a digraph or a trigraph.
fn is_macro_value(text: &str) -> bool {
    let may_have = |b: u8| b.is_ascii_alphanumeric() || b"_. ()*+-,".contains(&b);
    text.bytes().all(may_have) && !text.trim().is_empty()
}

fn buffers(manifest: &Manifest, problems: &mut Problems) {
    if manifest.buffers.is_empty() || manifest.buffers.len() > limits::BUFFERS {
        problems.add(
            "buffers",
            format!("there must be from 1 to {}", limits::BUFFERS),
        );
    }
    let mut seen = BTreeSet::new();
    for (i, buffer) in manifest.buffers.iter().enumerate() {
        let path = format!("buffers[{i}]");
        identifier(&buffer.name, &format!("{path}.name"), problems);
        if !seen.insert(&buffer.name) {
            problems.add(
                format!("{path}.name"),
                format!("another buffer is named `{}` too", buffer.name),
            );
        }
        if let Some(refusal) = plan::type_refused(manifest.class, &buffer.element) {
            problems.add(format!("{path}.type"), refusal);
        }
        if buffer.length == 0 {
            problems.add(format!("{path}.length"), "must be at least 1");
        }
        if buffer.bytes().is_none_or(|n| n > limits::MEMORY_BYTES) {
            problems.add(
                format!("{path}.length"),
                format!(
                    "{} × {} is more than the {} bytes that a job may have",
                    buffer.length,
                    buffer.element,
                    limits::MEMORY_BYTES
                ),
            );
            continue;
        }
        match &buffer.init {
            Init::Zero(true) | Init::Cid(_) => {}
            Init::Zero(false) => problems.add(format!("{path}.init.zero"), "must be true"),
            Init::File(file) => local_file(file, &format!("{path}.init.file"), problems),
            Init::Inline(content) => {
                if let Err(message) = content.bytes(&buffer.element, buffer.length) {
                    problems.add(format!("{path}.init.inline"), message);
                }
            }
        }
    }
    if manifest.memory_bytes() > limits::MEMORY_BYTES {
        problems.add(
            "buffers",
            format!(
                "together they have more than {} bytes",
                limits::MEMORY_BYTES
            ),
        );
    }
}

fn launches(manifest: &Manifest, launches: u64, problems: &mut Problems) {
    let checkpoints = manifest.checkpoints_of(launches);
    if launches > limits::LAUNCHES {
        problems.add(
            "steps",
            format!(
                "the job has {launches} launches, and {} are allowed",
                limits::LAUNCHES
            ),
        );
    } else if checkpoints > limits::CHECKPOINTS {
        problems.add(
            "checkpoint_every",
            format!(
                "{launches} launches would have {checkpoints} checkpoints, and {} are allowed; make \
                 it {} or more",
                limits::CHECKPOINTS,
                launches.saturating_add(1).div_ceil(limits::CHECKPOINTS)
            ),
        );
    }
}

fn outputs(manifest: &Manifest, problems: &mut Problems) {
    if manifest.outputs.is_empty() {
        problems.add("outputs", "there must be at least one");
    }
    let mut seen = BTreeSet::new();
    for (i, name) in manifest.outputs.iter().enumerate() {
        let path = format!("outputs[{i}]");
        match manifest.buffer(name) {
            None => problems.add(&path, format!("no buffer named `{name}`")),
            Some((_, buffer)) if buffer.constant => {
                problems.add(&path, format!("buffer `{name}` is constant"));
            }
            Some(_) => {}
        }
        if !seen.insert(name) {
            problems.add(path, format!("`{name}` is there twice"));
        }
    }
    if manifest.output_bytes() > limits::OUTPUT_BYTES {
        problems.add(
            "outputs",
            format!(
                "together they have {} bytes, and {} are allowed",
                manifest.output_bytes(),
                limits::OUTPUT_BYTES
            ),
        );
    }
}
