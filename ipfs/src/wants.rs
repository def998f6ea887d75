//! One search per block, however many wait for it.
//!
//! The library's own waiting has gaps that stall a download:
//!
//! - It forgets a want when its first waiter's time is up, and does not wake a waiter that comes a moment after the
//!   block was stored. So here a want has one waiter, without a limit that ends first, which also looks into the store.
//! - When a peer does not deliver a block within five seconds, or delivers one that cannot be stored, the library does
//!   not ask again before the next half minute, or ever. So a search that takes long is begun again, with growing
//!   pauses: the want is withdrawn from all peers and made again.
//! - It reads one stream of a peer at a time and forgets the one before. Nodes of our kind use one stream for
//!   everything they send, but kubo opens one for each answer, and if it sends two at once one of them is lost. So
//!   while a node of another kind is connected, one block is asked for at a time. Anybody can be such a node, and
//!   anybody can have a block asked for that nobody has, so files share the time ([`crate::turns`]). A block that
//!   several files want is searched for in the time of each ([`crate::lanes`]).

use crate::foreign_peers::ForeignPeers;
use crate::lanes::{Files, Granted, Lanes};
use crate::storage::Storage;
use crate::turns::{Pace, Turns};
use cid::Cid;
use rust_ipfs::{Block, Ipfs};
use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

/// The time limit that the library is told: longer than any limit here.
const LIBRARY_PATIENCE: Duration = Duration::from_secs(24 * 3600);

/// How often the store is looked into.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// After this long a search is begun again; doubled each time. Longer than the library's own five seconds, after which
/// it may have found another peer.
const FIRST_PATIENCE: Duration = Duration::from_secs(7);
const LONGEST_PATIENCE: Duration = Duration::from_secs(60);

/// How long the library may take to withdraw a want.
const WITHDRAWAL: Duration = Duration::from_secs(2);

/// The searches that are running.
pub struct Wants<N = Library> {
    network: Arc<N>,
    turns: Arc<Turns>,
    running: Mutex<HashMap<Cid, Weak<Search>>>,
}

/// A reader's part in a search, which ends when the last part is dropped.
pub struct Part {
    search: Arc<Search>,
    root: Cid,
}

struct Search {
    files: Files,
    found: watch::Receiver<Option<Block>>,
    _task: AbortOnDropHandle<()>,
}

impl Wants {
    /// Returns wants without any search.
    pub fn new(ipfs: Ipfs, storage: Arc<Storage>, foreign: Arc<ForeignPeers>) -> Self {
        Self {
            network: Arc::new(Library {
                ipfs,
                storage,
                foreign,
            }),
            turns: Turns::new(Pace::default()),
            running: Mutex::default(),
        }
    }
}

impl<N: Ask + Send + Sync + 'static> Wants<N> {
    /// Joins the search for a block, or begins it, for a reader of the file `root`. The search goes on as long as
    /// somebody has a part in it.
    pub fn search(&self, cid: Cid, root: Cid) -> Part {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let search = running
            .get(&cid)
            .and_then(Weak::upgrade)
            .unwrap_or_else(|| {
                running.retain(|_, search| search.strong_count() > 0);
                let search = Arc::new(self.begin(cid));
                running.insert(cid, Arc::downgrade(&search));
                search
            });
        search.files.join(root);
        Part { search, root }
    }

    fn begin(&self, cid: Cid) -> Search {
        let (files, mut lanes) = Files::new(self.turns.clone());
        let (found, receiver) = watch::channel(None);
        let network = self.network.clone();
        let task = tokio::spawn(async move {
            let block = insist(&*network, &mut lanes, cid, FIRST_PATIENCE).await;
            found.send_replace(Some(block));
        });
        Search {
            files,
            found: receiver,
            _task: AbortOnDropHandle::new(task),
        }
    }
}

impl Part {
    /// Waits for the block, and returns it once it is stored.
    pub async fn block(&self) -> anyhow::Result<Block> {
        let mut found = self.search.found.clone();
        let block = found.wait_for(Option::is_some).await?;
        block
            .clone()
            .ok_or_else(|| anyhow::anyhow!("a search ended without a block"))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        self.search.files.leave(&self.root);
    }
}

/// How a block is asked for.
pub trait Ask {
    /// Whether one block is asked for at a time.
    fn is_one_at_a_time(&self) -> bool;
    /// Waits for the block for as long as the library does.
    fn ask(&self, cid: Cid) -> impl Future<Output = anyhow::Result<Block>> + Send;
    /// Waits until the library has withdrawn a want that nobody waits for any more.
    fn withdrawn(&self, cid: Cid) -> impl Future<Output = ()> + Send;
}

