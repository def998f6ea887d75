//! The trace of a job: a hash for each checkpoint, and one for the end.
//!
//! A checkpoint's hash covers everything that the job needs to go on from there: the position in its plan, and the
//! contents of every buffer that is not constant. So anybody who has the buffers can show that they are those of the
//! checkpoint, run only the steps up to the next one, and compare. The end's hash covers the result root. So two traces
//! with different results differ, and everything before their first difference is the same in both.
//!
//! ```text
//!            start ──steps──► checkpoint 0 ──steps──► checkpoint 1 ── … ──► end
//! position:  (nothing)        launches, place         launches, place       launches
//! buffers:   the manifest's   state root              state root            state root
//!                                                                           result root
//! ```
//!
//! The rules for opening a trace, for comparing two traces and for naming a part ([`TraceOpening`] and what follows it)
//! belong to disputes about a part of a job (ADR 17).

use alloc::vec::Vec;
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

#[cfg(feature = "std")]
use crate::merkle::prove;
use crate::{
    commitment::{trace_commitment, ResultOpening},
    content::ContentId,
    hashing::{hash_in, Hash},
    merkle::{root_from_proof, tree_root, InclusionProof},
};

const STATE: &str = "aicpw 2026 state root v1";
const CHECKPOINT: &str = "aicpw 2026 checkpoint v2";
const END: &str = "aicpw 2026 trace end v1";
const TRACE: &str = "aicpw 2026 trace root v1";

/// A position in a plan: after a launch. The default is the start.
#[derive(Encode, Decode, Clone, PartialEq, Eq, Debug, Default)]
pub struct Position {
    /// The number of launches that were made.
    pub launches: u64,
    /// The place of the last launch: for each loop around it, from the outermost, the loop's position and its index;
    /// then the position of the launch's step. Positions are counted from zero in the list that the step or loop is
    /// written in.
    pub place: Vec<u32>,
}

/// The root of the contents of all buffers: of the [`crate::merkle::buffer_root`]s of those that are not constant, in
/// the manifest's order.
pub fn state_root(buffers: &[Hash]) -> Hash {
    hash_in(STATE, buffers)
}

/// The hash of a checkpoint.
pub fn checkpoint_hash(at: &Position, state_root: &Hash) -> Hash {
    hash_in(CHECKPOINT, &(at, state_root))
}

/// The end of a job.
#[derive(Encode, Decode, Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct End {
    /// The number of launches that were made.
    pub launches: u64,
    /// [`state_root`] after the last launch.
    #[cfg_attr(feature = "std", serde(with = "hex::serde"))]
    pub state_root: Hash,
    /// [`crate::merkle::result_root`] of the output.
    #[cfg_attr(feature = "std", serde(with = "hex::serde"))]
    pub result_root: Hash,
}

impl End {
    /// The hash of the end, which is the last hash of a trace.
    pub fn hash(&self) -> Hash {
        hash_in(END, self)
    }
}

/// The trace root over the hashes of all checkpoints and of the end, in order.
pub fn trace_root(hashes: Vec<Hash>) -> Hash {
    trace_root_of_tree(hashes.len() as u64, &tree_root(hashes))
}

/// The trace root of a trace with this many hashes and with this root of the tree over them.
pub fn trace_root_of_tree(hashes: u64, tree: &Hash) -> Hash {
    hash_in(TRACE, &(hashes, tree))
}

/// Most hashes of a trace: checkpoints, and the end.
pub const MAX_HASHES: u32 = 1 << 16;

/// Most hashes of a path from a hash of a trace to the tree's root.
pub const MAX_PATH: u32 = 16;

const _: () = assert!(1 << MAX_PATH >= MAX_HASHES, "every hash has a path");

/// The siblings on the way from a hash of a trace to the tree's root, those that exist.
pub type Path = BoundedVec<Hash, ConstU32<MAX_PATH>>;

