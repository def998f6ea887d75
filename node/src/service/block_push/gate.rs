//! The gate: which pushed blocks are looked at, and to whom blocks are pushed.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use aicpw_runtime::{opaque::Block, Header};
use codec::Decode;
use sc_client_api::HeaderBackend;
use sc_network::{ObservedRole, PeerId};
use sc_network_gossip::{MessageIntent, ValidationResult, Validator, ValidatorContext};
use schnellru::{ByLength, LruMap};
use sp_consensus::SyncOracle;

use super::BlockHash;

/// How far above the best block a pushed block may be. A higher one has ancestors that have to be requested.
const AHEAD: u32 = 16;

/// How many blocks, and how many peers, are remembered.
const REMEMBERED: u32 = 1_024;

/// How many blocks a peer can push at once. After that it can push one in each half of a slot, because a peer hands on
/// what others make, and there are forks.
const BURST: f64 = 8.0;

/// The number of blocks that a peer can push now.
struct Allowance {
    left: f64,
    at: Instant,
}

impl Allowance {
    fn full(now: Instant) -> Self {
        Self {
            left: BURST,
            at: now,
        }
    }

    /// Uses up one block, if one is left. Returns whether there was one.
    fn spend(&mut self, now: Instant, slot: Duration) -> bool {
        let passed = now.saturating_duration_since(self.at);
        let gained = 2.0 * passed.div_duration_f64(slot);
        self.left = (self.left + gained).min(BURST);
        self.at = now;
        let is_there = self.left >= 1.0;
        if is_there {
            self.left -= 1.0;
        }
        is_there
    }
}

struct State {
    /// The peers connected now that say they are validators.
    validators: HashSet<PeerId>,
    /// Kept when a peer leaves, so that coming back gives it no more.
    allowances: LruMap<PeerId, Allowance>,
    /// Blocks that were read completely.
    seen: LruMap<BlockHash, ()>,
    /// The peers that have pushed each block: it is not pushed to peers that have it.
    senders: LruMap<BlockHash, HashSet<PeerId>>,
}

/// Lets in blocks that are new and near the best one, and not too many from one peer.
pub struct Gate<C, S> {
    client: Arc<C>,
    sync: Arc<S>,
    topic: BlockHash,
    slot: Duration,
    state: Mutex<State>,
}

impl<C: HeaderBackend<Block>, S: SyncOracle> Gate<C, S> {
    /// Returns a gate in front of this chain, whose slots have this length.
    pub fn new(client: Arc<C>, sync: Arc<S>, topic: BlockHash, slot: Duration) -> Self {
        Self {
            client,
            sync,
            topic,
            slot,
            state: Mutex::new(State {
                validators: HashSet::new(),
                allowances: LruMap::new(ByLength::new(REMEMBERED)),
                seen: LruMap::new(ByLength::new(REMEMBERED)),
                senders: LruMap::new(ByLength::new(REMEMBERED)),
            }),
        }
    }

    /// Whether the node is near the best block, as opposed to far behind.
    pub fn is_open(&self) -> bool {
        !self.sync.is_major_syncing()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets in no copy of this block from now on. Only for blocks that were read completely, so that a peer which sends
    /// just the header cannot keep the block out.
    pub fn remember(&self, block: BlockHash) {
        self.state().seen.insert(block, ());
    }

    fn lets_in(&self, sender: &PeerId, message: &[u8], now: Instant) -> bool {
        let mut state = self.state();
        let full = || Allowance::full(now);
        let allowance = state.allowances.get_or_insert(*sender, full);
        if !allowance.is_some_and(|allowance| allowance.spend(now, self.slot)) {
            log::debug!("{sender} pushes more blocks than there are slots");
            return false;
        }
        let Some(header) = header_of(message) else {
            // The reader of the whole message reports the peer.
            return true;
        };
        let info = self.client.info();
        let most = info.best_number.saturating_add(AHEAD);
        if header.number <= info.finalized_number || header.number > most {
            return false;
        }
        let hash = header.hash();
        if let Some(senders) = state.senders.get_or_insert(hash, HashSet::new) {
            senders.insert(*sender);
        }
        state.seen.peek(&hash).is_none()
    }
}

/// Reads only the header; the body is read once, later.
fn header_of(message: &[u8]) -> Option<Header> {
    Header::decode(&mut &*message).ok()
}

impl<C: HeaderBackend<Block>, S: SyncOracle + Send + Sync> Validator<Block> for Gate<C, S> {
    fn new_peer(&self, _: &mut dyn ValidatorContext<Block>, peer: &PeerId, role: ObservedRole) {
        if matches!(role, ObservedRole::Authority) {
            self.state().validators.insert(*peer);
        }
    }

    fn peer_disconnected(&self, _: &mut dyn ValidatorContext<Block>, peer: &PeerId) {
        self.state().validators.remove(peer);
    }

    fn validate(
        &self,
        _: &mut dyn ValidatorContext<Block>,
        sender: &PeerId,
        message: &[u8],
    ) -> ValidationResult<BlockHash> {
        match self.is_open() && self.lets_in(sender, message, Instant::now()) {
            // The engine hands it on only once it is imported.
            true => ValidationResult::ProcessAndDiscard(self.topic),
            false => ValidationResult::Discard,
        }
    }

