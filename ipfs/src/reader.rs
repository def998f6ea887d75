//! Walks a file, from the store or from the network, and streams its content.

use crate::error::OpError;
use crate::storage::{Hold, Storage};
use crate::unixfs::{self, Child, Node};
use crate::window::Window;
use bytes::Bytes;
use cid::Cid;
use futures::Stream;
use rust_ipfs::{Block, Ipfs};
use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;

/// Largest block that bitswap carries; room for it is made before one is asked for.
const MAX_BLOCK: u64 = 2 << 20;

/// How long a block is waited for when the request has no `timeout`.
const PATIENCE: Duration = Duration::from_secs(600);

/// What the library is told: it forgets a want when the *first* waiter's time is up, also if
/// others still wait. Our own clocks end every wait, so its clock must be later than them all.
const LIBRARY_PATIENCE: Duration = Duration::from_secs(24 * 3600);

/// The library does not wake a waiter that subscribes just after the block was stored by another
/// request; looking again closes that gap.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// Where blocks come from.
#[derive(Clone)]
pub struct Source {
    /// The node.
    pub ipfs: Ipfs,
    /// Its store.
    pub storage: Arc<Storage>,
}

/// A file whose root block is here.
pub struct File {
    source: Source,
    root: Cid,
    node: Node,
    root_bytes: u64,
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
    /// Finds the root block of a file.
    ///
    /// # Errors
    /// When no peer delivers it before `deadline`, or it is not a file.
    pub async fn open(&self, root: Cid, deadline: Option<Instant>) -> Result<File, OpError> {
        unixfs::check_cid(&root)?;
        let mut hold = self.storage.hold();
        hold.add([root]).await;
        let block = self.block(root, deadline).await?;
        let root_bytes = block.data().len() as u64;
        let node = unixfs::decode(&block)?;
        Ok(File {
            source: self.clone(),
            root,
            node,
            root_bytes,
            hold,
            deadline,
        })
    }

    async fn block(&self, cid: Cid, deadline: Option<Instant>) -> Result<Block, OpError> {
        let repo = self.storage.repo();
        if let Some(block) = repo.get_block_now(cid).await? {
            return Ok(block);
        }
        self.storage.make_room(MAX_BLOCK).await?;

        let asked = Instant::now();
        let until = deadline.unwrap_or(asked + PATIENCE);
        let mut arrival = std::pin::pin!(repo.get_block(cid).timeout(LIBRARY_PATIENCE));
        loop {
            tokio::select! {
                block = &mut arrival => {
                    let block = block?;
                    self.storage.grew(block.data().len() as u64);
                    return Ok(block);
                }
                () = tokio::time::sleep(LOOK_AGAIN) => {
                    if let Some(block) = repo.get_block_now(cid).await? {
                        return Ok(block);
                    }
                }
                () = tokio::time::sleep_until(until) => {
                    let peers = self.ipfs.connected().await.map_or(0, |peers| peers.len());
                    return Err(OpError::NotFound { cid, waited: asked.elapsed(), peers });
                }
            }
        }
    }
}

impl File {
    /// What the root block says.
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
            let mut walk = Walk::new(self, range);
            while let Some(piece) = walk.next().await? {
                yield piece;
            }
        }
    }

    /// Fetches all that is missing of the file, and pins it.
    pub async fn pin(self) -> Result<(), OpError> {
        let (storage, root) = (self.source.storage.clone(), self.root);
        let mut walk = Walk::new(self, 0..u64::MAX);
        while walk.next().await?.is_some() {}
        storage.pin(&root, walk.hold.blocks()).await
    }
}

/// A depth-first walk that asks for blocks ahead of their turn.
struct Walk {
    source: Source,
    deadline: Option<Instant>,
    range: Range<u64>,
    hold: Hold,
    /// Content of a file of one block.
    whole: Option<Bytes>,
    /// What is still to visit; the next is the last.
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
    fn new(file: File, range: Range<u64>) -> Self {
        let mut walk = Self {
            source: file.source,
            deadline: file.deadline,
            range,
            hold: file.hold,
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
            if start < self.range.end && end > self.range.start {
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

    /// The next piece of content, never empty; `None` at the end.
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
            let block = self.arrival(visit.fetch, visit.child.cid).await?;
            let node = unixfs::decode(&block)?;
            unixfs::check_child(&visit.child, visit.depth, &node)?;
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
            // A block that occurs twice is asked for once; the second finds it in the store.
            if visit.fetch.is_none() && self.asked.insert(cid) {
                let (source, deadline) = (self.source.clone(), self.deadline);
                visit.fetch = Some(AbortOnDropHandle::new(tokio::spawn(async move {
                    let asked = Instant::now();
                    (source.block(cid, deadline).await, asked.elapsed())
                })));
            }
        }
    }

    async fn arrival(
        &mut self,
        fetch: Option<AbortOnDropHandle<(Result<Block, OpError>, Duration)>>,
        cid: Cid,
    ) -> Result<Block, OpError> {
        let Some(fetch) = fetch else {
            return self.source.block(cid, self.deadline).await;
        };
        let (block, took) = fetch.await.map_err(anyhow::Error::from)?;
        self.asked.remove(&cid);
        self.window.arrived_after(took);
        block
    }

    /// The part of `data`, which starts at `start` in the file, that is in the range.
    fn clip(&self, data: Bytes, start: u64) -> Bytes {
        let len = data.len() as u64;
        let from = self.range.start.saturating_sub(start).min(len);
        let to = self.range.end.saturating_sub(start).clamp(from, len);
        // Both are at most `len`, which is the length of something in memory.
        data.slice(from as usize..to as usize)
    }
}
