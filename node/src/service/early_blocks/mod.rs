//! Holds blocks whose slot has not begun by this machine's clock until it has (ADR 24).
//!
//! BABE refuses a block that is more than a slot ahead of the node's own clock. The SDK then drops the peer that it
//! came from, and bans the peer after the third. That is made for slots of six seconds. With 250 ms, a node whose clock
//! is half a second behind bans all of its honest peers, and a validator whose clock is that much ahead is banned by
//! all. So such blocks do not go to the import queue before it would take them.

mod arrivals;
mod held;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Poll,
    time::Duration,
};

use aicpw_runtime::opaque::Block;
use async_trait::async_trait;
use futures::{future, StreamExt};
use sc_client_api::BlockchainEvents;
use sc_consensus::{
    import_queue::{
        BlockImportError, BlockImportStatus, ImportQueue, ImportQueueService,
        JustificationImportResult, Link, RuntimeOrigin,
    },
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
    sync::{
        mpsc::{unbounded_channel, UnboundedReceiver, UnboundedSender},
        Notify,
    },
    time::{interval_at, sleep, Instant},
};

use self::{
    arrivals::{complaint, Arrivals},
    held::{fits, parent_of, Held, Submitted},
};

type BlockHash = <Block as BlockT>::Hash;
type Queue = Box<dyn ImportQueueService<Block>>;
type ImportResult = Result<BlockImportStatus<NumberFor<Block>>, BlockImportError>;

/// How many slots ahead a block may be for BABE to take it.
const TOLERANCE: u64 = 1;

/// How many slots beyond that a block is waited for: six seconds, which the SDK allows where slots are that long.
/// Nobody checks a seal before the slot begins, so a peer can hold up a node's synchronisation for this long.
const FARTHEST: u64 = 24;

/// How often arrival times are reported.
const TELL_EVERY: Duration = Duration::from_secs(60);

/// How soon a block's slot has to begin for the node to wait for it: blocks of slots that begin later are dropped.
pub fn reach(slot: SlotDuration) -> Duration {
    let slots = TOLERANCE + FARTHEST + 1;
    Duration::from_millis(slots.saturating_mul(slot.as_millis()))
}

/// The state that handles to the queue and the waiting task share.
struct Shared {
    slot: SlotDuration,
    now: Box<dyn Fn() -> Timestamp + Send + Sync>,
    held: Mutex<Held>,
    arrivals: Mutex<Arrivals>,
    /// Notified when a block is held that was not before.
    added: Notify,
    /// Blocks that are no longer held and go to no queue, for the synchronisation to be told.
    cancelled: UnboundedSender<Vec<BlockHash>>,
}

