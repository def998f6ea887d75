//! The trained network: reads digits with it, and compares it with another.

use anyhow::{bail, ensure, Result};

use crate::digits::{Digit, Digits, PIXELS};

/// The number of answers that the network can give: the digits.
pub const ANSWERS: usize = 10;

/// The weights, input by input, with an additional row of offsets, as the kernels store them.
#[derive(Clone, PartialEq, Debug)]
pub struct Network {
    pub hidden: usize,
    /// The size is `(PIXELS + 1) × hidden`.
    pub hidden_weights: Vec<f32>,
    /// The size is `(hidden + 1) × ANSWERS`.
    pub answer_weights: Vec<f32>,
}

impl Network {
    /// Makes a network from the outputs of the task.
    pub fn from_bytes(hidden: u32, hidden_weights: &[u8], answer_weights: &[u8]) -> Result<Self> {
        let hidden = hidden as usize;
        Ok(Self {
            hidden,
            hidden_weights: floats("hidden_weights", hidden_weights, (PIXELS + 1) * hidden)?,
            answer_weights: floats("answer_weights", answer_weights, (hidden + 1) * ANSWERS)?,
        })
    }

    /// The number of weights.
    pub fn weights(&self) -> usize {
        self.hidden_weights.len() + self.answer_weights.len()
    }

    /// The output of each hidden unit for a digit.
    pub fn see(&self, digit: &Digit) -> Vec<f32> {
        let inputs = digit.pixels.map(|pixel| f32::from(pixel) / 16.0);
        layer(&inputs, &self.hidden_weights, self.hidden)
            .into_iter()
            .map(|sum| if sum > 0.0 { sum } else { 0.0 })
            .collect()
    }

    /// How well each answer fits.
    pub fn answers(&self, seen: &[f32]) -> Vec<f32> {
        layer(seen, &self.answer_weights, ANSWERS)
    }

    /// How many of the digits the network reads correctly.
    pub fn read_right(&self, digits: &Digits) -> usize {
        let right = |digit: &&Digit| choice(&self.answers(&self.see(digit))) == digit.label;
        digits.0.iter().filter(right).count()
    }

    /// Fails if a weight differs in any bit, and names the first such weight.
    pub fn require_equal(&self, other: &Self) -> Result<()> {
        for (name, ours, theirs) in [
            (
                "hidden_weights",
                &self.hidden_weights,
                &other.hidden_weights,
            ),
            (
                "answer_weights",
                &self.answer_weights,
                &other.answer_weights,
            ),
        ] {
            let mut pairs = ours.iter().zip(theirs).enumerate();
            if let Some((at, (ours, theirs))) =
                pairs.find(|(_, (ours, theirs))| ours.to_bits() != theirs.to_bits())
            {
                bail!("{name}[{at}] is {theirs:e}, the CPU learns {ours:e}");
            }
        }
        Ok(())
    }
}

/// The answer that fits best; the lower one in a tie.
pub fn choice(answers: &[f32]) -> u8 {
    let mut best = 0;
    for (answer, fit) in answers.iter().enumerate() {
        if *fit > answers[best] {
            best = answer;
        }
    }
    best as u8
}

/// Each unit's offset plus its weighted inputs, in the order of the inputs.
fn layer(inputs: &[f32], weights: &[f32], units: usize) -> Vec<f32> {
    let (rows, offsets) = weights.split_at(inputs.len() * units);
    let mut sums = offsets.to_vec();
    for (input, row) in inputs.iter().zip(rows.chunks(units)) {
        for (sum, weight) in sums.iter_mut().zip(row) {
            *sum += input * weight;
        }
    }
    sums
}

fn floats(name: &str, bytes: &[u8], count: usize) -> Result<Vec<f32>> {
    ensure!(
        bytes.len() == 4 * count,
        "{name} has {} bytes, {} were expected",
        bytes.len(),
        4 * count
    );
    let floats: Vec<f32> = bytes
        .chunks_exact(4)
        .map(|word| f32::from_le_bytes([word[0], word[1], word[2], word[3]]))
        .collect();
    if let Some(at) = floats.iter().position(|weight| !weight.is_finite()) {
        bail!("{name}[{at}] is {}", floats[at]);
    }
    Ok(floats)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A network with one hidden unit that sees the first pixel. Answer 3 wants it dark, answer 7
    /// bright.
    fn network() -> Network {
        let mut hidden_weights = vec![0.0; PIXELS + 1];
        hidden_weights[0] = 1.0;
        let mut answer_weights = vec![0.0; 2 * ANSWERS];
        answer_weights[7] = 2.0;
        answer_weights[ANSWERS + 3] = 1.0;
        Network {
            hidden: 1,
            hidden_weights,
            answer_weights,
        }
    }

    fn digit(first: u8, label: u8) -> Digit {
        let mut pixels = [0; PIXELS];
        pixels[0] = first;
        Digit { pixels, label }
    }

    #[test]
    fn reads_and_counts() {
        let digits = Digits(vec![digit(0, 3), digit(16, 7), digit(16, 3)]);
        assert_eq!(network().read_right(&digits), 2);
        assert_eq!(choice(&[1.0, 3.0, 3.0]), 1);
    }

    #[test]
    fn one_bit_makes_a_difference() {
        let network = network();
        network.require_equal(&network.clone()).unwrap();
        let mut other = network.clone();
        other.answer_weights[7] = f32::from_bits(2f32.to_bits() + 1);
        let error = network.require_equal(&other).unwrap_err().to_string();
        assert!(error.starts_with("answer_weights[7]"), "{error}");
    }

    #[test]
    fn bytes_must_be_weights() {
        let bytes =
            |floats: &[f32]| -> Vec<u8> { floats.iter().flat_map(|f| f.to_le_bytes()).collect() };
        let good = network();
        let (hidden, answers) = (bytes(&good.hidden_weights), bytes(&good.answer_weights));
        assert_eq!(Network::from_bytes(1, &hidden, &answers).unwrap(), good);
        let error = Network::from_bytes(2, &hidden, &answers).unwrap_err();
        assert!(error.to_string().contains("260 bytes, 520"), "{error}");
        let broken = bytes(&[f32::NAN; 2 * ANSWERS]);
        let error = Network::from_bytes(1, &hidden, &broken).unwrap_err();
        assert!(error.to_string().contains("answer_weights[0]"), "{error}");
    }
}
