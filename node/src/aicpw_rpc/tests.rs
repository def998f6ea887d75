//! Tests of who may call which method, and that `docs/rpc.md` says the same.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use aicpw_protocol::TaskId;
use aicpw_runtime::opaque::Block;
use jsonrpsee::types::error::METHOD_NOT_FOUND_CODE;
use sc_keystore::LocalKeystore;
use sc_rpc_api::DenyUnsafe;
use serde_json::{json, Value};
use sp_blockchain::{BlockStatus, HeaderBackend, Info, Result as ChainResult};
use sp_runtime::traits::Block as BlockT;

use super::{
    blobs::{Blobs, BlobsApiServer},
    error::NOT_OFFERED,
    market::Before,
    uploads::Uploads,
    worker::{Worker, WorkerApiServer},
    *,
};

const PAGE: &str = include_str!("../../../docs/rpc.md");

const CID: &str = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi";

/// A chain of which only the genesis is known.
struct Genesis;

type Hash = <Block as BlockT>::Hash;

impl HeaderBackend<Block> for Genesis {
    fn header(&self, _: Hash) -> ChainResult<Option<<Block as BlockT>::Header>> {
        Ok(None)
    }

    fn info(&self) -> Info<Block> {
        Info {
            best_hash: Hash::zero(),
            best_number: 0,
            genesis_hash: Hash::zero(),
            finalized_hash: Hash::zero(),
            finalized_number: 0,
            finalized_state: None,
            number_leaves: 1,
            block_gap: None,
        }
    }

    fn status(&self, _: Hash) -> ChainResult<BlockStatus> {
        Ok(BlockStatus::Unknown)
    }

    fn number(&self, _: Hash) -> ChainResult<Option<u32>> {
        Ok(None)
    }

    fn hash(&self, _: u32) -> ChainResult<Option<Hash>> {
        Ok(None)
    }
}

/// Returns the methods that touch this machine's files, keys, disk or network, on a node without
/// any services.
fn unsafe_methods(folder: &std::path::Path) -> RpcModule<()> {
    let mut module = RpcModule::new(());
    let blobs = Blobs {
        store: None,
        uploads: Arc::new(Uploads::new(folder.join("uploads"), 0)),
    };
    module.merge(blobs.into_rpc()).unwrap();
    let worker = Worker {
        chain: Arc::new(Genesis),
        keystore: LocalKeystore::in_memory().into(),
        is_provider: false,
        devices: watch::channel(None).1,
        folder: folder.to_owned(),
    };
    module.merge(worker.into_rpc()).unwrap();
    module
}

/// Returns valid parameters, by method.
fn parameters() -> BTreeMap<&'static str, Value> {
    BTreeMap::from([
        ("aicpw_ipfsAddOpen", json!([5])),
        ("aicpw_ipfsAddWrite", json!(["upload", "AAAA"])),
        ("aicpw_ipfsAddFinish", json!(["upload"])),
        ("aicpw_ipfsAddAbort", json!(["upload"])),
        ("aicpw_ipfsStat", json!([CID])),
        ("aicpw_ipfsRead", json!([CID, 0, 5])),
        ("aicpw_ipfsPin", json!([CID])),
        ("aicpw_ipfsUnpin", json!([CID])),
        ("aicpw_ipfsConnect", json!(["/ip4/1.2.3.4/tcp/5"])),
        ("aicpw_ipfsAddresses", json!([])),
        ("aicpw_localDevices", json!([])),
        (
            "aicpw_measureDevice",
            json!([format!("0x{}", "07".repeat(32))]),
        ),
        (
            "aicpw_workerKeys",
            json!(["5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"]),
        ),
    ])
}

