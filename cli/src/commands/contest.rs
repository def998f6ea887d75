//! `aicpw task dispute` and `aicpw task appeal`: call a jury.

use aicpw_protocol::{
    availability::uploaded,
    task::{AssignmentStatus, Privacy, Role, TaskStatus},
    verdict::{DisputeState, DisputeView, Outcome},
    view::{AssignmentView, TaskView},
    Balance, BlockNumber, Milliseconds, TaskId,
};
use serde::Serialize;
use std::time::Duration;
use subxt::config::substrate::H256;

use super::{confirm::Consent, costs, dispute, narrow, task, wait, Context};
use crate::{
    account::Account,
    amount::Amount,
    chain::{
        call::Call,
        read::Clock,
        submit::{Inclusion, Signed},
        Chain,
    },
    error::{Error, Kind, Result},
    keys::Signer,
    life,
    output::dispute::{finding, headline, DisputeJson},
    quantity::{parse_span, parse_task},
    rerun::ExecutorArgs,
};

/// A juror that fails is replaced once, and its replacement needs the key too.
const GRANTS_PER_JUROR: Balance = 2;

/// What both take.
#[derive(clap::Args, Debug)]
pub struct ContestArgs {
    /// The task
    #[arg(allow_negative_numbers = true, value_parser = parse_task)]
    id: u64,
    #[command(flatten)]
    consent: Consent,
    /// Follow the dispute until it is over, and grant jurors that run a sealed task its key
    #[arg(long)]
    wait: bool,
    /// Give up waiting after this span; the dispute goes on
    #[arg(long, value_name = "SPAN", allow_hyphen_values = true, value_parser = parse_span, requires = "wait")]
    timeout: Option<Milliseconds>,
}

impl ContestArgs {
    /// The task.
    pub fn id(&self) -> TaskId {
        TaskId(self.id)
    }

    /// Whether to follow the dispute until it is over.
    pub fn waits(&self) -> bool {
        self.wait
    }

    /// How long to wait at most.
    pub fn timeout(&self) -> Option<Duration> {
        self.timeout.map(dispute::span)
    }
}

/// What `dispute` takes.
#[derive(clap::Args, Debug)]
pub struct DisputeArgs {
    #[command(flatten)]
    pub contest: ContestArgs,
    /// Run the job on this machine first, and have the jury run only the part in which the two runs part
    #[arg(long)]
    pub part: bool,
    #[command(flatten)]
    pub executor: ExecutorArgs,
}

/// The document of both commands.
#[derive(Serialize)]
struct ContestJson {
    dispute: Option<DisputeJson>,
    transaction: String,
    block: u64,
    block_hash: String,
    transaction_fee: Option<Amount>,
}

/// A jury to call.
pub struct Plan {
    /// The call that calls the jury.
    pub call: Call,
    /// The bond for it.
    pub bond: Balance,
    /// The number of appeals before that jury.
    pub round: u8,
    /// Whether the jurors have to be granted the key of a sealed task.
    pub needs_key: bool,
    /// What the person has to agree to.
    pub consequence: String,
}

/// Disputes the result of a task.
pub async fn dispute(context: &Context<'_>, args: &DisputeArgs) -> Result<()> {
    if args.part {
        return narrow::dispute(context, args).await;
    }
    let args = &args.contest;
    let id = TaskId(args.id);
    let signer = context.signer()?;
    let chain = context.connect_to_send().await?;
    let task = task::read(&chain, id).await?;
    let before = chain.dispute(id, None).await?;
    if let Some(refused) = dispute_obstacle(&task, before.as_ref(), signer.account) {
        return Err(refused);
    }
    let bond = bond_of(&chain, &task).await?;
    let (clock, base_fee) = (chain.clock().await?, base_fee(&chain).await);
    let consequence = format!(
        "{}. {}",
        dispute_consequence(&task, bond, base_fee, &clock),
        to_fetch(&chain, &clock).await?
    );
    let plan = Plan {
        call: Call::dispute(id),
        bond,
        round: 0,
        needs_key: true,
        consequence,
    };
    call_jury(context, args, &signer, &chain, &task, plan).await
}

/// The bond for disputing the result of a task.
///
/// # Errors
/// The result cannot be disputed.
pub async fn bond_of(chain: &Chain, task: &TaskView<Account>) -> Result<Balance> {
    chain.dispute_bond(task.id).await?.ok_or_else(|| {
        task::refused(
            task,
            "its result cannot be disputed (any more)",
            "Tasks",
            "NotVerifying",
        )
    })
}

