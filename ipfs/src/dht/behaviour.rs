//! The table's part of the network task.

use super::announced::{Announced, MOST, MOST_OF_A_FILE};
use super::Command;
use connexa::prelude::dht::store::{MemoryStore, MemoryStoreConfig, RecordStore};
use connexa::prelude::dht::{
    self as kad, Config, Event, GetProvidersOk, InboundRequest, Mode, QueryId, QueryResult,
    RecordKey, StoreInserts,
};
use connexa::prelude::swarm::dial_opts::DialOpts;
use connexa::prelude::swarm::{
    ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent,
    THandlerOutEvent, ToSwarm,
};
use connexa::prelude::transport::transport::PortUse;
use connexa::prelude::transport::Endpoint;
use rust_ipfs::{Multiaddr, PeerId, StreamProtocol};
use std::collections::{HashMap, HashSet, VecDeque};
use std::convert::Infallible;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

const PROTOCOL: StreamProtocol = StreamProtocol::new("/aicpw/kad/1.0.0");

/// The most files of which this node remembers who has them, including its own.
const MAX_KEYS: usize = 1 << 16;

/// What others announce fills three quarters of that at most.
const _: () = assert!(MOST <= MAX_KEYS / 4 * 3);

/// How long an announcement holds, and how often it is made again.
const TTL: Duration = Duration::from_secs(24 * 3600);
const REPUBLISH: Duration = Duration::from_secs(8 * 3600);

/// The number of announcements that are made at once.
const MAX_ANNOUNCING: usize = 8;

/// The most nodes that are dialled for one search.
const MAX_DIALS: usize = 16;

/// The number of nodes to which an announcement goes. While fewer nodes are known, each new one
/// gets all announcements.
const REPLICATION: usize = 20;

/// The role of a node in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Others reach it, so it answers them and keeps a part of the table.
    Server,
    /// It only asks: behind NAT, or without an address.
    Client,
}

/// The table's part of the network task.
pub struct Behaviour {
    kad: kad::Behaviour<MemoryStore>,
    commands: mpsc::Receiver<Command>,
    /// Files that are to be announced, each once.
    to_announce: VecDeque<RecordKey>,
    queued: HashSet<RecordKey>,
    announcing: HashSet<QueryId>,
    /// Files that could not be announced, each of which was logged once.
    failed: HashSet<RecordKey>,
    announced: Announced,
    /// Searches, and the nodes that were dialled for them.
    finding: HashMap<QueryId, (RecordKey, HashSet<PeerId>)>,
    dials: VecDeque<PeerId>,
    known: HashSet<PeerId>,
}

/// An empty table.
pub(super) fn store_of(local: PeerId) -> MemoryStore {
    let config = MemoryStoreConfig {
        max_records: 0,
        max_value_bytes: 0,
        max_provided_keys: MAX_KEYS,
        // One more for this node itself.
        max_providers_per_key: MOST_OF_A_FILE + 1,
    };
    MemoryStore::with_config(local, config)
}

impl Behaviour {
    pub(super) fn new(local: PeerId, role: Role, commands: mpsc::Receiver<Command>) -> Self {
        let mut config = Config::new(PROTOCOL);
        config
            .set_provider_record_ttl(Some(TTL))
            .set_provider_publication_interval(Some(REPUBLISH))
            // Values are never stored, and announcements if there is room: `note` decides that.
            .set_record_filtering(StoreInserts::FilterBoth);
        let mut kad = kad::Behaviour::with_config(local, store_of(local), config);
        kad.set_mode(Some(match role {
            Role::Server => Mode::Server,
            Role::Client => Mode::Client,
        }));
        Self {
            kad,
            commands,
            to_announce: VecDeque::new(),
            queued: HashSet::new(),
            announcing: HashSet::new(),
            failed: HashSet::new(),
            announced: Announced::new(local),
            finding: HashMap::new(),
            dials: VecDeque::new(),
            known: HashSet::new(),
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Announce(key) => self.queue(key),
            Command::Withdraw(key) => {
                self.queued.remove(&key);
                self.failed.remove(&key);
                self.to_announce.retain(|queued| *queued != key);
                self.kad.stop_providing(&key);
            }
            Command::AnnounceFailed => {
                for key in self.failed.clone() {
                    self.queue(key);
                }
            }
            Command::Find(key) => {
                if !self.finding.values().any(|(found, _)| *found == key) {
                    let query = self.kad.get_providers(key.clone());
                    self.finding.insert(query, (key, HashSet::new()));
                }
            }
        }
    }

    fn queue(&mut self, key: RecordKey) {
        if self.queued.insert(key.clone()) {
            self.to_announce.push_back(key);
        }
    }

    fn announce_next(&mut self) {
        while self.announcing.len() < MAX_ANNOUNCING {
            let Some(key) = self.to_announce.pop_front() else {
                return;
            };
            self.queued.remove(&key);
            match self.kad.start_providing(key.clone()) {
                Ok(query) => {
                    self.failed.remove(&key);
                    self.announcing.insert(query);
                }
                Err(error) => {
                    if self.failed.insert(key) {
                        tracing::warn!(%error, "a pinned file is not announced yet; trying again");
                    }
                }
            }
        }
    }

