//! Blocks whose slot has not begun by this machine's clock wait until it has (ADR 24).
//!
//! BABE refuses a block of more than a slot ahead of the own clock, and the SDK drops the peer that it came from, and bans it
//! after the third. That is made for slots of six seconds. With 250 ms a clock that is half a second behind has a node ban all
//! of its honest peers, and a validator whose clock is that much ahead is banned by all. So such blocks do not go to
//! the import queue before it would take them.

mod arrivals;
mod held;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use aicpw_runtime::opaque::Block;
use async_trait::async_trait;
use futures::{future, StreamExt};
use sc_client_api::BlockchainEvents;
use sc_consensus::{
    import_queue::{ImportQueue, ImportQueueService, Link, RuntimeOrigin},
    IncomingBlock,
};
use sp_consensus::BlockOrigin;
use sp_consensus_babe::{Slot, SlotDuration};
use sp_runtime::{
    traits::{Block as BlockT, NumberFor},
    Justifications,
};
use sp_timestamp::Timestamp;
use substrate_prometheus_endpoint::{register, Gauge, PrometheusError, Registry, F64};
use tokio::{
    sync::Notify,
    time::{interval_at, sleep, Instant},
};

use self::{
    arrivals::{complaint, Arrivals},
    held::Held,
};

type BlockHash = <Block as BlockT>::Hash;
type Queue = Box<dyn ImportQueueService<Block>>;

/// BABE takes a block that is so many slots ahead.
const TOLERANCE: u64 = 1;

/// One that is so many slots ahead is not waited for: a minute. Who is as far behind as that is no use to anybody.
const FARTHEST: u64 = 240;

/// How often it is told when blocks come.
const TELL_EVERY: Duration = Duration::from_secs(60);

/// What the handles to the queue and those who wait share.
struct Shared {
    slot: SlotDuration,
    now: Box<dyn Fn() -> Timestamp + Send + Sync>,
    held: Mutex<Held>,
    arrivals: Mutex<Arrivals>,
    /// Something is held that was not.
    added: Notify,
}

impl Shared {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn arrivals(&self) -> MutexGuard<'_, Arrivals> {
        self.arrivals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last slot of which BABE would take a block now.
    fn last_taken(&self) -> Slot {
        Slot::from_timestamp((self.now)(), self.slot) + TOLERANCE
    }

    /// How long it takes until BABE takes a block of this slot.
    fn until_taken(&self, slot: Slot) -> Duration {
        let first = u64::from(slot).saturating_sub(TOLERANCE);
        let begins = first.saturating_mul(self.slot.as_millis());
        Duration::from_millis(begins.saturating_sub((self.now)().as_millis()))
    }

    /// Hands on what is of this slot or an earlier one, under the lock, so that a block never comes before its parent.
    fn release(held: &mut Held, queue: &mut dyn ImportQueueService<Block>, last: Slot) {
        for (origin, block) in held.due(last) {
            // One by one: one that fails would take the others with it.
            queue.import_blocks(origin, vec![block]);
        }
    }

    /// Notes when a block of a peer came, if it is a new one.
    fn note_arrival(&self, origin: BlockOrigin, block: &IncomingBlock<Block>) {
        if let (BlockOrigin::NetworkBroadcast, Some(slot)) = (origin, slot_of(block)) {
            let begins = u64::from(slot).saturating_mul(self.slot.as_millis());
            let offset = i128::from((self.now)().as_millis()) - i128::from(begins);
            // A slot of which a peer says that it is in another millennium.
            let offset = i64::try_from(offset).unwrap_or(i64::MAX);
            self.arrivals().came(block.hash, offset);
        }
    }

