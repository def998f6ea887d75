//! Blocks that wait for their slot.

use std::collections::{BTreeMap, HashSet};

use aicpw_runtime::opaque::Block;
use codec::Encode;
use sc_consensus::{import_queue::RuntimeOrigin, IncomingBlock};
use sp_consensus::BlockOrigin;
use sp_consensus_babe::Slot;

use super::BlockHash;

/// The most that may wait.
#[derive(Clone, Copy)]
struct Room {
    blocks: usize,
    bytes: usize,
}

/// The room for all peers together: four peers can fill it.
const MOST: Room = Room {
    blocks: 192,
    bytes: 64 * 1024 * 1024,
};

/// The room for one peer: two blocks for each slot that is waited for, and one answer to a request, which has 16 MiB at
/// most.
const MOST_OF_ONE: Room = Room {
    blocks: 48,
    bytes: 16 * 1024 * 1024,
};

/// The memory that a transaction, a digest item or a justification takes besides its bytes. An empty one has a single
/// byte in a message.
const OF_AN_ITEM: usize = 64;

/// A block, and its origin for the import queue.
pub type Submitted = (BlockOrigin, IncomingBlock<Block>);

struct Entry {
    submitted: Submitted,
    bytes: usize,
}

impl Entry {
    fn block(&self) -> &IncomingBlock<Block> {
        &self.submitted.1
    }

    fn is_of(&self, peer: Option<RuntimeOrigin>) -> bool {
        self.block().origin == peer
    }

    /// Whether `block` is a copy of this one. The body is compared too, because nobody has checked yet that a body
    /// belongs to its header: if two differ, one is false, and either may be.
    fn is_copy_of(&self, block: &IncomingBlock<Block>) -> bool {
        self.block().hash == block.hash && self.block().body == block.body
    }
}

impl Room {
    fn holds<'a>(self, entries: impl Iterator<Item = &'a Entry>) -> bool {
        let (mut blocks, mut bytes) = (0_usize, 0_usize);
        for entry in entries {
            blocks += 1;
            bytes = bytes.saturating_add(entry.bytes);
        }
        blocks <= self.blocks && bytes <= self.bytes
    }
}

/// The blocks that wait, by the slot that has to begin first.
#[derive(Default)]
pub struct Held(BTreeMap<Slot, Vec<Entry>>);

impl Held {
    /// Adds a block. A block that already waits is kept only once, because the synchronisation identifies blocks by
    /// their hash, whoever they came from.
    ///
    /// If there is no room, the block that has to wait longest gives way: first one of the same peer, so that nobody
    /// can take the room of all others. This can be the new block. Returns what gave way.
    pub fn add(&mut self, slot: Slot, submitted: Submitted) -> Vec<BlockHash> {
        if let Some((before, at)) = self.find(&submitted.1) {
            if before <= slot {
                return Vec::new();
            }
            // The other copy was behind a block that has to wait longer.
            self.take(before, at);
        }
        let peer = submitted.1.origin;
        let bytes = size(&submitted.1);
        let entry = Entry { submitted, bytes };
        self.0.entry(slot).or_default().push(entry);
        let mut gave_way = self.make_room(MOST_OF_ONE, |entry| entry.is_of(peer));
        gave_way.extend(self.make_room(MOST, |_| true));
        gave_way
    }

    /// Returns those of the blocks that gave way of which no copy is left. Also removes and returns the blocks built on
    /// them.
    pub fn lost_with(&mut self, gave_way: Vec<BlockHash>) -> Vec<BlockHash> {
        let waits = |hash: &BlockHash| {
            let mut entries = self.0.values().flatten();
            entries.any(|entry| entry.block().hash == *hash)
        };
        let mut lost: Vec<_> = gave_way.into_iter().filter(|hash| !waits(hash)).collect();
        lost.extend(self.forget_built_on(lost.clone()));
        lost
    }

    /// Removes and returns the blocks whose slot has begun by `now`, in the order of slots, and within a slot in the
    /// order in which they came.
    pub fn due(&mut self, now: Slot) -> Vec<Submitted> {
        let later = self.0.split_off(&(now + 1));
        let due = std::mem::replace(&mut self.0, later);
        let due = due.into_values().flatten();
        due.map(|entry| entry.submitted).collect()
    }

