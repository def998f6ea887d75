//! A market on a development chain: one validator, and the nodes of providers and requesters.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

use aicpw_runtime::AccountId;
use anyhow::{ensure, Context, Error, Result};
use serde_json::Value;
use tokio::task::JoinHandle;

use crate::{
    metrics,
    wait::{self, Seen},
    Cluster, CommandLine, Node, NodeOptions,
};

/// How long to wait for a state of a task: longer than the chain's longest window (a minute) and the longest job of
/// tests, on a busy machine.
const LIMIT: Duration = Duration::from_secs(600);

/// One AICP in its smallest unit.
pub const AICP: u128 = 1_000_000_000_000_000_000;

/// The stake with which [`Market::register`] registers.
pub const STAKE: u128 = 1_000 * AICP;

/// A running market.
pub struct Market {
    nodes: BTreeMap<String, Node>,
    // Ends after the nodes.
    cluster: Cluster,
}

/// A running command, which is killed when this is dropped.
pub struct Begun(JoinHandle<Result<Value>>);

impl Drop for Begun {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What an account owns, in the smallest unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Funds {
    /// The free part.
    pub free: u128,
    /// The held part: stake and escrow.
    pub held: u128,
}

impl Market {
    /// Starts the validator, whose node belongs to no provider or requester.
    ///
    /// # Errors
    /// If the node does not start. The errors of all methods show the ends of the logs.
    pub async fn start() -> Result<Self> {
        Self::with_validator(&[]).await
    }

    /// Starts the validator with these further arguments.
    ///
    /// # Errors
    /// If the node does not start.
    pub async fn with_validator(arguments: &[&str]) -> Result<Self> {
        Ok(Self {
            nodes: BTreeMap::new(),
            cluster: Cluster::development_with(arguments).await?,
        })
    }

    /// Starts the validator of a market with more than three nodes.
    ///
    /// # Errors
    /// If the node does not start.
    pub async fn crowded(arguments: &[&str]) -> Result<Self> {
        Ok(Self {
            nodes: BTreeMap::new(),
            cluster: Cluster::crowded_development_with(arguments).await?,
        })
    }

    /// Starts the validator of a market with so many nodes that no other network runs meanwhile.
    ///
    /// # Errors
    /// If the node does not start.
    pub async fn alone(arguments: &[&str]) -> Result<Self> {
        Ok(Self {
            nodes: BTreeMap::new(),
            cluster: Cluster::lone_development_with(arguments).await?,
        })
    }

    /// Starts [`Self::with_validator`], with this variable in its environment.
    ///
    /// # Errors
    /// If the node does not start.
    pub async fn with_validator_in(variable: (&str, &str), arguments: &[&str]) -> Result<Self> {
        Ok(Self {
            nodes: BTreeMap::new(),
            cluster: Cluster::development_in(variable, arguments).await?,
        })
    }

    /// Returns the folder in which everything is kept.
    pub fn folder(&self) -> &Path {
        self.cluster.folder()
    }

    /// Returns a path under [`Self::folder`], for the command line.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    /// Starts another node. It may still be far behind.
    ///
    /// # Errors
    /// If the node does not start.
    pub async fn add(&mut self, name: &str, arguments: &[&str]) -> Result<()> {
        let node = self.cluster.add(options(name, arguments)).await;
        let node = node.map_err(|error| self.explain(error))?;
        self.nodes.insert(name.into(), node);
        Ok(())
    }

    /// Starts another node, and waits until it has caught up.
    ///
    /// # Errors
    /// If the node does not start, or does not catch up.
    pub async fn join(&mut self, name: &str, arguments: &[&str]) -> Result<()> {
        let node = self.cluster.join(options(name, arguments)).await;
        let node = node.map_err(|error| self.explain(error))?;
        self.nodes.insert(name.into(), node);
        Ok(())
    }

