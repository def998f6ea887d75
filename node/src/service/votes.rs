//! What a validator votes for: the best block, unless another branch may still win.
//!
//! GRANDPA can make a block final a moment after it was made. Where blocks take longer than a slot to reach
//! others, two authors build on the same parent, and what the first votes make final may be the sibling of
//! what others build upon already. Synchronisation copes badly with blocks upon a sibling that has lost (ADR
//! 4 tells what was seen). Below the fork all votes agree.

use std::sync::Arc;

use sc_client_api::Backend;
use sc_consensus_grandpa::{VotingRule, VotingRuleResult};
use sp_blockchain::{lowest_common_ancestor, HeaderBackend};
use sp_runtime::traits::{Block as BlockT, Header, NumberFor, Saturating};

/// A branch that is so many blocks shorter than the best one has lost: its author did not know of the blocks
/// that came after it, and all others build upon those.
const LOST: u32 = 2;

/// Votes for no block beside which there is another that may win.
pub struct BelowForks<B>(Arc<B>);

impl<B> BelowForks<B> {
    /// With the blocks that this node knows.
    pub const fn new(blocks: Arc<B>) -> Self {
        Self(blocks)
    }
}

impl<B> Clone for BelowForks<B> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<Block, B, C> VotingRule<Block, C> for BelowForks<B>
where
    Block: BlockT,
    B: Backend<Block> + 'static,
    C: HeaderBackend<Block>,
{
    fn restrict_vote(
        &self,
        _client: Arc<C>,
        _base: &Block::Header,
        best: &Block::Header,
        target: &Block::Header,
    ) -> VotingRuleResult<Block> {
        let highest = undisputed(self.0.blockchain(), best, target).unwrap_or_else(|error| {
            log::warn!("forks cannot be looked up, so the vote is for the best block: {error}");
            None
        });
        Box::pin(std::future::ready(highest))
    }
}

/// The highest block up to `target` that all branches share which may still win against the one with `best`;
/// `None` if that is `target` itself.
fn undisputed<Block: BlockT>(
    blocks: &impl sp_blockchain::Backend<Block>,
    best: &Block::Header,
    target: &Block::Header,
) -> sp_blockchain::Result<Option<(Block::Hash, NumberFor<Block>)>> {
    let mut highest = (target.hash(), *target.number());
    for leaf in blocks.leaves()? {
        let length = blocks.header_metadata(leaf)?.number;
        if length.saturating_add(LOST.into()) <= *best.number() {
            continue;
        }
        let shared = lowest_common_ancestor(blocks, leaf, highest.0)?;
        if shared.number < highest.1 {
            highest = (shared.hash, shared.number);
        }
    }
    Ok((highest.0 != target.hash()).then_some(highest))
}

#[cfg(test)]
mod tests {
    use aicpw_runtime::opaque::Block;
    use sc_client_api::{in_mem::Blockchain, NewBlockState};

    use super::*;

    type BlockHeader = <Block as BlockT>::Header;

    /// A block upon another, which `salt` tells from its siblings.
    fn upon(
        chain: &Blockchain<Block>,
        parent: Option<&BlockHeader>,
        salt: u8,
        state: NewBlockState,
    ) -> BlockHeader {
        let header = BlockHeader::new(
            parent.map_or(0, |parent| parent.number + 1),
            Default::default(),
            [salt; 32].into(),
            parent.map(Header::hash).unwrap_or_default(),
            Default::default(),
        );
        chain
            .insert(header.hash(), header.clone(), None, None, state, true)
            .unwrap();
        header
    }

    fn best(chain: &Blockchain<Block>, parent: &BlockHeader) -> BlockHeader {
        upon(chain, Some(parent), 0, NewBlockState::Best)
    }

    fn rival(chain: &Blockchain<Block>, parent: &BlockHeader) -> BlockHeader {
        upon(chain, Some(parent), 1, NewBlockState::Normal)
    }

    fn started() -> (Blockchain<Block>, BlockHeader) {
        let chain = Blockchain::new();
        let genesis = upon(&chain, None, 0, NewBlockState::Final);
        let first = best(&chain, &genesis);
        (chain, first)
    }

    #[test]
    fn without_a_fork_the_vote_is_for_the_best_block() {
        let (chain, first) = started();
        let second = best(&chain, &first);
        assert_eq!(undisputed(&chain, &second, &second).unwrap(), None);
        // Nor is one held back that another rule has chosen below it.
        assert_eq!(undisputed(&chain, &second, &first).unwrap(), None);
    }

    #[test]
    fn beside_a_rival_the_vote_is_for_what_both_build_upon() {
        let (chain, first) = started();
        let shared = Some((first.hash(), 1));
        rival(&chain, &first);
        let second = best(&chain, &first);
        assert_eq!(undisputed(&chain, &second, &second).unwrap(), shared);
        // It may still be built upon by an author that has not seen this one.
        let third = best(&chain, &second);
        assert_eq!(undisputed(&chain, &third, &third).unwrap(), shared);
        assert_eq!(undisputed(&chain, &third, &first).unwrap(), None);
        let fourth = best(&chain, &third);
        assert_eq!(undisputed(&chain, &fourth, &fourth).unwrap(), None, "lost");
    }

    #[test]
    fn of_several_forks_the_lowest_counts() {
        let (chain, first) = started();
        let lost = rival(&chain, &first);
        let longer = upon(&chain, Some(&lost), 2, NewBlockState::Normal);
        let second = best(&chain, &first);
        rival(&chain, &second);
        let third = best(&chain, &second);
        let shared = Some((first.hash(), 1));
        assert_eq!(undisputed(&chain, &third, &third).unwrap(), shared);
        let fourth = best(&chain, &third);
        assert_eq!(undisputed(&chain, &fourth, &fourth).unwrap(), shared);
        let fifth = best(&chain, &fourth);
        assert_eq!(longer.number + LOST, fifth.number, "both have lost now");
        assert_eq!(undisputed(&chain, &fifth, &fifth).unwrap(), None);
    }
}
