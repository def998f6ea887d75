use aicpw_protocol::{BlockNumber, Hash};
use frame_support::weights::Weight;

/// What is known of the randomness after an anchor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DrawSeed {
    /// The blocks that decide it are not all there.
    NotYet,
    /// The seed, in the block after the last that decided it.
    Ready(Hash),
    /// There is none, or it has been known for longer than a block: anchor anew.
    Gone,
}

/// Randomness that nobody knew when it was anchored. Implemented by `pallet-draw-randomness`.
///
/// Contract: an anchor is taken in the block in which everything that the draw must not depend on
/// afterwards is fixed. The seed mixes what several blocks after it bring, made by several authors, and
/// is never anything that could be foretold; until it is there the consumer waits. It is good for one
/// block: later everybody could have arranged what is drawn from by what will be drawn. A consumer that
/// makes several draws from one anchor gives each a domain of its own
/// ([`aicpw_protocol::draw`]).
pub trait DrawRandomness {
    /// The anchor for what is fixed in this block: the chain's own height, not the market's clock.
    fn anchor() -> BlockNumber;

    /// Blocks from an anchor to the first in which its seed can be known.
    fn soonest() -> BlockNumber;

    /// The seed for what was fixed at the anchor.
    fn seed(anchor: BlockNumber) -> DrawSeed;

    /// The same seed, for as long as it can be found: for a draw of which everything was fixed at the anchor,
    /// so that to know the seed early helps nobody. `Gone` if there is none, or it was forgotten.
    fn decided(anchor: BlockNumber) -> DrawSeed;

    /// [`Self::decided`], and the first block in which the seed was known; meaningless without one.
    fn decided_since(anchor: BlockNumber) -> (DrawSeed, BlockNumber);

    /// What asking for a seed weighs at most.
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
