//! `aicpw task …`.

mod change;

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use aicpw_protocol::{task::TaskStatus, view::TaskView, BlockNumber, Milliseconds, TaskId};
use clap::Subcommand;
use serde::Serialize;
use subxt::config::substrate::H256;

pub use change::{next_step_of, refused};

use change::{change, Change};

use super::{
    claim::{self, ClaimArgs},
    contest::{self, ContestArgs, DisputeArgs},
    dispute::span,
    fitting,
    reconnect::follow_on,
    result::{self, ResultJson},
    wait::{self, Teller},
    Context,
};
use crate::{
    account::Account,
    chain::{
        follow::{unknown_task, Watch},
        read::Clock,
        Chain,
    },
    data_keys::DataKeys,
    error::{Error, Kind, Result},
    life,
    node_rpc::NodeRpc,
    output::{
        dispute::{headline, DisputeJson},
        json::TaskJson,
        task::{self, Beside},
        Output,
    },
    quantity::{parse_span, parse_task, whole},
    result_folder,
};

/// `aicpw task …`
#[derive(Subcommand, Debug)]
pub enum TaskCommand {
    /// List tasks, newest first
    #[command(after_long_help = "\
Examples:
  aicpw task ls
  aicpw --key-file me.key task ls --mine --limit 5
  aicpw --key-file me.key task ls --mine --limit 5 --before 120
  aicpw task ls --account 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty --json")]
    Ls {
        /// Only those of the key's account
        #[arg(long, conflicts_with = "account")]
        mine: bool,
        /// Only those of this account
        #[arg(long, value_name = "ACCOUNT")]
        account: Option<Account>,
        /// How many
        #[arg(long, value_name = "N", default_value_t = 20, allow_negative_numbers = true, value_parser = whole::<u32>(1..=u32::MAX.into()))]
        limit: u32,
        /// Only older ones than this: with the last one listed, the next ones
        #[arg(long, value_name = "TASK", allow_negative_numbers = true, value_parser = parse_task)]
        before: Option<u64>,
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
        #[arg(allow_negative_numbers = true, value_parser = parse_task)]
        id: u64,
    },
    /// Tell what happens to a task until it ends (with --json: one line for each step)
    ///
    /// What happened before is told first, with its age where the chain keeps that. Exit code 3 if it ended without a
    /// result. Of one that was paid it says until when its result can be fetched.
    #[command(after_long_help = "\
Examples:
  aicpw task watch 7
  aicpw task watch 7 --timeout 10m --json")]
    Watch {
        /// The task
        #[arg(allow_negative_numbers = true, value_parser = parse_task)]
        id: u64,
        /// Give up after this span
        #[arg(long, value_name = "SPAN", allow_hyphen_values = true, value_parser = parse_span)]
        timeout: Option<Milliseconds>,
    },
    /// Fetch a revealed result; nothing stays unless its root is the one on chain
    ///
    /// Until the root is checked nothing that is fetched has a name, and it goes however the command ends. Where the
    /// file system has no files without a name, it is in a hidden folder, in DIR or beside it. DIR may be new or have
    /// earlier results; other files, and those that were changed since they were fetched, are never overwritten. Exit
    /// code 4 if the content is not what was revealed.
    #[command(after_long_help = "\
Examples:
  aicpw task fetch 7 --out result
  aicpw task fetch 7 --out result --json")]
    Fetch {
        /// The task
        #[arg(allow_negative_numbers = true, value_parser = parse_task)]
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
        #[arg(allow_negative_numbers = true, value_parser = parse_task)]
        id: u64,
        /// From 1 (bad) to 5 (good)
        #[arg(allow_negative_numbers = true, value_parser = whole::<u8>(1..=5))]
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
        #[arg(allow_negative_numbers = true, value_parser = parse_task)]
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
        #[arg(allow_negative_numbers = true, value_parser = parse_task)]
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
    ///
    /// Not for a sealed result that can be fetched and is wrong: the jury cannot tell that.
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

/// Runs a task command.
pub async fn run(context: &Context<'_>, command: TaskCommand) -> Result<()> {
    match command {
        TaskCommand::Ls {
            mine,
            account,
            limit,
            before,
        } => {
            let account = if mine {
                Some(context.signer()?.account)
            } else {
                account
            };
            list(context, account, before.map(TaskId), limit).await
        }
        TaskCommand::Show { id } => {
            let chain = context.connect().await?;
            let at = Some(chain.best_hash().await?);
            let view = read_at(&chain, TaskId(id), at).await?;
            let dispute = chain.dispute(TaskId(id), at).await?;
            let clock = chain.clock_at(at).await?;
            let is_nobody_left = fitting::is_nobody_left(&chain, &view).await?;
            let document = ShownJson {
                task: TaskJson::from(&view),
                dispute: dispute.as_ref().map(|one| DisputeJson::new(one, &view)),
            };
            context.out.result(&document, |_| {
                let beside = Beside {
                    dispute: dispute.map(|one| headline(&one, &view, &clock)),
                    is_nobody_left,
                };
                task::show(&view, beside, &clock)
            });
            Ok(())
        }
        TaskCommand::Watch { id, timeout } => watch(context, TaskId(id), timeout).await,
        TaskCommand::Fetch { id, out } => {
            let chain = context.connect().await?;
            let view = read(&chain, TaskId(id)).await?;
            let keys = context.global.data_keys.open();
            let fetched = fetch(context.out, &chain, &view, &out, &keys).await?;
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

/// Fetches the result of a task into `folder`, with its record, once its root is found to be the one on chain.
///
/// # Errors
/// There is no result yet; it cannot be fetched, or is another one; something else would be overwritten.
pub async fn fetch(
    out: &Output,
    chain: &Chain,
    view: &TaskView<Account>,
    folder: &Path,
    keys: &DataKeys,
) -> Result<ResultJson> {
    let node = NodeRpc::new(chain);
    wait::results_of(view)?;
    let outputs = result::outputs_of(out, &node, view, keys).await?;
    result_folder::check(folder, &outputs)?;
    result::fetch_into(out, &node, view, &outputs, folder, keys)
        .await
        .map_err(|error| or_claim(view, error).about_task(view.id.0))
}

/// If a result that was paid for cannot be fetched, adds what can be done against its provider. An error of this
/// machine keeps its own next step. Against one that arrives and is another one, nothing can be done if it is sealed:
/// for the jury of a claim, all ciphertext is the result.
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
    let is_sealed = view.submission.privacy.is_sealed();
    let next = match error.kind {
        Kind::Verification if is_sealed => {
            "do not claim that it is unavailable: a jury can fetch it and cannot tell that it is wrong, because it \
             is sealed, so you would lose the bond"
        }
        _ => {
            "as long as it has to be there, `aicpw task claim-unavailable TASK` has a jury try to fetch it, \
             and its provider pays if they cannot"
        }
    };
    let hint = hint + next;
    Error {
        hint: Some(hint),
        ..error
    }
}

async fn list(
    context: &Context<'_>,
    account: Option<Account>,
    before: Option<TaskId>,
    limit: u32,
) -> Result<()> {
    let chain = context.connect().await?;
    let views = chain.tasks(account, before, limit).await?;
    let documents: Vec<_> = views.iter().map(TaskJson::from).collect();
    let clock = chain.clock().await?;
    context.out.result(&documents, |_| match views.is_empty() {
        true => none_of(account, before),
        false => task::list(&views, &clock),
    });
    Ok(())
}

/// The message that there are no such tasks; there may be others.
fn none_of(account: Option<Account>, before: Option<TaskId>) -> String {
    let of = account.map_or(String::new(), |account| format!(" of {account}"));
    let older = before.map_or(String::new(), |id| format!(" older than task {id}"));
    format!("no tasks{of}{older}")
}

/// Reports until when the result of a task that was paid for can be fetched.
async fn say_until_when(out: &Output, chain: &Chain, view: &TaskView<Account>) -> Result<()> {
    if let TaskStatus::Settled { .. } = view.status {
        let window = chain.market_parameters().await?.retrieval_window;
        let clock = chain.clock().await?;
        out.say(until_when(view, &clock, window).unwrap_or_default());
    }
    Ok(())
}

/// Until when the result of a task that was paid for can be fetched, for people.
fn until_when(view: &TaskView<Account>, clock: &Clock, window: BlockNumber) -> Option<String> {
    let TaskStatus::Settled { at, .. } = view.status else {
        return None;
    };
    let (id, until) = (view.id, at.saturating_add(window));
    let fetches = format!("`aicpw task fetch {id} --out DIR`");
    Some(match clock.now < until {
        true => format!(
            "its result can be fetched for a while only, {}: {fetches}",
            clock.left(until)
        ),
        false => format!(
            "its result had to be there until block {until} only; {fetches} says whether it still is"
        ),
    })
}

async fn watch(context: &Context<'_>, id: TaskId, timeout: Option<Milliseconds>) -> Result<()> {
    let chain = context.connect().await?;
    // A task that does not exist yet is an error here, because no submission is being waited for.
    read(&chain, id).await?;
    let keys = context.global.data_keys.open();
    let timeout = timeout.map(span);
    let work = async {
        let mut teller = Teller::new(context.out, &chain, keys, id, Instant::now(), true).await?;
        follow_on(context, &chain, timeout, async |chain: &Chain| {
            let mut watch = Watch::new(chain, id).await?;
            loop {
                let view = watch.next().await?;
                teller.tell(chain, &view).await;
                if life::is_final(&view.status) {
                    say_until_when(context.out, chain, &view).await?;
                    return wait::outcome(&view);
                }
            }
        })
        .await
    };
    wait::bounded(id, timeout, work).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{chain::read::tests::CLOCK, life::tests::view};
    use aicpw_protocol::task::Privacy;

    #[test]
    fn a_result_that_was_paid_can_be_fetched_for_a_while() {
        let said = |status| until_when(&view(status, vec![]), &CLOCK, 240).unwrap_or_default();
        let text = said(TaskStatus::Settled { at: 100, paid: 1 });
        assert!(text.contains("about 60 s left (block 340)"), "{text}");
        assert!(text.contains("`aicpw task fetch 7 --out DIR`"), "{text}");
        let late = Clock { now: 340, ..CLOCK };
        let settled = view(TaskStatus::Settled { at: 100, paid: 1 }, vec![]);
        let text = until_when(&settled, &late, 240).unwrap();
        assert!(text.contains("until block 340 only"), "{text}");
        assert_eq!(said(TaskStatus::Cancelled { at: 100 }), "");
        assert_eq!(said(TaskStatus::Verifying { settle_at: 200 }), "");
    }

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

    /// Regression: a claim was named against a sealed result that does not open. The requester would have lost its bond.
    #[test]
    fn nobody_is_told_to_claim_what_a_jury_cannot_tell() {
        let settled = TaskStatus::Settled { at: 1, paid: 1 };
        let hint = |status, error| {
            let mut sealed = view(status, vec![]);
            sealed.submission.privacy = Privacy::Sealed {
                key_commitment: [1; 32],
            };
            let error = or_claim(&sealed, error).about_task(7);
            error.hint.unwrap_or_default()
        };
        let garbage = || Error::verification("does not open").hint("beware");
        let text = hint(settled, garbage());
        assert!(!text.contains("claim-unavailable"), "{text}");
        assert!(
            text.starts_with("beware; ") && text.contains("lose the bond"),
            "{text}"
        );
        let text = hint(settled, Error::other("not there"));
        assert!(text.contains("`aicpw task claim-unavailable 7`"), "{text}");
        let verifying = TaskStatus::Verifying { settle_at: 1 };
        assert_eq!(hint(verifying, garbage()), "beware", "nothing is paid yet");
    }
}
