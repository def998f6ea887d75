//! Buffers: names, lengths, sums.

use serde_json::{json, Value};

use super::common::*;

fn named(names: impl IntoIterator<Item = String>) -> Value {
    let buffers: Vec<Value> = names
        .into_iter()
        .map(|name| json!({ "name": name, "type": "char", "length": 1 }))
        .collect();
    let mut manifest = with("/buffers", json!(buffers));
    manifest["steps"][0]["args"] = json!([]);
    manifest["outputs"] = json!([manifest["buffers"][0]["name"]]);
    manifest
}

#[test]
fn names() {
    for good in ["a", "_", "A_9", &*"x".repeat(64)] {
        accepted(&named([good.to_owned()]));
    }
    for bad in ["", "9a", "a-b", "a b", "ä", &*"x".repeat(65)] {
        refused_by_shape(&named([bad.to_owned()]), "buffers[0].name", "name");
    }
    refused(
        &named(["a".into(), "b".into(), "a".into()]),
        "buffers[2].name",
        "another buffer",
    );
}

#[test]
fn how_many() {
    accepted(&named((0..64).map(|i| format!("b{i}"))));
    refused_by_shape(
        &named((0..65).map(|i| format!("b{i}"))),
        "buffers",
        "from 1 to 64",
    );
    let mut none = with("/buffers", json!([]));
    none["steps"][0]["args"] = json!([]);
    refused_by_shape(&none, "buffers", "from 1 to 64");
}

#[test]
fn lengths() {
    let length = |length: Value, kind: &str| {
        let mut manifest = with("/buffers/1/length", length);
        manifest["buffers"][1]["type"] = json!(kind);
        manifest
    };
    let most = 1u64 << 40;
    accepted(&length(json!(1), "int"));
    // Together with the other buffers of the base.
    accepted(&length(json!(most - 112), "char"));
    refused(&length(json!(most - 111), "char"), "buffers", "together");
    refused_by_shape(&length(json!(0), "int"), "buffers[1].length", "at least 1");
    refused(
        &length(json!(most), "int"),
        "buffers[1].length",
        "1099511627776 bytes",
    );
    refused_by_shape(
        &length(json!(u64::MAX), "double16"),
        "buffers[1].length",
        "1099511627776 bytes",
    );
    for wrong in [json!(-1), json!(1.5), json!("8"), json!(null), json!(1e30)] {
        refused_by_shape(&length(wrong, "int"), "buffers[1].length", "");
    }
}

#[test]
fn sums_do_not_overflow() {
    let huge = json!({ "type": "char", "length": 1u64 << 40 });
    let buffers: Vec<Value> = (0..64)
        .map(|i| changed(huge.clone(), "/name", json!(format!("b{i}"))))
        .collect();
    let mut manifest = with("/buffers", json!(buffers));
    manifest["steps"][0]["args"] = json!([]);
    manifest["outputs"] = json!(["b0"]);
    refused(&manifest, "buffers", "together");
    refused(&manifest, "outputs", "allowed");
}

#[test]
fn constant_is_true_or_false() {
    for value in [true, false] {
        accepted(&with("/buffers/1/constant", json!(value)));
    }
    for wrong in [json!(1), json!("true"), json!(null)] {
        refused_by_shape(
            &with("/buffers/1/constant", wrong),
            "buffers[1].constant",
            "",
        );
    }
}

#[test]
fn fields_that_must_be_there() {
    for field in ["name", "type", "length"] {
        refused_by_shape(
            &without(&format!("/buffers/1/{field}")),
            "buffers[1]",
            &format!("missing field `{field}`"),
        );
    }
}
