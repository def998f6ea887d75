//! The initial contents of buffers.

use aicpw_protocol::manifest::Init;
use serde_json::{json, Value};

use super::common::*;

fn content(kind: Value, length: u64, init: Value) -> Value {
    let mut manifest = with("/buffers/1/type", kind);
    manifest["buffers"][1]["length"] = json!(length);
    manifest["buffers"][1]["init"] = init;
    manifest
}

fn inline(kind: &str, numbers: Value) -> Value {
    content(
        json!(kind),
        numbers.as_array().unwrap().len() as u64,
        json!({ "inline": numbers }),
    )
}

fn bytes(manifest: &Value) -> Vec<u8> {
    let buffer = accepted(manifest).buffers[1].clone();
    match buffer.init {
        Init::Inline(content) => content.bytes(&buffer.element, buffer.length).unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn numbers_at_the_ends_of_their_types() {
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
        let written = bytes(&inline(kind, json!([low, high])));
        let size = written.len() / 2;
        assert_eq!(written[..size], low.to_le_bytes()[..size], "{kind}");
        assert_eq!(written[size..], high.to_le_bytes()[..size], "{kind}");
        let field = "buffers[1].init.inline";
        if let Some(below) = low.checked_sub(1) {
            refused(&inline(kind, json!([0, below])), field, "number 1");
        }
        match high.checked_add(1) {
            Some(above) => refused(&inline(kind, json!([above])), field, "does not fit"),
            // A number that does not fit 64 bits is not taken for an integer.
            None => refused(
                &inline(kind, json!([18446744073709551616.0])),
                field,
                "not an integer",
            ),
        }
        refused(&inline(kind, json!([0.5])), field, "not an integer");
    }
}

#[test]
fn real_numbers() {
    let values = [0.1f32, -0.0, f32::MAX, f32::MIN_POSITIVE, 1e-45];
    let written = bytes(&inline("float", json!(values.map(f64::from))));
    assert_eq!(written, values.map(f32::to_le_bytes).concat());
    assert_eq!(
        bytes(&inline("double", json!([0.1, 7]))),
        [0.1f64, 7.0].map(f64::to_le_bytes).concat()
    );
    // Rounded to the nearest, once.
    assert_eq!(
        bytes(&inline("float", json!([16777217]))),
        16777216f32.to_le_bytes()
    );
    refused(
        &inline("float", json!([1, 3.5e38])),
        "buffers[1].init.inline",
        "number 1: 3.5e38 does not fit float",
    );
    let text = inline("double", json!([1]))
        .to_string()
        .replace("[1]", "[1e999]");
    assert!(aicpw_protocol::manifest::Manifest::parse(text.as_bytes()).is_err());
    let text = inline("float", json!([1]))
        .to_string()
        .replace("\"inline\":[1]", "\"inline\":[-0]");
    let manifest = aicpw_protocol::manifest::Manifest::parse(text.as_bytes()).unwrap();
    let Init::Inline(content) = &manifest.buffers[1].init else {
        panic!("{:?}", manifest.buffers[1]);
    };
    let minus = content.bytes(&manifest.buffers[1].element, 1).unwrap();
    assert_eq!(minus, (-0.0f32).to_le_bytes());
}

#[test]
fn vectors_and_structures_number_by_number() {
    let vector = content(json!("short2"), 2, json!({ "inline": [1, -2, 3, -4] }));
    assert_eq!(
        bytes(&vector),
        [1i16, -2, 3, -4].map(i16::to_le_bytes).concat()
    );
    let kind = json!({ "struct": ["uchar", "float2", "short"] });
    let structure = content(
        kind.clone(),
        2,
        json!({ "inline": [255, 0.5, -1, 2, 1, 2, 3, 4] }),
    );
    let mut expected = Vec::new();
    for (a, b, c, d) in [(255u8, 0.5f32, -1.0f32, 2i16), (1, 2.0, 3.0, 4)] {
        expected.extend([a, 0, 0, 0, 0, 0, 0, 0]);
        expected.extend([b, c].map(f32::to_le_bytes).concat());
        expected.extend(d.to_le_bytes());
        expected.extend([0; 6]);
    }
    assert_eq!(bytes(&structure), expected);
    refused(
        &content(
            kind.clone(),
            2,
            json!({ "inline": [1, 2, 3, 4, 256, 0, 0, 0] }),
        ),
        "buffers[1].init.inline",
        "number 4: 256 does not fit uchar",
    );
    refused(
        &content(kind, 2, json!({ "inline": [1, 2, 3] })),
        "buffers[1].init.inline",
        "has 3 numbers, but 2 × struct { uchar; float2; short; } are 8",
    );
}

#[test]
fn base64() {
    let plain = json!({ "bytes": 3 });
    assert_eq!(
        bytes(&content(plain.clone(), 2, json!({ "inline": "AQIDBAUG" }))),
        [1, 2, 3, 4, 5, 6]
    );
    assert_eq!(
        bytes(&content(json!("int"), 1, json!({ "inline": "AAAAgA==" }))),
        [0, 0, 0, 128]
    );
    let field = "buffers[1].init.inline";
    refused(
        &content(plain.clone(), 1, json!({ "inline": "AQIDBA==" })),
        field,
        "has 4 bytes",
    );
    refused(
        &content(plain.clone(), 1, json!({ "inline": [1, 2, 3] })),
        field,
        "base64",
    );
    for bad in ["AQID!", "AQ=D", "A", "AQID\n", "AQI-"] {
        refused_by_shape(
            &content(plain.clone(), 1, json!({ "inline": bad })),
            field,
            "base64",
        );
    }
    refused(
        &content(plain, 1, json!({ "inline": "AQI" })),
        field,
        "base64",
    );
}

#[test]
fn other_sources() {
    accepted(&with("/buffers/1/init", json!({ "zero": true })));
    accepted(&with("/buffers/1/init", json!({ "cid": CID })));
    refused_by_shape(
        &with("/buffers/1/init", json!({ "zero": false })),
        "buffers[1].init.zero",
        "true",
    );
    for init in [
        json!(null),
        json!("zero"),
        json!([true]),
        json!({}),
        json!({ "random": 1 }),
        json!({ "zero": 1 }),
        json!({ "cid": "x" }),
        json!({ "inline": 1 }),
        json!({ "inline": ["1"] }),
        json!({ "zero": true, "cid": CID }),
    ] {
        let manifest = with("/buffers/1/init", init);
        let problems = parse(&manifest).unwrap_err();
        assert!(
            problems[0].path.starts_with("buffers[1].init"),
            "{problems:?}"
        );
        super::schema::assert_refuses(&manifest);
    }
}
