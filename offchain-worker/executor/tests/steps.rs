//! What ordinary host programs do besides launching kernels, on PoCL: double buffering, loops that
//! end on a flag, fills, copies, structures, and values of all types.
#![allow(clippy::unwrap_used)]

mod common;

use aicpw_protocol::job::{path, Message, TraceRecord};
use aicpw_protocol::merkle::{buffer_root, result_root};
use aicpw_protocol::trace::{checkpoint_hash, state_root, trace_root, End, Position};
use common::{words, Job, CID};
use serde_json::{json, Value};

fn device_job(program: &str, buffers: Value, steps: Value, outputs: Value) -> Job {
    Job::new(
        program,
        json!({
            "version": "aicpw.task/v1", "name": "steps", "engine": "opencl", "class": "device",
            "program": { "cid": CID },
            "buffers": buffers, "steps": steps, "outputs": outputs,
        }),
    )
}

#[test]
fn double_buffering() {
    // Each cell becomes the sum of its neighbours, alternately from a to b and back.
    let program = "__kernel void step_(__global const uint* from, __global uint* to) {
			uint i = get_global_id(0), n = get_global_size(0);
			to[i] = from[(i + n - 1) % n] + from[(i + 1) % n] * 3u;
		}";
    let job = Job::int(
        program,
        json!([
            { "name": "a", "type": "uint", "length": 8, "init": { "inline": [1, 2, 3, 4, 5, 6, 7, 8] } },
            { "name": "b", "type": "uint", "length": 8 },
        ]),
        json!([{ "loop": { "index": "i", "count": 5, "steps": [
            { "kernel": "step_", "global": [8], "args": [
                { "choose": ["a", "b"], "by": "i % 2" }, { "choose": ["b", "a"], "by": "i % 2" }] },
        ] } }]),
        json!(["b", "a"]),
    );
    let (_, output) = job.complete();
    let (mut from, mut to) = ((1..=8u32).collect::<Vec<_>>(), vec![0; 8]);
    for _ in 0..5 {
        for i in 0..8 {
            to[i] = from[(i + 7) % 8].wrapping_add(from[(i + 1) % 8].wrapping_mul(3));
        }
        std::mem::swap(&mut from, &mut to);
    }
    assert_eq!(words(&output), [from, to].concat());
}

/// Returns a breadth-first search as in textbooks: the host clears a flag, launches, and continues
/// while the device has set it.
fn search(every: u32, checkpoint_every: u32) -> Job {
    let program = "__kernel void expand(__global const int* next, __global int* level, int at,
			__global int* changed) {
			int i = get_global_id(0);
			if (level[i] == at && level[next[i]] < 0) { level[next[i]] = at + 1; changed[0] = 1; }
		}";
    let mut manifest: Value = serde_json::from_slice(
        &Job::int(
            program,
            json!([
                { "name": "next", "type": "int", "length": 8, "constant": true,
                    "init": { "inline": [3, 0, 0, 5, 0, 7, 0, 7] } },
                { "name": "level", "type": "int", "length": 8 },
                { "name": "changed", "type": "int", "length": 2 },
            ]),
            json!([
                { "fill": { "buffer": "level", "value": -1 } },
                { "fill": { "buffer": "level", "value": 0, "length": 1 } },
                { "loop": { "index": "i", "count": 1000,
                    "until": { "buffer": "changed", "is": "zero", "every": every },
                    "steps": [
                        { "fill": { "buffer": "changed", "value": 0 } },
                        { "kernel": "expand", "global": [8], "args": [
                            { "buffer": "next" }, { "buffer": "level" },
                            { "scalar": { "type": "int", "value": "i" } }, { "buffer": "changed" }] },
                    ] } },
            ]),
            json!(["level"]),
        )
        .get(path::MANIFEST),
    )
    .unwrap();
    manifest["checkpoint_every"] = checkpoint_every.into();
    Job::new(program, manifest)
}

