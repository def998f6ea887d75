//! Explains to people why assignments and tasks ended without a result, and what can be done about it.

use aicpw_protocol::{
    task::{AssignmentStatus, Blame, Fault, Refunded, Role, Verification},
    view::TaskView,
    TaskId,
};

use crate::{account::Account, life::words, quantity::count};

/// Whether the task names the root that is right. If it does, no jury decides about its result.
pub fn expects(view: &TaskView<Account>) -> bool {
    matches!(view.submission.verification, Verification::Expected { .. })
}

/// Explains a fault of a replica about which nothing more specific was said. `expects`: the task names the root that is
/// right.
pub fn explain(fault: Fault, expects: bool) -> &'static str {
    match fault {
        Fault::NoKey => "the data key was not granted in time",
        Fault::NoStart => "the provider did not begin in time",
        Fault::NoProgress => "nothing was heard of the provider any more",
        Fault::NoCommit => "the provider was not done before the deadline",
        Fault::NoReveal => "the provider had a result, and did not open it",
        Fault::WrongResult if expects => "the result has another root than the one that is expected",
        Fault::WrongResult => "the result is another than was found right, or a juror has not shown that it has run the job",
        Fault::Crashed => "something of the provider's own failed",
        Fault::BadKey => "the key that was granted does not open the data",
        Fault::InputUnavailable => "the provider could not get the task's files",
        Fault::BadManifest => "the manifest is not valid",
        Fault::BuildFailed => "the program does not compile",
        Fault::RunFailed => "the program's process ended by itself",
        Fault::TimeLimit => "the job needs longer than its time limit",
    }
}

/// A fault with its provider's message, or with a general explanation if there is none.
pub fn show(fault: Fault, message: &str, expects: bool) -> String {
    let more = match message.is_empty() {
        true => explain(fault, expects),
        false => message,
    };
    format!("{}: {more}", words(fault))
}

/// The faults of a task's replicas, in the order in which they ended.
pub fn of(view: &TaskView<Account>) -> Vec<Fault> {
    let replicas = view.assignments.iter();
    let mut ended: Vec<_> = replicas
        .filter(|one| one.role == Role::Replica)
        .filter_map(|one| match one.status {
            AssignmentStatus::Failed { fault, at, .. } => Some((at, fault)),
            _ => None,
        })
        .collect();
    ended.sort_by_key(|(at, _)| *at);
    ended.into_iter().map(|(_, fault)| fault).collect()
}

/// Why a task was refunded. The faults of its attempts say more than the chain's name for how it ended.
pub fn cause(reason: Refunded, faults: &[Fault], expects: bool) -> String {
    let Some(failed) = failed(faults, expects) else {
        return match reason {
            Refunded::MatchWindowEnded => {
                format!("{}: no device took it in time", words(reason))
            }
            Refunded::NoVerdict => format!(
                "{}: the budget is back, but for what audits cost and those who have revealed were paid",
                words(reason)
            ),
            _ => words(reason),
        };
    };
    match reason {
        Refunded::MatchWindowEnded => {
            format!("{failed}, and no other provider was found in time")
        }
        Refunded::AttemptsExhausted => format!("{failed}, and it is given to no further provider"),
        Refunded::FaultConfirmed => format!("{failed}, as independent providers found"),
        Refunded::NoKey => words(reason),
        Refunded::NoQuorum | Refunded::NoVerdict => format!("{}; {failed}", words(reason)),
    }
}