/// Appeals to a larger jury.
pub async fn appeal(context: &Context<'_>, args: &ContestArgs) -> Result<()> {
    let id = TaskId(args.id);
    let signer = context.signer()?;
    let chain = context.connect_to_send().await?;
    let task = task::read(&chain, id).await?;
    let before = chain.dispute(id, None).await?;
    let clock = chain.clock().await?;
    let (before, consequence) = appealable(&task, before, &clock)?;
    let round = before.round.saturating_add(1);
    let plan = Plan {
        call: Call::appeal(id),
        bond: before.appeal_bond,
        round,
        needs_key: true,
        consequence: format!("{consequence}. {}", to_fetch(&chain, &clock).await?),
    };
    call_jury(context, args, &signer, &chain, &task, plan).await
}

/// The results that a jury would judge.
pub fn results(task: &TaskView<Account>) -> impl Iterator<Item = &AssignmentView<Account>> {
    task.assignments.iter().filter(|one| {
        one.role == Role::Replica && matches!(one.status, AssignmentStatus::Revealed { .. })
    })
}

/// The refusal of a second dispute about the same task.
pub(super) fn open_already(
    task: &TaskView<Account>,
    before: Option<&DisputeView<Account>>,
) -> Option<Error> {
    let open = before.filter(|one| !matches!(one.state, DisputeState::Ended { .. }));
    open.map(|_| {
        let what = "a dispute about it is open already";
        task::refused(task, what, "Disputes", "AlreadyDisputed")
    })
}

/// Why the chain would refuse a dispute. It is checked first, so that no fee is paid for a refusal.
pub fn dispute_obstacle(
    task: &TaskView<Account>,
    before: Option<&DisputeView<Account>>,
    account: Account,
) -> Option<Error> {
    let refused = |what: &str, pallet, error| Some(task::refused(task, what, pallet, error));
    if let open @ Some(_) = open_already(task, before) {
        return open;
    }
    if !matches!(task.status, TaskStatus::Verifying { .. }) {
        return refused(
            "no result of it can be disputed now; that is possible in the window of `optimistic`",
            "Tasks",
            "NotVerifying",
        );
    }
    if results(task).any(|one| one.provider == account) {
        return refused("the account made its result", "Disputes", "IsParty");
    }
    if task.submission.privacy.is_sealed() && task.requester != account {
        let what = format!(
            "it is sealed, and only its requester {} can dispute its result",
            task.requester
        );
        return refused(&what, "Disputes", "NotRequester");
    }
    None
}

/// The most that a result's provider gets if a dispute about it ends without a verdict; `None` if the node does not
/// say. Such a node takes disputes all the same.
pub async fn base_fee(chain: &Chain) -> Option<Balance> {
    chain.constant("Tasks", "BaseFee").await.ok()
}

/// Which part of the budget is not returned if there is no verdict.
fn kept_without_verdict(task: &TaskView<Account>, base_fee: Option<Balance>) -> String {
    let price = results(task).map(|one| one.price).max();
    let fee = match base_fee {
        // The base fee is paid as far as the escrow reaches, and is never more than the price.
        Some(fee) => format!(
            "a base fee of {}",
            Amount(fee.min(task.escrow).min(price.unwrap_or(fee))).brief_with_unit()
        ),
        None => "a base fee".into(),
    };
    match task.audit.as_ref().map_or(0, |audit| audit.cost) {
        0 => fee,
        cost => format!("{} for audits and {fee}", Amount(cost).brief_with_unit()),
    }
}

/// What the person who disputes a result puts at stake.
pub fn dispute_consequence(
    task: &TaskView<Account>,
    bond: Balance,
    base_fee: Option<Balance>,
    clock: &Clock,
) -> String {
    let window = match task.status {
        TaskStatus::Verifying { settle_at } => {
            format!(". The window of the result: {}", clock.left(settle_at))
        }
        _ => String::new(),
    };
    let at_stake = results(task).fold(0, |sum: Balance, one| {
        sum.saturating_add(one.collateral)
            .saturating_add(one.fraud_bond)
    });
    format!(
        "a bond of {} is held: it is the pay of a jury, which runs task {} again. It is lost if they \
         find what was revealed, or cannot run the task as its requester serves it. If the result is \
         wrong, it goes back: the provider loses {}, of which the requester gets what the result's audit \
         has cost it, and the task is run again. If too few providers can be jurors, or most of them do not \
         agree, nothing is decided: bond and budget go back, but for {}, which is all that the provider \
         gets{window}",
        Amount(bond).with_unit(),
        task.id,
        Amount(at_stake).brief_with_unit(),
        kept_without_verdict(task, base_fee)
    )
}

