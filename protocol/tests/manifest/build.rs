//! Compiler options and macros.

use aicpw_protocol::{
    manifest::{
        validate::{options_allowed, options_dropped, CORRECT_DIVIDE_SQRT},
        Library,
    },
    task::DeterminismClass,
};
use serde_json::{json, Value};

use super::common::*;

fn build(class: &str, build: Value) -> Value {
    let mut manifest = with("/build", build);
    manifest["class"] = json!(class);
    manifest["buffers"].as_array_mut().unwrap().remove(2);
    manifest
}

const EVERYWHERE: [&str; 10] = [
    "-cl-single-precision-constant",
    "-cl-opt-disable",
    "-w",
    "-cl-fp32-correctly-rounded-divide-sqrt",
    "-cl-std=CL1.0",
    "-cl-std=CL1.1",
    "-cl-std=CL1.2",
    "-cl-kernel-arg-info",
    "-cl-strict-aliasing",
    "-Werror",
];
const DEVICE_ONLY: [&str; 6] = [
    "-cl-denorms-are-zero",
    "-cl-fast-relaxed-math",
    "-cl-finite-math-only",
    "-cl-mad-enable",
    "-cl-no-signed-zeros",
    "-cl-unsafe-math-optimizations",
];

#[test]
fn options_by_class() {
    for option in EVERYWHERE {
        for class in ["int", "fp32-strict", "device"] {
            accepted(&build(class, json!({ "options": [option] })));
        }
    }
    for option in DEVICE_ONLY {
        accepted(&build("device", json!({ "options": [option] })));
        for class in ["int", "fp32-strict"] {
            refused_by_shape(
                &build(class, json!({ "options": ["-w", option] })),
                "build.options[1]",
                "only class `device` has it",
            );
        }
    }
}

/// `-cl-std=CL1.2 -cl-fp32-correctly-rounded-divide-sqrt -cl-kernel-arg-info -Werror -DT='unsigned int' -DN=(16)`.
#[test]
fn what_an_ordinary_host_program_gives() {
    let options = [
        "-cl-std=CL1.2",
        "-cl-fp32-correctly-rounded-divide-sqrt",
        "-cl-kernel-arg-info",
        "-Werror",
    ];
    for class in ["int", "fp32-strict", "device"] {
        let manifest = accepted(&build(
            class,
            json!({ "options": options, "defines": { "T": "unsigned int", "N": "(16)" } }),
        ));
        assert_eq!(manifest.build.options, options);
        assert_eq!(manifest.build.defines["T"].text(), "unsigned int");
        assert_eq!(manifest.build.defines["N"].text(), "(16)");
    }
}

#[test]
fn what_the_compiler_is_not_told_is_allowed() {
    for class in [
        DeterminismClass::Int,
        DeterminismClass::Fp32Strict,
        DeterminismClass::Device,
    ] {
        let (allowed, dropped) = (options_allowed(class), options_dropped(class));
        assert!(dropped.iter().all(|option| allowed.contains(option)));
        assert!(!dropped.contains(&"-w") && dropped.contains(&"-Werror"));
        // The option has an effect where the class leaves it open.
        assert_eq!(
            dropped.contains(&CORRECT_DIVIDE_SQRT),
            class != DeterminismClass::Device
        );
    }
}

#[test]
fn options_that_nobody_has() {
    for option in [
        "-I/etc",
        "-cl-std=CL3.0",
        "-cl-std=CL1.2 -I/etc",
        "-cl-std=",
        "-cl-std",
        "-DX=1",
        "-w -I/etc",
        "",
        "-W",
        "-Werror=all",
        "-cl-kernel-arg-info\n-I/etc",
    ] {
        refused_by_shape(
            &build("device", json!({ "options": [option] })),
            "build.options[0]",
            "`build.defines`",
        );
    }
    refused_by_shape(
        &build("device", json!({ "options": ["-w", "-cl-std=CL2.0"] })),
        "build.options[1]",
        "OpenCL C 1.2",
    );
    accepted(&build("device", json!({ "options": vec!["-w"; 16] })));
    refused_by_shape(
        &build("device", json!({ "options": vec!["-w"; 17] })),
        "build.options",
        "at most 16",
    );
    refused_by_shape(
        &build("device", json!({ "options": "-w" })),
        "build.options",
        "",
    );
    refused_by_shape(
        &build("device", json!({ "options": [1] })),
        "build.options[0]",
        "",
    );
}

