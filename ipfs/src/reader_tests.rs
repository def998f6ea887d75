//! Hostile files, walked to the end: each ends in an error that names the block and what is wrong
//! with it, in bounded time and memory. Cycles need no test: nobody can make one out of hashes.

use crate::cli::Cli;
use crate::error::OpError;
use crate::node;
use crate::reader::Source;
use cid::multihash::Multihash;
use cid::{Cid, Version};
use clap::Parser;
use futures::TryStreamExt;
use rust_ipfs::Block;
use rust_unixfs::file::adder::{rebuild_file_branch, Chunker, FileAdder, FileBranchLink};
use std::time::Duration;
use tokio::time::Instant;

const RAW: u64 = 0x55;
const DAG_PB: u64 = 0x70;

struct Node {
    source: Source,
    _dir: tempfile::TempDir,
}

impl Node {
    /// Returns a node without network that holds `blocks`.
    async fn with(blocks: &[Block]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let repo = dir.path().join("repo");
        std::fs::create_dir(&repo).unwrap();
        let (repo, socket) = (repo.to_str().unwrap(), "/unused");
        let cli = Cli::parse_from(["test", "--repo", repo, "--rpc-socket", socket]);
        let source = node::start(&cli).await.unwrap();
        source.storage.put(blocks.to_vec()).await.unwrap();
        Self { source, _dir: dir }
    }

    /// Returns a close deadline: nothing is on its way, so missing blocks can be noticed soon.
    fn soon() -> Option<Instant> {
        Some(Instant::now() + Duration::from_millis(200))
    }

    async fn read(&self, root: &Block) -> Result<Vec<u8>, OpError> {
        let file = self.source.open(*root.cid(), Self::soon()).await?;
        let pieces: Vec<_> = file.read(0..u64::MAX).try_collect().await?;
        Ok(pieces.concat())
    }

    async fn pin(&self, root: &Block) -> Result<(), OpError> {
        let file = self.source.open(*root.cid(), Self::soon()).await?;
        file.pin().await
    }

    /// Checks that neither reading nor pinning works.
    async fn refuses(&self, root: &Block, why: &str) {
        for error in [self.read(root).await.err(), self.pin(root).await.err()] {
            let text = error
                .unwrap_or_else(|| panic!("no error; {why}"))
                .to_string();
            assert!(text.contains(why), "{text}");
        }
        assert!(self.source.storage.pins().await.unwrap().is_empty());
    }
}

fn raw(content: &[u8]) -> Block {
    let mut adder = FileAdder::builder()
        .with_chunker(Chunker::Size(4 << 20))
        .with_cid_version(Version::V1)
        .with_raw_leaves(true)
        .build();
    let _ = adder.push(content).1;
    let (cid, data) = adder.finish().next().unwrap();
    Block::new(cid, data).unwrap()
}

fn dag_pb(data: &[u8]) -> Block {
    let cid = Cid::new_v1(DAG_PB, *raw(data).cid().hash());
    Block::new(cid, data.to_vec()).unwrap()
}

fn branch(links: &[(&Block, u64)]) -> Block {
    let size = links.iter().map(|(_, size)| size).sum();
    let links: Vec<_> = links
        .iter()
        .map(|(block, size)| FileBranchLink {
            cid: *block.cid(),
            blocksize: *size,
            tsize: *size,
        })
        .collect();
    let sha2_256 = 0x12u64.try_into().unwrap();
    let (cid, data) = rebuild_file_branch(size, &links, Version::V1, sha2_256);
    Block::new(cid, data).unwrap()
}

#[tokio::test]
async fn an_honest_file_reads_and_pins() {
    let (one, two) = (raw(b"one"), raw(b"two"));
    let inner = branch(&[(&two, 3), (&one, 3)]);
    let root = branch(&[(&one, 3), (&inner, 6), (&one, 3)]);
    let node = Node::with(&[one, two, inner, root.clone()]).await;
    assert_eq!(node.read(&root).await.unwrap(), b"onetwooneone");
    node.pin(&root).await.unwrap();
    assert!(node.source.storage.collect().await.unwrap().is_empty());
}

#[tokio::test]
async fn sizes_that_a_parent_invents() {
    let leaf = raw(b"four");
    for size in [3, 5, 1 << 40] {
        let root = branch(&[(&leaf, size)]);
        let node = Node::with(&[leaf.clone(), root.clone()]).await;
        node.refuses(&root, &format!("declares {size} bytes and it has 4"))
            .await;
    }
    // The lie is one level deeper.
    let inner = branch(&[(&leaf, 4), (&leaf, 4)]);
    let root = branch(&[(&inner, 12)]);
    let node = Node::with(&[leaf, inner, root.clone()]).await;
    node.refuses(&root, "declares 12 bytes and it has 8").await;
}

