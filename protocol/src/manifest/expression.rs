//! Arithmetic over loop indices.
//!
//! ```text
//! sum     = product { ("+" | "-") product }
//! product = signed { ("*" | "/" | "%") signed }
//! signed  = "-" signed | number | index | "(" sum ")"
//! number  = decimal integer, 0x hexadecimal integer, or decimal fraction such as 0.5 or 1e-3
//! ```
//!
//! For an integer type everything is integer arithmetic (exact; `/` and `%` truncate towards zero,
//! as in C). For a floating-point type everything, indices included, is `f64` arithmetic, rounded
//! to the type at the end.
//!
//! An expression is evaluated over ranges: when the manifest is validated, over the whole ranges of
//! the indices, which proves that no launch divides by zero or leaves the type; at a launch, over
//! ranges of one value.

/// Longest expression in bytes.
pub const MAX_EXPRESSION_BYTES: usize = 256;

/// Deepest nesting of signs and brackets.
const MAX_DEPTH: u32 = 32;

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
}

/// A compiled expression: operations in postfix order.
#[derive(Clone, PartialEq, Debug)]
pub struct Expression(Vec<Op>);

impl Expression {
    /// Compiles `text`; `indices` are the names of the surrounding loops' indices, outermost first.
    ///
    /// # Errors
    ///
    /// What is wrong and where (character from one).
    pub fn compile(text: &str, indices: &[&str]) -> Result<Self, String> {
        if text.len() > MAX_EXPRESSION_BYTES {
            return Err(format!(
                "the expression has {} bytes, and {MAX_EXPRESSION_BYTES} are allowed",
                text.len()
            ));
        }
        let mut parser = Parser {
            text,
            at: 0,
            indices,
            ops: Vec::new(),
        };
        parser.sum(0)?;
        match parser.peek() {
            None => Ok(Self(parser.ops)),
            Some(c) => Err(parser.error(&format!("unexpected `{c}`"))),
        }
    }

    /// An expression of one integer.
    pub fn integer(value: i128) -> Self {
        Self(vec![Op::Integer(value)])
    }

    /// An expression of one real number.
    pub fn real(value: f64) -> Self {
        Self(vec![Op::Real(value)])
    }

    /// Whether it depends on no index.
    pub fn is_constant(&self) -> bool {
        !self.0.iter().any(|op| matches!(op, Op::Index(_)))
    }

    /// Evaluates with the given values of the indices.
    ///
    /// # Errors
    ///
    /// Overflow of 128 bits, division by zero, or a fraction in integer arithmetic. None of them
    /// can happen within ranges for which the same evaluation succeeded.
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
                        _ => left.remainder(right)?,
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

/// A range of values, with the arithmetic of expressions.
pub trait Range: Copy {
    /// The range of one integer.
    fn integer(value: i128) -> Self;
    /// The range of one real number.
    #[allow(missing_docs)]
    fn real(value: f64) -> Result<Self, String>;
    /// From zero to `count - 1`.
    fn below(count: u32) -> Self;
    #[allow(missing_docs)]
    fn negate(self) -> Result<Self, String>;
    #[allow(missing_docs)]
    fn add(self, other: Self) -> Result<Self, String>;
    #[allow(missing_docs)]
    fn multiply(self, other: Self) -> Result<Self, String>;
    #[allow(missing_docs)]
    fn divide(self, other: Self) -> Result<Self, String>;
    #[allow(missing_docs)]
    fn remainder(self, other: Self) -> Result<Self, String>;
}

/// Integers from `low` to `high`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Integers {
    /// Smallest.
    pub low: i128,
    /// Largest.
    pub high: i128,
}

const OVERFLOW: &str = "grows beyond 128 bits";

impl Integers {
    /// The results of an operation that takes its extremes at the ends of both ranges.
    fn corners(self, other: Self, op: impl Fn(i128, i128) -> Option<i128>) -> Result<Self, String> {
        let mut found: Option<Self> = None;
        for left in [self.low, self.high] {
            for right in [other.low, other.high] {
                let value = op(left, right).ok_or(OVERFLOW)?;
                let so_far = found.unwrap_or(Self::integer(value));
                found = Some(Self {
                    low: so_far.low.min(value),
                    high: so_far.high.max(value),
                });
            }
        }
        found.ok_or_else(|| OVERFLOW.into())
    }

    fn refuse_zero(self) -> Result<(), String> {
        if self.low <= 0 && self.high >= 0 {
            return Err(format!(
                "divides by a value that can be zero (it goes from {} to {})",
                self.low, self.high
            ));
        }
        Ok(())
    }
}

