//! Measures how the parameters of BABE and GRANDPA that can be set without another runtime change
//! confirmation, on one validator and on four: the probability of a primary slot (in the genesis),
//! the gossip interval and the voting rule (both set in the node). The length of a slot is set in
//! the runtime.

use std::path::{Path, PathBuf};

use aicpw_network_tests::{binaries, Cluster};
use anyhow::{ensure, Context, Result};
use serde_json::{json, Value};
use tempfile::TempDir;
use tokio::process::Command;

use crate::{
    confirmation::{milliseconds, Confirmed},
    report::Measured,
};

/// The parameters of a run.
struct Setting {
    /// A slot has a primary claim with a probability of one in this many.
    one_in: u32,
    /// The gossip interval in milliseconds.
    gossip: u32,
    /// How many blocks below the best one the block is that is voted for.
    lag: u32,
}

/// The chosen setting, and others that differ from it in one number; the last is the SDK's.
const SETTINGS: [Setting; 8] = [
    Setting::new(50, 50, 1),
    Setting::new(50, 50, 0),
    Setting::new(10, 50, 0),
    Setting::new(4, 50, 0),
    Setting::new(50, 100, 0),
    Setting::new(50, 333, 0),
    Setting::new(50, 50, 2),
    Setting::new(4, 333, 2),
];

impl Setting {
    const fn new(one_in: u32, gossip: u32, lag: u32) -> Self {
        Self {
            one_in,
            gossip,
            lag,
        }
    }
}

pub async fn measure(count: u32, report: &mut Measured) -> Result<()> {
    report.note("the length of a slot is a constant of the runtime");
    let folder = TempDir::with_prefix("aicpw-bench-").context("a temporary folder")?;
    for (preset, validators) in [("dev", 1), ("local", 4)] {
        for setting in &SETTINGS {
            let spec = spec(folder.path(), preset, setting.one_in).await?;
            let chain = spec.display().to_string();
            let (gossip, lag) = (setting.gossip.to_string(), setting.lag.to_string());
            let arguments = ["--finality-gossip", &gossip, "--finality-lag", &lag];
            let cluster = match validators {
                1 => Cluster::single_on(&chain, &arguments).await?,
                _ => Cluster::local_on(&chain, &arguments).await?,
            };
            let confirmed = Confirmed::measure(&cluster, count).await?;
            let Setting { one_in, .. } = setting;
            let name = format!("{validators} nodes, c 1/{one_in}, gossip {gossip} ms, lag {lag}");
            let mut row = |what: &str, value: f64, unit| {
                report.add(format!("{name}: {what}"), value, unit, "");
            };
            for (what, samples) in [
                ("inclusion", &confirmed.inclusion),
                ("finality", &confirmed.finality),
            ] {
                row(&format!("{what} p50"), milliseconds(samples, 0.5), "ms");
                row(&format!("{what} p95"), milliseconds(samples, 0.95), "ms");
                row(&format!("{what} max"), milliseconds(samples, 1.0), "ms");
            }
            row("heights", confirmed.heights as f64, "");
            row("with a fork", confirmed.forked as f64, "");
        }
    }
    Ok(())
}

/// Writes a preset's chain specification with another probability of a primary slot.
async fn spec(folder: &Path, preset: &str, one_in: u32) -> Result<PathBuf> {
    let exported = Command::new(binaries::find("aicpw-node")?)
        .args(["export-chain-spec", "--chain", preset])
        .output()
        .await?;
    ensure!(
        exported.status.success(),
        "{}",
        String::from_utf8_lossy(&exported.stderr)
    );
    let mut spec: Value = serde_json::from_slice(&exported.stdout)?;
    let probability = spec
        .pointer_mut("/genesis/runtimeGenesis/patch/babe/epochConfig/c")
        .context(
            "the chain specification has no /genesis/runtimeGenesis/patch/babe/epochConfig/c",
        )?;
    *probability = json!([1, one_in]);
    let path = folder.join(format!("{preset}-{one_in}.json"));
    std::fs::write(&path, serde_json::to_vec(&spec)?)?;
    Ok(path)
}
