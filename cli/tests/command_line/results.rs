//! Tests of fetching results, and of where they are put.

use std::{os::fd::OwnedFd, process::Child};

use rustix::{
    fs::inotify::{self, CreateFlags, WatchFlags},
    io::Errno,
};

use aicpw_stand_in::unnamed;

use super::{
    fake_node::{disputes, results, STALLED},
    *,
};

/// Fetches the result of a task into the folder `out`, with `at` as the working directory.
fn fetch(node: &FakeNode, task: u64, at: &Path, out: &str) -> Output {
    let task = task.to_string();
    let mut aicpw = node.aicpw(&["task", "fetch", &task, "--out", out]);
    aicpw.current_dir(at).output().unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

#[test]
fn a_result_goes_into_the_folder_that_one_is_in_as_into_any_other() {
    let node = FakeNode::start_with_store();
    let dir = tempfile::tempdir().unwrap();
    let new = dir.path().join("deep/new");
    for (out, folder) in [(".", dir.path()), ("deep/new", new.as_path())] {
        let output = fetch(&node, results::RIGHT, dir.path(), out);
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("the root that is on chain"), "{text}");
        let record = std::fs::read(folder.join("result.json")).unwrap();
        let record: serde_json::Value = serde_json::from_slice(&record).unwrap();
        assert_eq!(record["task"], results::RIGHT, "{record}");
        assert_eq!(record["files"][0]["file"], "x.bin", "{record}");
        assert_eq!(names(folder), ["result.json", "x.bin"], "and nothing else");
    }
}

/// Regression: the folders that were made for the result stayed.
#[test]
fn a_result_that_is_not_what_was_promised_leaves_no_folders() {
    let node = FakeNode::start_with_store();
    let dir = tempfile::tempdir().unwrap();
    let output = fetch(&node, disputes::OPEN, dir.path(), "deep/deeper/new");
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    assert_eq!(names(dir.path()), [""; 0]);
}

#[test]
fn a_result_replaces_an_earlier_one_and_nothing_of_somebody_elses() {
    let node = FakeNode::start_with_store();
    let dir = tempfile::tempdir().unwrap();
    let refused = |named: &str| {
        let output = fetch(&node, results::RIGHT, dir.path(), ".");
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.contains(&format!("{named} exists")), "{text}");
    };
    let (record, output) = (dir.path().join("result.json"), dir.path().join("x.bin"));
    std::fs::write(&record, "mine").unwrap();
    refused("result.json");
    std::fs::write(&output, "mine").unwrap();
    refused("x.bin");
    std::fs::remove_file(&record).unwrap();
    refused("x.bin");
    assert_eq!(std::fs::read(&output).unwrap(), b"mine");
    std::fs::remove_file(&output).unwrap();

    // An earlier result is replaced if this program has written its record.
    for _ in 0..2 {
        let fetched = fetch(&node, results::RIGHT, dir.path(), ".");
        assert!(fetched.status.success(), "{fetched:?}");
        assert_eq!(std::fs::read(&output).unwrap().len(), 512);
    }
    std::fs::write(&output, "retouched").unwrap();
    refused("x.bin");
    assert_eq!(std::fs::read(&output).unwrap(), b"retouched");
}

#[test]
fn a_folder_that_cannot_be_written_to_is_refused_before_anything_is_sent() {
    let (dir, path) = task(MANIFEST);
    let file = path.to_str().unwrap();
    let under_file = path.join("result");
    for out in [file, under_file.to_str().unwrap()] {
        let output = submit(&path, &["--suri", "//Alice", "--wait", "--out", out]);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(
            text.contains("--out: ") && text.contains("not a folder"),
            "{text}"
        );
    }
    assert_eq!(names(dir.path()), ["double.cl", "manifest.json"]);
}

/// Whether somebody has opened the watched file.
fn was_opened(looks: &OwnedFd) -> bool {
    match rustix::io::read(looks, &mut [0; 4_096]) {
        Ok(bytes) => bytes > 0,
        Err(Errno::AGAIN) => false,
        Err(error) => panic!("{error}"),
    }
}

