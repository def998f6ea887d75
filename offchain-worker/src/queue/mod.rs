//! The queue: one job for each assignment, on an fsynced folder of its own.
//!
//! The mailbox says what to work on (best block), the finalised state says what has ended and
//! what may be opened, and the job folders say how far each job is. After a restart the queue is
//! built again from the folders, and completed from the orders.
//!
//! # Properties
//!
//! - A finished job is never computed again, and two different results are never reported for it: the result is on disk
//!   before it is reported, and its commitment is derived from it. The only exception is an assignment that was gone
//!   and that a fork gives back. It is computed once more, and then either gives the same result or has failed.
//! - Nothing is served, announced or opened before the commit is final. The exception: while finality stands still, a
//!   commit is opened in the last quarter of the reveal window, because a provider that opens nothing loses everything
//!   that is locked.
//! - For a sealed task, only ciphertext goes to IPFS, and only the kind of a failure goes on chain in the clear.
//! - A job ends when the *finalised* chain says so; a fork stops nothing. If a fork only delays a job, the job
//!   continues. If a fork gives an assignment back after its end, the job is taken again.
//! - An order fails, and is reported as failed at once, if no folder can be made for it. Until a folder can be made
//!   again, the node does not say that it serves.
//! - While the disk cannot be written, a result waits for it as long as there is time to commit. A commitment is opened
//!   and a failure is reported all the same.
//! - Jobs learn in time what is final and when their deadlines are: the queue itself never waits for the IPFS node.
//! - Disk space is never promised twice: a job begins only if there is room besides what other jobs may still write.
//! - A result stays as long as the chain holds locks for it. Work that does not fit besides such results is not taken:
//!   the node stops saying that it serves.
//! - If a fork replaces an order by other work under the same assignment, the order is dropped with everything that was
//!   made for it.

mod answer;
mod dispute_asks;
mod fetch;
mod finality;
mod finish;
mod folder;
mod in_time;
mod job;
mod outage;
mod pins;
mod promises;
mod record;
mod retention;
mod room;
mod room_keeping;
mod sealed;
mod sight;
mod slots;
mod verdicts;

#[cfg(test)]
mod tests;

use aicpw_protocol::{
    mailbox::{Order, Orders, Report},
    task::{AssignmentStatus, Fault},
    trace::DisputedPart,
    AssignmentId,
};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{interval, Interval, MissedTickBehavior};

pub use fetch::FetchLimits;
pub use finish::owes;
pub use folder::{remove_partial_downloads, FolderError, JOBS};
pub use job::Shop;
pub use record::Phase;
pub use sight::End;
pub use slots::Slots;

use crate::{
    blocking,
    chain::{BlockRef, Heads},
    clock::{unix_ms, Steady},
    durable,
};
use dispute_asks::Asked;
use finality::{is_to_do, Ended};
use folder::JobFolder;
use job::{Closed, Life};
use pins::Pins;
use promises::Promises;
use record::Record;
use retention::{Locked, Retention, Sweep};
use room::Rooms;
use room_keeping::Sweeping;
use sight::{Sight, Watch};
use verdicts::Verdicts;

/// How often this side says that it is alive.
const SERVING_EVERY: Duration = Duration::from_secs(2);

/// How often the queue looks for expired jobs.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// How often the queue checks whether there is room again.
const LOOK_FOR_ROOM_EVERY: Duration = Duration::from_secs(10);

/// How long to wait between looks at the mailbox, and how many looks to take, after a new block: the hook writes its
/// orders a moment after the block is known.
const LOOK_AGAIN: Duration = Duration::from_millis(20);
const LOOKS: u32 = 15;

/// The message on chain for a job whose folder could not be made.
const NO_FOLDER_MESSAGE: &str = "the provider's disk cannot be written";

/// The message on chain for a job whose task panicked.
const PANIC_MESSAGE: &str = "a defect of the provider's node ended the job";

