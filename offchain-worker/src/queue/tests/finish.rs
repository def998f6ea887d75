//! A node whose sandbox does not hold after a restart.

use super::*;

/// Regression: such a node ended, and lost everything that was locked.
#[tokio::test]
async fn what_is_committed_to_is_opened_and_nothing_is_taken() {
    let mut node = Node::new();
    let done = order(1);
    node.engine.ends(0, Ok(OUTPUT));
    node.chain.best(1, std::slice::from_ref(&done));
    let commitment = node.done(&done).await;
    let runs = order(2);
    node.chain.best(2, &[done.clone(), runs.clone()]);
    node.engine.until_started(2).await;
    node.stop().await;
    let storage = node.chain.storage.clone();
    storage.remove(SERVING);
    assert!(owes(node.folder.path(), FakeChain::GENESIS));
    assert!(!owes(node.folder.path(), [0; 32]));

    node.start_to_finish();
    // There is no sign of life of a job that does not run.
    storage.no_report(runs.assignment).await;
    let committed = Order {
        status: committed(commitment),
        ..done.clone()
    };
    let orders = [committed, runs.clone(), order(3)];
    node.chain.best(3, &orders);
    node.chain.finalise(3);
    let Report::Open { opening, .. } = node.opened(&done).await else {
        unreachable!()
    };
    node.chain.step(4, &done, revealed(&opening));
    node.store.until_pinned(cid_of(OUTPUT)).await;
    assert_eq!(node.engine.started(), 2);
    assert!(matches!(node.phase(runs.assignment), Phase::Running));
    let refused = JobFolder::path_of(node.folder.path(), order(3).assignment);
    assert!(!refused.exists());
    assert_eq!(storage.get(SERVING), None);

    // The sandbox holds again.
    node.chain.best(5, std::slice::from_ref(&runs));
    node.chain.finalise(5);
    node.restart().await;
    storage.value(SERVING).await;
    node.engine.until_started(3).await;
}

#[test]
fn where_there_was_no_job_nothing_is_owed() {
    let dir = tempfile::tempdir().unwrap();
    assert!(!owes(&dir.path().join("jobs"), FakeChain::GENESIS));
    assert!(!owes(dir.path(), FakeChain::GENESIS));
}
