//! A node with one provider, `//Bob`, which answers reads and counts transactions.

pub mod disputes;
mod market;
pub mod results;
mod store;
pub mod watched;

use std::{
    collections::BTreeMap,
    process::{Child, Command, Output, Stdio},
    sync::{
        atomic::{AtomicUsize, Ordering},
        Arc, Mutex,
    },
    time::Duration,
};

use aicpw_protocol::{
    audit::AuditPolicy,
    device::{ClassSet, DeviceKind, DeviceSpec, Reputation},
    mailbox::{Order, Orders},
    reputation::ReputationRecord,
    task::{
        AssignmentStatus, DeterminismClass, Engine, Needs, Privacy, Role, Submission, TaskStatus,
        Verification,
    },
    units::AICP,
    view::{
        DeviceView, HistoryHead, MarketClock, ProviderView, ReputationView, TaskView, UnbondingView,
    },
    AskPrice, AssignmentId, DeviceId, Gflops, Mebibytes, MegabitsPerSecond, Milliseconds, TaskId,
};
use codec::{Decode, Encode};
use jsonrpsee::{
    server::{RpcModule, Server, ServerHandle, SubscriptionMessage},
    types::ErrorObjectOwned,
};
use serde_json::{json, Value};
use tempfile::TempDir;

use market::market;
use store::Asked;
pub use store::{NOWHERE, PEER};

use crate::aicpw_of;

type Account = [u8; 32];

const BOB: &str = "8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48";

const ALICE: &str = "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d";

const CHARLIE: &str = "90b5ab205c6974c9ea841be688864633dc9ca8a357843eeacf2314649965fe22";

const DAVE: &str = "306721211d5404bd9da88e0204360a1a9ab8b87c66c1bc2fcdd37f3c2222cc20";

/// As the command line writes it.
const CHARLIES_ADDRESS: &str = "ugKQaevAXDfxMJbW2hiK5VWBTGaYq1DczFqfLGAASCKdn5pBn";

/// The worker key of a provider that is none of these.
const TAKEN: [u8; 32] = [9; 32];

/// Submissions so far, all of which can be read.
const HISTORY_LENGTH: u64 = 1_000;

const CLOCK: MarketClock = MarketClock {
    block: 1_000,
    is_paused: false,
};

/// How often each task was read.
#[derive(Default)]
pub struct Looks(Mutex<BTreeMap<TaskId, usize>>);

impl Looks {
    /// How often this one was before, which it now is once more.
    pub fn next(&self, task: TaskId) -> usize {
        let mut all = self.0.lock().unwrap();
        let looks = all.entry(task).or_default();
        let before = *looks;
        *looks += 1;
        before
    }

    /// How often this one was.
    fn so_far(&self, task: TaskId) -> usize {
        let all = self.0.lock().unwrap();
        all.get(&task).copied().unwrap_or_default()
    }
}

/// Who has nothing yet.
fn new_user() -> Arc<TempDir> {
    Arc::new(tempfile::tempdir().unwrap())
}

/// A free port of this machine.
const ANYWHERE: &str = "127.0.0.1:0";

/// Runtime APIs that were called, and in the state of which block.
type Reads = Arc<Mutex<Vec<(String, Option<String>)>>>;

/// A running one. Ends when it is dropped.
pub struct FakeNode {
    url: String,
    transactions: Arc<AtomicUsize>,
    asked: Asked,
    reads: Reads,
    looks: Arc<Looks>,
    /// What `aicpw` keeps for its user. The same after [`Self::start_anew`]: it may still run.
    user: Arc<TempDir>,
    _server: ServerHandle,
    _runtime: tokio::runtime::Runtime,
}

impl FakeNode {
    /// Starts it on a free port of this machine.
    pub fn start() -> Self {
        Self::start_with(ANYWHERE, new_user(), |_| {})
    }

    /// Ends it with its connections, and starts another at the same address, which has seen nothing.
    pub fn start_anew(self) -> Self {
        let (at, user) = self.end();
        Self::start_with(&at, user, |_| {})
    }

    /// As [`Self::start_anew`]; it synchronises until it was asked so often whether it does.
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

    /// As [`Self::start_anew`]; of its blocks no new one becomes final for long.
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

    /// One that also has an IPFS store.
    pub fn start_with_store() -> Self {
        let asked = Asked::default();
        let node = Self::start_with(ANYWHERE, new_user(), |module| {
            store::add_to(module, &asked);
        });
        Self { asked, ..node }
    }

    /// Ends it with its connections; where it was, and what its user has.
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

    /// Gets a task one state further that does not get further when it is read.
    pub fn go_on(&self, task: u64) {
        self.looks.next(TaskId(task));
    }

