//! Sealed tasks: nothing begins before the grant is final, and nothing leaves in the clear.

use aicpw_protocol::{
    sealing::{
        envelope,
        key::Purpose,
        stream::{self, Salt},
        DataKey, Envelope, EnvelopeContext,
    },
    task::Privacy,
};

use super::super::sealed::PUBLIC_MESSAGE;
use super::*;

fn key() -> DataKey {
    DataKey::from_bytes([8; 32])
}

fn sealed(content: &[u8]) -> Vec<u8> {
    stream::seal_bytes(&key(), Purpose::Content, Salt::random().unwrap(), content).unwrap()
}

/// Returns the order of a task whose data is sealed under [`key`]; it waits for the key.
fn sealed_order(node: &Node) -> Order {
    let manifest = sealed(MANIFEST);
    node.store.put(&manifest);
    Order {
        manifest: content_id(&manifest),
        privacy: Privacy::Sealed {
            key_commitment: key().commitment(),
        },
        status: AssignmentStatus::AwaitingKey {
            grant_by: 500,
            recipient: secret().sealing_key(),
        },
        ..order(1)
    }
}

fn seal_key(key: &DataKey, order: &Order, recipient: &Hash) -> Envelope {
    let context = EnvelopeContext {
        genesis: &FakeChain::GENESIS,
        assignment: order.assignment,
        manifest: &order.manifest,
        recipient,
    };
    envelope::seal(key, &context).unwrap()
}

fn granted(order: &Order, envelope: Envelope) -> Order {
    Order {
        status: AssignmentStatus::Assigned { start_by: 1_000 },
        envelope: Some(envelope),
        ..order.clone()
    }
}

