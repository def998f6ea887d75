//! Blocks that were pushed before their parent was imported.

use std::collections::VecDeque;

use aicpw_runtime::opaque::Block;
use sc_consensus::IncomingBlock;

use super::BlockHash;

/// How many wait at most; the oldest makes way, and has to be asked for.
const MOST: usize = 32;

/// Each behind the hash of its parent.
#[derive(Default)]
pub struct Waiting(VecDeque<(BlockHash, IncomingBlock<Block>)>);

impl Waiting {
    /// Has a block wait for its parent.
    pub fn add(&mut self, parent: BlockHash, block: IncomingBlock<Block>) {
        if self.0.len() == MOST {
            self.0.pop_front();
        }
        self.0.push_back((parent, block));
    }

    /// The blocks that waited for this one.
    pub fn take(&mut self, parent: BlockHash) -> Vec<IncomingBlock<Block>> {
        let (children, others) = std::mem::take(&mut self.0)
            .into_iter()
            .partition(|(waits_for, _)| *waits_for == parent);
        self.0 = others;
        let children: VecDeque<_> = children;
        children.into_iter().map(|(_, block)| block).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(seed: u8) -> IncomingBlock<Block> {
        IncomingBlock {
            hash: BlockHash::repeat_byte(seed),
            header: None,
            body: None,
            indexed_body: None,
            justifications: None,
            origin: None,
            allow_missing_state: false,
            skip_execution: false,
            import_existing: false,
            state: None,
        }
    }

    #[test]
    fn children_of_one_parent_come_together_and_the_oldest_makes_way() {
        let (one, other) = (BlockHash::repeat_byte(101), BlockHash::repeat_byte(102));
        let mut waiting = Waiting::default();
        waiting.add(one, block(0));
        waiting.add(other, block(1));
        waiting.add(one, block(2));
        assert_eq!(waiting.take(one), [block(0), block(2)]);
        assert_eq!(waiting.take(one), []);
        (0..MOST).for_each(|_| waiting.add(one, block(3)));
        assert_eq!(waiting.take(other), []);
        assert_eq!(waiting.take(one).len(), MOST);
    }
}
