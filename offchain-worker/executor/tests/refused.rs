//! Jobs that cannot be done: the message names the field or the cause.
#![allow(clippy::unwrap_used)]

mod common;

use aicpw_protocol::job::{path, JobLimits, JobSpec, JobVersion};
use aicpw_protocol::task::Fault;
use common::{check, Job, CID};
use serde_json::{json, Value};

const ADD: &str = "__kernel void add(__global int* a, int b) { a[get_global_id(0)] += b; }";

fn buffers() -> Value {
    json!([{ "name": "a", "type": "int", "length": 8 }])
}

fn step() -> Value {
    json!({ "kernel": "add", "args": [{ "buffer": "a" }, { "scalar": { "type": "int", "value": 1 } }],
		"global": [8] })
}

fn with_step(step: Value) -> Job {
    Job::int(ADD, buffers(), json!([step]), json!(["a"]))
}

#[test]
fn a_program_that_does_not_compile_gives_its_log() {
    let job = Job::int(
        "// first\n__kernel void add(__global int* a, int b) {\n\ta[0] = c;\n}",
        buffers(),
        json!([step()]),
        json!(["a"]),
    );
    let built = job.build();
    check(&built, Fault::BuildFailed, &["program.cl:3", "'c'"]);
    assert_eq!(built.failed().log.as_deref(), Some(path::BUILD_LOG));
    let log = String::from_utf8(job.get(path::BUILD_LOG)).unwrap();
    assert!(log.contains("program.cl:3"), "{log}");
    let folder = job.dir.path().canonicalize().unwrap();
    assert!(!log.contains(folder.to_str().unwrap()), "{log}");
    // There is nothing to run then.
    check(&job.run(), Fault::Crashed, &["no built program"]);
}

#[test]
fn a_program_outside_of_its_class() {
    let job = Job::int(
        "__kernel void add(__global int* a, int b) {\n\ta[0] = (int)(1.5f * b);\n}",
        buffers(),
        json!([step()]),
        json!(["a"]),
    );
    check(
        &job.build(),
        Fault::BuildFailed,
        &["program.cl:2", "1.5f", "class int"],
    );

    let mut strict: Value = serde_json::from_slice(&job.get(path::MANIFEST)).unwrap();
    strict["class"] = "fp32-strict".into();
    let job = Job::new(
        "__kernel void add(__global int* a, int b) { a[0] = (int)native_sin(1.5f * b); }",
        strict,
    );
    check(
        &job.build(),
        Fault::BuildFailed,
        &["program.cl:1", "native_sin"],
    );
}

#[test]
fn kernels_and_arguments_that_are_not_there() {
    let mut missing = step();
    missing["kernel"] = "subtract".into();
    let built = with_step(missing).build();
    check(
        &built,
        Fault::BadManifest,
        &["steps[0].kernel", "`subtract`", "it has: add"],
    );

    let mut few = step();
    few["args"] = json!([{ "buffer": "a" }]);
    let built = with_step(json!({ "loop": { "index": "i", "count": 2, "steps": [few] } })).build();
    check(
        &built,
        Fault::BadManifest,
        &["steps[0].loop.steps[0].args", "there are 1", "has 2"],
    );
}

#[test]
fn arguments_that_do_not_fit_the_kernel() {
    let mut wide = step();
    wide["args"][1]["scalar"] = json!({ "type": "long", "value": 1 });
    let job = with_step(wide);
    assert!(job.build().done().is_some());
    check(&job.run(), Fault::BadManifest, &["steps[0].args[1]"]);

    let mut group = step();
    group["global"] = json!([1 << 20]);
    group["local"] = json!([1 << 12]);
    let job = Job::int(
        &format!("__attribute__((reqd_work_group_size(8, 1, 1))) {ADD}"),
        json!([{ "name": "a", "type": "int", "length": 1 << 20 }]),
        json!([group]),
        json!(["a"]),
    );
    assert!(job.build().done().is_some());
    check(&job.run(), Fault::BadManifest, &["steps[0].local"]);
}

