//! Decides who gets in, so that no address takes the places of all others.
//!
//! The library counts connections in total and for each peer, but a peer costs nothing: it is only a key. An address
//! does cost something. So when room is short, each address has a few places for connections that it opens. Room is
//! short from half of all places on. Before that, whoever comes gets a place: many honest nodes may share an address,
//! behind a NAT or at a hosting provider. Connections that are not complete yet have fewer places, and are also counted
//! separately.
//!
//! Addresses of this machine or an internal network have no such limit: nodes that share one are the owner's own.
//! Connections through a relay have no address of their own, and their relay bounds them. An existing connection is
//! never closed for a new one.

use crate::dht;
use connexa::prelude::swarm::behaviour::toggle::Toggle;
use connexa::prelude::swarm::behaviour::{ConnectionClosed, ListenFailure};
use connexa::prelude::swarm::{
    dummy, ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent,
    THandlerOutEvent, ToSwarm,
};
use connexa::prelude::transport::transport::PortUse;
use connexa::prelude::transport::Endpoint;
use rust_ipfs::{Multiaddr, PeerId, Protocol};
use std::collections::HashMap;
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::task::{Context, Poll};

/// The most connections that others open. Only connections that this node dials come on top: strangers cannot keep away
/// a node that has what it needs.
pub const MAX_INCOMING: u32 = 384;

/// The most of these that are not complete yet.
pub const MAX_PENDING_INCOMING: u32 = 64;

/// The most connections of one address when room is short: of an IPv4 address, or of a /64 network, which is the least
/// that an IPv6 user gets.
const MOST_OF_ONE: u32 = 8;

/// The most connections of a /48 network when room is short. A site gets such a network, or a customer who asks for
/// more.
const MOST_OF_A_SITE: u32 = 32;

/// The behaviours that run in the network task in addition to the library's.
#[derive(NetworkBehaviour)]
#[behaviour(
    prelude = "connexa::prelude::swarm::derive_prelude",
    to_swarm = "Infallible"
)]
pub struct Behaviour {
    gate: Gate,
    table: Toggle<dht::Behaviour>,
}

impl Behaviour {
    /// Returns the behaviour, with the table of who has what if the node takes part in one.
    pub fn new(table: Option<dht::Behaviour>) -> Self {
        Self {
            gate: Gate::default(),
            table: table.into(),
        }
    }
}

/// Counts the connections that others have opened.
pub struct Gate {
    all: Places,
    /// The places of connections that are not complete yet.
    pending: Places,
    connections: HashMap<ConnectionId, Incoming>,
}

struct Incoming {
    networks: Vec<Network>,
    is_pending: bool,
}

/// Places, and who has them.
struct Places {
    /// When this many are taken, room is short.
    ample: u32,
    taken: u32,
    of: HashMap<Network, u32>,
}

/// The network that a connection belongs to. An IPv4 address is a network of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Network {
    first: IpAddr,
    bits: u32,
    /// The most places that it has when room is short.
    most: u32,
}

#[derive(Debug, thiserror::Error)]
#[error("room is short, and {first}/{bits} has opened {most} connections already")]
struct Full {
    first: IpAddr,
    bits: u32,
    most: u32,
}

impl Places {
    fn new(most: u32) -> Self {
        Self {
            ample: most / 2,
            taken: 0,
            of: HashMap::new(),
        }
    }

    /// Checks that there is one more place for all of these networks.
    fn check(&self, networks: &[Network]) -> Result<(), Full> {
        if self.taken < self.ample {
            return Ok(());
        }
        for network in networks {
            let Network { first, bits, most } = *network;
            let taken = self.of.get(network).copied().unwrap_or(0);
            if taken >= most {
                return Err(Full { first, bits, most });
            }
        }
        Ok(())
    }

    fn take(&mut self, networks: &[Network]) {
        self.taken += 1;
        for network in networks {
            *self.of.entry(*network).or_default() += 1;
        }
    }

