//! Parts of jobs on PoCL: with the state of a checkpoint, a part gives the next hash of the trace.
#![allow(clippy::unwrap_used)]

mod common;

use aicpw_protocol::job::{path, Done, Part, PartResult, TraceRecord};
use aicpw_protocol::task::Fault;
use aicpw_protocol::Hash;
use common::{Job, CID};
use serde_json::{json, Value};

/// Returns a job with everything that makes up its state: buffers that are seldom written, or only by a fill or a copy,
/// two that take turns, one that is constant, one that comes from a file, a loop that ends on a flag, and one within
/// it.
fn job(checkpoint_every: u32) -> Job {
    let program = "
		__kernel void blend(__global const uint* from, __global uint* to, __constant uint* table,
			__global const uint* seldom, uint turn) {
			uint i = get_global_id(0), n = get_global_size(0);
			to[i] = from[(i + 1) % n] * table[i & 3] + seldom[i] + turn;
		}
		__kernel void look(__global const uint* v, __global int* flag, uint turn) {
			flag[0] = turn == 3u;
		}";
    let manifest = json!({
        "version": "aicpw.task/v1", "name": "parts", "engine": "opencl", "class": "int",
        "program": { "cid": CID },
        "buffers": [
            { "name": "a", "type": "uint", "length": 8, "init": { "cid": CID } },
            { "name": "table", "type": "uint", "length": 4, "constant": true,
                "init": { "inline": [3, 5, 7, 11] } },
            { "name": "b", "type": "uint", "length": 8 },
            { "name": "seldom", "type": "uint", "length": 8,
                "init": { "inline": [1, 2, 3, 4, 5, 6, 7, 8] } },
            { "name": "flag", "type": "int", "length": 1 },
            { "name": "never", "type": "uchar", "length": 3, "init": { "inline": [1, 2, 3] } },
        ],
        "steps": [
            { "fill": { "buffer": "b", "value": 9 } },
            { "loop": { "index": "i", "count": 8, "until": { "buffer": "flag" }, "steps": [
                { "loop": { "index": "j", "count": "i + 1", "steps": [
                    { "kernel": "blend", "global": [8], "args": [
                        { "choose": ["a", "b"], "by": "(i + j) % 2" },
                        { "choose": ["b", "a"], "by": "(i + j) % 2" },
                        { "buffer": "table" }, { "buffer": "seldom" },
                        { "scalar": { "type": "uint", "value": "10 * i + j" } }] },
                ] } },
                { "copy": { "from": "a", "to": "seldom", "length": "i + 1" } },
                { "kernel": "look", "global": [1], "args": [
                    { "buffer": "a" }, { "buffer": "flag" },
                    { "scalar": { "type": "uint", "value": "i" } }] },
            ] } },
            { "fill": { "buffer": "b", "value": 1, "length": 1 } },
        ],
        "checkpoint_every": checkpoint_every,
        "outputs": ["b", "seldom"],
    });
    let job = Job::new(program, manifest);
    let input: Vec<u8> = (0..32).collect();
    job.put(&path::buffer(0), &input);
    job
}

fn part(job: &Job, part: Part) -> PartResult {
    job.part(part);
    let ran = job.run();
    match ran.done() {
        Some(Done::Part(result)) => *result,
        _ => panic!("{ran:#?}"),
    }
}

/// Returns the whole job's trace.
fn trace(job: &Job) -> TraceRecord {
    job.complete();
    serde_json::from_slice(&job.get(path::TRACE)).unwrap()
}

/// Makes the state of a checkpoint, and puts it where a part begins.
fn bring_state(job: &Job, number: u64) -> Hash {
    let made = part(job, Part::State { number });
    job.put(path::STATE_BEFORE, &job.get(path::STATE));
    made.hash
}

