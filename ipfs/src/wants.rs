//! One search per block, however many wait for it.
//!
//! The library's own waiting has gaps that stall a download:
//!
//! - It forgets a want when its first waiter's time is up, and does not wake one that comes a
//!   moment after the block was stored. So it has one waiter here, without a limit that ends
//!   first, which also looks into the store.
//! - When a peer does not deliver a block within five seconds, or delivers it and it cannot be
//!   stored, nothing is asked again before the next half minute, or ever. So a search that takes
//!   long is begun anew, with growing pauses: the want is withdrawn from all peers and made again.
//! - It reads one stream of a peer at a time and forgets the one before. Nodes of our kind use one
//!   stream for all they send, but kubo opens one for each answer, and of two that it sends at once
//!   one is lost. So while a node of another kind is connected, one block is asked for at a time.

use crate::foreign_peers::ForeignPeers;
use crate::storage::Storage;
use cid::Cid;
use rust_ipfs::{Block, Ipfs};
use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::{watch, Semaphore, SemaphorePermit};
use tokio_util::task::AbortOnDropHandle;

/// What the library is told: later than any clock here.
const LIBRARY_PATIENCE: Duration = Duration::from_secs(24 * 3600);

/// How often the store is looked into.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// After so long a search is begun anew; doubled with each time. Longer than the library's own
/// five seconds, after which it may have found another peer.
const FIRST_PATIENCE: Duration = Duration::from_secs(7);
const LONGEST_PATIENCE: Duration = Duration::from_secs(60);

/// How long one block is asked for, where it is one at a time, before the next has its turn.
const TURN: Duration = Duration::from_secs(3);

/// How long the library may take to withdraw a want.
const WITHDRAWAL: Duration = Duration::from_secs(2);

/// The searches that are running.
pub struct Wants {
    library: Arc<Library>,
    running: Mutex<HashMap<Cid, Weak<Search>>>,
}

/// A search. Ends when dropped.
pub struct Search {
    found: watch::Receiver<Option<Block>>,
    _task: AbortOnDropHandle<()>,
}

impl Wants {
    /// Nothing is searched for yet.
    pub fn new(ipfs: Ipfs, storage: Arc<Storage>, foreign: Arc<ForeignPeers>) -> Self {
        Self {
            library: Arc::new(Library {
                ipfs,
                storage,
                foreign,
                turns: Semaphore::new(1),
            }),
            running: Mutex::default(),
        }
    }

    /// Joins the search for a block, or begins it. It goes on as long as somebody has it.
    pub fn search(&self, cid: Cid) -> Arc<Search> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(search) = running.get(&cid).and_then(Weak::upgrade) {
            return search;
        }
        running.retain(|_, search| search.strong_count() > 0);
        let (found, receiver) = watch::channel(None);
        let library = self.library.clone();
        let search = Arc::new(Search {
            found: receiver,
            _task: AbortOnDropHandle::new(tokio::spawn(async move {
                found.send_replace(Some(insist(&*library, cid, FIRST_PATIENCE).await));
            })),
        });
        running.insert(cid, Arc::downgrade(&search));
        search
    }
}

impl Search {
    /// The block, once it is stored.
    pub async fn block(&self) -> anyhow::Result<Block> {
        let mut found = self.found.clone();
        let block = found.wait_for(Option::is_some).await?;
        block
            .clone()
            .ok_or_else(|| anyhow::anyhow!("a search ended without a block"))
    }
}

/// How a block is asked for.
trait Ask {
    /// Waits until it may be asked for. Where it is one at a time it must be given up soon.
    fn turn(&self) -> impl Future<Output = Option<SemaphorePermit<'_>>> + Send;
    /// Waits for the block as long as the library likes to.
    fn ask(&self, cid: Cid) -> impl Future<Output = anyhow::Result<Block>> + Send;
    /// Waits until the library has withdrawn a want that nobody waits for any more.
    fn withdrawn(&self, cid: Cid) -> impl Future<Output = ()> + Send;
}

/// Asks until the block is there, anew after `patience`, then with doubled pauses.
async fn insist(network: &impl Ask, cid: Cid, mut patience: Duration) -> Block {
    loop {
        let turn = network.turn().await;
        let limit = turn.as_ref().map_or(patience, |_| TURN);
        match tokio::time::timeout(limit, network.ask(cid)).await {
            Ok(Ok(block)) => return block,
            Ok(Err(error)) => {
                tracing::debug!(%cid, error = %format!("{error:#}"), "a search failed; trying again");
                tokio::time::sleep(limit).await;
            }
            Err(_) => tracing::debug!(%cid, ?limit, "a search takes long; asking anew"),
        }
        // As long as the old want stands, a new one changes nothing.
        network.withdrawn(cid).await;
        drop(turn);
        patience = (patience * 2).min(LONGEST_PATIENCE);
    }
}

struct Library {
    ipfs: Ipfs,
    storage: Arc<Storage>,
    foreign: Arc<ForeignPeers>,
    turns: Semaphore,
}

impl Ask for Library {
    async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        if !self.foreign.any() {
            return None;
        }
        // It is never closed.
        self.turns.acquire().await.ok()
    }

    async fn ask(&self, cid: Cid) -> anyhow::Result<Block> {
        let repo = self.storage.repo();
        let arrival = repo.get_block(cid).timeout(LIBRARY_PATIENCE);
        let look = async {
            loop {
                tokio::time::sleep(LOOK_AGAIN).await;
                if let Some(block) = repo.get_block_now(cid).await? {
                    return Ok(block);
                }
            }
        };
        // Both must be polled until the end. Each may stand in the queue for the store's lock; one
        // that has got it and is not polled would keep everybody out, the other one included.
        tokio::select! {
            block = arrival => block,
            block = look => block,
        }
    }

    async fn withdrawn(&self, cid: Cid) {
        let gone = async {
            while self
                .ipfs
                .bitswap_wantlist(None)
                .await
                .is_ok_and(|wanted| wanted.contains(&cid))
            {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        if tokio::time::timeout(WITHDRAWAL, gone).await.is_err() {
            tracing::debug!(%cid, "the want stands though nobody waits for it");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Delivers when asked for the third time; the second time it fails at once.
    struct Forgetful {
        cid: Cid,
        asked: AtomicUsize,
        withdrawals: AtomicUsize,
    }

    impl Ask for Forgetful {
        async fn turn(&self) -> Option<SemaphorePermit<'_>> {
            None
        }

        async fn ask(&self, cid: Cid) -> anyhow::Result<Block> {
            assert_eq!(cid, self.cid);
            match self.asked.fetch_add(1, Ordering::Relaxed) {
                0 => std::future::pending().await,
                1 => anyhow::bail!("the disk is full"),
                _ => Ok(Block::new_unchecked(cid, &b"late"[..])),
            }
        }

        async fn withdrawn(&self, _: Cid) {
            self.withdrawals.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[tokio::test]
    async fn a_want_that_was_forgotten_or_failed_is_withdrawn_and_made_again() {
        let cid = "bafkreibme22gw2h7y2h7tg2fhqotaqjucnbc24deqo72b6mkl2egezxhvy"
            .parse()
            .unwrap();
        let network = Forgetful {
            cid,
            asked: AtomicUsize::new(0),
            withdrawals: AtomicUsize::new(0),
        };
        let block = insist(&network, cid, Duration::from_millis(1)).await;
        assert_eq!(block.data(), b"late");
        assert_eq!(network.asked.load(Ordering::Relaxed), 3);
        assert_eq!(network.withdrawals.load(Ordering::Relaxed), 2);
    }
}
