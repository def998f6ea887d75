//! Shows tasks to people.

use aicpw_protocol::{
    task::{AssignmentStatus, Role, TaskStatus, Verification},
    view::{AssignmentView, AuditState, AuditView, TaskView},
};
use serde::Serialize;

use super::{
    printable,
    table::{pairs, short, table},
};
use crate::{
    account::Account, amount::Amount, chain::read::Clock, faults, hash::show_hash, life, peers,
    program_name::with_own_name, quantity::show_span,
};

/// Several tasks as a table.
pub fn list(views: &[TaskView<Account>], clock: &Clock) -> String {
    let rows = views
        .iter()
        .map(|view| {
            let newest = life::slowest(view).or(view.assignments.last());
            vec![
                view.id.to_string(),
                state_text(view),
                short(&view.requester.to_string()),
                newest.map_or("–".into(), |a| short(&a.provider.to_string())),
                Amount(view.submission.budget).brief(),
                newest.map_or("–".into(), |a| Amount(a.price).brief()),
                clock.age(view.submitted_at),
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
            ">Submitted",
        ],
        rows,
    )
}

/// The task's state, with the progress of its job.
fn state_text(view: &TaskView<Account>) -> String {
    match (
        &view.status,
        life::slowest(view).map(|assignment| &assignment.status),
    ) {
        (TaskStatus::Active, Some(AssignmentStatus::Running { progress, .. }))
            if progress.steps_total > 0 =>
        {
            let percent = u128::from(progress.steps_done) * 100 / u128::from(progress.steps_total);
            format!("running {percent} %")
        }
        (TaskStatus::Active, Some(status)) => assignment_state(status).into(),
        (status, _) => life::state_name(status).into(),
    }
}

/// The name of an assignment's state, as in JSON.
pub fn assignment_state(status: &AssignmentStatus) -> &'static str {
    match status {
        AssignmentStatus::AwaitingKey { .. } => "awaiting-key",
        AssignmentStatus::Assigned { .. } => "assigned",
        AssignmentStatus::Running { .. } => "running",
        AssignmentStatus::Committed { .. } => "committed",
        AssignmentStatus::Revealed { .. } => "revealed",
        AssignmentStatus::Settled { .. } => "settled",
        AssignmentStatus::Failed { .. } => "failed",
        AssignmentStatus::Cancelled { .. } => "cancelled",
    }
}

/// What there is to say about a task in addition to its view.
#[derive(Default)]
pub struct Beside {
    /// A sentence about its dispute.
    pub dispute: Option<String>,
    /// Whether it waits although every provider that fits has already had it.
    pub is_nobody_left: bool,
}

/// Why a task waits if every provider that fits has had a replica or an attempt, and what will happen.
fn nobody_left(view: &TaskView<Account>, until: String) -> String {
    let replicas = view.assignments.iter();
    let open = replicas.filter(|one| one.role == Role::Replica && one.is_open());
    let then = match open.count() >= usize::from(view.submission.verification.quorum()) {
        true => "those that have it are enough: it goes on without another when they are done",
        false => {
            "unless another provider comes it ends without a result then, and what is not paid of the budget \
             comes back"
        }
    };
    format!(
        "all that fit have had the task already, or are the requester's own, and nobody gets it twice: \
         {until}\n{then}"
    )
}

/// A task with its assignments.
pub fn show(view: &TaskView<Account>, beside: Beside, clock: &Clock) -> String {
    let Beside {
        dispute,
        is_nobody_left,
    } = beside;
    let dispute = dispute.map(|text| format!("{text}\n`aicpw dispute show {}` says more", view.id));
    let submission = &view.submission;
    let needs = &submission.needs;
    let detail = match view.status {
        TaskStatus::Queued { match_by } => {
            Some(format!("waits for a device: {}", clock.left(match_by)))
        }
        TaskStatus::Parked { match_by, .. } if is_nobody_left => {
            Some(nobody_left(view, clock.left(match_by)))
        }
        TaskStatus::Parked { match_by, reason } => Some(format!(
            "{}: {}",
            life::explain_parked(reason, !view.assignments.is_empty()),
            clock.left(match_by)
        )),
        TaskStatus::Active => None,
        TaskStatus::Verifying { settle_at } => {
            Some(format!("settles by itself {}", clock.until(settle_at)))
        }
        TaskStatus::Disputed => Some("a jury decides".into()),
        TaskStatus::Settled { at, paid } => Some(format!(
            "{} paid {}",
            Amount(paid).brief_with_unit(),
            clock.since(at)
        )),
        TaskStatus::Cancelled { at } => Some(clock.since(at)),
        TaskStatus::Refunded { at, reason } => {
            let cause = faults::cause(reason, &faults::of(view), faults::expects(view));
            Some(format!("{cause}, {}", clock.since(at)))
        }
    };
    let mut text = pairs(vec![
        ("Task", Some(view.id.to_string())),
        ("State", Some(state_text(view))),
        ("", detail),
        ("Dispute", dispute),
        ("Requester", Some(view.requester.to_string())),
        ("Submitted", Some(clock.since(view.submitted_at))),
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
        (
            "Privacy",
            submission
                .privacy
                .is_sealed()
                .then(|| "sealed: for the provider that is granted the key".into()),
        ),
        ("Budget", Some(Amount(submission.budget).with_unit())),
        (
            "Escrow",
            (view.escrow > 0).then(|| Amount(view.escrow).brief_with_unit()),
        ),
        ("Audit", view.audit.as_ref().map(audit)),
        ("Rating", view.rating.map(|stars| format!("{stars} of 5"))),
        ("History head", Some(show_hash(&view.history_head))),
        ("Inputs at", join(&peers::show_all(&submission.peers))),
    ]);
    for assignment in &view.assignments {
        text += "\n";
        let expects = faults::expects(view) && assignment.role == Role::Replica;
        text += &show_assignment(assignment, expects, clock);
    }
    text
}

