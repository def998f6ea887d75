//! Blocks that arrive when another block of their height is already final.
//!
//! They can no longer be imported, and that is nobody's fault. To the SDK's synchronisation, a block that cannot be
//! imported means that the node itself is lost: it forgets what it knows of its peers and asks all of them again. So a
//! failed import of such a block is reported in the way the SDK has for blocks whose chain was discarded.

use std::sync::{Arc, Mutex, PoisonError};

use aicpw_runtime::opaque::Block;
use sc_client_api::HeaderBackend;
use sc_consensus::{BlockCheckParams, BlockImport, BlockImportParams, ImportResult};
use schnellru::{ByLength, LruMap};
use sp_runtime::traits::{Block as BlockT, Header as _, NumberFor};

type Hash = <Block as BlockT>::Hash;

/// How many displaced blocks are remembered, so that blocks built on them are recognised.
const REMEMBERED: u32 = 1_024;

/// A block import for which displaced blocks are no errors.
#[derive(Clone)]
pub struct TolerateDisplaced<I, C> {
    inner: I,
    client: Arc<C>,
    displaced: Arc<Mutex<LruMap<Hash, ()>>>,
}

impl<I, C: HeaderBackend<Block>> TolerateDisplaced<I, C> {
    /// Wraps this import, which imports into that chain.
    pub fn new(inner: I, client: Arc<C>) -> Self {
        let displaced = LruMap::new(ByLength::new(REMEMBERED));
        Self {
            inner,
            client,
            displaced: Arc::new(Mutex::new(displaced)),
        }
    }

    /// Whether the block is displaced: it or its parent has a height at which another block is final, or it is built on
    /// a displaced block. Blocks above our own best one are never displaced.
    fn is_displaced(&self, number: NumberFor<Block>, hash: Hash, parent: Hash) -> bool {
        let info = self.client.info();
        // If a block is above our best one, the synchronisation has to reconsider its state.
        if number > info.best_number {
            return false;
        }
        let finalised = info.finalized_number;
        // Blocks in a gap below the finalised one are unknown, and still wanted.
        let lost = |number, hash| {
            let at_height = || self.client.hash(number).ok().flatten();
            number <= finalised && at_height().is_some_and(|other| other != hash)
        };
        let is_displaced = lost(number, hash)
            || lost(number.saturating_sub(1), parent)
            || self.is_remembered(parent);
        if is_displaced {
            let mut displaced = self
                .displaced
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            displaced.insert(hash, ());
        }
        is_displaced
    }

    fn is_remembered(&self, hash: Hash) -> bool {
        let displaced = self.displaced.lock();
        let displaced = displaced.unwrap_or_else(PoisonError::into_inner);
        displaced.peek(&hash).is_some()
    }
}

#[async_trait::async_trait]
impl<I, C> BlockImport<Block> for TolerateDisplaced<I, C>
where
    I: BlockImport<Block> + Send + Sync,
    C: HeaderBackend<Block> + 'static,
{
    type Error = I::Error;

    async fn check_block(
        &self,
        block: BlockCheckParams<Block>,
    ) -> Result<ImportResult, Self::Error> {
        let (number, hash, parent) = (block.number, block.hash, block.parent_hash);
        let checked = self.inner.check_block(block).await?;
        let is_missing = matches!(checked, ImportResult::UnknownParent);
        match is_missing && self.is_displaced(number, hash, parent) {
            true => Ok(ImportResult::MissingState),
            false => Ok(checked),
        }
    }

    /// Makes all checks, so that an author that makes two blocks in a slot is found out.
    async fn import_block(
        &self,
        block: BlockImportParams<Block>,
    ) -> Result<ImportResult, Self::Error> {
        let (number, hash) = (*block.header.number(), block.post_hash());
        let parent = *block.header.parent_hash();
        match self.inner.import_block(block).await {
            Err(_) if self.is_displaced(number, hash, parent) => {
                log::debug!("block {number} ({hash:?}) came when another one was final");
                Ok(ImportResult::MissingState)
            }
            imported => imported,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{
        super::block_push::chains::{header, Chain},
        *,
    };
    use aicpw_runtime::Header;
    use sp_consensus::{BlockOrigin, Error};

    /// Refuses every block, except that it knows block 8.
    struct Refuses;

    #[async_trait::async_trait]
    impl BlockImport<Block> for Refuses {
        type Error = Error;

        async fn check_block(&self, block: BlockCheckParams<Block>) -> Result<ImportResult, Error> {
            Ok(match block.number {
                8 => ImportResult::AlreadyInChain,
                _ => ImportResult::UnknownParent,
            })
        }

        async fn import_block(&self, _: BlockImportParams<Block>) -> Result<ImportResult, Error> {
            Err(Error::InvalidAuthoritiesSet)
        }
    }

    /// Returns an import in front of a chain of twelve blocks, of which nine are final.
    fn import() -> TolerateDisplaced<Refuses, Chain> {
        TolerateDisplaced::new(Refuses, Arc::new(Chain::new(12, 9)))
    }

    async fn imported(
        import: &TolerateDisplaced<Refuses, Chain>,
        header: &Header,
    ) -> Result<ImportResult, Error> {
        let block = BlockImportParams::new(BlockOrigin::NetworkBroadcast, header.clone());
        import.import_block(block).await
    }

    async fn checked(
        import: &TolerateDisplaced<Refuses, Chain>,
        header: &Header,
    ) -> Result<ImportResult, Error> {
        let block = BlockCheckParams {
            hash: header.hash(),
            number: header.number,
            parent_hash: header.parent_hash,
            allow_missing_state: false,
            allow_missing_parent: false,
            import_existing: false,
        };
        import.check_block(block).await
    }

    #[tokio::test]
    async fn what_came_too_late_is_no_error_and_neither_is_what_is_built_on_it() {
        let import = import();
        let rival = header(9, import.client.at(8).hash(), 1);
        let child = header(10, rival.hash(), 1);
        let grandchild = header(11, child.hash(), 1);
        let unknown = checked(&import, &grandchild).await;
        assert_eq!(unknown.unwrap(), ImportResult::UnknownParent);
        let result = imported(&import, &rival).await;
        assert_eq!(result.unwrap(), ImportResult::MissingState);
        // The parent of this block was never imported.
        let result = checked(&import, &child).await;
        assert_eq!(result.unwrap(), ImportResult::MissingState);
        // The parent of this one was never imported either. It has no height at which another block is final, but is
        // remembered.
        let result = imported(&import, &grandchild).await;
        assert_eq!(result.unwrap(), ImportResult::MissingState);
        // But above the best block it is an error.
        let higher = header(13, grandchild.hash(), 1);
        assert!(imported(&import, &higher).await.is_err());
        // What is not refused stays as it is.
        let known = checked(&import, &header(8, import.client.at(7).hash(), 1)).await;
        assert_eq!(known.unwrap(), ImportResult::AlreadyInChain);
    }

    #[tokio::test]
    async fn errors_of_other_blocks_stay_errors() {
        let import = import();
        let chain = import.client.clone();
        for block in [
            // A block on the best one, one beside it, and the final one once more.
            header(13, chain.at(12).hash(), 1),
            header(12, chain.at(11).hash(), 1),
            chain.at(9),
            // A block of which nothing is known.
            header(100, Hash::repeat_byte(7), 1),
        ] {
            assert!(imported(&import, &block).await.is_err(), "{block:?}");
            let result = checked(&import, &block).await;
            assert_eq!(result.unwrap(), ImportResult::UnknownParent);
        }
    }
}
