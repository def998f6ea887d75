//! A provider that really lies, on a network of real processes: its executor gives the node another picture than it has
//! computed. A jury finds out.

use std::{path::PathBuf, time::Duration};

use aicpw_network_tests::{
    binaries,
    ledger::{amounts, EARNED},
    market::{units, AICP, STAKE},
    wait::{self, Seen},
    Ledger, Market,
};
use futures::future::try_join_all;
use serde_json::Value;

use super::{
    liars::add_liars,
    pictures::{render, require_picture},
};

/// Paths for each pixel of the picture.
const SAMPLES: &str = "2";

/// Longer than a jury with too few jurors waits for more.
const LIMIT: Duration = Duration::from_secs(300);

/// The account of the third honest juror.
const THIRD: &str = "//Dave//stash";

fn jurors(document: &Value) -> Vec<Value> {
    document["jurors"].as_array().unwrap().clone()
}

/// Returns a market on which the liar is the cheapest. Its accomplice and these others can judge it. One more could,
/// but offers nothing yet, because every provider that the budget would pay can be drawn, whatever it asks.
async fn with_liar(others: &[(&str, &str)]) -> Market {
    let mut market = Market::crowded(&["--provider"]).await.unwrap();
    add_liars(&mut market, ["liar", "accomplice"]).await;
    for (node, _) in others {
        market.add(node, &["--provider"]).await.unwrap();
    }
    // All register at the same time, because they measure their devices.
    let others = others.iter().map(|(node, suri)| (*node, *suri, "0.5"));
    let all = [
        ("liar", "//Bob", "0.3"),
        ("accomplice", "//Eve", "0.5"),
        ("alice", "//Alice", "2"),
    ];
    let all = all.into_iter().chain(others);
    let registered = all.map(|(node, suri, ask)| market.register(node, suri, ask, "1"));
    try_join_all(registered).await.unwrap();
    offer(&market, "pause").await;
    market
}

/// Has the provider that stays away from juries offer its device, or stop doing so.
async fn offer(market: &Market, how: &str) {
    let devices = ["provider", "devices", how, "all"];
    market.json("alice", "//Alice", &devices).await.unwrap();
}

/// Submits the task and returns what was submitted, with the wrong picture revealed and its window open; `None` if the
/// chain has drawn the result for an audit, as happens to one in twelve, which finds the lie before anybody can doubt
/// it.
async fn doubtful(market: &Market) -> Option<Value> {
    let (task, wrong) = (market.path("teapot"), market.path("wrong"));
    let prepared = render(&["prepare", "--out", task.to_str().unwrap()], SAMPLES).await;
    assert!(prepared.status.success(), "{prepared:?}");
    let manifest = task.join("manifest.json");
    let submit = [
        "submit",
        manifest.to_str().unwrap(),
        "--budget",
        "1",
        "--time-limit",
        "60s",
        "--verify",
        "optimistic=20m",
        "--wait",
        "--out",
        wrong.to_str().unwrap(),
    ];
    let submitted = market.json("alice", "//Charlie", &submit).await;
    let shown = market.json("alice", "//Charlie", &["task", "show", "0"]);
    let is_drawn = shown.await.unwrap()["audit"]["state"] == "drawn";
    (!is_drawn).then(|| submitted.unwrap())
}

/// Returns the verdict of a jury of which this many jurors reveal.
pub(super) async fn verdict(market: &Market, jurors: usize) -> Value {
    let revealed = |task: &Value| {
        let assignments = task["assignments"].as_array().into_iter().flatten();
        let revealed = assignments
            .filter(|one| one["role"] == "juror" && one["status"]["state"] == "revealed");
        revealed.count() == jurors
    };
    market
        .until_task(0, "judged by them", revealed)
        .await
        .unwrap();
    wait::until("a verdict", LIMIT, || async {
        let shown = market.json("alice", "//Charlie", &["dispute", "show", "0"]);
        let shown = shown.await?;
        let is_there = shown["state"] == "appealable";
        Ok(Seen::some(is_there.then(|| shown.clone()), || shown))
    })
    .await
    .unwrap()
}

