//! The first half of a job's life, in which it runs: from its order to an answer.

use aicpw_protocol::{
    content::ContentId,
    job::Part,
    mailbox::{margin, Order, Report, MARGIN},
    task::{Fault, Progress},
    trace::DisputedPart,
    Hash,
};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{Life, Trouble};
use crate::{
    blocking, durable,
    engines::{Failure, Job, Product},
    ipfs::{silent, BlobError},
    queue::{
        answer,
        fetch::{fetch_all, fetch_state, Source},
        outage::Outage,
        record::{Answer, Phase},
        room,
        sealed::Sealing,
        sight::Watch,
        slots::Slot,
    },
};

impl Life {
    /// Fetches, builds, runs, and checks the outcome.
    pub(super) async fn compute(&mut self) -> Result<Answer, Trouble> {
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
        // Other jobs may have taken the slot meanwhile.
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
        // When progress was last reported, and whether it was complete.
        let last = Mutex::new(None::<(Instant, bool)>);
        let progress = move |progress: Progress| {
            let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
            let done = progress.steps_done >= progress.steps_total;
            // The end is reported at once, and only once.
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

    /// Returns the answer for a part, which is committed to: the hash at its end, and an empty output.
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

    /// Takes the output, and believes nothing about it but what is found in it.
    async fn check(
        &self,
        product: &Product,
        output_bytes: u64,
        outage: &Outage,
    ) -> Result<Answer, Trouble> {
        // What the program's process left behind is the program's fault, until another provider has shown that it does
        // better.
        let odd = |message: String| Trouble::Failure(Failure::new(Fault::RunFailed, message));
        let own = |message: String| Trouble::Failure(Failure::new(Fault::Crashed, message));
        let of_disk = |what: &str, error: std::io::Error| match error.kind() {
            std::io::ErrorKind::TimedOut => too_late().into(),
            _ if room::is_lacking(&error) => odd(format!(
                "{what} ({output_bytes} bytes): the provider's disk has no room: {error}"
            )),
            _ => own(format!("{what}: {error}")),
        };
        // Hashing a large output takes time, and nothing else is served while it blocks this thread.
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
        // Inputs and program are no longer needed, and may be large.
        blocking::run(|| self.folder.reset_work())?;
        Ok(Answer {
            result_root: root,
            trace_root: product.trace_root,
            result,
            bytes: output_bytes,
        })
    }

    /// Returns the CID that the output will have. The output is only hashed: nothing is served or announced before the
    /// reveal. If the IPFS node does not answer, this waits for it: the work is done.
    async fn name_of(&self, output: &Path, outage: &Outage) -> Result<ContentId, Trouble> {
        let hash = || self.shop.store.hash_file(output, &silent);
        let cid = outage
            .wait_out(hash)
            .await
            .map_err(|error| no_cid(&error))?;
        let odd = |error| Failure::new(Fault::Crashed, format!("no CID for the output: {error}"));
        Ok(ContentId::try_from(cid).map_err(odd)?)
    }

    /// Checks that the store can take the result, if it has to.
    async fn room_for(&self, output_bytes: u64) -> Result<(), Trouble> {
        if !self.order().role.delivers() {
            return Ok(());
        }
        let is_sealed = self.sealing.is_some();
        Ok(room::for_result(&*self.shop.store, &self.rooms, output_bytes, is_sealed).await?)
    }

    /// Waits for a slot of the device, in time to start.
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
}

/// Returns progress that is not less than what the chain knows: it accepts no step back, and no other number of steps.
/// A job that is done again after a restart reports the earlier progress until it gets there again, which is a sign of
/// life all the same.
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

/// The outcome of a run.
enum Ran {
    All(Product),
    /// The hash at the end of a part.
    Part(Hash),
}

/// Returns the part to run, and fetches the state with which it begins.
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
