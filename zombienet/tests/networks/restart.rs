//! Nodes that are killed, and what happens to the tasks that they were part of.

use std::fs;

use aicpw_network_tests::{
    jobs::Count,
    market::{newest_state, units, AICP},
    Market,
};
use serde_json::Value;

/// More than all fees of a test together. A submission with a limit of twenty minutes takes 0.1 AICP of this.
const FEES: u128 = AICP / 5;

pub(super) fn runs(task: &Value) -> bool {
    let assignments = task["assignments"].as_array();
    let newest = assignments.and_then(|all| all.last());
    let done = newest.and_then(|a| a["status"]["progress"]["stepsDone"].as_u64());
    newest_state(task) == "running" && done.is_some_and(|done| done > 0)
}

fn has_result(task: &Value) -> bool {
    matches!(
        task["status"]["state"].as_str(),
        Some("verifying" | "settled")
    )
}

/// Returns the arguments of a task.
pub(super) fn submit<'a>(manifest: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = vec!["submit", manifest, "--budget", "1", "--time-limit", "20m"];
    arguments.extend(more);
    arguments
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_killed_in_the_middle_is_replaced_by_the_next() {
    let mut market = Market::with_validator(&["--ipfs"]).await.unwrap();
    // The more expensive one comes second, so that the first gets the task.
    market
        .provider("first", "//Bob", "0.5", "1", &[])
        .await
        .unwrap();
    market
        .provider("second", "//Eve", "2", "1", &[])
        .await
        .unwrap();
    let manifest = Count::LONG.write(&market.path("count")).unwrap();
    let manifest = manifest.to_str().unwrap();
    let out = market.path("result");
    let wait = ["--wait", "--accept", "--out", out.to_str().unwrap()];
    let before = market.funds("//Charlie").await.unwrap();
    let begun = market
        .begin("alice", "//Charlie", &submit(manifest, &wait))
        .unwrap();
    market.until_task(0, "running", runs).await.unwrap();
    market.node_mut("first").unwrap().kill().unwrap();

    let result = market.done(begun).await.unwrap();
    assert_eq!(result["state"], "settled", "{result}");
    assert_eq!(fs::read(out.join("x.bin")).unwrap(), Count::LONG.output());
    let task = market.task(0).await.unwrap();
    let assignments = task["assignments"].as_array().unwrap();
    assert_eq!(assignments.len(), 2, "{task}");
    assert_eq!(assignments[0]["status"]["fault"], "no-progress", "{task}");
    assert_ne!(assignments[0]["provider"], assignments[1]["provider"]);

    // The requester pays one provider and is compensated for the other.
    let after = market.funds("//Charlie").await.unwrap();
    assert_eq!(after.held, before.held);
    let paid = units(&result["paid"]).unwrap();
    assert!(
        after.free + paid + FEES > before.free,
        "{before:?} {after:?} {result}"
    );
    let status = ["provider", "status"];
    let bob = market.json("alice", "//Bob", &status).await.unwrap();
    let eve = market.json("alice", "//Eve", &status).await.unwrap();
    assert!(units(&bob["stake"]).unwrap() < 1_000 * AICP, "{bob}");
    assert_eq!(units(&eve["stake"]).unwrap(), 1_000 * AICP, "{eve}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_killed_and_comes_back_ends_what_it_began() {
    let mut market = Market::with_validator(&["--ipfs"]).await.unwrap();
    market
        .provider("provider", "//Bob", "0.5", "1", &[])
        .await
        .unwrap();

    // Killed in the middle of a run: the job is done again, and there is one result.
    let long = Count::LONG.write(&market.path("long")).unwrap();
    let arguments = submit(long.to_str().unwrap(), &["--verify", "optimistic=1h"]);
    market.json("alice", "//Charlie", &arguments).await.unwrap();
    market.until_task(0, "running", runs).await.unwrap();
    // As if it had been killed during a call of a driver.
    let base = market.node("provider").unwrap().base();
    let left = base.join("chains/dev/aicpw/executor-left");
    fs::create_dir(&left).unwrap();
    market.restart("provider").await.unwrap();
    let task = market.until_task(0, "done", has_result).await.unwrap();
    assert_eq!(task["assignments"].as_array().unwrap().len(), 1, "{task}");
    assert!(!left.exists(), "it would stay for ever");
    let out = market.path("long-result");
    let fetch = ["task", "fetch", "0", "--out", out.to_str().unwrap()];
    market.json("alice", "//Charlie", &fetch).await.unwrap();
    assert_eq!(fs::read(out.join("x.bin")).unwrap(), Count::LONG.output());

    // Killed between commit and reveal: the same commitment is opened.
    let short = Count::SHORT.write(&market.path("short")).unwrap();
    let id = killed_after_the_commit(&mut market, short.to_str().unwrap()).await;
    let task = market.task(id).await.unwrap();
    let commitment = task["assignments"][0]["status"]["commitment"].clone();
    assert!(commitment.is_string(), "{task}");
    market.restart("provider").await.unwrap();
    // The chain accepts only an opening of the commitment that it has.
    let task = market.until_task(id, "done", has_result).await.unwrap();
    assert_eq!(task["assignments"].as_array().unwrap().len(), 1, "{task}");
    let (name, out) = (id.to_string(), market.path("short-result"));
    let fetch = ["task", "fetch", &name, "--out", out.to_str().unwrap()];
    market.json("alice", "//Charlie", &fetch).await.unwrap();
    assert_eq!(fs::read(out.join("x.bin")).unwrap(), Count::SHORT.output());
}

/// Submits tasks until the provider was killed with one that is committed and not revealed. Returns the id of that
/// task. The reveal follows as soon as the commit is final, which takes about two blocks, so a busy machine may miss
/// the moment.
async fn killed_after_the_commit(market: &mut Market, manifest: &str) -> u64 {
    for _ in 0..10 {
        let id = market.submissions().await.unwrap();
        let arguments = submit(manifest, &["--verify", "optimistic=1h"]);
        // The command is not waited for: it ends when the submission is final, and the job may be faster.
        let begun = market.begin("alice", "//Charlie", &arguments).unwrap();
        let has_committed =
            |task: &Value| matches!(newest_state(task), "committed" | "revealed" | "settled");
        market
            .until_task(id, "committed", has_committed)
            .await
            .unwrap();
        market.node_mut("provider").unwrap().kill().unwrap();
        market.done(begun).await.unwrap();
        // A reveal that was under way is in a block after these.
        market.blocks_pass(8).await.unwrap();
        let task = market.task(id).await.unwrap();
        if newest_state(&task) == "committed" {
            return id;
        }
        market.restart("provider").await.unwrap();
    }
    panic!("ten reveals were faster than the kill");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_requester_that_goes_offline_is_refunded_before_the_start_and_finds_its_result_after_it()
{
    let mut market = Market::with_validator(&["--provider"]).await.unwrap();
    market.join("requester", &["--ipfs"]).await.unwrap();
    let manifest = Count::LONG.write(&market.path("count")).unwrap();
    let arguments = submit(manifest.to_str().unwrap(), &["--verify", "optimistic=5s"]);
    let before = market.funds("//Charlie").await.unwrap();

    // The requester leaves before there is a device, and nobody else has the program. Its provider reports that, there
    // is no other provider, and nobody pays for it.
    market
        .json("requester", "//Charlie", &arguments)
        .await
        .unwrap();
    market.node_mut("requester").unwrap().kill().unwrap();
    market.register("alice", "//Bob", "0.5", "1").await.unwrap();
    let provider = ["provider", "status"];
    let stake = market.json("alice", "//Bob", &provider).await.unwrap()["stake"].clone();
    let is_refunded = |task: &Value| task["status"]["state"] == "refunded";
    let task = market.until_task(0, "refunded", is_refunded).await.unwrap();
    let fault = &task["assignments"][0]["status"]["fault"];
    assert_eq!(fault, "input-unavailable", "{task}");
    let after = market.json("alice", "//Bob", &provider).await.unwrap();
    assert_eq!(after["stake"], stake, "{after}");
    let after = market.funds("//Charlie").await.unwrap();
    assert_eq!(after.held, before.held, "{task}");
    assert!(before.free - after.free < FEES, "{before:?} {after:?}");

    market.restart("requester").await.unwrap();
    market
        .json("requester", "//Charlie", &arguments)
        .await
        .unwrap();
    market.until_task(1, "running", runs).await.unwrap();
    market.node_mut("requester").unwrap().kill().unwrap();

    // Nobody has to do anything: the window ends, and the provider is paid.
    let is_settled = |task: &Value| task["status"]["state"] == "settled";
    let task = market.until_task(1, "settled", is_settled).await.unwrap();
    assert_eq!(task["assignments"].as_array().unwrap().len(), 1, "{task}");
    let after = market.funds("//Charlie").await.unwrap();
    assert_eq!(after.held, before.held);

    market.restart("requester").await.unwrap();
    let out = market.path("result");
    let fetch = ["task", "fetch", "1", "--out", out.to_str().unwrap()];
    market.json("requester", "//Charlie", &fetch).await.unwrap();
    assert_eq!(fs::read(out.join("x.bin")).unwrap(), Count::LONG.output());
}