impl Range for Integers {
    fn integer(value: i128) -> Self {
        Self {
            low: value,
            high: value,
        }
    }

    fn real(value: f64) -> Result<Self, String> {
        Err(format!("{value:?} is not an integer"))
    }

    fn below(count: u32) -> Self {
        Self {
            low: 0,
            high: i128::from(count.saturating_sub(1)),
        }
    }

    fn negate(self) -> Result<Self, String> {
        Ok(Self {
            low: self.high.checked_neg().ok_or(OVERFLOW)?,
            high: self.low.checked_neg().ok_or(OVERFLOW)?,
        })
    }

    fn add(self, other: Self) -> Result<Self, String> {
        Ok(Self {
            low: self.low.checked_add(other.low).ok_or(OVERFLOW)?,
            high: self.high.checked_add(other.high).ok_or(OVERFLOW)?,
        })
    }

    fn multiply(self, other: Self) -> Result<Self, String> {
        self.corners(other, i128::checked_mul)
    }

    fn divide(self, other: Self) -> Result<Self, String> {
        other.refuse_zero()?;
        self.corners(other, i128::checked_div)
    }

    fn remainder(self, other: Self) -> Result<Self, String> {
        other.refuse_zero()?;
        if self.low == self.high && other.low == other.high {
            return Ok(Self::integer(
                self.low.checked_rem(other.low).ok_or(OVERFLOW)?,
            ));
        }
        let largest = other.low.unsigned_abs().max(other.high.unsigned_abs()) - 1;
        let largest = i128::try_from(largest).map_err(|_| OVERFLOW)?;
        Ok(Self {
            low: self.low.min(0).max(-largest),
            high: self.high.max(0).min(largest),
        })
    }
}

/// Real numbers from `low` to `high`, both finite. Rounding is monotonic, so results computed at
/// the ends bound those between.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Reals {
    /// Smallest.
    pub low: f64,
    /// Largest.
    pub high: f64,
}

impl Reals {
    fn corners(self, other: Self, op: impl Fn(f64, f64) -> f64) -> Result<Self, String> {
        // One value stays exactly that value: min and max would lose the sign of zero.
        if self.low == self.high && other.low == other.high {
            return Self::finite(op(self.low, other.low), op(self.low, other.low));
        }
        let all = [
            op(self.low, other.low),
            op(self.low, other.high),
            op(self.high, other.low),
            op(self.high, other.high),
        ];
        Self::finite(
            all.into_iter().fold(f64::INFINITY, f64::min),
            all.into_iter().fold(f64::NEG_INFINITY, f64::max),
        )
    }

    fn finite(low: f64, high: f64) -> Result<Self, String> {
        if low.is_finite() && high.is_finite() {
            Ok(Self { low, high })
        } else {
            Err("grows beyond a double".into())
        }
    }

    fn refuse_zero(self) -> Result<(), String> {
        if self.low <= 0.0 && self.high >= 0.0 {
            return Err(format!(
                "divides by a value that can be zero (it goes from {:?} to {:?})",
                self.low, self.high
            ));
        }
        Ok(())
    }
}

impl Range for Reals {
    fn integer(value: i128) -> Self {
        Self {
            low: value as f64,
            high: value as f64,
        }
    }

    fn real(value: f64) -> Result<Self, String> {
        Self::finite(value, value)
    }

    fn below(count: u32) -> Self {
        Self {
            low: 0.0,
            high: f64::from(count.saturating_sub(1)),
        }
    }

    fn negate(self) -> Result<Self, String> {
        Ok(Self {
            low: -self.high,
            high: -self.low,
        })
    }

    fn add(self, other: Self) -> Result<Self, String> {
        Self::finite(self.low + other.low, self.high + other.high)
    }

    fn multiply(self, other: Self) -> Result<Self, String> {
        self.corners(other, |left, right| left * right)
    }

    fn divide(self, other: Self) -> Result<Self, String> {
        other.refuse_zero()?;
        self.corners(other, |left, right| left / right)
    }

    fn remainder(self, other: Self) -> Result<Self, String> {
        other.refuse_zero()?;
        if self.low == self.high && other.low == other.high {
            return Self::finite(self.low % other.low, self.low % other.low);
        }
        let largest = other.low.abs().max(other.high.abs());
        Ok(Self {
            low: self.low.min(0.0).max(-largest),
            high: self.high.max(0.0).min(largest),
        })
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    indices: &'a [&'a str],
    ops: Vec<Op>,
}

