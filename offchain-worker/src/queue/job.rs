//! The life of one job, from the order to its end, written as one sequence. It can be interrupted at any `await`
//! (shutdown, crash), and then starts again from the phase on disk.

mod at_last;
mod claimed;
mod compute;
mod deliver;
mod log;
mod trace;

use aicpw_protocol::{
    commitment::ResultOpening,
    content::ContentId,
    job::without_log,
    mailbox::{margin, Order, Report},
    task::Fault,
    Hash,
};
use std::sync::Arc;
use std::time::Duration;

use super::{
    answer,
    fetch::FetchLimits,
    folder::{FolderError, JobFolder},
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
    engines::{Engine, Failure},
    ipfs::BlobStore,
    mailbox::Mailbox,
    metrics::{Timing, WorkerMetrics},
    secret::WorkerSecret,
};

/// The message on chain for a job whose record cannot be written.
const NO_RECORD_MESSAGE: &str = "the provider's disk cannot be written";

/// What all jobs share.
pub struct Shop {
    /// The chain.
    pub chain: Arc<dyn ChainView>,
    /// The store for results.
    pub store: Arc<dyn BlobStore>,
    /// The mailbox for reports.
    pub mailbox: Mailbox,
    /// The engine that runs programs.
    pub engine: Arc<dyn Engine>,
    /// The secret from which salts are derived.
    pub secret: WorkerSecret,
    /// Free slots of the devices.
    pub slots: Arc<Slots>,
    /// Bounds of downloads.
    pub fetch: FetchLimits,
    /// The shortest time between two writes of progress to the mailbox.
    pub progress_every: Duration,
    /// The longest time that adding a log may take; after that the failure is reported without it.
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
    /// What seals and opens data, for a sealed task whose key is granted.
    sealing: Option<Sealing>,
    /// Room on the disk for what is still to be written.
    promise: Option<Promise>,
    timing: Timing,
}

/// A closed job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// Set if the chain no longer knew its assignment.
    pub gone: Option<Gone>,
}

impl Life {
    /// Returns a job, in whatever phase it is.
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

    /// Runs until the assignment has ended.
    ///
    /// # Errors
    /// When the job's folder cannot be written: a person has to look at this machine.
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

    /// Reserves room for the copy of a result that goes into the store when it is revealed.
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

    /// Takes the job from fetching to a result or a failure, unless the assignment ends first.
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
                // The result is not reported before it is on disk: after a crash the job could come to another one.
                let margin = margin(self.order().time_limit);
                tokio::select! {
                    biased;
                    () = self.enter_at_last(Phase::Done { answer }) => return Ok(()),
                    end = watch.ended() => return self.close(end, Vec::new()),
                    // This job was promised room for all that it can write: something else has filled the disk.
                    () = watch.time_runs_out(margin) => {
                        Failure::new(Fault::Crashed, NO_RECORD_MESSAGE.to_owned())
                    }
                }
            }
            Err(Trouble::Disk(error)) => {
                // Reported now, because nothing can be recorded. A full disk may be full of what this job brought.
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
                // The message can quote the task's data, which does not belong in a journal.
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
        // Reported all the same. Silence would be the provider's fault. After a crash the job is done again: a failure
        // binds nobody to a result, and the chain takes the first report that it gets.
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

    /// Returns the result, unless another one was reported before a fork took the assignment away.
    fn same_as_before(&self, answer: Answer) -> Result<Answer, Trouble> {
        match &self.folder.record().before {
            Some(before) if *before != answer => {
                let message = "it came to another result than before a fork";
                Err(Failure::new(Fault::Crashed, message.to_owned()).into())
            }
            _ => Ok(answer),
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
