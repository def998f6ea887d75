//! Measures how long disputes take: about a whole job, from the opening to a verdict and to the end; and about a part
//! of a job, including what it takes to find the part.

mod alone;
mod narrowing;
mod proceedings;
mod runs;
mod steps;
mod whole;

use std::{path::Path, time::Duration};

use aicpw_network_tests::{
    wait::{self, Seen},
    Cluster, CommandLine, Node,
};
use aicpw_runtime::{configs::parameters::AppealWindow, units::SLOT_MILLISECONDS};
use anyhow::{Context, Result};
use serde_json::Value;

pub use narrowing::measure as narrowing;
pub use whole::measure as whole;

/// Longer than a jury with too few jurors waits for more, and all its windows.
const PATIENCE: Duration = Duration::from_secs(600);

/// The account that submits, doubts the result, and appeals.
const REQUESTER: &str = "//Alice//stash";

fn number(document: &Value, key: &str) -> Result<u64> {
    document[key]
        .as_u64()
        .with_context(|| format!("no {key} in {document}"))
}

/// Returns the block in which a jury was done, for a dispute that can be appealed.
fn reached_at(verdict: &Value) -> Result<u64> {
    Ok(number(verdict, "appeal_until")? - u64::from(AppealWindow::DEFAULT))
}

/// Returns how many jurors have revealed.
fn voted(verdict: &Value) -> usize {
    let jurors = verdict["jurors"].as_array().into_iter().flatten();
    jurors.filter(|one| one["state"] == "revealed").count()
}

/// Returns the seconds that this many blocks take if all slots are filled.
fn seconds(blocks: u64) -> f64 {
    (blocks * SLOT_MILLISECONDS) as f64 / 1e3
}

/// The requester, with a node.
struct Court<'a> {
    node: &'a Node,
    line: CommandLine,
}

impl<'a> Court<'a> {
    fn at(node: &'a Node, suri: &str) -> Result<Self> {
        let line = CommandLine::new(node.url(), suri)?;
        Ok(Self { node, line })
    }

    async fn say(&self, arguments: &[&str]) -> Result<Value> {
        let said = self.line.json(arguments).await;
        said.map_err(|error| self.node.explain(error))
    }

    /// Has a result made that can be disputed, and returns the task's state then.
    async fn submit(&self, cluster: &Cluster, manifest: &Path, time_limit: &str) -> Result<Value> {
        let out = cluster.folder().join("result");
        let (manifest, out) = (manifest.display().to_string(), out.display().to_string());
        let submit = [
            "submit",
            &manifest,
            "--budget",
            "1",
            "--time-limit",
            time_limit,
            "--verify",
            "optimistic=20m",
            "--wait",
            "--out",
            &out,
        ];
        self.say(&submit).await
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
