//! `make network`, as a newcomer and as a program use it.

use std::{
    fs::{self, File},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use aicpw_network_tests::{
    binaries,
    cluster::crowded_share,
    metrics,
    wait::{self, Seen},
    Client,
};
use rustix::process::{kill_process, test_kill_process, Pid, Signal};
use serde_json::Value;

/// Long enough for seven nodes to start one after the other, and for two devices to be measured.
const LIMIT: Duration = Duration::from_secs(900);

/// The program, which is killed when this is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn pid(of: u64) -> Pid {
    Pid::from_raw(i32::try_from(of).unwrap()).unwrap()
}

/// Returns the values of this field of all nodes with this role.
fn fields<'a>(page: &'a Value, role: &str, field: &str) -> Vec<&'a str> {
    let nodes = page["nodes"].as_array().unwrap().iter();
    let nodes = nodes.filter(|node| node["role"] == role);
    nodes.map(|node| node[field].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_network_says_where_it_is_and_its_first_command_works() {
    let _room = crowded_share().await.unwrap();
    let outside = tempfile::tempdir().unwrap();
    let folder = outside.path().join("network");
    let (out, log) = (outside.path().join("out"), outside.path().join("log"));
    let program = binaries::find("aicpw-network").unwrap();
    let begun = Command::new(&program)
        .args(["--json", "--folder"])
        .arg(&folder)
        .stdin(Stdio::null())
        .stdout(File::create(&out).unwrap())
        .stderr(File::create(&log).unwrap())
        .spawn();
    let mut running = Running(begun.unwrap());
    let page = wait::until("the network's document", LIMIT, || {
        let said = fs::read_to_string(&log).unwrap();
        let ended = running.0.try_wait().unwrap();
        assert!(ended.is_none(), "{ended:?}: {said}");
        let page: Option<Value> = serde_json::from_slice(&fs::read(&out).unwrap()).ok();
        async { Ok(Seen::some(page, || said)) }
    });
    let page = page.await.unwrap();

    // Every node is on the chain, is seen by the others, and serves metrics.
    assert_eq!(fields(&page, "validator", "name").len(), 4, "{page}");
    let providers = fields(&page, "provider", "account");
    assert_eq!(providers, ["//Eve", "//Ferdie"], "{page}");
    for node in page["nodes"].as_array().unwrap() {
        let rpc = node["rpc"].as_str().unwrap();
        let client = Client::connect(rpc).await.unwrap();
        let name: String = client.call("system_chain", &[]).await.unwrap();
        assert_eq!(name, "AICPW Local Testnet");
        assert!(client.peers().await.unwrap() > 0, "{node}");
        let apps = format!("https://polkadot.js.org/apps/?rpc={rpc}#/explorer");
        assert_eq!(node["apps"], apps);
        let text = metrics::read(node["metrics"].as_str().unwrap());
        let text = text.await.unwrap();
        assert!(text.contains("substrate_block_height"), "{node}: {text}");
        let log = fs::read_to_string(node["log"].as_str().unwrap()).unwrap();
        assert!(log.contains("AICPW Node"), "{node}");
    }

    // The suggested command works word for word in a shell.
    let command = page["try"].as_str().unwrap();
    let tried = Command::new("sh")
        .args(["-c", command])
        .current_dir(outside.path())
        .env("AICPW_PINS", outside.path().join("pins"))
        .output();
    let tried = tried.unwrap();
    assert!(tried.status.success(), "{command}: {tried:?}");
    let cells = fs::read(outside.path().join("result/next.bin")).unwrap();
    // Where the R-pentomino comes to rest.
    assert_eq!(cells.iter().filter(|cell| **cell == 1).count(), 116);

    // A folder with data is left alone.
    let second = Command::new(&program).arg("--folder").arg(&folder).output();
    let second = second.unwrap();
    let said = String::from_utf8(second.stderr).unwrap();
    assert!(
        !second.status.success() && said.contains("is not empty"),
        "{said}"
    );

    // Ctrl-C ends all of it.
    kill_process(pid(running.0.id().into()), Signal::INT).unwrap();
    let status = wait::until("the network to end", LIMIT, || {
        let ended = running.0.try_wait().unwrap();
        async move { Ok(Seen::some(ended, || "it runs")) }
    });
    let (status, said) = (status.await.unwrap(), fs::read_to_string(&log).unwrap());
    assert!(status.success(), "{status}: {said}");
    for node in page["nodes"].as_array().unwrap() {
        let left = test_kill_process(pid(node["pid"].as_u64().unwrap()));
        assert!(left.is_err(), "{node} runs: {said}");
    }
    assert!(!Path::new(&folder).exists(), "{said}");
}
