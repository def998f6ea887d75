//! Measures inclusion, finality and forks on four validators between which messages take time, while tasks run.

use std::time::Duration;

use aicpw_network_tests::{Cluster, Mesh};
use anyhow::{Context, Result};

use crate::{
    confirmation::{milliseconds, Confirmed, Confirming},
    load::Steady,
    report::Measured,
};

/// How long a message takes one way, in milliseconds, and how long inclusion and finality may then take, each for 95 of
/// 100.
const DELAYS: [(u64, &str, &str); 4] = [
    (0, "< 600", "< 1000"),
    (25, "", ""),
    (50, "", "< 2000"),
    (100, "", ""),
];

/// The tasks per second meanwhile.
const RATE: f64 = 4.0;

/// The seconds that a transaction may take to be final, on average, before the tasks run out.
const SECONDS: u32 = 10;

/// The blocks that are made with a delay before anything is measured with it.
const SETTLED: u32 = 20;

const PATIENCE: Duration = Duration::from_secs(180);

pub async fn measure(count: u32, report: &mut Measured) -> Result<()> {
    report.note(format!(
        "tasks come at {RATE} a second meanwhile, with workers that are done at once; all were settled once"
    ));
    let mesh = Mesh::start_from_each_other(&[]).await?;
    let measured = delays(&mesh, count, report).await;
    measured.map_err(|error| mesh.cluster.explain(error))
}

async fn delays(mesh: &Mesh, count: u32, report: &mut Measured) -> Result<()> {
    let cluster = &mesh.cluster;
    // The first finalised blocks prove that the network is complete.
    wait_blocks(cluster, SETTLED).await?;
    let most = (RATE * f64::from(count * SECONDS)).ceil() as u32;
    let mut tasks = Steady::open(cluster, RATE, most * DELAYS.len() as u32).await?;
    for (delay, inclusion, finality) in DELAYS {
        mesh.delay(Duration::from_millis(delay));
        wait_blocks(cluster, SETTLED).await?;
        let confirming = Confirming::begin(cluster, count).await?;
        let mut confirmed = None;
        let end = async { confirmed = Some(confirming.end().await) };
        let settled = tasks.beside(end, most).await?;
        let confirmed = confirmed.context("the tasks ran out")??;
        let name = format!("{delay} ms one way");
        tell(&name, &confirmed, (inclusion, finality), report);
        let name = format!("{name}: tasks settled meanwhile");
        report.add(name, settled as f64, "", "");
    }
    Ok(())
}

fn tell(name: &str, confirmed: &Confirmed, goals: (&str, &str), report: &mut Measured) {
    let mut row = |what: &str, value: f64, unit, goal: &str| {
        report.add(format!("{name}: {what}"), value, unit, goal);
    };
    for (what, samples, goal) in [
        ("inclusion", &confirmed.inclusion, goals.0),
        ("finality", &confirmed.finality, goals.1),
    ] {
        row(&format!("{what} p50"), milliseconds(samples, 0.5), "ms", "");
        row(
            &format!("{what} p95"),
            milliseconds(samples, 0.95),
            "ms",
            goal,
        );
    }
    let forked = confirmed.forked as f64 / confirmed.heights.max(1) as f64;
    row("heights", confirmed.heights as f64, "", "");
    row("heights with a fork", forked * 100.0, "%", "");
}

/// Waits until all validators have finalised this many more blocks.
async fn wait_blocks(cluster: &Cluster, count: u32) -> Result<()> {
    let first = cluster.validators.first().context("no validator")?;
    let height = first.client().await?.best().await? + count;
    for node in &cluster.validators {
        node.wait_finalised(height, PATIENCE).await?;
    }
    Ok(())
}
