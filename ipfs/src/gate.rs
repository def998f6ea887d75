//! Who gets in: no address takes the places of all others.
//!
//! The library counts connections in all and for each peer, and a peer costs nothing: it is a key. An address costs
//! something. So each has a few places for connections that it opens, those that are not complete yet included.
//! Addresses of this machine or an inner network have no such limit: nodes that share one are the owner's own. What
//! comes through a relay has no address of its own, and its relay bounds it. What is there is never closed for it.

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

/// Most connections that one address has opened.
const MOST: usize = 8;

/// Bits of an IPv6 address that its owner chooses: providers give a customer a /56 or less.
const CHOSEN: u32 = 128 - 56;

/// What runs in the network task beside what the library has.
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
    /// With the table of who has what, if the node takes part in one.
    pub fn new(table: Option<dht::Behaviour>) -> Self {
        Self {
            gate: Gate::default(),
            table: table.into(),
        }
    }
}

/// Counts the connections that each address has opened.
#[derive(Default)]
pub struct Gate {
    taken: HashMap<IpAddr, usize>,
    connections: HashMap<ConnectionId, IpAddr>,
}

#[derive(Debug, thiserror::Error)]
#[error("{0} has opened {most} connections already", most = MOST)]
struct Full(IpAddr);

impl Gate {
    fn take(&mut self, connection: ConnectionId, from: &Multiaddr) -> Result<(), Full> {
        let Some(origin) = origin(from) else {
            return Ok(());
        };
        let taken = self.taken.entry(origin).or_default();
        if *taken >= MOST {
            return Err(Full(origin));
        }
        *taken += 1;
        self.connections.insert(connection, origin);
        Ok(())
    }

    fn give_back(&mut self, connection: ConnectionId) {
        let Some(origin) = self.connections.remove(&connection) else {
            return;
        };
        if let Some(taken) = self.taken.get_mut(&origin) {
            *taken -= 1;
            if *taken == 0 {
                self.taken.remove(&origin);
            }
        }
    }
}

/// Whose connection it is: an IPv4 address, or the network that an IPv6 address is in. `None` where none is counted.
fn origin(address: &Multiaddr) -> Option<IpAddr> {
    let ip = match address.iter().next()? {
        Protocol::Ip4(ip) => IpAddr::from(ip),
        Protocol::Ip6(ip) => IpAddr::from(ip).to_canonical(),
        _ => return None,
    };
    match ip {
        _ if is_inner_ip(ip) => None,
        IpAddr::V4(_) => Some(ip),
        IpAddr::V6(ip) => {
            let network = ip.to_bits() >> CHOSEN << CHOSEN;
            Some(Ipv6Addr::from_bits(network).into())
        }
    }
}

/// Whether it begins with an address of this machine or an inner network.
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
    // 100.64.0.0/10 is what is behind a provider's NAT.
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
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
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

    /// The gate, and connections that come to it.
    #[derive(Default)]
    struct Door {
        gate: Gate,
        last: usize,
    }

    impl Door {
        /// One from `address`, if it is let in.
        fn knock(&mut self, address: &str) -> Option<ConnectionId> {
            self.last += 1;
            let connection = ConnectionId::new_unchecked(self.last);
            let (local, remote) = ("/ip4/203.0.113.1/tcp/1".parse().unwrap(), remote(address));
            let answer = self
                .gate
                .handle_pending_inbound_connection(connection, &local, &remote);
            answer.is_ok().then_some(connection)
        }

        fn fill(&mut self, address: &str) -> Vec<ConnectionId> {
            let places: Vec<_> = (0..MOST).filter_map(|_| self.knock(address)).collect();
            assert_eq!(places.len(), MOST, "{address}");
            places
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
    fn an_address_has_a_few_places_and_gets_them_again() {
        let mut door = Door::default();
        let taken = door.fill("/ip4/198.51.100.1");
        assert!(door.knock("/ip4/198.51.100.1").is_none());
        // That one had no place to give back.
        door.fails(ConnectionId::new_unchecked(door.last));
        assert!(door.knock("/ip4/198.51.100.1").is_none());
        assert!(
            door.knock("/ip4/198.51.100.2").is_some(),
            "others have their own"
        );

        door.fails(taken[0]);
        assert!(door.knock("/ip4/198.51.100.1").is_some());
        assert!(door.knock("/ip4/198.51.100.1").is_none());
        for connection in &taken[1..] {
            door.closes(*connection);
        }
        // One is there still.
        let again = (0..MOST).filter_map(|_| door.knock("/ip4/198.51.100.1"));
        assert_eq!(again.count(), MOST - 1);
    }

    #[test]
    fn what_is_closed_is_forgotten() {
        let mut door = Door::default();
        for connection in door.fill("/ip4/198.51.100.1") {
            door.closes(connection);
            // Only what was counted counts.
            door.closes(connection);
        }
        assert!(door.gate.taken.is_empty() && door.gate.connections.is_empty());
    }

    #[test]
    fn who_has_a_network_has_one_address() {
        let mut door = Door::default();
        let of = |host: u8| format!("/ip6/2001:db8:0:{host:x}::{host:x}");
        for host in 0..8 {
            assert!(door.knock(&of(host)).is_some());
        }
        assert!(door.knock(&of(255)).is_none());
        assert!(door.knock("/ip6/2001:db8:0:100::1").is_some());
        // The same as an IPv4 address.
        door.fill("/ip4/198.51.100.1");
        assert!(door.knock("/ip6/::ffff:198.51.100.1").is_none());
    }

    #[test]
    fn this_machine_inner_networks_and_relays_have_places_enough() {
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
            let mut door = Door::default();
            for _ in 0..2 {
                door.fill(address);
            }
            assert!(door.gate.connections.is_empty(), "{address}");
        }
        for address in ["/ip4/100.128.0.1", "/ip4/172.32.0.1", "/ip6/2001:db8::1"] {
            let mut door = Door::default();
            door.fill(address);
            assert!(door.knock(address).is_none(), "{address}");
        }
    }
}
