//! `make bench`: measures what the goals name, on this machine, prints a table and writes JSON.
//! Nothing here passes or fails by a time; `docs/benchmarks.md` records what was seen.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod confirmation;
mod report;
mod statistics;
mod task;
mod transactions;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, ValueEnum};

use crate::report::Report;

#[derive(Parser)]
#[command(name = "aicpw-bench", version, about)]
struct Cli {
    /// What to measure; all if none is named.
    #[arg(value_enum)]
    parts: Vec<Part>,
    /// Transactions in each confirmation run.
    #[arg(long, default_value_t = 60)]
    transactions: u32,
    /// Chain spec or preset of the four validators, to compare consensus parameters.
    #[arg(long, default_value = "local")]
    chain: String,
    /// Where the JSON goes.
    #[arg(long, default_value = "target/bench.json")]
    json: PathBuf,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Inclusion and finality on one validator.
    Single,
    /// Inclusion and finality on four validators, and the fork rate.
    Four,
    /// From `submit` to the result in hand.
    Task,
}

#[tokio::main]
async fn main() -> Result<()> {
    let cli = Cli::parse();
    let wanted = |part| cli.parts.is_empty() || cli.parts.contains(&part);
    let mut report = Report::new();
    if wanted(Part::Single) {
        confirmation::single(cli.transactions, &mut report).await?;
    }
    if wanted(Part::Four) {
        confirmation::four(&cli.chain, cli.transactions, &mut report).await?;
    }
    if wanted(Part::Task) {
        task::measure(&mut report).await?;
    }
    println!("{report}");
    report.write(&cli.json)?;
    println!("written to {}", cli.json.display());
    Ok(())
}
