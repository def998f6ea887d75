//! The fields of the manifest itself.

use aicpw_protocol::manifest::Manifest;
use serde_json::{json, Value};

use super::common::*;

#[test]
fn the_base_is_valid() {
    let manifest = accepted(&base());
    assert_eq!(manifest.launches(), 1);
    assert_eq!(manifest.checkpoints(), 1);
    assert_eq!(manifest.memory_bytes(), 32 + 32 + 64 + 16);
    assert_eq!(manifest.output_bytes(), 32);
    assert!(manifest.is_resolved());
}

#[test]
fn every_field_that_must_be_there() {
    for field in [
        "version", "name", "engine", "class", "program", "buffers", "steps", "outputs",
    ] {
        let cause = format!("missing field `{field}`");
        refused_by_shape(&without(&format!("/{field}")), "", &cause);
    }
}

#[test]
fn unknown_fields_are_named() {
    refused_by_shape(
        &with("/colour", json!(1)),
        "colour",
        "unknown field `colour`",
    );
    refused_by_shape(
        &with("/buffers/0/colour", json!(1)),
        "buffers[0].colour",
        "unknown field `colour`",
    );
    refused_by_shape(
        &with("/build", json!({ "colour": 1 })),
        "build.colour",
        "unknown field `colour`",
    );
    refused_by_shape(
        &with("/steps/0/colour", json!(1)),
        "steps[0].colour",
        "unknown field `colour`",
    );
    refused_by_shape(
        &with("/steps/0/args/0/colour", json!(1)),
        "steps[0].args[0].colour",
        "unknown field `colour`",
    );
}

#[test]
fn wrong_types_are_named() {
    for (field, wrong) in [
        ("version", json!(1)),
        ("name", json!(1)),
        ("description", json!(null)),
        ("description", json!([])),
        ("engine", json!(null)),
        ("class", json!(true)),
        ("program", json!("p.cl")),
        ("build", json!(null)),
        ("build", json!("-w")),
        ("buffers", json!({})),
        ("steps", json!("f")),
        ("checkpoint_every", json!("1")),
        ("checkpoint_every", json!(-1)),
        ("checkpoint_every", json!(1.5)),
        ("checkpoint_every", json!(u64::from(u32::MAX) + 1)),
        ("outputs", json!("a")),
    ] {
        refused_by_shape(&with(&format!("/{field}"), wrong), field, "");
    }
    for whole in [json!(null), json!([]), json!(7), json!("manifest")] {
        refused_by_shape(&whole, "", "");
    }
}

#[test]
fn fields_in_order_without_their_names_are_no_object() {
    let fill = json!(["a", 0, null, null]);
    let body = json!(["i", 1, [{ "kernel": "f", "args": [], "global": [1] }]]);
    for (manifest, path) in [
        (json!(["aicpw.task/v1", "test"]), ""),
        (with("/build", json!([])), "build"),
        (with("/build", json!([["-w"], {}])), "build"),
        (
            with("/buffers/1", json!(["b", "int", 8, false])),
            "buffers[1]",
        ),
        (with("/steps/0", json!(["f", [], [1]])), "steps[0]"),
        (with("/steps/0", json!({ "fill": fill })), "steps[0].fill"),
        (with("/steps/0", json!({ "loop": body })), "steps[0].loop"),
        (with("/steps/0/args/0", json!(["a"])), "steps[0].args[0]"),
        (
            with("/steps/0/args/0", json!({ "scalar": ["int", 1] })),
            "steps[0].args[0].scalar",
        ),
    ] {
        refused_by_shape(&manifest, path, "sequence");
    }
}

#[test]
fn versions_engines_and_classes_that_are_not_there() {
    refused_by_shape(
        &with("/version", json!("aicpw.task/v2")),
        "version",
        "aicpw.task/v1",
    );
    refused_by_shape(&with("/engine", json!("cuda")), "engine", "opencl");
    refused_by_shape(&with("/class", json!("fp64")), "class", "fp32-strict");
    for class in ["int", "fp32-strict", "device"] {
        let mut manifest = with("/class", json!(class));
        manifest["buffers"].as_array_mut().unwrap().remove(2);
        accepted(&manifest);
    }
}

#[test]
fn names_for_people() {
    for good in [
        "x",
        "a name with ümläuts and 日本",
        &"n".repeat(64),
        &"ö".repeat(64),
    ] {
        accepted(&with("/name", json!(good)));
    }
    for (bad, cause) in [
        ("", "from 1 to 64"),
        (&*"n".repeat(65), "from 1 to 64"),
        ("two\nlines", "control characters"),
        ("\u{7f}", "control characters"),
    ] {
        refused_by_shape(&with("/name", json!(bad)), "name", cause);
    }
    accepted(&with("/description", json!("d\n".repeat(1024))));
    refused_by_shape(
        &with("/description", json!("d".repeat(2049))),
        "description",
        "2048",
    );
}

