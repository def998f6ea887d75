//! `aicpw task …`.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use aicpw_protocol::{
    task::{AssignmentStatus, Blame, Fault, Role, TaskStatus, Verification},
    view::{AssignmentView, TaskView},
    Milliseconds, TaskId,
};
use clap::Subcommand;
use serde::Serialize;
use subxt::config::substrate::H256;

use super::{
    claim::{self, ClaimArgs},
    contest::{self, ContestArgs, DisputeArgs},
    result,
    wait::{self, Teller},
    Context,
};
use crate::{
    account::Account,
    amount::Amount,
    chain::{
        call::Call,
        follow::{unknown_task, Watch},
        next_step, Chain,
    },
    error::{Error, Kind, Result},
    fetch, life,
    node_rpc::NodeRpc,
    output::{
        dispute::{headline, DisputeJson},
        json::TaskJson,
        task,
    },
    quantity::{parse_span, parse_task, whole},
};

/// `aicpw task …`
#[derive(Subcommand, Debug)]
pub enum TaskCommand {
    /// List tasks, newest first
    #[command(after_long_help = "\
Examples:
  aicpw task ls
  aicpw --key-file me.key task ls --mine --limit 5
  aicpw task ls --account 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty --json")]
    Ls {
        /// Only those of the key's account
        #[arg(long, conflicts_with = "account")]
        mine: bool,
        /// Only those of this account
        #[arg(long, value_name = "ACCOUNT")]
        account: Option<Account>,
        /// How many
        #[arg(long, value_name = "N", default_value_t = 20, value_parser = whole::<u32>(0..=u32::MAX.into()))]
        limit: u32,
    },
    /// Show everything that the chain keeps of a task
    ///
    /// Tasks that ended long ago (a month on this chain) are kept no longer; their events are.
    #[command(after_long_help = "\
Examples:
  aicpw task show 7
  aicpw task show 7 --json")]
    Show {
        /// The task
        #[arg(value_parser = parse_task)]
        id: u64,
    },
    /// Tell what happens to a task until it ends (with --json: one line for each step)
    ///
    /// What happened before is told first. Exit code 3 if it ended without a result.
    #[command(after_long_help = "\
Examples:
  aicpw task watch 7
  aicpw task watch 7 --timeout 10m --json")]
    Watch {
        /// The task
        #[arg(value_parser = parse_task)]
        id: u64,
        /// Give up after this span
        #[arg(long, value_name = "SPAN", value_parser = parse_span)]
        timeout: Option<Milliseconds>,
    },
    /// Fetch a revealed result; nothing is written unless its root is the one on chain
    ///
    /// The folder may be new or have an earlier result; other files are never overwritten. Exit
    /// code 4 if the content is not what was revealed.
    #[command(after_long_help = "\
Examples:
  aicpw task fetch 7 --out result
  aicpw task fetch 7 --out result --json")]
    Fetch {
        /// The task
        #[arg(value_parser = parse_task)]
        id: u64,
        /// Folder: one file for each output buffer, and result.json
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Rate the provider of a settled task, once
    ///
    /// The rating counts for the provider's reputation, the more the more was paid.
    #[command(after_long_help = "\
Examples:
  aicpw --key-file me.key task rate 7 5")]
    Rate {
        /// The task
        #[arg(value_parser = parse_task)]
        id: u64,
        /// From 1 (bad) to 5 (good)
        #[arg(value_parser = whole::<u8>(1..=5))]
        stars: u8,
    },
    /// Take a task back before it is on a device; the budget is released
    ///
    /// The submission fee is not.
    #[command(after_long_help = "\
Examples:
  aicpw --key-file me.key task cancel 7")]
    Cancel {
        /// The task
        #[arg(value_parser = parse_task)]
        id: u64,
    },
    /// Accept a revealed result before its window ends: the provider is paid at once
    ///
    /// Look at the result first: `task fetch` checks that it is the one on chain.
    #[command(after_long_help = "\
Examples:
  aicpw --key-file me.key task accept 7")]
    Accept {
        /// The task
        #[arg(value_parser = parse_task)]
        id: u64,
    },
    /// Doubt a revealed result before its window ends: a jury runs the task again
    ///
    /// Holds a bond, which pays the jury and is lost if they find what was revealed. Says what is at
    /// stake and asks. Anybody but the provider can do it; of a sealed task the requester, who has to
    /// grant the jurors its key: --wait does that, and so does `aicpw agent`.
    ///
    /// With --part its requester runs the job on this machine first, and has the jury run only the part in
    /// which the provider's run and this one part: that takes a device here.
    #[command(after_long_help = "\
Examples:
  aicpw --key-file me.key task dispute 7
  aicpw --key-file me.key task dispute 7 --part --wait
  aicpw --key-file me.key task dispute 7 --yes --wait --timeout 1h --json")]
    Dispute(DisputeArgs),
    /// Call a larger jury against the verdict of a dispute
    ///
    /// Holds a bond, which pays that jury and is lost unless they find otherwise. Says what is at stake
    /// and asks. Anybody can do it.
    #[command(after_long_help = "\
Examples:
  aicpw --key-file me.key task appeal 7
  aicpw --key-file me.key task appeal 7 --yes --wait --json")]
    Appeal(ContestArgs),
    /// Say that a result that was paid cannot be fetched: a jury tries
    ///
    /// Holds a bond, which pays the jury and is lost if they can fetch it. If they cannot, its provider
    /// loses its collateral, of which you get the price back. For the requester, as long as the result has
    /// to be there (the retrieval window). Says what is at stake and asks.
    #[command(after_long_help = "\
Examples:
  aicpw --key-file me.key task claim-unavailable 7
  aicpw --key-file me.key task claim-unavailable 7 --replica 1 --yes --wait --json")]
    ClaimUnavailable(ClaimArgs),
}

/// The document of `show`.
#[derive(Serialize)]
struct ShownJson {
    #[serde(flatten)]
    task: TaskJson,
    dispute: Option<DisputeJson>,
}

/// The document of what changes a task.
#[derive(Serialize)]
struct ChangedJson {
    task: u64,
    state: &'static str,
    transaction: String,
    block: u64,
    block_hash: String,
    transaction_fee: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paid: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stars: Option<u8>,
}

/// Runs one of them.
pub async fn run(context: &Context<'_>, command: TaskCommand) -> Result<()> {
    match command {
        TaskCommand::Ls {
            mine,
            account,
            limit,
        } => {
            let account = if mine {
                Some(context.signer()?.account)
            } else {
                account
            };
            list(context, account, limit).await
        }
        TaskCommand::Show { id } => {
            let chain = context.connect().await?;
            let at = Some(chain.best_hash().await?);
            let view = read_at(&chain, TaskId(id), at).await?;
            let dispute = chain.dispute(TaskId(id), at).await?;
            let clock = chain.clock_at(at).await?;
            let document = ShownJson {
                task: TaskJson::from(&view),
                dispute: dispute.as_ref().map(|one| DisputeJson::new(one, &view)),
            };
            context.out.result(&document, |_| {
                let text = dispute.map(|one| headline(&one, &view, &clock));
                task::show(&view, text, &clock)
            });
            Ok(())
        }
        TaskCommand::Watch { id, timeout } => watch(context, TaskId(id), timeout).await,
        TaskCommand::Fetch { id, out } => {
            let chain = context.connect().await?;
            let node = NodeRpc::new(&chain);
            let view = read(&chain, TaskId(id)).await?;
            wait::results_of(&view)?;
            let keys = context.global.data_keys.open();
            let outputs = result::outputs_of(&node, &view, &keys).await?;
            fetch::check_folder(&out, &outputs)?;
            let fetched = result::fetch_into(context.out, &node, &view, &outputs, &out, &keys)
                .await
                .map_err(|error| or_claim(&view, error).about_task(id))?;
            context.out.result(&fetched, |fetched| {
                format!(
                    "the result of task {id} has the root that is on chain\n{}",
                    fetched.show(&out)
                )
            });
            Ok(())
        }
        TaskCommand::Rate { id, stars } => change(context, TaskId(id), Change::Rate(stars)).await,
        TaskCommand::Cancel { id } => change(context, TaskId(id), Change::Cancel).await,
        TaskCommand::Accept { id } => change(context, TaskId(id), Change::Accept).await,
        TaskCommand::Dispute(args) => contest::dispute(context, &args).await,
        TaskCommand::Appeal(args) => contest::appeal(context, &args).await,
        TaskCommand::ClaimUnavailable(args) => claim::claim(context, &args).await,
    }
}

/// Reads a task as it is now.
///
/// # Errors
/// There is no such task; the node does not answer.
pub async fn read(chain: &Chain, id: TaskId) -> Result<TaskView<Account>> {
    read_at(chain, id, None).await
}

/// Reads a task in the state of the block `at` or of the best block.
///
/// # Errors
/// As of [`read`].
pub async fn read_at(chain: &Chain, id: TaskId, at: Option<H256>) -> Result<TaskView<Account>> {
    chain.task(id, at).await?.ok_or_else(|| unknown_task(id))
}

/// A failure to fetch a result that was paid says what can be done against its provider; not one of this
/// machine, which has a next step of its own.
fn or_claim(view: &TaskView<Account>, error: Error) -> Error {
    let is_paid = matches!(view.status, TaskStatus::Settled { .. });
    let hint = match (&error.hint, error.kind) {
        (Some(hint), Kind::Verification) => format!("{hint}; "),
        (None, Kind::Error | Kind::Timeout) => String::new(),
        _ => return error,
    };
    if !is_paid {
        return error;
    }
    let hint = hint
        + "as long as it has to be there, `aicpw task claim-unavailable TASK` has a jury try to fetch it, \
           and its provider pays if they cannot";
    Error {
        hint: Some(hint),
        ..error
    }
}

async fn list(context: &Context<'_>, account: Option<Account>, limit: u32) -> Result<()> {
    let chain = context.connect().await?;
    let views = chain.tasks(account, limit).await?;
    let documents: Vec<_> = views.iter().map(TaskJson::from).collect();
    let clock = chain.clock().await?;
    context
        .out
        .result(&documents, |_| task::list(&views, &clock));
    Ok(())
}

async fn watch(context: &Context<'_>, id: TaskId, timeout: Option<Milliseconds>) -> Result<()> {
    let chain = context.connect().await?;
    // Not one that could still come: there is no submission that is waited for.
    read(&chain, id).await?;
    let keys = context.global.data_keys.open();
    let work = async {
        let mut teller = Teller::new(context.out, &chain, keys, id, Instant::now(), true).await?;
        let mut watch = Watch::new(&chain, id).await?;
        loop {
            let view = watch.next().await?;
            teller.tell(&view).await;
            if life::is_final(&view.status) {
                return wait::outcome(&view);
            }
        }
    };
    wait::bounded(
        id,
        timeout.map(|timeout| Duration::from_millis(timeout.0)),
        work,
    )
    .await
}

/// What a requester does to a task.
#[derive(Clone, Copy)]
enum Change {
    Rate(u8),
    Cancel,
    Accept,
}

impl Change {
    fn call(self, task: TaskId) -> Call {
        match self {
            Self::Rate(stars) => Call::rate(task, stars),
            Self::Cancel => Call::cancel(task),
            Self::Accept => Call::accept(task),
        }
    }

