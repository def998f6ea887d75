//! Tasks between real processes: validator, provider's node and requester's node, each with its own
//! base path and IPFS store, without mDNS.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use aicpw_network_tests::{
    binaries,
    devices::two_processors,
    jobs::{write_manifest, Count},
    ledger::{amounts, EARNED},
    market::{newest_state, units, Funds},
    Ledger, Market,
};
use aicpw_protocol::pricing;
use aicpw_runtime::configs::parameters::ProtocolFee;
use serde_json::{json, Value};
use tokio::process::Command;

use super::faults::FEES;

const HEADER: &str = include_str!("../../../examples/search/input/genesis-header.hex");
const NONCES: [&str; 6] = ["--first", "2083235000", "--items", "4096", "--batches", "2"];

async fn search(arguments: &[&str], header: &Path) -> std::process::Output {
    Command::new(binaries::find("aicpw-search").unwrap())
        .args(arguments)
        .arg("--header")
        .arg(header)
        .args(NONCES)
        .kill_on_drop(true)
        .output()
        .await
        .unwrap()
}

async fn prepare_search(folder: &Path) -> (PathBuf, PathBuf) {
    let header = folder.join("header.hex");
    fs::write(&header, HEADER).unwrap();
    let task = folder.join("search");
    let output = search(&["prepare", "--out", task.to_str().unwrap()], &header).await;
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    (header, task.join("manifest.json"))
}

/// Returns the arguments of a task that is waited for.
fn submit<'a>(manifest: &'a Path, out: &'a Path, more: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = vec!["submit", manifest.to_str().unwrap(), "--budget", "1"];
    arguments.extend(["--time-limit", "10m", "--wait"]);
    arguments.extend(["--out", out.to_str().unwrap()]);
    arguments.extend(more);
    arguments
}

/// What the two sides of a task own.
#[derive(Debug)]
struct Purses {
    requester: Funds,
    provider: Funds,
}

impl Purses {
    async fn of(market: &Market) -> Self {
        Self {
            requester: market.funds("//Charlie").await.unwrap(),
            provider: market.funds("//Bob").await.unwrap(),
        }
    }
}

/// Returns what a provider gets for a result: its price less the protocol's part.
fn earned(submitted: &Value) -> u128 {
    let price = units(&submitted["result"]["price"]).unwrap();
    let fee = pricing::protocol_fee(price, ProtocolFee::DEFAULT);
    assert!(fee > 0 && fee < price, "{submitted}");
    price - fee
}

