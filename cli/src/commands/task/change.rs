//! Changes a task for its requester: rate, cancel, accept.

use aicpw_protocol::{
    task::{AssignmentStatus, Blame, Fault, Role, TaskStatus, Verification},
    view::{AssignmentView, TaskView},
    TaskId,
};
use serde::Serialize;

use super::{super::Context, read};
use crate::{
    account::Account,
    amount::Amount,
    chain::{call::Call, next_step},
    error::{Error, Result},
    life,
};

/// The document of commands that change a task.
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

/// How a requester changes a task.
#[derive(Clone, Copy)]
pub enum Change {
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

    /// Why the chain would refuse the change. It is checked first, so that no fee is paid for a refusal.
    fn obstacle(self, view: &TaskView<Account>) -> Option<Error> {
        let (what, error) = match (self, view.status, view.rating) {
            (Self::Cancel, TaskStatus::Queued { .. } | TaskStatus::Parked { .. }, _) => {
                if let Some(holds) = holds_it(view) {
                    return Some(holds);
                }
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
                "only what waits for a device, and is on none, can be cancelled".into(),
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

/// Why a task that waits for a device cannot be cancelled: another replica of it is on a device, or is done already.
fn holds_it(view: &TaskView<Account>) -> Option<Error> {
    let has_committed = |one: &&AssignmentView<Account>| {
        matches!(
            one.status,
            AssignmentStatus::Committed { .. } | AssignmentStatus::Revealed { .. }
        )
    };
    let mut open = view.assignments.iter().filter(|one| one.is_open());
    let furthest = open.clone().find(has_committed).or_else(|| open.next())?;
    let is_what = match furthest.status {
        AssignmentStatus::AwaitingKey { .. } => "waits for its data key",
        AssignmentStatus::Assigned { .. } | AssignmentStatus::Running { .. } => "is at work on it",
        AssignmentStatus::Committed { .. } => "has done it and committed to a result",
        _ => "has revealed a result",
    };
    let error = Error::other(format!(
        "task {} cannot be cancelled: it waits for a further device, but assignment {} of {} {is_what} \
         (Tasks.NotWaiting)",
        view.id, furthest.id, furthest.provider
    ));
    let error = error.hint(
        "nothing was sent; when the match window is over it goes on with the replicas that it has, or ends and \
         what is not paid of the budget comes back: `aicpw task show TASK` says when, `aicpw task watch TASK` \
         waits for it",
    );
    Some(error.about_task(view.id.0))
}

/// Whether an assignment of a waiting task has ended with a fault about which another provider decides. An unexpected
/// root is such a fault as long as nobody has revealed the expected one.
fn is_undecided(view: &TaskView<Account>, assignment: &AssignmentView<Account>) -> bool {
    let AssignmentStatus::Failed { fault, .. } = assignment.status else {
        return false;
    };
    let is_expected = matches!(view.submission.verification, Verification::Expected { .. });
    assignment.role == Role::Replica
        && (fault.blame() == Blame::Undecided || (fault == Fault::WrongResult && is_expected))
}

/// The error for something that was not sent because the chain would refuse it with this error of this pallet.
pub fn refused(view: &TaskView<Account>, what: &str, pallet: &str, error: &str) -> Error {
    let state = life::state_name(&view.status);
    let refused = Error::other(format!(
        "task {} is {state}: {what} ({pallet}.{error})",
        view.id
    ));
    let refused = match next_step_of(view, pallet, error) {
        Some(step) => refused.hint(format!("nothing was sent; {step}")),
        None => refused,
    };
    refused.about_task(view.id.0)
}

/// What a person does next after an error about this task: the step of [`next_step`], if the task's state allows it.
pub fn next_step_of(view: &TaskView<Account>, pallet: &str, error: &str) -> Option<&'static str> {
    let needs_window = matches!(
        (pallet, error),
        ("Tasks", "NotVerifying") | ("Disputes", "NotDisputed")
    );
    let has_window = matches!(
        view.submission.verification,
        Verification::Optimistic { .. }
    );
    match view.status {
        _ if !needs_window => next_step(pallet, error),
        TaskStatus::Verifying { .. } => next_step(pallet, error),
        TaskStatus::Queued { .. } | TaskStatus::Parked { .. } | TaskStatus::Active => {
            Some(match has_window {
                true => {
                    "`aicpw task watch TASK` waits for its result, which can be accepted or disputed once it is \
                     revealed"
                }
                false => {
                    "`aicpw task watch TASK` waits for its end: nobody accepts or disputes a result that is \
                     verified so"
                }
            })
        }
        TaskStatus::Disputed => Some("`aicpw dispute show TASK` says how far the jury is"),
        TaskStatus::Settled { .. } => Some(
            "its provider is paid, and nothing is left to accept or to dispute; if its result cannot be fetched, \
             `aicpw task claim-unavailable TASK` has a jury try",
        ),
        TaskStatus::Cancelled { .. } | TaskStatus::Refunded { .. } => {
            Some("it has no result; `aicpw task show TASK` says why")
        }
    }
}

/// Signs and sends a call about a task, and reports the task after it.
pub async fn change(context: &Context<'_>, id: TaskId, change: Change) -> Result<()> {
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
    use aicpw_protocol::{
        task::{Refunded, Unmatched},
        Milliseconds,
    };

    use super::*;
    use crate::life::tests::{assignment, view};

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

    /// Regression: for a task that was paid for, it said how to dispute it; for one at work, to see whether it was
    /// paid.
    #[test]
    fn what_to_do_next_can_be_done_in_the_state_of_the_task() {
        let step = |status, verification: Option<Verification>| {
            let mut task = view(status, vec![]);
            task.submission.verification = verification.unwrap_or(task.submission.verification);
            next_step_of(&task, "Disputes", "NotDisputed").unwrap()
        };
        let expected = Verification::Expected { root_hash: [1; 32] };
        let reason = Refunded::MatchWindowEnded;
        for (status, verification, part) in [
            (
                TaskStatus::Verifying { settle_at: 9 },
                None,
                "`aicpw task dispute TASK` opens one",
            ),
            (TaskStatus::Active, None, "disputed once it is revealed"),
            (TaskStatus::Active, Some(expected), "waits for its end"),
            (TaskStatus::Disputed, None, "aicpw dispute show TASK"),
            (
                TaskStatus::Settled { at: 1, paid: 1 },
                None,
                "claim-unavailable TASK",
            ),
            (
                TaskStatus::Refunded { at: 9, reason },
                None,
                "it has no result",
            ),
        ] {
            let step = step(status, verification);
            assert!(step.contains(part), "{part} in {step}");
        }
        let active = view(TaskStatus::Active, vec![]);
        let dispute = refused(&active, "it cannot be", "Tasks", "NotVerifying").to_string();
        assert!(
            dispute.contains("nothing was sent; `aicpw task watch 7`"),
            "{dispute}"
        );
        assert_eq!(
            next_step_of(&active, "Tasks", "NotSettled"),
            next_step("Tasks", "NotSettled")
        );
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

    /// Regression: the message said that the task is parked, and that a waiting task can be cancelled.
    #[test]
    fn what_forbids_it_is_said_where_a_replica_is_done() {
        let committed = AssignmentStatus::Committed {
            commitment: [1; 32],
            at: 5,
            reveal_by: None,
        };
        let assigned = AssignmentStatus::Assigned { start_by: 9 };
        let parked = TaskStatus::Parked {
            match_by: 9,
            reason: Unmatched::Busy,
        };
        let said = |assignments| {
            let obstacle = Change::Cancel.obstacle(&view(parked, assignments));
            obstacle.unwrap().to_string()
        };
        let both = vec![assignment(0, assigned.clone()), assignment(1, committed)];
        let text = said(both);
        assert!(
            text.contains("assignment 7-0-1 of") && text.contains("has done it and committed"),
            "{text}"
        );
        assert!(
            text.contains("NotWaiting") && !text.contains("is parked"),
            "{text}"
        );
        assert!(text.contains("`aicpw task show 7` says when"), "{text}");
        let text = said(vec![assignment(0, assigned)]);
        assert!(
            text.contains("assignment 7-0-0 of") && text.contains("is at work"),
            "{text}"
        );
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