/// Sends TERM to a fetch, which has to end because of that, and say so.
fn ends_when_told(fetch: Child) {
    let sent = Command::new("kill")
        .args(["-TERM", &fetch.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
    let ended = fetch.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    let text = String::from_utf8(ended.stderr).unwrap();
    let said = "told to end\n  → the same command begins anew";
    assert!(text.contains(said), "{text}");
}

/// Starts a fetch of content of which only the beginning arrives, and waits until the fetch has begun.
fn start_endless(node: &FakeNode, out: &Path) -> Child {
    let id = results::STALLED.to_string();
    let fetch = node.start_aicpw(&["task", "fetch", &id, "--out", out.to_str().unwrap()]);
    let late = Instant::now() + HANGS_AFTER;
    while !node.asked().contains(&("read", STALLED.to_owned())) {
        assert!(Instant::now() < late, "it does not begin");
        std::thread::sleep(Duration::from_millis(10));
    }
    fetch
}

/// Regression: what was fetched so far stayed, and nothing was said.
#[test]
fn a_signal_ends_a_fetch_and_leaves_nothing_behind() {
    let node = FakeNode::start_with_store();
    let dir = tempfile::tempdir().unwrap();
    let fetch = start_endless(&node, &dir.path().join("deep/new"));
    ends_when_told(fetch);
    assert_eq!(names(dir.path()), [""; 0]);
}

/// Regression: the folders that were made for the result stayed, with what was fetched so far.
#[test]
fn a_fetch_that_is_killed_leaves_nothing_behind() {
    let node = FakeNode::start_with_store();
    let dir = tempfile::tempdir().unwrap();
    if !unnamed::are_in(dir.path()).unwrap() {
        return;
    }
    let mut fetch = start_endless(&node, &dir.path().join("deep/new"));
    assert_eq!(names(dir.path()), [""; 0]);
    fetch.kill().unwrap();
    assert!(!fetch.wait().unwrap().success());
    assert_eq!(names(dir.path()), [""; 0]);
}

/// Regression: neither a signal nor `--timeout` ended the wait.
#[test]
fn a_signal_ends_a_fetch_into_a_folder_that_another_program_holds() {
    let node = FakeNode::start_with_store();
    let dir = tempfile::tempdir().unwrap();
    let lock = ".aicpw-result.lock";
    let held = std::fs::File::create(dir.path().join(lock)).unwrap();
    held.lock().unwrap();
    let looks = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC).unwrap();
    inotify::add_watch(&looks, dir.path().join(lock), WatchFlags::OPEN).unwrap();
    let id = results::RIGHT.to_string();
    let out = dir.path().to_str().unwrap();
    let fetch = node.start_aicpw(&["task", "fetch", &id, "--out", out]);
    // By now it has looked at the lock, and waits for it.
    let late = Instant::now() + HANGS_AFTER;
    while !was_opened(&looks) {
        assert!(Instant::now() < late, "it does not get there");
        std::thread::sleep(Duration::from_millis(10));
    }
    ends_when_told(fetch);
    assert_eq!(names(dir.path()), [lock]);
    drop(held);
}

/// Regression: the node dialled any address that strangers had named, even in its own network, and the message did not
/// say why it reached nobody.
#[test]
fn who_has_a_result_is_a_stranger_to_the_node() {
    let node = FakeNode::start_with_store();
    let dir = tempfile::tempdir().unwrap();
    let output = fetch(&node, results::RIGHT, dir.path(), "result");
    assert!(
        output.status.success(),
        "that others have it is enough: {output:?}"
    );
    let mut asked = node.asked();
    asked.sort();
    let all = [
        disputes::SUBMITTED_AT,
        disputes::JURORS_AT,
        results::PROVIDER_AT,
    ];
    let mut all = all.map(|at| ("connect to stranger", at.to_owned()));
    all.sort();
    assert_eq!(asked, all, "itself it does not dial");

    for (task, at) in [
        (results::LOST, results::PROVIDER_AT),
        (results::UNKNOWN, disputes::SUBMITTED_AT),
    ] {
        let output = fetch(&node, task, dir.path(), "lost");
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let text = String::from_utf8(output.stderr).unwrap();
        let said =
            format!("{NOWHERE} not found; peers that should have it are not reached: {at} not");
        assert!(text.contains(&said), "{text}");
    }
}

#[test]
fn who_is_named_by_this_person_is_no_stranger() {
    let node = FakeNode::start_with_store();
    let at = results::PROVIDER_AT;
    let output = node.run(&["ipfs", "cat", CID, "--peer", at]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(output.stdout.len(), 512);
    assert_eq!(node.asked(), [("connect", at.to_owned())]);
}

#[test]
fn the_agent_fetches_each_result_once() {
    let node = FakeNode::start_with_store();
    let dir = tempfile::tempdir().unwrap();
    let (out, pins) = (dir.path().join("results"), dir.path().join("pins"));
    let agent = || {
        let arguments = ["--suri", "//Dave", "agent", "--until-idle", "--json"];
        let (out, pins) = (out.to_str().unwrap(), pins.to_str().unwrap());
        let output = node.run(&[&arguments[..], &["--out", out, "--pins", pins]].concat());
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        let lines = text.lines();
        let lines = lines.map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        lines
            .filter(|line| line["event"] == "fetched")
            .collect::<Vec<_>>()
    };
    let fetched = agent();
    assert_eq!(fetched.len(), 1, "{fetched:?}");
    assert_eq!(fetched[0]["task"], results::RIGHT);
    let folder = out.join(results::RIGHT.to_string());
    assert_eq!(fetched[0]["folder"], folder.to_str().unwrap());
    assert_eq!(names(&folder), ["result.json", "x.bin"]);
    // Another agent finds the result there, and leaves it alone.
    std::fs::write(folder.join("x.bin"), "retouched").unwrap();
    assert!(agent().is_empty());
    assert_eq!(std::fs::read(folder.join("x.bin")).unwrap(), b"retouched");
}
