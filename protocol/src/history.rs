//! The hash chain over submissions: the order in which matching serves tasks, and which anyone
//! can verify (`aicpw history verify`).

use codec::Encode;

use crate::{
    hashing::{hash_in, Hash},
    units::BlockNumber,
    TaskId,
};

const HISTORY: &str = "aicpw 2026 history v1";
const TASK: &str = "aicpw 2026 task v1";

/// The head before the first submission.
pub const GENESIS_HEAD: Hash = [0; 32];

/// `head' = H(head, sequence, task, block, timestamp)`. The sequence number is the task's id; `task`
/// is [`task_hash`]; the timestamp is the chain's, in milliseconds since the Unix epoch.
pub fn next_head(
    head: &Hash,
    sequence: TaskId,
    task: &Hash,
    block: BlockNumber,
    timestamp: u64,
) -> Hash {
    hash_in(HISTORY, &(head, sequence, task, block, timestamp))
}

/// The hash of what was submitted, and by whom.
pub fn task_hash<AccountId: Encode, Submission: Encode>(
    requester: &AccountId,
    submission: &Submission,
) -> Hash {
    hash_in(TASK, &(requester, submission))
}
