//! Jobs that run to their end on PoCL.
#![allow(clippy::unwrap_used)]

mod common;

use aicpw_protocol::job::{path, Message, TraceRecord};
use aicpw_protocol::merkle::{buffer_root, result_root};
use aicpw_protocol::task::Fault;
use aicpw_protocol::trace::{checkpoint_hash, state_root, trace_root, End, Position};
use common::{stage, words, Job, CID};
use serde_json::json;
use std::time::Duration;

#[test]
fn adds_vectors() {
    let job = Job::int(
        "__kernel void add(__global const int* a, __global const int* b, __global int* c) {
			size_t i = get_global_id(0);
			c[i] = a[i] + b[i];
		}",
        json!([
            { "name": "a", "type": "int", "length": 4, "init": { "inline": [1, 2, 3, -4] } },
            { "name": "b", "type": "int", "length": 4, "init": { "cid": CID } },
            { "name": "c", "type": "int", "length": 4 },
        ]),
        json!([{ "kernel": "add", "args": [{ "buffer": "a" }, { "buffer": "b" }, { "buffer": "c" }],
			"global": [4] }]),
        json!(["c", "a"]),
    );
    let b = [10i32, 20, 30, 40].map(i32::to_le_bytes).concat();
    job.put(&path::buffer(1), &b);
    let (result, output) = job.complete();

    let a = [1i32, 2, 3, -4].map(i32::to_le_bytes).concat();
    let c = [11i32, 22, 33, 36].map(i32::to_le_bytes).concat();
    assert_eq!(output, [c.clone(), a.clone()].concat());
    assert_eq!(result.result_root, result_root(&output));
    assert_eq!((result.output_bytes, result.launches), (32, 1));
    // Only the end: everything in the buffers, and the result.
    let end = End {
        launches: 1,
        state_root: state_root(&[buffer_root(&a), buffer_root(&b), buffer_root(&c)]),
        result_root: result.result_root,
    };
    assert_eq!(result.trace_root, trace_root(vec![end.hash()]));
}

/// Regression: the compiler saw a letter in the middle of the text, and the class check a character that is not ASCII.
#[test]
fn a_byte_order_mark_is_no_part_of_a_program() {
    for class in ["int", "fp32-strict", "device"] {
        let job = |mark: &str| {
            Job::new(
                &format!("{mark}kernel void mark(global int* x) {{ x[0] = __LINE__; }}"),
                json!({
                    "version": "aicpw.task/v1", "name": "marked", "engine": "opencl", "class": class,
                    "program": { "cid": CID },
                    "buffers": [{ "name": "x", "type": "int", "length": 1 }],
                    "steps": [{ "kernel": "mark", "args": [{ "buffer": "x" }], "global": [1] }],
                    "outputs": ["x"],
                }),
            )
        };
        let (_, output) = job("\u{feff}").complete();
        assert_eq!(output, 1i32.to_le_bytes(), "{class}");
        // A second one is not a mark any more.
        let twice = job("\u{feff}\u{feff}").build();
        assert_eq!(twice.failed().fault, Fault::BuildFailed, "{twice:#?}");
    }
}

