//! Which pushed blocks are looked at, and to whom blocks are pushed.

use std::{
    collections::HashMap,
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
use sp_runtime::traits::Header as _;

use super::BlockHash;

/// How far above the best block one may be: what is further up has ancestors that have to be asked for.
const AHEAD: u32 = 16;

/// How many hashes of blocks that were let in are remembered.
const REMEMBERED: u32 = 1_024;

/// How many blocks a peer can push at once. From then on it can push one in each half of a slot: a peer hands on
/// what others make, and there are forks.
const BURST: f64 = 32.0;

/// How many blocks a peer can push now.
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

    /// Uses one, if there is one.
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

struct Peer {
    is_validator: bool,
    allowance: Allowance,
}

struct State {
    peers: HashMap<PeerId, Peer>,
    seen: LruMap<BlockHash, ()>,
}

/// Lets blocks in that are new, near the best one, and not too many from one peer.
pub struct Gate<C, S> {
    client: Arc<C>,
    sync: Arc<S>,
    topic: BlockHash,
    slot: Duration,
    state: Mutex<State>,
}

impl<C: HeaderBackend<Block>, S: SyncOracle> Gate<C, S> {
    /// A gate in front of this chain, whose slots are so long.
    pub fn new(client: Arc<C>, sync: Arc<S>, topic: BlockHash, slot: Duration) -> Self {
        Self {
            client,
            sync,
            topic,
            slot,
            state: Mutex::new(State {
                peers: HashMap::new(),
                seen: LruMap::new(ByLength::new(REMEMBERED)),
            }),
        }
    }

    /// Whether the node is near the best block at all.
    pub fn is_open(&self) -> bool {
        !self.sync.is_major_syncing()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lets_in(&self, sender: &PeerId, message: &[u8], now: Instant) -> bool {
        let mut state = self.state();
        let peer = state.peers.get_mut(sender);
        if !peer.is_some_and(|peer| peer.allowance.spend(now, self.slot)) {
            log::debug!("{sender} pushes more blocks than there are slots");
            return false;
        }
        // Only the header: the body is read once.
        let Ok(header) = Header::decode(&mut &*message) else {
            // The reader of the whole message reports the peer.
            return true;
        };
        let info = self.client.info();
        let heights = info.finalized_number..=info.best_number.saturating_add(AHEAD);
        let is_near = heights.contains(header.number()) && *header.number() != *heights.start();
        let hash = header.hash();
        let is_new = state.seen.peek(&hash).is_none();
        if is_near && is_new {
            state.seen.insert(hash, ());
        }
        is_near && is_new
    }
}

impl<C: HeaderBackend<Block>, S: SyncOracle + Send + Sync> Validator<Block> for Gate<C, S> {
    fn new_peer(&self, _: &mut dyn ValidatorContext<Block>, peer: &PeerId, role: ObservedRole) {
        let peer_of = Peer {
            is_validator: matches!(role, ObservedRole::Authority),
            allowance: Allowance::full(Instant::now()),
        };
        self.state().peers.insert(*peer, peer_of);
    }

    fn peer_disconnected(&self, _: &mut dyn ValidatorContext<Block>, peer: &PeerId) {
        self.state().peers.remove(peer);
    }

    fn validate(
        &self,
        _: &mut dyn ValidatorContext<Block>,
        sender: &PeerId,
        message: &[u8],
    ) -> ValidationResult<BlockHash> {
        match self.is_open() && self.lets_in(sender, message, Instant::now()) {
            // Handed on by the engine only once it is imported.
            true => ValidationResult::ProcessAndDiscard(self.topic),
            false => ValidationResult::Discard,
        }
    }

    /// What was pushed is not pushed again to those who come later.
    fn message_expired<'a>(&'a self) -> Box<dyn FnMut(BlockHash, &[u8]) -> bool + 'a> {
        Box::new(|_, _| true)
    }

    fn message_allowed<'a>(
        &'a self,
    ) -> Box<dyn FnMut(&PeerId, MessageIntent, &BlockHash, &[u8]) -> bool + 'a> {
        let state = self.state();
        Box::new(move |peer, intent, _, _| {
            let is_validator = state.peers.get(peer).is_some_and(|peer| peer.is_validator);
            is_validator && intent == MessageIntent::Broadcast
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

    struct Synchronised;

    impl SyncOracle for Synchronised {
        fn is_major_syncing(&self) -> bool {
            false
        }

        fn is_offline(&self) -> bool {
            false
        }
    }

    /// A gate in front of a chain of ten blocks, with one peer.
    fn gate(at: Instant) -> (Gate<Chain, Synchronised>, PeerId) {
        let topic = BlockHash::default();
        let chain = Arc::new(Chain::new(10));
        let gate = Gate::new(chain, Arc::new(Synchronised), topic, SLOT);
        let peer = PeerId::random();
        let peer_of = Peer {
            is_validator: true,
            allowance: Allowance::full(at),
        };
        gate.state().peers.insert(peer, peer_of);
        (gate, peer)
    }

    #[test]
    fn blocks_near_the_best_one_are_let_in_once() {
        let now = Instant::now();
        let (gate, peer) = gate(now);
        let lets_in = |number, seed| {
            let header = header(number, BlockHash::default(), seed);
            gate.lets_in(&peer, &header.encode(), now)
        };
        // The best is 10, and 9 is final.
        for number in [10, 11, 10 + AHEAD] {
            assert!(lets_in(number, 1) && !lets_in(number, 1), "{number}");
        }
        assert!(lets_in(10, 2));
        for number in [0, 9, 11 + AHEAD] {
            assert!(!lets_in(number, 1), "{number}");
        }
    }

    #[test]
    fn a_peer_cannot_push_more_blocks_than_there_are_slots() {
        let start = Instant::now();
        let (gate, peer) = gate(start);
        let mut seed = 0;
        let mut most = |at| {
            let mut count = 0;
            loop {
                seed += 1;
                let header = header(11, BlockHash::from_low_u64_be(seed), 1);
                if !gate.lets_in(&peer, &header.encode(), at) {
                    return count;
                }
                count += 1;
            }
        };
        assert_eq!(most(start), BURST as u32);
        assert_eq!(most(start), 0);
        assert_eq!(most(start + 3 * SLOT), 6);
        assert_eq!(most(start + 1_000 * SLOT), BURST as u32);
        // Nobody.
        let stranger = header(11, BlockHash::default(), 1).encode();
        assert!(!gate.lets_in(&PeerId::random(), &stranger, start));
    }

    #[test]
    fn blocks_are_pushed_to_validators_only() {
        let (gate, validator) = gate(Instant::now());
        let other = PeerId::random();
        let peer_of = Peer {
            is_validator: false,
            allowance: Allowance::full(Instant::now()),
        };
        gate.state().peers.insert(other, peer_of);
        let mut allowed = gate.message_allowed();
        let topic = BlockHash::default();
        assert!(allowed(&validator, MessageIntent::Broadcast, &topic, &[]));
        assert!(!allowed(&other, MessageIntent::Broadcast, &topic, &[]));
        let again = MessageIntent::PeriodicRebroadcast;
        assert!(!allowed(&validator, again, &topic, &[]));
    }
}
