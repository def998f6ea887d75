//! Tests pictures that are rendered on a device, checked as a requester would.
#![allow(clippy::unwrap_used)]

use std::{ffi::OsStr, fs, path::Path, process::Command};

use aicpw_example_task::trial;
use anyhow::Result;

fn render(command: &str, arguments: &[&dyn AsRef<OsStr>]) -> Result<String> {
    let mut program = Command::new(env!("CARGO_BIN_EXE_aicpw-render"));
    program.arg(command);
    trial::said(program.args(arguments.iter().map(AsRef::as_ref)))
}

#[test]
fn an_animation_is_what_the_cpu_renders_and_a_changed_pixel_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let (task, out) = (folder.path().join("task"), folder.path().join("result"));
    let mesh = Path::new(env!("CARGO_MANIFEST_DIR")).join("scene/teapot.obj");
    let size = [
        "--width",
        "20",
        "--height",
        "15",
        "--samples",
        "3",
        "--frames",
        "4",
    ];
    let mut common: Vec<&dyn AsRef<OsStr>> = vec![&"--mesh", &mesh];
    common.extend(size.iter().map(|word| word as &dyn AsRef<OsStr>));

    render("prepare", &[&common[..], &[&"--out", &task]].concat()).unwrap();
    trial::run(&task.join("manifest.json"), &out).unwrap();
    let image = out.join("image.bin");
    let check = [&common[..], &[&"--image", &image]].concat();
    let said = render("check", &check).unwrap();
    assert!(
        said.starts_with("1200 pixels of 4 frames, 0 differ"),
        "{said}"
    );
    let some = render("check", &[&check[..], &[&"--pixels", &"7"]].concat()).unwrap();
    assert!(
        some.starts_with("28 pixels of 4 frames, 0 differ"),
        "{some}"
    );

    let pictures = folder.path().join("pictures");
    let animation: [&dyn AsRef<OsStr>; 8] = [
        &"--image",
        &image,
        &"--out",
        &pictures,
        &"--width",
        &"20",
        &"--height",
        &"15",
    ];
    render("animation", &animation).unwrap();
    assert_eq!(fs::read_dir(pictures).unwrap().count(), 5);

    let mut bytes = fs::read(&image).unwrap();
    // No two frames show the same side of the teapot.
    let frames: Vec<&[u8]> = bytes.chunks(20 * 15 * 4).collect();
    assert!((1..4).all(|frame| frames[frame] != frames[0]));
    let last = bytes.len() - 2;
    bytes[last] ^= 1;
    fs::write(&image, bytes).unwrap();
    let error = render("check", &check).unwrap_err();
    assert!(
        error.to_string().contains("not what the reference"),
        "{error}"
    );
}
