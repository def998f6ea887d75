//! Sealed tasks between real processes: only the provider that was granted the key can read anything, and the next
//! provider is granted it too.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use aicpw_network_tests::{
    jobs::{write_manifest, Count},
    market::newest_state,
    wait::{self, Seen},
    Market,
};
use serde_json::Value;

const LIMIT: Duration = Duration::from_secs(120);

/// Contents that nobody else may read.
const DESCRIPTION: &str = "of which nobody is to know what it is about";
const INPUT: [u32; 2] = [0xc0ff_ee11, 0x5eca_57e5];

/// The bytes with which every sealed file begins.
const SEALED: &[u8] = b"aicpw/s1";

fn bytes(values: [u32; 2]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

/// Writes a short count that starts from a file.
fn write_task(folder: &Path) -> PathBuf {
    Count::SHORT.write(folder).unwrap();
    fs::write(folder.join("start.bin"), bytes(INPUT)).unwrap();
    let mut manifest = Count::SHORT.manifest();
    manifest["description"] = DESCRIPTION.into();
    manifest["buffers"][0]["init"] = serde_json::json!({ "file": "start.bin" });
    write_manifest(folder, &manifest).unwrap()
}

/// Returns its output.
fn output() -> Vec<u8> {
    let steps = Count::SHORT.launches * Count::SHORT.rounds;
    let step = |value: u32| value.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    bytes(INPUT.map(|start| (0..steps).fold(start, |value, _| step(value))))
}

/// Returns the files under `folder` that contain these bytes.
fn files_with(folder: &Path, bytes: &[u8]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        // A running node may remove a folder or file meanwhile.
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(path),
                Ok(kind) if kind.is_file() => {
                    let content = fs::read(&path).unwrap_or_default();
                    if content.windows(bytes.len()).any(|window| window == bytes) {
                        found.push(path);
                    }
                }
                _ => {}
            }
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_task_leaves_nothing_readable_behind() {
    let mut market = Market::start().await.unwrap();
    market
        .provider("provider", "//Bob", "0.5", "1", &[])
        .await
        .unwrap();
    market.join("requester", &["--ipfs"]).await.unwrap();
    let (keys, out) = (market.path("keys"), market.path("result"));
    let (keys, out) = (keys.to_str().unwrap(), out.to_str().unwrap());
    let manifest = write_task(&market.path("count"));
    let submit = [
        "submit",
        manifest.to_str().unwrap(),
        "--sealed",
        "--data-keys",
        keys,
        "--budget",
        "1",
        "--time-limit",
        "10m",
        "--wait",
        "--accept",
        "--out",
        out,
    ];
    let result = market
        .json("requester", "//Charlie", &submit)
        .await
        .unwrap();
    assert_eq!(result["state"], "settled", "{result}");
    let found = fs::read(Path::new(out).join("x.bin")).unwrap();
    assert_eq!(found, output());
    let task = market.task(0).await.unwrap();
    assert!(
        task["submission"]["privacy"]["sealed"].is_object(),
        "{task}"
    );

    // Everything that the nodes wrote: IPFS blocks, uploads, job folders, the chain's database.
    let program = fs::read(manifest.with_file_name("count.cl")).unwrap();
    let secrets = [
        DESCRIPTION.as_bytes().to_vec(),
        program[program.len() / 2..].to_vec(),
        bytes(INPUT),
        output(),
    ];
    for name in ["requester", "provider", "alice"] {
        let base = market.node(name).unwrap().base().to_owned();
        let readable = || -> Vec<PathBuf> {
            let found = secrets.iter().map(|secret| files_with(&base, secret));
            found.flatten().collect()
        };
        // Plaintext is only in the folder of the job, and is removed with the job.
        let in_a_job = |path: &PathBuf| path.components().any(|part| part.as_os_str() == "jobs");
        let elsewhere: Vec<_> = readable().into_iter().filter(|p| !in_a_job(p)).collect();
        assert_eq!(elsewhere, Vec::<PathBuf>::new());
        wait::until("the job's folder to be emptied", LIMIT, || async {
            let left = readable();
            Ok(Seen::when(left.is_empty(), || format!("{left:?}")))
        })
        .await
        .unwrap();
    }
    // This search could find them: all of these files are there, sealed.
    let sealed = |name: &str| files_with(market.node(name).unwrap().base(), SEALED).len();
    assert!(sealed("requester") >= 4, "manifest, program, input, result");
    assert!(sealed("provider") >= 4, "what it fetched, and its result");

    // Without the key the result stays closed.
    let (elsewhere, again) = (market.path("elsewhere"), market.path("again"));
    let (elsewhere, again) = (elsewhere.to_str().unwrap(), again.to_str().unwrap());
    let exported = market.path("exported.json");
    let exported = exported.to_str().unwrap();
    let fetch = [
        "task",
        "fetch",
        "0",
        "--out",
        again,
        "--data-keys",
        elsewhere,
    ];
    market
        .fails("requester", "//Charlie", &fetch, 1, &["aicpw keys import"])
        .await
        .unwrap();
    assert!(!Path::new(again).exists());
    let export = [
        "keys",
        "export",
        "0",
        "--out",
        exported,
        "--data-keys",
        keys,
    ];
    let import = ["keys", "import", exported, "--data-keys", elsewhere];
    for command in [&export[..], &import[..], &fetch[..]] {
        market
            .json("requester", "//Charlie", command)
            .await
            .unwrap();
    }
    assert_eq!(fs::read(Path::new(again).join("x.bin")).unwrap(), output());
}

fn runs(task: &Value) -> bool {
    newest_state(task) == "running"
}

/// Returns how many sealed files are in a node's IPFS store.
fn sealed_in_store(base: &Path) -> usize {
    let files = files_with(base, SEALED).into_iter();
    let stored = files.filter(|path| path.iter().any(|part| part == "ipfs"));
    stored.count()
}

/// The task is submitted at the node of its first provider, and that node is killed. Then only the agent's node has the
/// files, and no other node was told of it. Nobody but the agent waits for the result.
#[tokio::test(flavor = "multi_thread")]
async fn an_agent_elsewhere_grants_serves_and_fetches_when_the_requesters_node_is_killed() {
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
    let (keys, pins) = (market.path("keys"), market.path("pins"));
    let (keys, pins) = (keys.to_str().unwrap(), pins.to_str().unwrap());
    let manifest = Count::LONG.write(&market.path("count")).unwrap();
    let submit = [
        "submit",
        manifest.to_str().unwrap(),
        "--sealed",
        "--data-keys",
        keys,
        "--budget",
        "1",
        "--time-limit",
        "20m",
    ];
    let charlie = market.command_line("first", "//Charlie").unwrap();
    let said = charlie.say(&submit).await.unwrap();
    // Nobody is there to grant the key, and the command says so.
    assert_eq!(said.code, Some(0), "{said}");
    assert!(said.err.contains("aicpw agent"), "{said}");

    let charlie = market.command_line("alice", "//Charlie").unwrap();
    let results = market.path("results");
    let out = results.to_str().unwrap();
    let options = ["--out", out, "--data-keys", keys, "--pins", pins];
    let agent = [&["agent", "--until-idle"][..], &options].concat();
    let agent: Vec<_> = agent.into_iter().map(str::to_owned).collect();
    let agent = tokio::spawn(async move { charlie.say(&agent).await });
    let base = market.node("alice").unwrap().base().to_owned();
    wait::until("the agent's node to have the files", LIMIT, || async {
        let found = sealed_in_store(&base);
        // Manifest and program.
        Ok(Seen::when(found >= 2, || found))
    })
    .await
    .unwrap();
    market.until_task(0, "running", runs).await.unwrap();
    market.node_mut("first").unwrap().kill().unwrap();
    let verifying = |task: &Value| task["status"]["state"] == "verifying";
    market.until_task(0, "verifying", verifying).await.unwrap();

    let accept = ["task", "accept", "0"];
    market.json("alice", "//Charlie", &accept).await.unwrap();

    let task = market.task(0).await.unwrap();
    assert_eq!(task["status"]["state"], "settled", "{task}");
    let assignments = task["assignments"].as_array().unwrap();
    assert_eq!(assignments.len(), 2, "{task}");
    assert_eq!(assignments[0]["status"]["fault"], "no-progress", "{task}");
    let recipient = |attempt: usize| assignments[attempt]["envelope"]["recipient"].as_str();
    assert!(recipient(0).is_some() && recipient(1).is_some(), "{task}");
    assert_ne!(recipient(0), recipient(1));

    // Nothing is open any more, so the agent ends by itself.
    let said = tokio::time::timeout(LIMIT, agent).await.unwrap();
    let said = said.unwrap().unwrap();
    assert_eq!(said.code, Some(0), "{said}");
    let lines = said.out.lines();
    let lines: Vec<_> = lines
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .collect();
    let events = |event: &'static str| lines.iter().filter(move |line| line["event"] == event);
    let granted: Vec<_> = events("granted")
        .map(|line| line["assignment"].as_str().unwrap())
        .collect();
    assert_eq!(granted, ["0-0-0", "0-0-1"], "{said}");
    let served: Vec<_> = events("serving")
        .map(|line| line["blobs"].as_u64())
        .collect();
    assert_eq!(served, [Some(2)], "{said}");
    let fetched: Vec<_> = events("fetched").collect();
    assert_eq!(fetched.len(), 1, "{said}");
    assert_eq!(fetched[0]["assignment"], "0-0-1", "{said}");
    let folder = Path::new(fetched[0]["folder"].as_str().unwrap());
    assert_eq!(folder, results.join("0"), "{said}");
    let found = fs::read(folder.join("x.bin")).unwrap();
    assert_eq!(found, Count::LONG.output());
}
