//! What `submit` reports at its end: the document, and the text for people.

use aicpw_protocol::{
    task::{Refunded, TaskStatus},
    view::{MarketParameters, TaskView},
    ContentId, TaskId,
};
use serde::Serialize;

use super::{SubmitArgs, Submitted};
use crate::{
    account::Account,
    amount::Amount,
    chain::read::Clock,
    commands::{
        prepare::Prepared,
        result::ResultJson,
        terms::Terms,
        wait::{self, Failure},
        Context,
    },
    keys::Signer,
    life::{self, Latencies},
    output::table::pairs,
    quantity::count,
};

/// The document of `submit`.
#[derive(Serialize)]
pub(super) struct SubmitJson {
    task: u64,
    state: Option<String>,
    requester: Account,
    manifest: ContentId,
    sealed: bool,
    budget: Amount,
    submission_fee: Amount,
    transaction_fee: Option<Amount>,
    transaction: String,
    block: u64,
    block_hash: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    paid: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Refunded>,
    #[serde(skip_serializing_if = "Option::is_none")]
    settle_at: Option<u32>,
    /// The time from the start to the commit, as seen by this client.
    #[serde(skip_serializing_if = "Option::is_none")]
    run_milliseconds: Option<u64>,
    latencies: Latencies,
    failures: Vec<Failure>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<ResultJson>,
}

pub(super) fn document(
    submitted: &Submitted,
    signer: &Signer,
    manifest: &ContentId,
    sealed: bool,
    terms: &Terms,
    submission_fee: Amount,
) -> SubmitJson {
    let inclusion = &submitted.inclusion;
    let status = submitted.view.as_ref().map(|view| view.status);
    SubmitJson {
        task: submitted.task.0,
        state: status.map(|status| life::state_name(&status).to_owned()),
        requester: signer.account,
        manifest: manifest.clone(),
        sealed,
        budget: terms.budget(),
        submission_fee,
        transaction_fee: inclusion.fee_paid().map(Amount),
        transaction: format!("{:?}", inclusion.transaction),
        block: inclusion.height,
        block_hash: format!("{:?}", inclusion.block),
        paid: match status {
            Some(TaskStatus::Settled { paid, .. }) => Some(Amount(paid)),
            _ => None,
        },
        reason: match status {
            Some(TaskStatus::Refunded { reason, .. }) => Some(reason),
            _ => None,
        },
        settle_at: match status {
            Some(TaskStatus::Verifying { settle_at }) => Some(settle_at),
            _ => None,
        },
        run_milliseconds: submitted.latencies.run(),
        latencies: submitted.latencies,
        failures: submitted.failures.clone(),
        result: submitted.result.clone(),
    }
}

/// How to do later what the options asked for with the result, for someone who does not wait for it.
pub(super) fn rest(args: &SubmitArgs, task: TaskId) -> String {
    let Some(folder) = &args.out else {
        return String::new();
    };
    let accepts = match args.accept {
        true => format!(", and `aicpw task accept {task}` pays for it"),
        false => String::new(),
    };
    format!(
        "; once there is a result, `aicpw task fetch {task} --out '{}'` fetches it{accepts}",
        folder.display()
    )
}

pub(super) fn show(
    document: &SubmitJson,
    args: &SubmitArgs,
    context: &Context<'_>,
    clock: &Clock,
    market: &MarketParameters,
    prepared: &Prepared,
    submitted: &Submitted,
) -> String {
    let mut text = String::from("\n");
    text += &pairs(vec![
        ("Task", Some(document.task.to_string())),
        ("State", document.state.clone()),
        ("Transaction", Some(document.transaction.clone())),
        (
            "Block",
            Some(format!("{} {}", document.block, document.block_hash)),
        ),
        (
            "Budget held",
            is_open(submitted.view.as_ref()).then(|| document.budget.with_unit()),
        ),
        ("Paid", document.paid.map(Amount::brief_with_unit)),
        ("Submission fee", Some(document.submission_fee.with_unit())),
        (
            "Network fee",
            document.transaction_fee.map(Amount::with_unit),
        ),
    ]);
    if args.wait {
        text += &wait::latency_lines(&submitted.latencies);
    } else {
        text +=
            &format!(
            "Keep the node at {} running until the task ends: each provider that tries it fetches \
             the manifest and {} from there, and has about {} for that. This tells when \
             it ends:\n  {}\n",
            context.global.url,
            count(prepared.files.len(), "file"),
            clock.span(market.start_window),
            context.global.again(&format!("task watch {}", document.task), false)
        );
    }
    match (&submitted.result, &args.out) {
        (Some(result), Some(folder)) => text += &result.show(folder),
        _ if has_result_to_come(submitted.view.as_ref()) => {
            text += &format!(
                "Its result can be fetched from the reveal until about {} after the provider is paid, and may be gone \
                 then:\n  {}\n",
                clock.span(market.retrieval_window),
                context
                    .global
                    .again(&format!("task fetch {} --out DIR", document.task), false)
            );
        }
        _ => {}
    }
    if let Some(settle_at) = document.settle_at {
        text += &format!(
            "The provider is paid {}. To pay now:\n  {}\n",
            clock.until(settle_at),
            context
                .global
                .again(&format!("task accept {}", document.task), true)
        );
    }
    text
}