    fn note(&mut self, event: Event) {
        match event {
            Event::InboundRequest {
                request:
                    InboundRequest::AddProvider {
                        record: Some(record),
                    },
            } => {
                let store = self.kad.store_mut();
                self.announced.take(record, store, Instant::now());
            }
            Event::OutboundQueryProgressed {
                id, result, step, ..
            } => {
                if let QueryResult::GetProviders(Ok(GetProvidersOk::FoundProviders {
                    providers,
                    ..
                })) = result
                {
                    self.dial(id, providers);
                }
                if step.last {
                    self.announcing.remove(&id);
                    self.finding.remove(&id);
                }
            }
            Event::RoutingUpdated {
                peer,
                is_new_peer: true,
                ..
            } if self.known.len() < REPLICATION && self.known.insert(peer) => {
                // Until now there were no nodes, or too few, to tell.
                let own: Vec<_> = self
                    .kad
                    .store_mut()
                    .provided()
                    .map(|r| r.key.clone())
                    .collect();
                for key in own {
                    self.queue(key);
                }
            }
            _ => {}
        }
    }

    fn dial(&mut self, query: QueryId, providers: HashSet<PeerId>) {
        let Some((_, dialled)) = self.finding.get_mut(&query) else {
            return;
        };
        for peer in providers {
            if dialled.len() < MAX_DIALS && dialled.insert(peer) {
                self.dials.push_back(peer);
            }
        }
    }
}

impl NetworkBehaviour for Behaviour {
    type ConnectionHandler = <kad::Behaviour<MemoryStore> as NetworkBehaviour>::ConnectionHandler;
    type ToSwarm = Infallible;

    fn handle_pending_inbound_connection(
        &mut self,
        connection: ConnectionId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<(), ConnectionDenied> {
        self.kad
            .handle_pending_inbound_connection(connection, local, remote)
    }

    fn handle_established_inbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.kad
            .handle_established_inbound_connection(connection, peer, local, remote)
    }

    fn handle_pending_outbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: Option<PeerId>,
        addresses: &[Multiaddr],
        role: Endpoint,
    ) -> Result<Vec<Multiaddr>, ConnectionDenied> {
        self.kad
            .handle_pending_outbound_connection(connection, peer, addresses, role)
    }

    fn handle_established_outbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        address: &Multiaddr,
        role: Endpoint,
        port_use: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.kad
            .handle_established_outbound_connection(connection, peer, address, role, port_use)
    }

    fn on_swarm_event(&mut self, event: FromSwarm) {
        self.kad.on_swarm_event(event);
    }

    fn on_connection_handler_event(
        &mut self,
        peer: PeerId,
        connection: ConnectionId,
        event: THandlerOutEvent<Self>,
    ) {
        self.kad
            .on_connection_handler_event(peer, connection, event);
    }

    fn poll(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        while let Poll::Ready(Some(command)) = self.commands.poll_recv(cx) {
            self.obey(command);
        }
        loop {
            self.announce_next();
            // Dialled at once: the table knows their addresses only while the search runs.
            if let Some(peer) = self.dials.pop_front() {
                let opts = DialOpts::peer_id(peer).build();
                return Poll::Ready(ToSwarm::Dial { opts });
            }
            match self.kad.poll(cx) {
                Poll::Ready(ToSwarm::GenerateEvent(event)) => self.note(event),
                Poll::Ready(other) => {
                    return Poll::Ready(other.map_out(|_| unreachable!("events are kept above")))
                }
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use connexa::prelude::dht::ProviderRecord;

    fn key(number: usize) -> RecordKey {
        RecordKey::from(number.to_be_bytes().to_vec())
    }

    #[test]
    fn what_could_not_be_announced_is_announced_when_there_is_room() {
        let local = PeerId::random();
        let (_commands, receiver) = mpsc::channel(1);
        let mut node = Behaviour::new(local, Role::Server, receiver);
        for number in 0..MAX_KEYS {
            let own = ProviderRecord::new(key(number), local, Vec::new());
            node.kad.store_mut().add_provider(own).unwrap();
        }
        let (late, unwanted) = (key(MAX_KEYS), key(MAX_KEYS + 1));
        for key in [&late, &unwanted] {
            node.obey(Command::Announce(key.clone()));
        }
        node.announce_next();
        assert_eq!(node.failed.len(), 2);
        node.obey(Command::AnnounceFailed);
        node.announce_next();
        assert_eq!(node.failed.len(), 2, "there is no room yet");

        node.obey(Command::Withdraw(unwanted.clone()));
        for number in 0..2 {
            node.obey(Command::Withdraw(key(number)));
        }
        node.obey(Command::AnnounceFailed);
        node.announce_next();
        assert!(node.failed.is_empty() && node.announcing.len() == 1);
        let mut provided = node.kad.store_mut().provided();
        assert!(provided.any(|record| record.key == late));
        assert!(node.kad.store_mut().providers(&unwanted).is_empty());
    }

    #[test]
    fn what_strangers_announce_goes_through_the_bounds() {
        let (_commands, receiver) = mpsc::channel(1);
        let mut node = Behaviour::new(PeerId::random(), Role::Server, receiver);
        let peer = PeerId::random();
        let mut of = |bytes: usize| {
            let key = RecordKey::from(vec![7; bytes]);
            let mut record = ProviderRecord::new(key.clone(), peer, Vec::new());
            record.expires = Some(Instant::now() + TTL);
            node.note(Event::InboundRequest {
                request: InboundRequest::AddProvider {
                    record: Some(record),
                },
            });
            node.kad.store_mut().providers(&key).len()
        };
        assert_eq!(of(34), 1);
        assert_eq!(of(1000), 0);
    }
}
