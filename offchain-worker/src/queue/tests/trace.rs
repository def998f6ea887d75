//! Disputed results: the provider shows the trace when it is asked for, and jurors run a part.

use aicpw_protocol::{
    commitment::{juror_trace_salt, trace_commitment},
    mailbox::Ask,
    trace::{DisputedPart, PartStart, TraceOpening},
};
use aicpw_stand_in::disk::{skip, SmallDisk};

use super::*;
use crate::testing::{hash_of_part, trace_of};

const STATE: &[u8] = b"the state at a checkpoint";

/// Runs a job until its result is revealed, and returns the opening.
async fn revealed_job(node: &Node, order: &Order) -> ResultOpening {
    node.engine.ends(0, Ok(OUTPUT));
    node.chain.best(1, std::slice::from_ref(order));
    let commitment = node.done(order).await;
    node.chain.step(3, order, committed(commitment));
    let Report::Open { opening, .. } = node.opened(order).await else {
        unreachable!()
    };
    node.chain.step(4, order, revealed(&opening));
    node.store.until_pinned(cid_of(OUTPUT)).await;
    opening
}

async fn trace(node: &Node, order: &Order) -> TraceOpening {
    let is_trace = |report: &Report| matches!(report, Report::Trace { .. });
    let storage = node.chain.storage.clone();
    match storage
        .report(order.assignment, "it opens its trace", is_trace)
        .await
    {
        Report::Trace { opening } => opening,
        _ => unreachable!(),
    }
}

/// Makes a dispute want the trace of a revealed result, in block 5.
fn want_trace(node: &Node, order: &Order, result: &ResultOpening) {
    node.chain.asks(5, vec![(order.assignment, Ask::Trace)]);
    node.chain.step(5, order, revealed(result));
}

/// Returns all hashes of the trace, as they are served.
fn hashes() -> Vec<u8> {
    trace_of(OUTPUT).hashes().concat()
}

#[tokio::test]
async fn the_trace_is_shown_when_a_dispute_wants_it_and_never_before() {
    let node = Node::new();
    let order = order(1);
    let result = revealed_job(&node, &order).await;
    let hashes_at = cid_of(&hashes());
    assert_eq!(node.store.pinned(&hashes_at), None, "nobody wants it");
    want_trace(&node, &order, &result);
    let opening = trace(&node, &order).await;
    let opened = opening.open(&result).expect("it is what was committed to");
    assert_eq!(opened.hashes, 2);
    assert_eq!(opened.file, content_id(&hashes()));
    assert_eq!(node.store.pinned(&hashes_at).unwrap(), hashes());

    let opening = result;
    node.chain
        .step(6, &order, AssignmentStatus::Settled { opening, at: 6 });
    node.chain.storage.no_report(order.assignment).await;
    let Phase::Closed { pins, .. } = node.phase(order.assignment) else {
        panic!("it has ended")
    };
    assert_eq!(pins, [content_id(OUTPUT), content_id(&hashes())]);
}

#[tokio::test]
async fn after_a_restart_the_trace_is_shown_again() {
    let mut node = Node::new();
    let order = order(1);
    let result = revealed_job(&node, &order).await;
    want_trace(&node, &order, &result);
    let before = trace(&node, &order).await;
    node.chain
        .storage
        .remove(&aicpw_protocol::mailbox::report_key(order.assignment));
    node.restart().await;
    assert_eq!(trace(&node, &order).await, before);
}

fn juror() -> Order {
    Order {
        role: Role::Juror,
        ..order(1)
    }
}

/// Returns the demand for a part that begins in this state.
fn part(from: Option<&[u8]>) -> Ask {
    Ask::Part(DisputedPart {
        number: 3,
        from: from.map(|state| PartStart {
            checkpoint: [6; 32],
            state: content_id(state),
        }),
        claimed: [7; 32],
    })
}

#[tokio::test]
async fn a_juror_does_not_begin_before_it_is_known_what_it_has_to_run() {
    let node = Node::new();
    let order = juror();
    node.engine.ends(0, Ok(OUTPUT));
    // Another run of the hook has written what was wanted one block earlier.
    node.chain.asks(1, Vec::new());
    node.chain.best(2, std::slice::from_ref(&order));
    node.chain.asks(3, vec![(order.assignment, part(None))]);
    node.chain.best(3, std::slice::from_ref(&order));
    let commitment = node.done(&order).await;
    node.chain.step(4, &order, committed(commitment));
    let Report::Open { opening, .. } = node.opened(&order).await else {
        unreachable!()
    };
    assert_eq!(opening.result_root, hash_of_part(OUTPUT, &[]));
}

