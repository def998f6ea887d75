//! Tests of waiting for a task.

use std::{
    io::{BufRead, BufReader},
    process::Stdio,
};

use super::{
    fake_node::{disputes, watched},
    *,
};

/// Regression: the node dialled any address that a provider had registered, even in its own network.
#[test]
fn a_log_is_fetched_from_a_stranger() {
    let node = FakeNode::start_with_store();
    let output = node.run(&["task", "watch", &watched::LOG_LOST.to_string()]);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let at = disputes::JURORS_AT;
    assert_eq!(node.asked(), [("connect to stranger", at.to_owned())]);
    let text = String::from_utf8(output.stderr).unwrap();
    let said = format!("{NOWHERE} not found; peers that should have it are not reached: {at} not");
    assert!(
        text.contains("cannot be fetched") && text.contains(&said),
        "{text}"
    );
}

#[test]
fn who_waits_sees_each_attempt_and_why_it_failed() {
    let node = FakeNode::start();
    let id = watched::FAILING.to_string();
    let output = node.run(&["task", "watch", &id]);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let mut lines = text.lines();
    for part in [
        // This happened before the command began.
        " 25 s ago  matched for 1 AICP with device 3 of ",
        "           started",
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

/// Regression: the end was reported, and the wait ended too.
#[test]
fn an_end_that_a_fork_takes_back_is_not_told() {
    let node = FakeNode::start();
    let id = watched::FORKED.to_string();
    let output = node.run(&["task", "watch", &id]);
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("settled"), "{text}");
    assert!(!text.contains("refunded"), "{text}");
    assert!(!text.contains("failed"), "{text}");
}

/// Regression: it was called `program.cl`, which is not the name of anybody's file.
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
            // At the first read the task has not failed yet.
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
fn what_takes_too_long_has_a_code_of_its_own() {
    let node = FakeNode::start();
    let id = watched::ASSIGNED.to_string();
    let output = node.run(&["task", "watch", &id, "--timeout", "500ms", "--json"]);
    assert_eq!(output.status.code(), Some(5), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let last: serde_json::Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    let error = &last["error"];
    assert_eq!(error["code"], 5, "{text}");
    assert_eq!(error["kind"], "timeout");
    assert_eq!(error["task"], watched::ASSIGNED);
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("is not done after"), "{text}");
    let hint = error["hint"].as_str().unwrap();
    assert!(
        hint.contains("the task goes on: `aicpw task watch 8001`"),
        "{text}"
    );
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

/// Regression: the wait ended with the connection.
#[test]
fn who_waits_goes_on_when_the_node_is_back() {
    let node = FakeNode::start();
    let id = watched::ASSIGNED.to_string();
    let late = format!("{}s", HANGS_AFTER.as_secs());
    let mut watch = node.start_aicpw(&["task", "watch", &id, "--timeout", &late]);
    let mut said = BufReader::new(watch.stdout.take().unwrap()).lines();
    // After some seconds, what is waited for is reported; skip those lines.
    let mut next = || {
        let mut lines = said.by_ref().map(|line| line.unwrap());
        lines.find(|line| !line.contains("the provider fetches the inputs"))
    };
    let line = next().unwrap();
    assert!(line.contains("matched"), "{line}");
    let node = node.start_anew();
    assert_eq!(next().unwrap(), "connected again");
    node.go_on(watched::ASSIGNED);
    // What was reported before is not reported again.
    let line = next().unwrap();
    assert!(line.contains("started"), "{line}");
    let sent = Command::new("kill")
        .args(["-TERM", &watch.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
    let ended = watch.wait_with_output().unwrap();
    let text = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(text.matches("trying again").count(), 1, "{text}");
}

/// A node that is behind the chain has an old state: it lacks new tasks, and nothing may be signed on that state.
#[test]
fn who_waits_goes_on_once_the_node_has_caught_up() {
    let node = FakeNode::start();
    let id = watched::ASSIGNED.to_string();
    let late = format!("{}s", HANGS_AFTER.as_secs());
    let mut watch = node.start_aicpw(&["task", "watch", &id, "--timeout", &late]);
    let mut said = BufReader::new(watch.stdout.take().unwrap()).lines();
    let mut next = || {
        let mut lines = said.by_ref().map(|line| line.unwrap());
        lines.find(|line| !line.contains("the provider fetches the inputs"))
    };
    assert!(next().unwrap().contains("matched"));
    let node = node.start_anew_behind(1);
    let line = next().unwrap();
    assert!(
        line.contains("waiting for the node to catch up: it is at block 1000"),
        "{line}"
    );
    assert_eq!(next().unwrap(), "connected again");
    node.go_on(watched::ASSIGNED);
    let line = next().unwrap();
    assert!(line.contains("started"), "{line}");
    let sent = Command::new("kill")
        .args(["-TERM", &watch.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
    watch.wait_with_output().unwrap();
}

/// Regression: while finality stood still, a command that only reads never got its node back.
#[test]
fn who_waits_goes_on_also_while_finality_stands_still() {
    let node = FakeNode::start();
    let id = watched::ASSIGNED.to_string();
    let late = format!("{}s", HANGS_AFTER.as_secs());
    let mut watch = node.start_aicpw(&["task", "watch", &id, "--timeout", &late]);
    let mut said = BufReader::new(watch.stdout.take().unwrap()).lines();
    let mut next = || {
        let mut lines = said.by_ref().map(|line| line.unwrap());
        lines.find(|line| !line.contains("the provider fetches the inputs"))
    };
    assert!(next().unwrap().contains("matched"));
    let node = node.start_anew_not_final();
    assert_eq!(next().unwrap(), "connected again");
    node.go_on(watched::ASSIGNED);
    let line = next().unwrap();
    assert!(line.contains("started"), "{line}");
    let sent = Command::new("kill")
        .args(["-TERM", &watch.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
    watch.wait_with_output().unwrap();
}

/// A program that `nohup` has started should go on without its terminal.
#[test]
fn a_signal_that_is_ignored_from_the_start_ends_nothing() {
    let node = FakeNode::start();
    let id = watched::ASSIGNED.to_string();
    // A timeout, because otherwise a failing test would go on for ever.
    let late = format!("{}s", HANGS_AFTER.as_secs());
    let aicpw = node.aicpw(&["task", "watch", &id, "--timeout", &late]);
    let mut ignoring = Command::new("sh");
    ignoring.args(["-c", "trap '' HUP; exec \"$0\" \"$@\""]);
    ignoring.arg(aicpw.get_program()).args(aicpw.get_args());
    ignoring.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut watch = ignoring.spawn().unwrap();
    let mut said = BufReader::new(watch.stdout.take().unwrap()).lines();
    let line = said.next().unwrap().unwrap();
    assert!(line.contains("matched"), "{line}");
    let send = |signal: &str| {
        let pid = watch.id().to_string();
        let sent = Command::new("kill").args([signal, &pid]).status();
        assert!(sent.unwrap().success());
    };
    send("-HUP");
    node.go_on(watched::ASSIGNED);
    let goes_on = said.any(|line| line.unwrap().contains("started"));
    assert!(goes_on, "it has ended");
    send("-TERM");
    let ended = watch.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    let text = String::from_utf8(ended.stderr).unwrap();
    let said = "told to end, and not followed any more";
    assert!(text.contains(said), "{text}");
}

/// Regression: any refusal of the node except a lost connection, such as a limit of its own, ended the agent.
#[test]
fn the_agent_tries_again_what_the_node_has_refused_once() {
    let node = FakeNode::start_with_store();
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().to_str().unwrap();
    let arguments = ["--suri", "//Charlie", "agent", "--until-idle"];
    let output = node.run(&[&arguments[..], &["--pins", folder]].concat());
    assert!(output.status.success(), "{output:?}");
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(error.matches("trying again").count(), 1, "{error}");
    let text = String::from_utf8(output.stdout).unwrap();
    let ended = format!("task {}: settled", watched::UNSTEADY);
    assert!(text.contains(&ended), "{text}");
}

/// Regression: the agent went on at once with the old state of a node that was behind the chain.
#[test]
fn the_agent_goes_on_once_the_node_has_caught_up() {
    let looks = |node: &FakeNode| {
        let late = Instant::now() + HANGS_AFTER;
        while node.read_at(&["TasksApi_tasks"]).is_empty() {
            assert!(Instant::now() < late, "it does not look at the tasks");
            std::thread::sleep(Duration::from_millis(10));
        }
    };
    let node = FakeNode::start();
    let mut agent = node.start_aicpw(&["agent"]);
    let mut said = BufReader::new(agent.stdout.take().unwrap()).lines();
    let mut next = || said.next().unwrap().unwrap();
    let line = next();
    assert!(line.starts_with("agent of "), "{line}");
    looks(&node);
    let node = node.start_anew_behind(1);
    let line = next();
    assert!(
        line.contains("waiting for the node to catch up: it is at block 1000"),
        "{line}"
    );
    assert_eq!(next(), "connected again");
    looks(&node);
    let sent = Command::new("kill")
        .args(["-TERM", &agent.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
    let ended = agent.wait_with_output().unwrap();
    assert!(ended.status.success(), "{ended:?}");
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
    // Jurors of this task need its files. By the time it ends, the agent has begun to make the node serve them.
    let mut said = BufReader::new(agent.stdout.take().unwrap()).lines();
    assert!(said.any(|line| line.unwrap().contains("ended")));
    let sent = Command::new("kill")
        .args(["-INT", &agent.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
    // Wait for the end of its output, which a program that goes on keeps open.
    let ended = std::thread::spawn(move || agent.wait_with_output().unwrap());
    let late = Instant::now() + HANGS_AFTER;
    while !ended.is_finished() {
        assert!(Instant::now() < late, "it waits for the lock");
        std::thread::yield_now();
    }
    assert!(ended.join().unwrap().status.success());
    drop(held);
}

/// Regression: the agent did not connect to the node where the task was submitted. And as long as the node searched, up
/// to ten minutes for each file, nothing was released on that machine.
#[test]
fn the_agent_holds_no_notes_while_the_node_fetches_from_where_a_task_was_submitted() {
    let node = FakeNode::start_with_store();
    let dir = tempfile::tempdir().unwrap();
    let keys = dir.path().join("keys");
    let (folder, keys) = (dir.path().to_str().unwrap(), keys.to_str().unwrap());
    let arguments = ["--suri", "//Alice", "agent", "--data-keys", keys];
    let agent = node.start_aicpw(&[&arguments[..], &["--pins", folder]].concat());
    let wanted = [
        ("connect", disputes::SUBMITTED_AT.to_owned()),
        ("connect to stranger", disputes::JURORS_AT.to_owned()),
        ("pin", CID.to_owned()),
    ];
    let late = Instant::now() + HANGS_AFTER;
    let place = |what: usize| node.asked().iter().position(|one| *one == wanted[what]);
    while (0..wanted.len()).any(|what| place(what).is_none()) {
        assert!(Instant::now() < late, "{:?}", node.asked());
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(place(0) < place(2), "{:?}", node.asked());
    assert_eq!(node.asked().len(), wanted.len(), "itself it does not dial");

    // Another program can take the lock to release files. It knows from the note that these files stay.
    let lock = std::fs::File::open(dir.path().join("lock")).unwrap();
    lock.try_lock().unwrap();
    let mut files = std::fs::read_dir(dir.path()).unwrap().flatten();
    let note = files.find(|file| file.path().extension().is_some_and(|ext| ext == "json"));
    let note = std::fs::read(note.unwrap().path()).unwrap();
    let note: serde_json::Value = serde_json::from_slice(&note).unwrap();
    assert_eq!(note["reason"]["task"]["task"], disputes::SEALED, "{note}");
    assert_eq!(note["pins"], serde_json::json!([CID]), "{note}");

    let sent = Command::new("kill")
        .args(["-INT", &agent.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
    let ended = agent.wait_with_output().unwrap();
    assert!(ended.status.success(), "{ended:?}");
    let text = String::from_utf8(ended.stderr).unwrap();
    let said = format!("is not reached: {} not found", disputes::SUBMITTED_AT);
    assert!(text.contains(&said), "{text}");
}