/// Asks until the block is there: again after `patience`, then with doubled pauses. When one block is asked for at a
/// time, it asks in the turns of the files that want it.
async fn insist(network: &impl Ask, lanes: &mut Lanes, cid: Cid, mut patience: Duration) -> Block {
    loop {
        let turn = if network.is_one_at_a_time() {
            Some(lanes.turn().await)
        } else {
            lanes.leave();
            None
        };
        let limit = turn.as_ref().map_or(patience, Granted::limit);
        let failed = match tokio::time::timeout(limit, network.ask(cid)).await {
            Ok(Ok(block)) => {
                if let Some(turn) = turn {
                    turn.brought();
                }
                return block;
            }
            Ok(Err(error)) => {
                tracing::debug!(%cid, error = %format!("{error:#}"), "a search failed; trying again");
                true
            }
            Err(_) => {
                tracing::debug!(%cid, ?limit, "a search takes long; asking anew");
                false
            }
        };
        // While the old want stands, a new one changes nothing, and the block may come in another want's turn.
        network.withdrawn(cid).await;
        match turn {
            Some(turn) => lanes.in_vain(turn),
            None => {
                if failed {
                    tokio::time::sleep(limit).await;
                }
                patience = (patience * 2).min(LONGEST_PATIENCE);
            }
        }
    }
}

/// The network and the store of this node.
pub struct Library {
    ipfs: Ipfs,
    storage: Arc<Storage>,
    foreign: Arc<ForeignPeers>,
}

