//! The database of the chain. One node at a time can open it, and only with the specification of the chain that is in
//! it.

use std::fs::{File, TryLockError};
use std::path::PathBuf;
use std::sync::Arc;

use aicpw_runtime::opaque::Block;
use sc_client_api::Backend;
use sc_service::{
    error::Error as ServiceError, BuildGenesisBlock, Configuration, GenesisBlockBuilder,
};
use sp_blockchain::HeaderBackend;
use sp_core::H256;
use sp_runtime::traits::Block as _;

use super::{
    executor::{prepare, Executor},
    genesis_state::GenesisState,
    FullBackend,
};

/// The operation that writes the genesis into the database.
type Operation = <FullBackend as Backend<Block>>::BlockImportOperation;

/// A database that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// Another process has it open.
    #[error(
        "another node uses the database in {}: stop that one, or give this one a folder of its own \
         with --base-path", folder.display()
    )]
    InUse {
        /// The folder of the database.
        folder: PathBuf,
    },
    /// It cannot be read or made.
    #[error("the database in {} cannot be opened: {source}", folder.display())]
    Unusable {
        /// The folder of the database.
        folder: PathBuf,
        /// Why.
        source: sp_blockchain::Error,
    },
    /// It has blocks of another chain.
    #[error(
        "the database in {} is of another chain than {chain:?} with the same id: its genesis block is \
         {found:?}, that of the specification is {wanted:?}. Give the specification that the database \
         was begun with, or another folder with --base-path; `aicpw-node purge-chain`, with the same \
         --chain and --base-path, deletes the old chain. The genesis of `dev` and `local` is another \
         one with each version of the node",
        folder.display()
    )]
    OtherChain {
        /// The folder of the database.
        folder: PathBuf,
        /// The name in the specification.
        chain: String,
        /// The hash of block 0 in the database.
        found: H256,
        /// The hash of block 0 by the specification.
        wanted: H256,
    },
}

impl From<DatabaseError> for ServiceError {
    fn from(error: DatabaseError) -> Self {
        Self::Application(Box::new(error))
    }
}

/// Returns the folder of the database.
fn folder(config: &Configuration) -> PathBuf {
    config.database.path().map(Into::into).unwrap_or_default()
}

/// Checks whether another process has the database open and so holds its lock. Changes nothing.
///
/// # Errors
/// If another process has it open.
pub fn refuse_second(config: &Configuration) -> Result<(), DatabaseError> {
    let folder = folder(config);
    // Whatever else is wrong with the database is reported when it is opened.
    let Ok(lock) = File::options().write(true).open(folder.join("lock")) else {
        return Ok(());
    };
    match lock.try_lock() {
        Err(TryLockError::WouldBlock) => Err(DatabaseError::InUse { folder }),
        _ => Ok(()),
    }
}

/// Opens the database, which is made if it is missing, and makes the genesis of the specification for it.
///
/// # Errors
/// If it is in use, cannot be opened, or is of another chain than the specification.
pub fn open(
    config: &Configuration,
    executor: Executor,
) -> Result<(Arc<FullBackend>, Genesis), ServiceError> {
    refuse_second(config)?;
    let backend = sc_service::new_db_backend::<Block>(config.db_config()).map_err(|source| {
        DatabaseError::Unusable {
            folder: folder(config),
            source,
        }
    })?;
    let genesis = prepare(|| {
        let state = GenesisState {
            spec: &*config.chain_spec,
            executor: &executor,
        };
        let builder = GenesisBlockBuilder::new(
            &state,
            !config.no_genesis(),
            backend.clone(),
            executor.clone(),
        )?;
        let (block, operation) = builder.build_genesis_block()?;
        Ok::<_, sp_blockchain::Error>(Genesis { block, operation })
    })?;
    let found = backend.blockchain().info().genesis_hash;
    let wanted = genesis.block.hash();
    // A new database has no genesis block.
    if found != H256::default() && found != wanted {
        return Err(DatabaseError::OtherChain {
            folder: folder(config),
            chain: config.chain_spec.name().to_owned(),
            found,
            wanted,
        }
        .into());
    }
    Ok((backend, genesis))
}

/// The genesis of the specification. It is made once, for comparison and for a client whose database is new.
pub struct Genesis {
    block: Block,
    operation: Operation,
}

impl BuildGenesisBlock<Block> for Genesis {
    type BlockImportOperation = Operation;

    fn build_genesis_block(self) -> sp_blockchain::Result<(Block, Operation)> {
        Ok((self.block, self.operation))
    }
}
