//! `check`: whether this machine can lock a job in.
#![allow(clippy::unwrap_used)]

mod common;

use std::process::Command;

use common::EXECUTOR;
use serde_json::{json, Value};

#[test]
fn nothing_gets_out_of_the_sandbox_of_this_machine() {
    let stages: [&[&str]; 2] = [&[], &["--build"]];
    for stage in stages {
        let folder = tempfile::tempdir().unwrap();
        let checked = Command::new(EXECUTOR)
            .arg("check")
            .arg(folder.path())
            .args(stage)
            .output()
            .unwrap();
        assert!(checked.status.success(), "{checked:?}");
        let mut report: Value = serde_json::from_slice(&checked.stdout).unwrap();
        let abi = report["landlockAbi"].take();
        assert!(abi.as_i64().unwrap() >= 1, "{abi}");
        assert_eq!(
            report,
            json!({
                "landlockAbi": null,
                "failure": null,
                "filesClosed": true,
                "networkClosed": true,
                "processesClosed": true,
                "signalsClosed": true,
            }),
            "{stage:?}"
        );
        // The program that it tried to start can be started.
        let mut foreign = Command::new(folder.path().join("work/program"));
        let started = foreign.arg("--version").output().unwrap();
        assert!(started.status.success(), "{started:?}");
        assert!(!folder.path().join("beside").exists());
    }
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let checked = Command::new(EXECUTOR)
        .args(["check", "/nonexistent"])
        .output()
        .unwrap();
    assert!(!checked.status.success());
    let said = String::from_utf8(checked.stderr).unwrap();
    assert!(said.contains("/nonexistent"), "{said}");
}