    /// Removes the blocks that are built on one of these. Returns which they were.
    pub fn forget_built_on(&mut self, blocks: Vec<BlockHash>) -> Vec<BlockHash> {
        let mut lost: HashSet<_> = blocks.into_iter().collect();
        let mut forgotten = Vec::new();
        // A child stands after its parent.
        self.0.retain(|_, entries| {
            entries.retain(|entry| {
                let parent = parent_of(entry.block());
                let is_lost = parent.is_some_and(|parent| lost.contains(&parent));
                if is_lost {
                    lost.insert(entry.block().hash);
                    forgotten.push(entry.block().hash);
                }
                !is_lost
            });
            !entries.is_empty()
        });
        forgotten
    }

    /// Returns the slot that begins first of those that are waited for.
    pub fn next(&self) -> Option<Slot> {
        self.0.keys().next().copied()
    }

    /// Removes those that have to wait longest of the entries for which `is_one` is true, until they fit into the room.
    fn make_room(&mut self, room: Room, is_one: impl Fn(&Entry) -> bool) -> Vec<BlockHash> {
        let mut gave_way = Vec::new();
        loop {
            let entries = self.0.values().flatten();
            if room.holds(entries.filter(|entry| is_one(entry))) {
                return gave_way;
            }
            gave_way.extend(self.take_farthest(&is_one));
        }
    }

    /// Removes the entry that has to wait longest. Of two in the same slot that is the one that came last, which may be
    /// built on the other.
    fn take_farthest(&mut self, is_one: impl Fn(&Entry) -> bool) -> Option<BlockHash> {
        let mut farthest_first = self.0.iter().rev();
        let (slot, at) = farthest_first.find_map(|(slot, entries)| {
            let at = entries.iter().rposition(&is_one)?;
            Some((*slot, at))
        })?;
        let entry = self.take(slot, at)?;
        Some(entry.block().hash)
    }

    /// Returns where a copy of this block waits.
    fn find(&self, block: &IncomingBlock<Block>) -> Option<(Slot, usize)> {
        self.0.iter().find_map(|(slot, entries)| {
            let at = entries.iter().position(|entry| entry.is_copy_of(block))?;
            Some((*slot, at))
        })
    }

    fn take(&mut self, slot: Slot, at: usize) -> Option<Entry> {
        let entries = self.0.get_mut(&slot)?;
        let entry = entries.remove(at);
        if entries.is_empty() {
            self.0.remove(&slot);
        }
        Some(entry)
    }
}

/// Whether a block can be held at all.
pub fn fits(block: &IncomingBlock<Block>) -> bool {
    size(block) <= MOST_OF_ONE.bytes
}

/// Returns the parent that a block's header names.
pub fn parent_of(block: &IncomingBlock<Block>) -> Option<BlockHash> {
    block.header.as_ref().map(|header| header.parent_hash)
}

