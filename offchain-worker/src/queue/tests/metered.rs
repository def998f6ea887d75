//! Jobs are counted from their order to their end.

use substrate_prometheus_endpoint::Registry;

use super::*;
use crate::{chain::Verdict, metrics::scrape::value};
use aicpw_protocol::{mailbox::Orders, units::AICP};

async fn metered() -> (Node, Registry) {
    let registry = Registry::new();
    let mut node = Node::new();
    node.metrics = WorkerMetrics::register(&registry).unwrap();
    node.restart().await;
    (node, registry)
}

fn jobs(registry: &Registry, phase: &str) -> f64 {
    value(registry, "aicpw_jobs", &[("phase", phase)])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_is_cancelled_while_it_runs() {
    let (node, registry) = metered().await;
    let order = order(1);
    node.chain.best(1, std::slice::from_ref(&order));
    node.engine.until_running(1).await;
    assert_eq!(value(&registry, "aicpw_jobs_taken_total", &[]), 1.0);
    assert_eq!(jobs(&registry, "running"), 1.0);

    node.chain
        .step(4, &order, AssignmentStatus::Cancelled { at: 4 });
    node.chain.storage.no_report(order.assignment).await;
    let ended = [("end", "cancelled")];
    assert_eq!(value(&registry, "aicpw_jobs_ended_total", &ended), 1.0);
    for phase in Phase::NAMES.into_iter().filter(|name| *name != "closed") {
        assert_eq!(jobs(&registry, phase), 0.0, "{phase}");
    }
    let phase = [("phase", "running")];
    assert_eq!(value(&registry, "aicpw_job_phase_seconds", &phase), 1.0);
}

/// Regression: a chain's orders are only those of open assignments, and every end of an assignment was counted as
/// `gone`.
#[tokio::test(flavor = "multi_thread")]
async fn what_became_of_an_assignment_is_counted() {
    let (node, registry) = metered().await;
    let ended = || {
        End::ALL.map(|end| {
            let end = [("end", end.name())];
            value(&registry, "aicpw_jobs_ended_total", &end)
        })
    };
    node.keeps_a_result(0, &order(1), OUTPUT).await;
    assert_eq!(ended(), [1.0, 0.0, 0.0, 0.0]);

    let late = order(2);
    node.chain.best(11, std::slice::from_ref(&late));
    node.engine.until_started(2).await;
    let failed = AssignmentStatus::Failed {
        fault: Fault::NoProgress,
        at: 12,
        log: None,
        message: Default::default(),
    };
    node.chain.step(12, &late, failed);
    node.chain.storage.no_report(late.assignment).await;
    assert_eq!(ended(), [1.0, 1.0, 0.0, 0.0]);

    let lost = order(3);
    node.chain.best(13, std::slice::from_ref(&lost));
    node.engine.until_started(3).await;
    node.chain.best(14, &[]);
    node.chain.finalise(14);
    node.chain.storage.no_report(lost.assignment).await;
    assert_eq!(ended(), [1.0, 1.0, 0.0, 1.0]);
}

#[tokio::test]
async fn a_job_that_cannot_be_done() {
    let (node, registry) = metered().await;
    let order = Order {
        manifest: content_id(b"another"),
        ..order(1)
    };
    node.store.nowhere(cid_of(b"another"));
    node.chain.best(1, std::slice::from_ref(&order));
    node.failed(&order).await;
    let fault = [("fault", "input-unavailable")];
    assert_eq!(value(&registry, "aicpw_job_failures_total", &fault), 1.0);
    assert_eq!(jobs(&registry, "failed"), 1.0);
}

#[tokio::test]
async fn a_node_that_is_full_of_results_that_it_answers_for_tells_what_it_lacks() {
    let (node, registry) = metered().await;
    let lacking = || value(&registry, "aicpw_room_lacking_bytes", &[]);
    let (old, new) = (order(1), order(2));
    node.chain.set_locked(&[old.assignment]);
    node.keeps_a_result(0, &old, OUTPUT).await;
    node.store.set_full_of(cid_of(OUTPUT));
    assert_eq!(lacking(), 0.0);
    node.chain.best(6, std::slice::from_ref(&new));
    node.failed(&new).await;
    assert_eq!(lacking(), 6.0);

    node.chain.set_locked(&[]);
    node.chain.storage.value(SERVING).await;
    assert_eq!(lacking(), 0.0);
}

/// Regression: nobody was told, and there are only minutes to appeal.
#[tokio::test]
async fn a_verdict_against_a_result_is_counted_once() {
    let (mut node, registry) = metered().await;
    node.stop().await;
    let mut queue = Queue::open(node.shop(), node.folder.path(), node.retention).unwrap();
    let against = || value(&registry, "aicpw_verdicts_against_total", &[]);
    let opening = ResultOpening {
        salt: [0; 32],
        result_root: [1; 32],
        trace_commitment: [2; 32],
        result: content_id(OUTPUT),
    };
    let committed = Order {
        status: committed([3; 32]),
        ..order(2)
    };
    let juror = Order {
        role: Role::Juror,
        status: revealed(&opening),
        ..order(3)
    };
    let result = Order {
        status: revealed(&opening),
        ..order(1)
    };
    let verdict = |until| Verdict {
        until,
        bond: 11 * AICP,
    };
    for other in [&committed, &juror] {
        node.chain.set_verdict(other.assignment, Some(verdict(900)));
    }
    let orders = Orders {
        orders: vec![committed, juror, result.clone()],
        ..Orders::default()
    };
    let mut see = |number| {
        let block = BlockRef {
            number,
            hash: [4; 32],
        };
        queue.see_verdicts(block, &orders);
    };
    see(100);
    assert_eq!(against(), 0.0);
    node.chain
        .set_verdict(result.assignment, Some(verdict(900)));
    see(101);
    assert_eq!(against(), 0.0, "it has looked a moment ago");
    see(120);
    see(140);
    assert_eq!(against(), 1.0);
    node.chain.set_verdict(result.assignment, None);
    see(160);
    node.chain
        .set_verdict(result.assignment, Some(verdict(2_000)));
    see(180);
    assert_eq!(against(), 2.0, "of the larger jury");
}
