//! Merkle trees over fixed-size chunks, and the roots built on them.
//!
//! A tree is binary; a node without a sibling moves up unchanged. Leaves and inner nodes are
//! hashed in different domains, and a root is bound to the length of what it covers, so that two
//! different inputs never share a root.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode};
use scale_info::TypeInfo;

use crate::hashing::{hash_bytes_in, hash_in, Hash};

/// Bytes in a chunk of the canonical plaintext output; the last may be shorter.
pub const CHUNK_BYTES: usize = 64 * 1024;

const LEAF: &str = "aicpw 2026 merkle leaf v1";
const NODE: &str = "aicpw 2026 merkle node v1";
const RESULT: &str = "aicpw 2026 result root v1";
const BUFFER: &str = "aicpw 2026 buffer root v1";

/// The hash of one chunk.
pub fn leaf(chunk: &[u8]) -> Hash {
    hash_bytes_in(LEAF, chunk)
}

fn node(left: &Hash, right: &Hash) -> Hash {
    hash_in(NODE, &(left, right))
}

fn level_up(level: &[Hash]) -> Vec<Hash> {
    let pairs = level.chunks_exact(2);
    let alone = pairs.remainder().first().copied();
    pairs
        .map(|pair| node(&pair[0], &pair[1]))
        .chain(alone)
        .collect()
}

/// The root of a tree with these leaf hashes. Without leaves, it is the hash of the empty chunk.
pub fn tree_root(leaves: Vec<Hash>) -> Hash {
    let mut level = leaves;
    if level.is_empty() {
        return leaf(&[]);
    }
    while level.len() > 1 {
        level = level_up(&level);
    }
    level[0]
}

/// A path from a leaf to the root: the siblings on the way, `None` where there is none.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct InclusionProof {
    /// Position of the leaf, from zero.
    pub index: u64,
    /// Number of leaves in the tree.
    pub leaves: u64,
    /// The siblings that exist, from the leaf upwards.
    pub siblings: Vec<Hash>,
}

/// Proves that the leaf at `index` is in the tree of `leaves`. `None` if there is no such leaf.
pub fn prove(leaves: &[Hash], index: u64) -> Option<InclusionProof> {
    Tree::new(leaves.to_vec()).prove(index)
}

/// All levels of a tree, for many proofs from one.
pub struct Tree {
    /// The leaf hashes first, the root last.
    levels: Vec<Vec<Hash>>,
}

impl Tree {
    /// The tree with these leaf hashes.
    pub fn new(leaves: Vec<Hash>) -> Self {
        let mut levels = Vec::new();
        let mut level = leaves;
        while level.len() > 1 {
            let above = level_up(&level);
            levels.push(level);
            level = above;
        }
        levels.push(level);
        Self { levels }
    }

    /// The root of the tree: the same as [`tree_root`] computes.
    pub fn root(&self) -> Hash {
        let last = self.levels.last().and_then(|level| level.first());
        last.copied().unwrap_or_else(|| leaf(&[]))
    }

    /// Proves that the leaf at `index` is in it. `None` if there is no such leaf.
    pub fn prove(&self, index: u64) -> Option<InclusionProof> {
        let leaves = self.levels.first()?.len();
        let mut position = usize::try_from(index).ok()?;
        if position >= leaves {
            return None;
        }
        let mut siblings = Vec::new();
        for level in &self.levels {
            siblings.extend(level.get(position ^ 1));
            position /= 2;
        }
        Some(InclusionProof {
            index,
            leaves: leaves as u64,
            siblings,
        })
    }
}

/// The root that `proof` leads to from the leaf hash, or `None` if the proof has the wrong shape.
pub fn root_from_proof(leaf: Hash, proof: &InclusionProof) -> Option<Hash> {
    if proof.index >= proof.leaves {
        return None;
    }
    let (mut hash, mut position, mut width) = (leaf, proof.index, proof.leaves);
    let mut siblings = proof.siblings.iter();
    while width > 1 {
        let sibling_exists = (position ^ 1) < width;
        if sibling_exists {
            let sibling = siblings.next()?;
            hash = if position & 1 == 0 {
                node(&hash, sibling)
            } else {
                node(sibling, &hash)
            };
        }
        position /= 2;
        width = width.div_ceil(2);
    }
    siblings.next().is_none().then_some(hash)
}

fn root_of_bytes(context: &str, bytes: &[u8]) -> Hash {
    hash_in(
        context,
        &(bytes.len() as u64, tree_root(chunk_hashes(bytes))),
    )
}

