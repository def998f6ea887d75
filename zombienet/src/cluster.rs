//! Several nodes of one network.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result};
use tempfile::TempDir;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{Node, NodeOptions};

/// The validators of the `local` preset, in its order.
pub const VALIDATORS: [&str; 4] = ["alice", "bob", "charlie", "dave"];

/// How long a new node may take to the height of the others: many times what an idle machine needs.
const CATCH_UP: Duration = Duration::from_secs(300);

/// Networks share the machine's cores. Those of up to three nodes spend most of their time waiting for a
/// deadline of the chain, and four of them hardly notice each other; more nodes take the place of two, and ten or
/// more take all of it. With six shares, of which four networks had more than three nodes, fifteen nodes kept two
/// cores busy, and none of these ended within four minutes. The program has to run with as many threads, and one
/// for those that share a network (AICPW_NETWORK_THREADS in `scripts/env.sh`).
const ROOM: u32 = 4;
/// The share of more than three nodes.
const MANY: u32 = 2;
static FREE: Semaphore = Semaphore::const_new(ROOM as usize);

/// The right to a whole share of the machine's cores, for a network that is not a [`Cluster`].
///
/// # Errors
/// Never, as long as this process runs.
pub async fn whole_machine() -> Result<SemaphorePermit<'static>> {
    room_for(ROOM).await
}

/// The right to the share of a single node, for one that is not of a [`Cluster`].
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

/// A network whose data is deleted with it.
pub struct Cluster {
    /// Its validators.
    pub validators: Vec<Node>,
    // Dropped after those that write into it.
    folder: TempDir,
    _room: SemaphorePermit<'static>,
}

impl Cluster {
    /// A single validator on the development chain.
    pub async fn development() -> Result<Self> {
        Self::single_on("dev", &[]).await
    }

    /// The same, with these further arguments.
    pub async fn development_with(arguments: &[&str]) -> Result<Self> {
        Self::single_on("dev", arguments).await
    }

    /// The same for more than three nodes: its share of the cores is that of four validators.
    pub async fn crowded_development_with(arguments: &[&str]) -> Result<Self> {
        Self::single(alice("dev", arguments), MANY).await
    }

    /// The same for so many nodes that they take all of the cores: no other network goes on meanwhile.
    pub async fn lone_development_with(arguments: &[&str]) -> Result<Self> {
        Self::single(alice("dev", arguments), ROOM).await
    }

    /// The same on another chain spec of one validator, with these further arguments.
    pub async fn single_on(chain: &str, arguments: &[&str]) -> Result<Self> {
        Self::single(alice(chain, arguments), 1).await
    }

    /// [`Self::development_with`], with this variable in the validator's environment.
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

    /// The four validators of the `local` preset, each with these further arguments.
    pub async fn local(arguments: &[&str]) -> Result<Self> {
        Self::local_on("local", arguments).await
    }

    /// The same on another chain spec of four validators: a preset's name or a file.
    pub async fn local_on(chain: &str, arguments: &[&str]) -> Result<Self> {
        let first = async |_, to, address| Ok((to == 0).then_some(address));
        Self::linked_on(chain, arguments, first).await
    }

    /// The same, and each says where it listens to who looks for it as a validator. Without that it knows what
    /// others have told it of its address, if they have.
    pub async fn announced_on(chain: &str) -> Result<Self> {
        let first = async |_, to, address| Ok((to == 0).then_some(address));
        Self::started(chain, &[], NodeOptions::announced, first).await
    }

    /// The four of the `local` preset, each changed by `change`, which finds them by their names.
    pub async fn local_each(change: impl Fn(NodeOptions) -> NodeOptions) -> Result<Self> {
        let first = async |_, to, address| Ok((to == 0).then_some(address));
        Self::started("local", &[], |options| Ok(change(options)), first).await
    }

    /// The same, but none of them is told of another.
    pub async fn strangers_on(chain: &str, arguments: &[&str]) -> Result<Self> {
        Self::linked_on(chain, arguments, async |_, _, _| Ok(None)).await
    }

    /// The same, and each is told of those that were started before it: `link` says at which address, if at
    /// all, by the indices of the two and the address of the other.
    ///
    /// # Errors
    /// They do not start, or a link cannot be made.
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

    /// Where the nodes keep their data.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Starts a further node that knows the first validator. It may still be far behind.
    pub async fn add(&self, options: NodeOptions) -> Result<Node> {
        let options = options.bootnode(self.first()?.address().await?);
        Node::start(self.folder.path(), options).await
    }

    /// The same, and waits until it has caught up.
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

/// The one validator of a chain, with these further arguments.
fn alice(chain: &str, arguments: &[&str]) -> NodeOptions {
    let options = NodeOptions::new("alice", chain)
        .arg("--alice")
        .arg("--force-authoring");
    arguments.iter().fold(options, |all, one| all.arg(*one))
}
