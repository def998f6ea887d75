//! `aicpw task dispute --part`: this machine runs the job and finds where the disputed run goes wrong, so that a jury
//! runs only that part.

use aicpw_protocol::{
    availability::upload_time,
    job::TraceRecord,
    manifest::limits,
    merkle::tree_root,
    task::{AssignmentStatus, DeterminismClass, Role, TaskStatus},
    trace::{first_difference, NamedPart, OpenTrace},
    verdict::{DisputeState, DisputeView},
    view::{AssignmentView, TaskView},
    BlockNumber, Hash, Milliseconds, TaskId,
};
use std::{future::Future, time::Duration};

use super::{
    await_trace::Opening,
    connect::Connected,
    contest::{self, ContestArgs, DisputeArgs, Plan},
    dispute, task, wait, Context,
};
use crate::{
    account::Account,
    chain::{call::Call, follow::Watch, read::Clock, submit::Inclusion, Chain},
    error::{Error, Result},
    hash::show_hash,
    keys::Signer,
    node_rpc::{read_all, BlobSource, NodeRpc},
    peers,
    pins::{Note, Reason},
    rerun::Rerun,
    signals::unless_ended,
};

/// How much of a window is reserved, so that there is still time to send what has to be sent in it.
const LAST: Milliseconds = Milliseconds(60_000);

/// Disputes the part of a result that is wrong. If this account already has a dispute whose part is still to be named,
/// it continues with that. If a signal ends it, nothing of the run stays behind on this machine.
pub async fn dispute(context: &Context<'_>, args: &DisputeArgs) -> Result<()> {
    let next = "the same command goes on with the dispute, if it is open: `aicpw dispute show TASK` says so";
    let ended = unless_ended(dispute_part(context, args), next).await;
    ended.map_err(|error| error.about_task(args.contest.id().0))
}

async fn dispute_part(context: &Context<'_>, args: &DisputeArgs) -> Result<()> {
    let (out, id) = (context.out, args.contest.id());
    let signer = context.signer()?;
    let chain = context.connect_to_send().await?;
    let view = task::read(&chain, id).await?;
    let before = chain.dispute(id, None).await?;
    let is_open = is_to_be_named(before.as_ref(), signer.account);
    if !is_open {
        let clock = chain.clock().await?;
        if let Some(refused) = contest::dispute_obstacle(&view, before.as_ref(), signer.account)
            .or_else(|| part_obstacle(&view, signer.account))
            .or_else(|| late(&view, &clock))
        {
            return Err(refused);
        }
    }
    let (made, root) = result_of(&view)?;
    let node = NodeRpc::new(&chain);
    let court = Court {
        context,
        chain: &chain,
        node: &node,
        signer: &signer,
        id,
    };
    let about = |error: Error| error.about_task(id.0);
    let (own, opened) = if is_open {
        let own = court.run_here(args, &view, &root).await.map_err(about)?;
        out.say("goes on with the dispute that is open");
        (own, None)
    } else {
        let plan = court.plan(&view).await?;
        contest::agree(context, &args.contest, &plan.consequence).await?;
        let left = time_to_run(&view, &chain.clock().await?);
        let own = in_time(left, court.run_here(args, &view, &root));
        let own = own.await.map_err(about)?;
        if let Some(refused) = vouched(&view, &root) {
            return Err(refused);
        }
        out.say(format!(
            "this machine comes to {}, and what was revealed is {}",
            show_hash(&own.result_root),
            show_hash(&root)
        ));
        let inclusion = contest::pay(&signer, &chain, id, &plan, false).await?;
        out.say(format!(
            "the provider is asked for its trace (final in block {})",
            inclusion.height
        ));
        (own, Some(inclusion))
    };
    let named = match court.part(made, &own).await {
        Ok(part) => {
            out.say(format!(
                "a jury is called, for part {} of the job",
                part.number
            ));
            Some(part)
        }
        Err(error) => {
            out.warn(format!("{error}: a jury runs the whole job"));
            None
        }
    };
    let inclusion = match (opened, court.name(named.as_ref()).await) {
        (Some(opened), Ok(_)) => opened,
        (Some(opened), Err(error)) => {
            out.warn(format!(
                "{error}; a jury runs the whole job when the time to name a part is over"
            ));
            opened
        }
        (None, Ok(Some(named))) => named,
        (None, Ok(None)) => {
            let what = "the time to name a part is over, and a jury runs the whole job";
            let error = Error::other(what).hint("`aicpw dispute watch TASK` follows it");
            return Err(error.about_task(id.0));
        }
        (None, Err(error)) => return Err(error.about_task(id.0)),
    };
    court.follow(&args.contest, &inclusion).await
}

