//! A network that is split, and comes together again.

use std::time::Duration;

use aicpw_network_tests::{
    calls::Signer,
    chain,
    wait::{self, Seen},
    Client, Mesh,
};
use serde_json::Value;
use sp_keyring::Sr25519Keyring::{Alice, Bob};

const LIMIT: Duration = Duration::from_secs(180);

/// Blocks that each part makes by itself, about two in a second, without finality.
const ALONE: u32 = 16;

/// Many times what votes take that were under way at the cut, even on a busy machine.
const STILL: Duration = Duration::from_secs(10);

async fn until_peers(clients: &[Client], count: u64) {
    let what = format!("{count} peers for each");
    let peers = wait::until(&what, LIMIT, || async {
        let mut peers = Vec::new();
        for client in clients {
            peers.push(client.peers().await?);
        }
        let met = peers.iter().all(|of_one| *of_one == count);
        Ok(Seen::when(met, || format!("{peers:?}")))
    });
    peers.await.unwrap();
}

async fn finalised(clients: &[Client]) -> Vec<u32> {
    let mut heights = Vec::new();
    for client in clients {
        heights.push(client.finalised().await.unwrap());
    }
    heights
}

/// Returns the final heights once they stand still: two readings, [`STILL`] apart, are the same.
async fn settled(clients: &[Client]) -> Vec<u32> {
    let heights = wait::until("finality to stand still", LIMIT, || async {
        let before = finalised(clients).await;
        tokio::time::sleep(STILL).await;
        let now = finalised(clients).await;
        Ok(match now == before {
            true => Seen::Met(now),
            false => Seen::NotYet(format!("{before:?}, later {now:?}")),
        })
    });
    heights.await.unwrap()
}

/// Waits until this node has the transaction of each part in a final block. Transactions of the branch that was given
/// up return to the pools when a node has validated them again, and get into some later block.
async fn until_both_are_final(client: &Client) {
    let what = "the transactions of both parts to be final";
    let both = wait::until(what, LIMIT, || async {
        let head = client.finalised_head().await?;
        let mut sent = Vec::new();
        for account in [Alice, Bob] {
            sent.push(chain::nonce(client, &account.to_account_id(), &head).await?);
        }
        Ok(Seen::when(sent == [1, 1], || format!("{sent:?}")))
    });
    if let Err(error) = both.await {
        let pending: Vec<Value> = client.call("author_pendingExtrinsics", &[]).await.unwrap();
        panic!("{error:#}; pending: {pending:?}");
    }
}

async fn until_best(client: &Client, height: u32) {
    let what = format!("block {height}");
    let best = wait::until(&what, LIMIT, || async {
        let best = client.best().await?;
        Ok(Seen::when(best >= height, || best))
    });
    best.await.unwrap();
}

async fn hash(client: &Client, height: u32) -> String {
    client.block_hash(height).await.unwrap().unwrap()
}

/// Sends a remark to one node, and waits until it is in that node's best chain.
async fn send(client: &Client, suri: &str) {
    let remark = frame_system::Call::remark {
        remark: suri.as_bytes().to_vec(),
    };
    let mut signer = Signer::new(client, suri).await.unwrap();
    let sent = signer.send_and_wait(client, remark, LIMIT);
    sent.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_is_parted_finalises_nothing_and_when_healed_loses_nothing() {
    let mesh = Mesh::start(&[]).await.unwrap();
    let nodes = &mesh.cluster.validators;
    let mut clients = Vec::new();
    for node in nodes {
        node.wait_finalised(8, LIMIT).await.unwrap();
        clients.push(node.client().await.unwrap());
    }
    until_peers(&clients, 3).await;

    // Two and two: neither part has more than two thirds of the votes.
    mesh.part(&[0, 1]);
    until_peers(&clients, 1).await;
    // Votes that arrived before the cut still count.
    let stopped = settled(&clients).await;
    let last = *stopped.iter().max().unwrap();
    let before = hash(&clients[0], *stopped.iter().min().unwrap()).await;
    send(&clients[0], "//Alice").await;
    send(&clients[2], "//Bob").await;
    for client in &clients {
        until_best(client, last + ALONE).await;
    }
    // A node that was behind may have reached that height since.
    assert_eq!(finalised(&clients).await.into_iter().max(), Some(last));
    let (one, other) = (
        hash(&clients[0], last + ALONE).await,
        hash(&clients[2], last + ALONE).await,
    );
    assert_ne!(one, other, "there is a chain in each part");

    mesh.heal();
    until_peers(&clients, 3).await;
    let mut longest = 0;
    for client in &clients {
        longest = longest.max(client.best().await.unwrap());
    }
    for node in nodes {
        node.wait_finalised(longest + 8, LIMIT).await.unwrap();
    }
    // There is one chain, on top of what was final, with the transactions of both parts.
    let height = *stopped.iter().min().unwrap();
    let head = hash(&clients[0], longest + 8).await;
    for client in &clients {
        assert_eq!(hash(client, height).await, before);
        assert_eq!(hash(client, longest + 8).await, head);
    }
    for client in &clients {
        until_both_are_final(client).await;
    }
}
