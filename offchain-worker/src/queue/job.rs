//! The life of one job, from the order to its end, written as one story. It can be broken off at
//! any `await` (shutdown, crash) and is then told again from the phase on the disk.

mod at_last;
mod claimed;
mod deliver;
mod log;
mod trace;

use aicpw_protocol::{
    commitment::ResultOpening,
    content::ContentId,
    job::{without_log, Part},
    mailbox::{margin, Order, Report, MARGIN},
    task::{Fault, Progress},
    trace::DisputedPart,
    Hash,
};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::slots::Slot;
use super::{
    answer,
    fetch::{fetch_all, fetch_state, FetchLimits, Source},
    folder::{FolderError, JobFolder},
    outage::Outage,
    pins::Pins,
    promises::Promise,
    record::{short_message, Answer, Gone, Phase},
    room::{self, Rooms},
    sealed::{Sealing, PUBLIC_MESSAGE},
    sight::{End, Watch},
    slots::Slots,
};
use crate::{
    blocking,
    chain::ChainView,
    clock::unix_ms,
    durable,
    engines::{Engine, Failure, Job, Product},
    ipfs::{silent, BlobError, BlobStore},
    mailbox::Mailbox,
    metrics::{Timing, WorkerMetrics},
    secret::WorkerSecret,
};

/// What stands on chain of a job whose record cannot be written.
const NO_RECORD_MESSAGE: &str = "the provider's disk cannot be written";

/// What all jobs share.
pub struct Shop {
    /// The chain.
    pub chain: Arc<dyn ChainView>,
    /// Where results go.
    pub store: Arc<dyn BlobStore>,
    /// Where reports go.
    pub mailbox: Mailbox,
    /// What runs programs.
    pub engine: Arc<dyn Engine>,
    /// Of which salts are derived.
    pub secret: WorkerSecret,
    /// Free slots of the devices.
    pub slots: Arc<Slots>,
    /// Bounds of downloads.
    pub fetch: FetchLimits,
    /// How often progress is written to the mailbox at most.
    pub progress_every: Duration,
    /// Longest time that adding a log may take; the failure is reported without it then.
    pub log_timeout: Duration,
    /// Where jobs are counted.
    pub metrics: WorkerMetrics,
}

/// One job.
pub struct Life {
    shop: Arc<Shop>,
    rooms: Rooms,
    pins: Pins,
    folder: JobFolder,
    watch: Watch,
    /// Of a sealed task, once its key is granted.
    sealing: Option<Sealing>,
    /// Room on the disk for what is still to be written.
    promise: Option<Promise>,
    timing: Timing,
}

/// A closed job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// If its assignment was not open any more.
    pub gone: Option<Gone>,
}

impl Life {
    /// A job, wherever it is.
    pub fn new(shop: Arc<Shop>, rooms: Rooms, pins: Pins, folder: JobFolder, watch: Watch) -> Self {
        let timing = Timing::start(shop.metrics.clone(), &folder.record().phase);
        Self {
            shop,
            rooms,
            pins,
            folder,
            watch,
            sealing: None,
            promise: None,
            timing,
        }
    }

    /// Lives until the assignment has ended.
    ///
    /// # Errors
    /// When the job's folder cannot be written: this machine needs a person.
    pub async fn live(mut self) -> Result<Closed, FolderError> {
        loop {
            self.promise = self.promise_for_result();
            match self.folder.record().phase.clone() {
                Phase::Fetching | Phase::Ready | Phase::Building | Phase::Running => {
                    self.work().await?;
                }
                Phase::Done { answer } => self.deliver(answer).await?,
                Phase::Opened {
                    answer,
                    published,
                    trace,
                } => self.serve(answer, published, trace).await?,
                Phase::Failed {
                    fault,
                    message,
                    log,
                } => {
                    self.report(&Report::Failed {
                        fault,
                        log: log.clone(),
                        message: short_message(&message),
                    });
                    let end = self.watch.ended().await;
                    self.close(end, log.into_iter().collect())?;
                }
                Phase::Closed { gone, .. } => {
                    blocking::run(|| self.folder.clear())?;
                    self.shop.mailbox.clear_report(self.order().assignment);
                    return Ok(Closed { gone });
                }
            }
        }
    }