#[test]
fn a_flag_of_the_device_ends_a_loop() {
    let levels = [0, -1, -1, 1, -1, 2, -1, 3];
    let bytes =
        |values: &[i32]| -> Vec<u8> { values.iter().flat_map(|v| v.to_le_bytes()).collect() };
    let job = search(1, 4);
    let (result, output) = job.complete();
    assert_eq!(output, bytes(&levels));
    // Three levels are found, and a fourth round finds nothing.
    assert_eq!(result.launches, 2 + 4 * 2);
    let at = |found: usize, changed: i32| {
        let mut so_far = [-1; 8];
        for (i, place) in [0, 3, 5, 7].into_iter().enumerate().take(found) {
            so_far[place] = i as i32;
        }
        state_root(&[
            buffer_root(&bytes(&so_far)),
            buffer_root(&bytes(&[changed, 0])),
        ])
    };
    // Behind the kernel, which is the second step of a round of the loop; the loop is the third
    // step.
    let behind = |launches, round| Position {
        launches,
        place: vec![2, round, 1],
    };
    let end = End {
        launches: 10,
        state_root: at(4, 0),
        result_root: result_root(&output),
    };
    let expected = trace_root(vec![
        checkpoint_hash(&behind(4, 0), &at(2, 1)),
        checkpoint_hash(&behind(8, 2), &at(4, 1)),
        end.hash(),
    ]);
    assert_eq!(result.trace_root, expected);
    let trace: TraceRecord = serde_json::from_slice(&job.get(path::TRACE)).unwrap();
    assert_eq!(trace.root(), expected);
    // A second run gives the same.
    assert_eq!(search(1, 4).complete().0.trace_root, expected);
}

#[test]
fn a_flag_that_is_looked_at_now_and_then() {
    let job = search(3, 0);
    assert!(job.build().done().is_some());
    let ran = job.run();
    assert!(ran.done().is_some(), "{ran:#?}");
    let result: Value = serde_json::from_slice(&job.get(path::RESULT)).unwrap();
    // The flag is read after rounds 3 and 6.
    assert_eq!(result["launches"], 2 + 6 * 2);
    let progress: Vec<(u64, u64)> = ran
        .messages
        .iter()
        .filter_map(|message| match message {
            Message::Progress { done, total } => Some((*done, *total)),
            _ => None,
        })
        .collect();
    assert_eq!(progress.last(), Some(&(2002, 2002)));
    assert!(progress.windows(2).all(|pair| pair[0].0 <= pair[1].0));
}

#[test]
fn a_loop_without_an_early_end_stops_at_its_count() {
    let job = Job::int(
        "__kernel void f(__global int* v) { v[0]++; }",
        json!([
            { "name": "v", "type": "int", "length": 1 },
            { "name": "flag", "type": "uchar", "length": 3 },
        ]),
        json!([{ "loop": { "index": "i", "count": 7, "until": { "buffer": "flag", "element": 2 },
            "steps": [{ "kernel": "f", "args": [{ "buffer": "v" }], "global": [1] }] } }]),
        json!(["v"]),
    );
    let (result, output) = job.complete();
    assert_eq!((words(&output), result.launches), (vec![7], 7));
}

