//! The library `strict_math`: the same bits as another implementation of the same operations, and
//! within the documented distance of the true values.
#![allow(clippy::unwrap_used)]

mod common;
#[path = "strict_math/reference.rs"]
mod reference;

use aicpw_protocol::job::path;
use aicpw_protocol::task::Fault;
use common::{Job, CID};
use serde_json::{json, Value};

type One = (&'static str, fn(f32) -> f32, fn(f64) -> f64, f64);
type Two = (&'static str, fn(f32, f32) -> f32, fn(f64, f64) -> f64, f64);

/// Functions of one number, and how many units in the last place they may be off: a little more
/// than what docs/manifest.md says was measured.
const ONE: [One; 14] = [
    ("exp", reference::exp, f64::exp, 1.0),
    ("exp2", reference::exp2, f64::exp2, 1.0),
    ("log", reference::log, f64::ln, 1.1),
    ("log2", reference::log2, f64::log2, 2.0),
    ("log10", reference::log10, f64::log10, 1.75),
    ("sin", reference::sin, f64::sin, 1.6),
    ("cos", reference::cos, f64::cos, 1.6),
    ("tan", reference::tan, f64::tan, 3.0),
    ("asin", reference::asin, f64::asin, 1.0),
    ("acos", reference::acos, f64::acos, 1.0),
    ("atan", reference::atan, f64::atan, 1.5),
    ("sinh", reference::sinh, f64::sinh, 2.0),
    ("cosh", reference::cosh, f64::cosh, 1.5),
    ("tanh", reference::tanh, f64::tanh, 1.5),
];

const TWO: [Two; 2] = [
    ("pow", reference::pow, f64::powf, 1.5),
    ("atan2", reference::atan2, f64::atan2, 1.75),
];

/// Returns all kinds of numbers: arbitrary bits, moderate sizes, and the ends of all ranges.
fn inputs() -> (Vec<f32>, Vec<f32>) {
    let special = [
        0.0f32,
        1.0,
        0.5,
        2.0,
        3.0,
        7.5,
        1e-45,
        1e-38,
        1.2e-38,
        88.7,
        89.0,
        89.1,
        103.9,
        104.1,
        127.9,
        128.0,
        149.0,
        151.5,
        48_039.0,
        48_040.0,
        16_777_215.0,
        16_777_217.0,
        1e10,
        3.4e38,
        0.625,
        1.000_000_1,
        0.999_999_9,
        std::f32::consts::FRAC_PI_2,
        std::f32::consts::PI,
        f32::INFINITY,
        f32::NAN,
    ];
    let signed: Vec<f32> = special.iter().flat_map(|x| [*x, -x]).collect();
    let mut pairs: Vec<(f32, f32)> = signed
        .iter()
        .flat_map(|x| signed.iter().map(|y| (*x, *y)))
        .collect();
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for _ in 0..40_000 {
        let (a, b) = (next(), next());
        pairs.push((f32::from_bits(a as u32), f32::from_bits(b as u32)));
        // From 2^-8 to 2^8, of either sign.
        let moderate = |bits: u64| {
            let sign = ((bits >> 32) as u32 & 1) << 31;
            f32::from_bits((0x3b80_0000 + (bits as u32 & 0x07ff_ffff)) | sign)
        };
        pairs.push((moderate(a), moderate(b)));
        // Close to one, where powers are sensitive.
        pairs.push((
            f32::from_bits(0x3f40_0000 + (a as u32 & 0x7f_ffff)),
            moderate(b),
        ));
    }
    pairs.into_iter().unzip()
}

fn program() -> String {
    let mut calls = String::new();
    for (k, (name, ..)) in ONE.iter().enumerate() {
        calls += &format!("\tout[{k} * n + i] = strict_{name}(x[i]);\n");
    }
    for (k, (name, ..)) in TWO.iter().enumerate() {
        calls += &format!(
            "\tout[{} * n + i] = strict_{name}(x[i], y[i]);\n",
            ONE.len() + k
        );
    }
    format!(
        "__kernel void f(__global const float* x, __global const float* y, __global float* out) {{
			size_t i = get_global_id(0), n = get_global_size(0);\n{calls}}}"
    )
}

fn job(program: &str, class: &str, build: Value, length: usize, functions: usize) -> Job {
    Job::new(
        program,
        json!({
            "version": "aicpw.task/v1", "name": "strict", "engine": "opencl", "class": class,
            "program": { "cid": CID },
            "build": build,
            "buffers": [
                { "name": "x", "type": "float", "length": length, "constant": true, "init": { "cid": CID } },
                { "name": "y", "type": "float", "length": length, "constant": true, "init": { "cid": CID } },
                { "name": "out", "type": "float", "length": length * functions },
            ],
            "steps": [{ "kernel": "f", "global": [length],
                "args": [{ "buffer": "x" }, { "buffer": "y" }, { "buffer": "out" }] }],
            "outputs": ["out"],
        }),
    )
}

fn with_inputs(job: Job, x: &[f32], y: &[f32]) -> Job {
    let bytes =
        |values: &[f32]| -> Vec<u8> { values.iter().flat_map(|v| v.to_le_bytes()).collect() };
    job.put(&path::buffer(0), &bytes(x));
    job.put(&path::buffer(1), &bytes(y));
    job
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes
        .chunks_exact(4)
        .map(|word| f32::from_le_bytes(word.try_into().unwrap()))
        .collect()
}