    fn give_back(&mut self, networks: &[Network]) {
        self.taken -= 1;
        for network in networks {
            if let Some(taken) = self.of.get_mut(network) {
                *taken -= 1;
                if *taken == 0 {
                    self.of.remove(network);
                }
            }
        }
    }
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            all: Places::new(MAX_INCOMING),
            pending: Places::new(MAX_PENDING_INCOMING),
            connections: HashMap::new(),
        }
    }
}

impl Gate {
    fn take(&mut self, connection: ConnectionId, from: &Multiaddr) -> Result<(), Full> {
        let networks = networks(from);
        self.all.check(&networks)?;
        self.pending.check(&networks)?;
        self.all.take(&networks);
        self.pending.take(&networks);
        let incoming = Incoming {
            networks,
            is_pending: true,
        };
        self.connections.insert(connection, incoming);
        Ok(())
    }

    fn complete(&mut self, connection: ConnectionId) {
        if let Some(incoming) = self.connections.get_mut(&connection) {
            if std::mem::take(&mut incoming.is_pending) {
                self.pending.give_back(&incoming.networks);
            }
        }
    }

    fn give_back(&mut self, connection: ConnectionId) {
        self.complete(connection);
        if let Some(incoming) = self.connections.remove(&connection) {
            self.all.give_back(&incoming.networks);
        }
    }
}

/// Returns the networks to which a connection from this address belongs: an IPv4 address, or the networks that contain
/// an IPv6 address. None if it has no limit.
fn networks(address: &Multiaddr) -> Vec<Network> {
    let ip = match address.iter().next() {
        Some(Protocol::Ip4(ip)) => IpAddr::from(ip),
        Some(Protocol::Ip6(ip)) => IpAddr::from(ip).to_canonical(),
        _ => return Vec::new(),
    };
    match ip {
        _ if is_inner_ip(ip) => Vec::new(),
        IpAddr::V4(_) => vec![Network {
            first: ip,
            bits: 32,
            most: MOST_OF_ONE,
        }],
        IpAddr::V6(ip) => [(64, MOST_OF_ONE), (48, MOST_OF_A_SITE)]
            .map(|(bits, most)| Network {
                first: Ipv6Addr::from_bits(ip.to_bits() & (u128::MAX << (128 - bits))).into(),
                bits,
                most,
            })
            .to_vec(),
    }
}

/// Whether the address begins with one of this machine or of an internal network.
pub fn is_inner(address: &Multiaddr) -> bool {
    match address.iter().next() {
        Some(Protocol::Ip4(ip)) => is_inner_ip(ip.into()),
        Some(Protocol::Ip6(ip)) => is_inner_ip(ip.into()),
        _ => false,
    }
}

fn is_inner_ip(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => is_inner_v4(ip),
        IpAddr::V6(ip) => is_inner_v6(ip),
    }
}

fn is_inner_v4(ip: Ipv4Addr) -> bool {
    let [first, second, ..] = ip.octets();
    // 100.64.0.0/10 is used behind a provider's NAT.
    let is_shared = first == 100 && second & 0xc0 == 64;
    ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified() || is_shared
}

fn is_inner_v6(ip: Ipv6Addr) -> bool {
    ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local() || ip.is_unspecified()
}

impl NetworkBehaviour for Gate {
    type ConnectionHandler = dummy::ConnectionHandler;
    type ToSwarm = Infallible;

