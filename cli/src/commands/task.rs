//! `aicpw task …`.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use aicpw_protocol::{
    task::{AssignmentStatus, TaskStatus},
    view::TaskView,
    Milliseconds, TaskId,
};
use clap::Subcommand;
use serde::Serialize;

use super::{
    result,
    submit::state_name,
    wait::{self, Teller},
    Context,
};
use crate::{
    account::Account,
    amount::Amount,
    chain::{
        call::Call,
        follow::{unknown_task, Watch},
        Chain,
    },
    error::{Error, Result},
    fetch, life,
    node_rpc::NodeRpc,
    output::{
        json::TaskJson,
        table::{pairs, short, table},
    },
    peers,
    quantity::{parse_span, show_span},
    verify::show_hash,
};

/// `aicpw task …`
#[derive(Subcommand, Debug)]
pub enum TaskCommand {
    /// List tasks, newest first
    Ls {
        /// Only those of the key's account
        #[arg(long, conflicts_with = "account")]
        mine: bool,
        /// Only those of this account
        #[arg(long, value_name = "ACCOUNT")]
        account: Option<Account>,
        /// How many
        #[arg(long, value_name = "N", default_value_t = 20)]
        limit: u32,
    },
    /// Show everything that the chain keeps of a task
    Show {
        /// The task
        id: u64,
    },
    /// Tell what happens to a task until it ends (with --json: one line for each step)
    Watch {
        /// The task
        id: u64,
        /// Give up after this span
        #[arg(long, value_name = "SPAN", value_parser = parse_span)]
        timeout: Option<Milliseconds>,
    },
    /// Fetch a revealed result; nothing is written unless its root is the one on chain
    Fetch {
        /// The task
        id: u64,
        /// Folder: one file for each output buffer, and result.json
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Rate the provider of a settled task, once
    Rate {
        /// The task
        id: u64,
        /// From 1 (bad) to 5 (good)
        #[arg(value_parser = clap::value_parser!(u8).range(1..=5))]
        stars: u8,
    },
    /// Take a task back before it is on a device; the budget is released
    Cancel {
        /// The task
        id: u64,
    },
    /// Accept a revealed result before its window ends: the provider is paid at once
    Accept {
        /// The task
        id: u64,
    },
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
            let view = read(&chain, TaskId(id)).await?;
            context.out.result(&TaskJson::from(&view), |_| show(&view));
            Ok(())
        }
        TaskCommand::Watch { id, timeout } => watch(context, TaskId(id), timeout).await,
        TaskCommand::Fetch { id, out } => {
            let chain = context.connect().await?;
            let node = NodeRpc::new(&chain);
            let view = read(&chain, TaskId(id)).await?;
            wait::result_of(&view)?;
            let outputs = result::outputs_of(&node, &view).await?;
            fetch::check_folder(&out, &outputs)?;
            let fetched = result::fetch_into(context.out, &node, &view, &outputs, &out)
                .await
                .map_err(|error| error.about_task(id))?;
            context.out.result(&fetched, |fetched| {
                format!(
                    "the result of task {id} has the root that is on chain\n{}",
                    fetched.show(&out)
                )
            });
            Ok(())
        }
        TaskCommand::Rate { id, stars } => {
            change(
                context,
                TaskId(id),
                Call::rate(TaskId(id), stars),
                Some(stars),
            )
            .await
        }
        TaskCommand::Cancel { id } => {
            change(context, TaskId(id), Call::cancel(TaskId(id)), None).await
        }
        TaskCommand::Accept { id } => {
            change(context, TaskId(id), Call::accept(TaskId(id)), None).await
        }
    }
}

async fn read(chain: &Chain, id: TaskId) -> Result<TaskView<Account>> {
    chain.task(id, None).await?.ok_or_else(|| unknown_task(id))
}

async fn list(context: &Context<'_>, account: Option<Account>, limit: u32) -> Result<()> {
    let chain = context.connect().await?;
    let views = chain.tasks(account, limit).await?;
    let documents: Vec<_> = views.iter().map(TaskJson::from).collect();
    context.out.result(&documents, |_| {
        if views.is_empty() {
            return "no tasks".into();
        }
        let rows = views
            .iter()
            .map(|view| {
                let newest = view.assignments.last();
                vec![
                    view.id.to_string(),
                    state_text(view),
                    short(&view.requester.to_string()),
                    newest.map_or("–".into(), |a| short(&a.provider.to_string())),
                    Amount(view.submission.budget).to_string(),
                    newest.map_or("–".into(), |a| Amount(a.price).to_string()),
                    view.submitted_at.to_string(),
                ]
            })
            .collect();
        table(
            &[
                ">Task",
                "State",
                "Requester",
                "Provider",
                ">Budget",
                ">Price",
                ">Block",
            ],
            rows,
        )
    });
    Ok(())
}

