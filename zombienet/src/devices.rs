//! Several devices on a machine that has but one.

use anyhow::{bail, Result};
use serde_json::Value;
use tokio::process::Command;

use crate::binaries;

const VARIABLE: &str = "POCL_DEVICES";

/// PoCL's driver for all cores, twice: as it was called before version 4, and since.
const TWICE: [&str; 2] = ["pthread pthread", "cpu cpu"];

/// The variable, with its value, that has PoCL show the processor as two devices.
///
/// # Errors
/// It does not, or `aicpw-executor` is not built.
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