/// How many attempts failed, and each of their causes once.
fn failed(faults: &[Fault], expects: bool) -> Option<String> {
    let mut names = Vec::new();
    for fault in faults {
        let name = words(fault);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    match faults {
        [] => None,
        [only] => Some(format!("its attempt failed ({})", show(*only, "", expects))),
        several => Some(format!(
            "{} failed ({})",
            count(several.len(), "attempt"),
            names.join(", ")
        )),
    }
}

/// What to do next about a refunded task. `expects`: the task names the root that is right.
pub fn next_step(task: TaskId, reason: Refunded, faults: &[Fault], expects: bool) -> String {
    // The requester can do something about these. The others are up to the provider, whenever they happened.
    let of_the_task = faults.iter().rev().copied().find(|fault| {
        matches!(fault.blame(), Blame::Undecided | Blame::Requester) || *fault == Fault::NoCommit
    });
    match of_the_task.or(faults.last().copied()) {
        Some(Fault::WrongResult) if reason == Refunded::FaultConfirmed => {
            "independent providers came to one other result: see whether the root that is expected is right"
                .into()
        }
        Some(Fault::WrongResult) if expects => format!(
            "a provider came to another result than the expected one, and no other was there to decide who is right: see \
             whether the root that is expected is right; `aicpw task show {task}` has the other one"
        ),
        Some(Fault::BuildFailed) => format!(
            "correct the program: `aicpw task watch {task}` shows what the compiler said"
        ),
        Some(Fault::RunFailed) => format!(
            "look for accesses outside of the buffers and for memory that was not asked for: `--memory` \
             asks for more, and `aicpw task watch {task}` shows what the program's process said"
        ),
        Some(Fault::TimeLimit | Fault::NoCommit) => {
            "a longer --time-limit, or more --gflops".into()
        }
        Some(Fault::InputUnavailable) => {
            "keep the node that has the inputs running and reachable until the task ends".into()
        }
        Some(Fault::BadManifest) => "correct the manifest".into(),
        Some(Fault::NoKey) => {
            "keep `aicpw agent` running with this account's key while sealed tasks are open".into()
        }
        Some(Fault::BadKey) => {
            "submit it again, from the machine that has its data key (`aicpw keys ls`)".into()
        }
        Some(
            Fault::NoStart
            | Fault::NoProgress
            | Fault::NoReveal
            | Fault::WrongResult
            | Fault::Crashed,
        ) => format!(
            "that was not the task's doing, and its budget is back: submit it again; `aicpw task show \
             {task}` says what happened to each assignment"
        ),
        None if reason == Refunded::MatchWindowEnded => {
            "`aicpw dry-run` says what does not fit; a longer --match-window waits longer".into()
        }
        None => format!("`aicpw task show {task}` says what happened to each assignment"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::life::tests::{assignment, view};
    use aicpw_protocol::task::TaskStatus;

    #[test]
    fn what_the_attempts_failed_of_is_said_rather_than_how_the_wait_ended() {
        let said = |reason, faults: &[Fault]| cause(reason, faults, false);
        assert_eq!(
            said(Refunded::MatchWindowEnded, &[Fault::BuildFailed]),
            "its attempt failed (build failed: the program does not compile), and no other provider was \
             found in time"
        );
        assert_eq!(
            said(
                Refunded::AttemptsExhausted,
                &[Fault::NoStart, Fault::NoProgress, Fault::NoStart]
            ),
            "3 attempts failed (no start, no progress), and it is given to no further provider"
        );
        assert_eq!(
            said(
                Refunded::FaultConfirmed,
                &[Fault::RunFailed, Fault::RunFailed]
            ),
            "2 attempts failed (run failed), as independent providers found"
        );
        assert_eq!(
            said(Refunded::MatchWindowEnded, &[]),
            "match window ended: no device took it in time"
        );
        assert_eq!(said(Refunded::NoKey, &[Fault::NoKey]), "no key");
        // The provider of a disputed result gets a base fee.
        let unjudged = said(Refunded::NoVerdict, &[]);
        assert!(unjudged.starts_with("no verdict: the budget is back, but for what audits"));
    }

    /// Regression: the message spoke of jurors, although there was no jury.
    #[test]
    fn a_root_that_is_not_the_expected_one_is_called_that() {
        let faults = [Fault::WrongResult];
        assert_eq!(
            cause(Refunded::MatchWindowEnded, &faults, true),
            "its attempt failed (wrong result: the result has another root than the one that is expected), and \
             no other provider was found in time"
        );
        let judged = cause(Refunded::AttemptsExhausted, &faults, false);
        assert!(judged.contains("another than was found right"), "{judged}");
        assert_eq!(
            show(Fault::NoStart, "", true),
            show(Fault::NoStart, "", false)
        );
    }

    #[test]
    fn the_next_step_is_about_what_the_requester_can_change() {
        let next =
            |faults: &[Fault]| next_step(TaskId(7), Refunded::MatchWindowEnded, faults, false);
        assert!(next(&[Fault::BuildFailed]).contains("task watch 7"));
        // Another provider's silence does not hide it.
        assert!(next(&[Fault::BuildFailed, Fault::NoStart]).contains("correct the program"));
        assert!(next(&[Fault::RunFailed]).contains("outside of the buffers"));
        assert!(next(&[Fault::NoCommit, Fault::Crashed]).contains("--time-limit"));
        assert!(next(&[Fault::Crashed]).contains("submit it again"));
        assert!(next(&[]).contains("dry-run"));
        let expected = [Fault::WrongResult, Fault::WrongResult];
        let text = next_step(TaskId(7), Refunded::MatchWindowEnded, &expected[..1], true);
        assert!(text.contains("that is expected is right"), "{text}");
        let text = next_step(TaskId(7), Refunded::FaultConfirmed, &expected, true);
        assert!(text.contains("that is expected is right"), "{text}");
    }

    #[test]
    fn faults_are_in_the_order_in_which_they_came_and_the_replicas_only() {
        let failed = |fault, at| AssignmentStatus::Failed {
            fault,
            at,
            log: None,
            message: Default::default(),
        };
        let mut auditor = assignment(0, failed(Fault::Crashed, 1));
        auditor.role = Role::Auditor;
        let all = vec![
            assignment(1, failed(Fault::NoStart, 9)),
            assignment(0, failed(Fault::BuildFailed, 3)),
            auditor,
        ];
        let view = view(TaskStatus::Active, all);
        assert_eq!(of(&view), [Fault::BuildFailed, Fault::NoStart]);
    }
}