impl Shared {
    /// Returns a state in which nothing is held, and the channel for the blocks that give way.
    fn new(
        slot: SlotDuration,
        now: Box<dyn Fn() -> Timestamp + Send + Sync>,
    ) -> (Arc<Self>, UnboundedReceiver<Vec<BlockHash>>) {
        let (cancelled, receiver) = unbounded_channel();
        let shared = Self {
            slot,
            now,
            held: Mutex::default(),
            arrivals: Mutex::default(),
            added: Notify::new(),
            cancelled,
        };
        (Arc::new(shared), receiver)
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn arrivals(&self) -> MutexGuard<'_, Arrivals> {
        self.arrivals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the last slot of which BABE would take a block now.
    fn last_taken(&self) -> Slot {
        Slot::from_timestamp((self.now)(), self.slot) + TOLERANCE
    }

    /// Returns how long it takes until BABE takes a block of this slot.
    fn until_taken(&self, slot: Slot) -> Duration {
        let first = u64::from(slot).saturating_sub(TOLERANCE);
        let begins = first.saturating_mul(self.slot.as_millis());
        Duration::from_millis(begins.saturating_sub((self.now)().as_millis()))
    }

    /// Hands on the blocks up to slot `last`. The caller holds the lock, so a block never comes before its parent.
    fn release(held: &mut Held, queue: &mut dyn ImportQueueService<Block>, last: Slot) {
        for (origin, chain) in chains(held.due(last)) {
            queue.import_blocks(origin, chain);
        }
    }

    /// Notes when a peer's block came, if it is a new one.
    fn note_arrival(&self, origin: BlockOrigin, block: &IncomingBlock<Block>) {
        if let (BlockOrigin::NetworkBroadcast, Some(slot)) = (origin, slot_of(block)) {
            let begins = u64::from(slot).saturating_mul(self.slot.as_millis());
            let offset = i128::from((self.now)().as_millis()) - i128::from(begins);
            // A peer may claim a slot in another millennium.
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
        // Blocks of warp sync are proven in another way.
        let is_timed = origin != BlockOrigin::WarpSync;
        let mut held = self.held();
        // The clock is read once for both: a child that has become due must not go before its parent.
        let last = self.last_taken();
        Self::release(&mut held, queue, last);
        let is_early = |block: &IncomingBlock<Block>| {
            is_timed && block.state.is_none() && slot_of(block).is_some_and(|slot| slot > last)
        };
        let first = blocks.iter().position(is_early);
        let mut early = first.map_or_else(Vec::new, |first| blocks.split_off(first));
        queue.import_blocks(origin, blocks);
        let not_waited_for = split_not_waited_for(&mut early, last);
        let mut gave_way = Vec::new();
        for (slot, block) in with_slots(early, last) {
            gave_way.extend(held.add(slot, (origin, block)));
        }
        let cancelled = held.lost_with(gave_way);
        if !cancelled.is_empty() {
            // A node that ends does not receive this, and need not.
            let _ = self.cancelled.send(cancelled);
        }
        // The queue reports of these blocks what it reports of any block that is too early.
        let not_waited_for = not_waited_for.into_iter().map(|block| (origin, block));
        for (origin, chain) in chains(not_waited_for.collect()) {
            queue.import_blocks(origin, chain);
        }
        if held.next().is_some() {
            self.added.notify_one();
        }
    }
}

/// Pairs the blocks of a chain with the slot that each waits for. A block comes after its parent, whatever slot it
/// claims.
fn with_slots(
    blocks: Vec<IncomingBlock<Block>>,
    last: Slot,
) -> impl Iterator<Item = (Slot, IncomingBlock<Block>)> {
    let mut slot = last;
    blocks.into_iter().map(move |block| {
        slot = slot.max(slot_of(&block).unwrap_or(slot));
        (slot, block)
    })
}

/// Splits off the blocks that are not waited for: from the first block on that is too early, or larger than the room of
/// a peer, together with what the same peer sent right before it. Otherwise that block would have an unknown parent,
/// and the synchronisation would request it again and again.
fn split_not_waited_for(
    blocks: &mut Vec<IncomingBlock<Block>>,
    last: Slot,
) -> Vec<IncomingBlock<Block>> {
    let is_waited_for = |block: &IncomingBlock<Block>| {
        let is_too_early = slot_of(block).is_some_and(|slot| slot > last + FARTHEST);
        !is_too_early && fits(block)
    };
    let Some(at) = blocks.iter().position(|block| !is_waited_for(block)) else {
        return Vec::new();
    };
    let (before, rest) = blocks.split_at(at);
    let peer = rest.first().and_then(|block| block.origin);
    let of_another = before.iter().rposition(|block| block.origin != peer);
    blocks.split_off(of_another.map_or(0, |at| at + 1))
}

/// Divides blocks into batches for the queue, which cancels the rest of a batch after one that fails. Each batch is a
/// chain, so a block that fails takes only the blocks built on it with it.
fn chains(blocks: Vec<Submitted>) -> Vec<(BlockOrigin, Vec<IncomingBlock<Block>>)> {
    let mut chains: Vec<(BlockOrigin, Vec<IncomingBlock<Block>>)> = Vec::new();
    for (origin, block) in blocks {
        let parent = parent_of(&block);
        let found = chains.iter_mut().find(|(of_chain, chain)| {
            *of_chain == origin && chain.last().map(|last| last.hash) == parent
        });
        match found {
            Some((_, chain)) => chain.push(block),
            None => chains.push((origin, vec![block])),
        }
    }
    chains
}

/// Returns the slot that a block claims. If it claims none, the import queue reports what is wrong.
fn slot_of(block: &IncomingBlock<Block>) -> Option<Slot> {
    let header = block.header.as_ref()?;
    let claim = sc_consensus_babe::find_pre_digest::<Block>(header).ok()?;
    Some(claim.slot())
}

/// A handle to the queue that holds early blocks.
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

/// An import queue that passes on blocks when their slot has begun.
pub struct EarlyBlocks<Q> {
    queue: Q,
    service: Service,
    /// The blocks that gave way.
    cancelled: UnboundedReceiver<Vec<BlockHash>>,
}

impl<Q: ImportQueue<Block>> EarlyBlocks<Q> {
    /// Wraps this queue, of a chain with slots of this length. The returned task has to run.
    pub fn new(queue: Q, slot: SlotDuration) -> (Self, Waiting) {
        let (shared, cancelled) = Shared::new(slot, Box::new(Timestamp::current));
        let waiting = Waiting {
            queue: queue.service(),
            shared: shared.clone(),
        };
        let service = Service {
            queue: queue.service(),
            shared,
        };
        let early_blocks = Self {
            queue,
            service,
            cancelled,
        };
        (early_blocks, waiting)
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
        let link = Watched {
            link,
            shared: &self.service.shared,
        };
        while let Poll::Ready(Some(blocks)) = self.cancelled.poll_recv(context) {
            link.cancel(blocks);
        }
        self.queue.poll_actions(context, &link);
    }

    async fn run(self, link: &dyn Link<Block>) {
        let Self {
            queue,
            service,
            mut cancelled,
        } = self;
        let link = Watched {
            link,
            shared: &service.shared,
        };
        // This runs as long as the handle above can hold something.
        let cancel = async {
            while let Some(blocks) = cancelled.recv().await {
                link.cancel(blocks);
            }
        };
        tokio::select! {
            biased;
            () = cancel => {}
            () = queue.run(&link) => {}
        }
    }
}

/// The link to which the queue reports the results of blocks. Held blocks that are built on one that failed are
/// cancelled with it, as in a batch: to the synchronisation each of them would have an unknown parent, and it would
/// start anew.
struct Watched<'a> {
    link: &'a dyn Link<Block>,
    shared: &'a Shared,
}

impl Watched<'_> {
    /// Reports that these blocks are no longer waited for.
    fn cancel(&self, blocks: Vec<BlockHash>) {
        let of_each = |hash| (Err(BlockImportError::Cancelled), hash);
        let cancelled: Vec<_> = blocks.into_iter().map(of_each).collect();
        self.link.blocks_processed(0, cancelled.len(), cancelled);
    }
}