/// Returns the code of the error with which a call ends.
async fn code(module: &RpcModule<()>, method: &str, parameters: &Value) -> i64 {
    let request = json!({
        "jsonrpc": "2.0", "id": 1, "method": method, "params": parameters,
    });
    let answer = module.raw_json_request(&request.to_string(), 1).await;
    let answer: Value = serde_json::from_str(&answer.unwrap().0).unwrap();
    let code = answer["error"]["code"].as_i64();
    code.unwrap_or_else(|| panic!("{method} was answered: {answer}"))
}

#[tokio::test]
async fn whatever_touches_this_machine_is_denied_where_unsafe_methods_are() {
    let folder = tempfile::tempdir().unwrap();
    let mut module = unsafe_methods(folder.path());
    let parameters = parameters();
    let methods: BTreeSet<&str> = module.method_names().collect();
    assert_eq!(methods, parameters.keys().copied().collect());

    module.extensions_mut().insert(DenyUnsafe::Yes);
    for (method, parameters) in &parameters {
        let code = code(&module, method, parameters).await;
        assert_eq!(code, i64::from(METHOD_NOT_FOUND_CODE), "{method}");
    }
    // Where unsafe methods are allowed, the same calls get as far as the service that this node
    // lacks.
    module.extensions_mut().insert(DenyUnsafe::No);
    for (method, parameters) in &parameters {
        let code = code(&module, method, parameters).await;
        assert_eq!(code, i64::from(NOT_OFFERED), "{method}");
    }
    assert!(!folder.path().join("worker-secret").exists());
}

#[test]
fn where_a_page_of_tasks_begins_is_a_task() {
    let before = |value: Value| serde_json::from_value::<Option<Before>>(value);
    assert_eq!(before(json!(120)).unwrap(), Some(Before(TaskId(120))));
    assert_eq!(
        before(json!(u64::MAX)).unwrap(),
        Some(Before(TaskId(u64::MAX)))
    );
    assert_eq!(before(Value::Null).unwrap(), None);
    for wrong in [
        json!("120"),
        json!(-1),
        json!(1.5),
        json!([1]),
        json!("newest"),
    ] {
        let error = before(wrong.clone()).unwrap_err().to_string();
        let named = format!("`before` is {wrong}, and has to be the id of a task");
        assert!(error.starts_with(&named), "{error}");
    }
}

/// Returns the names of methods in the tables below a heading.
fn listed(heading: &str) -> BTreeSet<String> {
    let (_, rest) = PAGE.split_once(&format!("\n## {heading}")).unwrap();
    let section = rest.split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `aicpw_"));
    rows.flat_map(|row| row.split('|').nth(1).unwrap().split('`').skip(1).step_by(2))
        .map(str::to_owned)
        .collect()
}

/// Returns the methods of the market as their source declares them, because only a whole node has
/// them.
fn methods_for_everybody() -> BTreeSet<String> {
    let source = include_str!("market.rs");
    let quoted = |key| {
        let after = source.split(key).skip(1);
        after.map(|rest: &str| rest.split('"').next().unwrap())
    };
    let names = quoted(" name = \"").chain(quoted("(name = \""));
    let names = names.chain(quoted("unsubscribe = \""));
    names.map(|name| format!("aicpw_{name}")).collect()
}

#[test]
fn the_page_lists_every_method_under_who_may_call_it() {
    let folder = tempfile::tempdir().unwrap();
    let module = unsafe_methods(folder.path());
    let guarded: BTreeSet<String> = module.method_names().map(str::to_owned).collect();
    let of_ipfs = listed("This node's IPFS: only where unsafe methods are allowed");
    let of_worker = listed("This node as a provider's: only where unsafe methods are allowed");
    assert_eq!(
        of_ipfs.union(&of_worker).cloned().collect::<BTreeSet<_>>(),
        guarded
    );

    let mut everybody = listed("The market: for everybody");
    // This one is in the text below the table.
    assert!(PAGE.contains("`aicpw_unsubscribeTask`"));
    everybody.insert("aicpw_unsubscribeTask".into());
    assert_eq!(everybody, methods_for_everybody());
}
