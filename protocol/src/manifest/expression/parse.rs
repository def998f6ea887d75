//! From text to operations in postfix order.

use super::Op;

/// Deepest nesting of signs, brackets and functions.
const MAX_DEPTH: u32 = 32;

pub(super) struct Parser<'a> {
    text: &'a str,
    at: usize,
    indices: &'a [&'a str],
    ops: Vec<Op>,
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str, indices: &'a [&'a str]) -> Self {
        Self {
            text,
            at: 0,
            indices,
            ops: Vec::new(),
        }
    }

    pub(super) fn parse(mut self) -> Result<Vec<Op>, String> {
        self.shift(0)?;
        match self.peek() {
            None => Ok(self.ops),
            Some(c) => Err(self.error(&format!("unexpected `{c}`"))),
        }
    }

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
    fn operator(&mut self, operators: &[(&str, Op)]) -> Option<Op> {
        self.peek()?;
        let rest = &self.text[self.at..];
        let (text, op) = operators.iter().find(|(text, _)| rest.starts_with(text))?;
        self.at += text.len();
        Some(*op)
    }

    /// Takes this character.
    fn expect(&mut self, wanted: char) -> Result<(), String> {
        match self.peek() {
            Some(c) if c == wanted => {
                self.at += c.len_utf8();
                Ok(())
            }
            _ => Err(self.error(&format!("expected `{wanted}`"))),
        }
    }

    fn shift(&mut self, depth: u32) -> Result<(), String> {
        self.sum(depth)?;
        while let Some(op) = self.operator(&[("<<", Op::ShiftLeft), (">>", Op::ShiftRight)]) {
            self.sum(depth)?;
            self.ops.push(op);
        }
        Ok(())
    }

    fn sum(&mut self, depth: u32) -> Result<(), String> {
        self.product(depth)?;
        while let Some(op) = self.operator(&[("+", Op::Add), ("-", Op::Subtract)]) {
            self.product(depth)?;
            self.ops.push(op);
        }
        Ok(())
    }

    fn product(&mut self, depth: u32) -> Result<(), String> {
        const OPERATORS: [(&str, Op); 3] =
            [("*", Op::Multiply), ("/", Op::Divide), ("%", Op::Remainder)];
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
                self.shift(depth + 1)?;
                self.expect(')')
            }
            Some(c) if c.is_ascii_digit() => self.number(),
            Some(c) if c.is_ascii_alphabetic() || c == '_' => self.name(depth),
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

    /// A loop index, or a function of two values.
    fn name(&mut self, depth: u32) -> Result<(), String> {
        let start = self.at;
        let name = self
            .run(|c| c.is_ascii_alphanumeric() || c == '_')
            .to_owned();
        if let Some(slot) = self.indices.iter().position(|known| *known == name) {
            self.ops.push(Op::Index(slot));
            return Ok(());
        }
        let function = match name.as_str() {
            "min" => Op::Smaller,
            "max" => Op::Larger,
            _ => {
                self.at = start;
                let known = match self.indices {
                    [] => "there is no loop around this".to_owned(),
                    some => format!("the loops around this have {}", some.join(", ")),
                };
                return Err(self.error(&format!("no loop index `{name}`; {known}")));
            }
        };
        self.expect('(')?;
        self.shift(depth + 1)?;
        self.expect(',')?;
        self.shift(depth + 1)?;
        self.expect(')')?;
        self.ops.push(function);
        Ok(())
    }
}
