//! Four validators make blocks, agree on them, and survive the loss of one.

use std::time::Duration;

use aicpw_network_tests::Cluster;

const LIMIT: Duration = Duration::from_secs(180);

#[tokio::test(flavor = "multi_thread")]
async fn four_validators_finalise_the_same_chain_without_one_of_them() {
    let mut cluster = Cluster::local(&[]).await.unwrap();
    for node in &cluster.validators {
        node.wait_finalised(8, LIMIT).await.unwrap();
    }
    let mut hashes = Vec::new();
    for node in &cluster.validators {
        hashes.push(node.client().await.unwrap().block_hash(8).await.unwrap());
    }
    assert!(hashes[0].is_some());
    assert!(hashes.iter().all(|hash| *hash == hashes[0]), "{hashes:?}");

    // Three of four are more than two thirds: finality goes on.
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
    }
    cluster.validators[3].restart().await.unwrap();
    cluster.validators[3]
        .wait_finalised(height + 16, LIMIT)
        .await
        .unwrap();
}
