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
    TaskId,
};

use super::{
    costs::{self, Costs},
    dry_run::Outlook,
    let_go::{self, let_go},
    prepare::Prepared,
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
        submit::{Inclusion, Sent},
        Chain,
    },
    data_keys::Record,
    error::{Error, Result},
    grant::{self, Granter},
    keys::Signer,
    life::{self, Latencies},
    node_rpc::NodeRpc,
    peers,
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

    /// Fetch the result into this folder: one file for each output buffer, and result.json
    #[arg(long, value_name = "DIR", requires = "wait")]
    pub out: Option<PathBuf>,

    /// Accept the result as soon as its root is checked, and wait until the provider is paid
    #[arg(long, requires = "wait", requires = "out")]
    pub accept: bool,

    /// Give up waiting after this span; the task goes on
    #[arg(long, value_name = "SPAN", allow_hyphen_values = true, value_parser = parse_span, requires = "wait")]
    pub timeout: Option<aicpw_protocol::Milliseconds>,
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

/// Submits a task, and with `--wait` sees it through.
pub async fn run(context: &Context<'_>, args: &SubmitArgs) -> Result<()> {
    let is_sent = Cell::new(false);
    let next_step = || match is_sent.get() {
        true => wait::WHETHER_SUBMITTED,
        false => "nothing was sent",
    };
    unless_ended_amid(submit(context, args, &is_sent), next_step).await
}

/// Notes in `is_sent` that the task may be submitted by now.
async fn submit(context: &Context<'_>, args: &SubmitArgs, is_sent: &Cell<bool>) -> Result<()> {
    let out = context.out;
    let pins = context.global.pins.open();
    // Everything that can be known to be wrong is found before anything is sent.
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
    let addresses = peers::for_chain(&node.addresses().await?)?;
    if addresses.is_empty() {
        out.warn("the node gave no address at which others reach its files");
    }
    let privacy = match &key {
        Some(key) => Privacy::Sealed {
            key_commitment: key.commitment(),
        },
        None => Privacy::Public,
    };
    let submission = terms.submission(costs::any_cid()?, privacy, addresses);
    let costs = Costs::estimate(&chain, &signer, &market, &submission, args.accept).await?;
    costs.check(signer.account, &chain.funds(signer.account).await?)?;
    terms.notes.iter().for_each(|note| out.say(note));
    terms.warnings.iter().for_each(|warning| out.warn(warning));
    let outlook = Outlook::ask(&chain, signer.account, &market, &terms).await?;
    match outlook.explain() {
        Ok(text) => out.say(text),
        Err(text) => out.warn(format!(
            "{text}; the task waits {} for one that does, and is refunded if none comes by then",
            show_span(terms.match_window())
        )),
    }
    let fee = market.fee_for(terms.time_limit(), terms.verification().replicas());
    let fee = Amount(fee).with_unit();
    out.say(format!(
        "the submission fee is {fee}, and does not come back"
    ));

    // What earlier tasks left makes room for this one. It is no part of this submission.
    match let_go(&chain, &pins).await {
        Ok(released) => released
            .iter()
            .for_each(|released| let_go::tell(out, released)),
        Err(error) => out.warn(format!("the node keeps what is over: {error}")),
    }
    let upload = Upload::new(&chain, &pins).await?;
    let uploaded = upload.run(out, &prepared, key.as_ref()).await?;
    let manifest = uploaded.manifest().clone();
    if let Some(key) = &key {
        let record = Record::new(key, &manifest, signer.account, &chain.genesis().await?);
        let path = keys.save(&record)?;
        out.say(format!("data key kept in {}", path.display()));
    }
    let call = Call::submit(&Submission {
        manifest: manifest.clone(),
        ..submission
    });
    let signed = chain.sign(&signer, &call).await?;
    let costs = costs.with_transaction(signed.fee);
    costs.check(signer.account, &chain.funds(signer.account).await?)?;
    let clock = chain.clock().await?;
    let start = Instant::now();
    is_sent.set(true);
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
            let teller = teller.of_program(prepared.program());
            let granter = Granter::new(&chain, &signer, keys).await?;
            see_through(
                context, args, &chain, &signer, &prepared, teller, granter, sent, inclusion,
            )
            .await
        };
        let submitted = wait::bounded(task, timeout, work).await?;
        uploaded.note_task(out, submitted.task).await;
        submitted
    } else {
        let inclusion = wait::bounded(task, None, sent.finalised()).await?;
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
        let start_window = clock.span(market.start_window);
        report::show(
            document,
            args,
            context,
            &clock,
            &start_window,
            &prepared,
            &submitted,
        )
    });
    outcome.map_err(|error| Error {
        in_document: true,
        ..error
    })
}

