//! Arguments: buffers, one of several buffers, local memory.

use aicpw_protocol::manifest::Value as Passed;
use serde_json::{json, Value};

use super::common::*;
use super::plan::launches;

fn chosen(loops: &[(&str, Value)], argument: Value) -> Vec<Passed> {
    let manifest = accepted(&with_args(loops, json!([argument])));
    let launches = launches(&manifest);
    launches
        .iter()
        .map(|launch| launch.arguments[0].clone())
        .collect()
}

#[test]
fn double_buffering() {
    let choose = json!({ "choose": ["a", "b"], "by": "i % 2" });
    let bound = chosen(&[("i", json!(5))], choose);
    assert_eq!(bound, [0, 1, 0, 1, 0].map(Passed::Buffer));
    // Three buffers in turn, one of them twice, chosen by two loops.
    let choose = json!({ "choose": ["a", "b", "a", "v"], "by": "i + j" });
    let bound = chosen(&[("i", json!(2)), ("j", json!(3))], choose);
    assert_eq!(bound, [0, 1, 0, 1, 0, 2].map(Passed::Buffer));
    assert_eq!(
        chosen(&[], json!({ "choose": ["b"], "by": 0 })),
        [Passed::Buffer(1)]
    );
}

#[test]
fn a_choice_that_is_not_there() {
    let field = |name: &str| format!("steps[0].loop.steps[0].args[0].{name}");
    let choose = |argument: Value| with_args(&[("i", json!(5))], json!([argument]));
    refused(
        &choose(json!({ "choose": ["a", "b"], "by": "i % 3" })),
        &field("by"),
        "from 0 to 2 is not from 0 to 1",
    );
    refused(
        &choose(json!({ "choose": ["a", "b"], "by": "i - 1" })),
        &field("by"),
        "from -1 to 3",
    );
    refused(
        &choose(json!({ "choose": ["a", "b"], "by": "k % 2" })),
        &field("by"),
        "no loop index `k`",
    );
    refused(
        &choose(json!({ "choose": ["a", "x"], "by": "i % 2" })),
        &field("choose[1]"),
        "no buffer named `x`",
    );
    refused_by_shape(
        &choose(json!({ "choose": [], "by": 0 })),
        &field("choose"),
        "from 1 to 64",
    );
    refused_by_shape(
        &choose(json!({ "choose": vec!["a"; 65], "by": 0 })),
        &field("choose"),
        "from 1 to 64",
    );
    accepted(&choose(json!({ "choose": vec!["a"; 64], "by": "i" })));
}

#[test]
fn an_argument_is_one_thing() {
    let argument = |argument: Value| with("/steps/0/args/0", argument);
    let one_of = "an argument is one of";
    for wrong in [
        json!({}),
        json!({ "by": 0 }),
        json!({ "choose": ["a"] }),
        json!({ "buffer": "a", "local": 4 }),
        json!({ "buffer": "a", "choose": ["a"], "by": 0 }),
        json!({ "buffer": "a", "by": 0 }),
    ] {
        refused_by_shape(&argument(wrong), "steps[0].args[0]", one_of);
    }
    for wrong in [json!("a"), json!(null), json!(["a"]), json!(1)] {
        refused_by_shape(&argument(wrong), "steps[0].args[0]", "");
    }
    for wrong in [json!(null), json!(1), json!({ "of": "a" })] {
        refused_by_shape(
            &argument(json!({ "buffer": wrong })),
            "steps[0].args[0].buffer",
            "",
        );
    }
    refused(
        &argument(json!({ "buffer": "x" })),
        "steps[0].args[0].buffer",
        "no buffer named `x`",
    );
}

#[test]
fn how_many() {
    accepted(&with(
        "/steps/0/args",
        json!(vec![json!({ "local": 4 }); 64]),
    ));
    refused_by_shape(
        &with("/steps/0/args", json!(vec![json!({ "local": 4 }); 65])),
        "steps[0].args",
        "at most 64",
    );
    accepted(&with("/steps/0/args", json!([])));
}

#[test]
fn local_memory() {
    let local = |bytes: Value| with_args(&[("i", json!(4))], json!([{ "local": bytes }]));
    let field = "steps[0].loop.steps[0].args[0].local";
    accepted(&local(json!(1)));
    accepted(&local(json!(1 << 20)));
    let bytes = chosen(&[("i", json!(3))], json!({ "local": "4 << i" }));
    assert_eq!(bytes, [4, 8, 16].map(Passed::Local));
    for wrong in [json!(0), json!((1 << 20) + 1), json!(-1), json!(u64::MAX)] {
        refused_by_shape(&local(wrong), field, "is not from 1 to 1048576");
    }
    refused(&local(json!("i")), field, "from 0 to 3 is not from 1");
    refused(&local(json!(1.5)), field, "not an integer");
}