#[test]
fn libraries() {
    for class in ["fp32-strict", "device"] {
        let manifest = accepted(&build(class, json!({ "libraries": ["strict_math"] })));
        assert_eq!(manifest.build.libraries, [Library::StrictMath]);
        accepted(&build(class, json!({ "libraries": [] })));
    }
    refused_by_shape(
        &build("int", json!({ "libraries": ["strict_math"] })),
        "build.libraries[0]",
        "integers only",
    );
    refused_by_shape(
        &build(
            "device",
            json!({ "libraries": ["strict_math", "strict_math"] }),
        ),
        "build.libraries[1]",
        "twice",
    );
    for wrong in [
        json!("strict_math"),
        json!([1]),
        json!(["fast_math"]),
        json!(null),
    ] {
        let manifest = build("device", json!({ "libraries": wrong }));
        let problems = parse(&manifest).unwrap_err();
        assert!(
            problems[0].path.starts_with("build.libraries"),
            "{problems:?}"
        );
        super::schema::assert_refuses(&manifest);
    }
}

#[test]
fn macros() {
    let manifest = accepted(&build(
        "device",
        json!({ "defines": {
            "N": 64, "MIN": i64::MIN, "MAX": u64::MAX, "TYPE": "uint", "HALF": "0.5f",
            "MINUS": "-1", "_x9": "a", "LONG": "x".repeat(64), "WORDS": "unsigned long int",
            "CALL": "f(-a, (N + 1) * .5f)", "SIGN": "+", "FIRST": "(a), b", "SPACES": "  2 ",
        } }),
    ));
    let text = |name: &str| manifest.build.defines[name].text().to_owned();
    assert_eq!(text("MIN"), i64::MIN.to_string());
    assert_eq!(text("MAX"), u64::MAX.to_string());
    assert_eq!(text("HALF"), "0.5f");
    assert_eq!(text("CALL"), "f(-a, (N + 1) * .5f)");
    assert_eq!(text("SPACES"), "  2 ");
}

#[test]
fn macros_that_are_none() {
    for name in ["", "1st", "a b", "a=b", "é", &*"x".repeat(65)] {
        refused_by_shape(
            &build("device", json!({ "defines": { name: 1 } })),
            &format!("build.defines.{name}"),
            "name",
        );
    }
    for value in [
        "",
        "  ",
        "a;b",
        "a\n#include <b>",
        "a\n",
        "a\rb",
        "a\tb",
        "a\\",
        "a\\\n",
        "\"x\"",
        "'x'",
        "#a",
        "a ## b",
        "a // b",
        "a /* b",
        "a / b",
        "a[1]",
        "{ a }",
        "%: a",
        "<: a",
        "??/",
        "a = b",
        "\u{e9}",
        "a\u{a0}b",
        "a\u{2028}b",
        "a\0",
        &*"x".repeat(65),
        &*"x ".repeat(33),
    ] {
        refused_by_shape(
            &build("device", json!({ "defines": { "X": value } })),
            "build.defines.X",
            "no value that a macro may have",
        );
    }
    for value in [json!(0.5), json!(null), json!([]), json!(true)] {
        refused_by_shape(
            &build("device", json!({ "defines": { "X": value } })),
            "build.defines.X",
            "",
        );
    }
    let many = |n: usize| -> Value { (0..n).map(|i| (format!("X{i}"), json!(i))).collect() };
    accepted(&build("device", json!({ "defines": many(64) })));
    refused_by_shape(
        &build("device", json!({ "defines": many(65) })),
        "build.defines",
        "at most 64",
    );
}