impl Link<Block> for Watched<'_> {
    fn blocks_processed(
        &self,
        imported: usize,
        count: usize,
        results: Vec<(ImportResult, BlockHash)>,
    ) {
        let failed = results.iter().filter(|(result, _)| result.is_err());
        let failed: Vec<_> = failed.map(|(_, hash)| *hash).collect();
        self.link.blocks_processed(imported, count, results);
        if failed.is_empty() {
            return;
        }
        let cancelled = self.shared.held().forget_built_on(failed);
        if !cancelled.is_empty() {
            self.cancel(cancelled);
        }
    }

    fn justification_imported(
        &self,
        who: RuntimeOrigin,
        hash: &BlockHash,
        number: NumberFor<Block>,
        result: JustificationImportResult,
    ) {
        self.link.justification_imported(who, hash, number, result);
    }

    fn request_justification(&self, hash: &BlockHash, number: NumberFor<Block>) {
        self.link.request_justification(hash, number);
    }
}

/// The part of [`EarlyBlocks`] that runs beside the queue.
pub struct Waiting {
    queue: Queue,
    shared: Arc<Shared>,
}

impl Waiting {
    /// Returns the task that reports when blocks come, also to `registry` if there is one.
    ///
    /// # Errors
    /// If it already has a metric of that name.
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
                // The clock may be set meanwhile, so this sleeps for at most a slot.
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
/// If `registry` already has one of that name.
pub fn register_metric(registry: &Registry) -> Result<Gauge<F64>, PrometheusError> {
    let gauge = Gauge::new(
        "aicpw_block_arrival_seconds",
        "How long after their slot began, by this machine's clock, blocks of others came: the median of the last \
         minute in which there were twenty",
    )?;
    register(gauge, registry)
}

/// Reports when blocks come, and warns if the clock is off.
pub struct Telling {
    shared: Arc<Shared>,
    gauge: Option<Gauge<F64>>,
}

impl Telling {
    /// Reports once a minute, as long as the client lives.
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
mod tests;
