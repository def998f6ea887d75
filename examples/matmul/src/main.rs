//! `aicpw-matmul`: prepares the product of two tables of integers, and checks the product that
//! comes back by Freivalds' algorithm, with far less work than multiplying again.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod freivalds;
mod table;
mod task;

use std::{fs, path::PathBuf, process::ExitCode};

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

use crate::{table::Table, task::Product};

#[derive(Parser)]
#[command(name = "aicpw-matmul", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Reads two tables and writes the task: manifest, kernel and the tables as input.
    Prepare {
        #[command(flatten)]
        tables: Arguments,
        /// Folder to write to; made if it does not exist.
        #[arg(long)]
        out: PathBuf,
    },
    /// Multiplies both the tables and the product by one random vector, and compares.
    Check {
        #[command(flatten)]
        tables: Arguments,
        /// The task's `product` output.
        #[arg(long)]
        product: PathBuf,
    },
}

#[derive(clap::Args)]
struct Arguments {
    /// A CSV file of integers from -128 to 127.
    #[arg(long)]
    left: PathBuf,
    /// Another with as many columns; every row of the first is multiplied with every row of this.
    #[arg(long)]
    right: PathBuf,
    /// Columns that are used, from the first on; all if absent.
    #[arg(long)]
    columns: Option<usize>,
}

impl Arguments {
    fn product(&self) -> Result<Product> {
        let read = |path: &PathBuf| {
            fs::read_to_string(path)
                .map_err(Into::into)
                .and_then(|text| Table::parse(&text, self.columns))
                .with_context(|| path.display().to_string())
        };
        Product::new(read(&self.left)?, read(&self.right)?)
    }
}

fn main() -> ExitCode {
    aicpw_example_task::ended(run(Cli::parse().command))
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Prepare { tables, out } => {
            let product = tables.product()?;
            product.write_task(&out)?;
            println!("{product}: {}", out.join("manifest.json").display());
        }
        Command::Check { tables, product } => {
            let bytes = fs::read(&product).with_context(|| product.display().to_string())?;
            let tables = tables.product()?;
            freivalds::check(&tables, &tables.elements(&bytes)?)?;
            println!(
                "{tables}: {} elements agree with a random vector; a wrong one passes with a \
                 chance below 2^-60",
                bytes.len() / 4
            );
        }
    }
    Ok(())
}