    fn handle_pending_inbound_connection(
        &mut self,
        connection: ConnectionId,
        _: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<(), ConnectionDenied> {
        self.take(connection, remote).map_err(ConnectionDenied::new)
    }

    fn handle_established_inbound_connection(
        &mut self,
        connection: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.complete(connection);
        Ok(dummy::ConnectionHandler)
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(dummy::ConnectionHandler)
    }

    fn on_swarm_event(&mut self, event: FromSwarm) {
        match event {
            FromSwarm::ConnectionClosed(ConnectionClosed { connection_id, .. })
            | FromSwarm::ListenFailure(ListenFailure { connection_id, .. }) => {
                self.give_back(connection_id);
            }
            _ => {}
        }
    }

    fn on_connection_handler_event(
        &mut self,
        _: PeerId,
        _: ConnectionId,
        event: THandlerOutEvent<Self>,
    ) {
        match event {}
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use connexa::prelude::swarm::ListenError;
    use connexa::prelude::transport::ConnectedPoint;

    /// An address that many nodes share.
    const NAT: &str = "/ip4/198.51.100.200";

    /// The gate, and connections that come to it.
    #[derive(Default)]
    struct Door {
        gate: Gate,
        last: usize,
    }

    impl Door {
        /// Opens a connection from `address`, if it is let in.
        fn knock(&mut self, address: &str) -> Option<ConnectionId> {
            self.last += 1;
            let connection = ConnectionId::new_unchecked(self.last);
            let (local, remote) = ("/ip4/203.0.113.1/tcp/1".parse().unwrap(), remote(address));
            let answer = self
                .gate
                .handle_pending_inbound_connection(connection, &local, &remote);
            answer.is_ok().then_some(connection)
        }

        /// Opens and completes a connection, if it is let in.
        fn arrive(&mut self, address: &str) -> Option<ConnectionId> {
            let connection = self.knock(address)?;
            let (local, remote) = (remote("/ip4/203.0.113.1"), remote(address));
            self.gate
                .handle_established_inbound_connection(
                    connection,
                    PeerId::random(),
                    &local,
                    &remote,
                )
                .unwrap();
            Some(connection)
        }

        /// Opens and completes this many connections.
        fn fill(&mut self, address: &str, count: u32) -> Vec<ConnectionId> {
            let all = (0..count).map(|_| self.arrive(address).unwrap());
            all.collect()
        }

        /// Returns a door with half of the places taken: all those that are for whoever comes.
        fn half_full() -> (Self, Vec<ConnectionId>) {
            let mut door = Self::default();
            let taken = door.fill(NAT, MAX_INCOMING / 2);
            (door, taken)
        }

        fn fails(&mut self, connection: ConnectionId) {
            let (local, remote) = (remote("/ip4/203.0.113.1"), remote("/ip4/198.51.100.1"));
            self.gate
                .on_swarm_event(FromSwarm::ListenFailure(ListenFailure {
                    local_addr: &local,
                    send_back_addr: &remote,
                    error: &ListenError::Aborted,
                    connection_id: connection,
                    peer_id: None,
                }));
        }

        fn closes(&mut self, connection: ConnectionId) {
            let endpoint = ConnectedPoint::Listener {
                local_addr: remote("/ip4/203.0.113.1"),
                send_back_addr: remote("/ip4/198.51.100.1"),
            };
            self.gate
                .on_swarm_event(FromSwarm::ConnectionClosed(ConnectionClosed {
                    peer_id: PeerId::random(),
                    connection_id: connection,
                    endpoint: &endpoint,
                    cause: None,
                    remaining_established: 0,
                }));
        }
    }

    fn remote(host: &str) -> Multiaddr {
        format!("{host}/tcp/4001").parse().unwrap()
    }

    #[test]
    fn while_there_is_room_an_address_has_as_many_places_as_it_wants() {
        let (mut door, taken) = Door::half_full();
        assert!(door.knock(NAT).is_none());
        // A connection that was not let in has no place to give back.
        door.fails(ConnectionId::new_unchecked(door.last));
        assert!(door.knock(NAT).is_none());
        door.closes(taken[0]);
        assert!(door.arrive(NAT).is_some());
        assert!(door.arrive(NAT).is_none());
    }

    #[test]
    fn where_room_is_short_an_address_has_a_few_places_and_gets_them_again() {
        let (mut door, _) = Door::half_full();
        let one = "/ip4/198.51.100.1";
        let taken = door.fill(one, MOST_OF_ONE);
        assert!(door.knock(one).is_none());
        let other = door.knock("/ip4/198.51.100.2");
        assert!(other.is_some(), "others have their own");

        door.closes(taken[0]);
        let pending = door.knock(one).unwrap();
        assert!(door.knock(one).is_none());
        door.fails(pending);
        assert!(door.knock(one).is_some());
        assert!(door.knock(one).is_none());
    }

    #[test]
    fn those_that_are_not_complete_have_places_of_their_own() {
        let mut door = Door::default();
        let honest = "/ip4/198.51.100.1";
        door.fill(honest, 2 * MOST_OF_ONE);
        let half = MAX_PENDING_INCOMING / 2;
        let pending: Vec<_> = (0..half).map(|_| door.knock(NAT).unwrap()).collect();
        assert!(door.knock(NAT).is_none());
        // Complete connections are not counted there, and take no place of incomplete ones.
        door.fill(honest, MOST_OF_ONE);
        for _ in 0..MOST_OF_ONE {
            assert!(door.knock(honest).is_some());
        }
        assert!(door.knock(honest).is_none());

        for connection in &pending[..usize::try_from(MOST_OF_ONE).unwrap() + 1] {
            door.fails(*connection);
        }
        assert!(door.knock(NAT).is_some(), "there is room again");
    }

    #[test]
    fn what_is_closed_is_forgotten() {
        let mut door = Door::default();
        let mut all = door.fill(NAT, 10);
        all.extend(door.fill("/ip6/2001:db8::1", 10));
        all.extend(door.fill("/ip4/127.0.0.1", 10));
        all.extend(door.knock(NAT));
        for connection in all {
            door.closes(connection);
            // Only connections that were counted count.
            door.closes(connection);
        }
        let Gate {
            all,
            pending,
            connections,
        } = &door.gate;
        assert!(connections.is_empty());
        for places in [all, pending] {
            assert!(places.taken == 0 && places.of.is_empty());
        }
    }

    #[test]
    fn of_ipv6_a_network_has_a_few_places_and_a_site_some_more() {
        let (mut door, _) = Door::half_full();
        let of = |network: u32, host: u32| format!("/ip6/2001:db8:0:{network:x}::{host:x}");
        for network in 0..MOST_OF_A_SITE / MOST_OF_ONE {
            for host in 0..MOST_OF_ONE {
                assert!(door.arrive(&of(network, host)).is_some());
            }
            if network == 0 {
                assert!(door.arrive(&of(0, MOST_OF_ONE)).is_none());
            }
        }
        assert!(door.arrive(&of(0xffff, 1)).is_none());
        assert!(door.arrive("/ip6/2001:db8:1::1").is_some());
        // The same as an IPv4 address.
        assert!(door.arrive("/ip6/::ffff:198.51.100.200").is_none());
    }

    #[test]
    fn this_machine_inner_networks_and_relays_have_places_enough() {
        let (mut door, _) = Door::half_full();
        for address in [
            "/ip4/127.0.0.1",
            "/ip4/10.1.2.3",
            "/ip4/172.16.0.1",
            "/ip4/192.168.1.2",
            "/ip4/169.254.0.9",
            "/ip4/100.64.0.1",
            "/ip6/::1",
            "/ip6/fd00::1",
            "/ip6/fe80::1",
            "/ip6/::ffff:10.1.2.3",
            "/p2p/12D3KooWKnDdG3iXw9eTFijk3EWSunZcFi54Zka4wmtqtt6rPxc8",
        ] {
            let taken = door.gate.all.taken;
            door.fill(address, 2 * MOST_OF_ONE);
            assert_eq!(door.gate.all.taken, taken + 2 * MOST_OF_ONE, "{address}");
        }
        for address in ["/ip4/100.128.0.1", "/ip4/172.32.0.1", "/ip6/2001:db8::1"] {
            door.fill(address, MOST_OF_ONE);
            assert!(door.knock(address).is_none(), "{address}");
        }
    }
}
