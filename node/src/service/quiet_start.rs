//! A validator that starts again makes no block until every slot has begun that it can have made one for before.
//!
//! The SDK takes no slot twice, but keeps that in memory only. While the clock of a machine is ahead, its node makes
//! blocks of slots that have not begun, which the other nodes hold and then import
//! ([`early_blocks`](super::early_blocks)). If the clock is set right and the node is started again, those slots are
//! still to come: it would make a second block for each, which is an offence.

use std::{future::Future, time::Duration};

use aicpw_runtime::BlockNumber;
use sp_consensus_babe::SlotDuration;

use super::early_blocks;

/// How long a node makes no blocks whose best block at its start is this one.
pub fn silence(best: BlockNumber, slot: SlotDuration) -> Duration {
    // A chain begins at once: nobody has made a block yet.
    if best == 0 {
        return Duration::ZERO;
    }
    early_blocks::reach(slot)
}

/// The task, from the end of the wait on.
pub async fn after<T>(wait: impl Future<Output = ()>, task: impl Future<Output = T>) -> T {
    wait.await;
    task.await
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::{channel::oneshot, executor::block_on, poll};

    #[test]
    fn a_chain_begins_at_once_and_a_node_that_starts_again_is_silent_for_26_slots() {
        let slot = SlotDuration::from_millis(250);
        assert_eq!(silence(0, slot), Duration::ZERO);
        assert_eq!(silence(1, slot), Duration::from_millis(6_500));
    }

    #[test]
    fn the_task_does_not_begin_before_the_wait_is_over() {
        block_on(async {
            let (end, ended) = oneshot::channel::<()>();
            let (begin, mut begun) = oneshot::channel();
            let wait = async move { assert_eq!(ended.await, Ok(())) };
            let task = async move { begin.send("begun") };
            let mut task = Box::pin(after(wait, task));
            assert!(poll!(task.as_mut()).is_pending());
            assert_eq!(begun.try_recv(), Ok(None));
            assert_eq!(end.send(()), Ok(()));
            assert_eq!(task.await, Ok(()));
            assert_eq!(begun.try_recv(), Ok(Some("begun")));
        });
    }
}