/// Returns the memory that a block takes, with everything that came with it.
fn size(block: &IncomingBlock<Block>) -> usize {
    let encoded = block.header.encoded_size()
        + block.body.encoded_size()
        + block.indexed_body.encoded_size()
        + block.justifications.encoded_size();
    let header = block.header.as_ref();
    let justifications = block.justifications.iter();
    let items = header.map_or(0, |header| header.digest.logs.len())
        + block.body.as_ref().map_or(0, Vec::len)
        + block.indexed_body.as_ref().map_or(0, Vec::len)
        + justifications.flat_map(|all| all.iter()).count();
    encoded + items * OF_AN_ITEM
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{
        super::{
            tests::{incoming, incoming_on},
            FARTHEST,
        },
        *,
    };
    use sp_runtime::{DigestItem, OpaqueExtrinsic};

    fn submitted(number: u32, slot: u64) -> Submitted {
        (BlockOrigin::NetworkBroadcast, incoming(number, slot))
    }

    fn from(peer: RuntimeOrigin, number: u32, slot: u64) -> Submitted {
        let (origin, mut block) = submitted(number, slot);
        block.origin = Some(peer);
        (origin, block)
    }

    #[test]
    fn blocks_are_due_in_the_order_of_their_slots() {
        let mut held = Held::default();
        let [last, first, second] = [submitted(1, 9), submitted(2, 5), submitted(3, 5)];
        for (slot, block) in [(9, &last), (5, &first), (5, &second)] {
            assert!(held.add(slot.into(), block.clone()).is_empty());
        }
        assert_eq!(held.next(), Some(5.into()));
        assert!(held.due(4.into()).is_empty());
        assert_eq!(held.due(8.into()), [first, second]);
        assert_eq!(held.next(), Some(9.into()));
        assert_eq!(held.due(9.into()), [last]);
        assert_eq!(held.next(), None);
    }

    #[test]
    fn a_block_that_comes_again_waits_once() {
        let mut held = Held::default();
        let [one, other] = [RuntimeOrigin::random(), RuntimeOrigin::random()];
        let first = from(one, 1, 5);
        let child = (first.0, incoming_on(first.1.hash, 2, 5));
        for block in [&first, &child, &from(other, 1, 5), &first, &child] {
            assert!(held.add(5.into(), block.clone()).is_empty());
        }
        // The block does not move behind its child either, nor to a later slot.
        assert!(held.add(9.into(), from(other, 1, 5)).is_empty());
        assert_eq!(held.due(9.into()), [first, child]);
        assert_eq!(held.next(), None);
        // Another copy takes no more room.
        for _ in 0..=MOST.blocks {
            assert!(held.add(5.into(), from(one, 1, 5)).is_empty());
        }
    }

    #[test]
    fn who_has_a_block_wait_too_long_does_not_delay_it_for_others() {
        let mut held = Held::default();
        let [liar, honest] = [RuntimeOrigin::random(), RuntimeOrigin::random()];
        assert!(held.add(9.into(), from(liar, 1, 5)).is_empty());
        assert!(held.add(5.into(), from(honest, 1, 5)).is_empty());
        assert_eq!(held.due(5.into()), [from(honest, 1, 5)]);
        assert_eq!(held.next(), None);
    }

    #[test]
    fn one_with_another_body_does_not_stand_for_a_block() {
        let mut held = Held::default();
        let (origin, mut false_one) = from(RuntimeOrigin::random(), 1, 5);
        false_one.body = Some(vec![OpaqueExtrinsic::from_blob(vec![1])]);
        let false_one = (origin, false_one);
        let right = from(RuntimeOrigin::random(), 1, 5);
        for block in [&false_one, &right] {
            assert!(held.add(5.into(), block.clone()).is_empty());
        }
        assert_eq!(held.due(5.into()), [false_one, right]);
    }

    #[test]
    fn what_has_to_wait_longest_gives_way() {
        let mut held = Held::default();
        // Each block is from another peer.
        let first = 10;
        let mut farthest = None;
        for slot in first..first + MOST.blocks as u64 {
            let block = from(RuntimeOrigin::random(), 1, slot);
            farthest = Some(block.1.hash);
            assert!(held.add(slot.into(), block).is_empty(), "{slot}");
        }
        let far = from(RuntimeOrigin::random(), 1, 1_000);
        assert_eq!(held.add(1_000.into(), far.clone()), [far.1.hash]);
        let near = from(RuntimeOrigin::random(), 1, 5);
        let gave_way = held.add(5.into(), near.clone());
        assert_eq!(gave_way, [farthest.unwrap()]);
        assert_eq!(held.due(9.into()), [near]);
        // The place of that block is free again.
        assert!(held.add(1_000.into(), far).is_empty());
    }

    #[test]
    fn a_peer_has_room_for_two_chains_and_takes_none_from_others() {
        let mut held = Held::default();
        let [liar, honest] = [RuntimeOrigin::random(), RuntimeOrigin::random()];
        for slot in 0..FARTHEST {
            for number in [1, 2] {
                let block = from(liar, number, slot);
                assert!(held.add(slot.into(), block).is_empty(), "{slot}");
            }
        }
        // The other peer's block is farther than all of these, and stays.
        let far = from(honest, 1, FARTHEST);
        assert!(held.add(FARTHEST.into(), far.clone()).is_empty());
        let gave_way = held.add(0.into(), from(liar, 3, 0));
        assert_eq!(gave_way, [from(liar, 2, FARTHEST - 1).1.hash]);
        held.due((FARTHEST - 1).into());
        assert_eq!(held.due(FARTHEST.into()), [far]);
    }

    #[test]
    fn what_is_built_on_a_block_that_gave_way_is_lost_unless_a_copy_waits() {
        let mut held = Held::default();
        let (parent, other) = (incoming(1, 3), incoming(1, 4));
        let child = incoming_on(parent.hash, 2, 5);
        let grandchild = incoming_on(child.hash, 3, 6);
        let stays = incoming_on(other.hash, 2, 5);
        // Of one block that gave way another copy is left.
        for (slot, block) in [(4, &other), (5, &child), (5, &stays), (6, &grandchild)] {
            let submitted = (BlockOrigin::NetworkBroadcast, block.clone());
            assert!(held.add(slot.into(), submitted).is_empty());
        }
        let lost = held.lost_with(vec![other.hash, parent.hash]);
        assert_eq!(lost, [parent.hash, child.hash, grandchild.hash]);
        let left = held.due(9.into());
        let left: Vec<_> = left.iter().map(|(_, block)| block.hash).collect();
        assert_eq!(left, [other.hash, stays.hash]);
    }

    #[test]
    fn all_that_comes_with_a_block_takes_room() {
        let enlarge: [fn(&mut IncomingBlock<Block>, usize); 4] = [
            |block, bytes| block.body = Some(vec![OpaqueExtrinsic::from_blob(vec![0; bytes])]),
            |block, bytes| {
                let header = block.header.as_mut().unwrap();
                header.digest.push(DigestItem::Other(vec![0; bytes]));
            },
            |block, bytes| block.justifications = Some(([0_u8; 4], vec![0_u8; bytes]).into()),
            |block, bytes| {
                let nothing = OpaqueExtrinsic::from_blob(Vec::new());
                block.body = Some(vec![nothing; bytes / OF_AN_ITEM]);
            },
        ];
        for (way, enlarge) in enlarge.into_iter().enumerate() {
            let mut held = Held::default();
            let large = |number, bytes| {
                let (origin, mut block) = submitted(number, 1);
                enlarge(&mut block, bytes);
                (origin, block)
            };
            // With the rest of the block this is more than half.
            let half = MOST_OF_ONE.bytes / 2;
            assert!(held.add(1.into(), large(1, half)).is_empty(), "{way}");
            assert_eq!(held.add(1.into(), large(2, half)).len(), 1, "{way}");
            assert_eq!(held.due(1.into()).len(), 1, "{way}");
            assert!(held.add(1.into(), large(3, half)).is_empty(), "{way}");
            assert!(fits(&large(4, half).1), "{way}");
            assert!(!fits(&large(4, MOST_OF_ONE.bytes).1), "{way}");
        }
    }

    #[test]
    fn the_bytes_of_all_have_a_limit_and_who_sends_too_many_loses_only_its_own() {
        let mut held = Held::default();
        let large = |slot, bytes| {
            let (origin, mut block) = from(RuntimeOrigin::random(), 1, slot);
            block.body = Some(vec![OpaqueExtrinsic::from_blob(vec![0; bytes])]);
            (origin, block)
        };
        let most = MOST_OF_ONE.bytes / 10 * 9;
        for slot in [2, 3, 4, 5] {
            assert!(held.add(slot.into(), large(slot, most)).is_empty());
        }
        let slots = |held: &Held| {
            held.0
                .keys()
                .map(|slot| u64::from(*slot))
                .collect::<Vec<_>>()
        };
        let beyond = held.add(1.into(), large(1, MOST_OF_ONE.bytes));
        assert_eq!((beyond.len(), slots(&held)), (1, vec![2, 3, 4, 5]));
        let gave_way = held.add(1.into(), large(1, most));
        assert_eq!((gave_way.len(), slots(&held)), (1, vec![1, 2, 3, 4]));
    }

    #[test]
    fn what_is_built_on_a_block_is_forgotten_and_nothing_else() {
        let mut held = Held::default();
        let parent = incoming(1, 3);
        let child = incoming_on(parent.hash, 2, 5);
        let grandchild = incoming_on(child.hash, 3, 6);
        let other = incoming_on(incoming(1, 4).hash, 2, 5);
        for (slot, block) in [(5, &child), (5, &other), (6, &grandchild)] {
            let submitted = (BlockOrigin::NetworkBroadcast, block.clone());
            assert!(held.add(slot.into(), submitted).is_empty());
        }
        let forgotten = held.forget_built_on(vec![parent.hash]);
        assert_eq!(forgotten, [child.hash, grandchild.hash]);
        assert!(held.forget_built_on(vec![parent.hash]).is_empty());
        let left = (BlockOrigin::NetworkBroadcast, other);
        assert_eq!(held.due(9.into()), [left]);
        assert_eq!(held.next(), None);
    }
}