    /// Room for the copy of a result that goes into the store when it is revealed.
    fn promise_for_result(&self) -> Option<Promise> {
        match &self.folder.record().phase {
            Phase::Done { answer }
            | Phase::Opened {
                answer,
                published: false,
                ..
            } if self.order().role.delivers() => {
                let keep = || self.rooms.disk.keep(self.folder.path(), answer.bytes);
                Some(blocking::run(keep))
            }
            _ => None,
        }
    }

    /// From fetching to a result or a failure, unless the assignment ends before.
    async fn work(&mut self) -> Result<(), FolderError> {
        let watch = self.watch.clone();
        let outcome = tokio::select! {
            biased;
            end = watch.ended() => return self.close(end, Vec::new()),
            outcome = self.compute() => outcome,
        };
        let failure = match outcome.and_then(|answer| self.same_as_before(answer)) {
            Ok(answer) => {
                tracing::info!(
                    assignment = %self.order().assignment,
                    result = %answer.result,
                    bytes = answer.bytes,
                    "done"
                );
                // It is not reported before it is on the disk: it could come to another one after a crash.
                let margin = margin(self.order().time_limit);
                tokio::select! {
                    biased;
                    () = self.enter_at_last(Phase::Done { answer }) => return Ok(()),
                    end = watch.ended() => return self.close(end, Vec::new()),
                    // Room for what this job can write was promised to it: the disk is full of something else.
                    () = watch.time_runs_out(margin) => {
                        Failure::new(Fault::Crashed, NO_RECORD_MESSAGE.to_owned())
                    }
                }
            }
            Err(Trouble::Disk(error)) => {
                // Said now, because nothing can be remembered. A disk that is full may be full of
                // what this job brought.
                let is_fetched = self.order().fetch.is_some();
                let fault = match room::is_lacking(&error.source) && !is_fetched {
                    true => Fault::RunFailed,
                    false => Fault::Crashed,
                };
                self.shop.metrics.failed(fault);
                self.report(&Report::Failed {
                    fault,
                    log: None,
                    message: short_message(NO_RECORD_MESSAGE),
                });
                return Err(error);
            }
            Err(Trouble::Failure(failure)) => failure,
        };
        let (assignment, fault) = (self.order().assignment, failure.fault);
        self.shop.metrics.failed(fault);
        let (message, log) = match self.sealing {
            Some(_) => {
                // The message can quote the task's data, which has no business in a journal.
                tracing::warn!(%assignment, ?fault, "failed");
                let log = String::from_utf8_lossy(&failure.log);
                let message = without_log(&failure.message, &log);
                let all = [message.as_bytes(), b"\n", &failure.log].concat();
                (PUBLIC_MESSAGE.to_owned(), self.keep_log(&all).await)
            }
            None => {
                // Quoted, because a stranger's program may have written it.
                tracing::warn!(%assignment, ?fault, reason = ?failure.message, "failed");
                let log = self.keep_log(&failure.log).await;
                (self.without_paths(&failure.message), log)
            }
        };
        let failed = Phase::Failed {
            fault,
            message: message.clone(),
            log: log.clone(),
        };
        let Err(error) = self.enter(failed.clone()) else {
            return Ok(());
        };
        // Said all the same, or it would become a silence, which is the provider's fault. After a crash the job is done
        // again: a failure binds nobody to a result, and the chain takes what it hears first.
        tracing::error!(%assignment, %error, "says that a job has failed, and cannot note it");
        self.report(&Report::Failed {
            fault,
            log: log.clone(),
            message: short_message(&message),
        });
        match self.enter_unless_ended(failed).await {
            Ok(()) => Ok(()),
            Err(end) => self.close(end, log.into_iter().collect()),
        }
    }

    /// A result, unless another was reported before a fork took the assignment away.
    fn same_as_before(&self, answer: Answer) -> Result<Answer, Trouble> {
        match &self.folder.record().before {
            Some(before) if *before != answer => {
                let message = "it came to another result than before a fork";
                Err(Failure::new(Fault::Crashed, message.to_owned()).into())
            }
            _ => Ok(answer),
        }
    }

