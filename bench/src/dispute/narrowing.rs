//! Measures a dispute about a part of a job whose provider lies from the middle of the job on: what it takes to find
//! the part, and how much of the job the jurors run, which has few launches or many.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use aicpw_network_tests::{binaries, Cluster, Node, NodeOptions};
use aicpw_offchain_worker::engines::find_executor;
use aicpw_protocol::TaskId;
use anyhow::{bail, ensure, Context, Result};

use super::{
    alone::Alone,
    number,
    proceedings::Proceedings,
    reached_at,
    runs::Recorder,
    steps::{Checkpoints, Steps},
    voted, Court, PATIENCE, REQUESTER,
};
use crate::{provider, report::Measured};

/// The numbers of launches of the jobs.
const LAUNCHES: [u32; 3] = [10, 1_000, 100_000];

/// The accounts that offer the validators' nodes, in their order.
const JURORS: [&str; 4] = ["//Alice", "//Bob", "//Charlie", "//Dave"];

/// The account that offers a further node, so that there are five jurors and none has to be waited for.
const FIFTH: &str = "//Ferdie";

/// How many networks are tried: one result in twelve is audited, and a lie that the audit finds cannot be disputed.
const TRIES: u32 = 4;

/// The time limit of each job: longer than the longest takes while six nodes share two cores.
const TIME_LIMIT: &str = "5m";

pub async fn measure(report: &mut Measured) -> Result<()> {
    report.note(
        "the provider lies from the middle of the job on; the jurors are the nodes of four validators and one more",
    );
    report.note(
        "seconds are by the clocks of those who made the blocks; rounds are the times that the requester named a part",
    );
    let alone = Alone::new().await?;
    for launches in LAUNCHES {
        let job = Steps(launches);
        // Measured before there is a network.
        alone.measure(job, report).await?;
        dispute(job, report).await?;
    }
    Ok(())
}

async fn dispute(job: Steps, report: &mut Measured) -> Result<()> {
    for _ in 0..TRIES {
        if try_dispute(job, report).await? {
            return Ok(());
        }
    }
    bail!("{TRIES} results were audited, one after the other")
}

/// Returns whether there was something to dispute.
async fn try_dispute(job: Steps, report: &mut Measured) -> Result<bool> {
    let recorder = Recorder::of(&find_executor(None)?)?;
    let nodes = Nodes::start(&recorder.program()).await?;
    let cluster = &nodes.cluster;
    let node = cluster.validators.first().context("no validator")?;
    let court = Court::at(node, REQUESTER)?;
    let manifest = job.write(&cluster.folder().join("task"), Checkpoints::Most)?;
    let submitted = court.submit(cluster, &manifest, TIME_LIMIT).await;
    let shown = court.say(&["task", "show", "0"]).await?;
    // The audit has found the lie, and it may be judged and over by now.
    if shown["audit"]["state"] == "drawn" || shown["state"] == "refunded" {
        return Ok(false);
    }
    let submitted = submitted?;
    ensure!(submitted["state"] == "verifying", "{submitted}");

    let start = Instant::now();
    let dispute = ["task", "dispute", "0", "--part", "--yes"];
    let disputed = court.say(&dispute).await?;
    let to_name = start.elapsed();
    let part = &disputed["dispute"]["part"];
    ensure!(part["from"]["state"].is_string(), "{disputed}");
    let verdict = court.until("appealable").await?;
    let to_verdict = start.elapsed();
    ensure!(verdict["outcome"] == "wrong", "{verdict}");
    ensure!(verdict["part"] == *part, "{verdict}");

    // The market's clock counts the chain's blocks, because it was never paused.
    let opened_at = u32::try_from(number(&verdict, "opened_at")?)?;
    let reached_at = u32::try_from(reached_at(&verdict)?)?;
    node.wait_finalised(reached_at, PATIENCE).await?;
    let client = node.client().await?;
    let seen = Proceedings::read(&client, TaskId(0), opened_at..=reached_at).await?;
    let (voted, ran) = (voted(&verdict), recorder.parts()?);
    ensure!(ran.len() >= voted, "{ran:?}: {verdict}");
    let most = ran.iter().max().context("no juror has run anything")?;

    let name = format!("{} launches", job.0);
    let mut row = |what: &str, value: f64, unit, goal: &str| {
        report.add(format!("{name}: {what}"), value, unit, goal);
    };
    row("hashes in the trace", f64::from(seen.hashes), "", "");
    row("launches of the job", seen.launches as f64, "", "");
    row("launches that a juror ran, most", *most as f64, "", "");
    row("jurors that voted", voted as f64, "of 5", "");
    let transactions = f64::from(seen.of_parties + seen.of_jurors);
    row("transactions, opening to verdict", transactions, "", "");
    row("of those to name the part", seen.of_parties.into(), "", "");
    row("rounds", seen.rounds.into(), "", "");
    let between = |from: Duration, to: Duration| to.saturating_sub(from).as_secs_f64();
    row(
        "opened to part named",
        between(seen.opened, seen.named),
        "s",
        "",
    );
    row(
        "part named to verdict",
        between(seen.named, seen.last),
        "s",
        "",
    );
    row(
        "opened to verdict",
        between(seen.opened, seen.last),
        "s",
        "< 60",
    );
    row(
        "command to part named and final, the requester's own run included, wall",
        to_name.as_secs_f64(),
        "s",
        "",
    );
    row(
        "command to verdict, wall",
        to_verdict.as_secs_f64(),
        "s",
        "< 200",
    );
    Ok(true)
}

/// Four validators, a fifth juror, and the cheapest provider, which lies.
struct Nodes {
    _fifth: Node,
    _liar: Node,
    // Dropped after the nodes.
    cluster: Cluster,
}

impl Nodes {
    /// Starts the nodes. All but the liar run jobs with this executor.
    async fn start(executor: &Path) -> Result<Self> {
        let path = executor.display().to_string();
        let arguments = ["--provider", "--executor-path", path.as_str()];
        let cluster = Cluster::local(&arguments).await?;
        for (node, suri) in cluster.validators.iter().zip(JURORS) {
            provider::register(node, suri, "0.5").await?;
        }
        let fifth = join(&cluster, "fifth", executor).await?;
        provider::register(&fifth, FIFTH, "0.5").await?;
        let liar = binaries::find("lying-executor")?;
        let liar = join(&cluster, "liar", &liar).await?;
        provider::register(&liar, "//Eve", "0.3").await?;
        Ok(Self {
            _fifth: fifth,
            _liar: liar,
            cluster,
        })
    }
}

/// Starts a provider's node with this executor.
async fn join(cluster: &Cluster, name: &str, executor: &Path) -> Result<Node> {
    let options = NodeOptions::new(name, "local")
        .arg("--provider")
        .arg("--executor-path")
        .arg(executor.display().to_string());
    cluster.join(options).await
}
