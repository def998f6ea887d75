//! Four validators that reach each other only through proxies: a network that can be split, and over which messages can
//! be delayed.

use std::{
    collections::BTreeMap,
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result};
use serde_json::{json, Value};
use tempfile::TempDir;

use crate::{cluster::VALIDATORS, prepared, proxy::Proxy, Cluster, Node};

/// Validators, and between each two of them a proxy for each direction in which they connect.
pub struct Mesh {
    /// The validators.
    pub cluster: Cluster,
    proxies: BTreeMap<(usize, usize), Proxy>,
    _spec: TempDir,
}

impl Mesh {
    /// Starts the validators of the `local` preset, each with these further arguments, and connects them.
    ///
    /// # Errors
    /// If the validators do not start.
    pub async fn start(arguments: &[&str]) -> Result<Self> {
        let folder = TempDir::with_prefix("aicpw-mesh-").context("a temporary folder")?;
        let spec = spec(folder.path()).await?.display().to_string();
        let arguments = [&["--reserved-only"], arguments].concat();
        let mut mesh = Self {
            cluster: Cluster::strangers_on(&spec, &arguments).await?,
            proxies: BTreeMap::new(),
            _spec: folder,
        };
        for from in 0..VALIDATORS.len() {
            for to in 0..VALIDATORS.len() {
                if from != to {
                    let target = socket(mesh.node(to)?).await?;
                    mesh.proxies.insert((from, to), Proxy::start(target).await?);
                }
            }
        }
        for from in 0..VALIDATORS.len() {
            mesh.introduce(from).await?;
        }
        Ok(mesh)
    }

    /// Starts validators that can also disconnect by themselves. Each knows those that were started before it, through
    /// proxies, as nodes to start from. A node never disconnects from a reserved peer, not even from one that has
    /// refused it a block for asking too often; it waits for that answer for ever.
    ///
    /// # Errors
    /// If the validators do not start.
    pub async fn start_from_each_other(arguments: &[&str]) -> Result<Self> {
        let folder = TempDir::with_prefix("aicpw-mesh-").context("a temporary folder")?;
        let spec = spec(folder.path()).await?.display().to_string();
        let mut proxies = BTreeMap::new();
        let link = async |from, to, address: String| {
            let proxy = Proxy::start(socket_of(&address)?).await?;
            let through = through(&proxy, &address)?;
            proxies.insert((from, to), proxy);
            Ok(Some(through))
        };
        let cluster = Cluster::linked_on(&spec, arguments, link).await?;
        Ok(Self {
            cluster,
            proxies,
            _spec: folder,
        })
    }

    /// Tells a validator where the others are. It forgets this when it ends.
    ///
    /// # Errors
    /// If the validator does not answer.
    pub async fn introduce(&self, from: usize) -> Result<()> {
        let client = self.node(from)?.client().await?;
        for ((_, to), proxy) in self.proxies.iter().filter(|((own, _), _)| *own == from) {
            let address = self.node(*to)?.address().await?;
            let reserved = through(proxy, &address)?;
            let _: Value = client
                .call("system_addReservedPeer", &[reserved.into()])
                .await?;
        }
        Ok(())
    }

    /// Cuts every line between the validators of the first part, by their indices, and the others.
    pub fn part(&self, first: &[usize]) {
        for ((from, to), proxy) in &self.proxies {
            if first.contains(from) != first.contains(to) {
                proxy.cut();
            }
        }
    }

    /// Mends every line.
    pub fn heal(&self) {
        self.proxies.values().for_each(Proxy::heal);
    }

    /// Delays every message by this much from now on.
    pub fn delay(&self, one_way: Duration) {
        let proxies = self.proxies.values();
        proxies.for_each(|proxy| proxy.delay(one_way));
    }

    fn node(&self, index: usize) -> Result<&Node> {
        let node = self.cluster.validators.get(index);
        node.with_context(|| format!("no validator {index}"))
    }
}

/// Writes the preset's chain specification, which says that the chain is not a local one. So no node tells others an
/// address on loopback, or believes one, and none finds a way past the proxies.
async fn spec(folder: &Path) -> Result<PathBuf> {
    let preset = prepared::chain_spec("local").await?;
    let mut spec: Value = serde_json::from_slice(&fs::read(preset)?)?;
    spec["chainType"] = json!("Live");
    let path = folder.join("mesh.json");
    fs::write(&path, serde_json::to_vec(&spec)?).with_context(|| path.display().to_string())?;
    Ok(path)
}

/// Returns the address of a peer with a proxy in front of it.
fn through(proxy: &Proxy, address: &str) -> Result<String> {
    let (_, peer) = address
        .split_once("/p2p/")
        .context("an address of a peer")?;
    let port = proxy.address().port();
    Ok(format!("/ip4/127.0.0.1/tcp/{port}/p2p/{peer}"))
}

/// Returns the socket on which a node listens for others.
async fn socket(node: &Node) -> Result<SocketAddr> {
    socket_of(&node.address().await?)
}

/// Returns the socket of an address on loopback.
fn socket_of(address: &str) -> Result<SocketAddr> {
    let port = address.split('/').nth(4).unwrap_or_default();
    let port = port
        .parse()
        .with_context(|| format!("the port of {address}"))?;
    Ok(([127, 0, 0, 1], port).into())
}
