//! Four validators make blocks, agree on them, sign what another chain can verify about them, and survive the loss of
//! one validator.

use std::{cell::Cell, time::Duration};

use aicpw_network_tests::{
    chain,
    client::Client,
    wait::{self, Seen},
    Cluster,
};
use anyhow::Context;
use serde_json::{json, Value};
use sp_keyring::Sr25519Keyring::Dave;

const LIMIT: Duration = Duration::from_secs(180);

/// The arguments with which a node keeps the data that proofs are made of.
const WITH_PROOFS: [&str; 2] = ["--enable-offchain-indexing", "true"];

#[tokio::test(flavor = "multi_thread")]
async fn four_validators_finalise_the_same_chain_without_one_of_them() {
    let mut cluster = Cluster::local(&WITH_PROOFS).await.unwrap();
    for node in &cluster.validators {
        node.wait_finalised(8, LIMIT).await.unwrap();
    }
    let mut hashes = Vec::new();
    for node in &cluster.validators {
        hashes.push(node.client().await.unwrap().block_hash(8).await.unwrap());
    }
    assert!(hashes[0].is_some());
    assert!(hashes.iter().all(|hash| *hash == hashes[0]), "{hashes:?}");

    commitments_can_be_verified(&cluster).await;

    // Three of four are more than two thirds, so finality and commitments go on.
    cluster.validators[3].kill().unwrap();
    let height = cluster.validators[0]
        .client()
        .await
        .unwrap()
        .finalised()
        .await
        .unwrap();
    for node in &cluster.validators[..3] {
        node.wait_finalised(height + 12, LIMIT).await.unwrap();
        node.wait_committed(height + 1, LIMIT).await.unwrap();
    }
    cluster.validators[3].restart().await.unwrap();
    cluster.validators[3]
        .wait_finalised(height + 16, LIMIT)
        .await
        .unwrap();
    cluster.validators[3]
        .wait_committed(height + 16, LIMIT)
        .await
        .unwrap();
    dave_makes_blocks(&cluster.validators[0].client().await.unwrap()).await;
}

/// Waits for a block that Dave makes from now on.
async fn dave_makes_blocks(client: &Client) {
    let next = Cell::new(client.finalised().await.unwrap() + 1);
    let made = wait::until("a block of dave's", LIMIT, || async {
        while next.get() <= client.finalised().await? {
            let hash = client.block_hash(next.get()).await?;
            let author = chain::author(client, &hash.context("a final block")?).await?;
            if author == Dave.to_account_id() {
                return Ok(Seen::Met(()));
            }
            next.set(next.get() + 1);
        }
        Ok(Seen::NotYet(format!("none up to block {}", next.get())))
    });
    made.await.unwrap();
}

/// BEEFY's validators have signed the first block, on which they have to vote because a session begins with it, and
/// later ones. They sign the root of the mountain range, from which each node can prove what was in a block.
async fn commitments_can_be_verified(cluster: &Cluster) {
    // This height covers the first two votes after the one on the first block.
    for node in &cluster.validators {
        node.wait_committed(18, LIMIT).await.unwrap();
    }
    let mut clients = Vec::new();
    for node in &cluster.validators {
        clients.push(node.client().await.unwrap());
    }
    let first = &clients[0];
    let session = first.block_hash(1).await.unwrap().unwrap();
    let committed = first.committed().await.unwrap();
    for hash in [&session, &committed] {
        let commitment = commitment(first, hash).await.unwrap();
        let root = root(first, hash).await;
        // "mh", and the root after its length.
        let signed = format!("6d6880{}", root.trim_start_matches("0x"));
        assert!(commitment.contains(&signed), "{commitment} of {root}");
    }

    let height = first.header(Some(&committed)).await.unwrap().number();
    let height = height.unwrap();
    let root_of_all = root(first, &committed).await;
    for client in &clients {
        let params = [json!([5]), json!(height), json!(committed)];
        let proof: Value = client.call("mmr_generateProof", &params).await.unwrap();
        // The leaf of a block names its parent.
        let parent = client.block_hash(4).await.unwrap().unwrap();
        let leaves = proof["leaves"].as_str().unwrap();
        assert!(leaves.contains(parent.trim_start_matches("0x")), "{leaves}");

        let verified: bool = client
            .call("mmr_verifyProof", std::slice::from_ref(&proof))
            .await
            .unwrap();
        assert!(verified);
        let verify = |root: &str| {
            let params = [json!(root), proof.clone()];
            async move {
                let verified = client.call::<bool>("mmr_verifyProofStateless", &params);
                verified.await
            }
        };
        assert!(verify(&root_of_all).await.unwrap());
        let other = root(client, &session).await;
        let error = verify(&other).await.unwrap_err();
        assert!(format!("{error:#}").contains("Proof"), "{error:#}");
    }
    let root: String = first.call("mmr_root", &[json!(committed)]).await.unwrap();
    assert_eq!(root, root_of_all);
}

/// Returns the root of the mountain range after this block, from its header.
async fn root(client: &Client, block: &str) -> String {
    // A log of consensus, of BEEFY, of 33 bytes: the kind of the log, and the root.
    let begin = "0x04424545468403";
    let header = client.header(Some(block)).await.unwrap();
    let root = header.logs().iter().find_map(|log| log.strip_prefix(begin));
    format!("0x{}", root.unwrap())
}

/// Returns what BEEFY's validators have signed for this block, with their signatures, as hexadecimal digits.
async fn commitment(client: &Client, block: &str) -> Option<String> {
    let block: Value = client
        .call("chain_getBlock", &[json!(block)])
        .await
        .unwrap();
    let justifications = block["justifications"].as_array().cloned();
    let engine = json!(b"BEEF");
    let found = justifications.unwrap_or_default().into_iter();
    let bytes = found
        .filter(|justification| justification[0] == engine)
        .find_map(|justification| serde_json::from_value::<Vec<u8>>(justification[1].clone()).ok());
    bytes.map(|bytes| bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
