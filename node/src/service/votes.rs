//! The rule for what a validator votes for: the best block, unless another branch may still win.
//!
//! GRANDPA can make a block final a moment after it was made. If blocks take longer than a slot to reach others, two
//! authors build on the same parent, and the first votes may finalise a sibling of the block that others already build
//! upon. The synchronisation copes badly with blocks upon a sibling that has lost (ADR 4 says what was seen). Below the
//! fork all votes agree.

use std::sync::Arc;

use sc_client_api::Backend;
use sc_consensus_grandpa::{VotingRule, VotingRuleResult};
use sp_blockchain::{lowest_common_ancestor, HeaderBackend};
use sp_runtime::traits::{Block as BlockT, Header, NumberFor, Saturating};

/// A branch that is this many blocks shorter than the best one counts as lost: all others build upon the best one, and
/// the branch would need several primary slots to win.
const LOST: u32 = 2;

/// With this many blocks that are not final, votes go to the best block, whatever is beside it: if every height has a
/// fork, the validators' votes have to decide.
const PATIENCE: u32 = 8;

/// Votes for no block beside which there is another that may still win.
pub struct BelowForks<B>(Arc<B>);

impl<B> BelowForks<B> {
    /// Returns the rule for the blocks that this node knows.
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
        base: &Block::Header,
        best: &Block::Header,
        target: &Block::Header,
    ) -> VotingRuleResult<Block> {
        let highest = undisputed(self.0.blockchain(), base, best, target).unwrap_or_else(|error| {
            log::warn!("forks cannot be looked up, so the vote is for the best block: {error}");
            None
        });
        Box::pin(std::future::ready(highest))
    }
}

/// Returns the highest block up to `target` that is shared by all branches upon `base` that may still win against the
/// one with `best`; `None` if that is `target` itself.
fn undisputed<Block: BlockT>(
    blocks: &impl sp_blockchain::Backend<Block>,
    base: &Block::Header,
    best: &Block::Header,
    target: &Block::Header,
) -> sp_blockchain::Result<Option<(Block::Hash, NumberFor<Block>)>> {
    if base.number().saturating_add(PATIENCE.into()) < *best.number() {
        return Ok(None);
    }
    let mut highest = (target.hash(), *target.number());
    for leaf in blocks.leaves()? {
        let length = blocks.header_metadata(leaf)?.number;
        if length.saturating_add(LOST.into()) <= *best.number() {
            continue;
        }
        let shared = lowest_common_ancestor(blocks, leaf, highest.0)?;
        // A fork below the base has lost, because votes are upon the base.
        if (*base.number()..highest.1).contains(&shared.number) {
            highest = (shared.hash, shared.number);
        }
    }
    Ok((highest.0 != target.hash()).then_some(highest))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use aicpw_runtime::opaque::Block;
    use sc_client_api::{in_mem::Blockchain, NewBlockState};

    use super::*;

    type BlockHeader = <Block as BlockT>::Header;
    type Vote = Option<(<Block as BlockT>::Hash, NumberFor<Block>)>;

    fn vote(chain: &Blockchain<Block>, best: &BlockHeader, target: &BlockHeader) -> Vote {
        let genesis = chain.info().genesis_hash;
        let genesis = chain.header(genesis).unwrap().unwrap();
        undisputed(chain, &genesis, best, target).unwrap()
    }

    /// Returns a block upon another, which `salt` distinguishes from its siblings.
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
        assert_eq!(vote(&chain, &second, &second), None);
        // Nor is a block held back that another rule has chosen below it.
        assert_eq!(vote(&chain, &second, &first), None);
    }

    #[test]
    fn beside_a_rival_the_vote_is_for_what_both_build_upon() {
        let (chain, first) = started();
        let shared = Some((first.hash(), 1));
        rival(&chain, &first);
        let second = best(&chain, &first);
        assert_eq!(vote(&chain, &second, &second), shared);
        // An author that has not seen this block may still build upon the other.
        let third = best(&chain, &second);
        assert_eq!(vote(&chain, &third, &third), shared);
        assert_eq!(vote(&chain, &third, &first), None);
        let fourth = best(&chain, &third);
        assert_eq!(vote(&chain, &fourth, &fourth), None, "lost");
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
        assert_eq!(vote(&chain, &third, &third), shared);
        let fourth = best(&chain, &third);
        assert_eq!(vote(&chain, &fourth, &fourth), shared);
        let fifth = best(&chain, &fourth);
        assert_eq!(longer.number + LOST, fifth.number, "both have lost now");
        assert_eq!(vote(&chain, &fifth, &fifth), None);
    }

    #[test]
    fn what_forks_below_the_base_holds_nothing_back() {
        let (chain, first) = started();
        let second = best(&chain, &first);
        rival(&chain, &first);
        rival(&chain, &second);
        let third = best(&chain, &second);
        let voted = undisputed(&chain, &second, &third, &third).unwrap();
        assert_eq!(voted, Some((second.hash(), 2)), "and nothing else off");
    }

    #[test]
    fn where_every_height_has_a_fork_votes_decide() {
        let (chain, mut newest) = started();
        for height in 2..=PATIENCE {
            rival(&chain, &newest);
            let before = newest.hash();
            newest = best(&chain, &newest);
            assert_eq!(newest.number, height);
            assert_ne!(vote(&chain, &newest, &newest), None, "{before}");
        }
        rival(&chain, &newest);
        newest = best(&chain, &newest);
        assert_eq!(vote(&chain, &newest, &newest), None);
    }
}
