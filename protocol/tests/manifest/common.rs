//! A manifest to change, and checks of what is reported about it.

use aicpw_protocol::manifest::{Manifest, Problem};
use serde_json::{json, Value};

use super::schema;

/// A valid CID.
pub const CID: &str = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi";

/// A valid manifest of class `device`, with everything in it that tests like to change: buffers
/// `a` (int, 8), `b` (int, 8), `v` (float4, 4), `table` (uint, 4, constant); one step.
pub fn base() -> Value {
    json!({
        "version": "aicpw.task/v1",
        "name": "test",
        "engine": "opencl",
        "class": "device",
        "program": { "cid": CID },
        "buffers": [
            { "name": "a", "type": "int", "length": 8 },
            { "name": "b", "type": "int", "length": 8 },
            { "name": "v", "type": "float4", "length": 4 },
            { "name": "table", "type": "uint", "length": 4, "constant": true,
              "init": { "inline": [1, 2, 3, 4] } },
        ],
        "steps": [{ "kernel": "f", "args": [{ "buffer": "a" }], "global": [8] }],
        "outputs": ["a"],
    })
}

/// The base with another value at a place (a JSON pointer; its parent must exist).
pub fn with(pointer: &str, value: Value) -> Value {
    changed(base(), pointer, value)
}

/// A manifest with another value at a place.
pub fn changed(mut manifest: Value, pointer: &str, value: Value) -> Value {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match manifest.pointer_mut(parent).unwrap() {
        Value::Object(fields) => {
            fields.insert(key.to_owned(), value);
        }
        Value::Array(items) => match key {
            "-" => items.push(value),
            _ => items[key.parse::<usize>().unwrap()] = value,
        },
        _ => panic!("{parent} has no fields"),
    }
    manifest
}

/// The base without a field.
pub fn without(pointer: &str) -> Value {
    let mut manifest = base();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = manifest.pointer_mut(parent).unwrap();
    assert!(parent.as_object_mut().unwrap().remove(key).is_some());
    manifest
}

/// The base with other steps.
pub fn with_steps(steps: Value) -> Value {
    with("/steps", steps)
}

/// The base with these arguments for its only kernel, inside loops with these indices and counts.
pub fn with_args(loops: &[(&str, Value)], args: Value) -> Value {
    with_step(loops, json!({ "kernel": "f", "args": args, "global": [8] }))
}

/// The base with one step inside loops with these indices and counts, outermost first.
pub fn with_step(loops: &[(&str, Value)], step: Value) -> Value {
    let step = loops.iter().rev().fold(step, |inner, (index, count)| {
        json!({ "loop": { "index": index, "count": count, "steps": [inner] } })
    });
    with_steps(json!([step]))
}

pub fn parse(manifest: &Value) -> Result<Manifest, Vec<Problem>> {
    Manifest::parse(manifest.to_string().as_bytes()).map_err(|errors| errors.problems)
}

/// Checks that the parser and the schema accept the manifest, and that it stays the same when it is
/// written and read.
#[track_caller]
pub fn accepted(manifest: &Value) -> Manifest {
    let parsed = parse(manifest).unwrap_or_else(|p| panic!("{p:#?}\n{manifest:#}"));
    schema::assert_accepts(manifest);
    let written = parsed.to_json();
    let again = Manifest::parse(written.as_bytes()).unwrap();
    assert_eq!(again, parsed, "{written}");
    schema::assert_accepts(&serde_json::from_str(&written).unwrap());
    parsed
}

/// Checks that the parser refuses the manifest because of that field and that cause.
#[track_caller]
pub fn refused(manifest: &Value, path: &str, cause: &str) {
    let problems = match parse(manifest) {
        Ok(_) => panic!("accepted: {manifest:#}"),
        Err(problems) => problems,
    };
    assert!(
        problems
            .iter()
            .any(|problem| problem.path == path && problem.message.contains(cause)),
        "no problem at `{path}` with `{cause}`: {problems:#?}"
    );
}

/// Like [`refused`], and checks that the schema refuses the manifest too.
#[track_caller]
pub fn refused_by_shape(manifest: &Value, path: &str, cause: &str) {
    refused(manifest, path, cause);
    schema::assert_refuses(manifest);
}