#[tokio::test]
async fn a_chain_deeper_than_any_file() {
    let mut blocks = vec![raw(b"x")];
    for _ in 0..200 {
        let last = blocks.last().unwrap();
        blocks.push(branch(&[(last, 1)]));
    }
    let node = Node::with(&blocks).await;
    node.refuses(blocks.last().unwrap(), "nested deeper than 8 levels")
        .await;
}

#[tokio::test]
async fn a_block_of_too_many_links() {
    let leaf = raw(b"x");
    let root = branch(&vec![(&leaf, 1); 8193]);
    let node = Node::with(&[leaf, root.clone()]).await;
    node.refuses(&root, "8193 links; at most 8192").await;
}

/// Eight small blocks that declare 2⁶⁰ bytes.
#[tokio::test]
async fn a_bomb_of_repeated_parts() {
    let leaf = raw(&[7; 16]);
    let mut size = 16;
    let mut blocks = vec![leaf];
    for _ in 0..7 {
        let last = blocks.last().unwrap();
        let bomb = branch(&vec![(last, size); 256]);
        size *= 256;
        blocks.push(bomb);
    }
    let root = blocks.last().unwrap();
    let node = Node::with(&blocks).await;
    let file = node.source.open(*root.cid(), None).await.unwrap();
    // Callers budget by this, before they read a byte.
    assert_eq!(file.stat().size, 1 << 60);
    // Each part is visited once.
    file.pin().await.unwrap();
    assert_eq!(
        node.source.storage.pins().await.unwrap().len(),
        blocks.len()
    );
    // A reader that goes on all the same gets the parts one after the other.
    let file = node.source.open(*root.cid(), None).await.unwrap();
    let mut content = Box::pin(file.read((1 << 59)..u64::MAX));
    assert_eq!(content.try_next().await.unwrap().unwrap(), [7; 16][..]);
}

#[tokio::test]
async fn a_bomb_of_tiny_leaves() {
    let leaf = raw(b"x");
    let inner = branch(&vec![(&leaf, 1); 8192]);
    let root = branch(&[(&inner, 8192)]);
    let node = Node::with(&[leaf, inner, root.clone()]).await;
    let error = node.read(&root).await.unwrap_err().to_string();
    assert!(error.contains("too little content"), "{error}");
}

#[tokio::test]
async fn a_leaf_padded_to_two_megabytes() {
    // A UnixFS file of one byte, and a field that no format knows.
    let mut leaf = vec![0x0a, 7, 0x08, 2, 0x12, 1, b'x', 0x18, 1];
    let padding = 1_900_000u32;
    leaf.push(0x7a);
    let mut rest = padding;
    while rest >= 0x80 {
        leaf.push((rest as u8 & 0x7f) | 0x80);
        rest >>= 7;
    }
    leaf.push(rest as u8);
    leaf.resize(leaf.len() + padding as usize, 0);
    let leaf = dag_pb(&leaf);
    let root = branch(&[(&leaf, 1)]);
    let node = Node::with(&[leaf, root.clone()]).await;
    let errors = [node.read(&root).await.err(), node.pin(&root).await.err()];
    for error in errors {
        let text = error.expect("two megabytes for one byte").to_string();
        assert!(
            text.contains("too little content") || text.contains("not a UnixFS file block"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn what_is_no_file() {
    let directory = dag_pb(&[0x0a, 2, 0x08, 1]);
    let junk = dag_pb(&[0xff; 40]);
    let empty = dag_pb(&[]);
    let root = branch(&[(&junk, 5)]);
    let blocks = [directory, junk, empty, root];
    let node = Node::with(&blocks).await;
    for block in &blocks {
        node.refuses(block, "is not a readable file").await;
    }
}

#[tokio::test]
async fn links_to_what_is_never_asked_for() {
    let leaf = raw(b"x");
    let identity = Block::new_unchecked(
        Cid::new_v1(RAW, Multihash::wrap(0, b"x").unwrap()),
        b"x".to_vec(),
    );
    let cbor = Block::new_unchecked(Cid::new_v1(0x71, *leaf.cid().hash()), b"x".to_vec());
    for (foreign, why) in [(identity, "does not use sha2-256"), (cbor, "codec 0x71")] {
        let root = branch(&[(&leaf, 1), (&foreign, 1)]);
        let node = Node::with(&[leaf.clone(), root.clone()]).await;
        node.refuses(&root, why).await;
    }
}

#[tokio::test]
async fn a_part_that_nobody_has() {
    let (here, missing) = (raw(b"here"), raw(b"missing"));
    let root = branch(&[(&here, 4), (&missing, 7)]);
    let node = Node::with(&[here, root.clone()]).await;
    node.refuses(&root, &format!("{} was not found", missing.cid()))
        .await;
}
