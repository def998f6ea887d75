//! The arithmetic of expressions, over ranges of integers and of real numbers.

/// A range of values, with the arithmetic of expressions.
#[allow(missing_docs, reason = "operations that are called what they are")]
pub trait Range: Copy {
    /// The range of one integer.
    fn integer(value: i128) -> Self;
    /// The range of one real number.
    fn real(value: f64) -> Result<Self, String>;
    /// From zero to `count - 1`.
    fn below(count: u32) -> Self;
    fn negate(self) -> Result<Self, String>;
    fn add(self, other: Self) -> Result<Self, String>;
    fn multiply(self, other: Self) -> Result<Self, String>;
    fn divide(self, other: Self) -> Result<Self, String>;
    fn remainder(self, other: Self) -> Result<Self, String>;
    fn shift_left(self, other: Self) -> Result<Self, String>;
    fn shift_right(self, other: Self) -> Result<Self, String>;
    /// The smaller of two values, one from each range.
    fn smaller(self, other: Self) -> Self;
    /// The larger of two values, one from each range.
    fn larger(self, other: Self) -> Self;
    /// The smallest range that contains both.
    fn hull(self, other: Self) -> Self;
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

/// The longest shift. A longer one would reach the sign of an `i128`.
const MAX_SHIFT: i128 = 126;

impl Integers {
    /// The results of an operation that has its extremes at the ends of both ranges.
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

    fn shift_distance(self) -> Result<(), String> {
        if self.low < 0 || self.high > MAX_SHIFT {
            return Err(format!(
                "shifts by a value from {} to {}, which must be from 0 to {MAX_SHIFT}",
                self.low, self.high
            ));
        }
        Ok(())
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
            // Zero for a divisor of -1, also for the smallest number, which has no quotient. What is proven below for
            // many values holds for each of them.
            return Ok(Self::integer(self.low.wrapping_rem(other.low)));
        }
        let largest = other.low.unsigned_abs().max(other.high.unsigned_abs()) - 1;
        let largest = i128::try_from(largest).map_err(|_| OVERFLOW)?;
        Ok(Self {
            low: self.low.min(0).max(-largest),
            high: self.high.max(0).min(largest),
        })
    }

    fn shift_left(self, other: Self) -> Result<Self, String> {
        other.shift_distance()?;
        self.corners(other, |left, right| {
            left.checked_mul(1i128.checked_shl(u32::try_from(right).ok()?)?)
        })
    }

    fn shift_right(self, other: Self) -> Result<Self, String> {
        other.shift_distance()?;
        self.corners(other, |left, right| {
            left.checked_shr(u32::try_from(right).ok()?)
        })
    }

    fn smaller(self, other: Self) -> Self {
        Self {
            low: self.low.min(other.low),
            high: self.high.min(other.high),
        }
    }

    fn larger(self, other: Self) -> Self {
        Self {
            low: self.low.max(other.low),
            high: self.high.max(other.high),
        }
    }

    fn hull(self, other: Self) -> Self {
        Self {
            low: self.low.min(other.low),
            high: self.high.max(other.high),
        }
    }
}

/// Real numbers from `low` to `high`, both finite. Rounding is monotonic, so the results at the ends bound those
/// between them.
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

    fn shift_left(self, _: Self) -> Result<Self, String> {
        Err(NO_SHIFTS.into())
    }

    fn shift_right(self, _: Self) -> Result<Self, String> {
        Err(NO_SHIFTS.into())
    }

    fn smaller(self, other: Self) -> Self {
        Self {
            low: smaller(self.low, other.low),
            high: smaller(self.high, other.high),
        }
    }

    fn larger(self, other: Self) -> Self {
        Self {
            low: larger(self.low, other.low),
            high: larger(self.high, other.high),
        }
    }

    fn hull(self, other: Self) -> Self {
        Self {
            low: smaller(self.low, other.low),
            high: larger(self.high, other.high),
        }
    }
}

const NO_SHIFTS: &str = "`<<` and `>>` are for integer types";

// `f64::min` does not specify which zero it returns. These always return the first.

fn smaller(first: f64, second: f64) -> f64 {
    match second < first {
        true => second,
        false => first,
    }
}

fn larger(first: f64, second: f64) -> f64 {
    match second > first {
        true => second,
        false => first,
    }
}
