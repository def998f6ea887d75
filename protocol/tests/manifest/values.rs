//! Values passed to kernels.

use aicpw_protocol::manifest::Value as Passed;
use serde_json::{json, Value};

use super::common::*;
use super::plan::launches;

fn scalar(kind: Value, value: Value) -> Value {
    with_args(
        &[("i", json!(4))],
        json!([{ "scalar": { "type": kind, "value": value } }]),
    )
}

const VALUE: &str = "steps[0].loop.steps[0].args[0].scalar.value";

/// The bytes at each iteration.
fn bytes(kind: Value, value: Value) -> Vec<Vec<u8>> {
    let manifest = accepted(&scalar(kind, value));
    let launches = launches(&manifest);
    let bytes = launches.iter().map(|launch| match &launch.arguments[0] {
        Passed::Scalar(bytes) => bytes.clone(),
        other => panic!("{other:?}"),
    });
    bytes.collect()
}

#[test]
fn every_scalar_type_at_its_ends() {
    for (kind, low, high) in [
        ("char", i64::from(i8::MIN), i8::MAX as u64),
        ("uchar", 0, u8::MAX.into()),
        ("short", i16::MIN.into(), i16::MAX as u64),
        ("ushort", 0, u16::MAX.into()),
        ("int", i32::MIN.into(), i32::MAX as u64),
        ("uint", 0, u32::MAX.into()),
        ("long", i64::MIN, i64::MAX as u64),
        ("ulong", 0, u64::MAX),
    ] {
        let size = bytes(json!(kind), json!(0))[0].len();
        assert_eq!(bytes(json!(kind), json!(low))[0], low.to_le_bytes()[..size]);
        assert_eq!(
            bytes(json!(kind), json!(high))[0],
            high.to_le_bytes()[..size]
        );
        let above = format!("{high} + 1");
        refused(&scalar(json!(kind), json!(above)), VALUE, "does not fit");
        let below = format!("{low} - 1");
        refused(&scalar(json!(kind), json!(below)), VALUE, "does not fit");
        refused(&scalar(json!(kind), json!(0.5)), VALUE, "not an integer");
    }
}

#[test]
fn real_scalars() {
    assert_eq!(bytes(json!("float"), json!(0.1))[0], 0.1f32.to_le_bytes());
    assert_eq!(
        bytes(json!("double"), json!("1 / 3.0"))[0],
        (1.0f64 / 3.0).to_le_bytes()
    );
    let each: Vec<_> = (0..4)
        .map(|i| (f64::from(i) * 0.1 + 1e-3).to_le_bytes())
        .collect();
    assert_eq!(bytes(json!("double"), json!("i * 0.1 + 1e-3")), each);
    // In floating-point arithmetic everything is real, indices too.
    assert_eq!(
        bytes(json!("float"), json!("i / 2"))[3],
        1.5f32.to_le_bytes()
    );
    assert_eq!(
        bytes(json!("float"), json!(f64::from(f32::MAX)))[0],
        f32::MAX.to_le_bytes()
    );
    refused(
        &scalar(json!("float"), json!("1e38 * (i + 1)")),
        VALUE,
        "does not fit float",
    );
    refused(
        &scalar(json!("double"), json!("1e308 * 10")),
        VALUE,
        "beyond a double",
    );
    refused(
        &scalar(json!("float"), json!("1 << i")),
        VALUE,
        "integer types",
    );
}

#[test]
fn vectors_take_a_value_for_each_lane() {
    assert_eq!(
        bytes(json!("short2"), json!(["i", "-i"]))[3],
        [3i16, -3].map(i16::to_le_bytes).concat()
    );
    for wrong in [json!(1), json!([1]), json!([1, 2, 3]), json!([])] {
        refused(&scalar(json!("int2"), wrong), VALUE, "array of 2 values");
    }
    refused(&scalar(json!("int"), json!([1])), VALUE, "one value");
    refused(
        &scalar(json!("uchar2"), json!([0, "i * 100"])),
        &format!("{VALUE}[1]"),
        "from 0 to 300 does not fit uchar",
    );
}

#[test]
fn structures_take_a_value_for_each_number() {
    let kind = json!({ "struct": ["uchar", "float2", "int[2]"] });
    let each = bytes(kind.clone(), json!(["i", 0.5, "i * 0.25", -1, "1 << i"]));
    let mut expected = vec![3, 0, 0, 0, 0, 0, 0, 0];
    expected.extend([0.5f32, 0.75].map(f32::to_le_bytes).concat());
    expected.extend([-1i32, 8].map(i32::to_le_bytes).concat());
    assert_eq!(each[3], expected);
    refused(
        &scalar(kind.clone(), json!([1, 2, 3, 4])),
        VALUE,
        "array of 5 values",
    );
    refused(
        &scalar(kind, json!([0, 0, 0, 0, "i << 40"])),
        &format!("{VALUE}[4]"),
        "does not fit int",
    );
    // A structure of one number is still written as an array.
    assert_eq!(
        bytes(json!({ "struct": ["int"] }), json!([7]))[0],
        7i32.to_le_bytes()
    );
    refused(
        &scalar(json!({ "struct": ["int"] }), json!(7)),
        VALUE,
        "array of 1 values",
    );
}

#[test]
fn plain_bytes_are_base64() {
    assert_eq!(
        bytes(json!({ "bytes": 5 }), json!("AQIDBAU="))[0],
        [1, 2, 3, 4, 5]
    );
    refused(
        &scalar(json!({ "bytes": 4 }), json!("AQIDBAU=")),
        VALUE,
        "has 5 bytes",
    );
    refused(&scalar(json!({ "bytes": 4 }), json!("i")), VALUE, "base64");
    refused(&scalar(json!({ "bytes": 4 }), json!(4)), VALUE, "base64");
    refused(
        &scalar(json!({ "bytes": 4 }), json!([1, 2, 3, 4])),
        VALUE,
        "base64",
    );
    let most = format!("{}A==", "A".repeat(4096 / 3 * 4 + 1));
    assert_eq!(bytes(json!({ "bytes": 4096 }), json!(most))[0], [0; 4096]);
}

#[test]
fn classes_hold_for_values_too() {
    let mut manifest = scalar(json!("float"), json!(1));
    manifest["class"] = json!("int");
    manifest["buffers"].as_array_mut().unwrap().remove(2);
    refused(
        &manifest,
        "steps[0].loop.steps[0].args[0].scalar.type",
        "`fp32-strict`",
    );
}

#[test]
fn shapes() {
    for wrong in [json!(null), json!(true), json!({ "x": 1 }), json!([[1]])] {
        refused_by_shape(&scalar(json!("int"), wrong), VALUE, "");
    }
    let argument = |argument: Value| with("/steps/0/args/0", argument);
    refused_by_shape(
        &argument(json!({ "scalar": { "type": "int" } })),
        "steps[0].args[0].scalar",
        "`value`",
    );
    refused_by_shape(
        &argument(json!({ "scalar": { "value": 1 } })),
        "steps[0].args[0].scalar",
        "`type`",
    );
    refused_by_shape(
        &argument(json!({ "scalar": 1 })),
        "steps[0].args[0].scalar",
        "",
    );
}