#[test]
fn fills_and_copies_of_all_widths() {
    let kinds = [
        "char", "uchar2", "char4", "uchar8", "char16", "short", "ushort2", "short4", "ushort8",
        "short16", "int", "uint2", "int4", "uint8", "int16", "long", "ulong2", "long4", "ulong8",
        "long16", "float", "float2", "float4", "float8", "float16", "double", "double2", "double4",
        "double8", "double16",
    ];
    let mut buffers = vec![];
    let mut steps = vec![];
    let mut outputs = vec![];
    let mut expected: Vec<u8> = Vec::new();
    for (k, kind) in kinds.iter().enumerate() {
        let name = kind.trim_end_matches(|c: char| c.is_ascii_digit());
        let lanes: usize = kind[name.len()..].parse().unwrap_or(1);
        buffers.push(json!({ "name": format!("x{k}"), "type": kind, "length": 5 }));
        buffers.push(json!({ "name": format!("y{k}"), "type": kind, "length": 5 }));
        let values: Vec<usize> = (0..lanes).map(|lane| lane + 1).collect();
        let value = if lanes == 1 { json!(1) } else { json!(values) };
        steps.push(json!({ "fill": { "buffer": format!("x{k}"), "value": value, "offset": 1, "length": 3 } }));
        steps.push(
            json!({ "copy": { "from": format!("x{k}"), "from_offset": 2, "to": format!("y{k}"),
            "to_offset": 1, "length": 3 } }),
        );
        outputs.push(format!("x{k}"));
        outputs.push(format!("y{k}"));
        let size = match name {
            "char" | "uchar" => 1,
            "short" | "ushort" => 2,
            "int" | "uint" | "float" => 4,
            _ => 8,
        };
        let element: Vec<u8> = values
            .iter()
            .flat_map(|value| match name {
                "float" => (*value as f32).to_le_bytes().to_vec(),
                "double" => (*value as f64).to_le_bytes().to_vec(),
                _ => value.to_le_bytes()[..size].to_vec(),
            })
            .collect();
        let zero = vec![0; element.len()];
        for set in [
            false, true, true, true, false, false, true, true, false, false,
        ] {
            expected.extend(if set { &element } else { &zero });
        }
    }
    // The job has at least one kernel, as all real jobs do.
    steps.push(json!({ "kernel": "f", "args": [], "global": [1] }));
    // 60 buffers of the 64 that are allowed.
    let job = device_job(
        "__kernel void f() {}",
        json!(buffers),
        json!(steps),
        json!(outputs),
    );
    let (result, output) = job.complete();
    assert_eq!(result.launches, 61);
    assert_eq!(output, expected);
}

#[test]
fn structures_in_buffers_and_arguments() {
    let program = "
		typedef struct { uchar kind; float2 at; int weights[3]; } body;
		typedef struct { short a; long b; } pair;
		__kernel void move_(__global body* bodies, body by, pair p, __global long* seen) {
			size_t i = get_global_id(0);
			bodies[i].kind += by.kind;
			bodies[i].at += by.at;
			for (int k = 0; k < 3; k++) bodies[i].weights[k] *= by.weights[k];
			if (i == 0) { seen[0] = sizeof(body); seen[1] = p.a; seen[2] = p.b; }
		}";
    let body = json!({ "struct": ["uchar", "float2", "int[3]"] });
    let job = device_job(
        program,
        json!([
            { "name": "bodies", "type": body, "length": 2,
                "init": { "inline": [1, 0.5, 1.5, 1, 2, 3, 200, -1, -2, 4, 5, 6] } },
            { "name": "seen", "type": "long", "length": 3 },
        ]),
        json!([{ "loop": { "index": "i", "count": 2, "steps": [
            { "kernel": "move_", "global": [2], "args": [
                { "buffer": "bodies" },
                { "scalar": { "type": body, "value": [10, "i + 0.25", 1, "i + 1", -1, 2] } },
                { "scalar": { "type": { "bytes": 16 }, "value": "+/8AAAAAAAAAAAAAAAAAgA==" } },
                { "buffer": "seen" }] },
        ] } }]),
        json!(["bodies", "seen"]),
    );
    let (_, output) = job.complete();
    let mut expected = Vec::new();
    for (kind, x, y, weights) in [
        (21u8, 0.5f32 + 1.5, 1.5f32 + 2.0, [2i32, 2, 12]),
        (220, -1.0 + 1.5, 0.0, [8, 5, 24]),
    ] {
        expected.extend([kind, 0, 0, 0, 0, 0, 0, 0]);
        expected.extend([x, y].map(f32::to_le_bytes).concat());
        expected.extend(weights.map(i32::to_le_bytes).concat());
        expected.extend([0; 4]);
    }
    expected.extend([32i64, -5, i64::MIN].map(i64::to_le_bytes).concat());
    assert_eq!(output, expected);
}

