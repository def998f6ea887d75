//! Measures how long a task is without a provider after its provider has died in the middle of the
//! job.

use std::time::{Duration, Instant};

use aicpw_network_tests::{
    wait::{self, Seen},
    Client, Cluster, CommandLine, Node, NodeOptions,
};
use anyhow::{Context, Result};
use serde_json::Value;

use crate::{provider, report::Measured, workloads::prepare_search};

/// The batches of the search: more than there is time for.
const BATCHES: u32 = 4_000;

/// Longer than everything that is waited for.
const PATIENCE: Duration = Duration::from_secs(300);

pub async fn measure(report: &mut Measured) -> Result<()> {
    let cluster = Cluster::development().await?;
    let mut first = join(&cluster, "first", "--provider").await?;
    provider::register(&first, "//Bob", "0.5").await?;
    let second = join(&cluster, "second", "--provider").await?;
    // The more expensive provider comes second, so that the first gets the task.
    provider::register(&second, "//Eve", "2").await?;
    let requester = join(&cluster, "requester", "--ipfs").await?;

    let folder = cluster.folder().join("task");
    std::fs::create_dir_all(&folder)?;
    prepare_search(&folder, 262_144, BATCHES).await?;
    let manifest = folder.join("manifest.json");
    let submitted = CommandLine::new(requester.url(), "//Charlie")?
        .json(&[
            "submit".as_ref(),
            manifest.as_os_str(),
            "--budget".as_ref(),
            "1".as_ref(),
            "--time-limit".as_ref(),
            "600s".as_ref(),
            "--verify".as_ref(),
            "optimistic=60s".as_ref(),
        ])
        .await?;
    let task = submitted["task"].as_u64().context("no task")?;

    let client = requester.client().await?;
    let period = heartbeat_period(&client).await?;
    runs(&client, task, 0).await?;
    first.kill()?;
    let killed = Instant::now();
    let what = match runs(&client, task, 1).await? {
        true => "SIGKILL to running elsewhere",
        false => "SIGKILL to refunded",
    };
    let span = killed.elapsed();

    let periods = span.as_secs_f64() / period.as_secs_f64();
    report.add("heartbeat period", period.as_secs_f64(), "s", "");
    report.add(what, span.as_secs_f64(), "s", "");
    report.add(what, periods, "periods", "≤ 3");
    Ok(())
}

async fn join(cluster: &Cluster, name: &str, role: &str) -> Result<Node> {
    cluster.join(NodeOptions::new(name, "dev").arg(role)).await
}

async fn heartbeat_period(client: &Client) -> Result<Duration> {
    let parameters: Value = client.call("aicpw_marketParameters", &[]).await?;
    let number = |key: &str| parameters[key].as_u64().with_context(|| key.to_owned());
    Ok(Duration::from_millis(
        number("heartbeatPeriod")? * number("blockTime")?,
    ))
}

/// Waits until this assignment of the task runs; returns `false` if the task is refunded.
async fn runs(client: &Client, task: u64, attempt: usize) -> Result<bool> {
    let what = format!("assignment {attempt} to run");
    wait::until(&what, PATIENCE, || async {
        let shown: Value = client.call("aicpw_task", &[task.into()]).await?;
        let runs = shown["assignments"][attempt]["status"]["state"] == "running";
        let refunded = shown["status"]["state"] == "refunded";
        let state = (runs || refunded).then_some(runs);
        Ok(Seen::some(state, || &shown["status"]))
    })
    .await
}