#[test]
fn programs() {
    accepted(&with("/program", json!({ "file": "sub/p.cl" })));
    refused_by_shape(&with("/program", json!({})), "program", "");
    refused_by_shape(&with("/program", json!({ "cid": "" })), "program.cid", "");
    refused_by_shape(
        &with("/program", json!({ "text": "kernel" })),
        "program",
        "unknown",
    );
    // Well-formed as text, but no CID.
    refused(
        &with("/program", json!({ "cid": CID.replace("ba", "bz") })),
        "program.cid",
        "",
    );
}

#[test]
fn a_field_that_is_named_needs_no_line_and_column() {
    let wrong = parse(&with("/program", json!({ "cid": "Qm" }))).unwrap_err();
    let [problem] = &wrong[..] else {
        panic!("{wrong:#?}");
    };
    assert_eq!(
        (problem.path.as_str(), problem.message.as_str()),
        ("program.cid", "not a CIDv1")
    );
    // If no field can be named, or if the text is no JSON, only the position can be reported.
    let text = base().to_string();
    for bad in [&text[..text.len() - 1], &text.replacen("[8]", "[8", 1)] {
        let wrong = aicpw_protocol::manifest::Manifest::parse(bad.as_bytes()).unwrap_err();
        assert!(wrong.to_string().contains(" at line 1 column "), "{wrong}");
    }
}

#[test]
fn checkpoints_are_bounded() {
    let looped = |count: u64, every: u64| {
        let manifest = with_step(
            &[("i", json!(count))],
            json!({ "kernel": "f", "args": [], "global": [1] }),
        );
        changed(manifest, "/checkpoint_every", json!(every))
    };
    assert_eq!(accepted(&looped(65_535, 1)).checkpoints(), 65_536);
    assert_eq!(accepted(&looped(65_537, 2)).checkpoints(), 32_769);
    assert_eq!(accepted(&looped(100, u64::from(u32::MAX))).checkpoints(), 1);
    refused(&looped(65_536, 1), "checkpoint_every", "make it 2 or more");
}

#[test]
fn all_problems_are_told_at_once() {
    let mut manifest = with("/name", json!(""));
    manifest["outputs"] = json!(["none"]);
    manifest["steps"][0]["args"] = json!([{ "buffer": "none" }]);
    manifest["buffers"][0]["length"] = json!(0);
    let problems = parse(&manifest).unwrap_err();
    let paths: Vec<&str> = problems.iter().map(|p| p.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "name",
            "buffers[0].length",
            "steps[0].args[0].buffer",
            "outputs[0]"
        ]
    );
}

#[test]
fn text_that_is_not_one_json_document() {
    let text = base().to_string();
    for bad in [
        "",
        "{",
        "manifest",
        &text[..text.len() - 1],
        &format!("{text}{text}"),
    ] {
        let problems = aicpw_protocol::manifest::Manifest::parse(bad.as_bytes()).unwrap_err();
        assert_eq!(problems.problems.len(), 1, "{bad}");
        assert_eq!(problems.problems[0].path, "", "{bad}");
        let said = problems.to_string();
        assert!(said.starts_with("it is not JSON: "), "{said}");
    }
    let twice = text.replacen('{', "{\"name\":\"first\",", 1);
    let problems = aicpw_protocol::manifest::Manifest::parse(twice.as_bytes()).unwrap_err();
    assert!(
        problems.to_string().contains("duplicate field `name`"),
        "{problems}"
    );
    assert_eq!(
        serde_json::from_str::<Value>(&twice).unwrap()["name"],
        "test"
    );
}

/// Regression: "expected value at line 1 column 1", and `buffers[1].?: EOF while parsing a string`.
#[test]
fn text_that_is_no_json_is_called_that() {
    let said = |text: &str| {
        let problems = Manifest::parse(text.as_bytes()).unwrap_err();
        problems.to_string()
    };
    assert_eq!(
        said("__kernel void f() {}"),
        "it is not JSON: expected value at line 1 column 1"
    );
    let text = format!("{:#}", base());
    let cut = text.find("\"float4\"").unwrap();
    let cut = said(&text[..cut + 3]);
    assert!(
        cut.starts_with("it is not JSON: it ends too soon, at line "),
        "{cut}"
    );
    // Valid JSON has only one place that is wrong.
    let odd = with("/program", json!({ "cid": CID, "file": "p.cl" }));
    let odd = said(&odd.to_string());
    assert!(!odd.contains("not JSON"), "{odd}");
}

