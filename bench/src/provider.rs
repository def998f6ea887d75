//! A node that serves as validator, provider and requester at once, and a short task for it.

use std::path::{Path, PathBuf};

use aicpw_network_tests::{CommandLine, Node, NodeOptions};
use anyhow::Result;
use serde_json::Value;
use tempfile::TempDir;

use crate::workloads::prepare_search;

/// Starts the node on a development chain, with these further arguments, and registers Bob as its
/// provider.
pub async fn start(folder: &TempDir, arguments: &[&str]) -> Result<Node> {
    let mut options = NodeOptions::new("node", "dev")
        .arg("--alice")
        .arg("--force-authoring")
        .arg("--provider");
    for argument in arguments {
        options = options.arg(*argument);
    }
    let node = Node::start(folder.path(), options).await?;
    register(&node, "//Bob", "0.5").await?;
    Ok(node)
}

/// Registers a provider with the devices of this node.
pub async fn register(node: &Node, suri: &str, ask: &str) -> Result<()> {
    let arguments = ["provider", "register", "--stake", "1000", "--ask", ask];
    let registered = CommandLine::new(node.url(), suri)?.json(&arguments).await;
    registered.map_err(|error| node.explain(error))?;
    Ok(())
}

/// Writes a search whose kernels run for some milliseconds, and returns its manifest.
pub async fn short_task(folder: &Path) -> Result<PathBuf> {
    let task = folder.join("task");
    std::fs::create_dir_all(&task)?;
    prepare_search(&task, 4_096, 1).await?;
    Ok(task.join("manifest.json"))
}

/// Submits as Charlie, waits, fetches and accepts; returns the document that `aicpw submit` prints.
pub async fn submit(node: &Node, manifest: &Path, out: &Path) -> Result<Value> {
    CommandLine::new(node.url(), "//Charlie")?
        .json(&[
            "submit".as_ref(),
            manifest.as_os_str(),
            "--budget".as_ref(),
            "1".as_ref(),
            "--time-limit".as_ref(),
            "60s".as_ref(),
            "--verify".as_ref(),
            "optimistic=60s".as_ref(),
            "--wait".as_ref(),
            "--accept".as_ref(),
            "--out".as_ref(),
            out.as_os_str(),
        ])
        .await
        .map_err(|error| node.explain(error))
}
