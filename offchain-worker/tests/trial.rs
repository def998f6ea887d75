//! Trials with the real executor and this machine's devices.
#![allow(clippy::unwrap_used)]

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use aicpw_offchain_worker::{
    devices::Kinds,
    engines::{find_executor, Builds, Engine, Job, OpenCl, EXECUTOR},
    examine::{Described, Examiner},
    trial::Trials,
};
use aicpw_protocol::{
    device::{DeviceKind, Reputation},
    job::path,
    task::{DeterminismClass, Engine as EngineKind, Fault, Needs},
    Gflops, Hash, Mebibytes, MegabitsPerSecond,
};
use serde_json::json;

/// Returns where `make build` puts the executor: one folder above the tests.
fn executor() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let built = tests
        .parent()
        .and_then(Path::parent)
        .unwrap()
        .join(EXECUTOR);
    find_executor(Some(&built)).unwrap_or_else(|error| panic!("{error}"))
}

/// Returns the first processor.
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

    // The same device with the sandbox of another kind, and a device that is not there.
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

/// A driver that compiles, and crashes when it has to run something.
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

/// If a build is kept, the next job with the same program has no build stage that could check its arguments.
#[tokio::test]
async fn a_kept_build_takes_no_forged_arguments() {
    let dir = tempfile::tempdir().unwrap();
    let (fingerprint, _) = processor(dir.path()).await;
    let program = dir.path().join("counts");
    let log = dir.path().join("log");
    let script = format!(
        "#!/bin/sh\n[ \"$1\" = build ] && echo built >> '{}'\nexec '{}' \"$@\"\n",
        log.display(),
        executor().display()
    );
    aicpw_stand_in::program(&program, &script).unwrap();
    let builds = Builds::open(dir.path().join("builds"), program.clone());
    let engine = OpenCl {
        program,
        allow_weak_sandbox: false,
        builds: Some(builds.unwrap()),
        kinds: Kinds::default(),
    };
    let job = |name: &str, argument: serde_json::Value| {
        let folder = dir.path().join(name);
        std::fs::create_dir_all(folder.join(path::INPUTS)).unwrap();
        let kernel = "__kernel void f(__global ulong* x) { x[0] = 7; }";
        std::fs::write(folder.join(path::PROGRAM), kernel).unwrap();
        let manifest = json!({
            "version": "aicpw.task/v1", "name": "kept", "engine": "opencl", "class": "int",
            "program": { "cid": "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi" },
            "buffers": [{ "name": "x", "type": "ulong", "length": 1 }],
            "steps": [{ "kernel": "f", "args": [argument], "global": [1] }],
            "outputs": ["x"],
        });
        std::fs::write(folder.join(path::MANIFEST), manifest.to_string()).unwrap();
        Job {
            folder,
            fingerprint,
            needs: Needs {
                engine: EngineKind::OpenCl,
                class: DeterminismClass::Int,
                gflops: Gflops(1),
                memory: Mebibytes(64),
                bandwidth: MegabitsPerSecond(0),
                min_reputation: Reputation(0),
            },
            output_bytes: 8,
            deadline: Instant::now() + Duration::from_secs(120),
            keep_build: true,
            part: None,
        }
    };

    let honest = job("honest", json!({ "buffer": "x" }));
    engine.build(&honest).await.unwrap();
    let product = engine.run(&honest, &|_| {}).await.unwrap();
    let output = std::fs::read(product.output).unwrap();
    assert_eq!(output, 7u64.to_le_bytes());

    let pointer = json!({ "scalar": { "type": "ulong", "value": 0x4141_4141_4140_u64 } });
    let forged = job("forged", pointer);
    engine.build(&forged).await.unwrap();
    let failure = engine.run(&forged, &|_| {}).await.unwrap_err();
    assert_eq!(failure.fault, Fault::BadManifest, "{failure:?}");
    let says = "steps[0].args[0]: does not fit";
    assert!(failure.message.contains(says), "{failure:?}");
    assert_eq!(std::fs::read_to_string(log).unwrap(), "built\n");
}
