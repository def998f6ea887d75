//! Work items, work groups and offsets.

use serde_json::{json, Value};

use super::common::*;
use super::plan::launches;

fn sized(fields: Value) -> Value {
    let mut step = json!({ "kernel": "f", "args": [], "global": [8] });
    step.as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    with_step(&[("i", json!(4))], step)
}

fn field(name: &str) -> String {
    format!("steps[0].loop.steps[0].{name}")
}

#[test]
fn global_sizes() {
    for good in [
        json!([1]),
        json!([1, 2, 3]),
        json!(["i + 1", "8 << i"]),
        json!([1u64 << 40]),
    ] {
        accepted(&sized(json!({ "global": good })));
    }
    for wrong in [json!([]), json!([1, 1, 1, 1])] {
        refused_by_shape(
            &sized(json!({ "global": wrong })),
            &field("global"),
            "one, two or three",
        );
    }
    refused_by_shape(
        &sized(json!({ "global": [8, 0] })),
        &field("global[1]"),
        "0 is not from 1",
    );
    refused_by_shape(
        &sized(json!({ "global": [(1u64 << 40) + 1] })),
        &field("global[0]"),
        "is not from 1",
    );
    refused(
        &sized(json!({ "global": ["i"] })),
        &field("global[0]"),
        "from 0 to 3",
    );
    refused(
        &sized(json!({ "global": [1 << 20, 1 << 20, 2] })),
        &field("global"),
        "1099511627776 work items",
    );
    refused(
        &sized(json!({ "global": [1u64 << 40, 1u64 << 40, 1u64 << 40] })),
        &field("global"),
        "work items",
    );
    refused_by_shape(&sized(json!({ "global": 8 })), &field("global"), "");
    refused(
        &sized(json!({ "global": [8.5] })),
        &field("global[0]"),
        "not an integer",
    );
}

#[test]
fn work_groups() {
    for (global, local) in [
        (json!([64]), json!([64])),
        (json!([64, 32, 2]), json!([8, 4, 1])),
        (json!([4096]), json!([4096])),
        // Always a multiple, although it changes.
        (json!(["64 * (i + 1)"]), json!([64])),
        (json!(["1024 >> i"]), json!([128])),
    ] {
        accepted(&sized(json!({ "global": global, "local": local })));
    }
    let local = |global: Value, local: Value| sized(json!({ "global": global, "local": local }));
    refused(
        &local(json!([64]), json!([8, 8])),
        &field("local"),
        "as many dimensions",
    );
    refused(
        &local(json!([100]), json!([8])),
        &field("local[0]"),
        "multiple of 8",
    );
    refused(
        &local(json!([64, "i + 1"]), json!([8, 2])),
        &field("local[1]"),
        "multiple of 2",
    );
    refused(
        &local(json!([8192]), json!([4097])),
        &field("local"),
        "from 1 to 4096",
    );
    refused(
        &local(json!([128, 128]), json!([128, 64])),
        &field("local"),
        "from 1 to 4096",
    );
    refused(
        &local(json!([65536, 65536]), json!([65536, 65536])),
        &field("local"),
        "from 1 to 4096",
    );
    refused_by_shape(
        &local(json!([8]), json!([0])),
        &field("local"),
        "from 1 to 4096",
    );
    refused_by_shape(
        &local(json!([8]), json!([])),
        &field("local"),
        "as many dimensions",
    );
    for wrong in [json!(["8"]), json!([-8]), json!([8.5])] {
        refused_by_shape(&local(json!([8]), wrong), &field("local[0]"), "");
    }
}

#[test]
fn offsets() {
    for good in [json!([0]), json!(["i * 2"]), json!([1u64 << 40])] {
        accepted(&sized(json!({ "offset": good })));
    }
    refused(
        &sized(json!({ "offset": [0, 0] })),
        &field("offset"),
        "as many dimensions",
    );
    refused(
        &sized(json!({ "offset": ["i - 1"] })),
        &field("offset[0]"),
        "from -1 to 2",
    );
    refused_by_shape(
        &sized(json!({ "offset": [-1] })),
        &field("offset[0]"),
        "-1 is not from 0",
    );
    refused_by_shape(
        &sized(json!({ "offset": [(1u64 << 40) + 1] })),
        &field("offset[0]"),
        "is not from 0",
    );
    refused_by_shape(
        &sized(json!({ "offset": [] })),
        &field("offset"),
        "as many dimensions",
    );
}

#[test]
fn sizes_reach_the_launch() {
    let manifest = accepted(&sized(json!({
        "global": ["8 * (i + 1)", 4, "i + 1"], "local": [8, 2, 1], "offset": [0, "i", 7],
    })));
    let launches = launches(&manifest);
    assert_eq!(launches[3].global, [32, 4, 4]);
    assert_eq!(launches[3].local, Some(vec![8, 2, 1]));
    assert_eq!(launches[3].offset, Some(vec![0, 3, 7]));
}
