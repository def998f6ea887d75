//! A lack of room for what a requester declares costs no provider anything at first; and results that nobody can ask
//! for make way.

use super::*;

fn input(content: &[u8]) -> Blob {
    Blob {
        field: "buffers[0].init.cid".into(),
        cid: content_id(content),
        path: "inputs/0".into(),
        length: None,
        max_bytes: 100,
    }
}

#[tokio::test]
async fn no_room_for_the_result_is_said_before_anything_is_fetched() {
    let node = Node::new();
    node.store.set_full(true);
    // This input would be searched for until the start window closes.
    node.engine.needs(vec![input(b"not yet")]);
    let order = order(1);
    node.chain.best(1, std::slice::from_ref(&order));
    let (fault, message, _) = node.failed(&order).await;
    assert_eq!(fault, Fault::RunFailed);
    assert!(
        message.contains("at the provider: the IPFS store has no room for 6 bytes"),
        "{message}"
    );
    assert_eq!(node.engine.started(), 0);
}

#[tokio::test]
async fn a_result_for_which_there_is_no_room_is_not_committed_to() {
    let node = Node::new();
    let order = order(1);
    node.chain.best(1, std::slice::from_ref(&order));
    node.engine.until_started(1).await;
    node.store.set_full(true);
    node.engine.ends(0, Ok(OUTPUT));
    let (fault, message, _) = node.failed(&order).await;
    assert_eq!(fault, Fault::RunFailed);
    assert!(message.contains("no room for 6 bytes"), "{message}");
    assert!(node.chain.storage.commitments(order.assignment).is_empty());
}

#[tokio::test]
async fn an_input_for_which_there_is_no_room_is_unavailable() {
    let node = Node::new();
    node.engine.needs(vec![input(b"large")]);
    node.store.no_room_for(cid_of(b"large"));
    let order = order(1);
    node.chain.best(1, std::slice::from_ref(&order));
    let (fault, message, _) = node.failed(&order).await;
    assert_eq!(fault, Fault::InputUnavailable);
    assert!(
        message.starts_with("buffers[0].init.cid (up to 100 bytes): at the provider: the IPFS"),
        "{message}"
    );
    assert_eq!(node.engine.started(), 0);
}

/// Keeps a result of this order, and fills the store with it.
async fn full_of_a_result(node: &Node, order: &Order) {
    node.keeps_a_result(0, order, OUTPUT).await;
    node.store.set_full_of(cid_of(OUTPUT));
}

#[tokio::test]
async fn a_result_that_nobody_can_ask_for_makes_way() {
    let node = Node::new();
    let (old, new) = (order(1), order(2));
    full_of_a_result(&node, &old).await;
    node.engine.ends(1, Ok(b"second"));
    node.chain.best(6, std::slice::from_ref(&new));
    node.done(&new).await;
    assert_eq!(node.store.pinned(&cid_of(OUTPUT)), None);
}

#[tokio::test]
async fn a_node_full_of_results_that_it_answers_for_takes_nothing_new() {
    let node = Node::new();
    let (old, new) = (order(1), order(2));
    node.chain.set_locked(&[old.assignment]);
    full_of_a_result(&node, &old).await;
    node.chain.storage.value(SERVING).await;
    node.chain.best(6, std::slice::from_ref(&new));
    let (fault, _, _) = node.failed(&new).await;
    assert_eq!(fault, Fault::RunFailed);
    assert!(node.chain.storage.get(SERVING).is_none(), "no heartbeats");
    assert!(node.store.pinned(&cid_of(OUTPUT)).is_some(), "answered for");

    node.chain.set_locked(&[]);
    node.chain.storage.value(SERVING).await;
    assert_eq!(node.store.pinned(&cid_of(OUTPUT)), None);
}

/// Otherwise a requester that declares more than fits anywhere could switch nodes off.
#[tokio::test]
async fn a_result_that_never_fits_stops_nothing_else() {
    let node = Node::new();
    node.store.set_full(true);
    node.chain.storage.value(SERVING).await;
    let order = order(1);
    node.chain.best(1, std::slice::from_ref(&order));
    node.failed(&order).await;
    assert!(node.chain.storage.get(SERVING).is_some());
}

/// Otherwise a requester could make the node fetch or make so much that it stops, because it watches the room on its
/// disk.
#[tokio::test]
async fn a_disk_at_its_reserve_takes_no_inputs_and_no_results_and_nobody_pays_for_it() {
    let mut node = Node::new();
    node.disk_reserve = u64::MAX;
    node.restart().await;
    let (one, other) = (order(1), order(2));
    node.chain.best(1, std::slice::from_ref(&one));
    let (fault, message, _) = node.failed(&one).await;
    assert_eq!(fault, Fault::RunFailed);
    assert!(message.starts_with("the result (6 bytes): at the provider"));
    // The message does not say where the disk is.
    assert!(message.ends_with("cannot write job"), "{message}");
    node.engine.needs(vec![input(b"input")]);
    node.chain.best(2, std::slice::from_ref(&other));
    let (fault, message, _) = node.failed(&other).await;
    assert_eq!(fault, Fault::InputUnavailable);
    assert!(message.starts_with("buffers[0].init.cid"), "{message}");
    assert!(message.ends_with("cannot write job"), "{message}");
    assert_eq!(node.engine.started(), 0);
}