    /// Transactions that it was sent.
    pub fn transactions(&self) -> usize {
        self.transactions.load(Ordering::SeqCst)
    }

    /// In the states of which blocks it was asked for these since it was asked for that last.
    pub fn read_at(&self, functions: &[&str]) -> Vec<Option<String>> {
        let reads = std::mem::take(&mut *self.reads.lock().unwrap());
        let asked = reads
            .into_iter()
            .filter(|(function, _)| functions.contains(&&function[..]));
        asked.map(|(_, at)| at).collect()
    }

    /// What its store was told to do, and with which CID or address.
    pub fn asked(&self) -> Vec<(&'static str, String)> {
        self.asked.lock().unwrap().clone()
    }

    /// What it was told to forget.
    pub fn unpinned(&self) -> Vec<String> {
        let asked = self.asked().into_iter();
        let unpinned = asked.filter(|(what, _)| *what == "unpin");
        unpinned.map(|(_, cid)| cid).collect()
    }

    /// Runs `aicpw`, as Bob if `arguments` do not say otherwise.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.aicpw(arguments).output().unwrap()
    }

    /// Starts it, to be listened to while it runs.
    pub fn start_aicpw(&self, arguments: &[&str]) -> Child {
        let mut aicpw = self.aicpw(arguments);
        aicpw.stdout(Stdio::piped()).stderr(Stdio::piped());
        aicpw.spawn().unwrap()
    }

    /// `aicpw` at this node, to be run.
    pub fn aicpw(&self, arguments: &[&str]) -> Command {
        let mut aicpw = aicpw_of(self.user.path());
        aicpw
            .args(["--url", &self.url])
            .args(arguments)
            .env("AICPW_SURI", "//Bob");
        aicpw
    }

    /// What it prints for people when it succeeds.
    pub fn text(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {error}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Its document when it succeeds.
    pub fn document(&self, arguments: &[&str]) -> Value {
        let text = self.text(&[arguments, &["--json"]].concat());
        serde_json::from_str(&text).unwrap()
    }

    /// Its `error` when it fails with this code.
    pub fn failure(&self, arguments: &[&str], code: i32) -> Value {
        let output = self.run(&[arguments, &["--json"]].concat());
        let text = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {text}");
        let document: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(document["error"]["code"], code, "{document}");
        document["error"].clone()
    }
}

fn module(
    transactions: Arc<AtomicUsize>,
    reads: Reads,
    looks: Arc<Looks>,
) -> RpcModule<Arc<AtomicUsize>> {
    let mut module = RpcModule::new(transactions);
    let best = AtomicUsize::new(0);
    module
        .register_method("state_call", move |params, _, _| {
            let (function, arguments, at): (String, String, Option<String>) = params.parse()?;
            // No best block has this hash.
            let is_final = at.as_ref() == Some(&zero_hash());
            reads.lock().unwrap().push((function.clone(), at));
            let bytes = hex::decode(arguments.trim_start_matches("0x")).unwrap_or_default();
            let answer = runtime_api(&function, &bytes, is_final, &looks);
            let answer = answer.ok_or_else(|| unknown(&function))?;
            Ok::<_, ErrorObjectOwned>(format!("0x{}", hex::encode(answer)))
        })
        .unwrap();
    module
        .register_method(
            "system_health",
            |_, _, _| json!({ "peers": 0, "isSyncing": false, "shouldHavePeers": false }),
        )
        .unwrap();
    module
        .register_method(
            "system_syncState",
            |_, _, _| json!({ "startingBlock": 0, "currentBlock": 1_000, "highestBlock": 1_000 }),
        )
        .unwrap();
    module
        .register_method("chain_getFinalizedHead", |_, _, _| zero_hash())
        .unwrap();
    module
        .register_method("chain_getBlockHash", move |params, _, _| {
            match params.sequence().optional_next::<u64>() {
                Ok(Some(_)) => zero_hash(),
                // Whenever it is asked there is a new best block.
                _ => format!("0x{:064x}", best.fetch_add(1, Ordering::SeqCst) + 1),
            }
        })
        .unwrap();
    module
        .register_method("chain_getHeader", |_, _, _| header())
        .unwrap();
    module
        .register_subscription(
            "chain_subscribeNewHeads",
            "chain_newHead",
            "chain_unsubscribeNewHeads",
            |_, pending, _, _| async move {
                let Ok(sink) = pending.accept().await else {
                    return;
                };
                let mut blocks = tokio::time::interval(BLOCK_TIME);
                loop {
                    blocks.tick().await;
                    let header = SubscriptionMessage::from_json(&header()).unwrap();
                    if sink.send(header).await.is_err() {
                        return;
                    }
                }
            },
        )
        .unwrap();
    module
        .register_method("aicpw_localDevices", |_, _, _| {
            // Until it measures anew.
            let before = DeviceSpec {
                gflops: Gflops(9_000),
                ..spec(4)
            };
            json!([spec(3), before])
        })
        .unwrap();
    module
        .register_method("aicpw_measureDevice", |params, _, _| {
            let fingerprint = params.one::<String>().unwrap_or_default();
            match fingerprint == format!("0x{}", "04".repeat(32)) {
                true => Ok(json!(spec(4))),
                false => Err(unknown("device")),
            }
        })
        .unwrap();
    module
        .register_method("aicpw_workerKeys", |params, _, _| {
            let account = params.one::<String>().unwrap_or_default();
            // Charlie is at the node of another provider.
            let worker = match account == CHARLIES_ADDRESS {
                true => hex::encode(TAKEN),
                false => "01".repeat(32),
            };
            json!({
                "worker": format!("0x{worker}"),
                "sealingKey": format!("0x{}", "02".repeat(32)),
                "proof": { "recentBlock": 9, "signature": format!("0x{}", "03".repeat(64)) },
            })
        })
        .unwrap();
    for method in ["author_submitExtrinsic", "author_submitAndWatchExtrinsic"] {
        module
            .register_method(method, |_, transactions, _| {
                transactions.fetch_add(1, Ordering::SeqCst);
                Err::<(), _>(unknown("transactions"))
            })
            .unwrap();
    }
    module
}

