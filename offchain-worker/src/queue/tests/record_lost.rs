//! A disk on which a job's record cannot be written for a while: what is reported then, and what waits for it.

use super::*;

/// A folder in place of a job's next record. Other records are written.
struct NoRecord(PathBuf);

impl NoRecord {
    fn put(node: &Node, order: &Order) -> Self {
        let folder = JobFolder::path_of(node.folder.path(), order.assignment);
        let path = folder.join("state.part");
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn take_away(self) {
        std::fs::remove_dir(self.0).unwrap();
    }
}

/// Starts a job whose record cannot be written from now on.
async fn runs_without_a_record(node: &Node, order: &Order) -> NoRecord {
    node.chain.best(1, std::slice::from_ref(order));
    node.engine.until_started(1).await;
    NoRecord::put(node, order)
}

/// Regression: the job stood still, and everything that was locked was lost with the reveal window.
#[tokio::test]
async fn what_is_committed_to_is_opened_and_published_all_the_same() {
    let node = Node::new();
    let order = order(1);
    node.engine.ends(0, Ok(OUTPUT));
    node.chain.best(1, std::slice::from_ref(&order));
    let commitment = node.done(&order).await;
    let no_record = NoRecord::put(&node, &order);
    node.chain.step(3, &order, committed(commitment));
    let Report::Open { opening, .. } = node.opened(&order).await else {
        unreachable!()
    };
    node.chain.step(4, &order, revealed(&opening));
    node.store.until_pinned(cid_of(OUTPUT)).await;
    let phase = node.phase(order.assignment);
    assert!(matches!(phase, Phase::Done { .. }), "{phase:?}");

    no_record.take_away();
    node.chain
        .step(5, &order, AssignmentStatus::Settled { opening, at: 5 });
    node.chain.storage.no_report(order.assignment).await;
    let Phase::Closed { pins, .. } = node.phase(order.assignment) else {
        panic!("it has ended")
    };
    assert_eq!(pins, [content_id(OUTPUT)]);
}

/// The opening is derived again from the result, and is the same.
#[tokio::test]
async fn what_was_opened_without_a_record_is_opened_after_a_restart() {
    let mut node = Node::new();
    let order = order(1);
    node.engine.ends(0, Ok(OUTPUT));
    node.chain.best(1, std::slice::from_ref(&order));
    let commitment = node.done(&order).await;
    let no_record = NoRecord::put(&node, &order);
    node.chain.step(3, &order, committed(commitment));
    let before = node.opened(&order).await;
    node.stop().await;
    no_record.take_away();
    let storage = node.chain.storage.clone();
    storage.remove(&aicpw_protocol::mailbox::report_key(order.assignment));
    node.start();
    assert_eq!(node.opened(&order).await, before);
    assert_eq!(node.engine.started(), 1);
}

/// Regression: the result was not reported, and signs of life continued until the end of the time limit.
#[tokio::test]
async fn a_result_is_reported_when_it_could_be_noted_at_last() {
    let node = Node::new();
    let order = order(1);
    let no_record = runs_without_a_record(&node, &order).await;
    node.engine.ends(0, Ok(OUTPUT));
    node.store.until_hashed(cid_of(OUTPUT)).await;
    assert!(node.chain.storage.commitments(order.assignment).is_empty());
    no_record.take_away();
    node.done(&order).await;
    assert_eq!(node.engine.started(), 1);
}

#[tokio::test]
async fn a_result_that_could_not_be_noted_in_time_has_failed() {
    let node = Node::new();
    let order = order(1);
    let no_record = runs_without_a_record(&node, &order).await;
    node.engine.ends(0, Ok(OUTPUT));
    node.store.until_hashed(cid_of(OUTPUT)).await;
    node.chain.step(101 - MARGIN, &order, runs_until(100));
    let (fault, message, _) = node.failed(&order).await;
    assert_eq!(fault, Fault::Crashed);
    assert!(message.contains("disk cannot be written"), "{message}");
    assert!(node.chain.storage.commitments(order.assignment).is_empty());

    no_record.take_away();
    node.chain
        .step(102, &order, AssignmentStatus::Cancelled { at: 102 });
    node.chain.storage.no_report(order.assignment).await;
    assert!(matches!(node.phase(order.assignment), Phase::Closed { .. }));
}

/// Regression: the failure was not reported, and what was the requester's fault became the provider's silence.
#[tokio::test]
async fn a_failure_is_said_all_the_same_and_noted_at_last() {
    let mut node = Node::new();
    let order = order(1);
    let no_record = runs_without_a_record(&node, &order).await;
    let failure = Failure {
        fault: Fault::RunFailed,
        message: "the program divides by zero".into(),
        log: b"log".to_vec(),
    };
    node.engine.ends(0, Err(failure));
    let (fault, _, log) = node.failed(&order).await;
    assert_eq!(fault, Fault::RunFailed);
    no_record.take_away();
    let noted = async {
        while !matches!(node.phase(order.assignment), Phase::Failed { .. }) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    soon("it is noted", noted).await;
    node.restart().await;
    node.failed(&order).await;
    assert_eq!(node.engine.started(), 1);
    node.chain
        .step(4, &order, AssignmentStatus::Cancelled { at: 4 });
    node.chain.storage.no_report(order.assignment).await;
    let Phase::Closed { pins, .. } = node.phase(order.assignment) else {
        panic!("it has ended")
    };
    let log = log.map(|log| aicpw_protocol::ContentId::try_from(log).unwrap());
    assert_eq!(pins, Vec::from_iter(log));
}