    fn submit(
        &self,
        queue: &mut dyn ImportQueueService<Block>,
        origin: BlockOrigin,
        mut blocks: Vec<IncomingBlock<Block>>,
    ) {
        for block in &blocks {
            self.note_arrival(origin, block);
        }
        // Warp sync's are proven otherwise.
        let is_timed = origin != BlockOrigin::WarpSync;
        let mut held = self.held();
        // One look at the clock for both: a child that has become due must not go before its parent.
        let last = self.last_taken();
        Self::release(&mut held, queue, last);
        let is_early = |block: &IncomingBlock<Block>| {
            is_timed && block.state.is_none() && slot_of(block).is_some_and(|slot| slot > last)
        };
        let first = blocks.iter().position(is_early);
        let early = first.map(|first| blocks.split_off(first));
        queue.import_blocks(origin, blocks);
        let mut slot = last;
        for block in early.into_iter().flatten() {
            // Each is a child of the one before it.
            slot = slot.max(slot_of(&block).unwrap_or(slot));
            let refused = match slot > last + FARTHEST {
                true => Some((origin, block)),
                false => held.add(slot, (origin, block)),
            };
            // The queue says of it what it says of any that is too early.
            if let Some((origin, block)) = refused {
                queue.import_blocks(origin, vec![block]);
            }
        }
        if held.next().is_some() {
            self.added.notify_one();
        }
    }
}

/// The slot that a block says it is of. Of one that says none the import queue says what is wrong.
fn slot_of(block: &IncomingBlock<Block>) -> Option<Slot> {
    let header = block.header.as_ref()?;
    let claim = sc_consensus_babe::find_pre_digest::<Block>(header).ok()?;
    Some(claim.slot())
}

/// A handle to the queue.
struct Service {
    queue: Queue,
    shared: Arc<Shared>,
}

impl ImportQueueService<Block> for Service {
    fn import_blocks(&mut self, origin: BlockOrigin, blocks: Vec<IncomingBlock<Block>>) {
        self.shared.submit(&mut *self.queue, origin, blocks);
    }

    fn import_justifications(
        &mut self,
        who: RuntimeOrigin,
        hash: BlockHash,
        number: NumberFor<Block>,
        justifications: Justifications,
    ) {
        self.queue
            .import_justifications(who, hash, number, justifications);
    }
}

/// An import queue that blocks reach when their slot has begun.
pub struct EarlyBlocks<Q> {
    queue: Q,
    service: Service,
}

impl<Q: ImportQueue<Block>> EarlyBlocks<Q> {
    /// In front of this queue, of a chain with such slots. What comes with it has to run.
    pub fn new(queue: Q, slot: SlotDuration) -> (Self, Waiting) {
        let shared = Arc::new(Shared {
            slot,
            now: Box::new(Timestamp::current),
            held: Mutex::default(),
            arrivals: Mutex::default(),
            added: Notify::new(),
        });
        let waiting = Waiting {
            queue: queue.service(),
            shared: shared.clone(),
        };
        let service = Service {
            queue: queue.service(),
            shared,
        };
        (Self { queue, service }, waiting)
    }
}

#[async_trait]
impl<Q: ImportQueue<Block>> ImportQueue<Block> for EarlyBlocks<Q> {
    fn service(&self) -> Queue {
        Box::new(Service {
            queue: self.queue.service(),
            shared: self.service.shared.clone(),
        })
    }

    fn service_ref(&mut self) -> &mut dyn ImportQueueService<Block> {
        &mut self.service
    }

    fn poll_actions(&mut self, context: &mut futures::task::Context, link: &dyn Link<Block>) {
        self.queue.poll_actions(context, link);
    }

    async fn run(self, link: &dyn Link<Block>) {
        self.queue.run(link).await;
    }
}

/// The part of [`EarlyBlocks`] that runs beside the queue.
pub struct Waiting {
    queue: Queue,
    shared: Arc<Shared>,
}

impl Waiting {
    /// What tells when blocks come; in `registry` too, if there is one.
    ///
    /// # Errors
    /// If it has a metric of that name already.
    pub fn telling(&self, registry: Option<&Registry>) -> Result<Telling, PrometheusError> {
        Ok(Telling {
            shared: self.shared.clone(),
            gauge: registry.map(register_metric).transpose()?,
        })
    }

    /// Hands blocks on when their slot begins, as long as the node runs.
    pub async fn run(self) {
        let Self { mut queue, shared } = self;
        loop {
            let next = {
                let mut held = shared.held();
                Shared::release(&mut held, &mut *queue, shared.last_taken());
                held.next()
            };
            match next {
                // The clock may be set meanwhile.
                Some(slot) => {
                    let until = shared.until_taken(slot).min(shared.slot.as_duration());
                    sleep(until.max(Duration::from_millis(1))).await;
                }
                None => shared.added.notified().await,
            }
        }
    }
}