/// Requires that a result was paid, and this much for audits: the provider has its price less the protocol's part, and
/// nothing is held of the requester any more. Returns what the requester has paid in addition to what the document
/// says: the fees of its other transactions.
async fn require_paid(market: &Market, before: &Purses, submitted: &Value, audits: u128) -> u128 {
    let after = Purses::of(market).await;
    let said = format!("{before:?} {after:?} {submitted}");
    let price = units(&submitted["result"]["price"]).unwrap();
    let more = after.provider.free - before.provider.free;
    assert_eq!(more, earned(submitted), "{said}");
    assert_eq!(after.provider.held, before.provider.held, "{said}");

    assert_eq!(after.requester.held, before.requester.held, "{said}");
    let paid = units(&submitted["paid"]).unwrap();
    assert_eq!(paid, price + audits, "{said}");
    let fees = units(&submitted["submission_fee"]).unwrap()
        + units(&submitted["transaction_fee"]).unwrap();
    let cost = before.requester.free - after.requester.free;
    let beside = cost.checked_sub(paid + fees);
    beside.unwrap_or_else(|| panic!("it cost less: {said}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_crosses_three_processes() {
    let mut market = Market::start().await.unwrap();
    // Everything that the two do and get is in their ledgers.
    let requesters = Ledger::begin(&market, "//Charlie").await.unwrap();
    let providers = Ledger::begin(&market, "//Bob").await.unwrap();
    market
        .provider("provider", "//Bob", "0.5", "1", &[])
        .await
        .unwrap();
    let (header, manifest) = prepare_search(market.folder()).await;
    let out = market.path("result");
    // The test does not wait for this node to catch up: a submission at a node that is behind is not refused, but
    // waits.
    market.add("requester", &["--ipfs"]).await.unwrap();
    let accept = ["--verify", "optimistic=60s", "--accept"];
    let before = Purses::of(&market).await;
    let result = market
        .json("requester", "//Charlie", &submit(&manifest, &out, &accept))
        .await
        .unwrap();
    let id = result["task"].as_u64().unwrap().to_string();
    let show = ["task", "show", &id];
    let shown = market.json("requester", "//Charlie", &show).await.unwrap();
    let audits = units(&shown["audit"]["cost"]).unwrap();
    assert!(audits > 0, "{shown}");
    // The fee for accepting, which the document does not have.
    let beside = require_paid(&market, &before, &result, audits).await;
    let mut paid = vec![earned(&result)];
    assert!(beside > 0 && beside < FEES, "{beside} {result}");

    let found = out.join("result.bin");
    let check = search(&["check", "--result", found.to_str().unwrap()], &header).await;
    assert!(
        check.status.success(),
        "{}",
        String::from_utf8_lossy(&check.stderr)
    );

    let rate = ["task", "rate", &id, "5"];
    market.json("requester", "//Charlie", &rate).await.unwrap();
    let shown = market.json("requester", "//Charlie", &show).await.unwrap();
    assert_eq!(shown["state"], "settled", "{shown}");

    // The same search again, now that the root is known: it is settled in the block of the reveal.
    let root = result["result"]["result_root"].as_str().unwrap().to_owned();
    let again = market.path("again");
    let expected = format!("expected={root}");
    let arguments = submit(&manifest, &again, &["--verify", &expected]);
    let before = Purses::of(&market).await;
    let result = market
        .json("requester", "//Charlie", &arguments)
        .await
        .unwrap();
    let beside = require_paid(&market, &before, &result, 0).await;
    paid.push(earned(&result));
    assert_eq!(beside, 0, "nothing else was sent: {result}");
    assert_eq!(result["result"]["result_root"], Value::from(root));
    assert_eq!(
        fs::read(again.join("result.bin")).unwrap(),
        fs::read(found).unwrap()
    );

    let verify = ["history", "verify"];
    let history = market.json("requester", "//Charlie", &verify).await;
    let history = history.unwrap();
    assert_eq!(history["valid"], true, "{history}");
    assert_eq!(history["verified"], 2, "{history}");

    let kept = tokio::try_join!(requesters.end(&market), providers.end(&market));
    let (requesters, providers) = kept.unwrap();
    let submissions = requesters.iter().filter(|one| one.event == "TaskSubmitted");
    let submitted: Vec<_> = submissions.map(|one| one.subject.clone()).collect();
    assert_eq!(submitted, [id, result["task"].to_string()]);
    assert_eq!(amounts(&providers, &EARNED), paid, "{providers:?}");
    let counted = market.until_counted("provider", "aicpw_earned_planck_total", &paid);
    counted.await.unwrap();
    let settled = r#"aicpw_jobs_ended_total{end="settled",chain="dev"}"#;
    let counted = market.until_counted("provider", settled, &[1, 1]);
    counted.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_compiler_says_reaches_the_requester_and_nothing_is_paid() {
    let mut market = Market::start().await.unwrap();
    market
        .provider("provider", "//Bob", "0.5", "1", &[])
        .await
        .unwrap();
    market.join("requester", &["--ipfs"]).await.unwrap();
    let stake = market.stake("//Bob").await.unwrap();
    let had = market.funds("//Bob").await.unwrap();
    let folder = market.path("broken");
    fs::create_dir_all(&folder).unwrap();
    fs::write(
        folder.join("broken.cl"),
        "__kernel void broken(__global int *x) { x[0] = nonsense; }",
    )
    .unwrap();
    let manifest = json!({
        "version": "aicpw.task/v1",
        "name": "broken",
        "engine": "opencl",
        "class": "int",
        "program": { "file": "broken.cl" },
        "buffers": [{ "name": "x", "type": "int", "length": 1, "init": { "zero": true } }],
        "steps": [{ "kernel": "broken", "args": [{ "buffer": "x" }], "global": [1] }],
        "outputs": ["x"]
    });
    let path = write_manifest(&folder, &manifest).unwrap();
    let out = folder.join("out");
    let arguments = submit(&path, &out, &["--match-window", "10s"]);
    let words = ["nonsense", "build-failed"];
    let refunded = market.refunded("requester", "//Dave", &arguments, &words);
    assert_eq!(refunded.await.unwrap(), 0, "all but the fees");
    assert!(!out.join("x.bin").exists());
    assert_eq!(market.stake("//Bob").await.unwrap(), stake);
    assert_eq!(market.funds("//Bob").await.unwrap().free, had.free);
}

/// Three jobs at once take both devices, and both slots of one.
#[tokio::test(flavor = "multi_thread")]
async fn two_devices_with_two_slots_each_run_three_jobs_at_the_same_time() {
    let variable = two_processors().await.unwrap();
    let market = Market::with_validator_in(variable, &["--provider"]).await;
    let market = market.unwrap();
    market.register("alice", "//Bob", "0.5", "2").await.unwrap();
    let manifest = Count::LONG.write(&market.path("count")).unwrap();
    let mut all = Vec::new();
    for (suri, folder) in [("//Charlie", "one"), ("//Dave", "two"), ("//Eve", "three")] {
        let out = market.path(folder);
        let begun = market.begin("alice", suri, &submit(&manifest, &out, &["--accept"]));
        all.push((begun.unwrap(), out));
    }

    let runs = |tasks: &[Value]| tasks.iter().all(|task| newest_state(task) == "running");
    let tasks = market.until_tasks(&[0, 1, 2], "running, all at once", runs);
    let tasks = tasks.await.unwrap();
    let device = |task: &Value| task["assignments"].as_array()?.last()?["device"].as_u64();
    let devices: BTreeSet<_> = tasks.iter().filter_map(device).collect();
    assert!(devices.len() > 1, "{tasks:?}");
    for (begun, folder) in all {
        let result = market.done(begun).await.unwrap();
        assert_eq!(result["state"], "settled", "{result}");
        assert_eq!(
            fs::read(folder.join("x.bin")).unwrap(),
            Count::LONG.output()
        );
    }
}