/// Uses six providers' nodes, the fewest with which all of this can happen: the liar; four jurors, one of which lies
/// too, because more than half of a jury of five must come to the same result and show that they have; and one that
/// offers its device when they are done, and makes the right picture. Nobody is left for a larger jury, so the liar's
/// appeal ends the wait for one before the five minutes in which it could be called are over.
#[tokio::test(flavor = "multi_thread")]
async fn who_returns_a_wrong_picture_loses_its_stake_and_another_makes_the_right_one() {
    let (market, submitted) = loop {
        let others = [
            ("first", "//Dave"),
            ("second", "//Ferdie"),
            ("third", THIRD),
        ];
        let market = with_liar(&others).await;
        if let Some(submitted) = doubtful(&market).await {
            break (market, submitted);
        }
    };
    let (wrong, right) = (market.path("wrong"), market.path("right"));
    assert_eq!(submitted["state"], "verifying", "{submitted}");
    // The root on chain belongs to this picture: only the picture itself shows that it is wrong.
    require_picture(&wrong, SAMPLES, false).await;

    // The ledgers of the requester that doubts, of the liar, and of one juror.
    let begun = ["//Charlie", "//Bob", "//Dave"].map(|suri| Ledger::begin(&market, suri));
    let begun = try_join_all(begun).await.unwrap();
    let before = market.funds("//Charlie").await.unwrap();
    let liars = market.funds("//Bob").await.unwrap();
    let dispute = ["task", "dispute", "0", "--yes"];
    let disputed = market.json("alice", "//Charlie", &dispute).await.unwrap();
    let dispute = &disputed["dispute"];
    assert_eq!(dispute["jury"], 5, "{disputed}");
    let bond = units(&dispute["bond"]).unwrap();
    let (pay, lock) = (
        units(&dispute["pay"]).unwrap(),
        units(&dispute["lock"]).unwrap(),
    );
    assert_eq!((bond, pay), (5 * pay, AICP), "the budget for each");
    let verdict = verdict(&market, 4).await;
    assert_eq!(verdict["outcome"], "wrong", "{verdict}");
    let shown = market.json("alice", "//Charlie", &["task", "show", "0"]);
    let shown = shown.await.unwrap();
    let lie = &shown["assignments"][0];
    let locked = units(&lie["collateral"]).unwrap() + units(&lie["fraud_bond"]).unwrap();
    let price = units(&lie["price"]).unwrap();
    assert!(locked > price, "{shown}");
    assert_ne!(lie["result_root"], verdict["root"], "{shown}");
    let voted = |root: &Value| {
        let jurors = jurors(&verdict);
        let voted = jurors.iter().filter(|one| one["result_root"] == *root);
        voted.count()
    };
    let votes = (voted(&verdict["root"]), voted(&lie["result_root"]));
    assert_eq!(votes, (3, 1), "{verdict}");

    let appeal = ["task", "appeal", "0", "--yes", "--wait"];
    let ended = market.json("alice", "//Bob", &appeal).await.unwrap();
    // For the task, which has waited for another provider since the verdict.
    offer(&market, "resume").await;
    assert_eq!(ended["dispute"]["state"], "ended", "{ended}");
    assert_eq!(ended["dispute"]["outcome"], "wrong", "{ended}");
    assert_eq!(ended["dispute"]["appeals"], 1, "{ended}");
    // The worker of one juror that was right has shown its work by itself, which counts for all.
    assert!(ended["dispute"]["work"].is_string(), "{ended}");

    // The liars have lost what was locked for the task, and the bond of the appeal; the jurors that were right have
    // been paid.
    assert_eq!(market.stake("//Bob").await.unwrap(), STAKE - locked);
    assert_eq!(market.stake("//Eve").await.unwrap(), STAKE - lock);
    for suri in ["//Dave", "//Ferdie", THIRD] {
        assert_eq!(market.stake(suri).await.unwrap(), STAKE);
    }
    let after = market.funds("//Bob").await.unwrap();
    assert!(after.free + 11 * pay <= liars.free, "{liars:?} {after:?}");
    // The bond is free again, and with it came back what the requester had paid for the audit of the lie. It gets no
    // more, because nobody must be able to live on disputing its own tasks.
    let fee = units(&disputed["transaction_fee"]).unwrap();
    let after = market.funds("//Charlie").await.unwrap();
    let (had, has) = (before.free + before.held, after.free + after.held);
    let cost = units(&lie["audit_cost"]).unwrap();
    assert!(cost > 0, "{shown}");
    assert!(has + fee <= had + cost, "{before:?} {after:?}");
    // The next attempt may have paid for its own audit by now.
    let shown = market.json("alice", "//Charlie", &["task", "show", "0"]);
    let shown = shown.await.unwrap();
    let replicas = shown["assignments"].as_array().unwrap().iter();
    let next: u128 = replicas
        .filter(|one| one["role"] == "replica")
        .skip(1)
        .map(|one| units(&one["audit_cost"]).unwrap())
        .sum();
    assert!(has + fee + next >= had + cost, "{before:?} {after:?}");

    let again = |task: &Value| task["status"]["state"] == "verifying";
    market.until_task(0, "done again", again).await.unwrap();
    let fetch = ["task", "fetch", "0", "--out", right.to_str().unwrap()];
    market.json("alice", "//Charlie", &fetch).await.unwrap();
    require_picture(&right, SAMPLES, true).await;
    let accept = ["task", "accept", "0"];
    let accepted = market.json("alice", "//Charlie", &accept).await.unwrap();
    assert_eq!(accepted["state"], "settled", "{accepted}");
    let shown = market.json("alice", "//Charlie", &["task", "show", "0"]);
    let shown = shown.await.unwrap();
    let assignments = shown["assignments"].as_array().unwrap();
    let settled: Vec<_> = assignments
        .iter()
        .filter(|one| one["role"] == "replica" && one["state"] == "settled")
        .collect();
    assert_eq!(settled.len(), 1, "{shown}");
    assert_eq!(settled[0]["result_root"], verdict["root"], "{shown}");

    let kept = begun.into_iter().map(|ledger| ledger.end(&market));
    let kept = try_join_all(kept).await.unwrap();
    let [_, liar, juror] = &kept[..] else {
        panic!("{kept:?}")
    };
    let slashed = amounts(liar, &["StakeSlashed"]);
    assert_eq!(slashed.iter().sum::<u128>(), locked, "{liar:?}");
    let counted = market.until_counted("liar", "aicpw_slashed_planck_total", &slashed);
    counted.await.unwrap();
    let earned = amounts(juror, &EARNED);
    assert!(!earned.is_empty(), "{juror:?}");
    let counted = market.until_counted("first", "aicpw_earned_planck_total", &earned);
    counted.await.unwrap();
}