    /// Why the chain would refuse it, so that no fee is paid for that.
    fn obstacle(self, view: &TaskView<Account>) -> Option<Error> {
        let (what, error) = match (self, view.status, view.rating) {
            (Self::Cancel, TaskStatus::Queued { .. } | TaskStatus::Parked { .. }, _)
                if !view.assignments.iter().any(|one| one.is_open()) =>
            {
                if !view.assignments.iter().any(|one| is_undecided(view, one)) {
                    return None;
                }
                let what = "nobody knows yet whose fault the end of an assignment was";
                (what.into(), "FaultUndecided")
            }
            (Self::Accept, TaskStatus::Verifying { .. }, _)
            | (Self::Rate(_), TaskStatus::Settled { .. }, None) => return None,
            (Self::Rate(_), _, Some(stars)) => {
                (format!("it was rated {stars} of 5"), "AlreadyRated")
            }
            (Self::Cancel, ..) => (
                "only what waits for a device, with none at work, can be cancelled".into(),
                "NotWaiting",
            ),
            (Self::Accept, ..) => (
                "no result of it waits to be accepted".into(),
                "NotVerifying",
            ),
            (Self::Rate(_), status, _) if life::is_final(&status) => {
                let error = Error::other(format!(
                    "task {} is {}: no provider was paid, so none can be rated",
                    view.id,
                    life::state_name(&status)
                ));
                return Some(error.hint("nothing was sent").about_task(view.id.0));
            }
            (Self::Rate(_), ..) => ("it cannot be rated yet".into(), "NotSettled"),
        };
        Some(refused(view, &what, "Tasks", error))
    }
}

/// Whether an assignment of a task that waits has ended with a fault that another provider decides. An unexpected
/// root is one, as long as nobody has revealed what is expected.
fn is_undecided(view: &TaskView<Account>, assignment: &AssignmentView<Account>) -> bool {
    let AssignmentStatus::Failed { fault, .. } = assignment.status else {
        return false;
    };
    let is_expected = matches!(view.submission.verification, Verification::Expected { .. });
    assignment.role == Role::Replica
        && (fault.blame() == Blame::Undecided || (fault == Fault::WrongResult && is_expected))
}

/// What the chain would refuse with this error of this pallet, and was not sent.
pub fn refused(view: &TaskView<Account>, what: &str, pallet: &str, error: &str) -> Error {
    let state = life::state_name(&view.status);
    let refused = Error::other(format!(
        "task {} is {state}: {what} ({pallet}.{error})",
        view.id
    ));
    let refused = match next_step(pallet, error) {
        Some(step) => refused.hint(format!("nothing was sent; {step}")),
        None => refused,
    };
    refused.about_task(view.id.0)
}

/// Signs and sends a call about a task, and says how the task is after it.
async fn change(context: &Context<'_>, id: TaskId, change: Change) -> Result<()> {
    let signer = context.signer()?;
    let chain = context.connect_to_send().await?;
    let before = read(&chain, id).await?;
    if before.requester != signer.account {
        return Err(Error::usage(format!(
            "task {id} was submitted by {}, and the key is of {}",
            before.requester, signer.account
        ))
        .hint("give the requester's key with --suri or --key-file")
        .about_task(id.0));
    }
    if let Some(refused) = change.obstacle(&before) {
        return Err(refused);
    }
    let stars = match change {
        Change::Rate(stars) => Some(stars),
        Change::Cancel | Change::Accept => None,
    };
    let inclusion = chain
        .submit(&signer, &change.call(id))
        .await
        .map_err(|error| error.about_task(id.0))?;
    let after = chain
        .task(id, Some(inclusion.block))
        .await?
        .unwrap_or(before);
    let document = ChangedJson {
        task: id.0,
        state: life::state_name(&after.status),
        transaction: format!("{:?}", inclusion.transaction),
        block: inclusion.height,
        block_hash: format!("{:?}", inclusion.block),
        transaction_fee: inclusion.fee_paid().map(Amount),
        paid: match after.status {
            TaskStatus::Settled { paid, .. } => Some(Amount(paid)),
            _ => None,
        },
        stars,
    };
    context.out.result(&document, |document| {
        let what = match (stars, document.paid) {
            (Some(stars), _) => format!("rated {stars} of 5"),
            (None, Some(paid)) => format!("settled, {} paid", paid.brief_with_unit()),
            (None, None) => document.state.to_owned(),
        };
        format!("task {id}: {what} (final in block {})", document.block)
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use aicpw_protocol::task::Refunded;

    use super::*;
    use crate::life::tests::{assignment, view};

    #[test]
    fn who_cannot_fetch_what_it_paid_for_is_told_what_to_do() {
        let settled = TaskStatus::Settled { at: 1, paid: 1 };
        let hint = |status, error| {
            let error = or_claim(&view(status, vec![]), error).about_task(7);
            error.hint.unwrap_or_default()
        };
        let text = hint(settled, Error::other("not there"));
        assert!(text.contains("`aicpw task claim-unavailable 7`"), "{text}");
        let text = hint(settled, Error::verification("another root").hint("beware"));
        assert!(
            text.starts_with("beware; ") && text.contains("claim-unavailable 7"),
            "{text}"
        );
        let full = Error::other("cannot write").hint("make room");
        assert_eq!(
            hint(settled, full),
            "make room",
            "that is not the provider's"
        );
        let verifying = TaskStatus::Verifying { settle_at: 1 };
        assert_eq!(
            hint(verifying, Error::other("not there")),
            "",
            "nothing is paid yet"
        );
    }

    #[test]
    fn what_the_chain_would_refuse_is_not_sent() {
        let obstacle = |change: Change, status, rating| {
            let view = TaskView {
                rating,
                ..view(status, vec![])
            };
            change.obstacle(&view).map(|error| error.to_string())
        };
        let settled = TaskStatus::Settled { at: 1, paid: 1 };
        let verifying = TaskStatus::Verifying { settle_at: 9 };
        let queued = TaskStatus::Queued { match_by: 9 };
        for (change, status) in [
            (Change::Rate(5), settled),
            (Change::Accept, verifying),
            (Change::Cancel, queued),
        ] {
            assert_eq!(obstacle(change, status, None), None);
        }
        for (change, status, rating, text) in [
            (Change::Rate(5), settled, Some(4), "rated 4 of 5"),
            (Change::Rate(5), verifying, None, "task watch 7"),
            (
                Change::Accept,
                settled,
                None,
                "task 7 is settled: no result of it waits to be accepted (Tasks.NotVerifying)",
            ),
            (Change::Cancel, TaskStatus::Active, None, "task show 7"),
        ] {
            let error = obstacle(change, status, rating).unwrap();
            assert!(error.contains(text), "{text} in {error}");
            assert!(error.contains("nothing was sent"), "{error}");
        }
        let reason = Refunded::MatchWindowEnded;
        let unpaid = obstacle(
            Change::Rate(5),
            TaskStatus::Refunded { at: 9, reason },
            None,
        );
        assert!(unpaid.unwrap().contains("no provider was paid"));
    }

    #[test]
    fn what_one_replica_has_is_not_cancelled_while_another_is_looked_for() {
        let cancel = |status| {
            let assignments = vec![assignment(0, status)];
            let view = view(TaskStatus::Queued { match_by: 9 }, assignments);
            Change::Cancel.obstacle(&view).is_none()
        };
        assert!(!cancel(AssignmentStatus::Assigned { start_by: 9 }));
        assert!(cancel(AssignmentStatus::Cancelled { at: 9 }));
    }

    #[test]
    fn what_nobody_is_blamed_for_yet_is_not_cancelled() {
        let expected = Verification::Expected { root_hash: [1; 32] };
        let optimistic = Verification::Optimistic {
            window: Milliseconds(1_000),
        };
        let obstacle = |fault, verification: &Verification| {
            let failed = AssignmentStatus::Failed {
                fault,
                at: 3,
                log: None,
                message: Default::default(),
            };
            let queued = TaskStatus::Queued { match_by: 9 };
            let mut view = view(queued, vec![assignment(0, failed)]);
            view.submission.verification = *verification;
            Change::Cancel
                .obstacle(&view)
                .map(|error| error.to_string())
        };
        for fault in [Fault::RunFailed, Fault::TimeLimit, Fault::WrongResult] {
            let error = obstacle(fault, &expected).unwrap();
            assert!(error.contains("FaultUndecided"), "{error}");
            assert!(error.contains("nothing was sent"), "{error}");
        }
        for fault in [Fault::Crashed, Fault::NoStart, Fault::NoReveal] {
            assert_eq!(obstacle(fault, &expected), None);
        }
        // A jury has found it.
        assert_eq!(obstacle(Fault::WrongResult, &optimistic), None);
        assert!(obstacle(Fault::TimeLimit, &optimistic).is_some());
    }

    #[test]
    fn the_document_is_documented() {
        let document = ChangedJson {
            task: 7,
            state: "settled",
            transaction: String::new(),
            block: 1,
            block_hash: String::new(),
            transaction_fee: None,
            paid: Some(Amount(1)),
            stars: Some(5),
        };
        crate::output::documented::check(&["Task change", "Transaction"], &document);
    }
}