#[tokio::test]
async fn a_juror_commits_to_the_hash_that_a_part_comes_to() {
    for from in [None, Some(STATE)] {
        let node = Node::new();
        node.store.put(STATE);
        let order = juror();
        node.engine.ends(0, Ok(OUTPUT));
        node.chain.asks(1, vec![(order.assignment, part(from))]);
        node.chain.best(1, std::slice::from_ref(&order));
        let commitment = node.done(&order).await;
        node.chain.step(3, &order, committed(commitment));
        let Report::Open { opening, .. } = node.opened(&order).await else {
            unreachable!()
        };
        let expected = hash_of_part(OUTPUT, from.unwrap_or_default());
        assert_eq!(opening.result_root, expected);
        assert_eq!(opening.result, content_id(&[]), "there is no output");
    }
}

#[tokio::test]
async fn a_juror_shows_the_root_of_its_trace_when_it_is_wanted_and_nothing_more() {
    let mut node = Node::new();
    let order = juror();
    node.engine.ends(0, Ok(OUTPUT));
    node.chain.asks(1, vec![(order.assignment, Ask::Whole)]);
    node.chain.best(1, std::slice::from_ref(&order));
    let commitment = node.done(&order).await;
    node.chain.asks(3, vec![(order.assignment, Ask::Whole)]);
    node.chain.step(3, &order, committed(commitment));
    let Report::Open {
        opening: result, ..
    } = node.opened(&order).await
    else {
        unreachable!()
    };
    let is_work = |report: &Report| matches!(report, Report::Work { .. });
    let trace_root = trace_of(OUTPUT).root();
    for is_restarted in [false, true] {
        want_trace(&node, &order, &result);
        let storage = node.chain.storage.clone();
        let report = storage
            .report(order.assignment, "it shows its work", is_work)
            .await;
        assert_eq!(report, Report::Work { trace_root });
        assert_eq!(node.store.pinned(&cid_of(&hashes())), None);
        if !is_restarted {
            let key = aicpw_protocol::mailbox::report_key(order.assignment);
            storage.remove(&key);
            node.restart().await;
        }
    }
    // This is the root that the chain can verify by the commitment.
    let salt = juror_trace_salt(
        &sp_core::crypto::AccountId32::new([3; 32]),
        order.assignment,
    );
    assert_eq!(
        result.trace_commitment,
        trace_commitment(&salt, &trace_root)
    );
}

#[tokio::test]
async fn a_state_that_nobody_has_is_an_input_that_is_unavailable() {
    let node = Node::new();
    node.store.nowhere(cid_of(STATE));
    let order = juror();
    node.chain
        .asks(1, vec![(order.assignment, part(Some(STATE)))]);
    node.chain.best(1, std::slice::from_ref(&order));
    let (fault, message, _) = node.failed(&order).await;
    assert_eq!(fault, Fault::InputUnavailable);
    assert!(message.contains("the state"), "{message}");
}

/// Checks that a juror's node has no room to run a part that begins in this state.
async fn has_no_room_for(node: &Node, state: &[u8]) {
    node.store.put(state);
    let order = juror();
    node.chain
        .asks(1, vec![(order.assignment, part(Some(state)))]);
    node.chain.best(1, std::slice::from_ref(&order));
    let (fault, message, _) = node.failed(&order).await;
    assert_eq!(fault, Fault::InputUnavailable);
    assert!(message.starts_with("the state"), "{message}");
    assert!(message.contains("the disk is full"), "{message}");
    let work = JobFolder::path_of(node.folder.path(), order.assignment).join("work");
    assert!(!work.join(aicpw_protocol::job::path::STATE_BEFORE).exists());
    assert_eq!(node.engine.started(), 0);
}

/// Regression: the state was fetched, whatever was free, and whoever disputes the part names the
/// state.
#[tokio::test]
async fn a_state_for_which_the_disk_has_no_room_is_not_fetched() {
    let mut node = Node::new();
    node.stop().await;
    let Some(disk) = SmallDisk::mount(node.folder.path(), 4 << 20).unwrap() else {
        // The next test covers this case.
        return skip().unwrap();
    };
    node.disk_reserve = 1 << 20;
    node.start();
    // Together with what the store takes of the same disk it is too much.
    let state = vec![7; 2 << 20];
    has_no_room_for(&node, &state).await;
    let free = disk.free().unwrap();
    assert!(free >= node.disk_reserve, "{free} bytes are free");
    node.stop().await;
    drop(disk);
}

#[tokio::test]
async fn a_disk_at_its_reserve_takes_no_state() {
    let mut node = Node::new();
    node.disk_reserve = u64::MAX;
    node.restart().await;
    has_no_room_for(&node, STATE).await;
}
