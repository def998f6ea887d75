//! Runs one OpenCL job in a sandboxed process of its own.
//!
//! It is a program and not a library on purpose: it links to `libOpenCL`, which loads every driver
//! that is installed, and a stranger's kernel on a CPU device is a stranger's native code. The node
//! talks to it through a job folder and lines of JSON ([`aicpw_protocol::job`]).
//!
//! | module | what |
//! | --- | --- |
//! | [`opencl`] | devices, and the calls that the rest needs |
//! | [`source`] | what a program of a determinism class may contain |
//! | [`library`] | functions that a program can ask for |
//! | [`job`] | what is in the job folder |
//! | [`build`], [`run`] | the two stages |
//! | [`kernels`] | what the job's kernels take: learnt in the build stage, enforced in the run stage |
//! | [`launching`] | the launches of a run, and its checkpoints |
//! | [`part`] | a run from one checkpoint to the next, and the state at a checkpoint |
//! | [`native`] | a job without sandbox and trace, to compare with |
//! | [`measure`] | conformance, speed and memory of a device, and the runs that prove the first two |
//! | [`sandbox`] | what a stage locks itself into |
//! | [`check`] | whether the sandbox holds on this machine |
//! | [`report`] | what the executor reports to the node |

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod build;
mod check;
mod job;
mod kernels;
mod launching;
mod library;
mod measure;
mod native;
mod opencl;
mod part;
mod report;
mod run;
mod sandbox;
mod source;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use aicpw_protocol::{conformance::Run, Hash};
use clap::{Parser, Subcommand};
use codec::DecodeAll;

/// Runs OpenCL jobs for an AICPW provider. The node starts it; by hand it lists and measures
/// devices.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Lists the devices as JSON.
    Devices,
    /// Measures a device and runs the conformance check; prints JSON.
    Measure {
        /// The device, as `devices` prints it.
        #[arg(long, value_parser = fingerprint)]
        device: Hash,
    },
    /// Computes a conformance run on a device; prints the answer as JSON.
    Prove {
        /// The device, as `devices` prints it.
        #[arg(long, value_parser = fingerprint)]
        device: Hash,
        /// The run, SCALE-encoded, in hexadecimal digits.
        #[arg(long, value_parser = conformance_run)]
        run: Run,
    },
    /// Builds the program of a job.
    Build(StageArguments),
    /// Runs a job that is built.
    Run(StageArguments),
    /// Locks itself in as it would for a job and tries to get out; prints JSON. For `aicpw-node check`, and each start
    /// of a provider's node.
    Check(CheckArguments),
    /// For `make bench`: compiles and runs a job without sandbox, checkpoints and roots. Never for
    /// a stranger's program: it can do whatever this user can.
    Native {
        /// The job folder.
        folder: PathBuf,
    },
}

/// A device in the list.
#[derive(serde::Serialize)]
struct Listed {
    #[serde(flatten)]
    info: opencl::devices::DeviceInfoLine,
    /// Bytes that jobs can have; `null` where only measuring tells.
    usable_bytes: Option<u64>,
}

#[derive(clap::Args)]
struct StageArguments {
    /// The job folder.
    folder: PathBuf,
    /// Go on where the kernel has no Landlock. Then a stranger's program can read every file that
    /// this user can read.
    #[arg(long)]
    allow_weak_sandbox: bool,
}

#[derive(clap::Args)]
struct CheckArguments {
    #[command(flatten)]
    stage: StageArguments,
    /// Locks itself in as the build stage does; without it as the run stage does.
    #[arg(long)]
    build: bool,
}

fn fingerprint(text: &str) -> Result<Hash, String> {
    let mut hash = Hash::default();
    hex::decode_to_slice(text, &mut hash)
        .map_err(|_| "a fingerprint has 64 hexadecimal digits; `devices` prints them".to_owned())?;
    Ok(hash)
}

fn conformance_run(text: &str) -> Result<Run, String> {
    hex::decode(text)
        .map_err(|error| error.to_string())
        .and_then(|bytes| Run::decode_all(&mut &bytes[..]).map_err(|error| error.to_string()))
        .map_err(|error| format!("not a run as the node writes it: {error}"))
}

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Devices => print(opencl::devices::list().map(|list| {
            if list.is_empty() {
                eprintln!("{}", opencl::devices::NONE);
            }
            list.into_iter()
                .map(|device| Listed {
                    usable_bytes: measure::of_the_machine(&device.info),
                    info: device.info,
                })
                .collect::<Vec<_>>()
        })),
        Command::Measure { device } => print(measure::measure(&device)),
        Command::Prove { device, run } => print(measure::compute(&device, &run)),
        Command::Build(arguments) => stage(sandbox::Stage::Build, arguments, build::build),
        Command::Run(arguments) => stage(sandbox::Stage::Run, arguments, run::run),
        Command::Check(arguments) => {
            let stage = match arguments.build {
                true => sandbox::Stage::Build,
                false => sandbox::Stage::Run,
            };
            let StageArguments {
                folder,
                allow_weak_sandbox,
            } = arguments.stage;
            let checked = check::check(&folder, stage, allow_weak_sandbox);
            print(checked.map_err(|error| format!("{}: {error}", folder.display())))
        }
        Command::Native { folder } => without_sandbox(&folder),
    }
}

fn without_sandbox(folder: &Path) -> ExitCode {
    let ran = report::Reporter::take_standard_output()
        .map_err(|error| job::Failure::here(error.to_string()))
        .and_then(|mut reporter| {
            native::native(&job::Ready::enter_unlocked(folder, &mut reporter)?)
        });
    match ran {
        // As after the stages: drivers' exit handlers are not needed.
        Ok(()) => report::exit(0),
        Err(failure) => {
            eprintln!("aicpw-executor: {}", failure.message);
            report::exit(1)
        }
    }
}

fn print<T: serde::Serialize>(result: Result<T, impl std::fmt::Display>) -> ExitCode {
    let text = result
        .map_err(|error| error.to_string())
        .and_then(|value| serde_json::to_string_pretty(&value).map_err(|error| error.to_string()));
    match text {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("aicpw-executor: {message}");
            ExitCode::FAILURE
        }
    }
}

fn stage(
    stage: sandbox::Stage,
    arguments: StageArguments,
    work: fn(&mut job::Ready<'_>) -> Result<aicpw_protocol::job::Done, job::Failure>,
) -> ExitCode {
    // First of all: what a program prints must not look like a message of ours.
    let mut reporter = match report::Reporter::take_standard_output() {
        Ok(reporter) => reporter,
        Err(error) => {
            eprintln!("aicpw-executor: cannot use the standard output: {error}");
            return ExitCode::FAILURE;
        }
    };
    let result = job::Ready::enter(
        stage,
        arguments.folder,
        arguments.allow_weak_sandbox,
        &mut reporter,
    )
    .and_then(|mut ready| work(&mut ready));
    match result {
        Ok(done) => {
            reporter.done(done);
            // Drivers' exit handlers are not needed any more, and have hung before.
            report::exit(0)
        }
        Err(failure) => {
            reporter.failed(failure);
            report::exit(1)
        }
    }
}
