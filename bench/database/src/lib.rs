//! Measures what a read and a write of the node's database cost.
//!
//! A state of many keys is put into a ParityDB, set up as the node's. Reads are measured key by key through the state's
//! trie, without a cache. Writes are measured as a block does them: a number of keys change, the state's root is
//! computed, block and state are committed, and the block is finalised; the time is divided among the keys. This is the
//! method of the SDK's `benchmark storage`, which needs a chain that already has such a state.
//!
//! A separate crate, because its generic code is that of the database and has to be optimised.

mod entries;

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use aicpw_runtime::{Block, VERSION};
use anyhow::{ensure, Context, Result};
use sc_client_api::{Backend as _, BlockImportOperation, NewBlockState, TrieCacheContext};
use sc_client_db::{Backend, BlocksPruning, DatabaseSettings, DatabaseSource, PruningMode};
use sp_blockchain::HeaderBackend;
use sp_core::H256;
use sp_runtime::traits::{Block as BlockT, Header as HeaderT};
use sp_state_machine::Backend as StateBackend;
use sp_storage::Storage;

pub use entries::Entries;

/// How many states the node keeps, and how far behind the best block it makes one canonical at most.
const KEPT_STATES: u32 = 256;
const CANONICALIZATION_DELAY: u64 = 4_096;

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// The number of keys in the state.
    pub keys: u32,
    /// How many keys are read, one after the other.
    pub reads: u32,
    /// How many blocks are written.
    pub blocks: u32,
    /// How many keys each of those blocks changes.
    pub writes: u32,
}

/// The measured times, per key.
#[derive(Debug)]
pub struct Costs {
    /// One for each read.
    pub reads: Vec<Duration>,
    /// One for each block.
    pub writes: Vec<Duration>,
}

/// Measures in `folder`, which must be empty.
pub fn measure(folder: &Path, scale: Scale) -> Result<Costs> {
    let entries = Entries::new(scale.keys);
    let database = Database::create(folder, &entries)?;
    let mut reads = Vec::new();
    let mut best = database.genesis;
    for round in 0..scale.reads {
        let key = entries.key(entries.pick(u64::from(round)));
        reads.push(database.read(best, &key)?);
    }
    let mut writes = Vec::new();
    for block in 1..=scale.blocks {
        let changes = entries.changes(block, scale.writes);
        let (hash, took) = database.write(best, block, &changes)?;
        best = hash;
        writes.push(
            took.checked_div(scale.writes)
                .context("a block without a write")?,
        );
    }
    Ok(Costs { reads, writes })
}

struct Database {
    backend: Arc<Backend<Block>>,
    genesis: H256,
}

impl Database {
    fn create(folder: &Path, entries: &Entries) -> Result<Self> {
        let backend = Backend::<Block>::new(
            DatabaseSettings {
                trie_cache_maximum_size: None,
                state_pruning: Some(PruningMode::blocks_pruning(KEPT_STATES)),
                source: DatabaseSource::ParityDb {
                    path: folder.to_owned(),
                },
                blocks_pruning: BlocksPruning::KeepAll,
                pruning_filters: Vec::new(),
                metrics_registry: None,
            },
            CANONICALIZATION_DELAY,
        )?;
        let mut operation = backend.begin_operation()?;
        let root = operation.set_genesis_state(
            Storage {
                top: entries.all().collect(),
                children_default: Default::default(),
            },
            true,
            VERSION.state_version(),
        )?;
        let header = header(H256::zero(), 0, root);
        let genesis = header.hash();
        operation.set_block_data(
            header,
            Some(Vec::new()),
            None,
            None,
            NewBlockState::Final,
            true,
        )?;
        backend.commit_operation(operation)?;
        ensure!(
            backend.blockchain().info().best_hash == genesis,
            "the database did not take the genesis state"
        );
        Ok(Self {
            backend: Arc::new(backend),
            genesis,
        })
    }

    fn read(&self, at: H256, key: &[u8]) -> Result<Duration> {
        let state = self.backend.state_at(at, TrieCacheContext::Trusted)?;
        let start = Instant::now();
        let value = state
            .storage(key)
            .map_err(|error| anyhow::anyhow!("a read failed: {error}"))?;
        let took = start.elapsed();
        ensure!(value.is_some(), "a key of the state was not found");
        Ok(took)
    }

    /// Writes a final block that changes these keys.
    fn write(
        &self,
        parent: H256,
        number: u32,
        changes: &[(Vec<u8>, Vec<u8>)],
    ) -> Result<(H256, Duration)> {
        let state = self.backend.state_at(parent, TrieCacheContext::Trusted)?;
        let start = Instant::now();
        let delta = changes
            .iter()
            .map(|(key, value)| (key.as_slice(), Some(value.as_slice())));
        let (root, transaction) = state.storage_root(delta, VERSION.state_version());
        let header = header(parent, number, root);
        let hash = header.hash();
        let mut operation = self.backend.begin_operation()?;
        self.backend.begin_state_operation(&mut operation, parent)?;
        operation.update_db_storage(transaction)?;
        operation.set_block_data(
            header,
            Some(Vec::new()),
            None,
            None,
            NewBlockState::Final,
            true,
        )?;
        self.backend.commit_operation(operation)?;
        let took = start.elapsed();
        for (key, value) in changes {
            let state = self.backend.state_at(hash, TrieCacheContext::Trusted)?;
            let written = state
                .storage(key)
                .map_err(|error| anyhow::anyhow!("a read failed: {error}"))?;
            ensure!(
                written.as_ref() == Some(value),
                "a write was not there in the next state"
            );
        }
        Ok((hash, took))
    }
}

fn header(parent: H256, number: u32, state_root: H256) -> <Block as BlockT>::Header {
    HeaderT::new(number, H256::zero(), state_root, parent, Default::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_read_and_every_write_is_found_in_the_next_state() {
        let folder = tempfile::tempdir().expect("a folder");
        let costs = measure(
            folder.path(),
            Scale {
                keys: 500,
                reads: 50,
                blocks: 3,
                writes: 20,
            },
        )
        .expect("measured");
        assert_eq!(costs.reads.len(), 50);
        assert_eq!(costs.writes.len(), 3);
    }
}