/// The outcome of a run, if it ends in time. A result that is not known to be wrong is not disputed without being
/// asked: if it is right, the bond would be lost.
async fn in_time<T>(left: Duration, run: impl Future<Output = Result<T>>) -> Result<T> {
    let ended = tokio::time::timeout(left, run).await;
    ended.unwrap_or_else(|_| {
        let what = "the window of the result is over soon, and this machine has not run the task: whether the \
                    result is wrong it does not know";
        let hint = "nothing was sent; if you doubt the result all the same, dispute it without --part before the \
                    window ends: a jury runs the whole job then";
        Err(Error::other(what).hint(hint))
    })
}

/// How much of the window is left for a run, less the time that is reserved for disputing the result afterwards.
fn time_to_run(task: &TaskView<Account>, clock: &Clock) -> Duration {
    match task.status {
        TaskStatus::Verifying { settle_at } => time_until(settle_at, clock),
        _ => Duration::ZERO,
    }
}

fn time_until(block: BlockNumber, clock: &Clock) -> Duration {
    let blocks = u64::from(block.saturating_sub(clock.now));
    let left = blocks.saturating_mul(clock.block_time.0);
    Duration::from_millis(left.saturating_sub(LAST.0))
}

/// Why disputing a part would spare an auditor that confirmed a wrong result: a jury of a part does not find out
/// whether the whole result is right.
fn vouched(task: &TaskView<Account>, root: &Hash) -> Option<Error> {
    let has_vouched = task.assignments.iter().any(|one| {
        let revealed = one.opening().filter(|_| one.role == Role::Auditor);
        revealed.is_some_and(|opening| opening.result_root == *root)
    });
    if !has_vouched {
        return None;
    }
    let error = Error::other(format!(
        "an auditor has said that the result of task {} is right, and would lose nothing by a part of it",
        task.id
    ));
    let error = error.hint("nothing was sent; without --part a jury runs the whole job");
    Some(error.about_task(task.id.0))
}

/// Whether this is a dispute of this account whose part is still to be named.
fn is_to_be_named(dispute: Option<&DisputeView<Account>>, account: Account) -> bool {
    dispute.is_some_and(|dispute| dispute.challenger == Some(account) && awaits_part(dispute))
}

/// Whether the part to be judged is still to be named.
fn awaits_part(dispute: &DisputeView<Account>) -> bool {
    matches!(
        dispute.state,
        DisputeState::Opening { .. } | DisputeState::Naming { .. }
    )
}

/// Why the chain would refuse a dispute about a part, or why it would be lost.
fn part_obstacle(task: &TaskView<Account>, account: Account) -> Option<Error> {
    let refused = |what: &str, error| Some(task::refused(task, what, "Disputes", error));
    if task.requester != account {
        let what = format!(
            "only its requester {} can dispute a part of it",
            task.requester
        );
        return refused(&what, "NotRequester");
    }
    if task.submission.privacy.is_sealed() {
        return refused("it is sealed", "SealedTask");
    }
    if task.submission.needs.class == DeterminismClass::Device {
        let what = "its class is `device`: what this machine comes to says nothing of another";
        let error = Error::usage(format!("task {}: {what}", task.id));
        let error = error.hint("without --part a jury of equal devices runs the whole job");
        return Some(error.about_task(task.id.0));
    }
    None
}

/// Why there is no time for a run on this machine.
fn late(task: &TaskView<Account>, clock: &Clock) -> Option<Error> {
    let TaskStatus::Verifying { settle_at } = task.status else {
        return None;
    };
    let limit = task.submission.time_limit;
    let needed = clock.blocks(Milliseconds(limit.0.saturating_add(LAST.0)));
    if clock.now.saturating_add(needed) < settle_at {
        return None;
    }
    let error = Error::other(format!(
        "the window of the result may end before this machine has run task {}, which may take {}, and disputed \
         its result, for which a minute is kept: {}",
        task.id,
        clock.span(clock.blocks(limit)),
        clock.left(settle_at)
    ));
    let error = error.hint("nothing was sent; without --part a jury runs the whole job");
    Some(error.about_task(task.id.0))
}

/// Why no juror would find the state: jurors look for it at the node that has the task's files.
fn elsewhere(task: &TaskView<Account>, addresses: &[String]) -> Option<Error> {
    let own = peers::own_id(addresses);
    let known = peers::show_all(&task.submission.peers);
    let is_known = own.is_some_and(|own| known.iter().any(|address| address.contains(&own)));
    if is_known {
        return None;
    }
    let error = Error::usage(format!(
        "jurors look for what task {} needs at the node that it was submitted with, and this is another",
        task.id
    ));
    let error = error
        .hint("give that one with --url, or leave --part away: then a jury runs the whole job");
    Some(error.about_task(task.id.0))
}

