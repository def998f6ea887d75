//! How long a dispute takes on four validators, whose nodes and two more are the jurors.

use std::time::{Duration, Instant};

use aicpw_network_tests::{
    wait::{self, Seen},
    Cluster, CommandLine, Node, NodeOptions,
};
use aicpw_runtime::{configs::market::AppealWindow, units::SLOT_MILLISECONDS};
use anyhow::{ensure, Context, Result};
use serde_json::Value;

use crate::{provider, report::Measured};

/// Longer than a jury of whom there are too few waits for more, and all its windows.
const PATIENCE: Duration = Duration::from_secs(600);

/// Who offers the validators' nodes, in their order; the first is the cheapest and gets the task.
const PROVIDERS: [(&str, &str); 4] = [
    ("//Alice", "0.3"),
    ("//Bob", "0.5"),
    ("//Charlie", "0.5"),
    ("//Dave", "0.5"),
];

/// Who offers the two further nodes.
const FURTHER: [&str; 2] = ["//Eve", "//Ferdie"];

/// Who submits, doubts a result that is right, and appeals.
const REQUESTER: &str = "//Alice//stash";

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
    let court = Court {
        node,
        line: CommandLine::new(node.url(), REQUESTER)?,
    };
    court.submit(&cluster).await?;

    let start = Instant::now();
    court.say(&["task", "dispute", "0", "--yes"]).await?;
    let verdict = court.until("appealable").await?;
    let wall = start.elapsed();
    let number = |document: &Value, key: &str| {
        document[key]
            .as_u64()
            .with_context(|| format!("no {key} in {document}"))
    };
    let voted = verdict["jurors"].as_array().map_or(0, |jurors| {
        jurors
            .iter()
            .filter(|one| one["state"] == "revealed")
            .count()
    });
    let opened_at = number(&verdict, "opened_at")?;
    let reached_at = number(&verdict, "appeal_until")? - u64::from(AppealWindow::get());
    let mut row = |what: &str, value: f64, unit, goal: &str| report.add(what, value, unit, goal);
    row("jurors that voted", voted as f64, "of 5", "");
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

/// Blocks of slots that are all filled.
fn seconds(blocks: u64) -> f64 {
    (blocks * SLOT_MILLISECONDS) as f64 / 1e3
}

/// The requester, at the node of the provider that makes the result.
struct Court<'a> {
    node: &'a Node,
    line: CommandLine,
}

impl Court<'_> {
    async fn say(&self, arguments: &[&str]) -> Result<Value> {
        let said = self.line.json(arguments).await;
        said.map_err(|error| self.node.explain(error))
    }

    /// Has a result made that can be disputed.
    async fn submit(&self, cluster: &Cluster) -> Result<()> {
        let manifest = provider::short_task(cluster.folder()).await?;
        let out = cluster.folder().join("result");
        let (manifest, out) = (manifest.display().to_string(), out.display().to_string());
        let submit = [
            "submit",
            &manifest,
            "--budget",
            "1",
            "--time-limit",
            "60s",
            "--verify",
            "optimistic=20m",
            "--wait",
            "--out",
            &out,
        ];
        let submitted = self.say(&submit).await?;
        ensure!(submitted["state"] == "verifying", "{submitted}");
        Ok(())
    }

    /// Waits for this state of the dispute.
    async fn until(&self, state: &str) -> Result<Value> {
        let what = format!("the dispute to be {state}");
        wait::until(&what, PATIENCE, || async {
            let shown = self.say(&["dispute", "show", "0"]).await?;
            let is_so = shown["state"] == state;
            Ok(Seen::some(is_so.then(|| shown.clone()), || shown))
        })
        .await
    }
}
