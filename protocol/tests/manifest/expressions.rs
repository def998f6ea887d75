//! Arithmetic over loop indices: its values, and what is proven about them.

use aicpw_protocol::manifest::{
    expression::{Expression, Integers, Range, Reals, MAX_EXPRESSION_BYTES},
    Value as Passed,
};
use proptest::prelude::*;
use serde_json::json;

use super::common::*;
use super::plan::launches;

fn integer(text: &str, indices: &[(&str, i128)]) -> Result<i128, String> {
    let names: Vec<&str> = indices.iter().map(|(name, _)| *name).collect();
    let values: Vec<Integers> = indices.iter().map(|(_, v)| Integers::integer(*v)).collect();
    let result = Expression::compile(text, &names)?.evaluate(&values)?;
    assert_eq!(result.low, result.high);
    Ok(result.low)
}

fn real(text: &str) -> Result<f64, String> {
    let result: Reals = Expression::compile(text, &[])?.evaluate(&[])?;
    Ok(result.low)
}

#[test]
fn integer_arithmetic_is_that_of_c() {
    for (text, expected) in [
        ("7", 7),
        ("0x1F + 0xff", 286),
        ("1 + 2 * 3 - 4", 3),
        ("(1 + 2) * -3", -9),
        ("2 - 3 - 4", -5),
        ("-7 / 2", -3),
        ("-7 % 3", -1),
        ("7 % -3", 1),
        ("100 / 7 / 2", 7),
        ("--5", 5),
        ("1 + 2 << 3 - 1", 12),
        ("1 << 2 << 3", 32),
        ("-5 >> 1", -3),
        ("1 << 126 >> 126", 1),
        ("(-1 << 126) * 2 % -1", 0),
        ("min(3, 2) + max(3, 2) * 10", 32),
        ("max(1 << 4, min(20, 30))", 20),
        ("18446744073709551615 + 1", 1 << 64),
    ] {
        assert_eq!(integer(text, &[]), Ok(expected), "{text}");
    }
    assert_eq!(integer("n >> i", &[("n", 1000), ("i", 3)]), Ok(125));
    assert_eq!(integer("i*10+j", &[("i", 4), ("j", 2)]), Ok(42));
    // An index may have the name of a function.
    assert_eq!(integer("min * 2", &[("min", 4)]), Ok(8));
}

#[test]
fn real_arithmetic_is_that_of_doubles() {
    for (text, expected) in [
        ("1 / 3", 1.0 / 3.0),
        ("0.1 + 0.2", 0.1 + 0.2),
        ("1e-3 * 2.5E+2", 0.25),
        ("7.5 % 2", 1.5),
        ("-7.5 % 2", -1.5),
        ("min(0.5, 1) - max(0.5, 1)", -0.5),
        ("0x10 / 4", 4.0),
    ] {
        assert_eq!(real(text), Ok(expected), "{text}");
    }
    assert!(real("0 * -1").unwrap().is_sign_negative());
    assert!(real("min(0.0, -0.0)").unwrap().is_sign_positive());
}

#[test]
fn text_that_is_no_expression_says_where() {
    for (text, at) in [
        ("", "character 1"),
        ("   ", "character 4"),
        ("1 +", "character 4"),
        ("1 2", "character 3"),
        ("(1", "expected `)`"),
        ("1)", "unexpected `)`"),
        ("1 ** 2", "unexpected `*`"),
        ("i", "no loop index `i`"),
        ("0x", "`0x` is not a number"),
        ("12ab", "`12ab` is not a number"),
        ("1.2.3", "is not a number"),
        ("1e999", "is not a number"),
        ("18446744073709551616", "is not a number"),
        ("max(1)", "expected `,`"),
        ("max(1, 2, 3)", "expected `)`"),
        ("min 1", "expected `(`"),
        ("sin(1)", "no loop index `sin`"),
        ("1 < 2", "unexpected `<`"),
        ("1 & 3", "unexpected `&`"),
        ("日本", "character 1"),
        ("1 +\t2", "unexpected"),
        ("1; 2", "unexpected `;`"),
    ] {
        let error = integer(text, &[]).unwrap_err();
        assert!(error.contains(at), "{text}: {error}");
    }
}

#[test]
fn values_that_do_not_exist() {
    for (text, cause) in [
        ("1 / 0", "zero"),
        ("1 % (2 - 2)", "zero"),
        ("1 << -1", "from 0 to 126"),
        ("1 >> 127", "from 0 to 126"),
        ("3 << 126", "128 bits"),
        ("0xffffffffffffffff * 0xffffffffffffffff * 4", "128 bits"),
        ("0.5", "not an integer"),
    ] {
        let error = integer(text, &[]).unwrap_err();
        assert!(error.contains(cause), "{text}: {error}");
    }
    for (text, cause) in [
        ("1 / 0", "zero"),
        ("1e308 * 10", "double"),
        ("1e308 + 1e308", "double"),
        ("1 >> 1", "integer types"),
    ] {
        let error = real(text).unwrap_err();
        assert!(error.contains(cause), "{text}: {error}");
    }
}

#[test]
fn long_and_deep_text_is_refused() {
    let long = |n: usize| format!("{}1", " ".repeat(n - 1));
    assert_eq!(integer(&long(MAX_EXPRESSION_BYTES), &[]), Ok(1));
    let error = integer(&long(MAX_EXPRESSION_BYTES + 1), &[]).unwrap_err();
    assert!(error.contains("257 bytes, and 256 are allowed"), "{error}");
    assert_eq!(
        integer(&format!("{}1{}", "(".repeat(31), ")".repeat(31)), &[]),
        Ok(1)
    );
    for open in ["(", "-", "max(1,"] {
        let deep = format!("{}1", open.repeat(40));
        let error = integer(&deep, &[]).unwrap_err();
        assert!(error.contains("nested too deeply"), "{open}: {error}");
    }
}

