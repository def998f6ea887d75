//! What a fork delays or takes away, and gives back.

use aicpw_protocol::{mailbox::ORDERS, DeviceId};
use codec::Encode;

use super::disk::InTheWay;
use super::*;

/// Returns an order that does not wait for another job's slot.
fn on_another_device(task: u64) -> Order {
    Order {
        device: DeviceId(2),
        fingerprint: [2; 32],
        ..order(task)
    }
}

/// Makes the assignment disappear, and with it the job.
async fn lost(node: &Node, order: &Order) {
    node.chain.best(3, &[]);
    node.chain.finalise(3);
    node.engine.until_running(0).await;
    node.chain.storage.no_report(order.assignment).await;
}

/// Regression: the job was closed at the block before the match, and its provider did not start.
#[tokio::test]
async fn an_assignment_that_is_made_again_in_a_fork_goes_on() {
    let node = Node::new();
    let again = order(1);
    node.chain.best(2, std::slice::from_ref(&again));
    node.engine.until_started(1).await;
    // Another block 2, without the assignment. When the next order is taken, block 2 has been
    // looked at.
    let sign = on_another_device(2);
    node.chain.best(2, &[]);
    node.chain.best(3, &[again.clone(), sign]);
    node.chain.finalise(2);
    node.engine.until_started(2).await;
    node.engine.until_running(2).await;
    node.engine.ends(0, Ok(OUTPUT));
    let commitment = node.done(&again).await;
    node.chain.step(4, &again, committed(commitment));
    node.opened(&again).await;
    assert_eq!(node.engine.started(), 2);
}

/// Regression: a worker that had closed the job ignored the assignment.
#[tokio::test]
async fn an_assignment_that_comes_back_after_it_was_gone_is_taken_again() {
    for restarts in [false, true] {
        let mut node = Node::new();
        let order = order(1);
        node.chain.best(1, std::slice::from_ref(&order));
        node.engine.until_started(1).await;
        lost(&node, &order).await;
        if restarts {
            node.restart().await;
        }
        node.engine.ends(1, Ok(OUTPUT));
        node.chain.best(4, std::slice::from_ref(&order));
        let commitment = node.done(&order).await;
        node.chain.step(5, &order, committed(commitment));
        node.opened(&order).await;
        assert_eq!(node.engine.started(), 2);
    }
}

#[tokio::test]
async fn a_result_that_was_reported_before_it_was_gone_is_the_only_one() {
    let mut node = Node::new();
    let order = order(1);
    node.engine.ends(0, Ok(OUTPUT));
    node.chain.best(1, std::slice::from_ref(&order));
    let commitment = node.done(&order).await;
    lost(&node, &order).await;
    node.restart().await;
    node.engine.ends(1, Ok(b"others"));
    node.chain.best(4, std::slice::from_ref(&order));
    let (fault, message, _) = node.failed(&order).await;
    assert_eq!(fault, Fault::Crashed);
    assert!(message.contains("before a fork"), "{message}");
    let storage = node.chain.storage.clone();
    assert_eq!(storage.commitments(order.assignment), [commitment]);

    // Lost and given back once more, it gives the same result.
    node.chain.best(6, &[]);
    node.chain.finalise(6);
    storage.no_report(order.assignment).await;
    node.engine.ends(2, Ok(OUTPUT));
    node.chain.best(7, std::slice::from_ref(&order));
    assert_eq!(node.done(&order).await, commitment);
}

/// Regression: the reported result was forgotten before there was a folder, and the next attempt
/// reported another one.
#[tokio::test]
async fn a_result_that_was_reported_is_the_only_one_where_no_folder_could_be_made_at_first() {
    let node = Node::new();
    let order = order(1);
    node.engine.ends(0, Ok(OUTPUT));
    node.chain.best(1, std::slice::from_ref(&order));
    let commitment = node.done(&order).await;
    lost(&node, &order).await;
    let file = InTheWay::new(node.folder.path());
    file.put();
    node.chain.best(4, std::slice::from_ref(&order));
    let (_, message, _) = node.failed(&order).await;
    assert_eq!(message, NO_FOLDER_MESSAGE);
    file.take_away();
    // Lost and given back once more.
    node.chain.best(5, &[]);
    let storage = node.chain.storage.clone();
    storage.no_report(order.assignment).await;
    node.engine.ends(1, Ok(b"others"));
    node.chain.best(6, std::slice::from_ref(&order));
    let (_, message, _) = node.failed(&order).await;
    assert!(message.contains("before a fork"), "{message}");
    assert_eq!(storage.commitments(order.assignment), [commitment]);
}

#[tokio::test]
async fn what_only_the_hook_of_another_fork_has_is_not_taken_again() {
    let node = Node::new();
    let gone = order(1);
    node.chain.best(1, std::slice::from_ref(&gone));
    node.engine.until_started(1).await;
    lost(&node, &gone).await;
    // When the next order is taken, this one has been looked at.
    let sign = on_another_device(2);
    node.chain.best(4, std::slice::from_ref(&sign));
    let orders = Orders {
        genesis: FakeChain::GENESIS,
        block: 5,
        now: 5,
        orders: vec![gone.clone(), sign],
    };
    node.chain.storage.put(ORDERS, orders.encode());
    node.engine.until_started(2).await;
    let phase = node.phase(gone.assignment);
    assert!(matches!(phase, Phase::Closed { .. }), "{phase:?}");
}
