//! The services of a node. [`new_partial`] makes those that every command needs (client, database,
//! pool, import queue); [`new_full`] adds network, block production, finality and RPC.

mod authoring;
mod backoff;
mod beefy;
mod block_push;
mod database;
mod displaced;
pub(crate) mod early_blocks;
mod equivocations;
mod essential;
mod executor;
mod found_validators;
mod full;
mod genesis_state;
mod own_blocks;
mod partial;
mod parts;
mod quiet_start;
mod voter_network;
mod votes;

pub use beefy::Reporting;
pub use database::{refuse_second, DatabaseError};
pub use full::{new_full, Kept};
pub use partial::{
    new_partial, BlockImport, Consensus, FullBackend, FullClient, FullPool, FullSelectChain,
    GrandpaImport, Partial, JUSTIFICATION_PERIOD,
};
