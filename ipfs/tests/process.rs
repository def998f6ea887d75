//! The process around the node: requests, limits, restarts and shutdown.
#![allow(clippy::unwrap_used)]

mod support;

use support::{command, content, Daemon, Dir};

#[tokio::test]
async fn ranges() {
    let node = Daemon::start(&[]);
    let sent = content(1_500_000, 1);
    let cid = node
        .cid_of(sent.clone(), &[("chunker", "size-16384")])
        .await;
    let small = node.cid_of(sent[..100].to_vec(), &[]).await;
    for (file, len) in [(&cid, sent.len()), (&small, 100)] {
        for (offset, length) in [
            (0, 0),
            (0, 1),
            (1, 99),
            (16_383, 2),
            (50, 1_000_000),
            (1_499_999, 5),
            (2_000_000, 5),
        ] {
            let (from, count) = (offset.to_string(), length.to_string());
            let query = [("arg", &**file), ("offset", &*from), ("length", &*count)];
            let answer = node.call("cat", &query).await.ok();
            let expected = &sent[offset.min(len)..(offset + length).min(len)];
            assert!(answer.body == expected, "{length} from {offset} of {len}");
        }
    }
}

#[tokio::test]
async fn wrong_requests_are_named() {
    let node = Daemon::start(&[]);
    let cid = node.cid_of(b"x".to_vec(), &[]).await;
    let identity = "bafkqaalb";
    for (command, query, message) in [
        ("cat", vec![], "argument \"arg\" is missing"),
        ("cat", vec![("arg", "/ipfs/QmNot")], "is not a CID"),
        ("cat", vec![("arg", &*cid), ("offset", "-1")], "offset:"),
        ("cat", vec![("arg", &*cid), ("timeout", "soon")], "timeout:"),
        ("pin/ls", vec![("type", "some")], "type:"),
        (
            "swarm/connect",
            vec![("arg", "127.0.0.1:4001")],
            "is not a multiaddr",
        ),
        (
            "swarm/connect",
            vec![("arg", "/ip4/127.0.0.1/tcp/1")],
            "/p2p/",
        ),
        ("add", vec![("cid-version", "0")], "cid-version: only 1"),
    ] {
        let answer = match command {
            "add" => node.add(vec![1], &query).await,
            _ => node.call(command, &query).await,
        };
        assert_eq!(answer.status, 400, "{command} {query:?}");
        assert!(answer.message().contains(message), "{}", answer.message());
    }
    let answer = node.call("cat", &[("arg", identity)]).await;
    assert!(
        answer.message().contains("does not use sha2-256"),
        "{}",
        answer.message()
    );
    let answer = node.call("key/gen", &[]).await;
    assert_eq!(answer.status, 404);
    assert!(
        answer.message().contains("/api/v0/key/gen"),
        "{}",
        answer.message()
    );
}

#[tokio::test]
async fn a_dead_address_is_an_error_and_not_a_hang() {
    let node = Daemon::start(&[]);
    let gone = Daemon::start(&[]).addresses().await;
    let answer = node.call("swarm/connect", &[("arg", &gone[0])]).await;
    assert_eq!(answer.status, 500);
    assert!(answer.message().contains("failure"), "{}", answer.message());
}

#[tokio::test]
async fn the_storage_limit_holds_and_unpinned_content_makes_way() {
    let node = Daemon::start(&["--storage-max", "3000000"]);
    node.cid_of(content(2_000_000, 1), &[("pin", "false")])
        .await;
    let second = node.cid_of(content(2_000_000, 2), &[]).await;
    let answer = node.add(content(2_000_000, 3), &[]).await;
    assert_eq!(answer.status, 500);
    assert!(
        answer.message().contains("storage limit reached"),
        "{}",
        answer.message()
    );
    assert_eq!(node.cat(&second).await, content(2_000_000, 2));
}

#[tokio::test]
async fn identity_and_content_survive_a_kill() {
    let node = Daemon::start(&[]);
    let before = node.call("id", &[]).await.ok().json();
    let cid = node.cid_of(content(600_000, 1), &[]).await;
    let (_, dir) = node.stop(|child| child.kill().unwrap());
    assert!(
        dir.socket().exists(),
        "a killed process leaves its socket behind"
    );

    let node = Daemon::start_in(dir, &[]);
    assert_eq!(node.call("id", &[]).await.ok().json()["ID"], before["ID"]);
    node.call("repo/gc", &[]).await.ok();
    assert_eq!(node.cat(&cid).await, content(600_000, 1));
}

#[tokio::test]
async fn it_ends_with_its_parent_and_when_told_to() {
    let node = Daemon::start(&[]);
    let (status, dir) = node.stop(|child| drop(child.stdin.take()));
    assert!(status.success(), "{status}");
    assert!(!dir.socket().exists());

    let node = Daemon::start_in(dir, &[]);
    let (status, dir) = node.stop(|child| {
        let pid = rustix::process::Pid::from_child(child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    });
    assert!(status.success(), "{status}");
    assert!(!dir.socket().exists());
}

#[tokio::test]
async fn it_takes_no_more_memory_than_it_is_given_and_goes_first() {
    // The smallest limit that can be set.
    let node = Daemon::start(&["--memory-max", "402653184"]);
    let cid = node.cid_of(content(2_000_000, 1), &[]).await;
    assert_eq!(node.cat(&cid).await, content(2_000_000, 1));
    let (mut limits, mut score) = (String::new(), String::new());
    node.stop(|child| {
        let of = |file| format!("/proc/{}/{file}", child.id());
        limits = std::fs::read_to_string(of("limits")).unwrap();
        score = std::fs::read_to_string(of("oom_score_adj")).unwrap();
        child.kill().unwrap();
    });
    let mut lines = limits.lines();
    let data = lines
        .find(|line| line.starts_with("Max data size"))
        .unwrap();
    let words: Vec<_> = data.split_whitespace().collect();
    assert_eq!(words[3..5], ["402653184", "402653184"], "{data}");
    assert_eq!(score.trim(), "1000");
}

#[test]
fn memory_that_cannot_be_enough_is_refused() {
    let dir = Dir::new();
    let output = command(&dir)
        .args(["--memory-max", "402653183"])
        .output()
        .unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("--memory-max"), "{said}");
}

#[tokio::test]
async fn two_processes_do_not_share_a_repository() {
    let node = Daemon::start(&[]);
    let output = command(node.dir()).output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("already being used"), "{said}");
}

#[test]
fn an_address_that_cannot_be_listened_on_ends_the_start() {
    let dir = Dir::new();
    let output = command(&dir)
        .args(["--listen", "/ip4/192.0.2.1/tcp/1"])
        .output()
        .unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("cannot listen on /ip4/192.0.2.1/tcp/1"),
        "{said}"
    );
}
