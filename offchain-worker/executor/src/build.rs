//! The build stage: turns source text into a program that the run stage can load without a compiler.

use aicpw_protocol::{
    job::{path, BuildRecord, Done},
    manifest::{
        validate::{options_dropped, CORRECT_DIVIDE_SQRT},
        Manifest,
    },
    task::{DeterminismClass, Fault},
};

use crate::job::{Failure, Ready};
use crate::kernels;
use crate::library;
use crate::source;

/// The longest part of the compiler's log that goes into the message, in bytes.
const MESSAGE_BYTES: usize = 1 << 10;

/// Makes products and sums be rounded one by one.
const NO_CONTRACTION: &str = "#pragma OPENCL FP_CONTRACT OFF\n";

/// The default of OpenCL C.
const CONTRACTION: &str = "#pragma OPENCL FP_CONTRACT ON\n";

/// Makes the driver keep what kernels take, which [`kernels`] asks for.
const ARGUMENT_INFO: &str = "-cl-kernel-arg-info";

/// Builds the program and keeps the result.
///
/// # Errors
///
/// `BuildFailed` with the compiler's log, also if the compiler crashes on the program, and if a kernel takes something
/// that no manifest gives; `BadManifest` if the kernels are not those of the manifest.
pub fn build(ready: &mut Ready<'_>) -> Result<Done, Failure> {
    let class = ready.manifest.class;
    let defines = ready.manifest.build.defines.iter();
    let defines = defines.map(|(name, value)| (name.as_str(), value.text()));
    if let Err(refusals) = source::check(&ready.program, defines, class) {
        let all: Vec<String> = refusals.iter().map(ToString::to_string).collect();
        return Err(refused(ready, &all.join("\n")));
    }
    let options = options(&ready.manifest, ready.device.info.correct_divide_sqrt)?;
    let text = text(ready);
    ready.hand_over();
    compile(ready, &text, options).map_err(|failure| failure.under_the_program(Fault::BuildFailed))
}

fn compile(ready: &Ready<'_>, text: &str, options: String) -> Result<Done, Failure> {
    let (built, kernels) = kernels::compile(ready, text, &options)?;
    let log = built.log(&ready.device);
    ready.folder.write(path::BUILD_LOG, log.as_bytes())?;

    let binary = built.binary()?;
    ready.folder.write(path::BINARY, &binary)?;
    write_record(ready, path::KERNELS, &kernels)?;
    let record = record(ready, options, binary.len() as u64);
    // Written last: with it a build is complete.
    write_record(ready, path::BUILD_RECORD, &record)?;
    Ok(Done::Build)
}

fn write_record(
    ready: &Ready<'_>,
    name: &str,
    record: &impl serde::Serialize,
) -> Result<(), Failure> {
    let text = serde_json::to_vec_pretty(record)
        .map_err(|error| Failure::here(format!("cannot write {name}: {error}")))?;
    ready.folder.write(name, &text)
}

/// Returns the text for the compiler. Macros stand after the libraries, so that they do not change those; the last line
/// before the program preserves the author's line numbers.
pub fn text(ready: &Ready<'_>) -> String {
    let build = &ready.manifest.build;
    let mut text = String::new();
    for library in &build.libraries {
        text += library::source(*library);
    }
    if ready.manifest.class == DeterminismClass::Fp32Strict {
        text += NO_CONTRACTION;
    } else if !build.libraries.is_empty() {
        text += CONTRACTION;
    }
    for (name, value) in &build.defines {
        text += &format!("#define {name} {}\n", value.text());
    }
    text + "#line 1 \"program.cl\"\n" + &ready.program
}

/// Returns the record of what a program built now would be made from.
pub fn record(ready: &Ready<'_>, options: String, binary_bytes: u64) -> BuildRecord {
    BuildRecord {
        device: ready.device.info.fingerprint,
        program: blake3::hash(text(ready).as_bytes()).into(),
        options,
        binary_bytes,
    }
}

