//! An executor that lies. It has `aicpw-executor` do what the node asks for. Before the node learns the root of a job's
//! output, it turns the output into its negative, with a trace that is wrong from the middle of the job on and ends in
//! the negative. It also turns the hash that a part of a job results in into that hash's negative. So a real node, none
//! of whose code is made for lies, commits to a wrong result, proves it and serves it. The executor does not lie to its
//! own node when that tries the device, because then the device would not be offered.
//!
//! For tests only: nothing installs it. A node is given it with `--executor-path`.

#![cfg_attr(test, allow(clippy::unwrap_used))]

use std::{
    ffi::OsString,
    fs,
    io::{self, BufRead, BufReader, Write},
    os::unix::process::CommandExt,
    path::Path,
    process::{Command, ExitCode, Stdio},
};

use aicpw_network_tests::binaries;
use aicpw_protocol::{
    job::{path, Checkpoint, Done, JobResult, Message, TraceRecord, TRIAL},
    merkle::result_root,
};
use anyhow::{Context, Result};
use serde_json::Value;

fn main() -> ExitCode {
    match lie() {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("lying-executor: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the executor, and lies about the result if it has run a job.
fn lie() -> Result<u8> {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let mut executor = Command::new(binaries::find("aicpw-executor")?);
    executor.args(&arguments);
    let [stage, folder, ..] = arguments.as_slice() else {
        return Err(executor.exec().into());
    };
    if stage != "run" || is_trial(Path::new(folder))? {
        return Err(executor.exec().into());
    }
    let mut child = executor.stdout(Stdio::piped()).spawn()?;
    let said = child.stdout.take().context("its standard output")?;
    for line in BufReader::new(said).split(b'\n') {
        let mut line = line?;
        if let Some(Message::Done(Done::Run(result))) = Message::from_line(&line) {
            let result = negative(Path::new(folder), result)?;
            line = Message::Done(Done::Run(result)).to_line().trim_end().into();
        } else if let Some(Message::Done(Done::Part(mut part))) = Message::from_line(&line) {
            negate(&mut part.hash);
            line = Message::Done(Done::Part(part)).to_line().trim_end().into();
        }
        line.push(b'\n');
        io::stdout().write_all(&line)?;
    }
    let code = child.wait()?.code().context("the executor was killed")?;
    Ok(u8::try_from(code)?)
}

/// Whether the job is the one with which the node tries its devices.
fn is_trial(folder: &Path) -> Result<bool> {
    let manifest: Value = serde_json::from_slice(&fs::read(folder.join(path::MANIFEST))?)?;
    Ok(manifest["name"] == TRIAL)
}

fn negate(bytes: &mut [u8]) {
    bytes.iter_mut().for_each(|byte| *byte = !*byte);
}

/// Replaces a job's output by its negative.
fn negative(folder: &Path, result: JobResult) -> Result<JobResult> {
    let output = folder.join(path::OUTPUT);
    let mut bytes = fs::read(&output)?;
    negate(&mut bytes);
    fs::write(&output, &bytes)?;
    let mut trace: TraceRecord = serde_json::from_slice(&fs::read(folder.join(path::TRACE))?)?;
    // Every state that follows from a wrong one is wrong too.
    let wrong = trace.checkpoints.len() / 2;
    for Checkpoint(hash) in trace.checkpoints.iter_mut().skip(wrong) {
        negate(hash);
    }
    negate(&mut trace.end.state_root);
    trace.end.result_root = result_root(&bytes);
    fs::write(folder.join(path::TRACE), serde_json::to_vec(&trace)?)?;
    let result = JobResult {
        result_root: trace.end.result_root,
        trace_root: trace.root(),
        ..result
    };
    fs::write(folder.join(path::RESULT), serde_json::to_vec(&result)?)?;
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aicpw_protocol::trace::End;

    #[test]
    fn its_own_node_is_told_the_truth() {
        let folder = tempfile::tempdir().unwrap();
        for (name, is_it) in [(TRIAL, true), ("search", false)] {
            let manifest = serde_json::json!({ "name": name }).to_string();
            fs::write(folder.path().join(path::MANIFEST), manifest).unwrap();
            assert_eq!(is_trial(folder.path()).unwrap(), is_it, "{name}");
        }
    }

    #[test]
    fn the_lie_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(path::OUTPUT_FOLDER)).unwrap();
        fs::write(folder.path().join(path::OUTPUT), [0, 255, 7]).unwrap();
        let trace = TraceRecord {
            checkpoints: vec![Checkpoint([1; 32]), Checkpoint([3; 32])],
            end: End {
                launches: 4,
                state_root: [2; 32],
                result_root: result_root(&[0, 255, 7]),
            },
        };
        fs::write(
            folder.path().join(path::TRACE),
            serde_json::to_vec(&trace).unwrap(),
        )
        .unwrap();
        let honest = JobResult {
            result_root: trace.end.result_root,
            trace_root: trace.root(),
            output_bytes: 3,
            launches: 4,
            run_milliseconds: 5,
        };
        let lie = negative(folder.path(), honest).unwrap();
        let output = fs::read(folder.path().join(path::OUTPUT)).unwrap();
        assert_eq!(output, [255, 0, 248]);
        assert_eq!(lie.result_root, result_root(&output));
        let told: TraceRecord =
            serde_json::from_slice(&fs::read(folder.path().join(path::TRACE)).unwrap()).unwrap();
        let from_the_middle = [Checkpoint([1; 32]), Checkpoint([!3; 32])];
        assert_eq!(told.checkpoints, from_the_middle);
        assert_eq!(told.end.state_root, [!2; 32]);
        assert_eq!(told.end.result_root, lie.result_root);
        assert_eq!(lie.trace_root, told.root());
        assert_ne!(lie.trace_root, honest.trace_root);
        let kept = fs::read(folder.path().join(path::RESULT)).unwrap();
        let kept: JobResult = serde_json::from_slice(&kept).unwrap();
        assert_eq!(kept, lie);
    }
}
