//! Several nodes of one network.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result};
use tempfile::TempDir;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{Node, NodeOptions};

/// The validators of the `local` preset, in its order.
pub const VALIDATORS: [&str; 4] = ["alice", "bob", "charlie", "dave"];

/// How long a new node may take to reach the height of the others: many times what an idle machine needs.
const CATCH_UP: Duration = Duration::from_secs(300);

/// Shares of the machine's cores, which networks divide among them. Networks of up to three nodes spend most of their
/// time waiting for a deadline of the chain, and four of them hardly disturb each other. A network of more nodes takes
/// two shares, and one of ten or more takes all. With six shares, of which four networks had more than three nodes,
/// fifteen nodes kept two cores busy, and none of these networks ended within four minutes. The program has to run with
/// as many threads as there are shares, and one more for the tests that share a network (AICPW_NETWORK_THREADS in
/// `scripts/env.sh`).
const ROOM: u32 = 4;
/// The shares of a network of more than three nodes.
const MANY: u32 = 2;
static FREE: Semaphore = Semaphore::const_new(ROOM as usize);

/// Waits for all shares of the machine's cores, for a network that is not a [`Cluster`].
///
/// # Errors
/// Never, as long as this process runs.
pub async fn whole_machine() -> Result<SemaphorePermit<'static>> {
    room_for(ROOM).await
}

/// Waits for the shares of more than three nodes, for a network that is not a [`Cluster`].
///
/// # Errors
/// Never, as long as this process runs.
pub async fn crowded_share() -> Result<SemaphorePermit<'static>> {
    room_for(MANY).await
}

/// Waits for the share of a single node, for one that is not part of a [`Cluster`].
///
/// # Errors
/// Never, as long as this process runs.
pub async fn share() -> Result<SemaphorePermit<'static>> {
    room_for(1).await
}

async fn room_for(share: u32) -> Result<SemaphorePermit<'static>> {
    let room = FREE.acquire_many(share).await;
    room.context("room for this network")
}

/// A network whose data is deleted when it is dropped.
pub struct Cluster {
    /// Its validators.
    pub validators: Vec<Node>,
    // Dropped after the nodes that write into it.
    folder: TempDir,
    _room: SemaphorePermit<'static>,
}

impl Cluster {
    /// Starts a single validator on the development chain.
    pub async fn development() -> Result<Self> {
        Self::single_on("dev", &[]).await
    }

    /// Starts the same, with these further arguments.
    pub async fn development_with(arguments: &[&str]) -> Result<Self> {
        Self::single_on("dev", arguments).await
    }

    /// Starts the same for a network of more than three nodes, which takes as many shares of the cores as four
    /// validators.
    pub async fn crowded_development_with(arguments: &[&str]) -> Result<Self> {
        Self::single(alice("dev", arguments), MANY).await
    }

    /// Starts the same for a network of so many nodes that it takes all shares: no other network runs meanwhile.
    pub async fn lone_development_with(arguments: &[&str]) -> Result<Self> {
        Self::single(alice("dev", arguments), ROOM).await
    }

    /// Starts a single validator on another chain specification, with these further arguments.
    pub async fn single_on(chain: &str, arguments: &[&str]) -> Result<Self> {
        Self::single(alice(chain, arguments), 1).await
    }

    /// Starts [`Self::development_with`], with this variable in the validator's environment.
    pub async fn development_in(variable: (&str, &str), arguments: &[&str]) -> Result<Self> {
        let (name, value) = variable;
        Self::single(alice("dev", arguments).variable(name, value), 1).await
    }

    async fn single(options: NodeOptions, share: u32) -> Result<Self> {
        let room = room_for(share).await?;
        let folder = TempDir::with_prefix("aicpw-network-").context("a temporary folder")?;
        let validators = vec![Node::start(folder.path(), options).await?];
        Ok(Self {
            validators,
            folder,
            _room: room,
        })
    }

    /// Starts the four validators of the `local` preset, each with these further arguments.
    pub async fn local(arguments: &[&str]) -> Result<Self> {
        Self::local_on("local", arguments).await
    }