/// Registers the metric of when blocks come.
///
/// # Errors
/// If `registry` has one of that name already.
pub fn register_metric(registry: &Registry) -> Result<Gauge<F64>, PrometheusError> {
    let gauge = Gauge::new(
        "aicpw_block_arrival_seconds",
        "How long after their slot began, by this machine's clock, blocks of others came: the median of the last \
         minute in which there were twenty",
    )?;
    register(gauge, registry)
}

/// Tells when blocks come, and complains of a clock that is off.
pub struct Telling {
    shared: Arc<Shared>,
    gauge: Option<Gauge<F64>>,
}

impl Telling {
    /// Tells it once a minute, as long as the client lives.
    pub async fn run(self, client: Arc<impl BlockchainEvents<Block>>) {
        let imported = client.every_import_notification_stream();
        let mut imported = imported.filter_map(|imported| {
            let is_new = imported.origin == BlockOrigin::NetworkBroadcast;
            future::ready(is_new.then_some(imported.hash))
        });
        let mut minutes = interval_at(Instant::now() + TELL_EVERY, TELL_EVERY);
        loop {
            tokio::select! {
                hash = imported.next() => match hash {
                    Some(hash) => self.shared.arrivals().is_valid(hash),
                    None => return,
                },
                _ = minutes.tick() => self.tell(),
            }
        }
    }

