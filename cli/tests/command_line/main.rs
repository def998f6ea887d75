//! Tests of the program as it is called: its exit codes, and what is printed where. Some run without a node, others
//! with a fake one.

#![allow(clippy::unwrap_used)]

mod content;
mod disputes;
mod fake_node;
mod provider;
mod questions;
mod results;
mod watch;

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
    time::{Duration, Instant},
};

use fake_node::{FakeNode, MANIFEST as CID, NOWHERE, PEER};

const MANIFEST: &str = r#"{
    "version": "aicpw.task/v1", "name": "double", "engine": "opencl", "class": "int",
    "program": { "file": "double.cl" },
    "buffers": [ { "name": "x", "type": "int", "length": 4 } ],
    "steps": [ { "kernel": "twice", "args": [ { "buffer": "x" } ], "global": [4] } ],
    "outputs": [ "x" ]
}"#;

/// A program that has not ended by then never will.
const HANGS_AFTER: Duration = Duration::from_secs(60);

/// Nothing listens on port 1 of this machine.
const NOBODY: &str = "ws://127.0.0.1:1";

/// `aicpw` with its user's data in this folder, and not in that of the person who runs the tests.
fn aicpw_of(user: &Path) -> Command {
    let mut aicpw = Command::new(env!("CARGO_BIN_EXE_aicpw"));
    aicpw
        .env("AICPW_PINS", user.join("pins"))
        .env("AICPW_DATA_KEYS", user.join("data-keys"));
    aicpw
}

