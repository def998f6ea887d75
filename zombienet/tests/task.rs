//! Tasks between real processes: validator, provider's node and requester's node, each with its own
//! base path and IPFS store, without mDNS.

#![allow(clippy::unwrap_used)]

use std::{
    fs,
    path::{Path, PathBuf},
};

use aicpw_network_tests::{binaries, Cluster, CommandLine, Node, NodeOptions};
use serde_json::{json, Value};
use tokio::process::Command;

const HEADER: &str = include_str!("../../examples/search/input/genesis-header.hex");
const NONCES: [&str; 6] = ["--first", "2083235000", "--items", "4096", "--batches", "2"];

async fn search(arguments: &[&str], header: &Path) -> std::process::Output {
    Command::new(binaries::find("aicpw-search").unwrap())
        .args(arguments)
        .arg("--header")
        .arg(header)
        .args(NONCES)
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

async fn provider(cluster: &Cluster) -> Node {
    let node = cluster
        .join(NodeOptions::new("provider", "dev").arg("--provider"))
        .await
        .unwrap();
    let command_line = CommandLine::new(node.url(), "//Bob").unwrap();
    command_line
        .json(&["provider", "register", "--stake", "1000", "--ask", "0.5"])
        .await
        .map_err(|error| node.explain(error))
        .unwrap();
    node
}

fn submit<'a>(manifest: &'a Path, out: &'a Path, more: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = vec!["submit", manifest.to_str().unwrap(), "--budget", "1"];
    arguments.extend([
        "--time-limit",
        "60s",
        "--wait",
        "--out",
        out.to_str().unwrap(),
    ]);
    arguments.extend(more);
    arguments
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_crosses_three_processes() {
    let cluster = Cluster::development().await.unwrap();
    let provider = provider(&cluster).await;
    let requester = cluster
        .join(NodeOptions::new("requester", "dev").arg("--ipfs"))
        .await
        .unwrap();
    let charlie = CommandLine::new(requester.url(), "//Charlie").unwrap();
    let (header, manifest) = prepare_search(cluster.folder()).await;
    let out = cluster.folder().join("result");

    let result = charlie
        .json(&submit(
            &manifest,
            &out,
            &["--verify", "optimistic=60s", "--accept"],
        ))
        .await
        .map_err(|error| provider.explain(requester.explain(error)))
        .unwrap();
    let id = result["task"].as_u64().unwrap().to_string();

    let found = out.join("result.bin");
    let check = search(&["check", "--result", found.to_str().unwrap()], &header).await;
    assert!(
        check.status.success(),
        "{}",
        String::from_utf8_lossy(&check.stderr)
    );

    charlie.json(&["task", "rate", &id, "5"]).await.unwrap();
    let shown = charlie.json(&["task", "show", &id]).await.unwrap();
    assert_eq!(shown["state"], "settled", "{shown}");
    charlie.json(&["history", "verify"]).await.unwrap();

    // The same search again, now that the root is known: settled in the block of the reveal.
    let root = result["result"]["result_root"].as_str().unwrap().to_owned();
    let again = cluster.folder().join("again");
    let verify = format!("expected={root}");
    let result = charlie
        .json(&submit(&manifest, &again, &["--verify", &verify]))
        .await
        .unwrap();
    assert_eq!(result["result"]["result_root"], Value::from(root));
    assert_eq!(
        fs::read(again.join("result.bin")).unwrap(),
        fs::read(found).unwrap()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_compiler_says_reaches_the_requester_and_nothing_is_paid() {
    let cluster = Cluster::development().await.unwrap();
    let node = provider(&cluster).await;
    let folder = cluster.folder().join("broken");
    fs::create_dir_all(&folder).unwrap();
    fs::write(
        folder.join("broken.cl"),
        "__kernel void broken(__global int *x) { x[0] = nonsense; }",
    )
    .unwrap();
    let mut manifest = json!({
        "version": "aicpw.task/v1",
        "name": "broken",
        "engine": "opencl",
        "class": "int",
        "program": { "file": "broken.cl" },
        "buffers": [{ "name": "x", "type": "int", "length": 1, "init": { "zero": true } }],
        "steps": [{ "kernel": "broken", "args": [{ "buffer": "x" }], "global": [1] }],
        "outputs": ["x"]
    });
    let path = folder.join("manifest.json");
    fs::write(&path, manifest.to_string()).unwrap();
    let dave = CommandLine::new(node.url(), "//Dave").unwrap();
    let out = folder.join("out");
    let output = dave
        .output(&submit(
            &path,
            &out,
            &["--verify", "optimistic=60s", "--match-window", "10s"],
        ))
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "refunded: {said}");
    assert!(
        said.contains("nonsense"),
        "the compiler's log is missing: {said}"
    );
    assert!(!out.join("x.bin").exists());

    // What is wrong with a manifest is said before anything is paid.
    let height = dave.json(&["task", "ls"]).await.unwrap();
    manifest["steps"][0]["args"][0]["buffer"] = "y".into();
    fs::write(&path, manifest.to_string()).unwrap();
    let output = dave.output(&submit(&path, &out, &[])).await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned()
        + &String::from_utf8_lossy(&output.stdout);
    assert!(!output.status.success());
    assert!(
        said.contains("steps[0].args[0]"),
        "the field is not named: {said}"
    );
    assert_eq!(dave.json(&["task", "ls"]).await.unwrap(), height);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_killed_in_the_middle_is_replaced_by_the_next() {
    let cluster = Cluster::development().await.unwrap();
    let mut first = provider(&cluster).await;
    let second = cluster
        .join(NodeOptions::new("second", "dev").arg("--provider"))
        .await
        .unwrap();
    let requester = cluster
        .join(NodeOptions::new("requester", "dev").arg("--ipfs"))
        .await
        .unwrap();
    // The dearer one comes second, so that the first has the task.
    let eve = CommandLine::new(second.url(), "//Eve").unwrap();
    eve.json(&["provider", "register", "--stake", "1000", "--ask", "2"])
        .await
        .unwrap();

    let (header, manifest) = prepare_search(cluster.folder()).await;
    let out = cluster.folder().join("result");
    first.kill().unwrap();
    let charlie = CommandLine::new(requester.url(), "//Charlie").unwrap();
    let result = charlie
        .json(&submit(
            &manifest,
            &out,
            &["--verify", "optimistic=60s", "--accept"],
        ))
        .await
        .map_err(|error| second.explain(error))
        .unwrap();
    let shown = charlie
        .json(&[
            "task",
            "show",
            &result["task"].as_u64().unwrap().to_string(),
        ])
        .await
        .unwrap();
    let assignments = shown["assignments"].as_array().unwrap();
    assert_eq!(assignments.len(), 2, "{shown}");
    assert_eq!(assignments[0]["state"], "failed", "{shown}");
    let found = out.join("result.bin");
    let check = search(&["check", "--result", found.to_str().unwrap()], &header).await;
    assert!(
        check.status.success(),
        "{}",
        String::from_utf8_lossy(&check.stderr)
    );
}