#[test]
fn each_part_comes_to_the_next_hash_of_the_trace() {
    // 1 + (1 + 2 + 3 + 4) + 2 * 4 + 1 = 20 launches, for a trace with and without a rest at its end.
    for every in [3, 4] {
        let job = job(every);
        let hashes = trace(&job).hashes();
        assert_eq!(hashes.len(), 20 / every as usize + 1);
        let first = part(&job, Part::First);
        assert_eq!(first.hash, hashes[0]);
        assert_eq!(first.launches, u64::from(every));
        for number in 1..hashes.len() {
            let before = bring_state(&job, number as u64 - 1);
            assert_eq!(before, hashes[number - 1], "{number} of {every}");
            let checkpoint = hashes[number - 1];
            let ran = part(&job, Part::After { checkpoint });
            assert_eq!(ran.hash, hashes[number], "{number} of {every}");
            let launches = (number as u64 + 1) * u64::from(every);
            assert_eq!(ran.launches, launches.min(20));
        }
    }
}

#[test]
fn without_checkpoints_the_first_part_is_all_there_is() {
    let job = job(0);
    let trace = trace(&job);
    assert_eq!(trace.checkpoints, []);
    let ran = part(&job, Part::First);
    assert_eq!((ran.hash, ran.launches), (trace.end.hash(), 20));
    job.part(Part::State { number: 0 });
    let failed = job.run();
    assert_eq!(failed.failed().fault, Fault::RunFailed);
    let message = &failed.failed().message;
    assert!(message.contains("no checkpoint 0"), "{message}");
}

#[test]
fn a_state_that_is_not_that_of_the_checkpoint_is_refused() {
    let job = job(3);
    let hashes = trace(&job).hashes();
    bring_state(&job, 1);
    let state = job.get(path::STATE_BEFORE);
    // 8 bytes, and a list of numbers; the buffers but the constant one.
    let buffers = 32 + 32 + 32 + 4 + 3;
    assert!(state.len() > buffers + 8);
    let refused = |state: &[u8], checkpoint: Hash, why: &str| {
        job.put(path::STATE_BEFORE, state);
        job.part(Part::After { checkpoint });
        let ran = job.run();
        let failed = ran.failed();
        assert_eq!(failed.fault, Fault::InputUnavailable, "{failed:?}");
        assert!(failed.message.contains(why), "{}", failed.message);
    };
    let not_that = "not that of the checkpoint";
    refused(&state, hashes[0], not_that);
    refused(&state, hashes[2], not_that);
    for at in [0, 8, state.len() - buffers, state.len() - 1] {
        let mut other = state.clone();
        other[at] ^= 4;
        refused(&other, hashes[1], "the state to go on from");
    }
    refused(
        &state[..state.len() - 1],
        hashes[1],
        "the state to go on from",
    );
    refused(&[&state[..], &[0]].concat(), hashes[1], "longer");
    refused(&[], hashes[1], "does not begin with a position");
    refused(&[255; 4096], hashes[1], "does not begin with a position");
    std::fs::remove_file(job.file(path::STATE_BEFORE)).unwrap();
    job.part(Part::After {
        checkpoint: hashes[1],
    });
    assert_eq!(job.run().failed().fault, Fault::InputUnavailable);
}

#[test]
fn a_part_ends_with_a_constant_that_was_written_as_the_job_does() {
    let mut manifest: Value = serde_json::from_slice(&job(2).get(path::MANIFEST)).unwrap();
    manifest["buffers"][0]["constant"] = true.into();
    manifest["steps"] = json!([{ "loop": { "index": "i", "count": 4, "steps": [
        { "kernel": "overwrite", "global": [8], "args": [{ "buffer": "a" }, { "buffer": "b" }] },
    ] } }]);
    // On a processor, a kernel can write to what the driver takes for read-only memory.
    let program = "__kernel void overwrite(__global const uint* a, __global uint* b) {
			uint i = get_global_id(0);
			((__global uint*)a)[i] += 1;
			b[i] = a[i];
		}";
    let job = Job::new(program, manifest);
    job.put(&path::buffer(0), &[0; 32]);
    assert!(job.build().done().is_some());
    job.part(Part::First);
    let ran = job.run();
    assert_eq!(ran.failed().fault, Fault::BadManifest, "{ran:#?}");
}
