//! What a conformance run computes: many segments, each from only the seed and its number. Every step of a segment
//! depends on the one before, and nobody knows a way to its end that is shorter than its steps.
//!
//! The kernels of the executor compute the same. The chain compares their outputs with those of this module.

use crate::hashing::Hash;

/// The numbers that a segment works on side by side.
pub const LANES: u32 = 32;

/// Steps of a segment.
pub const STEPS: u32 = 1_024;

/// Operations on whole numbers in an `int` segment: a product, a sum, a rotation and an exclusive or for each lane and
/// step.
pub const INT_OPERATIONS: u64 = LANES as u64 * STEPS as u64 * 4;

/// Single-precision operations in an `fp32-strict` segment: two products and a difference for each lane and step.
pub const FP32_OPERATIONS: u64 = LANES as u64 * STEPS as u64 * 3;

/// The bits by which each step rotates to the left.
const ROTATION: u32 = 7;

/// The eight words of a seed, little-endian. The programs use the first seven.
pub fn words(seed: &Hash) -> [u32; 8] {
    let mut words = [0; 8];
    for (word, bytes) in words.iter_mut().zip(seed.chunks_exact(4)) {
        *word = bytes
            .iter()
            .rev()
            .fold(0, |word, byte| (word << 8) | u32::from(*byte));
    }
    words
}

/// The start value of a lane of a segment. Every bit of it depends on all bits of the lane's number.
fn spread(words: &[u32; 8], segment: u32, lane: u32) -> u32 {
    let number = segment.wrapping_mul(LANES).wrapping_add(lane);
    let mut bits = number.wrapping_mul(0x9e37_79b9) ^ words[0];
    bits = (bits ^ (bits >> 16)).wrapping_mul(0x85eb_ca6b);
    bits = (bits ^ (bits >> 13)).wrapping_mul(0xc2b2_ae35);
    bits ^ (bits >> 16)
}

fn lanes<T: Copy + Default>(mut first: impl FnMut(u32) -> T) -> [T; LANES as usize] {
    let mut lanes = [T::default(); LANES as usize];
    for (lane, value) in (0..).zip(lanes.iter_mut()) {
        *value = first(lane);
    }
    lanes
}

/// The output of an `int` segment.
pub fn int_segment(words: &[u32; 8], segment: u32) -> u32 {
    let mut a = lanes(|lane| spread(words, segment, lane) ^ words[1]);
    let mut b = lanes(|lane| {
        spread(words, segment, lane)
            .wrapping_mul(words[2] | 1)
            .wrapping_add(words[3])
    });
    for _ in 0..STEPS {
        for (a, b) in a.iter_mut().zip(b.iter_mut()) {
            *a = a.wrapping_mul(*b).wrapping_add(words[4]);
            *b = b.rotate_left(ROTATION) ^ *a;
        }
    }
    (0..).zip(a.iter().zip(&b)).fold(0, |sum, (lane, (a, b))| {
        sum.wrapping_add(a ^ b.rotate_left(lane))
    })
}

/// The output of an `fp32-strict` segment. No lane leaves the range from 0.009 to 0.994, so there is no NaN, whose bits
/// would be unspecified.
///
/// The steps round. The end also divides, and makes a number that is too small to be a normal one.
pub fn fp32_segment(words: &[u32; 8], segment: u32) -> u32 {
    /// From 23 bits to less than one, exactly.
    fn fraction(bits: u32) -> f32 {
        (bits >> 9) as f32 * f32::from_bits(0x3400_0000)
    }
    let mut x = lanes(|lane| 0.1 + 0.8 * fraction(spread(words, segment, lane)));
    let r = lanes(|lane| {
        let bits = spread(words, segment, lane)
            .wrapping_mul(words[5] | 1)
            .wrapping_add(words[6]);
        3.6 + 0.375 * fraction(bits)
    });
    for _ in 0..STEPS {
        for (x, r) in x.iter_mut().zip(&r) {
            *x = (r * *x) * (1.0 - *x);
        }
    }
    (0..).zip(x.iter().zip(&r)).fold(0, |sum, (lane, (x, r))| {
        let quotient = x / r;
        // 2⁻¹⁰⁰, then 2⁻³⁴.
        let tiny = x * f32::from_bits(0x0d80_0000) * f32::from_bits(0x2e80_0000);
        sum.wrapping_add(x.to_bits() ^ quotient.to_bits().rotate_left(lane))
            .wrapping_add(tiny.to_bits())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_constants_are_the_powers_of_two_that_the_kernels_write() {
        assert_eq!(f32::from_bits(0x3400_0000), 2f32.powi(-23));
        assert_eq!(f32::from_bits(0x0d80_0000), 2f32.powi(-100));
        assert_eq!(f32::from_bits(0x2e80_0000), 2f32.powi(-34));
        assert_eq!(words(&[1; 32]), [0x0101_0101; 8]);
    }

    /// What other implementations have to arrive at.
    #[test]
    fn the_program_stays_as_it_is() {
        let words = words(&core::array::from_fn(|i| i as u8));
        let int = [0, 1, 1_000_000].map(|segment| int_segment(&words, segment));
        let fp32 = [0, 1, 1_000_000].map(|segment| fp32_segment(&words, segment));
        assert_eq!(int, [627_733_674, 2_090_426_689, 1_890_107_354]);
        assert_eq!(fp32, [871_861_472, 3_961_042_008, 407_469_015]);
    }
}
