//! `aicpw submit`: from a manifest on disk to a result on disk.

mod report;

use std::{
    cell::Cell,
    path::PathBuf,
    pin::pin,
    time::{Duration, Instant},
};

use aicpw_protocol::{
    sealing::DataKey,
    task::{Privacy, Submission, TaskStatus},
    view::TaskView,
    AssignmentId, Milliseconds, TaskId,
};

use super::{
    addresses::{AddressArgs, Named},
    costs::{self, Costs},
    dry_run::Outlook,
    let_go::{self, let_go},
    prepare::Prepared,
    reconnect::{follow_on, until_ready},
    result::{self, ResultJson},
    terms::{Terms, TermsArgs},
    upload::Upload,
    wait::{self, Failure, Teller},
    Context,
};
use crate::{
    account::Account,
    amount::Amount,
    chain::{
        call::Call,
        follow::Watch,
        posts::Posts,
        submit::{Inclusion, Sent},
        Chain,
    },
    data_keys::{DataKeys, Record},
    error::{Error, Kind, Result},
    grant::{self, Granter},
    keys::Signer,
    life::{self, Latencies},
    node_rpc::NodeRpc,
    output::Output,
    quantity::{parse_span, show_elapsed, show_span},
    result_folder, sealed,
    signals::unless_ended_amid,
};

/// What `submit` takes.
#[derive(clap::Args, Debug)]
pub struct SubmitArgs {
    #[command(flatten)]
    pub terms: TermsArgs,

    /// Encrypt manifest, files and result: only the provider that gets the task can read them. Its
    /// data key is kept in a file (`aicpw keys`) and granted while this waits, or by `aicpw agent`
    #[arg(long)]
    pub sealed: bool,

    /// Wait until the result is revealed (or the task failed), and tell what happens
    #[arg(long)]
    pub wait: bool,

    /// With --wait: fetch the result into this folder: one file for each output buffer, and result.json
    #[arg(long, value_name = "DIR", requires = "wait")]
    pub out: Option<PathBuf>,

    /// With --wait and --out: accept the result as soon as its root is checked, and wait until the provider is paid
    #[arg(long, requires = "wait", requires = "out")]
    pub accept: bool,

    /// Give up waiting after this span; the task goes on
    #[arg(long, value_name = "SPAN", allow_hyphen_values = true, value_parser = parse_span, requires = "wait")]
    pub timeout: Option<Milliseconds>,

    #[command(flatten)]
    pub address: AddressArgs,
}

/// A task that is on chain, as far as it is known.
struct Submitted {
    inclusion: Inclusion,
    task: TaskId,
    latencies: Latencies,
    failures: Vec<Failure>,
    view: Option<TaskView<Account>>,
    result: Option<ResultJson>,
}

/// How far a submission has come, which determines what it leaves behind if a signal ends it.
#[derive(Clone, Copy)]
enum Reached {
    Nothing,
    /// Some of its files may be at the node.
    Upload,
    /// The task may be submitted.
    Sent,
}

impl Reached {
    fn next_step(self) -> &'static str {
        match self {
            Self::Nothing => "nothing was sent",
            Self::Upload => {
                "no task was submitted, and nothing was paid; what was uploaded by then the node keeps for a day"
            }
            Self::Sent => wait::WHETHER_SUBMITTED,
        }
    }
}

/// Submits a task, and with `--wait` follows it to its end.
pub async fn run(context: &Context<'_>, args: &SubmitArgs) -> Result<()> {
    let reached = Cell::new(Reached::Nothing);
    let next_step = || reached.get().next_step();
    unless_ended_amid(submit(context, args, &reached), next_step).await
}

