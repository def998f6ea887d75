//! From `submit` to the verified result on disk, on a single node that is also the provider, for a
//! task whose kernel runs for a few milliseconds: what is measured is all the rest.

use std::time::{Duration, Instant};

use aicpw_network_tests::{binaries, CommandLine, Node, NodeOptions};
use anyhow::{ensure, Context, Result};
use tempfile::TempDir;
use tokio::process::Command;

use crate::{report::Report, statistics::percentile};

const RUNS: usize = 5;

/// The phases that `aicpw submit` reports, in their order.
const PHASES: [&str; 8] = [
    "included",
    "matched",
    "finalised",
    "started",
    "committed",
    "revealed",
    "fetched",
    "settled",
];

pub async fn measure(report: &mut Report) -> Result<()> {
    let folder = TempDir::with_prefix("aicpw-bench-").context("a temporary folder")?;
    let options = NodeOptions::new("node", "dev")
        .arg("--alice")
        .arg("--force-authoring")
        .arg("--provider");
    let node = Node::start(folder.path(), options).await?;
    let provider = CommandLine::new(node.url(), "//Bob")?;
    provider
        .json(&["provider", "register", "--stake", "1000", "--ask", "0.5"])
        .await?;

    let header = folder.path().join("header.hex");
    std::fs::write(
        &header,
        include_str!("../../examples/search/input/genesis-header.hex"),
    )?;
    let task = folder.path().join("task");
    let prepared = Command::new(binaries::find("aicpw-search")?)
        .arg("prepare")
        .arg("--header")
        .arg(&header)
        .args(["--items", "4096", "--batches", "1", "--out"])
        .arg(&task)
        .output()
        .await?;
    ensure!(
        prepared.status.success(),
        "{}",
        String::from_utf8_lossy(&prepared.stderr)
    );

    let requester = CommandLine::new(node.url(), "//Charlie")?;
    let manifest = task.join("manifest.json");
    let mut whole = Vec::new();
    let mut phases = PHASES.map(|phase| (phase, Vec::new()));
    for run in 0..RUNS {
        let out = folder.path().join(format!("result-{run}"));
        let start = Instant::now();
        let result = requester
            .json(&[
                "submit".as_ref(),
                manifest.as_os_str(),
                "--budget".as_ref(),
                "1".as_ref(),
                "--time-limit".as_ref(),
                "60s".as_ref(),
                "--verify".as_ref(),
                "optimistic=60s".as_ref(),
                "--wait".as_ref(),
                "--accept".as_ref(),
                "--out".as_ref(),
                out.as_os_str(),
            ])
            .await?;
        whole.push(start.elapsed());
        for (phase, samples) in &mut phases {
            let key = format!("{phase}_milliseconds");
            let at = result["latencies"][&key]
                .as_u64()
                .with_context(|| key.clone())?;
            samples.push(Duration::from_millis(at));
        }
    }
    for (name, p, goal) in [("p50", 0.5, "< 5"), ("max", 1.0, "")] {
        let value = percentile(&whole, p).as_secs_f64();
        report.add(
            format!("submit to result in hand, whole, {name}"),
            value,
            "s",
            goal,
        );
    }
    for (phase, samples) in &phases {
        let value = percentile(samples, 0.5).as_secs_f64();
        report.add(format!("submit to {phase}, p50"), value, "s", "");
    }
    Ok(())
}
