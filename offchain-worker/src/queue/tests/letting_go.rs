//! Ended jobs are let go of when nobody can ask for them any more, and nothing else waits for that.

use super::*;

const SECOND: &[u8] = b"second";

/// Lets go of these jobs, and returns those that are gone.
async fn let_go(node: &Node, pins: &Pins, due: &[AssignmentId]) -> Vec<AssignmentId> {
    let (jobs, due) = (node.folder.path().to_owned(), due.iter().copied().collect());
    retention::let_go(&*node.store, jobs, pins.clone(), due).await
}

/// Returns the pins of all folders, as a newly opened queue has them.
fn pins(node: &Node, orders: &[Order]) -> Pins {
    let pins = Pins::default();
    for order in orders {
        let path = JobFolder::path_of(node.folder.path(), order.assignment);
        let record = JobFolder::open(&path).unwrap();
        pins.set(order.assignment, record.record().pins());
    }
    pins
}

#[test]
fn what_is_old_and_not_locked_may_go() {
    let (a, b) = (order(1).assignment, order(2).assignment);
    let mut retention = Retention::new(Duration::from_secs(10));
    retention.add(a, 0, 10);
    retention.add(b, 5_000, 20);
    let free = Locked {
        block: 22,
        ..Locked::default()
    };
    let at = Sweep::Old;
    assert_eq!(retention.due(&free, at(9_999)), [].into());
    assert_eq!(retention.due(&free, at(10_000)), [a].into());
    assert_eq!(retention.due(&free, at(15_000)), [a, b].into());
    assert_eq!(retention.due(&free, Sweep::All), [a, b].into());
    // A job stays, however old it is, if the chain holds locks for it or has not reached it yet.
    let locked = Locked {
        assignments: [b].into(),
        ..free
    };
    let behind = Locked {
        block: 19,
        ..Locked::default()
    };
    for which in [at(u64::MAX), Sweep::All] {
        assert_eq!(retention.due(&locked, which), [a].into());
        assert_eq!(retention.due(&behind, which), [a].into());
    }
    retention.forget(a);
    assert_eq!(retention.due(&locked, Sweep::All), [].into());
}

#[tokio::test]
async fn an_equal_result_stays_pinned_until_the_last_one_goes() {
    let mut node = Node::new();
    let orders = [order(1), order(2)];
    for (run, order) in (0..).zip(&orders) {
        node.keeps_a_result(run, order, OUTPUT).await;
    }
    node.stop().await;
    let (pins, cid) = (pins(&node, &orders), cid_of(OUTPUT));
    let [first, second] = orders.map(|order| order.assignment);
    assert_eq!(let_go(&node, &pins, &[first]).await, [first]);
    assert!(node.store.pinned(&cid).is_some());
    assert_eq!(let_go(&node, &pins, &[second]).await, [second]);
    assert!(node.store.pinned(&cid).is_none());
    assert_eq!(std::fs::read_dir(node.folder.path()).unwrap().count(), 0);
}

/// Regression: each job waited for the IPFS process once more.
#[tokio::test]
async fn an_ipfs_node_that_does_not_answer_is_asked_once_in_a_sweep() {
    let mut node = Node::new();
    let orders = [order(1), order(2)];
    node.keeps_a_result(0, &orders[0], OUTPUT).await;
    node.keeps_a_result(1, &orders[1], SECOND).await;
    node.stop().await;
    let pins = pins(&node, &orders);
    let due = orders.map(|order| order.assignment);
    node.store.set_down(true);
    assert_eq!(let_go(&node, &pins, &due).await, []);
    assert_eq!(node.store.unpins(), 1);
    assert!(node.store.pinned(&cid_of(OUTPUT)).is_some());
    node.store.set_down(false);
    assert_eq!(let_go(&node, &pins, &due).await, due);
    assert_eq!(node.store.pinned(&cid_of(OUTPUT)), None);
    assert_eq!(node.store.pinned(&cid_of(SECOND)), None);
}

#[tokio::test]
async fn what_another_job_comes_to_while_it_is_unpinned_is_pinned_again() {
    let mut node = Node::new();
    let old = order(1);
    node.keeps_a_result(0, &old, OUTPUT).await;
    node.stop().await;
    let pins = pins(&node, std::slice::from_ref(&old));
    node.store.set_unpins_wait(true);
    let due = [old.assignment];
    let go = let_go(&node, &pins, &due);
    let meanwhile = async {
        node.store.until_unpins(1).await;
        pins.set(order(2).assignment, vec![content_id(OUTPUT)]);
        node.store.set_unpins_wait(false);
    };
    let (gone, ()) = tokio::join!(go, meanwhile);
    assert_eq!(gone, due);
    assert!(node.store.pinned(&cid_of(OUTPUT)).is_some());
}

/// Regression: while the queue waited for the IPFS process, no job heard what is final, or of its deadline; and a
/// committed result that is not opened in time counts as a wrong one.
#[tokio::test]
async fn jobs_go_on_while_old_results_are_let_go_of() {
    let mut node = Node::new();
    let (old, new) = (order(1), order(2));
    node.keeps_a_result(0, &old, OUTPUT).await;
    node.stop().await;
    node.retention = Duration::ZERO;
    node.store.set_unpins_wait(true);
    node.start();
    node.store.until_unpins(1).await;

    node.engine.ends(1, Ok(SECOND));
    node.chain.best(11, std::slice::from_ref(&new));
    let commitment = node.done(&new).await;
    node.chain.step(12, &new, committed(commitment));
    node.opened(&new).await;
    assert_eq!(node.store.unpins(), 1, "there is one sweep at a time");
    assert!(node.store.pinned(&cid_of(OUTPUT)).is_some());
}

/// Jobs that want the room go on, too.
#[tokio::test]
async fn who_wants_room_waits_for_no_longer_than_the_start_window() {
    let mut node = Node::new();
    let (old, new) = (order(1), order(2));
    node.keeps_a_result(0, &old, OUTPUT).await;
    node.store.set_full_of(cid_of(OUTPUT));
    node.stop().await;
    node.retention = Duration::ZERO;
    node.store.set_unpins_wait(true);
    node.start();
    node.store.until_unpins(1).await;
    node.chain.best(11, std::slice::from_ref(&new));
    node.chain.best(1_001 - MARGIN, std::slice::from_ref(&new));
    let (fault, _, _) = node.failed(&new).await;
    assert_eq!(fault, Fault::InputUnavailable);

    // The sweep goes on, and a job that asks while one is under way gets the next.
    let third = Order {
        status: AssignmentStatus::Assigned { start_by: 2_000 },
        ..order(3)
    };
    node.engine.ends(1, Ok(SECOND));
    node.chain.best(1_002, std::slice::from_ref(&third));
    node.store.set_unpins_wait(false);
    node.done(&third).await;
    assert_eq!(node.store.pinned(&cid_of(OUTPUT)), None);
}
