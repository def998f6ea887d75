//! Arithmetic over loop indices.
//!
//! ```text
//! shift   = sum { ("<<" | ">>") sum }
//! sum     = product { ("+" | "-") product }
//! product = signed { ("*" | "/" | "%") signed }
//! signed  = "-" signed | number | index | "(" shift ")"
//!         | ("min" | "max") "(" shift "," shift ")"
//! number  = decimal integer, 0x hexadecimal integer, or decimal fraction such as 0.5 or 1e-3
//! ```
//!
//! For an integer type everything is integer arithmetic (exact; `/` and `%` truncate towards zero,
//! as in C; `>>` rounds down). For a floating-point type everything, indices included, is `f64`
//! arithmetic, rounded to the type at the end, and there are no shifts.
//!
//! An expression is evaluated over ranges: when the manifest is validated, over the whole ranges of
//! the indices, which proves that no launch divides by zero or leaves the type; at a launch, over
//! ranges of one value.

mod parse;
mod range;

pub use range::{Integers, Range, Reals};

use parse::Parser;

/// Longest expression in bytes.
pub const MAX_EXPRESSION_BYTES: usize = 256;

#[derive(Clone, Copy, PartialEq, Debug)]
enum Op {
    Integer(i128),
    Real(f64),
    Index(usize),
    Negate,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    ShiftLeft,
    ShiftRight,
    Smaller,
    Larger,
}

/// A compiled expression: operations in postfix order.
#[derive(Clone, PartialEq, Debug)]
pub struct Expression(Vec<Op>);

impl Expression {
    /// Compiles `text`; `indices` are the names of the surrounding loops' indices, outermost first.
    ///
    /// # Errors
    ///
    /// What is wrong, and where (characters are counted from one).
    pub fn compile(text: &str, indices: &[&str]) -> Result<Self, String> {
        if text.len() > MAX_EXPRESSION_BYTES {
            return Err(format!(
                "the expression has {} bytes, and {MAX_EXPRESSION_BYTES} are allowed",
                text.len()
            ));
        }
        Parser::new(text, indices).parse().map(Self)
    }

    /// An expression of one integer.
    pub fn integer(value: i128) -> Self {
        Self(vec![Op::Integer(value)])
    }

    /// An expression of one real number.
    pub fn real(value: f64) -> Self {
        Self(vec![Op::Real(value)])
    }

    /// The sum of both expressions.
    pub fn plus(&self, other: &Self) -> Self {
        self.combined(other, Op::Add)
    }

    /// The difference of both expressions.
    pub fn minus(&self, other: &Self) -> Self {
        self.combined(other, Op::Subtract)
    }

    /// The product of both expressions.
    pub fn times(&self, other: &Self) -> Self {
        self.combined(other, Op::Multiply)
    }

    /// The remainder of a division by `divisor`.
    pub fn modulo(&self, divisor: u32) -> Self {
        self.combined(&Self::integer(divisor.into()), Op::Remainder)
    }

    fn combined(&self, other: &Self, op: Op) -> Self {
        Self([self.0.as_slice(), &other.0, &[op]].concat())
    }

    /// Whether it does not depend on any index.
    pub fn is_constant(&self) -> bool {
        !self.0.iter().any(|op| matches!(op, Op::Index(_)))
    }

    /// Whether it depends on the index at this position.
    pub fn depends_on(&self, slot: usize) -> bool {
        self.0.contains(&Op::Index(slot))
    }

    /// Evaluates with the given values of the indices.
    ///
    /// # Errors
    ///
    /// Overflow of 128 bits, division by zero, a shift that is out of range, or a fraction in integer
    /// arithmetic. None of them can happen within ranges for which the same evaluation succeeded.
    pub fn evaluate<R: Range>(&self, indices: &[R]) -> Result<R, String> {
        let mut stack: Vec<R> = Vec::with_capacity(8);
        for op in &self.0 {
            let result = match *op {
                Op::Integer(value) => R::integer(value),
                Op::Real(value) => R::real(value)?,
                Op::Index(slot) => indices[slot],
                Op::Negate => pop(&mut stack).negate()?,
                _ => {
                    let right = pop(&mut stack);
                    let left = pop(&mut stack);
                    match op {
                        Op::Add => left.add(right)?,
                        Op::Subtract => left.add(right.negate()?)?,
                        Op::Multiply => left.multiply(right)?,
                        Op::Divide => left.divide(right)?,
                        Op::Remainder => left.remainder(right)?,
                        Op::ShiftLeft => left.shift_left(right)?,
                        Op::ShiftRight => left.shift_right(right)?,
                        Op::Smaller => left.smaller(right),
                        _ => left.larger(right),
                    }
                }
            };
            stack.push(result);
        }
        Ok(pop(&mut stack))
    }
}

fn pop<R>(stack: &mut Vec<R>) -> R {
    stack
        .pop()
        .expect("the compiler emits operands before operators; qed")
}