/// The hashes of the chunks of `bytes`, in order.
#[cfg(feature = "std")]
pub fn chunk_hashes(bytes: &[u8]) -> Vec<Hash> {
    use rayon::prelude::*;
    bytes.par_chunks(CHUNK_BYTES).map(leaf).collect()
}

/// The hashes of the chunks of `bytes`, in order.
#[cfg(not(feature = "std"))]
pub fn chunk_hashes(bytes: &[u8]) -> Vec<Hash> {
    bytes.chunks(CHUNK_BYTES).map(leaf).collect()
}

/// The result root of the canonical plaintext output, which is the manifest's outputs in the
/// manifest's order, with nothing between them.
pub fn result_root(output: &[u8]) -> Hash {
    root_of_bytes(RESULT, output)
}

/// The result root of an output of `length` bytes with these chunk hashes.
pub fn result_root_of_chunks(length: u64, chunks: Vec<Hash>) -> Hash {
    hash_in(RESULT, &(length, tree_root(chunks)))
}

/// Computes a result root from a stream, holding at most one chunk. Large pieces that start at a
/// chunk's border are hashed as [`chunk_hashes`] does it.
#[derive(Default)]
pub struct ResultRootBuilder {
    pending: Vec<u8>,
    leaves: Vec<Hash>,
    length: u64,
}

impl ResultRootBuilder {
    /// Adds the next bytes of the output.
    pub fn update(&mut self, mut bytes: &[u8]) {
        self.length += bytes.len() as u64;
        if self.pending.is_empty() {
            let (whole, rest) = bytes.split_at(bytes.len() - bytes.len() % CHUNK_BYTES);
            self.leaves.extend(chunk_hashes(whole));
            bytes = rest;
        }
        while !bytes.is_empty() {
            let take = (CHUNK_BYTES - self.pending.len()).min(bytes.len());
            let (now, later) = bytes.split_at(take);
            self.pending.extend_from_slice(now);
            bytes = later;
            if self.pending.len() == CHUNK_BYTES {
                self.leaves.push(leaf(&self.pending));
                self.pending.clear();
            }
        }
    }

    /// The root of everything that was added.
    pub fn finish(mut self) -> Hash {
        if !self.pending.is_empty() {
            self.leaves.push(leaf(&self.pending));
        }
        result_root_of_chunks(self.length, self.leaves)
    }
}

/// The root of one buffer's content at a checkpoint.
pub fn buffer_root(content: &[u8]) -> Hash {
    root_of_bytes(BUFFER, content)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(n: u64) -> Vec<Hash> {
        (0..n).map(|i| leaf(&i.to_le_bytes())).collect()
    }

    #[test]
    fn every_leaf_proves_and_no_other_place_does() {
        for n in 1..40u64 {
            let all = leaves(n);
            let root = tree_root(all.clone());
            for i in 0..n {
                let proof = prove(&all, i).unwrap();
                assert_eq!(
                    root_from_proof(all[i as usize], &proof),
                    Some(root),
                    "{i} of {n}"
                );
                let wrong = leaf(b"other");
                assert_ne!(root_from_proof(wrong, &proof), Some(root));
                let mut longer = proof.clone();
                longer.siblings.push([0; 32]);
                assert_eq!(root_from_proof(all[i as usize], &longer), None);
            }
            assert_eq!(prove(&all, n), None);
        }
    }

    #[test]
    fn stream_equals_slice() {
        for n in [
            0,
            1,
            CHUNK_BYTES - 1,
            CHUNK_BYTES,
            CHUNK_BYTES + 1,
            3 * CHUNK_BYTES + 7,
        ] {
            let data: Vec<u8> = (0..n).map(|i| (i % 251) as u8).collect();
            let mut builder = ResultRootBuilder::default();
            for part in data.chunks(1000) {
                builder.update(part);
            }
            assert_eq!(builder.finish(), result_root(&data), "{n} bytes");
            let mut builder = ResultRootBuilder::default();
            for part in data.chunks(CHUNK_BYTES + 9) {
                builder.update(part);
            }
            assert_eq!(builder.finish(), result_root(&data), "{n} bytes");
        }
    }

    #[test]
    fn roots_of_different_kind_and_length_differ() {
        assert_ne!(result_root(b"abc"), buffer_root(b"abc"));
        assert_ne!(result_root(&[]), result_root(&[0]));
        // A whole chunk of zeros, and the same with one more byte.
        assert_ne!(
            result_root(&alloc::vec![0; CHUNK_BYTES]),
            result_root(&alloc::vec![0; CHUNK_BYTES + 1])
        );
    }
}
