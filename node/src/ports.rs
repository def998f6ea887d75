//! The ports that a node listens on, checked before anything listens. Left alone, some services silently move to
//! another port, one shares its port with another node, and one goes without.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, UdpSocket};

use sc_cli::RunCmd;
use sc_network::{multiaddr::Protocol, Multiaddr};
use sc_service::Configuration;

/// How many ports are tried. A port may be unused on one address and taken on another.
const TRIES: usize = 16;

/// The error that a requested port cannot be had.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot listen on {socket} for {service}: {source}. {}",
    advice(source, option)
)]
pub struct PortError {
    service: &'static str,
    option: &'static str,
    socket: Socket,
    source: io::Error,
}

fn advice(source: &io::Error, option: &str) -> String {
    if source.kind() == io::ErrorKind::AddrInUse {
        format!("Another program uses it, perhaps another node: stop that one, or choose another port with {option}")
    } else {
        format!("Choose another address with {option}")
    }
}

/// A socket to listen on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Socket {
    /// A TCP port.
    Tcp(SocketAddr),
    /// A UDP port.
    Udp(SocketAddr),
}

impl fmt::Display for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => write!(f, "{address} (TCP)"),
            Self::Udp(address) => write!(f, "{address} (UDP)"),
        }
    }
}

impl Socket {
    /// Returns its address and port.
    pub fn address(self) -> SocketAddr {
        match self {
            Self::Tcp(address) | Self::Udp(address) => address,
        }
    }

    /// Returns the socket of a multiaddress, or `None` if its host is a name or it has no port.
    pub fn of(address: &Multiaddr) -> Option<Self> {
        let mut parts = address.iter();
        let host: IpAddr = match parts.next()? {
            Protocol::Ip4(host) => host.into(),
            Protocol::Ip6(host) => host.into(),
            _ => return None,
        };
        match parts.next()? {
            Protocol::Tcp(port) => Some(Self::Tcp((host, port).into())),
            Protocol::Udp(port) => Some(Self::Udp((host, port).into())),
            _ => None,
        }
    }

    /// Checks that it could be listened on right now. Port 0 always can.
    pub fn probe(self) -> io::Result<()> {
        match self {
            socket if socket.address().port() == 0 => Ok(()),
            Self::Tcp(address) => TcpListener::bind(address).map(drop),
            Self::Udp(address) => UdpSocket::bind(address).map(drop),
        }
    }

    /// Whether somebody listens on it.
    pub fn is_taken(self) -> bool {
        let probed = self.probe();
        probed.is_err_and(|error| error.kind() == io::ErrorKind::AddrInUse)
    }

    fn with_port(self, port: u16) -> Self {
        let address = SocketAddr::new(self.address().ip(), port);
        match self {
            Self::Tcp(_) => Self::Tcp(address),
            Self::Udp(_) => Self::Udp(address),
        }
    }
}

/// What a service wants to listen on: one port on some addresses.
#[derive(Debug)]
pub struct Wish {
    /// The name of the service, for people.
    pub service: &'static str,
    /// The option that sets its port.
    pub option: &'static str,
    /// Whether a person chose it.
    pub is_chosen: bool,
    /// All sockets that it needs.
    pub sockets: Vec<Socket>,
}

impl Wish {
    /// Returns `None` if all sockets are free, and otherwise the port that replaces the usual one.
    ///
    /// # Errors
    /// If a person chose a port that is taken.
    pub fn settle(&self) -> Result<Option<u16>, PortError> {
        match self.first_problem() {
            None => Ok(None),
            Some((socket, source)) if self.is_chosen => Err(PortError {
                service: self.service,
                option: self.option,
                socket,
                source,
            }),
            Some((socket, _)) => Ok(self.free_port().inspect(|port| self.warn(socket, *port))),
        }
    }

    /// Returns the first socket that cannot be listened on, and why. Usual addresses that this machine does not have do
    /// not count, such as those of IPv6.
    pub fn first_problem(&self) -> Option<(Socket, io::Error)> {
        self.sockets.iter().find_map(|socket| {
            let error = socket.probe().err()?;
            let is_taken = error.kind() == io::ErrorKind::AddrInUse;
            let matters = is_taken || (self.is_chosen && socket.address().is_ipv4());
            matters.then_some((*socket, error))
        })
    }

