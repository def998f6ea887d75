//! The chain, as the native side of a worker sees it. The node implements [`ChainView`] and
//! [`LocalStorage`]; tests have a chain of their own.

use aicpw_protocol::{
    mailbox::Orders, task::Role, AssignmentId, Balance, BlockNumber, DeviceId, Hash,
};
use sp_core::offchain::{OffchainStorage, STORAGE_PREFIX};
use std::collections::BTreeSet;
use tokio::sync::watch;

/// A block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BlockRef {
    /// Its height.
    pub number: BlockNumber,
    /// Its hash.
    pub hash: Hash,
}

/// The two blocks that matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Heads {
    /// The best block: what to work on.
    pub best: BlockRef,
    /// The last finalised block: what may be acted on when it cannot be taken back.
    pub finalised: BlockRef,
}

/// The state could not be asked.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the state of block 0x{}: {reason}", hex::encode(block))]
pub struct StateError {
    /// The block.
    pub block: Hash,
    /// The cause.
    pub reason: String,
}

/// A verdict of a jury against a result of this node's, as long as it can be appealed against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// The last block in which a larger jury can be called.
    pub until: BlockNumber,
    /// What that takes.
    pub bond: Balance,
}

/// What the worker needs of a chain. Calls are quick (they execute a runtime API on local state)
/// and may be made on any thread.
pub trait ChainView: Send + Sync + 'static {
    /// Hash of block 0.
    fn genesis(&self) -> Hash;

    /// Follows best and finalised block. Values in between may be skipped; the last never is.
    fn heads(&self) -> watch::Receiver<Heads>;

    /// Whether the node is far behind: then its best block is history, and nothing in it is an
    /// order.
    fn is_syncing(&self) -> bool;

    /// The open assignments of all local worker keys, in the state of `block`.
    ///
    /// # Errors
    /// When the state is gone or the runtime does not answer.
    fn orders_at(&self, block: Hash) -> Result<Orders, StateError>;

    /// The assignments of all local worker keys that the chain holds a slot or locks for, in the state of
    /// `block`: open ones, and ended ones whose results are still answered for.
    ///
    /// # Errors
    /// When the state is gone or the runtime does not answer.
    fn locked_at(&self, block: Hash) -> Result<BTreeSet<AssignmentId>, StateError>;

    /// The verdict against this root, which an assignment has revealed in this role, in the state of `block`.
    ///
    /// # Errors
    /// When the state is gone or the runtime does not answer.
    fn verdict_against(
        &self,
        block: Hash,
        assignment: AssignmentId,
        role: Role,
        root: &Hash,
    ) -> Result<Option<Verdict>, StateError>;

    /// Jobs that a device runs at once, in the state of the best block; `None` if the chain does
    /// not know the device.
    ///
    /// # Errors
    /// When the state is gone or the runtime does not answer.
    fn slots_of(&self, device: DeviceId) -> Result<Option<u8>, StateError>;

    /// Blocks in which a result has to be revealed once that is open, in the state of the best block.
    ///
    /// # Errors
    /// When the state is gone or the runtime does not answer.
    fn reveal_window(&self) -> Result<BlockNumber, StateError>;
}

/// The node's persistent offchain storage, the one that the offchain worker hook sees as
/// `StorageKind::PERSISTENT`.
pub trait LocalStorage: Send + Sync + 'static {
    /// The value at `key`.
    fn get(&self, key: &[u8]) -> Option<Vec<u8>>;

    /// Sets the value, if it is `old` now. Whether it was.
    fn compare_and_set(&self, key: &[u8], old: Option<&[u8]>, new: &[u8]) -> bool;

    /// Removes the value.
    fn remove(&self, key: &[u8]);
}

/// [`LocalStorage`] on a node's offchain database.
#[derive(Debug, Clone)]
pub struct OffchainDb<S>(pub S);

impl<S: OffchainStorage + 'static> LocalStorage for OffchainDb<S> {
    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.0.get(STORAGE_PREFIX, key)
    }

    fn compare_and_set(&self, key: &[u8], old: Option<&[u8]>, new: &[u8]) -> bool {
        // A clone is another handle to the same database.
        self.0
            .clone()
            .compare_and_set(STORAGE_PREFIX, key, old, new)
    }

    fn remove(&self, key: &[u8]) {
        self.0.clone().remove(STORAGE_PREFIX, key);
    }
}