impl Parser<'_> {
    fn error(&self, what: &str) -> String {
        let character = self.text[..self.at].chars().count() + 1;
        format!(
            "in expression `{}`, character {character}: {what}",
            self.text
        )
    }

    /// The next character that is not a space.
    fn peek(&mut self) -> Option<char> {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start_matches(' ').len();
        self.text[self.at..].chars().next()
    }

    /// Takes one of these operators.
    fn operator(&mut self, operators: &[(char, Op)]) -> Option<Op> {
        let next = self.peek()?;
        let (_, op) = operators.iter().find(|(c, _)| *c == next)?;
        self.at += 1;
        Some(*op)
    }

    fn sum(&mut self, depth: u32) -> Result<(), String> {
        self.product(depth)?;
        while let Some(op) = self.operator(&[('+', Op::Add), ('-', Op::Subtract)]) {
            self.product(depth)?;
            self.ops.push(op);
        }
        Ok(())
    }

    fn product(&mut self, depth: u32) -> Result<(), String> {
        const OPERATORS: [(char, Op); 3] =
            [('*', Op::Multiply), ('/', Op::Divide), ('%', Op::Remainder)];
        self.signed(depth)?;
        while let Some(op) = self.operator(&OPERATORS) {
            self.signed(depth)?;
            self.ops.push(op);
        }
        Ok(())
    }

    fn signed(&mut self, depth: u32) -> Result<(), String> {
        if depth >= MAX_DEPTH {
            return Err(self.error("nested too deeply"));
        }
        match self.peek() {
            Some('-') => {
                self.at += 1;
                self.signed(depth + 1)?;
                self.ops.push(Op::Negate);
                Ok(())
            }
            Some('(') => {
                self.at += 1;
                self.sum(depth + 1)?;
                match self.peek() {
                    Some(')') => {
                        self.at += 1;
                        Ok(())
                    }
                    _ => Err(self.error("expected `)`")),
                }
            }
            Some(c) if c.is_ascii_digit() => self.number(),
            Some(c) if c.is_ascii_alphabetic() || c == '_' => self.index(),
            Some(c) => Err(self.error(&format!("unexpected `{c}`"))),
            None => Err(self.error("expected a number, a loop index or `(`")),
        }
    }

    /// Takes the longest run of characters that pass.
    fn run(&mut self, pass: impl Fn(char) -> bool) -> &str {
        let rest = &self.text[self.at..];
        let length = rest.find(|c| !pass(c)).unwrap_or(rest.len());
        let start = self.at;
        self.at += length;
        &self.text[start..self.at]
    }

    fn number(&mut self) -> Result<(), String> {
        let start = self.at;
        self.run(|c| c.is_ascii_alphanumeric() || c == '.');
        // The sign of an exponent belongs to the number, except in hexadecimal.
        let so_far = &self.text[start..self.at];
        let signed_exponent = so_far.ends_with(['e', 'E'])
            && !so_far.starts_with("0x")
            && self.text[self.at..].starts_with(['+', '-']);
        if signed_exponent {
            self.at += 1;
            self.run(|c| c.is_ascii_digit());
        }
        let token = &self.text[start..self.at];
        let bad = || self.error(&format!("`{token}` is not a number"));
        let op = if let Some(digits) = token.strip_prefix("0x") {
            Op::Integer(u64::from_str_radix(digits, 16).map_err(|_| bad())?.into())
        } else if token.bytes().all(|b| b.is_ascii_digit()) {
            Op::Integer(token.parse::<u64>().map_err(|_| bad())?.into())
        } else {
            let value: f64 = token.parse().map_err(|_| bad())?;
            if !value.is_finite() {
                return Err(bad());
            }
            Op::Real(value)
        };
        self.ops.push(op);
        Ok(())
    }

    fn index(&mut self) -> Result<(), String> {
        let start = self.at;
        let name = self
            .run(|c| c.is_ascii_alphanumeric() || c == '_')
            .to_owned();
        match self.indices.iter().position(|known| *known == name) {
            Some(slot) => {
                self.ops.push(Op::Index(slot));
                Ok(())
            }
            None => {
                self.at = start;
                let known = match self.indices {
                    [] => "there is no loop around this step".to_owned(),
                    some => format!("the loops around this step have {}", some.join(", ")),
                };
                Err(self.error(&format!("no loop index `{name}`; {known}")))
            }
        }
    }
}
