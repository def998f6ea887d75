//! Jobs are counted from their order to their end.

use substrate_prometheus_endpoint::Registry;

use super::*;
use crate::metrics::scrape::value;

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
