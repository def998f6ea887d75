//! Programs that mean harm, submitted like any other: how they end, and that the provider's node stays as it was. The
//! executor's own tests try what else is out of a program's reach.
#![cfg(target_arch = "x86_64")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use aicpw_network_tests::{jobs::Count, Market};
use serde_json::{json, Value};

use super::faults::{market, submit, task};

/// Files that a node keeps to itself: the secret that it derives salts from, and its identities for other nodes and on
/// IPFS.
const SECRETS: [&str; 3] = ["worker-secret", "secret_ed25519", "identity.key"];

/// The folder of the worker key.
const KEYSTORE: &str = "keystore";

/// How Linux answers a process that may not or cannot do something, and how it is called, on x86-64.
const EPERM: i64 = -1;
const ENOMEM: i64 = -12;
const EACCES: i64 = -13;
const CALLS: &str = r#"
long call(long number, long a, long b) {
    long answer;
    __asm__ volatile("syscall" : "=a"(answer) : "a"(number), "D"(a), "S"(b), "d"(0L)
        : "rcx", "r11", "memory");
    return answer;
}
long put(long file, long from, long bytes, long at) {
    long answer;
    __asm__ volatile("mov %5, %%r10\n syscall" : "=a"(answer)
        : "a"(18L), "D"(file), "S"(from), "d"(bytes), "r"(at) : "rcx", "r10", "r11", "memory");
    return answer;
}
long allocate(long bytes) {
    long answer, private_anonymous_and_not_reserved = 0x4022L, no_file = -1L;
    __asm__ volatile("mov %4, %%r10\n mov %5, %%r8\n xor %%r9, %%r9\n syscall" : "=a"(answer)
        : "a"(9L), "D"(0L), "S"(bytes), "r"(private_anonymous_and_not_reserved), "r"(no_file), "d"(3L)
        : "rcx", "r8", "r9", "r10", "r11", "memory");
    return answer;
}
#define GETPID() call(39L, 0L, 0L)
#define SOCKET() call(41L, 2L, 1L)
#define FORK() call(57L, 0L, 0L)
#define OPEN_TO_READ(path) call(2L, (long)(__constant char*)path, 0L)
#define OPEN_TO_WRITE(path) call(2L, (long)(__constant char*)path, 1L)
"#;

/// Returns the secrets under a folder, with their contents.
fn secrets(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let is_keystore = folder.ends_with(KEYSTORE);
        // Folders of jobs disappear during this search.
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let is_secret = is_keystore || SECRETS.iter().any(|name| path.ends_with(name));
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(path),
                Ok(kind) if kind.is_file() && is_secret => {
                    let content = fs::read(&path).unwrap();
                    found.insert(path, content);
                }
                _ => {}
            }
        }
    }
    found
}

