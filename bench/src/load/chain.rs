//! Follows the chain: its blocks, with the market's events in them.

use std::{collections::HashMap, sync::Arc, time::Instant};

use aicpw_network_tests::{chain::stored_bytes, Client};
use aicpw_protocol::{BlockNumber, Hash};
use aicpw_runtime::{Header, Runtime, RuntimeEvent};
use anyhow::{Context, Result};
use codec::Decode;
use frame_support::{
    dispatch::PerDispatchClass,
    storage::{storage_prefix, StorageValue},
    weights::Weight,
};
use frame_system::{EventRecord, Phase};
use serde_json::Value;
use sp_core::H256;

/// An event about a task.
pub type TaskEvent = pallet_tasks::Event<Runtime>;

/// A block that was seen.
pub struct Block {
    pub height: BlockNumber,
    pub parent: H256,
    /// When it was first seen.
    pub seen: Instant,
    pub transactions: u32,
    pub events: Vec<TaskEvent>,
}

/// The weights that transactions and hooks used in a block, by class.
pub type Used = PerDispatchClass<Weight>;

/// Blocks that were seen, for as long as they may be needed.
#[derive(Default)]
pub struct Blocks {
    seen: HashMap<H256, Arc<Block>>,
}

/// How far below the best block the block is to which proofs are bound.
const DEPTH: BlockNumber = 4;

/// How many blocks are kept below the last final one.
const KEPT: BlockNumber = 64;

impl Blocks {
    /// Returns the blocks from `head` down to the first for which `known` returns true, the oldest
    /// first.
    pub async fn up_to(
        &mut self,
        client: &Client,
        head: &Header,
        known: impl Fn(BlockNumber, &H256) -> bool,
    ) -> Result<Vec<(H256, Arc<Block>)>> {
        let (mut hash, mut height) = (head.hash(), head.number);
        let mut blocks = Vec::new();
        while !known(height, &hash) {
            let block = self.block(client, hash).await?;
            blocks.push((hash, Arc::clone(&block)));
            let Some(below) = height.checked_sub(1) else {
                break;
            };
            (hash, height) = (block.parent, below);
        }
        blocks.reverse();
        Ok(blocks)
    }

    /// Returns the block with this hash.
    async fn block(&mut self, client: &Client, hash: H256) -> Result<Arc<Block>> {
        if let Some(block) = self.seen.get(&hash) {
            return Ok(Arc::clone(block));
        }
        let seen = Instant::now();
        let header: Header = client.call("chain_getHeader", &[text(&hash)]).await?;
        let records: Vec<EventRecord<RuntimeEvent, H256>> =
            match stored(client, &storage_prefix(b"System", b"Events"), hash).await? {
                Some(bytes) => Decode::decode(&mut bytes.as_slice()).context("a block's events")?,
                None => Vec::new(),
            };
        let mut transactions = 0;
        let mut events = Vec::new();
        for record in records {
            if let Phase::ApplyExtrinsic(index) = record.phase {
                transactions = transactions.max(index + 1);
            }
            if let RuntimeEvent::Tasks(event) = record.event {
                events.push(event);
            }
        }
        let block = Arc::new(Block {
            height: header.number,
            parent: header.parent_hash,
            seen,
            transactions,
            events,
        });
        self.seen.insert(hash, Arc::clone(&block));
        Ok(block)
    }

    /// Returns the block to which a proof is bound that is signed at `head`.
    pub async fn recent(
        &mut self,
        client: &Client,
        (mut hash, mut height): (H256, BlockNumber),
    ) -> Result<(BlockNumber, Hash)> {
        for _ in 0..DEPTH.min(height) {
            hash = self.block(client, hash).await?.parent;
            height -= 1;
        }
        Ok((height, hash.0))
    }

    /// Forgets blocks that are far below the last final one.
    pub fn prune(&mut self, finalised: BlockNumber) {
        self.seen.retain(|_, block| block.height + KEPT > finalised);
    }
}

/// Returns a hash as the node's RPC writes it.
pub fn text(hash: &H256) -> Value {
    format!("0x{}", hex::encode(hash)).into()
}

/// Returns what is stored under a key at a block.
pub async fn stored(client: &Client, key: &[u8], at: H256) -> Result<Option<Vec<u8>>> {
    stored_bytes(client, key, &format!("0x{}", hex::encode(at))).await
}

/// Returns the value of a storage item at a block, or its default if there is none.
pub async fn value<S, V>(client: &Client, at: H256) -> Result<V>
where
    S: StorageValue<V>,
    V: codec::FullCodec + Default,
{
    match stored(client, &S::hashed_key(), at).await? {
        Some(bytes) => Ok(V::decode(&mut bytes.as_slice())?),
        None => Ok(V::default()),
    }
}

/// Returns how much of its weight a block used.
pub async fn used(client: &Client, at: H256) -> Result<Used> {
    value::<frame_system::BlockWeight<Runtime>, _>(client, at).await
}

/// Returns the last final block.
pub async fn finalised(client: &Client) -> Result<(H256, Header)> {
    let hash: H256 = client.call("chain_getFinalizedHead", &[]).await?;
    let header: Header = client.call("chain_getHeader", &[text(&hash)]).await?;
    Ok((hash, header))
}
