//! The program as it is called: exit codes, and what is printed where. Without a node, or with a
//! fake one.

#![allow(clippy::unwrap_used)]

mod fake_node;

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use fake_node::{disputes, FakeNode, MANIFEST as CID, PEER};

const MANIFEST: &str = r#"{
    "version": "aicpw.task/v1", "name": "double", "engine": "opencl", "class": "int",
    "program": { "file": "double.cl" },
    "buffers": [ { "name": "x", "type": "int", "length": 4 } ],
    "steps": [ { "kernel": "twice", "args": [ { "buffer": "x" } ], "global": [4] } ],
    "outputs": [ "x" ]
}"#;

/// Nothing listens on port 1 of this machine.
const NOBODY: &str = "ws://127.0.0.1:1";

fn aicpw(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_aicpw"))
        .args(arguments)
        .env_remove("AICPW_SURI")
        .env("AICPW_URL", NOBODY)
        .output()
        .unwrap()
}

fn task(manifest: &str) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("double.cl"), "kernel void twice() {}").unwrap();
    let path = dir.path().join("manifest.json");
    std::fs::write(&path, manifest).unwrap();
    (dir, path)
}

fn submit(manifest: &Path, more: &[&str]) -> Output {
    let mut arguments = vec!["submit", manifest.to_str().unwrap()];
    arguments.extend(["--budget", "1", "--time-limit", "60s"]);
    arguments.extend(more);
    aicpw(&arguments)
}

fn failure(output: &Output) -> serde_json::Value {
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["error"]["code"], output.status.code().unwrap());
    document["error"].clone()
}

#[test]
fn a_bad_manifest_is_found_before_any_node_is_asked() {
    let (_dir, path) = task(&MANIFEST.replace("\"length\": 4", "\"length\": -4"));
    let output = submit(&path, &["--suri", "//Alice", "--json"]);
    assert_eq!(output.status.code(), Some(2));
    let error = failure(&output);
    assert_eq!(error["kind"], "usage");
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .contains("buffers[0].length"),
        "{error}"
    );
}

#[test]
fn a_missing_file_is_found_before_any_node_is_asked() {
    let (dir, path) = task(MANIFEST);
    std::fs::remove_file(dir.path().join("double.cl")).unwrap();
    let output = submit(&path, &["--suri", "//Alice"]);
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        text.contains("double.cl") && text.contains("nothing was sent"),
        "{text}"
    );
}

#[test]
fn a_missing_key_says_how_to_give_one() {
    let (_dir, path) = task(MANIFEST);
    let output = submit(&path, &[]);
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        text.contains("AICPW_SURI") && text.contains("--suri //Alice"),
        "{text}"
    );
}

#[test]
fn a_result_that_would_overwrite_something_else_is_refused() {
    let (dir, path) = task(MANIFEST);
    std::fs::write(dir.path().join("x.bin"), "mine").unwrap();
    let out = dir.path().to_str().unwrap();
    let output = submit(&path, &["--suri", "//Alice", "--wait", "--out", out]);
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("x.bin exists"), "{text}");
}

#[test]
fn no_node_has_a_code_of_its_own_and_a_next_step() {
    for arguments in [
        &["task", "ls", "--json"][..],
        &["provider", "ls", "--json"],
        &["history", "verify", "--json"],
        &["ipfs", "addresses", "--json"],
    ] {
        let output = aicpw(arguments);
        assert_eq!(output.status.code(), Some(6), "{arguments:?}");
        let error = failure(&output);
        assert_eq!(error["kind"], "unreachable");
        assert!(
            error["message"].as_str().unwrap().contains(NOBODY),
            "{error}"
        );
        assert!(
            error["hint"].as_str().unwrap().contains("aicpw-node"),
            "{error}"
        );
    }
    let (_dir, path) = task(MANIFEST);
    assert_eq!(submit(&path, &["--suri", "//Alice"]).status.code(), Some(6));
}

#[test]
fn wrong_arguments_are_named() {
    for (arguments, named) in [
        (
            &["submit", "m.json", "--budget", "1,5", "--time-limit", "60s"][..],
            "--budget",
        ),
        (
            &["submit", "m.json", "--budget", "1", "--time-limit", "soon"],
            "--time-limit",
        ),
        (
            &[
                "submit",
                "m.json",
                "--budget",
                "1",
                "--time-limit",
                "1s",
                "--verify",
                "x",
            ],
            "--verify",
        ),
        (&["task", "rate", "1", "6"], "STARS"),
        (
            &["provider", "register", "--stake", "-1", "--ask", "1"],
            "--stake",
        ),
        (&["--url", "http://127.0.0.1:9944", "task", "ls"], "--url"),
    ] {
        let output = aicpw(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.contains(named), "{arguments:?}: {text}");
    }
}

