//! The port of a node that is not running. The system gives ports that nobody has to whoever asks next, and the node has
//! to have its own again when it starts again.

use std::net::{IpAddr, SocketAddr};

use tokio::net::TcpSocket;

/// Keeps a port from others until it is dropped. Nobody listens there: a connection is refused, as it is without this.
pub struct KeptPort(#[allow(dead_code, reason = "it is bound as long as it lives")] TcpSocket);

impl KeptPort {
    /// Keeps the port of an address such as `/ip4/127.0.0.1/tcp/30333`. Returns `None` if it names no port of this
    /// machine, or if somebody has the port already.
    pub fn of(address: &str) -> Option<Self> {
        let mut parts = address.split('/').skip(1);
        let (Some("ip4"), Some(host), Some("tcp"), Some(port)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return None;
        };
        let address = SocketAddr::new(IpAddr::V4(host.parse().ok()?), port.parse().ok()?);
        if address.port() == 0 {
            return None;
        }
        let socket = TcpSocket::new_v4().ok()?;
        // Connections of the process that has ended may be remembered for a while.
        socket.set_reuseaddr(true).ok()?;
        socket.bind(address).ok()?;
        Some(Self(socket))
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::ErrorKind,
        net::{TcpListener, TcpStream},
    };

    use super::*;

    #[test]
    fn a_kept_port_is_nobodys_and_refuses_connections() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        let address = format!("/ip4/127.0.0.1/tcp/{}", at.port());
        assert!(KeptPort::of(&address).is_none(), "somebody has it");
        drop(listener);
        let kept = KeptPort::of(&address).unwrap();
        let refused = TcpStream::connect(at).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
        drop(kept);
        TcpListener::bind(at).unwrap();
    }

    #[test]
    fn what_names_no_port_keeps_none() {
        for address in [
            "",
            "/ip4/127.0.0.1/tcp/0",
            "/ip6/::1/tcp/9",
            "/ip4/127.0.0.1",
        ] {
            assert!(KeptPort::of(address).is_none(), "{address}");
        }
    }
}
