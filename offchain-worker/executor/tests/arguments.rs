//! A kernel's parameter is given what it takes, and nothing else. A stranger chooses the bytes of a value, and if the
//! parameter is a pointer, an image or a sampler, a driver takes the bytes for a handle, which it follows.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;
use std::time::Duration;

use aicpw_protocol::job::{path, KernelRecord, ParameterKind};
use aicpw_protocol::task::Fault;
use common::{check, longs, stage, Job, CID};
use serde_json::{json, Value};

/// As long as a handle, and an address where nothing is.
const FORGED: u64 = 0x4141_4141_4140;

/// Returns a job that launches kernel `f` with these arguments. There are two buffers.
fn job(program: &str, arguments: Value) -> Job {
    Job::new(
        program,
        json!({
            "version": "aicpw.task/v1", "name": "arguments", "engine": "opencl", "class": "device",
            "program": { "cid": CID },
            "buffers": [
                { "name": "a", "type": "long", "length": 8, "init": { "inline": [1, 2, 3, 4, 5, 6, 7, 8] } },
                { "name": "out", "type": "long", "length": 8 },
            ],
            "steps": [{ "kernel": "f", "args": arguments, "global": [1] }],
            "outputs": ["out"],
        }),
    )
}

/// Returns a kernel that does nothing with its first parameter, and has a buffer as the second.
fn taking(parameter: &str) -> String {
    format!("__kernel void f({parameter}, __global long* out) {{ out[0] = 1; }}")
}

fn value(kind: &str, value: impl Into<Value>) -> Value {
    json!({ "scalar": { "type": kind, "value": value.into() } })
}

fn forged() -> Value {
    value("ulong", FORGED)
}

fn buffer(name: &str) -> Value {
    json!({ "buffer": name })
}

fn local() -> Value {
    json!({ "local": 8 })
}

#[test]
fn a_parameter_is_given_what_it_takes_and_nothing_else() {
    let vector = value("uint2", json!([0x4141_4140, 0x4141]));
    let bytes = json!({ "scalar": { "type": { "bytes": 8 }, "value": "QEFBQUFBAAA=" } });
    for (parameter, argument, given, taken) in [
        ("__global int* a", forged(), "value", "buffer"),
        ("__global int* a", value("ulong", 0), "value", "buffer"),
        ("__global int* a", value("int", 0), "value", "buffer"),
        ("__global const void* a", vector, "value", "buffer"),
        ("__global long a[]", bytes, "value", "buffer"),
        ("__constant float4* a", forged(), "value", "buffer"),
        ("__global int* a", local(), "local memory", "buffer"),
        ("__constant int* a", local(), "local memory", "buffer"),
        ("__local int* a", forged(), "value", "local memory"),
        ("__local int* a", buffer("a"), "buffer", "local memory"),
        ("ulong a", buffer("a"), "buffer", "value"),
        ("ulong a", local(), "local memory", "value"),
    ] {
        let job = job(&taking(parameter), json!([argument, buffer("out")]));
        let built = job.build();
        assert!(built.done().is_some(), "{parameter}: {built:#?}");
        let said = |what: &str, kind: &str| match kind {
            "local memory" => format!("{what} is local memory"),
            _ => format!("{what} is a {kind}"),
        };
        check(
            &job.run(),
            Fault::BadManifest,
            &[
                "steps[0].args[0]: does not fit",
                &said("it", given),
                &said("the kernel's parameter", taken),
            ],
        );
    }
}

#[test]
fn a_kernel_that_takes_a_handle_is_not_built_whatever_the_handle_is_called() {
    for (types, parameter, name) in [
        ("", "sampler_t s", "sampler_t"),
        ("", "const sampler_t s", "sampler_t"),
        ("", "read_only image2d_t s", "image2d_t"),
        ("", "image2d_array_t s", "image2d_array_t"),
        ("typedef sampler_t mine;", "mine s", "mine"),
        ("typedef sampler_t mine;", "volatile mine s", "mine"),
        (
            "typedef sampler_t first; typedef first mine;",
            "const mine s",
            "mine",
        ),
        ("typedef sampler_t unsigned4;", "unsigned4 s", "unsigned4"),
        ("typedef sampler_t queue_t;", "queue_t s", "queue_t"),
        ("typedef sampler_t mine;", "__typeof__(mine) s", "mine"),
        ("typedef image2d_t mine;", "mine s", "mine"),
        ("#define mine sampler_t\n", "mine s", "sampler_t"),
    ] {
        let job = job(
            &format!("{types}\n{}", taking(parameter)),
            json!([forged(), buffer("out")]),
        );
        check(
            &job.build(),
            Fault::BuildFailed,
            &["steps[0].args[0]", "kernel `f`", name, "local memory"],
        );
        check(&job.run(), Fault::Crashed, &["no built program"]);
    }
}

