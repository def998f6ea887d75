//! Tests that need what not every machine has.

use std::env;
use std::io::{self, Write};
use std::thread;

/// Says on standard error that the running test is skipped: what is missing, and how to get it.
///
/// # Errors
/// It cannot be said.
///
/// # Panics
/// If the variable of that name is 1, by which `scripts/test.sh` says that this machine has it.
pub fn say(required: &str, missing: &str, how: &str) -> io::Result<()> {
    let is_required = env::var_os(required).is_some_and(|value| value == "1");
    assert!(!is_required, "{missing}, and {required}=1: {how}");
    let test = thread::current();
    let test = test.name().unwrap_or("a test");
    // Not with a macro: what those print is hidden where a test passes.
    writeln!(io::stderr().lock(), "SKIPPED {test}: {missing}; {how}")
}
