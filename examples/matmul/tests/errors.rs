//! What the program says when it cannot.
#![allow(clippy::unwrap_used)]

use std::process::Command;

#[test]
fn a_person_is_told_the_cause_and_no_backtrace() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_aicpw-matmul"));
    program.args([
        "prepare",
        "--left",
        "/nonexistent",
        "--right",
        "/nonexistent",
        "--out",
        "/nonexistent",
    ]);
    let output = program.env("RUST_BACKTRACE", "1").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stderr).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert!(
        lines[0].starts_with("error: ") && lines[0].contains("/nonexistent"),
        "{text}"
    );
    assert!(lines[1].starts_with("  because: "), "{text}");
    assert_eq!(lines.len(), 2, "{text}");
}
