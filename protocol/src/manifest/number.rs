//! Numbers in a manifest, and contents made of numbers.
//!
//! They are read through [`serde_json::Value`], because some crates of the SDK switch serde_json
//! to arbitrary precision, and a number must mean the same in every program that reads it:
//! integers are exact from −2⁶³ to 2⁶⁴ − 1, everything else is the nearest `f64`.

use base64::Engine as _;
use serde::{Deserialize, Serialize};

use super::{
    element::{ElementType, Lane, Scalar},
    model::DefineValue,
};

/// A number.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Number {
    /// Written without fraction and exponent, and within 64 bits.
    Integer(i128),
    /// Everything else that is finite.
    Real(f64),
}

impl Number {
    fn from_json(number: &serde_json::Number) -> Option<Self> {
        // Depending on serde_json's features, `-0` is the integer 0 or the float −0.
        if number.to_string() == "-0" {
            return Some(Self::Real(-0.0));
        }
        number
            .as_i64()
            .map(|value| Self::Integer(value.into()))
            .or_else(|| number.as_u64().map(|value| Self::Integer(value.into())))
            .or_else(|| number.as_f64().filter(|v| v.is_finite()).map(Self::Real))
    }

    fn to_json(self) -> serde_json::Value {
        match self {
            Self::Integer(value) => match i64::try_from(value) {
                Ok(value) => value.into(),
                Err(_) => (value as u64).into(),
            },
            Self::Real(value) => value.into(),
        }
    }

    /// As a real number.
    pub fn as_f64(self) -> f64 {
        match self {
            Self::Integer(value) => value as f64,
            Self::Real(value) => value,
        }
    }
}

const BAD_NUMBER: &str = "not a finite number of 64 bits";

/// Reads a field that may be absent, but is never `null`.
pub(super) fn present<'de, D, T>(d: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(d).map(Some)
}

/// A number, or an expression over loop indices (see [`super::expression`]).
#[derive(Clone, PartialEq, Debug)]
pub enum NumberOrExpression {
    /// A number.
    Number(Number),
    /// An expression, as written.
    Expression(String),
}

/// A size: a whole number or an expression.
pub type SizeValue = NumberOrExpression;

/// The value of a scalar argument.
#[derive(Clone, PartialEq, Debug)]
pub enum ScalarValue {
    /// For a scalar type.
    One(NumberOrExpression),
    /// For a vector type or a structure: one value for each number in it.
    Lanes(Vec<NumberOrExpression>),
}

/// The content of a buffer, written into the manifest.
#[derive(Clone, PartialEq, Debug)]
pub enum InlineContent {
    /// Base64 (standard alphabet, with padding) of the bytes.
    Base64(String),
    /// Numbers, in the order in which they stand in the elements.
    Numbers(Vec<Number>),
}

impl InlineContent {
    /// Returns the bytes, for a buffer of `length` elements.
    ///
    /// # Errors
    ///
    /// Wrong length, bad base64, or a number that does not fit the type (by its position).
    pub fn bytes(&self, element: &ElementType, length: u64) -> Result<Vec<u8>, String> {
        let expected = length.saturating_mul(element.bytes());
        match self {
            Self::Base64(text) => {
                let bytes = from_base64(text)?;
                if bytes.len() as u64 != expected {
                    return Err(format!(
                        "has {} bytes, but {length} × {element} are {expected}",
                        bytes.len()
                    ));
                }
                Ok(bytes)
            }
            Self::Numbers(numbers) => {
                let lanes = element.lanes();
                if lanes.is_empty() {
                    return Err(format!("must be base64, as the type is {element}"));
                }
                let expected = length.saturating_mul(lanes.len() as u64);
                if numbers.len() as u64 != expected {
                    return Err(format!(
                        "has {} numbers, but {length} × {element} are {expected}",
                        numbers.len()
                    ));
                }
                let mut bytes = Vec::with_capacity(numbers.len() * 8);
                for (i, numbers) in numbers.chunks_exact(lanes.len()).enumerate() {
                    let start = bytes.len();
                    for (Lane { scalar, offset }, (j, number)) in
                        lanes.iter().zip(numbers.iter().enumerate())
                    {
                        bytes.resize(start + *offset as usize, 0);
                        put(*number, *scalar, &mut bytes)
                            .map_err(|error| format!("number {}: {error}", i * lanes.len() + j))?;
                    }
                    bytes.resize(start + element.bytes() as usize, 0);
                }
                Ok(bytes)
            }
        }
    }
}

