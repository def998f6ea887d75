//! Several devices of one machine: PoCL shows the processor twice.
#![allow(clippy::unwrap_used)]

mod common;

use std::io::{BufRead, BufReader};
use std::process::Child;
use std::time::Duration;

use aicpw_protocol::job::{path, Done, Message};
use aicpw_protocol::Hash;
use common::{device, finish, processors, start_with, words, Job};
use serde_json::json;

/// PoCL's driver for all cores, twice: by its name before version 4, and since.
const TWICE: [(&str, &str); 2] = [
    ("POCL_DEVICES", "pthread pthread"),
    ("POCL_DEVICES", "cpu cpu"),
];

const LIMIT: Duration = Duration::from_secs(300);

/// Returns a job that adds one to 1 and 2, this many times.
fn counting(launches: u32, device: Hash) -> Job {
    let job = Job::int(
        "__kernel void count(__global uint* v) { v[get_global_id(0)]++; }",
        json!([{ "name": "v", "type": "uint", "length": 2, "init": { "inline": [1, 2] } }]),
        json!([{ "loop": { "index": "i", "count": launches, "steps": [
            { "kernel": "count", "args": [{ "buffer": "v" }], "global": [2] }] } }]),
        json!(["v"]),
    );
    job.on(device);
    job
}

#[test]
fn two_alike_are_told_apart_and_one_runs_a_job_while_the_other_does() {
    let found = TWICE.map(|variable| (variable, processors(&[variable])));
    let two = found.into_iter().find(|(_, devices)| devices.len() == 2);
    let (variable, devices) = two.expect("PoCL shows the processor twice");
    // Fingerprints differ by position; the first is that of the device alone.
    assert_eq!(devices[0], device());
    assert_ne!(devices[1], devices[0]);

    let start = |job: &Job, stage: &str| start_with(stage, job.dir.path(), &[variable]);
    // One takes some minutes, the other a moment.
    let (long, short) = (counting(100_000_000, devices[0]), counting(3, devices[1]));
    for job in [&long, &short] {
        let built = finish(start(job, "build"), LIMIT);
        assert_eq!(built.done(), Some(&Done::Build), "{built:#?}");
    }
    let mut runs = start(&long, "run");
    until_launched(&mut runs);

    let ran = finish(start(&short, "run"), LIMIT);
    assert!(matches!(ran.done(), Some(Done::Run(_))), "{ran:#?}");
    assert_eq!(words(&short.get(path::OUTPUT)), [4, 5]);
    assert!(runs.try_wait().unwrap().is_none(), "it has ended meanwhile");
    runs.kill().unwrap();
    runs.wait().unwrap();
}

/// Waits until a run has done some launches.
fn until_launched(runs: &mut Child) {
    let lines = BufReader::new(runs.stdout.as_mut().unwrap()).split(b'\n');
    let mut messages = lines.map(|line| Message::from_line(&line.unwrap()));
    let launched = messages.any(|message| match message {
        Some(Message::Progress { done, .. }) => done > 0,
        other => panic!("{other:?}"),
    });
    assert!(launched, "it ended without a launch");
}
