//! A dispute about one step of a job whose provider lies, on four validators that judge it.

use std::time::Instant;

use aicpw_network_tests::{binaries, Cluster, NodeOptions};
use anyhow::{bail, ensure, Context, Result};
use serde_json::Value;

use super::{number, reached_at, seconds, voted, Court, REQUESTER};
use crate::{provider, report::Measured, workloads::prepare_search};

/// Who offers the validators' nodes, in their order.
const JURORS: [&str; 4] = ["//Alice", "//Bob", "//Charlie", "//Dave"];

/// Networks that are tried: one result in twelve is audited, and a lie found that way is none to dispute.
const TRIES: u32 = 4;

/// How many batches the job searches: each is a part of it.
const BATCHES: u32 = 8;

pub(super) async fn measure(report: &mut Measured) -> Result<()> {
    for _ in 0..TRIES {
        if try_measure(report).await? {
            return Ok(());
        }
    }
    bail!("{TRIES} results were audited, one after the other")
}

/// Returns whether there was something to dispute.
async fn try_measure(report: &mut Measured) -> Result<bool> {
    let cluster = Cluster::local(&["--provider"]).await?;
    for (node, suri) in cluster.validators.iter().zip(JURORS) {
        provider::register(node, suri, "0.5").await?;
    }
    let liar = binaries::find("lying-executor")?;
    let options = NodeOptions::new("liar", "local")
        .arg("--provider")
        .arg("--executor-path")
        .arg(liar.display().to_string());
    let liar = cluster.join(options).await?;
    provider::register(&liar, "//Eve", "0.3").await?;

    let node = cluster.validators.first().context("no validator")?;
    let court = Court::at(node, REQUESTER)?;
    let folder = cluster.folder().join("task");
    std::fs::create_dir_all(&folder)?;
    prepare_search(&folder, 4_096, BATCHES).await?;
    let manifest = folder.join("manifest.json");
    let mut task: Value = serde_json::from_slice(&std::fs::read(&manifest)?)?;
    task["checkpoint_every"] = 1.into();
    std::fs::write(&manifest, serde_json::to_vec_pretty(&task)?)?;
    let submitted = court.submit(&cluster, &manifest).await;
    let shown = court.say(&["task", "show", "0"]).await?;
    // Found by its audit, and maybe judged and over by now.
    if shown["audit"]["state"] == "drawn" || shown["state"] == "refunded" {
        return Ok(false);
    }
    let submitted = submitted?;
    ensure!(submitted["state"] == "verifying", "{submitted}");

    let start = Instant::now();
    let dispute = ["task", "dispute", "0", "--part", "--yes"];
    let disputed = court.say(&dispute).await?;
    let named = start.elapsed();
    let part = &disputed["dispute"]["part"];
    ensure!(part["from"]["state"].is_string(), "{disputed}");
    let part = number(part, "number")?;
    let verdict = court.until("appealable").await?;
    let wall = start.elapsed();
    ensure!(verdict["outcome"] == "wrong", "{verdict}");
    let chain = seconds(reached_at(&verdict)? - number(&verdict, "opened_at")?);
    report.note(format!(
        "of one step: part {part} of a job of {BATCHES} that lies from its middle on; four validators judge it"
    ));
    report.add(
        "one step: jurors that voted",
        voted(&verdict) as f64,
        "of 5",
        "",
    );
    report.add(
        "one step: opened to verdict, on the chain",
        chain,
        "s",
        "< 60",
    );
    report.add(
        "one step: command to its name, wall",
        named.as_secs_f64(),
        "s",
        "",
    );
    report.add(
        "one step: command to verdict, wall",
        wall.as_secs_f64(),
        "s",
        "< 200",
    );
    Ok(true)
}
