//! `devices` and `measure`.
#![allow(clippy::unwrap_used)]

mod common;

use std::process::{Command, Output};

use aicpw_protocol::conformance::{verify, Answer, Part, Run};
use codec::{DecodeAll, Encode};
use common::{device, EXECUTOR};
use serde_json::Value;

fn executor(arguments: &[&str], vendors: Option<&str>) -> Output {
    let mut command = Command::new(EXECUTOR);
    if let Some(vendors) = vendors {
        command.env("OCL_ICD_VENDORS", vendors);
    }
    command.args(arguments).output().unwrap()
}

#[test]
fn the_list_is_the_same_each_time() {
    let first = executor(&["devices"], None);
    assert!(first.status.success());
    assert_eq!(first.stdout, executor(&["devices"], None).stdout);
    let list: Value = serde_json::from_slice(&first.stdout).unwrap();
    let cpu = &list.as_array().unwrap()[0];
    for field in [
        "fingerprint",
        "platform",
        "driver",
        "name",
        "kind",
        "memory_bytes",
        "usable_bytes",
    ] {
        assert!(!cpu[field].is_null(), "{field}: {cpu}");
    }
}

#[test]
fn without_a_platform_the_list_is_empty_and_says_what_to_do() {
    let none = executor(&["devices"], Some("/nonexistent"));
    assert!(none.status.success());
    assert_eq!(
        serde_json::from_slice::<Value>(&none.stdout).unwrap(),
        serde_json::json!([])
    );
    let said = String::from_utf8(none.stderr).unwrap();
    assert!(said.contains("pocl-opencl-icd"), "{said}");

    let fingerprint = "00".repeat(32);
    let measured = executor(&["measure", "--device", &fingerprint], Some("/nonexistent"));
    assert!(!measured.status.success());
    let said = String::from_utf8(measured.stderr).unwrap();
    assert!(said.contains(&fingerprint), "{said}");
}

#[test]
fn a_device_is_measured() {
    let measured = executor(&["measure", "--device", &hex::encode(device())], None);
    assert!(measured.status.success(), "{measured:?}");
    let measured: Value = serde_json::from_slice(&measured.stdout).unwrap();
    // PoCL on a processor keeps all classes; the other tests rely on that.
    let classes = &measured["classes"];
    assert_eq!(
        (&classes["int"], &classes["fp32Strict"], &classes["device"]),
        (&Value::Bool(true), &Value::Bool(true), &Value::Bool(true)),
        "{measured}"
    );
    for field in [
        "gflops",
        "memory",
        "fp32_gflops",
        "int_gops",
        "memory_gigabytes_per_second",
    ] {
        assert!(
            measured[field].as_f64().unwrap() > 0.0,
            "{field}: {measured}"
        );
    }
    // For a processor the memory is known without measuring, and is no more than the driver says and the machine has.
    let list = executor(&["devices"], None);
    let list: Value = serde_json::from_slice(&list.stdout).unwrap();
    let mut list = list.as_array().unwrap().iter();
    let listed = list
        .find(|listed| listed["fingerprint"] == measured["fingerprint"])
        .unwrap();
    let [usable, driver] = ["usable_bytes", "memory_bytes"].map(|field| listed[field].as_u64());
    assert_eq!(measured["memory"].as_u64(), usable.map(|bytes| bytes >> 20));
    assert!(usable <= driver, "{listed}");
    let meminfo = std::fs::read_to_string("/proc/meminfo").unwrap();
    let total = meminfo.lines().next().unwrap();
    let total = total.split_whitespace().nth(1).unwrap();
    let total = total.parse::<u64>().unwrap() << 10;
    assert!(usable <= Some(total), "{listed}: {total}");
}

#[test]
fn what_the_driver_keeps_does_not_stay() {
    let folder = tempfile::tempdir().unwrap();
    let run = Run {
        seed: [1; 32],
        int: 40,
        fp32: 0,
    };
    let run = hex::encode(run.encode());
    let (here, nowhere) = (hex::encode(device()), "00".repeat(32));
    for (fingerprint, succeeds) in [(here, true), (nowhere, false)] {
        let done = Command::new(EXECUTOR)
            .env("TMPDIR", folder.path())
            .args(["prove", "--device", &fingerprint, "--run", &run])
            .output()
            .unwrap();
        assert_eq!(done.status.success(), succeeds, "{done:?}");
        let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

#[test]
fn a_fingerprint_has_64_digits() {
    let wrong = executor(&["measure", "--device", "12"], None);
    assert!(!wrong.status.success());
    assert!(String::from_utf8(wrong.stderr)
        .unwrap()
        .contains("64 hexadecimal digits"));
}

/// The run has more segments than one launch.
#[test]
fn a_conformance_run_is_answered_as_the_chain_wants_it() {
    let run = Run {
        seed: [0x5a; 32],
        int: (1 << 14) + 5,
        fp32: 33,
    };
    let fingerprint = hex::encode(device());
    let encoded = hex::encode(run.encode());
    let done = executor(
        &["prove", "--device", &fingerprint, "--run", &encoded],
        None,
    );
    assert!(done.status.success(), "{done:?}");
    let done: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert!(done["milliseconds"].is_u64(), "{done}");
    let answer = hex::decode(done["answer"].as_str().unwrap()).unwrap();
    let answer = Answer::decode_all(&mut &answer[..]).unwrap();
    assert_eq!(verify(&run, &answer), Ok(()));

    // This checks every segment, not only those that are opened.
    let short = Run { int: 40, ..run };
    let encoded = hex::encode(short.encode());
    let done = executor(
        &["prove", "--device", &fingerprint, "--run", &encoded],
        None,
    );
    let done: Value = serde_json::from_slice(&done.stdout).unwrap();
    let here = short.answer(&short.outputs(Part::Int), &short.outputs(Part::Fp32));
    assert_eq!(done["answer"], hex::encode(here.encode()));
}

#[test]
fn a_run_that_is_none_is_refused() {
    let fingerprint = hex::encode(device());
    let wrong = executor(&["prove", "--device", &fingerprint, "--run", "00"], None);
    assert!(!wrong.status.success());
    let said = String::from_utf8(wrong.stderr).unwrap();
    assert!(said.contains("not a run as the node writes it"), "{said}");
}
