//! Outputs.

use serde_json::json;

use super::common::*;

#[test]
fn outputs() {
    let manifest = accepted(&with("/outputs", json!(["v", "a"])));
    assert_eq!(manifest.output_bytes(), 64 + 32);
    refused_by_shape(&with("/outputs", json!([])), "outputs", "at least one");
    refused_by_shape(&with("/outputs", json!(["a", "a"])), "outputs[1]", "twice");
    refused(
        &with("/outputs", json!(["a", "x"])),
        "outputs[1]",
        "no buffer named `x`",
    );
    refused(
        &with("/outputs", json!(["table"])),
        "outputs[0]",
        "constant",
    );
    refused_by_shape(&with("/outputs", json!([1])), "outputs[0]", "");
    refused_by_shape(&with("/outputs", json!(["a b"])), "outputs[0]", "no buffer");
}

#[test]
fn they_have_a_limit() {
    let mut manifest = with("/buffers/1/type", json!("char"));
    manifest["outputs"] = json!(["b"]);
    manifest["buffers"][1]["length"] = json!(1u64 << 34);
    accepted(&manifest);
    manifest["buffers"][1]["length"] = json!((1u64 << 34) + 1);
    refused(&manifest, "outputs", "17179869184 are allowed");
}