#[test]
fn loops_expressions_dimensions_and_checkpoints() {
    // Three dimensions with an offset; values that come from two loops; a vector; local memory.
    let program = "
		__kernel void mark(__global uint* grid, uint value, __constant uint* table, uint4 v) {
			size_t x = get_global_id(0), y = get_global_id(1), z = get_global_id(2);
			grid[(z * 4 + y) * 8 + x] += value + table[x & 3] + v.s0 * v.s1 + v.s2 - v.s3;
		}
		__kernel void sum(__global const uint* grid, __global uint* sums, __local uint* room,
			uint at) {
			size_t l = get_local_id(0);
			room[l] = grid[get_global_id(0)];
			barrier(CLK_LOCAL_MEM_FENCE);
			if (l == 0) {
				uint sum = 0;
				for (size_t k = 0; k < get_local_size(0); k++) sum += room[k];
				sums[at * get_num_groups(0) + get_group_id(0)] = sum;
			}
		}";
    let manifest = json!({
        "version": "aicpw.task/v1", "name": "loops", "engine": "opencl", "class": "int",
        "program": { "cid": CID },
        "build": { "options": ["-w"], "defines": { "UNUSED": 3 } },
        "buffers": [
            { "name": "grid", "type": "uint", "length": 64 },
            { "name": "table", "type": "uint4", "length": 1, "constant": true,
                "init": { "inline": [0, 1000, 2000, 3000] } },
            { "name": "sums", "type": "uint", "length": 4 * 3 },
        ],
        "steps": [
            { "loop": { "index": "frame", "count": 3, "steps": [
                { "loop": { "index": "pass", "count": 2, "steps": [
                    { "kernel": "mark", "args": [
                        { "buffer": "grid" },
                        { "scalar": { "type": "uint", "value": "frame * 10 + pass" } },
                        { "buffer": "table" },
                        { "scalar": { "type": "uint4", "value": [1, "frame", "7 - pass", "2 * pass"] } },
                    ], "global": [3, 2, 1], "offset": [1, 2, "pass"] },
                ] } },
                { "kernel": "sum", "args": [
                    { "buffer": "grid" }, { "buffer": "sums" }, { "local": 64 },
                    { "scalar": { "type": "uint", "value": "frame" } },
                ], "global": [64], "local": [16] },
            ] } },
        ],
        "checkpoint_every": 4,
        "outputs": ["sums", "grid"],
    });
    let job = Job::new(program, manifest);
    let (result, output) = job.complete();

    // The same on the host.
    let (mut grid, mut sums) = ([0u32; 64], [0u32; 12]);
    let mut hashes = Vec::new();
    let bytes = |words: &[u32]| -> Vec<u8> { words.iter().flat_map(|w| w.to_le_bytes()).collect() };
    let mut launches = 0;
    for frame in 0..3u32 {
        for step in 0..3u32 {
            if step < 2 {
                let pass = step;
                for (x, y) in [(1, 2), (2, 2), (3, 2), (1, 3), (2, 3), (3, 3)] {
                    let v = frame + (7 - pass) - 2 * pass;
                    grid[((pass as usize) * 4 + y) * 8 + x] +=
                        frame * 10 + pass + x as u32 * 1000 + v;
                }
            } else {
                for (group, cells) in grid.chunks(16).enumerate() {
                    sums[frame as usize * 4 + group] = cells.iter().sum();
                }
            }
            launches += 1;
            // The constant buffer does not count.
            let state = state_root(&[buffer_root(&bytes(&grid)), buffer_root(&bytes(&sums))]);
            let place = match step {
                2 => vec![0, frame, 1],
                pass => vec![0, frame, 0, pass, 0],
            };
            match launches {
                4 | 8 => hashes.push(checkpoint_hash(&Position { launches, place }, &state)),
                9 => hashes.push(
                    End {
                        launches,
                        state_root: state,
                        result_root: result.result_root,
                    }
                    .hash(),
                ),
                _ => {}
            }
        }
    }
    assert_eq!(words(&output), [&sums[..], &grid[..]].concat());
    assert_eq!(result.launches, 9);
    assert_eq!(result.trace_root, trace_root(hashes));
    let trace: TraceRecord = serde_json::from_slice(&job.get(path::TRACE)).unwrap();
    assert_eq!(trace.root(), result.trace_root);
    assert_eq!(trace.hashes().len() as u64, job.manifest().checkpoints());
}

#[test]
fn options_and_macros_of_a_host_program() {
    let program = "__kernel void f(__global T* a, T b) {
        a[0] = N * NEXT;
        a[1] = MOST(b, (T) 7);
        a[2] = sizeof(T);
    }";
    for class in ["int", "fp32-strict", "device"] {
        let job = Job::new(
            program,
            json!({
                "version": "aicpw.task/v1", "name": "host", "engine": "opencl", "class": class,
                "program": { "cid": CID },
                "build": {
                    "options": [
                        "-cl-std=CL1.1", "-cl-fp32-correctly-rounded-divide-sqrt", "-cl-kernel-arg-info",
                        "-cl-strict-aliasing", "-Werror",
                    ],
                    "defines": { "T": "unsigned int", "N": "(16)", "NEXT": "(N + 1)", "MOST": "max" },
                },
                "buffers": [{ "name": "a", "type": "uint", "length": 3 }],
                "steps": [{ "kernel": "f", "args": [
                    { "buffer": "a" }, { "scalar": { "type": "uint", "value": 5 } },
                ], "global": [1] }],
                "outputs": ["a"],
            }),
        );
        let (_, output) = job.complete();
        assert_eq!(words(&output), [16 * 17, 7, 4], "{class}");
    }
}