/// Whether there is a result, or may be one later.
fn has_result_to_come(view: Option<&TaskView<Account>>) -> bool {
    view.is_none_or(|view| wait::outcome(view).is_ok())
}

/// Whether the budget is held, which it is until the task is seen to have ended.
fn is_open(view: Option<&TaskView<Account>>) -> bool {
    view.is_none_or(|view| !life::is_final(&view.status))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        args::{Args, Command},
        commands::result,
    };
    use clap::Parser;

    /// Regression: someone who had asked for the result, and for accepting it, was told only about `task watch`.
    #[test]
    fn who_does_not_wait_is_told_how_to_do_the_rest() {
        let told = |options: &str| {
            let line = format!("aicpw submit m.json --budget 1 --time-limit 60s --wait{options}");
            let args = Args::try_parse_from(line.split(' ')).unwrap();
            let Command::Submit(args) = args.command else {
                panic!("another command")
            };
            rest(&args, TaskId(7))
        };
        assert_eq!(told(""), "");
        let fetches = told(" --out here");
        assert!(
            fetches.ends_with("`aicpw task fetch 7 --out 'here'` fetches it"),
            "{fetches}"
        );
        let accepts = told(" --out here --accept");
        assert_eq!(accepts, fetches + ", and `aicpw task accept 7` pays for it");
    }

    #[test]
    fn the_budget_is_held_while_the_task_is_open() {
        let open = |status| is_open(Some(&life::tests::view(status, vec![])));
        assert!(is_open(None));
        assert!(open(TaskStatus::Active));
        assert!(open(TaskStatus::Verifying { settle_at: 9 }));
        assert!(!open(TaskStatus::Settled { at: 9, paid: 1 }));
        assert!(!open(TaskStatus::Cancelled { at: 9 }));
        let reason = Refunded::MatchWindowEnded;
        assert!(!open(TaskStatus::Refunded { at: 9, reason }));
    }

    #[test]
    fn a_result_is_there_or_to_come_unless_the_task_has_ended_without() {
        let has = |status| has_result_to_come(Some(&life::tests::view(status, vec![])));
        assert!(has_result_to_come(None));
        assert!(has(TaskStatus::Verifying { settle_at: 9 }));
        assert!(has(TaskStatus::Settled { at: 9, paid: 1 }));
        assert!(!has(TaskStatus::Cancelled { at: 9 }));
    }

    #[test]
    fn the_document_is_documented() {
        let cid = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi";
        let document = SubmitJson {
            task: 7,
            state: None,
            requester: Account([1; 32]),
            manifest: cid.parse().unwrap(),
            sealed: false,
            budget: Amount(1),
            submission_fee: Amount(1),
            transaction_fee: None,
            transaction: String::new(),
            block: 1,
            block_hash: String::new(),
            paid: Some(Amount(1)),
            reason: Some(Refunded::AttemptsExhausted),
            settle_at: Some(1),
            run_milliseconds: Some(1),
            latencies: Latencies::default(),
            failures: vec![wait::tests::failure()],
            result: Some(result::tests::result()),
        };
        let sections = ["Submission", "Result", "Transaction"];
        crate::output::documented::check(&sections, &document);
    }
}
