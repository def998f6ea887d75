//! Tests of reading what is in the node's store.

use super::{fake_node::CUT, questions::printed_at_terminal, *};

/// Regression: the file was overwritten without a warning.
#[test]
fn a_file_that_is_there_is_not_overwritten() {
    let node = FakeNode::start_with_store();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("content");
    let cat = ["ipfs", "cat", CID, "--out", file.to_str().unwrap()];
    let document = node.document(&cat);
    let content = std::fs::read(&file).unwrap();
    assert_eq!(document["bytes"], content.len());
    std::fs::write(&file, "mine").unwrap();
    let error = node.failure(&cat, 1);
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("exists already"), "{error}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
}

/// Regression: "cannot write: Broken pipe (os error 32)".
#[test]
fn who_reads_only_the_beginning_is_not_told_of_a_failure() {
    let node = FakeNode::start_with_store();
    let mut cat = node.start_aicpw(&["ipfs", "cat", CID]);
    // Nobody reads the output any more, even before the program has asked the node.
    drop(cat.stdout.take());
    let ended = cat.wait_with_output().unwrap();
    assert!(ended.status.success(), "{ended:?}");
    assert!(ended.stderr.is_empty(), "{ended:?}");
}

/// Regression: nothing was shown of a character whose last bytes were missing.
#[test]
fn a_terminal_shows_that_content_ends_within_a_character() {
    let node = FakeNode::start_with_store();
    let printed = printed_at_terminal(&node, &["ipfs", "cat", CUT], "\u{fffd}");
    assert!(printed.starts_with('{'), "{printed}");
    assert!(printed.ends_with(" \u{fffd}"), "{printed}");
}
