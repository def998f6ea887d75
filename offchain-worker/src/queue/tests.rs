//! Tests of the queue with a chain, a store and an engine that do what the test says.

use aicpw_protocol::{
    commitment::{result_commitment, ResultOpening},
    mailbox::{margin, Order, Report, MARGIN, SERVING},
    merkle,
    task::{AssignmentStatus, Fault, Progress, Role},
    AssignmentId, Hash, Milliseconds,
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

mod claimed;
mod clock;
mod disk;
mod failure;
mod finish;
mod fork;
mod letting_go;
mod life;
mod metered;
mod outage;
mod publish;
mod record_lost;
mod restart;
mod room;
mod sealed;
mod trace;

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
    disk_reserve: u64,
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
            disk_reserve: 0,
            metrics: WorkerMetrics::default(),
            running: None,
        };
        node.start();
        node
    }

    fn shop(&self) -> Shop {
        Shop {
            chain: self.chain.clone(),
            store: self.store.clone(),
            mailbox: Mailbox::new(self.chain.storage.clone(), FakeChain::GENESIS),
            engine: self.engine.clone(),
            secret: secret(),
            slots: Arc::default(),
            fetch: FetchLimits {
                stall: Duration::from_secs(1),
                total: Duration::from_secs(1),
                disk_reserve: self.disk_reserve,
            },
            progress_every: Duration::from_millis(1),
            // Longer than a test waits.
            log_timeout: Duration::from_secs(3600),
            metrics: self.metrics.clone(),
        }
    }

    fn start(&mut self) {
        let queue = Queue::open(self.shop(), self.folder.path(), self.retention);
        self.runs(queue.unwrap());
    }

    /// Starts as if no job could be locked in.
    fn start_to_finish(&mut self) {
        let queue = Queue::open_to_finish(self.shop(), self.folder.path(), self.retention);
        self.runs(queue.unwrap());
    }

    fn runs(&mut self, queue: Queue) {
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

    /// Runs this order as the `run`th run, with this output, until it is settled and its result is kept. The last block
    /// is 5 more than ten times `run`.
    async fn keeps_a_result(&self, run: u32, order: &Order, output: &[u8]) {
        let number = 10 * run;
        self.engine.ends(run as usize, Ok(output));
        self.chain.best(number + 1, std::slice::from_ref(order));
        let commitment = self.done(order).await;
        self.chain.step(number + 2, order, committed(commitment));
        let Report::Open { opening, .. } = self.opened(order).await else {
            unreachable!()
        };
        self.chain.step(number + 3, order, revealed(&opening));
        self.store.until_pinned(cid_of(output)).await;
        let settled = AssignmentStatus::Settled { opening, at: 4 };
        self.chain.step(number + 4, order, settled);
        self.chain.storage.no_report(order.assignment).await;
        self.chain.best(number + 5, &[]);
        self.chain.finalise(number + 5);
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
        reveal_by: Some(1_000),
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