    async fn compute(&mut self) -> Result<Answer, Trouble> {
        let order = self.order().clone();
        self.enter(Phase::Fetching)?;
        blocking::run(|| self.folder.reset_work())?;
        if let Some(wanted) = &order.fetch {
            return self.fetch_claimed(&order, wanted).await;
        }
        let work = self.folder.work();

        let shop = self.shop.clone();
        let watch = self.watch.clone();
        if order.privacy.is_sealed() {
            let granted = watch.granted().await;
            let genesis = &self.folder.record().genesis;
            let sealing = Sealing::open(&shop.secret, genesis, &order, &granted)?;
            self.sealing = Some(sealing);
        }
        let outage = Outage::default();
        let source = Source {
            store: &*shop.store,
            limits: &shop.fetch,
            rooms: &self.rooms,
            outage: &outage,
            sealed: self
                .sealing
                .as_ref()
                .map(|sealing| (sealing, self.folder.download())),
        };
        let plan = tokio::select! {
            plan = fetch_all(&source, &*shop.engine, &order, &work) => plan?,
            () = watch.start_window_closes(MARGIN) => {
                let message = format!(
                    "manifest {} or one of its blobs did not arrive within the start window",
                    order.manifest
                );
                return Err(source.not_in_time(message).await.into());
            }
        };
        let part = match &self.folder.record().part {
            Some(part) => Some(fetch_part(&source, &order, part, &work, &watch).await?),
            None => None,
        };
        let _slot = self.slot(&order).await?;
        // Others may have taken it meanwhile.
        tokio::select! {
            biased;
            room = self.room_for(plan.output_bytes) => room?,
            () = watch.start_window_closes(MARGIN) => {
                let message = "there was no room for the result within the start window";
                return Err(Failure::new(Fault::RunFailed, message.to_owned()).into());
            }
        }
        let promise = blocking::run(|| {
            let (disk, folder) = (&self.rooms.disk, self.folder.path());
            room::for_output(disk, folder, plan.output_bytes, shop.fetch.disk_reserve)
        });
        self.promise = Some(promise?);

        let deadline = Instant::now() + Duration::from_millis(order.time_limit.0);
        self.enter(Phase::Ready)?;
        self.report(&Report::Ready);
        let job = Job {
            folder: work,
            fingerprint: order.fingerprint,
            needs: order.needs,
            output_bytes: plan.output_bytes,
            deadline,
            keep_build: !order.privacy.is_sealed(),
            part,
        };
        let finish = async {
            match self.build_and_run(&job).await? {
                Ran::All(product) => self.check(&product, plan.output_bytes, &outage).await,
                Ran::Part(hash) => self.answer_of_part(hash, &outage).await,
            }
        };
        tokio::select! {
            biased;
            answer = finish => answer,
            () = watch.time_runs_out(margin(order.time_limit)) => {
                Err(match outage.lasts(&*shop.store).await {
                    Some(error) => no_cid(&error).into(),
                    None => too_late().into(),
                })
            }
        }
    }

    async fn build_and_run(&mut self, job: &Job) -> Result<Ran, Trouble> {
        let engine = self.shop.engine.clone();
        self.enter(Phase::Building)?;
        engine.build(job).await?;
        self.enter(Phase::Running)?;

        let assignment = self.order().assignment;
        let mailbox = &self.shop.mailbox;
        let watch = self.watch.clone();
        let every = self.shop.progress_every;
        // When something was said last, and whether that all is done.
        let last = Mutex::new(None::<(Instant, bool)>);
        let progress = move |progress: Progress| {
            let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
            let done = progress.steps_done >= progress.steps_total;
            // The end is said at once, and once.
            let too_soon =
                |(at, was_done): (Instant, bool)| at.elapsed() < every && (was_done || !done);
            if progress.steps_total == 0 || last.is_some_and(too_soon) {
                return;
            }
            if last.is_none() {
                tracing::debug!(%assignment, "launches its first kernel");
            }
            *last = Some((Instant::now(), done));
            let progress = not_less(progress, watch.progress());
            mailbox.write_report(assignment, &Report::Running { progress });
        };
        Ok(match job.part {
            None => Ran::All(engine.run(job, &progress).await?),
            Some(_) => Ran::Part(engine.run_part(job, &progress).await?),
        })
    }

