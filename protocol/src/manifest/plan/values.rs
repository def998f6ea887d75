//! Values of types, and sizes: compiled and proven to fit.

use super::{
    super::{
        element::{ElementType, Scalar},
        expression::{Expression, Integers, Reals},
        number::{from_base64, Number, NumberOrExpression, ScalarValue, SizeValue},
        validate::limits,
    },
    compile::Compiler,
    CompiledValue,
};
use crate::task::DeterminismClass;

impl Compiler<'_, '_> {
    /// A value of a type.
    pub(super) fn value(
        &mut self,
        value: &ScalarValue,
        element: &ElementType,
        path: &str,
    ) -> Option<CompiledValue> {
        let bytes = element.bytes() as usize;
        let lanes = element.lanes();
        if lanes.is_empty() {
            return self.plain_bytes(value, element, path);
        }
        let values = match value {
            ScalarValue::One(value) => std::slice::from_ref(value),
            ScalarValue::Lanes(values) => values.as_slice(),
        };
        let is_list = matches!(value, ScalarValue::Lanes(_));
        if is_list == element.is_scalar() || values.len() != lanes.len() {
            self.problems.add(
                path,
                match element.is_scalar() {
                    true => format!("must be one value, as the type is {element}"),
                    false => format!(
                        "must be an array of {} values, as the type is {element}",
                        lanes.len()
                    ),
                },
            );
            return None;
        }
        let mut compiled = Vec::with_capacity(values.len());
        for (i, (value, lane)) in values.iter().zip(&lanes).enumerate() {
            match self.lane(value, lane.scalar) {
                Ok(expression) => compiled.push((*lane, expression)),
                Err(message) if is_list => self.problems.add(format!("{path}[{i}]"), message),
                Err(message) => self.problems.add(path, message),
            }
        }
        (compiled.len() == lanes.len()).then_some(CompiledValue {
            base: vec![0; bytes],
            lanes: compiled,
        })
    }

    /// A value of a type without numbers.
    fn plain_bytes(
        &mut self,
        value: &ScalarValue,
        element: &ElementType,
        path: &str,
    ) -> Option<CompiledValue> {
        let expected = element.bytes();
        let base = match value {
            ScalarValue::One(NumberOrExpression::Expression(text)) => {
                from_base64(text).and_then(|base| match base.len() as u64 == expected {
                    true => Ok(base),
                    false => Err(format!("has {} bytes, and the type {expected}", base.len())),
                })
            }
            _ => Err(format!("must be base64, as the type is {element}")),
        };
        match base {
            Ok(base) => Some(CompiledValue {
                base,
                lanes: Vec::new(),
            }),
            Err(message) => {
                self.problems.add(path, message);
                None
            }
        }
    }

    /// Compiles a number and proves that it fits the type.
    fn lane(&mut self, value: &NumberOrExpression, scalar: Scalar) -> Result<Expression, String> {
        let expression = self.expression(value)?;
        if let Some((low, high)) = scalar.integer_range() {
            let fits = |range: Integers| range.low >= low && range.high <= high;
            let range = self.prover.range(&expression, fits)?;
            if !fits(range) {
                return Err(format!(
                    "{} does not fit {}, which goes from {low} to {high}",
                    said(range.low, range.high),
                    scalar.name()
                ));
            }
        } else if let Some(limit) = scalar.real_limit() {
            let fits = |range: Reals| range.low >= -limit && range.high <= limit;
            let range = self.prover.range(&expression, fits)?;
            if !fits(range) {
                return Err(format!(
                    "{} does not fit {}",
                    said(range.low, range.high),
                    scalar.name()
                ));
            }
        }
        Ok(expression)
    }

    fn expression(&self, value: &NumberOrExpression) -> Result<Expression, String> {
        match value {
            NumberOrExpression::Number(Number::Integer(value)) => Ok(Expression::integer(*value)),
            NumberOrExpression::Number(Number::Real(value)) => Ok(Expression::real(*value)),
            NumberOrExpression::Expression(text) => Expression::compile(text, &self.prover.names()),
        }
    }

    /// Compiles a whole number, proves that it is from `least` to `most`, and returns it with the
    /// largest value that it can have.
    pub(super) fn size(
        &mut self,
        size: &SizeValue,
        path: &str,
        least: i128,
        most: i128,
    ) -> Option<(Expression, i128)> {
        let checked = self.expression(size).and_then(|expression| {
            let fits = |range: Integers| range.low >= least && range.high <= most;
            let range = self.prover.range(&expression, fits)?;
            match fits(range) {
                true => Ok((expression, range.high)),
                false => Err(format!(
                    "{} is not from {least} to {most}",
                    said(range.low, range.high)
                )),
            }
        });
        match checked {
            Ok(checked) => Some(checked),
            Err(message) => {
                self.problems.add(path, message);
                None
            }
        }
    }

    pub(super) fn sizes(
        &mut self,
        sizes: &[SizeValue],
        path: &str,
        least: i128,
    ) -> Vec<Expression> {
        let most = i128::from(limits::WORK_ITEMS);
        let mut compiled = Vec::with_capacity(sizes.len());
        for (i, size) in sizes.iter().enumerate() {
            let size = self.size(size, &format!("{path}[{i}]"), least, most);
            compiled.extend(size.map(|(expression, _)| expression));
        }
        compiled
    }
}

/// Why a class cannot have values of this type; `None` if it can.
pub(in super::super) fn type_refused(
    class: DeterminismClass,
    element: &ElementType,
) -> Option<String> {
    let lanes = element.lanes();
    let has = |scalar| lanes.iter().any(|lane| lane.scalar == scalar);
    match class {
        DeterminismClass::Int if has(Scalar::Double) => Some(format!(
            "class `int` has integers only, so {element} cannot be used; the class for it is \
             `device`"
        )),
        DeterminismClass::Int if has(Scalar::Float) => Some(format!(
            "class `int` has integers only, so {element} cannot be used; the class for it is \
             `fp32-strict`"
        )),
        DeterminismClass::Fp32Strict if has(Scalar::Double) => Some(format!(
            "class `fp32-strict` has single precision only, so {element} cannot be used; the \
             class for it is `device`"
        )),
        _ => None,
    }
}

/// A range, in the form for people.
fn said<T: PartialEq + std::fmt::Debug>(low: T, high: T) -> String {
    if low == high {
        format!("{low:?}")
    } else {
        format!("a value from {low:?} to {high:?}")
    }
}