    /// Kills a node, starts it again, and waits until it has caught up.
    ///
    /// # Errors
    /// If the node does not start, or does not catch up.
    pub async fn restart(&mut self, name: &str) -> Result<()> {
        let restarted = self.node_mut(name)?.restart().await;
        restarted.map_err(|error| self.explain(error))?;
        let height = self.node("alice")?.client().await?.finalised().await?;
        self.node(name)?.wait_finalised(height, LIMIT).await
    }

    /// Starts a provider's node and registers its devices for an account.
    ///
    /// # Errors
    /// If the node does not start, or is not online in time.
    pub async fn provider(
        &mut self,
        name: &str,
        suri: &str,
        ask: &str,
        slots: &str,
        arguments: &[&str],
    ) -> Result<()> {
        let arguments = [&["--provider"][..], arguments].concat();
        self.join(name, &arguments).await?;
        self.register(name, suri, ask, slots).await
    }

    /// Registers the devices of a node's machine for an account, with a stake of 1000 AICP.
    ///
    /// # Errors
    /// If the devices are not online in time.
    pub async fn register(&self, node: &str, suri: &str, ask: &str, slots: &str) -> Result<()> {
        let arguments = [
            "provider",
            "register",
            "--stake",
            "1000",
            "--ask",
            ask,
            "--slots",
            slots,
            "--timeout",
            "10m",
        ];
        self.json(node, suri, &arguments).await.map(|_| ())
    }

    /// Returns a node that has joined, or the validator if the name is `alice`.
    ///
    /// # Errors
    /// If no node has that name.
    pub fn node(&self, name: &str) -> Result<&Node> {
        let validators = &self.cluster.validators;
        let validator = || validators.first().filter(|_| name == "alice");
        let node = self.nodes.get(name).or_else(validator);
        node.with_context(|| format!("no node {name}"))
    }

    /// Returns a node that has joined, so that a test can kill it and start it again.
    ///
    /// # Errors
    /// If no node has that name.
    pub fn node_mut(&mut self, name: &str) -> Result<&mut Node> {
        let node = self.nodes.get_mut(name);
        node.with_context(|| format!("no node {name} has joined"))
    }

    /// Returns the command line of an account at a node.
    ///
    /// # Errors
    /// If there is no such node.
    pub fn command_line(&self, node: &str, suri: &str) -> Result<CommandLine> {
        CommandLine::new(self.node(node)?.url(), suri)
    }

    /// Runs a command, expects success, and returns its document.
    ///
    /// # Errors
    /// If the command failed.
    pub async fn json(&self, node: &str, suri: &str, arguments: &[&str]) -> Result<Value> {
        let done = self.command_line(node, suri)?.json(arguments).await;
        done.map_err(|error| self.explain(error))
    }

    /// Runs a command, and requires that it fails with this exit code and prints all of these words. Returns its
    /// document, if it printed any.
    ///
    /// # Errors
    /// If the command does something else.
    pub async fn fails(
        &self,
        node: &str,
        suri: &str,
        arguments: &[&str],
        code: i32,
        words: &[&str],
    ) -> Result<Option<Value>> {
        let said = self.command_line(node, suri)?.say(arguments).await;
        let said = said.map_err(|error| self.explain(error))?;
        let fits = said.require_failure(code, words);
        fits.with_context(|| format!("aicpw {arguments:?}"))
            .map_err(|error| self.explain(error))?;
        Ok(said.document().ok())
    }

    /// Runs a submission that ends in a refund, for which the requester pays the fees and nothing else, and requires
    /// that it prints all of these words. Returns what the requester gained in addition.
    ///
    /// # Errors
    /// If the command does something else, or costs more.
    pub async fn refunded(
        &self,
        node: &str,
        suri: &str,
        arguments: &[&str],
        words: &[&str],
    ) -> Result<u128> {
        let before = self.funds(suri).await?;
        let document = self.fails(node, suri, arguments, 3, words).await?;
        let document = document.context("it printed no document")?;
        ensure!(document["state"] == "refunded", "{document}");
        let after = self.funds(suri).await?;
        ensure!(after.held == before.held, "{before:?} {after:?} {document}");
        let fees = units(&document["submission_fee"])? + units(&document["transaction_fee"])?;
        let gain = (after.free + fees).checked_sub(before.free);
        gain.with_context(|| format!("it cost more: {before:?} {after:?} {document}"))
    }

