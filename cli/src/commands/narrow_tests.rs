use aicpw_protocol::task::{Privacy, TaskStatus};

use super::*;
use crate::{
    chain::read::tests::CLOCK,
    life::tests::{assignment, opening, view},
    output::dispute::tests::dispute as disputed,
};

fn revealed() -> TaskView<Account> {
    let status = AssignmentStatus::Revealed {
        opening: opening(),
        at: 1,
    };
    let mut task = view(
        TaskStatus::Verifying { settle_at: 500 },
        vec![assignment(0, status)],
    );
    task.submission.needs.class = DeterminismClass::Int;
    task
}

#[test]
fn only_the_requester_of_a_public_task_that_this_machine_can_judge() {
    let task = revealed();
    assert!(part_obstacle(&task, task.requester).is_none());
    let refused = |task: &TaskView<Account>, account, what: &str| {
        let error = part_obstacle(task, account).unwrap();
        assert!(error.message.contains(what), "{}", error.message);
        assert!(error.hint.is_some());
    };
    refused(&task, Account([9; 32]), "only its requester");
    let mut sealed = task.clone();
    sealed.submission.privacy = Privacy::Sealed {
        key_commitment: [1; 32],
    };
    refused(&sealed, task.requester, "sealed");
    let mut device = task.clone();
    device.submission.needs.class = DeterminismClass::Device;
    refused(&device, task.requester, "`device`");
}

#[test]
fn ones_own_dispute_is_gone_on_with_until_its_part_is_named() {
    let is_open = |state| {
        let dispute = disputed(state);
        let account = dispute.challenger.unwrap();
        assert!(!is_to_be_named(Some(&dispute), Account([9; 32])));
        is_to_be_named(Some(&dispute), account)
    };
    assert!(is_open(DisputeState::Opening { until: 5 }));
    assert!(is_open(DisputeState::Naming { until: 5 }));
    assert!(!is_open(DisputeState::Judging));
    let mut of_nobody = disputed(DisputeState::Naming { until: 5 });
    of_nobody.challenger = None;
    assert!(!is_to_be_named(Some(&of_nobody), Account([1; 32])));
    assert!(!is_to_be_named(None, Account([1; 32])));
}

#[test]
fn a_state_that_jurors_would_not_have_in_time_is_not_named() {
    let task = revealed();
    // Five jurors, three quarters of a minute, 50 Mbit/s.
    let limits = (5, 240);
    assert!(too_large(&task, 56_250_000, limits, &CLOCK).is_none());
    let error = too_large(&task, 56_300_000, limits, &CLOCK).unwrap();
    assert!(
        error.message.contains("54 MiB: 5 jurors"),
        "{}",
        error.message
    );
    assert!(error.hint.unwrap().contains("without --part"));
}

#[test]
fn a_minute_is_kept_of_the_window() {
    let mut task = revealed();
    task.status = TaskStatus::Verifying { settle_at: 580 };
    // 480 blocks of 250 ms are left.
    assert_eq!(time_to_run(&task, &CLOCK), Duration::from_secs(60));
    task.status = TaskStatus::Verifying { settle_at: 340 };
    assert_eq!(time_to_run(&task, &CLOCK), Duration::ZERO);
}

#[test]
fn where_an_auditor_has_vouched_for_a_lie_the_whole_job_is_judged() {
    let mut task = revealed();
    let lie = opening().result_root;
    assert!(vouched(&task, &lie).is_none());
    let mut auditor = task.assignments[0].clone();
    auditor.role = Role::Auditor;
    task.assignments.push(auditor);
    assert!(vouched(&task, &lie).is_some());
    assert!(vouched(&task, &[0; 32]).is_none());
}

#[test]
fn what_depends_on_the_driver_is_judged_as_a_whole() {
    let task = revealed();
    assert!(inexact(&task, false).is_none());
    let error = inexact(&task, true).unwrap();
    assert!(error.hint.unwrap().contains("`local`"));
}

#[test]
fn the_window_must_be_longer_than_a_run() {
    let mut task = revealed();
    task.submission.time_limit = aicpw_protocol::Milliseconds(60_000);
    // From block 100 on, 240 blocks for a run, and as many for disputing its outcome.
    task.status = TaskStatus::Verifying { settle_at: 581 };
    assert!(late(&task, &CLOCK).is_none());
    assert!(time_to_run(&task, &CLOCK) >= Duration::from_secs(60));
    task.status = TaskStatus::Verifying { settle_at: 580 };
    let error = late(&task, &CLOCK).unwrap();
    assert!(error.hint.unwrap().contains("without --part"));
}

#[test]
fn a_window_of_a_minute_is_too_short_for_any_run() {
    let mut task = revealed();
    task.submission.time_limit = aicpw_protocol::Milliseconds(30_000);
    task.status = TaskStatus::Verifying { settle_at: 340 };
    let error = late(&task, &CLOCK).unwrap();
    assert!(error.hint.unwrap().contains("nothing was sent"));
}

#[tokio::test]
async fn a_run_that_is_not_done_in_time_disputes_nothing() {
    let run = std::future::pending::<Result<()>>();
    let error = in_time(Duration::ZERO, run).await.unwrap_err();
    let hint = error.hint.unwrap();
    assert!(hint.contains("nothing was sent"), "{hint}");
    assert!(hint.contains("without --part"), "{hint}");
    let done = in_time(Duration::ZERO, std::future::ready(Ok(7))).await;
    assert_eq!(done.unwrap(), 7);
}

#[test]
fn the_state_is_served_where_jurors_look_for_it() {
    let mut task = revealed();
    let address = |id: &str| format!("/ip4/127.0.0.1/tcp/4001/p2p/{id}");
    let one = address("12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN");
    let other = address("12D3KooWMzbeQrnoLgTBtumeYXaLiTLEGeLBhH1sTTiGJhZbLzFz");
    task.submission.peers = crate::peers::for_chain(std::slice::from_ref(&one)).unwrap();
    assert!(elsewhere(&task, &[one]).is_none());
    let error = elsewhere(&task, &[other]).unwrap();
    assert!(error.hint.unwrap().contains("--url"));
}

#[test]
fn the_result_is_the_one_that_was_revealed() {
    let task = revealed();
    let (made, root) = result_of(&task).unwrap();
    assert_eq!(made.id, task.assignments[0].id);
    assert_eq!(root, opening().result_root);
    let mut none = task.clone();
    none.assignments.clear();
    assert!(result_of(&none).is_err());
}
