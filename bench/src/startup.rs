//! Measures a job's start on the provider's node: from the order, with which fetching begins, to the first kernel. The
//! program has been fetched and compiled for an earlier job; manifest and inputs are new for each job, and come from
//! the store of another node.

use std::time::Duration;

use aicpw_network_tests::{Node, NodeOptions};
use anyhow::{ensure, Context, Result};
use tempfile::TempDir;

use crate::{provider, report::Measured, statistics::percentile, workloads::with_own_input};

/// The number of runs. The first compiles; the others are counted.
const RUNS: u64 = 6;

/// What the worker logs about a job, in this order.
const STEPS: [(&str, &str); 4] = [
    ("order", "takes a job"),
    ("inputs fetched", "phase=Building"),
    ("program built", "phase=Running"),
    ("first kernel", "launches its first kernel"),
];

pub async fn measure(report: &mut Measured) -> Result<()> {
    let folder = TempDir::with_prefix("aicpw-bench-").context("a temporary folder")?;
    let log = ["--detailed-log-output", "--log=aicpw_offchain_worker=debug"];
    let node = provider::start(&folder, &log).await?;
    let options = NodeOptions::new("requester", "dev")
        .arg("--ipfs")
        .bootnode(node.address().await?);
    let requester = Node::start(folder.path(), options).await?;
    let mut jobs = Vec::new();
    for run in 1..=RUNS {
        let manifest = with_own_input(&folder.path().join(format!("task-{run}")), run)?;
        let out = folder.path().join(format!("result-{run}"));
        let result = provider::submit(&requester, &manifest, &out).await;
        let result = result.map_err(|error| node.explain(error))?;
        let assignment = result["result"]["assignment"]
            .as_str()
            .with_context(|| format!("no assignment in {result}"))?;
        jobs.push(steps(&node.log()?, assignment)?);
    }
    let (cold, warm) = jobs.split_first().context("no jobs")?;
    let since_order = |job: &[Duration; STEPS.len()], step: usize| job[step].saturating_sub(job[0]);
    let last = STEPS.len() - 1;
    let milliseconds = |span: Duration| span.as_secs_f64() * 1e3;
    for (step, (name, _)) in STEPS.iter().enumerate().skip(1) {
        let spans: Vec<_> = warm.iter().map(|job| since_order(job, step)).collect();
        let goal = if step == last { "< 500" } else { "" };
        let what = format!("order to {name}, warm, p50");
        report.add(what, milliseconds(percentile(&spans, 0.5)), "ms", goal);
    }
    let what = "order to first kernel, the first time";
    report.add(what, milliseconds(since_order(cold, last)), "ms", "");
    Ok(())
}

/// Returns when the steps of a job were logged, since midnight.
fn steps(log: &str, assignment: &str) -> Result<[Duration; STEPS.len()]> {
    let job = format!("assignment={assignment}");
    let mut times = [Duration::ZERO; STEPS.len()];
    for ((name, text), time) in STEPS.iter().zip(&mut times) {
        let line = log
            .lines()
            .find(|line| line.contains(text) && line.split_whitespace().any(|word| word == job))
            .with_context(|| format!("the node's log does not have {assignment} {name}"))?;
        *time = time_of(line).with_context(|| format!("no time in {line}"))?;
    }
    ensure!(
        times.is_sorted(),
        "the steps of {assignment} are out of order"
    );
    Ok(times)
}

/// Returns the time of day at the beginning of a line: `2026-11-28 12:00:00.123456 …`.
fn time_of(line: &str) -> Option<Duration> {
    let mut parts = line.split_whitespace().nth(1)?.splitn(3, ':');
    let mut next = || parts.next()?.parse::<f64>().ok();
    let (hours, minutes, seconds) = (next()?, next()?, next()?);
    Duration::try_from_secs_f64(hours * 3_600.0 + minutes * 60.0 + seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_read_from_the_log() {
        let log = "2026-11-28 01:00:00.000 INFO takes a job task=1 assignment=1-0-0 device=0\n\
                   2026-11-28 01:00:01.000 DEBUG enters assignment=11-0-0 phase=Building\n\
                   2026-11-28 01:00:02.500 DEBUG enters assignment=1-0-0 phase=Building\n\
                   2026-11-28 01:00:03.000 DEBUG enters assignment=1-0-0 phase=Running\n\
                   2026-11-28 01:01:00.250 DEBUG launches its first kernel assignment=1-0-0\n";
        let times = steps(log, "1-0-0").unwrap().map(|time| time.as_millis());
        assert_eq!(times, [3_600_000, 3_602_500, 3_603_000, 3_660_250]);
        assert!(steps(log, "11-0-0").is_err());
    }
}
