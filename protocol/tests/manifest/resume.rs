//! Plans that go on from a checkpoint.

use aicpw_protocol::manifest::{Manifest, Plan};
use aicpw_protocol::trace::Position;
use proptest::prelude::*;
use serde_json::{json, Value};

use super::common::*;
use super::plan::{Event, Recorder};

fn kernel(name: &str, value: &str) -> Value {
    json!({ "kernel": name, "global": [8],
        "args": [{ "buffer": "a" }, { "scalar": { "type": "int", "value": value } }] })
}

/// Nested loops with counts that depend on each other, with and without flags.
fn manifest(every: u32) -> Manifest {
    let mut manifest = with_steps(json!([
        kernel("f", "1"),
        { "loop": { "index": "i", "count": 4, "until": { "buffer": "a", "every": 2 }, "steps": [
            { "loop": { "index": "j", "count": "i + 1", "steps": [
                kernel("f", "i * 10 + j"),
                { "loop": { "index": "k", "count": 3, "until": { "buffer": "b", "element": "k" },
                    "steps": [kernel("g", "i + j * k"), { "fill": { "buffer": "b", "value": "k" } }] } },
            ] } },
            kernel("g", "-i"),
        ] } },
        { "copy": { "from": "a", "to": "b" } },
    ]));
    manifest["checkpoint_every"] = json!(every);
    accepted(&manifest)
}

/// Everything that happens from a checkpoint, or from the start, if flags have these answers.
fn events(plan: &Plan, from: Option<&Position>, answers: &[bool]) -> (u64, Vec<Event>) {
    let mut recorder = Recorder {
        answers: answers.to_vec(),
        before: from.map_or(0, |at| at.launches),
        ..Recorder::default()
    };
    let launches = match from {
        Some(at) => plan.run_from(at, &mut recorder).unwrap(),
        None => plan.run(&mut recorder),
    };
    (launches.unwrap(), recorder.events)
}

proptest! {
    #[test]
    fn from_every_checkpoint_on_the_same_follows(
        every in 1u32..9,
        answers in prop::collection::vec(any::<bool>(), 0..40),
    ) {
        let plan = manifest(every).plan().unwrap();
        let (launches, all) = events(&plan, None, &answers);
        let mut looks = 0;
        let mut checkpoints = 0;
        for (number, event) in all.iter().enumerate() {
            match event {
                Event::Look(_) => looks += 1,
                Event::Checkpoint(at, _) => {
                    checkpoints += 1;
                    let later = answers.get(looks..).unwrap_or(&[]);
                    let (total, rest) = events(&plan, Some(at), later);
                    prop_assert_eq!(total, launches);
                    prop_assert_eq!(&rest[..], &all[number + 1..], "from {:?}", at);
                }
                Event::Kernel(_) | Event::Fill(..) | Event::Copy(..) | Event::End(_) => {}
            }
        }
        prop_assert_eq!(checkpoints, launches / u64::from(every));
    }

    #[test]
    fn a_place_of_a_stranger_is_refused_or_can_be_run_from(
        launches in 0u64..60,
        place in prop::collection::vec(0u32..5, 0..8),
    ) {
        let plan = manifest(1).plan().unwrap();
        let mut recorder = Recorder { before: launches, ..Recorder::default() };
        if let Some(ran) = plan.run_from(&Position { launches, place }, &mut recorder) {
            prop_assert!(ran.unwrap() >= launches);
        }
    }
}

#[test]
fn places_that_are_none() {
    let plan = manifest(2).plan().unwrap();
    let is_one = |launches: u64, place: &[u32]| {
        let at = Position {
            launches,
            place: place.to_vec(),
        };
        let mut recorder = Recorder {
            before: launches,
            ..Recorder::default()
        };
        plan.run_from(&at, &mut recorder).is_some()
    };
    for place in [&[0][..], &[1, 3, 1], &[1, 3, 0, 2, 1, 2, 1], &[2]] {
        assert!(is_one(2, place), "{place:?}");
    }
    for (launches, place) in [
        // Never after an odd number of launches, at the start, or after more launches than there
        // are.
        (3, &[0][..]),
        (0, &[0]),
        (1 << 40, &[0]),
        // At no place, beyond the last step, inside a launch.
        (2, &[]),
        (2, &[3]),
        (2, &[0, 0]),
        // On a loop, in a round that it does not have: j goes to 3 then, i too.
        (2, &[1]),
        (2, &[1, 0]),
        (2, &[1, 3, 0]),
        (2, &[1, 3, 0, 4, 0]),
        (2, &[1, 4, 1]),
        (2, &[1, u32::MAX, 1]),
    ] {
        assert!(!is_one(launches, place), "{launches} {place:?}");
    }
    // Without checkpoints there is none.
    let plan = manifest(0).plan().unwrap();
    let at = Position {
        launches: 2,
        place: vec![0],
    };
    assert!(plan.run_from(&at, &mut Recorder::default()).is_none());
}