/// Why jurors would not get the job and the state in time: all of them fetch from one node at once.
fn too_large(
    task: &TaskView<Account>,
    bytes: u64,
    (jurors, start_window): (u16, BlockNumber),
    clock: &Clock,
) -> Option<Error> {
    let needed = clock.blocks(upload_time(bytes, jurors));
    let most = contest::time_to_fetch(start_window);
    if needed <= most {
        return None;
    }
    let error = Error::other(format!(
        "task {} and its state at a checkpoint have {} MiB: {jurors} jurors would fetch them from this node \
         in {}, and have {}",
        task.id,
        bytes.div_ceil(1 << 20),
        clock.span(needed),
        clock.span(most)
    ));
    let error = error.hint("nothing was sent; without --part a jury runs the whole job");
    Some(error.about_task(task.id.0))
}

/// Why jurors might get other states than this machine although all runs are right.
fn inexact(task: &TaskView<Account>, sees_groups: bool) -> Option<Error> {
    if !sees_groups {
        return None;
    }
    let error = Error::other(format!(
        "the program of task {} looks at its work groups, whose size its manifest leaves to the driver: jurors \
         may come to other states",
        task.id
    ));
    let error = error.hint(
        "nothing was sent; without --part a jury runs the whole job. Give `local` in the manifest of the next",
    );
    Some(error.about_task(task.id.0))
}

/// The disputed result, and its root.
fn result_of(task: &TaskView<Account>) -> Result<(&AssignmentView<Account>, Hash)> {
    let revealed = contest::results(task).find_map(|one| match &one.status {
        AssignmentStatus::Revealed { opening, .. } => Some((one, opening.result_root)),
        _ => None,
    });
    revealed.ok_or_else(|| Error::other(format!("task {} has no result yet", task.id)))
}

/// The outcome of the run on this machine.
struct Own {
    job: Rerun,
    result_root: Hash,
    trace: TraceRecord,
}

/// A dispute whose part is to be named.
struct Court<'a> {
    context: &'a Context<'a>,
    chain: &'a Chain,
    node: &'a NodeRpc<'a>,
    signer: &'a Signer,
    id: TaskId,
}