/// Returns the options for the compiler. The manifest's options were checked against the allow-list when it was read.
///
/// # Errors
///
/// When the device cannot do what the class requires, or what the manifest asks for.
pub fn options(manifest: &Manifest, correct_divide_sqrt: bool) -> Result<String, Failure> {
    let is_strict = manifest.class == DeterminismClass::Fp32Strict;
    let mut options = vec!["-cl-std=CL1.2", ARGUMENT_INFO];
    options.extend(is_strict.then_some(CORRECT_DIVIDE_SQRT));
    let dropped = options_dropped(manifest.class);
    let given = manifest.build.options.iter().map(String::as_str);
    options.extend(given.filter(|option| !dropped.contains(option)));
    if options.contains(&CORRECT_DIVIDE_SQRT) && !correct_divide_sqrt {
        const CANNOT: &str = "the device cannot round division and square root correctly";
        return Err(match is_strict {
            true => Failure::here(format!("{CANNOT}, so it has no class fp32-strict")),
            // Nobody has claimed that it could: this is like a program with doubles on a device without them.
            false => Failure::new(
                Fault::BuildFailed,
                format!("{CANNOT}, which `build.options` asks for"),
            ),
        });
    }
    Ok(options.join(" "))
}

/// Returns the failure if the program is at fault. Keeps the log and puts its beginning into the message.
pub fn refused(ready: &Ready<'_>, log: &str) -> Failure {
    // The path of the job concerns only this machine.
    let log = log.replace(&ready.folder.root().display().to_string(), "");
    let log = log.trim();
    let begin: String = log
        .char_indices()
        .take_while(|(at, c)| at + c.len_utf8() <= MESSAGE_BYTES)
        .map(|(_, c)| c)
        .collect();
    let written = ready.folder.write(path::BUILD_LOG, log.as_bytes());
    Failure {
        fault: Fault::BuildFailed,
        message: message(&begin),
        log: written.is_ok().then_some(path::BUILD_LOG),
    }
}

/// Returns the message about a program that is at fault, with the beginning of the log; not every compiler writes one.
fn message(begin: &str) -> String {
    match begin.is_empty() {
        true => "the program does not compile, and the compiler does not say why".into(),
        false => format!("the program does not compile:\n{begin}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(class: &str, options: &[&str]) -> Manifest {
        let manifest = serde_json::json!({
            "version": "aicpw.task/v1", "name": "test", "engine": "opencl", "class": class,
            "program": { "file": "program.cl" },
            "build": { "options": options },
            "buffers": [{ "name": "a", "type": "int", "length": 1 }],
            "steps": [{ "kernel": "f", "args": [{ "buffer": "a" }], "global": [1] }],
            "outputs": ["a"],
        });
        Manifest::parse(manifest.to_string().as_bytes()).unwrap()
    }

    const OF_A_HOST_PROGRAM: [&str; 7] = [
        "-cl-std=CL1.1",
        "-Werror",
        CORRECT_DIVIDE_SQRT,
        ARGUMENT_INFO,
        "-cl-opt-disable",
        "-cl-strict-aliasing",
        "-cl-std=CL1.2",
    ];

    #[test]
    fn the_compiler_is_told_what_has_an_effect_and_only_once() {
        for (class, told) in [
            ("int", "-cl-opt-disable"),
            (
                "fp32-strict",
                "-cl-fp32-correctly-rounded-divide-sqrt -cl-opt-disable",
            ),
            (
                "device",
                "-cl-fp32-correctly-rounded-divide-sqrt -cl-opt-disable",
            ),
        ] {
            let manifest = manifest(class, &OF_A_HOST_PROGRAM);
            let told = format!("-cl-std=CL1.2 -cl-kernel-arg-info {told}");
            assert_eq!(options(&manifest, true).unwrap(), told, "{class}");
        }
    }

    #[test]
    fn correct_rounding_is_asked_for_where_it_can_be() {
        let fault = |class, given: &[&str]| match options(&manifest(class, given), false) {
            Ok(_) => None,
            Err(failure) => Some(failure.fault),
        };
        assert_eq!(fault("int", &OF_A_HOST_PROGRAM), None);
        assert_eq!(fault("device", &["-w"]), None);
        assert_eq!(
            fault("device", &[CORRECT_DIVIDE_SQRT]),
            Some(Fault::BuildFailed)
        );
        // The device has proven its class.
        assert_eq!(fault("fp32-strict", &[]), Some(Fault::Crashed));
    }

    /// Regression: the message ended with a colon and nothing behind it.
    #[test]
    fn a_compiler_that_says_nothing_is_said_to() {
        let text = message("");
        assert!(text.ends_with("the compiler does not say why"), "{text}");
        let text = message("program.cl:3: error");
        assert_eq!(text, "the program does not compile:\nprogram.cl:3: error");
    }
}