fn aicpw(arguments: &[&str]) -> Output {
    let user = tempfile::tempdir().unwrap();
    aicpw_of(user.path())
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

/// Regression: the command asked for a key, although it signs nothing.
#[test]
fn a_dry_run_goes_without_a_key() {
    let (_dir, path) = task(MANIFEST);
    let dry_run = |more: &[&str]| {
        let path = path.to_str().unwrap();
        let all = ["dry-run", path, "--budget", "1", "--time-limit", "60s"];
        aicpw(&[&all, more].concat()).status.code()
    };
    assert_eq!(dry_run(&[]), Some(6), "only the node is missing");
    let folder = path.parent().unwrap().to_str().unwrap();
    for wrong in [["--suri", "nonsense"], ["--key-file", folder]] {
        assert_eq!(dry_run(&wrong), Some(2), "one that is given is read");
    }
}

/// Regression: the compiler's messages were only seen once a provider had failed because of them.
#[test]
fn a_program_is_compiled_before_any_node_is_asked() {
    let (dir, path) = task(MANIFEST);
    let executor = dir.path().join("executor");
    let dry_run = |ends_with: &str| {
        let devices = format!(
            r#"[{{"fingerprint":"{}","kind":"cpu","memory_bytes":1,"name":"cpu"}}]"#,
            "22".repeat(32)
        );
        let script = format!(
            "#!/bin/sh\ncase \"$1\" in\ndevices) echo '{devices}';;\nbuild) mkdir \"$2/build\"\n\
             echo 'program.cl:3: a word' > \"$2/build/build.log\"\n{ends_with};;\nesac\n"
        );
        aicpw_stand_in::program(&executor, &script).unwrap();
        let (path, executor) = (path.to_str().unwrap(), executor.to_str().unwrap());
        let terms = ["dry-run", path, "--budget", "1", "--time-limit", "60s"];
        let compile = ["--compile", "--executor-path", executor];
        aicpw(&[&terms[..], &compile].concat())
    };
    let failed = r#"{"failed":{"fault":"build-failed","message":"no","log":"build/build.log"}}"#;
    let output = dry_run(&format!("echo '{failed}'; exit 1"));
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("no\ndouble.cl:3: a word"), "{text}");

    let output = dry_run(r#"echo '{"done":"build"}'"#);
    assert_eq!(output.status.code(), Some(6), "only the node is missing");
    let text = String::from_utf8(output.stdout).unwrap();
    let said = "double.cl compiles on cpu; the compiler says:\ndouble.cl:3: a word";
    assert!(text.contains(said), "{text}");
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
fn what_is_not_what_was_promised_has_a_code_of_its_own() {
    let node = FakeNode::start_with_store();
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("result");
    let id = fake_node::disputes::OPEN.to_string();
    let fetch = ["task", "fetch", &id, "--out", out.to_str().unwrap()];
    let error = node.failure(&fetch, 4);
    assert_eq!(error["kind"], "verification");
    let message = error["message"].as_str().unwrap();
    let on_chain = format!("but 0x{} is on chain", "ab".repeat(32));
    assert!(
        message.contains("has the root") && message.contains(&on_chain),
        "{error}"
    );
    let hint = error["hint"].as_str().unwrap();
    assert!(hint.contains("nothing was written"), "{error}");
    let left = std::fs::read_dir(dir.path()).unwrap();
    assert_eq!(left.count(), 0, "nor anything beside the folder");

    // Each of the node's tasks has the head of an empty history.
    let output = node.run(&["history", "verify", "--json"]);
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["valid"], false, "{document}");
    assert_eq!(document["wrong"], 0, "{document}");
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        text.contains("at task 0") && text.contains("do not trust this node"),
        "{text}"
    );
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
        (&["task", "rate", "1", "-6"], "'-6' for '<STARS>'"),
        (&["task", "show", "-1"], "'-1' for '<ID>'"),
        (
            &["task", "watch", "1", "--timeout", "-1s"],
            "'-1s' for '--timeout",
        ),
        (&["provider", "stake", "-1"], "'-1' for '<AMOUNT>'"),
        (&["provider", "unbond", "-1"], "'-1' for '<AMOUNT>'"),
        (&["provider", "ls", "--limit", "-1"], "'-1' for '--limit"),
        (
            &["provider", "register", "--stake", "-1", "--ask", "1"],
            "'-1' for '--stake",
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
fn a_number_below_zero_is_answered_with_the_name_of_its_option() {
    let (_dir, path) = task(MANIFEST);
    for (option, value) in [
        ("--budget", "-1"),
        ("--budget", "-0.5"),
        ("--time-limit", "-1"),
        ("--time-limit", "-1m"),
        ("--gflops", "-1"),
        ("--memory", "-1GiB"),
        ("--bandwidth", "-1"),
        ("--min-reputation", "-1"),
        ("--match-window", "-1s"),
    ] {
        let path = path.to_str().unwrap();
        let mut arguments = vec!["submit", path, option, value];
        for (other, value) in [("--budget", "1"), ("--time-limit", "60s")] {
            if other != option {
                arguments.extend([other, value]);
            }
        }
        let output = aicpw(&arguments);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let text = String::from_utf8(output.stderr).unwrap();
        let said = format!("invalid value '{value}' for '{option} <");
        assert!(text.contains(&said), "{text}");
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
fn the_agent_lets_go_of_what_is_over() {
    let node = FakeNode::start_with_store();
    let dir = tempfile::tempdir().unwrap();
    let own = NOWHERE;
    let genesis = format!("0x{}", "00".repeat(32));
    // Task 600 ended 400 blocks ago, 601 one block later; both have the same manifest.
    for (task, pins) in [(600, vec![CID, own]), (601, vec![CID])] {
        let note = serde_json::json!({
            "version": "aicpw.pins/v1", "node": PEER, "created": 1, "pins": pins,
            "reason": { "task": { "genesis": genesis, "task": task } },
        });
        std::fs::write(dir.path().join(format!("{task}.json")), note.to_string()).unwrap();
    }
    // Of a chain and of a node that are long gone.
    let long_gone = format!("0x{}", "77".repeat(32));
    for (name, peer, genesis) in [("chain", PEER, &long_gone), ("node", "12D3Other", &genesis)] {
        let note = serde_json::json!({
            "version": "aicpw.pins/v1", "node": peer, "created": 1, "pins": [CID],
            "reason": { "task": { "genesis": genesis, "task": 7 } },
        });
        std::fs::write(dir.path().join(format!("{name}.json")), note.to_string()).unwrap();
    }
    let folder = dir.path().to_str().unwrap();
    let output = node.run(&["agent", "--until-idle", "--json", "--pins", folder]);
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let released = text.lines().filter(|line| line.contains("released"));
    let mut released =
        released.map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let released = released.find(|line| line["task"] == 600).unwrap();
    assert_eq!(released["blobs"], 1);
    assert_eq!(node.unpinned(), [own]);
    assert!(!dir.path().join("600.json").exists());
    assert!(dir.path().join("601.json").exists());
    for gone in ["chain.json", "node.json"] {
        assert!(!dir.path().join(gone).exists(), "{gone}");
    }
}

#[test]
fn tasks_are_listed_in_pages() {
    let node = FakeNode::start();
    let sealed = fake_node::disputes::SEALED;
    let list = |more: &[&str]| {
        let mine = ["--suri", "//Alice", "task", "ls", "--mine"];
        let list = node.document(&[&mine, more].concat());
        let ids = list.as_array().unwrap().iter();
        ids.map(|one| one["task"].as_u64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(list(&[]), [sealed]);
    assert_eq!(list(&["--before", &(sealed + 1).to_string()]), [sealed]);
    assert!(list(&["--before", &sealed.to_string()]).is_empty());
    // Regression: it listed no tasks at all.
    let oldest = node.text(&["task", "ls", "--before", "0"]);
    assert_eq!(oldest, "no tasks older than task 0\n");
    for list in ["task", "dispute", "provider"] {
        let error = node.failure(&[list, "ls", "--limit", "0"], 2);
        let message = error["message"].as_str().unwrap();
        assert!(message.contains("too little: at least 1"), "{error}");
    }
    let error = node.failure(&["task", "ls", "--before", "newest"], 2);
    let message = error["message"].as_str().unwrap();
    assert!(
        message.contains("`newest` is not the number of a task"),
        "{error}"
    );
}

#[test]
fn what_is_unpinned_is_noted_no_more() {
    let node = FakeNode::start_with_store();
    let dir = tempfile::tempdir().unwrap();
    let note = serde_json::json!({
        "version": "aicpw.pins/v1", "node": PEER, "created": 1, "pins": [CID],
        "reason": { "task": { "genesis": "0x00", "task": 600 } },
    });
    std::fs::write(dir.path().join("600.json"), note.to_string()).unwrap();
    let folder = dir.path().to_str().unwrap();
    let document = node.document(&["ipfs", "unpin", CID, "--pins", folder]);
    assert_eq!(document["pinned"], false);
    assert_eq!(node.unpinned(), [CID]);
    assert!(!dir.path().join("600.json").exists());
}

/// The notes in a folder.
fn notes(folder: &Path) -> Vec<serde_json::Value> {
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap());
    let notes = files.filter(|file| file.path().extension().is_some_and(|ext| ext == "json"));
    notes
        .map(|note| serde_json::from_slice(&std::fs::read(note.path()).unwrap()).unwrap())
        .collect()
}

/// Regression: as long as the node searched, up to ten minutes, nothing was released on that machine.
#[test]
fn who_has_a_file_kept_holds_no_notes_while_the_node_fetches_it() {
    let node = FakeNode::start_with_store();
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().to_str().unwrap();
    let mut pin = node.start_aicpw(&["ipfs", "pin", CID, "--pins", folder]);
    let late = Instant::now() + HANGS_AFTER;
    while node.asked() != [("pin", CID.to_owned())] {
        assert!(Instant::now() < late, "{:?}", node.asked());
        std::thread::sleep(Duration::from_millis(10));
    }

    // Another program can take the lock to release files. It knows from the note that this file stays.
    let lock = std::fs::File::open(dir.path().join("lock")).unwrap();
    lock.try_lock().unwrap();
    let notes = notes(dir.path());
    assert_eq!(notes.len(), 1, "{notes:?}");
    let asked = serde_json::json!({ "asked": CID });
    assert_eq!(notes[0]["reason"], asked, "{notes:?}");
    assert_eq!(notes[0]["pins"], serde_json::json!([CID]), "{notes:?}");
    pin.kill().unwrap();
    pin.wait().unwrap();
}

#[test]
fn what_could_not_be_kept_is_not_noted() {
    let node = FakeNode::start_with_store();
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().to_str().unwrap();
    let pin = ["ipfs", "pin", NOWHERE, "--pins", folder];
    let fails = || {
        let output = node.run(&pin);
        assert!(!output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.contains("not found"), "{text}");
    };
    fails();
    assert!(notes(dir.path()).is_empty());

    // An existing note stays: the file may be kept.
    let note = serde_json::json!({
        "version": "aicpw.pins/v1", "node": PEER, "created": 1, "pins": [NOWHERE],
        "reason": { "asked": NOWHERE },
    });
    let file = dir.path().join(format!("{PEER}-asked-{NOWHERE}.json"));
    std::fs::write(&file, note.to_string()).unwrap();
    fails();
    assert_eq!(notes(dir.path()).len(), 1);
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
        (&["provider", "status"], "put the account's address behind"),
        (&["account", "balance"], "put the account's address behind"),
        (&["account", "ledger"], "put the account's address behind"),
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