/// Returns an account of its own with enough for some tasks, because the other tests on this network keep count of
/// theirs.
async fn funded(market: &Market, suri: &'static str) -> &'static str {
    let address = ["account", "address"];
    let address = market.json("alice", suri, &address).await.unwrap();
    let transfer = ["transfer", address["account"].as_str().unwrap(), "10"];
    market.json("alice", "//Alice", &transfer).await.unwrap();
    suri
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_that_mean_harm_gain_nothing_and_leave_the_node_as_it_was() {
    let market = market().await;
    let base = market.node("alice").unwrap().base();
    let before = secrets(base);
    for name in [&[KEYSTORE][..], &SECRETS].concat() {
        let is_there = |path: &PathBuf| path.iter().any(|part| part == name);
        assert!(before.keys().any(is_there), "{name}: {:?}", before.keys());
    }
    let stake = market.stake("//Bob").await.unwrap();
    let writer = funded(&market, "//Mallory//writes").await;
    let sleeper = funded(&market, "//Mallory//loops").await;
    let filler = funded(&market, "//Mallory//fills").await;
    let bomber = funded(&market, "//Mallory//forks").await;
    let caller = funded(&market, "//Mallory//connects").await;
    let thief = funded(&market, "//Mallory//steals").await;

    let writes = task(&market, "writes", |folder, _| {
        let kernel = "__kernel void count(__global uint *x) {
            *(volatile __global uint *)(ulong)(x[0] + 64u) = 1u;
        }";
        fs::write(folder.join("count.cl"), kernel).unwrap();
    });
    let loops = task(&market, "loops", |folder, manifest| {
        let kernel =
            "__kernel void count(volatile __global uint *x) { while (x[0] != 0u) x[1]++; }";
        fs::write(folder.join("count.cl"), kernel).unwrap();
        // One work item, which leaves the other tests a core.
        manifest["steps"] = json!([{
            "kernel": "count", "args": [{ "buffer": "x" }], "global": [1]
        }]);
    });
    // The class that allows assembler, and one work item.
    let native = |manifest: &mut Value, longs: usize| {
        manifest["class"] = json!("device");
        manifest["buffers"][0] = json!({
            "name": "x", "type": "long", "length": longs, "init": { "zero": true }
        });
        manifest["steps"] = json!([{
            "kernel": "count", "args": [{ "buffer": "x" }], "global": [1]
        }]);
    };
    let fills = task(&market, "fills", |folder, manifest| {
        let kernel = "__kernel void count(__global long *x) {
            for (long file = 3; file < 64; file++)
                for (long at = 0; put(file, (long)x, 65536L, at) > 0L; at += 65536L);
        }";
        fs::write(folder.join("count.cl"), format!("{CALLS}{kernel}\n")).unwrap();
        native(manifest, 8192);
    });
    let [forks, connects] = ["FORK", "SOCKET"].map(|call| {
        task(&market, &call.to_lowercase(), |folder, manifest| {
            let kernel = format!("__kernel void count(__global long *x) {{ for (;;) {call}(); }}");
            fs::write(folder.join("count.cl"), format!("{CALLS}{kernel}\n")).unwrap();
            native(manifest, 1);
        })
    });
    // One call that is allowed, so that the refusals of the others mean something.
    let mut calls = vec![
        ("GETPID() > 0L".to_owned(), 1),
        // The memory is not reserved: the kernel would refuse anybody more than the machine has.
        ("allocate(1L << 40)".to_owned(), ENOMEM),
    ];
    for path in before.keys() {
        calls.push((format!("OPEN_TO_READ(\"{}\")", path.display()), EACCES));
        calls.push((format!("OPEN_TO_WRITE(\"{}\")", path.display()), EPERM));
    }
    let steals = task(&market, "steals", |folder, manifest| {
        let mut kernel = format!("{CALLS}__kernel void count(__global long *x) {{\n");
        for (index, (call, _)) in calls.iter().enumerate() {
            kernel += &format!("    x[{index}] = {call};\n");
        }
        fs::write(folder.join("count.cl"), kernel + "}\n").unwrap();
        native(manifest, calls.len());
    });

    let answers = market.path("steals-result");
    let wait = ["--wait", "--accept", "--out", answers.to_str().unwrap()];
    let writes = submit(&writes, &["--wait"]);
    let loops = submit(&loops, &["--wait", "--time-limit", "30s"]);
    let fills = submit(&fills, &["--wait"]);
    let forks = submit(&forks, &["--wait"]);
    let connects = submit(&connects, &["--wait"]);
    let steals = submit(&steals, &wait);
    // The output says what a program did. Nobody pays for it except with the fees, and the provider loses nothing.
    let (written, looped, filled, forked, connected, stolen) = tokio::join!(
        market.refunded("alice", writer, &writes, &["run-failed", "SIGSEGV"]),
        market.refunded("alice", sleeper, &loops, &["time-limit"]),
        market.refunded("alice", filler, &fills, &["run-failed", "SIGXFSZ"]),
        market.refunded("alice", bomber, &forks, &["run-failed", "SIGSYS"]),
        market.refunded("alice", caller, &connects, &["run-failed", "SIGSYS"]),
        market.json("alice", thief, &steals),
    );
    let gains = [written, looped, filled, forked, connected].map(Result::unwrap);
    assert_eq!(gains, [0; 5]);
    let stolen = stolen.unwrap();
    assert_eq!(stolen["state"], "settled", "{stolen}");
    let answers = fs::read(answers.join("x.bin")).unwrap();
    assert_eq!(answers.len(), 8 * calls.len());
    for ((call, expected), answer) in calls.iter().zip(answers.chunks_exact(8)) {
        assert_eq!(answer, expected.to_le_bytes(), "{call}");
    }

    // The node is as it was, goes on, and does the next job.
    assert_eq!(secrets(base), before);
    assert_eq!(market.stake("//Bob").await.unwrap(), stake);
    market.blocks_pass(4).await.unwrap();
    let honest = task(&market, "after-harm", |_, _| {});
    let out = market.path("after-harm-result");
    let wait = ["--wait", "--accept", "--out", out.to_str().unwrap()];
    let result = market.json("alice", thief, &submit(&honest, &wait)).await;
    let result = result.unwrap();
    assert_eq!(result["state"], "settled", "{result}");
    let found = fs::read(out.join("x.bin")).unwrap();
    assert_eq!(found, Count::SHORT.output());
}