    /// What is committed to of a part: the hash that it came to, and an output of nothing.
    async fn answer_of_part(&self, hash: Hash, outage: &Outage) -> Result<Answer, Trouble> {
        let own = |message: String| Trouble::Failure(Failure::new(Fault::Crashed, message));
        let output = self.folder.output();
        blocking::run(|| durable::replace(&output, &[]))
            .map_err(|error| own(format!("the output cannot be written: {error}")))?;
        let result = self.name_of(&output, outage).await?;
        blocking::run(|| self.folder.reset_work())?;
        Ok(Answer {
            result_root: hash,
            trace_root: hash,
            result,
            bytes: 0,
        })
    }

    /// Takes the output, and believes of it only what is found in it.
    async fn check(
        &self,
        product: &Product,
        output_bytes: u64,
        outage: &Outage,
    ) -> Result<Answer, Trouble> {
        // What the program's process left behind is the program's doing, until another provider has
        // shown that it does better.
        let odd = |message: String| Trouble::Failure(Failure::new(Fault::RunFailed, message));
        let own = |message: String| Trouble::Failure(Failure::new(Fault::Crashed, message));
        let of_disk = |what: &str, error: std::io::Error| match error.kind() {
            std::io::ErrorKind::TimedOut => too_late().into(),
            _ if room::is_lacking(&error) => odd(format!(
                "{what} ({output_bytes} bytes): the provider's disk has no room: {error}"
            )),
            _ => own(format!("{what}: {error}")),
        };
        // Large outputs take their time, and nobody else is heard while this thread is held up.
        let margin = margin(self.order().time_limit);
        let is_late = || self.watch.time_has_run_out(margin);
        let flushed = match durable::open_untrusted(&product.output) {
            Ok(output) => blocking::sync(output).await,
            Err(error) => Err(error),
        };
        flushed.map_err(|error| odd(format!("the output cannot be used: {error}")))?;
        blocking::run(|| self.folder.take_output(&product.output, output_bytes))
            .map_err(|error| odd(format!("the output cannot be used: {}", error.source)))?;
        blocking::run(|| self.folder.take_trace(&product.trace))
            .map_err(|error| odd(format!("the trace cannot be used: {}", error.source)))?;
        let output = self.folder.output();
        let root = blocking::run(|| answer::root_of_file(&output, &is_late))
            .map_err(|error| of_disk("the output cannot be read", error))?;
        if root != product.result_root {
            return Err(odd("the output is not what the engine says it is".into()));
        }
        if let Some(sealing) = &self.sealing {
            let sealed = sealing.seal_result(&output, &root, &is_late).await;
            sealed.map_err(|error| of_disk("the output cannot be sealed", error))?;
        }
        // A result that is committed to has to be served.
        self.room_for(output_bytes).await?;
        let result = self.name_of(&output, outage).await?;
        // Inputs and program are not needed any more, and may be large.
        blocking::run(|| self.folder.reset_work())?;
        Ok(Answer {
            result_root: root,
            trace_root: product.trace_root,
            result,
            bytes: output_bytes,
        })
    }

    /// The CID that the output will have. Only hashed: nothing is served or announced before the reveal. An
    /// IPFS node that does not answer is waited for: the work is done.
    async fn name_of(&self, output: &Path, outage: &Outage) -> Result<ContentId, Trouble> {
        let hash = || self.shop.store.hash_file(output, &silent);
        let cid = outage
            .wait_out(hash)
            .await
            .map_err(|error| no_cid(&error))?;
        let odd = |error| Failure::new(Fault::Crashed, format!("no CID for the output: {error}"));
        Ok(ContentId::try_from(cid).map_err(odd)?)
    }

    /// Whether the store can take the result, if it has to.
    async fn room_for(&self, output_bytes: u64) -> Result<(), Trouble> {
        if !self.order().role.delivers() {
            return Ok(());
        }
        let is_sealed = self.sealing.is_some();
        Ok(room::for_result(&*self.shop.store, &self.rooms, output_bytes, is_sealed).await?)
    }