#[test]
fn inputs_that_are_missing_or_have_the_wrong_length() {
    let buffers = json!([{ "name": "a", "type": "int", "length": 8, "init": { "cid": CID } }]);
    let job = Job::int(ADD, buffers, json!([step()]), json!(["a"]));
    assert!(job.build().done().is_some());
    check(&job.run(), Fault::InputUnavailable, &["buffers[0].init"]);
    for length in [0, 31, 33] {
        job.put(&path::buffer(0), &vec![1; length]);
        check(
            &job.run(),
            Fault::InputUnavailable,
            &["buffers[0].init", &format!("has {length} bytes"), "32"],
        );
    }
    job.put(&path::buffer(0), &[0; 32]);
    assert!(job.run().done().is_some());

    std::fs::remove_file(job.file(path::PROGRAM)).unwrap();
    check(&job.build(), Fault::InputUnavailable, &["program"]);
}

#[test]
fn manifests_that_are_not_valid_or_ask_for_too_much() {
    let job = with_step(step());
    job.put(path::MANIFEST, b"{");
    check(
        &job.build(),
        Fault::BadManifest,
        &["not JSON", "ends too soon"],
    );

    let mut wrong = step();
    wrong["args"][0]["buffer"] = "b".into();
    let built = with_step(wrong).build();
    check(
        &built,
        Fault::BadManifest,
        &["steps[0].args[0].buffer: no buffer named `b`"],
    );

    let job = with_step(step());
    job.limits(JobLimits {
        memory_bytes: 31,
        output_bytes: 32,
        cpu_seconds: 60,
    });
    check(&job.build(), Fault::BadManifest, &["buffers", "32", "31"]);
    job.limits(JobLimits {
        memory_bytes: 32,
        output_bytes: 31,
        cpu_seconds: 60,
    });
    check(&job.build(), Fault::BadManifest, &["outputs", "32", "31"]);
}

#[test]
fn a_constant_buffer_that_is_written() {
    let buffers = json!([
        { "name": "a", "type": "int", "length": 8, "constant": true },
        { "name": "out", "type": "int", "length": 1 },
    ]);
    let job = Job::int(ADD, buffers, json!([step()]), json!(["out"]));
    assert!(job.build().done().is_some());
    check(
        &job.run(),
        Fault::BadManifest,
        &["buffers[0].constant", "`a`"],
    );
}

#[test]
fn what_was_built_from_another_source_is_not_run() {
    let job = with_step(step());
    assert!(job.build().done().is_some());
    job.put(path::PROGRAM, ADD.replace("+=", "-=").as_bytes());
    check(&job.run(), Fault::Crashed, &["build again"]);
}

#[test]
fn what_the_driver_says_once_it_has_the_program_is_not_the_providers_fault() {
    let job = with_step(step());
    assert!(job.build().done().is_some());
    let length = job.get(path::BINARY).len();
    job.put(path::BINARY, &vec![0; length]);
    check(&job.run(), Fault::RunFailed, &["loading the built program"]);
}

#[test]
fn a_device_that_is_not_here_and_a_folder_that_is_none() {
    let job = with_step(step());
    let spec = JobSpec {
        version: JobVersion::V1,
        device: [7; 32],
        kind: None,
        limits: JobLimits {
            memory_bytes: 1,
            output_bytes: 1,
            cpu_seconds: 1,
        },
        part: None,
    };
    job.put(path::JOB, &serde_json::to_vec(&spec).unwrap());
    check(&job.build(), Fault::Crashed, &["0707", "devices"]);
    job.put(path::JOB, b"{}");
    check(&job.build(), Fault::Crashed, &["job.json"]);
    let none = common::stage(
        "build",
        std::path::Path::new("/nonexistent"),
        std::time::Duration::from_secs(60),
    );
    check(&none, Fault::Crashed, &["/nonexistent"]);
}
