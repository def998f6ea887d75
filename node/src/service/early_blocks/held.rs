//! Blocks that wait for their slot.

use std::collections::BTreeMap;

use aicpw_runtime::opaque::Block;
use codec::Encode;
use sc_consensus::IncomingBlock;
use sp_consensus::BlockOrigin;
use sp_consensus_babe::Slot;

/// How many wait at most: a minute of blocks, of four validators that all make one in each slot.
const MOST: usize = 1_024;

/// How many bytes of transactions they have at most, all together.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// A block, and where the import queue is told that it comes from.
pub type Submitted = (BlockOrigin, IncomingBlock<Block>);

/// Those that wait, by the slot that has to begin first.
#[derive(Default)]
pub struct Held {
    blocks: BTreeMap<Slot, Vec<Submitted>>,
    count: usize,
    bytes: usize,
}

impl Held {
    /// Takes a block in, unless there is no room: then it comes back.
    pub fn add(&mut self, slot: Slot, submitted: Submitted) -> Option<Submitted> {
        let bytes = size(&submitted);
        if self.count >= MOST || self.bytes.saturating_add(bytes) > MOST_BYTES {
            return Some(submitted);
        }
        self.count += 1;
        self.bytes += bytes;
        self.blocks.entry(slot).or_default().push(submitted);
        None
    }

    /// Those whose slot has begun when this one has, in the order of slots, and within one in that in which they
    /// came. They do not wait any more.
    pub fn due(&mut self, now: Slot) -> Vec<Submitted> {
        let later = self.blocks.split_off(&(now + 1));
        let due = std::mem::replace(&mut self.blocks, later);
        let due: Vec<_> = due.into_values().flatten().collect();
        self.count -= due.len();
        self.bytes -= due.iter().map(size).sum::<usize>();
        due
    }

    /// The slot that begins first of those that are waited for.
    pub fn next(&self) -> Option<Slot> {
        self.blocks.keys().next().copied()
    }
}

fn size((_, block): &Submitted) -> usize {
    let body = block.body.iter().flatten();
    body.map(Encode::encoded_size).sum()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{super::tests::incoming, *};
    use sp_runtime::OpaqueExtrinsic;

    fn submitted(slot: u64) -> Submitted {
        (BlockOrigin::NetworkBroadcast, incoming(1, slot))
    }

    #[test]
    fn blocks_are_due_in_the_order_of_their_slots() {
        let mut held = Held::default();
        let [last, first, second] = [submitted(9), submitted(5), submitted(5)];
        for (slot, block) in [(9, &last), (5, &first), (5, &second)] {
            assert!(held.add(slot.into(), block.clone()).is_none());
        }
        assert_eq!(held.next(), Some(5.into()));
        assert!(held.due(4.into()).is_empty());
        assert_eq!(held.due(8.into()), [first, second]);
        assert_eq!(held.next(), Some(9.into()));
        assert_eq!(held.due(9.into()), [last]);
        assert_eq!(held.next(), None);
    }

    #[test]
    fn there_is_room_for_so_many_blocks_and_bytes() {
        let mut held = Held::default();
        for slot in 0..MOST as u64 {
            assert!(held.add(slot.into(), submitted(slot)).is_none());
        }
        assert_eq!(held.add(1.into(), submitted(1)), Some(submitted(1)));
        assert_eq!(held.due(0.into()).len(), 1);
        assert!(held.add(1.into(), submitted(1)).is_none());

        let mut held = Held::default();
        let (origin, mut large) = submitted(1);
        let half = OpaqueExtrinsic::from_blob(vec![0; MOST_BYTES / 2]);
        large.body = Some(vec![half]);
        // With its length it has more than half of them.
        assert!(held.add(1.into(), (origin, large.clone())).is_none());
        assert!(held.add(1.into(), (origin, large.clone())).is_some());
        assert_eq!(held.due(1.into()).len(), 1);
        assert!(held.add(1.into(), (origin, large)).is_none());
    }
}
