//! A wrong wall clock. Deadlines are the chain's blocks and time that passes, so only one thing goes by that clock: how
//! long a result without locks is kept.

use super::*;
use crate::clock::testing::set;

const YEAR: i64 = 365 * 24 * 3_600_000;

#[test]
fn a_clock_that_was_set_back_keeps_nothing_for_longer_than_once_more() {
    let (a, b) = (order(1).assignment, order(2).assignment);
    let mut retention = Retention::new(Duration::from_secs(10));
    retention.add(a, YEAR as u64, 10);
    retention.add(b, 1_000, 10);
    let free = Locked {
        block: 22,
        ..Locked::default()
    };
    let at = Sweep::Old;
    assert_eq!(retention.due(&free, at(2_000)), [].into());
    assert_eq!(retention.due(&free, at(11_999)), [b].into());
    assert_eq!(retention.due(&free, at(12_000)), [a, b].into());
    // The time begins once more if the clock is set back again.
    assert_eq!(retention.due(&free, at(0)), [].into());
    assert_eq!(retention.due(&free, at(10_000)), [a, b].into());
    let locked = Locked {
        assignments: [a].into(),
        ..free
    };
    assert_eq!(retention.due(&locked, at(u64::MAX)), [b].into());
}

/// Regression: a job that was closed by a clock a year ahead was kept for a year once the clock was right.
#[tokio::test]
async fn jobs_are_done_by_a_wrong_clock_and_let_go_of_by_the_right_one() {
    for by in [YEAR, -YEAR] {
        set(by);
        let mut node = Node::new();
        let order = order(1);
        node.keeps_a_result(0, &order, OUTPUT).await;
        node.stop().await;
        assert!(node.store.pinned(&cid_of(OUTPUT)).is_some());
        set(0);
        node.retention = Duration::ZERO;
        node.start();
        node.store.until_unpins(1).await;
    }
}

/// A job with locks stays, however far ahead the clock is.
#[tokio::test]
async fn what_is_answered_for_stays_when_the_clock_is_set_forward() {
    let mut node = Node::new();
    let (answered_for, free) = (order(1), order(2));
    node.keeps_a_result(0, &answered_for, OUTPUT).await;
    node.keeps_a_result(1, &free, &[7; OUTPUT.len()]).await;
    node.stop().await;
    node.chain.set_locked(&[answered_for.assignment]);
    set(YEAR);
    node.start();
    node.store.until_unpins(1).await;
    assert!(node.store.pinned(&cid_of(OUTPUT)).is_some());
    assert_eq!(node.store.unpins(), 1);
}
