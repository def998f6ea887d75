//! After a restart the jobs continue, and nothing is done or reported twice.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_ran_is_done_again_and_a_finished_one_is_not() {
    let mut node = Node::new();
    let order = order(1);
    node.chain.best(1, std::slice::from_ref(&order));
    node.engine.until_started(1).await;
    node.restart().await;
    node.engine.until_started(2).await;
    // The first run would have given another result, if it had been believed.
    node.engine.ends(0, Ok(b"others"));
    node.engine.ends(1, Ok(OUTPUT));
    let commitment = node.done(&order).await;

    // The mailbox is lost with the last writes; the folder is the source of truth.
    node.stop().await;
    node.chain
        .storage
        .remove(&aicpw_protocol::mailbox::report_key(order.assignment));
    node.start();
    assert_eq!(node.done(&order).await, commitment);

    node.restart().await;
    node.chain.step(3, &order, committed(commitment));
    node.opened(&order).await;
    node.restart().await;
    node.opened(&order).await;
    assert_eq!(node.engine.started(), 2);
    let commitments = node.chain.storage.commitments(order.assignment);
    assert!(
        commitments.iter().all(|c| *c == commitment),
        "{commitments:?}"
    );
}

#[tokio::test]
async fn a_lost_folder_is_computed_again_and_opens_the_same_commitment() {
    let mut node = Node::new();
    let order = order(1);
    node.engine.ends(0, Ok(OUTPUT));
    node.engine.ends(1, Ok(OUTPUT));
    node.chain.best(1, std::slice::from_ref(&order));
    let commitment = node.done(&order).await;
    node.stop().await;
    JobFolder::remove(&JobFolder::path_of(node.folder.path(), order.assignment)).unwrap();
    node.start();
    node.chain.step(3, &order, committed(commitment));
    node.opened(&order).await;
    assert_eq!(node.engine.started(), 2);
}

#[tokio::test]
async fn a_job_that_is_done_again_never_reports_less_than_before() {
    let node = Node::new();
    let reached = Progress {
        steps_done: 2,
        steps_total: 2,
    };
    // As after a restart: the chain knows more than the new run has done.
    let order = Order {
        status: AssignmentStatus::Running {
            progress_by: 900,
            commit_by: 1_000,
            progress: reached,
            reports: 1,
        },
        ..order(1)
    };
    node.chain.best(1, std::slice::from_ref(&order));
    let storage = &node.chain.storage;
    let is_running = |report: &Report| matches!(report, Report::Running { .. });
    let report = storage
        .report(order.assignment, "it runs", is_running)
        .await;
    assert_eq!(report, Report::Running { progress: reached });
}

/// Regression: each kill left another partial download, as long as an input, for a day and longer.
#[tokio::test]
async fn what_a_killed_node_has_left_half_fetched_is_removed() {
    let mut node = Node::new();
    let order = order(1);
    node.chain.best(1, std::slice::from_ref(&order));
    node.engine.until_started(1).await;
    node.stop().await;
    let job = JobFolder::path_of(node.folder.path(), order.assignment);
    // A folder without a record, which is left alone otherwise.
    let damaged = node.folder.path().join("2-0-0");
    std::fs::create_dir(&damaged).unwrap();
    let partial = [&job, &damaged].map(|folder| folder.join(".download.1-0.part"));
    for file in &partial {
        std::fs::write(file, b"half").unwrap();
    }
    node.start();
    for file in &partial {
        assert!(!file.exists(), "{}", file.display());
    }
    assert!(damaged.exists());
    node.engine.until_started(2).await;
}

#[tokio::test]
async fn a_damaged_folder_stops_nobody() {
    let mut node = Node::new();
    node.stop().await;
    let path = node.folder.path().join("1-0-0");
    std::fs::create_dir(&path).unwrap();
    std::fs::write(path.join("state.json"), "{\"version\":").unwrap();
    node.start();
    let order = order(1);
    node.engine.ends(0, Ok(OUTPUT));
    node.chain.best(1, std::slice::from_ref(&order));
    node.done(&order).await;
}
