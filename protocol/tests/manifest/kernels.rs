//! Launches of kernels: names, and required fields.

use serde_json::json;

use super::common::*;

#[test]
fn names() {
    for good in ["f", "_f", "vectorAdd2", &*"k".repeat(64)] {
        accepted(&with("/steps/0/kernel", json!(good)));
    }
    for bad in ["", "2f", "f()", "f g", &*"k".repeat(65)] {
        refused_by_shape(
            &with("/steps/0/kernel", json!(bad)),
            "steps[0].kernel",
            "name",
        );
    }
    refused_by_shape(&with("/steps/0/kernel", json!(1)), "steps[0].kernel", "");
}

#[test]
fn fields_that_must_be_there() {
    for field in ["kernel", "args", "global"] {
        let cause = format!("missing field `{field}`");
        refused_by_shape(&without(&format!("/steps/0/{field}")), "steps[0]", &cause);
    }
    for field in ["kernel", "args", "global", "local", "offset"] {
        let manifest = with(&format!("/steps/0/{field}"), json!(null));
        refused_by_shape(&manifest, &format!("steps[0].{field}"), "");
    }
}

#[test]
fn kernels_are_listed_as_written() {
    let kernel = |name: &str| json!({ "kernel": name, "args": [{ "buffer": "a" }], "global": [1] });
    let manifest = accepted(&with_steps(json!([
        kernel("first"),
        { "fill": { "buffer": "a", "value": 0 } },
        { "loop": { "index": "i", "count": 3, "steps": [
            { "copy": { "from": "a", "to": "b" } }, kernel("second")] } },
        kernel("first"),
    ])));
    let plan = manifest.plan().unwrap();
    let listed: Vec<(&str, &str, usize)> = plan
        .kernels()
        .iter()
        .map(|kernel| (kernel.kernel, kernel.path, kernel.arguments))
        .collect();
    assert_eq!(
        listed,
        [
            ("first", "steps[0]", 1),
            ("second", "steps[2].loop.steps[1]", 1),
            ("first", "steps[3]", 1),
        ]
    );
    assert_eq!(manifest.launches(), 9);
}
