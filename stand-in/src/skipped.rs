//! Messages about tests that need something that not every machine has.

use std::env;
use std::io::{self, Write};
use std::thread;

/// Writes to standard error that the running test is skipped, what is missing, and how to get it.
///
/// # Errors
/// When the message cannot be written.
///
/// # Panics
/// If the environment variable `required` is 1, by which `scripts/test.sh` says that this machine
/// has what is missing.
pub fn say(required: &str, missing: &str, how: &str) -> io::Result<()> {
    let is_required = env::var_os(required).is_some_and(|value| value == "1");
    assert!(!is_required, "{missing}, and {required}=1: {how}");
    let test = thread::current();
    let test = test.name().unwrap_or("a test");
    // Not with a macro: what those print is hidden when a test passes.
    writeln!(io::stderr().lock(), "SKIPPED {test}: {missing}; {how}")
}