    /// A slot of the device, in time to start.
    async fn slot(&self, order: &Order) -> Result<Slot, Trouble> {
        let slots = self
            .shop
            .chain
            .slots_of(order.device)
            .unwrap_or_else(|error| {
                tracing::warn!(device = %order.device, %error, "taking it to have one slot");
                None
            });
        tokio::select! {
            slot = self.shop.slots.take(order.fingerprint, slots.unwrap_or(1)) => Ok(slot),
            () = self.watch.start_window_closes(MARGIN) => {
                let message = format!("device {} has no free slot on its machine", order.device);
                Err(Failure::new(Fault::Crashed, message).into())
            }
        }
    }

    /// Keeps the result for a while, for whoever may fetch it.
    fn close_with(&mut self, end: End, answer: &Answer) -> Result<(), FolderError> {
        let record = self.folder.record();
        let mut served = record.served(answer);
        if let Phase::Opened { trace, .. } = &record.phase {
            served.extend(trace.clone());
        }
        self.close(end, served)
    }

    fn close(&mut self, end: End, pins: Vec<ContentId>) -> Result<(), FolderError> {
        tracing::info!(assignment = %self.order().assignment, %end, "ended");
        self.shop.metrics.ended(end);
        let gone = (end == End::Gone).then(|| Gone {
            at: self.watch.final_block(),
            answer: self.folder.record().answer().cloned(),
        });
        self.update(Phase::Closed {
            at: unix_ms(),
            end: end.to_string(),
            pins,
            gone,
        })
    }

    fn enter(&mut self, phase: Phase) -> Result<(), FolderError> {
        if self.folder.record().phase == phase {
            return Ok(());
        }
        tracing::debug!(assignment = %self.order().assignment, ?phase, "enters");
        self.update(phase)
    }

    fn update(&mut self, phase: Phase) -> Result<(), FolderError> {
        blocking::run(|| self.folder.update(|record| record.phase = phase))?;
        let record = self.folder.record();
        self.pins.set(record.order.assignment, record.pins());
        self.timing.enter(&self.folder.record().phase);
        Ok(())
    }

    fn commitment(&self, answer: &Answer) -> (Hash, ResultOpening) {
        let record = self.folder.record();
        answer::commit(&self.shop.secret, record, answer)
    }

    fn report(&self, report: &Report) {
        self.shop
            .mailbox
            .write_report(self.order().assignment, report);
    }

    fn order(&self) -> &Order {
        &self.folder.record().order
    }
}

/// The chain takes no step back, and no other number of steps. A job that is done again after a restart says what was
/// reached before until it is there again, which is a sign of life all the same.
fn not_less(progress: Progress, known: Option<Progress>) -> Progress {
    match known {
        Some(known)
            if known.steps_total != 0
                && (known.steps_total != progress.steps_total
                    || known.steps_done > progress.steps_done) =>
        {
            known
        }
        _ => progress,
    }
}

fn too_late() -> Failure {
    let message = "the job did not end before its deadline on chain";
    Failure::new(Fault::TimeLimit, message)
}

fn no_cid(error: &BlobError) -> Failure {
    Failure::new(Fault::Crashed, format!("no CID for the output: {error}"))
}

/// What came of a run.
enum Ran {
    All(Product),
    /// The hash that a part came to.
    Part(Hash),
}

/// The part that is to be run, with the state that it begins in.
async fn fetch_part(
    source: &Source<'_>,
    order: &Order,
    part: &DisputedPart,
    work: &Path,
    watch: &Watch,
) -> Result<Part, Failure> {
    let Some(start) = &part.from else {
        return Ok(Part::First);
    };
    tokio::select! {
        fetched = fetch_state(source, order, &start.state, work) => fetched?,
        () = watch.start_window_closes(MARGIN) => {
            let message = format!("the state {} did not arrive within the start window", start.state);
            return Err(source.not_in_time(message).await);
        }
    }
    Ok(Part::After {
        checkpoint: start.checkpoint,
    })
}

/// What ends the work on a job.
enum Trouble {
    Failure(Failure),
    Disk(FolderError),
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<FolderError> for Trouble {
    fn from(error: FolderError) -> Self {
        Self::Disk(error)
    }
}
