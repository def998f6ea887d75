use super::*;

/// A failure with every field set.
pub fn failure() -> Failure {
    Failure {
        assignment: "7-0-0".into(),
        provider: Account([2; 32]),
        fault: Fault::Crashed,
        message: String::new(),
        log: None,
        log_text: None,
    }
}

#[test]
fn every_line_is_documented() {
    for step in crate::life::tests::every_step() {
        let line = StepLine {
            task: 7,
            elapsed_milliseconds: Some(1),
            step: &step,
            log_text: Some("log".into()),
        };
        crate::output::documented::check(&["Step"], &line);
        let event = serde_json::to_value(&line).unwrap()["event"].clone();
        let section = crate::output::documented::section("Step");
        let name = event.as_str().unwrap();
        let named = crate::output::documented::spans(&section).contains(name);
        assert!(named, "docs/cli.md: the event {name}");
    }
}
use crate::{
    chain::read::tests::CLOCK,
    life::tests::{assignment, opening, view},
};
use aicpw_protocol::task::Refunded;

#[test]
fn a_refund_is_a_failure_with_a_next_step() {
    let failed = AssignmentStatus::Failed {
        fault: Fault::BuildFailed,
        at: 1,
        log: None,
        message: Default::default(),
    };
    let status = TaskStatus::Refunded {
        at: 2,
        reason: Refunded::FaultConfirmed,
    };
    let error = outcome(&view(status, vec![assignment(0, failed)])).unwrap_err();
    assert_eq!(error.kind, Kind::TaskFailed);
    assert_eq!(error.task, Some(7));
    assert_eq!(
        error.message,
        "task 7 was refunded: its attempt failed (build failed: the program does not compile), as \
         independent providers found"
    );
    assert!(error.hint.unwrap().contains("compiler"));
    let failed = AssignmentStatus::Failed {
        fault: Fault::RunFailed,
        at: 1,
        log: None,
        message: Default::default(),
    };
    let error = outcome(&view(status, vec![assignment(0, failed)])).unwrap_err();
    assert!(error.hint.unwrap().contains("outside of the buffers"));
    let status = TaskStatus::Refunded {
        at: 2,
        reason: Refunded::MatchWindowEnded,
    };
    assert!(outcome(&view(status, vec![]))
        .unwrap_err()
        .hint
        .unwrap()
        .contains("dry-run"));
    assert!(outcome(&view(TaskStatus::Cancelled { at: 2 }, vec![])).is_err());
    assert!(outcome(&view(TaskStatus::Active, vec![])).is_ok());
}

#[test]
fn a_fault_is_told_though_the_match_window_ended() {
    let status = TaskStatus::Refunded {
        at: 2,
        reason: Refunded::MatchWindowEnded,
    };
    let said = |fault| {
        let failed = AssignmentStatus::Failed {
            fault,
            at: 1,
            log: None,
            message: Default::default(),
        };
        let task = view(status, vec![assignment(0, failed)]);
        outcome(&task).unwrap_err()
    };
    let error = said(Fault::BuildFailed);
    assert_eq!(
        error.message,
        "task 7 was refunded: its attempt failed (build failed: the program does not compile), and no \
         other provider was found in time"
    );
    assert_eq!(
        error.hint.unwrap(),
        "correct the program: `aicpw task watch 7` shows what the compiler said"
    );
    let hint = |fault| said(fault).hint.unwrap();
    assert!(hint(Fault::RunFailed).contains("outside of the buffers"));
    assert!(hint(Fault::InputUnavailable).contains("keep the node"));
    assert!(hint(Fault::Crashed).contains("task show 7"));
}

#[test]
fn a_message_is_not_told_twice() {
    let step = |message: &str| Step::Failed {
        assignment: assignment(0, AssignmentStatus::Assigned { start_by: 1 }).id,
        provider: Account([2; 32]),
        fault: Fault::BuildFailed,
        message: message.into(),
        log: None,
        expects: false,
    };
    let long = step("the program does not compile:\nerror: 1\nerr…");
    let text = step_above(&long, "error: 1\nerror: 2\n", &CLOCK);
    assert!(text.ends_with("the program does not compile:"), "{text}");
    let text = step_above(&long, "another log", &CLOCK);
    assert!(text.ends_with("compile:\nerror: 1\nerr…"), "{text}");
}

#[test]
fn a_result_is_there_once_it_is_revealed() {
    let running = view(TaskStatus::Active, vec![]);
    assert!(results_of(&running)
        .unwrap_err()
        .hint
        .unwrap()
        .contains("task watch 7"));
    let revealed = AssignmentStatus::Revealed {
        opening: opening(),
        at: 1,
    };
    let open = view(
        TaskStatus::Verifying { settle_at: 9 },
        vec![assignment(0, revealed)],
    );
    assert_eq!(results_of(&open).unwrap()[0].id.attempt, 0);
}

#[test]
fn the_end_of_a_long_log_is_left_out() {
    let log = (0..100).map(|i| format!("line {i}\n")).collect::<String>();
    let shown = indent_log(&log);
    assert_eq!(shown.lines().count(), LOG_LINES + 1);
    assert!(shown.ends_with("… and 40 lines more"));
}

#[tokio::test]
async fn waiting_ends_and_the_task_goes_on() {
    let forever = std::future::pending::<Result<()>>();
    let error = bounded(TaskId(7), Some(Duration::from_millis(5)), forever)
        .await
        .unwrap_err();
    assert_eq!(error.kind, Kind::Timeout);
    assert!(error.hint.unwrap().contains("task watch 7"));
}

#[tokio::test]
async fn who_ends_a_wait_is_told_what_was_to_come_after_it() {
    let forever = std::future::pending::<Result<()>>();
    let timeout = Some(Duration::from_millis(5));
    let error = bounded_before(TaskId(7), timeout, "; then this", forever)
        .await
        .unwrap_err();
    let hint = error.hint.unwrap();
    assert!(hint.ends_with("`aicpw task watch 7`; then this"), "{hint}");
}

#[test]
fn a_node_lost_before_there_is_a_task_says_how_to_find_out() {
    let lost = Error::new(Kind::Unreachable, "the node is gone").hint("start it");
    let hint = while_submitting(lost).hint.unwrap();
    assert!(hint.contains("task ls --mine"), "{hint}");
    let refused = Error::other("refused").hint("do this");
    assert_eq!(while_submitting(refused).hint.unwrap(), "do this");
}

#[tokio::test]
async fn a_lost_node_names_the_task_and_how_to_go_on() {
    let lost =
        async { Err::<(), _>(Error::new(Kind::Unreachable, "the node is gone").hint("start it")) };
    let error = bounded(TaskId(7), None, lost).await.unwrap_err();
    assert_eq!(error.kind, Kind::Unreachable);
    assert_eq!(error.task, Some(7));
    assert_eq!(error.message, "task 7: the node is gone");
    let hint = error.hint.unwrap();
    for part in ["start it. ", "task watch 7", "task fetch 7", "aicpw agent"] {
        assert!(hint.contains(part), "{part} in {hint}");
    }
    // An error that already names the task does not name it twice, and keeps its own next step.
    let refunded = TaskStatus::Refunded {
        at: 2,
        reason: Refunded::MatchWindowEnded,
    };
    let ended = async { outcome(&view(refunded, vec![])) };
    let error = bounded(TaskId(7), None, ended).await.unwrap_err();
    assert_eq!(
        error.message,
        "task 7 was refunded: match window ended: no device took it in time"
    );
    assert!(error.hint.unwrap().contains("dry-run"));
}
