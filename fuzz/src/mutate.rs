//! Makes new inputs from old ones. The same seed makes the same inputs, so that what was found once
//! is found again.

use crate::moves;

/// A pseudo-random number generator: SplitMix64.
pub struct Dice(u64);

impl Dice {
    /// Starts with this seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which must not be zero.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }
}

/// The longest input that is made.
const LONGEST: usize = 400;

/// Makes a new input: one of `corpus`, changed in a few places, or spliced with another.
pub fn mutate(corpus: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut input = corpus[dice.below(corpus.len())].clone();
    if dice.below(3) == 0 {
        let other = &corpus[dice.below(corpus.len())];
        input.truncate(dice.below(input.len() + 1));
        input.extend_from_slice(&other[dice.below(other.len() + 1)..]);
    }
    for _ in 0..=dice.below(6) {
        let at = dice.below(input.len() + 1);
        match dice.below(4) {
            0 if at < input.len() => input[at] = dice.next() as u8,
            1 if at < input.len() => {
                input.remove(at);
            }
            2 => input.insert(at, b'0' + dice.below(10) as u8),
            _ => input.insert(at, moves::letter(dice.below(usize::MAX))),
        }
    }
    input.truncate(LONGEST);
    input
}
