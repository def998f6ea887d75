//! `aicpw-search`: prepares a nonce search over a block header, and checks its result bit for bit
//! with another implementation of SHA-256.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod check;
mod task;

use std::{fs, path::PathBuf, process::ExitCode};

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

use crate::{check::Found, task::Search};

#[derive(Parser)]
#[command(name = "aicpw-search", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Writes the task: manifest, kernels and the header as input.
    Prepare {
        #[command(flatten)]
        search: Arguments,
        /// Folder to write to; made if it does not exist.
        #[arg(long)]
        out: PathBuf,
    },
    /// Prints the canonical output that a correct run has, in hexadecimal.
    Expect {
        #[command(flatten)]
        search: Arguments,
        /// Also write it to this file.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Compares the task's `result` output with what the CPU finds.
    Check {
        #[command(flatten)]
        search: Arguments,
        /// The task's `result` output.
        #[arg(long)]
        result: PathBuf,
    },
}

#[derive(clap::Args)]
struct Arguments {
    /// The 80 bytes of a header in hexadecimal; its own nonce is not used.
    #[arg(long)]
    header: PathBuf,
    /// First nonce of the search.
    #[arg(long, default_value_t = 2_083_000_000)]
    first: u32,
    /// Nonces in a launch.
    #[arg(long, default_value_t = 65_536, value_parser = clap::value_parser!(u32).range(64..=1 << 24))]
    items: u32,
    /// Launches.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=65_536))]
    batches: u32,
}

impl Arguments {
    fn search(&self) -> Result<Search> {
        let text =
            fs::read_to_string(&self.header).with_context(|| self.header.display().to_string())?;
        Search::new(text.trim(), self.first, self.items, self.batches)
            .with_context(|| self.header.display().to_string())
    }
}

fn main() -> ExitCode {
    aicpw_example_task::ended(run(Cli::parse().command))
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Prepare { search, out } => {
            search.search()?.write_task(&out)?;
            println!("{}", out.join("manifest.json").display());
        }
        Command::Expect { search, out } => {
            let bytes = Found::by_cpu(&search.search()?).to_bytes();
            println!("{}", hex::encode(bytes));
            if let Some(out) = out {
                fs::write(&out, bytes).with_context(|| out.display().to_string())?;
            }
        }
        Command::Check { search, result } => {
            let bytes = fs::read(&result).with_context(|| result.display().to_string())?;
            let found = Found::by_cpu(&search.search()?);
            found.require_equal(&bytes)?;
            println!("{found}");
        }
    }
    Ok(())
}