/// Returns an executor that runs jobs, and waits for ever when it has to make a state.
fn without_states(market: &Market) -> PathBuf {
    let executor = binaries::find("aicpw-executor").unwrap();
    let script = format!(
        "#!/bin/sh\nif [ \"$1\" = run ] && grep -q '\"state\"' \"$2/job.json\"; then exec cat; fi\n\
         exec '{}' \"$@\"\n",
        executor.display()
    );
    let path = market.path("without-states");
    aicpw_stand_in::program(&path, &script).unwrap();
    path
}

/// The requester's machine runs the task too, and finds that the provider's trace is right up to the middle of the job,
/// where this liar begins to lie. So the jurors fetch the state before that, and run only the launch that follows it.
/// The requester's command is killed when the dispute is open, and continues with it when it is given again.
#[tokio::test(flavor = "multi_thread")]
async fn the_requester_names_the_part_that_is_wrong_and_the_jury_runs_no_more() {
    let (market, submitted) = loop {
        let market = with_liar(&[("first", "//Dave"), ("second", "//Ferdie")]).await;
        if let Some(submitted) = doubtful(&market).await {
            break (market, submitted);
        }
    };
    assert_eq!(submitted["state"], "verifying", "{submitted}");
    let dispute = ["task", "dispute", "0", "--part", "--yes"];
    let executor = without_states(&market);
    let stopped = ["--executor-path", executor.to_str().unwrap()];
    let stopped = [&dispute[..], &stopped].concat();
    let naming = wait::until("the trace to be open", LIMIT, || async {
        let shown = market.json("alice", "//Charlie", &["dispute", "show", "0"]);
        // There is no dispute before it is opened.
        let shown = shown.await.ok();
        let is_open = shown.as_ref().is_some_and(|one| one["state"] == "naming");
        Ok(Seen::some(is_open.then_some(()), || {
            shown.unwrap_or_default()
        }))
    });
    tokio::select! {
        ended = market.json("alice", "//Charlie", &stopped) => panic!("{ended:?}"),
        naming = naming => naming.unwrap(),
    }
    let disputed = market.json("alice", "//Charlie", &dispute).await.unwrap();
    let part = &disputed["dispute"]["part"];
    // Of three launches with a checkpoint after each, the liar has done one right: the second is judged, from the state
    // that the requester has after the first.
    assert_eq!(part["number"], 1, "{disputed}");
    assert!(part["from"]["state"].is_string(), "{disputed}");

    let verdict = verdict(&market, 3).await;
    assert_eq!(verdict["outcome"], "wrong", "{verdict}");
    assert_eq!(verdict["part"], *part, "{verdict}");
    assert_ne!(verdict["root"], part["claimed"], "{verdict}");
    // The accomplice, which lies about parts as well, stands alone.
    let right = |juror: &&Value| juror["result_root"] == verdict["root"];
    let jurors = jurors(&verdict);
    let voted = jurors.iter().filter(|one| one["result_root"].is_string());
    assert_eq!(voted.clone().count(), 3, "{verdict}");
    assert_eq!(voted.filter(right).count(), 2, "{verdict}");
}