/// The opening of a trace commitment, in addition to the result that was revealed: it shows how long the trace is, and
/// that it ends in that result.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug,
)]
pub struct TraceOpening {
    /// The salt of the trace commitment.
    pub salt: Hash,
    /// The number of hashes, including the end's.
    pub hashes: u32,
    /// [`End::launches`].
    pub launches: u64,
    /// [`End::state_root`].
    pub state_root: Hash,
    /// The path from the end's hash to the root.
    pub path: Path,
    /// The CID of all hashes: a file of nothing but the hashes, in order, 32 bytes each.
    pub file: ContentId,
}

/// A trace that was opened.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "std", serde(rename_all = "camelCase"))]
pub struct OpenTrace {
    /// The number of hashes, including the end's.
    pub hashes: u32,
    /// The root of the tree over them.
    #[cfg_attr(feature = "std", serde(with = "crate::json::hash"))]
    pub tree: Hash,
    /// The result root that it ends in.
    #[cfg_attr(feature = "std", serde(with = "crate::json::hash"))]
    pub result_root: Hash,
    /// The CID of all hashes.
    pub file: ContentId,
}

/// The root of the tree to which the hash with this number leads, if the path has the right shape.
fn tree_of(hash: Hash, number: u32, hashes: u32, path: &Path) -> Option<Hash> {
    let proof = InclusionProof {
        index: number.into(),
        leaves: hashes.into(),
        siblings: path.to_vec(),
    };
    root_from_proof(hash, &proof)
}

impl TraceOpening {
    /// Opens the trace of the provider's own result.
    #[cfg(feature = "std")]
    pub fn new(salt: Hash, trace: &crate::job::TraceRecord, file: ContentId) -> Option<Self> {
        let hashes = trace.hashes();
        let last = hashes.len().checked_sub(1)?;
        Some(Self {
            salt,
            hashes: hashes.len().try_into().ok()?,
            launches: trace.end.launches,
            state_root: trace.end.state_root,
            path: path_of(&hashes, last)?,
            file,
        })
    }

    /// Returns the trace, if this opens the commitment of a revealed result and the trace ends in that result.
    pub fn open(&self, revealed: &ResultOpening) -> Option<OpenTrace> {
        let result_root = revealed.result_root;
        let end = End {
            launches: self.launches,
            state_root: self.state_root,
            result_root,
        };
        if self.hashes > MAX_HASHES {
            return None;
        }
        let last = self.hashes.checked_sub(1)?;
        let tree = tree_of(end.hash(), last, self.hashes, &self.path)?;
        let root = trace_root_of_tree(self.hashes.into(), &tree);
        let is_it = trace_commitment(&self.salt, &root) == revealed.trace_commitment;
        (is_it && self.file.is_well_formed()).then(|| OpenTrace {
            hashes: self.hashes,
            tree,
            result_root,
            file: self.file.clone(),
        })
    }
}

/// A part of a disputed trace, with the paths that prove that the trace has this part.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug,
)]
pub struct NamedPart {
    /// The number of the hash that the part ends in, from zero.
    pub number: u32,
    /// The hash that the part ends in, and its path.
    pub claimed: (Hash, Path),
    /// The hash before the part, its path, and the CID of the state there; `None` for the first part.
    pub from: Option<(Hash, Path, ContentId)>,
}

/// A part of a job that a jury runs.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "std", serde(rename_all = "camelCase"))]
pub struct DisputedPart {
    /// The number of the hash that the part ends in, from zero.
    pub number: u32,
    /// The place where the part begins; `None` at the job's start.
    pub from: Option<PartStart>,
    /// The hash that the disputed trace has at this number.
    #[cfg_attr(feature = "std", serde(with = "crate::json::hash"))]
    pub claimed: Hash,
}

/// The place where a part begins that is not the first.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "std", serde(rename_all = "camelCase"))]
pub struct PartStart {
    /// The checkpoint.
    #[cfg_attr(feature = "std", serde(with = "crate::json::hash"))]
    pub checkpoint: Hash,
    /// The CID of its state.
    pub state: ContentId,
}