/// The end of a program stands before the lines that prove that a type is a value type.
#[test]
fn the_end_of_a_program_does_not_make_a_handle_a_value() {
    let program = format!("typedef sampler_t mine;\n{}\n", taking("mine s"));
    for end in [
        "",
        "#define mine int",
        "#define struct typedef int x; struct",
        "#define aicpw_value_0",
        "#define aicpw_value_0 x; int y",
        "#define aicpw_value_0 )",
        "// \\",
        "#define mine int\\",
        "# 1 \"system.h\" 3",
        "#pragma clang diagnostic ignored \"-Weverything\"",
    ] {
        let job = job(&format!("{program}{end}"), json!([forged(), buffer("out")]));
        check(
            &job.build(),
            Fault::BuildFailed,
            &["steps[0].args[0] of kernel `f` (`mine`)"],
        );
    }
}

#[test]
fn a_kernel_that_no_step_launches_may_take_anything() {
    let program = format!(
        "{} __kernel void g(sampler_t s, read_only image2d_t i, __global long* out) {{ out[0] = 2; }}",
        taking("long a")
    );
    let (_, output) = job(&program, json!([value("long", 3), buffer("out")])).complete();
    assert_eq!(longs(&output)[0], 1);
}

#[test]
fn types_that_a_program_names_itself() {
    let program = "
		typedef long number; typedef long2 two; typedef const long fixed; typedef __global long* place;
		typedef struct { long x; } named;
		struct tagged { long x; };
		enum choice { NO, YES };
		__kernel void f(place out, number a, const two b, named c, struct tagged d, enum choice e, fixed g,
			__local number* room, __constant long* table) {
			room[0] = table[1];
			out[0] = a; out[1] = b.s1; out[2] = c.x; out[3] = d.x; out[4] = e == YES; out[5] = g;
			out[6] = room[0]; out[7] = sizeof(named);
		}";
    let structure = |x: i64| json!({ "scalar": { "type": { "struct": ["long"] }, "value": [x] } });
    let job = job(
        program,
        json!([
            buffer("out"),
            value("long", 11),
            value("long2", json!([12, 13])),
            structure(14),
            structure(15),
            value("int", 1),
            value("long", 16),
            local(),
            buffer("a"),
        ]),
    );
    let (_, output) = job.complete();
    assert_eq!(longs(&output), [11, 13, 14, 15, 1, 16, 2, 8]);
    let record: KernelRecord = serde_json::from_slice(&job.get(path::KERNELS)).unwrap();
    let mut kinds = vec![ParameterKind::Buffer];
    kinds.extend([ParameterKind::Value; 6]);
    kinds.extend([ParameterKind::Local, ParameterKind::Buffer]);
    assert_eq!(record.kernels, BTreeMap::from([("f".to_owned(), kinds)]));
}

#[test]
fn without_a_whole_record_nothing_is_run() {
    let program = taking("__global long* a, long b, __local long* c");
    let job = job(
        &program,
        json!([buffer("a"), value("long", 1), local(), buffer("out")]),
    );
    assert!(job.build().done().is_some());
    let whole = job.get(path::KERNELS);
    for broken in [
        json!({ "kernels": {} }),
        json!({ "kernels": { "g": ["buffer", "value", "local", "buffer"] } }),
        json!({ "kernels": { "f": ["buffer", "value", "local"] } }),
        json!({ "kernels": { "f": ["buffer", "value", "local", "buffer", "value"] } }),
        json!({ "kernels": { "f": ["buffer", "value", "local", "image"] } }),
        json!({ "kernels": { "f": ["buffer", "value", "local", "buffer"] }, "more": 1 }),
        json!(["buffer", "value", "local", "buffer"]),
    ] {
        job.put(path::KERNELS, broken.to_string().as_bytes());
        check(&job.run(), Fault::Crashed, &["kernels take", "build again"]);
    }
    for length in [0, 1, whole.len() / 2] {
        job.put(path::KERNELS, &whole[..length]);
        check(&job.run(), Fault::Crashed, &["kernels take", "build again"]);
    }
    std::fs::remove_file(job.file(path::KERNELS)).unwrap();
    check(&job.run(), Fault::Crashed, &["kernels take", "build again"]);
    job.put(path::KERNELS, &whole);
    assert!(job.run().done().is_some());
}

/// As with a kept build: the second job has no build stage of its own.
#[test]
fn what_was_built_for_other_arguments_takes_no_forged_ones() {
    let program = taking("__global long* a");
    let first = job(&program, json!([buffer("a"), buffer("out")]));
    first.complete();
    let second = job(&program, json!([forged(), buffer("out")]));
    std::fs::create_dir(second.file(path::BUILD)).unwrap();
    for file in [
        path::BINARY,
        path::BUILD_LOG,
        path::KERNELS,
        path::BUILD_RECORD,
    ] {
        second.put(file, &first.get(file));
    }
    check(
        &second.run(),
        Fault::BadManifest,
        &["steps[0].args[0]: does not fit"],
    );
}

#[test]
fn nor_does_it_without_a_sandbox() {
    for (parameter, said) in [
        ("__global long* a", "does not fit"),
        ("sampler_t s", "kernel `f` takes `sampler_t`"),
    ] {
        let job = job(&taking(parameter), json!([forged(), buffer("out")]));
        let native = stage("native", job.dir.path(), Duration::from_secs(300));
        assert_eq!(native.status.code(), Some(1), "{native:#?}");
        assert!(native.log.contains(said), "{native:#?}");
    }
}
