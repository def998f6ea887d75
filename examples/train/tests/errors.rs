//! Tests what the program says when it fails.
#![allow(clippy::unwrap_used)]

use aicpw_example_task::ended::check_told;

const MISSING: &str = "/nonexistent";

#[test]
fn a_person_is_told_the_cause_and_no_backtrace() {
    let arguments = ["prepare", "--digits", MISSING, "--out", MISSING];
    check_told(env!("CARGO_BIN_EXE_aicpw-train"), &arguments, MISSING).unwrap();
}
