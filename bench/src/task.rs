//! Measures the time from `submit` to the verified result on disk, on a single node that is also
//! the provider, for a task whose kernel runs for a few milliseconds: what is measured is
//! everything else.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::{provider, report::Measured, statistics::percentile};

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

pub async fn measure(report: &mut Measured) -> Result<()> {
    let folder = TempDir::with_prefix("aicpw-bench-").context("a temporary folder")?;
    let node = provider::start(&folder, &[]).await?;
    let manifest = provider::short_task(folder.path()).await?;
    let mut whole = Vec::new();
    let mut phases = PHASES.map(|phase| (phase, Vec::new()));
    for run in 0..RUNS {
        let out = folder.path().join(format!("result-{run}"));
        let start = Instant::now();
        let result = provider::submit(&node, &manifest, &out).await?;
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
        let what = format!("submit to result in hand, whole command, {name}");
        report.add(what, value, "s", goal);
    }
    for (phase, samples) in &phases {
        let value = percentile(samples, 0.5).as_secs_f64();
        report.add(format!("submit to {phase}, p50"), value, "s", "");
    }
    Ok(())
}