fn granted_well(order: &Order) -> Order {
    granted(order, seal_key(&key(), order, &secret().sealing_key()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_job_from_its_grant_to_its_end() {
    let node = Node::new();
    let input = sealed(b"input");
    node.store.put(&input);
    node.engine.needs(vec![Blob {
        field: "buffers[0].init.cid".into(),
        cid: content_id(&input),
        path: "inputs/0".into(),
        length: Some(5),
        max_bytes: 5,
    }]);
    node.engine.ends(0, Ok(OUTPUT));
    let waiting = sealed_order(&node);
    node.chain.best(1, std::slice::from_ref(&waiting));
    node.chain.finalise(1);
    // The grant is only in the best block: a fork can take it back.
    let order = granted_well(&waiting);
    node.chain.best(2, std::slice::from_ref(&order));
    assert_eq!(node.engine.started(), 0);
    node.chain.finalise(2);
    let commitment = node.done(&order).await;
    node.chain.step(3, &order, committed(commitment));
    let Report::Open { opening, .. } = node.opened(&order).await else {
        unreachable!()
    };
    assert_eq!(opening.result_root, merkle::result_root(OUTPUT));
    let cid = cid::Cid::try_from(opening.result.as_bytes()).unwrap();
    node.chain.step(4, &order, revealed(&opening));
    node.store.until_pinned(cid).await;
    let published = node.store.pinned(&cid).unwrap();
    let purpose = Purpose::Result(order.assignment);
    assert_eq!(
        stream::open_bytes(&key(), purpose, &published).unwrap(),
        OUTPUT
    );
    for plain in [MANIFEST, b"input", OUTPUT] {
        assert!(!node.store.holds(plain));
    }
}

#[tokio::test]
async fn a_lost_folder_is_computed_again_and_sealed_to_the_same_bytes() {
    let mut node = Node::new();
    let order = granted_well(&sealed_order(&node));
    node.engine.ends(0, Ok(OUTPUT));
    node.engine.ends(1, Ok(OUTPUT));
    node.chain.best(1, std::slice::from_ref(&order));
    node.chain.finalise(1);
    let commitment = node.done(&order).await;
    node.stop().await;
    JobFolder::remove(&JobFolder::path_of(node.folder.path(), order.assignment)).unwrap();
    node.start();
    node.chain.step(3, &order, committed(commitment));
    node.opened(&order).await;
    assert_eq!(node.engine.started(), 2);
}

#[tokio::test]
async fn a_key_that_does_not_fit_is_said_to_be_bad() {
    let other_key = DataKey::from_bytes([9; 32]);
    let recipient = secret().sealing_key();
    let elsewhere = WorkerSecret::from_bytes([5; 32]).sealing_key();
    let of = |seal: &dyn Fn(&Order) -> Envelope, expected: &'static str| {
        let node = Node::new();
        let waiting = sealed_order(&node);
        let order = granted(&waiting, seal(&waiting));
        async move {
            node.chain.best(1, std::slice::from_ref(&order));
            node.chain.finalise(1);
            let (fault, message, _) = node.failed(&order).await;
            assert_eq!(fault, Fault::BadKey);
            assert!(message.contains(expected), "{message}");
            assert_eq!(node.engine.started(), 0);
        }
    };
    of(
        &|order| seal_key(&other_key, order, &recipient),
        "not the one that the task committed to",
    )
    .await;
    of(
        &|order| seal_key(&key(), order, &elsewhere),
        "another sealing key",
    )
    .await;
    of(
        &|order| {
            let mut later = order.clone();
            later.assignment.attempt = 1;
            seal_key(&key(), &later, &recipient)
        },
        "does not open",
    )
    .await;
}

#[tokio::test]
async fn data_that_the_key_does_not_open_is_a_bad_key_too() {
    let node = Node::new();
    let mut waiting = sealed_order(&node);
    // The manifest is in the clear, although the task says that it is sealed.
    waiting.manifest = content_id(MANIFEST);
    let order = granted_well(&waiting);
    node.chain.best(1, std::slice::from_ref(&order));
    node.chain.finalise(1);
    let (fault, message, log) = node.failed(&order).await;
    assert_eq!((fault, message.as_str()), (Fault::BadKey, PUBLIC_MESSAGE));
    let log = open_log(&node, &order, &log.unwrap());
    assert!(log.contains("the manifest"), "{log}");
    assert!(log.contains("not a sealed file"), "{log}");
}

fn open_log(node: &Node, order: &Order, log: &cid::Cid) -> String {
    let sealed = node.store.pinned(log).unwrap();
    let purpose = Purpose::Log(order.assignment);
    String::from_utf8(stream::open_bytes(&key(), purpose, &sealed).unwrap()).unwrap()
}

#[tokio::test]
async fn what_a_failure_says_of_the_data_is_for_the_requester_only() {
    let node = Node::new();
    node.engine.build_fails(Failure {
        fault: Fault::BuildFailed,
        message: "secret.cl does not compile".into(),
        log: b"secret.cl:3: error".to_vec(),
    });
    let order = granted_well(&sealed_order(&node));
    node.chain.best(1, std::slice::from_ref(&order));
    node.chain.finalise(1);
    let (fault, message, log) = node.failed(&order).await;
    assert_eq!(
        (fault, message.as_str()),
        (Fault::BuildFailed, PUBLIC_MESSAGE)
    );
    assert_eq!(
        open_log(&node, &order, &log.unwrap()),
        "secret.cl does not compile\nsecret.cl:3: error"
    );
    assert!(!node.store.holds(b"secret"));
}

#[tokio::test]
async fn a_log_that_cannot_be_kept_in_time_does_not_hold_up_the_report() {
    let node = Node::new();
    node.store.set_stuck();
    let order = granted_well(&sealed_order(&node));
    node.chain.best(1, std::slice::from_ref(&order));
    node.chain.finalise(1);
    node.engine.until_running(1).await;
    node.chain.step(98, &order, runs_until(100));
    let (fault, message, log) = node.failed(&order).await;
    assert_eq!(
        (fault, message.as_str()),
        (Fault::TimeLimit, PUBLIC_MESSAGE)
    );
    assert_eq!(log, None);
}
