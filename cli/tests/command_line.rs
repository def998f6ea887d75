//! The program as it is called: exit codes, and what is printed where. Without a node.

#![allow(clippy::unwrap_used)]

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

const MANIFEST: &str = r#"{
    "version": "aicpw.task/v1", "name": "double", "engine": "opencl", "class": "int",
    "program": { "file": "double.cl" },
    "buffers": [ { "name": "x", "type": "int", "length": 4 } ],
    "steps": [ { "kernel": "twice", "args": [ { "buffer": "x" } ], "global": [4] } ],
    "outputs": [ "x" ]
}"#;

/// Nothing listens on port 1 of this machine.
const NOBODY: &str = "ws://127.0.0.1:1";

fn aicpw(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_aicpw"))
        .args(arguments)
        .env_remove("AICPW_SURI")
        .env("AICPW_URL", NOBODY)
        .output()
        .unwrap()
}

fn task(manifest: &str) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("double.cl"), "kernel void twice() {}").unwrap();
    let path = dir.path().join("manifest.json");
    std::fs::write(&path, manifest).unwrap();
    (dir, path)
}

fn submit(manifest: &Path, more: &[&str]) -> Output {
    let mut arguments = vec!["submit", manifest.to_str().unwrap()];
    arguments.extend(["--budget", "1", "--time-limit", "60s"]);
    arguments.extend(more);
    aicpw(&arguments)
}

fn failure(output: &Output) -> serde_json::Value {
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["error"]["code"], output.status.code().unwrap());
    document["error"].clone()
}

#[test]
fn a_bad_manifest_is_found_before_any_node_is_asked() {
    let (_dir, path) = task(&MANIFEST.replace("\"length\": 4", "\"length\": -4"));
    let output = submit(&path, &["--suri", "//Alice", "--json"]);
    assert_eq!(output.status.code(), Some(2));
    let error = failure(&output);
    assert_eq!(error["kind"], "usage");
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .contains("buffers[0].length"),
        "{error}"
    );
}

#[test]
fn a_missing_file_is_found_before_any_node_is_asked() {
    let (dir, path) = task(MANIFEST);
    std::fs::remove_file(dir.path().join("double.cl")).unwrap();
    let output = submit(&path, &["--suri", "//Alice"]);
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        text.contains("double.cl") && text.contains("nothing was sent"),
        "{text}"
    );
}

#[test]
fn a_missing_key_says_how_to_give_one() {
    let (_dir, path) = task(MANIFEST);
    let output = submit(&path, &[]);
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        text.contains("AICPW_SURI") && text.contains("--suri //Alice"),
        "{text}"
    );
}

#[test]
fn a_result_that_would_overwrite_something_else_is_refused() {
    let (dir, path) = task(MANIFEST);
    std::fs::write(dir.path().join("x.bin"), "mine").unwrap();
    let out = dir.path().to_str().unwrap();
    let output = submit(&path, &["--suri", "//Alice", "--wait", "--out", out]);
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("x.bin exists"), "{text}");
}

#[test]
fn no_node_has_a_code_of_its_own_and_a_next_step() {
    for arguments in [
        &["task", "ls", "--json"][..],
        &["provider", "ls", "--json"],
        &["history", "verify", "--json"],
        &["ipfs", "addresses", "--json"],
    ] {
        let output = aicpw(arguments);
        assert_eq!(output.status.code(), Some(6), "{arguments:?}");
        let error = failure(&output);
        assert_eq!(error["kind"], "unreachable");
        assert!(
            error["message"].as_str().unwrap().contains(NOBODY),
            "{error}"
        );
        assert!(
            error["hint"].as_str().unwrap().contains("aicpw-node"),
            "{error}"
        );
    }
    let (_dir, path) = task(MANIFEST);
    assert_eq!(submit(&path, &["--suri", "//Alice"]).status.code(), Some(6));
}

#[test]
fn wrong_arguments_are_named() {
    for (arguments, named) in [
        (
            &["submit", "m.json", "--budget", "1,5", "--time-limit", "60s"][..],
            "--budget",
        ),
        (
            &["submit", "m.json", "--budget", "1", "--time-limit", "soon"],
            "--time-limit",
        ),
        (
            &[
                "submit",
                "m.json",
                "--budget",
                "1",
                "--time-limit",
                "1s",
                "--verify",
                "x",
            ],
            "--verify",
        ),
        (&["task", "rate", "1", "6"], "STARS"),
        (
            &["provider", "register", "--stake", "-1", "--ask", "1"],
            "--stake",
        ),
        (&["--url", "http://127.0.0.1:9944", "task", "ls"], "--url"),
    ] {
        let output = aicpw(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.contains(named), "{arguments:?}: {text}");
    }
}