    /// Returns a port that is free on all addresses.
    fn free_port(&self) -> Option<u16> {
        let candidates = (0..TRIES).filter_map(|_| {
            let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
            Some(listener.local_addr().ok()?.port())
        });
        let is_free = |port: &u16| {
            let mut sockets = self.sockets.iter();
            !sockets.any(|socket| socket.with_port(*port).is_taken())
        };
        let mut candidates = candidates;
        candidates.find(is_free)
    }

    fn warn(&self, taken: Socket, port: u16) {
        log::warn!(
            "⚠️  PORT MOVED: {taken} is in use, probably by another node, so {} listens on port \
             {port} instead. Whoever uses the usual port reaches the other program. {} chooses one",
            self.service,
            self.option,
        );
    }
}

/// Returns what the chain's network listens on.
pub fn chain_wish(addresses: &[Multiaddr], run: &RunCmd) -> Wish {
    let params = &run.network_params;
    Wish {
        service: "the chain's network",
        option: "--port",
        is_chosen: params.port.is_some() || !params.listen_addr.is_empty(),
        sockets: addresses.iter().filter_map(Socket::of).collect(),
    }
}

/// Returns what JSON-RPC listens on, except for optional addresses.
pub fn rpc_wish(needed: impl Iterator<Item = SocketAddr>, run: &RunCmd) -> Wish {
    let params = &run.rpc_params;
    Wish {
        service: "JSON-RPC",
        option: "--rpc-port",
        is_chosen: params.rpc_port.is_some() || !params.experimental_rpc_endpoint.is_empty(),
        sockets: needed.map(Socket::Tcp).collect(),
    }
}

/// Returns what Prometheus is served on.
pub fn metrics_wish(address: SocketAddr, run: &RunCmd) -> Wish {
    Wish {
        service: "metrics",
        option: "--prometheus-port",
        is_chosen: run.prometheus_params.prometheus_port.is_some(),
        sockets: vec![Socket::Tcp(address)],
    }
}

/// Ensures that every port of `config` can be listened on. Moves ports that nobody chose, and says so.
///
/// # Errors
/// If a chosen port is taken.
pub fn settle(config: &mut Configuration, run: &RunCmd) -> Result<(), PortError> {
    let addresses = &mut config.network.listen_addresses;
    if let Some(port) = chain_wish(addresses, run).settle()? {
        for address in addresses {
            *address = with_port(address, port);
        }
    }
    if let Some(endpoints) = &mut config.rpc.addr {
        let needed = endpoints.iter().filter(|endpoint| !endpoint.is_optional);
        let wish = rpc_wish(needed.map(|endpoint| endpoint.listen_addr), run);
        let moved = wish.settle()?;
        for endpoint in endpoints {
            if let Some(port) = moved {
                endpoint.listen_addr.set_port(port);
            }
            // Another program may take the port first.
            endpoint.retry_random_port &= !wish.is_chosen;
        }
    }
    if let Some(prometheus) = &mut config.prometheus_config {
        if let Some(port) = metrics_wish(prometheus.port, run).settle()? {
            prometheus.port.set_port(port);
        }
    }
    Ok(())
}

/// Returns the address with another port.
pub fn with_port(address: &Multiaddr, port: u16) -> Multiaddr {
    let mut moved = Multiaddr::empty();
    for part in address.iter() {
        moved.push(match part {
            Protocol::Tcp(_) => Protocol::Tcp(port),
            Protocol::Udp(_) => Protocol::Udp(port),
            other => other,
        });
    }
    moved
}

/// The addresses at which a node that has started is reached.
#[derive(Debug, Default)]
pub struct Reached {
    /// JSON-RPC, as URLs.
    pub rpc: Vec<String>,
    /// The chain's network, as multiaddresses.
    pub chain: Vec<String>,
    /// Prometheus.
    pub metrics: Option<SocketAddr>,
    /// IPFS, if this node runs one.
    pub ipfs: Vec<String>,
}

impl Reached {
    /// Logs the addresses, with one line for each service.
    pub fn announce(&self) {
        for line in self.lines() {
            log::info!("🔌 {line}");
        }
    }