    /// Starts four validators on another chain specification: a preset's name or a file.
    pub async fn local_on(chain: &str, arguments: &[&str]) -> Result<Self> {
        let first = async |_, to, address| Ok((to == 0).then_some(address));
        Self::linked_on(chain, arguments, first).await
    }

    /// Starts four validators, each of which publishes its address for those that look for it as a validator. Without
    /// that it knows only what others have told it about its address, if they have.
    pub async fn announced_on(chain: &str) -> Result<Self> {
        let first = async |_, to, address| Ok((to == 0).then_some(address));
        Self::started(chain, &[], NodeOptions::announced, first).await
    }

    /// Starts the four validators of the `local` preset, each changed by `change`, which can tell them by their names.
    pub async fn local_each(change: impl Fn(NodeOptions) -> NodeOptions) -> Result<Self> {
        let first = async |_, to, address| Ok((to == 0).then_some(address));
        Self::started("local", &[], |options| Ok(change(options)), first).await
    }

    /// Starts four validators of which none is told of another.
    pub async fn strangers_on(chain: &str, arguments: &[&str]) -> Result<Self> {
        Self::linked_on(chain, arguments, async |_, _, _| Ok(None)).await
    }

    /// Starts four validators, each of which is told of those that were started before it. `link` gets the indices of
    /// the two and the address of the other, and returns the address to tell, if any.
    ///
    /// # Errors
    /// If the validators do not start, or a link cannot be made.
    pub async fn linked_on(
        chain: &str,
        arguments: &[&str],
        link: impl AsyncFnMut(usize, usize, String) -> Result<Option<String>>,
    ) -> Result<Self> {
        Self::started(chain, arguments, Ok, link).await
    }

    async fn started(
        chain: &str,
        arguments: &[&str],
        change: impl Fn(NodeOptions) -> Result<NodeOptions>,
        mut link: impl AsyncFnMut(usize, usize, String) -> Result<Option<String>>,
    ) -> Result<Self> {
        let room = room_for(MANY).await?;
        let folder = TempDir::with_prefix("aicpw-network-").context("a temporary folder")?;
        let mut validators: Vec<Node> = Vec::new();
        for (from, name) in VALIDATORS.into_iter().enumerate() {
            let mut options = change(NodeOptions::new(name, chain).arg(format!("--{name}")))?;
            options
                .arguments
                .extend(arguments.iter().map(|a| (*a).to_owned()));
            for (to, node) in validators.iter().enumerate() {
                let address = link(from, to, node.address().await?).await?;
                options.bootnodes.extend(address);
            }
            validators.push(Node::start(folder.path(), options).await?);
        }
        Ok(Self {
            validators,
            folder,
            _room: room,
        })
    }

    /// Adds the ends of the validators' logs to an error.
    pub fn explain(&self, error: anyhow::Error) -> anyhow::Error {
        let explain = |error, validator: &Node| validator.explain(error);
        self.validators.iter().fold(error, explain)
    }

    /// Returns the folder in which the nodes keep their data.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Starts another node, which knows the first validator. The node may still be far behind.
    pub async fn add(&self, options: NodeOptions) -> Result<Node> {
        let options = options.bootnode(self.first()?.address().await?);
        Node::start(self.folder.path(), options).await
    }

    /// Starts another node, and waits until it has caught up.
    pub async fn join(&self, options: NodeOptions) -> Result<Node> {
        let node = self.add(options).await?;
        let height = self.first()?.client().await?.finalised().await?;
        node.wait_finalised(height, CATCH_UP).await?;
        Ok(node)
    }

    fn first(&self) -> Result<&Node> {
        let first = self.validators.first();
        first.context("a network without validators")
    }
}

/// Returns the options of the only validator of a chain, with these further arguments.
fn alice(chain: &str, arguments: &[&str]) -> NodeOptions {
    let options = NodeOptions::new("alice", chain)
        .arg("--alice")
        .arg("--force-authoring");
    arguments.iter().fold(options, |all, one| all.arg(*one))
}
