//! Makes a machine with a single device show several.

use anyhow::{bail, Result};
use serde_json::Value;
use tokio::process::Command;

use crate::binaries;

const VARIABLE: &str = "POCL_DEVICES";

/// PoCL's driver for all cores, twice: by its name before version 4, and by its name since.
const TWICE: [&str; 2] = ["pthread pthread", "cpu cpu"];

/// Returns the environment variable, with its value, that has PoCL show the processor as two
/// devices.
///
/// # Errors
/// If PoCL shows no two devices, or `aicpw-executor` is not built.
pub async fn two_processors() -> Result<(&'static str, &'static str)> {
    let executor = binaries::find("aicpw-executor")?;
    for drivers in TWICE {
        let mut command = Command::new(&executor);
        let listed = command.arg("devices").env(VARIABLE, drivers).output();
        let listed: Vec<Value> = serde_json::from_slice(&listed.await?.stdout)?;
        let processors = listed.iter().filter(|device| device["kind"] == "cpu");
        if processors.count() == 2 {
            return Ok((VARIABLE, drivers));
        }
    }
    bail!("PoCL does not show the processor twice: `make setup` installs one that does")
}
