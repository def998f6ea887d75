//! What the view in which a step was found says about the step: whose it is, and when it happened.

use aicpw_protocol::{
    task::{AssignmentStatus, Role, TaskStatus},
    view::{AssignmentView, TaskView},
};

use crate::{
    account::Account,
    chain::read::Clock,
    life::{words, Step},
};

fn assignment<'a>(step: &Step, view: &'a TaskView<Account>) -> Option<&'a AssignmentView<Account>> {
    let id = step.assignment()?;
    view.assignments.iter().find(|one| one.id == id)
}

/// Whether the step belongs to an assignment that delivers the result, and not to one that only compares with it.
pub fn is_of_result(step: &Step, view: &TaskView<Account>) -> bool {
    assignment(step, view).is_none_or(|one| one.role.delivers())
}

/// Whose step it is, if that is not obvious: with several replicas, and for assignments that compare.
pub fn whose(step: &Step, view: &TaskView<Account>) -> Option<String> {
    let one = assignment(step, view)?;
    match one.role {
        Role::Replica => {
            let is_one_of_several = view.submission.verification.replicas() > 1;
            is_one_of_several.then(|| one.id.to_string())
        }
        role => Some(format!("{} {}", words(role), one.id)),
    }
}

/// How long ago the step happened, for people; `None` for steps whose time the chain does not keep.
pub fn age(step: &Step, view: &TaskView<Account>, clock: &Clock) -> Option<String> {
    let one = assignment(step, view);
    let at = match (step, one.map(|one| &one.status), view.status) {
        (Step::Matched { .. }, ..) => one?.assigned_at,
        (Step::Committed { .. }, Some(AssignmentStatus::Committed { at, .. }), _)
        | (Step::Revealed { .. }, Some(AssignmentStatus::Revealed { at, .. }), _)
        | (Step::Failed { .. }, Some(AssignmentStatus::Failed { at, .. }), _) => *at,
        (Step::Settled { .. }, _, TaskStatus::Settled { at, .. })
        | (Step::Cancelled, _, TaskStatus::Cancelled { at })
        | (Step::Refunded { .. }, _, TaskStatus::Refunded { at, .. }) => at,
        _ => return None,
    };
    Some(clock.age(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        chain::read::tests::CLOCK,
        life::{
            tests::{assignment, opening, view},
            Life,
        },
    };
    use aicpw_protocol::task::{Fault, Refunded, Verification};

    /// Regression: while waiting one read "matched" and "started" twice, and when the result was there, the auditor's
    /// run time was shown as its own.
    #[test]
    fn the_steps_of_an_auditor_are_told_from_those_of_the_result() {
        let result = assignment(0, AssignmentStatus::Assigned { start_by: 140 });
        let mut auditor = assignment(0, AssignmentStatus::Assigned { start_by: 140 });
        auditor.id.replica = 1;
        auditor.role = Role::Auditor;
        let started = |one: &AssignmentView<Account>| Step::Started { assignment: one.id };
        let (of_result, of_auditor) = (started(&result), started(&auditor));
        let mut task = view(TaskStatus::Active, vec![result, auditor]);
        assert!(is_of_result(&of_result, &task) && !is_of_result(&of_auditor, &task));
        assert_eq!(whose(&of_result, &task), None);
        assert_eq!(whose(&of_auditor, &task).as_deref(), Some("auditor 7-1-0"));
        // A step of the task as a whole.
        assert!(is_of_result(&Step::Disputed, &task));
        assert_eq!(whose(&Step::Disputed, &task), None);
        task.submission.verification = Verification::Replicated {
            replicas: 3,
            quorum: 2,
        };
        assert_eq!(whose(&of_result, &task).as_deref(), Some("7-0-0"));
    }

    /// Regression: everything that had happened before the command began was said to have taken 51 ms.
    #[test]
    fn what_was_before_somebody_watched_has_its_age_as_far_as_that_is_known() {
        let clock = Clock { now: 341, ..CLOCK };
        let told = |status, assignments| {
            let task = view(status, assignments);
            let steps = Life::default().observe(&task).into_iter();
            steps
                .map(|step| age(&step, &task, &clock).unwrap_or_default())
                .collect::<Vec<_>>()
        };
        // Matched, started, committed, revealed.
        let committed = AssignmentStatus::Committed {
            commitment: [1; 32],
            at: 301,
            reveal_by: None,
        };
        let steps = told(TaskStatus::Active, vec![assignment(0, committed)]);
        assert_eq!(steps, ["60 s ago", "", "10 s ago"]);
        let revealed = AssignmentStatus::Revealed {
            opening: opening(),
            at: 321,
        };
        let verifying = TaskStatus::Verifying { settle_at: 400 };
        let steps = told(verifying, vec![assignment(0, revealed)]);
        assert_eq!(steps, ["60 s ago", "", "", "5 s ago", ""]);
        let settled = AssignmentStatus::Settled {
            opening: opening(),
            at: 329,
        };
        let paid = TaskStatus::Settled { at: 329, paid: 1 };
        let steps = told(paid, vec![assignment(0, settled)]);
        assert_eq!(steps, ["60 s ago", "", "", "", "3 s ago"]);
        let failed = AssignmentStatus::Failed {
            fault: Fault::Crashed,
            at: 301,
            log: None,
            message: Default::default(),
        };
        let refunded = TaskStatus::Refunded {
            at: 321,
            reason: Refunded::MatchWindowEnded,
        };
        let steps = told(refunded, vec![assignment(0, failed)]);
        assert_eq!(steps, ["60 s ago", "10 s ago", "5 s ago"]);
    }
}
