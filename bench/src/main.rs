//! `make bench`: measures what the goals name, on this machine, prints tables and writes JSON.
//! Nothing here passes or fails by a time; `docs/benchmarks.md` records what was seen.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod confirmation;
mod consensus;
mod database;
mod dispute;
mod economics;
mod failure;
mod idle;
mod ipfs;
mod jobs;
mod kernel;
mod load;
mod machine;
mod market;
mod network;
mod provider;
mod report;
mod root;
mod sealing;
mod startup;
mod statistics;
mod task;
mod transactions;
mod warp;
mod workloads;

use std::path::PathBuf;

use aicpw_network_tests::calls;
use anyhow::{bail, Result};
use clap::{Parser, ValueEnum};

use crate::report::{Measured, Report};

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
    #[command(flatten)]
    load: load::Options,
    #[command(flatten)]
    warp: warp::ChainLength,
    /// How many stakers the larger chain of `jury` has.
    #[arg(long, default_value_t = 100_000)]
    stakers: u32,
    /// How many keys the state of `database` has.
    #[arg(long, default_value_t = 1_000_000)]
    keys: u32,
    /// Where the JSON goes.
    #[arg(long, default_value = "target/bench.json")]
    json: PathBuf,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Result root over 1 GiB.
    Root,
    /// Sealing and opening of data.
    Sealing,
    /// The same kernel natively and through the executor, trace included.
    Kernel,
    /// What one match costs with 100 and with 100,000 devices.
    Matching,
    /// What the steps of a task's life weigh, read and write.
    Lifecycle,
    /// A read and a write of the node's database, in a state of a million keys.
    Database,
    /// 100 MB between two IPFS processes.
    Ipfs,
    /// Memory of a provider's node that has nothing to do.
    Idle,
    /// From the order to the first kernel, with inputs from another node and a warm compiler cache.
    Startup,
    /// From `submit` to the result in hand.
    Task,
    /// What drawing a jury costs with 100 stakers and with many.
    Jury,
    /// What verification costs and finds when the market's scenarios are played.
    Economics,
    /// From a dispute to its jury, where that runs a part of a job: with parties that answer at once.
    Parts,
    /// From a dispute about a job to its verdict and to its end, on four validators, with real jurors.
    Dispute,
    /// From a dispute about a part of a job of 10, 1,000 and 100,000 launches to its verdict, with real jurors.
    Narrowing,
    /// From the death of a provider to its task running elsewhere.
    Failure,
    /// Lives of tasks through real blocks at a rate, with instant workers.
    Load,
    /// Inclusion and finality on one validator.
    Single,
    /// Inclusion and finality on four validators, and the fork rate.
    Four,
    /// The same with a delay between the validators, while tasks run.
    Network,
    /// Warp sync of a long chain.
    Warp,
    /// The same for other probabilities of primary slots, gossip intervals and voting rules.
    Consensus,
}

impl Part {
    async fn measure(self, cli: &Cli, measured: &mut Measured) -> Result<()> {
        match self {
            Self::Root => root::measure(measured),
            Self::Sealing => sealing::measure(measured),
            Self::Kernel => kernel::measure(measured).await,
            Self::Matching => market::matching(measured),
            Self::Lifecycle => market::lifecycle(measured),
            Self::Load => load::measure(&cli.load, measured).await,
            Self::Database => database::measure(cli.keys, measured),
            Self::Ipfs => ipfs::measure(measured).await,
            Self::Idle => idle::measure(measured).await,
            Self::Startup => startup::measure(measured).await,
            Self::Task => task::measure(measured).await,
            Self::Jury => market::jury(cli.stakers, measured),
            Self::Economics => economics::measure(measured),
            Self::Parts => market::parts(measured),
            Self::Dispute => {
                market::parts(measured)?;
                dispute::whole(measured).await
            }
            Self::Narrowing => dispute::narrowing(measured).await,
            Self::Failure => failure::measure(measured).await,
            Self::Single => confirmation::single(cli.transactions, measured).await,
            Self::Consensus => consensus::measure(cli.transactions / 2, measured).await,
            Self::Warp => warp::measure(&cli.warp, measured).await,
            Self::Network => network::measure(cli.transactions, measured).await,
            Self::Four => confirmation::four(&cli.chain, cli.transactions, measured).await,
        }
    }

    /// Returns the part's name on the command line.
    fn name(self) -> String {
        self.to_possible_value()
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default()
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let cli = Cli::parse();
    let parts = match cli.parts.is_empty() {
        true => Part::value_variants(),
        false => &cli.parts,
    };
    let mut report = Report::new();
    for part in parts {
        let mut measured = Measured::new(part.name());
        // A part that fails does not take the others' numbers with it.
        if let Err(error) = part.measure(&cli, &mut measured).await {
            measured.failed(&error);
        }
        let table = measured.to_string();
        report.push(measured);
        // Written first, so that nothing is lost if nobody reads the output.
        report.write(&cli.json)?;
        println!("{table}\n");
    }
    println!("written to {}", cli.json.display());
    match report.failures().as_slice() {
        [] => Ok(()),
        failed => bail!("not finished: {}", failed.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_one() {
        Cli::command().debug_assert();
        let line = ["aicpw-bench", "warp", "--blocks", "2000"];
        let cli = Cli::try_parse_from(line).unwrap();
        assert!(cli.parts == [Part::Warp]);
        Cli::try_parse_from(["aicpw-bench", "--blocks", "1"])
            .err()
            .unwrap();
    }
}
