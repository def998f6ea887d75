//! What happened in a block, read from the block's events.
//!
//! Events are part of a block's state. An ordinary node keeps the states of only its newest final blocks; a node with
//! `--state-pruning archive` keeps all of them.

use subxt::{config::substrate::H256, error::OnlineClientAtBlockError, events::Phase};

use super::{explain, submit::Event, Chain};
use crate::error::{Error, Result};

/// A block and what happened in it.
#[derive(Clone, Debug)]
pub struct Block {
    /// The block's hash.
    pub hash: H256,
    /// The block's time, in milliseconds since the Unix epoch.
    pub timestamp: u64,
    /// The block's events, in order.
    pub events: Vec<Happened>,
}

/// An event in a block.
#[derive(Clone, Debug)]
pub struct Happened {
    /// The index in the block of the transaction that caused the event; `None` if no transaction did.
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

    /// The hash of the block at this height; `None` if the node does not have the block.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn hash_at(&self, height: u64) -> Result<Option<H256>> {
        let hash = self.methods.chain_get_block_hash(Some(height.into())).await;
        hash.map_err(|error| explain::rpc(&error))
    }

    /// The block at this height; `None` if the node does not have the block, or no longer has its state.
    ///
    /// # Errors
    /// The node does not answer, or its answer cannot be decoded.
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

    /// Passes on what was read, but reports a lost connection as such. subxt wraps a lost connection in one of many
    /// errors, so after a failed read this makes another request, which fails too if the connection is gone.
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