#[test]
fn ranges_hold_all_values() {
    let expressions = [
        "i + j",
        "i - j",
        "i * j",
        "(i - 3) * (j - 2)",
        "i / (j + 1)",
        "(i - 4) % (j + 2)",
        "1 << i",
        "1000 >> j",
        "(i - 4) << j",
        "(i - 4) >> j",
        "min(i, j)",
        "max(i - 2, j)",
        "-i * -j + 7",
        "(i + 1) % 2",
    ];
    for text in expressions {
        let expression = Expression::compile(text, &["i", "j"]).unwrap();
        let whole: Integers = expression
            .evaluate(&[Integers::below(7), Integers::below(5)])
            .unwrap();
        for i in 0..7 {
            for j in 0..5 {
                let point = [Integers::integer(i), Integers::integer(j)];
                let value: Integers = expression.evaluate(&point).unwrap();
                assert_eq!(value.low, value.high);
                assert!(
                    whole.low <= value.low && value.high <= whole.high,
                    "{text} at {i}, {j}"
                );
            }
        }
    }
    for text in [
        "i * 0.1 - j",
        "i / (j + 0.5)",
        "(i - 3.5) % (j + 2)",
        "min(i, j * 1.5)",
    ] {
        let expression = Expression::compile(text, &["i", "j"]).unwrap();
        let whole: Reals = expression
            .evaluate(&[Reals::below(7), Reals::below(5)])
            .unwrap();
        for i in 0..7 {
            for j in 0..5 {
                let point = [Reals::integer(i), Reals::integer(j)];
                let value: Reals = expression.evaluate(&point).unwrap();
                assert!(
                    whole.low <= value.low && value.high <= whole.high,
                    "{text} at {i}, {j}"
                );
            }
        }
    }
}

/// Expressions over `i` and `j`, with values near the limits of the arithmetic.
fn any_expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("i".to_owned()),
        Just("j".to_owned()),
        (-4i128..5).prop_map(|value| format!("({value})")),
        Just("((-1 << 126) * 2)".to_owned()),
        Just("(1 << 126)".to_owned()),
        Just("18446744073709551615".to_owned()),
    ];
    leaf.prop_recursive(4, 16, 2, |inner| {
        let operators = ["+", "-", "*", "/", "%", "<<", ">>"];
        let operator = prop::sample::select(operators.to_vec());
        prop_oneof![
            4 => (inner.clone(), operator, inner.clone())
                .prop_map(|(left, operator, right)| format!("({left} {operator} {right})")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("min({a}, {b})")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("max({a}, {b})")),
            1 => inner.prop_map(|value| format!("(-{value})")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// A plan relies on this when it evaluates an expression that was proven over its indices.
    #[test]
    fn what_is_proven_of_a_range_holds_at_each_point(
        text in any_expression(),
        most_i in 1u32..5,
        most_j in 1u32..5,
    ) {
        let expression = Expression::compile(&text, &["i", "j"]).unwrap();
        let over = [Integers::below(most_i), Integers::below(most_j)];
        let Ok(whole) = expression.evaluate::<Integers>(&over) else {
            return Ok(());
        };
        for i in 0..most_i {
            for j in 0..most_j {
                let point = [Integers::integer(i.into()), Integers::integer(j.into())];
                let value: Result<Integers, String> = expression.evaluate(&point);
                let value = value.map_err(|error| {
                    TestCaseError::fail(format!("{text} at {i}, {j}: {error}"))
                })?;
                prop_assert_eq!(value.low, value.high);
                prop_assert!(whole.low <= value.low && value.high <= whole.high, "{text} at {i}, {j}");
            }
        }
    }
}

fn argument(text: &str) -> serde_json::Value {
    json!([{ "scalar": { "type": "uchar", "value": text } }])
}

#[test]
fn what_ranges_do_not_prove_is_looked_at_one_by_one() {
    // As ranges, `i - j` goes from -9 to 9; with j < i + 1 it is never negative.
    let triangle = [("i", json!(10)), ("j", json!("i + 1"))];
    let manifest = accepted(&with_args(&triangle, argument("i - j")));
    let values: Vec<Passed> = launches(&manifest)
        .iter()
        .map(|l| l.arguments[0].clone())
        .collect();
    let expected: Vec<Passed> = (0..10u8)
        .flat_map(|i| (0..=i).map(move |j| Passed::Scalar(vec![i - j])))
        .collect();
    assert_eq!(values, expected);
    assert_eq!(manifest.launches(), 55);

    let path = "steps[0].loop.steps[0].loop.steps[0].args[0].scalar.value";
    refused(
        &with_args(&triangle, argument("i - j - 1")),
        path,
        "from -1 to 8",
    );
    // A division by zero is reported with the indices at which it happens.
    refused(
        &with_args(&triangle, argument("8 / (j - 3)")),
        path,
        "with i = 3, j = 3",
    );
    // Too many combinations: only the ranges count.
    let large = [("i", json!(1000)), ("j", json!(1000))];
    refused(
        &with_args(&large, argument("(i - j) * (i - j) % 256")),
        path,
        "a value from -255 to 255",
    );
}
