//! The queue against a chain, a store and an engine that do what the test says.

use aicpw_protocol::{
    commitment::{result_commitment, ResultOpening},
    mailbox::{Order, Report, SERVING},
    merkle,
    task::{AssignmentStatus, Fault, Progress},
    AssignmentId, Hash,
};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::*;
use crate::{
    chain::LocalStorage,
    engines::{BadManifest, Blob, Failure},
    mailbox::Mailbox,
    metrics::WorkerMetrics,
    secret::WorkerSecret,
    testing::{cid_of, content_id, order, soon, FakeChain, FakeEngine, FakeStore, MANIFEST},
};

mod metered;
mod room;
mod sealed;

const OUTPUT: &[u8] = b"result";

fn secret() -> WorkerSecret {
    WorkerSecret::from_bytes([4; 32])
}

/// A node's native side that can be stopped and started again on the same folder.
struct Node {
    folder: tempfile::TempDir,
    chain: Arc<FakeChain>,
    store: Arc<FakeStore>,
    engine: Arc<FakeEngine>,
    retention: Duration,
    metrics: WorkerMetrics,
    running: Option<(watch::Sender<bool>, JoinHandle<()>)>,
}

impl Node {
    fn new() -> Self {
        let store = FakeStore::default();
        store.put(MANIFEST);
        let mut node = Self {
            folder: tempfile::tempdir().unwrap(),
            chain: FakeChain::new(),
            store: Arc::new(store),
            engine: Arc::default(),
            retention: Duration::from_secs(3600),
            metrics: WorkerMetrics::default(),
            running: None,
        };
        node.start();
        node
    }

    fn start(&mut self) {
        let shop = Shop {
            chain: self.chain.clone(),
            store: self.store.clone(),
            mailbox: Mailbox::new(self.chain.storage.clone(), FakeChain::GENESIS),
            engine: self.engine.clone(),
            secret: secret(),
            slots: Slots::default(),
            fetch: FetchLimits {
                stall: Duration::from_secs(1),
                total: Duration::from_secs(1),
            },
            progress_every: Duration::from_millis(1),
            // Longer than a test waits.
            log_timeout: Duration::from_secs(3600),
            metrics: self.metrics.clone(),
        };
        let queue = Queue::open(shop, self.folder.path(), self.retention).unwrap();
        let (stop, stopped) = watch::channel(false);
        self.running = Some((stop, tokio::spawn(queue.run(stopped))));
    }

    async fn stop(&mut self) {
        let (stop, queue) = self.running.take().unwrap();
        stop.send_replace(true);
        soon("the queue stops", queue).await.unwrap();
    }

    async fn restart(&mut self) {
        self.stop().await;
        self.start();
    }

    async fn failed(&self, order: &Order) -> (Fault, String, Option<cid::Cid>) {
        let is_failed = |report: &Report| matches!(report, Report::Failed { .. });
        let storage = &self.chain.storage;
        match storage
            .report(order.assignment, "it fails", is_failed)
            .await
        {
            Report::Failed {
                fault,
                log,
                message,
            } => {
                let message = String::from_utf8(message.into_inner()).unwrap();
                let log = log.map(|log| cid::Cid::try_from(log.as_bytes()).unwrap());
                (fault, message, log)
            }
            _ => unreachable!(),
        }
    }

    async fn done(&self, order: &Order) -> Hash {
        let is_done = |report: &Report| matches!(report, Report::Done { .. });
        let storage = &self.chain.storage;
        match storage
            .report(order.assignment, "it is done", is_done)
            .await
        {
            Report::Done { commitment } => commitment,
            _ => unreachable!(),
        }
    }

    async fn opened(&self, order: &Order) -> Report {
        let is_open = |report: &Report| matches!(report, Report::Open { .. });
        let storage = &self.chain.storage;
        storage
            .report(order.assignment, "it is opened", is_open)
            .await
    }

    fn phase(&self, assignment: AssignmentId) -> Phase {
        let path = JobFolder::path_of(self.folder.path(), assignment);
        JobFolder::open(&path).unwrap().record().phase.clone()
    }
}

fn committed(commitment: Hash) -> AssignmentStatus {
    AssignmentStatus::Committed {
        commitment,
        at: 3,
        reveal_by: 1_000,
    }
}

fn runs_until(commit_by: u32) -> AssignmentStatus {
    AssignmentStatus::Running {
        progress_by: commit_by,
        commit_by,
        progress: Progress::default(),
        reports: 0,
    }
}