impl Ask for Library {
    fn is_one_at_a_time(&self) -> bool {
        self.foreign.any()
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
        // Both must be polled until the end. Each may wait in the queue for the store's lock; one that has got it and
        // is not polled would keep everybody out, including the other one.
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
    use cid::multihash::Multihash;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// A network that delivers when asked for the third time; the second time it fails at once.
    struct Forgetful {
        cid: Cid,
        asked: AtomicUsize,
        withdrawals: AtomicUsize,
    }

    impl Ask for Forgetful {
        fn is_one_at_a_time(&self) -> bool {
            false
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
        let (_files, mut lanes) = Files::new(Turns::new(Pace::default()));
        let block = insist(&network, &mut lanes, cid, Duration::from_millis(1)).await;
        assert_eq!(block.data(), b"late");
        assert_eq!(network.asked.load(Ordering::Relaxed), 3);
        assert_eq!(network.withdrawals.load(Ordering::Relaxed), 2);
    }

    const TICK: Duration = Duration::from_millis(1);
    const NEVER: Duration = Duration::from_secs(3600);

    fn cid(kind: u8, number: u8) -> Cid {
        let mut digest = [0; 32];
        digest[..2].copy_from_slice(&[kind, number]);
        Cid::new_v1(0x55, Multihash::wrap(0x12, &digest).unwrap())
    }

    /// Nodes of another kind. They have all blocks, but say nothing about those of kind `silent` for the first `times`
    /// times.
    struct Foreign {
        silent: u8,
        times: usize,
        asked_in_vain: AtomicUsize,
        asking: AtomicUsize,
    }

    impl Foreign {
        fn new(silent: u8, times: usize) -> Arc<Self> {
            Arc::new(Self {
                silent,
                times,
                asked_in_vain: AtomicUsize::new(0),
                asking: AtomicUsize::new(0),
            })
        }
    }

    impl Ask for Foreign {
        fn is_one_at_a_time(&self) -> bool {
            true
        }

        async fn ask(&self, cid: Cid) -> anyhow::Result<Block> {
            assert_eq!(self.asking.fetch_add(1, Ordering::Relaxed), 0);
            if cid.hash().digest()[0] == self.silent
                && self.asked_in_vain.load(Ordering::Relaxed) < self.times
            {
                self.asked_in_vain.fetch_add(1, Ordering::Relaxed);
                std::future::pending::<()>().await;
            }
            // Other wants would come in between if they could.
            tokio::task::yield_now().await;
            self.asking.fetch_sub(1, Ordering::Relaxed);
            Ok(Block::new_unchecked(cid, &b"here"[..]))
        }

        async fn withdrawn(&self, _: Cid) {
            self.asking.fetch_sub(1, Ordering::Relaxed);
        }
    }

    fn wants(network: &Arc<Foreign>, pace: Pace) -> Wants<Foreign> {
        Wants {
            network: network.clone(),
            turns: Turns::new(pace),
            running: Mutex::default(),
        }
    }

    /// The first turn is short, and there is no other.
    const ONE_SHORT_TURN: Pace = Pace {
        first_turn: TICK,
        turn: NEVER,
        first_pause: NEVER,
        longest_pause: NEVER,
    };

    /// Returns the block, or fails instead of waiting without end.
    async fn block(part: &Part) -> Block {
        let block = tokio::time::timeout(Duration::from_secs(60), part.block()).await;
        block.expect("the block comes").unwrap()
    }

    #[tokio::test]
    async fn a_file_of_many_blocks_ends_soon_beside_wants_that_hang() {
        let (silent, honest) = (1, 2);
        let network = Foreign::new(silent, usize::MAX);
        let wants = wants(&network, ONE_SHORT_TURN);
        let hanging: Vec<_> = (0..8)
            .map(|file| wants.search(cid(silent, file), cid(silent, file)))
            .collect();
        let root = cid(honest, 0);
        let blocks: Vec<_> = (1..=200)
            .map(|block| wants.search(cid(honest, block), root))
            .collect();
        for part in &blocks {
            assert_eq!(block(part).await.data(), b"here");
        }
        // Each want has had one turn at most, and then waits outside its lane.
        assert!(network.asked_in_vain.load(Ordering::Relaxed) <= 8);
        drop(hanging);
    }

    #[tokio::test]
    async fn a_want_whose_turns_were_in_vain_has_others() {
        let silent = 1;
        let network = Foreign::new(silent, 3);
        let pace = Pace {
            first_turn: TICK,
            turn: TICK,
            first_pause: TICK,
            longest_pause: 2 * TICK,
        };
        let part = wants(&network, pace).search(cid(silent, 1), cid(silent, 0));
        assert_eq!(block(&part).await.data(), b"here");
        assert_eq!(network.asked_in_vain.load(Ordering::Relaxed), 3);
    }

    #[tokio::test]
    async fn a_block_that_a_hostile_file_wants_too_does_not_wait_behind_that_files_silent_ones() {
        let (silent, honest) = (1, 2);
        let network = Foreign::new(silent, usize::MAX);
        let wants = wants(&network, ONE_SHORT_TURN);
        let (hostile, root, shared) = (cid(silent, 0), cid(honest, 0), cid(honest, 1));
        let hanging: Vec<_> = (1..=100)
            .map(|block| wants.search(cid(silent, block), hostile))
            .collect();
        let first = wants.search(shared, hostile);
        // Now the lane is busy.
        while network.asking.load(Ordering::Relaxed) == 0 {
            tokio::task::yield_now().await;
        }
        let part = wants.search(shared, root);
        assert!(Arc::ptr_eq(&first.search, &part.search));
        assert_eq!(block(&part).await.data(), b"here");
        // The honest file has had no time yet, so the next turn was its own once it waited for one.
        assert!(network.asked_in_vain.load(Ordering::Relaxed) < 10);
        drop(hanging);
    }

    #[tokio::test]
    async fn a_block_that_a_hostile_file_wanted_before_it_was_there_is_asked_for_at_once() {
        let silent = 1;
        let network = Foreign::new(silent, 1);
        let wants = wants(&network, ONE_SHORT_TURN);
        let early = wants.search(cid(silent, 1), cid(silent, 0));
        // The block is asked for in vain, and its file then waits without end.
        while network.asked_in_vain.load(Ordering::Relaxed) == 0 {
            tokio::task::yield_now().await;
        }
        let part = wants.search(cid(silent, 1), cid(2, 0));
        assert_eq!(block(&part).await.data(), b"here");
        assert_eq!(block(&early).await.data(), b"here");
    }

    #[tokio::test]
    async fn a_search_ends_with_its_last_part() {
        let silent = 1;
        let network = Foreign::new(silent, usize::MAX);
        let wants = wants(&network, ONE_SHORT_TURN);
        let block = cid(silent, 1);
        let parts = [0, 2].map(|root| wants.search(block, cid(silent, root)));
        let search = Arc::downgrade(&parts[0].search);
        let [first, last] = parts;
        drop(first);
        assert!(search.upgrade().is_some());
        drop(last);
        assert!(search.upgrade().is_none());
        assert!(wants.running.lock().unwrap()[&block].upgrade().is_none());
    }
}
