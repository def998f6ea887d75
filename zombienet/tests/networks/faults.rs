//! Errors name the field or the cause, and have the documented exit code. Nothing is paid that should not be, and
//! nothing is lost.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::{Arc, Weak},
};

use aicpw_network_tests::{
    jobs::{write_manifest, Count},
    market::{units, AICP},
    Market,
};
use serde_json::{json, Value};
use tokio::sync::Mutex;

/// The CID of content that nobody has.
const NOWHERE: &str = "bafkreibme22gw2h7y2h7tg2fhqotaqjucnbc24deqo72b6mkl2egezxhvy";

/// The most that an account pays to the network for a few transactions.
pub(super) const FEES: u128 = AICP / 10;

/// What a provider gets that waited for a key in vain, or its price if that is less.
const BASE_FEE: u128 = AICP / 200;

/// One network for all tests of this file and of `hostile` that run at the same time: its only node validates and is
/// Bob's. It ends with the last of these tests.
static SHARED: Mutex<Weak<Market>> = Mutex::const_new(Weak::new());

pub(super) async fn market() -> Arc<Market> {
    let mut shared = SHARED.lock().await;
    if let Some(market) = shared.upgrade() {
        return market;
    }
    let market = Market::with_validator(&["--provider"]).await.unwrap();
    market.register("alice", "//Bob", "0.5", "8").await.unwrap();
    let market = Arc::new(market);
    *shared = Arc::downgrade(&market);
    market
}

