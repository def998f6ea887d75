//! Bootnodes and relays: nodes that find and reach each other through a third, all on loopback.
#![allow(clippy::unwrap_used)]

mod support;

use support::{content, until, Daemon, Dir};

async fn address_of(node: &Daemon) -> String {
    let addresses = node.addresses().await;
    let tcp = addresses
        .into_iter()
        .find(|address| address.contains("/tcp/"));
    tcp.unwrap()
}

async fn peers_of(node: &Daemon) -> Vec<(String, String)> {
    let list = node.call("swarm/peers", &[]).await.ok().json();
    let peers = list["Peers"].as_array().unwrap();
    let text = |peer: &serde_json::Value, field| peer[field].as_str().unwrap().to_owned();
    peers
        .iter()
        .map(|peer| (text(peer, "Peer"), text(peer, "Addr")))
        .collect()
}

async fn id_of(node: &Daemon) -> String {
    let id = node.call("id", &[]).await.ok().json();
    id["ID"].as_str().unwrap().to_owned()
}

async fn is_connected(node: &Daemon, peer: &str) -> bool {
    peers_of(node).await.iter().any(|(id, _)| id == peer)
}

#[tokio::test]
async fn content_is_found_through_a_bootnode() {
    let bootnode = Daemon::start(&["--bootnode"]);
    let bootnode_address = address_of(&bootnode).await;
    let with_bootnode = ["--bootstrap", &*bootnode_address];
    let holder = Daemon::start(&with_bootnode);
    let seeker = Daemon::start(&with_bootnode);
    let bootnode_id = id_of(&bootnode).await;
    for node in [&holder, &seeker] {
        until("the bootnode is connected", || {
            is_connected(node, &bootnode_id)
        })
        .await;
    }

    let holder_id = id_of(&holder).await;
    let sent = content(700_000, 1);
    let cid = holder.cid_of(sent.clone(), &[]).await;
    assert!(!is_connected(&seeker, &holder_id).await);
    assert!(seeker.cat(&cid).await == sent);
    assert!(is_connected(&seeker, &holder_id).await);
}

#[tokio::test]
async fn what_was_pinned_before_the_bootnode_came_is_announced_when_it_comes() {
    let holder = Daemon::start(&[]);
    let sent = content(700_000, 2);
    let cid = holder.cid_of(sent.clone(), &[]).await;
    let (_, dir) = holder.stop(|child| child.kill().unwrap());

    let bootnode = Daemon::start(&["--bootnode"]);
    let bootnode_address = address_of(&bootnode).await;
    let with_bootnode = ["--bootstrap", &*bootnode_address];
    let _holder = Daemon::start_in(dir, &with_bootnode);
    let seeker = Daemon::start(&with_bootnode);
    assert!(seeker.cat(&cid).await == sent);
}

#[tokio::test]
async fn what_is_not_pinned_is_not_announced() {
    let bootnode = Daemon::start(&["--bootnode"]);
    let bootnode_address = address_of(&bootnode).await;
    let with_bootnode = ["--bootstrap", &*bootnode_address];
    let holder = Daemon::start(&with_bootnode);
    let seeker = Daemon::start(&with_bootnode);
    let hidden = holder.cid_of(content(1000, 3), &[("pin", "false")]).await;
    let hashed = holder
        .cid_of(content(1000, 4), &[("only-hash", "true")])
        .await;
    // Content that is announced after them has been announced by now.
    let told = holder.cid_of(content(1000, 5), &[]).await;
    let other = Daemon::start(&with_bootnode);
    other.cat(&told).await;

    for cid in [hidden, hashed] {
        let answer = seeker
            .call("cat", &[("arg", &cid), ("timeout", "2s")])
            .await;
        assert!(
            answer.message().contains("was not found"),
            "{}",
            answer.message()
        );
    }
    let holder_id = id_of(&holder).await;
    assert!(!is_connected(&seeker, &holder_id).await);
}

#[tokio::test]
async fn a_node_without_an_address_is_reached_through_a_relay() {
    let relay = Daemon::start(&["--bootnode"]);
    let relay_address = address_of(&relay).await;
    let hidden = Daemon::start_with(Dir::new(), &[], &["--relay", &relay_address]);
    let circuit = || async {
        let addresses = hidden.addresses().await;
        addresses.into_iter().find(|a| a.contains("/p2p-circuit"))
    };
    until("the relay grants a way in", || async {
        circuit().await.is_some()
    })
    .await;
    let circuit = circuit().await.unwrap();
    assert!(circuit.starts_with(&relay_address), "{circuit}");

    let seeker = Daemon::start(&[]);
    seeker
        .call("swarm/connect", &[("arg", &circuit)])
        .await
        .ok();
    let sent = content(3_000_000, 6);
    let cid = hidden.cid_of(sent.clone(), &[]).await;
    assert!(seeker.cat(&cid).await == sent);
    let sent = content(3_000_000, 7);
    let cid = seeker.cid_of(sent.clone(), &[]).await;
    assert!(hidden.cat(&cid).await == sent);
}

#[tokio::test]
async fn whoever_is_no_bootnode_relays_for_nobody() {
    let other = Daemon::start(&[]);
    let address = address_of(&other).await;
    let hidden = Daemon::start_with(Dir::new(), &[], &["--relay", &address]);
    let other_id = id_of(&other).await;
    until("it has asked", || is_connected(&hidden, &other_id)).await;
    let circuit = format!("{address}/p2p-circuit/p2p/{}", id_of(&hidden).await);
    let seeker = Daemon::start(&[]);
    let answer = seeker.call("swarm/connect", &[("arg", &circuit)]).await;
    assert_eq!(answer.status, 500);
    assert!(answer.message().contains("failure"), "{}", answer.message());
}

#[test]
fn addresses_without_a_peer_end_the_start() {
    for option in ["--bootstrap", "--relay"] {
        let output = support::command(&Dir::new())
            .args([option, "/ip4/127.0.0.1/tcp/4001"])
            .output()
            .unwrap();
        assert!(!output.status.success());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("/ip4/127.0.0.1/tcp/4001"), "{said}");
        assert!(said.contains("does not end in /p2p/"), "{said}");
    }
}
