//! Who has what: a table kept by the nodes together (Kademlia), apart from IPFS' public one.
//!
//! It speaks a protocol of its own, so a connection to kubo, whose table reaches round the world,
//! joins nothing. A node takes part if it is told at least one bootnode, or is one.
//!
//! - What is pinned is announced, from when it is pinned; nothing else ever is.
//! - What a stranger says is bounded: in number, in all and for each, in length, and to announcements.
//!   There is always room for this node's own. The table holds no values.

mod announced;
mod behaviour;

pub use behaviour::{Behaviour, Role};

use cid::Cid;
use connexa::prelude::dht::RecordKey;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::mpsc;

/// Commands that may wait for the network task.
const QUEUE: usize = 64;

/// Pause between two searches for the same file; doubled each time.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// How long after a file could not be announced it is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(300);

/// What the network task is asked to do.
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
    /// The table, and what runs it.
    pub fn new(local: rust_ipfs::PeerId, role: Role) -> (Self, Behaviour) {
        let (commands, receiver) = mpsc::channel(QUEUE);
        (Self { commands }, Behaviour::new(local, role, receiver))
    }

    /// Says, from now on, that this node has a file.
    pub async fn announce(&self, root: &Cid) {
        self.send(Command::Announce(key(root))).await;
    }

    /// Says so no longer. Others may remember it for a day.
    pub async fn withdraw(&self, root: &Cid) {
        self.send(Command::Withdraw(key(root))).await;
    }

    /// Connects to those that have a file, and to others that come to have it, until dropped.
    pub async fn keep_finding(&self, root: &Cid) -> Infallible {
        let mut pause = FIRST_PAUSE;
        loop {
            self.send(Command::Find(key(root))).await;
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Announces what could not be announced, now and then.
    pub async fn keep_announcing(self) -> Infallible {
        loop {
            tokio::time::sleep(TRY_AGAIN).await;
            self.send(Command::AnnounceFailed).await;
        }
    }

    async fn send(&self, command: Command) {
        // It is closed when the node is shutting down, and then nothing matters any more.
        let _ = self.commands.send(command).await;
    }
}

/// As kubo's table does it: all CIDs of one content have one key.
fn key(cid: &Cid) -> RecordKey {
    RecordKey::from(cid.hash().to_bytes())
}
