//! The hash chain over submissions. It fixes the order in which matching serves tasks, and anyone can verify it
//! (`aicpw history verify`).

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

/// The fewest market blocks for which the chain keeps a task after its end, whatever governance sets: a day. So a task
/// that was submitted fewer blocks ago has not been removed yet.
pub const LEAST_RETENTION: BlockNumber = 24 * 60 * 60 * 4;

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

/// The hash of a submission and its requester.
pub fn task_hash<AccountId: Encode, Submission: Encode>(
    requester: &AccountId,
    submission: &Submission,
) -> Hash {
    hash_in(TASK, &(requester, submission))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{units::BLOCK_TIME, Milliseconds};
    use alloc::vec::Vec;
    use proptest::prelude::*;

    /// The values that are hashed for a submission.
    type Link = (u64, Hash, BlockNumber, u64);

    fn heads(links: &[Link]) -> Vec<Hash> {
        let mut head = GENESIS_HEAD;
        links
            .iter()
            .map(|(id, task, block, time)| {
                head = next_head(&head, TaskId(*id), task, *block, *time);
                head
            })
            .collect()
    }

    #[test]
    fn every_task_is_kept_for_a_day() {
        let day = Milliseconds(24 * 60 * 60 * 1_000);
        assert_eq!(LEAST_RETENTION, day.in_blocks(BLOCK_TIME));
    }

    proptest! {
        #[test]
        fn a_change_anywhere_changes_every_head_from_there_on(
            links in proptest::collection::vec(any::<Link>(), 1..12),
            at: proptest::sample::Index,
            field in 0..4,
        ) {
            let before = heads(&links);
            let at = at.index(links.len());
            let mut changed = links.clone();
            match field {
                0 => changed[at].0 ^= 1,
                1 => changed[at].1[31] ^= 1,
                2 => changed[at].2 ^= 1,
                _ => changed[at].3 ^= 1,
            }
            let after = heads(&changed);
            prop_assert_eq!(&before[..at], &after[..at]);
            prop_assert!(before[at..].iter().zip(&after[at..]).all(|(one, other)| one != other));
        }

        #[test]
        fn the_order_matters(links in proptest::collection::vec(any::<Link>(), 2..12)) {
            let mut swapped = links.clone();
            swapped.swap(0, 1);
            prop_assume!(swapped != links);
            prop_assert_ne!(heads(&links).pop(), heads(&swapped).pop());
        }
    }
}
