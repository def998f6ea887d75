//! Types of elements.

use aicpw_protocol::manifest::{ElementType, Scalar};
use serde_json::{json, Value};

use super::common::*;

fn typed(class: &str, kind: Value) -> Value {
    let mut manifest = with("/buffers/1/type", kind);
    manifest["class"] = json!(class);
    manifest["buffers"].as_array_mut().unwrap().remove(2);
    manifest
}

fn parsed(kind: Value) -> ElementType {
    accepted(&typed("device", kind)).buffers[1].element.clone()
}

#[test]
fn scalars_and_vectors_of_all_kinds() {
    for (name, scalar) in Scalar::ALL {
        for (suffix, lanes) in [("", 1), ("2", 2), ("4", 4), ("8", 8), ("16", 16)] {
            let element = parsed(json!(format!("{name}{suffix}")));
            assert_eq!(element.bytes(), scalar.bytes() * lanes);
            assert_eq!(element.lanes().len() as u64, lanes);
            assert_eq!(element.is_scalar(), lanes == 1);
        }
        refused_by_shape(
            &typed("device", json!(format!("{name}3"))),
            "buffers[1].type",
            &format!("write `{name}4`"),
        );
    }
}

#[test]
fn types_that_are_not_there() {
    for wrong in [
        "",
        "bool",
        "size_t",
        "half",
        "image2d_t",
        "int1",
        "int5",
        "int32",
        "Int",
        "int ",
        "4",
        "float[2]",
        "unsigned int",
    ] {
        refused_by_shape(
            &typed("device", json!(wrong)),
            "buffers[1].type",
            "unknown type",
        );
    }
    for wrong in [
        json!(null),
        json!(4),
        json!(["int"]),
        json!({}),
        json!({ "union": ["int"] }),
    ] {
        refused_by_shape(&typed("device", wrong), "buffers[1].type", "struct");
    }
}

#[test]
fn structures_are_laid_out_as_c_does() {
    let layout = |members: &[&str]| {
        let element = parsed(json!({ "struct": members }));
        let offsets: Vec<u64> = element.lanes().iter().map(|lane| lane.offset).collect();
        (element.bytes(), offsets)
    };
    assert_eq!(layout(&["int"]), (4, vec![0]));
    // struct { char a; int b; char c; }
    assert_eq!(layout(&["char", "int", "char"]), (12, vec![0, 4, 8]));
    // struct { float4 a; int b[3]; short c; }
    assert_eq!(
        layout(&["float4", "int[3]", "short"]),
        (32, vec![0, 4, 8, 12, 16, 20, 24, 28])
    );
    // struct { uchar a; double b; char2 c[2]; }
    assert_eq!(
        layout(&["uchar", "double", "char2[2]"]),
        (24, vec![0, 8, 16, 17, 18, 19])
    );
    // struct { char a[3]; long4 b; }
    assert_eq!(
        layout(&["char[3]", "long4"]),
        (64, vec![0, 1, 2, 32, 40, 48, 56])
    );
}

#[test]
fn structures_at_their_limits() {
    parsed(json!({ "struct": ["char[4096]"] }));
    parsed(json!({ "struct": vec!["char"; 64] }));
    let cases: [(&[&str], &str); 9] = [
        (&[], "from 1 to 64 members"),
        (&["char"; 65], "from 1 to 64 members"),
        (&["char[4097]"], "from 1 to 4096"),
        (&["int[0]"], "from 1 to 4096"),
        (&["int[-1]"], "from 1 to 4096"),
        (&["int[01]"], "from 1 to 4096"),
        (&["int[99999999999999999999]"], "from 1 to 4096"),
        (&["int", "float3"], "struct[1]"),
        (&["int]"], "unknown type"),
    ];
    for (members, cause) in cases {
        let manifest = typed("device", json!({ "struct": members }));
        refused(&manifest, "buffers[1].type", cause);
    }
    refused(
        &typed("device", json!({ "struct": ["int[1024]", "char"] })),
        "buffers[1].type",
        "4096 bytes, and this one has 4100",
    );
    refused(
        &typed("device", json!({ "struct": vec!["double16[4096]"; 64] })),
        "buffers[1].type",
        "4096 bytes",
    );
}

#[test]
fn plain_bytes() {
    assert_eq!(parsed(json!({ "bytes": 20 })).bytes(), 20);
    assert!(parsed(json!({ "bytes": 1 })).lanes().is_empty());
    accepted(&typed("int", json!({ "bytes": 4096 })));
    for wrong in [
        json!(0),
        json!(4097),
        json!(-1),
        json!("4"),
        json!(u64::MAX),
    ] {
        refused_by_shape(
            &typed("device", json!({ "bytes": wrong })),
            "buffers[1].type",
            "",
        );
    }
    refused_by_shape(
        &typed("device", json!({ "bytes": 4, "align": 4 })),
        "buffers[1].type",
        "",
    );
}

#[test]
fn classes_refuse_what_they_cannot_keep() {
    let cases = [
        ("int", json!("float"), "`fp32-strict`"),
        ("int", json!("double2"), "`device`"),
        (
            "int",
            json!({ "struct": ["int", "float2[2]"] }),
            "`fp32-strict`",
        ),
        ("fp32-strict", json!("double"), "`device`"),
        (
            "fp32-strict",
            json!({ "struct": ["double", "float"] }),
            "`device`",
        ),
    ];
    for (class, kind, cause) in cases {
        refused_by_shape(&typed(class, kind), "buffers[1].type", cause);
    }
    accepted(&typed(
        "fp32-strict",
        json!({ "struct": ["int", "float4"] }),
    ));
    accepted(&typed("int", json!({ "struct": ["int", "ulong2"] })));
}