#[test]
fn every_function_gives_the_bits_of_the_reference() {
    let (x, y) = inputs();
    let n = x.len();
    for class in ["fp32-strict", "device"] {
        let build = json!({ "libraries": ["strict_math"] });
        let job = job(&program(), class, build, n, ONE.len() + TWO.len());
        let (_, output) = with_inputs(job, &x, &y).complete();
        let output = floats(&output);
        let check = |k: usize, name: &str, i: usize, expected: f32| {
            let got = output[k * n + i];
            assert_eq!(
                got.to_bits(),
                expected.to_bits(),
                "{class}: {name}({:e}, {:e}) is {got:e}, and not {expected:e}",
                x[i],
                y[i]
            );
        };
        for i in 0..n {
            for (k, (name, reference, ..)) in ONE.iter().enumerate() {
                check(k, name, i, reference(x[i]));
            }
            for (k, (name, reference, ..)) in TWO.iter().enumerate() {
                check(ONE.len() + k, name, i, reference(x[i], y[i]));
            }
        }
    }
}

/// Returns the units in the last place of a float between a result and the true value. If that is
/// not a number, or beyond the range, the result must be the same.
fn distance(got: f32, exact: f64) -> f64 {
    let rounded = exact as f32;
    if rounded.is_nan() || got.is_nan() {
        return if rounded.is_nan() == got.is_nan() {
            0.0
        } else {
            f64::INFINITY
        };
    }
    if rounded.is_infinite() || got.is_infinite() {
        return if rounded == got || exact.abs() > f64::from(f32::MAX) {
            0.0
        } else {
            f64::INFINITY
        };
    }
    let exponent = ((rounded.to_bits() >> 23) & 0xff).max(1) as i32;
    (f64::from(got) - exact).abs() / 2f64.powi(exponent - 150)
}

#[test]
fn every_function_is_close_to_the_true_value() {
    let (x, y) = inputs();
    for (name, function, exact, limit) in ONE {
        for x in &x {
            let off = distance(function(*x), exact(f64::from(*x)));
            assert!(off <= limit, "{name}({x:e}) is off by {off} units");
        }
    }
    for (name, function, exact, limit) in TWO {
        for (x, y) in x.iter().zip(&y) {
            let off = distance(function(*x, *y), exact(f64::from(*x), f64::from(*y)));
            assert!(off <= limit, "{name}({x:e}, {y:e}) is off by {off} units");
        }
    }
}

const PLAIN: &str = "__kernel void f(__global const float* x, __global const float* y,
		__global float* out) { size_t i = get_global_id(0); out[i] = sin(x[i]) * exp(y[i]); }";

#[test]
fn a_macro_puts_it_in_the_place_of_a_built_in() {
    let values: (Vec<f32>, Vec<f32>) = ((0..64).map(|i| i as f32 * 0.37).collect(), vec![0.5; 64]);
    let build = json!({
        "libraries": ["strict_math"], "defines": { "sin": "strict_sin", "exp": "strict_exp" },
    });
    let (_, output) = with_inputs(
        job(PLAIN, "fp32-strict", build, 64, 1),
        &values.0,
        &values.1,
    )
    .complete();
    for (i, got) in floats(&output).into_iter().enumerate() {
        let expected = reference::sin(values.0[i]) * reference::exp(values.1[i]);
        assert_eq!(got.to_bits(), expected.to_bits(), "{i}");
    }
}

#[test]
fn macros_reach_the_program_and_not_the_library() {
    let program = "__kernel void f(__global const float* x, __global const float* y,
		__global float* out) { size_t i = get_global_id(0); out[i] = strict_exp(x[i]) + low; }";
    // Names that the library uses for itself.
    let build =
        json!({ "libraries": ["strict_math"], "defines": { "low": "1.0f", "n": 7, "p": "q" } });
    let (_, output) =
        with_inputs(job(program, "fp32-strict", build, 1, 1), &[1.0], &[0.0]).complete();
    assert_eq!(floats(&output), [reference::exp(1.0) + 1.0]);
}

#[test]
fn without_it_nothing_is_different() {
    let built = job(PLAIN, "fp32-strict", json!({}), 1, 1).build();
    assert_eq!(built.failed().fault, Fault::BuildFailed);
    for said in ["program.cl:2", "`sin`", "strict_math"] {
        assert!(built.failed().message.contains(said), "{said}: {built:#?}");
    }
    let built = job(
        &PLAIN.replace("sin(", "strict_sin("),
        "device",
        json!({}),
        1,
        1,
    )
    .build();
    assert!(built.failed().message.contains("strict_sin"), "{built:#?}");
    // With the library, too, line numbers are those of the file.
    let wrong = PLAIN.replace("exp(y[i])", "unknown");
    let built = job(
        &wrong,
        "device",
        json!({ "libraries": ["strict_math"] }),
        1,
        1,
    )
    .build();
    assert!(
        built.failed().message.contains("program.cl:2"),
        "{built:#?}"
    );
}