/// All jobs of this machine.
pub struct Queue {
    shop: Arc<Shop>,
    jobs: PathBuf,
    active: BTreeMap<AssignmentId, Active>,
    closed: BTreeMap<AssignmentId, Ended>,
    /// Orders for which no folder could be made: reported as failed, and not tried again.
    refused: BTreeMap<AssignmentId, Order>,
    tasks: JoinSet<(AssignmentId, Result<Closed, FolderError>)>,
    retention: Retention,
    /// The clock that retention goes by. It does not follow the wall clock when somebody sets that.
    clock: Steady,
    pins: Pins,
    sweeping: Sweeping,
    rooms: Rooms,
    room_asks: mpsc::UnboundedReceiver<room::Ask>,
    /// Bytes for which there is no room besides results that are still locked: while this is set, nothing new is taken.
    lacking: Option<u64>,
    /// Checks whether there is room for them.
    looking: JoinSet<bool>,
    /// Set when no folder could be made for a job: nothing new is taken until one can be made.
    without_folders: bool,
    /// Whether no program may be run: see [`Queue::open_to_finish`].
    only_finishes: bool,
    /// The finalised block that all active jobs have been shown.
    shown: Option<BlockRef>,
    verdicts: Verdicts,
}

/// A job that has not ended.
struct Active {
    order: Order,
    /// The part of the job that is run, if not all of it.
    part: Option<DisputedPart>,
    seen_at: u32,
    sight: watch::Sender<Sight>,
    task: AbortHandle,
    /// Whether a fork put other work under the assignment; this job goes as soon as its task has ended.
    dropped: bool,
}

impl Queue {
    /// Opens the queue in the folder `jobs`, which is made if missing, and takes up the jobs in it. Ended jobs are kept
    /// for `retention`.
    ///
    /// # Errors
    /// When the folder cannot be used.
    pub fn open(shop: Shop, jobs: &Path, retention: Duration) -> Result<Self, FolderError> {
        Self::open_as(shop, jobs, retention, false)
    }

    fn open_as(
        shop: Shop,
        jobs: &Path,
        retention: Duration,
        only_finishes: bool,
    ) -> Result<Self, FolderError> {
        let failed = |action| {
            move |source| FolderError {
                action,
                path: jobs.to_owned(),
                source,
            }
        };
        std::fs::create_dir_all(jobs).map_err(failed("make"))?;
        let (asks, room_asks) = mpsc::unbounded_channel();
        let mut queue = Self {
            shop: Arc::new(shop),
            jobs: jobs.to_owned(),
            active: BTreeMap::new(),
            closed: BTreeMap::new(),
            refused: BTreeMap::new(),
            tasks: JoinSet::new(),
            retention: Retention::new(retention),
            clock: Steady::start(),
            pins: Pins::default(),
            sweeping: Sweeping::default(),
            rooms: Rooms {
                asks,
                disk: Promises::default(),
            },
            room_asks,
            lacking: None,
            looking: JoinSet::new(),
            without_folders: false,
            only_finishes,
            shown: None,
            verdicts: Verdicts::default(),
        };
        // Left over from a probe that a crash interrupted.
        durable::remove_folder(&room::probe_in(jobs)).map_err(failed("empty"))?;
        remove_partial_downloads(jobs);
        for entry in std::fs::read_dir(jobs).map_err(failed("read"))? {
            let path = entry.map_err(failed("read"))?.path();
            queue.take_up(&path);
        }
        Ok(queue)
    }

