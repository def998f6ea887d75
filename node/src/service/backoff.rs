//! How blocks slow down while finality stands still, so that what is not final does not grow as fast as ever.
//!
//! The SDK's numbers are made for slots of six seconds: they begin after 50 blocks, and end at one block in 101 slots.
//! Here that would be 12.5 seconds, which a short fault takes too, and a block every 25 seconds. Referenda count
//! blocks, and where finality does not come back by itself a referendum is the way out: it would take 100 times as
//! long.

use aicpw_runtime::{units::MINUTES, BlockNumber};
use sc_consensus_slots::BackoffAuthoringOnFinalizedHeadLagging;

/// Blocks that wait for finality before the first slot is left empty: those of five minutes.
const SLACK: BlockNumber = 5 * MINUTES;

/// Most slots that are left empty after a block: then there is one every 2.25 seconds.
const LONGEST_PAUSE: BlockNumber = 8;

/// So many more blocks that wait leave one more slot empty.
const BLOCKS_PER_SLOT: BlockNumber = 2;

/// When a slot is left empty because too many blocks wait for finality.
pub fn strategy() -> BackoffAuthoringOnFinalizedHeadLagging<BlockNumber> {
    BackoffAuthoringOnFinalizedHeadLagging {
        max_interval: LONGEST_PAUSE,
        unfinalized_slack: SLACK,
        authoring_bias: BLOCKS_PER_SLOT,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use aicpw_runtime::{configs::governance::tracks::TRACKS, units::HOURS};
    use sc_consensus_slots::BackoffAuthoringBlocksStrategy;

    use super::*;

    /// The slots of the first blocks of a chain on which nothing becomes final after its genesis, and all authors
    /// are there.
    fn slots_of(blocks: BlockNumber) -> Vec<u64> {
        let strategy = strategy();
        let (mut slots, mut slot) = (Vec::new(), 0);
        for head in 0..blocks {
            let last: u64 = slot;
            slot += 1;
            while strategy.should_backoff(head, last.into(), 0, slot.into(), "test") {
                slot += 1;
            }
            slots.push(slot);
        }
        slots
    }

    #[test]
    fn no_slot_is_left_empty_in_the_first_five_minutes_without_finality() {
        let slots = slots_of(5 * MINUTES);
        assert_eq!(slots.last(), Some(&u64::from(5 * MINUTES)));
    }

    #[test]
    fn however_long_finality_stands_still_there_is_a_block_in_nine_slots() {
        let slots = slots_of(12 * HOURS);
        let gaps: Vec<_> = slots.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert_eq!(gaps.iter().max(), Some(&9));
        // It has slowed down before six minutes are over, and goes on like that.
        let slowed = slots.partition_point(|slot| *slot <= u64::from(6 * MINUTES));
        assert!(gaps[slowed..].iter().all(|gap| *gap == 9));
    }

    /// What docs/governance.md tells those who have to find the way out.
    #[test]
    fn the_faster_track_takes_four_and_a_half_hours_without_finality() {
        let mut tracks = TRACKS.into_iter();
        let (_, track) = tracks.find(|(id, _)| *id == 1).unwrap();
        let blocks = track.prepare_period + track.confirm_period + track.min_enactment_period;
        // After the blocks in which it slows down.
        let begin = 6 * MINUTES;
        let slots = slots_of(begin + blocks + 1);
        let taken = slots[(begin + blocks) as usize] - slots[begin as usize];
        assert_eq!(taken, u64::from(4 * HOURS + 30 * MINUTES));
    }
}
