//! A fake node with one provider, `//Bob`. It answers reads and counts transactions.

pub mod disputes;
mod market;
mod methods;
mod program;
mod records;
pub mod results;
mod state;
mod store;
pub mod watched;

use std::sync::{
    atomic::{AtomicUsize, Ordering},
    Arc,
};

use jsonrpsee::server::{RpcModule, Server, ServerHandle};
use serde_json::json;
use tempfile::TempDir;

use methods::module;
use records::{Looks, Reads};
pub use state::MANIFEST;
use store::Asked;
pub use store::{CUT, NOWHERE, PEER, STALLED};

type Account = [u8; 32];

const BOB: &str = "8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48";

const ALICE: &str = "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d";

const CHARLIE: &str = "90b5ab205c6974c9ea841be688864633dc9ca8a357843eeacf2314649965fe22";

const DAVE: &str = "306721211d5404bd9da88e0204360a1a9ab8b87c66c1bc2fcdd37f3c2222cc20";

/// Charlie's address, as the command line writes it.
const CHARLIES_ADDRESS: &str = "ugKQaevAXDfxMJbW2hiK5VWBTGaYq1DczFqfLGAASCKdn5pBn";

/// A worker key that belongs to another provider.
const TAKEN: [u8; 32] = [9; 32];

/// A user who has no data yet.
fn new_user() -> Arc<TempDir> {
    Arc::new(tempfile::tempdir().unwrap())
}

/// A free port of this machine.
const ANYWHERE: &str = "127.0.0.1:0";

/// A running fake node. It ends when it is dropped.
pub struct FakeNode {
    url: String,
    transactions: Arc<AtomicUsize>,
    asked: Asked,
    reads: Reads,
    looks: Arc<Looks>,
    /// The folder in which `aicpw` keeps its user's data. It stays the same after [`Self::start_anew`], when `aicpw`
    /// may still be running.
    user: Arc<TempDir>,
    _server: ServerHandle,
    _runtime: tokio::runtime::Runtime,
}

impl FakeNode {
    /// Starts a node on a free port of this machine.
    pub fn start() -> Self {
        Self::start_with(ANYWHERE, new_user(), |_| {})
    }

    /// Ends the node with its connections, and starts another at the same address, which has seen nothing.
    pub fn start_anew(self) -> Self {
        let (at, user) = self.end();
        Self::start_with(&at, user, |_| {})
    }

    /// Like [`Self::start_anew`], but the new node is synchronising until it was asked about it this often.
    pub fn start_anew_behind(self, asked: usize) -> Self {
        let (at, user) = self.end();
        Self::start_with(&at, user, move |module| {
            let before = AtomicUsize::new(0);
            module.remove_method("system_health");
            module
                .register_method("system_health", move |_, _, _| {
                    let is_behind = before.fetch_add(1, Ordering::SeqCst) < asked;
                    json!({ "peers": 1, "isSyncing": is_behind, "shouldHavePeers": true })
                })
                .unwrap();
        })
    }

    /// Like [`Self::start_anew`], but for a long time no new block becomes final.
    pub fn start_anew_not_final(self) -> Self {
        let (at, user) = self.end();
        Self::start_with(&at, user, |module| {
            module.remove_method("system_syncState");
            module
                .register_method(
                    "system_syncState",
                    |_, _, _| json!({ "startingBlock": 0, "currentBlock": 2_000, "highestBlock": 2_000 }),
                )
                .unwrap();
        })
    }

    /// Starts a node that also has an IPFS store.
    pub fn start_with_store() -> Self {
        let asked = Asked::default();
        let node = Self::start_with(ANYWHERE, new_user(), |module| {
            store::add_to(module, &asked);
        });
        Self { asked, ..node }
    }

    /// Ends the node with its connections. Returns its address, and the folder with its user's data.
    fn end(self) -> (String, Arc<TempDir>) {
        let at = self.url.trim_start_matches("ws://").to_owned();
        (at, self.user)
    }

    fn start_with(
        at: &str,
        user: Arc<TempDir>,
        more: impl FnOnce(&mut RpcModule<Arc<AtomicUsize>>),
    ) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let transactions = Arc::new(AtomicUsize::new(0));
        let reads = Reads::default();
        let looks = Arc::new(Looks::default());
        let mut module = module(
            Arc::clone(&transactions),
            Arc::clone(&reads),
            Arc::clone(&looks),
        );
        more(&mut module);
        let (url, server) = runtime.block_on(async {
            let server = Server::builder().build(at).await.unwrap();
            let url = format!("ws://{}", server.local_addr().unwrap());
            (url, server.start(module))
        });
        Self {
            url,
            transactions,
            asked: Asked::default(),
            reads,
            looks,
            user,
            _server: server,
            _runtime: runtime,
        }
    }
}
