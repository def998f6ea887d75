//! What is known of a step from the view that it was found in: whose it is.

use aicpw_protocol::{
    task::Role,
    view::{AssignmentView, TaskView},
};

use crate::{
    account::Account,
    life::{words, Step},
};

fn assignment<'a>(step: &Step, view: &'a TaskView<Account>) -> Option<&'a AssignmentView<Account>> {
    let id = step.assignment()?;
    view.assignments.iter().find(|one| one.id == id)
}

/// Whether it is one on the way to the result, and not of somebody who only compares with it.
pub fn is_of_result(step: &Step, view: &TaskView<Account>) -> bool {
    assignment(step, view).is_none_or(|one| one.role.delivers())
}

/// Whose it is, where that is not plain: of several replicas, and of whoever compares.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::life::tests::{assignment, view};
    use aicpw_protocol::task::{AssignmentStatus, TaskStatus, Verification};

    /// Regression: who waited read "matched" and "started" anew, and when the result was there that it had run for as
    /// long as its auditor.
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
        // What is of the task as a whole.
        assert!(is_of_result(&Step::Disputed, &task));
        assert_eq!(whose(&Step::Disputed, &task), None);
        task.submission.verification = Verification::Replicated {
            replicas: 3,
            quorum: 2,
        };
        assert_eq!(whose(&of_result, &task).as_deref(), Some("7-0-0"));
    }
}
