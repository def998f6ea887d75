//! Local files, and the CIDs that take their place.

use std::collections::BTreeMap;

use aicpw_protocol::ContentId;
use serde_json::{json, Value};

use super::common::*;

fn local() -> Value {
    let mut manifest = with("/program", json!({ "file": "kernels/f.cl" }));
    manifest["buffers"][0]["init"] = json!({ "file": "a.bin" });
    manifest["buffers"][1]["init"] = json!({ "file": "a.bin" });
    manifest["buffers"][2]["init"] = json!({ "cid": CID });
    manifest
}

#[test]
fn paths() {
    for good in [
        "f",
        "a/b/c.bin",
        ".hidden",
        "..a/b..",
        "a/.b/...",
        "ä b",
        &*"x".repeat(256),
    ] {
        accepted(&with("/program", json!({ "file": good })));
        accepted(&with("/buffers/0/init", json!({ "file": good })));
    }
    for bad in [
        "",
        "/etc/passwd",
        "../f",
        "a/../b",
        "a/..",
        "a//b",
        "a/",
        ".",
        "./f",
        "a/./b",
        "C:f",
        "a\\b",
        "a\0b",
    ] {
        let cause = "not a path inside the manifest's folder";
        refused_by_shape(
            &with("/program", json!({ "file": bad })),
            "program.file",
            cause,
        );
        refused_by_shape(
            &with("/buffers/0/init", json!({ "file": bad })),
            "buffers[0].init.file",
            cause,
        );
    }
    refused_by_shape(
        &with("/program", json!({ "file": "x".repeat(257) })),
        "program.file",
        "256 bytes",
    );
}

#[test]
fn files_are_listed_and_resolved() {
    let manifest = accepted(&local());
    assert!(!manifest.is_resolved());
    assert_eq!(
        manifest.local_files(),
        [("kernels/f.cl", None), ("a.bin", Some(32))]
    );
    assert_eq!(manifest.blobs().len(), 1);

    let cid: ContentId = CID.parse().unwrap();
    let mut uploaded = BTreeMap::from([("kernels/f.cl".to_owned(), cid.clone())]);
    let missing = manifest.resolve(&uploaded).unwrap_err();
    let paths: Vec<&str> = missing.problems.iter().map(|p| p.path.as_str()).collect();
    assert_eq!(paths, ["buffers[0].init.file", "buffers[1].init.file"]);
    uploaded.insert("a.bin".to_owned(), cid.clone());
    let resolved = manifest.resolve(&uploaded).unwrap();
    assert!(resolved.is_resolved());
    accepted(&serde_json::from_str(&resolved.to_json()).unwrap());
    let blobs: Vec<(String, Option<usize>, Option<u64>)> = resolved
        .blobs()
        .into_iter()
        .map(|blob| (blob.path, blob.buffer, blob.bytes))
        .collect();
    assert_eq!(
        blobs,
        [
            ("program".to_owned(), None, None),
            ("buffers[0].init".to_owned(), Some(0), Some(32)),
            ("buffers[1].init".to_owned(), Some(1), Some(32)),
            ("buffers[2].init".to_owned(), Some(2), Some(64)),
        ]
    );
}
