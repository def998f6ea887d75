//! What others have announced here. The library bounds only the number of files, and keeps expired announcements until
//! somebody asks for them.

use crate::gate;
use connexa::prelude::dht::store::{MemoryStore, RecordStore};
use connexa::prelude::dht::{ProviderRecord, RecordKey};
use rust_ipfs::PeerId;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// The most announcements of all others together.
pub(super) const MOST: usize = 48 << 10;

/// The most announcements of one of them. Beyond that, a new one takes the place of its own announcement that ends
/// earliest.
const MOST_OF_ONE: usize = 1024;

/// The most other nodes that are remembered to have the same file.
pub(super) const MOST_OF_A_FILE: usize = 20;

/// The most addresses in an announcement, and the most bytes of them together.
const MOST_ADDRESSES: usize = 4;
const MOST_BYTES_OF_ADDRESSES: usize = 512;

/// The longest key: a hash of 32 bytes, with the prefix that says so, has 34.
const LONGEST_KEY: usize = 64;

/// The shortest time between two searches for expired announcements, because they take time.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// The announcements of others that are in the table.
pub(super) struct Announced {
    local: PeerId,
    /// When each announcement ends, by the peer that made it.
    ends: HashMap<PeerId, HashMap<RecordKey, Instant>>,
    count: usize,
    looked: Option<Instant>,
}

impl Announced {
    pub(super) fn new(local: PeerId) -> Self {
        Self {
            local,
            ends: HashMap::new(),
            count: 0,
            looked: None,
        }
    }

    /// Takes an announcement into the table, if there is room for it.
    pub(super) fn take(
        &mut self,
        mut record: ProviderRecord,
        store: &mut MemoryStore,
        now: Instant,
    ) {
        // An announcement without an end would stay for ever.
        let Some(end) = record.expires else { return };
        let key: &[u8] = record.key.as_ref();
        if key.len() > LONGEST_KEY || record.provider == self.local {
            return;
        }
        if !self.has_room(&record) {
            self.forget_expired(store, now);
        }
        if !self.has_room(&record) || self.others(&record, store, now) >= MOST_OF_A_FILE {
            tracing::debug!(peer = %record.provider, "no room for an announcement");
            return;
        }
        self.make_way(&record, store);
        shorten(&mut record);
        let (peer, key) = (record.provider, record.key.clone());
        match store.add_provider(record) {
            Ok(()) => {
                let of_peer = self.ends.entry(peer).or_default();
                if of_peer.insert(key, end).is_none() {
                    self.count += 1;
                }
            }
            // This node's own announcements fill the table.
            Err(error) => tracing::debug!(%peer, %error, "an announcement is not kept"),
        }
    }

    /// Whether the announcement is there already, or may be added.
    fn has_room(&self, record: &ProviderRecord) -> bool {
        match self.ends.get(&record.provider) {
            Some(of_peer) if of_peer.contains_key(&record.key) => true,
            Some(of_peer) if of_peer.len() >= MOST_OF_ONE => true,
            _ => self.count < MOST,
        }
    }

    /// Removes the same peer's announcement that ends earliest, if the peer has as many as it may and this is one more.
    fn make_way(&mut self, record: &ProviderRecord, store: &mut MemoryStore) {
        let Some(of_peer) = self.ends.get_mut(&record.provider) else {
            return;
        };
        if of_peer.len() < MOST_OF_ONE || of_peer.contains_key(&record.key) {
            return;
        }
        let earliest = of_peer.iter().min_by_key(|(_, end)| **end);
        if let Some(key) = earliest.map(|(key, _)| key.clone()) {
            of_peer.remove(&key);
            self.count -= 1;
            store.remove_provider(&key, &record.provider);
        }
    }

    /// Returns how many other nodes have announced the same file.
    fn others(&self, record: &ProviderRecord, store: &mut MemoryStore, now: Instant) -> usize {
        let mut others = 0;
        for other in store.providers(&record.key) {
            if other.is_expired(now) {
                store.remove_provider(&other.key, &other.provider);
            } else if other.provider != self.local && other.provider != record.provider {
                others += 1;
            }
        }
        others
    }