#[test]
fn messages_name_no_types_of_rust() {
    let cases = [
        (
            with_args(&[], json!([{ "scalar": 3 }])),
            "steps[0].args[0].scalar",
        ),
        (with_steps(json!([7])), "steps[0]"),
        (with_steps(json!([{ "fill": "a" }])), "steps[0].fill"),
        (with("/build", json!("-O3")), "build"),
        (with("/buffers/0", json!(["a"])), "buffers[0]"),
    ];
    for (manifest, place) in cases {
        refused(&manifest, place, ", expected an object");
    }
    let whole = "expected a whole number from 0 to ";
    for (pointer, place, value, max) in [
        (
            "/checkpoint_every",
            "checkpoint_every",
            json!("x"),
            u64::from(u32::MAX),
        ),
        (
            "/buffers/0/length",
            "buffers[0].length",
            json!(-1),
            u64::MAX,
        ),
        (
            "/buffers/0/length",
            "buffers[0].length",
            json!(1.5),
            u64::MAX,
        ),
    ] {
        refused(&with(pointer, value), place, &format!("{whole}{max}"));
    }
    let odd = [
        json!(1),
        json!("x"),
        json!([]),
        json!({}),
        json!({ "x": 1 }),
        json!(true),
    ];
    let fields = [
        "/version",
        "/name",
        "/engine",
        "/class",
        "/program",
        "/build",
        "/buffers",
        "/steps",
        "/outputs",
        "/checkpoint_every",
        "/buffers/0/type",
        "/buffers/0/init",
        "/steps/0/args",
        "/steps/0/global",
        "/steps/0/local",
        "/steps/0/loop",
        "/steps/0/copy",
    ];
    for field in fields {
        for value in &odd {
            for problem in parse(&with(field, value.clone())).err().unwrap_or_default() {
                for word in ["struct ", "enum ", "u32", "u64", "Raw"] {
                    assert!(
                        !problem.message.contains(word),
                        "{field} {value}: {problem}"
                    );
                }
            }
        }
    }
}

/// The paths of what is wrong with a text.
fn wrong(manifest: &Value) -> Vec<String> {
    let text = serde_json::to_vec(manifest).unwrap();
    let problems = Manifest::parse(&text).unwrap_err().problems;
    problems.into_iter().map(|problem| problem.path).collect()
}

#[test]
fn words_that_no_field_takes_are_told_together() {
    let mut manifest = with("/engine", json!("cuda"));
    for (pointer, word) in [
        ("/version", "v2"),
        ("/class", "fp32"),
        ("/buffers/0/type", "integer"),
        ("/buffers/2/type", "vec4"),
    ] {
        manifest = changed(manifest, pointer, json!(word));
    }
    let mut paths = wrong(&manifest);
    paths.sort();
    let all = [
        "buffers[0].type",
        "buffers[2].type",
        "class",
        "engine",
        "version",
    ];
    assert_eq!(paths, all);
    // At the end, something that is wrong in another way.
    let manifest = changed(with("/engine", json!("cuda")), "/outputs", json!(7));
    assert_eq!(wrong(&manifest), ["engine", "outputs"]);
    // Around each wrong word, the rest is read as usual.
    let mut rich = with("/class", json!("fp32"));
    rich["steps"] = json!([{ "loop": { "index": "i", "count": 3, "steps": [
        { "kernel": "f", "args": [{ "scalar": { "type": "ulong", "value": u64::MAX } },
            { "scalar": { "type": "double", "value": "0.1 * i" } }, { "local": 16 }], "global": [8] } ] } }]);
    rich["build"] =
        json!({ "libraries": ["strict_maths"], "defines": { "class": "uint", "N": 7 } });
    let mut paths = wrong(&rich);
    paths.sort();
    assert_eq!(paths, ["build.libraries[0]", "class"]);
}

#[test]
fn only_some_wrong_words_are_told() {
    let mut manifest = base();
    let types = (0..40).map(|i| json!({ "name": format!("b{i}"), "type": "integer", "length": 1 }));
    manifest["buffers"] = types.collect();
    assert_eq!(wrong(&manifest).len(), 8);
    // For text that is no JSON, the place where it stops being JSON is reported too.
    let text = br#"{ "engine": "cuda", "class": "#;
    let problems = Manifest::parse(text).unwrap_err().problems;
    assert_eq!(problems.len(), 2);
    assert_eq!(problems[0].path, "engine");
    assert!(problems[1].message.contains("not JSON"), "{}", problems[1]);
}
