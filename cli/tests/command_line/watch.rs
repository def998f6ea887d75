//! Waiting for a task.

use super::{fake_node::watched, *};

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