    /// Every message is expired: a pushed block is not pushed again to peers that come later.
    fn message_expired<'a>(&'a self) -> Box<dyn FnMut(BlockHash, &[u8]) -> bool + 'a> {
        Box::new(|_, _| true)
    }

    fn message_allowed<'a>(
        &'a self,
    ) -> Box<dyn FnMut(&PeerId, MessageIntent, &BlockHash, &[u8]) -> bool + 'a> {
        let state = self.state();
        Box::new(move |peer, intent, _, message| {
            let has_it = || {
                let hash = header_of(message).map(|header| header.hash());
                let senders = hash.and_then(|hash| state.senders.peek(&hash));
                senders.is_some_and(|senders| senders.contains(peer))
            };
            intent == MessageIntent::Broadcast && state.validators.contains(peer) && !has_it()
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{
        super::chains::{header, Chain},
        *,
    };
    use codec::Encode;

    const SLOT: Duration = Duration::from_millis(250);

    /// A node that is far behind, or is not.
    struct Sync {
        is_behind: bool,
    }

    impl SyncOracle for Sync {
        fn is_major_syncing(&self) -> bool {
            self.is_behind
        }

        fn is_offline(&self) -> bool {
            false
        }
    }

    /// Returns a gate in front of a chain of ten blocks, of which nine are final.
    fn gate() -> Gate<Chain, Sync> {
        let sync = Sync { is_behind: false };
        let (chain, sync) = (Arc::new(Chain::new(10, 9)), Arc::new(sync));
        Gate::new(chain, sync, BlockHash::default(), SLOT)
    }

    /// A context that is never used, because the gate sends nothing by itself.
    struct NoContext;

    impl ValidatorContext<Block> for NoContext {
        fn broadcast_topic(&mut self, _: BlockHash, _: bool) {
            unreachable!()
        }

        fn broadcast_message(&mut self, _: BlockHash, _: Vec<u8>, _: bool) {
            unreachable!()
        }

        fn send_message(&mut self, _: &PeerId, _: Vec<u8>) {
            unreachable!()
        }

        fn send_topic(&mut self, _: &PeerId, _: BlockHash, _: bool) {
            unreachable!()
        }
    }

    fn message(number: u32, seed: u64) -> Vec<u8> {
        header(number, BlockHash::from_low_u64_be(seed), 1).encode()
    }

    #[test]
    fn blocks_near_the_best_one_are_let_in_until_one_was_read() {
        let (gate, now) = (gate(), Instant::now());
        let lets_in = |number| gate.lets_in(&PeerId::random(), &message(number, 1), now);
        for number in [10, 11, 10 + AHEAD] {
            assert!(lets_in(number) && lets_in(number), "{number}");
            let header = header_of(&message(number, 1)).unwrap();
            gate.remember(header.hash());
            assert!(!lets_in(number), "{number}");
        }
        for number in [0, 9, 11 + AHEAD] {
            assert!(!lets_in(number), "{number}");
        }
    }

    #[test]
    fn a_peer_cannot_push_more_blocks_than_there_are_slots() {
        let (gate, start) = (gate(), Instant::now());
        let peer = PeerId::random();
        let mut seed = 0;
        let mut most = |at| {
            let mut count = 0;
            loop {
                seed += 1;
                if !gate.lets_in(&peer, &message(11, seed), at) {
                    return count;
                }
                count += 1;
            }
        };
        assert_eq!(most(start), BURST as u32);
        assert_eq!(most(start), 0);
        assert_eq!(most(start + 3 * SLOT), 6);
        assert_eq!(most(start + 1_000 * SLOT), BURST as u32);
        // Coming back gives the peer no more.
        gate.peer_disconnected(&mut NoContext, &peer);
        gate.new_peer(&mut NoContext, &peer, ObservedRole::Authority);
        assert_eq!(most(start + 1_000 * SLOT), 0);
    }

    #[test]
    fn a_node_that_is_behind_takes_nothing() {
        let takes = |is_behind| {
            let (chain, sync) = (Arc::new(Chain::new(10, 9)), Arc::new(Sync { is_behind }));
            let gate = Gate::new(chain, sync, BlockHash::default(), SLOT);
            let taken = gate.validate(&mut NoContext, &PeerId::random(), &message(11, 1));
            matches!(taken, ValidationResult::ProcessAndDiscard(_))
        };
        assert!(takes(false) && !takes(true));
    }

    #[test]
    fn blocks_go_to_validators_that_have_not_sent_them() {
        let gate = gate();
        let [one, other, stranger] = [PeerId::random(), PeerId::random(), PeerId::random()];
        for (peer, role) in [
            (one, ObservedRole::Authority),
            (other, ObservedRole::Authority),
            (stranger, ObservedRole::Full),
        ] {
            gate.new_peer(&mut NoContext, &peer, role);
        }
        assert!(gate.lets_in(&one, &message(11, 1), Instant::now()));
        let goes_to = |peer, intent, seed| {
            let mut allowed = gate.message_allowed();
            allowed(&peer, intent, &BlockHash::default(), &message(11, seed))
        };
        let at_once = MessageIntent::Broadcast;
        assert!(goes_to(other, at_once, 1) && !goes_to(one, at_once, 1));
        assert!(goes_to(one, at_once, 2));
        assert!(!goes_to(stranger, at_once, 2));
        assert!(!goes_to(one, MessageIntent::PeriodicRebroadcast, 2));
    }
}