/// What jurors have to fetch in time. The chain does not know the size of a task's files.
async fn to_fetch(chain: &Chain, clock: &Clock) -> Result<String> {
    let window = chain.market_parameters().await?.start_window;
    Ok(fetch_note(window, clock))
}

fn fetch_note(start_window: BlockNumber, clock: &Clock) -> String {
    let blocks = time_to_fetch(start_window);
    let time = Milliseconds(u64::from(blocks).saturating_mul(clock.block_time.0));
    format!(
        "All jurors fetch the task's files at once from the node that it was submitted with, and have {} for it: in \
         that time a line of 50 Mbit/s serves {} MiB, to all of them together. If most of them cannot, they cannot \
         run it",
        clock.span(blocks),
        uploaded(time, 1) >> 20
    )
}

/// How much of the jurors' start window they have for fetching: they begin some blocks after its start, and finish some
/// blocks before its end.
pub fn time_to_fetch(start_window: BlockNumber) -> BlockNumber {
    start_window - start_window / 4
}

/// The dispute, if its verdict can be appealed against, and what an appeal means.
fn appealable(
    task: &TaskView<Account>,
    before: Option<DisputeView<Account>>,
    clock: &Clock,
) -> Result<(DisputeView<Account>, String)> {
    let refused = |what: &str, error| Err(task::refused(task, what, "Disputes", error));
    let Some(before) = before else {
        return refused("it is not disputed", "NotDisputed");
    };
    let (until, outcome) = match before.state {
        DisputeState::Appealable { until, outcome } if until >= clock.now => (until, outcome),
        DisputeState::Judging | DisputeState::Opening { .. } | DisputeState::Naming { .. } => {
            return refused("its jury has no verdict yet", "NotAppealable")
        }
        DisputeState::Ended { .. } => return refused("its dispute is over", "NotAppealable"),
        _ => return refused("the time to appeal is over", "NotAppealable"),
    };
    if before.appeal_bond == 0 {
        return refused("the last jury has decided", "NoFurtherAppeal");
    }
    let consequence = format!(
        "a bond of {} is held: it is the pay of a larger jury, which runs task {} again. It is lost \
         unless they find otherwise than the last ({}). Time to appeal: {}",
        Amount(before.appeal_bond).with_unit(),
        task.id,
        finding(outcome, &before),
        clock.left(until)
    );
    Ok((before, consequence))
}

/// Calls a jury once the person agrees, and follows the dispute if asked to.
///
/// # Errors
/// The person does not agree, the account cannot pay, or the chain refuses the call.
pub(super) async fn call_jury(
    context: &Context<'_>,
    args: &ContestArgs,
    signer: &Signer,
    chain: &Chain,
    task: &TaskView<Account>,
    plan: Plan,
) -> Result<()> {
    let (out, id) = (context.out, task.id);
    let grants = match plan.needs_key {
        true => prepare_key(context, args, signer, chain, task).await?,
        false => false,
    };
    agree(context, args, &plan.consequence).await?;
    let inclusion = pay(signer, chain, id, &plan, grants).await?;
    if args.wait {
        out.say(format!(
            "a jury is called (final in block {})",
            inclusion.height
        ));
        let (granting, timeout) = (grants.then_some(signer), args.timeout());
        let work = dispute::follow(context, chain, id, granting, false, timeout);
        wait::bounded(id, timeout, work).await?;
    }
    let at = (!args.wait).then_some(inclusion.block);
    tell(context, args, chain, id, &inclusion, at).await
}

/// Asks the person to agree to the consequence.
///
/// # Errors
/// The person does not agree.
pub async fn agree(context: &Context<'_>, args: &ContestArgs, consequence: &str) -> Result<()> {
    if args.consent.yes {
        context.out.say(consequence);
    }
    let agreed = context.confirm(consequence, args.consent).await;
    agreed.map_err(|error| error.about_task(args.id))
}

/// Sends what was agreed to, if the account can pay for it and for the grants that follow.
///
/// # Errors
/// The account cannot pay, or the chain refuses the call.
pub async fn pay(
    signer: &Signer,
    chain: &Chain,
    id: TaskId,
    plan: &Plan,
    grants: bool,
) -> Result<Inclusion> {
    let signed = sign(chain, signer, plan, grants, None).await?;
    let ended = async {
        let sent = chain.send(&plan.call, &signed).await?;
        sent.finalised().await
    };
    ended.await.map_err(|error| error.about_task(id.0))
}