/// The state, with how far the job is.
fn state_text(view: &TaskView<Account>) -> String {
    match (
        &view.status,
        view.assignments.last().map(|assignment| &assignment.status),
    ) {
        (TaskStatus::Active, Some(AssignmentStatus::Running { progress, .. }))
            if progress.steps_total > 0 =>
        {
            let percent = u128::from(progress.steps_done) * 100 / u128::from(progress.steps_total);
            format!("running {percent} %")
        }
        (TaskStatus::Active, Some(status)) => assignment_state(status).into(),
        (status, _) => state_name(status).into(),
    }
}

fn assignment_state(status: &AssignmentStatus) -> &'static str {
    match status {
        AssignmentStatus::Assigned { .. } => "assigned",
        AssignmentStatus::Running { .. } => "running",
        AssignmentStatus::Committed { .. } => "committed",
        AssignmentStatus::Revealed { .. } => "revealed",
        AssignmentStatus::Settled { .. } => "settled",
        AssignmentStatus::Failed { .. } => "failed",
        AssignmentStatus::Cancelled { .. } => "cancelled",
    }
}

fn show(view: &TaskView<Account>) -> String {
    let submission = &view.submission;
    let needs = &submission.needs;
    let detail = match view.status {
        TaskStatus::Queued { match_by } => {
            Some(format!("waits for a device until block {match_by}"))
        }
        TaskStatus::Parked { match_by, reason } => Some(format!(
            "{}; waits until block {match_by}",
            life::explain_unmatched(reason)
        )),
        TaskStatus::Active => None,
        TaskStatus::Verifying { settle_at } => {
            Some(format!("settles by itself in block {settle_at}"))
        }
        TaskStatus::Settled { at, paid } => {
            Some(format!("{} paid in block {at}", Amount(paid).with_unit()))
        }
        TaskStatus::Cancelled { at } => Some(format!("in block {at}")),
        TaskStatus::Refunded { at, reason } => {
            Some(format!("{} in block {at}", life::words(reason)))
        }
    };
    let mut text = pairs(vec![
        ("Task", Some(view.id.to_string())),
        ("State", Some(state_text(view))),
        ("", detail),
        ("Requester", Some(view.requester.to_string())),
        ("Submitted", Some(format!("in block {}", view.submitted_at))),
        ("Manifest", Some(submission.manifest.to_string())),
        (
            "Engine",
            Some(format!(
                "{}, class {}",
                words(needs.engine),
                words(needs.class)
            )),
        ),
        (
            "Needs",
            Some(format!(
                "{} GFLOPS, {} MiB, {} Mbit/s, reputation {}",
                needs.gflops, needs.memory, needs.bandwidth, needs.min_reputation.0
            )),
        ),
        ("Time limit", Some(show_span(submission.time_limit))),
        ("Verification", Some(verification(view))),
        ("Budget", Some(Amount(submission.budget).with_unit())),
        (
            "Escrow",
            (view.escrow > 0).then(|| Amount(view.escrow).with_unit()),
        ),
        ("Rating", view.rating.map(|stars| format!("{stars} of 5"))),
        ("History head", Some(show_hash(&view.history_head))),
        ("Inputs at", join(&peers::show_all(&submission.peers))),
    ]);
    for assignment in &view.assignments {
        let (root, result, log, message) = match &assignment.status {
            AssignmentStatus::Revealed { opening, .. }
            | AssignmentStatus::Settled { opening, .. } => (
                Some(show_hash(&opening.result_root)),
                Some(opening.result.to_string()),
                None,
                None,
            ),
            AssignmentStatus::Failed {
                fault,
                log,
                message,
                ..
            } => {
                let message = String::from_utf8_lossy(message);
                let reason = match message.is_empty() {
                    true => life::words(fault),
                    false => format!("{}: {message}", life::words(fault)),
                };
                (
                    None,
                    None,
                    log.as_ref().map(ToString::to_string),
                    Some(reason),
                )
            }
            _ => (None, None, None, None),
        };
        text += "\n";
        text += &pairs(vec![
            ("Assignment", Some(assignment.id.to_string())),
            ("State", Some(assignment_state(&assignment.status).into())),
            ("Fault", message),
            ("Log", log),
            ("Provider", Some(assignment.provider.to_string())),
            ("Device", Some(assignment.device.to_string())),
            ("Price", Some(Amount(assignment.price).with_unit())),
            (
                "Collateral",
                Some(Amount(assignment.collateral).with_unit()),
            ),
            (
                "Fraud bond",
                (assignment.fraud_bond > 0).then(|| Amount(assignment.fraud_bond).with_unit()),
            ),
            (
                "Matched",
                Some(format!("in block {}", assignment.assigned_at)),
            ),
            ("Result root", root),
            ("Result", result),
        ]);
    }
    text
}

