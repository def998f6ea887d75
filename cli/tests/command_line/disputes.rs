//! Tests of disputes, appeals and claims, and of what the agent does about them.

use super::{fake_node::disputes, *};

#[test]
fn disputes_are_listed_and_shown() {
    let node = FakeNode::start();
    let all = node.document(&["dispute", "ls"]);
    let tasks = |list: &serde_json::Value| -> Vec<u64> {
        let list = list.as_array().unwrap();
        list.iter()
            .map(|one| one["task"].as_u64().unwrap())
            .collect()
    };
    let (judging, appealable) = (disputes::JUDGING, disputes::APPEALABLE);
    assert_eq!(tasks(&all), [disputes::ENDED, appealable, judging]);
    let open = node.document(&["dispute", "ls", "--open", "--limit", "1"]);
    assert_eq!(tasks(&open), [appealable]);
    let text = node.text(&["dispute", "ls"]);
    assert!(text.contains("judging") && text.contains("wrong"), "{text}");

    let id = appealable.to_string();
    let shown = node.document(&["dispute", "show", &id]);
    assert_eq!(shown, all[1]);
    assert_eq!(shown["state"], "appealable");
    assert_eq!(shown["outcome"], "wrong");
    assert_eq!(shown["appeal_bond"], "22");
    assert_eq!(shown["jurors"][0]["last_jury"], true);
    let text = node.text(&["dispute", "show", &id]);
    assert!(
        text.contains("a bond of 22 AICP: about 50 s left"),
        "{text}"
    );
    assert_eq!(node.document(&["task", "show", &id])["dispute"], shown);
    let text = node.text(&["task", "show", &id]);
    assert!(text.contains(&format!("aicpw dispute show {id}")), "{text}");

    let none = disputes::OPEN.to_string();
    let error = node.failure(&["dispute", "show", &none], 1);
    let hint = error["hint"].as_str().unwrap();
    assert!(
        hint.contains(&format!("aicpw task dispute {none}")),
        "{error}"
    );
    assert!(node.document(&["task", "show", &none])["dispute"].is_null());
    assert_eq!(
        node.failure(&["dispute", "watch", &none], 1)["task"],
        disputes::OPEN
    );
}

#[test]
fn what_is_shown_of_a_dispute_is_of_one_block() {
    let node = FakeNode::start();
    let id = disputes::APPEALABLE.to_string();
    let reads = [
        "TasksApi_task",
        "DisputesApi_dispute",
        "TasksApi_market_clock",
    ];
    for (number, command) in ["dispute", "task"].into_iter().enumerate() {
        node.text(&[command, "show", &id]);
        // Every time the node is asked, it has another best block.
        let at = Some(format!("0x{:064x}", number + 1));
        assert_eq!(node.read_at(&reads), vec![at; 3], "{command}");
    }
    node.text(&["dispute", "ls"]);
    let all = node.read_at(&[&reads[..], &["DisputesApi_disputes"]].concat());
    let at = Some(format!("0x{:064x}", 3));
    assert!(all.len() > 3 && all.iter().all(|one| *one == at), "{all:?}");
}

/// Regression: while a dispute was followed, the task was read in one block and the dispute in a
/// later one.
#[test]
fn what_is_told_of_a_dispute_that_is_followed_is_of_one_block() {
    let node = FakeNode::start();
    let id = disputes::ENDED.to_string();
    node.text(&["dispute", "watch", &id]);
    let task = node.read_at(&["TasksApi_task"]);
    node.text(&["dispute", "watch", &id]);
    let all = node.read_at(&[
        "TasksApi_task",
        "DisputesApi_dispute",
        "TasksApi_market_clock",
    ]);
    // The first read finds out whether there is a dispute, the second is reported.
    assert_eq!(task.len(), 2, "{task:?}");
    let at = |number: u8| Some(format!("0x{number:064x}"));
    assert_eq!(all, [at(3), at(3), at(4), at(4), at(4)]);
}

