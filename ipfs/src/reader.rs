//! Walks a file, from the store or from the network, and streams its content.

use crate::budget::Budget;
use crate::dht::Dht;
use crate::error::OpError;
use crate::storage::{Hold, Storage};
use crate::unixfs::{self, Child, Node};
use crate::wants::Wants;
use crate::window::Window;
use bytes::Bytes;
use cid::Cid;
use futures::Stream;
use rust_ipfs::{Block, Ipfs};
use std::collections::HashSet;
use std::convert::Infallible;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;

/// The largest block that bitswap carries.
const MAX_BLOCK: u64 = 2 << 20;

/// The room reserved for an inner block; a block of 1,024 links has 50 KiB.
const BRANCH_ROOM: u64 = 256 << 10;

/// What a leaf may have in addition to its content before it takes more room than was reserved.
const LEAF_OVERHEAD: u64 = 4 << 10;

/// How long a block is waited for when the request has no `timeout`.
const PATIENCE: Duration = Duration::from_secs(600);

/// How often the room for a block that does not come is checked: the library silently drops what
/// arrives at a full disk.
const LOOK_AT_ROOM: Duration = Duration::from_secs(5);

/// How long to wait for a block inside a file before searching for other nodes that have the file.
const SEARCH_OTHERS: Duration = Duration::from_secs(3);

/// Where blocks come from.
#[derive(Clone)]
pub struct Source {
    /// The node.
    pub ipfs: Ipfs,
    /// Its store.
    pub storage: Arc<Storage>,
    /// Its searches.
    pub wants: Arc<Wants>,
    /// The table of who has what, if the node takes part in one.
    pub dht: Option<Dht>,
}

/// A file whose root block is here.
pub struct File {
    source: Source,
    root: Cid,
    node: Node,
    root_bytes: u64,
    budget: Budget,
    hold: Hold,
    deadline: Option<Instant>,
}

/// What the root block says about the file.
#[derive(Debug, Clone, Copy)]
pub struct FileStat {
    /// Bytes of content.
    pub size: u64,
    /// Bytes of all blocks, as declared by the root.
    pub dag_size: u64,
    /// Links of the root block.
    pub links: usize,
}

impl Source {
    /// Tells others that this node has a file.
    pub async fn announce(&self, root: &Cid) {
        if let Some(dht) = &self.dht {
            dht.announce(root).await;
        }
    }

    /// Finds the root block of a file.
    ///
    /// # Errors
    /// When no peer delivers it before `deadline`, or it is not a file.
    pub async fn open(&self, root: Cid, deadline: Option<Instant>) -> Result<File, OpError> {
        unixfs::check_cid(&root)?;
        let mut hold = self.storage.hold();
        hold.add([root]).await;
        let want = Want {
            cid: root,
            room: MAX_BLOCK,
            root,
            deadline,
        };
        let block = self.block(want).await?;
        let root_bytes = block.data().len() as u64;
        let node = unixfs::decode(&block)?;
        let mut budget = Budget::for_size(node.size());
        charge(&mut budget, &root, &block, &node)?;
        Ok(File {
            source: self.clone(),
            root,
            node,
            root_bytes,
            budget,
            hold,
            deadline,
        })
    }

    async fn block(&self, want: Want) -> Result<Block, OpError> {
        let cid = want.cid;
        if let Some(block) = self.storage.repo().get_block_now(cid).await? {
            return Ok(block);
        }
        let room = self.storage.reserve(want.room).await?;
        let asked = Instant::now();
        let until = want.deadline.unwrap_or(asked + PATIENCE);
        let search = self.wants.search(cid, want.root);
        let mut arrival = std::pin::pin!(search.block());
        let mut others = std::pin::pin!(self.find_others(want));
        loop {
            tokio::select! {
                block = &mut arrival => {
                    let block = block?;
                    room.filled(block.data().len() as u64);
                    return Ok(block);
                }
                never = &mut others => match never {},
                () = tokio::time::sleep(LOOK_AT_ROOM) => self.storage.check_room()?,
                () = tokio::time::sleep_until(until) => {
                    let peers = self.ipfs.connected().await.map_or(0, |peers| peers.len());
                    return Err(OpError::NotFound { cid, waited: asked.elapsed(), peers });
                }
            }
        }
    }

    /// Connects to nodes that have the file, while it is being waited for.
    async fn find_others(&self, want: Want) -> Infallible {
        let Some(dht) = &self.dht else {
            return std::future::pending().await;
        };
        if want.cid != want.root {
            tokio::time::sleep(SEARCH_OTHERS).await;
        }
        dht.keep_finding(&want.root).await
    }
}

/// A block that is asked for.
#[derive(Clone, Copy)]
struct Want {
    cid: Cid,
    /// The most bytes that it probably has.
    room: u64,
    /// The file that it belongs to.
    root: Cid,
    deadline: Option<Instant>,
}

fn charge(budget: &mut Budget, cid: &Cid, block: &Block, node: &Node) -> Result<(), OpError> {
    let content = match node {
        Node::Leaf(data) => data.len() as u64,
        Node::Branch(_) => 0,
    };
    let bytes = block.data().len() as u64;
    budget
        .charge(bytes, content)
        .map_err(|reason| OpError::Malformed { cid: *cid, reason })
}

impl File {
    /// Returns what the root block says.
    pub fn stat(&self) -> FileStat {
        let (below, links) = match &self.node {
            Node::Leaf(_) => (0, 0),
            Node::Branch(branch) => (branch.dag_size, branch.children.len()),
        };
        let dag_size = self.root_bytes.saturating_add(below);
        FileStat {
            size: self.node.size(),
            dag_size,
            links,
        }
    }

