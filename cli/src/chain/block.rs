//! What blocks did, by their events.
//!
//! Events are a part of a block's state. An ordinary node keeps the states of its newest final blocks only, one with
//! `--state-pruning archive` all of them.

use subxt::{config::substrate::H256, error::OnlineClientAtBlockError, events::Phase};

use super::{explain, submit::Event, Chain};
use crate::error::{Error, Result};

/// A block, and what it did.
#[derive(Clone, Debug)]
pub struct Block {
    /// Its hash.
    pub hash: H256,
    /// Its time, in milliseconds since the Unix epoch.
    pub timestamp: u64,
    /// Its events, in their order.
    pub events: Vec<Happened>,
}

/// An event of a block.
#[derive(Clone, Debug)]
pub struct Happened {
    /// The transaction that caused it, by its place in the block, if one did.
    pub transaction: Option<u32>,
    /// The event.
    pub event: Event,
}

impl Chain {
    /// The height of the newest final block.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn final_height(&self) -> Result<u64> {
        let newest = self.final_hash().await?;
        let header = self.methods.chain_get_header(Some(newest)).await;
        let header = header.map_err(|error| explain::rpc(&error))?;
        header
            .map(|header| header.number)
            .ok_or_else(|| Error::other("the node does not have its newest final block"))
    }

    /// The hash of the block at this height, if the node has one.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn hash_at(&self, height: u64) -> Result<Option<H256>> {
        let hash = self.methods.chain_get_block_hash(Some(height.into())).await;
        hash.map_err(|error| explain::rpc(&error))
    }

    /// The block at this height; `None` if the node does not have it, or not its state any more.
    ///
    /// # Errors
    /// The node does not answer, or says what this client does not know.
    pub async fn block(&self, height: u64) -> Result<Option<Block>> {
        let client = self.unless_lost(self.client().await).await?;
        let read = async {
            let at = client.at_block(height).await?;
            let mut events = Vec::new();
            for event in at.events().fetch().await?.iter() {
                let event = event?;
                let transaction = match event.phase() {
                    Phase::ApplyExtrinsic(place) => Some(place),
                    Phase::Initialization | Phase::Finalization => None,
                };
                events.push(Happened {
                    transaction,
                    event: Event {
                        pallet: event.pallet_name().to_owned(),
                        name: event.event_name().to_owned(),
                        fields: event.field_bytes().to_owned(),
                    },
                });
            }
            let now = subxt::storage::dynamic::<(), u64>("Timestamp", "Now");
            let now = at.storage().try_fetch(now, ()).await?;
            let timestamp = now.map(|now| now.decode()).transpose()?;
            Ok::<_, subxt::Error>(Block {
                hash: at.block_hash(),
                timestamp: timestamp.unwrap_or(0),
                events,
            })
        };
        match read.await {
            Ok(block) => Ok(Some(block)),
            Err(error) if is_gone(&error) => Ok(None),
            Err(error) => self.unless_lost(Err(explain::subxt(error))).await,
        }
    }

    /// What was read. A lost connection is told from another failure: subxt wraps it in one of many, and what is asked
    /// next fails of it too.
    async fn unless_lost<T>(&self, read: Result<T>) -> Result<T> {
        if read.is_err() {
            self.final_hash().await?;
        }
        read
    }
}

fn is_gone(error: &subxt::Error) -> bool {
    let is_missing = matches!(
        error,
        subxt::Error::OnlineClientAtBlockError(
            OnlineClientAtBlockError::BlockNotFound { .. }
                | OnlineClientAtBlockError::BlockHeaderNotFound { .. }
        )
    );
    is_missing || explain::is_block_discarded(error)
}