fn revealed(opening: &ResultOpening) -> AssignmentStatus {
    AssignmentStatus::Revealed {
        opening: opening.clone(),
        at: 4,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_from_its_order_to_its_end() {
    let node = Node::new();
    let order = order(1);
    node.chain.best(1, std::slice::from_ref(&order));
    node.engine.until_started(1).await;
    let progress = Progress {
        steps_done: 1,
        steps_total: 2,
    };
    let runs = |report: &Report| *report == Report::Running { progress };
    let storage = node.chain.storage.clone();
    storage.report(order.assignment, "progress", runs).await;

    node.engine.ends(0, Ok(OUTPUT));
    let commitment = node.done(&order).await;
    let cid = cid_of(OUTPUT);
    assert_eq!(
        node.store.pinned(&cid),
        None,
        "nothing is served before the reveal"
    );

    // On the best chain only: may still be taken back.
    let on_chain = Order {
        status: committed(commitment),
        ..order.clone()
    };
    node.chain.best(3, &[on_chain]);
    assert_eq!(node.store.pinned(&cid), None);
    node.chain.finalise(3);
    let Report::Open {
        commitment: again,
        opening,
    } = node.opened(&order).await
    else {
        unreachable!()
    };
    assert_eq!(
        node.store.pinned(&cid),
        None,
        "it is only ready to be opened"
    );
    assert_eq!(again, commitment);
    assert_eq!(opening.result_root, merkle::result_root(OUTPUT));
    assert_eq!(opening.result, content_id(OUTPUT));
    assert_eq!(
        result_commitment(&[3u8; 32], order.assignment, &opening),
        commitment
    );

    node.chain.step(4, &order, revealed(&opening));
    node.store.until_pinned(cid).await;
    assert_eq!(node.store.pinned(&cid).unwrap(), OUTPUT);
    node.chain
        .step(5, &order, AssignmentStatus::Settled { opening, at: 5 });
    storage.no_report(order.assignment).await;
    assert!(matches!(node.phase(order.assignment), Phase::Closed { .. }));
    assert!(
        node.store.pinned(&cid).is_some(),
        "kept for the retention period"
    );
    assert!(storage.get(SERVING).is_some());
    assert_eq!(node.engine.started(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_ran_is_done_again_and_a_finished_one_is_not() {
    let mut node = Node::new();
    let order = order(1);
    node.chain.best(1, std::slice::from_ref(&order));
    node.engine.until_started(1).await;
    node.restart().await;
    node.engine.until_started(2).await;
    // The first run would have had another result, if it had been believed.
    node.engine.ends(0, Ok(b"others"));
    node.engine.ends(1, Ok(OUTPUT));
    let commitment = node.done(&order).await;

    // The mailbox is lost with the last writes; the folder is the truth.
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
async fn a_commitment_of_somebody_else_is_never_opened() {
    let node = Node::new();
    let order = order(1);
    node.engine.ends(0, Ok(OUTPUT));
    node.chain.best(1, std::slice::from_ref(&order));
    let commitment = node.done(&order).await;
    node.chain.step(3, &order, committed([0; 32]));
    node.chain
        .step(4, &order, AssignmentStatus::Cancelled { at: 4 });
    node.chain.storage.no_report(order.assignment).await;
    assert_eq!(
        node.chain.storage.commitments(order.assignment),
        [commitment]
    );
    assert_eq!(node.store.pinned(&cid_of(OUTPUT)), None);
}

#[tokio::test]
async fn an_order_that_a_fork_replaced_is_forgotten() {
    let node = Node::new();
    let first = order(1);
    node.chain.best(1, std::slice::from_ref(&first));
    node.engine.until_started(1).await;
    let second = Order {
        manifest: content_id(b"another"),
        ..first.clone()
    };
    node.store.nowhere(cid_of(b"another"));
    node.chain.best(2, std::slice::from_ref(&second));
    node.engine.until_running(0).await;
    let (fault, message, _) = node.failed(&second).await;
    assert_eq!(fault, Fault::InputUnavailable);
    assert!(message.contains(&second.manifest.to_string()), "{message}");
    assert!(node.chain.storage.commitments(first.assignment).is_empty());
}

#[tokio::test]
async fn a_job_ends_when_its_assignment_is_gone_for_good() {
    let node = Node::new();
    let order = order(1);
    node.chain.best(2, std::slice::from_ref(&order));
    node.engine.until_running(1).await;
    // Final, but older than the order; and gone, but not final.
    node.chain.finalise(1);
    node.chain.best(3, &[]);
    node.chain.finalise(3);
    node.engine.until_running(0).await;
    node.chain.storage.no_report(order.assignment).await;
}

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

    // Still searched for when the start window closes.
    node.engine.needs(vec![blob(b"not yet", None)]);
    let late = order(3);
    node.chain.best(3, std::slice::from_ref(&late));
    node.chain.best(998, std::slice::from_ref(&late));
    let (fault, message, _) = node.failed(&late).await;
    assert_eq!(fault, Fault::InputUnavailable);
    assert!(message.contains("start window"), "{message}");
    assert_eq!(node.engine.started(), 0);
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
    node.chain.step(98, &order, runs_until(100));
    node.engine.until_running(0).await;
    assert_eq!(node.failed(&order).await.0, Fault::TimeLimit);
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
    node.chain.step(98, &order, runs_until(100));
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
    // Neither now nor after a restart is it done again.
    node.restart().await;
    node.failed(&order).await;
    node.chain
        .step(4, &order, AssignmentStatus::Cancelled { at: 4 });
    node.chain.storage.no_report(order.assignment).await;
    assert_eq!(node.engine.started(), 1);
}

#[tokio::test]
async fn a_device_runs_as_many_jobs_as_it_has_slots() {
    let node = Node::new();
    let orders = [order(1), order(2)];
    node.chain.best(1, &orders);
    node.engine.until_started(1).await;
    node.engine.ends(0, Ok(OUTPUT));
    node.engine.until_started(2).await;
    node.engine.until_running(1).await;
    node.engine.ends(1, Ok(OUTPUT));
    for order in &orders {
        node.done(order).await;
    }
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

#[tokio::test]
async fn a_result_is_opened_even_if_ipfs_is_down_and_follows() {
    let node = Node::new();
    let order = order(1);
    node.engine.ends(0, Ok(OUTPUT));
    node.chain.best(1, std::slice::from_ref(&order));
    let commitment = node.done(&order).await;
    node.store.set_broken(true);
    node.chain.step(3, &order, committed(commitment));
    let Report::Open { opening, .. } = node.opened(&order).await else {
        unreachable!()
    };
    node.chain.step(4, &order, revealed(&opening));
    node.store.set_broken(false);
    node.store.until_pinned(cid_of(OUTPUT)).await;
}

/// In `expected` the block of the reveal settles.
#[tokio::test]
async fn a_result_that_settles_at_its_reveal_is_published() {
    let node = Node::new();
    let order = order(1);
    node.engine.ends(0, Ok(OUTPUT));
    node.chain.best(1, std::slice::from_ref(&order));
    let commitment = node.done(&order).await;
    node.chain.step(3, &order, committed(commitment));
    let Report::Open { opening, .. } = node.opened(&order).await else {
        unreachable!()
    };
    node.chain
        .step(4, &order, AssignmentStatus::Settled { opening, at: 4 });
    node.chain.storage.no_report(order.assignment).await;
    assert_eq!(node.store.pinned(&cid_of(OUTPUT)).unwrap(), OUTPUT);
}

#[tokio::test]
async fn a_result_that_is_never_revealed_is_never_published() {
    let node = Node::new();
    let order = order(1);
    node.engine.ends(0, Ok(OUTPUT));
    node.chain.best(1, std::slice::from_ref(&order));
    let commitment = node.done(&order).await;
    node.chain.step(3, &order, committed(commitment));
    node.opened(&order).await;
    node.chain
        .step(4, &order, AssignmentStatus::Cancelled { at: 4 });
    node.chain.storage.no_report(order.assignment).await;
    assert_eq!(node.store.pinned(&cid_of(OUTPUT)), None);
}

#[tokio::test]
async fn what_has_ended_is_removed_after_the_retention_period() {
    let mut node = Node::new();
    let orders = [order(1), order(2)];
    node.engine.ends(0, Ok(OUTPUT));
    node.engine.ends(1, Ok(OUTPUT));
    for (number, order) in (1..).zip(&orders) {
        let number = 10 * number;
        node.chain.best(number, std::slice::from_ref(order));
        let commitment = node.done(order).await;
        node.chain.step(number + 1, order, committed(commitment));
        let Report::Open { opening, .. } = node.opened(order).await else {
            unreachable!()
        };
        node.chain.step(
            number + 2,
            order,
            AssignmentStatus::Settled { opening, at: 1 },
        );
        node.chain.storage.no_report(order.assignment).await;
    }
    node.stop().await;

    // Both have the same result, so it stays pinned until the second goes.
    let cid = cid_of(OUTPUT);
    let mut retention = Retention::new(node.folder.path(), Duration::from_secs(10));
    retention.add(orders[0].assignment, 0);
    retention.add(orders[1].assignment, 5_000);
    assert!(retention.sweep(&*node.store, 9_999).await.is_empty());
    assert_eq!(
        retention.sweep(&*node.store, 10_000).await,
        [orders[0].assignment]
    );
    assert!(node.store.pinned(&cid).is_some());
    assert_eq!(
        retention.sweep(&*node.store, 15_000).await,
        [orders[1].assignment]
    );
    assert!(node.store.pinned(&cid).is_none());
    assert_eq!(std::fs::read_dir(node.folder.path()).unwrap().count(), 0);
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
