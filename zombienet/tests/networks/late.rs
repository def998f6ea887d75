//! How a node that joins late catches up.

use std::{fs, time::Duration};

use aicpw_network_tests::{
    jobs::Count,
    wait::{self, Seen},
    Cluster, CommandLine, NodeOptions,
};
use serde_json::Value;

const LIMIT: Duration = Duration::from_secs(180);

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_late_catches_up_by_warp_and_works_as_a_provider() {
    let cluster = Cluster::local(&["--ipfs"]).await.unwrap();
    let first = &cluster.validators[0];
    let client = first.client().await.unwrap();
    for node in &cluster.validators {
        node.wait_finalised(24, LIMIT).await.unwrap();
    }

    // A node that takes the state of a final block instead of all blocks before it.
    let late = NodeOptions::new("late", "local")
        .arg("--sync=warp")
        .arg("--provider");
    let late = cluster.join(late).await.unwrap();
    let log = late.log().unwrap();
    assert!(log.contains("Warp sync is complete"), "{log}");
    let provider = CommandLine::new(late.url(), "//Eve").unwrap();
    let register = ["provider", "register", "--stake", "1000", "--ask", "0.5"];
    let registered = provider.json(&register).await;
    let registered = registered.map_err(|error| late.explain(error)).unwrap();
    assert_eq!(registered["provider"]["online"], true, "{registered}");
    let manifest = Count::SHORT.write(&cluster.folder().join("count")).unwrap();
    let out = cluster.folder().join("result");
    let submit = ["submit", manifest.to_str().unwrap(), "--budget", "1"];
    let wait = ["--time-limit", "60s", "--wait", "--accept", "--out"];
    let arguments = [&submit[..], &wait, &[out.to_str().unwrap()]].concat();
    let requester = CommandLine::new(first.url(), "//Charlie").unwrap();
    let result = requester.json(&arguments).await;
    let result = result.map_err(|error| late.explain(error)).unwrap();
    assert_eq!(result["state"], "settled", "{result}");
    assert_eq!(fs::read(out.join("x.bin")).unwrap(), Count::SHORT.output());
    // The blocks that it left out come afterwards.
    let genesis_child = client.block_hash(1).await.unwrap();
    let late = late.client().await.unwrap();
    let whole = wait::until("the first block", LIMIT, || async {
        let block: Option<Value> = match late.block_hash(1).await? {
            Some(hash) if Some(&hash) == genesis_child.as_ref() => {
                late.call("chain_getBlock", &[hash.into()]).await?
            }
            _ => None,
        };
        Ok(Seen::some(block, || "none"))
    });
    whole.await.unwrap();
}
