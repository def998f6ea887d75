//! A small picture of the teapot that tests have rendered, and a check of the result.

use std::{path::Path, process::Output};

use aicpw_network_tests::binaries;
use tokio::process::Command;

const MESH: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../examples/render/scene/teapot.obj"
);

/// The options for its size.
pub(super) const SIZE: [&str; 4] = ["--width", "32", "--height", "24"];

/// Runs `aicpw-render` on it, with this many paths for each pixel.
pub(super) async fn render(arguments: &[&str], samples: &str) -> Output {
    Command::new(binaries::find("aicpw-render").unwrap())
        .args(arguments)
        .args(["--mesh", MESH])
        .args(SIZE)
        .args(["--samples", samples])
        .kill_on_drop(true)
        .output()
        .await
        .unwrap()
}

/// Requires that the result in a folder is, or is not, the picture that the reference computes, in all its pixels.
pub(super) async fn require_picture(folder: &Path, samples: &str, right: bool) {
    let image = folder.join("image.bin");
    let check = render(&["check", "--image", image.to_str().unwrap()], samples).await;
    let said = String::from_utf8_lossy(&check.stdout).into_owned();
    let differ = if right { 0 } else { 768 };
    let wanted = format!("768 pixels of 1 frames, {differ} differ");
    assert!(said.contains(&wanted), "{said} {check:?}");
    assert_eq!(check.status.success(), right, "{check:?}");
}
