//! Tests the whole training on a device, checked as a requester would.
#![allow(clippy::unwrap_used)]

use std::{ffi::OsStr, fs, path::Path, process::Command};

use aicpw_example_task::trial;
use anyhow::Result;

fn train(command: &str, more: &[&dyn AsRef<OsStr>]) -> Result<String> {
    let digits = Path::new(env!("CARGO_MANIFEST_DIR")).join("../digits/digits.csv");
    let mut program = Command::new(env!("CARGO_BIN_EXE_aicpw-train"));
    program.args([
        OsStr::new(command),
        OsStr::new("--digits"),
        digits.as_os_str(),
    ]);
    trial::said(program.args(more.iter().map(AsRef::as_ref)))
}

#[test]
fn learns_to_read_and_a_changed_weight_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let (task, result) = (folder.path().join("task"), folder.path().join("result"));
    train("prepare", &[&"--out", &task]).unwrap();
    trial::run(&task.join("manifest.json"), &result).unwrap();

    // At least 90 % of the held-back digits must be read correctly: that is the default.
    let said = train("check", &[&"--result", &result]).unwrap();
    assert!(said.contains("bit for bit"), "{said}");
    let more = train("check", &[&"--result", &result, &"--at-least", &"99.9"]).unwrap_err();
    assert!(more.to_string().contains("99.9 %"), "{more}");

    for output in ["answer_weights", "hidden_weights", "mistakes"] {
        let file = result.join(format!("{output}.bin"));
        let right = fs::read(&file).unwrap();
        let mut wrong = right.clone();
        wrong[40] ^= 1;
        fs::write(&file, wrong).unwrap();
        let error = train("check", &[&"--result", &result]).unwrap_err();
        assert!(error.to_string().contains(output), "{error}");
        fs::write(&file, right).unwrap();
    }
}