/// Between two of its best blocks, which are many so that tests are quick.
const BLOCK_TIME: Duration = Duration::from_millis(20);

fn header() -> Value {
    json!({
        "parentHash": zero_hash(), "number": "0x3e8", "stateRoot": zero_hash(),
        "extrinsicsRoot": zero_hash(), "digest": { "logs": [] },
    })
}

fn zero_hash() -> String {
    format!("0x{}", "00".repeat(32))
}

fn unknown(what: &str) -> ErrorObjectOwned {
    ErrorObjectOwned::owned(-32000, format!("{what} not found"), None::<()>)
}

/// What the provider's worker is at: a result that waits for the others.
fn orders() -> Orders {
    let order = Order {
        assignment: AssignmentId {
            task: TaskId(7),
            replica: 0,
            attempt: 0,
        },
        role: Role::Replica,
        provider: vec![3; 32],
        device: DeviceId(3),
        fingerprint: [1; 32],
        manifest: MANIFEST.parse().unwrap(),
        needs: Needs {
            engine: Engine::OpenCl,
            class: DeterminismClass::Int,
            gflops: Gflops(1),
            memory: Mebibytes(1),
            bandwidth: MegabitsPerSecond(1),
            min_reputation: Reputation(0),
        },
        time_limit: Milliseconds(60_000),
        privacy: Privacy::Public,
        peers: Default::default(),
        status: AssignmentStatus::Committed {
            commitment: [7; 32],
            at: 990,
            reveal_by: None,
        },
        envelope: None,
        fetch: None,
    };
    Orders {
        orders: vec![order],
        ..Orders::default()
    }
}

/// In the state of the last final block, or of a best one.
fn runtime_api(function: &str, arguments: &[u8], is_final: bool, looks: &Looks) -> Option<Vec<u8>> {
    match function {
        "ProvidersApi_provider" => {
            let account = Account::decode(&mut &arguments[..]).ok()?;
            let is_bob = hex::encode(account) == BOB;
            Some(is_bob.then(|| provider(account)).encode())
        }
        "ProvidersApi_reputation" => {
            let account = Account::decode(&mut &arguments[..]).ok()?;
            let is_bob = hex::encode(account) == BOB;
            Some(is_bob.then(reputation).encode())
        }
        "WorkerApi_orders" => Some(orders().encode()),
        "WorkerApi_locked" => Some(Vec::<AssignmentId>::new().encode()),
        "ProvidersApi_provider_of_worker" => {
            let worker = <[u8; 32]>::decode(&mut &arguments[..]).ok()?;
            let owner: Option<Account> = (worker == TAKEN).then_some([7; 32]);
            Some(owner.encode())
        }
        "TasksApi_tasks" => {
            let (requester, before, limit) =
                <(Option<Account>, Option<TaskId>, u32)>::decode(&mut &arguments[..]).ok()?;
            if requester.is_none() {
                let before = before.map_or(HISTORY_LENGTH, |before| before.0.min(HISTORY_LENGTH));
                let ids = (0..before).rev().take(limit as usize).map(TaskId);
                return Some(ids.collect::<Vec<_>>().encode());
            }
            let newest = match requester.map(hex::encode).as_deref() {
                Some(ALICE) => Some(disputes::SEALED),
                Some(CHARLIE) => Some(watched::UNSTEADY),
                Some(DAVE) => Some(results::RIGHT),
                _ => None,
            };
            let ids = newest.filter(|id| before.is_none_or(|before| *id < before.0));
            Some(ids.into_iter().map(TaskId).collect::<Vec<_>>().encode())
        }
        "TasksApi_task" => {
            let id = TaskId::decode(&mut &arguments[..]).ok()?;
            if watched::fails(id, looks) {
                return None;
            }
            let task = watched::task(id, is_final, looks).or_else(|| results::task(id));
            let task = task.unwrap_or_else(|| disputes::task(id, looks));
            Some(Some(task).encode())
        }
        "DisputesApi_dispute" => {
            let id = TaskId::decode(&mut &arguments[..]).ok()?;
            Some(disputes::dispute(id).encode())
        }
        "DisputesApi_disputes" => {
            let after = Option::<TaskId>::decode(&mut &arguments[..]).ok()?;
            Some(disputes::ids(after).encode())
        }
        "DisputesApi_dispute_bond" => {
            let id = TaskId::decode(&mut &arguments[..]).ok()?;
            Some(disputes::bond(id).encode())
        }
        "DisputesApi_claim_bond" => {
            let of = AssignmentId::decode(&mut &arguments[..]).ok()?;
            Some(disputes::claim_bond(of).encode())
        }
        "TasksApi_history_head" => Some(
            HistoryHead {
                length: HISTORY_LENGTH,
                head: [0; 32],
            }
            .encode(),
        ),
        "TasksApi_market_parameters" => Some(market().encode()),
        "TasksApi_market_clock" => Some(CLOCK.encode()),
        _ => None,
    }
}