fn words(value: impl Serialize) -> String {
    serde_json::to_value(value)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

fn join(texts: &[String]) -> Option<String> {
    (!texts.is_empty()).then(|| texts.join(", "))
}

fn verification(view: &TaskView<Account>) -> String {
    use aicpw_protocol::task::Verification;
    match view.submission.verification {
        Verification::Expected { .. } => "expected: the result root is known".into(),
        Verification::Optimistic { window } => {
            format!("optimistic, window {}", show_span(window))
        }
        Verification::Replicated { replicas, quorum } => {
            format!("replicated, {quorum} of {replicas}")
        }
        Verification::Proof { circuit } => format!("proof for circuit {circuit}"),
    }
}

async fn watch(context: &Context<'_>, id: TaskId, timeout: Option<Milliseconds>) -> Result<()> {
    let chain = context.connect().await?;
    // Not one that could still come: there is no submission that is waited for.
    read(&chain, id).await?;
    let node = NodeRpc::new(&chain);
    let mut teller = Teller::new(context.out, node, id, Instant::now(), true);
    let work = async {
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

/// Signs and sends a call about a task, and says how the task is after it.
async fn change(context: &Context<'_>, id: TaskId, call: Call, stars: Option<u8>) -> Result<()> {
    let signer = context.signer()?;
    let chain = context.connect().await?;
    let before = read(&chain, id).await?;
    if before.requester != signer.account {
        return Err(Error::usage(format!(
            "task {id} was submitted by {}, and the key is of {}",
            before.requester, signer.account
        ))
        .hint("give the requester's key with --suri or --key-file")
        .about_task(id.0));
    }
    let inclusion = chain
        .submit(&signer, &call)
        .await
        .map_err(|error| error.about_task(id.0))?;
    let after = chain
        .task(id, Some(inclusion.block))
        .await?
        .unwrap_or(before);
    let document = ChangedJson {
        task: id.0,
        state: state_name(&after.status),
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
            (None, Some(paid)) => format!("settled, {} paid", paid.with_unit()),
            (None, None) => document.state.to_owned(),
        };
        format!("task {id}: {what} (final in block {})", document.block)
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::life::tests::{assignment, opening, view};
    use aicpw_protocol::task::Progress;

    #[test]
    fn a_task_for_people() {
        let settled = AssignmentStatus::Settled {
            opening: opening(),
            at: 160,
        };
        let status = TaskStatus::Settled {
            at: 160,
            paid: 1_500_000_000_000_000_000,
        };
        let text = show(&view(status, vec![assignment(0, settled)]));
        for line in [
            "State         settled\n              1.5 AICP paid in block 160\n",
            "Engine        opencl, class int\n",
            "Needs         1 GFLOPS, 64 MiB, 0 Mbit/s, reputation 0\n",
            "Time limit    2m\n",
            "Verification  optimistic, window 1m\n",
            "Assignment   7-0-0\nState        settled\n",
            "Price        0.001 AICP\n",
        ] {
            assert!(text.contains(line), "{line} in\n{text}");
        }
        assert!(text.lines().all(|line| line == line.trim_end()), "{text}");
    }

    #[test]
    fn how_far_the_job_is() {
        let running = |steps_total| AssignmentStatus::Running {
            progress_by: 1,
            commit_by: 2,
            progress: Progress {
                steps_done: 3,
                steps_total,
            },
            reports: 1,
        };
        let state = |status| state_text(&view(TaskStatus::Active, vec![assignment(0, status)]));
        assert_eq!(state(running(4)), "running 75 %");
        assert_eq!(state(running(0)), "running");
        assert_eq!(
            state(AssignmentStatus::Assigned { start_by: 1 }),
            "assigned"
        );
        assert_eq!(
            state_text(&view(TaskStatus::Queued { match_by: 1 }, vec![])),
            "queued"
        );
    }
}
