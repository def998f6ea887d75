//! Waiting for a task.

use std::{
    io::{BufRead, BufReader},
    time::{Duration, Instant},
};

use super::{fake_node::watched, *};

/// What has not ended by then never does.
const HANGS_AFTER: Duration = Duration::from_secs(60);

#[test]
fn who_waits_sees_each_attempt_and_why_it_failed() {
    let node = FakeNode::start();
    let id = watched::FAILING.to_string();
    let output = node.run(&["task", "watch", &id]);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let mut lines = text.lines();
    for part in [
        "s  matched for 1 AICP with device 3 of ",
        "s  started",
        "s  no sign of the provider: unless one comes, another gets the task: about 10 s left (block 1040)",
        "s  attempt 1, assignment 8000-0-0 of ",
        "s  waits for another device: about 25 s left (block 1100)",
        "s  attempt 2: matched for 1 AICP with device 3 of ",
        "s  started",
        "s  attempt 2, assignment 8000-0-1 of ",
        "s  waits for another device: about 25 s left (block 1100)",
        "s  refunded: 2 attempts failed (no progress, crashed), and no other provider was found in time",
    ] {
        let line = lines.next().unwrap_or_default();
        assert!(line.contains(part), "{part} in\n{text}");
    }
    assert_eq!(lines.next(), None, "{text}");
    assert!(
        text.contains("failed: no progress: nothing was heard of the provider any more"),
        "{text}"
    );
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.contains("task 8000 was refunded: 2 attempts failed (no progress, crashed)")
            && error.contains("submit it again"),
        "{error}"
    );
}

#[test]
fn a_program_is_told_each_attempt_too() {
    let node = FakeNode::start();
    let id = watched::FAILING.to_string();
    let output = node.run(&["task", "watch", &id, "--json"]);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let all: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let events: Vec<_> = all.iter().filter_map(|one| one["event"].as_str()).collect();
    let attempt = ["matched", "started", "failed", "requeued"];
    assert_eq!(events, [&attempt[..], &attempt, &["refunded"]].concat());
    assert_eq!(all[3]["match_by"], 1_100);
    assert_eq!(
        all[8]["faults"],
        serde_json::json!(["no-progress", "crashed"])
    );
}

/// Regression: it was called `program.cl`, which is no file of anybody's.
#[test]
fn a_program_whose_file_is_not_known_gets_no_name_of_one() {
    let id = watched::BROKEN.to_string();
    for arguments in [
        &["task", "watch", &id][..],
        &["task", "watch", &id, "--json"],
        &["task", "show", &id],
        &["task", "show", &id, "--json"],
    ] {
        let node = FakeNode::start();
        if arguments[1] == "show" {
            // It has not failed yet when it is read first.
            node.text(&["task", "show", &id]);
        }
        let output = node.run(arguments);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(
            text.contains("<program>:3:5: error: use of undeclared identifier"),
            "{arguments:?}: {text}"
        );
        assert!(!text.contains("program.cl"), "{arguments:?}: {text}");
    }
    assert!(watched::COMPILER.starts_with("program.cl:"));
}

#[test]
fn a_signal_ends_the_wait_and_says_how_to_go_on() {
    let node = FakeNode::start();
    let id = watched::ASSIGNED.to_string();
    for (signal, how) in [("-INT", "interrupted"), ("-TERM", "told to end")] {
        let mut watch = node.start_aicpw(&["task", "watch", &id]);
        let mut said = BufReader::new(watch.stdout.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        assert!(line.contains("matched"), "{line}");
        let sent = Command::new("kill")
            .args([signal, &watch.id().to_string()])
            .status();
        assert!(sent.unwrap().success());
        let ended = watch.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(1));
        let text = String::from_utf8(ended.stderr).unwrap();
        assert!(
            text.contains(&format!("{how}, and not followed any more"))
                && text.contains("`aicpw task watch 8001`"),
            "{text}"
        );
    }
}

#[test]
fn a_signal_ends_the_agent_though_another_program_holds_the_notes() {
    let node = FakeNode::start_with_store();
    let dir = tempfile::tempdir().unwrap();
    let held = std::fs::File::create(dir.path().join("lock")).unwrap();
    held.lock().unwrap();
    let folder = dir.path().to_str().unwrap();
    let arguments = ["--suri", "//Alice", "agent", "--json", "--pins", folder];
    let mut agent = node.start_aicpw(&arguments);
    // Jurors of this task need its files: by its end the agent has begun to have the node serve them.
    let mut said = BufReader::new(agent.stdout.take().unwrap()).lines();
    assert!(said.any(|line| line.unwrap().contains("ended")));
    let sent = Command::new("kill")
        .args(["-INT", &agent.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
    // It ends with its output, which is what a program that goes on keeps open.
    let ended = std::thread::spawn(move || agent.wait_with_output().unwrap());
    let late = Instant::now() + HANGS_AFTER;
    while !ended.is_finished() {
        assert!(Instant::now() < late, "it waits for the lock");
        std::thread::yield_now();
    }
    assert!(ended.join().unwrap().status.success());
    drop(held);
}
