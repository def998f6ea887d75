//! The same training on the CPU, written independently of the kernels: digit by digit, with
//! gradients summed up over the batch. Rust's `f32` is IEEE 754 without contraction and every sum
//! has the kernels' order, so the weights must be equal, not just alike.

use std::fmt;

use crate::{
    digits::{Digit, PIXELS},
    network::{choice, Network, ANSWERS},
    task::{Training, ANSWER_SALT, BATCH},
};

const MOMENTUM: f32 = 0.9;

/// How many digits were misread in each epoch, while learning.
pub struct Mistakes(Vec<u32>);

impl Mistakes {
    /// The task's `mistakes` output.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0
            .iter()
            .flat_map(|count| count.to_le_bytes())
            .collect()
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, last] = [self.0.first(), self.0.last()].map(|n| n.copied().unwrap_or(0));
        write!(f, "{first} mistakes in the first epoch, {last} in the last")
    }
}

/// The gradients of a batch, in the layout of the weights.
struct Slopes {
    hidden: Vec<f32>,
    answers: Vec<f32>,
}

/// Trains the network, and counts mistakes on the way.
pub fn learn(training: &Training) -> (Network, Mistakes) {
    let hidden = training.hidden as usize;
    let mut network = Network {
        hidden,
        hidden_weights: initial((PIXELS + 1) * hidden, 0),
        answer_weights: initial((hidden + 1) * ANSWERS, ANSWER_SALT),
    };
    let mut hidden_speed = vec![0.0; network.hidden_weights.len()];
    let mut answer_speed = vec![0.0; network.answer_weights.len()];
    let mut mistakes = vec![0; training.epochs as usize];
    for epoch in 0..training.epochs {
        let rate = training.rate(epoch);
        for batch in 0..training.batches() {
            let first = training.first_digit(epoch, batch);
            let digits = &training.digits.0;
            let batch = digits.iter().cycle().skip(first).take(BATCH as usize);
            let (slopes, wrong) = slopes(&network, batch);
            mistakes[epoch as usize] += wrong;
            descend(
                &mut network.answer_weights,
                &mut answer_speed,
                &slopes.answers,
                rate,
            );
            descend(
                &mut network.hidden_weights,
                &mut hidden_speed,
                &slopes.hidden,
                rate,
            );
        }
    }
    (network, Mistakes(mistakes))
}

/// Weights from -1/4 to 1/4, made from the low 24 bits of a hash of their position.
fn initial(count: usize, salt: u32) -> Vec<f32> {
    (0..count as u32)
        .map(|at| {
            let mut x = at + salt;
            x = (x ^ (x >> 16)).wrapping_mul(0x7feb_352d);
            x = (x ^ (x >> 15)).wrapping_mul(0x846c_a68b);
            x ^= x >> 16;
            ((x >> 8) as f32 / 16_777_216.0 * 2.0 - 1.0) * 0.25
        })
        .collect()
}

/// The halved gradient of the squared hinge loss, and how many digits were misread.
fn slopes<'d>(network: &Network, batch: impl Iterator<Item = &'d Digit>) -> (Slopes, u32) {
    let mut slopes = Slopes {
        hidden: vec![0.0; network.hidden_weights.len()],
        answers: vec![0.0; network.answer_weights.len()],
    };
    let mut wrong = 0;
    for digit in batch {
        let seen = network.see(digit);
        let answers = network.answers(&seen);
        wrong += u32::from(choice(&answers) != digit.label);
        let errors: Vec<f32> = (0u8..)
            .zip(&answers)
            .map(|(answer, fit)| {
                let wanted = if answer == digit.label { 1.0 } else { -1.0 };
                let missing = 1.0 - wanted * fit;
                if missing > 0.0 {
                    -(wanted * missing)
                } else {
                    0.0
                }
            })
            .collect();
        let blame: Vec<f32> = seen
            .iter()
            .zip(network.answer_weights.chunks(ANSWERS))
            .map(|(seen, weights)| {
                let pairs = errors.iter().zip(weights);
                let sum = pairs.fold(0.0, |sum, (error, weight)| sum + error * weight);
                if *seen > 0.0 {
                    sum
                } else {
                    0.0
                }
            })
            .collect();
        let pixels = digit.pixels.iter().map(|pixel| f32::from(*pixel) / 16.0);
        gather(&mut slopes.answers, seen.into_iter(), &errors);
        gather(&mut slopes.hidden, pixels, &blame);
    }
    (slopes, wrong)
}

/// Adds one digit's share to the gradient of a layer, whose last row is that of the offsets.
fn gather(slopes: &mut [f32], inputs: impl Iterator<Item = f32>, errors: &[f32]) {
    for (input, row) in inputs.chain([1.0]).zip(slopes.chunks_mut(errors.len())) {
        for (slope, error) in row.iter_mut().zip(errors) {
            *slope += input * error;
        }
    }
}

fn descend(weights: &mut [f32], speeds: &mut [f32], slopes: &[f32], rate: f32) {
    for ((weight, speed), slope) in weights.iter_mut().zip(speeds).zip(slopes) {
        *speed = *speed * MOMENTUM - rate * slope;
        *weight += *speed;
    }
}
