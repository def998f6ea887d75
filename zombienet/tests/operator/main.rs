//! What the operator of a node meets: ports, metrics, who may call which method, keys, and an orderly end.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs::{File, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::{chown, PermissionsExt};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

mod beginning;

use aicpw_network_tests::{
    binaries, metrics, prepared,
    wait::{self, Seen},
};
use aicpw_stand_in::skipped;
use jsonrpsee::{
    core::{client::ClientT, client::Error, params::ArrayParams},
    ws_client::{WsClient, WsClientBuilder},
};
use serde_json::{json, Value};
use tempfile::TempDir;
use tokio::task::JoinSet;

const LONG: Duration = Duration::from_secs(180);

const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

/// Methods that strangers may not call, with valid parameters.
const UNSAFE: &[(&str, &str)] = &[
    ("author_hasKey", r#"["0x00", "aicw"]"#),
    ("author_insertKey", r#"["aicw", "//Alice", "0x00"]"#),
    ("author_rotateKeys", "[]"),
    ("offchain_localStorageGet", r#"["PERSISTENT", "0x00"]"#),
    ("system_addLogFilter", r#"["debug"]"#),
    ("sync_state_genSyncSpec", "[true]"),
    ("system_peers", "[]"),
    ("aicpw_ipfsAddOpen", "[5]"),
    ("aicpw_ipfsAddresses", "[]"),
    ("aicpw_localDevices", "[]"),
    (
        "aicpw_measureDevice",
        r#"["0x0707070707070707070707070707070707070707070707070707070707070707"]"#,
    ),
    (
        "aicpw_workerKeys",
        r#"["5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"]"#,
    ),
];

/// The page about metrics, which has conditions for alarms.
const METRICS: &str = include_str!("../../../docs/metrics.md");

/// Returns the SDK's metrics that alarms use.
fn of_alarms() -> BTreeSet<&'static str> {
    let (_, alarms) = METRICS.split_once("## Worth an alarm").unwrap();
    let (alarms, _) = alarms.split_once("\n## ").unwrap();
    let words = alarms.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words
        .filter(|word| word.starts_with("substrate_"))
        .collect()
}

/// A node of a development chain, which is killed when this is dropped.
struct Node {
    folder: TempDir,
    child: Child,
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(binaries::find("aicpw-node").unwrap());
    command.args(arguments).stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

/// Returns the option with which a node finds the runtime that another one has compiled.
fn compiled() -> [String; 2] {
    let folder = prepared::compiled_runtimes().unwrap();
    ["--compiled-runtimes".into(), folder.display().to_string()]
}

impl Node {
    fn start(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().to_str().unwrap();
        let mut command = command(&["--dev", "--base-path", base]);
        command.args(compiled()).args(arguments);
        Self::started(command, folder)
    }

    /// Starts the node of this command, with a port that nobody else has, and its log in this folder.
    fn started(mut command: Command, folder: TempDir) -> Self {
        let log = File::create(folder.path().join("log")).unwrap();
        let any_port = "/ip4/127.0.0.1/tcp/0";
        let child = command
            .args(["--listen-addr", any_port, "--rpc-port", "0"])
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        Self { folder, child }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    /// Returns what follows `before` in the log, up to the end of the word.
    async fn word_after(&self, before: &str) -> String {
        let find = || async {
            let log = self.log();
            let rest = log.split_once(before).map(|(_, rest)| rest);
            // The line has to be complete.
            let line = rest.and_then(|rest| rest.split_once('\n'));
            let word = line.and_then(|(line, _)| line.split([' ', ',']).next());
            Ok(Seen::some(word.map(str::to_owned), || log.clone()))
        };
        wait::until(before, LONG, find).await.unwrap()
    }

    async fn rpc(&self) -> WsClient {
        let address = self.word_after("Running JSON-RPC server: addr=").await;
        let url = format!("ws://{address}");
        let client = WsClientBuilder::default().max_concurrent_requests(1_000);
        client.build(url).await.unwrap()
    }

    /// Sends the signal of Ctrl-C.
    fn signal(&self) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-INT", &pid]).status();
        assert!(sent.unwrap().success());
    }

    /// Ends the node as Ctrl-C does.
    async fn interrupt(&mut self) -> ExitStatus {
        self.signal();
        let mut ended = None;
        wait::until("the node to end", LONG, || {
            ended = self.child.try_wait().unwrap();
            let seen = Seen::some(ended, || "it goes on");
            async { Ok(seen) }
        })
        .await
        .unwrap()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn parameters(text: &str) -> ArrayParams {
    let mut parameters = ArrayParams::new();
    let values: Vec<Value> = serde_json::from_str(text).unwrap();
    for value in values {
        parameters.insert(value).unwrap();
    }
    parameters
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_for_strangers_metrics_and_an_orderly_end() {
    let mut node = Node::start(&[
        "--ipfs",
        "--ipfs-listen",
        "/ip4/127.0.0.1/tcp/0",
        "--rpc-methods",
        "safe",
        "--rpc-rate-limit",
        "600",
        "--prometheus-port",
        "0",
    ]);
    let client = node.rpc().await;
    for (method, text) in UNSAFE {
        let answer: Result<Value, Error> = client.request(method, parameters(text)).await;
        match answer {
            Err(Error::Call(error)) => assert_eq!(error.code(), -32601, "{method}: {error}"),
            other => panic!("{method} was answered: {other:?}"),
        }
    }
    for method in ["system_health", "aicpw_historyHead", "aicpw_marketClock"] {
        let answer: Result<Value, Error> = client.request(method, ArrayParams::new()).await;
        assert!(answer.is_ok(), "{method}: {answer:?}");
    }
    // One connection may make 600 calls in a minute. Further calls are held back, and refused if too many wait.
    let client = Arc::new(node.rpc().await);
    let mut calls = JoinSet::new();
    for _ in 0..800 {
        let client = client.clone();
        calls.spawn(async move {
            let answer = client.request::<Value, _>("system_name", ArrayParams::new());
            answer.await.err()
        });
    }
    let errors = calls.join_all().await;
    let refused = errors.into_iter().flatten().next().expect("a rate limit");
    match refused {
        Error::Call(error) => assert_eq!(error.code(), -32999, "{error}"),
        other => panic!("{other}"),
    }

    let address = node.word_after("Prometheus exporter started at ").await;
    let url = format!("http://{address}/metrics");
    // The metrics of the market come with the first block.
    let text = wait::until("metrics of the market", LONG, || async {
        let text = metrics::read(&url).await?;
        let is_there = text.contains("\naicpw_tasks{");
        Ok(Seen::some(is_there.then_some(text), || "others only"))
    });
    let text = text.await.unwrap();
    for metric in [
        "aicpw_tasks{",
        "aicpw_tasks_submitted_total",
        "aicpw_market_paused",
        "aicpw_ipfs_store_bytes",
        "aicpw_disk_free_bytes",
        // The SDK's metrics on the dashboard.
        "substrate_block_height{",
        "substrate_sub_libp2p_peers_count",
        "substrate_ready_transactions_number",
        "substrate_proposer_block_constructed_count",
    ] {
        assert!(
            text.lines().any(|line| line.starts_with(metric)),
            "{metric}"
        );
    }
    let of_alarms = of_alarms();
    assert!(!of_alarms.is_empty());
    for metric in of_alarms {
        let told = text
            .lines()
            .any(|line| line.split(['{', ' ']).next() == Some(metric));
        assert!(told, "{metric}");
    }

    node.word_after("🔌 JSON-RPC: ").await;
    // The longest part of a first start is not silent: the log says that it begins, and afterwards how long it took.
    let log = node.log();
    let (before, prepared) = log.split_once("the runtime is prepared, after ").unwrap();
    assert!(before.contains("preparing the runtime"), "{log}");
    assert!(prepared.contains("🔌 JSON-RPC: "), "{log}");
    let (seconds, _) = prepared.split_once(" s").unwrap();
    assert!(seconds.parse::<f64>().is_ok(), "{seconds}");

    node.word_after("made its first block since the start: ")
        .await;
    let status = node.interrupt().await;
    let log = node.log();
    assert!(status.success(), "{status}: {log}");
    assert!(log.contains("stopping: interrupted; "), "{log}");
    assert_eq!(log.matches("AICPW Node").count(), 1, "{log}");
    for line in [
        "Essential task",
        "voter error",
        "still running",
        "aicpw-ipfs ended",
        "Failed to load AddrCache",
    ] {
        assert!(!log.contains(line), "{log}");
    }
}

/// Regression: a second Ctrl-C was not answered, and a node that was still starting answered none.
#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_told_to_end_says_so_and_ends_at_once_when_it_is_told_again() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("aicpw-ipfs");
    // The start waits for this program, which ends with its node.
    aicpw_stand_in::program(&program, "#!/bin/sh\nread -r line\n").unwrap();
    let mut node = Node::start(&["--ipfs", "--ipfs-path", program.to_str().unwrap()]);
    node.word_after("starting IPFS, listening on ").await;
    node.signal();
    assert_eq!(node.word_after("stopping: ").await, "interrupted;");
    // A signal that follows at once counts as the same one.
    node.signal();
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(node.child.try_wait().unwrap().is_none(), "{}", node.log());
    let status = node.interrupt().await;
    assert_eq!(status.signal(), Some(9), "{status}: {}", node.log());
    assert!(node.log().contains("interrupted once more"));
}

#[test]
fn a_port_that_was_chosen_and_is_taken_ends_the_start() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let refused = run(&[
        "--dev",
        "--rpc-port",
        &port,
        "--listen-addr",
        "/ip4/127.0.0.1/tcp/0",
    ]);
    assert!(!refused.status.success());
    let said = String::from_utf8(refused.stderr).unwrap();
    for part in [&port, "--rpc-port", "another node"] {
        assert!(said.contains(part), "{said}");
    }
}

/// Returns the last line that a command printed to standard error.
fn last_line(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    said.lines().last().unwrap_or_default().to_owned()
}

#[test]
fn a_log_for_programs_is_refused_what_only_text_has() {
    for option in ["--enable-log-reloading", "--tracing-targets=babe=trace"] {
        let refused = run(&["--dev", "--log-format=json", option]);
        assert!(!refused.status.success());
        let said = last_line(&refused);
        let name = option.split('=').next().unwrap();
        assert!(said.contains(name), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_node_on_one_folder_is_told_which_and_touches_nothing() {
    let first = Node::start(&["--no-prometheus"]);
    first.word_after("🔌 JSON-RPC: ").await;
    let base = first.folder.path().to_str().unwrap();
    for arguments in [&[][..], &["purge-chain", "-y"], &["chain-info"]] {
        let refused = run(&[arguments, &["--dev", "--base-path", base]].concat());
        assert!(!refused.status.success());
        let said = last_line(&refused);
        assert!(said.contains("another node"), "{refused:?}");
        assert!(said.contains(base), "{said}");
        let said = String::from_utf8_lossy(&refused.stderr);
        assert!(!said.contains("PORT MOVED"), "{said}");
    }
    // The first node goes on.
    let answer: Value = first
        .rpc()
        .await
        .request("system_health", ArrayParams::new())
        .await
        .unwrap();
    assert!(answer["peers"].is_number(), "{answer}");
}

/// Has the node open the database in a folder, which is made if it is missing, and go back by no block.
fn open(spec: &Path, base: &Path) -> Output {
    let (spec, base) = (spec.to_str().unwrap(), base.to_str().unwrap());
    let mut revert = command(&["revert", "--chain", spec, "--base-path", base, "0"]);
    revert.args(compiled()).output().unwrap()
}

/// Returns the hashes in a text.
fn hashes(text: &str) -> Vec<&str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words
        .filter(|word| word.len() == 66 && word.starts_with("0x"))
        .collect()
}

#[test]
fn a_folder_with_another_chain_of_the_same_id_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let exported = run(&["export-chain-spec", "--chain", "dev"]);
    let spec = json_of(&exported);
    // In its raw form, so that the genesis is not computed anew at each start.
    let write = |name: &str, spec: &Value| {
        let path = folder.path().join(name);
        std::fs::write(&path, spec.to_string()).unwrap();
        let plain = path.to_str().unwrap();
        let raw = run(&["export-chain-spec", "--raw", "--chain", plain]);
        std::fs::write(&path, raw.stdout).unwrap();
        path
    };
    let mut other = spec.clone();
    let endowments = "/genesis/runtimeGenesis/patch/balances/balances/1/1";
    *other.pointer_mut(endowments).unwrap() = json!(1_000_000_000_000_000_000_u64);
    let (one, other) = (write("one.json", &spec), write("other.json", &other));

    let refused = |begun: &Path, with: &Path, name: &str| {
        let base = folder.path().join(name);
        let started = open(begun, &base);
        assert!(started.status.success(), "{started:?}");
        // What is compiled is kept in the folder that was named.
        let chain = base.join("chains").join(spec["id"].as_str().unwrap());
        assert!(chain.exists() && !chain.join("compiled").exists());
        let refused = open(with, &base);
        assert!(!refused.status.success());
        let said = last_line(&refused);
        for part in [base.to_str().unwrap(), "--base-path", "purge-chain"] {
            assert!(said.contains(part), "{part}: {said}");
        }
        let again = open(begun, &base);
        assert!(again.status.success(), "{again:?}");
        said
    };
    let (there, back) = (refused(&one, &other, "a"), refused(&other, &one, "b"));
    // The hash that the database has, and the one of the specification.
    let (there, back) = (hashes(&there), hashes(&back));
    assert_eq!(there.len(), 2, "{there:?}");
    assert_ne!(there[0], there[1]);
    assert_eq!(back, [there[1], there[0]]);

    // From the plain specification the node makes the same genesis as the SDK does for the raw one.
    let plain = open(Path::new("dev"), &folder.path().join("a"));
    assert!(plain.status.success(), "{plain:?}");
    // An error has the lines around the value that the runtime does not take.
    let mut wrong = spec;
    *wrong.pointer_mut(endowments).unwrap() = json!("many");
    let path = folder.path().join("wrong.json");
    std::fs::write(&path, wrong.to_string()).unwrap();
    let refused = open(&path, &folder.path().join("c"));
    assert!(!refused.status.success());
    let said = String::from_utf8_lossy(&refused.stderr);
    for part in ["refuses this genesis", "invalid number", "\"many\""] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn a_node_does_not_start_on_a_disk_that_is_too_full() {
    let mut node = command(&["--dev", "--port", "0", "--rpc-port", "0", "--no-prometheus"]);
    node.args(compiled());
    node.args(["--db-storage-threshold", "1000000000000"]);
    let refused = node.output().unwrap();
    assert!(!refused.status.success());
    let said = last_line(&refused);
    assert!(said.contains("--db-storage-threshold"), "{refused:?}");
}

fn json_of(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
}

#[test]
fn check_looks_at_what_the_arguments_need() {
    let folder = tempfile::tempdir().unwrap();
    let base = folder.path().to_str().unwrap();
    let checked = run(&[
        "check",
        "--json",
        "--dev",
        "--provider",
        "--base-path",
        base,
    ]);
    let report = json_of(&checked);
    assert_eq!(report["fit"], json!(checked.status.success()), "{report}");
    let findings = report["findings"].as_array().unwrap();
    for check in [
        "program", "device", "sandbox", "trial", "limits", "port", "clock", "disk", "keystore",
        "keys",
    ] {
        let found = findings.iter().find(|finding| finding["check"] == check);
        assert!(found.is_some(), "{check}: {report}");
    }
    let of_sandbox = findings.iter().filter(|f| f["check"] == "sandbox");
    let sandboxes: Vec<_> = of_sandbox.map(|f| f["verdict"].as_str()).collect();
    assert_eq!(sandboxes, [Some("fit"); 2], "of both stages: {report}");
    // PoCL's processor does a job in the sandbox. This test does not judge a graphics card that this machine may have.
    let mut trials = findings.iter().filter(|f| f["check"] == "trial");
    assert!(trials.any(|f| f["verdict"] == "fit"), "{report}");

    let without = json_of(&run(&["check", "--json", "--dev", "--base-path", base]));
    let findings = without["findings"].as_array().unwrap();
    assert!(findings.iter().all(|finding| finding["check"] != "device"));
}

/// Regression: below a private folder of another user, each job of a node that root starts would fail, because it has
/// no privileges there; `check` tried the sandbox in a temporary folder, and reported that it works.
#[test]
fn check_tries_the_sandbox_where_jobs_would_be() {
    let folder = tempfile::tempdir().unwrap();
    let base = folder.path().join("node");
    std::fs::set_permissions(folder.path(), Permissions::from_mode(0o700)).unwrap();
    let made = chown(folder.path(), Some(1), None).and_then(|()| std::fs::create_dir(&base));
    if made.is_err() {
        let how = "run this as root";
        // This variable is set where a disk can be mounted, which only root can do.
        return skipped::say(
            "AICPW_DISK_REQUIRED",
            "no folder can be another user's",
            how,
        )
        .unwrap();
    }
    let checked = run(&[
        "check",
        "--json",
        "--dev",
        "--provider",
        "--base-path",
        base.to_str().unwrap(),
    ]);
    assert!(!checked.status.success(), "{checked:?}");
    let report = json_of(&checked);
    let findings = report["findings"].as_array().unwrap();
    let of_sandbox: Vec<_> = findings
        .iter()
        .filter(|f| f["check"] == "sandbox")
        .collect();
    assert_eq!(of_sandbox.len(), 2, "{report}");
    for finding in of_sandbox {
        assert_eq!(finding["verdict"], "unfit", "{finding}");
        let found = finding["found"].as_str().unwrap();
        assert!(found.contains("without privileges"), "{finding}");
    }
    assert_eq!(files(&base), Vec::<PathBuf>::new());
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn keys_are_made_for_a_node_and_shown() {
    let folder = tempfile::tempdir().unwrap();
    let base = folder.path().to_str().unwrap();
    let key = |arguments: &[&str]| {
        let place = ["--json", "--chain", "dev", "--base-path", base];
        run(&[&["key"], arguments, &place].concat())
    };
    let session = json_of(&key(&["session", "--owner", ALICE]));
    let keys = session["keys"].as_str().unwrap();
    let length = 3 * 32 + 33;
    assert!(
        keys.starts_with("0x") && keys.len() == 2 + 2 * length,
        "{session}"
    );
    assert!(session["beefy"].is_string(), "{session}");
    let keystore = Path::new(session["keystore"].as_str().unwrap());
    assert_eq!(files(keystore).len(), 4, "one of each type");
    let node_key = [
        "key",
        "generate-node-key",
        "--chain",
        "dev",
        "--base-path",
        base,
    ];
    let made = run(&node_key);
    assert!(made.status.success(), "{made:?}");
    let secret = keystore.parent().unwrap().join("network/secret_ed25519");
    let mode = std::fs::metadata(secret).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "nobody else can read it");
    let refused = key(&["session", "--owner", ALICE]);
    assert!(!refused.status.success() && last_line(&refused).contains("--another"));
    assert_eq!(files(keystore).len(), 4);
    let another = json_of(&key(&["session", "--another", "--owner", ALICE]));
    assert_ne!(another["keys"], session["keys"]);
    assert_eq!(files(keystore).len(), 8);

    for (kind, field) in [("worker", "worker"), ("sealing", "sealingKey")] {
        assert!(!key(&[kind, "show"]).status.success(), "there is none yet");
        let made = json_of(&key(&[kind, "generate"]));
        assert_eq!(made[field].as_str().unwrap().len(), 2 + 64, "{made}");
        assert_eq!(json_of(&key(&[kind, "show"])), made);
    }
}
