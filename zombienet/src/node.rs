//! One `aicpw-node` process.

use std::{
    fs::{self, File},
    io::{Read, Seek, SeekFrom},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::Mutex,
    time::Duration,
};

use anyhow::{bail, Context, Result};
use rustix::process::{kill_process, Pid, Signal};

use crate::{
    binaries,
    kept_port::KeptPort,
    prepared,
    wait::{self, Seen},
    Client,
};

/// How long a node may take until it answers: many times what an idle machine needs.
const START: Duration = Duration::from_secs(300);

/// How long a node may take to end in good order.
const END: Duration = Duration::from_secs(120);

/// Lines of a log that are shown with an error.
const LOG_TAIL: usize = 40;

/// A TCP address with a port that the system chooses.
const ANY_PORT: &str = "/ip4/127.0.0.1/tcp/0";

/// The options with which a node is started.
#[derive(Clone, Debug, Default)]
pub struct NodeOptions {
    /// Its name in logs, and that of its folder.
    pub name: String,
    /// A preset, `dev` or `local`, or the path of a chain specification.
    pub chain: String,
    /// Further arguments, such as `--alice` or `--provider`.
    pub arguments: Vec<String>,
    /// Multiaddresses of nodes to start from.
    pub bootnodes: Vec<String>,
    /// Whether it serves metrics.
    pub metrics: bool,
    /// The address at which it listens for other nodes; with `None` the system chooses a port.
    pub listen: Option<String>,
    /// The variables that its environment has in addition to that of this process.
    pub variables: Vec<(String, String)>,
}

impl NodeOptions {
    /// Returns the options of a node of that name on that chain.
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

    /// Has it publish, for those that look for it as a validator, the address at which it listens: a port that is free
    /// now.
    ///
    /// # Errors
    /// If no port is free.
    pub fn announced(mut self) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context("a free port")?;
        let address = format!("/ip4/127.0.0.1/tcp/{}", listener.local_addr()?.port());
        self.listen = Some(address.clone());
        Ok(self.arg("--public-addr").arg(address))
    }

    /// Sets a variable of its environment.
    #[must_use]
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// Has it serve metrics, on a port that the system chooses.
    #[must_use]
    pub fn with_metrics(mut self) -> Self {
        self.metrics = true;
        self
    }

    /// Adds a node to start from.
    #[must_use]
    pub fn bootnode(mut self, address: impl Into<String>) -> Self {
        self.bootnodes.push(address.into());
        self
    }
}

/// A running node. It is killed when this is dropped, also when a test panics. Its IPFS process and its executors end
/// with it, however it ends.
pub struct Node {
    options: NodeOptions,
    base: PathBuf,
    child: Mutex<Option<Child>>,
    url: String,
    metrics: Option<String>,
    /// Where others reach it. The system chooses the ports at the first start, and they are kept after that, because
    /// others remember them.
    listen: String,
    ipfs_listen: String,
    /// Those ports, while it is not running.
    kept: Vec<KeptPort>,
    /// The length of the log when the process was last started.
    log_from: u64,
}

impl Node {
    /// Starts a node with its data under `folder` and waits until its RPC answers.
    ///
    /// # Errors
    /// If the node does not start, ends, or does not answer in time; the error has the end of its log.
    pub async fn start(folder: &Path, options: NodeOptions) -> Result<Self> {
        let base = folder.join(&options.name);
        fs::create_dir_all(&base).with_context(|| base.display().to_string())?;
        let listen = options.listen.clone();
        let mut node = Self {
            options,
            base,
            child: Mutex::new(None),
            url: String::new(),
            metrics: None,
            listen: listen.unwrap_or_else(|| ANY_PORT.into()),
            ipfs_listen: ANY_PORT.into(),
            kept: Vec::new(),
            log_from: 0,
        };
        node.launch().await?;
        Ok(node)
    }

