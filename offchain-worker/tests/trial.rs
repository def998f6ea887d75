//! The executor that is built, with this machine's devices.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use aicpw_offchain_worker::{
    engines::{find_executor, EXECUTOR},
    examine::{Described, Examiner},
    trial::Trials,
};
use aicpw_protocol::{device::DeviceKind, Hash};

/// Where `make build` puts it: one folder above the tests.
fn executor() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let built = tests
        .parent()
        .and_then(Path::parent)
        .unwrap()
        .join(EXECUTOR);
    find_executor(Some(&built)).unwrap_or_else(|error| panic!("{error}"))
}

/// The first processor.
async fn processor(folder: &Path) -> (Hash, Described) {
    let examiner = Examiner {
        program: executor(),
        folder: folder.to_owned(),
    };
    let listed = examiner.devices().await.unwrap();
    let mut listed = listed.into_iter();
    let device = listed.find(|device| device.kind == DeviceKind::Cpu);
    let device = device.expect("the tests need PoCL; `make setup` installs it");
    let mut fingerprint = Hash::default();
    hex::decode_to_slice(&device.fingerprint, &mut fingerprint).unwrap();
    (fingerprint, device)
}

#[tokio::test]
async fn a_processor_does_a_job_of_ours_in_its_sandbox() {
    let dir = tempfile::tempdir().unwrap();
    let (fingerprint, device) = processor(dir.path()).await;
    let trials = Trials::new(executor(), dir.path().to_owned(), false);
    let tried = trials.of(&fingerprint, device.kind, &device.name);
    tried.await.unwrap();
    assert_eq!(trials.passed(&fingerprint), Some(true));
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);

    // The same device with the sandbox of another kind, and one that is not there.
    for (fingerprint, kind, says) in [
        (fingerprint, DeviceKind::Gpu, "for a device of kind Gpu"),
        ([0; 32], DeviceKind::Cpu, "the build stage"),
    ] {
        let error = trials.of(&fingerprint, kind, "Card").await.unwrap_err();
        let error = error.to_string();
        assert!(error.starts_with("Card "), "{error}");
        assert!(error.contains(says), "{error}");
        assert_eq!(trials.passed(&fingerprint), Some(false));
    }
}

/// A driver that compiles, and breaks when it is to run something.
#[tokio::test]
async fn a_run_stage_that_breaks_is_told_from_a_build_stage_that_does() {
    let dir = tempfile::tempdir().unwrap();
    let (fingerprint, device) = processor(dir.path()).await;
    let program = dir.path().join("breaks");
    let script = format!(
        "#!/bin/sh\n[ \"$1\" = run ] && {{ echo 'no queue on this device' >&2; exit 1; }}\nexec '{}' \"$@\"\n",
        executor().display()
    );
    aicpw_stand_in::program(&program, &script).unwrap();
    let trials = Trials::new(program, dir.path().to_owned(), false);
    let tried = trials.of(&fingerprint, device.kind, &device.name);
    let error = tried.await.unwrap_err().to_string();
    for part in [&*device.name, "the run stage", "no queue on this device"] {
        assert!(error.contains(part), "{part}: {error}");
    }
}
