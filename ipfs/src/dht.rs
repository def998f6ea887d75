//! The table of who has what, which the nodes keep together (Kademlia), apart from IPFS' public
//! one.
//!
//! It has its own protocol, so a connection to kubo, whose table spans the world, joins nothing. A
//! node takes part if it is told at least one bootnode, or is one.
//!
//! - Pinned content is announced as soon as it is pinned; nothing else ever is.
//! - What strangers say is bounded: in number, both in total and for each of them, in length, and
//!   to announcements. There is always room for this node's own announcements. The table holds no
//!   values.

mod announced;
mod behaviour;

pub use behaviour::{Behaviour, Role};

use cid::Cid;
use connexa::prelude::dht::RecordKey;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::mpsc;

/// The number of commands that may wait for the network task.
const QUEUE: usize = 64;

/// The pause between two searches for the same file; doubled each time.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The pause before announcing a file again that could not be announced.
const TRY_AGAIN: Duration = Duration::from_secs(300);

/// A request to the network task.
enum Command {
    Announce(RecordKey),
    AnnounceFailed,
    Withdraw(RecordKey),
    Find(RecordKey),
}

/// The table, as the rest of the process sees it.
#[derive(Clone)]
pub struct Dht {
    commands: mpsc::Sender<Command>,
}

impl Dht {
    /// Returns the table, and the behaviour that runs it.
    pub fn new(local: rust_ipfs::PeerId, role: Role) -> (Self, Behaviour) {
        let (commands, receiver) = mpsc::channel(QUEUE);
        (Self { commands }, Behaviour::new(local, role, receiver))
    }

    /// Announces, from now on, that this node has a file.
    pub async fn announce(&self, root: &Cid) {
        self.send(Command::Announce(key(root))).await;
    }

    /// Stops announcing a file. Others may remember it for a day.
    pub async fn withdraw(&self, root: &Cid) {
        self.send(Command::Withdraw(key(root))).await;
    }

    /// Connects to the nodes that have a file, and to others that come to have it, until dropped.
    pub async fn keep_finding(&self, root: &Cid) -> Infallible {
        let mut pause = FIRST_PAUSE;
        loop {
            self.send(Command::Find(key(root))).await;
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Retries now and then to announce what could not be announced.
    pub async fn keep_announcing(self) -> Infallible {
        loop {
            tokio::time::sleep(TRY_AGAIN).await;
            self.send(Command::AnnounceFailed).await;
        }
    }

    async fn send(&self, command: Command) {
        // The channel is closed when the node is shutting down, and then nothing matters any more.
        let _ = self.commands.send(command).await;
    }
}

/// Returns the key of a CID. As in kubo's table, all CIDs of the same content have one key.
fn key(cid: &Cid) -> RecordKey {
    RecordKey::from(cid.hash().to_bytes())
}
