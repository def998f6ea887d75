//! Handwritten digits, as `examples/digits` has them.

use anyhow::{ensure, Context, Result};

/// The number of pixels of a digit.
pub const PIXELS: usize = 64;

/// One digit: its pixels, row by row from the top, and its label.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Digit {
    /// Brightnesses from 0 to 16.
    pub pixels: [u8; PIXELS],
    /// The digit, from 0 to 9.
    pub label: u8,
}

/// Some digits, in the order of the file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Digits(pub Vec<Digit>);

impl Digits {
    /// Reads lines of 64 brightnesses and a label.
    pub fn parse(text: &str) -> Result<Self> {
        let digits: Vec<Digit> = text
            .lines()
            .enumerate()
            .map(|(number, line)| digit(line).with_context(|| format!("line {}", number + 1)))
            .collect::<Result<_>>()?;
        Ok(Self(digits))
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Splits off the last `held_back` digits. Returns the others, and those.
    pub fn split(mut self, held_back: usize) -> Result<(Self, Self)> {
        let known = self.len().saturating_sub(held_back);
        ensure!(
            known > 0,
            "{held_back} of {} digits held back leave none to learn from",
            self.len()
        );
        let last = self.0.split_off(known);
        Ok((self, Self(last)))
    }
}

fn digit(line: &str) -> Result<Digit> {
    let numbers = line
        .split(',')
        .map(|word| {
            word.trim()
                .parse::<u8>()
                .with_context(|| format!("`{word}` is not a number from 0 to 255"))
        })
        .collect::<Result<Vec<u8>>>()?;
    let count = numbers.len();
    let Some((&label, Ok(pixels))) = numbers
        .split_last()
        .map(|(label, pixels)| (label, <[u8; PIXELS]>::try_from(pixels)))
    else {
        anyhow::bail!("a digit has {} numbers, not {count}", PIXELS + 1);
    };
    ensure!(
        pixels.iter().all(|pixel| *pixel <= 16),
        "a brightness is at most 16"
    );
    ensure!(label <= 9, "{label} is not a digit");
    Ok(Digit { pixels, label })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(pixel: &str, label: &str) -> String {
        format!("{pixel},").repeat(PIXELS) + label
    }

    #[test]
    fn the_real_file_is_read() {
        let digits = Digits::parse(include_str!("../../digits/digits.csv")).unwrap();
        assert_eq!(digits.len(), 1797);
        assert_eq!(digits.0[0].pixels[..6], [0, 0, 5, 13, 9, 1]);
        let (known, held_back) = digits.split(297).unwrap();
        assert_eq!((known.len(), held_back.len()), (1500, 297));
        assert_eq!(held_back.0[296].label, 8);
    }

    #[test]
    fn errors_name_the_line_and_the_cause() {
        let good = line("16", "9");
        for (text, cause) in [
            (
                format!("{good}\n{}", line("17", "9")),
                "line 2: a brightness",
            ),
            (line("0", "10"), "line 1: 10 is not a digit"),
            (line("0", "x"), "line 1: `x` is not a number"),
            ("1,2,3".into(), "line 1: a digit has 65 numbers, not 3"),
        ] {
            let error = format!("{:#}", Digits::parse(&text).unwrap_err());
            assert!(error.contains(cause), "{error}");
        }
        let error = Digits::parse(&good).unwrap().split(1).unwrap_err();
        assert!(error.to_string().contains("leave none"), "{error}");
    }
}