/// What has to happen next, and by when; or when the assignment ended.
fn next_deadline(status: &AssignmentStatus, clock: &Clock) -> String {
    match *status {
        AssignmentStatus::AwaitingKey { grant_by, .. } => {
            format!("its key has to be granted, {}", clock.left(grant_by))
        }
        AssignmentStatus::Assigned { start_by } => {
            format!("has to start, {}", clock.left(start_by))
        }
        AssignmentStatus::Running {
            progress_by,
            commit_by,
            ..
        } => format!(
            "has to get further, {}\nhas to be done, {}",
            clock.left(progress_by),
            clock.left(commit_by)
        ),
        AssignmentStatus::Committed { reveal_by, .. } => match reveal_by {
            Some(reveal_by) => format!("has to be revealed, {}", clock.left(reveal_by)),
            None => "is revealed when the others have committed, and no audit is open".into(),
        },
        AssignmentStatus::Revealed { at, .. }
        | AssignmentStatus::Settled { at, .. }
        | AssignmentStatus::Failed { at, .. }
        | AssignmentStatus::Cancelled { at } => clock.since(at),
    }
}

/// Shows an assignment. `expects`: the task names the root that is right.
fn show_assignment(assignment: &AssignmentView<Account>, expects: bool, clock: &Clock) -> String {
    let (root, result, log, message) = match &assignment.status {
        AssignmentStatus::Revealed { opening, .. } | AssignmentStatus::Settled { opening, .. } => (
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
            let message = with_own_name(&String::from_utf8_lossy(message), None);
            let message = printable(&message);
            let reason = faults::show(*fault, &message, expects);
            (
                None,
                None,
                log.as_ref().map(ToString::to_string),
                Some(reason),
            )
        }
        _ => (None, None, None, None),
    };
    pairs(vec![
        ("Assignment", Some(assignment.id.to_string())),
        (
            "Role",
            (assignment.role != Role::Replica).then(|| words(assignment.role)),
        ),
        ("State", Some(assignment_state(&assignment.status).into())),
        ("", Some(next_deadline(&assignment.status, clock))),
        ("Fault", message),
        ("Log", log),
        ("Provider", Some(assignment.provider.to_string())),
        ("Device", Some(assignment.device.to_string())),
        ("Price", Some(Amount(assignment.price).brief_with_unit())),
        (
            "For audits",
            (assignment.audit_cost > 0).then(|| Amount(assignment.audit_cost).brief_with_unit()),
        ),
        (
            "Collateral",
            Some(Amount(assignment.collateral).brief_with_unit()),
        ),
        (
            "Fraud bond",
            (assignment.fraud_bond > 0).then(|| Amount(assignment.fraud_bond).brief_with_unit()),
        ),
        ("Matched", Some(clock.since(assignment.assigned_at))),
        ("Result root", root),
        ("Result", result),
    ])
}