    /// Works until `stop` is true or its sender is gone. Running jobs are then killed, and done again after the next
    /// start.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let mut heads = self.shop.chain.heads();
        let mut serving = ticker(SERVING_EVERY);
        let mut sweep = ticker(SWEEP_EVERY);
        let mut look_for_room = ticker(LOOK_FOR_ROOM_EVERY);
        let mut look = ticker(LOOK_AGAIN);
        let mut looks_left = 0;
        heads.mark_changed();
        loop {
            tokio::select! {
                () = stopped(&mut stop) => break,
                changed = heads.changed() => {
                    if changed.is_err() {
                        break;
                    }
                    let now = *heads.borrow_and_update();
                    looks_left = LOOKS;
                    if self.see_best(now) {
                        looks_left = 0;
                    }
                    self.see_finalised(now);
                }
                _ = look.tick(), if looks_left > 0 => {
                    looks_left -= 1;
                    let now = *heads.borrow();
                    if self.see_best(now) {
                        looks_left = 0;
                    }
                    self.see_finalised(now);
                }
                Some(ended) = self.tasks.join_next() => {
                    self.ended(ended);
                    looks_left = LOOKS;
                }
                _ = serving.tick(), if self.serves() => {
                    self.shop.mailbox.renew_serving(unix_ms());
                }
                _ = sweep.tick() => {
                    self.sweep(Sweep::Old(self.clock.unix_ms()));
                }
                gone = self.sweeping.ended() => self.swept(gone),
                Some(ask) = self.room_asks.recv() => self.asked_for_room(ask),
                _ = look_for_room.tick() => self.look_for_room(),
                Some(Ok(true)) = self.looking.join_next() => self.has_room(),
            }
        }
        self.tasks.shutdown().await;
    }

    /// Continues a job that was there before the start.
    fn take_up(&mut self, path: &Path) {
        let folder = match JobFolder::open(path) {
            Ok(folder) => folder,
            Err(error) => {
                // If its assignment is still open, the job is done again: the salts are derived, so even a commitment
                // that is already on chain can then be opened.
                tracing::error!(%error, "this job folder cannot be used and is left alone");
                return;
            }
        };
        let record = folder.record();
        self.pins.set(record.order.assignment, record.pins());
        if record.genesis != self.shop.chain.genesis() {
            tracing::warn!(path = %path.display(), "this job is of another chain; left alone");
            return;
        }
        let (order, seen_at) = (record.order.clone(), record.seen_at);
        if let Phase::Closed { at, gone, .. } = &record.phase {
            self.retention.add(order.assignment, *at, seen_at);
            let (part, gone) = (record.part.clone(), gone.clone());
            self.closed
                .insert(order.assignment, Ended { order, part, gone });
            return;
        }
        let assignment = order.assignment;
        if self.only_finishes && finish::is_to_run(record) {
            tracing::warn!(%assignment, "this job waits: it cannot be run");
            self.shop.mailbox.clear_sign_of_life(assignment);
            return;
        }
        tracing::info!(%assignment, phase = ?record.phase, "takes up a job again");
        self.start(folder, order, seen_at, Sight::first(0, None));
    }

    /// Looks at the mailbox. Returns whether it is as new as the best block.
    fn see_best(&mut self, heads: Heads) -> bool {
        if self.shop.chain.is_syncing() {
            return true;
        }
        let orders = match self.shop.mailbox.orders() {
            Ok(Some(orders)) => orders,
            Ok(None) => return false,
            Err(error) => {
                tracing::warn!(%error, "no orders");
                return true;
            }
        };
        let asks = match self.shop.mailbox.asks() {
            Ok(asks) => asks,
            Err(error) => {
                tracing::warn!(%error, "not known what disputes want");
                return true;
            }
        };
        let asked = Asked::new(asks, &orders);
        let is_new = orders.block >= heads.best.number;
        for order in &orders.orders {
            // A juror that ran another part than it has to would be wrong.
            if let Some(part) = asked.part_of(order) {
                self.take(order, &orders, part, heads.best);
            }
        }
        self.forget_refused(&orders);
        self.show_best(&orders, &asked);
        is_new
    }

    /// Makes sure that there is a job for an order.
    fn take(&mut self, order: &Order, orders: &Orders, part: Option<DisputedPart>, best: BlockRef) {
        let assignment = order.assignment;
        let to_do = is_to_do(order);
        let mut before = None;
        if let Some(active) = self.active.get_mut(&assignment) {
            // Once the job has revealed, it does not matter to it which part others run.
            let is_part = !to_do || active.part == part;
            let is_same = record::same_work(&active.order, order) && is_part;
            if !active.dropped && !is_same {
                tracing::warn!(%assignment, "a fork put other work under this assignment");
                active.dropped = true;
                active.task.abort();
            }
            return;
        }
        if self.only_finishes {
            return;
        }
        if let Some(refused) = self.refused.get(&assignment) {
            if record::same_work(refused, order) {
                return;
            }
            self.refused.remove(&assignment);
        }
        if let Some(closed) = self.closed.get(&assignment) {
            if record::same_work(&closed.order, order) {
                if !self.is_back(closed, order, orders.block, best) {
                    return;
                }
                tracing::warn!(%assignment, "a fork gave this assignment back");
            }
            if self.sweeping.due.contains(&assignment) {
                // Its folder is being removed; the order is looked at again with the next block.
                return;
            }
            before = closed.answer(order, part.as_ref());
        }
        if !to_do {
            return;
        }
        let record = Record {
            part,
            before,
            ..Record::new(self.shop.chain.genesis(), order.clone(), orders.block)
        };
        match blocking::run(|| JobFolder::create(&self.jobs, record)) {
            Ok(folder) => {
                // Not sooner: if the folder cannot be made now, the next attempt still has to give the same result.
                self.closed.remove(&assignment);
                self.retention.forget(assignment);
                tracing::info!(
                    task = %assignment.task,
                    %assignment,
                    device = %order.device,
                    manifest = %order.manifest,
                    "takes a job"
                );
                self.shop.metrics.taken();
                let sight = Sight::first(orders.now, Some(order.status.clone()));
                self.start(folder, order.clone(), orders.block, sight);
            }
            // A result that is already committed to can still be computed again and opened, so the order is worth
            // waiting for.
            Err(error) if matches!(order.status, AssignmentStatus::Committed { .. }) => {
                tracing::error!(%assignment, %error, "cannot open a result yet; trying again");
            }
            // Nothing that the requester chose is in that folder yet: the disk is the provider's. The failure is
            // reported now, so that the task moves on. The order is not tried again, so that nothing else is reported
            // for it later.
            Err(error) => {
                tracing::error!(%assignment, %error, "cannot take a job: it has failed");
                self.has_no_folders();
                self.shop.metrics.failed(Fault::Crashed);
                self.report_crash(assignment, NO_FOLDER_MESSAGE);
                self.refused.insert(assignment, order.clone());
            }
        }
    }

    /// Forgets the refused orders that have ended.
    fn forget_refused(&mut self, orders: &Orders) {
        let mailbox = &self.shop.mailbox;
        self.refused.retain(|assignment, _| {
            let is_open = orders.orders.iter().any(|o| o.assignment == *assignment);
            if !is_open {
                mailbox.clear_report(*assignment);
            }
            is_open
        });
    }

    fn start(&mut self, folder: JobFolder, order: Order, seen_at: u32, sight: Sight) {
        let assignment = order.assignment;
        let part = folder.record().part.clone();
        self.pins.set(assignment, folder.record().pins());
        let (sender, receiver) = watch::channel(sight);
        let life = self.life(folder, Watch::new(receiver));
        let task = self
            .tasks
            .spawn(async move { (assignment, life.live().await) });
        let active = Active {
            order,
            part,
            seen_at,
            sight: sender,
            task,
            dropped: false,
        };
        self.active.insert(assignment, active);
        self.shown = None;
    }

    fn life(&self, folder: JobFolder, watch: Watch) -> Life {
        let (rooms, pins) = (self.rooms.clone(), self.pins.clone());
        Life::new(self.shop.clone(), rooms, pins, folder, watch)
    }

    fn show_best(&mut self, orders: &Orders, asked: &Asked) {
        for (assignment, active) in &self.active {
            let status = orders.orders.iter().find(|o| o.assignment == *assignment);
            let status = status.map(|order| order.status.clone());
            let trace_wanted = asked.wants_trace(*assignment);
            active.sight.send_if_modified(|sight| {
                let trace_wanted = match sight.trace_wanted {
                    since if asked.is_old() => since,
                    // Orders older than a final block may come from a fork.
                    _ if !trace_wanted || orders.block < sight.final_block => None,
                    since => since.or(Some(orders.block)),
                };
                let changed = sight.now != orders.now
                    || sight.best != status
                    || sight.trace_wanted != trace_wanted;
                sight.now = orders.now;
                sight.best = status;
                sight.trace_wanted = trace_wanted;
                changed
            });
        }
    }

    fn ended(
        &mut self,
        ended: Result<(AssignmentId, Result<Closed, FolderError>), tokio::task::JoinError>,
    ) {
        let (assignment, result) = match ended {
            Ok(ended) => ended,
            Err(error) if error.is_cancelled() => {
                let mailbox = &self.shop.mailbox;
                self.active.retain(|assignment, active| {
                    let gone = active.dropped && active.task.is_finished();
                    if gone {
                        mailbox.clear_report(*assignment);
                    }
                    !gone
                });
                return;
            }
            Err(error) => {
                self.broke_off(error.id());
                return;
            }
        };
        match result {
            Ok(Closed { gone }) => {
                if let Some(active) = self.active.remove(&assignment) {
                    let ended = Ended {
                        order: active.order,
                        part: active.part,
                        gone,
                    };
                    self.closed.insert(assignment, ended);
                    // From the clock that sweeps go by: the record has the time of the wall clock, which may have been
                    // set.
                    let at = self.clock.unix_ms();
                    self.retention.add(assignment, at, active.seen_at);
                }
            }
            // The job stays active, so that it is not taken again and again on a broken disk.
            Err(error) => {
                tracing::error!(%assignment, %error, "a job stands still until the node restarts");
            }
        }
    }

    /// Handles a job whose task was ended by a defect of this program. The old report would be repeated for ever, so
    /// that the chain would see a sign of life and wait; therefore a job that is not done is reported as failed.
    fn broke_off(&mut self, task: tokio::task::Id) {
        let found = self.active.iter().find(|(_, job)| job.task.id() == task);
        let Some((&assignment, _)) = found else {
            return;
        };
        let path = JobFolder::path_of(&self.jobs, assignment);
        let mut folder = match blocking::run(|| JobFolder::open(&path)) {
            Ok(folder) => folder,
            Err(error) => {
                tracing::error!(%assignment, %error, "a job's task panicked, and its folder is lost");
                self.report_crash(assignment, PANIC_MESSAGE);
                return;
            }
        };
        match folder.record().phase {
            Phase::Fetching | Phase::Ready | Phase::Building | Phase::Running => {}
            // These have been reported already, and a result may be committed to.
            Phase::Done { .. }
            | Phase::Opened { .. }
            | Phase::Failed { .. }
            | Phase::Closed { .. } => {
                tracing::error!(%assignment, "a job's task panicked; it is taken up after a restart");
                return;
            }
        }
        tracing::error!(%assignment, "a job's task panicked; the job has failed");
        self.shop.metrics.failed(Fault::Crashed);
        let failed = Phase::Failed {
            fault: Fault::Crashed,
            message: PANIC_MESSAGE.to_owned(),
            log: None,
        };
        if let Err(error) = blocking::run(|| folder.update(|record| record.phase = failed)) {
            tracing::error!(%assignment, %error, "this job stands still until the node restarts");
            self.report_crash(assignment, PANIC_MESSAGE);
            return;
        }
        let sight = self
            .active
            .get(&assignment)
            .map(|job| job.sight.subscribe());
        let Some(sight) = sight else {
            return;
        };
        // All that is left for it is to report the failure and wait for the end.
        let life = self.life(folder, Watch::new(sight));
        let Some(job) = self.active.get_mut(&assignment) else {
            return;
        };
        job.task = self
            .tasks
            .spawn(async move { (assignment, life.live().await) });
        if job.dropped {
            job.task.abort();
        }
    }

    fn report_crash(&self, assignment: AssignmentId, message: &str) {
        let report = Report::Failed {
            fault: Fault::Crashed,
            log: None,
            message: record::short_message(message),
        };
        self.shop.mailbox.write_report(assignment, &report);
    }
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

fn ticker(period: Duration) -> Interval {
    let mut ticker = interval(period);
    ticker.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticker
}
