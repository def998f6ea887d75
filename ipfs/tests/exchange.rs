//! Two daemons on loopback, without mDNS: content travels from one to the other.
#![allow(clippy::unwrap_used)]

mod support;

use support::{content, until, Daemon};

const KIB: usize = 1024;

/// A CID of content that nobody has.
const NOWHERE: &str = "bafkreibme22gw2h7y2h7tg2fhqotaqjucnbc24deqo72b6mkl2egezxhvy";

#[tokio::test]
async fn files_of_all_sizes_travel() {
    let (from, to) = (Daemon::start(&[]), Daemon::start(&[]));
    to.connect(&from, "tcp").await;
    for len in [0, 1, 256 * KIB - 1, 256 * KIB, 256 * KIB + 1, 30_000_000] {
        let sent = content(len, len as u64);
        // Hashed on a node that does not get the file: both nodes must agree, and nothing stays.
        let hashed = to.cid_of(sent.clone(), &[("only-hash", "true")]).await;
        let added = from.cid_of(sent.clone(), &[("pin", "true")]).await;
        assert_eq!(hashed, added, "{len} bytes");
        let stat = to.call("files/stat", &[("arg", &added)]).await.ok().json();
        assert_eq!(stat["Size"], len);
        assert!(to.cat(&added).await == sent, "{len} bytes arrived changed");
    }
}

#[tokio::test]
async fn content_that_repeats_travels_over_quic() {
    let (from, to) = (Daemon::start(&[]), Daemon::start(&[]));
    to.connect(&from, "quic").await;
    // All leaves are the same block.
    let sent = vec![0; 20 * 256 * KIB];
    let cid = from.cid_of(sent.clone(), &[]).await;
    assert!(to.cat(&cid).await == sent);
}

#[tokio::test]
async fn hashing_keeps_nothing() {
    let node = Daemon::start(&[]);
    let cid = node
        .cid_of(content(600 * KIB, 1), &[("only-hash", "true")])
        .await;
    assert_eq!(
        node.call("repo/stat", &[]).await.ok().json()["NumObjects"],
        0
    );
    let answer = node
        .call("cat", &[("arg", &cid), ("timeout", "200ms")])
        .await;
    assert_eq!(answer.status, 500);
    assert!(
        answer.message().contains("no peer is connected"),
        "{}",
        answer.message()
    );
}

#[tokio::test]
async fn collection_keeps_what_is_pinned_and_pinning_fetches() {
    let (from, to) = (Daemon::start(&[]), Daemon::start(&[]));
    to.connect(&from, "tcp").await;
    let kept = from.cid_of(content(700 * KIB, 1), &[]).await;
    let lost = from
        .cid_of(content(700 * KIB, 2), &[("pin", "false")])
        .await;
    to.call("pin/add", &[("arg", &kept)]).await.ok();

    let removed = from.call("repo/gc", &[]).await.ok();
    let removed = String::from_utf8(removed.body.to_vec()).unwrap();
    assert!(
        removed.contains(&lost) && !removed.contains(&kept),
        "{removed}"
    );
    let stat = from.call("repo/stat", &[]).await.ok().json();
    assert_eq!(stat["NumObjects"], 4, "three leaves and a root");
    assert_eq!(from.cat(&kept).await, content(700 * KIB, 1));
    let answer = to
        .call("cat", &[("arg", &lost), ("timeout", "500ms")])
        .await;
    assert!(
        answer.message().contains("the one connected peer"),
        "{}",
        answer.message()
    );

    // The other node has its own copy by now.
    let pins = to
        .call("pin/ls", &[("type", "recursive")])
        .await
        .ok()
        .json();
    assert_eq!(pins["Keys"][&kept]["Type"], "recursive");
    drop(from);
    assert_eq!(to.cat(&kept).await, content(700 * KIB, 1));

    to.call("pin/rm", &[("arg", &kept)]).await.ok();
    let again = to.call("pin/rm", &[("arg", &kept)]).await;
    assert_eq!(
        (again.status, again.message()),
        (500, format!("{kept} is not pinned"))
    );
    to.call("repo/gc", &[]).await.ok();
    assert_eq!(to.call("repo/stat", &[]).await.ok().json()["RepoSize"], 0);
}

#[tokio::test]
async fn unknown_content_times_out_and_says_what_was_tried() {
    let (from, to) = (Daemon::start(&[]), Daemon::start(&[]));
    to.connect(&from, "tcp").await;
    for command in ["cat", "files/stat", "pin/add"] {
        let answer = to
            .call(command, &[("arg", NOWHERE), ("timeout", "300ms")])
            .await;
        assert_eq!(answer.status, 500);
        let message = answer.message();
        assert!(message.contains(NOWHERE), "{message}");
        assert!(message.contains("was not found within 0.3 s"), "{message}");
        assert!(
            message.contains("the one connected peer did not deliver it"),
            "{message}"
        );
    }
}

#[tokio::test]
async fn a_collection_does_not_wait_for_a_download() {
    let node = Daemon::start(&[]);
    let waiting = node.call("cat", &[("arg", NOWHERE)]);
    let collected = async {
        until("the want is out", || async {
            node.wantlist().await == [NOWHERE]
        })
        .await;
        node.call("repo/gc", &[]).await.ok();
        // And the store still takes blocks.
        node.cid_of(content(1000, 1), &[]).await;
    };
    tokio::select! {
        _ = waiting => panic!("the content does not exist"),
        () = collected => {}
    }
    // Hanging up ends the search.
    until("the want is gone", || async {
        node.wantlist().await.is_empty()
    })
    .await;
}

#[tokio::test]
async fn a_file_that_breaks_off_never_looks_whole() {
    let (from, to) = (Daemon::start(&[]), Daemon::start(&[]));
    to.connect(&from, "tcp").await;
    let cid = from.cid_of(content(700 * KIB, 1), &[]).await;
    // Fetches only the root block.
    to.call("files/stat", &[("arg", &cid)]).await.ok();
    drop(from);

    let query = [("arg", &*cid), ("timeout", "300ms")];
    let answer = to.call("cat", &query).await;
    assert_eq!((answer.status, answer.body.len()), (200, 0));
    let error = answer.stream_error.unwrap();
    assert!(
        error.starts_with(&cid) && error.contains("was not found"),
        "{error}"
    );

    // A client that takes no trailers sees the connection break.
    assert!(to.call_plainly("cat", &query).await.is_err());
}
