//! Measures how fast content passes from one IPFS process to another on this machine.

use std::{fs, time::Duration, time::Instant};

use aicpw_network_tests::binaries;
use aicpw_offchain_worker::ipfs::{silent, BlobStore, Daemon, DaemonConfig, FetchOptions, BINARY};
use anyhow::{ensure, Context, Result};
use tempfile::TempDir;

use crate::{report::Measured, statistics::percentile, workloads::content};

/// 100 MB.
const BYTES: usize = 100_000_000;

const RUNS: u64 = 3;

/// Longer than any transfer here.
const PATIENCE: Duration = Duration::from_secs(300);

pub async fn measure(report: &mut Measured) -> Result<()> {
    let folder = TempDir::with_prefix("aicpw-bench-").context("a temporary folder")?;
    let daemon = |name: &str| {
        Ok::<_, anyhow::Error>(DaemonConfig {
            binary: Some(binaries::find(BINARY)?),
            folder: folder.path().join(name),
            listen: vec!["/ip4/127.0.0.1/tcp/0".into()],
            allow_private_ip: true,
            ..Default::default()
        })
    };
    let giver = Daemon::start(daemon("giver")?).await?;
    let taker = Daemon::start(daemon("taker")?).await?;
    let (from, to) = (folder.path().join("from"), folder.path().join("to"));
    let (mut adding, mut fetching) = (Vec::new(), Vec::new());
    for run in 1..=RUNS {
        let content = content(run, BYTES);
        fs::write(&from, &content)?;
        let start = Instant::now();
        let cid = giver.store().add_file(&from, &silent).await?;
        adding.push(start.elapsed());

        let options = FetchOptions {
            peers: giver.store().local_addresses().await?,
            max_bytes: BYTES as u64,
            stall_timeout: PATIENCE,
            total_timeout: PATIENCE,
        };
        let start = Instant::now();
        let taken = taker.store();
        taken.fetch_to_file(&cid, &to, &options, &silent).await?;
        fetching.push(start.elapsed());
        ensure!(fs::read(&to)? == content, "what arrived is something else");
    }
    for (what, samples, goal) in [
        ("added to a store", adding, ""),
        ("from one process to the other", fetching, "≥ 50"),
    ] {
        let speed = BYTES as f64 / 1e6 / percentile(&samples, 0.5).as_secs_f64();
        report.add(format!("100 MB {what}, p50"), speed, "MB/s", goal);
    }
    giver.shutdown().await;
    taker.shutdown().await;
    Ok(())
}
