//! The life of a job while the node runs.

use super::*;

/// Regression: a manifest that takes long to read blocked everything else that was to run on its
/// thread.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn reading_a_manifest_holds_up_nobody() {
    let node = Node::new();
    let (go_on, waits) = std::sync::mpsc::channel();
    node.engine.plan_waits(waits);
    let order = order(1);
    node.chain.best(1, std::slice::from_ref(&order));
    node.engine.until_planning().await;
    // There is one thread for this and for the queue.
    tokio::spawn(async move { go_on.send(()).unwrap() });
    node.engine.until_started(1).await;
    node.engine.ends(0, Ok(OUTPUT));
    node.done(&order).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stall_of_finality_costs_no_reveal() {
    let node = Node::new();
    let order = order(1);
    node.engine.ends(0, Ok(OUTPUT));
    node.chain.best(1, std::slice::from_ref(&order));
    let commitment = node.done(&order).await;
    let on_chain = Order {
        status: committed(commitment),
        ..order.clone()
    };
    // To be revealed by block 1,000; fewer than 60 blocks are left.
    node.chain.best(941, &[on_chain]);
    let Report::Open { opening, .. } = node.opened(&order).await else {
        unreachable!()
    };
    assert_eq!(opening.result, content_id(OUTPUT));
    let revealed = Order {
        status: revealed(&opening),
        ..order
    };
    node.chain.best(942, &[revealed]);
    node.store.until_pinned(cid_of(OUTPUT)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_from_its_order_to_its_end() {
    let node = Node::new();
    let order = order(1);
    node.chain.best(1, std::slice::from_ref(&order));
    node.engine.until_started(1).await;
    let progress = Progress {
        steps_done: 1,
        steps_total: 2,
    };
    let runs = |report: &Report| *report == Report::Running { progress };
    let storage = node.chain.storage.clone();
    storage.report(order.assignment, "progress", runs).await;

    node.engine.ends(0, Ok(OUTPUT));
    let commitment = node.done(&order).await;
    let cid = cid_of(OUTPUT);
    assert_eq!(
        node.store.pinned(&cid),
        None,
        "nothing is served before the reveal"
    );

    // Only on the best chain: this may still be taken back.
    let on_chain = Order {
        status: committed(commitment),
        ..order.clone()
    };
    node.chain.best(3, &[on_chain]);
    assert_eq!(node.store.pinned(&cid), None);
    node.chain.finalise(3);
    let Report::Open {
        commitment: again,
        opening,
    } = node.opened(&order).await
    else {
        unreachable!()
    };
    assert_eq!(
        node.store.pinned(&cid),
        None,
        "it is only ready to be opened"
    );
    assert_eq!(again, commitment);
    assert_eq!(opening.result_root, merkle::result_root(OUTPUT));
    assert_eq!(opening.result, content_id(OUTPUT));
    assert_eq!(
        result_commitment(&[3u8; 32], order.assignment, &opening),
        commitment
    );

    node.chain.step(4, &order, revealed(&opening));
    node.store.until_pinned(cid).await;
    assert_eq!(node.store.pinned(&cid).unwrap(), OUTPUT);
    node.chain
        .step(5, &order, AssignmentStatus::Settled { opening, at: 5 });
    storage.no_report(order.assignment).await;
    assert!(matches!(node.phase(order.assignment), Phase::Closed { .. }));
    assert!(
        node.store.pinned(&cid).is_some(),
        "kept for the retention period"
    );
    assert!(storage.get(SERVING).is_some());
    assert_eq!(node.engine.started(), 1);
}

#[tokio::test]
async fn a_device_runs_as_many_jobs_as_it_has_slots() {
    let node = Node::new();
    let orders = [order(1), order(2)];
    node.chain.best(1, &orders);
    node.engine.until_started(1).await;
    node.engine.ends(0, Ok(OUTPUT));
    node.engine.until_started(2).await;
    node.engine.until_running(1).await;
    node.engine.ends(1, Ok(OUTPUT));
    for order in &orders {
        node.done(order).await;
    }
}

#[tokio::test]
async fn a_job_ends_when_its_assignment_is_gone_for_good() {
    let node = Node::new();
    let order = order(1);
    node.chain.best(2, std::slice::from_ref(&order));
    node.engine.until_running(1).await;
    // One block is final, but older than the order; in the other the order is gone, but it is not
    // final.
    node.chain.finalise(1);
    node.chain.best(3, &[]);
    node.chain.finalise(3);
    node.engine.until_running(0).await;
    node.chain.storage.no_report(order.assignment).await;
}

#[tokio::test]
async fn an_order_that_a_fork_replaced_is_forgotten() {
    let node = Node::new();
    let first = order(1);
    node.chain.best(1, std::slice::from_ref(&first));
    node.engine.until_started(1).await;
    let second = Order {
        manifest: content_id(b"another"),
        ..first.clone()
    };
    node.store.nowhere(cid_of(b"another"));
    node.chain.best(2, std::slice::from_ref(&second));
    node.engine.until_running(0).await;
    let (fault, message, _) = node.failed(&second).await;
    assert_eq!(fault, Fault::InputUnavailable);
    assert!(message.contains(&second.manifest.to_string()), "{message}");
    assert!(node.chain.storage.commitments(first.assignment).is_empty());
}

#[tokio::test]
async fn a_commitment_of_somebody_else_is_never_opened() {
    let node = Node::new();
    let order = order(1);
    node.engine.ends(0, Ok(OUTPUT));
    node.chain.best(1, std::slice::from_ref(&order));
    let commitment = node.done(&order).await;
    node.chain.step(3, &order, committed([0; 32]));
    node.chain
        .step(4, &order, AssignmentStatus::Cancelled { at: 4 });
    node.chain.storage.no_report(order.assignment).await;
    assert_eq!(
        node.chain.storage.commitments(order.assignment),
        [commitment]
    );
    assert_eq!(node.store.pinned(&cid_of(OUTPUT)), None);
}
