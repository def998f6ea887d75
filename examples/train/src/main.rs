//! `aicpw-train`: prepares the training of a small network on handwritten digits, and checks the weights that come
//! back: how well they read digits that were held back, and whether they are bit for bit the ones that the CPU learns.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod digits;
mod network;
mod reference;
mod task;

use std::{fs, path::PathBuf, process::ExitCode};

use anyhow::{ensure, Context, Result};
use clap::{Parser, Subcommand};

use crate::{digits::Digits, network::Network, task::Training};

#[derive(Parser)]
#[command(name = "aicpw-train", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Reads digits and writes the task: manifest, kernels, pixels and labels.
    Prepare {
        #[command(flatten)]
        training: Arguments,
        /// Folder to write to; made if it does not exist.
        #[arg(long)]
        out: PathBuf,
    },
    /// Reads the held-back digits with the weights of a result, then learns the same on the CPU
    /// and compares.
    Check {
        #[command(flatten)]
        training: Arguments,
        /// Folder with the task's outputs `hidden_weights.bin`, `answer_weights.bin` and `mistakes.bin`.
        #[arg(long)]
        result: PathBuf,
        /// Per cent of the held-back digits that must be read right for the check to pass.
        #[arg(long, default_value_t = 90.0)]
        at_least: f64,
    },
}

#[derive(clap::Args)]
struct Arguments {
    /// A line for each digit: 64 brightnesses from 0 to 16, then which digit it is.
    #[arg(long)]
    digits: PathBuf,
    /// Digits at the end of the file that are not learnt from.
    #[arg(long, default_value_t = 297, value_parser = clap::value_parser!(u32).range(1..))]
    held_back: u32,
    /// Units of the hidden layer.
    #[arg(long, default_value_t = 128, value_parser = clap::value_parser!(u32).range(1..=4096))]
    hidden: u32,
    /// How often all digits are learnt from.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    epochs: u32,
}

impl Arguments {
    /// The training, and the digits that are held back.
    fn training(&self) -> Result<(Training, Digits)> {
        let text =
            fs::read_to_string(&self.digits).with_context(|| self.digits.display().to_string())?;
        let (known, held_back) = Digits::parse(&text)
            .and_then(|digits| digits.split(self.held_back as usize))
            .with_context(|| self.digits.display().to_string())?;
        Ok((Training::new(known, self.hidden, self.epochs)?, held_back))
    }
}

fn main() -> ExitCode {
    aicpw_example_task::ended(run(Cli::parse().command))
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Prepare { training, out } => {
            let (training, _) = training.training()?;
            training.write_task(&out)?;
            println!(
                "{} digits, {} epochs of {} batches: {}",
                training.digits.len(),
                training.epochs,
                training.batches(),
                out.join("manifest.json").display()
            );
        }
        Command::Check {
            training,
            result,
            at_least,
        } => {
            let (training, held_back) = training.training()?;
            let read = |name: &str| {
                let path = result.join(name);
                fs::read(&path).with_context(|| path.display().to_string())
            };
            let network = Network::from_bytes(
                training.hidden,
                &read("hidden_weights.bin")?,
                &read("answer_weights.bin")?,
            )?;
            let right = network.read_right(&held_back);
            let share = 100.0 * right as f64 / held_back.len() as f64;
            println!(
                "{right} of {} held-back digits are read right: {share:.1} %",
                held_back.len()
            );
            let (expected, mistakes) = reference::learn(&training);
            expected.require_equal(&network)?;
            ensure!(
                mistakes.to_bytes() == read("mistakes.bin")?,
                "mistakes.bin is not what the CPU counts: {mistakes}"
            );
            println!(
                "all {} weights are those that the CPU learns, bit for bit; {mistakes}",
                network.weights()
            );
            ensure!(
                share > at_least,
                "more than {at_least} % were to be read right"
            );
        }
    }
    Ok(())
}