    /// Returns what an account owns.
    ///
    /// # Errors
    /// If the answer cannot be read.
    pub async fn funds(&self, suri: &str) -> Result<Funds> {
        let balance = self.json("alice", suri, &["account", "balance"]).await?;
        funds_in(&balance)
    }

    /// Returns what an account owns for which nobody has the key, such as the treasury.
    ///
    /// # Errors
    /// If the answer cannot be read.
    pub async fn funds_of(&self, account: &AccountId) -> Result<Funds> {
        let account = format!("0x{}", hex::encode(account));
        let balance = ["account", "balance", &account];
        // Any key will do, because nothing is signed.
        funds_in(&self.json("alice", "//Alice", &balance).await?)
    }

    /// Returns the stake of a provider.
    ///
    /// # Errors
    /// If the answer cannot be read, or the account is no provider.
    pub async fn stake(&self, suri: &str) -> Result<u128> {
        let status = self.json("alice", suri, &["provider", "status"]).await?;
        units(&status["stake"])
    }

    /// Returns the number of submissions so far, which is the id of the next task.
    ///
    /// # Errors
    /// If the answer cannot be read.
    pub async fn submissions(&self) -> Result<u64> {
        let client = self.node("alice")?.client().await?;
        let history: Value = client.call("aicpw_historyHead", &[]).await?;
        let length = history["length"].as_u64();
        length.with_context(|| format!("no length: {history}"))
    }

    /// Returns a task as the validator's best block has it.
    ///
    /// # Errors
    /// If there is no such task, or it cannot be read.
    pub async fn task(&self, id: u64) -> Result<Value> {
        let client = self.node("alice")?.client().await?;
        let task: Value = client.call("aicpw_task", &[id.into()]).await?;
        ensure!(!task.is_null(), "there is no task {id}");
        Ok(task)
    }

    /// Starts a command that runs while the test continues. It is killed when the test ends.
    ///
    /// # Errors
    /// If there is no such node.
    pub fn begin(&self, node: &str, suri: &str, arguments: &[&str]) -> Result<Begun> {
        let command_line = self.command_line(node, suri)?;
        let arguments: Vec<String> = arguments.iter().map(|a| (*a).to_owned()).collect();
        Ok(Begun(tokio::spawn(async move {
            command_line.json(&arguments).await
        })))
    }

    /// Waits for the end of a command, expects success, and returns its document.
    ///
    /// # Errors
    /// If the command failed.
    pub async fn done(&self, mut begun: Begun) -> Result<Value> {
        let document = (&mut begun.0).await.context("a command that was begun")?;
        document.map_err(|error| self.explain(error))
    }

    /// Waits until a task is as wanted; `what` describes that.
    ///
    /// # Errors
    /// If the task does not become so, or ends in another way; the error has the task as it was last.
    pub async fn until_task(
        &self,
        id: u64,
        what: &str,
        wanted: impl Fn(&Value) -> bool,
    ) -> Result<Value> {
        let all = |tasks: &[Value]| tasks.iter().all(&wanted);
        let mut tasks = self.until_tasks(&[id], what, all).await?;
        Ok(tasks.remove(0))
    }

    /// Waits until several tasks are as wanted when they are looked at together. A task that is not submitted yet is
    /// `null`.
    ///
    /// # Errors
    /// As [`Self::until_task`].
    pub async fn until_tasks(
        &self,
        ids: &[u64],
        what: &str,
        wanted: impl Fn(&[Value]) -> bool,
    ) -> Result<Vec<Value>> {
        let client = self.node("alice")?.client().await?;
        let probe = || async {
            let mut tasks = Vec::new();
            for id in ids {
                tasks.push(client.call("aicpw_task", &[(*id).into()]).await?);
            }
            let decided = wanted(&tasks) || tasks.iter().any(is_final);
            let shown = Value::from(tasks.clone()).to_string();
            Ok(Seen::some(decided.then_some(tasks), || shown))
        };
        let seen = wait::until(&format!("tasks {ids:?} to be {what}"), LIMIT, probe).await;
        match seen {
            Ok(tasks) if wanted(&tasks) => Ok(tasks),
            Ok(tasks) => Err(Error::msg(format!(
                "tasks {ids:?} will never be {what}: {}",
                Value::from(tasks)
            ))),
            Err(error) => Err(error),
        }
        .map_err(|error| self.explain(error))
    }

