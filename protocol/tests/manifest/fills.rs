//! Fills and copies.

use serde_json::{json, Value};

use super::common::*;

fn fill(fill: Value) -> Value {
    with_step(&[("i", json!(4))], json!({ "fill": fill }))
}

fn copy(copy: Value) -> Value {
    with_step(&[("i", json!(4))], json!({ "copy": copy }))
}

fn field(name: &str) -> String {
    format!("steps[0].loop.steps[0].{name}")
}

#[test]
fn fills() {
    accepted(&fill(json!({ "buffer": "a", "value": -1 })));
    accepted(&fill(
        json!({ "buffer": "a", "value": "i * 3", "offset": "i * 2", "length": 2 }),
    ));
    accepted(&fill(json!({ "buffer": "a", "value": 0, "offset": 7 })));
    accepted(&fill(
        json!({ "buffer": "v", "value": [0, 0.5, "i", "-i"] }),
    ));
}

#[test]
fn fills_that_are_not_possible() {
    let all = |more: Value| {
        let mut all = json!({ "buffer": "a", "value": 0 });
        all.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        fill(all)
    };
    refused(
        &all(json!({ "buffer": "x" })),
        &field("fill.buffer"),
        "no buffer named `x`",
    );
    refused(
        &all(json!({ "buffer": "table" })),
        &field("fill.buffer"),
        "constant",
    );
    refused(
        &all(json!({ "value": "i << 40" })),
        &field("fill.value"),
        "does not fit int",
    );
    refused(
        &all(json!({ "value": [0] })),
        &field("fill.value"),
        "one value",
    );
    refused(
        &all(json!({ "offset": 8 })),
        &field("fill.offset"),
        "is not from 0 to 7",
    );
    refused(
        &all(json!({ "length": 9 })),
        &field("fill.length"),
        "is not from 1 to 8",
    );
    refused(
        &all(json!({ "length": "i" })),
        &field("fill.length"),
        "from 0 to 3",
    );
    refused(
        &all(json!({ "offset": "i", "length": 6 })),
        &field("fill"),
        "goes to element 9, and `a` has 8",
    );
    refused_by_shape(
        &all(json!({ "length": 0 })),
        &field("fill.length"),
        "is not from 1 to 8",
    );
    refused_by_shape(
        &all(json!({ "offset": -1 })),
        &field("fill.offset"),
        "is not from 0 to 7",
    );
    refused_by_shape(
        &all(json!({ "to": "b" })),
        &field("fill.to"),
        "unknown field",
    );
    refused_by_shape(
        &fill(json!({ "buffer": "a" })),
        &field("fill"),
        "missing field `value`",
    );
    refused_by_shape(
        &fill(json!({ "value": 0 })),
        &field("fill"),
        "missing field `buffer`",
    );
    for kind in [json!({ "struct": ["int"] }), json!({ "bytes": 4 })] {
        let manifest = changed(
            fill(json!({ "buffer": "b", "value": 0 })),
            "/buffers/1/type",
            kind,
        );
        refused(&manifest, &field("fill.buffer"), "scalars and vectors");
    }
}

#[test]
fn copies() {
    accepted(&copy(json!({ "from": "a", "to": "b" })));
    accepted(&copy(
        json!({ "from": "a", "to": "b", "from_offset": "i", "to_offset": "3 - i", "length": "i + 1" }),
    ));
    // Constant buffers can be read, and a shorter buffer can be copied into a longer one.
    let mut manifest = copy(json!({ "from": "table", "to": "b", "to_offset": 4 }));
    manifest["buffers"][1]["type"] = json!("uint");
    accepted(&manifest);
}

#[test]
fn copies_that_are_not_possible() {
    let all = |more: Value| {
        let mut all = json!({ "from": "a", "to": "b" });
        all.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        copy(all)
    };
    refused(
        &all(json!({ "from": "x" })),
        &field("copy.from"),
        "no buffer named `x`",
    );
    refused(
        &all(json!({ "to": "x" })),
        &field("copy.to"),
        "no buffer named `x`",
    );
    refused(
        &all(json!({ "to": "a" })),
        &field("copy.to"),
        "another buffer",
    );
    refused(
        &all(json!({ "to": "table" })),
        &field("copy.to"),
        "constant",
    );
    refused(
        &all(json!({ "to": "v" })),
        &field("copy.to"),
        "`v` has float4, and `a` has int",
    );
    refused(
        &all(json!({ "from_offset": "i * 3" })),
        &field("copy.from_offset"),
        "from 0 to 9",
    );
    refused(
        &all(json!({ "from_offset": 4, "length": 5 })),
        &field("copy"),
        "goes to element 9, and `a` has 8",
    );
    refused(
        &all(json!({ "to_offset": "i" })),
        &field("copy"),
        "goes to element 11, and `b` has 8",
    );
    refused(
        &all(json!({ "to_offset": 8, "length": 1 })),
        &field("copy.to_offset"),
        "8 is not from 0 to 7",
    );
    refused_by_shape(
        &all(json!({ "length": 0 })),
        &field("copy.length"),
        "is not from 1",
    );
    refused_by_shape(
        &all(json!({ "offset": 1 })),
        &field("copy.offset"),
        "unknown field",
    );
    refused_by_shape(
        &copy(json!({ "from": "a" })),
        &field("copy"),
        "missing field `to`",
    );
    refused_by_shape(
        &copy(json!({ "to": "a" })),
        &field("copy"),
        "missing field `from`",
    );
}
