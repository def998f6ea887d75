//! Content between this node and kubo, in both directions. Skipped, with a message, if there is no
//! kubo: `make kubo` builds it.
#![allow(clippy::unwrap_used)]

mod support;

use support::kubo::Kubo;
use support::{content, Daemon};

const KIB: usize = 1024;

/// One byte, lengths around one leaf, more than one inner block, and a large file.
const SIZES: [usize; 6] = [
    1,
    256 * KIB - 1,
    256 * KIB,
    256 * KIB + 1,
    5_000_000,
    50_000_000,
];

async fn connected(transport: &str) -> Option<(Daemon, Kubo)> {
    let kubo = Kubo::start()?;
    let node = Daemon::start(&[]);
    let address = kubo.address(transport);
    node.call("swarm/connect", &[("arg", &address)]).await.ok();
    Some((node, kubo))
}

#[tokio::test]
async fn kubo_fetches_from_this_node() {
    let Some((node, kubo)) = connected("tcp").await else {
        return;
    };
    for (chunker, links) in [("size-262144", "174"), ("size-1048576", "1024")] {
        for len in SIZES {
            let sent = content(len, len as u64);
            let layout = [("chunker", chunker), ("max-file-links", links)];
            let cid = node.cid_of(sent.clone(), &layout).await;
            assert!(kubo.cat(&cid) == sent, "{len} bytes arrived changed");
            // The CID that kubo would give.
            let options = [
                "--cid-version=1",
                &format!("--chunker={chunker}"),
                &format!("--max-file-links={links}"),
                "--only-hash",
            ];
            assert_eq!(kubo.add(&sent, &options), cid, "{len} bytes");
        }
    }
}

#[tokio::test]
async fn this_node_fetches_from_kubo() {
    let Some((node, kubo)) = connected("tcp").await else {
        return;
    };
    for len in SIZES {
        let sent = content(len, len as u64 + 1);
        let cid = kubo.add(&sent, &["--cid-version=1"]);
        assert!(node.cat(&cid).await == sent, "{len} bytes arrived changed");
    }
}

#[tokio::test]
async fn both_directions_over_quic() {
    let Some((node, kubo)) = connected("quic-v1").await else {
        return;
    };
    let sent = content(5_000_000, 7);
    let cid = node.cid_of(sent.clone(), &[]).await;
    assert!(kubo.cat(&cid) == sent);
    let sent = content(5_000_000, 8);
    let cid = kubo.add(&sent, &["--cid-version=1"]);
    assert!(node.cat(&cid).await == sent);
}

#[tokio::test]
async fn files_that_kubo_lays_out_in_other_ways() {
    let Some((node, kubo)) = connected("tcp").await else {
        return;
    };
    for (seed, options) in [
        // Version 0: leaves in UnixFS blocks.
        &["--cid-version=0"][..],
        &["--cid-version=1", "--raw-leaves=false"],
        &[
            "--cid-version=1",
            "--chunker=size-1048576",
            "--max-file-links=1024",
        ],
        &["--cid-version=1", "--chunker=rabin-65536-131072-262144"],
        &["--cid-version=1", "--trickle"],
    ]
    .into_iter()
    .enumerate()
    {
        let sent = content(5_000_000, seed as u64 + 20);
        let cid = kubo.add(&sent, options);
        assert!(node.cat(&cid).await == sent, "{options:?}");
        node.call("pin/add", &[("arg", &cid)]).await.ok();
        let part = [("arg", &*cid), ("offset", "2499999"), ("length", "300000")];
        let part = node.call("cat", &part).await.ok().body;
        assert!(part == sent[2_499_999..2_799_999], "{options:?}");
    }
}
