//! Pushed blocks that are not imported yet.

use aicpw_runtime::opaque::Block;
use sc_consensus::IncomingBlock;
use sc_network::PeerId;

use super::BlockHash;

/// Most pending blocks of one peer. A block that cannot be imported stays until its height is final, so this is also
/// how many bad blocks a peer can have the node try in that time.
const OF_A_PEER: usize = 4;

/// Most blocks that wait; the highest one makes way.
const MOST: usize = 64;

struct Entry {
    hash: BlockHash,
    number: u32,
    parent: BlockHash,
    sender: Option<PeerId>,
    /// `None` once the block is handed to the import queue.
    block: Option<IncomingBlock<Block>>,
}

/// The blocks that wait for their parent, and those in the import queue.
#[derive(Default)]
pub struct Pending(Vec<Entry>);

impl Pending {
    /// Adds a block, unless its peer has too many. Returns whether the block is here now.
    pub fn add(&mut self, number: u32, parent: BlockHash, block: IncomingBlock<Block>) -> bool {
        let (hash, sender) = (block.hash, block.origin);
        if self.0.iter().any(|entry| entry.hash == hash) {
            return true;
        }
        if !self.has_room_for(sender) {
            return false;
        }
        let waiting = self.0.iter().filter(|entry| entry.block.is_some());
        if waiting.count() >= MOST {
            self.drop_highest();
        }
        self.0.push(Entry {
            hash,
            number,
            parent,
            sender,
            block: Some(block),
        });
        true
    }

    /// Whether a block of that peer would be added.
    pub fn has_room_for(&self, sender: Option<PeerId>) -> bool {
        let of_peer = self.0.iter().filter(|entry| entry.sender == sender);
        of_peer.count() < OF_A_PEER
    }

    /// Drops the waiting block whose parent will come last, if it comes at all.
    fn drop_highest(&mut self) {
        let waiting = self.0.iter().enumerate();
        let waiting = waiting.filter(|(_, entry)| entry.block.is_some());
        if let Some((index, _)) = waiting.max_by_key(|(_, entry)| entry.number) {
            self.0.swap_remove(index);
        }
    }

    /// Returns the blocks whose parent is there. They go to the import queue now, and are not returned again.
    pub fn ready(&mut self, is_there: impl Fn(BlockHash) -> bool) -> Vec<IncomingBlock<Block>> {
        let waiting = self.0.iter_mut().filter(|entry| entry.block.is_some());
        waiting
            .filter(|entry| is_there(entry.parent))
            .filter_map(|entry| entry.block.take())
            .collect()
    }

    /// Forgets a block that was imported, and all up to the height that is final. Returns who sent a block whose parent
    /// never came.
    pub fn forget(&mut self, imported: BlockHash, finalised: u32) -> Vec<PeerId> {
        let goes = |entry: &mut Entry| entry.hash == imported || entry.number <= finalised;
        let gone = self.0.extract_if(.., goes);
        gone.filter(|entry| entry.hash != imported && entry.block.is_some())
            .filter_map(|entry| entry.sender)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(seed: u8, sender: PeerId) -> IncomingBlock<Block> {
        IncomingBlock {
            hash: BlockHash::repeat_byte(seed),
            header: None,
            body: None,
            indexed_body: None,
            justifications: None,
            origin: Some(sender),
            allow_missing_state: false,
            skip_execution: false,
            import_existing: false,
            state: None,
        }
    }

    fn hashes(blocks: &[IncomingBlock<Block>]) -> Vec<BlockHash> {
        blocks.iter().map(|block| block.hash).collect()
    }

    #[test]
    fn each_block_is_given_once_when_its_parent_is_there() {
        let peer = PeerId::random();
        let (one, other) = (BlockHash::repeat_byte(101), BlockHash::repeat_byte(102));
        let mut pending = Pending::default();
        assert!(pending.add(5, one, block(1, peer)));
        assert!(pending.add(5, other, block(2, peer)));
        assert!(pending.add(5, one, block(1, PeerId::random())));
        assert!(pending.ready(|_| false).is_empty());
        let ready = pending.ready(|hash| hash == one);
        assert_eq!(hashes(&ready), [BlockHash::repeat_byte(1)]);
        assert!(pending.ready(|hash| hash == one).is_empty());
        let ready = pending.ready(|_| true);
        assert_eq!(hashes(&ready), [BlockHash::repeat_byte(2)]);
    }

    #[test]
    fn a_peer_has_few_until_they_are_imported_or_their_height_is_final() {
        let (peer, other) = (PeerId::random(), PeerId::random());
        let parent = BlockHash::default();
        let mut pending = Pending::default();
        let count_of = |pending: &mut Pending, first: u8, sender| {
            let blocks = (first..first + 10).map(|seed| block(seed, sender));
            let taken = blocks.filter(|block| pending.add(7, parent, block.clone()));
            let taken = taken.count();
            assert_eq!(pending.ready(|_| true).len(), taken);
            taken
        };
        assert_eq!(count_of(&mut pending, 0, peer), OF_A_PEER);
        assert_eq!(count_of(&mut pending, 20, peer), 0);
        assert_eq!(count_of(&mut pending, 40, other), OF_A_PEER);
        assert!(pending.forget(BlockHash::repeat_byte(0), 6).is_empty());
        assert_eq!(count_of(&mut pending, 60, peer), 1);
        assert!(pending.forget(BlockHash::default(), 7).is_empty());
        assert_eq!(count_of(&mut pending, 80, peer), OF_A_PEER);
    }

    /// Otherwise a few peers that push what nobody can import would keep out the blocks of all others.
    #[test]
    fn the_highest_that_waits_makes_way_and_its_peer_is_named_if_its_parent_never_comes() {
        let (parent, liar) = (BlockHash::repeat_byte(101), PeerId::random());
        let mut pending = Pending::default();
        for seed in 0..MOST as u8 {
            let number = 100 + u32::from(seed);
            assert!(pending.add(number, BlockHash::default(), block(seed, PeerId::random())));
        }
        assert!(pending.add(7, parent, block(200, liar)));
        assert!(pending.add(8, parent, block(201, PeerId::random())));
        assert_eq!(pending.0.len(), MOST);
        assert!(pending
            .0
            .iter()
            .all(|entry| entry.number < 100 + MOST as u32 - 2));
        assert_eq!(pending.forget(BlockHash::default(), 7), [liar]);
        let ready = pending.ready(|hash| hash == parent);
        assert_eq!(hashes(&ready), [BlockHash::repeat_byte(201)]);
        // The parent of that one was there.
        assert!(pending.forget(BlockHash::default(), 8).is_empty());
    }
}