impl Court<'_> {
    /// Runs the job, unless a part of it could not be judged, or there is nothing to dispute.
    async fn run_here(
        &self,
        args: &DisputeArgs,
        view: &TaskView<Account>,
        root: &Hash,
    ) -> Result<Own> {
        if let Some(refused) = elsewhere(view, &self.node.addresses().await?) {
            return Err(refused);
        }
        let submission = &view.submission;
        let peers = peers::show_all(&submission.peers);
        let source = Connected::to_strangers(self.node, &peers).await;
        let (manifest, needs) = (&submission.manifest, &submission.needs);
        let job = Rerun::prepare(&args.executor, &source, manifest, needs).await?;
        let jurors = self.chain.jurors(0).await?;
        let window = self.chain.market_parameters().await?.start_window;
        let clock = self.chain.clock().await?;
        if let Some(refused) = inexact(view, job.sees_groups())
            .or_else(|| too_large(view, job.fetched_bytes(), (jurors, window), &clock))
        {
            return Err(refused);
        }
        let text = format!("running task {} on this machine", self.id);
        self.context.out.say(text);
        let (result, trace) = job.run().await?;
        let result_root = result.result_root;
        if result_root == *root {
            let what = format!(
                "this machine comes to what was revealed, {}: there is nothing to dispute",
                show_hash(root)
            );
            let hint = "nothing was sent; `aicpw task accept TASK` pays the provider";
            return Err(Error::other(what).hint(hint));
        }
        Ok(Own {
            job,
            result_root,
            trace,
        })
    }

    /// The plan for opening the dispute.
    async fn plan(&self, view: &TaskView<Account>) -> Result<Plan> {
        let bond = contest::bond_of(self.chain, view).await?;
        let clock = self.chain.clock().await?;
        let base_fee = contest::base_fee(self.chain).await;
        Ok(Plan {
            call: Call::dispute_part(self.id),
            bond,
            round: 0,
            needs_key: false,
            consequence: format!(
                "this machine runs the task first. If it comes to another result, {}. If the jurors do not get \
                 the state that they begin in, and no others are found to run the whole job, the bond is lost too",
                contest::dispute_consequence(view, bond, base_fee, &clock)
            ),
        })
    }

    /// Follows the dispute if asked to, and reports on it.
    async fn follow(&self, args: &ContestArgs, inclusion: &Inclusion) -> Result<()> {
        let (context, chain, id) = (self.context, self.chain, self.id);
        if args.waits() {
            let timeout = args.timeout();
            let work = dispute::follow(context, chain, id, None, false, timeout);
            wait::bounded(id, timeout, work).await?;
        }
        contest::tell(context, args, chain, id, inclusion, None).await
    }

    /// Waits for the trace, and finds the first hash that differs from that of the run on this machine.
    async fn part(&self, made: &AssignmentView<Account>, own: &Own) -> Result<NamedPart> {
        let (trace, until) = self.opened().await?;
        let left = time_until(until, &self.chain.clock().await?);
        let found = tokio::time::timeout(left, self.differs(&trace, made, own)).await;
        found.map_err(|_| Error::other("the time to name a part is over soon"))?
    }

    /// The first hash of the trace that differs from that of the run on this machine.
    async fn differs(
        &self,
        trace: &OpenTrace,
        made: &AssignmentView<Account>,
        own: &Own,
    ) -> Result<NamedPart> {
        let source = Connected::to_strangers(self.node, &peers::show_all(&made.peers)).await;
        let hashes = hashes(&source, trace).await?;
        let (job, own) = (&own.job, own.trace.hashes());
        let number = first_difference(&hashes, &own)
            .ok_or_else(|| Error::other("the trace is that of this machine's run"))?;
        let state = match number.checked_sub(1) {
            None => None,
            Some(before) => {
                // There is nothing after the end.
                if before + 1 >= own.len() {
                    return Err(Error::other("the trace goes on behind the end of the job"));
                }
                self.context
                    .out
                    .say(format!("making the state at checkpoint {before}"));
                let (hash, file) = job.state(before as u64).await?;
                if Some(&hash) != hashes.get(before) {
                    return Err(Error::other(
                        "this machine comes to another state than it did before",
                    ));
                }
                let cid = self.node.add_file(&file, |_| ()).await?;
                self.note(cid.clone()).await;
                Some(cid)
            }
        };
        NamedPart::new(&hashes, number, state).ok_or_else(|| Error::other("the trace is too long"))
    }

    /// Names the part, or asks for the whole job to be judged, unless that was already done.
    async fn name(&self, part: Option<&NamedPart>) -> Result<Option<Inclusion>> {
        let dispute = self.chain.dispute(self.id, None).await?;
        if !dispute.as_ref().is_some_and(awaits_part) {
            return Ok(None);
        }
        let call = Call::name_part(self.id, part);
        let signed = self.chain.sign(self.signer, &call).await?;
        let sent = self.chain.send(&call, &signed).await?;
        sent.finalised().await.map(Some)
    }

    /// The trace, once it is open, and the last block in which a part of it can be named.
    async fn opened(&self) -> Result<(OpenTrace, BlockNumber)> {
        let mut watch = Watch::new(self.chain, self.id).await?;
        let mut opening = Opening::default();
        let mut told_paused = false;
        loop {
            watch.next_at().await?;
            let clock = self.chain.clock().await?;
            if clock.is_paused && !std::mem::replace(&mut told_paused, true) {
                self.context.out.warn(
                    "the market is paused, and so is the provider's time to open its trace: this waits until \
                     it goes on. The same command goes on with the dispute if you end it",
                );
            }
            let dispute = self.chain.dispute(self.id, None).await?;
            if let Some(opened) = opening.look(dispute, &clock)? {
                return Ok(opened);
            }
        }
    }

    /// Notes that the node keeps the state for this task.
    async fn note(&self, cid: aicpw_protocol::ContentId) {
        let noted = async {
            let Some(node) = peers::own_id(&self.node.addresses().await?) else {
                return Ok(());
            };
            let pins = self.context.global.pins.open();
            let held = pins.together().await?;
            let reason = Reason::task(&self.chain.genesis().await?, self.id);
            pins.add(&held, Note::new(&node, reason, [cid].into()))
        };
        if let Err(error) = noted.await {
            let text = format!(
                "what the node keeps for task {} could not be noted: {error}",
                self.id
            );
            self.context.out.warn(text);
        }
    }
}

/// All hashes of the trace, as its provider serves them.
async fn hashes(source: &impl BlobSource, trace: &OpenTrace) -> Result<Vec<Hash>> {
    let most = limits::CHECKPOINTS.saturating_mul(32);
    let bytes = read_all(source, &trace.file, most)
        .await
        .map_err(|error| error.while_doing("fetching the provider's trace"))?;
    let (hashes, rest) = bytes.as_chunks::<32>();
    let is_it = rest.is_empty()
        && u32::try_from(hashes.len()) == Ok(trace.hashes)
        && tree_root(hashes.to_vec()) == trace.tree;
    match is_it {
        true => Ok(hashes.to_vec()),
        false => Err(Error::other("the provider serves another trace")),
    }
}

#[cfg(test)]
#[path = "narrow_tests.rs"]
mod tests;
