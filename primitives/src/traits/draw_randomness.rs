use aicpw_protocol::{BlockNumber, Hash};
use frame_support::weights::Weight;

/// What is known about the randomness after an anchor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DrawSeed {
    /// Not all blocks that decide the seed exist yet.
    NotYet,
    /// The seed. It is ready in the first block after those that decide it.
    Ready(Hash),
    /// There is no seed, or it has been known for longer than one block. The consumer takes a new anchor.
    Gone,
}

/// Randomness that nobody knew when it was anchored. Implemented by `pallet-draw-randomness`.
///
/// Contract:
/// - The consumer takes an anchor in the block that fixes everything that nobody may choose with the draw in mind.
/// - The seed mixes the outputs of several blocks after the anchor, made by several authors. Nobody can predict it. The
///   consumer waits until the seed is there.
/// - The seed is good for one block. Later, anybody who knows it could influence who can be drawn.
/// - A consumer that makes several draws from one anchor gives each draw a domain of its own
///   ([`aicpw_protocol::draw`]).
pub trait DrawRandomness {
    /// The anchor for what is fixed in this block. It is the chain's own height, not the market's clock.
    fn anchor() -> BlockNumber;

    /// The number of blocks from an anchor to the first block in which its seed can be known.
    fn soonest() -> BlockNumber;

    /// The seed for what was fixed at the anchor.
    fn seed(anchor: BlockNumber) -> DrawSeed;

    /// The same seed, as long as it is stored. Only for a draw for which everything was fixed at the anchor, so that
    /// knowing the seed early helps nobody. `Gone` if there is no seed, or if it is no longer stored.
    fn decided(anchor: BlockNumber) -> DrawSeed;

    /// [`Self::decided`], and the first block in which the seed was known. Without a seed, the block has no meaning.
    fn decided_since(anchor: BlockNumber) -> (DrawSeed, BlockNumber);

    /// The most that it weighs to ask for a seed.
    fn seed_weight() -> Weight;
}

/// Never ready.
impl DrawRandomness for () {
    fn anchor() -> BlockNumber {
        0
    }
    fn soonest() -> BlockNumber {
        1
    }
    fn seed(_: BlockNumber) -> DrawSeed {
        DrawSeed::NotYet
    }
    fn decided(_: BlockNumber) -> DrawSeed {
        DrawSeed::NotYet
    }
    fn decided_since(_: BlockNumber) -> (DrawSeed, BlockNumber) {
        (DrawSeed::NotYet, 0)
    }
    fn seed_weight() -> Weight {
        Weight::zero()
    }
}
