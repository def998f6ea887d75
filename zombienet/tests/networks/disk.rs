//! A provider whose disk runs full, with the chain's database on the same disk, as operators have it.

use std::{fs, time::Duration};

use aicpw_network_tests::{
    jobs::Count,
    wait::{self, Seen},
    Market, Node,
};
use aicpw_stand_in::disk::{skip, SmallDisk};

use super::restart::{runs, submit};

const MIB: u64 = 1 << 20;

/// The size of the disk. A node takes 30 MiB of it in its first minutes. The rest has room for what a job may take
/// (`aicpw_protocol::job::most_on_disk`) in addition to twice what the node stops at.
const SIZE: u64 = 576 * MIB;

/// MiB below which the node stops; below twice as many it takes no jobs. This is more than it writes while it ends or
/// while a task runs, so the free space crosses neither bound meanwhile.
const STOPS_BELOW: &str = "64";
const TOO_LITTLE_FOR_JOBS: u64 = 96 * MIB;
const TOO_LITTLE_FOR_THE_NODE: u64 = 48 * MIB;

/// How long the node may take to report what it checks every second.
const LIMIT: Duration = Duration::from_secs(60);

/// Waits for a line of a node's log with all of these words.
async fn says(node: &Node, words: &[&str]) {
    let what = format!("a line with {words:?}");
    let said = wait::until(&what, LIMIT, || async {
        let log = node.log()?;
        let fits = |line: &&str| words.iter().all(|word| line.contains(word));
        let line = log.lines().find(fits).map(str::to_owned);
        Ok(Seen::some(line, || "no such line"))
    });
    said.await.map_err(|error| node.explain(error)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_without_room_refuses_jobs_stops_in_order_and_goes_on_when_there_is_room() {
    let mut market = Market::with_validator(&["--ipfs"]).await.unwrap();
    // Unmounted before the market ends, because the market removes its folder.
    let Some(disk) = SmallDisk::mount(&market.path("provider"), SIZE).unwrap() else {
        return skip().unwrap();
    };
    let options = [
        "--db-storage-threshold",
        STOPS_BELOW,
        "--db-storage-polling-period",
        "1",
    ];
    market
        .provider("provider", "//Bob", "0.5", "1", &options)
        .await
        .unwrap();
    let stake = market.stake("//Bob").await.unwrap();
    let base = market.node("provider").unwrap().base().to_owned();
    let jobs = base.join("chains/dev/aicpw/jobs");
    let base = base.to_str().unwrap();
    let free = disk.free().unwrap();
    assert!(free > 2 * TOO_LITTLE_FOR_JOBS, "{free}");

    // There is too little for strangers' data: the node says so with the disk's name. A task that comes anyway ends,
    // with this reason, and nobody pays for it.
    disk.leave(TOO_LITTLE_FOR_JOBS).unwrap();
    let node = market.node("provider").unwrap();
    let words = ["free on the disk of", base, "the node stops below 64 MiB"];
    says(node, &words).await;
    let short = Count::SHORT.write(&market.path("short")).unwrap();
    let arguments = submit(short.to_str().unwrap(), &["--wait"]);
    let reason = ["input-unavailable", "at the provider", "no room"];
    let gain = market
        .refunded("alice", "//Charlie", &arguments, &reason)
        .await;
    assert_eq!(gain.unwrap(), 0);
    assert_eq!(market.stake("//Bob").await.unwrap(), stake);

    // With free space it takes the next task, and the disk runs full in the middle of it: the node stops before its
    // database is damaged.
    disk.make_room().unwrap();
    let long = Count::LONG.write(&market.path("long")).unwrap();
    let out = market.path("result");
    let wait = ["--wait", "--accept", "--out", out.to_str().unwrap()];
    let id = market.submissions().await.unwrap();
    let begun = market
        .begin("alice", "//Charlie", &submit(long.to_str().unwrap(), &wait))
        .unwrap();
    market.until_task(id, "running", runs).await.unwrap();
    disk.leave(TOO_LITTLE_FOR_THE_NODE).unwrap();
    let node = market.node("provider").unwrap();
    let ended = node.wait_ended().await;
    let ended = ended.map_err(|error| market.explain(error)).unwrap();
    let code = ended.and_then(|status| status.code());
    assert_eq!(code, Some(1), "by itself, and by no signal: {ended:?}");
    says(node, &["Available space", base, "threshold: 64MiB"]).await;

    // Started again it removes what a kill would have left half fetched, before it looks for room, and does the job
    // again. There is one result, and it is paid.
    let job = jobs.join(format!("{id}-0-0"));
    disk.rename_filler(&job.join(".download.1-0.part")).unwrap();
    market.restart("provider").await.unwrap();
    let result = market.done(begun).await.unwrap();
    assert_eq!(result["state"], "settled", "{result}");
    assert_eq!(fs::read(out.join("x.bin")).unwrap(), Count::LONG.output());
    let task = market.task(id).await.unwrap();
    assert_eq!(task["assignments"].as_array().unwrap().len(), 1, "{task}");
    assert_eq!(market.stake("//Bob").await.unwrap(), stake);
}
