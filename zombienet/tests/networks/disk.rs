//! A provider whose disk runs full, with the chain's database on it, as operators have it.

use std::{
    fs::{self, File},
    io::Write,
    path::PathBuf,
    process::Command,
    time::Duration,
};

use aicpw_network_tests::{
    jobs::Count,
    wait::{self, Seen},
    Market, Node,
};

use super::restart::{runs, submit};

const MIB: u64 = 1 << 20;

/// A node in its first minutes takes 30 MiB of it. What is left has room for what a job may take
/// (`aicpw_protocol::job::most_on_disk`) beside twice what the node stops at.
const SIZE: &str = "size=576m";

/// MiB below which the node stops; below twice as many it takes no jobs. More than it writes while it ends, or while
/// a task runs: what is left does not cross either meanwhile.
const STOPS_BELOW: &str = "64";
const TOO_LITTLE_FOR_JOBS: u64 = 96 * MIB;
const TOO_LITTLE_FOR_THE_NODE: u64 = 48 * MIB;

/// How long the node may take to say what it looks for every second.
const LIMIT: Duration = Duration::from_secs(60);

/// A small file system of its own. Only root can mount one, and not in every container.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// In place of a folder, which is made.
    fn mount(folder: PathBuf) -> Option<Self> {
        fs::create_dir_all(&folder).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", SIZE, "aicpw-test"]);
        let output = mount.arg(&folder).output().ok()?;
        output.status.success().then_some(Self(folder))
    }

    fn free(&self) -> u64 {
        let disk = rustix::fs::statvfs(self.0.as_path()).unwrap();
        disk.f_bavail * disk.f_frsize
    }

    /// Fills it until no more than so many bytes are free.
    fn leave(&self, bytes: u64) {
        let filler = File::options()
            .create(true)
            .append(true)
            .open(self.filler());
        let mut filler = filler.unwrap();
        let piece = vec![1; 1 << 20];
        while self.free() > bytes {
            filler.write_all(&piece).unwrap();
        }
    }

    fn make_room(&self) {
        fs::remove_file(self.filler()).unwrap();
    }

    fn filler(&self) -> PathBuf {
        self.0.join("filler")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: the node still writes to it.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// Says that a test is skipped because no small disk can be mounted here. Panics instead if `AICPW_DISK_REQUIRED` is 1,
/// as `scripts/test.sh` has it where one can.
fn skip() {
    let how = "run this as root, in a container with --cap-add SYS_ADMIN";
    let required = std::env::var_os("AICPW_DISK_REQUIRED").is_some_and(|value| value == "1");
    assert!(
        !required,
        "no file system can be mounted, and AICPW_DISK_REQUIRED=1: {how}"
    );
    let test = std::thread::current();
    let test = test.name().unwrap_or("a test");
    // Not with a macro: what those print is hidden where a test passes.
    let mut seen = std::io::stderr().lock();
    writeln!(
        seen,
        "SKIPPED {test}: no file system can be mounted here; {how}"
    )
    .unwrap();
}

/// Waits for a line of a node's log with all of these.
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
    // Unmounted before the market ends, which removes its folder.
    let Some(disk) = SmallDisk::mount(market.path("provider")) else {
        return skip();
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
    let base = base.to_str().unwrap();
    assert!(disk.free() > 2 * TOO_LITTLE_FOR_JOBS, "{}", disk.free());

    // Too little for strangers' data: said with the disk's name, and a task that comes all the same ends, with its
    // reason. Nobody pays for it.
    disk.leave(TOO_LITTLE_FOR_JOBS);
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

    // With room it takes the next one, and the disk runs full in the middle: the node stops before its database
    // is damaged.
    disk.make_room();
    let long = Count::LONG.write(&market.path("long")).unwrap();
    let out = market.path("result");
    let wait = ["--wait", "--accept", "--out", out.to_str().unwrap()];
    let id = market.submissions().await.unwrap();
    let begun = market
        .begin("alice", "//Charlie", &submit(long.to_str().unwrap(), &wait))
        .unwrap();
    market.until_task(id, "running", runs).await.unwrap();
    disk.leave(TOO_LITTLE_FOR_THE_NODE);
    let node = market.node("provider").unwrap();
    let ended = node.wait_ended().await;
    let ended = ended.map_err(|error| market.explain(error)).unwrap();
    let code = ended.and_then(|status| status.code());
    assert_eq!(code, Some(1), "by itself, and by no signal: {ended:?}");
    says(node, &["Available space", base, "threshold: 64MiB"]).await;

    // Started again with room, it does the job again. There is one result, and it is paid.
    disk.make_room();
    market.restart("provider").await.unwrap();
    let result = market.done(begun).await.unwrap();
    assert_eq!(result["state"], "settled", "{result}");
    assert_eq!(fs::read(out.join("x.bin")).unwrap(), Count::LONG.output());
    let task = market.task(id).await.unwrap();
    assert_eq!(task["assignments"].as_array().unwrap().len(), 1, "{task}");
    assert_eq!(market.stake("//Bob").await.unwrap(), stake);
}
