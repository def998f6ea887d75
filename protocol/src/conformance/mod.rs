//! The conformance run: how the chain finds out whether a device computes what it has to compute, and how fast.
//!
//! # Terms
//!
//! - **segment**: a piece of work that follows from the seed and a number ([`program`]), with one word as its output.
//!   There are `int` segments and `fp32-strict` segments.
//! - **run**: as many segments as a device of the declared speed computes in the run's length. If the device declares
//!   both classes, half of the operations are in each.
//! - **answer**: Merkle roots over the outputs of all segments, and some opened leaves of each tree. The roots
//!   determine which leaves, so the device that answers cannot choose them.
//!
//! # Properties
//!
//! - A device that computed all segments always gives an answer that [`verify`] accepts.
//! - A device that left out or got wrong a share *s* of the outputs of a part is accepted with probability (1 − *s*)¹⁶
//!   for one pair of roots. It can try other roots by changing outputs that it does not have anyway.
//! - The chain computes at most 16 segments of each part, whatever the device declares.

pub mod program;

use alloc::vec::Vec;
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{
    device::DeviceSpec,
    hashing::{hash_in, Hash},
    merkle::{leaf, root_from_proof, InclusionProof, Tree},
    units::Milliseconds,
};

/// The number of segments of each part that are checked.
pub const SAMPLES: u32 = 16;

/// Outputs in a leaf; the last leaf may have fewer.
pub const LEAF_OUTPUTS: u32 = 16;

/// The most segments of a part: half of what a device of about 7,000 GFLOPS computes in a second. Hashing a larger run
/// would take longer.
pub const MOST_SEGMENTS: u32 = 1 << 25;

/// Most siblings on the way from a leaf to its root.
pub const MOST_SIBLINGS: u32 = 21;

const SAMPLE: &str = "aicpw 2026 conformance sample v1";
const ANSWER: &str = "aicpw 2026 conformance answer v1";

/// The two kinds of segments.
#[derive(Encode, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// Whole numbers.
    Int,
    /// Single precision.
    Fp32,
}

impl Part {
    /// The output of a segment.
    pub fn output(self, words: &[u32; 8], segment: u32) -> u32 {
        match self {
            Self::Int => program::int_segment(words, segment),
            Self::Fp32 => program::fp32_segment(words, segment),
        }
    }
}

/// The work that a device has to compute.
#[derive(
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Debug,
)]
pub struct Run {
    /// The seed that all segments follow from.
    pub seed: Hash,
    /// The number of `int` segments; at least one.
    pub int: u32,
    /// The number of `fp32-strict` segments; zero if the device does not declare that class.
    pub fp32: u32,
}

impl Run {
    /// The run that takes a device of this spec about `length`.
    pub fn new(seed: Hash, spec: &DeviceSpec, length: Milliseconds) -> Self {
        // 10⁹ operations a second are 10⁶ in a millisecond.
        let operations = spec
            .gflops
            .0
            .saturating_mul(length.0)
            .saturating_mul(1_000_000);
        let segments = |operations: u64, each: u64| {
            let count = operations / each;
            count.clamp(1, MOST_SEGMENTS.into()) as u32
        };
        if spec.classes.fp32_strict {
            let half = operations / 2;
            Self {
                seed,
                int: segments(half, program::INT_OPERATIONS),
                fp32: segments(half, program::FP32_OPERATIONS),
            }
        } else {
            Self {
                seed,
                int: segments(operations, program::INT_OPERATIONS),
                fp32: 0,
            }
        }
    }

    /// How many segments a part has.
    pub fn segments(&self, part: Part) -> u32 {
        match part {
            Part::Int => self.int,
            Part::Fp32 => self.fp32,
        }
    }

    /// The outputs of a part, computed here and not on a device: for tests and for comparison.
    pub fn outputs(&self, part: Part) -> Vec<u32> {
        let words = program::words(&self.seed);
        (0..self.segments(part))
            .map(|segment| part.output(&words, segment))
            .collect()
    }

    /// The answer of a device that computed these outputs: one for each segment of each part.
    pub fn answer(&self, int: &[u32], fp32: &[u32]) -> Answer {
        let int = Leaves::new(int);
        let fp32 = (self.fp32 > 0).then(|| Leaves::new(fp32));
        let roots = (int.tree.root(), fp32.as_ref().map(|part| part.tree.root()));
        Answer {
            int: int.open(self, Part::Int, &roots),
            fp32: fp32.map(|leaves| leaves.open(self, Part::Fp32, &roots)),
        }
    }

    /// The leaf, and the position in the leaf, of each segment that is checked.
    fn samples(&self, part: Part, roots: &Roots) -> impl Iterator<Item = (u32, usize)> {
        let (seed, segments) = (self.seed, self.segments(part).max(1));
        let roots = *roots;
        (0..SAMPLES).map(move |number| {
            let hash = hash_in(SAMPLE, &(seed, roots, part, number));
            let random = hash
                .iter()
                .take(8)
                .fold(0u64, |random, byte| (random << 8) | u64::from(*byte));
            let segment = (random % u64::from(segments)) as u32;
            (segment / LEAF_OUTPUTS, (segment % LEAF_OUTPUTS) as usize)
        })
    }
}