/// Submits a task, and notes in `reached` how far the submission has come.
async fn submit(context: &Context<'_>, args: &SubmitArgs, reached: &Cell<Reached>) -> Result<()> {
    let out = context.out;
    let pins = context.global.pins.open();
    // Find everything that can be known to be wrong before anything is sent.
    let prepared = Prepared::load(&args.terms.manifest)?;
    let keys = context.global.data_keys.open();
    let key = match args.sealed {
        true => {
            sealed::check_manifest(&prepared.manifest)?;
            Some(DataKey::generate().map_err(Error::other)?)
        }
        false => None,
    };
    if let Some(folder) = &args.out {
        result_folder::check(folder, &prepared.outputs)?;
    }
    let signer = context.signer()?;
    let chain = context.connect_to_send().await?;
    let market = chain.market_parameters().await?;
    let audits = chain.audit_policy().await?;
    let terms = Terms::new(&args.terms, &prepared.manifest, &market, &audits)?;
    let node = NodeRpc::new(&chain);
    let named = Named::of_node(&chain, &node, args.address.allow_private_ip).await?;
    let privacy = match &key {
        Some(key) => Privacy::Sealed {
            key_commitment: key.commitment(),
        },
        None => Privacy::Public,
    };
    let submission = terms.submission(costs::any_cid()?, privacy, named.addresses().clone());
    let costs = Costs::estimate(&chain, &signer, &market, &submission, args.accept).await?;
    costs.check(signer.account, &chain.funds(signer.account).await?)?;
    terms.notes.iter().for_each(|note| out.say(note));
    terms.warnings.iter().for_each(|warning| out.warn(warning));
    let outlook = Outlook::ask(&chain, signer.account, &market, &terms).await?;
    match outlook.explain() {
        Ok(text) => out.say(text),
        Err(text) => out.warn(unfit(&text, terms.match_window())),
    }
    if let Some(warning) = outlook.warning() {
        out.warn(warning);
    }
    let fee = market.fee_for(terms.time_limit(), terms.verification().replicas());
    let fee = Amount(fee).with_unit();
    out.say(format!(
        "the submission fee is {fee}, and does not come back"
    ));
    named.confirm(context, args.address.consent).await?;

    // Releasing what earlier tasks left makes room for this one. It is not part of this submission.
    match let_go(&chain, &pins).await {
        Ok(released) => released
            .iter()
            .for_each(|released| let_go::tell(out, released)),
        Err(error) => out.warn(let_go::failed(&error)),
    }
    let upload = Upload::new(&chain, &pins).await?;
    reached.set(Reached::Upload);
    let uploaded = upload.run(out, &prepared, key.as_ref()).await?;
    let manifest = uploaded.manifest().clone();
    if let Some(key) = &key {
        let record = Record::new(key, &manifest, signer.account, &chain.genesis().await?);
        let path = keys.save(&record)?;
        out.say(format!("data key kept in {}", path.display()));
    }
    let submission = Submission {
        manifest: manifest.clone(),
        ..submission
    };
    let call = Call::submit(&submission);
    let signed = chain.sign(&signer, &call).await?;
    let costs = costs.with_transaction(signed.fee);
    costs.check(signer.account, &chain.funds(signer.account).await?)?;
    let clock = chain.clock().await?;
    let start = Instant::now();
    reached.set(Reached::Sent);
    let sent = chain.send(&call, &signed).await;
    let mut sent = sent.map_err(wait::while_submitting)?;
    let inclusion = sent.included().await.map_err(wait::while_submitting)?;
    let included = life::millis(inclusion.after);
    let task = inclusion.submitted_task()?;
    uploaded.note_task(out, task).await;
    out.say(format!(
        "task {task} submitted: in block {} after {}",
        inclusion.height,
        show_elapsed(inclusion.after)
    ));

    let submitted = if args.wait {
        let timeout = args.timeout.map(|timeout| Duration::from_millis(timeout.0));
        let work = async {
            let teller = Teller::new(out, &chain, keys.clone(), task, start, false).await?;
            let mut following = Following {
                context,
                args,
                signer: &signer,
                prepared: &prepared,
                submission: &submission,
                keys,
                grants: Posts::default(),
                teller: teller.of_program(prepared.program()),
                task,
                inclusion,
                sent: Some(sent),
                is_final: false,
                view: None,
                result: None,
                is_accepted: false,
            };
            following.teller.latencies.included_milliseconds = included;
            follow_on(context, &chain, timeout, async |chain: &Chain| {
                following.go(chain).await
            })
            .await?;
            following.finish().await
        };
        let rest = report::rest(args, task);
        let submitted = wait::bounded_before(task, timeout, &rest, work).await?;
        uploaded.note_task(out, submitted.task).await;
        submitted
    } else {
        let mut sent = Some(sent);
        let work = follow_on(context, &chain, None, async |chain: &Chain| {
            let known = inclusion.clone();
            until_final(chain, sent.take(), &submission, signer.account, known).await
        });
        let inclusion = wait::bounded(task, None, work).await?;
        let task = inclusion.submitted_task()?;
        uploaded.note_task(out, task).await;
        if args.sealed {
            out.warn(format!(
                "task {task} is sealed: nobody can start it before it has the key. Keep `aicpw agent` \
                 running with this account's key until it ends; without a grant within {} of a match \
                 it ends at your cost",
                clock.span(market.key_window)
            ));
        }
        Submitted {
            task,
            latencies: Latencies {
                included_milliseconds: included,
                finalised_milliseconds: life::millis(inclusion.after),
                ..Latencies::default()
            },
            failures: Vec::new(),
            view: None,
            result: None,
            inclusion,
        }
    };

    let clock = chain.clock().await.unwrap_or(clock);
    let outcome = submitted.view.as_ref().map_or(Ok(()), wait::outcome);
    let fee = Amount(market.fee_for(terms.time_limit(), terms.verification().replicas()));
    let document = report::document(&submitted, &signer, &manifest, args.sealed, &terms, fee);
    out.result(&document, |document| {
        report::show(
            document, args, context, &clock, &market, &prepared, &submitted,
        )
    });
    outcome.map_err(|error| Error {
        in_document: true,
        ..error
    })
}