/// Decodes base64 in the standard alphabet, with padding.
pub(super) fn from_base64(text: &str) -> Result<Vec<u8>, String> {
    base64::engine::general_purpose::STANDARD
        .decode(text)
        .map_err(|error| format!("not base64: {error}"))
}

/// Appends a number as a value of the type.
fn put(number: Number, scalar: Scalar, out: &mut Vec<u8>) -> Result<(), String> {
    match (scalar.integer_range(), number) {
        (Some((low, high)), Number::Integer(value)) if (low..=high).contains(&value) => {
            scalar.put_integer(value, out);
            Ok(())
        }
        (Some((low, high)), Number::Integer(value)) => Err(format!(
            "{value} does not fit {}, which goes from {low} to {high}",
            scalar.name()
        )),
        (Some(_), Number::Real(value)) => Err(format!(
            "{value:?} is not an integer of 64 bits, as {} needs",
            scalar.name()
        )),
        (None, number) => {
            let value = number.as_f64();
            if scalar.real_limit().is_some_and(|limit| value.abs() > limit) {
                return Err(format!("{value:e} does not fit {}", scalar.name()));
            }
            scalar.put_real(value, out);
            Ok(())
        }
    }
}

// How these types are written in JSON.

fn number<E: serde::de::Error>(value: &serde_json::Value) -> Result<Number, E> {
    match value {
        serde_json::Value::Number(number) => {
            Number::from_json(number).ok_or_else(|| E::custom(BAD_NUMBER))
        }
        other => Err(E::custom(format!(
            "expected a number, found {}",
            kind(other)
        ))),
    }
}

fn number_or_expression<E: serde::de::Error>(
    value: serde_json::Value,
) -> Result<NumberOrExpression, E> {
    match value {
        serde_json::Value::String(text) => Ok(NumberOrExpression::Expression(text)),
        serde_json::Value::Number(_) => number(&value).map(NumberOrExpression::Number),
        other => Err(E::custom(format!(
            "expected a number, or an expression in a string, found {}",
            kind(&other)
        ))),
    }
}

fn kind(value: &serde_json::Value) -> &'static str {
    match value {
        serde_json::Value::Null => "null",
        serde_json::Value::Bool(_) => "true or false",
        serde_json::Value::Number(_) => "a number",
        serde_json::Value::String(_) => "a string",
        serde_json::Value::Array(_) => "an array",
        serde_json::Value::Object(_) => "an object",
    }
}

impl Serialize for NumberOrExpression {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => number.to_json().serialize(s),
            Self::Expression(text) => s.serialize_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for NumberOrExpression {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        number_or_expression(serde_json::Value::deserialize(d)?)
    }
}

impl Serialize for ScalarValue {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::One(value) => value.serialize(s),
            Self::Lanes(values) => values.serialize(s),
        }
    }
}

impl<'de> Deserialize<'de> for ScalarValue {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        match serde_json::Value::deserialize(d)? {
            serde_json::Value::Array(values) => values
                .into_iter()
                .map(number_or_expression)
                .collect::<Result<_, _>>()
                .map(Self::Lanes),
            value => number_or_expression(value).map(Self::One),
        }
    }
}

impl Serialize for InlineContent {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Base64(text) => s.serialize_str(text),
            Self::Numbers(numbers) => s.collect_seq(numbers.iter().map(|n| n.to_json())),
        }
    }
}

impl<'de> Deserialize<'de> for InlineContent {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        match serde_json::Value::deserialize(d)? {
            serde_json::Value::String(text) => Ok(Self::Base64(text)),
            serde_json::Value::Array(values) => values
                .iter()
                .map(number)
                .collect::<Result<_, _>>()
                .map(Self::Numbers),
            other => Err(D::Error::custom(format!(
                "expected base64 in a string, or an array of numbers, found {}",
                kind(&other)
            ))),
        }
    }
}

impl Serialize for DefineValue {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for DefineValue {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        match serde_json::Value::deserialize(d)? {
            serde_json::Value::String(text) => Ok(Self(text)),
            value => match number(&value)? {
                Number::Integer(value) => Ok(Self(value.to_string())),
                Number::Real(_) => Err(D::Error::custom(
                    "expected a whole number; write other numbers as OpenCL C does, in a string, \
					 such as \"0.5f\"",
                )),
            },
        }
    }
}