    /// Streams the bytes of `range` that exist.
    pub fn read(self, range: Range<u64>) -> impl Stream<Item = Result<Bytes, OpError>> {
        async_stream::try_stream! {
            let mut walk = Walk::new(self, range, Repeats::Visit);
            while let Some(piece) = walk.next().await? {
                yield piece;
            }
        }
    }

    /// Fetches everything that is missing of the file, and pins it.
    pub async fn pin(self) -> Result<(), OpError> {
        let (storage, root) = (self.source.storage.clone(), self.root);
        let mut walk = Walk::new(self, 0..u64::MAX, Repeats::Skip);
        while walk.next().await?.is_some() {}
        storage.pin(&root, walk.hold.blocks()).await
    }
}

/// What a walk does with a part that it has already seen at the same depth: a small DAG that refers
/// to the same parts again and again can declare any size.
enum Repeats {
    Visit,
    Skip,
}

/// A depth-first walk that asks for blocks ahead of their turn.
struct Walk {
    source: Source,
    root: Cid,
    deadline: Option<Instant>,
    range: Range<u64>,
    budget: Budget,
    hold: Hold,
    /// The parts seen so far, if repeated ones are skipped.
    seen: Option<HashSet<(Cid, u8)>>,
    /// The content of a file of one block.
    whole: Option<Bytes>,
    /// The parts still to visit; the next one is at the end.
    stack: Vec<Visit>,
    /// Blocks asked for and not visited yet.
    asked: HashSet<Cid>,
    window: Window,
}

struct Visit {
    child: Child,
    /// Offset of its first byte in the file.
    start: u64,
    /// The root's children have depth 1.
    depth: u8,
    fetch: Option<AbortOnDropHandle<(Result<Block, OpError>, Duration)>>,
}

impl Walk {
    fn new(file: File, range: Range<u64>, repeats: Repeats) -> Self {
        let mut walk = Self {
            source: file.source,
            root: file.root,
            deadline: file.deadline,
            range,
            budget: file.budget,
            hold: file.hold,
            seen: matches!(repeats, Repeats::Skip).then(HashSet::new),
            whole: None,
            stack: Vec::new(),
            asked: HashSet::new(),
            window: Window::default(),
        };
        match file.node {
            Node::Leaf(data) => walk.whole = Some(data),
            Node::Branch(branch) => walk.push(&branch.children, 0, 1),
        }
        walk
    }

    fn push(&mut self, children: &[Child], mut start: u64, depth: u8) {
        let first = self.stack.len();
        for child in children {
            let end = start + child.size;
            let skip = match &mut self.seen {
                Some(seen) => !seen.insert((child.cid, depth)),
                None => start >= self.range.end || end <= self.range.start,
            };
            if !skip {
                self.stack.push(Visit {
                    child: *child,
                    start,
                    depth,
                    fetch: None,
                });
            }
            start = end;
        }
        self.stack[first..].reverse();
    }

    /// Returns the next piece of content, never empty; `None` at the end.
    async fn next(&mut self) -> Result<Option<Bytes>, OpError> {
        if let Some(data) = self.whole.take() {
            let data = self.clip(data, 0);
            return Ok((!data.is_empty()).then_some(data));
        }
        loop {
            self.ask_ahead().await;
            let Some(visit) = self.stack.pop() else {
                return Ok(None);
            };
            let block = self.arrival(visit.fetch, &visit.child).await?;
            let node = unixfs::decode(&block)?;
            unixfs::check_child(&visit.child, visit.depth, &node)?;
            charge(&mut self.budget, &visit.child.cid, &block, &node)?;
            match node {
                Node::Leaf(data) => return Ok(Some(self.clip(data, visit.start))),
                Node::Branch(branch) => self.push(&branch.children, visit.start, visit.depth + 1),
            }
        }
    }

    async fn ask_ahead(&mut self) {
        let from = self.stack.len().saturating_sub(self.window.blocks());
        let ahead = &mut self.stack[from..];
        self.hold
            .add(ahead.iter().map(|visit| visit.child.cid))
            .await;
        for visit in ahead.iter_mut().rev() {
            let cid = visit.child.cid;
            // A block that occurs twice is asked for once; the second visit finds it in the store.
            if visit.fetch.is_none() && self.asked.insert(cid) {
                let source = self.source.clone();
                let want = want(self.root, &visit.child, self.deadline);
                visit.fetch = Some(AbortOnDropHandle::new(tokio::spawn(async move {
                    let asked = Instant::now();
                    (source.block(want).await, asked.elapsed())
                })));
            }
        }
    }

    async fn arrival(
        &mut self,
        fetch: Option<AbortOnDropHandle<(Result<Block, OpError>, Duration)>>,
        child: &Child,
    ) -> Result<Block, OpError> {
        let Some(fetch) = fetch else {
            let want = want(self.root, child, self.deadline);
            return self.source.block(want).await;
        };
        let (block, took) = fetch.await.map_err(anyhow::Error::from)?;
        self.asked.remove(&child.cid);
        self.window.arrived_after(took);
        block
    }

    /// Returns the part of `data`, which starts at `start` in the file, that is in the range.
    fn clip(&self, data: Bytes, start: u64) -> Bytes {
        let len = data.len() as u64;
        let from = self.range.start.saturating_sub(start).min(len);
        let to = self.range.end.saturating_sub(start).clamp(from, len);
        // Both are at most `len`, which is the length of something in memory.
        data.slice(from as usize..to as usize)
    }
}

fn want(root: Cid, child: &Child, deadline: Option<Instant>) -> Want {
    let room = if child.size <= MAX_BLOCK {
        child.size + LEAF_OVERHEAD
    } else {
        BRANCH_ROOM
    };
    Want {
        cid: child.cid,
        room,
        root,
        deadline,
    }
}
