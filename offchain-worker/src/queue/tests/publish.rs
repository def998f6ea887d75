//! A result goes to IPFS when it is revealed, and never before.

use super::*;

#[tokio::test]
async fn a_result_is_opened_even_if_ipfs_is_down_and_follows() {
    let node = Node::new();
    let order = order(1);
    node.engine.ends(0, Ok(OUTPUT));
    node.chain.best(1, std::slice::from_ref(&order));
    let commitment = node.done(&order).await;
    node.store.set_broken(true);
    node.chain.step(3, &order, committed(commitment));
    let Report::Open { opening, .. } = node.opened(&order).await else {
        unreachable!()
    };
    node.chain.step(4, &order, revealed(&opening));
    node.store.set_broken(false);
    node.store.until_pinned(cid_of(OUTPUT)).await;
}

/// In `expected` the block of the reveal settles.
#[tokio::test]
async fn a_result_that_settles_at_its_reveal_is_published() {
    let node = Node::new();
    let order = order(1);
    node.engine.ends(0, Ok(OUTPUT));
    node.chain.best(1, std::slice::from_ref(&order));
    let commitment = node.done(&order).await;
    node.chain.step(3, &order, committed(commitment));
    let Report::Open { opening, .. } = node.opened(&order).await else {
        unreachable!()
    };
    node.chain
        .step(4, &order, AssignmentStatus::Settled { opening, at: 4 });
    node.chain.storage.no_report(order.assignment).await;
    assert_eq!(node.store.pinned(&cid_of(OUTPUT)).unwrap(), OUTPUT);
}

#[tokio::test]
async fn a_result_that_is_never_revealed_is_never_published() {
    let node = Node::new();
    let order = order(1);
    node.engine.ends(0, Ok(OUTPUT));
    node.chain.best(1, std::slice::from_ref(&order));
    let commitment = node.done(&order).await;
    node.chain.step(3, &order, committed(commitment));
    node.opened(&order).await;
    node.chain
        .step(4, &order, AssignmentStatus::Cancelled { at: 4 });
    node.chain.storage.no_report(order.assignment).await;
    assert_eq!(node.store.pinned(&cid_of(OUTPUT)), None);
}

#[tokio::test]
async fn who_only_compares_opens_its_result_and_serves_nothing() {
    for role in [Role::Auditor, Role::Juror] {
        let node = Node::new();
        let order = Order { role, ..order(1) };
        node.chain.best(1, std::slice::from_ref(&order));
        node.engine.until_started(1).await;
        node.engine.ends(0, Ok(OUTPUT));
        let commitment = node.done(&order).await;
        node.chain.step(3, &order, committed(commitment));
        let Report::Open { opening, .. } = node.opened(&order).await else {
            unreachable!()
        };
        assert_eq!(
            opening.result,
            content_id(OUTPUT),
            "the CID is what it would be"
        );
        node.chain.step(4, &order, revealed(&opening));
        node.chain
            .step(5, &order, AssignmentStatus::Settled { opening, at: 5 });
        node.chain.storage.no_report(order.assignment).await;
        let Phase::Closed { pins, .. } = node.phase(order.assignment) else {
            panic!("it has ended")
        };
        assert!(pins.is_empty());
        assert_eq!(node.store.pinned(&cid_of(OUTPUT)), None);
    }
}