    /// Waits until the validator has finalised `more` blocks beyond the current best one.
    ///
    /// # Errors
    /// If finality stands still.
    pub async fn blocks_pass(&self, more: u32) -> Result<()> {
        let validator = self.node("alice")?;
        let best = validator.client().await?.best().await?;
        validator.wait_finalised(best + more, LIMIT).await
    }

    /// Waits until a counter of a joined node's metrics is the sum of these amounts, added the way the node does it:
    /// one after the other, as floating-point numbers.
    ///
    /// # Errors
    /// If the counter has another value.
    pub async fn until_counted(&self, node: &str, name: &str, amounts: &[u128]) -> Result<()> {
        let url = self.node(node)?.metrics();
        let url = url.with_context(|| format!("{node} serves no metrics"))?;
        let expected = amounts.iter().fold(0.0, |sum, amount| sum + *amount as f64);
        let what = format!("{name} of {node} to be {expected}");
        let counted = wait::until(&what, LIMIT, || async {
            let value = metrics::value(&metrics::read(url).await?, name);
            Ok(Seen::when(value == Some(expected), || format!("{value:?}")))
        });
        counted.await.map_err(|error| self.explain(error))
    }

    /// Adds the ends of all logs to an error.
    pub fn explain(&self, error: Error) -> Error {
        let explain = |error, node: &Node| node.explain(error);
        let error = self.cluster.explain(error);
        self.nodes.values().fold(error, explain)
    }
}

fn funds_in(balance: &Value) -> Result<Funds> {
    Ok(Funds {
        free: units(&balance["free"])?,
        held: units(&balance["held"])?,
    })
}

fn options(name: &str, arguments: &[&str]) -> NodeOptions {
    let options = NodeOptions::new(name, "dev").with_metrics();
    arguments.iter().fold(options, |all, one| all.arg(*one))
}

/// Returns the state of the newest assignment of a task: `running` and so on; empty if there is none.
pub fn newest_state(task: &Value) -> &str {
    let assignments = task["assignments"].as_array();
    let newest = assignments.and_then(|all| all.last());
    newest
        .and_then(|assignment| assignment["status"]["state"].as_str())
        .unwrap_or_default()
}

/// Whether a task will not change any more.
fn is_final(task: &Value) -> bool {
    let state = task["status"]["state"].as_str();
    matches!(state, Some("settled" | "refunded" | "cancelled"))
}

/// Returns an amount of a document (decimal AICP) in the smallest unit.
///
/// # Errors
/// If the value is no amount.
pub fn units(amount: &Value) -> Result<u128> {
    let text = amount
        .as_str()
        .with_context(|| format!("no amount: {amount}"))?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction: u128 = format!("{fraction:0<18}").parse()?;
    Ok(whole.parse::<u128>()? * AICP + fraction)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn amounts_are_exact() {
        assert_eq!(units(&json!("2.5")).unwrap(), 2 * AICP + AICP / 2);
        assert_eq!(units(&json!("0.000000000000000001")).unwrap(), 1);
        assert!(units(&json!(null)).is_err());
    }

    #[test]
    fn the_newest_assignment_counts() {
        let task = json!({ "assignments": [
            { "status": { "state": "failed" } }, { "status": { "state": "running" } }
        ] });
        assert_eq!(newest_state(&task), "running");
        assert_eq!(newest_state(&json!({ "assignments": [] })), "");
    }
}
