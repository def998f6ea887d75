//! How long after the beginning of their slot, by this machine's clock, the blocks of others arrive, which shows
//! whether the clock is right.

use aicpw_runtime::opaque::Block;
use schnellru::{ByLength, LruMap};
use sp_runtime::traits::Block as BlockT;

type BlockHash = <Block as BlockT>::Hash;

/// How many blocks are remembered until they are imported.
const REMEMBERED: u32 = 1_024;

/// Most arrivals that are counted in a minute.
const MOST: usize = 4_096;

/// Fewest arrivals that say anything about the clock.
const FEWEST: usize = 20;

/// Milliseconds by which blocks may be early. It takes some time to make and send a block, so with a right clock none
/// is early. If the clock is behind by more than a slot, most of them are too early to import.
const EARLY: i64 = 100;

/// Milliseconds by which blocks may be late: more than a slow network explains.
const LATE: i64 = 1_000;

/// The arrival times of others' blocks. Only blocks count that turned out to be valid.
pub struct Arrivals {
    first_seen: LruMap<BlockHash, i64>,
    offsets: Vec<i64>,
}

impl Default for Arrivals {
    fn default() -> Self {
        Self {
            first_seen: LruMap::new(ByLength::new(REMEMBERED)),
            offsets: Vec::new(),
        }
    }
}

impl Arrivals {
    /// Notes that a block came this many milliseconds after its slot began. Only the first time counts.
    pub fn came(&mut self, block: BlockHash, offset: i64) {
        let _ = self.first_seen.get_or_insert(block, || offset);
    }

    /// Notes that the block was imported.
    pub fn is_valid(&mut self, block: BlockHash) {
        if let (Some(offset), true) = (self.first_seen.remove(&block), self.offsets.len() < MOST) {
            self.offsets.push(offset);
        }
    }

    /// Returns the median of the offsets since the last call, in milliseconds, unless there are too few.
    pub fn median(&mut self) -> Option<i64> {
        let mut offsets = std::mem::take(&mut self.offsets);
        if offsets.len() < FEWEST {
            return None;
        }
        let middle = offsets.len() / 2;
        Some(*offsets.select_nth_unstable(middle).1)
    }
}

/// Returns what to say about such a median, if anything.
pub fn complaint(median: i64) -> Option<String> {
    let seconds = |millis: u64| format!("{}.{} s", millis / 1_000, millis % 1_000 / 100);
    if median < -EARLY {
        return Some(format!(
            "this machine's clock is behind those of the others by {} or more: most blocks of the last minute came before \
             their slot began by it. They are imported that much later, and what this node says comes later still. Set \
             the clock: `timedatectl set-ntp true`, or install chrony",
            seconds(median.unsigned_abs())
        ));
    }
    (median > LATE).then(|| {
        format!(
            "most blocks of the last minute came {} or more after their slot began by this machine's clock. Either it is \
             ahead of the others (`timedatectl set-ntp true`, or install chrony), or this machine or its connection is \
             too slow",
            seconds(median.unsigned_abs())
        )
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn hash(seed: u64) -> BlockHash {
        BlockHash::from_low_u64_be(seed)
    }

    #[test]
    fn the_median_is_of_valid_blocks_when_they_came_first() {
        let mut arrivals = Arrivals::default();
        for seed in 0..FEWEST as u64 {
            arrivals.came(hash(seed), seed as i64);
            arrivals.came(hash(seed), 60_000);
            // These blocks are never imported.
            arrivals.came(hash(1_000 + seed), -60_000);
            assert_eq!(arrivals.median(), None, "{seed} are too few");
        }
        for seed in 0..FEWEST as u64 {
            arrivals.is_valid(hash(seed));
            arrivals.is_valid(hash(seed));
            // Blocks of its own, or that it requested.
            arrivals.is_valid(hash(2_000 + seed));
        }
        assert_eq!(arrivals.median(), Some(FEWEST as i64 / 2));
        assert_eq!(arrivals.median(), None, "a minute later there are none");
    }

    #[test]
    fn a_clock_that_is_off_is_told_and_another_is_not() {
        for right in [-EARLY, 0, 120, LATE] {
            assert_eq!(complaint(right), None, "{right}");
        }
        let behind = complaint(-1_450).unwrap();
        assert!(
            behind.contains("behind") && behind.contains("1.4 s"),
            "{behind}"
        );
        let ahead = complaint(2_000).unwrap();
        assert!(
            ahead.contains("ahead") && ahead.contains("2.0 s"),
            "{ahead}"
        );
    }
}