    /// Starts it again on the same data and ports. Kills it first if it is running.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn restart(&mut self) -> Result<()> {
        self.kill()?;
        self.launch().await
    }

    async fn launch(&mut self) -> Result<()> {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.log_path())
            .context("the node's log")?;
        self.log_from = log.metadata()?.len();
        let spec = prepared::chain_spec(&self.options.chain).await?;
        let mut command = Command::new(binaries::find("aicpw-node")?);
        command
            .arg("--base-path")
            .arg(&self.base)
            .arg("--compiled-runtimes")
            .arg(prepared::compiled_runtimes()?)
            .arg("--chain")
            .arg(spec)
            .args(["--name", &self.options.name])
            .args(["--listen-addr", &self.listen, "--rpc-port", "0"])
            .args([
                "--no-mdns",
                "--no-telemetry",
                "--unsafe-force-node-key-generation",
            ])
            .args(["--rpc-cors", "all", "--allow-private-ip"])
            .args(&self.options.arguments)
            .envs(self.options.variables.iter().cloned());
        let says_which = |word: &String| word == "--rpc-methods";
        if !self.options.arguments.iter().any(says_which) {
            command.args(["--rpc-methods", "unsafe"]);
        }
        if self.options.metrics {
            command.args(["--prometheus-port", "0"]);
        } else {
            command.arg("--no-prometheus");
        }
        if self.has_ipfs() {
            command.args(["--ipfs-listen", &self.ipfs_listen]);
        }
        for bootnode in &self.options.bootnodes {
            command.args(["--bootnodes", bootnode]);
        }
        command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        self.kept.clear();
        let child = command.spawn().context("starting aicpw-node")?;
        *self.child.get_mut().unwrap_or_else(|e| e.into_inner()) = Some(child);
        let ready = self.until_ready().await;
        ready.map_err(|error| self.explain(error))
    }

    /// Waits until it listens and answers, and remembers its addresses.
    async fn until_ready(&mut self) -> Result<()> {
        self.url = self
            .until_alive("to listen", || async {
                let log = self.log_since_start()?;
                let lines = log.lines().count();
                Ok(Seen::some(rpc_url(&log), || {
                    format!("{lines} lines in its log, none with an address")
                }))
            })
            .await?;
        // The first connection also proves that it answers.
        let client = self
            .until_alive("to answer", || async {
                let client = Client::connect(&self.url).await?;
                client.best().await?;
                Ok(Seen::Met(client))
            })
            .await?;
        self.listen = self
            .until_alive("to listen for other nodes", || async {
                let address = client.listen_address().await?;
                Ok(Seen::some(address.and_then(without_peer), || "no address"))
            })
            .await?;
        if self.options.metrics {
            let metrics = self.until_alive("to serve metrics", || async {
                let log = self.log_since_start()?;
                Ok(Seen::some(metrics_url(&log), || "no line about it"))
            });
            self.metrics = Some(metrics.await?);
        }
        if self.has_ipfs() {
            self.ipfs_listen = self
                .until_alive("to have an IPFS address", || async {
                    let addresses: Vec<String> = client.call("aicpw_ipfsAddresses", &[]).await?;
                    let address = addresses.into_iter().find_map(without_peer);
                    Ok(Seen::some(address, || "no address"))
                })
                .await?;
        }
        Ok(())
    }

    /// Waits for something that can no longer come once the process has ended.
    async fn until_alive<T, F, Fut>(&self, what: &str, mut probe: F) -> Result<T>
    where
        F: FnMut() -> Fut,
        Fut: std::future::Future<Output = Result<Seen<T>>>,
    {
        let what = format!("{} {what}", self.options.name);
        let outcome = wait::until(&what, START, || {
            // This is read first, so that what a process wrote before it ended is still seen.
            let ended = self.ended();
            let seen = probe();
            async move {
                match (seen.await, ended?) {
                    (Ok(Seen::Met(value)), _) => Ok(Seen::Met(Ok(value))),
                    (_, Some(status)) => Ok(Seen::Met(Err(status))),
                    (Ok(Seen::NotYet(seen)), None) => Ok(Seen::NotYet(seen)),
                    (Err(error), None) => Err(error),
                }
            }
        });
        match outcome.await? {
            Ok(value) => Ok(value),
            Err(status) => bail!("waiting for {what}: the process ended with {status}"),
        }
    }

    /// Returns how the process ended, if it ended by itself.
    ///
    /// # Errors
    /// If the system does not say.
    pub fn ended(&self) -> Result<Option<ExitStatus>> {
        let mut child = self.child.lock().unwrap_or_else(|e| e.into_inner());
        match &mut *child {
            Some(child) => Ok(child.try_wait()?),
            None => Ok(None),
        }
    }

    fn has_ipfs(&self) -> bool {
        let mut arguments = self.options.arguments.iter();
        arguments.any(|a| a == "--provider" || a == "--ipfs")
    }

    /// Returns the URL of its JSON-RPC, `ws://…`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns its name.
    pub fn name(&self) -> &str {
        &self.options.name
    }

    /// Returns the URL of its metrics, `http://…`, if it serves any.
    pub fn metrics(&self) -> Option<&str> {
        self.metrics.as_deref()
    }

    /// Returns its folder.
    pub fn base(&self) -> &Path {
        &self.base
    }

    /// Returns its process id while it runs.
    pub fn pid(&self) -> Option<u32> {
        let child = self.child.lock().unwrap_or_else(|e| e.into_inner());
        child.as_ref().map(Child::id)
    }

    /// Returns everything it has logged so far.
    ///
    /// # Errors
    /// If the log cannot be read.
    pub fn log(&self) -> Result<String> {
        let bytes = fs::read(self.log_path())?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Opens a new connection.
    pub async fn client(&self) -> Result<Client> {
        Client::connect(&self.url)
            .await
            .map_err(|error| self.explain(error))
    }

    /// Returns the address at which it listens for other nodes.
    pub async fn address(&self) -> Result<String> {
        let client = self.client().await?;
        let address = client.listen_address().await?;
        address.with_context(|| format!("{} has no listen address", self.options.name))
    }

    /// Waits until it has finalised this height.
    pub async fn wait_finalised(&self, height: u32, limit: Duration) -> Result<()> {
        let client = self.client().await?;
        wait::until(
            &format!("{} to finalise {height}", self.options.name),
            limit,
            || async {
                let finalised = client.finalised().await?;
                Ok(Seen::when(finalised >= height, || finalised))
            },
        )
        .await
        .map_err(|error| self.explain(error))
    }

    /// Waits until it has seen the commitment of a block at this height or above.
    pub async fn wait_committed(&self, height: u32, limit: Duration) -> Result<()> {
        let client = self.client().await?;
        wait::until(
            &format!("{} to see a commitment of {height}", self.options.name),
            limit,
            || async {
                let committed = client.committed().await?;
                let committed = client.header(Some(&committed)).await?.number()?;
                Ok(Seen::when(committed >= height, || committed))
            },
        )
        .await
        .map_err(|error| self.explain(error))
    }

    /// Kills it at once with SIGKILL. Does nothing if it is not running.
    pub fn kill(&mut self) -> Result<()> {
        let child = self.child.get_mut().unwrap_or_else(|e| e.into_inner());
        if let Some(mut child) = child.take() {
            child.kill().context("killing the node")?;
            child.wait().context("waiting for the killed node")?;
            let ports = [&self.listen, &self.ipfs_listen];
            self.kept = ports
                .into_iter()
                .filter_map(|at| KeptPort::of(at))
                .collect();
        }
        Ok(())
    }

    /// Sends it SIGINT, as Ctrl-C does: it ends in good order, which takes a moment. Does nothing if it is not running.
    ///
    /// # Errors
    /// If the process cannot be signalled.
    pub fn interrupt(&self) -> Result<()> {
        // A process that was waited for no longer exists, and its id may belong to another.
        if self.ended()?.is_some() {
            return Ok(());
        }
        let pid = self.pid().and_then(|pid| i32::try_from(pid).ok());
        match pid.and_then(Pid::from_raw) {
            Some(pid) => kill_process(pid, Signal::INT).context("interrupting the node"),
            None => Ok(()),
        }
    }

    /// Waits for the end of a process that was interrupted. Returns `None` if it was not running.
    ///
    /// # Errors
    /// If the process does not end.
    pub async fn wait_ended(&self) -> Result<Option<ExitStatus>> {
        if self.pid().is_none() {
            return Ok(None);
        }
        let what = format!("{} to end", self.options.name);
        let ended = wait::until(&what, END, || async {
            Ok(Seen::some(self.ended()?, || "it runs"))
        });
        ended.await.map(Some)
    }

    /// Returns what it has logged since it was last started.
    fn log_since_start(&self) -> Result<String> {
        let mut file = File::open(self.log_path())?;
        file.seek(SeekFrom::Start(self.log_from))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Returns the path of its log.
    pub fn log_path(&self) -> PathBuf {
        self.base.with_extension("log")
    }

    /// Adds to an error the end of the log, and whether the process ended by itself.
    pub fn explain(&self, error: anyhow::Error) -> anyhow::Error {
        let log = fs::read(self.log_path()).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().collect();
        let end = lines[lines.len().saturating_sub(LOG_TAIL)..].join("\n");
        let state = match self.ended() {
            Ok(Some(status)) => format!(" (the process ended with {status})"),
            _ => String::new(),
        };
        error.context(format!("{}'s log ends{state}:\n{end}", self.options.name))
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Err(error) = self.kill() {
            eprintln!("{}: {error:#}", self.options.name);
        }
    }
}

/// Returns the address in the line that the SDK logs when its RPC server listens.
fn rpc_url(log: &str) -> Option<String> {
    let line = log
        .lines()
        .find(|line| line.contains("Running JSON-RPC server"))?;
    let address = line.split("addr=").nth(1)?;
    // In a JSON log the address ends with the message.
    let end = address.find([',', ' ', '"']).unwrap_or(address.len());
    Some(format!("ws://{}", &address[..end]))
}

/// Returns the URL of the metrics from the line that the SDK logs when it serves them.
fn metrics_url(log: &str) -> Option<String> {
    let (_, rest) = log.split_once("Prometheus exporter started at ")?;
    // The line has to be complete.
    let (line, _) = rest.split_once('\n')?;
    Some(format!("http://{}/metrics", line.split([' ', '"']).next()?))
}

/// Returns a TCP address without the identity of the node that listens there.
fn without_peer(address: String) -> Option<String> {
    let address = address.split("/p2p/").next()?;
    let is_local_tcp = address.starts_with("/ip4/127.0.0.1/tcp/");
    is_local_tcp.then(|| address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_to_listen_on_has_no_identity() {
        let address = |text: &str| without_peer(text.into());
        let local = Some("/ip4/127.0.0.1/tcp/4001".to_owned());
        assert_eq!(address("/ip4/127.0.0.1/tcp/4001/p2p/12D3KooW"), local);
        assert_eq!(address("/ip4/127.0.0.1/tcp/4001"), local);
        assert_eq!(address("/ip4/10.0.0.1/tcp/4001"), None);
    }

    #[test]
    fn the_rpc_address_is_read_from_the_log() {
        let log = "a\n2026 Running JSON-RPC server: addr=127.0.0.1:41087,[::1]:39943\nb";
        assert_eq!(rpc_url(log).as_deref(), Some("ws://127.0.0.1:41087"));
        let log = "{\"message\":\"Running JSON-RPC server: addr=127.0.0.1:41087\"}\n";
        assert_eq!(rpc_url(log).as_deref(), Some("ws://127.0.0.1:41087"));
        assert_eq!(rpc_url("nothing"), None);
    }

    #[test]
    fn the_address_of_metrics_is_read_from_the_log() {
        let log = "a\n2026 〽️ Prometheus exporter started at 127.0.0.1:39\nb";
        let url = "http://127.0.0.1:39/metrics";
        assert_eq!(metrics_url(log).as_deref(), Some(url));
        let log = "{\"message\":\"Prometheus exporter started at 127.0.0.1:39\"}\n";
        assert_eq!(metrics_url(log).as_deref(), Some(url));
        assert_eq!(metrics_url("Prometheus exporter started at 127.0."), None);
    }
}
