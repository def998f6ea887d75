//! A provider's use of the command line, from joining to leaving, on real nodes.

use aicpw_network_tests::{Cluster, CommandLine, NodeOptions};
use serde_json::Value;

/// Requires that a command fails with this code and prints this word.
async fn refused(line: &CommandLine, arguments: &[&str], code: i32, word: &str) {
    let said = line.say(arguments).await.unwrap();
    said.require_failure(code, &[word]).unwrap();
    assert_eq!(said.document().unwrap()["error"]["code"], code, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_joins_changes_moves_and_leaves() {
    let cluster = Cluster::development().await.unwrap();
    let first = cluster
        .join(NodeOptions::new("first", "dev").arg("--provider"))
        .await
        .unwrap();
    let bob = CommandLine::new(first.url(), "//Bob").unwrap();
    let provider = |arguments: Vec<&'static str>| {
        let bob = bob.clone();
        async move {
            let document = bob.json(&[&["provider"], &arguments[..]].concat()).await;
            document.unwrap_or_else(|error| panic!("{arguments:?}: {error:#}"))
        }
    };

    // Bob is not a provider yet: every command says how to become one.
    for arguments in [["provider", "devices"], ["provider", "withdraw"]] {
        refused(&bob, &arguments, 1, "provider register").await;
    }
    let registered = provider(vec!["register", "--stake", "1000", "--ask", "0.5"]).await;
    assert_eq!(registered["provider"]["online"], true, "{registered}");
    let challenge = |document: &Value| document["provider"]["devices"][0]["challenge"].clone();
    assert!(challenge(&registered).is_null(), "proven: {registered}");
    let worker = registered["provider"]["worker"].clone();
    let again = provider(vec!["register", "--stake", "1000", "--ask", "0.5"]).await;
    assert!(again["transaction"].is_null(), "{again}");

    // Stake.
    let changed = provider(vec!["stake", "100.5"]).await;
    assert_eq!(changed["provider"]["stake"], "1100.5", "{changed}");
    assert!(changed["transaction_fee"].is_string(), "{changed}");
    let changed = provider(vec!["unbond", "0.5"]).await;
    assert_eq!(changed["provider"]["unbonding"], "0.5", "{changed}");
    let until = changed["provider"]["unbondings"][0]["available_at"].as_u64();
    assert!(until > changed["block"].as_u64(), "{changed}");
    refused(&bob, &["provider", "withdraw"], 1, "days").await;

    // Devices.
    let devices = provider(vec!["devices"]).await;
    assert!(!devices.as_array().unwrap().is_empty(), "{devices}");
    for (arguments, field, value) in [
        (vec!["ask", "all", "0.7"], "ask", Value::from("0.7")),
        (vec!["devices", "set-slots", "all", "2"], "slots", 2.into()),
        (vec!["devices", "pause", "all"], "available", false.into()),
        (vec!["devices", "resume", "all"], "available", true.into()),
    ] {
        let changed = provider(arguments.clone()).await;
        for device in changed["provider"]["devices"].as_array().unwrap() {
            assert_eq!(device[field], value, "{arguments:?}: {changed}");
        }
        let again = provider(arguments).await;
        assert!(again["transaction"].is_null(), "{again}");
    }
    // An update measures again, and tells the chain the result if it is different.
    let measurements = || {
        let log = first.log().unwrap();
        log.matches("measuring a device: ").count()
    };
    let before = measurements();
    refused(&bob, &["provider", "devices", "update", "all"], 2, "pause").await;
    provider(vec!["devices", "pause", "all"]).await;
    let changed = provider(vec!["devices", "update", "all"]).await;
    let devices = changed["provider"]["devices"].as_array().unwrap();
    assert_eq!(before, devices.len(), "once at the start");
    assert_eq!(measurements(), 2 * devices.len(), "{changed}");
    let client = first.client().await.unwrap();
    let local: Value = client.call("aicpw_localDevices", &[]).await.unwrap();
    for device in devices {
        let mut local = local.as_array().unwrap().iter();
        let measured = local.find(|local| local["fingerprint"] == device["fingerprint"]);
        assert_eq!(measured.unwrap()["gflops"], device["gflops"], "{changed}");
    }
    provider(vec!["devices", "resume", "all"]).await;
    // The node does its conformance run again, and `register` waits until it has.
    let changed = provider(vec!["devices", "prove", "all"]).await;
    assert_eq!(challenge(&changed)["attempt"], 0, "{changed}");
    let proven = provider(vec!["register", "--stake", "1000", "--ask", "0.5"]).await;
    assert!(challenge(&proven).is_null(), "{proven}");

    // Another node takes over, but only when it is told to. Its log is JSON.
    let second = NodeOptions::new("second", "dev")
        .arg("--provider")
        .arg("--log-format=json");
    let second = cluster.join(second).await.unwrap();
    let there = CommandLine::new(second.url(), "//Bob").unwrap();
    let register = ["provider", "register", "--stake", "1000", "--ask", "0.5"];
    refused(&there, &register, 1, "rotate-worker").await;
    refused(&there, &["provider", "rotate-worker"], 2, "--yes").await;
    let changed = there
        .json(&["provider", "rotate-worker", "--yes"])
        .await
        .map_err(|error| second.explain(error))
        .unwrap();
    assert_ne!(changed["provider"]["worker"], worker, "{changed}");
    let changed = there
        .json(&["provider", "peers", "--from-node"])
        .await
        .unwrap();
    let peers = there.json(&["provider", "peers"]).await.unwrap();
    assert_eq!(peers["registered"], peers["node"], "{changed}");

    // Leaving: each step says what has to be done first.
    let deregister = ["provider", "deregister", "--yes"];
    refused(&bob, &deregister, 2, "devices remove").await;
    let changed = provider(vec!["devices", "remove", "all", "--yes"]).await;
    assert_eq!(changed["provider"]["devices"], Value::Array(vec![]));
    let changed = provider(vec!["unbond", "all"]).await;
    assert_eq!(changed["provider"]["unbonding"], "1100.5", "{changed}");
    refused(&bob, &deregister, 2, "days").await;

    for_programs(&second.log().unwrap());
}

/// Requires that a node's log is JSON, and says as much as a log for people.
fn for_programs(log: &str) {
    let mut measured = 0;
    // The node is running, and may be in the middle of a line.
    let (whole, _) = log.rsplit_once('\n').unwrap();
    for text in whole.lines() {
        let line: Value = serde_json::from_str(text).unwrap_or_else(|_| panic!("no JSON: {text}"));
        for field in ["time", "level", "target", "message"] {
            let said = line[field].as_str();
            assert!(said.is_some(), "no {field}: {text}");
        }
        // All lines of the crate `log` have this target, which says nothing.
        assert_ne!(line["target"], "log", "{text}");
        let message = line["message"].as_str().unwrap();
        if message.starts_with("measuring a device") {
            assert_eq!(line["level"], "INFO", "{text}");
            assert_eq!(line["target"], "aicpw_offchain_worker::devices", "{text}");
            assert!(line["fields"]["name"].is_string(), "{text}");
            measured += 1;
        }
    }
    assert!(measured > 0, "{log}");
}
