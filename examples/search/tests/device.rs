//! Tests a search on a device, checked as a requester would.
#![allow(clippy::unwrap_used)]

use std::{fs, path::Path, process::Command};

use aicpw_example_task::trial;
use anyhow::Result;

fn search(command: &str, option: &str, path: &Path) -> Result<String> {
    let header = Path::new(env!("CARGO_MANIFEST_DIR")).join("input/genesis-header.hex");
    let mut program = Command::new(env!("CARGO_BIN_EXE_aicpw-search"));
    program.arg(command).arg("--header").arg(header);
    program.args(["--first", "2083235000", "--items", "4096", "--batches", "2"]);
    trial::said(program.arg(option).arg(path))
}

#[test]
fn finds_the_nonce_and_a_changed_result_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let (task, out) = (folder.path().join("task"), folder.path().join("result"));
    search("prepare", "--out", &task).unwrap();
    trial::run(&task.join("manifest.json"), &out).unwrap();
    let result = out.join("result.bin");
    // The search includes the nonce of the first block.
    let said = search("check", "--result", &result).unwrap();
    assert!(
        said.starts_with("nonce 2083236893: 43 leading zero bits"),
        "{said}"
    );

    let mut bytes = fs::read(&result).unwrap();
    bytes[0] ^= 1;
    fs::write(&result, bytes).unwrap();
    search("check", "--result", &result).unwrap_err();
}
