//! A TCP proxy that can be cut and can delay: the line between two nodes.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context, Result};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{mpsc, watch},
    task::{JoinHandle, JoinSet},
    time::{sleep_until, Instant},
};

/// Bytes that are read at once.
const CHUNK: usize = 64 * 1024;

/// Chunks under way in one direction of a connection; a sender of more has to wait.
const UNDER_WAY: usize = 256;

/// The state of the line.
#[derive(Clone, Copy, Debug, Default)]
struct Line {
    is_cut: bool,
    delay: Duration,
}

/// Carries connections from a port of its own to a target. All of them end when this is dropped.
pub struct Proxy {
    address: SocketAddr,
    line: watch::Sender<Line>,
    accepting: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Proxy {
    /// Listens on a loopback port that the system chooses.
    ///
    /// # Errors
    /// If no port is free.
    pub async fn start(target: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.context("a port for a proxy")?;
        let address = listener.local_addr()?;
        let (line, _) = watch::channel(Line::default());
        let accepting = tokio::spawn(accept(listener, target, line.subscribe()));
        Ok(Self {
            address,
            line,
            accepting,
        })
    }

    /// Returns the address to connect to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends all connections, and refuses new ones until [`Self::heal`].
    pub fn cut(&self) {
        self.line.send_modify(|line| line.is_cut = true);
    }

    /// Lets connections through again.
    pub fn heal(&self) {
        self.line.send_modify(|line| line.is_cut = false);
    }

    /// Delays every byte by this much from now on, in each direction.
    pub fn delay(&self, one_way: Duration) {
        self.line.send_modify(|line| line.delay = one_way);
    }
}

async fn accept(listener: TcpListener, target: SocketAddr, line: watch::Receiver<Line>) {
    let mut connections = JoinSet::new();
    loop {
        // A connection that was given up before it was accepted is no reason to stop.
        let Ok((caller, _)) = listener.accept().await else {
            continue;
        };
        while connections.try_join_next().is_some() {}
        if !line.borrow().is_cut {
            connections.spawn(carry(caller, target, line.clone()));
        }
    }
}

/// Carries one connection to its end, or to the cut.
async fn carry(mut caller: TcpStream, target: SocketAddr, line: watch::Receiver<Line>) {
    // If nobody listens there, the caller sees a connection that ends.
    let Ok(mut callee) = TcpStream::connect(target).await else {
        return;
    };
    // Small messages must not wait for one another; a socket without the option still carries them.
    let _ = (caller.set_nodelay(true), callee.set_nodelay(true));
    let (from_caller, to_caller) = caller.split();
    let (from_callee, to_callee) = callee.split();
    let both = async {
        tokio::join!(
            pump(from_caller, to_callee, line.clone()),
            pump(from_callee, to_caller, line.clone()),
        )
    };
    let mut cut = line.clone();
    tokio::select! {
        _ = both => {}
        _ = cut.wait_for(|line| line.is_cut) => {}
    }
}

/// Carries one direction until the sender ends it, each chunk after its delay.
async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    line: watch::Receiver<Line>,
) {
    let (sender, mut chunks) = mpsc::channel::<(Instant, Vec<u8>)>(UNDER_WAY);
    let read = async move {
        let mut buffer = vec![0; CHUNK];
        // A connection that breaks ends like one that is closed.
        while let Ok(length @ 1..) = from.read(&mut buffer).await {
            let due = Instant::now() + line.borrow().delay;
            if sender.send((due, buffer[..length].to_vec())).await.is_err() {
                return;
            }
        }
    };
    let write = async move {
        while let Some((due, chunk)) = chunks.recv().await {
            sleep_until(due).await;
            if to.write_all(&chunk).await.is_err() {
                return;
            }
        }
        // The other side may be gone.
        let _ = to.shutdown().await;
    };
    tokio::join!(read, write);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wait::{self, Seen};

    const LIMIT: Duration = Duration::from_secs(60);

    /// Starts a server that sends back what it gets. Returns its address.
    async fn echo() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                tokio::spawn(async move {
                    let (mut from, mut to) = stream.split();
                    tokio::io::copy(&mut from, &mut to)
                        .await
                        .unwrap_or_default()
                });
            }
        });
        address
    }

    /// Whether what is sent comes back.
    async fn answers(stream: &mut TcpStream, length: usize) -> bool {
        let sent: Vec<u8> = (0..length).map(|i| i as u8).collect();
        let mut got = vec![0; length];
        let (mut from, mut to) = stream.split();
        let (written, read) = tokio::join!(to.write_all(&sent), from.read_exact(&mut got));
        written.is_ok() && read.is_ok() && got == sent
    }

    #[tokio::test]
    async fn everything_passes_in_both_directions_and_in_order() {
        let proxy = Proxy::start(echo().await).await.unwrap();
        let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
        assert!(answers(&mut stream, 1 << 20).await);
        proxy.delay(Duration::from_millis(20));
        let start = Instant::now();
        assert!(answers(&mut stream, 1 << 20).await);
        assert!(start.elapsed() >= Duration::from_millis(40));
        // The end of one side reaches the other, after all that was sent before it.
        stream.write_all(b"last").await.unwrap();
        stream.shutdown().await.unwrap();
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await.unwrap();
        assert_eq!(rest, b"last");
    }

    #[tokio::test]
    async fn a_cut_ends_connections_and_refuses_new_ones_until_it_is_healed() {
        let proxy = Proxy::start(echo().await).await.unwrap();
        let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
        assert!(answers(&mut stream, 10).await);
        proxy.cut();
        let mut rest = Vec::new();
        // The connection has ended or was reset.
        let _ = stream.read_to_end(&mut rest).await;
        assert!(rest.is_empty() && !answers(&mut stream, 10).await);
        let mut refused = TcpStream::connect(proxy.address()).await.unwrap();
        assert!(!answers(&mut refused, 10).await);
        proxy.heal();
        let again = wait::until("an answer", LIMIT, || async {
            let mut stream = TcpStream::connect(proxy.address()).await?;
            Ok(Seen::when(answers(&mut stream, 10).await, || "none"))
        });
        again.await.unwrap();
    }
}
