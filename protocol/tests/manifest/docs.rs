//! The parser accepts the examples of docs/manifest.md.

use serde_json::{json, Value};

use super::common::*;

const PAGE: &str = include_str!("../../../docs/manifest.md");

/// The JSON blocks: what each is a part of, and its content.
fn examples() -> Vec<(String, Value)> {
    let mut found = Vec::new();
    let mut lines = PAGE.lines();
    while let Some(line) = lines.next() {
        let Some(kind) = line.strip_prefix("```json") else {
            continue;
        };
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let block = block.join("\n");
        let value = serde_json::from_str(&block).unwrap_or_else(|e| panic!("{e}: {block}"));
        found.push((kind.trim().to_owned(), value));
    }
    found
}

#[test]
fn every_example_is_valid() {
    let mut kinds = Vec::new();
    for (kind, value) in examples() {
        let manifest = match kind.as_str() {
            "" => value,
            "step" => {
                let mut manifest = with_steps(json!([value]));
                let third = json!({ "name": "c", "type": "int", "length": 8 });
                manifest["buffers"].as_array_mut().unwrap().push(third);
                manifest
            }
            "buffers" => {
                let mut manifest = with("/buffers", value);
                let first = manifest["buffers"][0]["name"].clone();
                manifest["steps"][0]["args"] = json!([{ "buffer": first }]);
                manifest["outputs"] = json!([first]);
                manifest
            }
            "build" => with("/build", value),
            other => panic!("an example of unknown kind `{other}`"),
        };
        accepted(&manifest);
        kinds.push(kind);
    }
    for kind in ["", "step", "buffers", "build"] {
        assert!(
            kinds.iter().any(|found| found == kind),
            "no example of kind `{kind}`"
        );
    }
}

#[test]
fn the_limits_are_those_of_the_parser() {
    use aicpw_protocol::manifest::limits;
    let with_commas = |n: u64| {
        let digits = n.to_string();
        let parts: Vec<&str> = digits
            .as_bytes()
            .rchunks(3)
            .rev()
            .map(|p| std::str::from_utf8(p).unwrap())
            .collect();
        parts.join(",")
    };
    for (said, limit) in [
        ("1 to 64 characters", limits::NAME_CHARS as u64 - 64),
        (
            "up to 2,048 characters",
            limits::DESCRIPTION_CHARS as u64 - 2048,
        ),
        ("1 to 64, see [buffers]", limits::BUFFERS as u64 - 64),
        ("at most 16 GiB", limits::OUTPUT_BYTES - (16 << 30)),
        ("at most 1 TiB", limits::MEMORY_BYTES - (1 << 40)),
        ("most\n256 bytes", limits::PATH_BYTES as u64 - 256),
        ("at most 256 written", limits::STEPS as u64 - 256),
        ("up to 4 deep", limits::LOOP_DEPTH as u64 - 4),
        ("up to 1 MiB", u64::from(limits::LOCAL_BYTES) - (1 << 20)),
    ] {
        assert!(PAGE.contains(said), "{said}");
        assert_eq!(limit, 0, "{said}");
    }
    for limit in [
        limits::LAUNCHES,
        limits::CHECKPOINTS,
        limits::STRUCT_BYTES,
        limits::COMBINATIONS,
        limits::GROUP_ITEMS.into(),
    ] {
        assert!(PAGE.contains(&with_commas(limit)), "{limit}");
    }
}
