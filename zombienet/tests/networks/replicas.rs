//! Tasks that several providers have to agree about, on a network of real processes. The executor of one provider gives
//! its node another result than it has computed, and that of another breaks when it is told to.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    time::Duration,
};

use aicpw_network_tests::{
    binaries, chain,
    jobs::{write_manifest, Count},
    market::{units, AICP, STAKE},
    wait::{self, Seen},
    Market,
};
use aicpw_protocol::{
    merkle::result_root,
    task::{AssignmentStatus, TaskStatus},
    view::TaskView,
    Hash, TaskId,
};
use aicpw_runtime::{
    configs::money::{AuditPot, TreasuryAccount},
    AccountId,
};
use serde_json::{json, Value};

use super::faults::submit;

/// Longer than the minute in which a replica reveals that was not needed for the quorum, and shorter than [`ENDLESS`].
const LIMIT: Duration = Duration::from_secs(300);

/// What a provider gets for a task that ends without a result, or its price if that is less.
const BASE_FEE: u128 = AICP / 200;

/// The requester, which is also a provider: the cheapest.
const REQUESTER: &str = "//Charlie";
/// The next cheapest provider, which lies.
const LIAR: &str = "//Bob";
/// The providers that do not lie.
const HONEST: &str = "//Eve";
const BREAKS: &str = "//Dave";

/// A job of at least ten minutes, on the fastest of machines.
const ENDLESS: Count = Count {
    launches: 10_000,
    ..Count::LONG
};

/// Returns the folder in which [`BREAKS`]'s executor is told to break.
fn breaks(market: &Market) -> PathBuf {
    // This must not be the name of a node, because a node has the folder of its name.
    market.path("to-break")
}

/// Returns an executor that breaks before it has the program, once the file `now` is in that folder. As long as there
/// is the folder without the file, its jobs wait.
fn breaking_executor(market: &Market) -> PathBuf {
    let executor = binaries::find("aicpw-executor").unwrap();
    let breaks = breaks(market);
    let breaks = breaks.display();
    let script = format!(
        "#!/bin/sh\nif [ \"$1\" = run ] && [ -e '{breaks}' ]; then\n\
         until [ -e '{breaks}/now' ]; do sleep 0.1; done\nexit 1\nfi\n\
         exec '{}' \"$@\"\n",
        executor.display()
    );
    let path = market.path("breaking-executor");
    aicpw_stand_in::program(&path, &script).unwrap();
    path
}

/// Returns a market of four providers, each with a node of its own, because a node's worker key acts for one provider.
async fn market() -> Market {
    let mut market = Market::crowded(&["--provider"]).await.unwrap();
    let lies = binaries::find("lying-executor").unwrap();
    let fails = breaking_executor(&market);
    for (node, executor) in [
        ("liar", Some(lies)),
        ("breaks", Some(fails)),
        ("honest", None),
    ] {
        let mut arguments = vec!["--provider"];
        if let Some(executor) = &executor {
            arguments.extend(["--executor-path", executor.to_str().unwrap()]);
        }
        market.add(node, &arguments).await.unwrap();
    }
    let register = |node, suri, ask| market.register(node, suri, ask, "1");
    // They register at the same time, because they measure their devices.
    tokio::try_join!(
        register("alice", REQUESTER, "0.2"),
        register("liar", LIAR, "0.3"),
        register("honest", HONEST, "0.4"),
        register("breaks", BREAKS, "0.5"),
    )
    .unwrap();
    market
}

/// Returns what each account owns that a task can bring or cost something, leaving out the validator with its fees.
async fn wealth(market: &Market) -> BTreeMap<&'static str, u128> {
    let mut wealth = BTreeMap::new();
    for suri in [REQUESTER, LIAR, HONEST, BREAKS] {
        let funds = market.funds(suri).await.unwrap();
        wealth.insert(suri, funds.free + funds.held);
    }
    let accounts = [
        ("treasury", TreasuryAccount::get()),
        ("pot", AuditPot::get()),
    ];
    for (name, account) in accounts {
        let funds = market.funds_of(&account).await.unwrap();
        wealth.insert(name, funds.free + funds.held);
    }
    wealth
}

/// Requires that no money was made or lost, except for the fee that the validator got.
fn require_balance(before: &BTreeMap<&str, u128>, after: &BTreeMap<&str, u128>, submitted: &Value) {
    let fee = units(&submitted["transaction_fee"]).unwrap();
    let sum = |all: &BTreeMap<&str, u128>| all.values().sum::<u128>();
    assert_eq!(
        sum(after) + fee,
        sum(before),
        "{before:?} {after:?} {submitted}"
    );
}

/// Returns a task when nothing is expected of anybody any more: in a settled one, replicas that were not needed may
/// still reveal.
async fn ended(market: &Market, id: u64) -> Value {
    let name = id.to_string();
    let show = ["task", "show", &name];
    wait::until("all of its replicas to have ended", LIMIT, || async {
        let shown = market.json("alice", REQUESTER, &show).await?;
        let assignments = shown["assignments"].as_array().into_iter().flatten();
        let is_over = assignments
            .filter_map(|one| one["state"].as_str())
            .all(|state| matches!(state, "settled" | "failed" | "cancelled"));
        Ok(Seen::some(is_over.then(|| shown.clone()), || shown))
    })
    .await
    .map_err(|error| market.explain(error))
    .unwrap()
}