/// A task that ended in the block of its number.
fn cancelled(id: TaskId) -> TaskView<Account> {
    TaskView {
        id,
        requester: [1; 32],
        submission: Submission {
            manifest: MANIFEST.parse().unwrap(),
            needs: Needs {
                engine: Engine::OpenCl,
                class: DeterminismClass::Int,
                gflops: Gflops(1),
                memory: Mebibytes(1),
                bandwidth: MegabitsPerSecond(0),
                min_reputation: Reputation(0),
            },
            time_limit: Milliseconds(1_000),
            budget: AICP,
            match_window: Milliseconds(1_000),
            verification: Verification::Optimistic {
                window: Milliseconds(1_000),
            },
            privacy: Privacy::Public,
            peers: Default::default(),
        },
        submitted_at: 1,
        timestamp: 1,
        history_head: [0; 32],
        status: TaskStatus::Cancelled { at: id.0 as u32 },
        escrow: 0,
        assignments: vec![],
        rating: None,
        audit: None,
    }
}

/// The manifest of its tasks.
pub const MANIFEST: &str = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi";

fn spec(fingerprint: u8) -> DeviceSpec {
    DeviceSpec {
        kind: DeviceKind::Gpu,
        engine: Engine::OpenCl,
        name: b"card".to_vec().try_into().unwrap(),
        fingerprint: [fingerprint; 32],
        classes: ClassSet {
            int: true,
            fp32_strict: false,
            device: true,
        },
        gflops: Gflops(10_000),
        memory: Mebibytes(8_000),
        bandwidth: MegabitsPerSecond(100),
    }
}

/// That of a beginner which had one task, of Charlie.
fn reputation() -> ReputationView<Account> {
    let mut record = ReputationRecord::new(CLOCK.block);
    let charlie: Account = hex::decode(CHARLIE).unwrap().try_into().unwrap();
    record.settled(&charlie, aicpw_protocol::reputation::weight(AICP, AICP));
    ReputationView {
        record,
        half_life: 240,
        audits: AuditPolicy::DEFAULT,
    }
}

/// With 1,000 AICP, of which 300 unbond, a device that runs a task and one that is paused.
fn provider(account: Account) -> ProviderView<Account> {
    let device = |id: u8, used_slots: u8| DeviceView {
        id: DeviceId(id.into()),
        provider: account,
        spec: spec(id),
        ask: AskPrice(AICP / 2),
        slots: 1,
        used_slots,
        available: used_slots > 0,
        online: true,
        effective_gflops: spec(id).gflops,
        cools_until: None,
        challenge: None,
    };
    ProviderView {
        account,
        stake: 1_000 * AICP,
        unbonding: 300 * AICP,
        unbondings: vec![UnbondingView {
            amount: 300 * AICP,
            available_at: 5_000,
        }],
        locked: AICP,
        worker: [5; 32],
        sealing_key: [6; 32],
        peers: Default::default(),
        last_heartbeat: Some(990),
        online: true,
        reputation: Reputation(510),
        settled: 3,
        faults: 1,
        ratings: (2, 9),
        devices: vec![device(3, 1), device(4, 0)],
    }
}
