//! The page about a network that is up, for people and programs.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use aicpw_network_tests::{binaries, definition::Role, Network, Node};
use anyhow::{ensure, Context, Result};
use comfy_table::{presets::NOTHING, Table};
use serde::Serialize;

/// The manifest, among the examples, of the task that is suggested first.
const FIRST_TASK: &str = "bring-your-own/manifest.json";

/// The account that submits it.
const REQUESTER: &str = "//Charlie";

/// The folder for its result, relative to the folder in which it is submitted, so that the result stays when the
/// network's own folder is deleted.
const RESULT: &str = "./result";

/// The web page that shows any chain; the URL of the node to look at follows.
const APPS: &str = "https://polkadot.js.org/apps/?rpc=";

/// The contents of the page, which can be printed as JSON.
#[derive(Serialize)]
pub struct Page {
    /// The folder of data and logs.
    folder: PathBuf,
    nodes: Vec<Entry>,
    /// A command to try first, if there is a requester's node for it and a provider that may take it.
    r#try: Option<String>,
}

/// A node.
#[derive(Serialize)]
struct Entry {
    name: String,
    role: &'static str,
    /// The key of the account that answers for a provider.
    account: Option<String>,
    pid: Option<u32>,
    /// The URL of JSON-RPC, `ws://…`.
    rpc: String,
    /// The URL of a web page that shows the chain as this node sees it.
    apps: String,
    /// The URL of the metrics for Prometheus.
    metrics: Option<String>,
    log: PathBuf,
}

/// Returns the folder of the examples, as an absolute path.
///
/// # Errors
/// If the examples are not there.
pub fn examples(folder: &Path) -> Result<PathBuf> {
    let manifest = folder.join(FIRST_TASK);
    ensure!(
        manifest.is_file(),
        "there is no {}: give the checkout's folder with --examples",
        manifest.display()
    );
    std::fs::canonicalize(folder).with_context(|| folder.display().to_string())
}

impl Page {
    /// Returns the page of a network that is up.
    ///
    /// # Errors
    /// If `aicpw` is not built.
    pub fn of(network: &Network, folder: &Path, examples: &Path) -> Result<Self> {
        let nodes = network.members().map(|(member, node)| {
            let role = member.role();
            Entry {
                name: member.name.clone(),
                role: role.name(),
                account: (role == Role::Provider).then(|| member.suri()),
                pid: node.pid(),
                rpc: node.url().into(),
                apps: format!("{APPS}{}#/explorer", node.url()),
                metrics: node.metrics().map(Into::into),
                log: node.log_path(),
            }
        });
        let has_provider = network.first(Role::Provider).is_ok();
        let first = network.first(Role::Requester).ok();
        let first = first.filter(|_| has_provider);
        Ok(Self {
            folder: folder.into(),
            nodes: nodes.collect(),
            r#try: first
                .map(|node| first_command(node, examples))
                .transpose()?,
        })
    }
}

/// Returns the command that submits a task with a known result at this node.
fn first_command(node: &Node, examples: &Path) -> Result<String> {
    let program = binaries::find("aicpw")?;
    let manifest = examples.join(FIRST_TASK);
    let [program, manifest] = [&program, &manifest].map(|path| quoted(&path.to_string_lossy()));
    Ok(format!(
        "{program} --url {url} --suri {REQUESTER} submit {manifest} --budget 0.01 --time-limit 60s --wait --accept \
         --out {RESULT}",
        url = node.url()
    ))
}

/// Returns the text as one word for a shell.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if word.chars().all(is_plain) {
        word.into()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new();
        table.load_preset(NOTHING);
        table.set_header([
            "node", "role", "account", "process", "JSON-RPC", "metrics", "log",
        ]);
        for node in &self.nodes {
            let process = node.pid.map(|pid| pid.to_string());
            table.add_row([
                &node.name,
                node.role,
                node.account.as_deref().unwrap_or_default(),
                process.as_deref().unwrap_or_default(),
                &node.rpc,
                node.metrics.as_deref().unwrap_or_default(),
                &node.log.to_string_lossy(),
            ]);
        }
        writeln!(f, "\n{table}\n\nIn the browser:")?;
        let names = self.nodes.iter().map(|node| node.name.chars().count());
        let width = names.max().unwrap_or(0);
        for node in &self.nodes {
            writeln!(f, "  {:<width$}  {}", node.name, node.apps)?;
        }
        match &self.r#try {
            Some(command) => writeln!(
                f,
                "\nA first task, from {REQUESTER}; its result goes to {RESULT}, and stays:\n  {command}"
            ),
            None => writeln!(
                f,
                "\nNo first task: that takes a provider (--provider) and a requester's node (--ipfs)"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_the_words_as_they_are() {
        assert_eq!(quoted("/tmp/a-b_c.1"), "/tmp/a-b_c.1");
        assert_eq!(quoted("/my net"), "'/my net'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }
}