/// Returns the only assignment of a task that this account has.
async fn only_assignment(market: &Market, shown: &Value, suri: &str) -> Value {
    let address = ["account", "address"];
    let address = market.json("alice", suri, &address).await.unwrap();
    let assignments = shown["assignments"].as_array().unwrap().iter();
    let all: Vec<_> = assignments
        .filter(|one| one["provider"] == address["account"])
        .collect();
    assert_eq!(all.len(), 1, "{suri}: {shown}");
    all[0].clone()
}

/// Requires that two replicas with this root settled a task: in the block before there were fewer.
async fn require_settled_by_two(market: &Market, id: u64, at: u32, root: Hash) {
    let client = market.node("alice").unwrap().client().await.unwrap();
    let view = async |height| {
        let block = client.block_hash(height).await.unwrap().unwrap();
        let view = chain::task(&client, TaskId(id), &block).await;
        view.map_err(|error| market.explain(error))
            .unwrap()
            .unwrap()
    };
    let agree = |view: &TaskView<AccountId>| {
        let assignments = view.assignments.iter();
        let agree = assignments.filter(|one| {
            matches!(
                &one.status,
                AssignmentStatus::Revealed { opening, .. } | AssignmentStatus::Settled { opening, .. }
                    if opening.result_root == root
            )
        });
        agree.count()
    };
    // The market was never paused, so its clock shows the chain's height.
    let (before, after) = (view(at - 1).await, view(at).await);
    assert_eq!(before.status, TaskStatus::Active, "{before:?}");
    assert!(agree(&before) < 2, "{before:?}");
    let is_settled = matches!(after.status, TaskStatus::Settled { .. });
    assert!(is_settled && agree(&after) == 2, "{after:?}");
}

/// All providers take part. The cheapest, apart from the requester's own, lies. The other two, the only ones left, are
/// drawn.
async fn who_lies_is_outvoted(market: &Market) {
    let manifest = Count::SHORT.write(&market.path("short")).unwrap();
    let before = wealth(market).await;
    let verify = ["--verify", "replicated=3/2", "--wait"];
    let submit = submit(manifest.to_str().unwrap(), &verify);
    let submitted = market.json("alice", REQUESTER, &submit).await.unwrap();
    assert_eq!(submitted["state"], "settled", "{submitted}");
    let id = submitted["task"].as_u64().unwrap();
    let root = result_root(&Count::SHORT.output());
    // This comes first, because a node forgets the states of old blocks.
    let task = market.task(id).await.unwrap();
    let at = task["status"]["at"].as_u64().unwrap();
    require_settled_by_two(market, id, u32::try_from(at).unwrap(), root).await;

    let shown = ended(market, id).await;
    assert_eq!(shown["assignments"].as_array().unwrap().len(), 3, "{shown}");
    let lie = only_assignment(market, &shown, LIAR).await;
    assert_eq!(lie["assignment"], format!("{id}-0-0"), "{shown}");
    assert_eq!(lie["state"], "failed", "{shown}");
    assert_eq!(lie["fault"], "wrong-result", "{shown}");
    let mut right = Vec::new();
    for suri in [HONEST, BREAKS] {
        let one = only_assignment(market, &shown, suri).await;
        assert_eq!(one["state"], "settled", "{shown}");
        let root = format!("0x{}", hex::encode(root));
        assert_eq!(one["result_root"], root, "{shown}");
        right.push((suri, units(&one["price"]).unwrap()));
    }
    let (name, out) = (id.to_string(), market.path("short-result"));
    let fetch = ["task", "fetch", &name, "--out", out.to_str().unwrap()];
    market.json("alice", REQUESTER, &fetch).await.unwrap();
    assert_eq!(fs::read(out.join("x.bin")).unwrap(), Count::SHORT.output());

    // The audit is paid for whether it was drawn or not; nobody was left to do it.
    let audit = units(&shown["audit"]["cost"]).unwrap();
    let paid = units(&submitted["paid"]).unwrap();
    let prices: u128 = right.iter().map(|(_, price)| price).sum();
    assert!(audit > 0, "{shown}");
    assert_eq!(paid, prices + audit, "{submitted} {shown}");
    let after = wealth(market).await;
    let fees = units(&submitted["submission_fee"]).unwrap()
        + units(&submitted["transaction_fee"]).unwrap();
    assert_eq!(after[REQUESTER] + paid + fees, before[REQUESTER]);
    for (suri, price) in right {
        let earned = after[suri] - before[suri];
        assert!(earned.abs_diff(price - price / 50) <= 1, "{suri}: {shown}");
        assert_eq!(market.stake(suri).await.unwrap(), STAKE, "{suri}");
    }
    let collateral = units(&lie["collateral"]).unwrap();
    assert!(collateral > prices, "{shown}");
    assert_eq!(after[LIAR] + collateral, before[LIAR]);
    assert_eq!(market.stake(LIAR).await.unwrap(), STAKE - collateral);
    assert_eq!(after["pot"], before["pot"] + audit);
    require_balance(&before, &after, &submitted);
}

