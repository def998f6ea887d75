//! This machine's own IPFS node does not answer for a while.

use super::*;

const MISSING: &[u8] = b"another manifest";

/// Regression: after two refused connections in a millisecond, every job that fetched failed as the provider's fault.
#[tokio::test]
async fn inputs_are_fetched_once_it_answers_again() {
    let node = Node::new();
    node.store.set_down(true);
    let order = order(1);
    node.engine.ends(0, Ok(OUTPUT));
    node.chain.best(1, std::slice::from_ref(&order));
    node.store.until_unanswered(3).await;
    node.store.set_down(false);
    node.done(&order).await;
}

/// Regression: one refused connection threw finished work away.
#[tokio::test]
async fn a_finished_result_is_committed_to_once_it_answers_again() {
    let node = Node::new();
    let order = order(1);
    node.chain.best(1, std::slice::from_ref(&order));
    node.engine.until_running(1).await;
    node.store.set_down(true);
    node.engine.ends(0, Ok(OUTPUT));
    // The node was asked once for room, and otherwise for the CID.
    node.store.until_unanswered(4).await;
    node.store.set_down(false);
    let commitment = node.done(&order).await;
    let commitments = node.chain.storage.commitments(order.assignment);
    assert_eq!(commitments, [commitment]);
    assert_eq!(node.engine.started(), 1);
}

#[tokio::test]
async fn a_start_window_that_closes_over_it_is_the_providers_fault() {
    let node = Node::new();
    node.store.set_down(true);
    let order = order(1);
    node.chain.best(1, std::slice::from_ref(&order));
    node.store.until_unanswered(2).await;
    node.chain
        .best(1_001 - MARGIN, std::slice::from_ref(&order));
    let (fault, message, _) = node.failed(&order).await;
    assert_eq!(fault, Fault::Crashed);
    assert!(message.contains("down, says the test"), "{message}");
}

/// Regression: the node's socket, which is below its folder, was named on chain.
#[tokio::test]
async fn where_it_is_is_told_to_nobody() {
    let node = Node::new();
    let order = order(1);
    node.chain.best(1, std::slice::from_ref(&order));
    node.engine.until_running(1).await;
    node.store.set_down(true);
    node.engine.ends(0, Ok(OUTPUT));
    node.store.until_unanswered(3).await;
    node.chain.step(101 - MARGIN, &order, runs_until(100));
    let (_, message, _) = node.failed(&order).await;
    let said = "the IPFS node at ipfs does not answer: down, says the test";
    assert!(message.contains(said), "{message}");
}

#[tokio::test]
async fn an_input_that_nobody_serves_afterwards_is_the_requesters_fault() {
    let node = Node::new();
    node.store.set_down(true);
    let order = Order {
        manifest: content_id(MISSING),
        ..order(1)
    };
    node.chain.best(1, std::slice::from_ref(&order));
    node.store.until_unanswered(2).await;
    node.store.set_down(false);
    // The content is searched for, and never comes.
    node.store.until_searched(cid_of(MISSING)).await;
    node.chain
        .best(1_001 - MARGIN, std::slice::from_ref(&order));
    let (fault, message, _) = node.failed(&order).await;
    assert_eq!(fault, Fault::InputUnavailable);
    assert!(message.contains("start window"), "{message}");
}

#[tokio::test]
async fn a_time_limit_that_ends_over_it_is_the_providers_fault() {
    let node = Node::new();
    let order = order(1);
    node.chain.best(1, std::slice::from_ref(&order));
    node.engine.until_running(1).await;
    node.store.set_down(true);
    node.engine.ends(0, Ok(OUTPUT));
    node.store.until_unanswered(3).await;
    node.chain.step(101 - MARGIN, &order, runs_until(100));
    let (fault, message, _) = node.failed(&order).await;
    assert_eq!(fault, Fault::Crashed);
    assert!(message.starts_with("no CID for the output"), "{message}");
    assert!(node.chain.storage.commitments(order.assignment).is_empty());
}