#[test]
fn values_of_every_type() {
    let program = "__kernel void f(__global double* out, char a, uchar b, short c, ushort d, int e,
			uint g, long h, ulong i, float j, double k, char2 l, float16 m) {
			double all[] = { a, b, c, d, e, g, h, i, j, k, l.s1, m.sf };
			for (int n = 0; n < 12; n++) out[n] = all[n];
		}";
    let values = [
        ("char", json!(-128), -128.0),
        ("uchar", json!(255), 255.0),
        ("short", json!(-32768), -32768.0),
        ("ushort", json!(65535), 65535.0),
        ("int", json!(i32::MIN), f64::from(i32::MIN)),
        ("uint", json!(u32::MAX), f64::from(u32::MAX)),
        ("long", json!("-(1 << 62)"), -(2f64.powi(62))),
        ("ulong", json!("1 << 63"), 2f64.powi(63)),
        ("float", json!(0.1), f64::from(0.1f32)),
        ("double", json!("0.1"), 0.1),
        ("char2", json!([1, -2]), -2.0),
        (
            "float16",
            json!([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, "15 / 2"]),
            7.5,
        ),
    ];
    let mut arguments = vec![json!({ "buffer": "out" })];
    arguments.extend(
        values
            .iter()
            .map(|(kind, value, _)| json!({ "scalar": { "type": kind, "value": value } })),
    );
    let job = device_job(
        program,
        json!([{ "name": "out", "type": "double", "length": 12 }]),
        json!([{ "kernel": "f", "args": arguments, "global": [1] }]),
        json!(["out"]),
    );
    let (_, output) = job.complete();
    let expected: Vec<u8> = values
        .iter()
        .flat_map(|(_, _, v)| v.to_le_bytes())
        .collect();
    assert_eq!(output, expected);
}

#[test]
fn a_bitonic_sort_and_a_reduction() {
    let program = "
		__kernel void pass_(__global uint* v, uint stage, uint pass) {
			uint i = get_global_id(0), distance = 1u << (stage - pass);
			uint left = (i / distance) * 2 * distance + i % distance, right = left + distance;
			bool up = ((i >> stage) & 1) == 0;
			uint a = v[left], b = v[right];
			if ((a > b) == up) { v[left] = b; v[right] = a; }
		}
		__kernel void halve(__global uint* s, __local uint* room) {
			uint i = get_global_id(0);
			room[get_local_id(0)] = s[i] + s[i + get_global_size(0)];
			barrier(CLK_LOCAL_MEM_FENCE);
			s[i] = room[get_local_id(0)];
		}";
    let numbers: Vec<u32> = (0..64u32)
        .map(|i| i.wrapping_mul(2_654_435_761) >> 8)
        .collect();
    let job = Job::int(
        program,
        json!([
            { "name": "v", "type": "uint", "length": 64, "init": { "inline": numbers } },
            { "name": "s", "type": "uint", "length": 64 },
        ]),
        json!([
            { "copy": { "from": "v", "to": "s" } },
            { "loop": { "index": "stage", "count": 6, "steps": [
                { "loop": { "index": "pass", "count": "stage + 1", "steps": [
                    { "kernel": "pass_", "global": [32], "args": [
                        { "buffer": "v" },
                        { "scalar": { "type": "uint", "value": "stage" } },
                        { "scalar": { "type": "uint", "value": "pass" } }] } ] } } ] } },
            { "loop": { "index": "i", "count": 6, "steps": [
                { "kernel": "halve", "global": ["32 >> i"], "local": [1],
                    "args": [{ "buffer": "s" }, { "local": "4 * (i + 1)" }] } ] } },
        ]),
        json!(["v", "s"]),
    );
    let (result, output) = job.complete();
    let output = words(&output);
    let mut sorted = numbers.clone();
    sorted.sort_unstable();
    assert_eq!(output[..64], sorted);
    assert_eq!(output[64], numbers.iter().sum::<u32>());
    assert_eq!(result.launches, 1 + 21 + 6);
}
