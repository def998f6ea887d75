//! Loops that end on a flag.

use serde_json::{json, Value};

use super::common::*;

fn until(until: Value) -> Value {
    with_steps(json!([{ "loop": {
        "index": "i", "count": 8, "until": until,
        "steps": [{ "kernel": "f", "args": [{ "buffer": "a" }], "global": [8] }],
    } }]))
}

const FIELD: &str = "steps[0].loop.until";

#[test]
fn all_its_fields() {
    accepted(&until(json!({ "buffer": "a" })));
    accepted(&until(
        json!({ "buffer": "a", "element": 7, "is": "zero", "every": 10 }),
    ));
    accepted(&until(
        json!({ "buffer": "a", "element": "i", "is": "nonzero", "every": u32::MAX }),
    ));
}

#[test]
fn flags_that_are_none() {
    let field = |name: &str| format!("{FIELD}.{name}");
    refused(
        &until(json!({ "buffer": "x" })),
        &field("buffer"),
        "no buffer named `x`",
    );
    refused(
        &until(json!({ "buffer": "table" })),
        &field("buffer"),
        "constant",
    );
    refused(
        &until(json!({ "buffer": "v" })),
        &field("buffer"),
        "`v` has float4",
    );
    for (kind, good) in [
        (json!("ulong"), true),
        (json!("char"), true),
        (json!("int2"), false),
        (json!("float"), false),
        (json!({ "struct": ["int"] }), false),
        (json!({ "bytes": 4 }), false),
    ] {
        let manifest = changed(until(json!({ "buffer": "b" })), "/buffers/1/type", kind);
        match good {
            true => {
                accepted(&manifest);
            }
            false => refused(&manifest, &field("buffer"), "integer type"),
        }
    }
    refused(
        &until(json!({ "buffer": "a", "element": 8 })),
        &field("element"),
        "8 is not from 0 to 7",
    );
    refused(
        &until(json!({ "buffer": "a", "element": "i + 1" })),
        &field("element"),
        "from 1 to 8",
    );
    refused(
        &until(json!({ "buffer": "a", "element": "j" })),
        &field("element"),
        "no loop index `j`",
    );
    refused_by_shape(
        &until(json!({ "buffer": "a", "element": -1 })),
        &field("element"),
        "-1",
    );
    refused_by_shape(
        &until(json!({ "buffer": "a", "every": 0 })),
        &field("every"),
        "at least 1",
    );
    refused_by_shape(
        &until(json!({ "buffer": "a", "every": "2" })),
        &field("every"),
        "",
    );
    refused_by_shape(
        &until(json!({ "buffer": "a", "is": "one" })),
        &field("is"),
        "nonzero",
    );
    refused_by_shape(
        &until(json!({ "buffer": "a", "when": 1 })),
        &field("when"),
        "unknown field",
    );
    refused_by_shape(&until(json!({})), FIELD, "missing field `buffer`");
    for wrong in [json!(null), json!("a"), json!(true)] {
        refused_by_shape(&until(wrong), FIELD, "");
    }
}