    fn tell(&self) {
        let Some(median) = self.shared.arrivals().median() else {
            return;
        };
        if let Some(complaint) = complaint(median) {
            log::warn!("⚠️  {complaint}");
        }
        if let Some(gauge) = &self.gauge {
            gauge.set(median as f64 / 1_000.0);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;
    use aicpw_runtime::Header;
    use codec::Encode;
    use sp_consensus_babe::{
        digests::{PreDigest, SecondaryPlainPreDigest},
        BABE_ENGINE_ID,
    };
    use sp_runtime::{traits::Header as _, Digest, DigestItem};

    /// A block that says that it is of this slot.
    pub(super) fn incoming(number: u32, slot: u64) -> IncomingBlock<Block> {
        let claim = PreDigest::SecondaryPlain(SecondaryPlainPreDigest {
            authority_index: 0,
            slot: slot.into(),
        });
        let claim = DigestItem::PreRuntime(BABE_ENGINE_ID, claim.encode());
        let header = Header::new(
            number,
            BlockHash::default(),
            BlockHash::default(),
            BlockHash::default(),
            Digest { logs: vec![claim] },
        );
        IncomingBlock {
            hash: header.hash(),
            header: Some(header),
            body: Some(Vec::new()),
            indexed_body: None,
            justifications: None,
            origin: None,
            allow_missing_state: false,
            skip_execution: false,
            import_existing: false,
            state: None,
        }
    }

    /// What was handed on, in batches.
    #[derive(Clone, Default)]
    struct Taken(Arc<Mutex<Vec<Vec<BlockHash>>>>);

    impl Taken {
        fn all(&self) -> Vec<BlockHash> {
            self.0.lock().unwrap().concat()
        }
    }

    impl ImportQueueService<Block> for Taken {
        fn import_blocks(&mut self, _: BlockOrigin, blocks: Vec<IncomingBlock<Block>>) {
            let hashes = blocks.iter().map(|block| block.hash);
            self.0.lock().unwrap().push(hashes.collect());
        }

        fn import_justifications(
            &mut self,
            _: RuntimeOrigin,
            _: BlockHash,
            _: NumberFor<Block>,
            _: Justifications,
        ) {
            unreachable!("none is handed in")
        }
    }

    const SLOT: u64 = 250;

    /// With a clock that is set by hand, in milliseconds.
    fn shared(clock: &Arc<AtomicU64>) -> Arc<Shared> {
        let clock = clock.clone();
        Arc::new(Shared {
            slot: SlotDuration::from_millis(SLOT),
            now: Box::new(move || clock.load(Ordering::SeqCst).into()),
            held: Mutex::default(),
            arrivals: Mutex::default(),
            added: Notify::new(),
        })
    }

    #[test]
    fn a_block_waits_until_babe_would_take_it_and_its_children_behind_it() {
        let clock = Arc::new(AtomicU64::new(100 * SLOT));
        let (shared, taken) = (shared(&clock), Taken::default());
        let blocks: Vec<_> = [(1, 99), (2, 100), (3, 101), (4, 102), (5, 105)]
            .map(|(number, slot)| incoming(number, slot))
            .into();
        let hashes: Vec<_> = blocks.iter().map(|block| block.hash).collect();
        let origin = BlockOrigin::NetworkBroadcast;
        shared.submit(&mut taken.clone(), origin, blocks.clone());
        assert_eq!(taken.all(), hashes[..3]);
        assert_eq!(shared.until_taken(102.into()), Duration::from_millis(SLOT));
        let release = |at: u64| {
            clock.store(at, Ordering::SeqCst);
            let last = shared.last_taken();
            Shared::release(&mut shared.held(), &mut taken.clone(), last);
            taken.all().len()
        };
        assert_eq!(release(101 * SLOT - 1), 3);
        assert_eq!(release(101 * SLOT), 4);
        // What comes now comes after what is due.
        clock.store(104 * SLOT, Ordering::SeqCst);
        let last = incoming(6, 104);
        shared.submit(&mut taken.clone(), origin, vec![last.clone()]);
        assert_eq!(taken.all(), [&hashes[..], &[last.hash]].concat());
        assert_eq!(shared.held().next(), None);
    }

    #[test]
    fn what_is_not_early_by_this_clock_or_is_so_by_far_is_handed_on_at_once() {
        let clock = Arc::new(AtomicU64::new(100 * SLOT));
        let (shared, taken) = (shared(&clock), Taken::default());
        let far = incoming(1, 102 + FARTHEST);
        let mut without = incoming(2, 200);
        without.header = None;
        let warp = incoming(3, 200);
        let origins = [
            (BlockOrigin::NetworkBroadcast, far),
            (BlockOrigin::NetworkInitialSync, without),
            (BlockOrigin::WarpSync, warp),
        ];
        for (count, (origin, block)) in origins.into_iter().enumerate() {
            shared.submit(&mut taken.clone(), origin, vec![block]);
            assert_eq!(taken.all().len(), count + 1, "{origin:?}");
        }
        let farthest = incoming(4, 101 + FARTHEST);
        shared.submit(&mut taken.clone(), BlockOrigin::File, vec![farthest]);
        assert_eq!(taken.all().len(), 3);
    }

    #[tokio::test]
    async fn those_that_wait_are_handed_on_when_their_slot_begins() {
        let clock = Arc::new(AtomicU64::new(100 * SLOT));
        let (shared, taken) = (shared(&clock), Taken::default());
        let waiting = Waiting {
            queue: Box::new(taken.clone()),
            shared: shared.clone(),
        };
        let waiting = tokio::spawn(waiting.run());
        // One whose time has come while nobody hands in anything, and then one that came meanwhile.
        for (number, slot) in [(1, 103), (2, 105)] {
            let block = incoming(number, slot);
            let origin = BlockOrigin::NetworkBroadcast;
            shared.submit(&mut taken.clone(), origin, vec![block.clone()]);
            assert!(!taken.all().contains(&block.hash));
            clock.store((slot - 1) * SLOT, Ordering::SeqCst);
            let handed_on = async {
                while !taken.all().contains(&block.hash) {
                    sleep(Duration::from_millis(5)).await;
                }
            };
            let limit = Duration::from_secs(60);
            tokio::time::timeout(limit, handed_on).await.unwrap();
        }
        waiting.abort();
    }

    #[test]
    fn it_is_told_when_valid_blocks_of_others_came_by_this_clock() {
        let clock = Arc::new(AtomicU64::new(100 * SLOT));
        let (shared, mut taken) = (shared(&clock), Taken::default());
        for number in 0..40 {
            // A second before its slot begins.
            let block = incoming(number, 104);
            let hash = block.hash;
            shared.submit(&mut taken, BlockOrigin::NetworkBroadcast, vec![block]);
            // One that was asked for.
            let block = incoming(100 + number, 10);
            shared.submit(
                &mut taken,
                BlockOrigin::NetworkInitialSync,
                vec![block.clone()],
            );
            shared.arrivals().is_valid(hash);
            shared.arrivals().is_valid(block.hash);
        }
        assert_eq!(shared.arrivals().median(), Some(-1_000));
        // A block of the end of times.
        shared.note_arrival(BlockOrigin::NetworkBroadcast, &incoming(1, u64::MAX));
    }
}
