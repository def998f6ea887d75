//! A state like the market's: some tens of maps with hashed keys, and values of up to half a
//! kilobyte. Everything is derived from a number, so that no list of keys is kept.

use sp_io::hashing::{blake2_128, blake2_256, twox_128};

/// How many storage maps the keys are in.
const MAPS: u32 = 64;

/// The lengths of values: from that of a small record to that of a whole assignment.
const SHORTEST: u64 = 32;
const LONGEST: u64 = 480;

/// The entries of a state with this many keys.
pub struct Entries {
    keys: u32,
}

impl Entries {
    /// Returns entries for this many keys, at least one.
    pub fn new(keys: u32) -> Self {
        Self { keys: keys.max(1) }
    }

    /// Returns all entries.
    pub fn all(&self) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> + '_ {
        (0..self.keys).map(|index| (self.key(index), value(index, 0)))
    }

    /// Returns a key: pallet and map, then `Blake2_128Concat` of 32 bytes.
    pub fn key(&self, index: u32) -> Vec<u8> {
        let map = index % MAPS;
        let account = blake2_256(&index.to_le_bytes());
        let mut key = twox_128(&(map / 8).to_le_bytes()).to_vec();
        key.extend(twox_128(&map.to_le_bytes()));
        key.extend(blake2_128(&account));
        key.extend(account);
        key
    }

    /// Returns some entry, a different one for each seed.
    pub fn pick(&self, seed: u64) -> u32 {
        (number(&[b"pick".as_slice(), &seed.to_le_bytes()].concat()) % u64::from(self.keys)) as u32
    }

    /// Returns new values for `count` entries, a different set in each block. In a small state the
    /// same entry may be picked twice; only the last value counts, so each entry is here only once.
    pub fn changes(&self, block: u32, count: u32) -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut indices: Vec<u32> = (0..count)
            .map(|nth| self.pick(u64::from(block) << 32 | u64::from(nth)))
            .collect();
        indices.sort_unstable();
        indices.dedup();
        indices
            .into_iter()
            .map(|index| (self.key(index), value(index, block)))
            .collect()
    }
}

fn value(index: u32, block: u32) -> Vec<u8> {
    let seed = [index.to_le_bytes(), block.to_le_bytes()].concat();
    let length = (SHORTEST + number(&seed) % (LONGEST - SHORTEST)) as usize;
    (0_u32..)
        .flat_map(|part| blake2_256(&[seed.as_slice(), &part.to_le_bytes()].concat()))
        .take(length)
        .collect()
}

fn number(seed: &[u8]) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = blake2_256(seed);
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn keys_are_distinct_and_values_change_with_the_block() {
        let entries = Entries::new(1_000);
        let keys: BTreeSet<_> = entries.all().map(|(key, _)| key).collect();
        assert_eq!(keys.len(), 1_000);
        let [first, second] = [1, 2].map(|block| entries.changes(block, 100));
        assert!(first.iter().all(|(key, _)| keys.contains(key)));
        assert_ne!(first, second);
        assert_ne!(value(7, 0), value(7, 1));
    }
}
