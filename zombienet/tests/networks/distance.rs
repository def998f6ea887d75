//! Validators that are far from each other.

use std::time::Duration;

use aicpw_network_tests::{calls::Signer, Mesh};

const LIMIT: Duration = Duration::from_secs(180);

/// The delay one way between each two validators, with which requesting a block takes two slots.
const DELAY: Duration = Duration::from_millis(100);

/// Blocks that have to become final meanwhile. When blocks had to be requested, the network fell apart before that.
const BLOCKS: u32 = 80;

#[tokio::test(flavor = "multi_thread")]
async fn validators_a_continent_apart_finalise_and_keep_each_other() {
    let mesh = Mesh::start_from_each_other(&[]).await.unwrap();
    let nodes = &mesh.cluster.validators;
    let mut clients = Vec::new();
    for node in nodes {
        node.wait_finalised(4, LIMIT).await.unwrap();
        clients.push(node.client().await.unwrap());
    }
    mesh.delay(DELAY);
    let height = clients[0].best().await.unwrap() + BLOCKS;
    for node in nodes {
        let finalised = node.wait_finalised(height, LIMIT).await;
        finalised
            .map_err(|error| mesh.cluster.explain(error))
            .unwrap();
    }
    for client in &clients {
        assert_eq!(client.peers().await.unwrap(), 3);
    }
    // A transaction that one of them receives gets into the blocks of all.
    let remark = frame_system::Call::remark { remark: vec![1] };
    let mut signer = Signer::new(&clients[0], "//Eve").await.unwrap();
    let sent = signer.send_and_wait(&clients[3], remark, LIMIT).await;
    sent.unwrap();
}
