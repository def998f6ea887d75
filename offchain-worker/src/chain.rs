//! The chain, as the native side of a worker sees it. The node implements [`ChainView`] and [`LocalStorage`]; the tests
//! have their own chain.

use aicpw_protocol::{
    mailbox::{Order, Orders},
    task::{AssignmentStatus, Role},
    view::TaskView,
    AssignmentId, Balance, BlockNumber, DeviceId, Hash,
};
use codec::Encode;
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
    /// The best block, which says what to work on.
    pub best: BlockRef,
    /// The last finalised block, on which actions are based that cannot be taken back.
    pub finalised: BlockRef,
}

/// The state could not be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the state of block 0x{}: {reason}", hex::encode(block))]
pub struct StateError {
    /// The block.
    pub block: Hash,
    /// The cause.
    pub reason: String,
}

/// A jury's verdict against a result of this node, as long as it can be appealed against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// The last block in which a larger jury can be called.
    pub until: BlockNumber,
    /// The bond that calling it takes.
    pub bond: Balance,
}

/// What the worker needs of a chain.
///
/// Calls are quick (they execute a runtime API on local state) and may be made on any thread.
pub trait ChainView: Send + Sync + 'static {
    /// Returns the hash of block 0.
    fn genesis(&self) -> Hash;

    /// Follows the best and the finalised block. Values in between may be skipped; the last one never is.
    fn heads(&self) -> watch::Receiver<Heads>;

    /// Whether the node is far behind. Its best block is then history, and nothing in it is an order.
    fn is_syncing(&self) -> bool;

    /// Returns the open assignments of all local worker keys, in the state of `block`.
    ///
    /// # Errors
    /// When the state is gone or the runtime does not answer.
    fn orders_at(&self, block: Hash) -> Result<Orders, StateError>;

    /// Returns how the assignment of an order has ended, in the state of `block`; `None` if it is open, or not known
    /// there. See [`end_in`].
    ///
    /// # Errors
    /// When the state is gone or the runtime does not answer.
    fn end_of(&self, block: Hash, order: &Order) -> Result<Option<AssignmentStatus>, StateError>;

    /// Returns the assignments of all local worker keys for which the chain holds a slot or locks, in the state of
    /// `block`: open ones, and ended ones whose results are still locked.
    ///
    /// # Errors
    /// When the state is gone or the runtime does not answer.
    fn locked_at(&self, block: Hash) -> Result<BTreeSet<AssignmentId>, StateError>;

    /// Returns the verdict against this root, which an assignment has revealed in this role, in the state of `block`.
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

    /// Returns how many jobs a device runs at once, in the state of the best block; `None` if the chain does not know
    /// the device.
    ///
    /// # Errors
    /// When the state is gone or the runtime does not answer.
    fn slots_of(&self, device: DeviceId) -> Result<Option<u8>, StateError>;

    /// Returns the length of the reveal window in blocks, in the state of the best block.
    ///
    /// # Errors
    /// When the state is gone or the runtime does not answer.
    fn reveal_window(&self) -> Result<BlockNumber, StateError>;
}

/// Returns how the assignment of an order has ended, as its task shows it; `None` if it is open, or if a fork has put
/// other work under its id.
pub fn end_in<AccountId: Encode>(
    task: &TaskView<AccountId>,
    order: &Order,
) -> Option<AssignmentStatus> {
    let submission = &task.submission;
    let is_same_task = submission.manifest == order.manifest
        && submission.needs == order.needs
        && submission.time_limit == order.time_limit
        && submission.privacy == order.privacy;
    let mut assignments = task.assignments.iter();
    let found = assignments.find(|assignment| assignment.id == order.assignment)?;
    let is_same = is_same_task
        && found.role == order.role
        && found.device == order.device
        && found.provider.encode() == order.provider;
    (is_same && !found.is_open()).then(|| found.status.clone())
}

/// The node's persistent offchain storage, the one that the offchain worker hook sees as
/// `StorageKind::PERSISTENT`.
pub trait LocalStorage: Send + Sync + 'static {
    /// Returns the value at `key`.
    fn get(&self, key: &[u8]) -> Option<Vec<u8>>;

    /// Sets the value if it is `old` now. Returns whether it was.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use aicpw_protocol::{
        task::{Submission, TaskStatus, Verification},
        view::AssignmentView,
        Milliseconds,
    };

    /// Returns the task of an order, as the chain shows it when the assignment is in this state.
    fn task_of(order: &Order, status: AssignmentStatus) -> TaskView<[u8; 32]> {
        let assignment = AssignmentView {
            id: order.assignment,
            role: order.role,
            provider: [3; 32],
            device: order.device,
            price: 1,
            audit_cost: 0,
            assigned_at: 2,
            collateral: 1,
            fraud_bond: 1,
            status,
            peers: Default::default(),
            envelope: None,
        };
        TaskView {
            id: order.assignment.task,
            requester: [1; 32],
            submission: Submission {
                manifest: order.manifest.clone(),
                needs: order.needs,
                time_limit: order.time_limit,
                budget: 5,
                match_window: Milliseconds(1_000),
                verification: Verification::Expected { root_hash: [0; 32] },
                privacy: order.privacy,
                peers: Default::default(),
            },
            submitted_at: 1,
            timestamp: 1,
            history_head: [0; 32],
            status: TaskStatus::Active,
            escrow: 5,
            assignments: vec![assignment],
            rating: None,
            audit: None,
        }
    }

    #[test]
    fn an_assignment_has_ended_as_its_task_says_if_it_is_the_same_work() {
        let order = testing::order(1);
        let open = AssignmentStatus::Assigned { start_by: 9 };
        let ended = AssignmentStatus::Cancelled { at: 9 };
        assert_eq!(end_in(&task_of(&order, open), &order), None);
        let task = task_of(&order, ended.clone());
        assert_eq!(end_in(&task, &order), Some(ended));
        let others = [
            Order {
                manifest: testing::content_id(b"another"),
                ..order.clone()
            },
            Order {
                provider: vec![4; 32],
                ..order.clone()
            },
            Order {
                device: DeviceId(2),
                ..order.clone()
            },
            Order {
                role: Role::Auditor,
                ..order.clone()
            },
            Order {
                assignment: AssignmentId {
                    attempt: 1,
                    ..order.assignment
                },
                ..order
            },
        ];
        for other in others {
            assert_eq!(end_in(&task, &other), None, "{other:?}");
        }
    }
}
