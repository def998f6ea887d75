//! Loops: counts, indices, depth.

use aicpw_protocol::manifest::Manifest;
use serde_json::{json, Value};

use super::common::*;

fn counted(loops: &[(&str, Value)]) -> Value {
    with_step(loops, json!({ "kernel": "f", "args": [], "global": [1] }))
}

fn launches(loops: &[(&str, Value)]) -> u64 {
    accepted(&counted(loops)).launches()
}

#[test]
fn counts() {
    assert_eq!(launches(&[("i", json!(1))]), 1);
    assert_eq!(launches(&[("i", json!(u32::MAX))]), u64::from(u32::MAX));
    assert_eq!(launches(&[("i", json!("3 * 4"))]), 12);
    for wrong in [json!(0), json!(-1), json!(u64::from(u32::MAX) + 1)] {
        refused_by_shape(
            &counted(&[("i", wrong)]),
            "steps[0].loop.count",
            "is not from 1 to 4294967295",
        );
    }
    for wrong in [json!(null), json!(true), json!([1])] {
        refused_by_shape(&counted(&[("i", wrong)]), "steps[0].loop.count", "");
    }
    refused(
        &counted(&[("i", json!(1.5))]),
        "steps[0].loop.count",
        "not an integer",
    );
    refused(
        &counted(&[("i", json!("i"))]),
        "steps[0].loop.count",
        "no loop index `i`",
    );
}

#[test]
fn counts_that_depend_on_outer_loops() {
    // The passes of a bitonic sort, and the halves of a reduction.
    assert_eq!(
        launches(&[("stage", json!(20)), ("pass", json!("stage + 1"))]),
        210
    );
    assert_eq!(
        launches(&[("level", json!(5)), ("i", json!("16 >> level"))]),
        31
    );
    assert_eq!(
        launches(&[
            ("a", json!(3)),
            ("b", json!("a + 1")),
            ("c", json!("b + 1")),
            ("d", json!(2))
        ]),
        2 * (1 + (1 + 2) + (1 + 2 + 3))
    );
    // In the middle, with a loop around it whose index nothing uses.
    assert_eq!(
        launches(&[
            ("x", json!(100_000)),
            ("y", json!(100)),
            ("z", json!("y + 1"))
        ]),
        100_000 * 5050
    );
    refused(
        &counted(&[("i", json!(3)), ("j", json!("i"))]),
        "steps[0].loop.steps[0].loop.count",
        "from 0 to 2 is not from 1",
    );
}

#[test]
fn launches_are_bounded() {
    let million = json!(1_000_000);
    let too_many = counted(&[("i", million.clone()), ("j", million)]);
    refused(
        &too_many,
        "steps",
        "1000000000000 launches, and 4294967295 are allowed",
    );
    let most = json!(u32::MAX);
    let enormous = counted(&[
        ("i", most.clone()),
        ("j", most.clone()),
        ("k", most.clone()),
        ("l", most),
    ]);
    refused(&enormous, "steps", "launches");
}

#[test]
fn indices() {
    for good in ["i", "_", "Epoch_2", &*"x".repeat(64)] {
        accepted(&counted(&[(good, json!(2))]));
    }
    for bad in ["", "2i", "a b", "é", &*"x".repeat(65)] {
        refused_by_shape(&counted(&[(bad, json!(2))]), "steps[0].loop.index", "name");
    }
    refused(
        &counted(&[("i", json!(2)), ("i", json!(2))]),
        "steps[0].loop.steps[0].loop.index",
        "a loop around this one has the index `i` too",
    );
    // Loops that follow each other may have the same index.
    let one = json!({ "loop": { "index": "i", "count": 2, "steps": [{ "kernel": "f", "args": [], "global": [1] }] } });
    assert_eq!(accepted(&with_steps(json!([one, one]))).launches(), 4);
}

#[test]
fn depth() {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let deep = |n: usize| {
        let loops: Vec<(&str, Value)> = names[..n].iter().map(|name| (*name, json!(2))).collect();
        counted(&loops)
    };
    assert_eq!(accepted(&deep(4)).launches(), 16);
    refused(
        &deep(5),
        "steps[0].loop.steps[0].loop.steps[0].loop.steps[0].loop.steps[0].loop",
        "4 deep",
    );
    refused(
        &deep(8),
        "steps[0].loop.steps[0].loop.steps[0].loop.steps[0].loop.steps[0].loop",
        "4 deep",
    );
}

#[test]
fn steps_are_needed_and_bounded() {
    refused_by_shape(&with_steps(json!([])), "steps", "at least one step");
    let empty = json!([{ "loop": { "index": "i", "count": 2, "steps": [] } }]);
    refused_by_shape(
        &with_steps(empty),
        "steps[0].loop.steps",
        "at least one step",
    );
    let step = json!({ "kernel": "f", "args": [], "global": [1] });
    accepted(&with_steps(json!(vec![step.clone(); 256])));
    refused_by_shape(
        &with_steps(json!(vec![step.clone(); 257])),
        "steps",
        "257 launches are written",
    );
    let half = json!({ "loop": { "index": "i", "count": 2, "steps": vec![step.clone(); 128] } });
    accepted(&with_steps(json!([half, half])));
    refused(
        &with_steps(json!([half, half, step])),
        "steps",
        "257 launches are written",
    );
}

#[test]
fn a_step_is_one_thing() {
    let body = json!({ "index": "i", "count": 1, "steps": [{ "kernel": "f", "args": [], "global": [1] }] });
    let fill = json!({ "buffer": "a", "value": 0 });
    for wrong in [
        json!({}),
        json!({ "loop": body, "kernel": "f" }),
        json!({ "loop": body, "fill": fill }),
        json!({ "fill": fill, "args": [] }),
        json!({ "fill": fill, "copy": { "from": "a", "to": "b" } }),
    ] {
        refused_by_shape(&with_steps(json!([wrong])), "steps[0]", "a step is one of");
    }
    for field in ["index", "count", "steps"] {
        let mut body = body.clone();
        body.as_object_mut().unwrap().remove(field);
        let cause = format!("missing field `{field}`");
        refused_by_shape(
            &with_steps(json!([{ "loop": body }])),
            "steps[0].loop",
            &cause,
        );
    }
    for wrong in [json!(null), json!("f"), json!(1), json!([])] {
        refused_by_shape(&with_steps(json!([wrong])), "steps[0]", "");
    }
    for wrong in [json!({ "loop": null }), json!({ "fill": null })] {
        assert!(Manifest::parse(with_steps(json!([wrong])).to_string().as_bytes()).is_err());
    }
}