impl NamedPart {
    /// Names a part of a trace. `state` is the CID of the state in which the part begins; `None` for the first part.
    /// Returns `None` if there is no such part.
    #[cfg(feature = "std")]
    pub fn new(hashes: &[Hash], number: usize, state: Option<ContentId>) -> Option<Self> {
        let named = |number: usize| Some((*hashes.get(number)?, path_of(hashes, number)?));
        let from = match number.checked_sub(1) {
            None => None,
            Some(before) => {
                let (hash, path) = named(before)?;
                Some((hash, path, state?))
            }
        };
        Some(Self {
            number: number.try_into().ok()?,
            claimed: named(number)?,
            from,
        })
    }

    /// Returns the part, if both of its hashes are at the named places in the trace.
    pub fn check(&self, trace: &OpenTrace) -> Option<DisputedPart> {
        let is_there = |hash: &Hash, number: u32, path: &Path| {
            tree_of(*hash, number, trace.hashes, path) == Some(trace.tree)
        };
        let (claimed, path) = &self.claimed;
        let from = match (&self.from, self.number.checked_sub(1)) {
            (None, None) => None,
            (Some((checkpoint, path, state)), Some(before)) => {
                let fits = is_there(checkpoint, before, path) && state.is_well_formed();
                Some(fits.then(|| PartStart {
                    checkpoint: *checkpoint,
                    state: state.clone(),
                })?)
            }
            _ => return None,
        };
        is_there(claimed, self.number, path).then_some(DisputedPart {
            number: self.number,
            from,
            claimed: *claimed,
        })
    }
}

/// The path from a hash of a trace to the root.
#[cfg(feature = "std")]
fn path_of(hashes: &[Hash], number: usize) -> Option<Path> {
    prove(hashes, number as u64)?.siblings.try_into().ok()
}

/// The number of the first hash of a disputed trace that differs from another run of the same job; `None` if no hash
/// differs.
pub fn first_difference(disputed: &[Hash], own: &[Hash]) -> Option<usize> {
    (0..disputed.len()).find(|number| disputed.get(*number) != own.get(*number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn at(launches: u64, place: &[u32]) -> Position {
        Position {
            launches,
            place: place.to_vec(),
        }
    }

    #[test]
    fn a_checkpoint_binds_all_that_the_job_needs_to_go_on() {
        let hash = checkpoint_hash(&at(4, &[1, 3, 0]), &state_root(&[[1; 32], [2; 32]]));
        for other in [
            checkpoint_hash(&at(5, &[1, 3, 0]), &state_root(&[[1; 32], [2; 32]])),
            checkpoint_hash(&at(4, &[1, 2, 0]), &state_root(&[[1; 32], [2; 32]])),
            checkpoint_hash(&at(4, &[1, 3]), &state_root(&[[1; 32], [2; 32]])),
            checkpoint_hash(&at(4, &[1, 3, 0]), &state_root(&[[2; 32], [1; 32]])),
            checkpoint_hash(&at(4, &[1, 3, 0]), &state_root(&[[1; 32]])),
        ] {
            assert_ne!(hash, other);
        }
    }

    #[test]
    fn the_end_binds_the_result_and_is_no_checkpoint() {
        let end = End {
            launches: 4,
            state_root: [1; 32],
            result_root: [2; 32],
        };
        let lie = End {
            result_root: [3; 32],
            ..end
        };
        assert_ne!(end.hash(), lie.hash());
        assert_ne!(end.hash(), checkpoint_hash(&at(4, &[]), &[1; 32]));
        assert_ne!(
            trace_root(vec![[9; 32], end.hash()]),
            trace_root(vec![[9; 32], lie.hash()])
        );
        assert_ne!(trace_root(vec![end.hash()]), end.hash());
    }
}
