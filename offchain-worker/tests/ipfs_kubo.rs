//! Tests of [`BlobStore`] with an ordinary kubo daemon, as with `--ipfs-rpc`, and between it and an
//! `aicpw-ipfs`. Skipped, with a message, if there is no kubo: `make kubo` builds it.
#![allow(clippy::unwrap_used)]

mod common;
// One file for both workspaces.
#[path = "../../ipfs/tests/support/kubo.rs"]
mod kubo;

use aicpw_offchain_worker::ipfs::{
    silent, BlobError, BlobStore, Daemon, FetchOptions, KuboRpc, PeerAddress,
};
use common::{config, content, NOWHERE};
use kubo::Kubo;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

/// One byte, lengths around one leaf of kubo's and one of ours, and large ones.
const SIZES: [usize; 9] = [
    1, 262_143, 262_144, 262_145, 1_048_575, 1_048_576, 1_048_577, 5_000_000, 50_000_000,
];

const LIMIT: Duration = Duration::from_secs(20);

fn store_of(kubo: &Kubo) -> KuboRpc {
    let api = kubo.api();
    let parts: Vec<&str> = api.split('/').collect();
    let ["", "ip4", host, "tcp", port] = parts[..] else {
        panic!("{api}");
    };
    let store = KuboRpc::http(&format!("http://{host}:{port}")).unwrap();
    store.allow_private_ip(true)
}

async fn own(folder: &Path) -> Daemon {
    Daemon::start(config(folder)).await.unwrap()
}

fn options(peers: Vec<PeerAddress>) -> FetchOptions {
    FetchOptions {
        peers,
        max_bytes: 100_000_000,
        stall_timeout: Duration::from_secs(60),
        total_timeout: Duration::from_secs(300),
    }
}

#[tokio::test]
async fn files_go_between_kubo_and_our_own_in_both_directions() {
    let Some(kubo) = Kubo::start() else { return };
    let dir = TempDir::new().unwrap();
    let ours = own(dir.path()).await;
    let (kubo, ours) = (store_of(&kubo), ours.store());
    for (seed, (from, to, what)) in [(&kubo, &ours, "from kubo"), (&ours, &kubo, "to kubo")]
        .into_iter()
        .enumerate()
    {
        let peers = from.local_addresses().await.unwrap();
        for len in SIZES {
            // Not the same content in both directions: the other store would have it already.
            let mut content = content(len);
            content[0] = seed as u8;
            let input = dir.path().join("input");
            std::fs::write(&input, &content).unwrap();
            let cid = from.add_file(&input, &silent).await.unwrap();
            let hashed = to.hash_file(&input, &silent).await.unwrap();
            assert_eq!(hashed, cid, "{len} bytes {what}: one content, two CIDs");
            let output = dir.path().join("output");
            let size = to
                .fetch_to_file(&cid, &output, &options(peers.clone()), &silent)
                .await
                .unwrap();
            assert_eq!(size, content.len() as u64, "{what}");
            assert!(
                std::fs::read(&output).unwrap() == content,
                "{len} bytes {what} arrived changed"
            );
            let mut got = Vec::new();
            let mut sink = |piece: &[u8]| got.extend_from_slice(piece);
            let options = options(peers.clone());
            let size = to.fetch_through(&cid, &options, &silent, &mut sink).await;
            assert_eq!(size.unwrap(), content.len() as u64, "{what}");
            assert!(got == content, "{len} bytes {what} came through changed");
        }
    }
}

#[tokio::test]
async fn kubo_does_all_that_a_store_does() {
    let Some(kubo) = Kubo::start() else { return };
    let store = store_of(&kubo);
    let dir = TempDir::new().unwrap();
    let input = dir.path().join("input");
    std::fs::write(&input, content(700_000)).unwrap();
    let cid = store.add_file(&input, &silent).await.unwrap();
    assert_eq!(store.size(&cid, LIMIT).await.unwrap(), 700_000);
    let part = store.read_range(&cid, 262_140, 10, LIMIT).await.unwrap();
    assert_eq!(part, content(700_000)[262_140..262_150]);
    store.unpin(&cid).await.unwrap();
    store.unpin(&cid).await.unwrap();
    store.pin(&cid, LIMIT).await.unwrap();
    assert!(!store.local_addresses().await.unwrap().is_empty());
    let status = store.status().await.unwrap();
    assert!(status.bytes >= 700_000 && status.limit.is_some_and(|limit| limit > status.bytes));

    let nowhere = NOWHERE.parse().unwrap();
    let error = store
        .size(&nowhere, Duration::from_millis(300))
        .await
        .unwrap_err();
    assert!(matches!(error, BlobError::NotFound { .. }), "{error}");
    let small = FetchOptions {
        max_bytes: 699_999,
        ..options(vec![])
    };
    let output = dir.path().join("output");
    let error = store
        .fetch_to_file(&cid, &output, &small, &silent)
        .await
        .unwrap_err();
    assert!(matches!(error, BlobError::TooLarge { .. }), "{error}");
    assert!(!output.exists());
}

#[tokio::test]
async fn a_kubo_that_is_gone_is_named() {
    let Some(kubo) = Kubo::start() else { return };
    let store = store_of(&kubo);
    drop(kubo);
    let error = store.local_addresses().await.unwrap_err();
    assert!(
        matches!(error, BlobError::NodeUnreachable { .. }),
        "{error}"
    );
    assert!(error.to_string().contains("http://127.0.0.1:"), "{error}");
}