/// The roots of both parts.
type Roots = (Hash, Option<Hash>);

/// The outputs of a part, divided into leaves.
struct Leaves<'a> {
    outputs: &'a [u32],
    tree: Tree,
}

impl<'a> Leaves<'a> {
    fn new(outputs: &'a [u32]) -> Self {
        let leaves = outputs.chunks(LEAF_OUTPUTS as usize).map(hash_of);
        Self {
            outputs,
            tree: Tree::new(leaves.collect()),
        }
    }

    fn open(&self, run: &Run, part: Part, roots: &Roots) -> PartAnswer {
        let openings = run.samples(part, roots).map(|(index, _)| {
            let mut leaves = self.outputs.chunks(LEAF_OUTPUTS as usize);
            let outputs = leaves.nth(index as usize).unwrap_or_default();
            let proof = self.tree.prove(index.into());
            let siblings = proof.map(|proof| proof.siblings).unwrap_or_default();
            Opening {
                outputs: BoundedVec::truncate_from(outputs.to_vec()),
                siblings: BoundedVec::truncate_from(siblings),
            }
        });
        PartAnswer {
            root: self.tree.root(),
            openings: BoundedVec::truncate_from(openings.collect()),
        }
    }
}

fn hash_of(outputs: &[u32]) -> Hash {
    let bytes: Vec<u8> = outputs
        .iter()
        .flat_map(|output| output.to_le_bytes())
        .collect();
    leaf(&bytes)
}

/// A leaf, and the path from it to the root.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug,
)]
pub struct Opening {
    /// The outputs of its segments.
    pub outputs: BoundedVec<u32, ConstU32<LEAF_OUTPUTS>>,
    /// The siblings that exist, from the leaf upwards.
    pub siblings: BoundedVec<Hash, ConstU32<MOST_SIBLINGS>>,
}

/// The answer for one part.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug,
)]
pub struct PartAnswer {
    /// Merkle root over the outputs of all segments.
    pub root: Hash,
    /// The leaves that the roots determine, in their order.
    pub openings: BoundedVec<Opening, ConstU32<SAMPLES>>,
}

/// The answer of a device.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug,
)]
pub struct Answer {
    /// The `int` part.
    pub int: PartAnswer,
    /// The `fp32-strict` part, if the device declares that class.
    pub fp32: Option<PartAnswer>,
}

/// Why an answer is not accepted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wrong {
    /// It has a part too many or too few, or a wrong number of openings.
    Shape,
    /// An opened leaf does not belong to the root.
    NotOpened,
    /// An output is not what its segment yields.
    Output(Part),
}

impl Answer {
    /// The hash that a worker signs.
    pub fn hash(&self) -> Hash {
        hash_in(ANSWER, self)
    }

    fn parts(&self) -> impl Iterator<Item = (Part, &PartAnswer)> {
        let fp32 = self.fp32.iter().map(|part| (Part::Fp32, part));
        core::iter::once((Part::Int, &self.int)).chain(fp32)
    }

    /// Whether the answer has the parts and the number of openings that the run needs. Costs nothing.
    pub fn fits(&self, run: &Run) -> bool {
        self.fp32.is_some() == (run.fp32 > 0)
            && self
                .parts()
                .all(|(_, part)| part.openings.len() as u32 == SAMPLES)
    }
}

/// Checks that a device computed the run, as far as the opened segments show it.
///
/// # Errors
/// The first thing that is wrong. Cheaper checks come first.
pub fn verify(run: &Run, answer: &Answer) -> Result<(), Wrong> {
    if !answer.fits(run) {
        return Err(Wrong::Shape);
    }
    let roots = (answer.int.root, answer.fp32.as_ref().map(|part| part.root));
    for (part, answered) in answer.parts() {
        let leaves = u64::from(run.segments(part).div_ceil(LEAF_OUTPUTS));
        for ((index, _), opening) in run.samples(part, &roots).zip(&answered.openings) {
            let proof = InclusionProof {
                index: index.into(),
                leaves,
                siblings: opening.siblings.to_vec(),
            };
            if root_from_proof(hash_of(&opening.outputs), &proof) != Some(answered.root) {
                return Err(Wrong::NotOpened);
            }
        }
    }
    let words = program::words(&run.seed);
    for (part, answered) in answer.parts() {
        for ((index, position), opening) in run.samples(part, &roots).zip(&answered.openings) {
            let segment = index
                .saturating_mul(LEAF_OUTPUTS)
                .saturating_add(position as u32);
            if opening.outputs.get(position) != Some(&part.output(&words, segment)) {
                return Err(Wrong::Output(part));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
