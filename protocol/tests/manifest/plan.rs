//! The launches of a job, its checkpoints, and loops that end early.

use aicpw_protocol::manifest::{Flag, Launch, Manifest, Runner, Value as Passed, Work};
use aicpw_protocol::trace::Position;
use serde_json::json;

use super::common::*;

/// A launch of a kernel, by value.
#[derive(Clone, PartialEq, Debug)]
pub struct Launched {
    pub arguments: Vec<Passed>,
    pub global: Vec<u64>,
    pub local: Option<Vec<u32>>,
    pub offset: Option<Vec<u64>>,
}

/// What happened, in order.
#[derive(Clone, PartialEq, Debug)]
pub enum Event {
    Kernel(String),
    Fill(usize, Vec<u8>, u64, u64),
    Copy(usize, u64, usize, u64, u64),
    Checkpoint(Position, Vec<u32>),
    End(Vec<u32>),
    Look(Flag),
}

/// Records what it is told. Answers looks at flags from a list, and then with `false`.
#[derive(Default)]
pub struct Recorder {
    pub events: Vec<Event>,
    pub kernels: Vec<Launched>,
    pub answers: Vec<bool>,
    pub looks: usize,
    pub fail_at: Option<u64>,
    /// Launches that were made before by another runner.
    pub before: u64,
}

impl Runner for Recorder {
    type Error = u64;

    fn launch(&mut self, launch: Launch<'_>) -> Result<(), u64> {
        let launches = self
            .events
            .iter()
            .filter(|event| matches!(event, Event::Kernel(_) | Event::Fill(..) | Event::Copy(..)));
        assert_eq!(launch.number, self.before + launches.count() as u64);
        if self.fail_at == Some(launch.number) {
            return Err(launch.number);
        }
        self.events.push(match launch.work {
            Work::Kernel(kernel) => {
                self.kernels.push(Launched {
                    arguments: kernel.arguments,
                    global: kernel.global,
                    local: kernel.local.map(<[u32]>::to_vec),
                    offset: kernel.offset,
                });
                Event::Kernel(kernel.kernel.to_owned())
            }
            Work::Fill {
                buffer,
                pattern,
                start,
                bytes,
            } => Event::Fill(buffer, pattern, start, bytes),
            Work::Copy {
                from,
                from_start,
                to,
                to_start,
                bytes,
            } => Event::Copy(from, from_start, to, to_start, bytes),
        });
        Ok(())
    }

    fn checkpoint(&mut self, at: &Position, buffers: &[u32]) -> Result<(), u64> {
        self.events
            .push(Event::Checkpoint(at.clone(), buffers.to_vec()));
        Ok(())
    }

    fn end(&mut self, buffers: &[u32]) -> Result<(), u64> {
        self.events.push(Event::End(buffers.to_vec()));
        Ok(())
    }

    fn is_set(&mut self, flag: Flag) -> Result<bool, u64> {
        self.events.push(Event::Look(flag));
        self.looks += 1;
        Ok(self.answers.get(self.looks - 1).copied().unwrap_or(false))
    }
}

/// The launches of kernels, with no flag set.
pub fn launches(manifest: &Manifest) -> Vec<Launched> {
    let mut recorder = Recorder::default();
    let plan = manifest.plan().unwrap();
    assert_eq!(plan.run(&mut recorder), Ok(plan.launches()));
    recorder.kernels
}

fn run(manifest: &Manifest, answers: &[bool]) -> (u64, Vec<Event>) {
    let mut recorder = Recorder {
        answers: answers.to_vec(),
        ..Recorder::default()
    };
    let launches = manifest.plan().unwrap().run(&mut recorder).unwrap();
    (launches, recorder.events)
}

fn checkpoint(launches: u64, place: &[u32], buffers: &[u32]) -> Event {
    let at = Position {
        launches,
        place: place.to_vec(),
    };
    Event::Checkpoint(at, buffers.to_vec())
}

fn kernel(name: &str, buffer: &str) -> serde_json::Value {
    json!({ "kernel": name, "args": [{ "buffer": buffer }], "global": [8] })
}

#[test]
fn everything_in_order() {
    let manifest = accepted(&with_steps(json!([
        { "fill": { "buffer": "v", "value": [1, 2, 3, 4], "offset": 1, "length": 2 } },
        { "loop": { "index": "i", "count": 2, "steps": [
            kernel("f", "a"),
            { "copy": { "from": "a", "from_offset": "i", "to": "b", "to_offset": "2 * i", "length": 3 } },
        ] } },
        { "fill": { "buffer": "a", "value": -1 } },
    ])));
    let (launches, events) = run(&manifest, &[]);
    let pattern = [1f32, 2.0, 3.0, 4.0].map(f32::to_le_bytes).concat();
    let kernel = || Event::Kernel("f".into());
    assert_eq!(
        events,
        [
            Event::Fill(2, pattern, 16, 32),
            kernel(),
            Event::Copy(0, 0, 1, 0, 12),
            kernel(),
            Event::Copy(0, 4, 1, 8, 12),
            Event::Fill(0, vec![255; 4], 0, 32),
            Event::End(vec![0, 1, 2]),
        ]
    );
    assert_eq!(launches, 6);
}

