//! Reads one block of a UnixFS file and checks it, trusting nothing that it says about itself.
//!
//! The sizes that a DAG declares are what callers budget by, so they must hold at every level:
//! the children of a branch add up to it, each child is as large as its parent says, and no child
//! is empty. A file of `n` bytes then has at most `n` leaves, whatever its author intended.

use crate::error::OpError;
use bytes::Bytes;
use cid::Cid;
use rust_ipfs::Block;
use rust_unixfs::file::adder::parse_file_branch;
use rust_unixfs::file::visit::IdleFileVisit;

/// Levels of branches below which a file may have its leaves. With kubo's 174 links per block
/// and 256 KiB leaves, four levels hold 240 TB.
pub const MAX_DEPTH: u8 = 8;

/// Links of one block. kubo makes 174 or 1,024; this bounds the memory of a walk.
const MAX_LINKS: usize = 8192;

const RAW: u64 = 0x55;
const DAG_PB: u64 = 0x70;
const SHA2_256: u64 = 0x12;

/// A checked block of a file.
#[derive(Debug)]
pub enum Node {
    /// Content.
    Leaf(Bytes),
    /// Links to content.
    Branch(Branch),
}

/// An inner node.
#[derive(Debug)]
pub struct Branch {
    /// Bytes of content below it.
    pub size: u64,
    /// Bytes of all blocks below it, as declared; for display only.
    pub dag_size: u64,
    /// Its children, in the order of their content.
    pub children: Vec<Child>,
}

/// A link of a branch.
#[derive(Debug, Clone, Copy)]
pub struct Child {
    /// The block.
    pub cid: Cid,
    /// Bytes of content that the parent says are below it; never zero.
    pub size: u64,
}

impl Node {
    /// Bytes of content in or below the node.
    pub fn size(&self) -> u64 {
        match self {
            Self::Leaf(data) => data.len() as u64,
            Self::Branch(branch) => branch.size,
        }
    }
}

/// Refuses CIDs that this node would not store or ask for.
pub fn check_cid(cid: &Cid) -> Result<(), OpError> {
    if cid.hash().code() != SHA2_256 || cid.hash().digest().len() != 32 {
        return Err(OpError::UnsupportedHash(*cid));
    }
    match cid.codec() {
        RAW | DAG_PB => Ok(()),
        other => Err(malformed(
            cid,
            format!("codec 0x{other:x} is neither raw nor dag-pb"),
        )),
    }
}

/// Decodes a block whose hash has been checked.
pub fn decode(block: &Block) -> Result<Node, OpError> {
    let cid = block.cid();
    check_cid(cid)?;
    if cid.codec() == RAW {
        return Ok(Node::Leaf(block.inner_data().clone()));
    }
    match parse_file_branch(block.data()) {
        Some(branch) => decode_branch(cid, branch).map(Node::Branch),
        None => decode_leaf(cid, block.data()).map(Node::Leaf),
    }
}

fn decode_leaf(cid: &Cid, data: &[u8]) -> Result<Bytes, OpError> {
    let (content, size, _, rest) = IdleFileVisit::default()
        .start(data)
        .map_err(|error| malformed(cid, format!("not a UnixFS file block: {error}")))?;
    if rest.is_some() {
        return Err(malformed(
            cid,
            "a branch with file mode or time is not supported",
        ));
    }
    if size != content.len() as u64 {
        return Err(malformed(
            cid,
            format!("declares {size} bytes and holds {}", content.len()),
        ));
    }
    Ok(Bytes::copy_from_slice(content))
}

fn decode_branch(
    cid: &Cid,
    branch: rust_unixfs::file::adder::FileBranch,
) -> Result<Branch, OpError> {
    if branch.links.len() > MAX_LINKS {
        return Err(malformed(
            cid,
            format!("{} links; at most {MAX_LINKS} are read", branch.links.len()),
        ));
    }
    let mut sum = 0u64;
    let mut dag_size = 0u64;
    let mut children = Vec::with_capacity(branch.links.len());
    for link in branch.links {
        check_cid(&link.cid)?;
        if link.blocksize == 0 {
            return Err(malformed(
                cid,
                format!("its child {} is declared empty", link.cid),
            ));
        }
        sum = sum
            .checked_add(link.blocksize)
            .ok_or_else(|| malformed(cid, "its sizes overflow"))?;
        dag_size = dag_size.saturating_add(link.tsize);
        children.push(Child {
            cid: link.cid,
            size: link.blocksize,
        });
    }
    if sum != branch.filesize {
        return Err(malformed(
            cid,
            format!(
                "declares {} bytes and its children add up to {sum}",
                branch.filesize
            ),
        ));
    }
    Ok(Branch {
        size: sum,
        dag_size,
        children,
    })
}

