//! Manifests that are made to be expensive.

use aicpw_protocol::manifest::Manifest;
use serde_json::{json, Value};

use super::common::*;

fn problem(text: &[u8]) -> (String, String) {
    let errors = Manifest::parse(text).unwrap_err();
    let first = errors.problems.into_iter().next().unwrap();
    (first.path, first.message)
}

#[test]
fn long_text_is_not_even_read() {
    let mut text = base().to_string().into_bytes();
    text.resize(1 << 20, b' ');
    Manifest::parse(&text).unwrap();
    text.push(b' ');
    let (path, message) = problem(&text);
    assert_eq!(path, "");
    assert!(
        message.contains("1048577 bytes, and 1048576 are allowed"),
        "{message}"
    );
}

#[test]
fn deep_text_ends_in_an_error() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!("{}0{}", open.repeat(100_000), close.repeat(100_000));
        problem(deep.as_bytes());
        let inside = base()
            .to_string()
            .replacen("\"steps\":[", &format!("\"steps\":[{deep},"), 1);
        problem(inside.as_bytes());
    }
    let mut step = json!({ "kernel": "f", "args": [], "global": [1] });
    for _ in 0..30 {
        step = json!({ "loop": { "index": "i", "count": 1, "steps": [step] } });
    }
    assert!(Manifest::parse(with_steps(json!([step])).to_string().as_bytes()).is_err());
}

#[test]
fn bytes_that_are_no_text() {
    let mut text = base().to_string().into_bytes();
    let at = text.windows(4).position(|part| part == b"test").unwrap();
    text[at] = 0xff;
    let (path, message) = problem(&text);
    assert_eq!(path, "name");
    assert!(message.contains("unicode"), "{message}");
    // Half of a surrogate pair.
    let half = base().to_string().replace("\"test\"", "\"\\ud800\"");
    problem(half.as_bytes());
}

#[test]
fn many_of_everything_is_refused_by_number() {
    let names: Vec<String> = (0..9_000).map(|i| format!("b{i}")).collect();
    let buffers: Vec<Value> = names
        .iter()
        .map(|name| json!({ "name": name, "type": "int", "length": 1 }))
        .collect();
    let mut manifest = with("/buffers", json!(buffers));
    let arguments = vec![json!({ "buffer": "b8999" }); 20_000];
    manifest["steps"] = json!([{ "kernel": "f", "args": arguments, "global": [1] }]);
    manifest["outputs"] = json!(["b0"]);
    refused(&manifest, "buffers", "from 1 to 64");

    let step = json!({ "kernel": "f", "args": [{ "scalar": { "type": "uchar", "value": "i - j" } }], "global": [1] });
    let steps = json!([{ "loop": { "index": "i", "count": 500, "steps": [
        { "loop": { "index": "j", "count": "i + 1", "steps": vec![step; 8_000] } }] } }]);
    refused(&with_steps(steps), "steps", "8000 launches are written");
}

/// Regression: all steps were compiled, and tried for each index, before they were refused.
#[test]
fn of_too_many_steps_none_is_looked_at() {
    // Each step has three errors that a compiler of the steps would report.
    let wrong = json!({ "kernel": "2", "args": [{ "buffer": "none" }], "global": [] });
    let in_loop = json!({ "loop": { "index": "i", "count": "1 / 0", "steps": vec![wrong; 257] } });
    let empty = json!({ "loop": { "index": "i", "count": "1 / 0", "steps": [] } });
    for (steps, message) in [
        (json!([in_loop]), "257 launches are written"),
        (json!(vec![empty; 1025]), "1025 loops are written"),
    ] {
        let errors = Manifest::parse(with_steps(steps).to_string().as_bytes()).unwrap_err();
        let [problem] = errors.problems.as_slice() else {
            panic!("{errors:?}")
        };
        assert_eq!(problem.path, "steps");
        assert!(problem.message.contains(message), "{problem:?}");
    }
}

#[test]
fn contents_that_claim_more_than_they_are() {
    let mut manifest = with("/buffers/1/init", json!({ "inline": [1, 2, 3] }));
    manifest["buffers"][1]["length"] = json!(1u64 << 38);
    refused(&manifest, "buffers[1].init.inline", "has 3 numbers");
    manifest["buffers"][1]["init"] = json!({ "inline": "AAAA" });
    refused(&manifest, "buffers[1].init.inline", "has 3 bytes");
}