/// Writes a task into a folder of its own, with this change to its manifest. Returns its path.
pub(super) fn task(market: &Market, name: &str, change: impl FnOnce(&Path, &mut Value)) -> String {
    let folder = market.path(name);
    Count::SHORT.write(&folder).unwrap();
    let mut manifest = Count::SHORT.manifest();
    change(&folder, &mut manifest);
    let path = write_manifest(&folder, &manifest).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Returns the arguments of a submission; each option once.
pub(super) fn submit<'a>(manifest: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = vec!["submit", manifest];
    for (option, default) in [("--budget", "1"), ("--time-limit", "60s")] {
        if !more.contains(&option) {
            arguments.extend([option, default]);
        }
    }
    arguments.extend(more);
    arguments
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_or_file_that_is_wrong_is_refused_before_anything_is_sent() {
    let market = market().await;
    let before = market.funds("//Charlie").await.unwrap();
    let refused = |path: String, words: &'static [&'static str]| {
        let market = market.clone();
        async move {
            market
                .fails("alice", "//Charlie", &submit(&path, &[]), 2, words)
                .await
                .unwrap();
        }
    };
    let file = |bytes: Option<usize>| {
        move |folder: &Path, manifest: &mut Value| {
            manifest["buffers"][0]["init"] = json!({ "file": "x.bin" });
            if let Some(bytes) = bytes {
                fs::write(folder.join("x.bin"), vec![1; bytes]).unwrap();
            }
        }
    };

    let broken = task(&market, "no-json", |_, _| {});
    fs::write(&broken, "{").unwrap();
    refused(broken, &["not valid", "nothing was sent"]).await;
    refused("/no/such/manifest.json".into(), &["cannot read"]).await;
    let path = task(&market, "unknown-field", |_, manifest| {
        manifest["nonsense"] = json!(1);
    });
    refused(path, &["nonsense"]).await;
    let path = task(&market, "wrong-type", |_, manifest| {
        manifest["buffers"][0]["length"] = json!("four");
    });
    refused(path, &["buffers[0].length"]).await;
    let path = task(&market, "overflow", |_, manifest| {
        manifest["buffers"][0]["length"] = json!(u64::MAX);
    });
    refused(path, &["buffers[0]"]).await;
    let path = task(&market, "no-buffer", |_, manifest| {
        manifest["steps"][0]["loop"]["steps"][0]["args"][0] = json!({ "buffer": "y" });
    });
    refused(path, &["steps[0]", "`y`"]).await;
    let path = task(&market, "no-file", file(None));
    refused(path, &["x.bin", "there is no such file"]).await;
    let path = task(&market, "short-file", file(Some(7)));
    refused(path, &["x.bin: has 7 bytes, but its buffer has 8"]).await;
    let path = task(&market, "empty-program", |folder, _| {
        fs::write(folder.join("count.cl"), "").unwrap();
    });
    refused(path, &["count.cl: is empty"]).await;

    assert_eq!(market.funds("//Charlie").await.unwrap(), before);
    let mine = ["task", "ls", "--mine"];
    let mine = market.json("alice", "//Charlie", &mine).await.unwrap();
    assert_eq!(mine, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_option_that_is_wrong_is_named_before_anything_is_sent() {
    let market = market().await;
    let before = market.funds("//Dave").await.unwrap();
    let path = task(&market, "options", |_, _| {});
    let folder = PathBuf::from(&path).parent().unwrap().to_owned();
    let text = |name: &str| folder.join(name).to_str().unwrap().to_owned();

    // A folder with a file that would be overwritten, a file in place of a folder, and keys.
    fs::create_dir_all(folder.join("full")).unwrap();
    fs::write(folder.join("full/x.bin"), "mine").unwrap();
    for (name, content, mode) in [("open-key", "//Dave", 0o644), ("bad-key", "a b c", 0o600)] {
        fs::write(folder.join(name), content).unwrap();
        fs::set_permissions(folder.join(name), fs::Permissions::from_mode(mode)).unwrap();
    }
    let (full, file) = (text("full"), text("count.cl"));
    let under_file = text("count.cl/result");
    let (open_key, bad_key, no_key) = (text("open-key"), text("bad-key"), text("no-key"));

    let most = "340282366920938463463";
    let cases: [(&[&str], i32, &[&str]); 23] = [
        (&["--budget", "0"], 2, &["--budget: at least"]),
        (&["--budget", "1,5"], 2, &["--budget", "not an amount"]),
        (&["--budget", "340282366920938463464"], 2, &["more AICP"]),
        (&["--budget", most], 7, &["insufficient-funds", "can spend"]),
        // The current folder is accepted.
        (
            &["--budget", most, "--wait", "--out", "."],
            7,
            &["can spend"],
        ),
        (&["--time-limit", "0"], 2, &["--time-limit: must not be"]),
        (&["--time-limit", "1000d"], 2, &["--time-limit: at most"]),
        (&["--time-limit", "soon"], 2, &["--time-limit"]),
        (&["--gflops", "0"], 2, &["--gflops"]),
        (&["--gflops", "18446744073709551615"], 2, &["--budget: at"]),
        (&["--memory", "0"], 2, &["--memory"]),
        (&["--min-reputation", "1001"], 2, &["--min-reputation"]),
        (&["--match-window", "1s"], 2, &["--match-window: must be"]),
        (&["--verify", "optimistic=1s"], 2, &["--verify", "between"]),
        (&["--verify", "expected=0x12"], 2, &["--verify"]),
        (&["--verify", "nonsense"], 2, &["--verify"]),
        (&["--wait", "--out", &full], 2, &["--out", "not an earlier"]),
        (&["--wait", "--out", &file], 2, &["--out", "not a folder"]),
        (
            &["--wait", "--out", &under_file],
            2,
            &["--out", "not a folder"],
        ),
        (
            &["--wait", "--out", "/proc/result"],
            2,
            &["--out: cannot write"],
        ),
        (&["--key-file", &open_key], 2, &["--key-file", "chmod 600"]),
        (&["--key-file", &bad_key], 2, &["secret is not valid"]),
        (&["--key-file", &no_key], 2, &["--key-file: cannot read"]),
    ];
    for (options, code, words) in cases {
        let arguments = submit(&path, options);
        market
            .fails("alice", "//Dave", &arguments, code, words)
            .await
            .unwrap();
    }
    assert_eq!(
        fs::read_to_string(folder.join("full/x.bin")).unwrap(),
        "mine"
    );

    // Commands other than `submit`.
    let bob = market.json("alice", "//Bob", &["account", "address"]);
    let bob = bob.await.unwrap()["account"].as_str().unwrap().to_owned();
    let stake = ["provider", "register", "--stake", "0", "--ask", "1"];
    let ask = ["provider", "register", "--stake", "1000", "--ask", "0"];
    let cases: [(&[&str], i32, &[&str]); 8] = [
        (&["transfer", &bob, most], 7, &["can spend"]),
        (&["transfer", "nonsense", "1"], 2, &["nonsense"]),
        (&stake, 2, &["--stake: at least"]),
        (&ask, 2, &["--ask: at least"]),
        (&["task", "rate", "0", "0"], 2, &["at least 1"]),
        (&["task", "rate", "0", "6"], 2, &["at most 5"]),
        (&["task", "show", "999999"], 1, &["no task 999999"]),
        (&["ipfs", "cat", "nonsense"], 2, &["nonsense"]),
    ];
    for (arguments, code, words) in cases {
        market
            .fails("alice", "//Dave", arguments, code, words)
            .await
            .unwrap();
    }
    assert_eq!(market.funds("//Dave").await.unwrap(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_at_the_wrong_time_is_refused_and_the_price_is_paid_once() {
    let market = market().await;
    let path = task(&market, "order", |_, _| {});
    let out = market.path("order-result");
    let before = market.funds("//Eve").await.unwrap();
    let wait = ["--wait", "--out", out.to_str().unwrap()];
    let arguments = submit(&path, &[&wait[..], &["--verify", "optimistic=1h"]].concat());
    let result = market.json("alice", "//Eve", &arguments).await.unwrap();
    assert_eq!(result["state"], "verifying", "{result}");
    let id = result["task"].as_u64().unwrap().to_string();

    let refused = |suri: &'static str, arguments: [&str; 3], code, word: &'static str| {
        let market = market.clone();
        let arguments = arguments.map(str::to_owned);
        async move {
            let arguments = arguments.each_ref().map(String::as_str);
            let arguments: Vec<_> = arguments.into_iter().filter(|a| !a.is_empty()).collect();
            let arguments = [&["task"][..], &arguments].concat();
            market
                .fails("alice", suri, &arguments, code, &[word])
                .await
                .unwrap();
        }
    };
    refused("//Eve", ["cancel", &id, ""], 1, "NotWaiting").await;
    refused("//Eve", ["rate", &id, "3"], 1, "NotSettled").await;
    refused("//Ferdie", ["accept", &id, ""], 2, "was submitted by").await;
    let accept = ["task", "accept", &id];
    let accepted = market.json("alice", "//Eve", &accept).await.unwrap();
    refused("//Eve", ["accept", &id, ""], 1, "NotVerifying").await;
    let rate = ["task", "rate", &id, "5"];
    market.json("alice", "//Eve", &rate).await.unwrap();
    refused("//Eve", ["rate", &id, "1"], 1, "AlreadyRated").await;

    let after = market.funds("//Eve").await.unwrap();
    assert_eq!(after.held, before.held);
    let paid = units(&accepted["paid"]).unwrap();
    let cost = before.free - after.free;
    assert!(
        paid > 0 && cost > paid && cost < paid + FEES,
        "{cost} {paid}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_provider_can_do_is_refunded_with_its_cause() {
    let market = market().await;
    let bob = ["provider", "status"];
    let stake = market.json("alice", "//Bob", &bob).await.unwrap()["stake"].clone();

    let nowhere = task(&market, "nowhere", |_, manifest| {
        manifest["program"] = json!({ "cid": NOWHERE });
    });
    let short = market.path("short.bin");
    fs::write(&short, [1; 7]).unwrap();
    let add = ["ipfs", "add", short.to_str().unwrap()];
    let added = market.json("alice", "//Alice", &add).await.unwrap();
    let short = task(&market, "short-input", |_, manifest| {
        manifest["buffers"][0]["init"] = json!({ "cid": added["cid"] });
    });
    let falls = task(&market, "falls", |folder, _| {
        let kernel = "__kernel void count(__global uint *x) { x[1u << 30] = 1u; }";
        fs::write(folder.join("count.cl"), kernel).unwrap();
    });
    let good = task(&market, "good", |_, _| {});
    let root = format!("expected=0x{}", "11".repeat(32));

    let too_fast = "--wait --gflops 1000000000 --budget 1000 --match-window 5s";
    let too_fast: Vec<_> = too_fast.split(' ').collect();
    // The lowest budget there may be, for a day.
    let too_cheap = "--wait --gflops 2 --budget 0.01 --time-limit 24h --match-window 5s";
    let too_cheap: Vec<_> = too_cheap.split(' ').collect();

    // Each submission is from an account of its own, and all run at the same time, because they wait for windows of the
    // chain.
    let gains = tokio::join!(
        refunded(
            &market,
            "//Alice//stash",
            submit(&nowhere, &["--wait"]),
            &["input-unavailable", NOWHERE],
        ),
        refunded(
            &market,
            "//Bob//stash",
            submit(&short, &["--wait"]),
            &["input-unavailable", "7 bytes", "says 8"],
        ),
        refunded(
            &market,
            "//Ferdie//stash",
            submit(&falls, &["--wait"]),
            &["run-failed", "SIGSEGV"],
        ),
        refunded(
            &market,
            "//Charlie//stash",
            submit(&good, &["--wait", "--verify", &root]),
            &["wrong-result"],
        ),
        refunded(
            &market,
            "//Dave//stash",
            submit(&good, &too_fast),
            &["match-window-ended", "no device fits now"],
        ),
        refunded(
            &market,
            "//Eve//stash",
            submit(&good, &too_cheap),
            &["match-window-ended", "no device fits now"],
        ),
    );
    assert_eq!(gains, (0, 0, 0, 0, 0, 0));
    let after = market.json("alice", "//Bob", &bob).await.unwrap();
    assert_eq!(after["stake"], stake, "{after}");
}

/// Runs a submission that ends in a refund: the requester pays the fees and nothing else. Returns what the requester
/// gained in addition.
async fn refunded(market: &Market, suri: &str, arguments: Vec<&str>, words: &[&str]) -> u128 {
    let gain = market.refunded("alice", suri, &arguments, words).await;
    gain.unwrap()
}

/// A requester seals its data and leaves, so nobody grants the key. It pays the provider that waited for it, and the
/// provider pays nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_task_whose_requester_left_ends_at_its_cost() {
    let market = market().await;
    let provider = ["provider", "status"];
    let stake = market.json("alice", "//Bob", &provider).await.unwrap()["stake"].clone();
    let sealed = task(&market, "forgotten", |_, _| {});
    let keys = market.path("forgotten-keys");
    let options = ["--sealed", "--data-keys", keys.to_str().unwrap()];
    let requester = "//Ferdie";
    let before = market.funds(requester).await.unwrap();
    // Without `--wait`, and with no agent running.
    let document = market
        .json("alice", requester, &submit(&sealed, &options))
        .await
        .unwrap();
    let id = document["task"].as_u64().unwrap();
    let has_ended = |task: &Value| task["status"]["state"] == "refunded";
    let ended = market.until_task(id, "refunded", has_ended).await.unwrap();
    assert_eq!(ended["status"]["reason"], "no-key", "{ended}");

    let after = market.funds(requester).await.unwrap();
    assert_eq!(after.held, before.held, "{ended}");
    let cost = before.free - after.free;
    let submission = units(&document["submission_fee"]).unwrap();
    let price = ended["assignments"][0]["price"].as_str().unwrap();
    let fee = price.parse::<u128>().unwrap().min(BASE_FEE);
    assert!(fee > 0, "{ended}");
    assert!(
        cost > submission + fee && cost < submission + fee + FEES,
        "{cost} {document}"
    );
    let after = market.json("alice", "//Bob", &provider).await.unwrap();
    assert_eq!(after["stake"], stake, "{after}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_store_ends_in_a_reason_and_a_refund_and_costs_no_stake() {
    let mut market = Market::with_validator(&["--ipfs"]).await.unwrap();
    // Room for manifests and programs, whatever their size.
    let small = ["--ipfs-storage-max", "6"];
    market
        .provider("provider", "//Bob", "0.5", "2", &small)
        .await
        .unwrap();
    let bob = ["provider", "status"];
    let stake = market.json("alice", "//Bob", &bob).await.unwrap()["stake"].clone();
    const BYTES: usize = 16 << 20;
    // An input that does not fit, and an output that does not.
    let input = task(&market, "large-input", |folder, manifest| {
        let bytes = (0..BYTES as u32 / 4).flat_map(|i| i.wrapping_mul(2_654_435_761).to_le_bytes());
        fs::write(folder.join("large.bin"), bytes.collect::<Vec<u8>>()).unwrap();
        let buffers = manifest["buffers"].as_array_mut().unwrap();
        buffers.push(json!({
            "name": "large", "type": "uint", "length": BYTES / 4, "init": { "file": "large.bin" }
        }));
    });
    let output = task(&market, "large-output", |folder, manifest| {
        let kernel = "__kernel void count(__global uint *x) {
            x[get_global_id(0)] = (uint)get_global_id(0) * 2654435761u;
        }";
        fs::write(folder.join("count.cl"), kernel).unwrap();
        manifest["buffers"][0] = json!({
            "name": "x", "type": "uint", "length": BYTES / 4, "init": { "zero": true }
        });
        manifest["steps"] = json!([{
            "kernel": "count", "args": [{ "buffer": "x" }], "global": [BYTES / 4]
        }]);
    });
    let full = "at the provider: the IPFS store has no room";
    let (no_input, no_output) = (["input-unavailable", full], ["run-failed", full]);
    let gains = tokio::join!(
        refunded(&market, "//Charlie", submit(&input, &["--wait"]), &no_input),
        refunded(&market, "//Dave", submit(&output, &["--wait"]), &no_output),
    );
    // The requester chose how much there is to store. With no second provider to decide, both tasks are refunded when
    // the window to match again ends, and nobody earns anything.
    assert_eq!(gains, (0, 0));
    let after = market.json("alice", "//Bob", &bob).await.unwrap();
    assert_eq!(after["stake"], stake, "{after}");
}
