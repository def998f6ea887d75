//! Tests of the provider's commands.

use super::*;

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
    assert!(
        text.contains("1 assignment; 1 result not revealed yet"),
        "{text}"
    );
    assert_eq!(by_key["unrevealed"], 1);
    let recent = &by_key["recent_requesters"][0];
    assert_eq!(recent["times"], 1);
    assert_eq!(recent["next_counts"], 0.5);
    let next = "  1 of them, so its next one counts for the reputation as 1/2 of one\n";
    assert!(text.contains(next), "{text}");
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
        error["hint"]
            .as_str()
            .unwrap()
            .contains("it has devices 3, 4"),
        "{error}"
    );
    for arguments in [
        &["provider", "devices", "remove", "3", "--yes"][..],
        &["provider", "devices", "update", "all"],
    ] {
        let error = node.failure(arguments, 2);
        assert!(
            error["message"].as_str().unwrap().contains("runs 1 task"),
            "{error}"
        );
    }
    // There is nobody to ask whether that is meant.
    let error = node.failure(&["provider", "devices", "remove", "4"], 2);
    assert!(error["hint"].as_str().unwrap().contains("--yes"), "{error}");
    assert_eq!(node.transactions(), 0);
}

/// Regression: the ask was sent without a question.
#[test]
fn an_ask_that_no_task_pays_is_not_set_by_a_slip() {
    let node = FakeNode::start();
    let ask = ["provider", "ask", "all", "99999999999999999"];
    let error = node.failure(&ask, 2);
    let message = error["message"].as_str().unwrap();
    assert!(
        message.contains("more than a million times the least on this chain, 0.1 AICP"),
        "{error}"
    );
    assert!(error["hint"].as_str().unwrap().contains("--yes"), "{error}");
    // With `--yes` there is no question, but still the warning.
    let output = node.run(&[&ask[..], &["--yes"]].concat());
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        text.contains("warning: an ask of 99999999999999999 AICP"),
        "{text}"
    );
    assert_eq!(node.transactions(), 0);
}

#[test]
fn what_is_so_already_is_not_sent_again() {
    let node = FakeNode::start();
    for arguments in [
        &["provider", "ask", "all", "0.5"][..],
        &["provider", "devices", "pause", "4"],
        &["provider", "devices", "resume", "3"],
        &["provider", "devices", "update", "4"],
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
    // With `--yes` there is no question, but still the warning.
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
            .contains("(1 assignment, of which 1 result committed and not revealed"),
        "{error}"
    );
    let document = node.document(&["provider", "peers"]);
    assert_eq!(document["registered"], serde_json::json!([]));
    // This node offers no IPFS methods.
    assert!(document["node"].is_null(), "{document}");
    let error = node.failure(&["provider", "peers", "--set", "nonsense"], 2);
    assert!(
        error["message"].as_str().unwrap().contains("nonsense"),
        "{error}"
    );
}

#[test]
fn a_node_that_works_for_another_is_not_registered_at_the_price_of_a_fee() {
    let node = FakeNode::start();
    let mut arguments = vec!["--suri", "//Charlie", "provider", "register"];
    arguments.extend(["--stake", "1000", "--ask", "0.5"]);
    let error = node.failure(&arguments, 1);
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("ProviderStaking.WorkerTaken"), "{error}");
    let hint = error["hint"].as_str().unwrap();
    assert!(hint.starts_with("nothing was sent; "), "{error}");
    assert_eq!(node.transactions(), 0);
}
