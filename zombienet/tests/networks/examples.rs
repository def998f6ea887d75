//! The examples for newcomers, through real processes: a kernel file without changes, from a folder of the checkout to
//! its known result; and the demo.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use aicpw_network_tests::{binaries, cluster, prepared, Cluster, CommandLine, NodeOptions};
use tempfile::TempDir;
use tokio::process::Command;

use super::pictures::{require_picture, SIZE};

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
            "0.01",
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

fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Returns a build output with the programs that `make demo` builds, and no others.
fn build_output_of_the_demo() -> TempDir {
    let makefile = fs::read_to_string(checkout().join("Makefile")).unwrap();
    let mut lines = makefile.lines();
    let named = lines.find_map(|line| line.strip_prefix("DEMO_PROGRAMS := "));
    let node = binaries::find("aicpw-node").unwrap();
    let programs = node.parent().unwrap();
    // Hard links need the same file system. Through symbolic links a program would find what is beside its real file.
    let output = tempfile::tempdir_in(programs).unwrap();
    let debug = output.path().join("debug");
    fs::create_dir(&debug).unwrap();
    for name in named.unwrap().split(' ').chain(["aicpw-ipfs"]) {
        fs::hard_link(programs.join(name), debug.join(name)).unwrap();
    }
    let compiled = prepared::compiled_runtimes().unwrap();
    fs::create_dir_all(&compiled).unwrap();
    symlink(compiled, debug.join("compiled-runtimes")).unwrap();
    output
}

/// Runs `make demo` with a smaller picture.
#[tokio::test(flavor = "multi_thread")]
async fn the_demo_leaves_a_picture() {
    let _share = cluster::share().await.unwrap();
    let target = build_output_of_the_demo();
    let out = tempfile::tempdir().unwrap();
    let demo = Command::new(checkout().join("scripts/demo.sh"))
        .args(SIZE)
        .args(["--samples", "1"])
        .arg("--out")
        .arg(out.path())
        .env("CARGO_TARGET_DIR", target.path())
        // Nothing can be written there, and nothing needs to be.
        .env("XDG_DATA_HOME", "/proc/aicpw")
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&demo.stdout);
    let errors = String::from_utf8_lossy(&demo.stderr);
    assert!(demo.status.success(), "{said}\n{errors}");
    let picture = fs::read(out.path().join("picture.png")).unwrap();
    assert_eq!(picture[..8], *b"\x89PNG\r\n\x1a\n");
    let number = |at: usize| u32::from_be_bytes(picture[at..at + 4].try_into().unwrap());
    assert_eq!((number(16), number(20)), (32, 24));
    // The picture is that of the result, and the result is right.
    let result = out.path().join("result");
    require_picture(&result, "1", true).await;
    let same = out.path().join("same.png");
    let drawn = Command::new(binaries::find("aicpw-render").unwrap())
        .args(["picture", "--width", "32", "--image"])
        .arg(result.join("image.bin"))
        .arg("--out")
        .arg(&same)
        .output()
        .await
        .unwrap();
    assert!(drawn.status.success(), "{drawn:?}");
    assert_eq!(picture, fs::read(same).unwrap());
    // The picture is where the output says.
    let said_where = out.path().join("picture.png");
    assert!(said.contains(said_where.to_str().unwrap()), "{said}");
}