#[test]
fn what_cannot_be_disputed_or_appealed_is_said_before_anything_is_sent() {
    let node = FakeNode::start();
    for (command, task, why) in [
        ("dispute", disputes::BY_BOB, "Disputes.IsParty"),
        ("dispute", disputes::SEALED_OPEN, "Disputes.NotRequester"),
        ("dispute", disputes::JUDGING, "Disputes.AlreadyDisputed"),
        ("dispute", disputes::ENDED, "Tasks.NotVerifying"),
        ("dispute", 5, "Tasks.NotVerifying"),
        ("appeal", disputes::OPEN, "Disputes.NotDisputed"),
        ("appeal", disputes::JUDGING, "Disputes.NotAppealable"),
        ("appeal", disputes::ENDED, "Disputes.NotAppealable"),
    ] {
        let error = node.failure(&["task", command, &task.to_string(), "--yes"], 1);
        assert!(error["message"].as_str().unwrap().contains(why), "{error}");
        let hint = error["hint"].as_str().unwrap();
        assert!(hint.contains("nothing was sent"), "{error}");
        assert_eq!(error["task"], task);
    }
    for (command, task, parts) in [
        (
            "dispute",
            disputes::OPEN,
            ["bond of 10 AICP", "loses 7 AICP", "about 50 s left"],
        ),
        (
            "appeal",
            disputes::APPEALABLE,
            [
                "bond of 22 AICP",
                "the jury found 0xcdcd",
                "about 50 s left",
            ],
        ),
    ] {
        let error = node.failure(&["task", command, &task.to_string()], 2);
        for part in parts {
            assert!(error["message"].as_str().unwrap().contains(part), "{error}");
        }
        assert!(error["hint"].as_str().unwrap().contains("--yes"), "{error}");
    }
    assert_eq!(node.transactions(), 0);
}

#[test]
fn what_cannot_be_claimed_not_to_be_there_is_said_before_anything_is_sent() {
    let node = FakeNode::start();
    let claim = |task: u64, suri, yes: &[&str], code| {
        let task = task.to_string();
        let arguments = ["--suri", suri, "task", "claim-unavailable", &task];
        node.failure(&[&arguments, yes].concat(), code)
    };
    for (task, suri, why) in [
        (disputes::PAID, "//Bob", "Tasks.NotRequester"),
        (disputes::OPEN, "//Alice", "Tasks.NotSettled"),
        (disputes::JUDGING, "//Alice", "Disputes.AlreadyDisputed"),
        (disputes::PAID_LONG_AGO, "//Alice", "Tasks.RetrievalEnded"),
    ] {
        let error = claim(task, suri, &["--yes"], 1);
        assert!(error["message"].as_str().unwrap().contains(why), "{error}");
        let hint = error["hint"].as_str().unwrap();
        assert!(hint.contains("nothing was sent"), "{error}");
        assert_eq!(error["task"], task);
    }
    let error = claim(disputes::PAID, "//Alice", &[], 2);
    for part in ["bond of 1 AICP", "loses 3 AICP", "assignment 7007-0-0"] {
        assert!(error["message"].as_str().unwrap().contains(part), "{error}");
    }
    assert!(error["hint"].as_str().unwrap().contains("--yes"), "{error}");
    assert_eq!(node.transactions(), 0);
}

#[test]
fn who_disputes_a_sealed_task_learns_that_jurors_need_the_key() {
    let node = FakeNode::start();
    let dir = tempfile::tempdir().unwrap();
    let (task, keys) = (
        disputes::SEALED_OPEN.to_string(),
        dir.path().to_str().unwrap(),
    );
    let arguments = [
        "--suri",
        "//Alice",
        "--data-keys",
        keys,
        "task",
        "dispute",
        &task,
    ];
    let output = node.run(&arguments);
    assert_eq!(output.status.code(), Some(2), "not confirmed");
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        text.contains("within 60 s of being drawn") && text.contains("aicpw agent"),
        "{text}"
    );
    let error = node.failure(&[&arguments[..], &["--wait", "--yes"]].concat(), 1);
    let message = error["message"].as_str().unwrap();
    assert!(
        message.contains("nothing was sent: the jurors need the data key"),
        "{error}"
    );
    assert!(
        error["hint"].as_str().unwrap().contains("keys import"),
        "{error}"
    );
    assert_eq!(node.transactions(), 0);
}

#[test]
fn the_agent_looks_for_the_keys_of_jurors() {
    let node = FakeNode::start();
    let dir = tempfile::tempdir().unwrap();
    let folder = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (pins, keys) = (folder("pins"), folder("keys"));
    let output = node.run(&[
        "--suri",
        "//Alice",
        "agent",
        "--until-idle",
        "--json",
        "--pins",
        &pins,
        "--data-keys",
        &keys,
    ]);
    assert!(output.status.success(), "{output:?}");
    let warnings = String::from_utf8(output.stderr).unwrap();
    let expected = format!(
        "the key of task {} is not granted yet: the data key 0x0707",
        disputes::SEALED
    );
    assert!(warnings.contains(&expected), "{warnings}");
    let text = String::from_utf8(output.stdout).unwrap();
    let last: serde_json::Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!(last["event"], "ended");
    assert_eq!(last["task"], disputes::SEALED);
}