    fn forget_expired(&mut self, store: &mut MemoryStore, now: Instant) {
        let is_soon = |looked: Instant| now.saturating_duration_since(looked) < LOOK_EVERY;
        if self.looked.is_some_and(is_soon) {
            return;
        }
        self.looked = Some(now);
        let mut count = 0;
        self.ends.retain(|peer, of_peer| {
            of_peer.retain(|key, end| {
                let holds = now < *end;
                if !holds {
                    store.remove_provider(key, peer);
                }
                holds
            });
            count += of_peer.len();
            !of_peer.is_empty()
        });
        self.count = count;
    }
}

/// Keeps the addresses that are most useful to others, which are not those of an internal network.
fn shorten(record: &mut ProviderRecord) {
    record.addresses.sort_by_key(gate::is_inner);
    let mut left = MOST_BYTES_OF_ADDRESSES;
    record.addresses.retain(|address| {
        let fits = address.len() <= left;
        if fits {
            left -= address.len();
        }
        fits
    });
    record.addresses.truncate(MOST_ADDRESSES);
    record.addresses.shrink_to_fit();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dht::behaviour::store_of;
    use rust_ipfs::Multiaddr;

    const DAY: Duration = Duration::from_secs(24 * 3600);

    const SECOND: Duration = Duration::from_secs(1);

    /// A node's table.
    struct Table {
        announced: Announced,
        store: MemoryStore,
        now: Instant,
    }

    impl Table {
        fn new() -> Self {
            let local = PeerId::random();
            Self {
                announced: Announced::new(local),
                store: store_of(local),
                now: Instant::now(),
            }
        }

        fn take(&mut self, record: ProviderRecord) {
            self.announced.take(record, &mut self.store, self.now);
        }

        fn hears(&mut self, peer: PeerId, number: usize) {
            self.take(record(peer, key(number), self.now));
        }

        /// Makes peers announce other files than the first, until there is no room for more.
        fn fill(&mut self) {
            for peer in 1.. {
                let id = PeerId::random();
                for number in 0..MOST_OF_ONE {
                    if self.announced.count == MOST {
                        return;
                    }
                    self.hears(id, peer * (MOST_OF_ONE + 1) + number);
                }
            }
        }

        fn has(&self, peer: PeerId, number: usize) -> bool {
            let of_key = self.store.providers(&key(number));
            of_key.iter().any(|record| record.provider == peer)
        }
    }

    fn key(number: usize) -> RecordKey {
        let mut bytes = vec![0x12, 32];
        bytes.resize(26, 0);
        bytes.extend(number.to_be_bytes());
        RecordKey::from(bytes)
    }

    fn record(peer: PeerId, key: RecordKey, now: Instant) -> ProviderRecord {
        let mut record = ProviderRecord::new(key, peer, Vec::new());
        record.expires = Some(now + DAY);
        record
    }

    #[test]
    fn one_peer_has_a_part_of_the_table_and_its_new_take_the_place_of_its_old() {
        let mut table = Table::new();
        let (greedy, other) = (PeerId::random(), PeerId::random());
        table.hears(other, 0);
        for number in 0..MOST_OF_ONE {
            table.now += SECOND;
            table.hears(greedy, number);
        }
        // An existing announcement can be repeated. It takes nobody's place, and then lasts longer.
        table.now += SECOND;
        table.hears(greedy, 0);
        assert!(table.has(greedy, 1));
        table.now += SECOND;
        table.hears(greedy, MOST_OF_ONE);
        table.hears(greedy, MOST_OF_ONE + 1);
        for number in [0, 3, MOST_OF_ONE - 1, MOST_OF_ONE, MOST_OF_ONE + 1] {
            assert!(table.has(greedy, number), "{number}");
        }
        assert!(!table.has(greedy, 1) && !table.has(greedy, 2));
        assert!(table.has(other, 0), "of others none makes way");
        assert_eq!(table.announced.count, MOST_OF_ONE + 1);
        assert_eq!(table.announced.ends[&greedy].len(), MOST_OF_ONE);
    }

    #[test]
    fn what_has_expired_makes_way() {
        let mut table = Table::new();
        let peer = PeerId::random();
        table.fill();
        table.hears(peer, 0);
        assert!(!table.has(peer, 0));
        table.now += DAY;
        table.hears(peer, 0);
        assert!(table.has(peer, 0));
        assert_eq!(table.announced.count, 1);
    }

    #[test]
    fn in_a_full_table_who_has_its_part_changes_it_and_nobody_has_more() {
        let mut table = Table::new();
        let peer = PeerId::random();
        for number in 0..MOST_OF_ONE {
            table.hears(peer, number);
        }
        table.now += SECOND;
        table.fill();
        table.hears(peer, MOST_OF_ONE);
        assert!(table.has(peer, MOST_OF_ONE));
        assert_eq!(table.announced.count, MOST);
    }

    #[test]
    fn nothing_makes_way_for_what_is_not_taken() {
        let mut table = Table::new();
        let peer = PeerId::random();
        for number in 0..MOST_OF_ONE {
            table.hears(peer, number);
        }
        for _ in 0..MOST_OF_A_FILE {
            table.hears(PeerId::random(), MOST_OF_ONE);
        }
        table.hears(peer, MOST_OF_ONE);
        assert!(!table.has(peer, MOST_OF_ONE));
        assert_eq!(table.announced.ends[&peer].len(), MOST_OF_ONE);
    }

    #[test]
    fn all_peers_together_leave_room_for_this_nodes_own() {
        let mut table = Table::new();
        let local = table.announced.local;
        table.fill();
        table.hears(PeerId::random(), 0);
        assert_eq!(table.announced.count, MOST);
        for number in 0..1000 {
            let own = ProviderRecord::new(key((1 << 20) + number), local, Vec::new());
            table.store.add_provider(own).unwrap();
        }
        assert_eq!(table.store.provided().count(), 1000);
    }

    #[test]
    fn a_file_that_many_announce_has_a_place_for_this_node() {
        let mut table = Table::new();
        let peers: Vec<_> = (0..=MOST_OF_A_FILE).map(|_| PeerId::random()).collect();
        for peer in &peers {
            table.hears(*peer, 0);
        }
        assert!(table.has(peers[MOST_OF_A_FILE - 1], 0));
        assert!(!table.has(peers[MOST_OF_A_FILE], 0));
        let local = table.announced.local;
        let own = ProviderRecord::new(key(0), local, Vec::new());
        table.store.add_provider(own).unwrap();
        assert!(table.has(local, 0));
        // When the other announcements have expired, there is room again.
        table.now += DAY;
        table.hears(peers[MOST_OF_A_FILE], 0);
        assert!(table.has(peers[MOST_OF_A_FILE], 0) && table.has(local, 0));
    }

    #[test]
    fn of_addresses_a_few_are_kept_and_public_ones_first() {
        let mut table = Table::new();
        let peer = PeerId::random();
        let addresses = [
            "/ip4/127.0.0.1/tcp/1",
            "/ip4/10.0.0.1/tcp/1",
            "/ip4/198.51.100.1/tcp/1",
            "/ip4/172.17.0.1/tcp/1",
            "/dns4/node.example/tcp/1",
            "/ip4/192.168.0.1/tcp/1",
        ];
        let mut long = record(peer, key(0), table.now);
        let too_long = format!("/dns4/{}/tcp/1", "x".repeat(600));
        let all = std::iter::once(too_long.as_str()).chain(addresses);
        long.addresses = all.map(|address| address.parse().unwrap()).collect();
        table.take(long);
        let kept = table.store.providers(&key(0)).remove(0).addresses;
        let expected = [2, 4, 0, 1].map(|at| addresses[at].parse::<Multiaddr>().unwrap());
        assert_eq!(kept, expected);
    }

    #[test]
    fn what_is_no_announcement_of_a_file_is_not_kept() {
        let mut table = Table::new();
        let (peer, local) = (PeerId::random(), table.announced.local);
        let long = RecordKey::from(vec![0; LONGEST_KEY + 1]);
        table.take(record(peer, long.clone(), table.now));
        assert!(table.store.providers(&long).is_empty());
        table.hears(local, 0);
        assert!(!table.has(local, 0), "nobody speaks for this node");
        table.take(ProviderRecord::new(key(1), peer, Vec::new()));
        assert!(!table.has(peer, 1), "nothing holds for ever");
        assert_eq!(table.announced.count, 0);
    }
}
