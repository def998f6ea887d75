//! What the queue does for room: it lets go of what nobody can ask for any more, and takes nothing new
//! while that is not enough.

use super::{
    room::{self, Ask},
    Locked, Queue, Sweep,
};
use crate::{blocking, clock::unix_ms};

/// With so much room for results, or an eighth of what the store may hold if that is less, a node takes jobs.
const ENOUGH: u64 = 1 << 30;

/// How much room to wait for after there was none for `bytes`. Whoever declares as much as the store can take
/// would else keep a node from its work until all that it answers for is gone.
fn to_wait_for(bytes: u64, limit: Option<u64>) -> u64 {
    let enough = limit.map_or(ENOUGH, |limit| ENOUGH.min(limit / 8));
    bytes.min(enough)
}

impl Queue {
    /// Removes ended jobs that the chain holds no locks for.
    pub(super) async fn sweep(&mut self, which: Sweep) {
        if self.retention.is_empty() {
            return;
        }
        let Some(locked) = self.locked() else {
            return;
        };
        let gone = self.retention.sweep(&*self.shop.store, &locked, which);
        for assignment in gone.await {
            self.closed.remove(&assignment);
        }
    }

    /// What the chain holds locks for; `None` as long as that is not known.
    fn locked(&self) -> Option<Locked> {
        let chain = &self.shop.chain;
        if chain.is_syncing() {
            return None;
        }
        let block = chain.heads().borrow().finalised;
        match blocking::run(|| chain.locked_at(block.hash)) {
            Ok(assignments) => Some(Locked {
                block: block.number,
                assignments,
            }),
            Err(error) => {
                tracing::warn!(%error, "not known which results are still answered for: all stay");
                None
            }
        }
    }

    /// A job has no room for its result.
    pub(super) async fn asked_for_room(&mut self, ask: Ask) {
        if !ask.again {
            self.sweep(Sweep::All).await;
        } else if self.is_room_to_come(1) {
            // Without an answer there is no limit that is known.
            let status = self.shop.store.status().await;
            let limit = status.ok().and_then(|status| status.limit);
            let bytes = to_wait_for(ask.bytes, limit);
            tracing::error!(
                bytes,
                "the IPFS store has no room for a result beside those that this provider still answers for: \
                 the node takes no new jobs until it has; raise --ipfs-storage-max, or free its disk"
            );
            self.lacking = self.lacking.max(Some(bytes));
            self.shop.mailbox.stop_serving();
        }
        // The job may have been given up.
        let _ = ask.done.send(());
    }

    /// Whether anything is kept, or worked on beside `asking` jobs, that will go. Without it waiting is of no
    /// use, and whoever declares more than the store can ever take would switch this node off.
    fn is_room_to_come(&self, asking: usize) -> bool {
        !self.retention.is_empty() || self.active.len() > asking
    }

    /// Looks whether there is room again, if there was not.
    pub(super) async fn look_for_room(&mut self) {
        let Some(bytes) = self.lacking.filter(|_| self.looking.is_empty()) else {
            return;
        };
        self.sweep(Sweep::All).await;
        if !self.is_room_to_come(0) {
            self.has_room();
            return;
        }
        let store = self.shop.store.clone();
        // Collecting takes its time.
        self.looking.spawn(async move {
            let made = store.make_room(bytes).await;
            !made.is_err_and(|error| room::is_full(&error))
        });
    }

    /// There is as much room as there can be.
    pub(super) fn has_room(&mut self) {
        if self.lacking.take().is_some() {
            tracing::info!("there is room for results again: the node takes jobs");
            self.shop.mailbox.renew_serving(unix_ms());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_waits_for_more_than_a_part_of_the_store() {
        let gib = |count: u64| count << 30;
        assert_eq!(to_wait_for(5, Some(gib(10))), 5);
        assert_eq!(to_wait_for(gib(9), Some(gib(10))), gib(1));
        assert_eq!(to_wait_for(gib(9), Some(gib(4))), gib(1) / 2);
        assert_eq!(to_wait_for(u64::MAX, None), gib(1));
    }
}
