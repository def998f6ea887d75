//! A kernel file as it is, from a folder of the checkout to its known result, through real processes.

use std::{fs, path::Path};

use aicpw_network_tests::{Cluster, CommandLine, NodeOptions};

#[tokio::test(flavor = "multi_thread")]
async fn a_kernel_that_is_brought_along_runs() {
    let cluster = Cluster::development().await.unwrap();
    let node = cluster
        .join(NodeOptions::new("provider", "dev").arg("--provider"))
        .await
        .unwrap();
    let bob = CommandLine::new(node.url(), "//Bob").unwrap();
    bob.json(&["provider", "register", "--stake", "1000", "--ask", "0.5"])
        .await
        .map_err(|error| node.explain(error))
        .unwrap();

    let task = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/bring-your-own");
    let manifest = task.join("manifest.json");
    let out = cluster.folder().join("life");
    let charlie = CommandLine::new(node.url(), "//Charlie").unwrap();
    charlie
        .json(&[
            "submit",
            manifest.to_str().unwrap(),
            "--budget",
            "1",
            "--time-limit",
            "60s",
            "--verify",
            "optimistic=60s",
            "--wait",
            "--accept",
            "--out",
            out.to_str().unwrap(),
        ])
        .await
        .map_err(|error| node.explain(error))
        .unwrap();
    let cells = fs::read(out.join("next.bin")).unwrap();
    // Where the R-pentomino comes to rest, as has been known since 1971.
    assert_eq!(cells.iter().filter(|cell| **cell == 1).count(), 116);
}
