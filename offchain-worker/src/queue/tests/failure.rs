//! Each failure is reported with its cause.

use super::*;

#[tokio::test]
async fn what_is_missing_is_named() {
    let node = Node::new();
    let blob = |content: &[u8], length| Blob {
        field: "buffers[0].init.cid".into(),
        cid: content_id(content),
        path: "inputs/0".into(),
        length,
        max_bytes: 100,
    };
    node.store.nowhere(cid_of(b"nobody has it"));
    node.engine.needs(vec![blob(b"nobody has it", None)]);
    let missing = order(1);
    node.chain.best(1, std::slice::from_ref(&missing));
    let (fault, message, _) = node.failed(&missing).await;
    assert_eq!(fault, Fault::InputUnavailable);
    let cid = content_id(b"nobody has it").to_string();
    assert!(
        message.contains(&cid) && message.contains("buffers[0].init.cid"),
        "{message}"
    );

    node.store.put(b"short");
    node.engine.needs(vec![blob(b"short", Some(9))]);
    let short = order(2);
    node.chain.best(2, std::slice::from_ref(&short));
    let (fault, message, _) = node.failed(&short).await;
    assert_eq!(fault, Fault::InputUnavailable);
    assert!(
        message.contains("5 bytes") && message.contains("says 9"),
        "{message}"
    );

    // This input is still searched for when the start window closes.
    node.engine.needs(vec![blob(b"not yet", None)]);
    let late = order(3);
    node.chain.best(3, std::slice::from_ref(&late));
    node.chain.best(1_001 - MARGIN, std::slice::from_ref(&late));
    let (fault, message, _) = node.failed(&late).await;
    assert_eq!(fault, Fault::InputUnavailable);
    assert!(message.contains("start window"), "{message}");
    assert_eq!(node.engine.started(), 0);
}

/// Regression: a requester could name addresses in the provider's network as its own, and read on
/// chain what each of them answered.
#[tokio::test]
async fn who_answers_where_is_told_to_nobody() {
    let node = Node::new();
    let mut order = order(1);
    let peer = "/ip4/192.168.1.1/tcp/22/p2p/12D3KooWKnDdG3iXw9eTFijk3EWSunZcFi54Zka4wmtqtt6rPxc8";
    let peer: multiaddr::Multiaddr = peer.parse().unwrap();
    order.peers = vec![peer.to_vec().try_into().unwrap()].try_into().unwrap();
    assert_eq!(fetch::addresses(&order.peers).len(), 1);
    node.store.nowhere(cid_of(b"nobody has it"));
    node.engine.needs(vec![Blob {
        field: "buffers[0].init.cid".into(),
        cid: content_id(b"nobody has it"),
        path: "inputs/0".into(),
        length: None,
        max_bytes: 100,
    }]);
    node.chain.best(1, std::slice::from_ref(&order));
    let (fault, message, log) = node.failed(&order).await;
    assert_eq!((fault, log), (Fault::InputUnavailable, None));
    assert!(message.contains("no connected peer"), "{message}");
    for word in ["192.168", "12D3KooW", "refused", "connect to"] {
        assert!(!message.contains(word), "{message}");
    }
}

#[tokio::test]
async fn a_bad_manifest_names_the_field_and_a_failed_build_gives_its_log() {
    let node = Node::new();
    let failure = Failure {
        fault: Fault::BuildFailed,
        message: "the program does not compile".into(),
        log: b"double.cl:3: error".to_vec(),
    };
    node.engine.build_fails(failure);
    let broken = order(1);
    node.chain.best(1, std::slice::from_ref(&broken));
    let (fault, _, log) = node.failed(&broken).await;
    assert_eq!(fault, Fault::BuildFailed);
    let log = node.store.pinned(&log.unwrap()).unwrap();
    assert_eq!(log, b"double.cl:3: error");

    node.engine.refuses(BadManifest {
        field: "steps[2].kernel".into(),
        reason: "is missing".into(),
    });
    let bad = order(2);
    node.chain.best(2, std::slice::from_ref(&bad));
    let (fault, message, _) = node.failed(&bad).await;
    assert_eq!(
        (fault, message.as_str()),
        (Fault::BadManifest, "steps[2].kernel: is missing")
    );
}

#[tokio::test]
async fn an_engine_that_lies_about_its_output_is_not_believed() {
    let node = Node::new();
    node.engine.lies();
    node.engine.ends(0, Ok(OUTPUT));
    let lie = order(1);
    node.chain.best(1, std::slice::from_ref(&lie));
    assert_eq!(node.failed(&lie).await.0, Fault::RunFailed);

    node.engine.ends(1, Ok(b"longer than it should be"));
    let long = order(2);
    node.chain.best(2, std::slice::from_ref(&long));
    let (fault, message, _) = node.failed(&long).await;
    assert_eq!(fault, Fault::RunFailed);
    assert!(message.contains("24 bytes"), "{message}");
}

#[tokio::test]
async fn the_deadline_on_chain_ends_a_run() {
    let node = Node::new();
    let order = order(1);
    node.chain.best(1, std::slice::from_ref(&order));
    node.engine.until_running(1).await;
    node.chain.step(101 - MARGIN, &order, runs_until(100));
    node.engine.until_running(0).await;
    assert_eq!(node.failed(&order).await.0, Fault::TimeLimit);
}

/// The limit is two seconds, and most of that is time to work.
#[tokio::test]
async fn a_short_time_limit_is_not_over_before_it_began() {
    let node = Node::new();
    let mut order = order(1);
    order.time_limit = Milliseconds(2_000);
    let last = 10 - margin(order.time_limit);
    node.engine.ends(0, Ok(OUTPUT));
    node.chain.best(1, std::slice::from_ref(&order));
    for now in 2..=last {
        node.chain.step(now, &order, runs_until(10));
    }
    node.done(&order).await;
}

#[tokio::test]
async fn the_deadline_on_chain_ends_the_check_of_an_output_too() {
    let node = Node::new();
    node.store.set_stuck();
    let order = order(1);
    node.engine.ends(0, Ok(OUTPUT));
    node.chain.best(1, std::slice::from_ref(&order));
    node.engine.until_started(1).await;
    node.engine.until_running(0).await;
    node.chain.step(101 - MARGIN, &order, runs_until(100));
    assert_eq!(node.failed(&order).await.0, Fault::TimeLimit);
    assert!(node.chain.storage.commitments(order.assignment).is_empty());
}

#[tokio::test]
async fn a_job_whose_task_panics_has_failed() {
    let mut node = Node::new();
    node.engine.panics();
    let order = order(1);
    node.chain.best(1, std::slice::from_ref(&order));
    let (fault, message, _) = node.failed(&order).await;
    assert_eq!((fault, message.as_str()), (Fault::Crashed, PANIC_MESSAGE));
    let phase = node.phase(order.assignment);
    assert!(matches!(phase, Phase::Failed { .. }), "{phase:?}");
    // The job is not done again, neither now nor after a restart.
    node.restart().await;
    node.failed(&order).await;
    node.chain
        .step(4, &order, AssignmentStatus::Cancelled { at: 4 });
    node.chain.storage.no_report(order.assignment).await;
    assert_eq!(node.engine.started(), 1);
}
