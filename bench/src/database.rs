//! Compares a read and a write of the node's database with what the runtime charges for them.

use aicpw_bench_database::Scale;
use aicpw_runtime::Runtime;
use anyhow::Result;

use crate::{report::Measured, statistics::percentile};

/// How many keys are read.
const READS: u32 = 20_000;

/// How many blocks are written, and how many keys each of them changes: as many as a block full of task lives.
const BLOCKS: u32 = 60;
const WRITES: u32 = 1_000;

/// The picoseconds in a microsecond: weights are counted in picoseconds.
const MICROSECOND: f64 = 1e6;

pub fn measure(keys: u32, report: &mut Measured) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let costs = aicpw_bench_database::measure(
        folder.path(),
        Scale {
            keys,
            reads: READS,
            blocks: BLOCKS,
            writes: WRITES,
        },
    )?;
    let charged = <Runtime as frame_system::Config>::DbWeight::get();
    for (what, samples, charged) in [
        ("a read", &costs.reads, charged.read),
        ("a write", &costs.writes, charged.write),
    ] {
        for (name, share) in [("p50", 0.5), ("p75", 0.75), ("p95", 0.95), ("p99", 0.99)] {
            let took = percentile(samples, share).as_secs_f64() * 1e6;
            report.add(format!("{what}, {name}"), took, "µs", "");
        }
        let mean = samples
            .iter()
            .map(|sample| sample.as_secs_f64())
            .sum::<f64>()
            * 1e6
            / samples.len().max(1) as f64;
        report.add(format!("{what}, mean"), mean, "µs", "");
        report.add(
            format!("{what}, as charged"),
            charged as f64 / MICROSECOND,
            "µs",
            "≥ mean",
        );
    }
    report.note(format!(
        "a state of {keys} keys; {READS} reads without a cache of the trie, {BLOCKS} final blocks that change {WRITES} keys each"
    ));
    Ok(())
}