/// Checks a child against what its parent declared.
pub fn check_child(child: &Child, depth: u8, node: &Node) -> Result<(), OpError> {
    if node.size() != child.size {
        return Err(malformed(
            &child.cid,
            format!(
                "its parent declares {} bytes and it has {}",
                child.size,
                node.size()
            ),
        ));
    }
    if matches!(node, Node::Branch(_)) && depth >= MAX_DEPTH {
        return Err(malformed(
            &child.cid,
            format!("nested deeper than {MAX_DEPTH} levels"),
        ));
    }
    Ok(())
}

fn malformed(cid: &Cid, reason: impl Into<String>) -> OpError {
    OpError::Malformed {
        cid: *cid,
        reason: reason.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_unixfs::file::adder::{rebuild_file_branch, Chunker, FileAdder, FileBranchLink};

    /// All blocks of a file, the root last.
    fn file(content: &[u8], chunk: usize) -> Vec<Block> {
        let mut adder = FileAdder::builder()
            .with_chunker(Chunker::Size(chunk))
            .build();
        let mut blocks = Vec::new();
        let mut rest = content;
        while !rest.is_empty() {
            let (made, consumed) = adder.push(rest);
            blocks.extend(made.collect::<Vec<_>>());
            rest = &rest[consumed..];
        }
        blocks.extend(adder.finish());
        blocks
            .into_iter()
            .map(|(cid, data)| Block::new(cid, data).unwrap())
            .collect()
    }

    fn branch(filesize: u64, links: &[(Cid, u64)]) -> Block {
        let links: Vec<_> = links
            .iter()
            .map(|(cid, size)| FileBranchLink {
                cid: *cid,
                blocksize: *size,
                tsize: *size,
            })
            .collect();
        let sha2_256 = 0x12u64.try_into().unwrap();
        let (cid, data) = rebuild_file_branch(filesize, &links, cid::Version::V1, sha2_256);
        Block::new(cid, data).unwrap()
    }

    fn reason(result: Result<Node, OpError>) -> String {
        result.unwrap_err().to_string()
    }

    #[test]
    fn ordinary_files_decode() {
        let blocks = file(b"hello world", 4);
        let Node::Branch(root) = decode(blocks.last().unwrap()).unwrap() else {
            panic!("three chunks need a branch");
        };
        assert_eq!(root.size, 11);
        assert_eq!(
            root.children.iter().map(|c| c.size).collect::<Vec<_>>(),
            [4, 4, 3]
        );
        assert!(matches!(decode(&blocks[0]).unwrap(), Node::Leaf(data) if data == "hell"));

        let empty = file(b"", 4);
        assert_eq!(decode(&empty[0]).unwrap().size(), 0);
    }

    #[test]
    fn sizes_must_add_up() {
        let leaf = *file(b"abcd", 8)[0].cid();
        assert!(reason(decode(&branch(9, &[(leaf, 4), (leaf, 4)]))).contains("add up to 8"));
        assert!(reason(decode(&branch(4, &[(leaf, 4), (leaf, 0)]))).contains("declared empty"));
        assert!(reason(decode(&branch(3, &[(leaf, u64::MAX), (leaf, 4)]))).contains("overflow"));

        let child = Child { cid: leaf, size: 5 };
        let node = decode(&file(b"abcd", 8)[0]).unwrap();
        let error = check_child(&child, 1, &node).unwrap_err().to_string();
        assert!(error.contains("declares 5 bytes and it has 4"), "{error}");
    }

    #[test]
    fn depth_and_width_are_bounded() {
        let leaf = *file(b"a", 8)[0].cid();
        let deep = branch(1, &[(leaf, 1)]);
        let node = decode(&deep).unwrap();
        let child = Child {
            cid: *deep.cid(),
            size: 1,
        };
        assert!(check_child(&child, MAX_DEPTH - 1, &node).is_ok());
        let error = check_child(&child, MAX_DEPTH, &node)
            .unwrap_err()
            .to_string();
        assert!(error.contains("nested deeper"), "{error}");

        let wide = vec![(leaf, 1); MAX_LINKS + 1];
        assert!(reason(decode(&branch(wide.len() as u64, &wide))).contains("links"));
    }

    #[test]
    fn other_codecs_hashes_and_junk_are_refused() {
        let sha = file(b"a", 8)[0].cid().hash().to_owned();
        let cbor = Cid::new_v1(0x71, sha);
        assert!(check_cid(&cbor)
            .unwrap_err()
            .to_string()
            .contains("codec 0x71"));
        let identity = Cid::new_v1(RAW, cid::multihash::Multihash::wrap(0, b"a").unwrap());
        assert!(matches!(
            check_cid(&identity),
            Err(OpError::UnsupportedHash(_))
        ));
        let junk = Block::new_unchecked(Cid::new_v1(DAG_PB, sha), &b"\xff\xff\xff"[..]);
        assert!(reason(decode(&junk)).contains("not a UnixFS file block"));
    }
}
