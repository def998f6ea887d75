//! What a requester is told about money before any is spent, by the rules of a real chain; and tasks that are submitted
//! at the same time.

use std::{collections::BTreeMap, path::Path};

use aicpw_network_tests::{jobs::Count, CommandLine, Market};
use futures::future::try_join_all;
use serde_json::Value;

/// An account that owns nothing.
const NOBODY: &str = "//Nobody";

/// Returns the arguments of `submit` or `dry-run` for a task that needs 100 TFLOPS for an hour.
fn large<'a>(command: &'a str, manifest: &'a Path, budget: &'a str, mode: &'a str) -> Vec<&'a str> {
    let mut arguments = vec![command, manifest.to_str().unwrap()];
    arguments.extend(["--gflops", "100000", "--time-limit", "1h"]);
    arguments.extend(["--budget", budget, "--verify", mode]);
    arguments
}

/// Returns the amount that an error names as the lowest budget.
async fn lowest(line: &CommandLine, arguments: &[&str]) -> String {
    let said = line.say(arguments).await.unwrap();
    said.require_failure(2, &["--budget: at least "]).unwrap();
    let error = said.document().unwrap()["error"].clone();
    let message = error["message"].as_str().unwrap();
    let named = message.strip_prefix("--budget: at least ").unwrap();
    named.split(' ').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_said_before_anything_is_spent_and_tasks_at_once_are_all_taken() {
    let market = Market::with_validator(&["--ipfs"]).await.unwrap();
    let manifest = Count::SHORT.write(&market.path("count")).unwrap();
    a_dry_run_warns_of_what_a_submission_is_refused_for(&market, &manifest).await;
    a_budget_is_too_small_until_it_is_the_one_that_the_error_names(&market, &manifest).await;
    what_one_account_submits_at_once_is_all_there(&market, &manifest).await;
}

async fn a_dry_run_warns_of_what_a_submission_is_refused_for(market: &Market, manifest: &Path) {
    let arguments = |command| large(command, manifest, "50", "optimistic=60s");
    let lacks = "can spend 0 AICP, and 50.";
    let nobody = market.command_line("alice", NOBODY).unwrap();
    let dry = nobody.say(&arguments("dry-run")).await.unwrap();
    assert_eq!(dry.code, Some(0), "{dry}");
    assert!(
        dry.err.contains("it could not be submitted: ") && dry.err.contains(lacks),
        "{dry}"
    );
    assert_eq!(dry.document().unwrap()["answer"], "unmatched", "{dry}");
    let refused = nobody.say(&arguments("submit")).await.unwrap();
    refused
        .require_failure(7, &[lacks, "nothing was sent"])
        .unwrap();
    assert_eq!(market.submissions().await.unwrap(), 0);

    let charlie = market.command_line("alice", "//Charlie").unwrap();
    let dry = charlie.say(&arguments("dry-run")).await.unwrap();
    assert_eq!(dry.code, Some(0), "{dry}");
    assert!(!dry.err.contains("could not be submitted"), "{dry}");
}

async fn a_budget_is_too_small_until_it_is_the_one_that_the_error_names(
    market: &Market,
    manifest: &Path,
) {
    let charlie = market.command_line("alice", "//Charlie").unwrap();
    let root = format!("expected=0x{}", "ab".repeat(32));
    let modes = ["optimistic=60s", "replicated=3/2", &root];
    for (before, mode) in modes.iter().enumerate() {
        let least = lowest(&charlie, &large("submit", manifest, "0.01", mode)).await;
        let again = lowest(&charlie, &large("dry-run", manifest, "0.05", mode)).await;
        assert_eq!(again, least, "whatever was offered");
        let dry = charlie
            .json(&large("dry-run", manifest, &least, mode))
            .await;
        assert_eq!(dry.unwrap()["answer"], "unmatched");
        // The chain would refuse less than this, with `BudgetBelowLowestAsk`.
        let taken = charlie.json(&large("submit", manifest, &least, mode)).await;
        assert_eq!(taken.unwrap()["budget"], *least);
        assert_eq!(market.submissions().await.unwrap(), before as u64 + 1);
    }
}

/// Programs that know nothing of each other sign with the account's next nonce, which only one of them can get.
async fn what_one_account_submits_at_once_is_all_there(market: &Market, manifest: &Path) {
    let dave = market.command_line("alice", "//Dave").unwrap();
    let before = market.submissions().await.unwrap();
    let submissions = ["1", "2", "3", "4"].map(|budget| {
        let mut arguments = vec!["submit", manifest.to_str().unwrap()];
        arguments.extend(["--budget", budget, "--time-limit", "60s"]);
        let dave = &dave;
        async move { dave.json(&arguments).await }
    });
    let submitted = try_join_all(submissions).await;
    let submitted = submitted.map_err(|error| market.explain(error)).unwrap();
    assert_eq!(market.submissions().await.unwrap(), before + 4);
    let mine = ["task", "ls", "--mine"];
    let mine = market.json("alice", "//Dave", &mine).await.unwrap();
    let offered = |tasks: &[Value]| -> BTreeMap<u64, String> {
        let tasks = tasks.iter();
        let offers = tasks.map(|one| (one["task"].as_u64().unwrap(), one["budget"].to_string()));
        offers.collect()
    };
    let there = offered(mine.as_array().unwrap());
    assert_eq!(there.len(), 4, "{mine}");
    assert_eq!(offered(&submitted), there, "{submitted:?} {mine}");
}