#[test]
fn checkpoints_hold_what_was_bound_since_the_last() {
    let step = |name: &str, args: serde_json::Value| json!({ "kernel": name, "args": args, "global": [8] });
    let mut manifest = with_steps(json!([
        step("f", json!([{ "buffer": "b" }, { "buffer": "table" }])),
        step("g", json!([{ "buffer": "a" }])),
        step("h", json!([{ "local": 4 }])),
        step("h", json!([])),
        step(
            "f",
            json!([{ "buffer": "v" }, { "buffer": "a" }, { "buffer": "a" }])
        ),
    ]));
    manifest["checkpoint_every"] = json!(2);
    let parsed = accepted(&manifest);
    let checkpoints: Vec<Event> = run(&parsed, &[])
        .1
        .into_iter()
        .filter(|event| matches!(event, Event::Checkpoint(..) | Event::End(_)))
        .collect();
    assert_eq!(
        checkpoints,
        [
            checkpoint(2, &[1], &[0, 1]),
            checkpoint(4, &[3], &[]),
            Event::End(vec![0, 2]),
        ]
    );
    assert_eq!(parsed.checkpoints(), 3);
    // After the last launch too: a loop around it would first have to look at its flag.
    manifest["checkpoint_every"] = json!(5);
    let (_, events) = run(&accepted(&manifest), &[]);
    let last: Vec<&Event> = events
        .iter()
        .filter(|e| matches!(e, Event::Checkpoint(..) | Event::End(_)))
        .collect();
    assert_eq!(
        last,
        [&checkpoint(5, &[4], &[0, 1, 2]), &Event::End(vec![])]
    );
}

fn until(until: serde_json::Value, every: u32) -> Manifest {
    let mut manifest = with_steps(json!([
        { "loop": { "index": "i", "count": 6, "until": until, "steps": [kernel("f", "a"), kernel("g", "b")] } },
        kernel("h", "v"),
    ]));
    manifest["checkpoint_every"] = json!(every);
    accepted(&manifest)
}

#[test]
fn a_flag_ends_its_loop_and_nothing_else() {
    let manifest = until(json!({ "buffer": "a", "element": "7 - i" }), 0);
    assert_eq!(manifest.launches(), 13);
    let (launches, events) = run(&manifest, &[false, false, true]);
    assert_eq!(launches, 7);
    let looks: Vec<&Event> = events
        .iter()
        .filter(|e| matches!(e, Event::Look(_)))
        .collect();
    let look = |element: u64| {
        Event::Look(Flag {
            buffer: 0,
            start: element * 4,
            bytes: 4,
        })
    };
    assert_eq!(looks, [&look(7), &look(6), &look(5)]);
    let end = [Event::Kernel("h".into()), Event::End(vec![0, 1, 2])];
    assert_eq!(events[events.len() - 2..], end);
    // The flag is never set: the count is the bound.
    assert_eq!(run(&manifest, &[]).0, 13);
}

#[test]
fn a_flag_can_be_looked_at_now_and_then_and_wait_for_zero() {
    let manifest = until(json!({ "buffer": "a", "every": 4 }), 0);
    // One look, after the fourth of six iterations.
    let (launches, events) = run(&manifest, &[true]);
    assert_eq!(launches, 4 * 2 + 1);
    assert_eq!(
        events
            .iter()
            .filter(|e| matches!(e, Event::Look(_)))
            .count(),
        1
    );
    assert_eq!(run(&manifest, &[false]).0, 13);

    let manifest = until(json!({ "buffer": "a", "is": "zero" }), 0);
    assert_eq!(run(&manifest, &[true, true, false]).0, 3 * 2 + 1);
    assert_eq!(run(&manifest, &[]).0, 2 + 1);
}

#[test]
fn checkpoints_follow_the_launches_that_were() {
    let manifest = until(json!({ "buffer": "a" }), 3);
    let (_, events) = run(&manifest, &[false, true]);
    let checkpoints: Vec<Event> = events
        .into_iter()
        .filter(|event| matches!(event, Event::Checkpoint(..) | Event::End(_)))
        .collect();
    // The first is in the loop's second iteration, after the first of its two launches.
    assert_eq!(
        checkpoints,
        [checkpoint(3, &[0, 1, 0], &[0, 1]), Event::End(vec![1, 2])]
    );
    assert_eq!(manifest.checkpoints(), 5);
}

#[test]
fn a_loop_within_a_loop_looks_anew_each_time() {
    let manifest = accepted(&with_steps(
        json!([{ "loop": { "index": "i", "count": 3, "steps": [
        { "loop": { "index": "j", "count": "i + 1", "until": { "buffer": "a", "element": "i" },
            "steps": [kernel("f", "a")] } },
        kernel("g", "b"),
    ] } }]),
    ));
    assert_eq!(manifest.launches(), 1 + 2 + 3 + 3);
    // Set at the first look, but only the second time.
    let (launches, _) = run(&manifest, &[false, true, false, false, false]);
    assert_eq!(launches, 1 + 1 + 3 + 3);
}

#[test]
fn a_runner_that_fails_ends_the_plan() {
    let mut recorder = Recorder {
        fail_at: Some(3),
        ..Recorder::default()
    };
    let plan = until(json!({ "buffer": "a" }), 2);
    assert_eq!(plan.plan().unwrap().run(&mut recorder), Err(3));
    assert_eq!(recorder.kernels.len(), 3);
    assert!(recorder
        .events
        .contains(&checkpoint(2, &[0, 0, 1], &[0, 1])));
}
