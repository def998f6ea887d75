//! A kernel through the executor, trace included, against the same kernel run natively.

use std::process::Command;

use aicpw_network_tests::binaries;
use anyhow::{ensure, Context, Result};
use serde::Deserialize;

use crate::report::Report;

/// What `aicpw-executor bench` prints.
#[derive(Deserialize)]
struct Outcome {
    /// Seconds of the runs through both stages' run stage, sandboxed, trace included.
    executor_seconds: Vec<f64>,
    /// Seconds of the same launches without trace and sandbox.
    native_seconds: Vec<f64>,
}

pub async fn measure(report: &mut Report) -> Result<()> {
    let output = Command::new(binaries::find("aicpw-executor")?)
        .arg("bench")
        .output()
        .context("running aicpw-executor bench")?;
    ensure!(
        output.status.success(),
        "aicpw-executor bench: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let outcome: Outcome = serde_json::from_slice(&output.stdout).context("its JSON")?;
    let best = |runs: &[f64]| runs.iter().copied().fold(f64::INFINITY, f64::min);
    let (executor, native) = (
        best(&outcome.executor_seconds),
        best(&outcome.native_seconds),
    );
    report.add("kernel natively, best run", native, "s", "");
    report.add("kernel through the executor, best run", executor, "s", "");
    report.add(
        "executor over native",
        (executor / native - 1.0) * 100.0,
        "%",
        "< 5",
    );
    Ok(())
}