/// What is known about a submission while it is waited for, over as many connections as that takes.
struct Following<'a> {
    context: &'a Context<'a>,
    args: &'a SubmitArgs,
    signer: &'a Signer,
    prepared: &'a Prepared,
    submission: &'a Submission,
    keys: DataKeys,
    /// The grants that were sent, over whichever connection.
    grants: Posts<AssignmentId>,
    teller: Teller<'a>,
    task: TaskId,
    inclusion: Inclusion,
    /// The submission, as long as the connection lasts over which it was sent.
    sent: Option<Sent>,
    is_final: bool,
    /// The task, once it has a result or has ended.
    view: Option<TaskView<Account>>,
    result: Option<ResultJson>,
    /// Whether the acceptance may have been sent already: it is not sent twice.
    is_accepted: bool,
}

impl Following<'_> {
    /// Follows the task to its result while the block with its submission becomes final, fetches the result and accepts
    /// it. It continues where an earlier connection has got to.
    async fn go(&mut self, chain: &Chain) -> Result<()> {
        let (out, args) = (self.context.out, self.args);
        if self.view.is_none() {
            self.view = Some(self.until_result(chain).await?);
        }
        let Some((folder, view)) = args.out.as_ref().zip(self.view.as_ref()) else {
            return Ok(());
        };
        if wait::outcome(view).is_err() {
            return Ok(());
        }
        if self.result.is_none() {
            let node = NodeRpc::new(chain);
            let outputs = &self.prepared.outputs;
            let fetched = result::fetch_into(out, &node, view, outputs, folder, &self.keys).await?;
            self.result = Some(fetched);
            let elapsed = self.teller.elapsed();
            self.teller.latencies.fetched_milliseconds = life::millis(elapsed);
            out.say(format!("{:>9}  fetched and checked", show_elapsed(elapsed)));
        }
        match args.accept {
            true => self.accept(chain).await,
            false => Ok(()),
        }
    }

    async fn until_result(&mut self, chain: &Chain) -> Result<TaskView<Account>> {
        let out = self.context.out;
        let granter = Granter::new(chain, self.signer, self.keys.clone()).await?;
        let mut granter = granter.after(self.grants.clone());
        let mut watch = Watch::new(chain, self.task).await?;
        let (submission, requester) = (self.submission, self.signer.account);
        let (sent, known) = (self.sent.take(), self.inclusion.clone());
        let finality = async {
            let Some(mut sent) = sent else {
                return until_final(chain, None, submission, requester, known).await;
            };
            loop {
                match sent.until_final().await {
                    Ok(inclusion) => return Ok(inclusion),
                    Err(error) => if_slow(out, error, sent.newest().is_some())?,
                }
            }
        };
        let mut finality = pin!(finality);
        loop {
            tokio::select! {
                newest = &mut finality, if !self.is_final => {
                    self.inclusion = newest?;
                    self.is_final = true;
                    self.teller.latencies.finalised_milliseconds = life::millis(self.inclusion.after);
                    let final_task = self.inclusion.submitted_task()?;
                    if final_task != self.task {
                        // The first block was replaced by one with another order of transactions.
                        out.say(format!("the task's final number is {final_task}"));
                        self.task = final_task;
                        watch.turn_to(final_task);
                        self.teller.turn_to(final_task);
                    }
                }
                view = granter.beside(out, watch.next()) => {
                    let view = view?;
                    self.teller.tell(chain, &view).await;
                    if grant::is_awaited(&view) {
                        granter.look(out, &[self.task]).await;
                    }
                    let revealed = matches!(view.status, TaskStatus::Verifying { .. });
                    if self.is_final && (revealed || life::is_final(&view.status)) {
                        return Ok(view);
                    }
                }
            }
        }
    }

    /// Accepts the result, and waits until it is settled.
    async fn accept(&mut self, chain: &Chain) -> Result<()> {
        let is_open = |view: &Option<TaskView<Account>>| {
            view.as_ref()
                .is_some_and(|view| matches!(view.status, TaskStatus::Verifying { .. }))
        };
        if !self.is_accepted && !is_open(&self.view) {
            return Ok(());
        }
        if !self.is_accepted {
            until_ready(self.context.out, chain).await?;
        }
        let _accepting = self.context.out.wait("accepting");
        let mut watch = Watch::new(chain, self.task).await?;
        // An acceptance that was sent before the connection was lost may be in a block, and the window ends in any
        // case.
        let accepted = match self.is_accepted {
            true => Ok(()),
            false => {
                let call = Call::accept(self.task);
                let signed = chain.sign(self.signer, &call).await?;
                self.is_accepted = true;
                let mut sent = chain.send(&call, &signed).await?;
                sent.included().await.map(drop)
            }
        };
        // The window may have ended meanwhile: then the result is settled all the same.
        loop {
            let view = watch.next().await?;
            self.teller.tell(chain, &view).await;
            let is_over = life::is_final(&view.status);
            self.view = Some(view);
            if is_over {
                return Ok(());
            }
            if accepted.is_err() && is_open(&self.view) {
                return accepted;
            }
        }
    }

    /// Writes the record of the result, with everything that is known by now.
    async fn finish(self) -> Result<Submitted> {
        let latencies = self.teller.latencies;
        let result = match self.result.zip(self.args.out.as_ref()) {
            Some((fetched, folder)) => {
                let fetched = fetched.with_latencies(latencies);
                if !fetched.write(folder).await? {
                    self.context.out.warn(format!(
                        "another result was put into {} meanwhile, in the place of task {}'s",
                        folder.display(),
                        self.task
                    ));
                }
                Some(fetched)
            }
            None => None,
        };
        Ok(Submitted {
            inclusion: self.inclusion,
            task: self.task,
            latencies,
            failures: self.teller.failures,
            view: self.view,
            result,
        })
    }
}

