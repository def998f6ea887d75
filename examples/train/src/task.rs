//! The training, and the task that performs it.

use std::path::Path;

use aicpw_example_task::TaskFolder;
use anyhow::{ensure, Result};
use serde_json::json;

use crate::{
    digits::{Digits, PIXELS},
    network::ANSWERS,
};

const KERNELS: &str = include_str!("../input/train.cl");

/// How many digits form a batch, from which the network learns together.
pub const BATCH: u32 = 50;

/// Makes the answers' initial weights differ from the hidden layer's.
pub const ANSWER_SALT: u32 = 1 << 24;

/// Each epoch starts this many digits later, so that its batches differ.
const TURN: u32 = 17;

/// The step along the gradient in the first epoch; it falls to zero over the epochs.
const RATE: f64 = 0.05;

/// What is learnt from, and how.
pub struct Training {
    pub digits: Digits,
    pub hidden: u32,
    pub epochs: u32,
}

impl Training {
    pub fn new(digits: Digits, hidden: u32, epochs: u32) -> Result<Self> {
        ensure!(
            digits.len() >= BATCH as usize,
            "{} digits are less than a batch of {BATCH}",
            digits.len()
        );
        Ok(Self {
            digits,
            hidden,
            epochs,
        })
    }

    /// The number of whole batches in an epoch.
    pub fn batches(&self) -> u32 {
        self.digits.len() as u32 / BATCH
    }

    /// The first digit of a batch.
    pub fn first_digit(&self, epoch: u32, batch: u32) -> usize {
        (batch * BATCH + epoch * TURN) as usize % self.digits.len()
    }

    /// The step along the gradient, which is summed over a batch.
    pub fn rate(&self, epoch: u32) -> f32 {
        // Like the manifest's expression: computed in 64 bits, and rounded at the end.
        (RATE * (1.0 - f64::from(epoch) / f64::from(self.epochs)) / f64::from(BATCH)) as f32
    }

    /// Writes `manifest.json`, `train.cl`, `pixels.bin` and `labels.bin`.
    pub fn write_task(&self, out: &Path) -> Result<()> {
        let folder = TaskFolder::create(out)?;
        let digits = &self.digits.0;
        let pixels: Vec<u8> = digits.iter().flat_map(|digit| digit.pixels).collect();
        let labels: Vec<u8> = digits.iter().map(|digit| digit.label).collect();
        folder.write("train.cl", KERNELS.as_bytes())?;
        folder.write("pixels.bin", &pixels)?;
        folder.write("labels.bin", &labels)?;
        folder.write_manifest(&self.manifest())
    }

    fn manifest(&self) -> serde_json::Value {
        let (digits, hidden, epochs) = (self.digits.len(), self.hidden, self.epochs);
        let (hidden_weights, answer_weights) =
            ((PIXELS as u32 + 1) * hidden, (hidden + 1) * ANSWERS as u32);
        let input = |name: &str, length: usize| {
            json!({ "name": name, "type": "uchar", "length": length, "constant": true,
                    "init": { "file": format!("{name}.bin") } })
        };
        let zeros = |name: &str, kind: &str, length: u32| json!({ "name": name, "type": kind, "length": length });
        let buffer = |name: &str| json!({ "buffer": name });
        let uint = |value: &str| json!({ "scalar": { "type": "uint", "value": value } });
        let first = uint(&format!("(batch * {BATCH} + epoch * {TURN}) % {digits}"));
        let rate = json!({ "scalar": { "type": "float",
            "value": format!("{RATE} * (1 - epoch / {epochs}) / {BATCH}") } });
        let learn_batch = json!([
            { "kernel": "see", "global": [hidden, BATCH],
              "args": [buffer("pixels"), buffer("hidden_weights"), buffer("hidden"), first] },
            { "kernel": "answer", "global": [BATCH],
              "args": [buffer("labels"), buffer("hidden"), buffer("answer_weights"),
                       buffer("error"), buffer("mistakes"), first, uint("epoch")] },
            { "kernel": "blame", "global": [hidden, BATCH],
              "args": [buffer("hidden"), buffer("error"), buffer("answer_weights"), buffer("blame")] },
            { "kernel": "learn_answers", "global": [ANSWERS, hidden + 1],
              "args": [buffer("hidden"), buffer("error"), buffer("answer_weights"),
                       buffer("answer_speed"), rate] },
            { "kernel": "learn_hidden", "global": [hidden, PIXELS + 1],
              "args": [buffer("pixels"), buffer("blame"), buffer("hidden_weights"),
                       buffer("hidden_speed"), first, rate] },
        ]);
        let batches =
            json!({ "loop": { "index": "batch", "count": self.batches(), "steps": learn_batch } });
        json!({
            "version": "aicpw.task/v1",
            "name": "train",
            "description": "A network with one hidden layer learns to read handwritten digits",
            "engine": "opencl",
            "class": "fp32-strict",
            "program": { "file": "train.cl" },
            "build": { "defines": {
                "HIDDEN": format!("{hidden}u"),
                "BATCH": format!("{BATCH}u"),
                "DIGITS": format!("{digits}u"),
            } },
            "buffers": [
                input("pixels", digits * PIXELS),
                input("labels", digits),
                zeros("hidden_weights", "float", hidden_weights),
                zeros("hidden_speed", "float", hidden_weights),
                zeros("answer_weights", "float", answer_weights),
                zeros("answer_speed", "float", answer_weights),
                zeros("hidden", "float", BATCH * hidden),
                zeros("error", "float", BATCH * ANSWERS as u32),
                zeros("blame", "float", BATCH * hidden),
                zeros("mistakes", "uint", epochs),
            ],
            "steps": [
                { "kernel": "initialise", "global": [hidden_weights],
                  "args": [buffer("hidden_weights"), uint("0")] },
                { "kernel": "initialise", "global": [answer_weights],
                  "args": [buffer("answer_weights"), uint(&ANSWER_SALT.to_string())] },
                { "loop": { "index": "epoch", "count": epochs, "steps": [batches] } },
            ],
            // One checkpoint for each epoch.
            "checkpoint_every": 5 * self.batches(),
            "outputs": ["hidden_weights", "answer_weights", "mistakes"]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digits::Digit;

    fn digits(count: usize) -> Digits {
        let digit = Digit {
            pixels: [1; PIXELS],
            label: 1,
        };
        Digits(vec![digit; count])
    }

    #[test]
    fn batches_go_round_and_steps_get_smaller() {
        let training = Training::new(digits(110), 4, 10).unwrap();
        assert_eq!(training.batches(), 2);
        assert_eq!(training.first_digit(0, 1), 50);
        assert_eq!(training.first_digit(5, 1), 25);
        assert_eq!(training.rate(0), 0.001);
        assert!(training.rate(9) > 0.0 && training.rate(9) < training.rate(8));
    }

    #[test]
    fn less_than_a_batch_is_refused() {
        let error = Training::new(digits(49), 4, 1).err().unwrap();
        assert!(error.to_string().contains("batch of 50"), "{error}");
    }
}