/// Follows the task to its result, while the block with its submission becomes final.
#[allow(clippy::too_many_arguments)] // The parts of one command, used once.
async fn see_through(
    context: &Context<'_>,
    args: &SubmitArgs,
    chain: &Chain,
    signer: &Signer,
    prepared: &Prepared,
    mut teller: Teller<'_>,
    mut granter: Granter<'_>,
    sent: Sent,
    inclusion: Inclusion,
) -> Result<Submitted> {
    let mut task = inclusion.submitted_task()?;
    let mut inclusion = inclusion;
    teller.latencies.included_milliseconds = life::millis(inclusion.after);
    let mut watch = Watch::new(chain, task).await?;
    let mut finality = pin!(sent.finalised());
    let mut is_final = false;
    let mut view = loop {
        tokio::select! {
            newest = &mut finality, if !is_final => {
                inclusion = newest?;
                is_final = true;
                teller.latencies.finalised_milliseconds = life::millis(inclusion.after);
                let final_task = inclusion.submitted_task()?;
                if final_task != task {
                    // The first block was replaced by one with another order.
                    context.out.say(format!("the task's final number is {final_task}"));
                    task = final_task;
                    watch.turn_to(task);
                    teller.turn_to(task);
                }
            }
            view = watch.next() => {
                let view = view?;
                teller.tell(&view).await;
                if grant::is_awaited(&view) {
                    granter.look_and_tell(context.out, &[task]).await;
                }
                let revealed = matches!(view.status, TaskStatus::Verifying { .. });
                if is_final && (revealed || life::is_final(&view.status)) {
                    break view;
                }
            }
        }
    };

    let mut result = None;
    if let (Some(folder), Ok(_)) = (&args.out, wait::outcome(&view)) {
        let node = NodeRpc::new(chain);
        let keys = context.global.data_keys.open();
        let outputs = &prepared.outputs;
        let fetched = result::fetch_into(context.out, &node, &view, outputs, folder, &keys).await?;
        teller.latencies.fetched_milliseconds = life::millis(teller.elapsed());
        context.out.say(format!(
            "{:>9}  fetched and checked",
            show_elapsed(teller.elapsed())
        ));
        if args.accept && matches!(view.status, TaskStatus::Verifying { .. }) {
            let _accepting = context.out.wait("accepting");
            view = accept(chain, signer, &mut watch, &mut teller, task, view).await?;
        }
        let fetched = fetched.with_latencies(teller.latencies);
        if !fetched.write(folder).await? {
            context.out.warn(format!(
                "another result was put into {} meanwhile, in the place of task {task}'s",
                folder.display()
            ));
        }
        result = Some(fetched);
    }
    let Teller {
        latencies,
        failures,
        ..
    } = teller;
    Ok(Submitted {
        inclusion,
        task,
        latencies,
        failures,
        view: Some(view),
        result,
    })
}

/// Accepts a result, and waits until it is settled.
async fn accept(
    chain: &Chain,
    signer: &Signer,
    watch: &mut Watch<'_>,
    teller: &mut Teller<'_>,
    task: TaskId,
    mut view: TaskView<Account>,
) -> Result<TaskView<Account>> {
    let call = Call::accept(task);
    let signed = chain.sign(signer, &call).await?;
    let mut sent = chain.send(&call, &signed).await?;
    let accepted = sent.included().await;
    // The window may have ended meanwhile: then it is settled all the same.
    while !life::is_final(&view.status) {
        view = watch.next().await?;
        teller.tell(&view).await;
        if let (Err(_), TaskStatus::Verifying { .. }) = (&accepted, &view.status) {
            break;
        }
    }
    if !life::is_final(&view.status) {
        accepted?;
    }
    Ok(view)
}