/// Waits until a submission that is `known` to be in a block is final. As long as the connection lasts over which it
/// was `sent`, the node reports that; after that, the chain is asked.
async fn until_final(
    chain: &Chain,
    sent: Option<Sent>,
    submission: &Submission,
    requester: Account,
    known: Inclusion,
) -> Result<Inclusion> {
    if let Some(sent) = sent {
        return sent.finalised().await;
    }
    let task = known.submitted_task()?;
    let mut heads = chain.best_heads().await?;
    loop {
        let (last, height) = chain.final_block().await?;
        let there = chain.task(task, Some(last)).await?;
        let is_it = |view: &TaskView<Account>| {
            view.requester == requester && view.submission == *submission
        };
        if there.as_ref().is_some_and(is_it) {
            return Ok(known);
        }
        if height >= known.height {
            return Err(replaced(&known));
        }
        heads.next().await?;
    }
}

/// What to say about a task that would end without a result as things are. `why` may be several sentences.
fn unfit(why: &str, match_window: Milliseconds) -> String {
    format!(
        "{why}\nsubmitted now, the task waits {} for what is missing. If that does not come by then, it ends without a \
         result, and what is not paid of the budget comes back",
        show_span(match_window)
    )
}

/// Ignores `error` if it only says that finality takes long: whoever waits for a result also waits for that, and grants
/// the keys of a sealed task meanwhile.
fn if_slow(out: &Output, error: Error, is_included: bool) -> Result<()> {
    if !is_included || error.kind != Kind::Timeout {
        return Err(error);
    }
    out.warn(format!("{}; waiting on", error.message));
    Ok(())
}

/// The error if the final chain goes on without the block that had the submission.
fn replaced(known: &Inclusion) -> Error {
    Error::other(format!(
        "block {} with the submission was replaced by another while the connection was lost",
        known.height
    ))
    .hint(wait::WHETHER_SUBMITTED)
}

#[cfg(test)]
#[path = "submit_tests.rs"]
mod tests;
