#![allow(clippy::unwrap_used)]

use std::sync::atomic::{AtomicU64, Ordering};

use super::*;
use aicpw_runtime::Header;
use codec::Encode;
use sp_consensus_babe::{
    digests::{PreDigest, SecondaryPlainPreDigest},
    BABE_ENGINE_ID,
};
use sp_runtime::{traits::Header as _, Digest, DigestItem, OpaqueExtrinsic};

/// Returns a block that claims this slot.
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

/// Returns a block that has this parent.
pub(super) fn incoming_on(parent: BlockHash, number: u32, slot: u64) -> IncomingBlock<Block> {
    let mut block = incoming(number, slot);
    let header = block.header.as_mut().unwrap();
    header.parent_hash = parent;
    block.hash = header.hash();
    block
}

/// The blocks that were handed on, in batches.
#[derive(Clone, Default)]
struct Taken(Arc<Mutex<Vec<Vec<BlockHash>>>>);

impl Taken {
    fn all(&self) -> Vec<BlockHash> {
        self.0.lock().unwrap().concat()
    }

    fn batches(&self) -> Vec<Vec<BlockHash>> {
        let mut batches = self.0.lock().unwrap().clone();
        batches.retain(|batch| !batch.is_empty());
        batches
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

/// Returns a shared state with a clock in milliseconds that the test sets.
fn shared(clock: &Arc<AtomicU64>) -> Arc<Shared> {
    shared_and_cancelled(clock).0
}

/// Returns the same with the channel for blocks that are no longer held.
fn shared_and_cancelled(
    clock: &Arc<AtomicU64>,
) -> (Arc<Shared>, UnboundedReceiver<Vec<BlockHash>>) {
    let clock = clock.clone();
    Shared::new(
        SlotDuration::from_millis(SLOT),
        Box::new(move || clock.load(Ordering::SeqCst).into()),
    )
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
    // A new block comes after the blocks that are due.
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

#[test]
fn what_is_handed_on_together_is_one_chain() {
    let clock = Arc::new(AtomicU64::new(100 * SLOT));
    let (shared, mut taken) = (shared(&clock), Taken::default());
    let chain = |seed: u32, slots: [u64; 2]| {
        let first = incoming(seed, slots[0]);
        let second = incoming_on(first.hash, seed + 1, slots[1]);
        vec![first, second]
    };
    let hashes = |chain: &[IncomingBlock<Block>]| -> Vec<BlockHash> {
        chain.iter().map(|block| block.hash).collect()
    };
    // Two forks with the same slots, and one that is not waited for.
    let [one, other] = [chain(1, [103, 104]), chain(11, [103, 104])];
    let far = chain(21, [102 + FARTHEST, 103 + FARTHEST]);
    for chain in [&one, &other, &far] {
        shared.submit(&mut taken, BlockOrigin::NetworkBroadcast, chain.clone());
    }
    assert_eq!(taken.batches(), [hashes(&far)]);
    let last = 104.into();
    Shared::release(&mut shared.held(), &mut taken, last);
    let expected = [hashes(&far), hashes(&one), hashes(&other)];
    assert_eq!(taken.batches(), expected);
}

#[test]
fn a_peer_that_sends_what_is_too_early_is_refused_with_what_it_sent_before_that() {
    let clock = Arc::new(AtomicU64::new(100 * SLOT));
    let (shared, mut taken) = (shared(&clock), Taken::default());
    let [honest, liar] = [RuntimeOrigin::random(), RuntimeOrigin::random()];
    let mut blocks: Vec<IncomingBlock<Block>> = Vec::new();
    let slots = [101, 102, 103, 104, 102 + FARTHEST, 103 + FARTHEST];
    for (number, slot) in (1..).zip(slots) {
        let parent = blocks.last().map(|parent| parent.hash);
        let mut block = incoming_on(parent.unwrap_or_default(), number, slot);
        block.origin = Some(if slot < 103 { honest } else { liar });
        blocks.push(block);
    }
    let hashes: Vec<_> = blocks.iter().map(|block| block.hash).collect();
    shared.submit(&mut taken, BlockOrigin::NetworkBroadcast, blocks);
    // They are in one batch: the queue finds fault with the first of them, which is the liar's.
    let expected = [hashes[..1].to_vec(), hashes[2..].to_vec()];
    assert_eq!(taken.batches(), expected);
    let held = shared.held().due(200.into());
    let held: Vec<_> = held.iter().map(|(_, block)| block.hash).collect();
    assert_eq!(held, hashes[1..2]);
}

#[test]
fn what_is_larger_than_the_room_of_a_peer_is_refused_as_what_is_too_early() {
    let clock = Arc::new(AtomicU64::new(100 * SLOT));
    let (shared, mut cancelled) = shared_and_cancelled(&clock);
    let mut taken = Taken::default();
    let parent = incoming(1, 103);
    let mut large = incoming_on(parent.hash, 2, 104);
    large.body = Some(vec![OpaqueExtrinsic::from_blob(vec![0; 16 << 20])]);
    let expected = [parent.hash, large.hash];
    shared.submit(
        &mut taken,
        BlockOrigin::NetworkBroadcast,
        vec![parent, large],
    );
    assert_eq!(taken.batches(), [expected]);
    assert_eq!(shared.held().next(), None);
    assert!(cancelled.try_recv().is_err());
}

#[test]
fn what_comes_again_while_it_waits_is_handed_on_once() {
    let clock = Arc::new(AtomicU64::new(100 * SLOT));
    let (shared, mut cancelled) = shared_and_cancelled(&clock);
    let mut taken = Taken::default();
    // The block is pushed first, and then comes in an answer, with what comes after it.
    let mut pushed = incoming(1, 103);
    pushed.origin = Some(RuntimeOrigin::random());
    let mut answered = incoming(1, 103);
    answered.origin = Some(RuntimeOrigin::random());
    let child = incoming_on(pushed.hash, 2, 104);
    let expected = [pushed.hash, child.hash];
    for (origin, blocks) in [
        (BlockOrigin::NetworkBroadcast, vec![pushed]),
        (BlockOrigin::NetworkInitialSync, vec![answered, child]),
    ] {
        shared.submit(&mut taken, origin, blocks);
    }
    Shared::release(&mut shared.held(), &mut taken, 104.into());
    assert_eq!(taken.all(), expected);
    // The queue's report is for both copies: nothing else is reported.
    assert!(cancelled.try_recv().is_err());
}

/// A queue that reports one block as bad.
struct Judging {
    bad: BlockHash,
    queue: Taken,
}

#[async_trait]
impl ImportQueue<Block> for Judging {
    fn service(&self) -> Queue {
        Box::new(self.queue.clone())
    }

    fn service_ref(&mut self) -> &mut dyn ImportQueueService<Block> {
        &mut self.queue
    }

    fn poll_actions(&mut self, _: &mut futures::task::Context, _: &dyn Link<Block>) {
        unreachable!("it is run")
    }

    async fn run(self, link: &dyn Link<Block>) {
        let error = BlockImportError::VerificationFailed(None, "bad".into());
        link.blocks_processed(0, 1, vec![(Err(error), self.bad)]);
    }
}

/// Returns such a queue behind what is held.
fn judging(
    bad: BlockHash,
    taken: &Taken,
    shared: &Arc<Shared>,
    cancelled: UnboundedReceiver<Vec<BlockHash>>,
) -> EarlyBlocks<Judging> {
    EarlyBlocks {
        queue: Judging {
            bad,
            queue: taken.clone(),
        },
        service: Service {
            queue: Box::new(taken.clone()),
            shared: shared.clone(),
        },
        cancelled,
    }
}

/// What was reported to the synchronisation: the blocks, and whether they were cancelled.
#[derive(Default)]
struct Told(Mutex<Vec<(BlockHash, bool)>>);

impl Link<Block> for Told {
    fn blocks_processed(
        &self,
        imported: usize,
        count: usize,
        results: Vec<(ImportResult, BlockHash)>,
    ) {
        assert_eq!((imported, count), (0, results.len()));
        let told = results.into_iter().map(|(result, hash)| {
            let is_cancelled = matches!(result, Err(BlockImportError::Cancelled));
            (hash, is_cancelled)
        });
        self.0.lock().unwrap().extend(told);
    }
}

#[tokio::test]
async fn what_waits_behind_a_bad_block_is_cancelled_with_it() {
    let clock = Arc::new(AtomicU64::new(100 * SLOT));
    let (shared, cancelled) = shared_and_cancelled(&clock);
    let mut taken = Taken::default();
    let bad = incoming(1, 101);
    let child = incoming_on(bad.hash, 2, 103);
    let grandchild = incoming_on(child.hash, 3, 104);
    let other = incoming(2, 103);
    let origin = BlockOrigin::NetworkBroadcast;
    let chain = vec![bad.clone(), child.clone(), grandchild.clone()];
    shared.submit(&mut taken, origin, chain);
    shared.submit(&mut taken, origin, vec![other.clone()]);
    assert_eq!(taken.all(), [bad.hash]);
    let queue = judging(bad.hash, &taken, &shared, cancelled);
    let told = Told::default();
    queue.run(&told).await;
    let expected = [
        (bad.hash, false),
        (child.hash, true),
        (grandchild.hash, true),
    ];
    assert_eq!(*told.0.lock().unwrap(), expected);
    let left = shared.held().due(200.into());
    assert_eq!(left, [(origin, other)]);
}

#[tokio::test]
async fn what_there_is_no_room_for_is_cancelled_with_what_is_built_on_it() {
    let clock = Arc::new(AtomicU64::new(100 * SLOT));
    let (shared, cancelled) = shared_and_cancelled(&clock);
    let mut taken = Taken::default();
    let origin = BlockOrigin::NetworkBroadcast;
    let peer = RuntimeOrigin::random();
    // Block 0 is the genesis, which has no slot.
    let mut farthest = incoming(1, 104);
    farthest.origin = Some(peer);
    // Another peer sent these.
    let child = incoming_on(farthest.hash, 2, 105);
    let other = incoming(2, 105);
    let expected = [(farthest.hash, true), (child.hash, true)];
    for block in [farthest, child, other.clone()] {
        shared.submit(&mut taken, origin, vec![block]);
    }
    for number in 2..=2 * FARTHEST as u32 {
        let mut block = incoming(number, 103);
        block.origin = Some(peer);
        shared.submit(&mut taken, origin, vec![block]);
    }
    assert!(cancelled.is_empty(), "there is room so far");
    let mut last = incoming(1_000, 103);
    last.origin = Some(peer);
    shared.submit(&mut taken, origin, vec![last]);
    let bad = BlockHash::repeat_byte(1);
    let told = Told::default();
    judging(bad, &taken, &shared, cancelled).run(&told).await;
    let told = told.0.into_inner().unwrap();
    assert_eq!(told, [&expected[..], &[(bad, false)]].concat());
    // Nothing is handed on early: the queue has got none of the waiting blocks.
    assert!(taken.all().is_empty());
    shared.held().due(103.into());
    assert_eq!(shared.held().due(200.into()), [(origin, other)]);
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
    // A block whose time comes while nobody submits anything, and then one that came meanwhile.
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
        // These come a second before their slot begins.
        let block = incoming(number, 104);
        let hash = block.hash;
        shared.submit(&mut taken, BlockOrigin::NetworkBroadcast, vec![block]);
        // This one was requested.
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
    // A block that claims the last slot there can be.
    shared.note_arrival(BlockOrigin::NetworkBroadcast, &incoming(1, u64::MAX));
}

/// A validator that has been set right and starts again makes none of them a second time.
#[test]
fn what_is_waited_for_is_of_slots_that_begin_sooner_than_the_reach() {
    let slot = SlotDuration::from_millis(SLOT);
    for at in [100 * SLOT, 100 * SLOT + 1, 101 * SLOT - 1] {
        let clock = Arc::new(AtomicU64::new(at));
        let (shared, mut taken) = (shared(&clock), Taken::default());
        let reach = u64::try_from(reach(slot).as_millis()).unwrap();
        // Authors claim slots as they begin.
        let next = Slot::from_timestamp((at + reach).into(), slot);
        let origin = BlockOrigin::NetworkBroadcast;
        let before = incoming(1, u64::from(next) - 1);
        let held = before.hash;
        shared.submit(&mut taken, origin, vec![before]);
        assert!(taken.all().is_empty(), "it is held, at {at}");
        // BABE refuses what is handed on at once.
        let refused = incoming(1, next.into());
        let hash = refused.hash;
        shared.submit(&mut taken, origin, vec![refused]);
        assert_eq!(taken.all(), [hash], "at {at}");
        clock.store(at + reach, Ordering::SeqCst);
        let last = shared.last_taken();
        Shared::release(&mut shared.held(), &mut taken, last);
        assert_eq!(taken.all(), [hash, held]);
    }
}
