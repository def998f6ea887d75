//! One `aicpw-node` process.

use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{bail, Context, Result};

use crate::{binaries, wait, Client};

/// How long a node may take until it answers.
const START: Duration = Duration::from_secs(120);

/// What a node is started with.
#[derive(Clone, Debug, Default)]
pub struct NodeOptions {
    /// Name in logs, and of the folder.
    pub name: String,
    /// `--chain`; `dev` or `local`.
    pub chain: String,
    /// More arguments, such as `--alice` or `--provider`.
    pub arguments: Vec<String>,
    /// Multiaddresses of nodes to start from.
    pub bootnodes: Vec<String>,
}

impl NodeOptions {
    /// A node of that name on that chain.
    pub fn new(name: &str, chain: &str) -> Self {
        Self {
            name: name.into(),
            chain: chain.into(),
            ..Default::default()
        }
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, argument: impl Into<String>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Adds a node to start from.
    #[must_use]
    pub fn bootnode(mut self, address: impl Into<String>) -> Self {
        self.bootnodes.push(address.into());
        self
    }
}

/// A running node; killed when dropped.
pub struct Node {
    options: NodeOptions,
    base: PathBuf,
    child: Option<Child>,
    url: String,
}

impl Node {
    /// Starts a node with its data under `folder` and waits until its RPC answers.
    pub async fn start(folder: &Path, options: NodeOptions) -> Result<Self> {
        let base = folder.join(&options.name);
        fs::create_dir_all(&base).with_context(|| base.display().to_string())?;
        let mut node = Self {
            options,
            base,
            child: None,
            url: String::new(),
        };
        node.launch().await?;
        Ok(node)
    }

    /// Starts it again on the same data, after [`Self::kill`] or [`Self::stop`].
    pub async fn restart(&mut self) -> Result<()> {
        self.kill()?;
        self.launch().await
    }

    async fn launch(&mut self) -> Result<()> {
        let log = File::create(self.log_path()).context("the node's log")?;
        let mut command = Command::new(binaries::find("aicpw-node")?);
        command
            .arg("--base-path")
            .arg(&self.base)
            .args(["--chain", &self.options.chain, "--name", &self.options.name])
            .args(["--listen-addr", "/ip4/127.0.0.1/tcp/0", "--rpc-port", "0"])
            .args([
                "--no-mdns",
                "--no-prometheus",
                "--no-telemetry",
                "--unsafe-force-node-key-generation",
            ])
            .args([
                "--rpc-methods",
                "unsafe",
                "--rpc-cors",
                "all",
                "--allow-private-ip",
            ])
            .args(&self.options.arguments);
        if self
            .options
            .arguments
            .iter()
            .any(|a| a == "--provider" || a == "--ipfs")
        {
            command.args(["--ipfs-listen", "/ip4/127.0.0.1/tcp/0"]);
        }
        for bootnode in &self.options.bootnodes {
            command.args(["--bootnodes", bootnode]);
        }
        command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        self.child = Some(command.spawn().context("starting aicpw-node")?);
        self.url = wait::until(
            &format!("{} to listen", self.options.name),
            START,
            || async { Ok(rpc_url(&self.log()?)) },
        )
        .await
        .map_err(|error| self.explain(error))?;
        // The first connection is also the proof that it answers.
        wait::until(
            &format!("{} to answer", self.options.name),
            START,
            || async { Client::connect(&self.url).await?.best().await.map(Some) },
        )
        .await
        .map_err(|error| self.explain(error))?;
        Ok(())
    }

    /// Its JSON-RPC, `ws://…`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its folder.
    pub fn base(&self) -> &Path {
        &self.base
    }

    /// Its process id while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// A new connection.
    pub async fn client(&self) -> Result<Client> {
        Client::connect(&self.url)
            .await
            .map_err(|error| self.explain(error))
    }

    /// Where it listens for other nodes.
    pub async fn address(&self) -> Result<String> {
        let client = self.client().await?;
        wait::until("a listen address", START, || client.listen_address()).await
    }

    /// Waits until it has finalised this height.
    pub async fn wait_finalised(&self, height: u32, limit: Duration) -> Result<()> {
        let client = self.client().await?;
        wait::until(
            &format!("{} to finalise {height}", self.options.name),
            limit,
            || async { Ok((client.finalised().await? >= height).then_some(())) },
        )
        .await
        .map_err(|error| self.explain(error))
    }

    /// SIGKILL, at once; does nothing if it is not running.
    pub fn kill(&mut self) -> Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill().context("killing the node")?;
            child.wait().context("waiting for the killed node")?;
        }
        Ok(())
    }

    /// Everything it has logged so far.
    pub fn log(&self) -> Result<String> {
        let mut text = String::new();
        File::open(self.log_path())?.read_to_string(&mut text)?;
        Ok(text)
    }

    fn log_path(&self) -> PathBuf {
        self.base.with_extension("log")
    }

    /// Adds the end of the log to an error.
    pub fn explain(&self, error: anyhow::Error) -> anyhow::Error {
        let log = self.log().unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let end = lines[lines.len().saturating_sub(25)..].join("\n");
        error.context(format!("{}'s log ends:\n{end}", self.options.name))
    }

    /// Fails if the process has ended by itself.
    pub fn require_alive(&mut self) -> Result<()> {
        if let Some(child) = &mut self.child {
            if let Some(status) = child.try_wait()? {
                let error = anyhow::anyhow!("{} ended: {status}", self.options.name);
                bail!(self.explain(error));
            }
        }
        Ok(())
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Err(error) = self.kill() {
            eprintln!("{}: {error:#}", self.options.name);
        }
    }
}

/// The address in the line that the SDK logs when its RPC server listens.
fn rpc_url(log: &str) -> Option<String> {
    let line = log
        .lines()
        .find(|line| line.contains("Running JSON-RPC server"))?;
    let address = line.split("addr=").nth(1)?;
    let end = address.find([',', ' ']).unwrap_or(address.len());
    Some(format!("ws://{}", &address[..end]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rpc_address_is_read_from_the_log() {
        let log = "a\n2026 Running JSON-RPC server: addr=127.0.0.1:41087,[::1]:39943\nb";
        assert_eq!(rpc_url(log).as_deref(), Some("ws://127.0.0.1:41087"));
        assert_eq!(rpc_url("nothing"), None);
    }
}