fn audit(audit: &AuditView) -> String {
    let percent = f64::from(audit.rate_ppb) / 1e7;
    let cost = Amount(audit.cost).brief_with_unit();
    match audit.state {
        AuditState::Undecided => format!("not decided yet, at a rate of {percent:.1} %; {cost}"),
        AuditState::Drawn => format!("drawn, at a rate of {percent:.1} %; {cost}"),
        AuditState::NotDrawn => format!("not drawn, at a rate of {percent:.1} %; {cost}"),
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        chain::read::tests::CLOCK,
        life::tests::{assignment, opening, view},
    };
    use aicpw_protocol::task::{Progress, Unmatched};

    #[test]
    fn a_task_for_people() {
        let settled = AssignmentStatus::Settled {
            opening: opening(),
            at: 60,
        };
        let status = TaskStatus::Settled {
            at: 60,
            paid: 1_500_000_000_000_000_000,
        };
        let task = view(status, vec![assignment(0, settled)]);
        let text = show(&task, Beside::default(), &CLOCK);
        for line in [
            "State         settled\n              1.5 AICP paid about 10 s ago (block 60)\n",
            "Engine        opencl, class int\n",
            "Needs         1 GFLOPS, 64 MiB, 0 Mbit/s, reputation 0\n",
            "Time limit    2m\n",
            "Verification  optimistic, window 1m\n",
            "Assignment   7-0-0\nState        settled\n             about 10 s ago (block 60)\n",
            "Price        0.001 AICP\n",
        ] {
            assert!(text.contains(line), "{line} in\n{text}");
        }
        assert!(text.lines().all(|line| line == line.trim_end()), "{text}");
    }

    #[test]
    fn a_dispute_is_named() {
        let beside = Beside {
            dispute: Some("judging: 2 of 5 jurors drawn".into()),
            ..Beside::default()
        };
        let text = show(&view(TaskStatus::Disputed, vec![]), beside, &CLOCK);
        let part = "Dispute       judging: 2 of 5 jurors drawn\n              `aicpw dispute show 7` says more\n";
        assert!(text.contains(part), "{text}");
    }

    #[test]
    fn a_providers_message_is_text_in_its_place() {
        let failed = AssignmentStatus::Failed {
            fault: aicpw_protocol::task::Fault::RunFailed,
            at: 1,
            log: None,
            message: b"\x1b[2Jgone\nState  settled".to_vec().try_into().unwrap(),
        };
        let text = show(
            &view(TaskStatus::Active, vec![assignment(0, failed)]),
            Beside::default(),
            &CLOCK,
        );
        let part = "Fault        run failed: [2Jgone\n             State  settled\n";
        assert!(text.contains(part), "{text}");
        assert!(!text.contains('\x1b'), "{text}");
    }

    #[test]
    fn another_root_than_the_expected_one_is_shown_as_that() {
        let failed = AssignmentStatus::Failed {
            fault: aicpw_protocol::task::Fault::WrongResult,
            at: 1,
            log: None,
            message: Default::default(),
        };
        let mut task = view(TaskStatus::Active, vec![assignment(0, failed)]);
        task.submission.verification = Verification::Expected { root_hash: [1; 32] };
        let text = show(&task, Beside::default(), &CLOCK);
        let part = "Fault        wrong result: the result has another root than the one that is expected\n";
        assert!(text.contains(part), "{text}");
    }

    #[test]
    fn deadlines_are_told_as_time() {
        let shown =
            |status, assignments| show(&view(status, assignments), Beside::default(), &CLOCK);
        let queued = shown(TaskStatus::Queued { match_by: 1_300 }, vec![]);
        assert!(queued.contains("waits for a device: about 5 min left (block 1300)"));
        let verifying = shown(TaskStatus::Verifying { settle_at: 340 }, vec![]);
        assert!(verifying.contains("settles by itself in about 60 s (block 340)"));
        let next = |status| shown(TaskStatus::Active, vec![assignment(0, status)]);
        let running = AssignmentStatus::Running {
            progress_by: 340,
            commit_by: 140,
            progress: Progress {
                steps_done: 3,
                steps_total: 4,
            },
            reports: 1,
        };
        for (status, text) in [
            (
                AssignmentStatus::AwaitingKey {
                    grant_by: 140,
                    recipient: [5; 32],
                },
                "its key has to be granted, about 10 s left (block 140)",
            ),
            (
                AssignmentStatus::Assigned { start_by: 140 },
                "has to start, about 10 s left (block 140)",
            ),
            (running.clone(), "has to get further, about 60 s left"),
            (running, "has to be done, about 10 s left (block 140)"),
            (
                AssignmentStatus::Committed {
                    commitment: [1; 32],
                    at: 99,
                    reveal_by: Some(340),
                },
                "has to be revealed, about 60 s left (block 340)",
            ),
        ] {
            let shown = next(status);
            assert!(shown.contains(text), "{text} in\n{shown}");
        }
        let all = list(&[view(TaskStatus::Active, vec![])], &CLOCK);
        assert!(all.contains(" ago\n"), "{all}");
    }

    /// Regression: "those that fit are busy", although the only one that fits already had the task.
    #[test]
    fn who_has_the_task_already_is_not_just_busy() {
        let parked = TaskStatus::Parked {
            match_by: 1_300,
            reason: Unmatched::Busy,
        };
        let committed = AssignmentStatus::Committed {
            commitment: [1; 32],
            at: 99,
            reveal_by: None,
        };
        let shown = |replicas: u8, is_nobody_left| {
            let all = (0..replicas).map(|number| assignment(number, committed.clone()));
            let mut task = view(parked, all.collect());
            task.submission.verification = Verification::Replicated {
                replicas: 3,
                quorum: 2,
            };
            let beside = Beside {
                is_nobody_left,
                ..Beside::default()
            };
            show(&task, beside, &CLOCK)
        };
        assert!(shown(0, false).contains(" those that fit are busy: about 5 min left"));
        let text = shown(1, false);
        assert!(
            text.contains("are busy, or have had the task already"),
            "{text}"
        );
        let text = shown(1, true);
        assert!(
            text.contains("nobody gets it twice: about 5 min left (block 1300)"),
            "{text}"
        );
        assert!(text.contains("it ends without a result then"), "{text}");
        assert!(!text.contains("busy"), "{text}");
        let text = shown(2, true);
        assert!(text.contains("those that have it are enough"), "{text}");
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