/// Returns the folders of the jobs that executors of a node run.
fn jobs(market: &Market, node: &str) -> Vec<PathBuf> {
    let base = market.node(node).unwrap().base();
    let mut found = Vec::new();
    for process in fs::read_dir("/proc").unwrap().flatten() {
        // Processes end during this search.
        let line = fs::read(process.path().join("cmdline")).unwrap_or_default();
        let mut words = line.split(|byte| *byte == 0).skip(1);
        if let (Some(b"run"), Some(folder)) = (words.next(), words.next()) {
            let folder = Path::new(OsStr::from_bytes(folder));
            if folder.starts_with(base) {
                found.push(folder.to_owned());
            }
        }
    }
    found
}

/// Two providers have to agree, and one of them breaks when the other is in the middle. Nobody takes its place, so the
/// other can no longer settle the task.
async fn who_is_not_needed_any_more_stops(market: &Market) {
    // Otherwise the liar would take the place.
    let pause = ["provider", "devices", "pause", "all"];
    market.json("alice", LIAR, &pause).await.unwrap();
    fs::create_dir(breaks(market)).unwrap();
    let folder = market.path("endless");
    ENDLESS.write(&folder).unwrap();
    let mut manifest = ENDLESS.manifest();
    // One work item, which leaves the other tests a core.
    manifest["steps"][0]["loop"]["steps"][0]["global"] = json!([1]);
    let manifest = write_manifest(&folder, &manifest).unwrap();
    let before = wealth(market).await;
    let stake = market.stake(BREAKS).await.unwrap();
    assert_eq!(jobs(market, "honest"), Vec::<PathBuf>::new());
    let more = [
        "--time-limit",
        "1h",
        "--match-window",
        "10s",
        "--verify",
        "replicated=2/2",
    ];
    let submit = submit(manifest.to_str().unwrap(), &more);
    // The command is not waited for, because the test looks at what happens as it happens.
    let begun = market.begin("alice", REQUESTER, &submit).unwrap();
    wait::until("a job at the honest node", LIMIT, || async {
        let is_there = !jobs(market, "honest").is_empty();
        Ok(Seen::when(is_there, || "none runs"))
    })
    .await
    .map_err(|error| market.explain(error))
    .unwrap();
    fs::write(breaks(market).join("now"), "").unwrap();
    let submitted = market.done(begun).await.unwrap();
    let id = submitted["task"].as_u64().unwrap();
    let is_refunded = |task: &Value| task["status"]["state"] == "refunded";
    let task = market.until_task(id, "refunded", is_refunded).await;
    let task = task.unwrap();
    assert_eq!(task["status"]["reason"], "match-window-ended", "{task}");

    wait::until("the job at the honest node to end", LIMIT, || async {
        let jobs = jobs(market, "honest");
        Ok(Seen::when(jobs.is_empty(), || format!("{jobs:?}")))
    })
    .await
    .map_err(|error| market.explain(error))
    .unwrap();
    let shown = ended(market, id).await;
    assert_eq!(shown["assignments"].as_array().unwrap().len(), 2, "{shown}");
    let broken = only_assignment(market, &shown, BREAKS).await;
    assert_eq!(broken["fault"], "crashed", "{shown}");
    let other = only_assignment(market, &shown, HONEST).await;
    assert_eq!(other["state"], "cancelled", "{shown}");

    // The provider that stopped has its base fee from the requester. The requester gets nothing of what the broken
    // provider has lost, because that could be its own.
    let after = wealth(market).await;
    let submission = units(&submitted["submission_fee"]).unwrap();
    let fees = submission + units(&submitted["transaction_fee"]).unwrap();
    let fee = units(&other["price"]).unwrap().min(BASE_FEE);
    assert!(fee > 0, "{shown}");
    assert_eq!(after[REQUESTER] + fee + fees, before[REQUESTER]);
    assert_eq!(after[HONEST], before[HONEST] + fee);
    assert_eq!(market.stake(HONEST).await.unwrap(), STAKE);
    let slash = units(&broken["collateral"]).unwrap() / 2;
    assert!(slash > 0, "{shown}");
    assert_eq!(after[BREAKS] + slash, before[BREAKS]);
    assert_eq!(market.stake(BREAKS).await.unwrap(), stake - slash);
    assert_eq!(after["treasury"], before["treasury"] + submission + slash);
    require_balance(&before, &after, &submitted);
}

/// Uses four nodes, the fewest with which the requester's own can be passed over while three others take part. One of
/// them is also the validator's.
#[tokio::test(flavor = "multi_thread")]
async fn two_of_three_settle_a_task_and_who_is_not_needed_any_more_stops() {
    let market = market().await;
    who_lies_is_outvoted(&market).await;
    who_is_not_needed_any_more_stops(&market).await;
}