#[test]
fn fp32_strict_does_not_contract() {
    // a * b + c with a result that a fused operation would round differently.
    let (a, b, c) = (1.0f32 + f32::EPSILON, 1.0f32 - f32::EPSILON, -1.0f32);
    assert_ne!(a * b + c, a.mul_add(b, c));
    let program = "__kernel void f(__global float* v) { v[3] = v[0] * v[1] + v[2]; }";
    let job = Job::new(
        program,
        json!({
            "version": "aicpw.task/v1", "name": "strict", "engine": "opencl", "class": "fp32-strict",
            "program": { "cid": CID },
            "buffers": [{ "name": "v", "type": "float", "length": 4, "init": { "inline": [a, b, c, 7] } }],
            "steps": [{ "kernel": "f", "args": [{ "buffer": "v" }], "global": [1] }],
            "outputs": ["v"],
        }),
    );
    let (_, output) = job.complete();
    assert_eq!(words(&output)[3], (a * b + c).to_bits());
}

#[test]
fn a_program_that_prints_does_not_speak_for_the_executor() {
    let forged = r#"{\"done\":\"build\"}\n"#;
    let job = Job::int(
        &format!("__kernel void f(__global int* v) {{ printf(\"{forged}\"); v[0] = 1; }}"),
        json!([{ "name": "v", "type": "int", "length": 1 }]),
        json!([{ "kernel": "f", "args": [{ "buffer": "v" }], "global": [1] }]),
        json!(["v"]),
    );
    assert!(job.build().done().is_some());
    let ran = job.run();
    assert!(ran.log.contains(r#"{"done":"build"}"#), "{ran:#?}");
    let forged = ran
        .messages
        .iter()
        .filter(|m| **m == Message::Done(aicpw_protocol::job::Done::Build));
    assert_eq!(forged.count(), 0);
    assert!(ran.done().is_some());
}

#[test]
fn progress_goes_from_nothing_to_all() {
    let job = Job::int(
        "__kernel void f(__global int* v) { v[0]++; }",
        json!([{ "name": "v", "type": "int", "length": 1 }]),
        json!([{ "loop": { "index": "i", "count": 500, "steps": [
			{ "kernel": "f", "args": [{ "buffer": "v" }], "global": [1] }] } }]),
        json!(["v"]),
    );
    assert!(job.build().done().is_some());
    let ran = job.run();
    assert!(ran.done().is_some(), "{ran:#?}");
    let progress: Vec<(u64, u64)> = ran
        .messages
        .iter()
        .filter_map(|message| match message {
            Message::Progress { done, total } => Some((*done, *total)),
            _ => None,
        })
        .collect();
    assert_eq!(progress.first(), Some(&(0, 500)));
    assert_eq!(progress.last(), Some(&(500, 500)));
    assert!(progress.windows(2).all(|pair| pair[0].0 <= pair[1].0));
    assert_eq!(words(&job.get(path::OUTPUT)), [500]);
}

#[test]
fn running_again_gives_the_same() {
    let job = Job::int(
        "__kernel void f(__global uint* v) { size_t i = get_global_id(0); v[i] = i * 2654435761u; }",
        json!([{ "name": "v", "type": "uint", "length": 100_000 }]),
        json!([{ "kernel": "f", "args": [{ "buffer": "v" }], "global": [100_000] }]),
        json!(["v"]),
    );
    let (first, output) = job.complete();
    let (second, again) = job.complete();
    assert_eq!(output, again);
    assert_eq!(
        (first.result_root, first.trace_root),
        (second.result_root, second.trace_root)
    );
    assert_eq!(first.result_root, result_root(&output));
}

#[test]
fn without_sandbox_and_trace_it_computes_the_same() {
    let job = Job::new(
        "__kernel void f(__global float* v, const uint turn) {
			size_t i = get_global_id(0);
			v[i] = v[i] * 1.5f + (float)(i + turn);
		}",
        json!({
            "version": "aicpw.task/v1", "name": "native", "engine": "opencl", "class": "fp32-strict",
            "program": { "cid": CID },
            "buffers": [{ "name": "v", "type": "float", "length": 1000, "init": { "cid": CID } }],
            "steps": [{ "loop": { "index": "i", "count": 20, "steps": [
                { "kernel": "f", "args": [
                    { "buffer": "v" }, { "scalar": { "type": "uint", "value": "i" } },
                ], "global": [1000] },
            ] } }],
            "checkpoint_every": 3,
            "outputs": ["v"],
        }),
    );
    job.put(&path::buffer(0), &[1.25f32.to_le_bytes(); 1000].concat());
    let (_, output) = job.complete();
    std::fs::remove_dir_all(job.file(path::OUTPUT_FOLDER)).unwrap();
    let native = stage("native", job.dir.path(), Duration::from_secs(300));
    assert!(native.status.success(), "{native:#?}");
    assert_eq!(job.get(path::OUTPUT), output);
    assert!(!job.file(path::TRACE).exists());
}
