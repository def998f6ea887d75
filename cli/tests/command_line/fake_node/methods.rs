//! The fake node's JSON-RPC methods.

use std::{
    sync::{
        atomic::{AtomicUsize, Ordering},
        Arc,
    },
    time::Duration,
};

use aicpw_protocol::{device::DeviceSpec, Gflops};
use jsonrpsee::{
    server::{RpcModule, SubscriptionMessage},
    types::ErrorObjectOwned,
};
use serde_json::{json, Value};

use super::{
    records::{Looks, Reads},
    state::{runtime_api, spec},
    CHARLIES_ADDRESS, TAKEN,
};

/// The methods of every fake node, except those of its store.
pub fn module(
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
                // Every time this is asked, there is a new best block.
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
            // The spec until the node measures the device anew.
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
            // Charlie is connected to the node of another provider.
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

/// The time between two best blocks, which is short so that tests are quick.
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

pub fn unknown(what: &str) -> ErrorObjectOwned {
    ErrorObjectOwned::owned(-32000, format!("{what} not found"), None::<()>)
}