/// Reports the dispute as it is in a block, or now.
pub async fn tell(
    context: &Context<'_>,
    args: &ContestArgs,
    chain: &Chain,
    id: TaskId,
    inclusion: &Inclusion,
    at: Option<H256>,
) -> Result<()> {
    let (dispute, task) = (chain.dispute(id, at).await?, chain.task(id, at).await?);
    let known = dispute.as_ref().zip(task.as_ref());
    let clock = chain.clock().await?;
    context
        .out
        .result(&document(known, inclusion), |_| match known {
            Some((dispute, task)) if args.wait => after_verdict(task, dispute),
            Some((dispute, task)) => format!(
                "a jury is called (final in block {})\n{}\n`aicpw dispute watch {id}` follows it",
                inclusion.height,
                headline(dispute, task, &clock)
            ),
            None => format!("a jury was called (final in block {})", inclusion.height),
        });
    Ok(())
}

fn document(
    known: Option<(&DisputeView<Account>, &TaskView<Account>)>,
    inclusion: &Inclusion,
) -> ContestJson {
    ContestJson {
        dispute: known.map(|(dispute, task)| DisputeJson::new(dispute, task)),
        transaction: format!("{:?}", inclusion.transaction),
        block: inclusion.height,
        block_hash: format!("{:?}", inclusion.block),
        transaction_fee: inclusion.fee_paid().map(Amount),
    }
}

/// How the task goes on after the verdict.
fn after_verdict(task: &TaskView<Account>, dispute: &DisputeView<Account>) -> String {
    let (id, state) = (task.id, life::state_name(&task.status));
    let mut text = format!("`aicpw dispute show {id}` says who found what; the task is {state}");
    if let DisputeState::Ended {
        outcome: Outcome::Available { .. },
        ..
    } = dispute.state
    {
        text += &format!("; `aicpw task fetch {id}` finds the result at its jurors too");
    }
    if !life::is_final(&task.status) {
        text += &format!(": it goes to another provider, `aicpw task watch {id}` follows it");
        if task.submission.privacy.is_sealed() && dispute.challenger.is_some() {
            text += ", and `aicpw agent` grants that one its key";
        }
    }
    text
}

/// For a sealed task, tells who grants its key to jurors. Returns whether this account does.
async fn prepare_key(
    context: &Context<'_>,
    args: &ContestArgs,
    signer: &Signer,
    chain: &Chain,
    task: &TaskView<Account>,
) -> Result<bool> {
    let Privacy::Sealed { key_commitment } = task.submission.privacy else {
        return Ok(false);
    };
    let id = task.id;
    if task.requester != signer.account {
        context.out.warn(format!(
            "task {id} is sealed: if its requester does not grant the jurors its key, what was revealed \
             counts"
        ));
        return Ok(false);
    }
    if args.wait {
        let key = context.global.data_keys.open().load(&key_commitment);
        key.map_err(|error| {
            error
                .while_doing("nothing was sent: the jurors need the data key")
                .about_task(id.0)
        })?;
    } else {
        let window = chain.market_parameters().await?.key_window;
        context.out.warn(format!(
            "task {id} is sealed: its jurors have to be granted its data key, each within {} of being \
             drawn, or the dispute is lost. Give --wait, or keep `aicpw agent` running with this account's \
             key until the dispute is over",
            chain.clock().await?.span(window)
        ));
    }
    Ok(true)
}

/// Signs the call, with this nonce or the account's next one, if the account can pay the fee, the bond and the grants
/// that follow.
///
/// # Errors
/// The account cannot pay, or the call cannot be signed.
pub async fn sign(
    chain: &Chain,
    signer: &Signer,
    plan: &Plan,
    grants: bool,
    nonce: Option<u64>,
) -> Result<Signed> {
    let signed = chain.sign_instead(signer, &plan.call, nonce).await?;
    let mut fees = signed.fee;
    if grants {
        let jurors = Balance::from(chain.jurors(plan.round).await?);
        let grant = costs::grant_fee(chain, signer).await?;
        fees = fees.saturating_add(
            grant
                .saturating_mul(jurors)
                .saturating_mul(GRANTS_PER_JUROR),
        );
    }
    let spendable = chain.funds(signer.account).await?.spendable();
    check_funds(signer.account, spendable, plan.bond, fees)?;
    Ok(signed)
}

fn check_funds(account: Account, spendable: Balance, bond: Balance, fees: Balance) -> Result<()> {
    let need = bond.saturating_add(fees);
    if spendable >= need {
        return Ok(());
    }
    let text = |amount| Amount(amount).with_unit();
    Err(Error::new(
        Kind::InsufficientFunds,
        format!(
            "{account} can spend {}, and {} are needed: the bond of {}, and {} for the network",
            text(spendable),
            text(need),
            text(bond),
            text(fees)
        ),
    )
    .hint("nothing was sent; `aicpw transfer` moves AICP to this account from another"))
}

#[cfg(test)]
#[path = "contest_tests.rs"]
mod tests;
