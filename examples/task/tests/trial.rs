//! Tests what a trial says when a task cannot be run.
#![allow(clippy::unwrap_used)]

use std::fs;

use aicpw_example_task::{trial, TaskFolder};
use serde_json::{json, Value};

fn manifest() -> Value {
    json!({
        "version": "aicpw.task/v1", "name": "trial", "engine": "opencl", "class": "int",
        "program": { "file": "trial.cl" },
        "buffers": [
            { "name": "x", "type": "uint", "length": 2, "init": { "file": "x.bin" } },
            { "name": "y", "type": "uint", "length": 1 },
        ],
        "steps": [{ "kernel": "trial", "args": [{ "buffer": "x" }, { "buffer": "y" }], "global": [1] }],
        "outputs": ["y", "x"]
    })
}

const PROGRAM: &str =
    "__kernel void trial(__global uint *x, __global uint *y) { y[0] = x[0] + x[1]; x[1] = 9; }";

/// The error of a trial; panics if the trial succeeds.
fn error(program: &str, input: Option<&[u8]>, manifest: &Value) -> String {
    let folder = tempfile::tempdir().unwrap();
    let task = TaskFolder::create(folder.path()).unwrap();
    task.write("trial.cl", program.as_bytes()).unwrap();
    if let Some(input) = input {
        task.write("x.bin", input).unwrap();
    }
    task.write_manifest(manifest).unwrap();
    let run = trial::run(
        &folder.path().join("manifest.json"),
        &folder.path().join("out"),
    );
    format!("{:#}", run.unwrap_err())
}

#[test]
fn outputs_are_files() {
    let folder = tempfile::tempdir().unwrap();
    let task = TaskFolder::create(folder.path()).unwrap();
    task.write("trial.cl", PROGRAM.as_bytes()).unwrap();
    task.write("x.bin", &[3, 0, 0, 0, 4, 0, 0, 0]).unwrap();
    task.write_manifest(&manifest()).unwrap();
    let out = folder.path().join("out");
    trial::run(&folder.path().join("manifest.json"), &out).unwrap();
    assert_eq!(fs::read(out.join("y.bin")).unwrap(), [7, 0, 0, 0]);
    assert_eq!(
        fs::read(out.join("x.bin")).unwrap(),
        [3, 0, 0, 0, 9, 0, 0, 0]
    );
}

#[test]
fn errors_name_the_cause() {
    let input = Some([0; 8].as_slice());
    let mut wrong = manifest();
    wrong["outputs"] = json!(["z"]);
    for (found, cause) in [
        (error(PROGRAM, None, &manifest()), "x.bin"),
        (error(PROGRAM, Some(&[0; 7]), &manifest()), "7 bytes"),
        (error(PROGRAM, input, &wrong), "outputs[0]"),
        // The compiler's message.
        (
            error(&PROGRAM.replace("9", "nine"), input, &manifest()),
            "nine",
        ),
    ] {
        assert!(found.contains(cause), "{found}");
    }
}
