//! Measures a dispute about a whole job, on the nodes of four validators and two more.

use std::time::Instant;

use aicpw_network_tests::{Cluster, NodeOptions};
use anyhow::{ensure, Context, Result};

use super::{number, reached_at, seconds, voted, Court, REQUESTER};
use crate::{provider, report::Measured};

/// The accounts that offer the validators' nodes, in their order; the first is the cheapest and
/// gets the task.
const PROVIDERS: [(&str, &str); 4] = [
    ("//Alice", "0.3"),
    ("//Bob", "0.5"),
    ("//Charlie", "0.5"),
    ("//Dave", "0.5"),
];

/// The accounts that offer the two further nodes.
const FURTHER: [&str; 2] = ["//Eve", "//Ferdie"];

pub async fn measure(report: &mut Measured) -> Result<()> {
    let cluster = Cluster::local(&["--provider"]).await?;
    for (node, (suri, ask)) in cluster.validators.iter().zip(PROVIDERS) {
        provider::register(node, suri, ask).await?;
    }
    let mut further = Vec::new();
    for suri in FURTHER {
        let options = NodeOptions::new(suri.trim_start_matches('/'), "local").arg("--provider");
        let node = cluster.join(options).await?;
        provider::register(&node, suri, "0.5").await?;
        further.push(node);
    }
    let node = cluster.validators.first().context("no validator")?;
    let court = Court::at(node, REQUESTER)?;
    let manifest = provider::short_task(cluster.folder()).await?;
    let submitted = court.submit(&cluster, &manifest, "60s").await?;
    ensure!(submitted["state"] == "verifying", "{submitted}");

    let start = Instant::now();
    court.say(&["task", "dispute", "0", "--yes"]).await?;
    let verdict = court.until("appealable").await?;
    let wall = start.elapsed();
    let opened_at = number(&verdict, "opened_at")?;
    let reached_at = reached_at(&verdict)?;
    let mut row = |what: &str, value: f64, unit, goal: &str| report.add(what, value, unit, goal);
    row("jurors that voted", voted(&verdict) as f64, "of 5", "");
    row(
        "opened to verdict, on the chain",
        seconds(reached_at - opened_at),
        "s",
        "< 60",
    );
    row("command to verdict, wall", wall.as_secs_f64(), "s", "");
    court.say(&["task", "appeal", "0", "--yes"]).await?;
    let ended = court.until("ended").await?;
    row(
        "opened to the end, with an appeal whose jury of 11 is not found, on the chain",
        seconds(number(&ended, "ended_at")? - opened_at),
        "s",
        "< 200",
    );
    row(
        "command to that end, wall",
        start.elapsed().as_secs_f64(),
        "s",
        "",
    );
    drop(further);
    Ok(())
}