    fn lines(&self) -> Vec<String> {
        // Port 0 lets the system choose a port, which is not known here.
        let is_known = |address: &&String| !address.ends_with("/0") && !address.contains("/0/");
        let list = |name: &str, addresses: &[String]| {
            let known: Vec<_> = addresses.iter().filter(is_known).cloned().collect();
            (!known.is_empty()).then(|| format!("{name}: {}", known.join(", ")))
        };
        let metrics = self.metrics.filter(|at| at.port() != 0);
        let metrics = metrics.map(|at| format!("metrics: http://{at}/metrics"));
        [
            list("JSON-RPC", &self.rpc),
            list("chain network", &self.chain),
            list("IPFS", &self.ipfs),
            metrics,
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn taken() -> (TcpListener, SocketAddr) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        (listener, address)
    }

    fn wish(is_chosen: bool, address: SocketAddr) -> Wish {
        Wish {
            service: "JSON-RPC",
            option: "--rpc-port",
            is_chosen,
            sockets: vec![Socket::Tcp(address)],
        }
    }

    #[test]
    fn a_free_port_stays() {
        let (listener, address) = taken();
        drop(listener);
        assert_eq!(wish(true, address).settle().unwrap(), None);
        let any = SocketAddr::new(address.ip(), 0);
        assert_eq!(wish(true, any).settle().unwrap(), None);
    }

    #[test]
    fn a_port_that_was_chosen_is_refused_when_it_is_taken() {
        let (_listener, address) = taken();
        let error = wish(true, address).settle().unwrap_err().to_string();
        for part in [
            &address.to_string(),
            "JSON-RPC",
            "--rpc-port",
            "another node",
        ] {
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn the_usual_port_moves_to_one_that_is_free() {
        let (_listener, address) = taken();
        let port = wish(false, address).settle().unwrap().unwrap();
        assert_ne!(port, address.port());
        Socket::Tcp((address.ip(), port).into()).probe().unwrap();
    }

    #[test]
    fn udp_has_ports_of_its_own() {
        let (_listener, address) = taken();
        Socket::Udp(address).probe().unwrap();
        let _other = UdpSocket::bind(address).unwrap();
        assert!(Socket::Udp(address).probe().is_err());
    }

    #[test]
    fn an_address_that_this_machine_has_not_is_named() {
        let elsewhere: SocketAddr = "192.0.2.1:9944".parse().unwrap();
        let error = wish(true, elsewhere).settle().unwrap_err().to_string();
        assert!(error.contains("192.0.2.1:9944") && error.contains("Choose another address"));
        assert_eq!(wish(false, elsewhere).settle().unwrap(), None);
    }

    #[test]
    fn multiaddresses_have_a_socket_and_can_move() {
        let socket = |text: &str| Socket::of(&text.parse().unwrap());
        let at = |text: &str| text.parse::<SocketAddr>().unwrap();
        assert_eq!(
            socket("/ip4/0.0.0.0/tcp/30333/ws"),
            Some(Socket::Tcp(at("0.0.0.0:30333")))
        );
        assert_eq!(
            socket("/ip6/::/udp/30333/webrtc-direct"),
            Some(Socket::Udp(at("[::]:30333")))
        );
        assert_eq!(socket("/dns4/example.org/tcp/1"), None);
        let moved = with_port(&"/ip6/::/udp/1/quic-v1".parse().unwrap(), 7);
        assert_eq!(moved.to_string(), "/ip6/::/udp/7/quic-v1");
    }

    #[test]
    fn every_service_that_runs_has_a_line_if_its_port_is_known() {
        let reached = Reached {
            rpc: vec!["ws://127.0.0.1:9944".into(), "ws://[::1]:9944".into()],
            chain: vec![
                "/ip4/0.0.0.0/tcp/0/ws".into(),
                "/ip4/0.0.0.0/tcp/30333".into(),
            ],
            ipfs: vec!["/ip4/127.0.0.1/tcp/0".into()],
            metrics: Some("127.0.0.1:9615".parse().unwrap()),
        };
        assert_eq!(
            reached.lines(),
            [
                "JSON-RPC: ws://127.0.0.1:9944, ws://[::1]:9944",
                "chain network: /ip4/0.0.0.0/tcp/30333",
                "metrics: http://127.0.0.1:9615/metrics"
            ]
        );
    }
}