#[test]
fn completions_are_a_script_and_need_no_node() {
    for shell in ["bash", "zsh", "fish"] {
        let output = aicpw(&["completions", shell]);
        assert!(output.status.success(), "{shell}");
        let script = String::from_utf8(output.stdout).unwrap();
        assert!(script.contains("rotate-worker"), "{shell}");
    }
    let output = aicpw(&["completions", "bash", "--json"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(failure(&output)["kind"], "usage");
}

#[test]
fn help_has_examples_and_exit_codes() {
    let help = |arguments: &[&str]| {
        let output = aicpw(arguments);
        assert!(output.status.success(), "{arguments:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(help(&["help"]).contains("6  the node does not answer"));
    assert!(help(&["help", "provider", "unbond"]).contains("provider unbond all --yes"));
    assert!(help(&["provider", "ask", "--help"]).contains("Examples:"));
}

#[test]
fn a_provider_is_shown_by_account_and_by_key() {
    let node = FakeNode::start();
    let by_key = node.document(&["provider", "status"]);
    assert_eq!(by_key["stake"], "1000");
    assert_eq!(by_key["unbonding"], "300");
    assert_eq!(by_key["unbondings"][0]["available_at"], 5_000);
    let account = by_key["account"].as_str().unwrap();
    assert_eq!(node.document(&["provider", "status", account]), by_key);
    assert_eq!(node.document(&["provider", "devices"]), by_key["devices"]);
    let text = node.text(&["provider", "status"]);
    assert!(
        text.contains("300 AICP, can be withdrawn in about"),
        "{text}"
    );
    assert!(text.contains("paused"), "{text}");
    let alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
    let error = node.failure(&["provider", "status", alice], 1);
    assert!(
        error["hint"]
            .as_str()
            .unwrap()
            .contains("provider register"),
        "{error}"
    );
}

#[test]
fn the_agent_lets_go_of_what_is_over() {
    let node = FakeNode::start_with_store();
    let dir = tempfile::tempdir().unwrap();
    let own = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";
    let genesis = format!("0x{}", "00".repeat(32));
    // Task 600 ended 400 blocks ago, 601 one block later; both have the same manifest.
    for (task, pins) in [(600, vec![CID, own]), (601, vec![CID])] {
        let note = serde_json::json!({
            "version": "aicpw.pins/v1", "node": PEER, "created": 1, "pins": pins,
            "reason": { "task": { "genesis": genesis, "task": task } },
        });
        std::fs::write(dir.path().join(format!("{task}.json")), note.to_string()).unwrap();
    }
    let folder = dir.path().to_str().unwrap();
    let output = node.run(&["agent", "--until-idle", "--json", "--pins", folder]);
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let released = text.lines().find(|line| line.contains("released")).unwrap();
    let released: serde_json::Value = serde_json::from_str(released).unwrap();
    assert_eq!(released["task"], 600);
    assert_eq!(released["blobs"], 1);
    assert_eq!(node.unpinned(), [own]);
    assert!(!dir.path().join("600.json").exists());
    assert!(dir.path().join("601.json").exists());
}

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

#[test]
fn wrong_words_are_answered_with_right_ones() {
    for (arguments, answer) in [
        (&["task", "show", "abc"][..], "`aicpw task ls` lists them"),
        (&["transfer", "xyz", "1"], "Write an address"),
        (
            &["account", "balance", "//Bob"],
            "aicpw --suri //Bob account address",
        ),
        (&["ipfs", "cat", "xyz"], "begin with `baf`"),
        (
            &["ipfs", "cat", CID, "--peer", "nonsense"],
            "aicpw ipfs addresses",
        ),
        (&["keys", "export", "seven"], "aicpw keys ls"),
        (&["provider", "unbond", "some"], "or `all`"),
        (
            &["keys", "import", "/no/such/file"],
            "see whether the path is right",
        ),
        (
            &["--key-file", "/no/such/file", "account", "address"],
            "mode 600",
        ),
        (&["task", "ls"], "nothing listens there"),
        (
            &["provider", "devices", "pause", "x"],
            "`aicpw provider devices` lists",
        ),
    ] {
        let output = aicpw(arguments);
        assert!(!output.status.success(), "{arguments:?}");
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.contains(answer), "{arguments:?}: {text}");
        for foreign in ["os error", "invalid digit", "base58"] {
            assert!(!text.contains(foreign), "{arguments:?}: {text}");
        }
    }
}

#[test]
fn what_cannot_be_done_with_stake_is_said_before_anything_is_sent() {
    let node = FakeNode::start();
    let error = node.failure(&["provider", "unbond", "700.1"], 2);
    assert!(
        error["message"].as_str().unwrap().contains("only 700 AICP"),
        "{error}"
    );
    let error = node.failure(&["provider", "withdraw"], 1);
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .contains("300 AICP in about 17 min"),
        "{error}"
    );
    let error = node.failure(&["provider", "deregister", "--yes"], 2);
    assert!(
        error["hint"]
            .as_str()
            .unwrap()
            .contains("devices remove all"),
        "{error}"
    );
    for amount in ["0", "-1", "1,5"] {
        let error = node.failure(&["provider", "stake", amount], 2);
        assert_eq!(error["kind"], "usage", "{amount}: {error}");
    }
    assert_eq!(node.transactions(), 0);
}

#[test]
fn what_cannot_be_done_with_a_device_is_said_before_anything_is_sent() {
    let node = FakeNode::start();
    let error = node.failure(&["provider", "ask", "3", "0.0001"], 2);
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .contains("at least 0.1 AICP"),
        "{error}"
    );
    let error = node.failure(&["provider", "ask", "9", "1"], 2);
    assert!(
        error["hint"].as_str().unwrap().contains("it has 3, 4"),
        "{error}"
    );
    let error = node.failure(&["provider", "devices", "remove", "3", "--yes"], 2);
    assert!(
        error["message"].as_str().unwrap().contains("runs 1 task"),
        "{error}"
    );
    // Nobody can be asked whether that is meant.
    let error = node.failure(&["provider", "devices", "remove", "4"], 2);
    assert!(error["hint"].as_str().unwrap().contains("--yes"), "{error}");
    assert_eq!(node.transactions(), 0);
}

#[test]
fn what_is_so_already_is_not_sent_again() {
    let node = FakeNode::start();
    for arguments in [
        &["provider", "ask", "all", "0.5"][..],
        &["provider", "devices", "pause", "4"],
        &["provider", "devices", "resume", "3"],
        &["provider", "devices", "update", "3"],
    ] {
        let document = node.document(arguments);
        assert!(
            document["transaction"].is_null(),
            "{arguments:?}: {document}"
        );
        assert_eq!(document["provider"]["stake"], "1000", "{arguments:?}");
        let text = node.text(arguments);
        assert!(text.starts_with("nothing to change: device"), "{text}");
    }
    assert_eq!(node.transactions(), 0);
}

#[test]
fn a_stake_below_the_minimum_is_said_before_anything_is_announced() {
    let node = FakeNode::start();
    let register = [
        "--suri",
        "//Charlie",
        "provider",
        "register",
        "--ask",
        "0.5",
    ];
    let output = node.run(&[&register[..], &["--stake", "50"]].concat());
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty(), "announced: {output:?}");
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("--stake: at least 100 AICP"), "{text}");
    let error = node.failure(&["provider", "unbond", "650"], 2);
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .contains("50 AICP stay active, less than the minimum of 100 AICP"),
        "{error}"
    );
    // Whoever does not want to be asked is told all the same.
    let output = node.run(&["provider", "unbond", "650", "--yes"]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("warning: 50 AICP stay active"), "{text}");
    assert_eq!(node.transactions(), 0);
}

#[test]
fn the_node_of_another_worker_key_is_not_registered_in_passing() {
    let node = FakeNode::start();
    let register = [
        "provider",
        "register",
        "--stake",
        "1000",
        "--ask",
        "0.5",
        "--dry-run",
    ];
    let error = node.failure(&register, 1);
    assert!(
        error["hint"].as_str().unwrap().contains("rotate-worker"),
        "{error}"
    );
    let error = node.failure(&["provider", "rotate-worker"], 2);
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .contains("what runs there (1 task)"),
        "{error}"
    );
    let document = node.document(&["provider", "peers"]);
    assert_eq!(document["registered"], serde_json::json!([]));
    // It offers no IPFS methods.
    assert!(document["node"].is_null(), "{document}");
    let error = node.failure(&["provider", "peers", "--set", "nonsense"], 2);
    assert!(
        error["message"].as_str().unwrap().contains("nonsense"),
        "{error}"
    );
}
